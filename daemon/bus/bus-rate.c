/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-rate: two token buckets a user; no timer: what has come back is counted when it is looked at. */
#include "bus/bus-rate.h"

#define USERS_KEPT 64 /* beyond, those are forgotten who have all in hand, which is what a stranger has too */

/* Calls are counted in millionths, so that a microsecond gives back as many as calls come back in a second. */
#define WHOLE G_TIME_SPAN_SECOND

static const struct
{
  gint64 in_hand, a_second;
} limits[] = {
  [BUS_RATE_CALL] = { BUS_RATE_CALLS_IN_HAND * WHOLE, BUS_RATE_CALLS },
  [BUS_RATE_VISIT] = { BUS_RATE_VISITS_IN_HAND * WHOLE, BUS_RATE_VISITS },
};

typedef struct
{
  gint64 seen; /* microseconds */
  gint64 in_hand[G_N_ELEMENTS (limits)];
} User;

struct BusRate
{
  GHashTable *users; /* uid → User */
};

static void
refill (User *user, gint64 now)
{
  gint64 passed = MAX (now - user->seen, 0);

  for (guint kind = 0; kind < G_N_ELEMENTS (limits); kind++)
    {
      gint64 missing = limits[kind].in_hand - user->in_hand[kind];

      /* The division first: what has not been looked at for years does not overflow. */
      user->in_hand[kind] += passed > missing / limits[kind].a_second ? missing : passed * limits[kind].a_second;
    }
  user->seen = now;
}

static gboolean
is_rested (User *user, gint64 now)
{
  refill (user, now);
  for (guint kind = 0; kind < G_N_ELEMENTS (limits); kind++)
    if (user->in_hand[kind] < limits[kind].in_hand)
      return FALSE;
  return TRUE;
}

static gboolean
forget_rested (gpointer uid, gpointer user, gpointer now)
{
  return is_rested (user, *(gint64 *)now);
}

static User *
get_user (BusRate *rate, uid_t uid, gint64 now)
{
  User *user = g_hash_table_lookup (rate->users, GUINT_TO_POINTER (uid));

  if (user)
    {
      refill (user, now);
      return user;
    }
  if (g_hash_table_size (rate->users) >= USERS_KEPT)
    g_hash_table_foreach_remove (rate->users, forget_rested, &now);
  user = g_new (User, 1);
  user->seen = now;
  for (guint kind = 0; kind < G_N_ELEMENTS (limits); kind++)
    user->in_hand[kind] = limits[kind].in_hand;
  g_hash_table_insert (rate->users, GUINT_TO_POINTER (uid), user);
  return user;
}

BusRate *
bus_rate_new (void)
{
  BusRate *rate = g_new (BusRate, 1);

  rate->users = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return rate;
}

void
bus_rate_free (BusRate *rate)
{
  g_hash_table_unref (rate->users);
  g_free (rate);
}

gint64
bus_rate_take (BusRate *rate, uid_t uid, BusRateKind kind, gint64 now)
{
  User *user = get_user (rate, uid, now);
  gint64 wait = 0;

  for (guint one = BUS_RATE_CALL; one <= kind; one++)
    if (user->in_hand[one] < WHOLE)
      wait = MAX (wait, (WHOLE - user->in_hand[one]) / limits[one].a_second + 1);
  for (guint one = BUS_RATE_CALL; one <= kind && wait == 0; one++)
    user->in_hand[one] -= WHOLE;
  return wait;
}

void
bus_rate_charge_failure (BusRate *rate, uid_t uid, gint64 now)
{
  User *user = get_user (rate, uid, now);

  /* Never more than a second of waiting. */
  user->in_hand[BUS_RATE_CALL] = MAX (user->in_hand[BUS_RATE_CALL] - BUS_RATE_FAILURE * WHOLE, -BUS_RATE_CALLS * WHOLE);
}

gboolean
bus_rate_is_rested (BusRate *rate, uid_t uid, gint64 now)
{
  User *user = g_hash_table_lookup (rate->users, GUINT_TO_POINTER (uid));

  return !user || is_rested (user, now);
}
