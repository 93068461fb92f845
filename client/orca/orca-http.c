/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-http: see the header. */
#include "client/orca/orca-http.h"

#include <libsoup/soup.h>
#include <string.h>

#define ANSWER_MAXIMUM 33554432u /* bytes: 32 MiB: 5000 reference numbers are 2 */

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

/* Nobody was there who could have had it. Other errors of TLS come while the answer is read too. */
static gboolean
is_unsent (const GError *error)
{
  return error->domain == G_RESOLVER_ERROR || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE)
         || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_HANDSHAKE)
         || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE)
         || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND);
}

static JsonNode *
parse_body (GBytes *body)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  gsize size;
  const char *text = g_bytes_get_data (body, &size);

  if (size > ANSWER_MAXIMUM || !json_parser_load_from_data (parser, text, (gssize)size, NULL))
    return NULL;
  return json_parser_steal_root (parser);
}

typedef struct
{
  GBytes *body;
  GError *error;
  gboolean is_over;
} Waiting;

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Waiting *waiting = user_data;

  waiting->body = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &waiting->error);
  waiting->is_over = TRUE;
}

/*
 * Waits in our own context: libsoup's synchronous call never ends where the server asks for our certificate, since the
 * question for it comes in by that context.
 */
static GBytes *
send_and_wait (OrcaHttp *http, SoupMessage *message, GError **error)
{
  Waiting waiting = { NULL, NULL, FALSE };

  soup_session_send_and_read_async (http->session, message, G_PRIORITY_DEFAULT, NULL, on_read, &waiting);
  while (!waiting.is_over)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  if (waiting.error != NULL)
    g_propagate_error (error, waiting.error);
  return waiting.body;
}

/*
 * Sends, and waits. Return: (transfer full) what the answer holds; NULL: there is none, and @reply says how far it
 * came.
 */
static JsonNode *
send_message (OrcaHttp *http, SoupMessage *message, OrcaReply *reply)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = send_and_wait (http, message, &error);
  guint status = soup_message_get_status (message);
  JsonNode *node;

  if (error != NULL)
    {
      reply->kind = is_unsent (error) ? ORCA_REPLY_UNSENT : ORCA_REPLY_UNKNOWN;
      reply->why = g_strdup (error->message);
      return NULL;
    }
  if (status != SOUP_STATUS_OK)
    {
      reply->kind = SOUP_STATUS_IS_CLIENT_ERROR (status) ? ORCA_REPLY_UNSENT : ORCA_REPLY_UNKNOWN;
      reply->why = g_strdup_printf ("HTTP status %u%s", status,
                                    status == SOUP_STATUS_UNAUTHORIZED ? ": a wrong password"
                                    : status == SOUP_STATUS_NOT_FOUND  ? ": ORCA does not know this user, or this call"
                                                                       : "");
      return NULL;
    }
  node = parse_body (body);
  if (node == NULL)
    {
      reply->kind = ORCA_REPLY_UNKNOWN;
      reply->why = g_strdup ("the answer is no JSON");
    }
  return node;
}

/* The one record in an object: whatever it is called. */
static JsonObject *
take_record (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autoptr (GList) members = object != NULL ? json_object_get_members (object) : NULL;
  JsonObject *record = members != NULL ? orca_json_get_record (object, members->data) : NULL;

  return record != NULL ? json_object_ref (record) : json_object_new ();
}

static void
set_body (SoupMessage *message, const char *name, JsonObject *record)
{
  g_autoptr (JsonObject) whole = json_object_new ();
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize size;

  json_object_set_object_member (whole, name, json_object_ref (record));
  text = orca_json_print (whole);
  size = strlen (text);
  bytes = g_bytes_new_take (g_steal_pointer (&text), size);
  soup_message_set_request_body_from_bytes (message, "application/json", bytes);
}

void
orca_http_post (OrcaHttp *http, const char *path, const char *name, JsonObject *record, OrcaReply *ret_reply)
{
  g_autoptr (SoupMessage) message = make_message (http, SOUP_METHOD_POST, path);
  g_autoptr (JsonNode) node = NULL;

  set_body (message, name, record);
  node = send_message (http, message, ret_reply);
  if (node != NULL)
    {
      ret_reply->kind = ORCA_REPLY_ANSWERED;
      ret_reply->record = take_record (node);
    }
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
  ret_reply->kind = ORCA_REPLY_ANSWERED;
  if (JSON_NODE_HOLDS_ARRAY (node))
    *ret_array = json_array_ref (json_node_get_array (node));
  else
    ret_reply->record = take_record (node);
}

void
orca_http_get (OrcaHttp *http, const char *path, OrcaReply *ret_reply)
{
  g_autoptr (SoupMessage) message = make_message (http, SOUP_METHOD_GET, path);
  g_autoptr (JsonNode) node = send_message (http, message, ret_reply);

  if (node != NULL)
    {
      ret_reply->kind = ORCA_REPLY_ANSWERED;
      ret_reply->record = take_record (node);
    }
}
