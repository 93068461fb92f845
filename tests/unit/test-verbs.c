/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-verbs: the table of verbs, and what help and completion print from it. */
#include <string.h>

#include "captured.h"
#include "client/verbs.h"
#include "daemon/base/names.h"

static char *
list_after (const Verb *verb, const char *after)
{
  captured_begin ();
  verbs_print_options (verb, after);
  return captured_end (NULL);
}

static void
test_find (void)
{
  g_autofree char *names = NULL, *help = verbs_get_help ();
  g_auto (GStrv) each = NULL;

  captured_begin ();
  verbs_print_names ();
  names = captured_end (NULL);
  each = g_strsplit (g_strstrip (names), "\n", -1);
  for (char **name = each; *name != NULL; name++)
    {
      const Verb *verb = verbs_find (*name);

      g_assert_nonnull (verb);
      g_assert_cmpstr (verb->name, ==, *name);
      g_assert_nonnull (g_strstr_len (help, -1, verb->summary));
    }
  g_assert_null (verbs_find ("sing"));
  g_assert_null (verbs_find (""));
}

/* Where a word is an option's own, it may be anything, of a list, or there is none. */
static void
test_after (void)
{
  static const char kinds[] =
#define CONSENT_KIND(suffix, kind) kind "\n"
      SHIKAKU_CONSENT_KINDS (CONSENT_KIND);
#undef CONSENT_KIND
  g_autofree char *consent = list_after (&verb_check, "--consent");
  g_autofree char *capability = list_after (&verb_agent, "--capability");
  g_autofree char *timeout = list_after (&verb_check, "--timeout");
  g_autofree char *number = list_after (&verb_check, "--number");
  g_autofree char *flag = list_after (&verb_check, "--same-card");
  g_autofree char *other = list_after (&verb_agent, "--consent");
  g_autofree char *options = list_after (&verb_check, NULL);
  g_autofree char *words = list_after (&verb_config, "config");

  g_assert_cmpstr (consent, ==, kinds);
  g_assert_cmpstr (capability, ==, "pin\nconsent\nmessage\n");
  g_assert_cmpstr (timeout, ==, "");
  g_assert_cmpstr (number, ==, "-\n");
  g_assert_cmpstr (flag, ==, options);
  g_assert_true (g_str_has_prefix (options, "--help\n--json\n--reader\n--consent\n"));
  g_assert_cmpstr (other, ==, "--help\n--json\n--reader\n--capability\n");
  g_assert_cmpstr (words, ==, "show\n--help\n--json\n");
}

/* Each list belongs to an option that there is, and --help shows it. */
static void
test_values (void)
{
  static const Verb *const verbs[] = { &verb_check, &verb_agent };
  g_autofree char *none = verbs_get_values_help (&verb_status);

  g_assert_cmpstr (none, ==, "");
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autofree char *help = verbs_get_values_help (verbs[i]);

      for (const VerbValues *values = verbs[i]->values; values->option != NULL; values++)
        {
          const GOptionEntry *entry = verbs[i]->options;

          while (g_strcmp0 (entry->long_name, values->option) != 0)
            g_assert_nonnull ((++entry)->long_name);
          for (const char *const *word = values->words; *word != NULL; word++)
            g_assert_nonnull (strstr (help, *word));
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/verbs/find", test_find);
  g_test_add_func ("/verbs/after", test_after);
  g_test_add_func ("/verbs/values", test_values);
  return g_test_run ();
}
