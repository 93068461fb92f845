/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * name-comparison: whether two texts are the same person's name, kana or address, however they were written down. For
 * comparing only: nobody is shown what comes out. Pure.
 *
 * Without meaning are: width, spaces, punctuation between the parts of a name, case, the selectors of a glyph (IVS),
 * and whether a voiced mark or an accent is a character of its own. A variant is the same text with a kanji in another
 * shape (daemon/codec/kanji-variants.txt), with a repeated kanji written out or as 々, with kana of the other kind or
 * size, with letters without their accents, or with the parts of a foreigner's name in another order.
 */
#pragma once

#include <glib.h>

typedef enum
{
  NAME_COMPARISON_SAME,
  NAME_COMPARISON_VARIANT,
  NAME_COMPARISON_UNKNOWN, /* the same as far as is known: ● stands for one character; or there is nothing to compare */
  NAME_COMPARISON_DIFFERS,
  NAME_COMPARISON_N_RESULTS
} NameComparison;

typedef enum
{
  NAME_WRITTEN, /* kanji, kana, letters */
  NAME_KANA,    /* its reading: the field tells neither hiragana from katakana nor small from large, for good */
  NAME_ADDRESS, /* where a hyphen has a meaning */
} NameKind;

/* name_comparison_compare: @a, @b: UTF-8; NULL: not known. */
NameComparison name_comparison_compare (NameKind kind, const char *a, const char *b);

/*
 * name_comparison_compare_any: of people who may go by another name too: the best of the names that each has; UNKNOWN
 * where one has none. @a, @b: a name and the other one; NULL: not known.
 */
NameComparison name_comparison_compare_any (NameKind kind, const char *const a[2], const char *const b[2]);

/* name_comparison_to_string: "same", "variant", "unknown", "differs". */
const char *name_comparison_to_string (NameComparison result);

/*
 * name_comparison_normalise: the same for texts that are the same or variants of each other, and for no others; but a
 * foreigner's name whose parts are also joined in another way may not have it. ● is left as it is. Return: (transfer
 * full), or NULL if nothing is left of it, or it is no UTF-8.
 */
char *name_comparison_normalise (NameKind kind, const char *text);
