/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-subject: see the header. */
#include "visit/records-subject.h"

#include "base/error.h"
#include "visit/person.h"

RecordsSubject *
records_subject_new (const Eligibility *eligibility, GError **error)
{
  const QualificationInsurance *insurance;
  RecordsSubject *subject;

  if (eligibility == NULL || eligibility->answer != ELIGIBILITY_ELIGIBLE || eligibility->qualification == NULL)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_STATE,
                           "the visit has no answer that is eligible");
      return NULL;
    }
  insurance = person_get_insurance (eligibility->qualification);
  if (insurance == NULL || !person_has_numbers (insurance))
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND,
                           "no insurance of the answer has numbers to ask with");
      return NULL;
    }
  subject = g_new0 (RecordsSubject, 1);
  subject->name = g_strdup (insurance->name);
  subject->name_of_other = g_strdup (insurance->name_of_other);
  subject->kana = g_strdup (insurance->name_kana);
  subject->kana_of_other = g_strdup (insurance->name_of_other_kana);
  subject->birthdate = g_strdup (insurance->birthdate);
  subject->insurer_number = g_strdup (insurance->insurer_number);
  subject->symbol = g_strdup (insurance->symbol);
  subject->number = g_strdup (insurance->number);
  subject->branch = g_strdup (insurance->branch);
  if (eligibility->reply != NULL)
    subject->bond = transport_bond_ref (eligibility->reply->bond);
  return subject;
}

void
records_subject_free (RecordsSubject *subject)
{
  g_free (subject->name);
  g_free (subject->name_of_other);
  g_free (subject->kana);
  g_free (subject->kana_of_other);
  g_free (subject->birthdate);
  g_free (subject->insurer_number);
  g_free (subject->symbol);
  g_free (subject->number);
  g_free (subject->branch);
  transport_bond_unref (subject->bond);
  g_free (subject);
}

RecordsPerson
records_subject_get_person (const RecordsSubject *subject)
{
  return (RecordsPerson){
    .name = subject->name,
    .name_of_other = subject->name_of_other,
    .kana = subject->kana,
    .kana_of_other = subject->kana_of_other,
    .birthdate = subject->birthdate,
    .insurer_number = subject->insurer_number,
    .symbol = subject->symbol,
    .number = subject->number,
    .branch = subject->branch,
  };
}
