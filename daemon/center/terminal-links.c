/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal-links: see the header. */
#include "center/terminal-links.h"

#include <errno.h>

#include "base/error.h"

#define CLOCK_OFF ((gint64)5 * 60 * G_USEC_PER_SEC)
#define RECENT ((gint64)24 * 60 * 60 * G_USEC_PER_SEC) /* how long a file that went astray is told of */
#define LEFT_OVERS_MANY 100u                           /* from so many on a terminal of the field becomes slow */

/* What is wrong, worst first: the first that there is makes the state and the cause; each says what was seen. */
typedef struct
{
  ShikakuCause cause;
  ShikakuError error;
  gboolean is_failure;
  char *(*see) (const TerminalFacts *facts, gint64 now); /* (transfer full), or NULL: nothing of the kind */
} Trouble;

void
terminal_count_set (TerminalCount *count, guint now_counted, gint64 now)
{
  if (now_counted > count->count)
    count->last = now;
  if (now_counted == 0)
    count->last = 0;
  count->count = now_counted;
}

/* is_gone: whether @facts say that the folders cannot be used. */
static gboolean
is_gone (const TerminalFacts *facts)
{
  return facts->share.state != FOLDER_SHARE_PRESENT && facts->share.state != FOLDER_SHARE_UNKNOWN;
}

static char *
see_folder (const TerminalFacts *facts)
{
  return g_strdup_printf ("%s: %s", facts->share.folder != NULL ? facts->share.folder : "its folders",
                          facts->share.detail != NULL ? facts->share.detail : "nothing is known");
}

/* is_of_machine: whether @error says that the machine at the other end is away, and not only its folder. */
static gboolean
is_of_machine (int error)
{
  static const int codes[] = { EHOSTDOWN,    EHOSTUNREACH, ENETUNREACH,  ENETDOWN,  ENOTCONN, ETIMEDOUT,
                               ECONNREFUSED, ECONNRESET,   ECONNABORTED, ESHUTDOWN, EIO,      EAGAIN };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (error == codes[i])
      return TRUE;
  return FALSE;
}

static char *
see_off (const TerminalFacts *facts, gint64 now)
{
  return is_gone (facts) && (facts->share.state == FOLDER_SHARE_SILENT || is_of_machine (facts->share.error))
             ? see_folder (facts)
             : NULL;
}

static char *
see_missing (const TerminalFacts *facts, gint64 now)
{
  return facts->share.state == FOLDER_SHARE_ABSENT ? see_folder (facts) : NULL;
}

static char *
see_full (const TerminalFacts *facts, gint64 now)
{
  return is_gone (facts) && (facts->share.error == ENOSPC || facts->share.error == EDQUOT) ? see_folder (facts) : NULL;
}

static char *
see_refused (const TerminalFacts *facts, gint64 now)
{
  return facts->share.state == FOLDER_SHARE_REFUSED ? see_folder (facts) : NULL;
}

/* add_age: how long ago @since was. */
static void
add_age (GString *text, const char *what, gint64 since, gint64 now)
{
  if (since != 0)
    g_string_append_printf (text, "; %s %" G_GINT64_FORMAT " min ago", what,
                            MAX (now - since, 0) / G_USEC_PER_SEC / 60);
}

static char *
see_not_taken (const TerminalFacts *facts, gint64 now)
{
  GString *text;

  if (!facts->asks || !facts->has_asked || facts->outcome != FOLDER_SHARE_NOT_TAKEN)
    return NULL;
  text = g_string_new ("the folders are there, and nobody takes what is put into them");
  add_age (text, "the first question without an answer was asked", facts->share.unanswered_since, now);
  add_age (text, "the last answer came", facts->share.last_answer, now);
  if (facts->share.is_local)
    g_string_append (text, "; the folder lies on this computer's own disk: is the share mounted?");
  return g_string_free (text, FALSE);
}

static char *
see_not_answered (const TerminalFacts *facts, gint64 now)
{
  GString *text;

  if (!facts->asks || !facts->has_asked || facts->outcome != FOLDER_SHARE_NOT_ANSWERED)
    return NULL;
  text = g_string_new ("the last question was taken, and not answered in time");
  add_age (text, "the last answer came", facts->share.last_answer, now);
  return g_string_free (text, FALSE);
}

static char *
see_password (const TerminalFacts *facts, gint64 now)
{
  return facts->password_refused != 0 || facts->face_password_refused
             ? g_strdup ("the password of the terminal's zips is missing, or is another one")
             : NULL;
}

static char *
see_copies (const TerminalFacts *facts, gint64 now)
{
  return facts->copies_waiting > 0 ? g_strdup_printf ("%u faces wait for their copies: %s", facts->copies_waiting,
                                                      facts->copies_detail != NULL ? facts->copies_detail : "not known")
                                   : NULL;
}

static char *
see_shut (const TerminalFacts *facts, gint64 now)
{
  return facts->shut > 0 ? g_strdup_printf ("%u faces could not be opened yet: %s", facts->shut,
                                            facts->shut_detail != NULL ? facts->shut_detail : "not known")
                         : NULL;
}

static gboolean
is_recent (const TerminalCount *count, gint64 now)
{
  return count->last != 0 && now - count->last < RECENT;
}

static char *
see_others (const TerminalFacts *facts, gint64 now)
{
  g_autofree char *taken = NULL, *held = NULL;

  if (is_recent (&facts->vanished, now))
    taken = g_strdup_printf ("%u files were taken by another program before they were read", facts->vanished.count);
  if (facts->share.locked > 0)
    held = g_strdup_printf ("%u files are held by another program", facts->share.locked);
  return taken != NULL && held != NULL ? g_strjoin ("; ", taken, held, NULL)
         : taken != NULL               ? g_steal_pointer (&taken)
                                       : g_steal_pointer (&held);
}

/* tell_cache: the option that is forgotten: an answer that is still written may be read by halves for ever. */
static const char *
tell_cache (const TerminalFacts *facts)
{
  return facts->share.is_cached ? "; the share is mounted without nolease, so that files may be read by halves" : "";
}

static char *
see_unreadable (const TerminalFacts *facts, gint64 now)
{
  return is_recent (&facts->unreadable, now) ? g_strdup_printf ("%u files could not be used, and lie in quarantine%s",
                                                                facts->unreadable.count, tell_cache (facts))
                                             : NULL;
}

static char *
see_late (const TerminalFacts *facts, gint64 now)
{
  return is_recent (&facts->late, now)
             ? g_strdup_printf ("%u answers came too late, and lie in quarantine", facts->late.count)
             : NULL;
}

static char *
see_left_overs (const TerminalFacts *facts, gint64 now)
{
  return facts->share.left_overs >= LEFT_OVERS_MANY
             ? g_strdup_printf ("%u files lie in the folders that nobody takes", facts->share.left_overs)
             : NULL;
}

static char *
see_clock (const TerminalFacts *facts, gint64 now)
{
  const gint64 difference = facts->share.clock_difference;

  if (!facts->share.is_clock_known || ABS (difference) < CLOCK_OFF)
    return NULL;
  return g_strdup_printf ("the terminal's clock is %" G_GINT64_FORMAT " minutes %s this computer's",
                          ABS (difference) / G_USEC_PER_SEC / 60, difference > 0 ? "ahead of" : "behind");
}

static char *
see_weak (const TerminalFacts *facts, gint64 now)
{
  return facts->has_method && folder_zip_method_is_weak (facts->weakest)
             ? g_strdup_printf ("zips are made by %s", folder_zip_method_get_word (facts->weakest))
             : NULL;
}

static const Trouble troubles[] = {
  { SHIKAKU_CAUSE_SHARE_FULL, SHIKAKU_ERROR_CENTER_UNREACHABLE, TRUE, see_full },
  { SHIKAKU_CAUSE_TERMINAL_OFF, SHIKAKU_ERROR_CENTER_UNREACHABLE, TRUE, see_off },
  { SHIKAKU_CAUSE_SHARE_REFUSED, SHIKAKU_ERROR_CENTER_UNREACHABLE, TRUE, see_refused },
  { SHIKAKU_CAUSE_SHARE_MISSING, SHIKAKU_ERROR_CENTER_UNREACHABLE, TRUE, see_missing },
  { SHIKAKU_CAUSE_ZIP_PASSWORD, SHIKAKU_ERROR_CREDENTIAL_MISSING, TRUE, see_password },
  { SHIKAKU_CAUSE_LINK_PROGRAM_DEAD, SHIKAKU_ERROR_CENTER_UNREACHABLE, TRUE, see_not_taken },
  { SHIKAKU_CAUSE_TERMINAL_SILENT, SHIKAKU_ERROR_TIMED_OUT, TRUE, see_not_answered },
  { SHIKAKU_CAUSE_COPIES_FAIL, SHIKAKU_ERROR_FAILED, FALSE, see_copies },
  { SHIKAKU_CAUSE_FILES_TAKEN, SHIKAKU_ERROR_FAILED, FALSE, see_others },
  { SHIKAKU_CAUSE_FILES_UNREADABLE, SHIKAKU_ERROR_FAILED, FALSE, see_shut },
  { SHIKAKU_CAUSE_FILES_UNREADABLE, SHIKAKU_ERROR_MESSAGE_INVALID, FALSE, see_unreadable },
  { SHIKAKU_CAUSE_ANSWERS_LATE, SHIKAKU_ERROR_TIMED_OUT, FALSE, see_late },
  { SHIKAKU_CAUSE_LEFT_OVERS, SHIKAKU_ERROR_FAILED, FALSE, see_left_overs },
  { SHIKAKU_CAUSE_TERMINAL_CLOCK, SHIKAKU_ERROR_FAILED, FALSE, see_clock },
  { SHIKAKU_CAUSE_ZIP_WEAK, SHIKAKU_ERROR_FAILED, FALSE, see_weak },
};

/* is_of_folder: a folder that cannot be used is told once, by the first that fits. */
static gboolean
is_of_folder (const Trouble *trouble)
{
  return trouble->cause == SHIKAKU_CAUSE_SHARE_FULL || trouble->cause == SHIKAKU_CAUSE_TERMINAL_OFF
         || trouble->cause == SHIKAKU_CAUSE_SHARE_REFUSED || trouble->cause == SHIKAKU_CAUSE_SHARE_MISSING;
}

static char *
see_well (const TerminalFacts *facts)
{
  if (facts->share.is_clock_known)
    return g_strdup_printf ("its folders are there; its clock is %.1f s from this computer's%s",
                            (double)ABS (facts->share.clock_difference) / G_USEC_PER_SEC, tell_cache (facts));
  return g_strdup_printf ("its folders are there%s", tell_cache (facts));
}

TransportLinkState
terminal_link_judge (const TerminalFacts *facts, gint64 now, GError **ret_error, char **ret_seen)
{
  const Trouble *worst = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);
  gboolean has_folder = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (troubles); i++)
    {
      g_autofree char *text = has_folder && is_of_folder (&troubles[i]) ? NULL : troubles[i].see (facts, now);

      if (text == NULL)
        continue;
      has_folder = has_folder || is_of_folder (&troubles[i]);
      worst = worst != NULL ? worst : &troubles[i];
      g_string_append_printf (seen, "%s%s", seen->len > 0 ? "; " : "", text);
    }
  if (worst != NULL)
    {
      shikaku_error_set (ret_error, worst->error, worst->cause, "%s", seen->str);
      return worst->is_failure ? TRANSPORT_LINK_FAILED : TRANSPORT_LINK_DEGRADED;
    }
  if (facts->share.state == FOLDER_SHARE_UNKNOWN)
    return TRANSPORT_LINK_UNKNOWN;
  *ret_seen = see_well (facts);
  return TRANSPORT_LINK_OK;
}
