#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""restarts SIGNAL COUNT: runs in the machine as root. COUNT times sends SIGNAL to shikakud and waits until it is up again.

Goes out: a JSON list, for each time the milliseconds from the signal to the unit's being active again.
"""
import json
import os
import signal
import sys
import time

from gi.repository import Gio, GLib

SYSTEMD, MANAGER = "org.freedesktop.systemd1", "/org/freedesktop/systemd1"
DEADLINE = 300


class Unit:
    def __init__(self, name):
        self.bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
        self.call(MANAGER, SYSTEMD + ".Manager", "Subscribe")
        self.path = self.call(MANAGER, SYSTEMD + ".Manager", "LoadUnit", GLib.Variant("(s)", (name,)))[0]
        self.bus.signal_subscribe(SYSTEMD, "org.freedesktop.DBus.Properties", "PropertiesChanged", self.path, None, 0,
                                  lambda *_: None)

    def call(self, path, interface, method, parameters=None):
        return self.bus.call_sync(SYSTEMD, path, interface, method, parameters, None, 0, -1, None).unpack()

    def get(self, interface, name):
        parameters = GLib.Variant("(ss)", (f"{SYSTEMD}.{interface}", name))
        return self.call(self.path, "org.freedesktop.DBus.Properties", "Get", parameters)[0]

    def restart_by(self, number):
        """Return: milliseconds until it is active again."""
        begin = time.monotonic_ns() // 1000
        os.kill(self.get("Service", "MainPID"), number)
        while self.get("Unit", "ActiveState") != "active" or self.get("Unit", "ActiveEnterTimestampMonotonic") < begin:
            assert time.monotonic_ns() // 1000 - begin < DEADLINE * 1000000, "the unit does not come back"
            GLib.MainContext.default().iteration(True)  # until the unit changes
        return (self.get("Unit", "ActiveEnterTimestampMonotonic") - begin) / 1000


def main():
    unit = Unit("shikakud.service")
    GLib.timeout_add_seconds(1, lambda: GLib.SOURCE_CONTINUE)  # so that the deadline is looked at
    print(json.dumps([round(unit.restart_by(signal.Signals[sys.argv[1]]), 1) for _ in range(int(sys.argv[2]))]))


if __name__ == "__main__":
    main()
