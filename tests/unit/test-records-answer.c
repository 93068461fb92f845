/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-records-answer: a half answer never looks whole; what is handed out is sealed; no descriptor is left. */
#include "visit/records-answer.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

static guint
count_descriptors (void)
{
  DIR *folder = opendir ("/proc/self/fd");
  guint count = 0;

  while (readdir (folder) != NULL)
    count++;
  closedir (folder);
  return count;
}

/* make_answer: of parts by their outcomes: "data none": of those with data there is a document. */
static RecordsAnswer *
make_answer (const char *outcomes)
{
  g_auto (GStrv) words = g_strsplit (outcomes, " ", -1);
  RecordsAnswer *answer = records_answer_new ("202101", "202504");

  for (char **word = words; *word != NULL; word++)
    {
      RecordsAnswerPart *part = records_answer_part_new ("202501", "202501");

      g_assert_true (records_outcome_lookup (*word, &part->outcome));
      records_answer_part_set_message (part, *word, "text");
      if (part->outcome == RECORDS_DATA)
        {
          part->document = memfd_create ("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
          g_assert_cmpint (write (part->document, "x", 1), ==, 1);
          part->size = 1;
        }
      g_ptr_array_add (answer->parts, part);
    }
  return answer;
}

/* The plan judges; what the center said to what is missing is told of the whole. */
static void
test_whole (void)
{
  const RecordsWish wish
      = { .kind = CONSENT_DRUG, .from = "202401", .to = "202412", .today = "20250501", .span_months = 6 };
  g_autoptr (RecordsPlan) plan = records_plan_new (&wish, NULL);
  g_autoptr (RecordsAnswer) answer = make_answer ("data refused");

  g_assert_cmpuint (records_plan_get_n_parts (plan), ==, 2);
  records_plan_note (plan, 0, RECORDS_DATA);
  records_plan_note (plan, 1, RECORDS_REFUSED);
  records_answer_judge (answer, plan);
  g_assert_cmpint (answer->whole->outcome, ==, RECORDS_DATA);
  g_assert_false (answer->is_complete);
  g_assert_cmpstr (answer->whole->code, ==, "refused");
  g_assert_cmpstr (answer->whole->from, ==, "202401");
  g_assert_cmpstr (answer->whole->to, ==, "202412");
}

static void
test_documents (void)
{
  const guint before = count_descriptors ();
  RecordsAnswer *answer = make_answer ("data none data");
  g_autoptr (GError) error = NULL;

  g_assert_true (records_answer_seal (answer, &error));
  g_assert_cmpuint (answer->documents->len, ==, 2);
  for (guint i = 0; i < answer->documents->len; i++)
    g_assert_cmpint (fcntl (((RecordsAnswerPart *)answer->documents->pdata[i])->document, F_GET_SEALS), ==,
                     F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
  /* The one that was made of all of them takes their place. */
  answer->whole->document = memfd_create ("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  g_assert_true (records_answer_seal (answer, &error));
  g_assert_cmpuint (answer->documents->len, ==, 1);
  g_assert_true (answer->documents->pdata[0] == answer->whole);
  records_answer_free (answer);
  g_assert_cmpuint (count_descriptors (), ==, before);
}

static void
test_unsealable (void)
{
  const guint before = count_descriptors ();
  RecordsAnswer *answer = make_answer ("data");
  RecordsAnswerPart *part = answer->parts->pdata[0];
  g_autoptr (GError) error = NULL;

  close (part->document);
  part->document = memfd_create ("test", MFD_CLOEXEC);
  g_assert_false (records_answer_seal (answer, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
  records_answer_free (answer);
  g_assert_cmpuint (count_descriptors (), ==, before);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/records-answer/whole", test_whole);
  g_test_add_func ("/records-answer/documents", test_documents);
  g_test_add_func ("/records-answer/unsealable", test_unsealable);
  return g_test_run ();
}
