/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * https: libsoup, and the reading of a body within its limit. The body is read as far as it has come, without a
 * further turn of the main loop: a short answer costs one.
 */

#include "center/https.h"

#include <libsoup/soup.h>
#include <string.h>

#include "base/error.h"
#include "center/https-body.h"
#include "center/https-line.h"
#include "center/https-trust.h"
#include "codec/message-json.h"

#define CONNECTIONS_MAXIMUM 8             /* libsoup's own two would let a register wait for two queries */
#define CONNECTION_IDLE_SECONDS 60        /* then the daemon holds nothing open */
#define RETRY_AFTER_SECONDS_MAXIMUM 86400 /* more is nonsense */
#define INFORMATIONAL_ANSWERS_MAXIMUM 8   /* 1xx, before the answer itself */
#define EMPTY_TURNS_MAXIMUM 256           /* in which something came, and nothing of the body */

/*
 * A session that is resumed proves neither side anew: glib-networking takes one that another certificate, or another
 * CA's trust, had opened. New settings would seem to work that do not, and a pulled token would not be missed.
 */
#define TLS_PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%PROFILE_MEDIUM:%NO_TICKETS"

#define N_SIGNALS 4 /* that an exchange listens to */

struct Https
{
  SoupSession *session;
  GTlsCertificate *certificate;
};

typedef struct
{
  SoupMessage *message;
  GTlsCertificate *certificate; /* of the client */
  GInputStream *stream;
  GCancellable *cancellable;
  HttpsOutcome *outcome;
  HttpsDone done;
  gpointer user_data;
  gboolean fresh;          /* the connection was made for this exchange */
  GTlsConnection *tls;     /* and this is it */
  gboolean query, fetches; /* as in the request */
  guint informational;     /* answers so far */
  guint empty_turns;       /* one after the other */
  goffset length;          /* Content-Length, or -1 */
  HttpsBody *body;
  gulong signals[N_SIGNALS]; /* of message */
} Exchange;

void
https_outcome_clear (HttpsOutcome *outcome)
{
  g_clear_pointer (&outcome->body, g_bytes_unref);
  g_clear_pointer (&outcome->document, document_file_free);
  g_free (outcome->date);
  g_free (outcome->identifier);
  g_free (outcome->peer);
  g_free (outcome->local);
  memset (outcome, 0, sizeof *outcome);
  outcome->retry_after_seconds = -1;
}

void
https_set_up (void)
{
  g_setenv ("G_TLS_GNUTLS_PRIORITY", TLS_PRIORITY, TRUE); /* whatever was inherited */
  https_line_set_up ();
}

static SoupSession *
make_session (GTlsDatabase *trust)
{
  SoupSession *session = soup_session_new_with_options ("max-conns", CONNECTIONS_MAXIMUM, "max-conns-per-host",
                                                        CONNECTIONS_MAXIMUM, "idle-timeout", CONNECTION_IDLE_SECONDS,
                                                        "timeout", 0, "tls-database", trust, NULL);

  /* GLib's default resolver would load dconf and start a thread. */
  soup_session_set_proxy_resolver (session, NULL);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  return session;
}

Https *
https_new (const Credential *credential)
{
  g_autoptr (GTlsDatabase) trust = NULL;
  Https *https = g_new0 (Https, 1);

  https->certificate = g_object_ref (credential->certificate);
  trust = https_trust_new (credential->authority);
  https->session = make_session (trust);
  return https;
}

/* soup_session_abort() would cut off what is under way too. */
void
https_reset (Https *https)
{
  g_autoptr (SoupSession) former = https->session;

  https->session = make_session (soup_session_get_tls_database (former));
}

void
https_free (Https *https)
{
  if (https == NULL)
    return;
  g_object_unref (https->session);
  g_object_unref (https->certificate);
  g_free (https);
}

GUri *
https_parse_uri (const char *text)
{
  return g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);
}

static void
exchange_free (Exchange *exchange)
{
  for (guint i = 0; i < N_SIGNALS; i++) /* libsoup may hold it a little longer */
    g_signal_handler_disconnect (exchange->message, exchange->signals[i]);
  g_clear_object (&exchange->message);
  g_clear_object (&exchange->certificate);
  g_clear_object (&exchange->stream);
  g_clear_object (&exchange->tls);
  g_clear_object (&exchange->cancellable);
  g_clear_pointer (&exchange->body, https_body_free);
  g_free (exchange);
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_input_stream_close_finish (G_INPUT_STREAM (source), result, NULL);
}

/*
 * Ends the exchange. The stream is closed asynchronously before its last reference goes: else GLib would close it
 * itself, synchronously. What was not read to its end is cut off with the connection instead of read on.
 */
static void
exchange_finish (Exchange *exchange, const GError *error)
{
  if (exchange->stream != NULL)
    {
      g_autoptr (GCancellable) now = NULL;

      if (exchange->outcome->body == NULL && exchange->outcome->document == NULL)
        {
          now = g_cancellable_new ();
          g_cancellable_cancel (now);
        }
      g_input_stream_close_async (exchange->stream, G_PRIORITY_DEFAULT, now, on_closed, NULL);
    }
  exchange->done (error, exchange->user_data);
  exchange_free (exchange);
}

G_GNUC_PRINTF (4, 5)
static void
exchange_fail (Exchange *exchange, ShikakuError code, ShikakuCause cause, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  va_list arguments;

  va_start (arguments, format);
  error = g_error_new_valist (SHIKAKU_ERROR, (int)code, format, arguments);
  va_end (arguments);
  shikaku_error_set_cause (error, cause);
  exchange_finish (exchange, error);
}

/* The center is not reached, or goes away; @text says what is with its host. */
static void
exchange_fail_at (Exchange *exchange, ShikakuCause cause, const char *text)
{
  GUri *uri = soup_message_get_uri (exchange->message);

  exchange_fail (exchange, SHIKAKU_ERROR_CENTER_UNREACHABLE, cause, "%s port %d %s", g_uri_get_host (uri),
                 g_uri_get_port (uri), text);
}

ShikakuCause
https_get_silent_cause (const HttpsOutcome *outcome)
{
  switch (outcome->stage)
    {
    case HTTPS_STAGE_NONE:
      return outcome->resolved ? SHIKAKU_CAUSE_LINE_SILENT : SHIKAKU_CAUSE_NAME_SILENT;
    case HTTPS_STAGE_CONNECTED:
      return SHIKAKU_CAUSE_TLS_SILENT;
    case HTTPS_STAGE_SECURED:
    case HTTPS_STAGE_ANSWERED:
    default:
      return SHIKAKU_CAUSE_CENTER_SILENT;
    }
}

/* Whether the center has shown its certificate on the connection that was made for this exchange. */
static gboolean
has_seen_center (const Exchange *exchange)
{
  return exchange->fresh
         && (exchange->outcome->stage == HTTPS_STAGE_SECURED
             || (exchange->tls != NULL && g_tls_connection_get_peer_certificate (exchange->tls) != NULL));
}

/*
 * A cut at or right after the handshake, before any answer, is how some servers refuse a client certificate, and what
 * a line that breaks looks like. Nobody knows: it is no refusal, and people are told of both.
 */
static void
exchange_fail_cut (Exchange *exchange)
{
  const ShikakuCause cause
      = exchange->outcome->stage >= HTTPS_STAGE_SECURED ? SHIKAKU_CAUSE_CENTER_CUT : SHIKAKU_CAUSE_TLS_CUT;

  exchange->outcome->lost = TRUE;
  exchange_fail_at (exchange, cause,
                    has_seen_center (exchange)
                        ? "cut the connection after the TLS handshake, or it does not take the client certificate"
                        : "cut the connection");
}

static void
exchange_fail_handshake (Exchange *exchange)
{
  const HttpsGreeting greeting = https_line_get_greeting_under (exchange->tls);

  if (greeting == HTTPS_GREETING_OTHER)
    exchange_fail_at (exchange, SHIKAKU_CAUSE_TLS_MISSING, "answers, and does not speak TLS");
  else if (greeting == HTTPS_GREETING_OLD_TLS)
    exchange_fail_at (exchange, SHIKAKU_CAUSE_TLS_VERSION, "does not speak TLS 1.2 or 1.3");
  else
    exchange_fail_at (exchange, SHIKAKU_CAUSE_TLS_CUT, "cut the TLS handshake");
}

/* Who passes for the center: what is wrong with the certificate that it shows, the worst first. */
static void
exchange_fail_untrusted (Exchange *exchange)
{
  static const struct
  {
    GTlsCertificateFlags flag;
    ShikakuCause cause;
    const char *text;
  } faults[] = {
    { G_TLS_CERTIFICATE_UNKNOWN_CA, SHIKAKU_CAUSE_SERVER_UNTRUSTED, "is not of the trusted CA" },
    { G_TLS_CERTIFICATE_BAD_IDENTITY, SHIKAKU_CAUSE_SERVER_NAME, "is for another name" },
    { G_TLS_CERTIFICATE_NOT_ACTIVATED, SHIKAKU_CAUSE_CLOCK_WRONG, "is not valid yet, by this computer's clock" },
    { G_TLS_CERTIFICATE_EXPIRED, SHIKAKU_CAUSE_SERVER_EXPIRED, "has expired, by this computer's clock" },
    { G_TLS_CERTIFICATE_VALIDATE_ALL, SHIKAKU_CAUSE_SERVER_WEAK, "is weak, or is not for a server" },
  };
  const GTlsCertificateFlags flags = exchange->tls != NULL
                                         ? g_tls_connection_get_peer_certificate_errors (exchange->tls)
                                         : G_TLS_CERTIFICATE_UNKNOWN_CA;
  GUri *uri = soup_message_get_uri (exchange->message);
  guint i = 0;

  while (i < G_N_ELEMENTS (faults) - 1 && (flags & faults[i].flag) == 0)
    i++;
  exchange_fail (exchange, SHIKAKU_ERROR_CENTER_UNTRUSTED, faults[i].cause, "the certificate of %s port %d %s",
                 g_uri_get_host (uri), g_uri_get_port (uri), faults[i].text);
}

static void
exchange_fail_tls (Exchange *exchange, const GError *cause)
{
  exchange->outcome->stage = MAX (exchange->outcome->stage, HTTPS_STAGE_CONNECTED); /* it may have been taken over */
  switch ((GTlsError)cause->code)
    {
    case G_TLS_ERROR_BAD_CERTIFICATE:
      exchange_fail_untrusted (exchange);
      break;
    case G_TLS_ERROR_NOT_TLS: /* the handshake was cut, whatever for; it matters whether the center had shown itself */
      if (has_seen_center (exchange))
        exchange_fail_cut (exchange);
      else
        exchange_fail_handshake (exchange);
      break;
    case G_TLS_ERROR_EOF:
      exchange_fail_cut (exchange);
      break;
    case G_TLS_ERROR_UNAVAILABLE:
      exchange_fail (exchange, SHIKAKU_ERROR_FAILED, SHIKAKU_CAUSE_NONE,
                     "there is no TLS: glib-networking is not installed");
      break;
    case G_TLS_ERROR_CERTIFICATE_REQUIRED:
      exchange->outcome->unproved = TRUE;
      exchange_fail (exchange, SHIKAKU_ERROR_CENTER_REFUSED, SHIKAKU_CAUSE_CERTIFICATE_REFUSED,
                     "no client certificate could be shown to the center");
      break;
    case G_TLS_ERROR_MISC: /* an alert of the center, above all */
    case G_TLS_ERROR_HANDSHAKE:
    case G_TLS_ERROR_INAPPROPRIATE_FALLBACK:
    case G_TLS_ERROR_BAD_CERTIFICATE_PASSWORD:
    default:
      if (has_seen_center (exchange))
        exchange_fail (exchange, SHIKAKU_ERROR_CENTER_REFUSED, SHIKAKU_CAUSE_CERTIFICATE_REFUSED,
                       "the center refused the client certificate");
      else if (exchange->fresh)
        exchange_fail_handshake (exchange);
      else
        exchange_fail_cut (exchange);
      break;
    }
}

static void
exchange_fail_io (Exchange *exchange, const GError *cause)
{
  gboolean answered = exchange->outcome->stage == HTTPS_STAGE_ANSWERED;

  switch (cause->code)
    {
    case G_IO_ERROR_CONNECTION_REFUSED:
      exchange->outcome->lost = TRUE;
      exchange_fail_at (exchange, SHIKAKU_CAUSE_CONNECTION_REFUSED, "refused the connection");
      break;
    case G_IO_ERROR_CONNECTION_CLOSED:
    case G_IO_ERROR_PARTIAL_INPUT:
      exchange_fail_cut (exchange);
      break;
    case G_IO_ERROR_PERMISSION_DENIED: /* by a route that prohibits */
    case G_IO_ERROR_NETWORK_UNREACHABLE:
    case G_IO_ERROR_HOST_UNREACHABLE:
      exchange_fail_at (exchange, SHIKAKU_CAUSE_NO_ROUTE, "cannot be reached: there is no route to it");
      break;
    case G_IO_ERROR_TIMED_OUT:
      exchange_fail_at (exchange, https_get_silent_cause (exchange->outcome), "does not answer");
      break;
    default:
      if (answered)
        exchange_fail (exchange, SHIKAKU_ERROR_MESSAGE_INVALID, SHIKAKU_CAUSE_ANSWER_INVALID,
                       "the center's answer is malformed");
      else
        exchange_fail_at (exchange, https_get_silent_cause (exchange->outcome), "cannot be reached");
    }
}

static void
exchange_fail_name (Exchange *exchange, const GError *cause)
{
  const char *host = g_uri_get_host (soup_message_get_uri (exchange->message));

  if (cause->code == G_RESOLVER_ERROR_NOT_FOUND)
    exchange_fail (exchange, SHIKAKU_ERROR_CENTER_UNREACHABLE, SHIKAKU_CAUSE_NAME_UNKNOWN,
                   "the name service knows no host %s", host);
  else
    exchange_fail (exchange, SHIKAKU_ERROR_CENTER_UNREACHABLE, SHIKAKU_CAUSE_NAME_SILENT,
                   "the name service does not answer, so that the address of %s is not known", host);
}

/* Foreign errors end here: no text of theirs goes further, because it can hold what the center sent. */
static void
exchange_fail_foreign (Exchange *exchange, const GError *cause)
{
  if (exchange->informational > INFORMATIONAL_ANSWERS_MAXIMUM)
    exchange_fail (exchange, SHIKAKU_ERROR_MESSAGE_INVALID, SHIKAKU_CAUSE_ANSWER_INVALID,
                   "the center does not come to its answer");
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    exchange_fail (exchange, SHIKAKU_ERROR_CANCELLED, SHIKAKU_CAUSE_NONE, "cancelled");
  else if (cause->domain == G_TLS_ERROR)
    exchange_fail_tls (exchange, cause);
  else if (cause->domain == SOUP_SESSION_ERROR)
    exchange_fail (exchange, SHIKAKU_ERROR_MESSAGE_INVALID, SHIKAKU_CAUSE_ANSWER_INVALID,
                   "the center's answer is not HTTP");
  else if (cause->domain == G_IO_ERROR)
    exchange_fail_io (exchange, cause);
  else if (cause->domain == G_RESOLVER_ERROR)
    exchange_fail_name (exchange, cause);
  else
    exchange_fail_at (exchange, https_get_silent_cause (exchange->outcome), "cannot be reached");
}

static void
exchange_complete (Exchange *exchange)
{
  const guint64 size = https_body_get_size (exchange->body);

  if (exchange->outcome->status != SOUP_STATUS_OK) /* it is not read, so that nobody minds its length */
    exchange->length = -1;
  /* libsoup believes the end of the connection more than the announced length if the center does not keep it. */
  if (exchange->length >= 0 && size > (guint64)exchange->length)
    {
      exchange_fail (exchange, SHIKAKU_ERROR_MESSAGE_INVALID, SHIKAKU_CAUSE_ANSWER_INVALID,
                     "the center's answer is longer than it says");
      return;
    }
  if (exchange->length >= 0 && size < (guint64)exchange->length)
    {
      exchange->outcome->lost = TRUE;
      exchange_fail (exchange, SHIKAKU_ERROR_CENTER_UNREACHABLE, SHIKAKU_CAUSE_CENTER_CUT,
                     "the center's answer is cut");
      return;
    }
  exchange->outcome->document = https_body_take_document (exchange->body);
  if (exchange->outcome->document == NULL)
    exchange->outcome->body = https_body_take_message (exchange->body);
  exchange_finish (exchange, NULL);
}

static gboolean on_readable (GObject *stream, gpointer user_data);

static void
wait_for_more (Exchange *exchange)
{
  g_autoptr (GSource) source
      = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (exchange->stream), exchange->cancellable);

  g_source_set_callback (source, G_SOURCE_FUNC (on_readable), exchange, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
exchange_fail_too_large (Exchange *exchange)
{
  exchange_fail (exchange, SHIKAKU_ERROR_MESSAGE_INVALID, SHIKAKU_CAUSE_ANSWER_INVALID,
                 "the center's answer is too large");
}

/* read_piece: Return: bytes that came, 0: they are all there, -1: the exchange has failed, or waits for more. */
static gssize
read_piece (Exchange *exchange)
{
  g_autoptr (GError) error = NULL;
  gsize size;
  guint8 *space = https_body_get_space (exchange->body, &size);
  gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (exchange->stream), space, size,
                                                       exchange->cancellable, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    wait_for_more (exchange);
  else if (n < 0)
    exchange_fail_foreign (exchange, error);
  else if (n > 0 && !https_body_add (exchange->body, (gsize)n, &error))
    {
      exchange_fail (exchange, SHIKAKU_ERROR_FAILED, SHIKAKU_CAUSE_NONE, "%s", error->message);
      return -1;
    }
  return n;
}

static void
read_body (Exchange *exchange)
{
  gssize n;

  while ((n = read_piece (exchange)) > 0)
    {
      exchange->empty_turns = 0;
      exchange->outcome->received = https_body_get_size (exchange->body);
      if (https_body_is_too_large (exchange->body, exchange->outcome->received))
        {
          exchange_fail_too_large (exchange);
          return;
        }
    }
  if (n == 0)
    exchange_complete (exchange);
}

static gboolean
on_readable (GObject *stream, gpointer user_data)
{
  Exchange *exchange = user_data;

  if (++exchange->empty_turns > EMPTY_TURNS_MAXIMUM)
    exchange_fail (exchange, SHIKAKU_ERROR_MESSAGE_INVALID, SHIKAKU_CAUSE_ANSWER_INVALID,
                   "the center does not come to its answer's end");
  else
    read_body (exchange);
  return G_SOURCE_REMOVE;
}

static gint64
parse_retry_after (SoupMessageHeaders *headers)
{
  const char *text = soup_message_headers_get_one (headers, "Retry-After");
  guint64 seconds;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, RETRY_AFTER_SECONDS_MAXIMUM, &seconds, NULL)
             ? (gint64)seconds
             : -1;
}

static gboolean
is_of_type (const char *type, const char *wanted)
{
  return g_ascii_strncasecmp (type, wanted, strlen (wanted)) == 0;
}

/* make_body: where the answer goes, by what it says to be. Return: FALSE: it is nothing that was asked for. */
static gboolean
make_body (Exchange *exchange, GError **error)
{
  HttpsOutcome *outcome = exchange->outcome;
  const char *type
      = soup_message_headers_get_one (soup_message_get_response_headers (exchange->message), "Content-Type");

  if (outcome->status != SOUP_STATUS_OK || (type != NULL && is_of_type (type, "application/json")))
    exchange->body = https_body_new (CLAMP (exchange->length, -1, MESSAGE_SIZE_MAXIMUM));
  else if (exchange->fetches && type != NULL
           && (is_of_type (type, "application/xml") || is_of_type (type, "application/pdf")))
    {
      outcome->is_pdf = is_of_type (type, "application/pdf");
      exchange->body = https_body_new_document (error);
    }
  else
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, "the center's answer is not %s",
                 exchange->fetches ? "XML, PDF or JSON" : "JSON");
  return exchange->body != NULL;
}

static void
on_sent (GObject *session, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  Exchange *exchange = user_data;
  HttpsOutcome *outcome = exchange->outcome;
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);

  exchange->stream = soup_session_send_finish (SOUP_SESSION (session), result, &error);
  if (exchange->stream == NULL)
    {
      exchange_fail_foreign (exchange, error);
      return;
    }
  outcome->stage = HTTPS_STAGE_ANSWERED;
  outcome->status = soup_message_get_status (exchange->message);
  outcome->retry_after_seconds = parse_retry_after (headers);
  outcome->date = g_strdup (soup_message_headers_get_one (headers, "Date"));
  outcome->identifier = g_strdup (soup_message_headers_get_one (headers, "Arbitrary-File-Identifier"));
  exchange->length = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
                         ? soup_message_headers_get_content_length (headers)
                         : -1;
  if (!make_body (exchange, &error))
    exchange_fail (exchange, (ShikakuError)error->code,
                   error->code == SHIKAKU_ERROR_FAILED ? SHIKAKU_CAUSE_NONE : SHIKAKU_CAUSE_ANSWER_INVALID, "%s",
                   error->message);
  else if (exchange->length >= 0 && https_body_is_too_large (exchange->body, (guint64)exchange->length))
    exchange_fail_too_large (exchange);
  else
    read_body (exchange);
}

static void
on_connected (GObject *session, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  Exchange *exchange = user_data;

  if (soup_session_preconnect_finish (SOUP_SESSION (session), result, &error))
    {
      exchange->outcome->stage = HTTPS_STAGE_SECURED;
      exchange_finish (exchange, NULL);
    }
  else
    exchange_fail_foreign (exchange, error);
}

/* How a new connection comes along. On one that is taken again, nothing of this happens. */
static void
on_network_event (SoupMessage *message, GSocketClientEvent event, GIOStream *connection, gpointer user_data)
{
  static const char *const protocols[] = { "http/1.1", NULL };
  Exchange *exchange = user_data;
  HttpsOutcome *outcome = exchange->outcome;

  exchange->fresh = TRUE;
  if (event == G_SOCKET_CLIENT_RESOLVED)
    outcome->resolved = TRUE;
  else if (event == G_SOCKET_CLIENT_CONNECTING)
    https_line_note_addresses (connection, &outcome->peer, NULL);
  else if (event == G_SOCKET_CLIENT_CONNECTED)
    {
      outcome->stage = MAX (outcome->stage, HTTPS_STAGE_CONNECTED);
      https_line_note_addresses (connection, &outcome->peer, &outcome->local);
    }
  else if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING && G_IS_TLS_CONNECTION (connection))
    {
      g_set_object (&exchange->tls, G_TLS_CONNECTION (connection));
      g_tls_connection_set_advertised_protocols (exchange->tls, protocols);
    }
  else if (event == G_SOCKET_CLIENT_TLS_HANDSHAKED)
    outcome->stage = MAX (outcome->stage, HTTPS_STAGE_SECURED);
}

/*
 * The center wants the certificate. libsoup shows the one that was set before, but not where a request takes over a
 * connection that https_connect began, and whose handshake has asked for it by then: it asks here.
 */
static gboolean
on_request_certificate (SoupMessage *message, GTlsClientConnection *connection, gpointer user_data)
{
  Exchange *exchange = user_data;

  soup_message_set_tls_client_certificate (message, exchange->certificate);
  return TRUE;
}

static void
on_starting (SoupMessage *message, gpointer user_data)
{
  Exchange *exchange = user_data;

  exchange->outcome->stage = MAX (exchange->outcome->stage, HTTPS_STAGE_SECURED);
  if (!exchange->query) /* it has its connection; from here on libsoup must not repeat it */
    soup_message_set_flags (message, SOUP_MESSAGE_NO_REDIRECT);
}

/* A center that says "continue" for ever: what libsoup has read is left to it, and it reads no more. */
static void
on_informational (SoupMessage *message, gpointer user_data)
{
  Exchange *exchange = user_data;

  if (++exchange->informational > INFORMATIONAL_ANSWERS_MAXIMUM)
    g_cancellable_cancel (exchange->cancellable);
}

static Exchange *
exchange_new (Https *https, const HttpsRequest *request, HttpsOutcome *outcome, GCancellable *cancellable,
              HttpsDone done, gpointer user_data)
{
  Exchange *exchange = g_new0 (Exchange, 1);

  https_outcome_clear (outcome);
  exchange->outcome = outcome;
  exchange->cancellable = g_object_ref (cancellable);
  exchange->done = done;
  exchange->user_data = user_data;
  exchange->query = request->query;
  exchange->fetches = request->fetches;
  exchange->message = soup_message_new_from_uri (SOUP_METHOD_POST, request->uri);
  /* Without this flag libsoup makes a new connection for every POST. */
  soup_message_set_flags (exchange->message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT);
  exchange->certificate = g_object_ref (https->certificate);
  soup_message_set_tls_client_certificate (exchange->message, exchange->certificate);
  exchange->signals[0]
      = g_signal_connect (exchange->message, "request-certificate", G_CALLBACK (on_request_certificate), exchange);
  exchange->signals[1] = g_signal_connect (exchange->message, "network-event", G_CALLBACK (on_network_event), exchange);
  exchange->signals[2]
      = g_signal_connect (exchange->message, "got-informational", G_CALLBACK (on_informational), exchange);
  exchange->signals[3] = g_signal_connect (exchange->message, "starting", G_CALLBACK (on_starting), exchange);
  return exchange;
}

void
https_post (Https *https, const HttpsRequest *request, HttpsOutcome *outcome, GCancellable *cancellable, HttpsDone done,
            gpointer user_data)
{
  Exchange *exchange = exchange_new (https, request, outcome, cancellable, done, user_data);

  soup_message_set_request_body_from_bytes (exchange->message, "application/json", request->body);
  if (request->token != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (exchange->message), "Authorization",
                                  request->token);
  soup_session_send_async (https->session, exchange->message, G_PRIORITY_DEFAULT, exchange->cancellable, on_sent,
                           exchange);
}

void
https_connect (Https *https, GUri *uri, HttpsOutcome *outcome, GCancellable *cancellable, HttpsDone done,
               gpointer user_data)
{
  const HttpsRequest request = { .uri = uri, .query = TRUE };
  Exchange *exchange = exchange_new (https, &request, outcome, cancellable, done, user_data);

  soup_session_preconnect_async (https->session, exchange->message, G_PRIORITY_DEFAULT, exchange->cancellable,
                                 on_connected, exchange);
}
