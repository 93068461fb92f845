/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-ticket: a secret by which a visit outlives its owner and is taken by who knows it, or by which its patient's
 * records are fetched. In: the secret, as the owner chose it or as it is drawn here. Out: whether another text is the
 * same, and whether it is good for what is wanted now. The secret itself is not kept, only a keyed hash of it, whose
 * key is drawn at the start.
 */
#pragma once

#include "base/secret.h"

#define VISIT_TICKET_MINIMUM 32 /* characters */
#define VISIT_TICKET_MAXIMUM 128

/* What a ticket is good for; of one that is good for both, each use counts. */
typedef enum
{
  VISIT_TICKET_TAKE = 1 << 0,    /* the visit */
  VISIT_TICKET_RECORDS = 1 << 1, /* of the visit's patient */
} VisitTicketPurpose;

typedef struct
{
  guint uses;     /* how often it is good; 0: as often as one likes */
  guint seconds;  /* and for how long, also while the machine sleeps; 0: it has no end of its own */
  guint purposes; /* of VisitTicketPurpose */
} VisitTicketTerms;

typedef struct VisitTicket VisitTicket;

/* visit_ticket_is_valid: VISIT_TICKET_MINIMUM to VISIT_TICKET_MAXIMUM characters of ASCII that can be seen. */
gboolean visit_ticket_is_valid (const char *secret);

/* visit_ticket_draw: a new secret: 256 random bits, as a string of 43 characters; (transfer full). */
Secret *visit_ticket_draw (void);

/* visit_ticket_new: from now on. Reference-counted. */
VisitTicket *visit_ticket_new (const char *secret, const VisitTicketTerms *terms);
VisitTicket *visit_ticket_ref (VisitTicket *ticket);
void visit_ticket_unref (VisitTicket *ticket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VisitTicket, visit_ticket_unref)

/* visit_ticket_hash: to be compared with several tickets; (transfer full). */
char *visit_ticket_hash (const char *secret);

/* visit_ticket_matches: in the same time, whatever @hash is. */
gboolean visit_ticket_matches (const VisitTicket *ticket, const char *hash);

/* visit_ticket_is_good: for one of @purposes, now: it is not used up, and its time is not over. */
gboolean visit_ticket_is_good (const VisitTicket *ticket, guint purposes);

/* visit_ticket_use: once. It must be good. */
void visit_ticket_use (VisitTicket *ticket);

/* The place in the ledger where it says that it was made; FALSE: it says nothing of it. */
void visit_ticket_set_entry (VisitTicket *ticket, guint64 entry);
gboolean visit_ticket_get_entry (const VisitTicket *ticket, guint64 *ret_entry);
