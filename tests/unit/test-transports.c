/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-transports: who is asked for a visit, by what it needs and where it is; and what all of them show together. */
#include "base/error.h"
#include "visit/transports.h"

#define HERE "/reader/1"
#define THERE "/reader/2"

/* A transport that counts what it is told. */
typedef struct
{
  Transport transport; /* first */
  guint prepared, reset, *freed;
  GTask *examination;
} Way;

static void
prepare (Transport *transport)
{
  ((Way *)transport)->prepared++;
}

static void
reset (Transport *transport)
{
  ((Way *)transport)->reset++;
}

static void
examine (Transport *transport, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  ((Way *)transport)->examination = g_task_new (NULL, cancellable, callback, user_data);
}

static void
end_examination (Way *way)
{
  g_task_return_boolean (way->examination, TRUE);
  g_object_unref (way->examination);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
way_free (Transport *transport)
{
  ++*((Way *)transport)->freed;
  g_free (transport);
}

static const TransportClass numbers = {
  .abilities = TRANSPORT_ASKS_BY_NUMBER,
  .examine = examine,
  .free = way_free,
};
static const TransportClass everything = {
  .abilities = TRANSPORT_PROVES_CARDS | TRANSPORT_ASKS_BY_NUMBER | TRANSPORT_REGISTERS_CONSENTS,
  .prepare = prepare,
  .examine = examine,
  .reset = reset,
  .free = way_free,
};

typedef struct
{
  Transports *transports;
  Way *folder, *web; /* the folder serves HERE alone, and is asked by number only */
  guint changed, freed;
} Fixture;

static void
on_changed (gpointer user_data)
{
  ((Fixture *)user_data)->changed++;
}

static Way *
add_way (Fixture *fixture, const TransportClass *klass, const char *reader)
{
  Way *way = g_new0 (Way, 1);

  way->transport.klass = klass;
  way->freed = &fixture->freed;
  transports_add (fixture->transports, &way->transport, reader);
  return way;
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->transports = transports_new (on_changed, fixture);
  fixture->web = add_way (fixture, &everything, NULL);
  fixture->folder = add_way (fixture, &numbers, HERE);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  transports_free (fixture->transports);
  g_assert_cmpuint (fixture->freed, ==, 2);
}

static void
test_find (Fixture *fixture, gconstpointer unused)
{
  Transports *transports = fixture->transports;
  Transport *web = &fixture->web->transport, *folder = &fixture->folder->transport;
  g_autoptr (Transports) none = transports_new (on_changed, fixture);

  g_assert_true (transports_find (transports, TRANSPORT_PROVES_CARDS, HERE) == web);
  g_assert_true (transports_find (transports, TRANSPORT_ASKS_BY_NUMBER, HERE) == folder);
  g_assert_true (transports_find (transports, TRANSPORT_ASKS_BY_NUMBER, THERE) == web);
  g_assert_true (transports_find (transports, TRANSPORT_ASKS_BY_NUMBER, "/") == web);
  g_assert_true (transports_find (transports, TRANSPORT_REGISTERS_CONSENTS, HERE) == web);
  g_assert_null (transports_find (none, TRANSPORT_ASKS_BY_NUMBER, HERE));
  transports_prepare (none, HERE);
}

static void
test_prepare (Fixture *fixture, gconstpointer unused)
{
  transports_prepare (fixture->transports, HERE);
  g_assert_cmpuint (fixture->web->prepared, ==, 1);
  transports_reset (fixture->transports);
  g_assert_cmpuint (fixture->web->reset, ==, 1); /* the other has nothing to reset */
}

static void
test_together (Fixture *fixture, gconstpointer unused)
{
  Transports *transports = fixture->transports;
  Transport *web = &fixture->web->transport, *folder = &fixture->folder->transport;

  g_assert_cmpint (transports_get_state (transports), ==, TRANSPORT_UNKNOWN);
  g_assert_cmpint (transports_get_credential_expires (transports), ==, 0);
  web->state = TRANSPORT_ONLINE;
  g_assert_cmpint (transports_get_state (transports), ==, TRANSPORT_ONLINE);
  folder->state = TRANSPORT_OFFLINE;
  g_assert_cmpint (transports_get_state (transports), ==, TRANSPORT_OFFLINE);

  web->credential_expires = 7;
  g_assert_cmpint (transports_get_credential_expires (transports), ==, 7);
  folder->credential_expires = 5;
  g_assert_cmpint (transports_get_credential_expires (transports), ==, 5);

  web->links[TRANSPORT_LINK_LINE].state = TRANSPORT_LINK_OK;
  g_assert_true (transports_get_link (transports, TRANSPORT_LINK_LINE) == &web->links[TRANSPORT_LINK_LINE]);
  folder->links[TRANSPORT_LINK_LINE].state = TRANSPORT_LINK_FAILED;
  g_assert_true (transports_get_link (transports, TRANSPORT_LINK_LINE) == &folder->links[TRANSPORT_LINK_LINE]);

  transport_note_expiry (web, 3);
  g_assert_cmpuint (fixture->changed, ==, 1);
}

static void
count (gpointer user_data)
{
  ++*(guint *)user_data;
}

static void
test_examine (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Transports) none = transports_new (on_changed, fixture);
  guint examined = 0;

  transports_examine (none, NULL, count, &examined);
  g_assert_cmpuint (examined, ==, 1);
  transports_examine (fixture->transports, NULL, count, &examined);
  end_examination (fixture->folder);
  g_assert_cmpuint (examined, ==, 1);
  end_examination (fixture->web);
  g_assert_cmpuint (examined, ==, 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/transports/find", Fixture, NULL, set_up, test_find, tear_down);
  g_test_add ("/transports/prepare", Fixture, NULL, set_up, test_prepare, tear_down);
  g_test_add ("/transports/together", Fixture, NULL, set_up, test_together, tear_down);
  g_test_add ("/transports/examine", Fixture, NULL, set_up, test_examine, tear_down);
  return g_test_run ();
}
