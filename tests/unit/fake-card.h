/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-card: a reader with a card of the simulator's keys in it, for tests of what lies above the reader port.
 *
 * It answers what the My Number Card answers to the daemon's own commands, extended length, and can be told to block or
 * to fail at a command. All functions but those of the reader class are called from the test's thread.
 */
#pragma once

#include "base/error.h"
#include "card/reader.h"

typedef struct FakeCard FakeCard;

/* fake_card_new: @persona: whose key and certificate ($SHIKAKU_KEYS). One reference is the test's. */
FakeCard *fake_card_new (const char *reader_name, const char *persona, const char *pin, guint tries);
void fake_card_unref (FakeCard *card);

/* fake_card_get_reader: a reader with the card in it, (transfer full), as it comes when it is plugged in. */
Reader *fake_card_get_reader (FakeCard *card);

/* fake_card_set_present: pulled, it fails what is under way with CARD_REMOVED. */
void fake_card_set_present (FakeCard *card, gboolean present);

/* fake_card_block: the next commands with @ins wait until fake_card_unblock or until the card is pulled. */
void fake_card_block (FakeCard *card, guint8 ins);
void fake_card_unblock (FakeCard *card);

/* fake_card_fail: every command with @ins fails with @code; 0: none does. */
void fake_card_fail (FakeCard *card, guint8 ins, ShikakuError code);

/* What happened so far. */
guint fake_card_count (FakeCard *card,
                       guint8 ins); /* commands with @ins, of which VERIFY (with a PIN) counts as 0x20 */
guint fake_card_get_tries (FakeCard *card);
gboolean fake_card_is_powered (FakeCard *card);
