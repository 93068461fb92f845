/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * errors: in comes the name of a D-Bus error, out go an exit code and a sentence.
 *
 * The switch below has no default on purpose: an error of the contract does not compile until it has an exit code.
 */
#include "errors.h"

#include <glib/gi18n.h>

#include "daemon/base/names.h"

typedef enum
{
#define ERROR_MEMBER(suffix, name) ERROR_##suffix,
  SHIKAKU_ERRORS (ERROR_MEMBER)
#undef ERROR_MEMBER
      N_ERRORS
} Error;

static const char *const error_names[] = {
#define ERROR_NAME(suffix, name) SHIKAKU_ERROR_PREFIX name,
  SHIKAKU_ERRORS (ERROR_NAME)
#undef ERROR_NAME
};

static ExitCode
get_exit_code (Error error)
{
  switch (error)
    {
    case ERROR_NO_CARD:
    case ERROR_CARD_REMOVED:
    case ERROR_CARD_MUTE:
    case ERROR_CARD_RESET:
    case ERROR_CARD_UNSUPPORTED:
    case ERROR_CARD_FAILED:
    case ERROR_PIN_INCORRECT:
    case ERROR_PIN_LOCKED:
    case ERROR_CERTIFICATE_EXPIRED:
    case ERROR_CERTIFICATE_REVOKED:
    case ERROR_CERTIFICATE_UNTRUSTED:
    case ERROR_NOT_REGISTERED:
      return EXIT_CODE_CARD;
    case ERROR_NO_READER:
    case ERROR_READER_BUSY:
    case ERROR_READER_FAILED:
    case ERROR_SERVICE_STOPPED:
      return EXIT_CODE_READER;
    case ERROR_CENTER_UNREACHABLE:
    case ERROR_CENTER_BUSY:
    case ERROR_CENTER_REFUSED:
    case ERROR_CENTER_UNTRUSTED:
    case ERROR_MESSAGE_INVALID:
    case ERROR_CREDENTIAL_MISSING:
    case ERROR_CREDENTIAL_EXPIRED:
      return EXIT_CODE_CENTER;
    case ERROR_NOT_AUTHORIZED:
    case ERROR_REASON_NEEDED:
    case ERROR_RECORDS_REFUSED:
      return EXIT_CODE_NOT_AUTHORIZED;
    case ERROR_PIN_REFUSED:
    case ERROR_NO_AGENT:
    case ERROR_AGENT_EXISTS:
    case ERROR_AGENT_GONE:
    case ERROR_CONSENT_DENIED:
    case ERROR_CONSENT_EXPIRED:
    case ERROR_CANCELLED:
    case ERROR_TIMED_OUT:
      return EXIT_CODE_CANCELLED;
    case ERROR_INVALID_OPTION:
    case ERROR_VISIT_EXISTS:
      return EXIT_CODE_USAGE;
    case ERROR_SHUTTING_DOWN:
      return EXIT_CODE_NO_DAEMON;
    case ERROR_LEDGER_FAILED:
    case ERROR_LIMIT_EXCEEDED:
    case ERROR_INVALID_STATE:
    case ERROR_NOT_FOUND:
    case ERROR_FAILED:
    case N_ERRORS:
      break;
    }
  return EXIT_CODE_UNKNOWN;
}

/* What the bus itself says, and what a caller may meet before there is a visit with words of its own. */
static const struct
{
  const char *name;
  ExitCode exit_code; /* of the bus's names only */
  const char *sentence;
} sentences[] = {
  { "org.freedesktop.DBus.Error.AccessDenied", EXIT_CODE_NOT_AUTHORIZED,
    N_ ("You may not do this. Members of the group shikaku-reception may, unless the institution has its own "
        "rules.") },
  { "org.freedesktop.DBus.Error.ServiceUnknown", EXIT_CODE_NO_DAEMON,
    N_ ("The daemon shikakud is not running. Call your technician, or start it: systemctl start shikakud") },
  { "org.freedesktop.DBus.Error.NameHasNoOwner", EXIT_CODE_NO_DAEMON,
    N_ ("The daemon shikakud is not running. Call your technician, or start it: systemctl start shikakud") },
  { "org.freedesktop.DBus.Error.Spawn.Failed", EXIT_CODE_NO_DAEMON,
    N_ ("The daemon shikakud is not running. Call your technician, or start it: systemctl start shikakud") },
  { "org.freedesktop.DBus.Error.NoReply", EXIT_CODE_NO_DAEMON,
    N_ ("The daemon shikakud does not answer. Call your technician, or restart it: systemctl restart shikakud") },
  { "org.freedesktop.DBus.Error.Timeout", EXIT_CODE_NO_DAEMON,
    N_ ("The daemon shikakud does not answer. Call your technician, or restart it: systemctl restart shikakud") },
  { "org.freedesktop.DBus.Error.NoServer", EXIT_CODE_NO_DAEMON, N_ ("The connection to the system bus was lost.") },
  { "org.freedesktop.DBus.Error.Disconnected", EXIT_CODE_NO_DAEMON, N_ ("The connection to the system bus was lost.") },
  { SHIKAKU_ERROR_PREFIX "Cancelled", 0, N_ ("Cancelled.") },
  { SHIKAKU_ERROR_PREFIX "NoReader", 0, N_ ("No card reader is connected, or not the one asked for.") },
  { SHIKAKU_ERROR_PREFIX "ReaderBusy", 0,
    N_ ("The card reader is being used for another visit. Wait until it has finished.") },
  { SHIKAKU_ERROR_PREFIX "ServiceStopped", 0,
    N_ ("The card reader service is not running. If it does not come back by itself, call your technician.") },
  { SHIKAKU_ERROR_PREFIX "ShuttingDown", 0, N_ ("The eligibility service is being stopped. Try again in a moment.") },
  { SHIKAKU_ERROR_PREFIX "NotAuthorized", 0,
    N_ ("You may not do this. Members of the group shikaku-reception may, unless the institution has its own "
        "rules.") },
  { SHIKAKU_ERROR_PREFIX "ReasonNeeded", 0,
    N_ ("This person was looked up without a card several times today. Say why with --reason; in an emergency use "
        "--break-glass.") },
  { SHIKAKU_ERROR_PREFIX "LimitExceeded", 0,
    N_ ("Too much at once: too many visits are open, or too many calls came. Try again in a moment.") },
  { SHIKAKU_ERROR_PREFIX "AgentExists", 0,
    N_ ("Another patient terminal already serves this reader. Close that one first.") },
  { SHIKAKU_ERROR_PREFIX "NoAgent", 0,
    N_ ("No patient terminal is ready at this reader. Start the terminal program there.") },
};

ExitCode
errors_get_exit_code (const char *name)
{
  for (guint i = 0; i < N_ERRORS; i++)
    if (g_strcmp0 (name, error_names[i]) == 0)
      return get_exit_code (i);
  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (g_strcmp0 (name, sentences[i].name) == 0)
      return sentences[i].exit_code;
  return EXIT_CODE_UNKNOWN;
}

char *
errors_describe (const char *name, const char *message)
{
  if (g_strcmp0 (name, SHIKAKU_ERROR_PREFIX "NotAuthorized") == 0 && message != NULL
      && g_str_has_suffix (message, SHIKAKU_UNDECIDED))
    return g_strdup (
        _ ("Nobody is let in: polkit, which decides who may do what, does not answer. Call your technician, "
           "who starts it: systemctl unmask polkit; systemctl restart polkit"));
  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (g_strcmp0 (name, sentences[i].name) == 0)
      return g_strdup (_ (sentences[i].sentence));
  if (g_strcmp0 (name, SHIKAKU_ERROR_PREFIX "InvalidOption") == 0)
    return g_strdup_printf (_ ("The daemon does not accept an option: %s"), message);
  return g_strdup_printf (_ ("The daemon reports an error: %s"), message);
}

void
errors_split (const GError *error, char **ret_name, char **ret_message)
{
  g_autoptr (GError) copy = g_error_copy (error);

  *ret_name = g_dbus_error_get_remote_error (copy);
  if (*ret_name == NULL) /* made by GDBus itself: the call never got an answer */
    *ret_name = g_strdup (g_error_matches (copy, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
                              ? "org.freedesktop.DBus.Error.Timeout"
                              : "org.freedesktop.DBus.Error.Disconnected");
  g_dbus_error_strip_remote_error (copy);
  *ret_message = g_strdup (copy->message);
}

char *
errors_get_help (void)
{
  static const struct
  {
    ExitCode code;
    const char *meaning;
  } rows[] = {
    { EXIT_CODE_OK, N_ ("eligible, or success") },
    { EXIT_CODE_NOT_ELIGIBLE, N_ ("not eligible") },
    { EXIT_CODE_UNKNOWN, N_ ("unknown: nothing can be said about the patient; or the answer could not be written") },
    { EXIT_CODE_CARD, N_ ("trouble with the card or the PIN") },
    { EXIT_CODE_READER, N_ ("trouble with the reader or with pcscd") },
    { EXIT_CODE_CENTER, N_ ("trouble with the center or with the institution's credential") },
    { EXIT_CODE_NOT_AUTHORIZED, N_ ("not authorized") },
    { EXIT_CODE_CANCELLED, N_ ("cancelled, timed out, or refused at the patient's side") },
    { EXIT_CODE_USAGE, N_ ("wrong usage") },
    { EXIT_CODE_NO_DAEMON, N_ ("the daemon cannot be reached") },
  };
  GString *help = g_string_new (_ ("Exit codes:"));

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_string_append_printf (help, "\n  %2d  %s", rows[i].code, _ (rows[i].meaning));
  return g_string_free (help, FALSE);
}
