/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent-rules: the table. */
#include "visit/consent-rules.h"

#define AT_CARD (1u << VISIT_ORIGIN_CARD)
#define AT_NUMBER (1u << VISIT_ORIGIN_NUMBER)
#define ANY_ORIGIN (AT_CARD | AT_NUMBER)
#define WITHOUT_SCREEN (CONSENT_ORAL_DISASTER | CONSENT_ORAL_EMERGENCY)

static const char *const clinical[] = { "doctor", "dentist", "pharmacist", NULL };
static const char *const physicians[] = { "doctor", "dentist", NULL };

/* A person who is known by number only consents to no records: the center registers none without the card. */
static const ConsentRule rules[] = {
  [CONSENT_CEILING] = { .origins = ANY_ORIGIN,
                        .group = CONSENT_GROUP_QUERY,
                        .oral = CONSENT_ORAL_PAPER | WITHOUT_SCREEN,
                        .seconds = CONSENT_SECONDS_DEFAULT },
  [CONSENT_SPECIFIC_DISEASE]
  = { .origins = ANY_ORIGIN, .group = CONSENT_GROUP_QUERY, .oral = WITHOUT_SCREEN, .seconds = CONSENT_SECONDS_DEFAULT },
  [CONSENT_CHECKUP] = { .origins = AT_CARD,
                        .group = CONSENT_GROUP_RECORDS,
                        .records = "checkup",
                        .roles = clinical,
                        .oral = WITHOUT_SCREEN,
                        .is_usual = TRUE,
                        .seconds = CONSENT_SECONDS_DEFAULT },
  [CONSENT_DRUG] = { .origins = AT_CARD,
                     .group = CONSENT_GROUP_RECORDS,
                     .records = "drug",
                     .roles = clinical,
                     .oral = WITHOUT_SCREEN,
                     .is_usual = TRUE,
                     .seconds = CONSENT_SECONDS_DEFAULT },
  [CONSENT_DIAGNOSIS] = { .origins = AT_CARD,
                          .group = CONSENT_GROUP_RECORDS,
                          .records = "drug",
                          .with_treatment = TRUE,
                          .roles = clinical,
                          .oral = WITHOUT_SCREEN,
                          .seconds = CONSENT_SECONDS_DEFAULT },
  [CONSENT_OPERATION] = { .origins = AT_CARD,
                          .group = CONSENT_GROUP_SURGERY,
                          .records = "drug",
                          .with_treatment = TRUE,
                          .roles = physicians,
                          .seconds = CONSENT_SECONDS_DEFAULT },
#define COMING \
  { \
    .origins = AT_CARD, .group = CONSENT_GROUP_RECORDS, .roles = clinical, .is_coming = TRUE, \
    .seconds = CONSENT_SECONDS_DEFAULT \
  }
  [CONSENT_DISEASE_NAME] = COMING,
  [CONSENT_INFECTION] = COMING,
  [CONSENT_ALLERGY] = COMING,
  [CONSENT_CONTRAINDICATION] = COMING,
  [CONSENT_TEST] = COMING,
  [CONSENT_PRESCRIPTION] = COMING,
#undef COMING
};
G_STATIC_ASSERT (G_N_ELEMENTS (rules) == CONSENT_N_KINDS);

const ConsentRule *
consent_rules_get (ConsentKind kind)
{
  g_assert ((guint)kind < CONSENT_N_KINDS);
  return &rules[kind];
}

gboolean
consent_rules_allows (ConsentKind kind, VisitOrigin origin)
{
  return (consent_rules_get (kind)->origins & (1u << origin)) != 0;
}

gboolean
consent_rules_admits (ConsentKind kind, const char *role)
{
  const char *const *roles = consent_rules_get (kind)->roles;

  return role == NULL || *role == '\0' || roles == NULL || g_strv_contains (roles, role);
}

gint64
consent_rules_get_end (ConsentKind kind, gint64 at, gint64 until)
{
  return until != 0 ? until : at + (gint64)consent_rules_get (kind)->seconds * G_USEC_PER_SEC;
}
