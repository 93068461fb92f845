# SPDX-License-Identifier: LGPL-2.1-or-later
"""pcsc: a small PC/SC client over libpcsclite, for tests that play another program at the reader, or look at the card.

Comes in: reader names, APDUs in hex. Goes out: responses in hex; PcscError with the code of PC/SC.
PCSCLITE_CSOCK_NAME must be set before the first call (Rig does that).
"""
import ctypes

SHARE_EXCLUSIVE, SHARE_SHARED = 1, 2
LEAVE, RESET, UNPOWER = 0, 1, 2
T0_OR_T1 = 3
INFINITE = 0xFFFFFFFF
STATE_CHANGED, STATE_EMPTY, STATE_PRESENT, STATE_MUTE = 0x02, 0x10, 0x20, 0x200
NO_SMARTCARD, READER_BUSY, NO_SERVICE = 0x8010000C, 0x8010000B, 0x8010001D
REMOVED_CARD, RESET_CARD, NOT_TRANSACTED, TIMEOUT = 0x80100069, 0x80100068, 0x80100016, 0x8010000A
NAME_SIZE = 128


class ReaderState(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("user_data", ctypes.c_void_p), ("current", ctypes.c_ulong),
                ("event", ctypes.c_ulong), ("atr_size", ctypes.c_ulong), ("atr", ctypes.c_ubyte * 33)]


class Protocol(ctypes.Structure):
    _fields_ = [("protocol", ctypes.c_ulong), ("size", ctypes.c_ulong)]


class PcscError(Exception):
    def __init__(self, call, code):
        super().__init__(f"{call}: 0x{code:08X}")
        self.code = code


library = None


def call(name, *arguments):
    global library
    library = library or ctypes.CDLL("libpcsclite.so.1")
    code = getattr(library, name)(*arguments) & 0xFFFFFFFF
    if code:
        raise PcscError(name, code)


class Context:
    def __init__(self):
        self.handle = ctypes.c_long()
        call("SCardEstablishContext", 2, None, None, ctypes.byref(self.handle))

    def release(self):
        call("SCardReleaseContext", self.handle)

    def readers(self):
        size = ctypes.c_ulong(4096)
        names = ctypes.create_string_buffer(size.value)
        call("SCardListReaders", self.handle, None, names, ctypes.byref(size))
        return [name.decode() for name in names.raw[:size.value].split(b"\0") if name]

    def wait(self, reader, state, milliseconds=10000):
        """Waits until the reader's state has the bit @state. Return: the event counter. The main loop stands still."""
        states = (ReaderState * 1)()
        states[0].name = reader.encode()
        while True:
            call("SCardGetStatusChange", self.handle, milliseconds, states, 1)
            if states[0].event & state:
                return states[0].event >> 16 & 0xFFFF
            states[0].current = states[0].event & ~STATE_CHANGED

    def connect(self, reader, share=SHARE_SHARED):
        return Card(self, reader, share)


class Card:
    def __init__(self, context, reader, share):
        self.handle, self.protocol = ctypes.c_long(), ctypes.c_ulong()
        call("SCardConnect", context.handle, reader.encode(), share, T0_OR_T1, ctypes.byref(self.handle),
             ctypes.byref(self.protocol))

    def transmit(self, command):
        """@command: hex, spaces allowed. Return: the response, upper-case hex; '' if PC/SC gave no byte."""
        raw = bytes.fromhex(command)
        request = Protocol(self.protocol.value, ctypes.sizeof(Protocol))
        response = ctypes.create_string_buffer(66000)
        size = ctypes.c_ulong(len(response))
        call("SCardTransmit", self.handle, ctypes.byref(request), raw, len(raw), None, response, ctypes.byref(size))
        return response.raw[:size.value].hex().upper()

    def begin(self):
        call("SCardBeginTransaction", self.handle)

    def end(self, disposition=LEAVE):
        call("SCardEndTransaction", self.handle, disposition)

    def reconnect(self, share=SHARE_SHARED, disposition=LEAVE):
        call("SCardReconnect", self.handle, share, T0_OR_T1, disposition, ctypes.byref(self.protocol))

    def disconnect(self, disposition=LEAVE):
        call("SCardDisconnect", self.handle, disposition)
