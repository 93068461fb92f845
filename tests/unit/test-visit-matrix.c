/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-visit-matrix: every state of a visit meets every event. Each ends as it should, everything comes to rest,
 * nothing is left behind, and the next visit works.
 */
#include "fake-desk.h"

#define INS_READ 0xB0
#define INS_SIGN 0x2A

typedef enum
{
  STAGE_WAITING,
  STAGE_READING,
  STAGE_PIN,
  STAGE_PROVING,
  STAGE_CONSENT,
  STAGE_CHECKING,
  STAGE_REGISTERING,
  N_STAGES
} Stage;

typedef enum
{
  EVENT_CANCEL,
  EVENT_TIMEOUT,
  EVENT_PULL,
  EVENT_READER_GONE,
  EVENT_SERVICE_GONE,
  EVENT_AGENT_GONE,
  EVENT_OWNER_GONE,
  EVENT_SHUTDOWN,
  N_EVENTS
} Event;

static const char *const stage_names[]
    = { "waiting", "reading", "pin", "proving", "consent", "checking", "registering" };
static const char *const event_names[]
    = { "cancel", "timeout", "pull", "reader-gone", "service-gone", "agent-gone", "owner-gone", "shutdown" };

#define DONE SHIKAKU_N_ERRORS /* the event does not matter any more */

static const ShikakuError outcomes[N_STAGES][N_EVENTS] = {
#define ALWAYS_CANCELLED SHIKAKU_ERROR_CANCELLED, SHIKAKU_ERROR_TIMED_OUT
#define NEEDS_CARD SHIKAKU_ERROR_CARD_REMOVED, SHIKAKU_ERROR_READER_FAILED, SHIKAKU_ERROR_SERVICE_STOPPED
#define NEEDS_NO_CARD DONE, DONE, DONE
#define END SHIKAKU_ERROR_CANCELLED, SHIKAKU_ERROR_SHUTTING_DOWN
  { ALWAYS_CANCELLED, DONE, SHIKAKU_ERROR_READER_FAILED, SHIKAKU_ERROR_SERVICE_STOPPED, SHIKAKU_ERROR_AGENT_GONE, END },
  { ALWAYS_CANCELLED, NEEDS_CARD, SHIKAKU_ERROR_AGENT_GONE, END },
  { ALWAYS_CANCELLED, NEEDS_CARD, SHIKAKU_ERROR_AGENT_GONE, END },
  { ALWAYS_CANCELLED, NEEDS_CARD, SHIKAKU_ERROR_AGENT_GONE, END },
  { ALWAYS_CANCELLED, NEEDS_NO_CARD, SHIKAKU_ERROR_AGENT_GONE, END },
  { ALWAYS_CANCELLED, NEEDS_NO_CARD, DONE, END },
  { SHIKAKU_ERROR_CANCELLED, DONE, NEEDS_NO_CARD, DONE, END }, /* the answer is there */
};

/* reach: brings @visit to @stage and keeps it there. */
static void
reach (FakeDesk *desk, Visit *visit, Stage stage)
{
  desk->agent->pin_held = stage == STAGE_PIN;
  desk->agent->consent_held = stage == STAGE_CONSENT;
  desk->center->held[FAKE_CHECK_CARD] = stage == STAGE_CHECKING;
  desk->center->held[FAKE_REGISTER] = stage == STAGE_REGISTERING;
  if (stage == STAGE_READING || stage == STAGE_PROVING)
    fake_card_block (desk->card, stage == STAGE_READING ? INS_READ : INS_SIGN);
  if (stage != STAGE_WAITING)
    fake_desk_insert (desk);

  if (stage == STAGE_READING)
    fake_desk_wait_ins (desk, INS_READ, 1);
  else if (stage == STAGE_PIN)
    fake_desk_wait (desk, visit, VISIT_ASKING_PIN);
  else if (stage == STAGE_PROVING)
    fake_desk_wait_ins (desk, INS_SIGN, 1);
  else if (stage == STAGE_CONSENT)
    fake_desk_wait (desk, visit, VISIT_ASKING_CONSENT);
  else if (stage == STAGE_CHECKING)
    fake_desk_wait (desk, visit, VISIT_CHECKING);
  else if (stage == STAGE_REGISTERING)
    fake_desk_wait_until (&desk->center->counts[FAKE_REGISTER]);
}

static void
on_cancelled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  FakeDesk *desk = user_data;

  /* Everything has come to rest: the card is unpowered, nothing is under way, the agent was told and given back. */
  g_assert_false (fake_card_is_powered (desk->card));
  g_assert_true (fake_center_is_idle (desk->center));
  g_assert_cmpuint (desk->agent->cancels, ==, 1);
  g_assert_cmpuint (desk->agent->references, ==, 0);
  g_assert_cmpuint (desk->finished, ==, 1);
}

static gboolean
on_shut_down (gpointer user_data)
{
  FakeDesk *desk = user_data;

  g_assert_cmpuint (desk->finished, ==, 1);
  return G_SOURCE_REMOVE;
}

static void
happen (FakeDesk *desk, Visit *visit, Event event)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();

  switch (event)
    {
    case EVENT_CANCEL:
      visit_cancel (visit, on_cancelled, desk);
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
    case N_EVENTS:
    default:
      break; /* comes by itself */
    }
}

/* proceed: what was kept is let go, so that the visit could go on if it still may. */
static void
proceed (FakeDesk *desk, Stage stage, Event event)
{
  if (event == EVENT_TIMEOUT)
    fake_desk_wait_until (outcomes[stage][event] == DONE ? &desk->finished : &desk->agent->cancels);
  fake_card_unblock (desk->card);
  fake_agent_release (desk->agent);
  for (guint call = 0; call < FAKE_N_CALLS; call++)
    fake_center_release (desk->center, call);
  if (stage == STAGE_WAITING && (event == EVENT_AGENT_GONE || event == EVENT_PULL))
    fake_desk_insert (desk);
}

/* check_next: whatever happened, the next visit works. */
static void
check_next (FakeDesk *desk, Event event)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();
  g_autoptr (Visit) next = NULL;

  desk->agent->absent = desk->agent->pin_held = desk->agent->consent_held = FALSE;
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
test_matrix (gconstpointer data)
{
  Stage stage = GPOINTER_TO_UINT (data) / N_EVENTS;
  Event event = GPOINTER_TO_UINT (data) % N_EVENTS;
  ShikakuError expected = outcomes[stage][event];
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  VisitOptions options = { .timeout_seconds = event == EVENT_TIMEOUT ? 1 : 0 };
  g_autoptr (Visit) visit = fake_desk_open_with (desk, "/v/1", "ceiling drug", &options);

  fake_desk_settle ();
  reach (desk, visit, stage);
  happen (desk, visit, event);
  proceed (desk, stage, event);

  if (event == EVENT_OWNER_GONE)
    {
      while (!visit_is_finished (visit))
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpuint (desk->finished, ==, 0);
      g_assert_cmpuint (desk->closed, ==, 1);
      g_assert_cmpint (visit_get_state (visit), ==, VISIT_CANCELLED);
    }
  else
    fake_desk_wait (desk, visit,
                    expected == DONE                      ? VISIT_DONE
                    : expected == SHIKAKU_ERROR_CANCELLED ? VISIT_CANCELLED
                                                          : VISIT_FAILED);
  if (expected == DONE)
    g_assert_null (visit_get_error (visit));
  else
    fake_desk_assert_failed (visit, expected);
  g_assert_cmpuint (desk->agent->references, ==, 0);
  if (event != EVENT_SHUTDOWN)
    check_next (desk, event);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < N_STAGES * N_EVENTS; i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/visit/matrix/%s/%s", stage_names[i / N_EVENTS], event_names[i % N_EVENTS]);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_matrix);
    }
  return g_test_run ();
}
