/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* objections: see the header. Two sets of hashes. */
#include "visit/objections.h"

#include "visit/ledger-walk.h"

struct Objections
{
  Ledger *ledger;
  GHashTable *people;  /* GBytes: of name and birthdate; of the numbers, of who has no name */
  GHashTable *numbers; /* GBytes: of the numbers of who has: twins have the same */
  LedgerWalk *walk;
};

Objections *
objections_new (Ledger *ledger)
{
  Objections *objections = g_new0 (Objections, 1);

  objections->ledger = ledger;
  objections->people = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  objections->numbers = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  return objections;
}

void
objections_free (Objections *objections)
{
  ledger_walk_stop (&objections->walk);
  g_hash_table_unref (objections->people);
  g_hash_table_unref (objections->numbers);
  g_free (objections);
}

/* add_hashes: @person, @number: borrowed; NULL: not known. */
static void
add_hashes (Objections *objections, GBytes *person, GBytes *number)
{
  if (person != NULL)
    g_hash_table_add (objections->people, g_bytes_ref (person));
  if (number != NULL)
    g_hash_table_add (person != NULL ? objections->numbers : objections->people, g_bytes_ref (number));
}

static void
on_entry (const LedgerEntry *entry, gpointer user_data)
{
  add_hashes (user_data, ledger_entry_get_bytes (entry, LEDGER_FIELD_PERSON),
              ledger_entry_get_bytes (entry, LEDGER_FIELD_PERSON_NUMBER));
}

void
objections_restore (Objections *objections)
{
  const LedgerFilter filter = { .kinds = G_GUINT64_CONSTANT (1) << LEDGER_OBJECTION };

  if (objections->walk == NULL)
    ledger_walk_begin (&objections->walk, objections->ledger, &filter, on_entry, objections);
}

void
objections_add (Objections *objections, const LedgerPersonHashes *person)
{
  g_autoptr (GBytes) name = person->has_person ? g_bytes_new (person->person, LEDGER_PERSON_SIZE) : NULL;
  g_autoptr (GBytes) number = person->has_number ? g_bytes_new (person->number, LEDGER_PERSON_SIZE) : NULL;

  add_hashes (objections, name, number);
}

/* has_hash: @is_known: otherwise there is no @hash. */
static gboolean
has_hash (GHashTable *set, gboolean is_known, const guint8 *hash)
{
  g_autoptr (GBytes) key = g_bytes_new_static (hash, LEDGER_PERSON_SIZE);

  return is_known && g_hash_table_contains (set, key);
}

static gboolean
has_number (GHashTable *set, const LedgerPersonHashes *person)
{
  return has_hash (set, person->has_number, person->number)
         || has_hash (set, person->has_number_before, person->number_before);
}

gboolean
objections_has (const Objections *objections, const LedgerPersonHashes *person)
{
  if (g_hash_table_size (objections->people) == 0) /* as nearly everywhere */
    return FALSE;
  return has_hash (objections->people, person->has_person, person->person)
         || has_hash (objections->people, person->has_person_before, person->person_before)
         || has_number (objections->people, person)
         || (!person->has_person && has_number (objections->numbers, person));
}
