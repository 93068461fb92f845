/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-certificate: see the header. */
#include "visit/visit-certificate.h"

#include "visit/visit-private.h"
#include "visit/visit-text.h"

/* The message to the patient and the advice to the desk are called the same. */
static const char *const words[] = {
  [CERTIFICATE_TERM_GOOD] = NULL,
  [CERTIFICATE_TERM_ENDING] = "certificate-expiring",
  [CERTIFICATE_TERM_ENDED] = "certificate-ended",
  [CERTIFICATE_TERM_OVER] = NULL, /* such a card is refused */
};

void
visit_certificate_note (Visit *visit, CardProof *proof)
{
  g_autofree char *until = certificate_term_format (card_proof_get_not_after (proof));

  visit->certificate.term = card_proof_get_term (proof);
  g_strlcpy (visit->certificate.until, until, sizeof visit->certificate.until);
}

gboolean
visit_certificate_bars_records (Visit *visit)
{
  return visit->certificate.term == CERTIFICATE_TERM_ENDED;
}

void
visit_certificate_advise (Visit *visit, Eligibility *eligibility)
{
  const char *word = words[visit->certificate.term];

  if (word == NULL || eligibility->certificate_until != NULL)
    return;
  eligibility->certificate_until = g_strdup (visit->certificate.until);
  if (eligibility->advice == NULL)
    eligibility->advice = visit_text (visit->options->language, "Advice %s", word);
}

const char *
visit_certificate_get_message (Visit *visit)
{
  return words[visit->certificate.term];
}
