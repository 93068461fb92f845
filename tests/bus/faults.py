# SPDX-License-Identifier: LGPL-2.1-or-later
"""faults: a desk where something goes wrong, and what has to hold afterwards, whatever it was.

Comes in: rows: a fault in words, what is done, the end that the visit must come to. Goes out: nothing. After each row
no visit, verified or powered card, thread or descriptor is left, no try was spent that nobody typed, and the next visit
works at the same reader.
"""
import os
import re
from collections import Counter
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bus import BusError, ERROR, MANAGER, PROPERTIES, READER, ROOT, Agent, ObjectPath, Visits, call, get_property
from gi.repository import Gio, GLib
from loop import until, wait_for

WAITING, READING, ASKING_PIN, PROVING, ASKING_CONSENT, CHECKING = STATES = (
    "waiting-for-card", "reading-card", "asking-pin", "proving", "asking-consent", "checking")
CARD_SECONDS = 10  # that a card may take for a step
CENTER_SECONDS = 30  # that the center may take, where a row is about it
PINS = {"yamada": "1234", "ito": "1111", "watanabe": "2222", "kobayashi": "3333", "kato": "4444", "yoshida": "5555",
        "yamamoto": "6666"}
TRIES = {"kato": 0, "yoshida": 1}
OTHER_CARD = "not-my-number"


class End(NamedTuple):
    state: str
    error: str = ""
    details: dict = {}
    answer: str = ""
    reason: str = ""


DONE, CANCELLED = End("done", answer="eligible"), End("cancelled", "Cancelled")


def failed(error, **details):
    return End("failed", error, details)


def unknown(error):
    """The center failed after the card was proved."""
    return End("done", answer="unknown", reason=ERROR + error)


class Row(NamedTuple):
    fault: str       # in words
    end: End         # of the visit; None: nobody is left who could hear of it
    act: object      # act(desk) makes the fault happen. Return: the visit
    persona: str     # whose card it is
    tries: int       # that are left afterwards
    settings: dict   # of the daemon


class Table:
    """The rows by case; a case has several where they are quick."""

    def __init__(self):
        self.cases = {}

    def row(self, fault, end, case=None, persona="yamada", tries=None, **settings):
        """Adds what it decorates as a row, of the case @case or of its own name."""
        tries = TRIES.get(persona, 3) if tries is None else tries

        def add(act):
            self.cases.setdefault(case or act.__name__, []).append(Row(fault, end, act, persona, tries, settings))
            return act
        return add

    def make_tests(self):
        """The functions test_... by name."""
        return {f"test_{name}": partial(run, rows=rows) for name, rows in self.cases.items()}


def run(rig, rows):
    desk = Desk(rig, {name: value for row in rows for name, value in row.settings.items()})
    for row in rows:
        print(f"{row.fault} → {' '.join(filter(None, row.end[:2])) if row.end else 'nobody hears of it'}", flush=True)
        desk.check(row)


class Patient(Agent):
    """Counts the PINs that were typed."""

    typed = 0

    def give_pin(self, pin, invocation, pipe):
        self.typed += bool(pin)
        super().give_pin(pin, invocation, pipe)


def look_at(process):
    """What @process holds: its descriptors by kind, its threads by name, its children. Connections to the center come and
    go with the keep-alive of HTTP, threads "pool-" with the tasks of GLib: they are not counted; and neither is the first
    descriptor of each file of the ledger, which comes some seconds after the first entry, and stays."""
    folder = Path(f"/proc/{process.pid}")
    tcp = {line.split()[9] for name in ("tcp", "tcp6") for line in (folder / "net" / name).read_text().splitlines()[1:]}
    held = Counter()
    for link in (folder / "fd").iterdir():
        try:
            kind, inode = re.fullmatch(r"(.*?)(?::?\[(\d+)\])?", os.readlink(link)).groups()
        except OSError:  # closed meanwhile
            continue
        held[f"descriptor {kind}"] += inode not in tcp
    for file in [kind for kind in held if re.search(r"/ledger\.[a-z-]+$", kind)]:
        held[file] -= 1
    for task in (folder / "task").iterdir():
        try:
            name = (task / "comm").read_text().strip()
            held["thread " + name] += not name.startswith("pool-")
            held["child"] += len((task / "children").read_text().split())
        except OSError:  # ended meanwhile
            pass
    return +held


def look_at_rest(process):
    """What @process holds when what must survive is written: its file stays open, its thread has ended (one that is not
    named yet has the name of the first)."""
    first = "thread " + Path(f"/proc/{process.pid}/comm").read_text().strip()
    held = []  # the same look: what comes late may be written the moment after

    def rests():
        held[:] = [look_at(process)]
        return held[0]["thread store"] == 0 and held[0][first] == 1

    until(rests, "the store to be at rest")
    return held[0]


class Desk:
    """A rig with a patient (an agent) and a clerk (who opens visits). A first visit has worked, so that what stays is there:
    the reader's thread, the credential, the connection to the center."""

    def __init__(self, rig, settings):
        self.rig = rig
        rig.start("card", "center", "daemon", clock=True, lying=True, **settings)
        self.settings = settings
        self.clerk = rig.bus_connection("tester")
        self.watched = rig.bus_connection("colleague")
        self.cards = []  # CardPresent of the readers, as it was told
        self.watched.signal_subscribe(None, PROPERTIES, "PropertiesChanged", None, READER, Gio.DBusSignalFlags.NONE,
                                      self.on_reader_changed)
        self.visits, self.patient = Visits(self.clerk), None
        self.settle_in()

    def on_reader_changed(self, *arguments):
        changed = arguments[5].unpack()[1]
        if "CardPresent" in changed:
            self.cards.append(changed["CardPresent"])

    def settle_in(self):
        """A new daemon: the patient's terminal comes back to it."""
        self.reader = ObjectPath(self.rig.wait_readers(2, present=1)[0])
        self.patient = self.patient or Patient(self.watched)
        self.patient.register(Reader=self.reader)
        self.work()
        self.footprint = look_at_rest(self.rig.daemon)

    def replace_patient(self, patient):
        """Another agent serves the reader. Return: the one that did."""
        left, self.patient = self.patient, patient
        if not left.connection.is_closed():
            left.unregister()
        patient.typed += left.typed
        patient.register(Reader=self.reader)
        return left

    # opening visits, and bringing them to where the fault is to meet them

    def open(self, visits=None, **values):
        return (visits or self.visits).open(**{"Reader": self.reader, "SameCard": True, **values})

    def is_refused(self, error):
        """Whether no visit can be opened, for @error."""
        try:
            self.open().close()
        except BusError as refusal:
            return refusal.name == error
        return False

    def reach(self, state, **values):
        """Return: a visit that is held in @state, in those that pass by themselves until release()."""
        if state == WAITING:  # the card has served already
            visit = self.open(**{"SameCard": False, **values})
            self.patient.wait("ShowMessage")
        elif state in (READING, PROVING):
            command = "read" if state == READING else "sign"
            self.rig.card(f"fault hold {command}")
            visit = self.open(**values)
            self.rig.card.wait(command)
        elif state == ASKING_PIN:
            self.patient.pin = Agent.HANG
            visit = self.open(**values)
            self.patient.wait("RequestPin")
        elif state == ASKING_CONSENT:
            self.patient.consents = Agent.HANG
            visit = self.open(**{"Consents": ["drug"], **values})
            self.patient.wait("RequestConsent")
        else:
            self.rig.center("fault hold path=card/check")
            visit = self.open(**values)
            self.rig.center.wait("card/check")
            self.rig.card.wait("power-off")  # it is not needed any more
        visit.wait_state(state)
        return visit

    def release(self):
        """Card and center answer what they held back."""
        for simulator in (self.rig.card, self.rig.center):
            simulator("release")

    def answer(self):
        """The patient answers what was held back."""
        invocation, pipe = self.patient.pending[0]
        if pipe is None:
            self.patient.finish_consent({"drug": True})
        else:
            self.patient.finish_pin(self.pin)

    def yank(self):
        """Pulls the card; the daemon has seen it."""
        self.rig.card("yank")
        self.wait_card(False)

    def stop_daemon(self):
        """It ends well, whatever it waits for; what is only held goes on when the daemon has begun to end."""
        assert self.rig.stop_daemon(meanwhile=self.release) == 0

    def wait_card(self, present):
        """Until the daemon, or without one pcscd, sees that."""
        if self.rig.daemon:
            self.rig.wait_readers(2, present=int(present))
        else:
            self.rig.wait_card(present)

    def count_answers(self):
        """Of the center to queries."""
        return call(self.clerk, ROOT, MANAGER, "GetStatistics")["CenterQueries"]

    def wait_free(self):
        """Until no visit is at the reader."""
        told = []
        watch = self.watched.signal_subscribe(None, PROPERTIES, None, self.reader, None, Gio.DBusSignalFlags.NONE,
                                              lambda *arguments: told.append(arguments))
        while get_property(self.watched, self.reader, READER, "InUse"):
            wait_for(lambda: told, "the reader to be free")
            told.clear()
        self.watched.signal_unsubscribe(watch)

    # one row

    def check(self, row):
        rig, patient = self.rig, self.patient
        self.pin = PINS.get(row.persona, "1234")
        if row.persona != rig.card.status()["persona"]:
            self.change_card(row.persona)
        patient.pin, patient.consents, patient.typed = self.pin, True, 0
        patient.calls.clear()
        for simulator in (rig.card, rig.center):
            simulator("clear-log")
        visit = row.act(self)
        self.release()
        if row.end:
            self.expect_end(visit, row.end)
            if rig.daemon:
                visit.close()
        self.expect_clean(row)
        self.restore()

    @staticmethod
    def expect_end(visit, end):
        state, error, details = visit.wait_finished()
        said = [details.pop(key) for key in ("Code", "Message") if key in details]  # the center's own words
        assert len(said) in (0, 2) and (not said or said[0].startswith("SHK")), said
        assert (state, error, details) == end[:3], f"{(state, error, details)} instead of {end[:3]}"
        if state == "done":
            answer = visit.eligibility()
            assert (answer["Answer"], answer.get("Reason", "")) == end[3:], f"{answer} instead of {end[3:]}"

    def expect_clean(self, row):
        rig = self.rig
        if rig.daemon:
            assert call(self.clerk, ROOT, MANAGER, "GetVisits") == []
        if rig.daemon and rig.pcscd:
            assert not get_property(self.clerk, self.reader, READER, "InUse")
        if rig.daemon and "does not answer" in rig.read_log("shikakud"):  # given up: it is let go of as soon as it answers
            until(lambda: not rig.card.status()["used"], "the card that had been mute to be let go")
        card = rig.card.status()
        assert not card["verified"] and not card["used"], f"the card was left behind: {card}"
        assert card["tries"].get("auth", row.tries) == row.tries, f"{card['tries']} instead of {row.tries}"
        pins = sum(entry["command"][2:4] == "20" and entry["size"] > 5 for entry in rig.card.log())
        assert pins <= self.patient.typed, f"{pins} PINs at the card, {self.patient.typed} typed"

    def change_card(self, persona):
        if self.rig.card.status()["inserted"]:
            self.rig.card("eject")
        self.wait_card(False)
        self.rig.card(f"insert {persona}")
        self.wait_card(True)

    def restore(self):
        """The fault is over: the next visit works, and with it the daemon holds what it held before, no more and no less."""
        rig = self.rig
        for simulator in (rig.card, rig.center):
            simulator("clear-faults")
        if not rig.pcscd:
            rig.start("pcscd")
        card = rig.card.status()
        if not card["inserted"] or card["persona"] != "yamada":
            self.change_card("yamada")
        if rig.daemon:
            self.rig.wait_readers(2, present=1)
            self.work()
            self.expect_footprint()
        else:
            rig.start_daemon(clock=True, **self.settings)
            self.settle_in()

    def work(self):
        self.patient.pin, self.patient.consents, self.patient.pending = PINS["yamada"], True, []
        visit = self.open(Consents=["ceiling", "drug"])
        self.expect_end(visit, DONE)
        visit.close()
        status = self.rig.card.status()
        assert status["tries"]["auth"] == 3 and not status["used"], status

    def expect_footprint(self):
        try:
            until(lambda: look_at(self.rig.daemon) == self.footprint, "what the fault left")
        except TimeoutError as late:
            held = look_at(self.rig.daemon)
            raise AssertionError(f"left: {held - self.footprint}, missing: {self.footprint - held}") from late
