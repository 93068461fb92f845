/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-agent-manager: a table of readers and their agents. */
#include "bus/bus-agent-manager.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/message-ids.h"
#include "bus/bus-agent.h"
#include "bus/bus-options.h"

struct BusAgents
{
  sd_bus *bus;
  BusOutgoing *outgoing;
  BusCalls *calls;
  BusDescriptors *descriptors;
  Station *station;
  GHashTable *table; /* reader path, of the agent → Agent */
  sd_bus_slot *slot;
  BusAgentsChanged changed;
  gpointer user_data;
};

/* Takes @agent out of the table; those who hold it find it gone. */
static void
drop_agent (BusAgents *self, Agent *agent, gboolean tell)
{
  bus_share_discharge (bus_agent_get_share (agent), BUS_ACCOUNT_AGENT);
  log_event (LOG_INFO, SHIKAKU_MESSAGE_AGENT_GONE, NULL, LOG_FIELD ("SHIKAKU_READER", bus_agent_get_reader (agent)),
             "The agent of %s is gone", bus_agent_get_reader (agent));
  g_hash_table_steal (self->table, bus_agent_get_reader (agent));
  self->changed (bus_agent_get_reader (agent), self->user_data);
  bus_agent_dismiss (agent, tell);
  bus_agent_unref (agent);
}

static Agent *
find_by_path (BusAgents *self, const char *owner, const char *path)
{
  GHashTableIter iterator;
  Agent *agent;

  g_hash_table_iter_init (&iterator, self->table);
  while (g_hash_table_iter_next (&iterator, NULL, (gpointer *)&agent))
    if (strcmp (bus_agent_get_owner (agent), owner) == 0
        && (path == NULL || strcmp (bus_agent_get_path (agent), path) == 0))
      return agent;
  return NULL;
}

static gboolean
read_capabilities (sd_bus_message *message, BusAgentCapabilities *ret_capabilities, GError **error)
{
  const char *text;
  int result = sd_bus_message_enter_container (message, 'a', "s");

  *ret_capabilities = 0;
  while (result > 0 && (result = sd_bus_message_read_basic (message, 's', &text)) > 0)
    {
      BusAgentCapabilities capability = bus_agent_capability_from_string (text);

      *ret_capabilities |= capability;
      if (!capability)
        result = -EINVAL;
    }
  if (result >= 0 && *ret_capabilities != 0 && sd_bus_message_exit_container (message) >= 0)
    return TRUE;
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                       "Capabilities are at least one of pin, consent and message");
  return FALSE;
}

/* The reader asked for, or the only one there is. */
static const char *
choose_reader (BusAgents *self, const char *wanted, GError **error)
{
  StationReader *reader = station_find_reader (self->station, wanted);

  if (reader != NULL && !station_reader_is_terminal (reader))
    return station_reader_get_path (reader);
  if (reader != NULL)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                         "Reader: this is a terminal, which asks its patients itself");
  else if (wanted == NULL && station_summarise_readers (self->station).n_readers > 1)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                         "there are several readers: name one as Reader");
  else
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NO_READER, "there is no such reader");
  return NULL;
}

/* The agent of @reader; none if it is there in name only. */
static Agent *
find_by_reader (BusAgents *self, const char *reader)
{
  Agent *agent = g_hash_table_lookup (self->table, reader);

  if (agent == NULL || !bus_agent_is_tired (agent))
    return agent;
  log_warning (NULL, "The agent of %s answers nothing: it is let go", reader);
  drop_agent (self, agent, TRUE);
  return NULL;
}

static gboolean
may_register (BusAgents *self, BusPeer *peer, const char *path, const char *reader, GError **error)
{
  if (!bus_share_has_room (peer->share, BUS_ACCOUNT_UNANSWERED))
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LIMIT_EXCEEDED,
                         "this agent has left too many requests unanswered");
  else if (find_by_reader (self, reader) != NULL)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_AGENT_EXISTS, "the reader has an agent already");
  else if (find_by_path (self, peer->name, path) != NULL)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_AGENT_EXISTS,
                         "this object is the agent of another reader");
  else
    return TRUE;
  return FALSE;
}

/* A registration on its way. */
typedef struct
{
  BusAgents *agents;
  BusCalls *calls;
  BusCall *call;
  const char *path; /* of the call */
  char *reader;     /* for which it has the right: it stays the same, whatever is plugged in meanwhile */
  BusAgentCapabilities capabilities;
} Registration;

static void
registration_free (Registration *registration)
{
  bus_calls_unref (registration->calls);
  g_free (registration->reader);
  g_free (registration);
}

static gboolean
read_registration (Registration *registration, GError **error)
{
  static const BusOption options[] = { { "Reader", BUS_OPTION_PATH, 0, NULL }, { NULL } };
  sd_bus_message *message = bus_call_get_message (registration->call);
  const char *reader = NULL;

  if (!bus_error_check (sd_bus_message_read_basic (message, 'o', &registration->path), "path", error)
      || !read_capabilities (message, &registration->capabilities, error)
      || !bus_options_read (message, options, &reader, error)
      || (reader = choose_reader (registration->agents, reader, error)) == NULL)
    return FALSE;
  registration->reader = g_strdup (reader);
  return TRUE;
}

static gboolean
register_agent (BusAgents *self, const Registration *registration, BusPeer *peer, GError **error)
{
  const char *reader = registration->reader;
  Agent *agent;

  if (!may_register (self, peer, registration->path, reader, error))
    return FALSE;
  agent = bus_agent_new (self->bus, self->outgoing, peer->name, registration->path, reader, registration->capabilities,
                         peer->share);
  g_hash_table_insert (self->table, (gpointer)bus_agent_get_reader (agent), agent);
  bus_share_charge (peer->share, BUS_ACCOUNT_AGENT);
  self->changed (reader, self->user_data);
  log_event (LOG_INFO, SHIKAKU_MESSAGE_AGENT_REGISTERED, NULL, LOG_FIELD ("SHIKAKU_READER", reader), "%s has an agent",
             reader);
  return TRUE;
}

static gboolean
may_ask_pin (BusPeerDescriptors descriptors, GError **error)
{
  if (descriptors != BUS_PEER_DESCRIPTORS_REFUSED)
    return TRUE;
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                       "Capabilities: this connection takes no file descriptors, and so cannot be asked for a pin");
  return FALSE;
}

/* Meanwhile the daemon may have begun to end, and the caller may have gone. */
static void
on_descriptors_known (BusPeerDescriptors descriptors, gpointer user_data)
{
  Registration *registration = user_data;
  BusCall *call = registration->call;
  BusPeer *peer = bus_call_get_peer (call);
  GError *error = NULL;

  if (bus_calls_are_closed (registration->calls))
    error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is shutting down");
  else if (peer == NULL)
    error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "the caller has gone");
  else if (may_ask_pin (descriptors, &error))
    register_agent (registration->agents, registration, peer, &error);
  if (error == NULL)
    bus_call_return (call, "");
  else
    bus_call_return_error (call, error);
  registration_free (registration);
}

static void
handle_register (BusCall *call, gpointer target)
{
  BusAgents *self = target;
  Registration *registration = g_new0 (Registration, 1);
  GError *error = NULL;

  registration->agents = self;
  registration->calls = bus_calls_ref (self->calls);
  registration->call = call;
  if (!read_registration (registration, &error))
    {
      bus_call_return_error (call, error);
      registration_free (registration);
    }
  else if (registration->capabilities & BUS_AGENT_PIN) /* only the PIN comes with a descriptor */
    bus_descriptors_ask (self->descriptors, bus_call_get_peer (call), on_descriptors_known, registration);
  else
    on_descriptors_known (BUS_PEER_DESCRIPTORS_UNKNOWN, registration);
}

static void
handle_unregister (BusCall *call, gpointer target)
{
  const char *path = NULL;
  Agent *agent = NULL;

  if (sd_bus_message_read_basic (bus_call_get_message (call), 'o', &path) > 0)
    agent = find_by_path (target, bus_call_get_peer (call)->name, path);
  if (agent == NULL)
    {
      bus_call_return_error (
          call, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, "the caller has no agent at this path"));
      return;
    }
  drop_agent (target, agent, FALSE);
  bus_call_return (call, "");
}

/* find_answerer: static; NULL: there is no such word, or none that an agent may say. */
static const char *
find_answerer (const char *word)
{
  const char *answerer = NULL;

#define ANSWERER(suffix, text) \
  if (strcmp (word, text) == 0) \
    answerer = text;
  SHIKAKU_ANSWERERS (ANSWERER)
#undef ANSWERER
  return g_strcmp0 (answerer, "staff") != 0 ? answerer : NULL;
}

static void
handle_set_answerer (BusCall *call, gpointer target)
{
  BusAgents *self = target;
  const char *visit = "", *word = "", *answerer;
  GHashTableIter iter;
  gpointer agent;
  GError *error = NULL;
  gboolean is_noted = FALSE;

  sd_bus_message_read (bus_call_get_message (call), "os", &visit, &word);
  answerer = find_answerer (word);
  if (answerer == NULL)
    {
      bus_call_return_error (call, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                                                        "the answerer is patient, guardian or carer"));
      return;
    }
  g_hash_table_iter_init (&iter, self->table);
  while (!is_noted && g_hash_table_iter_next (&iter, NULL, &agent))
    if (g_str_equal (bus_agent_get_owner (agent), bus_call_get_peer (call)->name))
      is_noted = bus_agent_note_answerer (agent, visit, answerer);
  if (!is_noted)
    error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_STATE,
                                 "no consent of this visit is being asked of the caller");
  if (error == NULL)
    bus_call_return (call, "");
  else
    bus_call_return_error (call, error);
}

static const BusMethod methods[] = {
  { "RegisterAgent", handle_register },
  { "UnregisterAgent", handle_unregister },
  { "SetAnswerer", handle_set_answerer },
  { NULL },
};

static int
on_call (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  return bus_call_begin (((BusAgents *)user_data)->calls, message, SHIKAKU_INTERFACE_AGENT_MANAGER, methods, user_data);
}

static int
get_version (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
             void *user_data, sd_bus_error *error)
{
  return sd_bus_message_append (reply, "u", 1);
}

static const sd_bus_vtable vtable[] = {
  SD_BUS_VTABLE_START (0),
  SD_BUS_METHOD_WITH_ARGS ("RegisterAgent", SD_BUS_ARGS ("o", path, "as", capabilities, "a{sv}", options),
                           SD_BUS_NO_RESULT, on_call, SD_BUS_VTABLE_UNPRIVILEGED),
  SD_BUS_METHOD_WITH_ARGS ("UnregisterAgent", SD_BUS_ARGS ("o", path), SD_BUS_NO_RESULT, on_call,
                           SD_BUS_VTABLE_UNPRIVILEGED),
  SD_BUS_METHOD_WITH_ARGS ("SetAnswerer", SD_BUS_ARGS ("o", visit, "s", answerer), SD_BUS_NO_RESULT, on_call,
                           SD_BUS_VTABLE_UNPRIVILEGED),
  SD_BUS_PROPERTY ("Version", "u", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
  SD_BUS_VTABLE_END,
};

/* The agent port. */

static Agent *
acquire (gpointer port, const char *reader, const char *capability, GError **error)
{
  BusAgents *self = port;
  Agent *agent = find_by_reader (self, reader);

  if (agent != NULL && bus_agent_has_capability (agent, capability))
    return bus_agent_ref (agent);
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NO_AGENT, "no agent at the reader can ask for: %s", capability);
  return NULL;
}

const AgentPortClass *
bus_agents_get_port_class (void)
{
  static const AgentPortClass klass = {
    .acquire = acquire,
    .release = bus_agent_unref,
    .has_capability = bus_agent_has_capability,
    .get_owner = bus_agent_get_owner,
    .request_pin = bus_agent_request_pin,
    .request_pin_finish = bus_agent_request_pin_finish,
    .request_consent = bus_agent_request_consent,
    .request_consent_finish = bus_agent_request_consent_finish,
    .show_message = bus_agent_show_message,
    .cancel = bus_agent_cancel,
  };

  return &klass;
}

BusAgents *
bus_agents_new (sd_bus *bus, BusOutgoing *outgoing, BusCalls *calls, BusDescriptors *descriptors)
{
  BusAgents *self = g_new0 (BusAgents, 1);

  self->bus = sd_bus_ref (bus);
  self->outgoing = outgoing;
  self->calls = calls;
  self->descriptors = descriptors;
  self->table = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
bus_agents_free (BusAgents *self)
{
  bus_agents_release_all (self);
  sd_bus_slot_unref (self->slot);
  g_hash_table_unref (self->table);
  sd_bus_unref (self->bus);
  g_free (self);
}

gboolean
bus_agents_publish (BusAgents *self, Station *station, BusAgentsChanged changed, gpointer user_data, GError **error)
{
  self->station = station;
  self->changed = changed;
  self->user_data = user_data;
  return bus_error_check (sd_bus_add_object_vtable (self->bus, &self->slot, SHIKAKU_OBJECT_PATH,
                                                    SHIKAKU_INTERFACE_AGENT_MANAGER, vtable, self),
                          "agent manager object", error);
}

int
bus_agents_append_capabilities (sd_bus_message *message, BusAgents *self, const char *reader)
{
  static const char *const capabilities[] = { "pin", "consent", "message" };
  Agent *agent = g_hash_table_lookup (self->table, reader);
  int result = sd_bus_message_open_container (message, 'a', "s");

  for (guint i = 0; i < G_N_ELEMENTS (capabilities) && agent != NULL && result >= 0; i++)
    if (bus_agent_has_capability (agent, capabilities[i]))
      result = sd_bus_message_append_basic (message, 's', capabilities[i]);
  return result < 0 ? result : sd_bus_message_close_container (message);
}

void
bus_agents_drop_owner (BusAgents *self, const char *owner)
{
  Agent *agent;

  while ((agent = find_by_path (self, owner, NULL)) != NULL)
    drop_agent (self, agent, FALSE);
}

void
bus_agents_release_all (BusAgents *self)
{
  g_autoptr (GList) agents = g_hash_table_get_values (self->table);

  for (GList *link = agents; link != NULL; link = link->next)
    drop_agent (self, link->data, TRUE);
}
