/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-reads: see the header. */
#include "store/ledger-reads.h"

#include <string.h>

#include "base/error.h"
#include "store/ledger-call.h"
#include "store/ledger-query.h"

/* take_answer: what a query said: @result, or why not: only the file's own errors end the job. */
static gboolean
take_answer (LedgerCall *call, gpointer result, GError **failure, GError **error)
{
  call->result = result;
  if (g_error_matches (*failure, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED))
    {
      g_propagate_error (error, *failure);
      return FALSE;
    }
  call->answer = *failure;
  return TRUE;
}

static gboolean
query_state (LedgerCall *call, sqlite3 *database, GError **error)
{
  GError *failure = NULL;

  call->result_free = (GDestroyNotify)ledger_state_free;
  return take_answer (call, ledger_query_state (call->tree, database, &failure), &failure, error);
}

void
ledger_get_state (Ledger *ledger, GAsyncReadyCallback callback, gpointer user_data)
{
  ledger_call_begin (ledger, ledger_call_new (ledger, query_state, ledger_get_state, callback, user_data), FALSE);
}

LedgerState *
ledger_get_state_finish (Ledger *ledger, GAsyncResult *result, GError **error)
{
  return ledger_call_finish_result (result, error);
}

static gboolean
query_read (LedgerCall *call, sqlite3 *database, GError **error)
{
  GError *failure = NULL;

  call->result_free = (GDestroyNotify)g_ptr_array_unref;
  return take_answer (call, ledger_query_read (call->tree, database, &call->filter, &call->index, &failure), &failure,
                      error);
}

static void
keep_hash (const guint8 **hash, guint8 copy[LEDGER_PERSON_SIZE])
{
  if (*hash != NULL)
    *hash = memcpy (copy, *hash, LEDGER_PERSON_SIZE);
}

void
ledger_read (Ledger *ledger, const LedgerFilter *filter, GAsyncReadyCallback callback, gpointer user_data)
{
  LedgerCall *call = ledger_call_new (ledger, query_read, ledger_read, callback, user_data);

  call->filter = *filter;
  call->filter.staff = call->staff = g_strdup (filter->staff);
  call->filter.visit = call->visit = g_strdup (filter->visit);
  keep_hash (&call->filter.person, call->people[0]);
  keep_hash (&call->filter.person_number, call->people[1]);
  keep_hash (&call->filter.person_before, call->people[2]);
  keep_hash (&call->filter.person_number_before, call->people[3]);
  ledger_call_begin (ledger, call, FALSE);
}

GPtrArray *
ledger_read_finish (Ledger *ledger, GAsyncResult *result, guint64 *ret_next, GError **error)
{
  LedgerCall *call = ledger_call_finish (result, error);

  if (call == NULL)
    return NULL;
  *ret_next = call->index;
  return g_steal_pointer (&call->result);
}

static gboolean
query_proof (LedgerCall *call, sqlite3 *database, GError **error)
{
  GError *failure = NULL;

  call->result_free = g_free;
  return take_answer (call, ledger_query_prove (call->tree, database, call->from, call->text, &failure), &failure,
                      error);
}

void
ledger_prove (Ledger *ledger, guint64 index, const char *checkpoint, GAsyncReadyCallback callback, gpointer user_data)
{
  LedgerCall *call = ledger_call_new (ledger, query_proof, ledger_prove, callback, user_data);

  call->from = index;
  call->text = g_strdup (checkpoint);
  ledger_call_begin (ledger, call, FALSE);
}

char *
ledger_prove_finish (Ledger *ledger, GAsyncResult *result, GError **error)
{
  return ledger_call_finish_result (result, error);
}

static gboolean
query_consistency (LedgerCall *call, sqlite3 *database, GError **error)
{
  GError *failure = NULL;

  call->result_free = (GDestroyNotify)g_bytes_unref;
  return take_answer (call, ledger_query_prove_consistency (call->tree, database, call->from, call->to, &failure),
                      &failure, error);
}

void
ledger_prove_consistency (Ledger *ledger, guint64 from, guint64 to, GAsyncReadyCallback callback, gpointer user_data)
{
  LedgerCall *call = ledger_call_new (ledger, query_consistency, ledger_prove_consistency, callback, user_data);

  call->from = from;
  call->to = to;
  ledger_call_begin (ledger, call, FALSE);
}

GBytes *
ledger_prove_consistency_finish (Ledger *ledger, GAsyncResult *result, GError **error)
{
  return ledger_call_finish_result (result, error);
}

/* Examining. */

static gboolean
examine (LedgerCall *call, sqlite3 *database, GError **error)
{
  call->more = ledger_examination_go_on (call->examination, database);
  if (!call->more)
    call->result = ledger_examination_take (call->examination);
  call->result_free = (GDestroyNotify)ledger_verdict_free;
  return TRUE;
}

void
ledger_verify (Ledger *ledger, const char *checkpoint, GAsyncReadyCallback callback, gpointer user_data)
{
  LedgerCall *call = ledger_call_new (ledger, examine, ledger_verify, callback, user_data);

  call->examination = ledger_examination_new (ledger->tree, checkpoint);
  ledger_call_begin (ledger, call, FALSE);
}

LedgerVerdict *
ledger_verify_finish (Ledger *ledger, GAsyncResult *result, GError **error)
{
  return ledger_call_finish_result (result, error);
}
