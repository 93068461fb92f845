/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-visit-message: see the header. */
#include "bus/bus-visit-message.h"

#include <string.h>
#include <unistd.h>

#include "base/sealed-file.h"
#include "codec/message-json.h"

/* The system bus takes messages of 32 MiB (max_message_size); what goes with the center's is short. */
G_STATIC_ASSERT (MESSAGE_SIZE_MAXIMUM <= 16 * 1024 * 1024);

/* find_format: JSON begins with a brace; what a terminal brings, with or without a mark, with an angle bracket. */
static const char *
find_format (GBytes *message)
{
  gsize size = 0;
  const char *text = g_bytes_get_data (message, &size);
  const gsize start = size >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

  return size > start && text[start] == '<' ? "xml" : "json";
}

/* find_message: the message that @call, one of GetMessage's kind, asks for. (transfer none) */
static GBytes *
find_message (Visit *visit, BusCall *call, GError **error)
{
  GBytes *message = visit_get_message (visit);
  const char *format = "";

  sd_bus_message_read_basic (bus_call_get_message (call), 's', &format);
  if (strcmp (format, "json") != 0 && strcmp (format, "xml") != 0)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "the format is json or xml");
  else if (message == NULL && !visit_is_finished (visit))
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_STATE, "the center has not answered yet");
  else if (message == NULL)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND,
                         "there is no message of the center that may be handed out");
  else if (strcmp (format, find_format (message)) != 0)
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, "the center sent this message as %s",
                 find_format (message));
  else
    return message;
  return NULL;
}

/* A message on its way to who asked for it. */
typedef struct
{
  BusCall *call;
  int document;
} Delivery;

static void
on_descriptors_known (BusPeerDescriptors answer, gpointer user_data)
{
  g_autofree Delivery *delivery = user_data;

  if (answer == BUS_PEER_DESCRIPTORS_REFUSED)
    bus_call_return_error (delivery->call,
                           g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_STATE,
                                                "this connection takes no file descriptors: call GetMessageBytes"));
  else
    bus_call_return (delivery->call, "h", delivery->document);
  close (delivery->document);
}

void
bus_visit_message_give_file (BusDescriptors *descriptors, BusCall *call, Visit *visit)
{
  GError *error = NULL;
  GBytes *message = find_message (visit, call, &error);
  int document = message != NULL ? sealed_file_new (message, &error) : -1;
  Delivery *delivery;

  if (document < 0)
    {
      bus_call_return_error (call, error);
      return;
    }
  delivery = g_new (Delivery, 1);
  *delivery = (Delivery){ call, document };
  bus_descriptors_ask (descriptors, bus_call_get_peer (call), on_descriptors_known, delivery);
}

void
bus_visit_message_give_bytes (BusCall *call, Visit *visit)
{
  GError *error = NULL;
  GBytes *message = find_message (visit, call, &error);
  sd_bus_message *reply;
  const void *bytes;
  gsize size = 0;

  if (message == NULL)
    {
      bus_call_return_error (call, error);
      return;
    }
  bytes = g_bytes_get_data (message, &size);
  reply = bus_call_new_reply (call);
  bus_call_return_message (call, reply, sd_bus_message_append_array (reply, 'y', bytes, size));
}
