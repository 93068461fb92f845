/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backoff: attempt and chance in, delay out. */

#include "center/backoff.h"

guint
backoff_delay (guint attempt, guint base, guint cap, guint32 random)
{
  guint64 ceiling = attempt < 32 ? (guint64)base << attempt : cap;

  /* (ceiling + 1) * random / 2^32 spreads 0..ceiling evenly. */
  return (guint)(((MIN (ceiling, cap) + 1) * random) >> 32);
}
