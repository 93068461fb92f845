/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * event: one thing that has happened at this desk: its kind, its time, whom it may be told, and details. In: keys and
 * values, one after the other. Out: the same, read back, also from bytes that were damaged. Pure.
 *
 * Details are packed as they are kept: for each entry one character for the value's type on the bus, the key and the
 * value as text, both with a NUL.
 */
#pragma once

#include <glib.h>

#include "base/names.h"

/* clang-format off */
typedef enum
{
#define EVENT_MEMBER(suffix, word) EVENT_##suffix,
  SHIKAKU_EVENT_KINDS (EVENT_MEMBER)
#undef EVENT_MEMBER
  EVENT_N_KINDS
} EventKind;
/* clang-format on */

#define EVENT_BIT(kind) (1U << (kind))
#define EVENT_ALL_KINDS (EVENT_BIT (EVENT_N_KINDS) - 1)

/* event_kind_to_string: the contract's word, static. event_kind_from_string: FALSE: there is no such kind. */
const char *event_kind_to_string (EventKind kind);
gboolean event_kind_from_string (const char *word, EventKind *ret_kind);

#define EVENT_FOR_ALL G_GINT64_CONSTANT (-1) /* audience: whoever may check */

/* No personal data: it is kept in the clear, and told to every program of its audience. */
typedef struct Event
{
  guint references;
  guint64 sequence; /* 0: not numbered yet */
  EventKind kind;
  gint64 at;        /* microseconds since the epoch, UTC */
  gint64 audience;  /* the uid that alone may know, or EVENT_FOR_ALL */
  GString *details; /* packed */
} Event;

/* event_new: of now. @details: (transfer full). */
Event *event_new (EventKind kind, gint64 audience, GString *details);
Event *event_ref (Event *event);
void event_unref (Event *event);

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
