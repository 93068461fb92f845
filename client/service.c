/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * service: in come the properties of the daemon's unit, out goes a sentence.
 *
 * A call that starts a unit through the bus is not answered when the unit fails, but after the bus's own time: so
 * systemd is asked. Where there is no systemd, the bus is all there is to ask.
 */
#include "service.h"

#include <glib/gi18n.h>

#include "daemon/base/names.h"

#define SYSTEMD "org.freedesktop.systemd1"
#define UNIT_PATH "/org/freedesktop/systemd1/unit/shikakud_2eservice"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define SYSTEMD_STATUS_FIRST 200 /* exit statuses from here on are of what goes before the program itself */
#define FEW_RESTARTS 2
#define ANSWER_MILLISECONDS 2000

struct Service
{
  GDBusConnection *connection;
  GCancellable *cancellable; /* of all its calls: none comes back after service_free() */
  ServiceTold told;
  gpointer user_data;
  guint subscription;
  gboolean start;   /* it was not yet tried */
  gboolean waiting; /* for the end of a start */
  GVariant *unit;   /* a{sv}; NULL: systemd has not answered */
};

static const char *
get_text (Service *service, const char *key)
{
  const char *text = "";

  if (service->unit != NULL)
    g_variant_lookup (service->unit, key, "&s", &text);
  return text;
}

static gboolean
is_one_of (const char *text, const char *a, const char *b)
{
  return g_str_equal (text, a) || g_str_equal (text, b);
}

/* It ends again and again, and is started again. Who has ended once is back in a moment. */
static gboolean
is_failing (Service *service)
{
  guint32 restarts = 0;

  g_variant_lookup (service->unit, "NRestarts", "u", &restarts);
  return g_str_equal (get_text (service, "ActiveState"), "activating") && restarts > FEW_RESTARTS;
}

typedef struct
{
  const char *result; /* of the unit */
  gint32 status;      /* of its main process; 0: whichever */
  const char *reason;
} Reason;

/* What ended it: the daemon's own last word, or else what systemd saw. Return: (transfer full). */
static char *
describe_reason (Service *service)
{
  static const Reason reasons[] = {
    { "exit-code", 78, N_ ("its configuration is wrong") },
    { "exit-code", 200, N_ ("the folder that it shall run in is not there") },
    { "exit-code", 203, N_ ("its program cannot be run") },
    { "exit-code", 216, N_ ("the group it shall run as does not exist") },
    { "exit-code", 217, N_ ("the user it shall run as does not exist") },
    { "exit-code", 226, N_ ("a folder that its unit names cannot be had") },
    { "exit-code", 238, N_ ("the folder for its state, /var/lib/shikaku, cannot be made or used") },
    { "exit-code", 241, N_ ("the folder of its configuration, /etc/shikaku, cannot be made or used") },
    { "exit-code", 243, N_ ("a credential that its unit names cannot be read or decrypted") },
    { "signal", 0, N_ ("it is ended by a signal again and again, and is started again once a minute") },
    { "core-dump", 0, N_ ("it is ended by a signal again and again, and is started again once a minute") },
    { "watchdog", 0, N_ ("it stands still again and again, and is started again once a minute") },
    { "timeout", 0, N_ ("it does not become ready in time") },
    { "oom-kill", 0, N_ ("the memory of this computer does not suffice") },
    { "start-limit-hit", 0, N_ ("it was started too often within a minute") },
  };
  const char *last_word = get_text (service, "StatusText"), *result = get_text (service, "Result");
  gint32 status = 0;

  g_variant_lookup (service->unit, "ExecMainStatus", "i", &status);
  if (*last_word != '\0' && g_str_equal (result, "exit-code") && status < SYSTEMD_STATUS_FIRST)
    return g_strdup (last_word);
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_str_equal (reasons[i].result, result) && (reasons[i].status == 0 || reasons[i].status == status))
      return g_strdup_printf ("%s (%s %d)", _ (reasons[i].reason), result, status);
  if (g_str_equal (result, "exit-code") && status >= SYSTEMD_STATUS_FIRST)
    return g_strdup_printf ("%s (%s %d)", _ ("systemd cannot do what its unit asks for"), result, status);
  return g_strdup_printf ("%s %d", result, status);
}

char *
service_describe (Service *service)
{
  const char *load = get_text (service, "LoadState"), *state = get_text (service, "ActiveState");
  g_autofree char *reason = NULL;

  if (is_one_of (load, "masked", "not-found"))
    return g_strdup (
        g_str_equal (load, "masked") ? _ (
            "The service shikakud is masked. Call your technician. It is given back with: systemctl unmask shikakud")
                                     : _ ("The service shikakud is not installed. Call your technician."));
  if (g_str_equal (state, "failed") || (service->unit != NULL && is_failing (service)))
    {
      reason = describe_reason (service);
      return g_strdup_printf (_ ("The service shikakud has failed: %s. Call your technician, who finds more with "
                                 "“journalctl -u shikakud”, and starts it with “systemctl restart shikakud”."),
                              reason);
    }
  if (is_one_of (state, "activating", "reloading"))
    return g_strdup (_ ("The service shikakud is being started, and is not ready yet. Try again in a moment."));
  if (g_str_equal (state, "deactivating"))
    return g_strdup (_ ("The service shikakud is being stopped. Try again in a moment."));
  return g_strdup (
      _ ("The daemon shikakud is not running. Call your technician, or start it: systemctl start shikakud"));
}

static void
tell_reason (Service *service, gboolean failed)
{
  g_autofree char *sentence = service_describe (service);

  service->waiting = FALSE;
  service->told (sentence, failed, service->user_data);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    tell_reason (user_data, FALSE);
}

static void
start_unit (Service *service)
{
  service->start = FALSE;
  service->waiting = TRUE;
  g_dbus_connection_call (service->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "StartServiceByName", g_variant_new ("(su)", SHIKAKU_BUS_NAME, 0), NULL,
                          G_DBUS_CALL_FLAGS_NONE, G_MAXINT, service->cancellable, on_started, service);
}

static void
judge_unit (Service *service)
{
  const char *state = get_text (service, "ActiveState");

  if (is_one_of (get_text (service, "LoadState"), "masked", "not-found"))
    tell_reason (service, FALSE);
  else if (g_str_equal (state, "failed") || is_failing (service))
    tell_reason (service, TRUE);
  else if (is_one_of (state, "activating", "active") || g_str_equal (state, "reloading"))
    service->waiting = TRUE;
  else if (service->start)
    start_unit (service);
  else if (!service->waiting)
    tell_reason (service, FALSE);
}

static void
on_unit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Service *service = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_pointer (&service->unit, g_variant_unref);
  if (reply != NULL)
    {
      service->unit = g_variant_get_child_value (reply, 0);
      judge_unit (service);
    }
  else if (service->start)
    start_unit (service);
  else
    tell_reason (service, FALSE);
}

static void
ask_systemd (Service *service)
{
  g_dbus_connection_call (service->connection, SYSTEMD, UNIT_PATH, PROPERTIES, "GetAll", g_variant_new ("(s)", ""),
                          G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NO_AUTO_START, ANSWER_MILLISECONDS,
                          service->cancellable, on_unit, service);
}

static void
on_unit_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                 const char *signal, GVariant *parameters, gpointer user_data)
{
  Service *service = user_data;

  if (service->waiting)
    ask_systemd (service);
}

void
service_look (Service *service, gboolean start)
{
  service->start = start;
  service->waiting = FALSE;
  if (service->subscription == 0)
    {
      service->subscription = g_dbus_connection_signal_subscribe (
          service->connection, SYSTEMD, PROPERTIES, "PropertiesChanged", UNIT_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
          on_unit_changed, service, NULL);
      g_dbus_connection_call (service->connection, SYSTEMD, "/org/freedesktop/systemd1",
                              "org.freedesktop.systemd1.Manager", "Subscribe", NULL, NULL,
                              G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
    }
  ask_systemd (service);
}

Service *
service_new (GDBusConnection *connection, ServiceTold told, gpointer user_data)
{
  Service *service = g_new0 (Service, 1);

  service->connection = connection;
  service->cancellable = g_cancellable_new ();
  service->told = told;
  service->user_data = user_data;
  return service;
}

void
service_free (Service *service)
{
  if (service == NULL)
    return;
  g_cancellable_cancel (service->cancellable);
  if (service->subscription != 0)
    g_dbus_connection_signal_unsubscribe (service->connection, service->subscription);
  g_clear_pointer (&service->unit, g_variant_unref);
  g_object_unref (service->cancellable);
  g_free (service);
}
