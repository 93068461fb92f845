/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-visit-options: three tables of keys over one struct, and what the types do not say. */
#include "bus/bus-visit-options.h"

#include <string.h>

#include "bus/bus-options.h"
#include "bus/bus-visit.h"

#define LANGUAGE_LENGTH_MAXIMUM 32
#define NOT_GIVEN (-1)

#define VISIT(member) offsetof (BusVisitOptions, visit.member)
#define INSURED(member) offsetof (BusVisitOptions, insured.member)
#define CONSENTS \
  { \
    "Consents", BUS_OPTION_TEXTS, offsetof (BusVisitOptions, consents), NULL \
  }
#define LANGUAGE \
  { \
    "Language", BUS_OPTION_TEXT, VISIT (language), NULL \
  }
#define PURPOSE \
  { \
    "Purpose", BUS_OPTION_TEXT, VISIT (purpose), NULL \
  }
#define TIMEOUT \
  { \
    "Timeout", BUS_OPTION_NUMBER, offsetof (BusVisitOptions, timeout), NULL \
  }
#define TOKEN \
  { \
    "Token", BUS_OPTION_TEXT, offsetof (BusVisitOptions, token), NULL \
  }
#define READER \
  { \
    "Reader", BUS_OPTION_PATH, VISIT (reader), NULL \
  }
#define SAME_CARD \
  { \
    "SameCard", BUS_OPTION_SWITCH, VISIT (same_card), NULL \
  }
#define LAST_TRY \
  { \
    "LastTry", BUS_OPTION_SWITCH, VISIT (last_try), NULL \
  }

static const BusOption card_options[]
    = { TIMEOUT, CONSENTS, LANGUAGE, PURPOSE, TOKEN, READER, SAME_CARD, LAST_TRY, { NULL } };
static const BusOption number_options[] = { TIMEOUT, CONSENTS, LANGUAGE, PURPOSE, TOKEN, { NULL } };
static const BusOption insured_options[] = {
  { "InsurerNumber", BUS_OPTION_TEXT, INSURED (insurer_number), NULL },
  { "Symbol", BUS_OPTION_TEXT, INSURED (symbol), NULL },
  { "Number", BUS_OPTION_TEXT, INSURED (number), NULL },
  { "Branch", BUS_OPTION_TEXT, INSURED (branch), NULL },
  { "Birthdate", BUS_OPTION_TEXT, INSURED (birthdate), NULL },
  { "Date", BUS_OPTION_TEXT, INSURED (date), NULL },
  { NULL },
};
static const BusOption check_options[] = {
  { "Insured", BUS_OPTION_DICTIONARY, offsetof (BusVisitOptions, by_number), insured_options },
  TIMEOUT,
  CONSENTS,
  LANGUAGE,
  PURPOSE,
  TOKEN,
  READER,
  SAME_CARD,
  LAST_TRY,
  { NULL },
};
static const BusOption language_options[] = { LANGUAGE, { NULL } };

static gboolean
refuse (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, text);
  return FALSE;
}

static gboolean
check_consents (const char *const *kinds, gboolean by_number, GError **error)
{
  for (; kinds && *kinds; kinds++)
    {
      const ConsentRule *rule = consent_rule_lookup (*kinds);

      if (!rule)
        return refuse (error, "Consents holds a kind that does not exist");
      if (by_number && !rule->inside_query)
        return refuse (error, "Without a card, Consents may hold ceiling and specific-disease only");
      if (g_strv_contains (kinds + 1, *kinds))
        return refuse (error, "Consents holds a kind twice");
    }
  return TRUE;
}

static gboolean
check_values (BusVisitOptions *options, GError **error)
{
  const char *language = options->visit.language;
  const char *purpose = options->visit.purpose;

  if (options->timeout == 0 || options->timeout > VISIT_TIMEOUT_MAXIMUM)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "Timeout is 1 to %d seconds",
                   VISIT_TIMEOUT_MAXIMUM);
      return FALSE;
    }
  if (purpose && strcmp (purpose, "eligibility") != 0 && strcmp (purpose, "registration") != 0)
    return refuse (error, "Purpose is eligibility or registration");
  if (language && (strlen (language) > LANGUAGE_LENGTH_MAXIMUM || !g_str_is_ascii (language)))
    return refuse (error, "Language is a short code such as ja or en");
  if (options->token && !bus_visits_is_token (options->token))
    return refuse (error, "Token is 1 to 64 letters, digits or underscores");
  if (options->by_number && (options->visit.reader || options->visit.same_card || options->visit.last_try))
    return refuse (error, "Reader, SameCard and LastTry do not go with Insured");
  options->visit.timeout = MAX (options->timeout, 0);
  options->visit.consents = options->consents;
  return check_consents (options->consents, options->by_number, error);
}

static gboolean
read_options (sd_bus_message *message, const BusOption *table, BusVisitOptions *options, GError **error)
{
  options->timeout = NOT_GIVEN;
  return bus_options_read (message, table, options, error) && check_values (options, error);
}

void
bus_visit_options_clear (BusVisitOptions *options)
{
  g_free (options->consents);
}

gboolean
bus_visit_options_read_card (sd_bus_message *message, BusVisitOptions *options, GError **error)
{
  return read_options (message, card_options, options, error);
}

gboolean
bus_visit_options_read_number (sd_bus_message *message, BusVisitOptions *options, GError **error)
{
  options->by_number = TRUE;
  return bus_options_read (message, insured_options, options, error)
         && read_options (message, number_options, options, error);
}

gboolean
bus_visit_options_read_check (sd_bus_message *message, BusVisitOptions *options, GError **error)
{
  return read_options (message, check_options, options, error);
}

gboolean
bus_visit_options_read_language (sd_bus_message *message, BusVisitOptions *options, GError **error)
{
  return read_options (message, language_options, options, error);
}
