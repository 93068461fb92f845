/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-plan: the requests that a wish becomes, their splitting, and the outcome of all of them. */

#include "visit/records-plan.h"

#include <stdlib.h>
#include <string.h>

#define TODAY "20261130" /* the receipts of October are there */

/* format_plan: each part as FROM-TO, and * (asked for), + (with prescriptions), or its outcome. */
static char *
format_plan (const RecordsPlan *plan)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < records_plan_get_n_parts (plan); i++)
    {
      const RecordsPlanPart *part = records_plan_get_part (plan, i);

      g_string_append_printf (text, "%s%s-%s", i > 0 ? " " : "", part->from, part->to);
      if (part->is_known)
        g_string_append_printf (text, "=%s%s", records_outcome_to_string (part->outcome),
                                part->is_of_receipts ? "(receipts)" : "");
      else
        g_string_append (text, part->with_prescriptions ? "+" : part->misses_prescriptions ? "-" : "*");
    }
  return g_string_free (text, FALSE);
}

static void
assert_plan (const RecordsPlan *plan, const char *expected)
{
  g_autofree char *text = format_plan (plan);

  g_assert_cmpstr (text, ==, expected);
}

static RecordsPlan *
make_plan (ConsentKind kind, const char *from, const char *to, const char *today, guint span, gboolean prescriptions)
{
  RecordsWish wish = { kind, from, to, today, span, prescriptions };
  g_autoptr (GError) error = NULL;
  RecordsPlan *plan = records_plan_new (&wish, &error);

  g_assert_no_error (error);
  return plan;
}

static RecordsPlan *
make_drug_plan (const char *from, const char *to, guint span)
{
  return make_plan (CONSENT_DRUG, from, to, TODAY, span, TRUE);
}

/* note_all: tells the outcomes in turn, whichever part comes next. */
static void
note_all (RecordsPlan *plan, const RecordsOutcome *outcomes, guint n)
{
  guint index;

  for (guint i = 0; i < n; i++)
    {
      g_assert_true (records_plan_find_next (plan, &index));
      records_plan_note (plan, index, outcomes[i]);
    }
}

static void
assert_judged (const RecordsPlan *plan, RecordsOutcome outcome, gboolean complete)
{
  gboolean is_complete;
  guint index;

  g_assert_false (records_plan_find_next (plan, &index));
  g_assert_cmpint (records_plan_judge (plan, &is_complete), ==, outcome);
  g_assert_cmpint (is_complete, ==, complete);
}

static void
test_spans (void)
{
  static const struct
  {
    ConsentKind kind;
    const char *from, *to, *today;
    guint span;
    gboolean prescriptions;
    const char *parts;
  } rows[] = {
    { CONSENT_DRUG, "202601", "202606", TODAY, 60, TRUE, "202601-202606+" },
    { CONSENT_DRUG, "202601", "202606", TODAY, 60, FALSE, "202601-202606*" },
    { CONSENT_DRUG, "202606", "202606", TODAY, 60, TRUE, "202606-202606+" },
    { CONSENT_DRUG, NULL, NULL, TODAY, 60, TRUE, "202611-202611=not-yet(receipts) 202112-202611+" },
    { CONSENT_DRUG, NULL, NULL, TODAY, 36, TRUE, "202611-202611=not-yet(receipts) 202412-202611+ 202112-202411+" },
    { CONSENT_DRUG, NULL, NULL, TODAY, 60, FALSE, "202611-202611=not-yet 202112-202610*" },
    { CONSENT_DRUG, NULL, "202512", TODAY, 60, FALSE, "202112-202512*" },
    { CONSENT_DRUG, "202601", NULL, TODAY, 60, FALSE, "202611-202611=not-yet 202601-202610*" },
    /* The receipts of a month come on the 16th of the next. */
    { CONSENT_DRUG, "202608", "202611", "20261115", 60, FALSE, "202610-202611=not-yet 202608-202609*" },
    { CONSENT_DRUG, "202608", "202611", "20261116", 60, FALSE, "202611-202611=not-yet 202608-202610*" },
    { CONSENT_DRUG, "202612", "202701", "20270101", 60, TRUE, "202612-202701=not-yet(receipts) 202612-202701+" },
    { CONSENT_DRUG, "202611", "202701", "20270101", 60, FALSE, "202612-202701=not-yet 202611-202611*" },
    /* What is yet to come, and what is gone. */
    { CONSENT_DRUG, "202610", "202703", TODAY, 60, TRUE,
      "202612-202703=not-yet 202611-202611=not-yet(receipts) 202610-202611+" },
    { CONSENT_DRUG, "202701", "202702", TODAY, 60, TRUE, "202701-202702=not-yet" },
    { CONSENT_DRUG, "202611", "202611", TODAY, 60, FALSE, "202611-202611=not-yet" },
    { CONSENT_DRUG, "202001", "202110", TODAY, 60, TRUE, "202001-202110=too-old" },
    { CONSENT_DRUG, "202001", "202112", TODAY, 60, TRUE, "202111-202112+ 202001-202110=too-old" },
    { CONSENT_DRUG, "202001", "202201", "20230601", 60, TRUE, "202109-202201+ 202001-202108=too-old" },
    /* Spans, the newest request full, and the rest behind it. */
    { CONSENT_DRUG, "202401", "202406", TODAY, 2, FALSE, "202405-202406* 202403-202404* 202401-202402*" },
    { CONSENT_DRUG, "202401", "202403", TODAY, 0, FALSE, "202403-202403* 202402-202402* 202401-202401*" },
    /* Check-ups: all of them without a span; by it, they are there at once. */
    { CONSENT_CHECKUP, NULL, NULL, TODAY, 36, FALSE, "-*" },
    { CONSENT_CHECKUP, "202601", "202611", TODAY, 36, FALSE, "202601-202611*" },
    { CONSENT_CHECKUP, "202601", "202612", TODAY, 36, FALSE, "202612-202612=not-yet 202601-202611*" },
    { CONSENT_CHECKUP, "202001", "202201", TODAY, 36, FALSE, "202111-202201* 202001-202110=too-old" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RecordsPlan) plan
          = make_plan (rows[i].kind, rows[i].from, rows[i].to, rows[i].today, rows[i].span, rows[i].prescriptions);

      assert_plan (plan, rows[i].parts);
    }
}

static void
test_no_months (void)
{
  static const char *const rows[][2]
      = { { "202613", NULL }, { "202600", NULL },     { "2026", NULL },   { "", NULL },           { NULL, "20261a" },
          { NULL, "-00001" }, { "202602", "202601" }, { "202701", NULL }, { "2026010", "202601" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      RecordsWish wish = { CONSENT_DRUG, rows[i][0], rows[i][1], TODAY, 60, TRUE };
      g_autoptr (GError) error = NULL;

      g_assert_null (records_plan_new (&wish, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
    }
}

/* A refused span teaches how long the others may be. */
static void
test_split (void)
{
  g_autoptr (RecordsPlan) plan = make_drug_plan ("202111", "202610", 60);
  guint index;

  assert_plan (plan, "202111-202610+");
  note_all (plan, (RecordsOutcome[]){ RECORDS_SPAN_REFUSED }, 1);
  assert_plan (plan, "202405-202610+ 202111-202404+");
  note_all (plan, (RecordsOutcome[]){ RECORDS_SPAN_REFUSED }, 1);
  assert_plan (plan, "202508-202610+ 202405-202507+ 202302-202404+ 202111-202301+");
  note_all (plan, (RecordsOutcome[]){ RECORDS_DATA, RECORDS_DATA, RECORDS_NONE, RECORDS_DATA }, 4);
  assert_judged (plan, RECORDS_DATA, TRUE);
  g_assert_false (records_plan_find_next (plan, &index));
}

/* Every span and every limit: no month is lost, none is asked for twice, and no request is longer than the limit. */
static void
test_split_of_all (void)
{
  for (guint span = 1; span <= 64; span++)
    for (guint limit = 4; limit <= 64; limit++)
      {
        g_autoptr (RecordsPlan) plan = make_drug_plan ("202112", "202610", span);
        guint index, months = 0, requests = 0;
        gboolean complete;

        while (records_plan_find_next (plan, &index))
          {
            const RecordsPlanPart *part = records_plan_get_part (plan, index);
            guint size = (guint)((atoi (part->to) / 100 - atoi (part->from) / 100) * 12 + atoi (part->to) % 100
                                 - atoi (part->from) % 100 + 1);

            requests += size <= limit;
            months += size <= limit ? size : 0;
            records_plan_note (plan, index, size <= limit ? RECORDS_DATA : RECORDS_SPAN_REFUSED);
          }
        records_plan_judge (plan, &complete);
        if (span < 4) /* the settings say how many documents there would be: it was asked for */
          continue;
        g_assert_true (!complete || months == 59);
        g_assert_true (complete || limit < 8);
        g_assert_cmpuint (requests, <=, RECORDS_PLAN_REQUESTS_MAXIMUM);
      }
}

/* A month that is refused cannot be split, nor more than fits into one message. */
static void
test_split_ends (void)
{
  g_autoptr (RecordsPlan) month = make_drug_plan ("202601", "202601", 60);
  g_autoptr (RecordsPlan) year = make_drug_plan ("202201", "202512", 60);
  gboolean complete;
  guint index;

  note_all (month, (RecordsOutcome[]){ RECORDS_SPAN_REFUSED }, 1);
  assert_judged (month, RECORDS_REFUSED, FALSE);
  while (records_plan_find_next (year, &index))
    records_plan_note (year, index, RECORDS_SPAN_REFUSED);
  g_assert_cmpint (records_plan_judge (year, &complete), ==, RECORDS_REFUSED);
  g_assert_false (complete);
  g_assert_cmpuint (records_plan_get_n_parts (year), <=, RECORDS_PLAN_REQUESTS_MAXIMUM);
}

/* A center that does not give all check-ups at once is asked by months. */
static void
test_split_checkups (void)
{
  g_autoptr (RecordsPlan) plan = make_plan (CONSENT_CHECKUP, NULL, NULL, TODAY, 36, FALSE);

  note_all (plan, (RecordsOutcome[]){ RECORDS_SPAN_REFUSED }, 1);
  assert_plan (plan, "202412-202611* 202112-202411*");
  note_all (plan, (RecordsOutcome[]){ RECORDS_DATA, RECORDS_SPAN_REFUSED }, 2);
  assert_plan (plan, "202412-202611=data 202306-202411* 202112-202305*");
  note_all (plan, (RecordsOutcome[]){ RECORDS_NONE, RECORDS_DATA }, 2);
  assert_judged (plan, RECORDS_DATA, TRUE);
}

/* The site is not set for prescriptions: once more without them, and that is never the whole. */
static void
test_without_prescriptions (void)
{
  g_autoptr (RecordsPlan) plan = make_drug_plan (NULL, NULL, 36);
  g_autoptr (RecordsPlan) newest = make_drug_plan ("202611", "202611", 36);

  note_all (plan, (RecordsOutcome[]){ RECORDS_NOT_CONFIGURED }, 1);
  assert_plan (plan, "202611-202611=not-yet(receipts) 202412-202611- 202112-202411-");
  note_all (plan, (RecordsOutcome[]){ RECORDS_DATA, RECORDS_DATA }, 2);
  assert_judged (plan, RECORDS_DATA, FALSE);

  note_all (newest, (RecordsOutcome[]){ RECORDS_NOT_CONFIGURED }, 1);
  assert_judged (newest, RECORDS_NOT_YET, FALSE);
}

static void
test_judgement (void)
{
  static const struct
  {
    const char *from, *to;
    RecordsOutcome first, second; /* of the newer and of the older months */
    RecordsOutcome whole;
    gboolean complete;
  } rows[] = {
    { "202401", "202404", RECORDS_DATA, RECORDS_DATA, RECORDS_DATA, TRUE },
    { "202401", "202404", RECORDS_DATA, RECORDS_NONE, RECORDS_DATA, TRUE },
    { "202401", "202404", RECORDS_NONE, RECORDS_NONE, RECORDS_NONE, TRUE },
    { "202401", "202404", RECORDS_DATA, RECORDS_FAILED, RECORDS_DATA, FALSE },
    { "202401", "202404", RECORDS_NONE, RECORDS_FAILED, RECORDS_FAILED, FALSE },
    { "202401", "202404", RECORDS_NONE, RECORDS_REFUSED, RECORDS_REFUSED, FALSE },
    { "202401", "202404", RECORDS_DATA, RECORDS_CONSENT_ENDED, RECORDS_DATA, FALSE },
    { "202401", "202404", RECORDS_FAILED, RECORDS_CONSENT_ENDED, RECORDS_CONSENT_ENDED, FALSE },
    { "202401", "202404", RECORDS_NOT_COVERED, RECORDS_NOT_COVERED, RECORDS_NOT_COVERED, FALSE },
    { "202401", "202404", RECORDS_NONE, RECORDS_NOT_YET, RECORDS_NONE, FALSE },
    { "202401", "202404", RECORDS_DATA, RECORDS_TOO_OLD, RECORDS_DATA, FALSE },
    /* Months that were wished for by name, and are not there yet, or gone. */
    { "202608", "202611", RECORDS_DATA, RECORDS_DATA, RECORDS_DATA, FALSE },
    { "202608", "202611", RECORDS_NONE, RECORDS_NONE, RECORDS_NONE, FALSE },
    { "202608", NULL, RECORDS_DATA, RECORDS_DATA, RECORDS_DATA, TRUE },
    { "202109", "202202", RECORDS_DATA, RECORDS_DATA, RECORDS_DATA, FALSE },
    { NULL, "202202", RECORDS_DATA, RECORDS_DATA, RECORDS_DATA, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RecordsPlan) plan = make_drug_plan (rows[i].from, rows[i].to, 2);

      note_all (plan, (RecordsOutcome[]){ rows[i].first, rows[i].second }, 2);
      assert_judged (plan, rows[i].whole, rows[i].complete);
    }
}

static void
test_nothing_asked (void)
{
  g_autoptr (RecordsPlan) early = make_drug_plan ("202701", "202702", 36);
  g_autoptr (RecordsPlan) late = make_drug_plan ("201901", "202001", 36);

  assert_judged (early, RECORDS_NOT_YET, FALSE);
  assert_judged (late, RECORDS_TOO_OLD, FALSE);
}

static void
test_given_up (void)
{
  g_autoptr (RecordsPlan) plan = make_drug_plan ("202401", "202406", 2);

  note_all (plan, (RecordsOutcome[]){ RECORDS_DATA }, 1);
  records_plan_give_up (plan, RECORDS_CONSENT_ENDED);
  assert_plan (plan, "202405-202406=data 202403-202404=consent-ended 202401-202402=consent-ended");
  assert_judged (plan, RECORDS_DATA, FALSE);
}

static void
test_span_told (void)
{
  static const struct
  {
    ConsentKind kind;
    const char *from, *to, *told_from, *told_to;
  } rows[] = {
    { CONSENT_DRUG, NULL, NULL, "202112", "202611" },
    { CONSENT_DRUG, "202601", "202602", "202601", "202602" },
    { CONSENT_CHECKUP, NULL, NULL, "", "" },
    { CONSENT_CHECKUP, "202501", NULL, "202501", "202611" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RecordsPlan) plan = make_plan (rows[i].kind, rows[i].from, rows[i].to, TODAY, 60, FALSE);
      const char *from, *to;

      records_plan_get_span (plan, &from, &to);
      g_assert_cmpstr (from, ==, rows[i].told_from);
      g_assert_cmpstr (to, ==, rows[i].told_to);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/records-plan/spans", test_spans);
  g_test_add_func ("/records-plan/no-months", test_no_months);
  g_test_add_func ("/records-plan/split", test_split);
  g_test_add_func ("/records-plan/split-of-all", test_split_of_all);
  g_test_add_func ("/records-plan/split-ends", test_split_ends);
  g_test_add_func ("/records-plan/split-checkups", test_split_checkups);
  g_test_add_func ("/records-plan/without-prescriptions", test_without_prescriptions);
  g_test_add_func ("/records-plan/judgement", test_judgement);
  g_test_add_func ("/records-plan/nothing-asked", test_nothing_asked);
  g_test_add_func ("/records-plan/given-up", test_given_up);
  g_test_add_func ("/records-plan/span-told", test_span_told);
  return g_test_run ();
}
