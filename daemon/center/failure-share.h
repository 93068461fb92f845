/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * failure-share: how many of the calls of the last five minutes failed. In: each call with its moment. Out: whether
 * that is too large a share of them. No timer: it is judged when somebody asks.
 *
 * Few calls show nothing: one that fails at a desk that had four in that time is no sign of anything.
 */
#pragma once

#include <glib.h>

#define FAILURE_SHARE_SECONDS 300
#define FAILURE_SHARE_SLOT_SECONDS 10 /* calls of so long are counted together, and forgotten together */
#define FAILURE_SHARE_N_SLOTS (FAILURE_SHARE_SECONDS / FAILURE_SHARE_SLOT_SECONDS)
#define FAILURE_SHARE_CALLS_MINIMUM 10
#define FAILURE_SHARE_PER_CENT 20 /* from here on it is high */

/* Zeroed: no calls. */
typedef struct
{
  struct
  {
    gint64 number; /* of the slot, since the clock's zero */
    guint calls, failures;
  } slots[FAILURE_SHARE_N_SLOTS];
} FailureShare;

/* failure_share_count: @now: microseconds of a clock that only goes on, as everywhere here. */
void failure_share_count (FailureShare *share, gint64 now, gboolean has_failed);

/* failure_share_is_high: @ret_calls, @ret_failures: of the last five minutes. */
gboolean failure_share_is_high (const FailureShare *share, gint64 now, guint *ret_calls, guint *ret_failures);
