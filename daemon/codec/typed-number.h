/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * typed-number: the numbers of an insured person as people type them in, made into what the field writes. Nothing is
 * judged here: what is no number is left to be refused. Pure.
 */
#pragma once

#include <glib.h>

/*
 * typed_number_fold: of a symbol or a number (記号・番号): letters, digits and hyphens of any width become ASCII, half-width
 * kana katakana; spaces are dropped, since the field compares without them; so are tabs at either end. A stroke after a
 * letter or a digit is a hyphen, whatever key it came from. Other characters stay, line breaks too.
 * Return: (transfer full), or NULL if nothing is left, or @text is NULL.
 */
char *typed_number_fold (const char *text);

/* typed_number_fold_digits: likewise, of what consists of digits; without the hyphens between them. */
char *typed_number_fold_digits (const char *text);

/* typed_number_fold_date: likewise; "1985-04-12", "1985/04/12" and "1985.04.12" are 19850412. */
char *typed_number_fold_date (const char *text);
