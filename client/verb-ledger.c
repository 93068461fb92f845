/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger: who saw what, and whether that is as it was written. In: what is asked for, on the command line; a person at
 * the terminal or on standard input, never there. Out: a table, an entry, a verdict, or the ledger itself.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "client/asserted.h"
#include "client/client.h"
#include "client/ledger-decision.h"
#include "client/ledger-export.h"
#include "client/ledger-review.h"
#include "client/ledger-view.h"
#include "client/output.h"
#include "client/terminal.h"

#define DAY_MICROSECONDS (G_GINT64_CONSTANT (24) * 3600 * G_USEC_PER_SEC)
#define PAGE 500
#define CHECKPOINT_MAXIMUM 65536 /* bytes */
#define VERIFY_SECONDS 600

static int option_days = 1;
static gint64 option_from = -1, option_entry = -1;
static char **option_kinds;
static char *option_visit, *option_to, *option_checkpoint, *option_act;
static gboolean option_person;

static const GOptionEntry options[] = {
  { "days", 0, 0, G_OPTION_ARG_INT, &option_days, N_ ("list: of so many days, up to now (1)"), N_ ("NUMBER") },
  { "from", 0, 0, G_OPTION_ARG_INT64, &option_from, N_ ("list: instead: all from this place on"), N_ ("PLACE") },
  { "kind", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_kinds, N_ ("list: of this kind; several times"), N_ ("KIND") },
  { "visit", 0, 0, G_OPTION_ARG_STRING, &option_visit, N_ ("list: of this visit"), N_ ("PATH") },
  { "person", 0, 0, G_OPTION_ARG_NONE, &option_person,
    N_ ("list, export: of one patient, who is asked for; standard input has one line for each question"), NULL },
  { "to", 0, 0, G_OPTION_ARG_FILENAME, &option_to, N_ ("export: to this file, or as files into this folder (tiles)"),
    N_ ("PATH") },
  { "checkpoint", 0, 0, G_OPTION_ARG_FILENAME, &option_checkpoint,
    N_ ("verify: against this checkpoint, which had left the computer"), N_ ("FILE") },
  { "entry", 0, 0, G_OPTION_ARG_INT64, &option_entry,
    N_ ("review: say that this emergency was looked at; what was found is the --reason"), N_ ("PLACE") },
  { "act", 0, 0, G_OPTION_ARG_STRING, &option_act, N_ ("rotate: what has become of the key before it (rotated)"),
    N_ ("ACT") },
  ASSERTED_OPTIONS,
  { NULL },
};

static const char *const words[] = { "list", "show", "verify", "export", "review", "restore", "rotate", NULL };
static const char *const argued[] = { "show", "export", "restore", "rotate", NULL };
static const char *const acts[] = { "rotated", "lost", "compromised", NULL };
static const char *const formats[] = { "jsonl", "tiles", "fhir", NULL };

static const char *const kind_words[] = {
#define KIND_WORD(number, suffix, word) word,
  SHIKAKU_LEDGER_KINDS (KIND_WORD)
#undef KIND_WORD
      NULL
};

static const VerbValues values[]
    = { { "kind", kind_words }, { "export", formats }, { "act", acts }, ASSERTED_VALUES, { NULL, NULL } };

/* What a patient is asked for by; an empty answer leaves it out. */
static const struct
{
  const char *key, *question;
} person_questions[] = {
  { "Birthdate", N_ ("Date of birth (YYYYMMDD)") },
  { "Name", N_ ("Name") },
  { "InsurerNumber", N_ ("Insurer's number") },
  { "Symbol", N_ ("Symbol") },
  { "Number", N_ ("Number") },
};

typedef struct
{
  Client *client;
  Terminal *terminal;
  GVariantDict person;
  guint asked; /* questions */
  gboolean has_person;
  GVariant *given; /* the person, once asked for */
  guint64 after;   /* list: the place that was shown last */
  gboolean has_after;
  GVariantBuilder *entries; /* list: so far */
} Errand;

/* list */

static void ask_page (Errand *errand);

static void
end_list (Errand *errand)
{
  g_autoptr (GVariant) entries = g_variant_ref_sink (g_variant_builder_end (errand->entries));

  if (errand->client->json)
    output_json (entries);
  else
    ledger_view_print_table (entries);
  client_quit (errand->client, EXIT_CODE_OK);
}

static void
on_page (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Errand *errand = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) page = client_finish_call (source, result, &error);

  if (page == NULL)
    {
      ledger_fail_reading (errand->client, error);
      return;
    }
  for (gsize i = 0; i < g_variant_n_children (page); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (page, i);

      g_variant_lookup (entry, "Index", "t", &errand->after);
      errand->has_after = TRUE;
      g_variant_builder_add_value (errand->entries, entry);
    }
  if (g_variant_n_children (page) < PAGE) /* a further one would show that this was read */
    end_list (errand);
  else
    ask_page (errand);
}

static void
insert_person (Errand *errand, GVariantDict *filter)
{
  if (errand->given != NULL)
    g_variant_dict_insert_value (filter, "Person", errand->given);
}

static GVariant *
make_filter (Errand *errand)
{
  GVariantDict filter = G_VARIANT_DICT_INIT (NULL);

  asserted_insert (&filter);
  insert_person (errand, &filter);
  g_variant_dict_insert (&filter, "Limit", "u", PAGE);
  if (option_kinds != NULL)
    g_variant_dict_insert (&filter, "Kinds", "^as", option_kinds);
  if (option_visit != NULL)
    g_variant_dict_insert (&filter, "Visit", "s", option_visit);
  if (option_from < 0)
    g_variant_dict_insert (&filter, "From", "t", (guint64)(g_get_real_time () - option_days * DAY_MICROSECONDS));
  if (errand->has_after)
    g_variant_dict_insert (&filter, "After", "t", errand->after);
  else if (option_from > 0)
    g_variant_dict_insert (&filter, "After", "t", (guint64)option_from - 1);
  return g_variant_dict_end (&filter);
}

static void
ask_page (Errand *errand)
{
  client_call (errand->client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_LEDGER, "List",
               g_variant_new ("(@a{sv})", make_filter (errand)), CLIENT_CALL_SECONDS, on_page, errand);
}

static void
start_list (Errand *errand)
{
  errand->entries = g_variant_builder_new (G_VARIANT_TYPE ("aa{sv}"));
  ask_page (errand);
}

/* show */

static void
on_shown (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = ((Errand *)user_data)->client;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) entries = client_finish_call (source, result, &error), entry = NULL;
  guint64 index = G_MAXUINT64;

  if (entries == NULL)
    {
      ledger_fail_reading (client, error);
      return;
    }
  if (g_variant_n_children (entries) > 0)
    {
      entry = g_variant_get_child_value (entries, 0);
      g_variant_lookup (entry, "Index", "t", &index);
    }
  if (index != g_ascii_strtoull (client->argument, NULL, 10))
    client_fail_saying (client, SHIKAKU_ERROR_PREFIX "NotFound", _ ("There is no entry at that place."));
  else
    {
      if (client->json)
        output_json (entry);
      else
        ledger_view_print_entry (entry);
      client_quit (client, EXIT_CODE_OK);
    }
}

static void
start_show (Errand *errand)
{
  GVariantDict filter = G_VARIANT_DICT_INIT (NULL);
  const guint64 index = g_ascii_strtoull (errand->client->argument, NULL, 10);

  asserted_insert (&filter);
  g_variant_dict_insert (&filter, "Limit", "u", 1);
  if (index > 0)
    g_variant_dict_insert (&filter, "After", "t", index - 1);
  client_call (errand->client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_LEDGER, "List",
               g_variant_new ("(@a{sv})", g_variant_dict_end (&filter)), CLIENT_CALL_SECONDS, on_shown, errand);
}

/* verify */

static void
on_verified (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = ((Errand *)user_data)->client;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) verdict = client_finish_call (source, result, &error), faults = NULL;
  gboolean is_well;

  if (verdict == NULL)
    {
      ledger_fail_reading (client, error);
      return;
    }
  if (client->json)
    {
      output_json (verdict);
      faults = g_variant_lookup_value (verdict, "Faults", G_VARIANT_TYPE ("aa{sv}"));
      is_well = faults != NULL && g_variant_n_children (faults) == 0;
    }
  else
    is_well = ledger_view_print_verdict (verdict);
  client_quit (client, is_well ? EXIT_CODE_OK : EXIT_CODE_UNKNOWN);
}

static void
start_verify (Errand *errand)
{
  GVariantDict given = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *checkpoint = NULL;
  g_autoptr (GError) error = NULL;
  gsize size = 0;

  if (option_checkpoint != NULL
      && (!g_file_get_contents (option_checkpoint, &checkpoint, &size, &error) || size > CHECKPOINT_MAXIMUM
          || strlen (checkpoint) != size || !g_utf8_validate (checkpoint, (gssize)size, NULL)))
    {
      g_variant_dict_clear (&given);
      client_fail_saying (errand->client, SHIKAKU_ERROR_PREFIX "InvalidOption",
                          error != NULL ? error->message : _ ("That file is no checkpoint."));
      return;
    }
  if (checkpoint != NULL)
    g_variant_dict_insert (&given, "Checkpoint", "s", checkpoint);
  client_call (errand->client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_LEDGER, "Verify",
               g_variant_new ("(@a{sv})", g_variant_dict_end (&given)), VERIFY_SECONDS, on_verified, errand);
}

/* export */

static void
on_exported (GVariant *report, const GError *error, gpointer user_data)
{
  Client *client = ((Errand *)user_data)->client;

  if (report == NULL)
    {
      if (g_dbus_error_is_remote_error (error) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
        ledger_fail_reading (client, error);
      else /* of this side: the file cannot be written, or tar has failed */
        client_fail_saying (client, SHIKAKU_ERROR_PREFIX "Failed", error->message);
      return;
    }
  if (client->json && option_to != NULL)
    output_json (report);
  else
    ledger_view_print_report (report);
  client_quit (client, EXIT_CODE_OK);
}

static void
start_export (Errand *errand)
{
  GVariantDict given = G_VARIANT_DICT_INIT (NULL);

  asserted_insert (&given);
  insert_person (errand, &given);
  ledger_export_run (errand->client, errand->client->argument, option_to, g_variant_dict_end (&given), on_exported,
                     errand);
}

/* What is asked for. */

static void
start_review (Errand *errand)
{
  if (option_entry >= 0)
    ledger_decide (errand->client, "Review", g_variant_new_uint64 ((guint64)option_entry), asserted_reason);
  else
    ledger_review_list (errand->client);
}

static void
start_restore (Errand *errand)
{
  ledger_decide (errand->client, "AcceptRestore", NULL, errand->client->argument);
}

static void
start_rotate (Errand *errand)
{
  ledger_decide (errand->client, "RotateKey", g_variant_new_string (option_act != NULL ? option_act : acts[0]),
                 errand->client->argument);
}

static const struct
{
  const char *word;
  void (*start) (Errand *errand);
} starts[] = {
  { "list", start_list },     { "show", start_show },       { "verify", start_verify }, { "export", start_export },
  { "review", start_review }, { "restore", start_restore }, { "rotate", start_rotate },
};

static void
start_word (Errand *errand)
{
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    if (g_str_equal (starts[i].word, errand->client->word))
      starts[i].start (errand);
}

static void ask_person (Errand *errand);

static void
on_answer (char *line, gpointer user_data)
{
  Errand *errand = user_data;

  if (line != NULL && *g_strstrip (line) != '\0')
    g_variant_dict_insert (&errand->person, person_questions[errand->asked].key, "s", line);
  errand->asked++;
  ask_person (errand);
}

static void
ask_person (Errand *errand)
{
  g_autofree char *prompt = NULL;

  if (errand->asked == G_N_ELEMENTS (person_questions))
    {
      errand->given = g_variant_ref_sink (g_variant_dict_end (&errand->person));
      start_word (errand);
      return;
    }
  prompt = g_strdup_printf ("%s: ", _ (person_questions[errand->asked].question));
  terminal_ask (errand->terminal, prompt, TRUE, on_answer, errand);
}

static void
start (Client *client)
{
  Errand *errand = client->state = g_new0 (Errand, 1);

  errand->client = client;
  if (!option_person)
    {
      start_word (errand);
      return;
    }
  errand->terminal = terminal_new ();
  g_variant_dict_init (&errand->person, NULL);
  ask_person (errand);
}

static void
finish (Client *client)
{
  Errand *errand = client->state;

  if (errand == NULL)
    return;
  g_clear_pointer (&errand->terminal, terminal_free);
  g_clear_pointer (&errand->given, g_variant_unref);
  g_clear_pointer (&errand->entries, g_variant_builder_unref);
  g_free (errand);
}

static char *
check (void)
{
  if (option_entry >= 0 && asserted_reason == NULL)
    return g_strdup (_ ("--entry needs --reason: what was found."));
  return option_days < 1 ? g_strdup (_ ("--days takes a number, 1 or more")) : NULL;
}

const Verb verb_ledger = {
  .name = "ledger",
  .summary = N_ ("show who saw what, verify that it is as it was written, and export it"),
  .words = words,
  .argued = argued,
  .options = options,
  .values = values,
  .check = check,
  .start = start,
  .finish = finish,
};
