/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-visit: the vtable and the table of visits. */
#include "bus/bus-visit.h"

#include <string.h>

#include "bus/bus-consents.h"
#include "bus/bus-eligibility.h"
#include "bus/bus-entry.h"
#include "bus/bus-receipt.h"
#include "bus/bus-records.h"
#include "bus/bus-reference.h"
#include "bus/bus-ticket.h"
#include "bus/bus-visit-message.h"
#include "bus/bus-visit-view.h"

#define TOKEN_LENGTH_MAXIMUM 64

typedef struct
{
  BusVisits *visits;
  Visit *visit;
  BusShare *share; /* its owner's, to which it is charged */
  BusCall *check;  /* of Manager.Check, until it is answered */
  gboolean report; /* with how it ended, also where it failed */
  BusVisitView view;
  gboolean changed; /* to be told before the loop sleeps */
  gboolean closing; /* Check's visit has ended: to be closed, which answers it */
} BusVisit;

struct BusVisits
{
  sd_bus *bus;
  BusCalls *calls;
  BusDescriptors *descriptors;
  Station *station;
  BusErrands *waiting; /* calls that are answered later */
  BusRecords *records;
  GHashTable *table; /* path, borrowed from the visit → BusVisit */
  guint errand;      /* runs once in the next turn of the loop: tells and closes */
  sd_bus_slot *slot, *enumerator, *manager;
};

static int
get_property (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
              void *user_data, sd_bus_error *error)
{
  return bus_visit_view_append_property (reply, name, ((BusVisit *)user_data)->visit);
}

static int
get_version (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
             void *user_data, sd_bus_error *error)
{
  return sd_bus_message_append (reply, "u", BUS_VISIT_VERSION);
}

/* Methods. */

static const Eligibility *
find_eligibility (BusVisit *self, GError **error)
{
  const Eligibility *eligibility = visit_get_eligibility (self->visit);

  if (eligibility == NULL)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_STATE,
                         visit_is_finished (self->visit) ? "the visit ended without an answer; its Error says why"
                                                         : "the visit has no answer yet");
  return eligibility;
}

static int
append_eligibility (sd_bus_message *reply, Visit *visit, const Eligibility *eligibility)
{
  int result = bus_eligibility_append (reply, eligibility);

  return result < 0 ? result : bus_entry_append_text (reply, "Evidence", visit_get_evidence (visit));
}

static int
append_result (sd_bus_message *reply, Visit *visit, const Eligibility *eligibility)
{
  int result = sd_bus_message_open_container (reply, 'a', "{sv}");

  if (result >= 0)
    result = append_eligibility (reply, visit, eligibility);
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

static void
handle_get_eligibility (BusCall *call, gpointer target)
{
  BusVisit *self = target;
  GError *error = NULL;
  const Eligibility *eligibility = find_eligibility (self, &error);
  sd_bus_message *reply;

  if (eligibility == NULL)
    {
      bus_call_return_error (call, error);
      return;
    }
  reply = bus_call_new_reply (call);
  bus_call_return_message (call, reply, append_result (reply, self->visit, eligibility));
}

static int
append_consents (sd_bus_message *reply, Visit *visit)
{
  return bus_consents_append (reply, visit_get_consents (visit), visit_get_registration (visit));
}

static void
handle_get_consents (BusCall *call, gpointer target)
{
  sd_bus_message *reply = bus_call_new_reply (call);

  bus_call_return_message (call, reply, append_consents (reply, ((BusVisit *)target)->visit));
}

static void
handle_get_message (BusCall *call, gpointer target)
{
  BusVisit *self = target;

  bus_visit_message_give_file (self->visits->descriptors, call, self->visit);
}

static void
handle_get_message_bytes (BusCall *call, gpointer target)
{
  bus_visit_message_give_bytes (call, ((BusVisit *)target)->visit);
}

static void
handle_withdraw_consent (BusCall *call, gpointer target)
{
  BusVisit *self = target;

  bus_consents_withdraw (self->visits->station, self->visits->waiting, call, self->visit);
}

static void
handle_register_reference_number (BusCall *call, gpointer target)
{
  BusVisit *self = target;

  bus_reference_register (self->visits->station, self->visits->waiting, call, self->visit);
}

static void
on_at_rest (GObject *source, GAsyncResult *result, gpointer user_data)
{
  bus_call_return (user_data, "");
}

static void
handle_create_ticket (BusCall *call, gpointer target)
{
  BusVisit *self = target;

  bus_ticket_create (self->visits->station, self->visits->waiting, call, self->visit);
}

/* Its right was asked for: meanwhile the visit may have gone, or have become another's. */
static void
handle_fetch_records (BusCall *call, gpointer target)
{
  BusVisits *visits = target;
  sd_bus_message *message = bus_call_get_message (call);
  BusVisit *self = g_hash_table_lookup (visits->table, sd_bus_message_get_path (message));

  if (self != NULL && g_strcmp0 (sd_bus_message_get_sender (message), visit_get_owner (self->visit)) == 0)
    bus_records_fetch (visits->records, call, self->visit);
  else
    bus_call_return_error (
        call, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, "the visit is not there any more"));
}

static void
handle_cancel (BusCall *call, gpointer target)
{
  visit_cancel (((BusVisit *)target)->visit, on_at_rest, call);
}

static void
handle_close (BusCall *call, gpointer target)
{
  BusVisit *self = target;

  station_close_visit (self->visits->station, self->visit, on_at_rest, call);
}

static void
handle_get_receipt (BusCall *call, gpointer target)
{
  BusVisit *self = target;

  bus_receipts_get_of_visit (self->visits->station, self->visits->waiting, call, self->visit);
}

static void
handle_get_disclosures (BusCall *call, gpointer target)
{
  BusVisit *self = target;

  bus_receipts_get_disclosures (self->visits->station, self->visits->waiting, call, self->visit);
}

static void
handle_object (BusCall *call, gpointer target)
{
  BusVisit *self = target;

  bus_receipts_object (self->visits->station, self->visits->waiting, call, self->visit);
}

static const BusMethod methods[] = {
  { "GetEligibility", handle_get_eligibility },
  { "GetConsents", handle_get_consents },
  { "WithdrawConsent", handle_withdraw_consent },
  { "GetMessage", handle_get_message },
  { "GetMessageBytes", handle_get_message_bytes },
  { "RegisterReferenceNumber", handle_register_reference_number },
  { "GetReceipt", handle_get_receipt },
  { "GetDisclosures", handle_get_disclosures },
  { "Object", handle_object },
  { "CreateTicket", handle_create_ticket },
  { "Cancel", handle_cancel },
  { "Close", handle_close },
  { NULL },
};

/* Of these the handler is called later: it looks for the visit anew. */
static const BusMethod methods_with_right[] = { { "FetchRecords", handle_fetch_records }, { NULL } };

static int
on_call_with_right (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  BusVisits *visits = ((BusVisit *)user_data)->visits;

  return bus_call_begin (visits->calls, message, SHIKAKU_INTERFACE_VISIT, methods_with_right, visits);
}

static int
on_call (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  return bus_call_begin (((BusVisit *)user_data)->visits->calls, message, SHIKAKU_INTERFACE_VISIT, methods, user_data);
}

#define CONSTANT SD_BUS_VTABLE_PROPERTY_CONST
#define CHANGES SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
#define FREE SD_BUS_VTABLE_UNPRIVILEGED /* sd-bus shall not ask for privileges: the find callback and bus-access do */
#define SECRET (SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE)

static const sd_bus_vtable vtable[] = {
  SD_BUS_VTABLE_START (0),
  SD_BUS_METHOD_WITH_ARGS ("GetEligibility", SD_BUS_NO_ARGS, SD_BUS_RESULT ("a{sv}", eligibility), on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("GetConsents", SD_BUS_NO_ARGS, SD_BUS_RESULT ("a{sa{sv}}", consents), on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("GetMessage", SD_BUS_ARGS ("s", format), SD_BUS_RESULT ("h", message), on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("GetMessageBytes", SD_BUS_ARGS ("s", format), SD_BUS_RESULT ("ay", message), on_call,
                           SECRET),
  SD_BUS_METHOD_WITH_ARGS ("GetReceipt", SD_BUS_ARGS ("s", what, "a{sv}", options), SD_BUS_RESULT ("s", receipt),
                           on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("GetDisclosures", SD_BUS_ARGS ("t", first), SD_BUS_RESULT ("t", next, "aa{sv}", entries),
                           on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("Object", SD_BUS_ARGS ("t", entry, "s", text, "a{sv}", options),
                           SD_BUS_RESULT ("t", objection), on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("WithdrawConsent", SD_BUS_ARGS ("s", kind), SD_BUS_NO_RESULT, on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("RegisterReferenceNumber", SD_BUS_ARGS ("s", number, "a{sv}", options), SD_BUS_NO_RESULT,
                           on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("FetchRecords", SD_BUS_ARGS ("s", kind, "a{sv}", options),
                           SD_BUS_RESULT ("a(ha{sv})", documents, "a{sv}", meta), on_call_with_right, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("CreateTicket", SD_BUS_ARGS ("a{sv}", options), SD_BUS_RESULT ("s", ticket), on_call,
                           SECRET),
  SD_BUS_METHOD_WITH_ARGS ("Cancel", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, on_call, FREE),
  SD_BUS_METHOD_WITH_ARGS ("Close", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, on_call, FREE),
  SD_BUS_SIGNAL_WITH_ARGS ("Finished", SD_BUS_ARGS ("s", state, "s", error, "a{sv}", details), 0),
  SD_BUS_PROPERTY ("Version", "u", get_version, 0, CONSTANT),
  SD_BUS_PROPERTY ("State", "s", get_property, 0, CHANGES),
  SD_BUS_PROPERTY ("Origin", "s", get_property, 0, CONSTANT),
  SD_BUS_PROPERTY ("Method", "s", get_property, 0, CHANGES),
  SD_BUS_PROPERTY ("Evidence", "s", get_property, 0, CONSTANT),
  SD_BUS_PROPERTY ("AgentIsCaller", "b", get_property, 0, CHANGES),
  SD_BUS_PROPERTY ("Reader", "o", get_property, 0, CONSTANT),
  SD_BUS_PROPERTY ("Opened", "t", get_property, 0, CONSTANT),
  SD_BUS_PROPERTY ("Expires", "t", get_property, 0, 0), /* told with the end; moves with the clock */
  SD_BUS_PROPERTY ("Answer", "s", get_property, 0, CHANGES),
  SD_BUS_PROPERTY ("Error", "s", get_property, 0, CHANGES),
  SD_BUS_PROPERTY ("ErrorMessage", "s", get_property, 0, CHANGES),
  SD_BUS_PROPERTY ("Details", "a{sv}", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION),
  SD_BUS_VTABLE_END,
};

/* The whole secrecy of visits: the sender of what is being dispatched is the owner, or there is nothing here. */
static gboolean
is_for_sender (BusVisits *visits, Visit *visit)
{
  sd_bus_message *message = sd_bus_get_current_message (visits->bus);

  return message != NULL && g_strcmp0 (sd_bus_message_get_sender (message), visit_get_owner (visit)) == 0;
}

static int
find_visit (sd_bus *bus, const char *path, const char *interface, void *user_data, void **ret_found,
            sd_bus_error *error)
{
  BusVisits *visits = user_data;
  BusVisit *self = g_hash_table_lookup (visits->table, path);

  if (self == NULL || !is_for_sender (visits, self->visit))
    return 0;
  *ret_found = self;
  return 1;
}

static int
enumerate (sd_bus *bus, const char *prefix, void *user_data, char ***ret_nodes, sd_bus_error *error)
{
  BusVisits *visits = user_data;
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  GHashTableIter iterator;
  BusVisit *self;

  g_hash_table_iter_init (&iterator, visits->table);
  while (g_hash_table_iter_next (&iterator, NULL, (gpointer *)&self))
    if (is_for_sender (visits, self->visit))
      g_ptr_array_add (nodes, strdup (visit_get_path (self->visit))); /* sd-bus frees with free() */
  g_ptr_array_add (nodes, NULL);
  *ret_nodes = (char **)g_ptr_array_free (g_steal_pointer (&nodes), FALSE);
  return 0;
}

/* Manager.Check. */

static int
append_check (sd_bus_message *reply, BusVisit *self, const Eligibility *eligibility)
{
  int result = sd_bus_message_open_container (reply, 'a', "{sv}");

  if (eligibility != NULL && result >= 0)
    {
      result = append_eligibility (reply, self->visit, eligibility);
      if (result >= 0)
        result = bus_entry_open (reply, "Consents", "a{sa{sv}}");
      if (result >= 0)
        result = append_consents (reply, self->visit);
      if (result >= 0)
        result = bus_entry_close (reply);
    }
  if (self->report && result >= 0)
    result = bus_visit_view_append_outcome (reply, self->visit);
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

static void
answer_check (BusVisit *self)
{
  BusCall *check = g_steal_pointer (&self->check);
  const Eligibility *eligibility = visit_get_eligibility (self->visit);
  const GError *error = visit_get_error (self->visit);
  sd_bus_message *reply;

  if (eligibility != NULL || (self->report && error != NULL))
    {
      reply = bus_call_new_reply (check);
      bus_call_return_message (check, reply, append_check (reply, self, eligibility));
    }
  else if (error != NULL)
    {
      GError *told = g_error_copy (error);

      /* Its caller has nowhere else to read the text for people. */
      g_free (told->message);
      told->message = g_strdup (visit_get_error_message (self->visit));
      bus_call_return_error (check, told);
    }
  else
    bus_call_return_error (check, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "the visit was closed"));
}

/* The errand: what is told once for all that happened in one turn of the loop. */

static gboolean on_errand (gpointer user_data);

static void
plan_errand (BusVisits *visits)
{
  if (visits->errand == 0)
    visits->errand = g_idle_add_full (G_PRIORITY_DEFAULT, on_errand, visits, NULL);
}

static void
tell_changes (BusVisit *self)
{
  self->changed = FALSE;
  bus_visit_view_tell_changes (&self->view, self->visits->bus, self->visit);
}

static gboolean
on_errand (gpointer user_data)
{
  BusVisits *visits = user_data;
  g_autoptr (GPtrArray) closing = g_ptr_array_new ();
  GHashTableIter iterator;
  BusVisit *self;

  visits->errand = 0;
  g_hash_table_iter_init (&iterator, visits->table);
  while (g_hash_table_iter_next (&iterator, NULL, (gpointer *)&self))
    {
      if (self->changed)
        tell_changes (self);
      if (self->closing)
        g_ptr_array_add (closing, self->visit);
    }
  for (guint i = 0; i < closing->len; i++)
    station_erase_visit (visits->station, g_ptr_array_index (closing, i));
  return G_SOURCE_REMOVE;
}

static void
visit_free (BusVisit *self)
{
  bus_share_discharge (self->share, BUS_ACCOUNT_VISIT);
  bus_share_unref (self->share);
  if (self->check != NULL)
    answer_check (self);
  bus_visit_view_clear (&self->view);
  visit_unref (self->visit);
  g_free (self);
}

BusVisits *
bus_visits_new (sd_bus *bus, BusCalls *calls, BusDescriptors *descriptors, Station *station, GError **error)
{
  g_autoptr (BusVisits) visits = g_new0 (BusVisits, 1);

  visits->bus = sd_bus_ref (bus);
  visits->calls = calls;
  visits->descriptors = descriptors;
  visits->station = station;
  visits->waiting = bus_errands_new ();
  visits->table = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)visit_free);
  if (!bus_error_check (sd_bus_add_fallback_vtable (bus, &visits->slot, SHIKAKU_VISIT_PATH, SHIKAKU_INTERFACE_VISIT,
                                                    vtable, find_visit, visits),
                        "visit objects", error)
      || !bus_error_check (sd_bus_add_node_enumerator (bus, &visits->enumerator, SHIKAKU_VISIT_PATH, enumerate, visits),
                           "visit objects", error)
      /* It lists what the enumerator and the find callback give: to each caller its own. */
      || !bus_error_check (sd_bus_add_object_manager (bus, &visits->manager, SHIKAKU_VISIT_PATH), "visit objects",
                           error))
    return NULL;
  return g_steal_pointer (&visits);
}

void
bus_visits_set_records (BusVisits *visits, BusRecords *records)
{
  visits->records = records;
}

void
bus_visits_free (BusVisits *visits)
{
  sd_bus_slot_unref (visits->slot);
  sd_bus_slot_unref (visits->enumerator);
  sd_bus_slot_unref (visits->manager);
  g_clear_handle_id (&visits->errand, g_source_remove);
  bus_errands_free (visits->waiting);
  g_hash_table_unref (visits->table);
  sd_bus_unref (visits->bus);
  g_free (visits);
}

void
bus_visits_add (BusVisits *visits, Visit *visit, BusPeer *owner, BusCall *check, gboolean report)
{
  BusVisit *self = g_new0 (BusVisit, 1);

  self->visits = visits;
  self->visit = visit_ref (visit);
  self->check = check;
  self->report = report;
  bus_visit_view_start (&self->view, visit);
  self->share = bus_share_ref (owner->share);
  bus_share_charge (self->share, BUS_ACCOUNT_VISIT);
  g_hash_table_insert (visits->table, (gpointer)visit_get_path (visit), self);
  bus_visit_view_tell_added (visits->bus, visit);
}

char *
bus_visits_make_path (const char *owner, const char *token)
{
  g_autofree char *escaped = g_strdup (owner + strspn (owner, ":"));

  return g_strdup_printf (SHIKAKU_VISIT_PATH "/%s/%s",
                          g_strcanon (escaped, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_", '_'), token);
}

char *
bus_visits_choose_path (BusVisits *visits, const char *owner, const char *token, GError **error)
{
  g_autofree char *drawn = NULL;
  g_autofree char *path = NULL;

  if (token != NULL)
    path = bus_visits_make_path (owner, token);
  while (token == NULL && (path == NULL || station_find_visit (visits->station, path) != NULL))
    {
      g_free (drawn);
      drawn = g_strdup_printf ("%08x%08x", g_random_int (), g_random_int ());
      g_free (path);
      path = bus_visits_make_path (owner, drawn);
    }
  if (station_find_visit (visits->station, path) != NULL)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_VISIT_EXISTS,
                           "Token is that of a visit that is still open");
      return NULL;
    }
  return g_steal_pointer (&path);
}

gboolean
bus_visits_may_have (BusPeer *peer, GError **error)
{
  if (bus_share_has_room (peer->share, BUS_ACCOUNT_VISIT))
    return TRUE;
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LIMIT_EXCEEDED,
               "too many visits are open: %d a connection and %d a user are allowed",
               BUS_ACCOUNT_CONNECTION_VISITS_MAXIMUM, BUS_ACCOUNT_VISITS_MAXIMUM);
  return FALSE;
}

/* charge_to: takes the visit's charge from whom it was charged to, and gives it to @owner. */
static void
charge_to (BusVisit *self, BusPeer *owner)
{
  bus_share_discharge (self->share, BUS_ACCOUNT_VISIT);
  bus_share_unref (self->share);
  self->share = bus_share_ref (owner->share);
  bus_share_charge (self->share, BUS_ACCOUNT_VISIT);
}

/* choose_new_path: the visit keeps its token where it can. */
static char *
choose_new_path (BusVisits *visits, Visit *visit, BusPeer *owner, const char *token, GError **error)
{
  const char *kept = strrchr (visit_get_path (visit), '/') + 1;
  char *path = token == NULL ? bus_visits_choose_path (visits, owner->name, kept, NULL) : NULL;

  return path != NULL ? path : bus_visits_choose_path (visits, owner->name, token, error);
}

gboolean
bus_visits_give (BusVisits *visits, Visit *visit, VisitTicket *ticket, BusPeer *owner, const char *token,
                 const Actor *actor, GError **error)
{
  BusVisit *self = g_hash_table_lookup (visits->table, visit_get_path (visit));
  g_autofree char *path = NULL;
  VisitOptions given = { .owner = owner->name, .actor = actor };

  if (g_strcmp0 (visit_get_owner (visit), owner->name) == 0) /* it has it */
    return TRUE;
  if (!bus_visits_may_have (owner, error))
    return FALSE;
  if ((path = choose_new_path (visits, visit, owner, token, error)) == NULL)
    return FALSE;
  bus_visit_view_tell_removed (visits->bus, visit);
  g_hash_table_steal (visits->table, visit_get_path (visit));
  given.path = path;
  given.uid = bus_account_get_uid (owner->account);
  given.caller = bus_account_get_name (owner->account);
  visit_ticket_use (ticket);
  visit_give (visit, &given);
  charge_to (self, owner);
  bus_visit_view_clear (&self->view);
  bus_visit_view_start (&self->view, visit);
  g_hash_table_insert (visits->table, (gpointer)visit_get_path (visit), self);
  bus_visit_view_tell_added (visits->bus, visit);
  return TRUE;
}

gboolean
bus_visits_is_token (const char *token)
{
  gsize length = strspn (token, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_");

  return token[length] == '\0' && length >= 1 && length <= TOKEN_LENGTH_MAXIMUM;
}

void
bus_visits_note_changed (BusVisits *visits, Visit *visit)
{
  BusVisit *self = g_hash_table_lookup (visits->table, visit_get_path (visit));

  /* The end is told by bus_visits_note_finished(), and nothing after it. */
  if (self == NULL || visit_is_finished (visit))
    return;
  self->changed = TRUE;
  plan_errand (visits);
}

void
bus_visits_note_finished (BusVisits *visits, Visit *visit)
{
  BusVisit *self = g_hash_table_lookup (visits->table, visit_get_path (visit));

  if (self == NULL)
    return;
  tell_changes (self);
  bus_visit_view_tell_finished (visits->bus, visit);
  if (self->check == NULL)
    return;
  self->closing = TRUE; /* not now: the visit is still telling of its end */
  plan_errand (visits);
}

void
bus_visits_note_closed (BusVisits *visits, Visit *visit)
{
  if (g_hash_table_contains (visits->table, visit_get_path (visit)) && visit_get_owner (visit) != NULL
      && bus_peers_find (bus_calls_get_peers (visits->calls), visit_get_owner (visit)) != NULL) /* else it has gone */
    bus_visit_view_tell_removed (visits->bus, visit);
  g_hash_table_remove (visits->table, visit_get_path (visit));
}
