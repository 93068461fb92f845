/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-store: see the header. */
#include "client/orca/orca-store.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define FILE_NAME "orca.db"
#define SCHEMA_RESOURCE "/org/shikaku/orca/orca-schema.sql"
#define BUSY_MILLISECONDS 10000 /* the verbs of the command line write too */
#define DAY_SECONDS 86400
#define FACE_DAYS 366 /* a digest that is forgotten would be posted once more, if its file came to light again */

/* No delay is longer: what is due later was written when the clock was wrong, and is due now. */
#define DELAY_SECONDS_MAXIMUM 3600
#define IS_DUE "due NOT BETWEEN ? AND ?" /* get_seconds () + 1, get_latest () */

struct OrcaStore
{
  sqlite3 *base;
  char *trouble; /* what could not be done last, until somebody asks; NULL: nothing */
};

static gboolean
set_error (OrcaStore *store, GError **error)
{
  g_free (store->trouble);
  store->trouble = g_strdup (sqlite3_errmsg (store->base));
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", FILE_NAME, sqlite3_errmsg (store->base));
  return FALSE;
}

/* @types: for each ? of @sql a letter: s a text, t a gint64, u a guint. Return: (transfer full); NULL with an error. */
static sqlite3_stmt *
prepare (OrcaStore *store, GError **error, const char *sql, const char *types, va_list arguments)
{
  sqlite3_stmt *statement = NULL;
  int place = 1;

  if (sqlite3_prepare_v2 (store->base, sql, -1, &statement, NULL) != SQLITE_OK)
    {
      set_error (store, error);
      return NULL;
    }
  for (; *types != '\0'; types++, place++)
    switch (*types)
      {
      case 's':
        {
          const char *text = va_arg (arguments, const char *);

          sqlite3_bind_text (statement, place, text != NULL ? text : "", -1, SQLITE_TRANSIENT);
          break;
        }
      case 't':
        sqlite3_bind_int64 (statement, place, va_arg (arguments, gint64));
        break;
      default:
        sqlite3_bind_int64 (statement, place, va_arg (arguments, guint));
        break;
      }
  return statement;
}

/* Runs a statement that gives no rows. */
static gboolean
run (OrcaStore *store, GError **error, const char *sql, const char *types, ...)
{
  va_list arguments;
  sqlite3_stmt *statement;
  int status;

  va_start (arguments, types);
  statement = prepare (store, error, sql, types, arguments);
  va_end (arguments);
  if (statement == NULL)
    return FALSE;
  status = sqlite3_step (statement);
  sqlite3_finalize (statement);
  return status == SQLITE_DONE || set_error (store, error);
}

/* A statement at its first row. Return: (transfer full); NULL: there is none, or there is an error. */
static sqlite3_stmt *
find (OrcaStore *store, GError **error, const char *sql, const char *types, ...)
{
  va_list arguments;
  sqlite3_stmt *statement;
  int status;

  va_start (arguments, types);
  statement = prepare (store, error, sql, types, arguments);
  va_end (arguments);
  if (statement == NULL)
    return NULL;
  status = sqlite3_step (statement);
  if (status == SQLITE_ROW)
    return statement;
  sqlite3_finalize (statement);
  if (status != SQLITE_DONE)
    set_error (store, error);
  return NULL;
}

static char *
take_text (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *)sqlite3_column_text (statement, column);

  return g_strdup (text != NULL ? text : "");
}

static gint64
get_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static gint64
get_latest (void)
{
  return get_seconds () + DELAY_SECONDS_MAXIMUM;
}

/* Ends what BEGIN has begun. */
static gboolean
end_transaction (OrcaStore *store, gboolean is_well, GError **error)
{
  if (is_well && run (store, error, "COMMIT", ""))
    return TRUE;
  sqlite3_exec (store->base, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

OrcaStore *
orca_store_open (const char *folder, gboolean may_create, GError **error)
{
  g_autofree char *file = g_build_filename (folder, FILE_NAME, NULL);
  g_autoptr (GBytes) schema = g_resources_lookup_data (SCHEMA_RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autoptr (OrcaStore) store = g_new0 (OrcaStore, 1);

  if (schema == NULL)
    return NULL;
  if (sqlite3_open_v2 (file, &store->base, SQLITE_OPEN_READWRITE | (may_create ? SQLITE_OPEN_CREATE : 0), NULL)
          != SQLITE_OK
      || sqlite3_busy_timeout (store->base, BUSY_MILLISECONDS) != SQLITE_OK
      || sqlite3_exec (store->base,
                       "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                       " PRAGMA temp_store=MEMORY;",
                       NULL, NULL, NULL)
             != SQLITE_OK
      || sqlite3_exec (store->base, g_bytes_get_data (schema, NULL), NULL, NULL, NULL) != SQLITE_OK)
    {
      set_error (store, error);
      return NULL;
    }
  return g_steal_pointer (&store);
}

void
orca_store_close (OrcaStore *store)
{
  sqlite3_close (store->base);
  g_free (store->trouble);
  g_free (store);
}

int
orca_store_lock (const char *folder, GError **error)
{
  int descriptor = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (descriptor >= 0 && flock (descriptor, LOCK_EX | LOCK_NB) == 0)
    return descriptor;
  if (errno == EWOULDBLOCK)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, "%s: another shikaku-orca works with it", folder);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", folder, g_strerror (errno));
  if (descriptor >= 0)
    close (descriptor);
  return -1;
}

char *
orca_store_take_trouble (OrcaStore *store)
{
  return g_steal_pointer (&store->trouble);
}

void
orca_question_free (OrcaQuestion *question)
{
  g_free (question->uuid);
  g_free (question->patient);
  g_free (question->date);
  g_free (question->at);
  g_free (question->row);
  g_free (question->day);
  g_free (question->process);
  g_free (question->cursor);
  g_free (question);
}

gboolean
orca_store_note_event (OrcaStore *store, const OrcaEvent *event, gboolean *ret_is_new, GError **error)
{
  if (!run (store, error,
            "INSERT INTO event (uuid, at, kind, patient, date, time, row, day, process, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'seen') ON CONFLICT (uuid) DO NOTHING",
            "stussssss", event->uuid, get_seconds (), (guint)event->kind, event->patient, event->date, event->at,
            event->row, event->day, event->process))
    return FALSE;
  *ret_is_new = sqlite3_changes (store->base) > 0;
  return TRUE;
}

OrcaQuestion *
orca_store_next_question (OrcaStore *store, GError **error)
{
  sqlite3_stmt *row = find (store, error,
                            "SELECT uuid, kind, patient, date, time, row, day, process, cursor, state, tries FROM event"
                            " WHERE state IN ('seen', 'asking') AND " IS_DUE " ORDER BY kind, at, rowid LIMIT 1",
                            "tt", get_seconds () + 1, get_latest ());
  OrcaQuestion *question;

  if (row == NULL)
    return NULL;
  question = g_new0 (OrcaQuestion, 1);
  question->uuid = take_text (row, 0);
  question->kind = (OrcaEventKind)sqlite3_column_int (row, 1);
  question->patient = take_text (row, 2);
  question->date = take_text (row, 3);
  question->at = take_text (row, 4);
  question->row = take_text (row, 5);
  question->day = take_text (row, 6);
  question->process = take_text (row, 7);
  question->cursor = take_text (row, 8);
  question->is_in_doubt = strcmp ((const char *)sqlite3_column_text (row, 9), "asking") == 0;
  question->tries = (guint)sqlite3_column_int (row, 10);
  sqlite3_finalize (row);
  return question;
}

gboolean
orca_store_begin_question (OrcaStore *store, const OrcaQuestion *question, GError **error)
{
  return run (store, error, "UPDATE event SET state = 'asking' WHERE uuid = ?", "s", question->uuid);
}

gboolean
orca_store_delay_question (OrcaStore *store, const OrcaQuestion *question, gboolean is_in_doubt, guint seconds,
                           GError **error)
{
  return run (store, error, "UPDATE event SET state = ?, tries = tries + 1, due = ? WHERE uuid = ?", "sts",
              is_in_doubt ? "asking" : "seen", get_seconds () + seconds, question->uuid);
}

/* How urgent a kind is: who stands at the desk comes first. */
static guint
get_priority (OrcaPartKind kind)
{
  static const guint priorities[ORCA_N_PARTS] = {
    [ORCA_PART_CHECK] = 0,   [ORCA_PART_REFERENCE] = 1,      [ORCA_PART_WITHDRAWAL] = 1, [ORCA_PART_DRUG] = 2,
    [ORCA_PART_CHECKUP] = 2, [ORCA_PART_PIECE] = 3,          [ORCA_PART_UNITS] = 4,      [ORCA_PART_NUMBERS] = 5,
    [ORCA_PART_CARE] = 3,    [ORCA_PART_CARE_RECEPTION] = 3, [ORCA_PART_CARE_LIST] = 4,  [ORCA_PART_CARE_PEOPLE] = 4,
  };

  return priorities[kind];
}

static gboolean
add_jobs (OrcaStore *store, const char *origin, const char *birthdate, const GPtrArray *parts, GError **error)
{
  gboolean is_well = TRUE;

  for (guint i = 0; is_well && parts != NULL && i < parts->len; i++)
    {
      const OrcaPart *part = parts->pdata[i];
      g_autofree char *text = orca_json_print (part->record);
      const char *own = orca_json_get_text (part->record, "Birthdate");

      is_well = run (store, error,
                     "INSERT INTO job (at, origin, kind, priority, identifier, birthdate, part, state)"
                     " VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting')",
                     "tssusss", get_seconds (), origin, orca_part_get_word (part->kind), get_priority (part->kind),
                     orca_json_get_text (part->record, "Identifier"), *own != '\0' ? own : birthdate, text);
    }
  return is_well;
}

gboolean
orca_store_end_question (OrcaStore *store, const OrcaQuestion *question, const char *state, const GPtrArray *parts,
                         const char *row, const char *cursor, GError **error)
{
  gboolean is_well;

  if (!run (store, error, "BEGIN IMMEDIATE", ""))
    return FALSE;
  is_well = add_jobs (store, question->uuid, "", parts, error);
  if (is_well && cursor != NULL)
    is_well = run (store, error, "UPDATE event SET state = 'seen', tries = 0, row = ?, cursor = ? WHERE uuid = ?",
                   "sss", row != NULL ? row : question->row, cursor, question->uuid);
  else if (is_well)
    is_well = run (store, error, "UPDATE event SET state = ? WHERE uuid = ?", "ss", state, question->uuid);
  return end_transaction (store, is_well, error);
}

void
orca_job_free (OrcaJob *job)
{
  json_object_unref (job->part);
  g_free (job->origin);
  g_free (job->identifier);
  g_free (job->birthdate);
  g_free (job);
}

OrcaJob *
orca_store_next_job (OrcaStore *store, GError **error)
{
  sqlite3_stmt *row = find (store, error,
                            "SELECT id, kind, part, origin, identifier, birthdate, tries, state FROM job"
                            " WHERE state IN ('waiting', 'posting') AND " IS_DUE " ORDER BY priority, id LIMIT 1",
                            "tt", get_seconds () + 1, get_latest ());
  OrcaJob *job;
  const char *text;

  if (row == NULL)
    return NULL;
  job = g_new0 (OrcaJob, 1);
  job->id = sqlite3_column_int64 (row, 0);
  job->kind = orca_part_find ((const char *)sqlite3_column_text (row, 1));
  text = (const char *)sqlite3_column_text (row, 2);
  job->part = orca_json_parse (text, strlen (text));
  if (job->part == NULL)
    job->part = json_object_new ();
  job->origin = take_text (row, 3);
  job->identifier = take_text (row, 4);
  job->birthdate = take_text (row, 5);
  job->tries = (guint)sqlite3_column_int (row, 6);
  job->is_in_doubt = strcmp ((const char *)sqlite3_column_text (row, 7), "posting") == 0;
  sqlite3_finalize (row);
  return job;
}

gboolean
orca_store_begin_job (OrcaStore *store, const OrcaJob *job, GError **error)
{
  return run (store, error, "UPDATE job SET state = 'posting' WHERE id = ?", "t", job->id);
}

gboolean
orca_store_end_job (OrcaStore *store, const OrcaJob *job, const char *state, const char *outcome,
                    const GPtrArray *parts, GError **error)
{
  gboolean is_well;

  if (!run (store, error, "BEGIN IMMEDIATE", ""))
    return FALSE;
  is_well = add_jobs (store, job->origin, job->birthdate, parts, error)
            && run (store, error, "UPDATE job SET state = ?, outcome = ?, part = '{}' WHERE id = ?", "sst", state,
                    outcome, job->id);
  return end_transaction (store, is_well, error);
}

gboolean
orca_store_fail_like (OrcaStore *store, const OrcaJob *job, const char *outcome, GError **error)
{
  return run (store, error,
              "UPDATE job SET state = 'failed', outcome = ?, part = '{}'"
              " WHERE state = 'waiting' AND origin = ? AND kind = ? AND identifier = ?",
              "ssss", outcome, job->origin, orca_part_get_word (job->kind), job->identifier);
}

gboolean
orca_store_delay_job (OrcaStore *store, const OrcaJob *job, const char *outcome, guint seconds, GError **error)
{
  return run (store, error, "UPDATE job SET state = 'waiting', outcome = ?, tries = tries + 1, due = ? WHERE id = ?",
              "stt", outcome, get_seconds () + seconds, job->id);
}

gboolean
orca_store_delay_like (OrcaStore *store, const OrcaJob *job, guint seconds, GError **error)
{
  return run (store, error,
              "UPDATE job SET due = max (due, ?) WHERE state = 'waiting' AND origin = ? AND kind = ? AND id != ?",
              "tsst", get_seconds () + seconds, job->origin, orca_part_get_word (job->kind), job->id);
}

gboolean
orca_store_wipe (OrcaStore *store, GError **error)
{
  sqlite3_stmt *row
      = find (store, error, "SELECT 1 FROM job WHERE kind = ? AND state IN ('waiting', 'posting') LIMIT 1", "s",
              orca_part_get_word (ORCA_PART_CARE_PEOPLE));
  gboolean is_waiting = row != NULL;

  sqlite3_finalize (row);
  return is_waiting || run (store, error, "VACUUM", "");
}

void
orca_face_free (OrcaFace *face)
{
  g_free (face->digest);
  g_free (face->name);
  g_free (face->state);
  g_free (face->outcome);
  g_free (face);
}

static OrcaFace *
read_face (sqlite3_stmt *row)
{
  OrcaFace *face = g_new0 (OrcaFace, 1);
  gint64 due = sqlite3_column_int64 (row, 7);

  face->id = sqlite3_column_int64 (row, 0);
  face->at = sqlite3_column_int64 (row, 1);
  face->digest = take_text (row, 2);
  face->name = take_text (row, 3);
  face->state = take_text (row, 4);
  face->outcome = take_text (row, 5);
  face->tries = (guint)sqlite3_column_int (row, 6);
  face->is_due = due <= get_seconds () || due > get_latest ();
  return face;
}

OrcaFace *
orca_store_find_face (OrcaStore *store, const char *digest, GError **error)
{
  sqlite3_stmt *row = find (
      store, error, "SELECT id, at, digest, name, state, outcome, tries, due FROM face WHERE digest = ?", "s", digest);
  OrcaFace *face = row != NULL ? read_face (row) : NULL;

  sqlite3_finalize (row);
  return face;
}

gboolean
orca_store_set_face (OrcaStore *store, const char *digest, const char *name, const char *state, const char *outcome,
                     guint seconds, GError **error)
{
  return run (
      store, error,
      "INSERT INTO face (at, digest, name, state, outcome, due) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (digest)"
      " DO UPDATE SET state = excluded.state, outcome = excluded.outcome, due = excluded.due, tries = tries + 1",
      "tsssst", get_seconds (), digest, name, state, outcome, get_seconds () + seconds);
}

gboolean
orca_store_end_face (OrcaStore *store, const char *digest, const char *birthdate, const GPtrArray *parts,
                     GError **error)
{
  gboolean is_well;

  if (!run (store, error, "BEGIN IMMEDIATE", ""))
    return FALSE;
  is_well = add_jobs (store, digest, birthdate, parts, error)
            && run (store, error, "UPDATE face SET state = 'posted', outcome = '' WHERE digest = ?", "s", digest);
  return end_transaction (store, is_well, error);
}

gboolean
orca_store_wants_records (OrcaStore *store, const char *digest)
{
  sqlite3_stmt *row
      = find (store, NULL, "SELECT 1 FROM job WHERE origin = ? AND state = 'waiting' AND kind IN (?, ?) LIMIT 1", "sss",
              digest, orca_part_get_word (ORCA_PART_DRUG), orca_part_get_word (ORCA_PART_CHECKUP));
  gboolean is_wanted = row != NULL;

  sqlite3_finalize (row);
  return is_wanted;
}

gboolean
orca_store_doubt_faces (OrcaStore *store, GError **error)
{
  return run (store, error, "UPDATE face SET state = 'unknown' WHERE state = 'posting'", "");
}

GPtrArray *
orca_store_list_faces (OrcaStore *store, GError **error)
{
  GPtrArray *faces = g_ptr_array_new_with_free_func ((GDestroyNotify)orca_face_free);
  sqlite3_stmt *row = find (store, error,
                            "SELECT id, at, digest, name, state, outcome, tries, due FROM face"
                            " WHERE state IN ('unknown', 'refused', 'unreadable') ORDER BY id",
                            "");

  if (row != NULL)
    do
      g_ptr_array_add (faces, read_face (row));
    while (sqlite3_step (row) == SQLITE_ROW);
  sqlite3_finalize (row);
  return faces;
}

gboolean
orca_store_resolve_face (OrcaStore *store, gint64 id, gboolean is_posted, GError **error)
{
  if (!run (store, error,
            "UPDATE face SET state = ?, outcome = 'a person has said so', due = 0"
            " WHERE id = ? AND state IN ('unknown', 'refused', 'unreadable')",
            "st", is_posted ? "posted" : "waiting", id))
    return FALSE;
  if (sqlite3_changes (store->base) > 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%" G_GINT64_FORMAT " is nothing that waits for a person", id);
  return FALSE;
}

void
orca_failure_free (OrcaFailure *failure)
{
  g_free (failure->patient);
  g_free (failure);
}

gboolean
orca_store_note_failure (OrcaStore *store, const char *origin, gint kind, guint number, gboolean *ret_is_new,
                         GError **error)
{
  if (!run (store, error,
            "INSERT INTO failure (at, origin, kind, number) VALUES (?, ?, ?, ?) ON CONFLICT (origin, kind) DO NOTHING",
            "tsuu", get_seconds (), origin, (guint)kind, number))
    return FALSE;
  *ret_is_new = sqlite3_changes (store->base) > 0;
  return TRUE;
}

OrcaFailure *
orca_store_next_failure (OrcaStore *store, GError **error)
{
  sqlite3_stmt *row
      = find (store, error,
              "SELECT failure.id, failure.at, failure.kind, number, coalesce (event.patient, \'\'), failure.tries"
              " FROM failure LEFT JOIN event ON event.uuid = failure.origin"
              " WHERE told = 0 AND failure." IS_DUE " ORDER BY failure.id LIMIT 1",
              "tt", get_seconds () + 1, get_latest ());
  OrcaFailure *failure;

  if (row == NULL)
    return NULL;
  failure = g_new0 (OrcaFailure, 1);
  failure->id = sqlite3_column_int64 (row, 0);
  failure->at = sqlite3_column_int64 (row, 1);
  failure->kind = sqlite3_column_int (row, 2);
  failure->number = (guint)sqlite3_column_int (row, 3);
  failure->patient = take_text (row, 4);
  failure->tries = (guint)sqlite3_column_int (row, 5);
  sqlite3_finalize (row);
  return failure;
}

gboolean
orca_store_end_failure (OrcaStore *store, gint64 id, GError **error)
{
  return run (store, error, "UPDATE failure SET told = 1 WHERE id = ?", "t", id);
}

gboolean
orca_store_delay_failure (OrcaStore *store, gint64 id, guint seconds, GError **error)
{
  return run (store, error, "UPDATE failure SET tries = tries + 1, due = ? WHERE id = ?", "tt",
              get_seconds () + seconds, id);
}

char *
orca_store_find_birthdate (OrcaStore *store, const char *identifier)
{
  sqlite3_stmt *row = *identifier == '\0' ? NULL
                                          : find (store, NULL,
                                                  "SELECT birthdate FROM job WHERE identifier = ? AND birthdate != ''"
                                                  " ORDER BY id DESC LIMIT 1",
                                                  "s", identifier);
  char *birthdate = row != NULL ? take_text (row, 0) : NULL;

  sqlite3_finalize (row);
  return birthdate;
}

char *
orca_store_get_note (OrcaStore *store, const char *name)
{
  sqlite3_stmt *row = find (store, NULL, "SELECT value FROM note WHERE name = ?", "s", name);
  char *value = row != NULL ? take_text (row, 0) : g_strdup ("");

  sqlite3_finalize (row);
  return value;
}

gboolean
orca_store_set_note (OrcaStore *store, const char *name, const char *value, GError **error)
{
  return run (store, error,
              "INSERT INTO note (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
              "ss", name, value);
}

guint
orca_store_get_wait (OrcaStore *store, guint maximum)
{
  sqlite3_stmt *row
      = find (store, NULL,
              "SELECT coalesce (min (due), 0) FROM (SELECT due FROM event WHERE state IN ('seen', 'asking')"
              " UNION ALL SELECT due FROM job WHERE state IN ('waiting', 'posting')"
              " UNION ALL SELECT due FROM face WHERE state = 'waiting'"
              " UNION ALL SELECT due FROM failure WHERE told = 0)",
              "");
  gint64 due = row != NULL ? sqlite3_column_int64 (row, 0) : 0;

  sqlite3_finalize (row);
  return due == 0 ? maximum : (guint)CLAMP (due - get_seconds (), 0, (gint64)maximum);
}

JsonObject *
orca_store_count (OrcaStore *store, GError **error)
{
  static const struct
  {
    const char *name, *sql;
  } counts[] = {
    { "Events", "SELECT count(*) FROM event" },
    { "Questions", "SELECT count(*) FROM event WHERE state IN ('seen', 'asking')" },
    { "Lost", "SELECT count(*) FROM event WHERE state = 'lost'" },
    { "Empty", "SELECT count(*) FROM event WHERE state = 'empty'" },
    { "Waiting", "SELECT count(*) FROM job WHERE state IN ('waiting', 'posting')" },
    { "Done", "SELECT count(*) FROM job WHERE state = 'done'" },
    { "Cut", "SELECT count(*) FROM job WHERE state = 'cut'" },
    { "ListsUnknown", "SELECT count(*) FROM job WHERE state = 'unknown'" },
    { "Failed", "SELECT (SELECT count(*) FROM job WHERE state = 'failed')"
                " + (SELECT count(*) FROM event WHERE state = 'failed')" },
    { "FacesPosted", "SELECT count(*) FROM face WHERE state = 'posted'" },
    { "FacesWaiting", "SELECT count(*) FROM face WHERE state = 'waiting'" },
    { "FacesRefused", "SELECT count(*) FROM face WHERE state IN ('refused', 'unreadable')" },
    { "Unknown", "SELECT count(*) FROM face WHERE state = 'unknown'" },
    { "Untold", "SELECT count(*) FROM failure WHERE told = 0" },
  };
  g_autoptr (JsonObject) result = json_object_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      sqlite3_stmt *row = find (store, error, counts[i].sql, "");

      if (row == NULL)
        return NULL;
      json_object_set_int_member (result, counts[i].name, sqlite3_column_int64 (row, 0));
      sqlite3_finalize (row);
    }
  return g_steal_pointer (&result);
}

gboolean
orca_store_purge (OrcaStore *store, guint days, GError **error)
{
  gint64 limit = get_seconds () - (gint64)days * DAY_SECONDS;

  return run (store, error, "DELETE FROM event WHERE state NOT IN ('seen', 'asking') AND at < ?", "t", limit)
         && run (store, error, "DELETE FROM job WHERE state NOT IN ('waiting', 'posting') AND at < ?", "t", limit)
         && run (store, error, "DELETE FROM face WHERE state NOT IN ('waiting', 'posting', 'unknown') AND at < ?", "t",
                 get_seconds () - (gint64)MAX (days, FACE_DAYS) * DAY_SECONDS)
         && run (store, error, "DELETE FROM failure WHERE told != 0 AND at < ?", "t", limit)
         && orca_store_wipe (store, error);
}
