/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-client-errors: exit codes and sentences of what goes wrong, ours and the bus's. */
#include "client/errors.h"
#include "daemon/base/names.h"

#define OURS SHIKAKU_ERROR_PREFIX
#define BUS "org.freedesktop.DBus.Error."

static void
test_exit_codes (void)
{
  static const struct
  {
    const char *name;
    ExitCode code;
  } cases[] = {
    { OURS "CardRemoved", EXIT_CODE_CARD },
    { OURS "PinLocked", EXIT_CODE_CARD },
    { OURS "ServiceStopped", EXIT_CODE_READER },
    { OURS "CredentialExpired", EXIT_CODE_CENTER },
    { OURS "NotAuthorized", EXIT_CODE_NOT_AUTHORIZED },
    { OURS "PinRefused", EXIT_CODE_CANCELLED },
    { OURS "TimedOut", EXIT_CODE_CANCELLED },
    { OURS "InvalidOption", EXIT_CODE_USAGE },
    { OURS "ShuttingDown", EXIT_CODE_NO_DAEMON },
    { OURS "LimitExceeded", EXIT_CODE_UNKNOWN },
    { OURS "Failed", EXIT_CODE_UNKNOWN },
    { OURS "OfTomorrow", EXIT_CODE_UNKNOWN },
    { BUS "AccessDenied", EXIT_CODE_NOT_AUTHORIZED },
    { BUS "ServiceUnknown", EXIT_CODE_NO_DAEMON },
    { BUS "NoReply", EXIT_CODE_NO_DAEMON },
    { BUS "Failed", EXIT_CODE_UNKNOWN },
    { "", EXIT_CODE_UNKNOWN },
    { NULL, EXIT_CODE_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (errors_get_exit_code (cases[i].name), ==, cases[i].code);
}

/* No failure looks like an answer about the patient. */
static void
test_no_answer (void)
{
  static const char *const names[] = {
#define ERROR_NAME(suffix, name) OURS name,
    SHIKAKU_ERRORS (ERROR_NAME)
#undef ERROR_NAME
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpint (errors_get_exit_code (names[i]), >=, EXIT_CODE_UNKNOWN);
}

static void
assert_described (const char *name, const char *message, const char *expected)
{
  g_autofree char *sentence = errors_describe (name, message);

  g_assert_cmpstr (sentence, ==, expected);
}

static void
test_describe (void)
{
  assert_described (
      BUS "NoReply", "text of the bus",
      "The daemon shikakud does not answer. Call your technician, or restart it: systemctl restart shikakud");
  assert_described (OURS "NoReader", "x", "No card reader is connected, or not the one asked for.");
  assert_described (OURS "InvalidOption", "Timeout", "The daemon does not accept an option: Timeout");
  assert_described (OURS "OfTomorrow", "it rains", "The daemon reports an error: it rains");
}

static void
test_split (void)
{
  g_autoptr (GError) ours = g_dbus_error_new_for_dbus_error (OURS "NoReader", "no such reader");
  g_autoptr (GError) bus = g_dbus_error_new_for_dbus_error (BUS "AccessDenied", "denied");
  g_autoptr (GError) late = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "late");
  g_autoptr (GError) closed = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "closed");
  const struct
  {
    const GError *error;
    const char *name, *message;
  } cases[] = {
    { ours, OURS "NoReader", "no such reader" },
    { bus, BUS "AccessDenied", "denied" },
    { late, BUS "Timeout", "late" },
    { closed, BUS "Disconnected", "closed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = NULL, *message = NULL;

      errors_split (cases[i].error, &name, &message);
      g_assert_cmpstr (name, ==, cases[i].name);
      g_assert_cmpstr (message, ==, cases[i].message);
    }
}

static void
test_help (void)
{
  g_autofree char *help = errors_get_help ();

  g_assert_true (g_str_has_prefix (help, "Exit codes:\n   0  eligible"));
  g_assert_nonnull (g_strstr_len (help, -1, "\n  69  the daemon cannot be reached"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client-errors/exit-codes", test_exit_codes);
  g_test_add_func ("/client-errors/no-answer", test_no_answer);
  g_test_add_func ("/client-errors/describe", test_describe);
  g_test_add_func ("/client-errors/split", test_split);
  g_test_add_func ("/client-errors/help", test_help);
  return g_test_run ();
}
