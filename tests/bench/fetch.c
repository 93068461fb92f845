/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fetch: what it takes to bring a document of records from the center into memory, beside the bare download of it: the
 * same TLS, the same request, and each piece thrown away. For measure_records.
 *
 * fetch URL KEYS-DIRECTORY ours|bare NUMBER: one document ahead, then NUMBER of them; tells "BYTES WALL CPU MEMORY": of
 * one document, in nanoseconds, and of the process at most, in kilobytes.
 */
#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "center/field-request.h"
#include "center/https.h"
#include "center/web-api.h"
#include "codec/message-json.h"

#define INSTITUTION "1312345678"
#define PIECE 65536

static const TransportRecordsQuery query = { .identifier = "bench",
                                             .kind = CONSENT_DRUG,
                                             .from = "202201",
                                             .to = "202601",
                                             .treatment = TRANSPORT_TREATMENT_OUTPATIENT,
                                             .insurer_number = "990019",
                                             .symbol = "架空０１",
                                             .number = "１２３４５６７",
                                             .branch = "01" };

typedef guint64 (*Fetch) (void);

static Transport *transport;
static TransportRecords *fetched;

static GIOStream *line;
static char *host_path, *token;

static gint64
get_nanoseconds (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
on_records (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  fetched = transport->klass->fetch_records_finish (transport, result, &error);
  if (fetched == NULL)
    g_error ("%s", error->message);
}

static guint64
fetch_ours (void)
{
  guint64 size;

  transport->klass->fetch_records (transport, &query, NULL, on_records, NULL);
  while (fetched == NULL)
    g_main_context_iteration (NULL, TRUE);
  size = fetched->size;
  g_clear_pointer (&fetched, transport_records_free);
  return size;
}

static void
set_up_ours (const char *url, const char *keys)
{
  g_autofree char *authority = g_build_filename (keys, "center-ca.pem", NULL);
  g_autofree char *certificate = g_build_filename (keys, "institution.cert.pem", NULL);
  g_autofree char *key = g_build_filename (keys, "institution.key.pem", NULL);
  g_autofree char *account = g_build_filename (keys, "account", NULL);

  transport = web_api_new (&(WebApiSettings){ url, authority, certificate, key, account, INSTITUTION, 60, NULL });
}

/* read_answer: Return: bytes of the body, of which the last are in @piece. */
static guint64
read_answer (char *piece)
{
  GInputStream *input = g_io_stream_get_input_stream (line);
  gsize used = 0;
  guint64 length, left;
  char *end;

  do
    {
      gssize n = g_input_stream_read (input, piece + used, PIECE - 1 - used, NULL, NULL);

      g_assert_cmpint (n, >, 0);
      used += (gsize)n;
      piece[used] = '\0';
    }
  while ((end = strstr (piece, "\r\n\r\n")) == NULL);
  length = strtoull (strstr (piece, "Content-Length: ") + strlen ("Content-Length: "), NULL, 10);
  left = length - (used - (gsize)(end + 4 - piece));
  while (left > 0)
    {
      gssize n = g_input_stream_read (input, piece, MIN (left, PIECE - 1), NULL, NULL);

      g_assert_cmpint (n, >, 0);
      left -= (guint64)n;
    }
  return length;
}

static guint64
post (const char *call, const char *body, gsize size, char *piece)
{
  g_autofree char *head
      = g_strdup_printf ("POST %s/%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                         "Authorization: %s\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
                         host_path, call, token != NULL ? token : "", size);
  GOutputStream *output = g_io_stream_get_output_stream (line);

  g_assert_true (g_output_stream_write_all (output, head, strlen (head), NULL, NULL, NULL));
  g_assert_true (g_output_stream_write_all (output, body, size, NULL, NULL, NULL));
  return read_answer (piece);
}

static guint64
fetch_bare (void)
{
  static char piece[PIECE];
  const FieldHeader header = { INSTITUTION, query.identifier, NULL };
  g_autoptr (Message) message = field_request_new_records (&header, &query);
  g_autoptr (GBytes) body = message_json_write (message);

  return post ("records/drug", g_bytes_get_data (body, NULL), g_bytes_get_size (body), piece);
}

static void
log_in (const char *keys)
{
  static char piece[PIECE];
  g_autofree char *path = g_build_filename (keys, "account", NULL);
  g_autofree char *account = NULL, *body = NULL;
  g_auto (GStrv) words = NULL;
  char *begin;

  g_assert_true (g_file_get_contents (path, &account, NULL, NULL));
  words = g_strsplit (account, "\n", 3);
  body = g_strdup_printf ("{\"account\":\"%s\",\"password\":\"%s\"}", words[0], words[1]);
  post ("auth", body, strlen (body), piece);
  begin = strstr (piece, "\"idToken\":\"") + strlen ("\"idToken\":\"");
  token = g_strndup (begin, strcspn (begin, "\""));
}

static gboolean
on_accept (GTlsConnection *connection, GTlsCertificate *peer, GTlsCertificateFlags errors, gpointer user_data)
{
  return TRUE; /* it is our own center, on this machine */
}

static void
set_up_bare (const char *url, const char *keys)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  g_autofree char *certificate_path = g_build_filename (keys, "institution.cert.pem", NULL);
  g_autofree char *key_path = g_build_filename (keys, "institution.key.pem", NULL);
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_files (certificate_path, key_path, NULL);
  g_autoptr (GSocketConnection) connection = NULL;

  https_set_up ();
  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (client, "localhost", (guint16)g_uri_get_port (uri), NULL, NULL);
  line = g_tls_client_connection_new (G_IO_STREAM (connection), NULL, NULL);
  g_tls_connection_set_certificate (G_TLS_CONNECTION (line), certificate);
  g_signal_connect (line, "accept-certificate", G_CALLBACK (on_accept), NULL);
  g_assert_true (g_tls_connection_handshake (G_TLS_CONNECTION (line), NULL, NULL));
  host_path = g_strdup (g_uri_get_path (uri));
  log_in (keys);
}

int
main (int argc, char **argv)
{
  const gboolean is_ours = argc == 5 && g_str_equal (argv[3], "ours");
  const int number = argc == 5 ? atoi (argv[4]) : 0;
  Fetch fetch = is_ours ? fetch_ours : fetch_bare;
  struct rusage usage;
  guint64 size;
  gint64 wall, processor;

  if (number < 1)
    return 2;
  (is_ours ? set_up_ours : set_up_bare) (argv[1], argv[2]);
  size = fetch ();
  wall = get_nanoseconds (CLOCK_MONOTONIC);
  processor = get_nanoseconds (CLOCK_PROCESS_CPUTIME_ID);
  for (int i = 0; i < number; i++)
    g_assert_cmpuint (fetch (), ==, size);
  wall = get_nanoseconds (CLOCK_MONOTONIC) - wall;
  processor = get_nanoseconds (CLOCK_PROCESS_CPUTIME_ID) - processor;
  getrusage (RUSAGE_SELF, &usage);
  printf ("%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %ld\n", size, wall / number,
          processor / number, usage.ru_maxrss);
  return 0;
}
