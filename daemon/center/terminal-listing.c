/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal-listing: see the header. */
#include "center/terminal-listing.h"

#include "center/field-care.h"
#include "center/terminal-call.h"
#include "center/terminal-care.h"

/* That a list is made is asked for once; the list itself as long as it is being made. By the care's flag. */
static const TerminalCallKind questions[] = {
  [TRANSPORT_TREATMENT_HOME] = { .prefix = "OQSmuhvq01", .returns = TERMINAL_CALL_RECEPTION },
  [TRANSPORT_TREATMENT_ONLINE] = { .prefix = "OQSmuonq01", .returns = TERMINAL_CALL_RECEPTION },
};
static const TerminalCallKind fetches[] = {
  [TRANSPORT_TREATMENT_HOME] = { .prefix = "OQSmuhvq02", .is_query = TRUE, .returns = TERMINAL_CALL_LIST },
  [TRANSPORT_TREATMENT_ONLINE] = { .prefix = "OQSmuonq02", .is_query = TRUE, .returns = TERMINAL_CALL_LIST },
};

struct TerminalListing
{
  TerminalFolder *folder; /* NULL: it is gone */
  TransportTreatment care;
  gboolean wants_reception;
  char *reception, *identifier;
  GTask *task;
};

static void
listing_free (TerminalListing *listing)
{
  if (listing->folder != NULL)
    g_ptr_array_remove_fast (listing->folder->listings, listing);
  g_free (listing->reception);
  g_free (listing->identifier);
  g_object_unref (listing->task);
  g_free (listing);
}

/* end: @list, or @error: (transfer full) both. */
static void
end (TerminalListing *listing, TransportCareList *list, GError *error)
{
  if (list != NULL)
    {
      list->reception = g_strdup (listing->reception);
      list->identifier = g_strdup (listing->identifier);
      g_task_return_pointer (listing->task, list, (GDestroyNotify)transport_care_list_free);
    }
  else
    g_task_return_error (listing->task, error);
  listing_free (listing);
}

static void
on_fetched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  TransportCareList *list = g_task_propagate_pointer (G_TASK (result), &error);

  end (user_data, list, error);
}

static void
fetch (TerminalListing *listing)
{
  terminal_call_begin (listing->folder, &fetches[listing->care],
                       field_care_new_fetch (listing->folder->setup->institution_code, listing->reception),
                       listing->identifier,
                       g_task_new (NULL, g_task_get_cancellable (listing->task), on_fetched, listing));
}

static void
on_asked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TerminalListing *listing = user_data;
  GError *error = NULL;

  listing->reception = g_task_propagate_pointer (G_TASK (result), &error);
  if (listing->reception == NULL)
    end (listing, NULL, error);
  else if (listing->wants_reception || listing->folder == NULL)
    end (listing, terminal_care_new_list (), NULL);
  else
    fetch (listing);
}

void
terminal_listing_begin (TerminalFolder *folder, const TransportCareQuery *query, GTask *task)
{
  TerminalListing *listing = g_new0 (TerminalListing, 1);
  FieldHeader header = { folder->setup->institution_code, NULL, NULL };

  *listing = (TerminalListing){
    folder, query->care, query->wants_reception, g_strdup (query->reception), g_strdup (query->identifier), task
  };
  g_ptr_array_add (folder->listings, listing);
  g_task_set_check_cancellable (task, FALSE);
  if (listing->reception != NULL)
    {
      fetch (listing);
      return;
    }
  if (listing->identifier == NULL)
    listing->identifier = transport_make_identifier ();
  header.identifier = listing->identifier;
  terminal_call_begin (folder, &questions[query->care], field_care_new_question (&header, query), NULL,
                       g_task_new (NULL, g_task_get_cancellable (task), on_asked, listing));
}

void
terminal_listing_give_up_all (GPtrArray *listings)
{
  for (guint i = 0; i < listings->len; i++)
    ((TerminalListing *)listings->pdata[i])->folder = NULL;
}
