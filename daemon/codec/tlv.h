/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tlv: reading BER-TLV as the card writes it. Pure; nothing is copied.
 *
 * Lenient where the card is (data/doc/card.md, "Text application: its encoding"), strict where memory is at stake.
 * Indefinite lengths are refused.
 */
#pragma once

#include <glib.h>

typedef struct
{
  guint32 tag;         /* the tag's bytes, big-endian: 0x30, 0xFF20, 0x7F21 */
  const guint8 *value; /* into the input */
  gsize size;          /* of the value */
  gsize total;         /* tag, length and value */
} Tlv;

/*
 * tlv_read: reads the element at the start of @data. Return: FALSE if it is malformed or longer than @size.
 */
gboolean tlv_read (const guint8 *data, gsize size, Tlv *ret_tlv);

/*
 * tlv_measure: how many bytes the element at the start of @data occupies by its own header, even if @size holds only
 * the header. Used to know a certificate's length from its first bytes. Return: 0 if the header is incomplete or
 * malformed.
 */
gsize tlv_measure (const guint8 *data, gsize size);
