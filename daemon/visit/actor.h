/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * actor: who asks for something: what the bus knows of the caller, and what the caller asserts of itself (a clinic's
 * staff share one log-in). Borrowed for a call; copied by who keeps it. NULL: not known, or not said.
 */
#pragma once

#include "codec/ledger-entry.h"

typedef struct
{
  guint32 uid;
  const char *program;     /* the name of its file, as the kernel says */
  const char *sender;      /* unique name */
  const char *staff;       /* asserted: an id, 1 to 64 characters */
  const char *role;        /* asserted: of SHIKAKU_ROLES */
  const char *reason;      /* asserted: why, for staff; 1 to 256 characters; no personal data is asked for */
  gboolean is_break_glass; /* an emergency: limits are passed over, and that is told and reviewed */
} Actor;

/* actor_check: what is asserted can be that; empty texts cannot. FALSE with INVALID_OPTION, which names the option. */
gboolean actor_check (const Actor *actor, GError **error);

/* actor_new: a copy; (transfer full). */
Actor *actor_new (const Actor *actor);
void actor_free (Actor *actor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Actor, actor_free)

/* actor_describe: adds who it is to @entry: Uid, Program, Sender, Staff, Role, Reason. */
void actor_describe (const Actor *actor, LedgerEntry *entry);
