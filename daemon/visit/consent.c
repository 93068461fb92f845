/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent: see the header. In: the kinds that a caller asked for. Out: questions. */
#include "visit/consent.h"

static void
consent_clear (gpointer data)
{
  Consent *consent = data;

  g_free (consent->version);
  g_free (consent->language);
  g_free (consent->code);
  g_free (consent->message);
}

GArray *
consents_new (const char *const *words, gboolean with_card, GError **error)
{
  g_autoptr (GArray) consents = g_array_new (FALSE, FALSE, sizeof (Consent));
  ConsentKinds seen = 0;

  g_array_set_clear_func (consents, consent_clear);
  for (const char *const *word = words; word != NULL && *word != NULL; word++)
    {
      Consent consent = { 0 };

      if (!consent_kind_lookup (*word, &consent.kind) || CONSENT_KINDS_HAS (seen, consent.kind)
          || (!with_card && !consent_kind_is_inside_query (consent.kind)))
        {
          g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                               "Consents: not a kind that can be asked here, or one asked twice");
          return NULL;
        }
      seen |= CONSENT_KINDS_OF (consent.kind);
      g_array_append_val (consents, consent);
    }
  return g_steal_pointer (&consents);
}

gboolean
consents_has (const GArray *consents, ConsentKind kind)
{
  for (guint i = 0; i < consents->len; i++)
    if (g_array_index (consents, Consent, i).kind == kind)
      return TRUE;
  return FALSE;
}

void
consents_include (GArray *consents, ConsentKind kind)
{
  const Consent consent = { .kind = kind };

  if (!consents_has (consents, kind))
    g_array_prepend_val (consents, consent);
}
