/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* code-tables: a code of the field comes in, its name goes out. */
#include "codec/code-tables.h"

#include <string.h>

typedef struct
{
  CodeTable table;
  const char *code, *name;
} Entry;

#define CODE(name, code, japanese, english) { CODE_TABLE_##name, code, japanese },
static const Entry entries[] = {
#include "data/code-tables.h"
};

static const Entry *
find_entry (CodeTable table, const char *code)
{
  for (gsize i = 0; code != NULL && i < G_N_ELEMENTS (entries); i++)
    if (entries[i].table == table && strcmp (entries[i].code, code) == 0)
      return &entries[i];
  return NULL;
}

const char *
code_table_lookup (CodeTable table, const char *code)
{
  const Entry *entry = find_entry (table, code);

  return entry != NULL ? entry->name : NULL;
}

gboolean
code_table_has (CodeTable table, const char *code)
{
  return find_entry (table, code) != NULL;
}
