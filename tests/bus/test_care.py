# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who has consented to home or online care: the list of a terminal, over the bus: who gets it and who does not, what is in the
ledger first, and that nothing comes out that is another's.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import hashlib
from xml.etree import ElementTree

from bus import MANAGER, ROOT, Call, expect_error, options
from gi.repository import GLib
from ledger_file import read_entries
from loop import wait_for
from plain import Plain, PlainError
from test_records import RULES, Fetched

SECONDS = 2  # that an answer is awaited
MONTH = {"Care": "home", "From": "20261101", "To": "20261130"}
FIRST, SECOND = "OQSmuhvq01", "OQSmuhvq02"
WRONG = (
    {}, {**MONTH, "Care": "hospital"}, {**MONTH, "From": "20261131"}, {**MONTH, "From": "2026-11-01"}, {**MONTH, "To": ""},
    {**MONTH, "From": "20261201"}, {**MONTH, "From": "20231129"}, {**MONTH, "By": "examination"}, {**MONTH, "By": "name"},
    {**MONTH, "Identifier": "x" * 51}, {**MONTH, "Identifier": "a b"}, {**MONTH, "Reception": "9" * 39},
    {**MONTH, "Reception": ""}, {**MONTH, "Reception": "1", "Wait": False}, {**MONTH, "Patient": "yamada"},
    {"Care": "home", "Reception": "1"})  # fmt: skip


class Desk:
    """A reception with one terminal, and nothing else."""

    def __init__(self, rig, **more):
        self.rig = rig
        rig.start("bus")
        rig.start_polkitd(RULES)
        self.terminal = rig.terminal(**more)
        self.settings = self.terminal.settings(Timeout=SECONDS)
        rig.start("daemon", **self.settings)
        self.connection = rig.bus_connection("tester")

    def ask(self, connection=None, **more):
        return Call(connection or self.connection, ROOT, MANAGER, "ListCareConsents",
                    GLib.Variant.new_tuple(options({**MONTH, **more})))

    def list(self, **more):
        return Fetched(self.ask(**more))

    def refuse(self, error, **more):
        return expect_error(error, self.ask(**more).wait)

    def count(self, prefix):
        return len(self.terminal.log(prefix))

    def entries(self):
        return [entry for entry in read_entries(self.rig.state_directory) if entry["Kind"] == "disclosure"]


def read_units(document):
    encoding = "cp932" if b"Shift_JIS" in document[:80] else "utf-8"
    root = ElementTree.fromstring(document.decode(encoding).partition("?>")[2])
    return root.findall("MessageBody/BulkConfirmUnit")


def check_list(desk, fetched, people, entries, **expected):
    """One sealed document, of so many people, and its entry in the ledger."""
    (document, details), = fetched.documents
    assert fetched.meta["Ready"] and details["People"] == people == len(read_units(document)), (fetched.meta, details)
    assert details["Size"] == len(document) and details["Sha256"] == hashlib.sha256(document).hexdigest()
    assert len(desk.entries()) == entries
    entry = desk.entries()[-1]
    assert entry["Sha256"] == [details["Sha256"]] or entry["Sha256"] == details["Sha256"], entry
    wanted = {"Records": "home-care", "From": MONTH["From"], "To": MONTH["To"], "Size": people, "Documents": 1, **expected}
    assert {name: entry.get(name) for name in wanted} == wanted, entry
    assert not {"Person", "PersonNumber"} & set(entry), entry


def test_list(rig):
    """Good lists of both cares, none, many, later, and by their number alone; bad input; who may not; everything wrong that an
    answer can be."""
    desk = Desk(rig)
    desk.terminal("consented home yamada sato two-insurances")
    fetched = desk.list(Identifier="of-the-caller", Staff="d-1", Reason="visits of December")
    check_list(desk, fetched, 3, 1, Identifier="of-the-caller", Staff="d-1", Reason="visits of December")
    assert fetched.meta["Identifier"] == "of-the-caller"
    assert "山田" in fetched.documents[0][0].decode()
    assert all(line["unknown"] == [] for line in desk.terminal.log()), desk.terminal.log()
    desk.terminal("encoding Shift_JIS")
    desk.terminal("consented online ito")
    online = {"Care": "online", "By": "examination"}
    check_list(desk, desk.list(**online), 1, 2, Records="online-care")
    desk.terminal("encoding UTF-8")
    desk.terminal("zip OQSmuhvq02 deflate")
    check_list(desk, desk.list(), 3, 3)
    desk.terminal("zip OQSmuhvq02 none")
    desk.terminal("consented home")
    check_list(desk, desk.list(), 0, 4)

    # The number alone, and the list by it; the center is not asked for another.
    desk.terminal("consented home yamada")
    number = desk.list(Wait=False)
    assert not number.documents and number.meta["Ready"] is False and len(desk.entries()) == 4, number.meta
    asked = desk.count(FIRST)
    later = {name: number.meta[name] for name in ("Reception", "Identifier")}
    check_list(desk, desk.list(**later), 1, 5)
    assert desk.count(FIRST) == asked
    desk.refuse("NotFound", Reception="9" * 38)
    desk.refuse("MessageInvalid", Reception=later["Reception"], Identifier="another")
    desk.refuse("NotFound", **later, Care="online")

    # Not ready within the time of a call, and ready later.
    desk.terminal("making 2")
    check_list(desk, desk.list(), 1, 6)
    desk.terminal("making 7")
    early = desk.list()
    assert not early.documents and early.meta["Ready"] is False, early.meta
    assert len(desk.entries()) == 6
    check_list(desk, desk.list(Reception=early.meta["Reception"]), 1, 7)
    desk.terminal("making 0")

    before = len(desk.terminal.log())
    for question in WRONG:
        expect_error("InvalidOption", Call(desk.connection, ROOT, MANAGER, "ListCareConsents",
                                           GLib.Variant.new_tuple(options(question))).wait)
    expect_error("NotAuthorized", desk.ask(rig.bus_connection("colleague")).wait)
    assert len(desk.terminal.log()) == before, "nothing of that comes to the terminal"

    faults = (("error-code SHK030001", "NotFound"), ("error-code SHK099999", "CenterRefused"), ("processing", "CenterBusy"),
              ("other-institution", "MessageInvalid"), ("other-request", "MessageInvalid"))  # fmt: skip
    for fault, error in faults:
        for prefix in (FIRST, SECOND):
            if (fault, prefix) == ("processing", SECOND):
                continue  # which is waited for, and no error
            desk.terminal(f"fault {fault} path={prefix}")
            asked = desk.count(FIRST)
            desk.refuse(error)
            assert desk.count(FIRST) == asked + 1, (fault, prefix)
    for fault, error in ((f"huge {34 << 20}", "TimedOut"), ("malformed", "MessageInvalid"), ("cut", "TimedOut")):
        desk.terminal(f"fault {fault} path={SECOND}")  # one that is too large, or never whole, nobody takes
        desk.refuse(error)
    assert len(desk.entries()) == 7, "nothing of that was handed out"

    # Taken, and not answered: it is not asked again; then nobody takes anything; then the terminal is back.
    for prefix in (FIRST, SECOND):
        desk.terminal(f"fault hold path={prefix}")
        asked = desk.count(prefix)
        desk.refuse("TimedOut")
        assert desk.count(prefix) == asked + 1, prefix
    desk.terminal("link off")
    desk.refuse("CenterUnreachable")
    desk.terminal("link on")
    check_list(desk, desk.list(), 1, 8)
    kept = b"".join(path.read_bytes() for path in rig.state_directory.iterdir() if path.is_file())
    for private in ("山田", "ﾔﾏﾀﾞ"):
        assert private not in rig.read_log("shikakud") and private.encode() not in kept


def test_nobody(rig):
    """Who has gone gets nothing, and the ledger says nothing of it; a connection without descriptors is told so; without a
    ledger nothing is handed out."""
    desk = Desk(rig, load=300)
    desk.terminal("consented home all")
    fetched = desk.list()
    check_list(desk, fetched, len(read_units(fetched.documents[0][0])), 1)
    assert fetched.documents[0][1]["People"] > 300

    leaving = rig.bus_connection("tester", fresh=True)
    desk.terminal(f"fault hold path={SECOND}")
    asked = desk.count(SECOND)
    desk.ask(leaving)
    wait_for(lambda: desk.count(SECOND) > asked, "the list to be asked for")
    leaving.close_sync(None)
    desk.terminal("release")
    desk.terminal.wait_empty("res")
    check_list(desk, desk.list(), fetched.documents[0][1]["People"], 2)

    plain = Plain(rig)
    asked = desk.count(FIRST)
    try:
        plain.call(ROOT, MANAGER, "ListCareConsents", GLib.Variant.new_tuple(options(MONTH)))
    except PlainError as error:
        assert error.name == "InvalidState" and "descriptors" in error.message, error
    else:
        raise AssertionError("a list without descriptors")
    plain.close()
    assert desk.count(FIRST) == asked, "and the center was not asked"

    desk.terminal(f"fault hold path={SECOND}")
    held = desk.count(SECOND)
    asked = desk.ask()
    wait_for(lambda: desk.count(SECOND) > held, "the list to be asked for")
    rig.stop_daemon()
    expect_error("ShuttingDown", asked.wait)
    for path in rig.state_directory.glob("ledger.db*"):
        path.unlink()
    (rig.state_directory / "ledger.db").mkdir()
    rig.start_daemon(**desk.settings)
    asked = Call(rig.bus_connection("tester", fresh=True), ROOT, MANAGER, "ListCareConsents",
                 GLib.Variant.new_tuple(options(MONTH)))
    expect_error("LedgerFailed", asked.wait)
    assert not asked.files
    (rig.state_directory / "ledger.db").rmdir()
