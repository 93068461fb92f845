/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* output: lines for people and JSON for programs, on standard output. */
#pragma once

#include <gio/gio.h>

/*
 * output_json: @value as one line of JSON, always UTF-8, names and types as on the bus. What output_clean() takes out
 * is escaped (\u202e): it arrives at a program, and does nothing to a terminal.
 */
void output_json (GVariant *value);

/*
 * output_clean: @text without what can move the cursor, turn the text round or hide in it: control and format
 * characters (categories Cc and Cf of Unicode), separators of lines. Return: (transfer full).
 */
char *output_clean (const char *text);

/*
 * output_pad: @text cleaned, followed by the spaces that make it @columns wide (East Asian width), and by one where it
 * is as wide already; 0: by none. Return: (transfer full).
 */
char *output_pad (const char *text, guint columns);

/*
 * output_get_columns: how many columns @text takes on a terminal; output_get_most_columns: on one that draws characters
 * of ambiguous width, such as ● and …, like Japanese ones.
 */
guint output_get_columns (const char *text);
guint output_get_most_columns (const char *text);

/*
 * output_cut: @text cleaned, on no terminal wider than @columns: what is cut off shows as "…". Return: (transfer full).
 */
char *output_cut (const char *text, guint columns);

/*
 * output_get_size: of the terminal that standard output is. @ret_rows: G_MAXUINT where it does not say. Return: FALSE:
 * it is none, or does not say how wide it is.
 */
gboolean output_get_size (guint *ret_rows, guint *ret_columns);

/*
 * output_can_show: whether the person at standard error can read @text: each of its characters is in the locale's
 * character set, and the console has glyphs for it.
 */
gboolean output_can_show (const char *text);

/*
 * output_wrap: @text, which begins at column @from of a line @width wide (0: endless), as lines that begin below it at
 * column @indent. Japanese breaks between characters, other text at spaces. Return: (transfer full).
 */
char *output_wrap (const char *text, guint from, guint indent, guint width);

/* output_fits: whether a line of @columns fits the terminal of standard output; where that is none, every line does. */
gboolean output_fits (guint columns);

/* output_fold: @text as lines that fit the terminal of standard error. Return: (transfer full). */
char *output_fold (const char *text);

/* output_hanging: @head, and @text cleaned after it, in lines that fit the terminal, all of them right of @head. */
void output_hanging (const char *head, const char *text);

/*
 * output_row: "  label  value", the value in one column of its own in every row, below the label where that is too
 * long.
 */
void output_row (const char *label, const char *value);

/* output_make_row: the same for a line @width wide (0: endless). Return: one or more lines (transfer full). */
char *output_make_row (const char *label, const char *value, guint width);

/* output_error: @text cleaned, as a line on standard error. */
void output_error (const char *text);

/* output_make_rule: a line across. Return: (transfer full). */
char *output_make_rule (void);
