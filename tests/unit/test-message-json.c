/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* message-json: both ways, the limits, and what hostile centers could send. */
#include <string.h>

#include "base/error.h"
#include "codec/message-json.h"

static Message *
parse (const char *text, gsize size, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static (text, size);

  return message_json_parse (body, error);
}

static char *
write_text (const Message *root)
{
  g_autoptr (GBytes) body = message_json_write (root);

  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

static void
test_answer (void)
{
  static const char text[]
      = "\xef\xbb\xbf\n{\"XmlMsg\": {\"MessageHeader\": {\"SegmentOfResult\": \"1\", \"Nothing\": null},\r\n"
        "\t\"MessageBody\": {\"ResultList\": [{\"Result\": {\"Name\": \"山田　花子\"}},"
        " {\"Result\": {\"Name\": \"\"}}, {\"Result\": {}}], \"Open\": {}, \"List\": []}}} ";
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) root = parse (text, sizeof text - 1, &error);
  const Message *body, *result;

  g_assert_no_error (error);
  g_assert_cmpstr (message_get_name (root), ==, "XmlMsg");
  g_assert_cmpstr (message_find_text (message_find (root, "MessageHeader"), "SegmentOfResult"), ==, "1");
  g_assert_null (message_find (message_find (root, "MessageHeader"), "Nothing"));
  body = message_find (root, "MessageBody");
  result = message_find (message_find (body, "ResultList"), "Result");
  g_assert_cmpstr (message_find_text (result, "Name"), ==, "山田　花子");
  result = message_find_next (result);
  g_assert_true (message_has_text (message_find (result, "Name")));
  result = message_find_next (result);
  g_assert_nonnull (result);
  g_assert_null (message_find_next (result));
  g_assert_false (message_has_text (message_find (body, "Open")));
  g_assert_null (message_get_first_child (message_find (body, "List")));
}

/* Numbers and words stay as they were written. */
static void
test_scalars (void)
{
  static const struct
  {
    const char *json, *text;
  } cases[] = {
    { "\"01\"", "01" },
    { "1.0", "1.0" },
    { "0", "0" },
    { "-0", "-0" },
    { "123456789012345678901234567890", "123456789012345678901234567890" },
    { "1E+400", "1E+400" },
    { "-1.50e-3", "-1.50e-3" },
    { "true", "true" },
    { "false", "false" },
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
    { "\"\\u5c71\\uD842\\uDfb7\\\\u0000\"", "山𠮷\\u0000" },
    { "\"\\u0001\"", "\x01" },
    { "\"\x7f𠮷\"", "\x7f𠮷" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"R\":{\"V\":%s}}", cases[i].json);
      g_autoptr (GError) error = NULL;
      g_autoptr (Message) root = parse (json, strlen (json), &error);

      g_assert_no_error (error);
      g_assert_cmpstr (message_find_text (root, "V"), ==, cases[i].text);
    }
}

static const struct
{
  const char *json, *error;
} refused[] = {
  { "", "not JSON" },
  { " ", "not JSON" },
  { "{", "not JSON" },
  { "{}", "without its one member" },
  { "[]", "only an object" },
  { "null", "null may not" },
  { "\"R\"", "only an object" },
  { "1", "only an object" },
  { "{\"R\":1}", "outermost member" },
  { "{\"R\":null}", "null may not" },
  { "{\"R\":{},\"S\":{}}", "too many members" },
  { "{\"R\":{}}{}", "not JSON" },
  { "{\"R\":{}} x", "not JSON" },
  { "{\"R\":{\"a\":1,}}", "not JSON" },
  { "{\"R\":{\"a\" 1}}", "not JSON" },
  { "{\"R\":{a:1}}", "not JSON" },
  { "{\"R\":{\"a\":01}}", "not JSON" },
  { "{\"R\":{\"a\":1.}}", "not JSON" },
  { "{\"R\":{\"a\":+1}}", "not JSON" },
  { "{\"R\":{\"a\":NaN}}", "not JSON" },
  { "{\"R\":{\"a\":'b'}}", "not JSON" },
  { "{\"R\":{\"a\":\"b", "not JSON" },
  { "{\"R\":{\"a\":\"b\nc\"}}", "not JSON" },
  { "{\"R\":{\"a\":\"\\x41\"}}", "not JSON" },
  { "{\"R\":{}/* comment */}", "not JSON" },
  { "\xef\xbb\xbf", "not JSON" },
  { "\xef\xbb\xbf\xef\xbb\xbf{\"R\":{}}", "not JSON" },
  { "{\xef\xbb\xbf\"R\":{}}", "not JSON" },
  /* a member twice */
  { "{\"R\":{\"a\":1,\"a\":2}}", "a member twice" },
  { "{\"R\":{\"a\":null,\"a\":2}}", "a member twice" },
  { "{\"R\":{\"a\":1,\"b\":{\"c\":1},\"\\u0061\":2}}", "a member twice" },
  { "{\"R\":[{\"a\":{\"b\":1,\"b\":2}}]}", "a member twice" },
  /* arrays */
  { "{\"R\":[1]}", "only an object" },
  { "{\"R\":[null]}", "null may not" },
  { "{\"R\":[[]]}", "only an object" },
  { "{\"R\":[{}]}", "without its one member" },
  { "{\"R\":[{\"a\":1,\"b\":2}]}", "too many members" },
  /* characters */
  { "{\"R\":{\"a\":\"\\u0000\"}}", "no character" },
  { "{\"R\":{\"\\u0000\":1}}", "no character" },
  { "{\"R\":{\"a\":\"\\ud842\"}}", "no character" },
  { "{\"R\":{\"a\":\"\\ud842x\"}}", "no character" },
  { "{\"R\":{\"a\":\"\\ud842\\u0041\"}}", "no character" },
  { "{\"R\":{\"a\":\"\\udfb7\"}}", "no character" },
  { "{\"R\":{\"a\":\"\\u00", "not JSON" },
  { "{\"R\":{\"a\":\"\\", "no character" },
  { "{\"R\":{\"a\":\"\xff\"}}", "not UTF-8" },
  { "{\"R\":{\"a\":\"\xe5\xb1\"}}", "not UTF-8" },
  { "{\"R\":{\"a\":\"\xc0\x80\"}}", "not UTF-8" },     /* NUL, overlong */
  { "{\"R\":{\"a\":\"\xed\xa1\x82\"}}", "not UTF-8" }, /* half a surrogate pair */
  { "{\"R\":{\"a\":\"\xf4\x90\x80\x80\"}}", "not UTF-8" },
  { "{\"R\":{\"\xff\":1}}", "not UTF-8" },
  { "{\"R\":{\"a\":\"\xef\xb7\x90\"}}", "not UTF-8" }, /* U+FDD0 and the like: D-Bus does not carry them */
  { "{\"R\":{\"a\":\"\xef\xbf\xbe\"}}", "not UTF-8" },
  { "{\"R\":{\"a\":\"\\uffff\"}}", "not UTF-8" },
  { "{\"R\":{\"a\":\"\xf4\x8f\xbf\xbf\"}}", "not UTF-8" },
};

static void
check_refused (const char *text, gsize size, const char *reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) root = parse (text, size, &error);

  g_assert_null (root);
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
  g_assert_nonnull (strstr (error->message, reason));
}

static void
test_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    check_refused (refused[i].json, strlen (refused[i].json), refused[i].error);
  check_refused ("{\"R\":{\"a\":\"b\0c\"}}", 17, "not JSON");
  check_refused ("{\"R\":{}}\0", 9, "not JSON");
  check_refused ("\0", 1, "not JSON");
}

/* No content in the error's text, whatever the mistake. */
static void
test_no_content_in_errors (void)
{
  static const char *const texts[] = { "{\"R\":{\"a\":\"canary\",,}}", "{\"R\":{\"a\":canary}}",
                                       "{\"canary\":{\"canary\":1,\"canary\":2}}", "{\"R\":{\"a\":\"canary\\q\"}}" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (texts[i], strlen (texts[i]), &error));
      g_assert_null (strstr (error->message, "canary"));
      g_assert_nonnull (strstr (error->message, "at byte "));
    }
}

static char *
nest (const char *open, const char *inner, const char *close, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (text, open);
  g_string_append (text, inner);
  for (guint i = 0; i < n; i++)
    g_string_append (text, close);
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autofree char *deepest = nest ("{\"a\":", "{}", "}", MESSAGE_DEPTH_MAXIMUM);
  g_autofree char *deeper = nest ("{\"a\":", "{}", "}", MESSAGE_DEPTH_MAXIMUM + 1);
  g_autofree char *deeper_text = nest ("{\"a\":", "1", "}", MESSAGE_DEPTH_MAXIMUM + 1);
  g_autofree char *arrays = nest ("[{\"a\":", "1", "}]", MESSAGE_DEPTH_MAXIMUM - 1);
  g_autofree char *deepest_arrays = g_strconcat ("{\"a\":", arrays, "}", NULL);
  g_autofree char *bomb = nest ("[", "", "", 1000000);
  g_autofree char *object_bomb = nest ("{\"a\":", "", "", 500000);
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) root = parse (deepest, strlen (deepest), &error);
  g_autoptr (Message) from_arrays = NULL;
  const Message *node;
  guint depth = 0;

  g_assert_no_error (error);
  for (node = root; node; node = message_get_first_child (node))
    depth++;
  g_assert_cmpuint (depth, ==, MESSAGE_DEPTH_MAXIMUM);
  from_arrays = parse (deepest_arrays, strlen (deepest_arrays), &error);
  g_assert_no_error (error);

  check_refused (deeper, strlen (deeper), "nested too deeply");
  check_refused (deeper_text, strlen (deeper_text), "nested too deeply");
  check_refused (bomb, strlen (bomb), "only an object");
  check_refused (object_bomb, strlen (object_bomb), "nested too deeply");
}

/* {"R": [{"a":1}, …]}, or with @name a number of its own for each member of one object. */
static char *
repeat (guint n, gboolean object)
{
  GString *text = g_string_new (object ? "{\"R\":{" : "{\"R\":[");

  for (guint i = 0; i < n; i++)
    {
      g_string_append (text, i > 0 ? "," : "");
      if (object)
        g_string_append_printf (text, "\"%u\":1", i);
      else
        g_string_append (text, "{\"a\":1}");
    }
  g_string_append (text, object ? "}}" : "]}");
  return g_string_free (text, FALSE);
}

static void
test_counts (void)
{
  g_autofree char *most = repeat (MESSAGE_NODES_MAXIMUM - 1, FALSE), *more = repeat (MESSAGE_NODES_MAXIMUM, FALSE);
  g_autofree char *members = repeat (256, TRUE), *more_members = repeat (257, TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) root = parse (most, strlen (most), &error);
  g_autoptr (Message) other = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (root);
  check_refused (more, strlen (more), "too many elements");
  other = parse (members, strlen (members), &error);
  g_assert_no_error (error);
  check_refused (more_members, strlen (more_members), "too many members");
}

static void
test_size (void)
{
  g_autofree char *text = g_strnfill (MESSAGE_SIZE_MAXIMUM + 1, ' ');
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) root = NULL, long_text = NULL;

  memcpy (text, "{\"R\":{}}", 8);
  root = parse (text, MESSAGE_SIZE_MAXIMUM, &error);
  g_assert_no_error (error);
  check_refused (text, MESSAGE_SIZE_MAXIMUM + 1, "too large");

  memset (text, 'x', MESSAGE_SIZE_MAXIMUM);
  memcpy (text, "{\"R\":{\"a\":\"", 11);
  memcpy (text + MESSAGE_SIZE_MAXIMUM - 3, "\"}}", 3);
  long_text = parse (text, MESSAGE_SIZE_MAXIMUM, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (message_find_text (long_text, "a")), ==, MESSAGE_SIZE_MAXIMUM - 14);
}

static void
test_write (void)
{
  g_autoptr (Message) root = message_new ("XmlMsg");
  Message *header = message_add (root, "MessageHeader", NULL), *list;
  g_autofree char *text = NULL;

  message_add (header, "Code", "01");
  message_add (header, "Quoted", "\"\\/\n\x01山");
  message_add (header, "Empty", "");
  message_add (root, "Open", NULL);
  list = message_add (root, "List", NULL);
  message_add (list, "R", "1");
  message_add (list, "S", "2");
  message_add (message_add (list, "R", NULL), "T", "3");

  text = write_text (root);
  g_assert_cmpstr (text, ==,
                   "{\"XmlMsg\":{\"MessageHeader\":{\"Code\":\"01\",\"Quoted\":\"\\\"\\\\/\\u000a\\u0001山\","
                   "\"Empty\":\"\"},\"Open\":{},\"List\":[{\"R\":\"1\"},{\"S\":\"2\"},{\"R\":{\"T\":\"3\"}}]}}");
}

/* What is written reads as what it was, also with more children than an object may have members. */
static void
test_round_trip (void)
{
  g_autoptr (Message) root = message_new ("R");
  g_autoptr (Message) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL, *text_again = NULL;

  message_add (message_add (root, "One", NULL), "Only", "1");
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *name = g_strdup_printf ("Name%u", i);

      message_add (root, name, "\xe5\xb1\xb1\t\\\"");
    }
  text = write_text (root);
  again = parse (text, strlen (text), &error);
  g_assert_no_error (error);
  text_again = write_text (again);
  g_assert_cmpstr (text, ==, text_again);
  g_assert_cmpstr (message_find_text (again, "Name299"), ==, "\xe5\xb1\xb1\t\\\"");
}

static void
test_members (void)
{
  static const char text[] = "{\"status\":\"OK\",\"msg\":\"\",\"result\":{\"idToken\":\"t\",\"expiresIn\":1800}}";
  g_autoptr (GBytes) body = g_bytes_new_static (text, sizeof text - 1);
  g_autoptr (GBytes) array = g_bytes_new_static ("[]", 2);
  g_autoptr (GBytes) empty = g_bytes_new_static ("{}", 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) root = message_json_parse_members (body, "Auth", &error), none = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (message_get_name (root), ==, "Auth");
  g_assert_cmpstr (message_find_text (root, "status"), ==, "OK");
  g_assert_cmpstr (message_find_text (message_find (root, "result"), "expiresIn"), ==, "1800");
  none = message_json_parse_members (empty, "Auth", &error);
  g_assert_no_error (error);
  g_assert_null (message_get_first_child (none));
  g_assert_null (message_json_parse_members (array, "Auth", &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message-json/answer", test_answer);
  g_test_add_func ("/message-json/scalars", test_scalars);
  g_test_add_func ("/message-json/refused", test_refused);
  g_test_add_func ("/message-json/no-content-in-errors", test_no_content_in_errors);
  g_test_add_func ("/message-json/depth", test_depth);
  g_test_add_func ("/message-json/counts", test_counts);
  g_test_add_func ("/message-json/size", test_size);
  g_test_add_func ("/message-json/write", test_write);
  g_test_add_func ("/message-json/round-trip", test_round_trip);
  g_test_add_func ("/message-json/members", test_members);
  return g_test_run ();
}
