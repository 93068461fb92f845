/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field-question: what was asked, to read an answer by. The request as it was sent and the center's answer come in;
 * whether one belongs to the other goes out. Pure.
 */
#pragma once

#include "codec/consent-kind.h"
#include "codec/message.h"

/*
 * field_question_find_mismatch: the first element of @answer that is not what @request asked: of the header, of the
 * query that the answer repeats, and of the insured person if the query was by number. What an answer leaves out is no
 * mismatch. Return: the element's name, which may be logged (its value is personal data); NULL: all of it was asked.
 */
const char *field_question_find_mismatch (const Message *request, const Message *answer);

/*
 * field_question_find_silence: what an answer that came in a file must say itself, because nothing else does: the first
 * of the institution and the identifier that the header of @answer leaves out. Return: the element's name; NULL: none.
 */
const char *field_question_find_silence (const Message *answer);

/* field_question_get_day: the day that @request asks about, YYYYMMDD; NULL if it asks about none. */
const char *field_question_get_day (const Message *request);

/* field_question_has_agreed: whether the query @request carries the patient's yes to @kind. */
gboolean field_question_has_agreed (const Message *request, ConsentKind kind);
