# SPDX-License-Identifier: LGPL-2.1-or-later
"""The calendar live: what ends, as a property, as signals, in the log and in the client; each warning once.

Comes in: a rig, and certificates that end when the test needs it. Each function test_… is a case; meson.build lists them.
"""
import datetime
import json
import os
import re
import signal

from bus import MANAGER, PROPERTIES, ROOT, call, get_property, options
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from gi.repository import Gio, GLib
from loop import wait_for

DAY = datetime.timedelta(days=1)
YEARS = 800 * DAY


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)


def write_certificates(path, *ends, name="Institution"):
    """A file of self-signed certificates that end at @ends; replaced at once, as an administrator should."""
    key = ec.generate_private_key(ec.SECP256R1())
    text = b""
    for number, end in enumerate(ends):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
                       .serial_number(number + 1).not_valid_before(end - YEARS).not_valid_after(end)
                       .sign(key, hashes.SHA256()))
        text += certificate.public_bytes(serialization.Encoding.PEM)
    new = path.with_suffix(".new")
    new.write_bytes(text)
    new.chmod(0o644)
    os.replace(new, path)


class Calendar:
    """A daemon with such files, and what it tells of them from its first moment."""

    def __init__(self, rig, center, institution, card, **more):
        self.rig = rig
        folder = rig.folder / "ends"
        folder.mkdir(mode=0o755)
        folder.chmod(0o755)
        self.center, self.institution, self.card = (folder / name for name in ("center.pem", "own.pem", "card.pem"))
        for path, ends in ((self.center, center), (self.institution, institution), (self.card, card)):
            write_certificates(path, *ends)
        rig.start("bus", "pcscd")
        self.connection = rig.bus_connection("other")  # it is for everybody
        self.warnings, self.changes = [], []
        self.connection.signal_subscribe(None, MANAGER, "ExpiryWarning", None, None, Gio.DBusSignalFlags.NONE,
                                         lambda *arguments: self.warnings.append(arguments[5].unpack()))
        self.connection.signal_subscribe(None, PROPERTIES, "PropertiesChanged", ROOT, None, Gio.DBusSignalFlags.NONE,
                                         lambda *arguments: self.changes.append(arguments[5].unpack()[1]))
        call(self.connection, "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId",
             destination="org.freedesktop.DBus")  # the bus knows what we wait for
        rig.start_daemon(Center_CertificateAuthority=self.center, Center_Certificate=self.institution,
                         Card_CertificateAuthorities=self.card, **more)

    def told(self):
        return [(what, days) for what, _expires, days, _details in self.warnings]

    def wait(self, *warnings):
        """Waits until exactly @warnings have come: (what, days), in their order."""
        wait_for(lambda: len(self.warnings) >= len(warnings), f"{warnings} (now {self.told()})")
        assert self.told() == list(warnings), self.told()

    def expiries(self):
        return get_property(self.connection, ROOT, MANAGER, "Expiries")

    def log(self):
        return re.findall(r"calendar: (.*)$", self.rig.read_log("shikakud"), re.MULTILINE)


def microseconds(time):
    return int(time.replace(tzinfo=datetime.timezone.utc).timestamp()) * 1000000


def test_start(rig):
    """What is near at the start is told once: with its end and its file, as an error where it is urgent."""
    begin = now()
    calendar = Calendar(rig, center=[begin - DAY], institution=[begin + 6 * DAY, begin + YEARS],
                        card=[begin + 20 * DAY])
    calendar.wait(("center-ca", 0), ("institution-certificate", 6), ("card-ca", 20))
    assert [(expires, details) for _what, expires, _days, details in calendar.warnings] == [
        (microseconds(begin - DAY), {"Source": str(calendar.center)}),
        (microseconds(begin + 6 * DAY), {"Source": str(calendar.institution)}),
        (microseconds(begin + 20 * DAY), {"Source": str(calendar.card)})]
    expiries = calendar.expiries()
    assert [(entry["What"], entry["Expires"]) for entry in expiries] == [
        *((what, expires) for what, expires, _days, _details in calendar.warnings),
        ("institution-ca", microseconds(begin + YEARS))], expiries
    assert get_property(calendar.connection, ROOT, MANAGER, "CredentialExpires") == microseconds(begin + 6 * DAY)
    assert [name for change in calendar.changes for name in change if "xpir" in name] == [
        "Expiries", "CredentialExpires"], calendar.changes
    date = (begin + 6 * DAY).strftime("%F")
    assert calendar.log() == [
        f"center-ca has ended on {(begin - DAY).strftime('%F')}: {calendar.center}",
        f"institution-certificate ends on {date}, in 6 days: {calendar.institution}",
        f"card-ca ends on {(begin + 20 * DAY).strftime('%F')}, in 20 days: {calendar.card}"], calendar.log()
    links = call(rig.bus_connection(), ROOT, MANAGER, "Diagnose", GLib.Variant.new_tuple(options({"Language": "en"})))
    link = next(link for link in links if link["Link"] == "credential")
    assert link["State"] == "failed" or link["Evidence"].startswith("expires "), link


def test_course(rig):
    """A threshold that is crossed while the daemon runs is told then: the timer is for it."""
    begin = now()
    soon = datetime.timedelta(hours=1)
    calendar = Calendar(rig, center=[begin + soon], institution=[begin + 6 * DAY + soon], card=[begin + YEARS], clock=True)
    calendar.wait(("center-ca", 1), ("institution-certificate", 7))
    rig.let_pass(int(soon.total_seconds()))
    calendar.wait(("center-ca", 1), ("institution-certificate", 7), ("center-ca", 0), ("institution-certificate", 6))
    assert sum("Expiries" in change for change in calendar.changes) == 1, "nothing was replaced"


def test_reload(rig):
    """A reload sees what was replaced; nothing that stays is told again."""
    begin = now()
    calendar = Calendar(rig, center=[begin + 3 * DAY], institution=[begin + 6 * DAY], card=[begin + YEARS])
    first = ("center-ca", 3), ("institution-certificate", 6)
    calendar.wait(*first)
    write_certificates(calendar.institution, begin + 14 * DAY)
    calendar.changes.clear()
    rig.daemon.kill(signal.SIGHUP)
    calendar.wait(*first, ("institution-certificate", 14))
    assert any("Expiries" in change for change in calendar.changes)
    assert get_property(calendar.connection, ROOT, MANAGER, "CredentialExpires") == microseconds(begin + 14 * DAY)

    calendar.card.unlink()  # missing is no matter of the calendar
    write_certificates(calendar.institution, begin + YEARS)
    write_certificates(calendar.center, begin - 30 * DAY, begin + 3 * DAY, begin + YEARS)  # generations of one name
    calendar.changes.clear()
    rig.daemon.kill(signal.SIGHUP)
    expiries = []
    while len(expiries) != 4:  # a change may still be one of before
        wait_for(lambda: calendar.changes, "the new files")
        calendar.changes.clear()
        expiries = calendar.expiries()
    assert [entry.get("Replaced", False) for entry in expiries] == [True, True, False, False], expiries
    write_certificates(calendar.institution, begin + 5 * DAY)
    rig.daemon.kill(signal.SIGHUP)
    calendar.wait(*first, ("institution-certificate", 14), ("institution-certificate", 5))


def test_client(rig):
    """status shows what ends first and soon; watch tells the warnings."""
    begin = now()
    calendar = Calendar(rig, center=[begin + YEARS], institution=[begin + 6 * DAY], card=[begin + 400 * DAY])
    calendar.wait(("institution-certificate", 6))
    text = rig.client("status", stdin="", check=0).text()
    assert re.search(rf"Expires next +certificate of the institution: until .*, 6 days \({calendar.institution}\)",
                     text), text
    assert "authority" not in text, text
    status = json.loads(rig.client("status", "--json", stdin="", check=0).text())
    assert [entry["What"] for entry in status["Expiries"]] == ["institution-certificate", "card-ca", "center-ca"]

    lines = rig.spawn_client("watch", "--json")
    people = rig.spawn_client("watch", terminal=True)
    for process in (lines, people):
        process.wait_output("DaemonAppeared|daemon: running")
    write_certificates(calendar.center, begin - DAY)
    rig.daemon.kill(signal.SIGHUP)
    people.wait_output(rf"authority of the center: EXPIRED .*\({calendar.center}\)")
    lines.wait_output("ExpiryWarning.*\n")
    for process in (lines, people):
        process.kill(signal.SIGINT)
        assert process.wait() == 0
    warning = next(event for event in map(json.loads, lines.text().splitlines()) if event["Event"] == "ExpiryWarning")
    assert (warning["What"], warning["Days"], warning["Source"], warning["Path"]) == (
        "center-ca", 0, str(calendar.center), ROOT), warning
    assert warning["Expires"] == microseconds(begin - DAY)
    text = rig.client("status", stdin="", check=0).text()
    assert re.search(r"Expires next +authority of the center: EXPIRED .*\n +certificate of the institution: ", text), text
