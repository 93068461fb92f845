# SPDX-License-Identifier: LGPL-2.1-or-later
"""screen: what a person sees on the terminal of a program that the rig started, read by a terminal emulator.

Comes in: a Process with a terminal. Goes out: rows of text, attributes, the cursor; and the size, which may change.
"""
import fcntl
import signal
import struct
import termios

from loop import wait_for
from rig import Skip

try:
    import pyte
    from wcwidth import wcswidth
except ImportError:
    pyte = None

AMBIGUOUS = "●…─“”‘’×·—"  # drawn over two columns by terminals with Japanese fonts


def count_columns(text, ambiguous=1):
    """As a terminal draws it; @ambiguous: what it gives to a character that is neither narrow nor wide."""
    return wcswidth(text) + (ambiguous - 1) * sum(text.count(character) for character in AMBIGUOUS)


class Screen:
    def __init__(self, process, rows=24, columns=80):
        if pyte is None:
            raise Skip("python3-pyte")
        self.process, self.fed = process, 0
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        set_size(process, rows, columns)
        process.kill(signal.SIGWINCH)  # it may have asked already; who has no ear for it yet asks later

    def resize(self, rows, columns):
        self.feed()
        self.screen.resize(rows, columns)
        self.screen.reset()  # what was there is drawn anew by who is told of the size
        set_size(self.process, rows, columns)
        self.process.kill(signal.SIGWINCH)  # as the kernel does to whom the terminal controls

    def feed(self):
        data = self.process.output
        self.stream.feed(data[self.fed:])
        self.fed = len(data)

    def rows(self):
        """The rows as they are seen, without the blanks at their ends. Of a wide character the second cell is empty."""
        self.feed()
        return ["".join(self.screen.buffer[row][column].data for column in range(self.screen.columns)).rstrip()
                for row in range(self.screen.lines)]

    def text(self):
        return "\n".join(self.rows())

    def find(self, text):
        """The number of the first row with @text, or None."""
        return next((number for number, row in enumerate(self.rows()) if text in row), None)

    def colours(self, number):
        """Of the characters of a row that are no blanks."""
        self.feed()
        line = self.screen.buffer[number]
        return {line[column].fg for column in range(self.screen.columns) if line[column].data.strip()}

    def wait(self, text, gone=False):
        """Until @text is (or, @gone, is no longer) on the screen. Return: its row."""
        def look():
            here = self.find(text)
            if self.process.status is not None and (here is None) != gone:
                raise AssertionError(f"{self.process.name} ended with {self.process.status}, without {text!r}:\n{self.text()}")
            return (here is None) if gone else here is not None
        try:
            wait_for(look, f"{text!r} {'to leave' if gone else 'on'} the screen")
        except TimeoutError as error:
            raise AssertionError(f"{error}:\n{self.text()}") from None
        return self.find(text)


def set_size(process, rows, columns):
    fcntl.ioctl(process.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
