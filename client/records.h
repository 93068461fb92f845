/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records: records of a patient from the daemon (FetchRecords) to where the person wants them. A wish comes in; sealed
 * documents come back, and go to a descriptor or to a file, and a sentence for each part of them to standard error.
 */
#pragma once

#include "client/client.h"

/* What is asked for. Borrowed for the call; NULL: not said. */
typedef struct
{
  const char *visit;     /* object path of a visit of ours; NULL: of nobody's, and @patient says whose */
  GVariant *patient;     /* a{sv}: Ticket, or the numbers of the insured; floating */
  const char *kind;      /* a word of the contract */
  const char *format;    /* "xml", "pdf", "json" */
  const char *from, *to; /* YYYYMM */
} RecordsWish;

/* What came. */
typedef struct
{
  char *kind;
  GVariant *meta;     /* a{sv}: of the whole */
  GPtrArray *metas;   /* of GVariant, a{sv}: of each document */
  GUnixFDList *files; /* of the documents, in their order */
} RecordsAnswer;

void records_answer_free (RecordsAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecordsAnswer, records_answer_free)

/* @answer: (transfer full); NULL with @error of a D-Bus call. */
typedef void (*RecordsCallback) (RecordsAnswer *answer, const GError *error, gpointer user_data);
void records_fetch (Client *client, const RecordsWish *wish, RecordsCallback callback, gpointer user_data);

/* Where a document goes. */
typedef struct
{
  int fd;           /* an open descriptor; -1: a file */
  const char *path; /* of that file: made with mode 0600 */
  gboolean force;   /* it may be there already, and is then replaced */
} RecordsPlace;

/*
 * records_save: the documents of @answer to @place. Into a file: the first under its name, the others with a number
 * before its ending. A descriptor takes one document alone. Return: FALSE with an error whose text is for people.
 */
gboolean records_save (const RecordsAnswer *answer, const RecordsPlace *place, GError **error);

/* records_read: the @number-th document as bytes. (transfer full), or NULL with an error whose text is for people. */
GBytes *records_read (const RecordsAnswer *answer, guint number, GError **error);

/* records_tell: what came of it, and what is missing, on standard error. */
void records_tell (const RecordsAnswer *answer);

/* records_get_exit_code: OK if nothing is missing of what was asked for, else UNKNOWN. */
ExitCode records_get_exit_code (const RecordsAnswer *answer);

/* records_check_month: whether @text is a month YYYYMM; NULL is none, and well. */
gboolean records_check_month (const char *text);

#define RECORDS_FETCH_SECONDS 600 /* of many requests to the center; the daemon has its own deadlines */
