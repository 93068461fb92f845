/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-certificate: just enough of a certificate to have dates and a name, as PEM; nobody could verify it. Included
 * once by a test program.
 */
#pragma once

#include <glib.h>
#include <string.h>

#define FAKE G_GNUC_UNUSED static

/* fake_add_element: @content of less than 64 KiB behind its tag and length. */
FAKE void
fake_add_element (GByteArray *to, guint8 tag, const void *content, gsize size)
{
  const guint8 header[] = { tag, 0x82, (guint8)(size >> 8), (guint8)size };

  g_byte_array_append (to, header, sizeof header);
  g_byte_array_append (to, content, (guint)size);
}

FAKE void
fake_add_time (GByteArray *to, const char *time)
{
  fake_add_element (to, strlen (time) == strlen ("YYMMDDhhmmssZ") ? 0x17 : 0x18, time, strlen (time));
}

/* fake_certificate_make_der: @from, @until: as in a certificate, of either form. Return: (transfer full). */
FAKE GByteArray *
fake_certificate_make_der (const char *subject, const char *from, const char *until)
{
  g_autoptr (GByteArray) validity = g_byte_array_new (), content = g_byte_array_new (), whole = g_byte_array_new ();
  GByteArray *certificate = g_byte_array_new ();

  fake_add_time (validity, from);
  fake_add_time (validity, until);
  fake_add_element (content, 0xA0, "\x02\x01\x02", 3);
  fake_add_element (content, 0x02, "\x07", 1);
  fake_add_element (content, 0x30, "", 0);
  fake_add_element (content, 0x30, "issuer", 6);
  fake_add_element (content, 0x30, validity->data, validity->len);
  fake_add_element (content, 0x30, subject, strlen (subject));
  fake_add_element (whole, 0x30, content->data, content->len);
  fake_add_element (certificate, 0x30, whole->data, whole->len);
  return certificate;
}

/* fake_certificate_wrap: @der as PEM, in lines. @label: "CERTIFICATE". Return: (transfer full). */
FAKE char *
fake_certificate_wrap (const char *label, const guint8 *der, gsize size)
{
  g_autofree char *base64 = g_base64_encode (der, size);
  GString *pem = g_string_new (NULL);

  g_string_append_printf (pem, "-----BEGIN %s-----\n", label);
  for (const char *at = base64; *at != '\0'; at += MIN (strlen (at), 64))
    g_string_append_printf (pem, "%.64s\n", at);
  g_string_append_printf (pem, "-----END %s-----\n", label);
  return g_string_free (pem, FALSE);
}

/* fake_certificate_make_pem: one that ends at @until, microseconds since the epoch. Return: (transfer full). */
FAKE char *
fake_certificate_make_pem (const char *subject, gint64 until)
{
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (until / G_USEC_PER_SEC);
  g_autofree char *time = g_date_time_format (end, "%Y%m%d%H%M%SZ");
  g_autoptr (GByteArray) der = fake_certificate_make_der (subject, "200101000000Z", time);

  return fake_certificate_wrap ("CERTIFICATE", der->data, der->len);
}
