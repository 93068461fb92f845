/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-https-line: a reader that does not block gets so much and no more before it waits; one that blocks gets all. */
#include "center/https-line.h"

#include <gio/gio.h>
#include <sys/socket.h>
#include <unistd.h>

#define SENT_SIZE (4 * HTTPS_LINE_TURN_SIZE)

typedef struct
{
  GSocketConnection *there, *here;
  GPollableInputStream *input; /* of here */
} Pair;

static void
on_connected (GObject *client, GAsyncResult *result, gpointer user_data)
{
  *(GSocketConnection **)user_data = g_socket_client_connect_finish (G_SOCKET_CLIENT (client), result, NULL);
}

/* The other side has sent everything. */
static void
set_up (Pair *pair, gconstpointer unused)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *data = g_malloc0 (SENT_SIZE);

  g_assert_true (g_socket_listener_add_address (listener, wanted, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                                &address, NULL));
  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address), NULL, on_connected, &pair->here);
  while (pair->here == NULL)
    g_main_context_iteration (NULL, TRUE);
  pair->there = g_socket_listener_accept (listener, NULL, NULL, NULL);
  g_assert_nonnull (pair->there);
  pair->input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (pair->here)));
  g_socket_set_option (g_socket_connection_get_socket (pair->there), SOL_SOCKET, SO_SNDBUF, 2 * SENT_SIZE, NULL);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (pair->there)), data, SENT_SIZE,
                                            NULL, NULL, NULL));
  g_assert_true (g_io_stream_close (G_IO_STREAM (pair->there), NULL, NULL));
}

static void
tear_down (Pair *pair, gconstpointer unused)
{
  g_assert_true (g_io_stream_close (G_IO_STREAM (pair->here), NULL, NULL));
  g_object_unref (pair->here);
  g_object_unref (pair->there);
}

static gboolean
on_readable (GObject *stream, gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Waits until there is something, as a reader in the main loop does. */
static void
wait_for_more (Pair *pair)
{
  g_autoptr (GSource) source = g_pollable_input_stream_create_source (pair->input, NULL);
  gboolean readable = FALSE;

  g_source_set_callback (source, G_SOURCE_FUNC (on_readable), &readable, NULL);
  g_source_attach (source, NULL);
  while (!readable)
    g_main_context_iteration (NULL, TRUE);
}

/* Return: how much there was to be read in this turn; *@ret_ended: and then the end. */
static gsize
read_turn (Pair *pair, gsize size, gboolean *ret_ended)
{
  g_autofree char *buffer = g_malloc (size);
  g_autoptr (GError) error = NULL;
  gsize total = 0;
  gssize n;

  while ((n = g_pollable_input_stream_read_nonblocking (pair->input, buffer, size, NULL, &error)) > 0)
    total += (gsize)n;
  *ret_ended = n == 0;
  if (n < 0)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  return total;
}

static void
test_turns (Pair *pair, gconstpointer unused)
{
  gsize total = 0, sizes[] = { 1, 5, 4096, 1 << 20 };
  gboolean ended = FALSE;

  for (guint turn = 0; !ended; turn++)
    {
      gsize n;

      wait_for_more (pair);
      n = read_turn (pair, sizes[turn % G_N_ELEMENTS (sizes)], &ended);
      g_assert_cmpuint (n, <=, HTTPS_LINE_TURN_SIZE);
      total += n;
      if (!ended)
        g_assert_cmpuint (read_turn (pair, 1, &ended), ==, 0); /* nothing more before it has waited */
    }
  g_assert_cmpuint (total, ==, SENT_SIZE);
}

static void
test_blocking (Pair *pair, gconstpointer unused)
{
  g_autofree char *buffer = g_malloc (SENT_SIZE);
  gsize n = 0;

  g_assert_true (g_input_stream_read_all (G_INPUT_STREAM (pair->input), buffer, SENT_SIZE, &n, NULL, NULL));
  g_assert_cmpuint (n, ==, SENT_SIZE);
}

/* The first bytes say what is at the other end: nothing, TLS of this or an older version, something else. */
static void
test_greeting (void)
{
  static const struct
  {
    const char *bytes;
    gsize size;
    HttpsGreeting greeting;
  } rows[] = {
    { "", 0, HTTPS_GREETING_NONE },
    { "\x16\x03\x03\x00", 4, HTTPS_GREETING_NONE },
    { "\x16\x03\x03\x00\x7a\x02", 6, HTTPS_GREETING_TLS },
    { "HTTP/", 5, HTTPS_GREETING_OTHER },
    { "\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", 11, HTTPS_GREETING_TLS },
    { "\x16\x03\x01\x00\x51\x02\x00\x00\x4d\x03\x01", 11, HTTPS_GREETING_OLD_TLS },
    { "\x16\x03\x02\x00\x51\x02\x00\x00\x4d\x03\x02", 11, HTTPS_GREETING_OLD_TLS },
    { "\x15\x03\x03\x00\x02\x02\x46", 7, HTTPS_GREETING_OLD_TLS }, /* protocol_version */
    { "\x15\x03\x03\x00\x02\x02\x28", 7, HTTPS_GREETING_TLS },     /* handshake_failure */
    { "HTTP/1.1 400 Bad Request", 24, HTTPS_GREETING_OTHER },
    { "SSH-2.0-OpenSSH", 15, HTTPS_GREETING_OTHER },
    { "\x15\x02\x03\x00\x02\x02\x46", 7, HTTPS_GREETING_OTHER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      char buffer[64];
      int ends[2];
      g_autoptr (GSocket) here = NULL;
      g_autoptr (GIOStream) connection = NULL;

      g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM, 0, ends));
      here = g_socket_new_from_fd (ends[0], NULL);
      connection = g_object_new (G_TYPE_TCP_CONNECTION, "socket", here, NULL);
      g_assert_cmpint (https_line_get_greeting (connection), ==, HTTPS_GREETING_NONE);
      g_assert_cmpint (send (ends[1], rows[i].bytes, rows[i].size, 0), ==, (int)rows[i].size);
      g_assert_no_errno (close (ends[1]));
      while (g_input_stream_read (g_io_stream_get_input_stream (connection), buffer, 5, NULL, NULL) > 0)
        ;
      g_assert_cmpint (https_line_get_greeting (connection), ==, rows[i].greeting);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  https_line_set_up ();
  g_test_add ("/https-line/turns", Pair, NULL, set_up, test_turns, tear_down);
  g_test_add ("/https-line/blocking", Pair, NULL, set_up, test_blocking, tear_down);
  g_test_add_func ("/https-line/greeting", test_greeting);
  return g_test_run ();
}
