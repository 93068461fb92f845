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
    { "Consent drug", "ja", "お薬" },         { "Consent drug", "en", "medicines" },
    { "Consent drug", "zh-Hans-CN", "药物" }, { "Consent drug", NULL, "medicines" },
    { "Consent drug", "ko", "medicines" },    { "Consent drug", "xx", "medicines" },
    { "Consent drug", "", "medicines" },      { "Error NoCard", "ko", "카드" },
    { "Error NoCard", "ja", "no card" },      { "Nothing", "ja", NULL },
    { "Consent drug", "ja-JP", "お薬" },      { "Consent drug", "JA", "お薬" },
    { "Consent drug", "Ja", "お薬" },         { "Consent drug", "ja_JP.UTF-8", "お薬" },
    { "Consent drug", "ja-Jpan-JP", "お薬" }, { "Consent drug", "jav", "medicines" },
    { "Consent drug", "EN-us", "medicines" }, { "Consent drug", "-JP", "medicines" },
    { "Consent drug", "C", "medicines" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = text_lookup (cases[i].group, cases[i].language);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

/* The language that is read is told, not the one that was asked for. */
static void
test_language (void)
{
  static const char *const rows[][2]
      = { { "ja-JP", "ja" }, { "JA", "ja" },    { "en", "en" },          { "fr", "en" },
          { NULL, "en" },    { "zh-CN", "zh" }, { "zh_TW.UTF-8", "zh" }, { "pt-BR", "en" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *language = text_lookup_language ("Consent drug", rows[i][0]);

      g_assert_cmpstr (language, ==, rows[i][1]);
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
  g_test_add_func ("/text/language", test_language);
  g_test_add_func ("/text/version", test_version);
  return g_test_run ();
}
