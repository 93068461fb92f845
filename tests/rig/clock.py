# SPDX-License-Identifier: LGPL-2.1-or-later
"""clock: the time of one program, which the test lets pass or sets (clock.c); so that no test waits for a time limit, and none
is met by one that it did not mean.

Comes in: a folder, SHIKAKU_BUILD. Goes out: what the program is to be started with; signals to it.
"""
import os
import signal
from pathlib import Path

LIBRARY = Path("tests") / "rig" / "libclock.so"  # of the build


class Clock:
    def __init__(self, folder, library):
        self.file, self.library = folder / "clock", library
        self.wall = self.steady = 0  # seconds ahead of the machine's clocks
        self.slower = 1
        self.environment = {"SHIKAKU_TEST_CLOCK": str(self.file)}
        self.write()
        self.file.chmod(0o644)

    def write(self):
        new = self.file.with_suffix(".new")
        new.write_text(f"{self.wall} {self.steady} {self.slower}")
        new.chmod(0o644)
        new.rename(self.file)

    def tell(self, pid):
        self.write()
        os.kill(pid, signal.SIGUSR1)

    def set(self, pid, ahead):
        """As an administrator does it: @ahead of the real time, seconds."""
        self.wall = int(ahead) + self.steady
        self.tell(pid)

    def slow_down(self, pid, times):
        """From now on, and once: as if the machine were so many times faster."""
        self.slower = times
        self.tell(pid)

    def let_pass(self, pid, seconds):
        self.wall += seconds
        self.steady += seconds
        self.tell(pid)
