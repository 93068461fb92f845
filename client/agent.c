/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * agent: in come the daemon's requests for the patient, out go a PIN through its pipe, and answers.
 *
 * One request at a time, as the contract has it; a new one withdraws the one before.
 */
#include "agent.h"

#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "client/output.h"

#define PIN_DIGITS 4
#define CONSENTS_MAXIMUM 32 /* of one request; there are fewer kinds */

const char *const agent_capabilities[] = { "pin", "consent", "message", NULL };

struct Agent
{
  Client *client;
  Terminal *terminal;
  char *token;
  AgentReleased released;
  gpointer user_data;
  guint registration;

  GDBusMethodInvocation *invocation; /* being answered; NULL: nothing asked */
  char *visit;
  int pipe;
  char *prompt;
  GVariant *questions; /* a(sss) */
  gsize question;
  GVariantBuilder answers;
};

static const char introspection[]
    = "<node><interface name='" SHIKAKU_INTERFACE_AGENT "'>"
      "<method name='RequestPin'><arg type='o' name='visit' direction='in'/><arg type='h' name='pipe' direction='in'/>"
      "<arg type='a{sv}' name='details' direction='in'/></method>"
      "<method name='RequestConsent'><arg type='o' name='visit' direction='in'/>"
      "<arg type='a(sss)' name='questions' direction='in'/><arg type='a{sv}' name='details' direction='in'/>"
      "<arg type='a{sb}' name='answers' direction='out'/></method>"
      "<method name='ShowMessage'><arg type='o' name='visit' direction='in'/><arg type='s' name='message' "
      "direction='in'/>"
      "<arg type='a{sv}' name='details' direction='in'/></method>"
      "<method name='Cancel'><arg type='o' name='visit' direction='in'/></method>"
      "<method name='Release'/>"
      "</interface></node>";

/* Ends the request under way. @error: a short name, or NULL for success with @result. */
static void
end_request (Agent *agent, GVariant *result, const char *error)
{
  GDBusMethodInvocation *invocation = g_steal_pointer (&agent->invocation);

  if (agent->pipe >= 0)
    close (agent->pipe);
  agent->pipe = -1;
  if (agent->questions != NULL)
    g_variant_builder_clear (&agent->answers);
  g_clear_pointer (&agent->questions, g_variant_unref);
  g_clear_pointer (&agent->visit, g_free);
  g_clear_pointer (&agent->prompt, g_free);
  if (invocation == NULL)
    return;
  if (error != NULL)
    {
      g_autofree char *name = g_strconcat (SHIKAKU_ERROR_PREFIX, error, NULL);
      g_dbus_method_invocation_return_dbus_error (invocation, name, "not answered at the patient's side");
    }
  else
    g_dbus_method_invocation_return_value (invocation, result);
}

void
agent_withdraw (Agent *agent)
{
  terminal_withdraw (agent->terminal);
  end_request (agent, NULL, "Cancelled");
}

/* With the input method on, digits come full-width, and nobody sees it while nothing is shown. */
static void
fold_full_width_digits (char *text)
{
  const guchar *from = (const guchar *)text;
  char *to = text;

  while (*from)
    {
      if (from[0] == 0xEF && from[1] == 0xBC && from[2] >= 0x90 && from[2] <= 0x99)
        {
          *to++ = (char)('0' + (from[2] - 0x90));
          from += 3;
        }
      else
        *to++ = (char)*from++;
    }
  *to = '\0';
}

static void
on_pin (char *line, gpointer user_data)
{
  Agent *agent = user_data;
  gboolean written;

  if (line == NULL || !*line)
    {
      end_request (agent, NULL, "PinRefused");
      return;
    }
  fold_full_width_digits (line);
  if (strlen (line) != PIN_DIGITS || strspn (line, "0123456789") != PIN_DIGITS)
    {
      output_error (_ ("The PIN is four digits."));
      if (terminal_is_interactive (agent->terminal))
        terminal_ask (agent->terminal, agent->prompt, FALSE, on_pin, agent);
      else
        end_request (agent, NULL, "PinRefused");
      return;
    }
  written = write (agent->pipe, line, PIN_DIGITS) == PIN_DIGITS;
  end_request (agent, NULL, written ? NULL : "PinRefused");
}

/* Who asks for what, so that a person knows what the PIN is for. */
static void
print_heading (GVariant *details)
{
  const char *caller = NULL, *reader = NULL;
  g_autofree char *clean_caller = NULL, *clean_reader = NULL;

  g_variant_lookup (details, "Caller", "&s", &caller);
  g_variant_lookup (details, "Reader", "&s", &reader);
  clean_caller = output_clean (caller != NULL ? caller : "");
  clean_reader = output_clean (reader != NULL ? reader : "");
  if (*clean_caller && *clean_reader)
    g_printerr (_ ("Asked by %s at %s"), clean_caller, clean_reader);
  else if (*clean_caller)
    g_printerr (_ ("Asked by %s"), clean_caller);
  else
    return;
  g_printerr ("\n");
}

static void
request_pin (Agent *agent, GVariant *parameters)
{
  GUnixFDList *list = g_dbus_message_get_unix_fd_list (g_dbus_method_invocation_get_message (agent->invocation));
  g_autoptr (GVariant) details = g_variant_get_child_value (parameters, 2);
  gint32 handle;
  guint tries = 0;

  g_variant_get_child (parameters, 1, "h", &handle);
  agent->pipe = list != NULL ? g_unix_fd_list_get (list, handle, NULL) : -1;
  if (agent->pipe < 0)
    {
      end_request (agent, NULL, "PinRefused");
      return;
    }
  if (agent->token == NULL)
    print_heading (details);
  if (g_variant_lookup (details, "TriesLeft", "u", &tries))
    agent->prompt
        = g_strdup_printf (ngettext ("PIN (4 digits, %u try left): ", "PIN (4 digits, %u tries left): ", tries), tries);
  else
    agent->prompt = g_strdup (_ ("PIN (4 digits): "));
  terminal_ask (agent->terminal, agent->prompt, FALSE, on_pin, agent);
}

static void ask_next_question (Agent *agent);

/* Return: 1 yes, 0 no, -1 neither. */
static int
read_yes_or_no (const char *line)
{
  g_autofree char *valid = g_utf8_make_valid (line, -1);
  g_autofree char *folded = g_utf8_normalize (valid, -1, G_NORMALIZE_ALL);
  g_autofree char *answer = g_utf8_strdown (g_strstrip (folded), -1);

  if (g_str_equal (answer, "y") || g_str_equal (answer, "yes") || g_str_equal (answer, C_ ("answer", "yes")))
    return 1;
  if (g_str_equal (answer, "n") || g_str_equal (answer, "no") || g_str_equal (answer, C_ ("answer", "no")))
    return 0;
  return -1;
}

static void
answer_question (Agent *agent, gboolean granted)
{
  const char *kind;

  g_variant_get_child (agent->questions, agent->question++, "(&s&s&s)", &kind, NULL, NULL);
  g_variant_builder_add (&agent->answers, "{sb}", kind, granted);
  ask_next_question (agent);
}

static void
on_consent (char *line, gpointer user_data)
{
  Agent *agent = user_data;
  int answer = line != NULL ? read_yes_or_no (line) : 0;

  if (answer < 0 && terminal_is_interactive (agent->terminal))
    {
      output_error (_ ("Please answer yes or no."));
      ask_next_question (agent);
      return;
    }
  answer_question (agent, answer == 1); /* what is no clear yes is a no */
}

/* make_prompt: a combined question has a line for each part. (transfer full). NULL: it cannot be shown as it is. */
static char *
make_prompt (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) prompt = g_string_new (NULL);

  for (char **line = lines; *line != NULL; line++)
    {
      g_autofree char *clean = output_clean (*line);
      g_autofree char *whole = line[1] != NULL ? g_strdup (clean) : g_strdup_printf ("%s %s ", clean, _ ("[yes/no]"));
      g_autofree char *folded = output_fold (whole);

      if (!output_can_show (clean))
        return NULL;
      g_string_append_printf (prompt, "%s%s", line == lines ? "" : "\n", folded);
    }
  return g_string_free (g_steal_pointer (&prompt), FALSE);
}

static void
ask_next_question (Agent *agent)
{
  const char *text;
  g_autofree char *prompt = NULL;

  if (agent->question >= g_variant_n_children (agent->questions))
    {
      end_request (agent, g_variant_new ("(@a{sb})", g_variant_builder_end (&agent->answers)), NULL);
      return;
    }
  g_variant_get_child (agent->questions, agent->question, "(&s&s&s)", NULL, &text, NULL);
  prompt = make_prompt (text);
  if (prompt == NULL)
    {
      output_error (_ ("A question cannot be shown on this terminal, and is answered with no."));
      answer_question (agent, FALSE); /* nobody consents to question marks */
      return;
    }
  terminal_ask (agent->terminal, prompt, TRUE, on_consent, agent);
}

static void
request_consent (Agent *agent, GVariant *parameters)
{
  g_autoptr (GVariant) details = g_variant_get_child_value (parameters, 2);

  agent->questions = g_variant_get_child_value (parameters, 1);
  agent->question = 0;
  g_variant_builder_init (&agent->answers, G_VARIANT_TYPE ("a{sb}"));
  if (g_variant_n_children (agent->questions) > CONSENTS_MAXIMUM)
    {
      end_request (agent, NULL, "ConsentDenied");
      return;
    }
  if (agent->token == NULL)
    print_heading (details);
  ask_next_question (agent);
}

static void
show_message (GVariant *parameters)
{
  g_autoptr (GVariant) details = g_variant_get_child_value (parameters, 2);
  const char *text = NULL;

  if (!g_variant_lookup (details, "Text", "&s", &text) || !output_can_show (text))
    g_variant_get_child (parameters, 1, "&s", &text); /* such as remove-card: more than question marks say */
  output_error (text);
}

static void
begin_request (Agent *agent, GDBusMethodInvocation *invocation, const char *visit)
{
  agent_withdraw (agent);
  agent->invocation = invocation;
  agent->visit = g_strdup (visit);
}

static void
on_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
         GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user_data)
{
  Agent *agent = user_data;
  g_autofree char *visit = NULL;

  if (g_variant_n_children (parameters) > 0)
    g_variant_get_child (parameters, 0, "o", &visit);
  if (g_strcmp0 (sender, agent->client->daemon) != 0
      || (agent->token != NULL && visit != NULL && !g_str_has_suffix (visit, agent->token)))
    {
      g_dbus_method_invocation_return_dbus_error (invocation, SHIKAKU_ERROR_PREFIX "NotAuthorized",
                                                  "this agent does not serve you");
      return;
    }
  if (g_str_equal (method, "RequestPin") || g_str_equal (method, "RequestConsent"))
    {
      begin_request (agent, invocation, visit);
      if (g_str_equal (method, "RequestPin"))
        request_pin (agent, parameters);
      else
        request_consent (agent, parameters);
      return;
    }
  if (g_str_equal (method, "ShowMessage"))
    show_message (parameters);
  else if (g_str_equal (method, "Cancel") && g_strcmp0 (visit, agent->visit) == 0)
    agent_withdraw (agent);
  else if (g_str_equal (method, "Release"))
    {
      agent_withdraw (agent);
      agent->released (agent->user_data);
    }
  g_dbus_method_invocation_return_value (invocation, NULL);
}

Agent *
agent_new (Client *client, Terminal *terminal, const char *token, AgentReleased released, gpointer user_data)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (introspection, NULL);
  Agent *agent = g_new0 (Agent, 1);

  agent->client = client;
  agent->terminal = terminal;
  agent->token = g_strdup (token);
  agent->released = released;
  agent->user_data = user_data;
  agent->pipe = -1;
  agent->registration = g_dbus_connection_register_object (client->connection, AGENT_PATH, node->interfaces[0], &vtable,
                                                           agent, NULL, NULL);
  g_assert (agent->registration > 0); /* the path is ours alone */
  return agent;
}

void
agent_free (Agent *agent)
{
  if (agent == NULL)
    return;
  agent_withdraw (agent);
  g_dbus_connection_unregister_object (agent->client->connection, agent->registration);
  g_free (agent->token);
  g_free (agent);
}

void
agent_register (Agent *agent, const char *reader, const char *const *capabilities, GAsyncReadyCallback callback,
                gpointer user_data)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  if (reader != NULL)
    g_variant_dict_insert (&options, "Reader", "o", reader);
  client_call (agent->client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_AGENT_MANAGER, "RegisterAgent",
               g_variant_new ("(o^as@a{sv})", AGENT_PATH, capabilities, g_variant_dict_end (&options)),
               CLIENT_CALL_SECONDS, callback, user_data);
}

void
agent_fail (Agent *agent, const char *reader, const GError *error)
{
  g_autofree char *name = NULL, *message = NULL;

  errors_split (error, &name, &message);
  if (reader != NULL || !g_str_equal (name, SHIKAKU_ERROR_PREFIX "InvalidOption"))
    {
      client_fail (agent->client, error);
      return;
    }
  client_fail_saying (agent->client, name,
                      _ ("There are several card readers. Name one with --reader; “shikakuctl readers” lists them."));
}
