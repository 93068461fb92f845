/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * code-catalogue: what the center's result codes mean. A code comes in; its class, the error that it stands for, and a
 * text for staff go out. The known ones are in data/codes.ini, which is compiled in; a site adds its own in a folder.
 * It is read at the first code that comes, so that a center without remarks costs nothing. Main thread only.
 */
#pragma once

#include "base/error.h"
#include "codec/records-outcome.h"

typedef enum
{
  CODE_UNKNOWN, /* not in the catalogue, and its last letter says nothing */
  CODE_INFORMATION,
  CODE_WARNING,
  CODE_ERROR,
} CodeClass;

/* code_catalogue_get_class: of @code, by the catalogue, else by its letter of severity. NULL has none. */
CodeClass code_catalogue_get_class (const char *code);

/* code_catalogue_get_error: what a refusal with @code (may be NULL) is called; CENTER_REFUSED if nobody says so. */
ShikakuError code_catalogue_get_error (const char *code);

/*
 * code_catalogue_get_outcome: what came of a request for records that was answered with @code (may be NULL); REFUSED if
 * nobody says so.
 */
RecordsOutcome code_catalogue_get_outcome (const char *code);

/* code_catalogue_get_text: for staff, in @language (NULL: English). (transfer full), or NULL: nobody knows the code. */
char *code_catalogue_get_text (const char *code, const char *language);

/*
 * code_catalogue_use_folder: the folder of the site's own files (@folder/NAME.ini, in the order of their names; a later
 * one counts). It need not be there. Files are read now if there are any: what is wrong in one is logged, and it is
 * left out. NULL: none.
 */
void code_catalogue_use_folder (const char *folder);

/* code_catalogue_check_folder: whether all of its files are right. Return: FALSE with the first that is not. */
gboolean code_catalogue_check_folder (const char *folder, GError **error);
