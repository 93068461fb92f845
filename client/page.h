/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * page: lines for people with what each of them means, made before it is known where they are shown: on standard
 * output, in a pager, or on the full screen of the desk.
 */
#pragma once

#include "client/looks.h"

typedef struct Page Page;

typedef struct
{
  Meaning meaning;
  char *text;   /* cleaned */
  char *beside; /* a second column; or NULL */
  guint column; /* where that begins */
} PageLine;

/* page_new: @columns: how wide its lines may be; 0: endless. */
Page *page_new (guint columns);
void page_free (Page *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Page, page_free)

guint page_get_columns (const Page *page);
guint page_count_lines (const Page *page);
const PageLine *page_get_line (const Page *page, guint number);

/* page_add: @text cleaned, with what follows @head in the lines below it, all of them right of @head. */
void page_add (Page *page, Meaning meaning, const char *head, const char *text);

/* page_add_cut: the same in one line, whose end is cut off where it is too long. */
void page_add_cut (Page *page, Meaning meaning, const char *head, const char *text);

/* page_add_row: as output_row(). page_add_rule: a line across. */
void page_add_row (Page *page, const char *label, const char *value);
void page_add_rule (Page *page);

/* page_add_beside: @left, and @right, which begins at @column. They are cut to fit. */
void page_add_beside (Page *page, const char *left, guint column, const char *right);

/* page_append: the first @limit lines of @other. Return: how many there were. */
guint page_append (Page *page, const Page *other, guint limit);

/* page_format_line: Return: @line with its second column, as far away as spaces can do it (transfer full). */
char *page_format_line (const PageLine *line);

/* page_print: on standard output, in colours where it has them. */
void page_print (const Page *page);

/* page_make_text: Return: the same lines for a pager (transfer full). */
char *page_make_text (const Page *page);
