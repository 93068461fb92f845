/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-fhir-driver: entries of every kind as AuditEvents, for the checks of tests/fhir. Nothing comes in. On standard
 * output: a line an entry, its resource. All people and institutions are invented.
 */
#include <stdio.h>
#include <string.h>

#include "codec/ledger-fhir.h"

#define AT 1767225600 /* 2026-01-01 00:00:00 UTC, in seconds: what entries here tell of as a later time */

static const char *const source_names[] = { "shikaku.invalid/ledger/desk-1", "1399999999" };
static guint64 n_written;

static void
print_entry (LedgerEntry *entry) /* (transfer full) */
{
  LedgerFhirSource source = { source_names[0], n_written % 2 == 0 ? source_names[1] : NULL };
  guint8 leaf[LEDGER_FHIR_LEAF_SIZE];
  g_autoptr (GBytes) line = NULL;

  memset (leaf, (int)(0xa0 + n_written), sizeof leaf);
  line = ledger_fhir_write (&source, n_written++, leaf, entry);
  fwrite (g_bytes_get_data (line, NULL), 1, g_bytes_get_size (line), stdout);
  ledger_entry_unref (entry);
}

static void
add_actor (LedgerEntry *entry)
{
  ledger_entry_add_number (entry, LEDGER_FIELD_UID, 1000);
  ledger_entry_add_text (entry, LEDGER_FIELD_PROGRAM, "receipt");
  ledger_entry_add_text (entry, LEDGER_FIELD_SENDER, ":1.42");
  ledger_entry_add_text (entry, LEDGER_FIELD_STAFF, "nurse-07");
  ledger_entry_add_text (entry, LEDGER_FIELD_ROLE, "nurse");
}

static void
add_person (LedgerEntry *entry)
{
  guint8 hash[32];

  memset (hash, 0x5e, sizeof hash);
  ledger_entry_add_bytes (entry, LEDGER_FIELD_PERSON, hash, sizeof hash);
  memset (hash, 0x6e, sizeof hash);
  ledger_entry_add_bytes (entry, LEDGER_FIELD_PERSON_NUMBER, hash, sizeof hash);
}

/* An entry with what most have. */
static LedgerEntry *
make_entry (LedgerKind kind)
{
  LedgerEntry *entry = ledger_entry_new (kind);

  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, "v7c1");
  add_actor (entry);
  add_person (entry);
  return entry;
}

static void
print_consents (void)
{
  static const char *const decisions[] = { "granted", "denied", "no-answer" };
  static const char *const outcomes[] = { "registered", "refused", "unknown" };
  LedgerEntry *entry;

  for (gsize i = 0; i < G_N_ELEMENTS (decisions); i++)
    {
      entry = make_entry (LEDGER_CONSENT);
      ledger_entry_add_text (entry, LEDGER_FIELD_CONSENT, "drug");
      ledger_entry_add_text (entry, LEDGER_FIELD_DECISION, decisions[i]);
      ledger_entry_add_text (entry, LEDGER_FIELD_ANSWERER, "guardian");
      ledger_entry_add_text (entry, LEDGER_FIELD_VERSION, "1");
      ledger_entry_add_text (entry, LEDGER_FIELD_LANGUAGE, "ja");
      ledger_entry_add_number (entry, LEDGER_FIELD_UNTIL, AT * G_GUINT64_CONSTANT (1000000));
      print_entry (entry);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      entry = make_entry (LEDGER_REGISTRATION);
      ledger_entry_add_text (entry, LEDGER_FIELD_CONSENT, "checkup");
      ledger_entry_add_text (entry, LEDGER_FIELD_OUTCOME, outcomes[i]);
      ledger_entry_add_number (entry, LEDGER_FIELD_ENTRY, 0);
      print_entry (entry);
    }
  entry = make_entry (LEDGER_WITHDRAWAL);
  ledger_entry_add_text (entry, LEDGER_FIELD_CONSENT, "drug");
  ledger_entry_add_text (entry, LEDGER_FIELD_RECEIPT, "0-a0a0a0a0a0a0a0a0");
  ledger_entry_add_text (entry, LEDGER_FIELD_OUTCOME, "here");
  print_entry (entry);
}

static LedgerEntry *
make_records (LedgerKind kind, const char *outcome)
{
  LedgerEntry *entry = make_entry (kind);

  ledger_entry_add_text (entry, LEDGER_FIELD_RECORDS, "drug");
  ledger_entry_add_text (entry, LEDGER_FIELD_CONSENT, "drug");
  ledger_entry_add_text (entry, LEDGER_FIELD_FORMAT, "xml");
  ledger_entry_add_text (entry, LEDGER_FIELD_FROM, "202109");
  ledger_entry_add_text (entry, LEDGER_FIELD_TO, "202512");
  ledger_entry_add_text (entry, LEDGER_FIELD_OUTCOME, outcome);
  return entry;
}

static void
print_records (void)
{
  static const char *const outcomes[] = { "none", "refused", "unknown" };
  LedgerEntry *entry;
  guint8 hash[32];

  print_entry (make_records (LEDGER_FETCH, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (outcomes); i++)
    print_entry (make_records (LEDGER_FETCH_END, outcomes[i]));
  entry = make_records (LEDGER_DISCLOSURE, "data");
  ledger_entry_add_number (entry, LEDGER_FIELD_DOCUMENTS, 2);
  for (guint8 i = 0; i < 2; i++)
    {
      memset (hash, 0xf0 + i, sizeof hash);
      ledger_entry_add_bytes (entry, LEDGER_FIELD_SHA256, hash, sizeof hash);
    }
  print_entry (entry);
  entry = ledger_entry_new (LEDGER_DISCLOSURE); /* as little as can be */
  add_person (entry);
  print_entry (entry);
}

static void
print_checks (void)
{
  static const char *const answers[] = { "eligible", "not-eligible", "unknown" };
  LedgerEntry *entry;

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      entry = make_entry (LEDGER_CHECK);
      ledger_entry_add_text (entry, LEDGER_FIELD_ORIGIN, "card");
      ledger_entry_add_text (entry, LEDGER_FIELD_EVIDENCE, "card");
      ledger_entry_add_text (entry, LEDGER_FIELD_ANSWER, answers[i]);
      print_entry (entry);
    }
  entry = ledger_entry_new (LEDGER_CHECK); /* of a center that was away: of nobody that is known */
  add_actor (entry);
  ledger_entry_add_text (entry, LEDGER_FIELD_ANSWER, "eligible");
  print_entry (entry);
}

/* Every kind, also those above and one to come: with all that an actor asserts, and with nothing at all. */
static void
print_every_kind (void)
{
  static const char *const acts[] = { "started", "stopped", "configured", "ledger-export" };
  LedgerEntry *entry;

  for (guint kind = LEDGER_CONSENT; ledger_kind_to_string (kind) != NULL; kind++)
    {
      entry = make_entry (kind);
      ledger_entry_add_text (entry, LEDGER_FIELD_REASON, "called back: \"urgent\"\x01 <&> 急患");
      ledger_entry_add_text (entry, LEDGER_FIELD_ERROR, "NotAuthorized");
      ledger_entry_add_bytes (entry, LEDGER_FIELD_ROOT, "\0\x01\xff", 3);
      print_entry (entry);
      print_entry (ledger_entry_new (kind));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (acts); i++)
    {
      entry = ledger_entry_new (LEDGER_ADMINISTRATION);
      ledger_entry_add_text (entry, LEDGER_FIELD_ACT, acts[i]);
      print_entry (entry);
    }
}

int
main (void)
{
  print_consents ();
  print_records ();
  print_checks ();
  print_every_kind ();
  return ferror (stdout) != 0;
}
