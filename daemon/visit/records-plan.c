/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-plan: months as numbers, counted from the year 0. */
#include "visit/records-plan.h"

#include <string.h>

#include "codec/japanese-text.h"

#define MONTHS_OF_YEAR 12
#define YEARS_KEPT 5
#define FIRST_MONTH (2021 * MONTHS_OF_YEAR + 9 - 1) /* of the field */
#define RECEIPT_DAY 16                              /* of the month after: from then on a month's receipts are there */

struct RecordsPlan
{
  GArray *parts;                                         /* of RecordsPlanPart */
  char from[RECORDS_MONTH_SIZE], to[RECORDS_MONTH_SIZE]; /* as wished, or taken */
  gboolean has_from, has_to;                             /* it was said */
  gint newest; /* the last month whose receipts are there; of check-ups: today's */
  gint oldest; /* that is asked for where nobody says from when */
  gint span;
};

static gint
read_digits (const char *text, gsize size)
{
  gint number = 0;

  for (gsize i = 0; i < size; i++)
    number = number * 10 + (text[i] - '0');
  return number;
}

/* read_month: Return: FALSE if @text is no month YYYYMM. */
static gboolean
read_month (const char *text, gint *ret_month)
{
  gint month;

  if (strlen (text) != RECORDS_MONTH_SIZE - 1 || strspn (text, "0123456789") != RECORDS_MONTH_SIZE - 1)
    return FALSE;
  month = read_digits (text + 4, 2);
  if (month < 1 || month > MONTHS_OF_YEAR)
    return FALSE;
  *ret_month = read_digits (text, 4) * MONTHS_OF_YEAR + month - 1;
  return TRUE;
}

static void
write_month (char *text, gint month)
{
  const gint year = month / MONTHS_OF_YEAR;

  for (gint i = 0, power = 1000; i < 4; i++, power /= 10)
    text[i] = (char)('0' + year / power % 10);
  text[4] = (char)('0' + (month % MONTHS_OF_YEAR + 1) / 10);
  text[5] = (char)('0' + (month % MONTHS_OF_YEAR + 1) % 10);
  text[6] = '\0';
}

static RecordsPlanPart *
get_part (const RecordsPlan *plan, guint index)
{
  return &g_array_index (plan->parts, RecordsPlanPart, index);
}

/* add_known: months of which it is known that there is nothing; none if @from is behind @to. */
static void
add_known (RecordsPlan *plan, gint from, gint to, RecordsOutcome outcome, gboolean is_of_receipts)
{
  RecordsPlanPart part = { .is_known = TRUE, .outcome = outcome, .is_of_receipts = is_of_receipts };

  if (from > to)
    return;
  write_month (part.from, from);
  write_month (part.to, to);
  g_array_append_val (plan->parts, part);
}

/*
 * insert_asked: months that are asked for, as requests of at most plan->span each; in place @index, the newest first.
 */
static void
insert_asked (RecordsPlan *plan, guint index, gint from, gint to, const RecordsPlanPart *like)
{
  for (gint begin = from; begin <= to; begin += plan->span)
    {
      RecordsPlanPart part = *like;

      write_month (part.from, begin);
      write_month (part.to, MIN (begin + plan->span - 1, to));
      g_array_insert_val (plan->parts, index, part);
    }
}

static void
make_parts (RecordsPlan *plan, gint from, gint to, gint today, const RecordsWish *wish)
{
  const RecordsPlanPart asked = { .is_asked = TRUE, .with_prescriptions = wish->with_prescriptions };
  const gint oldest = MAX (today - YEARS_KEPT * MONTHS_OF_YEAR, FIRST_MONTH);
  const gint last = wish->with_prescriptions ? today : plan->newest;

  add_known (plan, MAX (from, last + 1), to, RECORDS_NOT_YET, FALSE);
  add_known (plan, MAX (from, plan->newest + 1), MIN (to, last), RECORDS_NOT_YET, TRUE);
  insert_asked (plan, plan->parts->len, MAX (from, oldest), MIN (to, last), &asked);
  add_known (plan, from, MIN (to, oldest - 1), RECORDS_TOO_OLD, FALSE);
}

/* read_wish: Return: FALSE: it is none. */
static gboolean
read_wish (RecordsPlan *plan, const RecordsWish *wish, gint *ret_from, gint *ret_to, gint *ret_today)
{
  gint today = read_digits (wish->today, 4) * MONTHS_OF_YEAR + read_digits (wish->today + 4, 2) - 1;
  gint from = MAX (today - YEARS_KEPT * MONTHS_OF_YEAR + 1, FIRST_MONTH),
       to = today; /* the month of five years ago is going */

  if ((wish->from != NULL && !read_month (wish->from, &from)) || (wish->to != NULL && !read_month (wish->to, &to))
      || from > to)
    return FALSE;
  plan->oldest = MAX (today - YEARS_KEPT * MONTHS_OF_YEAR + 1, FIRST_MONTH);
  plan->has_from = wish->from != NULL;
  plan->has_to = wish->to != NULL;
  plan->span = (gint)MAX (wish->span_months, 1);
  plan->newest = today;
  if (wish->kind != CONSENT_CHECKUP)
    plan->newest -= read_digits (wish->today + 6, 2) >= RECEIPT_DAY ? 1 : 2;
  *ret_from = from;
  *ret_to = to;
  *ret_today = today;
  return TRUE;
}

RecordsPlan *
records_plan_new (const RecordsWish *wish, GError **error)
{
  g_autoptr (RecordsPlan) plan = g_new0 (RecordsPlan, 1);
  const RecordsPlanPart all = { .is_asked = TRUE };
  gint from, to, today;

  g_assert (japanese_text_is_date (wish->today));
  plan->parts = g_array_new (FALSE, TRUE, sizeof (RecordsPlanPart));
  if (!read_wish (plan, wish, &from, &to, &today))
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                           "From and To are months YYYYMM, From not behind To");
      return NULL;
    }
  if (wish->kind == CONSENT_CHECKUP && !plan->has_from && !plan->has_to)
    {
      g_array_append_val (plan->parts, all);
      return g_steal_pointer (&plan);
    }
  write_month (plan->from, from);
  write_month (plan->to, to);
  make_parts (plan, from, to, today, wish);
  return g_steal_pointer (&plan);
}

void
records_plan_free (RecordsPlan *plan)
{
  if (plan == NULL)
    return;
  g_array_unref (plan->parts);
  g_free (plan);
}

void
records_plan_get_span (const RecordsPlan *plan, const char **ret_from, const char **ret_to)
{
  *ret_from = plan->from;
  *ret_to = plan->to;
}

guint
records_plan_get_n_parts (const RecordsPlan *plan)
{
  return plan->parts->len;
}

const RecordsPlanPart *
records_plan_get_part (const RecordsPlan *plan, guint index)
{
  g_assert (index < plan->parts->len);
  return get_part (plan, index);
}

gboolean
records_plan_find_next (const RecordsPlan *plan, guint *ret_index)
{
  for (guint i = 0; i < plan->parts->len; i++)
    if (!get_part (plan, i)->is_known)
      {
        *ret_index = i;
        return TRUE;
      }
  return FALSE;
}

static void
set_outcome (RecordsPlanPart *part, RecordsOutcome outcome)
{
  part->is_known = TRUE;
  part->outcome = outcome;
}

static guint
count_requests (const RecordsPlan *plan)
{
  guint n = 0;

  for (guint i = 0; i < plan->parts->len; i++)
    n += get_part (plan, i)->is_asked;
  return n;
}

static gint
get_months (const RecordsPlanPart *part, gint *ret_from, gint *ret_to)
{
  return read_month (part->from, ret_from) && read_month (part->to, ret_to) ? *ret_to - *ret_from + 1 : 0;
}

/* split: part @index, and all that were not asked for yet, go into requests of at most plan->span. */
static void
split_all (RecordsPlan *plan)
{
  for (guint i = plan->parts->len; i-- > 0;)
    {
      const RecordsPlanPart part = *get_part (plan, i);
      gint from = 0, to = 0;

      if (part.is_known || get_months (&part, &from, &to) <= plan->span)
        continue;
      g_array_remove_index (plan->parts, i);
      insert_asked (plan, i, from, to, &part);
    }
}

/* count_split: how many requests there would be, if none that is to come were longer than @span. */
static guint
count_split (const RecordsPlan *plan, gint span)
{
  guint n = count_requests (plan);

  for (guint i = 0; i < plan->parts->len; i++)
    {
      const RecordsPlanPart *part = get_part (plan, i);
      gint from = 0, to = 0, months = part->is_known ? 0 : get_months (part, &from, &to);

      if (months > span)
        n += (guint)((months + span - 1) / span - 1);
    }
  return n;
}

/* date_checkups: all check-ups cannot be asked for at once: they are asked for by months, as medicines are. */
static void
date_checkups (RecordsPlan *plan, guint index)
{
  const RecordsPlanPart part = *get_part (plan, index);

  g_array_remove_index (plan->parts, index);
  insert_asked (plan, index, plan->oldest, plan->newest, &part);
}

static void
refuse_span (RecordsPlan *plan, guint index)
{
  RecordsPlanPart *part = get_part (plan, index);
  gint from = 0, to = 0, months = get_months (part, &from, &to), span = (months + 1) / 2;

  if (months == 0)
    date_checkups (plan, index);
  else if (months < 2 || count_split (plan, MIN (plan->span, span)) > RECORDS_PLAN_REQUESTS_MAXIMUM)
    set_outcome (part, RECORDS_REFUSED);
  else
    {
      plan->span = MIN (plan->span, span);
      split_all (plan);
    }
}

/* drop_prescriptions: of all that is to be asked for still; where nothing else can be, there is nothing yet. */
static void
drop_prescriptions (RecordsPlan *plan)
{
  for (guint i = 0; i < plan->parts->len; i++)
    {
      RecordsPlanPart *part = get_part (plan, i);
      gint from = 0, to = 0;

      if (part->is_known || !part->with_prescriptions)
        continue;
      part->with_prescriptions = FALSE;
      part->misses_prescriptions = TRUE;
      get_months (part, &from, &to);
      if (from > plan->newest)
        set_outcome (part, RECORDS_NOT_YET);
    }
}

void
records_plan_note (RecordsPlan *plan, guint index, RecordsOutcome outcome)
{
  RecordsPlanPart *part;

  g_assert (index < plan->parts->len);
  part = get_part (plan, index);
  g_assert (!part->is_known);
  if (outcome == RECORDS_SPAN_REFUSED)
    refuse_span (plan, index);
  else if (outcome == RECORDS_NOT_CONFIGURED && part->with_prescriptions)
    drop_prescriptions (plan);
  else
    set_outcome (part, outcome);
}

void
records_plan_give_up (RecordsPlan *plan, RecordsOutcome outcome)
{
  for (guint i = 0; i < plan->parts->len; i++)
    if (!get_part (plan, i)->is_known)
      set_outcome (get_part (plan, i), outcome);
}

/* get_weight: which of several outcomes is that of the whole, if none is data: the heaviest. */
static guint
get_weight (const RecordsPlanPart *part)
{
  static const guint weights[] = {
    [RECORDS_NONE] = 3,        [RECORDS_TOO_OLD] = 1,        [RECORDS_NOT_YET] = 2,
    [RECORDS_FAILED] = 4,      [RECORDS_NOT_CONFIGURED] = 5, [RECORDS_REFUSED] = 6,
    [RECORDS_NOT_COVERED] = 7, [RECORDS_CONSENT_ENDED] = 8,  [RECORDS_DATA] = 9,
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (weights) == RECORDS_N_OUTCOMES);
  return weights[part->outcome];
}

/* is_missing: whether something of @part was wished for and is not there. */
static gboolean
is_missing (const RecordsPlan *plan, const RecordsPlanPart *part)
{
  if (part->misses_prescriptions)
    return TRUE;
  if (part->outcome == RECORDS_DATA || part->outcome == RECORDS_NONE)
    return FALSE;
  if (!part->is_asked)
    return part->outcome == RECORDS_NOT_YET ? plan->has_to : plan->has_from;
  return TRUE;
}

RecordsOutcome
records_plan_judge (const RecordsPlan *plan, gboolean *ret_complete)
{
  const RecordsPlanPart *heaviest = get_part (plan, 0);

  *ret_complete = TRUE;
  for (guint i = 0; i < plan->parts->len; i++)
    {
      const RecordsPlanPart *part = get_part (plan, i);

      g_assert (part->is_known);
      *ret_complete &= !is_missing (plan, part);
      if (get_weight (part) > get_weight (heaviest))
        heaviest = part;
    }
  return heaviest->outcome;
}
