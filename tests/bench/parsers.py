# SPDX-License-Identifier: LGPL-2.1-or-later
"""parsers: what it takes to parse a message, by the program `parse`: a usual reply beside libxml2, and hostile ones.

Comes in: an effort, which changes nothing here. Goes out: rows. Nothing of it needs a daemon.
"""
import os
import re
import subprocess

from instruments import need
from rig import BUILD, Skip
from rows import Row

PARSE = BUILD / "tests" / "bench" / "parse"
SHORT, LONG = 10, 60  # replies; their difference cuts start and end away
PLAIN = {**os.environ, "MALLOC_PERTURB_": "0", "G_DEBUG": ""}  # meson sets them
OURS = {"xml": ("XML", "libxml2"), "shift-jis": ("XML in Shift_JIS", "libxml2-shift-jis"), "json": ("JSON", "libxml2")}


def count_instructions(parser, what="usual", short=SHORT, long=LONG):
    """Return: of one reply of 5 kB, or of one of what @what says."""
    counts = []
    for number in (short, long):
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", PARSE, what, parser,
                               str(number)], check=True, capture_output=True, text=True, env=PLAIN)
        counts.append(int(re.search(r"Collected : (\d+)", done.stderr)[1]))
    return (counts[1] - counts[0]) / (long - short)


def measure_usual():
    counts = {parser: count_instructions(parser) for parser in {*OURS, *(other for _name, other in OURS.values())}}
    rows = []
    for parser, (name, other) in OURS.items():
        rows += [Row(f"a reply of 5 kB, {name}: instructions", counts[parser]),
                 Row(f"a reply of 5 kB, {name}: as many as libxml2's SAX", counts[parser] / counts[other], at_most=2,
                     counted=False)]
    return rows


def measure_records():
    """Medicines of 3 MB: read twice, whose they are and then as JSON with its digest, beside one reading by libxml2."""
    ours, other = (count_instructions(parser, "records", 0, 1) for parser in ("json", "libxml2"))
    return [Row("records of 3 MB, read and made into JSON: instructions", ours),
            Row("records of 3 MB, read and made into JSON: as many as libxml2's SAX", ours / other, at_most=7,
                counted=False)]


def measure_hostile():
    told = subprocess.run([PARSE, "hostile"], check=True, capture_output=True, text=True, env=PLAIN).stdout
    rows = []
    for line in told.splitlines():
        name, nanoseconds, peak = line.split("\t")
        rows += [Row(f"4 MiB, {name}: refused after", int(nanoseconds) / 1e6, "ms", at_most=200, counted=False),
                 Row(f"4 MiB, {name}: memory at most", int(peak) * 1024, "B", at_most=64 * 1024 * 1024, counted=False)]
    return rows


def measure_parsers(_effort):
    need("valgrind")
    if not PARSE.exists():
        raise Skip("libxml2-dev")
    return measure_usual() + measure_records() + measure_hostile()
