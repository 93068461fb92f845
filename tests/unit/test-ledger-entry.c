/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-ledger-entry: there and back; one canonical form, whatever the order; what is none; texts that are too long. */
#include <string.h>

#include "base/error.h"
#include "codec/ledger-entry.h"

static LedgerEntry *
make_entry (void)
{
  LedgerEntry *entry = ledger_entry_new (LEDGER_DISCLOSURE);

  ledger_entry_add_bytes (entry, LEDGER_FIELD_SHA256, "\1\2", 2);
  ledger_entry_add_text (entry, LEDGER_FIELD_STAFF, "nurse-7");
  ledger_entry_add_number (entry, LEDGER_FIELD_UID, 1000);
  ledger_entry_add_bytes (entry, LEDGER_FIELD_SHA256, "\3", 1);
  ledger_entry_add_text (entry, LEDGER_FIELD_REASON, "");
  ledger_entry_add_text (entry, LEDGER_FIELD_ROLE, NULL);
  return entry;
}

static void
note_field (guint field, const char *type, GBytes *value, gpointer user_data)
{
  g_string_append_printf (user_data, "%u%s%" G_GSIZE_FORMAT " ", field, type, g_bytes_get_size (value));
}

static void
test_there_and_back (void)
{
  g_autoptr (LedgerEntry) entry = make_entry (), again = NULL;
  g_autoptr (GBytes) bytes = ledger_entry_encode (entry), bytes_again = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) walked = g_string_new (NULL);
  guint64 number = 0;

  again = ledger_entry_decode (bytes, &error);
  g_assert_no_error (error);
  bytes_again = ledger_entry_encode (again);
  g_assert_true (g_bytes_equal (bytes, bytes_again));
  g_assert_cmpuint (ledger_entry_get_kind (again), ==, LEDGER_DISCLOSURE);
  g_assert_cmpint (ledger_entry_get_at (again), ==, ledger_entry_get_at (entry));
  g_assert_cmpint (ledger_entry_get_boot (again), ==, ledger_entry_get_boot (entry));
  g_assert_cmpstr (ledger_entry_get_text (again, LEDGER_FIELD_STAFF), ==, "nurse-7");
  g_assert_true (ledger_entry_get_number (again, LEDGER_FIELD_UID, &number) && number == 1000);
  g_assert_null (ledger_entry_get_text (again, LEDGER_FIELD_REASON));
  g_assert_false (ledger_entry_get_number (again, LEDGER_FIELD_UNTIL, &number));
  ledger_entry_walk (again, note_field, walked);
  g_assert_cmpstr (walked->str, ==, "2t8 5s7 27ay2 27ay1 ");
}

/* What stands once is what was said last. */
static void
test_again (void)
{
  g_autoptr (LedgerEntry) entry = make_entry ();
  g_autoptr (GBytes) bytes = NULL;

  ledger_entry_add_text (entry, LEDGER_FIELD_STAFF, "x");
  bytes = ledger_entry_encode (entry);
  g_assert_cmpstr (ledger_entry_get_text (entry, LEDGER_FIELD_STAFF), ==, "x");
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 18 + 12 + 5 + 6 + 5);
}

static void
test_long (void)
{
  g_autoptr (LedgerEntry) entry = ledger_entry_new (LEDGER_CONSENT);
  g_autoptr (GString) text = g_string_new ("a");
  const char *kept;

  for (guint i = 0; i < 4000; i++)
    g_string_append (text, "\344\270\255");
  ledger_entry_add_text (entry, LEDGER_FIELD_DETAIL, text->str);
  kept = ledger_entry_get_text (entry, LEDGER_FIELD_DETAIL);
  g_assert_cmpuint (strlen (kept), ==, 4096);
  g_assert_true (g_utf8_validate (kept, -1, NULL));
}

static void
assert_none (gconstpointer bytes, gsize size)
{
  g_autoptr (GBytes) data = g_bytes_new (bytes, size);
  g_autoptr (GError) error = NULL;

  g_assert_null (ledger_entry_decode (data, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
}

static void
test_none (void)
{
  static const guint8 head[18] = { 1, 6 };
  static const struct
  {
    const char *fields;
    gsize size;
  } rows[] = {
    { "\0", 1 },                      /* cut */
    { "\0\5\0\2a", 5 },               /* shorter than it says */
    { "\0\5\0\0", 4 },                /* empty */
    { "\0\5\0\1\377", 5 },            /* no UTF-8 */
    { "\0\5\0\1\0", 5 },              /* a NUL */
    { "\0\2\0\1\1", 5 },              /* no number */
    { "\0\5\0\1a\0\5\0\1a", 10 },     /* twice */
    { "\0\5\0\1a\0\3\0\1a", 10 },     /* not in order */
    { "\3\350\0\1a\3\350\0\1a", 10 }, /* twice, of what is not known */
    { "\0\5\0\1a\0", 6 },             /* something behind */
  };
  guint8 bytes[64];

  for (gsize i = 0; i < sizeof head; i++)
    assert_none (head, i);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      memcpy (bytes, head, sizeof head);
      memcpy (bytes + sizeof head, rows[i].fields, rows[i].size);
      assert_none (bytes, sizeof head + rows[i].size);
    }
  memcpy (bytes, head, sizeof head);
  bytes[0] = 2; /* another form */
  assert_none (bytes, sizeof head);
}

/* A newer version's kinds and fields are read, and come out as they were. */
static void
test_newer (void)
{
  static const guint8 bytes[] = { 1, 200, [18] = 0x03, 0xe8, 0, 1, 0xff };
  g_autoptr (GBytes) data = g_bytes_new_static (bytes, sizeof bytes), again = NULL;
  g_autoptr (LedgerEntry) entry = ledger_entry_decode (data, NULL);

  g_assert_nonnull (entry);
  again = ledger_entry_encode (entry);
  g_assert_true (g_bytes_equal (data, again));
  g_assert_null (ledger_kind_to_string (ledger_entry_get_kind (entry)));
}

static void
test_words (void)
{
  LedgerKind kind = 0;

  g_assert_true (ledger_kind_from_string ("break-glass", &kind) && kind == LEDGER_BREAK_GLASS);
  g_assert_false (ledger_kind_from_string ("", &kind) || ledger_kind_from_string (NULL, &kind));
  g_assert_cmpstr (ledger_kind_to_string (LEDGER_ARRIVAL), ==, "arrival");
  g_assert_cmpstr (ledger_field_get_key (LEDGER_FIELD_SHA256), ==, "Sha256");
  g_assert_cmpstr (ledger_field_get_type (LEDGER_FIELD_SHA256), ==, "ay");
  g_assert_null (ledger_field_get_key (0));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ledger-entry/there-and-back", test_there_and_back);
  g_test_add_func ("/ledger-entry/again", test_again);
  g_test_add_func ("/ledger-entry/long", test_long);
  g_test_add_func ("/ledger-entry/none", test_none);
  g_test_add_func ("/ledger-entry/newer", test_newer);
  g_test_add_func ("/ledger-entry/words", test_words);
  return g_test_run ();
}
