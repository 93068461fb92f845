/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* readers: the readers of the daemon as a list; used by every verb that shows or chooses one. */
#pragma once

#include "client/client.h"

/* @readers: aa{sv}, sorted by path: the properties of each, and its Path o. NULL: client_fail() has been called. */
typedef void (*ReadersCallback) (Client *client, GVariant *readers);

/* readers_load: asks the daemon. One question at a time. */
void readers_load (Client *client, ReadersCallback callback);

/* readers_is_path: whether @wanted (of --reader) needs no list: an object path, or the number at its end. */
gboolean readers_is_path (const char *wanted, char **ret_path);

/* readers_find: the path of the reader named @wanted. Return: (transfer full), or NULL. */
char *readers_find (GVariant *readers, const char *wanted);

/* readers_print: one line each: number, name, card, in use. */
void readers_print (GVariant *readers);

/* readers_get_number: the last part of @path, for people. */
const char *readers_get_number (const char *path);
