/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-card: the way of a visit from an empty reader to a proved card. Pulled while it is read, the card is waited for
 * again; pulled later, before it is proved, the visit fails with CARD_REMOVED.
 */
#pragma once

#include "center/transport.h"

typedef struct Visit Visit;

/* visit_card_begin: waits for the card, and proves it. @proved: once, what comes next; unless the visit ends before. */
void visit_card_begin (Visit *visit, void (*proved) (Visit *visit));

/* visit_card_set: what lies in the reader now. @served: it was read for a visit before. */
void visit_card_set (Visit *visit, gboolean is_present, gboolean served);

/* visit_card_note_reader_gone: the reader was unplugged. A proved card does not need it any more. */
void visit_card_note_reader_gone (Visit *visit);

gboolean visit_card_is_present (Visit *visit);

/* visit_card_fill_query: what the center needs to see of the proved card; borrowed from the visit. */
void visit_card_fill_query (Visit *visit, TransportCardQuery *ret_query);

/* visit_card_stop: the visit's end is decided with @error (or NULL): the proof ends. visit_card_let_go: when quiet. */
void visit_card_stop (Visit *visit, const GError *error);
void visit_card_let_go (Visit *visit);
