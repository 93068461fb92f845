/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * changes: see the header. Of several insurances the one counts that is not medical aid; texts become what can be
 * compared before they are hashed.
 */
#include "visit/changes.h"

#include <string.h>

#include "base/error.h"
#include "codec/japanese-text.h"
#include "store/last-seen.h"
#include "visit/changes-memory.h"
#include "visit/person.h"

#define UNMAPPED "●"
#define DAYS_PER_MONTH 30.44
#define DAY (24 * G_TIME_SPAN_HOUR)
#define JAPAN_OFFSET (9 * G_TIME_SPAN_HOUR)

/* The keys of the contract that have changed. */
static const char *const field_keys[LAST_SEEN_N_FIELDS] = {
  [LAST_SEEN_INSURER] = "InsurerNumber", [LAST_SEEN_NUMBER] = "Number", [LAST_SEEN_RATIO] = "BurdenRatio",
  [LAST_SEEN_CEILING] = "Ceiling",       [LAST_SEEN_NAME] = "Name",     [LAST_SEEN_ADDRESS] = "Address",
};

G_STATIC_ASSERT (LAST_SEEN_N_FIELDS <= ELIGIBILITY_CHANGES_MAXIMUM);

struct Changes
{
  guint references;
  LastSeen *seen;        /* NULL: there is no store */
  ChangesMemory *memory; /* NULL: it was not needed yet */
  guint retention_days;
};

Changes *
changes_new (void)
{
  Changes *changes = g_new0 (Changes, 1);

  changes->references = 1;
  return changes;
}

Changes *
changes_ref (Changes *changes)
{
  changes->references++;
  return changes;
}

void
changes_unref (Changes *changes)
{
  if (--changes->references > 0)
    return;
  g_clear_pointer (&changes->seen, last_seen_free);
  g_clear_pointer (&changes->memory, changes_memory_free);
  g_free (changes);
}

void
changes_set_store (Changes *changes, Store *store)
{
  g_clear_pointer (&changes->seen, last_seen_free);
  if (store == NULL)
    return;
  changes->seen = last_seen_new (store);
  last_seen_configure (changes->seen, changes->retention_days);
}

void
changes_configure (Changes *changes, guint retention_months)
{
  changes->retention_days = (guint)(retention_months * DAYS_PER_MONTH);
  if (changes->seen != NULL)
    last_seen_configure (changes->seen, changes->retention_days);
}

static gint64
get_today (void)
{
  return (g_get_real_time () + JAPAN_OFFSET) / DAY;
}

static const char *
get_ceiling (const QualificationInsurance *insurance)
{
  return insurance->ceiling != NULL ? insurance->ceiling->class_code : NULL;
}

static void
format_ratio (const QualificationInsurance *insurance, char *text, gsize size)
{
  g_snprintf (text, (gulong)size, "%d", insurance->burden_ratio);
}

/* make_print: of the texts as they came: where one is written in another way, the file decides. */
static ChangesPrint
make_print (Changes *changes, const QualificationInsurance *insurance)
{
  char ratio[16];
  const char *const person[] = { insurance->reference_number, insurance->birthdate, insurance->name };
  const char *const content[] = { insurance->insurer_number,
                                  insurance->symbol,
                                  insurance->number,
                                  insurance->name,
                                  insurance->address,
                                  get_ceiling (insurance),
                                  ratio };

  format_ratio (insurance, ratio, sizeof ratio);
  if (changes->memory == NULL)
    changes->memory = changes_memory_new ();
  return (ChangesPrint){ changes_memory_hash (changes->memory, person, G_N_ELEMENTS (person)),
                         changes_memory_hash (changes->memory, content, G_N_ELEMENTS (content)) };
}

static gboolean
is_today (const char *asked)
{
  g_autofree char *today = asked != NULL ? japanese_text_format_date (g_get_real_time ()) : NULL;

  return asked == NULL || strcmp (asked, today) == 0;
}

gboolean
changes_must_look (Changes *changes, const Eligibility *eligibility, const char *asked)
{
  const QualificationInsurance *insurance;
  ChangesPrint print;

  if (changes->seen == NULL || last_seen_is_off (changes->seen) || eligibility->answer != ELIGIBILITY_ELIGIBLE
      || (insurance = person_get_insurance (eligibility->qualification)) == NULL || !is_today (asked)
      || (insurance->reference_number == NULL && (insurance->name == NULL || insurance->birthdate == NULL)))
    return FALSE;
  print = make_print (changes, insurance);
  return !changes_memory_has (changes->memory, &print, get_today ());
}

/* normalise: NULL: not known. */
static char *
normalise (NameKind kind, const char *text)
{
  return text != NULL && strstr (text, UNMAPPED) == NULL ? name_comparison_normalise (kind, text) : NULL;
}

static LastSeenPerson *
make_person (const QualificationInsurance *insurance)
{
  LastSeenPerson *person = g_new0 (LastSeenPerson, 1);

  person->day = get_today ();
  person->reference = g_strdup (insurance->reference_number);
  person->name = insurance->name != NULL ? name_comparison_normalise (NAME_WRITTEN, insurance->name) : NULL;
  person->birthdate = g_strdup (insurance->birthdate);
  person->values[LAST_SEEN_INSURER] = person_skip_zeros (insurance->insurer_number);
  person->values[LAST_SEEN_NUMBER] = person_join_number (insurance->symbol, insurance->number);
  if (insurance->burden_ratio >= 0)
    person->values[LAST_SEEN_RATIO] = g_strdup_printf ("%d", insurance->burden_ratio);
  person->values[LAST_SEEN_CEILING] = g_strdup (get_ceiling (insurance));
  person->values[LAST_SEEN_NAME] = normalise (NAME_WRITTEN, insurance->name);
  person->values[LAST_SEEN_ADDRESS] = normalise (NAME_ADDRESS, insurance->address);
  return person;
}

void
changes_look (Changes *changes, const Eligibility *eligibility, GAsyncReadyCallback callback, gpointer user_data)
{
  last_seen_look (changes->seen, make_person (person_get_insurance (eligibility->qualification)), callback, user_data);
}

void
changes_look_finish (Changes *changes, GAsyncResult *result, Eligibility *eligibility)
{
  LastSeenAnswer answer;
  const gboolean is_answered = last_seen_look_finish (result, &answer);

  if (eligibility == NULL)
    return;
  last_seen_keep (changes->seen, result); /* also that there is no key */
  if (!is_answered)
    return;
  for (guint i = 0; i < LAST_SEEN_N_FIELDS; i++)
    if (answer.is_new[i])
      eligibility->changes[eligibility->n_changes++]
          = (EligibilityChange){ field_keys[i], answer.before[i] * DAY - JAPAN_OFFSET };
  if (eligibility->n_changes == 0)
    {
      const ChangesPrint print = make_print (changes, person_get_insurance (eligibility->qualification));

      changes_memory_add (changes->memory, &print, get_today ());
    }
  else /* what was remembered of this person under another writing is over */
    changes_memory_forget (changes->memory);
}

gboolean
changes_has_store (const Changes *changes)
{
  return changes->seen != NULL;
}

void
changes_purge (Changes *changes, GAsyncReadyCallback callback, gpointer user_data)
{
  if (changes->memory != NULL)
    changes_memory_forget (changes->memory);
  last_seen_purge (changes->seen, callback, user_data);
}

gboolean
changes_purge_finish (Changes *changes, GAsyncResult *result, guint64 *ret_people, GError **error)
{
  return last_seen_purge_finish (result, ret_people, error);
}
