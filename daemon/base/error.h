/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error: the one error domain of the daemon and its table to the names of the contract, both directions.
 *
 * A message is for staff and journals, in English, and never holds personal data. What a caller can act on (tries left,
 * seconds to wait) travels as a detail of the error, not in its text.
 */
#pragma once

#include <glib.h>

#include "base/names.h"

/* clang-format off */
typedef enum
{
  SHIKAKU_ERROR_NONE, /* no error; never in a GError, and without a name */
#define SHIKAKU_ERROR_MEMBER(suffix, name) SHIKAKU_ERROR_##suffix,
  SHIKAKU_ERRORS (SHIKAKU_ERROR_MEMBER)
#undef SHIKAKU_ERROR_MEMBER
  SHIKAKU_N_ERRORS /* the number of codes, NONE among them: a loop over the errors begins at 1 */
} ShikakuError;
/* clang-format on */

/* clang-format off */
/* What is wrong, more exactly than an error's name says it: for Diagnose, and its cures. */
typedef enum
{
  SHIKAKU_CAUSE_NONE, /* not known */
#define SHIKAKU_CAUSE_MEMBER(suffix, word, link, state) SHIKAKU_CAUSE_##suffix,
  SHIKAKU_CAUSES (SHIKAKU_CAUSE_MEMBER)
#undef SHIKAKU_CAUSE_MEMBER
  SHIKAKU_N_CAUSES
} ShikakuCause;
/* clang-format on */

#define SHIKAKU_ERROR (shikaku_error_quark ())
GQuark shikaku_error_quark (void);

/* shikaku_error_get_name: the full D-Bus name of @code, static. */
const char *shikaku_error_get_name (ShikakuError code);

/* shikaku_error_get_short_name: the name without its prefix ("PinIncorrect"), static. */
const char *shikaku_error_get_short_name (ShikakuError code);

/* shikaku_error_lookup: finds the code of the full D-Bus name @name. Return: FALSE if it is none of ours. */
gboolean shikaku_error_lookup (const char *name, ShikakuError *ret_code);

/*
 * shikaku_error_adopt: brings a foreign error into our domain. G_IO_ERROR_CANCELLED becomes CANCELLED,
 * G_IO_ERROR_TIMED_OUT becomes TIMED_OUT, anything else FAILED; our own passes unchanged.
 * @error: (transfer full). Return: (transfer full).
 */
GError *shikaku_error_adopt (GError *error);

/* Details. @error must be of our domain. The getters return FALSE, and leave the out-parameter alone, if not set. */
void shikaku_error_set_tries_left (GError *error, guint tries);
gboolean shikaku_error_get_tries_left (const GError *error, guint *ret_tries);
void shikaku_error_set_retry_after (GError *error, guint seconds);
gboolean shikaku_error_get_retry_after (const GError *error, guint *ret_seconds);

/* shikaku_error_set_cause: the getter gives SHIKAKU_CAUSE_NONE if there is none. shikaku_error_set: error and cause. */
void shikaku_error_set_cause (GError *error, ShikakuCause cause);
void shikaku_error_set (GError **error, ShikakuError code, ShikakuCause cause, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
ShikakuCause shikaku_error_get_cause (const GError *error);
/* shikaku_cause_get_word: the contract's word of @cause, static; NULL of SHIKAKU_CAUSE_NONE. */
const char *shikaku_cause_get_word (ShikakuCause cause);

/*
 * shikaku_error_set_refusal: the center has answered, and refused, in a message of these bytes, with a code and a text
 * of its own (each may be NULL: none). The getters return NULL if there is none. Code and text are as sent, for who
 * asked; they may name a patient.
 */
void shikaku_error_set_refusal (GError *error, const char *code, const char *text, GBytes *message);
const char *shikaku_error_get_center_code (const GError *error);
const char *shikaku_error_get_center_text (const GError *error);
GBytes *shikaku_error_get_center_message (const GError *error);

/* shikaku_error_get_plain_code: the center's code, if it looks like one and may be logged; else NULL. */
const char *shikaku_error_get_plain_code (const GError *error);
