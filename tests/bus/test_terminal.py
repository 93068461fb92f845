# SPDX-License-Identifier: LGPL-2.1-or-later
"""The official terminal as the desk's only way to the center: the daemon without a reader and without the Web API, asked
over the bus; what Diagnose says of it; and terminals that come and go with the settings.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import json
import signal
from pathlib import Path

from bus import ERROR, MANAGER, READER, ROOT, Visits, call, expect_error, get_properties, options
from gi.repository import GLib
from loop import until
from people import INSURED, NAME, UNKNOWN
from test_number import SATO
from test_reference import NUMBER, register

PREFIX = "OQSsiquc01"  # of questions by number
SECONDS = 2  # that an answer is awaited
TICK = 200  # milliseconds: what Diagnose says can be asked for only


class Desk:
    """A reception with one terminal, and nothing else."""

    def __init__(self, rig, **more):
        self.rig = rig
        self.terminal = rig.terminal()
        self.settings = self.terminal.settings(Timeout=SECONDS, **more)
        rig.start("daemon", **self.settings)
        self.connection = rig.bus_connection("tester")
        self.visits = Visits(self.connection)

    def check(self, insured=INSURED):
        return call(self.connection, ROOT, MANAGER, "Check",
                    GLib.Variant.new_tuple(options({"Insured": insured, "Language": "en"})))

    def diagnose(self):
        """The links of Diagnose by name; of several terminals the last."""
        links = call(self.connection, ROOT, MANAGER, "Diagnose", GLib.Variant.new_tuple(options({"Language": "ja"})))
        return {link["Link"]: link for link in links}

    def wait_cause(self, cause):
        until(lambda: self.diagnose()["terminal"].get("Cause") == cause, f"cause {cause}", TICK)
        link = self.diagnose()["terminal"]
        assert cause is None or link["Staff"] and link["Technician"] and link["Since"] > 0, link
        return link

    def count(self):
        return len(self.terminal.log(PREFIX))


def test_asked(rig):
    """Numbers, a reference number, the message as it came; no link of the Web API is blamed; and the first zip."""
    desk = Desk(rig)
    assert desk.check()["Answer"] == "eligible"
    assert (desk.check(SATO)["Answer"], desk.check(UNKNOWN)["Reason"]) == ("not-eligible", "none")
    visit = desk.visits.check_number(INSURED)
    assert visit.wait_finished()[0] == "done"
    text = visit.call("GetMessageBytes", GLib.Variant("(s)", ("xml",)))
    assert bytes(text).startswith(b"<?xml") and NAME in bytes(text).decode()
    register(visit)
    visit = desk.visits.check_number(INSURED)
    assert visit.wait_finished()[0] == "done" and visit.eligibility()["Insurances"][0]["ReferenceNumber"] == NUMBER
    desk.terminal("encoding Shift_JIS")
    assert desk.check()["Answer"] == "eligible"

    links = desk.diagnose()
    assert links["terminal"]["State"] == "ok", links
    assert {name for name, link in links.items() if link["State"] == "failed"} <= {"reader", "pcscd", "agent"}, links
    for folder in ("req", "res"):
        desk.terminal.wait_empty(folder)
    maps = Path(f"/proc/{rig.daemon.pid}/maps")
    assert "libzip" not in maps.read_text()  # memory that a desk without zips does not pay
    desk.terminal(f"zip {PREFIX} deflate")
    assert desk.check()["Answer"] == "eligible" and "libzip" in maps.read_text()
    desk.wait_cause("zip-weak")
    for private in (NAME, INSURED["InsurerNumber"], NUMBER):
        assert private not in rig.read_log("shikakud")


def test_away(rig):
    """What nobody has taken is asked again when the terminal is back, once; what was taken is not, for nobody knows."""
    desk = Desk(rig)
    assert desk.check()["Answer"] == "eligible"
    before = desk.count()
    desk.terminal("link off")
    visit = desk.visits.check_number(INSURED)
    assert visit.wait_finished()[0] == "done"
    answer = visit.eligibility()
    assert (answer["Answer"], answer["Reason"]) == ("unknown", ERROR + "CenterUnreachable"), answer
    link = desk.wait_cause("link-program-dead")
    assert link["State"] == "failed" and "連携アプリ" in link["Staff"], link
    assert not list(desk.terminal.requests.iterdir())
    desk.terminal("link on")
    assert desk.check()["Answer"] == "eligible"  # by which the daemon hears that it is back
    until(lambda: desk.count() == before + 2, "the question that waited")

    desk.terminal(f"fault hold path={PREFIX}")
    visit = desk.visits.check_number(SATO, Timeout=SECONDS // 2)  # the visit's own time is over first
    assert visit.wait_finished()[0] == "done"
    answer = visit.eligibility()
    assert (answer["Reason"], answer["QueueError"]) == (ERROR + "CenterUnreachable", ERROR + "TimedOut"), answer
    assert "Queued" not in answer, answer
    desk.terminal(f"fault hold path={PREFIX}")
    visit = desk.visits.check_number(SATO)
    assert visit.wait_finished()[:2] == ("failed", "TimedOut")
    assert desk.wait_cause("terminal-silent")["State"] == "failed"
    taken = desk.count()
    assert desk.check()["Answer"] == "eligible"
    assert desk.count() == taken + 1, "what was taken is not asked again"
    desk.terminal("release")
    desk.terminal.wait_empty("res")
    assert "came too late" in desk.wait_cause("answers-late")["Evidence"]
    desk.terminal("share off")
    desk.wait_cause("share-missing")
    desk.terminal("share on")
    until(lambda: desk.check()["Answer"] == "eligible", "the share to be back", TICK)


def test_reload(rig):
    """Terminals come and go with the settings; where the Web API is set up it is asked, and the terminal is not."""
    desk = Desk(rig)
    assert desk.check()["Answer"] == "eligible" and desk.count() == 1
    assert "terminal" in json.loads(rig.client("diagnose", "--json", check=None).text())[-1]["Link"]
    second = rig.terminal("two")
    rig.configure(**{**desk.settings, **second.settings()})
    rig.daemon.kill(signal.SIGHUP)
    readers = rig.wait_readers(2)
    names = {get_properties(desk.connection, reader, READER)["Name"] for reader in readers}
    assert names == {"Terminal", "two"}, names
    assert desk.check()["Answer"] == "eligible" and desk.count() == 2
    without = {name: None for name in second.settings() if name.startswith("Terminal two")}
    rig.configure(**{**desk.settings, **without})
    rig.daemon.kill(signal.SIGHUP)
    rig.wait_readers(1)
    assert desk.check()["Answer"] == "eligible" and desk.count() == 3
    links = call(desk.connection, ROOT, MANAGER, "Diagnose", GLib.Variant.new_tuple(options({})))
    assert [link["Link"] for link in links].count("terminal") == 1


def test_beside(rig):
    """With the Web API too: it is asked, and how it is does not hang on the terminal, which brings faces alone."""
    terminal = rig.terminal()
    rig.start("center", "daemon", **terminal.settings(center=True))
    connection = rig.bus_connection("tester")
    answer = call(connection, ROOT, MANAGER, "Check",
                  GLib.Variant.new_tuple(options({"Insured": INSURED, "Language": "en"})))
    assert answer["Answer"] == "eligible" and terminal.log(PREFIX) == []
    assert rig.center("stats")["requests"]["search"] == 1
    terminal.face("yamada")
    terminal.wait_empty("face")
    terminal("share off")

    def find():
        links = call(connection, ROOT, MANAGER, "Diagnose", GLib.Variant.new_tuple(options({})))
        return {link["Link"]: link for link in links}
    until(lambda: find()["terminal"].get("Cause") == "share-missing", "the terminal to be missed", TICK)
    assert find()["center"]["State"] == "ok", find()
    assert get_properties(connection, ROOT, MANAGER)["Center"] == "online"


def test_unset(rig):
    """Without an institution nothing is asked and nothing taken; and Diagnose says what is missing."""
    desk = Desk(rig)
    rig.configure(**{**desk.settings, "Center_InstitutionCode": None})
    rig.daemon.kill(signal.SIGHUP)
    until(lambda: desk.diagnose()["settings"].get("Cause") == "settings-missing", "what is missing to be said", TICK)
    expect_error("CredentialMissing", desk.check)
    assert desk.count() == 0
