/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-user-name: what a user is called. In: its number. Out: its name, later.
 *
 * The name service may ask a server on the network, and wait for it: so it is asked in a thread of its own, which ends
 * with the answer. Nobody waits for the thread, the end of the daemon neither.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

#define BUS_USER_NAME_THREADS_MAXIMUM 16

/* BusUserNameDone: @name: (transfer full); NULL: the user has none, or none that can be shown. */
typedef void (*BusUserNameDone) (char *name, gpointer user_data);

/*
 * bus_user_name_look_up: @done is called from the default main context, if the name service ever answers.
 * Return: FALSE if too many threads wait for it: @done is never called then.
 */
gboolean bus_user_name_look_up (uid_t uid, BusUserNameDone done, gpointer user_data);
