/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reference: the institution's own number of a patient, registered after a visit with an answer that is eligible. In:
 * the visit, the number, which insurance. Out: what became of it, for people and for programs; the answer stands.
 */
#pragma once

#include "client/visit.h"

/* @outcome: a{sv}: Registered b; if it was not, Error s and ErrorMessage s. Borrowed. */
typedef void (*ReferenceDone) (GVariant *outcome, gpointer user_data);

/* reference_register: @insurance: its place for people, from 1; 0: the only one. @done: once. */
void reference_register (Client *client, Visit *visit, const char *number, guint insurance, ReferenceDone done,
                         gpointer user_data);

/* reference_print: what became of it, to standard error. */
void reference_print (GVariant *outcome);
