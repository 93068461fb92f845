/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-report: what staff must hear, since ORCA would show nothing: in the journal at once, and on ORCA's own screen
 * (onshicond) as soon as ORCA can be reached. In: what happened to which question or file. Each is told once.
 */
#pragma once

#include "client/orca/orca-http.h"
#include "client/orca/orca-store.h"

typedef enum
{
  ORCA_REPORT_QUESTION_LOST,     /* ORCA's request was given out and got lost */
  ORCA_REPORT_POST_UNKNOWN,      /* whether a face result is in ORCA is unknown */
  ORCA_REPORT_CUT_INSTITUTIONS,  /* ORCA takes six a month */
  ORCA_REPORT_CUT_PRESCRIPTIONS, /* ORCA has no place for e-prescriptions */
  ORCA_REPORT_CUT_ENTRIES,       /* more days, drugs or items than ORCA takes */
  ORCA_REPORT_INCOMPLETE,        /* the center gave a part only */
  ORCA_REPORT_CENTER_AWAY,       /* it goes on being tried */
  ORCA_REPORT_CHECK_FAILED,      /* by these numbers nothing can be asked, or the answer is for nobody */
  ORCA_REPORT_RECORDS_REFUSED,
  ORCA_REPORT_REFERENCE_FAILED,
  ORCA_REPORT_NOT_POSSIBLE, /* checks of home and online care, PDF, lists without a terminal: there is no way */
  ORCA_REPORT_ORCA_REFUSED, /* ORCA did not take what it was given */
  ORCA_REPORT_FACE_UNREADABLE,
  ORCA_REPORT_WITHDRAWAL_FAILED,
  ORCA_REPORT_LIST_FAILED,  /* who has consented to home or online care was not told */
  ORCA_REPORT_LIST_UNKNOWN, /* whether a part of such a list is in ORCA is unknown */
  ORCA_N_REPORTS,
} OrcaReportKind;

/*
 * orca_report: @origin: the uuid of an event, or the digest of a file. @number: how many, of CUT_…. @why: more for the
 * journal, or NULL: never of a person.
 */
void orca_report (OrcaStore *store, const char *origin, OrcaReportKind kind, guint number, const char *why);

/*
 * orca_report_send: tells ORCA's screen the next that was not told. Return: whether there was one that could be told.
 */
gboolean orca_report_send (OrcaStore *store, OrcaHttp *http, const OrcaSettings *settings);

/* orca_report_log: an entry of the journal, or a line on standard error. @message_id: NULL: none. */
void orca_report_log (GLogLevelFlags level, const char *message_id, const char *format, ...) G_GNUC_PRINTF (3, 4);
