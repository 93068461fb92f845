/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lookups: see the header. One table of a day, by staff and keyed hash of the person. */
#include "visit/lookups.h"

#include <string.h>

#include "base/error.h"
#include "visit/ledger-walk.h"
#include "visit/visit-origin.h"

#define DAY (24 * G_TIME_SPAN_HOUR)
#define JAPAN_OFFSET (9 * G_TIME_SPAN_HOUR)
#define ROWS_MAXIMUM 65536 /* of a day: more than a hospital's; beyond them nothing is counted */

struct Lookups
{
  Ledger *ledger;
  guint budget;
  gint64 day;         /* of the table: days since 1970 in Japan */
  GHashTable *counts; /* key → Row */
  LedgerWalk *walk;
};

typedef struct
{
  guint64 key; /* person and staff */
  guint count; /* today */
} Row;

static gint64
get_day (gint64 now)
{
  return (now + JAPAN_OFFSET) / DAY;
}

Lookups *
lookups_new (Ledger *ledger, guint budget)
{
  Lookups *lookups = g_new0 (Lookups, 1);

  lookups->ledger = ledger;
  lookups->budget = budget;
  lookups->day = get_day (g_get_real_time ());
  lookups->counts = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  return lookups;
}

void
lookups_free (Lookups *lookups)
{
  ledger_walk_stop (&lookups->walk);
  g_hash_table_unref (lookups->counts);
  g_free (lookups);
}

void
lookups_configure (Lookups *lookups, guint budget)
{
  lookups->budget = budget;
}

/*
 * make_key: one number of who looks and who is looked at: the beginning of the person's hash, which nobody can choose,
 * with the staff's name in it; without one the user is who counts. So a day's table is small.
 */
static guint64
make_key (const char *staff, guint32 uid, const guint8 *person)
{
  guint64 key;

  memcpy (&key, person, sizeof key);
  return key ^ (staff != NULL ? (guint64)g_str_hash (staff) << 32 | 1 : (guint64)uid << 32);
}

/* begin_day: what was counted on another day is over, also after the clock was set back. */
static void
begin_day (Lookups *lookups)
{
  const gint64 today = get_day (g_get_real_time ());

  if (today == lookups->day)
    return;
  g_hash_table_remove_all (lookups->counts);
  lookups->day = today;
}

static guint
get_count (Lookups *lookups, guint64 key)
{
  const Row *row = g_hash_table_lookup (lookups->counts, &key);

  return row != NULL ? row->count : 0;
}

static void
set_count (Lookups *lookups, guint64 key, guint count)
{
  Row *row = g_hash_table_lookup (lookups->counts, &key);

  if (row == NULL)
    {
      if (count == 0 || g_hash_table_size (lookups->counts) >= ROWS_MAXIMUM)
        return;
      row = g_new (Row, 1);
      row->key = key;
      g_hash_table_insert (lookups->counts, &row->key, row);
    }
  row->count = count;
  if (count == 0)
    g_hash_table_remove (lookups->counts, &key);
}

gboolean
lookups_begin (Lookups *lookups, const Actor *actor, const LedgerPersonHashes *person, GError **error)
{
  guint64 key;
  guint count, before = 0;

  if (!person->has_number)
    return TRUE;
  begin_day (lookups);
  key = make_key (actor->staff, actor->uid, person->number);
  count = get_count (lookups, key);
  if (person->has_number_before) /* of today too, before the store key was rotated */
    before = get_count (lookups, make_key (actor->staff, actor->uid, person->number_before));
  if (lookups->budget > 0 && count + before >= lookups->budget && actor->reason == NULL && !actor->is_break_glass)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_REASON_NEEDED,
                           "this person was looked up without a card often enough today: Reason, or BreakGlass");
      return FALSE;
    }
  set_count (lookups, key, count + 1);
  return TRUE;
}

void
lookups_undo (Lookups *lookups, const Actor *actor, const LedgerPersonHashes *person)
{
  const guint64 key = make_key (actor->staff, actor->uid, person->number);
  const guint count = person->has_number ? get_count (lookups, key) : 0;

  if (count > 0)
    set_count (lookups, key, count - 1);
}

/* What was before this run. */

static void
count_entry (const LedgerEntry *entry, gpointer user_data)
{
  Lookups *lookups = user_data;
  const char *origin = ledger_entry_get_text (entry, LEDGER_FIELD_ORIGIN);
  GBytes *person = ledger_entry_get_bytes (entry, LEDGER_FIELD_PERSON_NUMBER);
  guint64 key, uid = 0;

  if (g_strcmp0 (origin, visit_origin_get (VISIT_ORIGIN_NUMBER)->word) != 0 || person == NULL
      || g_bytes_get_size (person) != LEDGER_PERSON_SIZE || !ledger_entry_get_number (entry, LEDGER_FIELD_UID, &uid))
    return;
  key = make_key (ledger_entry_get_text (entry, LEDGER_FIELD_STAFF), (guint32)uid, g_bytes_get_data (person, NULL));
  set_count (lookups, key, get_count (lookups, key) + 1);
}

void
lookups_restore (Lookups *lookups)
{
  const LedgerFilter filter = { .from = lookups->day * DAY - JAPAN_OFFSET,
                                .to = g_get_real_time (),
                                .kinds = G_GUINT64_CONSTANT (1) << LEDGER_CHECK };

  if (lookups->budget > 0 && lookups->walk == NULL)
    ledger_walk_begin (&lookups->walk, lookups->ledger, &filter, count_entry, lookups);
}
