/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-card: see the header. In: APDUs on the worker's thread, orders on the test's. Out: answers. */
#include "fake-card.h"

#include <gnutls/abstract.h>
#include <string.h>

#define INS_VERIFY 0x20
#define INS_SIGN 0x2A
#define INS_READ 0xB0
#define INS_QUERY 0 /* the VERIFY without a PIN, in the counts */

struct FakeCard
{
  gatomicrefcount references;
  char *reader_name;
  GMutex lock; /* over everything below */
  GCond moved;
  char *pin;
  guint tries;
  GBytes *certificate;
  gnutls_privkey_t key;
  gboolean present, powered, same, verified;
  gint blocked_ins, failing_ins;
  ShikakuError failure;
  guint counts[256];
};

/* One connection to it: a reader that was unplugged and came back is another one. */
typedef struct
{
  Reader reader;
  FakeCard *card;
  gboolean connected;
} FakeReader;

static FakeCard *
lock_card (FakeCard *card)
{
  g_mutex_lock (&card->lock);
  return card;
}

static FakeCard *
lock (Reader *reader)
{
  return lock_card (((FakeReader *)reader)->card);
}

static void
unlock (FakeCard *card)
{
  g_mutex_unlock (&card->lock);
}

static gboolean
fail (FakeCard *card, ShikakuError code, GError **error)
{
  g_set_error_literal (error, SHIKAKU_ERROR, (int)code, "fake card");
  unlock (card);
  return FALSE;
}

static gboolean
card_connect (Reader *reader, gboolean *ret_exclusive, gboolean *ret_extended, GError **error)
{
  FakeCard *card = lock (reader);

  if (!card->present)
    return fail (card, SHIKAKU_ERROR_NO_CARD, error);
  ((FakeReader *)reader)->connected = TRUE;
  card->powered = card->same = TRUE;
  card->verified = FALSE;
  *ret_exclusive = *ret_extended = TRUE;
  unlock (card);
  return TRUE;
}

static gboolean
card_begin (Reader *reader, GError **error)
{
  return TRUE;
}

static void
card_end (Reader *reader)
{
}

static void
answer (guint8 *response, gsize *response_size, const void *data, gsize size, guint16 status)
{
  g_assert_cmpuint (*response_size, >=, size + 2);
  if (size > 0)
    memcpy (response, data, size);
  response[size] = status >> 8;
  response[size + 1] = status & 0xFF;
  *response_size = size + 2;
}

static guint16
verify (FakeCard *card, const guint8 *command, gsize size)
{
  if (card->tries == 0)
    return 0x6984;
  if (size > 4)
    {
      card->verified = size == 9 && memcmp (command + 5, card->pin, 4) == 0;
      card->tries = card->verified ? 3 : card->tries - 1;
      if (card->verified)
        return 0x9000;
    }
  return 0x63C0 | card->tries;
}

static void
sign (FakeCard *card, const guint8 *command, guint8 *response, gsize *response_size)
{
  gnutls_datum_t digest = { (guint8 *)command + 5, command[4] }, signature;

  if (!card->verified)
    return answer (response, response_size, NULL, 0, 0x6982);
  g_assert_cmpint (
      gnutls_privkey_sign_hash (card->key, GNUTLS_DIG_SHA256, GNUTLS_PRIVKEY_SIGN_FLAG_TLS1_RSA, &digest, &signature),
      ==, 0);
  answer (response, response_size, signature.data, signature.size, 0x9000);
  gnutls_free (signature.data);
}

static gboolean
card_transmit (Reader *reader, const guint8 *command, gsize size, guint8 *response, gsize *response_size,
               GError **error)
{
  FakeCard *card = lock (reader);
  guint8 ins = command[1];

  card->counts[ins == INS_VERIFY && size == 4 ? INS_QUERY : ins]++;
  g_main_context_wakeup (NULL); /* somebody may wait for this count */
  while (card->blocked_ins == ins && card->present)
    g_cond_wait (&card->moved, &card->lock);
  if (!card->present || !card->same)
    return fail (card, SHIKAKU_ERROR_CARD_REMOVED, error);
  if (card->failing_ins == ins)
    return fail (card, card->failure, error);

  if (ins == INS_READ)
    answer (response, response_size, g_bytes_get_data (card->certificate, NULL), g_bytes_get_size (card->certificate),
            0x9000);
  else if (ins == INS_VERIFY)
    answer (response, response_size, NULL, 0, verify (card, command, size));
  else if (ins == INS_SIGN)
    sign (card, command, response, response_size);
  else
    answer (response, response_size, NULL, 0, 0x9000);
  unlock (card);
  return TRUE;
}

static gboolean
card_is_same (Reader *reader)
{
  FakeCard *card = lock (reader);
  gboolean same = card->present && card->same;

  unlock (card);
  return same;
}

static void
card_disconnect (Reader *reader)
{
  FakeReader *self = (FakeReader *)reader;
  FakeCard *card = lock (reader);

  if (self->connected)
    card->powered = card->verified = FALSE;
  self->connected = FALSE;
  unlock (card);
}

static void
card_free (Reader *reader)
{
  fake_card_unref (((FakeReader *)reader)->card);
  g_free (reader);
}

static const ReaderClass card_class = {
  .connect = card_connect,
  .begin = card_begin,
  .end = card_end,
  .transmit = card_transmit,
  .is_same_card = card_is_same,
  .disconnect = card_disconnect,
  .free = card_free,
};

static GBytes *
read_key_file (const char *persona, const char *suffix)
{
  g_autofree char *path = g_strdup_printf ("%s/%s%s", g_getenv ("SHIKAKU_KEYS"), persona, suffix);
  g_autoptr (GError) error = NULL;
  char *content;
  gsize size;

  g_file_get_contents (path, &content, &size, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (content, size);
}

FakeCard *
fake_card_new (const char *reader_name, const char *persona, const char *pin, guint tries)
{
  FakeCard *card = g_new0 (FakeCard, 1);
  g_autoptr (GBytes) pem = read_key_file (persona, ".key.pem");
  gnutls_datum_t datum = { (guint8 *)g_bytes_get_data (pem, NULL), g_bytes_get_size (pem) };

  g_atomic_ref_count_init (&card->references);
  card->reader_name = g_strdup (reader_name);
  g_mutex_init (&card->lock);
  g_cond_init (&card->moved);
  card->pin = g_strdup (pin);
  card->tries = tries;
  card->blocked_ins = card->failing_ins = -1;
  card->certificate = read_key_file (persona, ".cert.der");
  gnutls_privkey_init (&card->key);
  g_assert_cmpint (gnutls_privkey_import_x509_raw (card->key, &datum, GNUTLS_X509_FMT_PEM, NULL, 0), ==, 0);
  return card;
}

void
fake_card_unref (FakeCard *card)
{
  if (!g_atomic_ref_count_dec (&card->references))
    return;

  g_mutex_clear (&card->lock);
  g_cond_clear (&card->moved);
  gnutls_privkey_deinit (card->key);
  g_bytes_unref (card->certificate);
  g_free (card->reader_name);
  g_free (card->pin);
  g_free (card);
}

Reader *
fake_card_get_reader (FakeCard *card)
{
  FakeReader *self = g_new0 (FakeReader, 1);

  reader_initialize (&self->reader, &card_class, card->reader_name);
  g_atomic_ref_count_inc (&card->references);
  self->card = card;
  return &self->reader;
}

void
fake_card_set_present (FakeCard *card, gboolean present)
{
  lock_card (card);
  card->present = present;
  card->same = FALSE;
  g_cond_broadcast (&card->moved);
  unlock (card);
}

void
fake_card_block (FakeCard *card, guint8 ins)
{
  lock_card (card);
  card->blocked_ins = ins;
  unlock (card);
}

void
fake_card_unblock (FakeCard *card)
{
  lock_card (card);
  card->blocked_ins = -1;
  g_cond_broadcast (&card->moved);
  unlock (card);
}

void
fake_card_fail (FakeCard *card, guint8 ins, ShikakuError code)
{
  lock_card (card);
  card->failing_ins = ins != 0 ? ins : -1;
  card->failure = code;
  unlock (card);
}

guint
fake_card_count (FakeCard *card, guint8 ins)
{
  guint count;

  lock_card (card);
  count = card->counts[ins];
  unlock (card);
  return count;
}

guint
fake_card_get_tries (FakeCard *card)
{
  guint tries;

  lock_card (card);
  tries = card->tries;
  unlock (card);
  return tries;
}

gboolean
fake_card_is_powered (FakeCard *card)
{
  gboolean powered;

  lock_card (card);
  powered = card->powered;
  unlock (card);
  return powered;
}
