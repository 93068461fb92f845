/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-ticket: see the header. */
#include "visit/visit-ticket.h"

#include <string.h>
#include <sys/random.h>

#define KEY_SIZE 32
#define HASH_SIZE 64 /* characters */

struct VisitTicket
{
  char *hash;
  gboolean is_limited;
  guint uses; /* that are left, if it is */
};

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
      if (getrandom (key, sizeof key, 0) != (ssize_t)sizeof key)
        g_error ("There are no random numbers");
      g_once_init_leave (&drawn, 1);
    }
  return g_compute_hmac_for_string (G_CHECKSUM_SHA256, key, sizeof key, secret, -1);
}

VisitTicket *
visit_ticket_new (const char *secret, guint uses)
{
  VisitTicket *ticket = g_new (VisitTicket, 1);

  *ticket = (VisitTicket){ visit_ticket_hash (secret), uses > 0, uses };
  return ticket;
}

void
visit_ticket_free (VisitTicket *ticket)
{
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
visit_ticket_use (VisitTicket *ticket)
{
  return !ticket->is_limited || --ticket->uses > 0;
}
