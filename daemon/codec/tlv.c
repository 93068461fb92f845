/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tlv: bytes of a card's file come in, one element as a view into them goes out. */
#include "codec/tlv.h"

#define TAG_BYTES_MAXIMUM 4
#define LENGTH_BYTES_MAXIMUM 4

/* Reads tag and length. Return: the number of bytes of both, or 0. */
static gsize
read_header (const guint8 *data, gsize size, guint32 *ret_tag, gsize *ret_length)
{
  gsize at = 0, n_length;
  guint32 tag;
  gsize length;

  if (size == 0)
    return 0;
  tag = data[at++];
  if ((tag & 0x1f) == 0x1f)
    do
      {
        if (at == size || at == TAG_BYTES_MAXIMUM)
          return 0;
        tag = tag << 8 | data[at];
      }
    while (data[at++] & 0x80);

  if (at == size)
    return 0;
  length = data[at++];
  if (length & 0x80)
    {
      n_length = length & 0x7f;
      if (n_length == 0 || n_length > LENGTH_BYTES_MAXIMUM || n_length > size - at)
        return 0;
      for (length = 0; n_length > 0; n_length--)
        length = length << 8 | data[at++];
    }
  if (length > G_MAXINT32)
    return 0;
  *ret_tag = tag;
  *ret_length = length;
  return at;
}

gboolean
tlv_read (const guint8 *data, gsize size, Tlv *ret_tlv)
{
  guint32 tag;
  gsize length, header;

  header = read_header (data, size, &tag, &length);
  if (header == 0 || length > size - header)
    return FALSE;
  *ret_tlv = (Tlv){ .tag = tag, .value = data + header, .size = length, .total = header + length };
  return TRUE;
}

gsize
tlv_measure (const guint8 *data, gsize size)
{
  guint32 tag;
  gsize length, header;

  header = read_header (data, size, &tag, &length);
  return header == 0 ? 0 : header + length;
}
