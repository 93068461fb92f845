/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-name: names as they are seen in the field, and what is none. */
#include <string.h>

#include "codec/folder-name.h"

typedef struct
{
  const char *name;
  FolderNameKind kind;
  FolderExtension extension;
  const char *prefix, *time; /* of Japan, ISO 8601; NULL: none */
} Case;

static const Case cases[] = {
  { "OQSsiquc01req_202611300001.xml", FOLDER_NAME_REQUEST, FOLDER_EXTENSION_XML, "OQSsiquc01", NULL },
  { "OQSsiquc01res_202611300001.xml", FOLDER_NAME_ANSWER, FOLDER_EXTENSION_XML, "OQSsiquc01", NULL },
  { "OQSmuquc02res_202611300001.zip", FOLDER_NAME_ANSWER, FOLDER_EXTENSION_ZIP, "OQSmuquc02", NULL },
  { "YZKsiquc01res_00001XXXXXXXXXXXXXXX.PDF", FOLDER_NAME_ANSWER, FOLDER_EXTENSION_PDF, "YZKsiquc01", NULL },
  { "TKKsiquc01req_01260929160112345.xml", FOLDER_NAME_REQUEST, FOLDER_EXTENSION_XML, "TKKsiquc01", NULL },
  { "OQSsiquc01res_face_27142063864da5260a16de5a3d3ad7_20260929160112.xml", FOLDER_NAME_FACE, FOLDER_EXTENSION_XML,
    "OQSsiquc01", "2026-09-29T16:01:12+09:00" },
  { "OQSsiquc01res_face_20260929160112.xml", FOLDER_NAME_FACE, FOLDER_EXTENSION_XML, "OQSsiquc01",
    "2026-09-29T16:01:12+09:00" },
  { "OQSsiquc01res_face_x_20260929160112.zip", FOLDER_NAME_FACE, FOLDER_EXTENSION_ZIP, "OQSsiquc01",
    "2026-09-29T16:01:12+09:00" },
  { "OQSsiquc01res_face_x_20261332250000.xml", FOLDER_NAME_FACE, FOLDER_EXTENSION_XML, "OQSsiquc01", NULL },
  { "OQSsiquc01res_face_x_20260101000000.xml", FOLDER_NAME_FACE, FOLDER_EXTENSION_XML, "OQSsiquc01",
    "2026-01-01T00:00:00+09:00" },
  { "OQSsiquc01res_face_x.xml", FOLDER_NAME_ANSWER, FOLDER_EXTENSION_XML, "OQSsiquc01", NULL },
  { "OQSsiquc01res_face_x20260929160112.xml", FOLDER_NAME_ANSWER, FOLDER_EXTENSION_XML, "OQSsiquc01", NULL },
  { "OQSsiquc01res_.xml", FOLDER_NAME_OTHER, FOLDER_EXTENSION_XML, "", NULL },
  { "OQSsiquc01res.xml", FOLDER_NAME_OTHER, FOLDER_EXTENSION_XML, "", NULL },
  { "OQSxiquc01res_1.xml", FOLDER_NAME_OTHER, FOLDER_EXTENSION_XML, "", NULL },
  { "oqssiquc01res_1.xml", FOLDER_NAME_OTHER, FOLDER_EXTENSION_XML, "", NULL },
  { "OQSsiquc01req_1.pdf", FOLDER_NAME_OTHER, FOLDER_EXTENSION_PDF, "", NULL },
  { "OQSsiquc01res_1.xml.part", FOLDER_NAME_OTHER, FOLDER_EXTENSION_NONE, "", NULL },
  { "OQSsiquc01res_1\n.xml", FOLDER_NAME_OTHER, FOLDER_EXTENSION_NONE, "", NULL },
  { "OQSsiquc01res_\xe5\x8f\x97.xml", FOLDER_NAME_OTHER, FOLDER_EXTENSION_NONE, "", NULL },
  { "ALMocr01res_1.xml", FOLDER_NAME_OTHER, FOLDER_EXTENSION_XML, "", NULL },
  { "", FOLDER_NAME_OTHER, FOLDER_EXTENSION_NONE, "", NULL },
  { ".", FOLDER_NAME_OTHER, FOLDER_EXTENSION_NONE, "", NULL },
  { "SKK.tmp", FOLDER_NAME_OTHER, FOLDER_EXTENSION_NONE, "", NULL },
};

static void
test_read (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FolderName name;

      g_test_message ("%s", cases[i].name);
      folder_name_read (cases[i].name, &name);
      g_assert_cmpint (name.kind, ==, cases[i].kind);
      g_assert_cmpint (name.extension, ==, cases[i].extension);
      g_assert_cmpstr (name.prefix, ==, cases[i].prefix);
      g_assert_cmpstr (name.tag, ==, "");
      g_assert_cmpstr (name.suffix, ==, "");
      if (cases[i].time != NULL)
        {
          g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (cases[i].time, NULL);

          g_assert_cmpint (name.at, ==, g_date_time_to_unix (time) * G_USEC_PER_SEC);
        }
      else
        g_assert_cmpint (name.at, ==, 0);
    }
}

/* What we make we know again: whose it is, and which answer belongs to it; and nobody else's. */
static void
test_make (void)
{
  g_autofree char *tag = folder_name_make_tag ("a machine, a terminal");
  g_autofree char *same = folder_name_make_tag ("a machine, a terminal");
  g_autofree char *other = folder_name_make_tag ("another machine");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_assert_cmpuint (strlen (tag), ==, FOLDER_NAME_TAG_SIZE);
  g_assert_cmpstr (tag, ==, same);
  g_assert_cmpstr (tag, !=, other);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *request = folder_name_make_request ("YZKsiquc01", tag, FOLDER_EXTENSION_XML);
      g_autofree char *base = folder_name_make_answer_base (request);
      g_autofree char *answer = g_strconcat (base, ".pdf", NULL);
      g_autofree char *temporary = folder_name_make_temporary (tag);
      FolderName name;

      g_assert_cmpuint (strlen (request), ==, 38); /* as long as ORCA's */
      folder_name_read (request, &name);
      g_assert_cmpint (name.kind, ==, FOLDER_NAME_REQUEST);
      g_assert_cmpstr (name.tag, ==, tag);
      folder_name_read (answer, &name);
      g_assert_cmpint (name.kind, ==, FOLDER_NAME_ANSWER);
      g_assert_cmpstr (name.tag, ==, tag);
      g_assert_nonnull (strstr (request, name.suffix));
      g_assert_cmpuint (strlen (name.suffix), ==, FOLDER_NAME_SUFFIX_SIZE);
      g_assert_cmpuint (name.base_size, ==, strlen (base));
      folder_name_read (temporary, &name);
      g_assert_cmpint (name.kind, ==, FOLDER_NAME_TEMPORARY);
      g_assert_cmpstr (name.tag, ==, tag);
      g_assert_true (g_hash_table_add (seen, g_steal_pointer (&request)));
    }
  g_assert_null (folder_name_make_answer_base ("OQSsiquc01res_1.xml"));
  g_assert_null (folder_name_make_answer_base ("x"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/folder-name/read", test_read);
  g_test_add_func ("/folder-name/make", test_make);
  return g_test_run ();
}
