/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* diagnose: what to do first, and the chain from the daemon to the center, a line each link. */
#include <glib/gi18n.h>

#include "client/client.h"
#include "client/output.h"
#include "client/words.h"

#define LINK_COLUMNS 20
#define STATE_COLUMNS 14

static ExitCode
get_failed_code (const char *link)
{
  static const struct
  {
    const char *link;
    ExitCode code;
  } codes[] = {
    { "daemon", EXIT_CODE_NO_DAEMON },  { "agent", EXIT_CODE_CANCELLED }, { "pcscd", EXIT_CODE_READER },
    { "reader", EXIT_CODE_READER },     { "card", EXIT_CODE_CARD },       { "settings", EXIT_CODE_CENTER },
    { "credential", EXIT_CODE_CENTER }, { "account", EXIT_CODE_CENTER },  { "clock", EXIT_CODE_CENTER },
    { "line", EXIT_CODE_CENTER },       { "name", EXIT_CODE_CENTER },     { "tls", EXIT_CODE_CENTER },
    { "center", EXIT_CODE_CENTER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_str_equal (codes[i].link, link))
      return codes[i].code;
  return EXIT_CODE_UNKNOWN;
}

static gboolean
is_in_state (GVariant *link, const char *wanted)
{
  const char *state = "";

  g_variant_lookup (link, "State", "&s", &state);
  return g_str_equal (state, wanted);
}

static gboolean
is_agent (GVariant *link)
{
  const char *name = "";

  g_variant_lookup (link, "Link", "&s", &name);
  return g_str_equal (name, "agent");
}

/*
 * find_first: the link to mend first: the first that failed, the agent after all others, since the desk can start it by
 * itself; without one, the first that is degraded; what was not examined is none. Return: (transfer full), or NULL.
 */
static GVariant *
find_first (GVariant *links)
{
  for (guint round = 0; round < 3; round++)
    for (gsize i = 0; i < g_variant_n_children (links); i++)
      {
        g_autoptr (GVariant) link = g_variant_get_child_value (links, i);

        if (round < 2 ? is_in_state (link, "failed") && is_agent (link) == (round == 1)
                      : is_in_state (link, "degraded"))
          return g_steal_pointer (&link);
      }
  return NULL;
}

/* @first: as of find_first. */
static ExitCode
get_exit_code (GVariant *first)
{
  const char *name = "";

  if (first == NULL)
    return EXIT_CODE_OK;
  if (is_in_state (first, "degraded"))
    return EXIT_CODE_UNKNOWN;
  g_variant_lookup (first, "Link", "&s", &name);
  return get_failed_code (name);
}

static void
print_advice (GVariant *link, const char *key, const char *format_label)
{
  const char *text = "";

  if (g_variant_lookup (link, key, "&s", &text) && *text)
    output_row (format_label, text);
}

/* print_cure: of a link that is not well: what to do, and what is known of it. */
static void
print_cure (GVariant *link)
{
  const char *name = "", *state = "";
  guint64 since = 0;
  g_autofree char *time = NULL;

  g_variant_lookup (link, "Link", "&s", &name);
  g_variant_lookup (link, "State", "&s", &state);
  g_print ("%s: %s\n", words_link (name), words_link_state (state));
  print_advice (link, "Staff", _ ("at the desk"));
  print_advice (link, "Technician", _ ("the technician"));
  print_advice (link, "Cause", _ ("cause"));
  if (g_variant_lookup (link, "Since", "t", &since) && since > 0)
    {
      time = words_time (since);
      output_row (_ ("since"), time);
    }
  print_advice (link, "Code", _ ("code of the center"));
  print_advice (link, "Message", _ ("the center says"));
}

/* print_link: one line: how it is, and what was seen. */
static void
print_link (GVariant *link)
{
  const char *name = "", *state = "", *evidence = "";
  g_autofree char *name_cell = NULL, *state_cell = NULL, *head = NULL, *seen = NULL;

  g_variant_lookup (link, "Link", "&s", &name);
  g_variant_lookup (link, "State", "&s", &state);
  g_variant_lookup (link, "Evidence", "&s", &evidence);
  name_cell = output_pad (words_link (name), LINK_COLUMNS);
  state_cell = output_pad (words_link_state (state), STATE_COLUMNS);
  head = g_strconcat (name_cell, state_cell, NULL);
  seen = words_evidence (evidence);
  output_hanging (head, seen);
}

/* What to do first, the chain, and what else is not well. */
static void
print_links (GVariant *links, GVariant *first)
{
  if (first != NULL)
    {
      print_cure (first);
      g_print ("\n");
    }
  for (gsize i = 0; i < g_variant_n_children (links); i++)
    {
      g_autoptr (GVariant) link = g_variant_get_child_value (links, i);

      print_link (link);
    }
  for (gsize i = 0; i < g_variant_n_children (links); i++)
    {
      g_autoptr (GVariant) link = g_variant_get_child_value (links, i);

      if ((is_in_state (link, "failed") || is_in_state (link, "degraded")) && !g_variant_equal (link, first))
        {
          g_print ("\n");
          print_cure (link);
        }
    }
}

static void
on_links (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) links = client_finish_call (source, result, &error), first = NULL;

  if (links == NULL)
    {
      client_fail (client, error);
      return;
    }
  first = find_first (links);
  if (client->json)
    output_json (links);
  else
    print_links (links, first);
  client_quit (client, get_exit_code (first));
}

static void
start (Client *client)
{
  GVariantDict options = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&options, "Language", "s", words_language ());
  client_call (client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "Diagnose",
               g_variant_new ("(@a{sv})", g_variant_dict_end (&options)), CLIENT_CALL_SECONDS, on_links, client);
}

const Verb verb_diagnose = {
  .name = "diagnose",
  .summary = N_ ("examine the chain from the reader to the center"),
  .start = start,
};
