# SPDX-License-Identifier: LGPL-2.1-or-later
"""control: a Unix socket that takes one command a line and gives one JSON line back; and its client, --send."""
import json
import os
import shlex
import socket

USAGE = ("insert [PERSONA|not-my-number] · eject · yank · status · log · clear-log · fault KIND [INS] [NUMBER] [always] · "
         "clear-faults · timing on|off · short on|off")


class Control:
    def __init__(self, path, slot, default_persona):
        self.slot, self.default_persona = slot, default_persona
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
                ready.sendall(json.dumps(self.answer(line.decode()), ensure_ascii=False).encode() + b"\n")
        except OSError:
            data = b""
        if not data:
            del self.clients[ready]
            ready.close()

    def answer(self, line):
        try:
            words = shlex.split(line)
            return {"ok": True, **(self.run(words[0], words[1:]) or {})}
        except (ValueError, IndexError) as error:
            return {"ok": False, "error": str(error) or USAGE}

    def run(self, verb, arguments):
        slot = self.slot
        if verb == "insert":
            return slot.insert(arguments[0] if arguments else slot.persona or self.default_persona)
        if verb == "eject":
            return slot.eject()
        if verb == "yank":
            return slot.yank()
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
        if verb == "timing":
            slot.timing = is_on(arguments)
            return None
        if verb == "short":
            slot.set_short(is_on(arguments))
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
