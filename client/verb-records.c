/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records: a patient's records. In comes a kind and a ticket that the patient's visit was given for it; out goes a
 * document, to a descriptor, a file or standard output, or, with show, a page for a doctor. For programs whose D-Bus
 * library passes no descriptors this is the way to records: they spawn it, and read a pipe.
 */
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "client/asserted.h"
#include "client/client.h"
#include "client/output.h"
#include "client/pager.h"
#include "client/records-view.h"
#include "client/records.h"
#include "client/terminal.h"
#include "client/words.h"

#define SHOW "show"
#define FROM_INPUT "-"

static char *option_from, *option_to, *option_format, *option_output, *option_ticket, *option_document;
static char **option_kinds, **option_hide;
static int option_fd = -1, option_months;
static gboolean option_force, option_no_color;

static const GOptionEntry options[] = {
  { "ticket", 0, 0, G_OPTION_ARG_STRING, &option_ticket, N_ ("The ticket of the patient’s visit (Visit.CreateTicket)"),
    N_ ("TICKET|-") },
  { "from", 0, 0, G_OPTION_ARG_STRING, &option_from, N_ ("The first month"), "YYYYMM" },
  { "to", 0, 0, G_OPTION_ARG_STRING, &option_to, N_ ("The last month"), "YYYYMM" },
  { "format", 0, 0, G_OPTION_ARG_STRING, &option_format, N_ ("The format of the document (json)"), N_ ("FORMAT") },
  { "fd", 0, 0, G_OPTION_ARG_INT, &option_fd, N_ ("Write it to this open descriptor (standard output)"),
    N_ ("NUMBER") },
  { "output", 0, 0, G_OPTION_ARG_FILENAME, &option_output, N_ ("Write it to this file, which only you can read"),
    N_ ("FILE") },
  { "force", 0, 0, G_OPTION_ARG_NONE, &option_force, N_ ("The file may be there, and is replaced"), NULL },
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
static const char *const formats[] = { "json", "xml", "pdf", NULL };
static const char *const from_input[] = { FROM_INPUT, NULL };
static const VerbValues values[]
    = { { "format", formats }, { "kind", words + 1 }, { "ticket", from_input }, ASSERTED_VALUES, { NULL, NULL } };
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
  if (!records_check_month (option_from) || !records_check_month (option_to))
    return g_strdup (_ ("A month is written YYYYMM."));
  if (option_from != NULL && option_to != NULL && strcmp (option_from, option_to) > 0)
    return g_strdup (_ ("The first month is after the last."));
  if (option_format != NULL && !g_strv_contains (formats, option_format))
    return g_strdup (_ ("A format is one of json, xml and pdf."));
  if (option_output != NULL && option_fd >= 0)
    return g_strdup (_ ("The document goes to a file or to a descriptor, not to both."));
  if (option_fd >= 0 && fcntl (option_fd, F_GETFD) < 0)
    return g_strdup (_ ("That descriptor is not open."));
  if (option_ticket == NULL && option_document == NULL)
    return g_strdup (_ ("Whose records? Give a ticket with --ticket."));
  return NULL;
}

static RecordsLook
get_look (void)
{
  guint rows = 0, columns = 0;
  const gboolean is_terminal = output_get_size (&rows, &columns);

  return (RecordsLook){ is_terminal ? columns : 0, (guint)MAX (option_months, 0), (const char *const *)option_hide };
}

/* add_view: @document below what is shown already. Return: FALSE after it was said why not. */
static gboolean
add_view (Page **page, GBytes *document)
{
  const RecordsLook look = get_look ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Page) view = records_view_make (document, &look, &error);

  if (view == NULL)
    {
      output_error (error->message);
      return FALSE;
    }
  if (*page == NULL)
    *page = page_new (look.columns);
  else
    page_add_rule (*page);
  page_append (*page, view, page_count_lines (view));
  return TRUE;
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
  if (add_view (&page, document))
    {
      client->exit_code = EXIT_CODE_OK;
      pager_show (page);
    }
  return TRUE;
}

/* conclude: the way out, with what is known of @answer for programs where standard output is not the document's. */
static void
conclude (Records *records, const RecordsAnswer *answer)
{
  if (option_output != NULL || option_fd >= 0)
    client_conclude (records->client, records->exit_code, answer->meta);
  client_quit (records->client, records->exit_code);
}

static void
fail_to_write (Records *records, const GError *error)
{
  client_fail_saying (records->client, SHIKAKU_ERROR_PREFIX "Failed", error->message);
}

static void
save (Records *records, const RecordsAnswer *answer)
{
  const RecordsPlace place = { .fd = option_output != NULL ? -1
                                     : option_fd >= 0      ? option_fd
                                                           : STDOUT_FILENO,
                               .path = option_output,
                               .force = option_force };
  g_autoptr (GError) error = NULL;

  if (!records_save (answer, &place, &error))
    fail_to_write (records, error);
  else
    conclude (records, answer);
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
    add_view (&records->page, document);
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
                       .from = option_from,
                       .to = option_to,
                       .format = shows || option_format == NULL ? "json" : option_format };

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
