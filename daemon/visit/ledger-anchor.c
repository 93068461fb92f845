/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-anchor: state of the ledger, journal, file, witness; one round at a time. */
#include "visit/ledger-anchor.h"

#include <string.h>

#include "base/log.h"
#include "base/message-ids.h"

#define FIRST_SECONDS 60      /* from the first growth: what a start writes goes together */
#define INTERVAL_SECONDS 3600 /* between two rounds */
#define END_MILLISECONDS 1000 /* for a disk that does not answer */
#define FILE_MODE 0644        /* nothing in it is secret */

struct LedgerAnchoring
{
  gint references; /* its owner's, and those of what is under way */
  gboolean is_freed;
  Ledger *ledger;
  LedgerAnchorDenied denied;
  gpointer user_data;
  char *file;
  Witness *witness;
  guint timer;            /* until the next round; 0: nothing is to be told */
  gboolean is_round;      /* one is under way */
  gboolean wants_another; /* as soon as that has ended */
  gboolean has_begun;     /* there was one */
  /* The witness: */
  guint64 size; /* of the tree that it is shown */
  char *checkpoint;
  guint serial;                      /* of what it is shown */
  gboolean has_corrected;            /* it has said what it knows, and that was taken up */
  gboolean is_silent;                /* it could not be asked, which has been said */
  guint64 denied_size, denied_known; /* 0, 0: it has denied nothing */
  /* The end: */
  guint end_timer;
  GSourceFunc end;
  gpointer end_data;
};

static void begin_round (LedgerAnchoring *self);

static LedgerAnchoring *
ref (LedgerAnchoring *self)
{
  self->references++;
  return self;
}

static void
unref (LedgerAnchoring *self)
{
  if (--self->references > 0)
    return;
  g_free (self->file);
  g_free (self->checkpoint);
  g_free (self);
}

static gboolean
on_timer (gpointer user_data)
{
  LedgerAnchoring *self = user_data;

  self->timer = 0;
  begin_round (self);
  return G_SOURCE_REMOVE;
}

static void
plan_round (LedgerAnchoring *self)
{
  if (self->timer == 0 && self->end == NULL)
    self->timer = g_timeout_add_seconds (self->has_begun ? INTERVAL_SECONDS : FIRST_SECONDS, on_timer, self);
}

static void
tell_end (LedgerAnchoring *self)
{
  const GSourceFunc end = g_steal_pointer (&self->end);

  g_clear_handle_id (&self->end_timer, g_source_remove);
  if (end != NULL)
    end (self->end_data);
}

static void
end_round (LedgerAnchoring *self)
{
  self->is_round = FALSE;
  if (self->wants_another)
    {
      self->wants_another = FALSE;
      begin_round (self);
    }
  else
    tell_end (self);
}

/* The journal. */

static guint64
get_anchored (const LedgerState *state, const char *where)
{
  guint64 size = 0;

  for (guint i = 0; i < state->anchors->len; i++)
    {
      const LedgerAnchor *anchor = g_ptr_array_index (state->anchors, i);

      if (strcmp (anchor->where, where) == 0)
        size = MAX (size, anchor->size);
    }
  return size;
}

static void
tell_journal (LedgerAnchoring *self, const LedgerState *state)
{
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, state->size);
  g_autofree char *root = g_base64_encode (state->root.bytes, sizeof state->root.bytes);
  const LogField fields[] = { { "SHIKAKU_CHECKPOINT", state->checkpoint }, { "SHIKAKU_SIZE", size }, { NULL, NULL } };

  log_event (LOG_NOTICE, SHIKAKU_MESSAGE_LEDGER_CHECKPOINT, NULL, fields,
             "The ledger has %s entries; the root of its tree is %s", size, root);
  ledger_note_anchor (self->ledger, "journal", state->checkpoint);
}

/* The file. */

typedef struct
{
  char *path, *text;
} File;

static void
file_free (gpointer data)
{
  File *file = data;

  g_free (file->path);
  g_free (file->text);
  g_free (file);
}

static void
write_file (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const File *file = data;
  GError *error = NULL;

  if (g_file_set_contents_full (file->path, file->text, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, FILE_MODE, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_file_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LedgerAnchoring *self = user_data;
  const File *file = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    log_warning (NULL, "The checkpoint of the ledger cannot be written: %s", error->message);
  else if (!self->is_freed)
    {
      ledger_note_anchor (self->ledger, "file", file->text);
      log_info (NULL, "The checkpoint of the ledger is in its file");
    }
  if (!self->is_freed)
    end_round (self);
  unref (self);
}

static void
begin_file (LedgerAnchoring *self, const char *checkpoint)
{
  File *file = g_new0 (File, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_file_written, ref (self));

  *file = (File){ g_strdup (self->file), g_strdup (checkpoint) };
  g_task_set_task_data (task, file, file_free);
  g_task_run_in_thread (task, write_file);
}

/* The witness: beside all that, since it may take its time. */

static void show_witness (LedgerAnchoring *self, guint64 old);

static void
note_denied (LedgerAnchoring *self, guint64 known)
{
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, self->size);
  g_autofree char *seen = g_strdup_printf ("%" G_GUINT64_FORMAT, known);
  const LogField fields[] = { { "SHIKAKU_SIZE", size }, { "SHIKAKU_KNOWN", seen }, { NULL, NULL } };
  const gboolean is_new = self->denied_size == 0;

  self->denied_size = self->size;
  self->denied_known = known;
  if (!is_new)
    return;
  log_event (LOG_CRIT, SHIKAKU_MESSAGE_LEDGER_ROLLED_BACK, NULL, fields,
             "The witness refuses the ledger: it has seen %s entries, and of %s now they are not the beginning", seen,
             size);
  if (self->denied != NULL)
    self->denied (self->size, known, self->user_data);
}

static void
note_silent (LedgerAnchoring *self, const GError *error)
{
  if (!self->is_silent)
    log_warning (NULL, "The ledger could not be shown to its witness: %s", error->message);
  self->is_silent = TRUE;
}

static void
on_witnessed (WitnessOutcome outcome, guint64 known, const char *cosigned, const GError *error, gpointer user_data)
{
  LedgerAnchoring *self = user_data;

  self->is_silent = self->is_silent && outcome == WITNESS_FAILED;
  switch (outcome)
    {
    case WITNESS_COSIGNED:
      self->denied_size = self->denied_known = 0;
      ledger_note_anchor (self->ledger, "witness", cosigned);
      log_info (NULL, "The witness has signed the checkpoint of the ledger");
      break;
    case WITNESS_KNOWS_OTHER:
      if (known <= self->size && !self->has_corrected)
        {
          self->has_corrected = TRUE;
          show_witness (self, known);
          return;
        }
      note_denied (self, known);
      break;
    case WITNESS_DENIES:
      note_denied (self, known);
      break;
    case WITNESS_FAILED:
    default:
      note_silent (self, error);
    }
  g_clear_pointer (&self->checkpoint, g_free);
  if (outcome != WITNESS_COSIGNED)
    plan_round (self);
}

/* What the witness has seen last, until its proof is there. */
typedef struct
{
  LedgerAnchoring *self;
  guint64 old;
  guint serial;
} Showing;

static void
on_consistent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Showing *showing = user_data;
  LedgerAnchoring *self = showing->self;
  g_autoptr (GBytes) proof = NULL;
  g_autoptr (GError) error = NULL;

  if (!self->is_freed && showing->serial == self->serial)
    {
      proof = ledger_prove_consistency_finish (self->ledger, result, &error);
      if (proof != NULL)
        witness_add_checkpoint (self->witness, showing->old, proof, self->checkpoint, on_witnessed, self);
      else
        on_witnessed (WITNESS_FAILED, 0, NULL, error, self);
    }
  unref (self);
}

static void
show_witness (LedgerAnchoring *self, guint64 old)
{
  Showing *showing;

  if (old == 0 || old == self->size)
    {
      witness_add_checkpoint (self->witness, old, NULL, self->checkpoint, on_witnessed, self);
      return;
    }
  showing = g_new (Showing, 1);
  *showing = (Showing){ ref (self), old, self->serial };
  ledger_prove_consistency (self->ledger, old, self->size, on_consistent, showing);
}

static void
begin_witness (LedgerAnchoring *self, const LedgerState *state)
{
  const guint64 old = get_anchored (state, "witness");

  if (self->checkpoint != NULL) /* it is still being shown one */
    return;
  self->checkpoint = g_strdup (state->checkpoint);
  self->size = state->size;
  self->has_corrected = FALSE;
  self->serial++;
  show_witness (self, MIN (old, state->size));
}

/* A round. */

static void
on_state (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LedgerAnchoring *self = user_data;
  g_autoptr (LedgerState) state = NULL;
  gboolean is_writing = FALSE;

  if (!self->is_freed)
    {
      state = ledger_get_state_finish (self->ledger, result, NULL);
      if (state != NULL && state->size > get_anchored (state, "journal"))
        tell_journal (self, state);
      if (state != NULL && self->witness != NULL && self->end == NULL
          && (state->size != get_anchored (state, "witness") || self->denied_size != 0))
        begin_witness (self, state);
      is_writing = state != NULL && self->file != NULL && state->size > get_anchored (state, "file");
      if (is_writing)
        begin_file (self, state->checkpoint);
      else
        end_round (self);
    }
  unref (self);
}

static void
begin_round (LedgerAnchoring *self)
{
  if (self->is_round)
    {
      self->wants_another = TRUE;
      return;
    }
  self->is_round = self->has_begun = TRUE;
  g_clear_handle_id (&self->timer, g_source_remove);
  ledger_get_state (self->ledger, on_state, ref (self));
}

static void
on_news (const LedgerNews *news, gpointer user_data)
{
  LedgerAnchoring *self = user_data;

  if (news->error == NULL)
    plan_round (self);
}

LedgerAnchoring *
ledger_anchoring_new (Ledger *ledger, LedgerAnchorDenied denied, gpointer user_data)
{
  LedgerAnchoring *self = g_new0 (LedgerAnchoring, 1);

  *self = (LedgerAnchoring){ .references = 1, .ledger = ledger, .denied = denied, .user_data = user_data };
  ledger_add_observer (ledger, on_news, self);
  return self;
}

void
ledger_anchoring_free (LedgerAnchoring *self)
{
  self->is_freed = TRUE;
  ledger_remove_observer (self->ledger, on_news, self);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->end_timer, g_source_remove);
  g_clear_pointer (&self->witness, witness_free);
  unref (self);
}

void
ledger_anchoring_configure (LedgerAnchoring *self, const LedgerAnchorSettings *settings)
{
  g_autoptr (GError) error = NULL;

  g_free (self->file);
  self->file = g_strdup (settings->checkpoint_file);
  g_clear_pointer (&self->witness, witness_free);
  g_clear_pointer (&self->checkpoint, g_free);
  self->serial++;
  if (settings->witness.url != NULL)
    self->witness = witness_new (&settings->witness, &error);
  if (error != NULL)
    log_warning (NULL, "The ledger has no witness: %s", error->message);
  if (ledger_get_size (self->ledger) > 0 || self->has_begun)
    begin_round (self);
}

static gboolean
on_end_late (gpointer user_data)
{
  LedgerAnchoring *self = user_data;

  self->end_timer = 0;
  tell_end (self);
  return G_SOURCE_REMOVE;
}

void
ledger_anchoring_end (LedgerAnchoring *self, GSourceFunc callback, gpointer user_data)
{
  self->end = callback;
  self->end_data = user_data;
  self->end_timer = g_timeout_add (END_MILLISECONDS, on_end_late, self);
  begin_round (self);
}

ShikakuCause
ledger_anchoring_get_cause (LedgerAnchoring *self, char **ret_evidence)
{
  if (self->denied_size != 0)
    {
      *ret_evidence
          = g_strdup_printf ("the ledger has %" G_GUINT64_FORMAT " entries; its witness has seen %" G_GUINT64_FORMAT
                             ", which are not their beginning",
                             self->denied_size, self->denied_known);
      return SHIKAKU_CAUSE_LEDGER_ROLLED_BACK;
    }
  if (!self->is_silent)
    return SHIKAKU_CAUSE_NONE;
  *ret_evidence = g_strdup ("the ledger could not be shown to its witness");
  return SHIKAKU_CAUSE_WITNESS_SILENT;
}
