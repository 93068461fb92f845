/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-end: what becomes of a job that was tried. In: a job, and what has happened. Out: it is over, has failed, or is
 * tried again later; staff are told what they have to know. One thread.
 */
#pragma once

#include "client/orca/orca-work.h"

/* orca_end_job: with @state (see orca-schema.sql), and what is to be done next: @parts, or NULL. */
void orca_end_job (OrcaWork *work, const OrcaJob *job, const char *state, const char *outcome, const GPtrArray *parts);

/* orca_end_failed: for ever; staff are told. */
void orca_end_failed (OrcaWork *work, const OrcaJob *job, OrcaReportKind kind, const char *why);

/* orca_end_later: once more later; or, when that was often enough, never: then staff are told @last. */
void orca_end_later (OrcaWork *work, const OrcaJob *job, OrcaReportKind last, const char *why);

/* orca_end_desk: the desk has not done it: @outcome is LATER or REFUSED. */
void orca_end_desk (OrcaWork *work, const OrcaJob *job, OrcaDeskOutcome outcome, OrcaReportKind kind, const char *why);

/*
 * orca_end_post: posts what may be posted twice. Return: (transfer full) ORCA's answer; NULL: there is none, and what
 * follows is noted.
 */
JsonObject *orca_end_post (OrcaWork *work, const OrcaJob *job, const char *path, const char *name, JsonObject *record);
