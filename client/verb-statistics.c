/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* statistics: the numbers of the daemon, under the names that the contract gives them. */
#include <glib/gi18n.h>

#include "client/client.h"
#include "client/output.h"
#include "client/words.h"

#define NAME_COLUMNS 28

static char *
format_number (const char *name, guint64 value)
{
  if (g_str_equal (name, "Since"))
    return words_time (value);
  if (g_str_has_suffix (name, "Time"))
    return g_strdup_printf ("%.3f s", (double)value / G_USEC_PER_SEC);
  return g_strdup_printf ("%" G_GUINT64_FORMAT, value);
}

static void
print_table (GVariant *statistics)
{
  GVariantIter iterator;
  const char *name;
  guint64 value;

  g_variant_iter_init (&iterator, statistics);
  while (g_variant_iter_next (&iterator, "{&st}", &name, &value))
    {
      g_autofree char *cell = output_pad (name, NAME_COLUMNS);
      g_autofree char *number = format_number (name, value);

      g_print ("%s%s\n", cell, number);
    }
}

static void
on_statistics (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) statistics = client_finish_call (source, result, &error);

  if (statistics == NULL)
    {
      client_fail (client, error);
      return;
    }
  if (client->json)
    output_json (statistics);
  else
    print_table (statistics);
  client_quit (client, EXIT_CODE_OK);
}

static void
start (Client *client)
{
  client_call (client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "GetStatistics", NULL, CLIENT_CALL_SECONDS,
               on_statistics, client);
}

const Verb verb_statistics = {
  .name = "statistics",
  .summary = N_ ("show what was done since the daemon's start, in numbers"),
  .start = start,
};
