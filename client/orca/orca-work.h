/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-work: what the rooms that do the work have in common. In: the state, ORCA, the daemon. Out: how a reply of
 * ORCA's is judged, and when something is tried again. One thread.
 */
#pragma once

#include "client/orca/orca-desk.h"
#include "client/orca/orca-http.h"
#include "client/orca/orca-report.h"
#include "client/orca/orca-store.h"

#define ORCA_NOTE_FIRST_START "first-start" /* the note of when that was, in seconds; before, nothing is known */

typedef struct
{
  const OrcaSettings *settings;
  OrcaStore *store;
  OrcaHttp *http;
  OrcaDesk *desk;
  gboolean is_away; /* ORCA was not reached last */
} OrcaWork;

/* What a post to ORCA has come to. */
typedef enum
{
  ORCA_POST_TAKEN,
  ORCA_POST_AGAIN,   /* ORCA has not done it: nobody was there, or another terminal was using it */
  ORCA_POST_UNKNOWN, /* whether it has is unknown */
  ORCA_POST_REFUSED, /* it said no: *ret_code */
} OrcaPostOutcome;

/*
 * orca_work_post: posts, judges, and says in the journal when ORCA goes and comes back. *ret_answer, if not NULL:
 * (transfer full) of TAKEN and REFUSED. *ret_code: (transfer full) of the others: ORCA's code, or what went wrong.
 */
OrcaPostOutcome orca_work_post (OrcaWork *work, const char *path, const char *name, JsonObject *record,
                                JsonObject **ret_answer, char **ret_code);

/* orca_work_post_array: the same of a "message array", whose answer says nothing more. */
OrcaPostOutcome orca_work_post_array (OrcaWork *work, const char *path, JsonArray *records, char **ret_code);

/* orca_work_note_reply: a call that was not made by orca_work_post: is ORCA there? */
void orca_work_note_reply (OrcaWork *work, const OrcaReply *reply);

/* orca_work_get_delay: seconds before the try after @tries in vain. */
guint orca_work_get_delay (const OrcaWork *work, guint tries);

/* orca_work_get_now: the date (YYYY-MM-DD) and the time (HH:MM:SS) here, into @record as Information_…. */
void orca_work_set_now (JsonObject *record, const char *date, const char *time);
