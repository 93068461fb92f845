/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* objections: see the header. A set of hashes. */
#include "visit/objections.h"

#include "visit/ledger-walk.h"

struct Objections
{
  Ledger *ledger;
  GHashTable *people; /* GBytes: either hash */
  LedgerWalk *walk;
};

Objections *
objections_new (Ledger *ledger)
{
  Objections *objections = g_new0 (Objections, 1);

  objections->ledger = ledger;
  objections->people = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  return objections;
}

void
objections_free (Objections *objections)
{
  ledger_walk_stop (&objections->walk);
  g_hash_table_unref (objections->people);
  g_free (objections);
}

static void
on_entry (const LedgerEntry *entry, gpointer user_data)
{
  static const LedgerField fields[] = { LEDGER_FIELD_PERSON, LEDGER_FIELD_PERSON_NUMBER };
  Objections *objections = user_data;

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      GBytes *hash = ledger_entry_get_bytes (entry, fields[i]);

      if (hash != NULL)
        g_hash_table_add (objections->people, g_bytes_ref (hash));
    }
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
  if (person->has_person)
    g_hash_table_add (objections->people, g_bytes_new (person->person, LEDGER_PERSON_SIZE));
  if (person->has_number)
    g_hash_table_add (objections->people, g_bytes_new (person->number, LEDGER_PERSON_SIZE));
}

static gboolean
has_hash (const Objections *objections, const guint8 *hash)
{
  g_autoptr (GBytes) key = g_bytes_new_static (hash, LEDGER_PERSON_SIZE);

  return g_hash_table_contains (objections->people, key);
}

gboolean
objections_has (const Objections *objections, const LedgerPersonHashes *person)
{
  if (g_hash_table_size (objections->people) == 0) /* as nearly everywhere */
    return FALSE;
  return (person->has_person && has_hash (objections, person->person))
         || (person->has_number && has_hash (objections, person->number))
         || (person->has_person_before && has_hash (objections, person->person_before))
         || (person->has_number_before && has_hash (objections, person->number_before));
}
