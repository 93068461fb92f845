# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records: medicines and check-ups of a patient who has consented: every outcome, who gets them and who does not, what goes
out sealed, and that nothing of them is anywhere else.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import base64
import errno
import fcntl
import hashlib
import json
import os
import re
import signal
from pathlib import Path

from bus import MANAGER, ROOT, VISIT, Agent, Call, ObjectPath, Visits, call, expect_error, options
from canary import Listener, Memory
from gi.repository import GLib
from loop import wait_for
from people import INSURED
from plain import Plain, PlainError
from test_manager import set_log

PERSONA, PIN, NAME = "yamada", "1234", "山田"
UNKNOWN_OBJECT = "org.freedesktop.DBus.Error.UnknownObject"
RULES = """polkit.addRule(function(action, subject) {
    if (action.id == "org.shikaku.records" && subject.user == "tester")
        return polkit.Result.YES;
});
"""
SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
WRITING = "trace=write,writev,pwrite64,pwritev,pwritev2,sendfile,splice,copy_file_range"
GUESSES = 10  # of a user, in a minute
PATHS = ("records/drug", "records/checkup")


class Fetched:
    """The answer to a fetch: meta, and documents with their bytes. @descriptors: checked to be sealed, and closed."""

    def __init__(self, asked):
        given, self.meta = asked.wait()
        self.documents = []
        for (index, details), descriptor in zip(given, asked.files, strict=True):
            assert index == len(self.documents)
            self.documents.append((self.read(descriptor), details))
        self.parts = self.meta.get("Parts", [])

    @staticmethod
    def read(descriptor):
        assert fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) == SEALS
        assert os.lseek(descriptor, 0, os.SEEK_CUR) == 0
        for action in (lambda: os.pwrite(descriptor, b"x", 0), lambda: os.ftruncate(descriptor, 1)):
            try:
                action()
            except OSError as error:
                assert error.errno == errno.EPERM, error
            else:
                raise AssertionError("a sealed document was changed")
        with open(descriptor, "rb") as file:
            return file.read()


def ask(connection, path, kind="drug", patient=None, **values):
    if patient is not None:
        return Call(connection, ROOT, MANAGER, "FetchRecords",
                    GLib.Variant.new_tuple(options(patient), GLib.Variant("s", kind), options(values)))
    return Call(connection, path, VISIT, "FetchRecords", GLib.Variant.new_tuple(GLib.Variant("s", kind), options(values)))


class Desk:
    """A reception with a patient who agrees to everything, and a visit that is done."""

    def __init__(self, rig, consents=("drug", "checkup", "diagnosis"), persona=PERSONA, **more):
        self.rig = rig
        rig.start("bus")
        rig.start_polkitd(RULES)
        rig.start("card", "center", "daemon", persona=persona, **more)
        self.reader = ObjectPath(rig.wait_readers(2, present=1)[0])
        self.agent = Agent(rig.bus_connection("colleague"), pin=PIN).register(Reader=self.reader)
        self.connection = rig.bus_connection("tester")
        self.visits = Visits(self.connection)
        self.visit = self.open(consents)

    def open(self, consents):
        visit = self.visits.open(Reader=self.reader, SameCard=True, Consents=list(consents))
        assert visit.wait_finished()[:2] == ("done", ""), visit.get("ErrorMessage")
        return visit

    def fetch(self, kind="drug", **values):
        return Fetched(ask(self.connection, self.visit.path, kind, **values))

    def refuse(self, error, kind="drug", **values):
        return expect_error(error, ask(self.connection, self.visit.path, kind, **values).wait)

    def journal(self):
        return [line for line in self.rig.center("journal")["journal"] if line["call"] in PATHS]

    def create_ticket(self, **values):
        return self.visit.call("CreateTicket", GLib.Variant.new_tuple(options(values)))


def list_entries(visit, first=0):
    next_place, entries = visit.call("GetDisclosures", GLib.Variant("(t)", (first,)))
    return entries if not entries else entries + list_entries(visit, next_place)


def check_receipt(rig, desk):
    """What was shown has a receipt: of what, to whom, when; its proof has the hash of each document, and needs no daemon."""
    got = desk.fetch(Staff="d-1", Role="doctor")
    entry = [entry for entry in list_entries(desk.visit) if entry["Kind"] == "disclosure"][-1]
    text = desk.visit.call("GetReceipt", GLib.Variant.new_tuple(GLib.Variant("s", str(entry["Index"])),
                                                                options({"Language": "en"})))
    receipt = json.loads(text)
    record = receipt["record"]
    event, = record["events"]
    assert (event["event_type"], event["event_state"]) == ("disclosure", "data") and receipt["receipt_id"] == entry["Receipt"]
    purpose, = record["pii_processing"]["purposes"]
    assert purpose["pii_information"] == [{"pii_type": "drug"}] and "purpose_text" not in purpose
    assert record["pii_processing"]["recipient_third_parties"] == ["d-1"]
    assert record["party_identification"][-1] == {"party_id": "d-1", "party_role": "doctor", "asserted": True}
    leaf = base64.b64decode(re.search(r"^extra (.*)$", receipt["ledger"]["proof"], re.MULTILINE)[1])
    assert got.documents and all(hashlib.sha256(content).digest() in leaf for content, _details in got.documents)
    path = rig.folder / "receipt.json"
    key = receipt["ledger"]["verifier"]
    for content, status, verdict in ((text, 0, "proved"), (text.replace('"drug"', '"checkup"', 1), 1, "changed"),
                                     (text.replace("d-1", "d-2"), 1, "changed")):
        path.write_text(content)
        path.chmod(0o644)
        told = json.loads(rig.client("receipt", "verify", "--json", "--key", key, str(path), user="root", check=status).text())
        assert told["Verdict"] == verdict, told
    path.write_text(text)
    page = rig.client("receipt", "print", "--html", str(path), user="root", check=0).text()
    labels = receipt["labels"]
    for word in (labels["title disclosure"], labels["drug"], labels["data"], "d-1 (doctor)", entry["Receipt"], "<svg"):
        assert word in page, word
    assert NAME not in page + text


def test_outcomes(rig):
    """Each outcome is told apart, of each part and of the whole, and a half answer never looks whole."""
    desk = Desk(rig)
    center = rig.center

    def row(outcome, complete, kind="drug", faults=(), settings="records", restore="records", documents=None, **values):
        center("clear-journal")
        for fault in faults:
            center(f"fault {fault}")
        center(settings)
        got = desk.fetch(kind, **values)
        center(restore)
        print(outcome, kind, values, {key: value for key, value in got.meta.items() if key != "Parts"}, flush=True)
        assert (got.meta["Outcome"], got.meta["Complete"]) == (outcome, complete), got.meta
        assert documents is None or len(got.documents) == documents, got.documents
        lines = desk.journal()
        for content, details in got.documents:
            assert details["Sha256"] == hashlib.sha256(content).hexdigest() and details["Size"] == len(content)
            assert values.get("Format") == "json" or details["Sha256"] in [line["sha256"] for line in lines]
        return got

    got = row("data", True, documents=1)
    assert NAME.encode() in got.documents[0][0] or NAME.encode("cp932") in got.documents[0][0]
    assert got.meta["From"] >= "202109" and [part["Outcome"] for part in got.parts].count("data") == 1
    row("data", True, "diagnosis", documents=1)
    row("data", True, "checkup", documents=1)
    assert row("data", True, Format="pdf", documents=1).documents[0][0].startswith(b"%PDF")
    got = row("data", True, Format="json", documents=1)
    assert json.loads(got.documents[0][0]) and got.meta["Sha256"] == got.documents[0][1]["Sha256"]
    # Spans are split where the center does not take them, and are as good as one.
    got = row("data", True, settings="records span=36", restore="records span=60")
    assert len(got.documents) == 2 and len(desk.journal()) >= 3
    # The site is not set for prescriptions: once more without, and said.
    got = row("data", False, settings="records prescriptions=off", restore="records prescriptions=on", documents=1)
    assert got.meta["Partial"] and got.meta["Code"] == "SCKO1000E"
    row("too-old", False, From="202001", To="202012", documents=0)
    row("refused", False, faults=["records-error SHK040002 path=records/drug"], documents=0)
    row("consent-ended", False, faults=["records-error SHK040001 path=records/drug"], documents=0)
    row("not-yet", False, faults=["records-error SHK040004 path=records/drug"], documents=0)
    row("not-covered", False, faults=["records-error SHK040006 path=records/drug"], documents=0)
    row("not-covered", False, "allergy", documents=0)
    row("refused", False, faults=["records-error SHK040002 path=records/drug"], settings="records errors=json",
        restore="records errors=xml", documents=0)
    row("refused", False, faults=["error-code SHK090002 path=records/drug"], documents=0)
    # An error comes as XML in the PDF's place.
    row("refused", False, Format="pdf", faults=["records-error SHK040002 path=records/drug"], documents=0)
    for fault in ("other-person", "other-request", "malformed", "garbage"):
        row("failed", False, faults=[f"{fault} path=records/drug"], documents=0)
    # Half of it: the rest has failed.
    got = row("data", False, settings="records span=36", restore="records span=60",
              faults=["malformed path=records/drug count=2"])
    assert {part["Outcome"] for part in got.parts} >= {"data", "failed"}
    log = rig.read_log("shikakud")
    assert "records of another person" in log and NAME not in log
    check_receipt(rig, desk)
    since = GLib.Variant.new_tuple(GLib.Variant("t", 0), options({}))
    _next, events = call(desk.connection, ROOT, MANAGER, "GetEventsSince", since)
    assert [details for _sequence, kind, _at, details in events
            if kind == "ledger" and details.get("Kind") == "fetch-end" and details["Error"].endswith("MessageInvalid")]


def test_rights(rig):
    """The owner's alone, with the right alone, with a consent alone, in a role that may; by options that are some."""
    desk = Desk(rig, consents=["drug"])
    desk.refuse("ConsentDenied", "checkup")
    desk.refuse("RecordsRefused", Role="clerk")
    for kind, values in (("ceiling", {}), ("medicine", {}), ("drug", {"Format": "html"}), ("drug", {"From": "2025"}),
                         ("drug", {"From": "202504", "To": "202503"}), ("drug", {"Colour": "blue"}),
                         ("drug", {"Role": "cook"})):
        desk.refuse("InvalidOption", kind, **values)
    other = rig.bus_connection("tester", fresh=True)
    doctor, stranger = rig.bus_connection("doctor"), rig.bus_connection("other")
    for connection in (other, doctor, stranger, rig.bus_connection("root")):
        expect_error(UNKNOWN_OBJECT, ask(connection, desk.visit.path).wait)
    expect_error("NotAuthorized", ask(stranger, "", patient={"Ticket": "x" * 43}).wait)
    expect_error("NotAuthorized", ask(rig.bus_connection("colleague"), "", patient={"Ticket": "x" * 43}).wait)
    assert not desk.journal()
    # Connections that take no descriptors are told what helps.
    plain = Plain(rig)
    path, = plain.call(ROOT, MANAGER, "CheckNumber", GLib.Variant.new_tuple(options(INSURED), options({})))
    wait_for(lambda: (VISIT, "Finished") in plain.signals, "the end of the visit")
    try:
        plain.call(path, VISIT, "FetchRecords", GLib.Variant.new_tuple(GLib.Variant("s", "drug"), options({})))
    except PlainError as error:
        assert error.name == "InvalidState" and "shikakuctl records" in error.message, error
    plain.close()
    desk.fetch()
    desk.visit.close()
    expect_error(UNKNOWN_OBJECT, ask(desk.connection, desk.visit.path).wait)


def test_meanwhile(rig):
    """While the center is asked: a second fetch; the visit is closed; its program ends; the daemon is killed."""
    desk = Desk(rig, consents=["drug"])
    rig.center("fault hold path=records/drug count=always")
    asked = ask(desk.connection, desk.visit.path)
    rig.center.wait("records/drug")
    desk.refuse("LimitExceeded")
    desk.visit.close()
    expect_error("Cancelled", asked.wait)
    assert not asked.files
    owner = rig.bus_connection("tester", fresh=True)
    visits = Visits(owner)
    visit = visits.open(Reader=desk.reader, SameCard=True, Consents=["drug"])
    visit.wait_finished()
    rig.center("clear-log")
    asked = ask(owner, visit.path)
    rig.center.wait("records/drug")
    owner.close_sync(None)
    rig.center("release")
    set_log(rig.bus_connection("root"), "LogLevel", "info")
    wait_for(lambda: rig.read_log("shikakud").count("records were not handed out") >= 1, "the end of the fetch")


def test_tickets(rig):
    """By a ticket the doctor's program fetches, as another user, while the visit stays; or takes the visit itself."""
    desk = Desk(rig, consents=["drug"])
    doctor = rig.bus_connection("doctor")
    for values in ({"Uses": 0}, {"Seconds": 0}, {"For": ["eat"]}, {"For": []}, {"Uses": 1001}, {"Seconds": 86401}):
        expect_error("InvalidOption", desk.create_ticket, **values)
    ticket = desk.create_ticket(Uses=2, Seconds=600, For=["records"], Staff="s-7")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", ticket)
    for _number in range(2):
        got = Fetched(ask(doctor, "", patient={"Ticket": ticket}, Role="doctor"))
        assert got.meta["Outcome"] == "data" and len(got.documents) == 1
    expect_error("NotFound", ask(doctor, "", patient={"Ticket": ticket}).wait)
    expect_error("NotFound", call, desk.connection, ROOT, MANAGER, "TakeVisit",
                 GLib.Variant.new_tuple(GLib.Variant("s", desk.create_ticket(For=["records"])), options({})))
    # A role that may not see them spends nothing.
    ticket = desk.create_ticket()
    expect_error("RecordsRefused", ask(doctor, "", patient={"Ticket": ticket}, Role="nurse").wait)
    other = rig.bus_connection("tester", fresh=True)
    path = call(other, ROOT, MANAGER, "TakeVisit", GLib.Variant.new_tuple(GLib.Variant("s", ticket), options({})))
    assert Fetched(ask(other, path)).meta["Outcome"] == "data"
    expect_error(UNKNOWN_OBJECT, ask(desk.connection, desk.visit.path).wait)
    # The consent outlives its visit: by a ticket that was made for records, and by the patient's numbers.
    visit = desk.open(["drug"])
    ticket = visit.call("CreateTicket", GLib.Variant.new_tuple(options({"For": ["records"]})))
    visit.close()
    person = {key: INSURED[key] for key in ("InsurerNumber", "Symbol", "Number", "Birthdate")}
    for _number in range(GUESSES):  # its visit has no such consent; but it is no guess
        expect_error("NotFound", ask(doctor, "", "checkup", patient={"Ticket": ticket}).wait)
    for patient in ({"Ticket": ticket}, person):
        assert Fetched(ask(doctor, "", patient=patient)).meta["Outcome"] == "data"
    expect_error("NotFound", ask(doctor, "", patient={"Ticket": ticket}).wait)
    expect_error("NotFound", ask(doctor, "", patient={**person, "Number": "7654321"}).wait)
    expect_error("NotFound", ask(doctor, "", "checkup", patient=person).wait)
    expect_error("InvalidOption", ask(doctor, "", patient={"Number": "1"}).wait)
    expect_error("InvalidOption", ask(doctor, "", patient={**person, "Ticket": ticket}).wait)
    # A twin has the same numbers: the branch says whose records, and nobody's are taken for another's.
    for change in (("Name", NAME, "月子"), ("InsuredBranchNumber", "02")):
        rig.center(" ".join(("change", PERSONA, *change)))
    desk.open(["drug"]).close()
    expect_error("InvalidOption", ask(doctor, "", patient=person).wait)
    assert Fetched(ask(doctor, "", patient={**person, "Branch": "2"})).meta["Outcome"] == "data"
    expect_error("NotFound", ask(doctor, "", patient={**person, "Branch": "03"}).wait)
    for _number in range(GUESSES):
        expect_error("NotFound", ask(rig.bus_connection("root"), "", patient={"Ticket": "x" * 43}).wait)
    expect_error("LimitExceeded", ask(rig.bus_connection("root"), "", patient={"Ticket": "x" * 43}).wait)


def test_secrecy(rig):
    """Nothing of a record is written to any file, or said to anybody else: by system calls, bus messages, log and memory."""
    desk = Desk(rig, consents=["drug", "checkup"])
    set_log(rig.bus_connection("root"), "LogLevel", "debug")
    before = list_documents(rig)
    trace = rig.folder / "trace"
    rig.require("strace", "strace")
    strace = rig.launch("strace", ["strace", "-f", "-y", "-xx", "-s", "1000000", "-o", trace, "-e", WRITING, "-p",
                                   rig.daemon.pid], keep="all")
    assert "attached" in strace.wait_output("attached|ptrace")[0]
    monitor = Listener(rig, "root")
    monitor.call("org.freedesktop.DBus.Monitoring", "BecomeMonitor", GLib.Variant("(asu)", ([], 0)))
    contents = []
    for kind, values in (("drug", {}), ("checkup", {}), ("drug", {"Format": "json"}), ("drug", {"Format": "pdf"})):
        contents += [content for content, _details in desk.fetch(kind, **values).documents]
    words = find_medicines(contents[0])
    assert len(words) >= 3, words
    memory = Memory(rig.daemon)
    strace.kill(signal.SIGINT)
    strace.reap()
    rig.retire(strace)
    rig.bus_connection("root").emit_signal(None, "/canary", "org.example.Canary", "End", None)
    monitor.wait_for_signal("End")
    monitor.close()
    forms = {form for word in words for form in (word.encode(), word.encode("cp932"))}
    assert any(form in contents[0] for form in forms)
    assert not [form for _message, blob in monitor.messages for form in forms if form in blob]
    check_trace(trace, forms)
    log = rig.read_log("shikakud")
    assert not [word for word in words if word in log]
    for file in rig.folder.rglob("*"):
        if file.is_file() and file.name in ("ledger.db", "ledger.db-wal", "shikaku.db", "shikaku.db-wal"):
            assert not [form for form in forms if form in file.read_bytes()], file
    desk.visit.close()
    call(desk.connection, ROOT, "org.freedesktop.DBus.Peer", "Ping")
    assert not [form for region in memory.read() for form in forms if form in region]
    wait_for(lambda: list_documents(rig) == before, "the daemon's last document closed")


def list_documents(rig):
    """The daemon's files in memory; one holds a certificate of the institution."""
    return [os.stat(link).st_ino for link in Path(f"/proc/{rig.daemon.pid}/fd").iterdir()
            if os.readlink(link).startswith("/memfd:")]


def find_medicines(content):
    text = content.decode("utf-8", "replace")
    if "<DrugN>" not in text:
        text = content.decode("cp932", "replace")
    return sorted(set(re.findall(r"<(?:Sh|Cz)?DrugN>([^<]{5,})<", text)))


def check_trace(trace, forms):
    """What is written goes to memfds and sockets; a file on a disk gets nothing of a record."""
    seen = set()
    for line in trace.read_text(errors="replace").splitlines():
        written = re.search(r"\b(\w+)\((\d+)<([^>]*)>", line)
        if not written:
            continue
        call_name, _number, target = written.groups()
        target = bytes.fromhex(target.replace("\\x", "")).decode(errors="replace") if target.startswith("\\x") else target
        content = bytes.fromhex("".join(re.findall(r"\\x([0-9a-f]{2})", line[written.end():])))
        if any(form in content for form in forms):
            seen.add(target)
            assert target.startswith("/memfd:"), f"{call_name} to {target}"
    assert seen, "the trace has seen no record being written at all"
