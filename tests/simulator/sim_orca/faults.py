# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults on demand: what is armed, and for which call and how often."""

from sim_center import faults
from sim_center.faults import CODE, NUMBER

# Kind -> (its argument, what it does). "late-" and what says so: the work was done, and nobody learns it.
KINDS = {
    "refuse-connection": ("", "every connection is dropped and none accepted, until clear-faults"),
    "slow": (NUMBER, "answers after so many milliseconds; the work is done before"),
    "hold": ("", "does what was asked, and answers when \"release\" is told"),
    "silent": ("", "takes the request, does nothing with it and never answers"),
    "drop": ("", "takes the request, does nothing with it and closes the connection"),
    "late-drop": ("", "does what was asked, and closes the connection without a byte"),
    "cut": (NUMBER, "does what was asked, sends the head and so many bytes of the body, and closes"),
    "status": (NUMBER, "answers with this HTTP status and does nothing"),
    "late-status": (NUMBER, "does what was asked, and answers with this HTTP status"),
    "busy": ("", "answers E90, another terminal is using it, and does nothing"),
    "error-code": (CODE, "answers with this Api_Result and does nothing"),
    "foreign": ("", "another server stands there: it does nothing, and answers 200 with an empty object of JSON"),
    "redirect": ("", "does nothing, and answers 302 with another address, at which everything would be taken"),
    "garbage": ("", "does what was asked, and answers 200 with a garbled body"),
    "die": ("", "the program kills itself before it does anything"),
    "late-die": ("", "does what was asked, and the program kills itself before it answers"),
    "push-lost": ("", "an event is kept for pusheventgetv2, and not pushed to anybody"),
    "push-twice": ("", "an event is pushed twice, the second time with the id of another"),
    "push-cut": ("", "the WebSockets are cut instead of an event being pushed"),
    "push-garbage": ("", "in place of an event something that is not JSON is pushed"),
    "push-refused": ("", "a new WebSocket is closed at once"),
}
PUSH = tuple(kind for kind in KINDS if kind.startswith("push-"))
LASTING = faults.LASTING


def parse(words):
    return faults.parse(words, KINDS)


class Faults(faults.Faults):
    def take(self, path):
        """The first armed fault for the call @path, counted down; None if there is none."""
        return self.use(lambda fault: fault.kind not in LASTING + PUSH and fault.path in (None, path))

    def take_push(self, *kinds):
        return self.use(lambda fault: fault.kind in kinds)

    def use(self, fits):
        fault = next((fault for fault in self.armed if fits(fault)), None)
        if fault and fault.left is not None:
            fault.left -= 1
            if fault.left <= 0:
                self.armed.remove(fault)
        return fault
