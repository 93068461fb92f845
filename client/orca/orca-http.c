/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-http: see the header. */
#include "client/orca/orca-http.h"

#include <libsoup/soup.h>
#include <string.h>

#define ANSWER_MAXIMUM 33554432u /* bytes: 32 MiB: 5000 reference numbers are 2 */
#define PIECE_SIZE 65536
#define DEADLINE_FACTOR 2 /* of the time that ORCA may keep silent: for the whole of a call */

struct OrcaHttp
{
  const OrcaSettings *settings;
  SoupSession *session;
  GTlsCertificate *certificate;
  char *authorization; /* NULL: none */
};

void
orca_reply_clear (OrcaReply *reply)
{
  g_clear_pointer (&reply->record, json_object_unref);
  g_clear_pointer (&reply->why, g_free);
}

gboolean
orca_http_load_tls (const OrcaSettings *settings, GTlsDatabase **ret_authorities, GTlsCertificate **ret_certificate,
                    GError **error)
{
  g_autoptr (GTlsDatabase) authorities = NULL;

  if (settings->authority != NULL)
    {
      authorities = g_tls_file_database_new (settings->authority, error);
      if (authorities == NULL)
        return FALSE;
    }
  if (settings->certificate != NULL)
    {
      *ret_certificate = g_tls_certificate_new_from_files (
          settings->certificate, settings->key != NULL ? settings->key : settings->certificate, error);
      if (*ret_certificate == NULL)
        return FALSE;
    }
  *ret_authorities = g_steal_pointer (&authorities);
  return TRUE;
}

void
orca_http_shut (gpointer session)
{
  soup_session_set_proxy_resolver (session, NULL);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
}

OrcaHttp *
orca_http_new (const OrcaSettings *settings, GError **error)
{
  g_autoptr (OrcaHttp) http = g_new0 (OrcaHttp, 1);
  g_autoptr (GTlsDatabase) authorities = NULL;

  http->settings = settings;
  http->session = soup_session_new_with_options ("timeout", settings->timeout, "user-agent", "shikaku-orca", NULL);
  orca_http_shut (http->session);
  if (!orca_http_load_tls (settings, &authorities, &http->certificate, error))
    return NULL;
  if (authorities != NULL)
    soup_session_set_tls_database (http->session, authorities);
  if (settings->user != NULL)
    {
      g_autofree char *both
          = g_strconcat (settings->user, ":", settings->password != NULL ? settings->password : "", NULL);
      g_autofree char *encoded = g_base64_encode ((const guchar *)both, strlen (both));

      http->authorization = g_strconcat ("Basic ", encoded, NULL);
    }
  return g_steal_pointer (&http);
}

void
orca_http_free (OrcaHttp *http)
{
  g_clear_object (&http->session);
  g_clear_object (&http->certificate);
  g_free (http->authorization);
  g_free (http);
}

static SoupMessage *
make_message (OrcaHttp *http, const char *method, const char *path)
{
  g_autofree char *url = g_strconcat (http->settings->url, path, NULL);
  SoupMessage *message = soup_message_new (method, url);

  soup_message_set_flags (message, SOUP_MESSAGE_NEW_CONNECTION | SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_append (soup_message_get_request_headers (message), "Connection", "close");
  soup_message_headers_append (soup_message_get_request_headers (message), "Accept", "application/json");
  if (http->authorization != NULL)
    soup_message_headers_append (soup_message_get_request_headers (message), "Authorization", http->authorization);
  if (http->certificate != NULL)
    soup_message_set_tls_client_certificate (message, http->certificate);
  return message;
}

/* One call, until its answer is read. */
typedef struct
{
  GCancellable *cancellable;
  GInputStream *stream;
  GByteArray *body;
  GError *error;
  gboolean is_sent; /* ORCA may have had it: a connection was there, and it was begun to be written */
  gboolean is_over;
} Exchange;

static void
exchange_clear (Exchange *exchange)
{
  g_clear_object (&exchange->stream);
  g_byte_array_unref (exchange->body);
  g_clear_error (&exchange->error);
  g_object_unref (exchange->cancellable);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Exchange, exchange_clear)

static void
on_starting (SoupMessage *message, gpointer user_data)
{
  ((Exchange *)user_data)->is_sent = TRUE;
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Exchange *exchange = user_data;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (exchange->stream, result, &exchange->error);
  gsize size = bytes != NULL ? g_bytes_get_size (bytes) : 0;

  if (size > ANSWER_MAXIMUM - exchange->body->len)
    g_set_error_literal (&exchange->error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "the answer is too long");
  if (size == 0 || exchange->error != NULL)
    {
      exchange->is_over = TRUE;
      return;
    }
  g_byte_array_append (exchange->body, g_bytes_get_data (bytes, NULL), (guint)size);
  g_input_stream_read_bytes_async (exchange->stream, PIECE_SIZE, G_PRIORITY_DEFAULT, exchange->cancellable, on_read,
                                   exchange);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Exchange *exchange = user_data;

  exchange->stream = soup_session_send_finish (SOUP_SESSION (source), result, &exchange->error);
  if (exchange->stream == NULL)
    exchange->is_over = TRUE;
  else
    g_input_stream_read_bytes_async (exchange->stream, PIECE_SIZE, G_PRIORITY_DEFAULT, exchange->cancellable, on_read,
                                     exchange);
}

static gboolean
on_late (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

/*
 * Waits in our own context: libsoup's synchronous call never ends where the server asks for our certificate, since the
 * question for it comes in by that context. The session's own timeout is for silence; who dribbles is cut off here.
 */
static void
exchange_run (Exchange *exchange, OrcaHttp *http, SoupMessage *message)
{
  GSource *alarm = g_timeout_source_new_seconds (http->settings->timeout * DEADLINE_FACTOR);
  gulong starting = g_signal_connect (message, "starting", G_CALLBACK (on_starting), exchange);

  g_source_set_callback (alarm, on_late, exchange->cancellable, NULL);
  g_source_attach (alarm, g_main_context_get_thread_default ());
  soup_session_send_async (http->session, message, G_PRIORITY_DEFAULT, exchange->cancellable, on_answered, exchange);
  while (!exchange->is_over)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  g_signal_handler_disconnect (message, starting);
  g_source_destroy (alarm);
  g_source_unref (alarm);
}

/* Not content to be read: what that means. */
static void
judge_status (guint status, OrcaReply *reply)
{
  reply->kind = SOUP_STATUS_IS_CLIENT_ERROR (status) ? ORCA_REPLY_UNSENT : ORCA_REPLY_UNKNOWN;
  reply->why = g_strdup_printf ("HTTP status %u%s", status,
                                status == SOUP_STATUS_UNAUTHORIZED ? ": a wrong password"
                                : status == SOUP_STATUS_NOT_FOUND  ? ": ORCA does not know this user, or this call"
                                                                   : "");
}

/*
 * Sends, and waits. Return: (transfer full) what the answer holds; NULL: there is none, and @reply says how far it
 * came.
 */
static JsonNode *
send_message (OrcaHttp *http, SoupMessage *message, OrcaReply *reply)
{
  g_auto (Exchange) exchange = { g_cancellable_new (), NULL, g_byte_array_new (), NULL, FALSE, FALSE };
  JsonNode *node = NULL;
  guint status;

  exchange_run (&exchange, http, message);
  status = soup_message_get_status (message);
  if (exchange.error != NULL)
    {
      reply->kind = exchange.is_sent ? ORCA_REPLY_UNKNOWN : ORCA_REPLY_UNSENT;
      reply->why = g_strdup (g_cancellable_is_cancelled (exchange.cancellable) ? "the answer takes too long"
                                                                               : exchange.error->message);
    }
  else if (status != SOUP_STATUS_OK)
    judge_status (status, reply);
  else
    node = orca_json_parse_node ((const char *)exchange.body->data, exchange.body->len);
  if (node == NULL && reply->why == NULL)
    {
      reply->kind = ORCA_REPLY_UNKNOWN;
      reply->why = g_strdup ("the answer is no JSON");
    }
  return node;
}

/* The one record in an object: whatever it is called. Return: (transfer full); NULL: there is none. */
static JsonObject *
take_record (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autoptr (GList) members = object != NULL ? json_object_get_members (object) : NULL;
  JsonObject *record = members != NULL ? orca_json_get_record (object, members->data) : NULL;

  return record != NULL ? json_object_ref (record) : NULL;
}

/*
 * ORCA's own programs say that all went well by an answer that is empty: one of anybody else's must not pass for it.
 * Return: (transfer full); NULL: it is none of ORCA's.
 */
static JsonObject *
take_answer (JsonNode *node)
{
  static const char *const names[] = { "onlinequares1", "onlinerefallres1", "onlinequaappres1", "onshicondres", NULL };
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonObject *record = NULL;

  for (gsize i = 0; object != NULL && record == NULL && names[i] != NULL; i++)
    record = orca_json_get_record (object, names[i]);
  return record != NULL ? json_object_ref (record) : NULL;
}

/* What was taken of an answer is what it says; or it says nothing. */
static void
set_record (OrcaReply *reply, JsonObject *record)
{
  reply->kind = record != NULL ? ORCA_REPLY_ANSWERED : ORCA_REPLY_UNKNOWN;
  reply->record = record;
  if (record == NULL)
    reply->why = g_strdup ("the answer is none of ORCA's");
}

/* @text: (transfer full). */
static void
take_body (SoupMessage *message, char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

  soup_message_set_request_body_from_bytes (message, "application/json", bytes);
}

static void
set_body (SoupMessage *message, const char *name, JsonObject *record)
{
  g_autoptr (JsonObject) whole = json_object_new ();

  json_object_set_object_member (whole, name, json_object_ref (record));
  take_body (message, orca_json_print (whole));
}

void
orca_http_post (OrcaHttp *http, const char *path, const char *name, JsonObject *record, OrcaReply *ret_reply)
{
  g_autoptr (SoupMessage) message = make_message (http, SOUP_METHOD_POST, path);
  g_autoptr (JsonNode) node = NULL;

  set_body (message, name, record);
  node = send_message (http, message, ret_reply);
  if (node != NULL)
    set_record (ret_reply, take_answer (node));
}

void
orca_http_post_array (OrcaHttp *http, const char *path, JsonArray *records, OrcaReply *ret_reply)
{
  g_autoptr (SoupMessage) message = make_message (http, SOUP_METHOD_POST, path);
  g_autoptr (JsonNode) root = json_node_init_array (json_node_alloc (), records), node = NULL;

  take_body (message, json_to_string (root, FALSE));
  node = send_message (http, message, ret_reply);
  if (node != NULL)
    set_record (ret_reply, take_answer (node));
}

void
orca_http_list (OrcaHttp *http, const char *path, const char *name, JsonObject *record, JsonArray **ret_array,
                OrcaReply *ret_reply)
{
  g_autoptr (SoupMessage) message = make_message (http, SOUP_METHOD_POST, path);
  g_autoptr (JsonNode) node = NULL;

  set_body (message, name, record);
  *ret_array = NULL;
  node = send_message (http, message, ret_reply);
  if (node == NULL)
    return;
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      ret_reply->kind = ORCA_REPLY_ANSWERED;
      *ret_array = json_array_ref (json_node_get_array (node));
    }
  else
    set_record (ret_reply, take_record (node));
}

void
orca_http_get (OrcaHttp *http, const char *path, OrcaReply *ret_reply)
{
  g_autoptr (SoupMessage) message = make_message (http, SOUP_METHOD_GET, path);
  g_autoptr (JsonNode) node = send_message (http, message, ret_reply);

  if (node != NULL)
    set_record (ret_reply, take_record (node));
}
