/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-polkit: org.freedesktop.PolicyKit1.Authority: CheckAuthorization, asynchronously. A polkit that cannot be asked
 * is logged once, until it answers again.
 */
#include "bus/bus-polkit.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/log.h"
#include "base/message-ids.h"
#include "base/names.h"
#include "bus/bus-error.h"

#define POLKIT_NAME "org.freedesktop.PolicyKit1"
#define POLKIT_PATH "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE "org.freedesktop.PolicyKit1.Authority"
#define POLKIT_ALLOW_INTERACTION 1 /* a flag */
#define LATE_SECONDS 60            /* what comes later than that does not come any more */

/* In line, then under way; of one that was answered early only its place is kept, until polkit's reply comes. */
typedef struct
{
  BusPolkit *polkit; /* NULL: it has ended */
  sd_bus_message *message;
  char *name;
  BusShare *share; /* the caller's, to which it is charged while it is under way */
  guint dialogue;  /* its number; 0: no person is asked */
  gboolean sent;   /* it is no more in line */
  gboolean again;  /* it was asked before, and not answered in time */
  guint deadline_source;
  BusPolkitDone callback; /* NULL: answered */
  gpointer user_data;
} Question;

struct BusPolkit
{
  sd_bus *bus;
  BusOutgoing *outgoing;
  GQueue waiting, under_way;  /* of Question */
  guint questions, dialogues; /* of those under way */
  guint last_dialogue;
  gboolean failing; /* and logged */
};

/* What a person is asked for; $(...) are the details, which polkit fills in after it has translated the text. */
static const struct
{
  const char *action, *text, *text_with_reader;
} texts[] = {
  { SHIKAKU_RIGHT_CHECK, N_ ("Authentication is required for $(caller) to check patients' health insurance"),
    N_ ("Authentication is required for $(caller) to check patients' health insurance at the reader $(reader)") },
  { SHIKAKU_RIGHT_AGENT, N_ ("Authentication is required for $(caller) to ask patients for their PIN and consent"),
    N_ ("Authentication is required for $(caller) to ask patients for their PIN and consent at the reader $(reader)") },
  { SHIKAKU_RIGHT_MANAGE, N_ ("Authentication is required for $(caller) to manage the eligibility daemon"), NULL },
  { SHIKAKU_RIGHT_TAKEOVER,
    N_ ("Authentication is required for $(caller) to take over a visit that another user has begun"), NULL },
};

static void
question_free (Question *question)
{
  g_clear_handle_id (&question->deadline_source, g_source_remove);
  sd_bus_message_unref (question->message);
  bus_share_unref (question->share);
  g_free (question->name);
  g_free (question);
}

/* The one who asked is told; what polkit says later does not matter any more. */
static void
tell_answer (Question *question, BusPolkitAnswer answer)
{
  BusPolkitDone callback = g_steal_pointer (&question->callback);

  g_clear_handle_id (&question->deadline_source, g_source_remove);
  if (callback != NULL)
    callback (answer, question->user_data);
}

static void
note_failure (BusPolkit *polkit, const char *why)
{
  if (!polkit->failing)
    log_write (LOG_WARNING, SHIKAKU_MESSAGE_ACCESS_UNDECIDED, NULL,
               "polkit cannot be asked who may do what, so everyone but root is refused: %s", why);
  polkit->failing = TRUE;
}

static void
note_success (BusPolkit *polkit)
{
  if (polkit->failing)
    log_notice (NULL, "polkit answers again");
  polkit->failing = FALSE;
}

static BusPolkitAnswer
read_answer (Question *question, sd_bus_message *reply)
{
  int is_authorized, is_challenge;

  /* An error about a caller who has gone meanwhile says nothing about polkit: then nobody waits for this. */
  if (sd_bus_message_is_method_error (reply, NULL) > 0)
    {
      if (question->callback != NULL)
        note_failure (question->polkit, sd_bus_message_get_error (reply)->name);
      return BUS_POLKIT_UNDECIDED;
    }
  if (sd_bus_message_enter_container (reply, 'r', "bba{ss}") <= 0
      || sd_bus_message_read (reply, "bb", &is_authorized, &is_challenge) <= 0)
    {
      note_failure (question->polkit, "its answer cannot be read");
      return BUS_POLKIT_UNDECIDED;
    }
  note_success (question->polkit);
  return is_authorized ? BUS_POLKIT_YES : is_challenge ? BUS_POLKIT_CHALLENGE : BUS_POLKIT_NO;
}

static void send_waiting (BusPolkit *polkit);

static void
begin_question (BusPolkit *polkit, Question *question)
{
  g_queue_push_tail (&polkit->under_way, question);
  polkit->questions += question->dialogue == 0;
  polkit->dialogues += question->dialogue != 0;
  bus_share_charge (question->share, question->dialogue != 0 ? BUS_ACCOUNT_DIALOGUE : BUS_ACCOUNT_QUESTION);
}

static void
end_question (BusPolkit *polkit, Question *question)
{
  g_queue_remove (&polkit->under_way, question);
  polkit->questions -= question->dialogue == 0;
  polkit->dialogues -= question->dialogue != 0;
  bus_share_discharge (question->share, question->dialogue != 0 ? BUS_ACCOUNT_DIALOGUE : BUS_ACCOUNT_QUESTION);
}

static void
on_reply (sd_bus_message *reply, gpointer user_data)
{
  Question *question = user_data;
  BusPolkit *polkit = question->polkit;

  if (polkit != NULL)
    {
      end_question (polkit, question);
      tell_answer (question, reply != NULL ? read_answer (question, reply) : BUS_POLKIT_UNDECIDED);
      send_waiting (polkit);
    }
  question_free (question);
}

static gboolean
may_be_sent (BusPolkit *polkit, const Question *wanted)
{
  return wanted->dialogue != 0
         || (polkit->questions < BUS_POLKIT_QUESTIONS_MAXIMUM
             && bus_share_has_room (wanted->share, BUS_ACCOUNT_QUESTION));
}

static void
send_waiting (BusPolkit *polkit)
{
  GList *next;

  for (GList *link = polkit->waiting.head; link != NULL; link = next)
    {
      Question *question = link->data;

      next = link->next;
      if (!may_be_sent (polkit, question))
        continue;
      g_queue_delete_link (&polkit->waiting, link);
      begin_question (polkit, question);
      question->sent = TRUE;
      bus_outgoing_call (polkit->outgoing, sd_bus_message_ref (question->message),
                         question->dialogue != 0 ? BUS_POLKIT_DIALOGUE_SECONDS + LATE_SECONDS : LATE_SECONDS, on_reply,
                         question);
    }
}

static sd_bus_message *
new_call (BusPolkit *polkit, const char *member)
{
  sd_bus_message *message = NULL;

  if (sd_bus_message_new_method_call (polkit->bus, &message, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE, member) < 0)
    g_error ("A call to polkit could not be built");
  return message;
}

static void
cancel_dialogue (BusPolkit *polkit, Question *question)
{
  sd_bus_message *message = new_call (polkit, "CancelCheckAuthorization");
  char number[16];

  g_snprintf (number, sizeof number, "%u", question->dialogue);
  sd_bus_message_append_basic (message, 's', number);
  bus_outgoing_send (polkit->outgoing, message);
}

static gboolean on_deadline (gpointer user_data);

/* polkit 122 sometimes stands still for 15 seconds, and says no then to what it was about to decide. So what it has not
   answered is asked as a new question, and what has waited in line waits on. */
static void
ask_again (BusPolkit *polkit, Question *question)
{
  Question *again = question;

  if (question->sent)
    {
      log_debug (NULL, "polkit has not answered in time, and is asked again");
      again = g_new (Question, 1);
      *again = (Question){ .polkit = polkit, .user_data = question->user_data };
      again->share = bus_share_ref (question->share);
      again->callback = g_steal_pointer (&question->callback);
      again->name = g_strdup (question->name);
      again->message = new_call (polkit, "CheckAuthorization");
      if (sd_bus_message_rewind (question->message, TRUE) < 0
          || sd_bus_message_copy (again->message, question->message, TRUE) < 0)
        g_error ("A question to polkit could not be repeated");
      g_queue_push_tail (&polkit->waiting, again);
    }
  again->again = TRUE;
  again->deadline_source = g_timeout_add_seconds (BUS_POLKIT_QUESTION_SECONDS, on_deadline, again);
  if (question->sent)
    send_waiting (polkit);
}

static gboolean
on_deadline (gpointer user_data)
{
  Question *question = user_data;
  BusPolkit *polkit = question->polkit;

  question->deadline_source = 0;
  if (question->dialogue == 0 && !question->again && sd_bus_is_open (polkit->bus) > 0)
    {
      ask_again (polkit, question);
      return G_SOURCE_REMOVE;
    }
  if (question->dialogue != 0)
    cancel_dialogue (polkit, question);
  else
    note_failure (polkit, "it does not answer in time");
  tell_answer (question, BUS_POLKIT_UNDECIDED);
  if (g_queue_remove (&polkit->waiting, question))
    question_free (question);
  return G_SOURCE_REMOVE;
}

BusPolkit *
bus_polkit_new (sd_bus *bus, BusOutgoing *outgoing)
{
  BusPolkit *polkit = g_new0 (BusPolkit, 1);

  polkit->bus = sd_bus_ref (bus);
  polkit->outgoing = outgoing;
  return polkit;
}

void
bus_polkit_free (BusPolkit *polkit)
{
  Question *question;

  while ((question = g_queue_pop_head (&polkit->waiting)) != NULL)
    {
      tell_answer (question, BUS_POLKIT_UNDECIDED);
      question_free (question);
    }
  while ((question = g_queue_peek_head (&polkit->under_way)) != NULL)
    {
      end_question (polkit, question);
      tell_answer (question, BUS_POLKIT_UNDECIDED);
      question->polkit = NULL;
    }
  sd_bus_unref (polkit->bus);
  g_free (polkit);
}

/* Whether a person may be asked for this caller, as far as those go who are being asked already. */
static gboolean
has_room_for_dialogue (BusPolkit *polkit, const BusPolkitQuestion *wanted)
{
  return polkit->dialogues < BUS_POLKIT_DIALOGUES_MAXIMUM && bus_share_has_room (wanted->share, BUS_ACCOUNT_DIALOGUE);
}

static int
append_details (sd_bus_message *message, const BusPolkitQuestion *question, gboolean interactive)
{
  guint position = 0;
  int result = sd_bus_message_open_container (message, 'a', "{ss}");

  if (result >= 0)
    result = sd_bus_message_append (message, "{ss}", "caller", question->user);
  if (result >= 0 && question->reader != NULL)
    result = sd_bus_message_append (message, "{ss}", "reader", question->reader);
  while (position < G_N_ELEMENTS (texts) && strcmp (texts[position].action, question->action) != 0)
    position++;
  if (result >= 0 && interactive && position < G_N_ELEMENTS (texts))
    {
      const char *with_reader = question->reader != NULL ? texts[position].text_with_reader : NULL;

      result = sd_bus_message_append (message, "{ss}{ss}", "polkit.message",
                                      with_reader != NULL ? with_reader : texts[position].text, "polkit.gettext_domain",
                                      SHIKAKU_GETTEXT_DOMAIN);
    }
  return result < 0 ? result : sd_bus_message_close_container (message);
}

static sd_bus_message *
new_question (BusPolkit *polkit, const BusPolkitQuestion *question, guint dialogue)
{
  sd_bus_message *message = new_call (polkit, "CheckAuthorization");
  char number[16] = "";

  if (dialogue != 0)
    g_snprintf (number, sizeof number, "%u", dialogue);
  if (sd_bus_message_append (message, "(sa{sv})s", "system-bus-name", 1, "name", "s", question->name, question->action)
          < 0
      || append_details (message, question, dialogue != 0) < 0
      || sd_bus_message_append (message, "us", dialogue != 0 ? POLKIT_ALLOW_INTERACTION : 0, number) < 0)
    g_error ("A question to polkit could not be built");
  return message;
}

void
bus_polkit_ask (BusPolkit *polkit, const BusPolkitQuestion *wanted, BusPolkitDone callback, gpointer user_data)
{
  Question *question = g_new (Question, 1);
  gboolean dialogue = wanted->interactive && has_room_for_dialogue (polkit, wanted);

  *question = (Question){ .polkit = polkit, .callback = callback, .user_data = user_data };
  question->share = bus_share_ref (wanted->share);
  question->name = g_strdup (wanted->name);
  question->dialogue = dialogue ? ++polkit->last_dialogue : 0;
  question->message = new_question (polkit, wanted, question->dialogue);
  question->deadline_source = g_timeout_add_seconds (
      dialogue ? BUS_POLKIT_DIALOGUE_SECONDS : BUS_POLKIT_QUESTION_SECONDS, on_deadline, question);
  g_queue_push_tail (&polkit->waiting, question);
  send_waiting (polkit);
}

void
bus_polkit_drop_caller (BusPolkit *polkit, const char *name)
{
  GList *next;

  for (GList *link = polkit->under_way.head; link != NULL; link = next)
    {
      Question *question = link->data;

      next = link->next;
      if (strcmp (question->name, name) != 0)
        continue;
      if (question->dialogue != 0 && question->callback != NULL)
        cancel_dialogue (polkit, question);
      tell_answer (question, BUS_POLKIT_UNDECIDED);
    }
  for (GList *link = polkit->waiting.head; link != NULL; link = next)
    {
      Question *question = link->data;

      next = link->next;
      if (strcmp (question->name, name) != 0)
        continue;
      g_queue_delete_link (&polkit->waiting, link);
      tell_answer (question, BUS_POLKIT_UNDECIDED);
      question_free (question);
    }
}
