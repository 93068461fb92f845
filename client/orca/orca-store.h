/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-store: what must survive, in one SQLite file of the state directory: what ORCA has announced, what of it was
 * asked, what is still to be done for it, which face files were posted. In: what has happened. Out: what is next. Each
 * function that returns TRUE has made its change durable; errors are of G_IO_ERROR. One thread.
 */
#pragma once

#include <gio/gio.h>

#include "client/orca/orca-event.h"
#include "client/orca/orca-part.h"

typedef struct OrcaStore OrcaStore;

/*
 * orca_store_open: the file in @folder; @may_create: it is made if it is not there. For the verbs it is not: made by
 * root, it would be shut to the service. (transfer full).
 */
OrcaStore *orca_store_open (const char *folder, gboolean may_create, GError **error);
void orca_store_close (OrcaStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrcaStore, orca_store_close)

/*
 * orca_store_lock: one program at a time works with the state in @folder: two would each post the same. Return: a
 * descriptor, that holds it as long as it is open; -1 with an error (BUSY: another one does).
 */
int orca_store_lock (const char *folder, GError **error);

/*
 * orca_store_take_trouble: whatever could not be read or kept since the last call, as on a full disk. Return: (transfer
 * full) the last reason, SQLite's; NULL: nothing.
 */
char *orca_store_take_trouble (OrcaStore *store);

/*
 * Questions: each event is one. A question that was begun and has no end is in doubt: ORCA answers it once, and whether
 * it has, only ORCA's next answer tells.
 */
typedef struct
{
  OrcaEventKind kind;
  char *uuid, *patient, *date, *at, *row, *day, *process;
  char *cursor; /* behind what of a long list to go on; "" at its beginning */
  gboolean is_in_doubt;
  guint tries;
} OrcaQuestion;
void orca_question_free (OrcaQuestion *question);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrcaQuestion, orca_question_free)

/* orca_store_note_event: *ret_is_new: it was not known. */
gboolean orca_store_note_event (OrcaStore *store, const OrcaEvent *event, gboolean *ret_is_new, GError **error);

/* orca_store_next_question: the oldest that is due. Return: (transfer full); NULL: none is, or there is an error. */
OrcaQuestion *orca_store_next_question (OrcaStore *store, GError **error);

/* orca_store_begin_question: before ORCA is asked. */
gboolean orca_store_begin_question (OrcaStore *store, const OrcaQuestion *question, GError **error);

/* orca_store_delay_question: no answer came; @is_in_doubt: ORCA may have had it. @seconds: until it is asked again. */
gboolean orca_store_delay_question (OrcaStore *store, const OrcaQuestion *question, gboolean is_in_doubt, guint seconds,
                                    GError **error);

/*
 * orca_store_end_question: with @state (answered, empty, lost, failed), and what is to be done: @parts of OrcaPart, or
 * NULL. @row, @cursor: of the next piece of a long list, which is asked for then; NULL: there is none.
 */
gboolean orca_store_end_question (OrcaStore *store, const OrcaQuestion *question, const char *state,
                                  const GPtrArray *parts, const char *row, const char *cursor, GError **error);

/* What is to be done for ORCA. */
typedef struct
{
  gint64 id;
  OrcaPartKind kind;
  JsonObject *part;
  char *origin, *identifier;
  char *birthdate;      /* "" if it is not known */
  gboolean is_in_doubt; /* it was begun (orca_store_begin_job), and its end is not known */
  guint tries;
} OrcaJob;
void orca_job_free (OrcaJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrcaJob, orca_job_free)

/* orca_store_next_job: the most urgent that is due. Return: (transfer full); NULL: none is, or there is an error. */
OrcaJob *orca_store_next_job (OrcaStore *store, GError **error);

/* orca_store_begin_job: before what must not be done twice. orca_store_end_job or _delay_job says what came of it. */
gboolean orca_store_begin_job (OrcaStore *store, const OrcaJob *job, GError **error);

/* orca_store_end_job: with @state (done, cut, failed, unknown), and what ORCA wants next: @parts, or NULL. */
gboolean orca_store_end_job (OrcaStore *store, const OrcaJob *job, const char *state, const char *outcome,
                             const GPtrArray *parts, GError **error);

/*
 * orca_store_fail_like: what waits of the same row and kind as @job, as the other months, has the same end.
 */
gboolean orca_store_fail_like (OrcaStore *store, const OrcaJob *job, const char *outcome, GError **error);
/* orca_store_delay_like: what waits of the same origin and kind as @job is due in @seconds at the earliest. */
gboolean orca_store_delay_like (OrcaStore *store, const OrcaJob *job, guint seconds, GError **error);
gboolean orca_store_delay_job (OrcaStore *store, const OrcaJob *job, const char *outcome, guint seconds,
                               GError **error);

/*
 * orca_store_wipe: unless parts of a list of people still wait, the file is written anew: what a kill has interrupted
 * SQLite leaves in pages that nobody uses, names too.
 */
gboolean orca_store_wipe (OrcaStore *store, GError **error);

/* Face files, by the SHA-256 of their bytes. */
typedef struct
{
  gint64 id, at;
  char *digest, *name, *state, *outcome;
  guint tries;
  gboolean is_due;
} OrcaFace;
void orca_face_free (OrcaFace *face);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrcaFace, orca_face_free)

/* orca_store_find_face: Return: (transfer full); NULL: it is not known, or there is an error. */
OrcaFace *orca_store_find_face (OrcaStore *store, const char *digest, GError **error);

/* orca_store_set_face: notes a state (see orca-schema.sql), for a file that may be new. @seconds: until it is due. */
gboolean orca_store_set_face (OrcaStore *store, const char *digest, const char *name, const char *state,
                              const char *outcome, guint seconds, GError **error);

/* orca_store_end_face: it was posted; what ORCA wants for the patient of it, born on @birthdate. */
gboolean orca_store_end_face (OrcaStore *store, const char *digest, const char *birthdate, const GPtrArray *parts,
                              GError **error);

/* orca_store_wants_records: whether records of the patient of a face file are still to be fetched. */
gboolean orca_store_wants_records (OrcaStore *store, const char *digest);

/* orca_store_doubt_faces: at the start: what was being posted is unknown. */
gboolean orca_store_doubt_faces (OrcaStore *store, GError **error);

/* orca_store_list_faces: what waits for a person: unknown, refused, unreadable. (transfer full), the oldest first. */
GPtrArray *orca_store_list_faces (OrcaStore *store, GError **error);

/*
 * orca_store_resolve_face: a person says that one of these was posted (or is not wanted any more), or that it was not:
 * then it is posted anew. FALSE: NOT_FOUND: it waits for nobody.
 */
gboolean orca_store_resolve_face (OrcaStore *store, gint64 id, gboolean is_posted, GError **error);

/* What staff are to be told: once for each origin and kind (orca-report). */
typedef struct
{
  gint64 id, at;
  gint kind;
  guint number, tries;
  char *patient; /* ORCA's number, "" where it is not known */
} OrcaFailure;
void orca_failure_free (OrcaFailure *failure);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrcaFailure, orca_failure_free)

gboolean orca_store_note_failure (OrcaStore *store, const char *origin, gint kind, guint number, gboolean *ret_is_new,
                                  GError **error);
OrcaFailure *orca_store_next_failure (OrcaStore *store, GError **error);
gboolean orca_store_end_failure (OrcaStore *store, gint64 id, GError **error);
gboolean orca_store_delay_failure (OrcaStore *store, gint64 id, guint seconds, GError **error);

/* orca_store_find_birthdate: of whom @identifier is about, as an earlier part has it. Return: (transfer full); NULL. */
char *orca_store_find_birthdate (OrcaStore *store, const char *identifier);

/* Small things by name. orca_store_get_note: (transfer full); "" if there is none. */
char *orca_store_get_note (OrcaStore *store, const char *name);
gboolean orca_store_set_note (OrcaStore *store, const char *name, const char *value, GError **error);

/* orca_store_get_wait: seconds until the next of all that waits is due, 0 to @maximum. */
guint orca_store_get_wait (OrcaStore *store, guint maximum);

/* orca_store_count: how much of what there is, by name. Return: (transfer full). */
JsonObject *orca_store_count (OrcaStore *store, GError **error);

/*
 * orca_store_purge: what is over and older than @days. What is in doubt or waits stays; the digests of face
 * files stay for a year at least.
 */
gboolean orca_store_purge (OrcaStore *store, guint days, GError **error);
