/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verbs: the one table of what shikakuctl can do; its help and the shell's completion are printed from it. */
#pragma once

#include "client/verb.h"

/* verbs_find: Return: the row of @name, static, or NULL. */
const Verb *verbs_find (const char *name);

/* verbs_print_names: one name a line. */
void verbs_print_names (void);

/*
 * verbs_print_options: what may follow the word @after in a line of @verb, one a line: the values of an option that
 * takes one (none where it takes any text), else the words and the long options of @verb. @after: or NULL.
 */
void verbs_print_options (const Verb *verb, const char *after);

/* verbs_get_help: "Verbs:" and a line for each. Return: (transfer full). */
char *verbs_get_help (void);

/*
 * verbs_get_values_help: a line for each option of @verb that takes words of a list, and not "-" alone. Return:
 * (transfer full).
 */
char *verbs_get_values_help (const Verb *verb);
