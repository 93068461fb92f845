/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * person: what of an answer, or of typed numbers, tells who somebody is, in the one form in which it can be compared
 * and hashed: width, variants of kanji, padding and the like make no other person. Pure.
 */
#pragma once

#include "center/qualification.h"
#include "codec/name-comparison.h"

/* person_has_numbers: whether the center can find the person by this insurance. */
gboolean person_has_numbers (const QualificationInsurance *insurance);

/*
 * person_get_insurance: the one that counts, wherever one has to stand for the person: one with numbers before one
 * without, then medical aid (医療扶助) last, then the first; NULL: there is none.
 */
const QualificationInsurance *person_get_insurance (const Qualification *qualification);

/* person_skip_zeros: of a number as people and the field write it. (transfer full), or NULL: nothing is left of it. */
char *person_skip_zeros (const char *text);

/* person_join_number: both as one text, without the branch, which some answers leave out; NULL: no number. */
char *person_join_number (const char *symbol, const char *number);
