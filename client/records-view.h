/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-view: records as a doctor reads them. The JSON document comes in; a page goes out: what is missing first,
 * then medicine × month, the newest first, institution by institution, each cell with the sources that have it; and
 * check-ups with their values beside the reference range, the newest first.
 */
#pragma once

#include "client/page.h"
#include "client/records-model.h"

/* How it is to be looked at. */
typedef struct
{
  guint columns;             /* as of page_new() */
  guint n_months;            /* that the table shows at most; 0: all, as far as they fit */
  const char *const *hidden; /* codes of institutions that are left out, NULL-ended, such as one's own; NULL: none */
} RecordsLook;

/* records_view_make: Return: (transfer full), or NULL: @document is none, with an error for people. */
Page *records_view_make (GBytes *document, const RecordsLook *look, GError **error);

/*
 * records_view_append: @document, for the terminal of standard output, below what *page shows already; NULL: it is
 * made. Return: FALSE after standard error was told why not.
 */
gboolean records_view_append (Page **page, GBytes *document, guint n_months, const char *const *hidden);
