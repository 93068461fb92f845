/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* receipt-code: see the header. By libqrencode; each row of the code is a path of runs. */
#include "client/receipt-code.h"

#include <qrencode.h>
#include <string.h>

#define QUIET 4 /* modules of white around it, which the standard wants */
#define DARK 1  /* of a module: the lowest bit (qrencode.h) */

static void
add_row (GString *path, const unsigned char *modules, int width, int row)
{
  for (int from = 0; from < width; from++)
    {
      int to = from;

      while (to < width && (modules[to] & DARK))
        to++;
      if (to > from)
        g_string_append_printf (path, "M%d %dh%dv1h-%dz", from + QUIET, row + QUIET, to - from, to - from);
      from = MAX (from, to);
    }
}

char *
receipt_code_make_svg (const char *text, const char *title)
{
  QRcode *code = QRcode_encodeData ((int)strlen (text), (const unsigned char *)text, 0, QR_ECLEVEL_L);
  g_autofree char *escaped = g_markup_escape_text (title, -1);
  GString *svg;
  int size;

  if (code == NULL)
    return NULL;
  size = code->width + 2 * QUIET;
  svg = g_string_new (NULL);
  g_string_append_printf (
      svg,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"code\" viewBox=\"0 0 %d %d\" role=\"img\" "
      "shape-rendering=\"crispEdges\"><title>%s</title><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>"
      "<path d=\"",
      size, size, escaped, size, size);
  for (int row = 0; row < code->width; row++)
    add_row (svg, code->data + (gsize)row * (gsize)code->width, code->width, row);
  g_string_append (svg, "\"/></svg>");
  QRcode_free (code);
  return g_string_free (svg, FALSE);
}
