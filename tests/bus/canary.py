# SPDX-License-Identifier: LGPL-2.1-or-later
"""canary: people whose every word is unmistakable, and who looks for those words: in logs, bus messages and memory.

Comes in: a rig. Goes out: where a canary was seen.
"""
import base64
import ctypes
import json
import os
import re
import socket
from pathlib import Path

from gi.repository import Gio
from loop import Watch, wait_for
from rig import KEYS, SIMULATOR

PIN, WRONG_PIN = "7391", "9182"
PERSONA = "yamada"
LARGEST_REGION = 1 << 26  # bytes: what is larger is the address sanitizer's own
SHORTEST = 5  # characters: what is shorter is a code of the field, as "01"
ACCOUNT = ("the account", "the password")
TOKEN = rb"(?<![\w-])[A-Za-z0-9_-]{48,}(?![\w-])"  # what the center's tokens and keys look like
CAPABILITIES = Gio.DBusCapabilityFlags.UNIX_FD_PASSING


def make_people(folder):
    """A file of the simulator's people in which nobody's PIN is a number that may occur by itself. Return: its path."""
    people = json.loads((SIMULATOR / "people.json").read_text())
    people["people"][PERSONA]["pin"] = PIN
    path = folder / "people.json"
    path.write_text(json.dumps(people, ensure_ascii=False))
    return path


def list_texts(value):
    if isinstance(value, dict):
        return [text for one in value.values() for text in list_texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in list_texts(one)]
    return [value] if isinstance(value, str) else []


def make_canaries(*keys):
    """What is personal about the people @keys, and secret of the institution. Return: byte strings by what they are."""
    people = json.loads((SIMULATOR / "people.json").read_text())["people"]
    canaries = {}
    for key in keys:
        for text in [*list_texts(people[key]["person"]), *list_texts(people[key]["center"]["entries"])]:
            words = [text, *re.split(r"\s+", text)]
            for word in {word.strip() for word in words if len(word.strip()) >= SHORTEST or not word.isascii()}:
                for encoding in ("utf-8", "cp932", "utf-16-le"):
                    canaries[f"{key}: {word} in {encoding}"] = word.encode(encoding, errors="ignore")
                canaries[f"{key}: {word} escaped"] = json.dumps(word)[1:-1].encode()
        certificate = (KEYS / f"{key}.cert.der").read_bytes()
        piece = certificate[600:660]  # of the key: it is nobody else's
        canaries[f"{key}: the certificate"] = piece
        for start in range(3):
            canaries[f"{key}: the certificate in base64, {start}"] = base64.b64encode(certificate[start:])[800:840]
    account, password = (KEYS / "account").read_text().split()
    canaries.update(zip(ACCOUNT, (account.encode(), password.encode())))
    return {name: word for name, word in canaries.items() if len(word) > 3}


class Search:
    def __init__(self, *keys):
        self.words = make_canaries(*keys)
        # where they are no part of a longer number or name
        self.pins = {f"the PIN {pin}": (pin.encode(), re.compile(rf"(?<![0-9A-Za-z]){pin}(?![0-9A-Za-z])".encode()))
                     for pin in (PIN, WRONG_PIN)}

    def find_pins(self, data):
        return [name for name, (pin, pattern) in self.pins.items() if pin in data and pattern.search(data)]

    def find_personal(self, data):
        """Which canaries are in @data, but for the institution's own, which are held while they are good."""
        return self.find_pins(data) + [name for name, word in self.words.items() if word in data and name not in ACCOUNT]

    def find(self, data):
        own = [name for name in ACCOUNT if self.words[name] in data] + ["a token"] * bool(re.search(TOKEN, data))
        return self.find_personal(data) + own


class Listener:
    """A connection to the bus, by hand, as @user: every message that it is sent is kept byte for byte."""

    def __init__(self, rig, user):
        self.socket, self.received, self.messages, self.serial = socket.socket(socket.AF_UNIX), b"", [], 0
        person = rig.user(user)
        uid = person.uid if person else 0
        os.seteuid(uid)
        try:
            self.socket.connect(rig.address.removeprefix("unix:path="))
        finally:
            os.seteuid(0)
        self.socket.sendall(b"\0AUTH EXTERNAL " + str(uid).encode().hex().encode() + b"\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n")
        answers = b""
        while answers.count(b"\r\n") < 2:
            answers += self.socket.recv(1)
        assert answers.startswith(b"OK") and b"AGREE_UNIX_FD" in answers, answers
        self.watch = Watch(self.socket.fileno(), self.on_readable)
        self.name = self.call("org.freedesktop.DBus", "Hello").get_body().unpack()[0]

    def on_readable(self):
        data, files, _flags, _address = socket.recv_fds(self.socket, 1 << 20, 64)
        for file in files:
            os.close(file)
        self.received += data
        while len(self.received) >= 16:
            size = Gio.DBusMessage.bytes_needed(self.received[:16])
            if len(self.received) < size:
                break
            blob, self.received = self.received[:size], self.received[size:]
            self.messages.append((Gio.DBusMessage.new_from_blob(blob, CAPABILITIES), blob))
        return bool(data)

    def call(self, interface, member, body=None):
        """A call of the bus itself. Return: the reply, or the error."""
        message = Gio.DBusMessage.new_method_call("org.freedesktop.DBus", "/org/freedesktop/DBus", interface, member)
        if body:
            message.set_body(body)
        return self.send(message, f"the reply to {member}")

    def send(self, message, what):
        """Return: what is answered, which may be an error. @what: for who reads that nothing was."""
        self.serial += 1
        message.set_serial(self.serial)
        serial = self.serial
        self.socket.sendall(message.to_blob(CAPABILITIES))
        return wait_for(lambda: next((reply for reply, _blob in self.messages if reply.get_reply_serial() == serial), None),
                        what)

    def wait_for_signal(self, member):
        wait_for(lambda: any(message.get_member() == member for message, _blob in self.messages), member)

    def close(self):
        self.watch.stop()
        self.socket.close()


def describe(message):
    return (f"{message.get_message_type().value_nick} {message.get_sender()} → {message.get_destination()}: "
            f"{message.get_path()} {message.get_interface()}.{message.get_member()}")


class Journal:
    """Stands in for journald, for this process and what it starts: in a mount namespace of their own."""

    NEW_NAMESPACE, RECURSIVE_PRIVATE = 0x00020000, 0x4000 | 1 << 18

    def __init__(self):
        """Raises OSError where that is not allowed."""
        libc = ctypes.CDLL(None, use_errno=True)
        for result in (lambda: libc.unshare(self.NEW_NAMESPACE),
                       lambda: libc.mount(b"none", b"/", None, self.RECURSIVE_PRIVATE, None),
                       lambda: libc.mount(b"none", b"/run", b"tmpfs", 0, None)):
            if result() != 0:
                raise OSError(ctypes.get_errno(), "mount namespace")
        path = Path("/run/systemd/journal/socket")
        path.parent.mkdir(parents=True)
        self.socket, self.entries = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), []
        self.socket.bind(str(path))
        path.chmod(0o666)
        self.watch = Watch(self.socket.fileno(), self.on_readable)

    def on_readable(self):
        data, files, _flags, _address = socket.recv_fds(self.socket, 1 << 20, 4)
        for file in files:  # a large entry comes as a sealed file
            data += os.pread(file, 1 << 24, 0)
            os.close(file)
        self.entries.append(data)
        return True


class Memory:
    """What @process holds that it could write to."""

    def __init__(self, process):
        self.pid = process.pid

    def find(self, pattern):
        """Return: for each place where @pattern is, what surrounds it."""
        return [region[max(0, match.start() - 48):match.end() + 80]
                for region in self.read() for match in re.finditer(pattern, region)]

    def read(self):
        with open(f"/proc/{self.pid}/maps", encoding="utf-8") as maps, open(f"/proc/{self.pid}/mem", "rb", 0) as memory:
            for line in maps:
                addresses, rights, *_rest = line.split()
                start, end = (int(number, 16) for number in addresses.split("-"))
                if not rights.startswith("rw") or end - start > LARGEST_REGION:
                    continue
                try:
                    yield os.pread(memory.fileno(), end - start, start).replace(bytes(4096), b"\0\0")  # most of it is empty
                except OSError:  # of a device
                    pass
