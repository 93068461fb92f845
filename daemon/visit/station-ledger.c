/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-ledger: see the header. */
#include "visit/station-ledger.h"

#include "visit/station-events.h"
#include "visit/station-private.h"
#include "visit/visit.h"

#define BIT(kind) (G_GUINT64_CONSTANT (1) << (kind))
#define TOLD (BIT (LEDGER_BREAK_GLASS) | BIT (LEDGER_KEY) | BIT (LEDGER_RESTORE) | BIT (LEDGER_OBJECTION))

void
station_ledger_set (Station *station, Ledger *ledger)
{
  station_ledger_clear (station);
  if (ledger == NULL)
    return;
  station->ledger.notes = ledger_notes_new (ledger);
  station->ledger.lookups = lookups_new (ledger, station->ledger.budget);
  station->ledger.objections = objections_new (ledger);
}

void
station_ledger_clear (Station *station)
{
  g_clear_pointer (&station->ledger.objections, objections_free);
  g_clear_pointer (&station->ledger.lookups, lookups_free);
  g_clear_pointer (&station->ledger.notes, ledger_notes_free);
}

void
station_ledger_configure (Station *station, guint lookups_per_staff_and_day, const char *institution)
{
  g_free (station->ledger.institution);
  station->ledger.institution = g_strdup (institution);
  station->ledger.budget = lookups_per_staff_and_day;
  if (station->ledger.lookups != NULL)
    lookups_configure (station->ledger.lookups, lookups_per_staff_and_day);
}

const char *
station_ledger_get_institution (Station *station)
{
  return station->ledger.institution;
}

void
station_ledger_note_objection (Station *station, const LedgerPersonHashes *person)
{
  if (station->ledger.objections != NULL)
    objections_add (station->ledger.objections, person);
}

void
station_ledger_begin (Station *station)
{
  if (station->ledger.lookups == NULL)
    return;
  lookups_restore (station->ledger.lookups);
  objections_restore (station->ledger.objections);
}

gboolean
station_ledger_admit (Station *station, const VisitOptions *options, LedgerPersonHashes *ret_asked, GError **error)
{
  const LedgerPerson person = ledger_person_of_query (options->insured);
  g_autoptr (GError) refusal = NULL;

  ledger_person_hash (station->host.ledger, &person, ret_asked);
  if (station->ledger.lookups == NULL || lookups_begin (station->ledger.lookups, options->actor, ret_asked, &refusal))
    return TRUE;
  ledger_notes_refusal (station->ledger.notes, options->actor, "CheckNumber", (ShikakuError)refusal->code, ret_asked);
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}

void
station_ledger_note_opened (Station *station, Visit *visit)
{
  const Actor *actor = visit_get_actor (visit);

  if (actor->is_break_glass)
    ledger_notes_break_glass (station->ledger.notes, actor, visit_get_caller (visit), visit_get_path (visit),
                              visit_needs_card (visit) ? "OpenVisit" : "CheckNumber", visit_get_asked (visit));
}

void
station_ledger_note_finished (Station *station, Visit *visit)
{
  const Eligibility *eligibility = visit_get_eligibility (visit);
  const LedgerNotesCheck check = {
    .actor = visit_get_actor (visit),
    .visit = visit_get_path (visit),
    .origin = visit_origin_get (visit_get_origin (visit))->word,
    .evidence = visit_get_evidence (visit),
    .asked = visit_get_asked (visit),
    .eligibility = eligibility,
  };
  LedgerPersonHashes person;

  if (eligibility != NULL)
    {
      ledger_notes_check (station->ledger.notes, &check, &person);
      if (station->ledger.objections != NULL && objections_has (station->ledger.objections, &person))
        visit_add_remark (visit, REMARK_OBJECTION);
    }
  if ((eligibility == NULL || eligibility->qualification == NULL) && station->ledger.lookups != NULL
      && !visit_needs_card (visit))
    lookups_undo (station->ledger.lookups, check.actor, check.asked); /* nobody was shown anything */
}

void
station_note_act (Station *station, const Actor *actor, const char *act)
{
  ledger_notes_act (station->ledger.notes, actor, act);
}

void
station_note_refusal (Station *station, const Actor *actor, const char *act, ShikakuError code)
{
  ledger_notes_refusal (station->ledger.notes, actor, act, code, NULL);
}

void
station_ledger_take_refusal (Station *station, LedgerEntry *entry)
{
  ledger_notes_take_refusal (station->ledger.notes, entry);
}

void
station_note_ledger (Station *station, const LedgerNews *news)
{
  if (news->error != NULL)
    station_events_note_ledger (station, NULL, news->size, (ShikakuError)news->error->code);
  for (guint kind = 0; news->error == NULL && kind < 64; kind++)
    if (news->kinds & TOLD & BIT (kind))
      station_events_note_ledger (station, ledger_kind_to_string (kind), news->size, SHIKAKU_ERROR_NONE);
}
