/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* certificate-dates: the same dates as GnuTLS finds, both forms of a time, and what is no certificate. */
#include "codec/certificate-dates.h"

#include <gnutls/x509.h>

#include "fake-certificate.h"

static GArray *
read_text (const char *text)
{
  return certificate_dates_read (text, strlen (text));
}

/* Every file of the simulator, against the library that will use it. */
static void
test_as_gnutls (void)
{
  static const char *const files[] = { "card-ca.pem", "center-ca.pem", "institution.cert.pem", "center.cert.pem" };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (g_getenv ("SHIKAKU_KEYS"), files[i], NULL);
      g_autofree char *text = NULL;
      g_autoptr (GArray) dates = NULL;
      gnutls_x509_crt_t *list;
      gnutls_datum_t datum;
      guint n;
      gsize size;

      g_assert_true (g_file_get_contents (path, &text, &size, NULL));
      datum = (gnutls_datum_t){ .data = (unsigned char *)text, .size = (guint)size };
      g_assert_cmpint (gnutls_x509_crt_list_import2 (&list, &n, &datum, GNUTLS_X509_FMT_PEM, 0), >=, 0);
      dates = certificate_dates_read (text, size);
      g_assert_cmpuint (dates->len, ==, n);
      for (guint k = 0; k < n; k++)
        {
          const CertificateDates *one = &g_array_index (dates, CertificateDates, k);

          g_assert_cmpint (one->not_before, ==, gnutls_x509_crt_get_activation_time (list[k]));
          g_assert_cmpint (one->not_after, ==, gnutls_x509_crt_get_expiration_time (list[k]));
          gnutls_x509_crt_deinit (list[k]);
        }
      gnutls_free (list);
    }
}

static void
test_times (void)
{
  static const struct
  {
    const char *text;
    gint64 seconds; /* 0: no time */
  } cases[] = {
    { "700101000001Z", 1 },
    { "491231235959Z", 2524607999 },
    { "500101000000Z", -631152000 },
    { "20500101000000Z", 2524608000 },
    { "99991231235959Z", 253402300799 }, /* never (RFC 5280 §4.1.2.5) */
    { "240229000000Z", 1709164800 },
    { "230229000000Z", 0 },
    { "241301000000Z", 0 },
    { "240101000000+", 0 },
    { "2401010000 0Z", 0 },
    { "00000101000000Z", 0 },
    { "24010100000Z", 0 },
    { "2024010100000Z", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) der = fake_certificate_make_der ("a", "200101000000Z", cases[i].text);
      g_autofree char *pem = fake_certificate_wrap ("CERTIFICATE", der->data, der->len);
      g_autoptr (GArray) dates = read_text (pem);

      g_assert_cmpuint (dates->len, ==, cases[i].seconds != 0);
      if (dates->len > 0)
        g_assert_cmpint (g_array_index (dates, CertificateDates, 0).not_after, ==, cases[i].seconds);
    }
}

/* Several, with what lies between them; the order is the file's. */
static void
test_bundle (void)
{
  g_autoptr (GByteArray) der = fake_certificate_make_der ("old", "200101000000Z", "250101000000Z");
  g_autofree char *first = fake_certificate_wrap ("X509 CERTIFICATE", der->data, der->len);
  g_autofree char *key = fake_certificate_wrap ("EC PRIVATE KEY", der->data, der->len);
  g_autofree char *broken = fake_certificate_wrap ("CERTIFICATE", der->data, der->len / 2);
  g_autofree char *second = fake_certificate_make_pem ("new", (gint64)2000000000 * G_USEC_PER_SEC);
  g_autofree char *text = g_strconcat ("# authorities\n", key, first, "-----BEGIN \n", broken, second, NULL);
  g_autoptr (GArray) dates = read_text (text), shorter = certificate_dates_read (text, strlen (text) - 8);

  g_assert_cmpuint (dates->len, ==, 2);
  g_assert_cmpint (g_array_index (dates, CertificateDates, 0).not_after, ==, 1735689600);
  g_assert_cmpint (g_array_index (dates, CertificateDates, 0).not_before, ==, 1577836800);
  g_assert_cmpint (g_array_index (dates, CertificateDates, 1).not_after, ==, 2000000000);
  g_assert_cmpuint (g_bytes_get_size (g_array_index (dates, CertificateDates, 1).subject), ==, 3);
  g_assert_cmpuint (shorter->len, ==, 2); /* its end begins, that is enough */
}

/* However many there are, it ends. */
static void
test_many (void)
{
  g_autofree char *one = fake_certificate_make_pem ("a", (gint64)2000000000 * G_USEC_PER_SEC);
  g_autoptr (GString) many = g_string_new (NULL);
  g_autoptr (GArray) dates = NULL;

  for (guint i = 0; i < 300; i++)
    g_string_append (many, one);
  dates = read_text (many->str);
  g_assert_cmpuint (dates->len, ==, 256);
}

static void
test_nothing (void)
{
  static const char *const texts[] = {
    "",
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n\377\376\n-----END CERTIFICATE-----\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GArray) dates = read_text (texts[i]);

      g_assert_cmpuint (dates->len, ==, 0);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/certificate-dates/as-gnutls", test_as_gnutls);
  g_test_add_func ("/certificate-dates/times", test_times);
  g_test_add_func ("/certificate-dates/bundle", test_bundle);
  g_test_add_func ("/certificate-dates/many", test_many);
  g_test_add_func ("/certificate-dates/nothing", test_nothing);
  return g_test_run ();
}
