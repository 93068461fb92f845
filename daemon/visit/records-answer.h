/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-answer: what became of records that were asked for. In: each part as the center answered it. Out: the whole:
 * its outcome, and whether it is complete; documents that are sealed. A half answer never looks whole. Pure, but for
 * the descriptors.
 */
#pragma once

#include "center/records-document.h"
#include "visit/records-plan.h"

/* One request to the center, or the whole of them. */
typedef struct
{
  RecordsOutcome outcome;
  char from[RECORDS_MONTH_SIZE], to[RECORDS_MONTH_SIZE]; /* YYYYMM; "": all that there is */
  char *code, *message;                                  /* of the center; NULL: none */
  gboolean is_partial;                                   /* prescriptions are missing: the site is not set for them */
  gboolean is_of_receipts;     /* not asked: of these months receipts alone are missing; others are in other parts */
  gboolean with_prescriptions; /* they were asked for */
  RecordsVerdict *verdict;     /* of its document; NULL: none was read */
  int document;                /* a memfd; -1: none */
  guint64 size;                /* bytes of it */
  guint8 digest[TRANSPORT_RECORDS_DIGEST_SIZE]; /* SHA-256 of it */
} RecordsAnswerPart;

/* records_answer_part_new: a request for @from to @to (YYYYMM, or NULL: all that there is), of which nothing came. */
RecordsAnswerPart *records_answer_part_new (const char *from, const char *to);
void records_answer_part_free (RecordsAnswerPart *part);

/* records_answer_part_set_message: what the center says to it; NULL: nothing. */
void records_answer_part_set_message (RecordsAnswerPart *part, const char *code, const char *message);

/* records_answer_part_close: its document is not handed out; that there was one, and its hash, stays known. */
void records_answer_part_close (RecordsAnswerPart *part);

typedef struct
{
  GPtrArray *parts;     /* of RecordsAnswerPart: each request, and what was not asked for, as the plan has them */
  GPtrArray *documents; /* of RecordsAnswerPart, not owned: what is handed out, in that order: parts, or the whole */
  RecordsAnswerPart *whole; /* its document: the one that was made of all of them; of the others -1 */
  gboolean is_complete;     /* nothing of what was asked for is missing */
  gboolean has_entry;
  guint64 entry; /* the place of FETCH in the ledger */
} RecordsAnswer;

/* records_answer_new: without parts, for @from to @to as asked; NULL: not said. records_answer_free: closes all. */
RecordsAnswer *records_answer_new (const char *from, const char *to);
void records_answer_free (RecordsAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecordsAnswer, records_answer_free)

/*
 * records_answer_judge: the whole, as @plan judges it, whose parts are all known and are those of @answer: its months,
 * its outcome; and what the center said to the first part that is not as it was asked for.
 */
void records_answer_judge (RecordsAnswer *answer, const RecordsPlan *plan);

/* records_answer_seal: gathers the documents and seals them. FALSE with FAILED: nothing may be handed out. */
gboolean records_answer_seal (RecordsAnswer *answer, GError **error);
