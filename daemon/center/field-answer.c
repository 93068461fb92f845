/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field-answer: the names of the field, and of our own profile, that stand in answers.
 *
 * One walk over the children of each element: a name is looked up in a sorted table that says where its text goes. An
 * element that is not known here is left out; a code that is not becomes an unrecognised answer, never a success.
 */
#include "center/field-answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "center/field-consents.h"
#include "center/field-question.h"
#include "codec/code-tables.h"
#include "codec/japanese-text.h"

#define CHALLENGE_SIZE 32u
#define CHALLENGE_TEXT_SIZE 44u /* of so many bytes in base64 */
#define CHALLENGE_IDENTIFIER_MAXIMUM 64
#define DATE_SIZE 8
#define RATIO_NOT_SENT (-1)
#define INSURANCES_MAXIMUM 50 /* of one message, in the field */
#define DISEASES_MAXIMUM 3

#define SEGMENT_OK "1"
#define SEGMENT_PROCESSING "2"
#define SEGMENT_REFUSED "9"

#define STATUS_OK "1" /* ProcessingResultStatus */
#define STATUS_REFUSED "2"

/* Refusals of our profile. What is not listed is CENTER_REFUSED. */
static const struct
{
  const char *code;
  ShikakuError error;
} refusals[] = {
  { "SHK010001", SHIKAKU_ERROR_CERTIFICATE_EXPIRED },   { "SHK010002", SHIKAKU_ERROR_CERTIFICATE_REVOKED },
  { "SHK010003", SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED }, { "SHK010006", SHIKAKU_ERROR_CERTIFICATE_REVOKED },
  { "SHK020001", SHIKAKU_ERROR_NOT_REGISTERED },        { "SHK090001", SHIKAKU_ERROR_CENTER_BUSY },
  { "SHK090003", SHIKAKU_ERROR_MESSAGE_INVALID },
};

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
  QualificationInsurance insurance;
  const char *family, *sex1, *sex2, *ratio, *preschool, *change, *key;
  const Message *elderly, *ceiling, *diseases, *tickets;
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
  NODE ("PublicExpenseResultList", Entry, tickets),
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
  TEXT ("LimitApplicationCertificateClassification", QualificationCeiling, classification),
  TEXT ("LimitApplicationCertificateClassificationFlag", QualificationCeiling, class_code),
  TEXT ("LimitApplicationCertificateDate", QualificationCeiling, classification_date),
  TEXT ("LimitApplicationCertificateLongTermDate", QualificationCeiling, long_term_from),
  TEXT ("LimitApplicationCertificateValidEndDate", QualificationCeiling, until),
  TEXT ("LimitApplicationCertificateValidStartDate", QualificationCeiling, from),
};

static const Field disease_fields[] = {
  TEXT ("SpecificDiseasesDiseaseCategory", QualificationDisease, category),
  TEXT ("SpecificDiseasesSelfPay", QualificationDisease, self_pay),
  TEXT ("SpecificDiseasesValidEndDate", QualificationDisease, until),
  TEXT ("SpecificDiseasesValidStartDate", QualificationDisease, from),
};

static const Field elderly_fields[] = {
  TEXT ("ElderlyRecipientCertificateDate", Elderly, date),
  TEXT ("ElderlyRecipientContributionRatio", Elderly, ratio),
  TEXT ("ElderlyRecipientValidEndDate", Elderly, until),
  TEXT ("ElderlyRecipientValidStartDate", Elderly, from),
};

static void
set_invalid (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, text);
}

/* set_refusal: what the center's @code stands for; its @text goes along, for who asked. */
static void
set_refusal (GError **error, const char *code, const char *text, GBytes *body)
{
  ShikakuError named = SHIKAKU_ERROR_CENTER_REFUSED;
  GError *refusal;
  const char *plain;

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (g_strcmp0 (refusals[i].code, code) == 0)
      named = refusals[i].error;
  refusal = g_error_new_literal (SHIKAKU_ERROR, (int)named, "the center refused");
  shikaku_error_set_refusal (refusal, code, text, body);
  plain = shikaku_error_get_plain_code (refusal);
  g_free (refusal->message);
  refusal->message = g_strdup_printf ("the center refused with code %s", plain != NULL ? plain : "(none)");
  g_propagate_error (error, refusal);
}

/* set_processing: no refusal, but its message can be asked for as well. */
static void
set_processing (GError **error, GBytes *body)
{
  GError *busy = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_BUSY, "the center is still working on it");

  shikaku_error_set_refusal (busy, NULL, NULL, body);
  g_propagate_error (error, busy);
}

gboolean
field_answer_check (const Message *message, const Message *request, GBytes *body, GError **error)
{
  const Message *header = message_find (message, "MessageHeader");
  const char *segment = message_find_text (header, "SegmentOfResult");
  const char *mismatch = field_question_find_mismatch (request, message);

  if (g_strcmp0 (message_get_name (message), "XmlMsg") != 0 || segment == NULL)
    set_invalid (error, "the center's answer is not an XmlMsg with a result");
  else if (mismatch != NULL) /* and is of another patient */
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID,
                 "the center's answer belongs to another question: its %s is not what was asked", mismatch);
  else if (g_str_equal (segment, SEGMENT_REFUSED))
    set_refusal (error, message_find_text (header, "ErrorCode"), message_find_text (header, "ErrorMessage"), body);
  else if (g_str_equal (segment, SEGMENT_PROCESSING))
    set_processing (error, body);
  else if (!g_str_equal (segment, SEGMENT_OK))
    set_invalid (error, "the center's answer has an unknown segment of result");
  else if (message_find_text (header, "ArbitraryFileIdentifier")
           == NULL) /* a refusal may come from before it was read */
    set_invalid (error, "the center's answer does not say to which request");
  else if (message_find (message, "MessageBody") == NULL)
    set_invalid (error, "the center's answer has no body");
  else
    return TRUE;
  return FALSE;
}

gboolean
field_text_is_printable (const char *text, gsize maximum)
{
  gsize size = text != NULL ? strlen (text) : 0;

  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isgraph (text[i]))
      return FALSE;
  return size > 0 && size <= maximum;
}

TransportChallenge *
field_answer_read_challenge (const Message *message, GError **error)
{
  const Message *part = message_find (message_find (message, "MessageBody"), "CardChallenge");
  const char *identifier = message_find_text (part, "ChallengeIdentifier");
  const char *text = message_find_text (part, "Challenge");
  g_autofree guint8 *bytes = NULL;
  gsize size = 0;
  TransportChallenge *challenge;

  if (text != NULL && strlen (text) == CHALLENGE_TEXT_SIZE)
    bytes = g_base64_decode (text, &size);
  if (size != CHALLENGE_SIZE || !field_text_is_printable (identifier, CHALLENGE_IDENTIFIER_MAXIMUM))
    {
      set_invalid (error, "the center's answer holds no challenge of 32 bytes");
      return NULL;
    }
  challenge = g_new0 (TransportChallenge, 1);
  challenge->identifier = g_strdup (identifier);
  challenge->bytes = g_bytes_new_take (g_steal_pointer (&bytes), size);
  return challenge;
}

static int
field_compare (const void *name, const void *field)
{
  return strcmp (name, ((const Field *)field)->name);
}

/*
 * fill: puts what @node holds into @target by @fields; an empty element counts as absent. What it says of consents goes
 * into @states, unless NULL.
 */
static void
fill (const Message *node, const Field *fields, gsize n_fields, gpointer target, TransportConsentState *states)
{
  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    {
      const Field *field = bsearch (message_get_name (child), fields, n_fields, sizeof *fields, field_compare);
      const char *text;

      if (field == NULL)
        {
          if (states != NULL)
            field_consents_read (child, states);
        }
      else if (field->is_node)
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

/* An answer that is being read. */
typedef struct
{
  const Message *request; /* that it answers */
  const char *day;        /* that was asked for */
  TransportReply *reply;  /* what becomes of it */
} Reading;

/*
 * is_in_force: whether the day that was asked for lies in the period @from to @until, both included. An end that is not
 * sent, blank or all zeros is open; one that is no date says nothing that may be relied on.
 */
static gboolean
is_in_force (const Reading *reading, const char *from, const char *until)
{
  const char *const ends[] = { from, until };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      if (ends[i] == NULL || strspn (ends[i], "0 ") == strlen (ends[i]))
        continue;
      if (strlen (ends[i]) != DATE_SIZE || strspn (ends[i], "0123456789") != DATE_SIZE)
        return FALSE;
      if (reading->day != NULL && (i == 0 ? strcmp (ends[i], reading->day) > 0 : strcmp (ends[i], reading->day) < 0))
        return FALSE;
    }
  return TRUE;
}

static QualificationCeiling *
read_ceiling (const Reading *reading, const Message *node)
{
  QualificationCeiling *ceiling;

  if (node == NULL || message_get_first_child (node) == NULL)
    return NULL;

  ceiling = g_new0 (QualificationCeiling, 1);
  fill (node, ceiling_fields, G_N_ELEMENTS (ceiling_fields), ceiling, NULL);
  if (!is_in_force (reading, ceiling->from, ceiling->until))
    ceiling->class_code = ceiling->long_term_from = NULL;
  if (ceiling->class_code != NULL)
    ceiling->class_name = code_table_lookup (CODE_TABLE_CEILING_CLASS, ceiling->class_code);
  return ceiling;
}

static GArray *
read_diseases (const Reading *reading, const Message *list)
{
  GArray *diseases = NULL;

  for (const Message *node = message_find (list, "SpecificDiseasesCertificateInfo");
       node != NULL && (diseases == NULL || diseases->len < DISEASES_MAXIMUM); node = message_find_next (node))
    {
      QualificationDisease disease = { NULL };

      fill (node, disease_fields, G_N_ELEMENTS (disease_fields), &disease, NULL);
      if (!is_in_force (reading, disease.from, disease.until))
        disease.self_pay = NULL;
      if (disease.category != NULL)
        disease.name = code_table_lookup (CODE_TABLE_SPECIFIC_DISEASE, disease.category);
      if (diseases == NULL)
        diseases = g_array_new (FALSE, FALSE, sizeof (QualificationDisease));
      g_array_append_val (diseases, disease);
    }
  return diseases;
}

static QualificationTicket *
read_ticket (const Message *node)
{
  QualificationTicket *ticket;
  gsize n = 0;

  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    n++;
  ticket = g_malloc (sizeof *ticket + n * sizeof ticket->texts[0]);
  ticket->n_texts = 0;
  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    {
      const char *text = message_get_text (child);

      if (*text == '\0')
        continue;
      ticket->texts[ticket->n_texts].name = message_get_name (child);
      ticket->texts[ticket->n_texts++].text = text;
    }
  return ticket;
}

static GPtrArray *
read_tickets (const Message *list)
{
  GPtrArray *tickets = NULL;

  for (const Message *node = message_find (list, "MedicalTicketInfo"); node != NULL; node = message_find_next (node))
    {
      if (tickets == NULL)
        tickets = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (tickets, read_ticket (node));
    }
  return tickets;
}

static void
convert_person (QualificationInsurance *insurance, const Entry *entry)
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
convert_ratios (const Reading *reading, QualificationInsurance *insurance, const Entry *entry)
{
  Elderly elderly = { NULL };

  if (entry->elderly != NULL)
    fill (entry->elderly, elderly_fields, G_N_ELEMENTS (elderly_fields), &elderly, NULL);
  insurance->elderly_date = elderly.date;
  insurance->elderly_from = elderly.from;
  insurance->elderly_until = elderly.until;
  insurance->elderly_ratio
      = is_in_force (reading, elderly.from, elderly.until) ? parse_percent (elderly.ratio) : RATIO_NOT_SENT;
  insurance->burden_ratio = parse_percent (entry->ratio);
  if (insurance->burden_ratio < 0)
    insurance->burden_ratio = insurance->elderly_ratio;
}

/*
 * get_agreed: @node, if the patient said yes to @kind. What came without a yes is not handed on, nor is the message
 * that it came in.
 */
static const Message *
get_agreed (const Reading *reading, ConsentKind kind, const Message *node)
{
  if (node == NULL || message_get_first_child (node) == NULL || field_question_has_agreed (reading->request, kind))
    return node;
  g_clear_pointer (&reading->reply->body, g_bytes_unref);
  return NULL;
}

/* read_entry: one insurance; what the whole answer takes from it goes into the reply. */
static void
read_entry (const Reading *reading, const Message *node)
{
  Qualification *qualification = reading->reply->qualification;
  TransportConsentState states[CONSENT_N_KINDS] = { { FALSE } };
  Entry entry = { .insurance = { .classification = NULL } };
  QualificationInsurance *insurance;

  if (message_get_first_child (node) == NULL)
    return;
  fill (node, entry_fields, G_N_ELEMENTS (entry_fields), &entry, states);
  field_consents_add_states (reading->reply->consents, states, qualification->executed);
  insurance = qualification_add_insurance (qualification, &entry.insurance);

  /* Eight characters, padded with spaces on the left, in the field's messages: receipt software wants the number. */
  if (insurance->insurer_number != NULL)
    insurance->insurer_number += strspn (insurance->insurer_number, " ");
  convert_person (insurance, &entry);
  convert_ratios (reading, insurance, &entry);
  insurance->ceiling = read_ceiling (reading, get_agreed (reading, CONSENT_CEILING, entry.ceiling));
  insurance->diseases = read_diseases (reading, get_agreed (reading, CONSENT_SPECIFIC_DISEASE, entry.diseases));
  insurance->tickets = read_tickets (entry.tickets);

  if (qualification->key == NULL)
    qualification->key = entry.key;
  qualification->changed_sent |= entry.change != NULL;
  qualification->changed |= g_strcmp0 (entry.change, "1") == 0;
}

/* read_list: all insurances. */
static void
read_list (const Reading *reading, const Message *list)
{
  for (const Message *node = message_find (list, "ResultOfQualificationConfirmation");
       node != NULL && reading->reply->qualification->insurances->len < INSURANCES_MAXIMUM;
       node = message_find_next (node))
    read_entry (reading, node);
}

/* read_validity: Return: FALSE if it is no answer to a query, or a refusal. */
static gboolean
read_validity (const TransportReply *reply, const Message *body, GError **error)
{
  Qualification *qualification = reply->qualification;
  const char *status = message_find_text (body, "ProcessingResultStatus");
  const char *validity = message_find_text (body, "QualificationValidity");

  if (g_strcmp0 (status, STATUS_REFUSED) == 0)
    return set_refusal (error, qualification->code, qualification->message, reply->body), FALSE;
  if (status == NULL || validity == NULL)
    return set_invalid (error, "not an eligibility answer"), FALSE;
  if (strcmp (status, STATUS_OK) == 0 && strlen (validity) == 1 && *validity >= '1'
      && *validity < '0' + QUALIFICATION_N_VALIDITIES)
    qualification->validity = (QualificationValidity)(*validity - '0'); /* the enum is in the order of the codes */
  return TRUE;
}

static TransportReply *
new_reply (GBytes *body)
{
  TransportReply *reply = g_new0 (TransportReply, 1);

  reply->body = g_bytes_ref (body);
  reply->received = g_get_real_time ();
  return reply;
}

/* read_execution_time: when the center worked on it: microseconds since the epoch; 0: not sent. */
static gint64
read_execution_time (const Message *message)
{
  const char *text = message_find_text (message_find (message, "MessageHeader"), "ProcessExecutionTime");
  gint64 executed = 0;

  if (text != NULL)
    japanese_text_parse_time (text, &executed);
  return executed;
}

TransportReply *
field_answer_read_qualification (Message *message, const Message *request, GBytes *body, GError **error)
{
  g_autoptr (TransportReply) reply = new_reply (body);
  Qualification *qualification = reply->qualification = qualification_new (message);
  const Reading reading = { request, field_question_get_day (request), reply };
  const Message *part = message_find (message, "MessageBody");

  qualification->executed = read_execution_time (message);
  qualification->code = message_find_text (part, "ProcessingResultCode");
  qualification->message = message_find_text (part, "ProcessingResultMessage");
  read_list (&reading, message_find (part, "ResultList"));
  return read_validity (reply, part, error) ? g_steal_pointer (&reply) : NULL;
}

TransportReply *
field_answer_read_registration (const Message *message, GBytes *body)
{
  TransportReply *reply = new_reply (body);
  TransportConsentState states[CONSENT_N_KINDS] = { { FALSE } };
  const Message *part = message_find (message_find (message, "MessageBody"), "ConsentRegistrationResult");

  if (part != NULL)
    for (const Message *child = message_get_first_child (part); child != NULL; child = message_get_next (child))
      field_consents_read (child, states);
  field_consents_add_states (reply->consents, states, read_execution_time (message));
  return reply;
}
