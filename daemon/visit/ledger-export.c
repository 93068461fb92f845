/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-export: state, then read a page, write it, read the next. */
#include "visit/ledger-export.h"

#include <string.h>

#include "codec/ledger-fhir.h"
#include "codec/ledger-json.h"
#include "visit/ledger-tiles.h"

struct LedgerExport
{
  Ledger *ledger;
  LedgerExportFormat format;
  LedgerFilter filter;
  guint8 people[4][LEDGER_PERSON_SIZE]; /* that the filter points to */
  char *institution;
  SlowWriter *writer; /* NULL: cancelled */
  LedgerExportDone done;
  gpointer user_data;
  LedgerState *state;
  LedgerTiles *tiles;
  GString *lines; /* to be written, of jsonl */
  LedgerExportReport report;
  gboolean is_over;    /* nothing is left to read */
  gboolean is_writing; /* else the ledger has something to say to it */
};

static void read_page (LedgerExport *self);

static const char *const formats[] = {
#define FORMAT_WORD(suffix, word) [LEDGER_EXPORT_##suffix] = word,
  LEDGER_EXPORT_FORMATS (FORMAT_WORD)
#undef FORMAT_WORD
};

gboolean
ledger_export_format_from_string (const char *word, LedgerExportFormat *ret_format)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_equal (formats[i], word))
      {
        *ret_format = (LedgerExportFormat)i;
        return TRUE;
      }
  return FALSE;
}

static void
export_free (LedgerExport *self)
{
  g_clear_pointer (&self->writer, slow_writer_free);
  g_clear_pointer (&self->state, ledger_state_free);
  g_clear_pointer (&self->tiles, ledger_tiles_free);
  g_string_free (self->lines, TRUE);
  g_free (self->institution);
  g_free (self);
}

static void
finish_export (LedgerExport *self, const GError *error)
{
  self->done (&self->report, error, self->user_data);
  export_free (self);
}

static void
add_resource (LedgerExport *self, const LedgerRecord *record)
{
  const LedgerFhirSource source = { self->state->origin, self->institution };
  g_autoptr (GBytes) line = NULL;
  gconstpointer text;
  gsize size;

  if (record->entry == NULL)
    return;
  line = ledger_fhir_write (&source, record->index, record->hash.bytes, record->entry);
  text = g_bytes_get_data (line, &size);
  g_string_append_len (self->lines, text, (gssize)size);
}

static void
add_record (LedgerExport *self, const LedgerRecord *record)
{
  const LedgerJsonLeaf leaf = { record->index, &record->hash, record->leaf, record->entry };

  if (record->index >= self->state->size) /* it has come meanwhile */
    return;
  self->report.entries++;
  self->report.pruned += record->leaf == NULL;
  if (self->tiles != NULL)
    ledger_tiles_add_leaf (self->tiles, &record->hash, record->leaf);
  else if (self->format == LEDGER_EXPORT_FHIR)
    add_resource (self, record);
  else
    ledger_json_append (self->lines, &leaf);
}

static void
on_written (const GError *error, gpointer user_data)
{
  LedgerExport *self = user_data;

  self->is_writing = FALSE;
  if (error != NULL || self->is_over)
    finish_export (self, error);
  else
    read_page (self);
}

/* take_bytes: what there is to be written. (transfer full). */
static GBytes *
take_bytes (LedgerExport *self)
{
  GString *lines;

  if (self->tiles != NULL)
    return g_byte_array_free_to_bytes (ledger_tiles_take (self->tiles));
  lines = self->lines;
  self->lines = g_string_new (NULL);
  return g_string_free_to_bytes (lines);
}

static void
write_bytes (LedgerExport *self)
{
  g_autoptr (GBytes) bytes = take_bytes (self);

  self->is_writing = g_bytes_get_size (bytes) > 0;
  if (self->is_writing)
    slow_writer_write (self->writer, bytes, on_written, self);
  else
    on_written (NULL, self);
}

static void
on_page (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LedgerExport *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = NULL;
  guint64 next = 0;

  if (self->writer == NULL) /* cancelled */
    {
      export_free (self);
      return;
    }
  records = ledger_read_finish (self->ledger, result, &next, &error);
  if (records == NULL)
    {
      finish_export (self, error);
      return;
    }
  for (guint i = 0; i < records->len; i++)
    add_record (self, g_ptr_array_index (records, i));
  self->is_over = next >= self->state->size || next <= self->filter.first;
  self->filter.first = next;
  if (self->is_over && self->tiles != NULL)
    ledger_tiles_end (self->tiles);
  write_bytes (self);
}

static void
read_page (LedgerExport *self)
{
  ledger_read (self->ledger, &self->filter, on_page, self);
}

static void
on_state (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LedgerExport *self = user_data;
  g_autoptr (GError) error = NULL;

  if (self->writer == NULL) /* cancelled */
    {
      export_free (self);
      return;
    }
  self->state = ledger_get_state_finish (self->ledger, result, &error);
  self->report.state = self->state;
  if (self->state == NULL)
    {
      finish_export (self, error);
      return;
    }
  if (self->format == LEDGER_EXPORT_TILES)
    {
      self->tiles = ledger_tiles_new (g_get_real_time () / G_USEC_PER_SEC);
      ledger_tiles_add_checkpoint (self->tiles, self->state->checkpoint);
    }
  if (self->filter.first >= self->state->size)
    {
      self->is_over = TRUE;
      write_bytes (self);
    }
  else
    read_page (self);
}

static const guint8 *
keep_hash (const guint8 *hash, guint8 place[LEDGER_PERSON_SIZE])
{
  return hash != NULL ? memcpy (place, hash, LEDGER_PERSON_SIZE) : NULL;
}

LedgerExport *
ledger_export_start (Ledger *ledger, const LedgerExportWish *wish, SlowWriter *writer, LedgerExportDone done,
                     gpointer user_data)
{
  LedgerExport *self = g_new0 (LedgerExport, 1);

  self->ledger = ledger;
  self->format = wish->format;
  self->filter.first = wish->filter.first;
  self->filter.person = keep_hash (wish->filter.person, self->people[0]);
  self->filter.person_number = keep_hash (wish->filter.person_number, self->people[1]);
  self->filter.person_before = keep_hash (wish->filter.person_before, self->people[2]);
  self->filter.person_number_before = keep_hash (wish->filter.person_number_before, self->people[3]);
  self->institution = g_strdup (wish->institution);
  self->writer = writer;
  self->done = done;
  self->user_data = user_data;
  self->lines = g_string_new (NULL);
  ledger_get_state (ledger, on_state, self);
  return self;
}

/* A piece that is being written is forgotten with its writer; a page that is being read comes, and finds nobody. */
void
ledger_export_cancel (LedgerExport *self)
{
  if (self->is_writing)
    export_free (self);
  else
    g_clear_pointer (&self->writer, slow_writer_free);
}
