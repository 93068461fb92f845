/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * https-line: GTcpConnection, with another input stream. Who reads without blocking reads until there is nothing, and
 * then asks for a source to wait with: there a new turn begins. Who blocks (the thread of a handshake) is not limited.
 */
#include "center/https-line.h"

#include <string.h>

/* The input. */

typedef struct
{
  GInputStream parent;
  GPollableInputStream *base; /* the socket's */
  gsize left;                 /* of this turn */
  guint8 head[11];            /* what came first: a record's head, and that of a handshake or an alert in it */
  guint n_head;
} LineInput;

typedef GInputStreamClass LineInputClass;

static void line_input_pollable_init (GPollableInputStreamInterface *pollable);
static GType line_input_get_type (void);

G_DEFINE_TYPE_WITH_CODE (LineInput, line_input, G_TYPE_INPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, line_input_pollable_init))

/* @n: bytes that were read, or no more than 0. Return: @n. */
static gssize
line_input_note (LineInput *input, const void *buffer, gssize n)
{
  const guint noted = n > 0 ? MIN ((guint)n, (guint)sizeof input->head - input->n_head) : 0;

  memcpy (input->head + input->n_head, buffer, noted);
  input->n_head += noted;
  return n;
}

static gssize
line_input_read (GInputStream *stream, void *buffer, gsize size, GCancellable *cancellable, GError **error)
{
  LineInput *input = (LineInput *)stream;

  return line_input_note (input, buffer,
                          g_input_stream_read (G_INPUT_STREAM (input->base), buffer, size, cancellable, error));
}

static gssize
line_input_read_nonblocking (GPollableInputStream *pollable, void *buffer, gsize size, GError **error)
{
  LineInput *input = (LineInput *)pollable;
  gssize n;

  if (input->left == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "the rest is for another turn");
      return -1;
    }
  n = g_pollable_input_stream_read_nonblocking (input->base, buffer, MIN (size, input->left), NULL, error);
  if (n > 0)
    input->left -= (gsize)n;
  return line_input_note (input, buffer, n);
}

static gboolean
line_input_is_readable (GPollableInputStream *pollable)
{
  return g_pollable_input_stream_is_readable (((LineInput *)pollable)->base);
}

static GSource *
line_input_create_source (GPollableInputStream *pollable, GCancellable *cancellable)
{
  LineInput *input = (LineInput *)pollable;

  input->left = HTTPS_LINE_TURN_SIZE;
  return g_pollable_input_stream_create_source (input->base, cancellable);
}

static void
line_input_pollable_init (GPollableInputStreamInterface *pollable)
{
  pollable->read_nonblocking = line_input_read_nonblocking;
  pollable->is_readable = line_input_is_readable;
  pollable->create_source = line_input_create_source;
}

static void
line_input_finalize (GObject *object)
{
  g_object_unref (((LineInput *)object)->base);
  G_OBJECT_CLASS (line_input_parent_class)->finalize (object);
}

static void
line_input_class_init (LineInputClass *class)
{
  G_OBJECT_CLASS (class)->finalize = line_input_finalize;
  class->read_fn = line_input_read;
}

static void
line_input_init (LineInput *input)
{
  input->left = HTTPS_LINE_TURN_SIZE;
}

/* The connection. */

static GInputStream *(*get_socket_input) (GIOStream *connection);

static const char key[] = "shikaku-line-input";

static GInputStream *
line_get_input_stream (GIOStream *connection)
{
  LineInput *input = g_object_get_data (G_OBJECT (connection), key);

  if (input == NULL)
    {
      input = g_object_new (line_input_get_type (), NULL);
      input->base = G_POLLABLE_INPUT_STREAM (g_object_ref (get_socket_input (connection)));
      g_object_set_data_full (G_OBJECT (connection), key, input, g_object_unref);
    }
  return G_INPUT_STREAM (input);
}

/*
 * A class of our own would have to take GTcpConnection's place in g_socket_connection_factory_register_type(), which
 * frees what it is given when it has that place already (GLib 2.74): so its class learns it.
 */
void
https_line_set_up (void)
{
  GIOStreamClass *class = g_type_class_ref (G_TYPE_TCP_CONNECTION);

  if (class->get_input_stream == line_get_input_stream)
    return;
  get_socket_input = class->get_input_stream;
  class->get_input_stream = line_get_input_stream;
}

/* RFC 8446 and 5246: a record begins with its type and a version; a ServerHello's own stands behind its length. */
HttpsGreeting
https_line_get_greeting (GIOStream *connection)
{
  enum
  {
    RECORD_ALERT = 21,
    RECORD_HANDSHAKE = 22,
    MAJOR = 3,
    MINOR_1_2 = 3,
    SERVER_HELLO = 2,
    ALERT_PROTOCOL_VERSION = 70,
  };
  const LineInput *input = g_object_get_data (G_OBJECT (connection), key);
  const guint8 *head = input != NULL ? input->head : NULL;

  if (input == NULL || input->n_head < 5) /* of a record's head GnuTLS reads no more, if it is none */
    return HTTPS_GREETING_NONE;
  if ((head[0] != RECORD_ALERT && head[0] != RECORD_HANDSHAKE) || head[1] != MAJOR)
    return HTTPS_GREETING_OTHER;
  if (head[0] == RECORD_ALERT)
    return input->n_head > 6 && head[6] == ALERT_PROTOCOL_VERSION ? HTTPS_GREETING_OLD_TLS : HTTPS_GREETING_TLS;
  return input->n_head == sizeof input->head && head[5] == SERVER_HELLO && head[10] < MINOR_1_2 ? HTTPS_GREETING_OLD_TLS
                                                                                                : HTTPS_GREETING_TLS;
}

HttpsGreeting
https_line_get_greeting_under (GTlsConnection *tls)
{
  g_autoptr (GIOStream) connection = NULL;

  if (tls != NULL)
    g_object_get (tls, "base-io-stream", &connection, NULL);
  return connection != NULL ? https_line_get_greeting (connection) : HTTPS_GREETING_NONE;
}

/* format_address: @address: (transfer full) of a socket. Return: (transfer full), or NULL. */
static char *
format_address (GSocketAddress *address)
{
  char *text = G_IS_INET_SOCKET_ADDRESS (address)
                   ? g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)))
                   : NULL;

  g_clear_object (&address);
  return text;
}

void
https_line_note_addresses (GIOStream *connection, char **peer, char **local)
{
  GSocketConnection *socket = G_IS_SOCKET_CONNECTION (connection) ? G_SOCKET_CONNECTION (connection) : NULL;

  if (socket == NULL)
    return;
  g_free (*peer);
  *peer = format_address (g_socket_connection_get_remote_address (socket, NULL));
  if (local == NULL)
    return;
  g_free (*local);
  *local = format_address (g_socket_connection_get_local_address (socket, NULL));
}
