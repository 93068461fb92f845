/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reader-monitor: tells which readers exist and what lies in them, as it changes. Waits in a thread of its own with a
 * context of its own, never polls, and comes back by itself when pcscd does: where that cannot be seen, it tries again,
 * at most 30 s apart.
 *
 * The observer is called on the main thread (the thread-default context of reader_monitor_new).
 */
#pragma once

#include "card/reader.h"

typedef struct
{
  /*
   * The PC/SC service came (TRUE) or went; FALSE also once if it is away at the start. Its readers are removed first.
   */
  void (*service_changed) (gboolean available, gpointer user_data);
  /* @reader: (transfer full). */
  void (*reader_added) (Reader *reader, gpointer user_data);
  void (*reader_removed) (const char *name, gpointer user_data);
  /*
   * @event_counter: PC/SC's count of insertions and removals, so that out-and-in between two looks is noticed.
   * Called once after reader_added, then at every change of presence or counter.
   */
  void (*card_changed) (const char *name, gboolean present, guint event_counter, gpointer user_data);
  /* Once, after the first look: what is there has been told. May be NULL. */
  void (*surveyed) (gpointer user_data);
} ReaderMonitorObserver;

typedef struct ReaderMonitor ReaderMonitor;

/* reader_monitor_new: starts at once. @observer must outlive it. */
ReaderMonitor *reader_monitor_new (const ReaderMonitorObserver *observer, gpointer user_data);

/*
 * reader_monitor_look_again: after the machine has slept: lists the readers and asks what lies in them, as if nothing
 * were known; only what is another than before is told. While the service is away: tries to reach it now. Returns at
 * once.
 */
void reader_monitor_look_again (ReaderMonitor *monitor);

/* reader_monitor_is_refused: whether the service is there and does not let the daemon in (polkit). */
gboolean reader_monitor_is_refused (ReaderMonitor *monitor);

/*
 * reader_monitor_free: stops the thread (flag, cancel until it ends; left behind after a second) and drops queued
 * events.
 */
void reader_monitor_free (ReaderMonitor *monitor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReaderMonitor, reader_monitor_free)
