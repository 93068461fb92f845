/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-document: what a received document of records is: medicines and treatments (the field's YZK), check-ups
 * (TKK). The bytes that the center sent come in; whose they are, what came of the request, how much there is and of
 * which months go out. An XML document is read as a stream, entry by entry (codec/message-xml), so that the memory
 * hangs on its largest entry; a PDF is told from an error in its place, and not read. Pure, on any thread, but for
 * records_document_judge.
 */
#pragma once

#include "center/records-elements.h"
#include "center/transport.h"
#include "codec/name-comparison.h"

#define RECORDS_DOCUMENT_SIZE_MAXIMUM 67108864u /* bytes: 64 MiB */
#define RECORDS_INSTITUTIONS_MAXIMUM 1000u      /* of one document, to be told; more are counted as entries alone */

/* A person, as a document or a visit has them. NULL: not known. Dates YYYYMMDD. */
typedef struct
{
  const char *name, *name_of_other, *kana, *kana_of_other, *birthdate;
  const char *insurer_number, *symbol, *number, *branch;
  const char *sex, *age, *reference_number; /* as sent; not compared */
} RecordsPerson;

typedef struct
{
  const char *code, *name; /* either may be NULL */
} RecordsInstitution;

typedef struct
{
  RecordsOutcome outcome;     /* of records_document_judge; FAILED until then */
  gboolean is_pdf;            /* nothing else is known of it */
  gboolean is_taken;          /* the center calls it a success: its result code is 1 */
  const char *code, *message; /* the center's MessageId and MessageContents; NULL: none. The message can name people */
  RecordsPerson person;       /* whose document it is; all NULL: it does not say */
  gint64 executed;            /* when the center worked on it: microseconds since the epoch, UTC; 0: not sent */
  guint n_entries[RECORDS_N_SOURCES]; /* of medicines: one an institution and month */
  guint n_medicines, n_treatments;
  guint n_checkups, n_items;
  guint n_others;                    /* elements of the body that nobody knows */
  char newest[RECORDS_N_SOURCES][7]; /* the last month of each source, YYYYMM; "": none */
  char from[7], to[7];               /* the first and last month of all that is in it */
  GArray *institutions;              /* of RecordsInstitution, each code once, as they come */
  Message *texts;                    /* what the texts live in */
} RecordsVerdict;

/*
 * records_document_read: the document in @fd (its offset is left alone), in answer to a request for @kind
 * (CONSENT_DRUG, CONSENT_CHECKUP) in @format. It is read to its end, so that records_document_walk does not fail later.
 * Return: (transfer full), or NULL with MESSAGE_INVALID: too large, neither PDF nor this XML, not of this kind, without
 * a result, or not saying whose it is though it holds entries; or FAILED: it cannot be mapped. No error has content.
 */
RecordsVerdict *records_document_read (int fd, ConsentKind kind, TransportRecordsFormat format, GError **error);

/* records_document_read_async, _finish: the same on a thread; @fd stays open as long as it needs. */
void records_document_read_async (int fd, ConsentKind kind, TransportRecordsFormat format, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
RecordsVerdict *records_document_read_finish (GAsyncResult *result, GError **error);

/*
 * records_document_judge: sets @verdict->outcome, by the catalogue of codes (main thread): data, none (taken, and
 * nothing in it), what the code of a refusal stands for; failed where data came in another format than @format.
 */
void records_document_judge (RecordsVerdict *verdict, TransportRecordsFormat format);

void records_verdict_free (RecordsVerdict *verdict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecordsVerdict, records_verdict_free)

/*
 * records_person_compare: whether @document, whom a document names, is @visit. Birthdates have to be known and equal,
 * numbers equal where both are known; names are compared as the field writes them (codec/name-comparison). UNKNOWN: the
 * same as far as known, ● in the name, and the numbers are known and equal. With DIFFERS a document is never handed
 * over: also where nothing can be compared.
 */
NameComparison records_person_compare (const RecordsPerson *document, const RecordsPerson *visit);

/* Where a part of a document stands. */
typedef enum
{
  RECORDS_PLACE_HEADER,
  RECORDS_PLACE_ENTRY,   /* of the source that records_elements_find says */
  RECORDS_PLACE_CHECKUP, /* one examination */
  RECORDS_PLACE_OTHER,   /* in the body, and nobody knows it */
} RecordsPlace;

/*
 * For records-json. records_document_walk: @on_part is called with the header and with each element of the body, in
 * turn; in place of a list of entries, with these. @part: (transfer none). FALSE of @on_part ends it, as does what
 * records_document_read refuses.
 */
typedef gboolean (*RecordsPartFunc) (RecordsPlace place, const Message *part, gpointer user_data, GError **error);
gboolean records_document_walk (int fd, RecordsPartFunc on_part, gpointer user_data, GError **error);
