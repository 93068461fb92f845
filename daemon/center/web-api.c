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
#include "center/call-pause.h"
#include "center/field-answer.h"
#include "center/field-request.h"
#include "center/https.h"
#include "center/web-api-private.h"
#include "center/web-examination.h"
#include "center/web-message.h"
#include "center/web-records.h"
#include "center/web-trial.h"
#include "codec/japanese-text.h"
#include "codec/message-json.h"

#define OWN_CHALLENGE_SIZE 32 /* bytes */

typedef TransportReply *(*ReadAnswer) (const Message *message, GBytes *body, GError **error);

/* One call under way. The request is kept, to compare the answer with. */
typedef struct
{
  WebApi *api;
  WebBond *bond;
  GTask *task;
  char *identifier;
  Message *request;

  WebCall kind; /* of a query, which may be asked again */
  GBytes *body;
  guint repeats;

  ReadAnswer read; /* of what registers */
} Asked;

/* @bond: that the call brings; NULL: it is the first of its visit. */
static Asked *
asked_new (Transport *transport, TransportBond *bond, GCancellable *cancellable, GAsyncReadyCallback callback,
           gpointer user_data)
{
  Asked *asked = g_new0 (Asked, 1);

  asked->api = (WebApi *)transport;
  asked->task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_check_cancellable (asked->task, FALSE); /* an answer that came is not thrown away */
  asked->identifier = transport_make_identifier ();
  web_trial_go_on (asked->api);
  asked->bond = (WebBond *)transport_bond_ref (bond != NULL ? bond : &asked->api->bond->bond);
  return asked;
}

static void
asked_free (Asked *asked)
{
  g_object_unref (asked->task);
  web_bond_unref (asked->bond);
  g_clear_pointer (&asked->request, message_free);
  g_clear_pointer (&asked->body, g_bytes_unref);
  g_free (asked->identifier);
  g_free (asked);
}

/* note_answer: tells how the center is by what came of a call, unless its settings are not in use any more. */
static void
note_answer (Asked *asked, const GError *failure, const GError *refusal)
{
  if (asked->bond->client == NULL || asked->bond != asked->api->bond)
    return;
  transport_count_call (&asked->api->transport, refusal);
  if (failure == NULL)
    transport_note_center (&asked->api->transport, refusal);
  transport_derive_state (&asked->api->transport);
}

static Message *
read_answer (Asked *asked, GBytes *body, const GError *failure, GError **error)
{
  g_autoptr (GError) refusal = failure != NULL ? g_error_copy (failure) : NULL;
  Message *message = failure == NULL ? web_message_parse (body, asked->request, &refusal) : NULL;

  note_answer (asked, failure, refusal);
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
static void on_records (WebClientAnswer *answer, const GError *failure, gpointer user_data);

/* @body: (transfer full) what is sent. */
static void
send_query (Asked *asked, WebCall kind, GBytes *body)
{
  asked->kind = kind;
  asked->body = body;
  if (web_call_fetches (kind))
    web_client_fetch (asked->bond->client, kind, body, g_task_get_cancellable (asked->task), on_records, asked);
  else
    web_client_call (asked->bond->client, kind, body, 0, g_task_get_cancellable (asked->task), on_qualification, asked);
}

static void
on_paused (gboolean is_over, gpointer user_data)
{
  Asked *asked = user_data;

  if (is_over)
    send_query (asked, asked->kind, g_steal_pointer (&asked->body));
  else
    return_reply (asked, NULL,
                  g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "cancelled while it was worked on"));
}

/* pause_query: asks again in a while, in which the visit may end. */
static void
pause_query (Asked *asked)
{
  call_pause_new (asked->api->paused, asked->repeats++, g_task_get_cancellable (asked->task), on_paused, asked);
}

/* may_pause: whether the center is still working on it, and is to be asked again. */
static gboolean
may_pause (const Asked *asked, const GError *error)
{
  return field_answer_is_processing (error) && call_pause_may (asked->repeats) && asked->bond->client != NULL;
}

static void
on_qualification (GBytes *body, const GError *failure, gpointer user_data)
{
  Asked *asked = user_data;
  GError *error = NULL;
  Message *message = read_answer (asked, body, failure, &error);
  TransportReply *reply
      = message != NULL ? field_answer_read_qualification (message, asked->request, body, &error) : NULL;

  if (may_pause (asked, error))
    {
      g_clear_error (&error);
      pause_query (asked);
      return;
    }
  return_reply (asked, reply, error);
}

static TransportReply *
read_registration (const Message *message, GBytes *body, GError **error)
{
  return field_answer_read_registration (message, body);
}

static void
on_registered (GBytes *body, const GError *failure, gpointer user_data)
{
  Asked *asked = user_data;
  GError *error = NULL;
  g_autoptr (Message) message = read_answer (asked, body, failure, &error);

  return_reply (asked, message != NULL ? asked->read (message, body, &error) : NULL, error);
}

/* send_registration: what is never repeated. @body: (transfer full). */
static void
send_registration (Asked *asked, WebCall kind, GBytes *body, ReadAnswer read)
{
  asked->read = read;
  web_client_call (asked->bond->client, kind, body, 0, g_task_get_cancellable (asked->task), on_registered, asked);
  g_bytes_unref (body);
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

/* make_header: @identifier: what the caller calls the message; NULL: as it is called already. */
static FieldHeader
make_header (Asked *asked, const char *identifier)
{
  if (identifier != NULL)
    {
      g_free (asked->identifier);
      asked->identifier = g_strdup (identifier);
    }
  return (FieldHeader){ asked->bond->institution_code, asked->identifier, NULL };
}

/* make_query_header: @today: borrowed. */
static FieldHeader
make_query_header (Asked *asked, const char *today)
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
  const WebBond *bond = ((WebApi *)transport)->bond;
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
  FieldHeader header = make_query_header (asked, today);

  send_query (asked, WEB_CALL_CHECK, write_request (asked, field_request_new_check (&header, query)));
}

static void
check_number (Transport *transport, const TransportNumberQuery *query, GCancellable *cancellable,
              GAsyncReadyCallback callback, gpointer user_data)
{
  Asked *asked = asked_new (transport, NULL, cancellable, callback, user_data);
  g_autofree char *today = japanese_text_format_date (g_get_real_time ());
  FieldHeader header = make_query_header (asked, today);

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
  else if (ability == TRANSPORT_REGISTERS_CONSENTS)
    send_registration (asked, WEB_CALL_REGISTER, g_bytes_ref (request), read_registration);
  else if (ability == TRANSPORT_WITHDRAWS_CONSENTS)
    send_registration (asked, WEB_CALL_WITHDRAW, g_bytes_ref (request), field_answer_read_withdrawal);
  else
    send_query (asked, ability == TRANSPORT_PROVES_CARDS ? WEB_CALL_CHECK : WEB_CALL_SEARCH, g_bytes_ref (request));
}

static void
register_consents (Transport *transport, const TransportConsents *consents, GCancellable *cancellable,
                   GAsyncReadyCallback callback, gpointer user_data)
{
  Asked *asked = asked_new (transport, consents->bond, cancellable, callback, user_data);
  FieldHeader header = make_header (asked, consents->identifier);

  send_registration (asked, WEB_CALL_REGISTER,
                     write_request (asked, field_request_new_registration (&header, consents)), read_registration);
}

/* find_institution: by whose settings a call with @bond goes (NULL: the first of its visit). */
static const char *
find_institution (Transport *transport, const TransportBond *bond)
{
  return (bond != NULL ? (const WebBond *)bond : ((WebApi *)transport)->bond)->institution_code;
}

static GBytes *
make_registration (Transport *transport, const TransportConsents *consents)
{
  const FieldHeader header = { find_institution (transport, consents->bond), consents->identifier, NULL };
  g_autoptr (Message) message = NULL;

  if (header.institution_code == NULL)
    return NULL;
  message = field_request_new_registration (&header, consents);
  return message_json_write (message);
}

static GBytes *
make_withdrawal (Transport *transport, const TransportWithdrawal *withdrawal)
{
  const FieldHeader header = { find_institution (transport, withdrawal->bond), withdrawal->identifier, NULL };
  g_autoptr (Message) message = NULL;

  if (header.institution_code == NULL)
    return NULL;
  message = field_request_new_withdrawal (&header, withdrawal);
  return message_json_write (message);
}

static void
register_use (Transport *transport, const TransportCardQuery *proof, const TransportConsentText *terms,
              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Asked *asked = asked_new (transport, proof->challenge->bond, cancellable, callback, user_data);
  FieldHeader header = make_header (asked, NULL);

  send_registration (asked, WEB_CALL_REGISTER_USE, write_request (asked, field_request_new_use (&header, proof, terms)),
                     field_answer_read_use);
}

static void
register_reference (Transport *transport, const TransportReference *reference, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
  Asked *asked = asked_new (transport, NULL, cancellable, callback, user_data);
  FieldHeader header = make_header (asked, NULL);

  send_registration (asked, WEB_CALL_REGISTER_REFERENCE,
                     write_request (asked, field_request_new_reference (&header, reference)),
                     field_answer_read_reference);
}

static void
on_records (WebClientAnswer *answer, const GError *failure, gpointer user_data)
{
  Asked *asked = user_data;
  GError *error = failure != NULL ? g_error_copy (failure) : NULL;
  TransportRecords *records = answer != NULL ? web_records_read (answer, asked->request, &error) : NULL;

  note_answer (asked, failure, error);
  if (may_pause (asked, error))
    {
      g_clear_error (&error);
      pause_query (asked);
      return;
    }
  if (records != NULL)
    {
      records->bond = transport_bond_ref (&asked->bond->bond);
      g_task_return_pointer (asked->task, records, (GDestroyNotify)transport_records_free);
    }
  else
    {
      log_invalid (error);
      g_task_return_error (asked->task, error);
    }
  asked_free (asked);
}

static void
fetch_records (Transport *transport, const TransportRecordsQuery *query, GCancellable *cancellable,
               GAsyncReadyCallback callback, gpointer user_data)
{
  Asked *asked = asked_new (transport, query->bond, cancellable, callback, user_data);
  FieldHeader header = make_header (asked, query->identifier);

  send_query (asked, web_records_get_call (query->kind),
              write_request (asked, field_request_new_records (&header, query)));
}

static TransportRecords *
fetch_records_finish (Transport *transport, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static TransportReply *
reply_finish (Transport *transport, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
prepare (Transport *transport)
{
  web_trial_go_on ((WebApi *)transport);
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

void
web_api_configure (Transport *transport, const WebApiSettings *settings)
{
  web_trial_begin ((WebApi *)transport, settings);
}

static void
web_api_free (Transport *transport)
{
  WebApi *api = (WebApi *)transport;

  web_trial_drop (api);
  call_pause_give_up (api->paused);
  g_ptr_array_unref (api->paused);
  web_bond_give_up_all (api->bonds);
  web_bond_unref (api->bond);
  g_ptr_array_unref (api->bonds);
  transport_forget_links (transport, TRANSPORT_LINK_SETTINGS);
  transport_way_clear (&transport->way);
  g_free (api);
}

static const TransportClass web_api_class = {
  .abilities = TRANSPORT_PROVES_CARDS | TRANSPORT_ASKS_BY_NUMBER | TRANSPORT_REGISTERS_CONSENTS
               | TRANSPORT_REGISTERS_USE | TRANSPORT_REGISTERS_REFERENCES | TRANSPORT_FETCHES_RECORDS
               | TRANSPORT_WITHDRAWS_CONSENTS,
  .prepare = prepare,
  .get_challenge = get_challenge,
  .get_challenge_finish = get_challenge_finish,
  .make_challenge = make_challenge,
  .check_card = check_card,
  .check_number = check_number,
  .get_request = get_request,
  .repeat = repeat,
  .register_consents = register_consents,
  .make_registration = make_registration,
  .make_withdrawal = make_withdrawal,
  .fetch_records = fetch_records,
  .fetch_records_finish = fetch_records_finish,
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
  api->bond = web_bond_new (api->bonds, settings);
  web_client_take_over (api->bond->client, &api->transport);
  return &api->transport;
}
