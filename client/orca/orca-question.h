/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-question: what ORCA has announced is asked of it. In: questions of the store. Out: what is to be done, in the
 * store. ORCA gives out what is to be checked once: so that it was asked is durable before, and its answer is durable
 * before anything else. Where a program dies, or a line, between the two, ORCA's next answer is empty, and staff are
 * told.
 */
#pragma once

#include "client/orca/orca-work.h"

/* orca_question_do: the next that is due. Return: whether there was one. */
gboolean orca_question_do (OrcaWork *work);

/*
 * orca_question_catch_up: reads what ORCA has announced since the last event that is known. Return: FALSE: it could not
 * be read. What was pushed is no more than the reason to: whoever reaches the push server may push.
 */
gboolean orca_question_catch_up (OrcaWork *work);
