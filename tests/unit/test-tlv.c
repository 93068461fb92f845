/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tlv: tags and lengths as cards write them, and everything that is cut off or lies about its length. */
#include <string.h>

#include "codec/tlv.h"

static void
test_read (void)
{
  static const struct
  {
    const char *bytes;
    gsize n;
    guint32 tag;
    gsize size, total;
  } cases[] = {
    { "\x30\x00", 2, 0x30, 0, 2 },
    { "\x30\x02\x05\x00\xff\xff", 6, 0x30, 2, 4 }, /* filler behind */
    { "\xff\x10\x01Z", 4, 0xff10, 1, 4 },          /* a high tag that fits a low one */
    { "\xff\x20\x82\x00\x01Z", 6, 0xff20, 1, 6 },  /* a long length that fits a short one */
    { "\x7f\x21\x81\x01Z", 5, 0x7f21, 1, 5 },
    { "\x5f\x81\x02\x01Z", 5, 0x5f8102, 1, 5 },
    { "\x5f\x81\x82\x03\x01Z", 6, 0x5f818203, 1, 6 },
    { "\x04\x84\x00\x00\x00\x01Z", 7, 0x04, 1, 7 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const guint8 *bytes = (const guint8 *)cases[i].bytes;
      Tlv tlv = { 0 };

      g_assert_true (tlv_read (bytes, cases[i].n, &tlv));
      g_assert_cmphex (tlv.tag, ==, cases[i].tag);
      g_assert_cmpuint (tlv.size, ==, cases[i].size);
      g_assert_cmpuint (tlv.total, ==, cases[i].total);
      g_assert_true (tlv.value == bytes + tlv.total - tlv.size);
      g_assert_cmpuint (tlv_measure (bytes, cases[i].n), ==, tlv.total);

      /* Every shorter input is refused, and leaves the result alone. */
      for (gsize n = 0; n < cases[i].total; n++)
        {
          g_autofree guint8 *cut = g_memdup2 (bytes, n);
          Tlv untouched = { .tag = 0xabc };

          g_assert_false (tlv_read (cut, n, &untouched));
          g_assert_cmphex (untouched.tag, ==, 0xabc);
        }
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *bytes;
    gsize n;
  } cases[] = {
    { "\x30\x80\x00\x00", 4 },              /* indefinite length */
    { "\x30\x85\x00\x00\x00\x00\x01Z", 8 }, /* a length of five bytes */
    { "\x30\xff", 2 },
    { "\x30\x84\xff\xff\xff\xff", 6 }, /* would wrap 32 bits */
    { "\x30\x84\x80\x00\x00\x00", 6 },
    { "\x5f\x81\x82\x83\x04\x01Z", 7 },        /* a tag of five bytes */
    { "\xff\xff\xff\xff\xff\xff\xff\xff", 8 }, /* filler is no element */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Tlv tlv;

      g_assert_false (tlv_read ((const guint8 *)cases[i].bytes, cases[i].n, &tlv));
      g_assert_cmpuint (tlv_measure ((const guint8 *)cases[i].bytes, cases[i].n), ==, 0);
    }
}

static void
test_measure (void)
{
  static const guint8 header[] = { 0x30, 0x82, 0x06, 0x0a };

  g_assert_cmpuint (tlv_measure (header, 4), ==, 4 + 0x60a);
  g_assert_cmpuint (tlv_measure (header, 3), ==, 0);
  g_assert_cmpuint (tlv_measure (header, 1), ==, 0);
  g_assert_cmpuint (tlv_measure (NULL, 0), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tlv/read", test_read);
  g_test_add_func ("/tlv/refused", test_refused);
  g_test_add_func ("/tlv/measure", test_measure);
  return g_test_run ();
}
