/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* readers: the table of readers. */
#include <glib/gi18n.h>

#include "client/client.h"
#include "client/output.h"
#include "client/readers.h"

static void
on_readers (Client *client, GVariant *readers)
{
  if (client->json)
    output_json (readers);
  else
    readers_print (readers);
  client_quit (client, EXIT_CODE_OK);
}

static void
start (Client *client)
{
  readers_load (client, on_readers);
}

const Verb verb_readers = {
  .name = "readers",
  .summary = N_ ("list the card readers"),
  .start = start,
};
