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

/* is_folder_same: how the folders are. */
static gboolean
is_folder_same (const FolderShareStatus *one, const FolderShareStatus *other)
{
  return one->state == other->state && one->error == other->error && g_strcmp0 (one->folder, other->folder) == 0
         && one->is_cached == other->is_cached && one->is_local == other->is_local
         && one->is_clock_known == other->is_clock_known && one->clock_difference == other->clock_difference;
}

gboolean
folder_share_status_is_same (const FolderShareStatus *one, const FolderShareStatus *other)
{
  return is_folder_same (one, other) && one->last_taken == other->last_taken && one->last_answer == other->last_answer
         && one->unanswered_since == other->unanswered_since && one->left_overs == other->left_overs
         && one->late == other->late && one->locked == other->locked && one->vanished == other->vanished;
}
