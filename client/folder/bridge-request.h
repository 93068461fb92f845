/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge-request: a request file of the field as what the daemon is asked. The bytes of a file and its kind come in; a
 * struct of texts goes out. Pure.
 */
#pragma once

#include "client/folder/bridge-name.h"
#include "codec/message-encoding.h"
#include "codec/message.h"

typedef struct
{
  BridgeKind kind;
  Message *tree;
  MessageEncoding encoding;
  /* Within the tree; NULL: it does not say. */
  const char *identifier;  /* ArbitraryFileIdentifier */
  const char *institution; /* MedicalInstitutionCode */
  const char *insurer, *symbol, *number, *branch, *birthdate;
  const char *date;      /* to be checked */
  const char *reference; /* the institution's own number of the patient */
  const char *from, *to; /* months of records; NULL: as far as there are any */
  const char *records;   /* kind of the contract: "drug", "diagnosis", "checkup"; else NULL */
  gboolean is_pdf;       /* that is wanted of the records */
} BridgeRequest;

/*
 * bridge_request_read: Return: (transfer full), or NULL: it is no such message, or lacks what it has to say. The error
 * holds nothing of its content.
 */
BridgeRequest *bridge_request_read (BridgeKind kind, GBytes *bytes, GError **error);
void bridge_request_free (BridgeRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BridgeRequest, bridge_request_free)

/* bridge_request_get_search: the element of the request that names the insured, which an answer repeats; or NULL. */
const Message *bridge_request_get_search (const BridgeRequest *request);
