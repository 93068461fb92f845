/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-disk: SQLite's way to the files (its VFS), on which everything can go wrong. In: which of SQLite's calls is to
 * go wrong, and how. Out: how many calls there were; files as they are after the misfortune.
 *
 * It becomes SQLite's default for the whole process: what is tested knows nothing of it. No flush reaches the real
 * disk: what a loss of power would have taken is taken back by fake_disk_power_back.
 */
#pragma once

#include <glib.h>

typedef enum
{
  FAKE_DISK_SOUND,
  FAKE_DISK_FULL,   /* what would write fails for want of room; the rest works */
  FAKE_DISK_BROKEN, /* input/output error */
  FAKE_DISK_SHORT,  /* half of it is written, then there is no room; the rest as FULL */
  FAKE_DISK_KILLED, /* SIGKILL, in the middle of a write */
  FAKE_DISK_POWER,  /* a loss of power: from here on nothing works */
} FakeDiskFault;

void fake_disk_install (void);

/* fake_disk_arm: the calls are counted; number @step (from 1) meets @fault, and with @lasting the later ones do too. */
void fake_disk_arm (FakeDiskFault fault, guint step, gboolean lasting);

/* fake_disk_disarm: all is well again. Return: the number of calls. */
guint fake_disk_disarm (void);

/*
 * fake_disk_power_back: of what was written and not flushed before the loss of power a part is lost, which is chosen by
 * @seed; 0: all of it. The files must have been closed.
 */
void fake_disk_power_back (guint seed);

/* fake_disk_hold: flushes do not return, until fake_disk_release. fake_disk_wait_held: until one waits there. */
void fake_disk_hold (void);
void fake_disk_wait_held (void);
void fake_disk_release (void);

/* fake_disk_wait_closed: until no file is open. */
void fake_disk_wait_closed (void);
