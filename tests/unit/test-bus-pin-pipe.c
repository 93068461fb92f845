/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-pin-pipe: four digits and the end of the pipe, in whatever pieces they come; anything else is no PIN. */
#include "bus/bus-pin-pipe.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"

typedef struct
{
  BusPinPipe *pipe;
  int write_end;
  gboolean done;
  Secret *pin;
} Fixture;

static void
note (Secret *pin, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_false (fixture->done);
  fixture->done = TRUE;
  fixture->pin = pin;
  g_clear_pointer (&fixture->pipe, bus_pin_pipe_free); /* allowed here */
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->pipe = bus_pin_pipe_new (&fixture->write_end, note, fixture, NULL);
  g_assert_nonnull (fixture->pipe);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->pipe, bus_pin_pipe_free);
  if (fixture->write_end >= 0)
    close (fixture->write_end);
  secret_free (fixture->pin);
}

static void
say (Fixture *fixture, const char *bytes, gsize size)
{
  g_assert_cmpint (write (fixture->write_end, bytes, size), ==, size);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
finish (Fixture *fixture)
{
  close (fixture->write_end);
  fixture->write_end = -1;
  while (!fixture->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_at_once (Fixture *fixture, gconstpointer data)
{
  say (fixture, "0123", 4);
  g_assert_false (fixture->done);
  finish (fixture);
  g_assert_nonnull (fixture->pin);
  g_assert_cmpmem (secret_get_data (fixture->pin), secret_get_size (fixture->pin), "0123", 4);
}

static void
test_in_pieces (Fixture *fixture, gconstpointer data)
{
  for (const char *digit = "9870"; *digit; digit++)
    say (fixture, digit, 1);
  finish (fixture);
  g_assert_nonnull (fixture->pin);
  g_assert_cmpmem (secret_get_data (fixture->pin), secret_get_size (fixture->pin), "9870", 4);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  const char *bytes = data;

  say (fixture, bytes, strlen (bytes));
  finish (fixture);
  g_assert_null (fixture->pin);
}

static void
test_nul (Fixture *fixture, gconstpointer data)
{
  say (fixture,
       "12\0"
       "4",
       4);
  finish (fixture);
  g_assert_null (fixture->pin);
}

/* The fifth byte is enough to know. */
static void
test_fifth (Fixture *fixture, gconstpointer data)
{
  say (fixture, "1234", 4);
  say (fixture, "5", 1);
  g_assert_true (fixture->done);
  g_assert_null (fixture->pin);
}

static void
test_given_up (Fixture *fixture, gconstpointer data)
{
  say (fixture, "1234", 4);
  g_clear_pointer (&fixture->pipe, bus_pin_pipe_free);
  close (fixture->write_end);
  fixture->write_end = -1;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (fixture->done);
}

#define ADD(path, data, test) g_test_add ("/bus-pin-pipe/" path, Fixture, data, set_up, test, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("at-once", NULL, test_at_once);
  ADD ("in-pieces", NULL, test_in_pieces);
  ADD ("empty", "", test_refused);
  ADD ("three", "123", test_refused);
  ADD ("line-end", "1234\n", test_refused);
  ADD ("letter", "12a4", test_refused);
  ADD ("sign", "-123", test_refused);
  ADD ("full-width", "１２３４", test_refused);
  ADD ("much", "12345678901234567890", test_refused);
  ADD ("nul", NULL, test_nul);
  ADD ("fifth", NULL, test_fifth);
  ADD ("given-up", NULL, test_given_up);
  return g_test_run ();
}
