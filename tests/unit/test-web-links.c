/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-web-links: which link an exchange, or a walk, blames, on a computer that stands in the network as the test says
 * (the linker puts its network_look in place of the real one): one link has failed, and no other is blamed.
 */
#include "center/web-links.h"

#include <string.h>

#include "base/error.h"
#include "base/network.h"

#define LOCAL "2001:db8:1:2::5"
#define OTHER "2001:db8:9:9::5"
#define PEER "2001:db8:c::1"

static NetworkFault fault;
static const char *local, *asked_peer, *asked_former;

void __wrap_network_look (const char *peer, const char *former, NetworkWay *ret_way);

void
__wrap_network_look (const char *peer, const char *former, NetworkWay *ret_way)
{
  asked_peer = g_intern_string (peer);
  asked_former = g_intern_string (former);
  *ret_way = (NetworkWay){ fault, g_strdup ("line0"), g_strdup (local), g_strdup ("line0 as the test says") };
}

typedef struct
{
  Transport transport;
  GUri *uri;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fault = NETWORK_FINE;
  local = LOCAL;
  fixture->uri = https_parse_uri ("https://center.test/base");
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  transport_forget_links (&fixture->transport, TRANSPORT_LINK_SETTINGS);
  transport_way_clear (&fixture->transport.way);
  g_uri_unref (fixture->uri);
}

/* @states: a letter each for line, name, tls, center: ? unknown, + well, - degraded, ! failed. */
static void
assert_links (Fixture *fixture, const char *states, TransportLink failed, ShikakuCause cause)
{
  char found[5] = "";

  for (guint i = 0; i < 4; i++)
    found[i] = "?+-!"[fixture->transport.links[TRANSPORT_LINK_LINE + i].state];
  g_assert_cmpstr (found, ==, states);
  g_assert_cmpint (fixture->transport.links[failed].cause, ==, cause);
}

static void
note_worked (Fixture *fixture)
{
  HttpsOutcome outcome = { .stage = HTTPS_STAGE_ANSWERED, .peer = g_strdup (PEER), .local = g_strdup (LOCAL) };

  web_links_note (&fixture->transport, fixture->uri, &outcome, NULL);
  https_outcome_clear (&outcome);
}

static GError *
new_error (ShikakuCause cause)
{
  GError *error = NULL;

  shikaku_error_set (&error, SHIKAKU_ERROR_CENTER_UNREACHABLE, cause, "as the test wants it");
  return error;
}

/* What was tried, what is in the way, and who is blamed. */
static void
test_explain (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    ShikakuCause cause;
    NetworkFault fault;
    const char *local;
    ShikakuCause explained; /* NONE: it is as the error says */
  } rows[] = {
    { SHIKAKU_CAUSE_LINE_SILENT, NETWORK_FINE, LOCAL, SHIKAKU_CAUSE_NONE },
    { SHIKAKU_CAUSE_LINE_SILENT, NETWORK_NO_INTERFACE, NULL, SHIKAKU_CAUSE_INTERFACE_MISSING },
    { SHIKAKU_CAUSE_LINE_SILENT, NETWORK_DOWN, NULL, SHIKAKU_CAUSE_INTERFACE_DOWN },
    { SHIKAKU_CAUSE_LINE_SILENT, NETWORK_NO_CARRIER, LOCAL, SHIKAKU_CAUSE_CABLE_OUT },
    { SHIKAKU_CAUSE_NAME_SILENT, NETWORK_NO_CARRIER, OTHER, SHIKAKU_CAUSE_CABLE_OUT },
    { SHIKAKU_CAUSE_NAME_SILENT, NETWORK_NO_ADDRESS, NULL, SHIKAKU_CAUSE_NO_ADDRESS },
    { SHIKAKU_CAUSE_NO_ROUTE, NETWORK_NO_ROUTE, NULL, SHIKAKU_CAUSE_NO_ROUTE },
    { SHIKAKU_CAUSE_NO_ROUTE, NETWORK_DOWN, NULL, SHIKAKU_CAUSE_INTERFACE_DOWN },
    { SHIKAKU_CAUSE_LINE_SILENT, NETWORK_FINE, OTHER, SHIKAKU_CAUSE_PREFIX_CHANGED },
    { SHIKAKU_CAUSE_NAME_SILENT, NETWORK_FINE, OTHER, SHIKAKU_CAUSE_PREFIX_CHANGED },
    { SHIKAKU_CAUSE_NO_ROUTE, NETWORK_FINE, OTHER, SHIKAKU_CAUSE_PREFIX_CHANGED },
    /* Who has answered has said what is wrong. */
    { SHIKAKU_CAUSE_NAME_UNKNOWN, NETWORK_NO_CARRIER, OTHER, SHIKAKU_CAUSE_NONE },
    { SHIKAKU_CAUSE_CONNECTION_REFUSED, NETWORK_NO_CARRIER, OTHER, SHIKAKU_CAUSE_NONE },
    { SHIKAKU_CAUSE_TLS_SILENT, NETWORK_NO_CARRIER, OTHER, SHIKAKU_CAUSE_NONE },
    { SHIKAKU_CAUSE_CENTER_SILENT, NETWORK_NO_CARRIER, OTHER, SHIKAKU_CAUSE_NONE },
  };

  note_worked (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = new_error (rows[i].cause), explained = NULL;

      fault = rows[i].fault;
      local = rows[i].local;
      explained = web_links_explain (&fixture->transport, fixture->uri, NULL, error);
      g_assert_cmpint (shikaku_error_get_cause (explained), ==, rows[i].explained);
      if (rows[i].explained == SHIKAKU_CAUSE_PREFIX_CHANGED)
        g_assert_nonnull (strstr (explained->message, "is 2001:db8:9:9::/64, and was 2001:db8:1:2::/64"));
      else if (explained != NULL)
        g_assert_nonnull (strstr (explained->message, "line0 as the test says"));
    }
}

/* Of another center nothing is known: neither its address, nor that the prefix was another. */
static void
test_other_center (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GUri) other = https_parse_uri ("https://other.test/base");
  g_autoptr (GError) error = new_error (SHIKAKU_CAUSE_LINE_SILENT);

  note_worked (fixture);
  g_assert_cmpstr (web_links_get_known (&fixture->transport, fixture->uri), ==, PEER);
  g_assert_null (web_links_get_known (&fixture->transport, other));
  local = OTHER;
  g_assert_null (web_links_explain (&fixture->transport, other, "192.0.2.9", error));
  g_assert_cmpstr (asked_peer, ==, "192.0.2.9");
  g_assert_null (asked_former);
}

/* The way is noted when the center has shown itself on a new connection, and told again when it is another. */
static void
test_way (Fixture *fixture, gconstpointer unused)
{
  const TransportWay *way = &fixture->transport.way;
  HttpsOutcome outcome = { .stage = HTTPS_STAGE_CONNECTED, .peer = g_strdup (PEER), .local = g_strdup (LOCAL) };
  g_autoptr (GError) untrusted = NULL;

  shikaku_error_set (&untrusted, SHIKAKU_ERROR_CENTER_UNTRUSTED, SHIKAKU_CAUSE_SERVER_UNTRUSTED, "another");
  web_links_note (&fixture->transport, fixture->uri, &outcome, untrusted);
  g_assert_null (way->place);
  outcome.stage = HTTPS_STAGE_SECURED;
  web_links_note (&fixture->transport, fixture->uri, &outcome, NULL);
  g_assert_cmpstr (way->place, ==, "center.test port 443");
  g_assert_cmpstr (way->interface, ==, "line0");
  g_assert_true (way->is_noted);
  fixture->transport.way.is_noted = FALSE;
  web_links_note (&fixture->transport, fixture->uri, &outcome, NULL);
  g_assert_false (way->is_noted);
  g_free (outcome.local);
  outcome.local = g_strdup (OTHER);
  web_links_note (&fixture->transport, fixture->uri, &outcome, NULL);
  g_assert_true (way->is_noted);
  g_assert_cmpstr (way->local, ==, OTHER);
  https_outcome_clear (&outcome);
}

static void
test_exchange (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    HttpsStage stage;
    gboolean resolved;
    ShikakuCause cause;
    const char *links;
    TransportLink failed;
  } rows[] = {
    { HTTPS_STAGE_NONE, FALSE, SHIKAKU_CAUSE_NAME_UNKNOWN, "?!??", TRANSPORT_LINK_NAME },
    { HTTPS_STAGE_NONE, FALSE, SHIKAKU_CAUSE_NAME_SILENT, "?!??", TRANSPORT_LINK_NAME },
    { HTTPS_STAGE_NONE, FALSE, SHIKAKU_CAUSE_CABLE_OUT, "!???", TRANSPORT_LINK_LINE },
    { HTTPS_STAGE_NONE, TRUE, SHIKAKU_CAUSE_CONNECTION_REFUSED, "!+??", TRANSPORT_LINK_LINE },
    { HTTPS_STAGE_NONE, TRUE, SHIKAKU_CAUSE_PREFIX_CHANGED, "!+??", TRANSPORT_LINK_LINE },
    { HTTPS_STAGE_CONNECTED, TRUE, SHIKAKU_CAUSE_TLS_CUT, "++!?", TRANSPORT_LINK_TLS },
    { HTTPS_STAGE_SECURED, TRUE, SHIKAKU_CAUSE_CENTER_SILENT, "+++!", TRANSPORT_LINK_CENTER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const HttpsOutcome outcome = { .stage = rows[i].stage, .resolved = rows[i].resolved };
      g_autoptr (GError) error = new_error (rows[i].cause);

      web_links_note (&fixture->transport, fixture->uri, &outcome, error);
      assert_links (fixture, rows[i].links, rows[i].failed, rows[i].cause);
    }
}

/* The name is not known: whose fault that is depends on the address of before, and on this computer. */
static void
test_walk (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    gboolean has_worked, known_answers;
    ShikakuCause cause;
    NetworkFault fault;
    const char *local, *links;
    TransportLink failed;
    ShikakuCause told;
  } rows[] = {
    { FALSE, FALSE, SHIKAKU_CAUSE_NAME_SILENT, NETWORK_FINE, LOCAL, "?!??", TRANSPORT_LINK_NAME,
      SHIKAKU_CAUSE_NAME_SILENT },
    { FALSE, FALSE, SHIKAKU_CAUSE_NAME_SILENT, NETWORK_NO_CARRIER, NULL, "!???", TRANSPORT_LINK_LINE,
      SHIKAKU_CAUSE_CABLE_OUT },
    { TRUE, TRUE, SHIKAKU_CAUSE_NAME_SILENT, NETWORK_FINE, LOCAL, "+!??", TRANSPORT_LINK_NAME,
      SHIKAKU_CAUSE_NAME_SILENT },
    { TRUE, TRUE, SHIKAKU_CAUSE_NAME_UNKNOWN, NETWORK_FINE, LOCAL, "+!??", TRANSPORT_LINK_NAME,
      SHIKAKU_CAUSE_NAME_UNKNOWN },
    { TRUE, FALSE, SHIKAKU_CAUSE_NAME_UNKNOWN, NETWORK_FINE, OTHER, "?!??", TRANSPORT_LINK_NAME,
      SHIKAKU_CAUSE_NAME_UNKNOWN },
    { TRUE, FALSE, SHIKAKU_CAUSE_NAME_SILENT, NETWORK_FINE, LOCAL, "!???", TRANSPORT_LINK_LINE,
      SHIKAKU_CAUSE_LINE_SILENT },
    { TRUE, FALSE, SHIKAKU_CAUSE_NAME_SILENT, NETWORK_FINE, OTHER, "!???", TRANSPORT_LINK_LINE,
      SHIKAKU_CAUSE_PREFIX_CHANGED },
    { TRUE, FALSE, SHIKAKU_CAUSE_NAME_SILENT, NETWORK_NO_CARRIER, OTHER, "!???", TRANSPORT_LINK_LINE,
      SHIKAKU_CAUSE_CABLE_OUT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = new_error (rows[i].cause);

      fault = NETWORK_FINE;
      local = LOCAL;
      if (rows[i].has_worked)
        note_worked (fixture);
      fault = rows[i].fault;
      local = rows[i].local;
      web_links_note_walk (&fixture->transport, fixture->uri, rows[i].known_answers, error);
      assert_links (fixture, rows[i].links, rows[i].failed, rows[i].told);
      g_assert_cmpint (fixture->transport.state, ==, TRANSPORT_OFFLINE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/web-links/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("explain", test_explain);
  ADD ("other-center", test_other_center);
  ADD ("way", test_way);
  ADD ("exchange", test_exchange);
  ADD ("walk", test_walk);
#undef ADD
  return g_test_run ();
}
