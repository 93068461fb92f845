# SPDX-License-Identifier: LGPL-2.1-or-later
"""neighbours: the daemon beside others on the same bus, in the same run: three daemons that every desktop knows, started
the same way, and a service that only echoes, under the same flood.

Comes in: an effort. Goes out: rows.
"""
import statistics
import sys
import time
from pathlib import Path

from bus import MANAGER, NAME, PROPERTIES, ROOT
from instruments import start_daemon
from loop import settle, wait_for
from rig import Rig
from rows import Row

POLICIES = Path("/usr/share/dbus-1/system.d")
# Where they write, and what they could change: not on the machine that measures
SHELTER = ("mount -t tmpfs none /var/lib; mount -o remount,bind,ro /sys 2>/dev/null; "
           'printf "begin %s\\n" $EPOCHREALTIME; exec "$@"')
NEIGHBOURS = {  # program, name on the bus
    "fprintd": ("/usr/libexec/fprintd", "net.reactivated.Fprint"),
    "power-profiles-daemon": ("/usr/libexec/power-profiles-daemon", "net.hadess.PowerProfiles"),
    "systemd-hostnamed": ("/lib/systemd/systemd-hostnamed", "org.freedesktop.hostname1")}
REST = 0.3  # seconds after the name until memory is looked at
RATIO_TO_FPRINTD = 1.5
ECHO = "org.shikaku.Test.Echo"
ECHO_POLICY = f"""<policy context="default">
  <allow own="{ECHO}"/><allow send_destination="{ECHO}"/>
</policy>"""
FLOOD = ("4", "16")  # connections, calls under way on each
RATIO_TO_ECHO = 5


# start

def launch(rig, name, command, bus_name):
    """Starts @command. Return: milliseconds from its exec to its name on the bus; kB in memory soon after."""
    owned = []
    wrapper = ["unshare", "--mount", "bash", "-c", SHELTER, "bash"]
    owners = rig.watch_name(bus_name)
    process = rig.launch(name, [*wrapper, *command], keep=True, quiet=True,
                         environment={"NOTIFY_SOCKET": str(rig.folder / "notify"), "MALLOC_PERTURB_": "0", "G_DEBUG": ""})
    wait_for(lambda: (any(owners) and (owned or owned.append(time.time()) or owned)) or not process.is_running(),
             f"{name} to own {bus_name}")
    assert process.is_running(), f"{name}: {process.text()}"
    begin = float(process.wait_output(r"^begin (\S+)")[1])
    settle(REST)
    resident = process.resident()
    process.terminate()
    rig.retire(process)
    return 1000 * (owned[0] - begin), resident


def measure_neighbours(effort):
    """All as root, on one bus with polkitd and pcscd, in turn."""
    found = {name: place for name, place in NEIGHBOURS.items() if Path(place[0]).exists()}
    for name in NEIGHBOURS.keys() - found.keys():
        print(f"NOT COMPARED WITH {name}: apt install {name}", file=sys.stderr)
    times, memory = {}, {}
    with Rig() as rig:
        rig.bus_policy = "".join(f"<include>{POLICIES / bus_name}.conf</include>" for _program, bus_name in found.values())
        rig.start("polkit", "pcscd")
        rig.wait_polkitd()
        ours = [rig.program("daemon/shikakud"), "--config", rig.configure()]
        commands = {"shikakud": (ours, NAME), **{name: ([program], bus_name) for name, (program, bus_name) in found.items()}}
        for _number in range(2 * effort.starts):
            for name, (command, bus_name) in commands.items():
                taken, resident = launch(rig, name, command, bus_name)
                times.setdefault(name, []).append(taken)
                memory[name] = resident
    rows = []
    for name in commands:
        rows += [Row(f"start, {name}: to the name on the bus, least", min(times[name]), "ms", counted=False),
                 Row(f"start, {name}: to the name on the bus, median", statistics.median(times[name]), "ms", counted=False),
                 Row(f"start, {name}: memory", memory[name] / 1024, "MB", counted=False,
                     at_most=10 if name == "shikakud" else None)]
    if "fprintd" in found:
        rows.append(Row("start: ratio to fprintd", min(times["shikakud"]) / min(times["fprintd"]), counted=False,
                        at_most=RATIO_TO_FPRINTD))
    return rows


# under flood

CALLS = {  # what the honest caller and the flood call: of the daemon, of the echo service
    "a property": ((NAME, ROOT, PROPERTIES, "Get", MANAGER, "Version"), (ECHO, "/", PROPERTIES, "Get", ECHO, "Version")),
    "GetVisits": ((NAME, ROOT, MANAGER, "GetVisits"), (ECHO, "/", ECHO, "Echo", "text"))}


def measure_calls(rig, number, call):
    """Return: p50 and p99 of an honest caller, in microseconds."""
    process = rig.run_as("tester", rig.program("tests/bench/echo"), "measure", number, *call, seconds=60, check=0)
    p50, p99, _most = map(int, process.text().split())
    return p50, p99


def measure_under_flood(effort):
    """The same flood by a user who has no right at all, at each of the two; the median of the rounds."""
    rows = []
    with Rig() as rig:
        rig.bus_policy = ECHO_POLICY
        rig.start("bus", "center")
        start_daemon(rig)
        echo = rig.program("tests/bench/echo")
        owners = rig.watch_name(ECHO)
        rig.spawn_as("colleague", echo, "serve")
        wait_for(lambda: any(owners), "the echo service")
        for what, calls in CALLS.items():
            quiet, flooded = ([], []), ([], [])
            for _round in range(effort.starts):
                for place, call in enumerate(calls):
                    quiet[place].append(measure_calls(rig, effort.timed, call))
                    flood = rig.spawn_as("other", echo, "flood", *FLOOD, *call)
                    flood.wait_output("^flooding")
                    flooded[place].append(measure_calls(rig, effort.timed, call))
                    flood.kill()
                    flood.wait()
                    rig.retire(flood)
            rows += make_flood_rows(what, quiet, flooded)
    return rows


def take_p99(taken):
    return statistics.median(p99 for _p50, p99 in taken)


def make_flood_rows(what, quiet, flooded):
    rows = []
    for condition, times in (("quiet", quiet), ("flooded", flooded)):
        for who, taken in zip(("daemon", "echo"), times):
            rows.append(Row(f"{what}, {condition}: p99, {who}", take_p99(taken) / 1000, "ms", counted=False))
    ours, echo = map(take_p99, flooded)
    return [*rows, Row(f"{what}, flooded: p99, ratio to echo", ours / echo, at_most=RATIO_TO_ECHO, counted=False)]
