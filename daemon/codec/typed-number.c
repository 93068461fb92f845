/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* typed-number: see the header. In: what was typed. Out: a copy in the field's characters. */
#include "codec/typed-number.h"

#include <string.h>

#define FULL_WIDTH_FIRST 0xFF01 /* ！ */
#define FULL_WIDTH_LAST 0xFF5E  /* ～ */
#define FULL_WIDTH_OFFSET 0xFEE0
#define HALF_KANA_FIRST 0xFF61 /* ｡ */
#define HALF_KANA_LAST 0xFF9F  /* ﾟ */
#define LONG_VOWEL 0x30FC

static gboolean
is_hyphen (gunichar c)
{
  return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
}

static gboolean
is_space (gunichar c)
{
  return g_unichar_type (c) == G_UNICODE_SPACE_SEPARATOR; /* the full-width one too */
}

/* widen_kana: one half-width kana; a mark of voice becomes one that combines. */
static gunichar
widen_kana (gunichar c)
{
  gunichar wide[2] = { c };

  if (c >= HALF_KANA_FIRST && c <= HALF_KANA_LAST)
    g_unichar_fully_decompose (c, TRUE, wide, G_N_ELEMENTS (wide));
  return wide[0];
}

/* fold_character: @before: the one before it, 0: none. */
static gunichar
fold_character (gunichar c, gunichar before)
{
  if (c >= FULL_WIDTH_FIRST && c <= FULL_WIDTH_LAST)
    c -= FULL_WIDTH_OFFSET;
  c = widen_kana (c);
  return is_hyphen (c) || (c == LONG_VOWEL && before != 0 && before < 0x80) ? '-' : c;
}

/* fold: without the characters of @dropped, which are ASCII. No character becomes a longer one. */
static char *
fold (const char *text, const char *dropped)
{
  gunichar before = 0, composed;
  char *folded, *out, *last;

  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return g_strdup (text);
  folded = out = last = g_malloc (strlen (text) + 1);
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      const gunichar c = fold_character (g_utf8_get_char (text), before);

      if (is_space (c) || (c == '\t' && before == 0) || (c < 0x80 && strchr (dropped, (int)c) != NULL))
        continue;
      if (before != 0 && g_unichar_ismark (c) && g_unichar_compose (before, c, &composed))
        out = last;
      else
        composed = c;
      last = out;
      out += g_unichar_to_utf8 (composed, out);
      before = composed;
    }
  while (out > folded && out[-1] == '\t')
    out--;
  *out = '\0';
  if (out == folded)
    g_clear_pointer (&folded, g_free);
  return folded;
}

char *
typed_number_fold (const char *text)
{
  return fold (text, "");
}

char *
typed_number_fold_digits (const char *text)
{
  return fold (text, "-");
}

char *
typed_number_fold_date (const char *text)
{
  return fold (text, "-/.");
}
