/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent: see the header. In: the kinds that a caller asked for. Out: questions. */
#include "visit/consent.h"

#include "visit/consent-rules.h"
#include "visit/visit-text.h"

static void
consent_clear (gpointer data)
{
  Consent *consent = data;

  g_free (consent->version);
  g_free (consent->language);
  g_free (consent->receipt);
  g_free (consent->code);
  g_free (consent->message);
}

static gboolean
refuse_option (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, text);
  return FALSE;
}

static void
add_consent (GArray *consents, ConsentKind kind, gboolean is_oral)
{
  const Consent consent = { .kind = kind, .is_oral = is_oral };

  g_array_append_val (consents, consent);
}

/* add_usual: those that are asked where nobody wants others, as far as they can be asked here. */
static void
add_usual (GArray *consents, VisitOrigin origin)
{
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    if (consent_rules_get (kind)->is_usual && consent_rules_allows (kind, origin) && !consents_has (consents, kind))
      add_consent (consents, kind, FALSE);
}

static gboolean
add_asked (GArray *consents, const char *word, VisitOrigin origin, GError **error)
{
  ConsentKind kind;

  if (g_str_equal (word, CONSENT_WORD_DEFAULT))
    add_usual (consents, origin);
  else if (!consent_kind_lookup (word, &kind) || consents_has (consents, kind) || !consent_rules_allows (kind, origin))
    return refuse_option (error, "Consents: not a kind that can be asked here, or one asked twice");
  else
    add_consent (consents, kind, FALSE);
  return TRUE;
}

/* add_heard: staff answers for the patient in some cases only, and is named then. */
static gboolean
add_heard (GArray *consents, const char *word, const VisitOptions *given, GError **error)
{
  const VisitOrigin origin = visit_options_get_origin (given);
  ConsentKind kind;

  if (!consent_kind_lookup (word, &kind) || consents_has (consents, kind) || !consent_rules_allows (kind, origin))
    return refuse_option (error, "Oral: not a kind that can be asked here, or one asked twice");
  if (given->actor == NULL || given->actor->staff == NULL || *given->actor->staff == '\0')
    return refuse_option (error, "Oral: Staff is needed: who has heard it");
  if ((consent_rules_get (kind)->oral & visit_options_get_oral_cases (given)) == 0)
    return refuse_option (error, "Oral: nobody may answer this kind for the patient at such a visit");
  add_consent (consents, kind, TRUE);
  return TRUE;
}

GArray *
consents_new_empty (void)
{
  GArray *consents = g_array_new (FALSE, FALSE, sizeof (Consent));

  g_array_set_clear_func (consents, consent_clear);
  return consents;
}

GArray *
consents_new (const VisitOptions *given, GError **error)
{
  g_autoptr (GArray) consents = consents_new_empty ();

  for (const char *const *word = given->consents; word != NULL && *word != NULL; word++)
    if (!add_asked (consents, *word, visit_options_get_origin (given), error))
      return NULL;
  for (const char *const *word = given->oral; word != NULL && *word != NULL; word++)
    if (!add_heard (consents, *word, given, error))
      return NULL;
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

gboolean
consents_need_screen (const GArray *consents)
{
  for (guint i = 0; i < consents->len; i++)
    if (!g_array_index (consents, Consent, i).is_oral)
      return TRUE;
  return FALSE;
}

void
consent_add_text (const Consent *consent, LedgerEntry *entry)
{
  guint8 hash[VISIT_TEXT_HASH_SIZE];

  ledger_entry_add_text (entry, LEDGER_FIELD_VERSION, consent->version);
  ledger_entry_add_text (entry, LEDGER_FIELD_LANGUAGE, consent->language);
  if (consent->version != NULL
      && visit_text_hash (hash, consent->language, "Consent %s", consent_kind_to_string (consent->kind)))
    ledger_entry_add_bytes (entry, LEDGER_FIELD_SHA256, hash, sizeof hash);
}
