/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verbs: the table. One row, one file verb-<name>.c. */
#include "verbs.h"

#include <glib/gi18n.h>

static const Verb *const verbs[] = {
  &verb_status, &verb_readers, &verb_check, &verb_agent, &verb_watch, &verb_diagnose, &verb_config, &verb_statistics,
};

const Verb *
verbs_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i]->name, name))
      return verbs[i];
  return NULL;
}

void
verbs_print_names (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    g_print ("%s\n", verbs[i]->name);
}

void
verbs_print_options (const Verb *verb)
{
  for (const char *const *word = verb->words; word && *word; word++)
    g_print ("%s\n", *word);
  g_print ("--help\n--json\n");
  for (const GOptionEntry *option = verb->options; option && option->long_name; option++)
    g_print ("--%s\n", option->long_name);
}

char *
verbs_get_help (void)
{
  GString *help = g_string_new (_ ("Verbs:"));

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    g_string_append_printf (help, "\n  %-10s %s", verbs[i]->name, _ (verbs[i]->summary));
  g_string_append_printf (help, "\n\n%s", _ ("“shikakuctl VERB --help” shows the options of a verb."));
  return g_string_free (help, FALSE);
}
