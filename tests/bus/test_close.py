# SPDX-License-Identifier: LGPL-2.1-or-later
"""Close, wherever the visit is: its owner is told the end first, and when the call is answered the card and the reader are
free, and nothing is left of the visit.

Comes in: a rig, as a desk of faults.py. Each function test_… is a case; meson.build lists them.
"""
from bus import MANAGER, READER, ROOT, VISIT, Agent, BusError, Call, call, expect_error, get_property
from faults import ASKING_PIN, CARD_SECONDS, CHECKING, PROVING, READING, STATES, Desk
from loop import wait_for

ROUNDS = 6  # in every state
TRIES = 60  # at whatever moment
UNKNOWN_OBJECT = "org.freedesktop.DBus.Error.UnknownObject"


def begin_close(visit):
    return Call(visit.connection, visit.path, VISIT, "Close")


def expect_closed(desk, visit, request, end=("cancelled", "Cancelled")):
    """@request, a Close, is answered; before that its owner was told @end, and all is at rest by then."""
    request.wait()
    assert visit.path in desk.visits.finished, "Close was answered before Finished came"
    assert visit.wait_finished()[:2] == end
    expect_error(UNKNOWN_OBJECT, visit.get, "State")
    assert call(desk.clerk, ROOT, MANAGER, "GetVisits") == []
    assert not get_property(desk.clerk, desk.reader, READER, "InUse")
    assert not desk.rig.card.status()["used"]


def answer_late(desk):
    """What the patient was asked for, and does not matter any more."""
    while desk.patient.pending:
        desk.answer()
    desk.patient.pin, desk.patient.consents = desk.pin, True


def start(rig):
    desk = Desk(rig, {})
    desk.pin = "1234"
    desk.visits.finished.clear()
    return desk


def test_states(rig):
    """In every state, again and again: the next visit is opened as soon as Close is answered."""
    desk = start(rig)
    for state in STATES * ROUNDS:
        desk.patient.calls.clear()
        for simulator in (rig.card, rig.center):
            simulator("clear-log")
        visit = desk.reach(state)
        request = begin_close(visit)
        rig.turn()
        desk.release()
        expect_closed(desk, visit, request)
        following = desk.open()  # at once
        expect_closed(desk, following, begin_close(following))
        answer_late(desk)


def test_any_moment(rig):
    """The visit goes its way undisturbed, and is closed at whatever moment: the next one is never refused."""
    desk = start(rig)
    visit = desk.open(Consents=["ceiling", "drug"])
    ends = set()
    for number in range(TRIES):
        for _turn in range(number % 20):
            rig.turn()
        begin_close(visit).wait()
        ends.add(desk.visits.finished[visit.path][0])
        visit = desk.open(Consents=["ceiling", "drug"])
    begin_close(visit).wait()
    assert ends <= {"cancelled", "done"}, ends
    desk.work()


def test_mute_card(rig):
    """A card that does not answer is given up; the reader is free by then."""
    desk = start(rig)
    rig.card("clear-log")
    rig.card("fault mute sign")
    visit = desk.open()
    rig.card.wait("sign")
    request = begin_close(visit)
    rig.turn()
    assert not request.done and visit.get("State") == PROVING
    expect_error("ReaderBusy", desk.open)
    rig.let_pass(CARD_SECONDS)
    request.wait()
    assert visit.wait_finished()[:2] == ("cancelled", "Cancelled")
    following = desk.open()  # hears at once that the card is mute
    assert following.wait_finished()[:2] == ("failed", "CardMute")
    following.close()
    desk.change_card("yamada")
    desk.work()


def test_ended(rig):
    """A visit that has ended, however: the card was let go when its end was told."""
    desk = start(rig)
    visit = desk.open()
    assert visit.wait_finished()[0] == "done"
    expect_closed(desk, visit, begin_close(visit), ("done", ""))
    desk.patient.pin = Agent.REFUSE
    visit = desk.open()
    visit.wait_finished()
    expect_closed(desk, visit, begin_close(visit))
    desk.patient.pin = desk.pin

    rig.card("clear-log")
    rig.card("fault hold drop")  # it has its answer, and the card is being left
    visit = desk.open()
    rig.card.wait("drop")
    rig.center.wait("card/check")
    wait_for(lambda: CHECKING in visit.states(), "the query")
    request = begin_close(visit)
    rig.turn()
    assert not request.done
    desk.release()
    request.wait()
    assert visit.path in desk.visits.finished
    assert not get_property(desk.clerk, desk.reader, READER, "InUse") and not rig.card.status()["used"]


def test_twice(rig):
    """Several calls at once: each is answered, and Finished comes once; what comes after the end meets nothing."""
    desk = start(rig)
    for state in (READING, ASKING_PIN):
        rig.card("clear-log")
        desk.patient.calls.clear()
        visit = desk.reach(state)
        first, *others = [Call(visit.connection, visit.path, VISIT, method) for method in ("Close", "Cancel", "Close")]
        rig.turn()
        desk.release()
        expect_closed(desk, visit, first)
        for request in others:
            wait_for(lambda request=request: request.done, request.what)
            assert request.error is None or state == ASKING_PIN and request.error.full_name == UNKNOWN_OBJECT, request.error
        answer_late(desk)


def test_owner_leaves(rig):
    """It closes, and leaves before that is answered."""
    desk = start(rig)
    caller = rig.bus_connection("tester", fresh=True)
    rig.card("clear-log")
    visit = desk.reach(PROVING, visits=type(desk.visits)(caller))
    begin_close(visit)
    rig.turn()
    caller.close_sync(None)
    rig.wait_left(caller.get_unique_name())
    rig.turn()
    desk.release()
    desk.wait_free()
    desk.work()


def test_stopped(rig):
    """The daemon is told to end while Close waits for a card: both come to their end."""
    desk = start(rig)
    rig.card("clear-log")
    visit = desk.reach(PROVING)
    request = begin_close(visit)
    call(visit.connection, ROOT, "org.freedesktop.DBus.Peer", "Ping")  # answered behind it
    desk.stop_daemon()
    try:
        request.wait()
    except BusError as error:
        assert error.full_name == "org.freedesktop.DBus.Error.NoReply", error
    assert visit.wait_finished()[:2] == ("cancelled", "Cancelled")
