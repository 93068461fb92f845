/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-program: see the header. One read of one file: name and beginning are of the same process. */
#include "bus/bus-program.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/unicode.h"

#define STAT_SIZE 1024   /* bytes: what stands behind the beginning is not needed */
#define FIELDS_BEFORE 19 /* between the name and the beginning (proc(5): 3 to 21) */

char *
bus_program_parse (const char *text, guint64 *ret_begun)
{
  const char *open = strchr (text, '('), *close = strrchr (text, ')'); /* the name may have brackets of its own */
  const char *field = close;
  char *name;

  if (open == NULL || close == NULL || close < open)
    return NULL;
  for (guint i = 0; i <= FIELDS_BEFORE; i++)
    if ((field = strchr (field + 1, ' ')) == NULL)
      return NULL;
  if (!g_ascii_isdigit (field[1]))
    return NULL;
  *ret_begun = g_ascii_strtoull (field + 1, NULL, 10);
  name = g_strndup (open + 1, (gsize)(close - open - 1));
  if (unicode_is_text (name, strlen (name))) /* else nobody could be told of an entry that has it */
    return name;
  g_free (name);
  return g_strdup ("");
}

/* read_stat: Return: FALSE: there is no such process, or it is hidden from us. */
static gboolean
read_stat (guint32 pid, char text[STAT_SIZE])
{
  char path[32];
  gssize size;
  int fd;

  g_snprintf (path, sizeof path, "/proc/%u/stat", pid);
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    return FALSE;
  size = read (fd, text, STAT_SIZE - 1);
  close (fd);
  text[MAX (size, 0)] = '\0';
  return size > 0;
}

char *
bus_program_read (guint32 pid, gint64 seen)
{
  const glong ticks = sysconf (_SC_CLK_TCK);
  char text[STAT_SIZE];
  guint64 begun = 0;
  g_autofree char *name = pid != 0 && read_stat (pid, text) ? bus_program_parse (text, &begun) : NULL;

  if (name == NULL || ticks <= 0 || (gint64)(begun * G_USEC_PER_SEC / (guint64)ticks) > seen)
    return g_strdup ("");
  for (char *c = name; *c != '\0'; c++) /* it may be anything, and people read it */
    if (g_ascii_iscntrl (*c))
      *c = '?';
  return g_steal_pointer (&name);
}
