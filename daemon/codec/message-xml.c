/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-xml: the bytes of an XML document come in, a tree goes out, and the other way round.
 *
 * First the encoding is found and the text brought to UTF-8; then GMarkup hands over its tokens, and the handlers below
 * keep a stack of the elements that are open. Whether an element has a text or children shows at its end only: until
 * then what may be blanks before its first child is its text.
 */
#include "codec/message-xml.h"

#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "codec/message-profile.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define CODE_ELEMENT "<CharacterCodeIdentifier>"
#define REPLACEMENT "●"
#define BLANKS " \t\r\n"

typedef struct
{
  Message *root;
  Message *open[MESSAGE_DEPTH_MAXIMUM];
  guint depth, n_nodes;
  gboolean is_begun;  /* something but blanks has been seen */
  GString *text;      /* of the innermost open element, if it comes in several pieces; else empty */
  const char *reason; /* static; why the document is refused */
} Parser;

static void
refuse_document (Parser *parser, GError **error, const char *reason)
{
  parser->reason = reason;
  g_set_error_literal (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, reason);
}

static gboolean
is_blank (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (strchr (BLANKS, text[i]) == NULL)
      return FALSE;
  return TRUE;
}

/* ASCII only: all names of the field are, and what XML allows beyond is another set in every library. */
static gboolean
is_name (const char *name)
{
  static const guint8 is_part[256]
      = { ['a' ... 'z'] = 1, ['A' ... 'Z'] = 1, ['_'] = 1, ['0' ... '9'] = 1, ['-'] = 1, ['.'] = 1 };

  if (!g_ascii_isalpha (*name) && *name != '_')
    return FALSE;
  while (is_part[(guchar)*name])
    name++;
  return *name == '\0';
}

/* Whether XML can hold @text, which is UTF-8, and a D-Bus message can. */
static gboolean
is_text (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    {
      const guchar c = text[i];

      if (c < ' ' && strchr (BLANKS, c) == NULL)
        return FALSE;
      if (c >= 0xef && unicode_is_noncharacter (g_utf8_get_char (text + i)))
        return FALSE;
    }
  return TRUE;
}

/* What has been read of the text of @node, which has children after all. Return: FALSE if it was more than blanks. */
static gboolean
drop_blanks (Parser *parser, Message *node)
{
  const char *text = parser->text->len > 0 ? parser->text->str : message_get_text (node);

  if (!message_has_text (node))
    return TRUE;
  if (!is_blank (text, strlen (text)))
    return FALSE;
  message_set_kept (node, NULL);
  g_string_truncate (parser->text, 0);
  return TRUE;
}

static void
on_start_element (GMarkupParseContext *context, const char *name, const char **attributes, const char **values,
                  gpointer user_data, GError **error)
{
  Parser *parser = user_data;
  Message *parent = parser->depth > 0 ? parser->open[parser->depth - 1] : NULL, *node;
  const gsize size = strlen (name);

  parser->is_begun = TRUE;
  if (attributes[0] != NULL)
    return refuse_document (parser, error, "an attribute");
  if (!is_name (name))
    return refuse_document (parser, error, "a name that the field does not use");
  if (parent == NULL && parser->root != NULL)
    return refuse_document (parser, error, "a second outermost element");
  if (parser->depth == MESSAGE_DEPTH_MAXIMUM)
    return refuse_document (parser, error, "nested too deeply");
  if (++parser->n_nodes > MESSAGE_NODES_MAXIMUM)
    return refuse_document (parser, error, "too many elements");
  if (parent != NULL && !drop_blanks (parser, parent))
    return refuse_document (parser, error, "a text beside elements");

  if (parent == NULL)
    node = parser->root = message_new (name);
  else
    node = message_add_kept (parent, message_keep (parent, name, size), size, NULL);
  parser->open[parser->depth++] = node;
}

static void
on_end_element (GMarkupParseContext *context, const char *name, gpointer user_data, GError **error)
{
  Parser *parser = user_data;
  Message *node = parser->open[--parser->depth];
  const char *text, *reason = NULL;

  if (parser->depth == 0 && !drop_blanks (parser, node))
    reason = "the outermost element has a text";
  else if (message_get_first_child (node) != NULL || parser->depth == 0)
    reason = message_profile_judge (node);
  else
    {
      if (parser->text->len > 0)
        message_set_kept (node, message_keep (node, parser->text->str, parser->text->len));
      g_string_truncate (parser->text, 0);
      text = message_get_text (node);
      message_set_kept (node, text);
      reason = is_text (text, strlen (text)) ? NULL : "a character that XML does not have";
    }
  if (reason != NULL)
    refuse_document (parser, error, reason);
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize size, gpointer user_data, GError **error)
{
  Parser *parser = user_data;
  Message *node = parser->depth > 0 ? parser->open[parser->depth - 1] : NULL;

  if (node == NULL || message_get_first_child (node) != NULL)
    {
      if (!is_blank (text, size))
        refuse_document (parser, error,
                         node != NULL ? "a text beside elements" : "a text beside the outermost element");
    }
  else if (!message_has_text (node))
    message_set_kept (node, message_keep (node, text, size));
  else
    {
      if (parser->text->len == 0)
        g_string_append (parser->text, message_get_text (node));
      g_string_append_len (parser->text, text, size);
    }
}

/* Comments, and what is no part of the field's XML. The declaration has been read before. */
static void
on_passthrough (GMarkupParseContext *context, const char *text, gsize size, gpointer user_data, GError **error)
{
  Parser *parser = user_data;
  const gboolean is_first = !parser->is_begun;

  parser->is_begun = TRUE;
  if (size >= 4 && memcmp (text, "<!--", 4) == 0)
    return;
  if (is_first && size > 5 && memcmp (text, "<?xml", 5) == 0 && strchr (BLANKS, text[5]) != NULL)
    return;
  refuse_document (parser, error, text[1] == '?' ? "a processing instruction" : "a document type");
}

/* @text: UTF-8. Return: whether it became parser->root; else *ret_line and *ret_character are where it failed. */
static gboolean
parse_text (Parser *parser, const char *text, gsize size, int *ret_line, int *ret_character)
{
  static const GMarkupParser handlers = {
    .start_element = on_start_element,
    .end_element = on_end_element,
    .text = on_text,
    .passthrough = on_passthrough,
  };
  GMarkupParseContext *context = g_markup_parse_context_new (&handlers, G_MARKUP_TREAT_CDATA_AS_TEXT, parser, NULL);
  const gboolean done = g_markup_parse_context_parse (context, text, size, NULL)
                        && g_markup_parse_context_end_parse (context, NULL) && parser->root != NULL;

  g_markup_parse_context_get_position (context, ret_line, ret_character);
  g_markup_parse_context_free (context);
  if (!done && parser->reason == NULL)
    parser->reason = "not XML"; /* what GMarkup says of it may hold content */
  return done;
}

/* One a="b" of the declaration at *text. Return: FALSE if there is none. */
static gboolean
read_setting (const char **text, const char *end, char **ret_name, char **ret_value)
{
  const char *c = *text, *name, *value;
  char quote;

  while (c < end && strchr (BLANKS, *c) != NULL)
    c++;
  for (name = c; c < end && g_ascii_isalpha (*c); c++)
    ;
  if (c == name || end - c < 3 || c[0] != '=' || (c[1] != '"' && c[1] != '\''))
    return FALSE;
  *ret_name = g_strndup (name, c - name);
  quote = c[1];
  for (value = c += 2; c < end && *c != quote; c++)
    ;
  *ret_value = g_strndup (value, c - value);
  *text = MIN (c + 1, end);
  return c < end;
}

static MessageEncoding
lookup_encoding (const char *name)
{
  static const char *const shift_jis[]
      = { "Shift_JIS", "Shift-JIS", "SJIS", "x-sjis", "Windows-31J", "MS932", "CP932" };

  if (g_ascii_strcasecmp (name, "UTF-8") == 0 || g_ascii_strcasecmp (name, "UTF8") == 0)
    return MESSAGE_ENCODING_UTF8;
  for (gsize i = 0; i < G_N_ELEMENTS (shift_jis); i++)
    if (g_ascii_strcasecmp (name, shift_jis[i]) == 0)
      return MESSAGE_ENCODING_CP932;
  return MESSAGE_ENCODING_UNKNOWN;
}

/* Return: NULL, or why the XML declaration is refused. A document without one is well. */
static const char *
read_declaration (const char *text, gsize size, MessageEncoding *ret_encoding)
{
  const char *end;

  *ret_encoding = MESSAGE_ENCODING_UNKNOWN;
  while (size > 0 && strchr (BLANKS, *text) != NULL)
    text++, size--;
  if (size < 6 || memcmp (text, "<?xml", 5) != 0 || strchr (BLANKS, text[5]) == NULL)
    return NULL;
  end = memmem (text, size, "?>", 2);
  if (end == NULL)
    return "not XML";
  for (text += 5; !is_blank (text, end - text);)
    {
      g_autofree char *name = NULL, *value = NULL;

      if (!read_setting (&text, end, &name, &value))
        return "not XML";
      if (strcmp (name, "encoding") == 0)
        {
          *ret_encoding = lookup_encoding (value);
          if (*ret_encoding == MESSAGE_ENCODING_UNKNOWN)
            return "an encoding that the field does not use";
        }
      else if (strcmp (name, "version") == 0 ? strcmp (value, "1.0") != 0 : strcmp (name, "standalone") != 0)
        return "an XML declaration that the field does not use";
    }
  return NULL;
}

/* The header's own word. It is ASCII in both encodings, and no half of a character of CP932 looks like "<". */
static MessageEncoding
find_code (const char *text, gsize size)
{
  const char *found = memmem (text, size, CODE_ELEMENT, strlen (CODE_ELEMENT));
  const gsize begin = found != NULL ? (gsize)(found - text) + strlen (CODE_ELEMENT) : size;

  if (size - begin < 2 || text[begin + 1] != '<')
    return MESSAGE_ENCODING_UNKNOWN;
  return text[begin] == '0'   ? MESSAGE_ENCODING_UTF8
         : text[begin] == '1' ? MESSAGE_ENCODING_CP932
                              : MESSAGE_ENCODING_UNKNOWN;
}

/* What all @witnesses that speak say; unknown if they disagree, or all are silent. */
static MessageEncoding
find_agreement (const MessageEncoding *witnesses, gsize n)
{
  MessageEncoding agreed = MESSAGE_ENCODING_UNKNOWN;

  for (gsize i = 0; i < n; i++)
    {
      if (witnesses[i] == MESSAGE_ENCODING_UNKNOWN)
        continue;
      if (agreed != MESSAGE_ENCODING_UNKNOWN && agreed != witnesses[i])
        return MESSAGE_ENCODING_UNKNOWN;
      agreed = witnesses[i];
    }
  return agreed;
}

/* Most of a document is ASCII, and is passed over eight bytes at a time. */
static gsize
count_ascii (const char *text, gsize size)
{
  gsize n = 0;
  guint64 word;

  for (; size - n >= sizeof word; n += sizeof word)
    {
      memcpy (&word, text + n, sizeof word);
      if ((word & G_GUINT64_CONSTANT (0x8080808080808080)) != 0)
        break;
    }
  while (n < size && (guchar)text[n] < 0x80)
    n++;
  return n;
}

static gboolean
is_utf8 (const char *text, gsize size)
{
  for (gsize i = count_ascii (text, size), n; i < size; i += n + count_ascii (text + i + n, size - i - n))
    {
      for (n = 1; i + n < size && (guchar)text[i + n] >= 0x80; n++)
        ;
      if (!g_utf8_validate_len (text + i, n, NULL))
        return FALSE;
    }
  return TRUE;
}

/* Of three bytes or more, in UTF-8. */
static gboolean
has_long_character (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if ((guchar)text[i] >= 0xe0)
      return TRUE;
  return FALSE;
}

/*
 * Japanese text in CP932 is no UTF-8: only a few pairs of half-width kana are, which UTF-8 reads as letters of two
 * bytes. UTF-8 is often CP932 of other characters. So what is UTF-8 with a longer character is that, whatever is said
 * of it, and what is not UTF-8 is never taken for CP932 where everything says UTF-8: it was damaged. *text is then
 * UTF-8; *ret_owned is what has to be freed.
 */
static const char *
bring_to_utf8 (const char **text, gsize *size, MessageEncoding *encoding, char **ret_owned)
{
  const gboolean is_readable = is_utf8 (*text, *size);
  gsize converted_size;

  if (*encoding == MESSAGE_ENCODING_UTF8 && !is_readable)
    return "not UTF-8";
  if (is_readable && (*encoding != MESSAGE_ENCODING_CP932 || has_long_character (*text, *size)))
    {
      *encoding = MESSAGE_ENCODING_UTF8;
      return NULL;
    }

  *ret_owned = g_convert (*text, *size, "UTF-8", "CP932", NULL, &converted_size, NULL);
  if (*ret_owned == NULL)
    return *encoding == MESSAGE_ENCODING_CP932 ? "not Shift_JIS" : "neither UTF-8 nor Shift_JIS";
  *encoding = MESSAGE_ENCODING_CP932;
  *text = *ret_owned;
  *size = converted_size;
  return NULL;
}

/* Return: whether parser->root is the tree of @text. */
static gboolean
read_document (Parser *parser, const char *text, gsize size, MessageEncoding hint, MessageEncoding *ret_encoding,
               int *ret_line, int *ret_character)
{
  MessageEncoding witnesses[3] = { hint, MESSAGE_ENCODING_UNKNOWN, MESSAGE_ENCODING_UNKNOWN };
  g_autofree char *converted = NULL;

  if (size > MESSAGE_SIZE_MAXIMUM)
    parser->reason = "too large";
  else if (size == 0)
    parser->reason = "not XML";
  else
    {
      const gboolean is_marked = size >= 3 && memcmp (text, BYTE_ORDER_MARK, 3) == 0;

      text += is_marked ? 3 : 0;
      size -= is_marked ? 3 : 0;
      parser->reason = read_declaration (text, size, &witnesses[1]);
      witnesses[2] = find_code (text, size);
      *ret_encoding = is_marked ? MESSAGE_ENCODING_UTF8 : find_agreement (witnesses, G_N_ELEMENTS (witnesses));
    }
  if (parser->reason == NULL)
    parser->reason = bring_to_utf8 (&text, &size, ret_encoding, &converted);
  if (parser->reason == NULL && memchr (text, '\0', size) != NULL)
    parser->reason = "not XML";
  return parser->reason == NULL && parse_text (parser, text, size, ret_line, ret_character);
}

Message *
message_xml_parse (GBytes *body, MessageEncoding hint, MessageEncoding *ret_encoding, GError **error)
{
  gsize size;
  const char *text = g_bytes_get_data (body, &size);
  MessageEncoding encoding = MESSAGE_ENCODING_UNKNOWN;
  Parser parser = { .text = g_string_sized_new (256) };
  int line = 1, character = 1;
  const gboolean done = read_document (&parser, text, size, hint, &encoding, &line, &character);

  g_string_free (parser.text, TRUE);
  if (!done)
    {
      message_free (parser.root);
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, "no message, at line %d, character %d: %s",
                   line, character, parser.reason);
      return NULL;
    }
  if (ret_encoding != NULL)
    *ret_encoding = encoding;
  return parser.root;
}

static void
write_text (GString *out, const char *text)
{
  const char *start = text;

  for (; *text; text++)
    {
      const char *escape = *text == '&'    ? "&amp;"
                           : *text == '<'  ? "&lt;"
                           : *text == '>'  ? "&gt;"
                           : *text == '\r' ? "&#13;" /* else it would be read as the end of a line */
                                           : NULL;

      if (escape == NULL)
        continue;
      g_string_append_len (out, start, text - start);
      g_string_append (out, escape);
      start = text + 1;
    }
  g_string_append_len (out, start, text - start);
}

/* Return: NULL, or why XML cannot hold @node. */
static const char *
write_element (GString *out, const Message *node)
{
  const char *name = message_get_name (node), *text = message_get_text (node), *reason;

  if (!is_name (name))
    return "a name that the field does not use";
  if (!is_text (text, strlen (text)))
    return "a character that XML does not have";
  g_string_append_printf (out, "<%s>", name);
  write_text (out, text);
  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    if ((reason = write_element (out, child)) != NULL)
      return reason;
  g_string_append_printf (out, "</%s>", name);
  return NULL;
}

static GBytes *
convert_to_cp932 (GString *text, MessageUnmapped unmapped)
{
  gsize size;
  char *converted;

  if (unmapped == MESSAGE_UNMAPPED_REFUSE)
    converted = g_convert (text->str, text->len, "CP932", "UTF-8", NULL, &size, NULL);
  else
    converted = g_convert_with_fallback (text->str, text->len, "CP932", "UTF-8", REPLACEMENT, NULL, &size, NULL);
  g_string_free (text, TRUE);
  return converted != NULL ? g_bytes_new_take (converted, size) : NULL;
}

GBytes *
message_xml_write (const Message *root, MessageEncoding encoding, MessageUnmapped unmapped, GError **error)
{
  const gboolean is_cp932 = encoding == MESSAGE_ENCODING_CP932;
  GString *out = g_string_sized_new (1024);
  GBytes *body = NULL;
  const char *reason;

  g_string_append_printf (out, "<?xml version=\"1.0\" encoding=\"%s\" standalone=\"no\"?>\n",
                          is_cp932 ? "Shift_JIS" : "UTF-8");
  reason = write_element (out, root);
  if (reason != NULL)
    g_string_free (out, TRUE);
  else if (!is_cp932)
    body = g_string_free_to_bytes (out);
  else if ((body = convert_to_cp932 (out, unmapped)) == NULL)
    reason = "a character that Shift_JIS does not have";
  if (body == NULL)
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, "no XML: %s", reason);
  return body;
}
