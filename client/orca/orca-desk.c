/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-desk: see the header. */
#include "client/orca/orca-desk.h"

#include <gio/gunixfdlist.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/names.h"

#define CALL_MILLISECONDS 30000
#define FETCH_MILLISECONDS 900000  /* records may take minutes of a slow center */
#define REASON "asked for by ORCA" /* for the ledger; the brake on curiosity is for people */
#define VISIT_SECONDS 180          /* longer than a visit can last without an answer */
#define ERROR_MATCHES(name, short_name) (g_strcmp0 (name, SHIKAKU_ERROR_PREFIX short_name) == 0)

struct OrcaDesk
{
  GDBusConnection *connection;
  GCancellable *cancellable; /* what waits here may be asked once more at any time */
  GMainContext *context;
};

/* A visit of ours, until it has finished. */
typedef struct
{
  OrcaDesk *desk;
  char *path;
  guint finished, gone; /* subscriptions */
  gboolean is_over, is_lost;
  char *state, *error;
} Visit;

OrcaDesk *
orca_desk_new (GCancellable *cancellable, GError **error)
{
  GDBusConnection *connection = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  OrcaDesk *desk;

  if (connection == NULL)
    return NULL;
  desk = g_new0 (OrcaDesk, 1);
  desk->connection = connection;
  desk->cancellable = g_object_ref (cancellable);
  desk->context = g_main_context_ref_thread_default ();
  return desk;
}

void
orca_desk_free (OrcaDesk *desk)
{
  g_object_unref (desk->connection);
  g_object_unref (desk->cancellable);
  g_main_context_unref (desk->context);
  g_free (desk);
}

/* @parameters: floating. Return: (transfer full), or NULL with an error. */
static GVariant *
call_daemon (OrcaDesk *desk, const char *path, const char *interface, const char *method, GVariant *parameters,
             const char *type, GError **error)
{
  return g_dbus_connection_call_sync (desk->connection, SHIKAKU_BUS_NAME, path, interface, method, parameters,
                                      G_VARIANT_TYPE (type), G_DBUS_CALL_FLAGS_NONE, CALL_MILLISECONDS,
                                      desk->cancellable, error);
}

/*
 * What an error means for who called. TimedOut: a terminal has taken the question, and has not answered: nobody knows
 * whether it was passed on, so that a person asks again, and not we.
 */
static OrcaDeskOutcome
judge_name (const char *name)
{
  static const char *const final[] = {
    SHIKAKU_ERROR_PREFIX "InvalidOption",  SHIKAKU_ERROR_PREFIX "NotFound",
    SHIKAKU_ERROR_PREFIX "CenterRefused",  SHIKAKU_ERROR_PREFIX "ConsentDenied",
    SHIKAKU_ERROR_PREFIX "ConsentExpired", SHIKAKU_ERROR_PREFIX "RecordsRefused",
    SHIKAKU_ERROR_PREFIX "MessageInvalid", SHIKAKU_ERROR_PREFIX "InvalidState",
    SHIKAKU_ERROR_PREFIX "TimedOut",       NULL,
  };

  return g_strv_contains (final, name) ? ORCA_DESK_REFUSED : ORCA_DESK_LATER;
}

static OrcaDeskOutcome
judge_error (const GError *error, char **ret_why)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  if (name == NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    name = g_strdup (ORCA_DESK_STOPPING);
  else if (name == NULL)
    name = g_strdup (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ? "no reply" : "no bus");
  *ret_why = g_strdup (g_str_has_prefix (name, SHIKAKU_ERROR_PREFIX) ? name + strlen (SHIKAKU_ERROR_PREFIX) : name);
  return judge_name (name);
}

/* The numbers of @part, as CheckNumber and FetchRecords take them. Floating. */
static GVariant *
make_insured (JsonObject *part, const char *last)
{
  const char *const keys[] = { "InsurerNumber", "Symbol", "Number", "Branch", "Birthdate", last };
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *text = keys[i] != NULL ? orca_json_get_text (part, keys[i]) : "";

      if (*text != '\0')
        g_variant_builder_add (&builder, "{sv}", keys[i], g_variant_new_string (text));
    }
  return g_variant_builder_end (&builder);
}

static void
on_finished (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
             const char *signal, GVariant *parameters, gpointer user_data)
{
  Visit *visit = user_data;

  if (visit->is_over || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ssa{sv})")))
    return;
  g_variant_get (parameters, "(ssa{sv})", &visit->state, &visit->error, NULL);
  visit->is_over = TRUE;
}

static void
on_owner_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                  const char *signal, GVariant *parameters, gpointer user_data)
{
  const char *before = "";

  g_variant_get (parameters, "(s&ss)", NULL, &before, NULL);
  if (*before != '\0') /* whoever has the name now does not know our visit */
    ((Visit *)user_data)->is_lost = TRUE;
}

static gboolean
on_visit_late (gpointer user_data)
{
  ((Visit *)user_data)->is_lost = TRUE;
  return G_SOURCE_CONTINUE;
}

static gboolean
on_stop (GCancellable *cancellable, gpointer user_data)
{
  ((Visit *)user_data)->is_lost = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
wait_for_visit (Visit *visit)
{
  GSource *alarm = g_timeout_source_new_seconds (VISIT_SECONDS);
  GSource *stop = g_cancellable_source_new (visit->desk->cancellable);

  g_source_set_callback (alarm, on_visit_late, visit, NULL);
  g_source_attach (alarm, visit->desk->context);
  g_source_set_callback (stop, G_SOURCE_FUNC (on_stop), visit, NULL);
  g_source_attach (stop, visit->desk->context);
  while (!visit->is_over && !visit->is_lost)
    g_main_context_iteration (visit->desk->context, TRUE);
  g_source_destroy (alarm);
  g_source_unref (alarm);
  g_source_destroy (stop);
  g_source_unref (stop);
}

/* Its path is known before it is opened, so that its end is not missed. */
static Visit *
visit_new (OrcaDesk *desk, const char *token)
{
  g_autofree char *sender = g_strdup (g_dbus_connection_get_unique_name (desk->connection) + 1);
  Visit *visit = g_new0 (Visit, 1);

  visit->desk = desk;
  visit->path = g_strconcat (SHIKAKU_OBJECT_PATH "/visit/", g_strdelimit (sender, ".", '_'), "/", token, NULL);
  visit->finished
      = g_dbus_connection_signal_subscribe (desk->connection, SHIKAKU_BUS_NAME, SHIKAKU_INTERFACE_VISIT, "Finished",
                                            visit->path, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_finished, visit, NULL);
  visit->gone = g_dbus_connection_signal_subscribe (desk->connection, "org.freedesktop.DBus", "org.freedesktop.DBus",
                                                    "NameOwnerChanged", "/org/freedesktop/DBus", SHIKAKU_BUS_NAME,
                                                    G_DBUS_SIGNAL_FLAGS_NONE, on_owner_changed, visit, NULL);
  return visit;
}

/* Closes it at the daemon too: what it holds of a person goes. */
static void
visit_free (Visit *visit)
{
  g_autoptr (GVariant) reply = NULL;

  g_dbus_connection_signal_unsubscribe (visit->desk->connection, visit->finished);
  g_dbus_connection_signal_unsubscribe (visit->desk->connection, visit->gone);
  if (visit->is_over)
    reply = call_daemon (visit->desk, visit->path, SHIKAKU_INTERFACE_VISIT, "Close", NULL, "()", NULL);
  while (g_main_context_iteration (visit->desk->context, FALSE))
    ; /* signals that were on their way must not find it gone */
  g_free (visit->path);
  g_free (visit->state);
  g_free (visit->error);
  g_free (visit);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Visit, visit_free)

/*
 * A visit by numbers that has finished. Return: (transfer full); NULL: @ret_why and @ret_outcome say why there is
 * none.
 */
static Visit *
open_visit (OrcaDesk *desk, JsonObject *part, OrcaDeskOutcome *ret_outcome, char **ret_why)
{
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *token = g_strconcat ("orca_", g_strdelimit (uuid, "-", '_'), NULL);
  g_autoptr (Visit) visit = visit_new (desk, token);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "Token", g_variant_new_string (token));
  g_variant_builder_add (&options, "{sv}", "Reason", g_variant_new_string (REASON));
  reply = call_daemon (desk, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "CheckNumber",
                       g_variant_new ("(@a{sv}a{sv})", make_insured (part, "Date"), &options), "(o)", &error);
  if (reply == NULL)
    {
      *ret_outcome = judge_error (error, ret_why);
      return NULL;
    }
  wait_for_visit (visit);
  if (visit->is_over)
    return g_steal_pointer (&visit);
  *ret_outcome = ORCA_DESK_LATER;
  *ret_why = g_strdup (g_cancellable_is_cancelled (desk->cancellable) ? ORCA_DESK_STOPPING : "the daemon has gone");
  return NULL;
}

/* The center's message of a visit, in whichever syntax it came. Return: (transfer full); NULL: there is none. */
static GBytes *
get_message (Visit *visit)
{
  static const char *const formats[] = { "xml", "json" };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GVariant) reply = call_daemon (visit->desk, visit->path, SHIKAKU_INTERFACE_VISIT, "GetMessageBytes",
                                                g_variant_new ("(s)", formats[i]), "(ay)", NULL);
      g_autoptr (GVariant) bytes = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

      if (bytes != NULL)
        return g_variant_get_data_as_bytes (bytes);
    }
  return NULL;
}

OrcaDeskOutcome
orca_desk_check (OrcaDesk *desk, JsonObject *part, GBytes **ret_message, char **ret_why)
{
  OrcaDeskOutcome outcome = ORCA_DESK_DONE;
  g_autoptr (Visit) visit = open_visit (desk, part, &outcome, ret_why);

  if (visit == NULL)
    return outcome;
  *ret_message = get_message (visit);
  if (*ret_message != NULL)
    return ORCA_DESK_DONE;
  if (*visit->error == '\0')
    {
      *ret_why = g_strdup ("the center is away");
      return ORCA_DESK_LATER;
    }
  *ret_why = g_strdup (visit->error
                       + (g_str_has_prefix (visit->error, SHIKAKU_ERROR_PREFIX) ? strlen (SHIKAKU_ERROR_PREFIX) : 0));
  return judge_name (visit->error);
}

/* An insurer's number without what pads it. */
static const char *
skip_padding (const char *number)
{
  return number + strspn (number, " 0");
}

/* The place of the insurance in the answer that has the insurer's number of @part; -1: none has. */
static int
find_insurance (Visit *visit, JsonObject *part)
{
  g_autoptr (GVariant) reply
      = call_daemon (visit->desk, visit->path, SHIKAKU_INTERFACE_VISIT, "GetEligibility", NULL, "(a{sv})", NULL);
  g_autoptr (GVariant) answer = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  g_autoptr (GVariant) insurances
      = answer != NULL ? g_variant_lookup_value (answer, "Insurances", G_VARIANT_TYPE ("aa{sv}")) : NULL;
  gsize count = insurances != NULL ? g_variant_n_children (insurances) : 0;

  for (gsize i = 0; i < count; i++)
    {
      g_autoptr (GVariant) insurance = g_variant_get_child_value (insurances, i);
      const char *number = "";

      g_variant_lookup (insurance, "InsurerNumber", "&s", &number);
      if (strcmp (skip_padding (number), skip_padding (orca_json_get_text (part, "InsurerNumber"))) == 0)
        return (int)i;
    }
  return -1;
}

OrcaDeskOutcome
orca_desk_register (OrcaDesk *desk, JsonObject *part, char **ret_why)
{
  OrcaDeskOutcome outcome = ORCA_DESK_DONE;
  g_autoptr (Visit) visit = open_visit (desk, part, &outcome, ret_why);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  GVariantBuilder options;
  int place;

  if (visit == NULL)
    return outcome;
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  place = find_insurance (visit, part);
  if (place >= 0)
    g_variant_builder_add (&options, "{sv}", "Insurance", g_variant_new_uint32 ((guint)place));
  reply
      = call_daemon (desk, visit->path, SHIKAKU_INTERFACE_VISIT, "RegisterReferenceNumber",
                     g_variant_new ("(sa{sv})", orca_json_get_text (part, "ReferenceNumber"), &options), "()", &error);
  return reply != NULL ? ORCA_DESK_DONE : judge_error (error, ret_why);
}

/* Asks for @person, of several for @arrival (NULL: any), by all that names them: the reading decides where the name has
   a ●, and the name where somebody else's file has no reading. Return: (transfer full) as of ClaimVisit, or NULL. */
static GVariant *
claim (OrcaDesk *desk, JsonObject *person, const char *arrival, GError **error)
{
  static const char *const keys[] = { "Birthdate", "NameKana", "Name" };
  GVariantBuilder patient;

  g_variant_builder_init (&patient, G_VARIANT_TYPE_VARDICT);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *text = orca_json_get_text (person, keys[i]);

      if (*text != '\0')
        g_variant_builder_add (&patient, "{sv}", keys[i], g_variant_new_string (text));
    }
  if (arrival != NULL)
    g_variant_builder_add (&patient, "{sv}", "Arrival", g_variant_new_string (arrival));
  return call_daemon (desk, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "ClaimVisit",
                      g_variant_new ("(a{sv}a{sv})", &patient, NULL), "(oaa{sv})", error);
}

/* The only one of several that has the insurer of @person. Return: (transfer full); NULL: none, or two. */
static char *
choose_arrival (GVariant *claimed, JsonObject *person)
{
  g_autoptr (GVariant) candidates = g_variant_get_child_value (claimed, 1);
  const char *wanted = skip_padding (orca_json_get_text (person, "InsurerNumber"));
  g_autofree char *found = NULL;

  for (gsize i = 0; i < g_variant_n_children (candidates); i++)
    {
      g_autoptr (GVariant) candidate = g_variant_get_child_value (candidates, i);
      const char *number = "";

      g_variant_lookup (candidate, "InsurerNumber", "&s", &number);
      if (strcmp (skip_padding (number), wanted) != 0)
        continue;
      if (found != NULL)
        return NULL;
      g_variant_lookup (candidate, "Arrival", "s", &found);
    }
  return g_steal_pointer (&found);
}

OrcaDeskOutcome
orca_desk_claim (OrcaDesk *desk, JsonObject *person, char **ret_why)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) claimed = claim (desk, person, NULL, &error), closed = NULL;
  const char *path = "/";

  if (claimed != NULL)
    g_variant_get_child (claimed, 0, "&o", &path);
  if (claimed != NULL && strcmp (path, "/") == 0)
    {
      g_autofree char *arrival = choose_arrival (claimed, person);

      g_clear_pointer (&claimed, g_variant_unref);
      if (arrival == NULL)
        {
          *ret_why = g_strdup ("several people fit");
          return ORCA_DESK_REFUSED;
        }
      claimed = claim (desk, person, arrival, &error);
      if (claimed != NULL)
        g_variant_get_child (claimed, 0, "&o", &path);
    }
  if (claimed == NULL)
    return judge_error (error, ret_why);
  if (strcmp (path, "/") == 0)
    {
      *ret_why = g_strdup ("several people fit");
      return ORCA_DESK_REFUSED;
    }
  /* The consents last longer than the visit, and are all that is wanted of it. */
  closed = call_daemon (desk, path, SHIKAKU_INTERFACE_VISIT, "Close", NULL, "()", NULL);
  return ORCA_DESK_DONE;
}

/*
 * Whether all of them are withdrawn as far as they can be: aa{sv} of WithdrawConsents. What the center has not answered
 * yet the daemon tells it again.
 */
static OrcaDeskOutcome
judge_withdrawals (GVariant *outcomes, char **ret_why)
{
  gboolean is_pending;

  for (gsize i = 0; i < g_variant_n_children (outcomes); i++)
    {
      g_autoptr (GVariant) outcome = g_variant_get_child_value (outcomes, i);

      if (!g_variant_lookup (outcome, "Pending", "b", &is_pending) && g_variant_lookup (outcome, "Error", "s", ret_why))
        return ORCA_DESK_REFUSED;
    }
  return ORCA_DESK_DONE;
}

OrcaDeskOutcome
orca_desk_withdraw (OrcaDesk *desk, JsonObject *part, char **ret_why)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) outcomes = NULL;
  g_autoptr (GVariant) reply
      = call_daemon (desk, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "WithdrawConsents",
                     g_variant_new ("(@a{sv}a{sv})", make_insured (part, NULL), NULL), "(aa{sv})", &error);

  if (reply == NULL)
    return judge_error (error, ret_why);
  outcomes = g_variant_get_child_value (reply, 0);
  return judge_withdrawals (outcomes, ret_why);
}

/* A sealed document. Return: (transfer full); NULL: it cannot be read. */
static GBytes *
read_document (GUnixFDList *descriptors, gint handle)
{
  int descriptor = g_unix_fd_list_get (descriptors, handle, NULL);
  struct stat status;
  char *bytes;
  gsize size, done = 0;

  if (descriptor < 0)
    return NULL;
  if (fstat (descriptor, &status) != 0 || status.st_size < 0)
    {
      close (descriptor);
      return NULL;
    }
  size = (gsize)status.st_size;
  bytes = g_malloc (size + 1);
  while (done < size)
    {
      gssize got = pread (descriptor, bytes + done, size - done, (off_t)done);

      if (got <= 0)
        break;
      done += (gsize)got;
    }
  close (descriptor);
  if (done == size)
    return g_bytes_new_take (bytes, size);
  g_free (bytes);
  return NULL;
}

/* Floating. The field's 999999 is this month, which is what the daemon takes if nothing is said. */
static GVariant *
make_fetch_options (JsonObject *part)
{
  const char *from = orca_json_get_text (part, "From"), *to = orca_json_get_text (part, "To");
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "Format", g_variant_new_string ("xml"));
  g_variant_builder_add (&options, "{sv}", "Reason", g_variant_new_string (REASON));
  if (*from != '\0')
    g_variant_builder_add (&options, "{sv}", "From", g_variant_new_string (from));
  if (*to != '\0' && strcmp (to, "999999") != 0)
    g_variant_builder_add (&options, "{sv}", "To", g_variant_new_string (to));
  return g_variant_builder_end (&options);
}

static GPtrArray *
read_documents (GVariant *documents, GUnixFDList *descriptors)
{
  GPtrArray *read = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);

  for (gsize i = 0; i < g_variant_n_children (documents); i++)
    {
      gint32 handle;
      GBytes *document;

      g_variant_get_child (documents, i, "(h@a{sv})", &handle, NULL);
      document = descriptors != NULL ? read_document (descriptors, handle) : NULL;
      if (document != NULL)
        g_ptr_array_add (read, document);
    }
  return read;
}

/* Whether there is something to hand on; *ret_why: what is missing. */
static OrcaDeskOutcome
judge_records (GVariant *meta, guint n_documents, char **ret_why)
{
  gboolean is_complete = FALSE;
  const char *outcome = "";

  g_variant_lookup (meta, "Complete", "b", &is_complete);
  g_variant_lookup (meta, "Outcome", "&s", &outcome);
  if (n_documents > 0 && is_complete)
    return ORCA_DESK_DONE;
  *ret_why = g_strdup (outcome);
  if (strcmp (outcome, "failed") == 0)
    return ORCA_DESK_LATER;
  return n_documents > 0 ? ORCA_DESK_DONE : ORCA_DESK_REFUSED;
}

OrcaDeskOutcome
orca_desk_fetch (OrcaDesk *desk, JsonObject *part, const char *kind, GPtrArray **ret_documents, char **ret_why)
{
  g_autoptr (GUnixFDList) descriptors = NULL;
  g_autoptr (GVariant) reply = NULL, documents = NULL, meta = NULL;
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (GError) error = NULL;
  OrcaDeskOutcome outcome;

  reply = g_dbus_connection_call_with_unix_fd_list_sync (
      desk->connection, SHIKAKU_BUS_NAME, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "FetchRecords",
      g_variant_new ("(@a{sv}s@a{sv})", make_insured (part, NULL), kind, make_fetch_options (part)),
      G_VARIANT_TYPE ("(a(ha{sv})a{sv})"), G_DBUS_CALL_FLAGS_NONE, FETCH_MILLISECONDS, NULL, &descriptors,
      desk->cancellable, &error);
  if (reply == NULL)
    return judge_error (error, ret_why);
  documents = g_variant_get_child_value (reply, 0);
  meta = g_variant_get_child_value (reply, 1);
  read = read_documents (documents, descriptors);
  if (read->len < g_variant_n_children (documents))
    {
      *ret_why = g_strdup ("a document cannot be read");
      return ORCA_DESK_LATER;
    }
  outcome = judge_records (meta, read->len, ret_why);
  if (outcome == ORCA_DESK_DONE)
    *ret_documents = g_steal_pointer (&read);
  return outcome;
}

/* Floating. @is_fetched: by its number; else there is none yet, and it is all that is wanted. */
static GVariant *
make_list_question (JsonObject *part, gboolean is_fetched)
{
  static const char *const keys[] = { "From", "To", "Identifier" };
  gboolean is_home = strcmp (orca_json_get_text (part, "Treatment"), "2") == 0;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "Care", g_variant_new_string (is_home ? "home" : "online"));
  g_variant_builder_add (&builder, "{sv}", "Reason", g_variant_new_string (REASON));
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    g_variant_builder_add (&builder, "{sv}", keys[i], g_variant_new_string (orca_json_get_text (part, keys[i])));
  if (is_fetched)
    g_variant_builder_add (&builder, "{sv}", "Reception",
                           g_variant_new_string (orca_json_get_text (part, "ReceptionNumber")));
  else
    g_variant_builder_add (&builder, "{sv}", "Wait", g_variant_new_boolean (FALSE));
  return g_variant_builder_end (&builder);
}

OrcaDeskOutcome
orca_desk_list (OrcaDesk *desk, JsonObject *part, char **ret_reception, GBytes **ret_document, char **ret_why)
{
  g_autoptr (GUnixFDList) descriptors = NULL;
  g_autoptr (GVariant) reply = NULL, documents = NULL, meta = NULL;
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (GError) error = NULL;

  reply = g_dbus_connection_call_with_unix_fd_list_sync (
      desk->connection, SHIKAKU_BUS_NAME, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "ListCareConsents",
      g_variant_new ("(@a{sv})", make_list_question (part, ret_document != NULL)), G_VARIANT_TYPE ("(a(ha{sv})a{sv})"),
      G_DBUS_CALL_FLAGS_NONE, FETCH_MILLISECONDS, NULL, &descriptors, desk->cancellable, &error);
  if (reply == NULL)
    return judge_error (error, ret_why);
  documents = g_variant_get_child_value (reply, 0);
  meta = g_variant_get_child_value (reply, 1);
  read = read_documents (documents, descriptors);
  if (read->len < g_variant_n_children (documents) || !g_variant_lookup (meta, "Reception", "s", ret_reception))
    {
      *ret_why = g_strdup ("a list cannot be read");
      return ORCA_DESK_LATER;
    }
  if (ret_document != NULL && read->len > 0)
    *ret_document = g_bytes_ref (read->pdata[0]);
  return ORCA_DESK_DONE;
}
