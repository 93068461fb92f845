/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-options: see the header. In: what a caller gave, in its memory. Out: a judged copy, or what is wrong. */
#include "visit/visit-options.h"

#include <string.h>

#include "base/error.h"
#include "codec/japanese-text.h"
#include "visit/visit-text.h"

#define INSURER_NUMBER_MAXIMUM 8 /* digits (data/doc/messages.md, "Query by number") */
#define NUMBER_MAXIMUM 20        /* characters, of symbol and number */
#define BRANCH_MAXIMUM 2         /* digits */

static gboolean
set_invalid (GError **error, const char *reason)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, reason);
  return FALSE;
}

static gboolean
is_digits (const char *text, gsize maximum)
{
  gsize size = strspn (text, "0123456789");

  return size > 0 && size <= maximum && text[size] == '\0';
}

static gboolean
is_short_text (const char *text)
{
  return *text != '\0' && g_utf8_validate (text, -1, NULL) && g_utf8_strlen (text, -1) <= NUMBER_MAXIMUM;
}

static gboolean
check_insured (const TransportNumberQuery *insured, GError **error)
{
  if (insured->insurer_number == NULL || !is_digits (insured->insurer_number, INSURER_NUMBER_MAXIMUM))
    return set_invalid (error, "InsurerNumber: up to 8 digits are needed");
  if (insured->number == NULL || !is_short_text (insured->number))
    return set_invalid (error, "Number: up to 20 characters are needed");
  if (insured->symbol != NULL && !is_short_text (insured->symbol))
    return set_invalid (error, "Symbol: up to 20 characters");
  if (insured->branch != NULL && !is_digits (insured->branch, BRANCH_MAXIMUM))
    return set_invalid (error, "Branch: up to 2 digits");
  if (insured->birthdate == NULL || !japanese_text_is_date (insured->birthdate))
    return set_invalid (error, "Birthdate: YYYYMMDD is needed");
  if (insured->date != NULL && !japanese_text_is_date (insured->date))
    return set_invalid (error, "Date: YYYYMMDD");
  return TRUE;
}

/* fold_digits: digits typed in full width are digits; an empty text is none. (transfer full) */
static char *
fold_digits (const char *text)
{
  return text != NULL && *text != '\0' ? japanese_text_fold_width (text) : NULL;
}

static void
insured_free (TransportNumberQuery *insured)
{
  g_free ((char *)insured->insurer_number);
  g_free ((char *)insured->symbol);
  g_free ((char *)insured->number);
  g_free ((char *)insured->branch);
  g_free ((char *)insured->birthdate);
  g_free ((char *)insured->date);
  g_free (insured);
}

/* Symbol and number stay as typed: the field writes them in either width, and the center compares. */
static TransportNumberQuery *
insured_new (const TransportNumberQuery *typed)
{
  TransportNumberQuery *insured = g_new0 (TransportNumberQuery, 1);

  insured->insurer_number = fold_digits (typed->insurer_number);
  insured->symbol = typed->symbol != NULL && *typed->symbol != '\0' ? g_strdup (typed->symbol) : NULL;
  insured->number = g_strdup (typed->number);
  insured->branch = fold_digits (typed->branch);
  insured->birthdate = fold_digits (typed->birthdate);
  insured->date = fold_digits (typed->date);
  return insured;
}

void
visit_options_forget_insured (VisitOptions *options)
{
  if (options->insured != NULL)
    insured_free ((TransportNumberQuery *)options->insured);
  options->insured = NULL;
}

void
visit_options_free (VisitOptions *options)
{
  visit_options_forget_insured (options);
  g_free ((char *)options->path);
  g_free ((char *)options->owner);
  g_free ((char *)options->caller);
  g_free ((char *)options->reader);
  g_free ((char *)options->reader_name);
  g_free ((char *)options->language);
  g_free ((char *)options->purpose);
  g_free (options);
}

VisitOptions *
visit_options_new (const VisitOptions *given, GError **error)
{
  g_autoptr (VisitOptions) options = g_new0 (VisitOptions, 1);

  *options = *given;
  options->consents = NULL;
  options->path = g_strdup (given->path);
  options->owner = g_strdup (given->owner);
  options->caller = g_strdup (given->caller != NULL ? given->caller : given->owner);
  options->reader = options->reader_name = NULL;
  options->language
      = g_strdup (given->language != NULL && *given->language != '\0' ? given->language : VISIT_LANGUAGE_DEFAULT);
  options->purpose = g_strdup (given->purpose);
  options->insured = given->insured != NULL ? insured_new (given->insured) : NULL;
  options->timeout_seconds = given->timeout_seconds != 0 ? given->timeout_seconds : VISIT_TIMEOUT_DEFAULT_SECONDS;

  if (options->timeout_seconds > VISIT_TIMEOUT_MAXIMUM_SECONDS)
    return set_invalid (error, "Timeout: too long"), NULL;
  if (options->purpose != NULL && *options->purpose != '\0' && strcmp (options->purpose, "eligibility") != 0)
    return set_invalid (error, "Purpose: eligibility"), NULL;
  if (options->insured != NULL && !check_insured (options->insured, error))
    return NULL;
  return g_steal_pointer (&options);
}

VisitOrigin
visit_options_get_origin (const VisitOptions *options)
{
  return options->insured != NULL ? VISIT_ORIGIN_NUMBER : VISIT_ORIGIN_CARD;
}

void
visit_options_set_reader (VisitOptions *options, const char *path, const char *name)
{
  g_free ((char *)options->reader);
  g_free ((char *)options->reader_name);
  options->reader = g_strdup (path);
  options->reader_name = g_strdup (name);
}
