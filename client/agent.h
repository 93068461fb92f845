/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * agent: org.shikaku.Shikaku1.Agent on the terminal: asks the patient for the PIN and the consents, shows messages.
 *
 * Only the daemon that it was made for may ask; anybody else who calls is refused, or the PIN would be theirs.
 */
#pragma once

#include "client/client.h"
#include "client/terminal.h"

typedef struct Agent Agent;

typedef void (*AgentReleased) (gpointer user_data);

/*
 * agent_new: exports the object; it is not yet registered with the daemon.
 * @token: serve only the visit that carries this token (NULL: every visit). @released: the daemon let the agent go.
 */
Agent *agent_new (Client *client, Terminal *terminal, const char *token, AgentReleased released, gpointer user_data);

/* agent_free: refuses what is being asked and takes the object off the bus. */
void agent_free (Agent *agent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Agent, agent_free)

/*
 * agent_register: tells the daemon. @reader: object path or NULL. @capabilities: NULL-ended.
 * @callback as of client_call().
 */
void agent_register (Agent *agent, const char *reader, const char *const *capabilities, GAsyncReadyCallback callback,
                     gpointer user_data);

/* agent_fail: says what the @error of RegisterAgent means, and quits. @reader: as in agent_register. */
void agent_fail (Agent *agent, const char *reader, const GError *error);

/* agent_withdraw: takes the question off the screen and refuses it; for a daemon that went away. */
void agent_withdraw (Agent *agent);

#define AGENT_PATH "/org/shikaku/Agent"
extern const char *const agent_capabilities[]; /* all there are, NULL-ended */
