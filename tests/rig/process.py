# SPDX-License-Identifier: LGPL-2.1-or-later
"""process: a program that the rig started: its log, its output as it comes, its end. Ended by its pid, always.

Comes in: a command, a user, an environment. Goes out: lines, exit status, threads and descriptors from /proc.
"""
import os
import pty
import re
import signal
import subprocess
from pathlib import Path

from loop import Watch, wait_for


class Process:
    def __init__(self, name, command, log, environment, user=None, keep=False, terminal=False, pass_fds=(),
                 quiet=False):
        """@user: a User, or None for ours. @keep: keep standard output in memory
        (else: the log); "all": and errors. @terminal: standard input and output are a terminal, written with write().
        @quiet: standard input is empty."""
        self.name, self.log, self.output = name, log, b""
        self.terminal = self.input = None
        command = list(map(str, command))
        if os.getuid() == 0:
            command = ["setpriv", "--pdeathsig", "KILL", *(user.setpriv_options() if user else []), *command]
        slave = None
        if terminal:
            self.terminal, slave = pty.openpty()
        with open(log, "ab") as log_file:
            self.popen = subprocess.Popen(
                command, env=environment, cwd="/", pass_fds=pass_fds, start_new_session=terminal,
                stdin=slave if terminal else subprocess.DEVNULL if quiet else subprocess.PIPE,
                stdout=slave if terminal else subprocess.PIPE if keep else log_file,
                stderr=slave if terminal else subprocess.STDOUT if keep == "all" else log_file)
        if terminal:
            os.close(slave)
        self.input = None if terminal or quiet else self.popen.stdin
        self.pid, self.status = self.popen.pid, None
        self.pidfd = os.pidfd_open(self.pid)
        self.end_watch = Watch(self.pidfd, self.on_end)
        source = self.terminal if terminal else self.popen.stdout.fileno() if keep else None
        self.output_fd = source
        self.output_watch = Watch(source, self.on_output) if source is not None else None

    def on_end(self):
        self.status = self.popen.wait()
        return False

    def on_output(self):
        try:
            data = os.read(self.output_fd, 65536)
        except OSError:  # a terminal whose other side is gone
            data = b""
        self.output += data
        return bool(data)

    # talking to it

    def write(self, text):
        if self.terminal is not None:
            os.write(self.terminal, text.encode())
        else:
            self.input.write(text.encode())
            self.input.flush()

    def close_input(self):
        self.input.close()

    def text(self):
        return self.output.decode(errors="replace")

    def wait_output(self, pattern, seconds=None):
        """Waits until @pattern appears in what it printed. Return: the match."""
        def look():
            found = re.search(pattern, self.text(), re.MULTILINE)
            if not found and self.status is not None:
                raise AssertionError(f"{self.name} ended with {self.status} and without {pattern!r}: {self.text()}")
            return found
        return wait_for(look, f"{pattern!r} from {self.name}", seconds)

    def wait(self, seconds=None):
        """Waits for its end and its last output. Return: the exit status, negative for a signal."""
        wait_for(lambda: self.status is not None, f"the end of {self.name}", seconds)
        if self.output_watch:
            wait_for(lambda: not self.output_watch.source, f"the last output of {self.name}", seconds)
        return self.status

    # ending it

    def is_running(self):
        return self.status is None

    def kill(self, number=signal.SIGKILL):
        if self.status is None:
            signal.pidfd_send_signal(self.pidfd, number)

    def terminate(self, seconds=None):
        """SIGTERM, and SIGKILL if that does not help. Return: the exit status."""
        self.kill(signal.SIGTERM)
        return self.reap(seconds)

    def reap(self, seconds=None):
        try:
            wait_for(lambda: self.status is not None, f"the end of {self.name}", seconds)
        except TimeoutError:
            self.kill()
            wait_for(lambda: self.status is not None, f"the end of {self.name}, killed")
        return self.status

    def release(self):
        """Frees what the rig holds of an ended process."""
        for watch in (self.end_watch, self.output_watch):
            if watch:
                watch.stop()
        for stream in (self.popen.stdin, self.popen.stdout):
            if stream:
                try:
                    stream.close()
                except OSError:
                    pass
        for fd in (self.pidfd, self.terminal):
            if fd is not None:
                os.close(fd)

    # looking at it; None where there is no /proc

    def look(self, folder):
        try:
            return len(os.listdir(f"/proc/{self.pid}/{folder}"))
        except OSError:
            return None

    def threads(self):
        return self.look("task")

    def descriptors(self):
        return self.look("fd")

    def resident(self):
        """Kilobytes in memory."""
        try:
            return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text())[1])
        except (OSError, TypeError):
            return None
