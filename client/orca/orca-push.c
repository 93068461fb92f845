/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-push: see the header. */
#include "client/orca/orca-push.h"

#include <libsoup/soup.h>
#include <string.h>

#include "client/orca/orca-http.h"

#define PING_SECONDS 10
#define IDLE_SECONDS 30
#define DELAY_SECONDS 2
#define DELAY_SECONDS_MAXIMUM 600
#define MESSAGE_MAXIMUM 65536

struct OrcaPush
{
  const OrcaSettings *settings;
  const OrcaPushObserver *observer;
  gpointer user_data;
  SoupSession *session;
  GTlsCertificate *certificate;
  GCancellable *cancellable;
  SoupWebsocketConnection *connection;
  gint64 heard_at; /* monotonic */
  guint timer;     /* to try again, or to look whether it is alive */
  guint tries;
};

static void start_connecting (OrcaPush *push);

guint
orca_push_get_delay (guint tries)
{
  return tries > 8 ? DELAY_SECONDS_MAXIMUM : MIN (DELAY_SECONDS_MAXIMUM, (guint)DELAY_SECONDS << tries);
}

static gboolean
on_try (gpointer user_data)
{
  OrcaPush *push = user_data;

  push->timer = 0;
  start_connecting (push);
  return G_SOURCE_REMOVE;
}

static void
drop_connection (OrcaPush *push)
{
  if (push->connection == NULL)
    return;
  g_signal_handlers_disconnect_by_data (push->connection, push);
  if (soup_websocket_connection_get_state (push->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (push->connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  g_clear_object (&push->connection);
}

static void
try_later (OrcaPush *push, const char *why)
{
  drop_connection (push);
  g_clear_handle_id (&push->timer, g_source_remove);
  push->timer = g_timeout_add_seconds (orca_push_get_delay (push->tries), on_try, push);
  push->tries++;
  push->observer->listens (FALSE, why, push->user_data);
}

static gboolean
on_look (gpointer user_data)
{
  OrcaPush *push = user_data;

  if (g_get_monotonic_time () - push->heard_at <= (gint64)IDLE_SECONDS * G_USEC_PER_SEC)
    return G_SOURCE_CONTINUE;
  push->timer = 0;
  try_later (push, "nothing is heard any more");
  return G_SOURCE_REMOVE;
}

static void
on_pong (SoupWebsocketConnection *connection, GBytes *bytes, gpointer user_data)
{
  ((OrcaPush *)user_data)->heard_at = g_get_monotonic_time ();
}

static void
take_command (OrcaPush *push, JsonObject *message)
{
  const char *command = orca_json_get_text (message, "command");

  if (strcmp (command, "event") == 0)
    push->observer->heard (push->user_data);
  else if (strcmp (command, "subscribed") == 0)
    {
      push->tries = 0;
      push->observer->listens (TRUE, NULL, push->user_data);
    }
  else if (strcmp (command, "error") == 0)
    {
      g_autofree char *why = g_strconcat ("refused: ", orca_json_get_code (message, "code"), NULL);

      try_later (push, why);
    }
}

static void
on_message (SoupWebsocketConnection *connection, gint type, GBytes *bytes, gpointer user_data)
{
  OrcaPush *push = user_data;
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  g_autoptr (JsonObject) message = type == SOUP_WEBSOCKET_DATA_TEXT ? orca_json_parse (text, size) : NULL;

  push->heard_at = g_get_monotonic_time ();
  if (message != NULL)
    take_command (push, message);
  else /* what it was nobody knows: what has happened is read again */
    try_later (push, "something that is no JSON");
}

static void
on_closed (SoupWebsocketConnection *connection, gpointer user_data)
{
  try_later (user_data, "closed");
}

static void
subscribe (OrcaPush *push)
{
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *text = g_strdup_printf ("{\"command\":\"subscribe\",\"req.id\":\"%s\",\"event\":\"*\"}", id);

  soup_websocket_connection_send_text (push->connection, text);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  SoupWebsocketConnection *connection = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);
  OrcaPush *push = user_data;

  if (connection == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) /* else @push has gone */
        try_later (push, error->message);
      return;
    }
  push->connection = connection;
  push->heard_at = g_get_monotonic_time ();
  soup_websocket_connection_set_keepalive_interval (connection, PING_SECONDS);
  soup_websocket_connection_set_max_incoming_payload_size (connection, MESSAGE_MAXIMUM);
  g_signal_connect (connection, "message", G_CALLBACK (on_message), push);
  g_signal_connect (connection, "pong", G_CALLBACK (on_pong), push);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), push);
  push->timer = g_timeout_add_seconds (PING_SECONDS, on_look, push);
  subscribe (push);
}

static void
start_connecting (OrcaPush *push)
{
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, push->settings->push_url);

  if (push->settings->tenant != NULL)
    soup_message_headers_append (soup_message_get_request_headers (message), "X-GINBEE-TENANT-ID",
                                 push->settings->tenant);
  if (push->certificate != NULL)
    soup_message_set_tls_client_certificate (message, push->certificate);
  soup_session_websocket_connect_async (push->session, message, NULL, NULL, G_PRIORITY_DEFAULT, push->cancellable,
                                        on_connected, push);
}

OrcaPush *
orca_push_new (const OrcaSettings *settings, const OrcaPushObserver *observer, gpointer user_data, GError **error)
{
  g_autoptr (GTlsDatabase) authorities = NULL;
  GTlsCertificate *certificate = NULL;
  OrcaPush *push;

  if (!orca_http_load_tls (settings, &authorities, &certificate, error))
    return NULL;
  push = g_new0 (OrcaPush, 1);
  push->settings = settings;
  push->observer = observer;
  push->user_data = user_data;
  push->certificate = certificate;
  push->session = soup_session_new_with_options ("timeout", IDLE_SECONDS, NULL); /* until it is a WebSocket */
  orca_http_shut (push->session);
  push->cancellable = g_cancellable_new ();
  if (authorities != NULL)
    soup_session_set_tls_database (push->session, authorities);
  start_connecting (push);
  return push;
}

void
orca_push_free (OrcaPush *push)
{
  g_cancellable_cancel (push->cancellable);
  g_clear_handle_id (&push->timer, g_source_remove);
  drop_connection (push);
  g_object_unref (push->session);
  g_clear_object (&push->certificate);
  g_object_unref (push->cancellable);
  g_free (push);
}
