# SPDX-License-Identifier: LGPL-2.1-or-later
"""attack: what the attackers of test_attack*.py have in common, and what has to hold after each of them.

Comes in: a rig with a running daemon; SHIKAKU_ATTACK or SHIKAKU_LONG: everything in full. Goes out: attackers: connections
that do what no library does, random calls made from the contract; and a Siege: the daemon before and after.
"""
import contextlib
import json
import os
import re
import socket
import xml.etree.ElementTree as ElementTree

from bus import ERROR, NAME, ROOT, Visits, call, variant
from faults import look_at, look_at_rest
from gi.repository import Gio, GLib
from loop import until, wait_for
from people import INSURED
from rig import SOURCE
from users import USERS, find_sanitizer

FULL = bool(os.environ.get("SHIKAKU_LONG") or os.environ.get("SHIKAKU_ATTACK"))
PUBLISHED = {ERROR + name for name in re.findall(r'X \(\w+, "(\w+)"\)', (SOURCE / "daemon/base/names.h").read_text())}
# What the bus and sd-bus answer in the daemon's place: the policy, limits of the bus (LimitsExceeded), no such object,
# member or type, a constant written
STANDARD = {"org.freedesktop.DBus.Error." + name for name in (
    "AccessDenied", "InvalidArgs", "LimitsExceeded", "PropertyReadOnly", "UnknownInterface", "UnknownMethod", "UnknownObject",
    "UnknownProperty")}
CANARY = "Canary-4711"  # stands for what only the caller may see: in no log
LOG_PATH = "/org/freedesktop/LogControl1"
DBUS = "org.freedesktop.DBus"
# kB that an attack may leave in memory. Since GLib 2.76 what lives long lies among what a crowd needed, in pages that the C
# library cannot give back; the next crowd has them.
GROWTH = 2048 if GLib.check_version(2, 76, 0) is None else 1024
TEXTS = ["", "drug", "ceiling", "ja", "en", "eligibility", "State", "LogLevel", "debug", "json", "xml", "mine", "pin",
         "consent", "Version", "Readers", CANARY, "１２", "●" * 40, "%s%n", "../..", *INSURED.values()]
SIGNATURES = ["y", "b", "n", "q", "i", "u", "x", "t", "d", "s", "o", "g", "v", "h", "as", "ao", "au", "ay", "a{sv}",
              "a{su}", "(sv)", "aa{sv}", "a{sa{sv}}", "a(sss)"]
STANDARD_METHODS = {  # of every object, by interface: member, signature
    "org.freedesktop.DBus.Properties": (("Get", "ss"), ("GetAll", "s"), ("Set", "ssv")),
    "org.freedesktop.DBus.Introspectable": (("Introspect", ""),),
    "org.freedesktop.DBus.ObjectManager": (("GetManagedObjects", ""),),
    "org.freedesktop.DBus.Peer": (("Ping", ""), ("GetMachineId", "")),
    "": (("Nothing", ""),)}


# the contract, read from the XML: what is added there is attacked by itself

def read_contract():
    """Return: interface → (object path, or "own" for a visit's; [(member, signature of what it takes)])."""
    contract = {}
    for path in sorted((SOURCE / "data").glob("org.shikaku.*.xml")):
        for interface in ElementTree.parse(path).getroot().iter("interface"):
            name = interface.get("name")
            methods = [(method.get("name"), "".join(
                argument.get("type") for argument in method.iter("arg") if argument.get("direction") != "out"))
                for method in interface.iter("method")]
            place = {"Visit": "own", "Reader": ROOT + "/reader/1"}.get(name.rpartition(".")[2], ROOT)
            contract[name] = place, methods
    return contract


def read_keys():
    """The keys of options, with their types, as the contract's comments have them."""
    text = "".join((SOURCE / f"data/{NAME}.{part}.xml").read_text() for part in ("Manager", "AgentManager"))
    return sorted(set(re.findall(r"\b([A-Z][A-Za-z]+) (a\{sv\}|as|[sbuot])(?=[\W])", text)))


def write_table(rig):
    """What tests/bus/attacker.c draws from."""
    lines = []
    for interface, (path, methods) in read_contract().items():
        weight = {"own": 8, ROOT: 8}.get(path, 1)
        lines += [("method", path, interface, member, signature, weight) for member, signature in methods]
    for interface, methods in STANDARD_METHODS.items():
        lines += [("method", path, interface, member, signature, 1) for member, signature in methods
                  for path in (ROOT, "own", ROOT + "/reader/1", ROOT + "/reader", LOG_PATH)]
    lines += [("key", *key) for key in [*read_keys(), ("Nothing", "s"), (CANARY, "s")]]
    lines += [("given", *item) for item in INSURED.items()]
    lines += [("text", text) for text in (*TEXTS, *read_contract())]
    lines += [("path", path) for path in ("own", "/", ROOT, ROOT + "/reader/1", ROOT + "/visit", ROOT + "/visit/1_1/mine",
                                          LOG_PATH)]
    lines += [("signature", signature) for signature in SIGNATURES]
    path = rig.folder / "table"
    path.write_text("\n".join("\t".join(map(str, line)) for line in lines) + "\n")
    return path


class RandomCalls:
    """A process of @user that makes @number of calls drawn by @seed."""

    def __init__(self, rig, user, seed, number):
        self.number = number
        self.process = rig.spawn_as(user, rig.program("tests/bus/attacker"), rig.folder / "table", seed, number)

    def wait(self, seconds=500):
        """Return: error name → how often, of published names only."""
        assert self.process.wait(seconds) == 0, self.process.text()
        result = json.loads(self.process.text())
        assert result["sent"] == self.number, result
        assert not set(result["errors"]) - PUBLISHED - STANDARD, result
        return result["errors"]


# answers

def check_answers(calls):
    """Every call was answered, by a name of the contract or of the standard. Return: the names, '' where it worked."""
    for one in calls:
        wait_for(lambda one=one: one.done, one.what)
        assert not one.error or one.error.full_name in PUBLISHED | STANDARD, one.error
    return {one.error.name if one.error else "" for one in calls}


# values

def make_value(signature, text, choices):
    """A value of the single type @signature, of nothing but @text; options are @choices."""
    if signature == "a{sv}":
        return choices
    if signature[0] == "(":
        return tuple(make_value(one, text, choices) for one in split(signature[1:-1]))
    if signature[0] == "a":
        return [] if signature[1] == "{" or not text else [make_value(signature[1:], text, choices)]
    if signature == "v":
        return GLib.Variant("s", text)
    return {"s": text, "o": "/" + text, "g": "", "b": False, "d": 0.0}.get(signature, 0)


def make_arguments(signature, text="", choices=None):
    choices = {key: variant(value) for key, value in (choices or {}).items()}
    return GLib.Variant(f"({signature})", tuple(make_value(one, text, choices) for one in split(signature)))


def split(signature):
    """The complete types of @signature, one by one."""
    while signature:
        end = next(end for end in range(1, len(signature) + 1) if GLib.VariantType.string_is_valid(signature[:end]))
        yield signature[:end]
        signature = signature[end:]


# connections by hand

def get_owner(connection):
    """The daemon's unique name."""
    return call(connection, "/org/freedesktop/DBus", DBUS, "GetNameOwner", GLib.Variant("(s)", (NAME,)), destination=DBUS)


def make_call(path, interface, member, parameters=None, destination=NAME, reply=True):
    message = Gio.DBusMessage.new_method_call(destination, path, interface, member)
    if parameters:
        message.set_body(parameters)
    if not reply:
        message.set_flags(Gio.DBusMessageFlags.NO_REPLY_EXPECTED)
    return message


def make_blob(messages, serial=1):
    data = b""
    for message in messages:
        message.set_serial(serial)
        data += message.to_blob(Gio.DBusCapabilityFlags.NONE)
        serial += 1
    return data


HELLO = make_call("/org/freedesktop/DBus", DBUS, "Hello", destination=DBUS)


@contextlib.contextmanager
def credentials_of(user):
    """In this process, for as long as it connects."""
    groups = os.getgroups()
    os.setgroups(user.group_ids())
    os.setegid(user.uid)
    os.seteuid(user.uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


class Deaf:
    """A connection that never reads what it is sent."""

    def __init__(self, rig, user="root"):
        self.link = socket.socket(socket.AF_UNIX)
        with credentials_of(USERS[user]):
            self.link.connect(rig.address.removeprefix("unix:path="))
            self.link.sendall(b"\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\r\n")
            assert self.link.recv(4096).startswith(b"OK")
        self.link.sendall(b"BEGIN\r\n")
        self.serial = 0
        self.send(HELLO)

    def send(self, *messages):
        """All at once."""
        self.link.sendall(make_blob(messages, self.serial + 1))
        self.serial += len(messages)

    def call(self, *arguments, **more):
        self.send(make_call(*arguments, **more))

    def close(self):
        self.link.close()


class Victim:
    """The same in a process of its own, which can be killed."""

    PROGRAM = """import os, signal, socket, sys
link = socket.socket(socket.AF_UNIX)
link.connect(sys.argv[1])
link.sendall(b"\\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\\r\\n")
assert link.recv(4096).startswith(b"OK")
link.sendall(b"BEGIN\\r\\n" + open(sys.argv[2], "rb").read())
signal.pause()"""

    def __init__(self, rig, user, *messages):
        blob = rig.folder / "messages"
        blob.write_bytes(make_blob([HELLO, *messages]))
        blob.chmod(0o644)
        self.process = rig.spawn_as(user, "/usr/bin/python3", "-c", self.PROGRAM, rig.address.removeprefix("unix:path="),
                                    blob)

    def kill(self):
        self.process.kill()
        self.process.wait()


# before and after

class Siege:
    """Begins when the daemon has done once what it will be attacked with: what is kept for good is there then.

    with Siege(rig): an attack. At the end the daemon is the same process, an honest caller is served, and what it holds
    of descriptors, threads and memory is what it was."""

    def __init__(self, rig, memory=True):
        self.rig, self.daemon, self.visits = rig, rig.daemon, Visits(rig.bus_connection("tester"))
        watched = os.environ.get("SHIKAKU_WRAPPER") or find_sanitizer(rig.program("daemon/shikakud"))
        self.weighed = memory and not watched
        self.work()
        self.before, self.resident = look_at_rest(self.daemon), self.daemon.resident()

    @staticmethod
    def serve(rig):
        """An honest caller is served, after what was sent before."""
        visit = Visits(rig.bus_connection("root")).check_number(INSURED)
        assert visit.wait_finished()[0] == "done"
        visit.close()

    def work(self):
        visit = self.visits.check_number(INSURED)
        assert visit.wait_finished()[0] == "done"
        visit.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, _error, _traceback):
        if kind is None:
            self.check()

    def measure_growth(self):
        return self.daemon.resident() - self.resident

    def check(self):
        assert self.daemon.is_running() and self.rig.daemon is self.daemon
        self.work()
        try:
            until(lambda: look_at(self.daemon) == self.before, "what the attack left")
            until(lambda: not self.weighed or self.measure_growth() <= GROWTH, "what the attack left in memory")
        except TimeoutError as late:
            held = look_at(self.daemon)
            raise AssertionError(f"left: {held - self.before}, missing: {self.before - held}, "
                                 f"and {self.measure_growth()} kB") from late
        print(f"resident: {self.resident} kB and {self.measure_growth()} kB more", flush=True)
        assert CANARY not in self.rig.read_log("shikakud")
