/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* message: building a tree, walking it, finding in it. */
#include <string.h>

#include "codec/message.h"

static void
test_walk (void)
{
  g_autoptr (Message) root = message_new ("XmlMsg");
  Message *header = message_add (root, "MessageHeader", NULL), *child;
  const Message *node;
  char name[] = "Code", text[] = "01";

  child = message_add (header, name, text);
  memset (name, 'x', 4);
  memset (text, 'x', 2);
  message_add (header, "Empty", "");
  message_add (root, "MessageBody", NULL);

  g_assert_cmpstr (message_get_name (root), ==, "XmlMsg");
  g_assert_cmpstr (message_get_text (root), ==, "");
  g_assert_cmpstr (message_get_name (child), ==, "Code");
  g_assert_cmpstr (message_get_text (child), ==, "01");
  g_assert_true (message_has_text (child));
  g_assert_false (message_has_text (header));

  node = message_get_first_child (root);
  g_assert_true (node == header);
  node = message_get_next (node);
  g_assert_cmpstr (message_get_name (node), ==, "MessageBody");
  g_assert_null (message_get_next (node));
  g_assert_null (message_get_first_child (node));
  node = message_get_next (child);
  g_assert_true (message_has_text (node));
  g_assert_cmpstr (message_get_text (node), ==, "");
  message_free (NULL);
}

static void
test_find (void)
{
  g_autoptr (Message) root = message_new ("List");
  const Message *node;

  message_add (root, "Other", "0");
  message_add (root, "Entry", "1");
  message_add (root, "Entries", "2");
  message_add (root, "Entry", "3");
  message_add (root, "Empty", "");
  message_add (root, "Open", NULL);

  node = message_find (root, "Entry");
  g_assert_cmpstr (message_get_text (node), ==, "1");
  node = message_find_next (node);
  g_assert_cmpstr (message_get_text (node), ==, "3");
  g_assert_null (message_find_next (node));
  g_assert_null (message_find (root, "Entr"));
  g_assert_null (message_find (root, "List"));
  g_assert_null (message_find (NULL, "Entry"));

  g_assert_cmpstr (message_find_text (root, "Entries"), ==, "2");
  g_assert_null (message_find_text (root, "Empty"));
  g_assert_null (message_find_text (root, "Open"));
  g_assert_null (message_find_text (root, "Nothing"));
  g_assert_null (message_find_text (NULL, "Entry"));
}

/* Blocks of memory grow; texts larger than any block have one of their own. Pointers stay where they are. */
static void
test_growth (void)
{
  g_autoptr (Message) root = message_new ("Root");
  g_autofree char *large = g_strnfill (1024 * 1024, 'l');
  const Message *first = message_add (root, "First", "first"), *node = first;
  guint n = 0;

  message_add (root, "Large", large);
  for (guint i = 0; i < 50000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      message_add (root, "Number", text);
    }
  g_assert_cmpstr (message_get_text (first), ==, "first");
  g_assert_cmpstr (message_find_text (root, "Large"), ==, large);
  for (node = message_find (root, "Number"); node; node = message_get_next (node))
    g_assert_cmpuint (g_ascii_strtoull (message_get_text (node), NULL, 10), ==, n++);
  g_assert_cmpuint (n, ==, 50000);
}

static void
test_kept (void)
{
  g_autoptr (Message) root = message_new ("Root");
  const char *name = message_keep (root, "NameAndMore", 4), *text = message_keep (root, "text and more", 4);

  g_assert_cmpstr (name, ==, "Name");
  message_add_kept (root, name, 4, text);
  g_assert_true (message_find_text (root, "Name") == text);
  g_assert_cmpstr (text, ==, "text");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message/walk", test_walk);
  g_test_add_func ("/message/find", test_find);
  g_test_add_func ("/message/growth", test_growth);
  g_test_add_func ("/message/kept", test_kept);
  return g_test_run ();
}
