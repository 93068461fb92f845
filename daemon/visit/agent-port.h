/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * agent-port: what a visit asks of the person at the reader. The bus floor implements it; a test may.
 *
 * An Agent is fixed for a visit when it is first asked. All calls are asynchronous, on the main thread; the
 * implementation keeps one request at a time per agent, the time limit, and the capabilities. Errors: AGENT_GONE,
 * PIN_REFUSED (anything but four digits, or too late), CONSENT_DENIED (refused or too late), CANCELLED.
 */
#pragma once

#include <gio/gio.h>

#include "base/secret.h"

typedef struct Agent Agent;

typedef struct
{
  const char *visit;    /* object path of the visit */
  const char *reader;   /* PC/SC name, for people */
  const char *caller;   /* who opened the visit, for people */
  const char *language; /* "" if not chosen */
} AgentContext;

typedef struct
{
  const char *kind;
  char *text; /* as shown */
  const char *version;
  gboolean is_together; /* a part of the combined question */
} AgentQuestion;

/* What is asked at once. Borrowed for the call. */
typedef struct
{
  const AgentQuestion *questions;
  guint n_questions;
  const char *together, *together_version; /* the combined question of those that are a part of it; NULL: none */
} AgentQuestions;

typedef struct
{
  /*
   * acquire: the agent that serves @reader (object path) and has @capability ("pin", "consent", "message").
   * Return: a new reference, or NULL with NO_AGENT.
   */
  Agent *(*acquire) (gpointer port, const char *reader, const char *capability, GError **error);
  void (*release) (Agent *agent); /* gives the reference back */

  gboolean (*has_capability) (Agent *agent, const char *capability);
  const char *(*get_owner) (Agent *agent); /* unique name: compared with the visit's owner (AgentIsCaller) */

  void (*request_pin) (Agent *agent, const AgentContext *context, guint tries_left, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data);
  Secret *(*request_pin_finish) (Agent *agent, GAsyncResult *result, GError **error); /* exactly four ASCII digits */

  void (*request_consent) (Agent *agent, const AgentContext *context, const AgentQuestions *questions,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
  /*
   * request_consent_finish: one gboolean a question, in order; unanswered is FALSE. (transfer full) GArray.
   * *ret_answerer: who has answered, as the agent says (of SHIKAKU_ANSWERERS, static); NULL: it does not say.
   */
  GArray *(*request_consent_finish) (Agent *agent, GAsyncResult *result, const char **ret_answerer, GError **error);

  /* show_message: @text is for people, in the visit's language. Nobody waits for it. */
  void (*show_message) (Agent *agent, const AgentContext *context, const char *message, const char *text);
  /* cancel: withdraw what is on the screen for this visit. */
  void (*cancel) (Agent *agent, const AgentContext *context);
} AgentPortClass;

typedef struct
{
  const AgentPortClass *klass;
  gpointer port;
} AgentPort;
