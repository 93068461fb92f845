/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * code-tables: the field's code tables (data/doc/messages.md, "Code tables"). Pure; a code that no table has is told as
 * unknown, never guessed. The tables themselves are data/code-tables.h, which serves the client as well.
 */
#pragma once

#include <glib.h>

#define CODE_TABLE(name, number) CODE_TABLE_##name,
typedef enum
{
#include "data/code-tables.h"
  CODE_TABLE_N_TABLES
} CodeTable;

/* code_table_lookup: the field's name of @code, static, or NULL if the table has none. */
const char *code_table_lookup (CodeTable table, const char *code);

/* code_table_has: whether @code, which may be NULL, is one of the table: also one whose meaning is not public. */
gboolean code_table_has (CodeTable table, const char *code);
