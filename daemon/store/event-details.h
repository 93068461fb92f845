/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * event-details: what an event tells beside its kind: keys with values, packed as they are kept. In: keys and values,
 * one after the other. Out: the same, read back, also from bytes that were damaged. Pure.
 *
 * For each entry one character for the value's type on the bus, the key and the value as text, both with a NUL.
 */
#pragma once

#include <glib.h>

#define EVENT_DETAIL_TEXTS "so"    /* types that are texts: any, and object paths */
#define EVENT_DETAIL_NUMBERS "bit" /* and that are numbers */

/* event_details_add_text: @type: of EVENT_DETAIL_TEXTS. @text: UTF-8; NULL or "": there is none, and no entry. */
void event_details_add_text (GString *details, char type, const char *key, const char *text);

/* event_details_add_number: @type: of EVENT_DETAIL_NUMBERS. */
void event_details_add_number (GString *details, char type, const char *key, gint64 number);

/* One entry. Texts point into the bytes. */
typedef struct
{
  char type;
  const char *key;
  const char *text; /* of a number: as it is written */
  gint64 number;    /* of a text: 0 */
} EventDetail;

/*
 * event_details_read: reads the entry at @offset of @details (@size bytes) and moves @offset behind it. Return: FALSE:
 * there is none, or what follows is no entry.
 */
gboolean event_details_read (const char *details, gsize size, gsize *offset, EventDetail *ret_detail);
