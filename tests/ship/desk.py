#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""desk.py ADDRESS ORIGIN: the Ledger of a desk on a bus of its own, which can do what no daemon may: go back, fork, leave
out, stop in the middle. Written from the C2SP's texts and RFC 6962, without a line of the daemon's.

Comes in: commands on standard input, a JSON list a line: ["grow", 10, "branch"], ["cut", 5], ["rotate"], ["pause", 1200],
["leave-out", 7], ["forge"], ["prune", 3]. Goes out: a line for each command, the size; and "paused" when Export has stopped.
"""
import base64
import hashlib
import json
import os
import struct
import sys

import gi

gi.require_version("Gio", "2.0")
from cryptography.hazmat.primitives import serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from gi.repository import Gio, GLib  # noqa: E402

XML = """<node><interface name="org.shikaku.Shikaku1.Ledger">
<method name="GetCheckpoint"><arg type="s" direction="out"/></method>
<method name="GetProof"><arg type="t" direction="in"/><arg type="a{sv}" direction="in"/><arg type="s" direction="out"/></method>
<method name="Export"><arg type="h" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
<arg type="a{sv}" direction="out"/></method></interface></node>"""
KINDS = {"consent": 1, "disclosure": 6, "check": 7, "key": 12}
FIELDS = {"Visit": 1, "Uid": 2, "Staff": 5, "Role": 6, "Person": 8, "Consent": 12, "Answer": 30, "Act": 31, "KeyName": 34,
          "Sha256": 27}
START = 1767225600000000  # 2026-01-01 00:00:00 UTC, microseconds


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def split(size):
    """The greatest power of two that is less than @size."""
    return 1 << ((size - 1).bit_length() - 1)


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    middle = split(len(leaves))
    return sha256(b"\x01", root(leaves[:middle]), root(leaves[middle:]))


def path(index, leaves):
    if len(leaves) == 1:
        return []
    middle = split(len(leaves))
    if index < middle:
        return [*path(index, leaves[:middle]), root(leaves[middle:])]
    return [*path(index - middle, leaves[middle:]), root(leaves[:middle])]


def encode(kind, at, fields):
    """The canonical bytes of codec/ledger-entry.h."""
    body = b""
    for number, value in sorted((FIELDS[key], value) for key, values in fields.items()
                                for value in (values if isinstance(values, list) else [values])):
        data = value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else struct.pack(">Q", value)
        body += struct.pack(">HH", number, len(data)) + data
    return bytes([1, KINDS[kind]]) + struct.pack(">QQ", at, at - START) + body


class Ledger:
    def __init__(self, origin):
        self.origin, self.entries, self.keys = origin, [], []
        self.pruned, self.left_out, self.pause, self.forged = set(), None, None, False
        self.rotate()

    def rotate(self):
        """A new key, and the entry that tells of it."""
        seed = sha256(self.origin.encode(), bytes([len(self.keys)]))
        self.key = Ed25519PrivateKey.from_private_bytes(seed)
        public = b"\x01" + self.key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.key_id = sha256(self.origin.encode(), b"\n", public)[:4]
        self.keys.append(f"{self.origin}+{self.key_id.hex()}+{base64.b64encode(public).decode()}")
        self.add("key", "", Act="made", KeyName=self.keys[-1])

    def add(self, kind, branch, **fields):
        salt = sha256(branch.encode(), self.origin.encode(), str(len(self.entries)).encode())[:16]
        data = encode(kind, START + len(self.entries) * 1000000, fields)
        self.entries.append((salt, data, sha256(b"\x00", salt, data)))

    def grow(self, number, branch=""):
        for _ in range(number):
            place = len(self.entries)
            kind = ("check", "consent", "disclosure")[place % 3]
            fields = {"Visit": f"v{place}", "Uid": 1000, "Staff": f"staff\t\\{place % 5}", "Role": "doctor",
                      "Person": sha256(bytes([place % 7])), "Consent": "drug"}
            if kind == "disclosure":
                fields["Sha256"] = [sha256(b"a"), sha256(b"b")]
            if kind == "check":
                fields["Answer"] = "eligible"
            self.add(kind, branch, **fields)

    def leaves(self):
        return [leaf for _salt, _data, leaf in self.entries]

    def checkpoint(self):
        text = f"{self.origin}\n{len(self.entries)}\n{base64.b64encode(root(self.leaves())).decode()}\n"
        signature = self.key.sign(text.encode() + (b"x" if self.forged else b""))
        return f"{text}\n\u2014 {self.origin} {base64.b64encode(self.key_id + signature).decode()}\n"

    def prove(self, index):
        hashes = "".join(base64.b64encode(one).decode() + "\n" for one in path(index, self.leaves()))
        return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{self.checkpoint()}"

    def line(self, index):
        salt, data, leaf = self.entries[index]
        if index in self.pruned:
            return {"Index": index, "Leaf": leaf.hex(), "Pruned": True}
        return {"Index": index, "Leaf": leaf.hex(), "Salt": salt.hex(), "Data": base64.b64encode(data).decode()}


class Service:
    def __init__(self, address, origin):
        self.ledger, self.connection = Ledger(origin), Gio.DBusConnection.new_for_address_sync(
            address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.connection.register_object("/org/shikaku/Shikaku1", Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0],
                                        self.on_call, None, None)
        self.connection.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName",
                                  GLib.Variant("(su)", ("org.shikaku.Shikaku1", 0)), None, 0, -1, None)
        GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, self.on_command)

    def on_command(self, *_):
        line = sys.stdin.buffer.readline()
        if not line:
            sys.exit(0)
        name, *arguments = json.loads(line)
        ledger = self.ledger
        {"grow": ledger.grow, "rotate": ledger.rotate, "cut": lambda size: ledger.entries.__delitem__(slice(size, None)),
         "pause": lambda lines: setattr(ledger, "pause", lines), "prune": ledger.pruned.add,
         "leave-out": lambda place: setattr(ledger, "left_out", place),
         "forge": lambda forged: setattr(ledger, "forged", forged)}[name](*arguments)
        print(len(ledger.entries), ledger.keys[-1], flush=True)
        return True

    def on_call(self, _connection, _sender, _path, _interface, method, parameters, invocation):
        if method == "GetCheckpoint":
            invocation.return_value(GLib.Variant("(s)", (self.ledger.checkpoint(),)))
        elif method == "GetProof":
            place = parameters.unpack()[0]
            if place < len(self.ledger.entries):
                invocation.return_value(GLib.Variant("(s)", (self.ledger.prove(place),)))
            else:
                invocation.return_dbus_error("org.shikaku.Shikaku1.Error.NotFound", "no such entry")
        else:
            first = parameters.unpack()[2].get("First", 0)
            pipe = invocation.get_message().get_unix_fd_list().steal_fds()[0]
            self.write(invocation, pipe, [self.ledger.line(place) for place in range(first, len(self.ledger.entries))
                                          if place != self.ledger.left_out])

    def write(self, invocation, pipe, lines):
        """As much as the pipe takes, and the rest when it takes more: calls are answered meanwhile."""
        os.set_blocking(pipe, False)
        pause, self.ledger.pause = self.ledger.pause, None
        data = "".join(json.dumps(line) + "\n" for line in lines[:pause]).encode()

        def go_on(*_):
            nonlocal data
            try:
                data = data[os.write(pipe, data):]
            except BlockingIOError:
                return True
            except BrokenPipeError:
                data = b""
            if data:
                return True
            if pause is not None:
                print("paused", flush=True)  # and the pipe stays open
                return False
            os.close(pipe)
            invocation.return_value(GLib.Variant("(a{sv})", ({},)))
            return False

        GLib.io_add_watch(pipe, GLib.PRIORITY_DEFAULT, GLib.IOCondition.OUT | GLib.IOCondition.ERR, go_on)


if __name__ == "__main__":
    SERVICE = Service(*sys.argv[1:])
    print("ready", flush=True)
    GLib.MainLoop().run()
