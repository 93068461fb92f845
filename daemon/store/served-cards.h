/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * served-cards: in which readers a card lies that has served a visit. In: PC/SC names of readers. Out: whether the card
 * there is waited out, also after the daemon's restart. No name is of a person.
 *
 * Of a reader that this daemon was not told of the file is asked, once. Until it has answered, and where it was damaged
 * or cannot be had, a card there counts as one that has served: a card too many is taken out and put in again, but
 * nobody's card is read for somebody else.
 */
#pragma once

#include "store/store.h"

typedef struct ServedCards ServedCards;

/*
 * served_cards_new: @store must outlive it; NULL: nothing is known, nor kept. @on_known: the file has answered, or
 * failed to; called from the main loop.
 */
ServedCards *served_cards_new (Store *store, void (*on_known) (gpointer user_data), gpointer user_data);
void served_cards_free (ServedCards *cards);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServedCards, served_cards_free)

/* served_cards_contain: for a reader with a card in it: where there is none, the file need not be asked. */
gboolean served_cards_contain (ServedCards *cards, const char *reader);

/*
 * served_cards_set: the card in @reader has served; or there is none, or one that has not. Written at once, but for a
 * reader that the file was not asked of and that is found without such a card: that is written with the next change.
 */
void served_cards_set (ServedCards *cards, const char *reader, gboolean served);
