/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-care: see the header. */
#include "visit/station-care.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/sealed-file.h"
#include "center/field-answer.h"
#include "codec/japanese-text.h"
#include "visit/station-private.h"

/* A list on its way. */
typedef struct
{
  Station *station;
  Transport *transport;
  TransportTreatment care;
  char *from, *to;
  Actor *actor;
  GCancellable *cancellable;
  TransportCareList *list; /* until it is handed out */
} Listing;

static void
listing_free (gpointer data)
{
  Listing *listing = data;

  transport_care_list_free (listing->list);
  actor_free (listing->actor);
  g_clear_object (&listing->cancellable);
  g_free (listing->from);
  g_free (listing->to);
  station_unref (listing->station);
  g_free (listing);
}

/* set_error: Return: FALSE. */
static gboolean
set_error (GError **error, ShikakuError code, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, (int)code, text);
  return FALSE;
}

/* count_days: of a date that the calendar has. */
static guint
count_days (const char *date)
{
  const int number = atoi (date); /* YYYYMMDD */
  g_autoptr (GDate) day
      = g_date_new_dmy ((GDateDay)(number % 100), (GDateMonth)(number / 100 % 100), (GDateYear)(number / 10000));

  return g_date_get_julian (day);
}

static gboolean
check_query (const TransportCareQuery *asked, GError **error)
{
  if (asked->from == NULL || asked->to == NULL || !japanese_text_is_date (asked->from)
      || !japanese_text_is_date (asked->to))
    return set_error (error, SHIKAKU_ERROR_INVALID_OPTION, "From and To are days: YYYYMMDD");
  if (count_days (asked->from) > count_days (asked->to)
      || count_days (asked->to) - count_days (asked->from) >= STATION_CARE_DAYS_MAXIMUM)
    return set_error (error, SHIKAKU_ERROR_INVALID_OPTION, "from From to To are 1 to 1096 days");
  if (asked->by_examination && asked->care != TRANSPORT_TREATMENT_ONLINE)
    return set_error (error, SHIKAKU_ERROR_INVALID_OPTION, "By examination goes with online care alone");
  if (asked->identifier != NULL && !field_text_is_printable (asked->identifier, STATION_CARE_IDENTIFIER_MAXIMUM))
    return set_error (error, SHIKAKU_ERROR_INVALID_OPTION,
                      "Identifier is 1 to 50 characters of ASCII that can be seen");
  if (asked->reception != NULL && !field_text_is_printable (asked->reception, TRANSPORT_RECEPTION_MAXIMUM))
    return set_error (error, SHIKAKU_ERROR_INVALID_OPTION, "Reception is 1 to 38 characters of ASCII that can be seen");
  if (asked->reception != NULL && asked->wants_reception)
    return set_error (error, SHIKAKU_ERROR_INVALID_OPTION,
                      "with Reception the list is fetched: it does not go with Wait");
  return TRUE;
}

/* new_entry: that a list of people leaves; whose, the list alone says. */
static LedgerEntry *
new_entry (const Listing *listing)
{
  LedgerEntry *entry = ledger_entry_new (LEDGER_DISCLOSURE);

  actor_describe (listing->actor, entry);
  ledger_entry_add_text (entry, LEDGER_FIELD_RECORDS,
                         listing->care == TRANSPORT_TREATMENT_HOME ? "home-care" : "online-care");
  ledger_entry_add_text (entry, LEDGER_FIELD_FORMAT, "xml");
  ledger_entry_add_text (entry, LEDGER_FIELD_FROM, listing->from);
  ledger_entry_add_text (entry, LEDGER_FIELD_TO, listing->to);
  ledger_entry_add_text (entry, LEDGER_FIELD_IDENTIFIER, listing->list->identifier);
  ledger_entry_add_number (entry, LEDGER_FIELD_DOCUMENTS, 1);
  ledger_entry_add_number (entry, LEDGER_FIELD_SIZE, listing->list->n_people);
  ledger_entry_add_bytes (entry, LEDGER_FIELD_SHA256, listing->list->digest, sizeof listing->list->digest);
  return entry;
}

/* hand_out: the list, or the number of one that is not ready. @task: (transfer full). */
static void
hand_out (GTask *task)
{
  Listing *listing = g_task_get_task_data (task);

  g_task_return_pointer (task, g_steal_pointer (&listing->list), (GDestroyNotify)transport_care_list_free);
  g_object_unref (task);
}

/* fail_task: @task, @error: (transfer full). */
static void
fail_task (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Listing *listing = g_task_get_task_data (user_data);
  GError *error = NULL;
  guint64 place;

  if (ledger_append_finish (listing->station->host.ledger, result, &place, &error))
    hand_out (user_data);
  else
    fail_task (user_data, error);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Listing *listing = g_task_get_task_data (user_data);
  Transport *transport = listing->transport;
  GError *error = NULL;
  GPtrArray *entries;

  listing->list = transport->klass->list_care_finish (transport, result, &error);
  if (listing->list != NULL && listing->list->fd >= 0)
    {
      if (g_cancellable_is_cancelled (listing->cancellable))
        set_error (&error, SHIKAKU_ERROR_CANCELLED, "nobody waits for the list any more");
      else
        sealed_file_seal (listing->list->fd, &error);
    }
  if (error != NULL)
    {
      fail_task (user_data, error);
      return;
    }
  if (listing->list == NULL || listing->list->fd < 0)
    {
      hand_out (user_data);
      return;
    }
  entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);
  g_ptr_array_add (entries, new_entry (listing));
  ledger_append (listing->station->host.ledger, entries, on_written, user_data);
}

void
station_list_care (Station *station, const StationCareQuery *query, GCancellable *cancellable,
                   GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Transport *transport = transports_find (station->transports, TRANSPORT_LISTS_CARE, "/");
  Listing *listing = g_new0 (Listing, 1);
  GError *error = NULL;

  *listing = (Listing){
    .station = station_ref (station),
    .transport = transport,
    .care = query->asked.care,
    .from = g_strdup (query->asked.from),
    .to = g_strdup (query->asked.to),
    .actor = actor_new (query->actor),
    .cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL,
  };
  g_task_set_source_tag (task, station_list_care);
  g_task_set_task_data (task, listing, listing_free);
  if (check_query (&query->asked, &error))
    {
      if (station->host.ledger == NULL)
        set_error (&error, SHIKAKU_ERROR_LEDGER_FAILED, "there is no ledger, and nothing is handed out without one");
      else if (transport == NULL)
        set_error (&error, SHIKAKU_ERROR_CREDENTIAL_MISSING, "nothing here is set up to list consents of care");
    }
  if (error != NULL || transport == NULL)
    fail_task (task, error);
  else
    transport->klass->list_care (transport, &query->asked, cancellable, on_listed, task);
}

TransportCareList *
station_list_care_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
