/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-kind: what a patient can be asked, as numbers and as sets of them. A kind's word of the contract comes in or
 * goes out. Pure. What the field calls a kind is known to center/field-consents.
 */
#pragma once

#include <glib.h>

#include "base/names.h"

#define CONSENT_KIND_ENUM(suffix, word) CONSENT_##suffix,
typedef enum
{
  SHIKAKU_CONSENT_KINDS (CONSENT_KIND_ENUM) CONSENT_N_KINDS
} ConsentKind;
#undef CONSENT_KIND_ENUM

/* A set of kinds: one bit each. */
typedef guint ConsentKinds;

#define CONSENT_KINDS_OF(kind) ((ConsentKinds)1 << (kind))
#define CONSENT_KINDS_HAS(kinds, kind) (((kinds)&CONSENT_KINDS_OF (kind)) != 0)

/*
 * The kinds that travel in the query itself, so that they are asked before it. The others are registered after the
 * answer; of a person who is known by number only, the center takes none of those.
 */
#define CONSENT_KINDS_INSIDE_QUERY (CONSENT_KINDS_OF (CONSENT_CEILING) | CONSENT_KINDS_OF (CONSENT_SPECIFIC_DISEASE))

/* consent_kind_is_inside_query: whether @kind is one of CONSENT_KINDS_INSIDE_QUERY. */
gboolean consent_kind_is_inside_query (ConsentKind kind);

/* consent_kind_to_string: the contract's word, static: "drug". */
const char *consent_kind_to_string (ConsentKind kind);

/* consent_kind_lookup: the kind that is called @word. Return: FALSE if none is, or @word is NULL. */
gboolean consent_kind_lookup (const char *word, ConsentKind *ret_kind);
