/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-syntaxes: XML and JSON are two spellings of one tree. From one to the other and back nothing is lost, and of
 * a reply that was cut anywhere neither makes an answer. SHIKAKU_SOURCE names the tree with the corpora.
 */
#include <string.h>

#include "codec/message-json.h"
#include "codec/message-xml.h"
#include "invented-reply.h"

#define DOCUMENTS 2000 /* random ones */

static GBytes *
write_xml (const Message *root, MessageEncoding encoding)
{
  g_autoptr (GError) error = NULL;
  GBytes *xml = message_xml_write (root, encoding, MESSAGE_UNMAPPED_REFUSE, &error);

  g_assert_no_error (error);
  return xml;
}

static Message *
read_xml (GBytes *xml)
{
  g_autoptr (GError) error = NULL;
  Message *root = message_xml_parse (xml, MESSAGE_ENCODING_UNKNOWN, NULL, &error);

  g_assert_no_error (error);
  return root;
}

static Message *
read_json (GBytes *json)
{
  g_autoptr (GError) error = NULL;
  Message *root = message_json_parse (json, &error);

  g_assert_no_error (error);
  return root;
}

static void
assert_same (const Message *a, const Message *b)
{
  for (; a != NULL && b != NULL; a = message_get_next (a), b = message_get_next (b))
    {
      g_assert_cmpstr (message_get_name (a), ==, message_get_name (b));
      g_assert_cmpstr (message_get_text (a), ==, message_get_text (b));
      g_assert_true (message_has_text (a) == message_has_text (b));
      assert_same (message_get_first_child (a), message_get_first_child (b));
    }
  g_assert_true (a == b);
}

/* @root, which was read from XML, through JSON into the same tree and the same bytes. */
static void
check_from_xml (const Message *root, MessageEncoding encoding)
{
  g_autoptr (GBytes) xml = write_xml (root, encoding), json = message_json_write (root), xml_again = NULL;
  g_autoptr (Message) from_xml = read_xml (xml), from_json = read_json (json);

  assert_same (root, from_xml);
  assert_same (root, from_json);
  xml_again = write_xml (from_json, encoding);
  g_assert_true (g_bytes_equal (xml, xml_again));
}

static void
test_reply (void)
{
  g_autoptr (Message) built = invented_reply_new (), root = NULL;
  g_autoptr (GBytes) xml = write_xml (built, MESSAGE_ENCODING_CP932);

  g_assert_cmpuint (g_bytes_get_size (xml), >, 4000);
  root = read_xml (xml);
  assert_same (built, root);
  check_from_xml (root, MESSAGE_ENCODING_UTF8);
  check_from_xml (root, MESSAGE_ENCODING_CP932);
}

/* The seeds of the fuzz targets: of each syntax, those that are read at all. */
static void
test_corpus (void)
{
  static const char *const folders[] = { "message-xml", "message-json" };
  guint n_read = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path
          = g_build_filename (g_getenv ("SHIKAKU_SOURCE"), "tests", "fuzz", "corpus", folders[i], NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GDir) folder = g_dir_open (path, 0, &error);
      const char *name;

      g_assert_no_error (error);
      while ((name = g_dir_read_name (folder)) != NULL)
        {
          g_autofree char *file = g_build_filename (path, name, NULL), *text = NULL;
          g_autoptr (GBytes) body = NULL, xml = NULL;
          g_autoptr (Message) root = NULL, from_xml = NULL;
          gsize size;

          g_assert_true (g_file_get_contents (file, &text, &size, NULL));
          body = g_bytes_new (text, size);
          root = i == 0 ? message_xml_parse (body, MESSAGE_ENCODING_UNKNOWN, NULL, NULL)
                        : message_json_parse (body, NULL);
          if (root == NULL)
            continue;
          /* JSON can say what XML cannot (a name with a blank), and tells {} from "". */
          xml = message_xml_write (root, MESSAGE_ENCODING_UTF8, MESSAGE_UNMAPPED_REFUSE, NULL);
          if (xml == NULL)
            continue;
          from_xml = read_xml (xml);
          check_from_xml (from_xml, MESSAGE_ENCODING_UTF8);
          n_read++;
        }
    }
  g_assert_cmpuint (n_read, >=, 8);
}

static const char *
pick_text (void)
{
  static const char *const texts[]
      = { "",      "01",   " ",    "  990019", "山田　花子", "ﾔﾏﾀﾞ ﾊﾅｺ", "●",    "<&>\"'", "a\r\nb\tc", "\\u0041{}[],:",
          "1.0e5", "null", "true", "]]>",      "髙",         "～∥－",    "\x7f", "0",      "a\rb" };

  return texts[g_test_rand_int_range (0, G_N_ELEMENTS (texts))];
}

/* An element that the profile allows: known lists with their items, unknown lists, and each name once. */
static void
add_random (Message *parent, guint depth)
{
  static const char *const lists[][2] = { { "ResultList", "ResultOfQualificationConfirmation" },
                                          { "PublicExpenseResultList", "MedicalTicketInfo" },
                                          { "MeTrInfs", "MeTrInf" },
                                          { "Unknown", "Item" },
                                          { "ResultList", "Unknown" } };
  static const char *const names[] = { "Name", "Sex1", "New", "MeTrInf", "MedicalTicketInfo", "_a-b.c" };
  const int n = g_test_rand_int_range (1, 5);

  if (g_test_rand_int_range (0, 2) == 0)
    {
      const char *const *list = lists[g_test_rand_int_range (0, G_N_ELEMENTS (lists))];
      Message *node = message_add (parent, list[0], NULL);

      for (int i = 0; i < n; i++)
        if (depth == 0 || g_test_rand_int_range (0, 3) == 0)
          message_add (node, list[1], pick_text ());
        else
          add_random (message_add (node, list[1], NULL), depth - 1);
      return;
    }
  for (int i = 0; i < n; i++)
    if (depth == 0 || g_test_rand_int_range (0, 2) == 0)
      message_add (parent, names[i], pick_text ());
    else
      add_random (message_add (parent, names[i], NULL), depth - 1);
}

static void
test_property (void)
{
  for (int i = 0; i < DOCUMENTS; i++)
    {
      g_autoptr (Message) root = message_new ("XmlMsg");

      add_random (root, g_test_rand_int_range (0, 6));
      check_from_xml (root, i % 2 == 0 ? MESSAGE_ENCODING_UTF8 : MESSAGE_ENCODING_CP932);
    }
}

static void
test_cut (void)
{
  g_autoptr (Message) root = invented_reply_new ();
  GBytes *documents[] = { write_xml (root, MESSAGE_ENCODING_UTF8), write_xml (root, MESSAGE_ENCODING_CP932),
                          message_json_write (root) };
  static const MessageEncoding hints[] = { MESSAGE_ENCODING_UTF8, MESSAGE_ENCODING_CP932 };

  for (gsize i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      for (gsize size = 0; size < g_bytes_get_size (documents[i]); size++)
        {
          g_autofree guint8 *exact = g_memdup2 (g_bytes_get_data (documents[i], NULL), size);
          g_autoptr (GBytes) beginning = g_bytes_new_static (exact, size);

          g_assert_null (message_json_parse (beginning, NULL));
          g_assert_null (message_xml_parse (beginning, MESSAGE_ENCODING_UNKNOWN, NULL, NULL));
          if (i < G_N_ELEMENTS (hints))
            g_assert_null (message_xml_parse (beginning, hints[i], NULL, NULL));
        }
      g_bytes_unref (documents[i]);
    }
}

/* What JSON has beside the field's own form for a list is the same tree. */
static void
test_lists (void)
{
  static const char *const same[] = {
    "{\"XmlMsg\":{\"ResultList\":[{\"ResultOfQualificationConfirmation\":{\"Name\":\"a\",\"List\":{\"B\":\"1\"}}},"
    "{\"ResultOfQualificationConfirmation\":{\"Name\":\"b\",\"Sex1\":\"2\"}}]}}",
    "{\"XmlMsg\":{\"ResultList\":[{\"Name\":\"a\",\"List\":{\"B\":1}},{\"Name\":\"b\",\"Sex1\":2}]}}",
    "{\"XmlMsg\":{\"ResultList\":[{\"Nothing\":null,\"Name\":\"a\",\"List\":{\"B\":1}},{\"Name\":\"b\",\"Sex1\":2}]}}",
    "{\"XmlMsg\":{\"ResultList\":{\"ResultOfQualificationConfirmation\":[{\"Name\":\"a\",\"List\":[{\"B\":1}]},"
    "{\"Name\":\"b\",\"Sex1\":\"2\"}]}}}",
    "{\"XmlMsg\":{\"ResultList\":[{\"ResultOfQualificationConfirmation\":[{\"Name\":\"a\",\"List\":[{\"B\":1}]}]},"
    "{\"Name\":\"b\",\"Sex1\":\"2\"}]}}",
  };
  static const char *const refused[] = {
    "{\"XmlMsg\":{\"ResultList\":[{\"Name\":\"a\",\"Sex1\":1,\"Name\":\"b\"}]}}",
    "{\"XmlMsg\":{\"ResultList\":[{\"ResultOfQualificationConfirmation\":[{\"Name\":\"a\"}],\"Name\":\"b\"}]}}",
    "{\"XmlMsg\":{\"ResultList\":{\"ResultOfQualificationConfirmation\":[\"a\"]}}}",
    "{\"XmlMsg\":{\"ResultList\":{\"ResultOfQualificationConfirmation\":[[]]}}}",
    "{\"XmlMsg\":{\"ResultList\":{\"ResultOfQualificationConfirmation\":[null]}}}",
    "{\"XmlMsg\":{\"Unknown\":[{\"A\":1,\"B\":2}]}}",
    "{\"XmlMsg\":{\"Unknown\":[{\"A\":1},{\"B\":2},{\"A\":3}]}}",
    "{\"XmlMsg\":[{\"MessageBody\":{}},{\"MessageBody\":{}}]}",
  };
  g_autoptr (Message) first = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (same); i++)
    {
      g_autoptr (GBytes) json = g_bytes_new_static (same[i], strlen (same[i]));
      g_autoptr (Message) root = read_json (json);

      if (first == NULL)
        first = g_steal_pointer (&root);
      else
        assert_same (first, root);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GBytes) json = g_bytes_new_static (refused[i], strlen (refused[i]));

      g_test_message ("%s", refused[i]);
      g_assert_null (message_json_parse (json, NULL));
    }
}

/* An item that is put around what was read already lies one level deeper. */
static void
test_lists_deep (void)
{
  for (guint height = 1; height < MESSAGE_DEPTH_MAXIMUM; height++)
    {
      GString *text = g_string_new ("{\"XmlMsg\":{\"ResultList\":[{\"A\":");
      g_autoptr (GBytes) json = NULL;
      g_autoptr (Message) root = NULL;

      for (guint i = 1; i < height; i++)
        g_string_append (text, "{\"A\":");
      g_string_append (text, "\"\"");
      for (guint i = 1; i < height; i++)
        g_string_append_c (text, '}');
      g_string_append (text, ",\"B\":\"\"}]}}");
      json = g_string_free_to_bytes (text);
      root = message_json_parse (json, NULL);
      g_assert_true ((root != NULL) == (3 + height <= MESSAGE_DEPTH_MAXIMUM));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message-syntaxes/reply", test_reply);
  g_test_add_func ("/message-syntaxes/corpus", test_corpus);
  g_test_add_func ("/message-syntaxes/property", test_property);
  g_test_add_func ("/message-syntaxes/cut", test_cut);
  g_test_add_func ("/message-syntaxes/lists", test_lists);
  g_test_add_func ("/message-syntaxes/lists-deep", test_lists_deep);
  return g_test_run ();
}
