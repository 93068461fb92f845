/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-records: see the header. First it is made sure that the caller's connection takes descriptors: nothing is asked
 * of the center, and nothing said in the ledger, for a reply that the bus would throw away.
 */
#include "bus/bus-records.h"

#include <string.h>

#include "bus/bus-actor.h"
#include "bus/bus-entry.h"
#include "bus/bus-options.h"
#include "codec/ledger-json.h"
#include "visit/station-care.h"
#include "visit/station-records.h"
#include "visit/station-tickets.h"

struct BusRecords
{
  BusDescriptors *descriptors;
  BusBrake *brake;
  Station *station;
  GPtrArray *under_way; /* of Fetching */
};

/* A fetch under way. */
typedef struct
{
  BusRecords *records; /* NULL: they have ended, and the call is answered */
  BusCall *call;
  Visit *visit;
  char *sender;
  GCancellable *cancellable;
  BusShare *share; /* to which it is charged; NULL: it is not */
  gboolean is_of_manager;
  gboolean is_of_care; /* a list of consents, not records */
  gboolean is_guess;   /* by numbers: that nobody is known by them is a guess that was wrong */
} Fetching;

/* Borrowed from the call. */
typedef struct
{
  const char *kind, *from, *to, *format;
  const char *ticket; /* of the Manager's; NULL: not given */
  TransportNumberQuery insured;
  Actor actor;
} FetchOptions;

#define OPTION(key, type, member) \
  { \
    key, BUS_OPTION_##type, offsetof (FetchOptions, member), NULL \
  }

static const BusOption fetch_options[] = {
  OPTION ("From", TEXT, from),
  OPTION ("To", TEXT, to),
  OPTION ("Format", TEXT, format),
  BUS_ACTOR_OPTIONS (FetchOptions, actor),
  { NULL },
};
static const BusOption patient_options[] = {
  OPTION ("Ticket", TEXT, ticket),
  OPTION ("InsurerNumber", TEXT, insured.insurer_number),
  OPTION ("Symbol", TEXT, insured.symbol),
  OPTION ("Number", TEXT, insured.number),
  OPTION ("Branch", TEXT, insured.branch),
  OPTION ("Birthdate", TEXT, insured.birthdate),
  { NULL },
};

/* Of a list of consents; borrowed from the call. */
typedef struct
{
  const char *care, *by;
  gboolean waits;
  TransportCareQuery asked;
  Actor actor;
} CareOptions;

#define CARE_OPTION(key, type, member) \
  { \
    key, BUS_OPTION_##type, offsetof (CareOptions, member), NULL \
  }

static const BusOption care_options[] = {
  CARE_OPTION ("Care", TEXT, care),
  CARE_OPTION ("From", TEXT, asked.from),
  CARE_OPTION ("To", TEXT, asked.to),
  CARE_OPTION ("By", TEXT, by),
  CARE_OPTION ("Identifier", TEXT, asked.identifier),
  CARE_OPTION ("Reception", TEXT, asked.reception),
  CARE_OPTION ("Wait", SWITCH, waits),
  BUS_ACTOR_OPTIONS (CareOptions, actor),
  { NULL },
};

static gboolean
set_error (GError **error, ShikakuError code, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, (int)code, text);
  return FALSE;
}

/* What is under way. */

/* begin_fetching: @call: (transfer full). */
static Fetching *
begin_fetching (BusRecords *self, BusCall *call, Visit *visit)
{
  Fetching *fetching = g_new0 (Fetching, 1);

  *fetching = (Fetching){
    .records = self,
    .call = call,
    .visit = visit != NULL ? visit_ref (visit) : NULL,
    .sender = g_strdup (sd_bus_message_get_sender (bus_call_get_message (call))),
    .cancellable = g_cancellable_new (),
  };
  g_ptr_array_add (self->under_way, fetching);
  return fetching;
}

static void
fetching_free (Fetching *fetching)
{
  if (fetching->records != NULL)
    g_ptr_array_remove_fast (fetching->records->under_way, fetching);
  if (fetching->share != NULL)
    {
      bus_share_discharge (fetching->share, BUS_ACCOUNT_RECORDS);
      bus_share_unref (fetching->share);
    }
  g_clear_pointer (&fetching->visit, visit_unref);
  g_object_unref (fetching->cancellable);
  g_free (fetching->sender);
  g_free (fetching);
}

/* end_with_error: @error: (transfer full). Nothing, if the call was answered. */
static void
end_with_error (Fetching *fetching, GError *error)
{
  if (fetching->records != NULL)
    bus_call_return_error (fetching->call, error);
  else
    g_error_free (error);
  fetching_free (fetching);
}

/* charge: or LIMIT_EXCEEDED. */
static gboolean
charge (Fetching *fetching, BusPeer *peer, GError **error)
{
  if (fetching->records->under_way->len > BUS_RECORDS_MAXIMUM /* with this one */
      || !bus_share_has_room (peer->share, BUS_ACCOUNT_RECORDS))
    return set_error (error, SHIKAKU_ERROR_LIMIT_EXCEEDED, "too many records are being fetched: try again in a moment");
  fetching->share = bus_share_ref (peer->share);
  bus_share_charge (fetching->share, BUS_ACCOUNT_RECORDS);
  return TRUE;
}

/* The reply. */

static const char *
or_none (const char *text)
{
  return text != NULL && *text != '\0' ? text : NULL;
}

/* append_part: the entries that each part has, and the whole. @has_document: it has been handed out, or was read. */
static int
append_part (sd_bus_message *reply, const RecordsAnswerPart *part, gboolean has_document)
{
  g_autofree char *digest = has_document ? ledger_json_make_hex (part->digest, sizeof part->digest) : NULL;
  const BusEntryText texts[] = { { "Outcome", records_outcome_to_string (part->outcome) },
                                 { "From", or_none (part->from) },
                                 { "To", or_none (part->to) },
                                 { "Sha256", digest },
                                 { NULL } };
  int result = bus_entry_append_texts (reply, texts);

  if (result >= 0 && part->code != NULL)
    result = bus_entry_append_sent (reply, "Code", part->code);
  if (result >= 0 && part->message != NULL)
    result = bus_entry_append_sent (reply, "Message", part->message);
  if (result >= 0 && part->is_partial)
    result = bus_entry_append (reply, "Partial", "b", TRUE);
  if (result >= 0 && part->is_of_receipts)
    result = bus_entry_append_text (reply, "Source", "receipt");
  return result;
}

static int
append_documents (sd_bus_message *reply, const RecordsAnswer *answer)
{
  int result = sd_bus_message_open_container (reply, 'a', "(ha{sv})");

  for (guint i = 0; i < answer->documents->len && result >= 0; i++)
    {
      const RecordsAnswerPart *part = answer->documents->pdata[i];

      if ((result = sd_bus_message_open_container (reply, 'r', "ha{sv}")) >= 0)
        result = sd_bus_message_append_basic (reply, 'h', &part->document);
      if (result >= 0)
        result = sd_bus_message_open_container (reply, 'a', "{sv}");
      if (result >= 0)
        result = append_part (reply, part, TRUE);
      if (result >= 0)
        result = bus_entry_append (reply, "Size", "t", part->size);
      if (result >= 0)
        result = sd_bus_message_close_container (reply);
      if (result >= 0)
        result = sd_bus_message_close_container (reply);
    }
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

static int
append_parts (sd_bus_message *reply, const RecordsAnswer *answer)
{
  int result = bus_entry_open (reply, "Parts", "aa{sv}");

  if (result >= 0)
    result = sd_bus_message_open_container (reply, 'a', "a{sv}");
  for (guint i = 0; i < answer->parts->len && result >= 0; i++)
    {
      const RecordsAnswerPart *part = answer->parts->pdata[i];

      if ((result = sd_bus_message_open_container (reply, 'a', "{sv}")) >= 0)
        result = append_part (reply, part, part->size > 0);
      if (result >= 0)
        result = sd_bus_message_close_container (reply);
    }
  if (result >= 0)
    result = sd_bus_message_close_container (reply);
  return result < 0 ? result : bus_entry_close (reply);
}

static int
append_meta (sd_bus_message *reply, const RecordsAnswer *answer)
{
  int result = sd_bus_message_open_container (reply, 'a', "{sv}");

  if (result >= 0)
    result = append_part (reply, answer->whole, answer->whole->size > 0);
  if (result >= 0)
    result = bus_entry_append (reply, "Complete", "b", answer->is_complete);
  if (result >= 0 && answer->has_entry)
    result = bus_entry_append (reply, "Entry", "t", answer->entry);
  if (result >= 0 && answer->parts->len > 0)
    result = append_parts (reply, answer);
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

static void
note_wrong_guess (Fetching *fetching)
{
  BusPeer *peer = fetching->records != NULL ? bus_call_get_peer (fetching->call) : NULL;

  if (peer != NULL)
    bus_brake_note_failure (fetching->records->brake, bus_account_get_uid (peer->account), g_get_monotonic_time ());
}

static void
on_fetched (GObject *source, GAsyncResult *asynchronous, gpointer user_data)
{
  Fetching *fetching = user_data;
  GError *error = NULL;
  g_autoptr (RecordsAnswer) answer = station_fetch_records_finish (asynchronous, &error);
  sd_bus_message *reply;
  int result;

  if (answer == NULL || fetching->records == NULL)
    {
      if (fetching->is_guess && g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND))
        note_wrong_guess (fetching);
      if (answer != NULL)
        error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "nobody waits any more");
      end_with_error (fetching, error);
      return;
    }
  reply = bus_call_new_reply (fetching->call);
  result = append_documents (reply, answer);
  if (result >= 0)
    result = append_meta (reply, answer);
  bus_call_return_message (fetching->call, reply, result);
  fetching_free (fetching); /* and with @answer the descriptors: the message has had its own */
}

/* The options. */

static gboolean
read_form (const char *word, RecordsForm *ret_form)
{
  for (RecordsForm form = RECORDS_AS_XML; form <= RECORDS_AS_JSON; form++)
    if (strcmp (word, records_form_to_string (form)) == 0)
      {
        *ret_form = form;
        return TRUE;
      }
  return FALSE;
}

/* read_fetch: of the call, from its begin. @query: borrows from @options and from the peer. */
static gboolean
read_fetch (Fetching *fetching, BusPeer *peer, FetchOptions *options, StationRecordsQuery *query, GError **error)
{
  sd_bus_message *message = bus_call_get_message (fetching->call);

  options->format = "xml";
  sd_bus_message_rewind (message, TRUE);
  if (fetching->is_of_manager && !bus_options_read (message, patient_options, options, error))
    return FALSE;
  sd_bus_message_read_basic (message, 's', &options->kind);
  if (!bus_options_read (message, fetch_options, options, error) || !bus_actor_fill (&options->actor, peer, error))
    return FALSE;
  if (!consent_kind_lookup (options->kind, &query->kind))
    return set_error (error, SHIKAKU_ERROR_INVALID_OPTION,
                      "the kind is one that consent is given to, as drug or checkup");
  if (!read_form (options->format, &query->form))
    return set_error (error, SHIKAKU_ERROR_INVALID_OPTION, "Format is xml, pdf or json");
  query->from = options->from;
  query->to = options->to;
  query->actor = &options->actor;
  return TRUE;
}

/* fetch_by_ticket: of the visit that is there, or of the patient of one that was closed. */
static gboolean
fetch_by_ticket (Fetching *fetching, BusPeer *peer, const char *secret, StationRecordsQuery *query, GError **error)
{
  BusRecords *self = fetching->records;
  RecordsPatient patient;
  Visit *visit = station_find_visit_by_ticket (self->station, secret, VISIT_TICKET_RECORDS, &query->ticket);

  if (visit != NULL)
    {
      fetching->visit = visit_ref (visit);
      station_fetch_records (self->station, visit, query, fetching->cancellable, on_fetched, fetching);
      return TRUE;
    }
  query->ticket = station_find_ticket (self->station, secret, query->kind, &patient);
  if (query->ticket != NULL)
    {
      station_fetch_records_of (self->station, &patient, query, fetching->cancellable, on_fetched, fetching);
      return TRUE;
    }
  note_wrong_guess (fetching);
  return set_error (error, SHIKAKU_ERROR_NOT_FOUND, "there are no records with this ticket");
}

/* fetch_patient: of the Manager's call. Whoever has no ticket knows the numbers of somebody who has consented here. */
static gboolean
fetch_patient (Fetching *fetching, BusPeer *peer, const FetchOptions *options, StationRecordsQuery *query,
               GError **error)
{
  BusRecords *self = fetching->records;
  RecordsPatient patient;

  if (!bus_brake_check (self->brake, bus_account_get_uid (peer->account), g_get_monotonic_time (), error))
    return FALSE;
  if (options->ticket != NULL && (options->insured.insurer_number != NULL || options->insured.number != NULL))
    return set_error (error, SHIKAKU_ERROR_INVALID_OPTION, "Ticket does not go with the numbers of a patient");
  if (options->ticket != NULL)
    return fetch_by_ticket (fetching, peer, options->ticket, query, error);
  if (!station_hash_insured (self->station, &options->insured, &patient, error))
    return FALSE;
  fetching->is_guess = TRUE;
  station_fetch_records_of (self->station, &patient, query, fetching->cancellable, on_fetched, fetching);
  return TRUE;
}

/* Lists of consents. */

static int
append_list_document (sd_bus_message *reply, const TransportCareList *list)
{
  g_autofree char *digest = ledger_json_make_hex (list->digest, sizeof list->digest);
  int result = sd_bus_message_open_container (reply, 'r', "ha{sv}");

  if (result >= 0)
    result = sd_bus_message_append_basic (reply, 'h', &list->fd);
  if (result >= 0)
    result = sd_bus_message_open_container (reply, 'a', "{sv}");
  if (result >= 0)
    result = bus_entry_append_text (reply, "Sha256", digest);
  if (result >= 0)
    result = bus_entry_append (reply, "Size", "t", list->size);
  if (result >= 0)
    result = bus_entry_append (reply, "People", "u", list->n_people);
  if (result >= 0)
    result = sd_bus_message_close_container (reply);
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

/* append_list: the list, if it is there, and under which number it is. */
static int
append_list (sd_bus_message *reply, const TransportCareList *list)
{
  const BusEntryText texts[] = { { "Reception", list->reception }, { "Identifier", list->identifier }, { NULL } };
  int result = sd_bus_message_open_container (reply, 'a', "(ha{sv})");

  if (result >= 0 && list->fd >= 0)
    result = append_list_document (reply, list);
  if (result >= 0)
    result = sd_bus_message_close_container (reply);
  if (result >= 0)
    result = sd_bus_message_open_container (reply, 'a', "{sv}");
  if (result >= 0)
    result = bus_entry_append_texts (reply, texts);
  if (result >= 0)
    result = bus_entry_append (reply, "Ready", "b", list->fd >= 0);
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

static void
on_care_listed (GObject *source, GAsyncResult *asynchronous, gpointer user_data)
{
  Fetching *fetching = user_data;
  GError *error = NULL;
  g_autoptr (TransportCareList) list = station_list_care_finish (asynchronous, &error);
  sd_bus_message *reply;

  if (list == NULL || fetching->records == NULL)
    {
      if (list != NULL)
        error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "nobody waits any more");
      end_with_error (fetching, error);
      return;
    }
  reply = bus_call_new_reply (fetching->call);
  bus_call_return_message (fetching->call, reply, append_list (reply, list));
  fetching_free (fetching);
}

/* read_care: of the call, from its begin. */
static gboolean
read_care (Fetching *fetching, BusPeer *peer, CareOptions *options, GError **error)
{
  sd_bus_message *message = bus_call_get_message (fetching->call);

  *options = (CareOptions){ .by = "consent", .waits = TRUE };
  sd_bus_message_rewind (message, TRUE);
  if (!bus_options_read (message, care_options, options, error) || !bus_actor_fill (&options->actor, peer, error))
    return FALSE;
  if (g_strcmp0 (options->care, "home") != 0 && g_strcmp0 (options->care, "online") != 0)
    return set_error (error, SHIKAKU_ERROR_INVALID_OPTION, "Care is home or online");
  if (strcmp (options->by, "consent") != 0 && strcmp (options->by, "examination") != 0)
    return set_error (error, SHIKAKU_ERROR_INVALID_OPTION, "By is consent or examination");
  options->asked.care = strcmp (options->care, "home") == 0 ? TRANSPORT_TREATMENT_HOME : TRANSPORT_TREATMENT_ONLINE;
  options->asked.by_examination = strcmp (options->by, "examination") == 0;
  options->asked.wants_reception = !options->waits;
  return TRUE;
}

static void
list_care (Fetching *fetching, BusPeer *peer, GError **error)
{
  CareOptions options;
  StationCareQuery query = { 0 };

  if (!read_care (fetching, peer, &options, error))
    return;
  query.asked = options.asked;
  query.actor = &options.actor;
  station_list_care (fetching->records->station, &query, fetching->cancellable, on_care_listed, fetching);
}

static void
fetch (Fetching *fetching)
{
  BusPeer *peer = bus_call_get_peer (fetching->call);
  FetchOptions options = { 0 };
  StationRecordsQuery query = { 0 };
  GError *error = NULL;

  if (peer == NULL)
    set_error (&error, SHIKAKU_ERROR_CANCELLED, "the caller has gone");
  else if (fetching->is_of_care)
    list_care (fetching, peer, &error);
  else if (read_fetch (fetching, peer, &options, &query, &error) && !fetching->is_of_manager)
    station_fetch_records (fetching->records->station, fetching->visit, &query, fetching->cancellable, on_fetched,
                           fetching);
  else if (error == NULL)
    fetch_patient (fetching, peer, &options, &query, &error);
  if (error != NULL)
    end_with_error (fetching, error);
}

static void
on_descriptors_known (BusPeerDescriptors answer, gpointer user_data)
{
  Fetching *fetching = user_data;

  if (fetching->records == NULL) /* meanwhile */
    fetching_free (fetching);
  else if (answer == BUS_PEER_DESCRIPTORS_REFUSED)
    end_with_error (fetching,
                    g_error_new (SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_STATE,
                                 "this connection takes no file descriptors%s",
                                 fetching->is_of_care ? ": use a library that does"
                                                      : ": the program shikakuctl records writes them to its output"));
  else
    fetch (fetching);
}

/* start: the options are looked at before anything else, and once more when it comes to it. */
static void
start (Fetching *fetching)
{
  BusPeer *peer = bus_call_get_peer (fetching->call);
  FetchOptions options = { 0 };
  CareOptions care;
  StationRecordsQuery query = { 0 };
  GError *error = NULL;

  if ((fetching->is_of_care ? read_care (fetching, peer, &care, &error)
                            : read_fetch (fetching, peer, &options, &query, &error))
      && charge (fetching, peer, &error))
    bus_descriptors_ask (fetching->records->descriptors, peer, on_descriptors_known, fetching);
  else
    end_with_error (fetching, error);
}

void
bus_records_fetch (BusRecords *self, BusCall *call, Visit *visit)
{
  start (begin_fetching (self, call, visit));
}

void
bus_records_fetch_patient (BusRecords *self, BusCall *call)
{
  Fetching *fetching = begin_fetching (self, call, NULL);

  fetching->is_of_manager = TRUE;
  start (fetching);
}

void
bus_records_list_care (BusRecords *self, BusCall *call)
{
  Fetching *fetching = begin_fetching (self, call, NULL);

  fetching->is_of_care = TRUE;
  start (fetching);
}

/* Coming and going. */

BusRecords *
bus_records_new (BusDescriptors *descriptors, BusBrake *brake, Station *station)
{
  BusRecords *self = g_new (BusRecords, 1);

  *self = (BusRecords){ descriptors, brake, station, g_ptr_array_new () };
  return self;
}

void
bus_records_drop_caller (BusRecords *self, const char *name)
{
  for (guint i = 0; i < self->under_way->len; i++)
    {
      Fetching *fetching = self->under_way->pdata[i];

      if (strcmp (fetching->sender, name) == 0)
        g_cancellable_cancel (fetching->cancellable);
    }
}

void
bus_records_free (BusRecords *self)
{
  for (guint i = 0; i < self->under_way->len; i++)
    {
      Fetching *fetching = self->under_way->pdata[i];

      fetching->records = NULL;
      bus_call_return_error (fetching->call, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN,
                                                                  "the daemon is shutting down"));
      g_cancellable_cancel (fetching->cancellable);
    }
  g_ptr_array_unref (self->under_way);
  g_free (self);
}
