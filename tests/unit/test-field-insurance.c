/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* field-insurance: every element has its place; what has none, or is not what it should be, is kept as it was sent. */
#include "center/field-insurance.h"

#include "codec/japanese-text.h"
#include "field-reply.h"

static void
test_every_key (void)
{
  g_autoptr (TransportReply) reply = read_valid (
      "\"InsuredCardClassification\":\"01\",\"InsurerNumber\":\"    0613\",\"InsurerName\":\"保険者\","
      "\"InsuredCardSymbol\":\"記号\",\"InsuredIdentificationNumber\":\"12\",\"InsuredBranchNumber\":\"01\","
      "\"PersonalFamilyClassification\":\"2\",\"Name\":\"山田　花子\",\"NameKana\":\"ﾔﾏﾀﾞ "
      "ﾊﾅｺ\",\"Sex1\":\"2\",\"Sex2\":\"3\","
      "\"Birthdate\":\"19800229\",\"Address\":\"東京\",\"PostNumber\":\"100-0001\",\"QualificationDate\":\"20200401\","
      "\"DisqualificationDate\":\"20300401\",\"InsuredCardValidDate\":\"20200402\","
      "\"InsuredCardExpirationDate\":\"20300331\",\"InsuredPartialContributionRatio\":\"030\","
      "\"PreschoolClassification\":\"1\",\"ReasonOfLoss\":\"03\",\"ReferenceNumber\":\"P-1\","
      "\"InsuredName\":\"被保険者　氏名\",\"NameOfOther\":\"別名\",\"NameOfOtherKana\":\"ﾍﾞﾂﾒｲ\","
      "\"InsuredCertificateIssuanceDate\":\"20200403\",\"PrescriptionIssueSelect\":\"2\","
      "\"PublicExpenseNumber\":\"12990025\",\"BeneficiaryNumber\":\"7654321\",\"WelfareOfficeName\":\"福祉事務所\","
      "\"QualificationConfirmationKey\":\"KEY\",\"QualificationChangeFlg\":\"0\"");
  const QualificationInsurance *insurance = get_insurance (reply, 0);

  g_assert_cmpstr (insurance->classification, ==, "01");
  g_assert_cmpstr (insurance->insurer_number, ==, "0613");
  g_assert_cmpstr (insurance->insurer_name, ==, "保険者");
  g_assert_cmpstr (insurance->symbol, ==, "記号");
  g_assert_cmpstr (insurance->number, ==, "12");
  g_assert_cmpstr (insurance->branch, ==, "01");
  g_assert_cmpstr (insurance->relationship, ==, "family");
  g_assert_cmpstr (insurance->name, ==, "山田　花子");
  g_assert_cmpstr (insurance->name_kana, ==, "ﾔﾏﾀﾞ ﾊﾅｺ");
  g_assert_cmpstr (insurance->sex, ==, "female");
  g_assert_cmpstr (insurance->birthdate, ==, "19800229");
  g_assert_cmpstr (insurance->address, ==, "東京");
  g_assert_cmpstr (insurance->post_number, ==, "100-0001");
  g_assert_cmpstr (insurance->qualification_date, ==, "20200401");
  g_assert_cmpstr (insurance->disqualification_date, ==, "20300401");
  g_assert_cmpstr (insurance->valid_from, ==, "20200402");
  g_assert_cmpstr (insurance->valid_until, ==, "20300331");
  g_assert_cmpint (insurance->burden_ratio, ==, 30);
  g_assert_true (insurance->is_preschool);
  g_assert_cmpstr (insurance->loss_reason, ==, "03");
  g_assert_cmpstr (insurance->reference_number, ==, "P-1");
  g_assert_null (insurance->ceiling);
  g_assert_null (insurance->diseases);
  g_assert_null (insurance->tickets);
  g_assert_null (insurance->elderly);
  g_assert_cmpuint (insurance->others->len, ==, 1);
  g_assert_true (has_other (insurance->others, "QualificationConfirmationKey", "KEY"));
  g_assert_cmpstr (insurance->key, ==, "KEY");
  g_assert_cmpstr (insurance->insured_name, ==, "被保険者　氏名");
  g_assert_cmpstr (insurance->name_of_other, ==, "別名");
  g_assert_cmpstr (insurance->name_of_other_kana, ==, "ﾍﾞﾂﾒｲ");
  g_assert_cmpstr (insurance->issued_on, ==, "20200403");
  g_assert_cmpstr (insurance->prescription_form, ==, "paper");
  g_assert_cmpstr (insurance->public_expense_number, ==, "12990025");
  g_assert_cmpstr (insurance->beneficiary_number, ==, "7654321");
  g_assert_cmpstr (insurance->welfare_office_name, ==, "福祉事務所");
  g_assert_cmpuint (reply->qualification->remarks, ==, 0);
  g_assert_cmpstr (reply->qualification->key, ==, "KEY");
  g_assert_true (reply->qualification->changed_sent && !reply->qualification->changed);
  g_assert_cmpint (reply->qualification->executed, ==, 0);
}

static void
test_absent (void)
{
  g_autoptr (TransportReply) reply = read_valid ("\"InsuredCardClassification\":\"\",\"Name\":\"\",\"Unheard\":\"1\"");
  const QualificationInsurance *insurance = get_insurance (reply, 0);

  g_assert_cmpstr (insurance->classification, ==, "01"); /* of the first */
  g_assert_cmpuint (reply->qualification->remarks, ==, REMARKS_OF (REMARK_CLASSIFICATION_BLANK));
  g_assert_null (insurance->name);
  g_assert_null (insurance->sex);
  g_assert_null (insurance->relationship);
  g_assert_cmpint (insurance->burden_ratio, ==, -1);
  g_assert_false (insurance->is_preschool);
  g_assert_cmpuint (insurance->others->len, ==, 1);
  g_assert_cmpstr (message_get_name (insurance->others->pdata[0]), ==, "Unheard");
  g_assert_false (reply->qualification->changed_sent);
  g_assert_null (reply->qualification->key);
}

static void
test_certificates (void)
{
  g_autoptr (TransportReply) reply = read_valid (
      "\"ElderlyRecipientCertificateInfo\":{\"ElderlyRecipientCertificateDate\":\"20240801\","
      "\"ElderlyRecipientValidStartDate\":\"20240801\",\"ElderlyRecipientValidEndDate\":\"20250731\","
      "\"ElderlyRecipientContributionRatio\":\"020\"},"
      "\"LimitApplicationCertificateRelatedInfo\":{\"LimitApplicationCertificateClassification\":\"01\","
      "\"LimitApplicationCertificateClassificationFlag\":\"A03\",\"LimitApplicationCertificateDate\":\"20240401\","
      "\"LimitApplicationCertificateValidStartDate\":\"20240401\",\"LimitApplicationCertificateValidEndDate\":"
      "\"20250331\","
      "\"LimitApplicationCertificateLongTermDate\":\"20241001\"},"
      "\"SpecificDiseasesCertificateList\":[{\"SpecificDiseasesCertificateInfo\":{\"SpecificDiseasesDiseaseCategory\":"
      "\"1\","
      "\"SpecificDiseasesValidStartDate\":\"20240101\",\"SpecificDiseasesValidEndDate\":\"20341231\","
      "\"SpecificDiseasesSelfPay\":\"10000\"}},{\"SpecificDiseasesCertificateInfo\":{"
      "\"SpecificDiseasesDiseaseCategory\":"
      "\"9\"}}],"
      "\"PublicExpenseResultList\":[{\"MedicalTicketInfo\":{\"TicketType\":\"01\",\"Remarks1\":\"\",\"SelfPayAmount\":"
      "\"0\"}}]");
  const QualificationInsurance *insurance = get_insurance (reply, 0);
  const QualificationDisease *diseases = &g_array_index (insurance->diseases, QualificationDisease, 0);
  const Message *ticket;

  g_assert_cmpint (insurance->burden_ratio, ==, 20);
  g_assert_cmpint (insurance->elderly->ratio, ==, 20);
  g_assert_cmpstr (insurance->elderly->from, ==, "20240801");
  g_assert_cmpstr (insurance->elderly->until, ==, "20250731");
  g_assert_cmpstr (insurance->elderly->date, ==, "20240801");
  g_assert_cmpstr (insurance->ceiling->classification, ==, "01");
  g_assert_cmpstr (insurance->ceiling->class_code, ==, "A03");
  g_assert_cmpstr (insurance->ceiling->class_name, ==, "ウ");
  g_assert_cmpstr (insurance->ceiling->classification_date, ==, "20240401");
  g_assert_cmpstr (insurance->ceiling->from, ==, "20240401");
  g_assert_cmpstr (insurance->ceiling->until, ==, "20250331");
  g_assert_cmpstr (insurance->ceiling->long_term_from, ==, "20241001");
  g_assert_cmpuint (insurance->diseases->len, ==, 2);
  g_assert_cmpuint (reply->qualification->remarks, ==,
                    REMARKS_OF (REMARK_CLASSIFICATION_BLANK) | REMARKS_OF (REMARK_UNKNOWN_CODE));
  g_assert_cmpstr (diseases[0].category, ==, "1");
  g_assert_nonnull (diseases[0].name);
  g_assert_cmpstr (diseases[0].from, ==, "20240101");
  g_assert_cmpstr (diseases[0].until, ==, "20341231");
  g_assert_cmpstr (diseases[0].self_pay, ==, "10000");
  g_assert_null (diseases[1].name); /* a category that nobody knows */
  g_assert_cmpuint (insurance->tickets->len, ==, 1);
  ticket = insurance->tickets->pdata[0];
  g_assert_cmpstr (message_find_text (ticket, "TicketType"), ==, "01");
  g_assert_cmpstr (message_find_text (ticket, "SelfPayAmount"), ==, "0");
}

/* A value with a period counts on the day that was asked for, and on no other. */
static void
test_periods (void)
{
  static const struct
  {
    const char *from, *until;
    gboolean counts;
  } rows[] = {
    { "20240801", "20250731", TRUE },
    { "20250301", "20250301", TRUE },
    { "20250302", "20250731", FALSE },
    { "20240801", "20250228", FALSE },
    { "20991201", "", FALSE },
    { "", "20240731", FALSE },
    { "", "", TRUE },
    { "20240801", "99999999", TRUE },
    { "00000000", "00000000", TRUE },
    { "20240801", "", TRUE },
    { "", "20250731", TRUE },
    { "2024-8-1", "", FALSE },
    { "", "R7.07.31", FALSE },
    { "20250731", "20240801", FALSE },
    { "        ", "20250731", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *from = rows[i].from, *until = rows[i].until;
      const gint ratio = rows[i].counts ? 20 : -1;
      g_autofree char *elements = g_strdup_printf (
          "\"ElderlyRecipientCertificateInfo\":{\"ElderlyRecipientValidStartDate\":\"%s\","
          "\"ElderlyRecipientValidEndDate\":\"%s\",\"ElderlyRecipientContributionRatio\":\"020\"},"
          "\"LimitApplicationCertificateRelatedInfo\":{\"LimitApplicationCertificateClassificationFlag\":\"A03\","
          "\"LimitApplicationCertificateLongTermDate\":\"20240801\","
          "\"LimitApplicationCertificateValidStartDate\":\"%s\",\"LimitApplicationCertificateValidEndDate\":\"%s\"},"
          "\"SpecificDiseasesCertificateList\":[{\"SpecificDiseasesCertificateInfo\":{"
          "\"SpecificDiseasesDiseaseCategory\":\"1\",\"SpecificDiseasesSelfPay\":\"10000\","
          "\"SpecificDiseasesValidStartDate\":\"%s\",\"SpecificDiseasesValidEndDate\":\"%s\"}}]",
          from, until, from, until, from, until);
      g_autoptr (TransportReply) reply = read_valid (elements);
      const QualificationInsurance *insurance = get_insurance (reply, 0);
      const QualificationDisease *disease = &g_array_index (insurance->diseases, QualificationDisease, 0);

      g_assert_cmpint (insurance->burden_ratio, ==, ratio);
      g_assert_cmpint (insurance->elderly->ratio, ==, ratio);
      g_assert_cmpstr (insurance->ceiling->class_code, ==, rows[i].counts ? "A03" : NULL);
      g_assert_cmpstr (insurance->ceiling->class_name, ==, rows[i].counts ? "ウ" : NULL);
      g_assert_cmpstr (insurance->ceiling->long_term_from, ==, rows[i].counts ? "20240801" : NULL);
      g_assert_cmpstr (disease->self_pay, ==, rows[i].counts ? "10000" : NULL);
      /* The period itself is told, as far as it is one. */
      from = japanese_text_is_date (from) ? from : NULL;
      g_assert_cmpstr (insurance->elderly->from, ==, from);
      g_assert_cmpstr (insurance->ceiling->from, ==, from);
      g_assert_cmpstr (disease->from, ==, from);
      g_assert_cmpint (REMARKS_HAS (reply->qualification->remarks, REMARK_NOT_IN_FORCE), ==, !rows[i].counts);
      if (!rows[i].counts) /* and what it would be, as it was sent */
        {
          g_assert_true (has_other (insurance->elderly->others, "ElderlyRecipientContributionRatio", "020"));
          g_assert_true (
              has_other (insurance->ceiling->others, "LimitApplicationCertificateClassificationFlag", "A03"));
          g_assert_true (has_other (insurance->ceiling->others, "LimitApplicationCertificateLongTermDate", "20240801"));
          g_assert_true (has_other (disease->others, "SpecificDiseasesSelfPay", "10000"));
        }
    }
}

/* The insurance's own ratio stands, whatever becomes of the certificate beside it. */
static void
test_ratio_beside_period (void)
{
  g_autoptr (TransportReply) reply
      = read_valid ("\"InsuredPartialContributionRatio\":\"030\",\"ElderlyRecipientCertificateInfo\":{"
                    "\"ElderlyRecipientValidStartDate\":\"20991201\",\"ElderlyRecipientContributionRatio\":\"020\"}");

  g_assert_cmpint (get_insurance (reply, 0)->burden_ratio, ==, 30);
}

/* A value that is not what its element may hold has no key, is among the others as it was sent, and is remarked. */
static void
test_odd_values (void)
{
  static const struct
  {
    const char *element, *text;
    Remark remark;
  } rows[] = {
    { "InsuredPartialContributionRatio", "101", REMARK_RATIO_UNCLEAR },
    { "InsuredPartialContributionRatio", "0x1", REMARK_RATIO_UNCLEAR },
    { "InsuredPartialContributionRatio", "-10", REMARK_RATIO_UNCLEAR },
    { "InsuredPartialContributionRatio", "0030", REMARK_RATIO_UNCLEAR },
    { "InsuredPartialContributionRatio", "3", REMARK_RATIO_UNCLEAR }, /* three tenths, or three percent */
    { "InsuredPartialContributionRatio", "30", REMARK_RATIO_UNCLEAR },
    { "InsuredPartialContributionRatio", "003", REMARK_RATIO_UNCLEAR },
    { "Sex1", "7", REMARK_UNKNOWN_CODE },
    { "Sex2", "0", REMARK_UNKNOWN_CODE },
    { "PersonalFamilyClassification", "9", REMARK_UNKNOWN_CODE },
    { "PreschoolClassification", "0", REMARK_UNKNOWN_CODE },
    { "PreschoolClassification", "true", REMARK_UNKNOWN_CODE },
    { "QualificationChangeFlg", "2", REMARK_UNKNOWN_CODE },
    { "PrescriptionIssueSelect", "3", REMARK_UNKNOWN_CODE },
    { "Birthdate", "20270231", REMARK_DATE_INVALID },
    { "Birthdate", "2027-03-31", REMARK_DATE_INVALID },
    { "QualificationDate", "R8.03.31", REMARK_DATE_INVALID },
    { "DisqualificationDate", "00000000", REMARK_DATE_OPEN },
    { "InsuredCardValidDate", "00000000", REMARK_DATE_OPEN },
    { "InsuredCardExpirationDate", "99999999", REMARK_DATE_OPEN },
    { "InsuredCertificateIssuanceDate", "202", REMARK_DATE_INVALID },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *elements
          = g_strdup_printf ("\"InsuredCardClassification\":\"01\",\"%s\":\"%s\"", rows[i].element, rows[i].text);
      g_autoptr (TransportReply) reply = read_valid (elements);
      const QualificationInsurance *insurance = get_insurance (reply, 0);

      g_assert_cmpuint (reply->qualification->remarks, ==, REMARKS_OF (rows[i].remark));
      g_assert_true (has_other (insurance->others, rows[i].element, rows[i].text));
      g_assert_cmpint (insurance->burden_ratio, ==, -1);
      g_assert_null (insurance->sex);
      g_assert_null (insurance->relationship);
      g_assert_null (insurance->prescription_form);
      g_assert_false (insurance->is_preschool);
      g_assert_false (reply->qualification->changed_sent);
      g_assert_null (insurance->birthdate);
      g_assert_null (insurance->valid_until);
      g_assert_null (insurance->disqualification_date);
    }
}

static void
test_ratios (void)
{
  static const struct
  {
    const char *sent;
    gint ratio;
  } rows[] = { { "000", 0 }, { "010", 10 }, { "020", 20 }, { "030", 30 }, { "100", 100 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *elements = g_strdup_printf ("\"InsuredCardClassification\":\"01\","
                                                   "\"InsuredPartialContributionRatio\":\"%s\"",
                                                   rows[i].sent);
      g_autoptr (TransportReply) reply = read_valid (elements);

      g_assert_cmpint (get_insurance (reply, 0)->burden_ratio, ==, rows[i].ratio);
      g_assert_cmpuint (reply->qualification->remarks, ==, 0);
    }
}

/* Blanks are absent, in either width, however many. */
static void
test_blanks (void)
{
  static const char *const blanks[] = { "", " ", "        ", "　", "　　　　　　　　", " 　 　" };

  for (gsize i = 0; i < G_N_ELEMENTS (blanks); i++)
    {
      g_autofree char *elements = g_strdup_printf (
          "\"InsuredCardClassification\":\"01\",\"InsurerNumber\":\"%s\",\"Name\":\"%s\",\"Birthdate\":\"%s\","
          "\"InsuredPartialContributionRatio\":\"%s\",\"Sex1\":\"%s\",\"QualificationChangeFlg\":\"%s\","
          "\"ElderlyRecipientCertificateInfo\":\"%s\",\"Unheard\":\"%s\"",
          blanks[i], blanks[i], blanks[i], blanks[i], blanks[i], blanks[i], blanks[i], blanks[i]);
      g_autoptr (TransportReply) reply = read_valid (elements);
      const QualificationInsurance *insurance = get_insurance (reply, 0);

      g_assert_null (insurance->insurer_number);
      g_assert_null (insurance->name);
      g_assert_null (insurance->birthdate);
      g_assert_null (insurance->sex);
      g_assert_null (insurance->elderly);
      g_assert_cmpint (insurance->burden_ratio, ==, -1);
      g_assert_false (reply->qualification->changed_sent);
      g_assert_null (insurance->others);
      g_assert_cmpuint (reply->qualification->remarks, ==, 0);
    }
}

/* Sex2 counts where Sex1 says nothing. */
static void
test_sexes (void)
{
  static const struct
  {
    const char *first, *second, *sex;
    Remarks remarks;
  } rows[] = {
    { "1", "", "male", 0 },    { "2", "3", "female", 0 }, { "3", "1", "male", 0 },
    { "3", "2", "female", 0 }, { "", "2", "female", 0 },  { "3", "3", "unknown", 0 },
    { "3", "", "unknown", 0 }, { "1", "1", "male", 0 },   { "1", "2", "male", REMARKS_OF (REMARK_SEX_DIFFERS) },
    { "", "", NULL, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *elements = g_strdup_printf (
          "\"InsuredCardClassification\":\"01\",\"Sex1\":\"%s\",\"Sex2\":\"%s\"", rows[i].first, rows[i].second);
      g_autoptr (TransportReply) reply = read_valid (elements);

      g_assert_cmpstr (get_insurance (reply, 0)->sex, ==, rows[i].sex);
      g_assert_cmpuint (reply->qualification->remarks, ==, rows[i].remarks);
      g_assert_cmpint (has_other (get_insurance (reply, 0)->others, "Sex2", "2"), ==, rows[i].remarks != 0);
    }
}

/* The consents inside the query are not repeated where they stand as they were asked for: here, with a yes. */
static void
test_consents_as_asked (void)
{
  g_autoptr (TransportReply) same = read_valid ("\"LimitApplicationCertificateRelatedConsFlg\":\"1\","
                                                "\"LimitApplicationCertificateRelatedConsTime\":\"20250301120000\"");
  g_autoptr (TransportReply) other = read_valid ("\"LimitApplicationCertificateRelatedConsFlg\":\"2\"");

  g_assert_null (get_insurance (same, 0)->others);
  g_assert_true (has_other (get_insurance (other, 0)->others, "LimitApplicationCertificateRelatedConsFlg", "2"));
}

/* What nobody knows is kept, wherever it stands; too deep, or too much of it, is told to be left out. */
static void
test_others (void)
{
  g_autoptr (TransportReply) reply = read_body (
      "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"1\",\"MedicalTreatmentFlag\":\"1\","
      "\"PrescriptionIssueSelect\":\"1\",\"ResultList\":[{\"Stray\":\"s\"},{\"ResultOfQualificationConfirmation\":{"
      "\"InsuredCardClassification\":\"01\",\"LimitApplicationCertificateChanged\":\"1\",\"OnsRegistrationTime\":\"2\","
      "\"PharmacistsInfoConsFlg\":\"0\","
      "\"Deep\":{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":\"1\"}}}}}}}},\"Shallow\":{\"x\":\"1\"},"
      "\"ElderlyRecipientCertificateInfo\":{\"ElderlyNew\":\"e\"},"
      "\"LimitApplicationCertificateRelatedInfo\":{\"LimitNew\":\"l\"},"
      "\"SpecificDiseasesCertificateList\":[{\"SpecificDiseasesCertificateInfo\":{\"DiseaseNew\":\"d\"}},"
      "{\"DiseaseStray\":\"t\"}],"
      "\"PublicExpenseResultList\":[{\"TicketStray\":\"u\"}]}}]",
      NULL);
  const QualificationInsurance *insurance = get_insurance (reply, 0);

  g_assert_true (has_other (reply->qualification->others, "MedicalTreatmentFlag", "1"));
  g_assert_true (has_other (reply->qualification->others, "Stray", "s"));
  g_assert_cmpstr (insurance->prescription_form, ==, "electronic");
  g_assert_true (has_other (insurance->others, "LimitApplicationCertificateChanged", "1"));
  g_assert_true (has_other (insurance->others, "OnsRegistrationTime", "2"));
  g_assert_true (has_other (insurance->others, "PharmacistsInfoConsFlg", "0"));
  g_assert_true (has_other (insurance->others, "Shallow", ""));
  g_assert_false (has_other (insurance->others, "Deep", ""));
  g_assert_true (has_other (insurance->others, "DiseaseStray", "t"));
  g_assert_true (has_other (insurance->others, "TicketStray", "u"));
  g_assert_true (has_other (insurance->elderly->others, "ElderlyNew", "e"));
  g_assert_true (has_other (insurance->ceiling->others, "LimitNew", "l"));
  g_assert_true (has_other (g_array_index (insurance->diseases, QualificationDisease, 0).others, "DiseaseNew", "d"));
  g_assert_true (REMARKS_HAS (reply->qualification->remarks, REMARK_CUT_SHORT));
}

static void
test_too_many_others (void)
{
  g_autoptr (GString) elements = g_string_new ("\"InsuredCardClassification\":\"01\",\"A\":[");
  g_autoptr (TransportReply) reply = NULL;

  for (guint i = 0; i < 1200; i++)
    g_string_append (elements, i == 0 ? "{\"B\":\"1\"}" : ",{\"B\":\"1\"}");
  g_string_append (elements, "],\"Small\":\"1\"");
  reply = read_valid (elements->str);
  g_assert_cmpuint (reply->qualification->remarks, ==, REMARKS_OF (REMARK_CUT_SHORT));
  g_assert_cmpuint (get_insurance (reply, 0)->others->len, ==, 1);
}

/* The form of a prescription that the body names is that of each insurance; without any, it is told as it was sent. */
static void
test_prescription_without_insurance (void)
{
  g_autoptr (TransportReply) reply = read_body (
      "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"4\",\"PrescriptionIssueSelect\":\"2\"", NULL);

  g_assert_true (has_other (reply->qualification->others, "PrescriptionIssueSelect", "2"));
  g_assert_cmpuint (reply->qualification->remarks, ==, 0);
}

/* The field knows three diseases: more are handed on, and remarked. */
static void
test_many_diseases (void)
{
  for (guint n = 3; n <= 4; n++)
    {
      g_autoptr (GString) elements
          = g_string_new ("\"InsuredCardClassification\":\"01\",\"SpecificDiseasesCertificateList\":[");
      g_autoptr (TransportReply) reply = NULL;

      for (guint i = 0; i < n; i++)
        g_string_append (elements,
                         i == 0 ? "{\"SpecificDiseasesCertificateInfo\":{\"SpecificDiseasesDiseaseCategory\":\"1\"}}"
                                : ",{\"SpecificDiseasesCertificateInfo\":{\"SpecificDiseasesDiseaseCategory\":\"2\"}}");
      g_string_append (elements, "]");
      reply = read_valid (elements->str);
      g_assert_cmpuint (get_insurance (reply, 0)->diseases->len, ==, n);
      g_assert_cmpuint (reply->qualification->remarks, ==, n > 3 ? REMARKS_OF (REMARK_TOO_MANY_SPECIFIC_DISEASES) : 0);
    }
}

static void
test_several_insurances (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = read_body (
      "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"6\",\"ResultList\":["
      "{\"ResultOfQualificationConfirmation\":{\"InsurerNumber\":\"1\",\"QualificationChangeFlg\":\"0\"}},"
      "{\"ResultOfQualificationConfirmation\":{\"InsuredCardClassification\":\"A1\",\"QualificationChangeFlg\":\"1\","
      "\"QualificationConfirmationKey\":\"K2\"}}]",
      &error);

  g_assert_no_error (error);
  g_assert_cmpint (reply->qualification->validity, ==, QUALIFICATION_VALID_UNREGISTERED);
  g_assert_cmpuint (reply->qualification->insurances->len, ==, 2);
  g_assert_cmpstr (get_insurance (reply, 1)->classification, ==, "A1");
  g_assert_true (reply->qualification->changed);
  g_assert_cmpstr (reply->qualification->key, ==, "K2");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/field-insurance/every-key", test_every_key);
  g_test_add_func ("/field-insurance/absent", test_absent);
  g_test_add_func ("/field-insurance/certificates", test_certificates);
  g_test_add_func ("/field-insurance/periods", test_periods);
  g_test_add_func ("/field-insurance/ratio-beside-period", test_ratio_beside_period);
  g_test_add_func ("/field-insurance/odd-values", test_odd_values);
  g_test_add_func ("/field-insurance/ratios", test_ratios);
  g_test_add_func ("/field-insurance/blanks", test_blanks);
  g_test_add_func ("/field-insurance/sexes", test_sexes);
  g_test_add_func ("/field-insurance/consents-as-asked", test_consents_as_asked);
  g_test_add_func ("/field-insurance/others", test_others);
  g_test_add_func ("/field-insurance/too-many-others", test_too_many_others);
  g_test_add_func ("/field-insurance/prescription-without-insurance", test_prescription_without_insurance);
  g_test_add_func ("/field-insurance/many-diseases", test_many_diseases);
  g_test_add_func ("/field-insurance/several-insurances", test_several_insurances);
  return g_test_run ();
}
