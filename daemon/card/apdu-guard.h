/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * apdu-guard: the allow list under everything. Every APDU of the daemon passes here; what is not on the list is not
 * sent.
 *
 * It follows which application is selected, so that a file id means what it says. The file that holds the 12-digit My
 * Number (text application, EF 0001) is refused by code, whatever a table says, in that application and in any that is
 * not known: the number is never used. The same holds for its picture (surface application, EF 0005).
 */
#pragma once

#include "card/reader.h"

#define APDU_AID_MAXIMUM 16

/*
 * The applications that the daemon selects (data/doc/card.md, "Applications"): JPKI, and the card manager, which is
 * selected after power-up.
 */
#define CARD_AID_JPKI_SIZE 10
#define CARD_AID_MANAGER_SIZE 7
extern const guint8 card_aid_jpki[CARD_AID_JPKI_SIZE];
extern const guint8 card_aid_manager[CARD_AID_MANAGER_SIZE];

typedef struct
{
  /* The application in which the rule holds, or which SELECT by name may select; NULL: any. */
  const guint8 *aid;
  gsize aid_size;
  guint8 cla, ins;
  guint16 p1p2, p1p2_mask; /* (P1P2 & mask) == p1p2 */
  guint16 file; /* SELECT of a file: the id that is allowed; else the file that must be the current one; 0: any */
} ApduRule;

typedef struct
{
  Reader *reader;                       /* borrowed */
  const ApduRule *rules;                /* ended by a rule with ins 0 */
  guint8 application[APDU_AID_MAXIMUM]; /* selected now; size 0: unknown */
  gsize application_size;
  guint16 file; /* the current one; 0: unknown */
  guint count;  /* APDUs sent */
} ApduGuard;

/* apdu_guard_initialize: with the daemon's own rules. */
void apdu_guard_initialize (ApduGuard *guard, Reader *reader);

/* apdu_guard_forget: the card was reset or another program had it: no application is known to be selected. */
void apdu_guard_forget (ApduGuard *guard);

/*
 * apdu_guard_transmit: checks, sends, follows 61xx (GET RESPONSE) and 6Cxx (again with the right Le), and repeats
 * once the first command after power-up if it is answered 6F00. Return: FALSE with FAILED (refused by the list:
 * nothing was sent) or the reader's error; else the response with @ret_status, its status word cut off.
 * @response_size: in: room, status word included; out: bytes of data.
 */
gboolean apdu_guard_transmit (ApduGuard *guard, const guint8 *command, gsize command_size, guint8 *response,
                              gsize *response_size, guint16 *ret_status, GError **error);
