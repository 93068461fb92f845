/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-words: each word of the contract has one for people, dates and ends read well, what is not known is shown. */
#include "client/words.h"

#include <string.h>

#include "daemon/base/names.h"

/* The field's codes, which word each is, and that it is marked as a text to translate. */
#define N_(text) MARK text
#define MARK "to translate: "
static const struct
{
  const char *table, *code, *japanese, *english;
} field_codes[] = {
#define CODE(name, code, japanese, english) { #name, code, japanese, english },
#include "data/code-tables.h"
};

#define NOW_USEC (G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC) /* 2027-01-15 08:00 UTC */
#define DAY_USEC G_TIME_SPAN_DAY

/* In the place of GLib's, put there by the linker. */
gint64 __wrap_g_get_real_time (void);

gint64
__wrap_g_get_real_time (void)
{
  return NOW_USEC;
}

static void
test_consents (void)
{
  static const char *const kinds[] = {
#define CONSENT_KIND(suffix, kind) kind,
    SHIKAKU_CONSENT_KINDS (CONSENT_KIND)
#undef CONSENT_KIND
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_assert_nonnull (words_consent (kinds[i]));
      for (guint other = 0; other < i; other++)
        g_assert_cmpstr (words_consent (kinds[i]), !=, words_consent (kinds[other]));
    }
  g_assert_cmpstr (words_consent ("ceiling"), ==, "payment ceiling");
  g_assert_cmpstr (words_consent ("prescription"), ==, "prescriptions");
}

/* A daemon that is newer than the client may say more. */
static void
test_unknown (void)
{
  static const char *(*const functions[]) (const char *)
      = { words_state,  words_ender, words_consent,    words_answer,
          words_center, words_link,  words_link_state, words_validity };

  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    g_assert_cmpstr (functions[i]("of-tomorrow"), ==, "of-tomorrow");
  g_assert_cmpstr (words_value ("Sex", "of-tomorrow"), ==, "of-tomorrow");
  g_assert_cmpstr (words_value ("OfTomorrow", "01"), ==, "01");
}

static void
test_known (void)
{
  g_assert_cmpstr (words_state ("checking"), ==, "Asking the center…");
  g_assert_cmpstr (words_ender ("patient"), ==, "the patient");
  g_assert_cmpstr (words_answer ("not-eligible"), ==, "NOT ELIGIBLE");
  g_assert_cmpstr (words_center ("unknown"), ==, "not asked yet");
  g_assert_cmpstr (words_link ("tls"), ==, "secure connection");
  g_assert_cmpstr (words_link_state ("unknown"), ==, "not examined");
  g_assert_cmpstr (words_validity ("invalid-new"), ==, "not valid; a newer insurance exists");
  g_assert_cmpstr (words_value ("Classification", "01"), ==, "ordinary insurance");
  g_assert_cmpstr (words_value ("Certificate", "01"), ==, "ceiling certificate");
  g_assert_cmpstr (words_value ("LossReason", "01"), ==, "death");
  g_assert_cmpstr (words_language (), ==, "en");
}

/* Whose codes the desk can see, and the keys and elements that have them. By hand, from data/doc/messages.md. */
static const struct
{
  const char *table, *keys;
} shown_tables[] = {
  { "VALIDITY", "QualificationValidity" },
  { "SEX", "Sex1 Sex2" },
  { "LOSS_REASON", "LossReason ReasonOfLoss" },
  { "PERSONAL_FAMILY", "PersonalFamilyClassification" },
  { "CARD_CLASSIFICATION", "Classification InsuredCardClassification" },
  { "CEILING_CERTIFICATE", "Certificate LimitApplicationCertificateClassification" },
  { "CEILING_CLASS", "Class ClassName LimitApplicationCertificateClassificationFlag" },
  { "SPECIFIC_DISEASE", "Category Name SpecificDiseasesDiseaseCategory" },
  { "CEILING_CHANGED", "LimitApplicationCertificateChanged" },
  { "PRESCHOOL", "PreschoolClassification" },
  { "CONSENT", "LimitApplicationCertificateRelatedConsFlg PharmacistsInfoConsFlg" },
  { "PRESCRIPTION_FORM", "PrescriptionIssueSelect" },
  { "TICKET_TYPE", "TicketType" },
  { "TREATMENT_TYPE", "MedicalTreatmentType" },
  { "SINGLE_OR_COMBINED", "SingleOrCombinedUse" },
  { "SOCIAL_INSURANCE", "StatusOfSocialInsurance" },
  { "CONSISTENCY", "ConsistencyFlag" },
  { "INFECTION", "StatusOfInfecton" },
  { "ELDERLY_CARE", "StatusOfElderlyMedicalCare" },
  { "PREFECTURAL_EXPENSES", "StatusOfPrefecturalExpenses" },
  { "DESIGNATED_INSTITUTION", "DesignatedMedicalInstitutionFlag" },
  { "TREATMENT_FLAG", "MedicalTreatmentFlag" },
};

static const char *
find_keys (const char *table)
{
  for (gsize i = 0; i < G_N_ELEMENTS (shown_tables); i++)
    if (g_str_equal (shown_tables[i].table, table))
      return shown_tables[i].keys;
  return NULL;
}

/* What is shown is marked for the translators, and nothing else is. */
static void
test_codes (void)
{
  guint tables = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (field_codes); i++)
    {
      const char *keys = find_keys (field_codes[i].table);
      g_auto (GStrv) list = g_strsplit (keys != NULL ? keys : "", " ", -1);

      g_assert_true ((keys != NULL)
                     == (field_codes[i].english != NULL && g_str_has_prefix (field_codes[i].english, MARK)));
      if (keys != NULL && (i == 0 || !g_str_equal (field_codes[i].table, field_codes[i - 1].table)))
        tables++;
      for (char **key = list; *key != NULL; key++)
        {
          g_assert_cmpstr (words_value (*key, field_codes[i].code), ==, field_codes[i].english + strlen (MARK));
          g_assert_cmpstr (words_value (*key, field_codes[i].japanese), ==, field_codes[i].english + strlen (MARK));
        }
    }
  g_assert_cmpuint (tables, ==, G_N_ELEMENTS (shown_tables));
  for (gsize i = 0; i < G_N_ELEMENTS (shown_tables); i++)
    {
      g_auto (GStrv) list = g_strsplit (shown_tables[i].keys, " ", -1);

      for (char **key = list; *key != NULL; key++)
        g_assert_cmpstr (words_value (*key, "of-tomorrow"), ==, "of-tomorrow");
    }
  g_assert_cmpstr (words_value ("PharmacistsInfoConsExpiredReason", "1"), ==, "1"); /* nobody says what it is */
}

/* Where the daemon has made a word of a code, both read alike. */
static void
test_codes_as_words (void)
{
  static const char *const pairs[][4] = {
    { "Sex", "male", "Sex1", "1" },
    { "Sex", "female", "Sex1", "2" },
    { "Sex", "unknown", "Sex1", "3" },
    { "Relationship", "self", "PersonalFamilyClassification", "1" },
    { "Relationship", "family", "PersonalFamilyClassification", "2" },
    { "PrescriptionForm", "electronic", "PrescriptionIssueSelect", "1" },
    { "PrescriptionForm", "paper", "PrescriptionIssueSelect", "2" },
  };
  static const char *const validities[]
      = { "valid", "invalid", "invalid-new", "none", "several", "valid-unregistered" };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    g_assert_cmpstr (words_value (pairs[i][0], pairs[i][1]), ==, words_value (pairs[i][2], pairs[i][3]));
  for (guint i = 0; i < G_N_ELEMENTS (validities); i++)
    {
      const char code[] = { (char)('1' + i), '\0' };

      g_assert_cmpstr (words_validity (validities[i]), ==, words_value ("QualificationValidity", code));
    }
}

static void
test_dates (void)
{
  static const char *const cases[][2] = {
    { "20240229", "2024-02-29" },
    { "20230229", "20230229" },
    { "19850412", "1985-04-12" },
    { "1985041", "1985041" },
    { "198504121", "198504121" },
    { "S600412x", "S600412x" },
    { "", "" },
    { "昭和60", "昭和60" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *date = words_date (cases[i][0]);
      g_assert_cmpstr (date, ==, cases[i][1]);
    }
}

static void
test_times (void)
{
  g_autofree char *now = words_time (NOW_USEC), *never = words_time (G_MAXUINT64);

  g_assert_cmpstr (now, ==, "2027-01-15 08:00");
  g_assert_cmpstr (never, ==, ""); /* no year of the calendar */
}

static void
test_days (void)
{
  g_assert_cmpint (words_count_days (0), ==, 0);
  g_assert_cmpint (words_count_days (NOW_USEC - 1), ==, 0);
  g_assert_cmpint (words_count_days (NOW_USEC), ==, 0);
  g_assert_cmpint (words_count_days (NOW_USEC + 1), ==, 1);
  g_assert_cmpint (words_count_days (NOW_USEC + DAY_USEC), ==, 1);
  g_assert_cmpint (words_count_days (NOW_USEC + DAY_USEC + 1), ==, 2);
}

static void
test_ends (void)
{
  g_autofree char *over = words_end ("center-ca", NOW_USEC, 0);
  g_autofree char *one = words_end ("institution-certificate", NOW_USEC, 1);
  g_autofree char *many = words_end ("of-tomorrow", NOW_USEC, 30);

  g_assert_cmpstr (over, ==, "authority of the center: EXPIRED 2027-01-15 08:00");
  g_assert_cmpstr (one, ==, "certificate of the institution: until 2027-01-15 08:00, 1 day");
  g_assert_cmpstr (many, ==, "of-tomorrow: until 2027-01-15 08:00, 30 days");
}

/* In English it stays as it came, but for what ends; what nobody knows stays too. */
static void
test_evidence (void)
{
  static const char *const same[] = {
    "version 0.1.0",
    "agents: 0; none at reader 1 (A), 2 (B)",
    "cards: 1, not answering: 0",
    "examined",
    "",
    "CenterUnreachable: Could not connect; expires soon",
  };
  g_autofree char *ends = words_evidence ("examined; expires 2028-11-28: center-ca");

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      g_autofree char *text = words_evidence (same[i]);
      g_assert_cmpstr (text, ==, same[i]);
    }
  g_assert_cmpstr (ends, ==, "examined; expires 2028-11-28: authority of the center");
}

int
main (int argc, char *argv[])
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/consents", test_consents);
  g_test_add_func ("/words/unknown", test_unknown);
  g_test_add_func ("/words/known", test_known);
  g_test_add_func ("/words/codes", test_codes);
  g_test_add_func ("/words/codes-as-words", test_codes_as_words);
  g_test_add_func ("/words/dates", test_dates);
  g_test_add_func ("/words/times", test_times);
  g_test_add_func ("/words/days", test_days);
  g_test_add_func ("/words/ends", test_ends);
  g_test_add_func ("/words/evidence", test_evidence);
  return g_test_run ();
}
