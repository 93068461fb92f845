/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* outage-seal: see the header. What is inside is a serialised GVariant (uauay), little-endian. */
#include "store/outage-seal.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "store/seal.h"

#define HASH_SIZE 16
#define INSIDE G_VARIANT_TYPE ("(uauay)")

struct OutageSeal
{
  StoreKey *sealing, *naming;
};

void
outage_item_free (OutageItem *item)
{
  if (item == NULL)
    return;
  g_free (item->id);
  g_clear_pointer (&item->users, g_array_unref);
  g_clear_pointer (&item->request, g_bytes_unref);
  g_free (item);
}

OutageSeal *
outage_seal_new (const char *folder, GError **error)
{
  g_autoptr (StoreKey) sealing = store_key_new (folder, "outage-queue", error);
  g_autoptr (StoreKey) naming = sealing != NULL ? store_key_new (folder, "outage-person", error) : NULL;
  OutageSeal *seal;

  if (naming == NULL)
    return NULL;
  seal = g_new (OutageSeal, 1);
  seal->sealing = g_steal_pointer (&sealing);
  seal->naming = g_steal_pointer (&naming);
  return seal;
}

void
outage_seal_free (OutageSeal *seal)
{
  if (seal == NULL)
    return;
  store_key_free (seal->sealing);
  store_key_free (seal->naming);
  g_free (seal);
}

const char *
outage_seal_get_key_id (OutageSeal *seal)
{
  return store_key_get_id (seal->sealing);
}

/* What a row says in the open cannot be changed either. */
static char *
make_binding (const OutageItem *item)
{
  return g_strdup_printf ("outage-queue 1 %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, item->id, item->queued,
                          item->until);
}

static GVariant *
pack (const OutageItem *item)
{
  GVariant *inside = g_variant_ref_sink (g_variant_new (
      "(u@au@ay)", item->kind,
      g_variant_new_fixed_array (G_VARIANT_TYPE_UINT32, item->users->data, item->users->len, sizeof (guint32)),
      g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, item->request, TRUE)));

  if (G_BYTE_ORDER == G_BIG_ENDIAN)
    {
      GVariant *swapped = g_variant_byteswap (inside);

      g_variant_unref (inside);
      return swapped;
    }
  return inside;
}

GBytes *
outage_seal_close (OutageSeal *seal, const OutageItem *item, GBytes **ret_nonce)
{
  g_autoptr (GVariant) inside = pack (item);
  g_autofree char *binding = make_binding (item);

  return seal_close (seal->sealing, binding, g_variant_get_data (inside), g_variant_get_size (inside), ret_nonce);
}

/* Return: (transfer full) what was inside, or NULL. */
static GBytes *
unseal (OutageSeal *seal, const OutageItem *item, const char *key_id, GBytes *nonce, GBytes *sealed)
{
  g_autofree char *binding = make_binding (item);
  gsize size;
  g_autoptr (Secret) inside = seal_open (seal->sealing, key_id, binding, nonce, sealed, &size);

  return inside != NULL ? g_bytes_new (secret_get_data (inside), size) : NULL;
}

void
outage_seal_open (OutageSeal *seal, OutageItem *item, const char *key_id, GBytes *nonce, GBytes *sealed)
{
  g_autoptr (GBytes) bytes = key_id != NULL && item->id != NULL ? unseal (seal, item, key_id, nonce, sealed) : NULL;
  g_autoptr (GVariant) inside = NULL, users = NULL, request = NULL;
  const guint32 *list;
  gsize n;

  if (bytes == NULL)
    return;
  inside = g_variant_ref_sink (g_variant_new_from_bytes (INSIDE, bytes, FALSE));
  if (G_BYTE_ORDER == G_BIG_ENDIAN)
    {
      GVariant *swapped = g_variant_byteswap (inside);

      g_variant_unref (inside);
      inside = swapped;
    }
  g_variant_get (inside, "(u@au@ay)", &item->kind, &users, &request);
  list = g_variant_get_fixed_array (users, &n, sizeof (guint32));
  item->users = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_array_append_vals (item->users, list, (guint)n);
  item->request = g_variant_get_data_as_bytes (request);
}

GBytes *
outage_seal_hash (OutageSeal *seal, guint generation, GBytes *person)
{
  const char *previous = store_key_get_previous_id (seal->naming);
  const guint8 *key = generation == 0    ? store_key_get_data (seal->naming)
                      : previous != NULL ? store_key_find (seal->naming, previous)
                                         : NULL;
  guint8 hash[32];

  if (key == NULL
      || gnutls_hmac_fast (GNUTLS_MAC_SHA256, key, STORE_KEY_SIZE, g_bytes_get_data (person, NULL),
                           g_bytes_get_size (person), hash)
             != 0)
    return NULL;
  return g_bytes_new (hash, HASH_SIZE);
}
