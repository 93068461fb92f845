/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parse: the parsers by themselves, for the bench.
 *
 *   parse usual PARSER N     parses the invented reply of 5 kB N times, to be counted from outside; PARSER: xml,
 *                            shift-jis, json, or libxml2 and libxml2-shift-jis, its SAX with handlers that only count
 *   parse records PARSER N   reads invented medicines of 3 MB N times, as a document whose owner is told, and as JSON;
 *                            PARSER: json, libxml2
 *   parse hostile            one line for each hostile document of 4 MiB: its name, the nanoseconds of the processor
 *                            until it was refused, and the kilobytes of memory that took
 *
 * Exit status 1 if a usual reply is refused or a hostile document is not.
 */
#include <glib.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "center/records-json.h"
#include "codec/message-json.h"
#include "codec/message-xml.h"
#include "invented-records.h"
#include "invented-reply.h"

#define SIZE MESSAGE_SIZE_MAXIMUM
#define RECORDS_MONTHS 400 /* 3 MB */
#define CUTS 64            /* of a well-formed document */

static guint n_events;

static void
on_start (void *context, const xmlChar *name, const xmlChar **attributes)
{
  n_events++;
}

static void
on_end (void *context, const xmlChar *name)
{
  n_events++;
}

static void
on_characters (void *context, const xmlChar *text, int size)
{
  n_events++;
}

static gboolean
parse_libxml2 (GBytes *body)
{
  static xmlSAXHandler handlers = { .startElement = on_start, .endElement = on_end, .characters = on_characters };

  return xmlSAXUserParseMemory (&handlers, NULL, g_bytes_get_data (body, NULL), (int)g_bytes_get_size (body)) == 0;
}

static gboolean
parse_json (GBytes *body)
{
  g_autoptr (Message) root = message_json_parse (body, NULL);

  return root != NULL;
}

static gboolean
parse_xml (GBytes *body)
{
  g_autoptr (Message) root = message_xml_parse (body, MESSAGE_ENCODING_UNKNOWN, NULL, NULL);

  return root != NULL;
}

static const struct
{
  const char *name;
  gboolean (*parse) (GBytes *body);
  MessageEncoding encoding; /* of the XML; unknown: JSON */
} parsers[] = {
  { "xml", parse_xml, MESSAGE_ENCODING_UTF8 },
  { "shift-jis", parse_xml, MESSAGE_ENCODING_CP932 },
  { "json", parse_json, MESSAGE_ENCODING_UNKNOWN },
  { "libxml2", parse_libxml2, MESSAGE_ENCODING_UTF8 },
  { "libxml2-shift-jis", parse_libxml2, MESSAGE_ENCODING_CP932 },
};

static int
parse_usual (const char *name, int n)
{
  g_autoptr (Message) reply = invented_reply_new ();
  gboolean good = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (parsers); i++)
    if (strcmp (parsers[i].name, name) == 0)
      {
        g_autoptr (GBytes) body = parsers[i].encoding == MESSAGE_ENCODING_UNKNOWN
                                      ? message_json_write (reply)
                                      : message_xml_write (reply, parsers[i].encoding, MESSAGE_UNMAPPED_REFUSE, NULL);

        good = TRUE;
        for (int j = 0; j < n; j++)
          good = good && parsers[i].parse (body);
      }
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What the daemon does with a document: whose it is, and then as JSON. */
static gboolean
read_records (GBytes *body)
{
  gsize size;
  const char *data = g_bytes_get_data (body, &size);
  const RecordsAsked asked = { CONSENT_DRUG, "202109", NULL, TRUE };
  RecordsPart part = { .outcome = RECORDS_DATA, .fd = invented_records_keep (data, size) };
  RecordsJson json = { -1, 0, { 0 } };
  g_autoptr (RecordsVerdict) verdict = records_document_read (part.fd, CONSENT_DRUG, TRANSPORT_RECORDS_XML, NULL);
  gboolean good = FALSE;

  part.verdict = verdict;
  if (verdict != NULL && records_json_write (&asked, &part, 1, &json, NULL))
    good = json.size > 0;
  close (json.fd);
  close (part.fd);
  return good;
}

static int
parse_records (const char *name, int n)
{
  g_autoptr (GBytes) body = NULL;
  char *document = invented_records_medicines (RECORDS_MONTHS);
  gboolean good = TRUE;

  body = g_bytes_new_take (document, strlen (document));
  for (int i = 0; i < n; i++)
    good = good && (strcmp (name, "json") == 0 ? read_records (body) : parse_libxml2 (body));
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* @head, as many of @piece as make 4 MiB, @tail; %u in @piece, if it is there, is another number each time. */
static GBytes *
fill (const char *head, const char *piece, const char *tail)
{
  GString *text = g_string_sized_new (SIZE);
  const gboolean is_numbered = strstr (piece, "%u") != NULL;

  g_string_append (text, head);
  for (guint i = 0; text->len + strlen (piece) + strlen (tail) + 10 < SIZE; i++)
    if (is_numbered)
      {
        g_auto (GStrv) parts = g_strsplit (piece, "%u", -1);
        g_autofree char *number = g_strdup_printf ("%u", i);
        g_autofree char *filled = g_strjoinv (number, parts);

        g_string_append (text, filled);
      }
    else
      g_string_append (text, piece);
  g_string_append (text, tail);
  return g_string_free_to_bytes (text);
}

static gint64
read_peak (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_assert (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "VmHWM:");
  return line != NULL ? g_ascii_strtoll (line + 6, NULL, 10) : 0;
}

/* Return: nanoseconds; *ret_peak: kilobytes more than before. Ends the program if the document is not refused. */
static gint64
refuse (const char *name, gboolean (*parse) (GBytes *body), GBytes *body, gint64 *ret_peak)
{
  struct timespec begin, end;
  gint64 before;

  g_file_set_contents_full ("/proc/self/clear_refs", "5", 1, G_FILE_SET_CONTENTS_NONE, 0600, NULL);
  before = read_peak ();
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &begin);
  if (parse (body))
    {
      fprintf (stderr, "%s is not refused\n", name);
      exit (EXIT_FAILURE);
    }
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &end);
  *ret_peak = read_peak () - before;
  return (end.tv_sec - begin.tv_sec) * G_GINT64_CONSTANT (1000000000) + (end.tv_nsec - begin.tv_nsec);
}

/* Return: whether this is a process of its own for one document, so that no memory of an earlier one is at hand. */
static gboolean
enter_child (void)
{
  int status;
  const pid_t child = fork ();

  g_assert (child >= 0);
  if (child == 0)
    return TRUE;
  if (waitpid (child, &status, 0) != child || status != 0)
    exit (EXIT_FAILURE);
  return FALSE;
}

static void
tell (const char *name, gint64 nanoseconds, gint64 peak)
{
  printf ("%s\t%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\n", name, nanoseconds, peak);
  fflush (stdout);
  _exit (EXIT_SUCCESS);
}

static void
try_hostile (const char *name, gboolean (*parse) (GBytes *body), const char *head, const char *piece, const char *tail)
{
  g_autoptr (GBytes) body = fill (head, piece, tail);
  gint64 peak = 0, time;

  if (!enter_child ())
    return;
  time = refuse (name, parse, body, &peak);
  tell (name, time, peak);
}

/* A document that would be read, cut at CUTS places: the worst of them. */
static void
cut (const char *name, gboolean (*parse) (GBytes *body), GBytes *whole)
{
  gint64 slowest = 0, highest = 0;

  if (!enter_child ())
    return;
  for (gsize i = 0; i < CUTS; i++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (whole, 0, g_bytes_get_size (whole) / CUTS * i + i);
      gint64 peak, time = refuse (name, parse, part, &peak);

      slowest = MAX (slowest, time);
      highest = MAX (highest, peak);
    }
  if (!parse (whole))
    {
      fprintf (stderr, "%s: the whole is refused\n", name);
      _exit (EXIT_FAILURE);
    }
  tell (name, slowest, highest);
}

/* Sixteen levels. */
#define DEEP DEEP_4 DEEP_4 DEEP_4 DEEP_4
#define DEEP_4 "{\"a\":{\"a\":{\"a\":{\"a\":"
#define CLOSED "}}}}}}}}}}}}}}}}"

static const struct
{
  const char *name, *head, *piece, *tail;
} hostile_xml[] = {
  { "XML, deep", "", "<a>", "" },
  { "XML, wide", "<R>", "<a/>", "</R>" },
  { "XML, wide, all names differ", "<R><L>", "<a%u/>", "</L><L/><R/>" },
  { "XML, names alike, one twice", "<R>", "<aaaaaaaaaaaaaaaaaaaa%u/>", "<aaaaaaaaaaaaaaaaaaaa7/></R>" },
  { "XML, attributes of one element", "<R ", "a%u='' ", "/>" },
  { "XML, an attribute each", "<R>", "<a b='c'/>", "</R>" },
  { "XML, entities", "<!DOCTYPE R [<!ENTITY a 'b'>", "<!ENTITY a%u '&a;&a;&a;&a;'>", "]><R><A>&a1;</A></R>" },
  { "XML, one name", "<", "aaaaaaaaaaaaaaaa", "" },
  { "XML, references", "<R><A>", "&amp;", "</A>" },
  { "XML, comments within a text", "<R><A>", "x<!---->", "</A>" },
  { "XML, one comment", "<!--", "- ", "" },
  { "XML, instructions", "<R>", "<?a?>", "</R>" },
  { "XML, lists", "<ResultList>", "<ResultOfQualificationConfirmation><N>a</N></ResultOfQualificationConfirmation>",
    "" },
  { "XML, half-width kana", "<?xml version='1.0' encoding='Shift_JIS'?><R><A>", "\xb1\xb1\xb1\xb1", "</A>" },
}, hostile_json[] = {
  { "JSON, deep", "", "{\"a\":", "" },
  { "JSON, deep arrays", "{\"a\":", "[{\"a\":", "" },
  { "JSON, wide", "{\"R\":[", "{\"a\":1},", "{\"a\":1}]}" },
  { "JSON, wide, all names differ", "{\"R\":[", "{\"a%u\":1},", "{\"a0\":1}]}" },
  { "JSON, names alike, one twice", "{\"R\":[", "{\"aaaaaaaaaaaaaaaa%u\":1},", "{\"aaaaaaaaaaaaaaaa7\":1}]}" },
  { "JSON, members", "{\"R\":{", "\"a%u\":1,", "\"a\":1}}" },
  { "JSON, items without their name", "{\"ResultList\":[", "{\"a\":1,\"b\":2},", "" },
  { "JSON, items without their name, deep", "{\"ResultList\":[",
    "{\"a\":" DEEP "1" CLOSED ",\"b\":2},", "" },
  { "JSON, items in an array", "{\"ResultList\":{\"ResultOfQualificationConfirmation\":[", "{\"a\":1},", "" },
  { "JSON, escapes", "{\"R\":{\"A\":\"", "\\u5c71", "\"" },
  { "JSON, backslashes", "{\"R\":{\"A\":\"", "\\\\", "\"" },
  { "JSON, one number", "{\"R\":{\"A\":1", "1111111111111111", "" },
};

static int
parse_hostile (void)
{
  g_autoptr (GBytes) text = fill ("<R><A>", "山田", "</A></R>");
  g_autoptr (GBytes) elements = fill (
      "<ResultList>", "<ResultOfQualificationConfirmation>a</ResultOfQualificationConfirmation>", "</ResultList>");
  g_autoptr (GBytes) json = fill ("{\"R\":{\"A\":\"", "山田", "\"}}");
  g_autoptr (GBytes) items = fill ("{\"R\":[", "{\"Element\":\"text of it\"},", "{\"Element\":\"\"}]}");

  for (gsize i = 0; i < G_N_ELEMENTS (hostile_xml); i++)
    try_hostile (hostile_xml[i].name, parse_xml, hostile_xml[i].head, hostile_xml[i].piece, hostile_xml[i].tail);
  for (gsize i = 0; i < G_N_ELEMENTS (hostile_json); i++)
    try_hostile (hostile_json[i].name, parse_json, hostile_json[i].head, hostile_json[i].piece, hostile_json[i].tail);
  cut ("XML, one text, cut", parse_xml, text);
  cut ("XML, elements, cut", parse_xml, elements);
  cut ("JSON, one text, cut", parse_json, json);
  cut ("JSON, elements, cut", parse_json, items);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "usual") == 0)
    return parse_usual (argv[2], atoi (argv[3]));
  if (argc == 4 && strcmp (argv[1], "records") == 0)
    return parse_records (argv[2], atoi (argv[3]));
  if (argc == 2 && strcmp (argv[1], "hostile") == 0)
    return parse_hostile ();
  fprintf (stderr, "usage: parse usual PARSER N | parse records PARSER N | parse hostile\n");
  return 64;
}
