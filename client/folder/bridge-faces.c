/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-faces: see the header. */
#include "client/folder/bridge-faces.h"

#include <fcntl.h>
#include <unistd.h>

#include "client/folder/bridge-answer.h"
#include "client/folder/bridge-file.h"
#include "client/folder/bridge-hint.h"
#include "client/folder/bridge-name.h"
#include "codec/message-xml.h"

#define LOOK_MILLISECONDS 2000
#define SOON_MILLISECONDS 10

/* One station's. */
typedef struct
{
  const BridgeStation *station;
  int folder;
  BridgeHint *hint;
} Inbox;

struct BridgeFaces
{
  const GPtrArray *computers; /* that are to be served */
  GPtrArray *places;          /* of those that are */
  BridgePeople *people;
  GPtrArray *inboxes; /* Inbox */
  guint look_timer, again_timer;
  gboolean is_refusal_told;
};

static void
inbox_free (gpointer data)
{
  Inbox *inbox = data;

  bridge_hint_free (inbox->hint);
  if (inbox->folder >= 0)
    close (inbox->folder);
  g_free (inbox);
}

static gboolean
gets (const BridgeComputer *computer, const BridgeStation *station)
{
  return computer->stations == NULL || g_strv_contains ((const char *const *)computer->stations, station->name);
}

static void
tell_refusal (BridgeFaces *faces, const char *name, const GError *error)
{
  if (!faces->is_refusal_told)
    g_warning ("%s: %s", name, error->message);
  faces->is_refusal_told = TRUE;
}

/* Into pending of one receipt computer, unless it lies there. */
static gboolean
lay_down (BridgePlace *place, const char *name, GBytes *bytes, GError **error)
{
  g_autofree char *part = bridge_name_make_part (name);

  return bridge_file_is_there (place->pending, name)
         || (bridge_file_write (place->pending, part, bytes, error)
             && bridge_file_rename (place->pending, part, place->pending, name, error));
}

/* A receipt computer that is not served yet: what it is to have waits for it. */
static gboolean
lacks_place (const BridgeFaces *faces, const BridgeStation *station)
{
  guint n_wanted = 0, n_there = 0;

  for (guint i = 0; i < faces->computers->len; i++)
    n_wanted += gets (g_ptr_array_index (faces->computers, i), station);
  for (guint i = 0; i < faces->places->len; i++)
    n_there += gets (((const BridgePlace *)g_ptr_array_index (faces->places, i))->computer, station);
  return n_there < n_wanted;
}

static gboolean
take_in (BridgeFaces *faces, const Inbox *inbox, const char *name, GError **error)
{
  g_auto (BridgeFile) file = { 0 };
  g_autoptr (Message) message = NULL;

  if (!bridge_file_read (inbox->folder, name, &file, error))
    return FALSE;
  message = message_xml_parse (file.bytes, MESSAGE_ENCODING_UNKNOWN, NULL, NULL);
  if (message != NULL)
    bridge_people_note (faces->people, message);
  else
    g_message ("%s: a face file that is no XML, as a zip with a password, is passed on as it is", inbox->station->name);
  for (guint i = 0; i < faces->places->len; i++)
    {
      BridgePlace *place = g_ptr_array_index (faces->places, i);

      if (gets (place->computer, inbox->station) && !lay_down (place, name, file.bytes, error))
        return FALSE;
    }
  return bridge_file_remove (inbox->folder, name, error);
}

static void
look_into (BridgeFaces *faces, const Inbox *inbox)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GPtrArray) names
      = lacks_place (faces, inbox->station) ? NULL : bridge_folder_list (inbox->folder, &failure);

  if (failure != NULL)
    tell_refusal (faces, inbox->station->name, failure);
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (bridge_name_is_face (g_ptr_array_index (names, i))
          && !take_in (faces, inbox, g_ptr_array_index (names, i), &error))
        tell_refusal (faces, inbox->station->name, error);
    }
}

/* What is still in a station's folder may not be in every pending yet. */
static gboolean
is_in_inbox (const BridgeFaces *faces, const char *name)
{
  for (guint i = 0; i < faces->inboxes->len; i++)
    if (bridge_file_is_there (((Inbox *)g_ptr_array_index (faces->inboxes, i))->folder, name))
      return TRUE;
  return FALSE;
}

static gboolean
give_out (BridgePlace *place, const char *name, GError **error)
{
  g_auto (BridgeFile) file = { 0 };
  g_autoptr (GBytes) bytes = NULL;

  if (!bridge_file_read (place->pending, name, &file, error))
    return FALSE;
  bytes = bridge_answer_convert (file.bytes, place->computer->encoding);
  return bridge_place_deliver (place, place->pending, name, place->faces, name, bytes, error);
}

static void
give_out_all (BridgeFaces *faces, BridgePlace *place)
{
  g_autoptr (GPtrArray) names = bridge_folder_list (place->pending, NULL);
  guint n = 0;

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autoptr (GError) error = NULL;

      if (!bridge_name_is_face (name) || is_in_inbox (faces, name))
        continue;
      if (give_out (place, name, &error))
        n++;
      else
        tell_refusal (faces, place->computer->name, error);
    }
  if (n > 0)
    {
      faces->is_refusal_told = FALSE;
      g_message ("%s: %u face files", place->computer->name, n);
    }
}

static void
look_everywhere (BridgeFaces *faces)
{
  for (guint i = 0; i < faces->inboxes->len; i++)
    look_into (faces, g_ptr_array_index (faces->inboxes, i));
  for (guint i = 0; i < faces->places->len; i++)
    give_out_all (faces, g_ptr_array_index (faces->places, i));
}

static gboolean
on_look (gpointer user_data)
{
  look_everywhere (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_again (gpointer user_data)
{
  BridgeFaces *faces = user_data;

  faces->again_timer = 0;
  look_everywhere (faces);
  return G_SOURCE_REMOVE;
}

static void
on_hint (gpointer user_data)
{
  BridgeFaces *faces = user_data;

  if (faces->again_timer == 0)
    faces->again_timer = g_timeout_add (SOON_MILLISECONDS, on_again, faces);
}

static gboolean
add_inbox (BridgeFaces *faces, const BridgeStation *station, GError **error)
{
  Inbox *inbox = g_new0 (Inbox, 1);

  g_ptr_array_add (faces->inboxes, inbox);
  inbox->station = station;
  inbox->folder = bridge_folder_open (AT_FDCWD, station->inbox, FALSE, error);
  if (inbox->folder >= 0)
    inbox->hint = bridge_hint_new (station->inbox, on_hint, faces);
  return inbox->folder >= 0;
}

BridgeFaces *
bridge_faces_new (const BridgeSettings *settings, GPtrArray *places, BridgePeople *people, GError **error)
{
  BridgeFaces *faces = g_new0 (BridgeFaces, 1);

  faces->computers = settings->computers;
  faces->places = places;
  faces->people = people;
  faces->inboxes = g_ptr_array_new_with_free_func (inbox_free);
  for (guint i = 0; i < settings->stations->len; i++)
    if (!add_inbox (faces, g_ptr_array_index (settings->stations, i), error))
      {
        bridge_faces_free (faces);
        return NULL;
      }
  faces->look_timer = g_timeout_add (LOOK_MILLISECONDS, on_look, faces);
  look_everywhere (faces);
  return faces;
}

void
bridge_faces_free (BridgeFaces *faces)
{
  g_clear_handle_id (&faces->look_timer, g_source_remove);
  g_clear_handle_id (&faces->again_timer, g_source_remove);
  g_ptr_array_unref (faces->inboxes);
  g_free (faces);
}
