# SPDX-License-Identifier: LGPL-2.1-or-later
"""The bridge under torture: bridge, ORCA and daemon are killed at random moments while requests and face results come in.

What has to hold: no face result is received twice; each is received, or waits for a person who is told of it; each request
is answered, or its loss is told to staff. Comes in: a rig; SHIKAKU_LONG: many rounds; SHIKAKU_CUTS: so many; SHIKAKU_SEED: of a
run that is to be done again. Goes out: the seed, and a line a round.
"""
import os
import random
from collections import Counter

from clinic import CARD, EVENTS, NUMBER, ONCE, Clinic
from loop import settle
from orca import until
from test_bridge import LOST, UNKNOWN

FEW, MANY = 12, 400
PATIENTS = ("yamada", "sato", "takahashi", "ito", "watanabe", "kobayashi", "ended", "seventy-five")
NOISE = ("", "", "", "push-lost", "push-twice", "push-cut", "push-garbage", f"busy path={NUMBER}", f"busy path={CARD}",
         f"late-drop path={NUMBER}", f"drop path={ONCE}", f"late-drop path={ONCE}", f"late-drop path={CARD}",
         f"late-status 502 path={NUMBER}", f"garbage path={NUMBER}")  # fmt: skip
SOON = 0.3  # seconds
BACK_OFF = 600  # seconds: of what has failed again and again
MANY_WRITES = 40  # of a request and a face result


class Day:
    def __init__(self, rig, dice):
        self.rig, self.dice = rig, dice
        self.clinic = Clinic(rig, Storage_RetrySeconds=1)
        self.orca, self.bridge = self.clinic.orca, self.clinic.bridge
        self.asked, self.faces = [], []

    def ask(self):
        self.asked.append(self.orca.ask(self.dice.choice(PATIENTS)))

    def face(self):
        """Each of another second, by which it is known again."""
        self.faces.append(self.clinic.show_face(self.dice.choice(PATIENTS), ago=90000 - 2 * len(self.faces))["name"])

    def come(self, path):
        """Something that needs the call @path."""
        (self.face if path == CARD else self.ask)()

    def restart_bridge(self):
        self.bridge.kill()
        self.bridge.start()

    # -- moments

    def kill_held(self):
        """The bridge, when ORCA has done what it was asked and has not said so."""
        path = self.dice.choice((ONCE, NUMBER, CARD))
        self.orca("clear-log")
        self.orca("clear-faults")  # one of them may lose the request that needs the call
        self.orca(f"fault hold path={path}")
        self.come(path)
        self.orca.wait("held")
        self.restart_bridge()
        self.orca("release")
        return "the bridge, at " + path

    def kill_writing(self):
        """The bridge, as it writes down or makes durable what has happened."""
        call, number = self.dice.choice(("pwrite64", "fdatasync")), self.dice.randrange(1, MANY_WRITES)
        give_up = self.bridge.kill_at(call, number)
        for path in (ONCE, CARD):
            self.come(path)
        until(lambda: not self.bridge.process.is_running() or self.clinic.is_idle(), "the bridge to die, or to be done")
        if not give_up():
            return f"nobody, at {call} {number}"
        self.restart_bridge()
        return f"the bridge, at {call} {number}"

    def kill_orca(self):
        """ORCA, before or after it has done what it was asked."""
        path, when = self.dice.choice((ONCE, NUMBER, CARD, EVENTS)), self.dice.choice(("die", "late-die"))
        self.orca(f"fault {when} path={path}")
        try:
            self.come(path)
        except (OSError, ValueError):
            pass  # it died of what we asked it for
        self.orca.wait_killed()
        self.orca.start()
        return f"ORCA, {when} at {path}"

    def kill_daemon(self):
        """The daemon, while it asks the center."""
        self.rig.center("clear-log")
        self.rig.center("fault hold path=search")
        self.ask()
        self.rig.center.wait("search")
        self.rig.kill_daemon()
        self.rig.center("release")
        self.rig.start_daemon()
        return "the daemon, at search"

    def kill_anywhere(self):
        """Any of them, soon."""
        self.come(self.dice.choice((ONCE, CARD)))
        settle(self.dice.random() * SOON)
        return self.dice.choice((self.kill_bridge_now, self.kill_orca_now, self.kill_daemon_now))()

    def kill_bridge_now(self):
        self.restart_bridge()
        if self.dice.random() < 0.3:
            settle(self.dice.random() * SOON)
            self.restart_bridge()
        return "the bridge, somewhere"

    def kill_orca_now(self):
        self.orca.kill()
        self.orca.start()
        return "ORCA, somewhere"

    def kill_daemon_now(self):
        self.rig.kill_daemon()
        self.rig.start_daemon()
        return "the daemon, somewhere"

    def work(self):
        noise = self.dice.choice(NOISE)
        if noise:
            self.orca("fault " + noise)
        for _number in range(self.dice.randrange(3)):
            self.dice.choice((self.ask, self.face))()
        if self.asked and self.dice.random() < 0.2:
            self.orca("repeat " + self.dice.choice(self.asked)["event"])
        said = self.dice.choice((self.kill_held, self.kill_writing, self.kill_orca, self.kill_daemon, self.kill_anywhere))()
        self.check_doubled()
        return f"{said}{' after ' if noise else ''}{noise}"

    # -- what has to hold

    def count_receptions(self):
        return Counter(row["header"]["ProcessExecutionTime"] for row in self.orca.receptions())

    def check_doubled(self):
        doubled = {moment: number for moment, number in self.count_receptions().items() if number > 1}
        assert not doubled, f"received twice: {doubled}"

    def settle(self):
        self.orca("clear-faults")
        status = self.clinic.wait_idle(BACK_OFF)
        self.check_doubled()
        states = Counter(self.orca.row(one)["state"] for one in self.asked)
        assert set(states) <= {"01", "03"}, f"never asked: {states}"
        shown = Counter(self.clinic.list_shown())
        # Told at least once: who is killed between telling and keeping it tells it anew.
        assert shown[LOST] >= status["Lost"] == states["01"], (status, shown, states)
        missing = len(self.faces) - len(self.orca.receptions())
        assert shown[UNKNOWN] >= status["Unknown"] >= missing, (status, shown, missing)
        self.resolve()
        assert len(self.count_receptions()) == len(self.faces), "each once"
        self.check_doubled()
        print(f"{len(self.asked)} requests, {states['01']} lost and told; {len(self.faces)} faces, "
              f"{status['Unknown']} for a person", flush=True)

    def resolve(self):
        """A person looks into ORCA's list of the day, and says of each what is there."""
        received = self.count_receptions()
        for one in self.bridge.pending():
            self.bridge.run("resolve", str(one["Id"]), "posted" if received[one["Time"]] else "not-posted")
        self.clinic.wait_idle()


def test_killed(rig):
    rig.require("strace", "strace")
    seed = int(os.environ.get("SHIKAKU_SEED") or random.SystemRandom().randrange(1 << 32))
    rounds = int(os.environ.get("SHIKAKU_CUTS") or (MANY if os.environ.get("SHIKAKU_LONG") else FEW))
    print(f"again: SHIKAKU_SEED={seed} SHIKAKU_CUTS={rounds}", flush=True)
    day = Day(rig, random.Random(seed))
    for number in range(rounds):
        print(f"{number}: {day.work()}", flush=True)
    day.settle()
    day.clinic.end()
