/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* known-way: see the header. One row: there is one center. */
#include "store/known-way.h"

#include "base/log.h"
#include "store/store-file.h"

void
known_way_free (KnownWay *way)
{
  g_free (way->place);
  g_free (way->peer);
  g_free (way->local);
  g_free (way->interface);
  g_free (way);
}

static char *
copy_column (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *)sqlite3_column_text (statement, column));
}

/* load: @data: a KnownWay that is filled; it stays empty where nothing is kept. */
static gboolean
load (sqlite3 *database, gpointer data, GError **error)
{
  KnownWay *way = data;
  sqlite3_stmt *statement = NULL;
  int result
      = sqlite3_prepare_v2 (database, "SELECT place, peer, local, interface FROM known_way;", -1, &statement, NULL);

  if (result == SQLITE_OK && (result = sqlite3_step (statement)) == SQLITE_ROW)
    *way = (KnownWay){ copy_column (statement, 0), copy_column (statement, 1), copy_column (statement, 2),
                       copy_column (statement, 3) };
  sqlite3_finalize (statement);
  return result == SQLITE_ROW || result == SQLITE_DONE || store_file_set_error (database, error);
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
bind_text (sqlite3_stmt *statement, int place, const char *text)
{
  return sqlite3_bind_text (statement, place, text, -1, SQLITE_STATIC) == SQLITE_OK;
}

static gboolean
save (sqlite3 *database, gpointer data, GError **error)
{
  const KnownWay *way = data;
  sqlite3_stmt *statement = NULL;
  gboolean done
      = sqlite3_exec (database, "DELETE FROM known_way;", NULL, NULL, NULL) == SQLITE_OK
        && sqlite3_prepare_v2 (database, "INSERT INTO known_way (place, peer, local, interface) VALUES (?, ?, ?, ?);",
                               -1, &statement, NULL)
               == SQLITE_OK
        && bind_text (statement, 1, way->place) && bind_text (statement, 2, way->peer)
        && bind_text (statement, 3, way->local) && bind_text (statement, 4, way->interface)
        && sqlite3_step (statement) == SQLITE_DONE;

  sqlite3_finalize (statement);
  return done || store_file_set_error (database, error);
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
