/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-access: refusals are remembered, each for as long as trying again could do harm: that of a PIN for ever (tokens
 * lock), that of the account for some time, and until its file says something else (centers lock accounts).
 */
#include "center/web-access.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "center/backoff.h"

#define REFUSAL_DELAY_BASE_SECONDS 5 /* an account that was refused is not tried again before */
#define REFUSAL_DELAY_CAP_SECONDS 60
#define TOKEN_MARGIN_SECONDS 30 /* a call does not start with a token that is about to end */

struct WebAccess
{
  CredentialFiles files;
  GStringChunk *names; /* of the files */
  Credential *credential;
  Credential *kept; /* of the last one whose key a token holds: its files as they were; NULL: there was none */
  Https *https;
  gboolean doubted;
  GError *pin_refusal; /* as CREDENTIAL_MISSING */

  gboolean closed;        /* to be freed when the opening is over */
  WebAccessOpened opened; /* of the opening under way */
  gpointer opened_data;

  char *token;
  guint token_serial;
  gint64 token_old, token_ends; /* monotonic: worth renewing; not to be used any more */

  GBytes *login;   /* from the account's file as it was; NULL: to be read */
  GBytes *refused; /* what the center has refused: it is not sent again */
  GError *refusal; /* of the account */
  guint refusals;
  gint64 refused_until; /* monotonic */
};

static const char *
keep_name (WebAccess *access, const char *name)
{
  return name != NULL ? g_string_chunk_insert (access->names, name) : NULL;
}

WebAccess *
web_access_new (const CredentialFiles *files)
{
  WebAccess *access = g_new0 (WebAccess, 1);

  access->names = g_string_chunk_new (256);
  access->files = (CredentialFiles){
    .authority = keep_name (access, files->authority),
    .certificate = keep_name (access, files->certificate),
    .key = keep_name (access, files->key),
    .account = keep_name (access, files->account),
    .token_pin = keep_name (access, files->token_pin),
  };
  return access;
}

void
web_access_free (WebAccess *access)
{
  access->closed = TRUE;
  if (access->opened != NULL)
    return;
  web_access_forget_token (access);
  g_clear_pointer (&access->https, https_free);
  g_clear_pointer (&access->credential, credential_free);
  g_clear_pointer (&access->kept, credential_free);
  g_clear_pointer (&access->login, g_bytes_unref);
  g_clear_pointer (&access->refused, g_bytes_unref);
  g_clear_error (&access->refusal);
  g_clear_error (&access->pin_refusal);
  g_string_chunk_free (access->names);
  g_free (access);
}

/*
 * In the worker's thread: reads the files' names, and what is kept of them, which stay as they are meanwhile, and
 * nothing else of the access.
 */
static void
load_credential (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;
  const WebAccess *access = task_data;
  const gboolean is_kept = access->kept != NULL && credential_is_valid (access->kept, g_get_real_time (), NULL);
  Credential *credential = credential_load (&access->files, is_kept ? access->kept : NULL, &error);

  if (credential != NULL)
    g_task_return_pointer (task, credential, (GDestroyNotify)credential_free);
  else
    g_task_return_error (task, error);
}

static void
take_credential (WebAccess *access, Credential *credential)
{
  g_clear_pointer (&access->https, https_free);
  g_clear_pointer (&access->credential, credential_free);
  access->doubted = FALSE;
  if (credential == NULL)
    return;
  access->credential = credential;
  if (credential->token != NULL)
    {
      g_clear_pointer (&access->kept, credential_free);
      access->kept = credential_keep (credential);
    }
  access->https = https_new (credential);
  if (credential->exposure != NULL)
    log_write (LOG_WARNING, SHIKAKU_MESSAGE_CREDENTIAL_EXPOSED, NULL, "The institution's secrets are exposed: %s",
               credential->exposure);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  WebAccess *access = user_data;
  WebAccessOpened opened = g_steal_pointer (&access->opened);
  g_autoptr (GError) error = NULL;
  Credential *credential = g_task_propagate_pointer (G_TASK (result), &error);

  if (access->closed)
    {
      credential_free (credential);
      web_access_free (access);
      return;
    }
  if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_INCORRECT)) /* to others that is a card's */
    {
      log_write (LOG_ERR, SHIKAKU_MESSAGE_TOKEN_REFUSED, NULL, "%s", error->message);
      error->code = SHIKAKU_ERROR_CREDENTIAL_MISSING;
      access->pin_refusal = g_error_copy (error);
    }
  take_credential (access, credential);
  if (credential != NULL)
    credential_is_valid (credential, g_get_real_time (), &error);
  opened (error, access->opened_data);
}

void
web_access_open (WebAccess *access, WebAccessOpened opened, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_assert (access->opened == NULL);
  if (access->pin_refusal != NULL)
    {
      opened (access->pin_refusal, user_data);
      return;
    }
  access->opened = opened;
  access->opened_data = user_data;
  task = g_task_new (NULL, NULL, on_loaded, access);
  g_task_set_task_data (task, access, NULL);
  g_task_run_in_thread (task, load_credential);
}

gboolean
web_access_is_opening (const WebAccess *access)
{
  return access->opened != NULL;
}

gboolean
web_access_is_open (const WebAccess *access)
{
  return access->credential != NULL && !access->doubted
         && credential_is_valid (access->credential, g_get_real_time (), NULL);
}

const Credential *
web_access_get_credential (const WebAccess *access)
{
  return access->credential;
}

Https *
web_access_get_https (WebAccess *access)
{
  return access->https;
}

gboolean
web_access_has_same_files (const WebAccess *a, const WebAccess *b)
{
  const CredentialFiles *one = &a->files, *other = &b->files;

  return g_strcmp0 (one->authority, other->authority) == 0 && g_strcmp0 (one->certificate, other->certificate) == 0
         && g_strcmp0 (one->key, other->key) == 0 && g_strcmp0 (one->account, other->account) == 0
         && g_strcmp0 (one->token_pin, other->token_pin) == 0;
}

gboolean
web_access_is_same (const WebAccess *a, const WebAccess *b)
{
  return web_access_has_same_files (a, b) && a->credential != NULL && b->credential != NULL
         && credential_is_same (a->credential, b->credential) && a->login != NULL && b->login != NULL
         && g_bytes_equal (a->login, b->login);
}

gboolean
web_access_doubt (WebAccess *access)
{
  access->doubted = access->credential != NULL && access->credential->token != NULL;
  return access->doubted;
}

void
web_access_drop_connections (WebAccess *access)
{
  if (access->https != NULL)
    https_reset (access->https);
}

void
web_access_reset (WebAccess *access)
{
  web_access_drop_connections (access);
  access->token_old = 0; /* our clock stood still while the center's went on */
}

GBytes *
web_access_make_login (WebAccess *access, GError **error)
{
  if (access->refusal != NULL && g_get_monotonic_time () < access->refused_until)
    {
      g_propagate_error (error, g_error_copy (access->refusal));
      return NULL;
    }
  if (access->login == NULL)
    access->login = credential_make_login (access->files.account, error);
  if (access->login == NULL)
    return NULL;
  if (access->refused != NULL && g_bytes_equal (access->login, access->refused))
    {
      g_clear_pointer (&access->login, g_bytes_unref);
      g_propagate_error (error, g_error_copy (access->refusal));
      return NULL;
    }
  return g_bytes_ref (access->login);
}

guint
web_access_note_refusal (WebAccess *access, const GError *error)
{
  guint delay_seconds
      = backoff_delay (access->refusals++, REFUSAL_DELAY_BASE_SECONDS, REFUSAL_DELAY_CAP_SECONDS, G_MAXUINT32);

  g_clear_pointer (&access->refused, g_bytes_unref);
  access->refused = g_steal_pointer (&access->login);
  if (shikaku_error_get_cause (error)
      == SHIKAKU_CAUSE_INSTITUTION_REFUSED) /* not for the account: it is as good as it was */
    g_clear_pointer (&access->refused, g_bytes_unref);
  g_clear_error (&access->refusal);
  access->refusal = g_error_copy (error);
  access->refused_until = g_get_monotonic_time () + (gint64)delay_seconds * G_USEC_PER_SEC;
  return delay_seconds;
}

void
web_access_take_token (WebAccess *access, char *token, guint lifetime_seconds)
{
  gint64 now = g_get_monotonic_time ();
  gint64 span = (gint64)lifetime_seconds * G_USEC_PER_SEC;

  web_access_forget_token (access);
  access->token = token;
  access->token_serial++;
  access->token_old = now + span / 2;
  access->token_ends = now + span - MIN (span / 2, (gint64)TOKEN_MARGIN_SECONDS * G_USEC_PER_SEC);
  access->refusals = 0;
  g_clear_error (&access->refusal);
  g_clear_pointer (&access->refused, g_bytes_unref);
}

void
web_access_forget_token (WebAccess *access)
{
  if (access->token != NULL)
    explicit_bzero (access->token, strlen (access->token));
  g_clear_pointer (&access->token, g_free);
}

const char *
web_access_get_token (const WebAccess *access)
{
  return access->token != NULL && g_get_monotonic_time () < access->token_ends ? access->token : NULL;
}

gboolean
web_access_is_token_old (const WebAccess *access)
{
  return web_access_get_token (access) == NULL || g_get_monotonic_time () >= access->token_old;
}

guint
web_access_get_token_serial (const WebAccess *access)
{
  return access->token_serial;
}
