# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the desk sees of an answer: one screen of it, all of it, in colours, in a pager.

Comes in: a rig. Each function test_… is a case; tests/bus/meson.build lists them.
"""
import json
import re

import loop  # noqa: F401  first: it says which version of Gio
from bus import NAME, ROOT, VISIT, call

from gi.repository import Gio, GLib

from rig import SOURCE
from screen import Screen, count_columns
from test_client import ELIGIBLE, NOT_ELIGIBLE, NUMBER, UNKNOWN, check, find_pin, speak_japanese

PERSONAS = (("yamada", ELIGIBLE, "資格あり  負担割合 3割"), ("sato", NOT_ELIGIBLE, "資格なし  この資格は無効です"),
            ("takahashi", ELIGIBLE, "資格あり  負担割合 3割"), ("suzuki", ELIGIBLE, "資格あり  負担割合 1割"),
            ("tanaka", ELIGIBLE, "資格あり  負担割合 3割"), ("sasaki", UNKNOWN, "不明  複数の資格が該当し"),
            ("matsumoto", ELIGIBLE, "資格あり  負担割合 3割"))
ENGLISH = {ELIGIBLE: "ELIGIBLE  Burden ratio", NOT_ELIGIBLE: "NOT ELIGIBLE  The insurance has ended.",
           UNKNOWN: "UNKNOWN  Several people"}


def start(rig, persona="yamada"):
    rig.start("card", "center", "daemon", persona=persona)
    return rig.wait_readers(2, present=1)[0]


def swap(rig, persona):
    """Another card: the one before has served."""
    rig.card("eject")
    rig.wait_readers(2, present=0)
    rig.card(f"insert {persona}")
    rig.wait_readers(2, present=1)


def check_at_terminal(rig, reader, persona, status, *arguments, rows=24, columns=80, **environment):
    """A check by card, typed at a terminal. Return: what the emulator shows of it."""
    desk = rig.spawn_client("check", "--reader", reader, *arguments, terminal=True,
                            environment={"TERM": "xterm-256color", **environment})
    screen = Screen(desk, rows, columns)
    desk.wait_output(r"(PIN|暗証番号).*: $")
    desk.write(find_pin(persona) + "\n")
    assert desk.wait() == status, desk.text()
    return screen


def test_personas(rig):
    """Each answer is on one screen of 80×24, in both languages, with whatever width the terminal draws ● and …."""
    japanese = speak_japanese(rig)
    reader = start(rig)
    for persona, status, head in PERSONAS:
        for language, first in ((japanese, head), ({}, ENGLISH[status])):
            swap(rig, persona)
            screen = check_at_terminal(rig, reader, persona, status, **language)
            rows = screen.rows()
            begin, end = screen.find(first), screen.find("--all")
            assert begin is not None and end is not None and begin < end < 23, screen.text()
            swap(rig, persona)
            text = check(rig, reader, pin=find_pin(persona), environment=language, check=status).text()
            lines = text.splitlines()
            assert [line.rstrip() for line in lines[:-1]] == rows[begin:end], f"{text}\n{screen.text()}"  # the last: when
            assert len(lines) < 24 and lines[0].startswith(first), text
            assert all(count_columns(line) <= 80 for line in lines), text
            assert status == UNKNOWN or re.search(r"\S  +(保険者番号|Insurer number) ", text), text
        assert persona != "takahashi" or lines[1].startswith("! ● at character 1"), lines


def test_two_columns(rig):
    """The second column begins where it begins, also right of a name that this terminal may draw wider."""
    reader = start(rig, "takahashi")
    screen = check_at_terminal(rig, reader, "takahashi", ELIGIBLE)
    raw = screen.process.text()
    assert re.search("●橋　健 *\x1b\\[41GKind of insurance", raw), raw
    name = next(row for row in screen.rows() if "●橋" in row)
    assert count_columns(name[:name.index("Kind of")]) == 40, name


def test_sizes(rig):
    """A small terminal shows what matters most, and how much it does not show."""
    reader = start(rig)
    for rows, columns in ((10, 40), (30, 60), (12, 100), (50, 200)):
        swap(rig, "matsumoto")
        screen = check_at_terminal(rig, reader, "matsumoto", ELIGIBLE, rows=rows, columns=columns)
        begin, end = screen.find("ELIGIBLE  Burden ratio 30 %"), screen.find("--all")
        assert begin is not None and end is not None, screen.text()
        text = "\n".join(screen.rows()[begin:end + 1])
        assert "松本" in text and ("more lines: --all" in text) == (rows < 24), text
        assert rows < 24 or "medical aid" in text, text


def test_colours(rig):
    """By meaning, where the terminal has them and nobody refuses them; the words are the same."""
    reader = start(rig, "sato")
    shown = {}
    for name, arguments, environment in (
            ("colours", (), {}), ("NO_COLOR", (), {"NO_COLOR": "1"}), ("empty", (), {"NO_COLOR": ""}),
            ("--no-color", ("--no-color",), {}), ("dumb", (), {"TERM": "dumb"}), ("mono", (), {"TERM": "vt100"}),
            ("unknown", (), {"TERM": "no-such-terminal"})):
        swap(rig, "sato")
        screen = check_at_terminal(rig, reader, "sato", NOT_ELIGIBLE, *arguments, **environment)
        row = screen.find("NOT ELIGIBLE")
        shown[name] = screen.rows()[row:row + 12]
        coloured = name in ("colours", "empty")
        assert screen.colours(row) == {"red" if coloured else "default"}, (name, screen.colours(row))
        assert ("\x1b[1;31m" in screen.process.text()) == coloured, name
    assert all(rows == shown["colours"] for rows in shown.values()), shown
    swap(rig, "sato")
    assert "\x1b" not in check(rig, reader, pin="2345", environment={"TERM": "xterm-256color"}, check=NOT_ELIGIBLE).text()


def test_pager(rig):
    """All of it goes through the pager only if the terminal has not so many lines."""
    reader = start(rig)
    for pager, rows, paged in ((("SHIKAKU_PAGER", "sed s/^/paged:/"), 24, True), (("PAGER", "sed 's/^/paged:/'"), 24, True),
                               (("SHIKAKU_PAGER", "sed s/^/paged:/"), 200, False), (("SHIKAKU_PAGER", ""), 24, False),
                               (("SHIKAKU_PAGER", "cat"), 24, False), (("SHIKAKU_PAGER", "no-such-program"), 24, False),
                               (("SHIKAKU_PAGER", "head -n 1"), 24, None)):
        swap(rig, "matsumoto")
        screen = check_at_terminal(rig, reader, "matsumoto", ELIGIBLE, "--all", rows=rows, **dict([pager]))
        text = screen.process.text()
        if paged is not None:
            assert ("paged:" in text) == paged and "松本" in text and "Issue number" in text, (pager, text)
        else:
            assert "Insurer number" not in text, text
    swap(rig, "yamada")
    text = check(rig, reader, "--all", environment={"SHIKAKU_PAGER": "sed s/^/paged:/"}, check=ELIGIBLE).text()
    assert "paged:" not in text and "ELIGIBLE" in text


# every key of the contract, marked, from the bus to the desk's text

def read_keys():
    """What Visit.GetEligibility documents: dictionary → {key: type}; the whole answer is "", an insurance is Insurances."""
    text = (SOURCE / "data" / "org.shikaku.Shikaku1.Visit.xml").read_text()
    text = text[text.index("GetEligibility: the answer."):text.index('<method name="GetEligibility">')]
    kind = r"([A-Z]\w+) (a?a\{sv\}|as|au|[sutb])(?!\w)"
    places, last = {"": {}, "Insurances": {}}, None
    for line in text.split("@eligibility:")[1].split("Errors:")[0].splitlines():
        depth, statement = len(line) - len(line.lstrip()), line.strip()
        place = "" if depth == 8 else (last if last in places else None) if depth == 10 else None
        head = re.match(rf"{kind}(?:, {kind})*:", statement)
        if place is None or not head:
            continue
        for key, type_ in re.findall(kind, head[0]):
            places[place].pop("OfTomorrow", None)
            places[place][key] = type_
            last = key if depth == 8 else last
            inner = re.findall(kind, statement[head.end():])
            if type_ in ("a{sv}", "aa{sv}") and key != "Insurances":
                places[key] = dict(inner) or {"OfTomorrow": "s"}
    return places


class Marked:
    """A daemon whose answer has every documented key, each with a value that is found again."""

    def __init__(self, rig):
        self.places, self.markers = read_keys(), {}
        rig.start("bus")
        self.connection = rig.bus_connection("shikaku", fresh=True)
        manager, self.visit = (Gio.DBusNodeInfo.new_for_xml((SOURCE / "data" / f"{NAME}.{name}.xml").read_text())
                               for name in ("Manager", "Visit"))
        self.connection.register_object(ROOT, manager.interfaces[0], self.on_call, None, None)
        call(self.connection, "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
             GLib.Variant("(su)", (NAME, 0)), destination="org.freedesktop.DBus")

    def mark(self, place, key, type_):
        if type_ == "a{sv}":
            return GLib.Variant("a{sv}", self.fill(key))
        if type_ == "aa{sv}":
            return GLib.Variant("aa{sv}", [self.fill(key)])
        number = len(self.markers) + 1
        marker = {"s": f"mark{number:03}", "u": 1000 + number, "b": True, "t": 1800000000000000, "au": [number + 500],
                  "as": [f"mark{number:03}"]}[type_]
        if key == "Answer":
            marker = "eligible"
        self.markers[place, key] = marker
        return GLib.Variant(type_, marker)

    def fill(self, place):
        return {key: self.mark(place, key, type_) for key, type_ in self.places[place].items()}

    def on_call(self, _connection, sender, path, interface, method, parameters, invocation):
        if method == "CheckNumber":
            token = parameters.unpack()[1]["Token"]
            visit = f"{ROOT}/visit/{sender[1:].replace('.', '_')}/{token}"
            self.connection.register_object(visit, self.visit.interfaces[0], self.on_call, self.on_property, None)
            invocation.return_value(GLib.Variant("(o)", (visit,)))
            self.connection.emit_signal(sender, visit, VISIT, "Finished", GLib.Variant("(ssa{sv})", ("done", "", {})))
        elif method == "GetEligibility":
            invocation.return_value(GLib.Variant("(a{sv})", (self.fill(""),)))
        elif method == "GetConsents":
            invocation.return_value(GLib.Variant("(a{sa{sv}})", ({},)))
        else:
            invocation.return_value(None)

    @staticmethod
    def on_property(_connection, _sender, _path, _interface, name):
        return GLib.Variant("s", "done" if name == "State" else "")


def test_every_key(rig):
    """Every key that the contract has is in the text with --all: known ones under their label, others under their name."""
    daemon = Marked(rig)
    text = rig.client("check", "--all", *NUMBER, stdin="", check=ELIGIBLE).text()
    codes = {("Ceiling", "Class"): "ClassName", ("SpecificDiseases", "Category"): "Name"}
    shown = 0
    for (place, key), marker in daemon.markers.items():
        if (place, key) in codes:
            assert str(marker) not in text and str(daemon.markers[place, codes[place, key]]) in text
            continue
        if isinstance(marker, str) and marker.startswith("mark"):
            assert marker in text, (place, key, text)
        elif key == "BurdenRatio":
            assert re.search(rf"Burden ratio +{marker // 10}0 %|Burden ratio +{marker} %", text), (place, key, text)
        elif isinstance(marker, list):
            assert (str(marker[0] + 1) if isinstance(marker[0], int) else marker[0]) in text, (place, key, text)
        elif key == "Preschool":
            assert re.search("Preschool child +yes", text), text
        shown += 1
    assert shown > 40 and len(daemon.places) >= 6, (shown, daemon.places)
    assert not re.search(r"^  +[A-Z][a-z]+[A-Z]\w+ ", text.replace("OfTomorrow", ""), re.MULTILINE), text
