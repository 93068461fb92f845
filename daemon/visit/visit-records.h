/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-records: that of one visit one fetch of records runs at a time, and ends with the visit. In: a fetch that
 * begins or ends; word that the visit is being erased. Out: the fetch's cancellable, cancelled.
 */
#pragma once

#include <gio/gio.h>

typedef struct Visit Visit;

/* visit_records_begin: @cancellable: of the fetch; borrowed until visit_records_end. FALSE: another is under way. */
gboolean visit_records_begin (Visit *visit, GCancellable *cancellable);
void visit_records_end (Visit *visit);
gboolean visit_records_are_running (Visit *visit);

/* visit_records_stop: the visit is being erased, or has another owner: what is under way ends. */
void visit_records_stop (Visit *visit);
