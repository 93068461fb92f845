/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge-people: when the people were born who were seen here today. Some requests of the field name a patient by the
 * numbers alone, and the daemon wants the birthdate too. Messages that come through the bridge go in; birthdates go
 * out. Of the numbers only a keyed hash is kept; the file is the bridge's alone, and a row of it lasts a day.
 */
#pragma once

#include "codec/message.h"

typedef struct BridgePeople BridgePeople;

/* bridge_people_new: @folder: the file "people" in it is read; NULL: nothing outlives the program. */
BridgePeople *bridge_people_new (const char *folder);
void bridge_people_free (BridgePeople *people);

/* bridge_people_note: whoever @message, an answer or a face file of the field, names with numbers and birthdate. */
void bridge_people_note (BridgePeople *people, const Message *message);

/* bridge_people_find: Return: YYYYMMDD (transfer full); NULL: not seen here, or more than one has these numbers.
 * @branch: NULL: not known. */
char *bridge_people_find (BridgePeople *people, const char *insurer, const char *symbol, const char *number,
                          const char *branch);
