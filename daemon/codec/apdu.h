/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * apdu: command and response APDUs of ISO 7816-4, short and extended. Pure.
 */
#pragma once

#include <glib.h>

#define APDU_COMMAND_MAXIMUM 300    /* header + Lc + 256 bytes of data + Le: the daemon never sends more */
#define APDU_RESPONSE_MAXIMUM 65538 /* 64 KiB and the status word */

#define APDU_LE_NONE (-1)

/* What a command asks for, in parts. Built by apdu_build, taken apart again by apdu_parse. */
typedef struct
{
  guint8 cla, ins, p1, p2;
  const guint8 *data; /* of the command, may be NULL when lc is 0 */
  gsize lc;           /* 0..255 */
  int le;             /* APDU_LE_NONE, or 1..256 short, 65536 extended */
  gboolean extended;  /* how Lc and Le are coded; never mixed */
} Apdu;

/*
 * apdu_build: codes @apdu into @buffer of @size bytes. Return: the number of bytes, or 0 if it does not fit or the
 * parts do not go together (Lc over 255, Le over 256 without extended).
 */
gsize apdu_build (const Apdu *apdu, guint8 *buffer, gsize size);

/*
 * apdu_parse: takes a coded command apart; ret_apdu->data points into @command. Return: FALSE if it is no valid APDU.
 */
gboolean apdu_parse (const guint8 *command, gsize size, Apdu *ret_apdu);

/* apdu_status_word: SW1 SW2 of a response of at least two bytes, or 0 if it is shorter (a lost card). */
guint16 apdu_status_word (const guint8 *response, gsize size);
