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

/* The rows are in the order of their tables. Return: the place of the first of @table, or where it would be. */
static gsize
find_table (CodeTable table)
{
  gsize begin = 0, end = G_N_ELEMENTS (entries);

  while (begin < end)
    {
      const gsize middle = (begin + end) / 2;

      if (entries[middle].table < table)
        begin = middle + 1;
      else
        end = middle;
    }
  return begin;
}

static const Entry *
find_entry (CodeTable table, const char *code)
{
  if (code == NULL)
    return NULL;
  for (gsize i = find_table (table); i < G_N_ELEMENTS (entries) && entries[i].table == table; i++)
    if (strcmp (entries[i].code, code) == 0)
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
