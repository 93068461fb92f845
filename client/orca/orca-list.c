/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-list: see the header. */
#include "client/orca/orca-list.h"

#include <gio/gio.h>
#include <string.h>

#include "codec/message-xml.h"

#define SEARCH "QualificationConfirmSearchInfo"
#define UNIT "BulkConfirmUnit"

/* What is kept of the whole, for each part of it. */
static const char *const kept[]
    = { "Identifier", "Institution", "Treatment", "ReceptionNumber", "ProcessingResultStatus", "ProcessingResultCode" };

/* YYYY-MM-DD without hyphens, into @record. */
static void
set_date (JsonObject *record, const char *name, const char *date)
{
  g_auto (GStrv) pieces = g_strsplit (date, "-", -1);
  g_autofree char *stripped = g_strjoinv (NULL, pieces);

  orca_json_set_text (record, name, stripped);
}

OrcaPart *
orca_list_read_question (JsonObject *answer)
{
  JsonObject *bulk = orca_json_get_record (answer, "Vconsent_Bulk");
  JsonObject *header = orca_json_get_record (bulk, "MessageHeader");
  JsonObject *search = orca_json_get_record (orca_json_get_record (bulk, "MessageBody"), SEARCH);
  const char *treatment = orca_json_get_text (search, "MedicalTreatmentFlag");
  JsonObject *record;

  if (*orca_json_get_text (header, "ArbitraryFileIdentifier") == '\0'
      || (strcmp (treatment, "2") != 0 && strcmp (treatment, "3") != 0))
    return NULL;
  record = json_object_new ();
  orca_json_set_text (record, "Identifier", orca_json_get_text (header, "ArbitraryFileIdentifier"));
  orca_json_set_text (record, "Institution", orca_json_get_text (header, "MedicalInstitutionCode"));
  orca_json_set_text (record, "Treatment", treatment);
  set_date (record, "From", orca_json_get_text (search, "ConsentDateFrom"));
  set_date (record, "To", orca_json_get_text (search, "ConsentDateTo"));
  return orca_part_new (ORCA_PART_CARE, record);
}

/* A list on its way into parts. */
typedef struct
{
  JsonObject *part; /* borrowed; what the whole says of itself is added to a copy */
  guint maximum, n_people, cut;
  JsonObject *header, *search;
  char *status, *code;
  GPtrArray *parts;
  JsonArray *people; /* of the last of them; borrowed */
} Split;

static void
split_clear (Split *split)
{
  g_clear_pointer (&split->header, json_object_unref);
  g_clear_pointer (&split->search, json_object_unref);
  g_clear_pointer (&split->parts, g_ptr_array_unref);
  g_free (split->status);
  g_free (split->code);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Split, split_clear)

static void
begin_part (Split *split)
{
  JsonObject *record = json_object_new ();

  split->people = json_array_new ();
  json_object_set_array_member (record, "Units", split->people);
  g_ptr_array_add (split->parts, orca_part_new (ORCA_PART_CARE_PEOPLE, record));
}

static guint
count_excess (const Message *list, const char *name, guint maximum)
{
  guint count = 0;

  for (const Message *child = message_find (list, name); child != NULL; child = message_find_next (child))
    count++;
  return count > maximum ? count - maximum : 0;
}

static void
add_person (Split *split, const Message *unit)
{
  const Message *results = message_find (unit, "ResultList");
  const Message *first = message_find (results, "ResultOfQualificationConfirmation");
  JsonObject *person = orca_json_from_message (unit);

  if (split->n_people++ % split->maximum == 0)
    begin_part (split);
  split->cut += count_excess (results, "ResultOfQualificationConfirmation", ORCA_LIST_RESULTS_MAXIMUM);
  for (const Message *result = first; result != NULL; result = message_find_next (result))
    split->cut += count_excess (message_find (result, "PublicExpenseResultList"), "MedicalTicketInfo",
                                ORCA_LIST_TICKETS_MAXIMUM);
  if (*orca_json_get_text (person, "ReferenceNumber") == '\0') /* where the field has it too */
    orca_json_set_text (person, "ReferenceNumber", message_find_text (first, "ReferenceNumber"));
  json_array_add_object_element (split->people, person);
}

static gboolean
is_holder (const char *holder, const char *element, gpointer user_data)
{
  if (holder == NULL)
    return strcmp (element, "XmlMsg") == 0;
  return strcmp (holder, "XmlMsg") == 0 && strcmp (element, "MessageBody") == 0;
}

static void
take_text (char **text, const Message *part)
{
  g_free (*text);
  *text = g_strdup (message_get_text (part));
}

static gboolean
on_part (const Message *part, gpointer user_data, GError **error)
{
  Split *split = user_data;
  const char *name = message_get_name (part);

  if (strcmp (name, "MessageHeader") == 0 && split->header == NULL)
    split->header = orca_json_from_message (part);
  else if (strcmp (name, SEARCH) == 0 && split->search == NULL)
    split->search = orca_json_from_message (part);
  else if (strcmp (name, "ProcessingResultStatus") == 0)
    take_text (&split->status, part);
  else if (strcmp (name, "ProcessingResultCode") == 0)
    take_text (&split->code, part);
  else if (strcmp (name, UNIT) == 0)
    add_person (split, part);
  return TRUE;
}

/* A number of the header that ORCA counts by: the center's, or where it does not say, ours. */
static void
set_count (JsonObject *header, const char *name, guint number)
{
  g_autofree char *text = g_strdup_printf ("%u", number);

  if (*orca_json_get_text (header, name) == '\0')
    json_object_set_string_member (header, name, text);
}

/* Names the list as ORCA knows it: by its own identifier alone. */
static void
finish_header (Split *split)
{
  JsonObject *header = split->header;

  json_object_set_string_member (header, "Process_Class", orca_json_get_text (split->part, "Treatment"));
  json_object_set_string_member (header, "ArbitraryFileIdentifier", orca_json_get_text (split->part, "Identifier"));
  json_object_set_string_member (header, "ReceptionNumber", orca_json_get_text (split->part, "ReceptionNumber"));
  json_object_set_string_member (header, "SegmentOfResult", "1");
  set_count (header, "NumberOfProcessingResult", split->n_people);
  set_count (header, "NumberOfNormalProcessing", split->n_people);
  set_count (header, "NumberOfError", 0);
}

static void
finish_parts (Split *split)
{
  if (split->parts->len == 0)
    begin_part (split);
  for (guint i = 0; i < split->parts->len; i++)
    {
      JsonObject *record = ((OrcaPart *)split->parts->pdata[i])->record;

      for (gsize k = 0; k < G_N_ELEMENTS (kept); k++)
        orca_json_set_text (record, kept[k], orca_json_get_text (split->part, kept[k]));
      orca_json_set_text (record, "ProcessingResultStatus", split->status);
      orca_json_set_text (record, "ProcessingResultCode", split->code);
      json_object_set_object_member (record, "Header", json_object_ref (split->header));
      if (split->search != NULL)
        json_object_set_object_member (record, "Search", json_object_ref (split->search));
    }
}

GPtrArray *
orca_list_split (GBytes *document, JsonObject *part, guint maximum, guint *ret_cut, GError **error)
{
  static const MessageXmlParts parts = { is_holder, on_part };
  g_auto (Split) split = { .part = part, .maximum = maximum };
  const char *institution, *ours = orca_json_get_text (part, "Institution");
  g_autoptr (GError) failure = NULL;
  gsize size;
  const char *text = g_bytes_get_data (document, &size);

  split.parts = g_ptr_array_new_with_free_func ((GDestroyNotify)orca_part_free);
  if (!message_xml_walk (text, size, MESSAGE_ENCODING_UNKNOWN, &parts, &split, &failure) || split.header == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           failure != NULL ? failure->message : "it is no list of the field");
      return NULL;
    }
  institution = orca_json_get_text (split.header, "MedicalInstitutionCode");
  if (*ours != '\0' && strcmp (institution, ours) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "the center's list is for another institution than ORCA's");
      return NULL;
    }
  finish_header (&split);
  finish_parts (&split);
  *ret_cut = split.cut;
  return g_steal_pointer (&split.parts);
}

/* @person: NULL: nobody. */
static JsonObject *
make_record (JsonObject *part, JsonObject *person)
{
  JsonObject *record = json_object_new (), *body = json_object_new ();
  JsonObject *header = orca_json_get_record (part, "Header"), *search = orca_json_get_record (part, "Search");

  json_object_set_object_member (record, "MessageHeader",
                                 header != NULL ? json_object_ref (header) : json_object_new ());
  if (search != NULL)
    json_object_set_object_member (body, SEARCH, json_object_ref (search));
  orca_json_set_text (body, "ProcessingResultStatus", orca_json_get_text (part, "ProcessingResultStatus"));
  orca_json_set_text (body, "ProcessingResultCode", orca_json_get_text (part, "ProcessingResultCode"));
  if (person != NULL)
    json_object_set_object_member (body, UNIT, json_object_ref (person));
  json_object_set_object_member (record, "MessageBody", body);
  return record;
}

JsonArray *
orca_list_make_post (JsonObject *part)
{
  g_autoptr (GPtrArray) people = orca_json_get_records (part, "Units");
  JsonArray *post = json_array_new ();

  if (people->len == 0)
    json_array_add_object_element (post, make_record (part, NULL));
  for (guint i = 0; i < people->len; i++)
    json_array_add_object_element (post, make_record (part, people->pdata[i]));
  return post;
}

gboolean
orca_list_has_people (JsonObject *part)
{
  g_autoptr (GPtrArray) people = orca_json_get_records (part, "Units");

  return people->len > 0;
}
