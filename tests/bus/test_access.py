# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what: polkit is asked, told who and where, and waited for; and nobody calls faster than is good for others.

Comes in: a rig, whose polkitd has the project's rules. Each function test_… is a case; meson.build lists them.
"""
import os
import re
import signal
import xml.etree.ElementTree as ElementTree

from bus import AGENT_MANAGER, ERROR, MANAGER, PROPERTIES, ROOT, Agent, BusError, Call, ObjectPath, Visits, call, \
    expect_error, options
from gi.repository import Gio, GLib
from loop import wait_for
from people import INSURED
from polkit import goes_by_login
from rig import BUILD
from test_manager import set_log
from users import RECEPTION

NOT_AUTHORIZED = ERROR + "NotAuthorized"
AUTHORITY = "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority"
QUESTION_SECONDS = 10  # until the daemon asks polkit once more, and then no longer waits
IN_HAND, FAILURE = 2000, 11  # calls of a user; what a failed one costs


def ask(connection, method="GetVisits", *arguments, interface=MANAGER, interactive=False):
    """Return: the call, under way."""
    return Call(Interactive(connection) if interactive else connection, ROOT, interface, method,
                GLib.Variant.new_tuple(*arguments) if arguments else None)


class Interactive:
    """A connection whose calls allow a person to authenticate."""

    def __init__(self, connection):
        self.connection = connection

    def call_with_unix_fd_list(self, *arguments):
        arguments = list(arguments)
        arguments[6] = Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION
        self.connection.call_with_unix_fd_list(*arguments)

    def call_with_unix_fd_list_finish(self, result):
        return self.connection.call_with_unix_fd_list_finish(result)


def expect_refusal(connection, **more):
    """Return: the text of the refusal."""
    return expect_error("NotAuthorized", lambda: ask(connection, **more).wait()).message


def start_with_rule(rig, rule, *wanted):
    """@rule: JavaScript, asked before the project's own rules; there are action and subject."""
    rig.start("bus", *wanted)
    rig.start_polkitd(f"polkit.addRule(function(action, subject) {{ {rule} }});")
    rig.start("daemon", *wanted)


def change_rule(rig, rule):
    """Waits until polkit has read the rule."""
    changed = []
    name, path, interface = AUTHORITY
    rig.bus_connection("root").signal_subscribe(name, interface, "Changed", path, None, Gio.DBusSignalFlags.NONE,
                                                lambda *_arguments: changed.append(True))
    call(rig.bus_connection("root"), path, PROPERTIES, "GetAll", GLib.Variant("(s)", (interface,)), destination=name)
    rules = rig.folder / "polkit" / "own-rules"
    (rules / "new").write_text(f"polkit.addRule(function(action, subject) {{ {rule} }});")
    (rules / "new").rename(rules / "00-test.rules")
    wait_for(lambda: changed, "polkit to read its rules")


def count(rig, pattern):
    return len(re.findall(pattern, rig.read_log("shikakud")))


# polkit's answer

def test_groups(rig):
    """The reception may check, the clinical group alone may not, a stranger neither; root is not even asked about."""
    rig.start("daemon")
    assert ask(rig.bus_connection("tester")).wait() == []
    for user in ("other", "doctor"):
        assert "org.shikaku.check" in expect_refusal(rig.bus_connection(user))
    rig.polkitd.kill(signal.SIGSTOP)
    assert ask(rig.bus_connection("root")).wait() == []


def write_later(path, text):
    """The wrapper of users looks at the second in which its files were written."""
    before = path.stat().st_mtime
    path.write_text(text)
    os.utime(path, (before + 1, before + 1))


def test_group_changes(rig):
    """A group counts from the next call on, both ways, on the same connection; polkit 124 and later go by the groups that the
    calling program has: from the next login on."""
    rig.start("daemon")
    connection, person = rig.bus_connection("other"), rig.user("other")
    expect_refusal(connection)
    groups = rig.folder / "group"
    before = groups.read_text()
    write_later(groups, re.sub(r"(?m)^(shikaku-reception:.*)$", r"\1,other", before))
    if goes_by_login():
        expect_refusal(connection)
        person.groups.append(RECEPTION)
        connection = rig.bus_connection("other", fresh=True)
    assert ask(connection).wait() == []
    write_later(groups, before)
    if goes_by_login():
        assert ask(connection).wait() == []
        person.groups.clear()
        connection = rig.bus_connection("other", fresh=True)
    expect_refusal(connection)


def test_rule_changes(rig):
    """So does a rule."""
    start_with_rule(rig, "")
    connection = rig.bus_connection("other")
    expect_refusal(connection)
    change_rule(rig, 'if (subject.user == "other") return polkit.Result.YES;')
    assert ask(connection).wait() == []


def test_details(rig):
    """Rules may look at the caller and at the reader: the one that the call names, or the only one."""
    start_with_rule(rig, 'if (action.lookup("reader") == "Virtual PCD 00 01" && action.lookup("caller") == "other")'
                    'return polkit.Result.YES; if (action.lookup("caller") == "tester") return polkit.Result.NO;', "card")
    first, second = map(ObjectPath, rig.wait_readers(2, 1))
    other = rig.bus_connection("other")
    register = GLib.Variant("o", "/agent"), GLib.Variant("as", ["pin"])
    expect_error("NotAuthorized", ask(other, "OpenVisit", options({"Reader": first})).wait)
    expect_error("NotAuthorized", ask(other, "OpenVisit", options({"Language": "ja"})).wait)
    expect_error("NotAuthorized", ask(other, "RegisterAgent", *register, options({"Reader": first}),
                                      interface=AGENT_MANAGER).wait)
    for values in ({"ReaderName": "Virtual PCD 00 00"}, {"ReaderName": "Virtual PCD 00 02"}, {"ReaderName": ""}):
        expect_error("NotAuthorized", ask(other, "OpenVisit", options(values)).wait)
    ask(other, "RegisterAgent", *register, options({"Reader": second}), interface=AGENT_MANAGER).wait()
    named = ask(other, "OpenVisit", options({"ReaderName": "Virtual PCD 00 01"})).wait()
    call(other, named, "org.shikaku.Shikaku1.Visit", "Close")
    assert ask(other, "OpenVisit", options({"Language": "ja", "Reader": second})).wait().startswith(ROOT)
    insured = ask(other, "CheckNumber", options(INSURED), options({"Language": "ja", "Reader": second}))
    insured.wait()
    expect_refusal(rig.bus_connection("tester"))


def test_before_state(rig):
    """While polkit thinks nothing has happened yet."""
    rig.start("card", "center", "daemon")
    reader = ObjectPath(rig.wait_readers(2, 1)[0])
    rig.polkitd.kill(signal.SIGSTOP)
    tester = rig.bus_connection("tester")
    visit = ask(tester, "OpenVisit", options({"Reader": reader}))
    assert ask(rig.bus_connection("root")).wait() == []
    assert not call(tester, reader, PROPERTIES, "Get", GLib.Variant("(ss)", ("org.shikaku.Shikaku1.Reader", "InUse")))
    assert not visit.done
    rig.polkitd.kill(signal.SIGCONT)
    assert visit.wait().startswith(ROOT)


def test_readers_change(rig):
    """Readers come and go while polkit decides: it is asked about what is true then, and nobody is refused for that."""
    start_with_rule(rig, 'if (subject.user == "tester" && action.lookup("reader") != "Virtual PCD 00 00")'
                    'return polkit.Result.NO;', "card", "center")
    reader = ObjectPath(rig.wait_readers(2)[0])
    tester = rig.bus_connection("tester")
    expect_refusal(tester)  # from now on it is known who that is
    register = GLib.Variant("o", "/agent"), GLib.Variant("as", ["pin"]), options({"Reader": reader})
    rig.polkitd.kill(signal.SIGSTOP)
    gone = ask(tester, "OpenVisit", options({"Reader": reader}))
    call(tester, ROOT, "org.freedesktop.DBus.Peer", "Ping")  # by then polkit was asked
    rig.stop_pcscd()
    rig.wait_readers(0)
    rig.polkitd.kill(signal.SIGCONT)
    expect_error("NotAuthorized", gone.wait)  # by the rule: without the reader
    rig.polkitd.kill(signal.SIGSTOP)
    calls = [ask(tester, "RegisterAgent", *register, interface=AGENT_MANAGER), ask(tester, "OpenVisit", register[2])]
    call(tester, ROOT, "org.freedesktop.DBus.Peer", "Ping")
    rig.start("pcscd")
    rig.wait_readers(2)
    rig.polkitd.kill(signal.SIGCONT)
    assert calls[0].wait() is None and calls[1].wait().startswith(ROOT)


# polkit away

def test_no_polkit(rig):
    """Without polkit everyone but root is refused, which is logged once, until it is there again."""
    rig.start("bus", "daemon", polkit=False)
    tester = rig.bus_connection("tester")
    for _number in range(3):
        assert "could not be asked" in expect_refusal(tester)
    assert ask(rig.bus_connection("root")).wait() == []
    assert count(rig, "polkit cannot be asked") == 1
    rig.start_polkitd()
    rig.wait_polkitd()
    assert ask(tester).wait() == []
    wait_for(lambda: count(rig, "polkit answers again") == 1, "the log")


def test_polkit_killed(rig):
    """polkit dies over a question: refused; once it is back it is asked as ever."""
    rig.start("daemon")
    tester = rig.bus_connection("tester")
    assert ask(tester).wait() == []
    rig.polkitd.kill(signal.SIGSTOP)
    questions = [ask(tester) for _number in range(5)]
    assert ask(rig.bus_connection("root")).wait() == []  # by then they have been asked
    rig.stop_polkitd(signal.SIGKILL)
    for question in questions:
        expect_error("NotAuthorized", question.wait)
    assert count(rig, "polkit cannot be asked") == 1
    rig.start_polkitd()
    rig.wait_polkitd()
    assert ask(tester).wait() == []


def test_polkit_silent(rig):
    """polkit hangs: asked again, then refused in time, also what waited in line; when it goes on, all is well."""
    rig.start("daemon", clock=True)
    tester = rig.bus_connection("tester")
    set_log(rig.bus_connection("root"), "LogLevel", "debug")
    again = "polkit has not answered in time, and is asked again"
    rig.polkitd.kill(signal.SIGSTOP)
    question = ask(tester)
    rig.turn()
    rig.let_pass(QUESTION_SECONDS + 1)
    wait_for(lambda: count(rig, again) == 1, "the second question")
    rig.polkitd.kill(signal.SIGCONT)
    assert question.wait() == []
    rig.polkitd.kill(signal.SIGSTOP)
    questions = [ask(tester) for _number in range(5)]
    rig.turn()
    for number in (2, 3):
        rig.let_pass(QUESTION_SECONDS + 1)
        wait_for(lambda number=number: count(rig, again) >= 2 or all(one.done for one in questions), "the next question")
    for question in questions:
        assert "could not be asked" in expect_error("NotAuthorized", question.wait).message
    rig.polkitd.kill(signal.SIGCONT)
    assert ask(tester).wait() == []


def test_stopped_meanwhile(rig):
    """The daemon ends over a question."""
    rig.start("daemon")
    rig.polkitd.kill(signal.SIGSTOP)
    tester = rig.bus_connection("tester")
    questions = [ask(tester) for _number in range(5)]
    call(tester, ROOT, "org.freedesktop.DBus.Peer", "Ping")  # answered after them, if they were
    assert rig.stop_daemon() == 0
    for question in questions:
        expect_error("ShuttingDown", question.wait)


# authentication by a person

AUTHENTICATES = 'if (subject.user == "other") return polkit.Result.AUTH_ADMIN;'


def test_challenge(rig):
    """Who might authenticate is told so; where nobody is there to do it, allowing it does not help."""
    start_with_rule(rig, AUTHENTICATES)
    for interactive in (False, True):
        text = expect_refusal(rig.bus_connection("other"), interactive=interactive)
        assert "authentication" in text, text
    assert "authentication" not in expect_refusal(rig.bus_connection("doctor"), interactive=True)


def test_translated(rig):
    """Each action has its texts in Japanese too."""
    spaces = {"xml": "http://www.w3.org/XML/1998/namespace"}
    policy = next(path for path in (BUILD / "data").rglob("org.shikaku.policy"))
    actions = ElementTree.parse(policy).findall("action")
    assert {action.get("id") for action in actions} == {
        "org.shikaku." + name for name in ("check", "agent", "records", "manage", "takeover", "ledger")}
    for action in actions:
        for tag in ("description", "message"):
            languages = {text.get("{%(xml)s}lang" % spaces) for text in action.findall(tag)}
            assert {None, "ja"} <= languages, (action.get("id"), tag, languages)
        assert action.find("annotate[@key='org.freedesktop.policykit.owner']").text == "unix-user:shikaku"


# how fast

class Loop:
    """Calls again and again, @at_once at a time, whatever the answer."""

    def __init__(self, connection, method, arguments=(), interface=MANAGER, at_once=1):
        self.call = (interface, method, GLib.Variant.new_tuple(*arguments) if arguments else None)
        self.connection, self.answers, self.names, self.stopped = connection, 0, set(), False
        for _number in range(at_once):
            self.next()

    def next(self):
        interface, method, parameters = self.call
        self.connection.call("org.shikaku.Shikaku1", ROOT, interface, method, parameters, None,
                             Gio.DBusCallFlags.NONE, 2 ** 31 - 1, None, self.on_reply)

    def on_reply(self, connection, result):
        self.answers += 1
        try:
            connection.call_finish(result)
        except GLib.Error as error:
            self.names.add(BusError(error).name)
        if not self.stopped and not connection.is_closed():
            self.next()


def test_failing_loop(rig):
    """A loop of failing calls is braked, logged once, and does not stop another user."""
    rig.start("center", "daemon", clock=True)
    rig.slow_time_down(10)
    loop = Loop(rig.bus_connection("colleague"), "OpenVisit", (options({"Colour": "blue"}),))
    wait_for(lambda: count(rig, "calls faster than it may") == 1, "the brake")
    assert loop.answers >= IN_HAND // FAILURE, loop.answers
    visits = Visits(rig.bus_connection("tester"))
    for _number in range(5):
        visits.check_number(INSURED).wait_finished()
    assert loop.names == {"InvalidOption"}, loop.names  # one at a time: they only wait
    loop.stopped = True
    assert count(rig, "calls faster than it may") == 1
    assert re.search(r"User 61003 calls faster", rig.read_log("shikakud"))


def test_flood(rig):
    """Many calls at once, of what sd-bus answers itself too: refused beyond the line; others are answered soon."""
    rig.start("daemon", clock=True)
    rig.slow_time_down(10)
    loops = [Loop(rig.bus_connection("colleague", fresh=True), *what, at_once=30) for what in (
        ("OpenVisit", (options({"Colour": "blue"}),)), ("GetAll", (GLib.Variant("s", MANAGER),), PROPERTIES),
        ("Introspect", (), "org.freedesktop.DBus.Introspectable"))]
    wait_for(lambda: all("LimitExceeded" in loop.names for loop in loops), "refusals")
    for _number in range(5):
        assert ask(rig.bus_connection("tester")).wait() == []
    for loop in loops:
        loop.stopped = True
        assert loop.names <= {"LimitExceeded", "InvalidOption"}, loop.names


def test_root_not_braked(rig):
    rig.start("daemon")
    loop = Loop(rig.bus_connection("root"), "GetVisits", at_once=20)
    wait_for(lambda: loop.answers > 2 * IN_HAND, "answers")
    loop.stopped = True
    assert not loop.names, loop.names


def test_places(rig):
    """One user's busy connections take as many places as they leave to others: another user always finds one."""
    rig.start("daemon")
    rig.polkitd.kill(signal.SIGSTOP)
    calls = [ask(rig.bus_connection("colleague", fresh=True)) for _number in range(220)]
    wait_for(lambda: sum(one.done for one in calls) == 20, "those beyond the share")
    other = ask(rig.bus_connection("tester"))
    assert ask(rig.bus_connection("root")).wait() == []
    refused = [one for one in calls if one.done]
    assert not other.done
    rig.polkitd.kill(signal.SIGCONT)
    assert other.wait() == []
    for one in calls:
        if one in refused:
            expect_error("LimitExceeded", one.wait)
        else:
            assert one.wait() == []
