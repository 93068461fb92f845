/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-program: what a caller's program is called. In: the process that the bus names. Out: the name of its file, as the
 * kernel has it (15 bytes of it at most).
 *
 * It is a hint for people who read who saw what, no proof and no base of any right: a process may call itself anything.
 */
#pragma once

#include <glib.h>

/*
 * bus_program_read: of process @pid, if it is older than @seen, when it was first heard of (wall_clock_get_boot_time):
 * else it is another one that has got its number. Return: (transfer full); "" if it cannot be known.
 */
char *bus_program_read (guint32 pid, gint64 seen);

/*
 * bus_program_parse: of the text of /proc/PID/stat. @ret_begun: when the process began, in ticks since the boot.
 * Return: (transfer full), "" if the bus does not carry it; NULL: that is no such text.
 */
char *bus_program_parse (const char *text, guint64 *ret_begun);
