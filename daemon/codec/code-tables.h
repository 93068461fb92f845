/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * code-tables: the field's code tables (data/doc/messages.md, "Code tables"). Pure; a code that no table has is told as
 * unknown, never guessed.
 */
#pragma once

#include <glib.h>

typedef enum
{
  CODE_TABLE_CARD_CLASSIFICATION, /* OQSCD010, Japanese names */
  CODE_TABLE_CEILING_CLASS,       /* OQSCD012: "A01" → "ア" */
  CODE_TABLE_LOSS_REASON,         /* OQSCD008 */
  CODE_TABLE_SPECIFIC_DISEASE,    /* OQSCD013 */
} CodeTable;

/* code_table_lookup: the field's name of @code, static, or NULL if the table has none. */
const char *code_table_lookup (CodeTable table, const char *code);
