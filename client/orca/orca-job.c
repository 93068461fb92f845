/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-job: see the header. */
#include "client/orca/orca-job.h"

#include <string.h>

#include "client/orca/orca-answer.h"
#include "client/orca/orca-care.h"
#include "client/orca/orca-end.h"

#define UNITS_MAXIMUM 10 /* checks between two looks at the desk */
#define CODE_THERE "E20" /* of onlinequaapp2: it is there already */
#define NOBODY 'X'       /* ORCA fills a patient's number with it that it does not know */

static gboolean
is_outpatient (const OrcaJob *job)
{
  const char *treatment = orca_json_get_text (job->part, "Treatment");

  return strcmp (treatment, "2") != 0 && strcmp (treatment, "3") != 0;
}

static void
do_check (OrcaWork *work, const OrcaJob *job)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (Message) message = NULL;
  g_autoptr (JsonObject) record = NULL, answer = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *why = NULL;
  OrcaDeskOutcome outcome;

  if (!is_outpatient (job))
    {
      orca_end_failed (work, job, ORCA_REPORT_NOT_POSSIBLE, "a check of home or online care");
      return;
    }
  outcome = orca_desk_check (work->desk, job->part, &bytes, &why);
  if (outcome != ORCA_DESK_DONE)
    {
      orca_end_desk (work, job, outcome, ORCA_REPORT_CHECK_FAILED, why);
      return;
    }
  message = orca_answer_read (bytes, &error);
  record = message != NULL ? orca_answer_make_result (message, job->part, &error) : NULL;
  if (record == NULL)
    {
      orca_end_failed (work, job, ORCA_REPORT_CHECK_FAILED, error->message);
      return;
    }
  answer = orca_end_post (work, job, "orca14/onlinequa3", "onlinequareq2", record);
  if (answer == NULL)
    return;
  if (*orca_json_get_text (answer, "Patient_ID") == NOBODY)
    {
      orca_end_failed (work, job, ORCA_REPORT_ORCA_REFUSED, "ORCA does not know its own request any more");
      return;
    }
  parts = orca_part_list (answer);
  orca_end_job (work, job, "done", "", parts);
}

/* YYYY-MM-DD without hyphens. */
static char *
strip_date (const char *date)
{
  g_auto (GStrv) pieces = g_strsplit (date, "-", -1);

  return g_strjoinv (NULL, pieces);
}

/* As ORCA has it of the patient whose number of ours is registered. Return: (transfer full); NULL: it does not say. */
static char *
ask_birthdate (OrcaWork *work, const OrcaJob *job)
{
  const char *number = orca_json_get_text (job->part, "ReferenceNumber");
  g_autofree char *escaped = g_uri_escape_string (number, NULL, FALSE);
  g_autofree char *path = g_strconcat ("api01rv2/patientgetv2?format=json&id=", escaped, NULL);
  g_auto (OrcaReply) reply = { ORCA_REPLY_UNSENT, NULL, NULL };
  const char *date;

  if (*number == '\0')
    return NULL;
  orca_http_get (work->http, path, &reply);
  orca_work_note_reply (work, &reply);
  date = orca_json_get_text (orca_json_get_record (reply.record, "Patient_Information"), "BirthDate");
  return *date != '\0' ? strip_date (date) : NULL;
}

/* The daemon asks for nobody without a birthdate; ORCA's parts of records and numbers have none. */
static gboolean
find_birthdate (OrcaWork *work, const OrcaJob *job)
{
  g_autofree char *birthdate = *job->birthdate != '\0' ? g_strdup (job->birthdate) : NULL;

  if (birthdate == NULL)
    birthdate = orca_store_find_birthdate (work->store, job->identifier);
  if (birthdate == NULL)
    birthdate = ask_birthdate (work, job);
  if (birthdate == NULL)
    return FALSE;
  json_object_set_string_member (job->part, "Birthdate", birthdate);
  return TRUE;
}

static void
do_reference (OrcaWork *work, const OrcaJob *job)
{
  g_autofree char *why = NULL;
  OrcaDeskOutcome outcome;

  if (!find_birthdate (work, job))
    {
      if (work->is_away)
        orca_end_later (work, job, ORCA_REPORT_REFERENCE_FAILED, "ORCA is away");
      else
        orca_end_failed (work, job, ORCA_REPORT_REFERENCE_FAILED, "no birthdate");
      return;
    }
  outcome = orca_desk_register (work->desk, job->part, &why);
  if (outcome == ORCA_DESK_DONE)
    orca_end_job (work, job, "done", "", NULL);
  else if (g_strcmp0 (why, "InvalidState") == 0)
    orca_end_job (work, job, "done", "the insurance has ended",
                  NULL); /* ORCA wants it nevertheless, and nobody can do it */
  else
    orca_end_desk (work, job, outcome, ORCA_REPORT_REFERENCE_FAILED, why);
}

static void
do_withdrawal (OrcaWork *work, const OrcaJob *job)
{
  g_autofree char *why = NULL;
  OrcaDeskOutcome outcome = orca_desk_withdraw (work->desk, job->part, &why);

  if (outcome == ORCA_DESK_DONE)
    orca_end_job (work, job, "done", "", NULL);
  else
    orca_end_desk (work, job, outcome, ORCA_REPORT_WITHDRAWAL_FAILED, why);
}

/* Says what does not arrive. Return: whether anything does not. */
static gboolean
report_cut (OrcaWork *work, const OrcaJob *job, const OrcaCut *cut, const char *why)
{
  if (cut->institutions > 0)
    orca_report (work->store, job->origin, ORCA_REPORT_CUT_INSTITUTIONS, cut->institutions, NULL);
  if (cut->prescriptions > 0)
    orca_report (work->store, job->origin, ORCA_REPORT_CUT_PRESCRIPTIONS, cut->prescriptions, NULL);
  if (cut->entries > 0)
    orca_report (work->store, job->origin, ORCA_REPORT_CUT_ENTRIES, cut->entries, NULL);
  if (why != NULL)
    orca_report (work->store, job->origin, ORCA_REPORT_INCOMPLETE, 0, why);
  return cut->institutions > 0 || cut->prescriptions > 0 || cut->entries > 0 || why != NULL;
}

/* Posts one document. Return: FALSE: that has failed, and what follows is noted. */
static gboolean
post_document (OrcaWork *work, const OrcaJob *job, GBytes *document, OrcaCut *cut)
{
  gboolean is_drug = job->kind == ORCA_PART_DRUG;
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) message = orca_answer_read (document, &error);
  g_autoptr (GPtrArray) posts = NULL;

  if (message != NULL)
    posts = is_drug ? orca_answer_make_drugs (message, job->identifier, cut, &error)
                    : orca_answer_make_checkups (message, job->identifier, cut, &error);
  if (posts == NULL)
    {
      orca_end_failed (work, job, ORCA_REPORT_RECORDS_REFUSED, error->message);
      return FALSE;
    }
  for (guint i = 0; i < posts->len; i++)
    {
      g_autoptr (JsonObject) answer = orca_end_post (work, job, is_drug ? "orca14/onlinedrug1" : "orca14/onlinespec1",
                                                     is_drug ? "onlinedrugreq1" : "onlinespecreq1", posts->pdata[i]);

      if (answer == NULL)
        return FALSE;
    }
  return TRUE;
}

/* What the center cannot have yet, or has no more, is nothing that staff could do anything about. */
static gboolean
is_absence (const char *why)
{
  static const char *const absences[] = { "none", "not-yet", "too-old", NULL };

  return why != NULL && g_strv_contains (absences, why);
}

/* The kind of consent by which; NULL: PDF, which ORCA wants in a folder of its own. */
static const char *
choose_kind (const OrcaJob *job)
{
  const char *category = orca_json_get_text (job->part, "FileCategory");

  if (strcmp (category, "1") == 0 || strcmp (category, "3") == 0)
    return NULL;
  if (job->kind == ORCA_PART_CHECKUP)
    return "checkup";
  return strcmp (category, "4") == 0 ? "diagnosis" : "drug";
}

static void
do_records (OrcaWork *work, const OrcaJob *job)
{
  const char *kind = choose_kind (job);
  g_autoptr (GPtrArray) documents = NULL;
  g_autofree char *why = NULL;
  OrcaCut cut = { 0 };
  OrcaDeskOutcome outcome;

  if (kind == NULL)
    {
      orca_end_failed (work, job, ORCA_REPORT_NOT_POSSIBLE, "records as PDF");
      return;
    }
  if (!find_birthdate (work, job))
    {
      orca_end_failed (work, job, ORCA_REPORT_RECORDS_REFUSED, "no birthdate");
      return;
    }
  outcome = orca_desk_fetch (work->desk, job->part, kind, &documents, &why);
  if (outcome == ORCA_DESK_REFUSED && is_absence (why))
    {
      orca_end_job (work, job, "done", why, NULL);
      return;
    }
  if (outcome != ORCA_DESK_DONE)
    {
      if (outcome == ORCA_DESK_REFUSED) /* by the same consent: the other months too */
        orca_store_fail_like (work->store, job, why, NULL);
      orca_end_desk (work, job, outcome, ORCA_REPORT_RECORDS_REFUSED, why);
      return;
    }
  for (guint i = 0; i < documents->len; i++)
    if (!post_document (work, job, documents->pdata[i], &cut))
      return;
  orca_end_job (work, job, report_cut (work, job, &cut, why) ? "cut" : "done", why != NULL ? why : "", NULL);
}

/* Appointments: ORCA is told under which number their results will come. */
static void
do_piece (OrcaWork *work, const OrcaJob *job)
{
  g_autoptr (JsonObject) record = json_object_new (), answer = NULL;
  g_autoptr (GPtrArray) parts = NULL;

  /* The piece's own uuid: told twice it is the same. */
  json_object_set_string_member (record, "Qualification_Mode", "02");
  orca_work_set_now (record, "", "");
  orca_json_set_text (record, "Qualification_Date", orca_json_get_text (job->part, "Day"));
  orca_json_set_text (record, "ReceptionNumber", job->identifier);
  orca_json_set_text (record, "ArbitraryFileIdentifier", job->identifier);
  answer = orca_end_post (work, job, "orca14/onlinequaapp1", "onlinequaappreq1", record);
  if (answer == NULL)
    return;
  parts = orca_part_split_piece (job->part, job->identifier, UNITS_MAXIMUM);
  orca_end_job (work, job, "done", "", parts);
}

/* The result of each unit that has one. Return: (transfer full); NULL: that has to wait, which is noted. */
static JsonArray *
check_units (OrcaWork *work, const OrcaJob *job)
{
  g_autoptr (JsonArray) results = json_array_new ();
  g_autoptr (GPtrArray) units = orca_json_get_records (job->part, "Units");

  for (guint i = 0; i < units->len; i++)
    {
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (Message) message = NULL;
      g_autofree char *why = NULL;
      OrcaDeskOutcome outcome = orca_desk_check (work->desk, units->pdata[i], &bytes, &why);
      JsonObject *unit = NULL;

      if (outcome == ORCA_DESK_LATER)
        {
          orca_end_desk (work, job, outcome, ORCA_REPORT_CHECK_FAILED, why);
          return NULL;
        }
      message = bytes != NULL ? orca_answer_read (bytes, NULL) : NULL;
      unit = message != NULL ? orca_answer_make_unit (message, units->pdata[i], NULL) : NULL;
      if (unit != NULL)
        json_array_add_object_element (results, unit);
      else
        orca_report (work->store, job->origin, ORCA_REPORT_CHECK_FAILED, 0, why);
    }
  return g_steal_pointer (&results);
}

static JsonObject *
make_bulk (const OrcaJob *job, JsonArray *units)
{
  JsonObject *record = json_object_new (), *header = json_object_new (), *body = json_object_new ();

  orca_json_set_text (header, "QualificationConfirmationDate", orca_json_get_text (job->part, "Date"));
  orca_json_set_text (header, "MedicalInstitutionCode", orca_json_get_text (job->part, "Institution"));
  orca_json_set_text (header, "ArbitraryFileIdentifier", job->identifier);
  orca_json_set_text (header, "ReceptionNumber", orca_json_get_text (job->part, "ReceptionNumber"));
  json_object_set_string_member (header, "SegmentOfResult", "1");
  json_object_set_array_member (body, "BulkConfirmUnit", units);
  json_object_set_object_member (record, "MessageHeader", header);
  json_object_set_object_member (record, "MessageBody", body);
  return record;
}

static void
do_units (OrcaWork *work, const OrcaJob *job)
{
  JsonArray *results = check_units (work, job);
  g_autoptr (JsonObject) record = results != NULL ? make_bulk (job, results) : NULL;
  g_autofree char *code = NULL;
  OrcaPostOutcome outcome;

  if (record == NULL)
    return;
  outcome = orca_work_post (work, "orca14/onlinequaapp2", "onlinequaappreq2", record, NULL, &code);
  if (outcome == ORCA_POST_TAKEN || (outcome == ORCA_POST_REFUSED && strcmp (code, CODE_THERE) == 0))
    orca_end_job (work, job, "done", "", NULL);
  else if (outcome == ORCA_POST_REFUSED)
    orca_end_failed (work, job, ORCA_REPORT_ORCA_REFUSED, code);
  else
    orca_end_later (work, job, ORCA_REPORT_ORCA_REFUSED, code);
}

gboolean
orca_job_do (OrcaWork *work)
{
  g_autoptr (OrcaJob) job = orca_store_next_job (work->store, NULL);

  if (job == NULL)
    return FALSE;
  switch (job->kind)
    {
    case ORCA_PART_CHECK:
      do_check (work, job);
      break;
    case ORCA_PART_REFERENCE:
    case ORCA_PART_NUMBERS:
      do_reference (work, job);
      break;
    case ORCA_PART_DRUG:
    case ORCA_PART_CHECKUP:
      do_records (work, job);
      break;
    case ORCA_PART_PIECE:
      do_piece (work, job);
      break;
    case ORCA_PART_UNITS:
      do_units (work, job);
      break;
    case ORCA_PART_WITHDRAWAL:
      do_withdrawal (work, job);
      break;
    case ORCA_PART_CARE:
      orca_care_ask (work, job);
      break;
    case ORCA_PART_CARE_RECEPTION:
      orca_care_tell_reception (work, job);
      break;
    case ORCA_PART_CARE_LIST:
      orca_care_fetch (work, job);
      break;
    case ORCA_PART_CARE_PEOPLE:
      orca_care_post (work, job);
      break;
    case ORCA_N_PARTS:
    default:
      orca_end_failed (work, job, ORCA_REPORT_NOT_POSSIBLE, NULL);
      break;
    }
  return TRUE;
}
