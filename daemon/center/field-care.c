/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* field-care: see the header. A list can be larger than a tree may be: each of its people is one after the other. */
#include "center/field-care.h"

#include <string.h>

#include "base/error.h"
#include "center/field-answer.h"
#include "codec/message-xml.h"

#define SEARCH_PART "QualificationConfirmSearchInfo"
#define UNIT "BulkConfirmUnit" /* of one person */
#define SEGMENT_OK "1"         /* SegmentOfResult */
#define STATUS_REFUSED "2"     /* ProcessingResultStatus, here of the whole */

Message *
field_care_new_question (const FieldHeader *header, const TransportCareQuery *query)
{
  Message *message = message_new ("XmlMsg");
  Message *head = message_add (message, "MessageHeader", NULL);
  Message *part = message_add (message_add (message, "MessageBody", NULL), SEARCH_PART, NULL);
  const char care[] = { (char)('0' + query->care), '\0' }; /* OQSCD028, in whose order the enum is */

  message_add (head, "MedicalInstitutionCode", header->institution_code);
  message_add (head, "ArbitraryFileIdentifier", header->identifier);
  message_add (part, query->by_examination ? "ExaminationDateFrom" : "ConsentDateFrom", query->from);
  message_add (part, query->by_examination ? "ExaminationDateTo" : "ConsentDateTo", query->to);
  message_add (part, "MedicalTreatmentFlag", care);
  return message;
}

Message *
field_care_new_fetch (const char *institution_code, const char *reception)
{
  Message *message = message_new ("XmlMsg");

  message_add (message_add (message, "MessageHeader", NULL), "MedicalInstitutionCode", institution_code);
  message_add (message_add (message, "MessageBody", NULL), "ReceptionNumber", reception);
  return message;
}

static gboolean
set_invalid (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, text);
  return FALSE;
}

/* find_reception: where the field has it, which is not known for certain. */
static const char *
find_reception (const Message *message)
{
  const char *text = message_find_text (message_find (message, "MessageHeader"), "ReceptionNumber");

  return text != NULL ? text : message_find_text (message_find (message, "MessageBody"), "ReceptionNumber");
}

char *
field_care_read_reception (GBytes *document, MessageEncoding hint, const Message *request, GError **error)
{
  g_autoptr (Message) message = message_xml_parse (document, hint, NULL, error);
  g_autoptr (GError) refusal = NULL;
  const char *reception;

  if (message == NULL)
    return NULL;
  reception = find_reception (message);
  /* That the list is still to be made says the same answer, with the number or without. */
  if (!field_answer_check_file (message, request, document, &refusal)
      && (reception == NULL || !field_answer_is_processing (refusal)))
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return NULL;
    }
  if (g_strcmp0 (message_find_text (message_find (message, "MessageBody"), "ProcessingResultStatus"), STATUS_REFUSED)
      == 0)
    field_care_read_refusal (message, document, error);
  else if (!field_text_is_printable (reception, TRANSPORT_RECEPTION_MAXIMUM))
    set_invalid (error, "the center's answer has no number of a reception");
  else
    return g_strdup (reception);
  return NULL;
}

/* What is found on the way through a list. */
typedef struct
{
  FieldCareList *list;
  gboolean has_header, is_of_asked, is_refused;
} Walk;

static gboolean
is_holder (const char *holder, const char *element, gpointer user_data)
{
  if (holder == NULL)
    return strcmp (element, "XmlMsg") == 0;
  return strcmp (holder, "XmlMsg") == 0 && strcmp (element, "MessageBody") == 0;
}

/* compare: what @said says must be @asked. Each that is said and known speaks for the question. */
static gboolean
compare (Walk *walk, const char *said, const char *asked, GError **error)
{
  if (said == NULL || asked == NULL)
    return TRUE;
  if (strcmp (said, asked) != 0)
    return set_invalid (error, "the center's list belongs to another question");
  walk->is_of_asked = TRUE;
  return TRUE;
}

static gboolean
take_header (Walk *walk, const Message *header, GError **error)
{
  const FieldCareList *list = walk->list;
  const char *institution = message_find_text (header, "MedicalInstitutionCode");

  if (walk->has_header)
    return set_invalid (error, "the center's list has two headers");
  walk->has_header = TRUE;
  walk->is_refused = g_strcmp0 (message_find_text (header, "SegmentOfResult"), SEGMENT_OK) != 0;
  if (institution == NULL ? !walk->is_refused : strcmp (institution, list->institution) != 0)
    return set_invalid (error, "the center's list is of another institution");
  return compare (walk, message_find_text (header, "ReceptionNumber"), list->reception, error)
         && compare (walk, message_find_text (header, "ArbitraryFileIdentifier"), list->identifier, error);
}

static gboolean
on_part (const Message *part, gpointer user_data, GError **error)
{
  Walk *walk = user_data;
  const char *name = message_get_name (part);

  if (strcmp (name, "MessageHeader") == 0)
    return take_header (walk, part, error);
  if (strcmp (name, "ReceptionNumber") == 0 && *message_get_text (part) != '\0')
    return compare (walk, message_get_text (part), walk->list->reception, error);
  if (strcmp (name, "ProcessingResultStatus") == 0 && strcmp (message_get_text (part), STATUS_REFUSED) == 0)
    walk->is_refused = TRUE;
  if (strcmp (name, UNIT) == 0 && ++walk->list->n_people > FIELD_CARE_PEOPLE_MAXIMUM)
    return set_invalid (error, "the center's list has too many people");
  return TRUE;
}

gboolean
field_care_read_list (GBytes *document, FieldCareList *list, GError **error)
{
  static const MessageXmlParts parts = { is_holder, on_part };
  Walk walk = { .list = list };
  gsize size;
  const char *text = g_bytes_get_data (document, &size);

  if (!message_xml_walk (text, size, MESSAGE_ENCODING_UNKNOWN, &parts, &walk, error))
    return FALSE;
  if (!walk.has_header)
    return set_invalid (error, "the center's list has no header");
  if (walk.is_refused && list->n_people == 0)
    return (list->refusal = message_xml_parse (document, MESSAGE_ENCODING_UNKNOWN, NULL, error)) != NULL;
  if (walk.is_refused) /* people in an answer that says that it is none */
    return set_invalid (error, "the center's list contradicts itself");
  return walk.is_of_asked || set_invalid (error, "the center's list does not say to which question");
}

void
field_care_read_refusal (const Message *refusal, GBytes *document, GError **error)
{
  g_autoptr (Message) request = message_new ("XmlMsg"); /* what had to be compared was */
  g_autoptr (GError) own = NULL;
  g_autoptr (TransportReply) reply = NULL;

  /* A refusal of the header's is named first; else it is the body's, which says so as that of a withdrawal does. */
  if (!field_answer_check (refusal, request, document, &own)
      && (!g_error_matches (own, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID)
          || shikaku_error_get_center_message (own) != NULL))
    {
      g_propagate_error (error, g_steal_pointer (&own));
      return;
    }
  reply = field_answer_read_withdrawal (refusal, document, error);
  if (reply != NULL)
    set_invalid (error, "the center's answer is neither a list nor a refusal");
}
