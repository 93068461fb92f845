/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal-faces: see the header. */
#include "center/terminal-faces.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "center/field-arrival.h"

#define AGAIN_SECONDS 3
#define AGAIN_MAXIMUM 32u      /* faces that are tried again in one turn; each success tries one more */
#define LATE_MAXIMUM 5u        /* how often the site's module may take too long with one file */
#define KEPT_MAXIMUM 33554432u /* bytes of faces that wait here; others are told again after a restart */

typedef enum
{
  FACE_READ, /* being opened */
  FACE_SHUT, /* could not be opened, which was not its fault */
  FACE_QUEUED,
  FACE_TOLD,
  FACE_RELEASED, /* being copied */
  FACE_WAITING,  /* a copy could not be made */
} FaceState;

/* One file, until it is disposed of. */
typedef struct
{
  TerminalFaces *faces; /* NULL: these are gone */
  FolderShareFile *file;
  TransportReply *reply; /* until it is told */
  guint8 digest[TRANSPORT_ARRIVAL_DIGEST_SIZE];
  FaceState state;
  guint late; /* times that it took too long to open it */
} Face;

struct TerminalFaces
{
  Transport *transport;
  FolderShare *share;
  char *institution_code;
  TerminalArchive *archive;
  TerminalCopies *copies;
  GPtrArray *all; /* of Face, in the order in which they came */
  guint n_told;
  guint again; /* source */
  guint unreadable;
  gboolean password_refused;
  char *copies_detail, *shut_detail;
  void (*changed) (gpointer user_data);
  gpointer user_data;
};

static void
face_free (Face *face)
{
  folder_share_file_free (face->file);
  transport_reply_free (face->reply);
  g_free (face);
}

TerminalFaces *
terminal_faces_new (Transport *transport, const char *institution_code, TerminalArchive *archive,
                    TerminalCopies *copies, void (*changed) (gpointer user_data), gpointer user_data)
{
  TerminalFaces *faces = g_new0 (TerminalFaces, 1);

  faces->transport = transport;
  faces->institution_code = g_strdup (institution_code);
  faces->archive = terminal_archive_ref (archive);
  faces->copies = terminal_copies_ref (copies);
  faces->all = g_ptr_array_new ();
  faces->changed = changed;
  faces->user_data = user_data;
  return faces;
}

void
terminal_faces_set_share (TerminalFaces *faces, FolderShare *share)
{
  faces->share = share;
}

/* is_under_way: whether a thread will come back for it. */
static gboolean
is_under_way (const Face *face)
{
  return face->state == FACE_READ || face->state == FACE_RELEASED;
}

void
terminal_faces_free (TerminalFaces *faces)
{
  if (faces == NULL)
    return;
  for (guint i = 0; i < faces->all->len; i++)
    {
      Face *face = faces->all->pdata[i];

      if (is_under_way (face))
        face->faces = NULL;
      else
        face_free (face);
    }
  g_ptr_array_unref (faces->all);
  g_clear_handle_id (&faces->again, g_source_remove);
  terminal_archive_unref (faces->archive);
  terminal_copies_unref (faces->copies);
  g_free (faces->institution_code);
  g_free (faces->copies_detail);
  g_free (faces->shut_detail);
  g_free (faces);
}

/* dispose: @face is gone from here. */
static void
dispose (Face *face, FolderShareFate fate)
{
  TerminalFaces *faces = face->faces;

  folder_share_dispose (faces->share, face->file->name, fate);
  g_ptr_array_remove (faces->all, face);
  face_free (face);
}

/* tell_next: as many as may be under way are told, oldest first. */
static void
tell_next (TerminalFaces *faces)
{
  for (guint i = 0; i < faces->all->len && faces->n_told < TERMINAL_FACES_TOLD_MAXIMUM; i++)
    {
      Face *face = faces->all->pdata[i];
      TransportArrival *arrival;

      if (face->state != FACE_QUEUED || faces->transport->arrived == NULL)
        continue;
      arrival = g_new0 (TransportArrival, 1);
      arrival->name = g_strdup (face->file->name);
      arrival->bytes = g_bytes_ref (face->file->bytes);
      memcpy (arrival->digest, face->digest, sizeof arrival->digest);
      arrival->at = face->file->at;
      arrival->received = face->file->received;
      arrival->reply = g_steal_pointer (&face->reply);
      face->state = FACE_TOLD;
      faces->n_told++;
      faces->transport->arrived (faces->transport, arrival, faces->transport->arrived_data);
      i = G_MAXUINT; /* it may have been released already: from the start */
    }
}

/* set_aside: nobody can use it. The error's text is of its shape; it names nobody. */
static void
set_aside (Face *face, const GError *error)
{
  TerminalFaces *faces = face->faces;

  g_assert (error != NULL);
  faces->unreadable++;
  log_write (LOG_WARNING, SHIKAKU_MESSAGE_FILE_SET_ASIDE, NULL, "terminal %s: a face file was set aside: %s",
             faces->transport->name, error->message);
  dispose (face, FOLDER_SHARE_SET_ASIDE);
  faces->changed (faces->user_data);
}

static guint
count (const TerminalFaces *faces, FaceState state)
{
  guint found = 0;

  for (guint i = 0; i < faces->all->len; i++)
    found += ((const Face *)faces->all->pdata[i])->state == state;
  return found;
}

static gboolean
is_waiting (const Face *face)
{
  return face->state == FACE_WAITING || face->state == FACE_SHUT;
}

static gsize
sum_waiting (const TerminalFaces *faces)
{
  gsize sum = 0;

  for (guint i = 0; i < faces->all->len; i++)
    {
      const Face *face = faces->all->pdata[i];

      sum += is_waiting (face) ? g_bytes_get_size (face->file->bytes) : 0;
    }
  return sum;
}

static gboolean on_again (gpointer user_data);
static gboolean try_one (TerminalFaces *faces);

/* wait_in: @state, until it is tried again. Its file stays where it is meanwhile, and holds up no other. */
static void
wait_in (Face *face, FaceState state)
{
  TerminalFaces *faces = face->faces;

  folder_share_dispose (faces->share, face->file->name, FOLDER_SHARE_KEEP);
  face->state = state;
  g_ptr_array_remove (faces->all, face);
  g_ptr_array_add (faces->all, face); /* the others are tried before it */
  if (sum_waiting (faces) > KEPT_MAXIMUM)
    {
      g_ptr_array_remove (faces->all, face);
      face_free (face);
    }
  if (faces->again == 0)
    faces->again = g_timeout_add_seconds (AGAIN_SECONDS, on_again, faces);
}

/* is_of_desk: whether @failure to open @face is this computer's: another time it opens. */
static gboolean
is_of_desk (Face *face, const GError *failure)
{
  if (g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_TIMED_OUT))
    return ++face->late < LATE_MAXIMUM;
  return g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
}

static void
wait_shut (Face *face, const GError *failure)
{
  TerminalFaces *faces = face->faces;

  g_assert (failure != NULL);
  if (faces->shut_detail == NULL)
    log_warning (NULL, "terminal %s: a face cannot be opened yet: %s", faces->transport->name, failure->message);
  g_free (faces->shut_detail);
  faces->shut_detail = g_strdup (failure->message);
  wait_in (face, FACE_SHUT);
  faces->changed (faces->user_data);
}

/* read_document: @document: what the file holds; NULL with @failure: it could not be opened. */
static void
read_document (Face *face, GBytes *document, const GError *failure)
{
  TerminalFaces *faces = face->faces;
  const gboolean password_refused = g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING);
  g_autoptr (GError) error = failure != NULL ? g_error_copy (failure) : NULL;

  if (face->file->extension == FOLDER_EXTENSION_ZIP && password_refused != faces->password_refused)
    {
      faces->password_refused = password_refused;
      faces->changed (faces->user_data);
    }
  if (is_of_desk (face, failure))
    {
      wait_shut (face, failure);
      return;
    }
  if (count (faces, FACE_SHUT) == 0)
    g_clear_pointer (&faces->shut_detail, g_free);
  else
    try_one (faces);
  if (password_refused) /* another password opens it: nothing is lost */
    {
      dispose (face, FOLDER_SHARE_KEEP);
      return;
    }
  if (document != NULL)
    face->reply = field_arrival_read (document, faces->institution_code, &error);
  if (face->reply == NULL)
    {
      set_aside (face, error);
      return;
    }
  face->state = FACE_QUEUED;
  tell_next (faces);
}

static void
on_unpacked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Face *face = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) document = terminal_archive_unpack_finish (result, &error);

  if (face->faces != NULL)
    read_document (face, document, error);
  else
    face_free (face);
}

static void
open_zip (Face *face)
{
  face->state = FACE_READ;
  terminal_archive_unpack_async (face->faces->archive, face->file, NULL, on_unpacked, face);
}

/* is_known: whether the file is in hand already, under that name. */
static gboolean
is_known (const TerminalFaces *faces, const char *name)
{
  for (guint i = 0; i < faces->all->len; i++)
    if (strcmp (((const Face *)faces->all->pdata[i])->file->name, name) == 0)
      return TRUE;
  return FALSE;
}

void
terminal_faces_take (TerminalFaces *faces, FolderShareFile *file)
{
  Face *face;
  gsize size;
  const guint8 *data = g_bytes_get_data (file->bytes, &size);

  if (is_known (faces, file->name))
    {
      folder_share_file_free (file);
      return;
    }
  face = g_new0 (Face, 1);
  face->faces = faces;
  face->file = file;
  g_ptr_array_add (faces->all, face);
  gnutls_global_init (); /* may be called any number of times; a desk without the Web API has not done it */
  if (gnutls_hash_fast (GNUTLS_DIG_SHA256, data, size, face->digest) != 0)
    g_error ("SHA-256 is not there");
  if (!file->is_complete)
    {
      const GError incomplete
          = { SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, (char *)"it is cut, and grows no more" };

      set_aside (face, &incomplete);
    }
  else if (file->extension == FOLDER_EXTENSION_ZIP)
    open_zip (face);
  else
    read_document (face, file->bytes, NULL);
}

static void
wait_with_copies (Face *face, const GError *error)
{
  TerminalFaces *faces = face->faces;

  if (faces->copies_detail == NULL)
    log_write (LOG_WARNING, SHIKAKU_MESSAGE_COPIES_FAIL, NULL, "terminal %s: no copy of a face: %s",
               faces->transport->name, error->message);
  g_free (faces->copies_detail);
  faces->copies_detail = g_strdup (error->message);
  wait_in (face, FACE_WAITING);
}

static void
on_copied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Face *face = user_data;
  TerminalFaces *faces = face->faces;
  g_autoptr (GError) error = NULL;
  const gboolean are_made = terminal_copies_make_finish (result, &error);

  if (faces == NULL)
    {
      face_free (face);
      return;
    }
  if (are_made)
    {
      dispose (face, FOLDER_SHARE_DELETE);
      if (count (faces, FACE_WAITING) == 0)
        g_clear_pointer (&faces->copies_detail, g_free);
      try_one (faces);
    }
  else
    wait_with_copies (face, error);
  faces->changed (faces->user_data);
}

static void
copy (Face *face)
{
  face->state = FACE_RELEASED;
  terminal_copies_make_async (face->faces->copies, face->file->name, face->file->bytes, face->digest, on_copied, face);
}

/* try_one: the first that waits. Return: FALSE: none does. */
static gboolean
try_one (TerminalFaces *faces)
{
  for (guint i = 0; i < faces->all->len; i++)
    {
      Face *face = faces->all->pdata[i];

      if (!is_waiting (face))
        continue;
      if (face->state == FACE_WAITING)
        copy (face);
      else
        open_zip (face);
      return TRUE;
    }
  return FALSE;
}

static gboolean
on_again (gpointer user_data)
{
  TerminalFaces *faces = user_data;

  faces->again = 0;
  for (guint i = 0; i < AGAIN_MAXIMUM && try_one (faces); i++)
    ;
  return G_SOURCE_REMOVE;
}

void
terminal_faces_release (TerminalFaces *faces, const char *name, const guint8 *digest)
{
  for (guint i = 0; i < faces->all->len; i++)
    {
      Face *face = faces->all->pdata[i];

      if (face->state != FACE_TOLD || strcmp (face->file->name, name) != 0
          || memcmp (face->digest, digest, sizeof face->digest) != 0)
        continue;
      faces->n_told--;
      copy (face);
      tell_next (faces);
      return;
    }
}

void
terminal_faces_get_status (const TerminalFaces *faces, TerminalFacesStatus *ret_status)
{
  *ret_status = (TerminalFacesStatus){ faces->unreadable,    faces->password_refused,  count (faces, FACE_WAITING),
                                       faces->copies_detail, count (faces, FACE_SHUT), faces->shut_detail };
}
