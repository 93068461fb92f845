/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-ledger: its methods, and the vtable. */
#include "bus/bus-ledger.h"

#include <string.h>

#include "base/log.h"
#include "base/message-ids.h"
#include "bus/bus-actor.h"
#include "bus/bus-entry.h"
#include "bus/bus-errand.h"
#include "bus/bus-ledger-entry.h"
#include "bus/bus-ledger-reading.h"
#include "bus/bus-options.h"
#include "codec/signed-note.h"

struct BusLedger
{
  BusCalls *calls;
  Ledger *ledger;            /* NULL: there is none */
  BusLedgerReading *reading; /* NULL: likewise */
  BusErrands *errands;
  sd_bus_slot *slot;
};

static gboolean
refuse_value (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, text);
  return FALSE;
}

static BusErrand *
begin_errand (BusLedger *self, BusCall *call)
{
  return bus_errand_new (self->errands, call, self, NULL);
}

/* How far it is. */

static void
on_state (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  BusLedger *self = bus_errand_get_data (errand);
  BusCall *call = bus_errand_end (errand);
  g_autoptr (LedgerState) state = NULL;
  GError *error = NULL;
  sd_bus_message *reply;
  int filled;

  if (self == NULL)
    return;
  state = ledger_get_state_finish (self->ledger, result, &error);
  if (state == NULL)
    {
      bus_call_return_error (call, error);
      return;
    }
  if (strcmp (sd_bus_message_get_member (bus_call_get_message (call)), "GetCheckpoint") == 0)
    {
      bus_call_return (call, "s", state->checkpoint);
      return;
    }
  reply = bus_call_new_reply (call);
  filled = sd_bus_message_open_container (reply, 'a', "{sv}");
  if (filled >= 0)
    filled = bus_ledger_append_state (reply, state);
  if (filled >= 0)
    filled = sd_bus_message_close_container (reply);
  bus_call_return_message (call, reply, filled);
}

static void
handle_get_state (BusCall *call, gpointer target)
{
  BusLedger *self = target;

  ledger_get_state (self->ledger, on_state, begin_errand (self, call));
}

/* Proofs, and the examination. */

typedef struct
{
  const char *checkpoint;
} CheckpointOptions;

static const BusOption checkpoint_table[] = {
  { "Checkpoint", BUS_OPTION_TEXT, offsetof (CheckpointOptions, checkpoint), NULL },
  { NULL },
};

/* read_checkpoint: NULL: none was given; it is borrowed from the message. */
static gboolean
read_checkpoint (sd_bus_message *message, const char **ret_checkpoint, GError **error)
{
  CheckpointOptions given = { NULL };

  if (!bus_options_read (message, checkpoint_table, &given, error))
    return FALSE;
  if (given.checkpoint != NULL)
    {
      g_autoptr (SignedNote) note = signed_note_parse (given.checkpoint);
      g_autoptr (Checkpoint) checkpoint = note != NULL ? checkpoint_parse (note->text) : NULL;

      if (checkpoint == NULL)
        return refuse_value (error, "Checkpoint is a signed note of a ledger");
    }
  *ret_checkpoint = given.checkpoint;
  return TRUE;
}

static void
on_proved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  BusLedger *self = bus_errand_get_data (errand);
  BusCall *call = bus_errand_end (errand);
  g_autofree char *proof = NULL;
  GError *error = NULL;

  if (self == NULL)
    return;
  proof = ledger_prove_finish (self->ledger, result, &error);
  if (proof != NULL)
    bus_call_return (call, "s", proof);
  else
    bus_call_return_error (call, error);
}

static void
handle_get_proof (BusCall *call, gpointer target)
{
  BusLedger *self = target;
  sd_bus_message *message = bus_call_get_message (call);
  const char *checkpoint = NULL;
  GError *error = NULL;
  guint64 index = 0;

  sd_bus_message_read_basic (message, 't', &index);
  if (read_checkpoint (message, &checkpoint, &error))
    ledger_prove (self->ledger, index, checkpoint, on_proved, begin_errand (self, call));
  else
    bus_call_return_error (call, error);
}

/* One Verify: how far it has left this computer, then all of it. */
typedef struct
{
  BusLedger *self;
  char *checkpoint;
  LedgerState *state; /* NULL: the ledger has failed: it is examined all the same */
} Examination;

static void
examination_free (gpointer data)
{
  Examination *examination = data;

  g_free (examination->checkpoint);
  g_clear_pointer (&examination->state, ledger_state_free);
  g_free (examination);
}

static int
append_examination (sd_bus_message *reply, const LedgerVerdict *verdict, const LedgerState *state)
{
  const guint64 anchored = state != NULL ? bus_ledger_get_anchored (state) : 0;
  int result = sd_bus_message_open_container (reply, 'a', "{sv}");

  if (result >= 0)
    result = bus_ledger_append_verdict (reply, verdict);
  if (result >= 0)
    result = bus_entry_append (reply, "Anchored", "b", anchored > 0);
  if (result >= 0)
    result = bus_entry_append (reply, "AnchoredSize", "t", anchored);
  if (result >= 0 && state != NULL)
    result = bus_ledger_append_anchors (reply, state);
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

static void
on_verified (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  Examination *examination = bus_errand_get_data (errand);
  g_autoptr (LedgerVerdict) verdict = NULL;
  g_autoptr (LedgerState) state = NULL;
  GError *error = NULL;
  sd_bus_message *reply;
  BusCall *call;

  if (examination != NULL)
    {
      verdict = ledger_verify_finish (examination->self->ledger, result, &error);
      state = g_steal_pointer (&examination->state);
    }
  call = bus_errand_end (errand);
  if (verdict == NULL)
    {
      if (call != NULL)
        bus_call_return_error (call, error);
      return;
    }
  reply = bus_call_new_reply (call);
  bus_call_return_message (call, reply, append_examination (reply, verdict, state));
}

static void
on_verify_state (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  Examination *examination = bus_errand_get_data (errand);

  if (examination == NULL)
    {
      bus_errand_end (errand);
      return;
    }
  examination->state = ledger_get_state_finish (examination->self->ledger, result, NULL);
  ledger_verify (examination->self->ledger, examination->checkpoint, on_verified, errand);
}

static void
handle_verify (BusCall *call, gpointer target)
{
  BusLedger *self = target;
  const char *checkpoint = NULL;
  GError *error = NULL;
  Examination *examination;

  if (!read_checkpoint (bus_call_get_message (call), &checkpoint, &error))
    {
      bus_call_return_error (call, error);
      return;
    }
  examination = g_new0 (Examination, 1);
  *examination = (Examination){ self, g_strdup (checkpoint), NULL };
  ledger_get_state (self->ledger, on_verify_state, bus_errand_new (self->errands, call, examination, examination_free));
}

/* What shows entries. */

static void
handle_list (BusCall *call, gpointer target)
{
  bus_ledger_reading_list (((BusLedger *)target)->reading, call);
}

static void
handle_export (BusCall *call, gpointer target)
{
  bus_ledger_reading_export (((BusLedger *)target)->reading, call);
}

/* What an administrator decides. */

static const BusOption actor_table[] = {
  { "Staff", BUS_OPTION_TEXT, offsetof (Actor, staff), NULL },
  { "Role", BUS_OPTION_TEXT, offsetof (Actor, role), NULL },
  { NULL },
};

/*
 * make_entry: of who decides, and why; the message stands at the reason. (transfer full), or NULL with INVALID_OPTION.
 */
static LedgerEntry *
make_entry (BusCall *call, LedgerKind kind, GError **error)
{
  sd_bus_message *message = bus_call_get_message (call);
  Actor actor = { 0 };
  LedgerEntry *entry;

  if (sd_bus_message_read_basic (message, 's', &actor.reason) < 0
      || !bus_options_read (message, actor_table, &actor, error)
      || !bus_actor_fill (&actor, bus_call_get_peer (call), error))
    return NULL;
  entry = ledger_entry_new (kind);
  actor_describe (&actor, entry);
  return entry;
}

static void
tell_decision (BusCall *call, const char *what, guint64 index)
{
  g_autofree char *place = g_strdup_printf ("%" G_GUINT64_FORMAT, index);
  BusPeer *peer = bus_call_get_peer (call);
  const LogField fields[] = { { "SHIKAKU_ACT", what },
                              { "SHIKAKU_ENTRY", place },
                              { "SHIKAKU_USER", peer != NULL ? bus_account_get_name (peer->account) : NULL },
                              { NULL, NULL } };

  log_event (LOG_NOTICE, SHIKAKU_MESSAGE_LEDGER_DECIDED, NULL, fields, "Of the ledger was decided: %s: entry %s", what,
             place);
}

typedef gboolean (*DecisionFinish) (Ledger *ledger, GAsyncResult *result, guint64 *ret_index, GError **error);

/* answer_decision: with the place of its entry. */
static void
answer_decision (BusErrand *errand, GAsyncResult *result, DecisionFinish finish, const char *what)
{
  BusLedger *self = bus_errand_get_data (errand);
  BusCall *call = bus_errand_end (errand);
  GError *error = NULL;
  guint64 index = 0;

  if (self == NULL)
    return;
  if (!finish (self->ledger, result, &index, &error))
    {
      bus_call_return_error (call, error);
      return;
    }
  tell_decision (call, what, index);
  bus_call_return (call, "t", index);
}

static void
on_restored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  answer_decision (user_data, result, ledger_restore_finish, "restore");
}

static void
handle_accept_restore (BusCall *call, gpointer target)
{
  BusLedger *self = target;
  GError *error = NULL;
  LedgerEntry *entry = make_entry (call, LEDGER_RESTORE, &error);

  if (entry != NULL)
    ledger_restore (self->ledger, entry, on_restored, begin_errand (self, call));
  else
    bus_call_return_error (call, error);
}

static void
on_key_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  answer_decision (user_data, result, ledger_change_key_finish, "key");
}

static void
handle_rotate_key (BusCall *call, gpointer target)
{
  static const char *const acts[] = { "rotated", "lost", "compromised", NULL };
  BusLedger *self = target;
  GError *error = NULL;
  LedgerEntry *entry = NULL;
  const char *act = "";

  sd_bus_message_read_basic (bus_call_get_message (call), 's', &act);
  if (!g_strv_contains (acts, act))
    refuse_value (&error, "a key was rotated, lost or compromised");
  else
    entry = make_entry (call, LEDGER_KEY, &error);
  if (entry != NULL)
    ledger_change_key (self->ledger, entry, act, on_key_changed, begin_errand (self, call));
  else
    bus_call_return_error (call, error);
}

/* Review: what an emergency has passed over is looked at. */

typedef struct
{
  BusLedger *self;
  guint64 index; /* of what is looked at */
  LedgerEntry *entry;
} Review;

static void
review_free (gpointer data)
{
  Review *review = data;

  g_clear_pointer (&review->entry, ledger_entry_unref);
  g_free (review);
}

static void
on_reviewed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  answer_decision (user_data, result, ledger_append_finish, "review");
}

static void
write_review (BusErrand *errand, Review *review)
{
  BusLedger *self = review->self;
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);

  g_ptr_array_add (entries, g_steal_pointer (&review->entry));
  ledger_append (self->ledger, entries, on_reviewed, begin_errand (self, bus_errand_end (errand)));
}

static gboolean
is_emergency (GPtrArray *records, guint64 index)
{
  const LedgerRecord *record = records->len > 0 ? g_ptr_array_index (records, 0) : NULL;

  return record != NULL && record->index == index && record->entry != NULL
         && ledger_entry_get_kind (record->entry) == LEDGER_BREAK_GLASS;
}

static void
on_review_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  Review *review = bus_errand_get_data (errand);
  g_autoptr (GPtrArray) records = NULL;
  GError *error = NULL;
  guint64 next;

  if (review == NULL)
    {
      bus_errand_end (errand);
      return;
    }
  records = ledger_read_finish (review->self->ledger, result, &next, &error);
  if (records != NULL && !is_emergency (records, review->index))
    g_set_error_literal (&error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, "there is no emergency at that place");
  if (error != NULL)
    bus_call_return_error (bus_errand_end (errand), error);
  else
    write_review (errand, review);
}

static void
handle_review (BusCall *call, gpointer target)
{
  BusLedger *self = target;
  GError *error = NULL;
  LedgerFilter filter = { .limit = 1 };
  LedgerEntry *entry;
  Review *review;

  sd_bus_message_read_basic (bus_call_get_message (call), 't', &filter.first);
  entry = make_entry (call, LEDGER_REVIEW, &error);
  if (entry == NULL)
    {
      bus_call_return_error (call, error);
      return;
    }
  ledger_entry_add_number (entry, LEDGER_FIELD_ENTRY, filter.first);
  review = g_new0 (Review, 1);
  *review = (Review){ self, filter.first, entry };
  ledger_read (self->ledger, &filter, on_review_read, bus_errand_new (self->errands, call, review, review_free));
}

/* The interface. */

static void
handle_without_ledger (BusCall *call, gpointer target)
{
  bus_call_return_error (call,
                         g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED, "there is no ledger here"));
}

/* clang-format off */
#define METHODS(METHOD) \
  METHOD ("GetState", handle_get_state) \
  METHOD ("GetCheckpoint", handle_get_state) \
  METHOD ("GetProof", handle_get_proof) \
  METHOD ("List", handle_list) \
  METHOD ("Verify", handle_verify) \
  METHOD ("Export", handle_export) \
  METHOD ("AcceptRestore", handle_accept_restore) \
  METHOD ("RotateKey", handle_rotate_key) \
  METHOD ("Review", handle_review)
#define WITH_LEDGER(member, handler) { member, handler },
#define WITHOUT_LEDGER(member, handler) { member, handle_without_ledger },
/* clang-format on */

static const BusMethod methods[] = { METHODS (WITH_LEDGER){ NULL } };
static const BusMethod methods_without_ledger[] = { METHODS (WITHOUT_LEDGER){ NULL } };

static int
on_call (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  BusLedger *self = user_data;

  return bus_call_begin (self->calls, message, SHIKAKU_INTERFACE_LEDGER,
                         self->ledger != NULL ? methods : methods_without_ledger, self);
}

static int
get_version (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
             void *user_data, sd_bus_error *error)
{
  return sd_bus_message_append (reply, "u", 1);
}

#define FREE SD_BUS_VTABLE_UNPRIVILEGED /* sd-bus shall not ask for privileges: bus-access does */
#define SECRET (SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE)

static const sd_bus_vtable vtable[] = {
  SD_BUS_VTABLE_START (0),
  SD_BUS_METHOD_WITH_ARGS ("GetState", SD_BUS_NO_ARGS, SD_BUS_RESULT ("a{sv}", state), on_call, FREE),
  SD_BUS_METHOD_WITH_ARGS ("GetCheckpoint", SD_BUS_NO_ARGS, SD_BUS_RESULT ("s", checkpoint), on_call, FREE),
  SD_BUS_METHOD_WITH_ARGS ("GetProof", SD_BUS_ARGS ("t", index, "a{sv}", options), SD_BUS_RESULT ("s", proof), on_call,
                           FREE),
  SD_BUS_METHOD_WITH_ARGS ("List", SD_BUS_ARGS ("a{sv}", filter), SD_BUS_RESULT ("aa{sv}", entries), on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("Verify", SD_BUS_ARGS ("a{sv}", options), SD_BUS_RESULT ("a{sv}", verdict), on_call, FREE),
  SD_BUS_METHOD_WITH_ARGS ("Export", SD_BUS_ARGS ("h", to, "s", format, "a{sv}", options),
                           SD_BUS_RESULT ("a{sv}", report), on_call, SECRET),
  SD_BUS_METHOD_WITH_ARGS ("AcceptRestore", SD_BUS_ARGS ("s", reason, "a{sv}", options), SD_BUS_RESULT ("t", index),
                           on_call, FREE),
  SD_BUS_METHOD_WITH_ARGS ("RotateKey", SD_BUS_ARGS ("s", act, "s", reason, "a{sv}", options),
                           SD_BUS_RESULT ("t", index), on_call, FREE),
  SD_BUS_METHOD_WITH_ARGS ("Review", SD_BUS_ARGS ("t", emergency, "s", reason, "a{sv}", options),
                           SD_BUS_RESULT ("t", index), on_call, FREE),
  SD_BUS_PROPERTY ("Version", "u", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
  SD_BUS_VTABLE_END,
};

BusLedger *
bus_ledger_new (sd_bus *bus, BusCalls *calls, Ledger *ledger, GError **error)
{
  g_autoptr (BusLedger) self = g_new0 (BusLedger, 1);

  self->calls = calls;
  self->ledger = ledger;
  self->errands = bus_errands_new ();
  if (ledger != NULL)
    self->reading = bus_ledger_reading_new (ledger);
  if (!bus_error_check (
          sd_bus_add_object_vtable (bus, &self->slot, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_LEDGER, vtable, self),
          "ledger object", error))
    return NULL;
  return g_steal_pointer (&self);
}

void
bus_ledger_set_institution (BusLedger *self, const char *institution)
{
  if (self->reading != NULL)
    bus_ledger_reading_set_institution (self->reading, institution);
}

void
bus_ledger_free (BusLedger *self)
{
  sd_bus_slot_unref (self->slot);
  g_clear_pointer (&self->reading, bus_ledger_reading_free);
  bus_errands_free (self->errands);
  g_free (self);
}

void
bus_ledger_drop_owner (BusLedger *self, const char *name)
{
  if (self->reading != NULL)
    bus_ledger_reading_drop_owner (self->reading, name);
}
