/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* readers: the readers of the daemon as a list; used by every verb that shows or chooses one. */
#pragma once

#include "client/client.h"

/* @readers: aa{sv}, sorted by path: the properties of each, and its Path o. NULL: client_fail() has been called. */
typedef void (*ReadersCallback) (Client *client, GVariant *readers);

/* readers_load: asks the daemon. One question at a time. */
void readers_load (Client *client, ReadersCallback callback);

/*
 * @found: there is such a reader, or there is no need to ask. @path: its object path, valid during the call; NULL if
 * none was named: then the daemon takes the only one there is.
 */
typedef void (*ReaderCallback) (Client *client, gboolean found, const char *path);

/*
 * readers_choose: the reader that --reader names. @wanted: its number, name or object path, or NULL; it must live until
 * @callback is called. That may be at once, and is never after client_fail().
 */
void readers_choose (Client *client, const char *wanted, ReaderCallback callback);

/* readers_print: one line each: number, name, card, in use; below them, what to do where nobody asks for the PIN. */
void readers_print (GVariant *readers);

/* readers_get_number: the last part of @path, for people. */
const char *readers_get_number (const char *path);
