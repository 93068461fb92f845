/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-names: one lock for the threads that ask and the test that answers. */
#include "fake-names.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#define LARGE_SIZE 8000 /* bytes */

int __wrap_getpwuid_r (uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **ret_found);

static GMutex lock;
static GCond changed;
static gboolean held;
static guint asked;
static const char *clerk = "clerk";

static const char *
get_name (uid_t uid)
{
  switch (uid)
    {
    case FAKE_NAMES_CLERK:
      return clerk;
    case FAKE_NAMES_OTHER:
      return "other";
    case FAKE_NAMES_BROKEN:
      return "\xb4\xc7";
    case FAKE_NAMES_LARGE:
      return "large";
    default:
      return NULL;
    }
}

int
__wrap_getpwuid_r (uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **ret_found)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  const char *name;

  *ret_found = NULL;
  if (uid == FAKE_NAMES_LARGE && size < LARGE_SIZE)
    return ERANGE;
  asked++;
  g_cond_broadcast (&changed);
  while (held)
    g_cond_wait (&changed, &lock);
  name = get_name (uid);
  if (name == NULL)
    return 0;
  g_assert_cmpuint (g_strlcpy (buffer, name, size), <, size);
  *entry = (struct passwd){ .pw_name = buffer, .pw_uid = uid };
  *ret_found = entry;
  return 0;
}

void
fake_names_hold (void)
{
  g_mutex_lock (&lock);
  held = TRUE;
  g_mutex_unlock (&lock);
}

void
fake_names_release (void)
{
  g_mutex_lock (&lock);
  held = FALSE;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}

void
fake_names_rename (const char *name)
{
  g_mutex_lock (&lock);
  clerk = name;
  g_mutex_unlock (&lock);
}

void
fake_names_wait_asked (guint count)
{
  g_mutex_lock (&lock);
  while (asked < count)
    g_cond_wait (&changed, &lock);
  g_mutex_unlock (&lock);
}

guint
fake_names_count_asked (void)
{
  guint count;

  g_mutex_lock (&lock);
  count = asked;
  g_mutex_unlock (&lock);
  return count;
}
