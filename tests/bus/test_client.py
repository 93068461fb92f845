# SPDX-License-Identifier: LGPL-2.1-or-later
"""The client shikakuctl against the real daemon: verbs, exit codes, terminal, agent, help and manual page.

Comes in: a rig. Each function test_… is a case; tests/bus/meson.build lists them.
"""
import contextlib
import io
import json
import os
import re
import signal
import termios
import unicodedata
from pathlib import Path

import catalogues
import demo
import pcsc
from bus import AGENT, NAME, PROPERTIES, READER, Agent, ObjectPath, Visits, call, expect_error, get_property
from loop import until, wait_for  # first: it says which version of Gio

from gi.repository import Gio, GLib

from people import INSURED
from rig import BUILD, SIMULATOR, SOURCE, Skip
from screen import set_size

ELIGIBLE, NOT_ELIGIBLE, UNKNOWN, CARD, READER_TROUBLE, CENTER, NOT_AUTHORIZED, CANCELLED = range(8)
USAGE, NO_DAEMON = 64, 69
NUMBER = ("--insurer", "990019", "--symbol", "架空０１", "--number", "１２３４５６７", "--branch", "01",
          "--birthdate", "19850412")
VERBS = sorted(path.stem.removeprefix("verb-") for path in (SOURCE / "client").glob("verb-*.c"))
MANUAL = SOURCE / "data" / "man" / "shikakuctl.1"


def start(rig, persona="yamada"):
    rig.start("card", "center", "daemon", persona=persona)
    return rig.wait_readers(2, present=1)[0]


def errors(rig, process):
    """What it wrote on standard error (not of a terminal)."""
    return rig.read_log(process.name)


def check(rig, reader, *arguments, pin="1234", answers="", **more):
    return rig.client("check", "--reader", reader, *arguments, stdin=pin + "\n" + answers, **more)


def read_refusal(process):
    """What a check with --json prints that never began. Return: the error's short name."""
    failure = json.loads(process.text())
    assert failure.keys() == {"Error", "ErrorMessage"} and failure["ErrorMessage"], failure
    return failure["Error"].removeprefix("org.shikaku.Shikaku1.Error.")


def wait_free(rig, reader):
    """No visit is left: the reader can be had, and the daemon says so."""
    connection = rig.bus_connection("tester")
    until(lambda: not get_property(connection, reader, READER, "InUse"), "the reader to be free")


def echoes(process):
    return bool(termios.tcgetattr(process.terminal)[3] & termios.ECHO)


# check

def test_check_json(rig):
    reader = start(rig)
    process = check(rig, reader, "--json", "--consent", "ceiling,drug", "--consent", "allergy",
                    answers="yes\ny\nno\n", check=ELIGIBLE)
    answer = json.loads(process.text())
    assert answer["Answer"] == "eligible" and answer["Validity"] == "valid", answer
    assert answer["Insurances"][0]["Name"] == "山田　花子" and answer["Insurances"][0]["BurdenRatio"] == 30
    assert {kind: consent["Granted"] for kind, consent in answer["Consents"].items()} == {
        "ceiling": True, "drug": True, "allergy": False}
    assert "Please put the card on the reader." not in process.text()
    assert rig.card.log(), "the card was asked"
    wait_free(rig, reader)


def test_check_card_view(rig):
    reader = start(rig, "takahashi")
    process = check(rig, reader, pin="3456", check=ELIGIBLE)
    assert "ELIGIBLE" in process.text() and "●橋　健" in process.text()
    assert "● at character 1" in process.text()
    values = [line for line in process.text().splitlines() if line.startswith(("  Sex", "  Number "))]
    assert all(line[25] == " " and line[26] != " " for line in values), values


def test_several_readers(rig):
    """One has to be named: also for a check by number, if it asks for a consent: there it says whose agent asks."""
    reader = start(rig)
    for verb in ("check", "agent"):
        process = rig.client(verb, stdin="", check=USAGE)
        assert "Name one with --reader" in errors(rig, process), verb
    assert read_refusal(rig.client("check", "--json", stdin="", check=USAGE)) == "InvalidOption"
    patient = Agent(rig.bus_connection("colleague")).register(Reader=ObjectPath(reader))
    by_number = ("check", "--json", *NUMBER, "--consent", "ceiling")
    assert read_refusal(rig.client(*by_number, stdin="", check=USAGE)) == "InvalidOption"
    names = (reader, reader.rpartition("/")[2], "Virtual PCD 00 00")
    for name in names:
        process = rig.client(*by_number, "--reader", name, stdin="", check=ELIGIBLE)
        assert json.loads(process.text())["Consents"]["ceiling"]["Granted"] is True
    assert patient.count("RequestConsent") == len(names) and patient.count("RequestPin") == 0


def test_check_number(rig):
    rig.start("center", "daemon")
    process = rig.client("check", "--json", *NUMBER, stdin="", check=ELIGIBLE)
    assert json.loads(process.text())["Insurances"][0]["Number"] == "１２３４５６７"
    process = rig.client("check", *NUMBER[:-1], "1985-13-12", stdin="", check=USAGE)
    assert process.text() == "" and "The daemon does not accept an option" in errors(rig, process)


def test_check_number_from_input(rig):
    """What is on the patient's paper need not stand in the command line, which every user of the machine can read."""
    rig.start("center", "daemon")
    names, numbers = NUMBER[::2], NUMBER[1::2]
    unsaid = [word for name in reversed(names) for word in (name, "-")]  # the lines have an order of their own
    lines = "".join(number + "\n" for number in numbers)
    process = rig.client("check", "--json", *unsaid, stdin=lines, check=ELIGIBLE)
    assert json.loads(process.text())["Insurances"][0]["Number"] == "１２３４５６７"
    process = rig.client("check", "--json", *unsaid[2:], *NUMBER[-2:], stdin=lines, check=ELIGIBLE)
    assert read_refusal(rig.client("check", "--json", *unsaid, stdin="990019\n", check=USAGE)) == "InvalidOption"
    process = rig.client("check", *unsaid, stdin="990019\n\n\n\n19850412\n", check=USAGE)
    assert "--insurer, --number and --birthdate" in errors(rig, process)

    clerk = rig.spawn_client("check", "--insurer", "990019", "--number", "-", "--birthdate", "-", terminal=True)
    clerk.wait_output("Number: $")
    clerk.kill(signal.SIGINT)
    assert clerk.wait() == CANCELLED


def test_not_eligible(rig):
    process = check(rig, start(rig, "sato"), pin="2345", check=NOT_ELIGIBLE)
    assert re.search(r"NOT ELIGIBLE[\s\S]*another insurance was\s+acquired", process.text()), process.text()


def test_unknown(rig):
    process = check(rig, start(rig, "sasaki"), pin="8888", check=UNKNOWN)
    assert "UNKNOWN" in process.text()


def test_pin_incorrect(rig):
    reader = start(rig)
    process = check(rig, reader, pin="9999", check=CARD)
    assert process.text() == "" and "The PIN was wrong" in errors(rig, process)
    assert "2 tries are left." in errors(rig, process)
    assert "Last step: The card proves itself." in errors(rig, process) and "Ended by" not in errors(rig, process)
    process = check(rig, reader, "--json", "--same-card", pin="9999", check=CARD)
    failure = json.loads(process.text())
    assert failure["Error"].endswith(".PinIncorrect") and failure["TriesLeft"] == 1 and failure["ErrorMessage"]
    assert failure["During"] == "proving" and "By" not in failure, failure
    process = check(rig, reader, "--same-card", check=CANCELLED)  # one try left, and nobody said that it may be spent
    check(rig, reader, "--same-card", "--last-try", check=ELIGIBLE)


def test_pin_refused(rig):
    reader = start(rig)
    for number, pin in enumerate(("", "123", "12345", "12a4", "一二三四")):
        rig.card("clear-log")
        check(rig, reader, *["--same-card"][:number], pin=pin, check=CANCELLED)
        assert not any(entry.get("ins") == "20" and entry.get("lc") for entry in rig.card.log()), rig.card.log()
    check(rig, reader, "--same-card", pin="１２３４", check=ELIGIBLE)  # typed with the input method on


def test_full_width_answers(rig):
    process = check(rig, start(rig), "--json", "--consent", "drug,test,allergy", answers="ＹＥＳ\nperhaps\n",
                    check=ELIGIBLE)
    consents = json.loads(process.text())["Consents"]
    assert [consents[kind]["Granted"] for kind in ("drug", "test", "allergy")] == [True, False, False], consents


def test_language(rig):
    process = check(rig, start(rig), "--language", "ja", pin="9999", check=CARD)
    assert "暗証番号が違います" in errors(rig, process)


def test_exit_codes(rig):
    """What the daemon refuses, and what it cannot do."""
    reader = start(rig, "kato")
    check(rig, reader, pin="4444", check=CARD)
    rig.card("eject")
    rig.wait_readers(2, present=0)
    check(rig, reader, "--timeout", "1", check=CANCELLED)
    for name in ("99", "No such reader"):
        assert read_refusal(check(rig, name, "--json", check=READER_TROUBLE)) == "NoReader"
    assert read_refusal(check(rig, reader, "--json", "--consent", "photo", check=USAGE)) == "InvalidOption"
    rig.center("fault refuse-connection count=always")
    rig.center("drop-connections")  # those that were made when the first card came
    rig.card("insert yamada")
    rig.wait_readers(2, present=1)
    check(rig, reader, check=UNKNOWN)  # a center that is away is asked again
    rig.center("clear-faults")
    rig.center("fault error-code ABCD0001E path=search")
    rig.client("check", *NUMBER, stdin="", check=CENTER)
    check(rig, "Virtual PCD 00 00", "--same-card", check=ELIGIBLE)


def test_not_authorized(rig):
    reader = start(rig)
    process = check(rig, reader, user="other", check=NOT_AUTHORIZED)
    assert process.text() == ""
    assert read_refusal(check(rig, reader, "--json", user="other", check=NOT_AUTHORIZED)) == "NotAuthorized"


def test_reader_busy(rig):
    reader = start(rig)
    patient = Agent(rig.bus_connection("tester"), pin=Agent.HANG).register(Reader=ObjectPath(reader))
    first = rig.spawn_client("check", "--reader", reader)
    patient.wait("RequestPin")
    assert read_refusal(check(rig, reader, "--json", check=READER_TROUBLE)) == "ReaderBusy"
    assert "is being used for another visit" in errors(rig, check(rig, reader, check=READER_TROUBLE))
    patient.finish_pin("1234")
    assert first.wait() == ELIGIBLE and "The patient is asked at their own terminal." in errors(rig, first)
    context = pcsc.Context()
    context.connect(rig.wait_card(), pcsc.SHARE_EXCLUSIVE)
    assert "Another program keeps the card reader" in errors(rig, check(rig, reader, "--same-card", check=READER_TROUBLE))
    context.release()


# the end of it

def test_interrupt_waiting(rig):
    rig.start("card", "center", "daemon", card_options=["--ejected"])
    reader = rig.wait_readers(2, present=0)[0]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process = rig.spawn_client("check", "--reader", reader, terminal=True)
        process.wait_output("Please put your My Number Card on the reader")
        process.kill(number)
        assert process.wait() == CANCELLED, process.text()
        assert "Cancelling" in process.text()
        assert not get_property(rig.bus_connection("tester"), reader, READER, "InUse")  # Cancel has answered


def test_interrupt_pin(rig):
    reader = start(rig)
    process = rig.spawn_client("check", "--reader", reader, terminal=True)
    process.wait_output(r"PIN \(4 digits, 3 tries left\)")
    assert not echoes(process)
    process.kill(signal.SIGINT)
    assert process.wait() == CANCELLED
    assert echoes(process)
    wait_free(rig, reader)


def test_interrupt_twice(rig):
    """A daemon that does not answer to the cancelling: the second Ctrl-C does not wait for it."""
    reader = start(rig)
    process = rig.spawn_client("check", "--reader", reader, terminal=True)
    process.wait_output("PIN")
    rig.daemon.kill(signal.SIGSTOP)
    process.kill(signal.SIGINT)
    process.wait_output("Cancelling")
    process.kill(signal.SIGINT)
    assert process.wait() == CANCELLED and echoes(process)
    rig.daemon.kill(signal.SIGCONT)
    wait_free(rig, reader)


def test_interrupt_json(rig):
    """A check that Ctrl-C ends prints one object, also where it is pressed twice."""
    rig.start("card", "center", "daemon", card_options=["--ejected"])
    reader = rig.wait_readers(2, present=0)[0]
    for times in (1, 2):
        process = rig.spawn_client("check", "--json", "--reader", reader)
        wait_for(lambda: "Please put your My Number Card" in errors(rig, process), "the visit to begin")
        if times == 2:
            rig.daemon.kill(signal.SIGSTOP)
        process.kill(signal.SIGINT)
        wait_for(lambda: "Cancelling" in errors(rig, process), "the first Ctrl-C")
        if times == 2:
            process.kill(signal.SIGINT)
        assert process.wait() == CANCELLED
        outcome = json.loads(process.text())
        assert outcome["Error"].endswith(".Cancelled") and outcome["ErrorMessage"], outcome
        assert times == 2 or outcome["State"] == "cancelled", outcome
    rig.daemon.kill(signal.SIGCONT)


def test_terminal(rig):
    reader = start(rig)
    process = rig.spawn_client("check", "--reader", reader, "--consent", "drug", terminal=True)
    process.wait_output(r"PIN \(4 digits, 3 tries left\): $")
    assert not echoes(process)
    process.write("12\n")
    process.wait_output(r"The PIN is four digits\.\s+PIN \(4 digits, 3 tries left\): $")
    process.write("1234\n")
    process.wait_output(r"\[yes/no\] $")
    assert echoes(process)
    process.write("perhaps\n")
    process.wait_output(r"Please answer yes or no\.[\s\S]*\[yes/no\] $")
    process.write("yes\n")
    assert process.wait() == ELIGIBLE
    assert "1234" not in process.text().replace("１２３４", "") and "granted, until" in process.text()
    assert echoes(process)


def test_terminal_restored(rig):
    """Every way out leaves the terminal as it was."""
    reader = start(rig)
    for number in (signal.SIGQUIT, signal.SIGABRT, signal.SIGSEGV, signal.SIGTERM):
        rig.card("eject")
        rig.wait_readers(2, present=0)
        rig.card("insert yamada")
        rig.wait_readers(2, present=1)
        process = rig.spawn_client("check", "--reader", reader, terminal=True)
        process.wait_output("PIN")
        assert not echoes(process)
        process.kill(number)
        process.wait()
        assert echoes(process), number
        wait_free(rig, reader)


def test_no_daemon(rig):
    rig.start("bus")
    for verb in ("status", "readers", "check", "diagnose"):
        process = rig.client(verb, stdin="", check=NO_DAEMON)
        assert "The daemon shikakud is not running. Call your technician" in errors(rig, process)
    nowhere = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere"}
    process = rig.client("status", stdin="", environment=nowhere, check=NO_DAEMON)
    assert "The system bus (D-Bus) of this computer cannot be reached." in errors(rig, process)
    assert read_refusal(rig.client("status", "--json", stdin="", check=NO_DAEMON)).endswith("ServiceUnknown")
    process = rig.client("status", "--json", stdin="", environment=nowhere, check=NO_DAEMON)
    assert read_refusal(process).endswith("NoServer")


class Systemd:
    """What shikakuctl asks of it: the properties of one unit, which the test changes."""

    def __init__(self, rig, **unit):
        rig.bus_policy = SYSTEMD_POLICY
        rig.start("bus")
        self.connection, self.asked = rig.bus_connection("root", fresh=True), 0
        node = Gio.DBusNodeInfo.new_for_xml(SYSTEMD_XML)
        self.connection.register_object("/org/freedesktop/systemd1", node.interfaces[0], self.on_call, None, None)
        self.connection.register_object(UNIT, node.interfaces[1], self.on_call, None, None)
        self.connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                                  GLib.Variant("(su)", (SYSTEMD, 0)), None, Gio.DBusCallFlags.NONE, -1, None)
        self.set(**unit)

    def set(self, LoadState="loaded", ActiveState="inactive", SubState="dead", Result="success", StatusText="",
            ExecMainStatus=0, NRestarts=0):
        self.unit = {"LoadState": GLib.Variant("s", LoadState), "ActiveState": GLib.Variant("s", ActiveState),
                     "SubState": GLib.Variant("s", SubState), "Result": GLib.Variant("s", Result),
                     "StatusText": GLib.Variant("s", StatusText), "ExecMainStatus": GLib.Variant("i", ExecMainStatus),
                     "NRestarts": GLib.Variant("u", NRestarts)}
        self.connection.emit_signal(None, UNIT, PROPERTIES, "PropertiesChanged", GLib.Variant(
            "(sa{sv}as)", ("org.freedesktop.systemd1.Unit", {"ActiveState": self.unit["ActiveState"]}, [])))

    def on_call(self, _connection, _sender, _path, _interface, method, _parameters, invocation):
        self.asked += method == "GetAll"
        invocation.return_value(GLib.Variant("(a{sv})", (self.unit,)) if method == "GetAll" else None)


SYSTEMD, UNIT = "org.freedesktop.systemd1", "/org/freedesktop/systemd1/unit/shikakud_2eservice"
SYSTEMD_XML = f"""<node><interface name='{SYSTEMD}.Manager'><method name='Subscribe'/></interface>
  <interface name='{PROPERTIES}'><method name='GetAll'>
  <arg type='s' direction='in'/><arg type='a{{sv}}' direction='out'/></method></interface></node>"""
SYSTEMD_POLICY = f"""
  <policy user="root"><allow own="{SYSTEMD}"/></policy>
  <policy context="default"><allow send_destination="{SYSTEMD}"/></policy>
"""
FAILURES = (  # of the unit, and what is said
    (dict(ActiveState="failed", Result="exit-code", ExecMainStatus=78, StatusText="shikakud.conf:14: no key Colour"),
     "The service shikakud has failed: shikakud.conf:14: no key Colour. Call your technician"),
    (dict(ActiveState="failed", Result="exit-code", ExecMainStatus=78), "its configuration is wrong (exit-code 78)"),
    (dict(ActiveState="failed", Result="exit-code", ExecMainStatus=243, StatusText="of an earlier run"),
     "a credential that its unit names cannot be read or decrypted (exit-code 243)"),
    (dict(ActiveState="activating", SubState="auto-restart", Result="exit-code", ExecMainStatus=226, NRestarts=27),
     "a folder that its unit names cannot be had (exit-code 226)"),
    (dict(ActiveState="failed", Result="signal", ExecMainStatus=11, StatusText="of an earlier run"), "signal 11"),
    (dict(LoadState="masked"), "The service shikakud is masked."),
    (dict(LoadState="not-found"), "The service shikakud is not installed."),
    (dict(ActiveState="inactive"), "The daemon shikakud is not running."),
)


def test_service_failed(rig):
    """A service that does not come: why is said at once, in the daemon's last word if there is one, and what to do."""
    systemd = Systemd(rig)
    for unit, sentence in FAILURES:
        systemd.set(**unit)
        process = rig.client("status", "--json", stdin="", check=NO_DAEMON)
        assert sentence in errors(rig, process) and sentence in json.loads(process.text())["ErrorMessage"], errors(rig, process)

    systemd.set(ActiveState="activating", SubState="start")  # it takes too long
    process = rig.client("status", stdin="", check=NO_DAEMON)
    assert "is being started" in errors(rig, process), errors(rig, process)

    asked = systemd.asked
    patient = rig.spawn_client("agent", terminal=True)  # it fails while it is waited for
    wait_for(lambda: systemd.asked > asked, "the agent to ask for the unit")
    assert "Colour" not in patient.text()
    systemd.set(**FAILURES[0][0])
    patient.wait_output(r"Waiting for it\.[\s\S]*no key Colour")
    patient.kill(signal.SIGINT)
    assert patient.wait() == 0


def test_daemon_stands_still(rig):
    """A daemon that answers nothing is called that, by each verb, within a few seconds."""
    reader = start(rig)
    patient = rig.spawn_client("agent", "--reader", reader, terminal=True)
    patient.wait_output("Ready")
    rig.daemon.kill(signal.SIGSTOP)
    verbs = [rig.spawn_client(*verb, "--json") for verb in (
        ("status",), ("readers",), ("diagnose",), ("statistics",), ("config", "show"), ("check", "--reader", reader))]
    late = rig.spawn_client("watch", terminal=True)
    late.wait_output("The daemon shikakud does not answer. Waiting for it.")
    for process in verbs:
        assert process.wait() == NO_DAEMON, process.text()
        failure = json.loads(process.text())
        assert failure["Error"].endswith(".NoReply"), failure  # by the deadline, not by the end of a call's own time
        assert "The daemon shikakud does not answer." in failure["ErrorMessage"], failure
    rig.daemon.kill(signal.SIGCONT)
    answer_pin(patient, ask_pin(rig, reader, patient))


def test_daemon_is_late(rig):
    """A daemon that lives and has no answer, as of a center that keeps silent, is not called dead."""
    rig.start("bus")
    daemon = rig.bus_connection("shikaku", fresh=True)
    call(daemon, "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", GLib.Variant("(su)", (NAME, 0)),
         destination="org.freedesktop.DBus")
    held = []
    silent = daemon.add_filter(lambda _connection, message, incoming: held.append(message) if incoming and (
        message.get_interface() or "").startswith(NAME) else message)
    verbs = [rig.spawn_client(*verb, "--json") for verb in (("diagnose",), ("statistics",), ("config", "show"))]
    for process in verbs:
        assert process.wait() == CANCELLED, process.text()
        assert "lives, but has no answer" in json.loads(process.text())["ErrorMessage"], process.text()
    daemon.remove_filter(silent)


def test_daemon_killed(rig):
    reader = start(rig)
    process = rig.spawn_client("check", "--reader", reader, terminal=True)
    process.wait_output("PIN")
    rig.kill_daemon()
    assert process.wait() == NO_DAEMON
    assert "shikakud" in process.text() and echoes(process)


def test_daemon_stopped(rig):
    reader = start(rig)
    process = rig.spawn_client("check", "--reader", reader, terminal=True)
    process.wait_output("PIN")
    rig.stop_daemon()
    assert process.wait() == NO_DAEMON
    assert echoes(process)


# the other verbs

def test_status_and_readers(rig):
    reader = start(rig)
    text = rig.client("status", stdin="", check=0).text()
    assert re.search(r"Daemon +\d", text) and "Virtual PCD 00 00" in text, text
    status = json.loads(rig.client("status", "--json", stdin="", check=0).text())
    readers = json.loads(rig.client("--json", "readers", stdin="", check=0).text())
    assert status["Center"] in ("online", "unknown") and status["Readers"] == readers
    assert [entry["CardPresent"] for entry in readers] == [True, False]
    assert readers[0]["Path"] == reader
    assert f"shikakuctl agent --reader {reader.rsplit('/', 1)[1]}\n" in text, text
    agent = Agent(rig.bus_connection("colleague")).register(Reader=ObjectPath(reader))
    text = rig.client("status", stdin="", check=0).text()
    assert "Reader 1 has no patient terminal" not in text and "Reader 2 has no patient terminal" in text, text
    agent.unregister()


def test_diagnose(rig):
    start(rig)
    links = json.loads(rig.client("diagnose", "--json", stdin="", check=CANCELLED).text())
    assert [link["Link"] for link in links] == [
        "daemon", "agent", "pcscd", "reader", "card", "settings", "credential", "account", "clock", "line", "name", "tls",
        "center", "store"]
    text = rig.client("diagnose", stdin="", check=CANCELLED).text()
    assert text.startswith("patient terminal: FAILED\n  at the desk "), text  # what to do first
    assert "shikakuctl agent --reader NUMBER" in text.partition("\n\n")[0], text
    assert re.search("^patient terminal +FAILED +agents: 0; none at reader 1 ", text, re.MULTILINE), text
    assert re.search(r"^line +ok +from 127\.0\.0\.1 \(lo\) to 127\.0\.0\.1:\d+$", text, re.MULTILINE), text
    assert re.search(r"^name of the center +ok .*\b127\.0\.0\.1$", text, re.MULTILINE), text
    for path in rig.wait_readers(2):
        Agent(rig.bus_connection("colleague"), path=path).register(Reader=ObjectPath(path))
    rig.client("diagnose", stdin="", check=0)
    rig.center("fault refuse-connection count=always")
    process = rig.client("diagnose", stdin="", check=CENTER)
    assert re.search("^(line|secure connection|center) +FAILED", process.text(), re.MULTILINE), process.text()
    rig.stop_pcscd()
    rig.wait_readers(0)
    rig.client("diagnose", stdin="", check=READER_TROUBLE)


def test_statistics(rig):
    reader = start(rig)
    rig.client("check", "--reader", reader, stdin="1234\n", check=ELIGIBLE)
    numbers = json.loads(rig.client("statistics", "--json", stdin="", check=0).text())
    assert numbers["CardVisitsDone"] == numbers["AnswersEligible"] == 1 and numbers["CardTime"] > 0, numbers
    text = rig.client("statistics", stdin="", check=0).text()
    assert re.search(r"^CardVisitsDone +1$", text, re.MULTILINE), text
    assert re.search(r"^CardTime +\d+\.\d{3} s$", text, re.MULTILINE), text
    assert re.search(r"^Since +\d{4}-", text, re.MULTILINE), text
    rig.client("statistics", stdin="", check=NOT_AUTHORIZED, user="other")


def test_config_show(rig):
    """Every key with its value and origin, for who may manage; in one table, each column as wide as it must be."""
    rig.start("daemon")
    keys = json.loads(rig.client("config", "show", "--json", stdin="", check=0, user="root").text())
    assert {"Group": "Visit", "Key": "Retention", "Value": "60", "Origin": f"{rig.folder}/shikakud.conf:14"} in keys, keys
    assert {"Group": "Center", "Key": "TokenPin", "Origin": "default"} in keys, keys
    lines = rig.client("config", "show", stdin="", check=0, user="root").text().splitlines()
    assert len(lines) == 1 + len(keys)
    columns = [lines[0].index(word) for word in ("GROUP", "KEY", "VALUE", "ORIGIN")]
    for line, key in zip(lines[1:], keys):
        cells = [line[begin:end].strip() for begin, end in zip(columns, [*columns[1:], None])]
        assert cells == [key["Group"], key["Key"], key.get("Value", "(not set)"), key["Origin"]], line
    for user in ("other", "tester"):
        process = rig.client("config", "show", stdin="", check=NOT_AUTHORIZED, user=user)
        assert process.text() == "" and "org.shikaku.manage" in errors(rig, process)
        process = rig.client("config", "show", "--json", stdin="", check=NOT_AUTHORIZED, user=user)
        assert read_refusal(process) == "NotAuthorized"


def test_watch(rig):
    reader = start(rig)
    lines = rig.spawn_client("watch", "--json")
    people = rig.spawn_client("watch", terminal=True)
    for process in (lines, people):
        process.wait_output("DaemonAppeared|daemon: running")
    rig.card("eject")
    people.wait_output("reader .*: card taken out")
    rig.card("insert yamada")
    people.wait_output("reader .*: card put in")
    lines.wait_output('"CardPresent":true')
    check(rig, reader, check=ELIGIBLE)
    people.wait_output(r"reader .*: patient terminal ready[\s\S]*reader .*: a check has begun[\s\S]*"
                       r"reader .*: card read; it has to[\s\S]*reader .*: the check has ended")
    rig.stop_daemon()
    people.wait_output("daemon: stopped")
    lines.wait_output("DaemonVanished")
    for process in (lines, people):
        process.kill(signal.SIGINT)
        assert process.wait() == 0
    events = [json.loads(line) for line in lines.text().splitlines()]
    assert [event["CardPresent"] for event in events if "CardPresent" in event] == [False, True]
    assert {"Agent", "Served", "InUseSince"} <= {key for event in events for key in event}, events
    assert all(event["Path"] == reader for event in events if event["Event"] == "ReaderChanged")


def test_events(rig):
    """What has happened, from a number on, and what happens; a daemon that was away is asked for what was missed."""
    rig.start("center", "daemon")
    assert rig.client("events", "--json", stdin="", check=0).text() == ""
    following = rig.spawn_client("events", "--follow", "--json")
    visits = Visits(rig.bus_connection("tester"))
    first = visits.check_number(INSURED)
    following.wait_output('"visit-finished"')
    rig.stop_daemon()
    rig.start_daemon()
    second = visits.check_number(INSURED)
    following.wait_output(second.path)
    following.kill(signal.SIGINT)
    assert following.wait() == 0
    events = [json.loads(line) for line in following.text().splitlines()]
    ended = [event for event in events if event["Kind"] == "visit-finished"]
    assert [event["Details"]["Visit"] for event in ended] == [first.path, second.path], events
    numbers = [event["Sequence"] for event in events]
    assert numbers == sorted(set(numbers)), numbers
    kept = rig.client("events", "--json", stdin="", check=0).text().splitlines()
    assert [json.loads(line) for line in kept] == events
    text = rig.client("events", "--since", str(ended[0]["Sequence"]), stdin="", check=0).text()
    assert second.path in text and first.path not in text, text
    rig.client("events", "--since", "-1", stdin="", check=USAGE)
    rig.client("events", stdin="", check=NOT_AUTHORIZED, user="other")


def test_agent(rig):
    reader = start(rig)
    patient = rig.spawn_client("agent", "--reader", reader, terminal=True)
    patient.wait_output("Ready")
    assert not echoes(patient)
    desk = rig.spawn_client("check", "--reader", reader, "--consent", "drug", "--json", user="colleague")
    patient.wait_output("PIN .*: $")
    assert "Asked by" in patient.text()
    patient.write("1234\n")
    patient.wait_output(r"\[yes/no\] $")
    patient.write("no\n")
    assert desk.wait() == ELIGIBLE
    assert json.loads(desk.text())["Consents"]["drug"]["Granted"] is False
    assert "The patient is asked at their own terminal." in errors(rig, desk)
    second = rig.client("agent", "--reader", reader, stdin="", user="colleague", check=CANCELLED)
    assert "Another patient terminal already serves this reader." in errors(rig, second)
    patient.kill(signal.SIGINT)
    assert patient.wait() == 0 and echoes(patient)

    patient = rig.spawn_client("agent", "--reader", reader, "--capability", "pin", terminal=True)
    patient.wait_output("Ready")
    desk = rig.spawn_client("check", "--all", "--reader", reader, "--same-card", "--consent", "drug", user="colleague")
    patient.wait_output("PIN .*: $")
    patient.write("1234\n")
    assert desk.wait() == ELIGIBLE
    assert "not asked: the patient's terminal cannot ask for consents" in desk.text(), desk.text()


def test_agent_serves_daemon_only(rig):
    """Whoever else asks the agent for a PIN gets none, and nothing appears on the patient's screen."""
    reader = start(rig)
    patient = rig.spawn_client("agent", "--reader", reader, terminal=True)
    patient.wait_output("Ready")
    bus = rig.bus_connection("root")

    def ask_bus(method, name):
        return call(bus, "/org/freedesktop/DBus", "org.freedesktop.DBus", method, GLib.Variant("(s)", (name,)),
                    destination="org.freedesktop.DBus")

    names = call(bus, "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames", destination="org.freedesktop.DBus")
    agent = [name for name in names if name[0] == ":" and ask_bus("GetConnectionUnixProcessID", name) == patient.pid][0]
    readable, writable = os.pipe()
    files = Gio.UnixFDList.new_from_array([writable])  # which closes it
    expect_error("NotAuthorized", call, bus, "/org/shikaku/Agent", AGENT, "RequestPin",
                 GLib.Variant("(oha{sv})", ("/visit", 0, {})), destination=agent, files=files)
    os.close(readable)
    assert "PIN" not in patient.text()


def test_agent_question_withdrawn(rig):
    """The desk gives up: the question leaves the patient's screen, and the next one is answered."""
    reader = start(rig)
    patient = rig.spawn_client("agent", "--reader", reader, terminal=True)
    patient.wait_output("Ready")
    desk = rig.spawn_client("check", "--reader", reader, user="colleague")
    patient.wait_output("PIN .*: $")
    desk.kill(signal.SIGINT)
    assert desk.wait() == CANCELLED
    patient.wait_output("PIN .*: \r?\n")
    desk = rig.spawn_client("check", "--reader", reader, "--same-card", user="colleague")
    patient.wait_output(r"PIN[^:]*: \r?\n[\s\S]*PIN[^:]*: $")
    patient.write("1234\n")
    assert desk.wait() == ELIGIBLE


def test_agent_stays(rig):
    """The daemon goes and comes back: the agent registers again."""
    reader = start(rig)
    patient = rig.spawn_client("agent", "--reader", "Virtual PCD 00 00", terminal=True)
    patient.wait_output("Ready")
    rig.stop_daemon()
    patient.wait_output("Waiting for it")
    rig.start("daemon")
    patient.wait_output(r"Ready[\s\S]*Ready")
    reader = rig.wait_readers(2, present=1)[0]
    desk = rig.spawn_client("check", "--reader", reader, "--same-card", user="colleague")
    patient.wait_output("PIN .*: $")
    patient.write("1234\n")
    assert desk.wait() == ELIGIBLE


def test_agent_waits_for_reader(rig):
    """No pcscd yet: the agent waits, and serves when the reader comes; also when it has gone and come back."""
    rig.start("daemon", "center")
    patient = rig.spawn_client("agent", "--reader", "Virtual PCD 00 00", terminal=True)
    patient.wait_output("The reader is not there. Waiting for it.")
    rig.start("card")
    patient.wait_output("Ready")
    rig.stop_pcscd()
    rig.wait_readers(0)
    rig.start("pcscd")
    reader = rig.wait_readers(2, present=1)[0]
    desk = rig.spawn_client("check", "--reader", reader, "--same-card", user="colleague")
    patient.wait_output("PIN .*: $")
    patient.write("1234\n")
    assert desk.wait() == ELIGIBLE


PIN_QUESTION = r"PIN \(4 digits[^:]*: [\s\S]*"


def ask_pin(rig, reader, patient, *arguments):
    """A desk's check, which has asked the patient at @patient for the PIN. Return: the desk."""
    asked = patient.text().count("PIN (4 digits")
    desk = rig.spawn_client("check", "--reader", reader, *arguments, user="colleague")
    patient.wait_output(f"(?:{PIN_QUESTION}){{{asked + 1}}}")
    return desk


def answer_pin(patient, desk):
    """The PIN is typed, and nobody sees it."""
    assert not echoes(patient)
    patient.write("1234\n")
    assert desk.wait() == ELIGIBLE
    assert "1234" not in patient.text(), patient.text()


def find_child(pid, program):
    """The process of @program below @pid, or None."""
    for child in map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
        if Path(f"/proc/{child}/comm").read_text().strip() == program:
            return child
        if found := find_child(child, program):
            return found
    return None


def test_agent_suspended(rig):
    """Stopped by a shell and brought back (TSTP, CONT): the question is asked again, and the PIN is not shown."""
    reader = start(rig)
    shell = rig.spawn_as("tester", "setsid", "-c", "-w", "bash", "--norc", "--noprofile", "-i", terminal=True,
                         environment={"PS1": "prompt> "})
    shell.wait_output("prompt> ")
    shell.write(f"{rig.program('client/shikakuctl')} agent --reader {reader}\n")
    shell.wait_output("Ready")
    agent = find_child(shell.pid, "shikakuctl")
    os.kill(agent, signal.SIGTSTP)
    shell.wait_output(r"Stopped[\s\S]*prompt> ")
    shell.write("fg\n")
    shell.wait_output("prompt> fg\r?\n")
    answer_pin(shell, ask_pin(rig, reader, shell))

    desk = ask_pin(rig, reader, shell, "--same-card")
    os.kill(agent, signal.SIGTSTP)
    shell.wait_output(r"Stopped[\s\S]*Stopped[\s\S]*prompt> ")
    shell.write("echo this is shown\nfg\n")
    shell.wait_output(f"this is shown[\\s\\S]*{PIN_QUESTION}")
    answer_pin(shell, desk)
    shell.write("\x03")
    shell.wait_output(r"prompt> \Z")
    shell.write("exit\n")
    shell.wait()


def test_agent_terminal_changed(rig):
    """Stopped by whatever signal, and the terminal left as a shell wants it: it hides what is typed all the same."""
    reader = start(rig)
    patient = rig.spawn_client("agent", "--reader", reader, terminal=True)
    patient.wait_output("Ready")
    for number in (signal.SIGSTOP, signal.SIGTSTP):
        desk = ask_pin(rig, reader, patient, *["--same-card"] if number == signal.SIGTSTP else [])
        asked = patient.text().count("PIN (4 digits")
        patient.kill(number)
        mode = termios.tcgetattr(patient.terminal)
        mode[3] |= termios.ECHO
        termios.tcsetattr(patient.terminal, termios.TCSANOW, mode)
        patient.kill(signal.SIGCONT)
        patient.wait_output(f"(?:{PIN_QUESTION}){{{asked + 1}}}")
        answer_pin(patient, desk)


def test_agent_cannot_show(rig):
    """What the patient's terminal cannot show is not asked, and nobody consents to question marks."""
    reader = start(rig)
    for number, environment in enumerate(({"LC_ALL": "C", "LANGUAGE": ""}, {"TERM": "linux"})):
        patient = rig.spawn_client("agent", "--reader", reader, terminal=True, environment=environment)
        patient.wait_output("Ready")
        desk = ask_pin(rig, reader, patient, "--json", "--language", "ja", "--consent", "drug,ceiling",
                       *["--same-card"] * number)
        patient.write("1234\nyes\nyes\n")
        assert desk.wait() == ELIGIBLE
        consents = json.loads(desk.text())["Consents"]
        assert not any(consents[kind]["Granted"] for kind in ("drug", "ceiling")), consents
        patient.wait_output("cannot be shown on this terminal, and is answered with no.")
        patient.wait_output("remove-card")
        assert "[yes/no]" not in patient.text() and "??" not in patient.text(), patient.text()
        patient.kill(signal.SIGINT)
        assert patient.wait() == 0


def test_narrow_terminal(rig):
    """On 80 columns every line fits, and what goes on does so in its own column."""
    japanese = speak_japanese(rig)
    reader = start(rig, "tanaka")
    process = rig.spawn_client("check", "--all", "--no-color", "--reader", reader, terminal=True,
                               environment={**japanese, "SHIKAKU_PAGER": ""})
    set_size(process, 24, 80)
    process.wait_output("暗証番号（数字4桁")
    process.write(find_pin("tanaka") + "\n")
    assert process.wait() == ELIGIBLE
    others = [rig.spawn_client(verb, terminal=True, environment=japanese) for verb in ("status", "readers")]
    assert [other.wait() for other in others] == [0, 0]
    lines = process.text().replace("\r", "").splitlines()
    answer = lines[next(number for number, line in enumerate(lines) if "───" in line):]
    assert all(count_columns(line) <= 80 for line in lines), process.text()
    assert not [line for line in answer[2:] if re.match("[^ ─]", line) and line != "同意"], process.text()
    assert re.search("券の種類 +医療券", process.text()) and re.search("診療別 +入院外", process.text()), process.text()
    known = re.sub(r"\w+(ConsFlg|ConsTime|AvailableTime|ConfirmationKey)", "", process.text())  # the center's own names
    assert not re.search("[A-Z][a-z]+[A-Z][a-z]", known), process.text()
    for other in others:
        assert re.search("番号  カード +使用 +名前", other.text()), other.text()
        assert re.search("1     使用済み +空き +Virtual", other.text()), other.text()


def test_narrow_configuration(rig):
    """What does not fit as a table is a list: each value and its origin whole, in a column of their own."""
    start(rig)
    program = rig.program("client/shikakuctl")
    script = f"stty cols 80; exec {program} config show"
    process = rig.run_as("root", "bash", "-c", script, terminal=True, check=0)
    lines = process.text().replace("\r", "").splitlines()
    assert "[Center]" in lines and max(map(count_columns, lines)) <= 80, process.text()
    whole = re.sub("\n +", "", "\n".join(lines))
    wide = json.loads(rig.client("config", "show", "--json", user="root", stdin="", check=0).text())
    for key in wide:
        assert key.get("Value", "") in whole and re.search(rf"^  {key['Key']}\b", "\n".join(lines), re.MULTILINE), key


def count_columns(text):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def find_pin(persona):
    return json.loads((SIMULATOR / "people.json").read_text())["people"][persona]["pin"]


def test_agent_held_up(rig):
    """Ctrl-S at the patient's terminal does not hold up what is written, and so the agent."""
    reader = start(rig)
    patient = rig.spawn_client("agent", "--reader", reader, terminal=True)
    patient.wait_output("Ready")
    patient.write("\x13")
    answer_pin(patient, ask_pin(rig, reader, patient))


def test_agent_let_go(rig):
    """An agent that did not answer is let go, and serves again when it can; the stop of the daemon is called that."""
    reader = start(rig)
    patient = rig.spawn_client("agent", "--reader", reader, terminal=True)
    patient.wait_output("Ready")
    patient.kill(signal.SIGSTOP)
    visits = Visits(rig.bus_connection("colleague"))
    for number in range(9):
        visit = visits.open(Reader=ObjectPath(reader), SameCard=True)
        if number == 8:
            assert visit.wait_finished()[:2] == ("failed", "NoAgent")
            break
        visit.wait_state("asking-pin")
        visit.cancel()
        visit.close()
    patient.kill(signal.SIGCONT)
    patient.wait_output(r"Ready[\s\S]*Ready")
    answer_pin(patient, ask_pin(rig, reader, patient, "--same-card"))
    rig.stop_daemon()
    patient.wait_output("The daemon shikakud is not running. Waiting for it.")
    assert "reader is not there" not in patient.text(), patient.text()


# words and paper

def test_usage(rig):
    rig.start("bus")
    for arguments in ((), ("sing",), ("--loud",), ("check", "--loud"), ("readers", "more"),
                      ("config",), ("config", "sing"), ("config", "show", "more"),
                      ("check", "--timeout", "-1"), ("check", "--timeout", "soon"), ("check", "--insurer", "1"),
                      ("check", "--reader", "0", *NUMBER), ("agent", "--capability", "face")):
        process = rig.client(*arguments, stdin="", check=USAGE)
        assert process.text() == "" and "shikakuctl --help" in errors(rig, process), arguments
        assert read_refusal(rig.client(*arguments, "--json", stdin="", check=USAGE)) == "InvalidOption", arguments
    rig.client("--version", stdin="", check=0)


def list_options(rig, verb):
    return {word for word in rig.client("--list-options", verb, stdin="", check=0).text().split() if word[0] == "-"}


def test_help(rig):
    rig.start("bus")
    text = rig.client("--help", stdin="", check=0).text()
    assert all(re.search(rf"^  {verb} ", text, re.MULTILINE) for verb in VERBS), text
    for verb in VERBS:
        text = rig.client(verb, "--help", stdin="", check=0).text()
        assert f"shikakuctl {verb}" in text and re.search("^  69  ", text, re.MULTILINE)
        assert all(option in text for option in list_options(rig, verb)), verb
    assert "--consent: ceiling, specific-disease, " in rig.client("check", "--help", stdin="", check=0).text()


def test_completion(rig):
    rig.start("bus")
    assert sorted(rig.client("--list-verbs", stdin="", check=0).text().split()) == VERBS
    program = rig.program("client/shikakuctl")

    def complete(*words):
        line = " ".join(f"'{word}'" for word in ("shikakuctl", *words))
        script = (f"PATH={program.parent}:$PATH; source {SOURCE}/data/shikakuctl.bash; COMP_WORDS=({line}); "
                  f"COMP_CWORD={len(words)}; _shikakuctl; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        return sorted(rig.run_as("root", "bash", "-c", script, stdin="", check=0).text().split())

    assert [word for word in complete("") if word[0] != "-"] == VERBS
    assert complete("rea") == ["readers"]
    assert complete("ledger", "export", "") == ["fhir", "jsonl", "tiles"]
    assert complete("check", "--cons") == ["--consent"]
    assert complete("check", "--consent", "dr") == ["drug"]
    assert complete("agent", "--capability", "") == ["consent", "message", "pin"]
    assert complete("check", "--timeout", "") == []
    assert complete("check", "--number", "") == ["-"]
    assert "--consent" in complete("check", "--same-card", "")
    assert complete("agent", "--re") == ["--reader"]
    assert complete("config", "s") == ["show"]


def test_manual(rig):
    """The manual page names every verb, option and exit code, and nothing else."""
    text = MANUAL.read_text()
    rig.start("bus")
    verbs = text.split("\n.Bl ", 1)[1]
    outer = re.sub(r"\.Bl (?:(?!\.Bl ).)*?\.El\n", "", verbs, flags=re.DOTALL)  # without the lists in entries
    assert sorted(set(re.findall(r"^\.It Cm (\S+)", outer, re.MULTILINE))) == VERBS
    real = {"--version"}.union(*(list_options(rig, verb) for verb in VERBS))
    named = {"--" + name for name in re.findall(r"^\.It Fl -([a-z-]+)", text, re.MULTILINE)}
    assert named == real, named ^ real
    codes = set(re.findall(r"EXIT_CODE_\w+ = (\d+)", (SOURCE / "client" / "errors.h").read_text()))
    assert set(re.findall(r"^\.It (\d+)$", text, re.MULTILINE)) == codes


def speak_japanese(rig):
    if not catalogues.lay(BUILD, rig.folder):
        raise Skip("the right to make namespaces, to lay the catalogue in its place")
    return catalogues.speak_japanese(rig.folder)


def test_japanese(rig):
    """The client's own words in Japanese, from the catalogue of this build, laid where it will be installed."""
    japanese = speak_japanese(rig)
    reader = start(rig)
    process = check(rig, reader, "--consent", "drug", answers="はい\n", environment=japanese, check=ELIGIBLE)
    assert "資格あり" in process.text() and "3割" in process.text(), process.text()
    assert re.search("薬剤: 同意あり", process.text()), process.text()
    assert "暗証番号（数字4桁、残り3回）" in errors(rig, process)
    assert "お薬の情報" in errors(rig, process)  # the question, in the language of the locale
    assert "使用済み" in rig.client("readers", stdin="", environment=japanese, check=0).text()
    process = check(rig, reader, "--same-card", pin="9999", environment=japanese, check=CARD)
    assert "終わったときの段階: " in errors(rig, process), errors(rig, process)
    text = rig.client("diagnose", stdin="", environment=japanese, check=CANCELLED).text()
    assert re.search("^患者用端末 +異常 ", text, re.MULTILINE) and "shikakuctl agent --reader 番号" in text, text
    seen = [line for line in text.splitlines() if line and line[0] != " "]
    names = r"shikakud|Virtual PCD|[0-9.]+|\(lo\)"
    assert not [line for line in seen if re.search("[A-Za-z]", re.sub(names, "", line))], text


def test_demo(rig):
    """`./demo` tells its story in the language that is asked for, and the programs in it speak that too."""
    os.environ["SHIKAKU_LANGUAGE"] = "ja_JP.UTF-8"
    story = io.StringIO()
    with contextlib.redirect_stdout(story):
        assert demo.run(rig) == ELIGIBLE
    if demo.language != "ja":
        raise Skip("the right to make namespaces, to lay the catalogue in its place")
    headings = re.findall("^» (.*)", story.getvalue(), re.MULTILINE)
    assert len(headings) == 8 and all(re.search("[ぁ-ん一-龠]", heading) for heading in headings if heading != "shikakuctl status")
    for text in ("資格あり", "暗証番号（数字4桁", "お薬の情報", "薬剤: 同意あり", "センター"):
        assert re.search(text, story.getvalue()), story.getvalue()
    assert not re.search("ELIGIBLE|PIN|Reader", story.getvalue().split("shikakud の記録")[0]), story.getvalue()
