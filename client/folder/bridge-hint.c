/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-hint: see the header. inotify itself, since a GFileMonitor tells of each file in an own signal. */
#include "client/folder/bridge-hint.h"

#include <glib-unix.h>
#include <sys/inotify.h>
#include <unistd.h>

struct BridgeHint
{
  int inotify;
  guint source;
  BridgeHinted hinted;
  gpointer user_data;
};

static gboolean
on_readable (int inotify, GIOCondition condition, gpointer user_data)
{
  BridgeHint *hint = user_data;
  char events[4096];

  while (read (inotify, events, sizeof events) > 0)
    ; /* what has happened the folder itself says */
  hint->hinted (hint->user_data);
  return G_SOURCE_CONTINUE;
}

BridgeHint *
bridge_hint_new (const char *folder, BridgeHinted hinted, gpointer user_data)
{
  const int inotify = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  BridgeHint *hint;

  if (inotify < 0)
    return NULL;
  if (inotify_add_watch (inotify, folder, IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) < 0)
    {
      close (inotify);
      return NULL;
    }
  hint = g_new0 (BridgeHint, 1);
  hint->inotify = inotify;
  hint->hinted = hinted;
  hint->user_data = user_data;
  hint->source = g_unix_fd_add (inotify, G_IO_IN, on_readable, hint);
  return hint;
}

void
bridge_hint_free (BridgeHint *hint)
{
  if (hint == NULL)
    return;
  g_source_remove (hint->source);
  close (hint->inotify);
  g_free (hint);
}
