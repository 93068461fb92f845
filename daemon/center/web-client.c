/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-client: a call's way: credential → token → exchange → (repeat) → done.
 *
 * A 401 is followed by a new token and one repeat, 429 and 503 by repeats after Retry-After or the back-off; what they
 * become, and other statuses, is web-fault's. A query whose connection was refused, reset or cut is repeated; TLS
 * errors and refusals never are, but once when the key's token may have been pulled.
 */

#include "center/web-client.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "center/backoff.h"
#include "center/web-client-private.h"
#include "center/web-fault.h"
#include "center/web-links.h"
#include "center/web-message.h"

#define REPEATS_MAXIMUM 4 /* over three seconds at most: a center that begins anew, or a router, is back by then */
#define REPEAT_DELAY_BASE_MILLISECONDS 200
#define REPEAT_DELAY_CAP_MILLISECONDS 2000

#define STATUS_OK 200
#define STATUS_UNAUTHORIZED 401
#define STATUS_FORBIDDEN 403

#define CONNECT_MILLISECONDS 2000 /* nobody waits for a connection that is made ahead */

static void call_step (Call *call);

static void
client_free (WebClient *client)
{
  for (guint i = 0; i < WEB_N_CALLS; i++)
    g_clear_pointer (&client->uris[i], g_uri_unref);
  web_access_free (client->access);
  g_free (client->complaint);
  g_free (client);
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
call_free (Call *call)
{
  WebClient *client = call->client;

  g_queue_remove (&client->calls, call);
  https_outcome_clear (&call->outcome);
  g_clear_pointer (&call->body, g_bytes_unref);
  g_clear_object (&call->cancellable);
  g_clear_error (&call->failure);
  g_clear_error (&call->trouble);
  g_free (call);
  if (client->closed && client->calls.length == 0)
    client_free (client);
}

/* Tells the caller, and frees the call unless its exchange has still to end. */
static void
call_finish (Call *call, GBytes *body, const GError *error)
{
  WebClientDone done = g_steal_pointer (&call->done);

  clear_source (&call->deadline);
  clear_source (&call->pause);
  g_queue_remove (&call->client->waiting, call);
  /* Not g_cancellable_disconnect(): it would wait for ever inside somebody's handler of the same cancel. */
  if (call->caller_handler != 0)
    g_signal_handler_disconnect (call->caller, call->caller_handler);
  g_clear_object (&call->caller);
  done (body, error, call->user_data);
  if (call->in_flight)
    g_cancellable_cancel (call->cancellable);
  else
    call_free (call);
}

static void
call_fail (Call *call, ShikakuError code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (SHIKAKU_ERROR, code, text);

  call_finish (call, NULL, error);
}

/* Every call may meet the same trouble: the log tells it once. @error: NULL when all is well. */
static void
log_complaint (WebClient *client, const char *message_id, const GError *error)
{
  const char *text = error != NULL ? error->message : NULL;

  if (client->transport == NULL || g_strcmp0 (text, client->complaint) == 0)
    return;
  g_free (client->complaint);
  client->complaint = g_strdup (text);
  if (text != NULL)
    log_write (LOG_WARNING, message_id, NULL, "center: %s", text);
  else
    log_write (LOG_NOTICE, SHIKAKU_MESSAGE_CENTER_FOUND, NULL, "center: it answers again");
}

/* What an exchange tells of the links. The center's own is left alone when it answered: see the header. */
static void
note_links (Call *call, const GError *error)
{
  Transport *transport = call->client->transport;
  GUri *uri = call->client->uris[WEB_CALL_CONNECT];
  g_autoptr (GError) explained = NULL;

  if (transport == NULL || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED))
    return;
  if (call->once || call->kind == WEB_CALL_AUTH) /* the others need not */
    web_links_note_clock (transport, call->outcome.date);
  if (error != NULL && (explained = web_links_explain (transport, uri, call->outcome.peer, error)) != NULL)
    error = explained;
  log_complaint (call->client, SHIKAKU_MESSAGE_CENTER_FAILED, error);
  web_links_note (transport, uri, &call->outcome, error);
}

/* How the credential is: @error: NULL if it can be shown. */
static void
note_credential (WebClient *client, const GError *error)
{
  const Credential *credential = web_access_get_credential (client->access);

  client->failed |= error != NULL;
  if (client->transport == NULL)
    return;
  if (credential != NULL)
    transport_note_expiry (client->transport, credential->expires);
  if (error != NULL)
    {
      log_complaint (client, SHIKAKU_MESSAGE_CREDENTIAL_FAILED, error);
      transport_note_link (client->transport, TRANSPORT_LINK_CREDENTIAL, TRANSPORT_LINK_FAILED, error);
      transport_forget_links (client->transport, TRANSPORT_LINK_LINE); /* those behind it are not known */
    }
  else if (credential != NULL && web_access_is_open (client->access))
    transport_note_exposure (client->transport, credential->exposure);
  transport_derive_state (client->transport);
}

static void
note_unset (WebClient *client, GError **error)
{
  g_autoptr (GError) missing = NULL;

  shikaku_error_set (&missing, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_SETTINGS_MISSING,
                     "not set in [Center] of shikakud.conf: %s", client->unset);
  note_credential (client, missing);
  g_propagate_error (error, g_steal_pointer (&missing));
}

/* Whether a document goes on to come, and may. */
static gboolean
is_progressing (Call *call)
{
  const guint64 before = call->seen;

  call->seen = call->outcome.received;
  return call->fetched != NULL && call->in_flight && call->outcome.received > before
         && g_get_monotonic_time () < call->end;
}

/* The end of the time, or the caller's cancel, in whatever state. */
static gboolean
on_deadline (gpointer user_data)
{
  Call *call = user_data;
  Call *sent = call->in_flight ? call : call->client->login; /* what it waited for */
  g_autoptr (GError) error = NULL;

  if (call->caller != NULL && g_cancellable_is_cancelled (call->caller))
    {
      call_fail (call, SHIKAKU_ERROR_CANCELLED, "cancelled");
      return G_SOURCE_REMOVE;
    }
  if (is_progressing (call))
    return G_SOURCE_CONTINUE;
  if (web_access_is_opening (call->client->access))
    {
      shikaku_error_set (&error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_TOKEN_MISSING,
                         "the key's token did not answer within %u s", call->seconds);
      note_credential (call->client, error);
    }
  else
    error = sent != NULL && !sent->in_flight && sent->trouble != NULL
                ? g_error_copy (sent->trouble)
                : web_fault_new_silence (call->client->uris[WEB_CALL_CONNECT], sent != NULL ? &sent->outcome : NULL,
                                         call->seconds);
  if (sent != NULL && (sent->in_flight || sent->trouble != NULL))
    note_links (sent, error);
  call_finish (call, NULL, error);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_source_set_ready_time (user_data, 0); /* of any thread, and never inside the caller's cancel */
}

static gboolean
on_pause_over (gpointer user_data)
{
  Call *call = user_data;

  clear_source (&call->pause);
  /* Time that another call's login had already used up is not this call's. */
  if (call->joined && g_error_matches (call->failure, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_UNREACHABLE))
    g_clear_error (&call->failure);
  if (call->failure != NULL)
    call_finish (call, NULL, call->failure);
  else
    call_step (call);
  return G_SOURCE_REMOVE;
}

static GSource *
add_timeout (guint64 delay_milliseconds, GSourceFunc callback, gpointer user_data)
{
  GSource *source = g_timeout_source_new ((guint)delay_milliseconds);

  g_source_set_callback (source, callback, user_data, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

/* Return: FALSE if the call may not be repeated, or not within its time. */
static gboolean
call_repeat (Call *call)
{
  gint64 delay_milliseconds
      = backoff_delay (call->repeats, REPEAT_DELAY_BASE_MILLISECONDS, REPEAT_DELAY_CAP_MILLISECONDS, g_random_int ());

  if (call->outcome.retry_after_seconds >= 0)
    delay_milliseconds = MAX (delay_milliseconds, call->outcome.retry_after_seconds * 1000);
  if (call->once || web_call_registers (call->kind) || call->kind == WEB_CALL_CONNECT
      || call->repeats == REPEATS_MAXIMUM || g_get_monotonic_time () + delay_milliseconds * 1000 >= call->end)
    return FALSE;
  call->repeats++;
  call->pause = add_timeout ((guint64)delay_milliseconds, on_pause_over, call);
  return TRUE;
}

/* An answer of the center that is not 200. */
static void
call_judge_status (Call *call)
{
  g_autoptr (GError) error = NULL;

  if (call->outcome.status == STATUS_UNAUTHORIZED && call->kind != WEB_CALL_AUTH && !call->renewed)
    {
      call->renewed = TRUE;
      if (call->token_serial == web_access_get_token_serial (call->client->access))
        web_access_forget_token (call->client->access);
      call_step (call);
      return;
    }
  error = web_fault_new_status (call->client->uris[call->kind], &call->outcome, call->kind == WEB_CALL_AUTH);
  if (error->code == SHIKAKU_ERROR_CENTER_BUSY && call_repeat (call))
    {
      g_clear_error (&call->trouble);
      call->trouble = g_steal_pointer (&error);
      return;
    }
  note_links (call, error);
  call_finish (call, NULL, error);
}

static void
on_answer (const GError *error, gpointer user_data)
{
  Call *call = user_data;

  call->in_flight = FALSE;
  if (call->done == NULL) /* the caller did not wait */
    {
      call_free (call);
      return;
    }
  if (error == NULL && call->outcome.status != STATUS_OK && call->kind != WEB_CALL_CONNECT)
    call_judge_status (call);
  else if (error == NULL)
    {
      g_autoptr (GBytes) body = g_steal_pointer (&call->outcome.body);

      if (call->kind != WEB_CALL_AUTH && call->kind != WEB_CALL_CONNECT) /* it was let in */
        call->client->failed = FALSE;
      note_links (call, NULL);
      call_finish (call, body, NULL);
    }
  else if (call->outcome.unproved && !call->reopened && web_access_doubt (call->client->access))
    {
      call->reopened = TRUE;
      call_step (call);
    }
  else if (call->outcome.lost && call_repeat (call))
    {
      g_clear_error (&call->trouble);
      call->trouble = g_error_copy (error);
    }
  else
    {
      note_links (call, error);
      call_finish (call, NULL, error);
    }
}

gboolean
web_client_has_token (const WebClient *client)
{
  return web_access_get_token (client->access) != NULL;
}

static Call *
call_new (WebClient *client, WebCall kind, GBytes *body, guint milliseconds, WebClientDone done, gpointer user_data)
{
  Call *call = g_new0 (Call, 1);

  call->client = client;
  call->kind = kind;
  call->body = body != NULL ? g_bytes_ref (body) : NULL;
  call->once = milliseconds != 0;
  call->done = done;
  call->user_data = user_data;
  milliseconds = MIN (milliseconds != 0 ? milliseconds : G_MAXUINT, client->timeout_seconds * 1000);
  call->seconds = (milliseconds + 999) / 1000;
  call->end
      = g_get_monotonic_time ()
        + 1000 * (gint64)MAX (milliseconds, call->once ? 0 : web_call_get_milliseconds (kind, client->timeout_seconds));
  call->deadline = add_timeout (milliseconds, on_deadline, call);
  https_outcome_clear (&call->outcome);
  g_queue_push_tail (&client->calls, call);
  return call;
}

/* Those who wait go on in their own turn of the main loop, each to its own end. */
static void
wake_waiting (WebClient *client, const GError *error)
{
  Call *waiting;

  while ((waiting = g_queue_pop_head (&client->waiting)) != NULL)
    {
      waiting->failure = error != NULL ? g_error_copy (error) : NULL;
      waiting->pause = add_timeout (0, on_pause_over, waiting);
    }
}

static void
note_refusal (WebClient *client, const GError *error)
{
  guint delay_seconds = web_access_note_refusal (client->access, error);

  if (client->transport != NULL && shikaku_error_get_cause (error) != SHIKAKU_CAUSE_INSTITUTION_REFUSED)
    log_write (LOG_WARNING, SHIKAKU_MESSAGE_ACCOUNT_REFUSED, NULL,
               "The center refused the institution's account; it is asked again when the account's file has changed, "
               "in %u s at the earliest",
               delay_seconds);
}

static void
on_login (GBytes *body, const GError *error, gpointer user_data)
{
  WebClient *client = user_data;
  g_autoptr (GError) unusable = NULL;
  guint lifetime_seconds = 0, status = client->login->outcome.status;
  gboolean refused = status == STATUS_UNAUTHORIZED || status == STATUS_FORBIDDEN; /* nothing else is of who we are */

  client->login = NULL;
  if (error == NULL)
    {
      char *token = web_message_parse_login (body, &lifetime_seconds, &unusable);

      if (token != NULL)
        web_access_take_token (client->access, token, lifetime_seconds);
      else
        error = unusable;
      refused = g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_REFUSED); /* "status": "NG" */
      client->failed = token == NULL;
      if (client->transport != NULL)
        {
          transport_note_center (client->transport, error);
          transport_derive_state (client->transport);
        }
    }
  if (refused)
    note_refusal (client, error);
  client->failed |= g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_REFUSED)
                    || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
  wake_waiting (client, error);
}

/* Logs in, for all that wait or will wait before it is over. */
static void
start_login (WebClient *client, gboolean once)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;

  if (client->login != NULL)
    return;
  body = web_access_make_login (client->access, &error);
  if (body == NULL)
    {
      if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING))
        note_credential (client, error);
      wake_waiting (client, error);
      return;
    }
  note_credential (client, NULL);
  client->login = call_new (client, WEB_CALL_AUTH, body, 0, on_login, client);
  client->login->once = once;
  call_step (client->login);
}

static void
on_opened (const GError *error, gpointer user_data)
{
  WebClient *client = user_data;

  note_credential (client, error);
  wake_waiting (client, error);
}

/* The call waits for the credential to be read: by itself, or for another call. */
static void
call_open (Call *call)
{
  g_autoptr (GError) error = NULL;
  WebClient *client = call->client;

  if (client->unset != NULL)
    {
      note_unset (client, &error);
      call_finish (call, NULL, error);
      return;
    }
  g_queue_push_tail (&client->waiting, call);
  if (!web_access_is_opening (client->access))
    web_access_open (client->access, on_opened, client);
}

static void
call_exchange (Call *call)
{
  WebClient *client = call->client;
  HttpsRequest request
      = { client->uris[call->kind], call->body, NULL, !web_call_registers (call->kind), web_call_fetches (call->kind) };

  if (call->kind != WEB_CALL_AUTH)
    request.token = web_access_get_token (client->access);
  call->token_serial = web_access_get_token_serial (client->access);
  call->seen = 0;
  if (call->cancellable == NULL)
    call->cancellable = g_cancellable_new ();
  call->in_flight = TRUE;
  if (call->kind == WEB_CALL_CONNECT)
    https_connect (web_access_get_https (client->access), request.uri, &call->outcome, call->cancellable, on_answer,
                   call);
  else
    https_post (web_access_get_https (client->access), &request, &call->outcome, call->cancellable, on_answer, call);
}

static void
call_step (Call *call)
{
  WebClient *client = call->client;
  gboolean needs_token = call->kind != WEB_CALL_AUTH && call->kind != WEB_CALL_CONNECT;

  if (client->unset != NULL || !web_access_is_open (client->access))
    call_open (call);
  else if (call->kind == WEB_CALL_OPEN)
    call_finish (call, NULL, NULL);
  else if (needs_token && !web_client_has_token (client))
    {
      call->joined = client->login != NULL;
      g_queue_push_tail (&client->waiting, call);
      start_login (client, call->once);
    }
  else if (call->kind == WEB_CALL_LOGIN)
    call_finish (call, NULL, NULL);
  else
    call_exchange (call);
}

WebClient *
web_client_new (const WebApiSettings *settings)
{
  WebClient *client = g_new0 (WebClient, 1);
  const CredentialFiles files = { settings->authority_file, settings->certificate_file, settings->key_file,
                                  settings->account_file, settings->token_pin_file };

  client->access = web_access_new (&files);
  client->timeout_seconds = settings->timeout_seconds;
  for (guint i = 0; i < WEB_N_CALLS; i++)
    {
      const char *path = web_call_get_path (i);
      g_autofree char *uri = g_strconcat (settings->url != NULL ? settings->url : "", path, NULL);

      client->uris[i] = path != NULL ? https_parse_uri (uri) : NULL;
    }
  if (client->uris[WEB_CALL_CONNECT] != NULL)
    client->walk = web_walk_new (g_uri_get_host (client->uris[WEB_CALL_CONNECT]),
                                 (guint)g_uri_get_port (client->uris[WEB_CALL_CONNECT]));
  if (client->uris[WEB_CALL_AUTH] == NULL)
    client->unset = settings->institution_code == NULL ? "URL, InstitutionCode" : "URL";
  else if (settings->institution_code == NULL)
    client->unset = "InstitutionCode";
  return client;
}

void
web_client_take_over (WebClient *client, Transport *transport)
{
  client->transport = transport;
  transport_forget_calls (transport);
  transport_forget_links (transport, TRANSPORT_LINK_CREDENTIAL);
  if (web_client_has_token (client)) /* it was tried */
    {
      note_credential (client, NULL);
      for (guint link = TRANSPORT_LINK_LINE; link <= TRANSPORT_LINK_TLS; link++)
        transport_note_link (transport, link, TRANSPORT_LINK_OK, NULL);
      transport_note_center (transport, NULL);
    }
  if (client->unset != NULL) /* nobody has to ask to hear that */
    note_unset (client, NULL);
  transport_derive_state (transport);
}

gboolean
web_client_has_failed (const WebClient *client)
{
  return client->failed || client->unset != NULL;
}

gboolean
web_client_has_credential (const WebClient *client)
{
  return web_access_get_credential (client->access) != NULL;
}

gboolean
web_client_has_same_settings (const WebClient *a, const WebClient *b)
{
  g_autofree char *one = NULL, *other = NULL;

  if (a->uris[WEB_CALL_AUTH] == NULL || b->uris[WEB_CALL_AUTH] == NULL)
    return FALSE;
  one = g_uri_to_string (a->uris[WEB_CALL_AUTH]);
  other = g_uri_to_string (b->uris[WEB_CALL_AUTH]);
  return strcmp (one, other) == 0 && a->timeout_seconds == b->timeout_seconds
         && web_access_has_same_files (a->access, b->access);
}

gboolean
web_client_is_same (const WebClient *a, const WebClient *b)
{
  return web_client_has_same_settings (a, b) && web_access_is_same (a->access, b->access);
}

void
web_client_retire (WebClient *client)
{
  client->transport = NULL;
}

static Call *
find_unfinished (WebClient *client)
{
  for (GList *link = client->calls.head; link != NULL; link = link->next)
    {
      Call *call = link->data;

      if (call->done != NULL)
        return call;
    }
  return NULL;
}

void
web_client_close (WebClient *client)
{
  Call *call;

  client->transport = NULL;
  while ((call = find_unfinished (client)) != NULL)
    call_fail (call, SHIKAKU_ERROR_CANCELLED, "the connection to the center is given up");
  g_clear_pointer (&client->walk, web_walk_free);
  client->closed = TRUE;
  if (client->calls.length == 0)
    client_free (client);
}

void
web_client_get_way (WebClient *client, WebClientWay *ret_way)
{
  *ret_way = (WebClientWay){ client->transport, client->walk, client->uris[WEB_CALL_CONNECT] };
}

void
web_client_drop_connections (WebClient *client)
{
  web_access_drop_connections (client->access);
}

void
web_client_reset (WebClient *client)
{
  web_access_reset (client->access);
}

static void
call_begin (Call *call, GCancellable *cancellable)
{
  if (cancellable != NULL)
    {
      call->caller = g_object_ref (cancellable);
      call->caller_handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled),
                                                    g_source_ref (call->deadline), (GDestroyNotify)g_source_unref);
    }
  call_step (call);
}

void
web_client_call (WebClient *client, WebCall kind, GBytes *body, guint milliseconds, GCancellable *cancellable,
                 WebClientDone done, gpointer user_data)
{
  call_begin (call_new (client, kind, body, milliseconds, done, user_data), cancellable);
}

static void
on_fetched (GBytes *body, const GError *error, gpointer user_data)
{
  Call *call = user_data;
  WebClientAnswer answer = { call->outcome.document, call->outcome.is_pdf, call->outcome.identifier, body };

  call->outcome.document = NULL;
  call->fetched (error == NULL ? &answer : NULL, error, call->fetched_data);
  document_file_free (answer.document);
}

void
web_client_fetch (WebClient *client, WebCall kind, GBytes *body, GCancellable *cancellable, WebClientFetched fetched,
                  gpointer user_data)
{
  Call *call = call_new (client, kind, body, 0, on_fetched, NULL);

  call->user_data = call;
  call->fetched = fetched;
  call->fetched_data = user_data;
  call_begin (call, cancellable);
}

static void
on_prepared (GBytes *body, const GError *error, gpointer user_data)
{
  WebClient *client = user_data;

  client->connect = NULL;
}

void
web_client_prepare (WebClient *client)
{
  if (web_access_is_token_old (client->access))
    start_login (client, FALSE);
  else if (client->connect == NULL)
    {
      client->connect = call_new (client, WEB_CALL_CONNECT, NULL, CONNECT_MILLISECONDS, on_prepared, client);
      call_step (client->connect);
    }
}
