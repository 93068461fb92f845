# SPDX-License-Identifier: LGPL-2.1-or-later
"""A desk beside the official terminal whose folders come over a real SMB server: the whole job; the terminal off, hung and
on again; and an account that the terminal does not know.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import json

from bus import MANAGER, ROOT, Visit, Visits, call, options
from gi.repository import GLib
from loop import until
from people import INSURED
from samba import FOLDERS, STRANGER, Samba
from test_records import RULES, Fetched, ask

PATIENT = {"Birthdate": "1985-04-12", "Name": "山田花子"}
TIMEOUT = 60  # seconds that an answer is awaited: long, since the machine may be busy
SHORT = 3


class Desk:
    """The terminal works on the folders that the server exports; the daemon has them mounted."""

    def __init__(self, rig, samba, folder, timeout=TIMEOUT):
        self.rig, self.samba = rig, samba
        self.terminal = rig.terminal(folder=samba.folder)
        keys = dict(zip(("Requests", "Answers", "Faces"), (folder / name for name in FOLDERS), strict=True))
        self.settings = self.terminal.settings(Timeout=timeout, **keys)
        rig.start("bus")
        rig.start_polkitd(RULES)
        rig.start("daemon", **self.settings)
        self.connection = rig.bus_connection("tester")
        self.visits = Visits(self.connection)

    def check(self, meanwhile=None):
        """A question by number. @meanwhile: called when it was asked. Return: the answer, or why there is none."""
        visit = self.visits.check_number(INSURED)
        if meanwhile:
            meanwhile()
        state, error, _details = visit.wait_finished()
        shown = visit.eligibility() if state == "done" else {}
        visit.close()
        return shown["Answer"] if shown.get("Answer") == "eligible" else shown.get("Reason", error).rsplit(".", 1)[-1]

    def claim(self):
        path, candidates = call(self.connection, ROOT, MANAGER, "ClaimVisit",
                                GLib.Variant.new_tuple(options(PATIENT), options({})))
        assert path != "/", candidates
        return Visit(self.visits, path)

    def link(self):
        """What diagnose says of the terminal: its state and cause."""
        links = json.loads(self.rig.client("diagnose", "--json").text())
        link, = (link for link in links if link["Link"] == "terminal")
        return link["State"], link.get("Cause")


def test_desk(rig):
    """Number, half-written answer, face with consents, records, reference number: and the folders are empty in the end."""
    with Samba(rig) as samba:
        desk = Desk(rig, samba, samba.mount("mounted"))
        terminal = desk.terminal
        assert desk.check() == "eligible"

        def finish_writing():
            terminal.wait("OQSsiquc01", 2)
            until(lambda: any(terminal.answers.iterdir()), "half an answer")
            terminal("release")
        terminal("fault halves path=OQSsiquc01")
        assert desk.check(finish_writing) == "eligible"

        terminal.face("yamada", consents="drug,checkup")
        terminal.wait_empty("face")
        visit = desk.claim()
        assert visit.get("Origin") == "terminal"
        for kind in ("drug", "checkup"):
            assert Fetched(ask(desk.connection, visit.path, kind)).documents, kind
        visit.call("RegisterReferenceNumber", GLib.Variant("(sa{sv})", ("10000001", {})))
        assert len(terminal.log("OQSsiimm01")) == 1
        assert desk.link()[0] == "ok"
        for name in FOLDERS:
            terminal.wait_empty(name)


def test_away(rig):
    """A terminal that is off or hangs: it is said so, the bus is served, and the next question after it is back is answered."""
    with Samba(rig) as samba:
        desk = Desk(rig, samba, samba.mount("mounted"), SHORT)
        for away, back in ((samba.stop, samba.start), (samba.hang, samba.go_on)):
            until(lambda: desk.check() == "eligible", "the terminal to answer")
            away()
            assert desk.check() in ("CenterUnreachable", "TimedOut")
            rig.turn()
            until(lambda: desk.link() == ("failed", "terminal-off"), "diagnose to say that the terminal is off")
            back()
        until(lambda: desk.check() == "eligible", "the terminal to answer")
        asked = len(desk.terminal.log("OQSsiquc01"))
        assert asked == len({line["name"] for line in desk.terminal.log("OQSsiquc01")}), "a question came twice"


def test_refused(rig):
    """The account of the mount is not the link account."""
    with Samba(rig) as samba:
        desk = Desk(rig, samba, samba.mount("refused", STRANGER), SHORT)
        assert desk.check() == "CenterUnreachable"
        until(lambda: desk.link() == ("failed", "share-refused"), "diagnose to say what is refused")
        assert not any(list((samba.folder / name).iterdir()) for name in FOLDERS)
