/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-receipt: see the header. The entry is read, then what has become of a consent, then how far the ledger is,
 * then the proof.
 */
#include "visit/station-receipt.h"

#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "codec/receipt.h"
#include "codec/tlog-proof.h"
#include "visit/consent-registrar.h"
#include "visit/station-ledger.h"
#include "visit/station-private.h"
#include "visit/visit-text.h"

/* The words, as their groups in texts.ini are called: of the page, and of what entries say. */
static const char *const label_keys[] = {
  "title consent", "title disclosure", "title entry", "number",   "when",         "institution", "staff",
  "question",      "version",          "answer",      "answerer", "until",        "records",     "outcome",
  "withdraw",      "withdraw how",     "objection",   "proof",    "not anchored", "granted",     "denied",
  "no-answer",     "patient",          "guardian",    "carer",    "staff-heard",  "registered",  "here",
  "center",        "unknown",          "lapsed",      "renewed",  "nothing",
};

#define WORD(suffix, word) word,
static const char *const words[] = { SHIKAKU_RECORDS_OUTCOMES (WORD) SHIKAKU_CONSENT_KINDS (WORD) };
#undef WORD

#define N_LABELS (G_N_ELEMENTS (label_keys) + G_N_ELEMENTS (words))

/* One that is being made: data of a GTask. */
typedef struct
{
  Ledger *ledger;
  ConsentRegistrar *registrar; /* a reference */
  char *institution;
  guint64 index;
  char *digits, *visit, *language;
  gint64 since;
  LedgerRecord *record; /* NULL: not read yet */
  LedgerState *state;
  const char *consent;    /* what has become of it; NULL: it is none, or that is not known */
  const char *withdrawal; /* likewise, if it was withdrawn */
  gint64 until;           /* of it */
} Making;

static void
making_free (gpointer data)
{
  Making *making = data;

  g_clear_pointer (&making->registrar, consent_registrar_unref);
  g_free (making->institution);
  g_free (making->digits);
  g_free (making->visit);
  g_free (making->language);
  g_clear_pointer (&making->record, ledger_record_free);
  g_clear_pointer (&making->state, ledger_state_free);
  g_free (making);
}

static void
refuse_task (GTask *task)
{
  g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, "there is no such entry");
  g_object_unref (task);
}

/* is_wanted: it is the entry that is meant, and of whom asks. */
static gboolean
is_wanted (const Making *making, const LedgerRecord *record)
{
  g_autofree char *id = receipt_make_id (record->index, record->hash.bytes);

  if (record->index != making->index || record->entry == NULL)
    return FALSE;
  return (making->digits == NULL || g_str_has_suffix (id, making->digits))
         && (making->visit == NULL
             || (g_strcmp0 (ledger_entry_get_text (record->entry, LEDGER_FIELD_VISIT), making->visit) == 0
                 && ledger_entry_get_at (record->entry) >= making->since));
}

/* find_question: the words that were shown, by their hash; NULL: none were, or they are others by now. */
static char *
find_question (const LedgerEntry *entry)
{
  const char *kind = ledger_entry_get_text (entry, LEDGER_FIELD_CONSENT);
  const char *language = ledger_entry_get_text (entry, LEDGER_FIELD_LANGUAGE);
  GBytes *shown = ledger_entry_get_bytes (entry, LEDGER_FIELD_SHA256);
  guint8 hash[VISIT_TEXT_HASH_SIZE];

  if (ledger_entry_get_kind (entry) != LEDGER_CONSENT || shown == NULL || g_bytes_get_size (shown) != sizeof hash
      || !visit_text_hash (hash, language, "Consent %s", kind)
      || memcmp (hash, g_bytes_get_data (shown, NULL), sizeof hash) != 0)
    return NULL;
  return visit_text (language, "Consent %s", kind);
}

static gboolean
is_anchored (const Making *making)
{
  for (guint i = 0; i < making->state->anchors->len; i++)
    if (((const LedgerAnchor *)making->state->anchors->pdata[i])->size > making->index)
      return TRUE;
  return FALSE;
}

/* add_leaf: the proof with what it proves, so that one text is enough. */
static char *
add_leaf (const char *text, GBytes *leaf)
{
  g_autoptr (TlogProof) proof = tlog_proof_parse (text);

  if (proof == NULL)
    return g_strdup (text);
  g_clear_pointer (&proof->extra, g_bytes_unref);
  proof->extra = g_bytes_ref (leaf);
  return tlog_proof_to_string (proof);
}

static char *
write_receipt (const Making *making, const char *proof)
{
  const LedgerEntry *entry = making->record->entry;
  const char *shown = ledger_entry_get_text (entry, LEDGER_FIELD_LANGUAGE);
  const char *language = making->language != NULL ? making->language : shown != NULL ? shown : VISIT_LANGUAGE_DEFAULT;
  g_autofree char *id = receipt_make_id (making->index, making->record->hash.bytes);
  g_autofree char *question = find_question (entry), *whole = add_leaf (proof, making->record->leaf);
  g_autofree char *in = visit_text_language (language, "Receipt %s", label_keys[0]);
  ReceiptLabel labels[N_LABELS + 1] = { { NULL, NULL } };
  char *json;

  for (guint i = 0; i < N_LABELS; i++)
    {
      const char *key = i < G_N_ELEMENTS (label_keys) ? label_keys[i] : words[i - G_N_ELEMENTS (label_keys)];

      labels[i] = (ReceiptLabel){ key, visit_text (language, "Receipt %s", key) };
    }
  json = receipt_write (&(ReceiptFacts){
      .id = id,
      .index = making->index,
      .entry = entry,
      .institution = making->institution,
      .language = in,
      .question = question,
      .proof = whole,
      .verifier = making->state->verifier,
      .state = making->consent,
      .withdrawal = making->withdrawal,
      .until = making->until,
      .is_anchored = is_anchored (making),
      .labels = labels,
  });
  for (guint i = 0; i < N_LABELS; i++)
    g_free (labels[i].text);
  return json;
}

static void
on_proved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Making *making = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *proof = ledger_prove_finish (making->ledger, result, &error);

  if (proof != NULL)
    g_task_return_pointer (task, write_receipt (making, proof), g_free);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static void
on_state (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Making *making = g_task_get_task_data (task);
  GError *error = NULL;

  making->state = ledger_get_state_finish (making->ledger, result, &error);
  if (making->state != NULL)
    {
      ledger_prove (making->ledger, making->index, NULL, on_proved, task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* What has become of a consent. */

#define OVER "over" /* its time is, or it is not kept here any more: nothing is given out by it */

/* on_consent: a receipt without it is one all the same. */
static void
on_consent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Making *making = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (ConsentBookItem) item = consent_book_find_finish (result, &error);

  if (item != NULL)
    {
      making->consent = consent_book_state_to_string (item->state);
      if (item->state == CONSENT_BOOK_REGISTERED || item->state == CONSENT_BOOK_WITHDRAWN)
        making->until = item->until;
      if (item->state == CONSENT_BOOK_WITHDRAWN)
        making->withdrawal = consent_book_withdrawal_to_string (item->withdrawal);
    }
  else if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND))
    making->consent = OVER;
  ledger_get_state (making->ledger, on_state, task);
}

/* find_consent: FALSE: it is none that the center was to be told. */
static gboolean
find_consent (Making *making, GTask *task)
{
  const LedgerEntry *entry = making->record->entry;
  ConsentBook *book = making->registrar != NULL ? consent_registrar_get_book (making->registrar) : NULL;
  g_autofree char *id = receipt_make_id (making->index, making->record->hash.bytes);

  if (ledger_entry_get_kind (entry) != LEDGER_CONSENT || book == NULL
      || ledger_entry_get_text (entry, LEDGER_FIELD_IDENTIFIER) == NULL)
    return FALSE;
  consent_book_find_receipt (book, id, on_consent, task);
  return TRUE;
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Making *making = g_task_get_task_data (task);
  GError *error = NULL;
  guint64 next = 0;
  g_autoptr (GPtrArray) records = ledger_read_finish (making->ledger, result, &next, &error);

  if (records == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  if (records->len == 0 || !is_wanted (making, records->pdata[0]))
    {
      refuse_task (task);
      return;
    }
  making->record = g_ptr_array_steal_index (records, 0);
  if (!find_consent (making, task))
    ledger_get_state (making->ledger, on_state, task);
}

void
station_make_receipt (Station *station, const StationReceiptQuestion *question, GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  const LedgerFilter filter = { .first = question->index, .limit = 1 };
  Making *making = g_new0 (Making, 1);

  g_task_set_source_tag (task, station_make_receipt);
  *making = (Making){
    .ledger = station->host.ledger,
    .registrar = station->host.registrar != NULL ? consent_registrar_ref (station->host.registrar) : NULL,
    .institution = g_strdup (station_ledger_get_institution (station)),
    .index = question->index,
    .digits = g_strdup (question->digits),
    .visit = g_strdup (question->visit),
    .since = question->since,
    .language = g_strdup (question->language),
  };
  g_task_set_task_data (task, making, making_free);
  if (making->ledger == NULL)
    refuse_task (task);
  else
    ledger_read (making->ledger, &filter, on_read, task);
}

char *
station_make_receipt_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
