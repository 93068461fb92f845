/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal-links: what a terminal's folders and files have shown, and what Diagnose is told of it. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "center/terminal-links.h"

#define NOW ((gint64)1796000000 * G_USEC_PER_SEC)
#define MINUTE ((gint64)60 * G_USEC_PER_SEC)

static void
assert_judged (const TerminalFacts *facts, TransportLinkState state, ShikakuCause cause, const char *seen)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpint (terminal_link_judge (facts, NOW, &error, &text), ==, state);
  g_assert_cmpint (shikaku_error_get_cause (error), ==, cause);
  g_assert_nonnull (strstr (error != NULL ? error->message : text, seen));
}

/* The folders: what the kernel says tells off, missing, refused and full apart. */
static void
test_folders (void)
{
  static const struct
  {
    FolderShareStatus status;
    TransportLinkState state;
    ShikakuCause cause;
    const char *seen;
  } rows[] = {
    { { .state = FOLDER_SHARE_ABSENT, .folder = "/a", .error = ENOENT, .detail = "No such file or directory" },
      TRANSPORT_LINK_FAILED,
      SHIKAKU_CAUSE_SHARE_MISSING,
      "/a: No such file or directory" },
    { { .state = FOLDER_SHARE_ABSENT, .folder = "/a", .error = EHOSTDOWN, .detail = "Host is down" },
      TRANSPORT_LINK_FAILED,
      SHIKAKU_CAUSE_TERMINAL_OFF,
      "/a: Host is down" },
    { { .state = FOLDER_SHARE_SILENT, .folder = "/a", .detail = "nothing for 30 s" },
      TRANSPORT_LINK_FAILED,
      SHIKAKU_CAUSE_TERMINAL_OFF,
      "/a: nothing for 30 s" },
    { { .state = FOLDER_SHARE_REFUSED, .folder = "/a", .error = EACCES, .detail = "Permission denied" },
      TRANSPORT_LINK_FAILED,
      SHIKAKU_CAUSE_SHARE_REFUSED,
      "/a: Permission denied" },
    { { .state = FOLDER_SHARE_REFUSED, .folder = "/a", .error = ENOSPC, .detail = "No space left on device" },
      TRANSPORT_LINK_FAILED,
      SHIKAKU_CAUSE_SHARE_FULL,
      "/a: No space left on device" },
    { { .state = FOLDER_SHARE_PRESENT }, TRANSPORT_LINK_OK, SHIKAKU_CAUSE_NONE, "its folders are there" },
    { { .state = FOLDER_SHARE_PRESENT, .left_overs = 99 }, TRANSPORT_LINK_OK, SHIKAKU_CAUSE_NONE, "there" },
    { { .state = FOLDER_SHARE_PRESENT, .left_overs = 100 },
      TRANSPORT_LINK_DEGRADED,
      SHIKAKU_CAUSE_LEFT_OVERS,
      "100 files lie in the folders" },
    { { .state = FOLDER_SHARE_PRESENT, .is_clock_known = TRUE, .clock_difference = -400 * G_USEC_PER_SEC },
      TRANSPORT_LINK_DEGRADED,
      SHIKAKU_CAUSE_TERMINAL_CLOCK,
      "6 minutes behind this computer's" },
    { { .state = FOLDER_SHARE_PRESENT, .is_clock_known = TRUE, .clock_difference = 2 * G_USEC_PER_SEC },
      TRANSPORT_LINK_OK,
      SHIKAKU_CAUSE_NONE,
      "2.0 s from this computer's" },
    { { .state = FOLDER_SHARE_PRESENT, .is_cached = TRUE }, TRANSPORT_LINK_OK, SHIKAKU_CAUSE_NONE, "without nolease" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_judged (&(TerminalFacts){ .share = rows[i].status }, rows[i].state, rows[i].cause, rows[i].seen);
}

/* Who serves them: a question that nobody takes, one that is taken for nothing; all that was seen is told. */
static void
test_service (void)
{
  TerminalFacts facts = { .share = { .state = FOLDER_SHARE_PRESENT }, .asks = TRUE };

  assert_judged (&facts, TRANSPORT_LINK_OK, SHIKAKU_CAUSE_NONE, "");
  facts.has_asked = TRUE;
  facts.outcome = FOLDER_SHARE_NOT_TAKEN;
  facts.share.unanswered_since = NOW - 7 * MINUTE;
  facts.share.last_answer = NOW - 90 * MINUTE;
  assert_judged (&facts, TRANSPORT_LINK_FAILED, SHIKAKU_CAUSE_LINK_PROGRAM_DEAD,
                 "asked 7 min ago; the last answer came 90 min ago");
  facts.share.is_local = TRUE;
  assert_judged (&facts, TRANSPORT_LINK_FAILED, SHIKAKU_CAUSE_LINK_PROGRAM_DEAD, "is the share mounted?");
  facts.outcome = FOLDER_SHARE_NOT_ANSWERED;
  assert_judged (&facts, TRANSPORT_LINK_FAILED, SHIKAKU_CAUSE_TERMINAL_SILENT, "taken, and not answered");
  facts.password_refused = NOW;
  assert_judged (&facts, TRANSPORT_LINK_FAILED, SHIKAKU_CAUSE_ZIP_PASSWORD, "; the last question was taken");
  facts.outcome = FOLDER_SHARE_ANSWERED;
  facts.password_refused = 0;
  assert_judged (&facts, TRANSPORT_LINK_OK, SHIKAKU_CAUSE_NONE, "");
}

/* What went astray is told for a day. */
static void
test_files (void)
{
  TerminalFacts facts = { .share = { .state = FOLDER_SHARE_PRESENT } };

  terminal_count_set (&facts.vanished, 2, NOW - 23 * 60 * MINUTE);
  terminal_count_set (&facts.late, 1, NOW);
  assert_judged (&facts, TRANSPORT_LINK_DEGRADED, SHIKAKU_CAUSE_FILES_TAKEN,
                 "2 files were taken by another program before they were read; 1 answers came too late");
  facts.share.locked = 1;
  assert_judged (&facts, TRANSPORT_LINK_DEGRADED, SHIKAKU_CAUSE_FILES_TAKEN, "were read; 1 files are held by another");
  facts.share.locked = 0;
  terminal_count_set (&facts.vanished, 2, NOW); /* no more than before: nothing is new */
  facts.vanished.last = NOW - 25 * 60 * MINUTE;
  assert_judged (&facts, TRANSPORT_LINK_DEGRADED, SHIKAKU_CAUSE_ANSWERS_LATE, "1 answers came too late");
  terminal_count_set (&facts.late, 0, NOW);
  terminal_count_set (&facts.unreadable, 3, NOW);
  assert_judged (&facts, TRANSPORT_LINK_DEGRADED, SHIKAKU_CAUSE_FILES_UNREADABLE, "3 files could not be used");
  facts.shut = 2;
  facts.shut_detail = "/module: gone";
  assert_judged (&facts, TRANSPORT_LINK_DEGRADED, SHIKAKU_CAUSE_FILES_UNREADABLE,
                 "2 faces could not be opened yet: /module: gone; 3 files could not be used");
  facts.copies_waiting = 4;
  facts.copies_detail = "/spool: gone";
  assert_judged (&facts, TRANSPORT_LINK_DEGRADED, SHIKAKU_CAUSE_COPIES_FAIL,
                 "4 faces wait for their copies: /spool: gone");
  facts = (TerminalFacts){ .share = { .state = FOLDER_SHARE_PRESENT }, .has_method = TRUE };
  facts.weakest = FOLDER_ZIP_ZIPCRYPTO;
  assert_judged (&facts, TRANSPORT_LINK_DEGRADED, SHIKAKU_CAUSE_ZIP_WEAK, "zips are made by zipcrypto");
  facts.weakest = FOLDER_ZIP_AES128;
  assert_judged (&facts, TRANSPORT_LINK_OK, SHIKAKU_CAUSE_NONE, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/terminal-links/folders", test_folders);
  g_test_add_func ("/terminal-links/service", test_service);
  g_test_add_func ("/terminal-links/files", test_files);
  return g_test_run ();
}
