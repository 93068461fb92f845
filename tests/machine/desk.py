# SPDX-License-Identifier: LGPL-2.1-or-later
"""desk: a reception on a machine with the packages installed: credentials, configuration, people; the simulator.

tester is of shikaku-reception, other is of nothing, patient has the terminal (of shikaku-reception too).
"""
import json

KEYS = "/var/lib/simulator"
PORT = 8443
CREDENTIALS = ("card-ca.pem", "center-ca.pem", "institution.cert.pem", "institution.key.pem", "account")
CONFIGURATION = f"""# The desk of the tests.
[Lookups]
PerStaffAndDay=0
[Center]
URL=https://localhost:{PORT}/oqs-api
InstitutionCode=1312345678
"""


def set_up(machine):
    """What an administrator does once."""
    machine.run("shikaku-sim-keys", KEYS)
    for file in CREDENTIALS:
        machine.run("install", "--group=shikaku", "--mode=640", f"{KEYS}/{file}", "/etc/shikaku")
    machine.write("/etc/shikaku/shikakud.conf", CONFIGURATION)
    for user in ("tester", "patient"):
        machine.run("usermod", "--append", "--groups=shikaku-reception", user)
    machine.systemctl("restart", "shikakud")


class Simulator:
    """The simulated center and card of a desk, running in the machine."""

    CENTER, CARD = "/run/simulator/center", "/run/simulator/card"

    def __init__(self, machine, persona="yamada", inserted=True):
        self.machine = machine
        machine.run("mkdir", "-p", "/run/simulator")
        machine.spawn("shikaku-sim-center", "--keys", KEYS, "--port", str(PORT), "--control", self.CENTER,
                      until="^listening ")
        machine.spawn("shikaku-sim-card", "--keys", KEYS, "--persona", persona, "--control", self.CARD,
                      *([] if inserted else ["--ejected"]), until="^ready$")

    def card(self, *command):
        return json.loads(self.machine.run("shikaku-sim-card", "--control", self.CARD, "--send", *command))

    def center(self, *command):
        return json.loads(self.machine.run("shikaku-sim-center", "--control", self.CENTER, "--send", *command))
