/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* answer-view: the eligibility as a card for people. */
#pragma once

#include <glib.h>

/* answer_view_print: @eligibility: a{sv} of GetEligibility. @consents: a{sa{sv}} of GetConsents. */
void answer_view_print (GVariant *eligibility, GVariant *consents);
