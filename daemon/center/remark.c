/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remark: the list as a table of words. */
#include "center/remark.h"

#include <limits.h>

#define REMARK_WORD(suffix, word) [REMARK_##suffix] = (word),
static const char *const words[] = { SHIKAKU_REMARKS (REMARK_WORD) };
#undef REMARK_WORD

G_STATIC_ASSERT (N_REMARKS <= sizeof (Remarks) * CHAR_BIT);

const char *
remark_to_string (Remark remark)
{
  g_assert ((guint)remark < N_REMARKS);
  return words[remark];
}
