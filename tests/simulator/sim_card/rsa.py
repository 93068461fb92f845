# SPDX-License-Identifier: LGPL-2.1-or-later
"""rsa: the private-key operations of a card, with nothing but Python, so that the card starts at once.

Comes in: a key in PKCS#1 PEM. Goes out: signatures. Never use this outside a simulator: it hides no timing.
"""
import base64
import hashlib
import os

SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


class RsaKey:
    def __init__(self, path):
        text = path.read_text()
        body = "".join(line for line in text.splitlines() if not line.startswith("-----"))
        numbers = list(read_integers(base64.b64decode(body)))
        _version, self.n, self.e, self.d, self.p, self.q, self.dp, self.dq, self.qinv = numbers
        self.size = (self.n.bit_length() + 7) // 8

    def apply(self, encoded):
        """The private operation, by the Chinese remainder theorem."""
        number = int.from_bytes(encoded, "big")
        m1, m2 = pow(number, self.dp, self.p), pow(number, self.dq, self.q)
        return (m2 + (m1 - m2) * self.qinv % self.p * self.q).to_bytes(self.size, "big")

    def sign_pkcs1(self, data):
        """PKCS#1 v1.5 over @data verbatim."""
        return self.apply(b"\x00\x01" + b"\xff" * (self.size - 3 - len(data)) + b"\x00" + data)

    def sign_pss(self, digest):
        """RSASSA-PSS with SHA-256, MGF1 of it, and a salt of 32 bytes."""
        salt = os.urandom(32)
        seal = hashlib.sha256(bytes(8) + digest + salt).digest()
        block = bytes(self.size - 66) + b"\x01" + salt
        mask = b"".join(hashlib.sha256(seal + counter.to_bytes(4, "big")).digest() for counter in range(8))
        masked = bytearray(a ^ b for a, b in zip(block, mask))
        masked[0] &= 0x7F
        return self.apply(bytes(masked) + seal + b"\xbc")


def read_length(data, position):
    first = data[position]
    if first < 0x80:
        return first, position + 1
    count = first & 0x7F
    return int.from_bytes(data[position + 1:position + 1 + count], "big"), position + 1 + count


def read_integers(data):
    """The INTEGERs of one DER SEQUENCE."""
    _size, position = read_length(data, 1)
    while position < len(data):
        size, position = read_length(data, position + 1)
        yield int.from_bytes(data[position:position + size], "big")
        position += size
