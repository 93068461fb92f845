/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* web-links: see the header. Addresses, ports and interfaces are told; nothing that the center has sent is. */
#include "center/web-links.h"

#include <libsoup/soup.h>
#include <string.h>

#include "base/error.h"
#include "base/network.h"

static const struct
{
  ShikakuCause cause;
  const char *text;
} faults[] = {
  [NETWORK_FINE] = { SHIKAKU_CAUSE_NONE, NULL },
  [NETWORK_NO_INTERFACE] = { SHIKAKU_CAUSE_INTERFACE_MISSING, "there is no network interface" },
  [NETWORK_DOWN] = { SHIKAKU_CAUSE_INTERFACE_DOWN, "the network interface is switched off" },
  [NETWORK_NO_CARRIER] = { SHIKAKU_CAUSE_CABLE_OUT, "the network interface has no carrier" },
  [NETWORK_NO_ADDRESS] = { SHIKAKU_CAUSE_NO_ADDRESS, "the network interface has no address" },
  [NETWORK_NO_ROUTE] = { SHIKAKU_CAUSE_NO_ROUTE, "there is no route to it" },
};

static char *
make_place (GUri *uri)
{
  return g_strdup_printf ("%s port %d", g_uri_get_host (uri), g_uri_get_port (uri));
}

static const TransportWay *
find_way (const Transport *transport, GUri *uri)
{
  g_autofree char *place = make_place (uri);

  return g_strcmp0 (transport->way.place, place) == 0 ? &transport->way : NULL;
}

char *
web_links_format_address (const char *peer, GUri *uri)
{
  const gboolean is_6 = strchr (peer, ':') != NULL;

  return g_strdup_printf ("%s%s%s:%d", is_6 ? "[" : "", peer, is_6 ? "]" : "", g_uri_get_port (uri));
}

const char *
web_links_get_known (const Transport *transport, GUri *uri)
{
  const TransportWay *way = find_way (transport, uri);

  return way != NULL ? way->peer : NULL;
}

GError *
web_links_explain (const Transport *transport, GUri *uri, const char *peer, const GError *error)
{
  const ShikakuCause cause = shikaku_error_get_cause (error);
  const TransportWay *known = find_way (transport, uri);
  g_auto (NetworkWay) way = { 0 };
  g_autofree char *place = make_place (uri), *now = NULL, *before = NULL;
  GError *explained = NULL;

  if (cause != SHIKAKU_CAUSE_LINE_SILENT && cause != SHIKAKU_CAUSE_NO_ROUTE && cause != SHIKAKU_CAUSE_NAME_SILENT)
    return NULL;
  if (peer == NULL && known != NULL)
    peer = known->peer;
  network_look (peer, known != NULL ? known->interface : NULL, &way);
  if (way.fault == NETWORK_FINE && known != NULL && network_is_other_prefix (known->local, way.local))
    {
      now = network_format_prefix (way.local);
      before = network_format_prefix (known->local);
      shikaku_error_set (&explained, SHIKAKU_ERROR_CENTER_UNREACHABLE, SHIKAKU_CAUSE_PREFIX_CHANGED,
                         "%s does not answer; the line's prefix is %s, and was %s when the center last answered", place,
                         now, before);
    }
  else if (way.fault != NETWORK_FINE)
    shikaku_error_set (&explained, SHIKAKU_ERROR_CENTER_UNREACHABLE, faults[way.fault].cause,
                       "%s cannot be reached: %s; %s", place, faults[way.fault].text, way.evidence);
  return explained;
}

static gboolean
is_of_name (const GError *error)
{
  const ShikakuCause cause = shikaku_error_get_cause (error);

  return cause == SHIKAKU_CAUSE_NAME_SILENT || cause == SHIKAKU_CAUSE_NAME_UNKNOWN;
}

/* A link that the exchange came past is good, the one where it failed is not, and those behind it are not known. */
static void
note_link (Transport *transport, TransportLink link, HttpsStage stage, HttpsStage past, const GError *error)
{
  if (stage >= past)
    transport_note_link (transport, link, TRANSPORT_LINK_OK, NULL);
  else if (stage + 1 == past && error != NULL)
    transport_note_link (transport, link, TRANSPORT_LINK_FAILED, error);
  else
    transport_note_link (transport, link, TRANSPORT_LINK_UNKNOWN, NULL);
}

/* A name that is not known leads to no line; one that is known says nothing of it. */
static void
note_line_and_name (Transport *transport, const HttpsOutcome *outcome, const GError *error)
{
  if (outcome->stage < HTTPS_STAGE_CONNECTED && is_of_name (error))
    {
      transport_note_link (transport, TRANSPORT_LINK_LINE, TRANSPORT_LINK_UNKNOWN, NULL);
      transport_note_link (transport, TRANSPORT_LINK_NAME, TRANSPORT_LINK_FAILED, error);
      return;
    }
  note_link (transport, TRANSPORT_LINK_LINE, outcome->stage, HTTPS_STAGE_CONNECTED, error);
  transport_note_link (
      transport, TRANSPORT_LINK_NAME,
      outcome->stage >= HTTPS_STAGE_CONNECTED || outcome->resolved ? TRANSPORT_LINK_OK : TRANSPORT_LINK_UNKNOWN, NULL);
}

void
web_links_note (Transport *transport, GUri *uri, const HttpsOutcome *outcome, const GError *error)
{
  if (outcome->stage >= HTTPS_STAGE_SECURED && outcome->local != NULL) /* on a connection that was taken again: NULL */
    {
      g_autofree char *place = make_place (uri);

      transport_note_way (transport, place, outcome->peer, outcome->local);
    }
  note_line_and_name (transport, outcome, error);
  note_link (transport, TRANSPORT_LINK_TLS, outcome->stage, HTTPS_STAGE_SECURED, error);
  if (outcome->stage < HTTPS_STAGE_SECURED)
    transport_note_link (transport, TRANSPORT_LINK_CENTER, TRANSPORT_LINK_UNKNOWN, NULL);
  else if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_UNREACHABLE))
    transport_note_link (transport, TRANSPORT_LINK_CENTER, TRANSPORT_LINK_FAILED, error);
  else if (error != NULL)
    transport_note_center (transport, error);
  transport_derive_state (transport);
}

void
web_links_note_clock (Transport *transport, const char *date)
{
  g_autoptr (GDateTime) said = date != NULL ? soup_date_time_new_from_http_string (date) : NULL;

  transport_note_clock (transport, said != NULL ? g_date_time_to_unix (said) * G_USEC_PER_SEC : 0);
}

/* The name service is silent, and so is the address of before: it is the line. */
static void
note_line_silent (Transport *transport, GUri *uri, const char *known)
{
  g_autoptr (GError) silent = NULL, explained = NULL;
  g_autofree char *address = web_links_format_address (known, uri);

  shikaku_error_set (&silent, SHIKAKU_ERROR_CENTER_UNREACHABLE, SHIKAKU_CAUSE_LINE_SILENT,
                     "neither the name service nor %s, where %s was before, answers", address, g_uri_get_host (uri));
  explained = web_links_explain (transport, uri, known, silent);
  transport_note_link (transport, TRANSPORT_LINK_LINE, TRANSPORT_LINK_FAILED, explained != NULL ? explained : silent);
  transport_note_link (transport, TRANSPORT_LINK_NAME, TRANSPORT_LINK_UNKNOWN, NULL);
}

void
web_links_note_walk (Transport *transport, GUri *uri, gboolean known_answers, const GError *error)
{
  const char *known = web_links_get_known (transport, uri);
  g_autoptr (GError) explained = known_answers ? NULL : web_links_explain (transport, uri, known, error);
  g_autofree char *address = known != NULL ? web_links_format_address (known, uri) : NULL;
  g_autofree char *answers = known_answers ? g_strdup_printf ("answers at %s", address) : NULL;

  transport_forget_links (transport, TRANSPORT_LINK_LINE);
  if (explained != NULL)
    transport_note_link (transport, TRANSPORT_LINK_LINE, TRANSPORT_LINK_FAILED, explained);
  else if (known != NULL && !known_answers && shikaku_error_get_cause (error) == SHIKAKU_CAUSE_NAME_SILENT)
    note_line_silent (transport, uri, known);
  else
    {
      transport_note_link (transport, TRANSPORT_LINK_LINE, known_answers ? TRANSPORT_LINK_OK : TRANSPORT_LINK_UNKNOWN,
                           NULL);
      transport_note_seen (transport, TRANSPORT_LINK_LINE, answers);
      transport_note_link (transport, TRANSPORT_LINK_NAME, TRANSPORT_LINK_FAILED, error);
    }
  transport_derive_state (transport);
}
