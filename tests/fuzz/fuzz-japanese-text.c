/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuzz-japanese-text: any bytes as a name, a number, a date and a time. */
#include "harness.h"

#include <string.h>

#include "codec/japanese-text.h"

static void
check_time (const char *text)
{
  g_autofree char *date = NULL;
  gint64 time;

  if (!japanese_text_parse_time (text, &time))
    return;
  date = japanese_text_format_date (time);
  g_assert (strncmp (date, text, 8) == 0 && japanese_text_is_date (date));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size), *folded = NULL, *again = NULL;
  g_autoptr (GArray) positions = japanese_text_find_unmapped (text);

  g_assert ((positions == NULL) == (strstr (text, "●") == NULL));
  for (guint i = 0; positions != NULL && i < positions->len; i++)
    g_assert (g_array_index (positions, guint32, i) < size);
  folded = japanese_text_fold_width (text);
  g_assert (strlen (folded) <= strlen (text));
  if (g_utf8_validate (text, -1, NULL))
    {
      again = japanese_text_fold_width (folded);
      g_assert (g_utf8_validate (folded, -1, NULL) && strcmp (folded, again) == 0);
      for (guint i = 0; positions != NULL && i < positions->len; i++)
        g_assert (g_utf8_get_char (g_utf8_offset_to_pointer (text, g_array_index (positions, guint32, i))) == 0x25cf);
    }
  japanese_text_is_date (text);
  check_time (text);
  return 0;
}
