/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-documents: the reply to FetchRecords, with its sealed descriptors, comes in; the bytes of each go out. */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

/* bridge_documents_read: @reply: (a(ha{sv})a{sv}). Return: of GBytes (transfer full); NULL: one cannot be read. */
GPtrArray *bridge_documents_read (GVariant *reply, GUnixFDList *files, GError **error);
