/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-visit-matrix: every state of a visit meets every event. Each ends as it should, everything comes to rest,
 * nothing is left behind, and the next visit works.
 */
#include "fake-desk.h"
#include "fake-timer.h"

#define N_STATES (VISIT_CANCELLED + 1) /* reach () knows each: another one does not compile without a place there */
#define VISIT_SECONDS 1
#define LOOK_AGAIN_MILLISECONDS 500 /* of visit-card */

typedef enum
{
  EVENT_CANCEL,
  EVENT_CLOSE,
  EVENT_TIMEOUT,
  EVENT_PULL,
  EVENT_READER_GONE,
  EVENT_SERVICE_GONE,
  EVENT_AGENT_GONE,
  EVENT_OWNER_GONE,
  EVENT_SHUTDOWN,
  N_EVENTS
} Happening;

static const char *const event_names[N_EVENTS] = {
  [EVENT_CANCEL] = "cancel",           [EVENT_CLOSE] = "close",
  [EVENT_TIMEOUT] = "timeout",         [EVENT_PULL] = "pull",
  [EVENT_READER_GONE] = "reader-gone", [EVENT_SERVICE_GONE] = "service-gone",
  [EVENT_AGENT_GONE] = "agent-gone",   [EVENT_OWNER_GONE] = "owner-gone",
  [EVENT_SHUTDOWN] = "shutdown",
};

typedef struct
{
  VisitState state;
  gboolean registers; /* the second half of checking */
  Happening event;
  ShikakuError error; /* with which it ends; NONE: it is done, the event does not matter any more */
} Row;

/* clang-format off */
static const Row rows[] = {
  { .state = VISIT_WAITING_FOR_CARD, .event = EVENT_CANCEL, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_WAITING_FOR_CARD, .event = EVENT_CLOSE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_WAITING_FOR_CARD, .event = EVENT_TIMEOUT, .error = SHIKAKU_ERROR_TIMED_OUT },
  { .state = VISIT_WAITING_FOR_CARD, .event = EVENT_PULL, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_WAITING_FOR_CARD, .event = EVENT_READER_GONE, .error = SHIKAKU_ERROR_READER_FAILED },
  { .state = VISIT_WAITING_FOR_CARD, .event = EVENT_SERVICE_GONE, .error = SHIKAKU_ERROR_SERVICE_STOPPED },
  { .state = VISIT_WAITING_FOR_CARD, .event = EVENT_AGENT_GONE, .error = SHIKAKU_ERROR_AGENT_GONE },
  { .state = VISIT_WAITING_FOR_CARD, .event = EVENT_OWNER_GONE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_WAITING_FOR_CARD, .event = EVENT_SHUTDOWN, .error = SHIKAKU_ERROR_SHUTTING_DOWN },

  { .state = VISIT_READING_CARD, .event = EVENT_CANCEL, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_READING_CARD, .event = EVENT_CLOSE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_READING_CARD, .event = EVENT_TIMEOUT, .error = SHIKAKU_ERROR_TIMED_OUT },
  { .state = VISIT_READING_CARD, .event = EVENT_PULL, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_READING_CARD, .event = EVENT_READER_GONE, .error = SHIKAKU_ERROR_READER_FAILED },
  { .state = VISIT_READING_CARD, .event = EVENT_SERVICE_GONE, .error = SHIKAKU_ERROR_SERVICE_STOPPED },
  { .state = VISIT_READING_CARD, .event = EVENT_AGENT_GONE, .error = SHIKAKU_ERROR_AGENT_GONE },
  { .state = VISIT_READING_CARD, .event = EVENT_OWNER_GONE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_READING_CARD, .event = EVENT_SHUTDOWN, .error = SHIKAKU_ERROR_SHUTTING_DOWN },

  { .state = VISIT_ASKING_PIN, .event = EVENT_CANCEL, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_ASKING_PIN, .event = EVENT_CLOSE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_ASKING_PIN, .event = EVENT_TIMEOUT, .error = SHIKAKU_ERROR_TIMED_OUT },
  { .state = VISIT_ASKING_PIN, .event = EVENT_PULL, .error = SHIKAKU_ERROR_CARD_REMOVED },
  { .state = VISIT_ASKING_PIN, .event = EVENT_READER_GONE, .error = SHIKAKU_ERROR_READER_FAILED },
  { .state = VISIT_ASKING_PIN, .event = EVENT_SERVICE_GONE, .error = SHIKAKU_ERROR_SERVICE_STOPPED },
  { .state = VISIT_ASKING_PIN, .event = EVENT_AGENT_GONE, .error = SHIKAKU_ERROR_AGENT_GONE },
  { .state = VISIT_ASKING_PIN, .event = EVENT_OWNER_GONE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_ASKING_PIN, .event = EVENT_SHUTDOWN, .error = SHIKAKU_ERROR_SHUTTING_DOWN },

  { .state = VISIT_PROVING, .event = EVENT_CANCEL, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_PROVING, .event = EVENT_CLOSE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_PROVING, .event = EVENT_TIMEOUT, .error = SHIKAKU_ERROR_TIMED_OUT },
  { .state = VISIT_PROVING, .event = EVENT_PULL, .error = SHIKAKU_ERROR_CARD_REMOVED },
  { .state = VISIT_PROVING, .event = EVENT_READER_GONE, .error = SHIKAKU_ERROR_READER_FAILED },
  { .state = VISIT_PROVING, .event = EVENT_SERVICE_GONE, .error = SHIKAKU_ERROR_SERVICE_STOPPED },
  { .state = VISIT_PROVING, .event = EVENT_AGENT_GONE, .error = SHIKAKU_ERROR_AGENT_GONE },
  { .state = VISIT_PROVING, .event = EVENT_OWNER_GONE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_PROVING, .event = EVENT_SHUTDOWN, .error = SHIKAKU_ERROR_SHUTTING_DOWN },

  { .state = VISIT_ASKING_CONSENT, .event = EVENT_CANCEL, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_ASKING_CONSENT, .event = EVENT_CLOSE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_ASKING_CONSENT, .event = EVENT_TIMEOUT, .error = SHIKAKU_ERROR_TIMED_OUT },
  { .state = VISIT_ASKING_CONSENT, .event = EVENT_PULL, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_ASKING_CONSENT, .event = EVENT_READER_GONE, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_ASKING_CONSENT, .event = EVENT_SERVICE_GONE, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_ASKING_CONSENT, .event = EVENT_AGENT_GONE, .error = SHIKAKU_ERROR_AGENT_GONE },
  { .state = VISIT_ASKING_CONSENT, .event = EVENT_OWNER_GONE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_ASKING_CONSENT, .event = EVENT_SHUTDOWN, .error = SHIKAKU_ERROR_SHUTTING_DOWN },

  { .state = VISIT_CHECKING, .event = EVENT_CANCEL, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_CHECKING, .event = EVENT_CLOSE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_CHECKING, .event = EVENT_TIMEOUT, .error = SHIKAKU_ERROR_NONE }, /* unknown */
  { .state = VISIT_CHECKING, .event = EVENT_PULL, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_CHECKING, .event = EVENT_READER_GONE, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_CHECKING, .event = EVENT_SERVICE_GONE, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_CHECKING, .event = EVENT_AGENT_GONE, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_CHECKING, .event = EVENT_OWNER_GONE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_CHECKING, .event = EVENT_SHUTDOWN, .error = SHIKAKU_ERROR_SHUTTING_DOWN },

  /* The answer is there, and the consents are being registered. */
  { .state = VISIT_CHECKING, .registers = TRUE, .event = EVENT_CANCEL, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_CHECKING, .registers = TRUE, .event = EVENT_CLOSE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_CHECKING, .registers = TRUE, .event = EVENT_TIMEOUT, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_CHECKING, .registers = TRUE, .event = EVENT_PULL, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_CHECKING, .registers = TRUE, .event = EVENT_READER_GONE, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_CHECKING, .registers = TRUE, .event = EVENT_SERVICE_GONE, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_CHECKING, .registers = TRUE, .event = EVENT_AGENT_GONE, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_CHECKING, .registers = TRUE, .event = EVENT_OWNER_GONE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_CHECKING, .registers = TRUE, .event = EVENT_SHUTDOWN, .error = SHIKAKU_ERROR_SHUTTING_DOWN },

  /* It has ended: nothing matters any more. */
  { .state = VISIT_DONE, .event = EVENT_CANCEL, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_DONE, .event = EVENT_CLOSE, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_DONE, .event = EVENT_TIMEOUT, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_DONE, .event = EVENT_PULL, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_DONE, .event = EVENT_READER_GONE, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_DONE, .event = EVENT_SERVICE_GONE, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_DONE, .event = EVENT_AGENT_GONE, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_DONE, .event = EVENT_OWNER_GONE, .error = SHIKAKU_ERROR_NONE },
  { .state = VISIT_DONE, .event = EVENT_SHUTDOWN, .error = SHIKAKU_ERROR_NONE },

  { .state = VISIT_FAILED, .event = EVENT_CANCEL, .error = SHIKAKU_ERROR_PIN_REFUSED },
  { .state = VISIT_FAILED, .event = EVENT_CLOSE, .error = SHIKAKU_ERROR_PIN_REFUSED },
  { .state = VISIT_FAILED, .event = EVENT_TIMEOUT, .error = SHIKAKU_ERROR_PIN_REFUSED },
  { .state = VISIT_FAILED, .event = EVENT_PULL, .error = SHIKAKU_ERROR_PIN_REFUSED },
  { .state = VISIT_FAILED, .event = EVENT_READER_GONE, .error = SHIKAKU_ERROR_PIN_REFUSED },
  { .state = VISIT_FAILED, .event = EVENT_SERVICE_GONE, .error = SHIKAKU_ERROR_PIN_REFUSED },
  { .state = VISIT_FAILED, .event = EVENT_AGENT_GONE, .error = SHIKAKU_ERROR_PIN_REFUSED },
  { .state = VISIT_FAILED, .event = EVENT_OWNER_GONE, .error = SHIKAKU_ERROR_PIN_REFUSED },
  { .state = VISIT_FAILED, .event = EVENT_SHUTDOWN, .error = SHIKAKU_ERROR_PIN_REFUSED },

  { .state = VISIT_CANCELLED, .event = EVENT_CANCEL, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_CANCELLED, .event = EVENT_CLOSE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_CANCELLED, .event = EVENT_TIMEOUT, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_CANCELLED, .event = EVENT_PULL, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_CANCELLED, .event = EVENT_READER_GONE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_CANCELLED, .event = EVENT_SERVICE_GONE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_CANCELLED, .event = EVENT_AGENT_GONE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_CANCELLED, .event = EVENT_OWNER_GONE, .error = SHIKAKU_ERROR_CANCELLED },
  { .state = VISIT_CANCELLED, .event = EVENT_SHUTDOWN, .error = SHIKAKU_ERROR_CANCELLED },
};

/* How a visit ends when the card, or the center when it is asked, fails with an error. */
static const struct
{
  ShikakuError error;
  VisitState at_card, at_query; /* done: the answer is "unknown"; waiting-for-card: it waits on */
} faults[] = {
  { .error = SHIKAKU_ERROR_NO_READER, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_READER_BUSY, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_READER_FAILED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_SERVICE_STOPPED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_NO_CARD, .at_card = VISIT_WAITING_FOR_CARD, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_CARD_REMOVED, .at_card = VISIT_WAITING_FOR_CARD, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_CARD_MUTE, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_CARD_RESET, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_CARD_UNSUPPORTED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_CARD_FAILED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_PIN_INCORRECT, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_PIN_LOCKED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_PIN_REFUSED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_CERTIFICATE_EXPIRED, .at_card = VISIT_FAILED, .at_query = VISIT_FAILED },
  { .error = SHIKAKU_ERROR_CERTIFICATE_REVOKED, .at_card = VISIT_FAILED, .at_query = VISIT_FAILED },
  { .error = SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED, .at_card = VISIT_FAILED, .at_query = VISIT_FAILED },
  { .error = SHIKAKU_ERROR_NO_AGENT, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_AGENT_EXISTS, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_AGENT_GONE, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_CONSENT_DENIED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_CONSENT_EXPIRED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_NOT_REGISTERED, .at_card = VISIT_FAILED, .at_query = VISIT_FAILED },
  { .error = SHIKAKU_ERROR_CENTER_UNREACHABLE, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_CENTER_BUSY, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_CENTER_REFUSED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_CENTER_UNTRUSTED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_MESSAGE_INVALID, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_CREDENTIAL_MISSING, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_CREDENTIAL_EXPIRED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_LEDGER_FAILED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_REASON_NEEDED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_RECORDS_REFUSED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_VISIT_EXISTS, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_NOT_AUTHORIZED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_LIMIT_EXCEEDED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_INVALID_OPTION, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_INVALID_STATE, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_NOT_FOUND, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_CANCELLED, .at_card = VISIT_CANCELLED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_TIMED_OUT, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_SHUTTING_DOWN, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
  { .error = SHIKAKU_ERROR_FAILED, .at_card = VISIT_FAILED, .at_query = VISIT_DONE },
};
/* clang-format on */

/* reach: brings @visit to the state of @row and keeps it there. */
static void
reach (FakeDesk *desk, Visit *visit, const Row *row)
{
  switch (row->state)
    {
    case VISIT_WAITING_FOR_CARD:
      return;
    case VISIT_READING_CARD:
    case VISIT_PROVING:
      fake_card_block (desk->card, row->state == VISIT_PROVING ? FAKE_SIGN : FAKE_READ);
      fake_desk_insert (desk);
      fake_desk_wait_ins (desk, row->state == VISIT_PROVING ? FAKE_SIGN : FAKE_READ, 1);
      return;
    case VISIT_ASKING_PIN:
      desk->agent->pin_held = TRUE;
      break;
    case VISIT_ASKING_CONSENT:
      desk->agent->consent_held = TRUE;
      break;
    case VISIT_CHECKING:
      desk->center->held[row->registers ? FAKE_REGISTER : FAKE_CHECK_CARD] = TRUE;
      break;
    case VISIT_CANCELLED:
      visit_cancel (visit, NULL, NULL);
      break;
    case VISIT_FAILED:
      desk->agent->pin = NULL;
      break;
    case VISIT_DONE:
    case VISIT_N_STATES:
    default:
      break;
    }
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, row->state);
  if (row->registers)
    fake_desk_wait_until (&desk->center->counts[FAKE_REGISTER]);
}

static gboolean
is_end (VisitState state)
{
  return state == VISIT_DONE || state == VISIT_FAILED || state == VISIT_CANCELLED;
}

static void
on_cancelled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  FakeDesk *desk = user_data;

  /* Everything has come to rest: the card is unpowered, nothing is under way, the agent was told and given back. */
  g_assert_false (fake_card_is_powered (desk->card));
  g_assert_true (fake_center_is_idle (desk->center));
  g_assert_cmpuint (desk->agent->references, ==, 0);
  g_assert_cmpuint (desk->finished, ==, 1);
}

/* Besides, nothing of it is left here, and the reader is free. */
static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  FakeDesk *desk = user_data;
  StationReader *reader = station_find_reader (desk->station, FAKE_READER_PATH);

  on_cancelled (NULL, NULL, desk);
  g_assert_cmpuint (desk->closed, ==, 1);
  g_assert_null (station_find_visit (desk->station, "/v/1"));
  g_assert_false (station_reader_is_in_use (reader));
}

static gboolean
on_shut_down (gpointer user_data)
{
  FakeDesk *desk = user_data;

  g_assert_cmpuint (desk->finished, ==, 1);
  return G_SOURCE_REMOVE;
}

static void
happen (FakeDesk *desk, Visit *visit, Happening event)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();

  switch (event)
    {
    case EVENT_CANCEL:
      visit_cancel (visit, on_cancelled, desk);
      break;
    case EVENT_CLOSE:
      station_close_visit (desk->station, visit, on_closed, desk);
      break;
    case EVENT_PULL:
      fake_desk_pull (desk);
      break;
    case EVENT_SERVICE_GONE:
    case EVENT_READER_GONE:
      fake_card_set_present (desk->card, FALSE);
      monitor->reader_removed (FAKE_READER, desk->station);
      if (event == EVENT_SERVICE_GONE)
        monitor->service_changed (FALSE, desk->station);
      break;
    case EVENT_AGENT_GONE:
      fake_agent_leave (desk->agent);
      break;
    case EVENT_OWNER_GONE:
      station_drop_owner (desk->station, FAKE_OWNER);
      g_assert_null (station_find_visit (desk->station, visit_get_path (visit)));
      break;
    case EVENT_SHUTDOWN:
      station_shut_down (desk->station, 30000, on_shut_down, desk);
      break;
    case EVENT_TIMEOUT:
      fake_timers_pass (VISIT_SECONDS * 1000);
      break;
    case N_EVENTS:
    default:
      g_assert_not_reached ();
    }
}

/* proceed: what was kept is let go, so that the visit could go on if it still may. */
static void
proceed (FakeDesk *desk, const Row *row)
{
  fake_desk_settle (); /* the event has come before all that */
  fake_card_unblock (desk->card);
  fake_agent_release (desk->agent);
  for (guint call = 0; call < FAKE_N_CALLS; call++)
    fake_center_release (desk->center, call);
  if ((row->state == VISIT_WAITING_FOR_CARD && row->event == EVENT_AGENT_GONE)
      || (row->state <= VISIT_READING_CARD && row->event == EVENT_PULL))
    fake_desk_insert (desk);
}

/* check_told: in which state it ended, and by whom. */
static void
check_told (Visit *visit, const Row *row)
{
  static const char *const by[N_EVENTS] = {
    [EVENT_CANCEL] = "caller",    [EVENT_CLOSE] = "caller",      [EVENT_TIMEOUT] = "daemon",
    [EVENT_AGENT_GONE] = "agent", [EVENT_OWNER_GONE] = "caller", [EVENT_SHUTDOWN] = "daemon",
  };
  const gboolean ended_it = row->error == SHIKAKU_ERROR_CANCELLED || row->error == SHIKAKU_ERROR_TIMED_OUT
                            || row->error == SHIKAKU_ERROR_AGENT_GONE || row->error == SHIKAKU_ERROR_SHUTTING_DOWN;

  if (is_end (row->state))
    return;
  g_assert_cmpstr (visit_get_ended_by (visit), ==, ended_it ? by[row->event] : NULL);
  if (ended_it && row->event != EVENT_AGENT_GONE) /* which is noticed when it is asked */
    g_assert_cmpstr (visit_state_to_string (visit_get_during (visit)), ==, visit_state_to_string (row->state));
}

/* check_end: the visit ends as @row says, and everything has come to rest. */
static void
check_end (FakeDesk *desk, Visit *visit, const Row *row)
{
  const gboolean is_orphan = row->event == EVENT_OWNER_GONE;
  const VisitState end = row->error == SHIKAKU_ERROR_NONE        ? VISIT_DONE
                         : row->error == SHIKAKU_ERROR_CANCELLED ? VISIT_CANCELLED
                                                                 : VISIT_FAILED;

  fake_desk_wait (desk, visit, end);
  while (!visit_is_finished (visit))
    g_main_context_iteration (NULL, TRUE);
  if (row->error == SHIKAKU_ERROR_NONE)
    g_assert_null (visit_get_error (visit));
  else
    fake_desk_assert_failed (visit, row->error);
  check_told (visit, row);
  g_assert_cmpuint (desk->closed, ==, is_orphan || row->event == EVENT_CLOSE);
  g_assert_cmpuint (desk->finished, ==, !is_orphan || is_end (row->state));
  g_assert_cmpuint (desk->agent->references, ==, 0);
  if (end != VISIT_DONE && !is_end (row->state))
    g_assert_cmpuint (desk->agent->cancels, ==, 1);
}

/* check_next: whatever happened, the next visit works. */
static void
check_next (FakeDesk *desk, Happening event)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();
  g_autoptr (Visit) next = NULL;

  desk->agent->absent = desk->agent->pin_held = desk->agent->consent_held = FALSE;
  desk->agent->pin = "1234";
  if (event == EVENT_SERVICE_GONE)
    monitor->service_changed (TRUE, desk->station);
  if (event == EVENT_SERVICE_GONE || event == EVENT_READER_GONE)
    monitor->reader_added (fake_card_get_reader (desk->card), desk->station);
  fake_desk_pull (desk);
  next = fake_desk_open_with (desk, "/v/next", "ceiling drug", &(VisitOptions){ NULL });
  g_assert_cmpstr (visit_get_reader (next), ==, FAKE_READER_PATH);
  fake_desk_insert (desk);
  fake_desk_wait (desk, next, VISIT_DONE);
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  VisitOptions options = { .timeout_seconds = VISIT_SECONDS };
  g_autoptr (Visit) visit = fake_desk_open_with (desk, "/v/1", "ceiling drug", &options);

  fake_desk_settle ();
  reach (desk, visit, row);
  happen (desk, visit, row->event);
  proceed (desk, row);
  check_end (desk, visit, row);
  if (row->event != EVENT_SHUTDOWN)
    check_next (desk, row->event);
}

static guint
count_rows (VisitState state, Happening event, gboolean registers)
{
  guint count = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    count += rows[i].state == state && rows[i].event == event && rows[i].registers == registers;
  return count;
}

/* No state, event or error without a row, and none with two. */
static void
test_complete (void)
{
  for (guint state = 0; state < N_STATES; state++)
    for (guint event = 0; event < N_EVENTS; event++)
      {
        g_test_message ("%s, %s", visit_state_to_string (state), event_names[event]);
        g_assert_cmpuint (count_rows (state, event, FALSE), ==, 1);
        g_assert_cmpuint (count_rows (state, event, TRUE), ==, state == VISIT_CHECKING);
      }
  for (guint error = SHIKAKU_ERROR_NONE + 1; error < SHIKAKU_N_ERRORS; error++)
    {
      guint count = 0;

      for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
        count += faults[i].error == error;
      g_test_message ("%s", shikaku_error_get_name (error));
      g_assert_cmpuint (count, ==, 1);
    }
}

static void
test_faults (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
      g_autoptr (Visit) read = fake_desk_open_with (desk, "/v/1", "drug", &(VisitOptions){ NULL }), asked = NULL;

      g_test_message ("%s", shikaku_error_get_name (faults[i].error));
      fake_card_fail (desk->card, FAKE_READ, faults[i].error, 0);
      fake_desk_insert (desk);
      if (faults[i].at_card == VISIT_WAITING_FOR_CARD)
        {
          for (guint looks = 1; looks < 4; looks++) /* it is looked at again and again, until somebody ends that */
            {
              fake_desk_wait_ins (desk, FAKE_READ, looks);
              fake_desk_wait (desk, read, VISIT_WAITING_FOR_CARD);
              g_assert_cmpuint (fake_timers_pass (LOOK_AGAIN_MILLISECONDS), ==, 1);
            }
          visit_cancel (read, NULL, NULL);
          fake_desk_wait (desk, read, VISIT_CANCELLED);
        }
      else
        {
          fake_desk_wait (desk, read, faults[i].at_card);
          fake_desk_assert_failed (read, faults[i].error);
        }

      fake_card_fail (desk->card, FAKE_READ, SHIKAKU_ERROR_NONE, 0);
      fake_desk_pull (desk);
      desk->center->errors[FAKE_CHECK_CARD] = (int)faults[i].error;
      asked = fake_desk_open_with (desk, "/v/2", "drug", &(VisitOptions){ NULL });
      fake_desk_insert (desk);
      fake_desk_wait (desk, asked, faults[i].at_query);
      if (faults[i].at_query == VISIT_DONE)
        g_assert_cmpstr (visit_get_answer (asked), ==, "unknown");
      else
        fake_desk_assert_failed (asked, faults[i].error);
      g_assert_cmpuint (desk->agent->references, ==, 0);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/visit/matrix/complete", test_complete);
  g_test_add_func ("/visit/matrix/faults", test_faults);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/visit/matrix/%s%s/%s", visit_state_to_string (rows[i].state),
                                               rows[i].registers ? "-and-registering" : "", event_names[rows[i].event]);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  return g_test_run ();
}
