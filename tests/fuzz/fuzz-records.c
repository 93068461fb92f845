/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-records: what is read as a document of records has a result, and an owner if it holds anything; it becomes JSON
 * that is JSON, and the same each time; and reading it leaves no doubt: what is refused is refused by its one error.
 */
#include "harness.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <yajl/yajl_parse.h>

#include "base/error.h"
#include "center/records-json.h"

static int
keep (const uint8_t *data, size_t size)
{
  const int fd = memfd_create ("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_assert (fd >= 0);
  g_assert (size == 0 || pwrite (fd, data, size, 0) == (ssize_t)size);
  return fd;
}

static void
check_json (int fd, gsize size)
{
  const guchar *text = mmap (NULL, size, PROT_READ, MAP_SHARED, fd, 0);
  yajl_handle yajl = yajl_alloc (NULL, NULL, NULL);

  g_assert (text != MAP_FAILED);
  g_assert (g_utf8_validate_len ((const char *)text, size, NULL));
  g_assert (yajl_parse (yajl, text, size) == yajl_status_ok && yajl_complete_parse (yajl) == yajl_status_ok);
  yajl_free (yajl);
  munmap ((gpointer)text, size);
}

static void
check_read (int fd, ConsentKind kind, const RecordsVerdict *verdict)
{
  const RecordsAsked asked = { kind, "202109", NULL, TRUE };
  const RecordsPart part = { .outcome = RECORDS_DATA, .verdict = verdict, .fd = fd };
  RecordsJson json = { -1, 0, { 0 } }, again = json;
  g_autoptr (GError) error = NULL;

  g_assert (verdict->from[0] == '\0' || strcmp (verdict->from, verdict->to) <= 0);
  if (verdict->n_medicines + verdict->n_items > 0)
    g_assert (verdict->person.name != NULL || verdict->person.kana != NULL);
  if (!records_json_write (&asked, &part, 1, &json, &error))
    {
      g_assert (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID));
      return;
    }
  check_json (json.fd, json.size);
  g_assert (records_json_write (&asked, &part, 1, &again, NULL));
  g_assert (memcmp (json.digest, again.digest, sizeof json.digest) == 0);
  close (json.fd);
  close (again.fd);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const ConsentKind kinds[] = { CONSENT_DRUG, CONSENT_CHECKUP };
  const int fd = keep (data, size);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RecordsVerdict) verdict = records_document_read (fd, kinds[i], TRANSPORT_RECORDS_XML, &error);

      g_assert (verdict || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID));
      if (verdict && !verdict->is_pdf)
        check_read (fd, kinds[i], verdict);
    }
  close (fd);
  return 0;
}
