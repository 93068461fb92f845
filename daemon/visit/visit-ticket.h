/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-ticket: the secret by which a visit outlives its owner, and is taken by who knows it. In: the secret, as its
 * owner chose it. Out: whether another text is the same. The secret itself is not kept, only a keyed hash of it, whose
 * key is drawn at the start.
 */
#pragma once

#include <glib.h>

#define VISIT_TICKET_MINIMUM 32 /* characters */
#define VISIT_TICKET_MAXIMUM 128

typedef struct VisitTicket VisitTicket;

/* visit_ticket_is_valid: VISIT_TICKET_MINIMUM to VISIT_TICKET_MAXIMUM characters of ASCII that can be seen. */
gboolean visit_ticket_is_valid (const char *secret);

/* visit_ticket_new: @uses: how often it may be taken; 0: as often as one likes. */
VisitTicket *visit_ticket_new (const char *secret, guint uses);
void visit_ticket_free (VisitTicket *ticket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VisitTicket, visit_ticket_free)

/* visit_ticket_hash: to be compared with several tickets; (transfer full). */
char *visit_ticket_hash (const char *secret);

/* visit_ticket_matches: in the same time, whatever @hash is. */
gboolean visit_ticket_matches (const VisitTicket *ticket, const char *hash);

/* visit_ticket_use: it was taken. Return: FALSE: it is used up. */
gboolean visit_ticket_use (VisitTicket *ticket);
