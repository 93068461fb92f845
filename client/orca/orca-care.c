/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-care: see the header. */
#include "client/orca/orca-care.h"

#include <string.h>

#include "client/orca/orca-end.h"
#include "client/orca/orca-list.h"

#define CODE_NOBODY "E01" /* of onlinequaapp3: nobody was worked on well: of a list without people */

/* One part that follows: what @job has, and the reception's number. Return: (transfer full) of OrcaPart. */
static GPtrArray *
make_next (const OrcaJob *job, OrcaPartKind kind, const char *reception)
{
  static const char *const names[] = { "Identifier", "Institution", "Treatment", "From", "To", "ReceptionNumber" };
  GPtrArray *parts = g_ptr_array_new_with_free_func ((GDestroyNotify)orca_part_free);
  JsonObject *record = json_object_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    orca_json_set_text (record, names[i], orca_json_get_text (job->part, names[i]));
  orca_json_set_text (record, "ReceptionNumber", reception);
  g_ptr_array_add (parts, orca_part_new (kind, record));
  return parts;
}

/* The desk has not done it; where no terminal is set up it never will. */
static void
take_failure (OrcaWork *work, const OrcaJob *job, OrcaDeskOutcome outcome, const char *why)
{
  if (g_strcmp0 (why, "CredentialMissing") == 0)
    orca_end_failed (work, job, ORCA_REPORT_NOT_POSSIBLE, "a list of who has consented, without a terminal");
  else
    orca_end_desk (work, job, outcome, ORCA_REPORT_LIST_FAILED, why);
}

void
orca_care_ask (OrcaWork *work, const OrcaJob *job)
{
  g_autofree char *reception = NULL, *why = NULL;
  OrcaDeskOutcome outcome = orca_desk_list (work->desk, job->part, &reception, NULL, &why);
  g_autoptr (GPtrArray) parts = NULL;

  if (outcome != ORCA_DESK_DONE)
    {
      take_failure (work, job, outcome, why);
      return;
    }
  parts = make_next (job, ORCA_PART_CARE_RECEPTION, reception);
  orca_end_job (work, job, "done", "", parts);
}

void
orca_care_tell_reception (OrcaWork *work, const OrcaJob *job)
{
  g_autoptr (JsonObject) record = json_object_new (), answer = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  gboolean is_home = strcmp (orca_json_get_text (job->part, "Treatment"), "2") == 0;

  json_object_set_string_member (record, "Qualification_Mode", "02"); /* told twice it is the same */
  json_object_set_string_member (record, "Process_Class", is_home ? ORCA_PROCESS_HOME : ORCA_PROCESS_ONLINE);
  orca_work_set_now (record, "", "");
  orca_json_set_text (record, "Qualification_Date", orca_json_get_text (record, "Information_Date"));
  orca_json_set_text (record, "ReceptionNumber", orca_json_get_text (job->part, "ReceptionNumber"));
  orca_json_set_text (record, "ArbitraryFileIdentifier", job->identifier);
  answer = orca_end_post (work, job, "orca14/onlinequaapp1", "onlinequaappreq1", record);
  if (answer == NULL)
    return;
  parts = make_next (job, ORCA_PART_CARE_LIST, NULL);
  orca_end_job (work, job, "done", "", parts);
}

void
orca_care_fetch (OrcaWork *work, const OrcaJob *job)
{
  g_autofree char *reception = NULL, *why = NULL;
  g_autoptr (GBytes) document = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GError) error = NULL;
  OrcaDeskOutcome outcome = orca_desk_list (work->desk, job->part, &reception, &document, &why);
  guint cut = 0;

  if (outcome != ORCA_DESK_DONE)
    {
      take_failure (work, job, outcome, why);
      return;
    }
  if (document == NULL)
    {
      orca_end_later (work, job, ORCA_REPORT_LIST_FAILED, "the list is not ready");
      return;
    }
  parts = orca_list_split (document, job->part, ORCA_LIST_PEOPLE_MAXIMUM, &cut, &error);
  if (parts == NULL)
    {
      orca_end_failed (work, job, ORCA_REPORT_LIST_FAILED, error->message);
      return;
    }
  if (cut > 0)
    orca_report (work->store, job->origin, ORCA_REPORT_CUT_ENTRIES, cut, NULL);
  orca_end_job (work, job, cut > 0 ? "cut" : "done", "", parts);
}

/* Whether it is in ORCA nobody knows: it is not posted again. */
static void
end_unknown (OrcaWork *work, const OrcaJob *job, const char *why)
{
  orca_report (work->store, job->origin, ORCA_REPORT_LIST_UNKNOWN, 0, why);
  orca_end_job (work, job, "unknown", why, NULL);
}

/*
 * ORCA works on a part after it has answered, from a file that the next one takes the place of: so that one waits.
 * Return: FALSE: nothing can be kept, and so nothing is posted.
 */
static gboolean
begin_post (OrcaWork *work, const OrcaJob *job)
{
  g_autoptr (GError) error = NULL;

  if (orca_store_delay_like (work->store, job, work->settings->retry_seconds, &error)
      && orca_store_begin_job (work->store, job, &error))
    return TRUE;
  orca_report_log (G_LOG_LEVEL_WARNING, NULL, "nothing can be kept: %s", error->message);
  return FALSE;
}

static void
post_part (OrcaWork *work, const OrcaJob *job)
{
  g_autoptr (JsonArray) post = NULL;
  g_autofree char *code = NULL;
  OrcaPostOutcome outcome;

  if (job->is_in_doubt)
    {
      end_unknown (work, job, "the program ended meanwhile");
      return;
    }
  if (!begin_post (work, job))
    return;
  post = orca_list_make_post (job->part);
  outcome = orca_work_post_array (work, "orca71/onlinequaapp3", post, &code);
  if (outcome == ORCA_POST_TAKEN
      || (outcome == ORCA_POST_REFUSED && strcmp (code, CODE_NOBODY) == 0 && !orca_list_has_people (job->part)))
    orca_end_job (work, job, "done", "", NULL);
  else if (outcome == ORCA_POST_UNKNOWN)
    end_unknown (work, job, code);
  else if (outcome == ORCA_POST_REFUSED)
    orca_end_failed (work, job, ORCA_REPORT_ORCA_REFUSED, code);
  else
    orca_end_later (work, job, ORCA_REPORT_ORCA_REFUSED, code);
}

void
orca_care_post (OrcaWork *work, const OrcaJob *job)
{
  post_part (work, job);
  orca_store_wipe (work->store, NULL); /* else when it is purged */
}
