/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-rules: one row for each kind of consent: where it may be asked, how long a yes holds, what it opens and to
 * whom. In: a kind. Out: its row. Pure. What the questions say, with version, is in data/texts.ini ("Consent drug");
 * what the field calls a kind is known to center/field-consents.
 *
 * Of the rules: "drug" and "checkup" are usually asked, treatment and surgery only where somebody asks for them; the
 * surgery question is put apart by law. The last six kinds come with the sharing of electronic charts, where a patient
 * consents to each document: they can be asked and registered, and open nothing yet.
 */
#pragma once

#include "codec/consent-kind.h"
#include "visit/visit-origin.h"

/* When staff may have heard a yes, in place of the patient's own answer at the screen. Bits. */
typedef enum
{
  CONSENT_ORAL_PAPER = 1 << 0,     /* the person is known by the numbers of a paper certificate */
  CONSENT_ORAL_DISASTER = 1 << 1,  /* the visit's purpose is a disaster */
  CONSENT_ORAL_EMERGENCY = 1 << 2, /* the visit's purpose is an emergency */
} ConsentOralCase;

/* Which questions go together. */
typedef enum
{
  CONSENT_GROUP_QUERY,   /* travels inside the query: asked before it */
  CONSENT_GROUP_RECORDS, /* may be one combined question */
  CONSENT_GROUP_SURGERY, /* always a question of its own: the law says so */
} ConsentGroup;

#define CONSENT_SECONDS_DEFAULT 86400 /* that a yes holds, where the center does not say */

typedef struct
{
  guint origins; /* bits of VisitOrigin at which it may be asked */
  ConsentGroup group;
  const char *records;      /* what records it opens, as the field keeps them: "drug", "checkup"; NULL: none */
  gboolean with_treatment;  /* of "drug": the treatments too */
  const char *const *roles; /* who may see what it opens, NULL-ended, of SHIKAKU_ROLES; NULL: whoever may ask */
  guint oral;               /* bits of ConsentOralCase; 0: staff cannot answer for the patient */
  gboolean is_usual;        /* asked where the caller asks for the usual ones (`default`) */
  gboolean is_coming;       /* sharing of electronic charts: opens nothing yet */
  guint seconds;            /* that a yes holds; what the center says wins */
} ConsentRule;

/* consent_rules_get: the row of @kind, static. */
const ConsentRule *consent_rules_get (ConsentKind kind);

/* consent_rules_allows: whether @kind may be asked at a visit of @origin. */
gboolean consent_rules_allows (ConsentKind kind, VisitOrigin origin);

/*
 * consent_rules_admits: whether who asserts to be @role may see what @kind opens. NULL, nothing asserted: the right to
 * see records has been asked for, and decides alone.
 */
gboolean consent_rules_admits (ConsentKind kind, const char *role);

/* consent_rules_get_end: until when a yes to @kind of @at holds, as the center says (@until; 0: it does not). */
gint64 consent_rules_get_end (ConsentKind kind, gint64 at, gint64 until);
