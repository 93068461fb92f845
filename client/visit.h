/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit: one visit of ours at the daemon, from opening to its end, as seen from outside.
 *
 * It listens before it opens: the path of the visit ends in a token of its own choice.
 */
#pragma once

#include "client/client.h"

typedef struct Visit Visit;

typedef struct
{
  /* state: what is being waited for, a word of the contract; each once, and none after the end. */
  void (*state) (const char *state, gpointer user_data);
  /* done: @eligibility: a{sv} of GetEligibility. @consents: a{sa{sv}} of GetConsents. */
  void (*done) (GVariant *eligibility, GVariant *consents, gpointer user_data);
  /* failed: @failure: a{sv}: State, Error and ErrorMessage of the visit, and what Finished told besides (TriesLeft). */
  void (*failed) (GVariant *failure, gpointer user_data);
  /* refused: the daemon did not open it, or stopped answering. */
  void (*refused) (const GError *error, gpointer user_data);
} VisitObserver;

/* visit_free: at any time; nobody is told of anything any more. What is open at the daemon stays open. */
Visit *visit_new (Client *client, const VisitObserver *observer, gpointer user_data);
void visit_free (Visit *visit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Visit, visit_free)

/* visit_get_token: how its path ends. */
const char *visit_get_token (const Visit *visit);

/* visit_get_path: its object path; NULL before it was opened. */
const char *visit_get_path (const Visit *visit);

/* visit_is_open: the daemon has opened it. */
gboolean visit_is_open (const Visit *visit);

/* visit_open: @insured: a{sv} of CheckNumber, or NULL for a visit at a reader. @options: its Token is added. */
void visit_open (Visit *visit, GVariant *insured, GVariantDict *options);

/*
 * visit_claim: what a terminal has brought: @patient: a{sv} of ClaimVisit. @options: its Token is added. @candidates:
 * aa{sv}, several that fit: none was given, and nothing else is told.
 */
typedef void (*VisitCandidates) (GVariant *candidates, gpointer user_data);
void visit_claim (Visit *visit, GVariant *patient, GVariantDict *options, VisitCandidates candidates);

/* visit_cancel, visit_close: @callback when the daemon has done it, or after a bounded time; also if not open. */
typedef void (*VisitCallback) (gpointer user_data);
void visit_cancel (Visit *visit, VisitCallback callback);
void visit_close (Visit *visit, VisitCallback callback);
