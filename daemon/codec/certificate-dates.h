/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * certificate-dates: how long the certificates of a PEM text are valid. Pure; nothing is verified here.
 *
 * Whoever uses a certificate has a library for that. The calendar only needs two dates of each, also from a daemon that
 * has not served anybody yet, and waking the library for them would take more memory than the whole daemon may.
 */
#pragma once

#include <glib.h>

typedef struct
{
  gint64 not_before, not_after; /* seconds since the epoch, UTC */
  GBytes *subject;              /* DER: two generations of one authority have the same */
} CertificateDates;

/*
 * certificate_dates_read: the certificates of @text (@size bytes, of any content), in their order. What is not a
 * certificate, or one without readable dates, is passed over. Return: (transfer full) array of CertificateDates, which
 * frees their subjects.
 */
GArray *certificate_dates_read (const char *text, gsize size);
