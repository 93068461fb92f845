/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* web-message: JSON that is an answer to us, and what is none; the login's answer. */
#include "center/web-message.h"

#include <string.h>

#include "base/error.h"
#include "center/field-request.h"

static void
test_answers (void)
{
  static const char *const texts[] = {
    "{\"XmlMsg\":{\"MessageHeader\":{\"SegmentOfResult\":\"1\",\"ArbitraryFileIdentifier\":\"an-identifier\"},"
    "\"MessageBody\":{}}}",
    "{\"XmlMsg\":{\"MessageHeader\":{\"SegmentOfResult\":\"1\",\"ArbitraryFileIdentifier\":\"another\"},"
    "\"MessageBody\":{}}}",
    "",
    "<XmlMsg/>",
    "{\"XmlMsg\":\"1\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) body = g_bytes_new_static (texts[i], strlen (texts[i]));
      g_autoptr (GError) error = NULL;
      g_autoptr (Message) request = field_request_new_challenge (&(FieldHeader){ "1312345678", "an-identifier", NULL });
      g_autoptr (Message) message = web_message_parse (body, request, &error);

      if (i == 0)
        g_assert_nonnull (message);
      else
        g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
    }
}

static char *
parse_login (const char *text, guint *ret_lifetime, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));

  return web_message_parse_login (body, ret_lifetime, error);
}

static void
test_login (void)
{
  static const struct
  {
    const char *text;
    ShikakuError error;
  } bad[] = {
    { "{\"status\":\"NG\",\"result\":{}}", SHIKAKU_ERROR_CENTER_REFUSED },
    { "{\"status\":\"OK\",\"result\":{}}", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "{\"result\":{\"idToken\":\"t\"}}", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "{\"status\":\"OK\",\"result\":{\"idToken\":\"a\\r\\nb: c\"}}", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "{\"status\":\"OK\",\"result\":{\"idToken\":\"t\",\"expiresIn\":0}}", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "{\"status\":\"OK\",\"result\":{\"idToken\":\"t\",\"expiresIn\":-5}}", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "[]", SHIKAKU_ERROR_MESSAGE_INVALID },
  };
  g_autoptr (GError) error = NULL, refusal = NULL;
  g_autofree char *token = NULL;
  guint lifetime = 0;

  token = parse_login ("{\"status\":\"OK\",\"msg\":\"\",\"result\":{\"idToken\":\"t.o-k\",\"expiresIn\":1800}}",
                       &lifetime, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (token, ==, "t.o-k");
  g_assert_cmpuint (lifetime, ==, 1800);
  g_free (token);
  token = parse_login ("{\"status\":\"OK\",\"result\":{\"idToken\":\"t\"}}", &lifetime, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lifetime, ==, 900);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (parse_login (bad[i].text, &lifetime, &error));
      g_assert_error (error, SHIKAKU_ERROR, (int)bad[i].error);
      g_clear_error (&error);
    }
  g_assert_null (parse_login ("{\"status\":\"NG\",\"msg\":\"停止中\",\"result\":{}}", &lifetime, &refusal));
  g_assert_cmpstr (shikaku_error_get_center_text (refusal), ==, "停止中");
  g_assert_null (strstr (refusal->message, "停止中"));
  g_assert_cmpint (shikaku_error_get_cause (refusal), ==, SHIKAKU_CAUSE_ACCOUNT_REFUSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web-message/answers", test_answers);
  g_test_add_func ("/web-message/login", test_login);
  return g_test_run ();
}
