/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-card: a card that answers whatever it likes. Its chip is made of the input: a byte of what the reader is, then
 * the answers, each two bytes of length and that many of content; after the last one the card is gone.
 *
 * Whatever it answers, only what the list allows goes out, and a PIN goes out once.
 */
#include "harness.h"

#include <string.h>

#include "base/error.h"
#include "card/card-certificate.h"
#include "card/jpki.h"
#include "fake-card.h"

#define READER_IS_EXTENDED 0x01
#define READER_KEEPS_CARD 0x02
#define READER_FAILS_FIRST 0x04 /* at a command of extended length */

static const guint8 pin_digits[] = { '2', '7', '1', '8' };

/* What is left of the input. */
static const guint8 *input;
static gsize input_size;
static guint8 flags;

static void
check_command (FakeCard *card, const guint8 *command, gsize size)
{
  static const guint8 instructions[] = { 0xA4, 0xB0, 0x20, 0x2A, 0xC0 };
  static const guint8 files[] = { 0x0A, 0x17, 0x18 }; /* certificate, key, PIN */

  g_assert (size >= 4 && memchr (instructions, command[1], sizeof instructions));
  g_assert (command[1] != 0xB0 || command[2] == 0x8A || (command[2] & 0x80) == 0);
  g_assert (command[1] != 0xA4 || command[2] != 0x02
            || (command[5] == 0x00 && memchr (files, command[6], sizeof files)));
  g_assert (command[1] == 0x20 || !memmem (command, size, pin_digits, sizeof pin_digits));
  if (command[1] == 0x20 && size > 4)
    g_assert (++card->counts[FAKE_VERIFY] == 1);
}

static gboolean
answer_anything (FakeCard *card, const guint8 *command, gsize size, guint8 *response, gsize *response_size,
                 GError **error)
{
  gsize n;

  check_command (card, command, size);
  if (size == 7 && command[4] == 0 && (flags & READER_FAILS_FIRST) != 0)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_READER_FAILED, "not of extended length");
      return FALSE;
    }
  if (input_size < 2)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_REMOVED, "the end of the input");
      return FALSE;
    }
  n = (gsize)input[0] << 8 | input[1];
  n = MIN (MIN (n, input_size - 2), *response_size);
  memcpy (response, input + 2, n);
  input += 2 + n;
  input_size -= 2 + n;
  *response_size = n;
  return TRUE;
}

static void
sign (Jpki *jpki, CardCertificate *certificate)
{
  g_autoptr (GBytes) content = g_bytes_new_static ("content", 7);
  g_autoptr (GBytes) digest = certificate ? card_certificate_make_digest (certificate, content) : g_bytes_ref (content);
  g_autoptr (GBytes) signature = jpki_sign (jpki, digest, NULL);

  if (signature && certificate)
    card_certificate_verify (certificate, content, signature, NULL);
}

static void
visit (Jpki *jpki)
{
  guint8 copy[sizeof pin_digits];
  g_autoptr (CardCertificate) certificate = NULL;
  g_autoptr (Secret) pin = NULL;
  g_autoptr (GBytes) der = NULL;
  g_autoptr (GError) error = NULL;
  guint tries = 0;

  if (!jpki_select (jpki, NULL))
    return;
  der = jpki_read_certificate (jpki, NULL);
  if (der)
    certificate = card_certificate_new (der, NULL);
  if (!jpki_query_tries (jpki, &tries, NULL))
    return;
  g_assert (tries <= 15);

  memcpy (copy, pin_digits, sizeof copy);
  pin = secret_take (copy, sizeof copy);
  if (jpki_verify (jpki, pin, &error))
    sign (jpki, certificate);
  else
    g_assert (error->domain == SHIKAKU_ERROR);
  jpki_drop_rights (jpki);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (FakeCard) card = NULL;
  Jpki jpki;

  if (size == 0)
    return 0;
  flags = data[0];
  input = data + 1;
  input_size = size - 1;
  card = fake_card_new (NULL);
  card->chip = answer_anything;
  card->is_changed = (flags & READER_KEEPS_CARD) == 0;
  jpki_initialize (&jpki, fake_card_get_reader (card), (flags & READER_IS_EXTENDED) != 0);
  visit (&jpki);
  reader_free (jpki.guard.reader);
  return 0;
}
