/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-brake: a count a user, begun anew each minute; no timer. */
#include "bus/bus-brake.h"

#include "base/error.h"

#define PERIOD (60 * G_TIME_SPAN_SECOND)

struct BusBrake
{
  GHashTable *counts;    /* uid → failures */
  GHashTable *under_way; /* uid → tries that are not answered yet */
  guint all;
  gint64 since;
};

BusBrake *
bus_brake_new (void)
{
  BusBrake *brake = g_new0 (BusBrake, 1);

  brake->counts = g_hash_table_new (NULL, NULL);
  brake->under_way = g_hash_table_new (NULL, NULL);
  return brake;
}

void
bus_brake_free (BusBrake *brake)
{
  g_hash_table_unref (brake->counts);
  g_hash_table_unref (brake->under_way);
  g_free (brake);
}

static guint
get_count (GHashTable *counts, uid_t uid)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (counts, GUINT_TO_POINTER (uid)));
}

static guint
count_failures (BusBrake *brake, uid_t uid, gint64 now)
{
  if (now - brake->since >= PERIOD)
    {
      g_hash_table_remove_all (brake->counts);
      brake->all = 0;
    }
  return get_count (brake->counts, uid);
}

void
bus_brake_note_failure (BusBrake *brake, uid_t uid, gint64 now)
{
  const guint before = count_failures (brake, uid, now);

  if (brake->all == 0)
    brake->since = now;
  brake->all++;
  g_hash_table_insert (brake->counts, GUINT_TO_POINTER (uid), GUINT_TO_POINTER (before + 1));
}

gboolean
bus_brake_holds (BusBrake *brake, uid_t uid, gint64 now)
{
  const guint own = count_failures (brake, uid, now);

  return own >= BUS_BRAKE_USER || (own > 0 && brake->all >= BUS_BRAKE_ALL);
}

gboolean
bus_brake_check (BusBrake *brake, uid_t uid, gint64 now, GError **error)
{
  if (!bus_brake_holds (brake, uid, now))
    return TRUE;
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LIMIT_EXCEEDED,
                       "too many tickets or numbers were wrong: try again in a minute");
  return FALSE;
}

gboolean
bus_brake_begin (BusBrake *brake, uid_t uid, gint64 now, GError **error)
{
  const guint under_way = get_count (brake->under_way, uid);

  if (!bus_brake_check (brake, uid, now, error))
    return FALSE;
  if (count_failures (brake, uid, now) + under_way >= BUS_BRAKE_USER)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LIMIT_EXCEEDED,
                           "too many tries at the same time: try again when one is answered");
      return FALSE;
    }
  g_hash_table_insert (brake->under_way, GUINT_TO_POINTER (uid), GUINT_TO_POINTER (under_way + 1));
  return TRUE;
}

void
bus_brake_end (BusBrake *brake, uid_t uid)
{
  const guint under_way = get_count (brake->under_way, uid);

  if (under_way > 1)
    g_hash_table_insert (brake->under_way, GUINT_TO_POINTER (uid), GUINT_TO_POINTER (under_way - 1));
  else
    g_hash_table_remove (brake->under_way, GUINT_TO_POINTER (uid));
}
