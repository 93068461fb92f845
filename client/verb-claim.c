/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * claim: the answer that the terminal has brought about a patient, whom the desk names. In comes a birthdate and a
 * name, or a reference number; out goes the answer, as of check; or several that fit, of which people choose.
 */
#include <glib/gi18n.h>

#include "client/asked-lines.h"
#include "client/asserted.h"
#include "client/check-answer.h"
#include "client/check-records.h"
#include "client/client.h"
#include "client/failure-view.h"
#include "client/looks.h"
#include "client/output.h"
#include "client/pager.h"
#include "client/terminal.h"
#include "client/visit.h"
#include "client/words.h"

#define TIME_COLUMNS 22
#define SEX_COLUMNS 10
#define INSURER_COLUMNS 12

static char *option_birthdate, *option_name, *option_kana, *option_reference, *option_arrival;
static char *option_language, *option_purpose;
static char **option_records;
static gboolean option_again, option_all, option_no_color;

static const GOptionEntry options[] = {
  { "birthdate", 0, 0, G_OPTION_ARG_STRING, &option_birthdate, N_ ("The patient's date of birth"), "YYYYMMDD|-" },
  { "name", 0, 0, G_OPTION_ARG_STRING, &option_name, N_ ("With --birthdate: the patient's name"), N_ ("NAME|-") },
  { "kana", 0, 0, G_OPTION_ARG_STRING, &option_kana, N_ ("With --birthdate: its reading"), N_ ("KANA|-") },
  { "reference", 0, 0, G_OPTION_ARG_STRING, &option_reference, N_ ("Or your own number of the patient"),
    N_ ("NUMBER|-") },
  { "arrival", 0, 0, G_OPTION_ARG_STRING, &option_arrival, N_ ("Of several that fit: this one"), N_ ("ID") },
  { "again", 0, 0, G_OPTION_ARG_NONE, &option_again, N_ ("Also one that you have claimed already"), NULL },
  { "purpose", 0, 0, G_OPTION_ARG_STRING, &option_purpose, N_ ("What the visit is for (eligibility)"), N_ ("PURPOSE") },
  { "language", 0, 0, G_OPTION_ARG_STRING, &option_language, N_ ("Language of the advice, such as ja or en"),
    N_ ("LANGUAGE") },
  { "records", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_records,
    N_ ("Fetch these records too, if the answer is eligible; several times, or a list with commas"), N_ ("KIND") },
  RECORDS_OPTIONS,
  { "all", 0, 0, G_OPTION_ARG_NONE, &option_all, N_ ("Show all of the answer, not only one screen of it"), NULL },
  { "no-color", 0, 0, G_OPTION_ARG_NONE, &option_no_color, N_ ("No colors"), NULL },
  ASSERTED_OPTIONS,
  { NULL },
};

static const char *const from_input[] = { ASKED_LINES_FROM_INPUT, NULL };
static const char *const purposes[] = { "eligibility", "disaster", "emergency", "home", "online", NULL };
static const char *const record_kinds[] = { "drug", "checkup", "diagnosis", "operation", NULL };
static const VerbValues values[] = {
  { "birthdate", from_input },
  { "name", from_input },
  { "kana", from_input },
  { "reference", from_input },
  { "purpose", purposes },
  { "records", record_kinds },
  RECORDS_VALUES,
  ASSERTED_VALUES,
  { NULL, NULL },
};

/* How the patient is named: the key of ClaimVisit, what it is called on a terminal; in the order of the lines. */
static const AskedLine named[] = {
  { "Birthdate", N_ ("Date of birth"), &option_birthdate },
  { "Name", N_ ("Name"), &option_name },
  { "NameKana", N_ ("Name (kana)"), &option_kana },
  { "ReferenceNumber", N_ ("Reference number"), &option_reference },
};

typedef struct
{
  Client *client;
  Terminal *terminal;
  Visit *visit;
  AskedLines *lines;
  GVariant *answer;
  char **records; /* kinds to fetch; NULL: none */
  Page *page;     /* to be shown when the terminal is the person's again */
} Claim;

/* check_named: Return: what is missing, a sentence; or NULL. */
static const char *
check_named (void)
{
  if (option_reference != NULL || (option_birthdate != NULL && (option_name != NULL || option_kana != NULL)))
    return NULL;
  return _ ("Name the patient: --birthdate with --name or --kana, or --reference.");
}

static char *
check_options (void)
{
  g_auto (GStrv) records = option_records != NULL ? check_answer_split (option_records) : NULL;
  const char *message = check_named ();

  return g_strdup (message != NULL ? message : check_records_check (records));
}

/* The end. */

static void
on_closed (gpointer user_data)
{
  client_quit (((Claim *)user_data)->client, EXIT_CODE_UNKNOWN); /* which was concluded before */
}

static void
conclude (Claim *claim, ExitCode code)
{
  client_conclude (claim->client, code, claim->answer);
  g_clear_pointer (&claim->answer, g_variant_unref);
  visit_close (claim->visit, on_closed);
}

/* add_to_answer: @value under @key. */
static void
add_to_answer (Claim *claim, const char *key, GVariant *value)
{
  g_autoptr (GVariant) answer = g_steal_pointer (&claim->answer);
  g_auto (GVariantDict) whole = G_VARIANT_DICT_INIT (answer);

  g_variant_dict_insert_value (&whole, key, value);
  claim->answer = g_variant_ref_sink (g_variant_dict_end (&whole));
}

static void
on_records (GVariant *outcome, gboolean is_whole, gpointer user_data)
{
  Claim *claim = user_data;

  add_to_answer (claim, "Records", outcome);
  conclude (claim, is_whole ? EXIT_CODE_OK : EXIT_CODE_UNKNOWN);
}

static void
on_done (GVariant *eligibility, GVariant *consents, gpointer user_data)
{
  Claim *claim = user_data;
  const ExitCode code = check_answer_get_code (eligibility);

  claim->answer = g_variant_ref (eligibility);
  add_to_answer (claim, "Consents", consents); /* as Manager.Check has it */
  if (!claim->client->json)
    claim->page = check_answer_show (eligibility, consents, option_all);
  if (option_records == NULL || code != EXIT_CODE_OK)
    {
      conclude (claim, code);
      return;
    }
  claim->records = check_answer_split (option_records);
  check_records_fetch (claim->client, visit_get_path (claim->visit), claim->records, &claim->page, on_records, claim);
}

static void
on_failed (GVariant *failure, gpointer user_data)
{
  Claim *claim = user_data;
  g_autoptr (Page) page = failure_view_make (failure, 0);
  const char *error = "";

  g_variant_lookup (failure, "Error", "&s", &error);
  for (guint i = 0; i < page_count_lines (page); i++)
    output_error (page_get_line (page, i)->text);
  client_conclude (claim->client, errors_get_exit_code (error), failure);
  visit_close (claim->visit, on_closed);
}

static void
on_refused (const GError *error, gpointer user_data)
{
  Claim *claim = user_data;
  g_autofree char *name = NULL, *message = NULL;

  errors_split (error, &name, &message);
  if (g_str_equal (name, SHIKAKU_ERROR_PREFIX "NotFound"))
    client_fail_saying (claim->client, name,
                        _ ("The terminal has brought nothing of this patient, or somebody has claimed it already. "
                           "Whoever that was gets it again with --again."));
  else
    client_fail (claim->client, error);
}

static void
on_state (const char *state, gpointer user_data)
{
}

static void
print_candidate (GVariant *candidate)
{
  g_autofree char *time = NULL, *padded = NULL, *sex = NULL, *insurer = NULL;
  const char *id = "", *word = "", *number = "";
  guint64 at = 0;

  g_variant_lookup (candidate, "Arrival", "&s", &id);
  g_variant_lookup (candidate, "Sex", "&s", &word);
  g_variant_lookup (candidate, "InsurerNumber", "&s", &number);
  g_variant_lookup (candidate, "At", "t", &at);
  time = words_time (at);
  padded = output_pad (time, TIME_COLUMNS);
  sex = output_pad (words_value ("Sex", word), SEX_COLUMNS);
  insurer = output_pad (number, INSURER_COLUMNS);
  g_print ("%s%s%s%s\n", padded, sex, insurer, id);
}

static void
on_candidates (GVariant *candidates, gpointer user_data)
{
  Claim *claim = user_data;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) whole = NULL;

  output_error (
      _ ("It is not certain which one is meant. Ask the patient when they stood at the terminal, and name the "
         "one: --arrival ID"));
  for (gsize i = 0; i < g_variant_n_children (candidates) && !claim->client->json; i++)
    {
      g_autoptr (GVariant) candidate = g_variant_get_child_value (candidates, i);

      print_candidate (candidate);
    }
  g_variant_dict_insert_value (&dict, "Candidates", candidates);
  whole = g_variant_ref_sink (g_variant_dict_end (&dict));
  client_conclude (claim->client, EXIT_CODE_UNKNOWN, whole);
  client_quit (claim->client, EXIT_CODE_UNKNOWN);
}

/* The way there. */

static void
on_named (gpointer user_data)
{
  Claim *claim = user_data;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_auto (GVariantDict) patient = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (named); i++)
    if (*named[i].value != NULL)
      g_variant_dict_insert (&patient, named[i].key, "s", *named[i].value);
  if (option_arrival != NULL)
    g_variant_dict_insert (&patient, "Arrival", "s", option_arrival);
  g_variant_dict_insert (&dict, "Language", "s", option_language != NULL ? option_language : words_language ());
  if (option_purpose != NULL)
    g_variant_dict_insert (&dict, "Purpose", "s", option_purpose);
  if (option_again)
    g_variant_dict_insert (&dict, "Again", "b", TRUE);
  asserted_insert (&dict);
  visit_claim (claim->visit, g_variant_dict_end (&patient), &dict, on_candidates);
}

static void
start (Client *client)
{
  static const VisitObserver observer = { on_state, on_done, on_failed, on_refused };
  Claim *claim = client->state = g_new0 (Claim, 1);

  claim->client = client;
  claim->terminal = terminal_new ();
  if (option_no_color)
    looks_refuse_colours ();
  claim->visit = visit_new (client, &observer, claim);
  claim->lines = asked_lines_read (client, claim->terminal, named, G_N_ELEMENTS (named), check_named, on_named, claim);
}

static void
finish (Client *client)
{
  g_autofree Claim *claim = client->state;

  if (claim == NULL)
    return;
  terminal_free (claim->terminal);
  asked_lines_free (claim->lines);
  visit_free (claim->visit);
  g_clear_pointer (&claim->answer, g_variant_unref);
  g_strfreev (claim->records);
  if (claim->page != NULL)
    pager_show (claim->page);
  page_free (claim->page);
}

const Verb verb_claim = {
  .name = "claim",
  .summary = N_ ("the answer that the terminal has brought about a patient"),
  .options = options,
  .values = values,
  .waits = TRUE,
  .check = check_options,
  .start = start,
  .finish = finish,
};
