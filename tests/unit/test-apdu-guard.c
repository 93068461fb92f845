/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-apdu-guard: what is on the list goes out, nothing else does, and the My Number's file never. */
#include "card/apdu-guard.h"

#include <string.h>

#include "fake-card.h"

static const guint8 text_aid[] = { 0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08 };

/* A chip that answers what it is told to, in turn; then 9000. */
static FakeCard *card;
static const char *const *answers; /* in hex, NULL-ended; NULL: always 9000 */

static gsize
from_hex (const char *hex, guint8 *bytes)
{
  gsize n = 0;

  for (; hex[0] != '\0'; hex++)
    if (hex[0] != ' ')
      {
        g_assert_true (g_ascii_isxdigit (hex[0]) && g_ascii_isxdigit (hex[1]));
        bytes[n++] = (guint8)(g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));
        hex++;
      }
  return n;
}

static gboolean
answer_in_turn (FakeCard *chip, const guint8 *command, gsize size, guint8 *response, gsize *response_size,
                GError **error)
{
  const char *answer = answers != NULL && *answers != NULL ? *answers++ : "9000";

  *response_size = from_hex (answer, response);
  return TRUE;
}

/* begin: @list: what is answered. */
static void
begin (ApduGuard *guard, FakeChip chip, const char *const *list)
{
  answers = list;
  card = fake_card_new (NULL);
  card->chip = chip;
  apdu_guard_initialize (guard, fake_card_get_reader (card));
}

static void
end (ApduGuard *guard)
{
  reader_free (guard->reader);
  fake_card_free (card);
}

static void
assert_last (const char *command, gsize command_size)
{
  gsize size;
  const guint8 *last = g_bytes_get_data (card->commands->pdata[card->commands->len - 1], &size);

  g_assert_cmpmem (last, size, command, command_size);
}

static gboolean
send_with (ApduGuard *guard, const char *hex, guint8 *response, gsize *size, guint16 *status, GError **error)
{
  guint8 command[300];

  *size = 600;
  return apdu_guard_transmit (guard, command, from_hex (hex, command), response, size, status, error);
}

static gboolean
goes_out (ApduGuard *guard, const char *hex)
{
  g_autoptr (GError) error = NULL;
  guint before = card->commands->len;
  guint8 response[600];
  guint16 status;
  gsize size;

  if (send_with (guard, hex, response, &size, &status, &error))
    {
      g_assert_cmpuint (card->commands->len, >, before);
      return TRUE;
    }
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
  g_assert_cmpuint (card->commands->len, ==, before);
  return FALSE;
}

#define SELECT_JPKI "00A4040C0A D392F000260100000001"
#define SELECT_MANAGER "00A4040C07 A0000001510000"
#define SELECT_TEXT "00A4040C0A D3921000310001010408"

static const char *const of_jpki[] = {
  "00A4020C02000A", "00B08A00000000",     "00B08A0000",         "00B08A80FF", "00B0010000",
  "00200098",       "002000980431323334", "802A00970301020300", NULL,
};

static void
test_listed (void)
{
  ApduGuard guard;

  begin (&guard, answer_in_turn, NULL);
  for (guint i = 0; of_jpki[i] != NULL; i++)
    g_assert_false (goes_out (&guard, of_jpki[i])); /* nothing is selected yet */
  g_assert_true (goes_out (&guard, SELECT_JPKI));
  for (guint i = 0; of_jpki[i] != NULL; i++)
    g_assert_true (goes_out (&guard, of_jpki[i]));
  g_assert_cmpuint (guard.count, ==, 1 + G_N_ELEMENTS (of_jpki) - 1);

  g_assert_true (goes_out (&guard, SELECT_MANAGER));
  for (guint i = 0; of_jpki[i] != NULL; i++)
    g_assert_false (goes_out (&guard, of_jpki[i]));
  g_assert_true (goes_out (&guard, SELECT_JPKI));
  apdu_guard_forget (&guard);
  for (guint i = 0; of_jpki[i] != NULL; i++)
    g_assert_false (goes_out (&guard, of_jpki[i]));
  end (&guard);
}

/* A SELECT that failed may have changed something: nothing is known to be selected. */
static void
test_failed_select (void)
{
  static const char *const list[] = { "9000", "6A82", NULL };
  ApduGuard guard;

  begin (&guard, answer_in_turn, list);
  g_assert_true (goes_out (&guard, SELECT_JPKI));
  g_assert_true (goes_out (&guard, SELECT_JPKI));
  g_assert_false (goes_out (&guard, "00200098"));
  end (&guard);
}

static void
test_not_listed (void)
{
  static const char *const commands[] = {
    "00A4020C020001",
    "00A4020C020006",
    "00A4020C02001B",
    "00A4000C023F00",
    "00A40000",
    "00B0810000",
    "00B0820000",
    "00B18A0000",
    "00B0970000",
    "00B0000000", /* of no file, or of another one than the certificate */
    "0020009B",
    "0020009B06414141414141",
    "00200080",
    "002000800431323334",
    "802A009A0301020300",
    "802A00800301020300",
    "802A04970301020300",
    "002A00970301020300",
    "00D68A000101",
    "002401980431323334",
    "00CA004500",
    "0084000008",
    "00C0000000",
    "0CB08A0000",
    "01B08A0000",
    "80B08A0000",
    "00A4040C02D392",
    "00A4040C09D392F0002601000000",
    SELECT_TEXT,
    "00A4040C0AD3921000310001010402",
    "00A404000AD392F00026010000000100",
    "00A4040C0BD392F00026010000000100",
    "0070000000",
    "80320098",
    "00A4040C00",
    "",
    "00",
    "00A404",
    "00B08A00000000FF",
    "00A4040C0AD392F0002601",
  };
  ApduGuard guard;

  begin (&guard, answer_in_turn, NULL);
  g_assert_true (goes_out (&guard, SELECT_JPKI));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_assert_false (goes_out (&guard, commands[i]));
  g_assert_cmpuint (card->commands->len, ==, 1);
  g_assert_true (goes_out (&guard, "00200098")); /* and JPKI is still known to be selected */
  end (&guard);
}

/* What says "the current file" goes out only where that is the file it is meant for. */
static void
test_current_file (void)
{
  static const char *const selections[] = { "00A4020C02000A", "00A4020C020018", "00A4020C020017" };
  static const char *const by_short_id[] = { "00B08A0000", "00200098", "802A00970301020300" };
  static const char *const uses[] = { "00B0000000", "00200080", "802A00800301020300" };
  static const char *const refusals[] = { "9000", "9000", "6A82", NULL }, *const refusals_by_id[]
                                                                          = { "9000", "6A86", NULL };
  ApduGuard guard;

  begin (&guard, answer_in_turn, NULL);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (uses); i++)
    {
      const guint file = i / 2;

      g_assert_true (goes_out (&guard, SELECT_JPKI));
      for (guint use = 0; use < G_N_ELEMENTS (uses); use++)
        g_assert_false (goes_out (&guard, uses[use]));
      g_assert_true (goes_out (&guard, i % 2 == 0 ? selections[file] : by_short_id[file]));
      for (guint use = 0; use < G_N_ELEMENTS (uses); use++)
        g_assert_cmpint (goes_out (&guard, uses[use]), ==, use == file);
    }
  end (&guard);

  begin (&guard, answer_in_turn, refusals);
  g_assert_true (goes_out (&guard, SELECT_JPKI));
  g_assert_true (goes_out (&guard, selections[0]));
  g_assert_true (goes_out (&guard, selections[1]));
  g_assert_false (goes_out (&guard, uses[0]) || goes_out (&guard, uses[1]));
  end (&guard);

  begin (&guard, answer_in_turn, refusals_by_id);
  g_assert_true (goes_out (&guard, SELECT_JPKI));
  g_assert_true (goes_out (&guard, by_short_id[1]));
  g_assert_false (goes_out (&guard, uses[1]));
  end (&guard);
}

/* A table that allows everything that is asked for below. */
static const ApduRule doctored[] = {
  { NULL, 0, 0x00, 0xA4, 0, 0, 0x0000 }, { NULL, 0, 0x00, 0xA4, 0, 0, 0x0001 },
  { NULL, 0, 0x00, 0xA4, 0, 0, 0x0002 }, { NULL, 0, 0x00, 0xA4, 0, 0, 0x0005 },
  { NULL, 0, 0x00, 0xB0, 0, 0, 0 },      { NULL, 0, 0x00, 0xB1, 0, 0, 0 },
  { NULL, 0, 0x00, 0xB2, 0, 0, 0 },      { NULL, 0, 0x00, 0xB3, 0, 0, 0 },
  { NULL, 0, 0x00, 0xD6, 0, 0, 0 },      { NULL, 0, 0x00, 0xCB, 0, 0, 0 },
  { NULL, 0, 0x01, 0xA4, 0, 0, 0x0001 }, { NULL, 0, 0x01, 0xB0, 0, 0, 0 },
  { NULL, 0, 0x0C, 0xB0, 0, 0, 0 },      { text_aid, 10, 0x00, 0xA4, 0, 0, 1 },
  { text_aid, 10, 0x00, 0xB0, 0, 0, 0 }, { 0 },
};

static const char *const to_the_number[] = {
  "00A4020C020001", "00A40200020001", "00A4000C020001", "00A4080C020001", "00B0810000", "00B0810010", "00B081000000FF",
  "00B1000100",     "00B2010C00",     "00B3010C00",     "00D68100010A",   "00CB000100", "0CB0810000", NULL,
};

static void
assert_number_is_out_of_reach (ApduGuard *guard)
{
  for (guint i = 0; to_the_number[i] != NULL; i++)
    g_assert_false (goes_out (guard, to_the_number[i]));
}

static void
test_doctored (void)
{
  static const char *const ways[] = {
    SELECT_TEXT,                        /* by its name */
    "00A4040C03D39210",                 /* by the beginning of it */
    "00A4040C0BD392100031000101040801", /* by more than it */
    "00A4040E0AD392F000260100000001",   /* by the next of another name */
    "00A4040C00",                       /* by no name */
    "00A4000C020000",                   /* by a file id */
  };
  ApduGuard guard;

  begin (&guard, answer_in_turn, NULL);
  guard.rules = doctored;
  assert_number_is_out_of_reach (&guard); /* unknown */
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_assert_true (goes_out (&guard, SELECT_JPKI));
      g_assert_true (goes_out (&guard, ways[i]));
      assert_number_is_out_of_reach (&guard);
      g_assert_true (goes_out (&guard, "00A4020C020002")); /* other files are the table's affair */
      g_assert_true (goes_out (&guard, "00B0820000"));
    }

  /* The same ids name something else in another application; but not on a channel of its own. */
  g_assert_true (goes_out (&guard, SELECT_JPKI));
  g_assert_true (goes_out (&guard, "00A4020C020001"));
  g_assert_true (goes_out (&guard, "00B0810000"));
  g_assert_false (goes_out (&guard, "01A4020C020001"));
  g_assert_false (goes_out (&guard, "01B0810000"));

  /* The picture of the number. */
  g_assert_true (goes_out (&guard, "00A4040C0AD3921000310001010402"));
  g_assert_true (goes_out (&guard, "00A4020C020001"));
  g_assert_false (goes_out (&guard, "00A4020C020005"));
  g_assert_false (goes_out (&guard, "00B0850000"));
  end (&guard);
}

static void
test_pieces (void)
{
  static const char *const list[] = { "9000", "0102 6103", "030405 6101", "06 9000", NULL };
  g_autoptr (GError) error = NULL;
  guint8 response[600];
  ApduGuard guard;
  guint16 status;
  gsize size;

  begin (&guard, answer_in_turn, list);
  g_assert_true (goes_out (&guard, SELECT_JPKI));
  g_assert_true (send_with (&guard, "00B08A0000", response, &size, &status, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (response, size, "\1\2\3\4\5\6", 6);
  g_assert_cmphex (status, ==, 0x9000);
  assert_last ("\x00\xC0\x00\x00\x01", 5);
  g_assert_cmpuint (guard.count, ==, 4);
  end (&guard);
}

static void
test_exact_length (void)
{
  static const char *const list[] = { "9000", "9000", "6C02", "0102 9000", "6C00", "03 9000", "6C02", NULL };
  g_autoptr (GError) error = NULL;
  guint8 response[600];
  ApduGuard guard;
  guint16 status;
  gsize size;

  begin (&guard, answer_in_turn, list);
  g_assert_true (goes_out (&guard, SELECT_JPKI));
  g_assert_true (goes_out (&guard, "00A4020C02000A"));
  g_assert_true (send_with (&guard, "00B0000010", response, &size, &status, &error));
  g_assert_cmpmem (response, size, "\1\2", 2);
  assert_last ("\x00\xB0\x00\x00\x02", 5);
  g_assert_true (send_with (&guard, "00B08A00000000", response, &size, &status, &error)); /* never mixed lengths */
  g_assert_cmpmem (response, size, "\3", 1);
  assert_last ("\x00\xB0\x8A\x00\x00", 5);

  g_assert_true (
      send_with (&guard, "002000980431323334", response, &size, &status, &error)); /* VERIFY is never repeated */
  g_assert_cmpuint (card->commands->len, ==, 7);
  g_assert_cmphex (status, ==, 0x6C02);
  end (&guard);
}

static void
test_first_command (void)
{
  static const char *const list[] = { "6F00", "9000", "6F00", NULL };
  g_autoptr (GError) error = NULL;
  guint8 response[600];
  ApduGuard guard;
  guint16 status;
  gsize size;

  begin (&guard, answer_in_turn, list);
  g_assert_true (send_with (&guard, SELECT_JPKI, response, &size, &status, &error));
  g_assert_cmphex (status, ==, 0x9000);
  g_assert_cmpuint (card->commands->len, ==, 2);
  g_assert_true (send_with (&guard, "002000980431323334", response, &size, &status, &error)); /* only the first */
  g_assert_cmphex (status, ==, 0x6F00);
  g_assert_cmpuint (card->commands->len, ==, 3);
  end (&guard);
}

static gboolean
answer_endlessly (FakeCard *chip, const guint8 *command, gsize size, guint8 *response, gsize *response_size,
                  GError **error)
{
  memcpy (response, "\x61\x01", 2);
  *response_size = 2;
  return TRUE;
}

static gboolean
answer_too_short (FakeCard *chip, const guint8 *command, gsize size, guint8 *response, gsize *response_size,
                  GError **error)
{
  *response_size = 1;
  return TRUE;
}

static void
assert_fails (FakeChip chip, ShikakuError code)
{
  g_autoptr (GError) error = NULL;
  guint8 response[600];
  ApduGuard guard;
  guint16 status;
  gsize size;

  begin (&guard, chip, NULL);
  g_assert_false (send_with (&guard, SELECT_JPKI, response, &size, &status, &error));
  g_assert_error (error, SHIKAKU_ERROR, (gint)code);
  end (&guard);
}

static void
test_bad_answers (void)
{
  assert_fails (answer_endlessly, SHIKAKU_ERROR_CARD_FAILED);
  assert_fails (answer_too_short, SHIKAKU_ERROR_CARD_REMOVED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/apdu-guard/listed", test_listed);
  g_test_add_func ("/apdu-guard/failed-select", test_failed_select);
  g_test_add_func ("/apdu-guard/not-listed", test_not_listed);
  g_test_add_func ("/apdu-guard/current-file", test_current_file);
  g_test_add_func ("/apdu-guard/doctored", test_doctored);
  g_test_add_func ("/apdu-guard/pieces", test_pieces);
  g_test_add_func ("/apdu-guard/exact-length", test_exact_length);
  g_test_add_func ("/apdu-guard/first-command", test_first_command);
  g_test_add_func ("/apdu-guard/bad-answers", test_bad_answers);
  return g_test_run ();
}
