# SPDX-License-Identifier: LGPL-2.1-or-later
"""The main job on a booted machine: installed packages, the real bus, pcscd and unit; ordinary users at the desk."""
import json
import re

from desk import Simulator
from packages import SOURCE

NUMBERS = {"insurer": "InsurerNumber", "symbol": "InsuredCardSymbol", "number": "InsuredIdentificationNumber",
           "branch": "InsuredBranchNumber", "birthdate": "Birthdate"}
CANCELLED = 7  # exit status of shikakuctl diagnose while nobody is there to ask a patient


def check(machine, *options, **how):
    how = {"user": "tester", "input": "1234\nyes\n", **how}
    return machine.run("shikakuctl", "check", "--reader", "1", *options, **how)


def test_card(machine):
    """A patient's card, PIN and consent, asked by the clerk's own terminal. That it has served is kept, within the unit's
    confinement, where only the daemon reads it."""
    Simulator(machine)
    answer = json.loads(check(machine, "--consent", "drug", "--json"))
    assert answer["Answer"] == "eligible" and answer["Insurances"][0]["BurdenRatio"] == 30, answer
    machine.systemctl("stop", "shikakud")  # which waits until it is written
    assert machine.run("stat", "--format=%a %U:%G", "/var/lib/shikaku/shikaku.db").strip() == "600 shikaku:shikaku"
    machine.run("grep", "--text", "Virtual PCD 00 00", "/var/lib/shikaku/shikaku.db")
    assert "store: " not in machine.journal("--unit=shikakud")


def test_patient_terminal(machine):
    """The patient is asked at another user's terminal; the clerk sees no question, the journal nothing of the patient."""
    simulator = Simulator(machine, persona="suzuki", inserted=False)
    terminal = machine.spawn("shikakuctl", "agent", "--reader", "1", user="patient", until="Ctrl-C")
    terminal.write("4567\nno\n")
    clerk = machine.spawn("shikakuctl", "check", "--reader", "1", "--consent", "drug", user="tester")
    simulator.card("insert", "suzuki")
    assert clerk.wait() == 0, clerk.text()
    assert "tries left" not in clerk.text(), clerk.text()
    terminal.wait_line("PIN")
    journal = machine.journal("--unit=shikakud.service", output="export")
    assert "asking-pin" in journal
    for secret in ("4567", "鈴木", "トメ", "ｽｽﾞｷ"):
        assert not re.search(rf"(?<![0-9A-Za-z]){secret}(?![0-9A-Za-z])", journal), secret


def test_number(machine):
    """Without a card, by the numbers on the patient's paper."""
    Simulator(machine, inserted=False)
    people = json.loads((SOURCE / "tests" / "simulator" / "people.json").read_text())["people"]
    paper = people["yamada"]["center"]["entries"][0]
    numbers = [word for option, name in NUMBERS.items() if name in paper for word in (f"--{option}", paper[name].strip())]
    answer = json.loads(machine.run("shikakuctl", "check", *numbers, "--json", user="tester"))
    assert answer["Answer"] == "eligible" and answer["Insurances"][0]["Name"] == paper["Name"], answer


def test_diagnosis(machine):
    """The whole chain is well, seen from the unit: its confinement keeps nothing from the daemon that it needs."""
    Simulator(machine)
    printed = machine.run("shikakuctl", "diagnose", "--json", user="tester", status=CANCELLED)
    links = {link["Link"]: link["State"] for link in json.loads(printed)}
    examined = ("daemon", "pcscd", "reader", "settings", "credential", "account", "clock", "line", "name", "tls", "center")
    assert all(links[link] == "ok" for link in examined), printed
    assert links["agent"] == "failed", "nobody has started one"


def test_activation(machine):
    """A call to the name starts the service."""
    machine.systemctl("stop", "shikakud")
    machine.run("shikakuctl", "status", user="tester")
    machine.systemctl("is-active", "shikakud")


def test_reboot(machine):
    """After a reboot the desk works without anyone's doing."""
    seconds = machine.reboot()
    machine.systemctl("is-active", "shikakud")
    Simulator(machine)
    assert json.loads(check(machine, "--json"))["Answer"] == "eligible"
    print(f"rebooted in {seconds:.1f} s")
