/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* contradictions: see the header. */
#include "visit/contradictions.h"

#include <string.h>

#define MEDICAL_AID "A1" /* InsuredCardClassification */

static const QualificationInsurance *
get_insurance (const Qualification *qualification, guint index)
{
  return g_ptr_array_index (qualification->insurances, index);
}

/* is_before: of two dates that may be missing: then it is not. */
static gboolean
is_before (const char *a, const char *b)
{
  return a != NULL && b != NULL && strcmp (a, b) < 0;
}

/* has_ended: the day of the disqualification is the first without the insurance, its last valid day is one with it. */
static gboolean
has_ended (const QualificationInsurance *insurance, const char *day)
{
  return is_before (insurance->valid_until, day)
         || (insurance->disqualification_date != NULL && !is_before (day, insurance->disqualification_date));
}

static gboolean
begins_later (const QualificationInsurance *insurance, const char *day)
{
  return is_before (day, insurance->valid_from) || is_before (day, insurance->qualification_date);
}

/* judge_periods: of a valid answer one insurance has to run on the day that was asked for. */
static Remarks
judge_periods (const Qualification *qualification)
{
  Remarks remarks = 0;

  for (guint i = 0; i < qualification->insurances->len; i++)
    {
      const QualificationInsurance *insurance = get_insurance (qualification, i);

      if (has_ended (insurance, qualification->day))
        remarks |= REMARKS_OF (REMARK_ENDED_BEFORE_DAY);
      else if (begins_later (insurance, qualification->day))
        remarks |= REMARKS_OF (REMARK_BEGINS_AFTER_DAY);
      else
        return 0;
    }
  return remarks;
}

/* judge_persons: all insurances of an answer are of one person, who is born. */
static Remarks
judge_persons (const Qualification *qualification)
{
  const char *birthdate = NULL;
  Remarks remarks = 0;

  for (guint i = 0; i < qualification->insurances->len; i++)
    {
      const char *other = get_insurance (qualification, i)->birthdate;

      if (birthdate != NULL && other != NULL && strcmp (birthdate, other) != 0)
        remarks |= REMARKS_OF (REMARK_BIRTHDATES_DIFFER);
      if (*qualification->day != '\0' && is_before (qualification->day, other))
        remarks |= REMARKS_OF (REMARK_BIRTHDATE_AFTER_DAY);
      birthdate = birthdate != NULL ? birthdate : other;
    }
  return remarks;
}

static gboolean
has_medical_aid (const Qualification *qualification)
{
  for (guint i = 0; i < qualification->insurances->len; i++)
    if (g_strcmp0 (get_insurance (qualification, i)->classification, MEDICAL_AID) == 0)
      return TRUE;
  return FALSE;
}

Remarks
contradictions_find (const Qualification *qualification)
{
  const QualificationValidity validity = qualification->validity;
  const gboolean is_valid = validity == QUALIFICATION_VALID || validity == QUALIFICATION_VALID_UNREGISTERED;
  Remarks remarks = judge_persons (qualification);

  if (is_valid && *qualification->day != '\0')
    remarks |= judge_periods (qualification);
  if (validity == QUALIFICATION_VALID_UNREGISTERED && !has_medical_aid (qualification))
    remarks |= REMARKS_OF (REMARK_UNREGISTERED_WITH_ORDINARY_INSURANCE);
  if (validity == QUALIFICATION_NONE && qualification->insurances->len > 0)
    remarks |= REMARKS_OF (REMARK_NONE_WITH_INSURANCE);
  if (validity == QUALIFICATION_SEVERAL && qualification->insurances->len > 0)
    remarks |= REMARKS_OF (REMARK_SEVERAL_WITH_INSURANCE);
  return remarks;
}
