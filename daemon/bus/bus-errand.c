/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-errand: a list of those that are under way. */
#include "bus/bus-errand.h"

struct BusErrands
{
  GPtrArray *errands; /* of BusErrand, under way */
  GCancellable *cancellable;
};

struct BusErrand
{
  BusErrands *errands; /* NULL: answered */
  BusCall *call;
  gpointer data;
  GDestroyNotify data_free;
};

BusErrands *
bus_errands_new (void)
{
  BusErrands *self = g_new0 (BusErrands, 1);

  self->errands = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
  return self;
}

GCancellable *
bus_errands_get_cancellable (BusErrands *self)
{
  return self->cancellable;
}

void
bus_errands_free (BusErrands *self)
{
  for (guint i = 0; i < self->errands->len; i++)
    {
      BusErrand *errand = g_ptr_array_index (self->errands, i);

      errand->errands = NULL;
      bus_call_return_error (errand->call, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN,
                                                                "the daemon is shutting down"));
    }
  g_ptr_array_unref (self->errands);
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_free (self);
}

BusErrand *
bus_errand_new (BusErrands *self, BusCall *call, gpointer data, GDestroyNotify data_free)
{
  BusErrand *errand = g_new (BusErrand, 1);

  *errand = (BusErrand){ self, call, data, data_free };
  g_ptr_array_add (self->errands, errand);
  return errand;
}

gpointer
bus_errand_get_data (BusErrand *errand)
{
  return errand->errands != NULL ? errand->data : NULL;
}

BusCall *
bus_errand_end (BusErrand *errand)
{
  BusCall *call = errand->errands != NULL ? errand->call : NULL;

  if (errand->errands != NULL)
    g_ptr_array_remove_fast (errand->errands->errands, errand);
  if (errand->data_free != NULL && errand->data != NULL)
    errand->data_free (errand->data);
  g_free (errand);
  return call;
}
