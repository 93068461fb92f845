/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-event: see the header. */
#include "client/orca/orca-event.h"

#include <string.h>

#define UUID_LENGTH 36

gboolean
orca_event_is_uuid (const char *text)
{
  return strlen (text) == UUID_LENGTH && g_uuid_string_is_valid (text);
}

static OrcaEventKind
find_kind (JsonObject *data, JsonObject *body)
{
  const char *name = orca_json_get_text (data, "event");
  const char *class = orca_json_get_text (body, "Qualification_Class");
  const char *process = orca_json_get_text (body, "Process_Class");

  if (strcmp (name, "patient_qualification") == 0)
    {
      if (strcmp (class, "Yes") == 0)
        return ORCA_EVENT_SINGLE;
      if (strcmp (class, "Rreq") == 0)
        return ORCA_EVENT_REFERENCES;
    }
  if (g_ascii_strcasecmp (name, "bulk_qualification") == 0 && strcmp (class, "Rreq") == 0)
    return *process == '\0' ? ORCA_EVENT_RESERVATIONS : ORCA_EVENT_CONSENTED;
  return ORCA_EVENT_FOREIGN;
}

GDateTime *
orca_event_read_time (const char *time)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();

  return g_date_time_new_from_iso8601 (time, zone);
}

/* The event's own time, if it is one. (transfer full). */
static char *
read_stamp (const char *time)
{
  g_autoptr (GDateTime) at = orca_event_read_time (time);

  return g_strdup (at != NULL ? time : "");
}

/* The body itself, or in the record that is named like it. */
static JsonObject *
find_body (JsonObject *data)
{
  JsonObject *body = orca_json_get_record (data, "body");
  JsonObject *inner = orca_json_get_record (body, "push_onlinequa");

  return inner != NULL ? inner : body;
}

OrcaEvent *
orca_event_parse (JsonObject *data)
{
  const char *uuid = orca_json_get_text (data, "uuid");
  JsonObject *body = find_body (data);
  OrcaEvent *event;

  if (!orca_event_is_uuid (uuid))
    return NULL;
  event = g_new0 (OrcaEvent, 1);
  event->kind = find_kind (data, body);
  event->uuid = g_ascii_strdown (uuid, -1);
  event->time = read_stamp (orca_json_get_text (data, "time"));
  event->hospital = g_strdup (orca_json_get_text (body, "Hospnum"));
  event->patient = g_strdup (orca_json_get_text (body, "Patient_ID"));
  event->date = g_strdup (orca_json_get_text (body, "Information_Date"));
  event->at = g_strdup (orca_json_get_text (body, "Information_Time"));
  event->row = g_strdup (orca_json_get_text (body, "Qualification_Uuid"));
  event->day = g_strdup (orca_json_get_text (body, "Qualification_Date"));
  event->process = g_strdup (orca_json_get_text (body, "Process_Class"));
  return event;
}

void
orca_event_free (OrcaEvent *event)
{
  g_free (event->uuid);
  g_free (event->time);
  g_free (event->hospital);
  g_free (event->patient);
  g_free (event->date);
  g_free (event->at);
  g_free (event->row);
  g_free (event->day);
  g_free (event->process);
  g_free (event);
}

static void
add_event (JsonArray *array, guint place, JsonNode *node, gpointer user_data)
{
  JsonObject *item = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonObject *data = orca_json_get_record (item, "data");
  OrcaEvent *event = item != NULL ? orca_event_parse (data != NULL ? data : item) : NULL;

  if (event != NULL)
    g_ptr_array_add (user_data, event);
}

GPtrArray *
orca_event_list (JsonArray *answer)
{
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify)orca_event_free);

  json_array_foreach_element (answer, add_event, events);
  return events;
}
