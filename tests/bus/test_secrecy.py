# SPDX-License-Identifier: LGPL-2.1-or-later
"""A visit exists for its owner alone: for everybody else its path is one that never was, and no signal of it is seen.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
from bus import (MANAGER, PROPERTIES, ROOT, VISIT, BusError, Call, Visits, call, expect_error, get_properties,
                 get_property, options)
from gi.repository import Gio, GLib
from loop import wait_for
from people import INSURED

NEVER = ROOT + "/visit/1_4711/never"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
UNKNOWN_OBJECT = "org.freedesktop.DBus.Error.UnknownObject"
METHODS = {"GetEligibility": None, "GetConsents": None, "GetMessage": GLib.Variant("(s)", ("json",)),
           "GetMessageBytes": GLib.Variant("(s)", ("json",)), "Cancel": None, "Close": None, "FetchRecords": None,
           "Nothing": None}


def start(rig):
    rig.start("center", "daemon")
    visit = Visits(rig.bus_connection("tester")).check_number(INSURED)
    visit.wait_finished()
    return visit


def strangers(rig):
    """Whoever is not the owner: the same user, a colleague, nobody's friend, root."""
    return [rig.bus_connection(user, fresh=True) for user in ("tester", "colleague", "other", "root")]


def ask_everything(stranger, path):
    """All that can be asked of @path. Return: the answers, with the path taken out."""
    answers = [call_error(stranger, path, VISIT, method, parameters) for method, parameters in METHODS.items()]
    answers += [call_error(stranger, path, PROPERTIES, "Get", GLib.Variant("(ss)", (VISIT, name)))
                for name in ("State", "Answer", "Version", "Nothing")]
    answers += [call_error(stranger, path, PROPERTIES, "GetAll", GLib.Variant("(s)", (interface,)))
                for interface in (VISIT, "", "org.example.Nothing")]
    value = GLib.Variant("(ssv)", (VISIT, "State", GLib.Variant("s", "")))
    answers += [call_error(stranger, path, PROPERTIES, "Set", value)]
    answers += [call_error(stranger, path, "org.freedesktop.DBus.Introspectable", "Introspect"),
                call_error(stranger, path, OBJECT_MANAGER, "GetManagedObjects")]
    return [(name, text.replace(path, "PATH")) for name, text in answers]


def call_error(*arguments):
    try:
        return "answered", repr(call(*arguments))
    except BusError as error:
        return error.full_name, error.message


def test_calls(rig):
    visit = start(rig)
    for stranger in strangers(rig):
        real, never = ask_everything(stranger, visit.path), ask_everything(stranger, NEVER)
        assert real == never, f"{real} instead of {never}"
        assert all(name == UNKNOWN_OBJECT for name, _text in real), real
    assert visit.get("Answer") == "eligible"  # and it is still there


def test_parents(rig):
    """The folders above a visit tell nothing either."""
    visit = start(rig)
    folder = visit.path.rsplit("/", 1)[0]
    for stranger in strangers(rig):
        assert ask_everything(stranger, folder) == ask_everything(stranger, NEVER.rsplit("/", 1)[0])
        node = call(stranger, ROOT + "/visit", "org.freedesktop.DBus.Introspectable", "Introspect")
        assert "<node name=" not in node, node
    own = call(visit.connection, ROOT + "/visit", "org.freedesktop.DBus.Introspectable", "Introspect")
    assert f'<node name="{visit.path.removeprefix(ROOT + "/visit/")}"' in own, own


def test_get_visits(rig):
    visit = start(rig)
    second = Visits(rig.bus_connection("tester")).check_number(INSURED)
    assert call(visit.connection, ROOT, MANAGER, "GetVisits") == [visit.path, second.path]
    for user in ("tester", "colleague", "root"):
        assert call(rig.bus_connection(user, fresh=True), ROOT, MANAGER, "GetVisits") == []
    visit.close()
    assert call(visit.connection, ROOT, MANAGER, "GetVisits") == [second.path]


def test_closed(rig):
    """A closed visit is one that never was, to its owner too."""
    visit = start(rig)
    visit.close()
    assert ask_everything(visit.connection, visit.path) == ask_everything(visit.connection, NEVER)


def test_objects(rig):
    """ObjectManager lists readers only."""
    visit = start(rig)
    for connection in [visit.connection, *strangers(rig)]:
        objects = call(connection, ROOT + "/reader", OBJECT_MANAGER, "GetManagedObjects")
        assert not any("visit" in path for path in objects), objects
        expect_error("org.freedesktop.DBus.Error.UnknownMethod", call, connection, ROOT, OBJECT_MANAGER,
                     "GetManagedObjects")


def get_objects(connection):
    """As ObjectManager lists the visits: path → interface → properties, but for the interfaces that every object has."""
    objects = call(connection, ROOT + "/visit", OBJECT_MANAGER, "GetManagedObjects")
    return {path: {name: values for name, values in interfaces.items() if not name.startswith("org.freedesktop.DBus.")}
            for path, interfaces in objects.items()}


def watch_objects(connection):
    """Return: a list that gets every signal that comes from now on, as (path, member, its values)."""
    seen = []
    connection.signal_subscribe(None, None, None, None, None, Gio.DBusSignalFlags.NONE,
                                lambda *arguments: seen.append((arguments[2], arguments[4], arguments[5].unpack())))
    call(connection, ROOT, "org.freedesktop.DBus.Peer", "Ping")
    return seen


def test_visit_objects(rig):
    """ObjectManager lists to each caller its own visits, before they move, and tells nobody else of them."""
    rig.start("center", "daemon")
    rig.center("fault hold count=always path=search")
    owner, colleague = rig.bus_connection("tester"), rig.bus_connection("colleague")
    others = [*strangers(rig), colleague]
    owned, told = watch_objects(owner), [watch_objects(connection) for connection in others]
    visits = Visits(owner)
    visit = visits.check_number(INSURED, Token="mine")
    (path, member, (added, interfaces)) = owned[0]
    assert (path, member, added) == (ROOT + "/visit", "InterfacesAdded", visit.path), owned
    properties = get_properties(owner, visit.path, VISIT)
    assert interfaces == {VISIT: {**interfaces[VISIT], "State": "checking", "Error": "", "Answer": ""}}, interfaces
    assert interfaces[VISIT].keys() == properties.keys(), interfaces
    assert get_objects(owner) == {visit.path: {VISIT: properties}}
    theirs = Visits(colleague).check_number(INSURED, Token="mine")
    assert list(get_objects(owner)) == [visit.path] and list(get_objects(colleague)) == [theirs.path]
    for stranger in strangers(rig):
        assert get_objects(stranger) == {}
    rig.center("release")
    visit.wait_finished()
    assert get_objects(owner)[visit.path][VISIT]["Answer"] == "eligible"
    del owned[:]
    visit.close()
    wait_for(lambda: owned, "the end of the object")
    assert owned == [(ROOT + "/visit", "InterfacesRemoved", (visit.path, [VISIT]))], owned
    assert get_objects(owner) == {} and list(get_objects(colleague)) == [theirs.path]
    for connection, seen in zip(others, told):
        call(connection, ROOT, "org.freedesktop.DBus.Peer", "Ping")  # what was sent before has come
        assert not [signal for signal in seen if visit.path in repr(signal)], seen
    assert [member for path, member, _values in told[-1] if path == ROOT + "/visit"] == ["InterfacesAdded"], told[-1]
    gone = rig.bus_connection("tester", fresh=True)
    Visits(gone).check_number(INSURED)
    gone.close_sync(None)
    assert get_objects(owner) == {} and [path for path, *_rest in owned if path.startswith(ROOT)] == [ROOT + "/visit"]
    del owned[:]
    assert call(owner, ROOT, MANAGER, "Check", GLib.Variant.new_tuple(options({"Insured": INSURED})))["Answer"]
    assert [member for path, member, _values in owned if path == ROOT + "/visit"] == [
        "InterfacesAdded", "InterfacesRemoved"], owned


def test_no_broadcast(rig):
    """Who matches everything sees no signal of a visit, while the owner sees all of them."""
    rig.start("center", "daemon")
    seen = []
    for stranger in strangers(rig):
        stranger.signal_subscribe(None, None, None, None, None, Gio.DBusSignalFlags.NONE,
                                  lambda *arguments: seen.append((arguments[2], arguments[4])))
        call(stranger, ROOT, "org.freedesktop.DBus.Peer", "Ping")
    visit = Visits(rig.bus_connection("tester")).check_number(INSURED)
    assert visit.wait_finished() == ("done", "", {})
    assert visit.states()[-1] == "done"
    visit.close()
    wait_for(lambda: seen, "the center's state, which is for all")
    for stranger in strangers(rig):
        call(stranger, ROOT, "org.freedesktop.DBus.Peer", "Ping")  # what was sent before has come
    assert not [signal for signal in seen if signal[0].startswith(ROOT + "/visit")], seen


def test_owner_gone(rig):
    """A visit ends with its owner's connection; the next connection finds nothing."""
    rig.start("center", "daemon")
    rig.center("fault hold count=always path=search")
    owner = rig.bus_connection("tester", fresh=True)
    visit = Visits(owner).check_number(INSURED, Token="mine")
    assert visit.get("State") == "checking"
    owner.close_sync(None)
    other = rig.bus_connection("root")
    assert ask_everything(other, visit.path) == ask_everything(other, NEVER)
    assert rig.stop_daemon() == 0


def test_check_dies_with_caller(rig):
    rig.start("center", "daemon")
    rig.center("fault hold count=always path=search")
    owner = rig.bus_connection("tester", fresh=True)
    Call(owner, ROOT, MANAGER, "Check", GLib.Variant.new_tuple(options({"Insured": INSURED})))
    rig.center.wait("search")
    owner.close_sync(None)
    assert rig.stop_daemon() == 0


def test_answer_only_to_owner(rig):
    """The answer, the consents and the message come to the owner."""
    visit = start(rig)
    assert visit.eligibility()["Answer"] == "eligible"
    assert visit.consents() == {}
    assert visit.message().startswith(b"{")
    expect_error("NotFound", visit.message, "xml")
    expect_error("InvalidOption", visit.message, "pdf")
    assert get_property(visit.connection, visit.path, VISIT, "Reader") == "/"
    assert get_properties(visit.connection, visit.path, VISIT)["Origin"] == "number"
