# SPDX-License-Identifier: LGPL-2.1-or-later
"""Agents: registering, what comes through the pipe, refusals, going away.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import os

from bus import ERROR, ROOT, ObjectPath, Agent, Visits, call, expect_error
from loop import wait_for
from people import INSURED

LANGUAGES = ["ja", "en", "zh", "ko", "es", "pt"]


def start(rig, persona="yamada"):
    rig.start("card", "center", "daemon", persona=persona)
    return ObjectPath(rig.wait_readers(2, present=1)[0])


def open_visit(rig, reader, **values):
    return Visits(rig.bus_connection("tester")).open(Reader=reader, **values)


def tries(rig):
    return rig.card.status()["tries"]["auth"]


# languages

def test_languages(rig):
    """What the patient is shown and asked is in the visit's language, whichever of the six; that one goes to the center."""
    reader = start(rig)
    agent = Agent(rig.bus_connection("colleague")).register(Reader=reader)
    texts = set()
    for language in LANGUAGES:
        visit = open_visit(rig, reader, Language=language, Consents=["drug"], SameCard=True)
        assert visit.wait_finished()[0] == "done"
        consent = visit.consents()["drug"]
        assert consent["Granted"] and consent["Language"] == language, consent
        (_kind, question, _version), = agent.wait("RequestConsent")[1]
        shown = agent.wait("ShowMessage")[2]
        assert shown["Language"] == language, shown
        texts |= {question, shown["Text"]}
        visit.close()
    registered = [line["texts"]["PharmacistsInfo"][1] for line in rig.center.log() if line["path"] == "consent/register"]
    assert registered == LANGUAGES, registered
    assert len(texts) == 2 * len(LANGUAGES), texts


# registering

def test_exists(rig):
    """The first holder keeps the reader; a second is refused until it has gone."""
    reader = start(rig)
    first = Agent(rig.bus_connection("tester", fresh=True)).register(Reader=reader)
    second = Agent(rig.bus_connection("colleague"))
    expect_error("AgentExists", second.register, Reader=reader)
    expect_error("AgentExists", first.register, Reader=reader)
    other_reader = ObjectPath(rig.wait_readers(2)[1])
    expect_error("AgentExists", first.register, Reader=other_reader)  # one object serves one reader
    second.register(Reader=other_reader)
    second.unregister()
    first.unregister()
    second.register(Reader=reader)
    expect_error("NotFound", first.unregister)


def test_left_the_bus(rig):
    """Who left the bus holds no reader."""
    reader = start(rig)
    first = Agent(rig.bus_connection("tester", fresh=True)).register(Reader=reader)
    first.connection.close_sync(None)
    # the bus tells the daemon before it takes the next call
    Agent(rig.bus_connection("colleague")).register(Reader=reader)


def test_options(rig):
    reader = start(rig)
    connection = rig.bus_connection()
    agent = Agent(connection)
    assert "Reader" in expect_error("InvalidOption", agent.register).message  # there are two
    expect_error("NoReader", agent.register, Reader=ObjectPath("/org/shikaku/Shikaku1/reader/99"))
    expect_error("InvalidOption", agent.register, capabilities=["pin", "dance"], Reader=reader)
    expect_error("InvalidOption", agent.register, capabilities=[], Reader=reader)
    expect_error("NotFound", agent.unregister)


def test_capabilities(rig):
    """An agent is asked only for what it can do."""
    reader = start(rig)
    Agent(rig.bus_connection("colleague")).register(capabilities=["consent"], Reader=reader)
    assert open_visit(rig, reader).wait_finished()[:2] == ("failed", "NoAgent")
    assert tries(rig) == 3


def test_stays_with_its_reader(rig):
    """An agent keeps its reader while pcscd is away."""
    reader = start(rig)
    Agent(rig.bus_connection("colleague")).register(Reader=reader)
    rig.stop_pcscd()
    rig.wait_readers(0)
    rig.start("pcscd")
    assert rig.wait_readers(2, present=1)[0] == reader
    expect_error("AgentExists", Agent(rig.bus_connection("tester")).register, Reader=reader)
    assert open_visit(rig, reader, SameCard=True).wait_finished()[0] == "done"


# the pipe

def refused(rig, pin):
    reader = start(rig)
    agent = Agent(rig.bus_connection("colleague"), pin=pin).register(Reader=reader)
    visit = open_visit(rig, reader)
    assert visit.wait_finished()[:2] == ("failed", "PinRefused")
    assert tries(rig) == 3
    agent.pin = "1234"  # and the next visit works
    assert Visits(rig.bus_connection("tester")).open(Reader=reader, SameCard=True).wait_finished()[0] == "done"


def test_five_digits(rig):
    refused(rig, "12345")


def test_three_digits(rig):
    refused(rig, "123")


def test_letters(rig):
    refused(rig, "12a4")


def test_line_end(rig):
    refused(rig, "1234\n")


def test_full_width(rig):
    refused(rig, "１２３４")


def test_nothing(rig):
    refused(rig, Agent.EMPTY)


def test_much(rig):
    refused(rig, "1" * 4096)


def test_open_pipe(rig):
    """Four digits and no end of the pipe are no PIN: it may be about to say more."""
    reader = start(rig)
    agent = Agent(rig.bus_connection("colleague"), pin=Agent.KEEP_OPEN).register(Reader=reader)
    visit = open_visit(rig, reader)
    agent.wait("RequestPin")
    rig.turn()
    assert visit.get("State") == "asking-pin"
    visit.cancel()
    assert visit.wait_finished()[:2] == ("cancelled", "Cancelled") and tries(rig) == 3


def test_patient_gives_up(rig):
    """The agent's error Cancelled is the patient's will, though the pipe's end is seen before it."""
    reader = start(rig)
    agent = Agent(rig.bus_connection("colleague"), pin=Agent.REFUSE).register(Reader=reader)
    assert open_visit(rig, reader).wait_finished()[1] == "Cancelled" and tries(rig) == 3
    agent.pin = Agent.HANG
    visit = open_visit(rig, reader, SameCard=True)
    agent.wait("RequestPin", 2)
    invocation, pipe = agent.pending.pop(0)
    os.close(pipe)
    rig.turn()
    assert visit.get("State") == "asking-pin"
    invocation.return_dbus_error(ERROR + "Cancelled", "")
    assert visit.wait_finished()[1] == "Cancelled"


def test_no_reason(rig):
    """An agent that spoils the pipe and then says nothing is not waited for until the time limit."""
    reader = start(rig)
    agent = Agent(rig.bus_connection("colleague"), pin=Agent.HANG).register(Reader=reader)
    visit = open_visit(rig, reader)
    agent.wait("RequestPin")
    os.write(agent.pending[0][1], b"12345")
    assert visit.wait_finished()[:2] == ("failed", "PinRefused") and tries(rig) == 3
    agent.wait("Cancel")
    os.close(agent.pending[0][1])


# the agent's going

def test_gone_while_asked(rig):
    reader = start(rig)
    Agent(rig.bus_connection("tester", fresh=True), pin=Agent.DIE).register(Reader=reader)
    assert open_visit(rig, reader).wait_finished()[:2] == ("failed", "AgentGone")
    assert tries(rig) == 3
    Agent(rig.bus_connection("colleague")).register(Reader=reader)
    assert open_visit(rig, reader, SameCard=True).wait_finished()[0] == "done"


def test_unregistered_while_asked(rig):
    """No other agent inherits a visit."""
    reader = start(rig)
    agent = Agent(rig.bus_connection("tester", fresh=True), pin=Agent.HANG).register(Reader=reader)
    visit = open_visit(rig, reader)
    agent.wait("RequestPin")
    agent.unregister()
    heir = Agent(rig.bus_connection("colleague")).register(Reader=reader)
    assert visit.wait_finished()[:2] == ("failed", "AgentGone")
    assert heir.count("RequestPin") == 0 and tries(rig) == 3


def test_gone_at_consent(rig):
    """The agent gone means refused, never assumed."""
    reader = start(rig)
    Agent(rig.bus_connection("tester", fresh=True), consents=Agent.DIE).register(Reader=reader)
    visit = open_visit(rig, reader, Consents=["ceiling"])
    assert visit.wait_finished()[1] == "AgentGone"
    assert not any(consent["Granted"] for consent in visit.consents().values())


# what is asked

def test_details(rig):
    reader = start(rig, persona="yoshida")
    agent = Agent(rig.bus_connection("colleague"), pin=Agent.HANG).register(Reader=reader)
    visit = open_visit(rig, reader, Language="en", LastTry=True)
    path, details = agent.wait("RequestPin")
    assert path == visit.path
    assert details == {"TriesLeft": 1, "Caller": "tester", "Language": "en", "Reader": "Virtual PCD 00 00"}, details
    visit.cancel()
    agent.wait("Cancel")
    assert tries(rig) == 1


def test_wrong_pin(rig):
    """Finished says how many tries are left."""
    reader = start(rig)
    Agent(rig.bus_connection("colleague"), pin="0000").register(Reader=reader)
    assert open_visit(rig, reader).wait_finished() == ("failed", "PinIncorrect", {"TriesLeft": 2})


def test_agent_is_caller(rig):
    reader = start(rig)
    agent = Agent(rig.bus_connection("tester")).register(Reader=reader)
    visit = open_visit(rig, reader)
    assert visit.wait_finished()[0] == "done" and visit.get("AgentIsCaller")
    agent.unregister()
    Agent(rig.bus_connection("colleague")).register(Reader=reader)
    visit = open_visit(rig, reader, SameCard=True)
    assert visit.wait_finished()[0] == "done" and not visit.get("AgentIsCaller")


def test_strange_answers(rig):
    """An answer to what was not asked spoils all of them."""
    reader = start(rig)
    Agent(rig.bus_connection("colleague"), consents={"drug": True, "checkup": True}).register(Reader=reader)
    visit = open_visit(rig, reader, Consents=["drug"])
    visit.wait_finished()
    assert not any(consent["Granted"] for consent in visit.consents().values()), visit.consents()


def test_withdrawn_once(rig):
    """A cancelled visit withdraws its question, once."""
    reader = start(rig)
    agent = Agent(rig.bus_connection("colleague"), pin=Agent.HANG).register(Reader=reader)
    visit = open_visit(rig, reader)
    agent.wait("RequestPin")
    visit.cancel()
    assert agent.wait("Cancel") == (visit.path,)
    rig.turn()
    call(agent.connection, ROOT, "org.freedesktop.DBus.Peer", "Ping")  # what was sent before has come
    assert agent.count("Cancel") == 1


def test_late_answer(rig):
    """What an agent answers to a withdrawn question is not heard, and the next visit has its own question."""
    reader = start(rig)
    agent = Agent(rig.bus_connection("colleague"), pin=Agent.HANG).register(Reader=reader)
    visit = open_visit(rig, reader)
    agent.wait("RequestPin")
    visit.cancel()
    second = open_visit(rig, reader, SameCard=True)
    agent.wait("RequestPin", 2)
    agent.finish_pin("9999")
    call(agent.connection, ROOT, "org.freedesktop.DBus.Peer", "Ping")  # what was sent before has come
    rig.turn()
    assert second.get("State") == "asking-pin" and tries(rig) == 3
    agent.finish_pin("1234")
    assert second.wait_finished()[0] == "done"


def test_never_answers(rig):
    """An agent that leaves eight requests unanswered is let go, and may not come back on that connection."""
    reader = start(rig)
    agent = Agent(rig.bus_connection("colleague"), pin=Agent.HANG).register(Reader=reader)
    for number in range(8):
        visit = open_visit(rig, reader, SameCard=True)
        agent.wait("RequestPin", number + 1)
        visit.cancel()
        visit.close()
    assert open_visit(rig, reader, SameCard=True).wait_finished()[:2] == ("failed", "NoAgent")
    agent.wait("Release")
    expect_error("LimitExceeded", agent.register, Reader=reader)
    Agent(rig.bus_connection("tester", fresh=True)).register(Reader=reader)


def test_changed_while_waiting(rig):
    """Nobody was asked before a card is there: the agent that serves the reader then is the visit's."""
    rig.start("card", "center", "daemon", card_options=["--ejected"])
    reader = ObjectPath(rig.wait_readers(2)[0])
    first = Agent(rig.bus_connection("tester", fresh=True)).register(Reader=reader)
    visit = open_visit(rig, reader)
    first.wait("ShowMessage")
    first.connection.close_sync(None)
    second = Agent(rig.bus_connection("tester")).register(Reader=reader)
    rig.card("insert")
    assert visit.wait_finished()[0] == "done"
    assert second.count("RequestPin") == 1 and visit.get("AgentIsCaller")


def test_question_stays(rig):
    """Who is asked at a reader is asked for one patient: a visit by number does not come in between."""
    reader = start(rig)
    agent = Agent(rig.bus_connection("colleague"), pin=Agent.HANG).register(Reader=reader)
    visit = open_visit(rig, reader)
    agent.wait("RequestPin")
    others = Visits(rig.bus_connection())
    expect_error("ReaderBusy", others.check_number, INSURED, Reader=reader, Consents=["ceiling"])
    assert others.check_number(INSURED).wait_finished()[0] == "done"
    visit.cancel()
    assert agent.wait("Cancel") == (visit.path,) and not agent.count("RequestConsent"), agent.calls


def test_released(rig):
    """The daemon says good-bye."""
    reader = start(rig)
    agent = Agent(rig.bus_connection("colleague")).register(Reader=reader)
    rig.stop_daemon()
    wait_for(lambda: agent.count("Release"), "Release")
