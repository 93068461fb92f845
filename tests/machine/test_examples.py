# SPDX-License-Identifier: LGPL-2.1-or-later
"""What programmers start from, on a booted machine: the examples against the installed service, the manual pages in man."""
import base64
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from desk import Simulator
from machine import require
from packages import SOURCE

sys.path.insert(0, str(SOURCE / "tests" / "rig"))
from examples import make  # noqa: E402

INSTALLED = "/usr/share/doc/shikakud/examples"
LANGUAGES = ("c", "python", "ruby", "java", "php", "shell")
NUMBERS = ("990019", "架空０１", "１２３４５６７", "01", "19850412")
PAGES = ["shikakuctl(1)", "shikakud(8)", "shikakud.conf(5)",
         *(f"org.shikaku.Shikaku1.{name}(5)" for name in ("Agent", "AgentManager", "Manager", "Reader", "Visit"))]


def carry(machine, folder, target):
    """Puts what is in @folder to @target of the machine."""
    packed = subprocess.run(["tar", "--create", "--directory", folder, "."], check=True, stdout=subprocess.PIPE).stdout
    machine.run("sh", "-c", 'mkdir -p "$0" && base64 -d | tar --extract --no-same-owner --directory "$0"', target,
                input=base64.b64encode(packed).decode())


def make_programs(machine, folder):
    """Compiles the installed sources where there is a compiler. Return: the commands in the machine, by language."""
    require("cc", "javac", "pkg-config")
    target, sources = "/opt/examples", Path(folder) / "sources"
    sources.mkdir()
    names = machine.run("find", INSTALLED, "-maxdepth", "1", "-type", "f", "-printf", "%f\\n").split()
    for name in names:
        (sources / name).write_text(machine.run("cat", f"{INSTALLED}/{name}"))
    commands = {}
    for language in LANGUAGES:
        made = Path(folder) / language
        made.mkdir()
        commands[language] = [str(word).replace(folder, target) for word in make(language, sources, made)]
    carry(machine, folder, target)
    machine.run("chmod", "--recursive", "a+rX", target)
    return commands


def test_programs(machine):
    """Each, as an unprivileged user: a card, a number, the errors; the patient is asked at another user's terminal."""
    with tempfile.TemporaryDirectory() as folder:
        commands = make_programs(machine, folder)
    simulator = Simulator(machine, inserted=False)
    terminal = machine.spawn("shikakuctl", "agent", "--reader", "1", user="patient", until="Ctrl-C")
    for language, command in commands.items():
        print(language)
        terminal.write("1234\n")
        simulator.card("insert", "yamada")
        answer = "eligible\n990019 山田　花子 30 %\n"
        assert machine.run(*command, "1", user="tester") == answer, language
        assert machine.run(*command, *NUMBERS, user="tester") == answer, language
        machine.run(*command, "9", user="tester", status=3)
        assert machine.errors.startswith("NoReader: "), machine.errors
        machine.run(*command, *NUMBERS, user="other", status=3)
        assert machine.errors.startswith("NotAuthorized: "), machine.errors
        simulator.card("eject")


def test_manuals(machine):
    """man finds every page, by name and by the word in its caption."""
    machine.run("mandb", "--quiet")
    listed = machine.run("man", "--apropos", "--names-only", "shikaku")
    for page in PAGES:
        name, section = page[:-1].split("(")
        assert f"{name} ({section})" in listed, listed
        assert f"\n     {name} " in re.sub(r".\x08", "", machine.run("man", section, name)), page
