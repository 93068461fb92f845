/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* web-message: the names of the field (facts: domain §3.1-§3.3, §8) and of our own profile, in one place. */

#include "center/web-message.h"

#include <string.h>

#include "base/error.h"
#include "codec/message-json.h"

#define CHALLENGE_SIZE 32u
#define CHALLENGE_TEXT_SIZE 44u /* of so many bytes in base64 */
#define CHALLENGE_IDENTIFIER_MAXIMUM 64
#define INSURER_NUMBER_WIDTH 8
#define TOKEN_SIZE_MAXIMUM 8192
#define TOKEN_LIFETIME_DEFAULT 900   /* seconds, if the center does not say: half of the field's idle limit */
#define TOKEN_LIFETIME_MAXIMUM 86400 /* seconds: an account that was withdrawn shall not go on for longer */

#define CLASSIFICATION_CARD "1" /* ReferenceClassification: by card */

#define SEGMENT_OK "1"
#define SEGMENT_PROCESSING "2"
#define SEGMENT_REFUSED "9"

/* @date, @classification: NULL where the message has none. */
static Message *
start (const WebHeader *header, const char *date, const char *classification, const char *part, Message **ret_part)
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
add_flag (Message *part, const char *name, gboolean value)
{
  message_add (part, name, value ? "1" : "0");
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

GBytes *
web_message_make_challenge (const WebHeader *header)
{
  Message *part;
  g_autoptr (Message) message = start (header, NULL, NULL, "CardChallengeInfo", &part);

  return message_json_write (message);
}

GBytes *
web_message_make_check (const WebHeader *header, const TransportCardQuery *query)
{
  Message *part;
  g_autoptr (Message) message = start (header, header->today, CLASSIFICATION_CARD, "CardCheckInfo", &part);

  message_add (part, "ChallengeIdentifier", query->challenge_identifier);
  add_bytes (part, "UserAuthenticationCertificate", query->certificate);
  message_add (part, "SignatureAlgorithm", query->algorithm);
  add_bytes (part, "Signature", query->signature);
  add_flag (part, "LimitApplicationCertificateRelatedConsFlg", query->consent_ceiling);
  add_flag (part, "SpecificDiseasesCertificateRelatedConsFlg", query->consent_specific_disease);
  return message_json_write (message);
}

GBytes *
web_message_make_search (const WebHeader *header, const TransportNumberQuery *query)
{
  Message *part;
  g_autoptr (Message) message = start (header, query->date != NULL ? query->date : header->today, NULL,
                                       "QualificationConfirmSearchInfo", &part);
  /* The field wants eight places, filled with spaces from the left. */
  g_autofree char *insurer_number
      = g_strdup_printf ("%*s", INSURER_NUMBER_WIDTH, query->insurer_number != NULL ? query->insurer_number : "");

  message_add (part, "InsurerNumber", insurer_number);
  add_optional (part, "InsuredCardSymbol", query->symbol);
  add_optional (part, "InsuredIdentificationNumber", query->number);
  add_optional (part, "InsuredBranchNumber", query->branch);
  add_optional (part, "Birthdate", query->birthdate);
  add_flag (part, "LimitApplicationCertificateRelatedConsFlg", query->consent_ceiling);
  /* No known program sends this one in a search: leave it out unless it says something. */
  if (query->consent_specific_disease)
    add_flag (part, "SpecificDiseasesCertificateRelatedConsFlg", TRUE);
  return message_json_write (message);
}

GBytes *
web_message_make_registration (const WebHeader *header, const TransportConsents *consents)
{
  Message *part;
  g_autoptr (Message) message = start (header, NULL, NULL, "ConsentRegistrationInfo", &part);

  message_add (part, "QualificationConfirmationKey", consents->qualification_key);
  for (guint i = 0; consents->prefixes[i] != NULL; i++)
    {
      g_autofree char *name = g_strconcat (consents->prefixes[i], "ConsFlg", NULL);

      add_flag (part, name, consents->granted[i]);
    }
  return message_json_write (message);
}

static void
set_invalid (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, text);
}

Message *
web_message_parse (GBytes *body, const char *identifier, GError **error)
{
  g_autoptr (Message) message = message_json_parse (body, error);
  const Message *header;
  const char *segment, *answered;

  if (message == NULL)
    return NULL;
  header = message_find (message, "MessageHeader");
  segment = message_find_text (header, "SegmentOfResult");
  answered = message_find_text (header, "ArbitraryFileIdentifier");
  if (g_strcmp0 (message_get_name (message), "XmlMsg") != 0 || segment == NULL)
    set_invalid (error, "the center's answer is not an XmlMsg with a result");
  else if (answered != NULL && strcmp (answered, identifier) != 0)
    set_invalid (error, "the center's answer belongs to another request"); /* and to another patient */
  else if (g_str_equal (segment, SEGMENT_REFUSED))
    transport_set_refusal (error, message_find_text (header, "ErrorCode"));
  else if (g_str_equal (segment, SEGMENT_PROCESSING))
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_BUSY, "the center is still working on it");
  else if (!g_str_equal (segment, SEGMENT_OK))
    set_invalid (error, "the center's answer has an unknown segment of result");
  else if (answered == NULL) /* a refusal may come from before it was read */
    set_invalid (error, "the center's answer does not say to which request");
  else if (message_find (message, "MessageBody") == NULL)
    set_invalid (error, "the center's answer has no body");
  else
    return g_steal_pointer (&message);
  return NULL;
}

static gboolean
is_printable (const char *text, gsize maximum)
{
  gsize size = text != NULL ? strlen (text) : 0;

  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isgraph (text[i]))
      return FALSE;
  return size > 0 && size <= maximum;
}

TransportChallenge *
web_message_read_challenge (const Message *message, GError **error)
{
  const Message *part = message_find (message_find (message, "MessageBody"), "CardChallenge");
  const char *identifier = message_find_text (part, "ChallengeIdentifier");
  const char *text = message_find_text (part, "Challenge");
  g_autofree guint8 *bytes = NULL;
  gsize size = 0;
  TransportChallenge *challenge;

  if (text != NULL && strlen (text) == CHALLENGE_TEXT_SIZE)
    bytes = g_base64_decode (text, &size);
  if (size != CHALLENGE_SIZE || !is_printable (identifier, CHALLENGE_IDENTIFIER_MAXIMUM))
    {
      set_invalid (error, "the center's answer holds no challenge of 32 bytes");
      return NULL;
    }
  challenge = g_new0 (TransportChallenge, 1);
  challenge->identifier = g_strdup (identifier);
  challenge->bytes = g_bytes_new_take (g_steal_pointer (&bytes), size);
  return challenge;
}

char *
web_message_parse_login (GBytes *body, guint *ret_lifetime, GError **error)
{
  g_autoptr (Message) message = message_json_parse_members (body, "Login", error);
  const Message *result;
  const char *status, *token, *lifetime;
  guint64 seconds = TOKEN_LIFETIME_DEFAULT;

  if (message == NULL)
    return NULL;
  status = message_find_text (message, "status");
  if (status != NULL && !g_str_equal (status, "OK"))
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_REFUSED, "the center refused the account");
      return NULL;
    }
  result = message_find (message, "result");
  token = message_find_text (result, "idToken");
  lifetime = message_find_text (result, "expiresIn");
  if (status == NULL || !is_printable (token, TOKEN_SIZE_MAXIMUM) /* it becomes a header */
      || (lifetime != NULL && !g_ascii_string_to_unsigned (lifetime, 10, 1, G_MAXUINT32, &seconds, NULL)))
    {
      set_invalid (error, "the center's answer to auth holds no usable token");
      return NULL;
    }
  *ret_lifetime = (guint)MIN (seconds, TOKEN_LIFETIME_MAXIMUM);
  return g_strdup (token);
}
