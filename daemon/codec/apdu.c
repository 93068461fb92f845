/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* apdu: the parts of a command come in and its bytes go out, and the other way round. */
#include "codec/apdu.h"

#include <string.h>

#define LC_MAXIMUM 255
#define LE_SHORT_MAXIMUM 256
#define LE_EXTENDED_MAXIMUM 65536
#define HEADER_SIZE 4

static gsize
put_number (guint8 *buffer, guint value, gboolean extended)
{
  if (extended)
    *buffer++ = value >> 8;
  *buffer = value;
  return extended ? 2 : 1;
}

gsize
apdu_build (const Apdu *apdu, guint8 *buffer, gsize size)
{
  const int le_maximum = apdu->extended ? LE_EXTENDED_MAXIMUM : LE_SHORT_MAXIMUM;
  guint8 coded[APDU_COMMAND_MAXIMUM];
  gsize at = 0;

  if (apdu->lc > LC_MAXIMUM || (apdu->lc > 0 && apdu->data == NULL))
    return 0;
  if (apdu->le != APDU_LE_NONE && (apdu->le < 1 || apdu->le > le_maximum))
    return 0;

  coded[at++] = apdu->cla;
  coded[at++] = apdu->ins;
  coded[at++] = apdu->p1;
  coded[at++] = apdu->p2;
  if (apdu->extended && (apdu->lc > 0 || apdu->le != APDU_LE_NONE))
    coded[at++] = 0; /* says once that what follows is extended */
  if (apdu->lc > 0)
    {
      at += put_number (coded + at, apdu->lc, apdu->extended);
      memcpy (coded + at, apdu->data, apdu->lc);
      at += apdu->lc;
    }
  if (apdu->le != APDU_LE_NONE)
    at += put_number (coded + at, apdu->le, apdu->extended); /* the maximum is coded as 0: its upper bits fall off */

  if (at > size)
    at = 0;
  memcpy (buffer, coded, at);
  explicit_bzero (coded, sizeof coded); /* it may have been VERIFY */
  return at;
}

/* What follows the header of @n bytes, at least one, with lengths of @width bytes: [Lc data] [Le]. */
static gboolean
parse_body (const guint8 *body, gsize n, gsize width, Apdu *apdu)
{
  const guint maximum = width == 2 ? LE_EXTENDED_MAXIMUM : LE_SHORT_MAXIMUM;
  guint first, le;

  if (n < width)
    return FALSE;
  first = width == 2 ? body[0] << 8 | body[1] : body[0];
  if (n == width)
    {
      apdu->le = first == 0 ? (int)maximum : (int)first;
      return TRUE;
    }
  if (first == 0 || first > LC_MAXIMUM || n < width + first)
    return FALSE;
  apdu->lc = first;
  apdu->data = body + width;
  body += width + first;
  n -= width + first;
  if (n == 0)
    return TRUE;
  if (n != width)
    return FALSE;
  le = width == 2 ? body[0] << 8 | body[1] : body[0];
  apdu->le = le == 0 ? (int)maximum : (int)le;
  return TRUE;
}

gboolean
apdu_parse (const guint8 *command, gsize size, Apdu *ret_apdu)
{
  Apdu apdu = { .le = APDU_LE_NONE };
  const guint8 *body;
  gsize n;

  if (size < HEADER_SIZE)
    return FALSE;
  apdu.cla = command[0];
  apdu.ins = command[1];
  apdu.p1 = command[2];
  apdu.p2 = command[3];
  body = command + HEADER_SIZE;
  n = size - HEADER_SIZE;
  apdu.extended = n > 1 && body[0] == 0;
  if (n > 0 && !parse_body (body + apdu.extended, n - apdu.extended, apdu.extended ? 2 : 1, &apdu))
    return FALSE;
  *ret_apdu = apdu;
  return TRUE;
}

guint16
apdu_status_word (const guint8 *response, gsize size)
{
  return size < 2 ? 0 : response[size - 2] << 8 | response[size - 1];
}
