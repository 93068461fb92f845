/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-changes: what a visit waits for the disk: whether something has changed since the person was seen here last.
 * In: the center's answer. Out: the same answer, with what has changed, or after a moment without.
 */
#pragma once

#include "visit/eligibility.h"
#include "visit/visit-host.h"

#define VISIT_CHANGES_PATIENCE_MILLISECONDS 400 /* with a disk; then the answer goes out without */

/*
 * visit_changes_begin: @done: called once it is known, or will not be; not from here, and not if the visit ends before.
 */
void visit_changes_begin (Visit *visit, Eligibility *eligibility, void (*done) (Visit *visit));

/* visit_changes_are_looked_for: whether @done is still to be called. */
gboolean visit_changes_are_looked_for (const Visit *visit);

/* visit_changes_stop: the visit does not wait any longer. */
void visit_changes_stop (Visit *visit);
