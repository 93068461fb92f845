/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-manager: its methods, and the vtable. */
#include "bus/bus-manager.h"

#include <string.h>

#include "base/log.h"
#include "base/message-ids.h"
#include "bus/bus-actor.h"
#include "bus/bus-claim.h"
#include "bus/bus-configuration.h"
#include "bus/bus-consents.h"
#include "bus/bus-entry.h"
#include "bus/bus-outages.h"
#include "bus/bus-receipt.h"
#include "bus/bus-visit-options.h"
#include "visit/station-diagnose.h"
#include "visit/station-settings.h"

struct BusManager
{
  sd_bus *bus;
  BusCalls *calls;
  BusVisits *visits;
  BusEvents *events;
  BusTakeover *takeover;
  BusRecords *records;
  Station *station;
  const Configuration *configuration;
  sd_bus_slot *slot;
  BusErrands *waiting; /* calls that are answered later */
  char *center;        /* as told last */
  const char *center_cause;
  gint64 credential_expires;
  char *settings; /* why those given last are not in use, as told last; NULL: they are */
};

static Visit *
open_visit (BusManager *self, BusPeer *peer, BusVisitOptions *options, GError **error)
{
  g_autofree char *path = NULL;
  Visit *visit;

  if (!bus_visits_may_have (peer, error) || !bus_actor_fill (&options->actor, peer, error)
      || (path = bus_visits_choose_path (self->visits, peer->name, options->token, error)) == NULL
      || (options->visit.ticket != NULL && !bus_takeover_may_try (self->takeover, peer, error)))
    return NULL;
  options->visit.path = path;
  options->visit.owner = peer->name;
  options->visit.actor = &options->actor;
  options->visit.uid = bus_account_get_uid (peer->account);
  options->visit.caller = bus_account_get_name (peer->account);
  visit = station_open_visit (self->station, &options->visit, error);
  if (visit == NULL && options->visit.ticket != NULL && (*error)->code == SHIKAKU_ERROR_VISIT_EXISTS)
    bus_takeover_note_wrong (self->takeover, peer); /* the path is free: it is the ticket, which may be a guess */
  return visit;
}

typedef gboolean (*ReadOptions) (sd_bus_message *message, BusVisitOptions *options, GError **error);

/* The three methods differ in what they read and in when they answer. */
static void
handle_opening (BusCall *call, BusManager *self, ReadOptions read, gboolean answer_at_end)
{
  g_auto (BusVisitOptions) options = { 0 };
  BusPeer *peer = bus_call_get_peer (call);
  GError *error = NULL;
  Visit *visit = NULL;

  if (read (bus_call_get_message (call), &options, &error))
    visit = open_visit (self, peer, &options, &error);
  if (visit == NULL)
    {
      bus_call_return_error (call, error);
      return;
    }
  bus_visits_add (self->visits, visit, peer, answer_at_end ? call : NULL, options.report);
  if (!answer_at_end)
    bus_call_return (call, "o", visit_get_path (visit));
}

static void
handle_check (BusCall *call, gpointer target)
{
  handle_opening (call, target, bus_visit_options_read_check, TRUE);
}

static void
handle_open_visit (BusCall *call, gpointer target)
{
  handle_opening (call, target, bus_visit_options_read_card, FALSE);
}

static void
handle_check_number (BusCall *call, gpointer target)
{
  handle_opening (call, target, bus_visit_options_read_number, FALSE);
}

static void
handle_get_visits (BusCall *call, gpointer target)
{
  const char *owner = sd_bus_message_get_sender (bus_call_get_message (call));
  g_autoptr (GPtrArray) visits = station_get_visits (((BusManager *)target)->station, owner);
  sd_bus_message *reply = bus_call_new_reply (call);
  int result = sd_bus_message_open_container (reply, 'a', "o");

  for (guint i = 0; i < visits->len && result >= 0; i++)
    result = sd_bus_message_append_basic (reply, 'o', visit_get_path (g_ptr_array_index (visits, i)));
  if (result >= 0)
    result = sd_bus_message_close_container (reply);
  bus_call_return_message (call, reply, result);
}

static int
append_link (sd_bus_message *reply, const StationLink *link)
{
  const BusEntryText texts[]
      = { { "Cause", link->cause },     { "Evidence", link->evidence }, { "Code", link->code },
          { "Message", link->message }, { "Staff", link->staff },       { "Technician", link->technician } };
  int result = sd_bus_message_open_container (reply, 'a', "{sv}");

  if (result >= 0)
    result = bus_entry_append_text (reply, "Link", link->link);
  if (result >= 0)
    result = bus_entry_append_text (reply, "State", link->state);
  if (result >= 0 && link->since != 0)
    result = bus_entry_append (reply, "Since", "t", (guint64)link->since);
  for (guint i = 0; i < G_N_ELEMENTS (texts) && result >= 0; i++)
    if (texts[i].text != NULL && *texts[i].text)
      result = bus_entry_append_text (reply, texts[i].key, texts[i].text);
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

static void
on_diagnosed (GObject *source, GAsyncResult *asynchronous, gpointer user_data)
{
  BusErrand *errand = user_data;
  BusManager *self = bus_errand_get_data (errand);
  BusCall *call = bus_errand_end (errand);
  GError *error = NULL;
  g_autoptr (GPtrArray) links = NULL;
  sd_bus_message *reply;
  int result;

  if (self == NULL) /* it has ended, and answered */
    return;
  links = station_diagnose_finish (self->station, asynchronous, &error);
  if (links == NULL)
    {
      bus_call_return_error (call, error);
      return;
    }
  reply = bus_call_new_reply (call);
  result = sd_bus_message_open_container (reply, 'a', "a{sv}");
  for (guint i = 0; i < links->len && result >= 0; i++)
    result = append_link (reply, g_ptr_array_index (links, i));
  if (result >= 0)
    result = sd_bus_message_close_container (reply);
  bus_call_return_message (call, reply, result);
}

static void
handle_diagnose (BusCall *call, gpointer target)
{
  BusManager *self = target;
  g_auto (BusVisitOptions) options = { 0 };
  GError *error = NULL;

  if (!bus_visit_options_read_language (bus_call_get_message (call), &options, &error))
    {
      bus_call_return_error (call, error);
      return;
    }
  station_diagnose (self->station, options.visit.language, bus_errands_get_cancellable (self->waiting), on_diagnosed,
                    bus_errand_new (self->waiting, call, self, NULL));
}

typedef struct
{
  sd_bus_message *reply;
  int result;
} StatisticsReply;

static void
append_number (const char *name, guint64 value, gpointer user_data)
{
  StatisticsReply *answer = user_data;

  if (answer->result >= 0)
    answer->result = sd_bus_message_append (answer->reply, "{st}", name, value);
}

static void
handle_get_statistics (BusCall *call, gpointer target)
{
  sd_bus_message *reply = bus_call_new_reply (call);
  StatisticsReply answer = { reply, sd_bus_message_open_container (reply, 'a', "{st}") };

  statistics_foreach (station_get_statistics (((BusManager *)target)->station), append_number, &answer);
  if (answer.result >= 0)
    answer.result = sd_bus_message_close_container (reply);
  bus_call_return_message (call, reply, answer.result);
}

static void
handle_get_configuration (BusCall *call, gpointer target)
{
  sd_bus_message *reply = bus_call_new_reply (call);

  bus_call_return_message (call, reply, bus_configuration_append (reply, ((BusManager *)target)->configuration));
}

static void
handle_take_visit (BusCall *call, gpointer target)
{
  bus_takeover_take (((BusManager *)target)->takeover, call);
}

static void
handle_fetch_records (BusCall *call, gpointer target)
{
  bus_records_fetch_patient (((BusManager *)target)->records, call);
}

static void
handle_list_care (BusCall *call, gpointer target)
{
  bus_records_list_care (((BusManager *)target)->records, call);
}

static void
handle_free_reader (BusCall *call, gpointer target)
{
  bus_takeover_free_reader (((BusManager *)target)->takeover, call);
}

static void
handle_subscribe (BusCall *call, gpointer target)
{
  bus_events_subscribe (((BusManager *)target)->events, call);
}

static void
handle_get_events_since (BusCall *call, gpointer target)
{
  bus_events_get_since (((BusManager *)target)->events, call);
}

static void
handle_drop_queued (BusCall *call, gpointer target)
{
  bus_outages_drop (call, station_get_outage (((BusManager *)target)->station));
}

static void
on_purged (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  BusManager *self = bus_errand_get_data (errand);
  BusCall *call = bus_errand_end (errand);
  BusPeer *peer;
  GError *error = NULL;
  guint64 people = 0;

  if (self == NULL) /* it has ended, and answered */
    return;
  if (!changes_purge_finish (station_get_changes (self->station), result, &people, &error))
    {
      bus_call_return_error (call, error);
      return;
    }
  peer = bus_call_get_peer (call); /* NULL: it has left meanwhile */
  log_event (LOG_NOTICE, SHIKAKU_MESSAGE_CHANGES_PURGED, NULL,
             LOG_FIELD ("SHIKAKU_USER", peer != NULL ? bus_account_get_name (peer->account) : NULL),
             "What was kept of people that were seen here is erased");
  bus_call_return (call, "t", people);
}

static void
handle_purge_changes (BusCall *call, gpointer target)
{
  BusManager *self = target;
  Changes *changes = station_get_changes (self->station);

  if (!changes_has_store (changes))
    {
      bus_call_return_error (call, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "nothing is kept here"));
      return;
    }
  changes_purge (changes, on_purged, bus_errand_new (self->waiting, call, self, NULL));
}

static void
handle_get_receipt (BusCall *call, gpointer target)
{
  BusManager *self = target;

  bus_receipts_get (self->station, self->waiting, call);
}

static void
handle_withdraw_consent (BusCall *call, gpointer target)
{
  BusManager *self = target;

  bus_consents_withdraw (self->station, self->waiting, call, NULL);
}

static void
handle_watch_station (BusCall *call, gpointer target)
{
  bus_events_watch (((BusManager *)target)->events, call);
}

static void
handle_claim_visit (BusCall *call, gpointer target)
{
  BusManager *self = target;

  bus_claim (self->station, self->visits, self->takeover, self->waiting, call);
}

static void
handle_withdraw_consents (BusCall *call, gpointer target)
{
  BusManager *self = target;

  bus_consents_withdraw_all (self->station, self->waiting, bus_takeover_get_brake (self->takeover), call);
}

static const BusMethod methods[] = {
  { "Check", handle_check },
  { "OpenVisit", handle_open_visit },
  { "CheckNumber", handle_check_number },
  { "GetVisits", handle_get_visits },
  { "TakeVisit", handle_take_visit },
  { "FreeReader", handle_free_reader },
  { "FetchRecords", handle_fetch_records },
  { "Subscribe", handle_subscribe },
  { "GetEventsSince", handle_get_events_since },
  { "Diagnose", handle_diagnose },
  { "GetConfiguration", handle_get_configuration },
  { "GetStatistics", handle_get_statistics },
  { "DropQueued", handle_drop_queued },
  { "WithdrawConsent", handle_withdraw_consent },
  { "WithdrawConsents", handle_withdraw_consents },
  { "PurgeChanges", handle_purge_changes },
  { "GetReceipt", handle_get_receipt },
  { "WatchStation", handle_watch_station },
  { "ClaimVisit", handle_claim_visit },
  { "ListCareConsents", handle_list_care },
  { NULL },
};

static int
on_call (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  return bus_call_begin (((BusManager *)user_data)->calls, message, SHIKAKU_INTERFACE_MANAGER, methods, user_data);
}

static int
get_property (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
              void *user_data, sd_bus_error *error)
{
  BusManager *self = user_data;

  if (strcmp (name, "Center") == 0)
    return sd_bus_message_append (reply, "s", station_get_center (self->station));
  if (strcmp (name, "CenterCause") == 0)
    return sd_bus_message_append (reply, "s", station_get_center_cause (self->station));
  if (strcmp (name, "CredentialExpires") == 0)
    return sd_bus_message_append (reply, "t", (guint64)station_get_credential_expires (self->station));
  if (strcmp (name, "Queued") == 0)
    return sd_bus_message_append (reply, "u", outage_get_count (station_get_outage (self->station)));
  if (strcmp (name, "DaemonVersion") == 0)
    return sd_bus_message_append (reply, "s", SHIKAKU_VERSION);
  return sd_bus_message_append (reply, "u", 1); /* Version */
}

static int
get_settings (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
              void *user_data, sd_bus_error *error)
{
  g_auto (StationSettingsState) settings = station_get_settings (((BusManager *)user_data)->station);
  int result = sd_bus_message_open_container (reply, 'a', "{sv}");

  if (result >= 0)
    result = bus_entry_append_text (reply, "State", settings.state);
  if (result >= 0 && settings.reason != NULL)
    result = bus_entry_append_text (reply, "Reason", settings.reason);
  if (result >= 0 && settings.since != 0)
    result = bus_entry_append (reply, "Since", "t", (guint64)settings.since);
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

static int
append_expiry (sd_bus_message *reply, const StationExpiry *expiry)
{
  const BusEntryText texts[] = { { "What", expiry->what }, { "Source", expiry->source }, { NULL } };
  int result = bus_entry_append_texts (reply, texts);

  if (result >= 0)
    result = bus_entry_append (reply, "Expires", "t", (guint64)expiry->expires);
  return result >= 0 && expiry->replaced ? bus_entry_append (reply, "Replaced", "b", TRUE) : result;
}

static int
get_expiries (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
              void *user_data, sd_bus_error *error)
{
  g_autoptr (GPtrArray) expiries = station_get_expiries (((BusManager *)user_data)->station);
  int result = sd_bus_message_open_container (reply, 'a', "a{sv}");

  for (guint i = 0; i < expiries->len && result >= 0; i++)
    {
      result = sd_bus_message_open_container (reply, 'a', "{sv}");
      if (result >= 0)
        result = append_expiry (reply, g_ptr_array_index (expiries, i));
      if (result >= 0)
        result = sd_bus_message_close_container (reply);
    }
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

static int
get_readers (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
             void *user_data, sd_bus_error *error)
{
  g_autoptr (GPtrArray) readers = station_get_readers (((BusManager *)user_data)->station);
  int result = sd_bus_message_open_container (reply, 'a', "o");

  for (guint i = 0; i < readers->len && result >= 0; i++)
    result = sd_bus_message_append_basic (reply, 'o', station_reader_get_path (g_ptr_array_index (readers, i)));
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

#define FREE SD_BUS_VTABLE_UNPRIVILEGED /* sd-bus shall not ask for privileges: bus-access does */
#define SECRET (SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE)
#define CONSTANT SD_BUS_VTABLE_PROPERTY_CONST
#define CHANGES SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE

static const sd_bus_vtable vtable[] = {
  SD_BUS_VTABLE_START (0),
  SD_BUS_METHOD_WITH_ARGS ("Check", SD_BUS_ARGS ("a{sv}", options), SD_BUS_RESULT ("a{sv}", eligibility), on_call,
                           SECRET),
  SD_BUS_METHOD_WITH_ARGS ("OpenVisit", SD_BUS_ARGS ("a{sv}", options), SD_BUS_RESULT ("o", visit), on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("CheckNumber", SD_BUS_ARGS ("a{sv}", insured, "a{sv}", options), SD_BUS_RESULT ("o", visit),
                           on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("GetVisits", SD_BUS_NO_ARGS, SD_BUS_RESULT ("ao", visits), on_call, FREE),
  SD_BUS_METHOD_WITH_ARGS ("TakeVisit", SD_BUS_ARGS ("s", ticket, "a{sv}", options), SD_BUS_RESULT ("o", visit),
                           on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("FetchRecords", SD_BUS_ARGS ("a{sv}", patient, "s", kind, "a{sv}", options),
                           SD_BUS_RESULT ("a(ha{sv})", documents, "a{sv}", meta), on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("FreeReader", SD_BUS_ARGS ("o", reader), SD_BUS_NO_RESULT, on_call, FREE),
  SD_BUS_METHOD_WITH_ARGS ("Subscribe", SD_BUS_ARGS ("as", kinds, "a{sv}", options), SD_BUS_RESULT ("t", sequence),
                           on_call, FREE),
  SD_BUS_METHOD_WITH_ARGS ("GetEventsSince", SD_BUS_ARGS ("t", sequence, "a{sv}", options),
                           SD_BUS_RESULT ("t", next, "a(tsta{sv})", events), on_call, FREE),
  SD_BUS_METHOD_WITH_ARGS ("Diagnose", SD_BUS_ARGS ("a{sv}", options), SD_BUS_RESULT ("aa{sv}", links), on_call, FREE),
  SD_BUS_METHOD_WITH_ARGS ("GetStatistics", SD_BUS_NO_ARGS, SD_BUS_RESULT ("a{st}", statistics), on_call, FREE),
  SD_BUS_METHOD_WITH_ARGS ("PurgeChanges", SD_BUS_NO_ARGS, SD_BUS_RESULT ("t", people), on_call, FREE),
  SD_BUS_METHOD_WITH_ARGS ("GetReceipt", SD_BUS_ARGS ("s", id, "a{sv}", options), SD_BUS_RESULT ("s", receipt), on_call,
                           SECRET),
  SD_BUS_METHOD_WITH_ARGS ("GetConfiguration", SD_BUS_NO_ARGS, SD_BUS_RESULT ("aa{sv}", keys), on_call, FREE),
  SD_BUS_METHOD_WITH_ARGS ("WithdrawConsent", SD_BUS_ARGS ("s", receipt), SD_BUS_RESULT ("a{sv}", outcome), on_call,
                           SECRET),
  SD_BUS_METHOD_WITH_ARGS ("WatchStation", SD_BUS_ARGS ("o", reader, "a{sv}", options), SD_BUS_NO_RESULT, on_call,
                           FREE),
  SD_BUS_METHOD_WITH_ARGS ("ClaimVisit", SD_BUS_ARGS ("a{sv}", patient, "a{sv}", options),
                           SD_BUS_RESULT ("o", visit, "aa{sv}", candidates), on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("ListCareConsents", SD_BUS_ARGS ("a{sv}", question),
                           SD_BUS_RESULT ("a(ha{sv})", documents, "a{sv}", meta), on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("WithdrawConsents", SD_BUS_ARGS ("a{sv}", patient, "a{sv}", options),
                           SD_BUS_RESULT ("aa{sv}", outcomes), on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("DropQueued", SD_BUS_NO_ARGS, SD_BUS_RESULT ("u", dropped), on_call, FREE),
  SD_BUS_PROPERTY ("Version", "u", get_property, 0, CONSTANT),
  SD_BUS_PROPERTY ("Readers", "ao", get_readers, 0, CHANGES),
  SD_BUS_PROPERTY ("Center", "s", get_property, 0, CHANGES),
  SD_BUS_PROPERTY ("CenterCause", "s", get_property, 0, CHANGES),
  SD_BUS_PROPERTY ("CredentialExpires", "t", get_property, 0, CHANGES),
  SD_BUS_PROPERTY ("Queued", "u", get_property, 0, CHANGES),
  SD_BUS_PROPERTY ("Settings", "a{sv}", get_settings, 0, CHANGES),
  SD_BUS_PROPERTY ("Expiries", "aa{sv}", get_expiries, 0, CHANGES),
  SD_BUS_SIGNAL_WITH_ARGS ("Event", SD_BUS_ARGS ("t", sequence, "s", kind, "t", at, "a{sv}", details), 0),
  SD_BUS_SIGNAL_WITH_ARGS ("ExpiryWarning", SD_BUS_ARGS ("s", what, "t", expires, "i", days, "a{sv}", details), 0),
  SD_BUS_PROPERTY ("DaemonVersion", "s", get_property, 0, CONSTANT),
  SD_BUS_VTABLE_END,
};

BusManager *
bus_manager_new (sd_bus *bus, BusCalls *calls, BusVisits *visits, BusEvents *events, BusTakeover *takeover,
                 BusRecords *records, Station *station, GError **error)
{
  g_autoptr (BusManager) self = g_new0 (BusManager, 1);

  self->bus = sd_bus_ref (bus);
  self->calls = calls;
  self->visits = visits;
  self->events = events;
  self->takeover = takeover;
  self->records = records;
  self->station = station;
  self->waiting = bus_errands_new ();
  self->center = g_strdup (station_get_center (station));
  self->center_cause = station_get_center_cause (station);
  self->credential_expires = station_get_credential_expires (station);
  if (!bus_error_check (
          sd_bus_add_object_vtable (bus, &self->slot, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, vtable, self),
          "manager object", error))
    return NULL;
  return g_steal_pointer (&self);
}

void
bus_manager_free (BusManager *self)
{
  bus_errands_free (self->waiting);
  sd_bus_slot_unref (self->slot);
  sd_bus_unref (self->bus);
  g_free (self->center);
  g_free (self->settings);
  g_free (self);
}

void
bus_manager_set_configuration (BusManager *self, const Configuration *configuration)
{
  self->configuration = configuration;
}

void
bus_manager_note_readers (BusManager *self)
{
  sd_bus_emit_properties_changed (self->bus, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "Readers", NULL);
}

void
bus_manager_note_center (BusManager *self)
{
  const char *center = station_get_center (self->station), *cause = station_get_center_cause (self->station);
  gint64 expires = station_get_credential_expires (self->station);
  g_auto (StationSettingsState) settings = station_get_settings (self->station);
  char *names[4] = { NULL };
  guint count = 0;

  if (strcmp (self->center, center) != 0)
    names[count++] = (char *)"Center";
  if (strcmp (self->center_cause, cause) != 0)
    names[count++] = (char *)"CenterCause";
  if (self->credential_expires != expires)
    names[count++] = (char *)"CredentialExpires";
  if (g_strcmp0 (self->settings, settings.reason) != 0)
    names[count++] = (char *)"Settings";
  g_free (self->settings);
  self->settings = g_steal_pointer (&settings.reason);
  g_free (self->center);
  self->center = g_strdup (center);
  self->center_cause = cause;
  self->credential_expires = expires;
  if (count > 0)
    sd_bus_emit_properties_changed_strv (self->bus, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, names);
}

void
bus_manager_note_expiries (BusManager *self)
{
  sd_bus_emit_properties_changed (self->bus, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "Expiries", NULL);
  bus_manager_note_center (self); /* CredentialExpires */
}

void
bus_manager_note_queued (BusManager *self)
{
  sd_bus_emit_properties_changed (self->bus, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "Queued", NULL);
}

void
bus_manager_tell_expiry (BusManager *self, const StationExpiry *expiry, int days)
{
  sd_bus_emit_signal (self->bus, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "ExpiryWarning", "stia{sv}",
                      expiry->what, (guint64)expiry->expires, days, 1, "Source", "s", expiry->source);
}
