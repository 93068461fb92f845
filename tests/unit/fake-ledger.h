/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-ledger: a ledger of invented entries in a folder of its own, and what tests ask of one, waited for. */
#pragma once

#include "store/ledger.h"

typedef struct
{
  char *folder, *keys, *file;
  Store *store;
  Ledger *ledger;
  GAsyncResult *result;
  guint news; /* that were told */
  guint64 kinds;
  gboolean has_failed;
} FakeLedger;

/* fake_ledger_begin: without a ledger yet, with a store key. _end: all of it is gone. */
void fake_ledger_begin (FakeLedger *fake);
void fake_ledger_end (FakeLedger *fake);

/* fake_ledger_open, _close: as the daemon's start and end. _set_key: @byte is each byte of it; 0: there is none. */
void fake_ledger_open (FakeLedger *fake);
void fake_ledger_close (FakeLedger *fake);
void fake_ledger_set_key (FakeLedger *fake, const char *name, guint8 byte);

/* fake_ledger_make_entry: one of several kinds and sizes, by @number. (transfer full). */
LedgerEntry *fake_ledger_make_entry (guint number);

/* fake_ledger_append: entries @first to before @end in one transaction. Return: the place of the first. */
gboolean fake_ledger_try_append (FakeLedger *fake, guint first, guint end, guint64 *ret_index, GError **error);
guint64 fake_ledger_append (FakeLedger *fake, guint first, guint end);

/* Each (transfer full). */
LedgerState *fake_ledger_get_state (FakeLedger *fake, GError **error);
LedgerVerdict *fake_ledger_verify (FakeLedger *fake, const char *checkpoint);
GPtrArray *fake_ledger_read (FakeLedger *fake, const LedgerFilter *filter, guint64 *ret_next);

/* fake_ledger_find_fault: the first fault of @what; NULL: none. _assert_sound: there is none at all. */
const LedgerFault *fake_ledger_find_fault (const LedgerVerdict *verdict, const char *what);
void fake_ledger_assert_sound (FakeLedger *fake);

/* fake_ledger_copy, _put_back: the ledger's file, without the log, while it is closed. */
GBytes *fake_ledger_copy (FakeLedger *fake, const char *name);
void fake_ledger_put_back (FakeLedger *fake, const char *name, GBytes *bytes);

/* fake_ledger_on_result, _wait: for what else is asked. */
void fake_ledger_on_result (GObject *source, GAsyncResult *result, gpointer user_data);
GAsyncResult *fake_ledger_wait (FakeLedger *fake);
