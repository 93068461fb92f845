/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-entries: see the header. */
#include "visit/records-entries.h"

#include "base/error.h"
#include "visit/ledger-person.h"

static LedgerEntry *
new_entry (LedgerKind kind, const RecordsFetchFacts *facts)
{
  LedgerEntry *entry = ledger_entry_new (kind);

  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, facts->visit);
  actor_describe (facts->actor, entry);
  ledger_entry_add_text (entry, LEDGER_FIELD_CONSENT, consent_kind_to_string (facts->kind));
  ledger_entry_add_text (entry, LEDGER_FIELD_RECORDS, facts->records);
  ledger_entry_add_text (entry, LEDGER_FIELD_FORMAT, facts->form);
  ledger_entry_add_text (entry, LEDGER_FIELD_FROM, facts->from);
  ledger_entry_add_text (entry, LEDGER_FIELD_TO, facts->to);
  if (facts->subject == NULL)
    return entry;
  ledger_person_describe (facts->ledger,
                          &(LedgerPerson){ facts->subject->name, facts->subject->birthdate,
                                           facts->subject->insurer_number, facts->subject->symbol,
                                           facts->subject->number },
                          entry);
  ledger_entry_add_text (entry, LEDGER_FIELD_ORIGIN, facts->subject->origin);
  ledger_entry_add_text (entry, LEDGER_FIELD_EVIDENCE, facts->subject->evidence);
  return entry;
}

LedgerEntry *
records_entries_new_refusal (const RecordsFetchFacts *facts, const GError *error)
{
  LedgerEntry *entry = new_entry (LEDGER_REFUSAL, facts);

  ledger_entry_add_text (entry, LEDGER_FIELD_ERROR, shikaku_error_get_short_name ((ShikakuError)error->code));
  return entry;
}

LedgerEntry *
records_entries_new_fetch (const RecordsFetchFacts *facts, const guint64 *consent)
{
  LedgerEntry *entry = new_entry (LEDGER_FETCH, facts);

  ledger_entry_add_text (entry, LEDGER_FIELD_IDENTIFIER, facts->identifier);
  if (consent != NULL)
    ledger_entry_add_number (entry, LEDGER_FIELD_ENTRY, *consent);
  return entry;
}

/* add_outcome: what both ends of a fetch say. */
static void
add_outcome (LedgerEntry *entry, const RecordsAnswer *answer, RecordsOutcome outcome, const char *detail)
{
  ledger_entry_add_number (entry, LEDGER_FIELD_ENTRY, answer->entry);
  ledger_entry_add_text (entry, LEDGER_FIELD_OUTCOME, records_outcome_to_string (outcome));
  ledger_entry_add_text (entry, LEDGER_FIELD_CODE, answer->whole->code);
  ledger_entry_add_text (entry, LEDGER_FIELD_DETAIL, detail);
}

LedgerEntry *
records_entries_new_disclosure (const RecordsFetchFacts *facts, const RecordsAnswer *answer, const char *detail)
{
  LedgerEntry *entry = new_entry (LEDGER_DISCLOSURE, facts);

  add_outcome (entry, answer, answer->whole->outcome, detail);
  ledger_entry_add_number (entry, LEDGER_FIELD_DOCUMENTS, answer->documents->len);
  for (guint i = 0; i < answer->documents->len; i++)
    {
      const RecordsAnswerPart *part = answer->documents->pdata[i];

      ledger_entry_add_bytes (entry, LEDGER_FIELD_SHA256, part->digest, sizeof part->digest);
    }
  return entry;
}

LedgerEntry *
records_entries_new_end (const RecordsFetchFacts *facts, const RecordsAnswer *answer, const GError *error,
                         const char *detail)
{
  LedgerEntry *entry = new_entry (LEDGER_FETCH_END, facts);

  /* Whatever the center has given, with an error it came to nothing. */
  add_outcome (entry, answer, error == NULL ? answer->whole->outcome : RECORDS_FAILED, detail);
  if (error != NULL)
    ledger_entry_add_text (entry, LEDGER_FIELD_ERROR, shikaku_error_get_short_name ((ShikakuError)error->code));
  return entry;
}
