/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-desk: a station with a fake card in a fake reader, a fake center and a fake agent, and an observer that writes
 * down what it is told. Waiting is always for an event, with a deadline.
 */
#pragma once

#include "fake-agent.h"
#include "fake-card.h"
#include "fake-center.h"
#include "visit/station.h"

#define FAKE_READER_PATH "/org/shikaku/Shikaku1/reader/1"
#define FAKE_OWNER ":1.7"
#define FAKE_RETENTION 3600

typedef struct
{
  Station *station;
  FakeCard *card;
  FakeCenter *center;
  FakeAgent *agent;
  char *folder; /* of the ledger, and of the key that it needs */
  Store *store;
  Ledger *ledger;
  guint event_counter;
  gboolean center_freed;
  gboolean gives_up; /* a visit may end before its card has come to rest */

  GString *states; /* "reading-card asking-pin …", of all visits */
  guint finished, closed, readers_added, readers_removed, reader_changes, expiries_changed;
  GString *warnings; /* of the calendar: "card-ca 6 " */
} FakeDesk;

/* fake_desk_new: with one reader, empty, the service there, and a ledger. @persona: "yamada" if NULL. */
FakeDesk *fake_desk_new (const char *persona, guint tries, guint retention);

/* fake_desk_free: asserts that nothing was left behind: no reference to the agent, no card under power, no call. */
void fake_desk_free (FakeDesk *desk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeDesk, fake_desk_free)

void fake_desk_insert (FakeDesk *desk);
void fake_desk_pull (FakeDesk *desk);

/* fake_desk_open: a visit at the reader. @consents: "drug test", or NULL. Return: (transfer full). */
Visit *fake_desk_open (FakeDesk *desk, const char *consents);
Visit *fake_desk_open_with (FakeDesk *desk, const char *path, const char *consents, const VisitOptions *more);

/* fake_desk_try_number: opens a visit by number. Return: (transfer none), or NULL with an error. */
Visit *fake_desk_try_number (FakeDesk *desk, const VisitOptions *options, const TransportNumberQuery *insured,
                             GError **error);

/* fake_desk_wait: until @visit is in @state; a deadline ends the test program. */
void fake_desk_wait (FakeDesk *desk, Visit *visit, VisitState state);

/* fake_desk_wait_until: until *@value is not 0. */
void fake_desk_wait_until (const guint *value);

/* fake_desk_wait_ins: until the card has seen @count commands with @ins. */
void fake_desk_wait_ins (FakeDesk *desk, guint ins, guint count);

/* fake_desk_settle: lets everything that is queued in the main loop happen. */
void fake_desk_settle (void);

#define fake_desk_assert_failed(visit, error_code) \
  g_assert_error ((GError *)visit_get_error (visit), SHIKAKU_ERROR, (int)(error_code))
