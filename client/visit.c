/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit: in come the signals of one visit, out go its states and its end. */
#include "visit.h"

#define CANCEL_SECONDS 3
#define CLOSE_SECONDS 3
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define NO_VISIT_PATH "/"

struct Visit
{
  Client *client;
  const VisitObserver *observer;
  gpointer user_data;
  char *token;
  char *path;  /* NULL: not open */
  char *state; /* last told */
  guint changed, finished;
  gboolean opening, ended, freed;
  guint holds;           /* of its owner, and of each call under way */
  VisitCallback leaving; /* after the reply to OpenVisit, cancel and call this */
  VisitCandidates candidates;
  GVariant *details; /* of Finished */
  GVariant *eligibility;
};

static void
tell_refusal (Visit *visit, const GError *error)
{
  if (visit->leaving == NULL)
    visit->observer->refused (error, visit->user_data);
}

static void
tell_state (Visit *visit, const char *state)
{
  static const char *const final[] = { "done", "failed", "cancelled", NULL }; /* Finished tells those */

  if (visit->ended || visit->leaving != NULL || g_strcmp0 (visit->state, state) == 0 || g_strv_contains (final, state))
    return;
  g_free (visit->state);
  visit->state = g_strdup (state);
  visit->observer->state (state, visit->user_data);
}

static void
release (Visit *visit)
{
  if (--visit->holds == 0)
    g_free (visit);
}

typedef struct
{
  Visit *visit;
  GAsyncReadyCallback callback;
} Call;

static void
on_reply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Call *call = user_data;

  if (!call->visit->freed)
    call->callback (source, result, call->visit);
  release (call->visit);
}

static void
call_path (Visit *visit, const char *path, const char *interface, const char *method, GVariant *arguments,
           guint seconds, GAsyncReadyCallback callback)
{
  const Call call = { visit, callback };

  visit->holds++;
  client_call (visit->client, path, interface, method, arguments, seconds, on_reply, g_memdup2 (&call, sizeof call));
}

/* Calls a method of the visit; @callback gets the visit, unless that is freed by then. */
static void
call_visit (Visit *visit, const char *interface, const char *method, GVariant *arguments, guint seconds,
            GAsyncReadyCallback callback)
{
  call_path (visit, visit->path, interface, method, arguments, seconds, callback);
}

/* Return: the one child of the reply, or NULL after the refusal was told. */
static GVariant *
finish_call (Visit *visit, GObject *source, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = client_finish_call (source, result, &error);

  if (value == NULL)
    tell_refusal (visit, error);
  return value;
}

/* The end. */

static void
on_consents (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  g_autoptr (GVariant) consents = finish_call (visit, source, result);

  if (consents != NULL && visit->leaving == NULL)
    visit->observer->done (visit->eligibility, consents, visit->user_data);
}

static void
on_eligibility (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;

  visit->eligibility = finish_call (visit, source, result);
  if (visit->eligibility != NULL && visit->leaving == NULL)
    call_visit (visit, SHIKAKU_INTERFACE_VISIT, "GetConsents", NULL, CLIENT_CALL_SECONDS, on_consents);
}

static void
on_failure (GObject *source, GAsyncResult *result, gpointer user_data)
{
  static const char *const kept[] = { "State", "Error", "ErrorMessage" };
  Visit *visit = user_data;
  g_autoptr (GVariant) properties = finish_call (visit, source, result);
  g_autoptr (GVariant) failure = NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (visit->details);

  if (properties == NULL || visit->leaving != NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (properties, kept[i], G_VARIANT_TYPE_STRING);
      if (value != NULL)
        g_variant_dict_insert_value (&dict, kept[i], value);
    }
  failure = g_variant_ref_sink (g_variant_dict_end (&dict));
  visit->observer->failed (failure, visit->user_data);
}

static void
fetch_outcome (Visit *visit)
{
  if (!visit->ended || visit->path == NULL || visit->leaving != NULL)
    return;
  if (g_strcmp0 (visit->state, "done") == 0)
    call_visit (visit, SHIKAKU_INTERFACE_VISIT, "GetEligibility", NULL, CLIENT_CALL_SECONDS, on_eligibility);
  else
    call_visit (visit, PROPERTIES, "GetAll", g_variant_new ("(s)", SHIKAKU_INTERFACE_VISIT), CLIENT_CALL_SECONDS,
                on_failure);
}

static void
on_finished (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
             const char *signal, GVariant *parameters, gpointer user_data)
{
  Visit *visit = user_data;

  if (visit->ended || !g_str_has_suffix (path, visit->token)
      || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ssa{sv})")))
    return;
  g_free (visit->state);
  g_variant_get (parameters, "(ss@a{sv})", &visit->state, NULL, &visit->details);
  visit->ended = TRUE;
  fetch_outcome (visit);
}

/* The way there. */

static void
on_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
            const char *signal, GVariant *parameters, gpointer user_data)
{
  Visit *visit = user_data;
  g_autoptr (GVariant) changes = NULL;
  const char *state;

  if (!g_str_has_suffix (path, visit->token) || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  changes = g_variant_get_child_value (parameters, 1);
  if (g_variant_lookup (changes, "State", "&s", &state))
    tell_state (visit, state);
}

/* The first state has no signal of its own; a later one may have overtaken it. */
static void
on_first_state (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_autoptr (GVariant) value = NULL;

  if (reply == NULL || visit->state != NULL)
    return;
  g_variant_get (reply, "(v)", &value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    tell_state (visit, g_variant_get_string (value, NULL));
}

/* take_path: @path: of the reply; NULL: it was refused. */
static void
take_path (Visit *visit, GVariant *path)
{
  visit->opening = FALSE;
  if (path != NULL && g_variant_is_of_type (path, G_VARIANT_TYPE_OBJECT_PATH))
    visit->path = g_variant_dup_string (path, NULL);
  if (visit->leaving != NULL)
    {
      visit_cancel (visit, visit->leaving);
      return;
    }
  if (visit->path == NULL)
    return;
  fetch_outcome (visit); /* should it have ended already */
  if (!visit->ended && visit->state == NULL)
    call_visit (visit, PROPERTIES, "Get", g_variant_new ("(ss)", SHIKAKU_INTERFACE_VISIT, "State"), CLIENT_CALL_SECONDS,
                on_first_state);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  g_autoptr (GVariant) path = finish_call (visit, source, result);

  take_path (visit, path);
}

static void
on_claimed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) path = NULL, candidates = NULL;

  if (reply == NULL)
    tell_refusal (visit, error);
  else if (g_variant_is_of_type (reply, G_VARIANT_TYPE ("(oaa{sv})")))
    {
      path = g_variant_get_child_value (reply, 0);
      candidates = g_variant_get_child_value (reply, 1);
    }
  if (path != NULL && g_str_equal (g_variant_get_string (path, NULL), NO_VISIT_PATH))
    {
      visit->opening = FALSE;
      if (visit->leaving != NULL)
        visit->leaving (visit->user_data);
      else
        visit->candidates (candidates, visit->user_data);
    }
  else
    take_path (visit, path);
}

void
visit_claim (Visit *visit, GVariant *patient, GVariantDict *options, VisitCandidates candidates)
{
  g_variant_dict_insert (options, "Token", "s", visit->token);
  visit->opening = TRUE;
  visit->candidates = candidates;
  call_path (visit, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "ClaimVisit",
             g_variant_new ("(@a{sv}@a{sv})", patient, g_variant_dict_end (options)), CLIENT_CALL_SECONDS, on_claimed);
}

void
visit_open (Visit *visit, GVariant *insured, GVariantDict *options)
{
  GVariant *arguments;

  g_variant_dict_insert (options, "Token", "s", visit->token);
  if (insured != NULL)
    arguments = g_variant_new ("(@a{sv}@a{sv})", insured, g_variant_dict_end (options));
  else
    arguments = g_variant_new ("(@a{sv})", g_variant_dict_end (options));
  visit->opening = TRUE;
  call_path (visit, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, insured != NULL ? "CheckNumber" : "OpenVisit",
             arguments, CLIENT_CALL_SECONDS, on_opened);
}

/* Leaving. Should the daemon not do it: the visit ends with our connection. */

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  GVariant *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  g_clear_pointer (&reply, g_variant_unref);
  visit->leaving (visit->user_data);
}

static void
leave_visit (Visit *visit, const char *method, guint seconds, VisitCallback callback)
{
  visit->leaving = callback;
  if (visit->path != NULL)
    call_visit (visit, SHIKAKU_INTERFACE_VISIT, method, NULL, seconds, on_left);
  else if (!visit->opening)
    callback (visit->user_data);
}

void
visit_cancel (Visit *visit, VisitCallback callback)
{
  leave_visit (visit, "Cancel", CANCEL_SECONDS, callback);
}

void
visit_close (Visit *visit, VisitCallback callback)
{
  leave_visit (visit, "Close", CLOSE_SECONDS, callback);
}

Visit *
visit_new (Client *client, const VisitObserver *observer, gpointer user_data)
{
  Visit *visit = g_new0 (Visit, 1);
  g_autofree char *uuid = g_uuid_string_random ();

  g_strdelimit (uuid, "-", '_');
  visit->token = g_strconcat ("check_", uuid, NULL);
  visit->holds = 1;
  visit->client = client;
  visit->observer = observer;
  visit->user_data = user_data;
  visit->changed
      = g_dbus_connection_signal_subscribe (client->connection, client->daemon, PROPERTIES, "PropertiesChanged", NULL,
                                            SHIKAKU_INTERFACE_VISIT, G_DBUS_SIGNAL_FLAGS_NONE, on_changed, visit, NULL);
  visit->finished
      = g_dbus_connection_signal_subscribe (client->connection, client->daemon, SHIKAKU_INTERFACE_VISIT, "Finished",
                                            NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_finished, visit, NULL);
  return visit;
}

void
visit_free (Visit *visit)
{
  if (visit == NULL)
    return;
  g_dbus_connection_signal_unsubscribe (visit->client->connection, visit->changed);
  g_dbus_connection_signal_unsubscribe (visit->client->connection, visit->finished);
  g_clear_pointer (&visit->details, g_variant_unref);
  g_clear_pointer (&visit->eligibility, g_variant_unref);
  g_clear_pointer (&visit->token, g_free);
  g_clear_pointer (&visit->path, g_free);
  g_clear_pointer (&visit->state, g_free);
  visit->freed = TRUE;
  release (visit);
}

const char *
visit_get_path (const Visit *visit)
{
  return visit->path;
}

gboolean
visit_is_open (const Visit *visit)
{
  return visit->path != NULL;
}

const char *
visit_get_token (const Visit *visit)
{
  return visit->token;
}
