/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-api-driver: the center floor at the end of a pipe, for test_web_api.py and its neighbours: the transport over the
 * Web API, or that over a terminal's folders. One command a line comes in, each is answered with one line
 * "NUMBER RESULT", as soon as it is known; NUMBER counts the commands from 1.
 *
 *   prepare · examine · state · challenge · check KEY CERTIFICATE · search INSURER NUMBER BIRTHDATE [SYMBOL [BRANCH]]
 *   answer KEY CERTIFICATE: a check, with the challenge that came last
 *   take-over: a challenge that begins when the handshake under way has asked for the client certificate, and has not
 *   got it
 *   register QUALIFICATION-KEY [identifier=TEXT] KIND=0|1… · cancel NUMBER · configure [OPTION…] · reset · free
 *   register-again: the same, from the bytes that are kept for a repeat; withdraw: such bytes, of OPTION…:
 *   insurer=, number=, symbol=, branch=, birthdate=, treatment=, identifier=
 *   fetch OPTION…: those, and kind=, format=, from=, to=, prescriptions=, treatments=
 *   reference NUMBER OPTION…: insurer=, number=, symbol=, branch=
 *   arrivals: how many a terminal has brought; release: the first of them that was not
 *   link: cause and state of a terminal's own link, and what was seen of it
 *   memory: kilobytes that were used at most since the last such command
 *
 * Arguments: URL KEYS-DIRECTORY TIMEOUT [OPTION…], each OPTION url=URL, authority=, certificate=, key=, account= or
 * token-pin=PATH, or institution=CODE, which hold until they are said again. An empty URL or CODE is one that was not
 * configured. A URL folder:PATH is a terminal's share, with req, res and face in it; OPTION is then zip=PREFIX,
 * zip-method=, zip-password=PATH, encoding=shift-jis, copies=PATHS, state=PATH, zip-command=PATH,
 * yzk=PATH as well: where medicines have a req and a res of their own.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "center/terminal-folder.h"
#include "center/web-api.h"

#define INSTITUTION "1312345678"

static Transport *transport;
static const TransportClass *klass; /* outlives it */
static GHashTable *cancellables;    /* number → GCancellable */
static GHashTable *options;         /* name → value */
static GMainLoop *loop;
static guint last_number, changes;

/* What a visit keeps from step to step: of the last challenge, and of the last answer. */
static TransportChallenge *last_challenge;
static TransportBond *last_bond;

static GPtrArray *arrivals; /* of TransportArrival, not released */
static guint n_arrivals;

/* take-over's two sides: the handshake's thread, which asks, and the main loop. */
static struct
{
  GMutex lock;
  GCond moved;
  gboolean wanted, asked;
} handshake;

typedef struct
{
  guint number;
  char **words;
} Command;

static void
command_free (Command *command)
{
  g_hash_table_remove (cancellables, GUINT_TO_POINTER (command->number));
  g_strfreev (command->words);
  g_free (command);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Command, command_free)

static void say (const Command *command, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (const Command *command, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  printf ("%u ", command->number);
  vprintf (format, arguments);
  printf ("\n");
  fflush (stdout);
  va_end (arguments);
}

static void
say_error (const Command *command, const GError *error)
{
  guint seconds = 0;

  g_assert_cmpuint (error->domain, ==, SHIKAKU_ERROR);
  if (shikaku_error_get_retry_after (error, &seconds))
    say (command, "%s retry-after=%u", shikaku_error_get_short_name (error->code), seconds);
  else
    say (command, "%s", shikaku_error_get_short_name (error->code));
  fprintf (stderr, "%u: %s\n", command->number, error->message);
}

static GCancellable *
remember (const Command *command)
{
  GCancellable *cancellable = g_cancellable_new ();

  g_hash_table_insert (cancellables, GUINT_TO_POINTER (command->number), cancellable);
  return cancellable;
}

static void
on_challenge (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Command) command = user_data;
  g_autoptr (GError) error = NULL;
  TransportChallenge *challenge = klass->get_challenge_finish (transport, result, &error);

  if (challenge == NULL)
    {
      say_error (command, error);
      return;
    }
  say (command, "ok %" G_GSIZE_FORMAT, g_bytes_get_size (challenge->bytes));
  g_clear_pointer (&last_challenge, transport_challenge_free);
  last_challenge = challenge;
}

/* In place of GLib's own, which it calls: the TLS module is loaded later, and finds this one first. */
G_MODULE_EXPORT GTlsInteractionResult
g_tls_interaction_invoke_request_certificate (GTlsInteraction *interaction, GTlsConnection *connection,
                                              GTlsCertificateRequestFlags flags, GCancellable *cancellable,
                                              GError **error)
{
  typeof (g_tls_interaction_invoke_request_certificate) *invoke
      = dlsym (RTLD_NEXT, "g_tls_interaction_invoke_request_certificate");

  g_mutex_lock (&handshake.lock);
  handshake.asked = TRUE;
  g_cond_broadcast (&handshake.moved);
  while (handshake.wanted)
    g_cond_wait (&handshake.moved, &handshake.lock);
  g_mutex_unlock (&handshake.lock);
  return invoke (interaction, connection, flags, cancellable, error);
}

static gboolean
on_taken_over (gpointer user_data)
{
  g_mutex_lock (&handshake.lock);
  handshake.wanted = FALSE;
  g_cond_broadcast (&handshake.moved);
  g_mutex_unlock (&handshake.lock);
  return G_SOURCE_REMOVE;
}

/* The main loop stands still until the handshake has asked, and answers it when all that is urgent has been done. */
static void
start_take_over (Command *command)
{
  g_mutex_lock (&handshake.lock);
  handshake.wanted = TRUE;
  handshake.asked = FALSE;
  say (command, "ready");
  while (!handshake.asked)
    g_cond_wait (&handshake.moved, &handshake.lock);
  g_mutex_unlock (&handshake.lock);
  klass->get_challenge (transport, remember (command), on_challenge, command);
  g_idle_add_full (G_PRIORITY_LOW, on_taken_over, NULL, NULL);
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Command) command = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = klass->reply_finish (transport, result, &error);

  if (reply == NULL)
    {
      say_error (command, error);
      return;
    }
  g_assert_cmpint (reply->received, >, 0);
  transport_bond_unref (last_bond);
  last_bond = transport_bond_ref (reply->bond);
  if (reply->qualification != NULL)
    say (command, "ok size=%" G_GSIZE_FORMAT " validity=%d key=%s", g_bytes_get_size (reply->body),
         reply->qualification->validity, reply->qualification->key);
  else
    say (command, "ok drug=%d", reply->consents[CONSENT_DRUG].granted);
}

static GBytes *
read_file (const char *path)
{
  char *data;
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  return g_bytes_new_take (data, size);
}

static GBytes *
sign (const char *key_file, GBytes *content)
{
  g_autoptr (GBytes) pem = read_file (key_file);
  gnutls_datum_t in = { (void *)g_bytes_get_data (pem, NULL), (unsigned)g_bytes_get_size (pem) }, out;
  gnutls_datum_t data = { (void *)g_bytes_get_data (content, NULL), (unsigned)g_bytes_get_size (content) };
  gnutls_privkey_t key;
  GBytes *signature;

  g_assert_cmpint (gnutls_privkey_init (&key), ==, 0);
  g_assert_cmpint (gnutls_privkey_import_x509_raw (key, &in, GNUTLS_X509_FMT_PEM, NULL, 0), ==, 0);
  g_assert_cmpint (gnutls_privkey_sign_data2 (key, GNUTLS_SIGN_RSA_SHA256, 0, &data, &out), ==, 0);
  signature = g_bytes_new (out.data, out.size);
  gnutls_free (out.data);
  gnutls_privkey_deinit (key);
  return signature;
}

static void
answer_challenge (Command *command, const TransportChallenge *challenge)
{
  g_autoptr (GBytes) content = transport_make_proof_content (challenge);
  g_autoptr (GBytes) signature = sign (command->words[1], content);
  g_autoptr (GBytes) certificate = read_file (command->words[2]);

  klass->check_card (transport,
                     &(TransportCardQuery){ challenge, certificate, "sha256WithRSAEncryption", signature, 0 }, NULL,
                     on_reply, command);
}

static void
on_check_challenge (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Command *command = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportChallenge) challenge = klass->get_challenge_finish (transport, result, &error);

  if (challenge != NULL)
    {
      answer_challenge (command, challenge);
      return;
    }
  say_error (command, error);
  command_free (command);
}

static void
on_examined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Command) command = user_data;

  say (command, "ok");
}

static void
say_state (const Command *command)
{
  static const char *const states[] = { "unknown", "online", "degraded", "offline" };
  static const char *const link_states[] = { "unknown", "ok", "degraded", "failed" };
  g_autoptr (GString) text = g_string_new (states[transport->state]);

  for (guint link = TRANSPORT_LINK_CREDENTIAL; link <= TRANSPORT_LINK_CENTER; link++)
    {
      const TransportLinkStatus *status = &transport->links[link];

      g_string_append_printf (text, " %s", link_states[status->state]);
      if (status->error != SHIKAKU_ERROR_NONE)
        g_string_append_printf (text, ":%s", shikaku_error_get_short_name (status->error));
      g_assert_cmpint (status->since != 0, ==, status->state != TRANSPORT_LINK_UNKNOWN);
      if (status->detail != NULL)
        fprintf (stderr, "%u: link %u: %s\n", command->number, link, status->detail);
    }
  say (command, "%s changes=%u expires=%" G_GINT64_FORMAT, text->str, changes, transport->credential_expires);
}

/* get_word: what follows NAME= among the words of @command; NULL: it is not there, or nothing follows. */
static const char *
get_word (const Command *command, const char *name)
{
  const gsize size = strlen (name);

  for (guint i = 1; command->words[i] != NULL; i++)
    if (strncmp (command->words[i], name, size) == 0 && command->words[i][size] == '='
        && command->words[i][size + 1] != '\0')
      return command->words[i] + size + 1;
  return NULL;
}

static void
start_register (Command *command, gboolean again)
{
  TransportConsents consents
      = { .identifier = get_word (command, "identifier"), .qualification_key = command->words[1], .bond = last_bond };
  g_autoptr (GBytes) kept = NULL;

  for (guint i = 2; command->words[i] != NULL; i++)
    {
      gsize size = strcspn (command->words[i], "=");
      g_autofree char *word = g_strndup (command->words[i], size);
      ConsentKind kind;

      if (g_str_equal (word, "identifier"))
        continue;
      g_assert_true (consent_kind_lookup (word, &kind));
      consents.asked |= CONSENT_KINDS_OF (kind);
      if (g_str_equal (command->words[i] + size, "=1"))
        consents.agreed |= CONSENT_KINDS_OF (kind);
    }
  kept = again ? klass->make_registration (transport, &consents) : NULL;
  if (again)
    klass->repeat (transport, TRANSPORT_REGISTERS_CONSENTS, kept, remember (command), on_reply, command);
  else
    klass->register_consents (transport, &consents, remember (command), on_reply, command);
}

static TransportTreatment
get_treatment (const Command *command)
{
  const char *word = get_word (command, "treatment");

  return word != NULL ? (TransportTreatment)atoi (word) : TRANSPORT_TREATMENT_OUTPATIENT;
}

static void
start_withdraw (Command *command)
{
  g_autofree char *identifier = transport_make_identifier ();
  const char *named = get_word (command, "identifier");
  TransportWithdrawal withdrawal = { .identifier = named != NULL ? named : identifier,
                                     .insurer_number = get_word (command, "insurer"),
                                     .symbol = get_word (command, "symbol"),
                                     .number = get_word (command, "number"),
                                     .branch = get_word (command, "branch"),
                                     .birthdate = get_word (command, "birthdate"),
                                     .treatment = get_treatment (command),
                                     .bond = last_bond };
  g_autoptr (GBytes) kept = klass->make_withdrawal (transport, &withdrawal);

  klass->repeat (transport, TRANSPORT_WITHDRAWS_CONSENTS, kept, remember (command), on_reply, command);
}

/* assert_document: what the transport promises of the descriptor: nothing of it is elsewhere, and it can be sealed. */
static void
assert_document (const TransportRecords *records)
{
  g_autoptr (GMappedFile) mapped = g_mapped_file_new_from_fd (records->fd, FALSE, NULL);
  guint8 digest[TRANSPORT_RECORDS_DIGEST_SIZE];

  g_assert_cmpuint (g_mapped_file_get_length (mapped), ==, records->size);
  g_assert_cmpint (
      gnutls_hash_fast (GNUTLS_DIG_SHA256, g_mapped_file_get_contents (mapped), (gsize)records->size, digest), ==, 0);
  g_assert_cmpmem (digest, sizeof digest, records->digest, sizeof records->digest);
  g_assert_cmpint (lseek (records->fd, 0, SEEK_CUR), ==, 0);
  g_clear_pointer (&mapped, g_mapped_file_unref);
  g_assert_cmpint (fcntl (records->fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL), ==, 0);
}

static void
on_records (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Command) command = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportRecords) records = klass->fetch_records_finish (transport, result, &error);
  g_autoptr (GString) digest = g_string_new (NULL);

  if (records == NULL)
    {
      say_error (command, error);
      return;
    }
  g_assert_cmpint (records->received, >, 0);
  for (guint i = 0; i < sizeof records->digest; i++)
    g_string_append_printf (digest, "%02x", records->digest[i]);
  if (records->fd >= 0 && get_word (command, "unread") == NULL)
    assert_document (records);
  if (records->fd >= 0)
    say (command, "ok format=%s size=%" G_GUINT64_FORMAT " sha256=%s",
         records->format == TRANSPORT_RECORDS_PDF ? "pdf" : "xml", records->size, digest->str);
  else
    say (command, "%s code=%s", records_outcome_to_string (records->outcome), records->code);
}

static void
start_fetch (Command *command)
{
  const char *kind = get_word (command, "kind");
  TransportRecordsQuery query
      = { .identifier = get_word (command, "identifier"),
          .kind = CONSENT_DRUG,
          .with_treatment = get_word (command, "treatments") != NULL,
          .with_prescriptions = get_word (command, "prescriptions") != NULL,
          .format
          = g_strcmp0 (get_word (command, "format"), "pdf") == 0 ? TRANSPORT_RECORDS_PDF : TRANSPORT_RECORDS_XML,
          .from = get_word (command, "from"),
          .to = get_word (command, "to"),
          .treatment = get_treatment (command),
          .insurer_number = get_word (command, "insurer"),
          .symbol = get_word (command, "symbol"),
          .number = get_word (command, "number"),
          .branch = get_word (command, "branch"),
          .bond = last_bond };

  g_assert_true (kind == NULL || consent_kind_lookup (kind, &query.kind));
  klass->fetch_records (transport, &query, remember (command), on_records, command);
}

static void
start_reference (Command *command)
{
  const TransportReference reference = { .reference_number = command->words[1],
                                         .insurer_number = get_word (command, "insurer"),
                                         .symbol = get_word (command, "symbol"),
                                         .number = get_word (command, "number"),
                                         .branch = get_word (command, "branch") };

  klass->register_reference (transport, &reference, remember (command), on_reply, command);
}

static void
on_arrived (Transport *from, TransportArrival *arrival, gpointer user_data)
{
  g_ptr_array_add (arrivals, arrival);
  n_arrivals++;
}

static void
release_first (void)
{
  const TransportArrival *arrival = arrivals->pdata[0];

  klass->release_arrival (transport, arrival->name, arrival->digest);
  g_ptr_array_remove_index (arrivals, 0);
}

static void
say_link (const Command *command)
{
  const TransportLinkStatus *link = &transport->links[TRANSPORT_LINK_TERMINAL];
  const char *word = shikaku_cause_get_word (link->cause);

  say (command, "%s %d %s", word != NULL ? word : "-", link->state, link->detail != NULL ? link->detail : "");
}

/* say_memory: the kernel's own mark of the most, which it is told to set anew. */
static void
say_memory (const Command *command)
{
  g_autofree char *status = NULL;
  int fd = open ("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  say (command, "%d", atoi (strstr (status, "VmHWM:") + strlen ("VmHWM:")));
  g_assert_cmpint (write (fd, "5", 1), ==, 1);
  close (fd);
}

static const char *
get_option (const char *name)
{
  const char *value = options != NULL ? g_hash_table_lookup (options, name) : NULL;

  return value != NULL && *value != '\0' ? value : NULL;
}

static void
set_option (const char *name, const char *value)
{
  if (options == NULL)
    options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (options, g_strdup (name), g_strdup (value));
}

static void
set_option_to_file (const char *name, const char *directory, const char *file)
{
  g_autofree char *path = g_build_filename (directory, file, NULL);

  set_option (name, path);
}

static void
set_options (char **words)
{
  for (; *words != NULL; words++)
    {
      const char *value = strchr (*words, '=');
      g_autofree char *name = g_strndup (*words, (gsize)(value - *words));

      set_option (name, value + 1);
    }
}

static WebApiSettings
make_settings (void)
{
  return (WebApiSettings){
    .url = get_option ("url"),
    .authority_file = get_option ("authority"),
    .certificate_file = get_option ("certificate"),
    .key_file = get_option ("key"),
    .account_file = get_option ("account"),
    .token_pin_file = get_option ("token-pin"),
    .institution_code = get_option ("institution"),
    .timeout_seconds = (guint)atoi (get_option ("timeout")),
  };
}

#define FOLDER_SCHEME "folder:"

/* set_up_terminal: @configured: to which its settings are given; NULL: it is a new one. Return: it. */
static Transport *
set_up_terminal (const char *folder, Transport *configured)
{
  g_autofree char *requests = g_build_filename (folder, "req", NULL), *answers = g_build_filename (folder, "res", NULL);
  g_autofree char *faces = g_build_filename (folder, "face", NULL);
  const char *own = get_option ("yzk") != NULL ? get_option ("yzk") : "";
  g_autofree char *own_requests = g_build_filename (own, "req", NULL);
  g_autofree char *own_answers = g_build_filename (own, "res", NULL);
  const TerminalSettings settings = {
    .name = "terminal",
    .institution_code = get_option ("institution"),
    .places = { { NULL, requests, answers }, { "YZK", own_requests, own_answers } },
    .n_places = *own != '\0' ? 2 : 1,
    .faces = faces,
    .copies = get_option ("copies"),
    .timeout_seconds = (guint)atoi (get_option ("timeout")),
    .encoding = get_option ("encoding") != NULL ? MESSAGE_ENCODING_CP932 : MESSAGE_ENCODING_UTF8,
    .zip_prefixes = get_option ("zip"),
    .zip_method = get_option ("zip-method"),
    .zip_password_file = get_option ("zip-password"),
    .zip_command = get_option ("zip-command"),
    .left_over_minutes = 1440,
    .copies_state = get_option ("state") != NULL ? get_option ("state") : "/nonexistent",
    .runtime = "/tmp",
  };

  if (configured == NULL)
    return terminal_folder_new (&settings);
  terminal_folder_configure (configured, &settings);
  return configured;
}

/* set_up: by the options as they are now. @configured: as above. */
static Transport *
set_up (Transport *configured)
{
  const char *url = get_option ("url");
  WebApiSettings settings;

  if (url != NULL && g_str_has_prefix (url, FOLDER_SCHEME))
    return set_up_terminal (url + strlen (FOLDER_SCHEME), configured);
  settings = make_settings ();
  if (configured == NULL)
    return web_api_new (&settings);
  web_api_configure (configured, &settings);
  return configured;
}

static void
configure (char **words)
{
  set_options (words);
  set_up (transport);
}

static void
run (Command *command)
{
  const char *name = command->words[0];
  guint n = g_strv_length (command->words);

  if (g_str_equal (name, "challenge"))
    klass->get_challenge (transport, remember (command), on_challenge, command);
  else if (g_str_equal (name, "answer"))
    answer_challenge (command, last_challenge);
  else if (g_str_equal (name, "take-over"))
    start_take_over (command);
  else if (g_str_equal (name, "check"))
    klass->get_challenge (transport, remember (command), on_check_challenge, command);
  else if (g_str_equal (name, "search"))
    klass->check_number (transport,
                         &(TransportNumberQuery){ .insurer_number = command->words[1],
                                                  .number = command->words[2],
                                                  .birthdate = command->words[3],
                                                  .symbol = n > 4 ? command->words[4] : NULL,
                                                  .branch = n > 5 ? command->words[5] : NULL },
                         remember (command), on_reply, command);
  else if (g_str_equal (name, "register") || g_str_equal (name, "register-again"))
    start_register (command, g_str_equal (name, "register-again"));
  else if (g_str_equal (name, "withdraw"))
    start_withdraw (command);
  else if (g_str_equal (name, "fetch"))
    start_fetch (command);
  else if (g_str_equal (name, "reference"))
    start_reference (command);
  else if (g_str_equal (name, "examine"))
    klass->examine (transport, remember (command), on_examined, command);
  else
    {
      if (g_str_equal (name, "prepare"))
        klass->prepare (transport);
      else if (g_str_equal (name, "cancel"))
        g_cancellable_cancel (g_hash_table_lookup (cancellables, GUINT_TO_POINTER (atoi (command->words[1]))));
      else if (g_str_equal (name, "configure"))
        configure (command->words + 1);
      else if (g_str_equal (name, "reset"))
        klass->reset (transport);
      else if (g_str_equal (name, "free"))
        klass->free (transport);
      else if (g_str_equal (name, "release"))
        release_first ();
      else
        g_assert_true (g_str_equal (name, "state") || g_str_equal (name, "memory") || g_str_equal (name, "arrivals")
                       || g_str_equal (name, "link"));
      if (g_str_equal (name, "state"))
        say_state (command);
      else if (g_str_equal (name, "arrivals"))
        say (command, "%u", n_arrivals);
      else if (g_str_equal (name, "link"))
        say_link (command);
      else if (g_str_equal (name, "memory"))
        say_memory (command);
      else
        say (command, "ok");
      command_free (command);
    }
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDataInputStream *input = G_DATA_INPUT_STREAM (source);
  g_autofree char *line = g_data_input_stream_read_line_finish (input, result, NULL, NULL);
  Command *command;

  if (line == NULL)
    {
      g_main_loop_quit (loop);
      return;
    }
  command = g_new0 (Command, 1);
  command->number = ++last_number;
  command->words = g_strsplit (line, " ", -1);
  run (command);
  g_data_input_stream_read_line_async (input, G_PRIORITY_DEFAULT, NULL, on_line, NULL);
}

static void
on_changed (Transport *changed, gpointer user_data)
{
  changes++;
}

int
main (int argc, char **argv)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (input);

  log_init ();
  loop = g_main_loop_new (NULL, FALSE);
  cancellables = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  set_option ("url", argv[1]);
  set_option_to_file ("authority", argv[2], "center-ca.pem");
  set_option_to_file ("certificate", argv[2], "institution.cert.pem");
  set_option_to_file ("key", argv[2], "institution.key.pem");
  set_option_to_file ("account", argv[2], "account");
  set_option ("institution", INSTITUTION);
  set_option ("timeout", argv[3]);
  set_options (argv + 4);
  arrivals = g_ptr_array_new_with_free_func ((GDestroyNotify)transport_arrival_free);
  transport = set_up (NULL);
  klass = transport->klass;
  transport->changed = on_changed;
  transport->arrived = on_arrived;
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, on_line, NULL);
  g_main_loop_run (loop);
  g_hash_table_unref (cancellables);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_pointer (&options, g_hash_table_unref);
  g_ptr_array_unref (arrivals);
  g_clear_pointer (&last_challenge, transport_challenge_free);
  g_clear_pointer (&last_bond, transport_bond_unref);
  g_main_loop_unref (loop);
  return 0;
}
