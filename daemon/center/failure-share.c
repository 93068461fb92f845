/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* failure-share: see the header. A ring of slots: one whose number is too old counts no more. */
#include "center/failure-share.h"

static gint64
get_number (gint64 now)
{
  return now / ((gint64)FAILURE_SHARE_SLOT_SECONDS * G_USEC_PER_SEC);
}

void
failure_share_count (FailureShare *share, gint64 now, gboolean has_failed)
{
  const gint64 number = get_number (now);
  const guint place = (guint)(number % FAILURE_SHARE_N_SLOTS);

  if (share->slots[place].number != number)
    {
      share->slots[place].number = number;
      share->slots[place].calls = share->slots[place].failures = 0;
    }
  share->slots[place].calls++;
  share->slots[place].failures += has_failed ? 1 : 0;
}

gboolean
failure_share_is_high (const FailureShare *share, gint64 now, guint *ret_calls, guint *ret_failures)
{
  const gint64 oldest = get_number (now) - FAILURE_SHARE_N_SLOTS + 1;

  *ret_calls = *ret_failures = 0;
  for (guint i = 0; i < FAILURE_SHARE_N_SLOTS; i++)
    if (share->slots[i].number >= oldest)
      {
        *ret_calls += share->slots[i].calls;
        *ret_failures += share->slots[i].failures;
      }
  return *ret_calls >= FAILURE_SHARE_CALLS_MINIMUM
         && (guint64)*ret_failures * 100 >= (guint64)*ret_calls * FAILURE_SHARE_PER_CENT;
}
