# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who means to be somebody else: strangers, squatters of the name, forgers of signals and of paths.

Comes in: a rig. Each function test_… is a case; meson.build lists them. Goes out: nothing; attack.py says what has to
hold afterwards.
"""
import signal

from attack import DBUS, Siege, get_owner, make_arguments, read_contract
from bus import (AGENT, AGENT_MANAGER, LEDGER, MANAGER, NAME, PROPERTIES, READER, ROOT, VISIT, Agent, Call, ObjectPath,
                 Visits, call, expect_error, get_property)
from canary import Listener
from gi.repository import Gio, GLib
from loop import wait_for
from people import INSURED

OWNER, QUEUED, EXISTS = 1, 2, 3  # what RequestName answers
ALLOW_REPLACEMENT, REPLACE_EXISTING, DO_NOT_QUEUE = 1, 2, 4


# strangers

def ask_all(connection, contract):
    """Every method of the contract. Return: interface → the names of the errors."""
    answers = {}
    for interface, (path, methods) in contract.items():
        for member, signature in methods:
            one = Call(connection, path if path != "own" else ROOT + "/visit/1_1/mine", interface, member,
                       make_arguments(signature))
            wait_for(lambda one=one: one.done, one.what)
            answers.setdefault(interface, set()).add(one.error.name if one.error else "")
    return answers


def test_strangers(rig):
    """Another user, and one of the wrong group, neither with a session: nothing of the contract is theirs to call but, for a
    doctor, records. What may be read without a right is what anybody may know: no visit, no person."""
    rig.start("center", "daemon")
    contract = read_contract()
    visit = Visits(rig.bus_connection("tester")).check_number(INSURED, Token="mine")
    visit.wait_finished()
    with Siege(rig):
        for user in ("other", "doctor"):
            stranger = rig.bus_connection(user, fresh=True)
            answers = ask_all(stranger, contract)
            records = {"NotFound", "InvalidOption"} if user == "doctor" else set()  # by a receipt or a ticket, if they had one
            for interface in (MANAGER, AGENT_MANAGER, LEDGER):
                refused = answers.pop(interface) - {"LimitExceeded"}  # who asks so much is braked
                assert refused == {"NotAuthorized"} | (records if interface == MANAGER else set()), (interface, refused)
            assert answers.pop(VISIT) == {"org.freedesktop.DBus.Error.UnknownObject"}
            assert answers.pop(AGENT) == {"org.freedesktop.DBus.Error.AccessDenied"}
            assert not answers, answers  # a new interface says here what strangers get of it
            everything = repr([call(stranger, path, PROPERTIES, "GetAll", GLib.Variant("(s)", ("",)))
                               for path in (ROOT, "/org/freedesktop/LogControl1")])
            secrets = [value for value in INSURED.values() if len(value) > 2]  # two digits are in many a number
            assert not any(word in everything for word in (*secrets, "visit", "mine")), everything
            expect_error("org.freedesktop.DBus.Error.AccessDenied", call, stranger, "/org/freedesktop/LogControl1",
                         PROPERTIES, "Set",
                         GLib.Variant("(ssv)", ("org.freedesktop.LogControl1", "LogLevel", GLib.Variant("s", "debug"))))
            stranger.close_sync(None)
    assert visit.get("Answer") == "eligible"


# the name

def request_name(connection, flags=REPLACE_EXISTING):
    return call(connection, "/org/freedesktop/DBus", DBUS, "RequestName", GLib.Variant("(su)", (NAME, flags)),
                destination=DBUS)


def refuse_name(rig):
    for user in ("other", "tester", "doctor"):
        for flags in (0, ALLOW_REPLACEMENT | REPLACE_EXISTING, DO_NOT_QUEUE):
            expect_error("org.freedesktop.DBus.Error.AccessDenied", request_name, rig.bus_connection(user), flags)


def test_squatters(rig):
    """Nobody else gets the name: not before the daemon, not while it is there, not after it. Who may own it by the policy
    (root, the daemon's user) does not take it away from the daemon either."""
    rig.start("bus", "center")
    refuse_name(rig)
    rig.start("daemon")
    refuse_name(rig)
    for user in ("root", "shikaku"):
        assert request_name(rig.bus_connection(user), REPLACE_EXISTING | DO_NOT_QUEUE) == EXISTS
    assert Visits(rig.bus_connection()).check_number(INSURED).wait_finished()[0] == "done"
    rig.kill_daemon()
    refuse_name(rig)


def test_squatted(rig):
    """A daemon that finds its name taken ends, and not with 0, and has served nobody."""
    rig.start("bus")
    assert request_name(rig.bus_connection("root")) == OWNER
    daemon = rig.start_daemon(ready=False)
    wait_for(lambda: not daemon.is_running(), "the daemon's end")
    assert daemon.status > 0, daemon.status
    rig.retire(daemon)
    rig.daemon = None


# signals and replies that others forge

def test_forged(rig):
    """Words that only the bus may say, from somebody else, before the daemon has its name and the policy guards it."""
    rig.start("bus", "pcscd")
    rig.bus_connection("root")  # before others appear: start_daemon uses it
    connection = rig.bus_connection("other")
    appeared = []
    connection.signal_subscribe(DBUS, DBUS, "NameOwnerChanged", None, None, Gio.DBusSignalFlags.NONE,
                                lambda *arguments: appeared.append(arguments[5].unpack()))
    rig.pcscd.kill(signal.SIGSTOP)  # the daemon waits for it, for a second
    try:
        rig.start_daemon(ready=False)
        name = wait_for(lambda: next((new for name, _old, new in appeared if new.startswith(":")), None), "the daemon")
        connection.emit_signal(name, "/org/freedesktop/DBus", DBUS, "NameLost", GLib.Variant("(s)", (NAME,)))
        connection.flush_sync(None)
    finally:
        rig.pcscd.kill(signal.SIGCONT)
    wait_for(lambda: not rig.daemon.is_running() or any(name == NAME for name, _old, _new in appeared), "its name")
    assert rig.daemon.is_running()


def test_forged_signals(rig):
    """Signals of others, to the daemon and to its callers, in its words and in the bus's: it ends no visit, drops no agent,
    and believes nobody; and a caller that asks not who sends it hears of no end but the daemon's."""
    rig.start("card", "center", "daemon")
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    patient = Agent(rig.bus_connection("colleague"), pin=Agent.HANG).register(Reader=reader)
    visit = Visits(rig.bus_connection("tester")).open(Reader=reader, SameCard=True)
    patient.wait("RequestPin")
    heard = []
    visit.connection.signal_subscribe(None, None, None, None, None, Gio.DBusSignalFlags.NONE,
                                      lambda *arguments: heard.append((arguments[1], arguments[4])))
    attacker = rig.bus_connection("other")
    daemon, owner = get_owner(attacker), visit.connection.get_unique_name()
    for name in (owner, patient.connection.get_unique_name(), NAME, daemon):
        gone = GLib.Variant("(sss)", (name, name, ""))
        for to in (daemon, None):
            attacker.emit_signal(to, "/org/freedesktop/DBus", DBUS, "NameOwnerChanged", gone)
            attacker.emit_signal(to, "/org/freedesktop/DBus", DBUS, "NameLost", GLib.Variant("(s)", (NAME,)))
    finished = GLib.Variant("(ssa{sv})", ("done", "", {}))
    for to in (daemon, owner, None):
        attacker.emit_signal(to, visit.path, VISIT, "Finished", finished)
        attacker.emit_signal(to, ROOT, MANAGER, "ExpiryWarning", GLib.Variant("(stia{sv})", ("center-ca", 0, 0, {})))
        attacker.emit_signal(to, ROOT, "org.freedesktop.PolicyKit1.Authority", "Changed", None)
    call(attacker, ROOT, "org.freedesktop.DBus.Peer", "Ping")  # the daemon has seen what came before it
    assert visit.get("State") == "asking-pin"
    assert not visit.visits.finished
    patient.finish_pin("1234")
    assert visit.wait_finished() == ("done", "", {})
    wait_for(lambda: (daemon, "Finished") in heard, "the true end")
    assert {sender for sender, signal in heard if signal in ("Finished", "ExpiryWarning")} == {daemon}, heard


INTERFACES = ("org.shikaku.Shikaku1.Manager", "org.shikaku.Shikaku1.AgentManager", "org.shikaku.Shikaku1.Reader",
              "org.shikaku.Shikaku1.Visit", "org.shikaku.Shikaku1.Agent", PROPERTIES, "org.freedesktop.DBus.Introspectable",
              "org.freedesktop.DBus.ObjectManager", "org.freedesktop.DBus.Peer", "org.freedesktop.login1.Manager",
              "org.example.Nothing")


def test_signals_refused(rig):
    """A signal of somebody else does not reach the daemon, whatever it is called: the bus refuses it."""
    rig.start("daemon")
    daemon = get_owner(rig.bus_connection("tester"))
    for user in ("tester", "other", "root"):
        sender = Listener(rig, user)
        for to in (daemon, NAME):
            for interface in INTERFACES:
                message = Gio.DBusMessage.new_signal(ROOT, interface, "Changed")
                message.set_destination(to)
                message.set_flags(Gio.DBusMessageFlags.NONE)
                reply = sender.send(message, f"the refusal of {interface}, {user}")
                assert reply.get_error_name() == "org.freedesktop.DBus.Error.AccessDenied", (interface, user, reply.print_(0))
        sender.close()


# paths

def expect_unknown(connection, path):
    """@path is one that never was, to @connection."""
    for interface, members in {VISIT: ("GetEligibility", "GetConsents", "Cancel", "Close")}.items():
        for member in members:
            expect_error("org.freedesktop.DBus.Error.UnknownObject", call, connection, path, interface, member)
    expect_error("org.freedesktop.DBus.Error.UnknownObject", call, connection, path, PROPERTIES, "GetAll",
                 GLib.Variant("(s)", (VISIT,)))


def test_replayed_paths(rig):
    """A closed visit's path, another owner's, the same token by another, one's own path after a new connection."""
    rig.start("center", "daemon")
    with Siege(rig):
        owner, other = (Visits(rig.bus_connection("tester", fresh=True)) for _ in range(2))
        closed = owner.check_number(INSURED, Token="mine")
        closed.wait_finished()
        expect_unknown(other.connection, closed.path)
        closed.close()
        owner.finished.clear()
        expect_unknown(owner.connection, closed.path)
        again = other.check_number(INSURED, Token="mine")
        assert again.path != closed.path
        expect_unknown(owner.connection, again.path)
        expect_unknown(owner.connection, closed.path)
        second = owner.check_number(INSURED, Token="mine")  # the token is free again, with nothing of the first
        assert second.path == closed.path
        assert second.wait_finished()[0] == "done"
        expect_error("VisitExists", owner.check_number, INSURED, Token="mine")
        for visits in (owner, other):
            visits.connection.close_sync(None)
        expect_unknown(rig.bus_connection("tester"), second.path)
        expect_unknown(rig.bus_connection("root"), again.path)


def test_reader_gone(rig):
    """The path of a reader that is gone is one that never was; a visit at it is refused, and so is an agent."""
    rig.start("center", "pcscd", "daemon")
    with Siege(rig):
        gone = ObjectPath(rig.wait_readers(2)[1])
        connection = rig.bus_connection("tester")
        rig.stop_pcscd()
        rig.wait_readers(0)
        for reader in (gone, ObjectPath(ROOT + "/reader/9"), ObjectPath(ROOT), ObjectPath("/")):
            expect_error("ServiceStopped", Visits(connection).open, Reader=reader)
            expect_error("NoReader", Agent(connection, path="/x" + reader.replace("/", "x")).register, Reader=reader)
        expect_error("org.freedesktop.DBus.Error.UnknownObject", get_property, connection, gone, READER, "Name")
        rig.start_pcscd()
        rig.wait_readers(2)
