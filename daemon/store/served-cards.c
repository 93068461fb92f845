/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * served-cards: see the header. Readers are few: whenever something has changed all that was told is written, so that
 * what a disk that failed has missed is made good by the next change.
 */
#include "store/served-cards.h"

#include <string.h>

#include "base/log.h"
#include "store/statement.h"

struct ServedCards
{
  guint references; /* its owner's, and the question's that is under way */
  Store *store;
  void (*on_known) (gpointer user_data); /* NULL: its owner is gone */
  gpointer user_data;
  GHashTable *told; /* name → whether a card that has served is there */
  GHashTable *kept; /* set of names: what the file said; NULL: it did not */
  gboolean asked;
};

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
unref_cards (ServedCards *cards)
{
  if (--cards->references > 0)
    return;
  g_hash_table_unref (cards->told);
  g_clear_pointer (&cards->kept, g_hash_table_unref);
  g_free (cards);
}

/* load: @data: the set that the names come into. */
static gboolean
load (sqlite3 *database, gpointer data, GError **error)
{
  sqlite3_stmt *statement = statement_prepare (database, "SELECT reader FROM served_cards;", error);
  int result;

  if (statement == NULL)
    return FALSE;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      const char *reader = sqlite3_column_blob (statement, 0); /* NULL: nothing is in it */

      if (reader != NULL)
        g_hash_table_add (data, g_strndup (reader, (gsize)sqlite3_column_bytes (statement, 0)));
    }
  return statement_finish (statement, result, error);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ServedCards *cards = user_data;

  if (cards->on_known != NULL)
    {
      if (store_run_finish (result, NULL) && !store_was_damaged (cards->store))
        cards->kept = g_hash_table_ref (store_run_get_data (result));
      cards->on_known (cards->user_data);
    }
  unref_cards (cards);
}

static void
ask_file (ServedCards *cards)
{
  if (cards->asked || cards->store == NULL)
    return;
  cards->asked = TRUE;
  cards->references++;
  store_run (cards->store, load, new_set (), (GDestroyNotify)g_hash_table_unref, on_loaded, cards);
}

static gboolean
run_with_name (sqlite3 *database, const char *sql, const char *reader, GError **error)
{
  sqlite3_stmt *statement = statement_prepare (database, sql, error);

  if (statement != NULL)
    sqlite3_bind_blob (statement, 1, reader, (int)strlen (reader), SQLITE_STATIC);
  return statement_run (statement, error);
}

/* save: @data: a copy of what was told. */
static gboolean
save (sqlite3 *database, gpointer data, GError **error)
{
  GHashTableIter iter;
  gpointer reader, served;

  g_hash_table_iter_init (&iter, data);
  while (g_hash_table_iter_next (&iter, &reader, &served))
    if (!run_with_name (database,
                        GPOINTER_TO_INT (served) ? "INSERT OR IGNORE INTO served_cards (reader) VALUES (?);"
                                                 : "DELETE FROM served_cards WHERE reader = ?;",
                        reader, error))
      return FALSE;
  return TRUE;
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  if (store_run_finish (result, NULL)) /* the store tells of what fails */
    log_debug (NULL, "served-cards: kept");
}

static GHashTable *
copy_told (ServedCards *cards)
{
  GHashTable *copy = new_set ();
  GHashTableIter iter;
  gpointer reader, served;

  g_hash_table_iter_init (&iter, cards->told);
  while (g_hash_table_iter_next (&iter, &reader, &served))
    g_hash_table_insert (copy, g_strdup (reader), served);
  return copy;
}

ServedCards *
served_cards_new (Store *store, void (*on_known) (gpointer user_data), gpointer user_data)
{
  ServedCards *cards = g_new0 (ServedCards, 1);

  *cards = (ServedCards){ 1, store, on_known, user_data, .told = new_set () };
  return cards;
}

void
served_cards_free (ServedCards *cards)
{
  cards->on_known = NULL;
  unref_cards (cards);
}

/* is_served: what is known of @reader. Return: FALSE: nothing is. */
static gboolean
is_served (ServedCards *cards, const char *reader, gboolean *ret_served)
{
  gpointer served;

  if (g_hash_table_lookup_extended (cards->told, reader, NULL, &served))
    *ret_served = GPOINTER_TO_INT (served);
  else if (cards->kept != NULL)
    *ret_served = g_hash_table_contains (cards->kept, reader);
  else
    return FALSE;
  return TRUE;
}

gboolean
served_cards_contain (ServedCards *cards, const char *reader)
{
  gboolean served;

  if (is_served (cards, reader, &served))
    return served;
  ask_file (cards);
  return TRUE;
}

void
served_cards_set (ServedCards *cards, const char *reader, gboolean served)
{
  gboolean before = FALSE; /* not known: nobody reads a file for an empty reader */

  is_served (cards, reader, &before);
  g_hash_table_insert (cards->told, g_strdup (reader), GINT_TO_POINTER (served));
  if (cards->store != NULL && before != served)
    store_run (cards->store, save, copy_told (cards), (GDestroyNotify)g_hash_table_unref, on_saved, NULL);
}
