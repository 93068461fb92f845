# SPDX-License-Identifier: LGPL-2.1-or-later
"""loop: waiting for events on the GLib main loop, each wait with a deadline; agents and signals are served meanwhile.

Comes in: conditions and file descriptors. Goes out: their truth, or a TimeoutError that says what was awaited.
"""
import time

import gi

gi.require_version("Gio", "2.0")
from gi.repository import GLib  # noqa: E402

# Only so that nothing waits for ever: nothing takes so long, not under valgrind, and not on a machine that is busy
# otherwise. No test may pass or fail by how fast it is.
DEADLINE = 60
TICK = 20  # milliseconds between two looks at what tells nobody when it changes, as /proc


def wait_for(condition, what="the condition", seconds=None):
    """Runs the main loop until condition() is true. Return: what it returned."""
    seconds = DEADLINE if seconds is None else seconds
    context = GLib.MainContext.default()
    end = time.monotonic() + seconds
    timer = GLib.timeout_add(int(seconds * 1000) + 1, lambda: GLib.SOURCE_CONTINUE)
    try:
        while True:
            result = condition()
            if result:
                return result
            if time.monotonic() >= end:
                raise TimeoutError(f"waited {seconds} s in vain for {what}")
            context.iteration(True)
    finally:
        GLib.source_remove(timer)


def until(condition, what, tick_milliseconds=TICK, seconds=None):
    """As wait_for, for what tells nobody when it changes, or can be asked for only: it is looked at again and again.
    @tick_milliseconds: how often at most, where a look is dear."""
    tick = GLib.timeout_add(tick_milliseconds, lambda: GLib.SOURCE_CONTINUE)
    try:
        return wait_for(condition, what, seconds)
    finally:
        GLib.source_remove(tick)


def settle(seconds):
    """Runs the main loop for @seconds: only to show that nothing happens."""
    end = time.monotonic() + seconds
    timer = GLib.timeout_add(int(seconds * 1000) + 1, lambda: GLib.SOURCE_CONTINUE)
    context = GLib.MainContext.default()
    while time.monotonic() < end:
        context.iteration(True)
    GLib.source_remove(timer)


class Watch:
    """A file descriptor whose events run the main loop: on_ready() reads; returning False ends the watch."""

    def __init__(self, fd, on_ready):
        self.on_ready = on_ready
        self.source = GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, fd, GLib.IOCondition.IN | GLib.IOCondition.HUP,
                                            self.ready)

    def ready(self, _fd, _condition, *_data):
        if self.on_ready():
            return GLib.SOURCE_CONTINUE
        self.source = 0
        return GLib.SOURCE_REMOVE

    def stop(self):
        if self.source:
            GLib.source_remove(self.source)
        self.source = 0
