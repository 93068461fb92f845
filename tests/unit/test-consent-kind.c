/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent-kind: words and kinds there and back; which travel in the query. */
#include "codec/consent-kind.h"

static void
test_all (void)
{
  ConsentKinds inside = 0;

  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    {
      ConsentKind found = CONSENT_N_KINDS;

      g_assert_true (consent_kind_lookup (consent_kind_to_string (kind), &found));
      g_assert_cmpuint (found, ==, kind);
      if (consent_kind_is_inside_query (kind))
        inside |= CONSENT_KINDS_OF (kind);
    }
  g_assert_cmpuint (inside, ==, CONSENT_KINDS_INSIDE_QUERY);
  g_assert_true (CONSENT_KINDS_HAS (inside, CONSENT_CEILING) && CONSENT_KINDS_HAS (inside, CONSENT_SPECIFIC_DISEASE));
  g_assert_false (CONSENT_KINDS_HAS (inside, CONSENT_DRUG));
}

static void
test_unknown (void)
{
  static const char *const words[] = { NULL, "", "drugs", "DRUG", "dru" };
  ConsentKind kind = CONSENT_TEST;

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    g_assert_false (consent_kind_lookup (words[i], &kind));
  g_assert_cmpint (kind, ==, CONSENT_TEST);
  g_assert_cmpstr (consent_kind_to_string (CONSENT_DISEASE_NAME), ==, "disease-name");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/consent-kind/all", test_all);
  g_test_add_func ("/consent-kind/unknown", test_unknown);
  return g_test_run ();
}
