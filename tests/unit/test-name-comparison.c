/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* name-comparison: names of invented people, as the center, a desk and a card write them. */
#include "codec/name-comparison.h"

#include <string.h>

typedef struct
{
  NameKind kind;
  const char *a, *b;
  NameComparison result;
} Case;

#define SAME NAME_COMPARISON_SAME
#define VARIANT NAME_COMPARISON_VARIANT
#define UNKNOWN NAME_COMPARISON_UNKNOWN
#define DIFFERS NAME_COMPARISON_DIFFERS

static void
check (const Case *cases, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      const Case *one = &cases[i];
      g_autofree char *a = one->a != NULL ? name_comparison_normalise (one->kind, one->a) : NULL;
      g_autofree char *b = one->b != NULL ? name_comparison_normalise (one->kind, one->b) : NULL;

      g_test_message ("row %" G_GSIZE_FORMAT, i);
      g_assert_cmpint (name_comparison_compare (one->kind, one->a, one->b), ==, one->result);
      g_assert_cmpint (name_comparison_compare (one->kind, one->b, one->a), ==, one->result);
      if (one->result != UNKNOWN)
        g_assert_cmpint (g_strcmp0 (a, b) == 0, ==, one->result != DIFFERS);
    }
}

static void
test_same (void)
{
  static const Case cases[] = {
    { NAME_WRITTEN, "山田　花子", "山田　花子", SAME },
    { NAME_WRITTEN, "山田　花子", " 山田 花子　", SAME },
    { NAME_WRITTEN, "山田　花子", "山田花子", SAME },
    { NAME_WRITTEN, "ジョン・スミス", "ジョン　スミス", SAME },
    { NAME_WRITTEN, "佐藤　ｴﾘｶ", "佐藤　エリカ", SAME },
    { NAME_WRITTEN, "ｳﾞｧﾝﾀﾞﾙ", "ヴァンダル", SAME },
    { NAME_WRITTEN, "が", "か\xe3\x82\x99", SAME },                 /* the mark as a character of its own */
    { NAME_WRITTEN, "葛\xf3\xa0\x84\x80城　空", "葛城　空", SAME }, /* U+E0100, which chooses a glyph */
    { NAME_WRITTEN, "辻\xef\xb8\x80　海", "辻　海", SAME },         /* U+FE00 */
    { NAME_WRITTEN, "\xef\xbb\xbf田中", "田中", SAME },             /* a byte-order mark */
    { NAME_KANA, "ﾔﾏﾀﾞ ﾊﾅｺ", "ヤマダ　ハナコ", SAME },
    { NAME_KANA, "やまだ　はなこ", "ﾔﾏﾀﾞ ﾊﾅｺ", SAME },
    { NAME_KANA, "ｷｮｳｺ", "キヨウコ", SAME }, /* small ones large, as old programs send them */
    { NAME_KANA, "ﾎﾟｰﾙ", "ポール", SAME },
    { NAME_KANA, "ポ-ル", "ポール", SAME },
    { NAME_KANA, "ハ\xe3\x82\x9cハ\xef\xbe\x9e", "パバ", SAME },
    { NAME_WRITTEN, "ＳＭＩＴＨ　ＪＯＨＮ", "Smith John", SAME },
    { NAME_WRITTEN, "SMITH, JOHN", "SMITH JOHN", SAME },
    { NAME_WRITTEN, "O'BRIEN ANNE-MARIE", "O’BRIEN ANNE MARIE", SAME },
    { NAME_WRITTEN, "RENE\xcc\x81 LI", "REN\xc3\x89 LI", SAME },
    { NAME_ADDRESS, "架空区見本町１丁目２－３", "架空区見本町1丁目2-3", SAME },
    { NAME_ADDRESS, "架空区見本町１−２−３　ハイツ　１０１", "架空区見本町1-2-3ハイツ101", SAME },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_variant (void)
{
  static const Case cases[] = {
    { NAME_WRITTEN, "髙橋　健", "高橋　健", VARIANT },
    { NAME_WRITTEN, "山﨑　徳子", "山崎　德子", VARIANT },
    { NAME_WRITTEN, "渡邊　一", "渡辺　一", VARIANT },
    { NAME_WRITTEN, "渡邉　一", "渡邊　一", VARIANT },
    { NAME_WRITTEN, "齋藤　澤", "斎藤　沢", VARIANT },
    { NAME_WRITTEN, "𠮷野　桒", "吉野　桑", VARIANT },
    { NAME_WRITTEN, "濵田　濱田", "浜田　浜田", VARIANT },
    { NAME_WRITTEN, "\xef\xa8\x99", "神", VARIANT }, /* U+FA19, which NFC takes away */
    { NAME_WRITTEN, "⼭田", "山田", VARIANT },       /* U+2F2D, a radical, as copied out of a PDF */
    { NAME_WRITTEN, "佐々木　希", "佐佐木　希", VARIANT },
    { NAME_WRITTEN, "関ヶ原　舞", "関ケ原　舞", VARIANT },
    { NAME_WRITTEN, "田中　ひとみ", "田中　ヒトミ", VARIANT },
    { NAME_WRITTEN, "MÜLLER JOSÉ", "MULLER JOSE", VARIANT },
    { NAME_WRITTEN, "JOHN SMITH", "ＳＭＩＴＨ，ＪＯＨＮ", VARIANT },
    { NAME_WRITTEN, "NGUYEN THI HOA", "Hoa Nguyễn Thị", VARIANT },
    { NAME_ADDRESS, "龍ヶ崎市", "竜ケ崎市", VARIANT },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_unknown (void)
{
  static const Case cases[] = {
    { NAME_WRITTEN, "●橋　健", "髙橋　健", UNKNOWN },
    { NAME_WRITTEN, "●橋　健", "●橋　健", UNKNOWN },
    { NAME_WRITTEN, "●●　健", "𠮷野　健", UNKNOWN },
    { NAME_WRITTEN, "●々木", "佐々木", UNKNOWN },
    { NAME_WRITTEN, "", "山田", UNKNOWN },
    { NAME_WRITTEN, NULL, "山田", UNKNOWN },
    { NAME_WRITTEN, "　", "山田", UNKNOWN },
    { NAME_WRITTEN, "\xff", "山田", UNKNOWN },
    { NAME_KANA, "ﾀ●ﾊｼ", "タカハシ", UNKNOWN },
    { NAME_ADDRESS, "架空区●町", "架空区祐町", UNKNOWN },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_differs (void)
{
  static const Case cases[] = {
    { NAME_WRITTEN, "山田　花子", "山本　花子", DIFFERS },
    { NAME_WRITTEN, "斉藤", "斎藤", DIFFERS }, /* two characters, each with its own traditional shape */
    { NAME_WRITTEN, "●橋　健", "高橋　建", DIFFERS },
    { NAME_WRITTEN, "●橋　健", "橋　健", DIFFERS }, /* it is one character, not none */
    { NAME_WRITTEN, "●　健", "高橋　健", DIFFERS },
    { NAME_WRITTEN, "花子　山田", "山田　花子", DIFFERS }, /* only letters have no order */
    { NAME_WRITTEN, "JOHN SMITH", "JOHN SMYTHE", DIFFERS },
    { NAME_WRITTEN, "SMITH JOHN", "スミス　ジョン", DIFFERS },
    { NAME_WRITTEN, "ハハ", "パパ", DIFFERS },
    { NAME_WRITTEN, "㍻", "平", DIFFERS },
    { NAME_KANA, "ﾊﾏﾀﾞ", "ハマタ", DIFFERS },
    { NAME_KANA, "オオノ", "オノ", DIFFERS },
    { NAME_ADDRESS, "見本町１－２３", "見本町１２－３", DIFFERS },
    { NAME_ADDRESS, "Oak Lane Street", "Street Oak Lane", DIFFERS },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_words (void)
{
  static const char *const words[] = { "same", "variant", "unknown", "differs" };
  g_autofree char *nothing = name_comparison_normalise (NAME_WRITTEN, " ・　");

  for (guint i = 0; i < NAME_COMPARISON_N_RESULTS; i++)
    g_assert_cmpstr (name_comparison_to_string (i), ==, words[i]);
  g_assert_null (nothing);
}

/* Every group of the source is one family, and its table is in order: each of its kanji is found. */
static void
test_source (void)
{
  static const char *const groups[]
      = { "高髙", "徳德悳惪", "辺邊邉", "島嶋嶌", "弁辯瓣辨", "浜濱濵", "斎齋", "斉齊", "桜櫻",   "広廣",
          "国國", "恵惠",     "真眞",   "蔵藏",   "竜龍",     "亜亞",   "湾灣", "焰焔", "橋槗𣘺", "剝剥",
          "塡填", "叱𠮟",     "曽曾",   "瀬瀨",   "弥彌",     "鉄鐵鐡", "峰峯", "富冨" };

  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    for (const char *c = g_utf8_next_char (groups[i]); *c != '\0'; c = g_utf8_next_char (c))
      {
        g_autofree char *first = g_strndup (groups[i], (gsize)(g_utf8_next_char (groups[i]) - groups[i]));
        g_autofree char *other = g_strndup (c, (gsize)(g_utf8_next_char (c) - c));

        g_assert_cmpint (name_comparison_compare (NAME_WRITTEN, first, other), ==, VARIANT);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/name-comparison/same", test_same);
  g_test_add_func ("/name-comparison/variant", test_variant);
  g_test_add_func ("/name-comparison/unknown", test_unknown);
  g_test_add_func ("/name-comparison/differs", test_differs);
  g_test_add_func ("/name-comparison/words", test_words);
  g_test_add_func ("/name-comparison/source", test_source);
  return g_test_run ();
}
