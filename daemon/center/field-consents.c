/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* field-consents: one row a kind. */
#include "center/field-consents.h"

#include <string.h>

#include "codec/japanese-text.h"

#define FLAG "ConsFlg"
#define TEXT_VERSION "ConsTextVersion"
#define TEXT_LANGUAGE "ConsTextLanguage"
#define TIME "ConsTime"
#define AVAILABLE "AvailableTime"

#define ROW(prefix) \
  { \
    prefix, prefix FLAG, prefix TEXT_VERSION, prefix TEXT_LANGUAGE, sizeof prefix - 1 \
  }

static const struct
{
  const char *prefix, *flag, *text_version, *text_language;
  gsize size; /* of the prefix */
} rows[] = {
  [CONSENT_CEILING] = ROW ("LimitApplicationCertificateRelated"),
  [CONSENT_SPECIFIC_DISEASE] = ROW ("SpecificDiseasesCertificateRelated"),
  [CONSENT_CHECKUP] = ROW ("SpecificHealthCheckupsInfo"),
  [CONSENT_DRUG] = ROW ("PharmacistsInfo"),
  [CONSENT_DIAGNOSIS] = ROW ("DiagnosisInfo"),
  [CONSENT_OPERATION] = ROW ("OperationInfo"),
  [CONSENT_DISEASE_NAME] = ROW ("DiagnosisName"),
  [CONSENT_INFECTION] = ROW ("InfectiousInfo"),
  [CONSENT_ALLERGY] = ROW ("AllergyInfo"),
  [CONSENT_CONTRAINDICATION] = ROW ("ContraindicationInfo"),
  [CONSENT_TEST] = ROW ("TestInfo"),
  [CONSENT_PRESCRIPTION] = ROW ("PrescriptionInfo"),
};
G_STATIC_ASSERT (G_N_ELEMENTS (rows) == CONSENT_N_KINDS);

void
field_consents_add (Message *part, ConsentKind kind, gboolean agreed, const TransportConsentText *texts)
{
  message_add (part, rows[kind].flag, agreed ? "1" : "0");
  if (!agreed || texts == NULL || texts[kind].version == NULL)
    return;
  message_add (part, rows[kind].text_version, texts[kind].version);
  message_add (part, rows[kind].text_language, texts[kind].language);
}

const char *
field_consents_get_flag_name (ConsentKind kind)
{
  return rows[kind].flag;
}

void
field_consents_add_states (TransportConsentState *states, const TransportConsentState *more, gint64 executed)
{
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    if (more[kind].granted && (more[kind].until == 0 || executed < more[kind].until))
      states[kind] = more[kind];
    else
      states[kind].is_answered |= more[kind].is_answered;
}

/* Whether @name is a prefix and then @suffix, of which @suffix_size counts; then *ret_kind is the prefix's kind. */
static gboolean
is_named (const char *name, gsize size, const char *suffix, gsize suffix_size, ConsentKind *ret_kind)
{
  if (size <= suffix_size || memcmp (name + size - suffix_size, suffix, suffix_size) != 0)
    return FALSE;
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    if (rows[kind].size == size - suffix_size && memcmp (rows[kind].prefix, name, rows[kind].size) == 0)
      {
        *ret_kind = kind;
        return TRUE;
      }
  return FALSE;
}

gboolean
field_consents_read (const Message *element, TransportConsentState *states, ConsentKind *ret_kind)
{
  const char *name = message_get_name (element);
  const char *text = message_get_text (element);
  const gsize size = strlen (name);
  ConsentKind kind;

  if (is_named (name, size, FLAG, sizeof FLAG - 1, &kind))
    {
      states[kind].granted = strcmp (text, "1") == 0;
      states[kind].is_answered = *text != '\0';
    }
  else if (is_named (name, size, TIME, sizeof TIME - 1, &kind))
    japanese_text_parse_time (text, &states[kind].at);
  else if (is_named (name, size, AVAILABLE, sizeof AVAILABLE - 1, &kind))
    japanese_text_parse_time (text, &states[kind].until);
  else
    return FALSE;
  if (ret_kind != NULL)
    *ret_kind = kind;
  return TRUE;
}
