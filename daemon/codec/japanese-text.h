/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* japanese-text: what a receipt computer must know of the field's texts. Pure. */
#pragma once

#include <glib.h>

/*
 * japanese_text_find_unmapped: the positions (in characters, from 0) at which @text shows ●, where the center's
 * character set had no glyph (data/doc/messages.md, "Dates, numbers and texts"). Return: (transfer full) array of
 * guint32, or NULL: there is none.
 */
GArray *japanese_text_find_unmapped (const char *text);

/*
 * japanese_text_fold_width: full-width digits, letters and the minus sign into ASCII, for numbers typed at a desk.
 * Return: (transfer full).
 */
char *japanese_text_fold_width (const char *text);

/*
 * japanese_text_parse_time: "YYYYMMDDHHmmss" of Japan's clock (UTC+9, no summer time) into microseconds since the
 * epoch, UTC. Return: FALSE if it is no such time.
 */
gboolean japanese_text_parse_time (const char *text, gint64 *ret_time);

/* japanese_text_is_date: whether @text is a date YYYYMMDD that the calendar has. */
gboolean japanese_text_is_date (const char *text);

/* japanese_text_format_time: Japan's clock at @now (microseconds since the epoch) as YYYYMMDDHHmmss. (transfer full) */
char *japanese_text_format_time (gint64 now);

/* japanese_text_format_date: today in Japan at @now (microseconds since the epoch) as YYYYMMDD. (transfer full) */
char *japanese_text_format_date (gint64 now);
