/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * receipt: what an entry of the ledger says of a patient, as JSON by the fields of ISO/IEC TS 27560:2023. In: the
 * entry, its proof, and words for people. Out: JSON. Pure.
 *
 * Of the TS: the receipt's metadata (6.4.5: schema_version, receipt_id), and in it the record (6.3): header
 * (schema_version, record_id, pii_principal_id), pii_processing (privacy_notice, language, purposes with purpose and
 * pii_information with pii_type, pii_controllers, collection_method, recipient_third_parties, withdrawal_method,
 * jurisdiction), party_identification (party_id, party_role), and events (event_time, validity_duration, entity_id,
 * event_type, event_state). Beside them, of our own: labels, the words for people in the patient's language;
 * consent, what has become of one since (state: open, registered, refused, unknown, withdrawn, over; withdrawal, how
 * far it went; until), which is as it was when the receipt was made, and not proved; and ledger, by which anybody
 * can check all that is authenticated: the proof (c2sp.org/tlog-proof) has the leaf in its extra line.
 */
#pragma once

#include "codec/ledger-entry.h"

/* One word or sentence for people. Static, and owned. */
typedef struct
{
  const char *key;
  char *text;
} ReceiptLabel;

/* Borrowed for the call; NULL: not known. */
typedef struct
{
  const char *id; /* place and the first digits of the leaf's hash */
  guint64 index;
  const LedgerEntry *entry;
  const char *institution; /* its number */
  const char *language;    /* of the labels */
  const char *question;    /* the words that were shown */
  const char *proof, *verifier;
  const char *withdrawal;     /* how far it was taken back: a word of the ledger; NULL: it was not */
  const char *state;          /* of a consent; NULL: it is none, or the center was never to be told */
  gint64 until;               /* of @state, microseconds since the epoch; 0: not known */
  gboolean is_anchored;       /* a tree with it has left this computer */
  const ReceiptLabel *labels; /* ended by a NULL key */
} ReceiptFacts;

#define RECEIPT_SCHEMA "ISO/IEC TS 27560:2023"
#define RECEIPT_ID_DIGITS 16 /* of the leaf's hash, in an id */

/* receipt_write: (transfer full), UTF-8. */
char *receipt_write (const ReceiptFacts *facts);

/* receipt_make_id: (transfer full). _parse_id: FALSE: it is none. @ret_digits: points into @id. */
char *receipt_make_id (guint64 index, const guint8 *leaf_hash);
gboolean receipt_parse_id (const char *id, guint64 *ret_index, const char **ret_digits);
