/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* transports: see the header. In: transports and questions about them. Out: the one that fits, or the worst of all. */
#include "visit/transports.h"

typedef struct
{
  Transport *transport;
  char *reader; /* NULL: none of its own */
  gboolean is_of_desk;
} Row;

struct Transports
{
  GArray *rows; /* of Row, in the order added */
  TransportsFunction changed;
  gpointer changed_data;
};

/* An examination of all of them. */
typedef struct
{
  guint pending;
  TransportsFunction callback;
  gpointer user_data;
} Examination;

static void
row_clear (gpointer data)
{
  Row *row = data;

  row->transport->klass->free (row->transport);
  g_free (row->reader);
}

Transports *
transports_new (TransportsFunction changed, gpointer user_data)
{
  Transports *transports = g_new0 (Transports, 1);

  transports->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  transports->changed = changed;
  transports->changed_data = user_data;
  g_array_set_clear_func (transports->rows, row_clear);
  return transports;
}

void
transports_free (Transports *transports)
{
  g_array_unref (transports->rows);
  g_free (transports);
}

static void
on_changed (Transport *transport, gpointer user_data)
{
  Transports *transports = user_data;

  transports->changed (transports->changed_data);
}

static void
add_row (Transports *transports, Transport *transport, const char *reader, gboolean is_of_desk)
{
  const Row row = { transport, g_strdup (reader), is_of_desk };

  transport->changed = on_changed;
  transport->changed_data = transports;
  g_array_append_val (transports->rows, row);
}

void
transports_add (Transports *transports, Transport *transport, const char *reader)
{
  add_row (transports, transport, reader, reader == NULL);
}

void
transports_add_terminal (Transports *transports, Transport *transport, const char *reader)
{
  add_row (transports, transport, reader, TRUE);
}

static Transport *
get_transport (Transports *transports, guint index)
{
  return g_array_index (transports->rows, Row, index).transport;
}

Transport *
transports_find (Transports *transports, TransportAbility ability, const char *reader)
{
  Transport *found = NULL;

  for (guint i = 0; i < transports->rows->len; i++)
    {
      const Row *row = &g_array_index (transports->rows, Row, i);

      if (row->transport->is_unused || (row->transport->klass->abilities & ability) == 0)
        continue;
      if (row->reader != NULL && g_strcmp0 (row->reader, reader) == 0)
        return row->transport;
      if (row->is_of_desk && found == NULL)
        found = row->transport;
    }
  return found;
}

void
transports_prepare (Transports *transports, const char *reader)
{
  Transport *transport = transports_find (transports, TRANSPORT_PROVES_CARDS, reader);

  if (transport != NULL)
    transport->klass->prepare (transport);
}

void
transports_reset (Transports *transports)
{
  for (guint i = 0; i < transports->rows->len; i++)
    if (get_transport (transports, i)->klass->reset != NULL)
      get_transport (transports, i)->klass->reset (get_transport (transports, i));
}

/*
 * stands_for_center: whether how @transport is says how the desk's way to the center is: where the Web API is in use, a
 * terminal is a neighbour, which Diagnose tells of by itself.
 */
static gboolean
stands_for_center (Transports *transports, const Transport *transport)
{
  if (transport->is_unused)
    return FALSE;
  for (guint i = 0; i < transports->rows->len && transport->name != NULL; i++)
    if (get_transport (transports, i)->name == NULL && !get_transport (transports, i)->is_unused)
      return FALSE;
  return TRUE;
}

TransportState
transports_get_state (Transports *transports)
{
  TransportState worst = TRANSPORT_UNKNOWN;

  for (guint i = 0; i < transports->rows->len; i++)
    if (stands_for_center (transports, get_transport (transports, i)))
      worst = MAX (worst, get_transport (transports, i)->state);
  return worst;
}

ShikakuCause
transports_get_cause (Transports *transports)
{
  const TransportState worst = transports_get_state (transports);

  for (guint i = 0; i < transports->rows->len; i++)
    if (stands_for_center (transports, get_transport (transports, i)) && get_transport (transports, i)->state == worst)
      return get_transport (transports, i)->cause;
  return SHIKAKU_CAUSE_NONE;
}

const TransportLinkStatus *
transports_get_link (Transports *transports, TransportLink link)
{
  static const TransportLinkStatus unknown = { .state = TRANSPORT_LINK_UNKNOWN };
  const TransportLinkStatus *worst = &unknown;

  for (guint i = 0; i < transports->rows->len; i++)
    if (stands_for_center (transports, get_transport (transports, i))
        && (worst == &unknown || get_transport (transports, i)->links[link].state > worst->state))
      worst = &get_transport (transports, i)->links[link];
  return worst;
}

const Transport *
transports_get_terminal (Transports *transports, guint index)
{
  for (guint i = 0; i < transports->rows->len; i++)
    {
      const Transport *transport = get_transport (transports, i);

      if (transport->name != NULL && !transport->is_unused && index-- == 0)
        return transport;
    }
  return NULL;
}

gint64
transports_get_credential_expires (Transports *transports)
{
  gint64 first = 0;

  for (guint i = 0; i < transports->rows->len; i++)
    {
      const Transport *transport = get_transport (transports, i);
      const gint64 expires = transport->is_unused ? 0 : transport->credential_expires;

      if (expires != 0 && (first == 0 || expires < first))
        first = expires;
    }
  return first;
}

gboolean
transports_are_behind (Transports *transports)
{
  gboolean behind = FALSE;

  for (guint i = 0; i < transports->rows->len; i++)
    behind |= !get_transport (transports, i)->is_unused && get_transport (transports, i)->is_behind;
  return behind;
}

TransportClock
transports_get_clock (Transports *transports)
{
  TransportClock last = { 0, 0 };

  for (guint i = 0; i < transports->rows->len; i++)
    if (get_transport (transports, i)->clock.at > last.at)
      last = get_transport (transports, i)->clock;
  return last;
}

TransportWay *
transports_find_noted_way (Transports *transports)
{
  for (guint i = 0; i < transports->rows->len; i++)
    if (get_transport (transports, i)->way.is_noted)
      return &get_transport (transports, i)->way;
  return NULL;
}

void
transports_set_way (Transports *transports, const TransportWay *way)
{
  for (guint i = 0; i < transports->rows->len; i++)
    transport_set_way (get_transport (transports, i), way);
}

static void
on_examined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Examination *examination = user_data;

  if (--examination->pending > 0)
    return;
  examination->callback (examination->user_data);
  g_free (examination);
}

void
transports_examine (Transports *transports, GCancellable *cancellable, TransportsFunction callback, gpointer user_data)
{
  Examination *examination = g_new0 (Examination, 1);

  examination->callback = callback;
  examination->user_data = user_data;
  examination->pending = transports->rows->len + 1;
  for (guint i = 0; i < transports->rows->len; i++)
    get_transport (transports, i)
        ->klass->examine (get_transport (transports, i), cancellable, on_examined, examination);
  on_examined (NULL, NULL, examination);
}
