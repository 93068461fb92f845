/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-descriptors: a signal with a descriptor, and behind it a call to the bus, which serves one after the other: when
 * that is answered, the signal was refused before or it was not.
 */
#include "bus/bus-descriptors.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/names.h"
#include "bus/bus-error.h"

#define DBUS_NAME "org.freedesktop.DBus"
#define DBUS_PATH "/org/freedesktop/DBus"
#define BUS_SECONDS 10         /* for an answer of the bus itself */
#define DESCRIPTOR "/dev/null" /* that is offered */

struct BusDescriptors
{
  sd_bus *bus;
  BusOutgoing *outgoing;
  BusPeers *peers;
  GPtrArray *questions; /* of DescriptorsQuestion, under way */
  sd_bus_slot *filter;
};

typedef struct
{
  BusDescriptors *descriptors;
  char *name;     /* of the peer, which may be gone when the answer comes */
  guint64 cookie; /* of the signal */
  BusPeerDescriptors answer;
  BusDescriptorsKnown callback;
  gpointer user_data;
} DescriptorsQuestion;

/* The bus says that a signal was not handed over. From anybody else it is none of ours. */
static int
on_message (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  BusDescriptors *self = user_data;
  guint64 cookie;

  if (sd_bus_message_is_method_error (message, NULL) <= 0
      || g_strcmp0 (sd_bus_message_get_sender (message), DBUS_NAME) != 0
      || sd_bus_message_get_reply_cookie (message, &cookie) < 0)
    return 0;
  for (guint i = 0; i < self->questions->len; i++)
    {
      DescriptorsQuestion *question = g_ptr_array_index (self->questions, i);

      if (question->cookie != cookie)
        continue;
      question->answer = sd_bus_message_is_method_error (message, SD_BUS_ERROR_NOT_SUPPORTED) > 0
                             ? BUS_PEER_DESCRIPTORS_REFUSED
                             : BUS_PEER_DESCRIPTORS_UNKNOWN;
      return 1;
    }
  return 0;
}

static void
on_answer (sd_bus_message *reply, gpointer user_data)
{
  DescriptorsQuestion *question = user_data;
  BusDescriptors *self = question->descriptors;
  BusPeer *peer = reply != NULL ? bus_peers_find (self->peers, question->name) : NULL;

  g_ptr_array_remove_fast (self->questions, question);
  if (reply == NULL || sd_bus_message_is_method_error (reply, NULL) > 0)
    question->answer = BUS_PEER_DESCRIPTORS_UNKNOWN;
  if (peer != NULL)
    peer->descriptors = question->answer;
  question->callback (question->answer, question->user_data);
  g_free (question->name);
  g_free (question);
}

/* offer_descriptor: Return: whether the signal was sent, with its cookie. */
static gboolean
offer_descriptor (BusDescriptors *self, const char *name, guint64 *ret_cookie)
{
  g_autoptr (sd_bus_message) signal = NULL;
  int descriptor = open (DESCRIPTOR, O_RDONLY | O_CLOEXEC);
  gboolean sent = descriptor >= 0
                  && sd_bus_message_new_signal (self->bus, &signal, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_PROBE,
                                                SHIKAKU_PROBE_SIGNAL)
                         >= 0
                  && sd_bus_message_set_destination (signal, name) >= 0
                  && sd_bus_message_append_basic (signal, 'h', &descriptor) >= 0
                  && sd_bus_send (self->bus, signal, ret_cookie) >= 0;

  if (descriptor >= 0)
    close (descriptor); /* the message has a copy of its own */
  return sent;
}

void
bus_descriptors_ask (BusDescriptors *self, BusPeer *peer, BusDescriptorsKnown callback, gpointer user_data)
{
  DescriptorsQuestion *question;
  sd_bus_message *call = NULL;
  guint64 cookie;

  if (peer->descriptors != BUS_PEER_DESCRIPTORS_UNKNOWN || !offer_descriptor (self, peer->name, &cookie)
      || sd_bus_message_new_method_call (self->bus, &call, DBUS_NAME, DBUS_PATH, DBUS_NAME, "GetId") < 0)
    {
      callback (peer->descriptors, user_data);
      return;
    }
  question = g_new (DescriptorsQuestion, 1);
  *question = (DescriptorsQuestion){ .descriptors = self, .name = g_strdup (peer->name), .cookie = cookie };
  question->answer = BUS_PEER_DESCRIPTORS_TAKEN;
  question->callback = callback;
  question->user_data = user_data;
  g_ptr_array_add (self->questions, question);
  bus_outgoing_call (self->outgoing, call, BUS_SECONDS, on_answer, question);
}

BusDescriptors *
bus_descriptors_new (sd_bus *bus, BusOutgoing *outgoing, BusPeers *peers, GError **error)
{
  g_autoptr (BusDescriptors) self = g_new0 (BusDescriptors, 1);

  self->bus = sd_bus_ref (bus);
  self->outgoing = outgoing;
  self->peers = peers;
  self->questions = g_ptr_array_new ();
  if (!bus_error_check (sd_bus_add_filter (bus, &self->filter, on_message, self), "bus filter", error))
    return NULL;
  return g_steal_pointer (&self);
}

void
bus_descriptors_free (BusDescriptors *self)
{
  sd_bus_slot_unref (self->filter);
  g_ptr_array_unref (self->questions);
  sd_bus_unref (self->bus);
  g_free (self);
}
