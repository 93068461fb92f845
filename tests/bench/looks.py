# SPDX-License-Identifier: LGPL-2.1-or-later
"""looks: what it takes to look at a terminal's folders while nothing happens there, whatever lies there, and how long a
file takes to become a signal, by the program `looks`.

Comes in: an effort, which changes nothing here. Goes out: rows. Nothing of it needs a daemon.
"""
import os
import subprocess

from rig import BUILD
from rows import Row

LOOKS = BUILD / "tests" / "bench" / "looks"
PLAIN = {**os.environ, "MALLOC_PERTURB_": "0", "G_DEBUG": ""}  # meson sets them
LEFT_OVERS = 10_000
TIMES = 2000   # looks; more than an hour of them
TURNS = 5
SECONDS = 20
FACES = 9


def run(*arguments):
    done = subprocess.run([LOOKS, *map(str, arguments)], check=True, capture_output=True, text=True, env=PLAIN)
    return [int(word) for word in done.stdout.split()]


def measure_cost(number=TURNS):
    """By turns, so that both meet the same moods of the machine."""
    turns = [(run("cost", 0, TIMES), run("cost", LEFT_OVERS, TIMES)) for _ in range(number)]
    empty, full = (min(turn[i][1] for turn in turns) for i in (0, 1))
    return [Row("folder, empty: a look, processor", empty / 1000, "us", counted=False),
            Row(f"folder, {LEFT_OVERS:,} left-overs: the first look, processor", min(turn[1][0] for turn in turns) / 1e6,
                "ms", counted=False),
            Row(f"folder, {LEFT_OVERS:,} left-overs: a look, as many as of an empty one", full / empty, at_most=2,
                counted=False)]


def measure_idle_share():
    return [Row(f"folders, idle, {files:,} left-overs: processor, per cent",
                run("idle", files, SECONDS)[0] / (SECONDS * 1e9) * 100, at_most=0.1, counted=False)
            for files in (0, LEFT_OVERS)]


def measure_signal():
    rows = []
    for files in (0, LEFT_OVERS):
        median, longest = run("signal", files, FACES)
        rows += [Row(f"face file to signal, {files:,} left-overs: median", median / 1e6, "ms", counted=False),
                 Row(f"face file to signal, {files:,} left-overs: longest", longest / 1e6, "ms", at_most=2500,
                     counted=False)]
    return rows


def measure_looks(_effort):
    return measure_cost() + measure_idle_share() + measure_signal()
