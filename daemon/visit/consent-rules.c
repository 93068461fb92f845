/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent-rules: the kinds of the contract and the field's element prefixes (facts: domain §3.3). Pure. */
#include "visit/consent-rules.h"

static const ConsentRule rules[CONSENT_KINDS_MAXIMUM + 1] = {
  { "ceiling", "LimitApplicationCertificateRelated", TRUE },
  { "specific-disease", "SpecificDiseasesCertificateRelated", TRUE },
  { "checkup", "SpecificHealthCheckupsInfo", FALSE },
  { "drug", "PharmacistsInfo", FALSE },
  { "diagnosis", "DiagnosisInfo", FALSE },
  { "operation", "OperationInfo", FALSE },
  { "disease-name", "DiagnosisName", FALSE },
  { "infection", "InfectiousInfo", FALSE },
  { "allergy", "AllergyInfo", FALSE },
  { "contraindication", "ContraindicationInfo", FALSE },
  { "test", "TestInfo", FALSE },
  { "prescription", "PrescriptionInfo", FALSE },
  { NULL },
};

const ConsentRule *
consent_rule_lookup (const char *kind)
{
  for (const ConsentRule *rule = rules; rule->kind != NULL; rule++)
    if (g_strcmp0 (rule->kind, kind) == 0)
      return rule;
  return NULL;
}

const ConsentRule *
consent_rules_get (void)
{
  return rules;
}
