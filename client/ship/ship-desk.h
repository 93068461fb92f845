/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ship-desk: the ledger of this desk, as its daemon gives it out on the bus (org.shikaku.Shikaku1.Ledger). In: what is
 * wanted. Out: texts and entries. Every call waits; errors are those of D-Bus or of G_IO_ERROR.
 */
#pragma once

#include "client/ship/ship-entry.h"

typedef struct ShipDesk ShipDesk;

/* ship_desk_new: by the system bus. (transfer full); NULL: there is no bus. */
ShipDesk *ship_desk_new (GError **error);
void ship_desk_free (ShipDesk *desk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShipDesk, ship_desk_free)

/* The signed note of the newest tree; a tlog-proof of entry @place. (transfer full). */
char *ship_desk_get_checkpoint (ShipDesk *desk, GError **error);
char *ship_desk_get_proof (ShipDesk *desk, guint64 place, GError **error);

/*
 * ship_desk_read: calls @take for each entry from @first on, in their order, until it has had all or @take says FALSE.
 * @take: @entry: (transfer full). FALSE without an error: no more is wanted.
 */
typedef gboolean (*ShipTake) (ShipEntry *entry, gpointer user_data, GError **error);
gboolean ship_desk_read (ShipDesk *desk, guint64 first, ShipTake take, gpointer user_data, GError **error);
