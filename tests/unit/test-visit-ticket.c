/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-visit-ticket: what may be a ticket, which text matches it, and how often it is good. */
#include "visit/visit-ticket.h"

#define SECRET "0123456789abcdef0123456789abcdef"

static void
test_valid (void)
{
  g_autofree char *longest = g_strnfill (VISIT_TICKET_MAXIMUM, '~');
  g_autofree char *longer = g_strnfill (VISIT_TICKET_MAXIMUM + 1, 'a');
  g_autofree char *blank = g_strconcat (SECRET, " ", NULL);
  g_autofree char *foreign = g_strconcat (SECRET, "\xe5\x90\x8d", NULL);

  g_assert_true (visit_ticket_is_valid (SECRET));
  g_assert_true (visit_ticket_is_valid (longest));
  g_assert_false (visit_ticket_is_valid (longer));
  g_assert_false (visit_ticket_is_valid (SECRET + 1));
  g_assert_false (visit_ticket_is_valid (""));
  g_assert_false (visit_ticket_is_valid (blank));
  g_assert_false (visit_ticket_is_valid (foreign));
}

static void
test_matches (void)
{
  g_autoptr (VisitTicket) ticket = visit_ticket_new (SECRET, 0);
  g_autofree char *same = visit_ticket_hash (SECRET);
  g_autofree char *other = visit_ticket_hash ("0123456789abcdef0123456789abcdeg");

  g_assert_true (visit_ticket_matches (ticket, same));
  g_assert_false (visit_ticket_matches (ticket, other));
  for (guint i = 0; i < 100; i++)
    g_assert_true (visit_ticket_use (ticket));
}

static void
test_uses (void)
{
  g_autoptr (VisitTicket) once = visit_ticket_new (SECRET, 1), thrice = visit_ticket_new (SECRET, 3);

  g_assert_false (visit_ticket_use (once));
  g_assert_true (visit_ticket_use (thrice));
  g_assert_true (visit_ticket_use (thrice));
  g_assert_false (visit_ticket_use (thrice));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/visit-ticket/valid", test_valid);
  g_test_add_func ("/visit-ticket/matches", test_matches);
  g_test_add_func ("/visit-ticket/uses", test_uses);
  return g_test_run ();
}
