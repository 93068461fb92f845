/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-folder-bridge: the rooms of shikaku-folder that need no bus: names, settings, codes, requests, answers, people,
 * and the folders of a receipt computer as a kill may leave them. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/names.h"
#include "client/folder/bridge-answer.h"
#include "client/folder/bridge-codes.h"
#include "client/folder/bridge-file.h"
#include "client/folder/bridge-people.h"
#include "client/folder/bridge-place.h"
#include "codec/message-xml.h"

#define CHECK_BEGIN \
  "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><XmlMsg><MessageHeader>" \
  "<MedicalInstitutionCode>1312345678</MedicalInstitutionCode><ArbitraryFileIdentifier>A</ArbitraryFileIdentifier>" \
  "</MessageHeader><MessageBody>"
#define CHECK_END "</MessageBody></XmlMsg>"
#define SEARCH \
  "<QualificationConfirmSearchInfo><InsurerNumber>  990019</InsurerNumber>" \
  "<InsuredIdentificationNumber>1</InsuredIdentificationNumber><Birthdate>19850412</Birthdate>" \
  "</QualificationConfirmSearchInfo>"

static GBytes *
new_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
test_names (void)
{
  static const struct
  {
    const char *name, *answer;
    BridgeKind kind;
  } requests[] = {
    { "OQSsiquc01req_202611300001.xml", "OQSsiquc01res_202611300001", BRIDGE_CHECK },
    { "OQSsiimm01req_1.XML", "OQSsiimm01res_1", BRIDGE_REFERENCE },
    { "OQSsihvd01req_x.xml", "OQSsihvd01res_x", BRIDGE_WITHDRAWAL },
    { "YZKsiquc01req_00042XXXXXXXXXXXXXXX.xml", "YZKsiquc01res_00042XXXXXXXXXXXXXXX", BRIDGE_DRUG },
    { "TKKsiquc01req_a.b.xml", "TKKsiquc01res_a.b", BRIDGE_CHECKUP },
    { "OQSmuquc01req_1.xml", "OQSmuquc01res_1", BRIDGE_OTHER },
    { "YZKsiquc01req_1.zip", "YZKsiquc01res_1", BRIDGE_DRUG },
  };
  static const char *const others[]
      = { "OQSsiquc01res_1.xml", "OQSsiquc01req_1.pdf", "OQSsiquc01req_1.xml.writing", "Thumbs.db", "req_1.xml", "" };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *answer = NULL;
      BridgeKind kind;

      g_assert_true (bridge_name_read_request (requests[i].name, &kind, &answer));
      g_assert_cmpstr (answer, ==, requests[i].answer);
      g_assert_cmpint (kind, ==, requests[i].kind);
    }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      BridgeKind kind;
      char *answer;

      g_assert_false (bridge_name_read_request (others[i], &kind, &answer));
    }
  g_assert_true (bridge_name_is_face ("OQSsiquc01res_face_131234567814a_20261130090000.xml"));
  g_assert_false (bridge_name_is_answer ("OQSsiquc01res_face_131234567814a_20261130090000.xml"));
  g_assert_true (bridge_name_is_answer ("YZKsiquc01res_1.pdf"));
}

/* Every error of the contract has its own code, and every text fits into the field. */
static void
test_codes (void)
{
  static const char *const words[] = {
#define ERROR_NAME(suffix, name) name,
    SHIKAKU_ERRORS (ERROR_NAME)
#undef ERROR_NAME
        BRIDGE_WORD_LEFT_OVER,
    BRIDGE_WORD_INTERRUPTED,
    BRIDGE_WORD_UNREADABLE,
    BRIDGE_WORD_INSTITUTION,
    BRIDGE_WORD_UNSUPPORTED,
    BRIDGE_WORD_UNKNOWN_PERSON,
    BRIDGE_WORD_RECORDS_OFF,
    BRIDGE_WORD_TOO_LARGE,
    BRIDGE_WORD_NO_DAEMON,
    "none",
    "refused",
    "consent-ended",
    "not-yet",
    "too-old",
    "not-covered",
    "not-configured",
    "failed",
    "partial",
  };
  g_autoptr (GHashTable) codes = g_hash_table_new (g_str_hash, g_str_equal);
  const char *code, *text, *other;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autofree char *converted = NULL;

      g_assert_true (bridge_codes_has (words[i]));
      bridge_codes_look_up (words[i], &code, &text);
      g_assert_true (g_hash_table_add (codes, (gpointer)code));
      g_assert_cmpuint (strlen (code), ==, 9);
      g_assert_cmpint (g_utf8_strlen (text, -1), <=, 60);
      converted = g_convert (text, -1, "CP932", "UTF-8", NULL, NULL, NULL);
      g_assert_nonnull (converted);
    }
  bridge_codes_look_up (SHIKAKU_ERROR_PREFIX "TimedOut", &code, &text);
  bridge_codes_look_up ("TimedOut", &other, &text);
  g_assert_cmpstr (code, ==, other);
  bridge_codes_look_up ("org.freedesktop.DBus.Error.NoReply", &code, &text);
  g_assert_cmpstr (code, ==, "SHKF0009E");
}

static void
test_settings (void)
{
  static const struct
  {
    const char *text, *wrong; /* NULL: it is good */
  } cases[] = {
    { "[Receipt a]\nFolder=/a\n", NULL },
    { "", NULL },
    { "[Folder]\nTimeout=30\nInstitutionCode=1312345678\n[Station s]\nFaces=/s\n[Receipt a]\nFolder=/a\nStations=s\n",
      NULL },
    { "[Folder]\nTimeOut=30\n", "TimeOut" },
    { "[Folder]\nTimeout=0\n", "Timeout" },
    { "[Folder]\nInstitutionCode=131234567\n", "InstitutionCode" },
    { "[Receipts]\n", "Receipts" },
    { "[Receipt a]\n", "Folder" },
    { "[Receipt a]\nFolder=a\n", "Folder" },
    { "[Receipt a]\nFolder=/a\nAnswerEncoding=latin1\n", "AnswerEncoding" },
    { "[Receipt a]\nFolder=/a\nRecords=yes\n", "Records" },
    { "[Receipt a]\nFolder=/a\nStations=s\n", "Stations" },
    { "[Receipt a]\nFolder=/a\n[Receipt b]\nFolder=/b\nAnswers=/a/res\n", "b" },
    { "[Station s]\nFaces=/s\n[Station t]\nFaces=/s\n", "Faces" },
    { "[Station s]\nFaces=/s\n[Station t]\nFaces=/t\n[Receipt a]\nFolder=/a\nStations=s\n", "[t] Faces" },
  };
  g_autofree char *folder = g_dir_make_tmp ("shikaku-bridge-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "conf", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BridgeSettings) settings = NULL;

      g_assert_true (g_file_set_contents (path, cases[i].text, -1, NULL));
      settings = bridge_settings_read (path, &error);
      g_assert_true ((settings != NULL) == (cases[i].wrong == NULL));
      if (settings == NULL)
        g_assert_nonnull (strstr (error->message, cases[i].wrong));
      else
        g_assert_cmpuint (settings->stay_minutes, ==, 1440);
    }
  g_unlink (path);
  g_rmdir (folder);
}

/* In the other encoding the whole is the same, and says so. */
static void
test_answers (void)
{
  g_autoptr (GBytes) bytes = new_bytes (CHECK_BEGIN SEARCH CHECK_END);
  g_autoptr (BridgeRequest) request = bridge_request_read (BRIDGE_CHECK, bytes, NULL);
  g_autoptr (GBytes) said = new_bytes ("<XmlMsg><MessageHeader><ArbitraryFileIdentifier>B</ArbitraryFileIdentifier>"
                                       "<CharacterCodeIdentifier>0</CharacterCodeIdentifier></MessageHeader>"
                                       "<MessageBody><Name>髙橋　𠮷</Name></MessageBody></XmlMsg>");
  g_autoptr (Message) message = message_xml_parse (said, MESSAGE_ENCODING_UNKNOWN, NULL, NULL);
  g_autoptr (GBytes) answer = NULL, converted = NULL, other = NULL, nonsense = new_bytes ("PK\3\4");
  g_autoptr (Message) tree = NULL;
  MessageEncoding encoding;
  const Message *header;

  g_assert_nonnull (request);
  answer = bridge_answer_write (request, message, MESSAGE_ENCODING_CP932, NULL);
  tree = message_xml_parse (answer, MESSAGE_ENCODING_UNKNOWN, &encoding, NULL);
  g_assert_cmpint (encoding, ==, MESSAGE_ENCODING_CP932);
  header = message_find (tree, "MessageHeader");
  g_assert_cmpstr (message_find_text (header, "ArbitraryFileIdentifier"), ==, "A");
  g_assert_cmpstr (message_find_text (header, "CharacterCodeIdentifier"), ==, "1");
  g_assert_cmpstr (message_find_text (message_find (tree, "MessageBody"), "Name"), ==, "髙橋　●");
  g_assert_nonnull (message_find (message_find (tree, "MessageBody"), "QualificationConfirmSearchInfo"));

  converted = bridge_answer_convert (answer, MESSAGE_ENCODING_UTF8);
  g_assert_nonnull (strstr (g_bytes_get_data (converted, NULL), "髙橋"));
  other = bridge_answer_convert (nonsense, MESSAGE_ENCODING_UTF8);
  g_assert_true (g_bytes_equal (other, nonsense));
}

/* What the center said stands in an error; what XML cannot hold does not, and is no reason to give up. */
static void
test_errors (void)
{
  static const BridgeKind kinds[] = { BRIDGE_CHECK, BRIDGE_DRUG };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GBytes) said
          = bridge_answer_write_error (kinds[i], NULL, "Failed", "SHK000001", "said <&", MESSAGE_ENCODING_CP932);
      g_autoptr (GBytes) odd
          = bridge_answer_write_error (kinds[i], NULL, "Failed", "SHK\001", "odd\001", MESSAGE_ENCODING_CP932);

      g_assert_nonnull (strstr (g_bytes_get_data (said, NULL), "SHK000001"));
      g_assert_nonnull (strstr (g_bytes_get_data (said, NULL), "said &lt;&amp;"));
      g_assert_nonnull (strstr (g_bytes_get_data (odd, NULL), "SHKF0242E"));
      g_assert_null (strstr (g_bytes_get_data (odd, NULL), "odd"));
    }
}

static void
test_requests (void)
{
  static const char *const wrong[] = {
    "",
    "x",
    "<XmlMsg></XmlMsg>",
    "<Other></Other>",
    CHECK_BEGIN CHECK_END,
    CHECK_BEGIN
    "<QualificationConfirmSearchInfo><InsurerNumber>1</InsurerNumber></QualificationConfirmSearchInfo>" CHECK_END,
  };

  for (guint kind = 0; kind < BRIDGE_OTHER; kind++)
    for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
      {
        g_autoptr (GBytes) bytes = new_bytes (wrong[i]);
        g_autoptr (GError) error = NULL;

        g_assert_null (bridge_request_read ((BridgeKind)kind, bytes, &error));
        g_assert_nonnull (error);
      }
}

static void
note_person (BridgePeople *people, const char *branch, const char *birthdate)
{
  g_autoptr (Message) message = message_new ("XmlMsg");
  Message *list = message_add (message_add (message, "MessageBody", NULL), "ResultList", NULL);
  Message *entry = message_add (list, "ResultOfQualificationConfirmation", NULL);

  message_add (entry, "InsurerNumber", "  990019");
  message_add (entry, "InsuredCardSymbol", "架空０１");
  message_add (entry, "InsuredIdentificationNumber", "００１２３");
  message_add (entry, "InsuredBranchNumber", branch);
  message_add (entry, "Birthdate", birthdate);
  bridge_people_note (people, message);
}

static void
assert_person (BridgePeople *people, const char *branch, const char *birthdate)
{
  BridgePerson found = { NULL };

  g_assert_true (bridge_people_find (people, "00990019", "架空01", "123", branch, &found) == (birthdate != NULL));
  g_assert_cmpstr (found.birthdate, ==, birthdate);
}

/* However the numbers are written; over a restart; and never one of two. */
static void
test_people (void)
{
  g_autofree char *folder = g_dir_make_tmp ("shikaku-bridge-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "people", NULL),
                  *key = g_build_filename (folder, "people-key", NULL);
  g_autofree char *text = NULL, *old = NULL, *again = NULL;
  BridgePeople *people = bridge_people_new (folder);

  assert_person (people, "01", NULL);
  note_person (people, "01", "19850412");
  note_person (people, "01", "19850412");
  assert_person (people, "01", "19850412");
  assert_person (people, NULL, "19850412");
  assert_person (people, "02", NULL);
  bridge_people_free (people);
  people = bridge_people_new (folder);
  assert_person (people, "1", "19850412");
  note_person (people, "02", "20150101");
  assert_person (people, NULL, NULL);
  assert_person (people, "02", "20150101");
  bridge_people_free (people);
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_null (strstr (text, "990019"));

  /* The file does not grow with whoever comes again; of what is older than a day nothing stays in it. */
  old = g_strdup_printf ("aa bb 19850412 %" G_GINT64_FORMAT "\n%s", g_get_real_time () / G_USEC_PER_SEC - 86401, text);
  g_assert_true (g_file_set_contents (file, old, -1, NULL));
  people = bridge_people_new (folder);
  for (guint i = 0; i < 5000; i++)
    note_person (people, "02", "20150101");
  bridge_people_sweep (people);
  bridge_people_free (people);
  g_assert_true (g_file_get_contents (file, &again, NULL, NULL));
  g_assert_null (strstr (again, "aa bb"));
  g_assert_cmpuint (strlen (again), ==, strlen (text));
  g_unlink (file);
  g_unlink (key);
  g_rmdir (folder);
}

static gboolean
is_one (BridgePlace *place, const char *name, gpointer user_data)
{
  return strcmp (name, user_data) == 0;
}

/* What a kill leaves at each step: a part with its source is none, one without is the answer. */
static void
test_place (void)
{
  g_autofree char *folder = g_dir_make_tmp ("shikaku-bridge-XXXXXX", NULL);
  g_autofree char *requests = g_build_filename (folder, "req", NULL), *answers = g_build_filename (folder, "res", NULL);
  g_autofree char *faces = g_build_filename (folder, "face", NULL), *command = g_strdup_printf ("rm -r %s", folder);
  BridgeComputer computer
      = { .name = (char *)"a", .folder = folder, .requests = requests, .answers = answers, .faces = faces };
  g_autoptr (BridgePlace) place = bridge_place_open (&computer, NULL);
  g_autoptr (GBytes) old = new_bytes ("old"), new = new_bytes ("new");
  g_autofree char *first = bridge_name_make_part ("one.xml"), *second = bridge_name_make_part ("two.xml");
  g_auto (BridgeFile) file = { 0 };
  g_autofree char *large = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (place);
  g_assert_true (bridge_file_write (place->working, "request", old, NULL));
  g_assert_true (bridge_file_write (place->answers, "answer.xml", old, NULL));
  g_assert_true (bridge_place_deliver (place, place->working, "request", place->answers, "answer.xml", new, NULL));
  g_assert_false (bridge_file_is_there (place->working, "request"));
  g_assert_true (bridge_file_read (place->answers, "answer.xml", &file, NULL));
  g_assert_true (g_bytes_equal (file.bytes, new));

  g_assert_true (bridge_file_write (place->answers, first, new, NULL));
  g_assert_true (bridge_file_write (place->answers, second, new, NULL));
  bridge_place_recover (place, place->answers, is_one, (gpointer) "one.xml");
  g_assert_false (bridge_file_is_there (place->answers, first));
  g_assert_false (bridge_file_is_there (place->answers, "one.xml"));
  g_assert_true (bridge_file_is_there (place->answers, "two.xml"));

  g_assert_false (bridge_file_rename (place->answers, "two.xml", place->answers, "answer.xml", NULL));
  g_assert_cmpuint (bridge_place_sweep (place, place->answers, NULL, 3600), ==, 0);
  g_assert_cmpuint (bridge_place_sweep (place, place->answers, NULL, -1), ==, 2);
  g_assert_cmpuint (bridge_place_sweep (place, place->quarantine, NULL, -1), ==, 1);

  /* What is larger than any file of the field is not read, however large it claims to be. */
  g_assert_true (bridge_file_write (place->requests, "large", new, NULL));
  bridge_file_clear (&file);
  large = g_build_filename (requests, "large", NULL);
  g_assert_cmpint (truncate (large, 1 << 30), ==, 0);
  g_assert_false (bridge_file_read (place->requests, "large", &file, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
  g_clear_error (&error);

  /* Whoever writes here lays a link in a folder's place: it leads nowhere. */
  g_clear_pointer (&place, bridge_place_free);
  g_assert_cmpint (g_rmdir (faces), ==, 0);
  g_assert_cmpint (symlink (answers, faces), ==, 0);
  place = bridge_place_open (&computer, &error);
  g_assert_null (place);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/folder-bridge/names", test_names);
  g_test_add_func ("/folder-bridge/codes", test_codes);
  g_test_add_func ("/folder-bridge/settings", test_settings);
  g_test_add_func ("/folder-bridge/answers", test_answers);
  g_test_add_func ("/folder-bridge/errors", test_errors);
  g_test_add_func ("/folder-bridge/requests", test_requests);
  g_test_add_func ("/folder-bridge/people", test_people);
  g_test_add_func ("/folder-bridge/place", test_place);
  return g_test_run ();
}
