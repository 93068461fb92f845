/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * asked-lines: values of a command line that "-" stands for: each is a line of standard input, since every user of the
 * machine can read a command line. In: options and what they are called. Out: their values, or the end of the program.
 */
#pragma once

#include "client/client.h"
#include "client/terminal.h"

#define ASKED_LINES_FROM_INPUT "-"

typedef struct
{
  const char *key;   /* of D-Bus; NULL: it is for something else */
  const char *label; /* msgid: what it is called on a terminal */
  char **value;      /* of the option: an empty line is NULL */
} AskedLine;

typedef struct AskedLines AskedLines;

/*
 * asked_lines_read: reads those of @lines (of @n, in their order; static) that are to come from standard input.
 * @check: what is missing then, a sentence, or NULL. @done: when nothing is; else @client fails with InvalidOption.
 */
AskedLines *asked_lines_read (Client *client, Terminal *terminal, const AskedLine *lines, guint n,
                              const char *(*check) (void), void (*done) (gpointer user_data), gpointer user_data);
/* asked_lines_free: @asked may be NULL. After its terminal is freed. */
void asked_lines_free (AskedLines *asked);
