/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * receipt: what the ledger says of a patient, on paper and as a file, and whether that is true. In: a receipt's
 * number, of which the daemon is asked, or a file with one, of which nobody is.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "client/client.h"
#include "client/output.h"
#include "client/receipt-page.h"
#include "daemon/codec/receipt.h"

#define FILE_MAXIMUM 1048576 /* bytes */

static char *option_language, *option_to, *option_key, *option_checkpoint;
static gboolean option_html;

static const GOptionEntry options[] = {
  { "language", 0, 0, G_OPTION_ARG_STRING, &option_language, N_ ("Language of the receipt, such as ja or en"),
    N_ ("LANGUAGE") },
  { "html", 0, 0, G_OPTION_ARG_NONE, &option_html, N_ ("Print one page of HTML, for a browser or a printer"), NULL },
  { "to", 0, 0, G_OPTION_ARG_FILENAME, &option_to, N_ ("With save: the file; .html, .txt, or .json"), N_ ("FILE") },
  { "key", 0, 0, G_OPTION_ARG_STRING, &option_key, N_ ("With verify: the ledger's key, or a file that holds it"),
    N_ ("KEY|FILE") },
  { "checkpoint", 0, 0, G_OPTION_ARG_FILENAME, &option_checkpoint,
    N_ ("With verify: a checkpoint that left the institution"), N_ ("FILE") },
  { NULL },
};

static const char *const words[] = { "print", "save", "verify", NULL };

static char *
check (void)
{
  if (option_to != NULL && !g_str_has_suffix (option_to, ".html") && !g_str_has_suffix (option_to, ".txt")
      && !g_str_has_suffix (option_to, ".json"))
    return g_strdup (_ ("The file must end in .html, .txt or .json."));
  return NULL;
}

static void
say (const char *sentence)
{
  output_error (sentence);
}

/* read_file: NULL: there is none, or it is too large to be one of ours. @path: "-": standard input. */
static char *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;
  gsize size = 0;

  if (strcmp (path, "-") == 0)
    {
      g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);

      if (g_io_channel_set_encoding (input, NULL, NULL) != G_IO_STATUS_NORMAL
          || g_io_channel_read_to_end (input, &text, &size, NULL) != G_IO_STATUS_NORMAL)
        return NULL;
    }
  else if (!g_file_get_contents (path, &text, &size, &error))
    return NULL;
  if (size <= FILE_MAXIMUM && strlen (text) == size && g_utf8_validate (text, (gssize)size, NULL))
    return text;
  g_free (text);
  return NULL;
}

/* Showing. */

/* write_file: only its owner may read it: it is the patient's. */
static ExitCode
write_file (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;

  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    return EXIT_CODE_OK;
  say (error->message);
  return EXIT_CODE_UNKNOWN;
}

static char *
make (const Receipt *receipt, const char *json, const char *name)
{
  if (name != NULL && g_str_has_suffix (name, ".json"))
    return g_strdup (json);
  if (name != NULL ? g_str_has_suffix (name, ".html") : option_html)
    return receipt_page_make_html (receipt);
  return receipt_page_make_text (receipt);
}

/* show: as the word of the verb wants it. */
static ExitCode
show (Client *client, const char *json)
{
  g_autoptr (Receipt) receipt = receipt_new (json);
  g_autofree char *text = NULL;

  if (receipt == NULL || receipt_get (receipt, "receipt_id") == NULL)
    {
      say (_ ("This is no receipt."));
      return EXIT_CODE_UNKNOWN;
    }
  if (strcmp (client->word, "save") == 0)
    {
      g_autofree char *name = option_to != NULL
                                  ? g_strdup (option_to)
                                  : g_strdup_printf ("receipt-%s.json", receipt_get (receipt, "receipt_id"));

      text = make (receipt, json, name);
      return write_file (name, text);
    }
  text = client->json ? g_strdup (json) : make (receipt, json, NULL);
  g_print ("%s", text);
  return EXIT_CODE_OK;
}

/* Without the daemon. */

/* read_key: the key itself, or the first line of a file. */
static char *
read_key (void)
{
  g_autofree char *text = option_key != NULL && strchr (option_key, '+') == NULL ? read_file (option_key) : NULL;

  return g_strdup (text != NULL ? g_strstrip (text) : option_key);
}

static void
print_verdict (Client *client, ReceiptVerdict verdict)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) value = NULL;

  if (!client->json)
    {
      g_print ("%s\n", receipt_verdict_get_sentence (verdict));
      return;
    }
  g_variant_dict_insert (&dict, "Verdict", "s", receipt_verdict_to_string (verdict));
  g_variant_dict_insert (&dict, "Proved", "b", verdict == RECEIPT_PROVED);
  value = g_variant_ref_sink (g_variant_dict_end (&dict));
  output_json (value);
}

static ExitCode
verify (Client *client)
{
  g_autofree char *text = read_file (client->argument), *key = read_key (), *checkpoint = NULL;
  g_autoptr (Receipt) receipt = text != NULL ? receipt_new (text) : NULL;
  ReceiptVerdict verdict;

  if (receipt == NULL || (option_checkpoint != NULL && (checkpoint = read_file (option_checkpoint)) == NULL))
    {
      say (receipt == NULL ? _ ("This is no receipt.") : _ ("The checkpoint cannot be read."));
      return EXIT_CODE_USAGE;
    }
  verdict = receipt_verify (receipt, key, checkpoint);
  print_verdict (client, verdict);
  if (verdict == RECEIPT_PROVED)
    return EXIT_CODE_OK;
  return verdict == RECEIPT_SELF_SIGNED ? EXIT_CODE_UNKNOWN : EXIT_CODE_NOT_ELIGIBLE;
}

static gboolean
alone (Client *client)
{
  g_autofree char *json = NULL;
  const char *digits;
  guint64 place;

  if (strcmp (client->word, "verify") == 0)
    {
      client->exit_code = verify (client);
      return TRUE;
    }
  if (receipt_parse_id (client->argument, &place, &digits)) /* the daemon is asked; all else is a file */
    return FALSE;
  json = read_file (client->argument);
  if (json == NULL)
    {
      say (_ ("There is no such receipt: give its number, or a file that was saved."));
      client->exit_code = EXIT_CODE_USAGE;
    }
  else
    client->exit_code = show (client, json);
  return TRUE;
}

/* With it. */

static void
on_receipt (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = client_finish_call (source, result, &error);

  if (reply == NULL)
    client_fail (client, error);
  else
    client_quit (client, show (client, g_variant_get_string (reply, NULL)));
}

static void
start (Client *client)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (option_language != NULL)
    g_variant_dict_insert (&dict, "Language", "s", option_language);
  client_call (client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "GetReceipt",
               g_variant_new ("(s@a{sv})", client->argument, g_variant_dict_end (&dict)), CLIENT_CALL_SECONDS,
               on_receipt, client);
}

const Verb verb_receipt = {
  .name = "receipt",
  .summary = N_ ("print, save or verify a patient's receipt"),
  .words = words,
  .argued = words,
  .options = options,
  .check = check,
  .alone = alone,
  .start = start,
};
