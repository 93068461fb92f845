/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* message-encoding: three witnesses, and the bytes themselves. */
#include "codec/message-encoding.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define CODE_ELEMENT "<CharacterCodeIdentifier>"
#define BLANKS " \t\r\n"

static gboolean
is_blank (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (strchr (BLANKS, text[i]) == NULL)
      return FALSE;
  return TRUE;
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
 * of it, and what is not UTF-8 is never taken for CP932 where everything says UTF-8: it was damaged.
 */
static const char *
judge_bytes (const char *text, gsize size, MessageEncoding *encoding)
{
  const gboolean is_readable = is_utf8 (text, size);

  if (*encoding == MESSAGE_ENCODING_UTF8 && !is_readable)
    return "not UTF-8";
  if (is_readable && (*encoding != MESSAGE_ENCODING_CP932 || has_long_character (text, size)))
    *encoding = MESSAGE_ENCODING_UTF8;
  else
    *encoding = MESSAGE_ENCODING_CP932;
  return NULL;
}

const char *
message_encoding_find (const char *text, gsize size, MessageEncoding hint, MessageEncoding *ret_encoding,
                       gsize *ret_mark)
{
  MessageEncoding witnesses[3] = { hint, MESSAGE_ENCODING_UNKNOWN, MESSAGE_ENCODING_UNKNOWN };
  const gboolean is_marked = size >= 3 && memcmp (text, BYTE_ORDER_MARK, 3) == 0;
  const char *reason;

  *ret_mark = is_marked ? 3 : 0;
  text += *ret_mark;
  size -= *ret_mark;
  reason = read_declaration (text, size, &witnesses[1]);
  if (reason != NULL)
    return reason;
  witnesses[2] = find_code (text, size);
  *ret_encoding = is_marked ? MESSAGE_ENCODING_UTF8 : find_agreement (witnesses, G_N_ELEMENTS (witnesses));
  return judge_bytes (text, size, ret_encoding);
}
