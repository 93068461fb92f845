/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-events: a table of subscriptions, and events as messages. */
#include "bus/bus-events.h"

#include <string.h>

#include "base/log.h"
#include "bus/bus-entry.h"
#include "bus/bus-options.h"
#include "visit/station-arrivals.h"

#define PAGE_DEFAULT 100
#define MISSED "missed" /* in the place of a kind: events that are not to be had any more */

typedef struct
{
  BusEvents *owner;
  BusShare *share; /* to which it is charged */
  char *name;      /* of the connection */
  uid_t uid;
  guint kinds;        /* of EVENT_BIT; 0: it only watches */
  GPtrArray *watched; /* of char: paths of terminals, of whose arrivals it hears whatever the kinds are */
  gboolean is_heard;  /* from @since on */
  guint64 since;
} Subscription;

/* What waits at a terminal is asked for; then it is told. */
typedef struct
{
  BusEvents *self; /* NULL: it has ended */
  BusCall *call;
  char *reader;
} Telling;

struct BusEvents
{
  sd_bus *bus;
  Station *station;
  GHashTable *subscriptions; /* name → Subscription */
  GPtrArray *tellings;       /* of Telling: under way; borrowed */
};

static void
subscription_free (Subscription *subscription)
{
  station_stop_listening_to_events (subscription->owner->station);
  bus_share_discharge (subscription->share, BUS_ACCOUNT_SUBSCRIPTION);
  bus_share_unref (subscription->share);
  g_ptr_array_unref (subscription->watched);
  g_free (subscription->name);
  g_free (subscription);
}

BusEvents *
bus_events_new (sd_bus *bus, Station *station)
{
  BusEvents *self = g_new0 (BusEvents, 1);

  self->bus = bus;
  self->station = station_ref (station);
  self->subscriptions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)subscription_free);
  self->tellings = g_ptr_array_new ();
  return self;
}

void
bus_events_free (BusEvents *self)
{
  for (guint i = 0; i < self->tellings->len; i++)
    ((Telling *)self->tellings->pdata[i])->self = NULL;
  g_ptr_array_unref (self->tellings);
  g_hash_table_unref (self->subscriptions);
  station_unref (self->station);
  g_free (self);
}

void
bus_events_drop_owner (BusEvents *self, const char *name)
{
  g_hash_table_remove (self->subscriptions, name);
}

/* Events as messages. */

static int
append_detail (sd_bus_message *message, const EventDetail *detail)
{
  switch (detail->type)
    {
    case 'o':
      return sd_bus_object_path_is_valid (detail->text) ? bus_entry_append (message, detail->key, "o", detail->text)
                                                        : 0;
    case 's':
      return bus_entry_append_text (message, detail->key, detail->text);
    case 't':
      return bus_entry_append (message, detail->key, "t", (guint64)detail->number);
    case 'i':
      return bus_entry_append (message, detail->key, "i", (gint32)detail->number);
    default:
      return bus_entry_append (message, detail->key, "b", detail->number != 0);
    }
}

static int
append_details (sd_bus_message *message, const Event *event)
{
  int result = sd_bus_message_open_container (message, 'a', "{sv}");
  EventDetail detail;
  gsize offset = 0;

  while (result >= 0 && event_details_read (event->details->str, event->details->len, &offset, &detail))
    result = append_detail (message, &detail);
  return result < 0 ? result : sd_bus_message_close_container (message);
}

/* append_event: its four values. */
static int
append_event (sd_bus_message *message, const Event *event)
{
  int result
      = sd_bus_message_append (message, "tst", event->sequence, event_kind_to_string (event->kind), (guint64)event->at);

  return result < 0 ? result : append_details (message, event);
}

/* append_missed: stands before the events of a page from which some may be missing. */
static int
append_missed (sd_bus_message *message, const EventsPage *page)
{
  return sd_bus_message_append (message, "(tsta{sv})", page->gap_until, MISSED, (guint64)g_get_real_time (), 1,
                                "Reason", "s", page->gap == EVENTS_PURGED ? "purged" : "unknown");
}

static int
append_page (sd_bus_message *message, const EventsPage *page)
{
  int result = sd_bus_message_append_basic (message, 't', &page->next);

  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', "(tsta{sv})");
  if (result >= 0 && page->gap != EVENTS_COMPLETE)
    result = append_missed (message, page);
  for (guint i = 0; i < page->events->len && result >= 0; i++)
    {
      result = sd_bus_message_open_container (message, 'r', "tsta{sv}");
      if (result >= 0)
        result = append_event (message, page->events->pdata[i]);
      if (result >= 0)
        result = sd_bus_message_close_container (message);
    }
  return result < 0 ? result : sd_bus_message_close_container (message);
}

static void
send_event (BusEvents *self, const Subscription *subscription, const Event *event)
{
  g_autoptr (sd_bus_message) message = NULL;
  int result = sd_bus_message_new_signal (self->bus, &message, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "Event");

  if (result >= 0)
    result = sd_bus_message_set_destination (message, subscription->name);
  if (result >= 0)
    result = append_event (message, event);
  if (result >= 0)
    result = sd_bus_send (self->bus, message, NULL);
  if (result < 0)
    log_warning (NULL, "An event could not be sent: %s", g_strerror (-result));
}

/* find_arrival_reader: where @event has arrived; NULL: it is no arrival. Points into it. */
static const char *
find_arrival_reader (const Event *event)
{
  EventDetail detail;
  gsize offset = 0;

  while (event->kind == EVENT_VISIT_ARRIVED
         && event_details_read (event->details->str, event->details->len, &offset, &detail))
    if (strcmp (detail.key, "Reader") == 0)
      return detail.text;
  return NULL;
}

static gboolean
has_watched (const Subscription *subscription, const char *reader, guint *ret_index)
{
  return g_ptr_array_find_with_equal_func (subscription->watched, reader, g_str_equal, ret_index);
}

static gboolean
is_wanted (const Subscription *subscription, const Event *event)
{
  const EventsQuestion question = { subscription->since, subscription->uid, subscription->kinds, 0 };
  const char *reader = find_arrival_reader (event);

  return station_event_is_wanted (&question, event)
         || (reader != NULL && event->sequence > subscription->since && has_watched (subscription, reader, NULL));
}

void
bus_events_note_event (BusEvents *self, const Event *event)
{
  GHashTableIter iterator;
  const Subscription *subscription;

  g_hash_table_iter_init (&iterator, self->subscriptions);
  while (g_hash_table_iter_next (&iterator, NULL, (gpointer *)&subscription))
    if (subscription->is_heard && is_wanted (subscription, event))
      send_event (self, subscription, event);
}

/* What callers give. */

static gboolean
read_kinds (const char *const *words, guint *ret_kinds, GError **error)
{
  EventKind kind;

  *ret_kinds = 0;
  for (; words != NULL && *words != NULL; words++)
    {
      if (!event_kind_from_string (*words, &kind))
        {
          g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "there is no such kind of event");
          return FALSE;
        }
      *ret_kinds |= EVENT_BIT (kind);
    }
  return TRUE;
}

typedef struct
{
  guint64 after;
  const char **kinds; /* NULL: all */
  gint64 limit;
} SinceOptions;

static gboolean
read_since (sd_bus_message *message, EventsQuestion *question, GError **error)
{
  static const BusOption table[] = {
    { "Kinds", BUS_OPTION_TEXTS, offsetof (SinceOptions, kinds), NULL },
    { "Limit", BUS_OPTION_NUMBER, offsetof (SinceOptions, limit), NULL },
    { NULL },
  };
  SinceOptions given = { .limit = PAGE_DEFAULT };
  gboolean done;

  sd_bus_message_read_basic (message, 't', &given.after);
  done = bus_options_read (message, table, &given, error);
  if (done && (given.limit < 1 || given.limit > EVENTS_PAGE_MAXIMUM))
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "Limit is 1 to %d events", EVENTS_PAGE_MAXIMUM);
      done = FALSE;
    }
  question->after = given.after;
  question->limit = (guint)given.limit;
  question->kinds = EVENT_ALL_KINDS;
  if (done && given.kinds != NULL)
    done = read_kinds (given.kinds, &question->kinds, error);
  g_free (given.kinds);
  return done;
}

static gboolean
read_subscription (sd_bus_message *message, guint *ret_kinds, GError **error)
{
  static const BusOption table[] = { { NULL } };
  g_auto (GStrv) words = NULL;

  if (sd_bus_message_read_strv (message, &words) < 0)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "the kinds cannot be read");
      return FALSE;
    }
  return bus_options_read (message, table, NULL, error) && read_kinds ((const char *const *)words, ret_kinds, error);
}

/* Answers. */

static void
return_ended (BusCall *call)
{
  bus_call_return_error (
      call, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is shutting down"));
}

static void
on_page (const EventsPage *page, gpointer user_data)
{
  BusCall *call = user_data;
  sd_bus_message *reply;

  if (page == NULL)
    {
      return_ended (call);
      return;
    }
  reply = bus_call_new_reply (call);
  bus_call_return_message (call, reply, append_page (reply, page));
}

void
bus_events_get_since (BusEvents *self, BusCall *call)
{
  EventsQuestion question = { .audience = bus_account_get_uid (bus_call_get_peer (call)->account) };
  GError *error = NULL;

  if (!read_since (bus_call_get_message (call), &question, &error))
    bus_call_return_error (call, error);
  else
    station_ask_events (self->station, &question, on_page, call);
}

static void
on_last (const EventsPage *page, gpointer user_data)
{
  if (page == NULL)
    return_ended (user_data);
  else
    bus_call_return (user_data, "t", page->next);
}

/* Its subscription is heard from the same moment on, if it has not left meanwhile. */
typedef struct
{
  BusEvents *self;
  BusCall *call;
  char *reader; /* that is watched: what waits there is told too; NULL: it is Subscribe */
} Beginning;

static void tell_waiting (BusEvents *self, BusCall *call, char *reader);

static void
on_listening (const EventsPage *page, gpointer user_data)
{
  g_autofree Beginning *beginning = user_data;
  BusPeer *peer = bus_call_get_peer (beginning->call);
  Subscription *subscription
      = peer != NULL && page != NULL ? g_hash_table_lookup (beginning->self->subscriptions, peer->name) : NULL;

  if (subscription != NULL)
    {
      subscription->is_heard = TRUE;
      subscription->since = page->next;
    }
  if (beginning->reader != NULL && page != NULL)
    tell_waiting (beginning->self, beginning->call, beginning->reader);
  else
    {
      g_free (beginning->reader);
      on_last (page, beginning->call);
    }
}

/* begin_subscription: @reader: (transfer full), that is watched; or NULL. */
static void
begin_subscription (BusEvents *self, BusCall *call, guint kinds, char *reader)
{
  BusPeer *peer = bus_call_get_peer (call);
  Subscription *subscription;
  Beginning *beginning;

  if (!bus_share_has_room (peer->share, BUS_ACCOUNT_SUBSCRIPTION))
    {
      bus_call_return_error (call, g_error_new (SHIKAKU_ERROR, SHIKAKU_ERROR_LIMIT_EXCEEDED,
                                                "too many programs of this user are subscribed: %d are allowed",
                                                BUS_ACCOUNT_SUBSCRIPTIONS_MAXIMUM));
      g_free (reader);
      return;
    }
  subscription = g_new0 (Subscription, 1);
  *subscription = (Subscription){ .owner = self,
                                  .share = bus_share_ref (peer->share),
                                  .name = g_strdup (peer->name),
                                  .uid = bus_account_get_uid (peer->account),
                                  .kinds = kinds,
                                  .watched = g_ptr_array_new_with_free_func (g_free) };
  if (reader != NULL)
    g_ptr_array_add (subscription->watched, g_strdup (reader));
  bus_share_charge (subscription->share, BUS_ACCOUNT_SUBSCRIPTION);
  g_hash_table_insert (self->subscriptions, subscription->name, subscription);
  beginning = g_new (Beginning, 1);
  *beginning = (Beginning){ self, call, reader };
  station_listen_to_events (self->station, on_listening, beginning);
}

/* drop_if_idle: @subscription: NULL: there is none. */
static void
drop_if_idle (BusEvents *self, Subscription *subscription)
{
  if (subscription != NULL && subscription->kinds == 0 && subscription->watched->len == 0)
    g_hash_table_remove (self->subscriptions, subscription->name);
}

void
bus_events_subscribe (BusEvents *self, BusCall *call)
{
  const EventsQuestion last = { .audience = EVENT_FOR_ALL };
  const char *name = bus_call_get_peer (call)->name;
  Subscription *subscription = g_hash_table_lookup (self->subscriptions, name);
  GError *error = NULL;
  guint kinds;

  if (!read_subscription (bus_call_get_message (call), &kinds, &error))
    bus_call_return_error (call, error);
  else if (subscription == NULL && kinds != 0)
    begin_subscription (self, call, kinds, NULL);
  else
    {
      if (subscription != NULL)
        subscription->kinds = kinds;
      drop_if_idle (self, subscription);
      station_ask_events (self->station, &last, on_last, call);
    }
}

/* WatchStation. */

/* send_waiting: it has come before anybody watched: as an event without a number. */
static void
send_waiting (BusEvents *self, const Subscription *subscription, const char *reader, const ArrivalBookItem *item)
{
  Event *event
      = event_new (EVENT_VISIT_ARRIVED, EVENT_FOR_ALL, station_events_describe_arrival (item->id, reader, item->at));

  event->at = item->received;
  send_event (self, subscription, event);
  event_unref (event);
}

static void
on_waiting (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Telling *telling = user_data;
  BusEvents *self = telling->self;
  GError *error = NULL;
  g_autoptr (GPtrArray) items = station_list_arrivals_finish (result, &error);
  BusPeer *peer = bus_call_get_peer (telling->call);
  const Subscription *subscription
      = self != NULL && peer != NULL ? g_hash_table_lookup (self->subscriptions, peer->name) : NULL;

  if (self == NULL)
    {
      return_ended (telling->call);
      g_clear_error (&error);
    }
  else if (items == NULL)
    bus_call_return_error (telling->call, error);
  else
    bus_call_return (telling->call, "");
  for (guint i = 0; subscription != NULL && items != NULL && i < items->len; i++)
    send_waiting (self, subscription, telling->reader, items->pdata[i]);
  if (self != NULL)
    g_ptr_array_remove_fast (self->tellings, telling);
  g_free (telling->reader);
  g_free (telling);
}

/* tell_waiting: @reader: (transfer full). */
static void
tell_waiting (BusEvents *self, BusCall *call, char *reader)
{
  StationReader *found = station_find_reader (self->station, reader); /* it may have gone meanwhile */
  Telling *telling = g_new (Telling, 1);

  *telling = (Telling){ self, call, reader };
  g_ptr_array_add (self->tellings, telling);
  station_list_arrivals (self->station, found != NULL ? station_reader_get_name (found) : "", on_waiting, telling);
}

typedef struct
{
  const char *reader;
  gboolean stop;
} WatchOptions;

static gboolean
read_watch (BusEvents *self, sd_bus_message *message, WatchOptions *options, GError **error)
{
  static const BusOption table[] = { { "Stop", BUS_OPTION_SWITCH, offsetof (WatchOptions, stop), NULL }, { NULL } };
  StationReader *reader;

  sd_bus_message_read_basic (message, 'o', &options->reader);
  if (!bus_options_read (message, table, options, error))
    return FALSE;
  reader = station_find_reader (self->station, options->reader);
  if (reader == NULL)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NO_READER, "there is no such reader");
  else if (!station_reader_is_terminal (reader))
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                         "Reader: this is no terminal: nothing arrives there");
  else
    return TRUE;
  return FALSE;
}

void
bus_events_watch (BusEvents *self, BusCall *call)
{
  Subscription *subscription = g_hash_table_lookup (self->subscriptions, bus_call_get_peer (call)->name);
  WatchOptions options = { NULL };
  GError *error = NULL;
  guint index;

  if (!read_watch (self, bus_call_get_message (call), &options, &error))
    {
      bus_call_return_error (call, error);
      return;
    }
  if (options.stop)
    {
      if (subscription != NULL && has_watched (subscription, options.reader, &index))
        g_ptr_array_remove_index (subscription->watched, index);
      drop_if_idle (self, subscription);
      bus_call_return (call, "");
      return;
    }
  if (subscription == NULL)
    {
      begin_subscription (self, call, 0, g_strdup (options.reader));
      return;
    }
  if (!has_watched (subscription, options.reader, NULL))
    g_ptr_array_add (subscription->watched, g_strdup (options.reader));
  tell_waiting (self, call, g_strdup (options.reader));
}
