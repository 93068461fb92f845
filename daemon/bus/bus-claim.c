/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-claim: see the header. */
#include "bus/bus-claim.h"

#include "bus/bus-actor.h"
#include "bus/bus-entry.h"
#include "bus/bus-visit-options.h"
#include "visit/visit-life.h"

#define NO_VISIT_PATH "/"

typedef struct
{
  Station *station;
  BusVisits *visits;
  BusTakeover *takeover;
  BusErrands *errands;
  Actor *actor;
  Visit *visit; /* once it is begun */
} Claim;

static void
free_claim (gpointer data)
{
  Claim *claim = data;

  actor_free (claim->actor);
  g_clear_pointer (&claim->visit, visit_unref);
  g_free (claim);
}

static int
append_candidate (sd_bus_message *reply, Station *station, const ArrivalCandidate *candidate)
{
  StationReader *reader = station_find_terminal (station, candidate->terminal);
  const BusEntryText texts[] = { { "Arrival", candidate->arrival },
                                 { "Sex", candidate->sex },
                                 { "InsurerNumber", candidate->insurer_number } };
  int result = sd_bus_message_open_container (reply, 'a', "{sv}");

  for (guint i = 0; i < G_N_ELEMENTS (texts) && result >= 0; i++)
    if (texts[i].text != NULL)
      result = bus_entry_append_text (reply, texts[i].key, texts[i].text);
  if (result >= 0)
    result = bus_entry_append (reply, "At", "t", (guint64)candidate->at);
  if (result >= 0 && reader != NULL)
    result = bus_entry_append (reply, "Reader", "o", station_reader_get_path (reader));
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

/* answer_call: @call: (transfer full). @candidates: of ArrivalCandidate, or NULL: there are none. */
static void
answer_call (BusCall *call, Station *station, const char *path, const GPtrArray *candidates)
{
  sd_bus_message *reply = bus_call_new_reply (call);
  int result = sd_bus_message_append_basic (reply, 'o', path);

  if (result >= 0)
    result = sd_bus_message_open_container (reply, 'a', "a{sv}");
  for (guint i = 0; candidates != NULL && i < candidates->len && result >= 0; i++)
    result = append_candidate (reply, station, candidates->pdata[i]);
  if (result >= 0)
    result = sd_bus_message_close_container (reply);
  bus_call_return_message (call, reply, result);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  Claim *claim = bus_errand_get_data (errand);
  Visit *visit = claim != NULL ? visit_ref (claim->visit) : NULL;
  Station *station = claim != NULL ? claim->station : NULL;
  BusCall *call = bus_errand_end (errand);

  if (call != NULL)
    answer_call (call, station, visit_get_path (visit), NULL);
  g_clear_pointer (&visit, visit_unref);
}

/* wait_done: its answer is there in the next turns of the loop: who asked shall find it. */
static void
wait_done (BusCall *call, Claim *claim, Visit *visit)
{
  claim->visit = visit_ref (visit);
  visit_wait_quiet (visit, g_task_new (NULL, NULL, on_done, bus_errand_new (claim->errands, call, claim, free_claim)));
}

/* refuse_claim: @call, @claim, @error: (transfer full). */
static void
refuse_claim (BusCall *call, BusPeer *peer, Claim *claim, GError *error)
{
  if (peer != NULL && g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND))
    {
      bus_takeover_note_wrong (claim->takeover, peer);
      station_note_refusal (claim->station, claim->actor, "ClaimVisit", SHIKAKU_ERROR_NOT_FOUND);
    }
  bus_call_return_error (call, error);
  free_claim (claim);
}

static void
on_claimed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  Claim *given = bus_errand_get_data (errand);
  Claim *claim = given != NULL ? g_memdup2 (given, sizeof *given) : NULL;
  g_autoptr (GPtrArray) candidates = NULL;
  GError *error = NULL;
  BusCall *call;
  BusPeer *peer;
  Visit *visit = NULL;

  if (claim != NULL)
    claim->actor = actor_new (given->actor);
  call = bus_errand_end (errand);
  if (call == NULL) /* it has ended, and answered */
    {
      g_clear_pointer (&claim, free_claim);
      return;
    }
  g_assert (claim != NULL); /* it is there as long as the call is */
  bus_brake_end (bus_takeover_get_brake (claim->takeover), claim->actor->uid);
  peer = bus_call_get_peer (call);
  if (peer == NULL) /* it has left: whoever comes again claims again */
    error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "the caller has gone");
  else
    visit = station_claim_visit_finish (claim->station, result, &candidates, &error);
  if (visit != NULL)
    {
      bus_visits_add (claim->visits, visit, peer, NULL, FALSE);
      wait_done (call, claim, visit);
    }
  else if (error != NULL)
    refuse_claim (call, peer, claim, error);
  else
    {
      answer_call (call, claim->station, NO_VISIT_PATH, candidates);
      free_claim (claim);
    }
}

/* fill_options: what the bus knows of who claims. @ret_path: (transfer full). The brake has begun if it is TRUE. */
static gboolean
fill_options (BusVisits *visits, BusTakeover *takeover, BusPeer *peer, BusVisitOptions *options, char **ret_path,
              GError **error)
{
  if (!bus_visits_may_have (peer, error) || !bus_actor_fill (&options->actor, peer, error)
      || (*ret_path = bus_visits_choose_path (visits, peer->name, options->token, error)) == NULL
      || !bus_brake_begin (bus_takeover_get_brake (takeover), options->actor.uid, g_get_monotonic_time (), error))
    return FALSE;
  options->visit.path = *ret_path;
  options->visit.owner = peer->name;
  options->visit.actor = &options->actor;
  options->visit.uid = bus_account_get_uid (peer->account);
  options->visit.caller = bus_account_get_name (peer->account);
  return TRUE;
}

void
bus_claim (Station *station, BusVisits *visits, BusTakeover *takeover, BusErrands *errands, BusCall *call)
{
  g_auto (BusVisitOptions) options = { 0 };
  g_autofree char *path = NULL;
  GError *error = NULL;
  Claim *claim;

  if (!bus_visit_options_read_claim (bus_call_get_message (call), &options, &error)
      || !fill_options (visits, takeover, bus_call_get_peer (call), &options, &path, &error))
    {
      bus_call_return_error (call, error);
      return;
    }
  claim = g_new0 (Claim, 1);
  *claim = (Claim){ station, visits, takeover, errands, actor_new (&options.actor), NULL };
  station_claim_visit (station, &options.patient, &options.visit, on_claimed,
                       bus_errand_new (errands, call, claim, free_claim));
}
