/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge-codes: what an error is called in a file of the field: a code of nine characters, and a text for the people at
 * the receipt computer, in Japanese as all that stands in these files (data/folder-codes.ini). The name of an error of
 * the bus, or a word of the bridge's own, comes in.
 */
#pragma once

#include <glib.h>

/* The bridge's own words, beside the errors of the contract. */
#define BRIDGE_WORD_LEFT_OVER "left-over"     /* it lay there too long: nobody may be waiting any more */
#define BRIDGE_WORD_INTERRUPTED "interrupted" /* the bridge ended meanwhile: what became of the question is not known */
#define BRIDGE_WORD_UNREADABLE "unreadable"   /* no message of the field */
#define BRIDGE_WORD_INSTITUTION "institution" /* of another institution */
#define BRIDGE_WORD_UNSUPPORTED "unsupported" /* a request that nobody here answers */
#define BRIDGE_WORD_UNKNOWN_PERSON "unknown-person" /* who has these numbers was not seen here */
#define BRIDGE_WORD_RECORDS_OFF "records-off"       /* this receipt computer may not ask for records */
#define BRIDGE_WORD_TOO_LARGE "too-large"           /* more than fits into one file: ask for less at a time */
#define BRIDGE_WORD_NO_DAEMON "no-daemon"           /* an error of the bus: the daemon is not there */

/* bridge_codes_look_up: @word: one of these, an outcome of records ("not-yet"), or an error's name, full or short.
 * *ret_code, *ret_text: static; of what nobody knows those of Failed. */
void bridge_codes_look_up (const char *word, const char **ret_code, const char **ret_text);

/* bridge_codes_has: for tests: @word has a row of its own. */
gboolean bridge_codes_has (const char *word);
