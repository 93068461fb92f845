# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine goes to sleep: visits end before it, cards are unpowered, the desk works after it.

Comes in: a rig, with a logind of the test's own, so that each moment can be looked at; tests/machine has the real one.
"""
import os

from bus import Agent, ObjectPath, Visits, expect_error
from gi.repository import Gio, GLib
from loop import Watch, wait_for
from people import INSURED

LOGIN, LOGIN_PATH, LOGIN_MANAGER = "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"
LOGIN_XML = f"""<node><interface name='{LOGIN_MANAGER}'><method name='Inhibit'>
  <arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>
  <arg type='h' direction='out'/></method><property name='PreparingForSleep' type='b' access='read'/></interface></node>"""
SLEEP_SECONDS = 3  # at most, until cards let go
START_LOOKS = 2  # at the start, one once things are quiet
AGAIN_SECONDS = 600  # at last, between two questions
LOOK_SECONDS = 30  # awake, until logind is asked whether it still prepares
BUS_POLICY = f"""
  <policy user="root"><allow own="{LOGIN}"/></policy>
  <policy context="default"><allow send_destination="{LOGIN}"/></policy>
"""


class Logind:
    """What shikakud needs of it. Its inhibitors are pipes: whoever gives one back closes it."""

    def __init__(self, rig, preparing=False):
        self.connection = rig.bus_connection("root", fresh=True)
        node = Gio.DBusNodeInfo.new_for_xml(LOGIN_XML)
        self.connection.register_object(LOGIN_PATH, node.interfaces[0], self.on_call,
                                        lambda *_arguments: GLib.Variant("b", self.preparing), None)
        self.preparing, self.refuses = preparing, False
        self.given, self.held, self.refused = [], 0, 0
        self.connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                                  GLib.Variant("(su)", (LOGIN, 0)), None, Gio.DBusCallFlags.NONE, -1, None)

    def on_call(self, _connection, _sender, _path, _interface, _method, parameters, invocation):
        if self.refuses or self.preparing:  # as polkit does not answer yet; and as the real one while it prepares
            self.refused += 1
            invocation.return_dbus_error("org.freedesktop.DBus.Error.AccessDenied" if self.refuses
                                         else "org.freedesktop.login1.OperationInProgress", "not now")
            return
        ours, theirs = os.pipe()
        files = Gio.UnixFDList.new_from_array([theirs])  # takes it
        self.given.append(parameters.unpack())
        self.held += 1
        invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (0,)), files)

        def given_back():
            self.held -= 1
            os.close(ours)
            return False

        Watch(ours, given_back)

    def wait_inhibited(self, number, seconds=None):
        wait_for(lambda: len(self.given) == number and self.held == 1, f"inhibitor {number} (given {self.given})", seconds)

    def wait_refused(self, number):
        """Until it was asked so often in vain, and has said so."""
        wait_for(lambda: self.refused == number, f"question {number}")
        self.connection.flush_sync(None)

    def wait_free(self, seconds=None):
        wait_for(lambda: self.held == 0, "the inhibitor to be given back", seconds)

    def prepare(self, begins):
        self.preparing = begins
        emit(self.connection, None, begins)

    def leave(self):
        self.connection.close_sync(None)


def emit(connection, destination, begins):
    connection.emit_signal(destination, LOGIN_PATH, LOGIN_MANAGER, "PrepareForSleep", GLib.Variant("(b)", (begins,)))
    connection.flush_sync(None)


def count_looks(rig):
    return rig.read_log("pcscd").count("Received command: CMD_GET_READERS_STATE")


def start_logind(rig):
    rig.bus_policy = BUS_POLICY
    rig.start("bus")
    return Logind(rig)


def start(rig, **more):
    logind = start_logind(rig)
    rig.start("card", "center", "daemon", **more)
    logind.wait_inhibited(1)
    return logind


def test_visit(rig):
    """A visit that asks for the PIN: ended under its name, in the visit's words; the card is unpowered before the sleep."""
    logind = start(rig)
    assert logind.given[0][:2] == ("sleep", "shikakud") and logind.given[0][3] == "delay", logind.given
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    agent = Agent(rig.bus_connection("colleague"), pin=Agent.HANG).register(Reader=reader)
    visits = Visits(rig.bus_connection())
    visit = visits.open(Reader=reader, Language="ja")
    agent.wait("RequestPin")
    assert rig.card("status")["powered"]
    logind.prepare(True)
    logind.wait_free()
    assert not rig.card("status")["powered"]
    assert visit.wait_finished()[:2] == ("failed", "ShuttingDown")
    assert "スリープ" in visit.get("ErrorMessage"), visit.get("ErrorMessage")
    agent.wait("Cancel")

    expect_error("ShuttingDown", visits.open, Reader=reader)
    expect_error("ShuttingDown", visits.check_number, INSURED)
    logind.prepare(True)  # once more is not twice
    logind.prepare(False)
    logind.wait_inhibited(2)
    agent.pin = "1234"
    assert rig.wait_readers(2, present=1)[0] == reader
    assert visits.open(Reader=reader, SameCard=True).wait_finished()[0] == "done"
    log = rig.read_log("shikakud")
    assert log.count("is going to sleep") == 1 and log.count("is awake") == 1, log


def test_idle(rig):
    """With nothing to end the machine does not wait; what changed in the sleep is seen after it."""
    logind = start(rig)
    rig.wait_readers(2, present=1)
    for number in range(2, 5):
        logind.prepare(True)
        logind.wait_free()
        if number == 3:
            rig.stop_pcscd()
            rig.wait_readers(0)
            rig.start_pcscd()
        logind.prepare(False)
        logind.wait_inhibited(number)
        rig.wait_readers(2, present=1)


def test_readers(rig):
    """After the sleep pcscd is asked anew what there is, though it tells of no change."""
    logind = start(rig, pcscd_options=["--debug"])
    rig.wait_readers(2, present=1)
    log = Gio.File.new_for_path(str(rig.folder / "pcscd.log")).monitor_file(Gio.FileMonitorFlags.NONE, None)
    log.set_rate_limit(0)
    log.connect("changed", lambda *_arguments: None)  # it turns the loop
    wait_for(lambda: count_looks(rig) >= START_LOOKS, "the daemon to have looked as often as at the start")
    looks = count_looks(rig)
    logind.prepare(True)
    logind.wait_free()
    logind.prepare(False)
    wait_for(lambda: count_looks(rig) > looks, "pcscd to be asked")


def test_unheard(rig):
    """The bus has lost logind's word that the machine is awake: logind is asked, and visits are served again."""
    logind = start(rig, clock=True)
    logind.prepare(True)
    logind.wait_free()
    logind.preparing = False
    rig.let_pass(LOOK_SECONDS + 1)
    logind.wait_inhibited(2)
    Visits(rig.bus_connection()).check_number(INSURED)
    assert rig.read_log("shikakud").count("is awake") == 1


def test_mute_card(rig):
    """A card that does not let go delays the sleep for three seconds, not for ever."""
    logind = start(rig, clock=True)
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    Agent(rig.bus_connection("colleague")).register(Reader=reader)
    rig.card("fault mute sign")
    visits = Visits(rig.bus_connection())
    visit = visits.open(Reader=reader)
    rig.card.wait("sign")
    logind.prepare(True)
    rig.turn()
    assert logind.held == 1
    rig.let_pass(SLEEP_SECONDS)
    logind.wait_free()
    logind.prepare(False)
    logind.wait_inhibited(2)
    rig.card("eject")
    assert visit.wait_finished()[0] == "failed"
    assert visits.check_number(INSURED).wait_finished()[0] == "done"


def test_forged(rig):
    """Nobody but logind puts the daemon to sleep: neither who says so to all, nor who says so to it alone."""
    logind = start(rig)
    other = rig.bus_connection("other")
    name = other.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner",
                           GLib.Variant("(s)", ("org.shikaku.Shikaku1",)), None, Gio.DBusCallFlags.NONE, -1, None).unpack()[0]
    for connection in (other, rig.bus_connection("root")):
        for destination in (None, name):
            emit(connection, destination, True)
    rig.turn()
    assert logind.held == 1 and "going to sleep" not in rig.read_log("shikakud")
    assert Visits(rig.bus_connection()).check_number(INSURED).wait_finished()[0] == "done"


def test_logind_gone(rig):
    """Without logind, with one that comes later, and with one that goes while the machine sleeps."""
    rig.bus_policy = BUS_POLICY
    rig.start("center", "daemon")
    wait_for(lambda: "there is no logind" in rig.read_log("shikakud"), "a line in the log")
    visits = Visits(rig.bus_connection())
    assert visits.check_number(INSURED).wait_finished()[0] == "done"
    logind = Logind(rig)
    logind.wait_inhibited(1)
    logind.prepare(True)
    logind.wait_free()
    expect_error("ShuttingDown", visits.check_number, INSURED)
    logind.leave()
    wait_for(lambda: "is awake" in rig.read_log("shikakud"), "the daemon to wake up")
    assert visits.check_number(INSURED).wait_finished()[0] == "done"
    Logind(rig).wait_inhibited(1)


def test_refused(rig):
    """What logind refuses, since polkit is not there yet, is asked again, at growing distance; also after a sleep."""
    logind = start_logind(rig)
    logind.refuses = True
    rig.start("center", "daemon", clock=True)
    rig.slow_time_down(1000)  # it passes only where it is let
    logind.wait_refused(1)
    for number in range(2, 14):
        seconds = min(2 ** (number - 2), AGAIN_SECONDS)
        rig.let_pass(seconds - 1)
        assert logind.refused == number - 1, (seconds, logind.refused)
        rig.let_pass(2)  # such a timer may take its time to the next full second
        logind.wait_refused(number)
    logind.refuses = False
    rig.let_pass(AGAIN_SECONDS + 1)
    logind.wait_inhibited(1)
    assert rig.read_log("shikakud").count("asked again") == 1

    logind.prepare(True)
    logind.wait_free()
    logind.refuses = True
    logind.prepare(False)
    logind.wait_refused(14)
    logind.refuses = False
    rig.let_pass(2)  # the distance is the first again
    logind.wait_inhibited(2)
    rig.let_pass(2 * AGAIN_SECONDS)
    assert len(logind.given) == 2 and logind.refused == 14, logind.given


def test_started_before_sleep(rig):
    """A daemon that starts while the machine is going to sleep: no visit is begun until it is awake."""
    logind = start_logind(rig)
    logind.preparing = True
    rig.start("card", "center", "daemon")
    wait_for(lambda: "is going to sleep" in rig.read_log("shikakud"), "the daemon to know of it")
    visits = Visits(rig.bus_connection())
    expect_error("ShuttingDown", visits.check_number, INSURED)
    logind.prepare(False)
    logind.wait_inhibited(1)
    assert visits.check_number(INSURED).wait_finished()[0] == "done"


def test_logind_returns(rig):
    """Another logind, which is about to sleep when it comes, and again one: each is asked anew."""
    logind = start(rig, clock=True)
    logind.leave()
    logind = Logind(rig)
    logind.wait_inhibited(1)
    logind.leave()
    preparing = Logind(rig, preparing=True)
    visits = Visits(rig.bus_connection())
    wait_for(lambda: "is going to sleep" in rig.read_log("shikakud"), "the daemon to know of it")
    expect_error("ShuttingDown", visits.check_number, INSURED)
    preparing.prepare(False)
    preparing.wait_inhibited(1)
    assert visits.check_number(INSURED).wait_finished()[0] == "done"


def test_stopped(rig):
    """Told to end while the machine falls asleep: it ends."""
    logind = start(rig)
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    Agent(rig.bus_connection("colleague"), pin=Agent.HANG).register(Reader=reader)
    visit = Visits(rig.bus_connection()).open(Reader=reader)
    visit.wait_state("asking-pin")
    logind.prepare(True)
    assert rig.stop_daemon() == 0
    assert visit.wait_finished()[:2] == ("failed", "ShuttingDown")
    logind.wait_free()
