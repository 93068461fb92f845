/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checkup-ranges: a code begins with what is measured (five characters), then what that is under; the rest is how. */
#include "client/checkup-ranges.h"

static const struct
{
  const char *kind;       /* how its codes begin; the first that fits counts */
  const char *low, *high; /* of men, and of all where women have none of their own */
  const char *low_of_women, *high_of_women;
} ranges[] = {
  { "9N011", NULL, "24.9", NULL, NULL },   /* body mass index */
  { "9N016", NULL, "84.9", NULL, "89.9" }, /* girth of the waist, cm */
  { "9A751", NULL, "129", NULL, NULL },    /* systolic pressure: first, second, other */
  { "9A752", NULL, "129", NULL, NULL },     { "9A755", NULL, "129", NULL, NULL },
  { "9A761", NULL, "84", NULL, NULL }, /* diastolic */
  { "9A762", NULL, "84", NULL, NULL },      { "9A765", NULL, "84", NULL, NULL },
  { "3F0151299", NULL, "174", NULL, NULL }, /* triglycerides, at any time */
  { "3F015", NULL, "149", NULL, NULL },     /* fasting */
  { "3F070", "40", NULL, NULL, NULL },      /* HDL cholesterol */
  { "3F077", NULL, "119", NULL, NULL },     /* LDL cholesterol */
  { "3F069", NULL, "149", NULL, NULL },     /* non-HDL cholesterol */
  { "3B035", NULL, "30", NULL, NULL },      /* AST (GOT) */
  { "3B045", NULL, "30", NULL, NULL },      /* ALT (GPT) */
  { "3B090", NULL, "50", NULL, NULL },      /* γ-GT */
  { "3D010", NULL, "99", NULL, NULL },      /* glucose, fasting and at any time */
  { "3D046", NULL, "5.5", NULL, NULL },     /* HbA1c (NGSP) */
  { "8A065", "60", NULL, NULL, NULL },      /* eGFR */
  { "2A030", "13.1", NULL, "12.1", NULL },  /* haemoglobin */
};

gboolean
checkup_ranges_find (const char *code, const char *sex, CheckupRange *ret_range)
{
  const gboolean is_woman = g_strcmp0 (sex, "2") == 0;

  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      const gboolean differs = ranges[i].low_of_women != NULL || ranges[i].high_of_women != NULL;

      if (!g_str_has_prefix (code, ranges[i].kind))
        continue;
      if (differs && !is_woman && g_strcmp0 (sex, "1") != 0)
        return FALSE;
      ret_range->low = differs && is_woman ? ranges[i].low_of_women : ranges[i].low;
      ret_range->high = differs && is_woman ? ranges[i].high_of_women : ranges[i].high;
      return TRUE;
    }
  return FALSE;
}

static gboolean
read_number (const char *text, double *ret_number)
{
  char *end = NULL;

  if (text == NULL || (!g_ascii_isdigit (*text) && *text != '-' && *text != '.'))
    return FALSE;
  *ret_number = g_ascii_strtod (text, &end);
  return *end == '\0';
}

char
checkup_ranges_judge (const char *value, const CheckupRange *range)
{
  double number, limit;

  if (!read_number (value, &number))
    return ' ';
  if (read_number (range->high, &limit) && number > limit)
    return 'H';
  return read_number (range->low, &limit) && number < limit ? 'L' : ' ';
}
