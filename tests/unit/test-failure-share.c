/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-failure-share: which share of the calls makes a center degraded, and for how long: alone, by a clock that is a
 * number; and as a transport tells it.
 */
#include "center/failure-share.h"
#include "center/transport.h"

#define SECONDS(n) ((gint64)(n)*G_USEC_PER_SEC)
#define BEGIN SECONDS (86400)

static gint64 now;

gint64 __wrap_wall_clock_get_boot_time (void);

gint64
__wrap_wall_clock_get_boot_time (void)
{
  return now;
}

static void
assert_share (const FailureShare *share, gint64 moment, guint calls, guint failures, gboolean high)
{
  guint found_calls, found_failures;

  g_assert_cmpint (failure_share_is_high (share, moment, &found_calls, &found_failures), ==, high);
  g_assert_cmpuint (found_calls, ==, calls);
  g_assert_cmpuint (found_failures, ==, failures);
}

static void
count (FailureShare *share, gint64 moment, guint calls, guint failures)
{
  for (guint i = 0; i < calls; i++)
    failure_share_count (share, moment, i < failures);
}

static void
test_share (void)
{
  static const struct
  {
    guint calls, failures;
    gboolean high;
  } rows[] = {
    { 0, 0, FALSE },  { 9, 9, FALSE },  { 10, 1, FALSE }, { 10, 2, TRUE },    { 10, 10, TRUE },
    { 11, 2, FALSE }, { 14, 2, FALSE }, { 15, 3, TRUE },  { 100, 19, FALSE }, { 100, 20, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      FailureShare share = { 0 };

      count (&share, BEGIN, rows[i].calls, rows[i].failures);
      assert_share (&share, BEGIN, rows[i].calls, rows[i].failures, rows[i].high);
    }
}

/* What is older than five minutes is forgotten, in slots, also where the ring has gone round in between. */
static void
test_window (void)
{
  const gint64 window = SECONDS (FAILURE_SHARE_SECONDS), slot = SECONDS (FAILURE_SHARE_SLOT_SECONDS);
  FailureShare share = { 0 };

  assert_share (&share, 0, 0, 0, FALSE); /* of a machine that was just switched on */
  count (&share, BEGIN, 6, 6);
  count (&share, BEGIN + window / 2, 6, 0);
  assert_share (&share, BEGIN + window / 2, 12, 6, TRUE);
  assert_share (&share, BEGIN + window - 1, 12, 6, TRUE);
  assert_share (&share, BEGIN + window, 6, 0, FALSE);
  count (&share, BEGIN + window, 4, 2); /* into the slot of the first */
  assert_share (&share, BEGIN + window, 10, 2, TRUE);
  count (&share, BEGIN + window + slot, 1, 0);
  assert_share (&share, BEGIN + window + slot, 11, 2, FALSE);
  assert_share (&share, BEGIN + 10 * window, 0, 0, FALSE);
}

static void
end (Transport *transport, ShikakuError code)
{
  g_autoptr (GError) error = code != SHIKAKU_ERROR_NONE ? g_error_new_literal (SHIKAKU_ERROR, (int)code, "test") : NULL;

  transport_count_call (transport, error);
  transport_note_center (transport, NULL); /* the last that was heard of it is an answer */
  transport_derive_state (transport);
}

/* A center that answers, but not often enough, is degraded, says why, and recovers; what it refuses is no failure. */
static void
test_transport (void)
{
  static const ShikakuError failures[]
      = { SHIKAKU_ERROR_CENTER_UNREACHABLE, SHIKAKU_ERROR_CENTER_BUSY, SHIKAKU_ERROR_MESSAGE_INVALID },
      others[] = { SHIKAKU_ERROR_NOT_REGISTERED, SHIKAKU_ERROR_CERTIFICATE_REVOKED, SHIKAKU_ERROR_CENTER_REFUSED },
      ours[] = { SHIKAKU_ERROR_CANCELLED, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_ERROR_CENTER_UNTRUSTED };
  Transport transport = { NULL };
  const TransportLinkStatus *link = &transport.links[TRANSPORT_LINK_CENTER];

  now = BEGIN;
  for (guint i = 0; i < 20; i++)
    {
      end (&transport, ours[i % G_N_ELEMENTS (ours)]); /* no call of the center's at all */
      g_assert_cmpint (transport.state, ==, TRANSPORT_ONLINE);
    }
  for (guint i = 0; i < 7; i++)
    end (&transport, others[i % G_N_ELEMENTS (others)]);
  end (&transport, failures[0]);
  end (&transport, failures[1]);
  g_assert_cmpint (transport.state, ==, TRANSPORT_ONLINE); /* nine calls */
  end (&transport, failures[2]);
  g_assert_cmpint (transport.state, ==, TRANSPORT_DEGRADED);
  g_assert_cmpint (transport.cause, ==, SHIKAKU_CAUSE_CENTER_UNSTEADY);
  g_assert_cmpint (link->cause, ==, SHIKAKU_CAUSE_CENTER_UNSTEADY);
  g_assert_cmpstr (link->detail, ==, "3 of its 10 calls in the last 300 s failed");
  for (guint i = 0; i < 6; i++)
    end (&transport, SHIKAKU_ERROR_NONE);
  g_assert_cmpint (transport.state, ==, TRANSPORT_ONLINE);
  g_assert_cmpint (transport.cause, ==, SHIKAKU_CAUSE_NONE);
  end (&transport, failures[0]);
  g_assert_cmpint (transport.state, ==, TRANSPORT_DEGRADED);
  now += SECONDS (FAILURE_SHARE_SECONDS);
  end (&transport, SHIKAKU_ERROR_NONE);
  g_assert_cmpint (transport.state, ==, TRANSPORT_ONLINE);
  g_free (transport.links[TRANSPORT_LINK_CENTER].detail);
}

/* Another center, or another way to it: what was with the former does not count against it. */
static void
test_forgotten (void)
{
  Transport transport = { NULL };

  now = BEGIN;
  for (guint i = 0; i < 10; i++)
    end (&transport, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  g_assert_cmpint (transport.state, ==, TRANSPORT_DEGRADED);
  transport_forget_calls (&transport);
  end (&transport, SHIKAKU_ERROR_NONE);
  g_assert_cmpint (transport.state, ==, TRANSPORT_ONLINE);
  g_free (transport.links[TRANSPORT_LINK_CENTER].detail);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/failure-share/share", test_share);
  g_test_add_func ("/failure-share/window", test_window);
  g_test_add_func ("/failure-share/transport", test_transport);
  g_test_add_func ("/failure-share/forgotten", test_forgotten);
  return g_test_run ();
}
