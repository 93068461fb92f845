/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-walk: see the header. A look-up runs in a thread of GLib's, which nobody can end: it holds a reference of the
 * walk until it is over. The address of before is tried only if the name does not come at once.
 */
#include "center/web-walk.h"

#include "base/error.h"

#define KNOWN_DELAY_MILLISECONDS 300 /* a name that is known comes sooner */
#define ADDRESSES_MAXIMUM 4          /* that are told */

struct WebWalk
{
  guint references; /* the owner's, and one each of what is under way */
  char *host;
  guint port;
  guint n_looking; /* threads that ask for the name */
  guint newest;    /* number of the look-up that was begun last */

  WebWalkDone done; /* NULL: no walk is under way */
  gpointer user_data;
  char *known;               /* NULL: none */
  GCancellable *cancellable; /* of the connection to it; NULL: it was not begun */
  gboolean is_connecting, known_answers;
  GError *error; /* of the name */
  guint deadline, delay;
};

static void
walk_unref (WebWalk *walk)
{
  if (--walk->references > 0)
    return;
  g_free (walk->host);
  g_free (walk);
}

static void
remove_timer (guint *timer)
{
  if (*timer != 0)
    g_source_remove (*timer);
  *timer = 0;
}

static void
walk_finish (WebWalk *walk, const char *addresses, const GError *error)
{
  WebWalkDone done = g_steal_pointer (&walk->done);
  g_autoptr (GError) failure = g_steal_pointer (&walk->error);

  remove_timer (&walk->deadline);
  remove_timer (&walk->delay);
  if (walk->cancellable != NULL)
    g_cancellable_cancel (walk->cancellable);
  g_clear_object (&walk->cancellable);
  g_clear_pointer (&walk->known, g_free);
  walk->references++;
  done (addresses, walk->known_answers, addresses != NULL ? NULL : error != NULL ? error : failure, walk->user_data);
  walk_unref (walk);
}

static GError *
make_error (WebWalk *walk, gboolean is_unknown)
{
  GError *error = NULL;

  if (is_unknown)
    shikaku_error_set (&error, SHIKAKU_ERROR_CENTER_UNREACHABLE, SHIKAKU_CAUSE_NAME_UNKNOWN,
                       "the name service knows no host %s", walk->host);
  else
    shikaku_error_set (&error, SHIKAKU_ERROR_CENTER_UNREACHABLE, SHIKAKU_CAUSE_NAME_SILENT,
                       "the name service does not answer, so that the address of %s is not known", walk->host);
  return error;
}

static gboolean
on_deadline (gpointer user_data)
{
  WebWalk *walk = user_data;

  walk->deadline = 0;
  if (walk->error == NULL)
    walk->error = make_error (walk, FALSE);
  walk_finish (walk, NULL, NULL);
  return G_SOURCE_REMOVE;
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_io_stream_close_finish (G_IO_STREAM (source), result, NULL);
}

/* Who refuses is there too. */
static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  WebWalk *walk = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);

  if (connection != NULL)
    g_io_stream_close_async (G_IO_STREAM (connection), G_PRIORITY_DEFAULT, NULL, on_closed, NULL);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) /* else it is of a walk that is over */
    {
      walk->is_connecting = FALSE;
      walk->known_answers = error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
      if (walk->done != NULL && walk->error != NULL)
        walk_finish (walk, NULL, NULL);
    }
  walk_unref (walk);
}

/* Return: FALSE: there is nothing to try, or it was tried. */
static gboolean
try_known (WebWalk *walk)
{
  g_autoptr (GSocketAddress) address
      = walk->known != NULL ? g_inet_socket_address_new_from_string (walk->known, walk->port) : NULL;
  g_autoptr (GSocketClient) client = NULL;

  if (walk->cancellable != NULL || address == NULL)
    return walk->is_connecting;
  client = g_socket_client_new ();
  g_socket_client_set_enable_proxy (client, FALSE); /* the default one would load dconf and start a thread */
  walk->cancellable = g_cancellable_new ();
  walk->is_connecting = TRUE;
  walk->references++;
  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address), walk->cancellable, on_connected, walk);
  return TRUE;
}

static gboolean
on_delay (gpointer user_data)
{
  WebWalk *walk = user_data;

  walk->delay = 0;
  try_known (walk);
  return G_SOURCE_REMOVE;
}

static char *
format_addresses (GList *addresses)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (GList *link = addresses; link != NULL && texts->len < ADDRESSES_MAXIMUM; link = link->next)
    g_ptr_array_add (texts, g_inet_address_to_string (link->data));
  g_ptr_array_add (texts, NULL);
  return g_strjoinv (" ", (char **)texts->pdata);
}

typedef struct
{
  WebWalk *walk; /* a reference */
  guint number;
} LookUp;

/* Of a look-up that another has followed only the good news counts: the bad may be old. */
static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree LookUp *look_up = user_data;
  WebWalk *walk = look_up->walk;
  g_autoptr (GError) error = NULL;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, &error);
  g_autofree char *text = addresses != NULL ? format_addresses (addresses) : NULL;

  g_resolver_free_addresses (addresses);
  walk->n_looking--;
  if (walk->done != NULL && walk->error == NULL && (text != NULL || look_up->number == walk->newest))
    {
      if (text == NULL)
        walk->error = make_error (walk, g_error_matches (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND));
      if (text != NULL || !try_known (walk))
        walk_finish (walk, text, NULL);
    }
  walk_unref (walk);
}

static void
begin_look_up (WebWalk *walk)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  LookUp *look_up = g_new0 (LookUp, 1);

  walk->references++;
  walk->n_looking++;
  *look_up = (LookUp){ walk, ++walk->newest };
  g_resolver_lookup_by_name_async (resolver, walk->host, NULL, on_looked_up, look_up);
}

WebWalk *
web_walk_new (const char *host, guint port)
{
  WebWalk *walk = g_new0 (WebWalk, 1);

  walk->references = 1;
  walk->host = g_strdup (host);
  walk->port = port;
  return walk;
}

void
web_walk_free (WebWalk *walk)
{
  g_autoptr (GError) error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "cancelled");

  if (walk == NULL)
    return;
  if (walk->done != NULL)
    walk_finish (walk, NULL, error);
  walk_unref (walk);
}

void
web_walk_start (WebWalk *walk, const char *known, WebWalkDone done, gpointer user_data)
{
  g_assert (walk->done == NULL);
  walk->done = done;
  walk->user_data = user_data;
  walk->known = g_strdup (known);
  walk->is_connecting = walk->known_answers = FALSE;
  walk->deadline = g_timeout_add (WEB_WALK_MILLISECONDS, on_deadline, walk);
  walk->delay = g_timeout_add (KNOWN_DELAY_MILLISECONDS, on_delay, walk);
  if (walk->n_looking < WEB_WALK_LOOK_UPS_MAXIMUM)
    begin_look_up (walk);
}
