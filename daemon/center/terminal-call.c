/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal-call: see the header. */
#include "center/terminal-call.h"

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "center/call-pause.h"
#include "center/field-answer.h"
#include "center/field-care.h"
#include "center/terminal-care.h"
#include "center/terminal-records.h"
#include "center/terminal-state.h"
#include "codec/message-json.h"
#include "codec/message-xml.h"

struct TerminalCall
{
  TerminalFolder *folder; /* NULL: it is gone */
  const TerminalCallKind *kind;
  GTask *task;
  Message *request;
  char *identifier;      /* of LIST; NULL: not known */
  char *name;            /* of the request's file */
  FolderShareFile *file; /* of the answer */
  guint repeats;
  gboolean is_doubtful; /* it may have been passed on, and nobody knows what became of it */
};

static void ask_share (TerminalCall *call);

static void
call_free (TerminalCall *call)
{
  g_object_unref (call->task);
  message_free (call->request);
  g_free (call->identifier);
  folder_share_file_free (call->file);
  g_free (call->name);
  g_free (call);
}

/* log_invalid: what was wrong with an answer that is not used. These texts hold nothing of it but names of elements. */
static void
log_invalid (const GError *error)
{
  if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID))
    log_write (LOG_WARNING, SHIKAKU_MESSAGE_ANSWER_INVALID, NULL, "An answer of the terminal was not used: %s",
               error->message);
}

/* end: @result: (transfer full) of @free, or NULL with @error (transfer full). */
static void
end (TerminalCall *call, gpointer result, GDestroyNotify free, GError *error)
{
  TerminalFolder *folder = call->folder;

  if (folder != NULL)
    g_ptr_array_remove (folder->calls, call);
  if (call->is_doubtful)
    g_task_set_task_data (call->task, NULL, NULL); /* so that nobody asks it again by itself */
  if (result != NULL)
    g_task_return_pointer (call->task, result, free);
  else
    g_task_return_error (call->task, error);
  call_free (call);
  if (folder != NULL)
    folder->call_ended (folder);
}

/* is_unusable: whether nobody could read the answer, or it is another's: no refusal, which says so itself. */
static gboolean
is_unusable (const GError *error)
{
  return ((g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID)
           || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED)) /* a zip, for which there is no module */
          && shikaku_error_get_center_message (error) == NULL)
         || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING);
}

/* clear_away: the answer's file is not needed any more; one that nobody could use is kept aside. */
static void
clear_away (TerminalCall *call, const GError *error)
{
  if (call->folder == NULL || call->file == NULL)
    return;
  folder_share_dispose (call->folder->share, call->file->name,
                        is_unusable (error) ? FOLDER_SHARE_SET_ASIDE : FOLDER_SHARE_DELETE);
  if (is_unusable (error))
    terminal_count_set (&call->folder->unreadable_answers, call->folder->unreadable_answers.count + 1,
                        g_get_real_time ());
}

/* note_answer: what an answer, whatever it says, tells of the center. */
static void
note_answer (TerminalCall *call, const GError *refusal)
{
  if (call->folder == NULL)
    return;
  transport_count_call (&call->folder->transport, refusal);
  if (call->file != NULL)
    transport_note_center (&call->folder->transport, refusal);
  terminal_state_note (call->folder);
}

static void
on_paused (gboolean is_over, gpointer user_data)
{
  TerminalCall *call = user_data;

  if (is_over)
    ask_share (call);
  else
    end (call, NULL, NULL,
         g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "cancelled while it was worked on"));
}

/* finish: @result, or @error, is what the answer says. (transfer full) both. */
static void
finish_call (TerminalCall *call, gpointer result, GDestroyNotify free, GError *error)
{
  const gboolean is_processing = field_answer_is_processing (error);
  const gboolean is_early = is_processing && call->kind->returns == TERMINAL_CALL_LIST;

  clear_away (call, error);
  note_answer (call, is_early ? NULL : error); /* that a list takes its time is nothing against the center */
  if (call->folder != NULL && call->kind->is_query && is_processing && call_pause_may (call->repeats))
    {
      g_error_free (error);
      g_clear_pointer (&call->file, folder_share_file_free);
      call_pause_new (call->folder->pauses, call->repeats++, g_task_get_cancellable (call->task), on_paused, call);
      return;
    }
  log_invalid (error);
  if (is_early)
    {
      g_error_free (error);
      end (call, terminal_care_new_list (), (GDestroyNotify)transport_care_list_free, NULL);
      return;
    }
  end (call, result, free, error);
}

static void
on_list (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  TransportCareList *list = terminal_care_read_finish (result, &error);

  finish_call (user_data, list, (GDestroyNotify)transport_care_list_free, error);
}

static void
on_records (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  TransportRecords *records = terminal_records_read_finish (result, &error);

  finish_call (user_data, records, (GDestroyNotify)transport_records_free, error);
}

static MessageEncoding
get_hint (const TerminalCall *call)
{
  return call->folder != NULL ? call->folder->setup->encoding : MESSAGE_ENCODING_UNKNOWN;
}

/* read_reply: Return: (transfer full), or NULL with an error. */
static TransportReply *
read_reply (TerminalCall *call, GBytes *document, GError **error)
{
  g_autoptr (Message) message = message_xml_parse (document, get_hint (call), NULL, error);

  if (message == NULL || !field_answer_check_file (message, call->request, document, error))
    return NULL;
  if (call->kind->read_whole != NULL)
    return call->kind->read_whole (g_steal_pointer (&message), call->request, document, error);
  return call->kind->read (message, document, error);
}

/* read_document: what the file of the answer holds. */
static void
read_document (TerminalCall *call, GBytes *document)
{
  GError *error = NULL;
  TransportReply *reply;
  char *reception;

  switch (call->kind->returns)
    {
    case TERMINAL_CALL_RECORDS:
      terminal_records_read_async (document, call->request, NULL, on_records, call);
      return;
    case TERMINAL_CALL_LIST:
      terminal_care_read_async (document, call->request, call->identifier, on_list, call);
      return;
    case TERMINAL_CALL_RECEPTION:
      reception = field_care_read_reception (document, get_hint (call), call->request, &error);
      finish_call (call, reception, g_free, error);
      return;
    case TERMINAL_CALL_REPLY:
    default:
      break;
    }
  reply = read_reply (call, document, &error);
  if (reply != NULL && call->folder != NULL && reply->qualification != NULL)
    transport_note_clock (&call->folder->transport, reply->qualification->executed);
  finish_call (call, reply, (GDestroyNotify)transport_reply_free, error);
}

/* note_password: whether a zip could be opened, or made; the link tells of one that could not. */
static void
note_password (TerminalCall *call, GError *error)
{
  const gboolean is_refused = g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING);

  if (call->folder != NULL)
    call->folder->facts.password_refused = is_refused ? g_get_real_time () : 0;
  if (is_refused)
    shikaku_error_set_cause (error, SHIKAKU_CAUSE_ZIP_PASSWORD);
}

static void
on_unpacked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TerminalCall *call = user_data;
  GError *error = NULL;
  g_autoptr (GBytes) document = terminal_archive_unpack_finish (result, &error);

  note_password (call, error);
  if (document != NULL)
    read_document (call, document);
  else
    finish_call (call, NULL, NULL, error);
}

/* note_outcome: what became of the file, for the link; and why there is no answer, as a cause. */
static void
note_outcome (TerminalCall *call, FolderShareOutcome outcome, GError *error)
{
  if (call->folder != NULL && outcome != FOLDER_SHARE_CANCELLED)
    {
      call->folder->facts.has_asked = TRUE;
      call->folder->facts.outcome = outcome;
      terminal_state_note (call->folder);
    }
  if (error == NULL)
    return;
  if (outcome == FOLDER_SHARE_NOT_TAKEN)
    shikaku_error_set_cause (error, SHIKAKU_CAUSE_LINK_PROGRAM_DEAD);
  else if (outcome == FOLDER_SHARE_NOT_ANSWERED)
    shikaku_error_set_cause (error, SHIKAKU_CAUSE_TERMINAL_SILENT);
  else if (outcome == FOLDER_SHARE_NOT_WRITTEN && call->folder != NULL
           && call->folder->transport.links[TRANSPORT_LINK_TERMINAL].state == TRANSPORT_LINK_FAILED)
    shikaku_error_set_cause (error, call->folder->transport.links[TRANSPORT_LINK_TERMINAL].cause);
}

static void
on_asked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TerminalCall *call = user_data;
  FolderShareOutcome outcome = FOLDER_SHARE_CANCELLED;
  GError *error = NULL;

  call->file = folder_share_ask_finish (result, &outcome, &error);
  call->is_doubtful = outcome == FOLDER_SHARE_NOT_ANSWERED || outcome == FOLDER_SHARE_CANCELLED;
  note_outcome (call, outcome, error);
  if (call->file == NULL)
    finish_call (call, NULL, NULL, error);
  else if (call->file->extension == FOLDER_EXTENSION_ZIP && call->folder != NULL)
    terminal_archive_unpack_async (call->folder->setup->archive, call->file, NULL, on_unpacked, call);
  else
    read_document (call, call->file->bytes);
}

static void
put_down (TerminalCall *call, GBytes *bytes)
{
  g_assert (call->folder != NULL);
  folder_share_ask_async (call->folder->share, call->name, bytes, call->folder->setup->timeout_seconds * 1000,
                          g_task_get_cancellable (call->task), on_asked, call);
}

static void
on_packed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TerminalCall *call = user_data;
  GError *error = NULL;
  g_autoptr (GBytes) archive = terminal_archive_pack_finish (result, &error);

  if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING))
    {
      note_password (call, error);
      if (call->folder != NULL)
        terminal_state_note (call->folder);
    }
  if (archive != NULL && call->folder == NULL)
    g_set_error_literal (&error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "the daemon is being stopped");
  if (error != NULL || archive == NULL)
    end (call, NULL, NULL, error);
  else
    put_down (call, archive);
}

/* ask_share: under a name that no file had before: also where the same is asked again. */
static void
ask_share (TerminalCall *call)
{
  const TerminalSetup *setup = call->folder->setup;
  const FolderExtension extension = terminal_archive_get_extension (setup->archive, call->kind->prefix);
  GError *error = NULL;
  g_autoptr (GBytes) document = message_xml_write (call->request, setup->encoding, MESSAGE_UNMAPPED_REFUSE, &error);

  if (document == NULL)
    {
      end (call, NULL, NULL, error);
      return;
    }
  g_free (call->name);
  call->name = folder_name_make_request (call->kind->prefix, setup->tag, extension);
  if (extension == FOLDER_EXTENSION_ZIP)
    terminal_archive_pack_async (setup->archive, call->name, document, NULL, on_packed, call);
  else
    put_down (call, document);
}

/* find_obstacle: why nothing can be asked at all. */
static GError *
find_obstacle (const TerminalFolder *folder)
{
  GError *error = NULL;

  if (folder->share == NULL || !folder->setup->asks)
    shikaku_error_set (&error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_SETTINGS_MISSING,
                       "the configuration lacks %s",
                       folder->setup->asks ? "InstitutionCode" : "Requests, Answers of this terminal");
  return error;
}

void
terminal_call_begin (TerminalFolder *folder, const TerminalCallKind *kind, Message *request, const char *identifier,
                     GTask *task)
{
  TerminalCall *call = g_new0 (TerminalCall, 1);
  GError *obstacle = find_obstacle (folder);

  call->folder = folder;
  call->kind = kind;
  call->task = task;
  call->request = request;
  call->identifier = g_strdup (identifier);
  g_ptr_array_add (folder->calls, call);
  g_task_set_check_cancellable (task, FALSE); /* an answer that came is not thrown away */
  g_task_set_task_data (task, message_json_write (request), (GDestroyNotify)g_bytes_unref);
  if (obstacle != NULL)
    end (call, NULL, NULL, obstacle);
  else
    ask_share (call);
}

void
terminal_call_give_up_all (GPtrArray *calls)
{
  for (guint i = 0; i < calls->len; i++)
    ((TerminalCall *)calls->pdata[i])->folder = NULL;
}
