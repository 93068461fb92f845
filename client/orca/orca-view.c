/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-view: see the header. */
#include "client/orca/orca-view.h"

#include <string.h>

#include "client/orca/orca-answer.h"
#include "client/orca/orca-faces.h"

gboolean
orca_view_status (OrcaStore *store, gboolean is_json, GError **error)
{
  g_autoptr (JsonObject) counts = orca_store_count (store, error);
  g_autofree char *push = orca_store_get_note (store, "push");
  g_autoptr (GList) names = NULL;

  if (counts == NULL)
    return FALSE;
  json_object_set_string_member (counts, "Push", push);
  if (is_json)
    {
      g_autofree char *text = orca_json_print (counts);

      g_print ("%s\n", text);
      return TRUE;
    }
  names = json_object_get_members (counts);
  for (GList *name = names; name != NULL; name = name->next)
    {
      JsonNode *node = json_object_get_member (counts, name->data);

      if (json_node_get_value_type (node) == G_TYPE_STRING)
        g_print ("%-13s %s\n", (char *)name->data, json_node_get_string (node));
      else
        g_print ("%-13s %" G_GINT64_FORMAT "\n", (char *)name->data, json_node_get_int (node));
    }
  return TRUE;
}

/* Without what a terminal would take for a command. */
static char *
clean_text (char *text)
{
  for (char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = '?';
  return text;
}

/* Who the file is about, for the person who decides. Return: (transfer full); NULL: it is gone, or may not be read. */
static char *
read_person (const OrcaSettings *settings, const OrcaFace *face)
{
  g_autofree char *path = settings->faces != NULL ? g_build_filename (settings->faces, face->name, NULL) : NULL;
  g_autoptr (GBytes) bytes = path != NULL ? orca_faces_read (path) : NULL;
  g_autoptr (Message) message = bytes != NULL ? orca_answer_read (bytes, NULL) : NULL;
  g_autoptr (JsonObject) person = NULL;

  if (message == NULL)
    return NULL;
  person = orca_answer_read_person (message);
  return clean_text (
      g_strdup_printf ("%s %s", orca_json_get_text (person, "Name"), orca_json_get_text (person, "Birthdate")));
}

/* When the terminal made it, as its name ends: YYYYMMDDHHmmss. (transfer full). */
static char *
read_time (const OrcaFace *face)
{
  gsize length = strlen (face->name);
  const char *time = length > 18 ? face->name + length - 18 : "";

  return g_strndup (time, strspn (time, G_CSET_DIGITS));
}

static JsonObject *
make_row (const OrcaSettings *settings, const OrcaFace *face)
{
  g_autofree char *person = read_person (settings, face);
  g_autofree char *time = read_time (face);
  JsonObject *row = json_object_new ();

  json_object_set_int_member (row, "Id", face->id);
  json_object_set_string_member (row, "State", face->state);
  json_object_set_string_member (row, "File", face->name);
  json_object_set_string_member (row, "Time", time);
  orca_json_set_text (row, "Person", person);
  orca_json_set_text (row, "Why", face->outcome);
  return row;
}

gboolean
orca_view_pending (OrcaStore *store, const OrcaSettings *settings, gboolean is_json, GError **error)
{
  GError *failure = NULL;
  g_autoptr (GPtrArray) faces = orca_store_list_faces (store, &failure);

  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  for (guint i = 0; i < faces->len; i++)
    {
      g_autoptr (JsonObject) row = make_row (settings, faces->pdata[i]);
      g_autofree char *text = is_json ? orca_json_print (row) : NULL;

      if (is_json)
        g_print ("%s\n", text);
      else
        g_print ("%" G_GINT64_FORMAT "  %s  %s  %s  (%s)\n", json_object_get_int_member (row, "Id"),
                 orca_json_get_text (row, "State"), orca_json_get_text (row, "Time"),
                 orca_json_get_text (row, "Person"), orca_json_get_text (row, "Why"));
    }
  return TRUE;
}
