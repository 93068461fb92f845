/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-access: the table lists every method of the contract, and nothing else; and the paths that only owners find. */
#include <gio/gio.h>
#include <string.h>

#include "base/names.h"
#include "bus/bus-access.h"
#include "bus/bus-visit.h"

static const char *const interfaces[] = { SHIKAKU_INTERFACE_MANAGER, SHIKAKU_INTERFACE_AGENT_MANAGER,
                                          SHIKAKU_INTERFACE_READER, SHIKAKU_INTERFACE_VISIT, SHIKAKU_INTERFACE_LEDGER };

static GDBusInterfaceInfo *
read_interface (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".xml", NULL);
  g_autofree char *path = g_build_filename (g_getenv ("SHIKAKU_SOURCE"), "data", file, NULL);
  g_autofree char *xml = NULL;
  g_autoptr (GDBusNodeInfo) node = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (path, &xml, NULL, &error));
  node = g_dbus_node_info_new_for_xml (xml, &error);
  g_assert_no_error (error);
  return g_dbus_interface_info_ref (g_dbus_node_info_lookup_interface (node, name));
}

static void
test_every_method (void)
{
  guint listed = 0;

  for (guint i = 0; i < G_N_ELEMENTS (interfaces); i++)
    {
      GDBusInterfaceInfo *interface = read_interface (interfaces[i]);

      for (GDBusMethodInfo **method = interface->methods; method && *method; method++, listed++)
        {
          const BusAccessRule *rule = bus_access_find_rule (interfaces[i], (*method)->name);

          g_assert_nonnull (rule);
          /* The records of a visit take more than to be its owner. */
          g_assert_cmpint (strcmp (rule->right, BUS_ACCESS_OWNER) == 0, ==,
                           strcmp (interfaces[i], SHIKAKU_INTERFACE_VISIT) == 0
                               && strcmp (rule->right, SHIKAKU_RIGHT_RECORDS) != 0);
        }
      g_dbus_interface_info_unref (interface);
    }
  for (const BusAccessRule *rule = bus_access_get_rules (); rule->interface; rule++)
    if (g_str_has_prefix (rule->interface, SHIKAKU_BUS_NAME "."))
      listed--;
    else
      g_assert_cmpstr (rule->right, ==, BUS_ACCESS_ROOT);
  g_assert_cmpuint (listed, ==, 0);
}

static void
test_not_listed (void)
{
  g_assert_null (bus_access_find_rule (SHIKAKU_INTERFACE_MANAGER, "GetEligibility"));
  g_assert_null (bus_access_find_rule (SHIKAKU_INTERFACE_VISIT, "OpenVisit"));
  g_assert_null (bus_access_find_rule (SHIKAKU_INTERFACE_AGENT, "RequestPin"));
  g_assert_null (bus_access_find_rule ("org.example.Else", "Check"));
}

static void
test_path (void)
{
  g_autofree char *path = bus_visits_make_path (":1.42", "desk_1");
  g_autofree char *strange = bus_visits_make_path (":1.4-2/x", "t");

  g_assert_cmpstr (path, ==, SHIKAKU_VISIT_PATH "/1_42/desk_1");
  g_assert_cmpstr (strange, ==, SHIKAKU_VISIT_PATH "/1_4_2_x/t");
}

static void
test_token (void)
{
  g_autofree char *longest = g_strnfill (64, 'a');
  g_autofree char *longer = g_strnfill (65, 'a');
  const char *const bad[] = { "", "a b", "a/b", "a-b", "..", "名", "a\n", longer };
  const char *const good[] = { "a", "_", "Desk_01", longest };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (bus_visits_is_token (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (bus_visits_is_token (bad[i]));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bus-access/every-method", test_every_method);
  g_test_add_func ("/bus-access/not-listed", test_not_listed);
  g_test_add_func ("/bus-visit/path", test_path);
  g_test_add_func ("/bus-visit/token", test_token);
  return g_test_run ();
}
