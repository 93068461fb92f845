/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station: see the header. In: what callers ask for, owners that leave, the end of a visit. Out: what the observer is
 * told.
 */
#include "visit/station.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "visit/consent-registrar.h"
#include "visit/station-arrivals.h"
#include "visit/station-events.h"
#include "visit/station-private.h"
#include "visit/station-settings.h"
#include "visit/station-tickets.h"
#include "visit/visit-consents.h"
#include "visit/visit-life.h"
#include "visit/visit-records.h"

/* Coming and going of the station itself. */

Station *
station_ref (Station *station)
{
  station->references++;
  return station;
}

void
station_unref (Station *station)
{
  if (--station->references > 0)
    return;

  station_readers_clear (station);
  station_visits_clear (station);
  station_tickets_clear (station);
  g_clear_pointer (&station->authorities.loaded, card_authorities_unref);
  station_retention_free (station->retention);
  transports_free (station->transports);
  changes_unref (station->changes);
  station_settings_clear (station);
  g_free (station->ledger.institution);
  g_free (station->authorities.file);
  g_free (station);
}

/* Of a new file that is of no use, those in force do not suffer. */
CardAuthorities *
station_get_authorities (Station *station, GError **error)
{
  g_autoptr (GError) failure = NULL;
  CardAuthorities *loaded;

  if (station->authorities.loaded != NULL && !station->authorities.is_old)
    return station->authorities.loaded;

  loaded = card_authorities_load (station->authorities.file, &failure);
  if (loaded != NULL)
    {
      g_clear_pointer (&station->authorities.loaded, card_authorities_unref);
      station->authorities.loaded = loaded;
    }
  else if (station->authorities.loaded != NULL)
    log_write (LOG_WARNING, SHIKAKU_MESSAGE_CREDENTIAL_REFUSED, NULL, "station: those before stay in use: %s",
               failure->message);
  else
    {
      if (error != NULL) /* who asks without needing them has nothing to complain of */
        log_write (LOG_WARNING, SHIKAKU_MESSAGE_CREDENTIAL_FAILED, NULL, "station: %s", failure->message);
      g_propagate_error (error, g_steal_pointer (&failure));
    }
  station->authorities.is_old = FALSE;
  station_settings_note_authorities (station,
                                     loaded == NULL && station->authorities.loaded != NULL ? failure->message : NULL);
  return station->authorities.loaded;
}

static CardAuthorities *
get_authorities (gpointer data, GError **error)
{
  return station_get_authorities (data, error);
}

static void
on_visit_started (Visit *visit, gpointer data)
{
  station_readers_note_moving (data, visit);
}

static void
on_card_taken (Visit *visit, gpointer data)
{
  station_readers_note_taken (data, visit);
}

static void
on_card_read (Visit *visit, gpointer data)
{
  statistics_count (&((Station *)data)->statistics, STATISTICS_CARDS_READ);
}

static void
on_visit_changed (Visit *visit, gpointer data)
{
  Station *station = data;

  if (visit_is_finished (visit)) /* the last change of a visit, and only one */
    {
      station_events_note_finished (station, visit);
      station_ledger_note_finished (station, visit);
    }
  if (!visit_is_closed (visit) && !station->is_freed)
    station->observer->visit_changed (visit, station->observer_data);
}

static void
on_visit_quiet (Visit *visit, gpointer data)
{
  Station *station = data;

  station_readers_end_visit (station, visit);
  station_way_keep (station->way);
  if (!visit_is_closed (visit) && !station->is_freed)
    {
      station_retention_add (station->retention, visit, station->host.retention_seconds);
      station->observer->visit_finished (visit, station->observer_data);
      if (visit_is_closing (visit))
        station_erase_visit (station, visit);
    }
  station_halt_note_quiet (station);
  station_unref (station);
}

static void
on_visit_expired (Visit *visit, gpointer user_data)
{
  station_erase_visit (user_data, visit);
}

static void
on_center_changed (gpointer user_data)
{
  Station *station = user_data;

  statistics_note_changed (&station->statistics);
  if (station->is_freed)
    return;
  outage_note_center (station->host.outage);
  if (transports_get_state (station->transports) == TRANSPORT_ONLINE)
    consent_registrar_note_center (station->host.registrar);
  station_calendar_note_center (station);
  station_events_note_center (station, station_get_center (station), station_get_center_cause (station));
  station->observer->center_changed (station->observer_data);
}

Station *
station_new (const StationSettings *settings, AgentPort agents, const StationObserver *observer, gpointer user_data)
{
  Station *station = g_new0 (Station, 1);

  station->references = 1;
  station->observer = observer;
  station->observer_data = user_data;
  station->transports = transports_new (on_center_changed, station);
  station->retention = station_retention_new (on_visit_expired, station);
  station->started = station->statistics.since = g_get_real_time ();
  station->changes = changes_new ();
  changes_configure (station->changes, settings->changes_retention_months);
  station_ledger_configure (station, settings->lookups_per_staff_and_day, settings->institution_code);
  station->authorities.file = g_strdup (settings->card_authorities_file);
  station->host = (VisitHost){
    .transports = station->transports,
    .agents = agents,
    .statistics = &station->statistics,
    .changes = station->changes,
    .retention_seconds = settings->retention_seconds,
    .records_span_months = settings->records_span_months,
    .leaves_prescriptions = settings->leaves_prescriptions,
    .asks_ceiling = settings->asks_ceiling,
    .asks_together = settings->asks_together,
    .get_authorities = get_authorities,
    .started = on_visit_started,
    .card_taken = on_card_taken,
    .card_read = on_card_read,
    .changed = on_visit_changed,
    .went_quiet = on_visit_quiet,
    .data = station,
  };
  station->arrivals = station_arrivals_new (station, settings->arrivals_retention_seconds);
  station_readers_init (station);
  station_visits_init (station);
  station_tickets_init (station);
  station_events_init (station, station_get_center (station), station_get_center_cause (station));
  station_calendar_init (station);
  station_calendar_configure (station, settings->calendar);
  return station;
}

void
station_free (Station *station)
{
  const GPtrArray *visits = station_visits_get_all (station);

  station->is_freed = TRUE;
  g_clear_pointer (&station->way, station_way_free);
  g_clear_pointer (&station->arrivals, station_arrivals_free);
  station_halt_clear (station);
  station_calendar_clear (station);
  for (guint i = 0; i < visits->len; i++)
    {
      station_retention_remove (station->retention, visits->pdata[i]);
      visit_fail (visits->pdata[i], SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is being stopped");
    }
  station_visits_forget (station);
  outage_free (g_steal_pointer (&station->host.outage));
  consent_registrar_free (g_steal_pointer (&station->host.registrar));
  station_events_clear (station);
  station_ledger_clear (station);
  station_unref (station);
}

void
station_add_transport (Station *station, Transport *transport, const char *reader)
{
  transports_add (station->transports, transport, reader);
}

void
station_add_terminal (Station *station, const char *name, Transport *transport)
{
  StationReader *reader = station_readers_add_terminal (station, name);

  transports_add_terminal (station->transports, transport, station_reader_get_path (reader));
  station_arrivals_listen (station->arrivals, name, station_reader_get_path (reader), transport);
}

void
station_remove_terminal (Station *station, const char *name, Transport *transport)
{
  StationReader *reader = station_find_terminal (station, name);

  station_arrivals_ignore (station->arrivals, transport);
  if (reader != NULL)
    station_readers_remove_terminal (station, reader);
}

void
station_keep_way (Station *station, Store *store)
{
  station_way_free (station->way);
  station->way = station_way_new (station->transports, store);
}

void
station_configure (Station *station, const StationSettings *settings)
{
  g_free (station->authorities.file);
  station->authorities.file = g_strdup (settings->card_authorities_file);
  station->authorities.is_old = TRUE;
  station->host.retention_seconds = settings->retention_seconds;
  station->host.records_span_months = settings->records_span_months;
  station->host.leaves_prescriptions = settings->leaves_prescriptions;
  station->host.asks_ceiling = settings->asks_ceiling;
  station->host.asks_together = settings->asks_together;
  if (station->authorities.loaded != NULL) /* what has worked is not given up: the new file is looked at now */
    station_get_authorities (station, NULL);
  changes_configure (station->changes, settings->changes_retention_months);
  station_arrivals_configure (station->arrivals, settings->arrivals_retention_seconds);
  station_ledger_configure (station, settings->lookups_per_staff_and_day, settings->institution_code);
  station_calendar_configure (station, settings->calendar);
}

static void
on_outages_changed (gpointer user_data)
{
  Station *station = user_data;

  statistics_note_changed (&station->statistics);
  if (!station->is_freed && station->observer->outages_changed != NULL)
    station->observer->outages_changed (station->observer_data);
}

void
station_set_store (Station *station, Store *store)
{
  station->store = store;
  station_readers_set_store (station, store);
  outage_free (g_steal_pointer (&station->host.outage));
  station_events_set_store (station, store);
  if (store == NULL)
    return;
  station->host.outage = outage_new (store, station->transports, &station->statistics, on_outages_changed, station);
  outage_set_events (station->host.outage, station_get_events (station));
}

/* note_withdrawn: a yes that is on its way into the book counts too: what was withdrawn is not given. */
static void
note_withdrawn (Visit *visit, const ConsentRegistrarNews *news)
{
  const GArray *consents = visit_get_consents (visit);
  const gboolean is_first = strcmp (news->where, "here") == 0; /* later ones say how far it went */

  for (guint i = 0; i < consents->len; i++)
    {
      const Consent *consent = &g_array_index (consents, Consent, i);

      if (consent->kind == news->kind && consent->agreed && consent->is_written
          && (consent->withdrawn_at == 0) == is_first
          && (g_strcmp0 (consent->receipt, news->receipt) == 0 || visit_consents_are_of (visit, news->person)))
        visit_consents_note_withdrawn (visit, news->kind, news->where);
    }
}

/* on_consent_withdrawn: by whomever: no visit that is open gives anything by it any more. */
static void
on_consent_withdrawn (const ConsentRegistrarNews *news, gpointer user_data)
{
  Station *station = user_data;
  const GPtrArray *visits = station_visits_get_all (station);

  for (guint i = 0; i < visits->len; i++)
    note_withdrawn (visits->pdata[i], news);
}

void
station_set_ledger (Station *station, Ledger *ledger)
{
  station->host.ledger = ledger;
  station_ledger_set (station, ledger);
  station_arrivals_set_ledger (station->arrivals, ledger);
  consent_registrar_free (g_steal_pointer (&station->host.registrar));
  if (ledger == NULL)
    return;
  station->host.registrar = consent_registrar_new (ledger, station->transports, &station->statistics);
  consent_registrar_set_observer (station->host.registrar, on_consent_withdrawn, station);
  consent_registrar_begin (station->host.registrar);
}

ConsentRegistrar *
station_get_registrar (Station *station)
{
  return station->host.registrar;
}

Outage *
station_get_outage (Station *station)
{
  return station->host.outage;
}

void
station_set_monitor (Station *station, ReaderMonitor *monitor)
{
  station->monitor = monitor;
}

/* Opening. */

/* choose_free_reader: also for its agent alone: nobody else shall be asked there meanwhile. */
static StationReader *
choose_free_reader (Station *station, const VisitOptions *given, GError **error)
{
  StationReader *reader = station_choose_reader (station, given->reader, given->reader_name, error);

  if (reader == NULL)
    return NULL;
  if (station_reader_is_terminal (reader))
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                         "Reader: this is a terminal, which asks its patients itself: what it brings is claimed "
                         "(ClaimVisit), and no visit is opened at it");
  else if (station_reader_is_in_use (reader))
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_READER_BUSY, "another visit is at this reader");
  else
    return reader;
  return NULL;
}

/* is_free: whether a visit may be begun by that path, and by that ticket. */
static gboolean
is_free (Station *station, const VisitOptions *given, GError **error)
{
  VisitTicket *taken = NULL;

  if (station_refuses_visits (station, error))
    return FALSE;
  if (station_find_visit (station, given->path) != NULL)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_VISIT_EXISTS, "Token: in use");
      return FALSE;
    }
  if (given->ticket != NULL
      && station_find_visit_by_ticket (station, given->ticket, VISIT_TICKET_TAKE | VISIT_TICKET_RECORDS, &taken)
             != NULL)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_VISIT_EXISTS, "Ticket: in use");
      return FALSE;
    }
  return TRUE;
}

/* add_visit: it is known from now on. @ticket: NULL: none. */
static void
add_visit (Station *station, Visit *visit, const char *ticket, guint uses)
{
  if (ticket != NULL)
    visit_add_ticket (visit, visit_ticket_new (ticket, &(VisitTicketTerms){ uses, 0, VISIT_TICKET_TAKE }));
  station_visits_add (station, visit);
  station_halt_note_begun (station_ref (station));
  station_ledger_note_opened (station, visit);
  visit_start (visit);
}

Visit *
station_open_visit (Station *station, const VisitOptions *given, GError **error)
{
  gboolean needs_card = visit_origin_get (visit_options_get_origin (given))->needs_card;
  g_autoptr (VisitOptions) options = NULL;
  g_autoptr (GArray) consents = NULL;
  StationReader *reader = NULL;
  CardWorker *worker = NULL;
  LedgerPersonHashes asked;
  Visit *visit;

  if (!is_free (station, given, error))
    return NULL;
  if ((options = visit_options_new (given, error)) == NULL || (consents = consents_new (given, error)) == NULL)
    return NULL;
  if (needs_card && station->host.asks_ceiling)
    consents_include (consents, CONSENT_CEILING);
  if (needs_card || consents_need_screen (consents))
    {
      if ((reader = choose_free_reader (station, given, error)) == NULL)
        return NULL;
      visit_options_set_reader (options, station_reader_get_path (reader), station_reader_get_name (reader));
      worker = needs_card ? station_reader_get_worker (reader) : NULL;
    }

  if (!station_ledger_admit (station, options, &asked, error)) /* last: it counts */
    return NULL;

  visit = visit_new (&station->host, g_steal_pointer (&options), g_steal_pointer (&consents), worker);
  visit_set_asked (visit, &asked);
  add_visit (station, visit, given->ticket, given->uses);
  if (reader != NULL)
    station_reader_begin_visit (reader, visit);
  return visit;
}

/* A claim that is under way: the visit that it will be. */
typedef struct
{
  VisitOptions *options;
  char *ticket;
  guint uses;
} Claimed;

static void
free_claimed (gpointer data)
{
  Claimed *claimed = data;

  g_clear_pointer (&claimed->options, visit_options_free);
  g_free (claimed->ticket);
  g_free (claimed);
}

static void
on_claim (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  ArrivalClaim *claim = arrival_claim_finish (result, &error);

  if (claim != NULL)
    g_task_return_pointer (task, claim, (GDestroyNotify)arrival_claim_free);
  else
    g_task_return_error (task, error);
}

void
station_claim_visit (Station *station, const ArrivalPatient *patient, const VisitOptions *given,
                     GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  ArrivalBook *book = station->arrivals != NULL ? station_arrivals_get_book (station->arrivals) : NULL;
  VisitOptions arrived = *given;
  Claimed *claimed = g_new0 (Claimed, 1);
  GError *error = NULL;

  arrived.is_arrival = TRUE;
  claimed->ticket = g_strdup (given->ticket);
  claimed->uses = given->uses;
  g_task_set_source_tag (task, station_claim_visit);
  g_task_set_task_data (task, claimed, free_claimed);
  if (!is_free (station, &arrived, &error) || !arrival_patient_check (patient, &error)
      || (claimed->options = visit_options_new (&arrived, &error)) == NULL)
    g_task_return_error (task, error);
  else if (book == NULL)
    g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED,
                             "there is no ledger, and nothing is handed out without one");
  else
    arrival_claim_begin (book, station->host.registrar, patient, claimed->options, on_claim, g_steal_pointer (&task));
}

Visit *
station_claim_visit_finish (Station *station, GAsyncResult *result, GPtrArray **ret_candidates, GError **error)
{
  Claimed *claimed = g_task_get_task_data (G_TASK (result));
  g_autoptr (ArrivalClaim) claim = g_task_propagate_pointer (G_TASK (result), error);
  StationReader *reader;
  Visit *visit;

  *ret_candidates = NULL;
  if (claim == NULL)
    return NULL;
  if (claim->reply == NULL)
    {
      *ret_candidates = g_ptr_array_ref (claim->candidates);
      return NULL;
    }
  claimed->options->ticket = claimed->ticket; /* as given: it may have been taken meanwhile */
  if (!is_free (station, claimed->options, error))
    return NULL;
  claimed->options->ticket = NULL;
  reader = station_find_terminal (station, claim->terminal);
  if (reader != NULL)
    visit_options_set_reader (claimed->options, station_reader_get_path (reader), claim->terminal);
  visit = visit_new (&station->host, g_steal_pointer (&claimed->options), g_steal_pointer (&claim->consents), NULL);
  visit_set_reply (visit, g_steal_pointer (&claim->reply));
  statistics_count (&station->statistics, STATISTICS_ARRIVALS_CLAIMED);
  add_visit (station, visit, claimed->ticket, claimed->uses);
  return visit;
}

/* Closing. */

void
station_erase_visit (Station *station, Visit *visit)
{
  if (visit_is_closed (visit))
    return;

  visit_ref (visit);
  visit_set_closed (visit);
  visit_records_stop (visit);
  station_tickets_keep (station, visit);
  station_retention_remove (station->retention, visit);
  station_visits_remove (station, visit);
  if (!visit_is_finished (visit))
    visit_end (visit, VISIT_CANCELLED,
               g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "closed by the owner"));
  station->observer->visit_closed (visit, station->observer_data);
  visit_unref (visit);
}

void
station_close_visit (Station *station, Visit *visit, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, station_close_visit);
  visit_ref (visit);
  if (visit_is_finished (visit))
    station_erase_visit (station, visit);
  else
    visit_set_closing (visit);
  visit_wait_quiet (visit, task);
  visit_end (visit, VISIT_CANCELLED,
             g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "closed by the owner"));
  visit_unref (visit);
}

void
station_drop_owner (Station *station, const char *owner)
{
  g_autoptr (GPtrArray) visits = station_get_visits (station, owner);

  for (guint i = 0; i < visits->len; i++)
    if (visit_has_ticket (visits->pdata[i]))
      visit_leave (visits->pdata[i]);
    else
      station_erase_visit (station, visits->pdata[i]);
}

void
station_free_reader (Station *station, StationReader *reader, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Visit *visit = station_reader_get_visit (reader);

  g_task_set_source_tag (task, station_free_reader);
  if (visit == NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  visit_wait_quiet (visit, task);
  visit_dismiss (visit);
}

/* What others see. */

const char *
station_get_center (Station *station)
{
  static const char *const words[] = {
    [TRANSPORT_UNKNOWN] = "unknown",
    [TRANSPORT_ONLINE] = "online",
    [TRANSPORT_DEGRADED] = "degraded",
    [TRANSPORT_OFFLINE] = "offline",
  };

  return words[transports_get_state (station->transports)];
}

const char *
station_get_center_cause (Station *station)
{
  const char *word = shikaku_cause_get_word (transports_get_cause (station->transports));

  return word != NULL ? word : "";
}

Changes *
station_get_changes (Station *station)
{
  return station->changes;
}

Statistics *
station_get_statistics (Station *station)
{
  return &station->statistics;
}

void
station_count_refusal (Station *station, gboolean braked)
{
  statistics_count (&station->statistics, braked ? STATISTICS_CALLS_BRAKED : STATISTICS_CALLS_REFUSED);
}

void
station_set_anchoring (Station *station, LedgerAnchoring *anchoring)
{
  station->anchoring = anchoring;
}
