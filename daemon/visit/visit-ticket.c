/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-ticket: see the header. */
#include "visit/visit-ticket.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#define KEY_SIZE 32
#define HASH_SIZE 64 /* characters */
#define DRAWN_SIZE 32

struct VisitTicket
{
  guint references;
  char *hash;
  guint purposes;
  gboolean is_limited;
  guint uses;  /* that are left, if it is */
  gint64 ends; /* microseconds of CLOCK_BOOTTIME; 0: it does not by itself */
  gboolean has_entry;
  guint64 entry;
};

static gint64
get_boot_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
draw (guint8 *bytes, gsize size)
{
  if (getrandom (bytes, size, 0) != (ssize_t)size)
    g_error ("There are no random numbers");
}

gboolean
visit_ticket_is_valid (const char *secret)
{
  const gsize length = strlen (secret);

  for (const char *c = secret; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c))
      return FALSE;
  return length >= VISIT_TICKET_MINIMUM && length <= VISIT_TICKET_MAXIMUM;
}

char *
visit_ticket_hash (const char *secret)
{
  static guint8 key[KEY_SIZE];
  static gsize drawn;

  if (g_once_init_enter (&drawn))
    {
      draw (key, sizeof key);
      g_once_init_leave (&drawn, 1);
    }
  return g_compute_hmac_for_string (G_CHECKSUM_SHA256, key, sizeof key, secret, -1);
}

/* With the letters that an address, a command line and a file name take too. */
Secret *
visit_ticket_draw (void)
{
  guint8 bytes[DRAWN_SIZE];
  g_autofree char *text = NULL;
  gsize size;

  draw (bytes, sizeof bytes);
  text = g_strdelimit (g_strdelimit (g_base64_encode (bytes, sizeof bytes), "+", '-'), "/", '_');
  explicit_bzero (bytes, sizeof bytes);
  size = strlen (text) + 1;
  text[strcspn (text, "=")] = '\0';
  return secret_take (text, size);
}

VisitTicket *
visit_ticket_new (const char *secret, const VisitTicketTerms *terms)
{
  VisitTicket *ticket = g_new (VisitTicket, 1);

  *ticket = (VisitTicket){
    .references = 1,
    .hash = visit_ticket_hash (secret),
    .purposes = terms->purposes,
    .is_limited = terms->uses > 0,
    .uses = terms->uses,
    .ends = terms->seconds > 0 ? get_boot_time () + (gint64)terms->seconds * G_USEC_PER_SEC : 0,
  };
  return ticket;
}

VisitTicket *
visit_ticket_ref (VisitTicket *ticket)
{
  ticket->references++;
  return ticket;
}

void
visit_ticket_unref (VisitTicket *ticket)
{
  if (--ticket->references > 0)
    return;
  g_free (ticket->hash);
  g_free (ticket);
}

gboolean
visit_ticket_matches (const VisitTicket *ticket, const char *hash)
{
  guint difference = 0;

  for (gsize i = 0; i < HASH_SIZE; i++)
    difference |= (guint)(ticket->hash[i] ^ hash[i]);
  return difference == 0;
}

gboolean
visit_ticket_is_good (const VisitTicket *ticket, guint purposes)
{
  return (ticket->purposes & purposes) != 0 && (!ticket->is_limited || ticket->uses > 0)
         && (ticket->ends == 0 || get_boot_time () < ticket->ends);
}

void
visit_ticket_use (VisitTicket *ticket)
{
  g_return_if_fail (!ticket->is_limited || ticket->uses > 0);

  if (ticket->is_limited)
    ticket->uses--;
}

void
visit_ticket_set_entry (VisitTicket *ticket, guint64 entry)
{
  ticket->has_entry = TRUE;
  ticket->entry = entry;
}

gboolean
visit_ticket_get_entry (const VisitTicket *ticket, guint64 *ret_entry)
{
  if (ticket->has_entry)
    *ret_entry = ticket->entry;
  return ticket->has_entry;
}
