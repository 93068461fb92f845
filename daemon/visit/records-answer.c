/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-answer: see the header. */
#include "visit/records-answer.h"

#include <string.h>
#include <unistd.h>

#include "base/sealed-file.h"

RecordsAnswerPart *
records_answer_part_new (const char *from, const char *to)
{
  RecordsAnswerPart *part = g_new0 (RecordsAnswerPart, 1);

  part->outcome = RECORDS_FAILED; /* until it is known better */
  part->document = -1;
  g_strlcpy (part->from, from != NULL ? from : "", sizeof part->from);
  g_strlcpy (part->to, to != NULL ? to : "", sizeof part->to);
  return part;
}

void
records_answer_part_close (RecordsAnswerPart *part)
{
  if (part->document >= 0)
    close (part->document);
  part->document = -1;
}

void
records_answer_part_free (RecordsAnswerPart *part)
{
  records_answer_part_close (part);
  g_clear_pointer (&part->verdict, records_verdict_free);
  g_free (part->code);
  g_free (part->message);
  g_free (part);
}

void
records_answer_part_set_message (RecordsAnswerPart *part, const char *code, const char *message)
{
  char *new_code = g_strdup (code), *new_message = g_strdup (message); /* they may be its own */

  g_free (part->code);
  g_free (part->message);
  part->code = new_code;
  part->message = new_message;
}

RecordsAnswer *
records_answer_new (const char *from, const char *to)
{
  RecordsAnswer *answer = g_new0 (RecordsAnswer, 1);

  answer->parts = g_ptr_array_new_with_free_func ((GDestroyNotify)records_answer_part_free);
  answer->documents = g_ptr_array_new ();
  answer->whole = records_answer_part_new (from, to);
  return answer;
}

void
records_answer_free (RecordsAnswer *answer)
{
  g_ptr_array_unref (answer->documents);
  g_ptr_array_unref (answer->parts);
  records_answer_part_free (answer->whole);
  g_free (answer);
}

/* find_remark: the first part to which the center said something, of those that are not as they were asked for. */
static const RecordsAnswerPart *
find_remark (const RecordsAnswer *answer)
{
  for (guint i = 0; i < answer->parts->len; i++)
    {
      const RecordsAnswerPart *part = answer->parts->pdata[i];

      if (part->code != NULL && (part->is_partial || (part->outcome != RECORDS_DATA && part->outcome != RECORDS_NONE)))
        return part;
    }
  return NULL;
}

void
records_answer_judge (RecordsAnswer *answer, const RecordsPlan *plan)
{
  const RecordsAnswerPart *remark = find_remark (answer);
  const char *from, *to;

  answer->whole->outcome = records_plan_judge (plan, &answer->is_complete);
  records_plan_get_span (plan, &from, &to);
  g_strlcpy (answer->whole->from, from, sizeof answer->whole->from);
  g_strlcpy (answer->whole->to, to, sizeof answer->whole->to);
  for (guint i = 0; i < answer->parts->len; i++)
    answer->whole->is_partial |= ((const RecordsAnswerPart *)answer->parts->pdata[i])->is_partial;
  if (remark != NULL)
    records_answer_part_set_message (answer->whole, remark->code, remark->message);
}

gboolean
records_answer_seal (RecordsAnswer *answer, GError **error)
{
  g_ptr_array_set_size (answer->documents, 0);
  if (answer->whole->document >= 0)
    g_ptr_array_add (answer->documents, answer->whole);
  for (guint i = 0; i < answer->parts->len && answer->whole->document < 0; i++)
    if (((RecordsAnswerPart *)answer->parts->pdata[i])->document >= 0)
      g_ptr_array_add (answer->documents, answer->parts->pdata[i]);
  for (guint i = 0; i < answer->documents->len; i++)
    if (!sealed_file_seal (((RecordsAnswerPart *)answer->documents->pdata[i])->document, error))
      return FALSE;
  return TRUE;
}
