/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-faces: see the header. */
#include "client/orca/orca-faces.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/orca/orca-answer.h"

#define PREFIX "OQSsiquc01res_face_"
#define SUFFIX ".xml"
#define DAY_SECONDS 86400

gboolean
orca_faces_is_name (const char *name)
{
  return g_str_has_prefix (name, PREFIX) && g_str_has_suffix (name, SUFFIX) && strchr (name, '/') == NULL;
}

GBytes *
orca_faces_read (const char *path)
{
  int descriptor = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat status;
  g_autofree char *bytes = NULL;
  gsize size = 0, done = 0;

  if (descriptor < 0)
    return NULL;
  if (fstat (descriptor, &status) == 0 && S_ISREG (status.st_mode) && status.st_size <= MESSAGE_SIZE_MAXIMUM)
    {
      size = (gsize)status.st_size;
      bytes = g_malloc (size + 1);
    }
  while (bytes != NULL && done < size)
    {
      gssize got = read (descriptor, bytes + done, size - done);

      if (got <= 0)
        break;
      done += (gsize)got;
    }
  close (descriptor);
  return bytes != NULL && done == size ? g_bytes_new_take (g_steal_pointer (&bytes), size) : NULL;
}

static gboolean
set_state (OrcaWork *work, const char *digest, const char *name, const char *state, const char *outcome, guint seconds)
{
  g_autoptr (GError) error = NULL;

  if (orca_store_set_face (work->store, digest, name, state, outcome, seconds, &error))
    return TRUE;
  orca_report_log (G_LOG_LEVEL_WARNING, NULL, "what became of a face result cannot be kept: %s", error->message);
  return FALSE;
}

/* It is told before it is kept: who is killed in between tells it anew, which is nothing new; else nobody would. */
static void
take_outcome (OrcaWork *work, const char *digest, const char *name, guint tries, OrcaPostOutcome outcome,
              const char *code)
{
  switch (outcome)
    {
    case ORCA_POST_AGAIN:
      set_state (work, digest, name, "waiting", code, orca_work_get_delay (work, tries));
      break;
    case ORCA_POST_REFUSED:
      orca_report (work->store, digest, ORCA_REPORT_ORCA_REFUSED, 0, code);
      set_state (work, digest, name, "refused", code, 0);
      break;
    case ORCA_POST_UNKNOWN:
    case ORCA_POST_TAKEN:
    default:
      orca_report (work->store, digest, ORCA_REPORT_POST_UNKNOWN, 0, code);
      set_state (work, digest, name, "unknown", code, 0);
      break;
    }
}

/* Posts the file. Its end is durable then, or it stays "posting", which is a doubt. */
static void
post_face (OrcaWork *work, const char *digest, const char *name, guint tries, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) message = orca_answer_read (bytes, &error);
  g_autofree char *birthdate = NULL, *code = NULL;
  g_autoptr (JsonObject) record = message != NULL ? orca_answer_make_face (message, &birthdate, &error) : NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  OrcaPostOutcome outcome;

  if (record == NULL)
    {
      orca_report (work->store, digest, ORCA_REPORT_FACE_UNREADABLE, 0, error->message);
      set_state (work, digest, name, "unreadable", error->message, 0);
      return;
    }
  if (!set_state (work, digest, name, "posting", "", 0))
    return;
  outcome = orca_work_post (work, "orca14/onlinequa2", "onlinequareq2", record, &answer, &code);
  if (outcome != ORCA_POST_TAKEN)
    {
      take_outcome (work, digest, name, tries, outcome, code);
      return;
    }
  parts = orca_part_list (answer);
  if (!orca_store_end_face (work->store, digest, birthdate, parts, &error))
    orca_report_log (G_LOG_LEVEL_WARNING, NULL, "that a face result was posted cannot be kept: %s", error->message);
}

/*
 * What ORCA has refused, or what nobody can read, stays a while for people to look at; what is unknown until they
 * have.
 */
static gboolean
is_over (OrcaWork *work, const OrcaFace *face)
{
  gint64 age = g_get_real_time () / G_USEC_PER_SEC - face->at;

  return (strcmp (face->state, "refused") == 0 || strcmp (face->state, "unreadable") == 0)
         && age > (gint64)work->settings->days * DAY_SECONDS;
}

/*
 * ORCA wants records of the patient: what was consented to at the face reader counts at the desk once the arrival is
 * claimed. Somebody may have done so. Return: FALSE: the daemon is away.
 */
static gboolean
claim_arrival (OrcaWork *work, const char *digest, GBytes *bytes)
{
  g_autoptr (Message) message = NULL;
  g_autoptr (JsonObject) person = NULL;
  g_autofree char *why = NULL;

  if (!orca_store_wants_records (work->store, digest))
    return TRUE;
  message = orca_answer_read (bytes, NULL);
  if (message == NULL)
    return TRUE;
  person = orca_answer_read_person (message);
  return orca_desk_claim (work->desk, person, &why) != ORCA_DESK_LATER;
}

/* Return: whether anything was done. */
static gboolean
do_file (OrcaWork *work, const char *name)
{
  g_autofree char *path = g_build_filename (work->settings->faces, name, NULL);
  g_autoptr (GBytes) bytes = orca_faces_read (path);
  g_autofree char *digest = bytes != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes) : NULL;
  g_autoptr (OrcaFace) face = NULL;
  g_autoptr (GError) error = NULL;

  if (digest == NULL)
    return FALSE;
  face = orca_store_find_face (work->store, digest, &error);
  if (error != NULL)
    return FALSE;
  if (face == NULL || (strcmp (face->state, "waiting") == 0 && face->is_due))
    {
      post_face (work, digest, name, face != NULL ? face->tries : 0, bytes);
      return TRUE;
    }
  if (strcmp (face->state, "posting") == 0) /* not by us: this thread is here; its end could not be kept */
    take_outcome (work, digest, name, face->tries, ORCA_POST_UNKNOWN, NULL);
  if (strcmp (face->state, "posted") != 0 && !is_over (work, face))
    return FALSE;
  if (!claim_arrival (work, digest, bytes))
    return FALSE;
  if (unlink (path) != 0 && errno != ENOENT)
    orca_report_log (G_LOG_LEVEL_WARNING, NULL, "a face result cannot be deleted: %s", g_strerror (errno));
  return FALSE;
}

/*
 * Where nothing is known of the past, at the first start or after the state was lost, what lies here already may stand
 * in ORCA, by an earlier state or by another program: a person knows.
 */
static void
doubt_files (OrcaWork *work)
{
  g_autofree char *first = orca_store_get_note (work->store, ORCA_NOTE_FIRST_START);
  g_autoptr (GDir) folder
      = *first == '\0' && work->settings->faces != NULL ? g_dir_open (work->settings->faces, 0, NULL) : NULL;
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (work->settings->faces, name, NULL);
      g_autoptr (GBytes) bytes = orca_faces_is_name (name) ? orca_faces_read (path) : NULL;
      g_autofree char *digest = bytes != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes) : NULL;

      if (digest != NULL)
        take_outcome (work, digest, name, 0, ORCA_POST_UNKNOWN, "it was here before the first start");
    }
}

void
orca_faces_start (OrcaWork *work)
{
  g_autoptr (GPtrArray) waiting = NULL;

  doubt_files (work);
  if (!orca_store_doubt_faces (work->store, NULL))
    return;
  waiting = orca_store_list_faces (work->store, NULL);
  for (guint i = 0; i < waiting->len; i++)
    {
      const OrcaFace *face = waiting->pdata[i];

      if (strcmp (face->state, "unknown") == 0)
        orca_report (work->store, face->digest, ORCA_REPORT_POST_UNKNOWN, 0, NULL);
    }
}

gboolean
orca_faces_do (OrcaWork *work)
{
  g_autoptr (GDir) folder = work->settings->faces != NULL ? g_dir_open (work->settings->faces, 0, NULL) : NULL;
  const char *name;
  gboolean is_done = FALSE;

  while (folder != NULL && !is_done && (name = g_dir_read_name (folder)) != NULL)
    if (orca_faces_is_name (name))
      is_done = do_file (work, name);
  return is_done;
}
