/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge-desk: what a request asks for, asked of the daemon on the bus, as any client asks it: visits by number, the
 * reference number, records, the end of consents. A request comes in; the center's own message, documents, or a word
 * for what went wrong goes out. Asynchronous, on the main thread.
 */
#pragma once

#include <gio/gio.h>

#include "client/folder/bridge-people.h"
#include "client/folder/bridge-request.h"

typedef struct BridgeDesk BridgeDesk;
typedef struct BridgeQuestion BridgeQuestion;

typedef struct
{
  GBytes *message;      /* the center's own, as it came; NULL: none */
  gboolean is_json;     /* what it is written in; else XML */
  GPtrArray *documents; /* of records: GBytes, as they came; NULL: none */
  gboolean is_partial;  /* of the documents: something is missing */
  char *lost;           /* the outcome of months that should be there, and are not; NULL: none are so */
  char *word;           /* what went wrong, as bridge-codes knows it; NULL: nothing */
  char *code, *text;    /* what the center said to it; each may be NULL */
} BridgeReply;

/* @reply: for the time of the call. */
typedef void (*BridgeReplied) (const BridgeReply *reply, gpointer user_data);

/* Who asks, as the receipt computer's settings assert it; each may be NULL. */
typedef struct
{
  const char *staff, *role;
} BridgeAsker;

/* bridge_desk_new: @timeout: seconds that an answer is awaited; of records five times as long. */
BridgeDesk *bridge_desk_new (GDBusConnection *connection, guint timeout);
void bridge_desk_free (BridgeDesk *desk);

/*
 * bridge_desk_ask: @request, which stays while it is asked. @person: what the request does not say of the patient.
 * @replied follows, once, later, unless it is cancelled. Return: valid until then.
 */
BridgeQuestion *bridge_desk_ask (BridgeDesk *desk, const BridgeRequest *request, const BridgePerson *person,
                                 const BridgeAsker *asker, BridgeReplied replied, gpointer user_data);
void bridge_question_cancel (BridgeQuestion *question);

/* bridge_desk_can_fetch: whether one more question of records can be asked now: the daemon takes two at a time. */
gboolean bridge_desk_can_fetch (const BridgeDesk *desk);
