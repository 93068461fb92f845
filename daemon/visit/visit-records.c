/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-records: see the header. */
#include "visit/visit-records.h"

#include "visit/visit-private.h"

gboolean
visit_records_begin (Visit *visit, GCancellable *cancellable)
{
  if (visit->records.running != NULL)
    return FALSE;
  visit->records.running = cancellable;
  return TRUE;
}

void
visit_records_end (Visit *visit)
{
  visit->records.running = NULL;
}

gboolean
visit_records_are_running (Visit *visit)
{
  return visit->records.running != NULL;
}

void
visit_records_stop (Visit *visit)
{
  if (visit->records.running != NULL)
    g_cancellable_cancel (visit->records.running);
}
