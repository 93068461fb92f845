# SPDX-License-Identifier: LGPL-2.1-or-later
"""Callers that are killed (SIGKILL) in mid-call, with calls of every sort under way, in each state of a visit.

Comes in: a rig. Each function test_… is a case; meson.build lists them. Goes out: nothing; attack.py says what has to
hold afterwards.
"""
from attack import Siege, Victim, make_arguments, make_call
from bus import MANAGER, PROPERTIES, ROOT, options
from faults import STATES, Desk
from gi.repository import GLib


class Caller:
    """Calls Check, and beside it all that has an answer, and is killed before any."""

    def __init__(self, rig):
        self.rig, self.process = rig, None

    def open(self, **values):
        check = make_call(ROOT, MANAGER, "Check", GLib.Variant.new_tuple(options(values)))
        others = [make_call(ROOT, MANAGER, "Diagnose", make_arguments("a{sv}")), make_call(ROOT, MANAGER, "GetVisits"),
                  make_call(ROOT, PROPERTIES, "GetAll", make_arguments("s", MANAGER))]
        self.process = Victim(self.rig, "tester", check, *others * 6)
        return self

    def wait_state(self, _state):
        """Only the visit's owner could tell: the desk has seen the card, the agent or the center at work."""

    def kill(self):
        self.process.kill()


def test_killed_in_mid_call(rig):
    desk = Desk(rig, {})
    with Siege(rig):
        for state in STATES:
            desk.patient.calls.clear()
            for simulator in (rig.card, rig.center):
                simulator("clear-log")
            caller = Caller(rig)
            desk.reach(state, visits=caller)
            caller.kill()
            desk.rig.turn()
            desk.release()
            desk.wait_free()
            desk.restore()
            print(f"killed in {state}", flush=True)
