/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-diagnose: see the header. In: what the station knows and what the transports find when they walk their part
 * now. Out: for each link a state, what was seen, and what to do.
 */
#include "visit/station-diagnose.h"

#include <string.h>

#include "base/error.h"
#include "visit/station-private.h"
#include "visit/station-settings.h"
#include "visit/station.h"
#include "visit/visit-text.h"

#define CREDENTIAL_WARNING_USEC ((gint64)30 * 24 * 60 * 60 * G_USEC_PER_SEC) /* before its end */

static void
link_free (gpointer data)
{
  StationLink *link = data;

  g_free (link->evidence);
  g_free (link->staff);
  g_free (link->technician);
  g_free (link);
}

/* make_advice: the text of this link in this state, or the state's own. */
static char *
make_advice (const char *language, const char *link, const char *state, const char *who)
{
  char *text = visit_text (language, "Link %s %s %s", link, state, who);

  return text != NULL ? text : visit_text (language, "Link %s %s", state, who);
}

/* add_link: @evidence: (transfer full). */
static void
add_link (GPtrArray *links, const char *language, const char *name, TransportLinkState state, gint64 since,
          char *evidence)
{
  static const char *const words[] = {
    [TRANSPORT_LINK_UNKNOWN] = "unknown",
    [TRANSPORT_LINK_OK] = "ok",
    [TRANSPORT_LINK_DEGRADED] = "degraded",
    [TRANSPORT_LINK_FAILED] = "failed",
  };
  StationLink *link = g_new0 (StationLink, 1);

  link->link = name;
  link->state = words[state];
  link->since = since;
  link->evidence = evidence;
  link->staff = make_advice (language, name, link->state, "staff");
  link->technician = make_advice (language, name, link->state, "technician");
  g_ptr_array_add (links, link);
}

/* has_agent: whether somebody is at @reader who can ask the patient for the PIN, as a visit would find. */
static gboolean
has_agent (Station *station, StationReader *reader)
{
  const AgentPort *port = &station->host.agents;
  Agent *agent = port->klass->acquire (port->port, station_reader_get_path (reader), "pin", NULL);

  if (agent != NULL)
    port->klass->release (agent);
  return agent != NULL;
}

/* A visit by card needs one at its reader. Readers are named as `shikakuctl agent --reader` takes them. */
static void
add_agent (GPtrArray *links, const char *language, Station *station)
{
  g_autoptr (GPtrArray) readers = station_get_readers (station);
  g_autoptr (GString) without = g_string_new (NULL);
  TransportLinkState state = TRANSPORT_LINK_OK;
  guint n_agents = 0;

  for (guint i = 0; i < readers->len; i++)
    if (has_agent (station, readers->pdata[i]))
      n_agents++;
    else
      g_string_append_printf (without, "%s%s (%s)", without->len == 0 ? "; none at reader " : ", ",
                              strrchr (station_reader_get_path (readers->pdata[i]), '/') + 1,
                              station_reader_get_name (readers->pdata[i]));
  if (readers->len == 0)
    state = TRANSPORT_LINK_UNKNOWN;
  else if (n_agents < readers->len)
    state = n_agents == 0 ? TRANSPORT_LINK_FAILED : TRANSPORT_LINK_DEGRADED;
  add_link (links, language, "agent", state, 0, g_strdup_printf ("agents: %u%s", n_agents, without->str));
}

static void
add_readers (GPtrArray *links, const char *language, Station *station)
{
  TransportLinkState reader_state = TRANSPORT_LINK_UNKNOWN, card_state = TRANSPORT_LINK_UNKNOWN;
  const StationReadersSummary readers = station_summarise_readers (station);
  gint64 reader_since = readers.reader_added;

  if (readers.n_readers > 0)
    reader_state = TRANSPORT_LINK_OK;
  else if (station_is_service_available (station))
    {
      reader_state = TRANSPORT_LINK_FAILED;
      reader_since = readers.readers_since;
    }
  if (readers.n_mute > 0)
    card_state = TRANSPORT_LINK_FAILED;
  else if (readers.n_cards > 0)
    card_state = TRANSPORT_LINK_OK;

  add_link (links, language, "reader", reader_state, reader_since, g_strdup_printf ("readers: %u", readers.n_readers));
  add_link (links, language, "card", card_state, readers.card_since,
            g_strdup_printf ("cards: %u, not answering: %u", readers.n_cards, readers.n_mute));
}

/* make_evidence: the error's name, and what the transport saw: which file, which URI, and what is wrong with it. */
static char *
make_evidence (const TransportLinkStatus *status)
{
  if (status->state == TRANSPORT_LINK_UNKNOWN)
    return g_strdup ("not examined");
  if (status->error == SHIKAKU_ERROR_NONE)
    return g_strdup (status->detail != NULL ? status->detail : "examined");
  return g_strjoin (": ", shikaku_error_get_short_name (status->error), status->detail, NULL);
}

/*
 * judge_end: what ends first makes a link that is ok a degraded one, and a failed one where nothing works without it: a
 * card of an authority that has ended is still believed. Return: (transfer full) evidence, or NULL: nothing ends.
 */
static char *
judge_end (Station *station, TransportLinkState *state)
{
  const StationExpiry own
      = { .what = CALENDAR_INSTITUTION, .expires = transports_get_credential_expires (station->transports) };
  const StationExpiry *soonest = station_get_soonest_end (station);
  gint64 now = g_get_real_time ();
  g_autoptr (GDateTime) end = NULL;
  g_autofree char *date = NULL;

  if (own.expires != 0 && (soonest == NULL || own.expires < soonest->expires))
    soonest = &own;
  if (soonest == NULL || (end = g_date_time_new_from_unix_utc (soonest->expires / G_USEC_PER_SEC)) == NULL)
    return NULL;
  if (*state == TRANSPORT_LINK_OK && soonest->expires < now + CREDENTIAL_WARNING_USEC)
    *state = soonest->expires < now && strcmp (soonest->what, CALENDAR_INSTITUTION) == 0 ? TRANSPORT_LINK_FAILED
                                                                                         : TRANSPORT_LINK_DEGRADED;
  date = g_date_time_format (end, "%F");
  return g_strdup_printf ("expires %s: %s", date, soonest->what);
}

/* What is in force is one thing, and what was given last, and will be there after a restart, another. */
static void
add_settings (GPtrArray *links, const char *language, Station *station)
{
  g_auto (StationSettingsState) settings = station_get_settings (station);

  if (settings.reason == NULL)
    add_link (links, language, "settings", TRANSPORT_LINK_OK, 0, g_strdup ("those given last are in use"));
  else
    add_link (links, language, "settings", TRANSPORT_LINK_DEGRADED, settings.since,
              g_strdup_printf ("%s: %s", settings.state, settings.reason));
}

/* Everything that the institution has to put in place: certificate, key, account, settings, and the cards' CAs. */
static void
add_credential (GPtrArray *links, const char *language, Station *station)
{
  TransportLinkStatus status = *transports_get_link (station->transports, TRANSPORT_LINK_CREDENTIAL);
  g_autofree char *evidence = NULL, *end = NULL;
  g_autoptr (GError) error = NULL;

  if (status.state != TRANSPORT_LINK_FAILED && station_get_authorities (station, &error) == NULL)
    status = (TransportLinkStatus){ TRANSPORT_LINK_FAILED, 0, (ShikakuError)error->code, error->message };
  evidence = make_evidence (&status);
  if (status.error != SHIKAKU_ERROR_CREDENTIAL_MISSING)
    end = judge_end (station, &status.state);
  if (end != NULL && status.detail == NULL)
    g_clear_pointer (&evidence, g_free);
  add_link (links, language, "credential", status.state, status.since,
            g_strjoin ("; ", evidence != NULL ? evidence : end, evidence != NULL ? end : NULL, NULL));
}

static GPtrArray *
make_links (Station *station, const char *language)
{
  static const char *const names[TRANSPORT_N_LINKS] = {
    [TRANSPORT_LINK_LINE] = "line",
    [TRANSPORT_LINK_TLS] = "tls",
    [TRANSPORT_LINK_CENTER] = "center",
  };
  gboolean has_service = station_is_service_available (station);
  GPtrArray *links = g_ptr_array_new_with_free_func (link_free);

  add_link (links, language, "daemon", station_is_shutting_down (station) ? TRANSPORT_LINK_FAILED : TRANSPORT_LINK_OK,
            station->started, g_strdup ("version " SHIKAKU_VERSION));
  add_agent (links, language, station);
  add_link (links, language, "pcscd", has_service ? TRANSPORT_LINK_OK : TRANSPORT_LINK_FAILED,
            station_summarise_readers (station).service_since,
            g_strdup (has_service                            ? "answers"
                      : station_is_service_refused (station) ? "does not let the daemon in: polkit"
                                                             : "does not answer"));
  add_readers (links, language, station);
  add_settings (links, language, station);
  add_credential (links, language, station);
  for (guint i = TRANSPORT_LINK_LINE; i < TRANSPORT_N_LINKS; i++)
    {
      const TransportLinkStatus *status = transports_get_link (station->transports, i);

      add_link (links, language, names[i], status->state, status->since, make_evidence (status));
    }
  return links;
}

static void
on_examined (gpointer user_data)
{
  Station *station = user_data;
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&station->diagnose.tasks);

  for (guint i = 0; i < tasks->len; i++)
    if (!g_task_return_error_if_cancelled (tasks->pdata[i]))
      g_task_return_pointer (tasks->pdata[i], make_links (station, g_task_get_task_data (tasks->pdata[i])),
                             (GDestroyNotify)g_ptr_array_unref);
  station_unref (station);
}

/* However many ask, the center is asked once at a time. */
void
station_diagnose (Station *station, const char *language, GCancellable *cancellable, GAsyncReadyCallback callback,
                  gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  gboolean is_first = station->diagnose.tasks == NULL;

  g_task_set_source_tag (task, station_diagnose);
  g_task_set_task_data (task, g_strdup (language), g_free);
  if (is_first)
    station->diagnose.tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (station->diagnose.tasks, task);
  if (!is_first)
    return;
  if (!station_is_service_available (station) && station->monitor != NULL)
    reader_monitor_look_again (station->monitor);
  station_ref (station);
  transports_examine (station->transports, cancellable, on_examined, station);
}

GPtrArray *
station_diagnose_finish (Station *station, GAsyncResult *result, GError **error)
{
  GPtrArray *links;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  links = g_task_propagate_pointer (G_TASK (result), error);
  if (links == NULL && error != NULL)
    *error = shikaku_error_adopt (*error);
  return links;
}
