/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-ledger-birth: the institution's key endorses that of its ledger: at the birth, after a rotation, when it is
 * there at last; never one that is not the certificate's.
 */
#include "visit/ledger-birth.h"

#include <glib/gstdio.h>
#include <gnutls/x509.h>

#include "base/log.h"
#include "fake-ledger.h"

typedef struct
{
  FakeLedger fake;
  char *certificate, *key;
  LedgerBirth *birth;
} Fixture;

static void
write_pair (Fixture *fixture, gboolean with_other_key)
{
  const unsigned char serial = 1;
  gnutls_x509_privkey_t key, other;
  gnutls_x509_crt_t certificate;
  gnutls_datum_t pem;

  gnutls_global_init ();
  gnutls_x509_privkey_init (&key);
  gnutls_x509_privkey_init (&other);
  gnutls_x509_privkey_generate (key, GNUTLS_PK_RSA, 2048, 0);
  gnutls_x509_privkey_generate (other, GNUTLS_PK_RSA, 2048, 0);
  gnutls_x509_crt_init (&certificate);
  gnutls_x509_crt_set_version (certificate, 3);
  gnutls_x509_crt_set_serial (certificate, &serial, 1);
  gnutls_x509_crt_set_dn (certificate, "CN=Institution", NULL);
  gnutls_x509_crt_set_activation_time (certificate, g_get_real_time () / G_USEC_PER_SEC - 60);
  gnutls_x509_crt_set_expiration_time (certificate, g_get_real_time () / G_USEC_PER_SEC + 3600);
  gnutls_x509_crt_set_key (certificate, key);
  g_assert_cmpint (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0), ==, 0);
  gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &pem);
  g_assert_true (g_file_set_contents (fixture->certificate, (char *)pem.data, pem.size, NULL));
  gnutls_free (pem.data);
  gnutls_x509_privkey_export2 (with_other_key ? other : key, GNUTLS_X509_FMT_PEM, &pem);
  g_assert_true (g_file_set_contents (fixture->key, (char *)pem.data, pem.size, NULL));
  gnutls_free (pem.data);
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  gnutls_x509_privkey_deinit (other);
}

static void
configure (Fixture *fixture)
{
  const CredentialFiles files = { .certificate = fixture->certificate, .key = fixture->key };

  ledger_birth_configure (fixture->birth, &files);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_ledger_begin (&fixture->fake);
  fake_ledger_open (&fixture->fake);
  fixture->certificate = g_build_filename (fixture->fake.folder, "certificate.pem", NULL);
  fixture->key = g_build_filename (fixture->fake.folder, "key.pem", NULL);
  fixture->birth = ledger_birth_new (fixture->fake.ledger);
  configure (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  ledger_birth_free (fixture->birth);
  g_free (fixture->certificate);
  g_free (fixture->key);
  fake_ledger_end (&fixture->fake);
}

/* wait_for_endorsement: of the key in force. Return: the place of its entry. */
static guint64
wait_for_endorsement (Fixture *fixture)
{
  g_autoptr (LedgerState) state = NULL;

  while (state == NULL || !state->is_endorsed)
    {
      g_clear_pointer (&state, ledger_state_free);
      state = fake_ledger_get_state (&fixture->fake, NULL);
      g_assert_nonnull (state);
    }
  return state->endorsement;
}

static void
test_endorsed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (LedgerVerdict) verdict = NULL;
  guint64 index;

  write_pair (fixture, FALSE);
  fake_ledger_append (&fixture->fake, 0, 1);
  g_assert_cmpuint (wait_for_endorsement (fixture), ==, 2);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  ledger_change_key (fixture->fake.ledger, ledger_entry_new (LEDGER_KEY), "rotated", fake_ledger_on_result,
                     &fixture->fake);
  result = fake_ledger_wait (&fixture->fake);
  g_assert_true (ledger_change_key_finish (fixture->fake.ledger, result, &index, NULL));
  g_assert_cmpuint (wait_for_endorsement (fixture), ==, index + 1);
  fake_ledger_assert_sound (&fixture->fake);
  verdict = fake_ledger_verify (&fixture->fake, NULL);
  g_assert_true (verdict->is_endorsed);
}

static void
test_later (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LedgerState) state = NULL;

  fake_ledger_append (&fixture->fake, 0, 1); /* there are no files yet */
  state = fake_ledger_get_state (&fixture->fake, NULL);
  g_assert_false (state->is_endorsed);
  write_pair (fixture, FALSE);
  configure (fixture); /* as a reload does */
  fake_ledger_append (&fixture->fake, 1, 2);
  wait_for_endorsement (fixture);
}

static void
test_no_pair (Fixture *fixture, gconstpointer data)
{
  const CredentialFiles files = { .certificate = fixture->certificate, .key = fixture->key };
  g_autoptr (GBytes) bytes = ledger_make_endorsement ("log", "key"), certificate = NULL, signature = NULL;
  g_autoptr (LedgerEntry) entry = ledger_entry_new (LEDGER_KEY);

  write_pair (fixture, TRUE);
  signature = credential_sign (&files, bytes, &certificate, NULL);
  g_assert_nonnull (signature);
  ledger_entry_add_bytes (entry, LEDGER_FIELD_SIGNATURE, g_bytes_get_data (signature, NULL),
                          g_bytes_get_size (signature));
  ledger_entry_add_bytes (entry, LEDGER_FIELD_CERTIFICATE, g_bytes_get_data (certificate, NULL),
                          g_bytes_get_size (certificate));
  g_assert_false (ledger_check_endorsement (entry));
}

/* A word for another key. */
static void
test_wrong (Fixture *fixture, gconstpointer data)
{
  const CredentialFiles files = { .certificate = fixture->certificate, .key = fixture->key };
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);
  LedgerEntry *entry = ledger_entry_new (LEDGER_KEY);
  g_autoptr (LedgerState) state = NULL;
  g_autoptr (LedgerVerdict) verdict = NULL;
  g_autoptr (GBytes) bytes = NULL, certificate = NULL, signature = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  guint64 index;

  write_pair (fixture, FALSE);
  fake_ledger_append (&fixture->fake, 0, 1);
  wait_for_endorsement (fixture);
  state = fake_ledger_get_state (&fixture->fake, NULL);
  bytes = ledger_make_endorsement (state->origin, "another key");
  signature = credential_sign (&files, bytes, &certificate, NULL);
  ledger_entry_add_text (entry, LEDGER_FIELD_ACT, "endorsed");
  ledger_entry_add_text (entry, LEDGER_FIELD_KEY_NAME, state->verifier);
  ledger_entry_add_bytes (entry, LEDGER_FIELD_SIGNATURE, g_bytes_get_data (signature, NULL),
                          g_bytes_get_size (signature));
  ledger_entry_add_bytes (entry, LEDGER_FIELD_CERTIFICATE, g_bytes_get_data (certificate, NULL),
                          g_bytes_get_size (certificate));
  g_ptr_array_add (entries, entry);
  ledger_append (fixture->fake.ledger, entries, fake_ledger_on_result, &fixture->fake);
  result = fake_ledger_wait (&fixture->fake);
  g_assert_true (ledger_append_finish (fixture->fake.ledger, result, &index, NULL));
  verdict = fake_ledger_verify (&fixture->fake, NULL);
  g_assert_cmpint (fake_ledger_find_fault (verdict, "endorsement")->place, ==, (gint64)index);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  log_init ();
  g_test_add ("/ledger-birth/endorsed", Fixture, NULL, set_up, test_endorsed, tear_down);
  g_test_add ("/ledger-birth/later", Fixture, NULL, set_up, test_later, tear_down);
  g_test_add ("/ledger-birth/no-pair", Fixture, NULL, set_up, test_no_pair, tear_down);
  g_test_add ("/ledger-birth/wrong", Fixture, NULL, set_up, test_wrong, tear_down);
  return g_test_run ();
}
