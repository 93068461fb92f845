/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* apdu: the four cases of ISO 7816-4 in both length codings, both ways, and what does not go together. */
#include <string.h>

#include "codec/apdu.h"

#define DATA(text) (const guint8 *)text, sizeof text - 1

static const struct
{
  Apdu apdu;
  const char *bytes;
  gsize size;
} cases[] = {
  { { 0x00, 0xa4, 0x02, 0x0c, NULL, 0, APDU_LE_NONE, FALSE }, "\x00\xa4\x02\x0c", 4 },
  { { 0x00, 0xb0, 0x00, 0x00, NULL, 0, 4, FALSE }, "\x00\xb0\x00\x00\x04", 5 },
  { { 0x00, 0xb0, 0x00, 0x00, NULL, 0, 256, FALSE }, "\x00\xb0\x00\x00\x00", 5 },
  { { 0x00, 0xa4, 0x02, 0x0c, DATA ("\x00\x0a"), APDU_LE_NONE, FALSE }, "\x00\xa4\x02\x0c\x02\x00\x0a", 7 },
  { { 0x80, 0x2a, 0x00, 0x80, DATA ("ab"), 256, FALSE },
    "\x80\x2a\x00\x80\x02"
    "ab\x00",
    8 },
  { { 0x00, 0xb0, 0x8a, 0x00, NULL, 0, 65536, TRUE }, "\x00\xb0\x8a\x00\x00\x00\x00", 7 },
  { { 0x00, 0xb0, 0x8a, 0x00, NULL, 0, 1, TRUE }, "\x00\xb0\x8a\x00\x00\x00\x01", 7 },
  { { 0x80, 0x2a, 0x00, 0x80, DATA ("ab"), APDU_LE_NONE, TRUE },
    "\x80\x2a\x00\x80\x00\x00\x02"
    "ab",
    9 },
  { { 0x80, 0x2a, 0x00, 0x80, DATA ("ab"), 65536, TRUE },
    "\x80\x2a\x00\x80\x00\x00\x02"
    "ab\x00\x00",
    11 },
};

static void
test_both_ways (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Apdu *apdu = &cases[i].apdu;
      guint8 buffer[APDU_COMMAND_MAXIMUM];
      Apdu parsed = { 0 };

      g_assert_cmpuint (apdu_build (apdu, buffer, sizeof buffer), ==, cases[i].size);
      g_assert_cmpmem (buffer, cases[i].size, cases[i].bytes, cases[i].size);
      g_assert_cmpuint (apdu_build (apdu, buffer, cases[i].size), ==, cases[i].size);
      g_assert_cmpuint (apdu_build (apdu, buffer, cases[i].size - 1), ==, 0);

      g_assert_true (apdu_parse ((const guint8 *)cases[i].bytes, cases[i].size, &parsed));
      g_assert_cmphex (parsed.cla << 24 | parsed.ins << 16 | parsed.p1 << 8 | parsed.p2, ==,
                       apdu->cla << 24 | apdu->ins << 16 | apdu->p1 << 8 | apdu->p2);
      g_assert_cmpmem (parsed.data, parsed.lc, apdu->data, apdu->lc);
      g_assert_cmpint (parsed.le, ==, apdu->le);
      g_assert_cmpint (parsed.extended, ==, apdu->extended);
    }
}

static void
test_largest (void)
{
  guint8 data[256] = { 0 }, buffer[APDU_COMMAND_MAXIMUM];
  Apdu apdu = { 0x00, 0x20, 0x00, 0x80, data, 255, 256, FALSE }, parsed;

  g_assert_cmpuint (apdu_build (&apdu, buffer, sizeof buffer), ==, 261);
  g_assert_true (apdu_parse (buffer, 261, &parsed));
  g_assert_cmpuint (parsed.lc, ==, 255);
  apdu.extended = TRUE;
  g_assert_cmpuint (apdu_build (&apdu, buffer, sizeof buffer), ==, 264);
  g_assert_true (apdu_parse (buffer, 264, &parsed));
  g_assert_cmpuint (parsed.lc, ==, 255);
}

static void
test_build_refused (void)
{
  static const guint8 data[300];
  static const Apdu refused[] = {
    { .data = data, .lc = 256, .le = APDU_LE_NONE },
    { .data = data, .lc = 256, .le = APDU_LE_NONE, .extended = TRUE },
    { .data = NULL, .lc = 1, .le = APDU_LE_NONE },
    { .le = 257 },
    { .le = 0 },
    { .le = -2 },
    { .le = 65537, .extended = TRUE },
  };
  guint8 buffer[512];

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_cmpuint (apdu_build (&refused[i], buffer, sizeof buffer), ==, 0);
}

static void
test_parse_refused (void)
{
  static const struct
  {
    const char *bytes;
    gsize size;
  } refused[] = {
    { "", 0 },
    { "\x00\xa4\x02", 3 },
    { "\x00\xa4\x02\x0c\x02\x00", 6 },             /* data cut off */
    { "\x00\xa4\x02\x0c\x02\x00\x0a\x00\x00", 9 }, /* Le too long */
    { "\x00\xb0\x00\x00\x00\x00", 6 },             /* half an extended Le */
    { "\x00\xb0\x00\x00\x00\x00\x00\x00", 8 },     /* extended Lc of 0 */
    { "\x00\xb0\x00\x00\x00\x00\x02\x61", 8 },     /* extended data cut off */
    { "\x00\xb0\x00\x00\x00\x00\x01\x61\x00", 9 }, /* short Le behind extended Lc */
    { "\x00\xb0\x00\x00\x00\x01\x00\x61\x00", 9 }, /* Lc over 255 */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      Apdu apdu = { .ins = 0x77 };

      g_assert_false (apdu_parse ((const guint8 *)refused[i].bytes, refused[i].size, &apdu));
      g_assert_cmphex (apdu.ins, ==, 0x77);
    }
}

static void
test_status_word (void)
{
  static const guint8 response[] = { 0x01, 0x63, 0xc2 };

  g_assert_cmphex (apdu_status_word (response, 3), ==, 0x63c2);
  g_assert_cmphex (apdu_status_word (response, 2), ==, 0x0163);
  g_assert_cmphex (apdu_status_word (response, 1), ==, 0);
  g_assert_cmphex (apdu_status_word (NULL, 0), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/apdu/both-ways", test_both_ways);
  g_test_add_func ("/apdu/largest", test_largest);
  g_test_add_func ("/apdu/build-refused", test_build_refused);
  g_test_add_func ("/apdu/parse-refused", test_parse_refused);
  g_test_add_func ("/apdu/status-word", test_status_word);
  return g_test_run ();
}
