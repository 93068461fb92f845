/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-folder: folders in which a test plays the terminal, and what can befall a file there. In: files to be, faults to
 * come. Out: what is in a folder. A test that has faults is linked with folder_wraps (meson.build).
 */
#pragma once

#include <glib.h>

#define FAKE_FOLDER_ANSWER "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader/></XmlMsg>\n"

/* fake_folder_make: a new temporary folder. Return: (transfer full). fake_folder_remove: with all that is in it. */
char *fake_folder_make (void);
void fake_folder_remove (const char *path);

void fake_folder_put (const char *folder, const char *name, const char *text);
void fake_folder_take (const char *folder, const char *name);
gboolean fake_folder_has (const char *folder, const char *name);
guint fake_folder_count (const char *folder);

/* fake_folder_make_face: the name of the file about somebody who stood there @seconds ago. Return: (transfer full). */
char *fake_folder_make_face (gint64 seconds);
