/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records: a call with descriptors in its answer, and files. */
#include "client/records.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/asserted.h"
#include "client/output.h"
#include "client/words.h"

#define ANSWER_TYPE "(a(ha{sv})a{sv})"
#define COPY_SIZE 65536
#define FILE_MODE 0600

typedef struct
{
  RecordsCallback callback;
  gpointer user_data;
  char *kind;
} Fetch;

void
records_answer_free (RecordsAnswer *answer)
{
  if (answer == NULL)
    return;
  g_free (answer->kind);
  g_clear_pointer (&answer->meta, g_variant_unref);
  g_ptr_array_unref (answer->metas);
  g_clear_object (&answer->files);
  g_free (answer);
}

/* The reply as an answer, whose files are in the order of the documents. */
static RecordsAnswer *
read_answer (GVariant *reply, GUnixFDList *files, GError **error)
{
  g_autoptr (RecordsAnswer) answer = g_new0 (RecordsAnswer, 1);
  g_autoptr (GVariant) documents = NULL;
  GVariantIter iterator;
  gint32 handle;
  GVariant *meta;

  answer->metas = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
  answer->files = g_unix_fd_list_new ();
  g_variant_get (reply, "(@a(ha{sv})@a{sv})", &documents, &answer->meta);
  g_variant_iter_init (&iterator, documents);
  while (g_variant_iter_next (&iterator, "(h@a{sv})", &handle, &meta))
    {
      const int fd = files != NULL ? g_unix_fd_list_get (files, handle, error) : -1;

      g_ptr_array_add (answer->metas, meta);
      if (fd < 0 || g_unix_fd_list_append (answer->files, fd, error) < 0)
        {
          if (error != NULL && *error == NULL)
            g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "a document without its descriptor");
          if (fd >= 0)
            close (fd);
          return NULL;
        }
      close (fd);
    }
  return g_steal_pointer (&answer);
}

static void
on_fetched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fetch *fetch = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GUnixFDList) files = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), &files, result, &error);
  RecordsAnswer *answer = reply != NULL ? read_answer (reply, files, &error) : NULL;

  if (answer != NULL)
    answer->kind = g_strdup (fetch->kind);
  fetch->callback (answer, error, fetch->user_data);
  g_free (fetch->kind);
  g_free (fetch);
}

void
records_fetch (Client *client, const RecordsWish *wish, RecordsCallback callback, gpointer user_data)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);
  Fetch *fetch = g_new (Fetch, 1);
  GVariant *arguments;

  *fetch = (Fetch){ callback, user_data, g_strdup (wish->kind) };
  if (wish->format != NULL)
    g_variant_dict_insert (&options, "Format", "s", wish->format);
  if (wish->from != NULL)
    g_variant_dict_insert (&options, "From", "s", wish->from);
  if (wish->to != NULL)
    g_variant_dict_insert (&options, "To", "s", wish->to);
  if (wish->visit != NULL)
    arguments = g_variant_new ("(s@a{sv})", wish->kind, g_variant_dict_end (&options));
  else
    {
      asserted_insert (&options);
      arguments = g_variant_new ("(@a{sv}s@a{sv})", wish->patient, wish->kind, g_variant_dict_end (&options));
    }
  g_dbus_connection_call_with_unix_fd_list (
      client->connection, client->daemon != NULL ? client->daemon : SHIKAKU_BUS_NAME,
      wish->visit != NULL ? wish->visit : SHIKAKU_OBJECT_PATH,
      wish->visit != NULL ? SHIKAKU_INTERFACE_VISIT : SHIKAKU_INTERFACE_MANAGER, "FetchRecords", arguments,
      G_VARIANT_TYPE (ANSWER_TYPE), G_DBUS_CALL_FLAGS_NO_AUTO_START, RECORDS_FETCH_SECONDS * 1000, NULL, NULL,
      on_fetched, fetch);
}

/* Where documents go. */

static gboolean
set_failed (GError **error, const char *what)
{
  const int reason = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (reason), "%s: %s", what, g_strerror (reason));
  return FALSE;
}

static gboolean
write_all (int fd, const char *data, gsize size)
{
  for (gsize done = 0; done < size;)
    {
      const gssize n = write (fd, data + done, size - done);

      if (n < 0 && errno != EINTR)
        return FALSE;
      done += (gsize)MAX (n, 0);
    }
  return TRUE;
}

/* The whole of @from, whose offset is left alone. */
static gboolean
copy (int from, int to)
{
  g_autofree char *piece = g_malloc (COPY_SIZE);
  gboolean done = TRUE;
  off_t offset = 0;

  for (;;)
    {
      const gssize n = pread (from, piece, COPY_SIZE, offset);

      if (n == 0 || (n < 0 && errno != EINTR))
        {
          done = n == 0;
          break;
        }
      if (n > 0 && !write_all (to, piece, (gsize)n))
        {
          done = FALSE;
          break;
        }
      offset += MAX (n, 0);
    }
  explicit_bzero (piece, COPY_SIZE);
  return done;
}

/*
 * write_file: into a file beside it first, so that it is there as a whole or not at all, and its mode is ours whatever
 * was there.
 */
static gboolean
write_file (int from, const char *path, gboolean force, GError **error)
{
  g_autofree char *beside = g_strconcat (path, ".XXXXXX", NULL);
  const int fd = g_mkstemp_full (beside, O_WRONLY | O_CLOEXEC, FILE_MODE);
  gboolean done;

  if (fd < 0)
    return set_failed (error, path);
  done = copy (from, fd) && fsync (fd) == 0;
  done = close (fd) == 0 && done;
  if (done)
    done = force ? rename (beside, path) == 0 : link (beside, path) == 0;
  if (!done)
    set_failed (error, path);
  if (!done || !force)
    g_unlink (beside);
  return done;
}

/* name_file: @path with @number before its ending: "records-2.xml". (transfer full) */
static char *
name_file (const char *path, guint number)
{
  const char *slash = strrchr (path, '/'), *ending = strrchr (slash != NULL ? slash : path, '.');

  if (number == 0)
    return g_strdup (path);
  if (ending == NULL || ending == path || ending == slash + 1)
    return g_strdup_printf ("%s-%u", path, number + 1);
  return g_strdup_printf ("%.*s-%u%s", (int)(ending - path), path, number + 1, ending);
}

gboolean
records_save (const RecordsAnswer *answer, const RecordsPlace *place, GError **error)
{
  gint n;
  const gint *files = g_unix_fd_list_peek_fds (answer->files, &n);

  if (place->fd >= 0 && n > 1)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   _ ("The center has answered in %d documents. Name a file for them, or take them as json."), n);
      return FALSE;
    }
  for (gint i = 0; i < n; i++)
    {
      g_autofree char *path = place->fd < 0 ? name_file (place->path, (guint)i) : NULL;

      if (place->fd >= 0 && !copy (files[i], place->fd))
        return set_failed (error, _ ("The document cannot be written"));
      if (place->fd < 0 && !write_file (files[i], path, place->force, error))
        return FALSE;
    }
  return TRUE;
}

GBytes *
records_read (const RecordsAnswer *answer, guint number, GError **error)
{
  gint n;
  const gint *files = g_unix_fd_list_peek_fds (answer->files, &n);
  GMappedFile *file = (gint)number < n ? g_mapped_file_new_from_fd (files[number], FALSE, error) : NULL;
  GBytes *bytes = file != NULL ? g_mapped_file_get_bytes (file) : NULL;

  if ((gint)number >= n)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("There is no document."));
  g_clear_pointer (&file, g_mapped_file_unref);
  return bytes;
}

/* What came of it. */

/* tell_part: "2024-01 – 2024-03: not at the center yet (CODE)". */
static void
tell_part (GVariant *part)
{
  const char *outcome = "", *from = "", *to = "", *code = "";
  g_autofree char *first = NULL, *last = NULL, *line = NULL;

  g_variant_lookup (part, "Outcome", "&s", &outcome);
  g_variant_lookup (part, "From", "&s", &from);
  g_variant_lookup (part, "To", "&s", &to);
  g_variant_lookup (part, "Code", "&s", &code);
  first = words_month (from);
  last = words_month (to);
  line = g_strconcat (first, *from != '\0' || *to != '\0' ? " – " : "", last, *from != '\0' || *to != '\0' ? ": " : "",
                      words_outcome (outcome), *code != '\0' ? " (" : "", code, *code != '\0' ? ")" : "", NULL);
  output_error (line);
}

static gboolean
is_complete (const RecordsAnswer *answer)
{
  gboolean complete = FALSE;

  g_variant_lookup (answer->meta, "Complete", "b", &complete);
  return complete;
}

void
records_tell (const RecordsAnswer *answer)
{
  g_autoptr (GVariant) parts = g_variant_lookup_value (answer->meta, "Parts", G_VARIANT_TYPE ("aa{sv}"));
  g_autofree char *head = g_strdup_printf ("%s:", words_consent (answer->kind));

  output_error (head);
  if (parts != NULL && g_variant_n_children (parts) > 0)
    for (gsize i = 0; i < g_variant_n_children (parts); i++)
      {
        g_autoptr (GVariant) part = g_variant_get_child_value (parts, i);

        tell_part (part);
      }
  else
    tell_part (answer->meta);
  output_error (is_complete (answer) ? _ ("Nothing is missing of what was asked for.")
                                     : _ ("NOT COMPLETE: something is missing of what was asked for."));
}

ExitCode
records_get_exit_code (const RecordsAnswer *answer)
{
  return is_complete (answer) ? EXIT_CODE_OK : EXIT_CODE_UNKNOWN;
}

gboolean
records_check_month (const char *text)
{
  if (text == NULL)
    return TRUE;
  if (strlen (text) != 6 || strspn (text, "0123456789") != 6)
    return FALSE;
  return strcmp (text + 4, "01") >= 0 && strcmp (text + 4, "12") <= 0;
}
