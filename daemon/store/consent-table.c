/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-table: see the header. What is sealed of a message is a serialised GVariant (aya{ss}), which is the same on
 * every machine: no number is in it.
 */
#include "store/consent-table.h"

#include <string.h>

#include "base/error.h"
#include "store/seal.h"
#include "store/statement.h"

#define INSIDE G_VARIANT_TYPE ("(aya{ss})")

/* The texts of a person, and what they are called inside the seal: in files out there, so added only. */
static const struct
{
  const char *key;
  gsize offset;
} texts[] = {
  { "name", G_STRUCT_OFFSET (ConsentBookPerson, name) },
  { "kana", G_STRUCT_OFFSET (ConsentBookPerson, kana) },
  { "birthdate", G_STRUCT_OFFSET (ConsentBookPerson, birthdate) },
  { "insurer", G_STRUCT_OFFSET (ConsentBookPerson, insurer_number) },
  { "symbol", G_STRUCT_OFFSET (ConsentBookPerson, symbol) },
  { "number", G_STRUCT_OFFSET (ConsentBookPerson, number) },
  { "branch", G_STRUCT_OFFSET (ConsentBookPerson, branch) },
  { "evidence", G_STRUCT_OFFSET (ConsentBookPerson, evidence) },
  { "origin", G_STRUCT_OFFSET (ConsentBookPerson, origin) },
  { "answerer", G_STRUCT_OFFSET (ConsentBookPerson, answerer) },
  { "name-of-other", G_STRUCT_OFFSET (ConsentBookPerson, name_of_other) },
  { "kana-of-other", G_STRUCT_OFFSET (ConsentBookPerson, kana_of_other) },
};

void
consent_settlement_free (ConsentSettlement *settlement)
{
  ledger_entry_unref (settlement->entry);
  g_free (settlement->withdrawal_identifier);
  g_free (settlement);
}

gboolean
consent_table_purge (struct sqlite3 *database, gint64 now, GError **error)
{
  static const char rows[] = "DELETE FROM consents WHERE until <= ? AND state <> 0"
                             " AND place NOT IN (SELECT place FROM consent_withdrawals WHERE state = 1);";
  static const char withdrawals[] = "DELETE FROM consent_withdrawals WHERE place NOT IN (SELECT place FROM consents);";
  static const char messages[]
      = "DELETE FROM consent_messages WHERE identifier NOT IN (SELECT identifier FROM consents)"
        " AND identifier NOT IN (SELECT identifier FROM consent_withdrawals);";

  return statement_run_with (database, rows, &now, 1, error)
         && (sqlite3_changes (database) == 0
             || (statement_run_with (database, withdrawals, NULL, 0, error)
                 && statement_run_with (database, messages, NULL, 0, error)));
}

/* The seal. */

/* make_binding: what a row says in the open cannot be changed either. */
static char *
make_binding (const char *identifier, gint64 until, guint treatment)
{
  return g_strdup_printf ("consent-book 1 %s %" G_GINT64_FORMAT " %u", identifier, until, treatment);
}

static GBytes *
pack (const ConsentBookWriting *writing)
{
  g_autoptr (GBytes) request = writing->request != NULL ? g_bytes_ref (writing->request) : g_bytes_new (NULL, 0);
  g_autoptr (GVariant) inside = NULL;
  GVariantBuilder person;

  g_variant_builder_init (&person, G_VARIANT_TYPE ("a{ss}"));
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const char *text = G_STRUCT_MEMBER (const char *, &writing->person, texts[i].offset);

      if (text != NULL)
        g_variant_builder_add (&person, "{ss}", texts[i].key, text);
    }
  inside = g_variant_ref_sink (
      g_variant_new ("(@aya{ss})", g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, request, TRUE), &person));
  return g_variant_get_data_as_bytes (inside);
}

/* unpack: @ret_request: may be NULL. */
static void
unpack (GBytes *bytes, ConsentBookPerson *ret_person, GBytes **ret_request)
{
  g_autoptr (GVariant) inside = g_variant_ref_sink (g_variant_new_from_bytes (INSIDE, bytes, FALSE));
  g_autoptr (GVariant) request = g_variant_get_child_value (inside, 0);
  g_autoptr (GVariant) person = g_variant_get_child_value (inside, 1);

  if (ret_request != NULL)
    *ret_request = g_variant_get_data_as_bytes (request);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_variant_lookup (person, texts[i].key, "s", &G_STRUCT_MEMBER (char *, ret_person, texts[i].offset));
}

/*
 * open_columns: of: identifier, until, treatment, key, nonce, sealed, from column @first on. NULL: it cannot be read.
 */
static GBytes *
open_columns (sqlite3_stmt *statement, StoreKey *key, int first)
{
  g_autofree char *binding
      = make_binding ((const char *)sqlite3_column_text (statement, first), sqlite3_column_int64 (statement, first + 1),
                      (guint)sqlite3_column_int64 (statement, first + 2));
  g_autoptr (GBytes) nonce = statement_copy_bytes (statement, first + 4),
                     sealed = statement_copy_bytes (statement, first + 5);
  gsize size = 0;
  g_autoptr (Secret) inside
      = seal_open (key, (const char *)sqlite3_column_text (statement, first + 3), binding, nonce, sealed, &size);

  return inside != NULL ? g_bytes_new (secret_get_data (inside), size) : NULL;
}

#define SEALED_COLUMNS "m.identifier, m.until, m.treatment, m.key, m.nonce, m.sealed"

gboolean
consent_table_add_message (struct sqlite3 *database, StoreKey *key, const ConsentBookWriting *writing, GError **error)
{
  g_autofree char *binding = make_binding (writing->identifier, writing->until, writing->treatment);
  g_autoptr (GBytes) inside = pack (writing), nonce = NULL;
  g_autoptr (GBytes) sealed
      = seal_close (key, binding, g_bytes_get_data (inside, NULL), g_bytes_get_size (inside), &nonce);
  sqlite3_stmt *statement;

  if (sealed == NULL)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED, "a consent cannot be sealed");
      return FALSE;
    }
  statement = statement_prepare (
      database,
      "INSERT INTO consent_messages (identifier, until, treatment, visit, number, key, nonce, sealed)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?);",
      error);
  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 1, writing->identifier);
  sqlite3_bind_int64 (statement, 2, writing->until);
  sqlite3_bind_int64 (statement, 3, writing->treatment);
  statement_bind_text (statement, 4, writing->visit);
  if (writing->has_number)
    sqlite3_bind_blob (statement, 5, writing->number, LEDGER_PERSON_SIZE, SQLITE_STATIC);
  statement_bind_text (statement, 6, store_key_get_id (key));
  statement_bind_bytes (statement, 7, nonce);
  statement_bind_bytes (statement, 8, sealed);
  return statement_run (statement, error);
}

gboolean
consent_table_add (struct sqlite3 *database, guint64 place, const char *receipt, const char *identifier,
                   const ConsentBookAnswer *answer, GError **error)
{
  sqlite3_stmt *statement = statement_prepare (
      database,
      "INSERT INTO consents (place, receipt, identifier, kind, state, at, until) VALUES (?, ?, ?, ?, ?, ?, ?);", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, (gint64)place);
  statement_bind_text (statement, 2, receipt);
  statement_bind_text (statement, 3, identifier);
  statement_bind_text (statement, 4, consent_kind_to_string (answer->kind));
  sqlite3_bind_int64 (statement, 5, answer->state);
  sqlite3_bind_int64 (statement, 6, answer->at);
  sqlite3_bind_int64 (statement, 7, answer->until);
  return statement_run (statement, error);
}

static gboolean
settle_withdrawal (struct sqlite3 *database, const ConsentSettlement *settlement, GError **error)
{
  sqlite3_stmt *statement = statement_prepare (
      database, "UPDATE consent_withdrawals SET state = ? WHERE identifier = ? AND state = 1;", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, settlement->withdrawal);
  statement_bind_text (statement, 2, settlement->withdrawal_identifier);
  return statement_run (statement, error);
}

gboolean
consent_table_settle (struct sqlite3 *database, const ConsentSettlement *settlement, GError **error)
{
  const gint64 numbers[] = { settlement->state, settlement->at, settlement->until, (gint64)settlement->place };

  if (settlement->withdrawal_identifier != NULL)
    return settle_withdrawal (database, settlement, error);
  return statement_run_with (
      database, "UPDATE consents SET state = ?, at = ?, until = ? WHERE place = ? AND state = 0;", numbers, 4, error);
}

/* add_loaded: one row: a message's next consent, or the first of the next message. */
static void
add_loaded (GPtrArray *messages, sqlite3_stmt *statement, StoreKey *key)
{
  ConsentBookMessage *last = messages->len > 0 ? messages->pdata[messages->len - 1] : NULL;
  const char *identifier = (const char *)sqlite3_column_text (statement, 0);
  const guint64 place = (guint64)sqlite3_column_int64 (statement, 7);
  ConsentKind kind = CONSENT_N_KINDS;

  if (!consent_kind_lookup ((const char *)sqlite3_column_text (statement, 8), &kind))
    return; /* of a newer version */
  if (last == NULL || g_strcmp0 (last->identifier, identifier) != 0)
    {
      g_autoptr (GBytes) inside = open_columns (statement, key, 0);

      last = g_new0 (ConsentBookMessage, 1);
      last->identifier = g_strdup (identifier);
      last->until = sqlite3_column_int64 (statement, 1);
      last->visit = statement_copy_text (statement, 6);
      last->receipt = statement_copy_text (statement, 9);
      last->withdraws = sqlite3_column_int64 (statement, 10) != 0;
      last->entries = g_array_new (FALSE, FALSE, sizeof (guint64));
      last->kinds = g_array_new (FALSE, FALSE, sizeof (ConsentKind));
      if (inside != NULL)
        unpack (inside, &last->person, &last->request);
      g_ptr_array_add (messages, last);
    }
  g_array_append_val (last->entries, place);
  g_array_append_val (last->kinds, kind);
}

/* make_item: of a row. NULL: it is of a newer version, or cannot be read. */
static ConsentBookItem *
make_item (sqlite3_stmt *statement, StoreKey *key)
{
  g_autoptr (GBytes) inside = open_columns (statement, key, 0);
  ConsentBookItem *item;
  ConsentKind kind;

  if (inside == NULL || !consent_kind_lookup ((const char *)sqlite3_column_text (statement, 8), &kind))
    return NULL;
  item = g_new0 (ConsentBookItem, 1);
  item->identifier = statement_copy_text (statement, 0);
  item->treatment = (guint)sqlite3_column_int64 (statement, 2);
  item->visit = statement_copy_text (statement, 6);
  item->entry = (guint64)sqlite3_column_int64 (statement, 7);
  item->kind = kind;
  item->receipt = statement_copy_text (statement, 9);
  item->state = (ConsentBookState)sqlite3_column_int64 (statement, 10);
  item->at = sqlite3_column_int64 (statement, 11);
  item->until = sqlite3_column_int64 (statement, 12);
  item->withdrawal = (ConsentBookWithdrawal)sqlite3_column_int64 (statement, 14); /* NULL is 0 */
  item->has_number = sqlite3_column_bytes (statement, 13) == LEDGER_PERSON_SIZE;
  if (item->has_number)
    memcpy (item->number, sqlite3_column_blob (statement, 13), LEDGER_PERSON_SIZE);
  unpack (inside, &item->person, NULL);
  return item;
}

#define ITEM_COLUMNS SEALED_COLUMNS ", m.visit, c.place, c.kind, c.receipt, c.state, c.at, c.until, m.number, w.state"
#define FROM \
  " FROM consents c JOIN consent_messages m USING (identifier) LEFT JOIN consent_withdrawals w ON w.place = c.place"

static sqlite3_stmt *
prepare_lookup (struct sqlite3 *database, const ConsentLookup *lookup, GError **error)
{
  static const char by_receipt[] = "SELECT " ITEM_COLUMNS FROM " WHERE c.until > ? AND c.receipt = ?;";
  static const char newest[]
      = "SELECT " ITEM_COLUMNS FROM " WHERE c.until > ? AND m.number = ? AND c.kind = ? ORDER BY c.place DESC;";
  static const char to_withdraw[]
      = "SELECT " ITEM_COLUMNS FROM " WHERE c.until > ? AND m.number = ? AND c.kind = ? AND c.state IN (0, 1)"
        " ORDER BY m.treatment IN (2, 3) DESC, c.place DESC;";
  const char *sql = lookup->receipt != NULL ? by_receipt : lookup->to_withdraw ? to_withdraw : newest;
  sqlite3_stmt *statement = statement_prepare_with (database, sql, &lookup->now, 1, error);

  if (statement == NULL)
    return NULL;
  if (lookup->receipt != NULL)
    {
      statement_bind_text (statement, 2, lookup->receipt);
      return statement;
    }
  sqlite3_bind_blob (statement, 2, lookup->number, LEDGER_PERSON_SIZE, SQLITE_STATIC);
  statement_bind_text (statement, 3, consent_kind_to_string (lookup->kind));
  return statement;
}

gboolean
consent_table_find (struct sqlite3 *database, StoreKey *key, const ConsentLookup *lookup, GPtrArray *items,
                    GError **error)
{
  sqlite3_stmt *statement = prepare_lookup (database, lookup, error);
  int result;

  if (statement == NULL)
    return FALSE;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      g_autoptr (ConsentBookItem) item = make_item (statement, key);

      if (item != NULL
          && (lookup->receipt != NULL || consent_book_person_may_have_branch (&item->person, lookup->branch)))
        g_ptr_array_add (items, g_steal_pointer (&item));
    }
  return statement_finish (statement, result, error);
}

/* Withdrawing. */

/* set_withdrawn: the one at @place, if it stands, and ends later than @end. sqlite3_changes() tells. */
static gboolean
set_withdrawn (struct sqlite3 *database, guint64 place, gint64 now, gint64 end, GError **error)
{
  const gint64 numbers[] = { now, (gint64)place, end };

  return statement_run_with (database,
                             "UPDATE consents SET state = 4, at = ?"
                             " WHERE place = ? AND until > ? AND state IN (0, 1);",
                             numbers, 3, error);
}

/*
 * find_others: adds to @places those of whom is at least so @like that of the one at @place: the first row is that
 * one.
 */
static gboolean
find_others (struct sqlite3 *database, StoreKey *key, guint64 place, ConsentBookLikeness like, GArray *places,
             GError **error)
{
  static const char sql[]
      = "SELECT " ITEM_COLUMNS FROM " WHERE c.place = ?1 OR (c.state IN (0, 1)"
        " AND c.kind = (SELECT kind FROM consents WHERE place = ?1) AND m.number = (SELECT o.number"
        " FROM consents p JOIN consent_messages o USING (identifier) WHERE p.place = ?1)) ORDER BY c.place <> ?1;";
  sqlite3_stmt *statement = statement_prepare (database, sql, error);
  g_autoptr (ConsentBookItem) mine = NULL;
  int result;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, (gint64)place);
  if ((result = sqlite3_step (statement)) == SQLITE_ROW)
    mine = make_item (statement, key);
  while (result == SQLITE_ROW && (result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      g_autoptr (ConsentBookItem) other = make_item (statement, key);
      const guint64 found = (guint64)sqlite3_column_int64 (statement, 7);

      if ((mine != NULL && other != NULL ? consent_book_person_compare (&mine->person, &other->person)
                                         : CONSENT_BOOK_MAYBE_PERSON)
          <= like)
        g_array_append_val (places, found);
    }
  return statement_finish (statement, result, error);
}

gboolean
consent_table_withdraw (struct sqlite3 *database, StoreKey *key, guint64 place, gint64 now, GArray *places,
                        GError **error)
{
  if (!set_withdrawn (database, place, now, now, error))
    return FALSE;
  if (sqlite3_changes (database) != 1)
    return TRUE;
  g_array_append_val (places, place);
  /* Whoever takes it back means those of other visits too. */
  if (!find_others (database, key, place, CONSENT_BOOK_MAYBE_PERSON, places, error))
    return FALSE;
  for (guint i = 1; i < places->len; i++)
    if (!set_withdrawn (database, g_array_index (places, guint64, i), now, G_MININT64, error))
      return FALSE;
  return TRUE;
}

gboolean
consent_table_add_withdrawal (struct sqlite3 *database, const char *identifier, const GArray *places, GError **error)
{
  for (guint i = 0; i < places->len; i++)
    {
      sqlite3_stmt *statement = statement_prepare (
          database, "INSERT INTO consent_withdrawals (place, identifier, is_named, state) VALUES (?, ?, ?, 1);", error);

      if (statement == NULL)
        return FALSE;
      sqlite3_bind_int64 (statement, 1, (gint64)g_array_index (places, guint64, i));
      statement_bind_text (statement, 2, identifier);
      sqlite3_bind_int64 (statement, 3, i == 0);
      if (!statement_run (statement, error))
        return FALSE;
    }
  return TRUE;
}

/* What is left for the center. */

static gboolean
load (struct sqlite3 *database, StoreKey *key, const char *sql, GPtrArray *messages, GError **error)
{
  sqlite3_stmt *statement = statement_prepare (database, sql, error);
  int result;

  if (statement == NULL)
    return FALSE;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    add_loaded (messages, statement, key);
  return statement_finish (statement, result, error);
}

/* find_renewed: what else of that person and kind stands was said after the withdrawal, which had ended all before. */
static gboolean
find_renewed (struct sqlite3 *database, StoreKey *key, ConsentBookMessage *message, GError **error)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (guint64));

  if (!find_others (database, key, g_array_index (message->entries, guint64, 0), CONSENT_BOOK_SAME_PERSON, places,
                    error))
    return FALSE;
  message->is_renewed = places->len > 0;
  return TRUE;
}

#define MESSAGE_COLUMNS SEALED_COLUMNS ", m.visit, c.place, c.kind, c.receipt"

gboolean
consent_table_load (struct sqlite3 *database, StoreKey *key, GPtrArray *messages, GError **error)
{
  static const char consents[]
      = "SELECT " MESSAGE_COLUMNS ", 0 FROM consents c JOIN consent_messages m USING (identifier)"
        " WHERE c.state = 0 ORDER BY m.until, m.identifier, c.place;";
  static const char withdrawals[]
      = "SELECT " MESSAGE_COLUMNS ", 1 FROM consent_withdrawals w JOIN consents c USING (place)"
        " JOIN consent_messages m ON m.identifier = w.identifier"
        " WHERE w.state = 1 AND w.is_named ORDER BY m.until, m.identifier;";

  if (!load (database, key, consents, messages, error) || !load (database, key, withdrawals, messages, error))
    return FALSE;
  for (guint i = 0; i < messages->len; i++)
    {
      ConsentBookMessage *message = messages->pdata[i];

      if (message->withdraws && !find_renewed (database, key, message, error))
        return FALSE;
    }
  return TRUE;
}
