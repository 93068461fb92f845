/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records: a patient's records. In comes a kind and a ticket that the patient's visit was given for it; out goes a
 * document, to a descriptor, a file or standard output, or, with show, a page for a doctor. For programs whose D-Bus
 * library passes no descriptors this is the way to records: they spawn it, and read a pipe.
 */
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "client/asserted.h"
#include "client/client.h"
#include "client/output.h"
#include "client/pager.h"
#include "client/records-options.h"
#include "client/records-view.h"
#include "client/terminal.h"
#include "client/words.h"

#define SHOW "show"
#define FROM_INPUT "-"

static char *option_ticket, *option_document;
static char **option_kinds, **option_hide;
static int option_months;
static gboolean option_no_color;

static const GOptionEntry options[] = {
  { "ticket", 0, 0, G_OPTION_ARG_STRING, &option_ticket, N_ ("The ticket of the patient’s visit (Visit.CreateTicket)"),
    N_ ("TICKET|-") },
  RECORDS_OPTIONS,
  { "kind", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_kinds, N_ ("show: this kind of records (drug and checkup)"),
    N_ ("KIND") },
  { "months", 0, 0, G_OPTION_ARG_INT, &option_months, N_ ("show: no more months than so many in the table"),
    N_ ("NUMBER") },
  { "hide", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_hide, N_ ("show: leave out this institution, such as your own"),
    N_ ("CODE") },
  { "document", 0, 0, G_OPTION_ARG_FILENAME, &option_document,
    N_ ("show: a document that was written before, instead of asking"), N_ ("FILE|-") },
  { "no-color", 0, 0, G_OPTION_ARG_NONE, &option_no_color, N_ ("No colors"), NULL },
  ASSERTED_OPTIONS,
  { NULL },
};

static const char *const words[]
    = { SHOW,        "drug",    "checkup",          "diagnosis", "operation",    "disease-name",
        "infection", "allergy", "contraindication", "test",      "prescription", NULL };
static const char *const from_input[] = { FROM_INPUT, NULL };
static const VerbValues values[]
    = { RECORDS_VALUES, { "kind", words + 1 }, { "ticket", from_input }, ASSERTED_VALUES, { NULL, NULL } };
static const char *const shown_kinds[] = { "drug", "checkup", NULL };

typedef struct
{
  Client *client;
  Terminal *terminal;
  const char *const *kinds; /* to fetch, NULL-ended; the next of them */
  const char *single[2];
  Page *page;         /* of show, until the terminal is the person's again */
  ExitCode exit_code; /* the worst so far */
} Records;

static char *
check_options (void)
{
  const char *message = records_options_check ();

  if (message == NULL && option_ticket == NULL && option_document == NULL)
    message = _ ("Whose records? Give a ticket with --ticket.");
  return g_strdup (message);
}

/* A document that was written before: nobody has to be asked. */
static gboolean
show_alone (Client *client)
{
  g_autofree char *text = NULL;
  g_autoptr (GBytes) document = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (Page) page = NULL;
  const char *path = option_document;
  gsize size;

  if (path == NULL)
    return FALSE;
  if (option_no_color)
    looks_refuse_colours ();
  client->exit_code = EXIT_CODE_USAGE;
  if (!g_file_get_contents (strcmp (path, FROM_INPUT) == 0 ? "/dev/stdin" : path, &text, &size, &error))
    {
      output_error (error->message);
      return TRUE;
    }
  document = g_bytes_new_take (g_steal_pointer (&text), size);
  if (records_view_append (&page, document, (guint)MAX (option_months, 0), (const char *const *)option_hide))
    {
      client->exit_code = EXIT_CODE_OK;
      pager_show (page);
    }
  return TRUE;
}

static void
save (Records *records, const RecordsAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  RecordsPlace place;
  const gboolean is_elsewhere = records_options_get_place (&place);

  if (!is_elsewhere)
    place.fd = STDOUT_FILENO;
  if (!records_save (answer, &place, &error))
    {
      client_fail_saying (records->client, SHIKAKU_ERROR_PREFIX "Failed", error->message);
      return;
    }
  if (is_elsewhere) /* standard output is free for --json */
    client_conclude (records->client, records->exit_code, answer->meta);
  client_quit (records->client, records->exit_code);
}

static void fetch_next (Records *records);

static void
show (Records *records, const RecordsAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) document = answer->metas->len > 0 ? records_read (answer, 0, &error) : NULL;

  if (error != NULL)
    output_error (error->message);
  if (document != NULL)
    records_view_append (&records->page, document, (guint)MAX (option_months, 0), (const char *const *)option_hide);
  if (*records->kinds != NULL)
    fetch_next (records);
  else
    client_quit (records->client, records->exit_code);
}

static void
on_fetched (RecordsAnswer *fetched, const GError *error, gpointer user_data)
{
  g_autoptr (RecordsAnswer) answer = fetched;
  Records *records = user_data;

  if (answer == NULL)
    {
      client_fail (records->client, error);
      return;
    }
  records_tell (answer);
  records->exit_code = MAX (records->exit_code, records_get_exit_code (answer));
  if (strcmp (records->client->word, SHOW) == 0)
    show (records, answer);
  else
    save (records, answer);
}

static void
fetch_next (Records *records)
{
  const gboolean shows = strcmp (records->client->word, SHOW) == 0;
  g_auto (GVariantDict) patient = G_VARIANT_DICT_INIT (NULL);
  RecordsWish wish = { .kind = *records->kinds++,
                       .from = records_from,
                       .to = records_to,
                       .format = shows || records_format == NULL ? "json" : records_format };

  g_variant_dict_insert (&patient, "Ticket", "s", option_ticket);
  wish.patient = g_variant_dict_end (&patient);
  records_fetch (records->client, &wish, on_fetched, records);
}

static void
on_ticket (char *line, gpointer user_data)
{
  Records *records = user_data;

  g_free (option_ticket);
  option_ticket = g_strdup (line != NULL ? g_strstrip (line) : "");
  fetch_next (records);
}

static void
start (Client *client)
{
  Records *records = client->state = g_new0 (Records, 1);

  records->client = client;
  records->terminal = terminal_new ();
  records->single[0] = client->word;
  records->kinds = strcmp (client->word, SHOW) != 0 ? records->single
                   : option_kinds != NULL           ? (const char *const *)option_kinds
                                                    : shown_kinds;
  if (option_no_color)
    looks_refuse_colours ();
  if (strcmp (option_ticket, FROM_INPUT) != 0)
    {
      fetch_next (records);
      return;
    }
  terminal_ask (records->terminal, _ ("Ticket: "), FALSE, on_ticket, records);
}

static void
finish (Client *client)
{
  g_autofree Records *records = client->state;

  if (records == NULL)
    return;
  terminal_free (records->terminal);
  if (records->page != NULL)
    pager_show (records->page);
  page_free (records->page);
}

const Verb verb_records = {
  .name = "records",
  .summary = N_ ("write a patient's records to a program or a file, or show them"),
  .words = words,
  .options = options,
  .values = values,
  .waits = TRUE,
  .check = check_options,
  .alone = show_alone,
  .start = start,
  .finish = finish,
};
