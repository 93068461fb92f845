/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* known-way: see the header. One row: there is one center. */
#include "store/known-way.h"

#include "base/log.h"
#include "store/statement.h"

void
known_way_free (KnownWay *way)
{
  g_free (way->place);
  g_free (way->peer);
  g_free (way->local);
  g_free (way->interface);
  g_free (way);
}

/* load: @data: a KnownWay that is filled; it stays empty where nothing is kept. */
static gboolean
load (sqlite3 *database, gpointer data, GError **error)
{
  KnownWay *way = data;
  sqlite3_stmt *statement = statement_prepare (database, "SELECT place, peer, local, interface FROM known_way;", error);
  int result;

  if (statement == NULL)
    return FALSE;
  result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    *way = (KnownWay){ statement_copy_text (statement, 0), statement_copy_text (statement, 1),
                       statement_copy_text (statement, 2), statement_copy_text (statement, 3) };
  return statement_finish (statement, result, error);
}

void
known_way_load (Store *store, GAsyncReadyCallback callback, gpointer user_data)
{
  store_run (store, load, g_new0 (KnownWay, 1), (GDestroyNotify)known_way_free, callback, user_data);
}

KnownWay *
known_way_load_finish (GAsyncResult *result)
{
  const KnownWay *way = store_run_get_data (result);
  KnownWay *copy;

  if (!store_run_finish (result, NULL) || way->place == NULL) /* the store tells of what fails */
    return NULL;
  copy = g_new0 (KnownWay, 1);
  *copy = (KnownWay){ g_strdup (way->place), g_strdup (way->peer), g_strdup (way->local), g_strdup (way->interface) };
  return copy;
}

static gboolean
save (sqlite3 *database, gpointer data, GError **error)
{
  const KnownWay *way = data;
  sqlite3_stmt *statement = NULL;

  if (statement_run_with (database, "DELETE FROM known_way;", NULL, 0, error))
    statement = statement_prepare (database,
                                   "INSERT INTO known_way (place, peer, local, interface) VALUES (?, ?, ?, ?);", error);
  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 1, way->place);
  statement_bind_text (statement, 2, way->peer);
  statement_bind_text (statement, 3, way->local);
  statement_bind_text (statement, 4, way->interface);
  return statement_run (statement, error);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  if (store_run_finish (result, NULL))
    log_debug (NULL, "known-way: kept");
}

void
known_way_keep (Store *store, KnownWay *way)
{
  store_run (store, save, way, (GDestroyNotify)known_way_free, on_saved, NULL);
}
