/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unicode: what UTF-8 may hold, and D-Bus does not carry: the 66 noncharacters of Unicode. Pure. */
#pragma once

#include <glib.h>

static inline gboolean
unicode_is_noncharacter (gunichar character)
{
  return (character & 0xfffe) == 0xfffe || (character >= 0xfdd0 && character <= 0xfdef);
}

/* unicode_is_text: whether D-Bus carries these @size bytes. That no NUL is among them is the caller's to know. */
gboolean unicode_is_text (const char *text, gsize size);
