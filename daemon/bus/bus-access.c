/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-access: the table, and the answer by uid and group: root, and the members of the reception's group. */
#include "bus/bus-access.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define GROUPS_MAXIMUM 1024 /* of one user */

static const BusAccessRule rules[] = {
  { SHIKAKU_INTERFACE_MANAGER, "Check", SHIKAKU_RIGHT_CHECK },
  { SHIKAKU_INTERFACE_MANAGER, "OpenVisit", SHIKAKU_RIGHT_CHECK },
  { SHIKAKU_INTERFACE_MANAGER, "CheckNumber", SHIKAKU_RIGHT_CHECK },
  { SHIKAKU_INTERFACE_MANAGER, "GetVisits", SHIKAKU_RIGHT_CHECK },
  { SHIKAKU_INTERFACE_MANAGER, "Diagnose", SHIKAKU_RIGHT_CHECK },
  { SHIKAKU_INTERFACE_MANAGER, "GetConfiguration", SHIKAKU_RIGHT_MANAGE },
  { SHIKAKU_INTERFACE_MANAGER, "GetStatistics", SHIKAKU_RIGHT_CHECK },
  { SHIKAKU_INTERFACE_AGENT_MANAGER, "RegisterAgent", SHIKAKU_RIGHT_AGENT },
  { SHIKAKU_INTERFACE_AGENT_MANAGER, "UnregisterAgent", SHIKAKU_RIGHT_AGENT },
  { SHIKAKU_INTERFACE_VISIT, "GetEligibility", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_VISIT, "GetConsents", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_VISIT, "GetMessage", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_VISIT, "Cancel", BUS_ACCESS_OWNER },
  { SHIKAKU_INTERFACE_VISIT, "Close", BUS_ACCESS_OWNER },
  { "org.freedesktop.LogControl1", "Set", BUS_ACCESS_ROOT }, /* Properties.Set of its two writable properties */
  { NULL },
};

typedef struct
{
  const char *right;
  BusAccessDone callback;
  gpointer user_data;
} AccessQuestion;

const BusAccessRule *
bus_access_get_rules (void)
{
  return rules;
}

const char *
bus_access_find_right (const char *interface, const char *member)
{
  for (const BusAccessRule *rule = rules; rule->interface; rule++)
    if (strcmp (rule->member, member) == 0 && strcmp (rule->interface, interface) == 0)
      return rule->right;
  return NULL;
}

/* Only the main thread asks NSS, so its static answers are safe. */
static gboolean
is_in_reception (uid_t uid)
{
  const struct group *reception = getgrnam (SHIKAKU_GROUP_RECEPTION);
  gid_t wanted = reception ? reception->gr_gid : 0;
  const struct passwd *user = reception ? getpwuid (uid) : NULL;
  gid_t groups[GROUPS_MAXIMUM];
  int count = GROUPS_MAXIMUM;

  if (!user || getgrouplist (user->pw_name, user->pw_gid, groups, &count) < 0)
    return FALSE;
  for (int i = 0; i < count; i++)
    if (groups[i] == wanted)
      return TRUE;
  return FALSE;
}

static gboolean
has_right (BusPeer *peer, const char *right)
{
  if (peer->uid == 0)
    return TRUE;
  if (strcmp (right, SHIKAKU_RIGHT_CHECK) != 0 && strcmp (right, SHIKAKU_RIGHT_AGENT) != 0)
    return FALSE;
  if (peer->membership == BUS_PEER_MEMBERSHIP_UNKNOWN)
    peer->membership = is_in_reception (peer->uid) ? BUS_PEER_MEMBER : BUS_PEER_STRANGER;
  return peer->membership == BUS_PEER_MEMBER;
}

static void
decide (BusPeer *peer, gpointer user_data)
{
  AccessQuestion *question = user_data;
  g_autoptr (GError) error = NULL;

  if (!peer)
    g_set_error_literal (&error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "The bus could not tell who the caller is");
  else if (!has_right (peer, question->right))
    g_set_error (&error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_AUTHORIZED, "This needs to be root%s",
                 strcmp (question->right, BUS_ACCESS_ROOT) == 0 ? ""
                                                                : " or a member of group " SHIKAKU_GROUP_RECEPTION);
  question->callback (peer, error, question->user_data);
  g_free (question);
}

void
bus_access_check (BusPeer *peer, const char *right, BusAccessDone callback, gpointer user_data)
{
  AccessQuestion *question = g_new (AccessQuestion, 1);

  *question = (AccessQuestion){ .right = right, .callback = callback, .user_data = user_data };
  bus_peer_await (peer, decide, question);
}
