/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent-rules: the table of what a patient can be asked, and what each kind is called in the field. Pure. */
#pragma once

#include <glib.h>

#include "base/error.h"

#define CONSENT_KINDS_MAXIMUM 12

typedef struct
{
  const char *kind;      /* of the contract: "drug" */
  const char *prefix;    /* of the field's elements: "PharmacistsInfo" (facts: domain §3.3) */
  gboolean inside_query; /* travels in the query itself, so it is asked before it */
} ConsentRule;

/* consent_rule_lookup: the rule of @kind, static, or NULL if there is no such kind. */
const ConsentRule *consent_rule_lookup (const char *kind);

/* consent_rules_get: all rules, ended by a NULL kind. */
const ConsentRule *consent_rules_get (void);

/* What became of one question. */
typedef struct
{
  const ConsentRule *rule;
  gboolean answered;  /* the patient was asked and answered */
  gboolean granted;   /* the patient said yes */
  gboolean taken;     /* the center has taken that down */
  gint64 at, until;   /* microseconds since the epoch, UTC; 0: not known */
  ShikakuError error; /* why the center did not take the consent down, or NONE */
} Consent;
