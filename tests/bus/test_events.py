# SPDX-License-Identifier: LGPL-2.1-or-later
"""Events: who is told what, in which order, and what a program finds that was away: over restarts, kills and lost files.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import time

from bus import ERROR, MANAGER, NAME, ROOT, BusError, Visits, call, expect_error, options
from gi.repository import Gio, GLib
from loop import wait_for
from people import INSURED

ALL = ["visit-finished", "visit-arrived", "outage-resolved", "center", "reader", "expiry", "ledger"]
SUBSCRIPTIONS = 16  # of one user


class Listener:
    """A connection of @user that is subscribed. @events: what it was sent: (sequence, kind, time, details)."""

    def __init__(self, rig, user="tester", kinds=ALL):
        self.connection, self.events = rig.bus_connection(user, fresh=True), []
        self.connection.signal_subscribe(NAME, MANAGER, "Event", ROOT, None, Gio.DBusSignalFlags.NONE,
                                         lambda *arguments: self.events.append(arguments[5].unpack()))
        self.begin = self.subscribe(kinds)

    def subscribe(self, kinds):
        return call(self.connection, ROOT, MANAGER, "Subscribe",
                    GLib.Variant.new_tuple(GLib.Variant("as", kinds), options({})))

    def wait(self, number):
        wait_for(lambda: len(self.events) >= number, f"{number} events (there are: {self.events})")
        assert len(self.events) == number, self.events
        return self.events

    def kinds(self):
        return [kind for _number, kind, _at, _details in self.events]


def get_since(connection, sequence, **values):
    return call(connection, ROOT, MANAGER, "GetEventsSince",
                GLib.Variant.new_tuple(GLib.Variant("t", sequence), options(values)))


def check(connection, **values):
    """A visit by number, until it has ended."""
    visit = Visits(connection).check_number(INSURED, **values)
    visit.wait_finished()
    return visit


def test_told(rig):
    """Several programs of a user are told the same, once, in order, as GetEventsSince has it too."""
    rig.start("center", "daemon")
    clerk = rig.bus_connection()
    one, other = Listener(rig), Listener(rig, kinds=["visit-finished"])
    first, second = check(clerk), check(clerk, Token="second")
    rig.center("fault hold count=always path=search")
    failed = Visits(clerk).check_number(INSURED)
    failed.cancel()
    wait_for(lambda: one.kinds().count("visit-finished") == 3, "three visits")
    visits = [event for event in one.events if event[1] == "visit-finished"]
    assert other.wait(3) == visits
    assert [details["Visit"] for _number, _kind, _at, details in visits] == [first.path, second.path, failed.path]
    assert visits[0][3] == {"Visit": first.path, "State": "done", "Origin": "number"}, visits[0]
    assert (visits[2][3]["State"], visits[2][3]["Error"]) == ("cancelled", ERROR + "Cancelled"), visits[2]
    now = time.time() * 1e6
    assert all(now - 60e6 < at <= now for _number, _kind, at, _details in one.events), one.events
    numbers = [event[0] for event in one.events]
    assert numbers == sorted(set(numbers)) and numbers[0] > one.begin, (one.begin, numbers)
    following, events = get_since(clerk, one.begin)
    assert events == one.events and following == numbers[-1], (following, events)


def test_who(rig):
    """A visit is its user's affair: colleagues and root are not told, nor those without the right; nothing is broadcast."""
    rig.start("center", "daemon")
    mine, theirs, roots = (Listener(rig, user, ["visit-finished", "center"]) for user in ("tester", "colleague", "root"))
    seen = []
    rig.bus_connection("other").signal_subscribe(None, MANAGER, "Event", None, None, Gio.DBusSignalFlags.NONE,
                                                 lambda *arguments: seen.append(arguments))
    stranger = rig.bus_connection("other")
    expect_error("NotAuthorized", call, stranger, ROOT, MANAGER, "Subscribe",
                 GLib.Variant.new_tuple(GLib.Variant("as", ALL), options({})))
    expect_error("NotAuthorized", get_since, stranger, 0)
    check(rig.bus_connection("tester"))
    visit = check(rig.bus_connection("colleague"))
    wait_for(lambda: "visit-finished" in theirs.kinds(), "the colleague's visit")
    assert sorted(mine.kinds()) == sorted(theirs.kinds()) == ["center", "visit-finished"], (mine.events, theirs.events)
    assert [event for event in theirs.events if event[1] == "visit-finished"][0][3]["Visit"] == visit.path
    assert roots.kinds() == ["center"] and not seen, (roots.events, seen)
    for listener in (mine, theirs, roots):
        assert get_since(listener.connection, listener.begin)[1] == listener.events
    # It goes, and comes back as another.
    mine.connection.close_sync(None)
    again = Listener(rig, kinds=["visit-finished"])
    check(rig.bus_connection("tester"))
    again.wait(1)


def test_center(rig):
    """The center's state, as it changes; readers that come and go, but not those of the start."""
    rig.start("card", "center", "daemon", card_options=["--ejected"])
    rig.wait_readers(2, present=0)
    clerk = rig.bus_connection()
    listener = Listener(rig, kinds=["center", "reader"])
    check(clerk)
    wait_for(lambda: "center" in listener.kinds(), "the center")
    listener.events.clear()
    rig.center("fault refuse-connection count=always")
    check(clerk)
    wait_for(lambda: "center" in listener.kinds(), "the center's end")
    state = [event[3] for event in listener.events if event[1] == "center"][0]
    assert state["State"] == "offline" and state["Cause"], state
    listener.events.clear()
    rig.stop_pcscd()
    wait_for(lambda: listener.kinds().count("reader") == 2, "two readers that go")
    assert all(event[3]["Present"] is False and event[3]["Name"] for event in listener.events), listener.events
    assert sorted(event[3]["Reader"] for event in listener.events) == [ROOT + "/reader/1", ROOT + "/reader/2"]


def test_since(rig):
    """Page by page, by kinds, and nothing twice; a call finds what happened before it."""
    rig.start("center", "daemon")
    clerk = rig.bus_connection()
    start, events = get_since(clerk, 0)
    paths = [check(clerk).path for _number in range(5)]
    found, place = [], start
    while True:
        place, events = get_since(clerk, place, Limit=2, Kinds=["visit-finished"])
        found += events
        if len(events) < 2:
            break
    assert [event[3]["Visit"] for event in found] == paths, found
    assert get_since(clerk, place) == (place, [])
    assert get_since(clerk, place, Kinds=[]) == (place, [])


def test_restart(rig):
    """A program that was away finds what happened meanwhile, also before the daemon was restarted."""
    rig.start("center", "daemon")
    clerk = rig.bus_connection()
    seen = get_since(clerk, 0)[0]
    visit = check(clerk)
    rig.stop_daemon()
    rig.start_daemon()
    events = [event for event in get_since(clerk, seen)[1] if event[1] == "visit-finished"]
    assert [event[3]["Visit"] for event in events] == [visit.path], events
    again = check(clerk)
    following, later = get_since(clerk, events[-1][0], Kinds=["visit-finished"])
    assert [event[3]["Visit"] for event in later] == [again.path] and following > events[-1][0]


def test_killed(rig):
    """What a subscriber was told is there after kill -9, and no number comes again."""
    rig.start("center", "daemon")
    clerk = rig.bus_connection()
    told = []
    for _number in range(3):
        listener = Listener(rig)
        check(clerk)
        wait_for(lambda listener=listener: "visit-finished" in listener.kinds(), "the visit's end")
        told += listener.events
        rig.kill_daemon()
        rig.start_daemon()
    kept = get_since(clerk, 0)[1]
    assert [event for event in kept if event in told] == told, (kept, told)
    numbers = [event[0] for event in kept]
    assert numbers == sorted(set(numbers)), numbers


def test_missed(rig):
    """A file that was lost is told to who knew a number of it; who knows none begins with what there is."""
    rig.start("center", "daemon")
    clerk = rig.bus_connection()
    check(clerk)
    place = get_since(clerk, 0)[0]
    rig.stop_daemon()
    for file in rig.state_directory.glob("shikaku.db*"):
        file.unlink()
    rig.start_daemon()
    following, (missed,) = get_since(clerk, place)
    assert missed[1] == "missed" and missed[3] == {"Reason": "unknown"} and following < place, missed
    visit = check(clerk)
    following, events = get_since(clerk, place)
    assert [event[1] for event in events if event[1] != "center"] == ["missed", "visit-finished"], events
    assert events[0][3] == {"Reason": "purged"} and events[-1][3]["Visit"] == visit.path
    assert following > place
    assert "missed" not in [event[1] for event in get_since(clerk, 0)[1]]


def test_options(rig):
    rig.start("daemon")
    clerk = rig.bus_connection()
    for values in ({"Limit": 0}, {"Limit": 1001}, {"Kinds": ["weather"]}, {"Kinds": "center"}, {"Colour": "blue"}):
        expect_error("InvalidOption", get_since, clerk, 0, **values)
    for kinds, values in ((["weather"], {}), (["missed"], {}), (ALL, {"Colour": "blue"})):
        expect_error("InvalidOption", call, clerk, ROOT, MANAGER, "Subscribe",
                     GLib.Variant.new_tuple(GLib.Variant("as", kinds), options(values)))
    assert get_since(clerk, 2 ** 64 - 1)[1][0][3] == {"Reason": "unknown"}


def test_limits(rig):
    """So many subscriptions of a user, one a connection; it may be changed, and ends with an empty list."""
    rig.start("center", "daemon")
    listeners = [Listener(rig, kinds=["visit-finished"]) for _number in range(SUBSCRIPTIONS)]
    one = rig.bus_connection("tester", fresh=True)
    ask = GLib.Variant.new_tuple(GLib.Variant("as", ["center"]), options({}))
    expect_error("LimitExceeded", call, one, ROOT, MANAGER, "Subscribe", ask)
    Listener(rig, "colleague")  # others are not kept out
    listeners[0].subscribe(["expiry"])
    listeners[1].subscribe([])
    call(one, ROOT, MANAGER, "Subscribe", ask)
    check(rig.bus_connection())
    listeners[2].wait(1)
    expect_error("LimitExceeded", listeners[1].subscribe, ALL)
    assert not listeners[0].events and not listeners[1].events
    listeners[3].connection.close_sync(None)
    wait_for(lambda: not_limited(listeners[1]), "the place of who has left")


def not_limited(listener):
    try:
        listener.subscribe(ALL)
    except BusError as error:
        assert error.name == "LimitExceeded", error
        return False
    return True


def test_no_store(rig):
    """Where nothing can be kept the daemon tells from memory, and its numbers go on all the same."""
    rig.start("center", "bus")
    rig.start_daemon(environment={"STATE_DIRECTORY": str(rig.folder / "nowhere")})
    clerk = rig.bus_connection()
    listener = Listener(rig, kinds=["visit-finished"])
    visits = [check(clerk).path for _number in range(2)]
    assert [event[3]["Visit"] for event in listener.wait(2)] == visits
    place, events = get_since(clerk, listener.begin, Kinds=["visit-finished"])
    assert events == listener.events, (events, listener.events)
    rig.stop_daemon()
    rig.start_daemon(environment={"STATE_DIRECTORY": str(rig.folder / "nowhere")})
    assert [event[1] for event in get_since(clerk, place)[1]] == ["missed"]


def test_stopped(rig):
    """A visit that the end of the daemon has ended is found afterwards."""
    rig.start("center", "daemon")
    rig.center("fault hold count=always path=search")
    clerk = rig.bus_connection()
    place = get_since(clerk, 0)[0]
    visit = Visits(clerk).check_number(INSURED)
    rig.stop_daemon()
    assert visit.wait_finished()[:2] == ("failed", "ShuttingDown")
    rig.start_daemon()
    events = [event for event in get_since(clerk, place)[1] if event[1] == "visit-finished"]
    assert events[0][3] == {"Visit": visit.path, "State": "failed", "Origin": "number",
                            "Error": ERROR + "ShuttingDown"}, events
