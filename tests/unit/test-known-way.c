/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-known-way: the way to the center is there after a restart, and only the last one. */
#include "store/known-way.h"

#include <glib/gstdio.h>

#include "fake-loop.h"
#include "store/store-file.h"

typedef struct
{
  gboolean done;
  KnownWay *way;
} Result;

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Result *loaded = user_data;

  *loaded = (Result){ TRUE, known_way_load_finish (result) };
}

static KnownWay *
load (Store *store)
{
  Result result = { 0 };

  known_way_load (store, on_loaded, &result);
  fake_wait (&result.done);
  return result.way;
}

static void
keep (Store *store, const char *local, const char *interface)
{
  KnownWay *way = g_new0 (KnownWay, 1);

  *way = (KnownWay){ g_strdup ("center.test port 443"), g_strdup ("2001:db8:c::1"), g_strdup (local),
                     g_strdup (interface) };
  known_way_keep (store, way);
}

static void
assert_kept (Store *store, const char *local, const char *interface)
{
  g_autoptr (KnownWay) way = load (store);

  g_assert_cmpstr (way->place, ==, "center.test port 443");
  g_assert_cmpstr (way->peer, ==, "2001:db8:c::1");
  g_assert_cmpstr (way->local, ==, local);
  g_assert_cmpstr (way->interface, ==, interface);
}

static void
test_kept (void)
{
  g_autofree char *folder = g_dir_make_tmp ("shikaku-way-XXXXXX", NULL);
  Store *store = store_new (folder);
  g_autoptr (GDir) files = NULL;
  const char *name;

  g_assert_null (load (store));
  keep (store, "2001:db8:1::5", "line0");
  assert_kept (store, "2001:db8:1::5", "line0");
  store_free (store);
  store = store_new (folder);
  assert_kept (store, "2001:db8:1::5", "line0");
  keep (store, "2001:db8:2::5", "");
  assert_kept (store, "2001:db8:2::5", "");
  store_free (store);

  files = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_no_errno (g_unlink (path));
    }
  g_assert_no_errno (g_rmdir (folder));
}

/* Where nothing can be kept nothing is known, and nobody is held up. */
static void
test_no_folder (void)
{
  g_autoptr (Store) store = store_new ("/nonexistent");

  keep (store, "2001:db8:1::5", "line0");
  g_assert_null (load (store));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  g_test_add_func ("/known-way/kept", test_kept);
  g_test_add_func ("/known-way/no-folder", test_no_folder);
  return g_test_run ();
}
