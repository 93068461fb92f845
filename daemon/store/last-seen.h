/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * last-seen: what was seen of a person last, to tell a change by. In: a person, and what the center says of them today.
 * Out: which of it was another the last time, and when that was.
 *
 * Nothing can be read back: person and values are kept as keyed hashes (HMAC-SHA256 with a key of store-key, 16 bytes
 * of it), a value's made with its person, so that two people with one insurer have nothing in common; and of times the
 * day. They are personal data all the same: who has the key can try names and birthdates. What is kept under the
 * previous key is still known, and is kept under the current one when the person comes again. Without a key nothing is
 * kept, and nothing looked up.
 *
 * Looking changes nothing; what is new is kept by last_seen_keep, once it was told.
 */
#pragma once

#include "store/store.h"

typedef struct LastSeen LastSeen;

typedef enum
{
  LAST_SEEN_INSURER,
  LAST_SEEN_NUMBER,
  LAST_SEEN_RATIO,
  LAST_SEEN_CEILING,
  LAST_SEEN_NAME,
  LAST_SEEN_ADDRESS,
  LAST_SEEN_N_FIELDS
} LastSeenField;

/* A person of today. Each text can be compared as it is; NULL: not known. Owned. */
typedef struct
{
  char *reference;        /* the institution's own number of the person: who that is, if there is one */
  char *name, *birthdate; /* else these two are; a person without either is nobody */
  char *values[LAST_SEEN_N_FIELDS];
  gint64 day; /* today: days since 1970 in Japan */
} LastSeenPerson;

void last_seen_person_free (LastSeenPerson *person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LastSeenPerson, last_seen_person_free)

/* What became of looking. */
typedef struct
{
  gboolean is_known;                   /* was seen here before */
  gboolean is_new[LAST_SEEN_N_FIELDS]; /* was another before today */
  gint64 before[LAST_SEEN_N_FIELDS];   /* and that was seen on this day last */
} LastSeenAnswer;

/* last_seen_new: @store must outlive it. */
LastSeen *last_seen_new (Store *store);
void last_seen_free (LastSeen *seen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LastSeen, last_seen_free)

/* last_seen_configure: how many days it is kept that a person was seen. 0: nothing is looked up, and nothing kept. */
void last_seen_configure (LastSeen *seen, guint retention_days);

/* last_seen_is_off: nothing is kept here: there is no key, or it is not wanted. Not known before it was looked up. */
gboolean last_seen_is_off (LastSeen *seen);

/* last_seen_look: @person: (transfer full). */
void last_seen_look (LastSeen *seen, LastSeenPerson *person, GAsyncReadyCallback callback, gpointer user_data);

/* last_seen_look_finish: FALSE: it could not be looked up; nothing is known, which is no answer. */
gboolean last_seen_look_finish (GAsyncResult *result, LastSeenAnswer *answer);

/*
 * last_seen_keep: the person of @result is as they are said to be, from today on. Nothing is written where that was
 * known today; and together with the first that is, whatever is older than the retention goes.
 */
void last_seen_keep (LastSeen *seen, GAsyncResult *result);

/* last_seen_purge: forgets everybody. last_seen_purge_finish: @ret_removed: how many people. FAILED. */
void last_seen_purge (LastSeen *seen, GAsyncReadyCallback callback, gpointer user_data);
gboolean last_seen_purge_finish (GAsyncResult *result, guint64 *ret_removed, GError **error);
