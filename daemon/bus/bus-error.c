/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-error: the one way from a GError to the bus. */
#include "bus/bus-error.h"

int
bus_error_set (sd_bus_error *ret, const GError *error)
{
  if (error->domain == SHIKAKU_ERROR)
    return sd_bus_error_set (ret, shikaku_error_get_name (error->code), error->message);
  return sd_bus_error_set (ret, shikaku_error_get_name (SHIKAKU_ERROR_FAILED),
                           "an internal error; the journal tells more");
}

void
bus_error_reply (sd_bus_message *call, const GError *error)
{
  sd_bus_error reply = SD_BUS_ERROR_NULL;

  bus_error_set (&reply, error);
  sd_bus_reply_method_error (call, &reply);
  sd_bus_error_free (&reply);
}

gboolean
bus_error_check (int result, const char *doing, GError **error)
{
  if (result >= 0)
    return TRUE;
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "%s: %s", doing, g_strerror (-result));
  return FALSE;
}
