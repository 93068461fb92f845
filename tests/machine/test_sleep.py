# SPDX-License-Identifier: LGPL-2.1-or-later
"""A booted machine that goes to sleep: the real logind, the real inhibitor; the sleep itself is a unit that waits.

Containers have no /sys/power, by which logind knows whether the machine can sleep: the test makes one, and systemd's
own systemd-suspend.service waits for the test instead of the kernel.
"""
import json

from desk import Simulator

SUSPENDED = "/run/suspended"  # a pipe: who writes into it wakes the machine
RESUMED = "bb262a934ce14c61aa0336d98b8c82f1"  # MESSAGE_ID
SLEEP = "c3dd75f6808548e6ac925f09a227f039"
STOPPED = 69  # exit status of shikakuctl: no service
SETUP = f"""
mount -o remount,rw /sys && mkdir /sys/power && echo "freeze mem" >/sys/power/state && mkfifo {SUSPENDED} || exit
mkdir /run/systemd/system/systemd-suspend.service.d && cat >/run/systemd/system/systemd-suspend.service.d/test.conf <<END
[Service]
ExecStart=
ExecStart=sh -c "read line <{SUSPENDED}"
END
systemctl daemon-reload && systemctl restart systemd-logind
"""


def list_inhibitors(machine):
    """Return: what shikakud holds, as systemd-inhibit lists it."""
    listed = machine.run("systemd-inhibit", "--list", "--no-pager", "--no-legend")
    return [line.split() for line in listed.splitlines() if line.startswith("shikakud ")]


def wait_message(machine, identifier, number):
    """Waits until the journal has @number entries with that MESSAGE_ID."""
    machine.run("timeout", "250", "sh", "-c", f"journalctl --follow --no-tail --boot --output=cat MESSAGE_ID={identifier}"
                f" | head --lines={number}")


def wait_inhibited(machine):
    script = 'until systemd-inhibit --list --no-pager --no-legend | grep -q "^shikakud "; do :; done'
    machine.run("timeout", "250", "sh", "-c", script)


def test_suspend(machine):
    wait_inhibited(machine)
    machine.run("sh", "-c", SETUP)
    wait_inhibited(machine)  # also of the logind that was restarted
    (inhibitor,) = list_inhibitors(machine)
    assert "sleep" in inhibitor and inhibitor[-1] == "delay", inhibitor
    simulator = Simulator(machine)
    terminal = machine.spawn("shikakuctl", "agent", "--reader", "1", user="patient", until="Ctrl-C")
    check = ("shikakuctl", "check", "--reader", "1", "--json")
    clerk = machine.spawn(*check, user="tester")
    terminal.wait_line("PIN")
    assert simulator.card("status")["powered"]

    machine.systemctl("suspend")
    assert clerk.wait() != 0, clerk.text()
    ended = json.loads(clerk.text().splitlines()[-1])
    assert ended["Error"].endswith(".ShuttingDown") and "sleep" in ended["ErrorMessage"], ended
    wait_message(machine, SLEEP, 1)
    waker = machine.spawn("sh", "-c", f"exec 3>{SUSPENDED}; echo asleep; read line; echo >&3", until="asleep")
    assert not list_inhibitors(machine)
    assert not simulator.card("status")["powered"]
    machine.run(*check, user="tester", status=STOPPED)

    waker.write("\n")
    wait_message(machine, RESUMED, 1)
    wait_inhibited(machine)
    clerk = machine.spawn(*check, user="tester")
    simulator.card("eject")
    simulator.card("insert", "yamada")
    terminal.wait_line(r"PIN[\s\S]*PIN")
    terminal.write("1234\n")
    assert clerk.wait() == 0, clerk.text()
    assert '"Answer":"eligible"' in clerk.text(), clerk.text()
    assert machine.show("shikakud", "NRestarts") == {"NRestarts": "0"}
