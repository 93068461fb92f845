/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-pcsc: pcscd as real readers make it, in place of libpcsclite: its functions are defined here, and a program's
 * own come first. In come the calls of reader-pcsc and reader-monitor, on any thread, and a test's orders. Out go the
 * codes that vpcd cannot show, and what became of the card's power.
 *
 * A test sets the fields while nobody calls; beside a monitor it calls the functions.
 */
#pragma once

#include <glib.h>

#include <winscard.h>

#define FAKE_PCSC_READER "Fake Reader 00 00"

typedef struct
{
  /* What the calls answer. */
  LONG establish, connect, begin, transmit, reconnect;
  gint hang_ups;    /* how often it hangs up first: the library says that it does not let us in */
  gboolean stopped; /* SCardGetStatusChange says so */
  guint n_readers;  /* that are listed, the first of them with the card */
  LONG wait;        /* SCardGetStatusChange, but for one that knows nothing yet */
  gboolean present; /* as pcscd sees it, */
  gboolean leaves;  /* and what its next look sees: the card is gone */
  guint event_counter;
  gboolean shared;    /* another program has the card too */
  const char *serial; /* of the reader; NULL: its driver does not know the question */
  gboolean cancel_hangs;

  /* What became of it. */
  gint establishes, waits, cancels, lists; /* calls; atomic */
  guint attributes;                        /* questions for the serial number */
  gint watched;                            /* readers of the last wait; atomic */
  gboolean powered, in_transaction;
  DWORD disposition; /* of the last SCardDisconnect */
} FakePcsc;

/* fake_pcsc_begin: pcscd with one reader, and a card in it that answers 9000. */
FakePcsc *fake_pcsc_begin (void);

/* fake_pcsc_let_go: what hangs, or waits for a change, comes back. */
void fake_pcsc_let_go (FakePcsc *pcsc);
