/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-ledger-reading: who reads is written down, then what there is is read, page by page. */
#include "bus/bus-ledger-reading.h"

#include "bus/bus-entry.h"
#include "bus/bus-errand.h"
#include "bus/bus-ledger-entry.h"
#include "bus/bus-ledger-filter.h"
#include "visit/ledger-export.h"

#define EXPORTS_MAXIMUM 4            /* under way, each with a thread */
#define EXPORT_SILENCE_SECONDS 60    /* that a reader may read nothing */
#define LIST_SIZE_MAXIMUM (16 << 20) /* bytes of entries in one answer, roughly */

struct BusLedgerReading
{
  Ledger *ledger;
  char *institution; /* its code; NULL: not known */
  BusErrands *errands;
  GPtrArray *exports; /* of Export, under way */
  guint n_beginning;  /* that will be, once it is written down who reads */
};

/* Who reads, as an entry. */

/* make_entry: Return: (transfer full) with one LedgerEntry; NULL with INVALID_OPTION. */
static GPtrArray *
make_entry (BusCall *call, BusLedgerFilter *filter, const char *act, const char *format, GError **error)
{
  g_autoptr (LedgerEntry) entry = ledger_entry_new (LEDGER_ADMINISTRATION);
  GPtrArray *entries;

  if (!bus_actor_fill (&filter->actor, bus_call_get_peer (call), error))
    return NULL;
  actor_describe (&filter->actor, entry);
  ledger_person_add (entry, &filter->person);
  ledger_entry_add_text (entry, LEDGER_FIELD_ACT, act);
  ledger_entry_add_text (entry, LEDGER_FIELD_FORMAT, format);
  entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);
  g_ptr_array_add (entries, g_steal_pointer (&entry));
  return entries;
}

/* List. */

typedef struct
{
  BusLedgerReading *self;
  BusLedgerFilter *filter;
  guint limit;      /* entries of the answer */
  guint64 end;      /* the place of the entry that says who reads */
  guint64 anchored; /* entries that have left this computer */
  GPtrArray *found; /* of LedgerRecord */
  gsize size;       /* bytes of them */
} List;

static void
list_free (gpointer data)
{
  List *list = data;

  bus_ledger_filter_free (list->filter);
  g_ptr_array_unref (list->found);
  g_free (list);
}

static void
answer_list (BusErrand *errand, List *list)
{
  g_autoptr (GPtrArray) found = g_ptr_array_ref (list->found);
  const guint64 anchored = list->anchored;
  BusCall *call = bus_errand_end (errand);
  sd_bus_message *reply = bus_call_new_reply (call);
  int result = sd_bus_message_open_container (reply, 'a', "a{sv}");

  for (guint i = 0; i < found->len && result >= 0; i++)
    result = bus_ledger_append_record (reply, g_ptr_array_index (found, i), anchored);
  if (result >= 0)
    result = sd_bus_message_close_container (reply);
  bus_call_return_message (call, reply, result);
}

static void on_list_page (GObject *source, GAsyncResult *result, gpointer user_data);

/* take_records: Return: whether there may be more. */
static gboolean
take_records (List *list, GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++)
    {
      LedgerRecord *record = g_ptr_array_index (records, i);

      if (record->index >= list->end)
        return FALSE;
      if (record->leaf != NULL)
        list->size += g_bytes_get_size (record->leaf);
      g_ptr_array_add (list->found, record);
      records->pdata[i] = NULL;
      if (list->found->len == list->limit || list->size > LIST_SIZE_MAXIMUM)
        return FALSE;
    }
  return TRUE;
}

static void
read_list (BusErrand *errand, List *list)
{
  list->filter->filter.limit = MIN (list->limit - list->found->len, LEDGER_PAGE_MAXIMUM);
  ledger_read (list->self->ledger, &list->filter->filter, on_list_page, errand);
}

static void
free_record (gpointer record)
{
  if (record != NULL)
    ledger_record_free (record);
}

static void
on_list_page (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  List *list = bus_errand_get_data (errand);
  g_autoptr (GPtrArray) records = NULL;
  GError *error = NULL;
  guint64 next = 0;

  if (list == NULL)
    {
      bus_errand_end (errand);
      return;
    }
  records = ledger_read_finish (list->self->ledger, result, &next, &error);
  if (records == NULL)
    {
      bus_call_return_error (bus_errand_end (errand), error);
      return;
    }
  g_ptr_array_set_free_func (records, free_record);
  if (take_records (list, records) && next < list->end)
    {
      list->filter->filter.first = next;
      read_list (errand, list);
    }
  else
    answer_list (errand, list);
}

static void
on_list_state (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  List *list = bus_errand_get_data (errand);
  g_autoptr (LedgerState) state = NULL;
  GError *error = NULL;

  if (list == NULL)
    {
      bus_errand_end (errand);
      return;
    }
  state = ledger_get_state_finish (list->self->ledger, result, &error);
  if (state == NULL)
    {
      bus_call_return_error (bus_errand_end (errand), error);
      return;
    }
  list->anchored = bus_ledger_get_anchored (state);
  read_list (errand, list);
}

static void
on_list_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  List *list = bus_errand_get_data (errand);
  GError *error = NULL;

  if (list == NULL)
    bus_errand_end (errand);
  else if (!ledger_append_finish (list->self->ledger, result, &list->end, &error))
    bus_call_return_error (bus_errand_end (errand), error);
  else
    ledger_get_state (list->self->ledger, on_list_state, errand);
}

void
bus_ledger_reading_list (BusLedgerReading *self, BusCall *call)
{
  BusLedgerFilter filter;
  GPtrArray *entries = NULL;
  GError *error = NULL;
  List *list;

  if (!bus_ledger_filter_read_list (bus_call_get_message (call), self->ledger, &filter, &error)
      || (entries = make_entry (call, &filter, "ledger-list", NULL, &error)) == NULL)
    {
      bus_call_return_error (call, error);
      return;
    }
  list = g_new0 (List, 1);
  *list = (List){ .self = self, .filter = bus_ledger_filter_copy (&filter), .limit = filter.filter.limit };
  list->found = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_record_free);
  ledger_append (self->ledger, entries, on_list_written, bus_errand_new (self->errands, call, list, list_free));
}

/* Export. */

typedef struct
{
  BusLedgerReading *self;
  BusCall *call;
  char *owner; /* its unique name */
  LedgerExport *export;
} Export;

static void
export_end (Export *export)
{
  g_ptr_array_remove_fast (export->self->exports, export);
  g_free (export->owner);
  g_free (export);
}

static int
append_report (sd_bus_message *reply, const LedgerExportReport *report)
{
  int result = sd_bus_message_open_container (reply, 'a', "{sv}");

  if (result >= 0)
    result = bus_ledger_append_state (reply, report->state);
  if (result >= 0)
    result = bus_entry_append (reply, "Entries", "t", report->entries);
  if (result >= 0)
    result = bus_entry_append (reply, "Pruned", "t", report->pruned);
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

static void
on_exported (const LedgerExportReport *report, const GError *error, gpointer user_data)
{
  Export *export = user_data;
  BusCall *call = export->call;
  sd_bus_message *reply;

  export_end (export);
  if (error != NULL)
    {
      bus_call_return_error (call, g_error_copy (error));
      return;
    }
  reply = bus_call_new_reply (call);
  bus_call_return_message (call, reply, append_report (reply, report));
}

/* What is to be exported, until it is written down who reads. */
typedef struct
{
  BusLedgerReading *self;
  LedgerExportWish wish; /* its filter borrows of: (its institution is set anew when it is used) */
  BusLedgerFilter *filter;
  SlowWriter *writer;
} Beginning;

static void
beginning_free (gpointer data)
{
  Beginning *beginning = data;

  g_clear_pointer (&beginning->writer, slow_writer_free);
  bus_ledger_filter_free (beginning->filter);
  g_free (beginning);
}

static void
on_export_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  Beginning *beginning = bus_errand_get_data (errand);
  GError *error = NULL;
  guint64 index;
  Export *export;

  if (beginning == NULL)
    {
      bus_errand_end (errand);
      return;
    }
  beginning->self->n_beginning--;
  if (!ledger_append_finish (beginning->self->ledger, result, &index, &error))
    {
      bus_call_return_error (bus_errand_end (errand), error);
      return;
    }
  export = g_new0 (Export, 1);
  export->self = beginning->self;
  beginning->wish.institution = export->self->institution;
  export->export = ledger_export_start (export->self->ledger, &beginning->wish, g_steal_pointer (&beginning->writer),
                                        on_exported, export);
  export->call = bus_errand_end (errand);
  export->owner = g_strdup (sd_bus_message_get_sender (bus_call_get_message (export->call)));
  g_ptr_array_add (export->self->exports, export);
  if (bus_call_get_peer (export->call) == NULL) /* it has left meanwhile */
    bus_ledger_reading_drop_owner (export->self, export->owner);
}

static gboolean
refuse_value (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, text);
  return FALSE;
}

/* read_export: @ret_writer: (transfer full). */
static gboolean
read_export (BusLedgerReading *self, sd_bus_message *message, LedgerExportFormat *ret_format, BusLedgerFilter *filter,
             SlowWriter **ret_writer, const char **ret_word, GError **error)
{
  int descriptor = -1;

  if (sd_bus_message_read (message, "hs", &descriptor, ret_word) < 0)
    return refuse_value (error, "the descriptor or the format cannot be read");
  if (!ledger_export_format_from_string (*ret_word, ret_format))
    return refuse_value (error, "the format is jsonl, tiles or fhir");
  if (!bus_ledger_filter_read_export (message, self->ledger, filter, error))
    return FALSE;
  if (*ret_format == LEDGER_EXPORT_TILES
      && (filter->filter.first != 0 || filter->person.has_person || filter->person.has_number))
    return refuse_value (error, "tiles are of the whole ledger: Person and First do not go with them");
  *ret_writer = slow_writer_take (descriptor, EXPORT_SILENCE_SECONDS, error);
  return *ret_writer != NULL;
}

void
bus_ledger_reading_export (BusLedgerReading *self, BusCall *call)
{
  g_autoptr (SlowWriter) writer = NULL;
  LedgerExportFormat format;
  BusLedgerFilter filter;
  Beginning *beginning;
  GPtrArray *entries = NULL;
  const char *word;
  GError *error = NULL;

  if (self->exports->len + self->n_beginning >= EXPORTS_MAXIMUM)
    g_set_error (&error, SHIKAKU_ERROR, SHIKAKU_ERROR_LIMIT_EXCEEDED,
                 "%d exports are under way: try again when one has ended", EXPORTS_MAXIMUM);
  else if (read_export (self, bus_call_get_message (call), &format, &filter, &writer, &word, &error))
    entries = make_entry (call, &filter, "ledger-export", word, &error);
  if (entries == NULL)
    {
      bus_call_return_error (call, error);
      return;
    }
  self->n_beginning++;
  beginning = g_new0 (Beginning, 1);
  beginning->self = self;
  beginning->filter = bus_ledger_filter_copy (&filter);
  beginning->wish = (LedgerExportWish){ format, beginning->filter->filter, NULL };
  beginning->writer = g_steal_pointer (&writer);
  ledger_append (self->ledger, entries, on_export_written,
                 bus_errand_new (self->errands, call, beginning, beginning_free));
}

static void
cancel_export (Export *export, ShikakuError code, const char *text)
{
  BusCall *call = export->call;

  ledger_export_cancel (export->export);
  export_end (export);
  bus_call_return_error (call, g_error_new_literal (SHIKAKU_ERROR, (int)code, text));
}

void
bus_ledger_reading_drop_owner (BusLedgerReading *self, const char *name)
{
  for (guint i = self->exports->len; i > 0; i--)
    {
      Export *export = g_ptr_array_index (self->exports, i - 1);

      if (g_str_equal (export->owner, name))
        cancel_export (export, SHIKAKU_ERROR_CANCELLED, "the caller has gone");
    }
}

void
bus_ledger_reading_set_institution (BusLedgerReading *self, const char *institution)
{
  g_free (self->institution);
  self->institution = g_strdup (institution);
}

BusLedgerReading *
bus_ledger_reading_new (Ledger *ledger)
{
  BusLedgerReading *self = g_new0 (BusLedgerReading, 1);

  self->ledger = ledger;
  self->errands = bus_errands_new ();
  self->exports = g_ptr_array_new ();
  return self;
}

void
bus_ledger_reading_free (BusLedgerReading *self)
{
  while (self->exports->len > 0)
    cancel_export (g_ptr_array_index (self->exports, 0), SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is shutting down");
  g_ptr_array_unref (self->exports);
  bus_errands_free (self->errands);
  g_free (self->institution);
  g_free (self);
}
