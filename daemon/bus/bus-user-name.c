/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-user-name: a thread a question, and a turn of the main loop for its answer. */
#include "bus/bus-user-name.h"

#include <errno.h>
#include <pwd.h>

#define BUFFER_SIZE 1024 /* bytes; doubled while it is too small */
#define BUFFER_SIZE_MAXIMUM 1048576

/* It belongs to the thread, then to the main loop. */
typedef struct
{
  uid_t uid;
  char *name;
  BusUserNameDone done;
  gpointer user_data;
} LookUp;

static guint threads; /* of the main loop: those that have not answered */

static gboolean
on_answer (gpointer user_data)
{
  LookUp *look_up = user_data;

  threads--;
  look_up->done (g_steal_pointer (&look_up->name), look_up->user_data);
  g_free (look_up);
  return G_SOURCE_REMOVE;
}

/* Return: (transfer full); NULL: it has none, or one that is no text. */
static char *
ask_name_service (uid_t uid)
{
  struct passwd entry, *found = NULL;
  int error = ERANGE;

  for (gsize size = BUFFER_SIZE; error == ERANGE && size <= BUFFER_SIZE_MAXIMUM; size *= 2)
    {
      g_autofree char *buffer = g_malloc (size);

      error = getpwuid_r (uid, &entry, buffer, size, &found);
      if (error == 0 && found != NULL && *found->pw_name != '\0' && g_utf8_validate (found->pw_name, -1, NULL))
        return g_strdup (found->pw_name);
    }
  return NULL;
}

static gpointer
on_thread (gpointer data)
{
  LookUp *look_up = data;

  look_up->name = ask_name_service (look_up->uid);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_answer, look_up, NULL);
  return NULL;
}

gboolean
bus_user_name_look_up (uid_t uid, BusUserNameDone done, gpointer user_data)
{
  LookUp *look_up = NULL;
  GThread *thread = NULL;

  if (threads >= BUS_USER_NAME_THREADS_MAXIMUM)
    return FALSE;
  look_up = g_new (LookUp, 1);
  *look_up = (LookUp){ .uid = uid, .done = done, .user_data = user_data };
  thread = g_thread_try_new ("user-name", on_thread, look_up, NULL);
  if (thread == NULL)
    {
      g_free (look_up);
      return FALSE;
    }
  g_thread_unref (thread);
  threads++;
  return TRUE;
}
