/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* link-view: what Diagnose has found, for people. */
#pragma once

#include <gio/gio.h>

#include "client/page.h"

/* link_view_make: @links: aa{sv} of Manager.Diagnose. @columns: as of page_new(). Return: (transfer full). */
Page *link_view_make (GVariant *links, guint columns);

/* link_view_find_first: the link to mend first. Return: (transfer full), or NULL: all that was examined is well. */
GVariant *link_view_find_first (GVariant *links);
