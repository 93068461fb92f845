/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ship-copy: entries of a desk come in, verified pages of them go out. */
#include "client/ship/ship-copy.h"

#include "client/ship/ship-note.h"
#include "client/ship/ship-prefix.h"

#define PAGE 500 /* entries of one transaction */

/* Why a run ends, beside what could not be read. */
#define SHIP_FAULT (ship_fault_quark ())
static G_DEFINE_QUARK (shikaku - ship - fault - quark, ship_fault)

    /* The words of shikaku.fault.what. */
    static const char *const words[]
    = { "rolled-back", "forked", "unsigned", "inconsistent" };
enum
{
  FAULT_ROLLED_BACK,
  FAULT_FORKED,
  FAULT_UNSIGNED,
  FAULT_INCONSISTENT,
};

typedef struct
{
  ShipDesk *desk;
  ShipBase *base;
  ShipState *state;
  char *note, *origin;
  GPtrArray *keys; /* of char *: that are known, and those of entries that were read */
  Checkpoint *checkpoint;
  MerkleFrontier frontier; /* of what was shipped, and of the page that is being read */
  GPtrArray *page;         /* of ShipEntry */
  guint64 n_shipped;
} Copy;

static gboolean
add_key (ShipEntry *entry, gpointer user_data, GError **error)
{
  Copy *copy = user_data;

  if (ship_entry_get_key (entry) != NULL)
    g_ptr_array_add (copy->keys, g_strdup (ship_entry_get_key (entry)));
  ship_entry_free (entry);
  return TRUE;
}

/*
 * The desk's checkpoint, by a key that is known. One that is not may stand in an entry that was not shipped yet: a new
 * desk's first, or one of a rotation. Such an entry counts only as part of a tree that goes on from what was shipped.
 */
static gboolean
read_checkpoint (Copy *copy, GError **error)
{
  const char *why;

  copy->checkpoint = ship_note_read (copy->note, copy->keys, &why);
  if (copy->checkpoint != NULL)
    return TRUE;
  if (!ship_desk_read (copy->desk, copy->state->size, add_key, copy, error))
    return FALSE;
  copy->checkpoint = ship_note_read (copy->note, copy->keys, &why);
  if (copy->checkpoint == NULL)
    g_set_error (error, SHIP_FAULT, FAULT_UNSIGNED, "the checkpoint of %s: %s", copy->origin, why);
  return copy->checkpoint != NULL;
}

/*
 * A proof that @leaf is at @place in the desk's tree. @ret_frontier: of the tree that ends there. FALSE with an error:
 * FAULT_INCONSISTENT: it is not.
 */
static gboolean
prove (Copy *copy, guint64 place, const MerkleHash *leaf, MerkleFrontier *ret_frontier, GError **error)
{
  g_autofree char *text = ship_desk_get_proof (copy->desk, place, error);
  g_autoptr (TlogProof) proof = text != NULL ? tlog_proof_parse (text) : NULL;
  g_autoptr (Checkpoint) checkpoint = NULL;
  const char *why = "it is none";

  if (text == NULL)
    return FALSE;
  if (proof != NULL)
    checkpoint = ship_note_read (proof->checkpoint, copy->keys, &why);
  if (checkpoint == NULL)
    {
      g_set_error (error, SHIP_FAULT, FAULT_UNSIGNED, "the proof of entry %" G_GUINT64_FORMAT " of %s: %s", place,
                   copy->origin, why);
      return FALSE;
    }
  if (g_strcmp0 (checkpoint->origin, copy->origin) == 0 && proof->index == place
      && merkle_verify_inclusion (leaf, place, checkpoint->size, proof->hashes, proof->n, &checkpoint->root)
      && ship_prefix_read (proof, checkpoint->size, leaf, ret_frontier))
    return TRUE;
  g_set_error (error, SHIP_FAULT, FAULT_INCONSISTENT,
               "entry %" G_GUINT64_FORMAT " is not in the tree that %s has signed", place, copy->origin);
  return FALSE;
}

/* Whether an entry that was shipped is still at its place. FALSE without an error: it is not. */
static gboolean
is_still_there (Copy *copy, guint64 place, GError **error)
{
  MerkleFrontier frontier;
  MerkleHash leaf;
  GError *failure = NULL;

  if (!ship_base_read_leaf (copy->base, copy->origin, copy->state->generation, place, &leaf, error))
    return FALSE;
  if (prove (copy, place, &leaf, &frontier, &failure))
    return TRUE;
  if (g_error_matches (failure, SHIP_FAULT, FAULT_INCONSISTENT))
    g_error_free (failure);
  else
    g_propagate_error (error, failure);
  return FALSE;
}

/* The place of the first entry that is another than was shipped: before it all are the same. */
static void
set_forked (Copy *copy, guint64 size, GError **error)
{
  guint64 same = 0, other = MIN (size, copy->state->size);

  while (same < other)
    {
      guint64 middle = same + (other - same) / 2;
      GError *failure = NULL;

      if (is_still_there (copy, middle, &failure))
        same = middle + 1;
      else if (failure == NULL)
        other = middle;
      else
        {
          g_propagate_error (error, failure);
          return;
        }
    }
  g_set_error (error, SHIP_FAULT, size < copy->state->size ? FAULT_ROLLED_BACK : FAULT_FORKED,
               "the ledger of %s is not the one that was shipped: it has %" G_GUINT64_FORMAT
               " entries, %" G_GUINT64_FORMAT " were shipped; what was at place %" G_GUINT64_FORMAT
               " and after it is gone or another",
               copy->origin, size, copy->state->size, same);
}

/* Whether the desk's tree begins with what was shipped. */
static gboolean
check_beginning (Copy *copy, GError **error)
{
  const ShipState *state = copy->state;
  GError *failure = NULL;
  MerkleHash root;

  if (state->size == 0)
    return TRUE;
  if (copy->checkpoint->size < state->size
      || (!prove (copy, state->size - 1, &state->last, &copy->frontier, &failure)
          && g_error_matches (failure, SHIP_FAULT, FAULT_INCONSISTENT)))
    {
      g_clear_error (&failure);
      set_forked (copy, copy->checkpoint->size, error);
      return FALSE;
    }
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  merkle_frontier_get_root (&copy->frontier, &root);
  if (!merkle_hash_equal (&root, &state->root))
    set_forked (copy, copy->checkpoint->size, error);
  return merkle_hash_equal (&root, &state->root);
}

/* The page is the beginning of what the desk has signed; then it is written. */
static gboolean
ship_page (Copy *copy, GError **error)
{
  const ShipEntry *last = g_ptr_array_index (copy->page, copy->page->len - 1);
  MerkleFrontier proved;
  MerkleHash root, proved_root;

  if (!prove (copy, last->place, &last->leaf, &proved, error))
    return FALSE;
  merkle_frontier_get_root (&copy->frontier, &root);
  merkle_frontier_get_root (&proved, &proved_root);
  if (!merkle_hash_equal (&root, &proved_root))
    {
      g_set_error (error, SHIP_FAULT, FAULT_INCONSISTENT,
                   "what %s hands out up to entry %" G_GUINT64_FORMAT " is not what it has signed", copy->origin,
                   last->place);
      return FALSE;
    }
  if (!ship_base_add (copy->base, copy->origin, copy->state->generation, copy->page, copy->frontier.size, &root,
                      copy->note, error))
    return FALSE;
  copy->n_shipped += copy->page->len;
  g_ptr_array_set_size (copy->page, 0);
  return TRUE;
}

static gboolean
take_entry (ShipEntry *entry, gpointer user_data, GError **error)
{
  Copy *copy = user_data;
  MerkleHash made[MERKLE_LEVELS];

  if (entry->place != copy->frontier.size)
    {
      g_set_error (error, SHIP_FAULT, FAULT_INCONSISTENT,
                   "%s has left out what is at place %" G_GUINT64_FORMAT ", and went on at %" G_GUINT64_FORMAT,
                   copy->origin, copy->frontier.size, entry->place);
      ship_entry_free (entry);
      return FALSE;
    }
  merkle_frontier_append (&copy->frontier, &entry->leaf, made);
  g_ptr_array_add (copy->page, entry);
  if ((copy->page->len == PAGE || copy->frontier.size == copy->checkpoint->size) && !ship_page (copy, error))
    return FALSE;
  return copy->frontier.size < copy->checkpoint->size; /* what came later has a checkpoint of its own */
}

static gboolean
run (Copy *copy, const GPtrArray *keys, GError **error)
{
  copy->note = ship_desk_get_checkpoint (copy->desk, error);
  if (copy->note == NULL)
    return FALSE;
  copy->origin = ship_note_get_origin (copy->note);
  if (copy->origin == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the desk has sent no checkpoint");
      return FALSE;
    }
  if (!ship_base_lock (copy->base, copy->origin, error))
    return FALSE;
  copy->state = ship_base_read_state (copy->base, copy->origin, error);
  if (copy->state == NULL)
    return FALSE;
  for (guint i = 0; i < copy->state->keys->len; i++)
    g_ptr_array_add (copy->keys, g_strdup (g_ptr_array_index (copy->state->keys, i)));
  for (guint i = 0; keys != NULL && i < keys->len; i++)
    g_ptr_array_add (copy->keys, g_strdup (g_ptr_array_index (keys, i)));
  if (!read_checkpoint (copy, error) || !check_beginning (copy, error))
    return FALSE;
  if (copy->checkpoint->size == copy->state->size)
    return TRUE;
  if (!ship_desk_read (copy->desk, copy->state->size, take_entry, copy, error))
    return FALSE;
  if (copy->frontier.size < copy->checkpoint->size)
    {
      g_set_error (error, SHIP_FAULT, FAULT_INCONSISTENT,
                   "%s has handed out %" G_GUINT64_FORMAT " entries of the %" G_GUINT64_FORMAT " that it has signed",
                   copy->origin, copy->frontier.size, copy->checkpoint->size);
      return FALSE;
    }
  return TRUE;
}

static void
clear (Copy *copy)
{
  g_clear_pointer (&copy->state, ship_state_free);
  g_clear_pointer (&copy->checkpoint, checkpoint_free);
  g_free (copy->note);
  g_free (copy->origin);
  g_ptr_array_unref (copy->keys);
  g_ptr_array_unref (copy->page);
}

ShipCopyOutcome
ship_copy_run (ShipDesk *desk, ShipBase *base, const GPtrArray *keys, char **ret_message)
{
  Copy copy = { .desk = desk, .base = base };
  g_autoptr (GError) error = NULL;
  ShipCopyOutcome outcome = SHIP_COPY_DONE;

  copy.keys = g_ptr_array_new_with_free_func (g_free);
  copy.page = g_ptr_array_new_with_free_func ((GDestroyNotify)ship_entry_free);
  if (run (&copy, keys, &error))
    *ret_message = g_strdup_printf ("%s: %" G_GUINT64_FORMAT " new entries, %" G_GUINT64_FORMAT " in all", copy.origin,
                                    copy.n_shipped, copy.checkpoint->size);
  else
    {
      outcome = error->domain == SHIP_FAULT ? SHIP_COPY_FAULT : SHIP_COPY_FAILED;
      g_dbus_error_strip_remote_error (error);
      *ret_message = g_strdup (error->message);
    }
  if (outcome == SHIP_COPY_FAULT && copy.state != NULL)
    {
      g_autoptr (GError) failure = NULL;

      if (!ship_base_add_fault (base, copy.origin, copy.state->generation, words[error->code], error->message,
                                copy.note, &failure))
        g_printerr ("The fault could not be noted: %s\n", failure->message);
    }
  clear (&copy);
  return outcome;
}
