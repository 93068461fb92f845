/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unit-file: see the header. The folders are those of systemd.unit(5) that a person or a package writes to. */
#include "base/unit-file.h"

#include <gio/gio.h>
#include <sys/stat.h>

#define RUNNING "/run/systemd/system" /* sd_booted(3) */

static const char *const folders[] = {
  "/etc/systemd/system.control",   "/run/systemd/system.control", "/etc/systemd/system", "/run/systemd/system",
  "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",     "/lib/systemd/system",
};

/* A link to /dev/null, or a file with nothing in it. */
static gboolean
is_mask (const char *path)
{
  g_autofree char *target = g_file_read_link (path, NULL);
  struct stat file;

  if (target != NULL)
    return g_str_equal (target, "/dev/null");
  return stat (path, &file) == 0 && S_ISREG (file.st_mode) && file.st_size == 0;
}

UnitFileState
unit_file_look (const char *unit)
{
  struct stat file;

  if (lstat (RUNNING, &file) != 0)
    return UNIT_FILE_UNKNOWN;
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (folders[i], unit, NULL);

      if (lstat (path, &file) == 0)
        return is_mask (path) ? UNIT_FILE_MASKED : UNIT_FILE_PRESENT;
    }
  return UNIT_FILE_MISSING;
}
