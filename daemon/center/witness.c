/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* witness: one POST over libsoup, its short answer, and what that says. */
#include "center/witness.h"

#include <libsoup/soup.h>
#include <string.h>

#include "center/credential.h"
#include "center/https-trust.h"
#include "codec/signed-note.h"

#define ANSWER_MAXIMUM 16384 /* bytes: some lines of signatures, or a number */
#define PATIENCE_SECONDS 30  /* for the whole exchange */
#define STATUS_OTHER_SIZE 409
#define STATUS_NO_CONTINUATION 422

typedef struct Exchange Exchange;

struct Witness
{
  char *url, *authority_file;
  NoteVerifier *verifier;
  Exchange *exchange; /* under way; NULL: there is none */
};

struct Exchange
{
  Witness *witness; /* NULL: freed, and nothing is told */
  SoupSession *session;
  SoupMessage *message;
  GCancellable *cancellable;
  guint deadline; /* the source that cancels it when PATIENCE_SECONDS seconds are over; 0: it did */
  gboolean is_late;
  guint64 old;
  char *checkpoint;
  GInputStream *stream;
  GByteArray *answer;
  WitnessDone done;
  gpointer user_data;
};

static void
exchange_free (Exchange *exchange)
{
  g_clear_handle_id (&exchange->deadline, g_source_remove);
  g_clear_object (&exchange->stream);
  g_clear_object (&exchange->message);
  g_clear_object (&exchange->session);
  g_object_unref (exchange->cancellable);
  g_byte_array_unref (exchange->answer);
  g_free (exchange->checkpoint);
  g_free (exchange);
}

static void
finish_exchange (Exchange *exchange, WitnessOutcome outcome, guint64 known, const char *cosigned, const GError *error)
{
  if (exchange->witness != NULL)
    {
      exchange->witness->exchange = NULL;
      exchange->done (outcome, known, cosigned, error, exchange->user_data);
    }
  exchange_free (exchange);
}

/* fail_exchange: @text is ours: nothing of what a witness says is repeated. */
static void
fail_exchange (Exchange *exchange, ShikakuError code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (SHIKAKU_ERROR, (int)code, text);

  finish_exchange (exchange, WITNESS_FAILED, 0, NULL, error);
}

static void
fail_foreign (Exchange *exchange, const GError *cause)
{
  if (exchange->is_late)
    fail_exchange (exchange, SHIKAKU_ERROR_TIMED_OUT, "the witness does not answer");
  else if (cause->domain == G_TLS_ERROR)
    fail_exchange (exchange, SHIKAKU_ERROR_FAILED,
                   "the witness's certificate is not of the CA that is configured, or the handshake failed");
  else
    fail_exchange (exchange, SHIKAKU_ERROR_FAILED, "the witness cannot be reached, or its answer is no HTTP");
}

/*
 * take_signatures: Return: the note with the witness's cosignature added, if that is right; else NULL. (transfer full).
 */
static char *
take_signatures (const Exchange *exchange, const char *answer)
{
  g_autoptr (SignedNote) note = exchange->witness != NULL ? signed_note_parse (exchange->checkpoint) : NULL;
  g_autoptr (SignedNote) cosigned = note != NULL ? signed_note_new (note->text) : NULL;
  g_auto (GStrv) lines = g_strsplit (answer, "\n", NOTE_SIGNATURES_MAXIMUM);

  for (guint i = 0; cosigned != NULL && lines[i] != NULL; i++)
    if (lines[i][0] != '\0' && !signed_note_add_line (cosigned, lines[i]))
      return NULL;
  if (cosigned == NULL || signed_note_verify (cosigned, exchange->witness->verifier, NULL) != NOTE_SIGNED)
    return NULL;
  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0')
      signed_note_add_line (note, lines[i]);
  return signed_note_to_string (note);
}

static void
judge_answer (Exchange *exchange)
{
  const guint status = soup_message_get_status (exchange->message);
  char *answer;
  g_autofree char *cosigned = NULL;
  guint64 known = 0;

  g_byte_array_append (exchange->answer, (const guint8 *)"", 1); /* its end, also where there was none */
  answer = (char *)exchange->answer->data;
  if (status == SOUP_STATUS_OK)
    {
      cosigned = take_signatures (exchange, answer);
      if (cosigned != NULL)
        finish_exchange (exchange, WITNESS_COSIGNED, 0, cosigned, NULL);
      else
        fail_exchange (exchange, SHIKAKU_ERROR_FAILED,
                       "the witness's signature is not of its key, or of another checkpoint");
    }
  else if (status == STATUS_NO_CONTINUATION)
    finish_exchange (exchange, WITNESS_DENIES, 0, NULL, NULL);
  else if (status != STATUS_OTHER_SIZE)
    fail_exchange (exchange, SHIKAKU_ERROR_FAILED,
                   "the witness refuses: it does not know this ledger, or asks for something else");
  else if (!note_parse_number (g_strchomp (answer), &known))
    fail_exchange (exchange, SHIKAKU_ERROR_FAILED, "the witness's answer is malformed");
  else if (known == exchange->old) /* the size is right, so it is the root that is not */
    finish_exchange (exchange, WITNESS_DENIES, known, NULL, NULL);
  else
    finish_exchange (exchange, WITNESS_KNOWS_OTHER, known, NULL, NULL);
}

static void read_on (Exchange *exchange);

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Exchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (bytes == NULL)
    fail_foreign (exchange, error);
  else if (g_bytes_get_size (bytes) == 0)
    judge_answer (exchange);
  else if (exchange->answer->len + g_bytes_get_size (bytes) > ANSWER_MAXIMUM)
    fail_exchange (exchange, SHIKAKU_ERROR_FAILED, "the witness's answer is too long");
  else
    {
      g_byte_array_append (exchange->answer, g_bytes_get_data (bytes, NULL), (guint)g_bytes_get_size (bytes));
      read_on (exchange);
    }
}

static void
read_on (Exchange *exchange)
{
  g_input_stream_read_bytes_async (exchange->stream, ANSWER_MAXIMUM, G_PRIORITY_DEFAULT, exchange->cancellable, on_read,
                                   exchange);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Exchange *exchange = user_data;
  g_autoptr (GError) error = NULL;

  exchange->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (exchange->stream == NULL)
    fail_foreign (exchange, error);
  else
    read_on (exchange);
}

static gboolean
on_late (gpointer user_data)
{
  Exchange *exchange = user_data;

  exchange->deadline = 0;
  exchange->is_late = TRUE;
  g_cancellable_cancel (exchange->cancellable);
  return G_SOURCE_REMOVE;
}

static GBytes *
make_question (guint64 old, GBytes *proof, const char *checkpoint)
{
  GString *question = g_string_new (NULL);
  gsize size = 0;
  const guint8 *hashes = proof != NULL ? g_bytes_get_data (proof, &size) : NULL;

  g_string_printf (question, "old %" G_GUINT64_FORMAT "\n", old);
  for (gsize at = 0; at + MERKLE_HASH_SIZE <= size; at += MERKLE_HASH_SIZE)
    {
      g_autofree char *line = g_base64_encode (hashes + at, MERKLE_HASH_SIZE);

      g_string_append_printf (question, "%s\n", line);
    }
  g_string_append_printf (question, "\n%s", checkpoint);
  return g_string_free_to_bytes (question);
}

/* open_session: a new one each time: hours lie between two. @authority: (transfer full); NULL: it cannot be read. */
static SoupSession *
open_session (GTlsDatabase *authority)
{
  g_autoptr (GTlsDatabase) trust = https_trust_new (authority);
  SoupSession *session
      = soup_session_new_with_options ("max-conns", 1, "timeout", PATIENCE_SECONDS, "tls-database", trust, NULL);

  g_clear_object (&authority);
  soup_session_set_proxy_resolver (session, NULL);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  return session;
}

static gboolean
on_unreadable (gpointer user_data)
{
  Exchange *exchange = user_data;

  fail_exchange (exchange, SHIKAKU_ERROR_FAILED, "the file with the CA of the witness's server cannot be read");
  return G_SOURCE_REMOVE;
}

void
witness_add_checkpoint (Witness *self, guint64 old, GBytes *proof, const char *checkpoint, WitnessDone done,
                        gpointer user_data)
{
  Exchange *exchange = g_new0 (Exchange, 1);
  GTlsDatabase *authority = credential_load_authority (self->authority_file, NULL);
  g_autoptr (GBytes) question = make_question (old, proof, checkpoint);

  *exchange = (Exchange){ .witness = self, .old = old, .done = done, .user_data = user_data };
  exchange->cancellable = g_cancellable_new ();
  self->exchange = exchange;
  exchange->checkpoint = g_strdup (checkpoint);
  exchange->answer = g_byte_array_new ();
  if (authority == NULL)
    {
      g_idle_add (on_unreadable, exchange);
      return;
    }
  exchange->session = open_session (authority);
  exchange->message = soup_message_new (SOUP_METHOD_POST, self->url);
  soup_message_add_flags (exchange->message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_set_request_body_from_bytes (exchange->message, "text/plain; charset=utf-8", question);
  exchange->deadline = g_timeout_add_seconds (PATIENCE_SECONDS, on_late, exchange);
  soup_session_send_async (exchange->session, exchange->message, G_PRIORITY_DEFAULT, exchange->cancellable, on_sent,
                           exchange);
}

Witness *
witness_new (const WitnessSettings *settings, GError **error)
{
  g_autoptr (NoteVerifier) verifier = settings->key != NULL ? note_verifier_parse (settings->key) : NULL;
  g_autofree char *url = g_strconcat (settings->url, "/add-checkpoint", NULL);
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  Witness *self;

  if (verifier == NULL || verifier->type != NOTE_TYPE_COSIGNATURE || uri == NULL)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                           uri == NULL ? "Witness is no URL" : "WitnessKey is no key of a witness (name+id+base64)");
      return NULL;
    }
  self = g_new0 (Witness, 1);
  self->url = g_steal_pointer (&url);
  self->authority_file = g_strdup (settings->authority_file);
  self->verifier = g_steal_pointer (&verifier);
  return self;
}

void
witness_free (Witness *self)
{
  if (self->exchange != NULL)
    {
      self->exchange->witness = NULL;
      g_cancellable_cancel (self->exchange->cancellable);
    }
  note_verifier_free (self->verifier);
  g_free (self->url);
  g_free (self->authority_file);
  g_free (self);
}
