/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reader-pcsc: the port to a reader of pcscd. In come commands, out go responses and errors of our own domain.
 *
 * A context belongs to one connection of the client library to one pcscd, and never recovers when that one ends: so it
 * is opened with the card and released with it.
 */
#include "card/reader-pcsc.h"

#include <reader.h>
#include <winscard.h>

#include "base/error.h"

#define PROTOCOLS (SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
#define SHORT_DATA_MAXIMUM 256 /* the length that readers without extended length report (PC/SC part 10) */
#define LOOK_USEC (600 * G_TIME_SPAN_MILLISECOND) /* pcscd has looked at the reader by then: it does so every 0.4 s */

/* What the last command met: it decides how the card is let go. */
typedef enum
{
  MET_CARD,
  MET_NO_CARD, /* its power, and its rights, are gone already */
  MET_UNKNOWN, /* nothing came back: pcscd's next look tells */
} Met;

typedef struct
{
  Reader parent;
  SCARDCONTEXT context;
  gboolean established;
  SCARDHANDLE card;
  gboolean connected, exclusive;
  DWORD protocol;
  guint event_counter; /* the reader's event counter when the card was connected */
  Met met;
  gboolean asked, extended;
  gboolean serial_asked;
} PcscReader;

/* PC/SC's errors as ours. Any error that is not listed is READER_FAILED. */
static const struct
{
  LONG result;
  ShikakuError code;
  const char *text;
} meanings[] = {
  { SCARD_E_NO_SERVICE, SHIKAKU_ERROR_SERVICE_STOPPED, "the smart card service does not run" },
  { SCARD_E_SERVICE_STOPPED, SHIKAKU_ERROR_SERVICE_STOPPED, "the smart card service has stopped" },
  { SCARD_F_COMM_ERROR, SHIKAKU_ERROR_SERVICE_STOPPED, "the smart card service has gone away" },
  { SCARD_E_UNKNOWN_READER, SHIKAKU_ERROR_READER_FAILED, "the reader is not there" },
  { SCARD_E_NO_READERS_AVAILABLE, SHIKAKU_ERROR_READER_FAILED, "there is no reader" },
  { SCARD_E_READER_UNAVAILABLE, SHIKAKU_ERROR_READER_FAILED, "the reader has gone away" },
  { SCARD_W_SECURITY_VIOLATION, SHIKAKU_ERROR_NOT_AUTHORIZED, "the smart card service does not let the daemon in" },
  { SCARD_E_SHARING_VIOLATION, SHIKAKU_ERROR_READER_BUSY, "another program has the reader" },
  { SCARD_E_NO_SMARTCARD, SHIKAKU_ERROR_NO_CARD, "there is no card in the reader" },
  { SCARD_W_REMOVED_CARD, SHIKAKU_ERROR_CARD_REMOVED, "the card was removed" },
  { SCARD_E_NOT_TRANSACTED, SHIKAKU_ERROR_CARD_FAILED, "the card lies there and cannot be reached" },
  { SCARD_W_RESET_CARD, SHIKAKU_ERROR_CARD_RESET, "another program has reset the card" },
  { SCARD_W_UNPOWERED_CARD, SHIKAKU_ERROR_CARD_FAILED, "the card does not power up" },
  { SCARD_W_UNRESPONSIVE_CARD, SHIKAKU_ERROR_CARD_FAILED, "the card does not power up" },
  { SCARD_W_UNSUPPORTED_CARD, SHIKAKU_ERROR_CARD_UNSUPPORTED, "the reader does not support the card" },
  { SCARD_E_CARD_UNSUPPORTED, SHIKAKU_ERROR_CARD_UNSUPPORTED, "the reader does not support the card" },
  { SCARD_E_PROTO_MISMATCH, SHIKAKU_ERROR_CARD_UNSUPPORTED, "the card speaks another protocol" },
  { SCARD_E_TIMEOUT, SHIKAKU_ERROR_CARD_MUTE, "the card does not answer" },
};

static gboolean
set_pcsc_error (GError **error, const char *call, LONG result)
{
  for (guint i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (meanings[i].result == result)
      {
        g_set_error (error, SHIKAKU_ERROR, (gint)meanings[i].code, "%s (%s)", meanings[i].text, call);
        return FALSE;
      }
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_READER_FAILED, "the reader failed (%s: 0x%08lX)", call,
               (gulong)result & 0xFFFFFFFF);
  return FALSE;
}

LONG
reader_pcsc_establish (SCARDCONTEXT *ret_context)
{
  LONG result = SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, ret_context);

  if (result == SCARD_W_SECURITY_VIOLATION)
    result = SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, ret_context);
  return result;
}

/* The reader's count of insertions and removals (pcsc-lite: in the upper half of the state). */
static gboolean
read_event_counter (PcscReader *self, guint *ret_counter)
{
  SCARD_READERSTATE state = { .szReader = self->parent.name, .dwCurrentState = SCARD_STATE_UNAWARE };

  if (SCardGetStatusChange (self->context, 0, &state, 1) != SCARD_S_SUCCESS)
    return FALSE;
  *ret_counter = (guint)(state.dwEventState >> 16) & 0xFFFF;
  return TRUE;
}

/* Whether pcscd sees, at once or with its next look, that the card has left. */
static gboolean
has_left (PcscReader *self)
{
  SCARD_READERSTATE state = { .szReader = self->parent.name, .dwCurrentState = SCARD_STATE_UNAWARE };
  const gint64 limit = g_get_monotonic_time () + LOOK_USEC;

  for (gint64 left; (left = limit - g_get_monotonic_time ()) > 0;)
    {
      LONG result = SCardGetStatusChange (self->context, (DWORD)(left / G_TIME_SPAN_MILLISECOND), &state, 1);

      if (result != SCARD_S_SUCCESS)
        return result != SCARD_E_TIMEOUT;
      if ((state.dwEventState & SCARD_STATE_PRESENT) == 0
          || ((guint)(state.dwEventState >> 16) & 0xFFFF) != self->event_counter)
        return TRUE;
      state.dwCurrentState = state.dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
    }
  return FALSE;
}

/*
 * The card's rights end with its power. Where another program holds it too, the power is cut and given again: left
 * unpowered, pcscd would let nobody use the card until that program resets it.
 *
 * A card that is not there is left as it is: pcscd that is to cut its power takes it for absent, and if it is back by
 * the next look, there is no change to see: it would stay absent to everybody for as long as it lies there.
 */
static void
let_go (PcscReader *self)
{
  DWORD disposition = SCARD_UNPOWER_CARD;

  if (self->met == MET_NO_CARD || (self->met == MET_UNKNOWN && has_left (self)))
    disposition = SCARD_LEAVE_CARD;
  else if (!self->exclusive
           && SCardReconnect (self->card, SCARD_SHARE_SHARED, PROTOCOLS, SCARD_UNPOWER_CARD, &self->protocol)
                  == SCARD_S_SUCCESS)
    disposition = SCARD_LEAVE_CARD;
  SCardDisconnect (self->card, disposition);
}

static void
disconnect_card (Reader *reader)
{
  PcscReader *self = (PcscReader *)reader;

  if (self->connected)
    let_go (self);
  self->connected = FALSE;
  if (self->established)
    SCardReleaseContext (self->context);
  self->established = FALSE;
}

/* Finds @tag in a list of tag, length (1 byte each) and value. */
static const guint8 *
find_property (const guint8 *list, gsize size, guint8 tag, gsize value_size)
{
  for (gsize i = 0; i + 2 <= size && i + 2 + list[i + 1] <= size; i += 2u + list[i + 1])
    if (list[i] == tag && list[i + 1] == value_size)
      return list + i + 2;
  return NULL;
}

/* Whether the reader carries extended length: TRUE also if it does not say; the ladder of jpki finds out then. */
static gboolean
ask_extended (PcscReader *self)
{
  guint8 answer[MAX_BUFFER_SIZE];
  DWORD size = 0;
  const guint8 *value;
  guint32 control, limit;

  if (SCardControl (self->card, CM_IOCTL_GET_FEATURE_REQUEST, NULL, 0, answer, sizeof answer, &size) != SCARD_S_SUCCESS)
    return TRUE;
  value = find_property (answer, size, FEATURE_GET_TLV_PROPERTIES, sizeof control);
  if (value == NULL)
    return TRUE;
  memcpy (&control, value, sizeof control);

  size = 0;
  if (SCardControl (self->card, GUINT32_FROM_BE (control), NULL, 0, answer, sizeof answer, &size) != SCARD_S_SUCCESS)
    return TRUE;
  value = find_property (answer, size, PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize, sizeof limit);
  if (value == NULL)
    return TRUE;
  memcpy (&limit, value, sizeof limit);
  return limit == 0 || GUINT32_FROM_LE (limit) > SHORT_DATA_MAXIMUM;
}

/* Asked once a reader: a driver that does not know the question complains to the journal each time. */
static gboolean
carries_extended (PcscReader *self)
{
  if (!self->asked)
    self->extended = ask_extended (self);
  self->asked = TRUE;
  return self->extended;
}

/* The same. Not where another program has the card too, which may be in the middle of something with it. */
static void
ask_serial (PcscReader *self)
{
  char answer[MAX_BUFFER_SIZE + 1] = { 0 };
  DWORD size = MAX_BUFFER_SIZE;

  if (self->serial_asked || !self->exclusive)
    return;
  self->serial_asked = TRUE;
  if (SCardGetAttrib (self->card, SCARD_ATTR_VENDOR_IFD_SERIAL_NO, (LPBYTE)answer, &size) == SCARD_S_SUCCESS
      && *answer != '\0')
    reader_take_serial (&self->parent, g_strdup (answer));
}

static gboolean
connect_card (Reader *reader, gboolean *ret_exclusive, gboolean *ret_extended, GError **error)
{
  PcscReader *self = (PcscReader *)reader;
  LONG result;

  disconnect_card (reader);
  result = reader_pcsc_establish (&self->context);
  if (result != SCARD_S_SUCCESS)
    return set_pcsc_error (error, "SCardEstablishContext", result);
  self->established = TRUE;

  self->exclusive = TRUE;
  result = SCardConnect (self->context, reader->name, SCARD_SHARE_EXCLUSIVE, PROTOCOLS, &self->card, &self->protocol);
  if (result == SCARD_E_SHARING_VIOLATION)
    {
      self->exclusive = FALSE;
      result = SCardConnect (self->context, reader->name, SCARD_SHARE_SHARED, PROTOCOLS, &self->card, &self->protocol);
    }
  self->connected = result == SCARD_S_SUCCESS;
  self->met = MET_CARD;
  if (!read_event_counter (self, &self->event_counter))
    result = result == SCARD_S_SUCCESS || result == SCARD_W_SECURITY_VIOLATION ? SCARD_E_NO_SERVICE : result;
  else if ((result == SCARD_W_UNPOWERED_CARD || result == SCARD_W_UNRESPONSIVE_CARD) && has_left (self))
    result = SCARD_E_NO_SMARTCARD;
  if (result != SCARD_S_SUCCESS)
    {
      disconnect_card (reader);
      return set_pcsc_error (error, "SCardConnect", result);
    }

  *ret_exclusive = self->exclusive;
  *ret_extended = carries_extended (self);
  ask_serial (self);
  return TRUE;
}

/* The error of a call to a card that was there: notes what it met. */
static gboolean
set_card_error (PcscReader *self, GError **error, const char *call, LONG result)
{
  guint counter;

  if (result == SCARD_W_SECURITY_VIOLATION) /* who had been let in is not refused any more: the line was cut */
    result = SCARD_E_NO_SERVICE;
  if (result == SCARD_E_NO_SMARTCARD || result == SCARD_W_REMOVED_CARD)
    {
      self->met = MET_NO_CARD;
      result = SCARD_W_REMOVED_CARD;
    }
  else if (result == SCARD_E_NOT_TRANSACTED)
    {
      self->met = has_left (self) ? MET_NO_CARD : MET_CARD;
      if (self->met == MET_NO_CARD)
        result = read_event_counter (self, &counter) ? SCARD_W_REMOVED_CARD : SCARD_E_NO_SERVICE;
    }
  return set_pcsc_error (error, call, result);
}

static gboolean
begin_transaction (Reader *reader, GError **error)
{
  PcscReader *self = (PcscReader *)reader;
  LONG result = self->connected ? SCardBeginTransaction (self->card) : SCARD_W_REMOVED_CARD;

  return result == SCARD_S_SUCCESS || set_card_error (self, error, "SCardBeginTransaction", result);
}

static void
end_transaction (Reader *reader)
{
  PcscReader *self = (PcscReader *)reader;

  if (self->connected)
    SCardEndTransaction (self->card, SCARD_LEAVE_CARD);
}

/* Whether the command has an extended Lc or Le: byte 4 is 0 and more bytes follow. */
static gboolean
is_extended (const guint8 *command, gsize size)
{
  return size > 5 && command[4] == 0;
}

static gboolean
transmit (Reader *reader, const guint8 *command, gsize command_size, guint8 *response, gsize *response_size,
          GError **error)
{
  PcscReader *self = (PcscReader *)reader;
  const SCARD_IO_REQUEST *protocol = self->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
  DWORD size = *response_size;
  LONG result;

  if (!self->connected)
    return set_pcsc_error (error, "SCardTransmit", SCARD_W_REMOVED_CARD);
  result = SCardTransmit (self->card, protocol, command, command_size, NULL, response, &size);

  /* Either the card was pulled or the reader does not do extended length: jpki finds out with a short command. */
  if (result == SCARD_E_NOT_TRANSACTED && is_extended (command, command_size))
    {
      self->met = MET_UNKNOWN;
      result = SCARD_F_UNKNOWN_ERROR;
    }
  if (result != SCARD_S_SUCCESS)
    return set_card_error (self, error, "SCardTransmit", result);
  self->met = size < 2 ? MET_NO_CARD : MET_CARD;
  if (size < 2)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_REMOVED, "the card vanished in mid-command");
      return FALSE;
    }
  *response_size = size;
  return TRUE;
}

static gboolean
is_same_card (Reader *reader, GError **error)
{
  PcscReader *self = (PcscReader *)reader;
  DWORD state = 0, protocol = 0;
  guint counter = 0;

  if (!self->connected)
    return set_pcsc_error (error, "SCardStatus", SCARD_W_REMOVED_CARD);
  if (!read_event_counter (self, &counter))
    return set_pcsc_error (error, "SCardGetStatusChange", SCARD_E_NO_SERVICE);
  if (counter == self->event_counter
      && SCardStatus (self->card, NULL, NULL, &state, &protocol, NULL, NULL) == SCARD_S_SUCCESS
      && (state & SCARD_PRESENT) != 0)
    return TRUE;
  return set_pcsc_error (error, "SCardStatus", SCARD_W_REMOVED_CARD);
}

static void
free_reader (Reader *reader)
{
  disconnect_card (reader);
  g_free (reader);
}

static const ReaderClass reader_class = {
  .connect = connect_card,
  .begin = begin_transaction,
  .end = end_transaction,
  .transmit = transmit,
  .is_same_card = is_same_card,
  .disconnect = disconnect_card,
  .free = free_reader,
};

Reader *
reader_pcsc_new (const char *name)
{
  PcscReader *self = g_new0 (PcscReader, 1);

  reader_initialize (&self->parent, &reader_class, name);
  return &self->parent;
}
