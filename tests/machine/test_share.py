# SPDX-License-Identifier: LGPL-2.1-or-later
"""The installed examples for the official terminal's share on a booted machine: a terminal that is switched on later than
this machine is found, however often the daemon has looked in vain, and the daemon may write there.

The share itself is a memory file system here: that the options are cifs's, and what they are for, tests/share shows.
"""
from pathlib import Path

from machine import Machine, Skip
from packages import get_desk

AUTOFS = Path("/dev/autofs")
EXAMPLES = "/usr/share/doc/shikakud/examples/terminal"
FOLDER = "/srv/shikaku/terminal"
MOUNT, AUTOMOUNT = "srv-shikaku-terminal.mount", "srv-shikaku-terminal.automount"
LOOKS = 12  # systemd gives up after five within ten seconds, if it is let
SWITCHED_ON = """[Mount]
What=tmpfs
Type=tmpfs
Options=
Options=mode=0700,uid=shikaku,gid=shikaku
"""


def look(machine, status):
    return machine.run("ls", FOLDER, user="shikaku", status=status)


def test_automount():
    if not AUTOFS.exists():
        raise Skip("autofs in the kernel")
    layers, packages = get_desk()
    with Machine(layers, binds=[packages, AUTOFS]) as machine:
        find_the_late(machine)


def find_the_late(machine):
    machine.run("install", "-D", "--mode=600", f"{EXAMPLES}/terminal.smb", "/etc/shikaku/terminal.smb")
    for unit in (MOUNT, AUTOMOUNT):
        machine.run("install", "--mode=644", f"{EXAMPLES}/{unit}", "/etc/systemd/system")
    machine.systemctl("daemon-reload")
    machine.systemctl("enable", "--now", AUTOMOUNT)
    machine.run("sh", "-c", f"for look in $(seq {LOOKS}); do ls {FOLDER} 2>/dev/null && exit 1; done; exit 0")
    assert machine.show(MOUNT, "ActiveState", "Result")["ActiveState"] == "failed"
    assert machine.show(AUTOMOUNT, "ActiveState")["ActiveState"] == "active", "systemd has given up"
    look(machine, 2)

    machine.run("mkdir", "-p", f"/etc/systemd/system/{MOUNT}.d")
    machine.write(f"/etc/systemd/system/{MOUNT}.d/on.conf", SWITCHED_ON)
    machine.systemctl("daemon-reload")
    look(machine, 0)
    assert machine.show(MOUNT, "ActiveState")["ActiveState"] == "active"
    machine.run("ls", FOLDER, user="tester", status=2)  # which is for the daemon alone

    daemon = machine.show("shikakud", "MainPID")["MainPID"]  # as it sees it: it was there before the mount
    machine.run("touch", f"/proc/{daemon}/root{FOLDER}/written")
    assert look(machine, 0).split() == ["written"]
    machine.run("touch", f"/proc/{daemon}/root/srv/elsewhere", status=1)
