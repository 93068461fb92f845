# SPDX-License-Identifier: LGPL-2.1-or-later
"""readers: the virtual readers of this machine's pcscd, which are there only while a card of root's is at work.

Comes in: the port that the card will use. Goes out: readers that listen at it; nothing where this is no machine that the
package was installed on, where the port is of another pcscd, or where an administrator has started them.
"""
import contextlib
import fcntl
import os
import re
import subprocess
import sys
import time

UNIT = "shikaku-sim-reader.service"
LOCK = "/run/shikaku-sim-reader.lock"  # held by each card; there while a card has started the readers
PORTS = 35963, 35964
LISTENING = "0A"  # in /proc/net/tcp
SECONDS = 30
NAME = "Virtual PCD"
ASK = ("busctl", "--auto-start=no", "call", "org.shikaku.Shikaku1", "/org/shikaku/Shikaku1/reader",
       "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")


def run(*words):
    try:
        return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except FileNotFoundError:
        return subprocess.CompletedProcess(words, 1)


def call(*words):
    return run("systemctl", *words)


def wait_known():
    """Until the daemon, if it runs, has seen the readers empty: a card that it did not see come has to be taken out first."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        readers = run(*ASK)
        if readers.returncode or NAME in readers.stdout:
            return
        time.sleep(0.05)


def wait_listening(port):
    line = re.compile(rf"^ *\d+: 0+:{port:04X} 0+:0+ {LISTENING} ", re.MULTILINE)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        with open("/proc/net/tcp", encoding="ascii") as table:
            if line.search(table.read()):
                return
        time.sleep(0.01)


@contextlib.contextmanager
def provided(port):
    """The readers are there until the last card has ended."""
    if os.getuid() or port not in PORTS or call("cat", UNIT).returncode:
        yield
        return
    if call("is-active", UNIT).returncode:
        open(LOCK, "w").close()
        started = call("start", UNIT)
        if started.returncode:
            sys.exit(f"shikaku-sim-card: the virtual readers do not come: {started.stderr.strip()}")
    wait_listening(port)
    wait_known()
    if not os.path.exists(LOCK):
        yield
        return
    with open(LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            yield
        finally:
            with contextlib.suppress(BlockingIOError, FileNotFoundError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(LOCK)
                call("stop", UNIT)
