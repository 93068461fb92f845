/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-patient: see the header. */
#include "visit/station-patient.h"

#include <string.h>

#include "base/error.h"
#include "visit/station-private.h"
#include "visit/station.h"
#include "visit/visit.h"

#define BIT(kind) (G_GUINT64_CONSTANT (1) << (kind))
/* What is the patient's to see; acts of the daemon and of its keys are nobody's. */
#define KINDS \
  (BIT (LEDGER_CONSENT) | BIT (LEDGER_REGISTRATION) | BIT (LEDGER_WITHDRAWAL) | BIT (LEDGER_FETCH_END) \
   | BIT (LEDGER_DISCLOSURE) | BIT (LEDGER_CHECK) | BIT (LEDGER_REFUSAL) | BIT (LEDGER_BREAK_GLASS) \
   | BIT (LEDGER_HANDOVER) | BIT (LEDGER_OBJECTION))

/* One question: data of a GTask. */
typedef struct
{
  Station *station;
  Ledger *ledger;
  LedgerPersonHashes person;
  guint64 place;      /* of an objection: what it is about */
  LedgerEntry *entry; /* of an objection: to be written */
  guint64 next;
} Asking;

static void
asking_free (gpointer data)
{
  Asking *asking = data;

  g_clear_pointer (&asking->entry, ledger_entry_unref);
  station_unref (asking->station);
  g_free (asking);
}

/* find_person: Return: FALSE with INVALID_STATE or NOT_FOUND. */
static gboolean
find_person (Station *station, Visit *visit, LedgerPersonHashes *ret_person, GError **error)
{
  const Eligibility *eligibility = visit_get_eligibility (visit);
  LedgerPerson person;

  if (station->host.ledger == NULL)
    return g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, "there is no ledger"), FALSE;
  if (!visit_needs_card (visit) || eligibility == NULL)
    return g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_STATE,
                                "the patient's card unlocks this: the visit must be done, and by card"),
           FALSE;
  person = ledger_person_of_qualification (eligibility->qualification);
  ledger_person_hash (station->host.ledger, &person, ret_person);
  if (ret_person->has_person || ret_person->has_number)
    return TRUE;
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_STATE, "the answer does not say who the patient is");
  return FALSE;
}

/* new_task: NULL: it was answered with what stands against it. */
static GTask *
new_task (Station *station, Visit *visit, gpointer tag, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Asking *asking = g_new0 (Asking, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, tag);
  asking->station = station_ref (station);
  asking->ledger = station->host.ledger;
  g_task_set_task_data (task, asking, asking_free);
  if (find_person (station, visit, &asking->person, &error))
    return task;
  g_task_return_error (task, error);
  g_object_unref (task);
  return NULL;
}

static void
fill_filter (const Asking *asking, LedgerFilter *filter)
{
  filter->kinds = KINDS;
  ledger_person_bind (&asking->person, filter);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Asking *asking = g_task_get_task_data (task);
  GError *error = NULL;
  GPtrArray *records = ledger_read_finish (asking->ledger, result, &asking->next, &error);

  if (records != NULL)
    g_task_return_pointer (task, records, (GDestroyNotify)g_ptr_array_unref);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

void
station_list_of_patient (Station *station, Visit *visit, guint64 first, GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = new_task (station, visit, station_list_of_patient, callback, user_data);
  LedgerFilter filter = { .first = first };

  if (task == NULL)
    return;
  fill_filter (g_task_get_task_data (task), &filter);
  ledger_read (station->host.ledger, &filter, on_listed, task);
}

GPtrArray *
station_list_of_patient_finish (GAsyncResult *result, guint64 *ret_next, GError **error)
{
  const Asking *asking = g_task_get_task_data (G_TASK (result));

  *ret_next = asking->next;
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Asking *asking = g_task_get_task_data (task);
  GError *error = NULL;

  if (ledger_append_finish (asking->ledger, result, &asking->next, &error))
    {
      station_ledger_note_objection (asking->station, &asking->person);
      g_task_return_boolean (task, TRUE);
    }
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

/* on_found: the entry that is objected to, if it is one of this patient. */
static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Asking *asking = g_task_get_task_data (task);
  GError *error = NULL;
  guint64 next = 0;
  g_autoptr (GPtrArray) records = ledger_read_finish (asking->ledger, result, &next, &error);
  GPtrArray *entries;

  if (records == NULL || records->len == 0 || ((const LedgerRecord *)records->pdata[0])->index != asking->place)
    {
      if (error == NULL)
        g_set_error_literal (&error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, "there is no such entry of this patient");
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);
  g_ptr_array_add (entries, g_steal_pointer (&asking->entry));
  ledger_append (asking->ledger, entries, on_written, task);
}

static LedgerEntry *
new_objection (const Asking *asking, Visit *visit, const char *text, const Actor *actor)
{
  LedgerEntry *entry = ledger_entry_new (LEDGER_OBJECTION);

  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, visit_get_path (visit));
  actor_describe (actor, entry);
  ledger_person_add (entry, &asking->person);
  ledger_entry_add_text (entry, LEDGER_FIELD_EVIDENCE, visit_get_evidence (visit));
  ledger_entry_add_number (entry, LEDGER_FIELD_ENTRY, asking->place);
  ledger_entry_add_text (entry, LEDGER_FIELD_DETAIL, text);
  return entry;
}

void
station_object (Station *station, Visit *visit, guint64 place, const char *text, const Actor *actor,
                GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = new_task (station, visit, station_object, callback, user_data);
  Asking *asking = task != NULL ? g_task_get_task_data (task) : NULL;
  LedgerFilter filter = { .first = place, .limit = 1 };
  const Actor words = { .reason = text }; /* judged as a reason is */
  GError *error = NULL;

  if (task == NULL)
    return;
  if (!actor_check (&words, NULL))
    {
      g_set_error_literal (&error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                           "text is 1 to 256 characters on one line");
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  asking->place = place;
  asking->entry = new_objection (asking, visit, text, actor);
  fill_filter (asking, &filter);
  ledger_read (station->host.ledger, &filter, on_found, task);
}

gboolean
station_object_finish (GAsyncResult *result, guint64 *ret_place, GError **error)
{
  const Asking *asking = g_task_get_task_data (G_TASK (result));

  *ret_place = asking->next;
  return g_task_propagate_boolean (G_TASK (result), error);
}
