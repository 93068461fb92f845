/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-bus-agent: what the answer to a request for a PIN means. The other end plays the bus and the agent. */
#include "bus/bus-agent.h"

#include "base/error.h"
#include "base/names.h"
#include "bus-ends.h"

#define AGENT ":1.42"
#define READER "/org/shikaku/Shikaku1/reader/1"

typedef struct
{
  BusEnds ends;
  BusOutgoing *outgoing;
  BusShare *share;
  Agent *agent;
  const char *error, *sender; /* that RequestPin is answered with, and by whom */
  GError *outcome;
} Fixture;

static int
answer_request (sd_bus_message *call, void *user_data, sd_bus_error *error)
{
  Fixture *fixture = user_data;
  sd_bus_message *reply = NULL;

  if (sd_bus_message_is_method_call (call, NULL, "RequestPin") <= 0)
    return 1;
  g_assert_cmpint (sd_bus_message_new_method_errorf (call, &reply, fixture->error, "text"), >=, 0);
  g_assert_cmpint (sd_bus_message_set_sender (reply, fixture->sender), >=, 0);
  g_assert_cmpint (sd_bus_send (fixture->ends.server, reply, NULL), >=, 0);
  sd_bus_message_unref (reply);
  return 1;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  bus_ends_set_up (&fixture->ends);
  bus_ends_settle (&fixture->ends); /* they have agreed on descriptors then */
  g_assert_cmpint (sd_bus_add_filter (fixture->ends.server, NULL, answer_request, fixture), >=, 0);
  fixture->outgoing = bus_outgoing_new (fixture->ends.client);
  fixture->share = bus_share_new ();
  fixture->agent
      = bus_agent_new (fixture->ends.client, fixture->outgoing, AGENT, "/agent", READER, BUS_AGENT_PIN, fixture->share);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  bus_agent_unref (fixture->agent);
  bus_share_unref (fixture->share);
  bus_outgoing_free (fixture->outgoing);
  bus_ends_tear_down (&fixture->ends);
  g_clear_error (&fixture->outcome);
}

static void
on_pin (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_null (bus_agent_request_pin_finish (fixture->agent, result, &fixture->outcome));
}

static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *error, *sender;
    ShikakuError code;
  } rows[] = {
    /* The bus: it cannot be given a pipe. From the agent itself the same is a refusal. */
    { SD_BUS_ERROR_NOT_SUPPORTED, "org.freedesktop.DBus", SHIKAKU_ERROR_NO_AGENT },
    { SD_BUS_ERROR_NOT_SUPPORTED, AGENT, SHIKAKU_ERROR_PIN_REFUSED },
    { SD_BUS_ERROR_SERVICE_UNKNOWN, "org.freedesktop.DBus", SHIKAKU_ERROR_AGENT_GONE },
    { SHIKAKU_ERROR_PREFIX "Cancelled", AGENT, SHIKAKU_ERROR_CANCELLED },
    { "org.example.Error", AGENT, SHIKAKU_ERROR_PIN_REFUSED },
  };
  const AgentContext context = { "/v/1", "Reader", "clerk", "ja" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      fixture->error = rows[i].error;
      fixture->sender = rows[i].sender;
      bus_agent_request_pin (fixture->agent, &context, 3, NULL, on_pin, fixture);
      bus_ends_settle (&fixture->ends);
      while (fixture->outcome == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_test_message ("%s by %s: %s", rows[i].error, rows[i].sender, fixture->outcome->message);
      g_assert_error (fixture->outcome, SHIKAKU_ERROR, (int)rows[i].code);
      g_clear_error (&fixture->outcome);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/bus-agent/refusals", Fixture, NULL, set_up, test_refusals, tear_down);
  return g_test_run ();
}
