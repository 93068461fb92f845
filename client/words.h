/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* words: the contract's words (states, kinds, links, values) in the language of the person who reads. */
#pragma once

#include <glib.h>

/* Each returns a static text, or its argument where the word is not known. */
const char *words_state (const char *state); /* of a visit: what is being waited for */
const char *words_ender (const char *who);   /* who has ended a visit */
const char *words_consent (const char *kind);
const char *words_answer (const char *answer);
const char *words_center (const char *state);
const char *words_center_cause (const char *cause); /* the word itself where people have no shorter one */
const char *words_link (const char *link);
const char *words_link_state (const char *state);
const char *words_settings (const char *state);
const char *words_validity (const char *validity);
const char *words_outcome (const char *outcome); /* of a request for records */
const char *words_source (const char *source);   /* of a medicine */

/* words_value: @value of the eligibility's @key ("Sex", "LossReason", …): a word of the contract, or a field's code. */
const char *words_value (const char *key, const char *value);

/* words_language: the language of this program's texts as the contract writes it: "ja", "en". Static. */
const char *words_language (void);

/* words_date: YYYYMMDD for people; anything else as it is. words_time: since the epoch, local. (transfer full) */
char *words_date (const char *date);
char *words_month (const char *month); /* the same of YYYYMM */
char *words_time (guint64 time_usec);

/* words_count_days: until @time_usec; one that has begun is one. 0: it is over. */
int words_count_days (guint64 time_usec);

/*
 * words_end: that @what of the contract's Expiries ends at @expires_usec, @days from now, 0: has ended.
 * Return: (transfer full).
 */
char *words_end (const char *what, guint64 expires_usec, int days);

/*
 * words_evidence: what the daemon has seen of a link. Names, paths and what libraries say of a fault stay as they are.
 * Return: (transfer full).
 */
char *words_evidence (const char *evidence);
