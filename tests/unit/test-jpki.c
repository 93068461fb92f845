/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-jpki: the ladder of reading, the rules of the PIN, and how many commands each takes. */
#include "card/jpki.h"

#include <string.h>

#include "fake-card.h"

/* The largest certificate for which the number of commands is promised. */
#define CERTIFICATE_SIZE 1536

/* The card of @person (NULL: any), and @filler bytes after its certificate. */
static FakeCard *
new_card_of (const FakeIdentity *person, gsize filler, Jpki *jpki, gboolean extended)
{
  FakeCard *card = fake_card_new (person != NULL ? person : fake_get_person ("yamada"));
  g_autoptr (GBytes) der = fake_identity_get_der (card->person);

  fake_card_set_file (card, der, filler);
  jpki_initialize (jpki, fake_card_get_reader (card), extended);
  return card;
}

static FakeCard *
new_card (Jpki *jpki, gboolean extended)
{
  return new_card_of (NULL, 40, jpki, extended);
}

static void
free_card (FakeCard *card, Jpki *jpki)
{
  reader_free (jpki->guard.reader);
  fake_card_free (card);
}

static void
assert_reads (FakeCard *card, Jpki *jpki, guint commands)
{
  g_autoptr (GBytes) expected = fake_identity_get_der (card->person);
  g_autoptr (GBytes) certificate = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (jpki_select (jpki, &error));
  certificate = jpki_read_certificate (jpki, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (certificate, expected)); /* without the filler */
  g_assert_cmpuint (card->commands->len, ==, commands);
  g_assert_cmpuint (jpki->guard.count, ==, commands);
}

static void
test_extended (void)
{
  Jpki jpki;
  FakeCard *card = new_card (&jpki, TRUE);

  assert_reads (card, &jpki, 2);
  free_card (card, &jpki);
}

/* A certificate of exactly @size bytes; the padding is found by trying. */
static void
make_large_person (FakeIdentity *person, gsize size)
{
  FakeRequest request = { GNUTLS_PK_ECDSA, FAKE_P384_BITS, "Large", fake_get_authority (), 0, 0, 0, size / 2 };

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GBytes) der = NULL;

      fake_identity_make (person, &request);
      der = fake_identity_get_der (person);
      if (g_bytes_get_size (der) == size)
        return;
      request.padding += size - g_bytes_get_size (der);
      fake_identity_clear (person);
    }
  g_assert_not_reached ();
}

static void
test_short (void)
{
  g_auto (FakeIdentity) person = { 0 };
  FakeCard *card;
  Jpki jpki;

  make_large_person (&person, CERTIFICATE_SIZE);
  card = new_card_of (&person, 512, &jpki, FALSE);
  assert_reads (card, &jpki, 1 + 6);
  free_card (card, &jpki);

  /* The whole ladder: extended, short id, SELECT. With query, VERIFY, SIGN and the end these are 14. */
  card = new_card_of (&person, 512, &jpki, TRUE);
  card->refuses_extended = card->refuses_short_id = TRUE;
  assert_reads (card, &jpki, 14 - 4);
  free_card (card, &jpki);
}

static void
test_step_down (void)
{
  Jpki jpki;
  FakeCard *card = new_card (&jpki, TRUE);
  const guint pieces = (guint)(g_bytes_get_size (card->certificate) - 40 + 255) / 256;

  card->refuses_extended = TRUE; /* the card */
  assert_reads (card, &jpki, 1 + 1 + pieces);
  g_assert_false (jpki.extended);
  free_card (card, &jpki);

  card = new_card (&jpki, TRUE);
  card->fails_extended = TRUE; /* the reader */
  assert_reads (card, &jpki, 1 + 1 + pieces);
  free_card (card, &jpki);

  card = new_card (&jpki, TRUE);
  card->refuses_short_id = TRUE;
  assert_reads (card, &jpki, 1 + 2 + 1 + pieces);
  free_card (card, &jpki);

  card = new_card (&jpki, FALSE);
  card->answers_in_pieces = TRUE;
  assert_reads (card, &jpki, 1 + 2 * pieces);
  free_card (card, &jpki);

  card = new_card (&jpki, TRUE);
  card->first_is_internal_error = TRUE;
  assert_reads (card, &jpki, 3);
  free_card (card, &jpki);
}

static void
set_file (FakeCard *card, const char *content, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (content, size);

  fake_card_set_file (card, bytes, 0);
}

/* A card that takes no short ids at all: file by file, each is selected first, and the PIN's only once. */
static void
test_selection (void)
{
  g_autofree char *digits = g_strdup ("1234");
  g_autoptr (Secret) pin = secret_take (digits, 4);
  g_autoptr (GBytes) digest = g_bytes_new_static ("digest", 6), der = NULL, signature = NULL;
  guint tries = 0;
  Jpki jpki;
  FakeCard *card = new_card (&jpki, TRUE);

  card->refuses_short_id = TRUE;
  g_assert_true (jpki_select (&jpki, NULL));
  g_assert_true (jpki_query_tries (&jpki, &tries, NULL)); /* refused, SELECT, again */
  g_assert_cmpuint (tries, ==, 3);
  g_assert_cmpuint (card->commands->len, ==, 4);
  g_assert_true (jpki_verify (&jpki, pin, NULL));
  g_assert_cmpuint (card->commands->len, ==, 5);
  signature = jpki_sign (&jpki, digest, NULL);
  g_assert_nonnull (signature);
  g_assert_cmpuint (card->commands->len, ==, 7);

  der = fake_identity_get_der (card->person);
  g_assert_true (jpki_check_certificate (&jpki, der, NULL));
  g_assert_cmpuint (card->commands->len, ==, 9);
  free_card (card, &jpki);
}

/* Another card is known by the first bytes of its certificate; one that shows fewer is none. */
static void
test_check_certificate (void)
{
  g_autoptr (GBytes) der = NULL, other = fake_identity_get_der (fake_get_person ("sato"));
  g_autoptr (GError) error = NULL;
  Jpki jpki;
  FakeCard *card = new_card (&jpki, TRUE);

  der = fake_identity_get_der (card->person);
  g_assert_true (jpki_select (&jpki, NULL));
  g_assert_true (jpki_check_certificate (&jpki, der, NULL));
  g_assert_cmpuint (card->commands->len, ==, 2);
  g_assert_false (jpki_check_certificate (&jpki, other, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_REMOVED);
  g_clear_error (&error);
  set_file (card, g_bytes_get_data (der, NULL), 20);
  g_assert_false (jpki_check_certificate (&jpki, der, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_REMOVED);
  free_card (card, &jpki);
}

/* Where the reader fails and the card is not there any more, nothing is tried again. */
static void
test_gone (void)
{
  g_autoptr (GError) error = NULL;
  Jpki jpki;
  FakeCard *card = new_card (&jpki, TRUE);

  g_assert_true (jpki_select (&jpki, NULL));
  card->fails_extended = card->is_changed = TRUE;
  g_assert_null (jpki_read_certificate (&jpki, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_REMOVED);
  g_assert_cmpuint (card->commands->len, ==, 2);
  free_card (card, &jpki);
}

static void
assert_read_fails (FakeCard *card, Jpki *jpki, ShikakuError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (jpki_select (jpki, NULL));
  g_assert_null (jpki_read_certificate (jpki, &error));
  g_assert_error (error, SHIKAKU_ERROR, (gint)code);
  free_card (card, jpki);
}

static void
test_bad_certificates (void)
{
  g_autoptr (GError) error = NULL;
  Jpki jpki;
  FakeCard *card = new_card (&jpki, TRUE);

  card->is_other_card = TRUE;
  g_assert_false (jpki_select (&jpki, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_UNSUPPORTED);
  free_card (card, &jpki);

  card = new_card (&jpki, TRUE); /* a telephone: not without the PIN */
  fake_card_fail (card, FAKE_READ, SHIKAKU_ERROR_NONE, 0x6982);
  assert_read_fails (card, &jpki, SHIKAKU_ERROR_CARD_UNSUPPORTED);

  card = new_card (&jpki, TRUE);
  fake_card_fail (card, FAKE_READ, SHIKAKU_ERROR_CARD_REMOVED, 0);
  assert_read_fails (card, &jpki, SHIKAKU_ERROR_CARD_REMOVED);

  card = new_card (&jpki, TRUE); /* filler only */
  set_file (card, "\xFF\xFF\xFF\xFF", 4);
  assert_read_fails (card, &jpki, SHIKAKU_ERROR_CARD_FAILED);

  card = new_card (&jpki, TRUE); /* shorter than it says */
  set_file (card, "\x30\x82\x05\x00\x01", 5);
  assert_read_fails (card, &jpki, SHIKAKU_ERROR_CARD_FAILED);

  card = new_card (&jpki, TRUE); /* larger than the center takes: 4,097 bytes */
  set_file (card, "\x30\x82\x0F\xFD\x01", 5);
  assert_read_fails (card, &jpki, SHIKAKU_ERROR_CARD_FAILED);

  card = new_card (&jpki, TRUE); /* larger than any */
  set_file (card, "\x30\x83\x10\x00\x00\x01", 6);
  assert_read_fails (card, &jpki, SHIKAKU_ERROR_CARD_FAILED);
}

static Secret *
new_pin (const char *text)
{
  g_autofree char *copy = g_strdup (text);

  return secret_take (copy, strlen (copy));
}

static void
test_tries (void)
{
  g_autoptr (GError) error = NULL;
  Jpki jpki;
  FakeCard *card = new_card (&jpki, TRUE);
  guint tries = 99;

  g_assert_true (jpki_select (&jpki, NULL));
  g_assert_true (jpki_query_tries (&jpki, &tries, NULL));
  g_assert_cmpuint (tries, ==, 3);
  card->tries = 0; /* 6984 */
  g_assert_true (jpki_query_tries (&jpki, &tries, NULL));
  g_assert_cmpuint (tries, ==, 0);
  fake_card_fail (card, FAKE_QUERY_TRIES, SHIKAKU_ERROR_NONE, 0x6983);
  tries = 99;
  g_assert_true (jpki_query_tries (&jpki, &tries, NULL));
  g_assert_cmpuint (tries, ==, 0);
  /* verified by somebody else: how many are left is not known */
  fake_card_fail (card, FAKE_QUERY_TRIES, SHIKAKU_ERROR_NONE, 0x9000);
  g_assert_false (jpki_query_tries (&jpki, &tries, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_FAILED);
  free_card (card, &jpki);
}

static void
assert_verify_fails (Jpki *jpki, const char *text, ShikakuError code)
{
  g_autoptr (Secret) pin = new_pin (text);
  g_autoptr (GError) error = NULL;

  g_assert_false (jpki_verify (jpki, pin, &error));
  g_assert_error (error, SHIKAKU_ERROR, (gint)code);
  g_assert_null (strstr (error->message, text));
}

static void
test_verify (void)
{
  g_autoptr (Secret) wrong = new_pin ("4321"), right = new_pin ("1234");
  g_autoptr (GError) error = NULL;
  Jpki jpki;
  FakeCard *card = new_card (&jpki, TRUE);
  guint tries = 99;

  g_assert_true (jpki_select (&jpki, NULL));
  g_assert_false (jpki_verify (&jpki, wrong, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_INCORRECT);
  g_assert_true (shikaku_error_get_tries_left (error, &tries));
  g_assert_cmpuint (tries, ==, 2);
  g_assert_true (jpki_verify (&jpki, right, NULL));
  g_assert_true (card->verified);

  card->tries = 1;
  assert_verify_fails (&jpki, "4321", SHIKAKU_ERROR_PIN_LOCKED); /* 63C0 */
  assert_verify_fails (&jpki, "4321", SHIKAKU_ERROR_PIN_LOCKED); /* 6984 */
  fake_card_fail (card, FAKE_VERIFY, SHIKAKU_ERROR_NONE, 0x6983);
  assert_verify_fails (&jpki, "1234", SHIKAKU_ERROR_PIN_LOCKED);
  fake_card_fail (card, FAKE_VERIFY, SHIKAKU_ERROR_NONE, 0x6581);
  assert_verify_fails (&jpki, "1234", SHIKAKU_ERROR_CARD_FAILED);
  free_card (card, &jpki);
}

static void
test_not_a_pin (void)
{
  static const char *const texts[] = { "123", "12345", "12a4", "    ", "12\xEF\xBC\x93", "-123" };
  Jpki jpki;
  FakeCard *card = new_card (&jpki, TRUE);

  g_assert_true (jpki_select (&jpki, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_verify_fails (&jpki, texts[i], SHIKAKU_ERROR_PIN_REFUSED);
  g_assert_cmpuint (card->commands->len, ==, 1); /* nothing was sent */
  g_assert_cmpuint (card->tries, ==, 3);
  free_card (card, &jpki);
}

static void
test_sign (void)
{
  g_autoptr (Secret) pin = new_pin ("1234");
  g_autoptr (GBytes) digest = g_bytes_new_static ("digest", 6), signature = NULL, again = NULL;
  g_autoptr (GError) error = NULL;
  Jpki jpki;
  FakeCard *card = new_card (&jpki, TRUE);

  g_assert_true (jpki_select (&jpki, NULL));
  g_assert_null (jpki_sign (&jpki, digest, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_FAILED);
  g_assert_true (jpki_verify (&jpki, pin, NULL));
  signature = jpki_sign (&jpki, digest, NULL);
  g_assert_cmpuint (g_bytes_get_size (signature), ==, 256);
  card->answers_in_pieces = TRUE;
  again = jpki_sign (&jpki, digest, NULL);
  g_assert_true (g_bytes_equal (signature, again));
  jpki_drop_rights (&jpki);
  g_assert_false (card->verified);
  free_card (card, &jpki);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/jpki/extended", test_extended);
  g_test_add_func ("/jpki/short", test_short);
  g_test_add_func ("/jpki/step-down", test_step_down);
  g_test_add_func ("/jpki/selection", test_selection);
  g_test_add_func ("/jpki/check-certificate", test_check_certificate);
  g_test_add_func ("/jpki/gone", test_gone);
  g_test_add_func ("/jpki/bad-certificates", test_bad_certificates);
  g_test_add_func ("/jpki/tries", test_tries);
  g_test_add_func ("/jpki/verify", test_verify);
  g_test_add_func ("/jpki/not-a-pin", test_not_a_pin);
  g_test_add_func ("/jpki/sign", test_sign);
  return g_test_run ();
}
