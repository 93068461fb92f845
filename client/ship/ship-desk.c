/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ship-desk: calls of the daemon's Ledger go out; texts, and a stream of lines out of a pipe, come in. */
#include "client/ship/ship-desk.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <unistd.h>

#include "base/names.h"

#define TIMEOUT_MILLISECONDS 60000

struct ShipDesk
{
  GDBusConnection *connection;
};

ShipDesk *
ship_desk_new (GError **error)
{
  GDBusConnection *connection = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  ShipDesk *desk;

  if (connection == NULL)
    return NULL;
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  desk = g_new0 (ShipDesk, 1);
  desk->connection = connection;
  return desk;
}

void
ship_desk_free (ShipDesk *desk)
{
  g_object_unref (desk->connection);
  g_free (desk);
}

/* A method with one text for an answer. @parameters: floating. */
static char *
call_desk (ShipDesk *desk, const char *method, GVariant *parameters, GError **error)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      desk->connection, SHIKAKU_BUS_NAME, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_LEDGER, method, parameters,
      G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MILLISECONDS, NULL, error);
  char *text = NULL;

  if (reply != NULL)
    g_variant_get (reply, "(s)", &text);
  return text;
}

char *
ship_desk_get_checkpoint (ShipDesk *desk, GError **error)
{
  return call_desk (desk, "GetCheckpoint", NULL, error);
}

char *
ship_desk_get_proof (ShipDesk *desk, guint64 place, GError **error)
{
  return call_desk (desk, "GetProof", g_variant_new ("(ta{sv})", place, NULL), error);
}

/* The call that fills the pipe, while that is read. */
typedef struct
{
  gboolean is_over;
  GError *error;
} Export;

static void
on_exported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Export *export = user_data;
  GVariant *reply
      = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), NULL, result, &export->error);

  g_clear_pointer (&reply, g_variant_unref);
  export->is_over = TRUE;
}

/* Return: the end of the pipe to read; NULL with an error. */
static GInputStream *
begin_export (ShipDesk *desk, guint64 first, Export *export, GError **error)
{
  g_autoptr (GUnixFDList) descriptors = g_unix_fd_list_new ();
  GVariantBuilder options;
  int pipe[2];
  gboolean is_taken;

  if (!g_unix_open_pipe (pipe, FD_CLOEXEC, error))
    return NULL;
  is_taken = g_unix_fd_list_append (descriptors, pipe[1], error) == 0;
  close (pipe[1]); /* the list has its own */
  if (!is_taken)
    {
      close (pipe[0]);
      return NULL;
    }
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "First", g_variant_new_uint64 (first));
  g_dbus_connection_call_with_unix_fd_list (
      desk->connection, SHIKAKU_BUS_NAME, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_LEDGER, "Export",
      g_variant_new ("(hsa{sv})", 0, "jsonl", &options), G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT,
      descriptors, NULL, on_exported, export);
  return g_unix_input_stream_new (pipe[0], TRUE);
}

/* Return: whether all went well so far; @ret_is_enough: no more is wanted. */
static gboolean
take_lines (GInputStream *pipe, ShipTake take, gpointer user_data, gboolean *ret_is_enough, GError **error)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (pipe);
  GError *failure = NULL;

  g_data_input_stream_set_newline_type (lines, G_DATA_STREAM_NEWLINE_TYPE_LF);
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, &failure);
      ShipEntry *entry;

      if (line == NULL)
        break;
      entry = ship_entry_parse (line, &failure);
      if (entry == NULL)
        break;
      if (!take (entry, user_data, &failure))
        {
          *ret_is_enough = failure == NULL;
          break;
        }
    }
  if (failure != NULL)
    g_propagate_error (error, failure);
  return failure == NULL;
}

gboolean
ship_desk_read (ShipDesk *desk, guint64 first, ShipTake take, gpointer user_data, GError **error)
{
  Export export = { FALSE, NULL };
  g_autoptr (GInputStream) pipe = begin_export (desk, first, &export, error);
  gboolean is_enough = FALSE, is_well;

  if (pipe == NULL)
    return FALSE;
  /* The message with the descriptor has to leave, and ours to be closed with it: else the pipe comes to no end. */
  if (!g_dbus_connection_flush_sync (desk->connection, NULL, error))
    is_well = FALSE;
  else
    is_well = take_lines (pipe, take, user_data, &is_enough, error);
  g_input_stream_close (pipe, NULL, NULL); /* where more would come, the daemon sees that nobody reads */
  while (!export.is_over)
    g_main_context_iteration (NULL, TRUE);
  if (is_well && !is_enough && export.error != NULL)
    {
      g_propagate_error (error, export.error);
      return FALSE;
    }
  g_clear_error (&export.error);
  return is_well;
}
