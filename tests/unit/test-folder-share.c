/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-share: real folders, and a thread that plays the terminal. */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "center/folder-file.h"
#include "center/folder-share.h"
#include "center/folder-worker.h"
#include "fake-folder.h"
#include "fake-loop.h"

#define PREFIX "OQSsiquc01"
#define ANSWER FAKE_FOLDER_ANSWER

/* What befalls the thread of the share: readings do not come back, as of a dead mount, until @hang is 0. */
static struct
{
  GMutex lock;
  GCond changed;
  gboolean hang, is_held;
  gboolean holds_one; /* whoever comes after it passes: the folder was mounted anew */
  gint silence;       /* milliseconds that the kernel is said to be away; 0: the truth */
  gint64 clock;       /* how far the clock of the folders' machine is ahead */
  guint n_held;       /* threads that are held */
  gboolean is_stuck;  /* the fifth of them was seen to be */
} fault;

/* What the daemon looks at each few seconds this test looks at at once. */
guint __wrap_g_timeout_add_seconds (guint seconds, GSourceFunc function, gpointer data);
guint
__wrap_g_timeout_add_seconds (guint seconds, GSourceFunc function, gpointer data)
{
  return g_timeout_add (10 * seconds, function, data);
}

static guint
get_n_held (void)
{
  guint n_held;

  g_mutex_lock (&fault.lock);
  n_held = fault.n_held;
  g_mutex_unlock (&fault.lock);
  return n_held;
}

guint __real_folder_worker_get_silence (FolderWorker *worker, const char **ret_path);
guint __wrap_folder_worker_get_silence (FolderWorker *worker, const char **ret_path);
guint
__wrap_folder_worker_get_silence (FolderWorker *worker, const char **ret_path)
{
  const guint silence = __real_folder_worker_get_silence (worker, ret_path);

  fault.is_stuck |= silence >= 300 && get_n_held () == 5;
  return silence >= 300 && fault.silence != 0 ? (guint)fault.silence : silence; /* it is held, not just slow */
}

static void
set_hang (gboolean hang)
{
  g_mutex_lock (&fault.lock);
  fault.hang = hang;
  fault.holds_one = FALSE;
  fault.is_held = FALSE;
  g_cond_broadcast (&fault.changed);
  g_mutex_unlock (&fault.lock);
}

int __real_folder_file_read (int folder, const char *name, gsize maximum, GBytes **ret_bytes, gint64 *ret_modified);
int __wrap_folder_file_read (int folder, const char *name, gsize maximum, GBytes **ret_bytes, gint64 *ret_modified);
int
__wrap_folder_file_read (int folder, const char *name, gsize maximum, GBytes **ret_bytes, gint64 *ret_modified)
{
  g_mutex_lock (&fault.lock);
  if (fault.hang && !(fault.holds_one && fault.is_held))
    {
      fault.is_held = TRUE;
      fault.n_held++;
      while (fault.hang)
        g_cond_wait (&fault.changed, &fault.lock);
      fault.n_held--;
    }
  g_mutex_unlock (&fault.lock);
  return __real_folder_file_read (folder, name, maximum, ret_bytes, ret_modified);
}

int __real_folder_file_probe (int folder, const char *temporary, gint64 *ret_modified);
int __wrap_folder_file_probe (int folder, const char *temporary, gint64 *ret_modified);
int
__wrap_folder_file_probe (int folder, const char *temporary, gint64 *ret_modified)
{
  const int error = __real_folder_file_probe (folder, temporary, ret_modified);

  *ret_modified += fault.clock;
  return error;
}

typedef struct
{
  char *root, *requests, *answers, *faces, *quarantine;
  FolderShare *share;
  FolderShareStatus status;
  GPtrArray *told; /* FolderShareFile: faces */
  GThread *terminal;
  GMutex lock;
  GCond stopped;
  gboolean is_terminal_on; /* of the lock */
  gint taken, silent;      /* requests that it took; it takes and does not answer */
  FolderShareOutcome outcome;
  FolderShareFile *answer;
  GError *error;
  gboolean is_done;
} Fixture;

/* pause_terminal: Return: whether it goes on. */
static gboolean
pause_terminal (Fixture *fixture, guint milliseconds)
{
  const gint64 until = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;
  gboolean is_on;

  g_mutex_lock (&fixture->lock);
  while (fixture->is_terminal_on && g_cond_wait_until (&fixture->stopped, &fixture->lock, until))
    continue;
  is_on = fixture->is_terminal_on;
  g_mutex_unlock (&fixture->lock);
  return is_on;
}

/* play_request: as the terminal does: takes it, and writes the answer half first. */
static void
play_request (Fixture *fixture, const char *name)
{
  g_autofree char *request = g_build_filename (fixture->requests, name, NULL);
  g_autofree char *base = folder_name_make_answer_base (name);
  g_autofree char *text = NULL;
  FILE *stream;

  if (base == NULL)
    return;
  g_assert_true (g_file_get_contents (request, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "</XmlMsg>"));
  g_assert_no_errno (g_unlink (request));
  g_atomic_int_inc (&fixture->taken);
  if (g_atomic_int_get (&fixture->silent) == 0)
    {
      g_autofree char *answer_name = g_strconcat (base, ".xml", NULL);
      g_autofree char *answer = g_build_filename (fixture->answers, answer_name, NULL);

      stream = g_fopen (answer, "w");
      g_assert_nonnull (stream);
      g_assert_cmpuint (fwrite (ANSWER, 1, 20, stream), ==, 20);
      g_assert_no_errno (fflush (stream));
      (void)pause_terminal (fixture, 500);
      g_assert_cmpuint (fwrite (&ANSWER[20], 1, strlen (ANSWER) - 20, stream), ==, strlen (ANSWER) - 20);
      g_assert_no_errno (fclose (stream));
    }
}

static gpointer
play_terminal (gpointer data)
{
  Fixture *fixture = data;

  while (pause_terminal (fixture, 20))
    {
      g_autoptr (GDir) folder = g_dir_open (fixture->requests, 0, NULL);
      const char *name;

      while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
        play_request (fixture, name);
    }
  return NULL;
}

static void
start_terminal (Fixture *fixture)
{
  fixture->is_terminal_on = TRUE;
  fixture->terminal = g_thread_new ("terminal", play_terminal, fixture);
}

static void
stop_terminal (Fixture *fixture)
{
  if (fixture->terminal == NULL)
    return;
  g_mutex_lock (&fixture->lock);
  fixture->is_terminal_on = FALSE;
  g_cond_signal (&fixture->stopped);
  g_mutex_unlock (&fixture->lock);
  g_thread_join (g_steal_pointer (&fixture->terminal));
}

static void
on_face (FolderShare *share, FolderShareFile *file, gpointer data)
{
  Fixture *fixture = data;

  g_ptr_array_add (fixture->told, file);
}

static void
on_changed (FolderShare *share, gpointer data)
{
  Fixture *fixture = data;

  folder_share_get_status (share, &fixture->status);
}

static char *
get_tag (void)
{
  return folder_name_make_tag ("test");
}

static void
start_share (Fixture *fixture)
{
  static const FolderShareListener listener = { on_face, on_changed };
  g_autofree char *tag = get_tag ();
  const FolderSharePlace place = { NULL, fixture->requests, fixture->answers };
  const FolderShareSettings settings = { .places = &place,
                                         .n_places = 1,
                                         .faces = fixture->faces,
                                         .quarantine = fixture->quarantine,
                                         .tag = tag,
                                         .left_over_minutes = 60 };

  fixture->share = folder_share_new (&settings, &listener, fixture);
}

static char *
make_folder (const char *root, const char *name)
{
  char *path = g_build_filename (root, name, NULL);

  g_assert_no_errno (g_mkdir (path, 0700));
  return path;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  set_hang (FALSE);
  fault.silence = 0;
  fault.is_stuck = FALSE;
  fault.clock = 0;
  g_mutex_init (&fixture->lock);
  g_cond_init (&fixture->stopped);
  fixture->root = fake_folder_make ();
  fixture->requests = make_folder (fixture->root, "req");
  fixture->answers = make_folder (fixture->root, "res");
  fixture->faces = make_folder (fixture->root, "face");
  fixture->quarantine = g_build_filename (fixture->root, "aside", NULL);
  fixture->told = g_ptr_array_new_with_free_func ((GDestroyNotify)folder_share_file_free);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  folder_share_free (fixture->share);
  stop_terminal (fixture);
  fake_settle ();
  fake_folder_remove (fixture->root);
  g_mutex_clear (&fixture->lock);
  g_cond_clear (&fixture->stopped);
  g_clear_pointer (&fixture->answer, folder_share_file_free);
  g_clear_error (&fixture->error);
  g_ptr_array_unref (fixture->told);
  g_free (fixture->root);
  g_free (fixture->requests);
  g_free (fixture->answers);
  g_free (fixture->faces);
  g_free (fixture->quarantine);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *fixture = data;

  fixture->answer = folder_share_ask_finish (result, &fixture->outcome, &fixture->error);
  g_assert_true ((fixture->answer != NULL) == (fixture->error == NULL));
  g_assert_true ((fixture->answer != NULL) == (fixture->outcome == FOLDER_SHARE_ANSWERED));
  fixture->is_done = TRUE;
}

/* ask: Return: the request's name. */
static char *
ask (Fixture *fixture, guint milliseconds, GCancellable *cancellable)
{
  g_autofree char *tag = get_tag ();
  g_autoptr (GBytes) bytes = g_bytes_new_static (ANSWER, strlen (ANSWER));
  char *name = folder_name_make_request (PREFIX, tag, FOLDER_EXTENSION_XML);

  fixture->is_done = FALSE;
  folder_share_ask_async (fixture->share, name, bytes, milliseconds, cancellable, on_answer, fixture);
  g_assert_false (fixture->is_done);
  return name;
}

/* What is waited for on a disk, or of a thread, wakes nobody. */
static gboolean
on_wake (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
wait_while (gboolean (*test) (gconstpointer data), const Fixture *fixture)
{
  const guint wake = g_timeout_add (20, on_wake, NULL);

  fake_wait_while (test, fixture);
  g_source_remove (wake);
}

static gboolean
has_answers (gconstpointer data)
{
  return fake_folder_count (((const Fixture *)data)->answers) > 0;
}

static gboolean
has_faces (gconstpointer data)
{
  return fake_folder_count (((const Fixture *)data)->faces) > 0;
}

static gboolean
has_no_request (gconstpointer data)
{
  return fake_folder_count (((const Fixture *)data)->requests) == 0;
}

static gboolean
has_nothing_aside (gconstpointer data)
{
  return fake_folder_count (((const Fixture *)data)->quarantine) == 0;
}

static gboolean
is_not_present (gconstpointer data)
{
  return ((const Fixture *)data)->status.state != FOLDER_SHARE_PRESENT;
}

static gboolean
is_not_absent (gconstpointer data)
{
  return ((const Fixture *)data)->status.state != FOLDER_SHARE_ABSENT;
}

static gboolean
has_no_face (gconstpointer data)
{
  return ((const Fixture *)data)->told->len == 0;
}

static gboolean
is_not_held (gconstpointer data)
{
  gboolean is_held;

  g_mutex_lock (&fault.lock);
  is_held = fault.is_held;
  g_mutex_unlock (&fault.lock);
  return !is_held;
}

static gboolean
is_not_stuck (gconstpointer data)
{
  return !fault.is_stuck;
}

static gboolean
is_not_silent (gconstpointer data)
{
  return ((const Fixture *)data)->status.state != FOLDER_SHARE_SILENT;
}

static gboolean
has_request (gconstpointer data)
{
  return !has_no_request (data);
}

static gboolean
has_two_answers (gconstpointer data)
{
  return fake_folder_count (((const Fixture *)data)->answers) > 1;
}

static gboolean
has_two_faces (gconstpointer data)
{
  return fake_folder_count (((const Fixture *)data)->faces) > 1;
}

static void
test_answer (Fixture *fixture, gconstpointer data)
{
  g_autofree char *request = NULL, *base = NULL;

  start_terminal (fixture);
  start_share (fixture);
  request = ask (fixture, 20000, NULL);
  fake_wait (&fixture->is_done);
  g_assert_no_error (fixture->error);
  base = folder_name_make_answer_base (request);
  g_assert_true (g_str_has_prefix (fixture->answer->name, base));
  g_assert_cmpint (fixture->answer->extension, ==, FOLDER_EXTENSION_XML);
  g_assert_true (fixture->answer->is_complete);
  g_assert_cmpuint (g_bytes_get_size (fixture->answer->bytes), ==, strlen (ANSWER));
  folder_share_dispose (fixture->share, fixture->answer->name, FOLDER_SHARE_DELETE);
  wait_while (has_answers, fixture);
  folder_share_get_status (fixture->share, &fixture->status);
  g_assert_cmpint (fixture->status.state, ==, FOLDER_SHARE_PRESENT);
  g_assert_cmpint (fixture->status.last_taken, !=, 0);
  g_assert_cmpint (fixture->status.last_answer, !=, 0);
  g_assert_cmpint (fixture->status.unanswered_since, ==, 0);
  g_assert_true (fixture->status.is_clock_known);
  g_assert_cmpint (ABS (fixture->status.clock_difference), <, G_USEC_PER_SEC); /* it is this machine's clock */
  g_assert_cmpint (fixture->status.is_local, ==, g_getenv ("SHIKAKU_TEST_MOUNTED") == NULL); /* tests/share sets it */
}

/* Nobody takes the request: it is taken back, and was certainly not processed. */
static void
test_not_taken (Fixture *fixture, gconstpointer data)
{
  start_share (fixture);
  g_free (ask (fixture, 800, NULL));
  fake_wait (&fixture->is_done);
  g_assert_error (fixture->error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  g_assert_cmpint (fixture->outcome, ==, FOLDER_SHARE_NOT_TAKEN);
  g_assert_cmpuint (fake_folder_count (fixture->requests), ==, 0);
  folder_share_get_status (fixture->share, &fixture->status);
  g_assert_cmpint (fixture->status.last_taken, ==, 0);
}

/* It was taken, and nothing came: nobody knows. Its answer, when it comes after all, is nobody's news. */
static void
test_not_answered (Fixture *fixture, gconstpointer data)
{
  g_autofree char *request = NULL, *base = NULL, *late = NULL;

  fixture->silent = TRUE;
  start_terminal (fixture);
  start_share (fixture);
  request = ask (fixture, 1200, NULL);
  fake_wait (&fixture->is_done);
  g_assert_error (fixture->error, SHIKAKU_ERROR, SHIKAKU_ERROR_TIMED_OUT);
  g_assert_cmpint (fixture->outcome, ==, FOLDER_SHARE_NOT_ANSWERED);
  g_assert_cmpint (fixture->taken, ==, 1);
  base = folder_name_make_answer_base (request);
  late = g_strconcat (base, ".xml", NULL);
  fake_folder_put (fixture->answers, late, ANSWER);
  wait_while (has_answers, fixture);
  g_assert_true (fake_folder_has (fixture->quarantine, late));
  wait_while (has_nothing_aside, fixture);
  folder_share_get_status (fixture->share, &fixture->status);
  g_assert_cmpint (fixture->status.unanswered_since, !=, 0);
}

static void
test_absent (Fixture *fixture, gconstpointer data)
{
  g_autofree char *elsewhere = g_build_filename (fixture->root, "elsewhere", NULL);

  start_share (fixture);
  wait_while (is_not_present, fixture);
  g_assert_no_errno (g_rename (fixture->requests, elsewhere));
  g_free (ask (fixture, 5000, NULL));
  fake_wait (&fixture->is_done);
  g_assert_error (fixture->error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  g_assert_cmpint (fixture->outcome, ==, FOLDER_SHARE_NOT_WRITTEN);
  g_clear_error (&fixture->error);
  wait_while (is_not_absent, fixture);
  g_assert_cmpstr (fixture->status.folder, ==, fixture->requests);
  g_assert_cmpint (fixture->status.error, ==, ENOENT);
  g_assert_nonnull (fixture->status.detail);
  g_assert_no_errno (g_rename (elsewhere, fixture->requests));
  start_terminal (fixture);
  g_free (ask (fixture, 20000, NULL));
  fake_wait (&fixture->is_done);
  g_assert_no_error (fixture->error);
  wait_while (is_not_present, fixture);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  start_share (fixture);
  g_free (ask (fixture, 20000, cancellable));
  wait_while (has_no_request, fixture);
  g_cancellable_cancel (cancellable);
  fake_wait (&fixture->is_done);
  g_assert_cmpint (fixture->outcome, ==, FOLDER_SHARE_CANCELLED);
  g_assert_error (fixture->error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  wait_while (has_request, fixture); /* the thread takes it back */
}

/* The share ends while somebody waits: told from the loop, and the request is taken back. */
static void
test_end (Fixture *fixture, gconstpointer data)
{
  start_share (fixture);
  g_free (ask (fixture, 20000, NULL));
  wait_while (has_no_request, fixture);
  folder_share_free (g_steal_pointer (&fixture->share));
  g_assert_false (fixture->is_done);
  fake_wait (&fixture->is_done);
  g_assert_cmpint (fixture->outcome, ==, FOLDER_SHARE_CANCELLED);
  wait_while (has_request, fixture);
}

static void
test_face (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = fake_folder_make_face (20), *second = fake_folder_make_face (10),
                  *old = fake_folder_make_face (7200);
  FolderShareFile *file;

  fake_folder_put (fixture->faces, second, ANSWER);
  fake_folder_put (fixture->faces, first, ANSWER);
  fake_folder_put (fixture->faces, old, ANSWER);
  fake_folder_put (fixture->faces, "somebody-else.txt", "x");
  start_share (fixture);
  while (fixture->told->len < 2)
    g_main_context_iteration (NULL, TRUE);
  file = g_ptr_array_index (fixture->told, 0);
  g_assert_cmpstr (file->name, ==, first); /* the oldest first */
  g_assert_cmpint (file->at, !=, 0);
  g_assert_true (fake_folder_has (fixture->faces, first));
  folder_share_dispose (fixture->share, first, FOLDER_SHARE_DELETE);
  folder_share_dispose (fixture->share, second, FOLDER_SHARE_SET_ASIDE);
  wait_while (has_two_faces, fixture);
  g_assert_true (fake_folder_has (fixture->quarantine, second));
  g_assert_true (fake_folder_has (fixture->quarantine, old)); /* no news */
  g_assert_true (fake_folder_has (fixture->faces, "somebody-else.txt"));
  g_assert_cmpuint (fixture->told->len, ==, 2);
}

/* A dead mount holds the thread: calls keep their deadlines, what was not begun is never done, and the end comes. */
static void
test_hang (Fixture *fixture, gconstpointer data)
{
  g_autofree char *face = fake_folder_make_face (5);
  gint64 before;

  set_hang (TRUE);
  fake_folder_put (fixture->faces, face, ANSWER);
  start_share (fixture);
  wait_while (is_not_held, fixture);
  g_free (ask (fixture, 200, NULL));
  fake_wait (&fixture->is_done);
  g_assert_cmpint (fixture->outcome, ==, FOLDER_SHARE_NOT_WRITTEN);
  g_assert_error (fixture->error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  set_hang (FALSE);
  wait_while (has_no_face, fixture);
  g_assert_cmpuint (fake_folder_count (fixture->requests), ==, 0);
  set_hang (TRUE);
  folder_share_dispose (fixture->share, face, FOLDER_SHARE_DELETE);
  wait_while (is_not_held, fixture);
  before = g_get_monotonic_time ();
  folder_share_free (g_steal_pointer (&fixture->share));
  g_assert_cmpint (g_get_monotonic_time () - before, <, 5 * G_USEC_PER_SEC); /* it would be for ever */
  set_hang (FALSE);
  wait_while (has_faces, fixture); /* what it had begun, which cannot be told from what it had done */
}

/* The kernel does not come back for half a minute: another thread goes on, and the first, let go, does nothing more. */
static void
test_left_behind (Fixture *fixture, gconstpointer data)
{
  g_autofree char *face = fake_folder_make_face (5);

  set_hang (TRUE);
  fault.holds_one = TRUE;
  fake_folder_put (fixture->faces, face, ANSWER);
  start_share (fixture);
  wait_while (is_not_held, fixture);
  fault.silence = 6000;
  wait_while (is_not_silent, fixture);
  g_assert_cmpstr (fixture->status.folder, ==, fixture->faces);
  start_terminal (fixture);
  g_free (ask (fixture, 20000, NULL));
  fault.silence = 31000;
  wait_while (has_no_face, fixture);
  fault.silence = 0;
  fake_wait (&fixture->is_done); /* what the first thread had not begun the second has done */
  g_assert_no_error (fixture->error);
  g_assert_cmpint (fixture->taken, ==, 1);
  wait_while (is_not_present, fixture);
  set_hang (FALSE);
  folder_share_dispose (fixture->share, face, FOLDER_SHARE_DELETE);
  wait_while (has_faces, fixture);
  g_assert_cmpuint (fixture->told->len, ==, 1);
}

/* As many threads are held as there may be: nobody waits for them any more; once they are let go all is well. */
static void
test_stuck (Fixture *fixture, gconstpointer data)
{
  g_autofree char *face = fake_folder_make_face (5);

  set_hang (TRUE);
  fake_folder_put (fixture->faces, face, ANSWER);
  start_share (fixture);
  fault.silence = 31000;
  wait_while (is_not_stuck, fixture);
  g_free (ask (fixture, 600000, NULL)); /* it would be ten minutes */
  fake_wait (&fixture->is_done);
  g_assert_cmpint (fixture->outcome, ==, FOLDER_SHARE_NOT_WRITTEN);
  g_clear_error (&fixture->error);
  fault.silence = 0;
  set_hang (FALSE);
  wait_while (has_no_face, fixture);
  start_terminal (fixture);
  g_free (ask (fixture, 20000, NULL));
  fake_wait (&fixture->is_done);
  g_assert_no_error (fixture->error);
  g_assert_cmpint (fixture->taken, ==, 1);
}

/* The terminal's clock is two hours late: what it says is old is not, from the first look on. */
static void
test_clock (Fixture *fixture, gconstpointer data)
{
  g_autofree char *face = fake_folder_make_face (2 * 60 * 60);

  fault.clock = -2 * G_TIME_SPAN_HOUR;
  fake_folder_put (fixture->faces, face, ANSWER);
  start_share (fixture);
  wait_while (has_no_face, fixture);
  g_assert_true (fake_folder_has (fixture->faces, face));
}

/* What an earlier run has left in the folders is taken back, or set aside; the others' stays. */
static void
test_start (Fixture *fixture, gconstpointer data)
{
  g_autofree char *tag = get_tag ();
  g_autofree char *other_tag = folder_name_make_tag ("another");
  g_autofree char *request = folder_name_make_request (PREFIX, tag, FOLDER_EXTENSION_XML);
  g_autofree char *base = folder_name_make_answer_base (request);
  g_autofree char *answer = g_strconcat (base, ".pdf", NULL);
  g_autofree char *temporary = folder_name_make_temporary (tag);
  g_autofree char *other = folder_name_make_request (PREFIX, other_tag, FOLDER_EXTENSION_XML);
  g_autofree char *other_base = folder_name_make_answer_base (other);
  g_autofree char *other_answer = g_strconcat (other_base, ".xml", NULL);

  fake_folder_put (fixture->requests, request, ANSWER);
  fake_folder_put (fixture->requests, temporary, ANSWER);
  fake_folder_put (fixture->requests, other, ANSWER);
  fake_folder_put (fixture->answers, answer, ANSWER);
  fake_folder_put (fixture->answers, other_answer, ANSWER);
  start_share (fixture);
  wait_while (is_not_present, fixture);
  wait_while (has_two_answers, fixture);
  g_assert_false (fake_folder_has (fixture->requests, request));
  g_assert_false (fake_folder_has (fixture->requests, temporary));
  g_assert_true (fake_folder_has (fixture->requests, other));
  g_assert_true (fake_folder_has (fixture->answers, other_answer));
  g_assert_true (fake_folder_has (fixture->quarantine, answer));
  folder_share_get_status (fixture->share, &fixture->status);
  g_assert_cmpuint (fixture->status.late, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add ("/folder-share/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("answer", test_answer);
  ADD ("not-taken", test_not_taken);
  ADD ("not-answered", test_not_answered);
  ADD ("absent", test_absent);
  ADD ("cancelled", test_cancelled);
  ADD ("end", test_end);
  ADD ("face", test_face);
  ADD ("hang", test_hang);
  ADD ("left-behind", test_left_behind);
  ADD ("stuck", test_stuck);
  ADD ("clock", test_clock);
  ADD ("start", test_start);
  return g_test_run ();
}
