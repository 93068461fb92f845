/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fake-share.h"

#include <string.h>

struct FolderShare
{
  FolderShareListener listener;
  gpointer data;
};

typedef struct
{
  FolderShare *share;
  char *name;
  GBytes *bytes;
  GTask *task;
} Ask;

typedef struct
{
  FolderShareFile *file;
  FolderShareOutcome outcome;
} Outcome;

struct FakeShare fake_share;

static FolderShare *last_share;
static GPtrArray *asks; /* of Ask */

void
fake_share_clear (void)
{
  g_assert_cmpuint (fake_share.open, ==, 0);
  if (fake_share.disposed != NULL)
    g_string_free (fake_share.disposed, TRUE);
  fake_share = (struct FakeShare){ .status = { .state = FOLDER_SHARE_PRESENT }, .disposed = g_string_new (NULL) };
  g_clear_pointer (&asks, g_ptr_array_unref);
  asks = g_ptr_array_new ();
}

void
folder_share_file_free (FolderShareFile *file)
{
  if (file == NULL)
    return;
  g_free (file->name);
  g_bytes_unref (file->bytes);
  g_free (file);
}

FolderShare *
folder_share_new (const FolderShareSettings *settings, const FolderShareListener *listener, gpointer data)
{
  FolderShare *share = g_new0 (FolderShare, 1);

  share->listener = *listener;
  share->data = data;
  last_share = share;
  fake_share.opened++;
  fake_share.open++;
  return share;
}

/* end: @file: (transfer full), or NULL with @code. */
static void
end (Ask *ask, FolderShareFile *file, FolderShareOutcome outcome, ShikakuError code)
{
  g_ptr_array_remove (asks, ask);
  g_task_set_task_data (ask->task, GUINT_TO_POINTER (outcome), NULL);
  if (file != NULL)
    g_task_return_pointer (ask->task, file, (GDestroyNotify)folder_share_file_free);
  else
    g_task_return_new_error (ask->task, SHIKAKU_ERROR, (int)code, "as the test wants it");
  g_object_unref (ask->task);
  g_bytes_unref (ask->bytes);
  g_free (ask->name);
  g_free (ask);
}

void
folder_share_free (FolderShare *share)
{
  for (guint i = asks->len; i-- > 0;)
    if (((Ask *)asks->pdata[i])->share == share)
      end (asks->pdata[i], NULL, FOLDER_SHARE_CANCELLED, SHIKAKU_ERROR_CANCELLED);
  if (last_share == share)
    last_share = NULL;
  fake_share.open--;
  g_free (share);
}

void
folder_share_ask_async (FolderShare *share, const char *name, GBytes *bytes, guint milliseconds,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->share = share;
  ask->name = g_strdup (name);
  ask->bytes = g_bytes_ref (bytes);
  ask->task = g_task_new (NULL, NULL, callback, user_data);
  g_ptr_array_add (asks, ask);
}

FolderShareFile *
folder_share_ask_finish (GAsyncResult *result, FolderShareOutcome *ret_outcome, GError **error)
{
  *ret_outcome = GPOINTER_TO_UINT (g_task_get_task_data (G_TASK (result)));
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
folder_share_dispose (FolderShare *share, const char *name, FolderShareFate fate)
{
  static const char *const words[]
      = { [FOLDER_SHARE_DELETE] = "delete", [FOLDER_SHARE_SET_ASIDE] = "aside", [FOLDER_SHARE_KEEP] = "keep" };

  g_string_append_printf (fake_share.disposed, "%s %s\n", words[fate], name);
}

void
folder_share_get_status (FolderShare *share, FolderShareStatus *ret_status)
{
  *ret_status = fake_share.status;
}

const char *
fake_share_await (void)
{
  while (asks->len == 0)
    g_main_context_iteration (NULL, TRUE);
  return ((const Ask *)asks->pdata[0])->name;
}

guint
fake_share_count (void)
{
  return asks->len;
}

GBytes *
fake_share_get_request (void)
{
  return ((const Ask *)asks->pdata[0])->bytes;
}

static FolderShareFile *
make_file (const char *name, const void *data, gsize size)
{
  FolderShareFile *file = g_new0 (FolderShareFile, 1);
  FolderName parts;

  folder_name_read (name, &parts);
  file->name = g_strdup (name);
  file->extension = parts.extension;
  file->bytes = g_bytes_new (data, size);
  file->at = parts.at;
  file->received = g_get_real_time ();
  file->is_complete = TRUE;
  return file;
}

void
fake_share_answer (FolderExtension extension, const void *data, gsize size)
{
  g_autofree char *base = folder_name_make_answer_base (fake_share_await ());
  g_autofree char *name = g_strdup_printf ("%s.%s", base, folder_extension_get_word (extension));

  end (asks->pdata[0], make_file (name, data, size), FOLDER_SHARE_ANSWERED, SHIKAKU_ERROR_NONE);
}

void
fake_share_end (FolderShareOutcome outcome, ShikakuError error)
{
  fake_share_await ();
  end (asks->pdata[0], NULL, outcome, error);
}

void
fake_share_bring (const char *name, const void *data, gsize size, gboolean is_complete)
{
  FolderShareFile *file = make_file (name, data, size);

  file->is_complete = is_complete;
  last_share->listener.face (last_share, file, last_share->data);
}

void
fake_share_tell (void)
{
  last_share->listener.changed (last_share, last_share->data);
}
