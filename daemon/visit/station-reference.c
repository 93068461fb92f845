/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-reference: see the header. Nothing of the number, nor of whose it is, goes into the log. */
#include "visit/station-reference.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "visit/person.h"
#include "visit/station-private.h"

#define NOT_SAID (-1)

/* A registration under way. It keeps the station, and so the transport. */
typedef struct
{
  Station *station;
  Transport *transport;
  char *path; /* of the visit */
  GTask *task;
} Registration;

static gboolean
set_error (GError **error, ShikakuError code, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, (int)code, text);
  return FALSE;
}

/* is_number: one line that can be seen, with nothing around it that could get lost. */
static gboolean
is_number (const char *text)
{
  const gsize size = strlen (text);

  if (size == 0 || !g_utf8_validate (text, (gssize)size, NULL) || g_utf8_strlen (text, -1) > STATION_REFERENCE_MAXIMUM)
    return FALSE;
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      const gunichar character = g_utf8_get_char (c);

      if (!g_unichar_isprint (character)
          || (g_unichar_isspace (character) && (c == text || *g_utf8_next_char (c) == '\0')))
        return FALSE;
    }
  return TRUE;
}

/* choose_insurance: never by guessing: the number would come back with another insurance. */
static const QualificationInsurance *
choose_insurance (const GPtrArray *insurances, gint64 place, GError **error)
{
  const QualificationInsurance *found = NULL;
  guint candidates = 0;

  for (guint i = 0; i < insurances->len; i++)
    if (person_has_numbers (insurances->pdata[i]) && (place == NOT_SAID || place == (gint64)i))
      {
        found = insurances->pdata[i];
        candidates++;
      }
  if (candidates == 1)
    return found;
  if (place != NOT_SAID)
    set_error (error, SHIKAKU_ERROR_INVALID_OPTION,
               "Insurance: the answer has no such insurance, or it has no numbers");
  else if (candidates == 0)
    set_error (error, SHIKAKU_ERROR_NOT_FOUND, "no insurance of the answer has numbers to register with");
  else
    set_error (error, SHIKAKU_ERROR_INVALID_OPTION, "Insurance: the answer has several: say which");
  return NULL;
}

static const QualificationInsurance *
find_insurance (Visit *visit, const char *number, gint64 place, GError **error)
{
  const Eligibility *eligibility = visit_get_eligibility (visit);

  if (!is_number (number))
    set_error (error, SHIKAKU_ERROR_INVALID_OPTION,
               "the reference number has 1 to 50 characters on one line, without spaces around them");
  else if (eligibility == NULL || eligibility->answer != ELIGIBILITY_ELIGIBLE || eligibility->qualification == NULL)
    set_error (error, SHIKAKU_ERROR_INVALID_STATE, "the visit has no answer that is eligible");
  else
    return choose_insurance (eligibility->qualification->insurances, place, error);
  return NULL;
}

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Registration *registration = user_data;
  Station *station = registration->station;
  GError *error = NULL;
  g_autoptr (TransportReply) reply
      = registration->transport->klass->reply_finish (registration->transport, result, &error);

  statistics_count_call (&station->statistics, STATISTICS_REGISTRATIONS,
                         g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND) ? NULL : error);
  if (reply != NULL)
    {
      log_info (registration->path, "visit: a reference number was registered");
      g_task_return_boolean (registration->task, TRUE);
    }
  else
    {
      error = shikaku_error_adopt (error);
      log_warning (registration->path, "visit: a reference number was not registered (%s)",
                   shikaku_error_get_short_name ((ShikakuError)error->code));
      g_task_return_error (registration->task, error);
    }
  g_object_unref (registration->task);
  g_free (registration->path);
  g_free (registration);
  station_unref (station);
}

void
station_register_reference (Station *station, Visit *visit, const char *number, gint64 insurance,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  GError *error = NULL;
  const QualificationInsurance *found = find_insurance (visit, number, insurance, &error);
  const char *reader = visit_get_reader (visit);
  Transport *transport = transports_find (station->transports, TRANSPORT_REGISTERS_REFERENCES, reader);
  Registration *registration;

  g_task_set_source_tag (task, station_register_reference);
  if (found != NULL && transport == NULL)
    set_error (&error, SHIKAKU_ERROR_CREDENTIAL_MISSING, "nothing here is set up to register reference numbers");
  if (found == NULL || transport == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  registration = g_new (Registration, 1);
  *registration
      = (Registration){ station_ref (station), transport, g_strdup (visit_get_path (visit)), g_steal_pointer (&task) };
  transport->klass->register_reference (
      transport, &(TransportReference){ number, found->insurer_number, found->symbol, found->number, found->branch },
      cancellable, on_registered, registration);
}

gboolean
station_register_reference_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
