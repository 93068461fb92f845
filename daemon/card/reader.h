/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reader: the port to a card reader, whoever makes it (reader-pcsc, or a test's fake).
 *
 * Everything here blocks, and is called only on that reader's worker thread (card-worker), but for reader_free.
 * Errors are of SHIKAKU_ERROR: ServiceStopped, NotAuthorized, ReaderFailed, ReaderBusy, NoCard, CardRemoved, CardReset,
 * CardMute, CardFailed (a card that does not power up), CardUnsupported.
 */
#pragma once

#include <glib.h>

typedef struct Reader Reader;

typedef struct
{
  /*
   * connect: powers the card and takes it, exclusively if nobody else has it, else shared. Waits without limit while
   * another program holds a transaction: the deadline is the caller's (card-worker).
   * @ret_exclusive: which of the two. @ret_extended: whether the reader says that it carries extended-length APDUs.
   */
  gboolean (*connect) (Reader *reader, gboolean *ret_exclusive, gboolean *ret_extended, GError **error);

  /*
   * begin, end: a transaction around one group of commands. begin waits without limit while another program holds one
   * (pcsc-lite asks again and again, and cannot be told otherwise): the deadline is the caller's (card-worker).
   */
  gboolean (*begin) (Reader *reader, GError **error);
  void (*end) (Reader *reader);

  /*
   * transmit: one command, one response. @response_size: in: room, out: bytes. A success of fewer than two bytes is
   * CardRemoved: the card vanished in mid-command (data/doc/card.md, "PC/SC as it is"). ReaderFailed to a command
   * of extended length may mean that the reader does not carry those.
   */
  gboolean (*transmit) (Reader *reader, const guint8 *command, gsize command_size, guint8 *response,
                        gsize *response_size, GError **error);

  /*
   * is_same_card: whether the card has stayed in the reader, unreset by others, since connect. FALSE also where that
   * cannot be known: because the service has stopped, if @error is that.
   */
  gboolean (*is_same_card) (Reader *reader, GError **error);

  /*
   * disconnect: lets the card go, unpowered; where it is shared, its power is cut and given again, so that the other
   * program finds a card that was reset. A transaction that is open ends after that. Does nothing if not connected.
   */
  void (*disconnect) (Reader *reader);

  void (*free) (Reader *reader);
} ReaderClass;

struct Reader
{
  const ReaderClass *klass;
  char *name;   /* of PC/SC; shown to people */
  char *serial; /* atomic: set once, by the worker's thread */
};

/* reader_initialize: for implementations, first thing after allocation. */
void reader_initialize (Reader *reader, const ReaderClass *klass, const char *name);
void reader_free (Reader *reader);

/*
 * reader_take_serial: for implementations, once: the device's own number. @serial: (transfer full).
 * reader_get_serial: on any thread: as its driver says it, whatever the bytes are; NULL: none is known (yet).
 */
void reader_take_serial (Reader *reader, char *serial);
const char *reader_get_serial (Reader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reader, reader_free)
