/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-agent: see the header. In: what the steps want to know or show. Out: calls of the agent port. */
#include "visit/visit-agent.h"

#include "base/error.h"
#include "visit/visit-life.h"
#include "visit/visit-private.h"
#include "visit/visit-text.h"

static const AgentPortClass *
get_port (Visit *visit)
{
  return visit->host->agents.klass;
}

gboolean
visit_agent_acquire (Visit *visit, const char *capability)
{
  g_autoptr (GError) error = NULL;
  Agent *agent = get_port (visit)->acquire (visit->host->agents.port, visit->options->reader, capability, &error);

  if (agent == NULL && visit->agent.agent == NULL)
    {
      visit_end (visit, VISIT_FAILED, shikaku_error_adopt (g_steal_pointer (&error)));
      return FALSE;
    }
  if (agent != NULL && visit->agent.agent != NULL)
    get_port (visit)->release (visit->agent.agent);
  if (agent != NULL)
    visit->agent.agent = agent;
  if (visit->agent.path == NULL)
    visit->agent.path = g_strdup (visit->options->path);
  visit_agent_note_owner (visit);
  return TRUE;
}

void
visit_agent_note_owner (Visit *visit)
{
  visit->agent.is_caller
      = visit->agent.agent != NULL
            ? g_strcmp0 (get_port (visit)->get_owner (visit->agent.agent), visit->options->owner) == 0
            : visit->agent.is_caller && visit->options->owner != NULL;
}

gboolean
visit_agent_can (Visit *visit, const char *capability)
{
  return visit->agent.agent != NULL && get_port (visit)->has_capability (visit->agent.agent, capability);
}

Agent *
visit_agent_get (Visit *visit)
{
  return visit->agent.agent;
}

AgentContext
visit_agent_get_context (Visit *visit)
{
  const VisitOptions *options = visit->options;
  AgentContext context = { visit->agent.path != NULL ? visit->agent.path : options->path, options->reader_name,
                           options->caller, options->language };

  return context;
}

void
visit_agent_show (Visit *visit, const char *message)
{
  AgentContext context = visit_agent_get_context (visit);
  g_autofree char *text = NULL;

  if (!visit_agent_can (visit, "message"))
    return;
  text = visit_text (visit->options->language, "Message %s", message);
  get_port (visit)->show_message (visit->agent.agent, &context, message, text != NULL ? text : "");
}

void
visit_agent_ask (Visit *visit, const AgentQuestions *questions, GAsyncReadyCallback callback)
{
  AgentContext context = visit_agent_get_context (visit);

  visit->agent.is_asking = TRUE;
  visit_clock_begin (&visit->clock, VISIT_WAIT_PERSON);
  visit_hold (visit);
  get_port (visit)->request_consent (visit->agent.agent, &context, questions, visit_get_cancellable (visit), callback,
                                     visit);
}

GArray *
visit_agent_ask_finish (Visit *visit, GAsyncResult *result, const char **ret_answerer, GError **error)
{
  const char *answerer = NULL;
  GArray *answers;

  visit_clock_end (&visit->clock, VISIT_WAIT_PERSON);
  if (!visit_is_ending (visit))
    visit->agent.is_asking = FALSE;
  answers = get_port (visit)->request_consent_finish (visit->agent.agent, result, &answerer, error);
  *ret_answerer = answerer != NULL ? answerer : visit->options->answerer;
  return answers;
}

void
visit_agent_withdraw (Visit *visit)
{
  AgentContext context = visit_agent_get_context (visit);

  if (visit->agent.agent != NULL && (visit_get_outcome (visit) != VISIT_DONE || visit->agent.is_asking))
    get_port (visit)->cancel (visit->agent.agent, &context);
}

void
visit_agent_let_go (Visit *visit, const char *message)
{
  if (visit->agent.agent == NULL)
    return;
  if (message != NULL)
    visit_agent_show (visit, message);
  get_port (visit)->release (g_steal_pointer (&visit->agent.agent));
  g_clear_pointer (&visit->agent.path, g_free);
}
