/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* diagnose: the chain from the daemon to the center, link by link, and what to do about it. */
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

/*
 * The first failed link decides, the agent after all others, since the desk can start it by itself; without one, a
 * degraded link; what was not examined decides nothing.
 */
static ExitCode
get_exit_code (GVariant *links)
{
  ExitCode code = EXIT_CODE_OK;
  gboolean is_agent_failed = FALSE;

  for (gsize i = 0; i < g_variant_n_children (links); i++)
    {
      g_autoptr (GVariant) link = g_variant_get_child_value (links, i);
      const char *name = "", *state = "";

      g_variant_lookup (link, "Link", "&s", &name);
      g_variant_lookup (link, "State", "&s", &state);
      if (g_str_equal (state, "failed") && g_str_equal (name, "agent"))
        is_agent_failed = TRUE;
      else if (g_str_equal (state, "failed"))
        return get_failed_code (name);
      if (g_str_equal (state, "degraded"))
        code = EXIT_CODE_UNKNOWN;
    }
  return is_agent_failed ? get_failed_code ("agent") : code;
}

static void
print_advice (GVariant *link, const char *key, const char *format_label)
{
  const char *text = "";

  if (g_variant_lookup (link, key, "&s", &text) && *text)
    output_row (format_label, text);
}

static void
print_link (GVariant *link)
{
  const char *name = "", *state = "", *evidence = "";
  guint64 since = 0;
  g_autofree char *time = NULL, *name_cell = NULL, *state_cell = NULL, *head = NULL, *seen = NULL;

  g_variant_lookup (link, "Link", "&s", &name);
  g_variant_lookup (link, "State", "&s", &state);
  g_variant_lookup (link, "Evidence", "&s", &evidence);
  name_cell = output_pad (words_link (name), LINK_COLUMNS);
  state_cell = output_pad (words_link_state (state), STATE_COLUMNS);
  head = g_strconcat (name_cell, state_cell, NULL);
  seen = words_evidence (evidence);
  output_hanging (head, seen);
  if (g_str_equal (state, "ok") || g_str_equal (state, "unknown"))
    return;
  if (g_variant_lookup (link, "Since", "t", &since) && since > 0)
    {
      time = words_time (since);
      output_row (_ ("since"), time);
    }
  print_advice (link, "Cause", _ ("cause"));
  print_advice (link, "Code", _ ("code of the center"));
  print_advice (link, "Message", _ ("the center says"));
  print_advice (link, "Staff", _ ("at the desk"));
  print_advice (link, "Technician", _ ("the technician"));
}

static void
on_links (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) links = client_finish_call (source, result, &error);

  if (links == NULL)
    {
      client_fail (client, error);
      return;
    }
  if (client->json)
    output_json (links);
  else
    for (gsize i = 0; i < g_variant_n_children (links); i++)
      {
        g_autoptr (GVariant) link = g_variant_get_child_value (links, i);
        print_link (link);
      }
  client_quit (client, get_exit_code (links));
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
