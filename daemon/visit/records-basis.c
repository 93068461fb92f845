/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-basis: see the header. */
#include "visit/records-basis.h"

#include <string.h>

#include "base/error.h"
#include "visit/visit-consents.h"
#include "visit/visit-life.h"
#include "visit/visit-records.h"

struct RecordsBasis
{
  ConsentKind kind;
  Visit *visit; /* NULL: of the book */
  char *owner;  /* NULL: it does not matter */
  gboolean has_begun;
  ConsentBook *book;
  gboolean is_by_receipt; /* and not by: number, branch */
  char *receipt, *branch; /* NULL: there is none; not known */
  guint8 number[LEDGER_PERSON_SIZE];
  ConsentBookItem *item; /* as found last */
  gboolean has_consent;
  guint64 consent;
};

RecordsBasis *
records_basis_new_of_visit (Visit *visit, ConsentKind kind, const char *owner)
{
  RecordsBasis *basis = g_new0 (RecordsBasis, 1);

  basis->kind = kind;
  basis->visit = visit_ref (visit);
  basis->owner = g_strdup (owner);
  return basis;
}

RecordsBasis *
records_basis_new_of_book (ConsentBook *book, ConsentKind kind, const RecordsPatient *patient)
{
  RecordsBasis *basis = g_new0 (RecordsBasis, 1);

  basis->kind = kind;
  basis->book = book;
  basis->is_by_receipt = patient->is_by_receipt;
  basis->receipt = g_strdup (patient->receipt);
  basis->branch = g_strdup (patient->branch);
  memcpy (basis->number, patient->number, sizeof basis->number);
  return basis;
}

void
records_basis_free (RecordsBasis *basis)
{
  if (basis->has_begun)
    visit_records_end (basis->visit);
  g_clear_pointer (&basis->visit, visit_unref);
  g_clear_pointer (&basis->item, consent_book_item_free);
  g_free (basis->receipt);
  g_free (basis->branch);
  g_free (basis->owner);
  g_free (basis);
}

const char *
records_basis_get_visit (const RecordsBasis *basis)
{
  if (basis->visit != NULL)
    return visit_get_path (basis->visit);
  return basis->item != NULL && basis->item->visit != NULL ? basis->item->visit : "";
}

const guint8 *
records_basis_get_number (const RecordsBasis *basis)
{
  return basis->visit == NULL && !basis->is_by_receipt ? basis->number : NULL;
}

gboolean
records_basis_is_busy (const RecordsBasis *basis)
{
  return basis->visit != NULL && visit_records_are_running (basis->visit);
}

void
records_basis_begin (RecordsBasis *basis, GCancellable *cancellable)
{
  if (basis->visit != NULL)
    basis->has_begun = visit_records_begin (basis->visit, cancellable);
}

static gboolean
set_error (GError **error, ShikakuError code, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, (int)code, text);
  return FALSE;
}

static gboolean
verify_visit (RecordsBasis *basis, GError **error)
{
  const gint64 now = g_get_real_time ();
  const Consent *consent = NULL;

  if (visit_is_closed (basis->visit) || visit_is_closing (basis->visit))
    return set_error (error, SHIKAKU_ERROR_NOT_FOUND, "the visit was closed");
  if (basis->owner != NULL && g_strcmp0 (visit_get_owner (basis->visit), basis->owner) != 0)
    return set_error (error, SHIKAKU_ERROR_NOT_FOUND, "the visit has another owner by now");
  if (!visit_consents_may_open (basis->visit, basis->kind, now, &consent, error))
    return FALSE;
  basis->has_consent = consent->is_in_ledger;
  basis->consent = consent->entry;
  return TRUE;
}

static gboolean
verify_item (RecordsBasis *basis, GError **error)
{
  if (basis->item->state != CONSENT_BOOK_REGISTERED)
    return set_error (error, SHIKAKU_ERROR_CONSENT_DENIED,
                      "the center has not taken the consent down, or it was withdrawn");
  if (g_get_real_time () >= basis->item->until)
    return set_error (error, SHIKAKU_ERROR_CONSENT_EXPIRED, "the consent has run out");
  basis->has_consent = TRUE;
  basis->consent = basis->item->entry;
  return TRUE;
}

/* keep_receipt: from now on it is this consent, and so this person, or none. */
static void
keep_receipt (RecordsBasis *basis)
{
  if (basis->item == NULL || basis->is_by_receipt)
    return;
  basis->is_by_receipt = TRUE;
  basis->receipt = g_strdup (basis->item->receipt);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RecordsBasis *basis = g_task_get_task_data (task);
  GError *error = NULL;

  g_clear_pointer (&basis->item, consent_book_item_free);
  basis->item = consent_book_find_finish (result, &error);
  keep_receipt (basis);
  if (basis->item != NULL && verify_item (basis, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* look_in_book: @task: (transfer full). */
static void
look_in_book (RecordsBasis *basis, GTask *task)
{
  if (!basis->is_by_receipt)
    consent_book_find_person (basis->book, basis->number, basis->branch, basis->kind, on_found, task);
  else
    consent_book_find_receipt (basis->book, basis->receipt != NULL ? basis->receipt : "", on_found, task);
}

void
records_basis_verify (RecordsBasis *basis, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, records_basis_verify);
  g_task_set_task_data (task, basis, NULL);
  basis->has_consent = FALSE;
  if (basis->visit == NULL && basis->book != NULL)
    look_in_book (basis, g_steal_pointer (&task));
  else if (basis->visit != NULL && verify_visit (basis, &error))
    g_task_return_boolean (task, TRUE);
  else
    {
      if (error == NULL)
        set_error (&error, SHIKAKU_ERROR_LEDGER_FAILED, "there is no ledger, and nothing is handed out without one");
      g_task_return_error (task, error);
    }
}

gboolean
records_basis_verify_finish (RecordsBasis *basis, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
records_basis_get_consent (const RecordsBasis *basis, guint64 *ret_entry)
{
  if (basis->has_consent)
    *ret_entry = basis->consent;
  return basis->has_consent;
}

static RecordsSubject *
make_subject_of_item (const ConsentBookItem *item, GError **error)
{
  const ConsentBookPerson *person;
  RecordsSubject *subject;

  if (item == NULL || item->person.insurer_number == NULL || item->person.number == NULL)
    return set_error (error, SHIKAKU_ERROR_NOT_FOUND, "the consent has no numbers to ask with"), NULL;
  person = &item->person;
  subject = g_new0 (RecordsSubject, 1);
  subject->origin = g_intern_string (person->origin);
  subject->evidence = g_intern_string (person->evidence);
  subject->treatment = (TransportTreatment)item->treatment;
  subject->name = g_strdup (person->name);
  subject->name_of_other = g_strdup (person->name_of_other);
  subject->kana = g_strdup (person->kana);
  subject->kana_of_other = g_strdup (person->kana_of_other);
  subject->birthdate = g_strdup (person->birthdate);
  subject->insurer_number = g_strdup (person->insurer_number);
  subject->symbol = g_strdup (person->symbol);
  subject->number = g_strdup (person->number);
  subject->branch = g_strdup (person->branch);
  return subject;
}

RecordsSubject *
records_basis_make_subject (const RecordsBasis *basis, GError **error)
{
  RecordsSubject *subject;

  if (basis->visit == NULL)
    return make_subject_of_item (basis->item, error);
  subject = records_subject_new (visit_get_eligibility (basis->visit), error);
  if (subject == NULL)
    return NULL;
  subject->origin = visit_origin_get (visit_get_origin (basis->visit))->word;
  subject->evidence = visit_get_evidence (basis->visit);
  subject->treatment = visit_get_treatment (basis->visit);
  return subject;
}
