/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-access: the table, and the answer: by uid for root, by polkit for everybody else. */
#include "bus/bus-access.h"

#include <string.h>

#include "base/error.h"
#include "bus/bus-options.h"
#include "bus/bus-polkit.h"

#define QUESTIONS_MAXIMUM 4 /* about one call: the readers may come and go while polkit decides */

static const BusAccessRule rules[] = {
  { SHIKAKU_INTERFACE_MANAGER, "Check", SHIKAKU_RIGHT_CHECK, BUS_ACCESS_READER },
  { SHIKAKU_INTERFACE_MANAGER, "OpenVisit", SHIKAKU_RIGHT_CHECK, BUS_ACCESS_READER },
  { SHIKAKU_INTERFACE_MANAGER, "CheckNumber", SHIKAKU_RIGHT_CHECK, BUS_ACCESS_READER_FOR_CONSENTS },
  { SHIKAKU_INTERFACE_MANAGER, "GetVisits", SHIKAKU_RIGHT_CHECK },
  { SHIKAKU_INTERFACE_MANAGER, "TakeVisit", SHIKAKU_RIGHT_CHECK, .of_others = SHIKAKU_RIGHT_TAKEOVER },
  { SHIKAKU_INTERFACE_MANAGER, "FreeReader", SHIKAKU_RIGHT_MANAGE, .act = "reader-freed" },
  { SHIKAKU_INTERFACE_MANAGER, "Subscribe", SHIKAKU_RIGHT_CHECK },
  { SHIKAKU_INTERFACE_MANAGER, "GetEventsSince", SHIKAKU_RIGHT_CHECK },
  { SHIKAKU_INTERFACE_MANAGER, "Diagnose", SHIKAKU_RIGHT_CHECK },
  { SHIKAKU_INTERFACE_MANAGER, "GetConfiguration", SHIKAKU_RIGHT_MANAGE },
  { SHIKAKU_INTERFACE_MANAGER, "DropQueued", SHIKAKU_RIGHT_MANAGE, .act = "queue-dropped" },
  { SHIKAKU_INTERFACE_MANAGER, "GetStatistics", SHIKAKU_RIGHT_CHECK },
  { SHIKAKU_INTERFACE_MANAGER, "PurgeChanges", SHIKAKU_RIGHT_MANAGE, .act = "changes-purged" },
  { SHIKAKU_INTERFACE_AGENT_MANAGER, "RegisterAgent", SHIKAKU_RIGHT_AGENT, BUS_ACCESS_READER },
  { SHIKAKU_INTERFACE_AGENT_MANAGER, "UnregisterAgent", SHIKAKU_RIGHT_AGENT, BUS_ACCESS_READER },
  { SHIKAKU_INTERFACE_MANAGER, "WithdrawConsent", SHIKAKU_RIGHT_RECORDS },
  { SHIKAKU_INTERFACE_MANAGER, "WithdrawConsents", SHIKAKU_RIGHT_RECORDS },
  { SHIKAKU_INTERFACE_VISIT, "WithdrawConsent", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_AGENT_MANAGER, "SetAnswerer", SHIKAKU_RIGHT_AGENT, BUS_ACCESS_READER },
  { SHIKAKU_INTERFACE_VISIT, "GetEligibility", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_VISIT, "GetConsents", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_VISIT, "GetMessage", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_VISIT, "GetMessageBytes", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_VISIT, "RegisterReferenceNumber", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_MANAGER, "GetReceipt", SHIKAKU_RIGHT_RECORDS },
  { SHIKAKU_INTERFACE_VISIT, "GetReceipt", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_VISIT, "GetDisclosures", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_VISIT, "Object", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_VISIT, "Cancel", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_VISIT, "Close", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_VISIT, "FetchRecords", SHIKAKU_RIGHT_RECORDS },
  { SHIKAKU_INTERFACE_VISIT, "CreateTicket", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_MANAGER, "FetchRecords", SHIKAKU_RIGHT_RECORDS },
  { SHIKAKU_INTERFACE_MANAGER, "WatchStation", SHIKAKU_RIGHT_CHECK },
  { SHIKAKU_INTERFACE_MANAGER, "ClaimVisit", SHIKAKU_RIGHT_CHECK },
  { SHIKAKU_INTERFACE_MANAGER, "ListCareConsents", SHIKAKU_RIGHT_RECORDS },
  { SHIKAKU_INTERFACE_LEDGER, "GetState", SHIKAKU_RIGHT_LEDGER },
  { SHIKAKU_INTERFACE_LEDGER, "GetCheckpoint", SHIKAKU_RIGHT_LEDGER },
  { SHIKAKU_INTERFACE_LEDGER, "GetProof", SHIKAKU_RIGHT_LEDGER },
  { SHIKAKU_INTERFACE_LEDGER, "List", SHIKAKU_RIGHT_LEDGER },
  { SHIKAKU_INTERFACE_LEDGER, "Verify", SHIKAKU_RIGHT_LEDGER },
  { SHIKAKU_INTERFACE_LEDGER, "Export", SHIKAKU_RIGHT_LEDGER },
  { SHIKAKU_INTERFACE_LEDGER, "AcceptRestore", SHIKAKU_RIGHT_MANAGE },
  { SHIKAKU_INTERFACE_LEDGER, "RotateKey", SHIKAKU_RIGHT_MANAGE },
  { SHIKAKU_INTERFACE_LEDGER, "Review", SHIKAKU_RIGHT_MANAGE },
  { "org.freedesktop.LogControl1", "Set", BUS_ACCESS_ROOT,
    .act = "log-set" }, /* Properties.Set of its two writable properties */
  { NULL },
};

struct BusAccess
{
  BusPeers *peers;
  BusPolkit *polkit;
  Station *station;
};

typedef struct
{
  BusAccess *access;
  sd_bus_message *call;
  const BusAccessRule *rule;
  const char *right;        /* of the rule */
  BusAccessSubject subject; /* borrowed from the call */
  guint asked;              /* times */
  char *reader;             /* that polkit was asked about; NULL: none */
  BusAccessDone callback;
  gpointer user_data;
} AccessQuestion;

const BusAccessRule *
bus_access_get_rules (void)
{
  return rules;
}

const BusAccessRule *
bus_access_find_rule (const char *interface, const char *member)
{
  for (const BusAccessRule *rule = rules; rule->interface != NULL; rule++)
    if (strcmp (rule->member, member) == 0 && strcmp (rule->interface, interface) == 0)
      return rule;
  return NULL;
}

static void
answer_question (AccessQuestion *question, BusPeer *peer, const GError *error)
{
  question->callback (peer, error, question->user_data);
  sd_bus_message_unref (question->call);
  g_free (question->reader);
  g_free (question);
}

static void
refuse_question (AccessQuestion *question, BusPeer *peer, ShikakuError code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (SHIKAKU_ERROR, (int)code, text);

  answer_question (question, peer, error);
}

static void
refuse_by_polkit (AccessQuestion *question, BusPeer *peer, BusPolkitAnswer answer)
{
  static const char *const texts[] = {
    [BUS_POLKIT_NO] = "polkit does not allow it",
    [BUS_POLKIT_CHALLENGE] = "polkit asks for authentication, which is possible if the call allows interaction",
    [BUS_POLKIT_UNDECIDED] = SHIKAKU_UNDECIDED,
  };
  g_autofree char *text = g_strconcat ("this needs the right ", question->right, ": ", texts[answer], NULL);

  refuse_question (question, peer, SHIKAKU_ERROR_NOT_AUTHORIZED, text);
}

gboolean
bus_access_look (const BusAccessRule *rule, sd_bus_message *call, gsize size_maximum, BusAccessSubject *ret_subject)
{
  BusOptionSought sought[] = {
    { .key = "Reader", .type = "o" }, { .key = "ReaderName", .type = "s" }, { .key = "Insured" }, { .key = "Consents" }
  };
  const guint n_sought = rule->reader == BUS_ACCESS_NO_READER ? 0 : G_N_ELEMENTS (sought);

  if (!bus_options_seek (call, size_maximum, sought, n_sought))
    return FALSE;
  *ret_subject = (BusAccessSubject){ NULL, NULL, FALSE };
  if (n_sought == 0)
    return TRUE;
  ret_subject->reader_path = sought[0].text;
  ret_subject->reader_name = sought[1].text;
  ret_subject->needs_reader
      = rule->reader == BUS_ACCESS_READER_FOR_CONSENTS || sought[2].is_given ? sought[3].is_given : TRUE;
  return TRUE;
}

/* The reader that the call is about; NULL where it is about none, or there are several and it does not say which. */
static const char *
find_reader_name (AccessQuestion *question)
{
  Station *station = question->access->station;
  StationReader *reader = NULL;

  if (question->subject.reader_name != NULL)
    reader = station_find_named_reader (station, question->subject.reader_name);
  else if (question->subject.reader_path != NULL || question->subject.needs_reader)
    reader = station_find_reader (station, question->subject.reader_path);
  return reader != NULL ? station_reader_get_name (reader) : NULL;
}

static void ask_polkit (AccessQuestion *question, BusPeer *peer);

/* The readers have come or gone meanwhile: what counts is what is true now. */
static void
ask_again (AccessQuestion *question, BusPeer *peer)
{
  if (question->asked < QUESTIONS_MAXIMUM)
    ask_polkit (question, peer);
  else
    refuse_question (question, peer, SHIKAKU_ERROR_READER_FAILED,
                     "the readers come and go while polkit decides: call again");
}

/* The caller may have gone when the answer comes; or the answer, whatever it is, was about another reader. */
static void
on_polkit_answer (BusPolkitAnswer answer, gpointer user_data)
{
  AccessQuestion *question = user_data;
  BusPeer *peer = bus_peers_find (question->access->peers, sd_bus_message_get_sender (question->call));

  if (peer == NULL)
    refuse_question (question, peer, SHIKAKU_ERROR_FAILED, "the caller has gone");
  else if (answer != BUS_POLKIT_UNDECIDED && g_strcmp0 (question->reader, find_reader_name (question)) != 0)
    ask_again (question, peer);
  else if (answer != BUS_POLKIT_YES)
    refuse_by_polkit (question, peer, answer);
  else
    answer_question (question, peer, NULL);
}

static void
ask_polkit (AccessQuestion *question, BusPeer *peer)
{
  BusPolkitQuestion wanted = {
    .action = question->right,
    .name = peer->name,
    .share = peer->share,
    .user = bus_account_get_name (peer->account),
    .interactive = sd_bus_message_get_allow_interactive_authorization (question->call) > 0,
  };

  g_free (question->reader);
  wanted.reader = question->reader = g_strdup (find_reader_name (question));
  question->asked++;
  bus_polkit_ask (question->access->polkit, &wanted, on_polkit_answer, question);
}

static void
on_peer_known (BusPeer *peer, gpointer user_data)
{
  AccessQuestion *question = user_data;

  if (peer == NULL)
    refuse_question (question, NULL, SHIKAKU_ERROR_FAILED, "the bus could not tell who the caller is");
  else if (bus_account_get_uid (peer->account) == 0)
    answer_question (question, peer, NULL);
  else if (strcmp (question->right, BUS_ACCESS_ROOT) == 0)
    refuse_question (question, peer, SHIKAKU_ERROR_NOT_AUTHORIZED, "this needs to be root");
  else
    ask_polkit (question, peer);
}

static void
check_right (BusAccess *access, BusPeer *peer, sd_bus_message *call, const BusAccessRule *rule, const char *right,
             const BusAccessSubject *subject, BusAccessDone callback, gpointer user_data)
{
  AccessQuestion *question = g_new (AccessQuestion, 1);

  *question = (AccessQuestion){
    .access = access,
    .call = sd_bus_message_ref (call),
    .rule = rule,
    .right = right,
    .subject = *subject,
    .callback = callback,
    .user_data = user_data,
  };
  bus_peer_await (peer, on_peer_known, question);
}

void
bus_access_check (BusAccess *access, BusPeer *peer, sd_bus_message *call, const BusAccessRule *rule,
                  const BusAccessSubject *subject, BusAccessDone callback, gpointer user_data)
{
  check_right (access, peer, call, rule, rule->right, subject, callback, user_data);
}

void
bus_access_check_others (BusAccess *access, BusPeer *peer, sd_bus_message *call, const BusAccessRule *rule,
                         BusAccessDone callback, gpointer user_data)
{
  const BusAccessSubject none = { NULL };

  check_right (access, peer, call, rule, rule->of_others, &none, callback, user_data);
}

void
bus_access_drop_caller (BusAccess *access, const char *name)
{
  bus_polkit_drop_caller (access->polkit, name);
}

BusAccess *
bus_access_new (sd_bus *bus, BusOutgoing *outgoing, BusPeers *peers)
{
  BusAccess *access = g_new0 (BusAccess, 1);

  access->peers = peers;
  access->polkit = bus_polkit_new (bus, outgoing);
  return access;
}

void
bus_access_free (BusAccess *access)
{
  bus_polkit_free (access->polkit);
  g_free (access);
}

void
bus_access_set_station (BusAccess *access, Station *station)
{
  access->station = station;
}
