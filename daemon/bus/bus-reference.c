/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-reference: see the header. */
#include "bus/bus-reference.h"

#include "bus/bus-options.h"
#include "visit/station-reference.h"

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
  BusCall *call = bus_errand_end (user_data);
  g_autoptr (GError) error = NULL;
  const gboolean is_registered = station_register_reference_finish (result, &error);

  if (call == NULL)
    return;
  if (is_registered)
    bus_call_return (call, "");
  else
    bus_call_return_error (call, g_steal_pointer (&error));
}

void
bus_reference_register (Station *station, BusErrands *errands, BusCall *call, Visit *visit)
{
  Options options = { .insurance = -1 };
  GError *error = NULL;
  const char *number = "";

  sd_bus_message_read_basic (bus_call_get_message (call), 's', &number);
  if (!bus_options_read (bus_call_get_message (call), options_table, &options, &error))
    {
      bus_call_return_error (call, error);
      return;
    }
  station_register_reference (station, visit, number, options.insurance, bus_errands_get_cancellable (errands),
                              on_registered, bus_errand_new (errands, call, NULL, NULL));
}
