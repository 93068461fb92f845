/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminals: see the header. The transports are the station's; here is only which group each is of. */
#include "terminals.h"

#include "center/terminal-folder.h"

#define COPIES_FOLDER "copies" /* in the state's: which faces were copied */

typedef struct
{
  char *group, *name;
  Transport *transport; /* of the station */
} Terminal;

struct Terminals
{
  Station *station;
  char *copies_state, *runtime;
  GPtrArray *all; /* of Terminal, in the order in which they came */
};

static void
terminal_free (gpointer data)
{
  Terminal *terminal = data;

  g_free (terminal->group);
  g_free (terminal->name);
  g_free (terminal);
}

Terminals *
terminals_new (Station *station, const char *state)
{
  Terminals *terminals = g_new0 (Terminals, 1);

  terminals->station = station;
  terminals->copies_state = g_build_filename (state, COPIES_FOLDER, NULL);
  terminals->runtime = settings_get_runtime_directory ();
  terminals->all = g_ptr_array_new_with_free_func (terminal_free);
  return terminals;
}

void
terminals_free (Terminals *terminals)
{
  if (terminals == NULL)
    return;
  g_ptr_array_unref (terminals->all);
  g_free (terminals->copies_state);
  g_free (terminals->runtime);
  g_free (terminals);
}

static Terminal *
find_terminal (Terminals *terminals, const char *group)
{
  for (guint i = 0; i < terminals->all->len; i++)
    if (g_str_equal (((Terminal *)terminals->all->pdata[i])->group, group))
      return terminals->all->pdata[i];
  return NULL;
}

static void
add_terminal (Terminals *terminals, const char *group, const TerminalSettings *settings)
{
  Terminal *terminal = g_new0 (Terminal, 1);

  terminal->group = g_strdup (group);
  terminal->name = g_strdup (settings->name);
  terminal->transport = terminal_folder_new (settings);
  g_ptr_array_add (terminals->all, terminal);
  station_add_terminal (terminals->station, settings->name, terminal->transport);
}

/* remove_terminals: those that are not in @groups. Their transports stay with the station, and do nothing any more. */
static void
remove_terminals (Terminals *terminals, char **groups)
{
  for (guint i = terminals->all->len; i-- > 0;)
    {
      Terminal *terminal = terminals->all->pdata[i];

      if (g_strv_contains ((const char *const *)groups, terminal->group))
        continue;
      station_remove_terminal (terminals->station, terminal->name, terminal->transport);
      terminal->transport->is_unused = TRUE;
      terminal_folder_configure (terminal->transport, NULL);
      g_ptr_array_remove_index (terminals->all, i);
    }
}

void
terminals_configure (Terminals *terminals, const Configuration *configuration)
{
  g_auto (GStrv) groups = settings_list_terminals (configuration);

  remove_terminals (terminals, groups);
  for (char **group = groups; *group != NULL; group++)
    {
      const TerminalSettings settings
          = settings_get_terminal (configuration, *group, terminals->copies_state, terminals->runtime);
      Terminal *known = find_terminal (terminals, *group);

      if (known != NULL)
        terminal_folder_configure (known->transport, &settings);
      else
        add_terminal (terminals, *group, &settings);
    }
}
