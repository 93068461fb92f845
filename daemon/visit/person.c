/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* person: see the header. */
#include "visit/person.h"

#include <string.h>

#include "codec/typed-number.h"

#define MEDICAL_AID "A1" /* InsuredCardClassification */

gboolean
person_has_numbers (const QualificationInsurance *insurance)
{
  return insurance->insurer_number != NULL && insurance->number != NULL;
}

static guint
rank (const QualificationInsurance *insurance)
{
  return (person_has_numbers (insurance) ? 2 : 0) + (g_strcmp0 (insurance->classification, MEDICAL_AID) != 0 ? 1 : 0);
}

const QualificationInsurance *
person_get_insurance (const Qualification *qualification)
{
  const QualificationInsurance *best = NULL;

  for (guint i = 0; i < qualification->insurances->len; i++)
    {
      const QualificationInsurance *insurance = qualification->insurances->pdata[i];

      if (best == NULL || rank (insurance) > rank (best))
        best = insurance;
    }
  return best;
}

char *
person_skip_zeros (const char *text)
{
  char *folded = typed_number_fold (text);
  const char *left = folded != NULL ? folded + strspn (folded, "0") : "";

  if (*left != '\0')
    return memmove (folded, left, strlen (left) + 1);
  g_free (folded);
  return NULL;
}

char *
person_join_number (const char *symbol, const char *number)
{
  g_autofree char *bare_symbol = person_skip_zeros (symbol), *bare_number = person_skip_zeros (number);

  /* there are insurances without a symbol */
  return bare_number != NULL ? g_strconcat (bare_number, "\n", bare_symbol, NULL) : NULL;
}
