/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-end: see the header. */
#include "client/orca/orca-end.h"

#include <string.h>

#define TRIES_MAXIMUM 35 /* with a delay that grows to an hour: more than a day */

void
orca_end_job (OrcaWork *work, const OrcaJob *job, const char *state, const char *outcome, const GPtrArray *parts)
{
  g_autoptr (GError) error = NULL;

  if (!orca_store_end_job (work->store, job, state, outcome, parts, &error))
    orca_report_log (G_LOG_LEVEL_WARNING, NULL, "what was done cannot be kept: %s", error->message);
}

void
orca_end_failed (OrcaWork *work, const OrcaJob *job, OrcaReportKind kind, const char *why)
{
  orca_report (work->store, job->origin, kind, 0, why);
  orca_end_job (work, job, "failed", why, NULL);
}

/* Once more later; or, when that was often enough, never. */
void
orca_end_later (OrcaWork *work, const OrcaJob *job, OrcaReportKind last, const char *why)
{
  if (job->tries >= TRIES_MAXIMUM)
    orca_end_failed (work, job, last, why);
  else
    orca_store_delay_job (work->store, job, why, orca_work_get_delay (work, job->tries), NULL);
}

/* A limit of the daemon's, and our own end, are no failure of the line. */
static gboolean
is_quiet (const char *why)
{
  return g_strcmp0 (why, "LimitExceeded") == 0 || g_strcmp0 (why, ORCA_DESK_STOPPING) == 0;
}

/* The desk has not answered. */
void
orca_end_desk (OrcaWork *work, const OrcaJob *job, OrcaDeskOutcome outcome, OrcaReportKind kind, const char *why)
{
  if (outcome == ORCA_DESK_REFUSED)
    {
      orca_end_failed (work, job, kind, why);
      return;
    }
  if (!is_quiet (why))
    orca_report (work->store, job->origin, ORCA_REPORT_CENTER_AWAY, 0, why);
  orca_end_later (work, job, kind, why);
}

/*
 * Posts what may be posted twice. Return: (transfer full) ORCA's answer; NULL: there is none, and what follows is
 * noted.
 */
JsonObject *
orca_end_post (OrcaWork *work, const OrcaJob *job, const char *path, const char *name, JsonObject *record)
{
  g_autofree char *code = NULL;
  JsonObject *answer = NULL;
  OrcaPostOutcome outcome = orca_work_post (work, path, name, record, &answer, &code);

  if (outcome == ORCA_POST_TAKEN)
    return answer;
  g_clear_pointer (&answer, json_object_unref);
  if (outcome == ORCA_POST_REFUSED)
    orca_end_failed (work, job, ORCA_REPORT_ORCA_REFUSED, code);
  else
    orca_end_later (work, job, ORCA_REPORT_ORCA_REFUSED, code);
  return NULL;
}
