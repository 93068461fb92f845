/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ship-base: the hospital's PostgreSQL, with what schema.sql makes in it. In: entries, roots, faults. Out: how far a
 * desk was shipped, and all that is there. Rows are added, never changed. Every call waits; errors are G_IO_ERROR with
 * the server's words.
 *
 * A server that is not reached by a local socket is reached by TLS alone, with a certificate that bears its name.
 */
#pragma once

#include "client/ship/ship-entry.h"

typedef struct ShipBase ShipBase;

/* ship_base_new: @connection: a connection string of libpq. (transfer full); NULL: it cannot be reached so. */
ShipBase *ship_base_new (const char *connection, GError **error);
void ship_base_free (ShipBase *base);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShipBase, ship_base_free)

/* ship_base_create: the schema, which may not be there yet; for an administrator of the database. */
gboolean ship_base_create (ShipBase *base, GError **error);

/* ship_base_lock: until the connection ends nobody else ships or accepts this desk. FALSE with G_IO_ERROR_BUSY:
 * somebody does. */
gboolean ship_base_lock (ShipBase *base, const char *origin, GError **error);

/* How far a desk was shipped. */
typedef struct
{
  int generation;
  guint64 size;          /* 0: nothing was */
  MerkleHash root, last; /* of the tree; of the last leaf */
  GPtrArray *keys;       /* of char *: that sign its checkpoints */
} ShipState;

void ship_state_free (ShipState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShipState, ship_state_free)

/* ship_base_read_state: of the desk's newest generation; 0 of a desk that is new. (transfer full). */
ShipState *ship_base_read_state (ShipBase *base, const char *origin, GError **error);

/* ship_base_read_leaf: the hash of one entry. */
gboolean ship_base_read_leaf (ShipBase *base, const char *origin, int generation, guint64 place, MerkleHash *ret_leaf,
                              GError **error);

/*
 * ship_base_add: in one transaction: @entries (of ShipEntry), the keys that they tell of, and how far the desk is with
 * them: @root of the tree of @size leaves, @note: the checkpoint by which that was verified. Durable at return.
 */
gboolean ship_base_add (ShipBase *base, const char *origin, int generation, GPtrArray *entries, guint64 size,
                        const MerkleHash *root, const char *note, GError **error);

/* ship_base_add_fault: what is wrong at a desk, for the hospital to see. */
gboolean ship_base_add_fault (ShipBase *base, const char *origin, int generation, const char *what, const char *message,
                              const char *note, GError **error);

/* ship_base_begin_generation: from now on the desk is shipped anew. @reason: not empty. G_IO_ERROR_NOT_FOUND: no such
 * desk. */
gboolean ship_base_begin_generation (ShipBase *base, const char *origin, const char *reason, GError **error);

/* Reading all. FALSE of @visit ends it with the error that it has set. Texts and hashes are borrowed. */
typedef gboolean (*ShipDeskVisit) (const char *origin, int generation, gpointer user_data, GError **error);
typedef gboolean (*ShipEntryVisit) (const ShipEntry *entry, const char *kind, gint64 at, const char *fields,
                                    gpointer user_data, GError **error);
typedef struct
{
  guint64 size;
  MerkleHash root;
  char *note;
} ShipCheckpoint;

gboolean ship_base_walk_desks (ShipBase *base, ShipDeskVisit visit, gpointer user_data, GError **error);
gboolean ship_base_walk_entries (ShipBase *base, const char *origin, int generation, ShipEntryVisit visit,
                                 gpointer user_data, GError **error);

/* ship_base_read_checkpoints: (transfer full) of ShipCheckpoint, by size. _read_keys: (transfer full) of char *. */
GPtrArray *ship_base_read_checkpoints (ShipBase *base, const char *origin, int generation, GError **error);
GPtrArray *ship_base_read_keys (ShipBase *base, const char *origin, int generation, GError **error);
