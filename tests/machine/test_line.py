# SPDX-License-Identifier: LGPL-2.1-or-later
"""The line to the center, broken in each way that data/doc/diagnosis.md knows, on a booted machine with the installed unit.

The center, its name server and the router are in a network namespace of the machine, at the other end of a cable (veth).
The line is well first, so that the daemon knows how it is when it works; then one thing is broken, one call of Diagnose
has to name it and to blame nothing else, and the line is laid anew.
"""
import json

from desk import CONFIGURATION, KEYS, PORT, Simulator
from test_diagnosis import expect, expect_well, make_server_keys

HOST, ADDRESS, NAMES = "center.test", "2001:db8:c::1", "2001:db8:c::53"
URL = f"https://{HOST}:{PORT}/oqs-api"
OURS, OTHER = "2001:db8:1", "2001:db8:2"  # prefixes of the line
FAR = ("nsenter", "--net=/run/netns/center", "--")

# The cable, with the desk's end line0. The router knows the way back to $1 alone: of another prefix nothing comes back, as
# from a closed network whose line authentication goes by the prefix. Neighbours are told, so that none is looked for.
LAY = f"""set -e
ip netns list | grep -q '^center' || ip netns add center
ip link del line0 2>/dev/null || :
ip link add line0 address 02:00:00:00:00:02 type veth peer name far0 address 02:00:00:00:00:01 netns center
ip -n center link set lo up
ip -n center address replace {ADDRESS}/128 dev lo
ip -n center address replace {NAMES}/128 dev lo
ip -n center address add fe80::1/64 dev far0 nodad
ip -n center link set far0 up
ip address add fe80::2/64 dev line0 nodad
ip address add $1::2/64 dev line0 nodad
ip link set line0 up
ip neighbour replace fe80::1 lladdr 02:00:00:00:00:01 dev line0 nud permanent
ip route replace default via fe80::1 dev line0
ip -n center neighbour replace fe80::2 lladdr 02:00:00:00:00:02 dev far0 nud permanent
ip -6 -n center route flush $1::/64
ip -n center route add $1::/64 via fe80::2 dev far0
"""
CHANGE_PREFIX = "ip address del $1::2/64 dev line0; ip address add $2::2/64 dev line0 nodad"
BLACK_HOLE = "ip -6 -n center route flush $1::/64"
AUTHENTICATE = "ip -n center route add $1::/64 via fe80::2 dev far0"
CABLE_OUT = "ip -n center link set far0 down; until ip link show line0 | grep -q NO-CARRIER; do :; done"  # seen a moment later

# A name server that knows every host as the center, or nobody, or says nothing, as a word in /run/names has it.
NAME_SERVER = f"""
import contextlib, pathlib, socket
server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
server.bind(("{NAMES}", 53))
word = pathlib.Path("/run/names")
address = socket.inet_pton(socket.AF_INET6, "{ADDRESS}")
print("ready", flush=True)
while True:
    question, peer = server.recvfrom(512)
    asked = question[12:question.index(0, 12) + 5]
    knows = word.read_text() == "all"
    answer = knows and asked[-4:] == b"\\0\\x1c\\0\\1"  # AAAA
    head = question[:2] + (b"\\x81\\x80" if knows else b"\\x81\\x83") + b"\\0\\1\\0" + bytes([answer]) + b"\\0" * 4
    if word.read_text() != "silent":
        found = b"\\xc0\\x0c" + asked[-4:] + b"\\0\\0\\0\\0\\0\\x10" + address if answer else b""
        with contextlib.suppress(OSError):  # no way back
            server.sendto(head + asked + found, peer)
"""


class FarSimulator(Simulator):
    """The center at the other end of the cable, the card at this one."""

    def __init__(self, machine):
        machine.run("mkdir", "-p", "/run/simulator")
        self.machine = machine
        machine.spawn(*FAR, "shikaku-sim-center", "--keys", "/far", "--address", ADDRESS, "--port", str(PORT), "--control",
                      self.CENTER, until="^listening ")
        machine.spawn("shikaku-sim-card", "--keys", KEYS, "--persona", "yamada", "--control", self.CARD, until="^ready$")


def sh(machine, script, *arguments):
    machine.run("sh", "-c", script, "-", *arguments)


def say_names(machine, word):
    sh(machine, "printf %s $1 > /run/names", word)


def set_up(machine):
    say_names(machine, "all")
    machine.write("/etc/resolv.conf", f"nameserver {NAMES}\noptions timeout:1 attempts:1\n")
    make_server_keys(machine, "/far", "dns_name=" + HOST, "expiration_days=100")
    machine.write("/etc/shikaku/shikakud.conf", CONFIGURATION.replace(f"localhost:{PORT}", f"{HOST}:{PORT}")
                  + "CertificateAuthority=/etc/shikaku/far-ca.pem\n")
    sh(machine, LAY, OURS)
    machine.spawn(*FAR, "/usr/bin/python3", "-c", NAME_SERVER, until="^ready$")
    simulator = FarSimulator(machine)
    machine.systemctl("restart", "shikakud")
    expect_well(machine)
    return simulator


def expect_alone(machine, cause, evidence="", **well):
    """@cause, and nothing else is blamed; nobody is at the readers. @well: links that are known to be well."""
    links = expect(machine, cause, evidence)
    blamed = [link for link in links if link["State"] in ("degraded", "failed") and link["Link"] != "agent"]
    assert len(blamed) == 1, json.dumps(blamed, indent=1)
    states = {link["Link"]: link["State"] for link in links}
    order = list(states)
    if blamed[0]["State"] == "failed" and order.index(blamed[0]["Link"]) >= order.index("line"):
        behind = {states[name] for name in order[order.index(blamed[0]["Link"]) + 1:] if name in ("tls", "center")}
        assert behind <= {"unknown"}, states
    assert {name: states[name] for name in well} == well, states


def test_cable(machine):
    """What this computer sees of itself: interface, carrier, address, route."""
    set_up(machine)

    def broken(script, cause, evidence, **well):
        sh(machine, script)
        expect_alone(machine, cause, evidence, **well)
        sh(machine, LAY, OURS)
        expect_well(machine)

    broken("ip link del line0", "interface-missing", "line0 is gone", name="unknown")
    broken("ip link set line0 down", "interface-down", "line0 is down", name="unknown")
    broken(CABLE_OUT, "cable-out", "line0 has no carrier", name="unknown")
    # A router passes nothing on that comes from an address of the link's own.
    broken("ip address flush dev line0 scope global; ip -n center neighbour replace fe80::2 lladdr 02:00:00:00:00:99 dev far0",
           "no-address", "line0 has no address", name="unknown")
    broken("ip -6 route del default", "no-route", f"line0 has {OURS}::2", name="unknown")
    # The network of the reception leads to everywhere, but not to the center.
    broken("ip link add desk0 type veth peer name desk1; ip link set desk1 up; ip link set desk0 up; "
           "ip address add 2001:db8:d::2/64 dev desk0 nodad; " + CABLE_OUT + "; ip -6 route replace default dev desk0",
           "cable-out", "line0 has no carrier")


def test_far(machine):
    """What lies behind the cable: a line whose prefix has changed, a black hole, names, TLS, the center."""
    simulator = set_up(machine)
    sh(machine, BLACK_HOLE, OURS)
    expect_alone(machine, "line-silent", ADDRESS, name="unknown")
    sh(machine, AUTHENTICATE, OURS)
    expect_well(machine)
    sh(machine, CHANGE_PREFIX, OURS, OTHER)
    expect_alone(machine, "prefix-changed", f"is {OTHER}::/64, and was {OURS}::/64", name="unknown")
    machine.systemctl("restart", "shikakud")  # the computer was started anew too
    expect_alone(machine, "prefix-changed", f"is {OTHER}::/64, and was {OURS}::/64", name="unknown")
    sh(machine, AUTHENTICATE, OTHER)
    expect_well(machine)
    sh(machine, BLACK_HOLE, OTHER)
    expect_alone(machine, "line-silent", name="unknown")  # the prefix is the one that has worked by now
    sh(machine, AUTHENTICATE, OTHER)

    say_names(machine, "silent")
    expect_alone(machine, "name-silent", HOST, line="ok")
    say_names(machine, "none")
    expect_alone(machine, "name-unknown", f"knows no host {HOST}", line="ok")
    say_names(machine, "all")
    simulator.center("fault refuse-connection")
    expect_alone(machine, "connection-refused", f"{HOST} port {PORT} refused", name="ok")
    simulator.center("clear-faults")
    expect_well(machine)

    def make(fault, cause, evidence, **well):
        simulator.center(f"fault {fault}")
        expect_alone(machine, cause, evidence, line="ok", name="ok", **well)
        simulator.center("clear-faults")

    make("silent path=tls always", "tls-silent", f"{HOST} port {PORT}")
    make("foreign-certificate", "server-untrusted", f"{HOST} port {PORT}")
    make("old-tls 11", "tls-version", f"{HOST} port {PORT}")
    make("silent always", "center-silent", f"{HOST} port {PORT}", tls="ok")
    make("status 503 always", "center-busy", "HTTP status 503", tls="ok")
    make("status 403 always", "institution-refused", "HTTP status 403", tls="ok")
    make("status 401 always", "account-refused", "HTTP status 401", tls="ok")
    machine.systemctl("restart", "shikakud")  # which does not send again what was refused
    expect_well(machine)


def test_first(machine):
    """Nothing is known of how the line is when it works: a name service that keeps silent may be the line's fault."""
    Simulator(machine)  # its card
    say_names(machine, "silent")
    machine.write("/etc/resolv.conf", f"nameserver {NAMES}\noptions timeout:1 attempts:1\n")
    sh(machine, LAY, OURS)
    machine.write("/etc/shikaku/shikakud.conf", CONFIGURATION.replace(f"localhost:{PORT}", f"{HOST}:{PORT}"))
    machine.systemctl("restart", "shikakud")
    expect_alone(machine, "name-silent", HOST, line="unknown")
    sh(machine, CABLE_OUT)
    expect_alone(machine, "cable-out", "line0 has no carrier", name="unknown")
