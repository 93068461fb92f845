/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-loop: the thread that works, one thing after the other: what ORCA has announced is asked, what is to be done is
 * done. In: wakes. Out: nothing; it ends when it is told to, after what it is at.
 */
#pragma once

#include "client/orca/orca-settings.h"
#include "client/orca/orca-store.h"

typedef struct OrcaLoop OrcaLoop;

/*
 * orca_loop_start: @settings outlives it; @store: (transfer full). @failed: called in the default context if it cannot
 * go on: there is no bus, or a certificate cannot be used.
 */
OrcaLoop *orca_loop_start (const OrcaSettings *settings, OrcaStore *store, void (*failed) (const char *, gpointer),
                           gpointer user_data);

/* From any thread. orca_loop_catch_up: what ORCA has announced is read. orca_loop_wake: there may be files. */
void orca_loop_catch_up (OrcaLoop *loop);
void orca_loop_wake (OrcaLoop *loop);

/* orca_loop_stop: waits until a call to ORCA has come to its end; the daemon is not waited for. */
void orca_loop_stop (OrcaLoop *loop);
