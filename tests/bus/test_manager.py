# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Manager: who may call, what options mean, tokens, limits, the one-call Check, the log's control.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import fcntl
import json
import os
import re
import signal
import time

from bus import (AGENT_MANAGER, ERROR, MANAGER, PROPERTIES, ROOT, VISIT, Agent, BusError, Call, ObjectPath, Visits,
                 call, expect_error, options)
from gi.repository import Gio, GLib
from loop import wait_for
from people import INSURED, NAME, UNKNOWN

TEXT = "処理できません。"  # of the simulated center

PAUSE = 1  # seconds from a start that failed to its end
LOG_PATH, LOG_CONTROL = "/org/freedesktop/LogControl1", "org.freedesktop.LogControl1"
NEEDS_RIGHT = {"Check": (options({}),), "OpenVisit": (options({}),), "CheckNumber": (options(INSURED), options({})),
               "GetVisits": (), "Diagnose": (options({}),)}


def call_manager(connection, method, *arguments, interface=MANAGER):
    return call(connection, ROOT, interface, method, GLib.Variant.new_tuple(*arguments) if arguments else None)


# who

def test_strangers_refused(rig):
    """Who is not of the reception may do nothing, and leaves nothing behind."""
    rig.start("center", "daemon")
    stranger = rig.bus_connection("other")
    for method, arguments in NEEDS_RIGHT.items():
        expect_error("NotAuthorized", call_manager, stranger, method, *arguments)
    expect_error("NotAuthorized", call_manager, stranger, "RegisterAgent", GLib.Variant("o", "/a"),
                 GLib.Variant("as", ["pin"]), options({}), interface=AGENT_MANAGER)
    expect_error("NotAuthorized", call_manager, stranger, "UnregisterAgent", GLib.Variant("o", "/a"),
                 interface=AGENT_MANAGER)
    assert rig.center.log() == []


def test_reception_and_root(rig):
    rig.start("center", "daemon")
    for user in ("tester", "colleague", "root"):
        assert Visits(rig.bus_connection(user)).check_number(INSURED).wait_finished()[0] == "done"


def test_pipelined(rig):
    """Calls sent before the daemon knows who calls are held, and answered in their order."""
    rig.start("daemon")
    connection = rig.bus_connection("tester", fresh=True)
    order = []
    calls = [Call(connection, ROOT, MANAGER, "GetVisits") for _number in range(8)]
    for number, one in enumerate(calls):
        wait_for(lambda one=one: one.done, "a reply")
        order.append(number)
        assert one.wait() == []
    assert order == list(range(8))


# options

def test_unknown_option(rig):
    rig.start("daemon")
    connection = rig.bus_connection()
    visits = Visits(connection)
    for action in (visits.open, lambda **values: visits.check_number(INSURED, **values),
                   lambda **values: visits.check_number({**INSURED, **values}),
                   lambda **values: call_manager(connection, "Check", options(values)),
                   lambda **values: call_manager(connection, "Check", options({"Insured": {**INSURED, **values}})),
                   lambda **values: call_manager(connection, "Diagnose", options(values))):
        assert "Colour" in expect_error("InvalidOption", action, Colour="blue").message
    agent = Agent(connection)
    assert "Colour" in expect_error("InvalidOption", agent.register, Colour="blue").message


def test_wrong_type(rig):
    rig.start("daemon")
    visits = Visits(rig.bus_connection())
    for values in ({"Consents": "drug"}, {"Timeout": "60"}, {"Timeout": GLib.Variant("i", 60)}, {"SameCard": 1},
                   {"Reader": "/org/shikaku/Shikaku1/reader/1"}, {"ReaderName": ObjectPath("/reader")},
                   {"Token": True}, {"Language": ["ja"]}):
        key, = values
        assert key in expect_error("InvalidOption", visits.open, **values).message
    assert "Number" in expect_error("InvalidOption", visits.check_number, {**INSURED, "Number": 1234567}).message


def test_given_twice(rig):
    rig.start("daemon")
    twice = GLib.VariantBuilder(GLib.VariantType("a{sv}"))
    for token in ("one", "two"):
        twice.add_value(GLib.Variant("{sv}", ("Token", GLib.Variant("s", token))))
    error = expect_error("InvalidOption", call_manager, rig.bus_connection(), "OpenVisit", twice.end())
    assert "Token" in error.message


def test_bad_values(rig):
    rig.start("daemon")
    visits = Visits(rig.bus_connection())
    for key, value in (("Timeout", 0), ("Timeout", 601), ("Purpose", "fun"), ("Purpose", "admission"),
                       ("Consents", ["dinner"]), ("Consents", ["drug", "drug"]), ("Token", ""), ("Token", "a-b"),
                       ("Token", "x" * 65), ("Token", "名"), ("Language", "x" * 33)):
        assert key in expect_error("InvalidOption", visits.open, **{key: value}).message, key
    values = {"Reader": ObjectPath(ROOT + "/reader/1"), "ReaderName": "Virtual PCD 00 00"}
    for action in (visits.open, lambda **values: visits.check_number(INSURED, **values)):
        assert "ReaderName" in expect_error("InvalidOption", action, **values).message
    expect_error("ServiceStopped", visits.open)  # no pcscd: nothing was wrong with the options


def test_bad_numbers(rig):
    rig.start("daemon")
    visits = Visits(rig.bus_connection())
    for key, value in (("InsurerNumber", "12345678901"), ("InsurerNumber", "abc"), ("Number", ""),
                       ("Birthdate", "19851332"), ("Birthdate", "1985"), ("Branch", "x"), ("Date", "tomorrow"),
                       ("Symbol", "x" * 21), ("Symbol", "架空\n０１"), ("Number", "1\n"), ("Birthdate", "18000101"),
                       ("Birthdate", "20990101"), ("Date", "20991231")):
        error = expect_error("InvalidOption", visits.check_number, {**INSURED, key: value})
        assert key in error.message and NAME not in error.message, error
    for key in ("InsurerNumber", "Number", "Birthdate"):
        without = {name: text for name, text in INSURED.items() if name != key}
        expect_error("InvalidOption", visits.check_number, without)
    for values in ({"SameCard": True}, {"LastTry": True}, {"Consents": ["drug"]}):
        expect_error("InvalidOption", visits.check_number, INSURED, **values)


def test_no_key_repeated(rig):
    """What is not shaped like a key may be personal: the error does not repeat it."""
    rig.start("daemon")
    assert NAME not in expect_error("InvalidOption", Visits(rig.bus_connection()).open, **{NAME: "x"}).message


# tokens and paths

def test_token(rig):
    rig.start("center", "daemon")
    connection = rig.bus_connection()
    visits = Visits(connection)
    visit = visits.check_number(INSURED, Token="Desk_1")
    sender = connection.get_unique_name().removeprefix(":").replace(".", "_")
    assert visit.path == f"{ROOT}/visit/{sender}/Desk_1", visit.path
    for action in (lambda **values: visits.check_number(INSURED, **values), visits.open,
                   lambda **values: call_manager(connection, "Check", options({"Insured": INSURED, **values}))):
        assert "Token" in expect_error("VisitExists", action, Token="Desk_1").message
    other = Visits(rig.bus_connection("colleague")).check_number(INSURED, Token="Desk_1")  # is another path
    assert other.path != visit.path
    visit.wait_finished()
    visit.close()
    del visits.finished[visit.path]
    assert visits.check_number(INSURED, Token="Desk_1").wait_finished()[0] == "done"
    assert re.fullmatch(r"[0-9a-f]{16}", visits.check_number(INSURED).path.rsplit("/", 1)[1])


# limits

def test_sixteen_visits(rig):
    """The 17th visit of one connection is refused; a closed one makes room."""
    rig.start("center", "daemon")
    visits = Visits(rig.bus_connection())
    opened = [visits.check_number(INSURED) for _number in range(16)]
    expect_error("LimitExceeded", visits.check_number, INSURED)
    opened[0].close()
    visits.check_number(INSURED)
    Visits(rig.bus_connection("tester", fresh=True)).check_number(INSURED)  # others have their own limit


def test_visits_of_a_user(rig):
    """64 visits of all connections of one user; another user is not touched; a gone connection makes room."""
    rig.start("center", "daemon")
    connections = [rig.bus_connection("tester", fresh=True) for _number in range(5)]
    for connection in connections[:4]:
        visits = Visits(connection)
        for _number in range(16):
            visits.check_number(INSURED)
    expect_error("LimitExceeded", Visits(connections[4]).check_number, INSURED)
    Visits(rig.bus_connection("colleague")).check_number(INSURED)
    connections[0].close_sync(None)
    Visits(connections[4]).check_number(INSURED)


def test_calls_under_way(rig):
    """32 calls of one connection wait for their answers; the 33rd is refused; others are not touched."""
    rig.start("center", "daemon")
    rig.center("fault hold count=always")
    connection = rig.bus_connection("tester")
    calls = [Call(connection, ROOT, MANAGER, "Diagnose", GLib.Variant.new_tuple(options({}))) for _number in range(40)]
    for one in calls[32:]:
        expect_error("LimitExceeded", one.wait)
    assert call_manager(rig.bus_connection("colleague"), "GetVisits") == []
    assert not any(one.done for one in calls[:32])
    rig.center("release")
    for one in calls[:32]:
        one.wait()
    assert call_manager(connection, "GetVisits") == []


def test_many_callers(rig):
    """A crowd at once: the daemon asks the bus about each, and answers each."""
    rig.start("daemon")
    crowd = [rig.bus_connection("tester", fresh=True) for _number in range(150)]
    rig.daemon.kill(signal.SIGSTOP)
    calls = [Call(connection, ROOT, MANAGER, "GetVisits") for connection in crowd]
    for connection in crowd:
        connection.flush_sync(None)
    rig.daemon.kill(signal.SIGCONT)
    assert [one.wait() for one in calls] == [[]] * len(crowd)


def test_refusal_said(rig):
    """When the center refuses, its own code and text are told, and so is its message."""
    rig.start("card", "center", "daemon", persona="yamada")
    connection = rig.bus_connection()
    visits = Visits(connection)
    rig.center("fault error-code XYZ path=search")
    visit = visits.check_number(INSURED)
    state, error, details = visit.wait_finished()
    assert (state, error, details["Code"], details["Message"]) == ("failed", "CenterRefused", "XYZ", TEXT), details
    assert json.loads(visit.message())["XmlMsg"]["MessageHeader"]["ErrorCode"] == "XYZ"

    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    Agent(rig.bus_connection("colleague"), consents={"drug": True}).register(Reader=reader)
    rig.center("fault error-code XYZ path=card/check")
    visit = visits.open(Reader=reader)
    assert visit.wait_finished()[0] == "done"
    answer = visit.eligibility()
    assert (answer["Answer"], answer["Code"], answer["Message"]) == ("unknown", "XYZ", TEXT), answer
    assert json.loads(visit.message())["XmlMsg"]["MessageHeader"]["ErrorMessage"] == TEXT

    rig.center("fault error-code XYZ path=consent/register")
    visit = visits.open(Reader=reader, Consents=["drug"], SameCard=True)
    assert visit.wait_finished()[0] == "done"
    consent = visit.consents()["drug"]
    assert (consent["Code"], consent["Message"], consent["Granted"]) == ("XYZ", TEXT, False), consent

    rig.center("fault garbage path=search")
    visit = visits.check_number(INSURED)
    visit.wait_finished()
    assert "no message" in expect_error("NotFound", visit.message).message
    words = rig.read_log("shikakud")
    assert words.count("code XYZ") == 3 and TEXT not in words, words


# states

def test_no_answer_yet(rig):
    rig.start("center", "daemon")
    rig.center("fault hold count=always path=search")
    visit = Visits(rig.bus_connection()).check_number(INSURED)
    expect_error("InvalidState", visit.eligibility)
    expect_error("InvalidState", visit.message)
    assert visit.consents() == {}
    visit.cancel()
    assert visit.wait_finished()[:2] == ("cancelled", "Cancelled")
    assert visit.get("Error") == ERROR + "Cancelled" and visit.get("ErrorMessage")
    expect_error("InvalidState", visit.eligibility)
    expect_error("NotFound", visit.message)
    visit.cancel()  # finished already: only answered
    assert visit.get("Expires") > visit.get("Opened")


def test_message_is_sealed(rig):
    rig.start("center", "daemon")
    visit = Visits(rig.bus_connection()).check_number(INSURED)
    visit.wait_finished()
    request = Call(visit.connection, visit.path, VISIT, "GetMessage", GLib.Variant("(s)", ("json",)))
    request.wait()
    document = request.files[0]
    assert fcntl.fcntl(document, fcntl.F_GET_SEALS) & 0xF == 0xF
    assert NAME in os.pread(document, 1 << 20, 0).decode()
    os.close(document)


def test_signals_are_few(rig):
    """CheckNumber to its end: one PropertiesChanged with all that changed, one Finished."""
    rig.start("center", "daemon")
    connection = rig.bus_connection()
    Visits(connection).check_number(INSURED).wait_finished()
    told = []
    visits = Visits(connection)
    connection.signal_subscribe(None, PROPERTIES, "PropertiesChanged", None, VISIT, Gio.DBusSignalFlags.NONE,
                                lambda *arguments: told.append(arguments[5].unpack()[1]))
    visit = visits.check_number(INSURED)
    visit.wait_finished()
    assert len(told) == 1 and {"State", "Answer", "Expires"} <= set(told[0]), told


# Check

def test_check_number(rig):
    rig.start("center", "daemon")
    connection = rig.bus_connection()
    answer = call_manager(connection, "Check", options({"Insured": INSURED}))
    assert answer["Answer"] == "eligible" and answer["Consents"] == {} and answer["Evidence"] == "number", answer
    assert answer["Insurances"][0]["Name"].startswith(NAME)
    assert call_manager(connection, "Check", options({"Insured": UNKNOWN}))["Answer"] == "unknown"
    assert call_manager(connection, "GetVisits") == []


def test_check_card(rig):
    rig.start("card", "center", "daemon", persona="yamada")
    connection = rig.bus_connection()
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    Agent(rig.bus_connection("colleague"), consents={"drug": True}).register(Reader=reader)
    answer = call_manager(connection, "Check", options({"Reader": reader, "Consents": ["drug", "checkup"]}))
    assert answer["Answer"] == "eligible" and answer["Evidence"] == "card", answer
    assert {consent["Evidence"] for consent in answer["Consents"].values()} == {"card"}, answer["Consents"]
    assert answer["Consents"]["drug"]["Granted"] and not answer["Consents"]["checkup"]["Granted"], answer["Consents"]
    for consent in answer["Consents"].values():  # what the patient was shown, here and at the center
        assert (consent["Version"], consent["Language"]) == ("1", "ja"), consent
    registered = [line for line in rig.center.log() if line["path"] == "consent/register"]
    assert registered[0]["texts"] == {"PharmacistsInfo": ["1", "ja"]}, registered


def test_check_fails(rig):
    """The error of a failed visit is the answer, with the text for people, and the visit is closed."""
    rig.start("card", "center", "daemon", persona="yamada")
    connection = rig.bus_connection()
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    expect_error("NoAgent", call_manager, connection, "Check", options({"Reader": reader}))
    assert call_manager(connection, "GetVisits") == []
    rig.center("fault status 403 count=always path=search")
    texts = [expect_error("CenterRefused", call_manager, connection, "Check",
                          options({"Insured": INSURED, "Language": language})).message for language in ("ja", "en")]
    assert "センター" in texts[0] and "center" in texts[1], texts


def test_check_report(rig):
    """With Report a visit that failed is a reply too, for tools that hide the names of errors; a refused one is not."""
    rig.start("card", "center", "daemon", persona="yamada")
    connection = rig.bus_connection()
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    answer = call_manager(connection, "Check", options({"Insured": INSURED, "Report": True}))
    assert (answer["Answer"], answer["State"], answer["Details"]["During"]) == ("eligible", "done", "checking"), answer
    assert "Error" not in answer and "By" not in answer["Details"] and answer["Consents"] == {}, answer
    Agent(rig.bus_connection("colleague"), pin="4321").register(Reader=reader)
    answer = call_manager(connection, "Check", options({"Reader": reader, "Report": True, "Language": "en"}))
    assert (answer["State"], answer["Error"]) == ("failed", ERROR + "PinIncorrect"), answer
    assert answer["ErrorMessage"] and answer["Details"]["TriesLeft"] == 2, answer
    assert answer["Details"]["During"] == "proving" and "Answer" not in answer, answer
    expect_error("InvalidOption", call_manager, connection, "Check", options({"Report": True, "Colour": "blue"}))
    for method, arguments in (("OpenVisit", ()), ("CheckNumber", (options(INSURED),))):
        expect_error("InvalidOption", call_manager, connection, method, *arguments, options({"Report": True}))
    rig.center("fault hold count=always path=search")
    check = Call(connection, ROOT, MANAGER, "Check",
                 GLib.Variant.new_tuple(options({"Insured": INSURED, "Report": True})))
    rig.center.wait("search")
    call(connection, call_manager(connection, "GetVisits")[-1], VISIT, "Cancel")
    answer = check.wait()
    assert (answer["State"], answer["Details"]["By"]) == ("cancelled", "caller"), answer


def test_details(rig):
    """Who subscribed late reads how it ended: Details, which is what Finished told; empty before."""
    rig.start("card", "center", "daemon", persona="yamada")
    connection = rig.bus_connection()
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    patient = Agent(rig.bus_connection("colleague"), pin=Agent.HANG).register(Reader=reader)
    visits = Visits(connection)
    changes = []
    connection.signal_subscribe(None, PROPERTIES, "PropertiesChanged", None, VISIT, Gio.DBusSignalFlags.NONE,
                                lambda *arguments: changes.append(arguments[5].unpack()))
    visit = visits.open(Reader=reader)
    patient.wait("RequestPin")
    assert visit.get("Details") == {}
    patient.finish_pin("4321")
    assert visit.wait_finished() == ("failed", "PinIncorrect", {"TriesLeft": 2})
    assert (visit.during, visit.by) == ("proving", "")
    assert visit.get("Details") == visits.finished[visit.path][2]
    assert [gone for _interface, changed, gone in changes if changed.get("State") == "failed"] == [["Details"]], changes
    assert not any(gone for _interface, changed, gone in changes if changed.get("State") != "failed"), changes
    patient.pin = Agent.REFUSE
    visit = visits.open(Reader=reader, SameCard=True)
    assert visit.wait_finished()[:2] == ("cancelled", "Cancelled") and visit.by == "patient"
    patient.pin = Agent.HANG
    visit = visits.open(Reader=reader, SameCard=True, Timeout=1)
    assert visit.wait_finished()[:2] == ("failed", "TimedOut") and visit.by == "daemon"


def test_check_cancelled(rig):
    """A Check with a Token can be cancelled by its caller."""
    rig.start("center", "daemon")
    rig.center("fault hold count=always path=search")
    connection = rig.bus_connection()
    check = Call(connection, ROOT, MANAGER, "Check",
                 GLib.Variant.new_tuple(options({"Insured": INSURED, "Token": "mine"})))
    rig.center.wait("search")
    path, = call_manager(connection, "GetVisits")
    call(connection, path, VISIT, "Cancel")
    expect_error("Cancelled", check.wait)


def test_check_closed(rig):
    """Closing the visit answers its Check."""
    rig.start("center", "daemon")
    rig.center("fault hold count=always path=search")
    connection = rig.bus_connection()
    check = Call(connection, ROOT, MANAGER, "Check", GLib.Variant.new_tuple(options({"Insured": INSURED})))
    rig.center.wait("search")
    call(connection, call_manager(connection, "GetVisits")[0], VISIT, "Close")
    expect_error("Cancelled", check.wait)


def test_diagnose(rig):
    rig.start("card", "center", "daemon")
    rig.wait_readers(2, present=1)
    links = call_manager(rig.bus_connection(), "Diagnose", options({"Language": "en"}))
    names = ["daemon", "agent", "pcscd", "reader", "card", "settings", "credential", "account", "clock", "line", "name", "tls",
             "center", "store"]
    assert [link["Link"] for link in links] == names
    assert all(link["State"] in ("ok", "degraded", "failed", "unknown") for link in links), links


def test_diagnose_agent(rig):
    """A visit would end with NoAgent: the chain says where, and why not when somebody is there who can ask for the PIN."""
    rig.start("card", "center", "daemon")
    readers = rig.wait_readers(2, present=1)
    connection = rig.bus_connection()

    def diagnose():
        links = {link["Link"]: link for link in call_manager(connection, "Diagnose", options({"Language": "en"}))}
        return links["agent"]["State"], links["agent"]["Evidence"]

    both = "agents: 0; none at reader 1 (Virtual PCD 00 00), 2 (Virtual PCD 00 01)"
    assert diagnose() == ("failed", both), diagnose()
    first = Agent(rig.bus_connection("colleague")).register(["message"], Reader=ObjectPath(readers[0]))
    assert diagnose() == ("failed", both), diagnose()
    expect_error("NoAgent", Call(connection, ROOT, MANAGER, "Check", GLib.Variant.new_tuple(
        options({"Reader": ObjectPath(readers[0])}))).wait)
    first.unregister()
    first.register(Reader=ObjectPath(readers[0]))
    assert diagnose() == ("degraded", "agents: 1; none at reader 2 (Virtual PCD 00 01)"), diagnose()
    Agent(rig.bus_connection("tester")).register(Reader=ObjectPath(readers[1]))
    assert diagnose() == ("ok", "agents: 2"), diagnose()
    first.unregister()
    assert diagnose() == ("degraded", "agents: 1; none at reader 1 (Virtual PCD 00 00)"), diagnose()


# the log's control

def set_log(connection, name, value):
    call(connection, LOG_PATH, PROPERTIES, "Set", GLib.Variant("(ssv)", (LOG_CONTROL, name, GLib.Variant("s", value))))


def test_log_control(rig):
    """Read by all, written by root alone; an unknown word is refused."""
    rig.start("daemon")
    root, tester = rig.bus_connection("root"), rig.bus_connection("tester")
    set_log(root, "LogLevel", "debug")
    for connection in (root, tester):
        read = call(connection, LOG_PATH, PROPERTIES, "GetAll", GLib.Variant("(s)", (LOG_CONTROL,)))
        assert read["LogLevel"] == "debug" and read["SyslogIdentifier"] == "shikakud" and "LogTarget" in read, read
    expect_error("InvalidOption", set_log, root, "LogLevel", "loud")
    expect_error("InvalidOption", set_log, root, "LogTarget", "moon")
    expect_error("InvalidOption", set_log, root, "SyslogIdentifier", "me")
    try:
        set_log(tester, "LogLevel", "emerg")
    except BusError as error:
        assert error.name in ("NotAuthorized", "org.freedesktop.DBus.Error.AccessDenied"), error
    assert call(root, LOG_PATH, PROPERTIES, "Get", GLib.Variant("(ss)", (LOG_CONTROL, "LogLevel"))) == "debug"


# the end

def test_shutting_down(rig):
    """Told to end with visits and calls under way: they get their named error, and the daemon ends with 0."""
    rig.start("center", "daemon")
    rig.center("fault hold count=always path=search")
    connection = rig.bus_connection()
    visits = Visits(connection)
    visit = visits.check_number(INSURED)
    check = Call(connection, ROOT, MANAGER, "Check", GLib.Variant.new_tuple(options({"Insured": INSURED})))
    rig.center.wait("search", 2)
    assert rig.stop_daemon() == 0
    expect_error("ShuttingDown", check.wait)
    assert visit.wait_finished()[:2] == ("failed", "ShuttingDown")


def test_shutting_down_called(rig):
    """Who calls in the moment in which the daemon ends is told so: no call is left without an answer."""
    rig.start("daemon")
    root = rig.bus_connection("root")
    rig.daemon.kill(signal.SIGSTOP)
    rig.daemon.kill(signal.SIGTERM)
    calls = [Call(root, ROOT, MANAGER, "GetVisits") for _number in range(20)]
    call(root, "/", "org.freedesktop.DBus", "GetId", destination="org.freedesktop.DBus")  # they are on their way
    rig.daemon.kill(signal.SIGCONT)
    assert rig.stop_daemon() == 0
    for each in calls:
        wait_for(lambda each=each: each.done, each.what)
        assert each.error is None or each.error.name == "ShuttingDown", each.error


def test_shutting_down_diagnosed(rig):
    """Told to end while a diagnosis waits for the center."""
    rig.start("center", "daemon")
    rig.center("fault hold count=always path=auth")
    diagnosis = Call(rig.bus_connection(), ROOT, MANAGER, "Diagnose", GLib.Variant.new_tuple(options({})))
    rig.center.wait("auth")
    assert rig.stop_daemon() == 0
    expect_error("ShuttingDown", diagnosis.wait)


def test_name_taken(rig):
    """A second daemon ends with a failure, not at once, for it would be started again as fast; the first goes on."""
    rig.start("center", "daemon")
    first = rig.daemon
    begin = time.monotonic()
    second = rig.start_daemon(ready=False)
    wait_for(lambda: not second.is_running(), "the second daemon's end")
    assert second.status not in (0, None) and time.monotonic() - begin >= PAUSE
    rig.retire(second)
    rig.daemon = first
    assert Visits(rig.bus_connection()).check_number(INSURED).wait_finished()[0] == "done"


def test_bus_lost(rig):
    """A daemon whose bus is gone ends, and not with 0."""
    rig.start("daemon")
    rig.bus_process.kill()
    wait_for(lambda: not rig.daemon.is_running(), "the daemon's end")
    assert rig.daemon.status > 0, rig.daemon.status
    rig.retire(rig.daemon)
    rig.daemon = None
