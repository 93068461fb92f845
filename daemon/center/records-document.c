/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-document: a mapped file comes in, goes by as a stream of parts, and what they say goes out. */
#include "center/records-document.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "center/code-catalogue.h"
#include "center/field-value.h"
#include "codec/japanese-text.h"
#include "codec/message-xml.h"

#define PDF_MARK "%PDF-"
#define PDF_MARK_REACH 1024u /* bytes: where readers of PDF look for it */
#define RESULT_TAKEN "1"
#define MONTH_SIZE 6

/* A file as bytes. */
typedef struct
{
  const char *data;
  gsize size;
} Mapping;

static gboolean
set_invalid (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, text);
  return FALSE;
}

static gboolean
map_file (int fd, Mapping *mapping, GError **error)
{
  struct stat status;
  gpointer data;

  if (fstat (fd, &status) != 0 || status.st_size <= 0)
    return set_invalid (error, "a document of records is empty");
  if (status.st_size > RECORDS_DOCUMENT_SIZE_MAXIMUM)
    return set_invalid (error, "a document of records is too large");
  data = mmap (NULL, (gsize)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
  if (data == MAP_FAILED)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "a document of records cannot be mapped");
      return FALSE;
    }
  *mapping = (Mapping){ data, (gsize)status.st_size };
  return TRUE;
}

/* The walk. */

typedef struct
{
  RecordsPartFunc on_part;
  gpointer user_data;
  const char *place; /* the element that the next part stands in, static; NULL: none */
  gboolean has_header, has_body, is_broken;
} Walk;

/* The elements that hold parts, and in what they stand. */
static gboolean
is_holder (const char *holder, const char *element, gpointer user_data)
{
  Walk *walk = user_data;

  walk->place = holder == NULL ? NULL : strcmp (holder, "XmlMsg") == 0 ? "XmlMsg" : "MessageBody";
  if (holder == NULL)
    return strcmp (element, "XmlMsg") == 0;
  if (strcmp (holder, "XmlMsg") == 0)
    {
      if (strcmp (element, "MessageBody") != 0)
        return FALSE;
      walk->is_broken = walk->is_broken || walk->has_body;
      walk->has_body = TRUE;
      return TRUE;
    }
  for (guint i = 0; i < RECORDS_N_SOURCES; i++)
    if (strcmp (holder, "MessageBody") == 0 && g_strcmp0 (records_elements_of (i)->list, element) == 0)
      return TRUE;
  return FALSE;
}

static RecordsPlace
find_place (const Walk *walk, const char *name)
{
  RecordsSource source;

  if (strcmp (walk->place, "XmlMsg") == 0)
    return strcmp (name, "MessageHeader") == 0 ? RECORDS_PLACE_HEADER : RECORDS_PLACE_OTHER;
  if (records_elements_find (name, &source))
    return RECORDS_PLACE_ENTRY;
  return strcmp (name, RECORDS_CHECKUP_ELEMENT) == 0 ? RECORDS_PLACE_CHECKUP : RECORDS_PLACE_OTHER;
}

static gboolean
on_xml_part (const Message *part, gpointer user_data, GError **error)
{
  Walk *walk = user_data;
  RecordsPlace place;

  if (walk->place == NULL)
    return set_invalid (error, "a document of records is no XmlMsg");
  place = find_place (walk, message_get_name (part));
  if (walk->is_broken || (place == RECORDS_PLACE_HEADER && walk->has_header))
    return set_invalid (error, "a document of records has two headers, or two bodies");
  walk->has_header = walk->has_header || place == RECORDS_PLACE_HEADER;
  return walk->on_part (place, part, walk->user_data, error);
}

static gboolean
walk_mapping (const Mapping *mapping, RecordsPartFunc on_part, gpointer user_data, GError **error)
{
  static const MessageXmlParts parts = { is_holder, on_xml_part };
  Walk walk = { .on_part = on_part, .user_data = user_data };

  return message_xml_walk (mapping->data, mapping->size, MESSAGE_ENCODING_UNKNOWN, &parts, &walk, error);
}

gboolean
records_document_walk (int fd, RecordsPartFunc on_part, gpointer user_data, GError **error)
{
  Mapping mapping;
  gboolean done;

  if (!map_file (fd, &mapping, error))
    return FALSE;
  done = walk_mapping (&mapping, on_part, user_data, error);
  munmap ((gpointer)mapping.data, mapping.size);
  return done;
}

/* What the parts say. */

typedef struct
{
  RecordsVerdict *verdict;
  ConsentKind kind;
  const char *result; /* the center's result code; NULL: none was sent */
  gboolean has_person_of_other_kind;
} Reading;

/* keep: @text, if it is more than blanks, for as long as the verdict lives. */
static const char *
keep (RecordsVerdict *verdict, const char *text)
{
  text = text != NULL ? field_value_get (text) : NULL;
  return text != NULL ? message_keep (verdict->texts, text, strlen (text)) : NULL;
}

static const char *
keep_element (RecordsVerdict *verdict, const Message *node, const char *name)
{
  return keep (verdict, message_find_text (node, name));
}

/* The names of a person's numbers, which the field has twice. */
static const struct
{
  guint offset;
  const char *of_medicines, *of_checkups;
} person_elements[] = {
  { G_STRUCT_OFFSET (RecordsPerson, insurer_number), "InsNum", "InsurerNumber" },
  { G_STRUCT_OFFSET (RecordsPerson, symbol), "InsCdSym", "InsuranceCardSymbol" },
  { G_STRUCT_OFFSET (RecordsPerson, number), "InsCdNum", "InsuredPersonIdentificationNumber" },
  { G_STRUCT_OFFSET (RecordsPerson, branch), "BrancNum", "BranchNumber" },
  { G_STRUCT_OFFSET (RecordsPerson, kana), "KanaName", "KanaName" },
  { G_STRUCT_OFFSET (RecordsPerson, kana), "KanasName", "KanasName" }, /* as others read it */
  { G_STRUCT_OFFSET (RecordsPerson, kana_of_other), "KanaName2", "KanaName2" },
  { G_STRUCT_OFFSET (RecordsPerson, name), "Name", "Name" },
  { G_STRUCT_OFFSET (RecordsPerson, name_of_other), "Name2", "Name2" },
  { G_STRUCT_OFFSET (RecordsPerson, birthdate), "Birth", "Birthday" },
  { G_STRUCT_OFFSET (RecordsPerson, age), "Age", "Age" },
  { G_STRUCT_OFFSET (RecordsPerson, sex), "AdmGendCode", "AdministrativeGenderCode" },
  { G_STRUCT_OFFSET (RecordsPerson, reference_number), "RefNum", "ReferenceNumber" },
};

static void
read_person (RecordsVerdict *verdict, const Message *node, gboolean of_checkups)
{
  for (gsize i = 0; i < G_N_ELEMENTS (person_elements); i++)
    {
      const char **place = &G_STRUCT_MEMBER (const char *, &verdict->person, person_elements[i].offset);
      const char *name = of_checkups ? person_elements[i].of_checkups : person_elements[i].of_medicines;

      if (*place == NULL)
        *place = keep_element (verdict, node, name);
    }
}

static void
read_header (Reading *reading, const Message *header)
{
  RecordsVerdict *verdict = reading->verdict;
  const Message *of_medicines = message_find (header, "QuaInf");
  const Message *of_checkups = message_find (header, "QualificationsInfo");
  const char *executed = message_find_text (header, "ProcessExecutionTime");

  reading->has_person_of_other_kind = reading->kind == CONSENT_CHECKUP ? of_medicines != NULL : of_checkups != NULL;
  if (of_medicines != NULL || of_checkups != NULL)
    read_person (verdict, of_medicines != NULL ? of_medicines : of_checkups, of_medicines == NULL);
  reading->result = keep_element (verdict, header, "ResultCode");
  if (reading->result == NULL) /* as the answers to other questions have it */
    reading->result = keep_element (verdict, header, "SegmentOfResult");
  verdict->is_taken = g_strcmp0 (reading->result, RESULT_TAKEN) == 0;
  verdict->code = keep_element (verdict, header, "MessageId");
  verdict->message = keep_element (verdict, header, "MessageContents");
  if (verdict->code == NULL)
    verdict->code = keep_element (verdict, header, "ErrorCode");
  if (verdict->message == NULL)
    verdict->message = keep_element (verdict, header, "ErrorMessage");
  if (executed != NULL)
    japanese_text_parse_time (executed, &verdict->executed);
}

/* is_month: whether @text begins with a month YYYYMM. */
static gboolean
is_month (const char *text)
{
  char date[9] = "";

  if (text == NULL || strlen (text) < MONTH_SIZE)
    return FALSE;
  memcpy (date, text, MONTH_SIZE);
  memcpy (date + MONTH_SIZE, "01", 3);
  return japanese_text_is_date (date);
}

static void
note_month (RecordsVerdict *verdict, const char *text, char *newest)
{
  char month[MONTH_SIZE + 1];

  if (!is_month (text))
    return;
  g_strlcpy (month, text, sizeof month);
  if (verdict->from[0] == '\0' || strcmp (month, verdict->from) < 0)
    g_strlcpy (verdict->from, month, sizeof verdict->from);
  if (strcmp (month, verdict->to) > 0)
    g_strlcpy (verdict->to, month, sizeof verdict->to);
  if (newest != NULL && strcmp (month, newest) > 0)
    g_strlcpy (newest, month, sizeof month);
}

static void
note_institution (RecordsVerdict *verdict, const char *code, const char *name)
{
  RecordsInstitution institution;

  code = code != NULL ? field_value_get (code) : NULL;
  name = name != NULL ? field_value_get (name) : NULL;
  if ((code == NULL && name == NULL) || verdict->institutions->len >= RECORDS_INSTITUTIONS_MAXIMUM)
    return;
  for (guint i = 0; i < verdict->institutions->len; i++)
    {
      const RecordsInstitution *known = &g_array_index (verdict->institutions, RecordsInstitution, i);

      if (code != NULL ? g_strcmp0 (known->code, code) == 0 : g_strcmp0 (known->name, name) == 0)
        return;
    }
  institution = (RecordsInstitution){ keep (verdict, code), keep (verdict, name) };
  g_array_append_val (verdict->institutions, institution);
}

static guint
count_children (const Message *list, const char *name)
{
  guint n = 0;

  if (list != NULL && name != NULL)
    for (const Message *child = message_find (list, name); child != NULL; child = message_find_next (child))
      n++;
  return n;
}

static void
read_entry (RecordsVerdict *verdict, const Message *entry, RecordsSource source)
{
  const RecordsSourceElements *elements = records_elements_of (source);
  const Message *days = message_find (entry, elements->days);

  verdict->n_entries[source]++;
  note_month (verdict, message_find_text (entry, elements->month), verdict->newest[source]);
  note_institution (verdict, message_find_text (entry, elements->institution_code),
                    message_find_text (entry, elements->institution_name));
  for (const Message *day = message_find (days, elements->day); day != NULL; day = message_find_next (day))
    {
      verdict->n_medicines += count_children (message_find (day, elements->medicines), elements->medicine);
      if (elements->treatments != NULL)
        verdict->n_treatments += count_children (message_find (day, elements->treatments), elements->treatment);
    }
}

static gboolean
on_part (RecordsPlace place, const Message *part, gpointer user_data, GError **error)
{
  Reading *reading = user_data;
  RecordsVerdict *verdict = reading->verdict;
  RecordsSource source;

  if (place == RECORDS_PLACE_HEADER)
    read_header (reading, part);
  else if (place == RECORDS_PLACE_ENTRY && records_elements_find (message_get_name (part), &source))
    read_entry (verdict, part, source);
  else if (place == RECORDS_PLACE_CHECKUP)
    {
      verdict->n_checkups++;
      verdict->n_items += count_children (message_find (part, RECORDS_ITEMS_ELEMENT), RECORDS_ITEM_ELEMENT);
      note_month (verdict, message_find_text (part, RECORDS_CHECKUP_DATE_ELEMENT), NULL);
    }
  else if (message_get_first_child (part) != NULL)
    verdict->n_others++;
  return TRUE;
}

/* count_contents: entries of each kind, and what nobody knows. */
static guint
count_contents (const RecordsVerdict *verdict)
{
  guint n = verdict->n_checkups + verdict->n_others;

  for (guint i = 0; i < RECORDS_N_SOURCES; i++)
    n += verdict->n_entries[i];
  return n;
}

/* check_reading: whether it is an answer to what was asked. */
static gboolean
check_reading (const Reading *reading, GError **error)
{
  const RecordsVerdict *verdict = reading->verdict;
  const guint n_of_medicines = count_contents (verdict) - verdict->n_checkups - verdict->n_others;

  if (reading->result == NULL)
    return set_invalid (error, "a document of records has no result");
  if (reading->has_person_of_other_kind
      || (reading->kind == CONSENT_CHECKUP ? n_of_medicines > 0 : verdict->n_checkups > 0))
    return set_invalid (error, "a document of records is of another kind than was asked for");
  if (count_contents (verdict) > 0 && verdict->person.name == NULL && verdict->person.kana == NULL)
    return set_invalid (error, "a document of records does not say whose it is");
  return TRUE;
}

static gboolean
is_pdf (const Mapping *mapping)
{
  return memmem (mapping->data, MIN (mapping->size, PDF_MARK_REACH), PDF_MARK, strlen (PDF_MARK)) != NULL;
}

RecordsVerdict *
records_document_read (int fd, ConsentKind kind, TransportRecordsFormat format, GError **error)
{
  g_autoptr (RecordsVerdict) verdict = g_new0 (RecordsVerdict, 1);
  Reading reading = { .verdict = verdict, .kind = kind };
  Mapping mapping;
  gboolean done = TRUE;

  verdict->outcome = RECORDS_FAILED;
  verdict->institutions = g_array_new (FALSE, FALSE, sizeof (RecordsInstitution));
  verdict->texts = message_new ("Texts");
  if (!map_file (fd, &mapping, error))
    return NULL;
  verdict->is_pdf = is_pdf (&mapping);
  if (!verdict->is_pdf)
    done = walk_mapping (&mapping, on_part, &reading, error) && check_reading (&reading, error);
  munmap ((gpointer)mapping.data, mapping.size);
  if (done && verdict->is_pdf && format != TRANSPORT_RECORDS_PDF)
    done = set_invalid (error, "a document of records is a PDF in the place of XML");
  return done ? g_steal_pointer (&verdict) : NULL;
}

/* The same on a thread. */

typedef struct
{
  int fd;
  ConsentKind kind;
  TransportRecordsFormat format;
} Request;

static void
read_on_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Request *request = task_data;
  GError *error = NULL;
  RecordsVerdict *verdict = records_document_read (request->fd, request->kind, request->format, &error);

  if (verdict != NULL)
    g_task_return_pointer (task, verdict, (GDestroyNotify)records_verdict_free);
  else
    g_task_return_error (task, error);
}

void
records_document_read_async (int fd, ConsentKind kind, TransportRecordsFormat format, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Request *request = g_new (Request, 1);

  *request = (Request){ fd, kind, format };
  g_task_set_task_data (task, request, g_free);
  g_task_run_in_thread (task, read_on_thread);
}

RecordsVerdict *
records_document_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* What it means. */

void
records_document_judge (RecordsVerdict *verdict, TransportRecordsFormat format)
{
  if (verdict->is_pdf)
    verdict->outcome = format == TRANSPORT_RECORDS_PDF ? RECORDS_DATA : RECORDS_FAILED;
  else if (!verdict->is_taken)
    verdict->outcome = code_catalogue_get_outcome (verdict->code);
  else if (count_contents (verdict) == 0)
    verdict->outcome = RECORDS_NONE;
  else
    verdict->outcome = format == TRANSPORT_RECORDS_XML ? RECORDS_DATA : RECORDS_FAILED;
}

void
records_verdict_free (RecordsVerdict *verdict)
{
  if (verdict == NULL)
    return;
  g_array_unref (verdict->institutions);
  message_free (verdict->texts);
  g_free (verdict);
}

/* Whose it is. */

/* compare_numbers: *n_same: how many are known on both sides. Return: FALSE: one of them differs. */
static gboolean
compare_numbers (const RecordsPerson *a, const RecordsPerson *b, guint *n_same)
{
  const struct
  {
    const char *a, *b;
  } numbers[] = { { a->insurer_number, b->insurer_number },
                  { a->symbol, b->symbol },
                  { a->number, b->number },
                  { a->branch, b->branch } };

  *n_same = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      if (numbers[i].a == NULL || numbers[i].b == NULL)
        continue;
      if (!field_value_is_same_number (numbers[i].a, numbers[i].b))
        return FALSE;
      ++*n_same;
    }
  return TRUE;
}

NameComparison
records_person_compare (const RecordsPerson *document, const RecordsPerson *visit)
{
  const NameComparison written
      = name_comparison_compare_any (NAME_WRITTEN, (const char *const[]){ document->name, document->name_of_other },
                                     (const char *const[]){ visit->name, visit->name_of_other });
  const NameComparison kana
      = name_comparison_compare_any (NAME_KANA, (const char *const[]){ document->kana, document->kana_of_other },
                                     (const char *const[]){ visit->kana, visit->kana_of_other });
  guint n_numbers;

  if (document->birthdate == NULL || g_strcmp0 (document->birthdate, visit->birthdate) != 0
      || !compare_numbers (document, visit, &n_numbers) || written == NAME_COMPARISON_DIFFERS
      || kana == NAME_COMPARISON_DIFFERS)
    return NAME_COMPARISON_DIFFERS;
  if (written != NAME_COMPARISON_UNKNOWN)
    return written;
  if (n_numbers < 2) /* the insurer's and one of the person's at least */
    return NAME_COMPARISON_DIFFERS;
  return kana == NAME_COMPARISON_SAME || kana == NAME_COMPARISON_VARIANT ? kana : NAME_COMPARISON_UNKNOWN;
}
