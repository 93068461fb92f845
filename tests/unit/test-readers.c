/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-readers: the table of readers, and which one is meant, as far as the daemon need not be asked. */
#include <string.h>

#include "captured.h"
#include "client/readers.h"

static guint n_chosen;
static gboolean chosen;
static char *chosen_path;

static void
on_chosen (Client *client, gboolean found, const char *path)
{
  g_assert_null (client->state);
  n_chosen++;
  chosen = found;
  g_free (chosen_path);
  chosen_path = g_strdup (path);
}

static void
test_choose (void)
{
  static const char *const cases[][2] = {
    { NULL, NULL }, /* the daemon takes the only one */
    { "1", "/org/shikaku/Shikaku1/reader/1" },
    { "12", "/org/shikaku/Shikaku1/reader/12" },
    { "/org/shikaku/Shikaku1/reader/3", "/org/shikaku/Shikaku1/reader/3" },
  };
  Client client = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      readers_choose (&client, cases[i][0], on_chosen);
      g_assert_cmpuint (n_chosen, ==, i + 1);
      g_assert_true (chosen);
      g_assert_cmpstr (chosen_path, ==, cases[i][1]);
    }
  g_clear_pointer (&chosen_path, g_free);
}

static void
test_number (void)
{
  g_assert_cmpstr (readers_get_number ("/org/shikaku/Shikaku1/reader/12"), ==, "12");
  g_assert_cmpstr (readers_get_number ("12"), ==, "12");
}

static char *
print (const char *readers)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_parsed (readers));

  captured_begin ();
  readers_print (value);
  return captured_end (NULL);
}

/* Wide and long names keep the columns apart; what a reader calls itself moves no cursor. */
static void
test_print (void)
{
  g_autofree char *none = print ("@aa{sv} []");
  g_autofree char *text
      = print ("[{'Path': <objectpath '/org/shikaku/Shikaku1/reader/1'>, 'Name': <'汎用カードリーダー 00 00'>,"
               " 'CardPresent': <true>, 'InUse': <false>},"
               "{'Path': <objectpath '/org/shikaku/Shikaku1/reader/2'>,"
               " 'Name': <'Maker Model 4.0 [Maker Model Interface 4.0] (0123456) 00 00'>, 'InUse': <true>},"
               "{'Path': <objectpath '/org/shikaku/Shikaku1/reader/10'>, 'Name': <'\x1B[2J'>},"
               "{'Path': <objectpath '/org/shikaku/Shikaku1/reader/11'>, 'Name': <'B'>, 'CardPresent': <true>,"
               " 'Served': <true>}]");

  g_assert_cmpstr (none, ==, "  No card reader is connected.\n");
  g_assert_cmpstr (text, ==,
                   "  No.   Card      Use       Name\n"
                   "  1     card      free      汎用カードリーダー 00 00\n"
                   "  2     no card   in use    Maker Model 4.0 [Maker Model Interface 4.0] (0123456) 00 00\n"
                   "  10    no card   free      \xEF\xBF\xBD[2J\n"
                   "  11    used card free      B\n");
}

/* Where no program's visit could ask for the PIN, it says so, and what to do. */
static void
test_print_agent (void)
{
  g_autofree char *text
      = print ("[{'Path': <objectpath '/org/shikaku/Shikaku1/reader/1'>, 'Name': <'A'>, 'Agent': <['pin', 'message']>},"
               "{'Path': <objectpath '/org/shikaku/Shikaku1/reader/2'>, 'Name': <'B'>, 'Agent': <['message']>},"
               "{'Path': <objectpath '/org/shikaku/Shikaku1/reader/7'>, 'Name': <'C'>, 'Agent': <@as []>}]");

  g_assert_null (strstr (text, "Reader 1"));
  g_assert_nonnull (strstr (text, "  Reader 2 has no patient terminal, so programs cannot check a card there. "));
  g_assert_nonnull (strstr (text, "shikakuctl agent --reader 7\n"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/readers/choose", test_choose);
  g_test_add_func ("/readers/number", test_number);
  g_test_add_func ("/readers/print", test_print);
  g_test_add_func ("/readers/print-agent", test_print_agent);
  return g_test_run ();
}
