# SPDX-License-Identifier: LGPL-2.1-or-later
"""Visits that outlive their program: who may take them, in which state, how often; and readers that are freed.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
from bus import (ERROR, MANAGER, READER, ROOT, VISIT, Agent, Call, ObjectPath, Visit, Visits, call, expect_error,
                 get_property, options)
from faults import ASKING_PIN, PROVING, STATES, Desk
from gi.repository import GLib
from loop import wait_for
from people import INSURED
from test_manager import set_log
from test_secrecy import ask_everything, get_objects, watch_objects

TICKET = "0123456789abcdef0123456789abcdef"
UNKNOWN_OBJECT = "org.freedesktop.DBus.Error.UnknownObject"
GUESSES = 10  # of a user, in a minute
TAKEOVER = """polkit.addRule(function(action, subject) {
    if (action.id == "org.shikaku.takeover" && subject.user == "%s")
        return polkit.Result.YES;
});
"""


def take(connection, ticket=TICKET, **values):
    """Return: the Visit, of visits that listen from before it is taken."""
    visits = Visits(connection)
    return Visit(visits, call(connection, ROOT, MANAGER, "TakeVisit",
                              GLib.Variant.new_tuple(GLib.Variant("s", ticket), options(values))))


def leave(rig, connection):
    """The owner's program ends, and the daemon knows it."""
    name = connection.get_unique_name()
    connection.close_sync(None)
    rig.wait_left(name)


def wait_orphaned(rig, number=1):
    wait_for(lambda: rig.read_log("shikakud").count("it waits to be taken") >= number, "a visit without an owner")


def open_held(rig, connection, **values):
    """A visit by number that the center does not answer yet."""
    rig.center("fault hold count=always path=search")
    return Visits(connection).check_number(INSURED, Ticket=TICKET, **values)


def test_states(rig):
    """Its program ends in each state, and another one takes the visit to its end, with the agent that it had."""
    desk = Desk(rig, {})
    desk.pin = "1234"
    set_log(rig.bus_connection("root"), "LogLevel", "info")
    for number, state in enumerate(STATES):
        owner = rig.bus_connection("tester", fresh=True)
        clerk, desk.visits = desk.visits, Visits(owner)
        desk.patient.calls.clear()
        for simulator in (rig.card, rig.center):
            simulator("clear-log")
        visit = desk.reach(state, Ticket=TICKET + str(number))
        owner.close_sync(None)
        wait_orphaned(rig, number + 1)
        taken = take(rig.bus_connection("tester"), TICKET + str(number))
        assert taken.path != visit.path and taken.get("State") in STATES
        desk.release()
        while desk.patient.pending:
            desk.answer()
        desk.patient.pin, desk.patient.consents = desk.pin, True
        if state == "waiting-for-card":
            desk.change_card("yamada")
        assert taken.wait_finished()[:2] == ("done", ""), state
        assert taken.eligibility()["Answer"] == "eligible"
        taken.close()
        desk.visits = clerk


def test_left(rig):
    """Without an owner it is nobody's: no path shows it, nothing is told of it; its end is found by who takes it."""
    rig.start("center", "daemon")
    set_log(rig.bus_connection("root"), "LogLevel", "info")
    owner, clerk = rig.bus_connection("tester", fresh=True), rig.bus_connection("tester")
    visit = open_held(rig, owner)
    seen = watch_objects(rig.bus_connection("root"))
    owner.close_sync(None)
    wait_orphaned(rig)
    for connection in (clerk, rig.bus_connection("root")):
        assert {name for name, _text in ask_everything(connection, visit.path)} == {UNKNOWN_OBJECT}
        assert get_objects(connection) == {} and call(connection, ROOT, MANAGER, "GetVisits") == []
    rig.center("release")
    wait_for(lambda: "visit: checking -> done" in rig.read_log("shikakud"), "the end that nobody hears")
    assert not [signal for signal in seen if "/visit" in signal[0]], seen
    taken = take(clerk, Token="mine")
    assert taken.path.endswith("/mine") and taken.get("Answer") == "eligible" and taken.get("Details")["During"] == "checking"
    assert call(clerk, ROOT, MANAGER, "GetVisits") == [taken.path] and list(get_objects(clerk)) == [taken.path]


def test_twice(rig):
    """Taken again and again, from who has it too; as often as the ticket says, and not once more."""
    rig.start("center", "daemon")
    first, second, third = (rig.bus_connection("tester", fresh=True) for _number in range(3))
    visit = open_held(rig, first, Token="same", Uses=2)
    told = watch_objects(first)
    taken = take(second)
    assert taken.path.endswith("/same")
    assert [signal for signal in told if signal[1] == "InterfacesRemoved"] == [
        (ROOT + "/visit", "InterfacesRemoved", (visit.path, [VISIT]))], told
    expect_error(UNKNOWN_OBJECT, visit.get, "State")
    assert call(second, ROOT, MANAGER, "TakeVisit", GLib.Variant.new_tuple(GLib.Variant("s", TICKET), options({}))) \
        == taken.path  # its own
    told.clear()
    last = take(third)
    expect_error("NotFound", take, first)
    rig.center("release")
    assert last.wait_finished()[:2] == ("done", "")
    assert not [signal for signal in told if "/visit" in signal[0]] and not taken.visits.finished, told
    leave(rig, third)  # the ticket is used up: it ends with its owner
    wait_for(lambda: call(first, ROOT, MANAGER, "GetStatistics")["NumberVisitsDone"] == 1, "its end")
    Visits(first).check_number(INSURED, Ticket=TICKET).close()  # and can be used anew


def test_options(rig):
    rig.start("center", "daemon")
    clerk = rig.bus_connection()
    visits = Visits(clerk)
    for values in ({"Ticket": "x" * 31}, {"Ticket": "x" * 129}, {"Ticket": "x" * 31 + " "}, {"Ticket": "名" * 32},
                   {"Ticket": TICKET, "Uses": 0}, {"Uses": 1}):
        key, = values.keys() - {"Ticket"} or values.keys()
        assert key in expect_error("InvalidOption", visits.check_number, INSURED, **values).message
    expect_error("InvalidOption", call, clerk, ROOT, MANAGER, "Check",
                 GLib.Variant.new_tuple(options({"Insured": INSURED, "Ticket": TICKET})))
    visit = visits.check_number(INSURED, Ticket=TICKET, Token="one")
    expect_error("VisitExists", visits.check_number, INSURED, Ticket=TICKET, Token="two")
    expect_error("InvalidOption", take, clerk, Token="a-b")
    expect_error("InvalidOption", take, clerk, Colour="blue")
    other = rig.bus_connection("tester", fresh=True)
    Visits(other).check_number(INSURED, Token="taken")
    expect_error("VisitExists", take, other, Token="taken")
    visit.wait_finished()
    visit.close()
    expect_error("NotFound", take, clerk)


def test_other_user(rig):
    """Another user needs the right for it, and has the visit then, with what is told of it."""
    rig.start("bus")
    rig.start_polkitd(TAKEOVER % "colleague")
    rig.start("center", "daemon")
    set_log(rig.bus_connection("root"), "LogLevel", "info")
    owner, colleague = rig.bus_connection("tester", fresh=True), rig.bus_connection("colleague")
    visit = open_held(rig, owner)
    expect_error("NotAuthorized", take, rig.bus_connection("other"))
    taken = take(colleague)
    expect_error(UNKNOWN_OBJECT, visit.get, "State")
    error = expect_error("NotAuthorized", take, owner)  # it is the colleague's now
    assert "org.shikaku.takeover" in error.message, error.message
    assert taken.get("State") == "checking"
    again = take(rig.bus_connection("root"))
    rig.center("release")
    assert again.wait_finished()[:2] == ("done", "")
    assert not taken.visits.finished and not visit.visits.finished


def test_finished(rig):
    """It is kept for its time, and is gone after that, whatever ticket it has."""
    rig.start("center", "bus")
    rig.start_daemon(clock=True)
    rig.need_clock()
    set_log(rig.bus_connection("root"), "LogLevel", "info")
    owner, clerk = rig.bus_connection("tester", fresh=True), rig.bus_connection("tester")
    Visits(owner).check_number(INSURED, Ticket=TICKET).wait_finished()
    owner.close_sync(None)
    wait_orphaned(rig)
    taken = take(clerk)
    assert taken.get("Expires") > 0
    rig.let_pass(3600)
    wait_for(lambda: call(clerk, ROOT, MANAGER, "GetVisits") == [], "the end of its time")
    expect_error("NotFound", take, clerk)


def test_closing(rig):
    """Who closes a visit is rid of it: nobody takes it meanwhile, nor when its owner goes before that is done."""
    desk = Desk(rig, {})
    visit = desk.reach(PROVING, Ticket=TICKET)
    request = Call(visit.connection, visit.path, VISIT, "Close")
    call(visit.connection, ROOT, "org.freedesktop.DBus.Peer", "Ping")
    expect_error("NotFound", take, rig.bus_connection("tester", fresh=True))
    desk.release()
    request.wait()
    expect_error("NotFound", take, rig.bus_connection("tester", fresh=True))


def test_guessing(rig):
    """So many wrong tickets of a user, and no more in this minute, right or wrong; others are not held up."""
    rig.start("center", "daemon")
    owner, clerk = rig.bus_connection("tester"), rig.bus_connection("tester", fresh=True)
    colleague = rig.bus_connection("colleague")
    visit = open_held(rig, owner)
    for number in range(GUESSES):
        expect_error("NotFound", take, clerk, f"{number:032}")
    for ticket in ("1" * 32, TICKET, ""):
        expect_error("LimitExceeded", take, clerk, ticket)
    expect_error("LimitExceeded", Visits(clerk).check_number, INSURED, Ticket="2" * 32)
    expect_error("NotFound", take, colleague, "1" * 32)
    assert visit.get("State") == "checking"
    for _number in range(GUESSES - 1):
        expect_error("VisitExists", Visits(colleague).check_number, INSURED, Ticket=TICKET)
    expect_error("LimitExceeded", Visits(colleague).check_number, INSURED, Ticket=TICKET)


def test_agent(rig):
    """The agent that was asked goes on, and knows the visit by the path that it was asked with."""
    desk = Desk(rig, {})
    desk.pin = "1234"
    desk.patient.calls.clear()
    visit = desk.reach(ASKING_PIN, Ticket=TICKET, Consents=["drug"])
    taken = take(rig.bus_connection("tester", fresh=True))
    desk.answer()
    assert desk.patient.wait("RequestConsent")[0] == visit.path
    assert taken.wait_finished()[:2] == ("done", "") and taken.consents()["drug"]["Granted"]
    assert {arguments[0] for name, arguments in desk.patient.calls if name.startswith("Request")} == {visit.path}


def test_own_agent(rig):
    """An owner that was its own agent takes that along: the visit fails, and says so to who takes it."""
    rig.start("card", "center", "daemon", persona="yamada")
    set_log(rig.bus_connection("root"), "LogLevel", "info")
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    owner = rig.bus_connection("tester", fresh=True)
    agent = Agent(owner, pin=Agent.HANG).register(Reader=reader)
    visit = Visits(owner).open(Reader=reader, SameCard=True, Ticket=TICKET)
    agent.wait("RequestPin")
    assert visit.get("AgentIsCaller")
    owner.close_sync(None)
    wait_orphaned(rig)
    taken = take(rig.bus_connection("tester"))
    wait_for(lambda: taken.get("State") == "failed", "the visit's end")
    assert taken.get("Error") == ERROR + "AgentGone" and taken.get("Details")["By"] == "agent"


def test_free_reader(rig):
    """Who manages the desk frees a reader; the owner hears who has; a reader that is free stays so."""
    desk = Desk(rig, {})
    root, free = rig.bus_connection("root"), GLib.Variant("(o)", (desk.reader,))
    expect_error("NotAuthorized", call, desk.clerk, ROOT, MANAGER, "FreeReader", free)
    visit = desk.reach(ASKING_PIN)
    call(root, ROOT, MANAGER, "FreeReader", free)
    assert not get_property(root, desk.reader, READER, "InUse")
    assert visit.wait_finished()[:2] == ("cancelled", "Cancelled") and visit.by == "manager"
    assert not rig.card.status()["used"]
    call(root, ROOT, MANAGER, "FreeReader", free)
    expect_error("NoReader", call, root, ROOT, MANAGER, "FreeReader", GLib.Variant("(o)", (ROOT + "/reader/9",)))


def test_stopped(rig):
    """The daemon's end is the end of visits without an owner too: nothing is waited for, and nothing is left."""
    rig.start("center", "daemon")
    set_log(rig.bus_connection("root"), "LogLevel", "info")
    owner, clerk = rig.bus_connection("tester", fresh=True), rig.bus_connection("tester")
    open_held(rig, owner)
    owner.close_sync(None)
    wait_orphaned(rig)
    assert rig.stop_daemon() == 0
    rig.center("release")
    rig.start_daemon()
    expect_error("NotFound", take, clerk)
