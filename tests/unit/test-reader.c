/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-reader: the readers of pcscd and their monitor while there is no pcscd. With one: tests/card. */
#include <glib/gstdio.h>

#include "card/reader-monitor.h"
#include "card/reader-pcsc.h"

#include "fake-card.h"
#include "fake-loop.h"

static char *directory; /* of the socket that nobody serves */

typedef struct
{
  guint available, away, others;
  gboolean told;
} Told;

static void
on_service (gboolean available, gpointer data)
{
  Told *told = data;

  if (available)
    told->available++;
  else
    told->away++;
  told->told = TRUE;
}

static void
on_added (Reader *reader, gpointer data)
{
  ((Told *)data)->others++;
  reader_free (reader);
}

static void
on_removed (const char *name, gpointer data)
{
  ((Told *)data)->others++;
}

static void
on_card (const char *name, gboolean present, guint event_counter, gpointer data)
{
  ((Told *)data)->others++;
}

static const ReaderMonitorObserver observer = { on_service, on_added, on_removed, on_card };

static void
test_freed (void)
{
  g_autoptr (FakeCard) card = fake_card_new (NULL);
  Reader *reader = fake_card_get_reader (card);

  g_assert_cmpstr (reader->name, ==, FAKE_READER);
  g_assert_cmpint (card->readers, ==, 1);
  reader_free (reader);
  g_assert_cmpint (card->readers, ==, 0);
}

static void
test_no_service (void)
{
  g_autoptr (Reader) reader = reader_pcsc_new ("Some Reader 00 00");
  g_autoptr (GError) error = NULL;
  gboolean exclusive, extended;
  guint8 response[300];
  gsize size = sizeof response;

  g_assert_cmpstr (reader->name, ==, "Some Reader 00 00");
  g_assert_false (reader->klass->connect (reader, &exclusive, &extended, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_SERVICE_STOPPED);
  g_clear_error (&error);
  g_assert_false (reader->klass->begin (reader, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_REMOVED);
  g_clear_error (&error);
  g_assert_false (reader->klass->transmit (reader, (const guint8 *)"\0\xA4\0\0", 4, response, &size, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_REMOVED);
  g_assert_false (reader->klass->is_same_card (reader, NULL));
  reader->klass->end (reader);
  reader->klass->disconnect (reader);
}

static void
test_monitor_without_service (void)
{
  Told told = { 0 };
  ReaderMonitor *monitor = reader_monitor_new (&observer, &told);

  fake_wait (&told.told);
  reader_monitor_free (monitor);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (told.away, ==, 1);
  g_assert_cmpuint (told.available + told.others, ==, 0);
}

/* Its event may be on its way: it is dropped. */
static void
test_monitor_freed_at_once (void)
{
  Told told = { 0 };

  for (guint i = 0; i < 20; i++)
    reader_monitor_free (reader_monitor_new (&observer, &told));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (told.told);
}

/* What happens in the folder wakes the monitor; a socket at which nobody listens is no service. */
static void
test_monitor_with_dead_socket (void)
{
  g_autofree char *inner = g_build_filename (directory, "pcscd", NULL);
  g_autofree char *path = g_build_filename (inner, "pcscd.comm", NULL);
  Told told = { 0 };
  ReaderMonitor *monitor = reader_monitor_new (&observer, &told);

  fake_wait (&told.told);
  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (inner), ==, 0);
  reader_monitor_free (monitor);
  g_assert_cmpuint (told.away, ==, 1);
  g_assert_cmpuint (told.available + told.others, ==, 0);
}

int
main (int argc, char **argv)
{
  g_autofree char *path = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  directory = g_dir_make_tmp ("shikaku-test-XXXXXX", NULL);
  path = g_build_filename (directory, "pcscd", "pcscd.comm", NULL);
  g_setenv ("PCSCLITE_CSOCK_NAME", path, TRUE);
  g_test_add_func ("/reader/freed", test_freed);
  g_test_add_func ("/reader/no-service", test_no_service);
  g_test_add_func ("/reader/monitor-without-service", test_monitor_without_service);
  g_test_add_func ("/reader/monitor-freed-at-once", test_monitor_freed_at_once);
  g_test_add_func ("/reader/monitor-with-dead-socket", test_monitor_with_dead_socket);
  result = g_test_run ();
  g_rmdir (directory);
  g_free (directory);
  return result;
}
