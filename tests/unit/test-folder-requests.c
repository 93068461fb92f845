/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-requests: a real folder, time as the test says, and whoever else is at work in it. */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "center/folder-file.h"
#include "center/folder-requests.h"
#include "fake-folder.h"

#define STEP (100 * G_TIME_SPAN_MILLISECOND)
#define WHOLE (10 * G_USEC_PER_SEC) /* how long an answer is awaited */

/* What befalls the next calls, instead of what really would. */
static struct
{
  int write_error, delete_error;
  guint writes, deletes; /* how many of them; */
  gboolean is_doubtful, has_written;
  guint done; /* writes: counted */
} fault;

int __real_folder_file_write (const FolderFileWriting *writing, gint64 *ret_modified, gboolean *ret_is_doubtful);
int __wrap_folder_file_write (const FolderFileWriting *writing, gint64 *ret_modified, gboolean *ret_is_doubtful);
int
__wrap_folder_file_write (const FolderFileWriting *writing, gint64 *ret_modified, gboolean *ret_is_doubtful)
{
  fault.done++;
  if (fault.writes == 0 || fault.has_written)
    {
      const int error = __real_folder_file_write (writing, ret_modified, ret_is_doubtful);

      if (fault.writes == 0)
        return error;
    }
  else if (!writing->may_go (writing->data))
    return ECANCELED;
  fault.writes--;
  *ret_is_doubtful = fault.is_doubtful;
  return fault.write_error;
}

int __real_folder_file_delete (int folder, const char *name);
int __wrap_folder_file_delete (int folder, const char *name);
int
__wrap_folder_file_delete (int folder, const char *name)
{
  if (fault.deletes == 0)
    return __real_folder_file_delete (folder, name);
  fault.deletes--;
  return fault.delete_error;
}

typedef struct
{
  char *path, *tag;
  FolderRequests *requests;
  FolderAsk *ask;
  gint64 now;
  guint ends;
  FolderShareOutcome outcome;
  FolderShareFile *file;
  GError *error;
} Fixture;

static void
on_done (FolderAsk *ask, FolderShareOutcome outcome, FolderShareFile *file, GError *error, gpointer data)
{
  Fixture *fixture = data;

  g_assert_true (ask == fixture->ask);
  fixture->ends++;
  fixture->outcome = outcome;
  fixture->file = file;
  fixture->error = error;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const FolderRequestsListener listener = { on_done };
  FolderName parts;

  (void)data;
  memset (&fault, 0, sizeof fault);
  fixture->path = fake_folder_make ();
  fixture->tag = folder_name_make_tag ("test");
  fixture->requests = folder_requests_new (fixture->path, fixture->tag, &listener, fixture);
  fixture->now = 1000 * G_USEC_PER_SEC;
  fixture->ask = g_new0 (FolderAsk, 1);
  fixture->ask->references = 1;
  fixture->ask->name = folder_name_make_request ("OQSsiquc01", fixture->tag, FOLDER_EXTENSION_XML);
  folder_name_read (fixture->ask->name, &parts);
  (void)g_strlcpy (fixture->ask->suffix, parts.suffix, sizeof fixture->ask->suffix);
  fixture->ask->bytes = g_bytes_new_static (FAKE_FOLDER_ANSWER, strlen (FAKE_FOLDER_ANSWER));
  fixture->ask->asked = fixture->now;
  fixture->ask->deadline = fixture->now + WHOLE;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void)data;
  folder_requests_free (fixture->requests);
  folder_ask_unref (fixture->ask);
  g_clear_pointer (&fixture->file, folder_share_file_free);
  g_clear_error (&fixture->error);
  fake_folder_remove (fixture->path);
  g_free (fixture->path);
  g_free (fixture->tag);
}

static void
add (Fixture *fixture)
{
  folder_requests_add (fixture->requests, fixture->ask);
}

/* pass: time goes by, in looks as often as they are wanted. */
static void
pass (Fixture *fixture, gint64 time)
{
  const gint64 until = fixture->now + time;

  for (;;)
    {
      g_assert_cmpint (folder_requests_look (fixture->requests, fixture->now), ==, 0);
      if (fixture->now >= until)
        break;
      fixture->now = MIN (until, MAX (folder_requests_get_next (fixture->requests, fixture->now), fixture->now + 1));
    }
}

static void
assert_end (const Fixture *fixture, FolderShareOutcome outcome)
{
  g_assert_cmpuint (fixture->ends, ==, 1);
  g_assert_cmpint (fixture->outcome, ==, outcome);
  g_assert_true ((fixture->file != NULL) == (outcome == FOLDER_SHARE_ANSWERED));
  if (outcome == FOLDER_SHARE_ANSWERED)
    g_assert_no_error (fixture->error);
  else
    g_assert_true (g_error_matches (fixture->error, SHIKAKU_ERROR,
                                    outcome == FOLDER_SHARE_NOT_ANSWERED ? SHIKAKU_ERROR_TIMED_OUT
                                                                         : SHIKAKU_ERROR_CENTER_UNREACHABLE));
  g_assert_cmpuint (fake_folder_count (fixture->path), ==, 0);
}

static gboolean
answer (Fixture *fixture)
{
  FolderShareFile *file = g_new0 (FolderShareFile, 1);
  gboolean is_taken;

  file->bytes = g_bytes_new_static ("", 0);
  is_taken = folder_requests_answer (fixture->requests, fixture->ask->suffix, &file);
  folder_share_file_free (file);
  return is_taken;
}

static void
test_answered (Fixture *fixture, gconstpointer data)
{
  (void)data;
  add (fixture);
  g_assert_false (folder_requests_is_awaited (fixture->requests, fixture->ask->suffix)); /* it was not written yet */
  pass (fixture, STEP);
  g_assert_true (folder_requests_is_awaited (fixture->requests, fixture->ask->suffix));
  g_assert_true (fake_folder_has (fixture->path, fixture->ask->name));
  fake_folder_take (fixture->path, fixture->ask->name);
  pass (fixture, STEP);
  g_assert_cmpint (folder_requests_get_facts (fixture->requests)->last_taken, !=, 0);
  g_assert_true (answer (fixture));
  assert_end (fixture, FOLDER_SHARE_ANSWERED);
  g_assert_false (answer (fixture));
  g_assert_cmpint (folder_requests_get_interval (fixture->requests, fixture->now), ==, 0);
}

static void
test_intervals (Fixture *fixture, gconstpointer data)
{
  gint64 before = 0;

  (void)data;
  g_assert_cmpint (folder_requests_get_interval (fixture->requests, fixture->now), ==, 0);
  add (fixture);
  for (guint i = 0; i < 80; i++)
    {
      const gint64 interval = folder_requests_get_interval (fixture->requests, fixture->now + i * STEP);

      g_assert_cmpint (interval, >=, before);
      g_assert_cmpint (interval, >=, 100 * G_TIME_SPAN_MILLISECOND);
      g_assert_cmpint (interval, <=, 250 * G_TIME_SPAN_MILLISECOND);
      before = interval;
    }
  g_assert_cmpint (before, >, 100 * G_TIME_SPAN_MILLISECOND);
}

static void
test_not_taken (Fixture *fixture, gconstpointer data)
{
  (void)data;
  add (fixture);
  pass (fixture, WHOLE - 2 * G_USEC_PER_SEC);
  g_assert_cmpuint (fixture->ends, ==, 0);
  pass (fixture, 3 * G_USEC_PER_SEC);
  assert_end (fixture, FOLDER_SHARE_NOT_TAKEN);
  g_assert_cmpuint (fault.done, ==, 1); /* never written twice */
}

/* The terminal was reading it just when it was taken back: its answer, a moment later, counts. */
static void
test_last_moment (Fixture *fixture, gconstpointer data)
{
  (void)data;
  add (fixture);
  pass (fixture, WHOLE - 500 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (fake_folder_count (fixture->path), ==, 0);
  g_assert_cmpuint (fixture->ends, ==, 0);
  g_assert_true (answer (fixture));
  assert_end (fixture, FOLDER_SHARE_ANSWERED);
}

/* It was taken back, and then an answer was seen after all, which was not read in time: it was processed. */
static void
test_last_answer (Fixture *fixture, gconstpointer data)
{
  (void)data;
  add (fixture);
  pass (fixture, WHOLE - 500 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (fake_folder_count (fixture->path), ==, 0);
  g_assert_true (folder_requests_is_awaited (fixture->requests, fixture->ask->suffix));
  pass (fixture, 3 * G_USEC_PER_SEC);
  assert_end (fixture, FOLDER_SHARE_NOT_ANSWERED);
}

static void
test_not_answered (Fixture *fixture, gconstpointer data)
{
  (void)data;
  add (fixture);
  pass (fixture, STEP);
  fake_folder_take (fixture->path, fixture->ask->name);
  pass (fixture, WHOLE + STEP);
  assert_end (fixture, FOLDER_SHARE_NOT_ANSWERED);
  g_assert_cmpint (folder_requests_get_facts (fixture->requests)->unanswered_since, !=, 0);
}

/* It cannot be taken back: nobody knows. */
static void
test_held (Fixture *fixture, gconstpointer data)
{
  (void)data;
  add (fixture);
  pass (fixture, STEP);
  fault.delete_error = EACCES;
  fault.deletes = G_MAXUINT;
  pass (fixture, WHOLE + 3 * G_USEC_PER_SEC);
  fake_folder_take (fixture->path, fixture->ask->name);
  assert_end (fixture, FOLDER_SHARE_NOT_ANSWERED);
}

/* It could not be taken back, the folder was held, or gone: it is once that is over, and nobody works on it then. */
static void
test_made_up_for (Fixture *fixture, gconstpointer data)
{
  const gboolean is_cancelled = data != NULL;
  g_autofree char *elsewhere = g_strconcat (fixture->path, "-elsewhere", NULL);

  add (fixture);
  pass (fixture, STEP);
  if (is_cancelled)
    {
      fault.delete_error = EBUSY;
      fault.deletes = 2;
      g_atomic_int_set (&fixture->ask->state, FOLDER_ASK_OVER);
      folder_requests_end (fixture->requests);
      pass (fixture, 0);
    }
  else
    {
      g_assert_no_errno (g_rename (fixture->path, elsewhere));
      fixture->now += WHOLE;
      g_assert_cmpint (folder_requests_look (fixture->requests, fixture->now), ==, ENOENT);
      g_assert_no_errno (g_rename (elsewhere, fixture->path));
    }
  g_assert_true (fake_folder_has (fixture->path, fixture->ask->name));
  pass (fixture, 30 * G_USEC_PER_SEC);
  g_assert_cmpuint (fake_folder_count (fixture->path), ==, 0);
  if (is_cancelled)
    return;
  assert_end (fixture, FOLDER_SHARE_NOT_ANSWERED);
  g_assert_nonnull (strstr (fixture->error->message, g_strerror (ENOENT)));
}

/* A folder that is locked for a while is tried again; one that stays so is not, after three seconds. */
static void
test_locked (Fixture *fixture, gconstpointer data)
{
  const gboolean is_for_ever = data != NULL;

  fault.write_error = EBUSY;
  fault.writes = is_for_ever ? G_MAXUINT : 3;
  add (fixture);
  pass (fixture, 3 * G_USEC_PER_SEC);
  if (is_for_ever)
    {
      assert_end (fixture, FOLDER_SHARE_NOT_WRITTEN);
      g_assert_nonnull (strstr (fixture->error->message, g_strerror (EBUSY)));
      return;
    }
  g_assert_cmpuint (fixture->ends, ==, 0);
  g_assert_true (fake_folder_has (fixture->path, fixture->ask->name));
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  (void)data;
  fault.write_error = ENOSPC;
  fault.writes = 1;
  add (fixture);
  pass (fixture, 0);
  assert_end (fixture, FOLDER_SHARE_NOT_WRITTEN);
}

static void
test_exists (Fixture *fixture, gconstpointer data)
{
  (void)data;
  pass (fixture, 0);
  fake_folder_put (fixture->path, fixture->ask->name, "of another");
  add (fixture);
  pass (fixture, 0);
  fake_folder_take (fixture->path, fixture->ask->name);
  assert_end (fixture, FOLDER_SHARE_NOT_WRITTEN);
}

/* The connection broke while it got its name: found again, it is taken back; not found, nobody knows. */
static void
test_doubtful (Fixture *fixture, gconstpointer data)
{
  fault.write_error = EHOSTDOWN;
  fault.writes = 1;
  fault.is_doubtful = TRUE;
  fault.has_written = data != NULL;
  add (fixture);
  pass (fixture, WHOLE + G_USEC_PER_SEC);
  assert_end (fixture, fault.has_written ? FOLDER_SHARE_NOT_TAKEN : FOLDER_SHARE_NOT_ANSWERED);
  g_assert_cmpuint (fault.done, ==, 1);
}

/* A thread that was left behind comes back just when the next one writes, and is the first: it is written once, and its
 * answer is awaited. */
static void
test_two_threads (Fixture *fixture, gconstpointer data)
{
  static const FolderRequestsListener listener = { on_done };
  FolderRequests *left_behind = folder_requests_new (fixture->path, fixture->tag, &listener, fixture);

  (void)data;
  folder_requests_add (left_behind, fixture->ask);
  add (fixture);
  g_assert_cmpint (folder_requests_look (left_behind, fixture->now), ==, 0);
  g_assert_true (fake_folder_has (fixture->path, fixture->ask->name));
  pass (fixture, STEP);
  g_assert_cmpuint (fixture->ends, ==, 0);
  g_assert_cmpint (fixture->ask->state, ==, FOLDER_ASK_COMMITTED);
  g_assert_cmpuint (fake_folder_count (fixture->path), ==, 1);
  g_assert_true (answer (fixture));
  fake_folder_take (fixture->path, fixture->ask->name);
  assert_end (fixture, FOLDER_SHARE_ANSWERED);
  folder_requests_free (left_behind);
}

static gboolean
on_is_left_behind (gpointer data)
{
  return TRUE;
}

/* Let go by the kernel only when the next thread is at work: what that one has written is not taken for a left-over. */
static void
test_left_behind (Fixture *fixture, gconstpointer data)
{
  static const FolderRequestsListener listener = { on_done, on_is_left_behind };
  FolderRequests *left_behind = folder_requests_new (fixture->path, fixture->tag, &listener, fixture);

  (void)data;
  add (fixture);
  pass (fixture, STEP);
  g_assert_cmpint (folder_requests_look (left_behind, fixture->now), ==, 0);
  g_assert_true (fake_folder_has (fixture->path, fixture->ask->name));
  folder_requests_free (left_behind);
}

/* Nobody waits any more: it goes, and nobody is told. Before it was written: it never is. */
static void
test_over (Fixture *fixture, gconstpointer data)
{
  const gboolean is_written = data != NULL;

  add (fixture);
  if (is_written)
    pass (fixture, STEP);
  g_atomic_int_set (&fixture->ask->state, FOLDER_ASK_OVER);
  folder_requests_end (fixture->requests);
  pass (fixture, 0);
  g_assert_cmpuint (fixture->ends, ==, 0);
  g_assert_cmpuint (fake_folder_count (fixture->path), ==, 0);
  g_assert_cmpuint (fault.done, ==, is_written ? 1 : 0);
  g_assert_false (folder_requests_is_awaited (fixture->requests, fixture->ask->suffix));
  g_assert_false (answer (fixture));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, data, function) g_test_add ("/folder-requests/" path, Fixture, data, set_up, function, tear_down)
  ADD ("answered", NULL, test_answered);
  ADD ("intervals", NULL, test_intervals);
  ADD ("not-taken", NULL, test_not_taken);
  ADD ("last-moment", NULL, test_last_moment);
  ADD ("last-answer", NULL, test_last_answer);
  ADD ("not-answered", NULL, test_not_answered);
  ADD ("held", NULL, test_held);
  ADD ("made-up-for-gone", NULL, test_made_up_for);
  ADD ("made-up-for-held", "", test_made_up_for);
  ADD ("locked", NULL, test_locked);
  ADD ("locked-for-ever", "", test_locked);
  ADD ("refused", NULL, test_refused);
  ADD ("exists", NULL, test_exists);
  ADD ("doubtful-and-not", NULL, test_doubtful);
  ADD ("doubtful-and-written", "", test_doubtful);
  ADD ("two-threads", NULL, test_two_threads);
  ADD ("left-behind", NULL, test_left_behind);
  ADD ("over-before", NULL, test_over);
  ADD ("over-written", "", test_over);
  return g_test_run ();
}
