/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * name-comparison: see the header. In: UTF-8. Out: a verdict, or a text to compare by.
 *
 * Two forms are made of a text, as arrays of characters: the exact one, without what has no meaning, and out of it the
 * loose one, in which variants are alike. Unicode's own normal forms are of no use here: NFC puts some shapes of kanji
 * in the place of others without a word, and NFKC writes out what is one character of a name.
 */
#include "codec/name-comparison.h"

#include <stdlib.h>
#include <string.h>

#define UNMAPPED 0x25CF          /* ● */
#define FULL_WIDTH_OFFSET 0xFEE0 /* of ！ to ～ */
#define HIRAGANA_OFFSET 0x60
#define VOICED 0x3099
#define HALF_VOICED 0x309A
#define LONG_VOWEL 0x30FC
#define DECOMPOSED_MAXIMUM 18 /* characters, of one (U+FDFA) */

typedef struct
{
  guint32 character, standard;
} Variant;

static const Variant variants[] = {
#include "codec/kanji-variants.h"
};

static const struct
{
  gunichar first, last;
} ignored[] = {
  { 0x00AD, 0x00AD }, { 0x180B, 0x180F }, { 0x200B, 0x200F }, { 0x202A, 0x202E },
  { 0x2060, 0x206F }, { 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF }, { 0xE0100, 0xE01EF },
};

static gboolean
is_ignored (gunichar c)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ignored); i++)
    if (c >= ignored[i].first && c <= ignored[i].last)
      return TRUE;
  return g_unichar_isspace (c) || g_unichar_iscntrl (c);
}

/* widen: full-width letters and digits become ASCII, half-width kana katakana. */
static gunichar
widen (gunichar c)
{
  static const guint16 kana[]
      = { /* of U+FF61 to U+FF9F: 。 to ゜ */
          0x3002, 0x300C, 0x300D, 0x3001, 0x30FB, 0x30F2, 0x30A1, 0x30A3, 0x30A5, 0x30A7, 0x30A9, 0x30E3, 0x30E5,
          0x30E7, 0x30C3, 0x30FC, 0x30A2, 0x30A4, 0x30A6, 0x30A8, 0x30AA, 0x30AB, 0x30AD, 0x30AF, 0x30B1, 0x30B3,
          0x30B5, 0x30B7, 0x30B9, 0x30BB, 0x30BD, 0x30BF, 0x30C1, 0x30C4, 0x30C6, 0x30C8, 0x30CA, 0x30CB, 0x30CC,
          0x30CD, 0x30CE, 0x30CF, 0x30D2, 0x30D5, 0x30D8, 0x30DB, 0x30DE, 0x30DF, 0x30E0, 0x30E1, 0x30E2, 0x30E4,
          0x30E6, 0x30E8, 0x30E9, 0x30EA, 0x30EB, 0x30EC, 0x30ED, 0x30EF, 0x30F3, 0x3099, 0x309A
        };

  if (c >= 0xFF01 && c <= 0xFF5E)
    return c - FULL_WIDTH_OFFSET;
  if (c >= 0xFF61 && c <= 0xFF9F)
    return kana[c - 0xFF61];
  return c == 0x309B ? VOICED : c == 0x309C ? HALF_VOICED : c;
}

static gboolean
is_kana (gunichar c)
{
  return c >= 0x3041 && c <= 0x30FF;
}

static gboolean
is_hyphen (gunichar c)
{
  return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
}

static gboolean
is_separator (gunichar c)
{
  static const guint16 separators[] = { /* , . ' ’ ` ・ · = ゠ 、 */ 0x002C,
                                        0x002E,
                                        0x0027,
                                        0x2019,
                                        0x0060,
                                        0x30FB,
                                        0x00B7,
                                        0x003D,
                                        0x30A0,
                                        0x3001 };

  for (gsize i = 0; i < G_N_ELEMENTS (separators); i++)
    if (c == separators[i])
      return TRUE;
  return is_hyphen (c);
}

static gunichar
make_katakana (gunichar c)
{
  return (c >= 0x3041 && c <= 0x3096) || c == 0x309D || c == 0x309E ? c + HIRAGANA_OFFSET : c;
}

static gunichar
enlarge (gunichar c)
{
  static const guint16 sizes[][2] = { /* ァア ィイ … ヶケ */ { 0x30A1, 0x30A2 },
                                      { 0x30A3, 0x30A4 },
                                      { 0x30A5, 0x30A6 },
                                      { 0x30A7, 0x30A8 },
                                      { 0x30A9, 0x30AA },
                                      { 0x30C3, 0x30C4 },
                                      { 0x30E3, 0x30E4 },
                                      { 0x30E5, 0x30E6 },
                                      { 0x30E7, 0x30E8 },
                                      { 0x30EE, 0x30EF },
                                      { 0x30F5, 0x30AB },
                                      { 0x30F6, 0x30B1 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (c == sizes[i][0])
      return sizes[i][1];
  return c;
}

static int
compare_variant (const void *key, const void *element)
{
  const guint32 character = *(const guint32 *)key, other = ((const Variant *)element)->character;

  return (character > other) - (character < other);
}

/* standardise: the kanji that stands for the family of @c. */
static gunichar
standardise (gunichar c)
{
  const guint32 key = c;
  const Variant *found = bsearch (&key, variants, G_N_ELEMENTS (variants), sizeof *variants, compare_variant);

  return found != NULL ? found->standard : c;
}

static gboolean
is_han (gunichar c)
{
  return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || c >= 0x20000;
}

/* make_exact: Return: (transfer full) of gunichar; NULL: no UTF-8. */
static GArray *
make_exact (NameKind kind, const char *text)
{
  GArray *exact;

  if (!g_utf8_validate (text, -1, NULL))
    return NULL;
  exact = g_array_new (FALSE, FALSE, sizeof (gunichar));
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar *before = exact->len > 0 ? &g_array_index (exact, gunichar, exact->len - 1) : NULL;
      gunichar c = widen (g_utf8_get_char (text)), composed;

      if (is_ignored (c))
        continue;
      if (is_hyphen (c) && before != NULL && is_kana (*before))
        c = LONG_VOWEL; /* which many a desk types so */
      if (kind != NAME_ADDRESS && is_separator (c))
        continue;
      if (is_hyphen (c))
        c = '-';
      if (kind == NAME_KANA)
        c = enlarge (make_katakana (c));
      if (before != NULL && g_unichar_ismark (c) && g_unichar_compose (*before, c, &composed))
        *before = composed;
      else
        {
          c = g_unichar_toupper (c);
          g_array_append_val (exact, c);
        }
    }
  return exact;
}

/* append_loose: what is left of @c without shape, size and accents. */
static void
append_loose (GArray *loose, gunichar c)
{
  gunichar parts[DECOMPOSED_MAXIMUM] = { c };
  gsize n = 1;

  if (c == 0x3005 && loose->len > 0) /* 々 */
    parts[0] = g_array_index (loose, gunichar, loose->len - 1);
  else if (is_kana (c))
    parts[0] = enlarge (make_katakana (c));
  else if (c < 0xAC00 || c > 0xD7A3) /* Hangul is written in syllables */
    n = is_han (c) ? 1 : g_unichar_fully_decompose (c, TRUE, parts, DECOMPOSED_MAXIMUM);
  for (gsize i = 0; i < n; i++)
    {
      const gunichar part = standardise (g_unichar_toupper (parts[i]));

      if (!is_ignored (part) && !g_unichar_ismark (part))
        g_array_append_val (loose, part);
    }
}

static GArray *
make_loose (const GArray *exact)
{
  GArray *loose = g_array_sized_new (FALSE, FALSE, sizeof (gunichar), exact->len);

  for (guint i = 0; i < exact->len; i++)
    append_loose (loose, g_array_index (exact, gunichar, i));
  return loose;
}

static gboolean
is_equal (const GArray *a, const GArray *b)
{
  return a->len == b->len && memcmp (a->data, b->data, a->len * sizeof (gunichar)) == 0;
}

static gboolean
has_unmapped (const GArray *text)
{
  for (guint i = 0; i < text->len; i++)
    if (g_array_index (text, gunichar, i) == UNMAPPED)
      return TRUE;
  return FALSE;
}

/* is_equal_but_unmapped: where one has ●, the other may have any one character. */
static gboolean
is_equal_but_unmapped (const GArray *a, const GArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      const gunichar one = g_array_index (a, gunichar, i), other = g_array_index (b, gunichar, i);

      if (one != other && one != UNMAPPED && other != UNMAPPED)
        return FALSE;
    }
  return TRUE;
}

static char *
make_text (const GArray *characters)
{
  return g_ucs4_to_utf8 ((const gunichar *)(gpointer)characters->data, (glong)characters->len, NULL, NULL, NULL);
}

/* is_foreign: a name in letters, whose parts have no order that everybody keeps. */
static gboolean
is_foreign (NameKind kind, const GArray *loose)
{
  if (kind == NAME_ADDRESS)
    return FALSE;
  for (guint i = 0; i < loose->len; i++)
    if (g_unichar_get_script (g_array_index (loose, gunichar, i)) != G_UNICODE_SCRIPT_LATIN)
      return FALSE;
  return loose->len > 0;
}

static int
compare_parts (const void *a, const void *b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* sort_parts: the loose parts of @text, a foreigner's name, in the order of the alphabet. */
static char *
sort_parts (NameKind kind, const char *text)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) part = g_string_new (NULL);
  GString *sorted = g_string_new (NULL);

  for (;; text = g_utf8_next_char (text))
    {
      const gunichar c = *text != '\0' ? widen (g_utf8_get_char (text)) : 0;

      if (c != 0 && !g_unichar_isspace (c) && !is_separator (c))
        {
          g_string_append_unichar (part, c);
          continue;
        }
      if (part->len > 0)
        {
          g_autoptr (GArray) exact = make_exact (kind, part->str);
          g_autoptr (GArray) loose = make_loose (exact);

          g_ptr_array_add (parts, make_text (loose));
          g_string_truncate (part, 0);
        }
      if (c == 0)
        break;
    }
  g_ptr_array_sort (parts, compare_parts);
  for (guint i = 0; i < parts->len; i++)
    g_string_append (sorted, g_ptr_array_index (parts, i));
  return g_string_free (sorted, FALSE);
}

static gboolean
has_same_parts (NameKind kind, const char *a, const char *b)
{
  g_autofree char *parts_a = sort_parts (kind, a);
  g_autofree char *parts_b = sort_parts (kind, b);

  return strcmp (parts_a, parts_b) == 0;
}

NameComparison
name_comparison_compare (NameKind kind, const char *a, const char *b)
{
  g_autoptr (GArray) exact_a = a != NULL ? make_exact (kind, a) : NULL;
  g_autoptr (GArray) exact_b = b != NULL ? make_exact (kind, b) : NULL;
  g_autoptr (GArray) loose_a = NULL, loose_b = NULL;

  if (exact_a == NULL || exact_b == NULL || exact_a->len == 0 || exact_b->len == 0)
    return NAME_COMPARISON_UNKNOWN;
  loose_a = make_loose (exact_a);
  loose_b = make_loose (exact_b);
  if (has_unmapped (loose_a) || has_unmapped (loose_b))
    return is_equal_but_unmapped (loose_a, loose_b) ? NAME_COMPARISON_UNKNOWN : NAME_COMPARISON_DIFFERS;
  if (is_equal (exact_a, exact_b))
    return NAME_COMPARISON_SAME;
  if (is_equal (loose_a, loose_b)
      || (is_foreign (kind, loose_a) && is_foreign (kind, loose_b) && has_same_parts (kind, a, b)))
    return NAME_COMPARISON_VARIANT;
  return NAME_COMPARISON_DIFFERS;
}

NameComparison
name_comparison_compare_any (NameKind kind, const char *const a[2], const char *const b[2])
{
  NameComparison best = NAME_COMPARISON_DIFFERS;

  if ((a[0] == NULL && a[1] == NULL) || (b[0] == NULL && b[1] == NULL))
    return NAME_COMPARISON_UNKNOWN;
  for (guint i = 0; i < 2; i++)
    for (guint j = 0; j < 2; j++)
      if (a[i] != NULL && b[j] != NULL)
        best = MIN (best, name_comparison_compare (kind, a[i], b[j]));
  return best;
}

const char *
name_comparison_to_string (NameComparison result)
{
  static const char *const words[NAME_COMPARISON_N_RESULTS] = { "same", "variant", "unknown", "differs" };

  return words[result];
}

char *
name_comparison_normalise (NameKind kind, const char *text)
{
  g_autoptr (GArray) exact = make_exact (kind, text);
  g_autoptr (GArray) loose = exact != NULL ? make_loose (exact) : NULL;

  if (loose == NULL || loose->len == 0)
    return NULL;
  return is_foreign (kind, loose) ? sort_parts (kind, text) : make_text (loose);
}
