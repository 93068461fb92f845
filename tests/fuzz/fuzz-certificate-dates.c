/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuzz-certificate-dates: any bytes as a PEM text, and as what a certificate's base64 stands for. */
#include "harness.h"

#include <string.h>

#include "codec/certificate-dates.h"

#define YEAR_10000 253402300800
#define YEAR_0 (-62167219200)

static void
check (const char *text, gsize size)
{
  g_autoptr (GArray) dates = certificate_dates_read (text, size);

  for (guint i = 0; i < dates->len; i++)
    {
      const CertificateDates *one = &g_array_index (dates, CertificateDates, i);

      g_assert (one->not_before >= YEAR_0 && one->not_before < YEAR_10000);
      g_assert (one->not_after >= YEAR_0 && one->not_after < YEAR_10000);
      g_assert (g_bytes_get_size (one->subject) <= size);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *base64 = g_base64_encode (data, size);
  g_autofree char *pem = g_strconcat ("-----BEGIN CERTIFICATE-----", base64, "-----END ", NULL);

  check ((const char *)data, size);
  check (pem, strlen (pem));
  return 0;
}
