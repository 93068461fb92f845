/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* config: what the daemon goes by: each key of its configuration, the value, and where that came from. */
#include <glib/gi18n.h>

#include "client/client.h"
#include "client/output.h"

#define N_COLUMNS 4
#define GAP_COLUMNS 2

static void
read_row (GVariant *key, const char *cells[N_COLUMNS])
{
  cells[0] = cells[1] = cells[3] = "";
  cells[2] = _ ("(not set)");
  g_variant_lookup (key, "Group", "&s", &cells[0]);
  g_variant_lookup (key, "Key", "&s", &cells[1]);
  g_variant_lookup (key, "Value", "&s", &cells[2]);
  g_variant_lookup (key, "Origin", "&s", &cells[3]);
  if (g_str_equal (cells[3], "default"))
    cells[3] = _ ("default");
  else if (g_str_equal (cells[3], "credential"))
    cells[3] = _ ("credential of the service");
}

static void
print_row (const char *const cells[N_COLUMNS], const guint widths[N_COLUMNS])
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < N_COLUMNS; i++)
    {
      g_autofree char *cell = output_pad (cells[i], i + 1 < N_COLUMNS ? widths[i] + GAP_COLUMNS : 0);
      g_string_append (line, cell);
    }
  g_print ("%s\n", line->str);
}

/* print_lists: for a narrow terminal: the keys of a group below it, and below each value where it came from. */
static void
print_lists (GVariant *keys)
{
  g_autofree char *last = g_strdup ("");

  for (gsize row = 0; row < g_variant_n_children (keys); row++)
    {
      g_autoptr (GVariant) key = g_variant_get_child_value (keys, row);
      const char *cells[N_COLUMNS];

      read_row (key, cells);
      if (!g_str_equal (cells[0], last))
        g_print ("%s[%s]\n", row > 0 ? "\n" : "", cells[0]);
      g_free (last);
      last = g_strdup (cells[0]);
      output_row (cells[1], cells[2]);
      output_row ("", cells[3]);
    }
}

static void
print_table (GVariant *keys)
{
  const gsize count = g_variant_n_children (keys);
  const char *head[N_COLUMNS] = { _ ("GROUP"), _ ("KEY"), _ ("VALUE"), _ ("ORIGIN") };
  const char *cells[N_COLUMNS];
  guint widths[N_COLUMNS], sum = (N_COLUMNS - 1) * GAP_COLUMNS;

  for (guint i = 0; i < N_COLUMNS; i++)
    widths[i] = output_get_columns (head[i]);
  for (gsize row = 0; row < count; row++)
    {
      g_autoptr (GVariant) key = g_variant_get_child_value (keys, row);

      read_row (key, cells);
      for (guint i = 0; i < N_COLUMNS; i++)
        widths[i] = MAX (widths[i], output_get_columns (cells[i]));
    }
  for (guint i = 0; i < N_COLUMNS; i++)
    sum += widths[i];
  if (!output_fits (sum))
    {
      print_lists (keys);
      return;
    }
  print_row (head, widths);
  for (gsize row = 0; row < count; row++)
    {
      g_autoptr (GVariant) key = g_variant_get_child_value (keys, row);

      read_row (key, cells);
      print_row (cells, widths);
    }
}

/* The sentence of other verbs would send people to a group that may not do this either. */
static void
fail_to_show (Client *client, const GError *error)
{
  g_autofree char *name = NULL, *message = NULL;

  errors_split (error, &name, &message);
  if (errors_get_exit_code (name) != EXIT_CODE_NOT_AUTHORIZED)
    {
      client_fail (client, error);
      return;
    }
  client_fail_saying (client, name,
                      _ ("You may not do this. It needs the right to manage (org.shikaku.manage), which root has."));
}

static void
on_keys (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) keys = client_finish_call (source, result, &error);

  if (keys == NULL)
    {
      fail_to_show (client, error);
      return;
    }
  if (client->json)
    output_json (keys);
  else
    print_table (keys);
  client_quit (client, EXIT_CODE_OK);
}

static void
start (Client *client)
{
  client_call (client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "GetConfiguration", NULL, CLIENT_CALL_SECONDS,
               on_keys, client);
}

static const char *const words[] = { "show", NULL };

const Verb verb_config = {
  .name = "config",
  .summary = N_ ("show what the daemon goes by, and where it is written"),
  .words = words,
  .start = start,
};
