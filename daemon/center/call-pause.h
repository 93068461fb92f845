/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * call-pause: the center still works on a question, which is asked again in a while. In: how often it was asked again,
 * and a cancellable. Out: word that the while is over, or that nobody waits any more.
 */
#pragma once

#include <gio/gio.h>

typedef struct CallPause CallPause;

/* CallPauseFunc: once; the pause is gone. @is_over: FALSE: it was cancelled, or given up. */
typedef void (*CallPauseFunc) (gboolean is_over, gpointer user_data);

/* call_pause_may: whether a question that was asked again @repeats times may be once more: half a minute in all. */
gboolean call_pause_may (guint repeats);

/* call_pause_new: @pauses: of one transport, borrowed; the pause is in it until it ends. @cancellable: or NULL. */
void call_pause_new (GPtrArray *pauses, guint repeats, GCancellable *cancellable, CallPauseFunc callback,
                     gpointer user_data);

/* call_pause_give_up: each of @pauses, for the transport that ends. */
void call_pause_give_up (GPtrArray *pauses);
