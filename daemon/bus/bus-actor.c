/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-actor: see the header. */
#include "bus/bus-actor.h"

gboolean
bus_actor_fill (Actor *actor, BusPeer *peer, GError **error)
{
  actor->uid = bus_account_get_uid (peer->account);
  actor->program = peer->program;
  actor->sender = peer->name;
  return actor_check (actor, error);
}
