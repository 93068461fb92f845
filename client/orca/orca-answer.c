/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-answer: see the header. */
#include "client/orca/orca-answer.h"

#include <string.h>

#include "codec/message-json.h"
#include "codec/message-xml.h"

#define BY_CARD "1"
#define BY_NUMBER "2"
#define ORCA_ROW "Fujyo_Uuid" /* of medical assistance, in the header of what is posted; ORCA ignores the others */

static gpointer
refuse_message (GError **error, const char *why)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, why);
  return NULL;
}

Message *
orca_answer_read (GBytes *bytes, GError **error)
{
  gsize size, first = 0;
  const char *text = g_bytes_get_data (bytes, &size);
  g_autoptr (GError) failure = NULL;
  Message *message;

  while (first < size && g_ascii_isspace (text[first]))
    first++;
  if (first < size && text[first] == '{')
    message = message_json_parse (bytes, &failure);
  else
    message = message_xml_parse (bytes, MESSAGE_ENCODING_UNKNOWN, NULL, &failure);
  if (message == NULL)
    refuse_message (error, failure->message);
  return message;
}

/* The two halves of a message. Return: FALSE with an error: it has not both. */
static gboolean
find_halves (const Message *message, const Message **ret_header, const Message **ret_body, GError **error)
{
  const Message *header = message_find (message, "MessageHeader");
  const Message *body = message_find (message, "MessageBody");

  if (strcmp (message_get_name (message), "XmlMsg") != 0 || header == NULL)
    return refuse_message (error, "it is no message of the field") != NULL;
  *ret_header = header;
  *ret_body = body;
  return TRUE;
}

static JsonObject *
make_record (const Message *header, const Message *body)
{
  JsonObject *record = json_object_new ();

  json_object_set_object_member (record, "MessageHeader", orca_json_from_message (header));
  json_object_set_object_member (record, "MessageBody",
                                 body != NULL ? orca_json_from_message (body) : json_object_new ());
  return record;
}

JsonObject *
orca_answer_make_result (const Message *message, JsonObject *part, GError **error)
{
  const Message *header, *body;
  const char *institution, *classification, *wanted = orca_json_get_text (part, "Institution");
  JsonObject *record, *made;

  if (!find_halves (message, &header, &body, error))
    return NULL;
  institution = message_find_text (header, "MedicalInstitutionCode");
  if (institution != NULL && *wanted != '\0' && strcmp (institution, wanted) != 0)
    return refuse_message (error, "the center's answer is for another institution than ORCA's");
  classification = message_find_text (header, "ReferenceClassification");
  if (classification != NULL && strcmp (classification, BY_NUMBER) != 0)
    return refuse_message (error, "the center's answer is none by number");
  record = make_record (header, body);
  made = orca_json_get_record (record, "MessageHeader");
  json_object_set_string_member (made, "ReferenceClassification", BY_NUMBER); /* a refusal has none */
  json_object_set_string_member (made, "ArbitraryFileIdentifier", orca_json_get_text (part, "Identifier"));
  return record;
}

JsonObject *
orca_answer_make_face (const Message *message, char **ret_birthdate, GError **error)
{
  const Message *header, *body;
  g_autoptr (JsonObject) person = NULL;
  JsonObject *record, *made;

  if (!find_halves (message, &header, &body, error))
    return NULL;
  if (g_strcmp0 (message_find_text (header, "ReferenceClassification"), BY_CARD) != 0)
    return refuse_message (error, "it is no result of a card");
  person = orca_answer_read_person (message);
  *ret_birthdate = g_strdup (orca_json_get_text (person, "Birthdate"));
  record = make_record (header, body);
  made = orca_json_get_record (record, "MessageHeader");
  if (json_object_has_member (made, ORCA_ROW)) /* a file does not say to which row of ORCA's it belongs */
    json_object_remove_member (made, ORCA_ROW);
  return record;
}

JsonObject *
orca_answer_read_person (const Message *message)
{
  static const char *const names[] = { "Birthdate", "Name", "NameKana", "InsurerNumber" };
  const Message *list = message_find (message_find (message, "MessageBody"), "ResultList");
  const Message *result = message_find (list, "ResultOfQualificationConfirmation");
  JsonObject *person = json_object_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    orca_json_set_text (person, names[i], message_find_text (result, names[i]));
  return person;
}

JsonObject *
orca_answer_make_unit (const Message *message, JsonObject *unit, GError **error)
{
  static const char *const names[]
      = { "InsurerNumber", "InsuredCardSymbol", "InsuredIdentificationNumber", "InsuredBranchNumber", "Birthdate" };
  static const char *const ours[] = { "InsurerNumber", "Symbol", "Number", "Branch", "Birthdate" };
  const Message *header, *body, *result;
  g_autoptr (JsonObject) record = NULL;
  JsonObject *search;

  if (!find_halves (message, &header, &body, error))
    return NULL;
  record = body != NULL ? orca_json_from_message (body) : json_object_new ();
  if (body == NULL || message_find_text (body, "QualificationValidity") == NULL)
    {
      /* A refusal of the whole message: of this one in the bulk. */
      json_object_set_string_member (record, "ProcessingResultStatus", "2");
      orca_json_set_text (record, "ProcessingResultCode", message_find_text (header, "ErrorCode"));
      orca_json_set_text (record, "ProcessingResultMessage", message_find_text (header, "ErrorMessage"));
    }
  search = json_object_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    orca_json_set_text (search, names[i], orca_json_get_text (unit, ours[i]));
  orca_json_set_text (search, "ArbitraryIdentifier", orca_json_get_text (unit, "ArbitraryIdentifier"));
  json_object_set_object_member (record, "QualificationConfirmSearchInfo", search);
  result = message_find (message_find (body, "ResultList"), "ResultOfQualificationConfirmation");
  orca_json_set_text (record, "ReferenceNumber", message_find_text (result, "ReferenceNumber"));
  return g_steal_pointer (&record);
}

/* The header of a record's answer, under ORCA's identifier. (transfer full). */
static JsonObject *
make_records_header (const Message *header, const char *identifier)
{
  JsonObject *made = orca_json_from_message (header);
  JsonObject *asked = orca_json_get_record (made, "RequestInfo");

  if (asked == NULL)
    {
      asked = json_object_new ();
      json_object_set_object_member (made, "RequestInfo", asked);
    }
  json_object_set_string_member (asked, "ReqArbitraryFileIdentifier", identifier);
  return made;
}

/* A post with @array as @name in its body. */
static JsonObject *
make_post (const Message *header, const char *identifier, const char *name, JsonArray *array)
{
  JsonObject *post = json_object_new (), *body = json_object_new ();

  json_object_set_object_member (post, "MessageHeader", make_records_header (header, identifier));
  json_object_set_array_member (body, name, array);
  json_object_set_object_member (post, "MessageBody", body);
  return post;
}

static guint
count_children (const Message *element, const char *name)
{
  guint count = 0;

  for (const Message *child = message_find (element, name); child != NULL; child = message_find_next (child))
    count++;
  return count;
}

static guint
get_excess (const Message *list, const char *name, guint maximum)
{
  guint count = count_children (list, name);

  return count > maximum ? count - maximum : 0;
}

static void
count_cut_entries (const Message *block, OrcaCut *cut)
{
  const Message *days = message_find (block, "DiDateInfs");

  cut->entries += get_excess (days, "DiDateInf", ORCA_DAYS_MAXIMUM);
  for (const Message *day = message_find (days, "DiDateInf"); day != NULL; day = message_find_next (day))
    {
      cut->entries += get_excess (message_find (day, "DrugInfs"), "DrugInf", ORCA_DRUGS_MAXIMUM);
      cut->entries += get_excess (message_find (day, "MeTrInfs"), "MeTrInf", ORCA_TREATMENTS_MAXIMUM);
    }
}

/* The months of the receipts, each once, as they stand. (transfer container), borrowed texts. */
static GPtrArray *
list_months (const Message *body)
{
  GPtrArray *months = g_ptr_array_new ();

  for (const Message *block = message_find (body, "MeTrMonthInf"); block != NULL; block = message_find_next (block))
    {
      const char *month = message_find_text (block, "MeTrMonth");

      month = month != NULL ? month : "";
      if (!g_ptr_array_find_with_equal_func (months, month, g_str_equal, NULL))
        g_ptr_array_add (months, (gpointer)month);
    }
  return months;
}

/* The first blocks of @month that ORCA takes. */
static JsonArray *
take_month (const Message *body, const char *month, OrcaCut *cut)
{
  JsonArray *blocks = json_array_new ();

  for (const Message *block = message_find (body, "MeTrMonthInf"); block != NULL; block = message_find_next (block))
    {
      const char *own = message_find_text (block, "MeTrMonth");

      if (strcmp (own != NULL ? own : "", month) != 0)
        continue;
      if (json_array_get_length (blocks) == ORCA_INSTITUTIONS_MAXIMUM)
        {
          cut->institutions++;
          continue;
        }
      count_cut_entries (block, cut);
      json_array_add_object_element (blocks, orca_json_from_message (block));
    }
  return blocks;
}

GPtrArray *
orca_answer_make_drugs (const Message *message, const char *identifier, OrcaCut *cut, GError **error)
{
  const Message *header, *body;
  g_autoptr (GPtrArray) months = NULL;
  GPtrArray *posts;

  if (!find_halves (message, &header, &body, error))
    return NULL;
  months = list_months (body);
  posts = g_ptr_array_new_with_free_func ((GDestroyNotify)json_object_unref);
  for (guint i = 0; i < months->len; i++)
    g_ptr_array_add (posts, make_post (header, identifier, "MeTrMonthInf", take_month (body, months->pdata[i], cut)));
  if (posts->len == 0) /* there is nothing: so much ORCA may know */
    g_ptr_array_add (posts, make_post (header, identifier, "MeTrMonthInf", json_array_new ()));
  cut->prescriptions += count_children (message_find (body, "ShPrInf"), "ShPrMonthInf")
                        + count_children (message_find (body, "CzDiInf"), "CzDiMonthInf");
  return posts;
}

GPtrArray *
orca_answer_make_checkups (const Message *message, const char *identifier, OrcaCut *cut, GError **error)
{
  const Message *header, *body, *checkup;
  GPtrArray *posts;

  if (!find_halves (message, &header, &body, error))
    return NULL;
  posts = g_ptr_array_new_with_free_func ((GDestroyNotify)json_object_unref);
  checkup = message_find (body, "SpecificHealthCheckupInfo");
  do
    {
      JsonArray *array = json_array_new ();

      for (; checkup != NULL && json_array_get_length (array) < ORCA_CHECKUPS_MAXIMUM;
           checkup = message_find_next (checkup))
        {
          cut->entries += get_excess (message_find (checkup, "HealthCheckupResultAndQuestionInfos"),
                                      "HealthCheckupResultAndQuestionInfo", ORCA_ITEMS_MAXIMUM);
          json_array_add_object_element (array, orca_json_from_message (checkup));
        }
      g_ptr_array_add (posts, make_post (header, identifier, "SpecificHealthCheckupInfo", array));
    }
  while (checkup != NULL);
  return posts;
}
