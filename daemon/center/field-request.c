/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* field-request: the names of the field, and of our own profile, that stand in requests. */
#include "center/field-request.h"

#include "center/field-consents.h"

#define INSURER_NUMBER_WIDTH 8
#define CLASSIFICATION_CARD "1" /* ReferenceClassification: by card */

/* begin_message: @date, @classification: NULL where the message has none. */
static Message *
begin_message (const FieldHeader *header, const char *date, const char *classification, const char *part,
               Message **ret_part)
{
  Message *message = message_new ("XmlMsg");
  Message *head = message_add (message, "MessageHeader", NULL);

  if (date != NULL)
    message_add (head, "QualificationConfirmationDate", date);
  message_add (head, "MedicalInstitutionCode", header->institution_code);
  message_add (head, "ArbitraryFileIdentifier", header->identifier);
  if (classification != NULL)
    message_add (head, "ReferenceClassification", classification);
  *ret_part = message_add (message_add (message, "MessageBody", NULL), part, NULL);
  return message;
}

static void
add_optional (Message *part, const char *name, const char *text)
{
  if (text != NULL && *text != '\0')
    message_add (part, name, text);
}

static void
add_bytes (Message *part, const char *name, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = g_base64_encode (data, size);

  message_add (part, name, text);
}

Message *
field_request_new_challenge (const FieldHeader *header)
{
  Message *part;

  return begin_message (header, NULL, NULL, "CardChallengeInfo", &part);
}

/* add_proof: that there is a card, and that its PIN was given. */
static void
add_proof (Message *part, const TransportCardQuery *query)
{
  if (query->challenge->own_time != NULL)
    {
      message_add (part, "OwnChallengeTime", query->challenge->own_time);
      add_bytes (part, "OwnChallenge", query->challenge->bytes);
    }
  else
    message_add (part, "ChallengeIdentifier", query->challenge->identifier);
  add_bytes (part, "UserAuthenticationCertificate", query->certificate);
  message_add (part, "SignatureAlgorithm", query->algorithm);
  add_bytes (part, "Signature", query->signature);
}

/* add_insurer: the field wants eight places, filled with spaces from the left. */
static void
add_insurer (Message *part, const char *number)
{
  g_autofree char *padded = g_strdup_printf ("%*s", INSURER_NUMBER_WIDTH, number != NULL ? number : "");

  message_add (part, "InsurerNumber", padded);
}

Message *
field_request_new_check (const FieldHeader *header, const TransportCardQuery *query)
{
  Message *part;
  Message *message = begin_message (header, header->today, CLASSIFICATION_CARD, "CardCheckInfo", &part);

  add_proof (part, query);
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    if (consent_kind_is_inside_query (kind))
      field_consents_add (part, kind, CONSENT_KINDS_HAS (query->agreed, kind), query->texts);
  return message;
}

Message *
field_request_new_search (const FieldHeader *header, const TransportNumberQuery *query)
{
  Message *part;
  Message *message = begin_message (header, query->date != NULL ? query->date : header->today, NULL,
                                    "QualificationConfirmSearchInfo", &part);

  add_insurer (part, query->insurer_number);
  add_optional (part, "InsuredCardSymbol", query->symbol);
  add_optional (part, "InsuredIdentificationNumber", query->number);
  add_optional (part, "InsuredBranchNumber", query->branch);
  add_optional (part, "Birthdate", query->birthdate);
  field_consents_add (part, CONSENT_CEILING, CONSENT_KINDS_HAS (query->agreed, CONSENT_CEILING), query->texts);
  /* No known program sends this one in a search: leave it out unless it says something. */
  if (CONSENT_KINDS_HAS (query->agreed, CONSENT_SPECIFIC_DISEASE))
    field_consents_add (part, CONSENT_SPECIFIC_DISEASE, TRUE, query->texts);
  return message;
}

Message *
field_request_new_registration (const FieldHeader *header, const TransportConsents *consents)
{
  Message *part;
  Message *message = begin_message (header, NULL, NULL, "ConsentRegistrationInfo", &part);

  message_add (part, "QualificationConfirmationKey", consents->qualification_key);
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    if (CONSENT_KINDS_HAS (consents->asked, kind))
      field_consents_add (part, kind, CONSENT_KINDS_HAS (consents->agreed, kind), consents->texts);
  return message;
}

Message *
field_request_new_use (const FieldHeader *header, const TransportCardQuery *proof, const TransportConsentText *terms)
{
  Message *part;
  Message *message = begin_message (header, NULL, NULL, "CardRegistrationInfo", &part);

  add_proof (part, proof);
  message_add (part, "UseRegistrationConsFlg", "1");
  message_add (part, "UseRegistrationConsTextVersion", terms->version);
  message_add (part, "UseRegistrationConsTextLanguage", terms->language);
  return message;
}

Message *
field_request_new_reference (const FieldHeader *header, const TransportReference *reference)
{
  Message *part;
  Message *message = begin_message (header, NULL, NULL, "ReferenceNumberRegistrationInfo", &part);

  message_add (part, "ReferenceNumber", reference->reference_number);
  add_insurer (part, reference->insurer_number);
  add_optional (part, "InsuredCardSymbol", reference->symbol);
  add_optional (part, "InsuredIdentificationNumber", reference->number);
  add_optional (part, "InsuredBranchNumber", reference->branch);
  return message;
}

static void
add_treatment (Message *part, TransportTreatment treatment)
{
  const char code[] = { (char)('0' + treatment), '\0' }; /* OQSCD028, in whose order the enum is */

  message_add (part, "MedicalTreatmentFlag", code);
}

Message *
field_request_new_withdrawal (const FieldHeader *header, const TransportWithdrawal *withdrawal)
{
  Message *part;
  Message *message = begin_message (header, NULL, NULL, "ConsentCancelInfo", &part);

  add_insurer (part, withdrawal->insurer_number);
  add_optional (part, "InsuredCardSymbol", withdrawal->symbol);
  add_optional (part, "InsuredIdentificationNumber", withdrawal->number);
  add_optional (part, "InsuredBranchNumber", withdrawal->branch);
  add_optional (part, "Birthdate", withdrawal->birthdate);
  add_treatment (part, withdrawal->treatment);
  return message;
}

/* get_file_category: what kind of file is wanted: of check-ups PDF or XML; of medicines with treatments or without. */
static const char *
get_file_category (const TransportRecordsQuery *query)
{
  const gboolean is_xml = query->format == TRANSPORT_RECORDS_XML;

  if (query->kind == CONSENT_CHECKUP || !query->with_treatment)
    return is_xml ? "2" : "1";
  return is_xml ? "4" : "3";
}

/* The numbers are called otherwise here than anywhere else in the field, and stand in the header. */
Message *
field_request_new_records (const FieldHeader *header, const TransportRecordsQuery *query)
{
  const gboolean is_drug = query->kind == CONSENT_DRUG;
  Message *message = message_new ("XmlMsg");
  Message *head = message_add (message, "MessageHeader", NULL);
  Message *body = message_add (message, "MessageBody", NULL);

  message_add (head, "MedicalInstitutionCode", header->institution_code);
  add_insurer (head, query->insurer_number);
  add_optional (head, "InsuranceCardSymbol", query->symbol);
  add_optional (head, "InsuredPersonIdentificationNumber", query->number);
  add_optional (head, "BranchNumber", query->branch);
  message_add (head, "ArbitraryFileIdentifier", header->identifier);
  add_optional (body, "StartDate", query->from);
  add_optional (body, "EndDate", query->to);
  if (is_drug)
    add_optional (body, "LastDate", query->last_date);
  message_add (body, "FileCategory", get_file_category (query));
  if (is_drug && query->with_prescriptions)
    message_add (body, "PrDiInfClassification", "1");
  add_treatment (body, query->treatment);
  return message;
}
