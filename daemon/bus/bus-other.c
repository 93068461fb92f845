/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-other: see the header. */
#include "bus/bus-other.h"

#include <string.h>

#include "bus/bus-entry.h"
#include "center/field-value.h"

static int append_nodes (sd_bus_message *message, const GPtrArray *nodes);

static gboolean
is_named (gconstpointer node, const char *name)
{
  return strcmp (message_get_name (node), name) == 0;
}

/* append_value: one of several of a name, in an aa{sv}: a text among elements keeps its name. */
static int
append_value (sd_bus_message *message, const Message *node)
{
  int result;

  if (message_get_first_child (node) != NULL)
    return bus_other_append_children (message, node);
  result = sd_bus_message_open_container (message, 'a', "{sv}");
  if (result >= 0)
    result = bus_entry_append_sent (message, message_get_name (node), message_get_text (node));
  return result < 0 ? result : sd_bus_message_close_container (message);
}

/* append_several: all of @nodes that are called as the one at @first. */
static int
append_several (sd_bus_message *message, const GPtrArray *nodes, guint first)
{
  const char *name = message_get_name (g_ptr_array_index (nodes, first));
  gboolean are_texts = TRUE;
  int result;

  for (guint i = first; i < nodes->len; i++)
    if (is_named (nodes->pdata[i], name) && message_get_first_child (nodes->pdata[i]) != NULL)
      are_texts = FALSE;
  result = bus_entry_open (message, name, are_texts ? "as" : "aa{sv}");
  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', are_texts ? "s" : "a{sv}");
  for (guint i = first; i < nodes->len && result >= 0; i++)
    if (is_named (nodes->pdata[i], name))
      result = are_texts ? sd_bus_message_append_basic (message, 's', message_get_text (nodes->pdata[i]))
                         : append_value (message, nodes->pdata[i]);
  if (result >= 0)
    result = sd_bus_message_close_container (message);
  return result < 0 ? result : bus_entry_close (message);
}

static int
append_node (sd_bus_message *message, const Message *node)
{
  int result;

  if (message_get_first_child (node) == NULL)
    return field_value_get (message_get_text (node)) != NULL
               ? bus_entry_append_sent (message, message_get_name (node), message_get_text (node))
               : 0;
  result = bus_entry_open (message, message_get_name (node), "a{sv}");
  if (result >= 0)
    result = bus_other_append_children (message, node);
  return result < 0 ? result : bus_entry_close (message);
}

/* append_nodes: the entries of @nodes, each name once. */
static int
append_nodes (sd_bus_message *message, const GPtrArray *nodes)
{
  int result = 0;

  for (guint i = 0; i < nodes->len && result >= 0; i++)
    {
      const char *name = message_get_name (nodes->pdata[i]);
      guint earlier = 0, later = i + 1;

      while (earlier < i && !is_named (nodes->pdata[earlier], name))
        earlier++;
      while (later < nodes->len && !is_named (nodes->pdata[later], name))
        later++;
      if (earlier == i)
        result = later < nodes->len ? append_several (message, nodes, i) : append_node (message, nodes->pdata[i]);
    }
  return result;
}

/* repeats_name: whether two children of @node are called the same. Most are told apart by their names' ends. */
static gboolean
repeats_name (const Message *node)
{
  guint64 seen = 0;

  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    {
      const char *name = message_get_name (child);
      const gsize size = strlen (name);
      const guint64 bit = G_GUINT64_CONSTANT (1)
                          << ((size + (gsize)5 * (guchar)name[0] + (size > 0 ? (gsize)3 * (guchar)name[size - 1] : 0))
                              % 64);

      if ((seen & bit) != 0 && message_find (node, name) != child)
        return TRUE;
      seen |= bit;
    }
  return FALSE;
}

static int
append_children (sd_bus_message *message, const Message *node)
{
  g_autoptr (GPtrArray) nodes = NULL;
  int result = 0;

  if (!repeats_name (node))
    {
      for (const Message *child = message_get_first_child (node); child != NULL && result >= 0;
           child = message_get_next (child))
        result = append_node (message, child);
      return result;
    }
  nodes = g_ptr_array_new ();
  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    g_ptr_array_add (nodes, (gpointer)child);
  return append_nodes (message, nodes);
}

int
bus_other_append_children (sd_bus_message *message, const Message *node)
{
  int result = sd_bus_message_open_container (message, 'a', "{sv}");

  if (result >= 0)
    result = append_children (message, node);
  return result < 0 ? result : sd_bus_message_close_container (message);
}

int
bus_other_append (sd_bus_message *message, const QualificationOthers *others)
{
  int result;

  if (others == NULL)
    return 0;
  result = bus_entry_open (message, "Other", "a{sv}");
  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', "{sv}");
  if (result >= 0)
    result = append_nodes (message, others);
  if (result >= 0)
    result = sd_bus_message_close_container (message);
  return result < 0 ? result : bus_entry_close (message);
}
