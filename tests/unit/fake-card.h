/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-card: the one fake My Number Card of the tests, and its readers below the real card floor. In come the calls of
 * the reader port on a worker's thread, and a test's orders on the test's. Out go the card's answers, and what became
 * of it.
 *
 * A test sets the fields while nobody uses the card; beside a worker that uses it, it calls the functions.
 */
#pragma once

#include "base/error.h"
#include "card/reader.h"
#include "fake-identity.h"

#define FAKE_READER "Fake Reader 00 00"

/* What a reader and its card are asked to do: what a test may count, block, and let fail. */
typedef enum
{
  FAKE_VERIFY = 0x20, /* with a PIN */
  FAKE_SIGN = 0x2A,
  FAKE_SELECT = 0xA4,
  FAKE_READ = 0xB0,
  FAKE_GET_RESPONSE = 0xC0,
  FAKE_QUERY_TRIES = 0x100, /* VERIFY without a PIN */
  FAKE_CONNECT,
  FAKE_BEGIN,
  FAKE_DISCONNECT,
  FAKE_N_STEPS
} FakeStep;

typedef struct FakeCard FakeCard;

/* Another chip: as transmit of reader.h. */
typedef gboolean (*FakeChip) (FakeCard *card, const guint8 *command, gsize size, guint8 *response, gsize *response_size,
                              GError **error);

struct FakeCard
{
  /* What it is. */
  const char *reader_name;
  const FakeIdentity *person;
  GBytes *certificate; /* EF 000A, filler included */
  const char *pin;
  guint tries;
  FakeChip chip; /* NULL: the My Number Card's */

  /* What it does. */
  gboolean present;
  gboolean is_changed;    /* not the card that was connected to, or it was reset; */
  gboolean service_stops; /* or nobody knows, because pcscd has stopped */
  gboolean shared, reader_is_short;
  gboolean fails_extended; /* the reader does not say so, and fails */
  gboolean refuses_extended, refuses_short_id, is_other_card;
  gboolean answers_in_pieces, first_is_internal_error;
  gboolean spoils_signature;
  guint blocked_step, fault_step; /* of FakeStep, 0: none */
  guint16 fault_status;
  ShikakuError fault_error;

  /* What became of it. */
  gint readers, powered; /* not freed, connected; atomic */
  guint transactions;
  gboolean verified, jpki_selected;
  guint8 file;               /* the current one of JPKI */
  GPtrArray *commands;       /* of GBytes */
  gint counts[FAKE_N_STEPS]; /* atomic */

  /* Its own. */
  GMutex lock;
  GCond moved;
  gboolean waiting; /* at blocked_step */
  GBytes *rest;     /* of an answer in pieces */
};

/*
 * fake_card_new: present, PIN 1234, three tries, alone in a reader of extended length. @person: borrowed; NULL: it has
 * a chip of its own.
 */
FakeCard *fake_card_new (const FakeIdentity *person);

/* fake_card_free: waits until all readers were freed, and sees that each has let go of the card. */
void fake_card_free (FakeCard *card);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeCard, fake_card_free)

/* fake_card_set_file: what EF 000A holds instead, and @filler bytes behind it. */
void fake_card_set_file (FakeCard *card, GBytes *content, gsize filler);

/* fake_card_get_reader: a reader with the card in it, (transfer full), as it comes when it is plugged in. */
Reader *fake_card_get_reader (FakeCard *card);

/* fake_card_set_present: pulled, it fails what is under way with CARD_REMOVED. */
void fake_card_set_present (FakeCard *card, gboolean present);

/*
 * fake_card_block: @step waits from now on, until fake_card_unblock or until the card is pulled. fake_card_await_block:
 * until somebody waits there.
 */
void fake_card_block (FakeCard *card, FakeStep step);
void fake_card_await_block (FakeCard *card);
void fake_card_unblock (FakeCard *card);

/* fake_card_fail: every @step fails with @code, or is answered @status. NONE and 0: none does. */
void fake_card_fail (FakeCard *card, FakeStep step, ShikakuError code, guint16 status);

/* What happened so far. */
guint fake_card_count (FakeCard *card, FakeStep step);
gboolean fake_card_is_powered (FakeCard *card);
