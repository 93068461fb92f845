/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* code-catalogue: known codes, a site's own, and what the letter of severity says of all others. */
#include "center/code-catalogue.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_known (void)
{
  g_autofree char *english = code_catalogue_get_text ("SHK020001", NULL);
  g_autofree char *japanese = code_catalogue_get_text ("SHK020001", "ja");
  g_autofree char *none = code_catalogue_get_text ("ABCD0001E", "ja");

  g_assert_cmpint (code_catalogue_get_error ("SHK010001"), ==, SHIKAKU_ERROR_CERTIFICATE_EXPIRED);
  g_assert_cmpint (code_catalogue_get_error ("SHK010002"), ==, SHIKAKU_ERROR_CERTIFICATE_REVOKED);
  g_assert_cmpint (code_catalogue_get_error ("SHK010003"), ==, SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED);
  g_assert_cmpint (code_catalogue_get_error ("SHK010004"), ==, SHIKAKU_ERROR_CENTER_REFUSED);
  g_assert_cmpint (code_catalogue_get_error ("SHK020001"), ==, SHIKAKU_ERROR_NOT_REGISTERED);
  g_assert_cmpint (code_catalogue_get_error ("SHK090001"), ==, SHIKAKU_ERROR_CENTER_BUSY);
  g_assert_cmpint (code_catalogue_get_error ("SHK090003"), ==, SHIKAKU_ERROR_MESSAGE_INVALID);
  g_assert_cmpint (code_catalogue_get_error ("ABCD0001E"), ==, SHIKAKU_ERROR_CENTER_REFUSED);
  g_assert_cmpint (code_catalogue_get_error (NULL), ==, SHIKAKU_ERROR_CENTER_REFUSED);
  g_assert_cmpint (code_catalogue_get_class ("SHK010001"), ==, CODE_ERROR);
  g_assert_cmpint (code_catalogue_get_class ("EPSB1032W"), ==, CODE_WARNING);
  g_assert_cmpint (code_catalogue_get_class ("OQC-OWSE0900000"), ==, CODE_ERROR);
  g_assert_nonnull (english);
  g_assert_nonnull (japanese);
  g_assert_cmpstr (english, !=, japanese);
  g_assert_null (none);
}

static void
test_letters (void)
{
  static const struct
  {
    const char *code;
    CodeClass class;
  } rows[] = { { "ABCD0001I", CODE_INFORMATION },
               { "ABCD0001W", CODE_WARNING },
               { "ABCD0001E", CODE_ERROR },
               { "ABCD00019", CODE_UNKNOWN },
               { "ABCD0001e", CODE_UNKNOWN },
               { "", CODE_UNKNOWN },
               { NULL, CODE_UNKNOWN },
               { "山田", CODE_UNKNOWN } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (code_catalogue_get_class (rows[i].code), ==, rows[i].class);
}

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

/* A site adds codes, and says otherwise of known ones; a later file counts. */
static void
test_site (void)
{
  g_autofree char *folder = g_dir_make_tmp ("codes-XXXXXX", NULL);
  g_autofree char *text = NULL;

  write_file (folder, "10-a.ini", "[ABCD0001E]\nClass=warning\n[ABCD0002]\nClass=error\nError=NotRegistered\n");
  write_file (folder, "20-b.ini", "[ABCD0001E]\nClass=information\nText=b\nText[ja]=び\n");
  write_file (folder, "ignored.txt", "nonsense");
  g_assert_true (code_catalogue_check_folder (folder, NULL));
  code_catalogue_use_folder (folder);
  text = code_catalogue_get_text ("ABCD0001E", "ja");
  g_assert_cmpint (code_catalogue_get_class ("ABCD0001E"), ==, CODE_INFORMATION);
  g_assert_cmpstr (text, ==, "び");
  g_assert_cmpint (code_catalogue_get_error ("ABCD0002"), ==, SHIKAKU_ERROR_NOT_REGISTERED);
  g_assert_cmpint (code_catalogue_get_error ("SHK010001"), ==, SHIKAKU_ERROR_CERTIFICATE_EXPIRED);
  code_catalogue_use_folder (NULL);
  g_assert_cmpint (code_catalogue_get_class ("ABCD0001E"), ==, CODE_ERROR);
  remove_folder (folder);
  code_catalogue_use_folder (folder); /* that is not there */
  g_assert_true (code_catalogue_check_folder (folder, NULL));
  code_catalogue_use_folder (NULL);
}

/* A file with a mistake is named, and left out; the others count. */
static void
test_mistakes (void)
{
  static const char *const bad[] = { "no group",
                                     "[ABCD0001W]\nText=without a class\n",
                                     "[ABCD0001W]\nClass=fatal\n",
                                     "[ABCD0001W]\nClass=error\nError=PinIncorrect\n",
                                     "[ABCD0001W]\nClass=error\nColour=red\n",
                                     "[ABCD0001W]\nClass=error\nOutcome=data\n", /* no refusal stands for that */
                                     "[ABCD0001W]\nClass=error\nOutcome=lost\n",
                                     "[A code that is far too long to be one of the center]\nClass=error\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *folder = g_dir_make_tmp ("codes-XXXXXX", NULL);
      g_autoptr (GError) error = NULL;

      write_file (folder, "bad.ini", bad[i]);
      write_file (folder, "good.ini", "[ABCD0009]\nClass=warning\n");
      g_assert_false (code_catalogue_check_folder (folder, &error));
      g_assert_nonnull (strstr (error->message, "bad.ini"));
      code_catalogue_use_folder (folder);
      g_assert_cmpint (code_catalogue_get_class ("ABCD0009"), ==, CODE_WARNING);
      g_assert_cmpint (code_catalogue_get_class ("ABCD0001W"), ==, CODE_WARNING);
      code_catalogue_use_folder (NULL);
      remove_folder (folder);
    }
}

/* What records that were asked for come to, also by a site's own word: no code for an ended consent is public. */
static void
test_outcomes (void)
{
  static const struct
  {
    const char *code;
    RecordsOutcome outcome;
  } rows[] = {
    { "SCKO1000E", RECORDS_NOT_CONFIGURED },
    { "SHK040001", RECORDS_CONSENT_ENDED },
    { "SHK040002", RECORDS_REFUSED },
    { "SHK040003", RECORDS_SPAN_REFUSED },
    { "SHK040004", RECORDS_NOT_YET },
    { "SHK040005", RECORDS_TOO_OLD },
    { "SHK040006", RECORDS_NOT_COVERED },
    { "SHK040007", RECORDS_NONE },
    { "SHK090002", RECORDS_REFUSED },
    { "ABCD0003E", RECORDS_REFUSED },
    { "", RECORDS_REFUSED },
    { NULL, RECORDS_REFUSED },
  };
  g_autofree char *folder = g_dir_make_tmp ("codes-XXXXXX", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (code_catalogue_get_outcome (rows[i].code), ==, rows[i].outcome);
  write_file (folder, "site.ini", "[ABCD0003E]\nClass=error\nOutcome=consent-ended\n");
  g_assert_true (code_catalogue_check_folder (folder, NULL));
  code_catalogue_use_folder (folder);
  g_assert_cmpint (code_catalogue_get_outcome ("ABCD0003E"), ==, RECORDS_CONSENT_ENDED);
  code_catalogue_use_folder (NULL);
  remove_folder (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/code-catalogue/known", test_known);
  g_test_add_func ("/code-catalogue/letters", test_letters);
  g_test_add_func ("/code-catalogue/site", test_site);
  g_test_add_func ("/code-catalogue/outcomes", test_outcomes);
  g_test_add_func ("/code-catalogue/mistakes", test_mistakes);
  return g_test_run ();
}
