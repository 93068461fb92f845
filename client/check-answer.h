/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-answer: what every verb does that ends with an answer: it is shown at one glance, or all of it, and is an exit
 * code. In: GetEligibility and GetConsents. Out: standard output.
 */
#pragma once

#include "client/errors.h"
#include "client/page.h"

/* check_answer_get_code: of the answer itself. */
ExitCode check_answer_get_code (GVariant *eligibility);

/*
 * check_answer_show: one screen at once, or, with @all, a page (transfer full) that may need a pager, and so a terminal
 * for itself: it is shown later. NULL: nothing is left to be shown.
 */
Page *check_answer_show (GVariant *eligibility, GVariant *consents, gboolean all);

/* check_answer_split: options that may stand several times, each with a list: one after the other. (transfer full) */
char **check_answer_split (char **lists);
