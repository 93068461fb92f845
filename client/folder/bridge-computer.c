/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-computer: see the header. Lines of the log name the receipt computer and the kind of request, and no file: its
 * name may be a patient's number. */
#include "client/folder/bridge-computer.h"

#include <string.h>

#include "client/folder/bridge-answer.h"
#include "client/folder/bridge-codes.h"
#include "client/folder/bridge-file.h"
#include "client/folder/bridge-hint.h"
#include "client/folder/bridge-name.h"
#include "codec/message-json.h"
#include "codec/message-xml.h"

#define LOOK_MILLISECONDS 2000 /* whatever the kernel tells: a folder of another machine tells nothing */
#define AGAIN_MILLISECONDS 300 /* until a file is read once more, which has to be the same then */
#define UNREADABLE_SECONDS G_GINT64_CONSTANT (5) /* so long somebody may still write a file that cannot be read */
#define FOREIGN_SECONDS G_GINT64_CONSTANT (3600) /* after that a file that is no request is in the way */
#define RETRY_MILLISECONDS 5000                  /* of a folder that cannot be written to */
#define JOBS_MAXIMUM 8u                          /* of one receipt computer */
#define VISITS_MAXIMUM 16u                       /* of the daemon's, of a connection: of all receipt computers */
#define TAKEN_MAXIMUM 32u                        /* in one look: whoever lays thousands there holds up nobody else */
#define SEEN_MAXIMUM 32u /* that are read at a time: whoever lays thousands there fills no memory */
#define CLOCK_MARGIN (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC)

/* A request that is not taken yet. */
typedef struct
{
  GBytes *bytes;            /* as read last; NULL: it could not be read */
  gint64 first_at, read_at; /* of the monotonic clock */
} Seen;

struct BridgeServed
{
  const BridgeSettings *settings;
  const BridgeComputer *computer;
  BridgeDesk *desk;
  BridgePeople *people;
  BridgePlace *place;
  BridgeHint *hint;
  guint look_timer, again_timer;
  GHashTable *seen;         /* name → Seen */
  GHashTable *jobs;         /* the answer's name without extension → Job */
  gboolean is_refusal_told; /* a folder that cannot be used is told once */
};

/* A request that was taken. */
typedef struct
{
  BridgeServed *served;
  BridgeKind kind;
  char *name, *answer;      /* of the file in working; of the answer without extension */
  BridgeRequest *request;   /* NULL: it cannot be read */
  BridgeQuestion *question; /* NULL: nobody is asked any more */
  GBytes *bytes;            /* the answer that could not be written yet */
  const char *extension;    /* of the answer */
  guint retry_timer;
} Job;

static void look_at_requests (BridgeServed *served);

static void
seen_free (gpointer data)
{
  Seen *seen = data;

  g_clear_pointer (&seen->bytes, g_bytes_unref);
  g_free (seen);
}

static gboolean
is_of_records (const Job *job)
{
  return job->kind == BRIDGE_DRUG || job->kind == BRIDGE_CHECKUP;
}

static void
job_free (gpointer data)
{
  Job *job = data;

  if (job->question != NULL)
    bridge_question_cancel (job->question);
  g_clear_handle_id (&job->retry_timer, g_source_remove);
  g_clear_pointer (&job->request, bridge_request_free);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_free (job->name);
  g_free (job->answer);
  g_free (job);
}

/* Looking */

static gboolean
on_look (gpointer user_data)
{
  look_at_requests (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_again (gpointer user_data)
{
  BridgeServed *served = user_data;

  served->again_timer = 0;
  look_at_requests (served);
  return G_SOURCE_REMOVE;
}

static void
look_again (BridgeServed *served, guint milliseconds)
{
  if (served->again_timer == 0)
    served->again_timer = g_timeout_add (milliseconds, on_again, served);
}

static void
on_hint (gpointer user_data)
{
  look_again (user_data, 10);
}

/* Answering */

/* Return: whether the answer is there, or is not needed any more. */
static gboolean
put_answer (Job *job)
{
  BridgePlace *place = job->served->place;
  g_autofree char *name = g_strconcat (job->answer, job->extension, NULL);
  g_autoptr (GError) error = NULL;

  if (bridge_place_deliver (place, place->working, job->name, place->answers, name, job->bytes, &error))
    return TRUE;
  if (job->retry_timer == 0)
    g_warning ("%s: an answer to %s cannot be written: %s", job->served->computer->name,
               bridge_kind_to_prefix (job->kind), error->message);
  return FALSE;
}

/* The job is over, and freed. */
static void
drop_job (Job *job)
{
  BridgeServed *served = job->served;

  g_hash_table_remove (served->jobs, job->answer);
  look_again (served, 10);
}

static gboolean
on_retry (gpointer user_data)
{
  Job *job = user_data;

  if (!put_answer (job))
    return G_SOURCE_CONTINUE;
  job->retry_timer = 0;
  drop_job (job);
  return G_SOURCE_REMOVE;
}

/* @bytes: (transfer full). The job is over, or is when the folder can be written to. */
static void
answer_request (Job *job, GBytes *bytes, const char *extension)
{
  job->bytes = bytes;
  job->extension = extension;
  if (put_answer (job))
    drop_job (job);
  else
    job->retry_timer = g_timeout_add (RETRY_MILLISECONDS, on_retry, job);
}

static GBytes *
write_error (const Job *job, const char *word, const char *code, const char *text)
{
  const MessageEncoding encoding = bridge_answer_choose_encoding (job->request, job->served->computer->encoding);

  return bridge_answer_write_error (job->kind, job->request, word, code, text, encoding);
}

/* An error is an answer in XML, also where a PDF was asked for: so the field has it. */
static void
answer_error (Job *job, const char *word, const char *code, const char *text)
{
  g_message ("%s: %s was answered by an error: %s", job->served->computer->name, bridge_kind_to_prefix (job->kind),
             word);
  answer_request (job, write_error (job, word, code, text), ".xml");
}

/* Return: NULL: there is none that can be read. */
static Message *
read_message (const BridgeReply *reply)
{
  if (reply->message == NULL)
    return NULL;
  return reply->is_json ? message_json_parse (reply->message, NULL)
                        : message_xml_parse (reply->message, MESSAGE_ENCODING_UNKNOWN, NULL, NULL);
}

static void
answer_message (Job *job, const Message *message)
{
  BridgeServed *served = job->served;
  const MessageEncoding encoding = bridge_answer_choose_encoding (job->request, served->computer->encoding);
  g_autoptr (GError) error = NULL;
  GBytes *bytes = bridge_answer_write (job->request, message, encoding, &error);

  if (bytes == NULL)
    {
      answer_error (job, error->domain == G_IO_ERROR ? BRIDGE_WORD_INSTITUTION : "MessageInvalid", NULL, NULL);
      return;
    }
  bridge_people_note (served->people, message);
  g_message ("%s: %s was answered", served->computer->name, bridge_kind_to_prefix (job->kind));
  answer_request (job, bytes, ".xml");
}

static void
answer_records (Job *job, const BridgeReply *reply)
{
  const MessageEncoding encoding = bridge_answer_choose_encoding (job->request, job->served->computer->encoding);
  g_autoptr (GError) error = NULL;
  GBytes *bytes = NULL;

  if (job->request->is_pdf && reply->lost != NULL) /* a PDF that is a part only looks whole */
    {
      answer_error (job, reply->lost, reply->code, reply->text);
      return;
    }
  if (!job->request->is_pdf)
    bytes = bridge_answer_write_records (job->request, reply->documents, reply->is_partial ? "partial" : NULL, encoding,
                                         &error);
  else if (reply->documents->len == 1)
    bytes = g_bytes_ref (g_ptr_array_index (reply->documents, 0));
  if (bytes == NULL)
    {
      answer_error (job, BRIDGE_WORD_TOO_LARGE, NULL, NULL);
      return;
    }
  g_message ("%s: %s was answered", job->served->computer->name, bridge_kind_to_prefix (job->kind));
  answer_request (job, bytes, job->request->is_pdf ? ".pdf" : ".xml");
}

static void
on_replied (const BridgeReply *reply, gpointer user_data)
{
  Job *job = user_data;
  g_autoptr (Message) message = read_message (reply);
  const MessageEncoding encoding = bridge_answer_choose_encoding (job->request, job->served->computer->encoding);

  job->question = NULL;
  if (message != NULL)
    answer_message (job, message);
  else if (reply->word != NULL || reply->message != NULL)
    answer_error (job, reply->word != NULL ? reply->word : "MessageInvalid", reply->code, reply->text);
  else if (reply->documents != NULL)
    answer_records (job, reply);
  else
    answer_request (job, bridge_answer_write_done (job->request, encoding), ".xml");
}

/* Return: why nobody is asked, a word of bridge-codes; NULL: the daemon is. */
static const char *
judge (const Job *job)
{
  const BridgeServed *served = job->served;

  if (job->kind == BRIDGE_OTHER)
    return BRIDGE_WORD_UNSUPPORTED;
  if (job->request == NULL)
    return BRIDGE_WORD_UNREADABLE;
  if (served->settings->institution != NULL
      && g_strcmp0 (served->settings->institution, job->request->institution) != 0)
    return BRIDGE_WORD_INSTITUTION;
  return is_of_records (job) && !served->computer->records ? BRIDGE_WORD_RECORDS_OFF : NULL;
}

static void
ask_daemon (Job *job)
{
  BridgeServed *served = job->served;
  const BridgeRequest *request = job->request;
  const BridgeAsker asker = { served->computer->staff, served->computer->role };
  const char *refusal = judge (job);
  BridgePerson person = { NULL };

  if (refusal == NULL && request->kind != BRIDGE_CHECK
      && !bridge_people_find (served->people, request->insurer, request->symbol, request->number, request->branch,
                              &person)
      && request->birthdate == NULL)
    refusal = BRIDGE_WORD_UNKNOWN_PERSON;
  if (refusal != NULL)
    answer_error (job, refusal, NULL, NULL);
  else
    job->question = bridge_desk_ask (served->desk, request, &person, &asker, on_replied, job);
}

/* Taking */

/* Answers that nobody has fetched, to a request of the same name: whoever asks anew would read the old one. */
static void
set_old_answers_aside (BridgeServed *served, const char *name)
{
  static const char *const extensions[] = { ".xml", ".pdf", ".zip" };

  for (guint i = 0; i < G_N_ELEMENTS (extensions); i++)
    {
      g_autofree char *file = g_strconcat (name, extensions[i], NULL);

      if (bridge_file_is_there (served->place->answers, file)
          && bridge_place_set_aside (served->place, served->place->answers, file, NULL))
        g_message ("%s: an answer that nobody has fetched was set aside", served->computer->name);
    }
}

static void
tell_refusal (BridgeServed *served, const GError *error)
{
  if (!served->is_refusal_told)
    g_warning ("%s: %s", served->computer->name, error->message);
  served->is_refusal_told = TRUE;
}

/* What lies in working as @name, for which @kind and @answer_name stand. Return: (transfer full). */
static Job *
make_job (BridgeServed *served, const char *name, BridgeKind kind, const char *answer_name)
{
  g_auto (BridgeFile) file = { 0 };
  Job *job = g_new0 (Job, 1);

  job->served = served;
  job->kind = kind;
  job->name = g_strdup (name);
  job->answer = g_strdup (answer_name);
  if (bridge_file_read (served->place->working, name, &file, NULL))
    job->request = bridge_request_read (kind, file.bytes, NULL);
  return job;
}

/* @word: NULL: it is asked; else it is answered by that. Return: FALSE: it cannot be taken. */
static gboolean
take_request (BridgeServed *served, const char *name, BridgeKind kind, const char *answer_name, const char *word)
{
  g_autoptr (GError) error = NULL;
  Job *job;

  if (!bridge_file_rename (served->place->requests, name, served->place->working, name, &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        tell_refusal (served, error);
      return FALSE;
    }
  served->is_refusal_told = FALSE;
  if (bridge_file_is_folder (served->place->working, name)) /* it was a file a moment before */
    return bridge_place_set_aside (served->place, served->place->working, name, NULL);
  set_old_answers_aside (served, answer_name);
  job = make_job (served, name, kind, answer_name);
  g_hash_table_insert (served->jobs, job->answer, job);
  if (word != NULL)
    answer_error (job, word, NULL, NULL);
  else
    ask_daemon (job);
  return TRUE;
}

/* A file is ready when it was read twice, a while apart, and is the same, and a message. */
static gboolean
is_ready (BridgeServed *served, const char *name, BridgeKind kind, gboolean *ret_is_readable)
{
  const gint64 now = g_get_monotonic_time ();
  g_auto (BridgeFile) file = { 0 };
  Seen *seen = g_hash_table_lookup (served->seen, name);
  gboolean is_same;

  if (seen == NULL)
    {
      seen = g_new0 (Seen, 1);
      seen->first_at = now;
      g_hash_table_insert (served->seen, g_strdup (name), seen);
    }
  else if (seen->bytes != NULL && now - seen->read_at < AGAIN_MILLISECONDS * 1000 / 2)
    return FALSE;
  *ret_is_readable = bridge_file_read (served->place->requests, name, &file, NULL);
  is_same = *ret_is_readable && seen->bytes != NULL && g_bytes_equal (seen->bytes, file.bytes);
  if (is_same)
    {
      g_autoptr (BridgeRequest) request = bridge_request_read (kind, file.bytes, NULL);

      *ret_is_readable = request != NULL;
    }
  else
    {
      g_clear_pointer (&seen->bytes, g_bytes_unref);
      seen->bytes = g_steal_pointer (&file.bytes);
      seen->read_at = now;
    }
  if (!*ret_is_readable) /* somebody may still be writing */
    return now - seen->first_at > UNREADABLE_SECONDS * G_USEC_PER_SEC;
  return is_same;
}

/* Nobody waits for the answer any more, or nobody knows: such a request is not news. */
static gboolean
is_left_over (const BridgeServed *served, const char *name)
{
  const gint64 now = g_get_real_time ();
  gint64 since;

  return bridge_file_get_since (served->place->requests, name, &since)
         && (now - since > (gint64)served->settings->request_seconds * G_USEC_PER_SEC || since - now > CLOCK_MARGIN);
}

/* Whether a request has to wait until others are over: no receipt computer takes what the others need. */
static gboolean
is_busy (const BridgeServed *served, const char *name, BridgeKind kind, const char *answer_name)
{
  const guint share = MAX (VISITS_MAXIMUM / served->settings->computers->len, 1);

  return g_hash_table_contains (served->jobs, answer_name)
         || g_hash_table_size (served->jobs) >= MIN (share, JOBS_MAXIMUM)
         || (g_hash_table_size (served->seen) >= SEEN_MAXIMUM && !g_hash_table_contains (served->seen, name))
         || ((kind == BRIDGE_DRUG || kind == BRIDGE_CHECKUP) && !bridge_desk_can_fetch (served->desk));
}

/* Return: whether it was taken. */
static gboolean
look_at_request (BridgeServed *served, const char *name, BridgeKind kind, const char *answer_name)
{
  gboolean is_readable = TRUE;

  if (is_busy (served, name, kind, answer_name))
    return FALSE;
  if (is_left_over (served, name))
    return take_request (served, name, kind, answer_name, BRIDGE_WORD_LEFT_OVER);
  if (is_ready (served, name, kind, &is_readable))
    return take_request (served, name, kind, answer_name, is_readable ? NULL : BRIDGE_WORD_UNREADABLE);
  look_again (served, AGAIN_MILLISECONDS);
  return FALSE;
}

/* Return: whether it was set aside. */
static gboolean
look_at_foreign (BridgeServed *served, const char *name)
{
  gint64 since;

  if (bridge_file_is_folder (served->place->requests, name) /* which may hold anything, and stays where it is */
      || !bridge_file_get_since (served->place->requests, name, &since)
      || g_get_real_time () - since <= FOREIGN_SECONDS * G_USEC_PER_SEC
      || !bridge_place_set_aside (served->place, served->place->requests, name, NULL))
    return FALSE;
  g_message ("%s: a file that is no request was set aside", served->computer->name);
  return TRUE;
}

static gboolean
is_not_listed (gpointer name, gpointer seen, gpointer listed)
{
  return !g_hash_table_contains (listed, name);
}

static void
look_at_requests (BridgeServed *served)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = bridge_folder_list (served->place->requests, &error);
  g_autoptr (GHashTable) listed = g_hash_table_new (g_str_hash, g_str_equal);
  guint n_taken = 0;

  if (names == NULL)
    {
      tell_refusal (served, error);
      return;
    }
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *answer_name = NULL;
      BridgeKind kind;

      g_hash_table_add (listed, (gpointer)name);
      if (n_taken == TAKEN_MAXIMUM)
        continue;
      if (bridge_name_read_request (name, &kind, &answer_name)
          && !bridge_file_is_folder (served->place->requests, name))
        n_taken += look_at_request (served, name, kind, answer_name);
      else
        n_taken += look_at_foreign (served, name);
    }
  if (n_taken == TAKEN_MAXIMUM)
    look_again (served, 10);
  g_hash_table_foreach_remove (served->seen, is_not_listed, listed);
}

/* Beginning and end */

/* Whether the request to which @name, a file of answers, belongs is in working. */
static gboolean
has_request (BridgePlace *place, const char *name, gpointer answers)
{
  const char *dot = strrchr (name, '.');
  g_autofree char *base = dot != NULL ? g_strndup (name, (gsize)(dot - name)) : g_strdup (name);

  return g_hash_table_contains (answers, base);
}

static gboolean
has_pending (BridgePlace *place, const char *name, gpointer user_data)
{
  return bridge_file_is_there (place->pending, name);
}

/* What a kill has left: what was taken and not answered is answered by an error; nobody is asked once more. */
static void
recover (BridgeServed *served)
{
  BridgePlace *place = served->place;
  g_autoptr (GPtrArray) names = bridge_folder_list (place->working, NULL);
  g_autoptr (GHashTable) answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iterator;
  gpointer answer_name, name;
  BridgeKind kind;

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      char *base;

      if (bridge_name_read_request (g_ptr_array_index (names, i), &kind, &base))
        g_hash_table_insert (answers, base, g_strdup (g_ptr_array_index (names, i)));
    }
  bridge_place_recover (place, place->answers, has_request, answers);
  bridge_place_recover (place, place->faces, has_pending, NULL);
  g_hash_table_iter_init (&iterator, answers);
  while (g_hash_table_iter_next (&iterator, &answer_name, &name))
    {
      g_autofree char *base = NULL;
      Job *job;

      bridge_name_read_request (name, &kind, &base);
      job = make_job (served, name, kind, answer_name);
      g_hash_table_insert (served->jobs, job->answer, job);
      answer_error (job, BRIDGE_WORD_INTERRUPTED, NULL, NULL);
    }
}

BridgeServed *
bridge_served_new (const BridgeSettings *settings, const BridgeComputer *computer, BridgeDesk *desk,
                   BridgePeople *people, GError **error)
{
  BridgePlace *place = bridge_place_open (computer, error);
  BridgeServed *served;

  if (place == NULL)
    return NULL;
  served = g_new0 (BridgeServed, 1);
  served->settings = settings;
  served->computer = computer;
  served->desk = desk;
  served->people = people;
  served->place = place;
  served->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, seen_free);
  served->jobs = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, job_free);
  recover (served);
  served->hint = bridge_hint_new (computer->requests, on_hint, served);
  served->look_timer = g_timeout_add (LOOK_MILLISECONDS, on_look, served);
  look_again (served, 10);
  return served;
}

void
bridge_served_free (BridgeServed *served)
{
  GHashTableIter iterator;
  gpointer value;

  g_clear_handle_id (&served->look_timer, g_source_remove);
  g_clear_handle_id (&served->again_timer, g_source_remove);
  bridge_hint_free (served->hint);
  g_hash_table_iter_init (&iterator, served->jobs);
  while (g_hash_table_iter_next (&iterator, NULL, &value))
    {
      Job *job = value;

      if (job->bytes == NULL)
        {
          job->bytes = write_error (job, BRIDGE_WORD_INTERRUPTED, NULL, NULL);
          job->extension = ".xml";
        }
      put_answer (job); /* else it is in working, and the next start says so */
    }
  g_hash_table_unref (served->jobs);
  g_hash_table_unref (served->seen);
  bridge_place_free (served->place);
  g_free (served);
}

BridgePlace *
bridge_served_get_place (BridgeServed *served)
{
  return served->place;
}

void
bridge_served_sweep (BridgeServed *served)
{
  const gint64 stay = (gint64)served->settings->stay_minutes * 60;
  const gint64 days = (gint64)served->settings->quarantine_days * 24 * 3600;
  const guint n_answers = bridge_place_sweep (served->place, served->place->answers, bridge_name_is_answer, stay);
  const guint n_faces = bridge_place_sweep (served->place, served->place->faces, bridge_name_is_face, stay);

  bridge_place_sweep (served->place, served->place->quarantine, NULL, days);
  if (n_answers + n_faces > 0)
    g_message ("%s: %u answers and %u face files that nobody has fetched were removed", served->computer->name,
               n_answers, n_faces);
}
