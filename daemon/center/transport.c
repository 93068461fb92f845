/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* transport: what every transport shares: its data, bonds, the proof's content, and the state of the chain. */

#include "center/transport.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/network.h"
#include "base/wall-clock.h"

#define PROOF_DOMAIN "org.shikaku.card-proof.v1"
#define OWN_PROOF_DOMAIN "org.shikaku.card-proof.own.v1"

TransportBond *
transport_bond_ref (TransportBond *bond)
{
  if (bond != NULL)
    bond->references++;
  return bond;
}

void
transport_bond_unref (TransportBond *bond)
{
  if (bond != NULL && --bond->references == 0)
    bond->free (bond);
}

int
transport_records_take_fd (TransportRecords *records)
{
  int fd = records->fd;

  records->fd = -1;
  return fd;
}

void
transport_care_list_free (TransportCareList *list)
{
  if (list == NULL)
    return;
  if (list->fd >= 0)
    close (list->fd);
  g_free (list->reception);
  g_free (list->identifier);
  g_free (list);
}

void
transport_records_free (TransportRecords *records)
{
  if (records == NULL)
    return;
  if (records->fd >= 0)
    close (records->fd);
  g_free (records->code);
  g_free (records->message);
  transport_bond_unref (records->bond);
  g_free (records);
}

void
transport_challenge_free (TransportChallenge *challenge)
{
  if (challenge == NULL)
    return;
  g_free (challenge->institution_code);
  g_free (challenge->identifier);
  g_free (challenge->own_time);
  g_clear_pointer (&challenge->bytes, g_bytes_unref);
  transport_bond_unref (challenge->bond);
  g_free (challenge);
}

void
transport_arrival_free (TransportArrival *arrival)
{
  if (arrival == NULL)
    return;
  g_free (arrival->name);
  g_clear_pointer (&arrival->bytes, g_bytes_unref);
  transport_reply_free (arrival->reply);
  g_free (arrival);
}

char *
transport_make_identifier (void)
{
  return g_strdup_printf ("%08x%08x%08x%08x", g_random_int (), g_random_int (), g_random_int (), g_random_int ());
}

void
transport_reply_free (TransportReply *reply)
{
  if (reply == NULL)
    return;
  g_clear_pointer (&reply->qualification, qualification_free);
  g_clear_pointer (&reply->body, g_bytes_unref);
  transport_bond_unref (reply->bond);
  g_free (reply);
}

static void
append_field (GByteArray *content, const char *text)
{
  g_byte_array_append (content, (const guint8 *)text, strlen (text) + 1); /* the final NUL separates */
}

GBytes *
transport_make_proof_content (const TransportChallenge *challenge)
{
  GByteArray *content = g_byte_array_new ();
  gsize size;
  const guint8 *bytes = g_bytes_get_data (challenge->bytes, &size);

  append_field (content, challenge->own_time != NULL ? OWN_PROOF_DOMAIN : PROOF_DOMAIN);
  append_field (content, challenge->institution_code);
  append_field (content, challenge->own_time != NULL ? challenge->own_time : challenge->identifier);
  g_byte_array_append (content, bytes, size);
  return g_byte_array_free_to_bytes (content);
}

static void
replace_text (char **place, const char *text)
{
  if (g_strcmp0 (*place, text) == 0)
    return;
  g_free (*place);
  *place = g_strdup (text);
}

static void
note_link (Transport *transport, TransportLink link, TransportLinkState state, ShikakuCause cause, const char *detail)
{
  TransportLinkStatus *status = &transport->links[link];

  if (status->state != state || status->cause != cause)
    status->since = state == TRANSPORT_LINK_UNKNOWN ? 0 : g_get_real_time ();
  status->state = state;
  status->error = SHIKAKU_ERROR_NONE;
  status->cause = cause;
  replace_text (&status->detail, detail);
  replace_text (&status->code, NULL);
  replace_text (&status->message, NULL);
}

void
transport_note_link (Transport *transport, TransportLink link, TransportLinkState state, const GError *error)
{
  TransportLinkStatus *status = &transport->links[link];
  ShikakuError former = status->error;
  ShikakuCause cause = shikaku_error_get_cause (error);

  note_link (transport, link, state, cause, error != NULL ? error->message : NULL);
  if (error == NULL)
    return;
  status->error = (ShikakuError)error->code;
  if (status->error != former)
    status->since = g_get_real_time ();
  status->code = g_strdup (shikaku_error_get_plain_code (error));
  if (cause == SHIKAKU_CAUSE_ACCOUNT_REFUSED) /* of others it may name a patient */
    status->message = g_strdup (shikaku_error_get_center_text (error));
}

void
transport_note_seen (Transport *transport, TransportLink link, const char *seen)
{
  if (seen != NULL)
    replace_text (&transport->links[link].detail, seen);
}

/* Whoever asks the kernel for the interface does so once: the way is mostly the same. */
void
transport_note_way (Transport *transport, const char *place, const char *peer, const char *local)
{
  TransportWay *way = &transport->way;
  g_auto (NetworkWay) now = { 0 };

  if (g_strcmp0 (way->place, place) == 0 && g_strcmp0 (way->peer, peer) == 0 && g_strcmp0 (way->local, local) == 0)
    return;
  network_look (peer, NULL, &now);
  replace_text (&way->place, place);
  replace_text (&way->peer, peer);
  replace_text (&way->local, local);
  replace_text (&way->interface, now.interface);
  way->is_noted = TRUE;
}

void
transport_set_way (Transport *transport, const TransportWay *way)
{
  if (transport->way.place != NULL)
    return;
  transport->way = (TransportWay){ g_strdup (way->place), g_strdup (way->peer), g_strdup (way->local),
                                   g_strdup (way->interface), FALSE };
}

void
transport_way_clear (TransportWay *way)
{
  g_free (way->place);
  g_free (way->peer);
  g_free (way->local);
  g_free (way->interface);
  *way = (TransportWay){ 0 };
}

void
transport_note_exposure (Transport *transport, const char *exposure)
{
  note_link (transport, TRANSPORT_LINK_CREDENTIAL, exposure != NULL ? TRANSPORT_LINK_DEGRADED : TRANSPORT_LINK_OK,
             exposure != NULL ? SHIKAKU_CAUSE_SECRETS_EXPOSED : SHIKAKU_CAUSE_NONE, exposure);
}

void
transport_note_clock (Transport *transport, gint64 date)
{
  if (date != 0)
    transport->clock = (TransportClock){ date, wall_clock_get_boot_time () };
}

void
transport_forget_links (Transport *transport, TransportLink first)
{
  for (guint link = first; link < TRANSPORT_N_LINKS; link++)
    note_link (transport, link, TRANSPORT_LINK_UNKNOWN, SHIKAKU_CAUSE_NONE, NULL);
}

void
transport_count_call (Transport *transport, const GError *error)
{
  static const ShikakuError failures[]
      = { SHIKAKU_ERROR_CENTER_UNREACHABLE, SHIKAKU_ERROR_CENTER_BUSY, SHIKAKU_ERROR_MESSAGE_INVALID },
      ours[] = { SHIKAKU_ERROR_CANCELLED, SHIKAKU_ERROR_CENTER_UNTRUSTED, SHIKAKU_ERROR_CREDENTIAL_MISSING,
                 SHIKAKU_ERROR_CREDENTIAL_EXPIRED };
  gboolean has_failed = FALSE;

  for (gsize i = 0; error != NULL && i < G_N_ELEMENTS (ours); i++)
    if (g_error_matches (error, SHIKAKU_ERROR, (int)ours[i]))
      return;
  for (gsize i = 0; error != NULL && i < G_N_ELEMENTS (failures); i++)
    has_failed |= g_error_matches (error, SHIKAKU_ERROR, (int)failures[i]);
  failure_share_count (&transport->calls, wall_clock_get_boot_time (), has_failed);
}

void
transport_forget_calls (Transport *transport)
{
  transport->calls = (FailureShare){ 0 };
}

/* note_answers: it has answered now; but does it always? */
static void
note_answers (Transport *transport)
{
  guint calls, failures;
  g_autoptr (GError) unsteady = NULL;

  if (failure_share_is_high (&transport->calls, wall_clock_get_boot_time (), &calls, &failures))
    shikaku_error_set (&unsteady, SHIKAKU_ERROR_CENTER_BUSY, SHIKAKU_CAUSE_CENTER_UNSTEADY,
                       "%u of its %u calls in the last %d s failed", failures, calls, FAILURE_SHARE_SECONDS);
  transport_note_link (transport, TRANSPORT_LINK_CENTER, unsteady != NULL ? TRANSPORT_LINK_DEGRADED : TRANSPORT_LINK_OK,
                       unsteady);
}

void
transport_note_center (Transport *transport, const GError *error)
{
  /* An answer about the card or the insured person is a healthy center's answer. */
  if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_BUSY)
      || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_REFUSED)
      || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID))
    transport_note_link (transport, TRANSPORT_LINK_CENTER, TRANSPORT_LINK_DEGRADED, error);
  else
    note_answers (transport);
}

void
transport_derive_state (Transport *transport)
{
  TransportState state
      = transport->links[TRANSPORT_LINK_CENTER].state == TRANSPORT_LINK_OK ? TRANSPORT_ONLINE : TRANSPORT_UNKNOWN;
  ShikakuCause cause = SHIKAKU_CAUSE_NONE;

  for (guint link = TRANSPORT_LINK_CREDENTIAL; link < TRANSPORT_N_LINKS; link++) /* of what is in use */
    {
      if (transport->links[link].state == TRANSPORT_LINK_FAILED)
        state = TRANSPORT_OFFLINE;
      else if (transport->links[link].state == TRANSPORT_LINK_DEGRADED && state != TRANSPORT_OFFLINE
               && link != TRANSPORT_LINK_CREDENTIAL /* exposed, or about to expire: the center is as good as ever */
               && link != TRANSPORT_LINK_TERMINAL)  /* somebody should look after it, and it serves */
        state = TRANSPORT_DEGRADED;
      if (cause == SHIKAKU_CAUSE_NONE && (state == TRANSPORT_OFFLINE || state == TRANSPORT_DEGRADED))
        cause = transport->links[link].cause;
    }
  if (state == transport->state && cause == transport->cause)
    return;
  transport->state = state;
  transport->cause = cause;
  if (transport->changed != NULL)
    transport->changed (transport, transport->changed_data);
}

void
transport_note_settings (Transport *transport, gboolean in_use, const GError *error)
{
  transport->is_behind = !in_use;
  if (in_use)
    transport_note_link (transport, TRANSPORT_LINK_SETTINGS, TRANSPORT_LINK_OK, NULL);
  else if (error != NULL)
    transport_note_link (transport, TRANSPORT_LINK_SETTINGS, TRANSPORT_LINK_DEGRADED, error);
  if (transport->changed != NULL)
    transport->changed (transport, transport->changed_data);
}

void
transport_note_expiry (Transport *transport, gint64 expires)
{
  if (expires == transport->credential_expires)
    return;
  transport->credential_expires = expires;
  if (transport->changed != NULL)
    transport->changed (transport, transport->changed_data);
}
