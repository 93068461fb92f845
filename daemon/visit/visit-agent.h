/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-agent: what a visit asks of the people at its reader, and shows them. */
#pragma once

#include "visit/agent-port.h"

typedef struct Visit Visit;

/*
 * visit_agent_acquire: takes the agent that serves the visit's reader now; if nobody does, the one it had stays.
 * FALSE: it had none, and the visit has failed with NO_AGENT.
 */
gboolean visit_agent_acquire (Visit *visit, const char *capability);

/* visit_agent_note_owner: the visit has another owner, or none. */
void visit_agent_note_owner (Visit *visit);

/* visit_agent_can: whether there is an agent with @capability. */
gboolean visit_agent_can (Visit *visit, const char *capability);

/* visit_agent_get: who was acquired, and with what to ask it. Borrowed. */
Agent *visit_agent_get (Visit *visit);
AgentContext visit_agent_get_context (Visit *visit);

/* visit_agent_show: a message on the patient's screen, if the agent has one. */
void visit_agent_show (Visit *visit, const char *message);

/* visit_agent_ask: puts @questions; @callback is given the visit as its data, which is held until it returns. */
void visit_agent_ask (Visit *visit, const AgentQuestions *questions, GAsyncReadyCallback callback);
/*
 * visit_agent_ask_finish: one gboolean a question, in order. (transfer full), or NULL with the errors of the port.
 * *ret_answerer: who has answered: as the agent says, else as the visit's caller does; static.
 */
GArray *visit_agent_ask_finish (Visit *visit, GAsyncResult *result, const char **ret_answerer, GError **error);

/* visit_agent_withdraw: the end is decided: what is on the screen and needs no answer any more goes. */
void visit_agent_withdraw (Visit *visit);

/* visit_agent_let_go: gives the agent back. @message: the last one shown, or NULL. */
void visit_agent_let_go (Visit *visit, const char *message);
