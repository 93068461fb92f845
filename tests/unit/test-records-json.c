/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-json: every element has its place, the sources stay apart, what is missing is told, and nothing is lost. */
#include "center/records-json.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "invented-records.h"

static char *
read_file (const RecordsJson *json)
{
  char *text = g_malloc0 (json->size + 1);
  guint8 digest[RECORDS_JSON_DIGEST_SIZE];
  gsize size = sizeof digest;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  g_assert_cmpint (lseek (json->fd, 0, SEEK_CUR), ==, 0);
  g_assert_cmpint (read (json->fd, text, json->size + 1), ==, json->size);
  close (json->fd);
  g_checksum_update (checksum, (const guchar *)text, (gssize)json->size);
  g_checksum_get_digest (checksum, digest, &size);
  g_assert_cmpmem (digest, size, json->digest, sizeof json->digest);
  return text;
}

/* @documents: the XML of a part each; NULL: a part that has none, of outcome NOT_YET. */
static char *
write_parts (ConsentKind kind, const char *const *documents, gsize n, gboolean complete)
{
  RecordsAsked asked = { kind, "202109", "202612", complete };
  RecordsPart parts[4] = { { NULL } };
  RecordsJson json;
  g_autoptr (GError) error = NULL;
  char *text;

  g_assert_cmpuint (n, <=, G_N_ELEMENTS (parts));
  for (gsize i = 0; i < n; i++)
    {
      parts[i] = (RecordsPart){ .from = "202109", .to = "202210", .outcome = RECORDS_NOT_YET, .fd = -1 };
      if (documents[i] == NULL)
        continue;
      parts[i].fd = invented_records_keep (documents[i], strlen (documents[i]));
      parts[i].verdict = records_document_read (parts[i].fd, kind, TRANSPORT_RECORDS_XML, &error);
      g_assert_no_error (error);
      parts[i].outcome = RECORDS_DATA;
      parts[i].with_prescriptions = TRUE;
    }
  records_json_write (&asked, parts, n, &json, &error);
  g_assert_no_error (error);
  text = read_file (&json);
  for (gsize i = 0; i < n; i++)
    {
      records_verdict_free ((RecordsVerdict *)parts[i].verdict);
      if (parts[i].fd >= 0)
        close (parts[i].fd);
    }
  return text;
}

static char *
write_one (ConsentKind kind, const char *document)
{
  return write_parts (kind, &document, 1, TRUE);
}

static const char medicines_expected[]
    = "{\"format\":\"org.shikaku.records\",\"version\":1,\"kind\":\"drug\","
      "\"asked\":{\"from\":\"202109\",\"to\":\"202612\"},\"complete\":true,"
      "\"parts\":[{\"from\":\"202109\",\"to\":\"202210\",\"outcome\":\"data\",\"withPrescriptions\":true,"
      "\"executed\":1795396502000000,\"entries\":3}],"
      "\"patient\":{\"name\":\"山田　花子\",\"nameOfOther\":\"鈴木　花子\",\"kana\":\"ﾔﾏﾀﾞ ﾊﾅｺ\","
      "\"kanaOfOther\":\"ｽｽﾞｷ ﾊﾅｺ\",\"birthdate\":\"19480229\",\"age\":\"78\",\"sex\":\"2\","
      "\"insurerNumber\":\"99990001\",\"symbol\":\"架空０１\",\"number\":\"１２３\",\"branch\":\"01\","
      "\"referenceNumber\":\"P-00123\"},"
      "\"newest\":{\"receipt\":\"202109\",\"prescription\":\"202109\",\"dispensing\":\"202109\"},"
      "\"institutions\":[{\"code\":\"1340000000\",\"name\":\"架空薬局0号店\"}],"
      "\"entries\":[{\"source\":\"receipt\",\"part\":0,\"month\":\"202109\",\"class\":\"1\","
      "\"institution\":{\"code\":\"1340000000\",\"name\":\"架空薬局0号店\",\"origin\":\"2\",\"group\":\"1\"},"
      "\"prescriber\":{\"code\":\"1310000001\",\"name\":\"見本内科医院\",\"origin\":\"4\",\"group\":\"3\"},"
      "\"days\":[{\"date\":\"20210904\",\"prescribed\":\"20210904\",\"medicines\":["
      "{\"sameAs\":\"1310000001/20210904/620000101\",\"code\":\"620000101\",\"name\":\"架空錠１０ｍｇ\","
      "\"ingredient\":\"架空成分\",\"quantity\":\"3.000\",\"unit\":\"錠\",\"dose\":\"1.000\",\"times\":\"14\","
      "\"class\":\"21\",\"usage\":{\"code\":\"101\",\"name\":\"１日３回毎食後服用\"},\"instruction\":\"粉砕\"},";

static guint
count (const char *text, const char *piece)
{
  guint n = 0;

  for (const char *found = strstr (text, piece); found != NULL; found = strstr (found + 1, piece))
    n++;
  return n;
}

static void
test_medicines (void)
{
  g_autofree char *document = invented_records_medicines (1), *text = write_one (CONSENT_DRUG, document);

  g_assert_cmpmem (text, MIN (strlen (text), sizeof medicines_expected - 1), medicines_expected,
                   sizeof medicines_expected - 1);
  /* the same medicine stands there three times, and says so */
  g_assert_cmpuint (count (text, "{\"sameAs\":\"1310000001/20210904/620000101\",\"code\":\"620000101\""), ==, 3);
  g_assert_cmpuint (count (text, "\"source\":\"receipt\""), ==, 1);
  g_assert_cmpuint (count (text, "\"source\":\"prescription\""), ==, 1);
  g_assert_cmpuint (count (text, "\"source\":\"dispensing\""), ==, 1);
  g_assert_cmpuint (count (text, "\"name\":\"架空錠１０ｍｇ\",\"ingredient\":\"架空成分\",\"quantity\":\"3.000\","
                                 "\"unit\":\"錠\",\"dose\":\"1.000\",\"times\":\"14\",\"class\":\"21\","
                                 "\"usage\":{\"code\":\"101\",\"name\":\"１日３回毎食後服用\"},"
                                 "\"instruction\":\"粉砕\"}"),
                    ==, 3);
  g_assert_cmpuint (count (text, "\"treatments\":[{\"code\":\"112000110\",\"name\":\"再診料\",\"quantity\":\"1\","
                                 "\"unit\":\"回\",\"secondQuantity\":\"2\",\"times\":\"3\",\"class\":\"12\","
                                 "\"additions\":[{\"code\":\"00001\",\"name\":\"加算一\",\"quantity\":\"4\","
                                 "\"unit\":\"歯\"},{\"code\":\"00002\"}]}]"),
                    ==, 2);
  g_assert_true (g_str_has_suffix (text, "}],\"other\":[]}\n"));
  g_assert_null (strstr (text, "\"other\":[{")); /* every element that is known has its own place */
}

static void
test_checkups (void)
{
  g_autofree char *document = invented_records_checkups (2), *text = write_one (CONSENT_CHECKUP, document);

  g_assert_nonnull (strstr (text, "\"checkups\":[{\"part\":0,\"date\":\"20220614\",\"items\":["
                                  "{\"code\":\"9A755000000000001\",\"name\":\"収縮期血圧\",\"value\":\"128\","
                                  "\"unit\":\"mmHg\",\"type\":\"PQ\",\"reference\":{\"low\":\"90\",\"high\":\"129\"}},"
                                  "{\"code\":\"9N736000000000011\",\"name\":\"喫煙\",\"value\":\"2\","
                                  "\"valueName\":\"いいえ\",\"type\":\"CD\",\"oid\":\"1.2.392.200119.6.2101\"}]},"
                                  "{\"part\":0,\"date\":\"20230614\""));
  g_assert_null (strstr (text, "\"other\":[{"));
}

/* Both encodings give the same document, byte for byte. */
static void
test_encodings (void)
{
  g_autofree char *document = invented_records_medicines (3), *narrow = NULL,
                  *wide = write_one (CONSENT_DRUG, document);
  g_autofree char *text = NULL;
  RecordsAsked asked = { CONSENT_DRUG, "202109", "202612", TRUE };
  RecordsPart part = { .from = "202109", .to = "202210", .outcome = RECORDS_DATA, .with_prescriptions = TRUE };
  RecordsJson json;
  gsize size;
  g_autoptr (RecordsVerdict) verdict = NULL;

  narrow = invented_records_to_cp932 (document, &size);
  part.fd = invented_records_keep (narrow, size);
  part.verdict = verdict = records_document_read (part.fd, CONSENT_DRUG, TRANSPORT_RECORDS_XML, NULL);
  g_assert_true (records_json_write (&asked, &part, 1, &json, NULL));
  text = read_file (&json);
  g_assert_cmpstr (text, ==, wide);
  close (part.fd);
}

/* Parts of a span: what one of them lacks is told; an institution of both is told once. */
static void
test_parts (void)
{
  g_autofree char *document = invented_records_medicines (1);
  const char *const documents[] = { document, NULL, document };
  g_autofree char *text = write_parts (CONSENT_DRUG, documents, 3, FALSE);

  g_assert_nonnull (strstr (text, "\"complete\":false,"));
  g_assert_nonnull (strstr (text, "{\"from\":\"202109\",\"to\":\"202210\",\"outcome\":\"not-yet\","
                                  "\"withPrescriptions\":false}"));
  g_assert_cmpuint (count (text, "\"source\":\"receipt\",\"part\":0"), ==, 1);
  g_assert_cmpuint (count (text, "\"source\":\"receipt\",\"part\":2"), ==, 1);
  g_assert_cmpuint (count (text, "{\"code\":\"1340000000\",\"name\":\"架空薬局0号店\"}"), ==, 1);
  g_assert_cmpuint (count (text, "\"patient\":"), ==, 1);
}

static void
test_nothing (void)
{
  const char *const documents[] = { NULL };
  g_autofree char *text = write_parts (CONSENT_DRUG, documents, 1, FALSE);

  g_assert_nonnull (strstr (text, "\"newest\":{},\"institutions\":[],\"entries\":[],\"other\":[]}"));
  g_assert_null (strstr (text, "patient"));
}

#define HEAD \
  "<XmlMsg><MessageHeader><ResultCode>1</ResultCode><QuaInf><Name>山田</Name></QuaInf><New>&quot;1&quot;</New>" \
  "</MessageHeader><MessageBody>"
#define TAIL "</MessageBody></XmlMsg>"

/* What nobody knows is kept where it stood; blanks are not. */
static void
test_others (void)
{
  g_autofree char *text = write_one (
      CONSENT_DRUG,
      HEAD "<MeTrMonthInf><A>1</A><B> </B><C><D>2</D><E/></C><DiDateInfs><DiDateInf><DrugInfs><DrugInf><F>3</F>"
           "<DrugN>　</DrugN></DrugInf></DrugInfs><G>4</G><DrugC>5</DrugC></DiDateInf><H><I>6</I></H></DiDateInfs>"
           "</MeTrMonthInf><J><K>7</K><K>8</K></J><ShPrInf><L>9</L></ShPrInf>" TAIL);

  g_assert_nonnull (strstr (text, "\"entries\":[{\"source\":\"receipt\",\"part\":0,\"other\":[{\"A\":\"1\"},"
                                  "{\"C\":{\"D\":\"2\",\"E\":\"\"}}],\"days\":[{\"other\":[{\"G\":\"4\"},"
                                  "{\"DrugC\":\"5\"}],\"medicines\":[{\"other\":[{\"F\":\"3\"}]}]}],"
                                  "\"otherItems\":[{\"H\":{\"I\":\"6\"}}]}],"));
  g_assert_true (g_str_has_suffix (text, "\"other\":[{\"part\":0,\"element\":{\"New\":\"\\\"1\\\"\"}},"
                                         "{\"part\":0,\"element\":{\"J\":[{\"K\":\"7\"},{\"K\":\"8\"}]}},"
                                         "{\"part\":0,\"element\":{\"L\":\"9\"}}]}\n"));
}

/* Too much that nobody knows: no document rather than a part of it. */
static void
test_too_much (void)
{
  g_autoptr (GString) document = g_string_new (HEAD);
  RecordsAsked asked = { CONSENT_DRUG, NULL, NULL, TRUE };
  RecordsPart part = { .outcome = RECORDS_DATA };
  RecordsJson json = { -1, 0, { 0 } };
  g_autoptr (GError) error = NULL;
  g_autoptr (RecordsVerdict) verdict = NULL;

  for (guint i = 0; i < 2000; i++)
    g_string_append_printf (document, "<A%u><B>%0512u</B></A%u>", i, i, i);
  g_string_append (document, TAIL);
  part.fd = invented_records_keep (document->str, document->len);
  part.verdict = verdict = records_document_read (part.fd, CONSENT_DRUG, TRANSPORT_RECORDS_XML, NULL);
  g_assert_nonnull (verdict);
  g_assert_false (records_json_write (&asked, &part, 1, &json, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
  g_assert_cmpint (json.fd, ==, -1);
  close (part.fd);
}

/* More than one buffer: commas stand where they should over its borders. */
static void
test_large (void)
{
  g_autofree char *document = invented_records_medicines (60), *text = write_one (CONSENT_DRUG, document);

  g_assert_cmpuint (count (text, "{\"source\":\""), ==, 180);
  g_assert_cmpuint (count (text, "},{\"source\":\""), ==, 179);
  g_assert_null (strstr (text, ",,"));
  g_assert_null (strstr (text, "[,"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/records-json/medicines", test_medicines);
  g_test_add_func ("/records-json/checkups", test_checkups);
  g_test_add_func ("/records-json/encodings", test_encodings);
  g_test_add_func ("/records-json/parts", test_parts);
  g_test_add_func ("/records-json/nothing", test_nothing);
  g_test_add_func ("/records-json/others", test_others);
  g_test_add_func ("/records-json/too-much", test_too_much);
  g_test_add_func ("/records-json/large", test_large);
  return g_test_run ();
}
