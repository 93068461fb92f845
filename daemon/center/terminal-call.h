/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-call: one question's way through the folders: written, packed, awaited, opened, read, cleared away.
 * In: a request and what reads its answer. Out: the end of a task, and what the call has shown of terminal and center.
 */
#pragma once

#include "center/terminal-folder-private.h"
#include "codec/message.h"

/* What is returned. */
typedef enum
{
  TERMINAL_CALL_REPLY,     /* TransportReply */
  TERMINAL_CALL_RECORDS,   /* TransportRecords */
  TERMINAL_CALL_RECEPTION, /* a text: the number under which a list is fetched */
  TERMINAL_CALL_LIST,      /* TransportCareList; without a list: the center still makes it */
} TerminalCallReturn;

/* What is asked, and how its answer becomes a reply. */
typedef struct
{
  const char *prefix; /* of its files: "OQSsiquc01" */
  gboolean is_query;  /* it may be asked again while the center works on it */
  TerminalCallReturn returns;
  /* Of REPLY alone: */
  /* read_whole: @message: (transfer full). read: (transfer none). One of them. */
  TransportReply *(*read_whole) (Message *message, const Message *request, GBytes *body, GError **error);
  TransportReply *(*read) (const Message *message, GBytes *body, GError **error);
} TerminalCallKind;

typedef struct TerminalCall TerminalCall;

/*
 * terminal_call_begin: @request: (transfer full). @task: (transfer full), returned in any case; its task data becomes
 * the request's bytes, by which it can be repeated; NULL if nobody knows whether it was passed on. @identifier: of
 * LIST: of the question, which the answer may repeat and the request does not; NULL: not known.
 */
void terminal_call_begin (TerminalFolder *folder, const TerminalCallKind *kind, Message *request,
                          const char *identifier, GTask *task);

/* terminal_call_give_up_all: for the transport that ends: what comes later finds nobody. */
void terminal_call_give_up_all (GPtrArray *calls);
