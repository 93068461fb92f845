/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-notes: see the header. */
#include "visit/ledger-notes.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"

#define REFUSALS_MAXIMUM 256                             /* that are told apart; more are told each by itself again */
#define REFUSAL_PAUSE_USEC (60 * (gint64)G_USEC_PER_SEC) /* between two entries of the same refusal */

struct LedgerNotes
{
  Ledger *ledger;
  LedgerEntry *started; /* not written yet; NULL: it is */
  GHashTable *refusals; /* who, what, why and about whom → Refusal */
};

/* One that came lately. */
typedef struct
{
  gint64 written; /* monotonic: its last entry */
  guint64 more;   /* came since */
} Refusal;

LedgerNotes *
ledger_notes_new (Ledger *ledger)
{
  LedgerNotes *notes = g_new0 (LedgerNotes, 1);

  notes->ledger = ledger;
  notes->started = ledger_entry_new (LEDGER_ADMINISTRATION);
  ledger_entry_add_text (notes->started, LEDGER_FIELD_ACT, LEDGER_ACT_STARTED);
  ledger_entry_add_text (notes->started, LEDGER_FIELD_DETAIL, SHIKAKU_VERSION);
  notes->refusals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return notes;
}

void
ledger_notes_free (LedgerNotes *notes)
{
  if (notes->started == NULL)
    ledger_notes_act (notes, NULL, LEDGER_ACT_STOPPED);
  g_clear_pointer (&notes->started, ledger_entry_unref);
  g_hash_table_unref (notes->refusals);
  g_free (notes);
}

/* write_started: before whatever happens first. */
static void
write_started (LedgerNotes *notes)
{
  if (notes->started != NULL)
    ledger_append_lazily (notes->ledger, g_steal_pointer (&notes->started));
}

/* write: @entry: (transfer full). */
static void
write_lazily (LedgerNotes *notes, LedgerEntry *entry)
{
  write_started (notes);
  ledger_append_lazily (notes->ledger, entry);
}

/* add_code: what the center has said to it. */
static void
add_code (LedgerEntry *entry, const Eligibility *eligibility)
{
  const char *code = eligibility->cause != NULL ? shikaku_error_get_plain_code (eligibility->cause) : NULL;

  if (code == NULL && eligibility->qualification != NULL)
    code = eligibility->qualification->code;
  ledger_entry_add_text (entry, LEDGER_FIELD_CODE, code);
}

void
ledger_notes_check (LedgerNotes *notes, const LedgerNotesCheck *check, LedgerPersonHashes *ret_person)
{
  LedgerPerson person = ledger_person_of_qualification (check->eligibility->qualification);
  const gboolean is_asked = check->asked != NULL && check->asked->has_number;
  LedgerEntry *entry;

  if (is_asked) /* what was asked counts: the center may know a newer one */
    person.number = NULL;
  ledger_person_hash (notes != NULL ? notes->ledger : NULL, &person, ret_person);
  if (notes == NULL)
    return;
  entry = ledger_entry_new (LEDGER_CHECK);
  if (is_asked)
    {
      memcpy (ret_person->number, check->asked->number, LEDGER_PERSON_SIZE);
      memcpy (ret_person->number_before, check->asked->number_before, LEDGER_PERSON_SIZE);
      ret_person->has_number = TRUE;
      ret_person->has_number_before = check->asked->has_number_before;
    }
  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, check->visit);
  actor_describe (check->actor, entry);
  ledger_person_add (entry, ret_person);
  ledger_entry_add_text (entry, LEDGER_FIELD_ORIGIN, check->origin);
  ledger_entry_add_text (entry, LEDGER_FIELD_EVIDENCE, check->evidence);
  ledger_entry_add_text (entry, LEDGER_FIELD_ANSWER, eligibility_answer_to_string (check->eligibility->answer));
  add_code (entry, check->eligibility);
  write_lazily (notes, entry);
}

/* make_key: what makes refusals the same: one about another person is another one. */
static char *
make_key (const LedgerEntry *entry)
{
  static const LedgerField texts[]
      = { LEDGER_FIELD_STAFF, LEDGER_FIELD_ACT, LEDGER_FIELD_CONSENT, LEDGER_FIELD_VISIT, LEDGER_FIELD_ERROR };
  static const LedgerField hashes[] = { LEDGER_FIELD_PERSON, LEDGER_FIELD_PERSON_NUMBER };
  GString *key = g_string_new (NULL);
  guint64 uid = 0;

  ledger_entry_get_number (entry, LEDGER_FIELD_UID, &uid);
  g_string_printf (key, "%" G_GUINT64_FORMAT, uid);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const char *text = ledger_entry_get_text (entry, texts[i]);

      g_string_append_printf (key, "\n%s", text != NULL ? text : "");
    }
  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++)
    {
      GBytes *hash = ledger_entry_get_bytes (entry, hashes[i]);
      g_autofree char *text
          = hash != NULL ? g_base64_encode (g_bytes_get_data (hash, NULL), g_bytes_get_size (hash)) : NULL;

      g_string_append_printf (key, "\n%s", text != NULL ? text : "");
    }
  return g_string_free (key, FALSE);
}

/* is_repeated: the same was written a moment ago: it is counted. @ret_more: how many were, since then. */
static gboolean
is_repeated (LedgerNotes *notes, const LedgerEntry *entry, guint64 *ret_more)
{
  g_autofree char *key = make_key (entry);
  const gint64 now = g_get_monotonic_time ();
  Refusal *refusal = g_hash_table_lookup (notes->refusals, key);

  if (refusal == NULL)
    {
      if (g_hash_table_size (notes->refusals) >= REFUSALS_MAXIMUM)
        g_hash_table_remove_all (notes->refusals);
      refusal = g_new0 (Refusal, 1);
      g_hash_table_insert (notes->refusals, g_steal_pointer (&key), refusal);
    }
  else if (now - refusal->written < REFUSAL_PAUSE_USEC)
    {
      refusal->more++;
      return TRUE;
    }
  *ret_more = refusal->more;
  *refusal = (Refusal){ now, 0 };
  return FALSE;
}

void
ledger_notes_take_refusal (LedgerNotes *notes, LedgerEntry *entry)
{
  guint64 more = 0;

  if (notes == NULL || is_repeated (notes, entry, &more))
    {
      ledger_entry_unref (entry);
      return;
    }
  if (more > 0)
    ledger_entry_add_number (entry, LEDGER_FIELD_USES, more + 1); /* with this one, since the last entry */
  write_lazily (notes, entry);
}

void
ledger_notes_refusal (LedgerNotes *notes, const Actor *actor, const char *act, ShikakuError code,
                      const LedgerPersonHashes *person)
{
  LedgerEntry *entry;

  if (notes == NULL)
    return;
  entry = ledger_entry_new (LEDGER_REFUSAL);
  actor_describe (actor, entry);
  if (person != NULL)
    ledger_person_add (entry, person);
  ledger_entry_add_text (entry, LEDGER_FIELD_ACT, act);
  ledger_entry_add_text (entry, LEDGER_FIELD_ERROR, shikaku_error_get_short_name (code));
  ledger_notes_take_refusal (notes, entry);
}

void
ledger_notes_act (LedgerNotes *notes, const Actor *actor, const char *act)
{
  LedgerEntry *entry;

  if (notes == NULL)
    return;
  entry = ledger_entry_new (LEDGER_ADMINISTRATION);
  if (actor != NULL)
    actor_describe (actor, entry);
  ledger_entry_add_text (entry, LEDGER_FIELD_ACT, act);
  write_lazily (notes, entry);
}

/* on_emergency: that it could not be written is the ledger's to tell; it stops nobody in an emergency. */
static void
on_emergency (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  guint64 place;

  if (!ledger_append_finish (user_data, result, &place, &error))
    log_warning (NULL, "ledger: an emergency is not written: %s", error->message);
}

void
ledger_notes_break_glass (LedgerNotes *notes, const Actor *actor, const char *user, const char *visit, const char *act,
                          const LedgerPersonHashes *person)
{
  GPtrArray *entries;
  LedgerEntry *entry;

  log_event (LOG_WARNING, SHIKAKU_MESSAGE_BREAK_GLASS, visit,
             ((const LogField[]){ { "SHIKAKU_USER", user }, { "SHIKAKU_ACT", act }, { NULL, NULL } }),
             "An emergency was said at this desk: look at it later (shikakuctl ledger review)");
  if (notes == NULL)
    return;
  write_started (notes);
  entry = ledger_entry_new (LEDGER_BREAK_GLASS);
  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, visit);
  actor_describe (actor, entry);
  if (person != NULL)
    ledger_person_add (entry, person);
  ledger_entry_add_text (entry, LEDGER_FIELD_ACT, act);
  entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);
  g_ptr_array_add (entries, entry);
  ledger_append (notes->ledger, entries, on_emergency, notes->ledger);
}
