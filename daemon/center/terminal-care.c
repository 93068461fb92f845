/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal-care: see the header. */
#include "center/terminal-care.h"

#include "base/error.h"
#include "center/document-file.h"
#include "center/field-care.h"

G_STATIC_ASSERT (DOCUMENT_FILE_DIGEST_SIZE == TRANSPORT_RECORDS_DIGEST_SIZE);

TransportCareList *
terminal_care_new_list (void)
{
  TransportCareList *list = g_new0 (TransportCareList, 1);

  list->fd = -1;
  return list;
}

typedef struct
{
  GBytes *document;
  char *institution, *reception, *identifier;
  FieldCareList read;
  TransportCareList *list;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_bytes_unref (reading->document);
  g_free (reading->institution);
  g_free (reading->reception);
  g_free (reading->identifier);
  g_clear_pointer (&reading->read.refusal, message_free);
  transport_care_list_free (reading->list);
  g_free (reading);
}

/* take_document: all of it, into its memfd. */
static gboolean
take_document (Reading *reading, GError **error)
{
  g_autoptr (DocumentFile) file = document_file_new (error);
  TransportCareList *list;
  gsize size;
  const guint8 *data = g_bytes_get_data (reading->document, &size);

  if (file == NULL || !document_file_add (file, data, size, error))
    return FALSE;
  list = reading->list = terminal_care_new_list ();
  list->size = size;
  list->fd = document_file_finish (g_steal_pointer (&file), list->digest);
  list->n_people = reading->read.n_people;
  return TRUE;
}

static void
read_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Reading *reading = task_data;
  GError *error = NULL;

  if (field_care_read_list (reading->document, &reading->read, &error)
      && (reading->read.refusal != NULL || take_document (reading, &error)))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
terminal_care_read_async (GBytes *document, const Message *request, const char *identifier,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Reading *reading = g_new0 (Reading, 1);

  reading->document = g_bytes_ref (document);
  reading->institution
      = g_strdup (message_find_text (message_find (request, "MessageHeader"), "MedicalInstitutionCode"));
  reading->reception = g_strdup (message_find_text (message_find (request, "MessageBody"), "ReceptionNumber"));
  reading->identifier = g_strdup (identifier);
  reading->read = (FieldCareList){ reading->institution, reading->reception, reading->identifier, .n_people = 0,
                                   .refusal = NULL };
  g_task_set_source_tag (task, terminal_care_read_async);
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_in_thread);
}

TransportCareList *
terminal_care_read_finish (GAsyncResult *result, GError **error)
{
  Reading *reading = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  if (reading->read.refusal == NULL)
    return g_steal_pointer (&reading->list);
  field_care_read_refusal (reading->read.refusal, reading->document, error);
  return NULL;
}
