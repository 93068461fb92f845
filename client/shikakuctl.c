/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* shikakuctl: in comes the command line, out goes an exit code. Finds the verb, reads its options, runs it. */
#include <glib/gi18n.h>
#include <locale.h>

#include "client/client.h"
#include "client/output.h"
#include "client/verbs.h"

static gboolean option_version, option_json, option_list_verbs;
static char *option_list_options, *option_after;
static gboolean wants_json; /* --json is somewhere in the line, though the line may be wrong */

static const GOptionEntry json_option[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_ ("Print JSON, for programs"), NULL },
  { NULL },
};

static const GOptionEntry global_options[] = {
  { "version", 0, 0, G_OPTION_ARG_NONE, &option_version, N_ ("Print the version"), NULL },
  { "list-verbs", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &option_list_verbs, NULL, NULL },
  { "list-options", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &option_list_options, NULL, NULL },
  { "after", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &option_after, NULL, NULL },
  { NULL },
};

static ExitCode
print_usage_error (const char *message)
{
  output_error (message);
  g_printerr ("%s\n", _ ("See “shikakuctl --help”."));
  if (wants_json)
    {
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
      g_autoptr (GVariant) failure = NULL;

      g_variant_dict_insert (&dict, "Error", "s", SHIKAKU_ERROR_PREFIX "InvalidOption");
      g_variant_dict_insert (&dict, "ErrorMessage", "s", message);
      failure = g_variant_ref_sink (g_variant_dict_end (&dict));
      output_json (failure);
    }
  return EXIT_CODE_USAGE;
}

static GOptionContext *
new_context (const char *parameters, const GOptionEntry *entries)
{
  GOptionContext *context = g_option_context_new (parameters);

  g_option_context_set_translation_domain (context, SHIKAKU_GETTEXT_DOMAIN);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, SHIKAKU_GETTEXT_DOMAIN);
  g_option_context_add_main_entries (context, json_option, SHIKAKU_GETTEXT_DOMAIN);
  return context;
}

/* The word that must follow some verbs, its argument where it takes one, and nothing else. Return: as of Verb.check. */
static char *
check_words (const Verb *verb, int argc, char **argv)
{
  g_autofree char *words = NULL;

  if (verb->words == NULL)
    return argc > 1 ? g_strdup_printf (_ ("Unexpected argument “%s”."), argv[1]) : NULL;
  if (argc >= 2 && g_strv_contains (verb->words, argv[1]))
    {
      const int wanted = verb->argued != NULL && g_strv_contains (verb->argued, argv[1]) ? 3 : 2;

      if (argc == wanted && (wanted == 2 || g_utf8_validate (argv[2], -1, NULL)))
        return NULL;
      return argc < wanted ? g_strdup_printf (_ ("“%s” must be followed by an argument."), argv[1])
                           : g_strdup_printf (_ ("Unexpected argument “%s”."), argv[argc - 1]);
    }
  words = g_strjoinv (", ", (char **)verb->words);
  return g_strdup_printf (_ ("“%s” must be followed by one word of: %s."), verb->name, words);
}

static ExitCode
run_verb (const Verb *verb, int argc, char **argv)
{
  g_autofree char *program = g_strconcat (g_get_prgname (), " ", verb->name, NULL);
  g_autofree char *words = verb->words != NULL ? g_strjoinv ("|", (char **)verb->words) : NULL;
  g_autofree char *message = NULL, *values = verbs_get_values_help (verb), *exit_codes = errors_get_help ();
  g_autofree char *description = g_strconcat (values, *values != '\0' ? "\n" : "", exit_codes, NULL);
  g_autoptr (GOptionContext) context = new_context (words, verb->options);
  g_autoptr (GError) error = NULL;
  Client client = { .verb = verb };

  g_set_prgname (program); /* for the usage line */
  g_option_context_set_summary (context, _ (verb->summary));
  g_option_context_set_description (context, description);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return print_usage_error (error->message);
  message = check_words (verb, argc, argv);
  if (message == NULL && verb->check != NULL)
    message = verb->check ();
  if (message != NULL)
    return print_usage_error (message);
  client.json = option_json;
  client.word = argc > 1 ? argv[1] : NULL;
  client.argument = argc > 2 ? argv[2] : NULL;
  return client_run (&client);
}

static ExitCode
print_lists (void)
{
  const Verb *verb;

  if (option_list_verbs)
    verbs_print_names ();
  else if ((verb = verbs_find (option_list_options)) != NULL)
    verbs_print_options (verb, option_after);
  return EXIT_CODE_OK;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *help = NULL, *exit_codes = NULL, *message = NULL;
  const Verb *verb;

  setlocale (LC_ALL, "");
  bindtextdomain (SHIKAKU_GETTEXT_DOMAIN, SHIKAKU_LOCALE_DIRECTORY);
  bind_textdomain_codeset (SHIKAKU_GETTEXT_DOMAIN, "UTF-8"); /* g_print converts to the locale's */
  textdomain (SHIKAKU_GETTEXT_DOMAIN);
  g_set_prgname ("shikakuctl");
  wants_json = g_strv_contains ((const char *const *)argv, "--json");

  context = new_context (_ ("VERB [OPTION…]"), global_options);
  help = verbs_get_help ();
  exit_codes = errors_get_help ();
  g_option_context_set_summary (context, help);
  g_option_context_set_description (context, exit_codes);
  g_option_context_set_strict_posix (context, TRUE); /* what follows the verb is the verb's */
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return (int)print_usage_error (error->message);
  if (option_list_verbs || option_list_options != NULL)
    return (int)print_lists ();
  if (option_version)
    {
      g_print ("shikakuctl %s\n", SHIKAKU_VERSION);
      return EXIT_CODE_OK;
    }
  if (argc < 2)
    return (int)print_usage_error (_ ("What shall be done? Name a verb."));

  verb = verbs_find (argv[1]);
  if (verb != NULL)
    return (int)run_verb (verb, argc - 1, argv + 1);
  message = g_strdup_printf (_ ("There is no verb “%s”."), argv[1]);
  return (int)print_usage_error (message);
}
