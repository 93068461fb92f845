/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-resolver: see the header. */
#include "fake-resolver.h"

guint fake_resolver_asked, fake_resolver_open;
static const char *told;   /* at once */
static GPtrArray *waiting; /* of GTask */

typedef GResolver FakeResolver;
typedef GResolverClass FakeResolverClass;

static GType fake_resolver_get_type (void);
G_DEFINE_TYPE (FakeResolver, fake_resolver, G_TYPE_RESOLVER)

static void
free_addresses (gpointer addresses)
{
  g_resolver_free_addresses (addresses);
}

static void
answer (GTask *task, const char *address)
{
  if (address != NULL)
    g_task_return_pointer (task, g_list_append (NULL, g_inet_address_new_from_string (address)), free_addresses);
  else
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "as the test wants it");
  g_object_unref (task);
}

static void
look_up (GResolver *resolver, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
         gpointer user_data)
{
  GTask *task = g_task_new (resolver, cancellable, callback, user_data);

  fake_resolver_asked++;
  if (told != NULL)
    {
      answer (task, told);
      return;
    }
  fake_resolver_open++;
  g_ptr_array_add (waiting, task);
}

static GList *
look_up_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_resolver_class_init (FakeResolverClass *class)
{
  class->lookup_by_name_async = look_up;
  class->lookup_by_name_finish = look_up_finish;
}

static void
fake_resolver_init (FakeResolver *resolver)
{
}

void
fake_resolver_set_up (const char *address)
{
  if (waiting == NULL)
    {
      g_autoptr (GResolver) resolver = g_object_new (fake_resolver_get_type (), NULL);

      waiting = g_ptr_array_new ();
      g_resolver_set_default (resolver);
    }
  g_assert_cmpuint (waiting->len, ==, 0);
  told = address;
  fake_resolver_asked = fake_resolver_open = 0;
}

void
fake_resolver_answer_first (const char *address)
{
  fake_resolver_open--;
  answer (g_ptr_array_steal_index (waiting, 0), address);
}

void
fake_resolver_answer (const char *address)
{
  g_autoptr (GPtrArray) answered = waiting;

  waiting = g_ptr_array_new ();
  fake_resolver_open = 0;
  for (guint i = 0; i < answered->len; i++)
    answer (answered->pdata[i], address);
}
