/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-reader: a reader with a small My Number Card in it, for the unit tests of the card floor. In come the calls of
 * the reader port, out go the card's answers, and whatever a test sets to go wrong. Included once by a test program.
 *
 * Its people do not exist; keys and certificates are made when they are first asked for.
 */
#pragma once

#include <string.h>

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include "base/error.h"
#include "card/reader.h"

#define FAKE G_GNUC_UNUSED static
#define FAKE_DAY (24 * 60 * 60)
#define FAKE_TEST_TIMEOUT 30000 /* milliseconds: a test that waits longer has failed */

/* Certificates. */

typedef struct
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;
} FakeIdentity;

FAKE void
fake_identity_clear (FakeIdentity *identity)
{
  gnutls_x509_privkey_deinit (identity->key);
  gnutls_x509_crt_deinit (identity->certificate);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FakeIdentity, fake_identity_clear)

typedef struct
{
  gnutls_pk_algorithm_t algorithm;
  guint bits;
  const char *name;
  const FakeIdentity *issuer; /* NULL: itself, and it is a CA */
  time_t from, until;         /* 0: yesterday, tomorrow */
  guint usage;                /* 0: digitalSignature, or of a CA; G_MAXUINT: no such extension */
  gsize padding;              /* bytes of a useless extension */
} FakeRequest;

FAKE void
fake_identity_sign (FakeIdentity *identity, const FakeRequest *request)
{
  gnutls_x509_crt_t certificate = identity->certificate;
  const FakeIdentity *issuer = request->issuer != NULL ? request->issuer : identity;
  guint usage = request->issuer != NULL ? GNUTLS_KEY_DIGITAL_SIGNATURE : GNUTLS_KEY_KEY_CERT_SIGN;
  guint8 id[64];
  gsize size = sizeof id;

  gnutls_x509_crt_get_key_id (certificate, 0, id, &size);
  gnutls_x509_crt_set_subject_key_id (certificate, id, size);
  if (request->issuer != NULL)
    {
      guint8 issuer_id[64];
      gsize issuer_size = sizeof issuer_id;

      gnutls_x509_crt_get_subject_key_id (issuer->certificate, issuer_id, &issuer_size, NULL);
      gnutls_x509_crt_set_authority_key_id (certificate, issuer_id, issuer_size);
    }
  gnutls_x509_crt_set_basic_constraints (certificate, request->issuer == NULL, -1);
  if (request->usage != G_MAXUINT)
    gnutls_x509_crt_set_key_usage (certificate, request->usage != 0 ? request->usage : usage);
  if (request->padding > 0)
    {
      g_autofree guint8 *padding = g_malloc0 (request->padding);

      gnutls_x509_crt_set_extension_by_oid (certificate, "1.3.6.1.4.1.99999.1", padding, request->padding, 0);
    }
  g_assert_cmpint (gnutls_x509_crt_sign2 (certificate, issuer->certificate, issuer->key, GNUTLS_DIG_SHA256, 0), ==, 0);
}

FAKE void
fake_identity_make (FakeIdentity *identity, const FakeRequest *request)
{
  const time_t now = time (NULL);
  const guint8 serial[] = { 1 };
  char *distinguished_name = g_strdup_printf ("C=JP,O=Test,CN=%s", request->name);

  g_assert_cmpint (gnutls_x509_privkey_init (&identity->key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_generate (identity->key, request->algorithm, request->bits, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_init (&identity->certificate), ==, 0);
  gnutls_x509_crt_set_version (identity->certificate, 3);
  gnutls_x509_crt_set_serial (identity->certificate, serial, sizeof serial);
  gnutls_x509_crt_set_dn (identity->certificate, distinguished_name, NULL);
  gnutls_x509_crt_set_key (identity->certificate, identity->key);
  gnutls_x509_crt_set_activation_time (identity->certificate, request->from != 0 ? request->from : now - FAKE_DAY);
  gnutls_x509_crt_set_expiration_time (identity->certificate, request->until != 0 ? request->until : now + FAKE_DAY);
  fake_identity_sign (identity, request);
  g_free (distinguished_name);
}

/* A CA; small, because only its signature matters. */
FAKE void
fake_authority_make (FakeIdentity *identity, const char *name, time_t from, time_t until)
{
  const FakeRequest request
      = { GNUTLS_PK_ECDSA, (guint)GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), name, NULL, from, until, 0, 0 };

  fake_identity_make (identity, &request);
}

FAKE GBytes *
fake_identity_get_der (const FakeIdentity *identity)
{
  gnutls_datum_t der;
  GBytes *bytes;

  g_assert_cmpint (gnutls_x509_crt_export2 (identity->certificate, GNUTLS_X509_FMT_DER, &der), ==, 0);
  bytes = g_bytes_new (der.data, der.size);
  gnutls_free (der.data);
  return bytes;
}

/* What the card's key does with what it is given: for RSA PKCS#1 v1.5 around it, for ECDSA over it. */
FAKE GBytes *
fake_identity_sign_digest (const FakeIdentity *identity, const guint8 *digest, gsize size)
{
  const gnutls_datum_t datum = { (unsigned char *)digest, (guint)size };
  gnutls_datum_t signature = { NULL, 0 };
  gnutls_privkey_t key;
  GBytes *bytes;
  int result;

  gnutls_privkey_init (&key);
  gnutls_privkey_import_x509 (key, identity->key, 0);
  if (gnutls_privkey_get_pk_algorithm (key, NULL) == GNUTLS_PK_RSA)
    result = gnutls_privkey_sign_hash (key, GNUTLS_DIG_NULL, GNUTLS_PRIVKEY_SIGN_FLAG_TLS1_RSA, &datum, &signature);
  else
    result = gnutls_privkey_sign_hash2 (key, GNUTLS_SIGN_ECDSA_SHA384, 0, &datum, &signature);
  g_assert_cmpint (result, ==, 0);
  bytes = g_bytes_new (signature.data, signature.size);
  gnutls_free (signature.data);
  gnutls_privkey_deinit (key);
  return bytes;
}

/* One RSA card and its CA for the whole program: the key takes time to make. */
FAKE const FakeIdentity *
fake_get_authority (void)
{
  static FakeIdentity authority;

  if (authority.key == NULL)
    fake_authority_make (&authority, "Test CA", 0, 0);
  return &authority;
}

FAKE const FakeIdentity *
fake_get_person (void)
{
  static FakeIdentity person;

  if (person.key == NULL)
    {
      const FakeRequest request = { GNUTLS_PK_RSA, 2048, "Test Person", fake_get_authority (), 0, 0, 0, 0 };

      fake_identity_make (&person, &request);
    }
  return &person;
}

/* The card in the reader. */

typedef enum
{
  FAKE_NOWHERE,
  FAKE_CONNECT,
  FAKE_BEGIN,
  FAKE_TRANSMIT,
} FakePlace;

typedef struct
{
  Reader parent;

  /* What it is. */
  const FakeIdentity *person;
  GBytes *certificate; /* EF 000A, filler included */
  char pin[5];

  /* What it does, as the test likes. */
  gboolean shared;
  gboolean reader_is_short; /* the reader says so */
  gboolean fails_extended;  /* the reader does not say so, and fails */
  gboolean refuses_extended, refuses_short_id, is_other_card, answers_in_pieces, answers_exact_length;
  gboolean first_is_internal_error;
  gboolean is_changed; /* not the same card any more */
  guint8 fault_ins;    /* answered with fault_status, or not at all: fault_error */
  guint16 fault_status;
  int fault_error; /* of SHIKAKU_ERROR, -1: none */
  int begin_error, connect_error;
  FakePlace blocks_at;
  guint8 blocks_ins; /* 0: any */
  gboolean spoils_signature;
  gboolean *freed; /* set when the reader is freed */

  /* What became of it. Under the mutex where a worker's thread may be about. */
  GMutex mutex;
  GCond condition;
  gboolean blocked, released;
  gboolean connected, in_transaction, verified, jpki, file_selected;
  guint tries;
  guint connects, disconnects;
  GPtrArray *commands; /* of GBytes */
  GBytes *rest;        /* of an answer in pieces */
} FakeReader;

FAKE void
fake_reader_block (FakeReader *card, FakePlace place, guint8 ins)
{
  g_mutex_lock (&card->mutex);
  if (card->blocks_at == place && (card->blocks_ins == 0 || card->blocks_ins == ins))
    {
      card->blocked = TRUE;
      g_cond_broadcast (&card->condition);
      while (!card->released)
        g_cond_wait (&card->condition, &card->mutex);
      card->blocked = FALSE;
    }
  g_mutex_unlock (&card->mutex);
}

/* Waits until the card blocks its caller's thread. */
FAKE void
fake_reader_await_block (FakeReader *card)
{
  g_mutex_lock (&card->mutex);
  while (!card->blocked)
    g_cond_wait (&card->condition, &card->mutex);
  g_mutex_unlock (&card->mutex);
}

FAKE void
fake_reader_release (FakeReader *card)
{
  g_mutex_lock (&card->mutex);
  card->released = TRUE;
  card->blocks_at = FAKE_NOWHERE;
  g_cond_broadcast (&card->condition);
  g_mutex_unlock (&card->mutex);
}

FAKE gboolean
fake_fail (int code, GError **error)
{
  if (code < 0)
    return TRUE;
  g_set_error_literal (error, SHIKAKU_ERROR, code, "as the test wants it");
  return FALSE;
}

FAKE gboolean
fake_connect (Reader *reader, gboolean *ret_exclusive, gboolean *ret_extended, GError **error)
{
  FakeReader *card = (FakeReader *)reader;

  fake_reader_block (card, FAKE_CONNECT, 0);
  if (!fake_fail (card->connect_error, error))
    return FALSE;
  card->connects++;
  card->connected = TRUE;
  card->jpki = card->file_selected = card->verified = FALSE;
  *ret_exclusive = !card->shared;
  *ret_extended = !card->reader_is_short;
  return TRUE;
}

FAKE gboolean
fake_begin (Reader *reader, GError **error)
{
  FakeReader *card = (FakeReader *)reader;

  fake_reader_block (card, FAKE_BEGIN, 0);
  if (!fake_fail (card->begin_error, error))
    return FALSE;
  g_assert_false (card->in_transaction);
  card->in_transaction = TRUE;
  return TRUE;
}

FAKE void
fake_end (Reader *reader)
{
  FakeReader *card = (FakeReader *)reader;

  g_assert_true (card->in_transaction);
  card->in_transaction = FALSE;
}

FAKE gboolean
fake_is_same_card (Reader *reader)
{
  return !((FakeReader *)reader)->is_changed;
}

FAKE void
fake_disconnect (Reader *reader)
{
  FakeReader *card = (FakeReader *)reader;

  g_mutex_lock (&card->mutex);
  if (card->connected)
    card->disconnects++;
  card->connected = card->verified = card->in_transaction = FALSE;
  g_cond_broadcast (&card->condition);
  g_mutex_unlock (&card->mutex);
}

FAKE void
fake_free (Reader *reader)
{
  FakeReader *card = (FakeReader *)reader;

  if (card->freed != NULL)
    {
      g_atomic_int_set (card->freed, TRUE);
      g_main_context_wakeup (NULL); /* for fake_wait */
    }
  g_ptr_array_unref (card->commands);
  g_bytes_unref (card->certificate);
  g_clear_pointer (&card->rest, g_bytes_unref);
  g_mutex_clear (&card->mutex);
  g_cond_clear (&card->condition);
  g_free (card);
}

/* The chip: @data is left as it is where the answer is a status word alone. */

FAKE guint16
fake_chip_select (FakeReader *card, const guint8 *command, gsize size)
{
  static const guint8 jpki[] = { 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01 };

  if (command[2] == 0x02)
    {
      card->file_selected = card->jpki && command[5] == 0x00 && command[6] == 0x0A;
      return card->file_selected ? 0x9000 : 0x6A82;
    }
  if (size == 5 + sizeof jpki && memcmp (command + 5, jpki, sizeof jpki) == 0)
    {
      if (card->is_other_card)
        return 0x6A82;
      card->jpki = TRUE;
      return 0x9000;
    }
  card->jpki = card->file_selected = card->verified = FALSE;
  return 0x9000;
}

FAKE guint16
fake_chip_read (FakeReader *card, const guint8 *command, gsize size, GBytes **data)
{
  const gboolean by_short_id = (command[2] & 0x80) != 0, extended = size == 7;
  const gsize offset = by_short_id ? command[3] : (gsize)(command[2] << 8 | command[3]);
  const gsize total = g_bytes_get_size (card->certificate);
  gsize le = extended ? 65536 : command[4] != 0 ? command[4] : 256;

  if (extended && card->refuses_extended)
    return 0x6700;
  if (by_short_id && card->refuses_short_id)
    return 0x6A86;
  if (!card->jpki || (by_short_id ? command[2] != 0x8A : !card->file_selected))
    return 0x6986;
  card->file_selected = TRUE;
  if (offset >= total)
    return 0x6B00;
  if (card->answers_exact_length && !extended && le > total - offset)
    return 0x6C00 | (total - offset);
  *data = g_bytes_new_from_bytes (card->certificate, offset, MIN (le, total - offset));
  return 0x9000;
}

FAKE guint16
fake_chip_verify (FakeReader *card, const guint8 *command, gsize size)
{
  if (!card->jpki)
    return 0x6A88;
  if (size == 4)
    return card->tries == 0 ? 0x6984 : 0x63C0 | card->tries;
  if (card->tries == 0)
    return 0x6984;
  if (size == 9 && memcmp (command + 5, card->pin, 4) == 0)
    {
      card->tries = 3;
      card->verified = TRUE;
      return 0x9000;
    }
  card->tries--;
  card->verified = FALSE;
  return 0x63C0 | card->tries;
}

FAKE guint16
fake_chip_sign (FakeReader *card, const guint8 *command, GBytes **data)
{
  if (!card->verified)
    return 0x6982;
  *data = fake_identity_sign_digest (card->person, command + 5, command[4]);
  if (card->spoils_signature)
    {
      gsize size;
      guint8 *bytes = g_bytes_unref_to_data (*data, &size);

      bytes[size / 2] ^= 1;
      *data = g_bytes_new_take (bytes, size);
    }
  return 0x9000;
}

FAKE guint16
fake_chip_process (FakeReader *card, const guint8 *command, gsize size, GBytes **data)
{
  switch (command[1])
    {
    case 0xA4:
      return fake_chip_select (card, command, size);
    case 0xB0:
      return fake_chip_read (card, command, size, data);
    case 0x20:
      return fake_chip_verify (card, command, size);
    case 0x2A:
      return fake_chip_sign (card, command, data);
    case 0xC0:
      *data = g_steal_pointer (&card->rest);
      return 0x9000;
    default:
      return 0x6D00;
    }
}

FAKE gboolean
fake_transmit (Reader *reader, const guint8 *command, gsize size, guint8 *response, gsize *response_size,
               GError **error)
{
  FakeReader *card = (FakeReader *)reader;
  const gboolean extended = size > 5 && command[4] == 0;
  g_autoptr (GBytes) data = NULL;
  guint16 status;
  gsize n;

  fake_reader_block (card, FAKE_TRANSMIT, command[1]);
  g_ptr_array_add (card->commands, g_bytes_new (command, size));
  if (extended && card->fails_extended)
    return fake_fail (SHIKAKU_ERROR_READER_FAILED, error);
  if (card->fault_ins == command[1] && card->fault_error >= 0)
    return fake_fail (card->fault_error, error);
  if (card->first_is_internal_error && card->commands->len == 1)
    status = 0x6F00;
  else if (card->fault_ins == command[1] && card->fault_status != 0)
    status = card->fault_status;
  else
    status = fake_chip_process (card, command, size, &data);
  if (data != NULL && card->answers_in_pieces && command[1] != 0xC0)
    {
      n = g_bytes_get_size (data);
      card->rest = g_steal_pointer (&data);
      status = 0x6100 | (n > 255 ? 0 : n);
    }

  n = data != NULL ? g_bytes_get_size (data) : 0;
  g_assert_cmpuint (n + 2, <=, *response_size);
  if (n > 0)
    memcpy (response, g_bytes_get_data (data, NULL), n);
  response[n] = status >> 8;
  response[n + 1] = status & 0xFF;
  *response_size = n + 2;
  return TRUE;
}

static const ReaderClass fake_reader_class = {
  .connect = fake_connect,
  .begin = fake_begin,
  .end = fake_end,
  .transmit = fake_transmit,
  .is_same_card = fake_is_same_card,
  .disconnect = fake_disconnect,
  .free = fake_free,
};

/*
 * A reader with the card of @person (NULL: the one with an RSA key) whose PIN is 1234; @filler bytes after the
 * certificate.
 */
FAKE FakeReader *
fake_reader_new (const FakeIdentity *person, gsize filler)
{
  FakeReader *card = g_new0 (FakeReader, 1);
  GByteArray *file;

  reader_initialize (&card->parent, &fake_reader_class, "Fake Reader 00");
  g_mutex_init (&card->mutex);
  g_cond_init (&card->condition);
  card->person = person != NULL ? person : fake_get_person ();
  file = g_bytes_unref_to_array (fake_identity_get_der (card->person));
  for (gsize i = 0; i < filler; i++)
    g_byte_array_append (file, (const guint8 *)"\xFF", 1);
  card->certificate = g_byte_array_free_to_bytes (file);
  strcpy (card->pin, "1234");
  card->tries = 3;
  card->fault_error = card->begin_error = card->connect_error = -1;
  card->commands = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  return card;
}

/* fake_reader_count: how many commands of the instruction @ins were sent. */
FAKE guint
fake_reader_count (FakeReader *card, guint8 ins)
{
  guint count = 0;

  for (guint i = 0; i < card->commands->len; i++)
    count += ((const guint8 *)g_bytes_get_data (card->commands->pdata[i], NULL))[1] == ins;
  return count;
}

/* The main loop of a test. */

FAKE G_GNUC_NORETURN gboolean
fake_on_timeout (gpointer data)
{
  g_error ("the test waits in vain");
}

/* fake_wait: lets the main loop run until *@flag. */
FAKE void
fake_wait (gboolean *flag)
{
  guint timeout = g_timeout_add (FAKE_TEST_TIMEOUT, fake_on_timeout, NULL);

  while (!g_atomic_int_get (flag))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
}
