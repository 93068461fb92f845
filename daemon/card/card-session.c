/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * card-session: one card from the moment it is read until it is unpowered. In come the PIN and what is to be signed,
 * out go the certificate and the signature.
 *
 * The functions that are jobs run on the worker's thread; all others, and all freeing, on the main thread. A job owns a
 * reference to its session, so that one that was given up does no harm when its call returns at last.
 */
#include "card/card-session.h"

#include "base/error.h"
#include "card/jpki.h"

#define OPEN_TRIES 3

struct CardSession
{
  gatomicrefcount references;
  CardWorker *worker;

  /* Written by the jobs on the worker's thread; read by the main thread after they have ended. */
  Jpki jpki;
  gboolean exclusive;
  CardCertificate *certificate;
  guint tries_at_open;
  gboolean has_rights; /* the PIN was verified, and the transaction goes on */

  /* Used by the main thread only. */
  guint tries;
  gboolean is_open;
};

typedef struct
{
  CardSession *session;
  Secret *pin;
  GBytes *content;
  guint tries; /* tries left, as the main thread last heard */
  gboolean last_try;
} SignStep;

static void
free_sign_step (gpointer data)
{
  SignStep *step = data;

  card_session_unref (step->session);
  secret_free (step->pin);
  g_bytes_unref (step->content);
  g_free (step);
}

static gboolean
is_cancelled (GCancellable *cancellable, GError **error)
{
  if (!g_cancellable_is_cancelled (cancellable))
    return FALSE;
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "cancelled");
  return TRUE;
}

/* Jobs: what runs on the worker's thread. */

static gboolean
connect_card (CardSession *session, Reader *reader, GError **error)
{
  gboolean connected, extended = FALSE;

  card_worker_set_waiting (session->worker, TRUE);
  connected = reader->klass->connect (reader, &session->exclusive, &extended, error);
  card_worker_set_waiting (session->worker, FALSE);
  if (connected)
    jpki_initialize (&session->jpki, reader, extended);
  return connected;
}

static gboolean
begin_transaction (CardSession *session, Reader *reader, GError **error)
{
  gboolean begun;

  card_worker_set_waiting (session->worker, TRUE);
  begun = reader->klass->begin (reader, error);
  card_worker_set_waiting (session->worker, FALSE);
  return begun;
}

static gboolean
read_card (CardSession *session, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) der = NULL;

  session->jpki.cancellable = cancellable;
  if (!jpki_select (&session->jpki, error) || (der = jpki_read_certificate (&session->jpki, error)) == NULL)
    return FALSE;
  session->certificate = card_certificate_new (der, error);
  if (session->certificate == NULL)
    return FALSE;
  return jpki_query_tries (&session->jpki, &session->tries_at_open, error) && !is_cancelled (cancellable, error);
}

/* Powers the card and reads it; unpowers it where that failed. */
static gboolean
open_card (CardSession *session, Reader *reader, GCancellable *cancellable, GError **error)
{
  gboolean opened;

  if (!connect_card (session, reader, error))
    return FALSE;
  opened = begin_transaction (session, reader, error);
  if (opened)
    {
      opened = read_card (session, cancellable, error);
      reader->klass->end (reader);
    }
  if (!opened)
    reader->klass->disconnect (reader);
  return opened;
}

/* Return: @data, which is the session, as a sign of success. */
static gpointer
open_job (Reader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  CardSession *session = data;
  g_autoptr (GError) failure = NULL;

  /* A shaky contact shows before the certificate was read; it may be better after the card was unpowered. */
  for (guint tries = 0; !open_card (session, reader, cancellable, &failure); tries++)
    {
      if (tries == OPEN_TRIES - 1 || session->certificate != NULL
          || !g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_FAILED))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      g_clear_error (&failure);
    }
  return session;
}

/* The last try is spent only if the owner agreed, and a locked PIN is not tried. */
static gboolean
check_tries (guint tries, gboolean last_try, GError **error)
{
  g_autoptr (GError) refusal = NULL;

  if (tries == 0)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_LOCKED, "the card's PIN is locked");
      return FALSE;
    }
  if (tries > 1 || last_try)
    return TRUE;

  refusal = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_REFUSED, "the PIN's last try is not to be spent");
  shikaku_error_set_tries_left (refusal, tries);
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}

/* Whether it is the card that was opened, and nobody has used up or reset its tries since. */
static gboolean
check_same_card (SignStep *step, Reader *reader, GError **error)
{
  CardSession *session = step->session;
  g_autoptr (GError) failure = NULL;
  guint tries = 0;

  if (!reader->klass->is_same_card (reader, &failure))
    {
      if (g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_SERVICE_STOPPED))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      g_set_error_literal (error, SHIKAKU_ERROR,
                           session->exclusive ? SHIKAKU_ERROR_CARD_REMOVED : SHIKAKU_ERROR_CARD_RESET,
                           "the card is not the one that was read");
      return FALSE;
    }
  if (session->exclusive)
    return TRUE;

  apdu_guard_forget (&session->jpki.guard); /* another program may have selected another application */
  if (!jpki_select (&session->jpki, error)
      || !jpki_check_certificate (&session->jpki, card_certificate_get_der (session->certificate), error)
      || !jpki_query_tries (&session->jpki, &tries, error))
    return FALSE;
  if (tries != step->tries)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_RESET, "another program has used the card's PIN");
      return FALSE;
    }
  return TRUE;
}

/* Return: a signature that is right: the card still has the PIN's rights. Else NULL: they were dropped. */
static GBytes *
verify_and_sign (SignStep *step, GError **error)
{
  CardSession *session = step->session;
  g_autoptr (GBytes) digest = card_certificate_make_digest (session->certificate, step->content), signature = NULL;
  g_autoptr (GError) failure = NULL;
  gboolean verified = jpki_verify (&session->jpki, step->pin, &failure);

  g_clear_pointer (&step->pin, secret_free);
  if (verified)
    signature = jpki_sign (&session->jpki, digest, &failure);
  if (signature != NULL && card_certificate_verify (session->certificate, step->content, signature, &failure))
    return g_steal_pointer (&signature);

  /* After a PIN that was refused there are no rights to drop; after any other failure there may be. */
  if (!g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_INCORRECT)
      && !g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_LOCKED)
      && !g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_REFUSED))
    jpki_drop_rights (&session->jpki);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/* The card loses the PIN's rights, in the transaction in which it got them. */
static void
leave_card (CardSession *session, Reader *reader)
{
  if (!session->has_rights)
    return;
  session->has_rights = FALSE;
  jpki_drop_rights (&session->jpki);
  reader->klass->end (reader);
}

static gpointer
sign_job (Reader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  SignStep *step = data;
  CardSession *session = step->session;
  GBytes *signature = NULL;

  leave_card (session, reader); /* it was not closed after it had signed */
  if (!check_tries (step->tries, step->last_try, error) || !begin_transaction (session, reader, error))
    return NULL;
  session->jpki.cancellable = cancellable;
  if (check_same_card (step, reader, error))
    signature = verify_and_sign (step, error);
  session->has_rights = signature != NULL;
  if (signature == NULL)
    reader->klass->end (reader);
  return signature;
}

static gpointer
close_job (Reader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  CardSession *session = data;

  /* Where another program has it too, its power is cut before the transaction ends: there is nothing left to drop. */
  if (session->exclusive)
    leave_card (session, reader);
  session->has_rights = FALSE;
  reader->klass->disconnect (reader);
  return NULL;
}

/* The main thread. */

static void
unref_session (gpointer session)
{
  card_session_unref (session);
}

/* @reference: to the session, (transfer full). */
static void
start_closing (CardSession *session, CardSession *reference, GAsyncReadyCallback callback, gpointer user_data)
{
  session->is_open = FALSE;
  card_worker_run (session->worker, close_job, reference, unref_session, NULL, CARD_SESSION_DEADLINE_MILLISECONDS, NULL,
                   callback, user_data);
}

CardSession *
card_session_ref (CardSession *session)
{
  g_atomic_ref_count_inc (&session->references);
  return session;
}

void
card_session_unref (CardSession *session)
{
  if (!g_atomic_ref_count_dec (&session->references))
    return;

  if (session->is_open) /* nobody closed it, and the card must not stay powered: the job has the last reference */
    {
      g_atomic_ref_count_init (&session->references);
      start_closing (session, session, NULL, NULL);
      return;
    }
  g_clear_pointer (&session->certificate, card_certificate_unref);
  card_worker_unref (session->worker);
  g_free (session);
}

static void
unref_bytes (gpointer bytes)
{
  g_bytes_unref (bytes);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  CardSession *session = g_task_get_task_data (task);
  GError *error = NULL;

  if (card_worker_run_finish (session->worker, result, &error) == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  session->is_open = TRUE;
  session->tries = session->tries_at_open;
  g_task_return_pointer (task, card_session_ref (session), unref_session);
}

void
card_session_open (CardWorker *worker, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  CardSession *session = g_new0 (CardSession, 1);
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_atomic_ref_count_init (&session->references);
  session->worker = card_worker_ref (worker);
  g_task_set_task_data (task, session, unref_session);
  card_worker_run (worker, open_job, card_session_ref (session), unref_session, NULL,
                   CARD_SESSION_DEADLINE_MILLISECONDS, cancellable, on_opened, task);
}

CardSession *
card_session_open_finish (CardWorker *worker, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

CardCertificate *
card_session_get_certificate (CardSession *session)
{
  return session->certificate;
}

guint
card_session_get_tries (CardSession *session)
{
  return session->tries;
}

gboolean
card_session_is_exclusive (CardSession *session)
{
  return session->exclusive;
}

static void
on_signed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  CardSession *session = g_task_get_task_data (task);
  GError *error = NULL;
  GBytes *signature = card_worker_run_finish (session->worker, result, &error);

  if (signature != NULL)
    {
      g_task_return_pointer (task, signature, unref_bytes);
      return;
    }
  if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_LOCKED))
    session->tries = 0;
  else if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_INCORRECT))
    shikaku_error_get_tries_left (error, &session->tries);
  g_task_return_error (task, error);
}

void
card_session_sign (CardSession *session, Secret *pin, GBytes *content, gboolean last_try, GCancellable *cancellable,
                   GAsyncReadyCallback callback, gpointer user_data)
{
  SignStep *step = g_new0 (SignStep, 1);
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  step->session = card_session_ref (session);
  step->pin = pin;
  step->content = g_bytes_ref (content);
  step->tries = session->tries;
  step->last_try = last_try;
  g_task_set_task_data (task, card_session_ref (session), unref_session);
  card_worker_run (session->worker, sign_job, step, free_sign_step, unref_bytes, CARD_SESSION_DEADLINE_MILLISECONDS,
                   cancellable, on_signed, task);
}

GBytes *
card_session_sign_finish (CardSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Also if the worker is mute: it lets go of the card by itself when the blocked call returns. */
static void
on_closed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;

  g_task_return_boolean (task, TRUE);
}

void
card_session_close (CardSession *session, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_task_data (task, card_session_ref (session), unref_session);
  if (!session->is_open)
    {
      on_closed (NULL, NULL, task);
      return;
    }

  start_closing (session, card_session_ref (session), on_closed, task);
}

void
card_session_close_finish (CardSession *session, GAsyncResult *result)
{
  g_task_propagate_boolean (G_TASK (result), NULL);
}
