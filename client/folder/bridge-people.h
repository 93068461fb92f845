/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge-people: who was seen here today. Some requests of the field name a patient by the numbers alone, and the
 * daemon wants the birthdate too, and of who stood at a terminal the name. Messages that come through the bridge go
 * in; a person goes out. Of the numbers only a keyed hash is kept, with the birthdate, in a file that is the bridge's
 * alone; names are in memory. A row lasts a day.
 */
#pragma once

#include "codec/message.h"

typedef struct BridgePeople BridgePeople;

/* Each NULL: not known. */
typedef struct
{
  const char *birthdate; /* YYYYMMDD */
  const char *name, *kana;
} BridgePerson;

/* bridge_people_new: @folder: the file "people" in it is read; NULL: nothing outlives the program. */
BridgePeople *bridge_people_new (const char *folder);
void bridge_people_free (BridgePeople *people);

/* bridge_people_note: whoever @message, an answer or a face file of the field, names with numbers and birthdate. */
void bridge_people_note (BridgePeople *people, const Message *message);

/* bridge_people_sweep: now and then: what is older than a day leaves the file too. */
void bridge_people_sweep (BridgePeople *people);

/*
 * bridge_people_find: Return: FALSE: not seen here, or more than one has these numbers. *ret_person: borrowed until the
 * next one is noted. @branch: NULL: not known.
 */
gboolean bridge_people_find (BridgePeople *people, const char *insurer, const char *symbol, const char *number,
                             const char *branch, BridgePerson *ret_person);
