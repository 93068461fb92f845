/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station: opens visits, finds them, and erases them. In: what callers ask for, owners that leave, the end of a visit.
 * Out: what the observer is told.
 *
 * A finished visit is kept for the retention time; one timer runs, for the earliest, and none while there is none.
 */
#include "visit/station-private.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "codec/japanese-text.h"

#define INSURER_NUMBER_MAXIMUM 8 /* digits (facts: domain §3.2) */
#define NUMBER_MAXIMUM 20        /* characters, of symbol and number */
#define BRANCH_MAXIMUM 2         /* digits */

static void arm_retention (Station *station);

/* Coming and going of the station itself. */

void
station_ref (Station *station)
{
  station->references++;
}

void
station_unref (Station *station)
{
  if (--station->references > 0)
    return;

  for (guint i = 0; i < station->readers->len; i++)
    station_reader_free (station->readers->pdata[i]);
  g_ptr_array_unref (station->readers);
  g_ptr_array_unref (station->visits);
  g_hash_table_unref (station->reader_numbers);
  g_hash_table_unref (station->served);
  g_clear_pointer (&station->card_authorities, card_authorities_unref);
  station->transport->klass->free (station->transport);
  g_free (station->card_authorities_file);
  g_free (station);
}

/* Of a new file that is of no use, those in force do not suffer. */
CardAuthorities *
station_get_authorities (gpointer data, GError **error)
{
  g_autoptr (GError) failure = NULL;
  Station *station = data;
  CardAuthorities *loaded;

  if (station->card_authorities != NULL && !station->card_authorities_old)
    return station->card_authorities;

  loaded = card_authorities_load (station->card_authorities_file, &failure);
  if (loaded != NULL)
    {
      g_clear_pointer (&station->card_authorities, card_authorities_unref);
      station->card_authorities = loaded;
    }
  else if (station->card_authorities != NULL)
    log_write (LOG_WARNING, SHIKAKU_MESSAGE_CREDENTIAL_REFUSED, NULL, "station: those before stay in use: %s",
               failure->message);
  else
    {
      if (error != NULL) /* who asks without needing them has nothing to complain of */
        log_write (LOG_WARNING, SHIKAKU_MESSAGE_CREDENTIAL_FAILED, NULL, "station: %s", failure->message);
      g_propagate_error (error, g_steal_pointer (&failure));
    }
  station->card_authorities_old = FALSE;
  return station->card_authorities;
}

static void
on_visit_started (Visit *visit, gpointer data)
{
  StationReader *reader = station_find_reader_of (data, visit);

  if (reader != NULL)
    station_reader_tell_changed (reader);
}

static void
on_card_read (Visit *visit, gpointer data)
{
  StationReader *reader = station_find_reader_of (data, visit);

  statistics_count (&((Station *)data)->statistics, STATISTICS_CARDS_READ);
  if (reader != NULL)
    reader->served = TRUE;
}

static void
on_visit_changed (Visit *visit, gpointer data)
{
  Station *station = data;

  if (!visit->closed && !station->freed)
    station->observer->visit_changed (visit, station->observer_data);
}

/* The retention may have become another one since the last visit finished. */
static gint
compare_erasure (gconstpointer a, gconstpointer b, gpointer data)
{
  const Visit *visit = a, *other = b;

  return visit->erase_at < other->erase_at ? -1 : visit->erase_at > other->erase_at;
}

static void
on_visit_rested (Visit *visit, gpointer data)
{
  Station *station = data;
  StationReader *reader = station_find_reader_of (station, visit);

  if (reader != NULL)
    {
      reader->visit = NULL;
      station_reader_tell_changed (reader);
    }
  if (!visit->closed && !station->freed)
    {
      g_queue_insert_sorted (&station->finished, visit, compare_erasure, NULL);
      arm_retention (station);
      station->observer->visit_finished (visit, station->observer_data);
    }

  station->running--;
  station_check_rest (station);
  station_unref (station);
}

static void
on_center_changed (Transport *transport, gpointer user_data)
{
  Station *station = user_data;

  statistics_note_changed (&station->statistics);
  if (station->freed)
    return;
  station_note_center (station);
  station->observer->center_changed (station->observer_data);
}

Station *
station_new (const StationSettings *settings, Transport *transport, AgentPort agents, const VisitObserver *observer,
             gpointer user_data)
{
  Station *station = g_new0 (Station, 1);

  station->references = 1;
  station->transport = transport;
  station->observer = observer;
  station->observer_data = user_data;
  station->card_authorities_file = g_strdup (settings->card_authorities_file);
  station->host.transport = transport;
  station->host.agents = agents;
  station->host.statistics = &station->statistics;
  station->host.retention = settings->retention;
  station->host.get_authorities = station_get_authorities;
  station->host.started = on_visit_started;
  station->host.card_read = on_card_read;
  station->host.changed = on_visit_changed;
  station->host.rested = on_visit_rested;
  station->host.data = station;
  station->started = station->statistics.since = g_get_real_time ();
  station->readers = g_ptr_array_new ();
  station->reader_numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  station->served = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  station->visits = g_ptr_array_new_with_free_func ((GDestroyNotify)visit_unref);
  g_queue_init (&station->finished);
  station_new_calendar (station);
  station_configure_calendar (station, settings);
  transport->changed = on_center_changed;
  transport->changed_data = station;
  return station;
}

void
station_free (Station *station)
{
  station->freed = TRUE;
  g_clear_handle_id (&station->retention_timer, g_source_remove);
  station_clear_rest (station);
  station_clear_calendar (station);
  g_queue_clear (&station->finished);
  for (guint i = 0; i < station->visits->len; i++)
    visit_fail (station->visits->pdata[i], SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is being stopped");
  g_ptr_array_set_size (station->visits, 0);
  station_unref (station);
}

void
station_configure (Station *station, const StationSettings *settings)
{
  g_free (station->card_authorities_file);
  station->card_authorities_file = g_strdup (settings->card_authorities_file);
  station->card_authorities_old = TRUE;
  station->host.retention = settings->retention;
  station_configure_calendar (station, settings);
}

void
station_set_monitor (Station *station, ReaderMonitor *monitor)
{
  station->monitor = monitor;
}

/* Opening. */

static gboolean
refuse_option (GError **error, const char *reason)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, reason);
  return FALSE;
}

/* make_consents: the kinds asked for, as questions. Return: NULL with INVALID_OPTION. */
static GArray *
make_consents (const VisitOptions *options, gboolean by_number, GError **error)
{
  g_autoptr (GArray) consents = g_array_new (FALSE, FALSE, sizeof (Consent));

  for (const char *const *kind = options->consents; kind != NULL && *kind != NULL; kind++)
    {
      Consent consent = { 0 };
      gboolean known = consent_kind_lookup (*kind, &consent.kind), again = FALSE;

      for (guint i = 0; i < consents->len; i++)
        again |= g_array_index (consents, Consent, i).kind == consent.kind;
      /* The center lets nobody see records of a person who is known by number only (facts: domain §6). */
      if (!known || again || (by_number && !consent_kind_is_inside_query (consent.kind)))
        return refuse_option (error, "Consents: not a kind that can be asked here, or one asked twice"), NULL;
      g_array_append_val (consents, consent);
    }
  return g_steal_pointer (&consents);
}

static gboolean
check_options (Station *station, const VisitOptions *options, GError **error)
{
  if (station_refuses_visits (station, error))
    return FALSE;
  if (station_find_visit (station, options->path) != NULL)
    return refuse_option (error, "Token: in use");
  if (options->timeout > VISIT_TIMEOUT_MAXIMUM)
    return refuse_option (error, "Timeout: too long");
  if (options->purpose != NULL && *options->purpose != '\0' && strcmp (options->purpose, "eligibility") != 0)
    return refuse_option (error, "Purpose: eligibility");
  return TRUE;
}

/* choose_reader: the one named, or the only one. */
static StationReader *
choose_reader (Station *station, const char *path, GError **error)
{
  StationReader *reader = NULL;

  if (path != NULL && *path != '\0')
    reader = station_find_reader (station, path);
  else if (station->readers->len == 1)
    reader = station->readers->pdata[0];
  else if (station->readers->len > 1)
    return refuse_option (error, "Reader: there are several"), NULL;

  if (reader != NULL && reader->visit == NULL)
    return reader;
  if (reader != NULL)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_READER_BUSY, "another visit is at this reader");
  else if (!station->service_available)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_SERVICE_STOPPED, "pcscd does not run");
  else
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NO_READER, "there is no such reader");
  return NULL;
}

/* launch: makes the visit known and lets it move. @consents: (transfer full). */
static Visit *
launch (Station *station, const VisitOptions *options, StationReader *reader, const TransportNumberQuery *insured,
        GArray *consents)
{
  VisitSettings settings = {
    .path = options->path,
    .owner = options->owner,
    .caller = options->caller,
    .language = options->language,
    .reader_path = reader != NULL ? reader->path : NULL,
    .reader_name = reader != NULL ? station_reader_get_name (reader) : NULL,
    .worker = reader != NULL && insured == NULL ? reader->worker : NULL,
    .insured = insured,
    .consents = consents,
    .timeout = options->timeout != 0 ? options->timeout : VISIT_TIMEOUT_DEFAULT,
    .last_try = options->last_try,
    .same_card = options->same_card,
  };
  Visit *visit = visit_new (&station->host, &settings);

  g_ptr_array_add (station->visits, visit);
  station->running++;
  station_ref (station);
  if (reader != NULL)
    reader->visit = visit;
  visit_start (visit);
  return visit;
}

Visit *
station_open_visit (Station *station, const VisitOptions *options, GError **error)
{
  g_autoptr (GArray) consents = NULL;
  StationReader *reader;
  Visit *visit;

  if (!check_options (station, options, error) || (consents = make_consents (options, FALSE, error)) == NULL
      || (reader = choose_reader (station, options->reader, error)) == NULL)
    return NULL;
  visit = launch (station, options, reader, NULL, g_steal_pointer (&consents));
  visit_set_card (visit, reader->present, reader->present && (!reader->served || options->same_card));
  return visit;
}

static gboolean
is_digits (const char *text, gsize maximum)
{
  gsize size = strspn (text, "0123456789");

  return size > 0 && size <= maximum && text[size] == '\0';
}

static gboolean
is_short_text (const char *text)
{
  return *text != '\0' && g_utf8_validate (text, -1, NULL) && g_utf8_strlen (text, -1) <= NUMBER_MAXIMUM;
}

static gboolean
check_insured (const TransportNumberQuery *insured, GError **error)
{
  if (insured->insurer_number == NULL || !is_digits (insured->insurer_number, INSURER_NUMBER_MAXIMUM))
    return refuse_option (error, "InsurerNumber: up to 8 digits are needed");
  if (insured->number == NULL || !is_short_text (insured->number))
    return refuse_option (error, "Number: up to 20 characters are needed");
  if (insured->symbol != NULL && !is_short_text (insured->symbol))
    return refuse_option (error, "Symbol: up to 20 characters");
  if (insured->branch != NULL && !is_digits (insured->branch, BRANCH_MAXIMUM))
    return refuse_option (error, "Branch: up to 2 digits");
  if (insured->birthdate == NULL || !japanese_text_is_date (insured->birthdate))
    return refuse_option (error, "Birthdate: YYYYMMDD is needed");
  if (insured->date != NULL && !japanese_text_is_date (insured->date))
    return refuse_option (error, "Date: YYYYMMDD");
  return TRUE;
}

/* fold: digits typed in full width are digits; an empty text is none. (transfer full) */
static char *
fold (const char *text)
{
  return text != NULL && *text != '\0' ? japanese_text_fold_width (text) : NULL;
}

Visit *
station_open_number_visit (Station *station, const VisitOptions *options, const TransportNumberQuery *insured,
                           GError **error)
{
  g_autofree char *insurer_number = fold (insured->insurer_number);
  g_autofree char *branch = fold (insured->branch);
  g_autofree char *birthdate = fold (insured->birthdate);
  g_autofree char *date = fold (insured->date);
  /* Symbol and number stay as typed: the field writes them in either width, and the center compares. */
  TransportNumberQuery query = {
    .insurer_number = insurer_number,
    .symbol = insured->symbol != NULL && *insured->symbol != '\0' ? insured->symbol : NULL,
    .number = insured->number,
    .branch = branch,
    .birthdate = birthdate,
    .date = date,
  };
  g_autoptr (GArray) consents = NULL;
  StationReader *reader = NULL;

  if (!check_options (station, options, error) || !check_insured (&query, error)
      || (consents = make_consents (options, TRUE, error)) == NULL)
    return NULL;
  /* A reader matters only for whose agent asks the patient: nobody else shall be asked there meanwhile. */
  if (consents->len > 0 && (reader = choose_reader (station, options->reader, error)) == NULL)
    return NULL;
  return launch (station, options, reader, &query, g_steal_pointer (&consents));
}

/* Finding and erasing. */

Visit *
station_find_visit (Station *station, const char *path)
{
  for (guint i = 0; i < station->visits->len; i++)
    {
      Visit *visit = station->visits->pdata[i];

      if (g_strcmp0 (visit->path, path) == 0)
        return visit;
    }
  return NULL;
}

GPtrArray *
station_get_visits (Station *station, const char *owner)
{
  GPtrArray *visits = g_ptr_array_new ();

  for (guint i = 0; i < station->visits->len; i++)
    {
      Visit *visit = station->visits->pdata[i];

      if (g_strcmp0 (visit->owner, owner) == 0)
        g_ptr_array_add (visits, visit);
    }
  return visits;
}

static gboolean
on_retention (gpointer user_data)
{
  Station *station = user_data;
  Visit *first;

  station->retention_timer = 0;
  while ((first = g_queue_peek_head (&station->finished)) != NULL && first->erase_at <= g_get_monotonic_time ())
    station_close_visit (station, first);
  arm_retention (station);
  return G_SOURCE_REMOVE;
}

/* arm_retention: the queue's head is the earliest. */
static void
arm_retention (Station *station)
{
  Visit *first = g_queue_peek_head (&station->finished);
  gint64 wait;

  if (first == NULL || first->erase_at < station->retention_until)
    g_clear_handle_id (&station->retention_timer, g_source_remove);
  if (first != NULL && station->retention_timer == 0)
    {
      station->retention_until = first->erase_at;
      wait = MAX (first->erase_at - g_get_monotonic_time (), 0);
      station->retention_timer = g_timeout_add ((guint)((wait + 999) / 1000), on_retention, station);
    }
}

void
station_note_slept (Station *station)
{
  gint64 now = g_get_real_time (), running = g_get_monotonic_time ();

  for (GList *link = station->finished.head; link != NULL; link = link->next)
    {
      Visit *visit = link->data;

      visit->erase_at = MIN (visit->erase_at, running + MAX (visit->expires - now, 0));
    }
  arm_retention (station); /* the order is the same */
}

void
station_close_visit (Station *station, Visit *visit)
{
  if (visit->closed)
    return;

  visit_ref (visit);
  visit->closed = TRUE;
  g_queue_remove (&station->finished, visit);
  g_ptr_array_remove (station->visits, visit);
  arm_retention (station);
  if (!visit_is_finished (visit))
    visit_end (visit, VISIT_CANCELLED,
               g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "closed by the owner"));
  station->observer->visit_closed (visit, station->observer_data);
  visit_unref (visit);
}

void
station_drop_owner (Station *station, const char *owner)
{
  g_autoptr (GPtrArray) visits = station_get_visits (station, owner);

  for (guint i = 0; i < visits->len; i++)
    station_close_visit (station, visits->pdata[i]);
}

/* The center, as others see it. */

const char *
station_get_center (Station *station)
{
  switch (station->transport->state)
    {
    case TRANSPORT_ONLINE:
      return "online";
    case TRANSPORT_DEGRADED:
      return "degraded";
    case TRANSPORT_OFFLINE:
      return "offline";
    case TRANSPORT_UNKNOWN:
    default:
      return "unknown";
    }
}

const Statistics *
station_get_statistics (Station *station)
{
  return &station->statistics;
}

void
station_count_refusal (Station *station, gboolean braked)
{
  statistics_count (&station->statistics, braked ? STATISTICS_CALLS_BRAKED : STATISTICS_CALLS_REFUSED);
}
