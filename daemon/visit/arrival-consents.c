/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* arrival-consents: see the header. */
#include "visit/arrival-consents.h"

#include <string.h>

#include "visit/consent-registrar.h"
#include "visit/consent-rules.h"
#include "visit/ledger-person.h"

GArray *
arrival_consents_new (const TransportReply *reply)
{
  GArray *consents = consents_new_empty ();

  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    {
      const TransportConsentState *said = &reply->consents[kind];
      const Consent consent = {
        .kind = (ConsentKind)kind,
        .answered = TRUE,
        .agreed = said->granted,
        .granted = said->granted,
        .at = said->at,
        .until = said->until,
        .evidence = visit_evidence_to_string (VISIT_EVIDENCE_TERMINAL),
        .answerer = "patient",
        .is_written = TRUE,
      };

      if (said->is_answered)
        g_array_append_val (consents, consent);
    }
  return consents;
}

static LedgerEntry *
make_entry (const Consent *consent, gint64 until, const LedgerPersonHashes *person, const VisitOptions *options)
{
  LedgerEntry *entry = ledger_entry_new (LEDGER_CONSENT);

  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, options->path);
  actor_describe (options->actor, entry);
  ledger_person_add (entry, person);
  ledger_entry_add_text (entry, LEDGER_FIELD_ORIGIN, visit_origin_get (VISIT_ORIGIN_TERMINAL)->word);
  ledger_entry_add_text (entry, LEDGER_FIELD_EVIDENCE, consent->evidence);
  ledger_entry_add_text (entry, LEDGER_FIELD_CONSENT, consent_kind_to_string (consent->kind));
  ledger_entry_add_text (entry, LEDGER_FIELD_DECISION, consent->agreed ? "granted" : "denied");
  ledger_entry_add_text (entry, LEDGER_FIELD_ANSWERER, consent->answerer);
  if (consent->agreed)
    {
      ledger_entry_add_number (entry, LEDGER_FIELD_UNTIL, (guint64)until);
      ledger_entry_add_text (entry, LEDGER_FIELD_OUTCOME, consent_book_state_to_string (CONSENT_BOOK_REGISTERED));
    }
  return entry;
}

ConsentBookWriting *
arrival_consents_write (const GArray *consents, const TransportReply *reply, Ledger *ledger,
                        const VisitOptions *options)
{
  const LedgerPerson person = ledger_person_of_qualification (reply->qualification);
  const gint64 now = g_get_real_time ();
  ConsentBookWriting *writing;
  LedgerPersonHashes hashes;

  if (consents->len == 0)
    return NULL;
  writing = consent_book_writing_new ();
  ledger_person_hash (ledger, &person, &hashes);
  writing->has_number = hashes.has_number;
  memcpy (writing->number, hashes.number, sizeof writing->number);
  writing->visit = g_strdup (options->path);
  writing->treatment = visit_options_get_treatment (options);
  for (guint i = 0; i < consents->len; i++)
    {
      const Consent *consent = &g_array_index (consents, Consent, i);
      const gint64 until = consent_rules_get_end (consent->kind, consent->at, consent->until);
      const gboolean holds = consent->granted && until > now && !consent_kind_is_inside_query (consent->kind);

      consent_book_writing_add_said (writing, make_entry (consent, until, &hashes, options), holds, consent->kind,
                                     consent->at, until);
      if (holds)
        writing->until = MAX (writing->until, until);
    }
  if (writing->until != 0)
    {
      writing->identifier = consent_registrar_make_identifier ();
      ledger_person_keep (reply->qualification, &writing->person);
      writing->person.evidence = g_strdup (visit_evidence_to_string (VISIT_EVIDENCE_TERMINAL));
      writing->person.origin = g_strdup (visit_origin_get (VISIT_ORIGIN_TERMINAL)->word);
      writing->person.answerer = g_strdup ("patient");
    }
  return writing;
}

void
arrival_consents_take_places (GArray *consents, const GArray *places)
{
  for (guint i = 0; i < consents->len && i < places->len; i++)
    {
      const ConsentBookPlace *place = &g_array_index (places, ConsentBookPlace, i);
      Consent *consent = &g_array_index (consents, Consent, i);

      consent->is_in_ledger = TRUE;
      consent->entry = place->entry;
      consent->receipt = g_strdup (place->receipt);
    }
}
