/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-agent: one registered agent and what it is asked (org.shikaku.Shikaku1.Agent). In: the requests of visits.
 * Out: calls to the agent by its unique name, one request at a time, each with a limit of time; their answers, or
 * refusals.
 *
 * A request ends by the agent's answer, its going (AGENT_GONE), the time limit, or the visit's cancelling; then the
 * screen is withdrawn (Agent.Cancel). Errors that an agent answers: Cancelled of the contract is CANCELLED (the
 * patient gave up), any other is a refusal.
 */
#pragma once

#include "bus/bus-account.h"
#include "bus/bus-outgoing.h"
#include "visit/agent-port.h"

typedef enum
{
  BUS_AGENT_PIN = 1 << 0,
  BUS_AGENT_CONSENT = 1 << 1,
  BUS_AGENT_MESSAGE = 1 << 2,
} BusAgentCapabilities;

/* bus_agent_capability_from_string: 0 if there is no such capability. */
BusAgentCapabilities bus_agent_capability_from_string (const char *text);

/*
 * bus_agent_new: @share: @owner's. What it leaves unanswered is charged to it: requests that ended for us, and that
 * held one of the daemon's few calls for minutes. A late answer is forgiven, none is not; registering again does not
 * end it.
 */
Agent *bus_agent_new (sd_bus *bus, BusOutgoing *outgoing, const char *owner, const char *path, const char *reader,
                      BusAgentCapabilities capabilities, BusShare *share);
Agent *bus_agent_ref (Agent *agent);
void bus_agent_unref (Agent *agent);

const char *bus_agent_get_owner (Agent *agent); /* unique name */
BusShare *bus_agent_get_share (Agent *agent);
const char *bus_agent_get_path (Agent *agent);
const char *bus_agent_get_reader (Agent *agent); /* object path */
gboolean bus_agent_has_capability (Agent *agent, const char *capability);

/* bus_agent_is_tired: it has left so many requests without any answer, or the bus without a word, that it should be let
 * go. */
gboolean bus_agent_is_tired (Agent *agent);

/*
 * bus_agent_dismiss: it serves no more: what it was asked fails with AGENT_GONE. @tell: whether Release is sent to
 * it. Those who hold it keep a gone agent.
 */
void bus_agent_dismiss (Agent *agent, gboolean tell);

/*
 * bus_agent_note_answerer: the agent says who answers the question that is on its screen for @visit; @answerer: static.
 * Return: FALSE: no question of that visit is.
 */
gboolean bus_agent_note_answerer (Agent *agent, const char *visit, const char *answerer);

/* Of the agent port: */
void bus_agent_request_pin (Agent *agent, const AgentContext *context, guint tries_left, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);
Secret *bus_agent_request_pin_finish (Agent *agent, GAsyncResult *result, GError **error);
void bus_agent_request_consent (Agent *agent, const AgentContext *context, const AgentQuestions *questions,
                                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GArray *bus_agent_request_consent_finish (Agent *agent, GAsyncResult *result, const char **ret_answerer,
                                          GError **error);
void bus_agent_show_message (Agent *agent, const AgentContext *context, const char *message, const char *text);
void bus_agent_cancel (Agent *agent, const AgentContext *context);
