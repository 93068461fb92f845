/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* answer-screen: the answer at one glance: what the desk needs of it on one screen, the most important first. */
#pragma once

#include <gio/gio.h>

#include "client/page.h"

/*
 * answer_screen_make: @eligibility, @consents: as of answer_view_make(). No line is wider than @columns, on no
 * terminal, and there are fewer than @rows of them. Return: (transfer full).
 */
Page *answer_screen_make (GVariant *eligibility, GVariant *consents, guint rows, guint columns, const char *more);

/* answer_screen_format_ratio: the burden ratio of the first insurance that has one (transfer full), or NULL. */
char *answer_screen_format_ratio (GVariant *eligibility);

/* Of a screen whose size nobody knows. */
#define ANSWER_SCREEN_ROWS 24
#define ANSWER_SCREEN_COLUMNS 80
