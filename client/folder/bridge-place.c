/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-place: see the header. */
#include "client/folder/bridge-place.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/folder/bridge-file.h"
#include "client/folder/bridge-name.h"

#define OWN_FOLDER ".shikaku-folder"
#define OWN_MODE 0700
#define CLOCK_MARGIN (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC)

static void
close_folder (int folder)
{
  if (folder >= 0)
    close (folder);
}

void
bridge_place_free (BridgePlace *place)
{
  close_folder (place->requests);
  close_folder (place->answers);
  close_folder (place->faces);
  close_folder (place->working);
  close_folder (place->pending);
  close_folder (place->quarantine);
  close_folder (place->own); /* last: and the lock goes with it */
  g_free (place);
}

/* Two bridges would each answer what the other has taken. A kill lets it go. */
static gboolean
lock_own_folder (const BridgePlace *place, GError **error)
{
  if (flock (place->own, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, "%s: another bridge serves this folder", place->computer->name);
  return FALSE;
}

/* What lies in it is the bridge's alone, whatever the modes of the folders around it are. */
static gboolean
open_own_folders (BridgePlace *place, GError **error)
{
  const int base = bridge_folder_open (AT_FDCWD, place->computer->folder, TRUE, error);

  if (base < 0)
    return FALSE;
  place->own = bridge_folder_open (base, OWN_FOLDER, TRUE, error);
  close_folder (base);
  if (place->own >= 0 && fchmod (place->own, OWN_MODE) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, OWN_FOLDER " is another user's");
      return FALSE;
    }
  return place->own >= 0 && lock_own_folder (place, error)
         && (place->working = bridge_folder_open (place->own, "working", TRUE, error)) >= 0
         && (place->pending = bridge_folder_open (place->own, "pending", TRUE, error)) >= 0
         && (place->quarantine = bridge_folder_open (place->own, "quarantine", TRUE, error)) >= 0;
}

/* Files are renamed between them, which only one file system can. */
static gboolean
check_file_systems (const BridgePlace *place, GError **error)
{
  struct stat here, there;

  if (fstat (place->working, &here) == 0 && fstat (place->requests, &there) == 0 && here.st_dev == there.st_dev)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s: Folder and Requests are on different file systems",
               place->computer->name);
  return FALSE;
}

BridgePlace *
bridge_place_open (const BridgeComputer *computer, GError **error)
{
  g_autoptr (BridgePlace) place = g_new (BridgePlace, 1);

  *place = (BridgePlace){ computer, -1, -1, -1, -1, -1, -1, -1, g_get_monotonic_time () };
  if (!open_own_folders (place, error)
      || (place->requests = bridge_folder_open (AT_FDCWD, computer->requests, TRUE, error)) < 0
      || (place->answers = bridge_folder_open (AT_FDCWD, computer->answers, TRUE, error)) < 0
      || (place->faces = bridge_folder_open (AT_FDCWD, computer->faces, TRUE, error)) < 0
      || !check_file_systems (place, error))
    return NULL;
  return g_steal_pointer (&place);
}

gboolean
bridge_place_set_aside (BridgePlace *place, int from, const char *name, GError **error)
{
  g_autofree char *new_name = g_strdup_printf ("%" G_GINT64_FORMAT "-%.180s", g_get_real_time (), name);

  return bridge_file_rename (from, name, place->quarantine, new_name, error);
}

/* The last step: from here on it is seen. */
static gboolean
publish (BridgePlace *place, int to, const char *part, const char *name, GError **error)
{
  g_autoptr (GError) refusal = NULL;

  if (bridge_file_rename (to, part, to, name, &refusal))
    return TRUE;
  if (g_error_matches (refusal, G_IO_ERROR, G_IO_ERROR_EXISTS) && bridge_place_set_aside (place, to, name, NULL))
    {
      g_message ("%s: a file that nobody has fetched was set aside for a newer one of its name", place->computer->name);
      return bridge_file_rename (to, part, to, name, error);
    }
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}

gboolean
bridge_place_deliver (BridgePlace *place, int from, const char *source, int to, const char *name, GBytes *bytes,
                      GError **error)
{
  g_autofree char *part = bridge_name_make_part (name);

  return bridge_file_write (to, part, bytes, error) && bridge_file_remove (from, source, error)
         && publish (place, to, part, name, error);
}

void
bridge_place_recover (BridgePlace *place, int to,
                      gboolean (*has_source) (BridgePlace *place, const char *name, gpointer user_data),
                      gpointer user_data)
{
  g_autoptr (GPtrArray) names = bridge_folder_list (to, NULL);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *part = g_ptr_array_index (names, i);
      g_autofree char *name = bridge_name_find_whole (part);
      g_autoptr (GError) error = NULL;

      if (name == NULL)
        continue;
      if (has_source (place, name, user_data))
        bridge_file_remove (to, part, &error);
      else
        publish (place, to, part, name, &error);
      if (error != NULL)
        g_warning ("%s: a file of before the start: %s", place->computer->name, error->message);
    }
}

static gboolean
is_over (const BridgePlace *place, gint64 since, gint64 seconds)
{
  const gint64 age = g_get_real_time () - since, stay = seconds * G_USEC_PER_SEC;

  return age > stay || (age < -CLOCK_MARGIN && g_get_monotonic_time () - place->opened_at > stay);
}

guint
bridge_place_sweep (const BridgePlace *place, int folder, gboolean (*is_it) (const char *name), gint64 seconds)
{
  g_autoptr (GPtrArray) names = bridge_folder_list (folder, NULL);
  guint n = 0;

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      gint64 since;

      if ((is_it == NULL || is_it (name)) && bridge_file_get_since (folder, name, &since)
          && is_over (place, since, seconds))
        n += bridge_file_drop (folder, name);
    }
  return n;
}
