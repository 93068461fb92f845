/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* invented-reply: every kind of place of an answer once: header, two entries, lists, nested parts, consents, echo. */
#include "invented-reply.h"

typedef struct
{
  const char *name, *text;
} Leaf;

static Message *
add_part (Message *parent, const char *name, const Leaf *leaves)
{
  Message *part = message_add (parent, name, NULL);

  for (; leaves->name != NULL; leaves++)
    message_add (part, leaves->name, leaves->text);
  return part;
}

static void
add_consents (Message *entry)
{
  static const char *const prefixes[] = { "SpecificHealthCheckupsInfo",
                                          "PharmacistsInfo",
                                          "DiagnosisInfo",
                                          "OperationInfo",
                                          "DiagnosisName",
                                          "InfectiousInfo",
                                          "AllergyInfo",
                                          "TestInfo",
                                          "PrescriptionInfo" };

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      g_autofree char *flag = g_strconcat (prefixes[i], "ConsFlg", NULL);
      g_autofree char *at = g_strconcat (prefixes[i], "ConsTime", NULL);
      g_autofree char *until = g_strconcat (prefixes[i], "AvailableTime", NULL);

      message_add (entry, flag, "1");
      message_add (entry, at, "20261123101502");
      message_add (entry, until, "20261124101502");
    }
}

static void
add_first_entry (Message *list)
{
  static const Leaf leaves[] = {
    { "InsuredCardClassification", "01" },
    { "InsurerNumber", "  990019" },
    { "InsurerName", "架空区（見本）国民健康保険" },
    { "InsuredCardSymbol", "架空０１" },
    { "InsuredIdentificationNumber", "１２３４５６７" },
    { "InsuredBranchNumber", "01" },
    { "PersonalFamilyClassification", "1" },
    { "InsuredName", "山田　花子" },
    { "Name", "山田　花子" },
    { "NameKana", "ﾔﾏﾀﾞ ﾊﾅｺ" },
    { "NameOfOther", "" },
    { "Sex1", "2" },
    { "Birthdate", "19850412" },
    { "Address", "東京都架空区見本町一丁目２番３号　サンプルハイツ <A&B> ~イースト館~　１２４０５号室" },
    { "PostNumber", "999-0001" },
    { "QualificationDate", "20200401" },
    { "InsuredCardValidDate", "20260801" },
    { "InsuredPartialContributionRatio", "030" },
    { "ReferenceNumber", "000123" },
    { "QualificationConfirmationKey", "ca17ca17ca17ca17ca17ca17ca17ca17ca17ca17ca17ca17ca17ca17ca17ca17" },
    { NULL },
  };
  static const Leaf ceiling[] = {
    { "LimitApplicationCertificateClassification", "01" },
    { "LimitApplicationCertificateClassificationFlag", "A01" },
    { "LimitApplicationCertificateValidStartDate", "20250801" },
    { "LimitApplicationCertificateValidEndDate", "00000000" },
    { NULL },
  };
  Message *entry = add_part (list, "ResultOfQualificationConfirmation", leaves), *diseases;

  add_part (entry, "LimitApplicationCertificateRelatedInfo", ceiling);
  diseases = message_add (entry, "SpecificDiseasesCertificateList", NULL);
  for (int i = 1; i <= 3; i++)
    {
      const char category[] = { (char)('0' + i), '\0' };
      const Leaf disease[]
          = { { "SpecificDiseasesDiseaseCategory", category }, { "SpecificDiseasesSelfPay", "010000" }, { NULL } };

      add_part (diseases, "SpecificDiseasesCertificateInfo", disease);
    }
  add_consents (entry);
}

static void
add_second_entry (Message *list)
{
  static const Leaf leaves[] = {
    { "InsuredCardClassification", "A1" },
    { "InsurerNumber", "12990019" },
    { "Name", "山●　花子" },
    { "NewElement", "nobody knows it" },
    { NULL },
  };
  static const Leaf ticket[] = {
    { "TicketType", "01" },
    { "InjuryName1", "架空病" },
    { "MedicalTreatmentMonth", "202611" },
    { NULL },
  };
  Message *entry = add_part (list, "ResultOfQualificationConfirmation", leaves);
  Message *tickets = message_add (entry, "PublicExpenseResultList", NULL);

  add_part (tickets, "MedicalTicketInfo", ticket);
  add_part (tickets, "MedicalTicketInfo", ticket);
}

Message *
invented_reply_new (void)
{
  static const Leaf header[] = {
    { "ProcessExecutionTime", "20261123101502" },
    { "SegmentOfResult", "1" },
    { "ReferenceClassification", "1" },
    { "QualificationConfirmationDate", "20261123" },
    { "MedicalInstitutionCode", "1312345678" },
    { "ArbitraryFileIdentifier", "0b6f0b6f-2" },
    { NULL },
  };
  Message *root = message_new ("XmlMsg"), *body, *list;

  add_part (root, "MessageHeader", header);
  body = message_add (root, "MessageBody", NULL);
  message_add (body, "ProcessingResultStatus", "1");
  list = message_add (body, "ResultList", NULL);
  add_first_entry (list);
  add_second_entry (list);
  message_add (body, "QualificationValidity", "1");
  return root;
}
