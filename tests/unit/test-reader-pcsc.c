/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-reader-pcsc: what real readers and a real pcscd answer, and vpcd cannot: the errors they become, how the card is
 * let go, and what the monitor does with a service that refuses, fails or hangs.
 */
#include "card/reader-monitor.h"
#include "card/reader-pcsc.h"

#include <glib/gstdio.h>

#include "base/error.h"
#include "fake-loop.h"
#include "fake-pcsc.h"

static const guint8 select_command[] = { 0x00, 0xA4, 0x04, 0x0C };
static const guint8 read_all[] = { 0x00, 0xB0, 0x8A, 0x00, 0x00, 0x00, 0x00 };

typedef enum
{
  AT_ESTABLISH,
  AT_CONNECT,
  AT_BEGIN,
  AT_TRANSMIT,
} Step;

/* clang-format off */
static const struct
{
  Step step;
  LONG result;
  gboolean leaves; /* pcscd's next look sees no card */
  ShikakuError code;
  DWORD disposition; /* how a card that was connected is let go */
} rows[] = {
  { AT_ESTABLISH, SCARD_E_NO_SERVICE, FALSE, SHIKAKU_ERROR_SERVICE_STOPPED, 0 },
  { AT_ESTABLISH, SCARD_W_SECURITY_VIOLATION, FALSE, SHIKAKU_ERROR_NOT_AUTHORIZED, 0 },
  { AT_CONNECT, SCARD_W_SECURITY_VIOLATION, FALSE, SHIKAKU_ERROR_NOT_AUTHORIZED, 0 },
  { AT_CONNECT, SCARD_E_READER_UNAVAILABLE, FALSE, SHIKAKU_ERROR_READER_FAILED, 0 },
  { AT_CONNECT, SCARD_E_UNKNOWN_READER, FALSE, SHIKAKU_ERROR_READER_FAILED, 0 },
  { AT_CONNECT, SCARD_E_NO_SMARTCARD, FALSE, SHIKAKU_ERROR_NO_CARD, 0 },
  { AT_CONNECT, SCARD_W_REMOVED_CARD, FALSE, SHIKAKU_ERROR_CARD_REMOVED, 0 },
  { AT_CONNECT, SCARD_W_UNPOWERED_CARD, FALSE, SHIKAKU_ERROR_CARD_FAILED, 0 },
  { AT_CONNECT, SCARD_W_UNPOWERED_CARD, TRUE, SHIKAKU_ERROR_NO_CARD, 0 },
  { AT_CONNECT, SCARD_W_UNRESPONSIVE_CARD, FALSE, SHIKAKU_ERROR_CARD_FAILED, 0 },
  { AT_CONNECT, SCARD_W_UNRESPONSIVE_CARD, TRUE, SHIKAKU_ERROR_NO_CARD, 0 },
  { AT_CONNECT, SCARD_E_PROTO_MISMATCH, FALSE, SHIKAKU_ERROR_CARD_UNSUPPORTED, 0 },
  { AT_BEGIN, SCARD_E_NO_SMARTCARD, FALSE, SHIKAKU_ERROR_CARD_REMOVED, SCARD_LEAVE_CARD },
  { AT_BEGIN, SCARD_W_REMOVED_CARD, FALSE, SHIKAKU_ERROR_CARD_REMOVED, SCARD_LEAVE_CARD },
  { AT_BEGIN, SCARD_E_READER_UNAVAILABLE, FALSE, SHIKAKU_ERROR_READER_FAILED, SCARD_UNPOWER_CARD },
  { AT_BEGIN, SCARD_W_RESET_CARD, FALSE, SHIKAKU_ERROR_CARD_RESET, SCARD_UNPOWER_CARD },
  { AT_TRANSMIT, SCARD_E_NO_SMARTCARD, FALSE, SHIKAKU_ERROR_CARD_REMOVED, SCARD_LEAVE_CARD },
  { AT_TRANSMIT, SCARD_W_REMOVED_CARD, FALSE, SHIKAKU_ERROR_CARD_REMOVED, SCARD_LEAVE_CARD },
  { AT_TRANSMIT, SCARD_E_NOT_TRANSACTED, TRUE, SHIKAKU_ERROR_CARD_REMOVED, SCARD_LEAVE_CARD },
  { AT_TRANSMIT, SCARD_E_NOT_TRANSACTED, FALSE, SHIKAKU_ERROR_CARD_FAILED, SCARD_UNPOWER_CARD },
  { AT_TRANSMIT, SCARD_E_READER_UNAVAILABLE, FALSE, SHIKAKU_ERROR_READER_FAILED, SCARD_UNPOWER_CARD },
  { AT_TRANSMIT, SCARD_W_RESET_CARD, FALSE, SHIKAKU_ERROR_CARD_RESET, SCARD_UNPOWER_CARD },
  { AT_TRANSMIT, SCARD_W_UNPOWERED_CARD, FALSE, SHIKAKU_ERROR_CARD_FAILED, SCARD_UNPOWER_CARD },
  { AT_TRANSMIT, SCARD_F_INTERNAL_ERROR, FALSE, SHIKAKU_ERROR_READER_FAILED, SCARD_UNPOWER_CARD },
};
/* clang-format on */

static gboolean
send (Reader *reader, const guint8 *command, gsize command_size, GError **error)
{
  guint8 response[300];
  gsize size = sizeof response;

  return reader->klass->transmit (reader, command, command_size, response, &size, error);
}

static gboolean
use_card (Reader *reader, GError **error)
{
  gboolean exclusive, extended;

  return reader->klass->connect (reader, &exclusive, &extended, error) && reader->klass->begin (reader, error)
         && send (reader, select_command, sizeof select_command, error);
}

static void
test_codes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      FakePcsc *pcsc = fake_pcsc_begin ();
      g_autoptr (Reader) reader = reader_pcsc_new (FAKE_PCSC_READER);
      g_autoptr (GError) error = NULL;
      LONG *const results[] = { &pcsc->establish, &pcsc->connect, &pcsc->begin, &pcsc->transmit };

      g_test_message ("step %d, 0x%08lX", rows[i].step, (gulong)rows[i].result & 0xFFFFFFFF);
      *results[rows[i].step] = rows[i].result;
      pcsc->leaves = rows[i].leaves;
      g_assert_false (use_card (reader, &error));
      g_assert_error (error, SHIKAKU_ERROR, (gint)rows[i].code);
      reader->klass->disconnect (reader);
      if (rows[i].step >= AT_BEGIN)
        g_assert_cmpuint (pcsc->disposition, ==, rows[i].disposition);
    }
}

/* pcscd ends at whatever moment: that is neither a refusal of rights nor a card that was pulled. */
static void
test_service_stops (void)
{
  FakePcsc *pcsc = fake_pcsc_begin ();
  g_autoptr (Reader) reader = reader_pcsc_new (FAKE_PCSC_READER);
  g_autoptr (GError) error = NULL;

  pcsc->hang_ups = 1;
  pcsc->establish = SCARD_E_NO_SERVICE;
  g_assert_false (use_card (reader, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_SERVICE_STOPPED);
  g_clear_error (&error);

  pcsc->hang_ups = 1;
  pcsc->establish = SCARD_S_SUCCESS;
  g_assert_true (use_card (reader, &error));
  g_assert_true (reader->klass->is_same_card (reader, &error));
  pcsc->stopped = TRUE;
  g_assert_false (reader->klass->is_same_card (reader, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_SERVICE_STOPPED);
  g_clear_error (&error);
  for (guint i = 0; i < 2; i++)
    {
      pcsc->transmit = i == 0 ? SCARD_E_NOT_TRANSACTED : SCARD_W_SECURITY_VIOLATION;
      g_assert_false (send (reader, select_command, sizeof select_command, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_SERVICE_STOPPED);
      g_clear_error (&error);
    }
  pcsc->connect = SCARD_W_SECURITY_VIOLATION;
  g_assert_false (use_card (reader, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_SERVICE_STOPPED);
}

/* Whatever a command met before: what counts is the last one. */
static void
test_reached_again (void)
{
  FakePcsc *pcsc = fake_pcsc_begin ();
  g_autoptr (Reader) reader = reader_pcsc_new (FAKE_PCSC_READER);

  g_assert_true (use_card (reader, NULL));
  pcsc->transmit = SCARD_E_NO_SMARTCARD;
  g_assert_false (send (reader, select_command, sizeof select_command, NULL));
  pcsc->transmit = SCARD_S_SUCCESS;
  g_assert_true (send (reader, select_command, sizeof select_command, NULL));
  reader->klass->disconnect (reader);
  g_assert_cmpuint (pcsc->disposition, ==, SCARD_UNPOWER_CARD);
  g_assert_false (pcsc->powered);
}

/* A reader without extended length, or a card that was pulled: where nobody asked again, pcscd's look tells. */
static void
test_extended (void)
{
  for (guint leaves = FALSE; leaves <= TRUE; leaves++)
    {
      FakePcsc *pcsc = fake_pcsc_begin ();
      g_autoptr (Reader) reader = reader_pcsc_new (FAKE_PCSC_READER);
      g_autoptr (GError) error = NULL;

      g_assert_true (use_card (reader, NULL));
      pcsc->transmit = SCARD_E_NOT_TRANSACTED;
      pcsc->leaves = (gboolean)leaves;
      g_assert_false (send (reader, read_all, sizeof read_all, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_READER_FAILED);
      reader->klass->disconnect (reader);
      g_assert_cmpuint (pcsc->disposition, ==, leaves ? SCARD_LEAVE_CARD : SCARD_UNPOWER_CARD);
    }
}

/* The reader's number: asked once, before any transaction, and never while another program has the card too. */
static void
test_serial (void)
{
  static const char *const serials[] = { "1234-A", NULL, "" };

  for (gsize i = 0; i < G_N_ELEMENTS (serials); i++)
    {
      FakePcsc *pcsc = fake_pcsc_begin ();
      g_autoptr (Reader) reader = reader_pcsc_new (FAKE_PCSC_READER);

      pcsc->serial = serials[i];
      pcsc->shared = TRUE;
      g_assert_true (use_card (reader, NULL));
      reader->klass->end (reader);
      g_assert_cmpuint (pcsc->attributes, ==, 0);
      g_assert_null (reader_get_serial (reader));
      pcsc->shared = FALSE;
      for (guint visits = 0; visits < 2; visits++)
        {
          g_assert_true (use_card (reader, NULL));
          reader->klass->end (reader);
        }
      g_assert_cmpuint (pcsc->attributes, ==, 1);
      g_assert_cmpstr (reader_get_serial (reader), ==, i == 0 ? serials[i] : NULL);
    }
}

/* Where another program has the card too, it is reset for it; but not one that is not there. */
static void
test_shared (void)
{
  for (guint gone = FALSE; gone <= TRUE; gone++)
    {
      FakePcsc *pcsc = fake_pcsc_begin ();
      g_autoptr (Reader) reader = reader_pcsc_new (FAKE_PCSC_READER);

      pcsc->shared = TRUE;
      g_assert_true (use_card (reader, NULL));
      if (gone)
        {
          pcsc->transmit = SCARD_W_REMOVED_CARD;
          g_assert_false (send (reader, select_command, sizeof select_command, NULL));
        }
      else
        pcsc->reconnect = SCARD_E_READER_UNAVAILABLE;
      reader->klass->disconnect (reader);
      g_assert_cmpuint (pcsc->disposition, ==, gone ? SCARD_LEAVE_CARD : SCARD_UNPOWER_CARD);
    }
}

/* The monitor. */

typedef struct
{
  guint available, away, readers, cards;
  gboolean surveyed;
} Told;

static void
on_service (gboolean available, gpointer data)
{
  Told *told = data;

  told->available += available;
  told->away += !available;
}

static void
on_added (Reader *reader, gpointer data)
{
  ((Told *)data)->readers++;
  reader_free (reader);
}

static void
on_removed (const char *name, gpointer data)
{
  ((Told *)data)->readers--;
}

static void
on_card (const char *name, gboolean present, guint event_counter, gpointer data)
{
  ((Told *)data)->cards++;
}

static void
on_surveyed (gpointer data)
{
  ((Told *)data)->surveyed = TRUE;
}

static const ReaderMonitorObserver observer = { on_service, on_added, on_removed, on_card, on_surveyed };

typedef struct
{
  const gint *counter;
  gint number;
} Awaited;

static gboolean
is_fewer (gconstpointer data)
{
  const Awaited *awaited = data;

  return g_atomic_int_get (awaited->counter) < awaited->number;
}

static void
wait_count (const gint *counter, gint number)
{
  const Awaited awaited = { counter, number };

  fake_wait_while (is_fewer, &awaited);
}

/* It is refused more often than the five times after which it gave up once, then let in when somebody asks. */
static void
test_refused (void)
{
  FakePcsc *pcsc = fake_pcsc_begin ();
  Told told = { 0 };
  ReaderMonitor *monitor;

  pcsc->establish = SCARD_W_SECURITY_VIOLATION;
  monitor = reader_monitor_new (&observer, &told);
  wait_count (&pcsc->establishes, 7);
  g_assert_true (reader_monitor_is_refused (monitor));
  g_assert_cmpuint (told.available, ==, 0);
  pcsc->establish = SCARD_S_SUCCESS;
  reader_monitor_look_again (monitor);
  fake_wait (&told.surveyed);
  while (told.cards == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (told.available, ==, 1);
  g_assert_cmpuint (told.away, ==, 1);
  g_assert_false (reader_monitor_is_refused (monitor));
  reader_monitor_free (monitor);
}

/* Asked for, it tries at once, however long the pause has become. */
static void
test_asked (void)
{
  FakePcsc *pcsc = fake_pcsc_begin ();
  Told told = { 0 };
  ReaderMonitor *monitor;

  pcsc->establish = SCARD_E_NO_MEMORY;
  monitor = reader_monitor_new (&observer, &told);
  for (gint i = 2; i < 40; i++) /* with the pauses alone: 15 minutes */
    {
      wait_count (&pcsc->establishes, i);
      reader_monitor_look_again (monitor);
    }
  g_assert_false (reader_monitor_is_refused (monitor));
  reader_monitor_free (monitor);
}

/* A wait that fails at once, whatever is done: each time it is tried again later. */
static void
test_no_spin (void)
{
  static const LONG results[] = { SCARD_E_INVALID_VALUE, SCARD_E_UNKNOWN_READER, SCARD_F_INTERNAL_ERROR };

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      FakePcsc *pcsc = fake_pcsc_begin ();
      Told told = { 0 };
      gint64 begun = g_get_monotonic_time ();
      ReaderMonitor *monitor;

      pcsc->wait = results[i];
      monitor = reader_monitor_new (&observer, &told);
      wait_count (&pcsc->establishes, 5);
      g_assert_cmpint (g_get_monotonic_time () - begun, >=, (20 + 40 + 80 + 160) * 1000);
      g_assert_cmpint (g_atomic_int_get (&pcsc->waits), <=, 5 * 5);
      reader_monitor_free (monitor);
    }
}

/* As many readers as pcscd can have are more than the library waits for together with plug and play. */
static void
test_many_readers (void)
{
  FakePcsc *pcsc = fake_pcsc_begin ();
  Told told = { 0 };
  ReaderMonitor *monitor;

  pcsc->n_readers = PCSCLITE_MAX_READERS_CONTEXTS;
  monitor = reader_monitor_new (&observer, &told);
  while (told.cards < PCSCLITE_MAX_READERS_CONTEXTS)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (told.readers, ==, PCSCLITE_MAX_READERS_CONTEXTS);
  g_assert_cmpint (g_atomic_int_get (&pcsc->watched), ==, PCSCLITE_MAX_READERS_CONTEXTS);
  g_assert_cmpuint (told.away, ==, 0);
  reader_monitor_free (monitor);
}

/* pcscd hangs: whoever ends the monitor does not. */
static void
test_hangs (void)
{
  FakePcsc *pcsc = fake_pcsc_begin ();
  Told told = { 0 };
  ReaderMonitor *monitor = reader_monitor_new (&observer, &told);

  wait_count (&pcsc->waits, 3); /* it rests */
  pcsc->cancel_hangs = TRUE;
  reader_monitor_free (monitor);
  g_assert_cmpint (g_atomic_int_get (&pcsc->cancels), ==, 1);
  fake_pcsc_let_go (pcsc);
}

int
main (int argc, char **argv)
{
  g_autofree char *directory = NULL, *path = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  directory = g_dir_make_tmp ("shikaku-test-XXXXXX", NULL);
  path = g_build_filename (directory, "pcscd.comm", NULL);
  g_assert_true (g_file_set_contents (path, "", 0, NULL)); /* as if pcscd were there */
  g_setenv ("PCSCLITE_CSOCK_NAME", path, TRUE);
  g_test_add_func ("/reader-pcsc/codes", test_codes);
  g_test_add_func ("/reader-pcsc/service-stops", test_service_stops);
  g_test_add_func ("/reader-pcsc/reached-again", test_reached_again);
  g_test_add_func ("/reader-pcsc/extended", test_extended);
  g_test_add_func ("/reader-pcsc/serial", test_serial);
  g_test_add_func ("/reader-pcsc/shared", test_shared);
  g_test_add_func ("/reader-pcsc/refused", test_refused);
  g_test_add_func ("/reader-pcsc/asked", test_asked);
  g_test_add_func ("/reader-pcsc/no-spin", test_no_spin);
  g_test_add_func ("/reader-pcsc/many-readers", test_many_readers);
  g_test_add_func ("/reader-pcsc/hangs", test_hangs);
  result = g_test_run ();
  g_unlink (path);
  g_rmdir (directory);
  return result;
}
