/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* transport: what every transport shares: its data, bonds, the proof's content, and the state of the chain. */

#include "center/transport.h"

#include <string.h>

#include "base/error.h"

#define PROOF_DOMAIN "org.shikaku.card-proof.v1"

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

void
transport_challenge_free (TransportChallenge *challenge)
{
  if (challenge == NULL)
    return;
  g_free (challenge->institution_code);
  g_free (challenge->identifier);
  g_clear_pointer (&challenge->bytes, g_bytes_unref);
  transport_bond_unref (challenge->bond);
  g_free (challenge);
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

  append_field (content, PROOF_DOMAIN);
  append_field (content, challenge->institution_code);
  append_field (content, challenge->identifier);
  g_byte_array_append (content, bytes, size);
  return g_byte_array_free_to_bytes (content);
}

static void
note_link (Transport *transport, TransportLink link, TransportLinkState state, ShikakuError error, const char *detail)
{
  TransportLinkStatus *status = &transport->links[link];

  if (status->state != state || status->error != error)
    status->since = state == TRANSPORT_LINK_UNKNOWN ? 0 : g_get_real_time ();
  status->state = state;
  status->error = error;
  if (g_strcmp0 (status->detail, detail) == 0)
    return;
  g_free (status->detail);
  status->detail = g_strdup (detail);
}

void
transport_note_link (Transport *transport, TransportLink link, TransportLinkState state, const GError *error)
{
  note_link (transport, link, state, error != NULL ? (ShikakuError)error->code : SHIKAKU_ERROR_NONE,
             error != NULL ? error->message : NULL);
}

void
transport_note_exposure (Transport *transport, const char *exposure)
{
  note_link (transport, TRANSPORT_LINK_CREDENTIAL, exposure != NULL ? TRANSPORT_LINK_DEGRADED : TRANSPORT_LINK_OK,
             SHIKAKU_ERROR_NONE, exposure);
}

void
transport_forget_links (Transport *transport, TransportLink first)
{
  for (guint link = first; link < TRANSPORT_N_LINKS; link++)
    note_link (transport, link, TRANSPORT_LINK_UNKNOWN, SHIKAKU_ERROR_NONE, NULL);
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
    transport_note_link (transport, TRANSPORT_LINK_CENTER, TRANSPORT_LINK_OK, NULL);
}

void
transport_derive_state (Transport *transport)
{
  TransportState state
      = transport->links[TRANSPORT_LINK_CENTER].state == TRANSPORT_LINK_OK ? TRANSPORT_ONLINE : TRANSPORT_UNKNOWN;

  for (guint link = TRANSPORT_LINK_CREDENTIAL; link < TRANSPORT_N_LINKS; link++) /* of what is in use */
    {
      if (transport->links[link].state == TRANSPORT_LINK_FAILED)
        state = TRANSPORT_OFFLINE;
      else if (transport->links[link].state == TRANSPORT_LINK_DEGRADED && state != TRANSPORT_OFFLINE
               && link != TRANSPORT_LINK_CREDENTIAL) /* exposed, or about to expire: the center is as good as ever */
        state = TRANSPORT_DEGRADED;
    }
  if (state == transport->state)
    return;
  transport->state = state;
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
