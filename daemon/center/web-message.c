/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* web-message: JSON comes in; what it says in the field's terms is read by field-answer. */
#include "center/web-message.h"

#include "base/error.h"
#include "center/field-answer.h"
#include "codec/message-json.h"

#define TOKEN_SIZE_MAXIMUM 8192
#define TOKEN_LIFETIME_SECONDS_DEFAULT 900   /* if the center does not say: half of the field's idle limit */
#define TOKEN_LIFETIME_SECONDS_MAXIMUM 86400 /* an account that was withdrawn shall not go on for longer */

Message *
web_message_parse (GBytes *body, const Message *request, GError **error)
{
  g_autoptr (Message) message = message_json_parse (body, error);

  return message != NULL && field_answer_check (message, request, body, error) ? g_steal_pointer (&message) : NULL;
}

char *
web_message_parse_login (GBytes *body, guint *ret_lifetime_seconds, GError **error)
{
  g_autoptr (Message) message = message_json_parse_members (body, "Login", error);
  const Message *result;
  const char *status, *token, *lifetime;
  guint64 seconds = TOKEN_LIFETIME_SECONDS_DEFAULT;

  if (message == NULL)
    return NULL;
  status = message_find_text (message, "status");
  if (status != NULL && !g_str_equal (status, "OK"))
    {
      GError *refusal
          = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_REFUSED, "the center refused the account");

      shikaku_error_set_refusal (refusal, NULL, message_find_text (message, "msg"), NULL);
      shikaku_error_set_cause (refusal, SHIKAKU_CAUSE_ACCOUNT_REFUSED);
      g_propagate_error (error, refusal);
      return NULL;
    }
  result = message_find (message, "result");
  token = message_find_text (result, "idToken");
  lifetime = message_find_text (result, "expiresIn");
  if (status == NULL || !field_text_is_printable (token, TOKEN_SIZE_MAXIMUM) /* it becomes a header */
      || (lifetime != NULL && !g_ascii_string_to_unsigned (lifetime, 10, 1, G_MAXUINT32, &seconds, NULL)))
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID,
                           "the center's answer to auth holds no usable token");
      return NULL;
    }
  *ret_lifetime_seconds = (guint)MIN (seconds, TOKEN_LIFETIME_SECONDS_MAXIMUM);
  return g_strdup (token);
}
