/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-xml: the bytes of an XML document come in, a tree goes out, or one after the other, and the other way round.
 *
 * First the encoding is found; then the text is brought to UTF-8 piece by piece, GMarkup hands over its tokens, and the
 * handlers below keep a stack of the elements that are open. Whether an element has a text or children shows at its end
 * only: until then what may be blanks before its first child is its text.
 */
#include "codec/message-xml.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "codec/message-profile.h"

#define HOLDERS_MAXIMUM 8 /* elements around a part */
#define PIECE_SIZE 65536u /* bytes that GMarkup is given at once */
#define REPLACEMENT "●"
#define BLANKS " \t\r\n"

typedef struct
{
  const MessageXmlParts *parts; /* NULL: the document is one tree */
  gpointer user_data;
  Message *root;                        /* of the tree that is being made */
  Message *open[MESSAGE_DEPTH_MAXIMUM]; /* NULL: a holder of parts */
  char *holders[HOLDERS_MAXIMUM];       /* the names of those, which are the outer ones */
  guint depth, n_nodes;                 /* nodes: of the tree */
  gsize n_bytes;                        /* of the tree */
  gboolean is_begun;                    /* something but blanks has been seen */
  gboolean is_over;                     /* the outermost element has ended */
  gboolean has_token;                   /* since the last piece */
  GString *text;                        /* of the innermost open element, if it comes in several pieces; else empty */
  const char *reason;                   /* static; why the document is refused */
  GError *error;                        /* of who takes the parts */
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

/* An element that is not within a tree: the root of one, or a holder. Return: FALSE if it is refused. */
static gboolean
begin_outside (Parser *parser, const char *name, GError **error)
{
  const char *holder = parser->depth > 0 ? parser->holders[parser->depth - 1] : NULL;

  if (parser->is_over)
    return refuse_document (parser, error, "a second outermost element"), FALSE;
  if (parser->parts == NULL || !parser->parts->is_holder (holder, name, parser->user_data))
    {
      parser->root = message_new (name);
      parser->n_nodes = 1;
      parser->n_bytes = 0;
      parser->open[parser->depth++] = parser->root;
      return TRUE;
    }
  if (parser->depth == HOLDERS_MAXIMUM)
    return refuse_document (parser, error, "nested too deeply"), FALSE;
  parser->open[parser->depth] = NULL;
  parser->holders[parser->depth++] = g_strdup (name);
  return TRUE;
}

static void
on_start_element (GMarkupParseContext *context, const char *name, const char **attributes, const char **values,
                  gpointer user_data, GError **error)
{
  Parser *parser = user_data;
  Message *parent = parser->depth > 0 ? parser->open[parser->depth - 1] : NULL;
  const gsize size = strlen (name);

  parser->is_begun = parser->has_token = TRUE;
  if (attributes[0] != NULL)
    return refuse_document (parser, error, "an attribute");
  if (!is_name (name))
    return refuse_document (parser, error, "a name that the field does not use");
  if (parser->depth == MESSAGE_DEPTH_MAXIMUM)
    return refuse_document (parser, error, "nested too deeply");
  if (parent == NULL)
    {
      begin_outside (parser, name, error);
      return;
    }
  parser->n_bytes += size;
  if (++parser->n_nodes > MESSAGE_NODES_MAXIMUM || parser->n_bytes > MESSAGE_SIZE_MAXIMUM)
    return refuse_document (parser, error, "too many elements");
  if (!drop_blanks (parser, parent))
    return refuse_document (parser, error, "a text beside elements");
  parser->open[parser->depth++] = message_add_kept (parent, message_keep (parent, name, size), size, NULL);
}

/* The element at the top of the stack has ended. Return: NULL, or why it is refused. */
static const char *
finish_element (Parser *parser, Message *node)
{
  const char *text;

  if (parser->depth == 0 && !drop_blanks (parser, node))
    return "the outermost element has a text";
  if (message_get_first_child (node) != NULL || parser->depth == 0)
    return message_profile_judge (node);
  if (parser->text->len > 0)
    message_set_kept (node, message_keep (node, parser->text->str, parser->text->len));
  g_string_truncate (parser->text, 0);
  text = message_get_text (node);
  message_set_kept (node, text);
  return is_text (text, strlen (text)) ? NULL : "a character that XML does not have";
}

static void
on_end_element (GMarkupParseContext *context, const char *name, gpointer user_data, GError **error)
{
  Parser *parser = user_data;
  Message *node = parser->open[--parser->depth];
  const char *reason = node != NULL ? finish_element (parser, node) : NULL;

  parser->has_token = TRUE;
  parser->is_over = parser->depth == 0;
  if (reason != NULL)
    return refuse_document (parser, error, reason);
  if (node == NULL)
    g_clear_pointer (&parser->holders[parser->depth], g_free);
  else if (parser->parts != NULL && node == parser->root)
    {
      if (!parser->parts->on_part (node, parser->user_data, &parser->error))
        refuse_document (parser, error, "not what it should be");
      g_clear_pointer (&parser->root, message_free);
    }
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize size, gpointer user_data, GError **error)
{
  Parser *parser = user_data;
  Message *node = parser->depth > 0 ? parser->open[parser->depth - 1] : NULL;

  parser->has_token = TRUE;
  parser->n_bytes += size;
  if (node == NULL || message_get_first_child (node) != NULL)
    {
      if (!is_blank (text, size))
        refuse_document (parser, error,
                         parser->depth > 0 ? "a text beside elements" : "a text beside the outermost element");
    }
  else if (parser->n_bytes > MESSAGE_SIZE_MAXIMUM)
    refuse_document (parser, error, "too large");
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

  parser->is_begun = parser->has_token = TRUE;
  if (size >= 4 && memcmp (text, "<!--", 4) == 0)
    return;
  if (is_first && size > 5 && memcmp (text, "<?xml", 5) == 0 && strchr (BLANKS, text[5]) != NULL)
    return;
  refuse_document (parser, error, text[1] == '?' ? "a processing instruction" : "a document type");
}

/* The next piece, of UTF-8. GMarkup keeps what belongs to an unfinished token, which must not become too long. */
static gboolean
feed_piece (Parser *parser, GMarkupParseContext *context, const char *text, gsize size, gsize *n_kept)
{
  parser->has_token = FALSE;
  if (memchr (text, '\0', size) != NULL || !g_markup_parse_context_parse (context, text, (gssize)size, NULL))
    return FALSE;
  *n_kept = parser->has_token ? size : *n_kept + size;
  if (*n_kept > MESSAGE_SIZE_MAXIMUM)
    parser->reason = "too large";
  return parser->reason == NULL;
}

/* Where a piece of @text may end: between two characters. */
static gsize
cut_piece (const char *text, gsize size)
{
  gsize piece = MIN (size, PIECE_SIZE);

  while (piece < size && piece > 1 && ((guchar)text[piece] & 0xc0) == 0x80)
    piece--;
  return piece;
}

static gboolean
feed_utf8 (Parser *parser, GMarkupParseContext *context, const char *text, gsize size)
{
  gsize n_kept = 0, piece;

  for (; size > 0; text += piece, size -= piece)
    {
      piece = cut_piece (text, size);
      if (!feed_piece (parser, context, text, piece, &n_kept))
        return FALSE;
    }
  return TRUE;
}

static gboolean
feed_cp932 (Parser *parser, GMarkupParseContext *context, const char *text, gsize size)
{
  GIConv converter = g_iconv_open ("UTF-8", "CP932");
  g_autofree char *piece = g_malloc (PIECE_SIZE);
  char *in = (char *)text;
  gsize n_kept = 0;
  gboolean done = TRUE;

  while (size > 0 && done)
    {
      char *out = piece;
      gsize n_free = PIECE_SIZE;
      const gboolean converted = g_iconv (converter, &in, &size, &out, &n_free) != (gsize)-1 || errno == E2BIG;

      if (!converted)
        parser->reason = "neither UTF-8 nor Shift_JIS";
      done = converted && feed_piece (parser, context, piece, PIECE_SIZE - n_free, &n_kept);
    }
  explicit_bzero (piece, PIECE_SIZE);
  g_iconv_close (converter);
  return done;
}

/* Return: whether all of @text was read; else *ret_line and *ret_character are where it failed. */
static gboolean
parse_text (Parser *parser, const char *text, gsize size, MessageEncoding encoding, int *ret_line, int *ret_character)
{
  static const GMarkupParser handlers = {
    .start_element = on_start_element,
    .end_element = on_end_element,
    .text = on_text,
    .passthrough = on_passthrough,
  };
  GMarkupParseContext *context = g_markup_parse_context_new (&handlers, G_MARKUP_TREAT_CDATA_AS_TEXT, parser, NULL);
  const gboolean done = (encoding == MESSAGE_ENCODING_UTF8 ? feed_utf8 (parser, context, text, size)
                                                           : feed_cp932 (parser, context, text, size))
                        && g_markup_parse_context_end_parse (context, NULL) && parser->is_over;

  g_markup_parse_context_get_position (context, ret_line, ret_character);
  g_markup_parse_context_free (context);
  if (!done && parser->reason == NULL)
    parser->reason = "not XML"; /* what GMarkup says of it may hold content */
  return done;
}

/* Return: FALSE with the error; then no tree is left. */
static gboolean
read_document (Parser *parser, const char *text, gsize size, MessageEncoding hint, MessageEncoding *ret_encoding,
               GError **error)
{
  MessageEncoding encoding = MESSAGE_ENCODING_UNKNOWN;
  int line = 1, character = 1;
  gsize mark = 0;
  gboolean done;

  parser->text = g_string_sized_new (256);
  if (parser->reason == NULL)
    parser->reason = size > 0 ? message_encoding_find (text, size, hint, &encoding, &mark) : "not XML";
  done = parser->reason == NULL && parse_text (parser, text + mark, size - mark, encoding, &line, &character);
  g_string_free (parser->text, TRUE);
  for (guint i = 0; i < HOLDERS_MAXIMUM; i++)
    g_free (parser->holders[i]);
  if (done)
    {
      if (ret_encoding != NULL)
        *ret_encoding = encoding;
      return TRUE;
    }
  message_free (parser->root);
  if (parser->error != NULL)
    g_propagate_error (error, parser->error);
  else
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, "no message, at line %d, character %d: %s", line,
                 character, parser->reason);
  return FALSE;
}

Message *
message_xml_parse (GBytes *body, MessageEncoding hint, MessageEncoding *ret_encoding, GError **error)
{
  gsize size;
  const char *text = g_bytes_get_data (body, &size);
  Parser parser = { .reason = size > MESSAGE_SIZE_MAXIMUM ? "too large" : NULL };

  return read_document (&parser, text, size, hint, ret_encoding, error) ? parser.root : NULL;
}

gboolean
message_xml_walk (const char *text, gsize size, MessageEncoding hint, const MessageXmlParts *parts, gpointer user_data,
                  GError **error)
{
  Parser parser = { .parts = parts, .user_data = user_data };

  return read_document (&parser, text, size, hint, NULL, error);
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
