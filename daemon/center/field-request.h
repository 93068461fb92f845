/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field-request: the requests of data/center-profile.md: plain structs come in, the field's messages go out, whatever
 * writes them down later. Pure.
 */
#pragma once

#include "center/transport.h"
#include "codec/message.h"

/* What the header of every request holds. Borrowed. */
typedef struct
{
  const char *institution_code;
  const char *identifier; /* ArbitraryFileIdentifier: the same in every repeat of one call */
  const char *today;      /* in Japan, YYYYMMDD; of the queries alone */
} FieldHeader;

/* Return of all: (transfer full) the message. */
Message *field_request_new_challenge (const FieldHeader *header);
Message *field_request_new_check (const FieldHeader *header, const TransportCardQuery *query);
Message *field_request_new_search (const FieldHeader *header, const TransportNumberQuery *query);
Message *field_request_new_registration (const FieldHeader *header, const TransportConsents *consents);
Message *field_request_new_use (const FieldHeader *header, const TransportCardQuery *proof,
                                const TransportConsentText *terms);
Message *field_request_new_withdrawal (const FieldHeader *header, const TransportWithdrawal *withdrawal);
Message *field_request_new_records (const FieldHeader *header, const TransportRecordsQuery *query);
Message *field_request_new_reference (const FieldHeader *header, const TransportReference *reference);
