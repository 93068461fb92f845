# SPDX-License-Identifier: LGPL-2.1-or-later
"""slot: the card's side of a vpcd slot, and what a hand does with the card: insert, eject, yank.

Comes in: bytes from vpcd (the card is its TCP client), control commands. Goes out: responses, after the time they take.
One thread, one loop: a pending answer is a deadline, so that a card can be pulled while it computes.
Wire: two bytes of length, then the payload; a payload of one byte is a control byte: 0 off, 1 on, 2 reset, 4 ATR.
"""
import select
import socket
import time

from .chip import ATR, Chip, OtherChip
from .faults import Faults
from .journal import Journal
from .persona import AUTH_PIN, ISSUER_DOMAIN, SIGN_PASSWORD, Application, make_applications

OFF, ON, RESET, SEND_ATR = 0, 1, 2, 4
LOOK = bytes([0, 1, SEND_ATR])  # is there a card?
LOOKS_IN_USE = 3  # of a program, and of pcscd itself, which alone tells others
RETRY_QUICK, RETRY_SLOW, QUICK_PERIOD = 0.0005, 0.1, 1.0  # seconds: pcscd may be just starting, or gone for long
BYTE_TIME = 10 * 128 / 13.56e6    # ISO 14443-B at 106 kbit/s: ten bit times a byte
COMMAND_TIME, SIGNATURE_TIME = 0.008, 0.250
OTHER_CARD = "not-my-number"


class Slot:
    def __init__(self, people, keys, port, timing, short_only):
        self.people, self.keys, self.port = people, keys, port
        self.timing, self.short_only = timing, short_only
        self.chips = {}
        self.persona = self.chip = self.link = None
        self.inserted = self.powered = self.used = self.first_command = False
        self.buffer = b""
        self.faults, self.journal = Faults(), Journal()
        self.connect_at = self.connect_since = 0
        self.looks = 0     # how often pcscd must still look and find no card
        self.decoy = None  # a link on which none answers
        self.pending = None  # (due, response or None, journal entry, how to leave then); due None: when it is told to, or never

    # the hand

    def insert(self, persona):
        if self.inserted:
            raise ValueError(f"{self.persona} is in the reader: eject first")
        if persona != OTHER_CARD and persona not in self.people:
            raise ValueError(f"persona {persona}: one of {', '.join(self.people)}, {OTHER_CARD}")
        if persona not in self.chips:
            self.chips[persona] = OtherChip([Application(ISSUER_DOMAIN)]) if persona == OTHER_CARD else Chip(
                make_applications(persona, self.people[persona], self.keys))
        self.persona, self.chip = persona, self.chips[persona]
        self.chip.short_only = self.short_only
        self.come()

    def come(self):
        self.inserted = True
        self.connect_since = time.monotonic()
        self.connect()

    def eject(self):
        """A patient hand: an answer that is on its way is waited for."""
        if self.pending and not self.is_mute():
            self.pending = self.pending[:3] + (self.yank,)
        else:
            self.yank()

    def yank(self):
        self.inserted = False
        if self.link:
            self.looks = LOOKS_IN_USE if self.powered else 1
        self.drop_decoy()
        self.disconnect()

    def leave_and_return(self):
        """Out and in again; pcscd has seen that it was away."""
        self.yank()
        self.come()

    def slip(self):
        """Out and in again at once: a shaky contact, or a nervous hand. pcscd has not looked meanwhile."""
        self.yank()
        self.looks = 0
        self.come()

    def set_short(self, short_only):
        self.short_only = short_only
        if self.chip:
            self.chip.short_only = short_only

    def disconnect(self):
        """The contacts open: no power, and what was being computed is lost."""
        if self.link:
            self.link.close()
        self.link, self.buffer, self.pending = None, b"", None
        self.power_off()
        self.connect_since = time.monotonic()
        self.connect_at = self.connect_since + RETRY_QUICK

    def is_mute(self):
        return bool(self.pending and self.pending[:2] == (None, None))

    def release(self):
        """What was held is answered now."""
        if self.pending and not self.is_mute():
            self.pending = (0, *self.pending[1:])
            self.run_due()

    def power_off(self):
        if self.powered:
            self.journal.power(False)
        self.powered = self.used = False
        if self.chip:
            self.chip.power_off()

    # the wire

    def connect(self):
        now = time.monotonic()
        try:
            link = socket.create_connection(("127.0.0.1", self.port), timeout=1)
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.looks:
                self.decoy = link
            else:
                self.link = link
        except OSError:
            self.connect_at = now + (RETRY_QUICK if now - self.connect_since < QUICK_PERIOD else RETRY_SLOW)

    def links(self):
        return [link for link in (self.link, self.decoy) if link]

    def stay_away(self):
        """pcscd must look and find no card: one that came sooner would have changed without its knowledge."""
        try:
            data = self.decoy.recv(65536)
        except OSError:
            data = b""
        self.buffer += data
        if data and self.buffer in (LOOK[:1], LOOK[:2]):
            return
        self.looks = max(0, self.looks - (self.buffer == LOOK)) if data else 0
        self.drop_decoy()
        if self.inserted:
            self.connect()

    def drop_decoy(self):
        if self.decoy:
            self.decoy.close()
        self.decoy, self.buffer = None, b""

    def next_event(self):
        """Seconds until there is something to do without anything coming in, or None."""
        if self.link:
            due = self.pending[0] if self.pending else None
        else:
            due = self.connect_at if self.inserted and not self.decoy else None
        return None if due is None else max(0.0, due - time.monotonic())

    def run_due(self):
        if self.inserted and not self.links() and time.monotonic() >= self.connect_at:
            self.connect()
        if self.link and self.pending and self.pending[0] is not None and time.monotonic() >= self.pending[0]:
            _due, response, entry, leave = self.pending
            self.pending = None
            if response is not None:
                self.journal.answer(entry, response)
                self.send(response)
            if leave:
                leave()

    def send(self, payload):
        try:
            self.link.sendall(len(payload).to_bytes(2, "big") + payload)
        except OSError:
            self.disconnect()

    def receive(self):
        """vpcd sends length and payload apart: without QUICKACK each command would wait 40 ms for an ACK."""
        try:
            self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            data = self.link.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.disconnect()
            return
        self.buffer += data
        while self.link and len(self.buffer) >= 2:
            size = int.from_bytes(self.buffer[:2], "big")
            if len(self.buffer) < 2 + size:
                break
            payload, self.buffer = self.buffer[2:2 + size], self.buffer[2 + size:]
            if len(payload) == 1:
                self.control_byte(payload[0])
            elif payload:
                self.transmit(payload)
        if self.link:
            self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def control_byte(self, byte):
        if byte == SEND_ATR:
            self.send(ATR)
        elif byte == OFF:
            self.power_off()
        elif byte == ON:
            if not self.powered:
                self.journal.power(True)
                self.first_command = True
            self.powered = True
        elif byte == RESET:
            self.first_command = True
            self.chip.reset()

    def transmit(self, raw):
        begun = time.monotonic()
        entry = self.journal.command(raw)
        self.used = True
        fault = self.faults.take(raw, self.first_command)
        kind = fault.kind if fault else None
        self.first_command = False
        if kind == "mute":
            self.pending = (None, None, entry, None)
        elif kind in ("yank-before", "slip-before"):
            self.yank() if kind == "yank-before" else self.slip()
        elif kind in ("status", "6f00-first"):
            status = fault.number if kind == "status" else 0x6F00
            self.answer(begun, raw, entry, status.to_bytes(2, "big"))
        else:
            operations = self.chip.private_operations
            response = self.chip.process(raw)
            if kind == "truncate":
                response = response[:-2][:fault.number] + response[-2:]
            elif kind == "one-byte":
                response = response[:1]
            late = fault.number / 1000 if kind == "slow" else 0
            if self.timing:
                late += SIGNATURE_TIME * (self.chip.private_operations - operations)
            leave = {"yank-during": self.yank, "slip-during": self.slip, "empty": self.leave_and_return}.get(kind)
            self.answer(begun, raw, entry, response, late, leave)
            if kind == "hold":
                self.pending = (None, *self.pending[1:])
        self.run_due()

    def answer(self, begun, raw, entry, response, late=0.0, leave=None):
        """Now, or when a real card would be ready. @leave: done at that moment instead of answering."""
        due = begun + late
        if self.timing:
            due += COMMAND_TIME + BYTE_TIME * (len(raw) + len(response))
        self.pending = (due, None if leave else response, entry, leave)

    # what the control interface tells

    def status(self):
        pins = self.chip.applications[1].pins if self.chip and self.persona != OTHER_CARD else {}
        tries = {"auth": pins[AUTH_PIN].tries, "sign": pins[SIGN_PASSWORD].tries} if pins else {}
        return {"inserted": self.inserted, "connected": bool(self.link), "persona": self.persona,
                "powered": self.powered, "used": self.used, "tries": tries,
                "verified": bool(self.chip and self.chip.is_verified()),
                "mute": self.is_mute(), "timing": self.timing,
                "short": self.short_only, "faults": len(self.faults.faults), **self.journal.totals()}


def run(slot, control):
    """The loop. @control: listens and answers (control.Control)."""
    while True:
        links = slot.links()
        timeout = min((event for event in (slot.next_event(), control.next_event()) if event is not None), default=None)
        ready, _, _ = select.select(links + control.sockets(), [], [], timeout)
        slot.run_due()
        for one in ready:
            if one is slot.link:
                slot.receive()
            elif one is slot.decoy:
                slot.stay_away()
            elif one in control.sockets():
                control.serve(one)
        control.run_due()
