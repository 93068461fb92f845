# SPDX-License-Identifier: LGPL-2.1-or-later
"""instruments: what measures the daemon from outside: strace, valgrind, a monitor of the bus, /proc.

Comes in: a rig, and work to do while it is measured. Goes out: numbers.
"""
import functools
import os
import re
import shutil
import signal
import struct
import subprocess
from pathlib import Path

import bus
import loop
from bus import PROPERTIES, call
from gi.repository import GLib
from loop import wait_for
from rig import Skip
from users import USERS

loop.DEADLINE = bus.DEADLINE = 60  # valgrind is slow
LOG_PATH, LOG_CONTROL = "/org/freedesktop/LogControl1", "org.freedesktop.LogControl1"
DBUS = "org.freedesktop.DBus"
CA_BUNDLE = "/etc/ssl/certs"


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Skip(program)


# starting

@functools.cache
def can_hide_bundle():
    """Whether the system's CA bundle can be hidden from the daemon, as its unit does."""
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", CA_BUNDLE]
    return subprocess.run(command, capture_output=True).returncode == 0


def start_daemon(rig, *tool, environment=None, **settings):
    """Starts the daemon as its unit does: as nobody special, and without the system's CA bundle. @tool: what it runs
    under. From then on only errors are logged: the budgets are those without logging. The brake on look-ups lets all
    pass, and counts them: the bench has one person, who is looked up more often than any clinic does."""
    wrapper = ["setpriv", "--pdeathsig", "KILL", *USERS["shikaku"].setpriv_options(), *tool]
    if can_hide_bundle():
        script = f'mount -t tmpfs none {CA_BUNDLE} && exec "$@"'
        wrapper = ["unshare", "--mount", "sh", "-c", script, "sh", *wrapper]
    plain = {"MALLOC_PERTURB_": "0", "G_DEBUG": ""}  # meson sets them
    rig.start_daemon(wrapper=wrapper, user="root", environment={**plain, **(environment or {})}, Center_Timeout=30,
                     Lookups_PerStaffAndDay=0, **settings)
    call(rig.bus_connection("root"), LOG_PATH, PROPERTIES, "Set",
         GLib.Variant("(ssv)", (LOG_CONTROL, "LogLevel", GLib.Variant("s", "err"))))


# system calls

class SystemCalls:
    """strace -f -c, from begin() to end(). Return of end(): name → number of calls."""

    def __init__(self, rig):
        need("strace")
        self.rig, self.number = rig, 0

    def begin(self):
        self.number += 1
        self.output = self.rig.folder / f"strace-{self.number}"
        self.strace = self.rig.launch(f"strace-{self.number}", [
            "strace", "-f", "-c", "-U", "calls,name", "-o", self.output, "-p", self.rig.daemon.pid], keep="all",
            quiet=True)
        if "attached" not in self.strace.wait_output("attached|ptrace")[0]:
            raise Skip("the right to trace")

    def end(self):
        self.strace.kill(signal.SIGINT)
        self.strace.reap()
        self.rig.retire(self.strace)
        counts = re.findall(r"^\s*(\d+)\s+(\w+)$", self.output.read_text(), re.MULTILINE)
        return {name: int(number) for number, name in counts if name != "total"}

    def count(self, work, *arguments):
        self.begin()
        work(*arguments)
        return self.end()


# valgrind

def make_folder(rig):
    """Where the daemon's user may write."""
    folder = rig.folder / "valgrind"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    return folder


def run_callgrind(rig, work, *arguments):
    """Return: instructions from exec to READY, instructions in all, but for the store's thread.

    What is kept is written together, after some seconds: how often in a run is the machine's speed. bench/ledger counts it.
    """
    need("valgrind")
    out = make_folder(rig) / "callgrind"
    start_daemon(rig, "valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--dump-before=sd_notify",
                 "--toggle-collect=run_jobs", "--collect-atstart=yes")
    work(*arguments)
    rig.stop_daemon(60)
    begin = int(re.search(r"^totals: (\d+)", Path(f"{out}.1").read_text(), re.MULTILINE)[1])
    return begin, int(re.findall(r"Collected : (\d+)", rig.read_log("shikakud"))[-1])


def run_memcheck(rig, work, *arguments):
    """Return: allocations, and their bytes, of the whole run."""
    need("valgrind")
    start_daemon(rig, "valgrind", "--leak-check=no", environment={"G_SLICE": "always-malloc"})
    work(*arguments)
    rig.stop_daemon(60)
    found = re.findall(r"total heap usage: ([\d,]+) allocs, [\d,]+ frees, ([\d,]+) bytes", rig.read_log("shikakud"))[-1]
    return tuple(int(number.replace(",", "")) for number in found)


# the bus

class BusMonitor:
    """Every message on the bus, with its size: dbus-monitor --pcap. Its own are not among them."""

    def __init__(self, rig):
        need("dbus-monitor")
        self.rig = rig
        command = ["dbus-monitor", "--pcap", "--address", rig.address]
        self.process = rig.launch("dbus-monitor", command, keep=True, quiet=True)
        wait_for(self.read, "the first message that the monitor sees")

    def read(self):
        """Return: the messages so far."""
        data, at, messages = self.process.output, 24, []
        while len(data) >= at + 16:
            size, = struct.unpack_from("<I", data, at + 8)
            if len(data) < at + 16 + size:
                break
            messages.append(data[at + 16:at + 16 + size])
            at += 16 + size
        return messages

    def count(self, work, *arguments):
        """Return: the number of messages while @work was done, and their bytes."""
        begin = self.mark(b"BeginOfWork")
        work(*arguments)
        end = self.mark(b"EndOfWork")
        messages = self.read()[begin + 2:end]  # the marks are a call and its answer
        return len(messages), sum(map(len, messages))

    def mark(self, name):
        """A call that the bus answers and nobody else hears. Return: its place among the messages."""
        call(self.rig.bus_connection("tester"), "/org/freedesktop/DBus", DBUS, "NameHasOwner",
             GLib.Variant("(s)", (f"org.shikaku.{name.decode()}",)), destination=DBUS)

        def look():
            places = [place for place, message in enumerate(self.read()) if name in message]
            return places and places[-1] + 2 <= len(self.read()) and places

        return wait_for(look, "the mark on the bus")[-1]


# /proc

def processor_time(daemon):
    """Nanoseconds that all threads of @daemon ran."""
    tasks = Path(f"/proc/{daemon.pid}/task")
    return sum(int((tasks / task / "schedstat").read_text().split()[0]) for task in os.listdir(tasks))
