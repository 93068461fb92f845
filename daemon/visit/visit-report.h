/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-report: the end of a visit, for those who run the desk. Nothing in it tells who the patient was. */
#pragma once

#include "visit/eligibility.h"
#include "visit/statistics.h"

/* Borrowed for the call. */
typedef struct
{
  const char *path, *caller, *method, *reader; /* method: "" if none is known */
  VisitOrigin origin;
  VisitState before, state;       /* it was in @before, and ends as @state */
  const Eligibility *eligibility; /* of one that is done, else NULL */
  const GError *error;            /* of one that is not */
  const VisitClock *clock;        /* stopped */
} VisitReport;

/* visit_report_end: writes the journal's entry, and counts. */
void visit_report_end (const VisitReport *report, Statistics *statistics);
