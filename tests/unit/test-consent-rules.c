/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-consent-rules: the kinds of the contract, each with its prefix, its place, and a question in every language. */
#include "base/text.h"
#include "visit/consent-rules.h"
#include "visit/visit-text.h"

static void
test_all (void)
{
  guint n = 0, inside = 0;

  for (const ConsentRule *rule = consent_rules_get (); rule->kind != NULL; rule++, n++)
    {
      g_autofree char *english = visit_text ("en", "Consent %s", rule->kind);
      g_autofree char *japanese = visit_text ("ja", "Consent %s", rule->kind);
      g_autofree char *version = visit_text_version ("Consent %s", rule->kind);

      g_assert_true (consent_rule_lookup (rule->kind) == rule);
      g_assert_nonnull (rule->prefix);
      g_assert_nonnull (english);
      g_assert_cmpstr (japanese, !=, english);
      g_assert_nonnull (version);
      inside += rule->inside_query;
    }
  g_assert_cmpuint (n, ==, CONSENT_KINDS_MAXIMUM);
  g_assert_cmpuint (inside, ==, 2);
}

static void
test_names (void)
{
  g_assert_cmpstr (consent_rule_lookup ("drug")->prefix, ==, "PharmacistsInfo");
  g_assert_cmpstr (consent_rule_lookup ("disease-name")->prefix, ==, "DiagnosisName");
  g_assert_true (consent_rule_lookup ("ceiling")->inside_query);
  g_assert_false (consent_rule_lookup ("drug")->inside_query);
  g_assert_null (consent_rule_lookup ("drugs"));
  g_assert_null (consent_rule_lookup (""));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/consent-rules/all", test_all);
  g_test_add_func ("/consent-rules/names", test_names);
  return g_test_run ();
}
