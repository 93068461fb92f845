/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text: groups, languages and versions, from a small resource of the test's own. */
#include "base/text.h"

static void
test_lookup (void)
{
  static const struct
  {
    const char *group, *language, *text;
  } cases[] = {
    { "Consent drug", "ja", "お薬" },      { "Consent drug", "en", "medicines" }, { "Consent drug", NULL, "medicines" },
    { "Consent drug", "ko", "medicines" }, { "Consent drug", "xx", "medicines" }, { "Consent drug", "", "medicines" },
    { "Error NoCard", "ko", "카드" },      { "Error NoCard", "ja", "no card" },   { "Nothing", "ja", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = text_lookup (cases[i].group, cases[i].language);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_version (void)
{
  g_autofree char *version = text_lookup_version ("Consent drug");

  g_assert_cmpstr (version, ==, "2");
  g_assert_null (text_lookup_version ("Error NoCard"));
  g_assert_null (text_lookup_version ("Nothing"));
}

int
main (int argc, char **argv)
{
  /* An English patient on a Japanese machine reads English. */
  g_setenv ("LANGUAGE", "ja", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/lookup", test_lookup);
  g_test_add_func ("/text/version", test_version);
  return g_test_run ();
}
