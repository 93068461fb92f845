/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text: what people read, by group, key and language. One key file (data/texts.ini), translated through gettext at
 * build time, compiled into the program, and loaded at the first question.
 */
#pragma once

#include <glib.h>

/*
 * text_reduce_language: the language of a tag, however it is written: "ja" of "ja-JP", "ja_JP.UTF-8", "JA" and "Ja".
 * Return: (transfer full).
 */
char *text_reduce_language (const char *tag);

/*
 * text_lookup: the text of @group (for example "Consent drug" or "Error PinIncorrect") in @language (a tag as above:
 * "ja", "en", "zh", "ko", "es", "pt"; NULL or unknown: English). Return: (transfer full), or NULL if there is no such
 * group.
 */
char *text_lookup (const char *group, const char *language);

/* text_lookup_language: the language that text_lookup answers in; "en" where no text is. (transfer full) */
char *text_lookup_language (const char *group, const char *language);

/*
 * text_lookup_version: the text's own version ("1"), as shown with a consent question. Return: (transfer full) or
 * NULL.
 */
char *text_lookup_version (const char *group);
