/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-visit-ticket: what may be a ticket, which text matches it, and how often it is good. */
#include "visit/visit-ticket.h"

#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

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
  g_autoptr (VisitTicket) ticket = visit_ticket_new (SECRET, &(VisitTicketTerms){ 0, 0, VISIT_TICKET_TAKE });
  g_autofree char *same = visit_ticket_hash (SECRET);
  g_autofree char *other = visit_ticket_hash ("0123456789abcdef0123456789abcdeg");

  g_assert_true (visit_ticket_matches (ticket, same));
  g_assert_false (visit_ticket_matches (ticket, other));
  for (guint i = 0; i < 100; i++)
    {
      g_assert_true (visit_ticket_is_good (ticket, VISIT_TICKET_TAKE));
      visit_ticket_use (ticket);
    }
}

static void
test_uses (void)
{
  g_autoptr (VisitTicket) thrice = visit_ticket_new (SECRET, &(VisitTicketTerms){ 3, 0, VISIT_TICKET_TAKE });

  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (visit_ticket_is_good (thrice, VISIT_TICKET_TAKE));
      visit_ticket_use (thrice);
    }
  g_assert_false (visit_ticket_is_good (thrice, VISIT_TICKET_TAKE));
}

/* Each use counts, whatever for; and a ticket opens nothing that it was not made for. */
static void
test_purposes (void)
{
  g_autoptr (VisitTicket) records = visit_ticket_new (SECRET, &(VisitTicketTerms){ 1, 60, VISIT_TICKET_RECORDS });
  g_autoptr (VisitTicket) both
      = visit_ticket_new (SECRET, &(VisitTicketTerms){ 1, 60, VISIT_TICKET_RECORDS | VISIT_TICKET_TAKE });
  guint64 entry = 0;

  g_assert_false (visit_ticket_is_good (records, VISIT_TICKET_TAKE));
  g_assert_true (visit_ticket_is_good (records, VISIT_TICKET_RECORDS));
  g_assert_true (visit_ticket_is_good (records, VISIT_TICKET_TAKE | VISIT_TICKET_RECORDS));
  visit_ticket_use (both);
  g_assert_false (visit_ticket_is_good (both, VISIT_TICKET_TAKE | VISIT_TICKET_RECORDS));

  g_assert_false (visit_ticket_get_entry (both, &entry));
  visit_ticket_set_entry (both, 42);
  g_assert_true (visit_ticket_get_entry (both, &entry));
  g_assert_cmpuint (entry, ==, 42);
}

static void
test_ends (void)
{
  g_autoptr (VisitTicket) ticket = visit_ticket_new (SECRET, &(VisitTicketTerms){ 0, 1, VISIT_TICKET_TAKE });
  struct itimerspec second = { .it_value.tv_sec = 1, .it_value.tv_nsec = 1 };
  int timer = timerfd_create (CLOCK_BOOTTIME, TFD_CLOEXEC);
  guint64 expirations = 0;

  g_assert_true (visit_ticket_is_good (ticket, VISIT_TICKET_TAKE));
  g_assert_no_errno (timerfd_settime (timer, 0, &second, NULL));
  g_assert_cmpint (read (timer, &expirations, sizeof expirations), ==, sizeof expirations);
  g_assert_false (visit_ticket_is_good (ticket, VISIT_TICKET_TAKE));
  close (timer);
}

static void
test_drawn (void)
{
  g_autoptr (Secret) first = visit_ticket_draw (), second = visit_ticket_draw ();
  const char *one = (const char *)secret_get_data (first), *other = (const char *)secret_get_data (second);

  g_assert_true (visit_ticket_is_valid (one));
  g_assert_cmpuint (strlen (one), ==, 43);
  g_assert_cmpuint (strspn (one, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_"), ==, 43);
  g_assert_cmpstr (one, !=, other);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/visit-ticket/valid", test_valid);
  g_test_add_func ("/visit-ticket/matches", test_matches);
  g_test_add_func ("/visit-ticket/uses", test_uses);
  g_test_add_func ("/visit-ticket/purposes", test_purposes);
  g_test_add_func ("/visit-ticket/ends", test_ends);
  g_test_add_func ("/visit-ticket/drawn", test_drawn);
  return g_test_run ();
}
