/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-events: numbers that are given once, events that are told in their order and found again, pages and what is
 * missing from them, retention, and a disk that fails or on which the daemon is killed.
 */
#include "store/events.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "fake-disk.h"
#include "store/store-file.h"

#define START (G_GINT64_CONSTANT (1790000000) * G_USEC_PER_SEC)
#define UID 1000
#define OTHER_UID 1001

gint64 __wrap_g_get_real_time (void);
guint __wrap_g_timeout_add_seconds (guint interval, GSourceFunc function, gpointer data);

static gint64 now;
static guint timers;

gint64
__wrap_g_get_real_time (void)
{
  return now;
}

/* The wait for more is over as soon as the loop runs. */
guint
__wrap_g_timeout_add_seconds (guint interval, GSourceFunc function, gpointer data)
{
  g_assert_cmpuint (interval, ==, 10);
  timers++;
  return g_idle_add_full (G_PRIORITY_LOW, function, data, NULL);
}

typedef struct
{
  char *folder, *file;
  Store *store;
  Events *events;
  GString *told;     /* kinds and numbers, relative to START */
  EventsPage *page;  /* the last that was answered */
  GString *answered; /* the same as words */
  gboolean is_answered;
  int pipe; /* where what is told goes too; 0: nowhere */
} Fixture;

static void
append_event (GString *text, const Event *event)
{
  g_string_append_printf (text, "%s%s+%" G_GUINT64_FORMAT, text->len > 0 ? " " : "", event_kind_to_string (event->kind),
                          event->sequence - START / G_TIME_SPAN_MILLISECOND);
}

static void
on_told (const Event *event, gpointer user_data)
{
  Fixture *fixture = user_data;

  append_event (fixture->told, event);
  if (fixture->pipe != 0)
    g_assert_cmpint (write (fixture->pipe, &event->sequence, sizeof event->sequence), ==, sizeof event->sequence);
}

static void
start (Fixture *fixture)
{
  fixture->store = store_new (fixture->folder);
  fixture->events = events_new (fixture->store, on_told, fixture);
}

static void
stop (Fixture *fixture)
{
  g_clear_pointer (&fixture->events, events_free);
  g_clear_pointer (&fixture->store, store_free);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  now = START;
  timers = 0;
  fixture->folder = g_dir_make_tmp ("shikaku-events-XXXXXX", NULL);
  fixture->file = g_build_filename (fixture->folder, STORE_FILE_NAME, NULL);
  fixture->told = g_string_new (NULL);
  fixture->answered = g_string_new (NULL);
  start (fixture);
}

static void
clear_folder (Fixture *fixture)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stop (fixture);
  clear_folder (fixture);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->file);
  g_string_free (fixture->told, TRUE);
  g_string_free (fixture->answered, TRUE);
}

static GString *
make_details (const char *text)
{
  GString *details = g_string_new (NULL);

  event_details_add_text (details, 's', "What", text);
  return details;
}

static void
add (Fixture *fixture, EventKind kind, gint64 audience)
{
  events_add (fixture->events, kind, audience, make_details ("test"));
}

static void
on_answer (const EventsPage *page, gpointer user_data)
{
  Fixture *fixture = user_data;
  static const char *const gaps[] = { "", "purged", "unknown" };

  fixture->is_answered = TRUE;
  g_string_truncate (fixture->answered, 0);
  if (page == NULL)
    {
      g_string_append (fixture->answered, "ended");
      return;
    }
  for (guint i = 0; i < page->events->len; i++)
    append_event (fixture->answered, page->events->pdata[i]);
  g_string_append_printf (fixture->answered, " > %" G_GINT64_FORMAT,
                          page->next != 0 ? (gint64)page->next - START / G_TIME_SPAN_MILLISECOND : 0);
  if (page->gap != EVENTS_COMPLETE)
    g_string_append_printf (fixture->answered, " %s %" G_GINT64_FORMAT, gaps[page->gap],
                            (gint64)page->gap_until - START / G_TIME_SPAN_MILLISECOND);
}

static void
await (Fixture *fixture)
{
  while (!fixture->is_answered)
    g_main_context_iteration (NULL, TRUE);
  fixture->is_answered = FALSE;
}

/* ask: @after: relative to START; -1: the beginning. */
static const char *
ask_as (Fixture *fixture, gint64 after, gint64 uid, guint kinds, guint limit)
{
  const EventsQuestion question
      = { after < 0 ? 0 : (guint64)(START / G_TIME_SPAN_MILLISECOND + after), uid, kinds, limit };

  events_ask (fixture->events, &question, on_answer, fixture);
  await (fixture);
  return fixture->answered->str;
}

static const char *
ask (Fixture *fixture, gint64 after)
{
  return ask_as (fixture, after, UID, EVENT_ALL_KINDS, 100);
}

static void
listen_to (Fixture *fixture)
{
  events_listen (fixture->events, on_answer, fixture);
  await (fixture);
}

/* settle: until all that was added so far is written and told. */
static void
settle (Fixture *fixture)
{
  ask (fixture, -1);
}

/* Details. */

static void
test_details (void)
{
  g_autoptr (GString) details = g_string_new (NULL);
  EventDetail detail;
  gsize offset = 0;

  event_details_add_text (details, 'o', "Reader", "/org/shikaku/Shikaku1/reader/1");
  event_details_add_text (details, 's', "Name", "");
  event_details_add_text (details, 's', "Cause", NULL);
  event_details_add_number (details, 't', "Expires", G_MAXINT64);
  event_details_add_number (details, 'i', "Days", -3);
  g_assert_true (event_details_read (details->str, details->len, &offset, &detail));
  g_assert_cmpstr (detail.key, ==, "Reader");
  g_assert_cmpstr (detail.text, ==, "/org/shikaku/Shikaku1/reader/1");
  g_assert_cmpint (detail.type, ==, 'o');
  g_assert_true (event_details_read (details->str, details->len, &offset, &detail));
  g_assert_cmpint (detail.number, ==, G_MAXINT64);
  g_assert_true (event_details_read (details->str, details->len, &offset, &detail));
  g_assert_cmpint (detail.number, ==, -3);
  g_assert_cmpint (detail.type, ==, 'i');
  g_assert_false (event_details_read (details->str, details->len, &offset, &detail));
}

static void
read_all (const char *bytes, gsize size)
{
  EventDetail detail;
  gsize offset = 0;

  while (event_details_read (bytes, size, &offset, &detail))
    {
      g_assert_true (g_utf8_validate (detail.key, -1, NULL) && g_utf8_validate (detail.text, -1, NULL));
      g_assert_cmpuint (offset, <=, size);
    }
  g_assert_cmpuint (offset, ==, size);
}

/* Cut at each byte, and each byte another one: it ends, and whatever is read is a text. */
static void
test_details_damaged (void)
{
  g_autoptr (GString) details = g_string_new (NULL);

  event_details_add_text (details, 's', "What", "\xe8\xb3\x87\xe6\xa0\xbc");
  event_details_add_number (details, 't', "Number", 1);
  for (gsize size = 0; size <= details->len; size++)
    {
      g_autofree char *cut = g_memdup2 (details->str, size);

      read_all (cut, size);
    }
  for (gsize i = 0; i < details->len; i++)
    for (guint value = 0; value < 256; value++)
      {
        g_autofree char *changed = g_memdup2 (details->str, details->len);

        changed[i] = (char)value;
        read_all (changed, details->len);
      }
}

/* Writing. */

/* Before the first event, and before it is worth it, the disk is not touched; nor while nobody asks. */
static void
test_lazy (Fixture *fixture, gconstpointer data)
{
  g_assert_false (g_file_test (fixture->file, G_FILE_TEST_EXISTS));
  for (guint i = 0; i < 127; i++)
    add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  g_assert_cmpuint (timers, ==, 1);
  g_assert_false (g_file_test (fixture->file, G_FILE_TEST_EXISTS));
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  while (!g_file_test (fixture->file, G_FILE_TEST_EXISTS))
    g_main_context_iteration (NULL, TRUE);
  settle (fixture);
  add (fixture, EVENT_READER, EVENT_FOR_ALL);
  g_assert_cmpuint (timers, ==, 2);
  g_assert_cmpstr (ask (fixture, 127), ==, "reader+128 > 128");
  g_assert_cmpuint (fixture->told->len, ==, 0);
}

/* Time alone has them written, too; and so has the end. */
static void
test_written_at_last (Fixture *fixture, gconstpointer data)
{
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  while (!g_file_test (fixture->file, G_FILE_TEST_EXISTS))
    g_main_context_iteration (NULL, FALSE);
  settle (fixture);
  add (fixture, EVENT_EXPIRY, EVENT_FOR_ALL);
  stop (fixture);
  start (fixture);
  g_assert_cmpstr (ask (fixture, -1), ==, "center+0 expiry+1 > 1");
}

/* What is told comes in order, once, and from when it was asked for. */
static void
test_told (Fixture *fixture, gconstpointer data)
{
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  listen_to (fixture);
  g_assert_cmpstr (fixture->answered->str, ==, " > 0");
  add (fixture, EVENT_READER, EVENT_FOR_ALL);
  add (fixture, EVENT_VISIT_FINISHED, UID);
  settle (fixture);
  g_assert_cmpstr (fixture->told->str, ==, "reader+1 visit-finished+2");
  listen_to (fixture);
  add (fixture, EVENT_EXPIRY, EVENT_FOR_ALL);
  settle (fixture);
  g_assert_cmpstr (fixture->told->str, ==, "reader+1 visit-finished+2 expiry+3");
  events_stop_listening (fixture->events);
  add (fixture, EVENT_EXPIRY, EVENT_FOR_ALL);
  settle (fixture);
  events_stop_listening (fixture->events);
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  settle (fixture);
  g_assert_cmpstr (fixture->told->str, ==, "reader+1 visit-finished+2 expiry+3 expiry+4");
}

/* Numbers go on over restarts, and with the clock; a clock that was set back does not take them along. */
static void
test_numbers (Fixture *fixture, gconstpointer data)
{
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  settle (fixture);
  now = START + G_TIME_SPAN_HOUR;
  stop (fixture);
  start (fixture);
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  settle (fixture);
  now = 0;
  stop (fixture);
  start (fixture);
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  g_assert_cmpstr (ask (fixture, -1), ==, "center+0 center+3600000 center+3600001 > 3600001");
}

/* Pages, and who may know what. */
static void
test_pages (Fixture *fixture, gconstpointer data)
{
  add (fixture, EVENT_VISIT_FINISHED, UID);
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  add (fixture, EVENT_VISIT_FINISHED, OTHER_UID);
  add (fixture, EVENT_OUTAGE_RESOLVED, UID);
  add (fixture, EVENT_VISIT_FINISHED, OTHER_UID);
  g_assert_cmpstr (ask (fixture, -1), ==, "visit-finished+0 center+1 outage-resolved+3 > 4");
  g_assert_cmpstr (ask (fixture, 1), ==, "outage-resolved+3 > 4");
  g_assert_cmpstr (ask (fixture, 4), ==, " > 4");
  g_assert_cmpstr (ask_as (fixture, -1, OTHER_UID, EVENT_ALL_KINDS, 2), ==, "center+1 visit-finished+2 > 2");
  g_assert_cmpstr (ask_as (fixture, 2, OTHER_UID, EVENT_ALL_KINDS, 2), ==, "visit-finished+4 > 4");
  g_assert_cmpstr (ask_as (fixture, -1, 0, EVENT_ALL_KINDS, 100), ==, "center+1 > 4");
  g_assert_cmpstr (ask_as (fixture, -1, UID, EVENT_BIT (EVENT_OUTAGE_RESOLVED) | EVENT_BIT (EVENT_CENTER), 100), ==,
                   "center+1 outage-resolved+3 > 4");
  g_assert_cmpstr (ask_as (fixture, -1, UID, EVENT_ALL_KINDS, 0), ==, " > 4");
  g_assert_cmpstr (ask (fixture, 5), ==, " > 4 unknown 4");
}

static void
test_details_kept (Fixture *fixture, gconstpointer data)
{
  const EventsQuestion question = { 0, UID, EVENT_ALL_KINDS, 1 };
  g_autoptr (EventsPage) page = events_page_new ();
  sqlite3 *database = NULL;
  EventDetail detail;
  gsize offset = 0;
  Event *event;

  now = START + 7;
  add (fixture, EVENT_EXPIRY, EVENT_FOR_ALL);
  stop (fixture);
  database = store_file_open (&store_file_common, fixture->file, &(gboolean){ FALSE }, NULL);
  g_assert_true (events_table_read (database, &question, page, NULL));
  sqlite3_close (database);
  event = page->events->pdata[0];
  g_assert_cmpint (event->at, ==, START + 7);
  g_assert_cmpint (event->audience, ==, EVENT_FOR_ALL);
  g_assert_true (event_details_read (event->details->str, event->details->len, &offset, &detail));
  g_assert_cmpstr (detail.text, ==, "test");
  start (fixture);
}

/* Retention. */

static void
test_old (Fixture *fixture, gconstpointer data)
{
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  add (fixture, EVENT_READER, EVENT_FOR_ALL);
  settle (fixture);
  now = START + 6 * G_TIME_SPAN_DAY;
  add (fixture, EVENT_EXPIRY, EVENT_FOR_ALL);
  g_assert_cmpstr (ask (fixture, 0), ==, "reader+1 expiry+518400000 > 518400000");
  now = START + 7 * G_TIME_SPAN_DAY + 1;
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  g_assert_cmpstr (ask (fixture, 0), ==, "expiry+518400000 center+604800000 > 604800000 purged 1");
  g_assert_cmpstr (ask (fixture, 1), ==, "expiry+518400000 center+604800000 > 604800000");
  g_assert_cmpstr (ask (fixture, -1), ==, "expiry+518400000 center+604800000 > 604800000");
  now = START + 100 * G_TIME_SPAN_DAY;
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  g_assert_cmpstr (ask (fixture, 518399999), ==, "center+8640000000 > 8640000000 purged 604800000");
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < EVENTS_KEPT_MAXIMUM; i += EVENTS_GATHERED_MAXIMUM / 2)
    {
      for (guint j = 0; j < EVENTS_GATHERED_MAXIMUM / 2; j++)
        add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
      settle (fixture);
    }
  /* 20 times 1024; the last that went is number 479. */
  g_assert_cmpstr (ask_as (fixture, 0, UID, EVENT_ALL_KINDS, 1), ==, "center+480 > 480 purged 479");
  g_assert_cmpstr (ask_as (fixture, 20478, UID, EVENT_ALL_KINDS, 1), ==, "center+20479 > 20479");
}

/* Other tenants. */

typedef struct
{
  gboolean fails;
  guint ended;
} Tenant;

static gboolean
run_tenant (sqlite3 *database, gpointer data, GError **error)
{
  g_autoptr (GString) details = make_details ("tenant");

  g_assert_true (events_add_in (database, EVENT_OUTAGE_RESOLVED, UID, details, error));
  return !((Tenant *)data)->fails || store_file_set_error (database, error);
}

static void
on_tenant (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;
  Tenant *tenant = store_run_get_data (result);

  tenant->ended++;
  if (store_run_finish (result, NULL))
    events_note_written (fixture->events);
}

static void
test_tenants (Fixture *fixture, gconstpointer data)
{
  Tenant tenant = { FALSE, 0 }, failing = { TRUE, 0 };

  store_run (fixture->store, run_tenant, &tenant, NULL, on_tenant, fixture);
  listen_to (fixture);
  g_assert_cmpstr (fixture->answered->str, ==, " > 0");
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  store_run (fixture->store, run_tenant, &failing, NULL, on_tenant, fixture);
  store_run (fixture->store, run_tenant, &tenant, NULL, on_tenant, fixture);
  add (fixture, EVENT_READER, EVENT_FOR_ALL);
  while (tenant.ended < 2)
    g_main_context_iteration (NULL, TRUE);
  settle (fixture);
  g_assert_cmpstr (fixture->told->str, ==, "outage-resolved+1 center+2 reader+3");
  g_assert_cmpuint (failing.ended, ==, 1);
  g_assert_cmpstr (ask (fixture, -1), ==, "outage-resolved+0 outage-resolved+1 center+2 reader+3 > 3");
}

/* A disk that fails. */

/* They are told from memory, and written with those numbers when there is room again. */
static void
test_disk_full (Fixture *fixture, gconstpointer data)
{
  add (fixture, EVENT_EXPIRY, EVENT_FOR_ALL);
  listen_to (fixture);
  fake_disk_arm (FAKE_DISK_FULL, 1, TRUE);
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  g_assert_cmpstr (ask (fixture, 0), ==, "center+1 > 1");
  add (fixture, EVENT_READER, EVENT_FOR_ALL);
  g_assert_cmpstr (ask (fixture, -1), ==, "center+1 reader+2 > 2");
  fake_disk_disarm ();
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  g_assert_cmpstr (ask (fixture, -1), ==, "expiry+0 center+1 reader+2 center+3 > 3");
  g_assert_cmpstr (fixture->told->str, ==, "center+1 reader+2 center+3");
  stop (fixture);
  start (fixture);
  g_assert_cmpstr (ask (fixture, 1), ==, "reader+2 center+3 > 3");
}

/* More than memory holds are lost, and that is said. */
static void
test_memory_full (Fixture *fixture, gconstpointer data)
{
  events_free (fixture->events);
  fixture->events = events_new (NULL, on_told, fixture);
  g_assert_cmpstr (ask (fixture, -1), ==, " > 0");
  listen_to (fixture);
  for (guint i = 0; i < EVENTS_MEMORY_MAXIMUM + 2; i++)
    add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  g_assert_true (g_str_has_suffix (fixture->told->str, " center+512 center+513"));
  g_assert_cmpstr (ask_as (fixture, 0, UID, EVENT_ALL_KINDS, 1), ==, "center+2 > 2 purged 1");
  g_assert_cmpstr (ask (fixture, 511), ==, "center+512 center+513 > 513");
  g_assert_cmpstr (ask (fixture, 514), ==, " > 513 unknown 513");
  g_assert_false (g_file_test (fixture->file, G_FILE_TEST_EXISTS));
}

/* The file cannot be opened at all: nobody loses its place, nor hears old events when it can be. */
static void
test_no_file (Fixture *fixture, gconstpointer data)
{
  add (fixture, EVENT_EXPIRY, EVENT_FOR_ALL);
  settle (fixture);
  stop (fixture);
  now += 60 * G_TIME_SPAN_MILLISECOND;
  fake_disk_arm (FAKE_DISK_BROKEN, 1, TRUE);
  start (fixture);
  g_assert_cmpstr (ask (fixture, 0), ==, " > 0 unknown 0");
  listen_to (fixture);
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  settle (fixture);
  fake_disk_disarm ();
  add (fixture, EVENT_READER, EVENT_FOR_ALL);
  settle (fixture);
  g_assert_cmpstr (fixture->told->str, ==, "center+60 reader+61");
  g_assert_cmpstr (ask (fixture, -1), ==, "expiry+0 center+60 reader+61 > 61");
}

/* The file was damaged, and is begun anew: no number comes for the second time. */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  settle (fixture);
  stop (fixture);
  g_assert_true (g_file_set_contents (fixture->file, "no database at all", -1, NULL));
  now += 60 * G_TIME_SPAN_MILLISECOND;
  start (fixture);
  g_assert_cmpstr (ask (fixture, 0), ==, " > 0 unknown -1790000000000");
  add (fixture, EVENT_READER, EVENT_FOR_ALL);
  g_assert_cmpstr (ask (fixture, 0), ==, "reader+60 > 60 purged 59");
}

/* The disk does not answer: what is gathered meanwhile is bounded. */
static void
test_disk_hangs (Fixture *fixture, gconstpointer data)
{
  settle (fixture);
  fake_disk_hold ();
  add (fixture, EVENT_READER, EVENT_FOR_ALL);
  for (guint i = 0; i < 127; i++)
    add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  fake_disk_wait_held ();
  for (guint i = 0; i < EVENTS_GATHERED_MAXIMUM + 10; i++)
    add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  fake_disk_release ();
  g_assert_cmpstr (ask_as (fixture, 2174, UID, EVENT_ALL_KINDS, 100), ==, "center+2175 > 2175");
}

/* The end comes while somebody asks. */
static void
test_end (Fixture *fixture, gconstpointer data)
{
  const EventsQuestion question = { 0, UID, EVENT_ALL_KINDS, 1 };

  add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
  events_ask (fixture->events, &question, on_answer, fixture);
  add (fixture, EVENT_READER, EVENT_FOR_ALL);
  g_clear_pointer (&fixture->events, events_free);
  g_assert_cmpstr (fixture->answered->str, ==, "ended");
  fixture->is_answered = FALSE;
  stop (fixture);
  g_assert_false (fixture->is_answered);
  start (fixture);
  g_assert_cmpstr (ask (fixture, -1), ==, "center+0 reader+1 > 1");
}

/* Killed: what was told is in the file, and no number of it comes again. */

static void
live_until_killed (Fixture *fixture, int told, guint step)
{
  fixture->pipe = told;
  start (fixture);
  fake_disk_arm (FAKE_DISK_KILLED, step, FALSE);
  listen_to (fixture);
  for (guint i = 0; i < 3; i++)
    {
      add (fixture, EVENT_CENTER, EVENT_FOR_ALL);
      settle (fixture);
    }
  _exit (0);
}

/* live: Return: whether it was killed. @told: of guint64. */
static gboolean
live (Fixture *fixture, guint step, GArray *told)
{
  guint64 number;
  int ends[2], status;
  pid_t child;

  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  if (child == 0)
    live_until_killed (fixture, ends[1], step);
  close (ends[1]);
  while (read (ends[0], &number, sizeof number) == sizeof number)
    g_array_append_val (told, number);
  close (ends[0]);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  return WIFSIGNALED (status);
}

static void
test_killed (Fixture *fixture, gconstpointer data)
{
  gboolean killed = TRUE;
  guint step;

  stop (fixture);
  for (step = 1; killed; step++)
    {
      g_autoptr (GArray) told = g_array_new (FALSE, FALSE, sizeof (guint64));

      clear_folder (fixture);
      killed = live (fixture, step, told);
      start (fixture);
      add (fixture, EVENT_READER, EVENT_FOR_ALL);
      ask (fixture, -1);
      for (guint i = 0; i < told->len; i++)
        {
          const gint64 number = (gint64)g_array_index (told, guint64, i) - START / G_TIME_SPAN_MILLISECOND;
          g_autofree char *word = g_strdup_printf ("center+%" G_GINT64_FORMAT " ", number);

          g_assert_nonnull (strstr (fixture->answered->str, word));
        }
      stop (fixture);
    }
  g_assert_cmpuint (step, >, 20);
  start (fixture);
}

#define ADD_TEST(path, function) g_test_add ("/events/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  log_set_target ("null");
  fake_disk_install ();

  g_test_add_func ("/events/details", test_details);
  g_test_add_func ("/events/details-damaged", test_details_damaged);
  ADD_TEST ("lazy", test_lazy);
  ADD_TEST ("written-at-last", test_written_at_last);
  ADD_TEST ("told", test_told);
  ADD_TEST ("numbers", test_numbers);
  ADD_TEST ("pages", test_pages);
  ADD_TEST ("details-kept", test_details_kept);
  ADD_TEST ("old", test_old);
  ADD_TEST ("many", test_many);
  ADD_TEST ("tenants", test_tenants);
  ADD_TEST ("disk-full", test_disk_full);
  ADD_TEST ("memory-full", test_memory_full);
  ADD_TEST ("no-file", test_no_file);
  ADD_TEST ("damaged", test_damaged);
  ADD_TEST ("disk-hangs", test_disk_hangs);
  ADD_TEST ("end", test_end);
  ADD_TEST ("killed", test_killed);
  return g_test_run ();
}
