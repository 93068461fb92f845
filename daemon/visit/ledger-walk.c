/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-walk: see the header. */
#include "visit/ledger-walk.h"

#include "base/error.h"
#include "base/log.h"

struct LedgerWalk
{
  LedgerWalk **place; /* NULL: stopped */
  Ledger *ledger;
  LedgerFilter filter;
  LedgerWalkEach each;
  gpointer user_data;
};

static void
end_walk (LedgerWalk *walk)
{
  if (walk->place != NULL)
    *walk->place = NULL;
  g_free (walk);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LedgerWalk *walk = user_data;
  g_autoptr (GError) error = NULL;
  guint64 next = 0;
  g_autoptr (GPtrArray) records = ledger_read_finish (walk->ledger, result, &next, &error);

  if (records == NULL && !g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND))
    log_warning (NULL, "ledger: what is in it is not known: %s", error->message);
  for (guint i = 0; records != NULL && walk->place != NULL && i < records->len; i++)
    {
      const LedgerRecord *record = records->pdata[i];

      if (record->entry != NULL)
        walk->each (record->entry, walk->user_data);
    }
  if (records == NULL || walk->place == NULL || next <= walk->filter.first || next >= ledger_get_size (walk->ledger))
    {
      end_walk (walk);
      return;
    }
  walk->filter.first = next;
  ledger_read (walk->ledger, &walk->filter, on_read, walk);
}

void
ledger_walk_begin (LedgerWalk **place, Ledger *ledger, const LedgerFilter *filter, LedgerWalkEach each,
                   gpointer user_data)
{
  LedgerWalk *walk = g_new (LedgerWalk, 1);

  *walk = (LedgerWalk){ place, ledger, *filter, each, user_data };
  *place = walk;
  ledger_read (ledger, filter, on_read, walk);
}

void
ledger_walk_stop (LedgerWalk **place)
{
  if (*place != NULL)
    (*place)->place = NULL;
  *place = NULL;
}
