/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * number-answer: see the header. In: the answer as a proved card would have got it. Out: the same answer, no surer than
 * what was typed.
 */
#include "visit/number-answer.h"

#include <string.h>

#include "codec/japanese-text.h"
#include "codec/name-comparison.h"
#include "visit/visit-text.h"

/* Until then everybody of 75 and over has a certificate of eligibility (data/doc/messages.md, "Query by number"). */
#define CERTIFICATES_FOR_FEW "20260801"

static void
set_advice (Eligibility *eligibility, const VisitOptions *options, const char *name)
{
  g_free (eligibility->advice);
  eligibility->advice = visit_text (options->language, "Advice %s", name);
}

/* is_before: whether the day that was asked for, which is today if none was, comes before @day. */
static gboolean
is_before (const VisitOptions *options, const char *day)
{
  g_autofree char *today = options->insured->date == NULL ? japanese_text_format_date (g_get_real_time ()) : NULL;

  return g_strcmp0 (today != NULL ? today : options->insured->date, day) < 0;
}

/*
 * compare: Return: the best that @typed compares with what the insurances have at @name and @other: a foreigner may go
 * by either. Only where neither is there it is UNKNOWN.
 */
static NameComparison
compare (const Qualification *sent, NameKind kind, const char *typed, gsize name, gsize other)
{
  const gsize offsets[] = { name, other };
  NameComparison best = NAME_COMPARISON_DIFFERS;
  gboolean is_known = FALSE;

  for (guint i = 0; i < sent->insurances->len * G_N_ELEMENTS (offsets); i++)
    {
      const char *text = G_STRUCT_MEMBER (const char *, sent->insurances->pdata[i / G_N_ELEMENTS (offsets)],
                                          offsets[i % G_N_ELEMENTS (offsets)]);

      if (text != NULL)
        best = MIN (best, name_comparison_compare (kind, typed, text));
      is_known |= text != NULL;
    }
  return is_known ? best : NAME_COMPARISON_UNKNOWN;
}

static void
compare_names (Eligibility *eligibility, const VisitOptions *options)
{
  const Qualification *sent = eligibility->qualification;
  gboolean differs = FALSE;

  if (sent->insurances->len == 0)
    return;
  if (options->insured_name != NULL)
    {
      const NameComparison result
          = compare (sent, NAME_WRITTEN, options->insured_name, G_STRUCT_OFFSET (QualificationInsurance, name),
                     G_STRUCT_OFFSET (QualificationInsurance, name_of_other));

      eligibility->name_comparison = name_comparison_to_string (result);
      differs |= result == NAME_COMPARISON_DIFFERS;
    }
  if (options->insured_kana != NULL)
    {
      const NameComparison result
          = compare (sent, NAME_KANA, options->insured_kana, G_STRUCT_OFFSET (QualificationInsurance, name_kana),
                     G_STRUCT_OFFSET (QualificationInsurance, name_of_other_kana));

      eligibility->kana_comparison = name_comparison_to_string (result);
      differs |= result == NAME_COMPARISON_DIFFERS;
    }
  if (differs && eligibility->answer == ELIGIBILITY_ELIGIBLE)
    set_advice (eligibility, options, "name-differs");
}

void
number_answer_judge (Eligibility *eligibility, const VisitOptions *options)
{
  const QualificationValidity validity = eligibility->qualification->validity;

  if (validity == QUALIFICATION_NONE)
    {
      eligibility->answer = ELIGIBILITY_UNKNOWN;
      set_advice (eligibility, options,
                  is_before (options, CERTIFICATES_FOR_FEW) ? "none-typed-before-202608" : "none-typed");
    }
  else if (validity == QUALIFICATION_SEVERAL && options->insured->branch == NULL)
    set_advice (eligibility, options, "several-typed");
  compare_names (eligibility, options);
}
