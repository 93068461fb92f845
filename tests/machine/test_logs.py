# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an administrator sees of the desk on a booted machine: the explained journal, the numbers, the file for monitoring."""
import json
import re
from pathlib import PurePosixPath

from desk import Simulator

METRICS = "/run/shikaku/shikaku.prom"
STATISTICS = ("org.shikaku.Shikaku1", "/org/shikaku/Shikaku1", "org.shikaku.Shikaku1.Manager", "GetStatistics")
# Enough of a Japanese locale to find the Japanese texts by.
LOCALE = "cp -r /usr/lib/locale/C.utf8 /usr/lib/locale/ja_JP.utf8"


def check(machine, pin, **how):
    return machine.run("shikakuctl", "check", "--reader", "1", user="tester", input=f"{pin}\n", **how)


def explain(machine, locale="C.UTF-8"):
    return machine.journal("--catalog", "--unit=shikakud.service", output="short", environment={"LC_ALL": locale})


def test_explained(machine):
    """journalctl -x says what an entry means and what to do, in the reader's language, with what happened filled in."""
    simulator = Simulator(machine)
    check(machine, "1234")
    simulator.card("eject")
    simulator.card("insert", "sato")
    check(machine, "0000", status=None)
    machine.run("sh", "-c", LOCALE)
    english, japanese = explain(machine), explain(machine, "ja_JP.UTF-8")
    for text in ("Shikaku is ready", "A card reader is there", 'The card reader "Virtual PCD 00 00" was found',
                 "A visit is done", 'has ended with the answer "eligible"', "A visit has ended without an answer",
                 "The reason: PinIncorrect.", "PinIncorrect: the patient tries again", "man:shikakud(8)"):
        assert text in english, f"{text} is not in:\n{english}"
    for text in ("Shikaku の準備ができました", "カードリーダー「Virtual PCD 00 00」が使えます", "資格確認が終わりました",
                 "「eligible」で終わりました", "理由: PinIncorrect。", "PinIncorrect: 暗証番号をもう一度"):
        assert text in japanese, f"{text} is not in:\n{japanese}"
    assert not re.search(r"@[A-Z_]+@", english + japanese)
    entry = json.loads(machine.journal("--lines=1", "SHIKAKU_ANSWER=eligible", output="json"))
    times = {name: int(value) for name, value in entry.items() if name.startswith("SHIKAKU_TIME_")}
    assert len(times) == 4 and times["SHIKAKU_TIME_CARD_USEC"] > 0, entry
    assert entry["_SYSTEMD_UNIT"] == "shikakud.service" and entry["SHIKAKU_ORIGIN"] == "card", entry
    print(english)


def test_numbers(machine):
    """Three visits, counted on the bus and in the file, which its group may read, and nobody else: neither who may not ask for
    them on the bus, nor who may. Only the daemon may write it."""
    simulator = Simulator(machine)
    for pin in ("1234", "9999", "1234"):
        check(machine, pin, status=None)
        simulator.card("eject")
        simulator.card("insert", "yamada")
    words = machine.run("busctl", "--system", "call", *STATISTICS, user="tester").split()
    numbers = {name.strip('"'): int(value) for name, value in zip(words[2::2], words[3::2])}
    assert (numbers["CardVisitsDone"], numbers["CardVisitsFailed"], numbers["FailedPinIncorrect"]) == (2, 1, 1), numbers
    refused = machine.run("busctl", "--system", "call", *STATISTICS, user="other", status=None)
    assert not refused and "org.shikaku.check" in machine.errors, machine.errors

    folder = PurePosixPath(METRICS).parent
    machine.run("usermod", "--append", "--groups=shikaku-metrics", "patient")
    for user in ("other", "tester"):
        machine.run("cat", METRICS, user=user, status=1)
        machine.run("ls", folder, user=user, status=2)
    metrics = machine.run("cat", METRICS, user="patient")
    assert "\nshikaku_up 1\n" in metrics and metrics.endswith("# EOF\n"), metrics
    assert re.search(r'^shikaku_credential_expires_seconds\{what="institution-certificate"\} 1\d{9}$', metrics, re.MULTILINE)
    for user in ("other", "patient"):
        machine.run("sh", "-c", f"! touch {METRICS} && ! touch {folder}/other.prom", user=user)
    assert machine.run("stat", "--format=%U %G %a", METRICS).split() == ["shikaku", "shikaku-metrics", "640"]
    assert machine.run("find", str(folder), "-type", "f").split() == [METRICS]
    machine.systemctl("stop", "shikakud")  # its last word stays
    assert "\nshikaku_up 0\n" in machine.run("cat", METRICS, user="patient")
    machine.systemctl("start", "shikakud")
