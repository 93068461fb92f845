/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-json: received documents of records as one JSON document (data/doc/records.schema.json). What each request
 * came to, and the XML documents of those that brought data, come in; a memfd goes out. Written as a stream: of the
 * documents no more than one entry is in memory. Nothing is merged: the three sources of a medicine stand beside each
 * other, and say by "sameAs" that they are the same. Pure, on any thread.
 */
#pragma once

#include "center/records-document.h"

#define RECORDS_JSON_DIGEST_SIZE 32u /* SHA-256 */

/* One request to the center, and what came of it. NULL: not known. Months YYYYMM. All borrowed. */
typedef struct
{
  const char *from, *to;         /* that were asked for; NULL: all that there is */
  RecordsOutcome outcome;        /* as the caller is told */
  const char *code, *message;    /* of the center */
  gboolean with_prescriptions;   /* of medicines: electronic prescriptions and dispensings were asked for as well */
  const RecordsVerdict *verdict; /* of its document; NULL: there is none */
  int fd;                        /* the XML document that goes with it, of outcome DATA; -1: none is handed over */
} RecordsPart;

/* What is asked as a whole. Borrowed. */
typedef struct
{
  ConsentKind kind;      /* CONSENT_DRUG, CONSENT_CHECKUP */
  const char *from, *to; /* as asked by the caller, YYYYMM; NULL: all */
  gboolean complete;     /* nothing of it is missing */
} RecordsAsked;

typedef struct
{
  int fd;       /* a memfd that can be sealed, and is not yet: offset 0, close-on-exec */
  guint64 size; /* bytes */
  guint8 digest[RECORDS_JSON_DIGEST_SIZE];
} RecordsJson;

/*
 * records_json_write: @parts as one document. Return: FALSE with MESSAGE_INVALID (a document cannot be read, or holds
 * too much that nobody knows: nothing of any is given) or FAILED (no memory for the memfd). *ret_json->fd: (transfer
 * full).
 */
gboolean records_json_write (const RecordsAsked *asked, const RecordsPart *parts, gsize n_parts, RecordsJson *ret_json,
                             GError **error);
