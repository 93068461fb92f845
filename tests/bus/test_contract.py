# SPDX-License-Identifier: LGPL-2.1-or-later
"""The contract in data/*.xml against the live daemon: names, types, argument names, access, signals of change.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

from bus import (AGENT, AGENT_MANAGER, AGENT_XML, LEDGER, MANAGER, NAME, PROPERTIES, READER, ROOT, VISIT, Agent, ObjectPath,
                 Visits, call, expect_error, get_properties, get_property)
from gi.repository import Gio, GLib
from loop import wait_for
from people import INSURED
from rig import SOURCE

INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
EMITS = "org.freedesktop.DBus.Property.EmitsChangedSignal"
LOG_CONTROL = "org.freedesktop.LogControl1"
INTERFACES = (MANAGER, AGENT_MANAGER, AGENT, READER, VISIT, LEDGER)
QT_TYPES = SOURCE / "data" / "examples" / "shikaku-qt.h"


def describe(node, names=True):
    """interface → member → what of it is the contract. Annotations for generators are in the files only."""
    interfaces = {}
    for interface in node.iter("interface"):
        members = interfaces.setdefault(interface.get("name"), {})
        for member in interface:
            if member.tag == "annotation":
                continue
            default = {"method": "in", "signal": "out"}.get(member.tag)
            arguments = [(names and argument.get("name"), argument.get("type"), argument.get("direction", default))
                         for argument in member.findall("arg")]
            annotations = sorted((annotation.get("name"), annotation.get("value"))
                                 for annotation in member.findall("annotation")
                                 if annotation.get("name").startswith("org.freedesktop."))
            members[member.get("name")] = (member.tag, member.get("type"), member.get("access"), arguments, annotations)
    return interfaces


def read_contract(interface):
    return ElementTree.parse(SOURCE / "data" / f"{interface}.xml").getroot()


def introspect(connection, path):
    return ElementTree.fromstring(call(connection, path, INTROSPECTABLE, "Introspect"))


def compare(connection, path, interface):
    live = describe(introspect(connection, path))
    contract = describe(read_contract(interface))[interface]
    differs = {name for name in {*live[interface], *contract} if live[interface].get(name) != contract.get(name)}
    assert not differs, {name: (live[interface].get(name), contract.get(name)) for name in differs}


def test_manager(rig):
    rig.start("daemon")
    compare(rig.bus_connection(), ROOT, MANAGER)


def test_agent_manager(rig):
    rig.start("daemon")
    compare(rig.bus_connection(), ROOT, AGENT_MANAGER)
    compare(rig.bus_connection(), ROOT, LEDGER)


def test_reader(rig):
    rig.start("card", "daemon")
    compare(rig.bus_connection(), rig.wait_readers(2)[0], READER)


def test_visit(rig):
    rig.start("center", "daemon")
    visit = Visits(rig.bus_connection()).check_number(INSURED)
    compare(rig.bus_connection(), visit.path, VISIT)


def test_agent(rig):
    """What the daemon calls is checked by every test with an Agent: here, that these are of the contract."""
    agent = describe(read_contract(AGENT), names=False)
    assert agent[AGENT] == describe(ElementTree.fromstring(AGENT_XML), names=False)[AGENT]


def test_versions(rig):
    rig.start("card", "center", "daemon")
    connection = rig.bus_connection()
    visit = Visits(connection).check_number(INSURED)
    reader = rig.wait_readers(2)[0]
    for path, interface in ((ROOT, MANAGER), (ROOT, AGENT_MANAGER), (ROOT, LEDGER), (reader, READER), (visit.path, VISIT)):
        assert get_property(connection, path, interface, "Version") == 1, interface


def test_documented(rig):
    """Each member has a comment of its own before it: its name, its arguments, its errors and its first version."""
    for interface in INTERFACES:
        parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
        root = ElementTree.parse(SOURCE / "data" / f"{interface}.xml", parser).getroot()
        comment = ""
        for element in root.find("interface"):
            if element.tag is ElementTree.Comment:
                comment = element.text
                continue
            name = element.get("name")
            assert comment.strip().startswith(name + ":"), f"{interface}.{name} is not documented"
            assert "Since:" in comment, f"{interface}.{name}: since when?"
            assert element.tag != "method" or "Errors" in comment, f"{interface}.{name}: which errors?"
            for argument in element.findall("arg"):
                assert f"@{argument.get('name')}:" in comment, f"{interface}.{name}: what is {argument.get('name')}?"
            comment = ""


def generate(*command):
    """Runs a generator, or the compiler after it: it has nothing to complain of."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0 and not done.stdout, f"{' '.join(map(str, command))}: {done.stdout}"


def test_generator_qt(rig):
    """qdbusxml2cpp takes every interface, for who calls it and for who implements it, and shikaku-qt.h has what Qt has not."""
    generator = shutil.which("qdbusxml2cpp") or "/usr/lib/qt5/bin/qdbusxml2cpp"  # the first is qtchooser's
    ours = set(re.findall(r"\bShikaku\w+", QT_TYPES.read_text()))
    for interface in INTERFACES:
        contract = SOURCE / "data" / f"{interface}.xml"
        for role in ("-p", "-a"):
            written = rig.folder / f"qt{role}"
            generate(generator, "-i", QT_TYPES.name, role, written, contract)
            assert f'#include "{QT_TYPES.name}"' in written.with_suffix(".h").read_text()
        types = re.findall(r'QtTypeName\S* value="(\w+)"', contract.read_text())
        assert set(types) <= ours | {"QVariantMap"}, types


def test_generator_gdbus(rig):
    """What gdbus-codegen makes compiles, alone and together, and passes descriptors where the contract has some."""
    flags = subprocess.run(["pkg-config", "--cflags", "gio-unix-2.0"], check=True, stdout=subprocess.PIPE, text=True).stdout
    contracts = {interface: SOURCE / "data" / f"{interface}.xml" for interface in INTERFACES}
    for name, chosen in [*((name, [path]) for name, path in contracts.items()), ("all", contracts.values())]:
        made = rig.folder / name
        generate("gdbus-codegen", "--interface-prefix", NAME, "--c-namespace", "Shikaku", "--generate-c-code", made, *chosen)
        generate("cc", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-fsyntax-only", *flags.split(), f"{made}.c")
    header = (rig.folder / "all.h").read_text()
    for path in contracts.values():
        for method in ElementTree.parse(path).getroot().iter("method"):
            passes = any("h" in argument.get("type") for argument in method.findall("arg"))
            word = re.sub(r"(?<!^)(?=[A-Z])", "_", method.get("name")).lower()
            face = re.sub(r"(?<!^)(?=[A-Z])", "_", path.stem.rpartition(".")[2]).lower()
            call_made = re.search(rf"gboolean shikaku_{face}_call_{word}_sync \(([^;]*);", header)[1]
            assert passes == ("GUnixFDList" in call_made), f"{path.stem}.{method.get('name')}: {call_made}"


def test_nothing_else(rig):
    """Every object of the daemon has the interfaces of the contract and the standard ones, and there are no others."""
    rig.start("card", "center", "daemon")
    connection = rig.bus_connection()
    rig.wait_readers(2)
    visit = Visits(connection).check_number(INSURED)
    standard = {"org.freedesktop.DBus.Peer", INTROSPECTABLE, PROPERTIES, "org.freedesktop.DBus.ObjectManager"}
    found = {}

    def walk(path):
        node = introspect(connection, path or "/")
        own = set(describe(node)) - standard
        if own:
            found[path] = own
        for child in node.findall("node"):
            walk(f"{path}/{child.get('name')}")

    walk("")
    assert found == {ROOT: {MANAGER, AGENT_MANAGER, LEDGER}, ROOT + "/reader/1": {READER}, ROOT + "/reader/2": {READER},
                     visit.path: {VISIT}, "/org/freedesktop/LogControl1": {LOG_CONTROL}}, found


def test_properties_change(rig):
    """A reader's changes and the center's state are told to everybody, only when they change, with their values."""
    rig.start("card", "center", "daemon", card_options=["--ejected"])
    watcher = rig.bus_connection("other")
    told = []
    watcher.signal_subscribe(NAME, PROPERTIES, "PropertiesChanged", None, None, Gio.DBusSignalFlags.NONE,
                             lambda *arguments: told.append((arguments[2], *arguments[5].unpack())))
    call(watcher, ROOT, "org.freedesktop.DBus.Peer", "Ping")
    reader = rig.wait_readers(2, present=0)[0]
    if not get_property(watcher, ROOT, MANAGER, "Expiries"):
        wait_for(lambda: any("CredentialExpires" in change[2] for change in told), "the calendar, which is read last")
    told.clear()
    rig.card("insert")
    wait_for(lambda: any("Center" in change[2] for change in told), "the center, which is made ready for the card")
    assert sorted((path, *change) for path, _face, changes, _gone in told for change in changes.items()) == [
        (ROOT, "Center", "online"), (reader, "CardPresent", True)], told
    told.clear()
    rig.card("eject")
    wait_for(lambda: told, "the card's going")
    assert told == [(reader, READER, {"CardPresent": False}, [])], told
    assert get_property(watcher, ROOT, MANAGER, "DaemonVersion")


def test_reader_properties(rig):
    """Who serves a reader, since when it is in use, and whether its card has to go: told to everybody as it changes."""
    rig.start("card", "center", "daemon", persona="yamada")
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    watcher, patient = rig.bus_connection("other"), rig.bus_connection("colleague", fresh=True)
    told = []
    watcher.signal_subscribe(NAME, PROPERTIES, "PropertiesChanged", reader, READER, Gio.DBusSignalFlags.NONE,
                             lambda *arguments: told.append(arguments[5].unpack()[1]))
    call(watcher, ROOT, "org.freedesktop.DBus.Peer", "Ping")

    def expect(*changes):
        wait_for(lambda: len(told) >= len(changes), f"{changes}, not {told} alone")
        assert told == list(changes), told
        told.clear()
        for name, value in {name: value for change in changes for name, value in change.items()}.items():
            assert get_property(watcher, reader, READER, name) == value, name

    wait_for(lambda: not get_property(watcher, reader, READER, "Served"), "word of what had served before")
    start = get_properties(watcher, reader, READER)
    assert (start["Agent"], start["Serial"], start["InUseSince"]) == ([], "", 0), start
    told.clear()
    agent = Agent(patient).register(("message", "pin"), Reader=reader)
    expect({"Agent": ["pin", "message"]})
    agent.unregister()
    expect({"Agent": []})
    agent.register(("pin",), Reader=reader)
    expect({"Agent": ["pin"]})
    visit = Visits(rig.bus_connection()).open(Reader=reader)
    assert visit.wait_finished()[0] == "done"
    expect({"InUse": True, "InUseSince": visit.get("Opened")}, {"Served": True}, {"InUse": False, "InUseSince": 0})
    patient.close_sync(None)
    expect({"Agent": []})
    rig.card("eject")
    expect({"CardPresent": False, "Served": False})
    rig.card("insert")
    expect({"CardPresent": True})


def test_standard_errors(rig):
    """What the standard errors of D-Bus are for stays theirs."""
    rig.start("daemon")
    connection = rig.bus_connection()
    expect_error("org.freedesktop.DBus.Error.UnknownMethod", call, connection, ROOT, MANAGER, "Nothing")
    expect_error("org.freedesktop.DBus.Error.InvalidArgs", call, connection, ROOT, MANAGER, "OpenVisit",
                 GLib.Variant("(s)", ("",)))
    expect_error("org.freedesktop.DBus.Error.UnknownProperty", get_property, connection, ROOT, MANAGER, "Nothing")
    expect_error("org.freedesktop.DBus.Error.PropertyReadOnly", call, connection, ROOT, PROPERTIES, "Set",
                 GLib.Variant("(ssv)", (MANAGER, "Center", GLib.Variant("s", "online"))))
