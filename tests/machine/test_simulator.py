# SPDX-License-Identifier: LGPL-2.1-or-later
"""The simulator's virtual readers on a booted machine: there while a card is at work, and never for other machines."""
import json

PORTS = {"8C7B", "8C7C"}  # of vpcd, as /proc/net/tcp writes them
ADDRESS = "192.0.2.1"
CARD = ("shikaku-sim-card", "--keys", "/var/lib/simulator", "--ejected")
# Gives the machine an address beside the loopback's own.
ADD_ADDRESS = """
import fcntl, socket, struct
name, address = b"lo:1", socket.inet_aton("%s")
fcntl.ioctl(socket.socket(), 0x8916, struct.pack("16sHH4s8x", name, socket.AF_INET, 0, address))
""" % ADDRESS
CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], 35963), timeout=2).close()
except TimeoutError:
    sys.exit(1)
"""


def list_ports(machine):
    lines = machine.run("cat", "/proc/net/tcp", "/proc/net/tcp6").splitlines()
    return {line.split()[1].rpartition(":")[2] for line in lines if " 0A " in line}


def start_card(machine, name, *options):
    """Return: the process, which end_card() ends by this @name."""
    return machine.spawn("sh", "-c", 'echo $$ >"/run/$0.pid"; exec "$@"', name, *CARD, *options, until="^ready$")


def end_card(machine, name):
    machine.run("sh", "-c", 'kill "$(cat "/run/$0.pid")"', name)


def count_readers(machine):
    return len(json.loads(machine.run("shikakuctl", "readers", "--json", user="tester")))


def test_readers(machine):
    """Without a card no port is open and no reader is added, however often pcscd starts."""
    for _ in range(2):
        machine.systemctl("restart", "pcscd.service")
        assert not PORTS & list_ports(machine) and count_readers(machine) == 0
    first = start_card(machine, "first")
    assert PORTS <= list_ports(machine) and count_readers(machine) == 2
    second = start_card(machine, "second", "--port", "35964")
    machine.run("python3", "-c", ADD_ADDRESS)
    machine.run("python3", "-c", CONNECT, "127.0.0.1")
    machine.run("python3", "-c", CONNECT, ADDRESS, status=1)

    end_card(machine, "first")
    first.wait()
    assert PORTS <= list_ports(machine), "the second card is still at work"
    end_card(machine, "second")
    second.wait()
    assert not PORTS & list_ports(machine) and count_readers(machine) == 0


def test_readers_by_hand(machine):
    """Who has started them himself stops them himself; the next boot does too."""
    machine.systemctl("start", "shikaku-sim-reader")
    card = start_card(machine, "card")
    end_card(machine, "card")
    card.wait()
    machine.systemctl("is-active", "shikaku-sim-reader")
    assert PORTS <= list_ports(machine)
    machine.systemctl("stop", "shikaku-sim-reader")
    assert not PORTS & list_ports(machine)
    machine.systemctl("start", "shikaku-sim-reader")
    machine.reboot()
    assert not PORTS & list_ports(machine) and count_readers(machine) == 0
