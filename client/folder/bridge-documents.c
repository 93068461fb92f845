/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-documents: see the header. */
#include "client/folder/bridge-documents.h"

#include <unistd.h>

static GBytes *
read_file (GUnixFDList *files, gint32 place, GError **error)
{
  const int file = files != NULL ? g_unix_fd_list_get (files, place, error) : -1;
  g_autoptr (GMappedFile) mapped = NULL;

  if (file < 0)
    return NULL;
  mapped = g_mapped_file_new_from_fd (file, FALSE, error);
  close (file);
  return mapped != NULL ? g_mapped_file_get_bytes (mapped) : NULL;
}

GPtrArray *
bridge_documents_read (GVariant *reply, GUnixFDList *files, GError **error)
{
  g_autoptr (GPtrArray) documents = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_autoptr (GVariant) list = g_variant_get_child_value (reply, 0);

  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      gint32 place;
      GBytes *bytes;

      g_variant_get_child (list, i, "(h@a{sv})", &place, NULL);
      bytes = read_file (files, place, error);
      if (bytes == NULL)
        return NULL;
      g_ptr_array_add (documents, bytes);
    }
  return g_steal_pointer (&documents);
}
