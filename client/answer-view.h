/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* answer-view: the whole answer for people: every key of it, and of each consent. */
#pragma once

#include <gio/gio.h>

#include "client/page.h"

/*
 * answer_view_make: @eligibility: a{sv} of GetEligibility. @consents: a{sa{sv}} of GetConsents. @columns: as of
 * page_new(). Return: (transfer full).
 */
Page *answer_view_make (GVariant *eligibility, GVariant *consents, guint columns);

/* answer_view_get_meaning: of an answer, a word of the contract. */
Meaning answer_view_get_meaning (const char *answer);
