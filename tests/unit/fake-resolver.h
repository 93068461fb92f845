/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-resolver: GLib's name service as a test wants it. In: what it says of any name. Out: answers, when told to. */
#pragma once

#include <gio/gio.h>

/* How often it was asked, and has not been told to answer yet. */
extern guint fake_resolver_asked, fake_resolver_open;

/* fake_resolver_set_up: in place of the real one. @address: told at once; NULL: only when fake_resolver_answer says. */
void fake_resolver_set_up (const char *address);

/* fake_resolver_answer: all that wait. @address: numeric; NULL: there is no such host. */
void fake_resolver_answer (const char *address);
/* fake_resolver_answer_first: the one that waits longest. */
void fake_resolver_answer_first (const char *address);
