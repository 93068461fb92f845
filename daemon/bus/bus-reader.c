/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-reader: one object a reader, its properties, and what of them was told last. */
#include "bus/bus-reader.h"

#include "base/log.h"
#include "base/names.h"
#include "bus/bus-error.h"

/* What of a reader changes, but for its agent. */
typedef struct
{
  gboolean card_present, in_use, served;
  gboolean has_serial; /* which comes once */
} BusReaderView;

typedef struct
{
  BusReaders *readers;
  StationReader *reader; /* borrowed from the station until it is removed */
  char *path;
  sd_bus_slot *slot;
  BusReaderView told; /* last */
} BusReader;

struct BusReaders
{
  sd_bus *bus;
  BusAgents *agents;
  GHashTable *table; /* path → BusReader */
  sd_bus_slot *manager;
};

static int
get_version (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
             void *user_data, sd_bus_error *error)
{
  return sd_bus_message_append (reply, "u", 1);
}

static int
get_name (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
          void *user_data, sd_bus_error *error)
{
  return sd_bus_message_append (reply, "s", station_reader_get_name (((BusReader *)user_data)->reader));
}

static int
get_card_present (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
                  void *user_data, sd_bus_error *error)
{
  return sd_bus_message_append (reply, "b", station_reader_has_card (((BusReader *)user_data)->reader));
}

static int
get_in_use (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
            void *user_data, sd_bus_error *error)
{
  return sd_bus_message_append (reply, "b", station_reader_is_in_use (((BusReader *)user_data)->reader));
}

static int
get_in_use_since (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
                  void *user_data, sd_bus_error *error)
{
  return sd_bus_message_append (reply, "t",
                                (guint64)station_reader_get_in_use_since (((BusReader *)user_data)->reader));
}

static int
get_served (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
            void *user_data, sd_bus_error *error)
{
  return sd_bus_message_append (reply, "b", station_reader_has_served (((BusReader *)user_data)->reader));
}

static int
get_serial (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
            void *user_data, sd_bus_error *error)
{
  return sd_bus_message_append (reply, "s", station_reader_get_serial (((BusReader *)user_data)->reader));
}

static int
get_agent (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
           void *user_data, sd_bus_error *error)
{
  BusReader *self = user_data;

  return bus_agents_append_capabilities (reply, self->readers->agents, self->path);
}

static int
get_kind (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
          void *user_data, sd_bus_error *error)
{
  return sd_bus_message_append (reply, "s",
                                station_reader_is_terminal (((BusReader *)user_data)->reader) ? "terminal" : "pcsc");
}

/* PC/SC tells none of them before a card is powered: an empty list says that nothing is known. */
static int
get_capabilities (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
                  void *user_data, sd_bus_error *error)
{
  return sd_bus_message_append (reply, "as", 0);
}

static const sd_bus_vtable vtable[] = {
  SD_BUS_VTABLE_START (0),
  SD_BUS_PROPERTY ("Version", "u", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
  SD_BUS_PROPERTY ("Name", "s", get_name, 0, SD_BUS_VTABLE_PROPERTY_CONST),
  SD_BUS_PROPERTY ("CardPresent", "b", get_card_present, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
  SD_BUS_PROPERTY ("InUse", "b", get_in_use, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
  SD_BUS_PROPERTY ("InUseSince", "t", get_in_use_since, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
  SD_BUS_PROPERTY ("Served", "b", get_served, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
  SD_BUS_PROPERTY ("Agent", "as", get_agent, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
  SD_BUS_PROPERTY ("Serial", "s", get_serial, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
  SD_BUS_PROPERTY ("Kind", "s", get_kind, 0, SD_BUS_VTABLE_PROPERTY_CONST),
  SD_BUS_PROPERTY ("Capabilities", "as", get_capabilities, 0, SD_BUS_VTABLE_PROPERTY_CONST),
  SD_BUS_VTABLE_END,
};

static BusReaderView
look_at (StationReader *reader)
{
  return (BusReaderView){
    .card_present = station_reader_has_card (reader),
    .in_use = station_reader_is_in_use (reader),
    .served = station_reader_has_served (reader),
    .has_serial = *station_reader_get_serial (reader) != '\0',
  };
}

static void
free_reader (BusReader *self)
{
  sd_bus_slot_unref (self->slot);
  g_free (self->path);
  g_free (self);
}

BusReaders *
bus_readers_new (sd_bus *bus, Station *station, BusAgents *agents, GError **error)
{
  g_autoptr (BusReaders) readers = g_new0 (BusReaders, 1);
  g_autoptr (GPtrArray) present = station_get_readers (station);

  readers->bus = sd_bus_ref (bus);
  readers->agents = agents;
  readers->table = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)free_reader);
  if (!bus_error_check (sd_bus_add_object_manager (bus, &readers->manager, SHIKAKU_READER_PATH), "reader objects",
                        error))
    return NULL;
  for (guint i = 0; i < present->len; i++)
    bus_readers_note_added (readers, g_ptr_array_index (present, i));
  return g_steal_pointer (&readers);
}

void
bus_readers_free (BusReaders *readers)
{
  g_hash_table_unref (readers->table);
  sd_bus_slot_unref (readers->manager);
  sd_bus_unref (readers->bus);
  g_free (readers);
}

void
bus_readers_note_added (BusReaders *readers, StationReader *reader)
{
  BusReader *self = g_new0 (BusReader, 1);
  int result;

  self->readers = readers;
  self->reader = reader;
  self->path = g_strdup (station_reader_get_path (reader));
  self->told = look_at (reader);
  g_hash_table_replace (readers->table, self->path, self);
  result = sd_bus_add_object_vtable (readers->bus, &self->slot, self->path, SHIKAKU_INTERFACE_READER, vtable, self);
  if (result >= 0)
    result = sd_bus_emit_object_added (readers->bus, self->path);
  if (result < 0)
    log_warning (NULL, "A reader could not be shown on the bus: %s", g_strerror (-result));
}

void
bus_readers_note_removed (BusReaders *readers, StationReader *reader)
{
  const char *path = station_reader_get_path (reader);

  sd_bus_emit_object_removed (readers->bus, path);
  g_hash_table_remove (readers->table, path);
}

void
bus_readers_note_changed (BusReaders *readers, StationReader *reader)
{
  BusReader *self = g_hash_table_lookup (readers->table, station_reader_get_path (reader));
  const BusReaderView now = look_at (reader);
  char *names[6] = { NULL };
  guint count = 0;

  if (self == NULL)
    return;
  if (self->told.card_present != now.card_present)
    names[count++] = (char *)"CardPresent";
  if (self->told.in_use != now.in_use)
    {
      names[count++] = (char *)"InUse";
      names[count++] = (char *)"InUseSince";
    }
  if (self->told.served != now.served)
    names[count++] = (char *)"Served";
  if (self->told.has_serial != now.has_serial)
    names[count++] = (char *)"Serial";
  self->told = now;
  if (count > 0)
    sd_bus_emit_properties_changed_strv (readers->bus, self->path, SHIKAKU_INTERFACE_READER, names);
}

void
bus_readers_note_agent (BusReaders *readers, const char *path)
{
  if (g_hash_table_contains (readers->table, path))
    sd_bus_emit_properties_changed (readers->bus, path, SHIKAKU_INTERFACE_READER, "Agent", NULL);
}
