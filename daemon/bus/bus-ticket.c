/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-ticket: see the header. */
#include "bus/bus-ticket.h"

#include <string.h>

#include "bus/bus-actor.h"
#include "bus/bus-options.h"
#include "visit/station-tickets.h"
#include "visit/visit-handover.h"

#define SECONDS_MAXIMUM 86400
#define USES_MAXIMUM 1000
#define NOT_GIVEN (-1)

typedef struct
{
  gint64 uses, seconds; /* NOT_GIVEN */
  const char **purposes;
  Actor actor;
} Options;

static const BusOption options_table[] = {
  { "Uses", BUS_OPTION_NUMBER, offsetof (Options, uses), NULL },
  { "Seconds", BUS_OPTION_NUMBER, offsetof (Options, seconds), NULL },
  { "For", BUS_OPTION_TEXTS, offsetof (Options, purposes), NULL },
  BUS_ACTOR_OPTIONS (Options, actor),
  { NULL },
};

static gboolean
refuse_value (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, text);
  return FALSE;
}

static gboolean
read_purposes (const char *const *words, guint *ret_purposes)
{
  *ret_purposes = 0;
  for (; *words != NULL; words++)
    if (strcmp (*words, "take") == 0)
      *ret_purposes |= VISIT_TICKET_TAKE;
    else if (strcmp (*words, "records") == 0)
      *ret_purposes |= VISIT_TICKET_RECORDS;
    else
      return FALSE;
  return *ret_purposes != 0;
}

static gboolean
read_terms (BusCall *call, Options *options, VisitTicketTerms *terms, GError **error)
{
  static const char *const any[] = { "take", "records", NULL };

  options->uses = options->seconds = NOT_GIVEN;
  if (!bus_options_read (bus_call_get_message (call), options_table, options, error)
      || !bus_actor_fill (&options->actor, bus_call_get_peer (call), error))
    return FALSE;
  if (options->uses == 0 || options->uses > USES_MAXIMUM)
    return refuse_value (error, "Uses is 1 to 1000");
  if (options->seconds == 0 || options->seconds > SECONDS_MAXIMUM)
    return refuse_value (error, "Seconds is 1 to 86400");
  if (!read_purposes (options->purposes != NULL ? (const char *const *)options->purposes : any, &terms->purposes))
    return refuse_value (error, "For is take, records or both");
  terms->uses = options->uses == NOT_GIVEN ? 1 : (guint)options->uses;
  terms->seconds = options->seconds == NOT_GIVEN ? 0 : (guint)options->seconds;
  return TRUE;
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusCall *call = bus_errand_end (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) secret = visit_handover_create_finish (result, &error);
  sd_bus_message *reply;

  if (call == NULL)
    return;
  if (secret == NULL)
    {
      bus_call_return_error (call, g_steal_pointer (&error));
      return;
    }
  reply = bus_call_new_reply (call);
  sd_bus_message_sensitive (reply);
  bus_call_return_message (call, reply, sd_bus_message_append (reply, "s", (const char *)secret_get_data (secret)));
}

void
bus_ticket_create (Station *station, BusErrands *errands, BusCall *call, Visit *visit)
{
  Options options = { 0 };
  VisitTicketTerms terms = { 0 };
  GError *error = NULL;

  if (read_terms (call, &options, &terms, &error))
    station_create_ticket (station, visit, &terms, &options.actor, on_made,
                           bus_errand_new (errands, call, visit_ref (visit), (GDestroyNotify)visit_unref));
  else
    bus_call_return_error (call, error);
  g_free (options.purposes);
}
