/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* desk-model: in come signals and replies of the bus, out goes word of changes. */
#include "desk-model.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/readers.h"
#include "client/visit.h"
#include "client/words.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"
#define ENDED_LIMIT 50 /* visits that have ended: those before leave the list */

typedef struct
{
  DeskModel *model;
  Visit *visit; /* NULL: closed at the daemon */
  guint number;
  DeskVisitState state;
  char *reader, *step, *answer;
  guint64 at_usec;
  gint64 due_usec; /* monotonic: when it is forgotten */
  GVariant *eligibility, *consents, *failure;
} Entry;

struct DeskModel
{
  Client *client;
  const DeskModelObserver *observer;
  gpointer user_data;
  gint64 forget_usec;
  GPtrArray *readers; /* of GVariant: the properties, and Path */
  GPtrArray *running; /* of Entry, the oldest first */
  GPtrArray *ended;   /* of Entry, the newest first */
  char *center;
  guint next;    /* number */
  guint daemons; /* that were there: what one was asked, the next does not answer */
  guint added, removed, changed;
  guint alarm; /* a source: for what is due next */
};

static void
tell_change (DeskModel *model)
{
  model->observer->changed (model->user_data);
}

/* What is forgotten. */

static void
forget (Entry *entry)
{
  g_clear_pointer (&entry->eligibility, g_variant_unref);
  g_clear_pointer (&entry->consents, g_variant_unref);
  g_clear_pointer (&entry->failure, g_variant_unref);
}

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  forget (entry);
  visit_free (entry->visit);
  g_free (entry->reader);
  g_free (entry->step);
  g_free (entry->answer);
  g_free (entry);
}

static gboolean
is_kept (const Entry *entry)
{
  return entry->eligibility != NULL || entry->failure != NULL;
}

static void set_alarm (DeskModel *model);

static gboolean
on_due (gpointer user_data)
{
  DeskModel *model = user_data;
  const gint64 now = g_get_monotonic_time ();

  model->alarm = 0;
  for (guint i = 0; i < model->ended->len; i++)
    {
      Entry *entry = g_ptr_array_index (model->ended, i);

      if (entry->due_usec <= now)
        forget (entry);
    }
  set_alarm (model);
  tell_change (model);
  return G_SOURCE_REMOVE;
}

static void
set_alarm (DeskModel *model)
{
  gint64 due_usec = G_MAXINT64;

  g_clear_handle_id (&model->alarm, g_source_remove);
  for (guint i = 0; i < model->ended->len; i++)
    {
      const Entry *entry = g_ptr_array_index (model->ended, i);

      if (is_kept (entry))
        due_usec = MIN (due_usec, entry->due_usec);
    }
  if (due_usec < G_MAXINT64)
    {
      const gint64 left_usec = MAX (due_usec - g_get_monotonic_time (), 0);

      model->alarm = g_timeout_add ((guint)(left_usec / 1000 + 1), on_due, model);
    }
}

/* The visits. */

static Entry *
find_entry (const GPtrArray *entries, guint number)
{
  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (entries, i);

      if (entry->number == number)
        return entry;
    }
  return NULL;
}

static void
drop_running (DeskModel *model, Entry *entry)
{
  g_ptr_array_remove (model->running, entry);
  free_entry (entry);
}

static void
on_closed (gpointer user_data)
{
  Entry *entry = user_data;
  DeskModel *model = entry->model;

  g_clear_pointer (&entry->visit, visit_free);
  if (entry->state != DESK_VISIT_LEAVING)
    return;
  drop_running (model, entry);
  tell_change (model);
}

/* Out of those that run, into those that have ended; the daemon need not keep it any more. */
static void
end_entry (Entry *entry, DeskVisitState state)
{
  DeskModel *model = entry->model;

  entry->state = state;
  entry->at_usec = (guint64)g_get_real_time ();
  entry->due_usec = g_get_monotonic_time () + model->forget_usec;
  g_ptr_array_remove (model->running, entry);
  g_ptr_array_insert (model->ended, 0, entry);
  if (entry->visit != NULL)
    visit_close (entry->visit, on_closed);
  if (model->ended->len > ENDED_LIMIT)
    free_entry (g_ptr_array_remove_index (model->ended, ENDED_LIMIT));
  set_alarm (model);
  tell_change (model);
}

static void
on_state (const char *state, gpointer user_data)
{
  Entry *entry = user_data;

  g_free (entry->step);
  entry->step = g_strdup (state);
  tell_change (entry->model);
}

static void
on_done (GVariant *eligibility, GVariant *consents, gpointer user_data)
{
  Entry *entry = user_data;
  const char *answer = "";

  g_variant_lookup (eligibility, "Answer", "&s", &answer);
  entry->answer = g_strdup (answer);
  entry->eligibility = g_variant_ref (eligibility);
  entry->consents = g_variant_ref (consents);
  end_entry (entry, DESK_VISIT_ANSWERED);
}

static void
on_failed (GVariant *failure, gpointer user_data)
{
  Entry *entry = user_data;

  entry->failure = g_variant_ref (failure);
  end_entry (entry, DESK_VISIT_FAILED);
}

static void
on_refused (const GError *error, gpointer user_data)
{
  Entry *entry = user_data;
  DeskModel *model = entry->model;
  g_autofree char *name = NULL, *message = NULL, *sentence = NULL;

  errors_split (error, &name, &message);
  sentence = errors_describe (name, message);
  model->observer->said (sentence, model->user_data);
  drop_running (model, entry);
  tell_change (model);
}

static void
insert_visit_options (GVariantDict *dict, const char *reader, const char *const *consents, gboolean same_card)
{
  g_variant_dict_insert (dict, "Language", "s", words_language ());
  if (reader != NULL)
    g_variant_dict_insert (dict, "Reader", "o", reader);
  if (consents != NULL && *consents != NULL)
    g_variant_dict_insert (dict, "Consents", "^as", consents);
  if (same_card)
    g_variant_dict_insert (dict, "SameCard", "b", TRUE);
}

void
desk_model_open (DeskModel *model, const char *reader, GVariant *insured, const char *const *consents,
                 gboolean same_card)
{
  static const VisitObserver observer = { on_state, on_done, on_failed, on_refused };
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  Entry *entry = g_new0 (Entry, 1);

  entry->model = model;
  entry->number = ++model->next;
  entry->reader = g_strdup (reader != NULL ? readers_get_number (reader) : "");
  entry->step = g_strdup ("");
  entry->at_usec = (guint64)g_get_real_time ();
  entry->visit = visit_new (model->client, &observer, entry);
  g_ptr_array_add (model->running, entry);
  insert_visit_options (&dict, reader, consents, same_card);
  visit_open (entry->visit, insured, &dict);
  tell_change (model);
}

void
desk_model_cancel (DeskModel *model, guint number)
{
  Entry *entry = find_entry (model->running, number);

  if (entry == NULL || entry->state != DESK_VISIT_RUNNING)
    return;
  entry->state = DESK_VISIT_LEAVING;
  tell_change (model);
  visit_close (entry->visit, on_closed); /* which cancels it first */
}

void
desk_model_remove (DeskModel *model, guint number)
{
  Entry *entry = find_entry (model->ended, number);

  if (entry == NULL)
    return;
  g_ptr_array_remove (model->ended, entry);
  free_entry (entry);
  set_alarm (model);
  tell_change (model);
}

void
desk_model_keep (DeskModel *model, guint number)
{
  Entry *entry = find_entry (model->ended, number);

  if (entry == NULL || !is_kept (entry))
    return;
  entry->due_usec = g_get_monotonic_time () + model->forget_usec;
  set_alarm (model);
}

guint
desk_model_count_visits (const DeskModel *model)
{
  return model->running->len + model->ended->len;
}

guint
desk_model_count_running (const DeskModel *model)
{
  return model->running->len;
}

static DeskVisit
describe_entry (const Entry *entry)
{
  return (DeskVisit){
    .number = entry->number,
    .state = entry->state,
    .reader = entry->reader,
    .step = entry->step,
    .answer = entry->answer != NULL ? entry->answer : "",
    .at_usec = entry->at_usec,
    .eligibility = entry->eligibility,
    .consents = entry->consents,
    .failure = entry->failure,
  };
}

DeskVisit
desk_model_get_visit (const DeskModel *model, guint index)
{
  const gboolean runs = index < model->running->len;

  return describe_entry (runs ? g_ptr_array_index (model->running, index)
                              : g_ptr_array_index (model->ended, index - model->running->len));
}

gboolean
desk_model_find_visit (const DeskModel *model, guint number, DeskVisit *ret_visit)
{
  const Entry *entry = find_entry (model->running, number);

  if (entry == NULL)
    entry = find_entry (model->ended, number);
  if (entry != NULL)
    *ret_visit = describe_entry (entry);
  return entry != NULL;
}

/* The readers and the center. */

static int
compare_readers (gconstpointer a, gconstpointer b)
{
  const char *path[2] = { "", "" };

  g_variant_lookup (*(GVariant *const *)a, "Path", "&o", &path[0]);
  g_variant_lookup (*(GVariant *const *)b, "Path", "&o", &path[1]);
  return strverscmp (path[0], path[1]);
}

/* Return: where the reader at @path is in the list; its length: nowhere. */
static guint
find_reader (const DeskModel *model, const char *path)
{
  for (guint i = 0; i < model->readers->len; i++)
    {
      const char *found = "";

      g_variant_lookup (g_ptr_array_index (model->readers, i), "Path", "&o", &found);
      if (g_str_equal (found, path))
        return i;
    }
  return model->readers->len;
}

/* @properties: all, or those that have changed. */
static void
take_reader (DeskModel *model, const char *path, GVariant *properties)
{
  const guint index = find_reader (model, path);
  GVariant *known = index < model->readers->len ? g_ptr_array_index (model->readers, index) : NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (known);
  GVariantIter iter;
  const char *key, *kind;
  GVariant *value;

  if (g_variant_lookup (properties, "Kind", "&s", &kind) && g_str_equal (kind, "terminal"))
    return; /* nobody puts a card there */
  g_variant_iter_init (&iter, properties);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_variant_dict_insert_value (&dict, key, value);
  g_variant_dict_insert (&dict, "Path", "o", path);
  if (known != NULL)
    g_ptr_array_remove_index (model->readers, index);
  g_ptr_array_add (model->readers, g_variant_ref_sink (g_variant_dict_end (&dict)));
  g_ptr_array_sort (model->readers, compare_readers);
}

static void
take_objects (DeskModel *model, GVariant *objects)
{
  GVariantIter iter;
  const char *path;
  GVariant *interfaces;

  g_ptr_array_set_size (model->readers, 0);
  g_variant_iter_init (&iter, objects);
  while (g_variant_iter_loop (&iter, "{&o@a{sa{sv}}}", &path, &interfaces))
    {
      g_autoptr (GVariant) properties = NULL;

      if (g_variant_lookup (interfaces, SHIKAKU_INTERFACE_READER, "@a{sv}", &properties))
        take_reader (model, path, properties);
    }
}

static void
take_center (DeskModel *model, GVariant *properties)
{
  const char *center;

  if (!g_variant_lookup (properties, "Center", "&s", &center))
    return;
  g_free (model->center);
  model->center = g_strdup (center);
}

typedef struct
{
  DeskModel *model;
  guint daemon;
} Question;

/* Return: the answer (transfer full), or NULL after what is wrong was said. */
static GVariant *
finish_question (Question *question, GObject *source, GAsyncResult *result, const char *type)
{
  DeskModel *model = question->model;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = client_finish_call (source, result, &error);
  g_autofree char *name = NULL, *message = NULL, *sentence = NULL;

  if (question->daemon != model->daemons)
    return NULL;
  if (value != NULL)
    return g_variant_is_of_type (value, G_VARIANT_TYPE (type)) ? g_steal_pointer (&value) : NULL;
  errors_split (error, &name, &message);
  sentence = errors_describe (name, message);
  if (errors_get_exit_code (name) != EXIT_CODE_NO_DAEMON) /* that is told by its going */
    model->observer->said (sentence, model->user_data);
  return NULL;
}

static void
on_objects (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Question *question = user_data;
  g_autoptr (GVariant) objects = finish_question (question, source, result, "a{oa{sa{sv}}}");

  if (objects == NULL)
    return;
  take_objects (question->model, objects);
  tell_change (question->model);
}

static void
on_manager (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Question *question = user_data;
  g_autoptr (GVariant) properties = finish_question (question, source, result, "a{sv}");

  if (properties == NULL)
    return;
  take_center (question->model, properties);
  tell_change (question->model);
}

static void
on_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
            const char *signal, GVariant *parameters, gpointer user_data)
{
  DeskModel *model = user_data;
  g_autoptr (GVariant) changes = NULL;
  const char *changed;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  g_variant_get (parameters, "(&s@a{sv}@as)", &changed, &changes, NULL);
  if (g_str_equal (changed, SHIKAKU_INTERFACE_READER) && find_reader (model, path) < model->readers->len)
    take_reader (model, path, changes);
  else if (g_str_equal (changed, SHIKAKU_INTERFACE_MANAGER))
    take_center (model, changes);
  else
    return;
  tell_change (model);
}

static void
on_added (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
          GVariant *parameters, gpointer user_data)
{
  DeskModel *model = user_data;
  g_autoptr (GVariant) interfaces = NULL, properties = NULL;
  const char *reader;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(oa{sa{sv}})")))
    return;
  g_variant_get (parameters, "(&o@a{sa{sv}})", &reader, &interfaces);
  if (!g_variant_lookup (interfaces, SHIKAKU_INTERFACE_READER, "@a{sv}", &properties))
    return;
  take_reader (model, reader, properties);
  tell_change (model);
}

static void
on_removed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
            const char *signal, GVariant *parameters, gpointer user_data)
{
  DeskModel *model = user_data;
  const char *reader;
  guint index;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(oas)")))
    return;
  g_variant_get (parameters, "(&o@as)", &reader, NULL);
  index = find_reader (model, reader);
  if (index == model->readers->len)
    return;
  g_ptr_array_remove_index (model->readers, index);
  tell_change (model);
}

static void
ask_daemon (DeskModel *model, const char *path, const char *interface, const char *method, GVariant *arguments,
            GAsyncReadyCallback callback)
{
  const Question question = { model, model->daemons };

  client_call (model->client, path, interface, method, arguments, CLIENT_CALL_SECONDS, callback,
               g_memdup2 (&question, sizeof question));
}

void
desk_model_attach (DeskModel *model)
{
  model->daemons++;
  ask_daemon (model, SHIKAKU_READER_PATH, OBJECT_MANAGER, "GetManagedObjects", NULL, on_objects);
  ask_daemon (model, SHIKAKU_OBJECT_PATH, PROPERTIES, "GetAll", g_variant_new ("(s)", SHIKAKU_INTERFACE_MANAGER),
              on_manager);
}

void
desk_model_detach (DeskModel *model)
{
  model->daemons++;
  g_ptr_array_set_size (model->readers, 0);
  g_clear_pointer (&model->center, g_free);
  while (model->running->len > 0)
    drop_running (model, g_ptr_array_index (model->running, 0));
  for (guint i = 0; i < model->ended->len; i++)
    {
      Entry *entry = g_ptr_array_index (model->ended, i);

      g_clear_pointer (&entry->visit, visit_free); /* there is nothing left to close */
    }
  tell_change (model);
}

const char *
desk_model_get_center (const DeskModel *model)
{
  return model->center != NULL ? model->center : "";
}

guint
desk_model_count_readers (const DeskModel *model)
{
  return model->readers->len;
}

static gboolean
is_ours (const DeskModel *model, const char *path)
{
  for (guint i = 0; i < model->running->len; i++)
    {
      const Entry *entry = g_ptr_array_index (model->running, i);

      if (g_str_equal (entry->reader, readers_get_number (path)))
        return TRUE;
    }
  return FALSE;
}

DeskReader
desk_model_get_reader (const DeskModel *model, guint index)
{
  GVariant *properties = g_ptr_array_index (model->readers, index);
  g_autofree const char **agent = NULL;
  DeskReader reader = { .path = "", .name = "" };

  g_variant_lookup (properties, "Path", "&o", &reader.path);
  g_variant_lookup (properties, "Name", "&s", &reader.name);
  g_variant_lookup (properties, "CardPresent", "b", &reader.card);
  g_variant_lookup (properties, "Served", "b", &reader.served);
  g_variant_lookup (properties, "InUse", "b", &reader.used);
  g_variant_lookup (properties, "InUseSince", "t", &reader.used_since);
  if (g_variant_lookup (properties, "Agent", "^a&s", &agent))
    reader.has_agent = g_strv_contains (agent, "pin");
  reader.is_ours = is_ours (model, reader.path);
  return reader;
}

DeskModel *
desk_model_new (Client *client, guint forget_seconds, const DeskModelObserver *observer, gpointer user_data)
{
  DeskModel *model = g_new0 (DeskModel, 1);
  GDBusConnection *bus = client->connection;

  model->client = client;
  model->observer = observer;
  model->user_data = user_data;
  model->forget_usec = (gint64)forget_seconds * G_USEC_PER_SEC;
  model->readers = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
  model->running = g_ptr_array_new ();
  model->ended = g_ptr_array_new ();
  model->added = g_dbus_connection_signal_subscribe (bus, SHIKAKU_BUS_NAME, OBJECT_MANAGER, "InterfacesAdded", NULL,
                                                     NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_added, model, NULL);
  model->removed = g_dbus_connection_signal_subscribe (bus, SHIKAKU_BUS_NAME, OBJECT_MANAGER, "InterfacesRemoved", NULL,
                                                       NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_removed, model, NULL);
  model->changed = g_dbus_connection_signal_subscribe (bus, SHIKAKU_BUS_NAME, PROPERTIES, "PropertiesChanged", NULL,
                                                       NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_changed, model, NULL);
  return model;
}

void
desk_model_free (DeskModel *model)
{
  const guint subscriptions[] = { model->added, model->removed, model->changed };

  for (guint i = 0; i < G_N_ELEMENTS (subscriptions); i++)
    g_dbus_connection_signal_unsubscribe (model->client->connection, subscriptions[i]);
  g_clear_handle_id (&model->alarm, g_source_remove);
  g_ptr_array_foreach (model->running, (GFunc)(void (*) (void))free_entry, NULL);
  g_ptr_array_foreach (model->ended, (GFunc)(void (*) (void))free_entry, NULL);
  g_ptr_array_unref (model->running);
  g_ptr_array_unref (model->ended);
  g_ptr_array_unref (model->readers);
  g_free (model->center);
  g_free (model);
}
