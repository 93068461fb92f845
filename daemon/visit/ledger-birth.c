/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-birth: see the header. One attempt at a time: the ledger's state, a signature off the loop, the entry. */
#include "visit/ledger-birth.h"

#include "base/error.h"
#include "base/log.h"

#define AGAIN (G_TIME_SPAN_HOUR)

struct LedgerBirth
{
  guint references; /* its owner's, and that of the attempt under way */
  gboolean is_gone;
  Ledger *ledger;
  char *certificate, *key, *token_pin; /* NULL: not configured */
  gboolean is_settled;                 /* the key is endorsed, or cannot be in this run */
  gboolean is_trying, is_missed;       /* something has changed meanwhile: once more */
  gint64 tried;                        /* by the monotonic clock; 0: never */
};

/* What a thread has to do. */
typedef struct
{
  char *certificate, *key, *token_pin, *verifier;
  GBytes *message, *signed_by;
} Work;

static void
unref_birth (LedgerBirth *birth)
{
  if (--birth->references > 0)
    return;
  g_free (birth->certificate);
  g_free (birth->key);
  g_free (birth->token_pin);
  g_free (birth);
}

static void
free_work (gpointer data)
{
  Work *work = data;

  g_free (work->certificate);
  g_free (work->key);
  g_free (work->token_pin);
  g_free (work->verifier);
  g_bytes_unref (work->message);
  g_clear_pointer (&work->signed_by, g_bytes_unref);
  g_free (work);
}

static void try_now (LedgerBirth *birth);

/* end: of an attempt. @error: NULL: it did what it could. */
static void
end (LedgerBirth *birth, const GError *error)
{
  birth->is_trying = FALSE;
  if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_INCORRECT))
    birth->is_settled = TRUE;
  if (error != NULL && !birth->is_gone)
    log_warning (NULL, "ledger: its key is not endorsed by the institution's yet: %s", error->message);
  if (birth->is_missed && !birth->is_gone)
    try_now (birth);
  unref_birth (birth);
}

static void
on_appended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LedgerBirth *birth = user_data;
  g_autoptr (GError) error = NULL;
  guint64 index;

  if (ledger_append_finish (birth->ledger, result, &index, &error))
    birth->is_settled = TRUE;
  end (birth, error);
}

static LedgerEntry *
make_entry (const Work *work, GBytes *signature)
{
  LedgerEntry *entry = ledger_entry_new (LEDGER_KEY);

  ledger_entry_add_text (entry, LEDGER_FIELD_ACT, "endorsed");
  ledger_entry_add_text (entry, LEDGER_FIELD_KEY_NAME, work->verifier);
  ledger_entry_add_bytes (entry, LEDGER_FIELD_SIGNATURE, g_bytes_get_data (signature, NULL),
                          g_bytes_get_size (signature));
  ledger_entry_add_bytes (entry, LEDGER_FIELD_CERTIFICATE, g_bytes_get_data (work->signed_by, NULL),
                          g_bytes_get_size (work->signed_by));
  return entry;
}

static void
on_signed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LedgerBirth *birth = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) signature = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr (LedgerEntry) entry
      = signature != NULL ? make_entry (g_task_get_task_data (G_TASK (result)), signature) : NULL;
  GPtrArray *entries;

  if (entry != NULL && !ledger_check_endorsement (entry))
    g_set_error_literal (&error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "certificate and key are no pair");
  if (error != NULL || birth->is_gone)
    {
      end (birth, error);
      return;
    }
  entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);
  g_ptr_array_add (entries, g_steal_pointer (&entry));
  ledger_append (birth->ledger, entries, on_appended, birth);
}

static void
sign (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  const CredentialFiles files = { .certificate = work->certificate, .key = work->key, .token_pin = work->token_pin };
  GError *error = NULL;
  GBytes *signature = credential_sign (&files, work->message, &work->signed_by, &error);

  if (signature != NULL)
    g_task_return_pointer (task, signature, (GDestroyNotify)g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static void
on_state (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LedgerBirth *birth = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LedgerState) state = ledger_get_state_finish (birth->ledger, result, &error);
  g_autoptr (GTask) task = NULL;
  Work *work;

  if (state == NULL || state->is_endorsed || birth->is_gone)
    {
      birth->is_settled = state != NULL && state->is_endorsed;
      end (birth, error);
      return;
    }
  work = g_new0 (Work, 1);
  *work = (Work){ g_strdup (birth->certificate),
                  g_strdup (birth->key),
                  g_strdup (birth->token_pin),
                  g_strdup (state->verifier),
                  ledger_make_endorsement (state->origin, state->verifier),
                  NULL };
  task = g_task_new (NULL, NULL, on_signed, birth);
  g_task_set_task_data (task, work, free_work);
  g_task_run_in_thread (task, sign);
}

static void
try_now (LedgerBirth *birth)
{
  birth->tried = g_get_monotonic_time ();
  birth->is_trying = TRUE;
  birth->is_missed = FALSE;
  birth->references++;
  ledger_get_state (birth->ledger, on_state, birth);
}

static void
on_news (const LedgerNews *news, gpointer user_data)
{
  LedgerBirth *birth = user_data;
  const guint64 changes = G_GUINT64_CONSTANT (1) << LEDGER_KEY | G_GUINT64_CONSTANT (1) << LEDGER_RESTORE;
  const gboolean is_changed = (news->kinds & changes) != 0;
  const gboolean is_early = birth->tried != 0 && g_get_monotonic_time () - birth->tried < AGAIN;

  if (news->error != NULL || birth->certificate == NULL || birth->key == NULL)
    return;
  if (birth->is_trying)
    birth->is_missed |= is_changed;
  else if (is_changed || !(birth->is_settled || is_early))
    try_now (birth);
}

LedgerBirth *
ledger_birth_new (Ledger *ledger)
{
  LedgerBirth *birth = g_new0 (LedgerBirth, 1);

  birth->references = 1;
  birth->ledger = ledger;
  ledger_add_observer (ledger, on_news, birth);
  return birth;
}

void
ledger_birth_free (LedgerBirth *birth)
{
  if (birth == NULL)
    return;
  birth->is_gone = TRUE;
  ledger_remove_observer (birth->ledger, on_news, birth);
  unref_birth (birth);
}

void
ledger_birth_configure (LedgerBirth *birth, const CredentialFiles *files)
{
  g_free (birth->certificate);
  g_free (birth->key);
  g_free (birth->token_pin);
  birth->certificate = g_strdup (files->certificate);
  birth->key = g_strdup (files->key);
  birth->token_pin = g_strdup (files->token_pin);
  birth->is_settled = FALSE;
  birth->is_missed = birth->is_trying;
  birth->tried = 0;
}
