/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* jpki: the JPKI application, command by command. In come digests and PINs, out go certificates and signatures. */
#include "card/jpki.h"

#include <string.h>

#include "base/error.h"
#include "codec/apdu.h"
#include "codec/tlv.h"

#define CERTIFICATE_MAXIMUM 4096 /* bytes, as the center's profile has it; the card's are about 1,500 */
#define IDENTIFYING_SIZE 32      /* bytes at the beginning of a certificate: its length and its serial number */
#define SIGNATURE_MAXIMUM 512    /* bytes; RSA-2048: 256 */
#define SHORT_LE 256
#define EXTENDED_LE 65536

/*
 * Files of the user authentication (data/doc/card.md, "Files of JPKI"). A short id is the file's id; in P1 and P2 it is
 * marked by 0x80.
 */
#define SHORT_ID(file) (0x80 | (file))
#define CURRENT_FILE 0x80
#define EF_CERTIFICATE 0x0A
#define EF_KEY 0x17
#define EF_PIN 0x18

#define STATUS_OK 0x9000
#define STATUS_END_OF_FILE 0x6282  /* fewer bytes than asked for: those that there are were sent */
#define STATUS_NO_EXECUTION 0x6400 /* the card is in trouble, as with 6F00 */
#define STATUS_DENIED 0x6982
#define STATUS_NO_CURRENT_FILE 0x6986
#define STATUS_WRONG_OFFSET 0x6B00
#define STATUS_INTERNAL 0x6F00
#define STATUS_IS_WRONG_PARAMETER(status) ((status) >> 8 == 0x6A)
#define STATUS_BLOCKED 0x6983
#define STATUS_BLOCKED_JICSAP 0x6984
#define STATUS_IS_TRIES(status) (((status)&0xFFF0) == 0x63C0)

void
jpki_initialize (Jpki *jpki, Reader *reader, gboolean extended)
{
  *jpki = (Jpki){ .extended = extended };
  apdu_guard_initialize (&jpki->guard, reader);
}

static gboolean
send_command (Jpki *jpki, const Apdu *apdu, guint8 *response, gsize *size, guint16 *ret_status, GError **error)
{
  guint8 command[APDU_COMMAND_MAXIMUM];
  gsize command_size;
  gboolean sent;

  if (g_cancellable_is_cancelled (jpki->cancellable))
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "cancelled");
      return FALSE;
    }
  command_size = apdu_build (apdu, command, sizeof command);
  sent = apdu_guard_transmit (&jpki->guard, command, command_size, response, size, ret_status, error);

  explicit_bzero (command, sizeof command); /* the command may hold a PIN */
  return sent;
}

/* For commands that are answered by a status word alone. */
static gboolean
send_for_status (Jpki *jpki, const Apdu *apdu, guint16 *ret_status, GError **error)
{
  guint8 response[2 + SHORT_LE];
  gsize size = sizeof response;

  return send_command (jpki, apdu, response, &size, ret_status, error);
}

static gboolean
set_status_error (GError **error, ShikakuError code, const char *command, guint16 status)
{
  g_set_error (error, SHIKAKU_ERROR, (gint)code, "the card answered %s with %04X", command, status);
  return FALSE;
}

gboolean
jpki_select (Jpki *jpki, GError **error)
{
  const Apdu apdu
      = { .ins = 0xA4, .p1 = 0x04, .p2 = 0x0C, .data = card_aid_jpki, .lc = CARD_AID_JPKI_SIZE, .le = APDU_LE_NONE };
  guint16 status;

  if (!send_for_status (jpki, &apdu, &status, error))
    return FALSE;
  if (status == STATUS_NO_EXECUTION || status == STATUS_INTERNAL)
    return set_status_error (error, SHIKAKU_ERROR_CARD_FAILED, "SELECT", status);
  return status == STATUS_OK || set_status_error (error, SHIKAKU_ERROR_CARD_UNSUPPORTED, "SELECT", status);
}

static gboolean
select_file (Jpki *jpki, guint8 file, GError **error)
{
  const guint8 id[] = { 0x00, file };
  const Apdu apdu = { .ins = 0xA4, .p1 = 0x02, .p2 = 0x0C, .data = id, .lc = sizeof id, .le = APDU_LE_NONE };
  guint16 status;

  if (jpki->guard.file == file)
    return TRUE;
  if (!send_for_status (jpki, &apdu, &status, error))
    return FALSE;
  return status == STATUS_OK || set_status_error (error, SHIKAKU_ERROR_CARD_FAILED, "SELECT", status);
}

/* How @file is named in P2: by its short id, or as the current one, after it was selected. */
static gboolean
name_file (Jpki *jpki, guint8 file, guint8 *ret_p2, GError **error)
{
  *ret_p2 = jpki->by_selection ? CURRENT_FILE : SHORT_ID (file);
  return !jpki->by_selection || select_file (jpki, file, error);
}

/* Whether the card may have refused the short id, and not the command: then the file is selected from now on. */
static gboolean
steps_down (Jpki *jpki, guint16 status)
{
  if (jpki->by_selection
      || !(STATUS_IS_WRONG_PARAMETER (status) || status == STATUS_NO_CURRENT_FILE || status == STATUS_WRONG_OFFSET))
    return FALSE;
  jpki->by_selection = TRUE;
  return TRUE;
}

/*
 * READ BINARY: @p1p2 is an offset, or a short id and an offset. @size is in the room, out the bytes; 0 if it was
 * refused.
 */
static gboolean
read_binary (Jpki *jpki, guint16 p1p2, int le, guint8 *buffer, gsize *size, guint16 *ret_status, GError **error)
{
  const Apdu apdu = { .ins = 0xB0, .p1 = p1p2 >> 8, .p2 = p1p2 & 0xFF, .le = le, .extended = le > SHORT_LE };

  if (!send_command (jpki, &apdu, buffer, size, ret_status, error))
    return FALSE;
  if (*ret_status != STATUS_OK && *ret_status != STATUS_END_OF_FILE)
    *size = 0;
  return TRUE;
}

/*
 * Whether it makes sense to try a short command after one of extended length failed: the reader failed, and the card is
 * still there. If it is not, that is the error.
 */
static gboolean
is_worth_stepping_down (Jpki *jpki, GError **error)
{
  Reader *reader = jpki->guard.reader;
  g_autoptr (GError) failure = NULL;

  if (!g_error_matches (*error, SHIKAKU_ERROR, SHIKAKU_ERROR_READER_FAILED))
    return FALSE;
  if (reader->klass->is_same_card (reader, &failure))
    return TRUE;
  g_clear_error (error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/*
 * First way: the whole file with one command of extended length. Return: TRUE with @size 0 if card or reader cannot do
 * that.
 */
static gboolean
read_extended (Jpki *jpki, guint8 *buffer, gsize *size, GError **error)
{
  g_autoptr (GError) failure = NULL;
  guint16 status = 0;

  if (!read_binary (jpki, SHORT_ID (EF_CERTIFICATE) << 8, EXTENDED_LE, buffer, size, &status, &failure))
    {
      if (!is_worth_stepping_down (jpki, &failure))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      *size = 0;
    }
  jpki->extended = *size > 0;
  return TRUE;
}

/* The other ways: the first @le bytes by short id; if that is refused, by SELECT and READ BINARY. */
static gboolean
read_beginning (Jpki *jpki, int le, guint8 *buffer, gsize *size, GError **error)
{
  const gsize room = *size;
  guint16 status;

  if (!jpki->by_selection && !read_binary (jpki, SHORT_ID (EF_CERTIFICATE) << 8, le, buffer, size, &status, error))
    return FALSE;
  if (!jpki->by_selection && *size > 0)
    return TRUE;
  if (!jpki->by_selection && status == STATUS_DENIED) /* a telephone: it wants the PIN first */
    return set_status_error (error, SHIKAKU_ERROR_CARD_UNSUPPORTED, "READ BINARY", status);

  jpki->by_selection = TRUE;
  if (!select_file (jpki, EF_CERTIFICATE, error))
    return FALSE;
  *size = room;
  if (!read_binary (jpki, 0, le, buffer, size, &status, error))
    return FALSE;
  return *size > 0 || set_status_error (error, SHIKAKU_ERROR_CARD_FAILED, "READ BINARY", status);
}

/* The length of the certificate, as its first bytes state it; 0 if they do not begin a certificate. */
static gsize
measure_certificate (const guint8 *data, gsize size)
{
  gsize total = data[0] == 0x30 ? tlv_measure (data, size) : 0;

  return total <= CERTIFICATE_MAXIMUM ? total : 0;
}

GBytes *
jpki_read_certificate (Jpki *jpki, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (APDU_RESPONSE_MAXIMUM);
  gsize size = APDU_RESPONSE_MAXIMUM, total;
  guint16 status;

  if (jpki->extended && !read_extended (jpki, buffer, &size, error))
    return NULL;
  if (!jpki->extended)
    {
      size = APDU_RESPONSE_MAXIMUM;
      if (!read_beginning (jpki, SHORT_LE, buffer, &size, error))
        return NULL;
    }

  total = measure_certificate (buffer, size);
  if (total == 0)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_FAILED, "the card holds no certificate");
      return NULL;
    }
  while (size < total)
    {
      gsize piece = APDU_RESPONSE_MAXIMUM - size;

      if (!read_binary (jpki, (guint16)size, (int)MIN (total - size, SHORT_LE), buffer + size, &piece, &status, error))
        return NULL;
      if (piece == 0)
        {
          set_status_error (error, SHIKAKU_ERROR_CARD_FAILED, "READ BINARY", status);
          return NULL;
        }
      size += piece;
    }
  return g_bytes_new (buffer, total);
}

gboolean
jpki_check_certificate (Jpki *jpki, GBytes *der, GError **error)
{
  guint8 beginning[SHORT_LE + 2];
  gsize size = sizeof beginning, der_size;
  const guint8 *expected = g_bytes_get_data (der, &der_size);

  if (!read_beginning (jpki, IDENTIFYING_SIZE, beginning, &size, error))
    return FALSE;
  if (size >= IDENTIFYING_SIZE && der_size >= IDENTIFYING_SIZE && memcmp (beginning, expected, IDENTIFYING_SIZE) == 0)
    return TRUE;
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_REMOVED, "another card lies in the reader");
  return FALSE;
}

static gboolean
query_tries (Jpki *jpki, guint16 *ret_status, GError **error)
{
  Apdu apdu = { .ins = 0x20, .le = APDU_LE_NONE };

  return name_file (jpki, EF_PIN, &apdu.p2, error) && send_for_status (jpki, &apdu, ret_status, error);
}

gboolean
jpki_query_tries (Jpki *jpki, guint *ret_tries, GError **error)
{
  guint16 status;

  if (!query_tries (jpki, &status, error) || (steps_down (jpki, status) && !query_tries (jpki, &status, error)))
    return FALSE;
  if (STATUS_IS_TRIES (status))
    *ret_tries = status & 0x0F;
  else if (status == STATUS_BLOCKED || status == STATUS_BLOCKED_JICSAP)
    *ret_tries = 0;
  else
    return set_status_error (error, SHIKAKU_ERROR_CARD_FAILED, "the retry query", status);
  return TRUE;
}

/* Whether @pin is four digits. Anything else is not sent to the card, so that it costs no try. */
static gboolean
is_pin (Secret *pin)
{
  const guint8 *digits = secret_get_data (pin);

  if (secret_get_size (pin) != JPKI_PIN_SIZE)
    return FALSE;
  for (guint i = 0; i < JPKI_PIN_SIZE; i++)
    if (!g_ascii_isdigit (digits[i]))
      return FALSE;
  return TRUE;
}

gboolean
jpki_verify (Jpki *jpki, Secret *pin, GError **error)
{
  Apdu apdu = { .ins = 0x20, .data = secret_get_data (pin), .lc = JPKI_PIN_SIZE, .le = APDU_LE_NONE };
  g_autoptr (GError) failure = NULL;
  gboolean locked;
  guint16 status;

  if (!is_pin (pin))
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_REFUSED, "a PIN is four digits");
      return FALSE;
    }
  if (!name_file (jpki, EF_PIN, &apdu.p2, error) || !send_for_status (jpki, &apdu, &status, error))
    return FALSE;
  if (status == STATUS_OK)
    return TRUE;
  locked = status == STATUS_BLOCKED || status == STATUS_BLOCKED_JICSAP || status == 0x63C0;
  if (!locked && !STATUS_IS_TRIES (status))
    return set_status_error (error, SHIKAKU_ERROR_CARD_FAILED, "VERIFY", status);

  failure = locked ? g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_LOCKED, "the PIN is locked now")
                   : g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_INCORRECT, "the PIN is not the card's");
  shikaku_error_set_tries_left (failure, locked ? 0 : status & 0x0F);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* @size: in: room in @response; out: bytes of signature. */
static gboolean
sign (Jpki *jpki, GBytes *digest, guint8 *response, gsize *size, guint16 *ret_status, GError **error)
{
  Apdu apdu = { .cla = 0x80, .ins = 0x2A, .le = SHORT_LE };

  apdu.data = g_bytes_get_data (digest, &apdu.lc);
  return name_file (jpki, EF_KEY, &apdu.p2, error) && send_command (jpki, &apdu, response, size, ret_status, error);
}

GBytes *
jpki_sign (Jpki *jpki, GBytes *digest, GError **error)
{
  guint8 response[SIGNATURE_MAXIMUM + 2];
  gsize size = sizeof response;
  guint16 status;

  if (!sign (jpki, digest, response, &size, &status, error))
    return NULL;
  if (steps_down (jpki, status))
    {
      size = sizeof response;
      if (!sign (jpki, digest, response, &size, &status, error))
        return NULL;
    }
  if (status != STATUS_OK || size == 0)
    {
      set_status_error (error, SHIKAKU_ERROR_CARD_FAILED, "SIGN", status);
      return NULL;
    }
  return g_bytes_new (response, size);
}

void
jpki_drop_rights (Jpki *jpki)
{
  const Apdu apdu = {
    .ins = 0xA4, .p1 = 0x04, .p2 = 0x0C, .data = card_aid_manager, .lc = CARD_AID_MANAGER_SIZE, .le = APDU_LE_NONE
  };
  guint16 status;

  jpki->cancellable = NULL; /* whatever happens */
  send_for_status (jpki, &apdu, &status, NULL);
}
