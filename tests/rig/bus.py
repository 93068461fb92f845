# SPDX-License-Identifier: LGPL-2.1-or-later
"""bus: callers of the daemon's contract: calls that do not stop the main loop, visits, and an agent that does as told.

Comes in: a Gio.DBusConnection and plain Python values. Goes out: plain Python values, BusError with the remote name.
"""
import os

from gi.repository import Gio, GLib

from loop import DEADLINE, wait_for

NAME = "org.shikaku.Shikaku1"
ROOT = "/org/shikaku/Shikaku1"
MANAGER, AGENT_MANAGER, AGENT = NAME + ".Manager", NAME + ".AgentManager", NAME + ".Agent"
READER, VISIT, LEDGER, ERROR = NAME + ".Reader", NAME + ".Visit", NAME + ".Ledger", NAME + ".Error."
PROPERTIES = "org.freedesktop.DBus.Properties"


class BusError(Exception):
    """@name: without the contract's prefix ("PinIncorrect"), or the full name of another's error."""

    def __init__(self, error):
        self.full_name = Gio.DBusError.get_remote_error(error) or f"{error.domain}:{error.code}"
        Gio.DBusError.strip_remote_error(error)
        self.name, self.message = self.full_name.removeprefix(ERROR), error.message
        super().__init__(f"{self.full_name}: {self.message}")


class ObjectPath(str):
    pass


def variant(value):
    """bool b, int u, str s, ObjectPath o, list of str as, dict a{sv}; a GLib.Variant is left alone."""
    if isinstance(value, GLib.Variant):
        return value
    if isinstance(value, bool):
        return GLib.Variant("b", value)
    if isinstance(value, int):
        return GLib.Variant("u", value)
    if isinstance(value, ObjectPath):
        return GLib.Variant("o", value)
    if isinstance(value, dict):
        return options(value)
    if isinstance(value, (list, tuple)):
        return GLib.Variant("as", list(value))
    return GLib.Variant("s", value)


def options(values):
    return GLib.Variant("a{sv}", {key: variant(value) for key, value in values.items()})


class Call:
    """A method call under way. wait() returns the reply's values: none, the one, or a tuple; raises BusError."""

    def __init__(self, connection, path, interface, method, parameters=None, destination=NAME, seconds=None,
                 files=None):
        self.what, self.seconds = f"the reply to {method}", DEADLINE if seconds is None else seconds
        self.reply = self.error = self.files = None
        self.done = False
        self.cancellable = Gio.Cancellable()
        connection.call_with_unix_fd_list(
            destination, path, interface, method, parameters, None, Gio.DBusCallFlags.NONE, 2 ** 31 - 1, files,
            self.cancellable, self.on_reply)

    def on_reply(self, connection, result):
        self.done = True
        try:
            self.reply, files = connection.call_with_unix_fd_list_finish(result)
            self.files = files.steal_fds() if files else []
        except GLib.Error as error:
            self.error = BusError(error)

    def wait(self):
        wait_for(lambda: self.done, self.what, self.seconds)
        if self.error:
            raise self.error
        values = self.reply.unpack()
        return None if not values else values[0] if len(values) == 1 else values


def call(connection, path, interface, method, parameters=None, **more):
    return Call(connection, path, interface, method, parameters, **more).wait()


def get_property(connection, path, interface, name):
    return call(connection, path, PROPERTIES, "Get", GLib.Variant("(ss)", (interface, name)))


def get_properties(connection, path, interface):
    return call(connection, path, PROPERTIES, "GetAll", GLib.Variant("(s)", (interface,)))


def expect_error(name, action, *arguments, **more):
    """Runs action(...), which must fail with the error @name. Return: the BusError."""
    try:
        result = action(*arguments, **more)
    except BusError as error:
        assert error.name == name, f"{error.name} instead of {name}: {error.message}"
        return error
    raise AssertionError(f"{result!r} instead of {name}")


class Visits:
    """Every visit of one connection: subscribed before any is opened, so that no signal is missed."""

    def __init__(self, connection):
        self.connection, self.states, self.finished = connection, {}, {}
        for interface, member, handler in ((VISIT, "Finished", self.on_finished),
                                           (PROPERTIES, "PropertiesChanged", self.on_changed)):
            connection.signal_subscribe(NAME, interface, member, None, None, Gio.DBusSignalFlags.NONE, handler)

    def on_finished(self, _connection, _sender, path, _interface, _member, parameters):
        assert path not in self.finished, "Finished twice"
        self.finished[path] = parameters.unpack()

    def on_changed(self, _connection, _sender, path, _interface, _member, parameters):
        interface, changed, _invalidated = parameters.unpack()
        if interface == VISIT and "State" in changed:
            self.states.setdefault(path, []).append(changed["State"])

    def open(self, **values):
        """OpenVisit with the options @values. Return: the Visit."""
        return Visit(self, call(self.connection, ROOT, MANAGER, "OpenVisit", GLib.Variant.new_tuple(options(values))))

    def check_number(self, insured, **values):
        parameters = GLib.Variant.new_tuple(options(insured), options(values))
        return Visit(self, call(self.connection, ROOT, MANAGER, "CheckNumber", parameters))


class Visit:
    def __init__(self, visits, path):
        self.visits, self.connection, self.path = visits, visits.connection, path

    def call(self, method, parameters=None, **more):
        return call(self.connection, self.path, VISIT, method, parameters, **more)

    def get(self, name):
        return get_property(self.connection, self.path, VISIT, name)

    def states(self):
        """As far as they were announced."""
        return self.visits.states.get(self.path, [])

    def wait_state(self, state, seconds=None):
        """Waits until the visit is in @state, or was."""
        if self.get("State") != state:
            wait_for(lambda: state in self.states(), f"{state} (announced: {self.states()})", seconds)

    def wait_finished(self, seconds=None):
        """Return: state, error without the contract's prefix, details but for self.times, self.during and self.by."""
        state, error, details = wait_for(lambda: self.visits.finished.get(self.path),
                                         f"the end of the visit (announced: {self.states()})", seconds)
        details = dict(details)
        self.times = [details.pop(part + "Time") for part in ("Card", "Person", "Center", "Own")]
        self.during, self.by = details.pop("During"), details.pop("By", "")
        return state, error.removeprefix(ERROR), details

    def eligibility(self):
        return self.call("GetEligibility")

    def consents(self):
        return self.call("GetConsents")

    def message(self, format="json"):
        """The center's own message, as bytes."""
        request = Call(self.connection, self.path, VISIT, "GetMessage", GLib.Variant("(s)", (format,)))
        request.wait()
        with os.fdopen(request.files[0], "rb") as document:
            return document.read()

    def cancel(self):
        return self.call("Cancel")

    def close(self):
        return self.call("Close")


AGENT_XML = """<node><interface name='org.shikaku.Shikaku1.Agent'>
  <method name='RequestPin'><arg type='o' direction='in'/><arg type='h' direction='in'/>
    <arg type='a{sv}' direction='in'/></method>
  <method name='RequestConsent'><arg type='o' direction='in'/><arg type='a(sss)' direction='in'/>
    <arg type='a{sv}' direction='in'/><arg type='a{sb}' direction='out'/></method>
  <method name='ShowMessage'><arg type='o' direction='in'/><arg type='s' direction='in'/>
    <arg type='a{sv}' direction='in'/></method>
  <method name='Cancel'><arg type='o' direction='in'/></method>
  <method name='Release'/>
</interface></node>"""


class Agent:
    """An agent at the patient's side. @pin and @consents say what it does when it is asked:

    a PIN (any text; it is written and the pipe closed), a dict kind → bool (or True, False for all kinds), or
    HANG (answers nothing; later finish_pin() or finish_consent()), DIE (its connection is cut), REFUSE (an error),
    EMPTY (the pipe is closed without a byte), KEEP_OPEN (the PIN is written, the pipe stays open), or a callable that
    returns one of these (it is given the details, or the questions).
    """

    HANG, DIE, REFUSE, EMPTY, KEEP_OPEN = (object() for _ in range(5))

    def __init__(self, connection, pin="1234", consents=True, path="/agent", keep_open_pin="1234"):
        self.connection, self.pin, self.consents, self.path = connection, pin, consents, path
        self.keep_open_pin = keep_open_pin
        self.calls = []        # (method, arguments)
        self.pending = []      # invocations that hang: (invocation, pipe)
        self.open_pipes = []
        node = Gio.DBusNodeInfo.new_for_xml(AGENT_XML)
        self.registration = connection.register_object(path, node.interfaces[0], self.on_call, None, None)

    def register(self, capabilities=("pin", "consent", "message"), **values):
        call(self.connection, ROOT, AGENT_MANAGER, "RegisterAgent", GLib.Variant.new_tuple(
            GLib.Variant("o", self.path), GLib.Variant("as", list(capabilities)), options(values)))
        return self

    def unregister(self):
        call(self.connection, ROOT, AGENT_MANAGER, "UnregisterAgent", GLib.Variant("(o)", (self.path,)))

    def count(self, method):
        return sum(name == method for name, _arguments in self.calls)

    def wait(self, method, number=1, seconds=None):
        """Waits until @method was called @number times. Return: the arguments of the last."""
        wait_for(lambda: self.count(method) >= number, f"{method} at the agent (called: {self.calls})", seconds)
        return [arguments for name, arguments in self.calls if name == method][-1]

    def messages(self):
        return [arguments[1] for name, arguments in self.calls if name == "ShowMessage"]

    def on_call(self, _connection, _sender, _path, _interface, method, parameters, invocation):
        arguments = parameters.unpack()
        pipe = None
        if method == "RequestPin":
            pipe = invocation.get_message().get_unix_fd_list().steal_fds()[0]
            arguments = (arguments[0], arguments[2])
        self.calls.append((method, arguments))
        if method == "RequestPin":
            self.act(self.pin, arguments[1], invocation, pipe)
        elif method == "RequestConsent":
            self.act(self.consents, arguments[1], invocation, None)
        else:
            invocation.return_value(None)

    def act(self, script, given, invocation, pipe):
        if callable(script):
            script = script(given)
        if script is self.HANG:
            self.pending.append((invocation, pipe))
        elif script is self.DIE:
            self.connection.close_sync(None)
            if pipe is not None:
                os.close(pipe)
        elif script is self.REFUSE:
            if pipe is not None:
                os.close(pipe)
            invocation.return_dbus_error(ERROR + "Cancelled", "The patient went away")
        elif script is self.KEEP_OPEN:
            os.write(pipe, self.keep_open_pin.encode())
            self.open_pipes.append(pipe)
            invocation.return_value(None)
        elif pipe is not None:
            self.give_pin(b"" if script is self.EMPTY else script.encode(), invocation, pipe)
        else:
            self.give_consents(script, given, invocation)

    @staticmethod
    def give_pin(pin, invocation, pipe):
        try:
            os.write(pipe, pin)
        except BrokenPipeError:  # the daemon no longer waits
            pass
        os.close(pipe)
        invocation.return_value(None)

    @staticmethod
    def give_consents(answers, questions, invocation):
        if isinstance(answers, bool):
            answers = {kind: answers for kind, _text, _version in questions}
        invocation.return_value(GLib.Variant("(a{sb})", (answers,)))

    def finish_pin(self, pin="1234"):
        """Answers the oldest request that hangs."""
        self.give_pin(pin.encode(), *self.pending.pop(0))

    def finish_consent(self, answers):
        invocation, _pipe = self.pending.pop(0)
        invocation.return_value(GLib.Variant("(a{sb})", (answers,)))
