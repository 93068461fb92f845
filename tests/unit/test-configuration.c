/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* configuration: values of each type, defaults, and for each mistake the line and what is allowed. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/configuration.h"
#include "base/error.h"

static const ConfigurationKey keys[] = {
  { "Center", "Url", CONFIGURATION_URL, NULL, 0, 0 },
  { "Center", "Timeout", CONFIGURATION_SECONDS, "10", 1, 600 },
  { "Center", "Authority", CONFIGURATION_PATH, "/etc/ca.pem", 0, 0 },
  { "Visit", "Institution", CONFIGURATION_STRING, NULL, 0, 0 },
  { "Visit", "Strict", CONFIGURATION_BOOLEAN, "yes", 0, 0 },
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
  g_assert_true (configuration_get_boolean (configuration, "Visit", "Strict"));
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
                                                   "Strict=false\r\n"
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
  g_assert_false (configuration_get_boolean (configuration, "Visit", "Strict"));
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
  { "[Visit]\nTimeout=5\n", "test.conf:2: unknown key Timeout in [Visit]; allowed are: Institution, Strict" },
  { "[Visit]\n=5\n", "test.conf:2: unknown key  in [Visit]; allowed are: Institution, Strict" },
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
  { "[Visit]\nStrict=1\n", "test.conf:2: key Strict of [Visit] must be one of true, false, yes, no" },
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

static void
test_load (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_dir_make_tmp ("shikaku-XXXXXX", &error);
  g_autofree char *path = g_build_filename (directory, "a.conf", NULL);
  g_autofree char *message = g_strconcat (path, ":1: unknown group [X]; allowed are: Center, Visit, Code", NULL);
  Configuration *configuration;

  g_assert_no_error (error);
  g_assert_null (configuration_load (path, keys, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (configuration_load (directory, keys, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path, "[Center]\nTimeout=7\n", -1, NULL));
  configuration = configuration_load (path, keys, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (configuration_get_seconds (configuration, "Center", "Timeout"), ==, 7);
  configuration_free (configuration);

  g_assert_true (g_file_set_contents (path, "[X]\n", -1, NULL));
  g_assert_null (configuration_load (path, keys, &error));
  g_assert_cmpstr (error->message, ==, message);
  g_unlink (path);
  g_rmdir (directory);
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
  g_test_add_func ("/configuration/values", test_values);
  g_test_add_func ("/configuration/mistakes", test_mistakes);
  g_test_add_func ("/configuration/no-text", test_no_text);
  g_test_add_func ("/configuration/load", test_load);
  g_test_add_func ("/configuration/unknown-question", test_unknown_question);
  return g_test_run ();
}
