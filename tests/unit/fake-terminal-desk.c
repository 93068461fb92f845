/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-terminal-desk: see the header. */
#include "fake-terminal-desk.h"

#include <glib/gstdio.h>

static TerminalSettings
make_settings (const Desk *desk)
{
  return (TerminalSettings){
    .name = "desk",
    .institution_code = INSTITUTION,
    .places = { { NULL, "/terminal/req", "/terminal/res" } },
    .n_places = 1,
    .faces = "/terminal/face",
    .timeout_seconds = 30,
    .encoding = MESSAGE_ENCODING_UTF8,
    .zip_method = "aes-256",
    .left_over_minutes = 1440,
    .copies_state = desk->state,
    .runtime = desk->folder,
  };
}

static void
on_arrived (Transport *transport, TransportArrival *arrival, gpointer user_data)
{
  g_ptr_array_add (user_data, arrival);
}

void
fake_terminal_desk_open (Desk *desk)
{
  desk->transport = terminal_folder_new (&desk->settings);
  desk->transport->arrived = on_arrived;
  desk->transport->arrived_data = desk->arrivals;
}

void
fake_terminal_desk_set_up (Desk *desk, gconstpointer data)
{
  fake_share_clear ();
  desk->folder = g_dir_make_tmp ("shikaku-XXXXXX", NULL);
  desk->state = g_build_filename (desk->folder, "state", NULL);
  desk->first = g_build_filename (desk->folder, "first", NULL);
  desk->second = g_build_filename (desk->folder, "second", NULL);
  desk->copies = g_strjoin (":", desk->first, desk->second, NULL);
  desk->arrivals = g_ptr_array_new_with_free_func ((GDestroyNotify)transport_arrival_free);
  g_assert_cmpint (g_mkdir (desk->first, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (desk->second, 0700), ==, 0);
  desk->settings = make_settings (desk);
  fake_terminal_desk_open (desk);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_unlink (path) != 0)
        remove_folder (path);
    }
  g_rmdir (folder);
}

void
fake_terminal_desk_tear_down (Desk *desk, gconstpointer data)
{
  if (desk->transport != NULL)
    desk->transport->klass->free (desk->transport);
  g_ptr_array_unref (desk->arrivals);
  remove_folder (desk->folder);
  g_free (desk->folder);
  g_free (desk->state);
  g_free (desk->first);
  g_free (desk->second);
  g_free (desk->copies);
}
