/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * code-words: in come a key and a code of the field, out goes what the code means. The texts are those of
 * data/code-tables.h; here is only which key has the codes of which table.
 */
#include "client/code-words.h"

#include <glib/gi18n.h>
#include <string.h>

typedef enum
{
#define CODE_TABLE(name, number) TABLE_##name,
#include "data/code-tables.h"
} Table;

static const struct
{
  Table table;
  const char *code, *name, *text; /* text: msgid, where the table has a key below */
} codes[] = {
#define CODE(name, code, japanese, english) { TABLE_##name, code, japanese, english },
#include "data/code-tables.h"
};

static const struct
{
  const char *key;
  Table table;
} keys[] = {
  /* Of the contract. */
  { "Classification", TABLE_CARD_CLASSIFICATION },
  { "LossReason", TABLE_LOSS_REASON },
  { "Certificate", TABLE_CEILING_CERTIFICATE }, /* the Classification inside a Ceiling */
  { "Class", TABLE_CEILING_CLASS },
  { "ClassName", TABLE_CEILING_CLASS },
  { "Category", TABLE_SPECIFIC_DISEASE },
  { "Name", TABLE_SPECIFIC_DISEASE }, /* inside SpecificDiseases */
  /* Of a ticket. */
  { "TicketType", TABLE_TICKET_TYPE },
  { "MedicalTreatmentType", TABLE_TREATMENT_TYPE },
  { "SingleOrCombinedUse", TABLE_SINGLE_OR_COMBINED },
  { "StatusOfSocialInsurance", TABLE_SOCIAL_INSURANCE },
  { "ConsistencyFlag", TABLE_CONSISTENCY },
  { "StatusOfInfecton", TABLE_INFECTION }, /* the field spells it so */
  { "StatusOfElderlyMedicalCare", TABLE_ELDERLY_CARE },
  { "StatusOfPrefecturalExpenses", TABLE_PREFECTURAL_EXPENSES },
  { "DesignatedMedicalInstitutionFlag", TABLE_DESIGNATED_INSTITUTION },
  /* Of what else was sent: what the contract does not name, and what it names and the daemon has set aside. */
  { "MedicalTreatmentFlag", TABLE_TREATMENT_FLAG },
  { "LimitApplicationCertificateChanged", TABLE_CEILING_CHANGED },
  { "LimitApplicationCertificateClassification", TABLE_CEILING_CERTIFICATE },
  { "LimitApplicationCertificateClassificationFlag", TABLE_CEILING_CLASS },
  { "SpecificDiseasesDiseaseCategory", TABLE_SPECIFIC_DISEASE },
  { "InsuredCardClassification", TABLE_CARD_CLASSIFICATION },
  { "PersonalFamilyClassification", TABLE_PERSONAL_FAMILY },
  { "PreschoolClassification", TABLE_PRESCHOOL },
  { "PrescriptionIssueSelect", TABLE_PRESCRIPTION_FORM },
  { "QualificationValidity", TABLE_VALIDITY },
  { "ReasonOfLoss", TABLE_LOSS_REASON },
  { "Sex1", TABLE_SEX },
  { "Sex2", TABLE_SEX },
};

#define CONSENT_SUFFIX "ConsFlg" /* each kind of consent has an element that is called so at its end */

static gboolean
find_table (const char *key, Table *ret_table)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (keys[i].key, key) == 0)
      {
        *ret_table = keys[i].table;
        return TRUE;
      }
  *ret_table = TABLE_CONSENT;
  return g_str_has_suffix (key, CONSENT_SUFFIX);
}

const char *
code_words_find (const char *key, const char *code)
{
  Table table;

  if (!find_table (key, &table))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].table == table && (strcmp (codes[i].code, code) == 0 || g_strcmp0 (codes[i].name, code) == 0))
      return codes[i].text != NULL ? _ (codes[i].text) : NULL;
  return NULL;
}
