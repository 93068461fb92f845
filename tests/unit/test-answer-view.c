/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-answer-view: the card that the desk reads, made of what GetEligibility and GetConsents return. */
#include <string.h>

#include "captured.h"
#include "client/answer-view.h"

#define REPLACED "\xEF\xBF\xBD"
#define RULE "───────────────────────────────────────\n"

/* @eligibility, @consents: as GVariant's text; NULL: none. Return: what is printed, without the rules around it. */
static char *
print (const char *eligibility, const char *consents)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_variant_parse (G_VARIANT_TYPE_VARDICT, eligibility, NULL, NULL, &error);
  g_autoptr (GVariant) given = NULL;
  g_autoptr (Page) page = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  given = g_variant_parse (G_VARIANT_TYPE ("a{sa{sv}}"), consents != NULL ? consents : "{}", NULL, NULL, &error);
  g_assert_no_error (error);
  captured_begin ();
  page = answer_view_make (answer, given, 0);
  page_print (page);
  text = captured_end (NULL);
  g_assert_true (g_str_has_prefix (text, RULE));
  g_assert_true (g_str_has_suffix (text, RULE));
  return g_strndup (text + strlen (RULE), strlen (text) - 2 * strlen (RULE));
}

static void
assert_printed (const char *eligibility, const char *consents, const char *expected)
{
  g_autofree char *text = print (eligibility, consents);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_head (void)
{
  assert_printed ("{'Answer': <'eligible'>, 'Validity': <'valid'>, 'Changed': <true>,"
                  " 'Code': <''>, 'AsOf': <uint64 1800000000000000>}",
                  NULL,
                  "ELIGIBLE\n"
                  "  Validity                valid\n"
                  "  Changed                 The insurance has changed since the last check.\n"
                  "  As of                   2027-01-15 08:00\n");
  assert_printed ("{'Answer': <'not-eligible'>, 'Validity': <'invalid'>, 'Advice': <'Ask for the new card.'>,"
                  " 'Changed': <false>, 'AsOf': <uint64 0>}",
                  NULL,
                  "NOT ELIGIBLE\n"
                  "  Validity                not valid\n"
                  "  Advice                  Ask for the new card.\n");
}

static void
test_unknown_with_reason (void)
{
  assert_printed ("{'Answer': <'unknown'>, 'Advice': <'Ask the center.'>, 'Reason': <'The center is closed.'>,"
                  " 'Code': <'E12345678'>, 'Message': <'受付時間外'>}",
                  NULL,
                  "UNKNOWN\n"
                  "  Advice                  Ask the center.\n"
                  "  Reason                  The center is closed.\n"
                  "  Code of the center      E12345678\n"
                  "  Message of the center   受付時間外\n");
}

/* Nothing that is missing is made up, nor is its label shown. */
static void
test_missing (void)
{
  assert_printed ("{}", NULL, "\n");
  assert_printed ("{'Answer': <'eligible'>, 'Insurances': <@aa{sv} []>}", NULL, "ELIGIBLE\n");
  assert_printed ("{'Answer': <'eligible'>, 'Insurances': <[@a{sv} {}]>}", NULL, "ELIGIBLE\n" RULE);
  assert_printed ("{'Answer': <'eligible'>, 'Insurances': <[{'Name': <''>, 'NameUnmapped': <@au []>}]>}", NULL,
                  "ELIGIBLE\n" RULE "  Name\n");
}

/* In the order of the card, whatever order the center's answer has; each insurance below a rule. */
static void
test_several_insurances (void)
{
  assert_printed ("{'Answer': <'eligible'>, 'Insurances': <["
                  "{'BurdenRatio': <uint32 30>, 'Number': <'１２３'>, 'Name': <'山田　花子'>, 'Sex': <'female'>,"
                  " 'NameKana': <'ﾔﾏﾀﾞ ﾊﾅｺ'>, 'Birthdate': <'19850412'>, 'Relationship': <'self'>},"
                  "{'Classification': <'A1'>, 'BurdenRatio': <uint32 0>, 'Preschool': <true>},"
                  "{'LossReason': <'99'>, 'DisqualificationDate': <'20240230'>, 'BurdenRatio': <uint32 25>}]>}",
                  NULL,
                  "ELIGIBLE\n" RULE "  Name                    山田　花子\n"
                  "  Name (kana)             ﾔﾏﾀﾞ ﾊﾅｺ\n"
                  "  Sex                     female\n"
                  "  Date of birth           1985-04-12\n"
                  "  Number                  １２３\n"
                  "  Relationship            the insured person\n"
                  "  Burden ratio            30 %\n" RULE "  Kind of insurance       medical aid\n"
                  "  Burden ratio            none (0 %)\n"
                  "  Preschool child         yes\n" RULE "  Insurance ended         20240230\n"
                  "  Reason of the end       other\n"
                  "  Burden ratio            25 %\n");
}

/* ● stands where the center has no character. People count from one. */
static void
test_unmapped (void)
{
  assert_printed ("{'Answer': <'eligible'>, 'Insurances': <[{'Name': <'●橋　●'>, 'NameUnmapped': <[uint32 0, 3]>}]>}",
                  NULL,
                  "ELIGIBLE\n" RULE "  Name                    ●橋　●\n"
                  "                          ● at character 1, 4: the center has no glyph; see the name on the card\n");
  assert_printed ("{'Answer': <'eligible'>, 'Insurances': <[{'AddressUnmapped': <[uint32 2]>, 'Address': <'架空●'>}]>}",
                  NULL,
                  "ELIGIBLE\n" RULE "  Address                 架空●\n"
                  "                          ● at character 3: the center has no glyph\n");
}

/* A code is shown only where its name is not known. */
static void
test_ceiling (void)
{
  assert_printed ("{'Answer': <'eligible'>, 'Insurances': <[{"
                  "'Ceiling': <{'Class': <'A01'>, 'ClassName': <'ア'>, 'Classification': <'01'>, 'From': <'20250801'>,"
                  " 'LongTermFrom': <'20260201'>}>,"
                  "'Elderly': <{'BurdenRatio': <uint32 20>}>,"
                  "'SpecificDiseases': <[{'Category': <'2'>, 'Name': <'血液凝固因子障害'>, 'SelfPay': <'010000'>},"
                  " {'Category': <'9'>, 'SelfPay': <'000000'>}]>}]>}",
                  NULL,
                  "ELIGIBLE\n" RULE "  Elderly certificate:\n"
                  "    Burden ratio          20 %\n"
                  "  Payment ceiling:\n"
                  "    Class                 class a (under 70)\n"
                  "    Certificate           ceiling certificate\n"
                  "    Valid from            2025-08-01\n"
                  "    Long term since       2026-02-01\n"
                  "  Specific disease:\n"
                  "    Disease               clotting factor disorder\n"
                  "    Own share (yen)       10000\n"
                  "  Specific disease:\n"
                  "    Category              9\n"
                  "    Own share (yen)       0\n");
  assert_printed ("{'Answer': <'eligible'>, 'Insurances': <[{'Ceiling': <{'Class': <'Z99'>}>}]>}", NULL,
                  "ELIGIBLE\n" RULE "  Payment ceiling:\n"
                  "    Class                 Z99\n");
}

/* What has no key of its own is shown under the center's name, and its code as what it means. */
static void
test_other (void)
{
  assert_printed ("{'Answer': <'eligible'>, 'Other': <{'MedicalTreatmentFlag': <'2'>, 'OfTomorrow': <'1'>}>,"
                  " 'Insurances': <[{'Other': <{'LimitApplicationCertificateChanged': <'9'>,"
                  " 'PharmacistsInfoConsFlg': <'2'>}>,"
                  " 'Ceiling': <{'Other': <{'LimitApplicationCertificateClassificationFlag': <'B04'>}>}>}]>}",
                  NULL,
                  "ELIGIBLE\n"
                  "  Other\n"
                  "    MedicalTreatmentFlag  home visit\n"
                  "    OfTomorrow            1\n" RULE "  Payment ceiling:\n"
                  "    Other\n"
                  "      LimitApplicationCertificateClassificationFlag\n"
                  "                          ordinary income\n"
                  "  Also sent:\n"
                  "    LimitApplicationCertificateChanged\n"
                  "                          9\n"
                  "    PharmacistsInfoConsFlg\n"
                  "                          consent has ended\n");
}

/* The field's tags have names for people; a code that is not known is shown as it is. */
static void
test_ticket (void)
{
  assert_printed ("{'Answer': <'eligible'>, 'Insurances': <[{'PublicExpenses': <[{'TicketType': <'01'>,"
                  " 'MedicalTicketValidDate': <'20250401'>, 'MedicalTreatmentMonth': <'202504'>,"
                  " 'DesignatedMedicalInstitutionCode': <'1319999999'>, 'DesignatedMedicalInstitutionFlag': <'1'>,"
                  " 'SelfPayAmount': <'000500'>, 'StatusOfInfecton': <'02'>, 'MedicalTreatmentType': <'99'>,"
                  " 'PrescriptionIssuerMedicalInstitutionOfTomorrow': <'x'>}]>}]>}",
                  NULL,
                  "ELIGIBLE\n" RULE "  Public expenses:\n"
                  "    Ticket                medical ticket\n"
                  "    Valid from            2025-04-01\n"
                  "    Month of treatment    2025-04\n"
                  "    Institution (code)    1319999999\n"
                  "    This institution      not named on the ticket\n"
                  "    Own share (yen)       500\n"
                  "    Infections law        does not apply\n"
                  "    Treatment             99\n"
                  "    PrescriptionIssuerMedicalInstitutionOfTomorrow\n"
                  "                          x\n");
}

/* What the table does not know is shown under its own name, at every depth. */
static void
test_unknown_keys (void)
{
  assert_printed ("{'Answer': <'eligible'>, 'Insurances': <[{'OfTomorrow': <uint32 7>, 'Flag': <false>,"
                  " 'Ceiling': <{'New': <{'Newer': <'x'>}>, 'Other': <int64 5>}>}]>}",
                  NULL,
                  "ELIGIBLE\n" RULE "  Payment ceiling:\n"
                  "    New\n"
                  "      Newer               x\n"
                  "    Other                 5\n"
                  "  OfTomorrow              7\n"
                  "  Flag                    no\n");
}

static void
test_consents (void)
{
  assert_printed ("{'Answer': <'eligible'>}",
                  "{'ceiling': {'Granted': <true>, 'At': <uint64 1>, 'Until': <uint64 1800000000000000>},"
                  " 'specific-disease': {'Granted': <true>, 'Until': <uint64 0>},"
                  " 'drug': {'Granted': <false>},"
                  " 'test': {'Granted': <false>, 'Error': <'org.shikaku.Shikaku1.Error.CenterRefused'>},"
                  " 'allergy': {'Granted': <false>, 'Error': <'org.shikaku.Shikaku1.Error.NoAgent'>},"
                  " 'of-tomorrow': {}}",
                  "ELIGIBLE\n" RULE "Consents\n"
                  "  payment ceiling         granted, until 2027-01-15 08:00\n"
                  "  specific disease        granted\n"
                  "  medicines               not granted\n"
                  "  test results            granted, but the center could not take it down\n"
                  "  allergies               not asked: the patient's terminal cannot ask for consents\n"
                  "  of-tomorrow             not granted\n");
}

/* Neither the center nor a strange daemon moves the cursor or begins a line of its own. */
static void
test_control_characters (void)
{
  assert_printed ("{'Answer': <'\x1B[2J'>, 'Message': <'a\\nELIGIBLE'>,"
                  " 'Insurances': <[{'Name': <'\x1B]0;x\x07'>, 'A\\nB': <'\\r'>,"
                  " 'Ceiling': <{'C\\nD': <{'E\x1B': <'\\n'>}>}>}]>}",
                  "{'\x1B[1A': {'Granted': <true>}}",
                  REPLACED "[2J\n"
                           "  Message of the center   a" REPLACED "ELIGIBLE\n" RULE
                           "  Name                    " REPLACED "]0;x" REPLACED "\n"
                           "  Payment ceiling:\n"
                           "    C" REPLACED "D\n"
                           "      E" REPLACED "                  " REPLACED "\n"
                           "  A" REPLACED "B                     " REPLACED "\n" RULE "Consents\n"
                           "  " REPLACED "[1A                    granted\n");
}

int
main (int argc, char *argv[])
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/answer-view/head", test_head);
  g_test_add_func ("/answer-view/unknown-with-reason", test_unknown_with_reason);
  g_test_add_func ("/answer-view/missing", test_missing);
  g_test_add_func ("/answer-view/several-insurances", test_several_insurances);
  g_test_add_func ("/answer-view/unmapped", test_unmapped);
  g_test_add_func ("/answer-view/ceiling", test_ceiling);
  g_test_add_func ("/answer-view/other", test_other);
  g_test_add_func ("/answer-view/ticket", test_ticket);
  g_test_add_func ("/answer-view/unknown-keys", test_unknown_keys);
  g_test_add_func ("/answer-view/consents", test_consents);
  g_test_add_func ("/answer-view/control-characters", test_control_characters);
  return g_test_run ();
}
