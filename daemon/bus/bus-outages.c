/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-outages: see the header. */
#include "bus/bus-outages.h"

#include "base/error.h"

static void
on_dropped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusCall *call = user_data;
  GError *error = NULL;
  guint dropped = 0;

  if (outage_drop_finish (result, &dropped, &error))
    bus_call_return (call, "u", dropped);
  else
    bus_call_return_error (call, shikaku_error_adopt (error));
}

void
bus_outages_drop (BusCall *call, Outage *outage)
{
  if (outage != NULL)
    outage_drop (outage, on_dropped, call);
  else
    bus_call_return (call, "u", 0);
}
