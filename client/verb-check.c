/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check: one visit from beginning to end. In comes what the desk knows, out goes the answer as a card or as JSON.
 *
 * With a card it is the patient's agent too, unless another agent already stands at the reader.
 */
#include <glib/gi18n.h>

#include "client/agent.h"
#include "client/asked-lines.h"
#include "client/asserted.h"
#include "client/check-answer.h"
#include "client/check-records.h"
#include "client/client.h"
#include "client/disclosures.h"
#include "client/failure-view.h"
#include "client/output.h"
#include "client/pager.h"
#include "client/readers.h"
#include "client/reference.h"
#include "client/terminal.h"
#include "client/visit.h"
#include "client/words.h"

static char *option_reader, *option_language;
static char **option_consents, **option_oral;
static char *option_answerer, *option_purpose;
static int option_timeout_seconds;
static gboolean option_same_card, option_last_try, option_all, option_no_color, option_register;
static char *option_reference;
static char **option_records;
static int option_insurance;
static char *option_insurer, *option_symbol, *option_number, *option_branch, *option_birthdate, *option_date;
static char *option_name, *option_kana;
static gboolean option_disclosures;
static gint64 option_object = -1;
static char *option_objection;

static const GOptionEntry options[] = {
  { "reader", 0, 0, G_OPTION_ARG_STRING, &option_reader, N_ ("Reader: its number, name or object path"),
    N_ ("READER") },
  { "consent", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_consents,
    N_ ("Ask for this consent; several times, or a list with commas"), N_ ("KIND") },
  { "answerer", 0, 0, G_OPTION_ARG_STRING, &option_answerer, N_ ("Who answers the questions (patient)"), N_ ("WHO") },
  { "oral", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_oral,
    N_ ("You have heard the patient's yes to this consent (with --staff)"), N_ ("KIND") },
  { "purpose", 0, 0, G_OPTION_ARG_STRING, &option_purpose, N_ ("What the visit is for (eligibility)"), N_ ("PURPOSE") },
  { "language", 0, 0, G_OPTION_ARG_STRING, &option_language, N_ ("Language of the questions, such as ja or en"),
    N_ ("LANGUAGE") },
  { "timeout", 0, 0, G_OPTION_ARG_INT, &option_timeout_seconds, N_ ("Give up after so many seconds"), N_ ("SECONDS") },
  { "same-card", 0, 0, G_OPTION_ARG_NONE, &option_same_card, N_ ("Read a card that has already served"), NULL },
  { "last-try", 0, 0, G_OPTION_ARG_NONE, &option_last_try, N_ ("Allow the last try of the PIN to be spent"), NULL },
  { "register", 0, 0, G_OPTION_ARG_NONE, &option_register,
    N_ ("The patient has come to have the card registered as an insurance card"), NULL },
  { "reference", 0, 0, G_OPTION_ARG_STRING, &option_reference,
    N_ ("Register this number of your own for the patient, if the answer is eligible"), N_ ("NUMBER|-") },
  { "insurance", 0, 0, G_OPTION_ARG_INT, &option_insurance,
    N_ ("With --reference: for which of several insurances, counted from 1"), N_ ("PLACE") },
  { "records", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_records,
    N_ ("Fetch these records too, if the answer is eligible; several times, or a list with commas"), N_ ("KIND") },
  RECORDS_OPTIONS,
  { "all", 0, 0, G_OPTION_ARG_NONE, &option_all, N_ ("Show all of the answer, not only one screen of it"), NULL },
  { "no-color", 0, 0, G_OPTION_ARG_NONE, &option_no_color, N_ ("No colors"), NULL },
  { "insurer", 0, 0, G_OPTION_ARG_STRING, &option_insurer, N_ ("Without a card: the insurer's number"),
    N_ ("NUMBER|-") },
  { "symbol", 0, 0, G_OPTION_ARG_STRING, &option_symbol, N_ ("Without a card: the insured person's symbol"),
    N_ ("SYMBOL|-") },
  { "number", 0, 0, G_OPTION_ARG_STRING, &option_number, N_ ("Without a card: the insured person's number"),
    N_ ("NUMBER|-") },
  { "branch", 0, 0, G_OPTION_ARG_STRING, &option_branch, N_ ("Without a card: the branch number"), N_ ("BRANCH|-") },
  { "birthdate", 0, 0, G_OPTION_ARG_STRING, &option_birthdate, N_ ("Without a card: the date of birth"), "YYYYMMDD|-" },
  { "date", 0, 0, G_OPTION_ARG_STRING, &option_date, N_ ("Without a card: the day to check (today)"), "YYYYMMDD|-" },
  { "name", 0, 0, G_OPTION_ARG_STRING, &option_name, N_ ("Without a card: the patient's name, to be compared"),
    N_ ("NAME|-") },
  { "kana", 0, 0, G_OPTION_ARG_STRING, &option_kana, N_ ("Without a card: its reading, to be compared"),
    N_ ("KANA|-") },
  { "disclosures", 0, 0, G_OPTION_ARG_NONE, &option_disclosures,
    N_ ("With the card: show the patient's own list of who saw what here"), NULL },
  { "object", 0, 0, G_OPTION_ARG_INT64, &option_object,
    N_ ("With the card: the patient does not agree with this entry of the list"), N_ ("PLACE") },
  { "objection", 0, 0, G_OPTION_ARG_STRING, &option_objection, N_ ("With --object: why, in the patient's words"),
    N_ ("TEXT") },
  ASSERTED_OPTIONS,
  { NULL },
};

static const char *const consent_kinds[] = {
#define CONSENT_KIND(suffix, kind) kind,
  SHIKAKU_CONSENT_KINDS (CONSENT_KIND)
#undef CONSENT_KIND
      NULL
};
static const char *const answerers[] = { "patient", "guardian", "carer", NULL };
static const char *const purposes[] = { "eligibility", "disaster", "emergency", "home", "online", NULL };
static const char *const record_kinds[] = { "drug", "checkup", "diagnosis", "operation", NULL };
static const char *const from_input[] = { ASKED_LINES_FROM_INPUT, NULL };
static const VerbValues values[] = {
  { "consent", consent_kinds },
  { "answerer", answerers },
  { "oral", consent_kinds },
  { "purpose", purposes },
  { "records", record_kinds },
  RECORDS_VALUES,
  { "insurer", from_input },
  { "symbol", from_input },
  { "number", from_input },
  { "branch", from_input },
  { "birthdate", from_input },
  { "date", from_input },
  { "name", from_input },
  { "kana", from_input },
  { "reference", from_input },
  ASSERTED_VALUES,
  { NULL, NULL },
};

/*
 * What --insurer and its like are called in CheckNumber (NULL: not of the insured), and on a terminal; in the order in
 * which their lines come.
 */
static const AskedLine insured[] = {
  { "InsurerNumber", N_ ("Insurer number"), &option_insurer },
  { "Symbol", N_ ("Symbol"), &option_symbol },
  { "Number", N_ ("Number"), &option_number },
  { "Branch", N_ ("Branch"), &option_branch },
  { "Birthdate", N_ ("Date of birth"), &option_birthdate },
  { "Date", N_ ("Day to check"), &option_date },
  { "Name", N_ ("Name"), &option_name },
  { "NameKana", N_ ("Name (kana)"), &option_kana },
  { NULL, N_ ("Reference number"), &option_reference },
};

typedef struct
{
  Client *client;
  Terminal *terminal;
  Agent *agent;
  Visit *visit;
  gboolean asks;      /* our agent serves the reader */
  char *reader;       /* object path; NULL: the only one there is */
  AskedLines *lines;  /* of insured[] */
  GVariant *answer;   /* that waits for what becomes of the reference number, and of the records */
  char **records;     /* kinds to fetch; NULL: none */
  Page *page;         /* to be shown when the terminal is the person's again */
  gboolean is_listed; /* the patient's list was asked for, or does not have to be */
  ExitCode code;      /* that waits for it */
} Check;

static gboolean
is_number_check (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (insured); i++)
    if (insured[i].key != NULL && *insured[i].value != NULL)
      return TRUE;
  return FALSE;
}

/* check_numbers: Return: what is missing, a sentence; or NULL. */
static const char *
check_numbers (void)
{
  if (is_number_check () && (option_insurer == NULL || option_number == NULL || option_birthdate == NULL))
    return _ ("A check without a card needs --insurer, --number and --birthdate.");
  return NULL;
}

static char *
check_options (void)
{
  g_auto (GStrv) records = option_records != NULL ? check_answer_split (option_records) : NULL;
  const char *message = check_numbers ();

  if (message == NULL)
    message = check_records_check (records);
  if (message != NULL)
    return g_strdup (message);
  if (is_number_check ()
      && (option_same_card || option_last_try || option_register || (option_reader != NULL && option_consents == NULL)))
    message = _ ("A check without a card takes no option of the card, and a reader only with --consent.");
  else if (option_insurance < 0 || (option_insurance > 0 && option_reference == NULL))
    message = _ ("--insurance is a number from 1 on, and goes with --reference.");
  else if ((option_object >= 0) != (option_objection != NULL)
           || (is_number_check () && (option_disclosures || option_object >= 0)))
    message = _ ("--object and --objection go together; they and --disclosures need the card.");
  else if (option_timeout_seconds < 0)
    message = _ ("The timeout must be a number of seconds.");
  return g_strdup (message);
}

/* The end. */

static void
on_closed (gpointer user_data)
{
  Check *check = user_data;

  client_quit (check->client, EXIT_CODE_UNKNOWN); /* which was concluded before */
}

static void
on_cancelled (gpointer user_data)
{
  Check *check = user_data;
  const char *error = SHIKAKU_ERROR_PREFIX "Cancelled";
  const char *sentence = _ ("The visit was cancelled.");
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) failure = NULL;

  if (visit_is_open (check->visit))
    g_variant_dict_insert (&dict, "State", "s", "cancelled");
  g_variant_dict_insert (&dict, "Error", "s", error);
  g_variant_dict_insert (&dict, "ErrorMessage", "s", sentence);
  failure = g_variant_ref_sink (g_variant_dict_end (&dict));
  output_error (sentence);
  client_conclude (check->client, EXIT_CODE_CANCELLED, failure);
  client_quit (check->client, EXIT_CODE_CANCELLED);
}

/* add_to_answer: @value under @key. */
static void
add_to_answer (Check *check, const char *key, GVariant *value)
{
  g_autoptr (GVariant) answer = g_steal_pointer (&check->answer);
  g_auto (GVariantDict) whole = G_VARIANT_DICT_INIT (answer);

  g_variant_dict_insert_value (&whole, key, value);
  check->answer = g_variant_ref_sink (g_variant_dict_end (&whole));
}

static void conclude_answer (Check *check, ExitCode code);

/* The patient's list is not the answer's either. */
static void
on_disclosures (GVariant *entries, const char *error, gpointer user_data)
{
  Check *check = user_data;

  if (entries != NULL)
    add_to_answer (check, "Disclosures", entries);
  if (entries != NULL && !check->client->json)
    disclosures_print (entries);
  conclude_answer (check, entries != NULL ? check->code : errors_get_exit_code (error));
}

/* conclude_answer: all of it is there. @code: the answer's own, unless something is missing beside it. */
static void
conclude_answer (Check *check, ExitCode code)
{
  if ((option_disclosures || option_object >= 0) && !check->is_listed)
    {
      check->is_listed = TRUE;
      check->code = code;
      if (option_object >= 0)
        disclosures_object (check->client, check->visit, (guint64)option_object, option_objection, on_disclosures,
                            check);
      else
        disclosures_list (check->client, check->visit, on_disclosures, check);
      return;
    }
  client_conclude (check->client, code, check->answer);
  g_clear_pointer (&check->answer, g_variant_unref);
  visit_close (check->visit, on_closed);
}

static void
on_records (GVariant *outcome, gboolean is_whole, gpointer user_data)
{
  Check *check = user_data;

  add_to_answer (check, "Records", outcome);
  conclude_answer (check, is_whole ? EXIT_CODE_OK : EXIT_CODE_UNKNOWN);
}

/* fetch_records: if any are wanted; they are the last, since they may take long. */
static void
fetch_records (Check *check)
{
  const ExitCode code = check_answer_get_code (check->answer);

  if (option_records == NULL || code != EXIT_CODE_OK)
    {
      conclude_answer (check, code);
      return;
    }
  check->records = check_answer_split (option_records);
  check_records_fetch (check->client, visit_get_path (check->visit), check->records, &check->page, on_records, check);
}

/* The number is not the answer's: it changes neither that nor the exit code. */
static void
on_reference (GVariant *outcome, gpointer user_data)
{
  Check *check = user_data;

  add_to_answer (check, "Reference", outcome);
  reference_print (outcome);
  fetch_records (check);
}

static void
on_done (GVariant *eligibility, GVariant *consents, gpointer user_data)
{
  Check *check = user_data;

  check->answer = g_variant_ref (eligibility);
  add_to_answer (check, "Consents", consents); /* as Manager.Check has it */
  if (!check->client->json)
    check->page = check_answer_show (eligibility, consents, option_all);
  if (option_reference != NULL && check_answer_get_code (eligibility) == EXIT_CODE_OK)
    reference_register (check->client, check->visit, option_reference, (guint)option_insurance, on_reference, check);
  else
    fetch_records (check);
}

static void
on_failed (GVariant *failure, gpointer user_data)
{
  Check *check = user_data;
  g_autoptr (Page) page = failure_view_make (failure, 0);
  const char *error = "";

  g_variant_lookup (failure, "Error", "&s", &error);
  for (guint i = 0; i < page_count_lines (page); i++)
    output_error (page_get_line (page, i)->text);
  client_conclude (check->client, errors_get_exit_code (error), failure);
  visit_close (check->visit, on_closed);
}

static void
on_refused (const GError *error, gpointer user_data)
{
  Check *check = user_data;

  client_fail (check->client, error);
}

/* The way there. */

static void
on_state (const char *state, gpointer user_data)
{
  Check *check = user_data;
  static const char *const asked[] = { "waiting-for-card", "asking-pin", "asking-consent", NULL };
  gboolean asked_here = check->asks && g_strv_contains (asked, state);

  /* The question, or the daemon's own message, says it, and a line of news would tear it apart. */
  if (!asked_here && !terminal_is_asking (check->terminal))
    output_error (words_state (state));
}

static void
insert_text (GVariantDict *dict, const char *key, const char *text)
{
  if (text != NULL)
    g_variant_dict_insert (dict, key, "s", text);
}

static void
insert_consents (GVariantDict *dict)
{
  g_auto (GStrv) all = check_answer_split (option_consents), oral = check_answer_split (option_oral);

  if (*all != NULL)
    g_variant_dict_insert (dict, "Consents", "^as", all);
  if (*oral != NULL)
    g_variant_dict_insert (dict, "Oral", "^as", oral);
  insert_text (dict, "Answerer", option_answerer);
  if (!option_register)
    insert_text (dict, "Purpose", option_purpose);
}

static void
open_visit (Check *check)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_auto (GVariantDict) person = G_VARIANT_DICT_INIT (NULL);

  insert_text (&dict, "Language", option_language != NULL ? option_language : words_language ());
  insert_consents (&dict);
  asserted_insert (&dict);
  if (option_timeout_seconds > 0)
    g_variant_dict_insert (&dict, "Timeout", "u", (guint32)option_timeout_seconds);
  if (check->reader != NULL)
    g_variant_dict_insert (&dict, "Reader", "o", check->reader);
  if (is_number_check ())
    {
      for (guint i = 0; i < G_N_ELEMENTS (insured); i++)
        if (insured[i].key != NULL)
          insert_text (&person, insured[i].key, *insured[i].value);
      visit_open (check->visit, g_variant_dict_end (&person), &dict);
      return;
    }
  if (option_same_card)
    g_variant_dict_insert (&dict, "SameCard", "b", TRUE);
  if (option_register)
    insert_text (&dict, "Purpose", "registration");
  if (option_last_try)
    g_variant_dict_insert (&dict, "LastTry", "b", TRUE);
  visit_open (check->visit, NULL, &dict);
}

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Check *check = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autofree char *name = NULL, *message = NULL;

  check->asks = reply != NULL;
  if (error != NULL)
    {
      errors_split (error, &name, &message);
      if (g_str_equal (name, SHIKAKU_ERROR_PREFIX "AgentExists"))
        g_printerr ("%s\n", _ ("The patient is asked at their own terminal."));
      else if (g_str_equal (name, SHIKAKU_ERROR_PREFIX "NotAuthorized"))
        g_printerr ("%s\n", _ ("The PIN cannot be asked here; another agent has to."));
      else
        {
          agent_fail (check->agent, check->reader, error);
          return;
        }
    }
  open_visit (check);
}

/* By number there is no PIN to ask: consents are left to the agent that serves the reader. */
static void
go_to_reader (Check *check)
{
  if (is_number_check ())
    open_visit (check);
  else
    agent_register (check->agent, check->reader, agent_capabilities, on_registered, check);
}

static void
on_reader (Client *client, gboolean found, const char *path)
{
  Check *check = client->state;

  check->reader = g_strdup (path);
  if (found)
    go_to_reader (check);
  else
    client_fail_with (client, SHIKAKU_ERROR_PREFIX "NoReader");
}

static void
on_released (gpointer user_data)
{
  Check *check = user_data;

  check->asks = FALSE;
}

static void
on_numbers (gpointer user_data)
{
  Check *check = user_data;

  readers_choose (check->client, option_reader, on_reader);
}

static void
start (Client *client)
{
  static const VisitObserver observer = { on_state, on_done, on_failed, on_refused };
  Check *check = client->state = g_new0 (Check, 1);

  check->client = client;
  check->terminal = terminal_new ();
  if (option_no_color)
    looks_refuse_colours ();
  check->visit = visit_new (client, &observer, check);
  if (!is_number_check ())
    check->agent = agent_new (client, check->terminal, visit_get_token (check->visit), on_released, check);
  check->lines
      = asked_lines_read (client, check->terminal, insured, G_N_ELEMENTS (insured), check_numbers, on_numbers, check);
}

static void
interrupt (Client *client)
{
  Check *check = client->state;

  if (check == NULL)
    {
      client_fail_with (client, SHIKAKU_ERROR_PREFIX "Cancelled");
      return;
    }
  if (client->concluded || (check->answer != NULL && check->records == NULL))
    return; /* it is being closed, or will be in a moment; records may take longer */
  if (check->agent != NULL)
    agent_withdraw (check->agent);
  terminal_withdraw (check->terminal);
  g_printerr ("%s\n", _ ("Cancelling…"));
  visit_cancel (check->visit, on_cancelled);
}

static void
finish (Client *client)
{
  g_autofree Check *check = client->state;

  if (check == NULL)
    return;
  agent_free (check->agent);
  terminal_free (check->terminal);
  asked_lines_free (check->lines);
  visit_free (check->visit);
  g_free (check->reader);
  g_clear_pointer (&check->answer, g_variant_unref);
  g_strfreev (check->records);
  if (check->page != NULL)
    pager_show (check->page);
  page_free (check->page);
}

const Verb verb_check = {
  .name = "check",
  .summary = N_ ("check a patient's eligibility, with the card or by number"),
  .options = options,
  .values = values,
  .waits = TRUE,
  .check = check_options,
  .start = start,
  .interrupt = interrupt,
  .finish = finish,
};
