/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-tree: the ledger on the store's thread: it is born, grows, changes its key, forgets what is too old; and says
 * when it cannot be gone on with. In: entries, inside jobs. Out: their places; at the end of each job that has appended
 * something one row with the head, signed; and when that is on the disk, the note beside the file.
 *
 * What goes wrong here fails the job, and so is undone; the head is read anew then. Everything but what is said to be
 * for any thread is called in jobs alone.
 */
#pragma once

#include "codec/ledger-entry.h"
#include "store/ledger-note.h"
#include "store/ledger-table.h"
#include "store/ledger-types.h"
#include "store/store.h"

typedef struct LedgerTree LedgerTree;

/* Any thread. ledger_tree_new: @folder: of the file; @key_folder: of the store's key. */
LedgerTree *ledger_tree_new (const char *folder, const char *key_folder);
LedgerTree *ledger_tree_ref (LedgerTree *tree);
void ledger_tree_unref (gpointer tree);
void ledger_tree_set_origin (LedgerTree *tree, const char *begin);

/* Of the store, whose data is the tree. */
extern const StoreHooks ledger_tree_hooks;

/* ledger_tree_append: NOT_FOUND: no key; LEDGER_FAILED: why it cannot go on. */
gboolean ledger_tree_append (LedgerTree *tree, sqlite3 *database, const LedgerEntry *entry, guint64 *ret_index,
                             GError **error);

/* ledger_tree_get_last_leaf: the hash of what was appended last. */
void ledger_tree_get_last_leaf (LedgerTree *tree, MerkleHash *ret_leaf);

/* ledger_tree_take_news: of what was appended since this was asked last. */
void ledger_tree_take_news (LedgerTree *tree, LedgerNews *ret_news);

/* ledger_tree_restore, _change_key: see ledger.h. @entry is completed. */
gboolean ledger_tree_restore (LedgerTree *tree, sqlite3 *database, LedgerEntry *entry, guint64 *ret_index,
                              GError **error);
gboolean ledger_tree_change_key (LedgerTree *tree, sqlite3 *database, LedgerEntry *entry, const char *act,
                                 guint64 *ret_index, GError **error);

/*
 * ledger_tree_prune: drops leaves of before @before (microseconds since the epoch), if that was not done within a day,
 * so many at a time. Entries of kind KEY stay: they are of nobody, and say who may sign. @ret_more: there are more.
 */
gboolean ledger_tree_prune (LedgerTree *tree, sqlite3 *database, gint64 before, gboolean *ret_more, GError **error);

/* ledger_tree_get_head: NULL: it is not born. (transfer none). */
const LedgerHead *ledger_tree_get_head (LedgerTree *tree);

/* ledger_tree_open_key: (transfer none) the key in force, or NULL with NOT_FOUND, LEDGER_FAILED. */
const LedgerKey *ledger_tree_open_key (LedgerTree *tree, sqlite3 *database, GError **error);

/* ledger_tree_read_note: what is noted beside the file; see ledger-note.h. */
gboolean ledger_tree_read_note (LedgerTree *tree, Checkpoint **ret_checkpoint, GError **error);
