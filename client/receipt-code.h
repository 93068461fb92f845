/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* receipt-code: a text as a QR code. In: the text. Out: an SVG element. */
#pragma once

#include <glib.h>

/*
 * receipt_code_make_svg: (transfer full); NULL: the text is too long for one (2,953 bytes). @title: for who cannot see.
 */
char *receipt_code_make_svg (const char *text, const char *title);
