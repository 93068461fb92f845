/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* person: see the header. */
#include "visit/person.h"

#include <string.h>

#include "codec/typed-number.h"

#define MEDICAL_AID "A1" /* InsuredCardClassification */

const QualificationInsurance *
person_get_insurance (const Qualification *qualification)
{
  const GPtrArray *insurances = qualification->insurances;

  for (guint i = 0; i < insurances->len; i++)
    {
      const QualificationInsurance *insurance = insurances->pdata[i];

      if (g_strcmp0 (insurance->classification, MEDICAL_AID) != 0)
        return insurance;
    }
  return insurances->len > 0 ? insurances->pdata[0] : NULL;
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
