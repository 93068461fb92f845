/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-options: which records, and where they go: options of every verb that fetches some. In: the command line.
 * Out: what records_fetch and records_save want.
 */
#pragma once

#include "client/records.h"

/* Their values, as the command line gave them. */
extern char *records_from, *records_to, *records_format, *records_output;
extern int records_fd;
extern gboolean records_force;

/* RECORDS_OPTIONS: their rows in a verb's options. RECORDS_VALUES: in its values. */
/* clang-format off */
#define RECORDS_OPTIONS \
  { "from", 0, 0, G_OPTION_ARG_STRING, &records_from, N_ ("Records: the first month"), "YYYYMM" }, \
  { "to", 0, 0, G_OPTION_ARG_STRING, &records_to, N_ ("Records: the last month"), "YYYYMM" }, \
  { "format", 0, 0, G_OPTION_ARG_STRING, &records_format, N_ ("Records: the format of the document (json)"), \
    N_ ("FORMAT") }, \
  { "fd", 0, 0, G_OPTION_ARG_INT, &records_fd, N_ ("Records: write them to this open descriptor"), N_ ("NUMBER") }, \
  { "output", 0, 0, G_OPTION_ARG_FILENAME, &records_output, \
    N_ ("Records: write them to this file, which only you can read"), N_ ("FILE") }, \
  { "force", 0, 0, G_OPTION_ARG_NONE, &records_force, N_ ("Records: the file may be there, and is replaced"), NULL }
#define RECORDS_VALUES { "format", records_formats }
/* clang-format on */
extern const char *const records_formats[];

/* records_options_check: Return: what is wrong, a sentence; or NULL. */
const char *records_options_check (void);

/* records_options_get_place: Return: FALSE: neither a file nor a descriptor was named. */
gboolean records_options_get_place (RecordsPlace *ret_place);
