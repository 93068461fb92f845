/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-options: see the header. */
#include "client/records-options.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>

char *records_from, *records_to, *records_format, *records_output;
int records_fd = -1;
gboolean records_force;

const char *const records_formats[] = { "json", "xml", "pdf", NULL };

const char *
records_options_check (void)
{
  if (!records_check_month (records_from) || !records_check_month (records_to))
    return _ ("A month is written YYYYMM.");
  if (records_from != NULL && records_to != NULL && strcmp (records_from, records_to) > 0)
    return _ ("The first month is after the last.");
  if (records_format != NULL && !g_strv_contains (records_formats, records_format))
    return _ ("A format is one of json, xml and pdf.");
  if (records_output != NULL && records_fd >= 0)
    return _ ("Records go to a file or to a descriptor, not to both.");
  if (records_fd >= 0 && fcntl (records_fd, F_GETFD) < 0)
    return _ ("That descriptor is not open.");
  return NULL;
}

gboolean
records_options_get_place (RecordsPlace *ret_place)
{
  *ret_place = (RecordsPlace){ .fd = records_fd, .path = records_output, .force = records_force };
  return records_output != NULL || records_fd >= 0;
}
