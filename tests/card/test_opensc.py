# SPDX-License-Identifier: LGPL-2.1-or-later
"""The virtual card is honest: unmodified OpenSC, which none of us wrote, finds a My Number Card and signs with it."""
import hashlib

from rig import KEYS

MESSAGE = b"a message to be signed\n"
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(MESSAGE).digest()
AUTH = ("--slot-index", "0", "--login", "--pin", "1234")
SIGN = ("--slot-index", "1", "--login", "--pin", "SIMULATOR1")


def start(rig, persona="yamada", *card_options):
    for program in ("opensc-tool", "pkcs15-tool", "pkcs11-tool", "openssl"):
        rig.require(program, program)
    rig.start("card", persona=persona, card_options=card_options)
    rig.wait_card()


def run(rig, *command, check=0):
    """Return: what it printed, standard error too."""
    process = rig.run_as("root", *command, check=check)
    return process.text() + process.log.read_text()


def read(rig, number):
    return rig.run_as("root", "openssl", "x509", "-outform", "DER", check=0,
                      stdin=run(rig, "pkcs15-tool", "--read-certificate", number).partition("-----BEGIN")[2].join(
                          ("-----BEGIN", ""))).output


def check_signatures(rig, login, identifier, certificate):
    """Both mechanisms of OpenSC's driver, checked by openssl with the key of @certificate."""
    message, digest_info = rig.folder / "message", rig.folder / "digest-info"
    signature, public = rig.folder / "signature", rig.folder / "public.pem"
    message.write_bytes(MESSAGE)
    digest_info.write_bytes(DIGEST_INFO)
    public.write_text(rig.run_as("root", "openssl", "x509", "-inform", "DER", "-in", certificate, "-noout", "-pubkey",
                                 check=0).text())
    for mechanism, content in (("SHA256-RSA-PKCS", message), ("RSA-PKCS", digest_info)):
        signature.unlink(missing_ok=True)
        run(rig, "pkcs11-tool", *login, "--sign", "--mechanism", mechanism, "--id", identifier, "--input-file", content,
            "--output-file", signature)
        assert len(signature.read_bytes()) == 256
        said = run(rig, "openssl", "dgst", "-sha256", "-verify", public, "-signature", signature, message)
        assert "Verified OK" in said, said


def test_name(rig):
    start(rig)
    assert "jpki" in run(rig, "opensc-tool", "--name").lower()


def test_list(rig):
    start(rig)
    listed = run(rig, "pkcs15-tool", "--list-certificates")
    for label in ("User Authentication Certificate", "Digital Signature Certificate"):
        assert f"[{label}]" in listed and f"[{label} CA]" in listed, listed
    pins = run(rig, "pkcs15-tool", "--list-pins")
    assert "Tries left     : 3" in pins and "Tries left     : 5" in pins, pins


def test_certificates(rig):
    start(rig, "nakamura")
    assert read(rig, "1") == (KEYS / "nakamura.cert.der").read_bytes()
    assert read(rig, "3") == (KEYS / "auth-ca-nakamura.der").read_bytes()
    assert read(rig, "4") == (KEYS / "sign-ca.der").read_bytes()
    denied = run(rig, "pkcs15-tool", "--read-certificate", "2", check=1)
    assert "read failed" in denied, denied


def test_certificates_short(rig):
    """On a card without extended length."""
    start(rig, "sato", "--short")
    assert read(rig, "1") == (KEYS / "sato.cert.der").read_bytes()


def test_authentication_key(rig):
    start(rig)
    check_signatures(rig, AUTH, "01", KEYS / "yamada.cert.der")


def test_signature_key(rig):
    start(rig)
    check_signatures(rig, SIGN, "02", KEYS / "yamada.sign.cert.der")


def test_wrong_pin_locks(rig):
    start(rig)
    login = ("--slot-index", "0", "--login", "--test")
    for left in (2, 1, 0):
        said = run(rig, "pkcs11-tool", *login, "--pin", "9999", check=1)
        assert "CKR_PIN_INCORRECT" in said or (left == 0 and "CKR_PIN_LOCKED" in said), said
        assert rig.card.status()["tries"] == {"auth": left, "sign": 5}
    said = run(rig, "pkcs11-tool", *login, "--pin", "1234", check=1)
    assert "C_Login failed" in said, said
    rig.change_card()
    run(rig, "pkcs11-tool", *login, "--pin", "1234", check=1)
    assert rig.card.status()["tries"] == {"auth": 0, "sign": 5}
    check_signatures(rig, SIGN, "02", KEYS / "yamada.sign.cert.der")


def test_login_counts(rig):
    """The yardstick of the bench: what unmodified OpenSC spends on one certificate, and on one signature."""
    start(rig)
    rig.card("clear-log")
    read(rig, "1")
    certificate = rig.card.status()["apdus"]
    rig.card("clear-log")
    check_signatures(rig, AUTH, "01", KEYS / "yamada.cert.der")
    signatures = rig.card.status()["apdus"]
    print(f"OpenSC: {certificate} APDUs for the certificate, {signatures / 2:.0f} to log in and sign")
    assert certificate > 30 and signatures > 2 * 60, (certificate, signatures)
    pin = b"1234".hex()
    assert not any(pin in entry["command"] for entry in rig.card.log()), "a PIN in the log"
