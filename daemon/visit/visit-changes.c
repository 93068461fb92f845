/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-changes: see the header. The question outlives the visit's patience, and even the visit: a disk that hangs
 * holds up neither.
 */
#include "visit/visit-changes.h"

#include "visit/changes.h"
#include "visit/visit-life.h"
#include "visit/visit-private.h"

struct VisitChangesQuestion
{
  Visit *visit;             /* NULL: it does not wait any longer */
  Eligibility *eligibility; /* of the visit */
  Changes *changes;
};

gboolean
visit_changes_are_looked_for (const Visit *visit)
{
  return visit->changes.question != NULL;
}

void
visit_changes_stop (Visit *visit)
{
  if (visit->changes.question == NULL)
    return;
  visit->changes.question->visit = NULL;
  visit->changes.question = NULL;
  g_clear_handle_id (&visit->changes.timer, g_source_remove);
  visit_release (visit);
}

static gboolean
on_too_late (gpointer user_data)
{
  Visit *visit = user_data;
  void (*done) (Visit *) = visit->changes.done;

  visit->changes.timer = 0;
  visit_hold (visit);
  visit_changes_stop (visit);
  done (visit);
  visit_release (visit);
  return G_SOURCE_REMOVE;
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree struct VisitChangesQuestion *question = user_data;
  Visit *visit = question->visit;

  changes_look_finish (question->changes, result, visit != NULL ? question->eligibility : NULL);
  changes_unref (question->changes);
  if (visit == NULL)
    return;
  visit_hold (visit);
  visit_changes_stop (visit);
  visit->changes.done (visit);
  visit_release (visit);
}

void
visit_changes_begin (Visit *visit, Eligibility *eligibility, void (*done) (Visit *visit))
{
  Changes *changes = visit->host->changes;
  const char *asked = visit->options->insured != NULL ? visit->options->insured->date : NULL;

  if (changes == NULL || !changes_must_look (changes, eligibility, asked))
    return;
  visit_hold (visit);
  visit->changes.done = done;
  visit->changes.question = g_new (struct VisitChangesQuestion, 1);
  *visit->changes.question = (struct VisitChangesQuestion){ visit, eligibility, changes_ref (changes) };
  visit->changes.timer = g_timeout_add (VISIT_CHANGES_PATIENCE_MILLISECONDS, on_too_late, visit);
  changes_look (changes, eligibility, on_looked, visit->changes.question);
}
