/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-text: what people read of the domain, out of data/texts.ini. */
#pragma once

#include <glib.h>

#define VISIT_LANGUAGE_DEFAULT "ja" /* of a visit that chose none: the desk is Japanese */

/*
 * visit_text: the text of the group that @format names, in @language (NULL: the default).
 * Return: (transfer full), or NULL if there is no such group.
 */
char *visit_text (const char *language, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* visit_text_language: in which visit_text answers, which may be another than asked for. (transfer full) */
char *visit_text_language (const char *language, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* visit_text_hash: SHA-256 of the text that visit_text gives. FALSE: there is no such group. */
#define VISIT_TEXT_HASH_SIZE 32
gboolean visit_text_hash (guint8 ret_hash[VISIT_TEXT_HASH_SIZE], const char *language, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* visit_text_version: the version of that text, as shown with a consent question. (transfer full) or NULL. */
char *visit_text_version (const char *format, ...) G_GNUC_PRINTF (1, 2);
