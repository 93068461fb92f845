/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuzz-tlv: walks any bytes as a card's file, into each element. No element reaches outside of what holds it. */
#include "harness.h"

#include "codec/tlv.h"

#define DEPTH_MAXIMUM 8

static void
walk (const guint8 *data, gsize size, guint depth)
{
  Tlv tlv;

  while (tlv_read (data, size, &tlv))
    {
      g_assert (tlv.total <= size && tlv.total >= 2 && tlv.size <= tlv.total - 2);
      g_assert (tlv.value == data + tlv.total - tlv.size);
      g_assert (tlv_measure (data, size) == tlv.total);
      g_assert (tlv_measure (data, tlv.total - tlv.size) == tlv.total);
      if (depth < DEPTH_MAXIMUM)
        walk (tlv.value, tlv.size, depth + 1);
      data += tlv.total;
      size -= tlv.total;
    }
  g_assert (tlv_measure (data, size) == 0 || tlv_measure (data, size) > size);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  walk (data, size, 0);
  return 0;
}
