/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-basis: by what records may be fetched: the consent of a visit that is there, or one that has outlived its
 * visit (consent-book). In: a visit, or whose consent is looked for. Out: whether it holds now, as often as it is
 * asked; and whose records they are.
 */
#pragma once

#include "store/consent-book.h"
#include "visit/records-subject.h"
#include "visit/visit.h"

typedef struct RecordsBasis RecordsBasis;

/* Whose consent is looked for in the book. Borrowed. */
typedef struct
{
  gboolean is_by_receipt;
  const char *receipt; /* of a consent; NULL: there was none */
  guint8 number[LEDGER_PERSON_SIZE];
  const char *branch; /* beside the keyed hash of numbers; NULL: not known */
} RecordsPatient;

/*
 * records_basis_new_of_visit: @owner: unique name of who asks; NULL: somebody with a ticket, whoever owns the visit.
 * _of_book: a consent that was found by numbers stays the one that is verified. @book: NULL: there is none.
 */
RecordsBasis *records_basis_new_of_visit (Visit *visit, ConsentKind kind, const char *owner);
RecordsBasis *records_basis_new_of_book (ConsentBook *book, ConsentKind kind, const RecordsPatient *patient);
void records_basis_free (RecordsBasis *basis);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecordsBasis, records_basis_free)

/* records_basis_get_visit: the path of the visit; "" until it is known. */
const char *records_basis_get_visit (const RecordsBasis *basis);

/* records_basis_get_number: the keyed hash of the numbers by which a consent is yet to be found; NULL: it is not so. */
const guint8 *records_basis_get_number (const RecordsBasis *basis);

/* records_basis_is_busy: of this visit a fetch is under way. records_basis_begin: this one is now, till it is freed. */
gboolean records_basis_is_busy (const RecordsBasis *basis);
void records_basis_begin (RecordsBasis *basis, GCancellable *cancellable);

/*
 * records_basis_verify: finish: whether it holds; FALSE with NOT_FOUND (the visit was closed or has another owner; or
 * nobody has consented), INVALID_OPTION (more than one person with these numbers has), CONSENT_DENIED, CONSENT_EXPIRED,
 * LEDGER_FAILED.
 */
void records_basis_verify (RecordsBasis *basis, GAsyncReadyCallback callback, gpointer user_data);
gboolean records_basis_verify_finish (RecordsBasis *basis, GAsyncResult *result, GError **error);

/* records_basis_get_consent: the place in the ledger of the consent that was verified last; FALSE: it has none. */
gboolean records_basis_get_consent (const RecordsBasis *basis, guint64 *ret_entry);

/*
 * records_basis_make_subject: whose records, once it was verified. Return: (transfer full); NULL with INVALID_STATE
 * (the visit has no answer that is eligible), NOT_FOUND (no numbers to ask with).
 */
RecordsSubject *records_basis_make_subject (const RecordsBasis *basis, GError **error);
