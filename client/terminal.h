/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal: questions to the person at standard input, one at a time, without blocking the loop.
 *
 * On a terminal nothing that is typed is shown unless the question says so, from the first moment on, so that a PIN
 * typed too early does not appear either; what was typed before the question is thrown away. Where standard input is no
 * terminal, each question takes one line of it, so that scripts can answer. What was typed lives in locked memory and
 * is erased. The terminal is as it was on every way out, fatal signals included.
 */
#pragma once

#include <glib.h>

typedef struct Terminal Terminal;

/* @line: without its end, valid and writable during the call only; NULL at the end of the input. May ask again. */
typedef void (*TerminalAnswer) (char *line, gpointer user_data);

Terminal *terminal_new (void);
void terminal_free (Terminal *terminal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Terminal, terminal_free)

/* terminal_is_interactive: whether a person may be asked a second time. */
gboolean terminal_is_interactive (const Terminal *terminal);

/* terminal_ask: @visible: show what is typed. Withdraws an earlier question, whose @callback is then never called. */
void terminal_ask (Terminal *terminal, const char *prompt, gboolean visible, TerminalAnswer callback,
                   gpointer user_data);

/* terminal_withdraw: forgets the question, if there is one. */
void terminal_withdraw (Terminal *terminal);

/* terminal_is_asking: whether the cursor stands behind a question. */
gboolean terminal_is_asking (const Terminal *terminal);
