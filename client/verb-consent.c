/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent: what a patient has agreed to is shown, or taken back, by the number of its receipt. */
#include <glib/gi18n.h>
#include <string.h>

#include "client/client.h"
#include "client/errors.h"
#include "client/output.h"
#include "client/receipt.h"
#include "client/words.h"

/* Showing. */

#define RECORD "record."

/* What a receipt says of its consent. Borrowed of it; NULL: it does not say. */
typedef struct
{
  const char *receipt, *kind, *decision, *answerer, *state, *withdrawal;
  guint64 at, until; /* microseconds since the epoch; 0: it does not say */
} Shown;

static guint64
get_time (const Receipt *receipt, const char *path)
{
  const char *text = receipt_get (receipt, path);
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  return time != NULL ? (guint64)g_date_time_to_unix (time) * G_USEC_PER_SEC : 0;
}

/* read_consent: FALSE: it is the receipt of something else. */
static gboolean
read_consent (const Receipt *receipt, Shown *ret_shown)
{
  *ret_shown = (Shown){
    .receipt = receipt_get (receipt, "receipt_id"),
    .kind = receipt_get (receipt, RECORD "pii_processing.purposes.pii_information.pii_type"),
    .decision = receipt_get (receipt, RECORD "events.event_state"),
    .answerer = receipt_get (receipt, RECORD "events.entity_id"),
    .state = receipt_get (receipt, "consent.state"),
    .withdrawal = receipt_get (receipt, "consent.withdrawal"),
    .at = get_time (receipt, RECORD "events.event_time"),
    .until = get_time (receipt, "consent.until"),
  };
  return g_strcmp0 (receipt_get (receipt, RECORD "events.event_type"), "consent") == 0 && ret_shown->receipt != NULL
         && ret_shown->kind != NULL && ret_shown->decision != NULL;
}

typedef struct
{
  const char *state, *sentence;
} Sentence;

/* find_sentence: NULL: there is none for @state. */
static const char *
find_sentence (const Sentence *sentences, gsize count, const char *state)
{
  for (gsize i = 0; i < count; i++)
    if (g_strcmp0 (state, sentences[i].state) == 0)
      return _ (sentences[i].sentence);
  return NULL;
}

/* find_withdrawal: how far it was taken back. NULL: it is not known. */
static const char *
find_withdrawal (const char *withdrawal)
{
  static const Sentence sentences[] = {
    { "center", N_ ("withdrawn, here and at the center") },
    { "unknown", N_ ("withdrawn here; the center has not answered yet and will be told again") },
    { "nothing", N_ ("withdrawn here; nothing stood at the center any more") },
    { "refused", N_ ("withdrawn here; the center has not withdrawn it") },
    { "renewed", N_ ("withdrawn here; the patient has agreed again since") },
  };

  return find_sentence (sentences, G_N_ELEMENTS (sentences), withdrawal);
}

/* describe: the answer, and what has become of it. (transfer full). */
static char *
describe (const Shown *shown)
{
  static const Sentence states[] = {
    { "open", N_ ("Asking the center…") },
    { "refused", N_ ("granted, but the center could not take it down") },
    { "unknown", N_ ("granted, but the center could not take it down") },
    { "withdrawn", N_ ("withdrawn") },
    { "over", N_ ("the patient’s consent has ended") },
  };
  g_autofree char *until = words_time (shown->until);
  const char *sentence = find_withdrawal (shown->withdrawal);

  if (strcmp (shown->decision, "granted") != 0)
    return g_strdup (strcmp (shown->decision, "denied") == 0 ? _ ("not granted") : _ ("not answered"));
  if (sentence == NULL)
    sentence = find_sentence (states, G_N_ELEMENTS (states), shown->state);
  if (sentence != NULL)
    return g_strdup (sentence);
  return shown->until != 0 ? g_strdup_printf (_ ("granted, until %s"), until) : g_strdup (_ ("granted"));
}

static void
print_shown (const Receipt *receipt, const Shown *shown)
{
  g_autofree char *answer = describe (shown), *at = words_time (shown->at);
  const char *who = g_strcmp0 (shown->answerer, "staff") == 0 ? "staff-heard" : shown->answerer;

  output_row (receipt_label (receipt, "number"), shown->receipt);
  output_row (words_consent (shown->kind), answer);
  if (who != NULL)
    output_row (receipt_label (receipt, "answerer"), receipt_label (receipt, who));
  output_row (receipt_label (receipt, "when"), at);
}

static void
add_text (GVariantDict *dict, const char *key, const char *text)
{
  if (text != NULL)
    g_variant_dict_insert (dict, key, "s", text);
}

/* print_shown_json: under the names of GetConsents. */
static void
print_shown_json (const Shown *shown)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) value = NULL;

  add_text (&dict, "Receipt", shown->receipt);
  add_text (&dict, "Kind", shown->kind);
  add_text (&dict, "Decision", shown->decision);
  add_text (&dict, "Answerer", shown->answerer);
  add_text (&dict, "State", shown->state);
  add_text (&dict, "Withdrawal", shown->withdrawal);
  g_variant_dict_insert (&dict, "At", "t", shown->at);
  if (shown->until != 0)
    g_variant_dict_insert (&dict, "Until", "t", shown->until);
  g_variant_dict_insert (&dict, "Withdrawn", "b", g_strcmp0 (shown->state, "withdrawn") == 0);
  value = g_variant_ref_sink (g_variant_dict_end (&dict));
  output_json (value);
}

static void
on_receipt (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = client_finish_call (source, result, &error);
  g_autoptr (Receipt) receipt = reply != NULL ? receipt_new (g_variant_get_string (reply, NULL)) : NULL;
  Shown shown;

  if (reply == NULL)
    client_fail (client, error);
  else if (receipt == NULL || !read_consent (receipt, &shown))
    client_fail_with (client, SHIKAKU_ERROR_PREFIX "NotFound");
  else
    {
      if (client->json)
        print_shown_json (&shown);
      else
        print_shown (receipt, &shown);
      client_quit (client, EXIT_CODE_OK);
    }
}

/* Taking back. */

/* print: @outcome: of Manager.WithdrawConsent: where it was withdrawn. */
static void
print (GVariant *outcome)
{
  const char *where = "", *error = NULL;
  gboolean is_pending = FALSE;
  guint64 until = 0;
  g_autoptr (GDateTime) end = NULL;
  g_autofree char *text = NULL;

  g_variant_lookup (outcome, "Where", "&s", &where);
  if (g_str_equal (where, "center"))
    {
      g_print ("%s\n", _ ("Withdrawn, here and at the center."));
      return;
    }
  g_variant_lookup (outcome, "Until", "t", &until);
  end = g_date_time_new_from_unix_local ((gint64)(until / G_USEC_PER_SEC));
  text = end != NULL ? g_date_time_format (end, "%F %R") : NULL;
  g_print (_ ("Withdrawn: nothing is given out here any more. At the center it lapses at %s.\n"),
           text != NULL ? text : "?");
  g_variant_lookup (outcome, "Pending", "b", &is_pending);
  if (is_pending)
    g_print ("%s\n", _ ("The center has not answered. It will be told again until it does."));
  else if (g_variant_lookup (outcome, "Error", "&s", &error))
    g_print ("%s\n", g_str_equal (error, SHIKAKU_ERROR_PREFIX "NotFound") ? _ ("Nothing stood at the center any more.")
                                                                          : _ ("The center has not withdrawn it."));
}

static void
on_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) outcome = client_finish_call (source, result, &error);

  if (outcome == NULL)
    {
      client_fail (client, error);
      return;
    }
  if (client->json)
    output_json (outcome);
  else
    print (outcome);
  client_quit (client, EXIT_CODE_OK);
}

static void
start (Client *client)
{
  if (strcmp (client->word, "show") == 0)
    {
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

      g_variant_dict_insert (&dict, "Language", "s", words_language ());
      client_call (client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "GetReceipt",
                   g_variant_new ("(s@a{sv})", client->argument, g_variant_dict_end (&dict)), CLIENT_CALL_SECONDS,
                   on_receipt, client);
      return;
    }
  client_call (client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "WithdrawConsent",
               g_variant_new ("(s)", client->argument), CLIENT_CALL_SECONDS, on_withdrawn, client);
}

static const char *const words[] = { "show", "withdraw", NULL };

const Verb verb_consent = {
  .name = "consent",
  .summary = N_ ("show or take back what a patient has agreed to"),
  .words = words,
  .argued = words,
  .start = start,
};
