/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-terms: see the header. */
#include "center/folder-terms.h"

void
folder_share_file_free (FolderShareFile *file)
{
  if (file == NULL)
    return;
  g_free (file->name);
  g_bytes_unref (file->bytes);
  g_free (file);
}
