/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* japanese-text: texts, dates and times of the field come in; positions, ASCII and UTC go out. */
#include "codec/japanese-text.h"

#include <string.h>

#define UNMAPPED "●"
#define UNIX_EPOCH_JULIAN 719163 /* 1970-01-01 as GDate counts days */
#define SECONDS_PER_DAY 86400
#define JAPAN_OFFSET_SECONDS 32400
#define DATE_SIZE 8
#define LATEST_JULIAN 3652059 /* 9999-12-31: four digits hold no later year */

GArray *
japanese_text_find_unmapped (const char *text)
{
  GArray *positions;
  guint32 position = 0;

  if (strstr (text, UNMAPPED) == NULL) /* which is fast, and nearly always so */
    return NULL;
  positions = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (const char *c = text; *c; c++)
    {
      if (((guchar)*c & 0xc0) == 0x80)
        continue; /* within a character */
      if (strncmp (c, UNMAPPED, strlen (UNMAPPED)) == 0)
        g_array_append_val (positions, position);
      position++;
    }
  return positions;
}

/* The ASCII character that the one at @c stands for, or 0. All of them are three bytes long. */
static char
fold_character (const char *c)
{
  static const struct
  {
    char first[4];
    guint8 count;
    char ascii;
  } ranges[]
      = { { "０", 10, '0' }, { "Ａ", 26, 'A' }, { "ａ", 26, 'a' }, { "－", 1, '-' }, { "−", 1, '-' }, { "‐", 1, '-' } };

  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    if (c[0] == ranges[i].first[0] && c[1] == ranges[i].first[1])
      {
        const int offset = (guchar)c[2] - (guchar)ranges[i].first[2];

        if (offset >= 0 && offset < ranges[i].count)
          return ranges[i].ascii + offset;
      }
  return 0;
}

char *
japanese_text_fold_width (const char *text)
{
  char *folded = g_strdup (text), *out = folded;

  for (const char *c = text; *c;)
    {
      const char ascii = (guchar)*c < 0x80 ? 0 : fold_character (c);

      *out++ = ascii ? ascii : *c;
      c += ascii ? 3 : 1;
    }
  *out = '\0';
  return folded;
}

/* @n digits at @text as a number, or -1. */
static int
parse_digits (const char *text, gsize n)
{
  int value = 0;

  for (gsize i = 0; i < n; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return -1;
      value = value * 10 + (text[i] - '0');
    }
  return value;
}

/* The first eight characters of @text, which has at least as many. */
static gboolean
parse_date (const char *text, GDate *ret_date)
{
  const int year = parse_digits (text, 4), month = parse_digits (text + 4, 2), day = parse_digits (text + 6, 2);

  if (year < 1 || month < 1 || day < 1 || !g_date_valid_dmy (day, month, year))
    return FALSE;
  g_date_clear (ret_date, 1);
  g_date_set_dmy (ret_date, day, month, year);
  return TRUE;
}

gboolean
japanese_text_parse_time (const char *text, gint64 *ret_time)
{
  int hour, minute, second;
  gint64 days;
  GDate date;

  if (text == NULL || strlen (text) != 14 || !parse_date (text, &date))
    return FALSE;
  hour = parse_digits (text + 8, 2);
  minute = parse_digits (text + 10, 2);
  second = parse_digits (text + 12, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
    return FALSE;

  days = (gint64)g_date_get_julian (&date) - UNIX_EPOCH_JULIAN;
  second += (hour * 60 + minute) * 60;
  *ret_time = (days * SECONDS_PER_DAY + second - JAPAN_OFFSET_SECONDS) * G_USEC_PER_SEC;
  return TRUE;
}

gboolean
japanese_text_is_date (const char *text)
{
  GDate date;

  return text != NULL && strlen (text) == 8 && parse_date (text, &date);
}

/* Rounded down, before 1970 as well. */
static gint64
divide_down (gint64 a, gint64 b)
{
  return a / b - (a % b < 0);
}

char *
japanese_text_format_date (gint64 now)
{
  const gint64 day = divide_down (divide_down (now, G_USEC_PER_SEC) + JAPAN_OFFSET_SECONDS, SECONDS_PER_DAY);
  char text[DATE_SIZE + 1] = "";
  guint number;
  GDate date;

  g_date_clear (&date, 1);
  g_date_set_julian (&date, (guint32)CLAMP (day + UNIX_EPOCH_JULIAN, 1, LATEST_JULIAN));
  number = (g_date_get_year (&date) * 100u + (guint)g_date_get_month (&date)) * 100u + g_date_get_day (&date);
  for (gsize i = DATE_SIZE; i-- > 0; number /= 10)
    text[i] = (char)('0' + number % 10);
  return g_strndup (text, DATE_SIZE);
}

char *
japanese_text_format_time (gint64 now)
{
  const gint64 seconds = divide_down (now, G_USEC_PER_SEC) + JAPAN_OFFSET_SECONDS;
  const guint of_day = (guint)(seconds - divide_down (seconds, SECONDS_PER_DAY) * SECONDS_PER_DAY);
  g_autofree char *date = japanese_text_format_date (now);

  return g_strdup_printf ("%s%02u%02u%02u", date, of_day / 3600, of_day / 60 % 60, of_day % 60);
}
