/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* event: see the header. */
#include "codec/event.h"

#include <string.h>

#include "base/unicode.h"

static const char *const kinds[] = {
#define EVENT_WORD(suffix, word) [EVENT_##suffix] = word,
  SHIKAKU_EVENT_KINDS (EVENT_WORD)
#undef EVENT_WORD
};

const char *
event_kind_to_string (EventKind kind)
{
  g_return_val_if_fail (kind < EVENT_N_KINDS, NULL);

  return kinds[kind];
}

gboolean
event_kind_from_string (const char *word, EventKind *ret_kind)
{
  for (guint kind = 0; kind < EVENT_N_KINDS; kind++)
    if (strcmp (kinds[kind], word) == 0)
      {
        *ret_kind = (EventKind)kind;
        return TRUE;
      }
  return FALSE;
}

Event *
event_new (EventKind kind, gint64 audience, GString *details)
{
  Event *event = g_new (Event, 1);

  *event = (Event){ 1, 0, kind, g_get_real_time (), audience, details };
  return event;
}

Event *
event_ref (Event *event)
{
  g_atomic_int_inc (&event->references);
  return event;
}

void
event_unref (Event *event)
{
  if (!g_atomic_int_dec_and_test (&event->references))
    return;
  g_string_free (event->details, TRUE);
  g_free (event);
}

/* Details. */

static void
add_entry (GString *details, char type, const char *key, const char *text)
{
  g_string_append_c (details, type);
  g_string_append_len (details, key, (gssize)strlen (key) + 1);
  g_string_append_len (details, text, (gssize)strlen (text) + 1);
}

void
event_details_add_text (GString *details, char type, const char *key, const char *text)
{
  g_return_if_fail (strchr (EVENT_DETAIL_TEXTS, type) != NULL);

  if (text != NULL && *text != '\0')
    add_entry (details, type, key, text);
}

void
event_details_add_number (GString *details, char type, const char *key, gint64 number)
{
  char text[24];

  g_return_if_fail (strchr (EVENT_DETAIL_NUMBERS, type) != NULL);

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, number);
  add_entry (details, type, key, text);
}

/* read_text: Return: NULL: no NUL ends it, or it is no text that D-Bus carries. */
static const char *
read_text (const char *details, gsize size, gsize *offset)
{
  const char *text = details + *offset;
  const char *end = memchr (text, '\0', size - *offset);

  if (end == NULL || !unicode_is_text (text, (gsize)(end - text)))
    return NULL;
  *offset += (gsize)(end - text) + 1;
  return text;
}

gboolean
event_details_read (const char *details, gsize size, gsize *offset, EventDetail *ret_detail)
{
  EventDetail detail = { 0 };
  gboolean is_number;

  if (*offset >= size)
    return FALSE;
  detail.type = details[(*offset)++];
  is_number = detail.type != '\0' && strchr (EVENT_DETAIL_NUMBERS, detail.type) != NULL;
  if (detail.type == '\0' || (!is_number && strchr (EVENT_DETAIL_TEXTS, detail.type) == NULL)
      || (detail.key = read_text (details, size, offset)) == NULL || *detail.key == '\0'
      || (detail.text = read_text (details, size, offset)) == NULL
      || (is_number && !g_ascii_string_to_signed (detail.text, 10, G_MININT64, G_MAXINT64, &detail.number, NULL)))
    {
      *offset = size;
      return FALSE;
    }
  *ret_detail = detail;
  return TRUE;
}
