/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-driver: received documents of records as the daemon reads them, for test_records_documents.py.
 *
 *   records-driver KIND FILE…         each FILE is the document of one part; the JSON of all goes to standard output
 *   records-driver KIND sample N      prints an invented document with N months, or check-ups
 *
 * On standard error: the outcome of each, one a line. Exit status 1: a document was refused.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "center/records-json.h"
#include "invented-records.h"

#define PARTS_MAXIMUM 16

static gboolean
print (const RecordsJson *json)
{
  g_autofree char *text = g_malloc (json->size);

  return read (json->fd, text, json->size) == (gssize)json->size && fwrite (text, 1, json->size, stdout) == json->size;
}

static gboolean
read_part (RecordsPart *part, ConsentKind kind, const char *path)
{
  g_autoptr (GError) error = NULL;
  RecordsVerdict *verdict;
  const int fd = open (path, O_RDONLY | O_CLOEXEC);

  verdict = records_document_read (fd, kind, TRANSPORT_RECORDS_XML, &error);
  if (verdict == NULL)
    {
      fprintf (stderr, "%s\n", error->message);
      return FALSE;
    }
  records_document_judge (verdict, TRANSPORT_RECORDS_XML);
  fprintf (stderr, "%s\n", records_outcome_to_string (verdict->outcome));
  *part = (RecordsPart){ .from = verdict->from[0] != '\0' ? verdict->from : NULL,
                         .to = verdict->to[0] != '\0' ? verdict->to : NULL,
                         .outcome = verdict->outcome,
                         .code = verdict->code,
                         .message = verdict->message,
                         .with_prescriptions = kind == CONSENT_DRUG,
                         .verdict = verdict,
                         .fd = verdict->outcome == RECORDS_DATA ? fd : -1 };
  return TRUE;
}

int
main (int argc, char **argv)
{
  RecordsPart parts[PARTS_MAXIMUM] = { { NULL } };
  RecordsAsked asked = { CONSENT_DRUG, NULL, NULL, TRUE };
  RecordsJson json;
  gboolean is_well = TRUE;

  if (argc < 3 || argc > PARTS_MAXIMUM + 2 || !consent_kind_lookup (argv[1], &asked.kind))
    return 64;
  if (strcmp (argv[2], "sample") == 0)
    {
      const guint n = argc > 3 ? (guint)atoi (argv[3]) : 1;
      g_autofree char *sample
          = asked.kind == CONSENT_CHECKUP ? invented_records_checkups (n) : invented_records_medicines (n);

      fputs (sample, stdout);
      return EXIT_SUCCESS;
    }
  for (int i = 2; i < argc && is_well; i++)
    {
      is_well = read_part (&parts[i - 2], asked.kind, argv[i]);
      asked.complete = asked.complete && (parts[i - 2].outcome == RECORDS_DATA || parts[i - 2].outcome == RECORDS_NONE);
    }
  is_well = is_well && records_json_write (&asked, parts, (gsize)argc - 2, &json, NULL) && print (&json);
  for (guint i = 0; i < PARTS_MAXIMUM; i++)
    if (parts[i].verdict != NULL)
      records_verdict_free ((RecordsVerdict *)parts[i].verdict);
  return is_well ? EXIT_SUCCESS : EXIT_FAILURE;
}
