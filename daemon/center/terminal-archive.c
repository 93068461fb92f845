/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal-archive: see the header. The thread has its own copies of all that it needs; what it finds is taken down on
 * the main thread. */
#include "center/terminal-archive.h"

#include <string.h>

#include "base/file.h"
#include "center/zip-command.h"

#define PASSWORD_SIZE_MAXIMUM 256u /* bytes of its file */

struct TerminalArchive
{
  gint references; /* atomic: a task may come to its end on its thread */
  char **prefixes;
  FolderZipMethod method;
  Secret *password; /* NULL: there is none, or password_error */
  GError *password_error;
  char *command, *runtime;
  gboolean has_method; /* of a zip that was made or opened */
  FolderZipMethod weakest;
};

/* One zip on its way. */
typedef struct
{
  TerminalArchive *archive;
  char *name;
  GBytes *input;
  char *password; /* for the thread; erased at the end */
  FolderZipMethod method;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  terminal_archive_unref (job->archive);
  g_free (job->name);
  g_bytes_unref (job->input);
  if (job->password != NULL)
    explicit_bzero (job->password, strlen (job->password));
  g_free (job->password);
  g_free (job);
}

/* read_password: the first line of @path. */
static Secret *
read_password (const char *path, GError **error)
{
  g_autoptr (Secret) text = file_read (path, PASSWORD_SIZE_MAXIMUM, FILE_OWN, error);
  char *start = text != NULL ? (char *)secret_get_data (text) : NULL;

  if (start == NULL)
    return NULL;
  start[strcspn (start, "\r\n")] = '\0';
  if (*start == '\0')
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "%s: its first line has no password", path);
      return NULL;
    }
  return g_steal_pointer (&text);
}

gboolean
terminal_archive_check_password (const char *path, GError **error)
{
  g_autoptr (Secret) password = read_password (path, error);

  return password != NULL;
}

TerminalArchive *
terminal_archive_new (const TerminalSettings *settings)
{
  TerminalArchive *archive = g_new0 (TerminalArchive, 1);

  archive->references = 1;
  archive->prefixes = g_strsplit (settings->zip_prefixes != NULL ? settings->zip_prefixes : "", " ", -1);
  if (settings->zip_method == NULL || !folder_zip_method_lookup (settings->zip_method, &archive->method))
    archive->method = FOLDER_ZIP_AES256;
  if (settings->zip_password_file != NULL)
    archive->password = read_password (settings->zip_password_file, &archive->password_error);
  archive->command = g_strdup (settings->zip_command);
  archive->runtime = g_strdup (settings->runtime);
  return archive;
}

TerminalArchive *
terminal_archive_ref (TerminalArchive *archive)
{
  g_atomic_int_inc (&archive->references);
  return archive;
}

void
terminal_archive_unref (TerminalArchive *archive)
{
  if (archive == NULL || !g_atomic_int_dec_and_test (&archive->references))
    return;
  g_strfreev (archive->prefixes);
  g_clear_pointer (&archive->password, secret_free);
  g_clear_error (&archive->password_error);
  g_free (archive->command);
  g_free (archive->runtime);
  g_free (archive);
}

char *
terminal_archive_make_likeness (const TerminalArchive *archive)
{
  if (archive->password == NULL)
    return g_strdup (archive->password_error != NULL ? archive->password_error->message : "");
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, (const char *)secret_get_data (archive->password), -1);
}

FolderExtension
terminal_archive_get_extension (const TerminalArchive *archive, const char *prefix)
{
  return g_strv_contains ((const char *const *)archive->prefixes, prefix) ? FOLDER_EXTENSION_ZIP : FOLDER_EXTENSION_XML;
}

gboolean
terminal_archive_get_weakest (const TerminalArchive *archive, FolderZipMethod *ret_method)
{
  if (archive->has_method)
    *ret_method = archive->weakest;
  return archive->has_method;
}

static void
note_method (TerminalArchive *archive, FolderZipMethod method)
{
  archive->weakest = archive->has_method ? MIN (archive->weakest, method) : method; /* the enum goes from weak on */
  archive->has_method = TRUE;
}

/* get_password: NULL: there is none. The text lives as long as @archive. */
static const char *
get_password (const TerminalArchive *archive)
{
  return archive->password != NULL ? (const char *)secret_get_data (archive->password) : NULL;
}

/* new_task: of a job with @input, for a file called @name. */
static GTask *
new_task (TerminalArchive *archive, const char *name, GBytes *input, GCancellable *cancellable,
          GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);

  g_task_set_check_cancellable (task, FALSE); /* what is done is done */
  job->archive = terminal_archive_ref (archive);
  job->name = g_strdup (name);
  job->input = g_bytes_ref (input);
  job->password = g_strdup (get_password (archive));
  job->method = archive->method;
  g_task_set_task_data (task, job, job_free);
  return task;
}

static void
on_command (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GBytes *output = zip_command_run_finish (result, &error);

  if (output != NULL)
    g_task_return_pointer (task, output, (GDestroyNotify)g_bytes_unref);
  else
    g_task_return_error (task, error);
}

/* run: @task: (transfer full). By the site's module if there is one, else by @thread. */
static void
run (GTask *task, ZipCommandVerb verb, GTaskThreadFunc thread)
{
  const Job *job = g_task_get_task_data (task);
  const TerminalArchive *archive = job->archive;

  if (archive->command != NULL)
    {
      zip_command_run_async (archive->command, verb, archive->runtime, job->name, job->input, job->password,
                             FOLDER_SHARE_FILE_SIZE_MAXIMUM, g_task_get_cancellable (task), on_command, task);
      return;
    }
  g_task_run_in_thread (task, thread);
  g_object_unref (task);
}

/* get_document_name: what the one entry of the archive @name is called. Return: (transfer full). */
static char *
get_document_name (const char *name)
{
  FolderName parts;

  folder_name_read (name, &parts);
  return g_strdup_printf ("%.*s.xml", (int)parts.base_size, name);
}

static void
pack_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Job *job = task_data;
  g_autofree char *name = get_document_name (job->name);
  GError *error = NULL;
  GBytes *archive = folder_zip_write (name, job->input, job->method == FOLDER_ZIP_PLAIN ? NULL : job->password,
                                      job->method, &error);

  if (archive != NULL)
    g_task_return_pointer (task, archive, (GDestroyNotify)g_bytes_unref);
  else
    g_task_return_error (task, error);
}

void
terminal_archive_pack_async (TerminalArchive *archive, const char *name, GBytes *document, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = new_task (archive, name, document, cancellable, callback, user_data);

  g_task_set_source_tag (task, terminal_archive_pack_async);
  if (archive->command == NULL && archive->method != FOLDER_ZIP_PLAIN && archive->password == NULL)
    {
      if (archive->password_error != NULL)
        g_task_return_error (task, g_error_copy (archive->password_error));
      else
        g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "ZipPassword is not set");
      g_object_unref (task);
      return;
    }
  run (task, ZIP_COMMAND_PACK, pack_in_thread);
}

/* take_method: on the main thread, what the thread has left in the task. */
static void
take_method (GAsyncResult *result)
{
  Job *job = g_task_get_task_data (G_TASK (result));

  if (job->archive->command == NULL)
    note_method (job->archive, job->method);
}

GBytes *
terminal_archive_pack_finish (GAsyncResult *result, GError **error)
{
  GBytes *archive = g_task_propagate_pointer (G_TASK (result), error);

  if (archive != NULL)
    take_method (result);
  return archive;
}

static void
unpack_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Job *job = task_data;
  GError *error = NULL;
  GBytes *document
      = folder_zip_read (job->input, job->password, FOLDER_SHARE_FILE_SIZE_MAXIMUM, NULL, &job->method, &error);

  if (document != NULL)
    g_task_return_pointer (task, document, (GDestroyNotify)g_bytes_unref);
  else
    g_task_return_error (task, error);
}

void
terminal_archive_unpack_async (TerminalArchive *archive, const FolderShareFile *file, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = new_task (archive, file->name, file->bytes, cancellable, callback, user_data);

  g_task_set_source_tag (task, terminal_archive_unpack_async);
  run (task, ZIP_COMMAND_UNPACK, unpack_in_thread);
}

GBytes *
terminal_archive_unpack_finish (GAsyncResult *result, GError **error)
{
  GBytes *document = g_task_propagate_pointer (G_TASK (result), error);

  if (document != NULL)
    take_method (result);
  return document;
}
