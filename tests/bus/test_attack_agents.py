# SPDX-License-Identifier: LGPL-2.1-or-later
"""Agents who mean no good: they take a reader from another, forge answers, stay silent, send nonsense, keep pipes open.

Comes in: a rig. Each function test_… is a case; meson.build lists them. Goes out: nothing; attack.py says what has to
hold afterwards.
"""
import os
import random

from attack import FULL, Deaf, Siege, check_answers, get_owner
from bus import (AGENT, AGENT_MANAGER, MANAGER, NAME, PROPERTIES, READER, ROOT, VISIT, Agent, Call, ObjectPath, Visits,
                 call, expect_error, get_property, options)
from gi.repository import Gio, GLib
from loop import wait_for
from people import INSURED


def start_desk(rig):
    """Return: a reader, and who asks its agent for a consent there."""
    rig.start("card", "center", "daemon")
    reader = ObjectPath(rig.wait_readers(2, present=1)[1])
    visits = Visits(rig.bus_connection())
    return reader, lambda: visits.check_number(INSURED, Reader=reader, Consents=["ceiling"])


# hijack

def make_answers(number, destination, body):
    """Replies to the first @number of messages that @destination has sent."""
    for serial in range(1, number + 1):
        message = Gio.DBusMessage()
        message.set_message_type(Gio.DBusMessageType.METHOD_RETURN)
        message.set_reply_serial(serial)
        message.set_destination(destination)
        message.set_body(body)
        yield message


def test_hijack(rig):
    """Who has the right to be an agent still gets no other's reader, request or answer; and asks no agent for a PIN."""
    reader, ask = start_desk(rig)
    patient = Agent(rig.bus_connection("colleague", fresh=True), consents=Agent.HANG).register(Reader=reader)
    with Siege(rig):
        thief = rig.bus_connection("tester", fresh=True)
        expect_error("AgentExists", Agent(thief).register, Reader=reader)
        expect_error("NotFound", Agent(thief, path="/x").unregister)
        expect_error("NotFound", Agent(thief, path="/y").unregister)
        visit = ask()
        patient.wait("RequestConsent")
        # an agent in its own right elsewhere, and one who has nothing to answer
        Agent(thief, path="/z").register(Reader=ObjectPath(rig.wait_readers(2)[0]))
        for forger in (thief, rig.bus_connection("other")):
            body = GLib.Variant("(a{sb})", ({"ceiling": True},))
            for message in make_answers(500, get_owner(forger), body):
                forger.send_message(message, Gio.DBusSendMessageFlags.NONE)
            call(forger, ROOT, "org.freedesktop.DBus.Peer", "Ping")
        assert visit.get("State") == "asking-consent"
        for user in ("tester", "other", "doctor"):
            one, other = os.pipe()
            files = Gio.UnixFDList.new_from_array([other])
            expect_error("org.freedesktop.DBus.Error.AccessDenied", call, rig.bus_connection(user), "/agent", AGENT,
                         "RequestPin", GLib.Variant("(oha{sv})", ("/x", 0, {})), files=files,
                         destination=patient.connection.get_unique_name())
            os.close(one)
        assert patient.count("RequestPin") == 0
        patient.finish_consent({"ceiling": False})
        assert visit.wait_finished()[0] == "done"
        assert visit.consents()["ceiling"]["Granted"] is False  # the patient's own answer
        visit.close()
        thief.close_sync(None)


# silence

def leave_unanswered(rig, user, reader, ask):
    """Agents of @user, each of which registers anew for each question that it leaves unanswered, until that is refused.
    Return: how many questions."""
    count = 0
    for _ in range(12):
        agent = Agent(rig.bus_connection(user, fresh=True), consents=Agent.HANG)
        for one in range(1, 9):
            call_of = Call(agent.connection, ROOT, AGENT_MANAGER, "RegisterAgent",
                           make_registration(reader, "pin"))
            if check_answers([call_of]) == {"LimitExceeded"}:
                assert one > 1 or count > 8, count
                return count
            visit = ask()
            agent.wait("RequestConsent", one)
            visit.close()
            agent.unregister()
            # Who is refused and keeps nothing here is forgotten, but not what he owes.
            expect_error("NotAuthorized", call, agent.connection, ROOT, MANAGER, "GetConfiguration")
            count += 1
        expect_error("LimitExceeded", agent.register, Reader=reader)
    return count


def make_registration(reader, *more):
    return GLib.Variant.new_tuple(GLib.Variant("o", "/agent"), GLib.Variant("as", ["consent", "message", *more]),
                                  options({"Reader": reader}))


def test_silent(rig):
    """Who registers again and again does not get around the limit of what he leaves unanswered, nor by more connections;
    nor do two such users keep the daemon from knowing its callers, or from asking another's agent."""
    reader, ask = start_desk(rig)
    for user in ("colleague", "tester"):
        assert 8 < leave_unanswered(rig, user, reader, ask) <= 24
    call(rig.bus_connection("root", fresh=True), ROOT, MANAGER, "GetVisits")
    Agent(rig.bus_connection("root", fresh=True)).register(Reader=reader)
    visit = ask()
    assert visit.wait_finished() == ("done", "", {})
    assert visit.consents()["ceiling"]["Granted"] is True


def ask_deaf(ask):
    """Asks until the agent is registered, which it cannot say."""
    while True:
        visit = ask()
        if wait_for(lambda: {"asking-consent", "failed"}.intersection(visit.states()), "an end or a question") \
                == {"asking-consent"}:
            return visit
        assert visit.wait_finished()[1] == "NoAgent"
        visit.close()


def test_deaf_agent(rig):
    """An agent that never reads what it is sent: the visit waits for it until its owner ends it, and nothing is left."""
    reader, ask = start_desk(rig)
    with Siege(rig):
        for _ in range(5):
            deaf = Deaf(rig, "colleague")
            deaf.call(ROOT, AGENT_MANAGER, "RegisterAgent", make_registration(reader))
            ask_deaf(ask).close()
            deaf.close()


# nonsense

def test_nonsense(rig):
    """Huge, strange and needless answers are a no."""
    reader, ask = start_desk(rig)
    for answers in ({"x" * 1000000: True}, {f"kind{i}": True for i in range(20000)}, {}, {"drug": True}, True):
        agent = Agent(rig.bus_connection("colleague", fresh=True), consents=answers).register(Reader=reader)
        visit = ask()
        assert visit.wait_finished()[0] == "done"
        assert visit.consents().get("ceiling", {}).get("Granted", False) == (answers is True)
        agent.connection.close_sync(None)


def test_visits(rig):
    """Card visits that are left in any state, with agents of any sort, those that keep the pipe open too: the next one
    works, and no descriptor is left."""
    rig.start("card", "center", "daemon")
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    dice = random.Random(4711)
    changed = []
    rig.bus_connection().signal_subscribe(NAME, PROPERTIES, "PropertiesChanged", reader, None, Gio.DBusSignalFlags.NONE,
                                          lambda *_arguments: changed.append(True))
    work_at(rig, reader)
    with Siege(rig):
        for _ in range(60 if FULL else 12):
            visit_with_a_wicked_agent(rig, reader, dice)
            while changed.clear() or get_property(rig.bus_connection(), reader, READER, "InUse"):
                wait_for(lambda: changed, "the reader")
        work_at(rig, reader)


def work_at(rig, reader):
    patient = Agent(rig.bus_connection("colleague", fresh=True)).register(Reader=reader)
    visit = Visits(rig.bus_connection()).open(Reader=reader, SameCard=True)
    assert visit.wait_finished()[0] == "done"
    visit.close()
    patient.connection.close_sync(None)


def visit_with_a_wicked_agent(rig, reader, dice):
    patient = Agent(rig.bus_connection("colleague", fresh=True), consents=dice.choice((True, Agent.HANG, Agent.DIE)),
                    pin=dice.choice(("1234", "1234", Agent.HANG, Agent.DIE, Agent.EMPTY, Agent.KEEP_OPEN, "1" * 4096)))
    patient.register(Reader=reader)
    owner = Visits(rig.bus_connection(fresh=True))
    visit = owner.open(Reader=reader, SameCard=True, Consents=["ceiling", "drug"], Token="again")
    state = dice.choice(("reading-card", "asking-pin", "proving", "asking-consent", "done", "failed"))
    wait_for(lambda: owner.finished or patient.pending or patient.open_pipes
             or any(state in states for states in owner.states.values()), state)
    way = dice.choice(("cancel", "close", "leave", "agent", "unregister"))
    if way in ("cancel", "close"):
        Call(visit.connection, visit.path, VISIT, way.title())
    elif way == "agent":
        patient.connection.close(None, None)
    elif way == "unregister":
        Call(patient.connection, ROOT, AGENT_MANAGER, "UnregisterAgent", GLib.Variant("(o)", (patient.path,)))
    if dice.random() < 0.5 and way not in ("close", "leave"):
        wait_for(lambda: owner.finished, f"its end after {way}")
    owner.connection.close_sync(None)
    patient.connection.close(None, None)
    for pipe in (*patient.open_pipes, *(pipe for _invocation, pipe in patient.pending if pipe)):
        os.close(pipe)  # only now: the daemon's end is gone before
