/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checkup-ranges: the limits of a check-up's items, where the center sends none. An item's code comes in, its limits go
 * out. Pure.
 *
 * They are no laboratory's and judge no illness: they are the general ones from which the specific health check-ups
 * (特定健診) advise health guidance (保健指導判定値), as the ministry gives them for the fourth term, from 2024 on:
 * 第4期特定健診・特定保健指導の見直しに関する検討会 (第3回), 参考資料1-1, page 35 (www.mhlw.go.jp/stf/newpage_28516.html);
 * girth and body mass index, and the codes: 標準的な健診・保健指導プログラム (令和6年度版) (案), 2-2 and its tables
 * (www.mhlw.go.jp/stf/newpage_31652.html). Whoever shows one says so.
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
