/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-visit-options: tables of keys over one struct, and what the types do not say. The station checks the
   rest. */
#include "bus/bus-visit-options.h"

#include <string.h>

#include "bus/bus-actor.h"
#include "bus/bus-options.h"
#include "bus/bus-visit.h"

#define LANGUAGE_LENGTH_MAXIMUM 32
#define NOT_GIVEN (-1)

#define OPTION(key, type, member) \
  { \
    key, BUS_OPTION_##type, offsetof (BusVisitOptions, member), NULL \
  }
/* clang-format off */
#define COMMON_OPTIONS \
  OPTION ("Answerer", TEXT, visit.answerer), \
  OPTION ("Consents", TEXTS, consents), \
  OPTION ("Oral", TEXTS, oral), \
  OPTION ("Language", TEXT, visit.language), \
  OPTION ("Purpose", TEXT, visit.purpose), \
  OPTION ("Reader", PATH, visit.reader), \
  OPTION ("ReaderName", TEXT, visit.reader_name), \
  OPTION ("Timeout", NUMBER, timeout), \
  OPTION ("Token", TEXT, token), \
  BUS_ACTOR_OPTIONS (BusVisitOptions, actor)
#define CARD_OPTIONS \
  OPTION ("SameCard", SWITCH, visit.same_card), \
  OPTION ("LastTry", SWITCH, visit.last_try)

#define TICKET_OPTIONS OPTION ("Ticket", TEXT, visit.ticket), OPTION ("Uses", NUMBER, uses)

static const BusOption insured_options[] = {
  OPTION ("InsurerNumber", TEXT, insured.insurer_number),
  OPTION ("Symbol", TEXT, insured.symbol),
  OPTION ("Number", TEXT, insured.number),
  OPTION ("Branch", TEXT, insured.branch),
  OPTION ("Birthdate", TEXT, insured.birthdate),
  OPTION ("Date", TEXT, insured.date),
  OPTION ("Name", TEXT, visit.insured_name),
  OPTION ("NameKana", TEXT, visit.insured_kana),
  { NULL },
};
static const BusOption card_options[] = { COMMON_OPTIONS, CARD_OPTIONS, TICKET_OPTIONS, { NULL } };
static const BusOption number_options[] = { COMMON_OPTIONS, TICKET_OPTIONS, { NULL } };
static const BusOption check_options[] = {
  { "Insured", BUS_OPTION_DICTIONARY, offsetof (BusVisitOptions, by_number), insured_options },
  OPTION ("Report", SWITCH, report),
  COMMON_OPTIONS, CARD_OPTIONS, { NULL },
};
static const BusOption patient_options[] = {
  OPTION ("Birthdate", TEXT, patient.birthdate),
  OPTION ("Name", TEXT, patient.name),
  OPTION ("NameKana", TEXT, patient.name_kana),
  OPTION ("ReferenceNumber", TEXT, patient.reference_number),
  OPTION ("Arrival", TEXT, patient.arrival),
  { NULL },
};
static const BusOption claim_options[] = {
  OPTION ("Again", SWITCH, patient.again),
  OPTION ("Language", TEXT, visit.language),
  OPTION ("Purpose", TEXT, visit.purpose),
  OPTION ("Token", TEXT, token),
  BUS_ACTOR_OPTIONS (BusVisitOptions, actor),
  TICKET_OPTIONS,
  { NULL },
};
static const BusOption language_options[] = { OPTION ("Language", TEXT, visit.language), { NULL } };
/* clang-format on */

static gboolean
refuse_value (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, text);
  return FALSE;
}

static gboolean
check_values (BusVisitOptions *options, GError **error)
{
  const char *language = options->visit.language;

  if (options->timeout == 0 || options->timeout > VISIT_TIMEOUT_MAXIMUM_SECONDS)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "Timeout is 1 to %d seconds",
                   VISIT_TIMEOUT_MAXIMUM_SECONDS);
      return FALSE;
    }
  if (language != NULL && (strlen (language) > LANGUAGE_LENGTH_MAXIMUM || !g_str_is_ascii (language)))
    return refuse_value (error, "Language is a short code such as ja or en");
  if (options->visit.reader != NULL && options->visit.reader_name != NULL)
    return refuse_value (error, "Reader and ReaderName do not go together");
  if (options->token != NULL && !bus_visits_is_token (options->token))
    return refuse_value (error, "Token is 1 to 64 letters, digits or underscores");
  if (options->by_number && (options->visit.same_card || options->visit.last_try))
    return refuse_value (error, "SameCard and LastTry do not go with Insured");
  if (options->uses == 0 || (options->uses != NOT_GIVEN && options->visit.ticket == NULL))
    return refuse_value (error, "Uses is 1 or more, of a Ticket");
  options->visit.uses = (guint)MAX (options->uses, 0);
  options->visit.timeout_seconds = MAX (options->timeout, 0);
  options->visit.consents = options->consents;
  options->visit.oral = options->oral;
  options->visit.insured = options->by_number ? &options->insured : NULL;
  return TRUE;
}

static gboolean
read_options (sd_bus_message *message, const BusOption *table, BusVisitOptions *options, GError **error)
{
  options->timeout = options->uses = NOT_GIVEN;
  return bus_options_read (message, table, options, error) && check_values (options, error);
}

void
bus_visit_options_clear (BusVisitOptions *options)
{
  g_free (options->consents);
  g_free (options->oral);
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
bus_visit_options_read_claim (sd_bus_message *message, BusVisitOptions *options, GError **error)
{
  return bus_options_read (message, patient_options, options, error)
         && read_options (message, claim_options, options, error);
}

gboolean
bus_visit_options_read_language (sd_bus_message *message, BusVisitOptions *options, GError **error)
{
  return read_options (message, language_options, options, error);
}
