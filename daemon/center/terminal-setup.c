/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal-setup: see the header. */
#include "center/terminal-setup.h"

#include <string.h>

#define MACHINE_FILE "/etc/machine-id"

/* make_tag: of this terminal's files of this daemon of this machine: the same after a restart, and no other's. */
static char *
make_tag (const TerminalSettings *settings)
{
  g_autofree char *machine = NULL, *seed = NULL;

  if (!g_file_get_contents (MACHINE_FILE, &machine, NULL, NULL))
    machine = g_strdup (g_get_host_name ());
  seed = g_strjoin ("\n", g_strchomp (machine), settings->name, settings->copies_state, NULL);
  return folder_name_make_tag (seed);
}

static void
add_text (GString *text, const char *more)
{
  g_string_append_printf (text, "%s\n", more != NULL ? more : "");
}

/* make_likeness: everything of @settings; of what it names, the password's file is read again each time. */
static char *
make_likeness (const TerminalSettings *settings, const TerminalArchive *archive)
{
  GString *text = g_string_new (NULL);
  g_autofree char *password = terminal_archive_make_likeness (archive);

  for (gsize i = 0; i < settings->n_places; i++)
    {
      add_text (text, settings->places[i].system);
      add_text (text, settings->places[i].requests);
      add_text (text, settings->places[i].answers);
    }
  add_text (text, settings->institution_code);
  add_text (text, settings->faces);
  add_text (text, settings->quarantine);
  add_text (text, settings->copies);
  add_text (text, settings->zip_prefixes);
  add_text (text, settings->zip_method);
  add_text (text, settings->zip_command);
  add_text (text, password);
  g_string_append_printf (text, "%u %u %u", settings->timeout_seconds, settings->left_over_minutes,
                          (guint)settings->encoding);
  return g_string_free (text, FALSE);
}

static void
copy_folders (TerminalSetup *setup, const TerminalSettings *settings)
{
  for (gsize i = 0; i < settings->n_places; i++)
    setup->places[setup->n_places++] = (FolderSharePlace){
      g_strdup (settings->places[i].system),
      g_strdup (settings->places[i].requests),
      g_strdup (settings->places[i].answers),
    };
  setup->faces = g_strdup (settings->faces);
  setup->quarantine = g_strdup (settings->quarantine);
  setup->left_over_minutes = settings->left_over_minutes;
  setup->tag = make_tag (settings);
}

TerminalSetup *
terminal_setup_new (const TerminalSettings *settings)
{
  static const TerminalSettings none = { .name = "", .copies_state = "" };
  TerminalSetup *setup = g_new0 (TerminalSetup, 1);

  if (settings == NULL)
    settings = &none;
  setup->institution_code = g_strdup (settings->institution_code);
  setup->timeout_seconds = settings->timeout_seconds;
  setup->encoding = settings->encoding;
  setup->asks = settings->n_places > 0;
  setup->takes_faces = settings->faces != NULL;
  setup->archive = terminal_archive_new (settings);
  setup->copies = terminal_copies_new (settings->copies, settings->copies_state);
  setup->likeness = make_likeness (settings, setup->archive);
  copy_folders (setup, settings);
  return setup;
}

void
terminal_setup_free (TerminalSetup *setup)
{
  if (setup == NULL)
    return;
  for (gsize i = 0; i < setup->n_places; i++)
    {
      g_free ((char *)setup->places[i].system);
      g_free ((char *)setup->places[i].requests);
      g_free ((char *)setup->places[i].answers);
    }
  terminal_archive_unref (setup->archive);
  terminal_copies_unref (setup->copies);
  g_free (setup->institution_code);
  g_free (setup->likeness);
  g_free (setup->faces);
  g_free (setup->quarantine);
  g_free (setup->tag);
  g_free (setup);
}

FolderShare *
terminal_setup_open (const TerminalSetup *setup, const FolderShareListener *listener, gpointer data)
{
  const FolderShareSettings settings = {
    .places = setup->places,
    .n_places = setup->n_places,
    .faces = setup->faces,
    .quarantine = setup->quarantine,
    .tag = setup->tag,
    .left_over_minutes = setup->left_over_minutes,
  };

  if (setup->institution_code == NULL || (!setup->asks && !setup->takes_faces))
    return NULL; /* without an institution nobody could say whose the files are */
  return folder_share_new (&settings, listener, data);
}
