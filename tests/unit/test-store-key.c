/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-store-key: keys and ids of a known secret, one before it, and what is none. */
#include "store/store-key.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"

/* Bytes that no text has: NULs, and what begins as a mark of byte order. */
static const guint8 secret[STORE_KEY_SIZE] = { 0xef, 0xbb, 0xbf, 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                               13,   14,   15,   16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 0,  0 };

typedef struct
{
  char *folder, *current, *previous;
} Place;

static void
set_up (Place *place, gconstpointer data)
{
  place->folder = g_dir_make_tmp ("test-store-key-XXXXXX", NULL);
  place->current = g_build_filename (place->folder, STORE_KEY_CREDENTIAL, NULL);
  place->previous = g_build_filename (place->folder, STORE_KEY_CREDENTIAL_PREVIOUS, NULL);
}

static void
tear_down (Place *place, gconstpointer data)
{
  g_remove (place->current);
  g_remove (place->previous);
  g_assert_cmpint (g_rmdir (place->folder), ==, 0);
  g_free (place->folder);
  g_free (place->current);
  g_free (place->previous);
}

static void
put (const char *path, const void *bytes, gsize size)
{
  g_assert_true (g_file_set_contents (path, bytes, (gssize)size, NULL));
}

static StoreKey *
load (Place *place, const char *purpose)
{
  g_autoptr (GError) error = NULL;
  StoreKey *key = store_key_new (place->folder, purpose, &error);

  g_assert_no_error (error);
  return key;
}

static void
assert_hex (const guint8 *bytes, gsize size, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  g_assert_cmpstr (text->str, ==, expected);
}

/* As another implementation of RFC 5869 has them: what is in files out there must be read for ever. */
static void
test_known (Place *place, gconstpointer data)
{
  g_autoptr (StoreKey) queue = NULL, hashes = NULL;

  put (place->current, secret, sizeof secret);
  queue = load (place, "outage-queue");
  hashes = load (place, "last-seen");
  g_assert_cmpstr (store_key_get_id (queue), ==, "7127b5f348cbaabc");
  assert_hex (store_key_get_data (queue), STORE_KEY_SIZE,
              "a8cbd1125b579e71df85bcd02e8d23c253e0bfb81e0ec1db221f57a1ec01f433");
  g_assert_cmpstr (store_key_get_id (hashes), ==, "705d119fcdb98fe0");
  assert_hex (store_key_get_data (hashes), STORE_KEY_SIZE,
              "0c29be30cd53e3fde7a556c817a3243cb473f4ea819b7d288eb67787c124abd3");
  g_assert_true (store_key_find (queue, store_key_get_id (queue)) == store_key_get_data (queue));
  g_assert_null (store_key_find (queue, store_key_get_id (hashes)));
  g_assert_null (store_key_get_previous_id (queue));
}

static void
test_rotated (Place *place, gconstpointer data)
{
  g_autoptr (StoreKey) before = NULL, after = NULL;
  guint8 next[STORE_KEY_SIZE] = { 1 };

  put (place->current, secret, sizeof secret);
  before = load (place, "outage-queue");
  put (place->previous, secret, sizeof secret);
  put (place->current, next, sizeof next);
  after = load (place, "outage-queue");
  g_assert_cmpstr (store_key_get_previous_id (after), ==, store_key_get_id (before));
  g_assert_cmpstr (store_key_get_id (after), !=, store_key_get_id (before));
  g_assert_cmpmem (store_key_find (after, store_key_get_id (before)), STORE_KEY_SIZE, store_key_get_data (before),
                   STORE_KEY_SIZE);
  g_assert_cmpint (memcmp (store_key_get_data (after), store_key_get_data (before), STORE_KEY_SIZE), !=, 0);
}

static void
assert_none (const char *folder, ShikakuError code)
{
  g_autoptr (GError) looked = NULL, loaded = NULL;

  g_assert_false (store_key_look (folder, &looked));
  g_assert_error (looked, SHIKAKU_ERROR, (int)code);
  g_assert_null (store_key_new (folder, "outage-queue", &loaded));
  g_assert_error (loaded, SHIKAKU_ERROR, (int)code);
}

static void
test_none (Place *place, gconstpointer data)
{
  assert_none (NULL, SHIKAKU_ERROR_NOT_FOUND);
  assert_none (place->folder, SHIKAKU_ERROR_NOT_FOUND);
  put (place->current, "-", 1); /* which the unit has in place of what is not there */
  assert_none (place->folder, SHIKAKU_ERROR_NOT_FOUND);
  put (place->current, secret, 0);
  assert_none (place->folder, SHIKAKU_ERROR_FAILED);
  put (place->current, secret, sizeof secret - 1);
  assert_none (place->folder, SHIKAKU_ERROR_FAILED);
  put (place->current, "0123456789abcdef0123456789abcdef0", STORE_KEY_SIZE + 1);
  assert_none (place->folder, SHIKAKU_ERROR_FAILED);
}

/* One before it that is of no use does not take the current one away. */
static void
test_previous_useless (Place *place, gconstpointer data)
{
  g_autoptr (StoreKey) key = NULL;

  put (place->current, secret, sizeof secret);
  put (place->previous, secret, 7);
  key = load (place, "outage-queue");
  g_assert_null (store_key_get_previous_id (key));
  g_assert_true (store_key_look (place->folder, NULL));
}

int
main (int argc, char **argv)
{
  log_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store-key/known", Place, NULL, set_up, test_known, tear_down);
  g_test_add ("/store-key/rotated", Place, NULL, set_up, test_rotated, tear_down);
  g_test_add ("/store-key/none", Place, NULL, set_up, test_none, tear_down);
  g_test_add ("/store-key/previous-useless", Place, NULL, set_up, test_previous_useless, tear_down);
  return g_test_run ();
}
