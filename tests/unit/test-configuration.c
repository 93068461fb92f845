/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* configuration: values of each type, defaults, and for each mistake the line and what is allowed. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/configuration.h"
#include "base/error.h"

static const ConfigurationKey keys[] = {
  { "Center", "Url", CONFIGURATION_URL, NULL, 0, 0 },
  { "Center", "Timeout", CONFIGURATION_SECONDS, "10", 1, 600 },
  { "Center", "Authority", CONFIGURATION_PATH, "/etc/ca.pem", 0, 0 },
  { "Visit", "Institution", CONFIGURATION_STRING, NULL, 0, 0 },
  { "Visit", "Key", CONFIGURATION_CREDENTIAL, "/etc/key.pem", 0, 0 },
  { "Code", "Exact", CONFIGURATION_DIGITS, NULL, 3, 3 },
  { "Code", "Range", CONFIGURATION_DIGITS, NULL, 1, 3 },
  { NULL },
};

static Configuration *
parse (const char *text, GError **error)
{
  return configuration_parse (text, strlen (text), "test.conf", keys, error);
}

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Configuration) configuration = parse ("", &error);

  g_assert_no_error (error);
  g_assert_null (configuration_get_string (configuration, "Center", "Url"));
  g_assert_cmpuint (configuration_get_seconds (configuration, "Center", "Timeout"), ==, 10);
  g_assert_cmpstr (configuration_get_string (configuration, "Center", "Authority"), ==, "/etc/ca.pem");
  g_assert_null (configuration_get_string (configuration, "Visit", "Institution"));
  g_assert_cmpstr (configuration_get_string (configuration, "Visit", "Key"), ==, "/etc/key.pem");
  g_assert_cmpstr (configuration_get_origin (configuration, "Visit", "Key"), ==, "default");
  g_assert_cmpstr (configuration_get_origin (configuration, "Center", "Url"), ==, "default");
}

static void
test_switches (void)
{
  static const ConfigurationKey switches[] = { { "Switch", "Off", CONFIGURATION_SWITCH, "false", 0, 0 },
                                               { "Switch", "Unset", CONFIGURATION_SWITCH, NULL, 0, 0 },
                                               { NULL } };
  static const struct
  {
    const char *text;
    gboolean is_on;
  } rows[] = { { "", FALSE }, { "[Switch]\nOff=true\n", TRUE }, { "[Switch]\nOff=false\n", FALSE } };
  static const char *const bad[] = { "[Switch]\nOff=yes\n", "[Switch]\nOff=True\n", "[Switch]\nOff=1\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Configuration) configuration
          = configuration_parse (rows[i].text, strlen (rows[i].text), "test.conf", switches, NULL);

      g_assert_cmpint (configuration_get_switch (configuration, "Switch", "Off"), ==, rows[i].is_on);
      g_assert_false (configuration_get_switch (configuration, "Switch", "Unset"));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (configuration_parse (bad[i], strlen (bad[i]), "test.conf", switches, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
      g_assert_nonnull (strstr (error->message, "true or false"));
    }
}

static void
test_values (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Configuration) configuration = parse ("# comment\n"
                                                   "; another\r\n"
                                                   "[Center]\n"
                                                   "  Url = https://localhost:8443/oqs-api/ \n"
                                                   "Timeout=600\n"
                                                   "[Visit]\n"
                                                   "Institution=医院 = a\\n\n"
                                                   "Key=/run/key.pem\r\n"
                                                   "[Code]\nExact=012\nRange=1\n"
                                                   "\n"
                                                   "[Center]\n"
                                                   "Authority=/run/ca.pem",
                                                   &error);

  g_assert_no_error (error);
  g_assert_cmpstr (configuration_get_string (configuration, "Center", "Url"), ==, "https://localhost:8443/oqs-api");
  g_assert_cmpuint (configuration_get_seconds (configuration, "Center", "Timeout"), ==, 600);
  g_assert_cmpstr (configuration_get_string (configuration, "Center", "Authority"), ==, "/run/ca.pem");
  g_assert_cmpstr (configuration_get_string (configuration, "Visit", "Institution"), ==, "医院 = a\\n");
  g_assert_cmpstr (configuration_get_string (configuration, "Visit", "Key"), ==, "/run/key.pem");
  g_assert_cmpstr (configuration_get_origin (configuration, "Visit", "Key"), ==, "test.conf:8");
  g_assert_cmpstr (configuration_get_string (configuration, "Code", "Exact"), ==, "012");
  g_assert_cmpstr (configuration_get_string (configuration, "Code", "Range"), ==, "1");
}

static const struct
{
  const char *text, *error;
} mistakes[] = {
  { "[Centre]\n", "test.conf:1: unknown group [Centre]; allowed are: Center, Visit, Code" },
  { "[Center\n", "test.conf:1: a group is written [Name]" },
  { "\n[Center]\nurl=https://a\n", "test.conf:3: unknown key url in [Center]; allowed are: Url, Timeout, Authority" },
  { "[Visit]\nTimeout=5\n", "test.conf:2: unknown key Timeout in [Visit]; allowed are: Institution, Key" },
  { "[Visit]\n=5\n", "test.conf:2: unknown key  in [Visit]; allowed are: Institution, Key" },
  { "Timeout=5\n", "test.conf:1: key Timeout stands before the first [Group]" },
  { "[Center]\nTimeout=5\n\nTimeout=5\n", "test.conf:4: key Timeout of [Center] is given twice" },
  { "[Center]\nTimeout\n", "test.conf:2: neither a comment (#), a [Group] nor Key=value" },
  { "[Code]\nExact=12\n", "test.conf:2: key Exact of [Code] must be 3 digits" },
  { "[Code]\nExact=1234\n", "test.conf:2: key Exact of [Code] must be 3 digits" },
  { "[Code]\nRange=12３\n", "test.conf:2: key Range of [Code] must be 1 to 3 digits" },
  { "[Code]\nRange=-12\n", "test.conf:2: key Range of [Code] must be 1 to 3 digits" },
  { "[Center]\nTimeout=0\n", "test.conf:2: key Timeout of [Center] must be a number of seconds from 1 to 600" },
  { "[Center]\nTimeout=601\n", "test.conf:2: key Timeout of [Center] must be a number of seconds from 1 to 600" },
  { "[Center]\nTimeout=-5\n", "test.conf:2: key Timeout of [Center] must be a number of seconds from 1 to 600" },
  { "[Center]\nTimeout=5s\n", "test.conf:2: key Timeout of [Center] must be a number of seconds from 1 to 600" },
  { "[Center]\nTimeout=\n", "test.conf:2: key Timeout of [Center] must be a number of seconds from 1 to 600" },
  { "[Center]\nTimeout=99999999999999999999999\n",
    "test.conf:2: key Timeout of [Center] must be a number of seconds from 1 to 600" },
  { "[Center]\nAuthority=ca.pem\n", "test.conf:2: key Authority of [Center] must be an absolute path" },
  { "[Center]\nUrl=http://a/\n",
    "test.conf:2: key Url of [Center] must be an https:// URL without user, query and fragment" },
  { "[Center]\nUrl=https://user:word@a/\n",
    "test.conf:2: key Url of [Center] must be an https:// URL without user, query and fragment" },
  { "[Center]\nUrl=https:///path\n",
    "test.conf:2: key Url of [Center] must be an https:// URL without user, query and fragment" },
  { "[Center]\nUrl=https://a/?x\n",
    "test.conf:2: key Url of [Center] must be an https:// URL without user, query and fragment" },
  { "[Visit]\nInstitution=\n",
    "test.conf:2: key Institution of [Visit] must be a text (leave the line out for the default)" },
};

static void
test_mistakes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (mistakes[i].text, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
      g_assert_cmpstr (error->message, ==, mistakes[i].error);
    }
}

/* A credential is a path or the URI of something on a token; what would hold a secret or load a program is neither. */
static void
test_credentials (void)
{
  static const struct
  {
    const char *value;
    gboolean allowed;
  } rows[] = {
    { "/etc/key.pem", TRUE },
    { "pkcs11:token=desk;object=institution;type=private", TRUE },
    { "pkcs11:token=a%20b;id=%01%ff?pin-source=file:/run/pin", TRUE },
    { "pkcs11:serial=1;slot-id=0;manufacturer=x;model=y", TRUE },
    { "key.pem", FALSE },
    { "file:///etc/key.pem", FALSE },
    { "pkcs11:", FALSE },
    { "PKCS11:token=desk", FALSE },
    { "pkcs11:token", FALSE },
    { "pkcs11:token=desk?pin-value=1234", FALSE },
    { "pkcs11:token=desk;pin-value=1234", FALSE },
    { "pkcs11:token=desk?pin-source=file:/run/pin&pin-value=1234", FALSE },
    { "pkcs11:token=desk?pin- value=1234", FALSE },
    { "pkcs11:token=desk?PIN-VALUE=1234", FALSE },
    { "pkcs11:token=desk?pin-source=|/bin/ask", FALSE },
    { "pkcs11:token=desk?pin-source=1234", FALSE },
    { "pkcs11:token=desk?module-path=/tmp/x.so", FALSE },
    { "pkcs11:token=desk?module-name=x", FALSE },
    { "pkcs11:token=desk?", FALSE },
    { "pkcs11:token=desk?pin-source=file:/a?pin-value=1", FALSE },
    { "pkcs11:token=desk#pin-value=1", FALSE },
    { "pkcs11:token=%zz", FALSE },
    { "pkcs11:colour=blue", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat ("[Visit]\nKey=", rows[i].value, "\n", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (Configuration) configuration = parse (text, &error);

      g_test_message ("%s", rows[i].value);
      if (rows[i].allowed)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (configuration_get_string (configuration, "Visit", "Key"), ==, rows[i].value);
          continue;
        }
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
      g_assert_cmpstr (error->message, ==,
                       "test.conf:2: key Key of [Visit] must be an absolute path, or a pkcs11: URI without pin-value, "
                       "module-name and module-path");
    }
}

static const char *const colours[] = { "red", "blue", NULL };
static const ConfigurationKey named_keys[] = {
  { "Center", "Url", CONFIGURATION_URL, NULL },
  { "Desk *", "Folder", CONFIGURATION_PATH, NULL },
  { "Desk *", "Colour", CONFIGURATION_CHOICE, "red", .choices = colours },
  { "Desk *", "Copies", CONFIGURATION_PATHS, NULL },
  { "Desk *", "Words", CONFIGURATION_WORDS, NULL },
  { NULL },
};

static Configuration *
parse_named (const char *text, GError **error)
{
  return configuration_parse (text, strlen (text), "test.conf", named_keys, error);
}

static void
collect (const ConfigurationKey *key, const char *value, const char *origin, gpointer user_data)
{
  g_string_append_printf (user_data, "%s.%s=%s (%s)\n", key->group, key->key, value ? value : "-", origin);
}

/* A group may stand with names, each time with all of its keys; one that stands nowhere has none. */
static void
test_named_groups (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Configuration) none = parse_named ("[Center]\n", &error);
  g_autoptr (Configuration) configuration = parse_named (
      "[Desk two]\nFolder=/b\nCopies=/x y:/z\n[Desk]\nFolder=/a\nWords=OQS YZK\n[Desk two]\nColour=blue\n", &error);
  g_auto (GStrv) no_groups = configuration_list_groups (none, "Desk");
  g_auto (GStrv) groups = configuration_list_groups (configuration, "Desk");
  g_autofree char *listed = g_strjoinv ("|", groups);
  g_autoptr (GString) seen = g_string_new (NULL);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (no_groups), ==, 0);
  g_assert_cmpstr (listed, ==, "Desk two|Desk");
  g_assert_cmpstr (configuration_get_string (configuration, "Desk two", "Folder"), ==, "/b");
  configuration_set_default (configuration, "Desk two", "Folder", "/c", "elsewhere");
  configuration_foreach (configuration, collect, seen);
  g_assert_cmpstr (seen->str, ==,
                   "Center.Url=- (default)\n"
                   "Desk two.Folder=/b (test.conf:2)\n"
                   "Desk two.Colour=blue (test.conf:8)\n"
                   "Desk two.Copies=/x y:/z (test.conf:3)\n"
                   "Desk two.Words=- (default)\n"
                   "Desk.Folder=/a (test.conf:5)\n"
                   "Desk.Colour=red (default)\n"
                   "Desk.Copies=- (default)\n"
                   "Desk.Words=OQS YZK (test.conf:6)\n");
}

static void
test_named_mistakes (void)
{
  static const struct
  {
    const char *text, *error;
  } rows[] = {
    { "[Other]\n", "test.conf:1: unknown group [Other]; allowed are: Center, Desk, Desk NAME" },
    { "[Deskone]\n", "test.conf:1: unknown group [Deskone]; allowed are: Center, Desk, Desk NAME" },
    { "[Center one]\n", "test.conf:1: unknown group [Center one]; allowed are: Center, Desk, Desk NAME" },
    { "[Desk a b]\n", "test.conf:1: the name of a group is 1 to 32 letters, digits, - and _" },
    { "[Desk 受付]\n", "test.conf:1: the name of a group is 1 to 32 letters, digits, - and _" },
    { "[Desk ]\n", "test.conf:1: the name of a group is 1 to 32 letters, digits, - and _" },
    { "[Desk *]\n", "test.conf:1: the name of a group is 1 to 32 letters, digits, - and _" },
    { "[Desk two]\nUrl=https://a\n",
      "test.conf:2: unknown key Url in [Desk two]; allowed are: Folder, Colour, Copies, Words" },
    { "[Desk two]\nFolder=/a\n[Desk]\nFolder=/a\n[Desk two]\nFolder=/b\n",
      "test.conf:6: key Folder of [Desk two] is given twice" },
    { "[Desk]\nColour=green\n", "test.conf:2: key Colour of [Desk] must be red, blue" },
    { "[Desk]\nCopies=/a:b\n", "test.conf:2: key Copies of [Desk] must be absolute paths, with colons between them" },
    { "[Desk]\nCopies=\n", "test.conf:2: key Copies of [Desk] must be absolute paths, with colons between them" },
    { "[Desk]\nWords=a,b\n",
      "test.conf:2: key Words of [Desk] must be letters and digits, with blanks between the words" },
  };
  g_autoptr (GString) many = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_null (parse_named (rows[i].text, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
      g_assert_cmpstr (error->message, ==, rows[i].error);
      g_clear_error (&error);
    }
  for (guint i = 1; i <= 17; i++)
    g_string_append_printf (many, "[Desk %u]\n", i);
  g_assert_null (parse_named (many->str, &error));
  g_assert_cmpstr (error->message, ==, "test.conf:17: more than 16 groups with a name");
}

static void
test_no_text (void)
{
  static const struct
  {
    const char *text;
    gsize size;
  } cases[] = { { "[Visit]\nInstitution=\xff\n", 23 }, { "[Visit]\0\n", 9 } };
  g_autofree char *large = g_strnfill (64 * 1024 + 1, '\n');
  g_autoptr (GError) error = NULL;
  g_autoptr (Configuration) largest = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_null (configuration_parse (cases[i].text, cases[i].size, "test.conf", keys, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
      g_clear_error (&error);
    }
  g_assert_null (configuration_parse (large, 64 * 1024 + 1, "test.conf", keys, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
  g_clear_error (&error);
  largest = configuration_parse (large, 64 * 1024, "test.conf", keys, &error);
  g_assert_no_error (error);
}

typedef struct
{
  char *folder, *path, *drop_ins;
} Files;

static void
set_up (Files *files, gconstpointer data)
{
  files->folder = g_dir_make_tmp ("shikaku-XXXXXX", NULL);
  files->path = g_build_filename (files->folder, "a.conf", NULL);
  files->drop_ins = g_build_filename (files->folder, "a.conf.d", NULL);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  const char *name;

  while (directory && (name = g_dir_read_name (directory)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_remove (path) != 0)
        remove_folder (path);
    }
  g_rmdir (folder);
}

static void
tear_down (Files *files, gconstpointer data)
{
  remove_folder (files->folder);
  g_free (files->folder);
  g_free (files->path);
  g_free (files->drop_ins);
}

static void
write_drop_in (const Files *files, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (files->drop_ins, name, NULL);

  g_mkdir (files->drop_ins, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
expect_failure (const Files *files, ShikakuError code, const char *name, const char *message)
{
  g_autofree char *prefix = g_build_filename (files->folder, name, NULL);
  g_autofree char *expected = g_strconcat (prefix, message, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (configuration_load (files->path, TRUE, keys, &error));
  g_assert_error (error, SHIKAKU_ERROR, (int)code);
  if (message)
    g_assert_cmpstr (error->message, ==, expected);
}

static void
test_load (Files *files, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Configuration) configuration = NULL;

  expect_failure (files, SHIKAKU_ERROR_NOT_FOUND, "", NULL);
  g_assert_null (configuration_load (files->folder, TRUE, keys, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (files->path, "[Center]\nTimeout=7\n", -1, NULL));
  configuration = configuration_load (files->path, TRUE, keys, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (configuration_get_seconds (configuration, "Center", "Timeout"), ==, 7);

  g_assert_true (g_file_set_contents (files->path, "[X]\n", -1, NULL));
  expect_failure (files, SHIKAKU_ERROR_INVALID_OPTION, "a.conf",
                  ":1: unknown group [X]; allowed are: Center, Visit, Code");
}

/* The file may be missing, if the caller says so; its drop-ins count all the same. */
static void
test_not_required (Files *files, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Configuration) configuration = configuration_load (files->path, FALSE, keys, &error);
  g_autoptr (Configuration) with_drop_in = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (configuration_get_seconds (configuration, "Center", "Timeout"), ==, 10);
  write_drop_in (files, "x.conf", "[Center]\nTimeout=7\n");
  with_drop_in = configuration_load (files->path, FALSE, keys, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (configuration_get_seconds (with_drop_in, "Center", "Timeout"), ==, 7);
}

/* In the order of their names, each strict by itself; what is hidden or called otherwise is left alone. */
static void
test_drop_ins (Files *files, gconstpointer data)
{
  g_autofree char *origin = g_strconcat (files->drop_ins, "/10-b.conf:2", NULL);
  g_autofree char *first_origin = g_strconcat (files->path, ":3", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (Configuration) configuration = NULL;

  g_assert_true (g_file_set_contents (files->path, "[Center]\nTimeout=7\nAuthority=/a\n[Code]\nRange=1\n", -1, NULL));
  write_drop_in (files, "9-c.conf", "[Code]\nRange=3\n");
  write_drop_in (files, "10-b.conf", "[Center]\nTimeout=8\n[Code]\nRange=2\n");
  write_drop_in (files, "00-a.conf", "[Center]\nTimeout=9\n");
  write_drop_in (files, ".hidden.conf", "nonsense\n");
  write_drop_in (files, "90.conf.dpkg-old", "nonsense\n");
  write_drop_in (files, "README", "nonsense\n");
  configuration = configuration_load (files->path, TRUE, keys, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (configuration_get_seconds (configuration, "Center", "Timeout"), ==, 8);
  g_assert_cmpstr (configuration_get_origin (configuration, "Center", "Timeout"), ==, origin);
  g_assert_cmpstr (configuration_get_string (configuration, "Center", "Authority"), ==, "/a");
  g_assert_cmpstr (configuration_get_origin (configuration, "Center", "Authority"), ==, first_origin);
  g_assert_cmpstr (configuration_get_string (configuration, "Code", "Range"), ==, "3");

  write_drop_in (files, "20.conf", "Timeout=9\n");
  expect_failure (files, SHIKAKU_ERROR_INVALID_OPTION, "a.conf.d/20.conf",
                  ":1: key Timeout stands before the first [Group]");
  write_drop_in (files, "20.conf", "[Center]\nTimeout=9\nTimeout=9\n");
  expect_failure (files, SHIKAKU_ERROR_INVALID_OPTION, "a.conf.d/20.conf",
                  ":3: key Timeout of [Center] is given twice");
}

static void
test_drop_in_unreadable (Files *files, gconstpointer data)
{
  g_autofree char *link = g_build_filename (files->drop_ins, "b.conf", NULL);

  g_assert_true (g_file_set_contents (files->path, "", -1, NULL));
  g_assert_cmpint (g_mkdir (files->drop_ins, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (link, 0700), ==, 0);
  expect_failure (files, SHIKAKU_ERROR_FAILED, "", NULL);
  g_assert_cmpint (g_rmdir (link), ==, 0);
  g_assert_cmpint (symlink ("nowhere", link), ==, 0);
  expect_failure (files, SHIKAKU_ERROR_NOT_FOUND, "", NULL);
  g_assert_cmpint (g_unlink (link), ==, 0);
  g_assert_cmpint (g_rmdir (files->drop_ins), ==, 0);
  g_assert_true (g_file_set_contents (files->drop_ins, "", -1, NULL));
  expect_failure (files, SHIKAKU_ERROR_FAILED, "", NULL);
}

/* An editor's byte-order mark is no part of the first line. */
static void
test_byte_order_mark (Files *files, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Configuration) configuration = NULL;

  g_assert_true (g_file_set_contents (files->path, "\xef\xbb\xbf[Center]\r\nTimeout=7\r\n", -1, NULL));
  configuration = configuration_load (files->path, TRUE, keys, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (configuration_get_seconds (configuration, "Center", "Timeout"), ==, 7);
}

/* A pipe to which nobody writes is an error, and not the end of the start. */
static void
test_pipe (Files *files, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mkfifo (files->path, 0600), ==, 0);
  g_assert_null (configuration_load (files->path, TRUE, keys, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
}

/* Who may write it, as anybody, chooses the center and whom to trust. */
static void
test_exposed (Files *files, gconstpointer data)
{
  g_autofree char *drop_in = g_build_filename (files->drop_ins, "b.conf", NULL);
  g_autoptr (Configuration) configuration = NULL;

  g_assert_true (g_file_set_contents (files->path, "[Center]\nTimeout=7\n", -1, NULL));
  write_drop_in (files, "b.conf", "[Center]\nTimeout=8\n");
  g_assert_cmpint (g_chmod (drop_in, 0646), ==, 0);
  expect_failure (files, SHIKAKU_ERROR_INVALID_OPTION, "a.conf.d/b.conf",
                  ": everybody may write it, and so choose the center that is asked, and whom to trust");
  g_assert_cmpint (g_chmod (drop_in, 0664), ==, 0);
  g_assert_cmpint (g_chmod (files->drop_ins, 01777), ==, 0);
  expect_failure (files, SHIKAKU_ERROR_INVALID_OPTION, "a.conf.d",
                  ": everybody may write it, and so choose the center that is asked, and whom to trust");
  g_assert_cmpint (g_chmod (files->drop_ins, 0775), ==, 0);
  configuration = configuration_load (files->path, TRUE, keys, NULL);
  g_assert_nonnull (configuration);
}

static void
test_origins (void)
{
  g_autoptr (Configuration) configuration = parse ("[Center]\nTimeout=5\n", NULL);
  g_autoptr (GString) seen = g_string_new (NULL);

  configuration_set_default (configuration, "Center", "Timeout", "6", "elsewhere");
  configuration_set_default (configuration, "Visit", "Key", "/run/key", "elsewhere");
  configuration_set_default (configuration, "Visit", "Key", "/run/other", "elsewhere");
  configuration_foreach (configuration, collect, seen);
  g_assert_cmpstr (seen->str, ==,
                   "Center.Url=- (default)\n"
                   "Center.Timeout=5 (test.conf:2)\n"
                   "Center.Authority=/etc/ca.pem (default)\n"
                   "Visit.Institution=- (default)\n"
                   "Visit.Key=/run/other (elsewhere)\n"
                   "Code.Exact=- (default)\n"
                   "Code.Range=- (default)\n");
}

static void
test_unknown_question (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (Configuration) configuration = parse ("", NULL);

      configuration_get_string (configuration, "Center", "Nothing");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*no key Nothing in*Center*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/configuration/defaults", test_defaults);
  g_test_add_func ("/configuration/switches", test_switches);
  g_test_add_func ("/configuration/named-groups", test_named_groups);
  g_test_add_func ("/configuration/named-mistakes", test_named_mistakes);
  g_test_add_func ("/configuration/values", test_values);
  g_test_add_func ("/configuration/mistakes", test_mistakes);
  g_test_add_func ("/configuration/no-text", test_no_text);
  g_test_add_func ("/configuration/credentials", test_credentials);
  g_test_add_func ("/configuration/origins", test_origins);
  g_test_add ("/configuration/load", Files, NULL, set_up, test_load, tear_down);
  g_test_add ("/configuration/byte-order-mark", Files, NULL, set_up, test_byte_order_mark, tear_down);
  g_test_add ("/configuration/pipe", Files, NULL, set_up, test_pipe, tear_down);
  g_test_add ("/configuration/exposed", Files, NULL, set_up, test_exposed, tear_down);
  g_test_add ("/configuration/not-required", Files, NULL, set_up, test_not_required, tear_down);
  g_test_add ("/configuration/drop-ins", Files, NULL, set_up, test_drop_ins, tear_down);
  g_test_add ("/configuration/drop-in-unreadable", Files, NULL, set_up, test_drop_in_unreadable, tear_down);
  g_test_add_func ("/configuration/unknown-question", test_unknown_question);
  return g_test_run ();
}
