/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-api: the transport's calls, each made of a request (field-request), written as JSON, its way there and back
 * (web-client) and the reading of the answer (web-message, field-answer).
 */

#include "center/web-api.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "center/backoff.h"
#include "center/field-answer.h"
#include "center/field-request.h"
#include "center/https.h"
#include "center/token.h"
#include "center/web-client.h"
#include "center/web-examination.h"
#include "center/web-message.h"
#include "codec/japanese-text.h"
#include "codec/message-json.h"

/* How often, and how far apart, a query is sent again that the center still works on: half a minute in all. */
#define PROCESSING_REPEATS_MAXIMUM 6
#define PROCESSING_DELAY_BASE_MILLISECONDS 500
#define PROCESSING_DELAY_CAP_MILLISECONDS 8000

#define OWN_CHALLENGE_SIZE 32 /* bytes */

typedef struct WebApi WebApi;

/* Settings, and the client that was made of them. It lives as long as somebody's calls go by them. */
typedef struct
{
  TransportBond bond;     /* first: it is what others see */
  WebApi *api;            /* NULL, as the client: it is gone */
  char *institution_code; /* NULL: not set, and the client asks nothing */
  char *files;            /* that show who we are, for people */
  WebClient *client;
} Bond;

struct WebApi
{
  Transport transport; /* first: it is what others see */
  GPtrArray *bonds;    /* all that live; borrowed */
  Bond *bond;          /* of new visits */
  GPtrArray *paused;   /* of Asked: the center still works on it, and is asked again in a while; borrowed */

  Bond *candidate;  /* new settings that are being tried; NULL: none are */
  Message *trial;   /* the request that the center judges it by; NULL: it waits for the center to be there */
  gboolean waiting; /* which the log knows */
};

static void try_candidate (WebApi *api);

static void
bond_free (TransportBond *transport_bond)
{
  Bond *bond = (Bond *)transport_bond;

  if (bond->api != NULL)
    {
      g_ptr_array_remove_fast (bond->api->bonds, bond);
      web_client_close (bond->client);
    }
  g_free (bond->institution_code);
  g_free (bond->files);
  g_free (bond);
}

static Bond *
bond_new (WebApi *api, const WebApiSettings *settings)
{
  Bond *bond = g_new0 (Bond, 1);
  g_autofree char *certificate = token_strip_uri (settings->certificate_file);

  bond->bond = (TransportBond){ .references = 1, .free = bond_free };
  bond->api = api;
  bond->institution_code = g_strdup (settings->institution_code);
  bond->files = g_strdup_printf ("%s, %s", certificate, settings->account_file);
  bond->client = web_client_new (settings);
  g_ptr_array_add (api->bonds, bond);
  return bond;
}

static void
bond_unref (Bond *bond)
{
  transport_bond_unref (&bond->bond);
}

/* One call under way. The request is kept, to compare the answer with. */
typedef struct
{
  WebApi *api;
  Bond *bond;
  GTask *task;
  char *identifier;
  Message *request;

  WebCall kind; /* of a query, which may be asked again */
  GBytes *body;
  guint repeats;
  GSource *pause, *cancelled; /* while it is paused */
} Asked;

/* make_identifier: of a request: 128 random bits. Cheaper than a UUID's text. (transfer full) */
static char *
make_identifier (void)
{
  return g_strdup_printf ("%08x%08x%08x%08x", g_random_int (), g_random_int (), g_random_int (), g_random_int ());
}

/* @bond: that the call brings; NULL: it is the first of its visit. */
static Asked *
asked_new (Transport *transport, TransportBond *bond, GCancellable *cancellable, GAsyncReadyCallback callback,
           gpointer user_data)
{
  Asked *asked = g_new0 (Asked, 1);

  asked->api = (WebApi *)transport;
  asked->task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_check_cancellable (asked->task, FALSE); /* an answer that came is not thrown away */
  asked->identifier = make_identifier ();
  try_candidate (asked->api);
  asked->bond = (Bond *)transport_bond_ref (bond != NULL ? bond : &asked->api->bond->bond);
  return asked;
}

/* asked_identify: the message is called as its caller wants; NULL: as it is. */
static void
asked_identify (Asked *asked, const char *identifier)
{
  if (identifier == NULL)
    return;
  g_free (asked->identifier);
  asked->identifier = g_strdup (identifier);
}

static void
asked_free (Asked *asked)
{
  g_object_unref (asked->task);
  bond_unref (asked->bond);
  g_clear_pointer (&asked->request, message_free);
  g_clear_pointer (&asked->body, g_bytes_unref);
  g_free (asked->identifier);
  g_free (asked);
}

/* Reads the answer, and tells how the center is by it, unless its settings are not in use any more. */
static Message *
read_answer (Asked *asked, GBytes *body, const GError *failure, GError **error)
{
  g_autoptr (GError) refusal = failure != NULL ? g_error_copy (failure) : NULL;
  Message *message = failure == NULL ? web_message_parse (body, asked->request, &refusal) : NULL;

  if (asked->bond->api != NULL && asked->bond == asked->bond->api->bond)
    {
      transport_count_call (&asked->api->transport, refusal);
      if (failure == NULL)
        transport_note_center (&asked->api->transport, refusal);
      transport_derive_state (&asked->api->transport);
    }
  if (message == NULL)
    g_propagate_error (error, g_steal_pointer (&refusal));
  return message;
}

/* log_invalid: what was wrong with an answer that is not used. These texts hold nothing of it but names of elements. */
static void
log_invalid (const GError *error)
{
  if (error != NULL && error->code == SHIKAKU_ERROR_MESSAGE_INVALID && error->domain == SHIKAKU_ERROR)
    log_write (LOG_WARNING, SHIKAKU_MESSAGE_ANSWER_INVALID, NULL, "An answer of the center was not used: %s",
               error->message);
}

static void
on_challenge (GBytes *body, const GError *failure, gpointer user_data)
{
  Asked *asked = user_data;
  GError *error = NULL;
  g_autoptr (Message) message = read_answer (asked, body, failure, &error);
  TransportChallenge *challenge = message != NULL ? field_answer_read_challenge (message, &error) : NULL;

  if (challenge != NULL)
    {
      challenge->institution_code = g_strdup (asked->bond->institution_code);
      challenge->bond = transport_bond_ref (&asked->bond->bond);
      g_task_return_pointer (asked->task, challenge, (GDestroyNotify)transport_challenge_free);
    }
  else
    {
      log_invalid (error);
      g_task_return_error (asked->task, error);
    }
  asked_free (asked);
}

/* return_reply: @error: (transfer full). */
static void
return_reply (Asked *asked, TransportReply *reply, GError *error)
{
  if (reply != NULL)
    {
      reply->bond = transport_bond_ref (&asked->bond->bond);
      g_task_return_pointer (asked->task, reply, (GDestroyNotify)transport_reply_free);
    }
  else
    {
      log_invalid (error);
      g_task_return_error (asked->task, error);
    }
  asked_free (asked);
}

static void on_qualification (GBytes *body, const GError *failure, gpointer user_data);

/* @body: (transfer full) what is sent. */
static void
send_query (Asked *asked, WebCall kind, GBytes *body)
{
  asked->kind = kind;
  asked->body = body;
  web_client_call (asked->bond->client, kind, body, 0, g_task_get_cancellable (asked->task), on_qualification, asked);
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
end_pause (Asked *asked)
{
  g_ptr_array_remove_fast (asked->api->paused, asked);
  clear_source (&asked->pause);
  clear_source (&asked->cancelled);
}

static gboolean
on_pause_over (gpointer user_data)
{
  Asked *asked = user_data;

  end_pause (asked);
  send_query (asked, asked->kind, g_steal_pointer (&asked->body));
  return G_SOURCE_REMOVE;
}

static void
give_up_pause (Asked *asked)
{
  end_pause (asked);
  return_reply (asked, NULL,
                g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "cancelled while it was worked on"));
}

static gboolean
on_pause_cancelled (GCancellable *cancellable, gpointer user_data)
{
  give_up_pause (user_data);
  return G_SOURCE_REMOVE;
}

/* pause_query: asks again in a while, in which the visit may end. */
static void
pause_query (Asked *asked)
{
  GCancellable *cancellable = g_task_get_cancellable (asked->task);
  const guint delay = PROCESSING_DELAY_BASE_MILLISECONDS / 2
                      + backoff_delay (asked->repeats++, PROCESSING_DELAY_BASE_MILLISECONDS,
                                       PROCESSING_DELAY_CAP_MILLISECONDS, g_random_int ());

  g_ptr_array_add (asked->api->paused, asked);
  asked->pause = g_timeout_source_new (delay);
  g_source_set_callback (asked->pause, on_pause_over, asked, NULL);
  g_source_attach (asked->pause, NULL);
  if (cancellable == NULL)
    return;
  asked->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (asked->cancelled, G_SOURCE_FUNC (on_pause_cancelled), asked, NULL);
  g_source_attach (asked->cancelled, NULL);
}

static void
on_qualification (GBytes *body, const GError *failure, gpointer user_data)
{
  Asked *asked = user_data;
  GError *error = NULL;
  Message *message = read_answer (asked, body, failure, &error);
  TransportReply *reply
      = message != NULL ? field_answer_read_qualification (message, asked->request, body, &error) : NULL;

  if (field_answer_is_processing (error) && asked->repeats < PROCESSING_REPEATS_MAXIMUM && asked->bond->api != NULL)
    {
      g_clear_error (&error);
      pause_query (asked);
      return;
    }
  return_reply (asked, reply, error);
}

static void
on_registered (GBytes *body, const GError *failure, gpointer user_data)
{
  GError *error = NULL;
  g_autoptr (Message) message = read_answer (user_data, body, failure, &error);

  return_reply (user_data, message != NULL ? field_answer_read_registration (message, body) : NULL, error);
}

static void
on_use_registered (GBytes *body, const GError *failure, gpointer user_data)
{
  GError *error = NULL;
  g_autoptr (Message) message = read_answer (user_data, body, failure, &error);

  return_reply (user_data, message != NULL ? field_answer_read_use (message, body, &error) : NULL, error);
}

static void
on_reference_registered (GBytes *body, const GError *failure, gpointer user_data)
{
  GError *error = NULL;
  g_autoptr (Message) message = read_answer (user_data, body, failure, &error);

  return_reply (user_data, message != NULL ? field_answer_read_reference (message, body, &error) : NULL, error);
}

/* The outcome is in the links, whatever it is. */
static void
on_examined (GBytes *body, gint64 milliseconds, const GError *failure, gpointer user_data)
{
  Asked *asked = user_data;
  Message *message = body != NULL ? read_answer (asked, body, failure, NULL) : NULL;

  g_clear_pointer (&message, message_free);
  if (failure == NULL && asked->bond == asked->api->bond)
    web_examination_note_pace (&asked->api->transport, milliseconds);
  g_task_return_boolean (asked->task, TRUE);
  asked_free (asked);
}

/* make_header: @today: NULL where the request has no date. */
static FieldHeader
make_header (const Asked *asked, const char *today)
{
  return (FieldHeader){ asked->bond->institution_code, asked->identifier, today };
}

/* write_request: @request: (transfer full). Return: (transfer full) what is sent; the task keeps it too. */
static GBytes *
write_request (Asked *asked, Message *request)
{
  GBytes *body = message_json_write (request);

  asked->request = request;
  g_task_set_task_data (asked->task, g_bytes_ref (body), (GDestroyNotify)g_bytes_unref);
  return body;
}

static GBytes *
write_challenge_request (Asked *asked)
{
  FieldHeader header = make_header (asked, NULL);

  return write_request (asked, field_request_new_challenge (&header));
}

static void
get_challenge (Transport *transport, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Asked *asked = asked_new (transport, NULL, cancellable, callback, user_data);
  g_autoptr (GBytes) body = write_challenge_request (asked);

  web_client_call (asked->bond->client, WEB_CALL_CHALLENGE, body, 0, cancellable, on_challenge, asked);
}

static TransportChallenge *
get_challenge_finish (Transport *transport, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static TransportChallenge *
make_challenge (Transport *transport)
{
  const Bond *bond = ((WebApi *)transport)->bond;
  TransportChallenge *challenge;
  guint8 bytes[OWN_CHALLENGE_SIZE];

  if (bond->institution_code == NULL || gnutls_rnd (GNUTLS_RND_KEY, bytes, sizeof bytes) != 0)
    return NULL;
  challenge = g_new0 (TransportChallenge, 1);
  challenge->institution_code = g_strdup (bond->institution_code);
  challenge->own_time = japanese_text_format_time (g_get_real_time ());
  challenge->bytes = g_bytes_new (bytes, sizeof bytes);
  challenge->bond = transport_bond_ref (&((WebApi *)transport)->bond->bond);
  return challenge;
}

static void
check_card (Transport *transport, const TransportCardQuery *query, GCancellable *cancellable,
            GAsyncReadyCallback callback, gpointer user_data)
{
  Asked *asked = asked_new (transport, query->challenge->bond, cancellable, callback, user_data);
  g_autofree char *today = japanese_text_format_date (g_get_real_time ());
  FieldHeader header = make_header (asked, today);

  send_query (asked, WEB_CALL_CHECK, write_request (asked, field_request_new_check (&header, query)));
}

static void
check_number (Transport *transport, const TransportNumberQuery *query, GCancellable *cancellable,
              GAsyncReadyCallback callback, gpointer user_data)
{
  Asked *asked = asked_new (transport, NULL, cancellable, callback, user_data);
  g_autofree char *today = japanese_text_format_date (g_get_real_time ());
  FieldHeader header = make_header (asked, today);

  send_query (asked, WEB_CALL_SEARCH, write_request (asked, field_request_new_search (&header, query)));
}

static GBytes *
get_request (Transport *transport, GAsyncResult *result)
{
  return g_task_get_task_data (G_TASK (result));
}

static void
repeat (Transport *transport, TransportAbility ability, GBytes *request, GCancellable *cancellable,
        GAsyncReadyCallback callback, gpointer user_data)
{
  Asked *asked = asked_new (transport, NULL, cancellable, callback, user_data);
  GError *error = NULL;

  asked->request = message_json_parse (request, &error);
  if (asked->request == NULL)
    return_reply (asked, NULL, error);
  else
    send_query (asked, ability == TRANSPORT_PROVES_CARDS ? WEB_CALL_CHECK : WEB_CALL_SEARCH, g_bytes_ref (request));
}

static void
register_consents (Transport *transport, const TransportConsents *consents, GCancellable *cancellable,
                   GAsyncReadyCallback callback, gpointer user_data)
{
  Asked *asked = asked_new (transport, consents->bond, cancellable, callback, user_data);
  g_autoptr (GBytes) body = NULL;
  FieldHeader header;

  asked_identify (asked, consents->identifier);
  header = make_header (asked, NULL);
  body = write_request (asked, field_request_new_registration (&header, consents));

  web_client_call (asked->bond->client, WEB_CALL_REGISTER, body, 0, cancellable, on_registered, asked);
}

static void
register_use (Transport *transport, const TransportCardQuery *proof, const TransportConsentText *terms,
              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Asked *asked = asked_new (transport, proof->challenge->bond, cancellable, callback, user_data);
  FieldHeader header = make_header (asked, NULL);
  g_autoptr (GBytes) body = write_request (asked, field_request_new_use (&header, proof, terms));

  web_client_call (asked->bond->client, WEB_CALL_REGISTER_USE, body, 0, cancellable, on_use_registered, asked);
}

static void
register_reference (Transport *transport, const TransportReference *reference, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
  Asked *asked = asked_new (transport, NULL, cancellable, callback, user_data);
  FieldHeader header = make_header (asked, NULL);
  g_autoptr (GBytes) body = write_request (asked, field_request_new_reference (&header, reference));

  web_client_call (asked->bond->client, WEB_CALL_REGISTER_REFERENCE, body, 0, cancellable, on_reference_registered,
                   asked);
}

static TransportReply *
reply_finish (Transport *transport, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
prepare (Transport *transport)
{
  try_candidate ((WebApi *)transport);
  web_client_prepare (((WebApi *)transport)->bond->client);
}

static void
examine (Transport *transport, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Asked *asked = asked_new (transport, NULL, cancellable, callback, user_data);
  g_autoptr (GBytes) body = write_challenge_request (asked);

  web_examination_start (asked->bond->client, body, cancellable, on_examined, asked);
}

static void
reset (Transport *transport)
{
  web_client_reset (((WebApi *)transport)->bond->client);
}

static void
drop_candidate (WebApi *api)
{
  g_clear_pointer (&api->candidate, bond_unref);
  g_clear_pointer (&api->trial, message_free);
}

/* Whoever has the former bond goes on by it, but tells nobody how its center is. */
static void
take_candidate (WebApi *api)
{
  Bond *former = api->bond;

  web_client_retire (former->client);
  api->bond = g_steal_pointer (&api->candidate);
  web_client_take_over (api->bond->client, &api->transport);
  bond_unref (former);
  transport_note_settings (&api->transport, TRUE, NULL);
}

static gboolean
is_same (const Bond *a, const Bond *b)
{
  return g_strcmp0 (a->institution_code, b->institution_code) == 0 && web_client_is_same (a->client, b->client);
}

/* The files of these settings were not read yet, or are being read for the first time: what is in them now counts. */
static gboolean
is_unread (const Bond *bond, const Bond *other)
{
  return !web_client_has_credential (bond->client) && g_strcmp0 (bond->institution_code, other->institution_code) == 0
         && web_client_has_same_settings (bond->client, other->client);
}

/*
 * What is refused, and whose files that concerns: an error of a credential names its file itself. It stands in the link
 * of the settings until others are given. @waits: it is going to be tried again.
 */
static void
keep_back (WebApi *api, const GError *failure, gboolean waits)
{
  const gboolean names_file = g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING);
  g_autofree char *files = names_file ? NULL : g_strdup_printf (" (%s)", api->candidate->files);
  g_autoptr (GError) reason
      = g_error_new (SHIKAKU_ERROR, failure->code, "%s%s", failure->message, files != NULL ? files : "");

  if (!waits)
    log_write (LOG_ERR, SHIKAKU_MESSAGE_CREDENTIAL_REFUSED, NULL,
               "The new settings of the center do not work, and those before stay in use: %s", reason->message);
  else if (!api->waiting)
    log_write (LOG_WARNING, SHIKAKU_MESSAGE_CREDENTIAL_WAITING, NULL,
               "The new settings of the center cannot be tried yet, and those before stay in use: %s", reason->message);
  api->waiting = waits;
  if (!waits)
    drop_candidate (api);
  transport_note_settings (&api->transport, FALSE, reason);
}

static void
on_tried (GBytes *body, const GError *failure, gpointer user_data)
{
  WebApi *api = user_data;
  g_autoptr (Message) request = NULL, answer = NULL;
  g_autoptr (GError) refusal = NULL;
  gboolean same;

  if (api->candidate == NULL) /* others came meanwhile */
    return;
  request = g_steal_pointer (&api->trial);
  if (failure == NULL)
    {
      answer = web_message_parse (body, request, &refusal);
      failure = refusal;
    }
  same = is_same (api->candidate, api->bond); /* then nothing is new, whatever the center says of it */
  if (same)
    log_notice (NULL, "The settings of the center, and what their files hold, are as before");
  else if (failure == NULL)
    log_write (LOG_NOTICE, SHIKAKU_MESSAGE_CREDENTIAL_RENEWED, NULL,
               "The new settings of the center have worked, and are in use from now on");
  if (failure == NULL)
    take_candidate (api);
  else if (same)
    {
      drop_candidate (api);
      transport_note_settings (&api->transport, TRUE, NULL);
    }
  else /* A line that is down says nothing about the settings: they wait for the next call. */
    keep_back (api, failure,
               g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_UNREACHABLE)
                   || g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_BUSY));
}

/*
 * Begins a trial of the candidate, if there is one that is not being tried: a login, and a challenge, because a login
 * does not show the institution. It binds nothing.
 */
static void
try_candidate (WebApi *api)
{
  g_autofree char *identifier = NULL;
  g_autoptr (GBytes) body = NULL;
  FieldHeader header;

  if (api->candidate == NULL || api->trial != NULL)
    return;
  identifier = make_identifier ();
  header = (FieldHeader){ api->candidate->institution_code, identifier, NULL };
  api->trial = field_request_new_challenge (&header);
  body = message_json_write (api->trial);
  web_client_call (api->candidate->client, WEB_CALL_CHALLENGE, body, 0, NULL, on_tried, api);
}

void
web_api_configure (Transport *transport, const WebApiSettings *settings)
{
  WebApi *api = (WebApi *)transport;

  drop_candidate (api);
  api->candidate = bond_new (api, settings);
  api->waiting = FALSE;
  if (!web_client_has_failed (api->bond->client) && !is_unread (api->bond, api->candidate))
    {
      transport_note_settings (transport, FALSE, NULL);
      try_candidate (api);
    }
  else
    {
      take_candidate (api);
      web_client_prepare (api->bond->client); /* so that the state is known, and the log says what is wrong */
    }
}

static void
web_api_free (Transport *transport)
{
  WebApi *api = (WebApi *)transport;

  drop_candidate (api);
  while (api->paused->len > 0)
    give_up_pause (g_ptr_array_index (api->paused, 0));
  g_ptr_array_unref (api->paused);
  while (api->bonds->len > 0)
    {
      Bond *bond = g_ptr_array_steal_index_fast (api->bonds, 0);

      transport_bond_ref (&bond->bond); /* its calls end here */
      bond->api = NULL;
      web_client_close (g_steal_pointer (&bond->client));
      bond_unref (bond);
    }
  bond_unref (api->bond);
  g_ptr_array_unref (api->bonds);
  transport_forget_links (transport, TRANSPORT_LINK_SETTINGS);
  transport_way_clear (&transport->way);
  g_free (api);
}

static const TransportClass web_api_class = {
  .abilities = TRANSPORT_PROVES_CARDS | TRANSPORT_ASKS_BY_NUMBER | TRANSPORT_REGISTERS_CONSENTS
               | TRANSPORT_REGISTERS_USE | TRANSPORT_REGISTERS_REFERENCES,
  .prepare = prepare,
  .get_challenge = get_challenge,
  .get_challenge_finish = get_challenge_finish,
  .make_challenge = make_challenge,
  .check_card = check_card,
  .check_number = check_number,
  .get_request = get_request,
  .repeat = repeat,
  .register_consents = register_consents,
  .register_use = register_use,
  .register_reference = register_reference,
  .reply_finish = reply_finish,
  .examine = examine,
  .reset = reset,
  .free = web_api_free,
};

Transport *
web_api_new (const WebApiSettings *settings)
{
  WebApi *api = g_new0 (WebApi, 1);

  https_set_up ();
  api->transport.klass = &web_api_class;
  api->bonds = g_ptr_array_new ();
  api->paused = g_ptr_array_new ();
  api->bond = bond_new (api, settings);
  web_client_take_over (api->bond->client, &api->transport);
  return &api->transport;
}
