/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* field-value: see the header. */
#include "center/field-value.h"

#include <string.h>

#include "codec/japanese-text.h"

#define WIDE_SPACE "\xe3\x80\x80"
#define RATIO_DIGITS 3
#define RATIO_STEP 10
#define RATIO_MAXIMUM 100

const char *
field_value_skip_spaces (const char *text)
{
  for (;;)
    if (*text == ' ' || *text == '\t')
      text++;
    else if (strncmp (text, WIDE_SPACE, sizeof WIDE_SPACE - 1) == 0)
      text += sizeof WIDE_SPACE - 1;
    else
      return text;
}

const char *
field_value_get (const char *text)
{
  if ((guchar)*text > ' ' && *text != WIDE_SPACE[0]) /* as nearly all of them do */
    return text;
  return *field_value_skip_spaces (text) != '\0' ? text : NULL;
}

gboolean
field_value_is_open (const char *text)
{
  return strspn (text, "0") == strlen (text) || strspn (text, "9") == strlen (text);
}

gint
field_value_parse_ratio (const char *text)
{
  gint value = 0;

  if (strlen (text) != RATIO_DIGITS)
    return FIELD_NO_RATIO;
  for (; *text != '\0'; text++)
    {
      if (!g_ascii_isdigit (*text))
        return FIELD_NO_RATIO;
      value = value * 10 + (*text - '0');
    }
  return value <= RATIO_MAXIMUM && value % RATIO_STEP == 0 ? value : FIELD_NO_RATIO;
}

/* normalise: the field compares numbers without regard to width, padding and leading zeros. (transfer full) */
static char *
normalise (const char *text)
{
  g_autofree char *folded = japanese_text_fold_width (text);
  char *normal
      = g_str_is_ascii (folded) ? g_steal_pointer (&folded) : g_utf8_normalize (folded, -1, G_NORMALIZE_ALL_COMPOSE);

  if (normal == NULL) /* no UTF-8, which no answer can hold */
    return g_steal_pointer (&folded);
  g_strstrip (normal); /* a full-width space is one by now */
  memmove (normal, normal + strspn (normal, "0"), strlen (normal + strspn (normal, "0")) + 1);
  return normal;
}

gboolean
field_value_is_same_number (const char *a, const char *b)
{
  g_autofree char *normal_a = NULL, *normal_b = NULL;

  if (strcmp (a, b) == 0)
    return TRUE;
  normal_a = normalise (a);
  normal_b = normalise (b);
  return strcmp (normal_a, normal_b) == 0;
}
