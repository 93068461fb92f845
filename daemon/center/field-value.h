/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field-value: what a text of the field's messages means: a text comes in, blank or not, a date or not, percent or not.
 * Pure.
 */
#pragma once

#include <glib.h>

#define FIELD_NO_RATIO (-1)

/* field_value_get: @text, or NULL if it is empty or blank: spaces of either width, however many. */
const char *field_value_get (const char *text);

/* field_value_skip_spaces: @text after the spaces that it begins with, of either width. */
const char *field_value_skip_spaces (const char *text);

/* field_value_is_open: whether @text stands for no date at all, as the field writes it: all zeros, or all nines. */
gboolean field_value_is_open (const char *text);

/*
 * field_value_parse_ratio: "030" is 30. The field has three digits of percent, and full tens; "3" may be three percent
 * or three tenths: nobody knows. Return: FIELD_NO_RATIO if @text is no such ratio.
 */
gint field_value_parse_ratio (const char *text);

/*
 * field_value_is_same_number: the field compares numbers (of an insurer, a symbol, a person) without regard to width,
 * padding and leading zeros.
 */
gboolean field_value_is_same_number (const char *a, const char *b);
