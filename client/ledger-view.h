/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-view: what interface Ledger tells, for people: entries as a table, one whole, and how far it can be relied on.
 */
#pragma once

#include <gio/gio.h>

/* ledger_view_print_table: @entries: aa{sv}, of List. */
void ledger_view_print_table (GVariant *entries);

/* ledger_view_print_entry: all of one, under the names of the contract. */
void ledger_view_print_entry (GVariant *entry);

/*
 * ledger_view_print_verdict: @verdict: a{sv}, of Verify. Return: whether the ledger is as it was written.
 * ledger_view_print_report: @report: a{sv}, of Export: on standard error.
 */
gboolean ledger_view_print_verdict (GVariant *verdict);
void ledger_view_print_report (GVariant *report);
