/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent-kind: the list of base/names.h as a table of words. */
#include "codec/consent-kind.h"

#include <limits.h>

#define CONSENT_KIND_WORD(suffix, word) [CONSENT_##suffix] = (word),
static const char *const words[] = { SHIKAKU_CONSENT_KINDS (CONSENT_KIND_WORD) };
#undef CONSENT_KIND_WORD

G_STATIC_ASSERT (CONSENT_N_KINDS <= sizeof (ConsentKinds) * CHAR_BIT);

gboolean
consent_kind_is_inside_query (ConsentKind kind)
{
  return CONSENT_KINDS_HAS (CONSENT_KINDS_INSIDE_QUERY, kind);
}

const char *
consent_kind_to_string (ConsentKind kind)
{
  g_assert ((guint)kind < CONSENT_N_KINDS);
  return words[kind];
}

gboolean
consent_kind_lookup (const char *word, ConsentKind *ret_kind)
{
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    if (g_strcmp0 (words[kind], word) == 0)
      {
        *ret_kind = kind;
        return TRUE;
      }
  return FALSE;
}
