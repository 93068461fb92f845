/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eligibility: see the header. In: the center's message. Out: the answer, or a named refusal.
 *
 * One walk over the children of each element: a name is looked up in a sorted table that says where its text goes. An
 * element or a code that is not known here is left out or makes the answer unknown; it never makes it a success.
 */
#include "visit/eligibility.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "codec/code-tables.h"
#include "codec/japanese-text.h"
#include "visit/visit-text.h"

#define INSURANCES_MAXIMUM 50 /* of one message (facts: domain §3.3) */
#define DISEASES_MAXIMUM 3

/* Where the text, or the node, of an element goes. */
typedef struct
{
  const char *name;
  guint offset;
  gboolean is_node;
} Field;

/* One ResultOfQualificationConfirmation: what is kept as it is, and what has to be converted first. */
typedef struct
{
  EligibilityInsurance insurance;
  const char *family, *sex1, *sex2, *ratio, *preschool, *change, *key;
  const Message *elderly, *ceiling, *diseases, *expenses;
} Entry;

/* ElderlyRecipientCertificateInfo */
typedef struct
{
  const char *date, *from, *until, *ratio;
} Elderly;

#define TEXT(element, type, member) \
  { \
    element, G_STRUCT_OFFSET (type, member), FALSE \
  }
#define NODE(element, type, member) \
  { \
    element, G_STRUCT_OFFSET (type, member), TRUE \
  }

/* Sorted by name, each of them: they are searched by halves. */
static const Field entry_fields[] = {
  TEXT ("Address", Entry, insurance.address),
  TEXT ("Birthdate", Entry, insurance.birthdate),
  TEXT ("DisqualificationDate", Entry, insurance.disqualification_date),
  NODE ("ElderlyRecipientCertificateInfo", Entry, elderly),
  TEXT ("InsuredBranchNumber", Entry, insurance.branch),
  TEXT ("InsuredCardClassification", Entry, insurance.classification),
  TEXT ("InsuredCardExpirationDate", Entry, insurance.valid_until),
  TEXT ("InsuredCardSymbol", Entry, insurance.symbol),
  TEXT ("InsuredCardValidDate", Entry, insurance.valid_from),
  TEXT ("InsuredIdentificationNumber", Entry, insurance.number),
  TEXT ("InsuredPartialContributionRatio", Entry, ratio),
  TEXT ("InsurerName", Entry, insurance.insurer_name),
  TEXT ("InsurerNumber", Entry, insurance.insurer_number),
  NODE ("LimitApplicationCertificateRelatedInfo", Entry, ceiling),
  TEXT ("Name", Entry, insurance.name),
  TEXT ("NameKana", Entry, insurance.name_kana),
  TEXT ("PersonalFamilyClassification", Entry, family),
  TEXT ("PostNumber", Entry, insurance.post_number),
  TEXT ("PreschoolClassification", Entry, preschool),
  NODE ("PublicExpenseResultList", Entry, expenses),
  TEXT ("QualificationChangeFlg", Entry, change),
  TEXT ("QualificationConfirmationKey", Entry, key),
  TEXT ("QualificationDate", Entry, insurance.qualification_date),
  TEXT ("ReasonOfLoss", Entry, insurance.loss_reason),
  TEXT ("ReferenceNumber", Entry, insurance.reference_number),
  TEXT ("Sex1", Entry, sex1),
  TEXT ("Sex2", Entry, sex2),
  NODE ("SpecificDiseasesCertificateList", Entry, diseases),
};

static const Field ceiling_fields[] = {
  TEXT ("LimitApplicationCertificateClassification", EligibilityCeiling, classification),
  TEXT ("LimitApplicationCertificateClassificationFlag", EligibilityCeiling, class_code),
  TEXT ("LimitApplicationCertificateDate", EligibilityCeiling, classification_date),
  TEXT ("LimitApplicationCertificateLongTermDate", EligibilityCeiling, long_term_from),
  TEXT ("LimitApplicationCertificateValidEndDate", EligibilityCeiling, until),
  TEXT ("LimitApplicationCertificateValidStartDate", EligibilityCeiling, from),
};

static const Field disease_fields[] = {
  TEXT ("SpecificDiseasesDiseaseCategory", EligibilityDisease, category),
  TEXT ("SpecificDiseasesSelfPay", EligibilityDisease, self_pay),
  TEXT ("SpecificDiseasesValidEndDate", EligibilityDisease, until),
  TEXT ("SpecificDiseasesValidStartDate", EligibilityDisease, from),
};

static const Field elderly_fields[] = {
  TEXT ("ElderlyRecipientCertificateDate", Elderly, date),
  TEXT ("ElderlyRecipientContributionRatio", Elderly, ratio),
  TEXT ("ElderlyRecipientValidEndDate", Elderly, until),
  TEXT ("ElderlyRecipientValidStartDate", Elderly, from),
};

/* OQSCD006. A value that is not in the table is an unknown answer. */
static const struct
{
  const char *code, *validity;
  EligibilityAnswer answer;
  const char *reason, *advice;
} validities[] = {
  { "1", "valid", ELIGIBILITY_ELIGIBLE, NULL, NULL },
  { "2", "invalid", ELIGIBILITY_NOT_ELIGIBLE, "invalid", "invalid" },
  { "3", "invalid-new", ELIGIBILITY_NOT_ELIGIBLE, "invalid-new", "invalid-new" },
  { "4", "none", ELIGIBILITY_NOT_ELIGIBLE, "none", "none" },
  { "5", "several", ELIGIBILITY_UNKNOWN, "several", "several" },
  { "6", "valid-unregistered", ELIGIBILITY_ELIGIBLE, NULL, "valid-unregistered" },
  { NULL, NULL, ELIGIBILITY_UNKNOWN, "unrecognised", "unrecognised" },
};

static int
field_compare (const void *name, const void *field)
{
  return strcmp (name, ((const Field *)field)->name);
}

/* fill: puts what @node holds into @target by @fields; an empty element counts as absent. */
static void
fill (const Message *node, const Field *fields, gsize n_fields, gpointer target)
{
  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    {
      const Field *field = bsearch (message_get_name (child), fields, n_fields, sizeof *fields, field_compare);
      const char *text;

      if (field == NULL)
        continue;
      if (field->is_node)
        G_STRUCT_MEMBER (const Message *, target, field->offset) = child;
      else if (text = message_get_text (child), *text != '\0')
        G_STRUCT_MEMBER (const char *, target, field->offset) = text;
    }
}

/* parse_percent: "030" is 30. Return: -1 if it is not there or no ratio. */
static gint
parse_percent (const char *text)
{
  guint value = 0;

  if (text == NULL || strlen (text) > 3)
    return -1;
  for (; *text != '\0'; text++)
    {
      if (!g_ascii_isdigit (*text))
        return -1;
      value = value * 10 + (guint)(*text - '0');
    }
  return value <= 100 ? (gint)value : -1;
}

static EligibilityCeiling *
read_ceiling (const Message *node)
{
  EligibilityCeiling *ceiling;

  if (node == NULL || message_get_first_child (node) == NULL)
    return NULL;

  ceiling = g_new0 (EligibilityCeiling, 1);
  fill (node, ceiling_fields, G_N_ELEMENTS (ceiling_fields), ceiling);
  if (ceiling->class_code != NULL)
    ceiling->class_name = code_table_lookup (CODE_TABLE_CEILING_CLASS, ceiling->class_code);
  return ceiling;
}

static GArray *
read_diseases (const Message *list)
{
  GArray *diseases = NULL;

  for (const Message *node = message_find (list, "SpecificDiseasesCertificateInfo");
       node != NULL && (diseases == NULL || diseases->len < DISEASES_MAXIMUM); node = message_find_next (node))
    {
      EligibilityDisease disease = { NULL };

      fill (node, disease_fields, G_N_ELEMENTS (disease_fields), &disease);
      if (disease.category != NULL)
        disease.name = code_table_lookup (CODE_TABLE_SPECIFIC_DISEASE, disease.category);
      if (diseases == NULL)
        diseases = g_array_new (FALSE, FALSE, sizeof (EligibilityDisease));
      g_array_append_val (diseases, disease);
    }
  return diseases;
}

static GPtrArray *
read_expenses (const Message *list)
{
  GPtrArray *expenses = NULL;

  for (const Message *node = message_find (list, "MedicalTicketInfo"); node != NULL; node = message_find_next (node))
    {
      if (expenses == NULL)
        expenses = g_ptr_array_new ();
      g_ptr_array_add (expenses, (gpointer)node);
    }
  return expenses;
}

static void
convert_person (EligibilityInsurance *insurance, const Entry *entry)
{
  const char *sex = entry->sex1 != NULL ? entry->sex1 : entry->sex2;

  if (sex != NULL)
    insurance->sex = strcmp (sex, "1") == 0 ? "male" : strcmp (sex, "2") == 0 ? "female" : "unknown";
  if (g_strcmp0 (entry->family, "1") == 0)
    insurance->relationship = "self";
  else if (g_strcmp0 (entry->family, "2") == 0)
    insurance->relationship = "family";

  insurance->preschool_sent = entry->preschool != NULL;
  insurance->preschool = g_strcmp0 (entry->preschool, "1") == 0;
  if (insurance->name != NULL)
    {
      insurance->name_unmapped = japanese_text_find_unmapped (insurance->name);
      if (insurance->name_unmapped->len == 0)
        g_clear_pointer (&insurance->name_unmapped, g_array_unref);
    }
}

static void
convert_ratios (EligibilityInsurance *insurance, const Entry *entry)
{
  Elderly elderly = { NULL };

  if (entry->elderly != NULL)
    fill (entry->elderly, elderly_fields, G_N_ELEMENTS (elderly_fields), &elderly);
  insurance->elderly_date = elderly.date;
  insurance->elderly_from = elderly.from;
  insurance->elderly_until = elderly.until;
  insurance->elderly_ratio = parse_percent (elderly.ratio);
  insurance->burden_ratio = parse_percent (entry->ratio);
  if (insurance->burden_ratio < 0)
    insurance->burden_ratio = insurance->elderly_ratio;
}

static void
insurance_free (gpointer data)
{
  EligibilityInsurance *insurance = data;

  g_clear_pointer (&insurance->name_unmapped, g_array_unref);
  g_clear_pointer (&insurance->diseases, g_array_unref);
  g_clear_pointer (&insurance->public_expenses, g_ptr_array_unref);
  g_free (insurance->ceiling);
  g_free (insurance);
}

/* read_entry: one insurance; what the whole answer takes from it goes into @eligibility. */
static void
read_entry (Eligibility *eligibility, const Message *node)
{
  Entry entry = { .insurance = { .classification = NULL } };
  EligibilityInsurance *insurance;

  if (message_get_first_child (node) == NULL)
    return;
  fill (node, entry_fields, G_N_ELEMENTS (entry_fields), &entry);
  insurance = g_memdup2 (&entry.insurance, sizeof entry.insurance);
  g_ptr_array_add (eligibility->insurances, insurance);

  /* Eight characters, padded with spaces on the left, in the field's messages: receipt software wants the number. */
  if (insurance->insurer_number != NULL)
    insurance->insurer_number += strspn (insurance->insurer_number, " ");
  convert_person (insurance, &entry);
  convert_ratios (insurance, &entry);
  insurance->ceiling = read_ceiling (entry.ceiling);
  insurance->diseases = read_diseases (entry.diseases);
  insurance->public_expenses = read_expenses (entry.expenses);

  if (eligibility->qualification_key == NULL)
    eligibility->qualification_key = entry.key;
  eligibility->changed_sent |= entry.change != NULL;
  eligibility->changed |= g_strcmp0 (entry.change, "1") == 0;
}

/* conclude: the answer from ProcessingResultStatus and QualificationValidity. */
static gboolean
conclude (Eligibility *eligibility, const Message *body, const char *language, GError **error)
{
  const char *status = message_find_text (body, "ProcessingResultStatus");
  const char *validity = message_find_text (body, "QualificationValidity");
  gsize row = 0;

  if (g_strcmp0 (status, "2") == 0)
    return transport_set_refusal (error, eligibility->code);
  if (status == NULL || validity == NULL)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, "not an eligibility answer");
      return FALSE;
    }

  while (validities[row].code != NULL && strcmp (validities[row].code, validity) != 0)
    row++;
  if (strcmp (status, "1") != 0)
    row = G_N_ELEMENTS (validities) - 1;
  if (validities[row].answer == ELIGIBILITY_ELIGIBLE && eligibility->insurances->len == 0)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID,
                           "valid, but no insurance in the answer");
      return FALSE;
    }

  eligibility->answer = validities[row].answer;
  eligibility->validity = validities[row].validity;
  eligibility->reason = validities[row].reason;
  if (validities[row].advice != NULL)
    eligibility->advice = visit_text (language, "Advice %s", validities[row].advice);
  return TRUE;
}

Eligibility *
eligibility_new_from_reply (TransportReply *reply, const char *language, GError **error)
{
  const Message *header = message_find (reply->message, "MessageHeader");
  const Message *body = message_find (reply->message, "MessageBody");
  const char *executed = message_find_text (header, "ProcessExecutionTime");
  Eligibility *eligibility;
  const Message *node;

  eligibility = g_new0 (Eligibility, 1);
  eligibility->reply = reply;
  eligibility->source = "center";
  if (executed == NULL || !japanese_text_parse_time (executed, &eligibility->as_of))
    eligibility->as_of = reply->received;
  eligibility->code = message_find_text (body, "ProcessingResultCode");
  eligibility->message = message_find_text (body, "ProcessingResultMessage");

  eligibility->insurances = g_ptr_array_new_with_free_func (insurance_free);
  node = message_find (message_find (body, "ResultList"), "ResultOfQualificationConfirmation");
  for (; node != NULL && eligibility->insurances->len < INSURANCES_MAXIMUM; node = message_find_next (node))
    read_entry (eligibility, node);

  if (!conclude (eligibility, body, language, error))
    g_clear_pointer (&eligibility, eligibility_free);
  return eligibility;
}

Eligibility *
eligibility_new_unknown (const GError *cause, const char *language)
{
  Eligibility *eligibility = g_new0 (Eligibility, 1);

  eligibility->answer = ELIGIBILITY_UNKNOWN;
  eligibility->reason = shikaku_error_get_name ((ShikakuError)cause->code);
  eligibility->advice = visit_text (language, "Error %s", shikaku_error_get_short_name ((ShikakuError)cause->code));
  eligibility->as_of = g_get_real_time ();
  eligibility->source = "center";
  eligibility->insurances = g_ptr_array_new_with_free_func (insurance_free);
  return eligibility;
}

void
eligibility_free (Eligibility *eligibility)
{
  g_ptr_array_unref (eligibility->insurances);
  g_clear_pointer (&eligibility->reply, transport_reply_free);
  g_free (eligibility->advice);
  g_free (eligibility);
}

const char *
eligibility_answer_to_string (EligibilityAnswer answer)
{
  switch (answer)
    {
    case ELIGIBILITY_ELIGIBLE:
      return "eligible";
    case ELIGIBILITY_NOT_ELIGIBLE:
      return "not-eligible";
    case ELIGIBILITY_UNKNOWN:
    default:
      return "unknown";
    }
}
