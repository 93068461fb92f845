/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-mount: see the header. proc_pid_mountinfo(5). */
#include "center/folder-mount.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define DEVICE_WORD 2  /* of a line: which one is major:minor */
#define TYPE_WORD 1    /* after the " - " */
#define OPTIONS_WORD 3 /* likewise, the last */

static gboolean
has_option (const char *options, const char *option)
{
  g_auto (GStrv) all = g_strsplit (options, ",", -1);

  return g_strv_contains ((const char *const *)all, option);
}

/* is_cached: @line: of the mount of @device, or of another. */
static gboolean
is_cached (const char *line, const char *device)
{
  g_auto (GStrv) words = g_strsplit (line, " ", DEVICE_WORD + 2);
  const char *end = strstr (line, " - ");
  g_auto (GStrv) last = NULL;

  if (g_strv_length (words) <= DEVICE_WORD || strcmp (words[DEVICE_WORD], device) != 0 || end == NULL)
    return FALSE;
  last = g_strsplit (end + 1, " ", OPTIONS_WORD + 1);
  if (g_strv_length (last) <= OPTIONS_WORD
      || (strcmp (last[TYPE_WORD], "cifs") != 0 && strcmp (last[TYPE_WORD], "smb3") != 0))
    return FALSE;
  return !has_option (last[OPTIONS_WORD], "nolease") && !has_option (last[OPTIONS_WORD], "cache=none");
}

gboolean
folder_mount_is_cached (const char *mounts, dev_t device)
{
  g_autofree char *number = g_strdup_printf ("%u:%u", major (device), minor (device));
  g_auto (GStrv) lines = g_strsplit (mounts, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (is_cached (lines[i], number))
      return TRUE;
  return FALSE;
}

gboolean
folder_mount_look (int folder)
{
  g_autofree char *mounts = NULL;
  struct stat status;

  return fstat (folder, &status) == 0 && g_file_get_contents ("/proc/self/mountinfo", &mounts, NULL, NULL)
         && folder_mount_is_cached (mounts, status.st_dev);
}
