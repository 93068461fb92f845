/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-examination: see the header. Nothing is asked of a center whose name is not known: a look-up that hangs would be
 * begun again by each examination. The client ends every step when it is closed; after that it is not touched.
 */
#include "center/web-examination.h"

#include "base/error.h"
#include "center/web-links.h"

G_STATIC_ASSERT (WEB_WALK_MILLISECONDS < TRANSPORT_EXAMINATION_MILLISECONDS);
G_STATIC_ASSERT (WEB_EXAMINATION_OPEN_MILLISECONDS < TRANSPORT_EXAMINATION_MILLISECONDS);

typedef struct
{
  WebClient *client;
  GBytes *challenge;
  GCancellable *cancellable;
  WebExaminationDone done;
  gpointer user_data;
  gint64 begin, asked; /* monotonic */
  guint pending;       /* of the first two steps */
  GError *error;       /* of either */
  char *addresses;     /* of the host; NULL: not looked up */
} Examination;

static gint64
get_milliseconds (gint64 since)
{
  return (g_get_monotonic_time () - since) / 1000;
}

static void
examination_finish (Examination *examination, GBytes *body, const GError *error)
{
  examination->done (body, examination->asked != 0 ? get_milliseconds (examination->asked) : 0, error,
                     examination->user_data);
  g_clear_pointer (&examination->challenge, g_bytes_unref);
  g_clear_object (&examination->cancellable);
  g_clear_error (&examination->error);
  g_free (examination->addresses);
  g_free (examination);
}

/* What was seen of the links that are well. */
static void
note_seen (Examination *examination, const WebClientWay *way)
{
  const TransportWay *line = &way->transport->way;
  g_autofree char *seen = NULL;

  if (way->transport->links[TRANSPORT_LINK_LINE].state == TRANSPORT_LINK_OK && line->local != NULL)
    {
      g_autofree char *peer = web_links_format_address (line->peer, way->uri);

      seen = g_strdup_printf ("from %s (%s) to %s", line->local, line->interface != NULL ? line->interface : "?", peer);
      transport_note_seen (way->transport, TRANSPORT_LINK_LINE, seen);
    }
  if (way->transport->links[TRANSPORT_LINK_NAME].state == TRANSPORT_LINK_OK)
    transport_note_seen (way->transport, TRANSPORT_LINK_NAME, examination->addresses);
}

void
web_examination_note_pace (Transport *transport, gint64 milliseconds)
{
  g_autoptr (GError) slow = NULL;

  if (milliseconds <= WEB_EXAMINATION_SLOW_MILLISECONDS
      || transport->links[TRANSPORT_LINK_CENTER].state != TRANSPORT_LINK_OK)
    return;
  shikaku_error_set (&slow, SHIKAKU_ERROR_CENTER_BUSY, SHIKAKU_CAUSE_CENTER_SLOW, "it took %" G_GINT64_FORMAT ".%d s",
                     milliseconds / 1000, (int)(milliseconds % 1000 / 100));
  transport_note_link (transport, TRANSPORT_LINK_CENTER, TRANSPORT_LINK_DEGRADED, slow);
  transport_derive_state (transport);
}

static void
on_asked (GBytes *body, const GError *error, gpointer user_data)
{
  Examination *examination = user_data;
  const gboolean is_closed = g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  WebClientWay way = { NULL, NULL, NULL };

  if (!is_closed)
    web_client_get_way (examination->client, &way);
  if (way.transport != NULL)
    note_seen (examination, &way);
  examination_finish (examination, body, error);
}

static void
ask_center (Examination *examination)
{
  const gboolean has_token = web_client_has_token (examination->client);

  examination->asked = g_get_monotonic_time ();
  web_client_drop_connections (examination->client);
  web_client_call (examination->client, has_token ? WEB_CALL_CHALLENGE : WEB_CALL_LOGIN,
                   has_token ? examination->challenge : NULL,
                   (guint)(TRANSPORT_EXAMINATION_MILLISECONDS - get_milliseconds (examination->begin)),
                   examination->cancellable, on_asked, examination);
}

/* @error: of this step, or NULL; the first that failed counts. */
static void
end_step (Examination *examination, const GError *error)
{
  if (error != NULL && examination->error == NULL)
    examination->error = g_error_copy (error);
  if (--examination->pending > 0)
    return;
  if (examination->error == NULL && get_milliseconds (examination->begin) < TRANSPORT_EXAMINATION_MILLISECONDS)
    ask_center (examination);
  else
    examination_finish (examination, NULL, examination->error);
}

static void
on_walked (const char *addresses, gboolean known_answers, const GError *error, gpointer user_data)
{
  Examination *examination = user_data;
  WebClientWay way = { NULL, NULL, NULL };

  examination->addresses = g_strdup (addresses);
  if (!g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED))
    web_client_get_way (examination->client, &way);
  if (way.transport != NULL && error != NULL && examination->error == NULL)
    web_links_note_walk (way.transport, way.uri, known_answers, error);
  end_step (examination, error);
}

/* A credential that is not there is told before the name. */
static void
on_opened (GBytes *body, const GError *error, gpointer user_data)
{
  end_step (user_data, error);
}

void
web_examination_start (WebClient *client, GBytes *challenge, GCancellable *cancellable, WebExaminationDone done,
                       gpointer user_data)
{
  Examination *examination = g_new0 (Examination, 1);
  WebClientWay way;

  *examination = (Examination){ .client = client, .done = done, .user_data = user_data };
  examination->challenge = g_bytes_ref (challenge);
  examination->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  examination->begin = g_get_monotonic_time ();
  examination->pending = 1;
  web_client_get_way (client, &way);
  if (way.walk != NULL)
    {
      const char *known = way.transport != NULL ? web_links_get_known (way.transport, way.uri) : NULL;

      examination->pending++;
      web_walk_start (way.walk, known, on_walked, examination);
    }
  web_client_call (client, WEB_CALL_OPEN, NULL, WEB_EXAMINATION_OPEN_MILLISECONDS, cancellable, on_opened, examination);
}
