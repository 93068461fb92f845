# SPDX-License-Identifier: LGPL-2.1-or-later
"""control: a Unix socket that takes one command a line and gives one JSON line back; and its client, --send."""
import json
import os
import shlex
import socket
import time

LONGEST_WAIT = 60  # seconds
USAGE = """insert [PERSONA|not-my-number]  connects the card to the reader (once pcscd has seen it gone)
  eject                           pulls it out between two commands
  yank                            pulls it out at once, in the middle of a command too
  slip                            pulls it out at once and puts it back at once, before pcscd has looked
  status                          who is in, powered, used since, any PIN verified, tries left, sums since clear-log
  log · clear-log                 every command since, without PINs
  wait WHAT [N] [SECONDS]         answers when WHAT came N times since clear-log: an INS as below, power-up, power-off
  fault KIND [INS] [NUMBER] [always] · clear-faults · release
  timing on|off · short on|off · short-ids on|off (until another card is in)"""


class Control:
    def __init__(self, path, slot, default_persona):
        self.slot, self.default_persona = slot, default_persona
        self.waiting = []  # (deadline, client, counter, number)
        self.listener, self.clients = None, {}
        if path:
            if os.path.exists(path):
                os.unlink(path)
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(path)
            self.listener.listen()

    def sockets(self):
        return ([self.listener] if self.listener else []) + list(self.clients)

    def serve(self, ready):
        if ready is self.listener:
            self.clients[self.listener.accept()[0]] = b""
            return
        try:
            data = ready.recv(4096)
        except OSError:
            data = b""
        *lines, rest = (self.clients[ready] + data).split(b"\n")
        self.clients[ready] = rest
        try:
            for line in lines:
                answer = self.answer(line.decode(), ready)
                if answer:
                    self.reply(ready, answer)
        except OSError:
            data = b""
        if not data:
            del self.clients[ready]
            self.waiting = [one for one in self.waiting if one[1] is not ready]
            ready.close()

    @staticmethod
    def reply(client, answer):
        client.sendall(json.dumps(answer, ensure_ascii=False).encode() + b"\n")

    def next_event(self):
        """Seconds until the first waiting client must hear that it waited in vain, or None."""
        return max(0.0, min(one[0] for one in self.waiting) - time.monotonic()) if self.waiting else None

    def run_due(self):
        """Answers those who waited for what has happened by now, or too long."""
        for one in list(self.waiting):
            deadline, client, what, number = one
            happened = self.slot.journal.counts[what] >= number
            if happened or time.monotonic() >= deadline:
                self.waiting.remove(one)
                try:
                    self.reply(client, {"ok": True} if happened else {"ok": False, "error": f"{what}: waited in vain"})
                except OSError:
                    pass

    def wait(self, client, what, number="1", seconds="10"):
        what = what.lower()
        if what not in self.slot.journal.counts:
            raise ValueError("wait for one of " + ", ".join(self.slot.journal.counts))
        deadline = time.monotonic() + min(float(seconds), LONGEST_WAIT)
        self.waiting.append((deadline, client, what, int(number)))

    def answer(self, line, client):
        """The answer, or None if it comes later."""
        try:
            words = shlex.split(line)
            if words[0] == "wait":
                return self.wait(client, *words[1:])
            return {"ok": True, **(self.run(words[0], words[1:]) or {})}
        except (ValueError, IndexError, TypeError) as error:
            return {"ok": False, "error": str(error) or USAGE}

    def run(self, verb, arguments):
        slot = self.slot
        if verb == "insert":
            return slot.insert(arguments[0] if arguments else slot.persona or self.default_persona)
        if verb == "eject":
            return slot.eject()
        if verb == "yank":
            return slot.yank()
        if verb == "slip":
            return slot.slip()
        if verb == "status":
            return slot.status()
        if verb == "log":
            return {"log": slot.journal.list()}
        if verb == "clear-log":
            return slot.journal.clear()
        if verb == "fault":
            return slot.faults.add(arguments)
        if verb == "clear-faults":
            return slot.faults.clear()
        if verb == "release":
            return slot.release()
        if verb == "timing":
            slot.timing = is_on(arguments)
            return None
        if verb == "short":
            slot.set_short(is_on(arguments))
            return None
        if verb == "short-ids":
            slot.chip.short_ids = is_on(arguments)
            return None
        raise ValueError(f"{verb}: not a command. {USAGE}")


def is_on(arguments):
    if arguments not in (["on"], ["off"]):
        raise ValueError("on or off")
    return arguments == ["on"]


def send(path, line):
    """Sends one command to a running card. Return: its answer."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(path)
        link.sendall(line.encode() + b"\n")
        with link.makefile() as answer:
            return json.loads(answer.readline())
