/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-faces: what a face reader brings into folders that the test plays (fake-share): arrivals, their copies, what
 * nobody can use, and many of each.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "fake-terminal-desk.h"

#define FACE(institution) \
  "<XmlMsg><MessageHeader><MedicalInstitutionCode>" institution "</MedicalInstitutionCode>" \
  "<ArbitraryFileIdentifier>of-the-terminal</ArbitraryFileIdentifier><ReferenceClassification>1" \
  "</ReferenceClassification>" TAKEN "</MessageHeader><MessageBody>" PERSON "</MessageBody></XmlMsg>"

static void
bring_face (const char *text)
{
  fake_share_bring (FACE_NAME, text, strlen (text), TRUE);
}

/* await_disposed: until the share was told what becomes of a file. */
static void
await_disposed (const char *text)
{
  while (strcmp (fake_share.disposed->str, text) != 0)
    g_main_context_iteration (NULL, TRUE);
}

static TransportArrival *
get_arrival (const Desk *desk, guint index)
{
  g_assert_cmpuint (desk->arrivals->len, >, index);
  return desk->arrivals->pdata[index];
}

static void
assert_copy (const char *folder, const char *text)
{
  g_autofree char *path = g_build_filename (folder, FACE_NAME, NULL);
  g_autofree char *found = NULL;

  g_assert_true (g_file_get_contents (path, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, text);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
assert_empty (const char *folder)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);

  g_assert_null (g_dir_read_name (directory));
}

/* Durable here, then the copies, then the file goes; a repeat after a kill anywhere makes no second copy. */
static void
test_arrival (Desk *desk, gconstpointer data)
{
  static const char text[] = FACE (INSTITUTION);
  TransportArrival *arrival;

  desk->settings.copies = desk->copies;
  terminal_folder_configure (desk->transport, &desk->settings);
  bring_face (text);
  arrival = get_arrival (desk, 0);
  g_assert_cmpstr (arrival->name, ==, FACE_NAME);
  g_assert_cmpint (arrival->at, !=, 0);
  g_assert_cmpint (arrival->reply->qualification->validity, ==, QUALIFICATION_VALID);
  g_assert_cmpmem (g_bytes_get_data (arrival->bytes, NULL), g_bytes_get_size (arrival->bytes), text, strlen (text));
  assert_empty (desk->first);
  g_assert_cmpstr (fake_share.disposed->str, ==, "");
  desk->transport->klass->release_arrival (desk->transport, arrival->name, arrival->digest);
  await_disposed ("delete " FACE_NAME "\n");
  assert_copy (desk->first, text);
  assert_copy (desk->second, text);

  /* Killed before the file was gone: it is told again, and nobody gets another copy. */
  desk->transport->klass->free (desk->transport);
  fake_terminal_desk_open (desk);
  g_string_truncate (fake_share.disposed, 0);
  bring_face (text);
  arrival = get_arrival (desk, 1);
  desk->transport->klass->release_arrival (desk->transport, arrival->name, arrival->digest);
  await_disposed ("delete " FACE_NAME "\n");
  assert_empty (desk->first);
  assert_empty (desk->second);
}

/* A folder for copies that is not there holds up neither the arrival nor the others; the copy is made when it is. */
static void
test_copies_fail (Desk *desk, gconstpointer data)
{
  static const char text[] = FACE (INSTITUTION);
  TransportArrival *arrival;

  desk->settings.copies = desk->copies;
  terminal_folder_configure (desk->transport, &desk->settings);
  g_assert_cmpint (g_rmdir (desk->first), ==, 0);
  bring_face (text);
  arrival = get_arrival (desk, 0);
  desk->transport->klass->release_arrival (desk->transport, arrival->name, arrival->digest);
  await_disposed ("keep " FACE_NAME "\n");
  assert_copy (desk->second, text);
  g_assert_cmpint (desk->transport->links[TRANSPORT_LINK_TERMINAL].cause, ==, SHIKAKU_CAUSE_COPIES_FAIL);
  g_assert_nonnull (strstr (desk->transport->links[TRANSPORT_LINK_TERMINAL].detail, desk->first));
  g_assert_cmpint (g_mkdir (desk->first, 0700), ==, 0);
  await_disposed ("keep " FACE_NAME "\ndelete " FACE_NAME "\n");
  assert_copy (desk->first, text);
  assert_empty (desk->second);
  g_assert_cmpint (desk->transport->links[TRANSPORT_LINK_TERMINAL].cause, ==, SHIKAKU_CAUSE_NONE);
}

static guint
count_lines (const char *text)
{
  guint count = 0;

  for (; *text != '\0'; text++)
    count += *text == '\n';
  return count;
}

static guint
count_deleted (void)
{
  g_auto (GStrv) parts = g_strsplit (fake_share.disposed->str, "delete ", -1);

  return g_strv_length (parts) - 1;
}

/* bring_many: @count of them come, and are released. */
static void
bring_many (Desk *desk, guint count)
{
  for (guint i = 0; i < count; i++)
    {
      g_autofree char *name = g_strdup_printf ("OQSsiquc01res_face_%010u_20261130091500.xml", i);

      fake_share_bring (name, FACE (INSTITUTION), strlen (FACE (INSTITUTION)), TRUE);
      desk->transport->klass->release_arrival (desk->transport, get_arrival (desk, i)->name,
                                               get_arrival (desk, i)->digest);
    }
}

static void
await_waiting (const Desk *desk, const char *text)
{
  const TransportLinkStatus *status = &desk->transport->links[TRANSPORT_LINK_TERMINAL];

  while (status->detail == NULL || !g_str_has_prefix (status->detail, text))
    g_main_context_iteration (NULL, TRUE);
}

/* More than a day of them waits for a folder that is away, and none is forgotten. */
static void
test_many_copies (Desk *desk, gconstpointer data)
{
  desk->settings.copies = desk->first;
  terminal_folder_configure (desk->transport, &desk->settings);
  g_assert_cmpint (g_rmdir (desk->first), ==, 0);
  bring_many (desk, 300);
  await_waiting (desk, "300 faces wait");
}

/* Once it is there all of them are made, though few are tried while it is not. */
static void
test_all_copies (Desk *desk, gconstpointer data)
{
  desk->settings.copies = desk->first;
  terminal_folder_configure (desk->transport, &desk->settings);
  g_assert_cmpint (g_rmdir (desk->first), ==, 0);
  bring_many (desk, 40);
  await_waiting (desk, "40 faces wait");
  g_assert_cmpint (g_mkdir (desk->first, 0700), ==, 0);
  while (count_deleted () < 40)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (desk->transport->links[TRANSPORT_LINK_TERMINAL].cause, ==, SHIKAKU_CAUSE_NONE);
}

/* A face that this computer cannot open for now is not the worse for it: it comes in when that is mended. */
static void
test_shut (Desk *desk, gconstpointer data)
{
  static const char name[] = "OQSsiquc01res_face_1312345678a1b2_20261130091500.zip";
  g_autofree char *module = g_build_filename (desk->folder, "module", NULL);

  desk->settings.zip_command = module;
  terminal_folder_configure (desk->transport, &desk->settings);
  fake_share_bring (name, FACE (INSTITUTION), strlen (FACE (INSTITUTION)), TRUE);
  await_disposed ("keep OQSsiquc01res_face_1312345678a1b2_20261130091500.zip\n");
  g_assert_cmpint (desk->transport->links[TRANSPORT_LINK_TERMINAL].cause, ==, SHIKAKU_CAUSE_FILES_UNREADABLE);
  g_assert_nonnull (strstr (desk->transport->links[TRANSPORT_LINK_TERMINAL].detail, "1 faces could not be opened yet"));
  g_assert_true (g_file_set_contents (module, "#!/bin/sh\ncat \"$2\" > \"$3\"\n", -1, NULL));
  g_assert_cmpint (g_chmod (module, 0700), ==, 0);
  while (desk->arrivals->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (get_arrival (desk, 0)->name, ==, name);
}

static void
test_bad_faces (Desk *desk, gconstpointer data)
{
  static const char *const texts[] = { FACE ("1398765432"), FACE (""), "garbage", "", "<XmlMsg/>" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_string_truncate (fake_share.disposed, 0);
      bring_face (texts[i]);
      g_assert_cmpstr (fake_share.disposed->str, ==, "aside " FACE_NAME "\n");
    }
  g_string_truncate (fake_share.disposed, 0);
  fake_share_bring (FACE_NAME, FACE (INSTITUTION), strlen (FACE (INSTITUTION)), FALSE);
  g_assert_cmpstr (fake_share.disposed->str, ==, "aside " FACE_NAME "\n");
  g_assert_cmpuint (desk->arrivals->len, ==, 0);
}

/* No more are told than may be in hand; the others follow as they are released. */
static void
test_many_faces (Desk *desk, gconstpointer data)
{
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *name = g_strdup_printf ("OQSsiquc01res_face_%010u_20261130091500.xml", i);

      fake_share_bring (name, FACE (INSTITUTION), strlen (FACE (INSTITUTION)), TRUE);
    }
  g_assert_cmpuint (desk->arrivals->len, ==, 32);
  for (guint i = 0; i < 40; i++)
    desk->transport->klass->release_arrival (desk->transport, get_arrival (desk, i)->name,
                                             get_arrival (desk, i)->digest);
  g_assert_cmpuint (desk->arrivals->len, ==, 40);
  while (count_lines (fake_share.disposed->str) < 40)
    g_main_context_iteration (NULL, TRUE);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (Desk *desk, gconstpointer data);
  } rows[] = {
    { "arrival", test_arrival },       { "copies-fail", test_copies_fail }, { "shut", test_shut },
    { "bad-faces", test_bad_faces },   { "many-faces", test_many_faces },   { "many-copies", test_many_copies },
    { "all-copies", test_all_copies },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/terminal-faces/", rows[i].name, NULL);

      g_test_add (path, Desk, NULL, fake_terminal_desk_set_up, rows[i].test, fake_terminal_desk_tear_down);
    }
  return g_test_run ();
}
