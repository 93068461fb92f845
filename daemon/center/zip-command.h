/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * zip-command: a site's own module that makes and opens the archives of the terminal's folders. In: bytes. Out: bytes.
 * It is called as COMMAND pack|unpack INPUT OUTPUT: two paths in a folder of our own that nobody else can read; the
 * password, if there is one, is all that its standard input has. Anything but the exit status 0 is a failure.
 */
#pragma once

#include <gio/gio.h>

#include "base/error.h"

#define ZIP_COMMAND_MILLISECONDS 10000u /* how long it may take */

typedef enum
{
  ZIP_COMMAND_PACK,   /* @name: of the document, with its extension; the output: the archive */
  ZIP_COMMAND_UNPACK, /* @name: of the archive; the output: the document alone */
} ZipCommandVerb;

/*
 * zip_command_run_async: @command: absolute. @runtime: an absolute folder in which ours is made, and deleted at the
 * end. @name: without folders. @password: NULL: none. All borrowed for the call. @maximum: bytes of the output.
 */
void zip_command_run_async (const char *command, ZipCommandVerb verb, const char *runtime, const char *name,
                            GBytes *input, const char *password, gsize maximum, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);
/*
 * zip_command_run_finish: Return: (transfer full), or NULL with TIMED_OUT, CANCELLED, MESSAGE_INVALID (it failed, or
 * its output is none or too large), or FAILED (it could not be started).
 */
GBytes *zip_command_run_finish (GAsyncResult *result, GError **error);
