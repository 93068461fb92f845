/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verbs: the one table of what shikakuctl can do; its help and the shell's completion are printed from it. */
#pragma once

#include "client/client.h"

extern const Verb verb_status, verb_readers, verb_check, verb_agent, verb_watch, verb_diagnose, verb_config,
    verb_statistics;

/* verbs_find: Return: the row of @name, static, or NULL. */
const Verb *verbs_find (const char *name);

/* verbs_print_names: one name a line. */
void verbs_print_names (void);

/* verbs_print_options: the words and the long options of @verb, one a line. */
void verbs_print_options (const Verb *verb);

/* verbs_get_help: "Verbs:" and a line for each. Return: (transfer full). */
char *verbs_get_help (void);
