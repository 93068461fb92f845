/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-document: whose a document is, what came of the request, what is in it, and what is refused. */
#include "center/records-document.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "invented-records.h"

static RecordsVerdict *
read_bytes (const char *data, gsize size, ConsentKind kind, TransportRecordsFormat format, GError **error)
{
  const int fd = invented_records_keep (data, size);
  RecordsVerdict *verdict = records_document_read (fd, kind, format, error);

  g_assert_cmpint (lseek (fd, 0, SEEK_CUR), ==, 0);
  close (fd);
  if (verdict != NULL)
    records_document_judge (verdict, format);
  return verdict;
}

static RecordsVerdict *
read_text (const char *text, ConsentKind kind, TransportRecordsFormat format)
{
  g_autoptr (GError) error = NULL;
  RecordsVerdict *verdict = read_bytes (text, strlen (text), kind, format, &error);

  g_assert_no_error (error);
  return verdict;
}

static void
check_person (const RecordsPerson *person)
{
  g_assert_cmpstr (person->name, ==, "山田　花子");
  g_assert_cmpstr (person->name_of_other, ==, "鈴木　花子");
  g_assert_cmpstr (person->kana, ==, "ﾔﾏﾀﾞ ﾊﾅｺ");
  g_assert_cmpstr (person->kana_of_other, ==, "ｽｽﾞｷ ﾊﾅｺ");
  g_assert_cmpstr (person->birthdate, ==, "19480229");
  g_assert_cmpstr (person->insurer_number, ==, "99990001");
  g_assert_cmpstr (person->symbol, ==, "架空０１");
  g_assert_cmpstr (person->number, ==, "１２３");
  g_assert_cmpstr (person->branch, ==, "01");
  g_assert_cmpstr (person->age, ==, "78");
  g_assert_cmpstr (person->sex, ==, "2");
  g_assert_cmpstr (person->reference_number, ==, "P-00123");
}

static void
check_medicines (const RecordsVerdict *verdict)
{
  check_person (&verdict->person);
  g_assert_cmpint (verdict->outcome, ==, RECORDS_DATA);
  for (guint i = 0; i < RECORDS_N_SOURCES; i++)
    {
      g_assert_cmpuint (verdict->n_entries[i], ==, 14);
      g_assert_cmpstr (verdict->newest[i], ==, "202210");
    }
  g_assert_cmpuint (verdict->n_medicines, ==, 3 * 14 * 6);
  g_assert_cmpuint (verdict->n_treatments, ==, 14 * 2);
  g_assert_cmpuint (verdict->institutions->len, ==, 7);
  g_assert_cmpstr (g_array_index (verdict->institutions, RecordsInstitution, 1).code, ==, "1340000001");
  g_assert_cmpstr (g_array_index (verdict->institutions, RecordsInstitution, 1).name, ==, "架空薬局1号店");
  g_assert_cmpstr (verdict->from, ==, "202109");
  g_assert_cmpstr (verdict->to, ==, "202210");
  g_assert_cmpint (verdict->executed, ==, G_GINT64_CONSTANT (1795396502000000));
  g_assert_null (verdict->code);
}

static void
test_medicines (void)
{
  g_autofree char *document = invented_records_medicines (14), *narrow = NULL;
  g_autoptr (RecordsVerdict) verdict = read_text (document, CONSENT_DRUG, TRANSPORT_RECORDS_XML), again = NULL;
  gsize size;

  check_medicines (verdict);
  narrow = invented_records_to_cp932 (document, &size);
  again = read_bytes (narrow, size, CONSENT_DRUG, TRANSPORT_RECORDS_XML, NULL);
  check_medicines (again);
}

static void
test_checkups (void)
{
  g_autofree char *document = invented_records_checkups (3);
  g_autoptr (RecordsVerdict) verdict = read_text (document, CONSENT_CHECKUP, TRANSPORT_RECORDS_XML);

  check_person (&verdict->person);
  g_assert_cmpint (verdict->outcome, ==, RECORDS_DATA);
  g_assert_cmpuint (verdict->n_checkups, ==, 3);
  g_assert_cmpuint (verdict->n_items, ==, 6);
  g_assert_cmpstr (verdict->from, ==, "202206");
  g_assert_cmpstr (verdict->to, ==, "202406");
}

static void
test_outcomes (void)
{
  static const struct
  {
    const char *code;
    RecordsOutcome outcome;
  } refusals[] = {
    { "SCKO1000E", RECORDS_NOT_CONFIGURED },
    { "SHK040001", RECORDS_CONSENT_ENDED },
    { "XYZZ9999E", RECORDS_REFUSED },
    { "", RECORDS_REFUSED },
  };
  g_autofree char *medicines = invented_records_medicines (0), *checkups = invented_records_checkups (0);
  g_autofree char *full = invented_records_checkups (1);
  g_autoptr (RecordsVerdict) none = read_text (medicines, CONSENT_DRUG, TRANSPORT_RECORDS_XML);
  g_autoptr (RecordsVerdict) no_checkups = read_text (checkups, CONSENT_CHECKUP, TRANSPORT_RECORDS_PDF);
  g_autoptr (RecordsVerdict) unasked = read_text (full, CONSENT_CHECKUP, TRANSPORT_RECORDS_PDF);

  g_assert_cmpint (none->outcome, ==, RECORDS_NONE);
  g_assert_cmpint (no_checkups->outcome, ==, RECORDS_NONE);
  g_assert_cmpint (unasked->outcome, ==, RECORDS_FAILED); /* data, but no PDF */
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    for (int format = TRANSPORT_RECORDS_XML; format <= TRANSPORT_RECORDS_PDF; format++)
      {
        g_autofree char *document = invented_records_refusal (refusals[i].code);
        g_autoptr (RecordsVerdict) verdict = read_text (document, CONSENT_DRUG, format);

        g_assert_false (verdict->is_pdf);
        g_assert_cmpint (verdict->outcome, ==, refusals[i].outcome);
        g_assert_cmpstr (verdict->code, ==, *refusals[i].code != '\0' ? refusals[i].code : NULL);
        g_assert_cmpstr (verdict->message, ==, "閲覧できません");
      }
}

static void
test_pdf (void)
{
  g_autoptr (RecordsVerdict) verdict = read_text ("%PDF-1.7\n…", CONSENT_DRUG, TRANSPORT_RECORDS_PDF);
  g_autoptr (GError) error = NULL;

  g_assert_true (verdict->is_pdf);
  g_assert_cmpint (verdict->outcome, ==, RECORDS_DATA);
  g_assert_null (read_bytes ("%PDF-1.7\n", 9, CONSENT_DRUG, TRANSPORT_RECORDS_XML, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
}

#define HEAD "<XmlMsg><MessageHeader><ResultCode>1</ResultCode></MessageHeader>"
#define PERSON "<QuaInf><Name>山田</Name></QuaInf>"
#define OWNED "<XmlMsg><MessageHeader><ResultCode>1</ResultCode>" PERSON "</MessageHeader>"

static void
test_refused (void)
{
  static const struct
  {
    const char *document, *reason;
  } documents[] = {
    { "", "empty" },
    { "\n", "not XML" },
    { "<Xml/>", "no XmlMsg" },
    { "<XmlMsg/>", "no result" },
    { "<XmlMsg><MessageHeader/><MessageBody/></XmlMsg>", "no result" },
    { HEAD "<MessageHeader/></XmlMsg>", "two headers" },
    { HEAD "<MessageBody/><MessageBody><MeTrMonthInf/></MessageBody></XmlMsg>", "two bodies" },
    { HEAD "<MessageBody><MeTrMonthInf/></MessageBody></XmlMsg>", "whose it is" },
    { OWNED "<MessageBody><SpecificHealthCheckupInfo/></MessageBody></XmlMsg>", "another kind" },
    { "<XmlMsg><MessageHeader><ResultCode>1</ResultCode><QualificationsInfo><Name>山田</Name></QualificationsInfo>"
      "</MessageHeader><MessageBody/></XmlMsg>",
      "another kind" },
    { OWNED "<MessageBody>山田</MessageBody></XmlMsg>", "a text beside elements" },
    { OWNED "<MessageBody><ShPrInf>山田<ShPrMonthInf/></ShPrInf></MessageBody></XmlMsg>", "a text beside elements" },
    { OWNED "<MessageBody/></XmlMsg><XmlMsg/>", "a second outermost element" },
    { OWNED "<MessageBody><MeTrMonthInf><MeTrMonth>1</MeTrMonth><MeTrMonth>2</MeTrMonth></MeTrMonthInf></MessageBody>"
            "</XmlMsg>",
      "an element twice" },
    { "<!DOCTYPE XmlMsg [<!ENTITY a 'b'>]>" OWNED "<MessageBody/></XmlMsg>", "a document type" },
    { OWNED "<MessageBody><MeTrMonthInf a='b'/></MessageBody></XmlMsg>", "an attribute" },
    { OWNED "<MessageBody><MeTrMonthInf>", "not XML" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (read_bytes (documents[i].document, strlen (documents[i].document), CONSENT_DRUG,
                                 TRANSPORT_RECORDS_XML, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
      if (strstr (error->message, documents[i].reason) == NULL)
        g_error ("%s: %s", documents[i].document, error->message);
      g_assert_null (strstr (error->message, "山田"));
    }
}

/* Cut at every byte, a document is never an answer, and never half of one. */
static void
test_cut (void)
{
  g_autofree char *document = invented_records_medicines (1);
  gsize size;
  g_autofree char *narrow = invented_records_to_cp932 (document, &size);

  for (gsize i = 0; i < strlen (document); i++)
    g_assert_null (read_bytes (document, i, CONSENT_DRUG, TRANSPORT_RECORDS_XML, NULL));
  for (gsize i = 0; i < size; i++)
    g_assert_null (read_bytes (narrow, i, CONSENT_DRUG, TRANSPORT_RECORDS_XML, NULL));
}

/* The header may come last. What nobody knows is data, too: it is never told as nothing. */
static void
test_order (void)
{
  g_autoptr (RecordsVerdict) last
      = read_text ("<XmlMsg><MessageBody><MeTrMonthInf><MeTrMonth>202401</MeTrMonth></MeTrMonthInf></MessageBody>"
                   "<MessageHeader>" PERSON "<ResultCode>1</ResultCode></MessageHeader></XmlMsg>",
                   CONSENT_DRUG, TRANSPORT_RECORDS_XML);
  g_autoptr (RecordsVerdict) unknown = read_text (OWNED "<MessageBody><NewInf><A>1</A></NewInf></MessageBody></XmlMsg>",
                                                  CONSENT_DRUG, TRANSPORT_RECORDS_XML);

  g_assert_cmpint (last->outcome, ==, RECORDS_DATA);
  g_assert_cmpstr (last->person.name, ==, "山田");
  g_assert_cmpstr (last->from, ==, "202401");
  g_assert_cmpint (unknown->outcome, ==, RECORDS_DATA);
  g_assert_cmpuint (unknown->n_others, ==, 1);
}

static gint64
read_memory (void)
{
  g_autofree char *status = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  return g_ascii_strtoll (strstr (status, "RssAnon:") + 8, NULL, 10);
}

#ifdef __SANITIZE_ADDRESS__ /* it keeps what was freed */
#define MEMORY_MAXIMUM 524288
#else
#define MEMORY_MAXIMUM 2048 /* kilobytes */
#endif

static gint64 highest;

static gboolean
note_memory (RecordsPlace place, const Message *part, gpointer user_data, GError **error)
{
  static guint n;

  if (n++ % 64 == 0)
    highest = MAX (highest, read_memory ());
  return TRUE;
}

/* 20 MB go by in the memory of one entry; the document itself lies in the file. */
static void
test_memory (void)
{
  g_autofree char *document = invented_records_medicines (2600), *narrow = NULL;
  gsize size;
  gint64 before;
  int fd;

  narrow = invented_records_to_cp932 (document, &size);
  g_assert_cmpuint (size, >, 15 * 1000 * 1000);
  fd = invented_records_keep (narrow, size);
  g_clear_pointer (&document, g_free);
  g_clear_pointer (&narrow, g_free);
  before = read_memory ();
  highest = before;
  g_assert_true (records_document_walk (fd, note_memory, NULL, NULL));
  close (fd);
  g_assert_cmpint (highest - before, <, MEMORY_MAXIMUM);
}

/* One entry that is too large, and one text: refused, and no more memory than its limits. */
static void
test_hostile (void)
{
  static const struct
  {
    const char *head, *piece;
  } cases[] = {
    { OWNED "<MessageBody><MeTrMonthInf><DiDateInfs>", "<DiDateInf><DiDate>20240101</DiDate></DiDateInf>" },
    { OWNED "<MessageBody><MeTrMonthInf><MeTrMonth>", "00000000000000000000000000000000" },
    { OWNED "<MessageBody><MeTrMonthInf ", "a='' " },
    { OWNED "<MessageBody>", "<a" },
    { OWNED "<MessageBody>", "<ShPrInf>" },
    { OWNED "<MessageBody><!--", "--" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) text = g_string_new (cases[i].head);
      g_autoptr (GError) error = NULL;

      while (text->len < 24 * 1024 * 1024)
        g_string_append (text, cases[i].piece);
      g_assert_null (read_bytes (text->str, text->len, CONSENT_DRUG, TRANSPORT_RECORDS_XML, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
    }
}

static void
test_person (void)
{
  static const RecordsPerson visit = { .name = "山田　花子",
                                       .kana = "ヤマダ　ハナコ",
                                       .birthdate = "19480229",
                                       .insurer_number = "99990001",
                                       .symbol = "架空01",
                                       .number = "0123",
                                       .branch = "01" };
  static const struct
  {
    NameComparison result;
    RecordsPerson person;
  } cases[] = {
#define NUMBERS .insurer_number = "99990001", .symbol = "架空０１", .number = "１２３", .branch = "1"
    { NAME_COMPARISON_SAME, { .name = "山田 花子", .kana = "ﾔﾏﾀﾞ ﾊﾅｺ", .birthdate = "19480229", NUMBERS } },
    { NAME_COMPARISON_SAME, { .name = "山田 花子", .birthdate = "19480229" } },
    { NAME_COMPARISON_SAME, { .name = "鈴木 花子", .name_of_other = "山田花子", .birthdate = "19480229", NUMBERS } },
    { NAME_COMPARISON_SAME, { .kana = "ﾔﾏﾀﾞ ﾊﾅｺ", .birthdate = "19480229", NUMBERS } },
    { NAME_COMPARISON_UNKNOWN, { .name = "山●　花子", .birthdate = "19480229", NUMBERS } },
    { NAME_COMPARISON_SAME, { .name = "山●　花子", .kana = "ﾔﾏﾀﾞ ﾊﾅｺ", .birthdate = "19480229", NUMBERS } },
    { NAME_COMPARISON_DIFFERS, { .name = "山●　花子", .birthdate = "19480229" } },
    { NAME_COMPARISON_DIFFERS, { .name = "山田　太郎", .birthdate = "19480229", NUMBERS } },
    { NAME_COMPARISON_DIFFERS, { .name = "山田　花子", .kana = "ﾔﾏﾀﾞ ﾀﾛｳ", .birthdate = "19480229", NUMBERS } },
    { NAME_COMPARISON_DIFFERS, { .name = "山田　花子", .birthdate = "19480301", NUMBERS } },
    { NAME_COMPARISON_DIFFERS, { .name = "山田　花子", NUMBERS } },
    { NAME_COMPARISON_DIFFERS,
      { .name = "山田　花子", .birthdate = "19480229", .insurer_number = "99990001", .branch = "02" } },
    { NAME_COMPARISON_DIFFERS, { .name = "山田　花子", .birthdate = "19480229", .number = "124" } },
    { NAME_COMPARISON_DIFFERS, { .birthdate = "19480229" } },
    { NAME_COMPARISON_DIFFERS, { NULL } },
#undef NUMBERS
  };
  static const RecordsPerson nobody = { NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const NameComparison result = records_person_compare (&cases[i].person, &visit);

      if (result != cases[i].result)
        g_error ("case %" G_GSIZE_FORMAT ": %s", i, name_comparison_to_string (result));
    }
  g_assert_cmpint (records_person_compare (&nobody, &nobody), ==, NAME_COMPARISON_DIFFERS);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RecordsVerdict **verdict = user_data;

  *verdict = records_document_read_finish (result, NULL);
}

static void
test_thread (void)
{
  g_autofree char *document = invented_records_medicines (14);
  const int fd = invented_records_keep (document, strlen (document));
  g_autoptr (RecordsVerdict) verdict = NULL;

  records_document_read_async (fd, CONSENT_DRUG, TRANSPORT_RECORDS_XML, NULL, on_read, &verdict);
  while (verdict == NULL)
    g_main_context_iteration (NULL, TRUE);
  records_document_judge (verdict, TRANSPORT_RECORDS_XML);
  check_medicines (verdict);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/records-document/medicines", test_medicines);
  g_test_add_func ("/records-document/checkups", test_checkups);
  g_test_add_func ("/records-document/outcomes", test_outcomes);
  g_test_add_func ("/records-document/pdf", test_pdf);
  g_test_add_func ("/records-document/refused", test_refused);
  g_test_add_func ("/records-document/cut", test_cut);
  g_test_add_func ("/records-document/order", test_order);
  g_test_add_func ("/records-document/memory", test_memory);
  g_test_add_func ("/records-document/hostile", test_hostile);
  g_test_add_func ("/records-document/person", test_person);
  g_test_add_func ("/records-document/thread", test_thread);
  return g_test_run ();
}
