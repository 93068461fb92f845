/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-diagnose: see the header. In: what the station knows and what the transports find when they walk their part
 * now. Out: for each link a state, what was seen, and what to do.
 */
#include "visit/station-diagnose.h"

#include <string.h>

#include "base/error.h"
#include "base/unit-file.h"
#include "store/store-key.h"
#include "visit/station-chain.h"
#include "visit/station-private.h"
#include "visit/station.h"
#include "visit/visit-text.h"

G_STATIC_ASSERT (STATION_WAY_MILLISECONDS + TRANSPORT_EXAMINATION_MILLISECONDS < STATION_DIAGNOSE_MILLISECONDS);

static void
link_free (gpointer data)
{
  StationLink *link = data;

  g_free (link->evidence);
  g_free (link->code);
  g_free (link->message);
  g_free (link->staff);
  g_free (link->technician);
  g_free (link);
}

static const struct
{
  const char *word, *link, *state;
} causes[SHIKAKU_N_CAUSES] = {
#define CAUSE_ROW(suffix, word, link, state) [SHIKAKU_CAUSE_##suffix] = { word, link, state },
  SHIKAKU_CAUSES (CAUSE_ROW)
#undef CAUSE_ROW
};

static const char *const states[] = {
  [TRANSPORT_LINK_UNKNOWN] = "unknown",
  [TRANSPORT_LINK_OK] = "ok",
  [TRANSPORT_LINK_DEGRADED] = "degraded",
  [TRANSPORT_LINK_FAILED] = "failed",
};

/* make_advice: the cause's text, or the state's. */
static char *
make_advice (const char *language, const StationLink *link, const char *who)
{
  return link->cause != NULL ? visit_text (language, "Cause %s %s", link->cause, who)
                             : visit_text (language, "Link %s %s", link->state, who);
}

/* add_link: @evidence: (transfer full). A cause says of which state it makes a link; @state is that of one without. */
static StationLink *
add_link (GPtrArray *links, const char *language, const char *name, TransportLinkState state, ShikakuCause cause,
          gint64 since, char *evidence)
{
  StationLink *link = g_new0 (StationLink, 1);

  link->link = name;
  link->state = cause != SHIKAKU_CAUSE_NONE ? causes[cause].state : states[state];
  link->cause = causes[cause].word;
  link->since = since;
  link->evidence = evidence;
  link->staff = make_advice (language, link, "staff");
  link->technician = make_advice (language, link, "technician");
  g_ptr_array_add (links, link);
  return link;
}

static gboolean
is_never_started (const char *unit)
{
  const UnitFileState state = unit_file_look (unit);

  return state == UNIT_FILE_MASKED || state == UNIT_FILE_MISSING;
}

static void
add_daemon (GPtrArray *links, const char *language, Station *station)
{
  const ShikakuCause cause = station_is_shutting_down (station)    ? SHIKAKU_CAUSE_STOPPING
                             : is_never_started ("polkit.service") ? SHIKAKU_CAUSE_POLKIT_MASKED
                                                                   : SHIKAKU_CAUSE_NONE;

  add_link (links, language, "daemon", TRANSPORT_LINK_OK, cause, station->started,
            g_strdup (cause == SHIKAKU_CAUSE_POLKIT_MASKED ? "polkit.service is masked, or not installed"
                                                           : "version " SHIKAKU_VERSION));
}

/* A desk with a terminal may do without cards: that pcscd is not installed, or masked, is no failure there. */
static void
add_service (GPtrArray *links, const char *language, Station *station)
{
  const StationReadersSummary readers = station_summarise_readers (station);
  ShikakuCause cause = SHIKAKU_CAUSE_NONE;
  const char *evidence = "answers";
  gboolean is_spared;

  if (station_is_service_available (station))
    ;
  else if (station_is_service_refused (station))
    {
      cause = SHIKAKU_CAUSE_PCSCD_REFUSES;
      evidence = "does not let the daemon in: polkit";
    }
  else if (unit_file_look ("pcscd.service") == UNIT_FILE_MISSING)
    {
      cause = SHIKAKU_CAUSE_PCSCD_MISSING;
      evidence = "does not answer: pcscd.service is not installed";
    }
  else if (is_never_started ("pcscd.service") || is_never_started ("pcscd.socket"))
    {
      cause = SHIKAKU_CAUSE_PCSCD_MASKED;
      evidence = "does not answer: pcscd.service or pcscd.socket is masked";
    }
  else
    {
      cause = SHIKAKU_CAUSE_PCSCD_STOPPED;
      evidence = "does not answer";
    }
  is_spared = readers.n_terminals > 0 && (cause == SHIKAKU_CAUSE_PCSCD_MISSING || cause == SHIKAKU_CAUSE_PCSCD_MASKED);
  add_link (links, language, "pcscd", is_spared ? TRANSPORT_LINK_UNKNOWN : TRANSPORT_LINK_OK,
            is_spared ? SHIKAKU_CAUSE_NONE : cause, readers.service_since,
            is_spared ? g_strconcat (evidence, "; this desk has a terminal", NULL) : g_strdup (evidence));
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
  ShikakuCause cause = SHIKAKU_CAUSE_NONE;
  guint n_agents = 0;

  for (guint i = readers->len; i > 0; i--)
    if (station_reader_is_terminal (readers->pdata[i - 1])) /* it asks its patients itself */
      g_ptr_array_remove_index (readers, i - 1);
  for (guint i = 0; i < readers->len; i++)
    if (has_agent (station, readers->pdata[i]))
      n_agents++;
    else
      g_string_append_printf (without, "%s%s (%s)", without->len == 0 ? "; none at reader " : ", ",
                              strrchr (station_reader_get_path (readers->pdata[i]), '/') + 1,
                              station_reader_get_name (readers->pdata[i]));
  if (n_agents < readers->len)
    cause = n_agents == 0 ? SHIKAKU_CAUSE_NO_AGENT : SHIKAKU_CAUSE_AGENT_MISSING;
  add_link (links, language, "agent", readers->len == 0 ? TRANSPORT_LINK_UNKNOWN : TRANSPORT_LINK_OK, cause, 0,
            g_strdup_printf ("agents: %u%s", n_agents, without->str));
}

static void
add_readers (GPtrArray *links, const char *language, Station *station)
{
  const StationReadersSummary readers = station_summarise_readers (station);
  const gboolean has_readers = readers.n_readers > 0;
  const ShikakuCause reader_cause = !has_readers && readers.n_terminals == 0 && station_is_service_available (station)
                                        ? SHIKAKU_CAUSE_NO_READER
                                        : SHIKAKU_CAUSE_NONE;
  const ShikakuCause card_cause = readers.n_mute > 0 ? SHIKAKU_CAUSE_CARD_MUTE : SHIKAKU_CAUSE_NONE;

  add_link (links, language, "reader", has_readers ? TRANSPORT_LINK_OK : TRANSPORT_LINK_UNKNOWN, reader_cause,
            reader_cause != SHIKAKU_CAUSE_NONE ? readers.readers_since : readers.reader_added,
            readers.n_terminals == 0
                ? g_strdup_printf ("readers: %u", readers.n_readers)
                : g_strdup_printf ("readers: %u, terminals: %u", readers.n_readers, readers.n_terminals));
  add_link (links, language, "card", readers.n_cards > 0 ? TRANSPORT_LINK_OK : TRANSPORT_LINK_UNKNOWN, card_cause,
            readers.card_since, g_strdup_printf ("cards: %u, not answering: %u", readers.n_cards, readers.n_mute));
}

static void
add_center (GPtrArray *links, const char *language, Station *station)
{
  g_auto (StationChain) chain = { 0 };

  station_chain_fill (&chain, station);
  for (guint i = 0; i < STATION_CHAIN_N_LINKS; i++)
    {
      StationChainLink *found = &chain.links[i];
      StationLink *link = add_link (links, language, station_chain_get_name (i), found->state, found->cause,
                                    found->since, g_steal_pointer (&found->evidence));

      link->code = g_steal_pointer (&found->code);
      link->message = g_steal_pointer (&found->message);
    }
}

/* Without its key the store keeps nothing of a person. Its ledger may be older than what others have seen of it. */
static void
add_store (GPtrArray *links, const char *language, Station *station)
{
  g_autoptr (GError) error = NULL;
  ShikakuCause cause = SHIKAKU_CAUSE_NONE;
  char *evidence = NULL;

  if (station->store == NULL)
    {
      add_link (links, language, "store", TRANSPORT_LINK_UNKNOWN, cause, 0, g_strdup ("not examined"));
      return;
    }
  if (!store_key_look (store_get_key_folder (station->store), &error))
    cause = g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND) ? SHIKAKU_CAUSE_STORE_KEY_MISSING
                                                                            : SHIKAKU_CAUSE_STORE_KEY_INVALID;
  else if (station->anchoring != NULL)
    cause = ledger_anchoring_get_cause (station->anchoring, &evidence);
  if (evidence == NULL)
    evidence = g_strdup (error != NULL ? error->message : "its key is there");
  add_link (links, language, "store", TRANSPORT_LINK_OK, cause, 0, evidence);
}

/* Each terminal that is set up, with its name where there is more than one. */
static void
add_terminals (GPtrArray *links, const char *language, Station *station)
{
  const gboolean are_several = transports_get_terminal (station->transports, 1) != NULL;
  const Transport *terminal;

  for (guint i = 0; (terminal = transports_get_terminal (station->transports, i)) != NULL; i++)
    {
      const TransportLinkStatus *status = &terminal->links[TRANSPORT_LINK_TERMINAL];
      const char *seen = status->detail != NULL ? status->detail : "not examined";

      add_link (links, language, "terminal", status->state, status->cause, status->since,
                are_several ? g_strdup_printf ("%s: %s", terminal->name, seen) : g_strdup (seen));
    }
}

static GPtrArray *
make_links (Station *station, const char *language)
{
  GPtrArray *links = g_ptr_array_new_with_free_func (link_free);

  add_daemon (links, language, station);
  add_agent (links, language, station);
  add_service (links, language, station);
  add_readers (links, language, station);
  add_center (links, language, station);
  add_store (links, language, station);
  add_terminals (links, language, station);
  return links;
}

static void
on_examined (gpointer user_data)
{
  Station *station = user_data;
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&station->diagnose.tasks);

  station_way_keep (station->way);
  for (guint i = 0; i < tasks->len; i++)
    if (!g_task_return_error_if_cancelled (tasks->pdata[i]))
      g_task_return_pointer (tasks->pdata[i], make_links (station, g_task_get_task_data (tasks->pdata[i])),
                             (GDestroyNotify)g_ptr_array_unref);
  station_unref (station);
}

static void
on_recalled (gpointer user_data)
{
  Station *station = user_data;

  transports_examine (station->transports, NULL, on_examined, station);
}

/* However many ask, the center is asked once at a time: who gives up does not end it for the others. */
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
  station_way_recall (station->way, on_recalled, station);
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
