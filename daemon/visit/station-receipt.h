/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-receipt: a receipt for the patient of what an entry of the ledger says. In: a place. Out: JSON
 * (codec/receipt), with the proof that it stands there, in the patient's language.
 */
#pragma once

#include <gio/gio.h>

typedef struct Station Station;

/* What must hold, so that nobody gets another's. Borrowed for the call; NULL: anything. */
typedef struct
{
  guint64 index;
  const char *digits;   /* with which the leaf's hash begins */
  const char *visit;    /* path of the visit that the entry is of */
  gint64 since;         /* the visit was opened: after a restart of the bus another may have had its path before */
  const char *language; /* of the words; NULL: that of the entry */
} StationReceiptQuestion;

/* station_make_receipt: finish: (transfer full), or NULL with NOT_FOUND (there is no such entry, or it was pruned),
 * LEDGER_FAILED. */
void station_make_receipt (Station *station, const StationReceiptQuestion *question, GAsyncReadyCallback callback,
                           gpointer user_data);
char *station_make_receipt_finish (GAsyncResult *result, GError **error);
