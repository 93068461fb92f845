/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checkup-ranges: the limits of a check-up's items, where the center sends none: those from which the specific health
 * check-ups (特定健診) advise health guidance (保健指導判定値 of the standard programme of 2024). An item's code comes
 * in, its limits go out. Pure.
 */
#pragma once

#include <glib.h>

/* A value within them, ends included, is not remarkable. NULL: open. */
typedef struct
{
  const char *low, *high;
} CheckupRange;

/* checkup_ranges_find: of the item @code (JLAC10); @sex: "1" male, "2" female. Return: FALSE: none is known. */
gboolean checkup_ranges_find (const char *code, const char *sex, CheckupRange *ret_range);

/* checkup_ranges_judge: 'H' for a value above @range, 'L' below it, ' ' else, or where one of them is no number. */
char checkup_ranges_judge (const char *value, const CheckupRange *range);
