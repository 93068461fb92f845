/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuzz-ledger-entry: what is read as an entry is written as the very same bytes: there is one canonical form. */
#include "harness.h"

#include "codec/ledger-entry.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size), again = NULL;
  g_autoptr (LedgerEntry) entry = ledger_entry_decode (bytes, NULL);

  if (entry == NULL)
    return 0;
  again = ledger_entry_encode (entry);
  g_assert (g_bytes_equal (bytes, again));
  return 0;
}
