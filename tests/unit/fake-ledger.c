/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-ledger: see the header. */
#include "fake-ledger.h"

#include <glib/gstdio.h>
#include <string.h>

#include "store/ledger-note.h"
#include "store/store-file.h"
#include "store/store-key.h"

void
fake_ledger_set_key (FakeLedger *fake, const char *name, guint8 byte)
{
  g_autofree char *path = g_build_filename (fake->keys, name, NULL);
  guint8 bytes[STORE_KEY_SIZE];

  g_unlink (path);
  memset (bytes, byte, sizeof bytes);
  if (byte != 0)
    g_assert_true (g_file_set_contents (path, (char *)bytes, sizeof bytes, NULL));
}

void
fake_ledger_begin (FakeLedger *fake)
{
  *fake = (FakeLedger){ 0 };
  fake->folder = g_dir_make_tmp ("shikaku-ledger-XXXXXX", NULL);
  fake->keys = g_build_filename (fake->folder, "keys", NULL);
  fake->file = g_build_filename (fake->folder, STORE_FILE_LEDGER_NAME, NULL);
  g_assert_cmpint (g_mkdir (fake->keys, 0700), ==, 0);
  fake_ledger_set_key (fake, STORE_KEY_CREDENTIAL, 1);
}

static void
clear_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_remove (file);
    }
}

void
fake_ledger_end (FakeLedger *fake)
{
  fake_ledger_close (fake);
  clear_folder (fake->keys);
  g_assert_cmpint (g_rmdir (fake->keys), ==, 0);
  clear_folder (fake->folder);
  g_assert_cmpint (g_rmdir (fake->folder), ==, 0);
  g_free (fake->keys);
  g_free (fake->folder);
  g_free (fake->file);
}

static void
note_news (const LedgerNews *news, gpointer user_data)
{
  FakeLedger *fake = user_data;

  fake->news++;
  fake->kinds |= news->kinds;
  fake->has_failed = news->error != NULL;
}

void
fake_ledger_open (FakeLedger *fake)
{
  fake->store = store_new_ledger (fake->folder);
  store_set_key_folder (fake->store, fake->keys);
  fake->ledger = ledger_new (fake->store);
  ledger_add_observer (fake->ledger, note_news, fake);
}

void
fake_ledger_close (FakeLedger *fake)
{
  g_clear_pointer (&fake->ledger, ledger_free);
  g_clear_pointer (&fake->store, store_free);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

LedgerEntry *
fake_ledger_make_entry (guint number)
{
  static const LedgerKind kinds[] = { LEDGER_CONSENT, LEDGER_CHECK, LEDGER_FETCH, LEDGER_DISCLOSURE };
  LedgerEntry *entry = ledger_entry_new (kinds[number % G_N_ELEMENTS (kinds)]);
  g_autofree char *visit = g_strdup_printf ("/org/shikaku/Shikaku1/visit/v%u", number / 4);
  g_autofree char *staff = g_strdup_printf ("staff-%u", number % 7);
  guint8 person[LEDGER_PERSON_SIZE];

  memset (person, (int)(number % 50), sizeof person);
  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, visit);
  ledger_entry_add_number (entry, LEDGER_FIELD_UID, 1000 + number % 3);
  ledger_entry_add_text (entry, LEDGER_FIELD_PROGRAM, "receipt-computer");
  ledger_entry_add_text (entry, LEDGER_FIELD_STAFF, staff);
  ledger_entry_add_bytes (entry, LEDGER_FIELD_PERSON, person, sizeof person);
  if (number % 4 == 3)
    ledger_entry_add_bytes (entry, LEDGER_FIELD_SHA256, person, sizeof person);
  return entry;
}

void
fake_ledger_on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((FakeLedger *)user_data)->result = g_object_ref (result);
}

GAsyncResult *
fake_ledger_wait (FakeLedger *fake)
{
  while (fake->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (&fake->result);
}

gboolean
fake_ledger_try_append (FakeLedger *fake, guint first, guint end, guint64 *ret_index, GError **error)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);
  g_autoptr (GAsyncResult) result = NULL;

  for (guint i = first; i < end; i++)
    g_ptr_array_add (entries, fake_ledger_make_entry (i));
  ledger_append (fake->ledger, entries, fake_ledger_on_result, fake);
  result = fake_ledger_wait (fake);
  return ledger_append_finish (fake->ledger, result, ret_index, error);
}

guint64
fake_ledger_append (FakeLedger *fake, guint first, guint end)
{
  g_autoptr (GError) error = NULL;
  guint64 index = G_MAXUINT64;
  const gboolean done = fake_ledger_try_append (fake, first, end, &index, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  return index;
}

LedgerState *
fake_ledger_get_state (FakeLedger *fake, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ledger_get_state (fake->ledger, fake_ledger_on_result, fake);
  result = fake_ledger_wait (fake);
  return ledger_get_state_finish (fake->ledger, result, error);
}

LedgerVerdict *
fake_ledger_verify (FakeLedger *fake, const char *checkpoint)
{
  g_autoptr (GAsyncResult) result = NULL;

  ledger_verify (fake->ledger, checkpoint, fake_ledger_on_result, fake);
  result = fake_ledger_wait (fake);
  return ledger_verify_finish (fake->ledger, result, NULL);
}

GPtrArray *
fake_ledger_read (FakeLedger *fake, const LedgerFilter *filter, guint64 *ret_next)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *records;

  ledger_read (fake->ledger, filter, fake_ledger_on_result, fake);
  result = fake_ledger_wait (fake);
  records = ledger_read_finish (fake->ledger, result, ret_next, &error);
  g_assert_no_error (error);
  return records;
}

const LedgerFault *
fake_ledger_find_fault (const LedgerVerdict *verdict, const char *what)
{
  for (guint i = 0; i < verdict->faults->len; i++)
    {
      const LedgerFault *fault = verdict->faults->pdata[i];

      if (strcmp (fault->what, what) == 0)
        return fault;
    }
  return NULL;
}

void
fake_ledger_assert_sound (FakeLedger *fake)
{
  g_autoptr (LedgerVerdict) verdict = fake_ledger_verify (fake, NULL);

  g_assert_nonnull (verdict);
  for (guint i = 0; i < verdict->faults->len; i++)
    {
      const LedgerFault *fault = verdict->faults->pdata[i];

      g_error ("%" G_GINT64_FORMAT " %s: %s", fault->place, fault->what, fault->text);
    }
}

GBytes *
fake_ledger_copy (FakeLedger *fake, const char *name)
{
  g_autofree char *path = g_build_filename (fake->folder, name, NULL);
  char *bytes;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  return g_bytes_new_take (bytes, size);
}

void
fake_ledger_put_back (FakeLedger *fake, const char *name, GBytes *bytes)
{
  g_autofree char *path = g_build_filename (fake->folder, name, NULL);

  g_assert_true (g_file_set_contents_full (path, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes),
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL)); /* nobody waits for the disk */
}
