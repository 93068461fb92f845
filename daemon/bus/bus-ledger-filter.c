/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-ledger-filter: tables of keys over one struct, and what the types do not say. */
#include "bus/bus-ledger-filter.h"

#include <string.h>

#include "bus/bus-options.h"

#define LIMIT_DEFAULT 100
#define NOT_GIVEN (-1)
#define NO_PLACE G_MAXUINT64

typedef struct
{
  guint64 from, to, after, first;
  const char **kinds; /* NULL: all */
  const char *staff, *visit;
  gint64 uid, limit;
  gboolean has_person;
  LedgerPerson person;
  Actor actor;
} Given;

#define OPTION(key, type, member) \
  { \
    key, BUS_OPTION_##type, offsetof (Given, member), NULL \
  }

static const BusOption person_table[] = {
  OPTION ("Name", TEXT, person.name),
  OPTION ("Birthdate", TEXT, person.birthdate),
  OPTION ("InsurerNumber", TEXT, person.insurer_number),
  OPTION ("Symbol", TEXT, person.symbol),
  OPTION ("Number", TEXT, person.number),
  { NULL },
};
static const BusOption list_table[] = {
  OPTION ("From", LARGE, from),
  OPTION ("To", LARGE, to),
  OPTION ("Kinds", TEXTS, kinds),
  OPTION ("Staff", TEXT, staff),
  OPTION ("Visit", TEXT, visit),
  OPTION ("Uid", NUMBER, uid),
  { "Person", BUS_OPTION_DICTIONARY, offsetof (Given, has_person), person_table },
  OPTION ("After", LARGE, after),
  OPTION ("Limit", NUMBER, limit),
  BUS_ACTOR_OPTIONS (Given, actor),
  { NULL },
};
static const BusOption export_table[] = {
  OPTION ("First", LARGE, first),
  { "Person", BUS_OPTION_DICTIONARY, offsetof (Given, has_person), person_table },
  BUS_ACTOR_OPTIONS (Given, actor),
  { NULL },
};

static gboolean
refuse_value (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, text);
  return FALSE;
}

static gboolean
read_kinds (const char *const *words, guint64 *ret_kinds, GError **error)
{
  LedgerKind kind;

  for (; words != NULL && *words != NULL; words++)
    {
      if (!ledger_kind_from_string (*words, &kind))
        return refuse_value (error, "Kinds has a word that is no kind of entry");
      *ret_kinds |= G_GUINT64_CONSTANT (1) << kind;
    }
  return TRUE;
}

/* What was named is looked for by all that it gives, and there must be something. */
static gboolean
fill_person (const Given *given, Ledger *ledger, BusLedgerFilter *filter, GError **error)
{
  const LedgerPerson *person = &given->person;

  if (person->birthdate == NULL || (person->name == NULL && (person->insurer_number == NULL || person->number == NULL)))
    return refuse_value (error, "Person is Birthdate, and Name, or InsurerNumber, Symbol and Number");
  ledger_person_hash (ledger, person, &filter->person);
  if (!filter->person.has_person && !filter->person.has_number)
    return refuse_value (error, "Person cannot be looked for: it is no name or number, or the ledger has no key");
  return TRUE;
}

static gboolean
fill (const Given *given, Ledger *ledger, BusLedgerFilter *filter, GError **error)
{
  if (given->from > G_MAXINT64 || given->to > G_MAXINT64)
    return refuse_value (error, "From and To are times");
  if (given->limit < 1 || given->limit > BUS_LEDGER_LIMIT_MAXIMUM)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "Limit is 1 to %d entries",
                   BUS_LEDGER_LIMIT_MAXIMUM);
      return FALSE;
    }
  *filter = (BusLedgerFilter){ .filter = {
                                   .first = given->after == NO_PLACE ? given->first : given->after + 1,
                                   .limit = (guint)given->limit,
                                   .from = (gint64)given->from,
                                   .to = (gint64)given->to,
                                   .staff = given->staff,
                                   .visit = given->visit,
                                   .has_uid = given->uid != NOT_GIVEN,
                                   .uid = (guint32)given->uid,
                               } };
  filter->actor = given->actor;
  if (!read_kinds ((const char *const *)given->kinds, &filter->filter.kinds, error)
      || (given->has_person && !fill_person (given, ledger, filter, error)))
    return FALSE;
  ledger_person_bind (&filter->person, &filter->filter);
  return TRUE;
}

static gboolean
read_by_table (sd_bus_message *message, const BusOption *table, Ledger *ledger, BusLedgerFilter *filter, GError **error)
{
  Given given = { .after = NO_PLACE, .uid = NOT_GIVEN, .limit = LIMIT_DEFAULT };
  const gboolean done = bus_options_read (message, table, &given, error) && fill (&given, ledger, filter, error);

  g_free (given.kinds);
  return done;
}

gboolean
bus_ledger_filter_read_list (sd_bus_message *message, Ledger *ledger, BusLedgerFilter *filter, GError **error)
{
  return read_by_table (message, list_table, ledger, filter, error);
}

gboolean
bus_ledger_filter_read_export (sd_bus_message *message, Ledger *ledger, BusLedgerFilter *filter, GError **error)
{
  return read_by_table (message, export_table, ledger, filter, error);
}

BusLedgerFilter *
bus_ledger_filter_copy (const BusLedgerFilter *filter)
{
  BusLedgerFilter *copy = g_new (BusLedgerFilter, 1);

  *copy = *filter;
  copy->filter.staff = g_strdup (filter->filter.staff);
  copy->filter.visit = g_strdup (filter->filter.visit);
  ledger_person_bind (&copy->person, &copy->filter);
  return copy;
}

void
bus_ledger_filter_free (BusLedgerFilter *filter)
{
  g_free ((char *)filter->filter.staff);
  g_free ((char *)filter->filter.visit);
  g_free (filter);
}
