# SPDX-License-Identifier: LGPL-2.1-or-later
"""fetching: what it takes to bring a large document of records into memory, by the program `fetch`: beside the bare
download of the same bytes from the same simulated center, in turns, so that both meet the same moods of the machine.

Comes in: an effort, which changes nothing here. Goes out: rows. Nothing of it needs a daemon.
"""
import os
import statistics
import subprocess
import sys
from pathlib import Path

from rig import BUILD, KEYS
from rows import Row

os.environ.setdefault("SHIKAKU_KEYS", str(KEYS))
sys.path.append(str(Path(__file__).resolve().parents[1] / "center"))
import simulated  # noqa: E402

FETCH = BUILD / "tests" / "bench" / "fetch"
SIZE = 3_000_000  # bytes of a document
LARGE = 20_000_000
TURNS, NUMBER = 7, 10


def fetch(center, way, number=NUMBER):
    """Return: nanoseconds of the clock and of the processor for one document; kilobytes of memory at most."""
    done = subprocess.run([FETCH, center.url, KEYS, way, str(number)], check=True, capture_output=True, text=True)
    _, wall, processor, memory = map(int, done.stdout.split())
    return wall, processor, memory


def arm(center, size):
    center.tell("clear-faults")
    center.tell(f"fault huge {size} path=records/drug always")


def measure_records(_effort):
    with simulated.Center() as center:
        center.tell("records consents=off")
        arm(center, SIZE)
        turns = [(fetch(center, "ours"), fetch(center, "bare")) for _ in range(TURNS)]
        ours = [statistics.median(turn[0][i] for turn in turns) for i in range(3)]
        bare = [statistics.median(turn[1][i] for turn in turns) for i in range(3)]
        arm(center, LARGE)
        large = fetch(center, "ours", 2)
    return [
        Row("records of 3 MB, TLS to memfd", ours[0] / 1e6, "ms", counted=False),
        Row("records of 3 MB, TLS to memfd: as long as the bare download", ours[0] / bare[0], at_most=1.5, counted=False),
        Row("records of 3 MB, TLS to memfd: processor", ours[1] / 1e6, "ms", counted=False),
        Row("records of 3 MB, bare download: processor", bare[1] / 1e6, "ms", counted=False),
        Row("records of 20 MB: memory beside the memfd, more than of 3 MB", (large[2] - ours[2]) * 1024, "B",
            at_most=2 * 1024 * 1024, counted=False),
    ]
