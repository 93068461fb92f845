/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* web-trial: see the header. */
#include "center/web-trial.h"

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "center/field-request.h"
#include "center/web-message.h"
#include "codec/message-json.h"

void
web_trial_drop (WebApi *api)
{
  g_clear_pointer (&api->candidate, web_bond_unref);
  g_clear_pointer (&api->trial, message_free);
}

/* Whoever has the former bond goes on by it, but tells nobody how its center is. */
static void
take_candidate (WebApi *api)
{
  WebBond *former = api->bond;

  web_client_retire (former->client);
  api->bond = g_steal_pointer (&api->candidate);
  web_client_take_over (api->bond->client, &api->transport);
  web_bond_unref (former);
  transport_note_settings (&api->transport, TRUE, NULL);
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
    web_trial_drop (api);
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
  same = web_bond_is_same (api->candidate, api->bond); /* then nothing is new, whatever the center says of it */
  if (same)
    log_notice (NULL, "The settings of the center, and what their files hold, are as before");
  else if (failure == NULL)
    log_write (LOG_NOTICE, SHIKAKU_MESSAGE_CREDENTIAL_RENEWED, NULL,
               "The new settings of the center have worked, and are in use from now on");
  if (failure == NULL)
    take_candidate (api);
  else if (same)
    {
      web_trial_drop (api);
      transport_note_settings (&api->transport, TRUE, NULL);
    }
  else /* A line that is down says nothing about the settings: they wait for the next call. */
    keep_back (api, failure,
               g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_UNREACHABLE)
                   || g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_BUSY));
}

void
web_trial_go_on (WebApi *api)
{
  g_autofree char *identifier = NULL;
  g_autoptr (GBytes) body = NULL;
  FieldHeader header;

  if (api->candidate == NULL || api->trial != NULL)
    return;
  identifier = transport_make_identifier ();
  header = (FieldHeader){ api->candidate->institution_code, identifier, NULL };
  api->trial = field_request_new_challenge (&header);
  body = message_json_write (api->trial);
  web_client_call (api->candidate->client, WEB_CALL_CHALLENGE, body, 0, NULL, on_tried, api);
}

void
web_trial_begin (WebApi *api, const WebApiSettings *settings)
{
  web_trial_drop (api);
  api->candidate = web_bond_new (api->bonds, settings);
  api->waiting = FALSE;
  if (!web_client_has_failed (api->bond->client) && !web_bond_is_unread (api->bond, api->candidate))
    {
      transport_note_settings (&api->transport, FALSE, NULL);
      web_trial_go_on (api);
    }
  else
    {
      take_candidate (api);
      web_client_prepare (api->bond->client); /* so that the state is known, and the log says what is wrong */
    }
}
