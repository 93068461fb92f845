/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-person: see the header. */
#include "visit/ledger-person.h"

#include <string.h>

/* What each hash begins with: no name can be taken for a number. */
#define BY_NAME "name"
#define BY_NUMBER "number"

LedgerPerson
ledger_person_of_qualification (const Qualification *qualification)
{
  const QualificationInsurance *insurance = qualification != NULL ? person_get_insurance (qualification) : NULL;

  if (insurance == NULL)
    return (LedgerPerson){ NULL };
  return (LedgerPerson){ insurance->name, insurance->birthdate, insurance->insurer_number, insurance->symbol,
                         insurance->number };
}

LedgerPerson
ledger_person_of_query (const TransportNumberQuery *insured)
{
  if (insured == NULL)
    return (LedgerPerson){ NULL };
  return (LedgerPerson){ NULL, insured->birthdate, insured->insurer_number, insured->symbol, insured->number };
}

LedgerPerson
ledger_person_of_book (const ConsentBookPerson *person)
{
  return (LedgerPerson){ person->name, person->birthdate, person->insurer_number, person->symbol, person->number };
}

void
ledger_person_keep (const Qualification *qualification, ConsentBookPerson *ret_person)
{
  const QualificationInsurance *insurance = person_get_insurance (qualification); /* as of the keyed hash */

  if (insurance == NULL)
    return;
  ret_person->name = g_strdup (insurance->name);
  ret_person->name_of_other = g_strdup (insurance->name_of_other);
  ret_person->kana = g_strdup (insurance->name_kana);
  ret_person->kana_of_other = g_strdup (insurance->name_of_other_kana);
  ret_person->birthdate = g_strdup (insurance->birthdate);
  ret_person->insurer_number = g_strdup (insurance->insurer_number);
  ret_person->symbol = g_strdup (insurance->symbol);
  ret_person->number = g_strdup (insurance->number);
  ret_person->branch = g_strdup (insurance->branch);
}

void
ledger_person_hash (Ledger *ledger, const LedgerPerson *person, LedgerPersonHashes *ret_hashes)
{
  g_autofree char *name = NULL, *insurer = NULL, *number = NULL;

  memset (ret_hashes, 0, sizeof *ret_hashes);
  if (ledger == NULL || person->birthdate == NULL)
    return;
  name = person->name != NULL ? name_comparison_normalise (NAME_WRITTEN, person->name) : NULL;
  insurer = person->number != NULL ? person_skip_zeros (person->insurer_number) : NULL;
  number = person_join_number (person->symbol, person->number);
  if (name != NULL)
    {
      const char *const parts[] = { BY_NAME, name, person->birthdate, NULL };

      ret_hashes->has_person = ledger_hash_person (ledger, parts, ret_hashes->person, NULL);
      ret_hashes->has_person_before = ledger_hash_person_before (ledger, parts, ret_hashes->person_before, NULL);
    }
  if (number != NULL)
    {
      const char *const parts[] = { BY_NUMBER, insurer, number, person->birthdate, NULL };

      ret_hashes->has_number = ledger_hash_person (ledger, parts, ret_hashes->number, NULL);
      ret_hashes->has_number_before = ledger_hash_person_before (ledger, parts, ret_hashes->number_before, NULL);
    }
}

void
ledger_person_bind (const LedgerPersonHashes *hashes, LedgerFilter *filter)
{
  filter->person = hashes->has_person ? hashes->person : NULL;
  filter->person_number = hashes->has_number ? hashes->number : NULL;
  filter->person_before = hashes->has_person_before ? hashes->person_before : NULL;
  filter->person_number_before = hashes->has_number_before ? hashes->number_before : NULL;
}

void
ledger_person_add (LedgerEntry *entry, const LedgerPersonHashes *hashes)
{
  if (hashes->has_person)
    ledger_entry_add_bytes (entry, LEDGER_FIELD_PERSON, hashes->person, LEDGER_PERSON_SIZE);
  if (hashes->has_number)
    ledger_entry_add_bytes (entry, LEDGER_FIELD_PERSON_NUMBER, hashes->number, LEDGER_PERSON_SIZE);
}

void
ledger_person_describe (Ledger *ledger, const LedgerPerson *person, LedgerEntry *entry)
{
  LedgerPersonHashes hashes;

  ledger_person_hash (ledger, person, &hashes);
  ledger_person_add (entry, &hashes);
}
