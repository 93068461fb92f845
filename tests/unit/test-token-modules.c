/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* token-modules: which modules an administrator's overrides leave to this program. */
#include "center/token-modules.h"

#include <glib/gstdio.h>

#define PROGRAM "shikakud"

typedef struct
{
  char *top, *system, *package;
} Folders;

static void
set_up (Folders *folders, gconstpointer data)
{
  folders->top = g_dir_make_tmp ("test-modules-XXXXXX", NULL);
  folders->system = g_build_filename (folders->top, "system", NULL);
  folders->package = g_build_filename (folders->top, "package", NULL);
  g_assert_cmpint (g_mkdir (folders->system, 0755), ==, 0);
  g_assert_cmpint (g_mkdir (folders->package, 0755), ==, 0);
}

static void
remove_folder (char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_remove (file);
    }
  g_rmdir (path);
  g_free (path);
}

static void
tear_down (Folders *folders, gconstpointer data)
{
  remove_folder (folders->system);
  remove_folder (folders->package);
  g_rmdir (folders->top);
  g_free (folders->top);
}

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
assert_modules (Folders *folders, gboolean readers, const char *expected)
{
  const char *const list[] = { folders->system, folders->package, NULL };
  g_autoptr (GPtrArray) modules = token_modules_list (list, PROGRAM, readers);
  g_autofree char *found = NULL;

  g_ptr_array_add (modules, NULL);
  found = g_strjoinv (" ", (char **)modules->pdata);
  g_assert_cmpstr (found, ==, expected);
}

static void
test_plain (Folders *folders, gconstpointer data)
{
  assert_modules (folders, FALSE, "");
  write_file (folders->package, "b.module", "# a comment\n\n  module :  b.so  \r\npriority: 3\n");
  write_file (folders->system, "a.module", "module: /opt/a.so\n");
  write_file (folders->package, "c.module", "module: c.so\ntrust-policy: yes\n");
  write_file (folders->package, "d.module", "remote: |program\n");
  write_file (folders->package, "e.module.dpkg-old", "module: e.so\n");
  write_file (folders->package, "opensc-pkcs11.module", "module: opensc-pkcs11.so\n");
  write_file (folders->system, "clinic.module", "module: /usr/lib/opensc-pkcs11.so\n");
  assert_modules (folders, FALSE, "/opt/a.so b.so");
  assert_modules (folders, TRUE, "/usr/lib/opensc-pkcs11.so opensc-pkcs11.so");
}

/* @text, as an override, leaves the module to us, or does not. */
static void
assert_override (Folders *folders, const char *text, const char *expected)
{
  write_file (folders->package, "a.module", "module: a.so\n");
  write_file (folders->system, "a.module", text);
  assert_modules (folders, FALSE, expected);
}

static void
test_overrides (Folders *folders, gconstpointer data)
{
  assert_override (folders, "", "a.so");
  assert_override (folders, "priority: 1\n", "a.so");
  assert_override (folders, "module: other.so\n", "other.so"); /* and not both */
  assert_override (folders, "disable-in: shikakud\n", "");
  assert_override (folders, "disable-in: firefox,shikakud\n", "");
  assert_override (folders, "disable-in: firefox shikakud-old, \tshikakud", "");
  assert_override (folders, "disable-in: firefox\n", "a.so");
  assert_override (folders, "disable-in:\n", "a.so");
  assert_override (folders, "enable-in:\n", ""); /* in none */
  assert_override (folders, "enable-in: firefox, shikakuctl\n", "");
  assert_override (folders, "enable-in: firefox, shikakud\n", "a.so");
  assert_override (folders, "enable-in: shikakud\ndisable-in: shikakud\n", "a.so");
  assert_override (folders, "trust-policy: yes\n", "");
  assert_override (folders, "disable-in shikakud\n", ""); /* no description: who wrote it meant something by it */
}

/* What the package's own description forbids holds too, unless it is overridden. */
static void
test_package (Folders *folders, gconstpointer data)
{
  write_file (folders->package, "a.module", "module: a.so\ndisable-in: shikakud\n");
  assert_modules (folders, FALSE, "");
  write_file (folders->system, "a.module", "disable-in: firefox\n");
  assert_modules (folders, FALSE, "a.so");
}

/* A description that everybody may write would let everybody's code run. */
static void
test_exposed (Folders *folders, gconstpointer data)
{
  g_autofree char *path = g_build_filename (folders->package, "a.module", NULL);

  write_file (folders->package, "a.module", "module: a.so\n");
  assert_modules (folders, FALSE, "a.so");
  g_assert_cmpint (g_chmod (path, 0646), ==, 0);
  assert_modules (folders, FALSE, "");
}

#define ADD(path, function) g_test_add (path, Folders, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/token-modules/plain", test_plain);
  ADD ("/token-modules/overrides", test_overrides);
  ADD ("/token-modules/package", test_package);
  ADD ("/token-modules/exposed", test_exposed);
  return g_test_run ();
}
