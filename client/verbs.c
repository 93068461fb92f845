/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verbs: the table. One row, one file verb-<name>.c. */
#include "verbs.h"

#include <glib/gi18n.h>

static const Verb *const verbs[] = {
  &verb_status,   &verb_readers, &verb_check,      &verb_desk,    &verb_agent,    &verb_watch,
  &verb_diagnose, &verb_config,  &verb_statistics, &verb_outages, &verb_changes,  &verb_events,
  &verb_receipt,  &verb_records, &verb_ledger,     &verb_consent, &verb_arrivals, &verb_claim,
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

static const char *const *
find_values (const Verb *verb, const char *option)
{
  for (const VerbValues *values = verb->values; values != NULL && values->option != NULL; values++)
    if (g_str_equal (values->option, option))
      return values->words;
  return NULL;
}

static gboolean
takes_value (const Verb *verb, const char *option)
{
  for (const GOptionEntry *entry = verb->options; entry != NULL && entry->long_name != NULL; entry++)
    if (g_str_equal (entry->long_name, option))
      return entry->arg != G_OPTION_ARG_NONE;
  return FALSE;
}

static gboolean
takes_argument (const Verb *verb, const char *word)
{
  return verb->argued != NULL && g_strv_contains (verb->argued, word);
}

static void
print_words (const char *const *words)
{
  for (const char *const *word = words; word != NULL && *word != NULL; word++)
    g_print ("%s\n", *word);
}

void
verbs_print_options (const Verb *verb, const char *after)
{
  if (after != NULL && g_str_has_prefix (after, "--") && takes_value (verb, after + 2))
    {
      print_words (find_values (verb, after + 2));
      return;
    }
  if (after != NULL && takes_argument (verb, after))
    {
      print_words (find_values (verb, after));
      return;
    }
  print_words (verb->words);
  g_print ("--help\n--json\n");
  for (const GOptionEntry *option = verb->options; option != NULL && option->long_name != NULL; option++)
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

char *
verbs_get_values_help (const Verb *verb)
{
  GString *help = g_string_new (NULL);

  for (const VerbValues *values = verb->values; values != NULL && values->option != NULL; values++)
    {
      g_autofree char *words = g_strjoinv (", ", (char **)values->words);

      if (g_str_equal (words, "-"))
        continue; /* the option's own line says it */
      if (takes_argument (verb, values->option))
        g_string_append_printf (help, "%s: %s", values->option, words);
      else
        g_string_append_printf (help, _ ("Values of --%s: %s"), values->option, words);
      g_string_append_c (help, '\n');
    }
  return g_string_free (help, FALSE);
}
