/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * certificate-term: how a card's certificate stands to its end, day by day of Japan's calendar. The end and a moment
 * come in, the term goes out. Pure.
 *
 * The field warns from three months before the last day. For three months after it, up to the end of that month, the
 * card still shows who is insured, and opens no records; then it shows nothing (data/doc/card.md, "Certificates").
 */
#pragma once

#include <glib.h>

typedef enum
{
  CERTIFICATE_TERM_GOOD,
  CERTIFICATE_TERM_ENDING, /* within three months */
  CERTIFICATE_TERM_ENDED,  /* eligibility only */
  CERTIFICATE_TERM_OVER,
} CertificateTerm;

/* certificate_term_judge: @not_after: the certificate's last second; both in seconds since the epoch, UTC. */
CertificateTerm certificate_term_judge (gint64 not_after, gint64 now);

/* certificate_term_format: the last day, YYYYMMDD in Japan. Return: (transfer full). */
char *certificate_term_format (gint64 not_after);
