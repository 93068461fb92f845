/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store-file: see the header. */
#include "store/store-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"

/* What each version adds. What is here is in files out there: steps are appended, never changed. */
static const char *const schema[] = {
  /* 1: the PC/SC names, any bytes, of the readers in which a card lies that has served */
  "CREATE TABLE served_cards (reader BLOB NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;",
  /* 2: events, and beside them the last number given, the last one purged, and how many there are */
  "CREATE TABLE events (sequence INTEGER NOT NULL PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL,"
  " audience INTEGER NOT NULL, details BLOB NOT NULL) STRICT;"
  "CREATE TABLE event_numbers (last INTEGER NOT NULL, purged INTEGER NOT NULL, count INTEGER NOT NULL) STRICT;"
  "INSERT INTO event_numbers (last, purged, count) VALUES (0, 0, 0);",
  /* 3: the way to the center when it last answered: addresses as texts, an interface's name or "" */
  "CREATE TABLE known_way (place TEXT NOT NULL PRIMARY KEY, peer TEXT NOT NULL, local TEXT NOT NULL,"
  " interface TEXT NOT NULL) STRICT, WITHOUT ROWID;",
  /* 4: what the center could not be asked; sealed under @key is all that is of a person, and @person is a keyed hash */
  "CREATE TABLE outage_queue (place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL,"
  " queued INTEGER NOT NULL, until INTEGER NOT NULL, nonce BLOB NOT NULL, sealed BLOB NOT NULL, person BLOB NOT NULL)"
  " STRICT;"
  "CREATE INDEX outage_queue_person ON outage_queue (person);",
  /* 5: keyed hashes of people and of what was seen of them; days since 1970 */
  "CREATE TABLE last_seen (person BLOB NOT NULL, field INTEGER NOT NULL, value BLOB NOT NULL, seen INTEGER NOT NULL,"
  " changed INTEGER NOT NULL, before INTEGER NOT NULL, PRIMARY KEY (person, field)) STRICT, WITHOUT ROWID;",
  /* 6: whether it was passed on to where it must not be passed on twice */
  "ALTER TABLE outage_queue ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;",
  NULL,
};

/* The same of the ledger. */
static const char *const ledger_schema[] = {
  /*
   * 1: ledger-table. @hashes: of each node of the tree that is complete with this leaf, 32 bytes each, level by level;
   * @leaf: 16 random bytes and the entry, NULL when pruned. One row has the head: what one needs to append, the clocks
   * of the last entry, the newest checkpoint. The keys, sealed but the one in force erased; the first place of a day;
   * and what has left this computer.
   */
  "CREATE TABLE ledger (place INTEGER NOT NULL PRIMARY KEY, hashes BLOB NOT NULL, leaf BLOB) STRICT;"
  "CREATE TABLE ledger_head (one INTEGER NOT NULL PRIMARY KEY CHECK (one = 0), size INTEGER NOT NULL,"
  " frontier BLOB NOT NULL, minimum INTEGER NOT NULL, pruned INTEGER NOT NULL, at INTEGER NOT NULL,"
  " boot INTEGER NOT NULL, boot_id TEXT NOT NULL, endorsement INTEGER, checkpoint TEXT NOT NULL) STRICT;"
  "CREATE TABLE ledger_keys (number INTEGER NOT NULL PRIMARY KEY, verifier TEXT NOT NULL, first INTEGER NOT NULL,"
  " key TEXT, nonce BLOB, sealed BLOB) STRICT;"
  "CREATE TABLE ledger_days (day INTEGER NOT NULL PRIMARY KEY, first INTEGER NOT NULL) STRICT;"
  "CREATE TABLE ledger_anchors (way TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL, at INTEGER NOT NULL,"
  " checkpoint TEXT NOT NULL) STRICT, WITHOUT ROWID;",
  /* 2: places of entries FETCH that have neither DISCLOSURE nor FETCH_END yet */
  "CREATE TABLE open_fetches (entry INTEGER NOT NULL PRIMARY KEY) STRICT;",
  /*
   * 3: consent-table. A message to the center: until when it may be repeated, what kind of treatment, the visit's path,
   * a keyed hash of the person's numbers; @sealed under @key is all that is of a person. And each consent of it: the
   * place of its entry, the id of its receipt, its state (ConsentBookState), when the center took it down, and its end.
   */
  "CREATE TABLE consent_messages (identifier TEXT NOT NULL PRIMARY KEY, until INTEGER NOT NULL,"
  " treatment INTEGER NOT NULL, visit TEXT NOT NULL, number BLOB, key TEXT NOT NULL, nonce BLOB NOT NULL,"
  " sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE INDEX consent_messages_number ON consent_messages (number);"
  "CREATE TABLE consents (place INTEGER NOT NULL PRIMARY KEY, receipt TEXT NOT NULL UNIQUE, identifier TEXT NOT NULL,"
  " kind TEXT NOT NULL, state INTEGER NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;"
  "CREATE INDEX consents_identifier ON consents (identifier);"
  "CREATE INDEX consents_until ON consents (until);",
  /*
   * 4: arrival-table. What a terminal has brought: the SHA-256 of its file, a random id, the place of its entry, the
   * terminal's name, when the patient stood there, when it was found, until when it is kept, when it was claimed (0: it
   * was not) and by which user; @sealed under @key is all that is of a person, until its time is over.
   */
  "CREATE TABLE arrivals (digest BLOB NOT NULL UNIQUE, id TEXT NOT NULL UNIQUE, place INTEGER NOT NULL,"
  " terminal TEXT NOT NULL, at INTEGER NOT NULL, received INTEGER NOT NULL, until INTEGER NOT NULL,"
  " claimed INTEGER NOT NULL, uid INTEGER NOT NULL, key TEXT, nonce BLOB, sealed BLOB) STRICT;"
  "CREATE INDEX arrivals_until ON arrivals (until);",
  /*
   * 5: consent-table. Withdrawals of which the center is told: each consent that is withdrawn by the message (in
   * consent_messages) with that identifier, whether it is the one that was named, and ConsentBookWithdrawal.
   */
  "CREATE TABLE consent_withdrawals (place INTEGER NOT NULL PRIMARY KEY, identifier TEXT NOT NULL,"
  " is_named INTEGER NOT NULL, state INTEGER NOT NULL) STRICT;",
  NULL,
};

const StoreFile store_file_common = { STORE_FILE_NAME, schema, FALSE, FALSE, 32 /* few are ever written */ };
const StoreFile store_file_ledger = { STORE_FILE_LEDGER_NAME, ledger_schema, TRUE, TRUE, 256 };

static const char settings[]
    = "PRAGMA locking_mode = EXCLUSIVE;" /* one daemon: no lock and no shared memory at each transaction */
      "PRAGMA journal_mode = WAL;"       /* one flush a transaction; the roll-back journal takes three */
      "PRAGMA synchronous = FULL;"       /* that flush: without it a loss of power takes the last transactions */
      "PRAGMA cache_size = -64;"         /* kB: what is kept is small, and so is the daemon */
      "PRAGMA mmap_size = 0;"            /* a disk that fails is an error of a call, not the end of the process */
      "PRAGMA temp_store = MEMORY;"      /* no file but the two in the directory */
      "PRAGMA secure_delete = ON;"       /* what was deleted is not to be found in the file */
      "PRAGMA trusted_schema = OFF;"     /* a file made by others calls no function that does something */
      "PRAGMA cell_size_check = ON;"     /* damage is seen where it is read */
      "PRAGMA foreign_keys = ON;";       /* SQLite's default is not to look */

gboolean
store_file_set_error (sqlite3 *database, GError **error)
{
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "%s", sqlite3_errmsg (database));
  return FALSE;
}

gboolean
store_file_flush_folder (const char *folder)
{
  const int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const gboolean done = fd >= 0 && fsync (fd) == 0;
  const int number = errno;

  if (fd >= 0)
    close (fd);
  errno = number;
  return done;
}

static gboolean
execute (sqlite3 *database, const char *sql, GError **error)
{
  return sqlite3_exec (database, sql, NULL, NULL, NULL) == SQLITE_OK || store_file_set_error (database, error);
}

static gboolean
is_damaged (sqlite3 *database)
{
  int code = sqlite3_errcode (database) & 0xff;

  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

/* query: @sql has one row of one column. Return: NULL on failure; (transfer full). */
static char *
query (sqlite3 *database, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;
  char *value = NULL;

  if (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step (statement) == SQLITE_ROW)
    value = g_strdup ((const char *)sqlite3_column_text (statement, 0));
  else
    store_file_set_error (database, error);
  sqlite3_finalize (statement);
  return value;
}

static gboolean
migrate_one_step (sqlite3 *database, const char *step, guint version, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("BEGIN IMMEDIATE; %s PRAGMA user_version = %u; COMMIT;", step, version);

  if (execute (database, sql, error))
    return TRUE;
  if (!sqlite3_get_autocommit (database))
    sqlite3_exec (database, "ROLLBACK;", NULL, NULL, NULL);
  return FALSE;
}

gboolean
store_file_migrate (sqlite3 *database, const char *const *steps, GError **error)
{
  const guint newest = g_strv_length ((char **)steps);
  g_autofree char *text = query (database, "PRAGMA user_version;", error);
  guint64 version;

  if (text == NULL)
    return FALSE;
  version = g_ascii_strtoull (text, NULL, 10);
  if (version > newest)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED,
                   "made by a newer version of this program (%s, this one knows %u)", text, newest);
      return FALSE;
    }
  for (guint i = (guint)version; i < newest; i++)
    if (!migrate_one_step (database, steps[i], i + 1, error))
      return FALSE;
  return TRUE;
}

/* check_content: reads all of it; it is small. */
static gboolean
check_content (sqlite3 *database, gboolean *ret_damaged, GError **error)
{
  g_autofree char *verdict = query (database, "PRAGMA quick_check (1);", error);

  if (verdict == NULL || strcmp (verdict, "ok") == 0)
    return verdict != NULL;
  *ret_damaged = TRUE;
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "%s", verdict);
  return FALSE;
}

/* set_up: the log is read at the next start, so it is kept short. */
static gboolean
set_up (sqlite3 *database, const StoreFile *file, GError **error)
{
  if (sqlite3_db_config (database, SQLITE_DBCONFIG_LOOKASIDE, NULL, 0, 0) != SQLITE_OK /* memory for nothing */
      || sqlite3_db_config (database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK
      || sqlite3_wal_autocheckpoint (database, file->is_great ? 0 : file->log_pages) != SQLITE_OK)
    return store_file_set_error (database, error);
  return execute (database, settings, error);
}

/* open_and_check: @ret_damaged: it cannot be used because of what is in it. */
static sqlite3 *
open_and_check (const StoreFile *file, const char *path, gboolean *ret_damaged, GError **error)
{
  sqlite3 *database = NULL;

  *ret_damaged = FALSE;
  /* NOMUTEX: the store sees to it that one thread uses it at a time. */
  if (sqlite3_open_v2 (path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL)
      != SQLITE_OK)
    store_file_set_error (database, error);
  else if (sqlite3_db_readonly (database, "main") != 0)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "it cannot be written");
  else if (set_up (database, file, error) && (file->is_great || check_content (database, ret_damaged, error))
           && store_file_migrate (database, file->schema, error))
    return database;
  *ret_damaged |= is_damaged (database);
  sqlite3_close (database);
  return NULL;
}

/* move: a file that is not there need not be moved. */
static gboolean
move (const char *path, const char *end, const char *aside, GError **error)
{
  g_autofree char *from = g_strconcat (path, end, NULL);
  g_autofree char *to = g_strconcat (aside, end, NULL);

  if (g_rename (from, to) == 0 || !g_file_test (from, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "%s: damaged, and cannot be renamed", from);
  return FALSE;
}

/* set_aside: the file first: a log without one is none, but a file without its log would be an older state. */
static gboolean
set_aside (const char *path, const char *reason, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  g_autofree char *aside = g_strconcat (path, ".damaged-", time, NULL);

  if (!move (path, "", aside, error) || !move (path, "-wal", aside, error))
    return FALSE;
  log_event (LOG_ERR, SHIKAKU_MESSAGE_STORE_DAMAGED, NULL, LOG_FIELD ("SHIKAKU_FILE", aside),
             "store: %s was damaged (%s); it is now %s, and a new one is begun", path, reason, aside);
  return TRUE;
}

sqlite3 *
store_file_open (const StoreFile *file, const char *path, gboolean *ret_damaged, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean damaged;
  sqlite3 *database = open_and_check (file, path, &damaged, &failure);

  /* Once more: an error of the disk that passes looks like damage too. */
  if (damaged)
    {
      g_clear_error (&failure);
      database = open_and_check (file, path, &damaged, &failure);
    }
  *ret_damaged = damaged && !file->is_kept;
  if (*ret_damaged)
    {
      if (!set_aside (path, failure->message, error))
        return NULL;
      g_clear_error (&failure);
      database = open_and_check (file, path, &damaged, &failure);
    }
  if (database == NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return database;
}
