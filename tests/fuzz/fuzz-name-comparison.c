/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuzz-name-comparison: a byte for the kind, and any bytes as two texts, divided by a line end. */
#include "harness.h"

#include <string.h>

#include "codec/name-comparison.h"

#define UNMAPPED "●"

static void
check_one (NameKind kind, const char *text)
{
  g_autofree char *normal = name_comparison_normalise (kind, text);
  const NameComparison itself = name_comparison_compare (kind, text, text);

  g_assert ((itself == NAME_COMPARISON_SAME) || itself == NAME_COMPARISON_UNKNOWN);
  g_assert (normal == NULL || g_utf8_validate (normal, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const NameKind kind = size > 0 ? data[0] % 3 : 0;
  g_autofree char *text = size > 0 ? g_strndup ((const char *)data + 1, size - 1) : g_strdup ("");
  char *second = strchr (text, '\n');
  g_autofree char *normal = NULL, *other = NULL;
  NameComparison result;

  if (second != NULL)
    *second++ = '\0';
  else
    second = text;
  check_one (kind, text);
  check_one (kind, second);
  result = name_comparison_compare (kind, text, second);
  g_assert (result == name_comparison_compare (kind, second, text));
  normal = name_comparison_normalise (kind, text);
  other = name_comparison_normalise (kind, second);
  if (normal != NULL && g_strcmp0 (normal, other) == 0 && strstr (normal, UNMAPPED) == NULL)
    g_assert (result <= NAME_COMPARISON_VARIANT);
  return 0;
}
