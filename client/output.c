/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* output: in come texts and variants, out goes standard output. The only file that knows how wide a character is. */
#include "output.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LABEL_COLUMNS 24
#define RULE_CHARACTERS 39 /* fit 80 columns also where a terminal draws them as wide as a Japanese character */
#define CUT "…"
#define ROOM_COLUMNS 20 /* what is narrower holds no text */

/* What a terminal obeys instead of showing it. */
static gboolean
is_harmless (gunichar character)
{
  GUnicodeType type = g_unichar_type (character);

  return type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT /* turns the text round, or hides in it */
         && type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* JSON's escape: UTF-16, of a character beyond U+FFFF in two halves. */
static void
append_escaped (GString *text, gunichar character)
{
  if (character > 0xFFFF)
    g_string_append_printf (text, "\\u%04x\\u%04x", 0xD7C0 + (character >> 10), 0xDC00 + (character & 0x3FF));
  else
    g_string_append_printf (text, "\\u%04x", character);
}

void
output_json (GVariant *value)
{
  g_autoptr (JsonNode) node = json_gvariant_serialize (value);
  g_autofree char *text
      = json_to_string (node, FALSE); /* which leaves U+001F as it is, and shows others to a terminal */
  g_autoptr (GString) line = g_string_new (NULL);

  for (const char *at = text; *at; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if (is_harmless (character))
        g_string_append_unichar (line, character);
      else
        append_escaped (line, character); /* it is in a string: nowhere else is there one */
    }
  g_string_append_c (line, '\n');
  fputs (line->str, stdout); /* not g_print(): JSON is UTF-8 in every locale */
  fflush (stdout);
}

char *
output_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *clean = g_string_new (NULL);

  for (const char *at = valid; *at; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);
      g_string_append_unichar (clean, is_harmless (character) ? character : 0xFFFD);
    }
  return g_string_free (clean, FALSE);
}

guint
output_get_columns (const char *text)
{
  guint columns = 0;

  for (const char *at = text; *at; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);
      if (!g_unichar_iszerowidth (character))
        columns += g_unichar_iswide (character) ? 2 : 1;
    }
  return columns;
}

/* As wide as any terminal draws it: some draw ●, … and others like a Japanese character. */
static guint
get_widest (gunichar character)
{
  return g_unichar_iszerowidth (character) ? 0 : g_unichar_iswide_cjk (character) ? 2 : 1;
}

guint
output_get_most_columns (const char *text)
{
  guint columns = 0;

  for (const char *at = text; *at; at = g_utf8_next_char (at))
    columns += get_widest (g_utf8_get_char (at));
  return columns;
}

char *
output_cut (const char *text, guint columns)
{
  g_autofree char *clean = output_clean (text);
  const char *end = clean;
  guint taken = 0;

  if (output_get_most_columns (clean) <= columns)
    return g_steal_pointer (&clean);
  for (; *end; end = g_utf8_next_char (end))
    {
      const guint width = get_widest (g_utf8_get_char (end));

      if (taken + width + get_widest (g_utf8_get_char (CUT)) > columns)
        break;
      taken += width;
    }
  *(char *)end = '\0';
  return g_strconcat (g_strchomp (clean), CUT, NULL);
}

char *
output_pad (const char *text, guint columns)
{
  g_autofree char *clean = output_clean (text);
  guint taken = output_get_columns (clean);

  if (columns == 0)
    return g_steal_pointer (&clean);
  return g_strdup_printf ("%s%*s", clean, taken < columns ? (int)(columns - taken) : 1, "");
}

gboolean
output_can_show (const char *text)
{
  g_autofree char *converted = NULL;
  const char *charset;

  if (!g_get_charset (&charset))
    {
      converted = g_convert (text, -1, charset, "UTF-8", NULL, NULL, NULL);
      return converted != NULL;
    }
  if (g_strcmp0 (g_getenv ("TERM"), "linux") != 0)
    return TRUE;
  for (const char *at = text; *at; at = g_utf8_next_char (at))
    if (g_unichar_iswide (g_utf8_get_char (at)))
      return FALSE; /* the kernel's console has a few hundred glyphs */
  return TRUE;
}

/* How wide the terminal at @fd is; 0: it is none, or does not say. */
static guint
get_width (int fd)
{
  struct winsize size = { 0 };

  return ioctl (fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

gboolean
output_get_size (guint *ret_rows, guint *ret_columns)
{
  struct winsize size = { 0 };

  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return FALSE;
  *ret_rows = size.ws_row > 0 ? size.ws_row : G_MAXUINT;
  *ret_columns = size.ws_col;
  return TRUE;
}

static gboolean
may_break (gunichar before, gunichar after)
{
  static const char no_end[] = "([{（［｛「『【〔〈《“‘",
                    no_begin[] = ")]}）］｝」』】〕〉》”’、。，．・：；？！ー々っゃゅょッャュョ.,:;?!%";

  if (before == ' ' || after == ' ')
    return before == ' ' && after != ' ';
  return (g_unichar_iswide (before) || g_unichar_iswide (after)) && g_utf8_strchr (no_end, -1, before) == NULL
         && g_utf8_strchr (no_begin, -1, after) == NULL;
}

/* Return: where in @text the next line begins, if @room columns are left in this one. */
static const char *
find_break (const char *text, guint room)
{
  const char *found = NULL;
  gunichar before = 0;
  guint columns = 0;

  for (const char *at = text; *at; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if (before != 0 && may_break (before, character))
        found = at;
      if (!g_unichar_iszerowidth (character))
        columns += g_unichar_iswide (character) ? 2 : 1;
      if (columns > room && character != ' ')
        return found != NULL ? found : at > text ? at : g_utf8_next_char (at);
      before = character;
    }
  return text + strlen (text);
}

char *
output_wrap (const char *text, guint from, guint indent, guint width)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  if (width < MAX (from, indent) + ROOM_COLUMNS)
    return g_strdup (text);
  for (;;)
    {
      const char *next = find_break (text, width - from);

      if (*next == '\0')
        break;
      g_string_append_len (lines, text, next - text);
      while (lines->len > 0 && lines->str[lines->len - 1] == ' ')
        g_string_truncate (lines, lines->len - 1);
      g_string_append_printf (lines, "\n%*s", (int)indent, "");
      text = next;
      from = indent;
    }
  g_string_append (lines, text);
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

gboolean
output_fits (guint columns)
{
  const guint width = get_width (STDOUT_FILENO);

  return width == 0 || columns <= width;
}

char *
output_fold (const char *text)
{
  return output_wrap (text, 0, 0, get_width (STDERR_FILENO));
}

/* Return: @head and @text after it, as lines right of @head (transfer full). */
static char *
make_hanging (const char *head, const char *text, guint width)
{
  g_autofree char *clean = output_clean (text);
  const guint columns = output_get_columns (head);
  g_autofree char *wrapped = output_wrap (clean, columns, columns, width);

  return g_strconcat (head, wrapped, NULL);
}

void
output_hanging (const char *head, const char *text)
{
  g_autofree char *lines = make_hanging (head, text, get_width (STDOUT_FILENO));

  g_print ("%s\n", lines);
}

char *
output_make_row (const char *label, const char *value, guint width)
{
  g_autofree char *padded = output_pad (label, *value ? LABEL_COLUMNS : 0);
  g_autofree char *head = g_strconcat ("  ", padded, NULL), *below = NULL, *lines = NULL;

  if (output_get_columns (padded) <= LABEL_COLUMNS || !*value)
    return make_hanging (head, value, width);
  below = g_strnfill (2 + LABEL_COLUMNS, ' ');
  lines = make_hanging (below, value, width);
  return g_strconcat (g_strchomp (head), "\n", lines, NULL);
}

void
output_row (const char *label, const char *value)
{
  g_autofree char *lines = output_make_row (label, value, get_width (STDOUT_FILENO));

  g_print ("%s\n", lines);
}

void
output_error (const char *text)
{
  g_autofree char *clean = output_clean (text);
  g_autofree char *folded = output_fold (clean);

  g_printerr ("%s\n", folded);
}

char *
output_make_rule (void)
{
  GString *rule = g_string_new (NULL);

  for (guint i = 0; i < RULE_CHARACTERS; i++)
    g_string_append (rule, "─");
  return g_string_free (rule, FALSE);
}
