/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* errors: what goes wrong, as an exit code for scripts and as a sentence for people. */
#pragma once

#include <gio/gio.h>

/* The exit codes are documented in shikakuctl(1) and in --help: scripts rely on them. */
typedef enum
{
  EXIT_CODE_OK = 0, /* eligible, or the verb did what it says */
  EXIT_CODE_NOT_ELIGIBLE = 1,
  EXIT_CODE_UNKNOWN = 2,
  EXIT_CODE_CARD = 3,
  EXIT_CODE_READER = 4,
  EXIT_CODE_CENTER = 5,
  EXIT_CODE_NOT_AUTHORIZED = 6,
  EXIT_CODE_CANCELLED = 7,
  EXIT_CODE_USAGE = 64,
  EXIT_CODE_NO_DAEMON = 69,
} ExitCode;

/* errors_get_exit_code: of the D-Bus error @name (ours or the bus's own); UNKNOWN if nobody knows it. */
ExitCode errors_get_exit_code (const char *name);

/*
 * errors_describe: @name in the words of this program's language, for errors that no visit explains; @message is the
 * daemon's own text, in English, used where there is no better. Return: (transfer full).
 */
char *errors_describe (const char *name, const char *message);

/* errors_split: the D-Bus name and the bare message of what a GDBus call returned. Both (transfer full). */
void errors_split (const GError *error, char **ret_name, char **ret_message);

/* errors_get_help: the table of exit codes, for --help. Return: (transfer full). */
char *errors_get_help (void);
