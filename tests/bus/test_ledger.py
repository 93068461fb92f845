# SPDX-License-Identifier: LGPL-2.1-or-later
"""Interface Ledger: who may read it, what it shows, whether others' tools verify what it exports, and what leaves the computer.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import base64
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tarfile
from pathlib import Path

from bus import LEDGER, MANAGER, ROOT, BusError, Call, Visits, call, expect_error, options
from gi.repository import Gio, GLib
from loop import Watch, wait_for
from people import INSURED
from rig import SOURCE, Skip
from witness import Witness

RIGHT = 'if (action.id == "org.shikaku.ledger" && subject.user == "colleague") return polkit.Result.YES;'
RULES = "polkit.addRule(function(action, subject) { %s });" % RIGHT
GO = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "-p=1"}


def ask(connection, method, *arguments):
    return call(connection, ROOT, LEDGER, method, GLib.Variant.new_tuple(*arguments) if arguments else None)


def get_list(connection, **filter):
    return ask(connection, "List", options(filter))


def large(number):
    return GLib.Variant("t", number)


def start_export(connection, descriptor, format, **given):
    files = Gio.UnixFDList()
    files.append(descriptor)
    return Call(connection, ROOT, LEDGER, "Export", GLib.Variant.new_tuple(
        GLib.Variant("h", 0), GLib.Variant("s", format), options(given)), files=files)


def export(rig, format, connection=None, name=None, **given):
    """Return: what was written, and the report."""
    path = rig.folder / (name or f"export.{format}")
    with open(path, "wb") as file:
        report = start_export(connection or rig.bus_connection("root"), file.fileno(), format, **given).wait()
    return path, report


def grow(rig, number):
    """Entries, each of them about somebody who reads."""
    for _number in range(number):
        get_list(rig.bus_connection("root"), Limit=1)


def start(rig, **more):
    rig.start("center", "bus")
    rig.start_polkitd(RULES)
    rig.start_daemon(**more)
    return rig.bus_connection("root")


def leaf(salt, data):
    return hashlib.sha256(b"\0" + salt + data).hexdigest()


# members

METHODS = [("GetState",), ("GetCheckpoint",), ("GetProof", large(0), options({})), ("List", options({})),
           ("Verify", options({})),
           ("AcceptRestore", GLib.Variant("s", "none"), options({})),
           ("RotateKey", GLib.Variant("s", "rotated"), GLib.Variant("s", "none"), options({})),
           ("Review", large(0), GLib.Variant("s", "none"), options({}))]


def check_rights(rig):
    """Nobody of reception, no doctor, no stranger; who has the right may read, and not manage."""
    for user in ("tester", "doctor", "other"):
        for method in METHODS:
            expect_error("NotAuthorized", ask, rig.bus_connection(user), *method)
    auditor = rig.bus_connection("colleague")
    assert get_list(auditor) and ask(auditor, "GetState")["Size"] > 0
    for method in METHODS[5:]:
        expect_error("NotAuthorized", ask, auditor, *method)
    # No descriptor comes to the daemon but root's: the bus itself refuses the rest.
    for user in ("colleague", "tester"):
        expect_error("org.freedesktop.DBus.Error.AccessDenied", export, rig, "jsonl", rig.bus_connection(user))


def check_wrong_input(root):
    for filter in ({"Nothing": True}, {"Kinds": ["nothing"]}, {"Limit": 0}, {"Limit": 1001}, {"From": "now"}, {"Person": {}},
                   {"Person": {"Name": "架空 花子"}}, {"Role": "king"}, {"Person": {"Nothing": "x"}}):
        expect_error("InvalidOption", get_list, root, **filter)
    expect_error("NotFound", ask, root, "GetProof", large(10 ** 9), options({}))
    for checkpoint in ("", "nonsense", "a\nb\nc\n"):
        expect_error("InvalidOption", ask, root, "Verify", options({"Checkpoint": checkpoint}))
        expect_error("InvalidOption", ask, root, "GetProof", large(0), options({"Checkpoint": checkpoint}))
    for reason in ("", " ", "x" * 257, "a\nb"):
        expect_error("InvalidOption", ask, root, "RotateKey", GLib.Variant("s", "rotated"), GLib.Variant("s", reason),
                     options({}))
    expect_error("InvalidOption", ask, root, "RotateKey", GLib.Variant("s", "bored"), GLib.Variant("s", "why"), options({}))
    expect_error("NotFound", ask, root, "Review", large(0), GLib.Variant("s", "looked at"), options({}))


def test_members(rig):
    """Each member: for whom, with what, and what it says; who reads is an entry before anything is shown."""
    root = start(rig)
    first = get_list(root)
    check_rights(rig)
    check_wrong_input(root)
    before = ask(root, "GetState")
    shown = get_list(root, Kinds=["administration"], Reason="an audit", Role="clerk")
    assert [entry["Index"] for entry in shown] == sorted(entry["Index"] for entry in shown), shown
    after = ask(root, "GetState")
    assert after["Size"] == before["Size"] + 1, (before, after)
    assert max([entry["Index"] for entry in shown], default=-1) < before["Size"], "the reading itself is not shown"
    last = get_list(root, After=large(before["Size"] - 1), Limit=1)[0]
    assert (last["Index"], last["Kind"], last["Act"]) == (before["Size"], "administration", "ledger-list"), last
    assert (last["Reason"], last["Role"], last["Uid"], last["Sender"]) == ("an audit", "clerk", 0, root.get_unique_name()), last
    assert last["Program"] and last["Anchored"] is False and len(last["Leaf"]) == 64, last
    assert get_list(root, Uid=12345) == [] and get_list(root, To=large(1)) == []
    mine = get_list(root, Kinds=["administration"], Uid=61003)
    assert mine and all(entry["Uid"] == 61003 for entry in mine), mine
    assert first == [] or first[0]["Index"] == 0
    check_proofs(root)
    check_key(root)
    verdict = ask(root, "Verify", options({}))
    assert verdict["Faults"] == [] and verdict["Size"] == ask(root, "GetState")["Size"], verdict


def check_proofs(root):
    state = ask(root, "GetState")
    assert ask(root, "GetCheckpoint") == state["Checkpoint"] and state["Anchored"] in (True, False)
    lines = state["Checkpoint"].split("\n")
    assert lines[:2] == [state["Origin"], str(state["Size"])] and base64.b64decode(lines[2]).hex() == state["Root"], state
    proof = ask(root, "GetProof", large(0), options({}))
    assert proof.startswith("c2sp.org/tlog-proof@v1\n") and state["Origin"] in proof, proof
    get_list(root)
    older = ask(root, "GetProof", large(0), options({"Checkpoint": state["Checkpoint"]}))
    assert f"\n{state['Size']}\n" in older, older
    expect_error("NotFound", ask, root, "GetProof", large(state["Size"]), options({"Checkpoint": state["Checkpoint"]}))
    assert ask(root, "Verify", options({"Checkpoint": state["Checkpoint"]}))["Faults"] == []


def check_key(root):
    before = ask(root, "GetState")["Verifier"]
    place = ask(root, "RotateKey", GLib.Variant("s", "rotated"), GLib.Variant("s", "as planned"), options({"Staff": "it-7"}))
    entry = get_list(root, Kinds=["key"], After=large(place - 1), Limit=1)[0] if place else get_list(root, Limit=1)[0]
    assert (entry["Index"], entry["Act"], entry["Reason"], entry["Staff"]) == (place, "rotated", "as planned", "it-7"), entry
    assert ask(root, "GetState")["Verifier"] != before


# export

def check_lines(rig, root):
    """From each line its leaf is computed again; the canonical bytes are there."""
    path, report = export(rig, "jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["Index"] for line in lines] == list(range(report["Size"])) and report["Entries"] == report["Size"], report
    for line in lines:
        assert leaf(bytes.fromhex(line["Salt"]), base64.b64decode(line["Data"])) == line["Leaf"], line
        assert line["Kind"] and line["At"], line
    rest, _report = export(rig, "jsonl", First=large(report["Size"] - 1))
    lines = [json.loads(line) for line in rest.read_text().splitlines()]
    assert [line.get("Act") for line in lines] == ["ledger-export"] * 2, lines
    nobody, report = export(rig, "jsonl", Person={"Name": "架空 だれか", "Birthdate": "19000101"})
    # Nobody had asked for this person before: what there is of them is this reading.
    assert [json.loads(line)["Act"] for line in nobody.read_text().splitlines()] == ["ledger-export"], nobody.read_text()
    fhir, _report = export(rig, "fhir")
    assert all(json.loads(line)["resourceType"] == "AuditEvent" for line in fhir.read_text().splitlines())


def check_refused(rig, root):
    with open("/dev/null", "wb") as device, open(rig.folder / "x", "wb") as file, open("/proc/self/comm", "r+") as made_up, \
            open(rig.folder / "x", "rb") as for_reading:
        for descriptor, format, given in ((device, "jsonl", {}), (made_up, "jsonl", {}), (for_reading, "jsonl", {}),
                                          (file, "xml", {}),
                                          (file, "tiles", {"First": large(1)}), (file, "jsonl", {"Nothing": True})):
            expect_error("InvalidOption", start_export(root, descriptor.fileno(), format, **given).wait)
    reading, writing = os.pipe()
    os.close(reading)
    expect_error("Failed", start_export(root, writing, "jsonl").wait)
    os.close(writing)


def check_slow(rig, root):
    """A reader that reads nothing holds up nobody; one that goes ends its export; there are four at most."""
    pipes = [os.pipe() for _number in range(5)]
    for _reading, writing in pipes:
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    connections = [rig.bus_connection("root", fresh=True) for _number in range(5)]
    calls = [start_export(connection, writing, "tiles") for connection, (_reading, writing) in zip(connections, pipes)]
    wait_for(lambda: any(one.done for one in calls), "one of them to be refused, though all came at once")
    refused = next(number for number, one in enumerate(calls) if one.done)
    expect_error("LimitExceeded", calls.pop(refused).wait)
    connections.pop(refused)
    pipes.append(pipes.pop(refused))
    for reading, _writing in pipes[:4]:
        assert os.read(reading, 1)  # it has begun
    expect_error("LimitExceeded", start_export(root, pipes[4][1], "jsonl").wait)
    grow(rig, 3)  # nobody waits for them
    assert not any(one.done for one in calls)
    for connection in connections[1:]:
        connection.close_sync(None)
    for _reading, writing in pipes:
        os.close(writing)
    for reading, _writing in pipes[1:4]:
        drain(rig, reading)  # the daemon's copy is closed too
    data = drain(rig, pipes[0][0])
    calls[0].wait()
    assert len(data) % 512 == 511, len(data)
    for reading, _writing in pipes:
        os.close(reading)


def drain(rig, reading):
    """All of a pipe, until nobody has its other end; the loop runs meanwhile."""
    received = bytearray()

    def receive():
        data = os.read(reading, 65536)
        received.extend(data)
        return bool(data)

    watch = Watch(reading, receive)
    try:
        wait_for(lambda: not watch.source, "the end of a pipe")
    finally:
        watch.stop()
    return bytes(received)


def test_export(rig):
    """Lines, tiles and resources; what is refused; who reads slowly, or goes."""
    root = start(rig)
    grow(rig, 400)
    check_lines(rig, root)
    check_refused(rig, root)
    check_slow(rig, root)
    assert ask(root, "Verify", options({}))["Faults"] == []


# others' tools

def build_verifier(rig):
    if not shutil.which("go") or not Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog").exists():
        raise Skip("golang-go and golang-golang-x-mod-dev")
    program = rig.folder / "tiles"
    done = subprocess.run(["go", "build", "-o", program, "."], cwd=SOURCE / "tests" / "bus" / "tiles", text=True,
                          env={**os.environ, **GO, "GOCACHE": str(rig.folder / "go")}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return program


def unpack(rig, path, name):
    folder = rig.folder / name
    folder.mkdir()
    with tarfile.open(path) as archive:
        archive.extractall(folder)
    return folder


def verify(program, folder, key, *older):
    done = subprocess.run([program, folder, key, *older], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def flip(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def test_tiles(rig):
    """The Go project's own sumdb/note and sumdb/tlog verify root, entries, inclusion, consistency; and name a flipped byte."""
    program = build_verifier(rig)
    root = start(rig)
    grow(rig, 300)
    older = rig.folder / "older"
    older.write_text(ask(root, "GetCheckpoint"))
    grow(rig, 260)
    path, report = export(rig, "tiles")
    key, folder = report["Verifier"], unpack(rig, path, "site")
    status, text = verify(program, folder, key, older)
    assert status == 0 and f"entries {report['Size']} pruned 0 root {report['Root']}" in text and "continues 3" in text, text
    for file, place, word in (("tile/entries/001", 5000, "entry "), ("tile/0/000", 32 * 7, ""),
                              ("checkpoint", 60, "checkpoint")):
        flip(folder / file, place)
        status, text = verify(program, folder, key)
        assert status == 1 and word in text, (file, text)
        flip(folder / file, place)
    (folder / "checkpoint").write_text(older.read_text())
    # An older tree has other partial tiles: this is what a copy that was set back looks like with the newer checkpoint.
    newer = rig.folder / "newer"
    newer.write_text(report["Checkpoint"])
    rig.stop_daemon()
    status, text = verify(program, folder, key, newer)
    assert status == 1 and "rolled back" in text or "tile" in text or "no such file" in text, text


# client

def test_client(rig):
    """shikakuctl ledger: list, show, verify, export; for people, as JSON, and with the right exit status."""
    start(rig)
    grow(rig, 3)
    table = rig.client("ledger", "list", user="root", check=0).text()
    assert table.count("ledger-list") >= 3 and "[not anchored]" in table, table
    entries = json.loads(rig.client("ledger", "list", "--json", "--kind", "administration", user="root", check=0).text())
    assert {entry["Kind"] for entry in entries} == {"administration"}, entries
    place = entries[-1]["Index"]
    shown = rig.client("ledger", "show", str(place), user="root", check=0).text()
    assert "ledger-list" in shown and "not anchored" not in shown.replace("anchored", "", 1), shown
    assert json.loads(rig.client("ledger", "show", str(place), "--json", user="root", check=0).text()) == entries[-1]
    assert rig.client("ledger", "show", "999999", user="root").status not in (0, 64)
    text = rig.client("ledger", "verify", user="root", check=0).text()
    assert "none" in text and "anchored" in text, text
    checkpoint = rig.folder / "checkpoint"
    checkpoint.write_text(ask(rig.bus_connection("root"), "GetCheckpoint"))
    rig.client("ledger", "verify", "--checkpoint", checkpoint, user="root", check=0)
    folder = rig.folder / "site"
    folder.mkdir()
    quiet = {"ASAN_OPTIONS": "detect_leaks=0"}  # tar, which has the sanitizer's library loaded too, frees nothing at its end
    rig.client("ledger", "export", "tiles", "--to", folder, user="root", check=0, environment=quiet)
    assert rig.client("ledger", "export", "jsonl", "--to", rig.folder / "nowhere" / "file", user="root").status == 2
    assert (folder / "checkpoint").read_text().startswith("org.shikaku"), list(folder.iterdir())
    lines = rig.client("ledger", "export", "jsonl", user="root", check=0).text()
    assert all(len(json.loads(line)["Leaf"]) == 64 for line in lines.splitlines()), lines
    rig.client("ledger", "export", "jsonl", "--to", rig.folder / "lines", "--json", user="root", check=0)
    assert json.loads((rig.folder / "lines").read_text().splitlines()[0])["Index"] == 0
    rig.client("ledger", "export", "jsonl", "--person", "--to", rig.folder / "person", user="root", check=0,
               stdin="19000101\n架空 だれか\n\n\n\n")
    assert [json.loads(line)["Act"] for line in (rig.folder / "person").read_text().splitlines()] == ["ledger-export"]
    place = json.loads(rig.client("ledger", "rotate", "年次交換", "--staff", "it-7", "--json", user="root", check=0).text())
    changed = json.loads(rig.client("ledger", "show", str(place), "--json", user="root", check=0).text())
    assert changed.items() >= {"Kind": "key", "Act": "rotated", "Reason": "年次交換", "Staff": "it-7"}.items(), changed
    for refused in (("list",), ("review",), ("rotate", "x"), ("restore", "x")):
        assert rig.client("ledger", *refused, user="tester").status == 6, refused
    for wrong in (("ledger",), ("ledger", "show"), ("ledger", "burn"), ("ledger", "list", "x"),
                  ("ledger", "list", "--days", "0"), ("ledger", "rotate"), ("ledger", "rotate", "x", "--act", "bored")):
        assert rig.client(*wrong, user="root").status == 64, wrong


# what leaves the computer

def reload(rig):
    rig.daemon.kill(signal.SIGHUP)


def get_anchors(root):
    return {anchor["Where"]: anchor["Size"] for anchor in ask(root, "GetState")["Anchors"]}


def wait_anchor(rig, root, where, size):
    """The journal's entries wake up who waits; the state says when it has come there."""
    wait_for(lambda: rig.read_log("shikakud") and get_anchors(root).get(where, 0) >= size, f"{where} to have {size} entries")


def test_anchors(rig):
    """Journal and file have each checkpoint after a reload, and at the end; what left nowhere is not anchored."""
    target = rig.state_directory / "checkpoint"
    root = start(rig, Ledger_CheckpointFile=target)
    grow(rig, 2)
    state = ask(root, "GetState")
    assert (state["Anchored"], state["AnchoredSize"], state["Anchors"]) == (False, 0, []), state
    reload(rig)
    wait_anchor(rig, root, "file", state["Size"])
    wait_anchor(rig, root, "journal", state["Size"])
    left = target.read_text()
    assert ask(root, "Verify", options({"Checkpoint": left}))["Faults"] == []
    listed = get_list(root)
    assert all(entry["Anchored"] for entry in listed[:state["Size"]]), listed
    grow(rig, 2)
    size = ask(root, "GetState")["Size"]
    assert rig.stop_daemon() == 0
    assert int(target.read_text().split("\n")[1]) >= size, target.read_text()
    assert "The ledger has" in rig.read_log("shikakud")
    rig.start_daemon(Ledger_CheckpointFile=target)
    verdict = ask(root, "Verify", options({"Checkpoint": left}))
    assert verdict["Faults"] == [] and verdict["Anchored"], verdict
    check_restore(rig, root, target)


def check_restore(rig, root, target):
    """A backup of the ledger's file alone is older than what is noted beside it: nothing is written until somebody decides."""
    assert rig.stop_daemon() == 0
    saved = {path: path.read_bytes() for path in rig.state_directory.glob("ledger.db*")}
    rig.start_daemon(Ledger_CheckpointFile=target)
    grow(rig, 3)
    newer = ask(root, "GetCheckpoint")
    assert rig.stop_daemon() == 0
    for path in rig.state_directory.glob("ledger.db*"):
        path.unlink()
    for path, data in saved.items():
        path.write_bytes(data)
        os.chown(path, 61000, -1)
    rig.start_daemon(Ledger_CheckpointFile=target)
    expect_error("LedgerFailed", get_list, root)
    verdict = ask(root, "Verify", options({"Checkpoint": newer}))
    assert {fault["What"] for fault in verdict["Faults"]} >= {"older"}, verdict
    place = json.loads(rig.client("ledger", "restore", "the disk was replaced", "--staff", "it-7", "--json", user="root",
                                  check=0).text())
    entry = get_list(root, Kinds=["restore"])[0]
    assert (entry["Index"], entry["Reason"], entry["Staff"]) == (place, "the disk was replaced", "it-7"), entry


def find_link(root, name):
    return next(link for link in call(root, ROOT, MANAGER, "Diagnose", GLib.Variant("(a{sv})", ({},))) if link["Link"] == name)


def test_witness(rig):
    """A real witness cosigns; what it says is believed by its signature alone; a ledger that was set back is found out."""
    root = start(rig, Ledger_Origin="sigsum.org/v1/tree")
    grow(rig, 2)
    witness = Witness(rig, ask(root, "GetState")["Verifier"])
    settings = {"Ledger_Origin": "sigsum.org/v1/tree", **witness.settings()}
    rig.configure(**settings)
    reload(rig)
    wait_anchor(rig, root, "witness", 2)
    assert find_link(root, "store")["State"] == "ok"
    grow(rig, 3)
    size = ask(root, "GetState")["Size"]
    reload(rig)
    wait_anchor(rig, root, "witness", size)
    question, status, answer = witness.door.asked[-1]
    assert question.startswith("old ") and status == 200 and answer.startswith("\u2014 "), witness.door.asked
    # A copy, and more of the ledger, which the witness sees.
    assert rig.stop_daemon() == 0
    copy = rig.folder / "copy"
    shutil.copytree(rig.state_directory, copy)
    rig.start_daemon(**settings)
    root = rig.bus_connection("root")
    grow(rig, 5)
    size = ask(root, "GetState")["Size"]
    reload(rig)
    wait_anchor(rig, root, "witness", size)
    # A false signature is not taken.
    grow(rig, 1)
    witness.door.change = lambda answer: (answer[0], answer[1].replace(b"A", b"B"))
    reload(rig)
    wait_for(lambda: "could not be shown to its witness" in rig.read_log("shikakud"), "word of a false signature")
    assert find_link(root, "store")["Cause"] == "witness-silent"
    # Nor an answer that is empty.
    for status in (200, 409):
        asked = len(witness.door.asked)
        witness.door.change = lambda answer, status=status: (status, b"")
        reload(rig)
        wait_for(lambda asked=asked: len(witness.door.asked) > asked, "the witness to be asked")
        assert find_link(root, "store")["Cause"] == "witness-silent"
    witness.door.change = lambda answer: answer
    # Set back, with all that is beside it.
    assert rig.stop_daemon() == 0
    shutil.rmtree(rig.state_directory)
    shutil.copytree(copy, rig.state_directory)
    for path in (rig.state_directory, *rig.state_directory.iterdir()):
        os.chown(path, 61000, -1)
    rig.start_daemon(**settings)
    root = rig.bus_connection("root")
    grow(rig, 1)
    reload(rig)
    wait_for(lambda: "refuses the ledger" in rig.read_log("shikakud"), "the witness to be believed")
    assert find_link(root, "store")["Cause"] == "ledger-rolled-back"
    grow(rig, 1)  # nobody waits for it
    witness.stop()


def test_no_ledger(rig):
    """Without a key there is none: each method says so, and checks go on."""
    rig.start("center", "bus")
    rig.start_daemon(store_key=False)
    root = rig.bus_connection("root")
    for method in METHODS:
        try:
            ask(root, *method)
            raise AssertionError(method)
        except BusError as error:
            assert error.name in ("NotFound", "LedgerFailed"), (method, error)
    visit = Visits(rig.bus_connection()).check_number(INSURED)
    assert visit.wait_finished()[0] == "done"
