/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* log: levels, targets, the journal's fields, lines of the console, GLib's own messages. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/log.h"

static GPtrArray *entry; /* the fields of the last entry */
static gboolean journal_fails;

/* Stands before libsystemd's. */
int
sd_journal_sendv (const struct iovec *fields, int n)
{
  if (journal_fails)
    return -ENOENT;
  g_clear_pointer (&entry, g_ptr_array_unref);
  entry = g_ptr_array_new_with_free_func (g_free);
  for (int i = 0; i < n; i++)
    g_ptr_array_add (entry, g_strndup (fields[i].iov_base, fields[i].iov_len));
  return 0;
}

static gboolean
entry_has (const char *field)
{
  return entry && g_ptr_array_find_with_equal_func (entry, field, g_str_equal, NULL);
}

static void
test_words (void)
{
  static const char *const levels[] = { "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug" };
  static const char *const targets[] = { "auto", "journal", "console", "null" };

  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      g_assert_true (log_set_level (levels[i]));
      g_assert_cmpstr (log_get_level (), ==, levels[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_assert_true (log_set_target (targets[i]));
      g_assert_cmpstr (log_get_target (), ==, targets[i]);
    }
  g_assert_false (log_set_level ("loud"));
  g_assert_false (log_set_level (""));
  g_assert_false (log_set_level (NULL));
  g_assert_false (log_set_target ("kmsg"));
  g_assert_false (log_set_target (NULL));
  g_assert_cmpstr (log_get_level (), ==, "debug");
  g_assert_cmpstr (log_get_target (), ==, "null");
}

static void
test_journal_fields (void)
{
  g_autofree char *identifier = g_strconcat ("SYSLOG_IDENTIFIER=", program_invocation_short_name, NULL);

  log_set_target ("journal");
  log_set_level ("info");
  log_write (LOG_WARNING, "0123456789abcdef0123456789abcdef", "/a/visit", "%d\n%s", 5, "words");
  g_assert_cmpuint (entry->len, ==, 5);
  g_assert_true (entry_has ("MESSAGE=5\nwords"));
  g_assert_true (entry_has ("PRIORITY=4"));
  g_assert_true (entry_has (identifier));
  g_assert_true (entry_has ("MESSAGE_ID=0123456789abcdef0123456789abcdef"));
  g_assert_true (entry_has ("SHIKAKU_VISIT=/a/visit"));

  log_notice (NULL, "plain");
  g_assert_cmpuint (entry->len, ==, 3);
  g_assert_true (entry_has ("MESSAGE=plain"));
  g_assert_true (entry_has ("PRIORITY=5"));
}

static void
test_more_fields (void)
{
  LogField many[LOG_FIELDS_MAXIMUM + 2] = { { NULL, NULL } };

  log_set_target ("journal");
  log_set_level ("info");
  log_event (LOG_NOTICE, NULL, NULL,
             (const LogField[]){ { "SHIKAKU_A", "1\n2" }, { "SHIKAKU_B", NULL }, { "SHIKAKU_C", "" }, { NULL, NULL } },
             "%s", "text");
  g_assert_cmpuint (entry->len, ==, 5);
  g_assert_true (entry_has ("MESSAGE=text"));
  g_assert_true (entry_has ("SHIKAKU_A=1\n2"));
  g_assert_true (entry_has ("SHIKAKU_C="));

  for (guint i = 0; i <= LOG_FIELDS_MAXIMUM; i++)
    many[i] = (LogField){ "SHIKAKU_X", "x" };
  log_event (LOG_NOTICE, "0123456789abcdef0123456789abcdef", "/a/visit", many, "text");
  g_assert_cmpuint (entry->len, ==, 5 + LOG_FIELDS_MAXIMUM);
}

static void
test_filtered (void)
{
  log_set_target ("journal");
  log_set_level ("warning");
  g_clear_pointer (&entry, g_ptr_array_unref);
  log_notice (NULL, "below");
  g_assert_null (entry);
  log_error (NULL, "above");
  g_assert_true (entry_has ("MESSAGE=above"));

  log_set_target ("null");
  g_clear_pointer (&entry, g_ptr_array_unref);
  log_error (NULL, "nowhere");
  g_assert_null (entry);
}

static void
test_errno_is_kept (void)
{
  log_set_target ("journal");
  errno = EXDEV;
  log_error (NULL, "%m");
  g_assert_cmpint (errno, ==, EXDEV);
  g_assert_true (entry_has ("MESSAGE=Invalid cross-device link"));
}

static void
test_console (void)
{
  if (g_test_subprocess ())
    {
      log_set_target ("console");
      log_set_level ("debug");
      log_warning ("/a/visit", "first\nforged\x1b[31m");
      log_debug (NULL, "second");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*: warning: first forged [31m [/a/visit]\n*: debug: second\n");
}

static void
test_journal_gone (void)
{
  if (g_test_subprocess ())
    {
      journal_fails = TRUE;
      log_set_target ("journal");
      log_error (NULL, "still told");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*: err: still told\n");
}

static void
test_glib_messages (void)
{
  if (g_test_subprocess ())
    {
      g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
      log_init ();
      log_set_target ("console");
      log_set_level ("debug");
      g_log_structured ("Library", G_LOG_LEVEL_WARNING, "MESSAGE", "told %d", 1);
      g_log_structured ("Library", G_LOG_LEVEL_MESSAGE, "MESSAGE", "told 2");
      g_log_structured ("Library", G_LOG_LEVEL_INFO, "MESSAGE", "not told");
      g_log_structured ("Library", G_LOG_LEVEL_DEBUG, "MESSAGE", "not told");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*: warning: Library: told 1\n*: notice: Library: told 2\n");
  g_test_trap_assert_stderr_unmatched ("*not told*");
}

static void
test_auto (void)
{
  if (g_test_subprocess ())
    {
      const gboolean socket = access ("/run/systemd/journal/socket", W_OK) == 0;
      g_autofree char *stream = NULL;
      struct stat status;

      g_assert_no_errno (fstat (STDERR_FILENO, &status));
      stream = g_strdup_printf ("%lu:%lu", (gulong)status.st_dev, (gulong)status.st_ino);
      g_setenv ("JOURNAL_STREAM", stream, TRUE);
      log_init ();
      log_error (NULL, "connected");
      g_assert_true (entry_has ("MESSAGE=connected") == socket);

      log_ending ();
      g_clear_pointer (&entry, g_ptr_array_unref);
      log_error ("/a/visit", "why");
      g_assert_null (entry);
      log_write (LOG_ERR, "0123456789abcdef0123456789abcdef", NULL, "the end");
      g_assert_true (entry_has ("MESSAGE=the end") == socket);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*<3>why [/a/visit]\n*");
}

static void
test_auto_elsewhere (void)
{
  if (g_test_subprocess ())
    {
      g_setenv ("JOURNAL_STREAM", "1:1", TRUE);
      log_init ();
      log_error (NULL, "not the journal");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*: err: not the journal\n");
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/words", test_words);
  g_test_add_func ("/log/journal-fields", test_journal_fields);
  g_test_add_func ("/log/more-fields", test_more_fields);
  g_test_add_func ("/log/filtered", test_filtered);
  g_test_add_func ("/log/errno-is-kept", test_errno_is_kept);
  g_test_add_func ("/log/console", test_console);
  g_test_add_func ("/log/journal-gone", test_journal_gone);
  g_test_add_func ("/log/glib-messages", test_glib_messages);
  g_test_add_func ("/log/auto", test_auto);
  g_test_add_func ("/log/auto-elsewhere", test_auto_elsewhere);
  result = g_test_run ();
  g_clear_pointer (&entry, g_ptr_array_unref);
  return result;
}
