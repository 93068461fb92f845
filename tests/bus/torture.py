# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ledger's torture: a desk where consents are given and records are fetched, however often the daemon dies or its disk
fails; and what has to hold afterwards: the center's own journal and the ledger agree, nothing that the caller was told of
is lost, nothing is done twice, and no document has gone out without its entry.

Comes in: a rig. Goes out: assertions, each with what differs.
"""
import os
import re
from collections import Counter

from bus import LEDGER, ROOT, Agent, BusError, GLib, ObjectPath, Visits, call, options
from ledger_file import read_book, read_entries
from loop import until, wait_for
from test_records import RULES, Fetched, ask

KINDS = ("drug", "checkup")
FETCHES = tuple("records/" + kind for kind in KINDS)
WRITING = ("write", "writev", "pwrite64", "pwritev", "sendmsg", "sendto", "fsync", "fdatasync", "ftruncate", "unlink")
GONE = "the daemon is gone"
PAGE = 1000
MAIN = "main thread"
# Where it begins: with the visit; when the center has taken down the consents, and not answered; when the caller was told; when
# the center has given the first document, and it was not received.
PHASES = ("visit", "registered", "fetch", "given")


def as_list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


class Desk:
    """@told: receipts of the consents that a caller was told of as granted. @received: digests of the documents it got."""

    def __init__(self, rig):
        self.rig, self.told, self.received = rig, [], []
        self.phase = self.begin_phase = None
        self.may_fail = False  # a fetch that the daemon has answered
        self.agent = self.connection = None
        rig.require("strace", "strace")
        rig.start("bus")
        rig.start_polkitd(RULES)
        rig.start("card", "center", "daemon")
        rig.center("records span=36")  # so that a fetch of five years is several requests
        self.begin()

    def begin(self):
        """With a daemon that has just been started."""
        for connection in (self.agent and self.agent.connection, self.connection):
            if connection:
                connection.close_sync(None)
        self.reader = ObjectPath(self.rig.wait_readers(2, present=1)[0])
        self.agent = Agent(self.rig.bus_connection("colleague", fresh=True)).register(Reader=self.reader)
        self.connection = self.rig.bus_connection("tester", fresh=True)
        self.visits = Visits(self.connection)

    def work(self, phase=None, begin=None):
        """A visit whose patient agrees, and a fetch of each kind, as far as the daemon comes. @begin: is called where the
        @phase begins. Return: what has failed."""
        failed = []
        self.phase, self.begin_phase = phase, begin
        try:
            self.reach("visit")
            self.hold("registered", "consent/register")
            visit = self.visits.open(Reader=self.reader, SameCard=True, Consents=list(KINDS))
            self.release("registered", "consent/register")
            wait_for(lambda: visit.path in self.visits.finished or not self.rig.daemon.is_running(), "the visit's end")
            if not self.rig.daemon.is_running():
                return [GONE]
            assert visit.wait_finished()[0] == "done"
            consents = visit.consents()
            self.told += [consents[kind]["Receipt"] for kind in KINDS if consents[kind]["Granted"]]
            self.reach("fetch")
            failed += [consents[kind]["Error"].rsplit(".", 1)[1] for kind in KINDS if not consents[kind]["Granted"]]
            for kind in KINDS:
                failed += self.fetch(visit, kind) if consents[kind]["Granted"] else []
            visit.close()
        except BusError as error:
            failed.append(error.name)
        return failed

    def reach(self, phase):
        if self.phase == phase:
            self.begin_phase()

    def hold(self, phase, path):
        """The @phase begins when the center has done what it is asked by @path, and has not answered yet."""
        if self.phase == phase:
            self.rig.center("clear-log")
            self.rig.center(f"fault hold path={path}")

    def release(self, phase, path):
        if self.phase == phase:
            self.rig.center.wait(path)
            self.begin_phase()
            self.rig.center("release")

    def fetch(self, visit, kind):
        try:
            if kind == KINDS[0]:
                self.hold("given", "records/" + kind)
            asked = ask(self.connection, visit.path, kind)
            if kind == KINDS[0]:
                self.release("given", "records/" + kind)
            fetched = Fetched(asked)
        except BusError as error:
            return [error.name]
        self.received += [details["Sha256"] for _content, details in fetched.documents]
        if fetched.meta["Outcome"] == "data" and fetched.meta["Complete"]:
            return []
        assert self.may_fail and not fetched.meta["Complete"], fetched.meta
        return [fetched.meta["Outcome"] + ", incomplete"]

    def bring_back(self, moment=None):
        """After the daemon was killed: what lies on the disk is whole, and so it is for the next daemon. @moment: the next
        is killed at that moment of its start, and then there is one more."""
        self.rig.kill_daemon()
        self.look_at_file()
        if moment is not None:
            self.rig.start_daemon(ready=False)
            Countdown(self.rig, moment)
            wait_for(lambda: not self.rig.daemon.is_running(), "the end of the daemon that starts")
            self.rig.kill_daemon()
            self.look_at_file()
        self.rig.start_daemon()
        self.begin()
        self.verify()

    def look_at_file(self):
        """Whatever a caller has in its hands is in the ledger already. The daemon does not run."""
        entries = read_entries(self.rig.state_directory)
        receipts = {f"{entry['Place']}-{entry['Leaf'][:16]}" for entry in entries if entry["Kind"] == "consent"}
        assert set(self.told) <= receipts, ("consents are lost", set(self.told) - receipts)
        disclosed = {digest for entry in entries if entry["Kind"] == "disclosure" for digest in as_list(entry["Sha256"])}
        assert set(self.received) <= disclosed, ("disclosed without an entry", set(self.received) - disclosed)
        journal = self.rig.center("journal")["journal"]
        fetches = {entry["Identifier"] for entry in entries if entry["Kind"] == "fetch"}
        asked = {line["identifier"].rsplit("-", 1)[0] for line in journal if line["call"] in FETCHES}
        assert asked <= fetches, ("asked for without an entry", asked - fetches)
        taken = {line["identifier"] for line in journal if line["call"] == "consent/register"}
        consents = {entry["Identifier"] for entry in entries if entry["Kind"] == "consent" and "Identifier" in entry}
        assert taken <= consents, ("registered without an entry", taken - consents)

    def verify(self):
        verdict = call(self.rig.bus_connection("root"), ROOT, LEDGER, "Verify", GLib.Variant.new_tuple(options({})))
        assert verdict["Faults"] == [], verdict

    def settle(self):
        """The end of it: until the center has said what became of everything. Then both sides are compared."""
        self.rig.center("clear-faults")
        assert self.work() == [], "it does not work again"
        until(lambda: not [row for row in read_book(self.rig.state_directory) if row["state"] == 0], "each to be known")
        self.verify()
        self.compare_list()
        self.rig.stop_daemon()
        self.look_at_file()
        entries = read_entries(self.rig.state_directory)
        journal = self.rig.center("journal")["journal"]
        registrations = self.compare_registrations(entries, journal)
        fetches = self.compare_fetches(entries, journal)
        print(f"{registrations} registrations and {fetches} fetches: center and ledger agree; {len(entries)} entries, "
              f"{len(self.told)} consents told, {len(self.received)} documents received", flush=True)

    def compare_list(self):
        """What the bus and the client show is what the file has."""
        root, shown = self.rig.bus_connection("root"), []
        while True:
            more = {"After": GLib.Variant("t", shown[-1][0])} if shown else {}
            page = call(root, ROOT, LEDGER, "List", GLib.Variant.new_tuple(options({"Limit": PAGE, **more})))
            shown += [(entry["Index"], entry["Kind"], entry["Leaf"]) for entry in page]
            if len(page) < PAGE:
                break
        entries = [(entry["Place"], entry["Kind"], entry["Leaf"]) for entry in read_entries(self.rig.state_directory)]
        assert shown == entries[:len(shown)] and len(shown) > 0, "List shows something else"
        assert not {kind for _place, kind, _leaf in entries[len(shown):]} & {"consent", "fetch", "disclosure"}, "left out"
        self.rig.client("ledger", "verify", user="root", check=0)

    def compare_registrations(self, entries, journal):
        lines = [line for line in journal if line["call"] == "consent/register"]
        taken = Counter(line["identifier"] for line in lines if not line["repeated"])
        assert all(number == 1 for number in taken.values()), ("done twice", taken)
        consents = {entry["Identifier"] for entry in entries if entry["Kind"] == "consent" and "Identifier" in entry}
        assert set(taken) == consents, ("only one side has it", set(taken) ^ consents)
        places = {entry["Entry"] for entry in entries
                  if entry["Kind"] == "registration" and entry["Outcome"] == "registered"}
        lost = {receipt for receipt in self.told if int(receipt.split("-")[0]) not in places}
        assert not lost, ("told, and never registered", lost)
        print(f"{sum(line['repeated'] for line in lines)} registrations were repeated", flush=True)
        return len(taken)

    def compare_fetches(self, entries, journal):
        lines = [line for line in journal if line["call"] in FETCHES]
        identifiers = Counter(line["identifier"] for line in lines)
        assert all(number == 1 for number in identifiers.values()), ("asked for twice", identifiers)
        asked = {identifier.rsplit("-", 1)[0] for identifier in identifiers}
        given = {line["sha256"] for line in lines}
        ends = {}
        for entry in entries:
            if entry["Kind"] in ("disclosure", "fetch-end"):
                ends.setdefault(entry["Entry"], []).append(entry)
        for fetch in (entry for entry in entries if entry["Kind"] == "fetch"):
            first, *more = ends.pop(fetch["Place"], [None])
            assert first, ("never closed", fetch)
            assert not more or (first["Kind"] == "disclosure" and [end["Kind"] for end in more] == ["fetch-end"]), more
            if fetch["Identifier"] not in asked:
                assert first["Kind"] == "fetch-end" and (first["Outcome"] == "unknown" or "Error" in first), (fetch, first)
            if first["Kind"] == "disclosure":
                assert set(as_list(first["Sha256"])) <= given, ("never given by the center", first)
        assert not ends, ("ends of nothing", ends)
        return len(asked)


class Countdown:
    """The daemon is killed when the bus has answered so many more times: a moment that is not one of the daemon's own."""

    def __init__(self, rig, number=None):
        """@number: None: none; it is only counted how many there are."""
        self.rig, self.number, self.count, self.is_over = rig, number, 0, False
        self.connection = rig.bus_connection("root")
        self.turn()

    def turn(self):
        if self.is_over:
            return
        if self.count == self.number:
            self.is_over = True
            self.rig.daemon.kill()
            return
        bus = "org.freedesktop.DBus"
        self.connection.call(bus, "/org/freedesktop/DBus", bus, "GetId", None, None, 0, -1, None, self.on_answer)

    def on_answer(self, connection, result):
        connection.call_finish(result)
        self.count += 1
        self.turn()

    def stop(self):
        self.is_over = True


class Tracer:
    """strace at the daemon's MAIN thread, or, without one, at all of it and what it begins. As long as it is there."""

    def __init__(self, rig, thread, *arguments):
        self.rig = rig
        target = ["-p", rig.daemon.pid] if thread else ["-f", "-p", rig.daemon.pid]
        self.file = rig.folder / "trace"
        self.file.unlink(missing_ok=True)
        self.process = rig.launch("strace", ["strace", "-o", self.file, *arguments, *target], keep="all")
        assert "attached" in self.process.wait_output("attached|ptrace")[0], self.process.text()

    def stop(self):
        self.process.kill(2)
        self.process.reap()
        self.rig.retire(self.process)


def count_calls(desk, phase):
    """Which calls that write or sync there are in one consent and its fetches from the beginning of @phase on, of a daemon
    that has just been started and of a ledger that is not new. Return: (thread, call, number) each. strace counts of each
    thread by itself, and those of a store end with their last job: hence the phases."""
    assert desk.work() == []
    desk.bring_back()
    main, tracers = [], []

    def begin():
        main.append(str(desk.rig.daemon.pid))
        tracers.append(Tracer(desk.rig, None, "-e", "trace=" + ",".join(WRITING)))

    assert desk.work(phase, begin) == []
    tracers[0].stop()
    desk.bring_back()
    lines = tracers[0].file.read_text().splitlines()
    calls = Counter(found.groups() for found in (re.match(r"(\d+) +(\w+)\(", line) for line in lines) if found)
    most = {}
    for (thread, name), number in calls.items():
        key = (MAIN if thread in main else None), name  # the others come and go
        most[key] = max(number, most.get(key, 0))
    return [(thread, name, one) for (thread, name), number in sorted(most.items(), key=str) for one in range(1, number + 1)]


def is_long():
    return bool(os.environ.get("SHIKAKU_LONG"))
