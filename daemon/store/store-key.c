/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store-key: see the header. */
#include "store/store-key.h"

#include <glib/gstdio.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/message-ids.h"

#define SALT "org.shikaku.Shikaku1 store key 1"
#define ID_BYTES (STORE_KEY_ID_SIZE / 2)

typedef struct
{
  Secret *data; /* NULL: there is none */
  char id[STORE_KEY_ID_SIZE + 1];
} Generation;

struct StoreKey
{
  Generation current, previous;
};

/* What the unit has in place of a credential that is not there is a single byte. */
static gboolean
is_there (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) == 0 && status.st_size != 1;
}

static void
set_not_found (GError **error)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, "no credential " STORE_KEY_CREDENTIAL);
}

gboolean
store_key_look (const char *folder, GError **error)
{
  g_autofree char *path = folder != NULL ? g_build_filename (folder, STORE_KEY_CREDENTIAL, NULL) : NULL;
  GStatBuf status;

  if (path == NULL || !is_there (path))
    {
      set_not_found (error);
      return FALSE;
    }
  if (g_stat (path, &status) == 0 && status.st_size == STORE_KEY_SIZE)
    return TRUE;
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "%s: not %d bytes", path, STORE_KEY_SIZE);
  return FALSE;
}

/* Return: (transfer full); NULL with NOT_FOUND or FAILED. */
static Secret *
read_secret (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (Secret) secret = NULL;

  if (!is_there (path))
    {
      set_not_found (error);
      return NULL;
    }
  secret = file_read_bytes (path, STORE_KEY_SIZE, FILE_OWN, error);
  if (secret != NULL && secret_get_size (secret) != STORE_KEY_SIZE)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "%s: not %d bytes", path, STORE_KEY_SIZE);
      return NULL;
    }
  return g_steal_pointer (&secret);
}

static gboolean
expand (Secret *pseudo_random, const char *what, const char *purpose, guint8 *ret_data, gsize size)
{
  g_autofree char *info = g_strdup_printf ("%s %s", what, purpose);
  const gnutls_datum_t key = { secret_get_data (pseudo_random), (unsigned int)secret_get_size (pseudo_random) };
  const gnutls_datum_t text = { (unsigned char *)info, (unsigned int)strlen (info) };

  return gnutls_hkdf_expand (GNUTLS_MAC_SHA256, &key, &text, ret_data, size) == 0;
}

static gboolean
derive (Generation *generation, Secret *secret, const char *purpose)
{
  g_autoptr (Secret) pseudo_random = secret_new (STORE_KEY_SIZE);
  g_autoptr (Secret) data = secret_new (STORE_KEY_SIZE);
  const gnutls_datum_t key = { secret_get_data (secret), (unsigned int)secret_get_size (secret) };
  const gnutls_datum_t salt = { (unsigned char *)SALT, sizeof SALT - 1 };
  guint8 id[ID_BYTES];

  if (gnutls_hkdf_extract (GNUTLS_MAC_SHA256, &key, &salt, secret_get_data (pseudo_random)) != 0
      || !expand (pseudo_random, "key", purpose, secret_get_data (data), STORE_KEY_SIZE)
      || !expand (pseudo_random, "id", purpose, id, sizeof id))
    return FALSE;
  for (gsize i = 0; i < sizeof id; i++)
    g_snprintf (generation->id + 2 * i, 3, "%02x", id[i]);
  generation->data = g_steal_pointer (&data);
  return TRUE;
}

/* load: FALSE with NOT_FOUND, FAILED. */
static gboolean
load (Generation *generation, const char *folder, const char *name, const char *purpose, GError **error)
{
  g_autoptr (Secret) secret = read_secret (folder, name, error);

  if (secret == NULL)
    return FALSE;
  if (derive (generation, secret, purpose))
    return TRUE;
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "%s: no key can be derived", name);
  return FALSE;
}

StoreKey *
store_key_new (const char *folder, const char *purpose, GError **error)
{
  g_autoptr (StoreKey) key = g_new0 (StoreKey, 1);
  g_autoptr (GError) failure = NULL;

  if (folder == NULL)
    {
      set_not_found (error);
      return NULL;
    }
  gnutls_global_init (); /* the daemon does without it before its first use; it counts who needs it */
  if (!load (&key->current, folder, STORE_KEY_CREDENTIAL, purpose, error))
    return NULL;
  if (!load (&key->previous, folder, STORE_KEY_CREDENTIAL_PREVIOUS, purpose, &failure)
      && !g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND))
    log_write (LOG_WARNING, SHIKAKU_MESSAGE_CREDENTIAL_FAILED, NULL,
               "store: what is kept under the key before this one is lost: %s", failure->message);
  return g_steal_pointer (&key);
}

void
store_key_free (StoreKey *key)
{
  if (key == NULL)
    return;
  secret_free (key->current.data);
  secret_free (key->previous.data);
  g_free (key);
}

const char *
store_key_get_id (const StoreKey *key)
{
  return key->current.id;
}

const guint8 *
store_key_get_data (StoreKey *key)
{
  return secret_get_data (key->current.data);
}

const char *
store_key_get_previous_id (const StoreKey *key)
{
  return key->previous.data != NULL ? key->previous.id : NULL;
}

const guint8 *
store_key_find (StoreKey *key, const char *id)
{
  if (strcmp (id, key->current.id) == 0)
    return secret_get_data (key->current.data);
  if (key->previous.data != NULL && strcmp (id, key->previous.id) == 0)
    return secret_get_data (key->previous.data);
  return NULL;
}
