/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-takeover: a ticket is looked for twice: before polkit is asked about who comes, and when it has answered. */
#include "bus/bus-takeover.h"

#include "base/log.h"
#include "bus/bus-actor.h"
#include "bus/bus-options.h"
#include "visit/station-tickets.h"

struct BusTakeover
{
  BusAccess *access;
  BusVisits *visits;
  Station *station;
  BusBrake *brake;
};

typedef struct
{
  BusTakeover *self;
  BusCall *call;
} Taking;

/* Borrowed from the call. */
typedef struct
{
  const char *ticket;
  const char *token; /* NULL: not given */
  Actor actor;       /* what it asserts; filled when it is allowed */
} TakeOptions;

BusTakeover *
bus_takeover_new (BusAccess *access, BusVisits *visits, Station *station)
{
  BusTakeover *self = g_new (BusTakeover, 1);

  *self = (BusTakeover){ access, visits, station, bus_brake_new () };
  return self;
}

void
bus_takeover_free (BusTakeover *self)
{
  bus_brake_free (self->brake);
  g_free (self);
}

BusBrake *
bus_takeover_get_brake (BusTakeover *self)
{
  return self->brake;
}

gboolean
bus_takeover_may_try (BusTakeover *self, BusPeer *peer, GError **error)
{
  return bus_brake_check (self->brake, bus_account_get_uid (peer->account), g_get_monotonic_time (), error);
}

void
bus_takeover_note_wrong (BusTakeover *self, BusPeer *peer)
{
  bus_brake_note_failure (self->brake, bus_account_get_uid (peer->account), g_get_monotonic_time ());
}

static gboolean
read_options (BusCall *call, TakeOptions *options, GError **error)
{
  static const BusOption table[] = { { "Token", BUS_OPTION_TEXT, offsetof (TakeOptions, token), NULL },
                                     BUS_ACTOR_OPTIONS (TakeOptions, actor),
                                     { NULL } };
  sd_bus_message *message = bus_call_get_message (call);

  sd_bus_message_rewind (message, TRUE);
  sd_bus_message_read_basic (message, 's', &options->ticket);
  if (!bus_options_read (message, table, options, error)
      || !bus_actor_fill (&options->actor, bus_call_get_peer (call), error))
    return FALSE;
  if (options->token == NULL || bus_visits_is_token (options->token))
    return TRUE;
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                       "Token is 1 to 64 letters, digits or underscores");
  return FALSE;
}

/* find_visit: that of the ticket. What is no ticket at all is answered as one that nobody has. */
static Visit *
find_visit (BusTakeover *self, BusPeer *peer, const char *secret, VisitTicket **ret_ticket, GError **error)
{
  Visit *visit = NULL;

  if (!bus_takeover_may_try (self, peer, error))
    return NULL;
  visit = station_find_visit_by_ticket (self->station, secret, VISIT_TICKET_TAKE, ret_ticket);
  if (visit == NULL)
    {
      bus_takeover_note_wrong (self, peer);
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, "there is no visit with this ticket");
    }
  return visit;
}

/* on_allowed: @call: (transfer full). */
static void
on_allowed (BusTakeover *self, BusCall *call, BusPeer *peer)
{
  TakeOptions options = { 0 };
  GError *error = NULL;
  VisitTicket *ticket = NULL;
  Visit *visit;

  if (read_options (call, &options, &error)
      && (visit = find_visit (self, peer, options.ticket, &ticket, &error)) != NULL
      && bus_visits_give (self->visits, visit, ticket, peer, options.token, &options.actor, &error))
    {
      station_note_taken (self->station, visit, ticket, &options.actor);
      bus_call_return (call, "o", visit_get_path (visit));
    }
  else
    bus_call_return_error (call, error);
}

static void
on_access (BusPeer *peer, const GError *error, gpointer user_data)
{
  g_autofree Taking *taking = user_data;

  if (error != NULL)
    bus_call_return_error (taking->call, g_error_copy (error));
  else
    on_allowed (taking->self, taking->call, peer);
}

void
bus_takeover_take (BusTakeover *self, BusCall *call)
{
  BusPeer *peer = bus_call_get_peer (call);
  TakeOptions options = { 0 };
  GError *error = NULL;
  Visit *visit = NULL;
  VisitTicket *ticket = NULL;
  Taking *taking;

  if (read_options (call, &options, &error))
    visit = find_visit (self, peer, options.ticket, &ticket, &error);
  if (visit == NULL)
    bus_call_return_error (call, error);
  else if (visit_get_uid (visit) == bus_account_get_uid (peer->account))
    on_allowed (self, call, peer);
  else
    {
      taking = g_new (Taking, 1);
      *taking = (Taking){ self, call };
      bus_access_check_others (self->access, peer, bus_call_get_message (call),
                               bus_access_find_rule (SHIKAKU_INTERFACE_MANAGER, "TakeVisit"), on_access, taking);
    }
}

static void
on_free (GObject *source, GAsyncResult *result, gpointer user_data)
{
  bus_call_return (user_data, "");
}

void
bus_takeover_free_reader (BusTakeover *self, BusCall *call)
{
  const char *path = NULL;
  GError *error = NULL;
  StationReader *reader;

  sd_bus_message_read_basic (bus_call_get_message (call), 'o', &path);
  reader = station_choose_reader (self->station, path, NULL, &error);
  if (reader == NULL)
    {
      bus_call_return_error (call, error);
      return;
    }
  log_info (NULL, "station: %s is freed by %s", path, bus_account_get_name (bus_call_get_peer (call)->account));
  station_free_reader (self->station, reader, on_free, call);
}
