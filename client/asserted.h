/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * asserted: who asks, as the person at this terminal says: options that every verb has that shows something of a
 * patient. In: the command line, and $SHIKAKU_STAFF. Out: options of the call. The ledger keeps them as asserted.
 */
#pragma once

#include <gio/gio.h>

#include "client/verb.h"

/* Their values, as the command line gave them. */
extern char *asserted_staff, *asserted_role, *asserted_reason;
extern gboolean asserted_is_break_glass;

/* ASSERTED_OPTIONS: their rows in a verb's options. ASSERTED_VALUES: in its values. */
/* clang-format off */
#define ASSERTED_OPTIONS \
  { "staff", 0, 0, G_OPTION_ARG_STRING, &asserted_staff, N_ ("Who asks: an id of your institution ($SHIKAKU_STAFF)"), \
    N_ ("ID") }, \
  { "role", 0, 0, G_OPTION_ARG_STRING, &asserted_role, N_ ("What that person is"), N_ ("ROLE") }, \
  { "reason", 0, 0, G_OPTION_ARG_STRING, &asserted_reason, N_ ("Why it is asked for, for the record"), \
    N_ ("TEXT") }, \
  { "break-glass", 0, 0, G_OPTION_ARG_NONE, &asserted_is_break_glass, \
    N_ ("An emergency: no limit holds; it is told to the administrator, and looked at later"), NULL }
#define ASSERTED_VALUES { "role", asserted_roles }
/* clang-format on */
extern const char *const asserted_roles[];

/* asserted_insert: as options of a call. */
void asserted_insert (GVariantDict *options);
