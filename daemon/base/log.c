/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log: one line comes in, one journal entry or one line on standard error goes out. Any thread may call it.
 */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

typedef enum
{
  TARGET_AUTO,
  TARGET_JOURNAL,
  TARGET_CONSOLE,
  TARGET_NULL,
} Target;

static const char *const level_names[]
    = { "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", NULL };
static const char *const target_names[] = { "auto", "journal", "console", "null", NULL };

static gint maximum_level = LOG_INFO;
static gint chosen_target = TARGET_AUTO;
static gboolean journal_listens;     /* what "auto" stands for; set once by log_init */
static gboolean journal_has_console; /* standard error goes to the journal too; set once by log_init */
static gint ending;

static int
find_name (const char *const *list, const char *name)
{
  for (int i = 0; name != NULL && list[i] != NULL; i++)
    if (strcmp (list[i], name) == 0)
      return i;
  return -1;
}

gboolean
log_set_level (const char *level)
{
  int i = find_name (level_names, level);

  if (i < 0)
    return FALSE;
  g_atomic_int_set (&maximum_level, i);
  return TRUE;
}

const char *
log_get_level (void)
{
  return level_names[g_atomic_int_get (&maximum_level)];
}

gboolean
log_set_target (const char *target)
{
  int i = find_name (target_names, target);

  if (i < 0)
    return FALSE;
  g_atomic_int_set (&chosen_target, i);
  return TRUE;
}

const char *
log_get_target (void)
{
  return target_names[g_atomic_int_get (&chosen_target)];
}

static struct iovec
take_field (char *field)
{
  return (struct iovec){ field, strlen (field) };
}

static gboolean
write_journal (int priority, const char *message_id, const char *correlation, const LogField *more, const char *text)
{
  struct iovec fields[5 + LOG_FIELDS_MAXIMUM];
  guint n = 0;
  gboolean sent;

  fields[n++] = take_field (g_strconcat ("MESSAGE=", text, NULL));
  fields[n++] = take_field (g_strdup_printf ("PRIORITY=%d", priority));
  fields[n++] = take_field (g_strconcat ("SYSLOG_IDENTIFIER=", program_invocation_short_name, NULL));
  if (message_id != NULL)
    fields[n++] = take_field (g_strconcat ("MESSAGE_ID=", message_id, NULL));
  if (correlation != NULL)
    fields[n++] = take_field (g_strconcat ("SHIKAKU_VISIT=", correlation, NULL));
  for (; more != NULL && more->name != NULL && n < G_N_ELEMENTS (fields); more++)
    if (more->value != NULL)
      fields[n++] = take_field (g_strconcat (more->name, "=", more->value, NULL));

  sent = sd_journal_sendv (fields, n) >= 0;
  while (n > 0)
    g_free (fields[--n].iov_base);
  return sent;
}

/*
 * Names of readers and texts of libraries come from outside. Their control characters are replaced, so that none can
 * begin a line that looks like an entry of ours.
 */
static void
write_console (int priority, const char *correlation, char *text)
{
  g_autofree char *begin = journal_has_console /* sd-daemon(3) */
                               ? g_strdup_printf ("<%d>", priority)
                               : g_strconcat (program_invocation_short_name, ": ", level_names[priority], ": ", NULL);
  g_autofree char *end = correlation != NULL ? g_strconcat (" [", correlation, "]", NULL) : g_strdup ("");

  for (char *c = text; *c; c++)
    if ((guchar)*c < ' ' || *c == 0x7f)
      *c = ' ';
  fprintf (stderr, "%s%s%s\n", begin, text, end);
}

static void write_entry (int priority, const char *message_id, const char *correlation, const LogField *fields,
                         const char *format, va_list arguments) G_GNUC_PRINTF (5, 0);

static void
write_entry (int priority, const char *message_id, const char *correlation, const LogField *fields, const char *format,
             va_list arguments)
{
  const int saved_errno = errno;
  Target target = g_atomic_int_get (&chosen_target);
  g_autofree char *text = NULL;

  if (priority > g_atomic_int_get (&maximum_level) || target == TARGET_NULL)
    return;
  if (target == TARGET_AUTO)
    target = journal_listens && (message_id != NULL || !g_atomic_int_get (&ending)) ? TARGET_JOURNAL : TARGET_CONSOLE;

  text = g_strdup_vprintf (format, arguments);
  priority = CLAMP (priority, LOG_EMERG, LOG_DEBUG);
  if (target == TARGET_CONSOLE || !write_journal (priority, message_id, correlation, fields, text))
    write_console (priority, correlation, text);
  errno = saved_errno;
}

void
log_write (int priority, const char *message_id, const char *correlation, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  write_entry (priority, message_id, correlation, NULL, format, arguments);
  va_end (arguments);
}

void
log_event (int priority, const char *message_id, const char *correlation, const LogField *fields, const char *format,
           ...)
{
  va_list arguments;

  va_start (arguments, format);
  write_entry (priority, message_id, correlation, fields, format, arguments);
  va_end (arguments);
}

static int
priority_of (GLogLevelFlags flags)
{
  if (flags & G_LOG_LEVEL_ERROR)
    return LOG_CRIT;
  if (flags & G_LOG_LEVEL_CRITICAL)
    return LOG_ERR;
  if (flags & G_LOG_LEVEL_WARNING)
    return LOG_WARNING;
  if (flags & G_LOG_LEVEL_MESSAGE)
    return LOG_NOTICE;
  return flags & G_LOG_LEVEL_INFO ? LOG_INFO : LOG_DEBUG;
}

static GLogWriterOutput
write_glib_message (GLogLevelFlags flags, const GLogField *fields, gsize n_fields, gpointer unused)
{
  const int priority = priority_of (flags);
  const char *domain = NULL, *text = NULL;

  /* Messages of libraries at info and debug level are dropped: they may hold personal data. */
  if (priority >= LOG_INFO)
    return G_LOG_WRITER_HANDLED;
  if (flags & (G_LOG_FLAG_FATAL | G_LOG_LEVEL_ERROR))
    log_ending ();

  for (gsize i = 0; i < n_fields; i++)
    if (fields[i].length < 0 && strcmp (fields[i].key, "GLIB_DOMAIN") == 0)
      domain = fields[i].value;
    else if (fields[i].length < 0 && strcmp (fields[i].key, "MESSAGE") == 0)
      text = fields[i].value;
  log_write (priority, NULL, NULL, "%s%s%s", domain != NULL ? domain : "", domain != NULL ? ": " : "",
             text != NULL ? text : "(no text)");
  return G_LOG_WRITER_HANDLED;
}

/* JOURNAL_STREAM holds "device:inode" of the stream that the service manager connected to the journal. */
static gboolean
stderr_is_journal (void)
{
  const char *stream = g_getenv ("JOURNAL_STREAM");
  g_autofree char *own = NULL;
  struct stat status;

  if (stream == NULL || fstat (STDERR_FILENO, &status) < 0)
    return FALSE;
  own = g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64)status.st_dev, (guint64)status.st_ino);
  return strcmp (stream, own) == 0;
}

void
log_init (void)
{
  journal_has_console = stderr_is_journal ();
  journal_listens = journal_has_console && access (JOURNAL_SOCKET, W_OK) == 0;
  g_log_set_writer_func (write_glib_message, NULL, NULL);
}

void
log_ending (void)
{
  g_atomic_int_set (&ending, TRUE);
}
