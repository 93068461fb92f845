/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-http: what stands at ORCA's address is not always ORCA, and a line may end anywhere: which answers are ORCA's,
 * how far a call came that failed, and that none of them costs more memory or time than it may. The server is a thread
 * of this program.
 */
#include <string.h>

#include "client/orca/orca-http.h"

#define JSON_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define TAKEN JSON_HEAD "Connection: close\r\n\r\n{\"onlinequares1\":{\"Patient_ID\":\"00043\"}}"
#define PATIENCE_SECONDS 300
#define PIECE 65536u
#define MANY 41943040u /* bytes: more than an answer may have */

typedef struct
{
  const char *name; /* the call's path */
  const char *answer;
  char endless; /* sent again and again behind it; 0: nothing is */
  guint pause;  /* milliseconds between two of them; 0: as fast as it goes */
  OrcaReplyKind kind;
  const char *why; /* NULL: of ANSWERED */
} Case;

static const Case cases[] = {
  { "taken", TAKEN, 0, 0, ORCA_REPLY_ANSWERED, NULL },
  { "nothing-to-do", JSON_HEAD "Connection: close\r\n\r\n{\"onlinequares1\":{}}", 0, 0, ORCA_REPLY_ANSWERED, NULL },
  { "nothing", "", 0, 0, ORCA_REPLY_UNKNOWN, "" },
  { "half", JSON_HEAD "Content-Length: 400\r\n\r\n{\"onlinequares1\":{", 0, 0, ORCA_REPLY_UNKNOWN, "" },
  { "empty", JSON_HEAD "Content-Length: 0\r\n\r\n", 0, 0, ORCA_REPLY_UNKNOWN, "no JSON" },
  { "page", JSON_HEAD "Connection: close\r\n\r\n<html>welcome</html>", 0, 0, ORCA_REPLY_UNKNOWN, "no JSON" },
  { "other", JSON_HEAD "Connection: close\r\n\r\n{}", 0, 0, ORCA_REPLY_UNKNOWN, "none of ORCA's" },
  { "status", JSON_HEAD "Connection: close\r\n\r\n{\"error\":{\"code\":\"1\"}}", 0, 0, ORCA_REPLY_UNKNOWN,
    "none of ORCA's" },
  { "list", JSON_HEAD "Connection: close\r\n\r\n[{\"onlinequares1\":{}}]", 0, 0, ORCA_REPLY_UNKNOWN, "none of ORCA's" },
  { "locked", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", 0, 0, ORCA_REPLY_UNSENT, "password" },
  { "broken", "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", 0, 0, ORCA_REPLY_UNKNOWN, "502" },
  { "away", "HTTP/1.1 307 Temporary Redirect\r\nLocation: /taken\r\nContent-Length: 0\r\n\r\n", 0, 0,
    ORCA_REPLY_UNKNOWN, "307" },
  { "flood", JSON_HEAD "\r\n{\"onlinequares1\":\"", '0', 0, ORCA_REPLY_UNKNOWN, "is too long" },
  { "deep", JSON_HEAD "Content-Length: 20000000\r\n\r\n{\"onlinequares1\":", '[', 0, ORCA_REPLY_UNKNOWN, "no JSON" },
  { "dribble", JSON_HEAD "\r\n{\"onlinequares1\":\"", '0', 100, ORCA_REPLY_UNKNOWN, "takes too long" },
};

typedef struct
{
  GSocketService *service;
  guint16 port;
  gint n_calls; /* atomic */
} Server;

static const Case *
find_case (const char *head)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = g_strconcat ("POST /", cases[i].name, " ", NULL);

      if (g_str_has_prefix (head, line))
        return &cases[i];
    }
  return NULL;
}

/* Until who asked has gone, or has had more than enough. */
static void
send_endless (GSocketConnection *connection, const Case *one)
{
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  GSocket *socket = g_socket_connection_get_socket (connection);
  const gsize size = one->pause > 0 ? 1 : PIECE;
  g_autofree char *piece = g_strnfill (PIECE, one->endless);
  gsize sent = 0;

  while (sent < MANY && g_output_stream_write_all (out, piece, size, NULL, NULL, NULL)
         && !(one->pause > 0 && g_socket_condition_timed_wait (socket, G_IO_IN, one->pause * 1000, NULL, NULL)))
    sent += size;
}

/* In a thread of its own for each connection. */
static gboolean
on_run (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  Server *server = user_data;
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr (GString) request = g_string_new ("");
  const Case *one;

  while (strstr (request->str, "}}") == NULL) /* the end of the record that is posted */
    {
      char piece[1024];
      gssize size = g_input_stream_read (in, piece, sizeof (piece), NULL, NULL);

      if (size <= 0)
        return TRUE;
      g_string_append_len (request, piece, size);
    }
  g_atomic_int_inc (&server->n_calls);
  one = find_case (request->str);
  if (one == NULL)
    return TRUE;
  g_output_stream_write_all (out, one->answer, strlen (one->answer), NULL, NULL, NULL);
  if (one->endless != 0)
    send_endless (connection, one);
  return TRUE;
}

static OrcaHttp *
make_http (const char *scheme, guint16 port, guint seconds, OrcaSettings **ret_settings)
{
  g_autofree char *text
      = g_strdup_printf ("[Orca]\nURL=%s://127.0.0.1:%u/\nUser=ormaster\nTimeout=%u\n", scheme, port, seconds);

  *ret_settings = orca_settings_parse (text, NULL);
  g_assert_nonnull (*ret_settings);
  return orca_http_new (*ret_settings, NULL);
}

static void
call (OrcaHttp *http, const char *path, OrcaReply *reply)
{
  g_autoptr (JsonObject) record = json_object_new ();

  json_object_set_string_member (record, "Qualification_Uuid", "u");
  orca_http_post (http, path, "onlinequareq1", record, reply);
}

/* On the loopback alone. */
static void
set_up (Server *server, gconstpointer data)
{
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new_from_string ("127.0.0.1", 0), got = NULL;

  server->service = g_threaded_socket_service_new ((gint)G_N_ELEMENTS (cases));
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (server->service), wanted, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &got, NULL));
  server->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
  g_signal_connect (server->service, "run", G_CALLBACK (on_run), server);
}

static void
tear_down (Server *server, gconstpointer data)
{
  g_socket_service_stop (server->service);
  g_socket_listener_close (G_SOCKET_LISTENER (server->service));
  g_object_unref (server->service);
}

static void
test_answers (Server *server, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OrcaSettings) settings = NULL;
      g_autoptr (OrcaHttp) http
          = make_http ("http", server->port, cases[i].pause > 0 ? 1 : PATIENCE_SECONDS, &settings);
      g_auto (OrcaReply) reply = { ORCA_REPLY_UNSENT, NULL, NULL };

      g_test_message ("%s", cases[i].name);
      call (http, cases[i].name, &reply);
      g_assert_cmpint (reply.kind, ==, cases[i].kind);
      g_assert_cmpint (g_atomic_int_get (&server->n_calls), ==, (gint)i + 1); /* never again behind our back */
      if (cases[i].why == NULL)
        g_assert_nonnull (reply.record);
      else
        {
          g_assert_null (reply.record);
          g_assert_nonnull (strstr (reply.why, cases[i].why));
        }
    }
}

/* Nobody is there, or somebody who is not known by TLS: certainly ORCA has not had it. */
static void
test_nobody (Server *server, gconstpointer data)
{
  g_autoptr (OrcaSettings) settings = NULL, sealed_settings = NULL;
  g_autoptr (OrcaHttp) http = make_http ("http", 1, PATIENCE_SECONDS, &settings);
  g_autoptr (OrcaHttp) sealed = make_http ("https", server->port, 1, &sealed_settings);
  g_auto (OrcaReply) reply = { ORCA_REPLY_UNKNOWN, NULL, NULL }, silent = { ORCA_REPLY_UNKNOWN, NULL, NULL };

  call (http, "taken", &reply);
  g_assert_cmpint (reply.kind, ==, ORCA_REPLY_UNSENT);
  call (sealed, "taken", &silent);
  g_assert_cmpint (silent.kind, ==, ORCA_REPLY_UNSENT);
  g_assert_cmpint (g_atomic_int_get (&server->n_calls), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/orca-http/answers", Server, NULL, set_up, test_answers, tear_down);
  g_test_add ("/orca-http/nobody", Server, NULL, set_up, test_nobody, tear_down);
  return g_test_run ();
}
