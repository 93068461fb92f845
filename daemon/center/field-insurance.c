/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field-insurance: see the header. Each element is read by its row in qualification.h; what means something else than
 * its text (RAW), and what has elements of its own (NODE), is converted afterwards.
 */
#include "center/field-insurance.h"

#include <string.h>

#include "center/field-consents.h"
#include "center/field-question.h"
#include "center/field-value.h"
#include "codec/code-tables.h"
#include "codec/japanese-text.h"

#define DISEASES_KNOWN 3    /* the field has no more of one person */
#define DISEASES_MAXIMUM 50 /* that are handed on */

#define TEXT_ROW(member, element, key) { element, G_STRUCT_OFFSET (PLACE, member), FIELD_TEXT },
#define DATE_ROW(member, element, key) { element, G_STRUCT_OFFSET (PLACE, member), FIELD_DATE },
#define BOUND_ROW(member, element, key) { element, G_STRUCT_OFFSET (PLACE, member), FIELD_BOUND },
#define RAW_ROW(member, element) { element, G_STRUCT_OFFSET (PLACE, member), FIELD_TEXT },
#define NODE_ROW(member, element) { element, G_STRUCT_OFFSET (PLACE, member), FIELD_NODE },

/* An insurance, and what is read beside it. */
typedef struct
{
  QualificationInsurance insurance; /* first: its others are those of the place */
  TransportReply *reply;
  TransportConsentState states[CONSENT_N_KINDS];
} Entry;

#define PLACE QualificationInsurance
static const FieldRow insurance_rows[] = { QUALIFICATION_INSURANCE_ELEMENTS (TEXT_ROW, DATE_ROW, RAW_ROW, NODE_ROW) };
#undef PLACE
#define PLACE QualificationElderly
static const FieldRow elderly_rows[] = { QUALIFICATION_ELDERLY_ELEMENTS (TEXT_ROW, DATE_ROW, BOUND_ROW, RAW_ROW) };
#undef PLACE
#define PLACE QualificationCeiling
static const FieldRow ceiling_rows[] = { QUALIFICATION_CEILING_ELEMENTS (TEXT_ROW, DATE_ROW, BOUND_ROW, RAW_ROW) };
#undef PLACE
#define PLACE QualificationDisease
static const FieldRow disease_rows[] = { QUALIFICATION_DISEASE_ELEMENTS (TEXT_ROW, DATE_ROW, BOUND_ROW, RAW_ROW) };
#undef PLACE

static FieldTable insurance_table = { insurance_rows, G_N_ELEMENTS (insurance_rows), { 0 } };
static FieldTable elderly_table = { elderly_rows, G_N_ELEMENTS (elderly_rows), { 0 } };
static FieldTable ceiling_table = { ceiling_rows, G_N_ELEMENTS (ceiling_rows), { 0 } };
static FieldTable disease_table = { disease_rows, G_N_ELEMENTS (disease_rows), { 0 } };

/* A code of the field, and the contract's word for it. */
typedef struct
{
  const char *code, *word;
} CodeWord;

static const CodeWord relationships[] = { { "1", "self" }, { "2", "family" }, { NULL, NULL } };
static const CodeWord sexes[] = { { "1", "male" }, { "2", "female" }, { "3", "unknown" }, { NULL, NULL } };
static const CodeWord prescription_forms[] = { { "1", "electronic" }, { "2", "paper" }, { NULL, NULL } };
static const CodeWord preschools[] = { { "1", "yes" }, { NULL, NULL } };
static const CodeWord changes[] = { { "0", "no" }, { "1", "yes" }, { NULL, NULL } };

/* look_up: the word of @code, or NULL. */
static const char *
look_up (const CodeWord *words, const char *code)
{
  for (; words->code != NULL; words++)
    if (strcmp (words->code, code) == 0)
      return words->word;
  return NULL;
}

const char *
field_insurance_find_prescription_form (const char *code)
{
  return look_up (prescription_forms, code);
}

/* find_word: of @code, which came in the element @name of @node: one that has no word is set aside. */
static const char *
find_word (FieldReading *reading, QualificationOthers **others, const Message *node, const char *name,
           const CodeWord *words, const char *code)
{
  const char *word = code != NULL ? look_up (words, code) : NULL;

  if (code != NULL && word == NULL)
    field_place_set_aside (reading, others, node, name, REMARK_UNKNOWN_CODE);
  return word;
}

/* read_ratio: of @text, which came in the element @name of @node: one that is unclear is set aside. */
static gint
read_ratio (FieldReading *reading, QualificationOthers **others, const Message *node, const char *name,
            const char *text)
{
  gint ratio = text != NULL ? field_value_parse_ratio (text) : FIELD_NO_RATIO;

  if (text != NULL && ratio == FIELD_NO_RATIO)
    field_place_set_aside (reading, others, node, name, REMARK_RATIO_UNCLEAR);
  return ratio;
}

/* find_name: the name of @code in @table; a code that has none is handed on as it is, which is remarked. */
static const char *
find_name (FieldReading *reading, CodeTable table, const char *code)
{
  const char *name = code != NULL ? code_table_lookup (table, code) : NULL;

  if (code != NULL && name == NULL)
    field_place_remark (reading, REMARK_UNKNOWN_CODE);
  return name;
}

static QualificationElderly *
read_elderly (FieldReading *reading, const Message *node)
{
  QualificationElderly *elderly;

  if (node == NULL)
    return NULL;
  elderly = g_new0 (QualificationElderly, 1);
  field_place_fill (reading, node, &elderly_table, elderly, field_place_add_other);
  elderly->ratio
      = read_ratio (reading, &elderly->others, node, "ElderlyRecipientContributionRatio", elderly->ratio_code);
  if (!field_place_is_in_force (reading, &elderly->others, node,
                                &(FieldBound){ &elderly->from, "ElderlyRecipientValidStartDate" },
                                &(FieldBound){ &elderly->until, "ElderlyRecipientValidEndDate" })
      && elderly->ratio != FIELD_NO_RATIO)
    {
      field_place_set_aside (reading, &elderly->others, node, "ElderlyRecipientContributionRatio", REMARK_NOT_IN_FORCE);
      elderly->ratio = FIELD_NO_RATIO;
    }
  return elderly;
}

static QualificationCeiling *
read_ceiling (FieldReading *reading, const Message *node)
{
  QualificationCeiling *ceiling;

  if (node == NULL)
    return NULL;
  ceiling = g_new0 (QualificationCeiling, 1);
  field_place_fill (reading, node, &ceiling_table, ceiling, field_place_add_other);
  if (!field_place_is_in_force (reading, &ceiling->others, node,
                                &(FieldBound){ &ceiling->from, "LimitApplicationCertificateValidStartDate" },
                                &(FieldBound){ &ceiling->until, "LimitApplicationCertificateValidEndDate" }))
    {
      field_place_set_aside (reading, &ceiling->others, node, "LimitApplicationCertificateClassificationFlag",
                             REMARK_NOT_IN_FORCE);
      if (ceiling->long_term_from != NULL)
        field_place_set_aside (reading, &ceiling->others, node, "LimitApplicationCertificateLongTermDate",
                               REMARK_NOT_IN_FORCE);
      ceiling->class_code = ceiling->long_term_from = NULL;
    }
  ceiling->class_name = find_name (reading, CODE_TABLE_CEILING_CLASS, ceiling->class_code);
  return ceiling;
}

static void
read_disease (FieldReading *reading, const Message *node, QualificationDisease *disease)
{
  field_place_fill (reading, node, &disease_table, disease, field_place_add_other);
  if (!field_place_is_in_force (reading, &disease->others, node,
                                &(FieldBound){ &disease->from, "SpecificDiseasesValidStartDate" },
                                &(FieldBound){ &disease->until, "SpecificDiseasesValidEndDate" }))
    {
      field_place_set_aside (reading, &disease->others, node, "SpecificDiseasesSelfPay", REMARK_NOT_IN_FORCE);
      disease->self_pay = NULL;
    }
  disease->name = find_name (reading, CODE_TABLE_SPECIFIC_DISEASE, disease->category);
}

static void
read_diseases (FieldReading *reading, QualificationInsurance *insurance, const Message *list)
{
  for (const Message *node = message_get_first_child (list); node != NULL; node = message_get_next (node))
    {
      QualificationDisease disease = { NULL };

      if (strcmp (message_get_name (node), "SpecificDiseasesCertificateInfo") != 0)
        field_place_add_other (reading, &insurance->others, node);
      else if (insurance->diseases != NULL && insurance->diseases->len == DISEASES_MAXIMUM)
        field_place_remark (reading, REMARK_CUT_SHORT);
      else
        {
          read_disease (reading, node, &disease);
          if (insurance->diseases == NULL)
            insurance->diseases = qualification_new_diseases ();
          g_array_append_val (insurance->diseases, disease);
        }
    }
  if (insurance->diseases != NULL && insurance->diseases->len > DISEASES_KNOWN)
    field_place_remark (reading, REMARK_TOO_MANY_SPECIFIC_DISEASES);
}

static void
read_tickets (FieldReading *reading, QualificationInsurance *insurance, const Message *list)
{
  for (const Message *node = message_get_first_child (list); node != NULL; node = message_get_next (node))
    if (strcmp (message_get_name (node), "MedicalTicketInfo") != 0)
      field_place_add_other (reading, &insurance->others, node);
    else if (!field_place_is_shallow (node))
      field_place_remark (reading, REMARK_CUT_SHORT);
    else
      {
        if (insurance->tickets == NULL)
          insurance->tickets = g_ptr_array_new ();
        g_ptr_array_add (insurance->tickets, (gpointer)node);
      }
}

/* read_sex: of Sex1, and where that is not set of Sex2. Where both say something else, both are told. */
static void
read_sex (FieldReading *reading, QualificationInsurance *insurance, const Message *node)
{
  const char *first = find_word (reading, &insurance->others, node, "Sex1", sexes, insurance->sex1_code);
  const char *second = find_word (reading, &insurance->others, node, "Sex2", sexes, insurance->sex2_code);

  insurance->sex = first != NULL && first != sexes[2].word ? first : second != NULL ? second : first;
  if (first != NULL && second != NULL && first != second && first != sexes[2].word && second != sexes[2].word)
    field_place_set_aside (reading, &insurance->others, node, "Sex2", REMARK_SEX_DIFFERS);
}

static void
convert_person (FieldReading *reading, QualificationInsurance *insurance, const Message *node)
{
  read_sex (reading, insurance, node);
  insurance->relationship = find_word (reading, &insurance->others, node, "PersonalFamilyClassification", relationships,
                                       insurance->relationship_code);
  insurance->is_preschool
      = find_word (reading, &insurance->others, node, "PreschoolClassification", preschools, insurance->preschool_code)
        != NULL;
  insurance->prescription_form = find_word (reading, &insurance->others, node, "PrescriptionIssueSelect",
                                            prescription_forms, insurance->prescription_code);
}

static void
convert_insurance (FieldReading *reading, QualificationInsurance *insurance, const Message *node)
{
  /* Eight characters, padded with spaces on the left, in the field's messages: receipt software wants the number. */
  if (insurance->insurer_number != NULL)
    insurance->insurer_number = field_value_skip_spaces (insurance->insurer_number);
  if (insurance->classification == NULL && reading->qualification->insurances->len == 0)
    {
      insurance->classification = "01"; /* as ORCA takes a first entry without one */
      field_place_remark (reading, REMARK_CLASSIFICATION_BLANK);
    }
  find_name (reading, CODE_TABLE_CARD_CLASSIFICATION, insurance->classification);
  find_name (reading, CODE_TABLE_LOSS_REASON, insurance->loss_reason);
  insurance->elderly = read_elderly (reading, insurance->elderly_node);
  insurance->burden_ratio
      = read_ratio (reading, &insurance->others, node, "InsuredPartialContributionRatio", insurance->ratio_code);
  if (insurance->burden_ratio == FIELD_NO_RATIO && insurance->elderly != NULL)
    insurance->burden_ratio = insurance->elderly->ratio;
}

/* is_withheld: whether the patient has not agreed to @kind, so that nothing of it is handed on. */
static gboolean
is_withheld (FieldReading *reading, ConsentKind kind)
{
  return !field_question_has_agreed (reading->request, kind);
}

static void
withhold (Entry *entry)
{
  g_clear_pointer (&entry->reply->body, g_bytes_unref);
}

/*
 * is_as_asked: whether @child, of a consent inside the query, says no more than the query: it stands as it was asked
 * for, and when. Who asked a patient is told that with the consent.
 */
static gboolean
is_as_asked (FieldReading *reading, ConsentKind kind, const Message *child)
{
  return consent_kind_is_inside_query (kind)
         && (strcmp (message_get_name (child), field_consents_get_flag_name (kind)) != 0
             || strcmp (message_get_text (child), is_withheld (reading, kind) ? "0" : "1") == 0);
}

/* on_unnamed: a consent, or what nobody knows: what is called as a certificate needs its consent. */
static void
on_unnamed (FieldReading *reading, QualificationOthers **others, const Message *child)
{
  static const struct
  {
    const char *prefix;
    ConsentKind kind;
  } certificates[]
      = { { "LimitApplicationCertificate", CONSENT_CEILING }, { "SpecificDiseases", CONSENT_SPECIFIC_DISEASE } };
  Entry *entry = (Entry *)(void *)others;
  ConsentKind kind;

  if (field_consents_read (child, entry->states, &kind))
    {
      if (is_as_asked (reading, kind, child))
        return;
    }
  else if (strcmp (message_get_name (child), "QualificationConfirmationKey") == 0)
    entry->insurance.key = field_value_get (message_get_text (child));
  else
    for (gsize i = 0; i < G_N_ELEMENTS (certificates); i++)
      if (g_str_has_prefix (message_get_name (child), certificates[i].prefix)
          && is_withheld (reading, certificates[i].kind))
        {
          withhold (entry);
          return;
        }
  field_place_add_other (reading, others, child);
}

/* read_certificates: those that the patient has agreed to. What came without a yes is not handed on. */
static void
read_certificates (FieldReading *reading, Entry *entry)
{
  QualificationInsurance *insurance = &entry->insurance;

  if (insurance->ceiling_node != NULL && is_withheld (reading, CONSENT_CEILING))
    withhold (entry);
  else
    insurance->ceiling = read_ceiling (reading, insurance->ceiling_node);
  if (insurance->diseases_node != NULL && is_withheld (reading, CONSENT_SPECIFIC_DISEASE))
    withhold (entry);
  else if (insurance->diseases_node != NULL)
    read_diseases (reading, insurance, insurance->diseases_node);
  if (insurance->tickets_node != NULL)
    read_tickets (reading, insurance, insurance->tickets_node);
}

void
field_insurance_read (FieldReading *reading, const Message *node, TransportReply *reply)
{
  Qualification *qualification = reading->qualification;
  Entry entry = { .reply = reply };
  QualificationInsurance *insurance = &entry.insurance;
  const char *change;

  if (message_get_first_child (node) == NULL)
    return;
  field_place_fill (reading, node, &insurance_table, &entry, on_unnamed);
  field_consents_add_states (reply->consents, entry.states, qualification->executed);
  convert_person (reading, insurance, node);
  convert_insurance (reading, insurance, node);
  read_certificates (reading, &entry);
  change = find_word (reading, &insurance->others, node, "QualificationChangeFlg", changes, insurance->change_code);

  if (qualification->key == NULL)
    qualification->key = insurance->key;
  qualification->changed_sent |= change != NULL;
  qualification->changed |= change == changes[1].word;
  qualification_add_insurance (qualification, insurance);
}
