/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuzz-apdu: what parses is built again to the same bytes. */
#include "harness.h"

#include <string.h>

#include "codec/apdu.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  guint8 buffer[APDU_COMMAND_MAXIMUM];
  Apdu apdu;

  if (apdu_parse (data, size, &apdu))
    {
      g_assert (apdu.lc == 0 || (apdu.data >= data && apdu.data + apdu.lc <= data + size));
      g_assert (apdu_build (&apdu, buffer, sizeof buffer) == size);
      g_assert (memcmp (buffer, data, size) == 0);
      g_assert (apdu_build (&apdu, buffer, size - 1) == 0);
    }
  apdu_status_word (data, size);
  return 0;
}
