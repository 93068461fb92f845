/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * apdu-guard: the allow list under everything. In come commands from jpki, out go those that the list allows, to the
 * reader.
 */
#include "card/apdu-guard.h"

#include <string.h>

#include "base/error.h"
#include "codec/apdu.h"

/* how many GET RESPONSE may follow one command: 64 KiB in pieces of 256 bytes, and a few more */
#define RESPONSE_PIECES_MAXIMUM 260

#define INS_SELECT 0xA4
#define INS_READ 0xB0
#define INS_GET_RESPONSE 0xC0
#define SELECT_BY_NAME 0x04     /* P1 */
#define SELECT_EF 0x02          /* P1 */
#define CLASS_CHANNEL_BITS 0x43 /* a logical channel other than 0, which has a selection of its own */

#define STATUS_OK 0x9000
#define STATUS_END_OF_FILE 0x6282
#define STATUS_INTERNAL 0x6F00
#define STATUS_IS_TRIES(status) (((status)&0xFFF0) == 0x63C0)

const guint8 card_aid_jpki[] = { 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01 };
const guint8 card_aid_manager[] = { 0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00 };

#define FILE_CERTIFICATE 0x000A
#define FILE_KEY 0x0017
#define FILE_PIN 0x0018

static const ApduRule daemon_rules[] = {
  { card_aid_jpki, CARD_AID_JPKI_SIZE, 0x00, INS_SELECT, 0x040C, 0xFFFF, 0 },
  { card_aid_manager, CARD_AID_MANAGER_SIZE, 0x00, INS_SELECT, 0x040C, 0xFFFF, 0 },
  { card_aid_jpki, CARD_AID_JPKI_SIZE, 0x00, INS_SELECT, 0x020C, 0xFFFF, FILE_CERTIFICATE },
  { card_aid_jpki, CARD_AID_JPKI_SIZE, 0x00, INS_SELECT, 0x020C, 0xFFFF, FILE_PIN },
  { card_aid_jpki, CARD_AID_JPKI_SIZE, 0x00, INS_SELECT, 0x020C, 0xFFFF, FILE_KEY },
  { card_aid_jpki, CARD_AID_JPKI_SIZE, 0x00, 0xB0, 0x8A00, 0xFF00, 0 }, /* the certificate, by short id */
  { card_aid_jpki, CARD_AID_JPKI_SIZE, 0x00, 0xB0, 0x0000, 0x8000, FILE_CERTIFICATE }, /* at an offset */
  { card_aid_jpki, CARD_AID_JPKI_SIZE, 0x00, 0x20, 0x0098, 0xFFFF, 0 },                /* VERIFY and retry query */
  { card_aid_jpki, CARD_AID_JPKI_SIZE, 0x00, 0x20, 0x0080, 0xFFFF, FILE_PIN },
  { card_aid_jpki, CARD_AID_JPKI_SIZE, 0x80, 0x2A, 0x0097, 0xFFFF, 0 }, /* SIGN */
  { card_aid_jpki, CARD_AID_JPKI_SIZE, 0x80, 0x2A, 0x0080, 0xFFFF, FILE_KEY },
  { 0 },
};

/*
 * The files that are never read, whatever a table says (data/doc/card.md, "What is never read"): the My Number in the
 * text application, and its picture in the surface application.
 */
static const struct
{
  guint8 aid[10];
  guint16 file;
} number_files[] = {
  { { 0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08 }, 0x0001 },
  { { 0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02 }, 0x0005 },
};

void
apdu_guard_initialize (ApduGuard *guard, Reader *reader)
{
  *guard = (ApduGuard){ .reader = reader, .rules = daemon_rules };
}

void
apdu_guard_forget (ApduGuard *guard)
{
  guard->application_size = 0;
  guard->file = 0;
}

/*
 * Whether the application @aid may be the selected one. A card also selects by the beginning of a name: then it may be
 * any application that begins so. On another logical channel it may be any.
 */
static gboolean
may_be_selected (const ApduGuard *guard, const Apdu *apdu, const guint8 *aid, gsize aid_size)
{
  return (apdu->cla & CLASS_CHANNEL_BITS) != 0
         || memcmp (guard->application, aid, MIN (guard->application_size, aid_size)) == 0;
}

/*
 * Whether @apdu selects the elementary file @file or reaches into it, by its id or its short id, in any coding of ISO
 * 7816-4.
 */
static gboolean
names_file (const Apdu *apdu, guint16 file)
{
  const guint16 p1p2 = (guint16)(apdu->p1 << 8 | apdu->p2);

  switch (apdu->ins)
    {
    case INS_SELECT:
      return apdu->p1 != SELECT_BY_NAME && apdu->lc >= 2
             && (apdu->data[apdu->lc - 2] << 8 | apdu->data[apdu->lc - 1]) == file;
    case 0xB2: /* records: the short id is in P2 */
    case 0xB3:
    case 0xA2:
    case 0xDC:
    case 0xDD:
    case 0xE2:
      return apdu->p2 >> 3 == file;
    case 0xA1: /* binary and data objects with an odd instruction: P1 and P2 are the file id */
    case 0xB1:
    case 0xCB:
    case 0xD1:
    case 0xD7:
    case 0xDB:
      return p1p2 == file;
    case 0xA0: /* binary: the short id is in P1 */
    case 0xB0:
    case 0xD0:
    case 0xD6:
    case 0x0E:
      return (apdu->p1 & 0x80) != 0 && (apdu->p1 & 0x1F) == file;
    default:
      return FALSE;
    }
}

static gboolean
touches_number (const ApduGuard *guard, const Apdu *apdu)
{
  for (guint i = 0; i < G_N_ELEMENTS (number_files); i++)
    if (names_file (apdu, number_files[i].file)
        && may_be_selected (guard, apdu, number_files[i].aid, sizeof number_files[i].aid))
      return TRUE;
  return FALSE;
}

static gboolean
is_of_rule (const ApduGuard *guard, const Apdu *apdu, const ApduRule *rule)
{
  const gboolean by_name = apdu->ins == INS_SELECT && apdu->p1 == SELECT_BY_NAME;
  const guint8 *aid = by_name ? apdu->data : guard->application;
  const gsize aid_size = by_name ? apdu->lc : guard->application_size;
  const guint16 p1p2 = (guint16)(apdu->p1 << 8 | apdu->p2);

  if (rule->cla != apdu->cla || rule->ins != apdu->ins || (p1p2 & rule->p1p2_mask) != rule->p1p2)
    return FALSE;
  if (rule->aid != NULL && (aid_size != rule->aid_size || memcmp (aid, rule->aid, aid_size) != 0))
    return FALSE;
  if (by_name)
    return TRUE;
  if (apdu->ins != INS_SELECT)
    return rule->file == 0 || rule->file == guard->file;
  return apdu->lc == 2 && (apdu->data[0] << 8 | apdu->data[1]) == rule->file;
}

static gboolean
is_listed (const ApduGuard *guard, const Apdu *apdu)
{
  for (const ApduRule *rule = guard->rules; rule->ins != 0; rule++)
    if (is_of_rule (guard, apdu, rule))
      return TRUE;
  return FALSE;
}

/* Sends one command and reads one response. @size: in: room in @response; out: bytes of data. */
static gboolean
exchange (ApduGuard *guard, const guint8 *command, gsize command_size, guint8 *response, gsize *size,
          guint16 *ret_status, GError **error)
{
  guard->count++;
  if (!guard->reader->klass->transmit (guard->reader, command, command_size, response, size, error))
    return FALSE;
  if (*size < 2)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_REMOVED, "the card vanished in mid-command");
      return FALSE;
    }
  *ret_status = apdu_status_word (response, *size);
  *size -= 2;
  return TRUE;
}

/* Status 61xx: fetches the rest of the response, piece by piece. @size: bytes of data so far. */
static gboolean
fetch_rest (ApduGuard *guard, guint8 *response, gsize room, gsize *size, guint16 *status, GError **error)
{
  for (guint pieces = 0; *status >> 8 == 0x61; pieces++)
    {
      const guint8 command[] = { 0x00, INS_GET_RESPONSE, 0x00, 0x00, (guint8)*status };
      gsize piece = room - *size;

      if (pieces == RESPONSE_PIECES_MAXIMUM || piece <= 2)
        {
          g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_FAILED, "the card's response does not end");
          return FALSE;
        }
      if (!exchange (guard, command, sizeof command, response + *size, &piece, status, error))
        return FALSE;
      *size += piece;
    }
  return TRUE;
}

/* Sends one command and follows 6Cxx and 61xx until its response is complete. */
static gboolean
converse (ApduGuard *guard, const Apdu *apdu, const guint8 *command, gsize command_size, guint8 *response, gsize *size,
          guint16 *status, GError **error)
{
  const gsize room = *size;

  if (!exchange (guard, command, command_size, response, size, status, error))
    return FALSE;
  if (*status >> 8 == 0x6C && apdu->le != APDU_LE_NONE)
    {
      guint8 again[APDU_COMMAND_MAXIMUM];
      Apdu exact = *apdu;

      exact.extended = FALSE;
      exact.le = (*status & 0xFF) != 0 ? *status & 0xFF : 256;
      *size = room;
      if (!exchange (guard, again, apdu_build (&exact, again, sizeof again), response, size, status, error))
        return FALSE;
    }
  return fetch_rest (guard, response, room, size, status, error);
}

/* The short file id in @apdu, which makes that file the current one; 0: there is none. */
static guint16
get_short_id (const Apdu *apdu)
{
  const guint8 parameter = apdu->ins == INS_READ ? apdu->p1 : apdu->p2;

  return apdu->ins != INS_SELECT && (parameter & 0x80) != 0 ? parameter & 0x1F : 0;
}

/* Notes which application and file are selected, now that @apdu was answered with @status. */
static void
follow_selection (ApduGuard *guard, const Apdu *apdu, guint16 status)
{
  const gboolean done = status == STATUS_OK || status == STATUS_END_OF_FILE || STATUS_IS_TRIES (status);

  if (get_short_id (apdu) != 0)
    guard->file = done ? get_short_id (apdu) : 0;
  if (apdu->ins == INS_SELECT && apdu->p1 == SELECT_EF)
    guard->file = done ? (guint16)(apdu->data[0] << 8 | apdu->data[1]) : 0;
  if (apdu->ins != INS_SELECT || apdu->p1 == SELECT_EF || status != STATUS_OK)
    return;
  if (apdu->p1 != SELECT_BY_NAME || (apdu->p2 & 0x03) != 0 || apdu->lc == 0 || apdu->lc > sizeof guard->application)
    return;
  memcpy (guard->application, apdu->data, apdu->lc);
  guard->application_size = apdu->lc;
}

gboolean
apdu_guard_transmit (ApduGuard *guard, const guint8 *command, gsize command_size, guint8 *response,
                     gsize *response_size, guint16 *ret_status, GError **error)
{
  const gboolean first = guard->count == 0;
  const gsize room = *response_size;
  gsize size = room;
  guint16 status = 0;
  Apdu apdu;

  if (!apdu_parse (command, command_size, &apdu) || touches_number (guard, &apdu) || !is_listed (guard, &apdu))
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED,
                           "a card command that is not on the list was refused");
      return FALSE;
    }

  if (apdu.ins == INS_SELECT && apdu.p1 != SELECT_EF)
    apdu_guard_forget (guard);
  if (!converse (guard, &apdu, command, command_size, response, &size, &status, error))
    return FALSE;
  if (first && status == STATUS_INTERNAL) /* data/doc/card.md, "Status words" */
    {
      size = room;
      if (!converse (guard, &apdu, command, command_size, response, &size, &status, error))
        return FALSE;
    }

  follow_selection (guard, &apdu, status);
  *response_size = size;
  *ret_status = status;
  return TRUE;
}
