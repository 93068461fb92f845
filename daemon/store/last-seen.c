/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * last-seen: see the header. A job reads the key for itself: it comes seldom, since who calls remembers those in whom
 * nothing has changed today, and so nothing secret lies in memory for a whole day.
 *
 * A person is looked for in up to four places: by the reference number and by name and birthdate, under the current key
 * and the previous one. Each field counts where it is found first, and is kept in the first of them.
 */
#include "store/last-seen.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "store/last-seen-table.h"
#include "store/store-file.h"
#include "store/store-key.h"

#define PURPOSE "last-seen-1" /* with another number when what is hashed is made in another way: all is new then */
#define PLACES_MAXIMUM 4

struct LastSeen
{
  Store *store;
  guint retention_days;
  gboolean has_no_key;
  gint64 expired; /* the day on which old rows went last */
};

/* A question, and what was found. */
typedef struct
{
  LastSeenPerson *person;
  char *key_folder;
  gint64 expired_before; /* what was seen before this day last does not count */
  gboolean expires;      /* and goes */
  gboolean has_no_key;
  gboolean is_kept; /* there is nothing to write */
  LastSeenAnswer answer;
} Look;

/* Where rows of a person may be. */
typedef struct
{
  guint8 person[LAST_SEEN_HASH_SIZE];
  const guint8 *key;
} Place;

void
last_seen_person_free (LastSeenPerson *person)
{
  g_free (person->reference);
  g_free (person->name);
  g_free (person->birthdate);
  for (guint i = 0; i < LAST_SEEN_N_FIELDS; i++)
    g_free (person->values[i]);
  g_free (person);
}

static void
look_free (gpointer data)
{
  Look *look = data;

  g_clear_pointer (&look->person, last_seen_person_free);
  g_free (look->key_folder);
  g_free (look);
}

/*
 * hash: of @prefix and the texts, each with its NUL, so that no two of them run into each other. Not by GHmac, which
 * frees what it was given without erasing it.
 */
static void
hash (const guint8 *key, const void *prefix, gsize prefix_size, const char *first, const char *second, guint8 *out)
{
  const gsize first_size = strlen (first) + 1, second_size = second != NULL ? strlen (second) + 1 : 0;
  const gsize size = prefix_size + first_size + second_size;
  g_autofree guint8 *text = g_malloc (size);
  guint8 digest[32];

  memcpy (text, prefix, prefix_size);
  memcpy (text + prefix_size, first, first_size);
  if (second != NULL)
    memcpy (text + prefix_size + first_size, second, second_size);
  if (gnutls_hmac_fast (GNUTLS_MAC_SHA256, key, STORE_KEY_SIZE, text, size, digest) != 0)
    g_error ("there is no HMAC-SHA256"); /* which every GnuTLS has */
  explicit_bzero (text, size);
  memcpy (out, digest, LAST_SEEN_HASH_SIZE);
}

static void
hash_value (const Place *place, guint field, const char *value, guint8 *out)
{
  guint8 prefix[1 + LAST_SEEN_HASH_SIZE] = { (guint8)('0' + field) };

  memcpy (prefix + 1, place->person, LAST_SEEN_HASH_SIZE);
  hash (place->key, prefix, sizeof prefix, value, NULL, out);
}

/* find_places: the first is where the person is kept. Return: how many there are. */
static guint
find_places (const LastSeenPerson *person, StoreKey *key, Place *places)
{
  const guint8 *keys[] = { store_key_get_data (key), NULL };
  const char *previous = store_key_get_previous_id (key);
  guint n = 0;

  if (previous != NULL)
    keys[1] = store_key_find (key, previous);
  for (guint i = 0; i < G_N_ELEMENTS (keys) && person->reference != NULL; i++)
    if (keys[i] != NULL)
      {
        hash (keys[i], "R", 1, person->reference, NULL, places[n].person);
        places[n++].key = keys[i];
      }
  for (guint i = 0; i < G_N_ELEMENTS (keys) && person->name != NULL && person->birthdate != NULL; i++)
    if (keys[i] != NULL)
      {
        hash (keys[i], "N", 1, person->name, person->birthdate, places[n].person);
        places[n++].key = keys[i];
      }
  return n;
}

/* compare: how @row, found in @place, stands to today; @ret_row: what is to be kept in the first place. */
static void
compare (Look *look, guint field, const Place *place, const LastSeenRow *row, LastSeenRow *ret_row)
{
  const gint64 today = look->person->day;
  guint8 value[LAST_SEEN_HASH_SIZE];
  gboolean is_other;

  hash_value (place, field, look->person->values[field], value);
  is_other = memcmp (value, row->value, sizeof value) != 0;
  *ret_row = *row;
  if (is_other && row->changed != today) /* what it was in between today does not count */
    {
      ret_row->changed = today;
      ret_row->before = row->seen;
    }
  ret_row->seen = today;
  look->answer.is_new[field] = ret_row->changed == today;
  look->answer.before[field] = ret_row->before;
  look->is_kept &= !is_other && row->seen == today;
}

/*
 * walk: finds each field of today, compares it and, if @keeps, keeps it. A field that the center did not send today is
 * left as it is.
 */
static gboolean
walk (sqlite3 *database, Look *look, const Place *places, guint n_places, gboolean keeps, GError **error)
{
  LastSeenRow rows[PLACES_MAXIMUM][LAST_SEEN_N_FIELDS];
  gboolean found[PLACES_MAXIMUM][LAST_SEEN_N_FIELDS] = { { FALSE } };
  gboolean done = TRUE;

  for (guint i = 0; i < n_places && done; i++)
    done = last_seen_table_read (database, places[i].person, rows[i], found[i], LAST_SEEN_N_FIELDS, error);
  for (guint field = 0; field < LAST_SEEN_N_FIELDS && done; field++)
    {
      LastSeenRow row = { .seen = look->person->day };
      guint place = 0;

      if (look->person->values[field] == NULL)
        continue;
      while (place < n_places && !(found[place][field] && rows[place][field].seen >= look->expired_before))
        place++;
      if (place < n_places)
        compare (look, field, &places[place], &rows[place][field], &row);
      look->answer.is_known |= place < n_places;
      look->is_kept &= place == 0;
      if (!keeps)
        continue;
      hash_value (&places[0], field, look->person->values[field], row.value);
      done = last_seen_table_write (database, places[0].person, field, &row, error);
      for (guint i = 1; i < n_places && done; i++)
        done = !found[i][field] || last_seen_table_drop (database, places[i].person, field, error);
    }
  return done;
}

/* A key that cannot be had is no fault of the file. */
static gboolean
run (sqlite3 *database, Look *look, gboolean keeps, GError **error)
{
  g_autoptr (StoreKey) key = store_key_new (look->key_folder, PURPOSE, NULL);
  Place places[PLACES_MAXIMUM];
  guint n_places = key != NULL ? find_places (look->person, key, places) : 0;

  look->has_no_key = key == NULL;
  look->is_kept = TRUE;
  memset (&look->answer, 0, sizeof look->answer);
  return n_places == 0 || walk (database, look, places, n_places, keeps, error);
}

static gboolean
look_up (sqlite3 *database, gpointer data, GError **error)
{
  return run (database, data, FALSE, error);
}

static gboolean
keep (sqlite3 *database, gpointer data, GError **error)
{
  Look *look = data;

  return run (database, look, TRUE, error)
         && (!look->expires || last_seen_table_expire (database, look->expired_before, error));
}

LastSeen *
last_seen_new (Store *store)
{
  LastSeen *seen = g_new0 (LastSeen, 1);

  seen->store = store;
  return seen;
}

void
last_seen_free (LastSeen *seen)
{
  g_free (seen);
}

void
last_seen_configure (LastSeen *seen, guint retention_days)
{
  seen->retention_days = retention_days;
  seen->expired = 0;
}

gboolean
last_seen_is_off (LastSeen *seen)
{
  return seen->has_no_key || seen->retention_days == 0;
}

static Look *
look_new (LastSeen *seen, LastSeenPerson *person)
{
  Look *look = g_new0 (Look, 1);

  look->person = person;
  look->key_folder = g_strdup (store_get_key_folder (seen->store));
  look->expired_before = person->day - seen->retention_days;
  return look;
}

void
last_seen_look (LastSeen *seen, LastSeenPerson *person, GAsyncReadyCallback callback, gpointer user_data)
{
  store_run (seen->store, look_up, look_new (seen, person), look_free, callback, user_data);
}

gboolean
last_seen_look_finish (GAsyncResult *result, LastSeenAnswer *answer)
{
  const Look *look = store_run_get_data (result);

  *answer = look->answer;
  return store_run_finish (result, NULL) && !look->has_no_key; /* the store tells of what fails */
}

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  if (store_run_finish (result, NULL))
    log_debug (NULL, "last-seen: kept");
}

void
last_seen_keep (LastSeen *seen, GAsyncResult *result)
{
  Look *found = store_run_get_data (result), *look;

  seen->has_no_key = found->has_no_key;
  if (found->is_kept || found->person == NULL || last_seen_is_off (seen))
    return;
  look = look_new (seen, g_steal_pointer (&found->person));
  look->expires = seen->expired != look->person->day;
  seen->expired = look->person->day;
  store_run (seen->store, keep, look, look_free, on_kept, NULL);
}

static gboolean
purge (sqlite3 *database, gpointer data, GError **error)
{
  return last_seen_table_purge (database, data, error);
}

void
last_seen_purge (LastSeen *seen, GAsyncReadyCallback callback, gpointer user_data)
{
  store_run (seen->store, purge, g_new0 (guint64, 1), g_free, callback, user_data);
}

gboolean
last_seen_purge_finish (GAsyncResult *result, guint64 *ret_removed, GError **error)
{
  *ret_removed = *(guint64 *)store_run_get_data (result);
  return store_run_finish (result, error);
}
