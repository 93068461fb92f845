/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * client: what every verb stands on: the bus, the daemon's coming and going, the way out.
 *
 * A verb (verb.h) is what runs on it. Its start() is called each time the daemon is there, and everything it
 * does from then on is asynchronous; it ends the program with client_quit().
 */
#pragma once

#include <gio/gio.h>

#include "client/errors.h"
#include "client/service.h"
#include "client/verb.h"
#include "daemon/base/names.h"

struct Client
{
  const Verb *verb;
  const char *word;     /* that stands behind the verb; NULL: none does */
  const char *argument; /* that stands behind that; NULL: none does */
  gboolean json;
  GDBusConnection *connection;
  char *daemon;    /* its unique name; NULL while it is away */
  gpointer state;  /* the verb's own */
  GMainLoop *loop; /* the only one */
  ExitCode exit_code;
  gboolean concluded;
  Service *service; /* why the daemon is away */
  guint alarm;      /* a source: until the daemon has shown that it lives */
  gboolean alive;
  gboolean interrupted;
  char *last_words; /* for standard error, when a verb has given the screen back */
};

/* client_run: connects, lives, and puts everything down. Return: the exit code. */
ExitCode client_run (Client *client);

/* client_quit: the program ends, with @code unless it was concluded before. Later calls do not change it. */
void client_quit (Client *client, ExitCode code);

/*
 * client_conclude: the outcome of what was asked is @code, and @value, printed with --json; what comes later
 * (Ctrl-C, a daemon that goes) changes neither. The verb goes on until it calls client_quit().
 */
void client_conclude (Client *client, ExitCode code, GVariant *value);

/*
 * client_fail: says on standard error what @error (of a D-Bus call) means, with --json also as an object on standard
 * output, and quits with its exit code. A verb that stays goes on where it is the daemon that is away.
 */
void client_fail (Client *client, const GError *error);

/* client_fail_with: the same with the D-Bus error @name of ours, where the client sees it by itself. */
void client_fail_with (Client *client, const char *name);

/* client_fail_saying: the same where @sentence tells more than the error @name does. */
void client_fail_saying (Client *client, const char *name, const char *sentence);

/*
 * client_call: calls the daemon that is there now, never one started in its place. @arguments: floating, or NULL.
 * @seconds: to wait for the answer; a verb that stays waits as long as the daemon is there.
 * @callback is called with client->connection; finish with g_dbus_connection_call_finish().
 */
void client_call (Client *client, const char *path, const char *interface, const char *method, GVariant *arguments,
                  guint seconds, GAsyncReadyCallback callback, gpointer user_data);

/* client_finish_call: Return: the first value of the reply (transfer full), or NULL with what GDBus says. */
GVariant *client_finish_call (GObject *source, GAsyncResult *result, GError **error);

/* The deadline of all that asks the daemon only; CLIENT_CALL_SECONDS is for what may have to wait for others. */
#define CLIENT_DEADLINE_MILLISECONDS 2800
#define CLIENT_CALL_SECONDS 25
