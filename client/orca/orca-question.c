/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-question: see the header. */
#include "client/orca/orca-question.h"

#include <string.h>

#include "client/orca/orca-list.h"

#define NEWEST "newest-event" /* the note of its time, by ORCA's clock */
#define CLOCK_SECONDS 60      /* so far may ORCA's clock be from ours */
#define OVERLAP_SECONDS 600
#define FIRST_SECONDS 86400 /* so far back where there is none, or none that can be believed */
#define CODE_NOBODY "E12"   /* of onlinerefall1 */

/*
 * ORCA gives out a single check once, so that asking for an old one does no harm; its long lists it gives out as often
 * as one likes. Those from before our first start somebody else has worked through.
 */
static gboolean
is_before_us (OrcaWork *work, const OrcaEvent *event)
{
  g_autofree char *first = orca_store_get_note (work->store, ORCA_NOTE_FIRST_START);
  g_autoptr (GDateTime) at = orca_event_read_time (event->time);

  return event->kind != ORCA_EVENT_SINGLE
         && (at == NULL || g_date_time_to_unix (at) < g_ascii_strtoll (first, NULL, 10) - CLOCK_SECONDS);
}

/* Keeps the time of the newest event. */
static void
note_newest (OrcaWork *work, const OrcaEvent *event)
{
  g_autofree char *newest = orca_store_get_note (work->store, NEWEST);
  g_autoptr (GDateTime) last = orca_event_read_time (newest), at = orca_event_read_time (event->time);

  if (at != NULL && (last == NULL || g_date_time_compare (at, last) > 0))
    orca_store_set_note (work->store, NEWEST, event->time, NULL);
}

static void
note_event (OrcaWork *work, const OrcaEvent *event)
{
  const char *hospital = work->settings->hospital;
  g_autoptr (GError) error = NULL;
  gboolean is_new = FALSE;

  if (event->kind == ORCA_EVENT_FOREIGN || is_before_us (work, event))
    return;
  if (hospital != NULL && *event->hospital != '\0' && atoi (hospital) != atoi (event->hospital))
    return;
  if (!orca_store_note_event (work->store, event, &is_new, &error))
    {
      orca_report_log (G_LOG_LEVEL_WARNING, NULL, "an event cannot be kept: %s", error->message);
      return;
    }
  note_newest (work, event);
}

/*
 * Where to begin to read: some time before the newest event, by the clock that stamps them. Where that is still to come
 * a clock was wrong: then from the last day, for what is read twice is known. (transfer full).
 */
static char *
make_start (OrcaWork *work)
{
  g_autofree char *newest = orca_store_get_note (work->store, NEWEST);
  g_autoptr (GDateTime) last = orca_event_read_time (newest), now = g_date_time_new_now_local ();
  gboolean is_known = last != NULL && g_date_time_to_unix (last) <= g_date_time_to_unix (now) + CLOCK_SECONDS;
  g_autoptr (GDateTime) start
      = g_date_time_add_seconds (is_known ? last : now, is_known ? -OVERLAP_SECONDS : -FIRST_SECONDS);

  return g_date_time_format (start, "%Y-%m-%d %H:%M");
}

/* The events of one name. Return: FALSE: they could not be read. */
static gboolean
read_events (OrcaWork *work, const char *name, const char *start)
{
  g_autoptr (JsonObject) record = json_object_new ();
  g_auto (OrcaReply) reply = { ORCA_REPLY_UNSENT, NULL, NULL };
  g_autoptr (JsonArray) array = NULL;
  g_autoptr (GPtrArray) events = NULL;

  json_object_set_string_member (record, "event", name);
  json_object_set_string_member (record, "start_time", start);
  orca_http_list (work->http, "api01rv2/pusheventgetv2", "pusheventgetv2req", record, &array, &reply);
  orca_work_note_reply (work, &reply);
  if (reply.kind != ORCA_REPLY_ANSWERED)
    return FALSE;
  if (array == NULL) /* nothing found, or what is asked for is not to ORCA's liking */
    {
      const char *code = orca_json_get_code (reply.record, "code");

      if (strcmp (code, "0007") != 0)
        orca_report_log (G_LOG_LEVEL_WARNING, NULL, "ORCA does not tell its events: %s", code);
      return TRUE;
    }
  events = orca_event_list (array);
  for (guint i = 0; i < events->len; i++)
    note_event (work, events->pdata[i]);
  return TRUE;
}

/* Also where the clock was ahead then: what ORCA announces would seem to be from before us for ever. */
static void
note_first_start (OrcaWork *work)
{
  g_autofree char *first = orca_store_get_note (work->store, ORCA_NOTE_FIRST_START);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *stamp = g_strdup_printf ("%" G_GINT64_FORMAT, now);

  if (*first == '\0' || g_ascii_strtoll (first, NULL, 10) > now)
    orca_store_set_note (work->store, ORCA_NOTE_FIRST_START, stamp, NULL);
}

gboolean
orca_question_catch_up (OrcaWork *work)
{
  g_autofree char *start = make_start (work);

  note_first_start (work);
  return read_events (work, "patient_qualification", start) && read_events (work, "Bulk_Qualification", start);
}

static void
end (OrcaWork *work, const OrcaQuestion *question, const char *state, const GPtrArray *parts, const char *row,
     const char *cursor)
{
  g_autoptr (GError) error = NULL;

  /* Where even that fails it stays in doubt, and the next answer tells. */
  if (!orca_store_end_question (work->store, question, state, parts, row, cursor, &error))
    orca_report_log (G_LOG_LEVEL_WARNING, NULL, "an answer of ORCA's cannot be kept: %s", error->message);
}

/* Asks. Return: (transfer full) the answer; NULL: there is none, and what follows is noted. */
static JsonObject *
ask_orca (OrcaWork *work, const OrcaQuestion *question, const char *path, const char *name, JsonObject *record,
          const char *nobody)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *code = NULL;
  JsonObject *answer = NULL;
  OrcaPostOutcome outcome;

  if (!orca_store_begin_question (work->store, question, &error))
    {
      orca_report_log (G_LOG_LEVEL_WARNING, NULL, "nothing can be kept: %s", error->message);
      return NULL;
    }
  outcome = orca_work_post (work, path, name, record, &answer, &code);
  if (outcome == ORCA_POST_TAKEN)
    return answer;
  g_clear_pointer (&answer, json_object_unref);
  if (outcome == ORCA_POST_REFUSED && g_strcmp0 (code, nobody) == 0)
    end (work, question, "empty", NULL, NULL, NULL);
  else if (outcome == ORCA_POST_REFUSED)
    {
      orca_report (work->store, question->uuid, ORCA_REPORT_ORCA_REFUSED, 0, code);
      end (work, question, "failed", NULL, NULL, NULL);
    }
  else
    orca_store_delay_question (work->store, question, question->is_in_doubt || outcome == ORCA_POST_UNKNOWN,
                               orca_work_get_delay (work, question->tries), NULL);
  return NULL;
}

static void
ask_single (OrcaWork *work, const OrcaQuestion *question)
{
  g_autoptr (JsonObject) record = json_object_new (), answer = NULL;
  g_autoptr (GPtrArray) parts = NULL;

  orca_json_set_text (record, "Patient_ID", question->patient);
  orca_work_set_now (record, question->date, question->at);
  orca_json_set_text (record, "Qualification_Uuid", question->row);
  answer = ask_orca (work, question, "orca14/onlinequa1", "onlinequareq1", record, NULL);
  if (answer == NULL)
    return;
  parts = orca_part_list (answer);
  if (parts->len == 0 && question->is_in_doubt) /* before its end, after which nobody would tell it */
    orca_report (work->store, question->uuid, ORCA_REPORT_QUESTION_LOST, 0, NULL);
  if (parts->len > 0)
    end (work, question, "answered", parts, NULL, NULL);
  else
    end (work, question, question->is_in_doubt ? "lost" : "empty", NULL, NULL, NULL);
}

static void
ask_references (OrcaWork *work, const OrcaQuestion *question)
{
  g_autoptr (JsonObject) record = json_object_new (), answer = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  const char *cursor = NULL;

  orca_work_set_now (record, question->date, question->at);
  orca_json_set_text (record, "Last_ReferenceNumber", question->cursor);
  answer = ask_orca (work, question, "orca14/onlinerefall1", "onlinerefallreq1", record, CODE_NOBODY);
  if (answer == NULL)
    return;
  parts = orca_part_list_references (answer);
  if (strcmp (orca_json_get_text (answer, "ReferenceNumber_Continue"), "Yes") == 0)
    cursor = orca_json_get_text (answer, "Last_ReferenceNumber");
  /* The same again would be without an end. */
  if (cursor != NULL && (*cursor == '\0' || strcmp (cursor, question->cursor) == 0))
    cursor = NULL;
  end (work, question, "answered", parts, NULL, cursor);
}

static void
ask_reservations (OrcaWork *work, const OrcaQuestion *question)
{
  g_autoptr (JsonObject) record = json_object_new (), answer = NULL;
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify)orca_part_free);
  const char *cursor = NULL, *next;
  OrcaPart *piece;

  json_object_set_string_member (record, "Qualification_Mode", "01");
  orca_work_set_now (record, question->date, question->at);
  orca_json_set_text (record, "Qualification_Date",
                      *question->day != '\0' ? question->day : orca_json_get_text (record, "Information_Date"));
  orca_json_set_text (record, "Qualification_Uuid", question->row);
  orca_json_set_text (record, "Last_AppointmentNumber", question->cursor);
  answer = ask_orca (work, question, "orca14/onlinequaapp1", "onlinequaappreq1", record, NULL);
  if (answer == NULL)
    return;
  piece = orca_part_make_piece (answer);
  next = orca_json_get_text (orca_json_get_record (answer, "MessageHeader"), "ArbitraryFileIdentifier");
  if (piece != NULL)
    {
      /* This piece is the one that was asked for; what the header of a piece that goes on names is the next. */
      json_object_set_string_member (piece->record, "Identifier", question->row);
      json_object_set_string_member (piece->record, "Day", orca_json_get_text (record, "Qualification_Date"));
      g_ptr_array_add (parts, piece);
    }
  if (strcmp (orca_json_get_text (answer, "Qualification_Continue"), "Yes") == 0)
    cursor = orca_json_get_text (answer, "Last_AppointmentNumber");
  if (cursor != NULL && (*cursor == '\0' || strcmp (cursor, question->cursor) == 0))
    cursor = NULL;
  end (work, question, parts->len > 0 ? "answered" : "empty", parts, *next != '\0' ? next : NULL, cursor);
}

static void
ask_consented (OrcaWork *work, const OrcaQuestion *question)
{
  g_autoptr (JsonObject) record = json_object_new (), answer = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  OrcaPart *part;

  if (strcmp (question->process, ORCA_PROCESS_HOME) != 0 && strcmp (question->process, ORCA_PROCESS_ONLINE) != 0)
    {
      orca_report (work->store, question->uuid, ORCA_REPORT_NOT_POSSIBLE, 0, "a list of another kind");
      end (work, question, "failed", NULL, NULL, NULL);
      return;
    }
  json_object_set_string_member (record, "Qualification_Mode", "01");
  json_object_set_string_member (record, "Process_Class", question->process);
  orca_work_set_now (record, question->date, question->at);
  orca_json_set_text (record, "Qualification_Date",
                      *question->day != '\0' ? question->day : orca_json_get_text (record, "Information_Date"));
  orca_json_set_text (record, "Qualification_Uuid", question->row);
  answer = ask_orca (work, question, "orca14/onlinequaapp1", "onlinequaappreq1", record, NULL);
  if (answer == NULL)
    return;
  part = orca_list_read_question (answer);
  if (part != NULL)
    {
      parts = g_ptr_array_new_with_free_func ((GDestroyNotify)orca_part_free);
      g_ptr_array_add (parts, part);
    }
  end (work, question, part != NULL ? "answered" : "empty", parts, NULL, NULL);
}

gboolean
orca_question_do (OrcaWork *work)
{
  g_autoptr (OrcaQuestion) question = orca_store_next_question (work->store, NULL);

  if (question == NULL)
    return FALSE;
  switch (question->kind)
    {
    case ORCA_EVENT_SINGLE:
      ask_single (work, question);
      break;
    case ORCA_EVENT_REFERENCES:
      ask_references (work, question);
      break;
    case ORCA_EVENT_RESERVATIONS:
      ask_reservations (work, question);
      break;
    case ORCA_EVENT_CONSENTED:
      ask_consented (work, question);
      break;
    case ORCA_EVENT_FOREIGN: /* is not kept */
    default:
      end (work, question, "failed", NULL, NULL, NULL);
      break;
    }
  return TRUE;
}
