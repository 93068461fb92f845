/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * certificate-dates: in comes PEM text; each certificate is decoded and walked, element by element, as far as its
 * subject (RFC 5280 §4.1); out go dates.
 */
#include "codec/certificate-dates.h"

#include <string.h>

#include "codec/tlv.h"

#define CERTIFICATES_MAXIMUM 256 /* of one text */

#define TAG_INTEGER 0x02
#define TAG_UTC_TIME 0x17
#define TAG_GENERALIZED_TIME 0x18
#define TAG_SEQUENCE 0x30
#define TAG_VERSION 0xA0

#define BEGIN "-----BEGIN "
#define END "-----END "

/* What a certificate is called in PEM, now and at first; a key or a request stands beside it sometimes. */
static const char *const labels[] = { "CERTIFICATE-----", "X509 CERTIFICATE-----" };

typedef struct
{
  const guint8 *data;
  gsize size;
} Rest;

/* read_element: the next element of @rest, which must have @tag. */
static gboolean
read_element (Rest *rest, guint32 tag, Tlv *ret_tlv)
{
  if (!tlv_read (rest->data, rest->size, ret_tlv) || ret_tlv->tag != tag)
    return FALSE;
  rest->data += ret_tlv->total;
  rest->size -= ret_tlv->total;
  return TRUE;
}

static gboolean
enter_sequence (Rest *rest, Rest *ret_inside)
{
  Tlv sequence;

  if (!read_element (rest, TAG_SEQUENCE, &sequence))
    return FALSE;
  *ret_inside = (Rest){ sequence.value, sequence.size };
  return TRUE;
}

/* Two digits. Return: -1 if they are none. */
static int
read_number (const guint8 *digits)
{
  return g_ascii_isdigit (digits[0]) && g_ascii_isdigit (digits[1]) ? (digits[0] - '0') * 10 + digits[1] - '0' : -1;
}

/* read_time: YYMMDDhhmmssZ until 2049, YYYYMMDDhhmmssZ for ever; certificates have no other form (RFC 5280 §4.1.2.5) */
static gboolean
read_time (Rest *rest, gint64 *ret_seconds)
{
  g_autoptr (GDateTime) time = NULL;
  int century, year, parts[5];
  const guint8 *at;
  Tlv element;

  if (read_element (rest, TAG_UTC_TIME, &element) && element.size == strlen ("YYMMDDhhmmssZ"))
    {
      at = element.value;
      year = read_number (at);
      century = year < 50 ? 20 : 19;
    }
  else if (read_element (rest, TAG_GENERALIZED_TIME, &element) && element.size == strlen ("YYYYMMDDhhmmssZ"))
    {
      at = element.value + 2;
      year = read_number (at);
      century = read_number (element.value);
    }
  else
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    parts[i] = read_number (at += 2);
  if (year < 0 || century < 0 || at[2] != 'Z')
    return FALSE;
  time = g_date_time_new_utc (century * 100 + year, parts[0], parts[1], parts[2], parts[3], parts[4]);
  if (time == NULL)
    return FALSE;
  *ret_seconds = g_date_time_to_unix (time);
  return TRUE;
}

static gboolean
read_certificate (const guint8 *data, gsize size, CertificateDates *ret_dates)
{
  Rest whole = { data, size }, certificate, content, validity;
  CertificateDates dates;
  Tlv passed, subject;

  if (!enter_sequence (&whole, &certificate) || !enter_sequence (&certificate, &content))
    return FALSE;
  read_element (&content, TAG_VERSION, &passed);          /* the first version has none */
  if (!read_element (&content, TAG_INTEGER, &passed)      /* serial number */
      || !read_element (&content, TAG_SEQUENCE, &passed)  /* algorithm */
      || !read_element (&content, TAG_SEQUENCE, &passed)  /* issuer */
      || !enter_sequence (&content, &validity)            /* from, until */
      || !read_element (&content, TAG_SEQUENCE, &subject) /* for whom */
      || !read_time (&validity, &dates.not_before) || !read_time (&validity, &dates.not_after))
    return FALSE;
  dates.subject = g_bytes_new (subject.value, subject.size);
  *ret_dates = dates;
  return TRUE;
}

/* find_begin: the base64 of the next certificate in @text, or NULL. */
static const char *
find_begin (const char *text, const char *limit)
{
  while ((text = g_strstr_len (text, limit - text, BEGIN)) != NULL)
    {
      text += strlen (BEGIN);
      for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
        if ((gsize)(limit - text) > strlen (labels[i]) && strncmp (text, labels[i], strlen (labels[i])) == 0)
          return text + strlen (labels[i]);
    }
  return NULL;
}

static void
clear_dates (gpointer data)
{
  g_bytes_unref (((CertificateDates *)data)->subject);
}

GArray *
certificate_dates_read (const char *text, gsize size)
{
  GArray *result = g_array_new (FALSE, FALSE, sizeof (CertificateDates));
  const char *limit = text + size, *begin, *end;

  g_array_set_clear_func (result, clear_dates);
  while (result->len < CERTIFICATES_MAXIMUM && (begin = find_begin (text, limit)) != NULL
         && (end = g_strstr_len (begin, limit - begin, END)) != NULL)
    {
      g_autofree guint8 *der = g_malloc ((gsize)(end - begin) / 4 * 3 + 3);
      CertificateDates dates;
      gint state = 0;
      guint save = 0;
      gsize n = g_base64_decode_step (begin, (gsize)(end - begin), der, &state, &save);

      if (read_certificate (der, n, &dates))
        g_array_append_val (result, dates);
      text = end;
    }
  return result;
}
