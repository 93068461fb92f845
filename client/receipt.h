/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * receipt: a receipt of the daemon's (codec/receipt), read and verified without the daemon and without a network. In:
 * its JSON, or the text of its proof alone, as the QR code has it. Out: what it says, and whether that is proved.
 */
#pragma once

#include <glib.h>

typedef struct Receipt Receipt;

/* receipt_new: NULL: @text is neither. */
Receipt *receipt_new (const char *text);
void receipt_free (Receipt *receipt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Receipt, receipt_free)

/* receipt_get: a text of the JSON by its path ("record.events.event_time"; of a list the first), or NULL. */
const char *receipt_get (const Receipt *receipt, const char *path);

/*
 * receipt_get_party: of the parties the one that is not the institution; NULL: nobody is named. @ret_role: may be NULL.
 */
const char *receipt_get_party (const Receipt *receipt, const char **ret_role);

/* receipt_label: the words for @key in the patient's language; never NULL. */
const char *receipt_label (const Receipt *receipt, const char *key);

gboolean receipt_is_anchored (const Receipt *receipt);

/* receipt_get_proof: the text of the tlog-proof, with the leaf in its extra line; NULL: it has none. */
const char *receipt_get_proof (const Receipt *receipt);

typedef enum
{
  RECEIPT_PROVED,      /* by the key, or in the tree of the checkpoint, that was given */
  RECEIPT_SELF_SIGNED, /* right in itself, by the key that it names: whose that is, is not known */
  RECEIPT_NO_PROOF,    /* it has none that can be read */
  RECEIPT_UNSIGNED,    /* the key that was given has not signed it, or wrongly */
  RECEIPT_OTHER_TREE,  /* its proof leads to another size, or another root, than the checkpoint that was given */
  RECEIPT_NOT_IN_TREE, /* the entry is not at that place */
  RECEIPT_CHANGED,     /* the entry is there, and says something else than the receipt */
} ReceiptVerdict;

/*
 * receipt_verify: @key: of the ledger, as the C2SP writes it (name+hash+base64); @checkpoint: a signed note that left
 * the institution. Both may be NULL. Costs the logarithm of the ledger's size.
 */
ReceiptVerdict receipt_verify (const Receipt *receipt, const char *key, const char *checkpoint);

/* receipt_verdict_get_sentence: for people. receipt_verdict_to_string: for programs. */
const char *receipt_verdict_get_sentence (ReceiptVerdict verdict);
const char *receipt_verdict_to_string (ReceiptVerdict verdict);
