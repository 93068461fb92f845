/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-agent: an agent, the line of its requests, and the life of one request. */
#include "bus/bus-agent.h"

#include <string.h>
#include <unistd.h>

#include "base/names.h"
#include "bus/bus-entry.h"
#include "bus/bus-error.h"
#include "bus/bus-pin-pipe.h"

#define PIN_SECONDS 60
#define CONSENT_SECONDS 120
#define LATE_SECONDS 60     /* for an answer that comes too late: its place is free then */
#define ANSWERER "answerer" /* what a request's task remembers */
#define REASON_SECONDS 2    /* from a pipe without a PIN to the agent's answer */

struct Agent
{
  sd_bus *bus;
  BusOutgoing *outgoing; /* NULL once it is gone */
  char *owner, *path, *reader;
  BusAgentCapabilities capabilities;
  GQueue requests; /* of AgentRequest; the head is at the agent */
  BusShare *share; /* of its connection */
  gboolean lost;   /* the bus knows no such program, though nobody has told us that it left */
  char *screen;    /* the visit of which something may still be on the screen */
};

/*
 * A request belongs to the line of its agent until it has ended, and to the bus from its sending until its reply. It is
 * freed when neither has it.
 */
typedef struct
{
  Agent *agent;            /* a reference */
  GTask *task;             /* until it has ended */
  sd_bus_message *message; /* until it is sent */
  gboolean at_agent;       /* sent and not yet answered */
  gboolean answered;
  ShikakuError refusal; /* what no answer, and a bad one, mean */
  guint limit_seconds;
  guint timer;
  GSource *cancelled;
  BusPinPipe *pipe; /* of a PIN, until it has come */
  Secret *pin;
  char **kinds;         /* of a consent: what was asked */
  guint together;       /* bits: of which of them the combined question is; 0: there is none */
  const char *answerer; /* as the agent says; static; NULL: it has not */
  GArray *answers;      /* of gboolean */
} AgentRequest;

BusAgentCapabilities
bus_agent_capability_from_string (const char *text)
{
  if (strcmp (text, "pin") == 0)
    return BUS_AGENT_PIN;
  if (strcmp (text, "consent") == 0)
    return BUS_AGENT_CONSENT;
  return strcmp (text, "message") == 0 ? BUS_AGENT_MESSAGE : 0;
}

Agent *
bus_agent_new (sd_bus *bus, BusOutgoing *outgoing, const char *owner, const char *path, const char *reader,
               BusAgentCapabilities capabilities, BusShare *share)
{
  Agent *agent = g_rc_box_new0 (Agent);

  agent->bus = sd_bus_ref (bus);
  agent->outgoing = outgoing;
  agent->owner = g_strdup (owner);
  agent->path = g_strdup (path);
  agent->reader = g_strdup (reader);
  agent->capabilities = capabilities;
  agent->share = bus_share_ref (share);
  return agent;
}

Agent *
bus_agent_ref (Agent *agent)
{
  return g_rc_box_acquire (agent);
}

static void
agent_clear (Agent *agent)
{
  sd_bus_unref (agent->bus);
  g_free (agent->owner);
  g_free (agent->path);
  g_free (agent->reader);
  g_free (agent->screen);
  bus_share_unref (agent->share);
}

void
bus_agent_unref (Agent *agent)
{
  g_rc_box_release_full (agent, (GDestroyNotify)agent_clear);
}

const char *
bus_agent_get_owner (Agent *agent)
{
  return agent->owner;
}

BusShare *
bus_agent_get_share (Agent *agent)
{
  return agent->share;
}

const char *
bus_agent_get_path (Agent *agent)
{
  return agent->path;
}

const char *
bus_agent_get_reader (Agent *agent)
{
  return agent->reader;
}

gboolean
bus_agent_has_capability (Agent *agent, const char *capability)
{
  return (agent->capabilities & bus_agent_capability_from_string (capability)) != 0;
}

gboolean
bus_agent_is_tired (Agent *agent)
{
  return agent->lost || bus_share_is_full (agent->share, BUS_ACCOUNT_UNANSWERED);
}

static sd_bus_message *
new_call (Agent *agent, const char *member, const char *visit)
{
  sd_bus_message *message = NULL;
  int result = sd_bus_message_new_method_call (agent->bus, &message, agent->owner, agent->path, SHIKAKU_INTERFACE_AGENT,
                                               member);

  if (result >= 0 && visit != NULL)
    result = sd_bus_message_append_basic (message, 'o', visit);
  return result < 0 ? sd_bus_message_unref (message) : message;
}

static void
withdraw_screen (Agent *agent)
{
  g_autofree char *visit = g_steal_pointer (&agent->screen);

  if (visit != NULL && agent->outgoing != NULL)
    bus_outgoing_send (agent->outgoing, new_call (agent, "Cancel", visit));
}

/* The life of one request. */

static void
request_free_if_done (AgentRequest *request)
{
  if (request->task != NULL || request->at_agent)
    return;
  sd_bus_message_unref (request->message);
  g_strfreev (request->kinds);
  g_clear_pointer (&request->answers, g_array_unref);
  secret_free (request->pin);
  bus_agent_unref (request->agent);
  g_free (request);
}

static void serve_next (Agent *agent);

static void
return_outcome (GTask *task, GError *error, Secret *pin, GArray *answers)
{
  if (error != NULL)
    g_task_return_error (task, error);
  else if (pin != NULL)
    g_task_return_pointer (task, pin, (GDestroyNotify)secret_free);
  else
    g_task_return_pointer (task, answers, (GDestroyNotify)g_array_unref);
}

/* Ends @request with @error (transfer full), or with what the agent gave. */
static void
request_end (AgentRequest *request, GError *error)
{
  Agent *agent = bus_agent_ref (request->agent);
  g_autoptr (GTask) task = g_steal_pointer (&request->task);
  Secret *pin = error != NULL ? NULL : g_steal_pointer (&request->pin);
  GArray *answers = error != NULL ? NULL : g_steal_pointer (&request->answers);
  gboolean was_served = g_queue_peek_head (&agent->requests) == request;

  g_queue_remove (&agent->requests, request);
  if (request->timer)
    g_source_remove (request->timer);
  if (request->cancelled != NULL)
    g_source_destroy (request->cancelled);
  g_clear_pointer (&request->cancelled, g_source_unref);
  g_clear_pointer (&request->pipe, bus_pin_pipe_free);
  g_object_set_data (G_OBJECT (task), ANSWERER, (gpointer)request->answerer);

  if (was_served && error != NULL)
    withdraw_screen (agent);
  else if (was_served)
    g_clear_pointer (&agent->screen, g_free);
  if (request->at_agent)
    bus_share_charge (agent->share, BUS_ACCOUNT_UNANSWERED);
  request_free_if_done (request);
  if (was_served)
    serve_next (agent);
  /* Last: the visit is called back from here, and may ask the next question. */
  return_outcome (task, error, pin, answers);
  bus_agent_unref (agent);
}

static GError *
new_refusal (AgentRequest *request)
{
  if (request->refusal == SHIKAKU_ERROR_PIN_REFUSED)
    return g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_REFUSED, "no PIN of four digits came from the agent");
  return g_error_new_literal (SHIKAKU_ERROR, request->refusal, "no consent came from the agent");
}

static GError *
new_gone (void)
{
  return g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_AGENT_GONE, "the agent at the reader has gone");
}

static void
end_if_complete (AgentRequest *request)
{
  if (request->answered && request->pipe == NULL)
    request_end (request, request->pin != NULL || request->answers != NULL ? NULL : new_refusal (request));
}

static GError *
adopt_agent_error (AgentRequest *request, sd_bus_message *reply)
{
  const sd_bus_error *error = sd_bus_message_get_error (reply);
  ShikakuError code;

  if (sd_bus_error_has_name (error, SD_BUS_ERROR_NOT_SUPPORTED)
      && g_strcmp0 (sd_bus_message_get_sender (reply), "org.freedesktop.DBus") == 0)
    return g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_NO_AGENT,
                                "the agent's connection takes no file descriptors: it cannot be asked for a PIN");

  if (shikaku_error_lookup (error->name, &code) && code == SHIKAKU_ERROR_CANCELLED)
    return g_error_new_literal (SHIKAKU_ERROR, code, "the patient gave up");
  request->agent->lost = sd_bus_error_has_names (error, SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER);
  if (sd_bus_error_has_names (error, SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER,
                              SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_DISCONNECTED, SD_BUS_ERROR_UNKNOWN_OBJECT,
                              SD_BUS_ERROR_UNKNOWN_METHOD, SD_BUS_ERROR_UNKNOWN_INTERFACE))
    return new_gone ();
  return new_refusal (request);
}

/* find_asked: bits of the questions that an answer to @kind is for: several, if it is the combined one. 0: none. */
static guint
find_asked (const AgentRequest *request, const char *kind)
{
  if (strcmp (kind, SHIKAKU_CONSENT_TOGETHER) == 0)
    return request->together;
  for (guint i = 0; request->kinds[i] != NULL; i++)
    if (strcmp (request->kinds[i], kind) == 0)
      return 1u << i;
  return 0;
}

/* An answer to a question that was not asked, or two to one, spoils them all: who answers so cannot be trusted. */
static gboolean
read_answers (AgentRequest *request, sd_bus_message *reply)
{
  const char *kind;
  int granted, result;
  guint seen = 0;

  result = sd_bus_message_enter_container (reply, 'a', "{sb}");
  while (result > 0 && (result = sd_bus_message_read (reply, "{sb}", &kind, &granted)) > 0)
    {
      const guint asked = find_asked (request, kind);

      if (asked == 0 || (seen & asked) != 0)
        return FALSE;
      seen |= asked;
      for (guint i = 0; i < request->answers->len; i++)
        if ((asked & (1u << i)) != 0)
          g_array_index (request->answers, gboolean, i) = granted;
    }
  return result >= 0;
}

static void
on_reply (sd_bus_message *reply, gpointer user_data)
{
  AgentRequest *request = user_data;

  request->at_agent = FALSE;
  if (request->task == NULL) /* it ended without this answer */
    {
      if (reply == NULL || sd_bus_message_is_method_error (reply, SD_BUS_ERROR_NO_REPLY) <= 0)
        bus_share_discharge (request->agent->share, BUS_ACCOUNT_UNANSWERED);
      request_free_if_done (request);
    }
  else if (reply == NULL)
    request_end (request, new_gone ());
  else if (sd_bus_message_is_method_error (reply, NULL) > 0)
    request_end (request, adopt_agent_error (request, reply));
  else if (request->kinds != NULL && !read_answers (request, reply))
    request_end (request, new_refusal (request));
  else
    {
      request->answered = TRUE;
      end_if_complete (request);
    }
}

static gboolean
on_time_limit (gpointer user_data)
{
  AgentRequest *request = user_data;

  request->timer = 0;
  request_end (request, new_refusal (request));
  return G_SOURCE_REMOVE;
}

static void
on_pin (Secret *pin, gpointer user_data)
{
  AgentRequest *request = user_data;

  request->pin = pin;
  g_clear_pointer (&request->pipe, bus_pin_pipe_free);
  if (pin == NULL && !request->answered)
    {
      /* Refused already; the agent's answer, or its going, will tell why, if it comes soon. */
      g_source_remove (request->timer);
      request->timer = g_timeout_add_seconds (REASON_SECONDS, on_time_limit, request);
    }
  end_if_complete (request);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  request_end (user_data,
               g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "the visit withdrew its question"));
  return G_SOURCE_REMOVE;
}

static void
serve_next (Agent *agent)
{
  AgentRequest *request = g_queue_peek_head (&agent->requests);

  if (request == NULL || request->at_agent || agent->outgoing == NULL)
    return;
  g_free (agent->screen);
  agent->screen = g_strdup (g_task_get_task_data (request->task));
  request->at_agent = TRUE;
  request->timer = g_timeout_add_seconds (request->limit_seconds, on_time_limit, request);
  bus_outgoing_call (agent->outgoing, g_steal_pointer (&request->message), request->limit_seconds + LATE_SECONDS,
                     on_reply, request);
}

static AgentRequest *
request_new (Agent *agent, const AgentContext *context, GCancellable *cancellable, GAsyncReadyCallback callback,
             gpointer user_data)
{
  AgentRequest *request = g_new0 (AgentRequest, 1);

  request->agent = bus_agent_ref (agent);
  request->task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_check_cancellable (request->task, FALSE);
  g_task_set_task_data (request->task, g_strdup (context->visit), g_free);
  if (cancellable != NULL)
    {
      request->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (request->cancelled, G_SOURCE_FUNC (on_cancelled), request, NULL);
      g_source_attach (request->cancelled, NULL);
    }
  g_queue_push_tail (&agent->requests, request);
  return request;
}

/* Begins @request, whose message was built with @result. */
static void
request_begin (AgentRequest *request, int result)
{
  Agent *agent = request->agent;

  if (agent->outgoing == NULL)
    request_end (request, new_gone ());
  else if (result < 0)
    request_end (request, g_error_new (SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "agent call: %s", g_strerror (-result)));
  else if (g_queue_peek_head (&agent->requests) == request)
    serve_next (agent);
}

/* Opens the details with what all requests tell. */
static int
open_details (sd_bus_message *message, const AgentContext *context)
{
  const BusEntryText texts[] = {
    { "Caller", context->caller },
    { "Language", context->language != NULL ? context->language : "" },
    { "Reader", context->reader },
    { NULL },
  };
  int result = sd_bus_message_open_container (message, 'a', "{sv}");

  if (result >= 0)
    result = bus_entry_append_texts (message, texts);
  return result;
}

void
bus_agent_request_pin (Agent *agent, const AgentContext *context, guint tries_left, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  AgentRequest *request = request_new (agent, context, cancellable, callback, user_data);
  int write_end = -1;
  int result = -EIO;

  request->refusal = SHIKAKU_ERROR_PIN_REFUSED;
  request->limit_seconds = PIN_SECONDS;
  request->message = new_call (agent, "RequestPin", context->visit);
  request->pipe = bus_pin_pipe_new (&write_end, on_pin, request, NULL);
  if (request->message != NULL && request->pipe != NULL)
    result = sd_bus_message_append_basic (request->message, 'h', &write_end);
  /* The message has a copy of its own, which it closes when it was sent: the agent's will be the only one. */
  if (request->pipe != NULL)
    close (write_end);
  if (result >= 0)
    result = open_details (request->message, context);
  if (result >= 0)
    result = bus_entry_append (request->message, "TriesLeft", "u", tries_left);
  if (result >= 0)
    result = sd_bus_message_close_container (request->message);
  request_begin (request, result);
}

Secret *
bus_agent_request_pin_finish (Agent *agent, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static int
append_question (sd_bus_message *message, const AgentQuestion *question)
{
  return sd_bus_message_append (message, "(sss)", question->kind, question->text, question->version);
}

/* append_questions: those that are asked one by one, and the combined one in place of its parts; or, @parts, these. */
static int
append_questions (sd_bus_message *message, const AgentQuestions *questions, gboolean parts)
{
  const AgentQuestion together
      = { SHIKAKU_CONSENT_TOGETHER, (char *)questions->together, questions->together_version, FALSE };
  gboolean is_put = parts;
  int result = sd_bus_message_open_container (message, 'a', "(sss)");

  for (guint i = 0; i < questions->n_questions && result >= 0; i++)
    {
      const AgentQuestion *question = &questions->questions[i];

      if (question->is_together == parts)
        result = append_question (message, question);
      else if (!is_put)
        {
          is_put = TRUE;
          result = append_question (message, &together);
        }
    }
  return result < 0 ? result : sd_bus_message_close_container (message);
}

/* append_parts: the questions of which the combined one is made, for a screen that can put each of them. */
static int
append_parts (sd_bus_message *message, const AgentQuestions *questions)
{
  int result = bus_entry_open (message, "Together", "a(sss)");

  if (result >= 0)
    result = append_questions (message, questions, TRUE);
  return result < 0 ? result : bus_entry_close (message);
}

static int
append_asked (sd_bus_message *message, const AgentContext *context, const AgentQuestions *questions)
{
  int result = append_questions (message, questions, FALSE);

  if (result >= 0)
    result = open_details (message, context);
  if (result >= 0 && questions->together != NULL)
    result = append_parts (message, questions);
  return result < 0 ? result : sd_bus_message_close_container (message);
}

void
bus_agent_request_consent (Agent *agent, const AgentContext *context, const AgentQuestions *questions,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  AgentRequest *request = request_new (agent, context, cancellable, callback, user_data);

  request->refusal = SHIKAKU_ERROR_CONSENT_DENIED;
  request->limit_seconds = CONSENT_SECONDS;
  request->kinds = g_new0 (char *, questions->n_questions + 1);
  request->answers = g_array_set_size (g_array_new (FALSE, TRUE, sizeof (gboolean)), questions->n_questions);
  for (guint i = 0; i < questions->n_questions; i++)
    {
      request->kinds[i] = g_strdup (questions->questions[i].kind);
      request->together |= questions->questions[i].is_together ? 1u << i : 0;
    }
  request->message = new_call (agent, "RequestConsent", context->visit);
  request_begin (request, request->message != NULL ? append_asked (request->message, context, questions) : -EIO);
}

GArray *
bus_agent_request_consent_finish (Agent *agent, GAsyncResult *result, const char **ret_answerer, GError **error)
{
  *ret_answerer = g_object_get_data (G_OBJECT (result), ANSWERER);
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
bus_agent_note_answerer (Agent *agent, const char *visit, const char *answerer)
{
  AgentRequest *request = g_queue_peek_head (&agent->requests);

  if (request == NULL || request->task == NULL || request->kinds == NULL
      || g_strcmp0 (g_task_get_task_data (request->task), visit) != 0)
    return FALSE;
  request->answerer = answerer;
  return TRUE;
}

void
bus_agent_show_message (Agent *agent, const AgentContext *context, const char *message, const char *text)
{
  g_autoptr (sd_bus_message) call = NULL;

  /* The screen is that of who is asked now, which may be for another visit. */
  if (agent->outgoing == NULL || !(agent->capabilities & BUS_AGENT_MESSAGE) || agent->requests.length > 0)
    return;
  call = new_call (agent, "ShowMessage", context->visit);
  if (call == NULL || sd_bus_message_append_basic (call, 's', message) < 0 || open_details (call, context) < 0
      || bus_entry_append_text (call, "Text", text != NULL ? text : "") < 0
      || sd_bus_message_close_container (call) < 0)
    return;
  g_free (agent->screen);
  agent->screen = g_strdup (context->visit);
  bus_outgoing_send (agent->outgoing, g_steal_pointer (&call));
}

void
bus_agent_cancel (Agent *agent, const AgentContext *context)
{
  if (g_strcmp0 (agent->screen, context->visit) == 0)
    withdraw_screen (agent);
}

void
bus_agent_dismiss (Agent *agent, gboolean tell)
{
  AgentRequest *request;

  bus_agent_ref (agent);
  withdraw_screen (agent);
  if (tell && agent->outgoing != NULL)
    bus_outgoing_send (agent->outgoing, new_call (agent, "Release", NULL));
  agent->outgoing = NULL;
  while ((request = g_queue_peek_head (&agent->requests)) != NULL)
    request_end (request, new_gone ());
  bus_agent_unref (agent);
}
