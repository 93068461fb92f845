/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-bus-brake: who was wrong too often is held up for the rest of the minute, and nobody who was not. */
#include "bus/bus-brake.h"

#include "base/error.h"

#define MINUTE (60 * G_TIME_SPAN_SECOND)

static void
fail (BusBrake *brake, uid_t uid, guint times, gint64 now)
{
  for (guint i = 0; i < times; i++)
    bus_brake_note_failure (brake, uid, now);
}

static void
test_user (void)
{
  g_autoptr (BusBrake) brake = bus_brake_new ();

  g_assert_false (bus_brake_holds (brake, 1, MINUTE));
  fail (brake, 1, BUS_BRAKE_USER - 1, 2 * MINUTE);
  g_assert_false (bus_brake_holds (brake, 1, 2 * MINUTE));
  fail (brake, 1, 1, 2 * MINUTE + 1);
  g_assert_true (bus_brake_holds (brake, 1, 3 * MINUTE - 1));
  g_assert_false (bus_brake_holds (brake, 2, 3 * MINUTE - 1));
  g_assert_false (bus_brake_holds (brake, 1, 3 * MINUTE));
  fail (brake, 1, 1, 3 * MINUTE);
  g_assert_false (bus_brake_holds (brake, 1, 3 * MINUTE));
}

static void
test_all (void)
{
  g_autoptr (BusBrake) brake = bus_brake_new ();
  const guint users = BUS_BRAKE_ALL / 2;

  for (uid_t uid = 1; uid <= users; uid++)
    fail (brake, uid, 2, MINUTE);
  for (uid_t uid = 1; uid <= users; uid++)
    g_assert_true (bus_brake_holds (brake, uid, MINUTE));
  g_assert_false (bus_brake_holds (brake, users + 1, MINUTE));
  fail (brake, users + 1, 1, MINUTE);
  g_assert_true (bus_brake_holds (brake, users + 1, MINUTE));
  g_assert_false (bus_brake_holds (brake, 1, 2 * MINUTE));
}

/* test_under_way: what is not answered yet counts as if it were wrong. */
static void
test_under_way (void)
{
  g_autoptr (BusBrake) brake = bus_brake_new ();
  g_autoptr (GError) error = NULL;

  fail (brake, 1, 3, MINUTE);
  for (guint i = 3; i < BUS_BRAKE_USER; i++)
    g_assert_true (bus_brake_begin (brake, 1, MINUTE, NULL));
  g_assert_false (bus_brake_begin (brake, 1, MINUTE, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LIMIT_EXCEEDED);
  g_assert_true (bus_brake_begin (brake, 2, MINUTE, NULL));
  bus_brake_end (brake, 2);
  bus_brake_end (brake, 1); /* it was right */
  g_assert_true (bus_brake_begin (brake, 1, MINUTE, NULL));
  bus_brake_end (brake, 1);
  bus_brake_note_failure (brake, 1, MINUTE); /* it was wrong */
  g_assert_false (bus_brake_begin (brake, 1, MINUTE, NULL));
  g_assert_true (bus_brake_begin (brake, 1, 2 * MINUTE, NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/bus-brake/user", test_user);
  g_test_add_func ("/bus-brake/all", test_all);
  g_test_add_func ("/bus-brake/under-way", test_under_way);
  return g_test_run ();
}
