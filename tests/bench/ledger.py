# SPDX-License-Identifier: LGPL-2.1-or-later
"""ledger: what an entry of the ledger takes at 100 entries and at 100,000, and to verify a receipt; and what it takes to
examine all of them.

Comes in: an effort, which changes nothing here. Goes out: rows, by the program `ledger`. Nothing of it needs a daemon.
"""
import os
import re
import subprocess
import tempfile
from pathlib import Path

from instruments import need
from rig import BUILD
from rows import Row

LEDGER = BUILD / "tests" / "bench" / "ledger"
PLAIN = {**os.environ, "MALLOC_PERTURB_": "0", "G_DEBUG": ""}  # meson sets them
VERIFY = BUILD / "tests" / "bench" / "verify"
FEW, MANY = 100, 100_000
TRIES = 3
SHORT, LONG = 8, 40  # entries; their difference cuts start and end away, and the log need not be shortened
CALLS = "pread64,pwrite64,fdatasync,fsync,ftruncate,openat,unlink"


def run(*arguments):
    return subprocess.run([LEDGER, *map(str, arguments)], check=True, capture_output=True, text=True, env=PLAIN).stdout


def count_calls(folder, number):
    """Return: what @number entries take of the files: name → number of calls."""
    told = folder / "strace"
    subprocess.run(["strace", "-f", "-c", "-U", "calls,name", "-e", f"trace={CALLS}", "-o", told, LEDGER, "append",
                    folder, str(number)], check=True, capture_output=True, env=PLAIN)
    return {name: int(calls) for calls, name in re.findall(r"^\s*(\d+) (\w+)$", told.read_text(), re.MULTILINE)}


def measure_appending(folder, size):
    """Return: calls on files, and flushes, of one entry at @size."""
    run("fill", folder, size)
    short, long = count_calls(folder, SHORT), count_calls(folder, LONG)
    each = {name: (long.get(name, 0) - short.get(name, 0)) / (LONG - SHORT) for name in CALLS.split(",")}
    return sum(each.values()), each["fdatasync"] + each["fsync"]


def measure_receipt(folder):
    """Return: instructions that one receipt takes to be verified, and milliseconds of the processor; no daemon, no ledger."""
    key, proof = run("prove", folder, FEW // 2).split("\n", 1)
    path, counts = folder / "proof", []
    path.write_text(proof)
    for number in (SHORT, LONG):
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", VERIFY, path, key,
                               str(number)], check=True, capture_output=True, text=True, env=PLAIN)
        counts.append(int(re.search(r"Collected : (\d+)", done.stderr)[1]))
    told = subprocess.run([VERIFY, path, key, str(LONG)], check=True, capture_output=True, text=True, env=PLAIN).stdout
    return (counts[1] - counts[0]) / (LONG - SHORT), int(told) / 1e6


def measure_ledger(_effort):
    need("strace", "valgrind")
    rows, calls, verified = [], {}, {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "keys").mkdir()
        (folder / "keys" / "shikaku-store-key").write_bytes(bytes(32))
        for size in (FEW, MANY):
            calls[size], flushes = measure_appending(folder, size)
            verified[size], milliseconds = measure_receipt(folder)
            rows += [Row(f"ledger, an entry at {size:,}: system calls on files", calls[size], counted=False),
                     Row(f"ledger, an entry at {size:,}: flushes", flushes, at_most=1),
                     Row(f"ledger, an entry at {size:,}: hashes at most", int(run("hashes", size)), at_most=36),
                     Row(f"ledger, a receipt verified at {size:,}: processor time", milliseconds, "ms", at_most=10,
                         counted=False)]
        # The best of several: others use the machine too.
        times = [tuple(map(int, run("verify", folder).split())) for _ in range(TRIES)]
        examined, hashed = (min(column) for column in zip(*times))
    return rows + [
        Row(f"ledger, an entry at {MANY:,}: as many system calls as at {FEW}", calls[MANY] / calls[FEW], at_most=1.1,
            counted=False),
        Row(f"ledger, a receipt verified at {MANY:,}: as many instructions as at {FEW}", verified[MANY] / verified[FEW],
            at_most=1.2, counted=False),
        Row(f"ledger, {MANY:,} entries examined: processor time by that of hashing them", examined / hashed, at_most=2,
            counted=False)]
