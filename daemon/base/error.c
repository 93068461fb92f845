/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* error: what went wrong, as one of the contract's names; a code or a D-Bus name comes in, the other goes out. */
#include "base/error.h"

#include <gio/gio.h>
#include <string.h>

#define CENTER_CODE_SIZE 9

typedef struct
{
  gboolean has_tries_left, has_retry_after;
  guint tries_left, retry_after;
  ShikakuCause cause;
  char *center_code, *center_text;
  GBytes *center_message;
} ShikakuErrorPrivate;

static void
shikaku_error_private_init (ShikakuErrorPrivate *private)
{
  memset (private, 0, sizeof *private);
}

static void
shikaku_error_private_copy (const ShikakuErrorPrivate *source, ShikakuErrorPrivate *target)
{
  *target = *source;
  target->center_code = g_strdup (source->center_code);
  target->center_text = g_strdup (source->center_text);
  if (source->center_message != NULL)
    g_bytes_ref (source->center_message);
}

static void
shikaku_error_private_clear (ShikakuErrorPrivate *private)
{
  g_free (private->center_code);
  g_free (private->center_text);
  g_clear_pointer (&private->center_message, g_bytes_unref);
}

/* GLib aligns the private part to 16 bytes, which clang cannot see. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-align"
G_DEFINE_EXTENDED_ERROR (ShikakuError, shikaku_error)
#pragma GCC diagnostic pop

static const char *const names[SHIKAKU_N_ERRORS] = {
#define SHIKAKU_ERROR_NAME(suffix, name) [SHIKAKU_ERROR_##suffix] = SHIKAKU_ERROR_PREFIX name,
  SHIKAKU_ERRORS (SHIKAKU_ERROR_NAME)
#undef SHIKAKU_ERROR_NAME
};

const char *
shikaku_error_get_name (ShikakuError code)
{
  g_assert (code > SHIKAKU_ERROR_NONE && code < SHIKAKU_N_ERRORS);
  return names[code];
}

const char *
shikaku_error_get_short_name (ShikakuError code)
{
  return shikaku_error_get_name (code) + strlen (SHIKAKU_ERROR_PREFIX);
}

gboolean
shikaku_error_lookup (const char *name, ShikakuError *ret_code)
{
  for (guint i = 1; name != NULL && i < SHIKAKU_N_ERRORS; i++)
    if (strcmp (names[i], name) == 0)
      {
        *ret_code = i;
        return TRUE;
      }
  return FALSE;
}

GError *
shikaku_error_adopt (GError *error)
{
  ShikakuError code = SHIKAKU_ERROR_FAILED;
  GError *adopted;

  if (error->domain == SHIKAKU_ERROR)
    return error;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    code = SHIKAKU_ERROR_CANCELLED;
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    code = SHIKAKU_ERROR_TIMED_OUT;
  adopted = g_error_new_literal (SHIKAKU_ERROR, code, error->message);
  g_error_free (error);
  return adopted;
}

void
shikaku_error_set_tries_left (GError *error, guint tries)
{
  ShikakuErrorPrivate *private = shikaku_error_get_private (error);

  g_return_if_fail (private != NULL);
  private->has_tries_left = TRUE;
  private->tries_left = tries;
}

gboolean
shikaku_error_get_tries_left (const GError *error, guint *ret_tries)
{
  const ShikakuErrorPrivate *private = shikaku_error_get_private (error);

  if (private == NULL || !private->has_tries_left)
    return FALSE;
  *ret_tries = private->tries_left;
  return TRUE;
}

void
shikaku_error_set_retry_after (GError *error, guint seconds)
{
  ShikakuErrorPrivate *private = shikaku_error_get_private (error);

  g_return_if_fail (private != NULL);
  private->has_retry_after = TRUE;
  private->retry_after = seconds;
}

gboolean
shikaku_error_get_retry_after (const GError *error, guint *ret_seconds)
{
  const ShikakuErrorPrivate *private = shikaku_error_get_private (error);

  if (private == NULL || !private->has_retry_after)
    return FALSE;
  *ret_seconds = private->retry_after;
  return TRUE;
}

void
shikaku_error_set_cause (GError *error, ShikakuCause cause)
{
  ShikakuErrorPrivate *private = shikaku_error_get_private (error);

  g_return_if_fail (private != NULL);
  private->cause = cause;
}

void
shikaku_error_set (GError **error, ShikakuError code, ShikakuCause cause, const char *format, ...)
{
  va_list arguments;
  GError *made;

  va_start (arguments, format);
  made = g_error_new_valist (SHIKAKU_ERROR, (int)code, format, arguments);
  va_end (arguments);
  shikaku_error_set_cause (made, cause);
  g_propagate_error (error, made);
}

ShikakuCause
shikaku_error_get_cause (const GError *error)
{
  const ShikakuErrorPrivate *private = error != NULL ? shikaku_error_get_private (error) : NULL;

  return private != NULL ? private->cause : SHIKAKU_CAUSE_NONE;
}

const char *
shikaku_cause_get_word (ShikakuCause cause)
{
  static const char *const words[SHIKAKU_N_CAUSES] = {
#define SHIKAKU_CAUSE_WORD(suffix, word, link, state) [SHIKAKU_CAUSE_##suffix] = word,
    SHIKAKU_CAUSES (SHIKAKU_CAUSE_WORD)
#undef SHIKAKU_CAUSE_WORD
  };

  return words[cause];
}

void
shikaku_error_set_refusal (GError *error, const char *code, const char *text, GBytes *message)
{
  ShikakuErrorPrivate *private = shikaku_error_get_private (error);

  g_return_if_fail (private != NULL);
  shikaku_error_private_clear (private);
  private->center_code = g_strdup (code);
  private->center_text = g_strdup (text);
  private->center_message = message != NULL ? g_bytes_ref (message) : NULL;
}

const char *
shikaku_error_get_center_code (const GError *error)
{
  const ShikakuErrorPrivate *private = shikaku_error_get_private (error);

  return private != NULL ? private->center_code : NULL;
}

const char *
shikaku_error_get_center_text (const GError *error)
{
  const ShikakuErrorPrivate *private = shikaku_error_get_private (error);

  return private != NULL ? private->center_text : NULL;
}

GBytes *
shikaku_error_get_center_message (const GError *error)
{
  const ShikakuErrorPrivate *private = shikaku_error_get_private (error);

  return private != NULL ? private->center_message : NULL;
}

const char *
shikaku_error_get_plain_code (const GError *error)
{
  const char *code = shikaku_error_get_center_code (error);
  gsize size = code != NULL ? strlen (code) : 0;

  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isalnum (code[i]))
      return NULL;
  return size > 0 && size <= CENTER_CODE_SIZE ? code : NULL;
}
