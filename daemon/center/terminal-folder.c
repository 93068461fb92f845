/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal-folder: see the header. The way of each question is terminal-call's, that of a face terminal-faces'. */
#include "center/terminal-folder.h"

#include "base/error.h"
#include "center/call-pause.h"
#include "center/field-answer.h"
#include "center/field-request.h"
#include "center/terminal-call.h"
#include "center/terminal-listing.h"
#include "center/terminal-state.h"
#include "codec/japanese-text.h"
#include "codec/message-json.h"

static const TerminalCallKind call_number
    = { .prefix = "OQSsiquc01", .is_query = TRUE, .read_whole = field_answer_read_qualification };
static const TerminalCallKind call_reference = { .prefix = "OQSsiimm01", .read = field_answer_read_reference };
static const TerminalCallKind call_withdrawal = { .prefix = "OQSsihvd01", .read = field_answer_read_withdrawal };
static const TerminalCallKind call_drug
    = { .prefix = "YZKsiquc01", .is_query = TRUE, .returns = TERMINAL_CALL_RECORDS };
static const TerminalCallKind call_checkup
    = { .prefix = "TKKsiquc01", .is_query = TRUE, .returns = TERMINAL_CALL_RECORDS };

/* What the share and the faces tell. */

static void
on_face (FolderShare *share, FolderShareFile *file, gpointer data)
{
  TerminalFolder *folder = data;

  terminal_faces_take (folder->faces, file);
}

static void
on_share_changed (FolderShare *share, gpointer data)
{
  terminal_state_note (data);
}

static void
on_faces_changed (gpointer data)
{
  terminal_state_note (data);
}

/* Settings. */

static const TransportClass *find_class (const TerminalSetup *setup);

static void
close_folders (TerminalFolder *folder)
{
  g_clear_pointer (&folder->faces, terminal_faces_free); /* it disposes of files of the share */
  g_clear_pointer (&folder->share, folder_share_free);
}

/* note_unset: the link of what the configuration lacks; it is told as the Web API's is. */
static void
note_unset (TerminalFolder *folder)
{
  const TerminalSetup *setup = folder->setup;
  g_autoptr (GError) error = NULL;

  if (setup->institution_code == NULL && (setup->asks || setup->takes_faces))
    shikaku_error_set (&error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_SETTINGS_MISSING,
                       "the configuration lacks InstitutionCode");
  transport_note_link (&folder->transport, TRANSPORT_LINK_CREDENTIAL,
                       error != NULL ? TRANSPORT_LINK_FAILED : TRANSPORT_LINK_OK, error);
}

/* use_setup: @setup: (transfer full). */
static void
use_setup (TerminalFolder *folder, TerminalSetup *setup)
{
  static const FolderShareListener listener = { on_face, on_share_changed };

  close_folders (folder);
  g_clear_pointer (&folder->setup, terminal_setup_free);
  folder->setup = setup;
  folder->facts = (TerminalFacts){ 0 };
  folder->unreadable_answers = (TerminalCount){ 0 };
  folder->transport.klass = find_class (setup);
  transport_forget_calls (&folder->transport);
  transport_forget_links (&folder->transport, TRANSPORT_LINK_CREDENTIAL);
  note_unset (folder);
  folder->faces = terminal_faces_new (&folder->transport, setup->institution_code, setup->archive, setup->copies,
                                      on_faces_changed, folder);
  folder->share = terminal_setup_open (setup, &listener, folder);
  terminal_faces_set_share (folder->faces, folder->share);
  transport_derive_state (&folder->transport);
}

/* use_next: what waited for the end of all calls. */
static void
use_next (TerminalFolder *folder)
{
  if (folder->next == NULL || folder->calls->len > 0)
    return;
  use_setup (folder, g_steal_pointer (&folder->next));
  transport_note_settings (&folder->transport, TRUE, NULL);
}

void
terminal_folder_configure (Transport *transport, const TerminalSettings *settings)
{
  TerminalFolder *folder = (TerminalFolder *)transport;
  g_autoptr (TerminalSetup) setup = terminal_setup_new (settings);

  g_clear_pointer (&folder->next, terminal_setup_free);
  if (g_str_equal (setup->likeness, folder->setup->likeness))
    {
      transport_note_settings (transport, TRUE, NULL);
      return;
    }
  folder->next = g_steal_pointer (&setup);
  transport_note_settings (transport, FALSE, NULL);
  use_next (folder);
}

/* The calls. */

static FieldHeader
make_header (const TerminalFolder *folder, const char *identifier, const char *today)
{
  return (FieldHeader){ folder->setup->institution_code, identifier, today };
}

/* choose_identifier: what the caller calls the message, or one of our own. Return: (transfer full). */
static char *
choose_identifier (const char *given)
{
  return given != NULL ? g_strdup (given) : transport_make_identifier ();
}

static void
begin_call (Transport *transport, const TerminalCallKind *kind, Message *request, GCancellable *cancellable,
            GAsyncReadyCallback callback, gpointer user_data)
{
  terminal_call_begin ((TerminalFolder *)transport, kind, request, NULL,
                       g_task_new (NULL, cancellable, callback, user_data));
}

static void
check_number (Transport *transport, const TransportNumberQuery *query, GCancellable *cancellable,
              GAsyncReadyCallback callback, gpointer user_data)
{
  g_autofree char *identifier = choose_identifier (NULL);
  g_autofree char *today = japanese_text_format_date (g_get_real_time ());
  const FieldHeader header = make_header ((TerminalFolder *)transport, identifier, today);

  begin_call (transport, &call_number, field_request_new_search (&header, query), cancellable, callback, user_data);
}

static void
register_reference (Transport *transport, const TransportReference *reference, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autofree char *identifier = choose_identifier (NULL);
  const FieldHeader header = make_header ((TerminalFolder *)transport, identifier, NULL);

  begin_call (transport, &call_reference, field_request_new_reference (&header, reference), cancellable, callback,
              user_data);
}

static void
fetch_records (Transport *transport, const TransportRecordsQuery *query, GCancellable *cancellable,
               GAsyncReadyCallback callback, gpointer user_data)
{
  g_autofree char *identifier = choose_identifier (query->identifier);
  const FieldHeader header = make_header ((TerminalFolder *)transport, identifier, NULL);

  begin_call (transport, query->kind == CONSENT_CHECKUP ? &call_checkup : &call_drug,
              field_request_new_records (&header, query), cancellable, callback, user_data);
}

static TransportRecords *
fetch_records_finish (Transport *transport, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
list_care (Transport *transport, const TransportCareQuery *query, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer user_data)
{
  terminal_listing_begin ((TerminalFolder *)transport, query, g_task_new (NULL, cancellable, callback, user_data));
}

static TransportCareList *
list_care_finish (Transport *transport, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static TransportReply *
reply_finish (Transport *transport, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static GBytes *
make_withdrawal (Transport *transport, const TransportWithdrawal *withdrawal)
{
  const FieldHeader header = make_header ((TerminalFolder *)transport, withdrawal->identifier, NULL);
  g_autoptr (Message) message = NULL;

  if (header.institution_code == NULL)
    return NULL;
  message = field_request_new_withdrawal (&header, withdrawal);
  return message_json_write (message);
}

/* The bytes are the field's message as the Web API takes it, so that what waits can be asked by either. */
static GBytes *
get_request (Transport *transport, GAsyncResult *result)
{
  return g_task_get_task_data (G_TASK (result));
}

/*
 * find_repeatable: what changes something is not sent twice, where nobody knows whether it was processed; but for a
 * withdrawal, also after a request that was taken and not answered. It ends whatever stands of that person here, so
 * that the second one changes nothing that the first has not; it costs and adds nothing, and the worst answer is that
 * there is nothing left to be withdrawn. Not to send it would leave standing at the center what the patient has taken
 * back. Only a yes since then would be harmed: whoever repeats it gives it up at one (consent-registrar). NULL: not.
 */
static const TerminalCallKind *
find_repeatable (TransportAbility ability)
{
  return ability == TRANSPORT_ASKS_BY_NUMBER       ? &call_number
         : ability == TRANSPORT_WITHDRAWS_CONSENTS ? &call_withdrawal
                                                   : NULL;
}

static void
repeat (Transport *transport, TransportAbility ability, GBytes *request, GCancellable *cancellable,
        GAsyncReadyCallback callback, gpointer user_data)
{
  const TerminalCallKind *kind = find_repeatable (ability);
  GError *error = NULL;
  Message *message = message_json_parse (request, &error);

  if (message != NULL && kind == NULL)
    {
      g_clear_pointer (&message, message_free);
      g_set_error_literal (&error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "a terminal cannot do this");
    }
  if (message != NULL)
    begin_call (transport, kind, message, cancellable, callback, user_data);
  else
    g_task_report_error (NULL, callback, user_data, repeat, error);
}

/* Its folders are looked at anyway: what was seen last is two seconds old at most. */
static void
examine (Transport *transport, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  terminal_state_note ((TerminalFolder *)transport);
  g_task_return_boolean (task, TRUE);
}

static void
release_arrival (Transport *transport, const char *name, const guint8 *digest)
{
  terminal_faces_release (((TerminalFolder *)transport)->faces, name, digest);
}

static void
terminal_folder_free (Transport *transport)
{
  TerminalFolder *folder = (TerminalFolder *)transport;

  terminal_listing_give_up_all (folder->listings);
  terminal_call_give_up_all (folder->calls);
  call_pause_give_up (folder->pauses);
  close_folders (folder);
  g_ptr_array_unref (folder->calls);
  g_ptr_array_unref (folder->listings);
  g_ptr_array_unref (folder->pauses);
  terminal_setup_free (folder->setup);
  terminal_setup_free (folder->next);
  transport_forget_links (transport, TRANSPORT_LINK_SETTINGS);
  transport_way_clear (&transport->way); /* of the Web API: told to all */
  g_free (folder->name);
  g_free (folder);
}

#define ASKING \
  (TRANSPORT_ASKS_BY_NUMBER | TRANSPORT_REGISTERS_REFERENCES | TRANSPORT_FETCHES_RECORDS \
   | TRANSPORT_WITHDRAWS_CONSENTS | TRANSPORT_LISTS_CARE)
#define CLASS(can) \
  { \
    .abilities = (can), .check_number = check_number, .get_request = get_request, .repeat = repeat, \
    .make_withdrawal = make_withdrawal, .fetch_records = fetch_records, .fetch_records_finish = fetch_records_finish, \
    .list_care = list_care, .list_care_finish = list_care_finish, .register_reference = register_reference, \
    .reply_finish = reply_finish, .examine = examine, .release_arrival = release_arrival, \
    .free = terminal_folder_free, \
  }

/* By what it can do, which hangs on its folders: questions, faces, both, or nothing. */
static const TransportClass classes[] = {
  CLASS (0),
  CLASS (ASKING),
  CLASS (TRANSPORT_BRINGS_ARRIVALS),
  CLASS (ASKING | TRANSPORT_BRINGS_ARRIVALS),
};

static const TransportClass *
find_class (const TerminalSetup *setup)
{
  return &classes[(setup->asks ? 1 : 0) + (setup->takes_faces ? 2 : 0)];
}

Transport *
terminal_folder_new (const TerminalSettings *settings)
{
  TerminalFolder *folder = g_new0 (TerminalFolder, 1);

  folder->name = g_strdup (settings->name);
  folder->call_ended = use_next;
  folder->transport.name = folder->name;
  folder->calls = g_ptr_array_new ();
  folder->listings = g_ptr_array_new ();
  folder->pauses = g_ptr_array_new ();
  use_setup (folder, terminal_setup_new (settings));
  return &folder->transport;
}
