/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* certificate-term: see the header. In: two moments. Out: on which side of which day one lies of the other. */
#include "codec/certificate-term.h"

#include "codec/japanese-text.h"

#define WARNED_MONTHS 3
#define KEPT_MONTHS 3

char *
certificate_term_format (gint64 not_after)
{
  return japanese_text_format_date (not_after * G_USEC_PER_SEC);
}

static void
get_day (gint64 seconds, GDate *ret_day)
{
  g_autofree char *text = certificate_term_format (seconds);
  const guint64 number = g_ascii_strtoull (text, NULL, 10);

  g_date_clear (ret_day, 1);
  g_date_set_dmy (ret_day, (GDateDay)(number % 100), (GDateMonth)(number / 100 % 100), (GDateYear)(number / 10000));
}

CertificateTerm
certificate_term_judge (gint64 not_after, gint64 now)
{
  GDate today, first, last;

  get_day (now, &today);
  get_day (not_after, &first);
  last = first;
  if (now <= not_after)
    {
      g_date_subtract_months (&first, WARNED_MONTHS); /* of a month that is too short: its last day */
      return g_date_compare (&today, &first) < 0 ? CERTIFICATE_TERM_GOOD : CERTIFICATE_TERM_ENDING;
    }
  g_date_add_months (&last, KEPT_MONTHS);
  g_date_set_day (&last, g_date_get_days_in_month (g_date_get_month (&last), g_date_get_year (&last)));
  return g_date_compare (&today, &last) <= 0 ? CERTIFICATE_TERM_ENDED : CERTIFICATE_TERM_OVER;
}
