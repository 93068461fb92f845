/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-desk: calls of the daemon go out; replies, and signals of our visits, come in. */
#include "client/folder/bridge-desk.h"

#include <gio/gunixfdlist.h>
#include <string.h>

#include "base/names.h"
#include "client/folder/bridge-codes.h"
#include "client/folder/bridge-documents.h"

#define RECORDS_TIMES 5    /* a history comes in several parts */
#define RECORDS_MAXIMUM 2u /* the daemon's fetches of a connection */
#define NOT_FOUND SHIKAKU_ERROR_PREFIX "NotFound"
#define TIMED_OUT SHIKAKU_ERROR_PREFIX "TimedOut"
#define MARGIN_SECONDS 5 /* the daemon ends a visit itself, and is given the time to say so */

struct BridgeDesk
{
  GDBusConnection *connection;
  guint timeout; /* seconds */
  guint finished_signal, name_watch;
  guint64 n_visits;
  guint n_fetches;    /* questions of records that are not over */
  GHashTable *visits; /* path → BridgeQuestion that waits for its end */
};

struct BridgeQuestion
{
  BridgeDesk *desk;
  const BridgeRequest *request;
  char *birthdate, *name, *kana; /* of the patient */
  char *staff, *role;
  BridgeReplied replied;
  gpointer user_data;
  GCancellable *cancellable; /* of the calls under way, which hold a reference each */
  guint timer;
  char *path;          /* of the visit */
  gboolean is_claimed; /* what a terminal has brought of the patient, as far as it has */
  gboolean is_over;
  BridgeReply reply;
};

static void
question_clear (gpointer data)
{
  BridgeQuestion *question = data;

  g_free (question->birthdate);
  g_free (question->name);
  g_free (question->kana);
  g_free (question->staff);
  g_free (question->role);
  g_object_unref (question->cancellable);
  g_free (question->path);
  g_clear_pointer (&question->reply.message, g_bytes_unref);
  g_clear_pointer (&question->reply.documents, g_ptr_array_unref);
  g_free (question->reply.lost);
  g_free (question->reply.word);
  g_free (question->reply.code);
  g_free (question->reply.text);
}

static void
question_unref (BridgeQuestion *question)
{
  g_rc_box_release_full (question, question_clear);
}

static void
close_visit (BridgeQuestion *question)
{
  g_dbus_connection_call (question->desk->connection, SHIKAKU_BUS_NAME, question->path, SHIKAKU_INTERFACE_VISIT,
                          "Close", NULL, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}

/* Nothing of it goes on; nobody is told. */
static void
end (BridgeQuestion *question)
{
  question->is_over = TRUE;
  if (question->request->records != NULL)
    question->desk->n_fetches--;
  g_clear_handle_id (&question->timer, g_source_remove);
  if (question->path != NULL)
    {
      g_hash_table_remove (question->desk->visits, question->path);
      close_visit (question);
    }
  g_cancellable_cancel (question->cancellable);
}

static void
finish_question (BridgeQuestion *question)
{
  if (question->is_over)
    return;
  end (question);
  question->replied (&question->reply, question->user_data);
  question_unref (question);
}

/* @word: it stays the first one that was said. */
static void
fail_question (BridgeQuestion *question, const char *word)
{
  if (question->reply.word == NULL)
    question->reply.word = g_strdup (word);
  finish_question (question);
}

/* The name of the error that a call has ended with. */
static void
fail_by (BridgeQuestion *question, const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  fail_question (question, name != NULL ? name : BRIDGE_WORD_NO_DAEMON);
}

void
bridge_question_cancel (BridgeQuestion *question)
{
  end (question);
  question_unref (question);
}

/* @path: of the Manager or of our visit. @parameters: floating, or NULL. */
static void
call_daemon (BridgeQuestion *question, const char *path, const char *interface, const char *method,
             GVariant *parameters, GAsyncReadyCallback callback)
{
  g_dbus_connection_call_with_unix_fd_list (question->desk->connection, SHIKAKU_BUS_NAME, path, interface, method,
                                            parameters, NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL,
                                            question->cancellable, callback, g_rc_box_acquire (question));
}

static void
call_visit (BridgeQuestion *question, const char *method, GVariant *parameters, GAsyncReadyCallback callback)
{
  call_daemon (question, question->path, SHIKAKU_INTERFACE_VISIT, method, parameters, callback);
}

/* Return: the reply if it has @type (transfer full); NULL: with an error, or the question is over. */
static GVariant *
get_reply (BridgeQuestion *question, GAsyncResult *result, const char *type, GUnixFDList **ret_files, GError **error)
{
  GVariant *reply
      = g_dbus_connection_call_with_unix_fd_list_finish (question->desk->connection, ret_files, result, error);

  if (reply != NULL && !g_variant_is_of_type (reply, G_VARIANT_TYPE (type)))
    {
      g_clear_pointer (&reply, g_variant_unref);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "a reply of another type");
    }
  return reply;
}

/* The message */

static void ask_message (BridgeQuestion *question, const char *format);

static void
on_message (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BridgeQuestion *question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = get_reply (question, result, "(ay)", NULL, &error);
  g_autofree char *name = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;

  if (reply != NULL)
    {
      g_autoptr (GVariant) bytes = g_variant_get_child_value (reply, 0);

      question->reply.message = g_variant_get_data_as_bytes (bytes);
      finish_question (question);
    }
  else if (g_strcmp0 (name, NOT_FOUND) == 0 && question->reply.is_json && !question->is_over)
    ask_message (question, "xml");
  else if (!question->is_over)
    fail_by (question, error); /* there is none: what has been said before, if anything, says why */
  question_unref (question);
}

static void
ask_message (BridgeQuestion *question, const char *format)
{
  question->reply.is_json = strcmp (format, "json") == 0;
  call_visit (question, "GetMessageBytes", g_variant_new ("(s)", format), on_message);
}

/* The reference number */

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BridgeQuestion *question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = get_reply (question, result, "()", NULL, &error);

  if (question->is_over)
    ;
  else if (reply != NULL)
    finish_question (question);
  else
    fail_by (question, error);
  question_unref (question);
}

static gboolean
is_same_insurer (const char *a, const char *b)
{
  a += strspn (a, " 0");
  b += strspn (b, " 0");
  return strcmp (a, b) == 0;
}

/* With medical aid beside an insurance it has to be said which of them is meant: that of the request's insurer. */
static void
register_number (BridgeQuestion *question, GVariant *insurances)
{
  const gsize n = insurances != NULL ? g_variant_n_children (insurances) : 0;
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  for (gsize i = 0; n > 1 && i < n; i++)
    {
      g_autoptr (GVariant) insurance = g_variant_get_child_value (insurances, i);
      const char *insurer = NULL;

      if (g_variant_lookup (insurance, "InsurerNumber", "&s", &insurer)
          && is_same_insurer (insurer, question->request->insurer))
        {
          g_variant_builder_add (&options, "{sv}", "Insurance", g_variant_new_uint32 ((guint32)i));
          break;
        }
    }
  call_visit (question, "RegisterReferenceNumber", g_variant_new ("(sa{sv})", question->request->reference, &options),
              on_registered);
}

/* The visit */

static void
on_eligibility (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BridgeQuestion *question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = get_reply (question, result, "(a{sv})", NULL, &error);
  g_autoptr (GVariant) answer = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  g_autoptr (GVariant) insurances = NULL;
  const char *reason = NULL;

  if (question->is_over)
    ;
  else if (answer == NULL)
    fail_by (question, error);
  else
    {
      /* An error as the reason: the center has not answered, or not so that it can be shown. */
      if (g_variant_lookup (answer, "Reason", "&s", &reason) && g_str_has_prefix (reason, SHIKAKU_ERROR_PREFIX))
        question->reply.word = g_strdup (reason);
      insurances = g_variant_lookup_value (answer, "Insurances", G_VARIANT_TYPE ("aa{sv}"));
      if (question->reply.word != NULL || question->request->kind != BRIDGE_REFERENCE)
        ask_message (question, "json");
      else
        register_number (question, insurances);
    }
  question_unref (question);
}

static void
on_finished (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
             const char *signal, GVariant *parameters, gpointer user_data)
{
  BridgeDesk *desk = user_data;
  BridgeQuestion *question = g_hash_table_lookup (desk->visits, path);
  g_autoptr (GVariant) details = NULL;
  const char *state, *error;

  if (question == NULL || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ssa{sv})")))
    return;
  g_variant_get (parameters, "(&s&s@a{sv})", &state, &error, &details);
  g_variant_lookup (details, "Code", "s", &question->reply.code);
  g_variant_lookup (details, "Message", "s", &question->reply.text);
  if (strcmp (state, "done") == 0)
    {
      call_visit (question, "GetEligibility", NULL, on_eligibility);
      return;
    }
  question->reply.word = g_strdup (*error != '\0' ? error : SHIKAKU_ERROR_PREFIX "Failed");
  if (question->request->kind == BRIDGE_CHECK) /* the center may have said in its own message why not */
    ask_message (question, "json");
  else
    finish_question (question);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BridgeQuestion *question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = get_reply (question, result, "(o)", NULL, &error);

  if (reply == NULL && !question->is_over)
    {
      g_hash_table_remove (question->desk->visits, question->path);
      g_clear_pointer (&question->path, g_free);
      fail_by (question, error);
    }
  question_unref (question);
}

static void
add_text (GVariantBuilder *values, const char *key, const char *text)
{
  if (text != NULL)
    g_variant_builder_add (values, "{sv}", key, g_variant_new_string (text));
}

static void
add_person (GVariantBuilder *values, const BridgeQuestion *question)
{
  const BridgeRequest *request = question->request;

  g_variant_builder_init (values, G_VARIANT_TYPE_VARDICT);
  add_text (values, "InsurerNumber", request->insurer);
  add_text (values, "Symbol", request->symbol);
  add_text (values, "Number", request->number);
  add_text (values, "Branch", request->branch);
  add_text (values, "Birthdate", question->birthdate);
}

static void
add_asker (GVariantBuilder *options, const BridgeQuestion *question)
{
  g_variant_builder_init (options, G_VARIANT_TYPE_VARDICT);
  add_text (options, "Staff", question->staff);
  add_text (options, "Role", question->role);
}

/* The path is known before the call, by its token: so nothing of the visit is missed. */
static void
open_visit (BridgeQuestion *question)
{
  BridgeDesk *desk = question->desk;
  g_autofree char *token = g_strdup_printf ("folder%" G_GUINT64_FORMAT, ++desk->n_visits);
  g_autofree char *sender
      = g_strdelimit (g_strdup (g_dbus_connection_get_unique_name (desk->connection) + 1), ".", '_');
  GVariantBuilder insured, options;

  question->path = g_strdup_printf (SHIKAKU_VISIT_PATH "/%s/%s", sender, token);
  g_hash_table_insert (desk->visits, question->path, question);
  add_person (&insured, question);
  add_text (&insured, "Date", question->request->kind == BRIDGE_CHECK ? question->request->date : NULL);
  add_asker (&options, question);
  add_text (&options, "Token", token);
  g_variant_builder_add (&options, "{sv}", "Timeout", g_variant_new_uint32 (desk->timeout));
  call_daemon (question, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "CheckNumber",
               g_variant_new ("(a{sv}a{sv})", &insured, &options), on_opened);
}

/* What came from a terminal */

static void ask_daemon (BridgeQuestion *question);

static void
on_claimed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BridgeQuestion *question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = get_reply (question, result, "(oaa{sv})", NULL, &error);
  const char *path = "/";

  if (reply != NULL)
    g_variant_get_child (reply, 0, "&o", &path);
  if (question->is_over)
    ;
  else if (strcmp (path, "/") == 0) /* nothing that fits, or several: no program decides */
    fail_question (question, NOT_FOUND);
  else
    {
      question->path = g_strdup (path);
      ask_daemon (question); /* by what the patient has agreed to there */
    }
  question_unref (question);
}

/*
 * Nobody with these numbers has agreed to anything that the daemon knows of. What was said at a terminal it knows when
 * somebody has named the patient: the receipt computer has, and the name came with the face file. Return: FALSE: it
 * was done before, or the name is not known.
 */
static gboolean
claim_arrival (BridgeQuestion *question, const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);
  GVariantBuilder patient, options;

  if (g_strcmp0 (name, NOT_FOUND) != 0 || question->is_claimed || question->birthdate == NULL
      || (question->name == NULL && question->kana == NULL))
    return FALSE;
  question->is_claimed = TRUE;
  g_variant_builder_init (&patient, G_VARIANT_TYPE_VARDICT);
  add_text (&patient, "Birthdate", question->birthdate);
  add_text (&patient, "Name", question->name);
  add_text (&patient, "NameKana", question->kana); /* which says who it is where the name has a ● */
  add_asker (&options, question);
  call_daemon (question, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "ClaimVisit",
               g_variant_new ("(a{sv}a{sv})", &patient, &options), on_claimed);
  return TRUE;
}

/* The end of consents */

/* What the center, which should have, has not withdrawn: it is told, though nothing is given out here any more. */
static char *
find_failure (GVariant *reply)
{
  g_autoptr (GVariant) outcomes = g_variant_get_child_value (reply, 0);
  char *name = NULL;

  for (gsize i = 0; i < g_variant_n_children (outcomes) && name == NULL; i++)
    {
      g_autoptr (GVariant) outcome = g_variant_get_child_value (outcomes, i);

      g_variant_lookup (outcome, "Error", "s", &name);
    }
  return name;
}

static void
on_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BridgeQuestion *question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = get_reply (question, result, "(aa{sv})", NULL, &error);

  if (question->is_over)
    ;
  else if (reply != NULL)
    {
      question->reply.word = find_failure (reply);
      finish_question (question);
    }
  else if (!claim_arrival (question, error))
    fail_by (question, error);
  question_unref (question);
}

static void
withdraw_consents (BridgeQuestion *question)
{
  GVariantBuilder patient, options;

  add_person (&patient, question);
  add_asker (&options, question);
  call_daemon (question, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "WithdrawConsents",
               g_variant_new ("(a{sv}a{sv})", &patient, &options), on_withdrawn);
}

/* Records */

/* What the center does not have (not-yet, too-old, none) is not lost. Return: (transfer full), or NULL. */
static char *
find_lost (GVariant *meta)
{
  static const char *const expected[] = { "data", "none", "not-yet", "too-old", NULL };
  g_autoptr (GVariant) parts = g_variant_lookup_value (meta, "Parts", G_VARIANT_TYPE ("aa{sv}"));
  const gsize n = parts != NULL ? g_variant_n_children (parts) : 0;

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) part = g_variant_get_child_value (parts, i);
      const char *outcome = NULL;

      if (g_variant_lookup (part, "Outcome", "&s", &outcome) && !g_strv_contains (expected, outcome))
        return g_strdup (outcome);
    }
  return NULL;
}

static void
on_records (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BridgeQuestion *question = user_data;
  BridgeReply *reply = &question->reply;
  g_autoptr (GError) error = NULL;
  g_autoptr (GUnixFDList) files = NULL;
  g_autoptr (GVariant) answer = get_reply (question, result, "(a(ha{sv})a{sv})", &files, &error);
  g_autoptr (GVariant) meta = answer != NULL ? g_variant_get_child_value (answer, 1) : NULL;
  gboolean is_complete = FALSE;
  const char *outcome = "failed";

  if (question->is_over)
    ;
  else if (answer == NULL && claim_arrival (question, error))
    ;
  else if (answer == NULL)
    fail_by (question, error);
  else
    {
      g_variant_lookup (meta, "Outcome", "&s", &outcome);
      g_variant_lookup (meta, "Code", "s", &reply->code);
      g_variant_lookup (meta, "Message", "s", &reply->text);
      g_variant_lookup (meta, "Complete", "b", &is_complete);
      reply->documents = bridge_documents_read (answer, files, &error);
      reply->is_partial = !is_complete;
      reply->lost = find_lost (meta);
      if (reply->documents == NULL)
        fail_question (question, SHIKAKU_ERROR_PREFIX "Failed");
      else if (reply->documents->len == 0)
        fail_question (question, outcome);
      else
        finish_question (question);
    }
  question_unref (question);
}

static void
fetch_records (BridgeQuestion *question)
{
  const BridgeRequest *request = question->request;
  GVariantBuilder patient, options;

  add_person (&patient, question);
  add_asker (&options, question);
  add_text (&options, "From", request->from);
  add_text (&options, "To", request->to);
  add_text (&options, "Format", request->is_pdf ? "pdf" : "xml");
  call_daemon (question, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "FetchRecords",
               g_variant_new ("(a{sv}sa{sv})", &patient, request->records, &options), on_records);
}

/* Questions */

static void
ask_daemon (BridgeQuestion *question)
{
  if (question->request->records != NULL)
    fetch_records (question);
  else if (question->request->kind == BRIDGE_WITHDRAWAL)
    withdraw_consents (question);
  else
    open_visit (question);
}

static gboolean
on_timeout (gpointer user_data)
{
  BridgeQuestion *question = user_data;

  question->timer = 0;
  g_clear_pointer (&question->reply.word, g_free);
  fail_question (question, TIMED_OUT);
  return G_SOURCE_REMOVE;
}

BridgeQuestion *
bridge_desk_ask (BridgeDesk *desk, const BridgeRequest *request, const BridgePerson *person, const BridgeAsker *asker,
                 BridgeReplied replied, gpointer user_data)
{
  BridgeQuestion *question = g_rc_box_new0 (BridgeQuestion);
  const gboolean is_of_records = request->records != NULL;

  question->desk = desk;
  question->request = request;
  question->birthdate = g_strdup (request->birthdate != NULL ? request->birthdate : person->birthdate);
  question->name = g_strdup (person->name);
  question->kana = g_strdup (person->kana);
  question->staff = g_strdup (asker->staff);
  question->role = g_strdup (asker->role);
  question->replied = replied;
  question->user_data = user_data;
  question->cancellable = g_cancellable_new ();
  question->timer = g_timeout_add_seconds (
      is_of_records ? desk->timeout * RECORDS_TIMES : desk->timeout + MARGIN_SECONDS, on_timeout, question);
  desk->n_fetches += is_of_records;
  ask_daemon (question);
  return question;
}

gboolean
bridge_desk_can_fetch (const BridgeDesk *desk)
{
  return desk->n_fetches < RECORDS_MAXIMUM;
}

/* Calls under way are answered by the bus; who waits for the end of a visit hears nothing any more. */
static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  BridgeDesk *desk = user_data;
  g_autoptr (GList) waiting = g_hash_table_get_values (desk->visits);

  for (GList *one = waiting; one != NULL; one = one->next)
    fail_question (one->data, BRIDGE_WORD_NO_DAEMON);
}

BridgeDesk *
bridge_desk_new (GDBusConnection *connection, guint timeout)
{
  BridgeDesk *desk = g_new0 (BridgeDesk, 1);

  desk->connection = g_object_ref (connection);
  desk->timeout = timeout;
  desk->visits = g_hash_table_new (g_str_hash, g_str_equal);
  desk->finished_signal
      = g_dbus_connection_signal_subscribe (connection, SHIKAKU_BUS_NAME, SHIKAKU_INTERFACE_VISIT, "Finished", NULL,
                                            NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_finished, desk, NULL);
  desk->name_watch = g_bus_watch_name_on_connection (connection, SHIKAKU_BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                     on_vanished, desk, NULL);
  return desk;
}

void
bridge_desk_free (BridgeDesk *desk)
{
  g_dbus_connection_signal_unsubscribe (desk->connection, desk->finished_signal);
  g_bus_unwatch_name (desk->name_watch);
  g_hash_table_unref (desk->visits);
  g_object_unref (desk->connection);
  g_free (desk);
}
