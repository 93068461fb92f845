# SPDX-License-Identifier: LGPL-2.1-or-later
"""Canaries: PINs, names, numbers, addresses, certificates, the account and the center's tokens are looked for where they must
not be: the log at every level, the bus messages of others, a core, the memory of the daemon when all is over.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import os
import re
import signal
import sys

from bus import MANAGER, NAME, ROOT, Agent, BusError, ObjectPath, Visits, call, options
from canary import PERSONA, PIN, WRONG_PIN, Journal, Listener, Memory, Search, describe, make_people
from gi.repository import GLib
from people import INSURED
from rig import SOURCE, Skip
from test_manager import set_log

CONSENTS = ["ceiling", "drug", "checkup"]
EVERYTHING = ("", "eavesdrop='true'", "type='signal'", f"sender='{NAME}'", f"destination='{NAME}'",
              f"path_namespace='{ROOT}'", "type='method_call',eavesdrop='true'", "type='method_return',eavesdrop='true'",
              "type='error',eavesdrop='true'")
CENTER_SECONDS = 50
CENTER_FAULTS = ("garbage", "huge 5242880", "redirect", "cut 400", "status 403", "error-code SHK010002", "trickle")


def start(rig, **more):
    people = make_people(rig.folder)
    rig.launch_center("--people", people)
    rig.start("card", "center", "daemon", persona=PERSONA, card_options=["--people", people],
              Center_Timeout=CENTER_SECONDS, clock=True, **more)
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    patient = Agent(rig.bus_connection("colleague"), pin=PIN).register(Reader=reader)
    set_log(rig.bus_connection("root"), "LogLevel", "debug")
    return reader, patient


def ask_all(visit):
    """All that an owner can ask."""
    for action in (visit.eligibility, visit.consents, visit.message, lambda: visit.get("Answer")):
        try:
            action()
        except BusError:
            pass
    visit.close()


def work(rig, reader, patient):
    """The main job, well and badly, with everything asked that can be asked."""
    visits = Visits(rig.bus_connection("tester"))

    def visit(fault=None, **values):
        rig.center("clear-log")
        one = visits.open(Reader=reader, SameCard=True, **values)
        if fault == "trickle":
            rig.center.wait("card/check")
            rig.let_pass(CENTER_SECONDS + 1)
        one.wait_finished()
        ask_all(one)

    visit(Consents=CONSENTS)
    patient.pin = WRONG_PIN
    visit()
    for bad in ("12345" + PIN, PIN + "\n", Agent.EMPTY):
        patient.pin = bad
        visit()
    patient.pin = PIN
    for fault in CENTER_FAULTS:
        rig.center(f"fault {fault} path=card/check")
        visit(fault, Consents=["drug"])
    rig.center("expire-tokens")
    rig.center("fault garbage path=consent/register")
    visit(Consents=CONSENTS)
    for fault in ("yank-during verify", "truncate read 1"):
        rig.card(f"fault {fault}")
        visit()
        if fault.startswith("yank"):
            rig.wait_readers(2, present=0)
            rig.card("insert")
            rig.wait_readers(2, present=1)
    for fault in ("garbage", "cut 300", "error-code SHK090002", "slow 1"):
        rig.center(f"fault {fault} path=search")
        one = visits.check_number(INSURED)
        one.wait_finished()
        ask_all(one)
    bystander = rig.bus_connection("colleague")
    call(bystander, ROOT, MANAGER, "Diagnose", GLib.Variant.new_tuple(options({})))
    call(bystander, ROOT, MANAGER, "Check", GLib.Variant.new_tuple(options({"Insured": INSURED})))
    rig.client("status", user="colleague", check=0)


def test_log(rig):
    """The log on standard error, at its lowest level, and the file for monitoring."""
    search = Search(PERSONA)
    reader, patient = start(rig)
    work(rig, reader, patient)
    assert rig.stop_daemon() == 0
    log = rig.read_log("shikakud")
    assert "asking-pin -> proving" in log and not search.find(log.encode()), search.find(log.encode())
    metrics = rig.metrics_file.read_bytes()
    assert b"shikaku_visits_total" in metrics and not search.find(metrics), search.find(metrics)


def test_journal(rig):
    """The log as structured fields."""
    search = Search(PERSONA)
    try:
        journal = Journal()
    except OSError as error:
        raise Skip("a mount namespace") from error
    reader, patient = start(rig)
    set_log(rig.bus_connection("root"), "LogTarget", "journal")
    work(rig, reader, patient)
    assert rig.stop_daemon() == 0
    fields = b"".join(entry for entry in journal.entries if b"SHIKAKU_CHECKPOINT" not in entry)
    assert b"MESSAGE=visit: asking-pin -> proving" in fields and b"SHIKAKU_VISIT=" in fields
    assert not search.find(fields), search.find(fields)
    checkpoints = b"".join(journal.entries)  # whose signature looks like a token
    assert b"SHIKAKU_CHECKPOINT" in checkpoints and not search.find_personal(checkpoints)


def test_bus(rig):
    """Every message on the bus: a PIN is in none of them, the rest in those between a visit's owner and the daemon only. Who is
    not root and matches everything is sent nothing of it."""
    search = Search(PERSONA)
    reader, patient = start(rig)
    monitor = Listener(rig, "root")
    reply = monitor.call("org.freedesktop.DBus.Monitoring", "BecomeMonitor", GLib.Variant("(asu)", ([], 0)))
    assert reply.get_error_name() is None
    strangers = [Listener(rig, user) for user in ("other", "colleague", "shikaku")]
    for stranger in strangers:
        for rule in EVERYTHING:
            stranger.call("org.freedesktop.DBus", "AddMatch", GLib.Variant("(s)", (rule,)))  # or is refused
    work(rig, reader, patient)
    rig.bus_connection("root").emit_signal(None, "/canary", "org.example.Canary", "End", None)
    for listener in (monitor, *strangers):
        listener.wait_for_signal("End")
        listener.close()
    daemon = next(message.get_sender() for message, _blob in monitor.messages
                  if message.get_interface() == "org.shikaku.Shikaku1.Agent")
    owners = {rig.bus_connection(user).get_unique_name() for user in ("tester", "colleague")}
    leaks = [f"{describe(message)}: {found}" for message, blob in monitor.messages
             if (found := (search.find_pins if is_between(message, daemon, owners) else search.find)(blob))]
    assert not leaks, "\n".join(leaks)
    assert any(search.find(blob) for _message, blob in monitor.messages)  # it was looked for where it is, too
    for stranger in strangers:
        heard = [describe(message) for message, blob in stranger.messages
                 if search.find(blob) or "/visit/" in (message.get_path() or "")]
        assert not heard, heard


def is_between(message, daemon, owners):
    """Whether it is an owner's own call, the reply to it, or a signal to an owner: not what an agent is told."""
    ends = {message.get_sender(), message.get_destination()}
    return (message.get_interface() != "org.shikaku.Shikaku1.Agent" and len(ends & owners) == 1
            and bool(ends & {daemon, NAME}))


def test_core(rig):
    """No core, no debugger: not even by the daemon's own user."""
    reader, patient = start(rig)
    patient.pin = Agent.HANG
    Visits(rig.bus_connection("tester")).open(Reader=reader)
    patient.wait("RequestPin")
    pid = rig.daemon.pid
    assert os.stat(f"/proc/{pid}/mem").st_uid == 0  # of a dumpable process it would be its user's
    with open(f"/proc/{pid}/limits", encoding="utf-8") as limits:
        assert next(line.split()[4:6] for line in limits if line.startswith("Max core file")) == ["0", "0"]
    code = f"""import ctypes, os
for name in ("mem", "environ", "maps", "fd/0", "stack"):
    try:
        os.open("/proc/{pid}/" + name, os.O_RDONLY)
        print(name, "was opened")
    except PermissionError:
        pass
libc = ctypes.CDLL(None, use_errno=True)
if libc.ptrace(16, {pid}, None, None) == 0:
    print("attached")
"""
    assert rig.run_as("shikaku", sys.executable, "-c", code, check=0).text() == ""
    rig.daemon.kill(signal.SIGABRT)
    end = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert (end.si_code, end.si_status) == (os.CLD_KILLED, signal.SIGABRT), end  # and not CLD_DUMPED
    rig.daemon.reap()
    rig.retire(rig.daemon)
    rig.daemon = None


def test_pin_in_memory(rig):
    """The command that held the PIN is gone from memory when the card has answered, whatever it answered."""
    reader, patient = start(rig)
    memory, visits = Memory(rig.daemon), Visits(rig.bus_connection("tester"))
    for pin, tries in ((PIN, 3), (WRONG_PIN, 2)):
        command = bytes.fromhex("0020009804") + pin.encode()
        patient.pin = pin
        rig.card("clear-log")
        rig.card("fault hold verify")
        visit = visits.open(Reader=reader, SameCard=True)
        rig.card.wait("verify")
        rig.daemon.kill(signal.SIGSTOP)  # the search may take its time
        assert memory.find(command), "the search does not find what is there"
        rig.daemon.kill(signal.SIGCONT)
        rig.card("release")
        visit.wait_finished()
        assert not memory.find(command)
        visit.close()
        assert not memory.find(command)
        assert rig.card.status()["tries"]["auth"] == tries


def test_answer_in_memory(rig):
    """Nothing that the daemon still holds has the answer in it when the visit is closed. Our own copies are erased before
    they are freed; what libraries freed is overwritten by the allocator, as the unit asks it to."""
    unit = (SOURCE / "data" / "system" / "shikakud.service.in").read_text()
    reader, _patient = start(rig, environment={
        "GLIBC_TUNABLES": re.search(r"^Environment=GLIBC_TUNABLES=(\S+)$", unit, re.MULTILINE)[1],
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":max_free_fill_size=1000000000:free_fill_byte=165"})
    memory = Memory(rig.daemon)
    visit = Visits(rig.bus_connection("tester")).open(Reader=reader, SameCard=True, Consents=CONSENTS)
    visit.wait_finished()
    visit.eligibility()
    visit.message()
    visit.call("GetMessageBytes", GLib.Variant("(s)", ("json",)))
    search = Search(PERSONA)
    assert memory.find("山田　花子".encode()), "the search does not find what is there"
    visit.close()
    call(rig.bus_connection("tester"), ROOT, "org.freedesktop.DBus.Peer", "Ping")
    left = {name for region in memory.read() for name in search.find_personal(region)}
    assert not left, left
