# SPDX-License-Identifier: LGPL-2.1-or-later
"""Connections that take no file descriptors, as of many libraries: every call is answered, the message comes as bytes,
and who cannot be given a pipe is not asked for a PIN.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
from attack import make_call
from bus import AGENT, MANAGER, ROOT, VISIT, Agent, ObjectPath, Visits, expect_error, options
from faults import look_at, look_at_rest
from gi.repository import GLib
from loop import until, wait_for
from people import INSURED, NAME
from plain import Plain, PlainError

JSON, XML = (GLib.Variant("(s)", (name,)) for name in ("json", "xml"))
LONG = 50000  # characters of an element
PROBE = ("org.shikaku.Shikaku1.Probe", "Descriptor")


def check_number(caller):
    """Return: the path of a visit that is done."""
    path, = caller.call(ROOT, MANAGER, "CheckNumber", GLib.Variant.new_tuple(options(INSURED), options({})))
    wait_for(lambda: (VISIT, "Finished") in caller.signals, "the end of the visit")
    return path


def expect_plain_error(name, action, *arguments):
    try:
        result = action(*arguments)
    except PlainError as error:
        assert error.name == name, error
        return error.message
    raise AssertionError(f"{result} instead of {name}")


def test_message(rig):
    """GetMessage says why it hands out none, each time; GetMessageBytes has the same bytes as the file of another."""
    rig.start("center", "daemon")
    own = Visits(rig.bus_connection()).check_number(INSURED)
    own.wait_finished()
    message = own.message()
    assert bytes(own.call("GetMessageBytes", JSON)) == message and NAME in message.decode()

    caller = Plain(rig)
    path = check_number(caller)
    for _number in range(3):
        text = expect_plain_error("InvalidState", caller.call, path, VISIT, "GetMessage", JSON)
        assert "file descriptors" in text and "GetMessageBytes" in text, text
    received, = caller.call(path, VISIT, "GetMessageBytes", JSON)
    assert len(received) == len(message) and NAME in bytes(received).decode()  # but for its own time and number
    assert PROBE not in caller.signals  # the bus kept it
    caller.close()


def test_long(rig):
    """A long message comes whole, both ways."""
    rig.start("center", "daemon")
    rig.center(f"fault element Address={'x' * LONG} path=search")
    visit = Visits(rig.bus_connection()).check_number(INSURED)
    visit.wait_finished()
    message = visit.message()
    assert len(message) > LONG and bytes(visit.call("GetMessageBytes", JSON)) == message


def test_errors(rig):
    """What both refuse, they refuse alike."""
    rig.start("center", "daemon")
    rig.center("fault hold count=always path=search")
    visit = Visits(rig.bus_connection()).check_number(INSURED)
    other = GLib.Variant("(s)", ("pdf",))
    for method in ("GetMessage", "GetMessageBytes"):
        expect_error("InvalidOption", visit.call, method, other)
        expect_error("InvalidState", visit.call, method, JSON)
    rig.center("release")
    visit.wait_finished()
    for method in ("GetMessage", "GetMessageBytes"):
        expect_error("NotFound", visit.call, method, XML)
        visit.call(method, JSON)


def test_asked_once(rig):
    """A connection that takes descriptors is asked once, and gets a file each time; another connection is asked anew."""
    rig.start("center", "daemon")
    for _number in range(2):
        caller = Plain(rig, descriptors=True)
        path = check_number(caller)
        for _again in range(3):
            assert caller.call(path, VISIT, "GetMessage", JSON) == (0,)
        assert caller.signals.count(PROBE) == 1, caller.signals
        caller.close()


def test_many(rig):
    """Many calls at once, of several connections that do and do not: each is answered its way."""
    rig.start("center", "daemon")
    callers = [Plain(rig, user, descriptors) for user in ("tester", "colleague") for descriptors in (True, False)]
    paths = [check_number(caller) for caller in callers]
    serials = [(caller, caller.send(make_call(path, VISIT, "GetMessage", JSON)))
               for _number in range(8) for caller, path in zip(callers, paths)]
    for caller, serial in serials:
        reply = wait_for(lambda caller=caller, serial=serial: caller.replies.pop(serial, None), "a reply")
        assert bool(reply.get_error_name()) == (caller in callers[1::2]), reply.get_error_name()
    for caller in callers:
        caller.close()


def test_gone(rig):
    """Callers that leave while they are being asked leave nothing behind."""
    rig.start("center", "daemon")
    visit = Visits(rig.bus_connection()).check_number(INSURED)
    visit.wait_finished()
    visit.message()
    before = look_at_rest(rig.daemon)
    for descriptors in (True, False):
        caller = Plain(rig, descriptors=descriptors)
        path = check_number(caller)
        for _number in range(8):
            caller.send(make_call(path, VISIT, "GetMessage", JSON))
        caller.close()
        rig.wait_left(caller.name)
    rig.turn()
    until(lambda: look_at(rig.daemon) == before, "nothing to be left")


def test_agent(rig):
    """An agent that could not be given the pipe is told so when it registers; what needs none it may be."""
    rig.start("card", "center", "daemon")
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    agent = Plain(rig, "colleague")
    for capabilities in (("pin", "consent", "message"), ("pin",)):
        text = expect_plain_error("InvalidOption", lambda wanted=capabilities: agent.register(*wanted, Reader=reader))
        assert "file descriptors" in text and "pin" in text, text
    agent.register("consent", "message", Reader=reader)
    visits = Visits(rig.bus_connection())
    assert visits.open(Reader=reader).wait_finished()[:2] == ("failed", "NoAgent")
    assert visits.check_number(INSURED, Reader=reader, Consents=["ceiling"]).wait_finished()[0] == "done"
    assert (AGENT, "RequestConsent") in agent.calls and (AGENT, "RequestPin") not in agent.calls, agent.calls
    agent.close()
    rig.wait_left(agent.name)

    other = Plain(rig, "colleague", descriptors=True)
    other.register("pin", Reader=reader)
    assert other.signals.count(PROBE) == 1
    other.close()
    rig.wait_left(other.name)
    Agent(rig.bus_connection("colleague")).register(Reader=reader)
    assert visits.open(Reader=reader).wait_finished()[0] == "done"
