/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-export: Ledger.Export into a file, a folder or standard output. In: where to, and the options of the call.
 * Out: what was written there, whole or not at all; of a folder, tar takes the stream apart.
 */
#pragma once

#include "client/client.h"

/* @report: a{sv}; NULL with @error: of the call, or of what could not be written. Borrowed. */
typedef void (*LedgerExportDone) (GVariant *report, const GError *error, gpointer user_data);

/*
 * ledger_export_run: @to: a file; a folder, if it is one (for tiles); NULL: standard output. @options: floating. @done:
 * once, when all is written; not before this returns.
 */
void ledger_export_run (Client *client, const char *format, const char *to, GVariant *options, LedgerExportDone done,
                        gpointer user_data);
