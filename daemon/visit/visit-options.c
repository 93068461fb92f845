/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-options: see the header. In: what a caller gave, in its memory. Out: a judged copy, or what is wrong. */
#include "visit/visit-options.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "codec/japanese-text.h"
#include "codec/typed-number.h"
#include "visit/visit-text.h"
#include "visit/visit-ticket.h"

#define INSURER_NUMBER_MAXIMUM 8 /* digits (data/doc/messages.md, "Query by number") */
#define NUMBER_MAXIMUM 20        /* characters, of symbol and number */
#define NAME_MAXIMUM 100         /* characters */
#define BRANCH_MAXIMUM 2         /* digits */
#define AGE_MAXIMUM_YEARS 130
#define DATE_YEAR G_GINT64_CONSTANT (10000) /* in a date that is read as a number */

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

/* is_short_text: one line of characters that can be seen. */
static gboolean
is_short_text (const char *text)
{
  if (*text == '\0' || !g_utf8_validate (text, -1, NULL) || g_utf8_strlen (text, -1) > NUMBER_MAXIMUM)
    return FALSE;
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      const gunichar character = g_utf8_get_char (c);

      if (!g_unichar_isprint (character) || g_unichar_type (character) == G_UNICODE_LINE_SEPARATOR
          || g_unichar_type (character) == G_UNICODE_PARAGRAPH_SEPARATOR)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_short_name (const char *text)
{
  return text == NULL || (g_utf8_validate (text, -1, NULL) && g_utf8_strlen (text, -1) <= NAME_MAXIMUM);
}

/* read_date: YYYYMMDD as a number, which has the order of dates; -1: it is none. */
static gint64
read_date (const char *text)
{
  return text != NULL && japanese_text_is_date (text) ? g_ascii_strtoll (text, NULL, 10) : -1;
}

/* check_dates: nobody is born later than today, or is as old as nobody has become; nobody is insured before birth. */
static gboolean
check_dates (const TransportNumberQuery *insured, GError **error)
{
  g_autofree char *now = japanese_text_format_date (g_get_real_time ());
  gint64 today = read_date (now), birthdate = read_date (insured->birthdate), date = read_date (insured->date);

  if (birthdate < today - AGE_MAXIMUM_YEARS * DATE_YEAR || birthdate > today)
    return set_invalid (error, "Birthdate (生年月日): YYYYMMDD is needed, of a person who can be alive");
  if (insured->date != NULL && (date < birthdate || date > today + DATE_YEAR))
    return set_invalid (error, "Date (資格確認日): YYYYMMDD, from the birth to a year from now");
  return TRUE;
}

static gboolean
check_insured (const TransportNumberQuery *insured, GError **error)
{
  if (insured->insurer_number == NULL || !is_digits (insured->insurer_number, INSURER_NUMBER_MAXIMUM))
    return set_invalid (error, "InsurerNumber (保険者番号): up to 8 digits are needed");
  if (insured->number == NULL || !is_short_text (insured->number))
    return set_invalid (error, "Number (番号): up to 20 characters on one line are needed");
  if (insured->symbol != NULL && !is_short_text (insured->symbol))
    return set_invalid (error, "Symbol (記号): up to 20 characters on one line");
  if (insured->branch != NULL && !is_digits (insured->branch, BRANCH_MAXIMUM))
    return set_invalid (error, "Branch (枝番): up to 2 digits");
  return check_dates (insured, error);
}

static gboolean
check_names (const VisitOptions *options, GError **error)
{
  if (!is_short_name (options->insured_name))
    return set_invalid (error, "Name (氏名): up to 100 characters");
  if (!is_short_name (options->insured_kana))
    return set_invalid (error, "NameKana (カナ氏名): up to 100 characters");
  return TRUE;
}

/* pad_branch: "1" is the field's "01". (transfer full) */
static char *
pad_branch (const char *text)
{
  char *branch = typed_number_fold_digits (text);
  char *padded;

  if (branch == NULL || strlen (branch) != 1)
    return branch;
  padded = g_strconcat ("0", branch, NULL);
  g_free (branch);
  return padded;
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

static TransportNumberQuery *
insured_new (const TransportNumberQuery *typed)
{
  TransportNumberQuery *insured = g_new0 (TransportNumberQuery, 1);

  insured->insurer_number = typed_number_fold_digits (typed->insurer_number);
  insured->symbol = typed_number_fold (typed->symbol);
  insured->number = typed_number_fold (typed->number);
  insured->branch = pad_branch (typed->branch);
  insured->birthdate = typed_number_fold_date (typed->birthdate);
  insured->date = typed_number_fold_date (typed->date);
  return insured;
}

void
visit_options_forget_insured (VisitOptions *options)
{
  if (options->insured != NULL)
    insured_free ((TransportNumberQuery *)options->insured);
  options->insured = NULL;
  g_clear_pointer ((char **)&options->insured_name, g_free);
  g_clear_pointer ((char **)&options->insured_kana, g_free);
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
  actor_free ((Actor *)options->actor);
  g_free ((char *)options->purpose);
  g_slist_free_full (options->former, g_free);
  g_free (options);
}

/* find_answerer: the word as a static one, or NULL: it is none that a caller may give: what staff has heard is Oral. */
static const char *
find_answerer (const char *word)
{
  static const char *const words[] = {
#define ANSWERER_WORD(suffix, text) (text),
    SHIKAKU_ANSWERERS (ANSWERER_WORD)
#undef ANSWERER_WORD
  };

  if (word == NULL || *word == '\0')
    return words[0];
  for (gsize i = 0; i < G_N_ELEMENTS (words) - 1; i++) /* the last is staff */
    if (strcmp (words[i], word) == 0)
      return words[i];
  return NULL;
}

/* is_purpose: whether @word is one of the purposes; "" and NULL are the first. */
static gboolean
is_purpose (const char *word)
{
  static const char *const words[]
      = { "", "eligibility", "registration", "disaster", "emergency", "home", "online", NULL };

  return word == NULL || g_strv_contains (words, word);
}

VisitOptions *
visit_options_new (const VisitOptions *given, GError **error)
{
  const Actor unknown = { .uid = given->uid, .sender = given->owner };
  g_autoptr (VisitOptions) options = g_new0 (VisitOptions, 1);

  *options = *given;
  options->consents = options->oral = NULL;
  options->ticket = NULL; /* only its hash is kept, by the visit */
  options->former = NULL;
  options->actor = actor_new (given->actor != NULL ? given->actor : &unknown);
  options->path = g_strdup (given->path);
  options->owner = g_strdup (given->owner);
  options->caller = g_strdup (given->caller != NULL ? given->caller : given->owner);
  options->reader = options->reader_name = NULL;
  options->language = text_reduce_language (
      given->language != NULL && *given->language != '\0' ? given->language : VISIT_LANGUAGE_DEFAULT);
  options->purpose = g_strdup (given->purpose);
  options->insured = given->insured != NULL ? insured_new (given->insured) : NULL;
  options->insured_name = g_strdup (given->insured_name);
  options->insured_kana = g_strdup (given->insured_kana);
  options->timeout_seconds = given->timeout_seconds != 0 ? given->timeout_seconds : VISIT_TIMEOUT_DEFAULT_SECONDS;

  if (options->timeout_seconds > VISIT_TIMEOUT_MAXIMUM_SECONDS)
    return set_invalid (error, "Timeout: too long"), NULL;
  options->registers = g_strcmp0 (options->purpose, "registration") == 0;
  if (!is_purpose (options->purpose))
    return set_invalid (error, "Purpose: eligibility, registration, disaster, emergency, home or online"), NULL;
  if ((options->answerer = find_answerer (given->answerer)) == NULL)
    return set_invalid (error, "Answerer: patient, guardian or carer"), NULL;
  if (options->registers && (options->insured != NULL || options->is_arrival))
    return set_invalid (error, "Purpose: a registration needs the card"), NULL;
  if (given->ticket != NULL && !visit_ticket_is_valid (given->ticket))
    return set_invalid (error, "Ticket: 32 to 128 characters of ASCII that can be seen"), NULL;
  if (!actor_check (options->actor, error))
    return NULL;
  if (options->insured != NULL && (!check_insured (options->insured, error) || !check_names (options, error)))
    return NULL;
  return g_steal_pointer (&options);
}

VisitOrigin
visit_options_get_origin (const VisitOptions *options)
{
  if (options->is_arrival)
    return VISIT_ORIGIN_TERMINAL;
  return options->insured != NULL ? VISIT_ORIGIN_NUMBER : VISIT_ORIGIN_CARD;
}

guint
visit_options_get_oral_cases (const VisitOptions *options)
{
  guint cases = 0;

  if (visit_options_get_origin (options) == VISIT_ORIGIN_NUMBER)
    cases |= CONSENT_ORAL_PAPER;
  if (g_strcmp0 (options->purpose, "disaster") == 0)
    cases |= CONSENT_ORAL_DISASTER;
  if (g_strcmp0 (options->purpose, "emergency") == 0 || (options->actor != NULL && options->actor->is_break_glass))
    cases |= CONSENT_ORAL_EMERGENCY;
  return cases;
}

TransportTreatment
visit_options_get_treatment (const VisitOptions *options)
{
  if (g_strcmp0 (options->purpose, "home") == 0)
    return TRANSPORT_TREATMENT_HOME;
  if (g_strcmp0 (options->purpose, "online") == 0)
    return TRANSPORT_TREATMENT_ONLINE;
  return g_strcmp0 (options->purpose, "emergency") == 0 ? TRANSPORT_TREATMENT_EMERGENCY
                                                        : TRANSPORT_TREATMENT_OUTPATIENT;
}

void
visit_options_set_reader (VisitOptions *options, const char *path, const char *name)
{
  g_free ((char *)options->reader);
  g_free ((char *)options->reader_name);
  options->reader = g_strdup (path);
  options->reader_name = g_strdup (name);
}

void
visit_options_set_owner (VisitOptions *options, const VisitOptions *owner)
{
  g_free ((char *)options->owner);
  options->owner = owner != NULL ? g_strdup (owner->owner) : NULL;
  if (owner == NULL)
    return;
  options->former = g_slist_prepend (options->former, (char *)options->path);
  options->former = g_slist_prepend (options->former, (char *)options->caller);
  options->path = g_strdup (owner->path);
  options->caller = g_strdup (owner->caller);
  options->uid = owner->uid;
  if (owner->actor != NULL)
    {
      actor_free ((Actor *)options->actor);
      options->actor = actor_new (owner->actor);
    }
}
