/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-records: the records that a check asks for at its end, while the visit is still ours. Kinds come in; documents
 * go where the options say (records-options), or below the answer, and what became of each kind to whoever asked.
 */
#pragma once

#include "client/page.h"
#include "client/records-options.h"

/*
 * @outcome: a{sv}: by kind, a{sv}: what FetchRecords has told of the whole, or Error and ErrorMessage; with --json, and
 * where it goes nowhere else, the Document too. @is_whole: nothing is missing of anything.
 */
typedef void (*CheckRecordsDone) (GVariant *outcome, gboolean is_whole, gpointer user_data);

/*
 * check_records_fetch: @kinds, NULL-ended, one after the other, of the visit at @path. *page: what people are shown
 * below the answer is added to it; it may be NULL, and then is made. All borrowed until @done.
 */
void check_records_fetch (Client *client, const char *path, char **kinds, Page **page, CheckRecordsDone done,
                          gpointer user_data);

/* check_records_check: whether @kinds can be fetched as the options say. Return: what is wrong, a sentence; or NULL. */
const char *check_records_check (char **kinds);
