/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * card-worker: the one thread that may block on a reader. Jobs run there in turn; results come back as GTask.
 *
 * A job that outlives its deadline is given up: the caller gets CardMute at once, and so does every further job,
 * until the blocked call returns (the card was pulled). If it waits for another program, that is ReaderBusy. Then the
 * worker lets go of the card, and is as good as new.
 * Exit never waits for a blocked worker. Everything here is called on the main thread; each job is answered exactly
 * once.
 */
#pragma once

#include <gio/gio.h>

#include "card/reader.h"

typedef struct CardWorker CardWorker;

/*
 * A job, on the worker's thread. It must own what it touches. @cancellable: the worker's own, cancelled when the
 * caller's is and when the job is given up: to be looked at between commands. Return: (transfer full) pointer for the
 * caller, or NULL and @error.
 */
typedef gpointer (*CardWorkerJob) (Reader *reader, gpointer data, GCancellable *cancellable, GError **error);

/* card_worker_new: @reader: (transfer full). The thread starts with the first job. */
CardWorker *card_worker_new (Reader *reader);
CardWorker *card_worker_ref (CardWorker *worker);
/*
 * card_worker_unref: the last reference lets the thread end after its current job; nobody waits. A job holds one
 * until it is answered.
 */
void card_worker_unref (CardWorker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CardWorker, card_worker_unref)

/*
 * card_worker_run: queues @job. @deadline: milliseconds from now until it is given up. @data_free frees @data after the
 * job has ended (also a job that was given up), @result_free a result that nobody took; both on the caller's context.
 * A job whose @cancellable is cancelled before it began is not run.
 */
void card_worker_run (CardWorker *worker, CardWorkerJob job, gpointer data, GDestroyNotify data_free,
                      GDestroyNotify result_free, guint deadline, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data);

/* card_worker_run_finish: the job's result. */
gpointer card_worker_run_finish (CardWorker *worker, GAsyncResult *result, GError **error);

/* card_worker_set_waiting: by a job: whether its next call waits for another program, and not for the card. */
void card_worker_set_waiting (CardWorker *worker, gboolean waiting);

/* card_worker_is_mute: whether a given-up job still blocks the thread. */
gboolean card_worker_is_mute (CardWorker *worker);

const char *card_worker_get_reader_name (CardWorker *worker);

/* card_worker_get_reader_serial: as reader_get_serial. */
const char *card_worker_get_reader_serial (CardWorker *worker);
