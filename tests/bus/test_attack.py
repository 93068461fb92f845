# SPDX-License-Identifier: LGPL-2.1-or-later
"""Callers and agents who mean no good: each call gets one answer of a published name, and the daemon keeps nothing.

Comes in: a rig, and SHIKAKU_ATTACK: how many times longer than usual. Each function test_… is a case; meson.build lists
them. What is drawn at random comes from a seed.
"""
import os
import random
import re
import signal
import socket

from bus import (AGENT_MANAGER, ERROR, MANAGER, NAME, PROPERTIES, READER, ROOT, VISIT, Agent, Call, ObjectPath, Visits,
                 call, expect_error,
                 get_property, options)
from gi.repository import Gio, GLib
from loop import wait_for
from people import INSURED
from rig import SOURCE

EFFORT = int(os.environ.get("SHIKAKU_ATTACK", "1"))
PUBLISHED = {ERROR + name for name in re.findall(r'X \(\w+, "(\w+)"\)', (SOURCE / "daemon/base/names.h").read_text())}
STANDARD = {"org.freedesktop.DBus.Error." + name for name in (
    "UnknownObject", "UnknownMethod", "UnknownInterface", "UnknownProperty", "PropertyReadOnly", "InvalidArgs",
    "AccessDenied")}
CANARY = "Canary-4711"  # stands for what only the caller may see: in no log
LOG_PATH = "/org/freedesktop/LogControl1"

METHODS = {
    MANAGER: {"Check": "(a{sv})", "OpenVisit": "(a{sv})", "CheckNumber": "(a{sv}a{sv})", "GetVisits": "()",
              "Diagnose": "(a{sv})", "FetchRecords": "(a{sv}s)"},
    AGENT_MANAGER: {"RegisterAgent": "(oasa{sv})", "UnregisterAgent": "(o)"},
    VISIT: {"GetEligibility": "()", "GetConsents": "()", "GetMessage": "(s)", "Cancel": "()", "Close": "()"},
    PROPERTIES: {"Get": "(ss)", "GetAll": "(s)", "Set": "(ssv)"},
    "org.freedesktop.DBus.Introspectable": {"Introspect": "()"},
    "org.freedesktop.DBus.ObjectManager": {"GetManagedObjects": "()"},
    "org.freedesktop.DBus.Peer": {"Ping": "()", "GetMachineId": "()"},
}
KEYS = {"Reader": "o", "Consents": "as", "Language": "s", "Purpose": "s", "Timeout": "u", "Token": "s", "SameCard": "b",
        "LastTry": "b", "Insured": "a{sv}", "Nothing": "s", CANARY: "s"}
TEXTS = ["", "drug", "ceiling", "ja", "en", "eligibility", "State", "LogLevel", "debug", "json", "xml", "mine", "pin",
         "consent", MANAGER, VISIT, CANARY, "１２", "●" * 40, "x" * 70000, "%s%n", "../..", *INSURED.values()]
SIGNATURES = ["y", "b", "n", "q", "i", "u", "x", "t", "d", "s", "o", "g", "v", "as", "ao", "au", "ay", "a{sv}", "a{su}",
              "(sv)", "aa{sv}", "a{sa{sv}}", "a(sss)"]


class Dice(random.Random):
    """Draws values of any signature, options, and whole calls."""

    paths = ("/", ROOT, ROOT + "/reader/1", ROOT + "/visit", ROOT + "/visit/1_1/mine", LOG_PATH)

    def draw(self, signature, depth=0):
        kind = signature[0]
        if kind == "(":
            return tuple(self.draw(one, depth + 1) for one in split(signature[1:-1]))
        if signature == "a{sv}" and depth < 4:
            return self.draw_options(depth)
        if signature.startswith("a{"):
            return {self.choice(TEXTS): self.draw(signature[3:-1], depth + 1)} if depth < 5 else {}
        if kind == "a":
            return [self.draw(signature[1:], depth + 1) for _ in range(self.choice((0, 1, 2, 80)) if depth < 5 else 0)]
        if kind == "v":
            return self.draw_variant(depth)
        return {"s": lambda: self.choice(TEXTS), "o": lambda: self.choice(self.paths), "b": lambda: self.random() < 0.5,
                "g": lambda: "a{sv}", "d": self.random}.get(kind, lambda: self.choice((0, 1, 100)))()

    def draw_options(self, depth):
        """Mostly of the right type; now and then the numbers of somebody."""
        drawn = {key: GLib.Variant("s", value) for key, value in INSURED.items()} if self.random() < 0.5 else {}
        for key in self.sample(list(KEYS), self.choice((0, 0, 0, 1, 1, 2))):
            drawn[key] = self.draw_variant(depth + 1, KEYS[key] if self.random() < 0.8 else None)
        return drawn

    def draw_variant(self, depth, signature=None):
        if self.random() < 0.02:  # deep
            value = GLib.Variant("s", CANARY)
            for _ in range(30):
                value = GLib.Variant("v", value)
            return value
        signature = signature or self.choice(SIGNATURES)
        return GLib.Variant(signature, self.draw(signature, depth + 1))

    def draw_call(self, path=None):
        interface = self.choices(list(METHODS), weights=(6, 2, 3, 2, 1, 1, 1))[0]
        member = self.choice(list(METHODS[interface]) + ["Nothing"])
        signature = METHODS[interface].get(member, "()")
        if self.random() < 0.2:
            signature = "(" + "".join(self.choices(SIGNATURES, k=self.randrange(1, 4))) + ")"
        likely = ROOT if interface in (MANAGER, AGENT_MANAGER) else self.choice((path, *self.paths))
        return (likely if likely and self.random() < 0.9 else self.choice(self.paths), interface, member,
                GLib.Variant(signature, self.draw(signature)))


def split(signature):
    """The complete types of @signature, one by one."""
    while signature:
        for end in range(1, len(signature) + 1):
            if GLib.VariantType.string_is_valid(signature[:end]):
                yield signature[:end]
                signature = signature[end:]
                break


def check_answers(calls):
    """Every call was answered, by a name of the contract or of the standard."""
    for one in calls:
        wait_for(lambda one=one: one.done, one.what, 30)
        assert not one.error or one.error.full_name in PUBLISHED | STANDARD, one.error


def is_idle(rig, before):
    """The daemon still answers, and holds no more than @before: descriptors, threads."""
    call(rig.bus_connection("root"), ROOT, MANAGER, "GetVisits")
    return rig.daemon.descriptors() <= before[0] and rig.daemon.threads() <= before[1]


def look(rig):
    call(rig.bus_connection("root"), ROOT, MANAGER, "GetVisits")
    return rig.daemon.descriptors(), rig.daemon.threads()


def warm_up(rig):
    """A number checked in vain: from then on the daemon has its threads, and the wrapper of users its files."""
    Visits(rig.bus_connection()).check_number(INSURED).wait_finished()
    return look(rig)


def wait_idle(rig, before):
    wait_for(lambda: is_idle(rig, before), f"descriptors and threads {before} (now {look(rig)})")
    assert CANARY not in rig.read_log("shikakud")


def test_arguments(rig):
    """Whatever is given to whatever member by whomever."""
    rig.start("daemon")
    before = warm_up(rig)
    dice = Dice(4711)
    for _round in range(5 * EFFORT):
        for user in ("tester", "colleague", "other", "root"):
            connection = rig.bus_connection(user, fresh=True)
            own = f"{ROOT}/visit/{connection.get_unique_name()[1:].replace('.', '_')}/mine"
            calls = [Call(connection, *dice.draw_call(own)) for _ in range(100)]
            if dice.random() < 0.7:
                check_answers([one for one in calls if not one.what.endswith(" Check")])
            connection.close_sync(None)  # with calls and visits under way
    wait_idle(rig, before)


def test_connections(rig):
    """300 callers, each with a visit, all gone at once: limits hold, and nothing of them is left."""
    rig.start("daemon", "center")
    rig.center("fault slow 60000 count=always path=search")
    before = look(rig)
    connections = [rig.bus_connection(user, fresh=True) for user in ("tester", "colleague", "root") for _ in range(100)]
    parameters = GLib.Variant.new_tuple(options(INSURED), options({}))
    calls = [Call(connection, ROOT, MANAGER, "CheckNumber", parameters) for connection in connections]
    check_answers(calls)
    assert sum(not one.error for one in calls) == 3 * 64
    assert {one.error.name for one in calls if one.error} == {"LimitExceeded"}
    for connection in connections:
        connection.close_sync(None)
    rig.center("clear-faults")
    assert Visits(rig.bus_connection()).check_number(INSURED).wait_finished()[0] == "done"
    wait_for(lambda: rig.daemon.descriptors() <= before[0] + 16, "closed connections to the center")


class Deaf:
    """A connection that never reads what it is sent."""

    def __init__(self, rig):
        self.link = socket.socket(socket.AF_UNIX)
        self.link.connect(re.search(r"path=([^,]+)", rig.address)[1])
        self.link.sendall(b"\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\r\n")
        assert self.link.recv(4096).startswith(b"OK")
        self.link.sendall(b"BEGIN\r\n")
        self.serial = 0
        self.send("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello")

    def send(self, name, path, interface, member, parameters=None):
        message = Gio.DBusMessage.new_method_call(name, path, interface, member)
        if parameters:
            message.set_body(parameters)
        self.serial += 1
        message.set_serial(self.serial)
        if self.serial % 4:  # the bus itself stops him at 128 replies that he may expect
            message.set_flags(Gio.DBusMessageFlags.NO_REPLY_EXPECTED)
        self.link.sendall(message.to_blob(Gio.DBusCapabilityFlags.NONE))


def test_deaf(rig):
    """A flood from one who reads no answer: others are served."""
    rig.start("daemon")
    before = warm_up(rig)
    deaf = Deaf(rig)
    deaf.link.settimeout(1)
    text = options({"Language": "x" * 1000})
    try:
        for _ in range(1000 * EFFORT):
            deaf.send(NAME, ROOT, MANAGER, "OpenVisit", GLib.Variant.new_tuple(text))
            deaf.send(NAME, ROOT, PROPERTIES, "GetAll", GLib.Variant("(s)", (MANAGER,)))
    except TimeoutError:  # the bus has stopped reading
        pass
    call(rig.bus_connection(), ROOT, MANAGER, "GetVisits", seconds=5)
    deaf.link.close()
    wait_idle(rig, before)


def start_desk(rig):
    """Return: a reader, and who asks its agent for a consent there."""
    rig.start("card", "center", "daemon")
    reader = ObjectPath(rig.wait_readers(2, present=1)[1])
    visits = Visits(rig.bus_connection())
    return reader, lambda: visits.check_number(INSURED, Reader=reader, Consents=["ceiling"])


def leave_unanswered(agent, number, reader, ask):
    """Leaves @number of questions unanswered, and registers anew for each."""
    for one in range(1, number + 1):
        agent.register(Reader=reader)
        visit = ask()
        agent.wait("RequestConsent", one)
        visit.close()
        agent.unregister()


def test_silent_agents(rig):
    """Who registers again and again does not get around the limit of what he leaves unanswered, nor does he by more
    connections; the agents of others are asked as ever."""
    reader, ask = start_desk(rig)
    for _ in range(3):
        silent = Agent(rig.bus_connection("colleague", fresh=True), consents=Agent.HANG)
        leave_unanswered(silent, 8, reader, ask)
        expect_error("LimitExceeded", silent.register, Reader=reader)
    expect_error("LimitExceeded", Agent(rig.bus_connection("colleague", fresh=True)).register, Reader=reader)
    Agent(rig.bus_connection("tester", fresh=True)).register(Reader=reader)
    visit = ask()
    assert visit.wait_finished()[0] == "done" and visit.consents()["ceiling"]["Granted"]


def test_nonsense_agents(rig):
    """Huge, strange and needless answers are a no."""
    reader, ask = start_desk(rig)
    for answers in ({"x" * 1000000: True}, {f"kind{i}": True for i in range(20000)}, {}, {"drug": True}, True):
        agent = Agent(rig.bus_connection("colleague", fresh=True), consents=answers).register(Reader=reader)
        visit = ask()
        assert visit.wait_finished()[0] == "done"
        assert visit.consents().get("ceiling", {}).get("Granted", False) == (answers is True)
        agent.connection.close_sync(None)


def test_visits(rig):
    """Card visits that are left in any state, with agents of any sort: the next one works."""
    rig.start("card", "center", "daemon")
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    dice = random.Random(4711)
    changed = []
    rig.bus_connection().signal_subscribe(NAME, PROPERTIES, "PropertiesChanged", reader, None, Gio.DBusSignalFlags.NONE,
                                          lambda *_arguments: changed.append(True))
    for _ in range(12 * EFFORT):
        patient = Agent(rig.bus_connection("colleague", fresh=True), consents=dice.choice((True, Agent.HANG, Agent.DIE)),
                        pin=dice.choice(("1234", "1234", Agent.HANG, Agent.DIE, Agent.EMPTY, "1" * 4096)))
        patient.register(Reader=reader)
        owner = Visits(rig.bus_connection(fresh=True))
        visit = owner.open(Reader=reader, SameCard=True, Consents=["ceiling", "drug"], Token="again")
        state = dice.choice(("reading-card", "asking-pin", "proving", "asking-consent", "done", "failed"))
        wait_for(lambda owner=owner, state=state, patient=patient: owner.finished or patient.pending
                 or any(state in states for states in owner.states.values()), state)
        way = dice.choice(("cancel", "close", "leave", "agent", "unregister"))
        if way in ("cancel", "close"):
            Call(visit.connection, visit.path, VISIT, way.title())
        elif way == "agent":
            patient.connection.close(None, None)
        elif way == "unregister":
            Call(patient.connection, ROOT, AGENT_MANAGER, "UnregisterAgent", GLib.Variant("(o)", (patient.path,)))
        if dice.random() < 0.5 and way not in ("close", "leave"):
            wait_for(lambda owner=owner: owner.finished, f"its end after {way}")
        owner.connection.close_sync(None)
        patient.connection.close(None, None)
        while changed.clear() or get_property(rig.bus_connection(), reader, READER, "InUse"):
            wait_for(lambda: changed, "the reader")
    Agent(rig.bus_connection("colleague")).register(Reader=reader)
    assert Visits(rig.bus_connection()).open(Reader=reader, SameCard=True).wait_finished()[0] == "done"


def test_forged(rig):
    """Words that only the bus may say, from somebody else, before the daemon has its name and the policy guards it."""
    rig.start("bus", "pcscd")
    rig.bus_connection("root")  # before others appear: start_daemon uses it
    connection = rig.bus_connection("other")
    appeared = []
    connection.signal_subscribe("org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged", None, None,
                                Gio.DBusSignalFlags.NONE, lambda *arguments: appeared.append(arguments[5].unpack()))
    rig.pcscd.kill(signal.SIGSTOP)  # the daemon waits for it, for a second
    try:
        rig.start_daemon(ready=False)
        name = wait_for(lambda: next((new for name, _old, new in appeared if new.startswith(":")), None), "the daemon")
        connection.emit_signal(name, "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameLost",
                               GLib.Variant("(s)", (NAME,)))
        connection.flush_sync(None)
    finally:
        rig.pcscd.kill(signal.SIGCONT)
    wait_for(lambda: not rig.daemon.is_running() or any(name == NAME for name, _old, _new in appeared), "its name")
    assert rig.daemon.is_running()
