# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the official terminal brings: announced without names, given to who names the patient, once, and in the ledger; over
restarts and kills.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import json
import signal

from bus import (AGENT_MANAGER, LEDGER, MANAGER, NAME, READER, ROOT, BusError, Call, ObjectPath, Visit, Visits, call,
                 expect_error, get_properties, options)
from gi.repository import Gio, GLib
from loop import wait_for
from people import INSURED
from test_records import GUESSES, Fetched, ask

YAMADA = {"Birthdate": "1985-04-12", "Name": "山田花子"}
TAKAHASHI = {"Birthdate": "19900101", "Name": "髙橋健"}  # the center writes ●橋
RULES = """polkit.addRule(function(action, subject) {
    if (action.id == "org.shikaku.records" && subject.user == "tester")
        return polkit.Result.YES;
    if (action.id == "org.shikaku.ledger" && subject.user == "colleague")
        return polkit.Result.YES;
});
"""
OK, UNKNOWN, USAGE = 0, 2, 64


class Watcher:
    """A connection of @user that watches the terminal @reader. @events: (sequence, kind, time, details)."""

    def __init__(self, rig, reader, user="tester"):
        self.connection, self.events = rig.bus_connection(user, fresh=True), []
        self.connection.signal_subscribe(NAME, MANAGER, "Event", ROOT, None, Gio.DBusSignalFlags.NONE,
                                         lambda *arguments: self.events.append(arguments[5].unpack()))
        self.watch(reader)

    def watch(self, reader, **values):
        call(self.connection, ROOT, MANAGER, "WatchStation",
             GLib.Variant.new_tuple(GLib.Variant("o", reader), options(values)))

    def wait(self, number):
        wait_for(lambda: len(self.events) >= number, f"{number} arrivals (there are: {self.events})")
        assert len(self.events) == number, self.events
        return self.events


class Desk:
    """A reception with a terminal, and no reader for cards."""

    def __init__(self, rig, **more):
        self.rig = rig
        rig.start("bus")
        rig.start_polkitd(RULES)
        self.terminal = rig.terminal("Front")
        self.settings = {**self.terminal.settings(), **more}
        rig.start("daemon", **self.settings)
        self.reader = rig.wait_readers(1)[0]
        self.connection = rig.bus_connection("tester")
        self.visits = Visits(self.connection)

    def face(self, persona="yamada", **words):
        """A patient at the terminal: until the daemon has the file, and it is gone."""
        told = self.terminal.face(persona, **words)
        self.terminal.wait_empty("face")
        return told

    def ask(self, patient, connection=None, **values):
        return Call(connection or self.connection, ROOT, MANAGER, "ClaimVisit",
                    GLib.Variant.new_tuple(options(patient), options(values)))

    def claim(self, patient, **values):
        path, candidates = self.ask(patient, **values).wait()
        assert path != "/" and candidates == [], (path, candidates)
        return Visit(self.visits, path)

    def refuse(self, error, patient, connection=None, **values):
        return expect_error(error, self.ask(patient, connection, **values).wait)

    def restart(self, kill=False):
        if kill:
            self.rig.daemon.kill()
            self.rig.daemon.wait()
        else:
            self.rig.daemon.terminate()
        self.rig.start_daemon(**self.settings)
        assert self.rig.wait_readers(1) == [self.reader]
        self.connection = self.rig.bus_connection("tester", fresh=True)
        self.visits = Visits(self.connection)


def get_error(asked):
    try:
        return asked.wait()
    except BusError as error:
        return error.name


def get_entries(rig):
    return call(rig.bus_connection("colleague"), ROOT, LEDGER, "List",
                GLib.Variant.new_tuple(options({"Kinds": ["arrival", "refusal"]})))


def test_watch(rig):
    """A terminal is a reader of its kind; who watches it hears of each arrival, and no name; others hear nothing."""
    desk = Desk(rig)
    shown = get_properties(desk.connection, desk.reader, READER)
    assert (shown["Kind"], shown["Name"], shown["CardPresent"], shown["Agent"]) == ("terminal", "Front", False, []), shown
    error = expect_error("InvalidOption", desk.visits.open)
    assert "ClaimVisit" in error.message, error
    expect_error("InvalidOption", call, desk.connection, ROOT, AGENT_MANAGER, "RegisterAgent", GLib.Variant.new_tuple(
        GLib.Variant("o", "/agent"), GLib.Variant("as", ["pin"]), options({"Reader": ObjectPath(desk.reader)})))

    first = Watcher(rig, desk.reader)
    stranger = rig.bus_connection("other", fresh=True)
    expect_error("NotAuthorized", call, stranger, ROOT, MANAGER, "WatchStation",
                 GLib.Variant.new_tuple(GLib.Variant("o", desk.reader), options({})))
    desk.face()
    desk.face("sato")
    told = first.wait(2)
    assert [kind for _number, kind, _at, _details in told] == ["visit-arrived"] * 2, told
    assert all(set(details) == {"Arrival", "Reader", "At"} and details["Reader"] == desk.reader
               for _number, _kind, _at, details in told), told
    assert told[0][0] < told[1][0] and told[0][3]["Arrival"] != told[1][3]["Arrival"], told

    late = Watcher(rig, desk.reader)  # what waits is told too, without a number
    waiting = late.wait(2)
    assert [number for number, _kind, _at, _details in waiting] == [0, 0]
    assert [details for _number, _kind, _at, details in waiting] == [details for _number, _kind, _at, details in told]
    late.watch(desk.reader, Stop=True)
    desk.face("suzuki")
    first.wait(3)
    call(late.connection, ROOT, MANAGER, "GetVisits")
    assert len(late.events) == 2, late.events
    first.connection.close_sync(None)  # it leaves: nothing happens to the others
    desk.face("tanaka")
    text = rig.read_log("shikakud") + json.dumps(told)
    assert not any(secret in text for secret in ("山田", "佐藤", "ﾔﾏﾀﾞ", "19850412")), text


def test_claim(rig):
    """The visit is done when it is there; consents of the file open records by visit, ticket and numbers."""
    desk = Desk(rig)
    desk.face(consents="drug,checkup")
    visit = desk.claim(YAMADA, Staff="s-1")
    told = [visit.get(name) for name in ("State", "Origin", "Evidence", "Method")]
    assert told == ["done", "terminal", "terminal", "none"], told
    assert visit.get("Reader") == desk.reader and visit.wait_finished()[:2] == ("done", "")
    answer = visit.eligibility()
    assert (answer["Answer"], answer["Evidence"]) == ("eligible", "terminal") and "山田" in answer["Insurances"][0]["Name"]
    consents = visit.call("GetConsents")
    assert {kind for kind, consent in consents.items() if consent["Granted"]} == {"drug", "checkup"}, consents
    assert all(consent["Evidence"] == "terminal" and consent["Receipt"] for consent in consents.values()), consents
    message = bytes(visit.call("GetMessageBytes", GLib.Variant("(s)", ("xml",))))
    assert message.lstrip().startswith(b"<?xml") and "山田".encode() in message
    expect_error("NotFound", visit.call, "GetMessageBytes", GLib.Variant("(s)", ("json",)))

    assert Fetched(ask(desk.connection, visit.path, "drug", Role="doctor")).meta["Outcome"] == "data"
    ticket = visit.call("CreateTicket", GLib.Variant.new_tuple(options({"For": ["records"]})))
    assert Fetched(ask(desk.connection, None, "drug", {"Ticket": ticket})).meta["Outcome"] == "data"
    insurance = answer["Insurances"][0]
    numbers = {key: insurance[key] for key in ("InsurerNumber", "Symbol", "Number", "Branch", "Birthdate") if key in insurance}
    visit.call("WithdrawConsent", GLib.Variant("(s)", ("drug",)))
    visit.close()
    assert Fetched(ask(desk.connection, None, "checkup", numbers)).meta["Outcome"] in ("data", "none")
    expect_error("NotFound", ask(desk.connection, None, "drug", {**INSURED, "Birthdate": "19850413"}).wait)

    desk.refuse("NotFound", YAMADA)
    desk.refuse("NotFound", YAMADA, rig.bus_connection("colleague"), Again=True)
    again = desk.claim(YAMADA, Again=True, Token="again")
    assert again.eligibility()["Answer"] == "eligible" and again.path.endswith("/again")
    granted = {kind for kind, consent in again.consents().items() if consent["Granted"]}
    assert granted == {"checkup"}, "what was taken back does not come back with its file"
    expect_error("ConsentDenied", ask(desk.connection, again.path, "drug", Role="doctor").wait)
    acts = [(entry["Act"], entry.get("Staff")) for entry in get_entries(rig) if entry["Kind"] == "arrival"]
    assert acts == [("came", None), ("claimed", "s-1"), ("claimed", None)], acts
    assert all(entry["Sha256"] for entry in get_entries(rig) if entry["Kind"] == "arrival")
    assert not any(secret in rig.read_log("shikakud") for secret in ("山田", "ﾔﾏﾀﾞ", "19850412"))


def test_guesses(rig):
    """Nobody is "the person in front": ● and several that fit are for people; and who guesses is held up."""
    desk = Desk(rig)
    desk.face("takahashi")
    path, candidates = desk.ask(TAKAHASHI).wait()
    assert path == "/" and len(candidates) == 1 and set(candidates[0]) >= {"Arrival", "At", "Reader"}, candidates
    assert "Name" not in candidates[0] and "Birthdate" not in candidates[0]
    for patient in ({}, {"Name": "髙橋健"}, {"Birthdate": "19900101"}, {"Arrival": candidates[0]["Arrival"]},
                    {**TAKAHASHI, "Age": "36"}, {"Birthdate": "1990", "Name": "髙橋健"}):
        desk.refuse("InvalidOption", patient)
    desk.refuse("InvalidOption", TAKAHASHI, Consents=["drug"])
    desk.refuse("NotAuthorized", TAKAHASHI, rig.bus_connection("other"))
    guesses = [desk.ask({"Birthdate": "19900101", "Name": f"髙橋{guess}"}) for guess in range(3 * GUESSES)]
    refused = [get_error(guess) for guess in guesses]  # who asks all at once tries no more than who waits
    assert set(refused) == {"NotFound", "LimitExceeded"} and refused.count("NotFound") <= GUESSES, refused
    for guess in range(GUESSES - refused.count("NotFound")):
        desk.refuse("NotFound", {"Birthdate": "19900101", "Name": f"髙橋{guess}"})
    desk.refuse("LimitExceeded", {**TAKAHASHI, "Arrival": candidates[0]["Arrival"]})
    colleague = rig.bus_connection("colleague")  # who has not guessed
    path, candidates = desk.ask({**TAKAHASHI, "Arrival": candidates[0]["Arrival"]}, colleague).wait()
    assert path != "/" and candidates == []
    refusals = [(entry["Act"], entry["Error"]) for entry in get_entries(rig) if entry["Kind"] == "refusal"]
    assert ("ClaimVisit", "NotFound") in refusals, refusals


def test_restart(rig):
    """A stop and a kill between arrival and claim lose nothing, and the file is not news again."""
    desk = Desk(rig)
    desk.face()
    for kill in (False, True):
        desk.restart(kill)
        watcher = Watcher(rig, desk.reader)
        watcher.wait(1)
    call(watcher.connection, ROOT, MANAGER, "GetVisits")
    visit = desk.claim(YAMADA)
    assert visit.eligibility()["Answer"] == "eligible"
    desk.restart(kill=True)  # the program's answer is lost: it has it again, and nobody else
    desk.refuse("NotFound", YAMADA)
    assert desk.claim(YAMADA, Again=True).eligibility()["Answer"] == "eligible"
    assert [entry["Act"] for entry in get_entries(rig) if entry["Kind"] == "arrival"] == ["came", "claimed", "claimed"]


def test_client(rig):
    """shikakuctl: what waits without names, the claim with its records, several that fit, and what is wrong."""
    desk = Desk(rig)
    desk.face("takahashi")
    desk.face(consents="drug")
    lines = rig.client("arrivals", "--now", check=OK).text().splitlines()
    assert len(lines) == 2 and all("Front" in line for line in lines) and "山田" not in "".join(lines), lines
    ids = [json.loads(line)["Arrival"] for line in rig.client("arrivals", "--now", "--json", "--reader", "Front",
                                                             check=OK).text().splitlines()]
    assert ids == [line.split()[-1] for line in lines]
    rig.client("arrivals", "--now", "--reader", "9", check=4)
    assert "terminal" in rig.client("readers", check=OK).text()

    answer = json.loads(rig.client("claim", "--birthdate", "-", "--name", "-", "--records", "drug", "--json",
                                   stdin="19850412\n山田 花子\n", check=OK).text())
    assert (answer["Answer"], answer["Evidence"]) == ("eligible", "terminal") and answer["Consents"]["drug"]["Granted"]
    assert answer["Records"]["drug"]["Outcome"] == "data", answer["Records"]
    shown = rig.client("claim", "--birthdate", "19850412", "--kana", "ヤマダ ハナコ", "--again", check=OK).text()
    assert "山田" in shown, shown

    candidates = json.loads(rig.client("claim", "--birthdate", "19900101", "--name", "髙橋健", "--json",
                                       check=UNKNOWN).text())["Candidates"]
    assert [candidate["Arrival"] for candidate in candidates] == [ids[0]], candidates
    process = rig.client("claim", "--birthdate", "19900101", "--name", "髙橋健", check=UNKNOWN)
    assert ids[0] in process.text()
    rig.client("claim", "--birthdate", "19900101", "--name", "髙橋健", "--arrival", ids[0], check=OK)
    rig.client("claim", "--birthdate", "19900101", "--name", "髙橋健", "--arrival", ids[0], check=UNKNOWN)
    rig.client("claim", "--name", "髙橋健", check=USAGE)

    following = rig.spawn_client("arrivals")
    desk.face("sato")
    following.wait_output("Front")
    following.kill(signal.SIGINT)
    following.wait()
