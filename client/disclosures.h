/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disclosures: the patient's own list of who saw what here, and the patient's objection to an entry of it. In: a
 * visit that is done, by card. Out: lines for people, in the terminal's language; or the entries for programs.
 */
#pragma once

#include "client/client.h"
#include "client/visit.h"

/* DisclosuresDone: @entries: aa{sv}, borrowed; NULL: it failed, which was said, and @error is its name. */
typedef void (*DisclosuresDone) (GVariant *entries, const char *error, gpointer user_data);

/* disclosures_list: all pages, one after the other. */
void disclosures_list (Client *client, Visit *visit, DisclosuresDone done, gpointer user_data);

/* disclosures_print: on standard output. */
void disclosures_print (GVariant *entries);

/* disclosures_object: to the entry at @place, for the reason @text; then the list, which has it. */
void disclosures_object (Client *client, Visit *visit, guint64 place, const char *text, DisclosuresDone done,
                         gpointer user_data);
