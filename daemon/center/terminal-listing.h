/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-listing: lists of who has consented to home or online care, over the folders: the two steps of the field,
 * one after the other. In: what is wanted. Out: a number under which a list is fetched, or the list.
 */
#pragma once

#include "center/terminal-folder-private.h"

typedef struct TerminalListing TerminalListing;

/* terminal_listing_begin: @task: (transfer full), returned with a TransportCareList, or an error. */
void terminal_listing_begin (TerminalFolder *folder, const TransportCareQuery *query, GTask *task);

/* terminal_listing_give_up_all: for the transport that ends: no second step follows a first one. */
void terminal_listing_give_up_all (GPtrArray *listings);
