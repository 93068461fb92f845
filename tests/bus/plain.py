# SPDX-License-Identifier: LGPL-2.1-or-later
"""plain: a connection that has not agreed on file descriptors with the bus, as many libraries make it.

Comes in: a rig and a user. Goes out: calls and their answers, signals, and an agent that can be asked nothing that comes
with a descriptor.
"""
import os
import socket

from attack import HELLO, credentials_of, make_call
from bus import AGENT_MANAGER, ERROR, NAME, ROOT, options
from gi.repository import Gio, GLib
from loop import Watch, wait_for
from users import USERS

TYPE = Gio.DBusMessageType


class PlainError(Exception):
    def __init__(self, message):
        self.name = message.get_error_name().removeprefix(ERROR)
        body = message.get_body()
        self.message = body.unpack()[0] if body else ""
        super().__init__(f"{self.name}: {self.message}")


class Plain:
    def __init__(self, rig, user="tester", descriptors=False):
        self.link = socket.socket(socket.AF_UNIX)
        with credentials_of(USERS[user]):
            self.link.connect(rig.address.removeprefix("unix:path="))
            self.say(b"\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\r\n", b"OK")
        if descriptors:
            self.say(b"NEGOTIATE_UNIX_FD\r\n", b"AGREE_UNIX_FD")
        self.link.sendall(b"BEGIN\r\n")
        self.serial, self.received, self.replies = 0, bytearray(), {}
        self.signals, self.calls = [], []  # (interface, member)
        self.watch = Watch(self.link.fileno(), self.on_ready)
        self.name, = self.call_message(HELLO)

    def say(self, line, answer):
        self.link.sendall(line)
        received = self.link.recv(4096)
        assert received.startswith(answer), received

    def on_ready(self):
        data, files, _flags, _address = socket.recv_fds(self.link, 1 << 16, 16)
        for descriptor in files:
            os.close(descriptor)
        self.received += data
        while len(self.received) >= 16:
            size = Gio.DBusMessage.bytes_needed(bytes(self.received))
            if size > len(self.received):
                break
            blob = bytes(self.received[:size])
            del self.received[:size]
            self.take(Gio.DBusMessage.new_from_blob(blob, Gio.DBusCapabilityFlags.UNIX_FD_PASSING))
        return bool(data)

    def take(self, message):
        kind = message.get_message_type()
        if kind in (TYPE.METHOD_RETURN, TYPE.ERROR):
            self.replies[message.get_reply_serial()] = message
        elif kind == TYPE.SIGNAL:
            self.signals.append((message.get_interface(), message.get_member()))
        else:
            self.calls.append((message.get_interface(), message.get_member()))
            self.send(Gio.DBusMessage.new_method_reply(message))

    def send(self, message):
        self.serial += 1
        message.set_serial(self.serial)
        self.link.sendall(message.to_blob(Gio.DBusCapabilityFlags.NONE))
        return self.serial

    def call_message(self, message):
        """Return: the values of the reply. Raises PlainError."""
        serial = self.send(message)
        reply = wait_for(lambda: self.replies.pop(serial, None), f"the reply to {message.get_member()}")
        if reply.get_message_type() == TYPE.ERROR:
            raise PlainError(reply)
        return reply.get_body().unpack() if reply.get_body() else ()

    def call(self, path, interface, member, parameters=None):
        return self.call_message(make_call(path, interface, member, parameters, destination=NAME))

    def register(self, *capabilities, **values):
        self.call(ROOT, AGENT_MANAGER, "RegisterAgent", GLib.Variant.new_tuple(
            GLib.Variant("o", "/agent"), GLib.Variant("as", list(capabilities)), options(values)))

    def close(self):
        self.watch.stop()
        self.link.close()
