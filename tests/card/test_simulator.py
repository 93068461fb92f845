# SPDX-License-Identifier: LGPL-2.1-or-later
"""The virtual card keeps a My Number Card's rules, seen through the real pcscd as any program sees them."""
import hashlib
import json
import threading
from pathlib import Path

import pcsc
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils
from loop import DEADLINE
from rig import KEYS, LOOPBACK, SIMULATOR

JPKI, TEXT = "00A4040C0AD392F000260100000001", "00A4040C0AD3921000310001010408"
SURFACE, COMMON = "00A4040C0AD3921000310001010402", "00A4040C0AD3921000310001010100"
ISSUER = "00A4040C07A0000001510000"
QUERY, VERIFY, WRONG = "00200098", "00200098 04 31323334", "00200098 04 39393939"
READ_ALL = "00B08A00 000000"
DIGEST = hashlib.sha256(b"content").digest()
SIGN = "802A0497 20" + DIGEST.hex() + "00"
DIGEST_INFO = "3031300D060960864801650304020105000420"


def start(rig, persona="yamada", *card_options, **more):
    """Return: a connected card, seen by PC/SC."""
    rig.start("card", persona=persona, card_options=card_options, **more)
    return connect(rig)


def connect(rig):
    return pcsc.Context().connect(rig.wait_card())


def expect(card, *pairs):
    """@pairs: command, status word (of a response with any data) or the whole response."""
    for command, wanted in zip(pairs[::2], pairs[1::2]):
        response = card.transmit(command)
        right = response == wanted or (len(wanted) == 4 and response[-4:] == wanted)
        assert right, f"{command}: {response}, not {wanted}"


def expect_failure(action, *codes):
    try:
        result = action()
    except pcsc.PcscError as error:
        assert error.code in codes, error
        return
    raise AssertionError(f"no error, but {result!r}")


def load(persona):
    return x509.load_der_x509_certificate((KEYS / f"{persona}.cert.der").read_bytes())


def test_select(rig):
    card = start(rig)
    expect(card, JPKI, "9000", TEXT, "9000", SURFACE, "9000", COMMON, "9000", ISSUER, "9000",
           "00A4040C 05 D392F00026", "9000",                # the beginning of a name is enough
           "00A40400 07 D392F00026", "6700",                   # Lc says more than there is
           "00A4040C 05 A000000308", "6A82", "00A4040C 02 FFFF", "6A82",
           "00A4020C 02 3F00", "6A82", "00A4020C 02 000A", "9000", "00A4020C 02 0077", "6A82")
    fci = card.transmit("00A40400 05 D392F00026 00")
    assert fci == "6F0C840AD392F0002601000000019000", fci


def test_not_my_number(rig):
    card = start(rig, "not-my-number")
    expect(card, JPKI, "6A82", TEXT, "6A82", READ_ALL, "6D00")
    rig.change_card("yamada")
    expect(connect(rig), JPKI, "9000")


def test_certificate_at_once(rig):
    card = start(rig)
    certificate = (KEYS / "yamada.cert.der").read_bytes().hex().upper()
    rig.card("clear-log")
    expect(card, JPKI, "9000")
    assert card.transmit(READ_ALL) == certificate + "FF" * 32 + "9000"
    assert rig.card.status()["apdus"] == 2


def test_certificate_in_pieces(rig):
    card = start(rig, "yamada", "--short")
    content = (KEYS / "yamada.cert.der").read_bytes() + b"\xff" * 32
    expect(card, JPKI, "9000", READ_ALL, "6700")
    read = bytes.fromhex(card.transmit("00B08A00 00")[:-4])
    while len(read) < len(content):
        read += bytes.fromhex(card.transmit(f"00B0{len(read):04X} 00")[:-4])
    assert read == content
    expect(card, f"00B0{len(read):04X} 00", "6B00", "00B07FFF 00", "6B00")
    rig.card("short off")
    assert len(card.transmit(READ_ALL)) == 2 * (len(content) + 2)


def test_files(rig):
    card = start(rig)
    expect(card, JPKI, "9000", "00B00000 04", "6986", "00B08100 00", "6982", "00B08900 00", "6982",
           "00B09700 00", "6981", "00B08300 00", "6A82", "00B08800 03", "8F8F009000", "00B08002 01", "6A86")
    assert card.transmit("00B08600 20").startswith(b"JPKIAPICCTOKEN2 ".hex().upper())
    expect(card, "00A4020C 02 0008", "9000", "00B00001 02", "8F009000")
    expect(card, COMMON, "9000", "00B2010C 00", "9000", "00B2020C 00", "6A83", "00B2010B 00", "6A86")


def test_my_number_needs_pin(rig):
    """What the daemon's allow list refuses is really there."""
    card = start(rig)
    expect(card, TEXT, "9000", "00B08100 11", "6982", "00200091 04 31323334", "9000")
    assert card.transmit("00B08100 11").startswith("FF100C")


def test_malformed(rig):
    card = start(rig)
    expect(card, "01A4040C 01 D3", "6881", "0CA4040C 01 D3", "6882", "90A4040C 01 D3", "6E00", "00C00000 00", "6D00",
           "00A404", "6700", "00840000 04 00", "6700", "00840000 02 0000 00 00", "6700", "002A0497 01 00", "6E00")
    assert len(card.transmit("00840000 08")) == 20
    assert card.transmit("00CA5F51 00") == "E000FF8131FE45149000"


def test_tries(rig):
    card = start(rig)
    expect(card, JPKI, "9000", QUERY, "63C3", WRONG, "63C2", QUERY, "63C2", VERIFY, "9000", QUERY, "63C3",
           "00A4020C 02 0018", "9000", "00200080", "63C3", "00200080 04 39393939", "63C2", SIGN, "6982",
           WRONG, "63C1", WRONG, "63C0", VERIFY, "6984", QUERY, "63C0", SIGN, "6982")
    rig.change_card("yamada")
    expect(connect(rig), JPKI, "9000", VERIFY, "6984")


def test_tries_of_personas(rig):
    card = start(rig, "kato")
    expect(card, JPKI, "9000", QUERY, "63C0", "00200098 04 34343434", "6984")
    rig.change_card("yoshida")
    expect(connect(rig), JPKI, "9000", QUERY, "63C1")
    assert rig.card.status()["tries"] == {"auth": 1, "sign": 5}


def test_password_and_change(rig):
    card = start(rig)
    password = b"SIMULATOR1".hex()
    expect(card, JPKI, "9000", "0020009B", "63C5", "0020009B 0A" + password.replace("53", "73", 1), "63C4",
           "0020009B 0A" + password, "9000", "00B08100 04", "9000", "802A049A 20" + DIGEST.hex() + "00", "9000",
           SIGN, "6982", "00A4020C 02 0018", "9000", "00240180 04 35353535", "6982", VERIFY, "9000",
           "00240180 04 35353535", "9000", VERIFY, "63C2", "00200098 04 35353535", "9000")


def test_rights_survive(rig):
    """LEAVE, RESET, the end of the program and the selection of the same application leave them."""
    card = start(rig)
    expect(card, JPKI, "9000", SIGN, "6982", VERIFY, "9000", SIGN, "9000", JPKI, "9000", SIGN, "9000")
    for disposition in (pcsc.LEAVE, pcsc.RESET):
        second = connect(rig)  # holds the power, which pcscd takes from a card that nobody uses
        card.disconnect(disposition)
        if disposition == pcsc.RESET:
            expect_failure(lambda: second.transmit(QUERY), pcsc.RESET_CARD)
            second.reconnect()
            expect(second, SIGN, "6A82")
        card = second
        assert rig.card.status()["verified"]
        expect(card, JPKI, "9000", SIGN, "9000")


def test_rights_end(rig):
    """Another application, no power, or the card pulled end them."""
    card = start(rig)
    for other in (ISSUER, TEXT):
        expect(card, JPKI, "9000", VERIFY, "9000", other, "9000", JPKI, "9000", SIGN, "6982")
    expect(card, VERIFY, "9000")
    rig.card("clear-log")
    card.disconnect(pcsc.UNPOWER)
    rig.card.wait("power-off")
    assert not rig.card.status()["verified"]
    card = connect(rig)
    expect(card, JPKI, "9000", SIGN, "6982", VERIFY, "9000")
    rig.card("yank")
    assert not rig.card.status()["verified"]


def test_signatures(rig):
    card = start(rig)
    key = load("yamada").public_key()
    pkcs1, sha = padding.PKCS1v15(), hashes.SHA256()
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    expect(card, JPKI, "9000", VERIFY, "9000")

    def sign(scheme, data):
        response = card.transmit(f"802A{scheme}97 {len(data):02X}{data.hex()} 00")
        assert response.endswith("9000") and len(response) == 516, response
        return bytes.fromhex(response[:-4])

    info = bytes.fromhex(DIGEST_INFO) + DIGEST
    key.verify(sign("00", info), DIGEST, pkcs1, utils.Prehashed(sha))
    key.verify(sign("02", DIGEST), DIGEST, pkcs1, utils.Prehashed(sha))
    key.verify(sign("03", b"content"), b"content", pkcs1, sha)
    key.verify(sign("04", DIGEST), DIGEST, pss, utils.Prehashed(sha))
    key.verify(sign("05", b"content"), b"content", pss, sha)
    try:
        key.verify(sign("02", DIGEST), hashlib.sha256(b"other").digest(), pkcs1, utils.Prehashed(sha))
        raise AssertionError("a signature over anything")
    except InvalidSignature:
        pass
    expect(card, "802A0097 20" + DIGEST.hex(), "6700")  # no Le
    expect(card, "802A0697 20" + DIGEST.hex() + "00", "6A86", "802A0297 04 00000000 00", "6985",
           "802A0097 F6" + "00" * 246 + "00", "6985", "802A0098 20" + DIGEST.hex() + "00", "6981")


def test_yank(rig):
    card = start(rig)
    expect(card, JPKI, "9000")
    rig.card("yank")
    expect_failure(lambda: card.transmit(QUERY), pcsc.REMOVED_CARD, pcsc.NOT_TRANSACTED)
    rig.wait_card(present=False)
    for kind, left in (("yank-before", 3), ("yank-during", 2)):
        rig.card("insert")
        card = connect(rig)
        rig.card(f"fault {kind} verify")
        expect(card, JPKI, "9000")
        assert card.transmit(WRONG) == "", "PC/SC says success, with no byte"
        status = rig.card.status()
        assert not status["inserted"] and status["tries"]["auth"] == left, status
        rig.wait_card(present=False)


def test_yank_while_computing(rig):
    card = start(rig)
    rig.card("fault hold sign")
    expect(card, JPKI, "9000", VERIFY, "9000")
    said = []
    thread = threading.Thread(target=lambda: said.append(card.transmit(SIGN)))
    thread.start()
    rig.card.wait("sign")
    rig.card("yank")
    thread.join(DEADLINE)
    assert said == [""], said


def test_eject_waits(rig):
    """eject pulls the card out between two commands: the one in flight is answered."""
    card = start(rig)
    rig.card("fault hold sign")
    expect(card, JPKI, "9000", VERIFY, "9000")
    said = []
    thread = threading.Thread(target=lambda: said.append(card.transmit(SIGN)))
    thread.start()
    rig.card.wait("sign")
    rig.card("eject")
    assert rig.card.status()["inserted"] and not said
    rig.card("release")
    thread.join(DEADLINE)
    assert said[0].endswith("9000")
    rig.wait_card(present=False)


def test_mute(rig):
    """A mute card blocks its caller until it is pulled; PC/SC has no time limit."""
    card = start(rig)
    rig.card("fault mute verify")
    expect(card, JPKI, "9000")
    said = []
    thread = threading.Thread(target=lambda: said.append(card.transmit(VERIFY)), daemon=True)
    thread.start()
    rig.card.wait("verify")
    assert rig.card.status()["mute"] and rig.card.status()["tries"]["auth"] == 3
    thread.join(0.3)
    assert not said
    rig.card("yank")
    thread.join(DEADLINE)
    assert said == [""], said


def test_wrong_answers(rig):
    card = start(rig)
    rig.card("fault 6f00-first")
    card.disconnect(pcsc.UNPOWER)
    card = connect(rig)
    expect(card, JPKI, "6F00", JPKI, "9000")
    rig.card("fault status read 6C10")
    rig.card("fault truncate b0 100")
    rig.card("fault status query 6984 always")
    expect(card, READ_ALL, "6C10")
    assert len(card.transmit(READ_ALL)) == 204
    expect(card, QUERY, "6984", QUERY, "6984", VERIFY, "9000")
    rig.card("clear-faults")
    expect(card, QUERY, "63C3")
    rig.card("fault one-byte sign")
    assert len(card.transmit(SIGN)) == 2
    rig.card("clear-log")
    rig.card("fault empty sign")
    assert card.transmit(SIGN) == ""
    rig.card.wait("power-up")
    expect(connect(rig), JPKI, "9000", SIGN, "6982")


def test_timing(rig):
    """106 kbit/s: 94 µs a byte, 8 ms a command, 250 ms a signature."""
    card = start(rig)
    expect(card, JPKI, "9000", VERIFY, "9000")
    rig.card("timing on")
    rig.card("clear-log")
    expect(card, READ_ALL, "9000", SIGN, "9000")
    read, sign = rig.card.log()
    size = len((KEYS / "yamada.cert.der").read_bytes()) + 32
    assert 0.008 + 94e-6 * (size + 9) <= read["took"], read
    assert 0.258 + 94e-6 * (38 + 258) <= sign["took"], sign


def test_log(rig):
    card = start(rig)
    rig.card("clear-log")
    expect(card, JPKI, "9000", QUERY, "63C3", VERIFY, "9000", WRONG, "63C2", "00200098 000004 31323334", "9000")
    log = rig.card.log()
    assert [entry["command"] for entry in log] == [
        JPKI, QUERY, "0020009804********", "0020009804********", "00200098000004********"], log
    assert [entry["status"] for entry in log] == ["9000", "63C3", "9000", "63C2", "9000"]
    status = rig.card.status()
    assert (status["apdus"], status["bytes_in"], status["bytes_out"]) == (5, 15 + 4 + 9 + 9 + 11, 10), status


def test_pcscd_restart(rig):
    """The card comes back when pcscd does; what it remembered of PINs it no longer does, having had no power."""
    card = start(rig)
    expect(card, JPKI, "9000", VERIFY, "9000", WRONG, "63C2")
    rig.stop_pcscd()
    expect_failure(lambda: card.transmit(QUERY), pcsc.NO_SERVICE)
    expect_failure(lambda: pcsc.Context(), pcsc.NO_SERVICE)
    rig.start_pcscd()
    expect(connect(rig), JPKI, "9000", QUERY, "63C2", SIGN, "6982")


def test_two_readers(rig):
    card = start(rig, second_card=True)
    assert pcsc.Context().readers() == ["Virtual PCD 00 00", "Virtual PCD 00 01"]
    rig.second_card("insert sato")
    second = pcsc.Context().connect(rig.wait_card(number=1))
    expect(second, JPKI, "9000", VERIFY, "63C2", "00200098 04 32333435", "9000")
    expect(card, JPKI, "9000", VERIFY, "9000")
    assert rig.card.status()["tries"]["auth"] == rig.second_card.status()["tries"]["auth"] == 3


def test_control(rig):
    rig.start("card")
    program = SIMULATOR / "shikaku-sim-card"

    def send(*words):
        process = rig.run_as("root", program, "--control", rig.card.path, "--send", *words)
        return process.status, json.loads(process.text())

    assert send("status")[1]["persona"] == "yamada"
    assert send("insert", "sato") == (1, {"ok": False, "error": "yamada is in the reader: eject first"})
    assert send("eject")[0] == 0
    assert not send("insert", "nobody")[1]["ok"] and not send("fault", "nonsense")[1]["ok"]
    assert not send("dance")[1]["ok"] and not send("timing")[1]["ok"] and not send("wait", "sign", "1", "0.1")[1]["ok"]
    assert send("insert", "sato")[0] == 0
    told = rig.run_as("root", program, "--help", check=0).text()
    assert "It is not a real card" in told


def test_loopback(rig):
    """Neither a test nor the demonstration opens a port of the virtual readers for other machines."""
    rig.program(LOOPBACK)  # where the installed programs are tested it is not
    rig.start("card")
    rig.wait_card()
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    addresses = {line[1] for line in lines if line[3] == "0A"}
    assert {f"0100007F:{port:04X}" for port in rig.ports} <= addresses, addresses


def test_keys(rig):
    """Two generations under one name, one foreign CA, one expired: what make-keys promises."""
    authorities = (KEYS / "card-ca.pem").read_bytes().split(b"-----END CERTIFICATE-----\n")[:-1]
    generations = [x509.load_pem_x509_certificate(one + b"-----END CERTIFICATE-----\n") for one in authorities]
    foreign = x509.load_pem_x509_certificate((KEYS / "foreign-card-ca.pem").read_bytes())
    names = {one.subject.rfc4514_string() for one in [*generations, foreign]}
    assert len(generations) == 3 and len(names) == 1, names

    def issuers(persona):
        certificate = load(persona)
        found = []
        for one in [*generations, foreign]:
            try:
                one.public_key().verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(),
                                        certificate.signature_hash_algorithm)
                found.append(one)
            except InvalidSignature:
                pass
        return found

    expired, first, second = generations
    assert issuers("yamada") == issuers("ito") == [first] and issuers("nakamura") == [second]
    assert issuers("kobayashi") == [foreign] and issuers("old-generation") == [expired]
    assert expired.not_valid_after < load("yamada").not_valid_before.replace(year=expired.not_valid_after.year + 1)
    assert load("ito").not_valid_after < load("yamada").not_valid_after
    for path in KEYS.glob("*.cert.der"):
        assert ".sign." in path.name or 1200 <= path.stat().st_size <= 1536, path
