/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log: structured entries for the journal, or lines on standard error where no journal listens.
 *
 * It knows no domain type. @correlation (usually a visit's object path, or NULL) becomes the field SHIKAKU_VISIT.
 * Nobody may pass personal data, at any level: the callers name states, codes, counts and durations only.
 */
#pragma once

#include <glib.h>
#include <syslog.h>

/* A MESSAGE_ID is 32 lower-case hex digits, given by the caller that owns the event; NULL where there is none. */
void log_write (int priority, const char *message_id, const char *correlation, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/*
 * One more field of a journal entry: "SHIKAKU_READER" and its value. They are all described in shikakud(8), and are for
 * programs: the text says the same. A field whose @value is NULL is left out.
 */
typedef struct
{
  const char *name;
  const char *value;
} LogField;

/* LOG_FIELD: an argument for log_event that has exactly one field. */
#define LOG_FIELD(name, value) ((const LogField[]){ { name, value }, { NULL, NULL } })

#define LOG_FIELDS_MAXIMUM 16

/* log_event: like log_write, with @fields besides; the list ends with a field without a name. */
void log_event (int priority, const char *message_id, const char *correlation, const LogField *fields,
                const char *format, ...) G_GNUC_PRINTF (5, 6);

#define log_error(correlation, ...) log_write (LOG_ERR, NULL, correlation, __VA_ARGS__)
#define log_warning(correlation, ...) log_write (LOG_WARNING, NULL, correlation, __VA_ARGS__)
#define log_notice(correlation, ...) log_write (LOG_NOTICE, NULL, correlation, __VA_ARGS__)
#define log_info(correlation, ...) log_write (LOG_INFO, NULL, correlation, __VA_ARGS__)
#define log_debug(correlation, ...) log_write (LOG_DEBUG, NULL, correlation, __VA_ARGS__)

/* The maximum level and the target of org.freedesktop.LogControl1. Setters return FALSE for an unknown word. */
gboolean log_set_level (const char *level); /* emerg alert crit err warning notice info debug */
const char *log_get_level (void);
gboolean log_set_target (const char *target); /* auto journal console null */
const char *log_get_target (void);

/* log_init: also routes GLib's own messages (g_warning and so on) here. Call once, first. */
void log_init (void);

/*
 * log_ending: the process is about to end. The journal finds out which unit an entry belongs to only when it reads the
 * entry, and fails if the process has gone by then. For lines on standard error it always knows the unit. So from here
 * on "auto" means standard error for every entry without a MESSAGE_ID; standard error cannot carry a MESSAGE_ID.
 */
void log_ending (void);
