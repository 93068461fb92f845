# SPDX-License-Identifier: LGPL-2.1-or-later
"""persona: what one person's card holds: applications, files, PINs, keys (data/doc/card.md).

Comes in: an entry of people.json and the folder of make-keys. Goes out: a list of Applications.
Certificates and keys are true ones of a simulated CA; text and surface hold enough to test an allow list with.
"""
from .rsa import RsaKey

JPKI = bytes.fromhex("D392F000260100000001")
TEXT = bytes.fromhex("D3921000310001010408")
SURFACE = bytes.fromhex("D3921000310001010402")
RESIDENCE = bytes.fromhex("D3921000310001010401")
COMMON = bytes.fromhex("D3921000310001010100")
ISSUER_DOMAIN = bytes.fromhex("A0000001510000")

AUTH_PIN, SIGN_PASSWORD = 0x18, 0x1B
AUTH_TRIES, SIGN_TRIES, CODE_TRIES = 3, 5, 10
SIGN_PASSWORD_VALUE = b"SIMULATOR1"
MY_NUMBER = b"000000000000"  # no person's: its check digit is wrong
LOCKED = object()            # an access condition that nobody meets


class Pin:
    def __init__(self, value, tries, limit):
        self.value, self.tries, self.limit, self.verified = value, tries, limit, False


class Key:
    def __init__(self, rsa, pin):
        self.rsa, self.pin = rsa, pin


class Application:
    def __init__(self, aid):
        self.aid = aid
        self.files = {}    # id → bytes
        self.access = {}   # id of a file → the Pins of which one must be verified, or LOCKED
        self.pins = {}     # id → Pin
        self.keys = {}     # id → Key
        self.records = {}  # id of a file → list of bytes
        self.objects = {}  # tag of GET DATA → bytes

    def holds(self, identifier):
        return any(identifier in kind for kind in (self.files, self.access, self.pins, self.keys, self.records))


def tlv(tag, value):
    """@tag as hex. Lengths over 127 take two bytes even if one would do, as the real card writes them."""
    length = bytes([len(value)]) if len(value) < 128 else b"\x82" + len(value).to_bytes(2, "big")
    return bytes.fromhex(tag) + length + value


def filled(content, filler=2):
    return content + b"\xff" * filler


def token_info():
    """CK_TOKEN_INFO, serialised: label, maker, model, serial, then numbers."""
    text = b"".join(part.ljust(size) for part, size in (
        (b"JPKIAPICCTOKEN2", 32), (b"Shikaku simulator", 32), (b"JPKI", 16), (b"0" * 16, 16)))
    return text.ljust(160, b"\0")


def make_jpki(person, entry, keys):
    application = Application(JPKI)
    own_authority = keys / f"auth-ca-{person}.der"
    authority = own_authority if own_authority.is_file() else keys / "auth-ca.der"
    auth_pin = Pin(entry["pin"].encode(), entry["card"]["tries"], AUTH_TRIES)
    sign_password = Pin(SIGN_PASSWORD_VALUE, SIGN_TRIES, SIGN_TRIES)
    application.pins = {AUTH_PIN: auth_pin, SIGN_PASSWORD: sign_password}
    application.files = {
        0x01: filled((keys / f"{person}.sign.cert.der").read_bytes(), 32),
        0x02: (keys / "sign-ca.der").read_bytes(),
        0x06: token_info(),
        0x08: bytes.fromhex("8F8F00"),
        0x0A: filled((keys / f"{person}.cert.der").read_bytes(), 32),
        0x0B: authority.read_bytes(),
    }
    application.access = {0x01: [sign_password], 0x09: LOCKED, 0x16: LOCKED}
    application.keys = {0x17: Key(RsaKey(keys / f"{person}.key.pem"), auth_pin),
                        0x1A: Key(RsaKey(keys / f"{person}.sign.key.pem"), sign_password)}
    return application


def make_codes(entry, application, pin, code_a, code_b):
    """照合番号A and B, and where the application has one, the PIN of four digits."""
    birth = entry["person"]["Birthdate"]
    application.pins[code_a] = Pin(MY_NUMBER, CODE_TRIES, CODE_TRIES)
    application.pins[code_b] = Pin((birth[2:] + "2035" + "1234").encode(), CODE_TRIES, CODE_TRIES)
    if pin:
        application.pins[pin] = Pin(entry["pin"].encode(), AUTH_TRIES, AUTH_TRIES)


def make_text(entry):
    application = Application(TEXT)
    make_codes(entry, application, 0x11, 0x14, 0x15)
    application.pins[0x12] = Pin(b"", 0, AUTH_TRIES)
    person = entry["person"]
    values = [tlv("DF22", person["Name"].encode()), tlv("DF23", person["Address"].encode()),
              tlv("DF24", person["Birthdate"].encode()), tlv("DF25", person["Sex"].encode())]
    offset, offsets = 3 + 2 + 11, b""
    for value in values:
        offsets += offset.to_bytes(2, "big")
        offset += len(value)
    application.files = {
        0x01: filled(tlv("FF10", MY_NUMBER)),
        0x02: filled(tlv("FF20", tlv("DF21", offsets) + b"".join(values))),
        0x05: tlv("FF40", tlv("DF41", bytes.fromhex("01030E01"))),
    }
    pins = application.pins
    application.access = {0x01: [pins[0x11], pins[0x14]], 0x02: [pins[0x11], pins[0x15]]}
    return application


def make_surface(entry):
    application = Application(SURFACE)
    make_codes(entry, application, None, 0x13, 0x12)
    application.pins[0x11] = Pin(entry["person"]["Birthdate"][2:].encode(), CODE_TRIES, CODE_TRIES)
    pins = application.pins
    application.files = {
        0x01: tlv("FF10", tlv("DF11", entry["person"]["Birthdate"].encode())),
        0x02: tlv("FF20", tlv("DF27", b"no photo: a simulated card")),
        0x03: tlv("FF30", tlv("DF34", b"99999")),
        0x05: tlv("FF40", tlv("DF41", b"no image: a simulated card")),
    }
    application.access = {0x01: [pins[0x11]], 0x02: [pins[0x13], pins[0x12]], 0x05: [pins[0x13]]}
    return application


def make_common():
    application = Application(COMMON)
    application.records = {0x01: [b"\x01\x1c" + b"000000000000001" + b"99999" + b"20351231"]}
    return application


def make_issuer_domain():
    application = Application(ISSUER_DOMAIN)
    application.objects = {0x0045: b"\x45\x08simulate", 0x00F0: b"99999", 0x00F2: b"20351231"}
    return application


def make_applications(person, entry, keys):
    """Each application of @person's card; the first is the one that is there after power-up."""
    return [make_issuer_domain(), make_jpki(person, entry, keys), make_text(entry), make_surface(entry),
            Application(RESIDENCE), make_common()]
