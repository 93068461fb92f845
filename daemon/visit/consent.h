/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent: the questions to the patient of a visit, and what became of each. */
#pragma once

#include "base/error.h"
#include "codec/consent-kind.h"

typedef struct
{
  ConsentKind kind;
  gboolean answered;        /* the patient was asked and answered */
  gboolean agreed;          /* the patient said yes */
  gboolean granted;         /* the center has taken that down */
  gint64 at, until;         /* microseconds since the epoch, UTC; 0: not known */
  char *version, *language; /* of the text that the patient was shown; NULL: none was */
  const char *evidence;     /* of its visit; static */
  char *code, *message;     /* of the center, if it refused this one; NULL: none */
  ShikakuError error;       /* why the center did not take the consent down, or NONE */
} Consent;

/*
 * consents_new: a question for each kind in @words (NULL-ended, or NULL: none), in that order. Without a card only
 * kinds that travel inside the query can be asked: the center lets nobody see records of a person who is known by
 * number only (data/doc/messages.md, "Consents"). Return: (transfer full) of Consent, or NULL with INVALID_OPTION.
 */
GArray *consents_new (const char *const *words, gboolean with_card, GError **error);

/* consents_has: whether @kind is among the questions. */
gboolean consents_has (const GArray *consents, ConsentKind kind);

/* consents_include: @kind is asked too, before the others, if it was not asked anyway. */
void consents_include (GArray *consents, ConsentKind kind);
