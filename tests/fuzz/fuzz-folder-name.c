/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuzz-folder-name: any bytes as a file's name: what is read of it fits it, and a request has exactly one answer. */
#include "harness.h"

#include <string.h>

#include "codec/folder-name.h"

static void
check (const char *text, const FolderName *name)
{
  const gsize size = strlen (text);

  g_assert (name->base_size <= size);
  g_assert (name->kind == FOLDER_NAME_OTHER || size <= FOLDER_NAME_SIZE_MAXIMUM);
  g_assert (strlen (name->tag) == 0 || strlen (name->tag) == FOLDER_NAME_TAG_SIZE);
  g_assert (name->at == 0 || name->kind == FOLDER_NAME_FACE);
  g_assert (strstr (text, name->suffix) != NULL && strstr (name->suffix, name->tag) != NULL);
  if (name->kind == FOLDER_NAME_OTHER || name->kind == FOLDER_NAME_TEMPORARY)
    g_assert (name->prefix[0] == '\0');
  else if (name->prefix[0] == '\0')
    g_assert (name->kind == FOLDER_NAME_ANSWER && name->suffix[0] != '\0');
  else
    g_assert (strlen (name->prefix) == FOLDER_NAME_PREFIX_SIZE && g_str_has_prefix (text, name->prefix)
              && name->extension != FOLDER_EXTENSION_NONE && strchr (text, '/') == NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autofree char *base = folder_name_make_answer_base (text);
  FolderName name, answer_name;

  folder_name_read (text, &name);
  check (text, &name);
  g_assert ((base != NULL) == (name.kind == FOLDER_NAME_REQUEST));
  if (base != NULL)
    {
      g_autofree char *answer = g_strconcat (base, ".xml", NULL);

      folder_name_read (answer, &answer_name);
      check (answer, &answer_name);
      g_assert (answer_name.kind == FOLDER_NAME_ANSWER || answer_name.kind == FOLDER_NAME_FACE);
      g_assert (strcmp (answer_name.prefix, name.prefix) == 0 && answer_name.base_size == name.base_size);
      g_assert (answer_name.kind == FOLDER_NAME_FACE || strcmp (answer_name.tag, name.tag) == 0);
    }
  return 0;
}
