/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus: the connection, its loop, its name, and the rooms of this floor in the order in which they need each other. */
#include "bus/bus.h"

#include <malloc.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "base/log.h"
#include "base/message-ids.h"
#include "bus/bus-access.h"
#include "bus/bus-agent-manager.h"
#include "bus/bus-events.h"
#include "bus/bus-gate.h"
#include "bus/bus-ledger.h"
#include "bus/bus-log-control.h"
#include "bus/bus-loop.h"
#include "bus/bus-manager.h"
#include "bus/bus-reader.h"
#include "bus/bus-records.h"
#include "bus/bus-sleep.h"
#include "visit/station-records.h"

#define DBUS_NAME "org.freedesktop.DBus"

#define SURVEY_MILLISECONDS 1000
#define PAUSE_MILLISECONDS 1000    /* from a start that failed to its end */
#define TRIM_SECONDS 1             /* after a caller has gone, or a crowd was there */
#define LEAVE_MICROSECONDS 1000000 /* for a bus that does not answer */
#define CROWD 32                   /* answers that wait for the bus to take them */

struct Bus
{
  sd_bus *bus;
  guint source, watchdog;
  sd_bus_slot *filter, *name;
  GSourceFunc lost;
  gpointer user_data;
  Station *station;
  Ledger *ledger; /* NULL: there is none */

  BusOutgoing *outgoing;
  BusPeers *peers;
  BusAccess *access;
  BusCalls *calls;
  BusDescriptors *descriptors;
  BusAgents *agents;
  /* Once published: */
  BusVisits *visits;
  BusReaders *readers;
  BusEvents *events;
  BusTakeover *takeover;
  BusRecords *records;
  BusManager *manager;
  BusLedger *ledger_object;
  BusLogControl *log_control;
  BusGate *gate;
  BusSleep *sleep;
  guint survey; /* until the name is asked for */
  guint trim;   /* until memory is given back */
  gboolean ready;
  guint pause_source; /* until a start that failed is told */
};

static gboolean
on_pause_over (gpointer user_data)
{
  Bus *self = user_data;

  self->pause_source = 0;
  self->lost (self->user_data);
  return G_SOURCE_REMOVE;
}

/* The service manager starts us again at once: a bus that refuses us would be asked, and fill the journal, all day. */
static void
report_lost (Bus *self, const char *what)
{
  if (bus_calls_are_closed (self->calls)) /* it was us */
    return;
  log_write (LOG_ERR, SHIKAKU_MESSAGE_BUS_LOST, NULL, "%s", what);
  bus_calls_close (self->calls);
  if (self->ready)
    self->lost (self->user_data);
  else
    self->pause_source = g_timeout_add (PAUSE_MILLISECONDS, on_pause_over, self);
}

/* What a crowd of callers needed lies in pieces between what is kept: the C library gives it back only if told to. */
static gboolean
on_trim (gpointer user_data)
{
  ((Bus *)user_data)->trim = 0;
  malloc_trim (0);
  return G_SOURCE_REMOVE;
}

static void
plan_trim (Bus *self)
{
  if (self->trim == 0)
    self->trim = g_timeout_add_seconds (TRIM_SECONDS, on_trim, self);
}

static void
on_peer_gone (const char *name, gpointer user_data)
{
  Bus *self = user_data;

  bus_access_drop_caller (self->access, name);
  bus_agents_drop_owner (self->agents, name);
  if (self->events != NULL)
    bus_events_drop_owner (self->events, name);
  if (self->records != NULL)
    bus_records_drop_caller (self->records, name);
  if (self->ledger_object != NULL)
    bus_ledger_drop_owner (self->ledger_object, name);
  if (self->station != NULL)
    station_drop_owner (self->station, name);
  plan_trim (self);
}

/* What the bus itself tells: who has gone, and whether we still have our name and connection. */
static int
on_message (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  Bus *self = user_data;
  const char *sender = sd_bus_message_get_sender (message);
  const char *name, *old_owner, *new_owner;
  guint64 unsent = 0;

  if (sd_bus_get_n_queued_write (self->bus, &unsent) >= 0 && unsent >= CROWD)
    plan_trim (self);
  /* Anybody can send a signal that says so; sd-bus tells of its own end under the bus's name with ".Local". */
  if (sender == NULL || !g_str_has_prefix (sender, DBUS_NAME))
    return 0;
  if (sd_bus_message_is_signal (message, DBUS_NAME, "NameOwnerChanged") > 0)
    {
      if (sd_bus_message_read (message, "sss", &name, &old_owner, &new_owner) > 0 && *name == ':' && !*new_owner)
        bus_peers_note_gone (self->peers, name);
    }
  else if (sd_bus_message_is_signal (message, DBUS_NAME, "NameLost") > 0)
    {
      if (sd_bus_message_read (message, "s", &name) > 0 && strcmp (name, SHIKAKU_BUS_NAME) == 0)
        report_lost (self, "The name on the bus was lost");
    }
  else if (sd_bus_message_is_signal (message, DBUS_NAME ".Local", "Disconnected") > 0)
    report_lost (self, "The connection to the bus was lost");
  return 0;
}

static gboolean
on_watchdog (gpointer user_data)
{
  sd_notify (FALSE, "WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

Bus *
bus_new (GSourceFunc lost, gpointer user_data, GError **error)
{
  g_autoptr (Bus) self = g_new0 (Bus, 1);
  guint64 watchdog_usec = 0;

  self->lost = lost;
  self->user_data = user_data;
  if (!bus_error_check (sd_bus_open_system (&self->bus), "system bus", error)
      || !bus_error_check (sd_bus_add_filter (self->bus, &self->filter, on_message, self), "bus filter", error))
    return NULL;
  self->outgoing = bus_outgoing_new (self->bus);
  self->peers = bus_peers_new (self->bus, self->outgoing, on_peer_gone, self);
  self->access = bus_access_new (self->bus, self->outgoing, self->peers);
  self->calls = bus_calls_new (self->peers, self->access);
  if ((self->descriptors = bus_descriptors_new (self->bus, self->outgoing, self->peers, error)) == NULL)
    return NULL;
  self->agents = bus_agents_new (self->bus, self->outgoing, self->calls, self->descriptors);
  self->source = bus_loop_attach (self->bus, NULL);
  if (sd_watchdog_enabled (FALSE, &watchdog_usec) > 0)
    self->watchdog = g_timeout_add ((guint)(watchdog_usec / 1000 / 2), on_watchdog, NULL);
  return g_steal_pointer (&self);
}

AgentPort
bus_get_agent_port (Bus *self)
{
  return (AgentPort){ .klass = bus_agents_get_port_class (), .port = self->agents };
}

static int
on_name (sd_bus_message *reply, void *user_data, sd_bus_error *error)
{
  Bus *self = user_data;
  guint32 answer = 0;

  if (bus_calls_are_closed (self->calls)) /* told to stop meanwhile */
    return 0;
  if (sd_bus_message_is_method_error (reply, NULL) > 0 || sd_bus_message_read_basic (reply, 'u', &answer) <= 0
      || answer != 1 /* primary owner */)
    {
      report_lost (self, "The name on the bus was refused, or another daemon has it");
      return 0;
    }
  log_write (LOG_NOTICE, SHIKAKU_MESSAGE_STARTED, NULL, "Ready on the bus");
  self->ready = TRUE;
  sd_notify (FALSE, "READY=1");
  /* What nobody waits for comes after that. */
  self->sleep = bus_sleep_new (self->bus, self->station);
  station_begin (self->station);
  station_records_begin (self->station);
  return 0;
}

static void
request_name (Bus *self)
{
  /* Only who says in our stead that we do not run (bus-absence) lets itself be replaced. */
  if (sd_bus_request_name_async (self->bus, &self->name, SHIKAKU_BUS_NAME, SD_BUS_NAME_REPLACE_EXISTING, on_name, self)
      < 0)
    report_lost (self, "The name on the bus could not be asked for");
}

static gboolean
on_survey_late (gpointer user_data)
{
  Bus *self = user_data;

  self->survey = 0;
  request_name (self);
  return G_SOURCE_REMOVE;
}

static void
on_agent_changed (const char *reader, gpointer user_data)
{
  bus_readers_note_agent (((Bus *)user_data)->readers, reader);
}

gboolean
bus_publish (Bus *self, Station *station, GError **error)
{
  self->station = station;
  bus_access_set_station (self->access, station);
  bus_calls_set_station (self->calls, station);
  if ((self->visits = bus_visits_new (self->bus, self->calls, self->descriptors, station, error)) == NULL
      || (self->readers = bus_readers_new (self->bus, station, self->agents, error)) == NULL
      || (self->events = bus_events_new (self->bus, station)) == NULL
      || (self->takeover = bus_takeover_new (self->access, self->visits, station)) == NULL
      || (self->records = bus_records_new (self->descriptors, bus_takeover_get_brake (self->takeover), station)) == NULL
      || (self->manager = bus_manager_new (self->bus, self->calls, self->visits, self->events, self->takeover,
                                           self->records, station, error))
             == NULL
      || (self->ledger_object = bus_ledger_new (self->bus, self->calls, self->ledger, error)) == NULL
      || (self->log_control = bus_log_control_new (self->bus, self->calls, error)) == NULL
      || !bus_agents_publish (self->agents, station, on_agent_changed, self, error)
      /* Last, to be the first that sees what comes in: */
      || (self->gate = bus_gate_new (self->bus, self->calls, error)) == NULL)
    return FALSE;
  bus_visits_set_records (self->visits, self->records);
  self->survey = g_timeout_add (SURVEY_MILLISECONDS, on_survey_late, self);
  return TRUE;
}

void
bus_set_ledger (Bus *self, Ledger *ledger)
{
  self->ledger = ledger;
}

void
bus_set_configuration (Bus *self, const Configuration *configuration)
{
  bus_ledger_set_institution (self->ledger_object,
                              configuration_get_string (configuration, "Center", "InstitutionCode"));
  bus_manager_set_configuration (self->manager, configuration);
}

void
bus_note_reloading (Bus *self)
{
  /* GLib's monotonic clock is systemd's. */
  if (self->ready)
    sd_notifyf (FALSE, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time ());
}

void
bus_note_ready (Bus *self, const char *status)
{
  if (self->ready)
    sd_notifyf (FALSE, "READY=1\nSTATUS=%s", status);
}

void
bus_note_failure (const char *reason)
{
  sd_notifyf (FALSE, "STATUS=%s", reason);
}

void
bus_withdraw (Bus *self)
{
  sd_notify (FALSE, "STOPPING=1");
  g_clear_handle_id (&self->survey, g_source_remove);
  bus_calls_close (self->calls);
  g_clear_pointer (&self->gate, bus_gate_free);
  bus_agents_release_all (self->agents);
}

void
bus_leave (Bus *self)
{
  guint64 waiting = 0;

  sd_bus_set_method_call_timeout (self->bus, LEAVE_MICROSECONDS);
  sd_bus_release_name (self->bus, SHIKAKU_BUS_NAME);
  while (sd_bus_get_n_queued_read (self->bus, &waiting) >= 0 && waiting > 0 && sd_bus_process (self->bus, NULL) > 0)
    ;
}

void
bus_free (Bus *self)
{
  g_clear_handle_id (&self->survey, g_source_remove);
  g_clear_handle_id (&self->pause_source, g_source_remove);
  g_clear_handle_id (&self->trim, g_source_remove);
  if (self->calls != NULL)
    bus_calls_close (self->calls);
  g_clear_pointer (&self->gate, bus_gate_free);
  /* Access and agents first: they use outgoing, whose end calls back peers; visits answer calls of peers. */
  g_clear_pointer (&self->access, bus_access_free);
  g_clear_pointer (&self->agents, bus_agents_free);
  g_clear_pointer (&self->outgoing, bus_outgoing_free);
  g_clear_pointer (&self->descriptors, bus_descriptors_free);
  g_clear_pointer (&self->sleep, bus_sleep_free);
  g_clear_pointer (&self->ledger_object, bus_ledger_free);
  g_clear_pointer (&self->log_control, bus_log_control_free);
  g_clear_pointer (&self->manager, bus_manager_free);
  g_clear_pointer (&self->records, bus_records_free);
  g_clear_pointer (&self->takeover, bus_takeover_free);
  g_clear_pointer (&self->events, bus_events_free);
  g_clear_pointer (&self->readers, bus_readers_free);
  g_clear_pointer (&self->visits, bus_visits_free);
  if (self->peers != NULL)
    bus_peers_clear (self->peers);
  g_clear_pointer (&self->calls, bus_calls_unref);
  g_clear_pointer (&self->peers, bus_peers_unref);
  sd_bus_slot_unref (self->name);
  sd_bus_slot_unref (self->filter);
  g_clear_handle_id (&self->source, g_source_remove);
  g_clear_handle_id (&self->watchdog, g_source_remove);
  sd_bus_flush_close_unref (self->bus);
  g_free (self);
}

/* What the domain tells, handed to the rooms; before publishing there is nobody to tell. */

static void
on_visit_changed (Visit *visit, gpointer user_data)
{
  bus_visits_note_changed (((Bus *)user_data)->visits, visit);
}

static void
on_visit_finished (Visit *visit, gpointer user_data)
{
  bus_visits_note_finished (((Bus *)user_data)->visits, visit);
}

static void
on_visit_closed (Visit *visit, gpointer user_data)
{
  Bus *self = user_data;

  if (self->visits != NULL)
    bus_visits_note_closed (self->visits, visit);
}

static void
on_reader_added (StationReader *reader, gpointer user_data)
{
  Bus *self = user_data;

  if (self->readers == NULL)
    return;
  bus_readers_note_added (self->readers, reader);
  if (self->manager != NULL)
    bus_manager_note_readers (self->manager);
}

static void
on_reader_removed (StationReader *reader, gpointer user_data)
{
  Bus *self = user_data;

  if (self->readers == NULL)
    return;
  bus_readers_note_removed (self->readers, reader);
  if (self->manager != NULL)
    bus_manager_note_readers (self->manager);
}

static void
on_reader_changed (StationReader *reader, gpointer user_data)
{
  Bus *self = user_data;

  if (self->readers != NULL)
    bus_readers_note_changed (self->readers, reader);
}

static void
on_surveyed (gpointer user_data)
{
  Bus *self = user_data;

  if (self->survey == 0)
    return;
  g_clear_handle_id (&self->survey, g_source_remove);
  request_name (self);
}

static void
on_center_changed (gpointer user_data)
{
  Bus *self = user_data;

  if (self->manager != NULL)
    bus_manager_note_center (self->manager);
}

static void
on_outages_changed (gpointer user_data)
{
  Bus *self = user_data;

  if (self->manager != NULL)
    bus_manager_note_queued (self->manager);
}

static void
on_expiries_changed (gpointer user_data)
{
  bus_manager_note_expiries (((Bus *)user_data)->manager);
}

static void
on_expiry_near (const StationExpiry *expiry, gint days, gpointer user_data)
{
  bus_manager_tell_expiry (((Bus *)user_data)->manager, expiry, days);
}

static void
on_event (const Event *event, gpointer user_data)
{
  bus_events_note_event (((Bus *)user_data)->events, event);
}

const StationObserver *
bus_get_observer (void)
{
  static const StationObserver observer = {
    .visit_changed = on_visit_changed,
    .visit_finished = on_visit_finished,
    .visit_closed = on_visit_closed,
    .reader_added = on_reader_added,
    .reader_removed = on_reader_removed,
    .reader_changed = on_reader_changed,
    .surveyed = on_surveyed,
    .center_changed = on_center_changed,
    .outages_changed = on_outages_changed,
    .expiries_changed = on_expiries_changed,
    .expiry_near = on_expiry_near,
    .event = on_event,
  };

  return &observer;
}
