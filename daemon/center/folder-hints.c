/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-hints: see the header. inotify(7). */
#include "center/folder-hints.h"

#include <sys/inotify.h>
#include <unistd.h>

#define HINTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR)

struct FolderHints
{
  int descriptor;
};

FolderHints *
folder_hints_new (void)
{
  FolderHints *self = g_new0 (FolderHints, 1);

  self->descriptor = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  return self;
}

void
folder_hints_free (FolderHints *self)
{
  if (self->descriptor >= 0)
    close (self->descriptor);
  g_free (self);
}

int
folder_hints_get_descriptor (const FolderHints *self)
{
  return self->descriptor;
}

void
folder_hints_watch (FolderHints *self, const char *path, int *watch)
{
  if (self->descriptor >= 0 && *watch < 0)
    *watch = inotify_add_watch (self->descriptor, path, HINTS);
}

void
folder_hints_unwatch (FolderHints *self, int *watch)
{
  if (*watch >= 0)
    (void)inotify_rm_watch (self->descriptor, *watch);
  *watch = -1;
}

void
folder_hints_take (FolderHints *self, FolderHinted hinted, gpointer data)
{
  union
  {
    struct inotify_event event;
    char bytes[16384];
  } buffer;
  gssize size;

  while (self->descriptor >= 0 && (size = read (self->descriptor, buffer.bytes, sizeof buffer)) > 0)
    for (gssize i = 0; i < size;)
      {
        const struct inotify_event *event = (const struct inotify_event *)(gconstpointer)(buffer.bytes + i);

        hinted (event->wd, (event->mask & IN_IGNORED) != 0, data);
        i += (gssize)(sizeof *event + event->len);
      }
}
