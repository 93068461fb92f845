# SPDX-License-Identifier: LGPL-2.1-or-later
"""chip: a My Number Card's operating system: one command APDU in, one response APDU out.

Its commands, status words and rights are those of data/doc/card.md.

Comes in: applications (persona), commands, power. Goes out: responses, and how many private-key operations they took.
PIN counters live as long as the object; rights end with power or with the selection of another application.
"""
import hashlib
import os

from .rsa import SHA256_DIGEST_INFO

ATR = bytes.fromhex("3BE000FF8131FE4514")
OK = 0x9000
LARGEST_PKCS1 = 245
LARGEST_PIN = 16


class Refused(Exception):
    """A status word other than 9000."""

    def __init__(self, status):
        super().__init__(f"{status:04X}")
        self.status = status


class Command:
    """A parsed command APDU: the four cases, short and extended."""

    def __init__(self, raw):
        if len(raw) < 4:
            raise Refused(0x6700)
        self.cla, self.ins, self.p1, self.p2 = raw[:4]
        self.data, self.expected, self.extended = b"", 0, False
        body = raw[4:]
        if len(body) == 1:
            self.expected = body[0] or 256
        elif body and body[0]:
            self.parse_body(body, 1, 256)
        elif body:
            self.extended = True
            self.parse_body(body, 3, 65536)

    def parse_body(self, body, width, largest):
        """@width: bytes of Lc, or of Le where there is no data."""
        number = int.from_bytes(body[:width], "big")
        rest = body[width:]
        if width == 3 and not rest and len(body) == 3:
            self.expected = number or largest
            return
        le_width = 1 if width == 1 else 2
        if number == 0 or len(rest) not in (number, number + le_width):
            raise Refused(0x6700)
        self.data = rest[:number]
        if len(rest) > number:
            self.expected = int.from_bytes(rest[number:], "big") or largest


class Chip:
    def __init__(self, applications, short_only=False):
        self.applications, self.short_only = applications, short_only
        self.private_operations, self.short_ids = 0, True
        self.commands = {0xA4: self.select, 0xB0: self.read_binary, 0xB2: self.read_record, 0x20: self.verify,
                         0x24: self.change_pin, 0x2A: self.sign, 0x84: self.get_challenge, 0xCA: self.get_data}
        self.power_off()

    def power_off(self):
        self.rights_holder = None
        self.drop_rights()
        self.reset()

    def reset(self):
        """A warm reset: the default application again, but rights stay until another application is selected."""
        self.current = self.applications[0]
        self.file = None

    def drop_rights(self):
        for application in self.applications:
            for pin in application.pins.values():
                pin.verified = False

    def is_verified(self):
        return any(pin.verified for application in self.applications for pin in application.pins.values())

    def process(self, raw):
        try:
            command = Command(raw)
            if command.extended and self.short_only:
                raise Refused(0x6700)
            self.check_class(command)
            if command.ins not in self.commands:
                raise Refused(0x6D00)
            data = self.commands[command.ins](command)
            return data + OK.to_bytes(2, "big")
        except Refused as refused:
            return refused.status.to_bytes(2, "big")

    @staticmethod
    def check_class(command):
        """CLA 80 for the signature, 00 for all else; one logical channel, no secure messaging."""
        wanted = 0x80 if command.ins == 0x2A else 0x00
        if (command.cla ^ wanted) & 0xF0:
            raise Refused(0x6E00)
        if command.cla & 0x03:
            raise Refused(0x6881)
        if command.cla & 0x0C:
            raise Refused(0x6882)

    # SELECT

    def select(self, command):
        if command.p1 == 0x04:
            return self.select_application(command)
        if (command.p1, command.p2) == (0, 0):
            if self.current is self.applications[0]:
                raise Refused(0x6A86)
            return b""
        if (command.p1, command.p2) != (0x02, 0x0C):
            raise Refused(0x6A86)
        if len(command.data) != 2:
            raise Refused(0x6700)
        identifier = int.from_bytes(command.data, "big")
        if not self.current.holds(identifier):
            raise Refused(0x6A82)
        self.file = identifier
        return b""

    def select_application(self, command):
        """By the whole name or its beginning."""
        if command.p2 not in (0x00, 0x0C) or not command.data:
            raise Refused(0x6A86)
        found = next((one for one in self.applications if one.aid.startswith(command.data)), None)
        if not found:
            raise Refused(0x6A82)
        if found is not self.rights_holder:
            self.drop_rights()
        self.rights_holder = self.current = found
        self.file = None
        name = b"\x84" + bytes([len(found.aid)]) + found.aid
        return b"\x6f" + bytes([len(name)]) + name if command.p2 == 0 else b""

    # files

    def resolve(self, p2):
        """The object a P2 means: 80 the current one, 80|sfi the one of that short id, which becomes current."""
        if not p2 & 0x80 or p2 & 0x60:
            raise Refused(0x6A86)
        if p2 & 0x1F:
            if not self.short_ids:
                raise Refused(0x6A86)
            if not self.current.holds(p2 & 0x1F):
                raise Refused(0x6A82)
            self.file = p2 & 0x1F
        if self.file is None:
            raise Refused(0x6986)
        return self.file

    def check_access(self, identifier):
        pins = self.current.access.get(identifier, [])
        if not isinstance(pins, list) or (pins and not any(pin.verified for pin in pins)):
            raise Refused(0x6982)

    def read_binary(self, command):
        if command.data:
            raise Refused(0x6700)
        if command.p1 & 0x80:
            if not command.p1 & 0x1F:
                raise Refused(0x6A86)
            identifier, offset = self.resolve(command.p1), command.p2
        else:
            identifier, offset = self.resolve(0x80), command.p1 << 8 | command.p2
        self.check_access(identifier)
        if identifier not in self.current.files:
            raise Refused(0x6981)
        content = self.current.files[identifier]
        if offset >= len(content):
            raise Refused(0x6B00)
        if not command.expected:
            raise Refused(0x6700)
        return content[offset:offset + command.expected]

    def read_record(self, command):
        if command.p2 & 0x07 != 0x04:
            raise Refused(0x6A86)
        if command.p2 >> 3:
            self.resolve(0x80 | command.p2 >> 3)
        if self.file not in self.current.records:
            raise Refused(0x6986 if self.file is None else 0x6981)
        records = self.current.records[self.file]
        if not 1 <= command.p1 <= len(records):
            raise Refused(0x6A83)
        return records[command.p1 - 1]

    # PINs and keys

    def resolve_pin(self, command):
        pin = self.current.pins.get(self.resolve(command.p2))
        if not pin:
            raise Refused(0x6981)
        return pin

    def verify(self, command):
        if command.p1:
            raise Refused(0x6A86)
        pin = self.resolve_pin(command)
        if not command.data:  # the retry query: tells the same whether or not the PIN was verified
            raise Refused(0x63C0 | pin.tries)
        if not pin.tries:
            raise Refused(0x6984)
        if len(command.data) > LARGEST_PIN:
            raise Refused(0x6700)
        if command.data != pin.value:
            pin.verified = False
            pin.tries -= 1
            raise Refused(0x63C0 | pin.tries)
        pin.tries, pin.verified = pin.limit, True
        return b""

    def change_pin(self, command):
        if command.p1 != 1:
            raise Refused(0x6A86)
        pin = self.resolve_pin(command)
        if not pin.verified:
            raise Refused(0x6982)
        if not 1 <= len(command.data) <= LARGEST_PIN:
            raise Refused(0x6700)
        pin.value = command.data
        return b""

    def sign(self, command):
        """The padding schemes of P1: 00 as given, 01-03 PKCS#1 v1.5 with SHA-256, 04-05 PSS; odd: the card hashes."""
        if command.p1 > 5:
            raise Refused(0x6A86)
        key = self.current.keys.get(self.resolve(command.p2))
        if not key:
            raise Refused(0x6981)
        if not key.pin.verified:
            raise Refused(0x6982)
        data = command.data
        if not command.expected:
            raise Refused(0x6700)
        largest = LARGEST_PKCS1 if command.p1 == 0 else 255
        if not 1 <= len(data) <= largest or (command.p1 in (2, 4) and len(data) != 32):
            raise Refused(0x6985)
        if command.p1 in (1, 3, 5):
            data = hashlib.sha256(data).digest()
        self.private_operations += 1
        if command.p1 >= 4:
            return key.rsa.sign_pss(data)
        return key.rsa.sign_pkcs1((SHA256_DIGEST_INFO if command.p1 in (2, 3) else b"") + data)

    # the rest

    def get_challenge(self, command):
        if not 1 <= command.expected <= 256 or command.data:
            raise Refused(0x6700)
        return os.urandom(command.expected)

    def get_data(self, command):
        tag = command.p1 << 8 | command.p2
        if tag == 0x5F51:
            return ATR[1:]
        if tag not in self.current.objects:
            raise Refused(0x6A88)
        return self.current.objects[tag]


class OtherChip(Chip):
    """A card of another kind, a loyalty card say: it knows none of the applications."""

    def process(self, raw):
        return b"\x6a\x82" if raw[1:2] == b"\xa4" else b"\x6d\x00"
