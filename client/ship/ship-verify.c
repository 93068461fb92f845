/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ship-verify: rows come in, faults go out. */
#include "client/ship/ship-verify.h"

#include <json-glib/json-glib.h>

#include "client/ship/ship-note.h"

typedef struct
{
  ShipBase *base;
  const GPtrArray *trusted; /* of char *; NULL: what the entries tell of */
  guint64 n_faults;

  /* Of the desk that is being read. */
  const char *origin;
  int generation;
  GPtrArray *checkpoints; /* of ShipCheckpoint */
  guint next;             /* of them, that is not reached yet */
  guint64 signed_size;    /* what the greatest checkpoint of its own size has signed */
  guint64 n_pruned;
  GPtrArray *told; /* of char *: keys that entries tell of */
  MerkleFrontier frontier;
} Verify;

static void G_GNUC_PRINTF (2, 3) report (Verify *verify, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  verify->n_faults++;
  g_print ("%s, generation %d: %s\n", verify->origin, verify->generation, text);
}

static const GPtrArray *
get_keys (const Verify *verify)
{
  return verify->trusted != NULL ? verify->trusted : verify->told;
}

/* The signatures are looked at when all keys are known: at the end of the desk. */
static void
check_notes (Verify *verify)
{
  for (guint i = 0; i < verify->checkpoints->len; i++)
    {
      const ShipCheckpoint *row = g_ptr_array_index (verify->checkpoints, i);
      const char *why;
      g_autoptr (Checkpoint) checkpoint = ship_note_read (row->note, get_keys (verify), &why);

      if (checkpoint == NULL)
        report (verify, "the checkpoint at %" G_GUINT64_FORMAT ": %s", row->size, why);
      else if (g_strcmp0 (checkpoint->origin, verify->origin) != 0)
        report (verify, "the checkpoint at %" G_GUINT64_FORMAT " is of %s", row->size, checkpoint->origin);
      else if (checkpoint->size < row->size
               || (checkpoint->size == row->size && !merkle_hash_equal (&checkpoint->root, &row->root)))
        report (verify, "the checkpoint at %" G_GUINT64_FORMAT " says another root than was signed", row->size);
      else if (checkpoint->size == row->size)
        verify->signed_size = row->size;
    }
}

/* Whether the tree so far is what each checkpoint of this size says. */
static void
check_roots (Verify *verify)
{
  MerkleHash root;

  merkle_frontier_get_root (&verify->frontier, &root);
  for (; verify->next < verify->checkpoints->len; verify->next++)
    {
      const ShipCheckpoint *row = g_ptr_array_index (verify->checkpoints, verify->next);

      if (row->size > verify->frontier.size)
        return;
      if (row->size == verify->frontier.size && !merkle_hash_equal (&root, &row->root))
        report (verify, "the entries below %" G_GUINT64_FORMAT " are not those that were signed", row->size);
    }
}

static gboolean
is_same_json (const char *a, const char *b)
{
  g_autoptr (JsonNode) one = a != NULL ? json_from_string (a, NULL) : NULL;
  g_autoptr (JsonNode) other = b != NULL ? json_from_string (b, NULL) : NULL;

  return one != NULL && other != NULL && json_node_equal (one, other);
}

static gboolean
check_entry (const ShipEntry *entry, const char *kind, gint64 at, const char *fields, gpointer user_data,
             GError **error)
{
  Verify *verify = user_data;
  MerkleHash made[MERKLE_LEVELS];

  if (entry->place != verify->frontier.size)
    {
      report (verify, "entries %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " are not there", verify->frontier.size,
              entry->place - 1);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "no more of this desk");
      return FALSE;
    }
  if (!ship_entry_fits (entry))
    report (verify, "entry %" G_GUINT64_FORMAT ": salt and data do not give its leaf", entry->place);
  if (entry->data == NULL)
    verify->n_pruned++;
  else
    {
      g_autofree char *wanted = ship_entry_get_fields (entry);

      if (g_strcmp0 (kind, ship_entry_get_kind (entry)) != 0 || at != ship_entry_get_at (entry)
          || !is_same_json (fields, wanted))
        report (verify, "entry %" G_GUINT64_FORMAT ": what can be searched is not what its data say", entry->place);
    }
  if (ship_entry_get_key (entry) != NULL)
    g_ptr_array_add (verify->told, g_strdup (ship_entry_get_key (entry)));
  merkle_frontier_append (&verify->frontier, &entry->leaf, made);
  check_roots (verify);
  return TRUE;
}

static void
finish_desk (Verify *verify, guint64 n_faults)
{
  const ShipCheckpoint *last = NULL;

  check_notes (verify);
  if (verify->checkpoints->len > 0)
    last = g_ptr_array_index (verify->checkpoints, verify->checkpoints->len - 1);
  if (last != NULL && last->size > verify->frontier.size)
    report (verify, "entries %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " are not there", verify->frontier.size,
            last->size - 1);
  else if (verify->frontier.size > (last != NULL ? last->size : 0))
    report (verify, "entries from %" G_GUINT64_FORMAT " on have no checkpoint", last != NULL ? last->size : 0);
  if (verify->n_faults == n_faults)
    {
      g_print ("%s, generation %d: intact: %" G_GUINT64_FORMAT " entries, %" G_GUINT64_FORMAT
               " of them pruned, %" G_GUINT64_FORMAT " signed by their own checkpoint\n",
               verify->origin, verify->generation, verify->frontier.size, verify->n_pruned, verify->signed_size);
      for (guint i = 0; i < get_keys (verify)->len; i++)
        g_print ("  key %s\n", (const char *)g_ptr_array_index (get_keys (verify), i));
    }
}

static gboolean
verify_desk (const char *origin, int generation, gpointer user_data, GError **error)
{
  Verify *verify = user_data;
  guint64 n_faults = verify->n_faults;
  GError *failure = NULL;

  verify->origin = origin;
  verify->generation = generation;
  verify->next = 0;
  verify->signed_size = verify->n_pruned = verify->frontier.size = 0;
  verify->checkpoints = ship_base_read_checkpoints (verify->base, origin, generation, error);
  if (verify->checkpoints == NULL)
    return FALSE;
  verify->told = g_ptr_array_new_with_free_func (g_free);
  if (ship_base_walk_entries (verify->base, origin, generation, check_entry, verify, &failure))
    finish_desk (verify, n_faults);
  g_clear_pointer (&verify->checkpoints, g_ptr_array_unref);
  g_clear_pointer (&verify->told, g_ptr_array_unref);
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED)) /* the fault was reported */
    g_clear_error (&failure);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return failure == NULL;
}

gboolean
ship_verify_run (ShipBase *base, const GPtrArray *keys, guint64 *ret_faults, GError **error)
{
  Verify verify = { .base = base, .trusted = keys };
  gboolean is_read = ship_base_walk_desks (base, verify_desk, &verify, error);

  *ret_faults = verify.n_faults;
  return is_read;
}
