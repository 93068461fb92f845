/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-archive: the zips of one terminal, both ways: a request goes in and what is to be written comes out; a file
 * goes in and the document inside it comes out. By libzip on a thread (folder-zip), or by the site's own module
 * (zip-command). What is no zip passes as it is, at once.
 *
 * No zip of the field protects anything: its passwords are known to all. By which method the weakest was made is kept,
 * to be told.
 */
#pragma once

#include <gio/gio.h>

#include "center/folder-zip.h"
#include "center/terminal-settings.h"

typedef struct TerminalArchive TerminalArchive;

/* terminal_archive_new: the password's file is read now; what is wrong with it is told by each call that needs it. */
TerminalArchive *terminal_archive_new (const TerminalSettings *settings);
TerminalArchive *terminal_archive_ref (TerminalArchive *archive);
void terminal_archive_unref (TerminalArchive *archive);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TerminalArchive, terminal_archive_unref)

/* terminal_archive_check_password: whether the password's file can be read. Return: FALSE as file_read fails. */
gboolean terminal_archive_check_password (const char *path, GError **error);

/* terminal_archive_make_likeness: a text that is the same for two archives of the same password. (transfer full) */
char *terminal_archive_make_likeness (const TerminalArchive *archive);

/* terminal_archive_get_extension: of the requests of @prefix: ZIP or XML. */
FolderExtension terminal_archive_get_extension (const TerminalArchive *archive, const char *prefix);

/* terminal_archive_pack_async: @document, to be written as @name (whose extension is ZIP). Return of finish: (transfer
 * full), or NULL as folder_zip_write and zip_command_run_finish fail, or CREDENTIAL_MISSING. */
void terminal_archive_pack_async (TerminalArchive *archive, const char *name, GBytes *document,
                                  GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GBytes *terminal_archive_pack_finish (GAsyncResult *result, GError **error);

/* terminal_archive_unpack_async: @file: a zip. Return of finish: (transfer full) the document, or NULL as
 * folder_zip_read and zip_command_run_finish fail. */
void terminal_archive_unpack_async (TerminalArchive *archive, const FolderShareFile *file, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);
GBytes *terminal_archive_unpack_finish (GAsyncResult *result, GError **error);

/* terminal_archive_get_weakest: of all zips that were made or opened here. Return: FALSE: there were none. */
gboolean terminal_archive_get_weakest (const TerminalArchive *archive, FolderZipMethod *ret_method);
