/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent: the questions to the patient of a visit, and what became of each. */
#pragma once

#include "base/error.h"
#include "codec/consent-kind.h"
#include "codec/ledger-entry.h"
#include "visit/visit-options.h"

#define CONSENT_WORD_DEFAULT "default" /* in place of kinds: those that are usually asked */

typedef struct Consent
{
  ConsentKind kind;
  gboolean is_oral;         /* staff has heard it: nobody is asked */
  gboolean is_together;     /* was put as a part of the combined question */
  gboolean answered;        /* the patient was asked and answered */
  gboolean agreed;          /* the patient said yes */
  gboolean granted;         /* the center has taken that down */
  gint64 at, until;         /* microseconds since the epoch, UTC; 0: not known */
  char *version, *language; /* of the text that the patient was shown; NULL: none was */
  const char *evidence;     /* of its visit, or oral; static */
  const char *answerer;     /* of SHIKAKU_ANSWERERS; static; NULL: nobody has answered */
  gint64 withdrawn_at;      /* the patient has taken the yes back; 0: no */
  const char *withdrawn;    /* and where: "here", "center"; static */
  gboolean is_written;      /* it goes, or went, into the ledger */
  gboolean is_in_ledger;    /* it has an entry there */
  guint64 entry;            /* and its place */
  char *receipt;            /* the id of its receipt; NULL: it is not in the ledger */
  char *code, *message;     /* of the center, if it refused this one; NULL: none */
  ShikakuError error;       /* why the center did not take the consent down, or NONE */
} Consent;

/*
 * consents_new: a question for each kind that @given asks for (Consents), in that order, and then what staff has heard
 * (Oral), at a visit of that origin and purpose, as far as consent-rules allows it. Without a card only kinds that
 * travel inside the query can be asked: the center lets nobody see records of a person who is known by number only
 * (data/doc/messages.md, "Consents"). Return: (transfer full) of Consent, or NULL with INVALID_OPTION.
 */
GArray *consents_new (const VisitOptions *given, GError **error);

/* consents_new_empty: no question. (transfer full) of Consent. */
GArray *consents_new_empty (void);

/* consents_has: whether @kind is among the questions. */
gboolean consents_has (const GArray *consents, ConsentKind kind);

/* consents_include: @kind is asked too, before the others, if it was not asked anyway. */
void consents_include (GArray *consents, ConsentKind kind);

/*
 * consent_add_text: to @entry: of the words of its question, as they were shown: version, language, and SHA-256. Of one
 * that was put as a part of the combined question: its own words there.
 */
void consent_add_text (const Consent *consent, LedgerEntry *entry);

/* consents_need_screen: whether somebody has to be asked. */
gboolean consents_need_screen (const GArray *consents);
