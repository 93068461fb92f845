/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * desk: a full screen for the clerk: readers, visits, the last answers, and a key for each action. In come keys and
 * what the model tells, out go calls of the model and frames.
 *
 * It is no agent: no PIN is ever typed here. What is of a person leaves the screen after a time without a key, and with
 * it.
 */
#include <glib/gi18n.h>
#include <unistd.h>

#include "client/answer-screen.h"
#include "client/answer-view.h"
#include "client/client.h"
#include "client/desk-form.h"
#include "client/desk-keys.h"
#include "client/desk-list.h"
#include "client/desk-model.h"
#include "client/desk-terminal.h"
#include "client/failure-view.h"
#include "client/link-view.h"
#include "client/output.h"
#include "client/words.h"

#define FORGET_SECONDS 120
#define MORE_KEY "a"

static char **option_consents;
static int option_forget_seconds = FORGET_SECONDS;
static gboolean option_no_color;

static const GOptionEntry options[] = {
  { "consent", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_consents,
    N_ ("Ask for this consent at each visit by card; several times, or a list with commas"), N_ ("KIND") },
  { "forget", 0, 0, G_OPTION_ARG_INT, &option_forget_seconds,
    N_ ("Forget an answer, and what was typed, after so many seconds"), N_ ("SECONDS") },
  { "no-color", 0, 0, G_OPTION_ARG_NONE, &option_no_color, N_ ("No colors"), NULL },
  { NULL },
};

static const char *const consent_kinds[] = {
#define CONSENT_KIND(suffix, kind) kind,
  SHIKAKU_CONSENT_KINDS (CONSENT_KIND)
#undef CONSENT_KIND
      NULL
};
static const VerbValues values[] = { { "consent", consent_kinds }, { NULL, NULL } };

typedef struct
{
  Client *client;
  DeskModel *model;
  DeskTerminal *terminal;
  DeskView view;
  DeskRow selected; /* of the list */
  DeskForm *form;   /* DESK_VIEW_FORM */
  guint form_alarm;
  guint shown;         /* DESK_VIEW_ANSWER: the number of the visit */
  gboolean shows_all;  /* of it, not one screen */
  GVariant *links;     /* DESK_VIEW_TEXT: of a diagnosis; NULL: it is the help */
  guint first;         /* line of the page on the screen */
  char *message;       /* to the clerk, until the next key; or NULL */
  char *trouble;       /* with the daemon, until it is back; or NULL */
  gboolean is_leaving; /* the clerk was told that visits run */
  gboolean is_freeing; /* the clerk was told whose visit it may be */
  guint drawing;       /* a source */
} Desk;

/* What is on the screen. */

static void
go_to (Desk *desk, DeskView view)
{
  g_clear_pointer (&desk->form, desk_form_free);
  g_clear_handle_id (&desk->form_alarm, g_source_remove);
  g_clear_pointer (&desk->links, g_variant_unref);
  desk->view = view;
  desk->first = 0;
  desk->shows_all = FALSE;
}

static Page *
make_answer_page (Desk *desk, guint rows, guint columns)
{
  DeskVisit visit;

  if (!desk_model_find_visit (desk->model, desk->shown, &visit))
    return page_new (columns);
  if (visit.failure != NULL)
    return failure_view_make (visit.failure, columns);
  if (desk->shows_all)
    return answer_view_make (visit.eligibility, visit.consents, columns);
  return answer_screen_make (visit.eligibility, visit.consents, rows - DESK_BAR_ROWS + 1, columns, MORE_KEY);
}

/* So that the marked line is seen, and no empty rows are where lines could be. */
static void
scroll_to (Desk *desk, int line, guint n_lines, guint room)
{
  if (line >= 0 && (guint)line < desk->first)
    desk->first = line <= 1 ? 0 : (guint)line; /* the first has its heading with it */
  if (line >= 0 && (guint)line >= desk->first + room)
    desk->first = (guint)line - room + 1;
  desk->first = MIN (desk->first, n_lines > room ? n_lines - room : 0);
}

static char *
make_title (Desk *desk)
{
  static const char *const titles[] = {
    [DESK_VIEW_LIST] = N_ ("Desk"),
    [DESK_VIEW_FORM] = N_ ("Check by number"),
    [DESK_VIEW_ANSWER] = N_ ("Answer"),
    [DESK_VIEW_TEXT] = N_ ("Keys"),
  };
  const char *center = desk_model_get_center (desk->model);
  const char *title = desk->links != NULL ? _ ("Diagnosis") : _ (titles[desk->view]);

  if (*center == '\0')
    return g_strdup_printf (" shikaku: %s", title);
  return g_strdup_printf (" shikaku: %s   %s: %s", title, _ ("center"), words_center (center));
}

static void
draw_page (Desk *desk, const Page *page, int selected, guint cursor_row, guint cursor_column)
{
  g_autofree char *title = make_title (desk), *keys = NULL;
  const char *message = desk->trouble != NULL ? desk->trouble : desk->message;
  guint rows, columns, room;
  DeskFrame frame = { .page = page, .selected = selected, .title = title };

  desk_terminal_get_size (desk->terminal, &rows, &columns);
  room = rows > DESK_BAR_ROWS ? rows - DESK_BAR_ROWS : 1;
  scroll_to (desk, desk->view == DESK_VIEW_FORM ? (int)cursor_row : selected, page_count_lines (page), room);
  keys = desk_keys_make_bar (desk->view, columns);
  frame.keys = keys;
  frame.message = message != NULL ? message : "";
  frame.message_meaning = MEANING_DOUBT;
  frame.first = desk->first;
  frame.has_cursor = desk->view == DESK_VIEW_FORM;
  frame.cursor_row = cursor_row;
  frame.cursor_column = cursor_column;
  desk_terminal_draw (desk->terminal, &frame);
}

static void
draw (Desk *desk)
{
  g_autoptr (Page) page = NULL;
  g_autoptr (DeskList) list = NULL;
  guint rows, columns, row = 0, column = 0;

  desk_terminal_get_size (desk->terminal, &rows, &columns);
  switch (desk->view)
    {
    case DESK_VIEW_LIST:
      list = desk_list_new (desk->model, columns, &desk->selected);
      draw_page (desk, desk_list_get_page (list), desk_list_get_selected (list), 0, 0);
      return;
    case DESK_VIEW_FORM:
      page = desk_form_make_page (desk->form, columns, &row, &column);
      break;
    case DESK_VIEW_ANSWER:
      page = make_answer_page (desk, MAX (rows, DESK_BAR_ROWS + 1), columns);
      break;
    case DESK_VIEW_TEXT:
      page = desk->links != NULL ? link_view_make (desk->links, columns) : desk_keys_make_help (columns);
      break;
    }
  draw_page (desk, page, -1, row, column);
}

static gboolean
on_draw (gpointer user_data)
{
  Desk *desk = user_data;

  desk->drawing = 0;
  draw (desk);
  return G_SOURCE_REMOVE;
}

/* Once for all that changes in one turn of the loop. */
static void
ask_to_draw (Desk *desk)
{
  if (desk->drawing == 0)
    desk->drawing = g_idle_add (on_draw, desk);
}

static void
say (Desk *desk, const char *sentence)
{
  g_free (desk->message);
  desk->message = output_clean (sentence);
  ask_to_draw (desk);
}

static void
on_changed (gpointer user_data)
{
  Desk *desk = user_data;
  DeskVisit visit;

  if (desk->view == DESK_VIEW_ANSWER
      && !(desk_model_find_visit (desk->model, desk->shown, &visit)
           && (visit.eligibility != NULL || visit.failure != NULL)))
    go_to (desk, DESK_VIEW_LIST); /* it was forgotten */
  ask_to_draw (desk);
}

static void
on_said (const char *sentence, gpointer user_data)
{
  say (user_data, sentence);
}

/* What the keys do. */

static gboolean
on_form_due (gpointer user_data)
{
  Desk *desk = user_data;

  desk->form_alarm = 0;
  go_to (desk, DESK_VIEW_LIST);
  say (desk, _ ("What was typed is forgotten."));
  return G_SOURCE_REMOVE;
}

/* Somebody is there: what is looked at stays. */
static void
put_off_forgetting (Desk *desk)
{
  if (desk->view == DESK_VIEW_ANSWER)
    desk_model_keep (desk->model, desk->shown);
  g_clear_handle_id (&desk->form_alarm, g_source_remove);
  if (desk->view == DESK_VIEW_FORM)
    desk->form_alarm = g_timeout_add_seconds ((guint)option_forget_seconds, on_form_due, desk);
}

/* Return: the path of the reader that is meant (transfer full), or NULL after that was said. */
static char *
choose_reader (Desk *desk)
{
  const guint count = desk_model_count_readers (desk->model);

  if (desk->selected.kind == DESK_ROW_READER)
    return g_strdup (desk->selected.path);
  if (count == 1)
    return g_strdup (desk_model_get_reader (desk->model, 0).path);
  say (desk, count == 0 ? _ ("No card reader is connected.") : _ ("Mark a reader first."));
  return NULL;
}

static char **
split_consents (void)
{
  g_autoptr (GStrvBuilder) kinds = g_strv_builder_new ();

  for (char **list = option_consents; list != NULL && *list != NULL; list++)
    {
      g_auto (GStrv) parts = g_strsplit (*list, ",", -1);

      for (char **part = parts; *part != NULL; part++)
        if (*g_strstrip (*part))
          g_strv_builder_add (kinds, *part);
    }
  return g_strv_builder_end (kinds);
}

static void
open_visit (Desk *desk, gboolean same_card)
{
  g_autofree char *reader = choose_reader (desk);
  g_auto (GStrv) consents = split_consents ();

  if (reader != NULL)
    desk_model_open (desk->model, reader, NULL, (const char *const *)consents, same_card);
}

static void
show_selected (Desk *desk)
{
  DeskVisit visit;

  if (desk->selected.kind != DESK_ROW_VISIT || !desk_model_find_visit (desk->model, desk->selected.number, &visit))
    return;
  if (visit.eligibility == NULL && visit.failure == NULL)
    {
      say (desk, visit.state == DESK_VISIT_ANSWERED || visit.state == DESK_VISIT_FAILED
                     ? _ ("It was forgotten. Check again to see it.")
                     : _ ("There is no answer yet."));
      return;
    }
  go_to (desk, DESK_VIEW_ANSWER);
  desk->shown = visit.number;
}

/* The marked visit, or the one at the marked reader. */
static void
cancel_selected (Desk *desk)
{
  for (guint i = 0; i < desk_model_count_running (desk->model); i++)
    {
      const DeskVisit visit = desk_model_get_visit (desk->model, i);
      const char *path = desk->selected.path;

      if (desk->selected.kind == DESK_ROW_VISIT
              ? visit.number == desk->selected.number
              : path != NULL && g_str_has_suffix (path, visit.reader) && *visit.reader != '\0')
        {
          desk_model_cancel (desk->model, visit.number);
          return;
        }
    }
  say (desk, _ ("No visit of this desk runs there."));
}

static void
forget_selected (Desk *desk)
{
  const guint number = desk->view == DESK_VIEW_ANSWER ? desk->shown : desk->selected.number;
  DeskVisit visit;

  if (!desk_model_find_visit (desk->model, number, &visit) || visit.state == DESK_VISIT_RUNNING
      || visit.state == DESK_VISIT_LEAVING)
    return;
  go_to (desk, DESK_VIEW_LIST);
  desk_model_remove (desk->model, number);
}

/* say_error: @error: an answer of the daemon. */
static void
say_error (Desk *desk, const GError *error)
{
  g_autofree char *name = NULL, *message = NULL, *sentence = NULL;

  errors_split (error, &name, &message);
  sentence = errors_describe (name, message);
  say (desk, sentence);
}

static void
on_freed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  Desk *desk = client->state;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (desk == NULL)
    return;
  if (reply == NULL)
    say_error (desk, error);
  else
    say (desk, _ ("The reader is free."));
}

/* Of a visit of another program too: hence the question. The daemon knows who may. */
static void
free_reader (Desk *desk)
{
  g_autofree char *reader = choose_reader (desk);
  const gboolean is_sure = desk->is_freeing;

  if (reader == NULL)
    return;
  desk->is_freeing = !is_sure;
  if (!is_sure)
    {
      say (desk, _ ("Whoever's visit is there will be cancelled. The same key again: free it."));
      return;
    }
  say (desk, _ ("Freeing the reader…"));
  client_call (desk->client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "FreeReader",
               g_variant_new ("(o)", reader), CLIENT_CALL_SECONDS, on_freed, desk->client);
}

static void
on_links (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  Desk *desk = client->state;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) links = client_finish_call (source, result, &error);

  if (desk == NULL)
    return;
  if (links == NULL || !g_variant_is_of_type (links, G_VARIANT_TYPE ("aa{sv}")))
    {
      if (error != NULL)
        say_error (desk, error);
      return;
    }
  g_clear_pointer (&desk->message, g_free);
  if (desk->view == DESK_VIEW_LIST) /* the clerk has waited for it */
    {
      go_to (desk, DESK_VIEW_TEXT);
      desk->links = g_steal_pointer (&links);
    }
  ask_to_draw (desk);
}

static void
diagnose (Desk *desk)
{
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "Language", "s", words_language ());
  say (desk, _ ("Examining…"));
  client_call (desk->client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "Diagnose",
               g_variant_new ("(@a{sv})", g_variant_dict_end (&dict)), CLIENT_CALL_SECONDS, on_links, desk->client);
}

static void
quit (Desk *desk)
{
  const guint count = desk_model_count_running (desk->model);
  g_autofree char *sentence = NULL;

  if (count == 0 || desk->is_leaving)
    {
      client_quit (desk->client, EXIT_CODE_OK);
      return;
    }
  sentence = g_strdup_printf (ngettext ("%u visit runs and would be cancelled. The same key again: leave.",
                                        "%u visits run and would be cancelled. The same key again: leave.", count),
                              count);
  say (desk, sentence);
  desk->is_leaving = TRUE;
}

static void
begin_form (Desk *desk)
{
  go_to (desk, DESK_VIEW_FORM);
  desk->form = desk_form_new ();
}

/* Enter: the next field, and after the last one the check. */
static void
go_on_in_form (Desk *desk)
{
  const char *missing;

  if (desk_form_move (desk->form, 1))
    return;
  missing = desk_form_check (desk->form);
  if (missing != NULL)
    {
      say (desk, missing);
      return;
    }
  desk_model_open (desk->model, NULL, desk_form_get_insured (desk->form), NULL, FALSE);
  go_to (desk, DESK_VIEW_LIST);
}

/* Up and down: through the list, the fields, or the lines of a page. @by: lines. */
static void
move (Desk *desk, int by)
{
  guint rows, columns;

  desk_terminal_get_size (desk->terminal, &rows, &columns);
  if (desk->view == DESK_VIEW_FORM)
    desk_form_move (desk->form, by);
  else if (desk->view == DESK_VIEW_LIST)
    {
      g_autoptr (DeskList) list = desk_list_new (desk->model, columns, &desk->selected);

      desk_list_move (list, &desk->selected, by);
    }
  else
    desk->first = (guint)MAX ((int)desk->first + by, 0); /* too far down is corrected where it is drawn */
}

static void
act (Desk *desk, DeskAction action)
{
  guint rows, columns;
  int page;

  desk_terminal_get_size (desk->terminal, &rows, &columns);
  page = rows > DESK_BAR_ROWS + 1 ? (int)(rows - DESK_BAR_ROWS - 1) : 1;
  switch (action)
    {
    case DESK_ACTION_OPEN:
    case DESK_ACTION_OPEN_SAME_CARD:
      open_visit (desk, action == DESK_ACTION_OPEN_SAME_CARD);
      break;
    case DESK_ACTION_NUMBER:
      begin_form (desk);
      break;
    case DESK_ACTION_SHOW:
      show_selected (desk);
      break;
    case DESK_ACTION_CANCEL:
      cancel_selected (desk);
      break;
    case DESK_ACTION_FORGET:
      forget_selected (desk);
      break;
    case DESK_ACTION_FREE:
      free_reader (desk);
      break;
    case DESK_ACTION_DIAGNOSE:
      diagnose (desk);
      break;
    case DESK_ACTION_HELP:
      go_to (desk, DESK_VIEW_TEXT);
      break;
    case DESK_ACTION_QUIT:
      quit (desk);
      break;
    case DESK_ACTION_UP:
      move (desk, -1);
      break;
    case DESK_ACTION_DOWN:
      move (desk, 1);
      break;
    case DESK_ACTION_PAGE_UP:
      move (desk, -page);
      break;
    case DESK_ACTION_PAGE_DOWN:
      move (desk, page);
      break;
    case DESK_ACTION_ALL:
      desk->shows_all = !desk->shows_all;
      desk->first = 0;
      break;
    case DESK_ACTION_BACK:
      go_to (desk, DESK_VIEW_LIST);
      break;
    case DESK_ACTION_NEXT:
      go_on_in_form (desk);
      break;
    case DESK_ACTION_NONE:
      break;
    }
}

static void
on_key (gunichar key, gpointer user_data)
{
  Desk *desk = user_data;
  const DeskAction action = desk_keys_find (desk->view, key);

  g_clear_pointer (&desk->message, g_free);
  if (action != DESK_ACTION_QUIT)
    desk->is_leaving = FALSE;
  if (action != DESK_ACTION_FREE)
    desk->is_freeing = FALSE;
  if (action != DESK_ACTION_NONE)
    act (desk, action);
  else if (desk->view == DESK_VIEW_FORM && (key == DESK_KEY_BACKSPACE || key == DESK_KEY_CLEAR))
    desk_form_erase (desk->form, key == DESK_KEY_CLEAR);
  else if (desk->view == DESK_VIEW_FORM && key < DESK_KEY_NONE)
    desk_form_type (desk->form, key);
  put_off_forgetting (desk);
  ask_to_draw (desk);
}

static void
on_resized (gpointer user_data)
{
  draw (user_data);
}

static void
on_hung_up (gpointer user_data)
{
  Desk *desk = user_data;

  client_quit (desk->client, EXIT_CODE_OK);
}

/* The verb. */

static char *
check_options (void)
{
  if (option_forget_seconds < 1)
    return g_strdup (_ ("The time to forget must be a number of seconds."));
  return NULL;
}

static void
refuse_desk (Client *client, const char *sentence)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) failure = NULL;

  if (client->concluded)
    return;
  g_variant_dict_insert (&dict, "Error", "s", SHIKAKU_ERROR_PREFIX "InvalidOption");
  g_variant_dict_insert (&dict, "ErrorMessage", "s", sentence);
  failure = g_variant_ref_sink (g_variant_dict_end (&dict));
  client->last_words = g_strdup (sentence);
  client_conclude (client, EXIT_CODE_USAGE, failure);
  client_quit (client, EXIT_CODE_USAGE);
}

/* Return: the desk on its screen, the first time a new one; NULL: there can be none, which was said. */
static Desk *
get_desk (Client *client)
{
  static const DeskModelObserver model_observer = { on_changed, on_said };
  static const DeskTerminalObserver terminal_observer = { on_key, on_resized, on_hung_up };
  Desk *desk = client->state;

  if (desk != NULL || client->concluded)
    return desk;
  if (client->json)
    {
      refuse_desk (client, _ ("The desk is a screen for people: it prints no JSON."));
      return NULL;
    }
  if (option_no_color)
    looks_refuse_colours ();
  desk = g_new0 (Desk, 1);
  desk->client = client;
  desk->terminal = desk_terminal_new (&terminal_observer, desk);
  if (desk->terminal == NULL)
    {
      g_free (desk);
      refuse_desk (client, _ ("The desk needs a terminal whose cursor can be moved."));
      return NULL;
    }
  desk->model = desk_model_new (client, (guint)option_forget_seconds, &model_observer, desk);
  client->state = desk;
  ask_to_draw (desk);
  return desk;
}

static void
start (Client *client)
{
  Desk *desk = get_desk (client);

  if (desk == NULL)
    return;
  g_clear_pointer (&desk->trouble, g_free);
  desk_model_attach (desk->model);
  ask_to_draw (desk);
}

static void
vanished (Client *client)
{
  Desk *desk = client->state;

  if (desk != NULL)
    desk_model_detach (desk->model);
}

static void
notice (Client *client, const char *sentence)
{
  Desk *desk = get_desk (client);

  if (desk == NULL)
    return;
  g_free (desk->trouble);
  desk->trouble = output_clean (sentence);
  ask_to_draw (desk);
}

static void
finish (Client *client)
{
  Desk *desk = g_steal_pointer (&client->state);

  if (desk == NULL)
    return;
  go_to (desk, DESK_VIEW_LIST);
  g_clear_handle_id (&desk->drawing, g_source_remove);
  desk_terminal_free (desk->terminal);
  desk_model_free (desk->model);
  desk_row_clear (&desk->selected);
  g_free (desk->message);
  g_free (desk->trouble);
  g_free (desk);
}

const Verb verb_desk = {
  .name = "desk",
  .summary = N_ ("a full screen for the reception: readers, visits, answers"),
  .options = options,
  .values = values,
  .stays = TRUE,
  .check = check_options,
  .start = start,
  .vanished = vanished,
  .notice = notice,
  .finish = finish,
};
