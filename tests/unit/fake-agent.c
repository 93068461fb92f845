/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-agent: see the header. */
#include "fake-agent.h"

#include <string.h>

static FakeAgent *the_agent; /* the port's own callbacks get the Agent, which is this */

static gboolean
has_word (const char *words, const char *word)
{
  g_auto (GStrv) list = g_strsplit (words != NULL ? words : "", " ", -1);

  return g_strv_contains ((const char *const *)list, word);
}

static void
append_word (GString *words, const char *word)
{
  if (words->len > 0)
    g_string_append_c (words, ' ');
  g_string_append (words, word);
}

static Agent *
acquire (gpointer port, const char *reader, const char *capability, GError **error)
{
  FakeAgent *agent = port;

  if (agent->absent || (agent->only_reader != NULL && !g_str_equal (agent->only_reader, reader))
      || !has_word (agent->capabilities, capability))
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NO_AGENT, "fake agent");
      return NULL;
    }
  agent->references++;
  return (Agent *)agent;
}

static void
release (Agent *agent)
{
  ((FakeAgent *)agent)->references--;
}

static gboolean
has_capability (Agent *agent, const char *capability)
{
  return has_word (((FakeAgent *)agent)->capabilities, capability);
}

static const char *
get_owner (Agent *agent)
{
  return ((FakeAgent *)agent)->owner;
}

static void
secret_destroy (gpointer secret)
{
  secret_free (secret);
}

static gboolean
answer_pin (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  FakeAgent *agent = g_task_get_task_data (task);

  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;
  if (agent->absent)
    g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_AGENT_GONE, "fake agent");
  else if (agent->gives_up)
    g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "fake agent");
  else if (agent->pin == NULL)
    g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_REFUSED, "fake agent");
  else
    {
      char typed[4];

      memcpy (typed, agent->pin, sizeof typed);
      g_task_return_pointer (task, secret_take (typed, sizeof typed), secret_destroy);
    }
  return G_SOURCE_REMOVE;
}

static gboolean
answer_consent (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  FakeAgent *agent = g_object_get_data (G_OBJECT (task), "agent");
  const char *const *kinds = g_task_get_task_data (task);
  g_autoptr (GArray) answers = g_array_new (FALSE, FALSE, sizeof (gboolean));

  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;
  if (agent->absent || agent->gives_up || agent->refused == NULL)
    {
      g_task_return_new_error (task, SHIKAKU_ERROR,
                               agent->gives_up ? SHIKAKU_ERROR_CANCELLED
                               : agent->absent ? SHIKAKU_ERROR_AGENT_GONE
                                               : SHIKAKU_ERROR_CONSENT_DENIED,
                               "fake agent");
      return G_SOURCE_REMOVE;
    }
  for (; *kinds != NULL; kinds++)
    {
      gboolean granted = !has_word (agent->refused, *kinds);

      g_array_append_val (answers, granted);
    }
  g_task_return_pointer (task, g_steal_pointer (&answers), (GDestroyNotify)g_array_unref);
  return G_SOURCE_REMOVE;
}

void
fake_agent_release (FakeAgent *agent)
{
  agent->pin_held = agent->consent_held = FALSE;
  if (agent->pin_task != NULL)
    g_idle_add (answer_pin, g_steal_pointer (&agent->pin_task));
  if (agent->consent_task != NULL)
    g_idle_add (answer_consent, g_steal_pointer (&agent->consent_task));
}

void
fake_agent_leave (FakeAgent *agent)
{
  agent->absent = TRUE;
  fake_agent_release (agent);
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  if (the_agent->pin_task == user_data)
    g_idle_add (answer_pin, g_steal_pointer (&the_agent->pin_task));
  else if (the_agent->consent_task == user_data)
    g_idle_add (answer_consent, g_steal_pointer (&the_agent->consent_task));
}

/* hold: leaves @task on the screen. */
static void
hold (GTask **screen, GTask *task, GCancellable *cancellable)
{
  g_assert_null (*screen);
  *screen = task;
  g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (on_cancelled), G_OBJECT (task), 0);
}

static void
request_pin (Agent *self, const AgentContext *context, guint tries_left, GCancellable *cancellable,
             GAsyncReadyCallback callback, gpointer user_data)
{
  FakeAgent *agent = (FakeAgent *)self;
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  agent->pins++;
  agent->tries_left = tries_left;
  g_task_set_task_data (task, agent, NULL);
  if (agent->pin_held && !agent->absent)
    hold (&agent->pin_task, task, cancellable);
  else
    g_idle_add (answer_pin, task);
}

static Secret *
request_pin_finish (Agent *agent, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
request_consent (Agent *self, const AgentContext *context, const AgentQuestions *asked, GCancellable *cancellable,
                 GAsyncReadyCallback callback, gpointer user_data)
{
  FakeAgent *agent = (FakeAgent *)self;
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GPtrArray) kinds = g_ptr_array_new (), marked = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *word = NULL;

  for (guint i = 0; i < asked->n_questions; i++)
    {
      g_assert_cmpstr (asked->questions[i].version, ==, "1");
      g_assert_nonnull (asked->questions[i].text);
      g_ptr_array_add (kinds, g_strdup (asked->questions[i].kind));
      g_ptr_array_add (marked,
                       g_strconcat (asked->questions[i].kind, asked->questions[i].is_together ? "+" : "", NULL));
      g_ptr_array_add (agent->texts, g_strdup (asked->questions[i].text));
    }
  g_ptr_array_add (kinds, NULL);
  g_ptr_array_add (marked, NULL);
  word = g_strjoinv (",", (char **)marked->pdata);
  g_free (agent->together);
  agent->together = g_strdup (asked->together);
  append_word (agent->questions, word);
  g_object_set_data (G_OBJECT (task), "agent", agent);
  g_task_set_task_data (task, g_ptr_array_free (g_steal_pointer (&kinds), FALSE), (GDestroyNotify)g_strfreev);
  if (agent->consent_held && !agent->absent)
    hold (&agent->consent_task, task, cancellable);
  else
    g_idle_add (answer_consent, task);
}

static GArray *
request_consent_finish (Agent *agent, GAsyncResult *result, const char **ret_answerer, GError **error)
{
  *ret_answerer = ((FakeAgent *)agent)->answerer;
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
show_message (Agent *self, const AgentContext *context, const char *message, const char *text)
{
  FakeAgent *agent = (FakeAgent *)self;

  g_assert_cmpstr (text, !=, "");
  append_word (agent->messages, message);
  g_ptr_array_add (agent->texts, g_strdup (text));
}

static void
cancel (Agent *self, const AgentContext *context)
{
  g_assert_nonnull (context->visit);
  ((FakeAgent *)self)->cancels++;
}

static const AgentPortClass port_class = {
  .acquire = acquire,
  .release = release,
  .has_capability = has_capability,
  .get_owner = get_owner,
  .request_pin = request_pin,
  .request_pin_finish = request_pin_finish,
  .request_consent = request_consent,
  .request_consent_finish = request_consent_finish,
  .show_message = show_message,
  .cancel = cancel,
};

FakeAgent *
fake_agent_new (void)
{
  FakeAgent *agent = g_new0 (FakeAgent, 1);

  agent->capabilities = "pin consent message";
  agent->owner = ":1.99";
  agent->pin = "1234";
  agent->refused = "";
  agent->questions = g_string_new (NULL);
  agent->messages = g_string_new (NULL);
  agent->texts = g_ptr_array_new_with_free_func (g_free);
  the_agent = agent;
  return agent;
}

void
fake_agent_free (FakeAgent *agent)
{
  g_assert_cmpuint (agent->references, ==, 0);
  g_assert_null (agent->pin_task);
  g_assert_null (agent->consent_task);
  g_string_free (agent->questions, TRUE);
  g_free (agent->together);
  g_string_free (agent->messages, TRUE);
  g_ptr_array_unref (agent->texts);
  g_free (agent);
}

AgentPort
fake_agent_get_port (FakeAgent *agent)
{
  AgentPort port = { &port_class, agent };

  return port;
}
