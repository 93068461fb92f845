/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * number-answer: what is different about an answer to numbers that somebody typed: they may be wrong, and they may be
 * another person's. Pure, but for what day it is.
 */
#pragma once

#include "visit/eligibility.h"
#include "visit/visit-options.h"

/*
 * number_answer_judge: of a visit by number (@options), whose numbers are still there. That the center knows no such
 * insurance is unknown then, with advice for the day that was asked for; and where the caller gave a name or its kana
 * the answer says how they compare.
 */
void number_answer_judge (Eligibility *eligibility, const VisitOptions *options);
