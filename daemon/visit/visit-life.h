/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-life: the states of a visit and its one end. The bottom of the rooms of a visit: those above tell it what runs
 * and what has happened, and it tells them, through VisitSteps, what to do now.
 *
 * Whatever runs for a visit is counted with visit_hold and visit_release. The end is decided once (visit_end) and takes
 * place when nothing runs any more, from the main loop.
 */
#pragma once

#include <gio/gio.h>

#include "base/error.h"
#include "visit/visit-state.h"

typedef struct Visit Visit;

/* What the rooms above do (visit-private.h). */
typedef struct VisitSteps VisitSteps;

/* visit_life_init: of a zeroed visit whose other parts are set. */
void visit_life_init (Visit *visit, const VisitSteps *steps);
void visit_life_clear (Visit *visit);

/* visit_life_start: begins from the main loop. From here on until went_quiet it must not be freed. */
void visit_life_start (Visit *visit);

/* visit_set_state: the one setter. Logs and tells. */
void visit_set_state (Visit *visit, VisitState state);

/* visit_hold, visit_release: around every asynchronous step. The last release lets a decided end take place. */
void visit_hold (Visit *visit);
void visit_release (Visit *visit);

/* visit_end: decides how it ends, unless it is decided, and stops what runs. @error: (transfer full); NULL for done. */
void visit_end (Visit *visit, VisitState outcome, GError *error);
void visit_fail (Visit *visit, ShikakuError code, const char *reason);

/* visit_dismiss: ends it with CANCELLED, not for its owner: who manages the desk wants the reader. */
void visit_dismiss (Visit *visit);

/* visit_interrupt: ends it with SHUTTING_DOWN: the daemon is being stopped, or the machine is going to sleep. */
void visit_interrupt (Visit *visit, gboolean for_sleep);

/* visit_give_up: tells the decided end though something still runs for it: when the daemon will not wait for that. */
void visit_give_up (Visit *visit);

/* visit_replace_error: what is decided to end with @from, but has not ended yet, ends with a better-known reason. */
void visit_replace_error (Visit *visit, ShikakuError from, ShikakuError to, const char *reason);

/*
 * visit_wait_quiet: @task (transfer full) returns TRUE when it is quiet, and who was told of that has done with it, or
 * when it was given up; at once if it has finished.
 */
void visit_wait_quiet (Visit *visit, GTask *task);

/* visit_is_in: whether @state is where it is now. */
gboolean visit_is_in (Visit *visit, VisitState state);

/* visit_is_ending: its end is decided, or has taken place. */
gboolean visit_is_ending (Visit *visit);

/* visit_get_outcome: how it is decided to end, once it is ending. visit_get_decided_error: why, or NULL. */
VisitState visit_get_outcome (Visit *visit);
const GError *visit_get_decided_error (Visit *visit);

/* visit_get_cancellable: cancelled when the end is decided. (transfer none) */
GCancellable *visit_get_cancellable (Visit *visit);

/* visit_set_closing: its owner waits for its end, and wants nothing of it afterwards. */
void visit_set_closing (Visit *visit);
gboolean visit_is_closing (Visit *visit);

/* visit_set_closed: nobody wants to hear of it any more. */
void visit_set_closed (Visit *visit);
gboolean visit_is_closed (Visit *visit);

/* visit_shift_expiry: the clock was set by @shift microseconds. */
void visit_shift_expiry (Visit *visit, gint64 shift);
