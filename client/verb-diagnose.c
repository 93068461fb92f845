/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* diagnose: what to do first, and the chain from the daemon to the center, a line each link. */
#include <glib/gi18n.h>

#include "client/client.h"
#include "client/link-view.h"
#include "client/output.h"
#include "client/words.h"

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
    { "center", EXIT_CODE_CENTER },     { "terminal", EXIT_CODE_CENTER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_str_equal (codes[i].link, link))
      return codes[i].code;
  return EXIT_CODE_UNKNOWN;
}

/* @first: as of link_view_find_first(). */
static ExitCode
get_exit_code (GVariant *first)
{
  const char *name = "", *state = "";

  if (first == NULL)
    return EXIT_CODE_OK;
  g_variant_lookup (first, "State", "&s", &state);
  g_variant_lookup (first, "Link", "&s", &name);
  if (g_str_equal (state, "degraded"))
    return EXIT_CODE_UNKNOWN;
  return get_failed_code (name);
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
  first = link_view_find_first (links);
  if (client->json)
    output_json (links);
  else
    {
      guint rows, columns;
      g_autoptr (Page) page = link_view_make (links, output_get_size (&rows, &columns) ? columns : 0);

      page_print (page);
    }
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
