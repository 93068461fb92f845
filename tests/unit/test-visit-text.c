/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-text: every kind of consent has a question in every language, and a version. */
#include "codec/consent-kind.h"
#include "visit/visit-text.h"

static void
test_consents (void)
{
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    {
      g_autofree char *english = visit_text ("en", "Consent %s", consent_kind_to_string (kind));
      g_autofree char *japanese = visit_text ("ja", "Consent %s", consent_kind_to_string (kind));
      g_autofree char *version = visit_text_version ("Consent %s", consent_kind_to_string (kind));

      g_assert_nonnull (english);
      g_assert_cmpstr (japanese, !=, english);
      g_assert_nonnull (version);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/visit-text/consents", test_consents);
  return g_test_run ();
}
