/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-output: what reaches a terminal moves no cursor, stands in columns in Japanese too, and is JSON for programs. */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

#include "captured.h"
#include "client/output.h"

#define ESCAPE "\x1B"
#define REPLACED "\xEF\xBF\xBD"

static void
test_clean (void)
{
  static const char *const cases[][2] = {
    { "", "" },
    { "山田　花子", "山田　花子" },
    { ESCAPE "[2J", REPLACED "[2J" },
    { "a\nb\rc\td\be", "a" REPLACED "b" REPLACED "c" REPLACED "d" REPLACED "e" },
    { "a\x7F", "a" REPLACED },
    { "a\xC2\x9B"
      "2J",
      "a" REPLACED "2J" },                                       /* U+009B, an escape of one character */
    { "a\xE2\x80\xA8z\xE2\x80\xA9", "a" REPLACED "z" REPLACED }, /* U+2028, U+2029 end lines */
    { "a\xE2\x80\xAEz\xE2\x81\xA6", "a" REPLACED "z" REPLACED }, /* U+202E, U+2066 */
    { "a\xE2\x80\x8E\xE2\x80\x8F\xD8\x9Cz", "a" REPLACED REPLACED REPLACED "z" }, /* U+200E, U+200F, U+061C */
    { "a\xC2\xAD\xEF\xBB\xBF\xE2\x81\xAAz", "a" REPLACED REPLACED REPLACED "z" }, /* U+00AD, U+FEFF, U+206A */
    { "\xE8\xBE\xBB\xF3\xA0\x84\x80\xEE\x80\x80", "\xE8\xBE\xBB\xF3\xA0\x84\x80\xEE\x80\x80" }, /* a variant, a gaiji */
    { "a\xFFz", "a" REPLACED "z" },                                                             /* no UTF-8 */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *clean = output_clean (cases[i][0]);
      g_assert_cmpstr (clean, ==, cases[i][1]);
    }
}

static void
test_columns (void)
{
  g_assert_cmpuint (output_get_columns (""), ==, 0);
  g_assert_cmpuint (output_get_columns ("abc"), ==, 3);
  g_assert_cmpuint (output_get_columns ("山田"), ==, 4);
  g_assert_cmpuint (output_get_columns ("ﾔﾏﾀﾞ"), ==, 4);                     /* of half width */
  g_assert_cmpuint (output_get_columns ("　"), ==, 2);                       /* the space of full width */
  g_assert_cmpuint (output_get_columns ("\xE3\x81\x8B\xE3\x82\x99"), ==, 2); /* か and a combining mark */
}

static void
test_pad (void)
{
  static const struct
  {
    const char *text;
    guint columns;
    const char *expected;
  } cases[] = {
    { "ab", 4, "ab  " },
    { "氏名", 6, "氏名  " },
    { "", 2, "  " },
    { "abcd", 4, "abcd " },
    { "abcdef", 4, "abcdef " },
    { "abc", 0, "abc" },
    { "a\nb", 4, "a" REPLACED "b " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *padded = output_pad (cases[i].text, cases[i].columns);
      g_assert_cmpstr (padded, ==, cases[i].expected);
    }
}

/* What is cut fits every terminal, also one that draws ● and … over two columns. */
static void
test_cut (void)
{
  static const struct
  {
    const char *text;
    guint columns;
    const char *expected;
  } cases[] = {
    { "", 4, "" },
    { "abcd", 4, "abcd" },
    { "abcde", 4, "ab…" },
    { "山田", 4, "山田" },
    { "山田花子", 7, "山田…" },
    { "ﾔﾏﾀﾞ ﾊﾅｺ", 6, "ﾔﾏﾀﾞ…" },
    { "●橋", 4, "●橋" },
    { "●橋健", 5, "●…" },
    { "a bcd", 4, "a…" },
    { "\xE3\x81\x8B\xE3\x82\x99x", 3, "\xE3\x81\x8B\xE3\x82\x99x" },
    { "a\nbcd", 5, "a" REPLACED "…" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *cut = output_cut (cases[i].text, cases[i].columns);

      g_assert_cmpstr (cut, ==, cases[i].expected);
      g_assert_cmpuint (output_get_most_columns (cut), <=, cases[i].columns);
    }
  g_assert_cmpuint (output_get_most_columns ("●ﾊﾊa…"), ==, 7);
}

/* The value begins at one column, whatever the label is; below a label that is too long. */
static void
test_row (void)
{
  g_autofree char *text = NULL;

  captured_begin ();
  output_row ("Sex", "female");
  output_row ("氏名", "山田");
  output_row ("ANameOfTheCenterThatIsVeryLong", "1");
  output_row ("Part:", "");
  output_row ("Name", "a" ESCAPE "[1A\nb");
  text = captured_end (NULL);
  g_assert_cmpstr (text, ==,
                   "  Sex                     female\n"
                   "  氏名                    山田\n"
                   "  ANameOfTheCenterThatIsVeryLong\n"
                   "                          1\n"
                   "  Part:\n"
                   "  Name                    a" REPLACED "[1A" REPLACED "b\n");
}

static void
test_wrap (void)
{
  static const struct
  {
    const char *text;
    guint from, indent, width;
    const char *expected;
  } cases[] = {
    { "", 0, 0, 80, "" },
    { "no terminal, no end of the line", 0, 0, 0, "no terminal, no end of the line" },
    { "too narrow for any text", 4, 4, 20, "too narrow for any text" },
    { "a line that is exactly30", 0, 0, 24, "a line that is exactly30" },
    { "a line that ends at a space", 0, 0, 24, "a line that ends at a\nspace" },
    { "words  go below each other", 8, 4, 30, "words  go below each\n    other" },
    { "AWordThatIsLongerThanTheWholeLine", 0, 2, 24, "AWordThatIsLongerThanThe\n  WholeLine" },
    { "見本台団地例示町一丁目架空市役所", 0, 2, 24, "見本台団地例示町一丁目架\n  空市役所" },
    { "番号と生年月日を確かめました。はい", 0, 0, 28, "番号と生年月日を確かめまし\nた。はい" },
    { "番号と生年月日を確かめ（はい）", 0, 0, 24, "番号と生年月日を確かめ\n（はい）" },
    { "資格 (/etc/shikaku/file.pem)", 0, 2, 26, "資格\n  (/etc/shikaku/file.pem)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *wrapped = output_wrap (cases[i].text, cases[i].from, cases[i].indent, cases[i].width);

      g_assert_cmpstr (wrapped, ==, cases[i].expected);
    }
}

/* A question that would be question marks is seen to be one. */
static void
test_can_show (void)
{
  g_setenv ("TERM", "xterm", TRUE);
  g_assert_nonnull (setlocale (LC_ALL, "C.UTF-8"));
  g_assert_true (output_can_show ("お薬の情報 yes"));
  g_setenv ("TERM", "linux", TRUE); /* no glyphs */
  g_assert_false (output_can_show ("お薬の情報 yes"));
  g_assert_true (output_can_show ("yes “no”"));
  g_assert_nonnull (setlocale (LC_ALL, "C"));
  g_assert_false (output_can_show ("お薬の情報 yes"));
  g_assert_false (output_can_show ("“no”"));
  g_assert_true (output_can_show ("yes?"));
}

static void
test_error_and_rule (void)
{
  g_autofree char *text = NULL, *errors = NULL, *rule = output_make_rule ();

  captured_begin ();
  output_error ("no\nreader");
  text = captured_end (&errors);
  g_assert_cmpstr (errors, ==, "no" REPLACED "reader\n");
  g_assert_true (g_str_has_suffix (rule, "─"));
  g_assert_cmpint (g_utf8_strlen (rule, -1), ==, 39);
}

static void
test_json (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (GVariant) value = g_variant_ref_sink (
          g_variant_new_parsed ("{'Name': <'山田\\n'>, 'Until': <uint64 1>, 'Ends': <[{'What': <'line'>}]>}"));
      output_json (value);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stdout ("*{\"Name\":\"山田\\n\",\"Until\":1,\"Ends\":[{\"What\":\"line\"}]}\n*");
}

/* Return: the line of JSON that is printed of @value, without its end (transfer full). */
static char *
print_json (GVariant *value)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = NULL;
  char *text = NULL;
  int fd = g_file_open_tmp (NULL, &file, &error), output = dup (STDOUT_FILENO);

  g_assert_no_error (error);
  fflush (stdout);
  dup2 (fd, STDOUT_FILENO);
  output_json (value);
  dup2 (output, STDOUT_FILENO);
  close (fd);
  close (output);
  g_assert_true (g_file_get_contents (file, &text, NULL, &error));
  unlink (file);
  return g_strchomp (text);
}

/* Whatever character there is: the line is JSON, means the same, and holds nothing that a terminal obeys. */
static void
test_json_characters (void)
{
  static const gunichar ranges[][2] = { { 1, 0x30FF }, { 0xE000, 0xFFFD }, { 0x1D100, 0x1D1FF }, { 0xE0000, 0xE01FF } };
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GVariant) value = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL, *clean = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    for (gunichar character = ranges[i][0]; character <= ranges[i][1]; character++)
      {
        char *text = g_malloc0 (8);

        g_unichar_to_utf8 (character, text);
        g_ptr_array_add (texts, text);
      }
  value = g_variant_ref_sink (g_variant_new_strv ((const char *const *)texts->pdata, (gssize)texts->len));
  line = print_json (value);
  clean = output_clean (line);
  g_assert_cmpstr (line, ==, clean);
  node = json_from_string (line, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < texts->len; i++)
    g_assert_cmpstr (json_array_get_string_element (json_node_get_array (node), i), ==, g_ptr_array_index (texts, i));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/output/clean", test_clean);
  g_test_add_func ("/output/columns", test_columns);
  g_test_add_func ("/output/pad", test_pad);
  g_test_add_func ("/output/cut", test_cut);
  g_test_add_func ("/output/row", test_row);
  g_test_add_func ("/output/wrap", test_wrap);
  g_test_add_func ("/output/can-show", test_can_show);
  g_test_add_func ("/output/error-and-rule", test_error_and_rule);
  g_test_add_func ("/output/json", test_json);
  g_test_add_func ("/output/json-characters", test_json_characters);
  return g_test_run ();
}
