/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-types: see the header. */
#include "store/ledger-types.h"

void
ledger_state_free (LedgerState *state)
{
  g_free (state->origin);
  g_free (state->verifier);
  g_free (state->checkpoint);
  g_ptr_array_unref (state->anchors);
  g_free (state);
}

void
ledger_record_free (LedgerRecord *record)
{
  g_clear_pointer (&record->leaf, g_bytes_unref);
  g_clear_pointer (&record->entry, ledger_entry_unref);
  g_free (record);
}

void
ledger_fault_free (gpointer data)
{
  LedgerFault *fault = data;

  g_free (fault->text);
  g_free (fault);
}

void
ledger_verdict_free (LedgerVerdict *verdict)
{
  g_free (verdict->verifier);
  g_ptr_array_unref (verdict->faults);
  g_free (verdict);
}
