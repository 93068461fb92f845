/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-chain: see the header. A transport's link that failed for a cause which belongs to another link of people's
 * chain is told there, and its own is not known then.
 */
#include "visit/station-chain.h"

#include <string.h>

#include "base/wall-clock.h"
#include "visit/station-private.h"
#include "visit/station-settings.h"
#include "visit/station.h"

#define CREDENTIAL_WARNING_USEC ((gint64)30 * 24 * 60 * 60 * G_USEC_PER_SEC) /* before its end */
#define CLOCK_OFF_USEC ((gint64)5 * 60 * G_USEC_PER_SEC)                     /* from the center's */
#define CLOCK_WRONG_USEC ((gint64)12 * 60 * 60 * G_USEC_PER_SEC)             /* another day is asked for */

static const char *const names[STATION_CHAIN_N_LINKS] = {
  [STATION_CHAIN_SETTINGS] = "settings", [STATION_CHAIN_CREDENTIAL] = "credential",
  [STATION_CHAIN_ACCOUNT] = "account",   [STATION_CHAIN_CLOCK] = "clock",
  [STATION_CHAIN_LINE] = "line",         [STATION_CHAIN_NAME] = "name",
  [STATION_CHAIN_TLS] = "tls",           [STATION_CHAIN_CENTER] = "center",
};

static const guint own_links[TRANSPORT_N_LINKS] = {
  [TRANSPORT_LINK_CREDENTIAL] = STATION_CHAIN_CREDENTIAL,
  [TRANSPORT_LINK_LINE] = STATION_CHAIN_LINE,
  [TRANSPORT_LINK_NAME] = STATION_CHAIN_NAME,
  [TRANSPORT_LINK_TLS] = STATION_CHAIN_TLS,
  [TRANSPORT_LINK_CENTER] = STATION_CHAIN_CENTER,
};

/* What a transport leaves open: an error by its name alone. */
static ShikakuCause
guess_cause (TransportLink link, const TransportLinkStatus *status)
{
  if (status->cause != SHIKAKU_CAUSE_NONE || status->state == TRANSPORT_LINK_OK
      || status->state == TRANSPORT_LINK_UNKNOWN)
    return status->cause;
  switch (link)
    {
    case TRANSPORT_LINK_SETTINGS: /* not asked for here */
    case TRANSPORT_LINK_CREDENTIAL:
      return status->state == TRANSPORT_LINK_FAILED ? SHIKAKU_CAUSE_FILE_UNREADABLE : SHIKAKU_CAUSE_SECRETS_EXPOSED;
    case TRANSPORT_LINK_LINE:
      return SHIKAKU_CAUSE_LINE_SILENT;
    case TRANSPORT_LINK_NAME:
      return SHIKAKU_CAUSE_NAME_SILENT;
    case TRANSPORT_LINK_TLS:
      return SHIKAKU_CAUSE_TLS_CUT;
    case TRANSPORT_LINK_CENTER:
    case TRANSPORT_LINK_TERMINAL: /* not asked for here either */
    case TRANSPORT_N_LINKS:
    default:
      return status->error == SHIKAKU_ERROR_CENTER_BUSY       ? SHIKAKU_CAUSE_CENTER_BUSY
             : status->error == SHIKAKU_ERROR_CENTER_REFUSED  ? SHIKAKU_CAUSE_CENTER_REFUSES
             : status->error == SHIKAKU_ERROR_MESSAGE_INVALID ? SHIKAKU_CAUSE_ANSWER_INVALID
                                                              : SHIKAKU_CAUSE_CENTER_SILENT;
    }
}

static const struct
{
  const char *link, *state;
} causes[SHIKAKU_N_CAUSES] = {
#define CAUSE_PLACE(suffix, word, link, state) [SHIKAKU_CAUSE_##suffix] = { link, state },
  SHIKAKU_CAUSES (CAUSE_PLACE)
#undef CAUSE_PLACE
};

static guint
find_link (ShikakuCause cause, guint own)
{
  for (guint i = 0; cause != SHIKAKU_CAUSE_NONE && i < STATION_CHAIN_N_LINKS; i++)
    if (strcmp (names[i], causes[cause].link) == 0)
      return i;
  return own;
}

/* make_evidence: the error's name, and what the transport saw: which file, which URI, and what is wrong with it. */
static char *
make_evidence (const TransportLinkStatus *status)
{
  if (status->state == TRANSPORT_LINK_UNKNOWN)
    return g_strdup ("not examined");
  if (status->error == SHIKAKU_ERROR_NONE)
    return g_strdup (status->detail != NULL ? status->detail : "examined");
  return g_strjoin (": ", shikaku_error_get_short_name (status->error), status->detail, NULL);
}

static void
set_link (StationChainLink *link, TransportLinkState state, ShikakuCause cause, gint64 since, char *evidence)
{
  link->state = state;
  link->cause = cause;
  link->since = since;
  g_free (link->evidence);
  link->evidence = evidence;
}

static void
take_status (StationChain *chain, TransportLink from, const TransportLinkStatus *status)
{
  const ShikakuCause cause = guess_cause (from, status);
  const guint own = own_links[from], place = find_link (cause, own);
  StationChainLink *link = &chain->links[place];
  const gboolean is_account = cause == SHIKAKU_CAUSE_ACCOUNT_REFUSED || cause == SHIKAKU_CAUSE_ACCOUNT_UNREADABLE;

  if (place != own) /* what comes before the account is well, else nobody would have refused it */
    set_link (&chain->links[own], is_account ? TRANSPORT_LINK_OK : TRANSPORT_LINK_UNKNOWN, SHIKAKU_CAUSE_NONE, 0,
              g_strdup (is_account ? "examined" : "not examined"));
  if (link->cause != SHIKAKU_CAUSE_NONE && strcmp (causes[link->cause].state, "failed") == 0) /* the first one counts */
    return;
  set_link (link, status->state, cause, status->since, make_evidence (status));
  g_free (link->code);
  link->code = g_strdup (status->code);
  g_free (link->message);
  link->message = g_strdup (status->message);
}

/*
 * judge_end: what ends first makes a link that is ok a degraded one, and a failed one where nothing works without it: a
 * card of an authority that has ended is still believed. Return: (transfer full) evidence, or NULL: nothing ends.
 */
static char *
judge_end (Station *station, TransportLinkStatus *status)
{
  const StationExpiry own
      = { .what = CALENDAR_INSTITUTION, .expires = transports_get_credential_expires (station->transports) };
  const StationExpiry *soonest = station_get_soonest_end (station);
  gint64 now = g_get_real_time ();
  g_autoptr (GDateTime) end = NULL;
  g_autofree char *date = NULL;

  if (own.expires != 0 && (soonest == NULL || own.expires < soonest->expires))
    soonest = &own;
  if (soonest == NULL || (end = g_date_time_new_from_unix_utc (soonest->expires / G_USEC_PER_SEC)) == NULL)
    return NULL;
  if (status->state == TRANSPORT_LINK_OK && soonest->expires < now + CREDENTIAL_WARNING_USEC)
    {
      const gboolean is_over = soonest->expires < now && strcmp (soonest->what, CALENDAR_INSTITUTION) == 0;

      status->state = is_over ? TRANSPORT_LINK_FAILED : TRANSPORT_LINK_DEGRADED;
      status->cause = is_over ? SHIKAKU_CAUSE_CERTIFICATE_EXPIRED : SHIKAKU_CAUSE_CERTIFICATE_ENDS;
    }
  date = g_date_time_format (end, "%F");
  return g_strdup_printf ("expires %s: %s", date, soonest->what);
}

/* Everything that the institution has to put in place: certificate, key, account, settings, and the cards' CAs. */
static void
take_credential (StationChain *chain, Station *station)
{
  TransportLinkStatus status = *transports_get_link (station->transports, TRANSPORT_LINK_CREDENTIAL);
  StationChainLink *link = &chain->links[STATION_CHAIN_CREDENTIAL];
  g_autofree char *end = NULL;
  g_autoptr (GError) error = NULL;
  ShikakuError failure;
  char *evidence;

  if (status.state != TRANSPORT_LINK_FAILED
      && transports_find (station->transports, TRANSPORT_PROVES_CARDS, NULL) != NULL
      && station_get_authorities (station, &error) == NULL)
    status = (TransportLinkStatus){ TRANSPORT_LINK_FAILED, 0, (ShikakuError)error->code, error->message };
  failure = status.error;
  if (failure != SHIKAKU_ERROR_CREDENTIAL_MISSING)
    end = judge_end (station, &status);
  take_status (chain, TRANSPORT_LINK_CREDENTIAL, &status);
  if (end == NULL)
    return;
  evidence = status.detail != NULL ? g_strjoin ("; ", link->evidence, end, NULL) : g_steal_pointer (&end);
  g_free (link->evidence);
  link->evidence = evidence;
}

/* What is in force is one thing, and what was given last, and will be there after a restart, another. */
static void
take_settings (StationChain *chain, Station *station)
{
  g_auto (StationSettingsState) settings = station_get_settings (station);
  StationChainLink *link = &chain->links[STATION_CHAIN_SETTINGS];

  if (settings.reason != NULL)
    set_link (link, TRANSPORT_LINK_DEGRADED,
              strcmp (settings.state, "waiting") == 0 ? SHIKAKU_CAUSE_SETTINGS_WAITING : SHIKAKU_CAUSE_SETTINGS_REFUSED,
              settings.since, g_strdup_printf ("%s: %s", settings.state, settings.reason));
  else
    set_link (link, TRANSPORT_LINK_OK, SHIKAKU_CAUSE_NONE, 0, g_strdup ("those given last are in use"));
}

/* Whether everything that ends is over: certificates do not all end before somebody notices. */
static gboolean
is_all_over (Station *station, gint64 now)
{
  g_autoptr (GPtrArray) expiries = station_get_expiries (station);

  for (guint i = 0; i < expiries->len; i++)
    if (((const StationExpiry *)expiries->pdata[i])->expires >= now)
      return FALSE;
  return expiries->len > 1;
}

static void
judge_clock (StationChain *chain, Station *station)
{
  const TransportClock center = transports_get_clock (station->transports);
  const gint64 now = g_get_real_time (), ahead = now - center.date - (wall_clock_get_boot_time () - center.at);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (now / G_USEC_PER_SEC);
  g_autofree char *date = g_date_time_format (time, "%F %H:%M UTC");
  StationChainLink *link = &chain->links[STATION_CHAIN_CLOCK];
  ShikakuCause cause = SHIKAKU_CAUSE_NONE;

  if (link->cause != SHIKAKU_CAUSE_NONE)
    return;
  if (strcmp (date, SHIKAKU_RELEASE_DATE) < 0)
    set_link (link, TRANSPORT_LINK_FAILED, SHIKAKU_CAUSE_CLOCK_WRONG, 0,
              g_strdup_printf ("it says %s, which is before this software was made", date));
  else if (center.at != 0)
    {
      cause = ABS (ahead) >= CLOCK_WRONG_USEC ? SHIKAKU_CAUSE_CLOCK_WRONG
              : ABS (ahead) >= CLOCK_OFF_USEC ? SHIKAKU_CAUSE_CLOCK_OFF
                                              : SHIKAKU_CAUSE_NONE;
      set_link (link, TRANSPORT_LINK_OK, cause, 0,
                cause == SHIKAKU_CAUSE_NONE
                    ? g_strdup ("as the center's")
                    : g_strdup_printf ("it says %s, which is %" G_GINT64_FORMAT " minutes %s the center's clock", date,
                                       ABS (ahead) / G_USEC_PER_SEC / 60, ahead > 0 ? "ahead of" : "behind"));
    }
  else if (is_all_over (station, now))
    set_link (link, TRANSPORT_LINK_FAILED, SHIKAKU_CAUSE_CLOCK_WRONG, 0,
              g_strdup_printf ("it says %s, when every certificate is over", date));
}

/* By a clock that is wrong nothing has expired. */
static void
doubt_expired (StationChain *chain)
{
  if (chain->links[STATION_CHAIN_CLOCK].cause != SHIKAKU_CAUSE_CLOCK_WRONG)
    return;
  for (guint i = 0; i < STATION_CHAIN_N_LINKS; i++)
    {
      StationChainLink *link = &chain->links[i];

      if (link->cause == SHIKAKU_CAUSE_CERTIFICATE_EXPIRED || link->cause == SHIKAKU_CAUSE_CERTIFICATE_ENDS
          || link->cause == SHIKAKU_CAUSE_SERVER_EXPIRED)
        set_link (link, TRANSPORT_LINK_UNKNOWN, SHIKAKU_CAUSE_NONE, 0, g_steal_pointer (&link->evidence));
    }
}

void
station_chain_fill (StationChain *chain, Station *station)
{
  for (guint i = 0; i < STATION_CHAIN_N_LINKS; i++)
    chain->links[i].evidence = g_strdup ("not examined");
  take_settings (chain, station);
  take_credential (chain, station);
  for (guint from = TRANSPORT_LINK_LINE; from <= TRANSPORT_LINK_CENTER; from++)
    take_status (chain, from, transports_get_link (station->transports, from));
  if (chain->links[STATION_CHAIN_CENTER].state == TRANSPORT_LINK_OK
      && chain->links[STATION_CHAIN_ACCOUNT].cause == SHIKAKU_CAUSE_NONE)
    set_link (&chain->links[STATION_CHAIN_ACCOUNT], TRANSPORT_LINK_OK, SHIKAKU_CAUSE_NONE, 0, g_strdup ("examined"));
  judge_clock (chain, station);
  doubt_expired (chain);
}

void
station_chain_clear (StationChain *chain)
{
  for (guint i = 0; i < STATION_CHAIN_N_LINKS; i++)
    {
      g_free (chain->links[i].evidence);
      g_free (chain->links[i].code);
      g_free (chain->links[i].message);
    }
}

const char *
station_chain_get_name (guint link)
{
  return names[link];
}
