/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * changes: what of a person is another than when they were seen here last: a new insurer, ratio, ceiling, name or
 * address. In: answers that say that a person is insured today. Out: the differences, told for the whole day on which
 * they are seen first. What was before is not known: only keyed hashes of it are kept (store/last-seen.h).
 *
 * Width, variants of kanji, padding and the like are no change; nor is what the center did not send, or shows as ●.
 */
#pragma once

#include "store/store.h"
#include "visit/eligibility.h"

typedef struct Changes Changes;

Changes *changes_new (void);
Changes *changes_ref (Changes *changes);
void changes_unref (Changes *changes);

/* changes_set_store: without one nothing is looked up. It must outlive @changes. */
void changes_set_store (Changes *changes, Store *store);

/* changes_configure: how many months it is kept that a person was seen. 0: nothing is looked up, and nothing kept. */
void changes_configure (Changes *changes, guint retention_months);

/*
 * changes_must_look: whether something may have changed in @eligibility, which is of @asked (a day, YYYYMMDD; NULL:
 * today): not where it was the same today, is not about today, or does not say who it is. Costs next to nothing.
 */
gboolean changes_must_look (Changes *changes, const Eligibility *eligibility, const char *asked);

/* changes_look: what the file knows of the person of @eligibility, which need not outlive the call. */
void changes_look (Changes *changes, const Eligibility *eligibility, GAsyncReadyCallback callback, gpointer user_data);

/*
 * changes_look_finish: what has changed comes into @eligibility, of which it was asked, and from now on is known. With
 * NULL (the answer has gone out without) nothing is learned: the next answer tells it.
 */
void changes_look_finish (Changes *changes, GAsyncResult *result, Eligibility *eligibility);

/* changes_purge: forgets everybody. Only with a store (changes_has_store). FAILED. */
gboolean changes_has_store (const Changes *changes);
void changes_purge (Changes *changes, GAsyncReadyCallback callback, gpointer user_data);
gboolean changes_purge_finish (Changes *changes, GAsyncResult *result, guint64 *ret_people, GError **error);
