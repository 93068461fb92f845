/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-desk: the daemon of this desk, on the system bus. In: what ORCA wants, as texts under the names of the D-Bus
 * contract (orca-part.h). Out: the center's own messages. Every call waits; it is for one thread, whose default context
 * is its own.
 */
#pragma once

#include <gio/gio.h>

#include "client/orca/orca-json.h"

typedef struct OrcaDesk OrcaDesk;

/* What came of a call. */
typedef enum
{
  ORCA_DESK_DONE,
  ORCA_DESK_LATER,   /* the daemon, or the center, is away: again later */
  ORCA_DESK_REFUSED, /* so it will never be answered */
} OrcaDeskOutcome;

/* Why something was not done: the program is told to end. Of LATER. */
#define ORCA_DESK_STOPPING "stopping"

/* orca_desk_new: @cancellable: ends whatever is waited for. (transfer full); NULL: there is no bus. */
OrcaDesk *orca_desk_new (GCancellable *cancellable, GError **error);
void orca_desk_free (OrcaDesk *desk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrcaDesk, orca_desk_free)

/*
 * orca_desk_check: a visit by the numbers of @part. *ret_message: (transfer full) the center's message as it came, of
 * DONE. *ret_why: (transfer full) of the others: the name of an error, or of a state; nothing of a person.
 */
OrcaDeskOutcome orca_desk_check (OrcaDesk *desk, JsonObject *part, GBytes **ret_message, char **ret_why);

/* orca_desk_register: has the center keep ReferenceNumber of @part with the insurance that has its numbers. */
OrcaDeskOutcome orca_desk_register (OrcaDesk *desk, JsonObject *part, char **ret_why);

/*
 * orca_desk_claim: what the terminal has brought about @person (orca_answer_read_person) is taken, so that the consents
 * given there count here. REFUSED: nothing of it waits, or several people fit.
 */
OrcaDeskOutcome orca_desk_claim (OrcaDesk *desk, JsonObject *person, char **ret_why);

/* orca_desk_withdraw: whatever the insured of @part has consented to here, and still stands. */
OrcaDeskOutcome orca_desk_withdraw (OrcaDesk *desk, JsonObject *part, char **ret_why);

/*
 * orca_desk_fetch: records of the insured of @part, From and To or all. @kind: drug, diagnosis, checkup.
 * *ret_documents: (transfer full) of GBytes, of DONE, each a document with data or an answer that there are none;
 * *ret_why is set then if something of what was wanted is missing.
 */
OrcaDeskOutcome orca_desk_fetch (OrcaDesk *desk, JsonObject *part, const char *kind, GPtrArray **ret_documents,
                                 char **ret_why);

/*
 * orca_desk_list: a list of who has consented to the care (Treatment) of @part, From and To (YYYYMMDD), under its
 * Identifier. @ret_document: NULL: the list shall be made: *ret_reception: (transfer full) its number. Else the list of
 * ReceptionNumber of @part is fetched: (transfer full); NULL and DONE: it is not ready.
 */
OrcaDeskOutcome orca_desk_list (OrcaDesk *desk, JsonObject *part, char **ret_reception, GBytes **ret_document,
                                char **ret_why);
