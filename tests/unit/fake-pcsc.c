/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-pcsc: see the header. In: the calls of the client library. Out: what the test told it to answer. */
#include "fake-pcsc.h"

#include <reader.h>
#include <string.h>

#define CONTEXT 1
#define CARD 2

static FakePcsc pcsc;
static GMutex lock;
static GCond moved;
static gboolean cancelled;

FakePcsc *
fake_pcsc_begin (void)
{
  pcsc = (FakePcsc){ .n_readers = 1, .present = TRUE, .event_counter = 1, .wait = SCARD_E_TIMEOUT };
  cancelled = FALSE;
  return &pcsc;
}

void
fake_pcsc_let_go (FakePcsc *self)
{
  g_mutex_lock (&lock);
  self->cancel_hangs = FALSE;
  cancelled = TRUE;
  g_cond_broadcast (&moved);
  g_mutex_unlock (&lock);
}

const SCARD_IO_REQUEST g_rgSCardT0Pci = { SCARD_PROTOCOL_T0, sizeof (SCARD_IO_REQUEST) };
const SCARD_IO_REQUEST g_rgSCardT1Pci = { SCARD_PROTOCOL_T1, sizeof (SCARD_IO_REQUEST) };

static void
count (gint *counter)
{
  g_atomic_int_inc (counter);
  g_main_context_wakeup (NULL); /* somebody may wait for this count */
}

LONG
SCardEstablishContext (DWORD scope, LPCVOID first, LPCVOID second, LPSCARDCONTEXT ret_context)
{
  *ret_context = CONTEXT;
  count (&pcsc.establishes);
  return pcsc.hang_ups-- > 0 ? SCARD_W_SECURITY_VIOLATION : pcsc.establish;
}

LONG
SCardReleaseContext (SCARDCONTEXT context)
{
  return SCARD_S_SUCCESS;
}

LONG
SCardListReaders (SCARDCONTEXT context, LPCSTR groups, LPSTR names, LPDWORD size)
{
  GString *list = g_string_new (NULL);

  count (&pcsc.lists);
  for (guint i = 0; i < pcsc.n_readers; i++)
    g_string_append_printf (list, "Fake Reader %02u 00%c", i, 0);
  g_string_append_c (list, 0);
  *size = list->len;
  *(LPSTR *)(gpointer)names = g_string_free (list, FALSE);
  return SCARD_S_SUCCESS;
}

LONG
SCardFreeMemory (SCARDCONTEXT context, LPCVOID memory)
{
  g_free ((gpointer)memory);
  return SCARD_S_SUCCESS;
}

/* The state of @state's reader. Return: whether it is another than it says. */
static gboolean
tell_state (SCARD_READERSTATE *state)
{
  const gboolean holds_card = strcmp (state->szReader, FAKE_PCSC_READER) == 0;
  const DWORD now = (holds_card && pcsc.present ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY)
                    | (holds_card ? (DWORD)pcsc.event_counter << 16 : 0);
  const gboolean changed = state->szReader[0] != '\\' && now != state->dwCurrentState;

  state->dwEventState = now | (changed ? SCARD_STATE_CHANGED : 0);
  return changed;
}

/* What is asked with no time, or knows nothing yet, is answered at once; else as the test said, or when it says so. */
LONG
SCardGetStatusChange (SCARDCONTEXT context, DWORD milliseconds, SCARD_READERSTATE *states, DWORD n)
{
  gboolean changed = FALSE;

  count (&pcsc.waits);
  if (pcsc.stopped)
    return SCARD_E_NO_SERVICE;
  g_atomic_int_set (&pcsc.watched, (gint)n);
  if (n > PCSCLITE_MAX_READERS_CONTEXTS)
    return SCARD_E_INVALID_VALUE;
  for (DWORD i = 0; i < n; i++)
    changed |= tell_state (&states[i]);
  if (changed && (pcsc.wait == SCARD_E_TIMEOUT || n == 1))
    return SCARD_S_SUCCESS;
  if (pcsc.leaves)
    {
      pcsc.present = FALSE;
      pcsc.event_counter++;
      tell_state (&states[0]);
      return SCARD_S_SUCCESS;
    }
  if (milliseconds != INFINITE)
    return pcsc.wait;

  g_mutex_lock (&lock);
  while (!cancelled)
    g_cond_wait (&moved, &lock);
  g_mutex_unlock (&lock);
  return SCARD_E_CANCELLED;
}

LONG
SCardCancel (SCARDCONTEXT context)
{
  count (&pcsc.cancels);
  g_mutex_lock (&lock);
  while (pcsc.cancel_hangs)
    g_cond_wait (&moved, &lock);
  cancelled = TRUE;
  g_cond_broadcast (&moved);
  g_mutex_unlock (&lock);
  return SCARD_S_SUCCESS;
}

LONG
SCardConnect (SCARDCONTEXT context, LPCSTR reader, DWORD share, DWORD protocols, LPSCARDHANDLE ret_card,
              LPDWORD ret_protocol)
{
  if (share == SCARD_SHARE_EXCLUSIVE && pcsc.shared)
    return SCARD_E_SHARING_VIOLATION;
  *ret_card = CARD;
  *ret_protocol = SCARD_PROTOCOL_T1;
  pcsc.powered = pcsc.connect == SCARD_S_SUCCESS;
  return pcsc.connect;
}

LONG
SCardReconnect (SCARDHANDLE card, DWORD share, DWORD protocols, DWORD initialization, LPDWORD ret_protocol)
{
  return pcsc.reconnect;
}

LONG
SCardDisconnect (SCARDHANDLE card, DWORD disposition)
{
  pcsc.in_transaction = FALSE;
  pcsc.disposition = disposition;
  pcsc.powered = pcsc.powered && disposition == SCARD_LEAVE_CARD;
  return SCARD_S_SUCCESS;
}

LONG
SCardBeginTransaction (SCARDHANDLE card)
{
  pcsc.in_transaction = pcsc.begin == SCARD_S_SUCCESS;
  return pcsc.begin;
}

LONG
SCardEndTransaction (SCARDHANDLE card, DWORD disposition)
{
  pcsc.in_transaction = FALSE;
  return SCARD_S_SUCCESS;
}

LONG
SCardStatus (SCARDHANDLE card, LPSTR name, LPDWORD name_size, LPDWORD state, LPDWORD protocol, LPBYTE atr,
             LPDWORD atr_size)
{
  *state = pcsc.present ? SCARD_PRESENT : SCARD_ABSENT;
  return SCARD_S_SUCCESS;
}

LONG
SCardControl (SCARDHANDLE card, DWORD code, LPCVOID data, DWORD size, LPVOID answer, DWORD room, LPDWORD ret_size)
{
  return SCARD_E_UNSUPPORTED_FEATURE;
}

LONG
SCardGetAttrib (SCARDHANDLE card, DWORD attribute, LPBYTE answer, LPDWORD size)
{
  g_assert_cmpuint (attribute, ==, SCARD_ATTR_VENDOR_IFD_SERIAL_NO);
  g_assert_false (pcsc.in_transaction);
  pcsc.attributes++;
  if (pcsc.serial == NULL)
    return SCARD_E_UNSUPPORTED_FEATURE;
  g_assert_cmpuint (strlen (pcsc.serial), <=, *size);
  *size = (DWORD)strlen (pcsc.serial); /* drivers give it with or without its end */
  memcpy (answer, pcsc.serial, *size);
  return SCARD_S_SUCCESS;
}

LONG
SCardTransmit (SCARDHANDLE card, const SCARD_IO_REQUEST *protocol, LPCBYTE command, DWORD size,
               SCARD_IO_REQUEST *ret_protocol, LPBYTE response, LPDWORD response_size)
{
  memcpy (response, "\x90\x00", 2);
  *response_size = pcsc.transmit == SCARD_S_SUCCESS ? 2 : 0;
  return pcsc.transmit;
}
