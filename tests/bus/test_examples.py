# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples that programmers start from (data/examples): each does the whole job, and tells errors apart by name.

Comes in: a rig. Each function test_… is a case; tests/bus/meson.build lists them.
"""
import os
import re
import shlex
import shutil
from pathlib import Path

from bus import ERROR, Agent, ObjectPath
from examples import FOLDER, NODE_MODULES, make
from rig import SOURCE, Skip
from users import wrap

NUMBERS = ("990019", "架空０１", "１２３４５６７", "01", "19850412")
ELIGIBLE, NOT_ELIGIBLE, UNKNOWN, FAILED = range(4)
USAGE = "usage: receipt [READER | INSURER SYMBOL NUMBER BRANCH BIRTHDATE]\n"
NO_BUS = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent"}
PROGRAMS = {"c": "cc", "java": "javac", "ruby": "ruby", "python": "/usr/bin/python3", "node": "node", "php": "php",
            "shell": "jq"}


class Example:
    def __init__(self, rig, language):
        if not shutil.which(PROGRAMS[language]):
            raise Skip(PROGRAMS[language])
        self.rig, folder = rig, rig.folder / "example"
        folder.mkdir(mode=0o755)
        self.command = wrap(*make(language, FOLDER, folder))
        self.environment = {}
        if language == "shell":
            self.environment["PATH"] = f"{rig.program('client/shikakuctl').parent}:{os.environ['PATH']}"

    def run(self, *arguments, status, environment=None, lines=""):
        """Return: what it printed, on both."""
        process = self.rig.spawn_as("tester", *self.command, *arguments, keep="all",
                                      environment={**self.environment, **(environment or {})})
        process.write(lines)
        process.close_input()
        assert process.wait() == status, f"status {process.status}: {process.text()}"
        return process.text()


def check(rig, language, no_reader="there is no such reader", wrong_date="Birthdate"):
    example = Example(rig, language)
    rig.start("card", "center", "daemon")
    reader = rig.wait_readers(2, present=1)[0]
    agent = Agent(rig.bus_connection("colleague")).register(Reader=ObjectPath(reader))
    number = reader.rsplit("/", 1)[1]

    printed = example.run(number, status=ELIGIBLE)
    assert printed == "eligible\n990019 山田　花子 30 %\n", printed
    assert agent.count("RequestPin") == 1
    assert example.run(*NUMBERS, status=ELIGIBLE) == "eligible\n990019 山田　花子 30 %\n"
    printed = example.run(number + "0", status=FAILED)
    assert printed == f"NoReader: {no_reader}\nsee: shikakuctl diagnose\n", printed
    printed = example.run(NUMBERS[0], "", "1", "2", "not a date", status=FAILED)
    assert printed.startswith(f"InvalidOption: {wrong_date}") and printed.count("\n") == 1, printed
    for wrong in (NUMBERS[:2], NUMBERS[:4], (*NUMBERS, "1")):
        assert example.run(*wrong, status=FAILED) == USAGE
    for arguments in ((number,), NUMBERS):
        printed = example.run(*arguments, status=FAILED, environment=NO_BUS)
        assert printed.startswith("NoReply: ") and printed.endswith("\nsee: shikakuctl diagnose\n"), printed
        assert printed.count("\n") == 2, printed

    for persona, pin, status, begin in (("sato", "2345", NOT_ELIGIBLE, "not-eligible\n"),
                                        ("sasaki", "8888", UNKNOWN, "unknown\n"),
                                        ("yamada", "9999", FAILED, "PinIncorrect: ")):
        agent.pin = pin
        rig.change_card(persona)
        rig.wait_readers(2, present=1)
        printed = example.run(number, status=status)
        assert printed.startswith(begin), printed
    assert printed.endswith("\n2 tries left\n"), printed
    rig.stop_daemon()
    assert example.run(number, status=FAILED).startswith("org.freedesktop.DBus.Error.ServiceUnknown: ")


def test_busctl(rig):
    """The guide's one call without a line of code, as it stands there: the error's name is in the reply."""
    text = (SOURCE / "data" / "doc" / "programmers.md").read_text()
    command = shlex.split(re.search(r"^    (busctl (?:.*\\\n)*.*)$", text, re.MULTILINE)[1].replace("\\\n", " "))
    rig.start("card", "center", "daemon")
    reader = rig.wait_readers(2, present=1)[0]
    agent = Agent(rig.bus_connection("colleague"), pin="9999").register(Reader=ObjectPath(reader))
    failure = ('"State" s "failed"', f'"Error" s "{ERROR}PinIncorrect"', '"TriesLeft" u 2')
    answer = ('"State" s "done"', '"Answer" s "not-eligible"', '"Reason" s "')
    for pin, persona, words in (("9999", "yamada", failure), ("2345", "sato", answer)):
        agent.pin = pin
        rig.change_card(persona)
        rig.wait_readers(2, present=1)
        process = rig.spawn_as("tester", *wrap(shutil.which("busctl"), *command[1:]), keep="all")
        assert process.wait() == 0, process.text()
        assert all(word in process.text() for word in words), process.text()


def test_c(rig):
    check(rig, "c")


def test_python(rig):
    check(rig, "python")


def test_ruby(rig):
    check(rig, "ruby")


def test_java(rig):
    check(rig, "java")


def test_php(rig):
    """By two processes, of which the second takes the visit of the first."""
    check(rig, "php")


def test_php_pages(rig):
    """Each page by itself: one leaves a ticket, and is gone; the next has the answer, and nothing is left of the visit."""
    example = Example(rig, "php")
    rig.start("center", "daemon")
    ticket = example.run("--open", *NUMBERS, status=0)
    assert re.fullmatch("[0-9a-f]{32}\n", ticket), ticket
    assert example.run("--take", status=ELIGIBLE, lines=ticket) == "eligible\n990019 山田　花子 30 %\n"
    assert example.run("--take", status=FAILED, lines=ticket) == "NotFound: there is no visit with this ticket\n"
    assert example.run("--take", "1", status=FAILED) == USAGE


def test_shell(rig):
    """By shikakuctl, whose texts are for people."""
    check(rig, "shell", no_reader="No card reader is connected, or not the one asked for.",
          wrong_date="The daemon does not accept an option")


def test_node(rig):
    """Its library comes from npm: Debian has none."""
    if not (Path(NODE_MODULES) / "dbus-next").exists():
        raise Skip("dbus-next, of npm")
    check(rig, "node")
