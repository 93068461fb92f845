/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backoff: how long to wait before a repeat. One pure function. */
#pragma once

#include <glib.h>

/*
 * backoff_delay: exponential back-off with full jitter: anything from nothing to @base doubled @attempt times, but
 * never more than @cap. @random: 32 random bits; G_MAXUINT32 gives the longest delay. Unit: that of @base and @cap.
 */
guint backoff_delay (guint attempt, guint base, guint cap, guint32 random);
