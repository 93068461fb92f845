/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* output: in come texts and variants, out goes standard output. The only file that knows how wide a character is. */
#include "output.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

#define LABEL_COLUMNS 24
#define RULE_COLUMNS 60

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

char *
output_pad (const char *text, guint columns)
{
  g_autofree char *clean = output_clean (text);
  guint taken = output_get_columns (clean);

  if (columns == 0)
    return g_steal_pointer (&clean);
  return g_strdup_printf ("%s%*s", clean, taken < columns ? (int)(columns - taken) : 1, "");
}

void
output_row (const char *label, const char *value)
{
  g_autofree char *padded = output_pad (label, *value ? LABEL_COLUMNS : 0);
  g_autofree char *clean = output_clean (value);

  g_print ("  %s%s\n", padded, clean);
}

void
output_error (const char *text)
{
  g_autofree char *clean = output_clean (text);

  g_printerr ("%s\n", clean);
}

void
output_rule (void)
{
  GString *rule = g_string_new (NULL);

  for (guint i = 0; i < RULE_COLUMNS; i++)
    g_string_append (rule, "─");
  g_print ("%s\n", rule->str);
  g_string_free (rule, TRUE);
}
