/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-visit-view: the table of properties, what was told last, and the signals. */
#include "bus/bus-visit-view.h"

#include <string.h>

#include "base/log.h"
#include "bus/bus-eligibility.h"
#include "bus/bus-entry.h"
#include "bus/bus-error.h"

static const char *
text_of (const char *text)
{
  return text != NULL ? text : "";
}

static const char *
get_state (Visit *visit)
{
  return visit_state_to_string (visit_get_state (visit));
}

static const char *
get_answer (Visit *visit)
{
  return text_of (visit_get_answer (visit));
}

static const char *
get_error (Visit *visit)
{
  const GError *error = visit_get_error (visit);

  return error != NULL ? shikaku_error_get_name (error->code) : "";
}

static const char *
get_error_message (Visit *visit)
{
  return text_of (visit_get_error_message (visit));
}

static const char *
get_origin (Visit *visit)
{
  return visit_origin_get (visit_get_origin (visit))->word;
}

/* append_end: entries of what there is to tell of a visit's end. */
static int
append_end (sd_bus_message *message, Visit *visit)
{
  static const char *const times[] = {
    [VISIT_PART_CARD] = "CardTime",
    [VISIT_PART_PERSON] = "PersonTime",
    [VISIT_PART_CENTER] = "CenterTime",
    [VISIT_PART_OWN] = "OwnTime",
  };
  const GError *error = visit_get_error (visit);
  const char *by = visit_get_ended_by (visit);
  guint number;
  int result = 0;

  if (error != NULL && shikaku_error_get_tries_left (error, &number))
    result = bus_entry_append (message, "TriesLeft", "u", number);
  if (error != NULL && result >= 0 && shikaku_error_get_retry_after (error, &number))
    result = bus_entry_append (message, "RetryAfter", "u", number);
  if (error != NULL && result >= 0)
    result = bus_refusal_append (message, error);
  if (result >= 0)
    result = bus_entry_append_text (message, "During", visit_state_to_string (visit_get_during (visit)));
  if (by != NULL && result >= 0)
    result = bus_entry_append_text (message, "By", by);
  for (guint i = 0; i < VISIT_N_PARTS && result >= 0; i++)
    result = bus_entry_append (message, times[i], "t", (guint64)visit_get_time (visit, i));
  return result;
}

/* append_details: empty until it has finished. */
static int
append_details (sd_bus_message *message, Visit *visit)
{
  int result = sd_bus_message_open_container (message, 'a', "{sv}");

  if (visit_is_finished (visit) && result >= 0)
    result = append_end (message, visit);
  return result < 0 ? result : sd_bus_message_close_container (message);
}

/* One row a property: exactly one getter is set. */
typedef struct
{
  const char *name;
  const char *signature;
  const char *(*text) (Visit *visit);
  gint64 (*time) (Visit *visit);
  gboolean (*flag) (Visit *visit);
  int (*append) (sd_bus_message *message, Visit *visit);
} VisitProperty;

static const VisitProperty properties[] = {
  { "State", "s", .text = get_state },
  { "Origin", "s", .text = get_origin },
  { "Method", "s", .text = visit_get_method },
  { "Evidence", "s", .text = visit_get_evidence },
  { "AgentIsCaller", "b", .flag = visit_get_agent_is_caller },
  { "Reader", "o", .text = visit_get_reader },
  { "Opened", "t", .time = visit_get_opened },
  { "Expires", "t", .time = visit_get_expires },
  { "Answer", "s", .text = get_answer },
  { "Error", "s", .text = get_error },
  { "ErrorMessage", "s", .text = get_error_message },
  { "Details", "a{sv}", .append = append_details },
};

static int
append_property (sd_bus_message *message, const VisitProperty *property, Visit *visit)
{
  guint64 time;
  int flag;

  if (property->append != NULL)
    return property->append (message, visit);
  if (property->text != NULL)
    return sd_bus_message_append_basic (message, property->signature[0], property->text (visit));
  if (property->time != NULL)
    {
      time = property->time (visit);
      return sd_bus_message_append_basic (message, 't', &time);
    }
  flag = property->flag (visit);
  return sd_bus_message_append_basic (message, 'b', &flag);
}

static const VisitProperty *
find_property (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    if (strcmp (properties[i].name, name) == 0)
      return &properties[i];
  return NULL;
}

int
bus_visit_view_append_property (sd_bus_message *message, const char *name, Visit *visit)
{
  return append_property (message, find_property (name), visit);
}

static sd_bus_message *
new_signal (sd_bus *bus, Visit *visit, const char *path, const char *interface, const char *member)
{
  sd_bus_message *message = NULL;

  if (visit_get_owner (visit) == NULL) /* nobody is told: without a destination it would be everybody */
    return NULL;
  if (sd_bus_message_new_signal (bus, &message, path, interface, member) < 0
      || sd_bus_message_set_destination (message, visit_get_owner (visit)) < 0)
    return sd_bus_message_unref (message);
  return message;
}

static void
send_signal (sd_bus *bus, Visit *visit, sd_bus_message *message, int result)
{
  if (result >= 0)
    result = sd_bus_send (bus, message, NULL);
  if (result < 0)
    log_warning (visit_get_path (visit), "A signal could not be sent: %s", g_strerror (-result));
}

static BusVisitView
look_at (Visit *visit)
{
  return (BusVisitView){
    .state = get_state (visit),
    .answer = get_answer (visit),
    .error = get_error (visit),
    .method = g_strdup (visit_get_method (visit)),
    .agent_is_caller = visit_get_agent_is_caller (visit),
    .expires = visit_get_expires (visit),
  };
}

static int
append_property_entry (sd_bus_message *message, const VisitProperty *property, Visit *visit)
{
  int result = bus_entry_open (message, property->name, property->signature);

  if (result >= 0)
    result = append_property (message, property, visit);
  return result < 0 ? result : bus_entry_close (message);
}

static int
append_changes (sd_bus_message *message, const BusVisitView *before, const BusVisitView *now, Visit *visit)
{
  gboolean error_changed = strcmp (before->error, now->error) != 0;
  gboolean has_ended = strcmp (before->state, now->state) != 0 && visit_is_finished (visit);
  const struct
  {
    const char *name;
    gboolean changed;
  } changes[] = {
    { "State", strcmp (before->state, now->state) != 0 },
    { "Method", strcmp (before->method, now->method) != 0 },
    { "AgentIsCaller", before->agent_is_caller != now->agent_is_caller },
    { "Expires", before->expires != now->expires },
    { "Answer", strcmp (before->answer, now->answer) != 0 },
    { "Error", error_changed },
    { "ErrorMessage", error_changed },
  };
  int result = sd_bus_message_append_basic (message, 's', SHIKAKU_INTERFACE_VISIT);

  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', "{sv}");
  for (guint i = 0; i < G_N_ELEMENTS (changes) && result >= 0; i++)
    if (changes[i].changed)
      result = append_property_entry (message, find_property (changes[i].name), visit);
  if (result >= 0)
    result = sd_bus_message_close_container (message);
  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', "s");
  if (has_ended && result >= 0) /* the details come with Finished, at once after this */
    result = sd_bus_message_append_basic (message, 's', "Details");
  return result < 0 ? result : sd_bus_message_close_container (message);
}

static gboolean
is_same (const BusVisitView *one, const BusVisitView *other)
{
  return strcmp (one->state, other->state) == 0 && strcmp (one->answer, other->answer) == 0
         && strcmp (one->error, other->error) == 0 && strcmp (one->method, other->method) == 0
         && one->agent_is_caller == other->agent_is_caller && one->expires == other->expires;
}

void
bus_visit_view_start (BusVisitView *view, Visit *visit)
{
  *view = look_at (visit);
}

void
bus_visit_view_clear (BusVisitView *view)
{
  g_free (view->method);
}

void
bus_visit_view_tell_changes (BusVisitView *view, sd_bus *bus, Visit *visit)
{
  g_autoptr (sd_bus_message) message = NULL;
  BusVisitView now = look_at (visit);

  if (!is_same (view, &now)
      && (message
          = new_signal (bus, visit, visit_get_path (visit), "org.freedesktop.DBus.Properties", "PropertiesChanged"))
             != NULL)
    send_signal (bus, visit, message, append_changes (message, view, &now, visit));
  bus_visit_view_clear (view);
  *view = now;
}

void
bus_visit_view_tell_finished (sd_bus *bus, Visit *visit)
{
  g_autoptr (sd_bus_message) message
      = new_signal (bus, visit, visit_get_path (visit), SHIKAKU_INTERFACE_VISIT, "Finished");
  int result;

  if (message == NULL)
    return;
  result = sd_bus_message_append_basic (message, 's', get_state (visit));
  if (result >= 0)
    result = sd_bus_message_append_basic (message, 's', get_error (visit));
  if (result >= 0)
    result = append_details (message, visit);
  send_signal (bus, visit, message, result);
}

/* append_object: what GetManagedObjects says of it, too. */
static int
append_object (sd_bus_message *message, Visit *visit)
{
  int result = sd_bus_message_append_basic (message, 'o', visit_get_path (visit));

  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', "{sa{sv}}");
  if (result >= 0)
    result = sd_bus_message_open_container (message, 'e', "sa{sv}");
  if (result >= 0)
    result = sd_bus_message_append_basic (message, 's', SHIKAKU_INTERFACE_VISIT);
  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', "{sv}");
  if (result >= 0)
    result = bus_entry_append (message, "Version", "u", BUS_VISIT_VERSION);
  for (guint i = 0; i < G_N_ELEMENTS (properties) && result >= 0; i++)
    result = append_property_entry (message, &properties[i], visit);
  for (guint i = 0; i < 3 && result >= 0; i++)
    result = sd_bus_message_close_container (message);
  return result;
}

void
bus_visit_view_tell_added (sd_bus *bus, Visit *visit)
{
  g_autoptr (sd_bus_message) message
      = new_signal (bus, visit, SHIKAKU_VISIT_PATH, "org.freedesktop.DBus.ObjectManager", "InterfacesAdded");

  if (message != NULL)
    send_signal (bus, visit, message, append_object (message, visit));
}

void
bus_visit_view_tell_removed (sd_bus *bus, Visit *visit)
{
  g_autoptr (sd_bus_message) message
      = new_signal (bus, visit, SHIKAKU_VISIT_PATH, "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved");

  if (message != NULL)
    send_signal (bus, visit, message,
                 sd_bus_message_append (message, "oas", visit_get_path (visit), 1, SHIKAKU_INTERFACE_VISIT));
}

int
bus_visit_view_append_outcome (sd_bus_message *message, Visit *visit)
{
  const BusEntryText texts[] = {
    { "State", get_state (visit) },
    { "Error", visit_get_error (visit) != NULL ? get_error (visit) : NULL },
    { "ErrorMessage", visit_get_error (visit) != NULL ? get_error_message (visit) : NULL },
    { NULL },
  };
  int result = bus_entry_append_texts (message, texts);

  return result < 0 ? result : append_property_entry (message, find_property ("Details"), visit);
}
