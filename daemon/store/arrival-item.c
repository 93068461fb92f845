/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* arrival-item: see the header. */
#include "store/arrival-item.h"

ArrivalBookItem *
arrival_book_item_new (void)
{
  return g_new0 (ArrivalBookItem, 1);
}

void
arrival_book_item_free (ArrivalBookItem *item)
{
  if (item == NULL)
    return;
  g_free (item->id);
  g_free (item->terminal);
  g_strfreev (item->words);
  g_clear_pointer (&item->body, g_bytes_unref);
  g_clear_pointer (&item->entry, ledger_entry_unref);
  g_free (item);
}
