/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-refusal: see the header. */
#include "center/records-refusal.h"

#include "base/error.h"
#include "center/code-catalogue.h"

TransportRecords *
records_refusal_new (void)
{
  TransportRecords *records = g_new0 (TransportRecords, 1);

  records->fd = -1;
  records->received = g_get_real_time ();
  return records;
}

TransportRecords *
records_refusal_read (GError *refusal, GError **error)
{
  g_autoptr (GError) reason = refusal;
  TransportRecords *records;

  if (reason == NULL)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, "the center's answer holds no records");
      return NULL;
    }
  if (shikaku_error_get_center_message (reason) == NULL || reason->code == SHIKAKU_ERROR_CENTER_BUSY
      || reason->code == SHIKAKU_ERROR_MESSAGE_INVALID)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }
  records = records_refusal_new ();
  records->code = g_strdup (shikaku_error_get_center_code (reason));
  records->message = g_strdup (shikaku_error_get_center_text (reason));
  records->outcome = code_catalogue_get_outcome (records->code);
  return records;
}
