/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seal: see the header. */
#include "store/seal.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define CIPHER GNUTLS_CIPHER_AES_256_GCM
#define NONCE_SIZE 12
#define TAG_SIZE 16

static gnutls_aead_cipher_hd_t
begin_cipher (const guint8 *key)
{
  const gnutls_datum_t datum = { (unsigned char *)key, STORE_KEY_SIZE };
  gnutls_aead_cipher_hd_t cipher;

  return gnutls_aead_cipher_init (&cipher, CIPHER, &datum) == 0 ? cipher : NULL;
}

char *
seal_make_id (void)
{
  guint8 bytes[SEAL_ID_SIZE / 2];
  GString *id = g_string_sized_new (SEAL_ID_SIZE + 1);

  if (gnutls_rnd (GNUTLS_RND_KEY, bytes, sizeof bytes) != 0) /* who knows it may be told */
    g_error ("no random numbers");
  for (gsize i = 0; i < sizeof bytes; i++)
    g_string_append_printf (id, "%02x", bytes[i]);
  return g_string_free (id, FALSE);
}

GBytes *
seal_close (StoreKey *key, const char *binding, gconstpointer bytes, gsize size, GBytes **ret_nonce)
{
  gsize sealed_size = size + TAG_SIZE;
  g_autofree guint8 *sealed = g_malloc (sealed_size);
  gnutls_aead_cipher_hd_t cipher = begin_cipher (store_key_get_data (key));
  guint8 nonce[NONCE_SIZE];
  int result;

  if (cipher == NULL)
    return NULL;
  if (gnutls_rnd (GNUTLS_RND_NONCE, nonce, sizeof nonce) != 0)
    g_error ("no random numbers");
  result = gnutls_aead_cipher_encrypt (cipher, nonce, sizeof nonce, binding, strlen (binding), TAG_SIZE, bytes, size,
                                       sealed, &sealed_size);
  gnutls_aead_cipher_deinit (cipher);
  if (result != 0)
    return NULL;
  *ret_nonce = g_bytes_new (nonce, sizeof nonce);
  return g_bytes_new_take (g_steal_pointer (&sealed), sealed_size);
}

/* get_size: of what is inside of @sealed; FALSE: it cannot be such bytes. */
static gboolean
get_size (GBytes *nonce, GBytes *sealed, gsize *ret_size)
{
  const gsize size = g_bytes_get_size (sealed);

  *ret_size = size - TAG_SIZE;
  return g_bytes_get_size (nonce) == NONCE_SIZE && size >= TAG_SIZE;
}

/* decrypt: into @ret_bytes, which has room for @size of them, as get_size says. */
static gboolean
decrypt (StoreKey *key, const char *id, const char *binding, GBytes *nonce, GBytes *sealed, guint8 *ret_bytes,
         gsize size)
{
  const guint8 *data = store_key_find (key, id);
  gnutls_aead_cipher_hd_t cipher = data != NULL ? begin_cipher (data) : NULL;
  int result;

  if (cipher == NULL)
    return FALSE;
  result = gnutls_aead_cipher_decrypt (cipher, g_bytes_get_data (nonce, NULL), NONCE_SIZE, binding, strlen (binding),
                                       TAG_SIZE, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed), ret_bytes,
                                       &size);
  gnutls_aead_cipher_deinit (cipher);
  return result == 0;
}

Secret *
seal_open (StoreKey *key, const char *id, const char *binding, GBytes *nonce, GBytes *sealed, gsize *ret_size)
{
  g_autoptr (Secret) inside = NULL;
  gsize size;

  if (!get_size (nonce, sealed, &size))
    return NULL;
  inside = secret_new (MAX (size, 1));
  if (!decrypt (key, id, binding, nonce, sealed, secret_get_data (inside), size))
    return NULL;
  *ret_size = size;
  return g_steal_pointer (&inside);
}

GBytes *
seal_open_bytes (StoreKey *key, const char *id, const char *binding, GBytes *nonce, GBytes *sealed)
{
  g_autofree guint8 *inside = NULL;
  gsize size;

  if (!get_size (nonce, sealed, &size))
    return NULL;
  inside = g_malloc (MAX (size, 1));
  if (!decrypt (key, id, binding, nonce, sealed, inside, size))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&inside), size);
}
