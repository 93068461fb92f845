/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * looks: what it takes to look at a terminal's folders, for the bench.
 *
 *   looks cost FILES LOOKS     one folder of FILES files of others, looked at LOOKS times, two seconds of its own time
 *                              apart: nanoseconds of the processor of the first look, and of the mean of the others
 *   looks idle FILES SECONDS   three folders, FILES files in that of faces, for SECONDS: nanoseconds of the processor
 *   looks signal FILES FACES   the same; faces come one after the other: nanoseconds of the clock from each one's name
 *                              to the signal, the median and the longest
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "center/folder-share.h"
#include "center/folder-shelf.h"
#include "fake-folder.h"

static void
fill (const char *folder, int number)
{
  for (int i = 0; i < number; i++)
    {
      g_autofree char *name = g_strdup_printf ("OQSsiquc01res_20261130%06d.xml", i);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      const int file = g_open (path, O_WRONLY | O_CREAT, 0600);

      if (file < 0)
        exit (1);
      close (file);
    }
}

static gint64
get_processor_time (clockid_t clock)
{
  struct timespec time;

  (void)clock_gettime (clock, &time);
  return time.tv_sec * G_GINT64_CONSTANT (1000000000) + time.tv_nsec;
}

static gboolean
on_is_awaited (const char *suffix, gpointer data)
{
  return FALSE;
}

static void
look_often (const char *folder, int looks)
{
  static const FolderShelfListener listener = { .is_awaited = on_is_awaited };
  const FolderShelfSettings settings
      = { .path = folder, .tag = "BENCH", .has_answers = TRUE, .has_faces = TRUE, .left_over = G_TIME_SPAN_DAY };
  FolderShelf *shelf = folder_shelf_new (&settings, &listener, NULL);
  gint64 now = G_USEC_PER_SEC, start, first;

  start = get_processor_time (CLOCK_THREAD_CPUTIME_ID);
  (void)folder_shelf_look (shelf, now, FALSE);
  first = get_processor_time (CLOCK_THREAD_CPUTIME_ID) - start;
  /* The folder was changed just now: until its time has settled it is read each time. */
  for (now += 2 * G_USEC_PER_SEC; now < 8 * G_USEC_PER_SEC; now += 2 * G_USEC_PER_SEC)
    (void)folder_shelf_look (shelf, now, FALSE);
  start = get_processor_time (CLOCK_THREAD_CPUTIME_ID);
  for (int i = 0; i < looks; i++, now += 2 * G_USEC_PER_SEC)
    (void)folder_shelf_look (shelf, now, FALSE);
  printf ("%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\n", first,
          (get_processor_time (CLOCK_THREAD_CPUTIME_ID) - start) / looks);
  folder_shelf_free (shelf);
}

typedef struct
{
  GMainLoop *loop;
  FolderShare *share;
  const char *faces;
  int left;
  gint64 named;
  GArray *times;
} Signals;

static gboolean
on_next_face (gpointer data)
{
  Signals *signals = data;
  g_autofree char *name = fake_folder_make_face (1);

  signals->named = get_processor_time (CLOCK_MONOTONIC);
  fake_folder_put (signals->faces, name, FAKE_FOLDER_ANSWER);
  return G_SOURCE_REMOVE;
}

static void
on_face (FolderShare *share, FolderShareFile *file, gpointer data)
{
  Signals *signals = data;
  const gint64 time = get_processor_time (CLOCK_MONOTONIC) - signals->named;

  g_array_append_val (signals->times, time);
  folder_share_dispose (share, file->name, FOLDER_SHARE_DELETE);
  folder_share_file_free (file);
  if (--signals->left == 0)
    g_main_loop_quit (signals->loop);
  else
    (void)g_timeout_add (1100 + (guint)g_random_int_range (0, 500), on_next_face, signals);
}

static FolderShare *
start_share (const char *root, const char *faces, Signals *signals)
{
  static const FolderShareListener listener = { .face = on_face };
  g_autofree char *requests = g_build_filename (root, "req", NULL), *answers = g_build_filename (root, "res", NULL);
  const FolderSharePlace place = { NULL, requests, answers };
  const FolderShareSettings settings
      = { .places = &place, .n_places = 1, .faces = faces, .tag = "BENCH", .left_over_minutes = 1440 };

  if (g_mkdir (requests, 0700) != 0 || g_mkdir (answers, 0700) != 0)
    exit (1);
  return folder_share_new (&settings, &listener, signals);
}

static gboolean
on_end (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

/* settle: the first looks, which read everything, are done. */
static void
settle (GMainLoop *loop)
{
  (void)g_timeout_add_seconds (8, on_end, loop);
  g_main_loop_run (loop);
}

static void
idle (GMainLoop *loop, int seconds)
{
  const gint64 start = get_processor_time (CLOCK_PROCESS_CPUTIME_ID);

  (void)g_timeout_add_seconds ((guint)seconds, on_end, loop);
  g_main_loop_run (loop);
  printf ("%" G_GINT64_FORMAT "\n", get_processor_time (CLOCK_PROCESS_CPUTIME_ID) - start);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const gint64 one = *(const gint64 *)a, other = *(const gint64 *)b;

  return one < other ? -1 : one > other;
}

static void
signal_faces (Signals *signals)
{
  (void)on_next_face (signals);
  g_main_loop_run (signals->loop);
  g_array_sort (signals->times, compare);
  printf ("%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\n",
          g_array_index (signals->times, gint64, signals->times->len / 2),
          g_array_index (signals->times, gint64, signals->times->len - 1));
}

int
main (int argc, char **argv)
{
  g_autofree char *root = NULL, *faces = NULL;
  Signals signals = { 0 };

  if (argc != 4)
    return 1;
  root = fake_folder_make ();
  faces = g_build_filename (root, "face", NULL);
  if (g_mkdir (faces, 0700) != 0)
    return 1;
  fill (faces, atoi (argv[2]));
  if (strcmp (argv[1], "cost") == 0)
    look_often (faces, atoi (argv[3]));
  else
    {
      signals.loop = g_main_loop_new (NULL, FALSE);
      signals.faces = faces;
      signals.left = atoi (argv[3]);
      signals.times = g_array_new (FALSE, FALSE, sizeof (gint64));
      signals.share = start_share (root, faces, &signals);
      settle (signals.loop);
      if (strcmp (argv[1], "idle") == 0)
        idle (signals.loop, atoi (argv[3]));
      else
        signal_faces (&signals);
      folder_share_free (signals.share);
      g_array_unref (signals.times);
      g_main_loop_unref (signals.loop);
    }
  fake_folder_remove (root);
  return 0;
}
