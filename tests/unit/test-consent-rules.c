/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-consent-rules: the table of kinds, as far as the field's rules say; and what a caller may ask by it. */
#include "base/error.h"
#include "visit/consent-rules.h"
#include "visit/consent.h"
#include "visit/visit-text.h"

static const char *const numbers_kinds[] = { "ceiling", "specific-disease" };

static void
test_rows (void)
{
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    {
      const ConsentRule *rule = consent_rules_get (kind);
      const char *word = consent_kind_to_string (kind);
      g_autofree char *version = visit_text_version ("Consent %s", word);

      g_test_message ("%s", word);
      g_assert_nonnull (version);
      g_assert_true (consent_rules_allows (kind, VISIT_ORIGIN_CARD));
      g_assert_cmpint (consent_rules_allows (kind, VISIT_ORIGIN_NUMBER), ==, consent_kind_is_inside_query (kind));
      g_assert_cmpint (rule->group == CONSENT_GROUP_QUERY, ==, consent_kind_is_inside_query (kind));
      g_assert_cmpint (rule->group == CONSENT_GROUP_SURGERY, ==, kind == CONSENT_OPERATION);
      g_assert_cmpint (rule->is_usual, ==, kind == CONSENT_DRUG || kind == CONSENT_CHECKUP);
      g_assert_cmpint (rule->is_coming, ==, kind >= CONSENT_DISEASE_NAME);
      g_assert_cmpint (rule->records != NULL, ==, kind >= CONSENT_CHECKUP && !rule->is_coming);
      g_assert_cmpuint (rule->seconds, ==, 86400);
      g_assert_true (consent_rules_admits (kind, NULL) && consent_rules_admits (kind, "doctor"));
      g_assert_cmpint (consent_rules_admits (kind, "clerk"), ==, rule->group == CONSENT_GROUP_QUERY);
      g_assert_cmpint (consent_rules_admits (kind, "pharmacist"), ==, kind != CONSENT_OPERATION);
    }
}

static void
test_languages (void)
{
  static const char *const languages[] = { "ja", "en", "zh", "ko", "es", "pt" };

  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      g_autofree char *together = visit_text_language (languages[i], "Together records");

      g_assert_cmpstr (together, ==, languages[i]);
      for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
        {
          g_autofree char *language = visit_text_language (languages[i], "Consent %s", consent_kind_to_string (kind));

          g_assert_cmpstr (language, ==, languages[i]);
        }
    }
}

/* What the center says wins, whichever is earlier. */
static void
test_end (void)
{
  g_assert_cmpint (consent_rules_get_end (CONSENT_DRUG, 5, 0), ==, 5 + G_TIME_SPAN_DAY);
  g_assert_cmpint (consent_rules_get_end (CONSENT_DRUG, 5, 6), ==, 6);
  g_assert_cmpint (consent_rules_get_end (CONSENT_DRUG, 5, 5 + 2 * G_TIME_SPAN_DAY), ==, 5 + 2 * G_TIME_SPAN_DAY);
}

/* may_hear: whether staff may say at such a visit that it has heard the yes to @kind. */
static gboolean
may_hear (ConsentKind kind, const char *purpose, gboolean by_number)
{
  const char *const oral[] = { consent_kind_to_string (kind), NULL };
  const TransportNumberQuery insured = { NULL };
  const Actor actor = { .staff = "n7" };
  const VisitOptions given
      = { .oral = oral, .purpose = purpose, .insured = by_number ? &insured : NULL, .actor = &actor };
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) consents = consents_new (&given, &error);

  if (consents == NULL)
    {
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
      return FALSE;
    }
  g_assert_cmpuint (consents->len, ==, 1);
  g_assert_true (g_array_index (consents, Consent, 0).is_oral);
  g_assert_false (consents_need_screen (consents));
  return TRUE;
}

static void
test_oral (void)
{
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    {
      const char *word = consent_kind_to_string (kind);
      const gboolean by_number
          = g_strv_contains ((const char *const[]){ numbers_kinds[0], numbers_kinds[1], NULL }, word);

      g_assert_false (may_hear (kind, NULL, FALSE) || may_hear (kind, "eligibility", FALSE));
      g_assert_cmpint (may_hear (kind, NULL, TRUE), ==, kind == CONSENT_CEILING);
      g_assert_cmpint (may_hear (kind, "disaster", FALSE), ==, kind <= CONSENT_DIAGNOSIS);
      g_assert_cmpint (may_hear (kind, "emergency", FALSE), ==, kind <= CONSENT_DIAGNOSIS);
      g_assert_cmpint (may_hear (kind, "disaster", TRUE), ==, by_number);
    }
}

/* count: how many questions these words make; -1: INVALID_OPTION. */
static int
count (const char *asked, const char *oral)
{
  g_auto (GStrv) asked_words = g_strsplit (asked, " ", -1), oral_words = g_strsplit (oral, " ", -1);
  const Actor actor = { .staff = "n7" };
  const VisitOptions given = { .actor = &actor,
                               .consents = (const char *const *)asked_words,
                               .oral = (const char *const *)oral_words,
                               .purpose = "disaster" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) consents = consents_new (&given, &error);

  g_assert_cmpint (consents == NULL, ==, error != NULL);
  return consents != NULL ? (int)consents->len : -1;
}

/* Somebody has to have heard it. */
static void
test_nobody_heard (void)
{
  static const char *const oral[] = { "ceiling", NULL };
  const VisitOptions given = { .oral = oral, .purpose = "disaster", .actor = &(Actor){ .staff = NULL } };
  g_autoptr (GError) error = NULL;

  g_assert_null (consents_new (&given, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
}

static void
test_words (void)
{
  g_assert_cmpint (count ("", ""), ==, 0);
  g_assert_cmpint (count ("default", ""), ==, 2);
  g_assert_cmpint (count ("drug default operation", ""), ==, 3);
  g_assert_cmpint (count ("default drug", ""), ==, -1);
  g_assert_cmpint (count ("drug drug", ""), ==, -1);
  g_assert_cmpint (count ("together", ""), ==, -1);
  g_assert_cmpint (count ("drug", "drug"), ==, -1);
  g_assert_cmpint (count ("drug", "checkup"), ==, 2);
  g_assert_cmpint (count ("", "default"), ==, -1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/consent-rules/rows", test_rows);
  g_test_add_func ("/consent-rules/languages", test_languages);
  g_test_add_func ("/consent-rules/end", test_end);
  g_test_add_func ("/consent-rules/oral", test_oral);
  g_test_add_func ("/consent-rules/nobody-heard", test_nobody_heard);
  g_test_add_func ("/consent-rules/words", test_words);
  return g_test_run ();
}
