/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-reference: see the header. */
#include "bus/bus-reference.h"

#include "bus/bus-options.h"
#include "visit/station-reference.h"

struct BusReferences
{
  Station *station;
  GCancellable *cancellable;
  GPtrArray *waiting; /* of Waiting */
};

typedef struct
{
  BusReferences *references; /* NULL: they have ended, and the call is answered */
  BusCall *call;
} Waiting;

typedef struct
{
  gint64 insurance; /* -1: not given */
} Options;

static const BusOption options_table[] = {
  { "Insurance", BUS_OPTION_NUMBER, offsetof (Options, insurance), NULL },
  { NULL },
};

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Waiting *waiting = user_data;
  g_autoptr (GError) error = NULL;
  const gboolean is_registered = station_register_reference_finish (result, &error);

  if (waiting->references == NULL)
    return;
  g_ptr_array_remove_fast (waiting->references->waiting, waiting);
  if (is_registered)
    bus_call_return (waiting->call, "");
  else
    bus_call_return_error (waiting->call, g_steal_pointer (&error));
}

void
bus_references_take (BusReferences *references, BusCall *call, Visit *visit)
{
  Options options = { .insurance = -1 };
  GError *error = NULL;
  const char *number = "";
  Waiting *waiting;

  sd_bus_message_read_basic (bus_call_get_message (call), 's', &number);
  if (!bus_options_read (bus_call_get_message (call), options_table, &options, &error))
    {
      bus_call_return_error (call, error);
      return;
    }
  waiting = g_new (Waiting, 1);
  *waiting = (Waiting){ references, call };
  g_ptr_array_add (references->waiting, waiting);
  station_register_reference (references->station, visit, number, options.insurance, references->cancellable,
                              on_registered, waiting);
}

BusReferences *
bus_references_new (Station *station)
{
  BusReferences *references = g_new0 (BusReferences, 1);

  references->station = station;
  references->cancellable = g_cancellable_new ();
  references->waiting = g_ptr_array_new ();
  return references;
}

void
bus_references_free (BusReferences *references)
{
  for (guint i = 0; i < references->waiting->len; i++)
    {
      Waiting *waiting = references->waiting->pdata[i];

      waiting->references = NULL;
      bus_call_return_error (waiting->call, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN,
                                                                 "the daemon is shutting down"));
    }
  g_ptr_array_unref (references->waiting);
  g_cancellable_cancel (references->cancellable);
  g_object_unref (references->cancellable);
  g_free (references);
}
