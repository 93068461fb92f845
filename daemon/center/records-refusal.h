/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-refusal: what a center that refuses records has said, whichever way it came. The error of field_answer_check
 * comes in, TransportRecords go out.
 */
#pragma once

#include "center/transport.h"

/* records_refusal_new: (transfer full) records of now, without a document yet. */
TransportRecords *records_refusal_new (void);

/*
 * records_refusal_read: @refusal: (transfer full) why an answer holds no document; NULL: it was taken, and has none.
 * Return: (transfer full), or NULL with MESSAGE_INVALID, or with @refusal where nothing of it follows for the records:
 * the center is busy, or has not answered.
 */
TransportRecords *records_refusal_read (GError *refusal, GError **error);
