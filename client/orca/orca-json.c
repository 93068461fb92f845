/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-json: see the header. */
#include "client/orca/orca-json.h"

#include <string.h>

#define CODE_LETTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_ "
#define CODE_MAXIMUM 24
#define DEPTH_MAXIMUM 64u /* ORCA's records have a dozen */

/* What ORCA's records have as arrays; all else it has once. */
static const char *const arrays[] = {
  "ResultOfQualificationConfirmation",
  "SpecificDiseasesCertificateInfo",
  "MedicalTicketInfo",
  "MedicalInformationRequest",
  "MeTrMonthInf",
  "DiDateInf",
  "DrugInf",
  "MeTrInf",
  "DenMeTrAddInf",
  "SpecificHealthCheckupInfo",
  "HealthCheckupResultAndQuestionInfo",
  NULL,
};

const char *
orca_json_get_text (JsonObject *record, const char *name)
{
  JsonNode *node = record != NULL ? json_object_get_member (record, name) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return "";
  return json_node_get_string (node);
}

const char *
orca_json_get_code (JsonObject *record, const char *name)
{
  const char *text = orca_json_get_text (record, name);
  gsize size = strspn (text, CODE_LETTERS);

  return size <= CODE_MAXIMUM && text[size] == '\0' ? text : "?";
}

JsonObject *
orca_json_get_record (JsonObject *record, const char *name)
{
  JsonNode *node = record != NULL ? json_object_get_member (record, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static void
add_record (JsonArray *array, guint place, JsonNode *node, gpointer user_data)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    g_ptr_array_add (user_data, json_node_get_object (node));
}

GPtrArray *
orca_json_get_records (JsonObject *record, const char *name)
{
  GPtrArray *records = g_ptr_array_new ();
  JsonNode *node = record != NULL ? json_object_get_member (record, name) : NULL;

  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    json_array_foreach_element (json_node_get_array (node), add_record, records);
  else if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    g_ptr_array_add (records, json_node_get_object (node));
  return records;
}

void
orca_json_set_text (JsonObject *record, const char *name, const char *text)
{
  if (text != NULL && *text != '\0')
    json_object_set_string_member (record, name, text);
}

/* json-glib goes one call deeper for each bracket: a few megabytes of them would end the program. */
static gboolean
is_deep (const char *bytes, gsize size)
{
  gboolean is_text = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < size && depth <= DEPTH_MAXIMUM; i++)
    if (is_text && bytes[i] == '\\')
      i++;
    else if (bytes[i] == '"')
      is_text = !is_text;
    else if (!is_text && (bytes[i] == '[' || bytes[i] == '{'))
      depth++;
    else if (!is_text && depth > 0 && (bytes[i] == ']' || bytes[i] == '}'))
      depth--;
  return depth > DEPTH_MAXIMUM;
}

JsonNode *
orca_json_parse_node (const char *bytes, gsize size)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (size == 0 || size > G_MAXINT32 || is_deep (bytes, size)
      || !json_parser_load_from_data (parser, bytes, (gssize)size, NULL))
    return NULL;
  return json_parser_steal_root (parser);
}

JsonObject *
orca_json_parse (const char *bytes, gsize size)
{
  g_autoptr (JsonNode) root = orca_json_parse_node (bytes, size);

  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_object_ref (json_node_get_object (root)) : NULL;
}

char *
orca_json_print (JsonObject *record)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), record);

  return json_to_string (node, FALSE);
}

static JsonNode *
make_node (const Message *element)
{
  if (message_get_first_child (element) == NULL)
    return json_node_init_string (json_node_alloc (), message_get_text (element));
  return json_node_init_object (json_node_alloc (), NULL);
}

static void
add_element (JsonObject *record, const Message *element)
{
  const char *name = message_get_name (element);
  JsonNode *node = make_node (element);

  if (message_get_first_child (element) != NULL)
    json_node_take_object (node, orca_json_from_message (element));
  if (json_object_has_member (record, name))
    json_array_add_element (json_object_get_array_member (record, name), node);
  else if (message_find_next (element) != NULL || g_strv_contains (arrays, name))
    {
      JsonArray *array = json_array_new ();

      json_array_add_element (array, node);
      json_object_set_array_member (record, name, array);
    }
  else
    json_object_set_member (record, name, node);
}

JsonObject *
orca_json_from_message (const Message *element)
{
  JsonObject *record = json_object_new ();

  for (const Message *child = message_get_first_child (element); child != NULL; child = message_get_next (child))
    add_element (record, child);
  return record;
}
