# SPDX-License-Identifier: LGPL-2.1-or-later
"""Floods: too many calls, too many callers, too much in one call, too many descriptors, nobody who reads the answers.

Comes in: a rig. Each function test_… is a case; meson.build lists them. Goes out: nothing; attack.py says what has to
hold afterwards.
"""
import os
import re
import signal
import time
from pathlib import Path

from attack import (DBUS, FULL, STANDARD_METHODS, Deaf, RandomCalls, Siege, check_answers, make_arguments,
                    make_call, read_contract, read_keys, write_table)
from bus import MANAGER, PROPERTIES, ROOT, VISIT, Agent, Call, ObjectPath, Visits, call, expect_error, options
from gi.repository import Gio, GLib
from loop import wait_for
from people import INSURED

SEED = int(os.environ.get("SHIKAKU_SEED", "4711"))
NUMBER_CHECK = GLib.Variant.new_tuple(options(INSURED), options({}))
MEGABYTE = 1 << 20
ROOM = 16384  # kB that a flood may take for as long as it lasts
FILES_EACH = 16  # descriptors that the system bus lets one message have


def attack_at_random(rig, number, seed):
    """@number of calls by four users at a time, most by root: of whom polkit need not be asked. Return: errors → how
    often."""
    few = number // 50
    shares = {"tester": few, "colleague": few, "other": few, "root": number - 3 * few}
    attackers = [RandomCalls(rig, user, seed + place, share) for place, (user, share) in enumerate(shares.items())]
    errors = {}
    for attacker in attackers:
        for name, count in attacker.wait().items():
            errors[name] = errors.get(name, 0) + count
    return errors


def test_arguments(rig):
    """Whatever is given to whatever member by whomever: 100,000 calls, made from the contract by a seed; 20,000 in a short
    run."""
    number = 100000 if FULL else 20000
    rig.start("card", "center", "daemon")
    rig.wait_readers(2, present=1)
    write_table(rig)
    attack_at_random(rig, 10000, SEED)  # what is kept for good is there then
    with Siege(rig):
        begin = time.monotonic()
        errors = attack_at_random(rig, number, SEED + 4)
        print(f"seed {SEED}: {number} calls in {time.monotonic() - begin:.1f} s: {errors}", flush=True)


def open_and_close(connection, number):
    for _ in range(number // 12):
        calls = [Call(connection, ROOT, MANAGER, "CheckNumber", NUMBER_CHECK) for _ in range(12)]
        assert check_answers(calls) == {""}
        paths = [one.reply.unpack()[0] for one in calls]
        assert check_answers([Call(connection, path, VISIT, "Close") for path in paths]) == {""}


def test_visits(rig):
    """10,000 visits opened and closed, 3,000 in a short run."""
    rig.start("center", "daemon")
    connection = rig.bus_connection("root", fresh=True)
    open_and_close(connection, 3000)  # the heap's fragments are there then; a leak would go on
    with Siege(rig):
        open_and_close(connection, 10000 if FULL else 3000)


def test_connections(rig):
    """300 callers, each with a visit, all gone at once: limits hold, and nothing of them is left."""
    rig.start("daemon", "center")
    with Siege(rig):
        rig.center("fault hold count=always path=search")
        connections = [rig.bus_connection(user, fresh=True) for user in ("tester", "colleague", "root")
                       for _ in range(100)]
        calls = [Call(connection, ROOT, MANAGER, "CheckNumber", NUMBER_CHECK) for connection in connections]
        assert check_answers(calls) == {"", "LimitExceeded"}
        assert sum(not one.error for one in calls) == 3 * 64
        for connection in connections:
            connection.close_sync(None)
        rig.center("clear-faults")


def read_peak(rig):
    """The most that the daemon had in memory, in kB."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{rig.daemon.pid}/status").read_text())[1])


def read_time(rig):
    """The processor time that the daemon has used, in seconds."""
    used = Path(f"/proc/{rig.daemon.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")


def flood_unread(rig, connections):
    """100 calls over each of @connections, and no answer is ever read."""
    calls = [make_call(ROOT, MANAGER, "GetVisits"), make_call(ROOT, "org.freedesktop.DBus.Introspectable", "Introspect"),
             make_call(ROOT, PROPERTIES, "GetAll", GLib.Variant("(s)", (MANAGER,))),
             make_call(ROOT, MANAGER, "Diagnose", make_arguments("a{sv}")),
             make_call(ROOT, MANAGER, "CheckNumber", NUMBER_CHECK)]
    deaf = [Deaf(rig, user) for user in ("tester", "other") for _ in range(connections // 2)]
    for one in deaf:
        one.send(*(calls[place % len(calls)] for place in range(100)))
    Siege.serve(rig)
    for one in deaf:
        one.close()


def test_unread(rig):
    """10,000 calls over 100 connections, and no answer is ever read: nor does the daemon keep them all."""
    rig.start("center", "daemon")
    flood_unread(rig, 10)
    with Siege(rig) as siege:
        flood_unread(rig, 100)
        more = read_peak(rig) - siege.resident
        print(f"at most {more} kB more", flush=True)
        assert more < ROOM or not siege.weighed


def test_deaf(rig):
    """A flood without end from one who reads no answer: the bus stops reading him, others are served."""
    rig.start("center", "daemon")
    with Siege(rig):
        deaf = Deaf(rig, "tester")
        deaf.link.settimeout(1)
        text = GLib.Variant.new_tuple(options({"Language": "x" * 1000}))
        calls = [make_call(ROOT, MANAGER, "OpenVisit", text, reply=place % 4 == 0) for place in range(8)]
        calls.append(make_call(ROOT, PROPERTIES, "GetAll", GLib.Variant("(s)", (MANAGER,)), reply=False))
        try:
            for _ in range(1000):
                deaf.send(*calls)
        except TimeoutError:
            pass
        Siege.serve(rig)
        deaf.close()


def test_braked(rig):
    """Who calls too fast is braked, and says no more in the journal than that; nobody else has to wait for him."""
    rig.start("card", "center", "daemon")
    rig.wait_readers(2, present=1)
    write_table(rig)
    with Siege(rig):
        said = rig.read_log("shikakud").count("\n")
        attackers = [RandomCalls(rig, user, SEED, 2000) for user in ("other", "doctor")]
        for _ in range(20):
            assert call(rig.bus_connection("tester"), ROOT, MANAGER, "GetVisits") == []
        assert all("org.shikaku.Shikaku1.Error.LimitExceeded" in attacker.wait() for attacker in attackers)
        # Who floods before the bus has said who it is, is refused without a word.
        assert rig.read_log("shikakud").count("calls faster than it may") <= len(attackers)
        assert rig.read_log("shikakud").count("\n") - said < 10


def test_diagnoses(rig):
    """However many ask how the center is: it is asked once at a time."""
    rig.start("center", "daemon")
    with Siege(rig):
        for simulator_says in ("clear-log", "fault hold path=card/challenge"):
            rig.center(simulator_says)
        connections = [rig.bus_connection(user, fresh=True) for user in ("root", "tester") for _ in range(10)]
        calls = [Call(one, ROOT, MANAGER, "Diagnose", make_arguments("a{sv}")) for one in connections for _ in range(10)]
        rig.center.wait("card/challenge")
        for one in connections:  # served after those before
            assert call(one, ROOT, MANAGER, "GetVisits") == []
        rig.center("release")
        assert check_answers(calls) == {""}
        questions = rig.center("stats")["requests"]
        assert questions["card/challenge"] < len(calls) / 2, questions
        for connection in connections:
            connection.close_sync(None)


# much in one call

def make_huge_calls(text, with_options):
    """@text in every argument of every method, as a key, and, @with_options, in every option."""
    standard = {name: (ROOT, methods) for name, methods in STANDARD_METHODS.items() if name}
    for interface, (path, methods) in {**read_contract(), **standard}.items():
        for member, signature in methods:
            values = [{text: text}] if "a{sv}" in signature else []
            for key, kind in read_keys() if values and with_options else ():
                values.append({key: {"s": text, "o": ObjectPath("/" + text), "as": [text]}.get(kind, text)})
            for choices in values or [{}] if signature else []:
                yield (path.replace("own", ROOT + "/visit/1_1/mine"), interface, member,
                       make_arguments(signature, text, choices))


def send_huge_calls(rig, user, text, with_options):
    """One after the other; a refusal of the bus ends nothing."""
    connection = rig.bus_connection(user, fresh=True)
    count = 0
    for one in make_huge_calls(text, with_options):
        assert "" not in check_answers([Call(connection, *one)]) or one[2] == "RegisterAgent", one[:3]
        count += 1
    connection.close_sync(None)
    return count


def test_megabytes(rig):
    """A megabyte in every text and path of every method, as key and as value, by who may call and (options in a long run
    alone) by who may not; and in the path and the member that are called."""
    rig.start("center", "daemon")
    with Siege(rig):
        for size, error in ((60000, "InvalidOption"), (70000, "LimitExceeded")):
            expect_error(error, Visits(rig.bus_connection("tester")).open, Purpose="x" * size)
        for user in ("tester", "other"):
            print(send_huge_calls(rig, user, "x" * MEGABYTE, FULL or user == "tester"), "calls", flush=True)
        deaf = Deaf(rig, "other")
        for size in (255, 65536, MEGABYTE):
            deaf.call("/" + "x" * size, MANAGER, "GetVisits", reply=False)
            deaf.call(ROOT + "/visit/" + "x" * size, PROPERTIES, "GetAll", GLib.Variant("(s)", (VISIT,)), reply=False)
        Siege.serve(rig)
        deaf.close()


def test_many_parts(rig):
    """Nothing in it is long, but it has many parts: 200,000 texts without a character, a path of 30,000 names."""
    rig.start("center", "daemon")
    calls = [(path, MANAGER, "Diagnose", make_arguments("a{sv}", "", {"Consents": value}) if value else None)
             for path, value in ((ROOT, GLib.Variant("as", [""] * 200000)), (ROOT, GLib.Variant("ag", [""] * 200000)),
                                 ("/a" * 30000, None))]
    with Siege(rig):
        for user in ("tester", "other", "root"):
            connection = rig.bus_connection(user, fresh=True)
            for one in calls:
                begin = read_time(rig)
                assert check_answers([Call(connection, *one)]) == {"LimitExceeded"}
                print(f"{user}: {read_time(rig) - begin:.3f} s of the daemon", flush=True)
            connection.close_sync(None)


def test_held(rig):
    """Calls of 2 MB that wait for polkit, which does not answer: they are refused, not kept."""
    rig.start("center", "daemon")
    with Siege(rig) as siege:
        rig.polkitd.kill(signal.SIGSTOP)
        connections = [rig.bus_connection(user, fresh=True) for user in ("tester", "other") for _ in range(4)]
        calls = [Call(connection, ROOT, MANAGER, "OpenVisit", make_arguments("a{sv}", "", {"Purpose": "x" * 2 * MEGABYTE}))
                 for connection in connections for _ in range(8)]
        assert check_answers(calls) <= {"LimitExceeded", DBUS + ".Error.LimitsExceeded"}  # the daemon's, the bus's
        more = read_peak(rig) - siege.resident
        print(f"at most {more} kB more", flush=True)
        assert more < ROOM or not siege.weighed
        rig.polkitd.kill(signal.SIGCONT)
        for connection in connections:
            connection.close_sync(None)


def call_with_files(connection, member, parameters):
    """As many descriptors as the bus lets one message have."""
    files = Gio.UnixFDList.new_from_array([os.open("/dev/null", os.O_RDONLY) for _ in range(FILES_EACH)])
    return Call(connection, ROOT, MANAGER, member, parameters, files=files)


def test_descriptors(rig):
    """Descriptors that nobody asked for, with calls that would be answered at once, that would wait for polkit, or for the
    center: the bus keeps them away, from root too."""
    rig.start("center", "daemon")
    with Siege(rig):
        rig.center("fault hold count=always")
        connections = [rig.bus_connection(user, fresh=True) for user in ("tester", "other", "root") for _ in range(16)]
        calls = [call_with_files(connection, member, parameters) for connection in connections for _ in range(8)
                 for member, parameters in (("GetVisits", None), ("Diagnose", make_arguments("a{sv}")),
                                            ("Check", make_arguments("a{sv}", "", {"Insured": INSURED})))]
        assert check_answers(calls) == {DBUS + ".Error.AccessDenied"}
        for connection in connections:
            connection.close_sync(None)
        rig.center("clear-faults")


def test_deafened(rig):
    """So much is sent to the daemon that the bus throws away what it has to tell it: an agent left unnoticed. The next
    visit there fails, and then another agent may come."""
    rig.start("card", "center", "daemon")
    reader = ObjectPath(rig.wait_readers(2, present=1)[1])
    visits = Visits(rig.bus_connection("tester"))
    with Siege(rig):
        gone = Agent(rig.bus_connection("colleague", fresh=True)).register(Reader=reader)
        rig.daemon.kill(signal.SIGSTOP)
        flood = [rig.bus_connection("other", fresh=True) for _ in range(2)]  # of one alone the bus would stop reading
        calls = [Call(one, ROOT, MANAGER, "OpenVisit", make_arguments("a{sv}", "", {"Purpose": "x" * 16 * MEGABYTE}))
                 for one in flood for _ in range(5)]
        wait_for(lambda: any(one.done for one in calls), "the bus to refuse")
        gone.connection.close_sync(None)
        wait_for(lambda: not has_owner(rig, gone), "the agent's end")
        rig.daemon.kill(signal.SIGCONT)
        check_answers(calls)
        patient = Agent(rig.bus_connection("colleague", fresh=True))
        expect_error("AgentExists", patient.register, Reader=reader)
        visit = visits.check_number(INSURED, Reader=reader, Consents=["ceiling"])
        assert visit.wait_finished() == ("failed", "AgentGone", {})
        visit.close()
        patient.register(Reader=reader)
        visit = visits.check_number(INSURED, Reader=reader, Consents=["ceiling"])
        assert visit.wait_finished() == ("done", "", {})
        visit.close()
        for connection in (*flood, patient.connection):
            connection.close_sync(None)


def has_owner(rig, agent):
    return call(rig.bus_connection("root"), "/org/freedesktop/DBus", DBUS, "NameHasOwner",
                GLib.Variant("(s)", (agent.connection.get_unique_name(),)), destination=DBUS)


# more callers than there is room for

def test_places(rig):
    """Two users with all the connections that the bus lets them have, each known to the daemon: there is room for others,
    also for those whose visits are open."""
    rig.start("center", "daemon")
    with Siege(rig):
        owner = Visits(rig.bus_connection("tester")).check_number(INSURED)
        connections = [rig.bus_connection(user, fresh=True) for user in ("colleague", "doctor") for _ in range(240)]
        for place in range(0, len(connections), 20):
            check_answers([Call(one, ROOT, MANAGER, "GetVisits") for one in connections[place:place + 20]])
        connections += [rig.bus_connection("root", fresh=True) for _ in range(200)]
        for place in range(480, len(connections), 20):
            assert check_answers([Call(one, ROOT, MANAGER, "GetVisits") for one in connections[place:place + 20]]) == {""}
        assert owner.get("Answer") == "eligible"
        owner.close()
        for connection in connections:
            connection.close_sync(None)


# a polkit that does not answer

def test_polkit_hangs(rig):
    """Everybody waits; nothing is granted meanwhile; then all are answered, and the honest one first of his own."""
    rig.start("center", "daemon")
    with Siege(rig):
        rig.polkitd.kill(signal.SIGSTOP)
        crowd = [rig.bus_connection(user, fresh=True) for user in ("other", "doctor") for _ in range(60)]
        calls = [Call(one, ROOT, MANAGER, "GetVisits") for one in crowd for _ in range(3)]
        honest = Call(rig.bus_connection("tester"), ROOT, MANAGER, "GetVisits")
        assert call(rig.bus_connection("root"), ROOT, MANAGER, "GetVisits") == []
        assert not honest.done
        rig.polkitd.kill(signal.SIGCONT)
        assert honest.wait() == []
        assert check_answers(calls) <= {"NotAuthorized", "LimitExceeded"}
        for connection in crowd:
            connection.close_sync(None)
