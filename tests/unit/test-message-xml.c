/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* message-xml: what is read and what is refused, the encodings and who says which, the limits, writing. */
#include <string.h>

#include "base/error.h"
#include "codec/message-xml.h"

static Message *
parse_hinted (const char *text, gsize size, MessageEncoding hint, MessageEncoding *ret_encoding, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static (text, size);

  return message_xml_parse (body, hint, ret_encoding, error);
}

static Message *
parse (const char *text, GError **error)
{
  return parse_hinted (text, strlen (text), MESSAGE_ENCODING_UNKNOWN, NULL, error);
}

static char *
write_text (const Message *root)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = message_xml_write (root, MESSAGE_ENCODING_UTF8, MESSAGE_UNMAPPED_REFUSE, &error);

  g_assert_no_error (error);
  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

static void
test_answer (void)
{
  static const char text[]
      = "<?xml version='1.0' encoding='UTF-8' standalone='no'?>\r\n<!-- one -->\n<XmlMsg>\n"
        " <MessageHeader><SegmentOfResult>1</SegmentOfResult></MessageHeader>\r\n <MessageBody>\n  <ResultList>"
        "<Result><Name>山田　花子</Name><InsurerNumber>  990019</InsurerNumber></Result>\n"
        "<Result><Name/><Blank> </Blank><NameKana></NameKana></Result></ResultList><Open>\n</Open></MessageBody>\n"
        "</XmlMsg>\n<!-- two -->\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) root = parse (text, &error);
  const Message *body, *result;

  g_assert_no_error (error);
  g_assert_cmpstr (message_get_name (root), ==, "XmlMsg");
  g_assert_false (message_has_text (root));
  g_assert_cmpstr (message_find_text (message_find (root, "MessageHeader"), "SegmentOfResult"), ==, "1");
  body = message_find (root, "MessageBody");
  g_assert_cmpstr (message_find_text (body, "Open"), ==, "\n");
  result = message_find (message_find (body, "ResultList"), "Result");
  g_assert_cmpstr (message_find_text (result, "Name"), ==, "山田　花子");
  g_assert_cmpstr (message_find_text (result, "InsurerNumber"), ==, "  990019");
  result = message_find_next (result);
  g_assert_null (message_find_text (result, "Name"));
  g_assert_true (message_has_text (message_find (result, "Name")));
  g_assert_cmpstr (message_find_text (result, "Blank"), ==, " ");
  g_assert_nonnull (message_find (result, "NameKana"));
  g_assert_null (message_find_next (result));
}

static void
test_texts (void)
{
  static const struct
  {
    const char *xml, *text;
  } cases[] = {
    { "01", "01" },
    { "1.0", "1.0" },
    { "&lt;&gt;&amp;&quot;&apos;", "<>&\"'" },
    { "&#23665;&#x7530;&#x20BB7;", "山田𠮷" },
    { "a\r\nb\rc\nd\te", "a\nb\nc\nd\te" },
    { "&#13;", "\r" },
    { "<![CDATA[<b>&amp;]]>", "<b>&amp;" },
    { "a<![CDATA[b]]><!-- c -->d", "abd" },
    { "𠮷\x7f", "𠮷\x7f" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *xml = g_strdup_printf ("<R><V>%s</V></R>", cases[i].xml);
      g_autoptr (GError) error = NULL;
      g_autoptr (Message) root = parse (xml, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (message_find_text (root, "V"), ==, cases[i].text);
    }
}

static const struct
{
  const char *xml, *error;
} refused[] = {
  { "", "not XML" },
  { " ", "not XML" },
  { "{}", "not XML" },
  { "<", "not XML" },
  { "<R", "not XML" },
  { "<R>", "not XML" },
  { "<R></S>", "not XML" },
  { "<R><A></R></A>", "not XML" },
  { "</R>", "not XML" },
  { "<R/", "not XML" },
  { "<R/><R/>", "a second outermost element" },
  { "<R/>x", "not XML" },
  { "<R/><![CDATA[x]]>", "a text beside the outermost element" },
  { "<![CDATA[x]]><R/>", "a text beside the outermost element" },
  { "<R>x</R>", "the outermost element has a text" },
  { "<R><A>x<B/></A></R>", "a text beside elements" },
  { "<R><A><B/>x</A></R>", "a text beside elements" },
  { "<R><A>x<![CDATA[ ]]><B/></A></R>", "a text beside elements" },
  { "<R><A>a < b</A></R>", "not XML" },
  { "<R><A>&</A></R>", "not XML" },
  { "<R><A>&lt</A></R>", "not XML" },
  /* attributes, prefixes, names */
  { "<R a='1'/>", "an attribute" },
  { "<R xmlns='urn:x'/>", "an attribute" },
  { "<R><A xsi:nil=\"true\"/></R>", "an attribute" },
  { "<x:R/>", "a name" },
  { "<R><山/></R>", "a name" },
  { "<R><1/></R>", "not XML" },
  /* document types, entities, instructions */
  { "<!DOCTYPE R><R/>", "a document type" },
  { "<!DOCTYPE R SYSTEM 'file:///etc/passwd'><R/>", "a document type" },
  { "<!DOCTYPE R [<!ENTITY e 'x'>]><R><A>&e;</A></R>", "a document type" },
  { "<R><!ELEMENT R ANY></R>", "not XML" },
  { "<R><A>&e;</A></R>", "not XML" },
  { "<R><A>&nbsp;</A></R>", "not XML" },
  { "<R><?php echo ?></R>", "a processing instruction" },
  { "<?xml-stylesheet href='x'?><R/>", "a processing instruction" },
  { "<!-- --><?xml version='1.0'?><R/>", "a processing instruction" },
  { "<?xml version='1.0'?><?xml version='1.0'?><R/>", "a processing instruction" },
  { "<R/><?xml version='1.0'?>", "a processing instruction" },
  /* the declaration */
  { "<?xml version='1.1'?><R/>", "an XML declaration" },
  { "<?xml version='1.0' other='1'?><R/>", "an XML declaration" },
  { "<?xml version='1.0' encoding='EUC-JP'?><R/>", "an encoding" },
  { "<?xml version='1.0' encoding='UTF-16'?><R/>", "an encoding" },
  { "<?xml version='1.0' encoding=''?><R/>", "an encoding" },
  { "<?xml version='1.0", "not XML" },
  { "<?xml version='1.0?><R/>", "not XML" },
  { "<?xml version=1.0?><R/>", "not XML" },
  { "<?xml version?><R/>", "not XML" },
  { "<?xml =?><R/>", "not XML" },
  { "<?xml 1='2'?><R/>", "not XML" },
  /* an element twice */
  { "<XmlMsg><MessageHeader/><MessageHeader/></XmlMsg>", "an element twice" },
  { "<R><A>1</A><B/><A>2</A></R>", "an element twice" },
  { "<R><ResultOfQualificationConfirmation><Name/><Name/></ResultOfQualificationConfirmation></R>",
    "an element twice" },
  /* characters */
  { "<R><A>\x01</A></R>", "a character" },
  { "<R><A>&#1;</A></R>", "a character" },
  { "<R><A>&#xFFFE;</A></R>", "not XML" },
  { "<R><A>\xef\xbf\xbe</A></R>", "a character" },
  { "<R><A>\xef\xb7\x90</A></R>", "a character" },
  { "<R><A>&#0;</A></R>", "not XML" },
  { "<R><A>&#xD842;</A></R>", "not XML" },
  { "<R><A>&#x110000;</A></R>", "not XML" },
  { "<?xml version='1.0' encoding='UTF-8'?><R><A>\xff</A></R>", "not UTF-8" },
  { "<?xml version='1.0' encoding='UTF-8'?><R><A>\xc0\x80</A></R>", "not UTF-8" },
  { "<?xml version='1.0' encoding='UTF-8'?><R><A>\xed\xa1\x82</A></R>", "not UTF-8" },
  { "<?xml version='1.0' encoding='Shift_JIS'?><R><A>\xff</A></R>", "neither UTF-8 nor Shift_JIS" },
  { "<?xml version='1.0' encoding='Shift_JIS'?><R><A>\x8e</A></R>", "neither UTF-8 nor Shift_JIS" },
  { "<R><A>\xff</A></R>", "neither UTF-8 nor Shift_JIS" },
};

static void
check_refused (const char *text, gsize size, const char *reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) root = parse_hinted (text, size, MESSAGE_ENCODING_UNKNOWN, NULL, &error);

  g_assert_null (root);
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
  g_assert_nonnull (strstr (error->message, reason));
}

static void
test_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    check_refused (refused[i].xml, strlen (refused[i].xml), refused[i].error);
  check_refused ("<R><A>a\0b</A></R>", 17, "not XML");
  check_refused ("<R/>\0", 5, "not XML");
  check_refused ("\xff\xfe<\0R\0/\0>\0", 10, "neither");
}

/* No content in the error's text, whatever the mistake. */
static void
test_no_content_in_errors (void)
{
  static const char *const texts[]
      = { "<R><canary></R>",          "<R canary='canary'/>", "<R>canary</R>",      "<R><A>&canary;</A></R>",
          "<R><A>canary<B/></A></R>", "<?canary?><R/>",       "<R><a:canary/></R>", "<R><A b=canary></R>" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (texts[i], &error));
      g_assert_null (strstr (error->message, "canary"));
      g_assert_nonnull (strstr (error->message, "at line 1, character "));
    }
}

/* What is said, by whom, and what the text is: 1 UTF-8, 2 CP932; 0 refused. */
static void
test_encodings (void)
{
  static const struct
  {
    const char *declared, *code;
    MessageEncoding hint;
    int of_utf8, of_cp932;
  } cases[] = {
    { "", "", MESSAGE_ENCODING_UNKNOWN, 1, 2 },
    { "", "0", MESSAGE_ENCODING_UNKNOWN, 1, 0 },
    { "", "1", MESSAGE_ENCODING_UNKNOWN, 1, 2 },
    { "", "2", MESSAGE_ENCODING_UNKNOWN, 1, 2 },
    { "UTF-8", "", MESSAGE_ENCODING_UNKNOWN, 1, 0 },
    { "utf8", "0", MESSAGE_ENCODING_UTF8, 1, 0 },
    { "Shift_JIS", "1", MESSAGE_ENCODING_UNKNOWN, 1, 2 },
    { "shift-jis", "", MESSAGE_ENCODING_UNKNOWN, 1, 2 },
    { "Windows-31J", "1", MESSAGE_ENCODING_CP932, 1, 2 },
    { "", "", MESSAGE_ENCODING_UTF8, 1, 0 },
    { "", "", MESSAGE_ENCODING_CP932, 1, 2 },
    /* they disagree: the text decides */
    { "UTF-8", "1", MESSAGE_ENCODING_UNKNOWN, 1, 2 },
    { "Shift_JIS", "0", MESSAGE_ENCODING_UNKNOWN, 1, 2 },
    { "UTF-8", "0", MESSAGE_ENCODING_CP932, 1, 2 },
    { "Shift_JIS", "1", MESSAGE_ENCODING_UTF8, 1, 2 },
    { "UTF-8", "", MESSAGE_ENCODING_CP932, 1, 2 },
  };
  static const char utf8[] = "山田　花子ﾔﾏﾀﾞ●髙";
  g_autofree char *cp932 = g_convert (utf8, -1, "CP932", "UTF-8", NULL, NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int is_cp932 = 0; is_cp932 < 2; is_cp932++)
      {
        g_autofree char *declaration
            = *cases[i].declared ? g_strdup_printf ("<?xml version=\"1.0\" encoding=\"%s\"?>", cases[i].declared)
                                 : g_strdup ("");
        g_autofree char *code
            = *cases[i].code ? g_strdup_printf ("<CharacterCodeIdentifier>%s</CharacterCodeIdentifier>", cases[i].code)
                             : g_strdup ("");
        g_autofree char *text = g_strdup_printf ("%s<XmlMsg><MessageHeader>%s</MessageHeader><Name>%s</Name></XmlMsg>",
                                                 declaration, code, is_cp932 ? cp932 : utf8);
        const int expected = is_cp932 ? cases[i].of_cp932 : cases[i].of_utf8;
        MessageEncoding encoding = MESSAGE_ENCODING_UNKNOWN;
        g_autoptr (GError) error = NULL;
        g_autoptr (Message) root = parse_hinted (text, strlen (text), cases[i].hint, &encoding, &error);

        g_test_message ("case %d, text is CP932: %d", (int)i, is_cp932);
        if (expected == 0)
          {
            g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
            continue;
          }
        g_assert_no_error (error);
        g_assert_cmpint ((int)encoding, ==, expected);
        if (is_cp932
            == (encoding == MESSAGE_ENCODING_CP932)) /* else everybody lied, and it reads as other characters */
          g_assert_cmpstr (message_find_text (root, "Name"), ==, utf8);
      }
}

/* The two bytes are two kana in one encoding and one letter in the other: what is said counts. */
static void
test_ambiguous (void)
{
  static const struct
  {
    const char *xml, *text;
  } cases[] = {
    { "<?xml version='1.0' encoding='Shift_JIS'?><R><A>\xc3\xb1</A></R>", "ﾃｱ" },
    { "<?xml version='1.0' encoding='UTF-8'?><R><A>\xc3\xb1</A></R>", "\xc3\xb1" },
    { "<R><A>\xc3\xb1</A></R>", "\xc3\xb1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Message) root = parse (cases[i].xml, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (message_find_text (root, "A"), ==, cases[i].text);
    }
}

static void
test_byte_order_mark (void)
{
  static const char *const texts[] = {
    "\xef\xbb\xbf<R><A>山</A></R>",
    "\xef\xbb\xbf<?xml version='1.0' encoding='Shift_JIS'?>"
    "<R><CharacterCodeIdentifier>1</CharacterCodeIdentifier><A>山</A></R>",
    "\xef\xbb\xbf\n <?xml version='1.0'?>\n<R><A>山</A></R>",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      MessageEncoding encoding;
      g_autoptr (Message) root = parse_hinted (texts[i], strlen (texts[i]), MESSAGE_ENCODING_CP932, &encoding, &error);

      g_assert_no_error (error);
      g_assert_true (encoding == MESSAGE_ENCODING_UTF8);
      g_assert_cmpstr (message_find_text (root, "A"), ==, "山");
    }
  check_refused ("\xef\xbb\xbf<R><A>\x8e\x52</A></R>", 17, "not UTF-8");
}

static char *
nest (const char *open, const char *inner, const char *close, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (text, open);
  g_string_append (text, inner);
  for (guint i = 0; i < n; i++)
    g_string_append (text, close);
  return g_string_free (text, FALSE);
}

static void
test_limits (void)
{
  g_autofree char *deepest = nest ("<a>", "", "</a>", MESSAGE_DEPTH_MAXIMUM);
  g_autofree char *deeper = nest ("<a>", "", "</a>", MESSAGE_DEPTH_MAXIMUM + 1);
  g_autofree char *bomb = nest ("<a>", "", "", 1000000);
  g_autofree char *items = nest ("<a/>", "", "", MESSAGE_NODES_MAXIMUM - 1);
  g_autofree char *most = g_strconcat ("<R>", items, "</R>", NULL);
  g_autofree char *more = g_strconcat ("<R>", items, "<a/></R>", NULL);
  g_autofree char *blanks = g_strnfill (MESSAGE_SIZE_MAXIMUM + 1, ' ');
  g_autofree char *pieces = nest ("x<!---->", "", "", 500000);
  g_autofree char *crumbs = g_strconcat ("<R><A>", pieces, "</A></R>", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) deep = parse (deepest, &error), wide = NULL, large = NULL, gathered = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (deep);
  check_refused (deeper, strlen (deeper), "nested too deeply");
  check_refused (bomb, strlen (bomb), "nested too deeply");
  wide = parse (most, &error);
  g_assert_no_error (error);
  check_refused (more, strlen (more), "too many elements");
  memcpy (blanks, "<R/>", 4);
  large = parse_hinted (blanks, MESSAGE_SIZE_MAXIMUM, MESSAGE_ENCODING_UNKNOWN, NULL, &error);
  g_assert_no_error (error);
  check_refused (blanks, MESSAGE_SIZE_MAXIMUM + 1, "too large");
  gathered = parse (crumbs, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (message_find_text (gathered, "A")), ==, 500000);
}

static void
test_write (void)
{
  g_autoptr (Message) root = message_new ("XmlMsg");
  Message *header = message_add (root, "MessageHeader", NULL);
  g_autofree char *text = NULL;

  message_add (header, "Code", "01");
  message_add (header, "Escaped", "<a>&\"'\r\n\t山");
  message_add (header, "Empty", "");
  message_add (root, "Open", NULL);
  text = write_text (root);
  g_assert_cmpstr (
      text, ==,
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<XmlMsg><MessageHeader><Code>01</Code>"
      "<Escaped>&lt;a&gt;&amp;\"'&#13;\n\t山</Escaped><Empty></Empty></MessageHeader><Open></Open></XmlMsg>");
}

static void
test_write_refused (void)
{
  static const struct
  {
    const char *name, *text, *error;
  } cases[] = {
    { "", "1", "a name" },
    { "a b", "1", "a name" },
    { "1a", "1", "a name" },
    { "a:b", "1", "a name" },
    { "山", "1", "a name" },
    { "a>", "1", "a name" },
    { "A", "\x01", "a character that XML" },
    { "A", "\xef\xbf\xbe", "a character that XML" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Message) root = message_new ("R");
      g_autoptr (GError) error = NULL;

      message_add (root, cases[i].name, cases[i].text);
      g_assert_null (message_xml_write (root, MESSAGE_ENCODING_UTF8, MESSAGE_UNMAPPED_REPLACE, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
      g_assert_nonnull (strstr (error->message, cases[i].error));
    }
}

/* CP932 has 髙 and the wave dash of Windows; 𠮷 it does not have. */
static void
test_write_cp932 (void)
{
  static const char expected[] = "<?xml version=\"1.0\" encoding=\"Shift_JIS\" standalone=\"no\"?>\n"
                                 "<R><A>\xfb\xfc\x93\x63\xd4\xcf\x81\x60</A></R>";
  g_autoptr (Message) root = message_new ("R"), again = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) good = NULL, replaced = NULL;
  MessageEncoding encoding;

  message_add (root, "A", "髙田ﾔﾏ～");
  good = message_xml_write (root, MESSAGE_ENCODING_CP932, MESSAGE_UNMAPPED_REFUSE, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (good, NULL), g_bytes_get_size (good), expected, sizeof expected - 1);

  message_add (root, "B", "𠮷野家𠮷");
  g_assert_null (message_xml_write (root, MESSAGE_ENCODING_CP932, MESSAGE_UNMAPPED_REFUSE, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
  g_assert_nonnull (strstr (error->message, "Shift_JIS"));
  g_clear_error (&error);
  replaced = message_xml_write (root, MESSAGE_ENCODING_CP932, MESSAGE_UNMAPPED_REPLACE, &error);
  g_assert_no_error (error);
  again = message_xml_parse (replaced, MESSAGE_ENCODING_UNKNOWN, &encoding, &error);
  g_assert_no_error (error);
  g_assert_true (encoding == MESSAGE_ENCODING_CP932);
  g_assert_cmpstr (message_find_text (again, "A"), ==, "髙田ﾔﾏ～");
  g_assert_cmpstr (message_find_text (again, "B"), ==, "●野家●");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message-xml/answer", test_answer);
  g_test_add_func ("/message-xml/texts", test_texts);
  g_test_add_func ("/message-xml/refused", test_refused);
  g_test_add_func ("/message-xml/no-content-in-errors", test_no_content_in_errors);
  g_test_add_func ("/message-xml/encodings", test_encodings);
  g_test_add_func ("/message-xml/ambiguous", test_ambiguous);
  g_test_add_func ("/message-xml/byte-order-mark", test_byte_order_mark);
  g_test_add_func ("/message-xml/limits", test_limits);
  g_test_add_func ("/message-xml/write", test_write);
  g_test_add_func ("/message-xml/write-refused", test_write_refused);
  g_test_add_func ("/message-xml/write-cp932", test_write_cp932);
  return g_test_run ();
}
