/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-receipt: see the header. */
#include "bus/bus-receipt.h"

#include <string.h>

#include "bus/bus-actor.h"
#include "bus/bus-entry.h"
#include "bus/bus-ledger-entry.h"
#include "bus/bus-options.h"
#include "codec/receipt.h"
#include "visit/station-patient.h"
#include "visit/station-receipt.h"

typedef struct
{
  const char *language;
  Actor actor;
} Options;

static const BusOption receipt_options[]
    = { { "Language", BUS_OPTION_TEXT, offsetof (Options, language), NULL }, { NULL } };
static const BusOption objection_options[] = { BUS_ACTOR_OPTIONS (Options, actor), { NULL } };

static void
on_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusCall *call = bus_errand_end (user_data);
  g_autoptr (GError) error = NULL;
  g_autofree char *json = station_make_receipt_finish (result, &error);

  if (call == NULL)
    return;
  if (json != NULL)
    bus_call_return (call, "s", json);
  else
    bus_call_return_error (call, g_steal_pointer (&error));
}

static void
refuse_call (BusCall *call, ShikakuError code, const char *text)
{
  bus_call_return_error (call, g_error_new_literal (SHIKAKU_ERROR, (int)code, text));
}

/* make: @id: a receipt's number. @visit: of which it must be; NULL: of any. */
static void
make (Station *station, BusErrands *errands, BusCall *call, const char *id, Visit *visit)
{
  StationReceiptQuestion question = { 0 };
  Options options = { NULL };
  GError *error = NULL;

  if (!bus_options_read (bus_call_get_message (call), receipt_options, &options, &error))
    {
      bus_call_return_error (call, error);
      return;
    }
  question.language = options.language;
  if (visit != NULL)
    {
      question.visit = visit_get_path (visit);
      question.since = visit_get_opened (visit);
    }
  /* Of one's own visit the place is enough: FetchRecords gives it. */
  if (receipt_parse_id (id, &question.index, &question.digits)
      || (visit != NULL && g_ascii_string_to_unsigned (id, 10, 0, G_MAXINT64, &question.index, NULL)))
    station_make_receipt (station, &question, on_made, bus_errand_new (errands, call, NULL, NULL));
  else
    refuse_call (call, SHIKAKU_ERROR_NOT_FOUND, "there is no such receipt");
}

void
bus_receipts_get (Station *station, BusErrands *errands, BusCall *call)
{
  const char *id = "";

  sd_bus_message_read_basic (bus_call_get_message (call), 's', &id);
  make (station, errands, call, id, NULL);
}

/* find_receipt: of the consent of that kind; NULL: there is none. */
static const char *
find_receipt (Visit *visit, const char *kind)
{
  const GArray *consents = visit_get_consents (visit);

  for (guint i = 0; i < consents->len; i++)
    {
      const Consent *consent = &g_array_index (consents, Consent, i);

      if (strcmp (consent_kind_to_string (consent->kind), kind) == 0)
        return consent->receipt;
    }
  return NULL;
}

void
bus_receipts_get_of_visit (Station *station, BusErrands *errands, BusCall *call, Visit *visit)
{
  const char *what = "", *receipt;

  sd_bus_message_read_basic (bus_call_get_message (call), 's', &what);
  receipt = find_receipt (visit, what);
  make (station, errands, call, receipt != NULL ? receipt : what, receipt != NULL ? NULL : visit);
}

/* The patient's own list. */

/*
 * is_for_patient: keyed hashes are nothing to read. Receipt is the entry's own, and no key stands twice: of a consent
 * that was withdrawn Entry tells.
 */
static gboolean
is_for_patient (guint field, const char *type)
{
  if (strcmp (type, "s") == 0)
    return field != LEDGER_FIELD_RECEIPT;
  return field == LEDGER_FIELD_UNTIL || field == LEDGER_FIELD_DOCUMENTS || field == LEDGER_FIELD_ENTRY;
}

static int
append_record (sd_bus_message *reply, const LedgerRecord *record)
{
  g_autofree char *receipt = receipt_make_id (record->index, record->hash.bytes);
  int result = sd_bus_message_open_container (reply, 'a', "{sv}");

  if (result >= 0)
    result = bus_entry_append (reply, "Index", "t", record->index);
  if (result >= 0)
    result = bus_entry_append_text (reply, "Receipt", receipt);
  if (result >= 0 && record->entry != NULL)
    result = bus_ledger_append_fields (reply, record->entry, is_for_patient);
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusCall *call = bus_errand_end (user_data);
  guint64 next = 0;
  GError *error = NULL;
  g_autoptr (GPtrArray) records = station_list_of_patient_finish (result, &next, &error);
  sd_bus_message *reply;
  int filled;

  if (call == NULL || records == NULL)
    {
      if (call != NULL)
        bus_call_return_error (call, error);
      else
        g_clear_error (&error);
      return;
    }
  reply = bus_call_new_reply (call);
  filled = sd_bus_message_append (reply, "t", next);
  if (filled >= 0)
    filled = sd_bus_message_open_container (reply, 'a', "a{sv}");
  for (guint i = 0; i < records->len && filled >= 0; i++)
    filled = append_record (reply, records->pdata[i]);
  if (filled >= 0)
    filled = sd_bus_message_close_container (reply);
  bus_call_return_message (call, reply, filled);
}

void
bus_receipts_get_disclosures (Station *station, BusErrands *errands, BusCall *call, Visit *visit)
{
  guint64 first = 0;

  sd_bus_message_read_basic (bus_call_get_message (call), 't', &first);
  station_list_of_patient (station, visit, first, on_listed, bus_errand_new (errands, call, NULL, NULL));
}

/* An objection. */

static void
on_objected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusCall *call = bus_errand_end (user_data);
  g_autoptr (GError) error = NULL;
  guint64 place = 0;
  gboolean is_written = station_object_finish (result, &place, &error);

  if (call == NULL)
    return;
  if (is_written)
    bus_call_return (call, "t", place);
  else
    bus_call_return_error (call, g_steal_pointer (&error));
}

void
bus_receipts_object (Station *station, BusErrands *errands, BusCall *call, Visit *visit)
{
  sd_bus_message *message = bus_call_get_message (call);
  Options options = { NULL };
  GError *error = NULL;
  const char *text = "";
  guint64 place = 0;

  sd_bus_message_read_basic (message, 't', &place);
  sd_bus_message_read_basic (message, 's', &text);
  if (bus_options_read (message, objection_options, &options, &error)
      && bus_actor_fill (&options.actor, bus_call_get_peer (call), &error))
    station_object (station, visit, place, text, &options.actor, on_objected,
                    bus_errand_new (errands, call, NULL, NULL));
  else
    bus_call_return_error (call, error);
}
