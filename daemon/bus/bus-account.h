/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-account: what each user of the machine has in use here, and how much it may. In: who begins and ends something.
 * Out: whether there is room for it.
 *
 * A user has one account, however many connections it opens; each connection has a share in it. What is begun is
 * charged to the connection's share, and so to its user; who charges keeps a reference to the share, and discharges
 * when it ends, even if the connection has left meanwhile. How fast a user may call (bus-rate) and its name are kept
 * with the account. An account that nobody refers to is kept while its user may not call as fast as a stranger may.
 */
#pragma once

#include <sys/types.h>

#include "bus/bus-rate.h"

/* What one user may have at a time, with all its connections together, */
#define BUS_ACCOUNT_VISITS_MAXIMUM 64     /* open */
#define BUS_ACCOUNT_WAITING_MAXIMUM 64    /* calls; who waits for answers before calling again does not flood the bus */
#define BUS_ACCOUNT_QUESTIONS_MAXIMUM 2   /* to polkit, under way */
#define BUS_ACCOUNT_DIALOGUES_MAXIMUM 2   /* of polkit, in which a person authenticates */
#define BUS_ACCOUNT_UNANSWERED_MAXIMUM 24 /* requests to agents */
#define BUS_ACCOUNT_SUBSCRIPTIONS_MAXIMUM 16 /* to events */
#define BUS_ACCOUNT_RECORDS_MAXIMUM 4        /* fetches of records; each holds documents in memory */

/* and what one connection of it may. */
#define BUS_ACCOUNT_CONNECTION_VISITS_MAXIMUM 16
#define BUS_ACCOUNT_CONNECTION_CALLS_MAXIMUM 32 /* under way */
#define BUS_ACCOUNT_CONNECTION_DIALOGUES_MAXIMUM 1
#define BUS_ACCOUNT_CONNECTION_UNANSWERED_MAXIMUM 8
#define BUS_ACCOUNT_CONNECTION_SUBSCRIPTIONS_MAXIMUM 1
#define BUS_ACCOUNT_CONNECTION_RECORDS_MAXIMUM 2

typedef enum
{
  BUS_ACCOUNT_VISIT,
  BUS_ACCOUNT_CALL,
  BUS_ACCOUNT_WAITING, /* of the calls, those that the gate holds back */
  BUS_ACCOUNT_QUESTION,
  BUS_ACCOUNT_DIALOGUE,
  BUS_ACCOUNT_AGENT, /* registered */
  BUS_ACCOUNT_UNANSWERED,
  BUS_ACCOUNT_SUBSCRIPTION,
  BUS_ACCOUNT_RECORDS,
  BUS_ACCOUNT_N_KINDS,
} BusAccountKind;

typedef struct BusAccounts BusAccounts;
typedef struct BusAccount BusAccount; /* of a user */
typedef struct BusShare BusShare;     /* of a connection */

/* All accounts. */

BusAccounts *bus_accounts_new (void);

/* bus_accounts_free: who waits for a name is called back, with NULL. References to accounts stay good. */
void bus_accounts_free (BusAccounts *accounts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusAccounts, bus_accounts_free)

/* bus_accounts_get: the account of @uid. @now: microseconds, as of g_get_monotonic_time(). Return: (transfer none). */
BusAccount *bus_accounts_get (BusAccounts *accounts, uid_t uid, gint64 now);

/* An account. */

BusAccount *bus_account_ref (BusAccount *account);
void bus_account_unref (BusAccount *account);

uid_t bus_account_get_uid (BusAccount *account);
BusRate *bus_account_get_rate (BusAccount *account);

/* bus_account_get_name: the user's name, for people: not a program's, which could be anything; or its number. */
const char *bus_account_get_name (BusAccount *account);

/* BusAccountNamed: @account is NULL if the accounts have ended. */
typedef void (*BusAccountNamed) (BusAccount *account, gpointer user_data);

/*
 * bus_account_await_name: looks the name up where it is not known, or was looked up a while ago. @callback when it is
 * there, or when it was waited for long enough; at once if it is known, or was waited for already.
 */
void bus_account_await_name (BusAccount *account, BusAccountNamed callback, gpointer user_data);

/* A share. */

/* bus_share_new: of a connection whose user is not known yet: what is charged goes to the account that it joins. */
BusShare *bus_share_new (void);
BusShare *bus_share_ref (BusShare *share);
/* bus_share_unref: what the last reference leaves uncharged is written off. */
void bus_share_unref (BusShare *share);
void bus_share_join (BusShare *share, BusAccount *account);

/* bus_share_has_room: one more of @kind may be charged, as far as it goes for the connection, and for its user too. */
gboolean bus_share_has_room (BusShare *share, BusAccountKind kind);
/* bus_share_is_full: the connection has used up its own part. */
gboolean bus_share_is_full (BusShare *share, BusAccountKind kind);
/* bus_share_is_empty: nothing is charged to it. */
gboolean bus_share_is_empty (BusShare *share);

void bus_share_charge (BusShare *share, BusAccountKind kind);
void bus_share_discharge (BusShare *share, BusAccountKind kind);
