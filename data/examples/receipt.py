#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""receipt [READER]: asks whether the patient whose card lies in READER (its number) is insured.
receipt INSURER SYMBOL NUMBER BRANCH BIRTHDATE: the same by the numbers on the patient's paper.

What a receipt computer does, with Debian's python3-gi. Exit status: 0 eligible, 1 not, 2 unknown, 3 an error.
"""
import contextlib
import sys

from gi.repository import Gio, GLib

NAME, ROOT = "org.shikaku.Shikaku1", "/org/shikaku/Shikaku1"
MANAGER, VISIT, ERROR = NAME + ".Manager", NAME + ".Visit", NAME + ".Error."
TOKEN = "desk1"  # names the visit; never a number of the patient
VISIT_SECONDS = 120  # what the daemon gives the visit
GRACE_SECONDS = 30  # what we wait longer, since polkit may be slow: after that the daemon is gone


class VisitFailed(Exception):
    def __init__(self, name, message, details=None):
        super().__init__(message)
        self.name, self.details = name.removeprefix(ERROR), details or {}


def connect():
    try:
        return Gio.bus_get_sync(Gio.BusType.SYSTEM, None)
    except GLib.Error as error:
        raise VisitFailed("NoReply", error.message) from None


def call(bus, path, interface, method, parameters=None, seconds=GRACE_SECONDS):
    """A method call that gives up after @seconds. Return: its only result, as a plain Python value."""
    try:
        reply = bus.call_sync(NAME, path, interface, method, parameters, None, Gio.DBusCallFlags.NONE, seconds * 1000)
        return (reply.unpack() or (None,))[0]
    except GLib.Error as error:
        name = Gio.DBusError.get_remote_error(error) or "NoReply"
        raise VisitFailed(name, error.message.removeprefix(f"GDBus.Error:{name}: ")) from None


def wait_finished(bus, path, begin):
    """Subscribes to the visit's end, calls begin(), waits. Return: state, error and details of Finished."""
    loop, ended = GLib.MainLoop(), []

    def on_finished(_bus, _sender, _path, _interface, _signal, parameters):
        ended.extend(parameters.unpack())
        loop.quit()

    subscription = bus.signal_subscribe(NAME, VISIT, "Finished", path, None, Gio.DBusSignalFlags.NONE, on_finished)
    timer = GLib.timeout_add_seconds(VISIT_SECONDS + GRACE_SECONDS, loop.quit)
    try:
        begin()
        loop.run()
    finally:
        bus.signal_unsubscribe(subscription)
    if not ended:
        raise VisitFailed("NoReply", "the daemon is gone")
    GLib.source_remove(timer)
    return ended


def check_card(bus, reader):
    """A visit: opened, finished, read, closed."""
    options = {"Token": GLib.Variant("s", TOKEN), "Timeout": GLib.Variant("u", VISIT_SECONDS)}
    if reader:
        options["Reader"] = GLib.Variant("o", f"{ROOT}/reader/{reader}")
    # The path is known before the visit exists, so nothing of it can be missed.
    path = f"{ROOT}/visit/{bus.get_unique_name()[1:].replace('.', '_')}/{TOKEN}"
    state, error, details = wait_finished(
        bus, path, lambda: call(bus, ROOT, MANAGER, "OpenVisit", GLib.Variant("(a{sv})", (options,))))
    try:
        if state != "done":
            message = call(bus, path, "org.freedesktop.DBus.Properties", "Get", GLib.Variant("(ss)", (VISIT, "ErrorMessage")))
            raise VisitFailed(error, message, details)
        return call(bus, path, VISIT, "GetEligibility")
    finally:
        with contextlib.suppress(VisitFailed):  # its failure takes no answer away
            call(bus, path, VISIT, "Close")


def check_number(bus, *numbers):
    """The same in one call, which lasts as long as the visit."""
    keys = ("InsurerNumber", "Symbol", "Number", "Branch", "Birthdate")
    insured = {key: GLib.Variant("s", number) for key, number in zip(keys, numbers)}
    options = {"Insured": GLib.Variant("a{sv}", insured), "Timeout": GLib.Variant("u", VISIT_SECONDS)}
    return call(bus, ROOT, MANAGER, "Check", GLib.Variant("(a{sv})", (options,)), VISIT_SECONDS + GRACE_SECONDS)


def print_answer(eligibility):
    """Whatever the center did not send is not in the dictionary."""
    answer = eligibility["Answer"]
    print(answer)
    if answer == "unknown":  # not a refusal: ask again, or note the numbers of the patient's paper
        print(eligibility.get("Reason", ""), eligibility.get("Advice", ""), sep=": ")
    for insurance in eligibility.get("Insurances", []):
        print(insurance.get("InsurerNumber", "-"), insurance.get("Name", "-"), insurance.get("BurdenRatio", "-"), "%")
    return ("eligible", "not-eligible", "unknown").index(answer)


def main():
    if len(sys.argv) not in (1, 2, 6):
        print("usage: receipt [READER | INSURER SYMBOL NUMBER BRANCH BIRTHDATE]", file=sys.stderr)
        return 3
    try:
        bus = connect()
        if len(sys.argv) == 6:
            return print_answer(check_number(bus, *sys.argv[1:]))
        return print_answer(check_card(bus, "".join(sys.argv[1:])))
    except VisitFailed as failed:
        print(f"{failed.name}: {failed}", file=sys.stderr)
        if failed.name == "PinIncorrect":
            print(f"{failed.details['TriesLeft']} tries left", file=sys.stderr)
        elif failed.name in ("NoReader", "ReaderFailed", "ServiceStopped", "NoReply"):
            print("see: shikakuctl diagnose", file=sys.stderr)
        return 3
    except Exception as error:  # Python's own status would be 1, which is an answer
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())
