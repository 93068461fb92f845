/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-ledger-entry: one walk over the fields of an entry, and the two summaries. */
#include "bus/bus-ledger-entry.h"

#include <string.h>

#include "bus/bus-entry.h"
#include "codec/ledger-json.h"

typedef struct
{
  sd_bus_message *reply;
  BusLedgerWanted wanted; /* NULL: each */
  guint field;            /* that stood before this one */
  int result;
} Walk;

int
bus_ledger_append_hex (sd_bus_message *reply, const char *key, gconstpointer bytes, gsize size)
{
  g_autofree char *text = ledger_json_make_hex (bytes, size);

  return bus_entry_append_sent (reply, key, text);
}

static int
append_bytes (sd_bus_message *reply, const char *key, const char *type, GBytes *value)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (value, &size);
  g_autofree char *text = NULL, *valid = NULL;
  guint64 number = 0;

  if (strcmp (type, "ay") == 0)
    return bus_ledger_append_hex (reply, key, bytes, size);
  if (strcmp (type, "s") == 0)
    {
      text = g_strndup ((const char *)bytes, size);
      valid = g_utf8_make_valid (text, -1);
      return bus_entry_append_sent (reply, key, valid);
    }
  for (gsize i = 0; i < size; i++)
    number = number << 8 | bytes[i];
  return bus_entry_append (reply, key, "t", number);
}

/* Sha256 may stand there several times, and is a list. A field that is not known here is left to Export. */
static void
on_field (guint field, const char *type, GBytes *value, gpointer user_data)
{
  Walk *walk = user_data;
  const char *key = ledger_field_get_key (field);

  if (walk->result >= 0 && key != NULL && field != LEDGER_FIELD_SHA256 && field != walk->field
      && (walk->wanted == NULL || walk->wanted (field, type)))
    walk->result = append_bytes (walk->reply, key, type, value);
  walk->field = field;
}

static void
on_hash (guint field, const char *type, GBytes *value, gpointer user_data)
{
  Walk *walk = user_data;
  gsize size;
  const guint8 *bytes = g_bytes_get_data (value, &size);
  g_autofree char *text = NULL;

  if (field != LEDGER_FIELD_SHA256 || walk->result < 0)
    return;
  text = ledger_json_make_hex (bytes, size);
  walk->result = sd_bus_message_append_basic (walk->reply, 's', text);
}

static int
append_hashes (sd_bus_message *reply, const LedgerEntry *entry)
{
  Walk walk = { .reply = reply };

  walk.result = bus_entry_open (reply, ledger_field_get_key (LEDGER_FIELD_SHA256), "as");
  if (walk.result >= 0)
    walk.result = sd_bus_message_open_container (reply, 'a', "s");
  ledger_entry_walk (entry, on_hash, &walk);
  if (walk.result >= 0)
    walk.result = sd_bus_message_close_container (reply);
  return walk.result < 0 ? walk.result : bus_entry_close (reply);
}

int
bus_ledger_append_fields (sd_bus_message *reply, const LedgerEntry *entry, BusLedgerWanted wanted)
{
  const char *kind = ledger_kind_to_string (ledger_entry_get_kind (entry));
  Walk walk = { .reply = reply, .wanted = wanted };

  walk.result = kind != NULL ? bus_entry_append_text (reply, "Kind", kind) : 0;
  if (walk.result >= 0)
    walk.result = bus_entry_append (reply, "At", "t", (guint64)ledger_entry_get_at (entry));
  ledger_entry_walk (entry, on_field, &walk);
  return walk.result;
}

static int
append_entry (sd_bus_message *reply, const LedgerEntry *entry)
{
  int result = bus_ledger_append_fields (reply, entry, NULL);

  if (result >= 0)
    result = bus_entry_append (reply, "Boot", "t", (guint64)ledger_entry_get_boot (entry));
  if (result >= 0 && ledger_entry_get_bytes (entry, LEDGER_FIELD_SHA256) != NULL)
    result = append_hashes (reply, entry);
  return result;
}

int
bus_ledger_append_record (sd_bus_message *reply, const LedgerRecord *record, guint64 anchored)
{
  int result = sd_bus_message_open_container (reply, 'a', "{sv}");

  if (result >= 0)
    result = bus_entry_append (reply, "Index", "t", record->index);
  if (result >= 0)
    result = bus_ledger_append_hex (reply, "Leaf", record->hash.bytes, sizeof record->hash.bytes);
  if (result >= 0)
    result = bus_entry_append (reply, "Anchored", "b", record->index < anchored);
  if (result >= 0 && record->leaf == NULL)
    result = bus_entry_append (reply, "Pruned", "b", TRUE);
  if (result >= 0 && record->entry != NULL)
    result = append_entry (reply, record->entry);
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

guint64
bus_ledger_get_anchored (const LedgerState *state)
{
  guint64 anchored = 0;

  for (guint i = 0; i < state->anchors->len; i++)
    anchored = MAX (anchored, ((const LedgerAnchor *)g_ptr_array_index (state->anchors, i))->size);
  return MIN (anchored, state->size);
}

static int
append_anchor (sd_bus_message *reply, const LedgerAnchor *anchor)
{
  int result = sd_bus_message_open_container (reply, 'a', "{sv}");

  if (result >= 0)
    result = bus_entry_append_text (reply, "Where", anchor->where);
  if (result >= 0)
    result = bus_entry_append (reply, "Size", "t", anchor->size);
  if (result >= 0)
    result = bus_entry_append (reply, "At", "t", (guint64)anchor->at);
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

int
bus_ledger_append_anchors (sd_bus_message *reply, const LedgerState *state)
{
  int result = bus_entry_open (reply, "Anchors", "aa{sv}");

  if (result >= 0)
    result = sd_bus_message_open_container (reply, 'a', "a{sv}");
  for (guint i = 0; i < state->anchors->len && result >= 0; i++)
    result = append_anchor (reply, g_ptr_array_index (state->anchors, i));
  if (result >= 0)
    result = sd_bus_message_close_container (reply);
  return result < 0 ? result : bus_entry_close (reply);
}

int
bus_ledger_append_state (sd_bus_message *reply, const LedgerState *state)
{
  const guint64 anchored = bus_ledger_get_anchored (state);
  const BusEntryText texts[]
      = { { "Origin", state->origin }, { "Verifier", state->verifier }, { "Checkpoint", state->checkpoint }, { NULL } };
  int result = bus_entry_append (reply, "Size", "t", state->size);

  if (result >= 0)
    result = bus_entry_append (reply, "Minimum", "t", state->minimum);
  if (result >= 0)
    result = bus_ledger_append_hex (reply, "Root", state->root.bytes, sizeof state->root.bytes);
  if (result >= 0)
    result = bus_entry_append_texts (reply, texts);
  if (result >= 0)
    result = bus_entry_append (reply, "Endorsed", "b", state->is_endorsed);
  if (result >= 0)
    result = bus_entry_append (reply, "Anchored", "b", anchored > 0);
  if (result >= 0)
    result = bus_entry_append (reply, "AnchoredSize", "t", anchored);
  return result < 0 ? result : bus_ledger_append_anchors (reply, state);
}

static int
append_fault (sd_bus_message *reply, const LedgerFault *fault)
{
  int result = sd_bus_message_open_container (reply, 'a', "{sv}");

  if (result >= 0)
    result = bus_entry_append_text (reply, "What", fault->what);
  if (result >= 0 && fault->place >= 0)
    result = bus_entry_append (reply, "Index", "t", (guint64)fault->place);
  if (result >= 0 && fault->text != NULL)
    result = bus_entry_append_text (reply, "Text", fault->text);
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

int
bus_ledger_append_verdict (sd_bus_message *reply, const LedgerVerdict *verdict)
{
  int result = bus_entry_append (reply, "Size", "t", verdict->size);

  if (result >= 0)
    result = bus_entry_append (reply, "Minimum", "t", verdict->minimum);
  if (result >= 0)
    result = bus_ledger_append_hex (reply, "Root", verdict->root.bytes, sizeof verdict->root.bytes);
  if (result >= 0 && verdict->verifier != NULL)
    result = bus_entry_append_text (reply, "Verifier", verdict->verifier);
  if (result >= 0)
    result = bus_entry_append (reply, "Endorsed", "b", verdict->is_endorsed);
  if (result >= 0)
    result = bus_entry_append (reply, "MoreFaults", "t", verdict->more_faults);
  if (result >= 0)
    result = bus_entry_open (reply, "Faults", "aa{sv}");
  if (result >= 0)
    result = sd_bus_message_open_container (reply, 'a', "a{sv}");
  for (guint i = 0; i < verdict->faults->len && result >= 0; i++)
    result = append_fault (reply, g_ptr_array_index (verdict->faults, i));
  if (result >= 0)
    result = sd_bus_message_close_container (reply);
  return result < 0 ? result : bus_entry_close (reply);
}
