# SPDX-License-Identifier: LGPL-2.1-or-later
"""One suite of calls against both transports, over the Web API and over a terminal's folders: what is asked, what every
answer becomes, and what no answer becomes; and what only a terminal has: faces, zips, encodings, neighbours.

Each function test_… is a case; meson.build lists them.
"""
import contextlib
import pathlib
import sys
import tempfile

from driver import Driver, get_key, make_pair, wait_for
from simulated import PEOPLE, months_ago
from test_records import make_numbers
from test_terminal_simulator import PASSWORD, Terminal

SPAN = f"from={months_ago(22)} to={months_ago(2)}"
PREFIXES = {"search": "OQSsiquc01", "reference/register": "OQSsiimm01", "consent/withdraw": "OQSsihvd01",
            "records/drug": "YZKsiquc01", "records/checkup": "TKKsiquc01"}  # fmt: skip
MODULE = """#!/usr/bin/python3
import pathlib, sys, zipfile
verb, given, wanted = sys.argv[1:]
assert sys.stdin.read().strip() == "invented"
with (pathlib.Path(__file__).parent / "called").open("a") as file:
    file.write(verb + "\\n")
if verb == "pack":
    with zipfile.ZipFile(wanted, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(given, "request.xml")
else:
    with zipfile.ZipFile(given) as archive:
        pathlib.Path(wanted).write_bytes(archive.read(archive.namelist()[0]))
"""
SHORT = 3  # seconds of a call that gets no answer


class WebWay:
    """The Web API, and the simulated center behind it."""
    own_faults = [("garbage", "MessageInvalid")]

    def __init__(self, center, driver):
        self.far, self.driver = center, driver

    def fault(self, fault, call):
        self.far.tell(f"fault {fault} path={call}")

    def count(self, call):
        return len(self.far.log(call))

    def agree(self):
        key = get_key(self.driver.check())
        assert "drug=1" in self.driver.ask(f"register {key} drug=1 checkup=1")


class FolderWay:
    """The folders, and the simulated terminal behind them."""
    # What is no message lies there for half a minute first: the unit tests have that.
    own_faults = [("other-institution", "MessageInvalid"), ("element MedicalInstitutionCode=", "MessageInvalid"),
                  ("other-request", "MessageInvalid"), ("other-person", "MessageInvalid")]  # fmt: skip

    def __init__(self, terminal, driver):
        self.far, self.driver = terminal, driver

    def fault(self, fault, call):
        self.far.tell(f"fault {fault} path={PREFIXES[call]}")

    def count(self, call):
        return len([line for line in self.far.log() if line["path"] == PREFIXES[call]])

    def agree(self):
        self.far.tell("face yamada consents=drug,checkup")


@contextlib.contextmanager
def make_terminal(*arguments, timeout=SHORT, **options):
    with Terminal(*arguments) as terminal, Driver(f"folder:{terminal.folder}", timeout, **options) as driver:
        yield FolderWay(terminal, driver)
        terminal.tell("wait-left res 0 60")
        assert not list((terminal.folder / "req").iterdir())


def fetch(way, person="yamada", span=SPAN, **options):
    words = [f"{name}={value}" for name, value in options.items()]
    first, *values = way.driver.ask(" ".join(["fetch", make_numbers(person), span, *words])).split()
    return first, dict(value.split("=", 1) for value in values)


def look_for_people(way):
    for person, validity in (("yamada", 1), ("sato", 2), ("tanaka", 6)):
        result = way.driver.search(person)
        assert result.startswith("ok") and f"validity={validity}" in result, (person, result)
    assert "validity=4" in way.driver.ask("search 06990019 0000000 19990101")
    assert way.driver.state()[0] == "online"


def register_numbers(way):
    numbers = make_numbers()
    assert way.driver.ask(f"reference 1001 {numbers}").startswith("ok")
    assert way.driver.ask("reference 1002 insurer=06990019 number=0000000") == "NotFound"


def withdraw_consents(way):
    withdraw = f"withdraw treatment=2 {make_numbers()}"
    assert way.driver.ask(f"{withdraw} identifier=of-the-caller").startswith("ok")
    assert way.far.tell("journal")["journal"][-1]["identifier"] == "of-the-caller"
    again = way.driver.ask(f"{withdraw} identifier=of-the-caller")
    assert again.startswith("ok") or again == "NotFound", again  # as before; or: what was done need not be done again
    assert way.driver.ask(withdraw) == "NotFound"  # there is none any more
    way.fault("error-code XYZW0001E", "consent/withdraw")
    assert way.driver.ask(withdraw) == "CenterRefused"


def fetch_records(way):
    assert fetch(way)[0] in ("ok", "consent-ended", "refused")  # nobody has consented: a document says so, or its envelope
    way.agree()
    for options in ({}, {"prescriptions": 1}, {"format": "pdf"}, {"kind": "checkup"}, {"kind": "checkup", "format": "pdf"},
                    {"kind": "checkup", "span": ""}, {"identifier": "an-identifier"}):  # fmt: skip
        first, values = fetch(way, **options)
        line = way.far.tell("journal")["journal"][-1]
        assert (first, line["outcome"]) == ("ok", "data"), (options, first, line)
        assert values["format"] == options.get("format", "xml")
        assert (values["sha256"], int(values["size"])) == (line["sha256"], line["size"])
        assert line["identifier"] == options.get("identifier", line["identifier"])
    first, values = fetch(way, span=f"from={months_ago(400)} to={months_ago(399)}", format="pdf")
    assert first != "ok" or values["format"] == "xml", "an error is XML in a PDF's place"


def refuse(way):
    """What the other side says instead of an answer has the same name, whichever way it came."""
    faults = [("error-code SHK030001", "NotFound"), ("error-code SHK090001", "CenterBusy"),
              ("result 2,XYZW0001E", "CenterRefused"),
              *way.own_faults]  # fmt: skip
    for fault, result in faults:
        way.fault(fault, "search")
        told = way.driver.search()
        assert told == result, (fault, told)
    way.fault("other-request", "records/drug")
    assert fetch(way)[0] == "MessageInvalid"
    assert way.driver.search().startswith("ok")


def wait_while_it_works(way):
    """Still worked on: it is asked again, by the same identifier."""
    before = way.count("search")
    way.fault("processing", "search")
    assert way.driver.search().startswith("ok")
    assert way.count("search") == before + 2


def run_suite(way):
    look_for_people(way)
    register_numbers(way)
    fetch_records(way)
    withdraw_consents(way)
    refuse(way)
    wait_while_it_works(way)


def test_both_web():
    with make_pair(timeout=60) as pair:
        run_suite(WebWay(*pair))


def test_both_folder():
    with make_terminal(timeout=60) as way:
        run_suite(way)
        assert way.driver.state()[0] in ("online", "degraded")


def test_no_answer():
    """Not taken: it was not worked on, and may be asked again; taken: nobody knows, and nobody asks again."""
    with make_terminal() as way:
        assert way.driver.search().startswith("ok")
        way.far.tell("link off")
        assert way.driver.search() == "CenterUnreachable"
        assert not list((way.far.folder / "req").iterdir()), "it was taken back"
        assert way.driver.ask("link").startswith("link-program-dead 3 ")
        assert way.driver.state()[0] == "offline"
        way.far.tell("link on")
        assert way.driver.search().startswith("ok")
        assert way.driver.ask("link").startswith("- 1 ")

        before = way.count("search")
        for fault in ("hold", "lost"):
            way.fault(fault, "search")
            assert way.driver.search() == "TimedOut"
            assert way.driver.ask("link").startswith("terminal-silent 3 ")
        assert way.count("search") == before + 2, "asked once each"
        way.far.tell("release")
        way.far.tell("wait-left res 0 60")  # the late answer is set aside
        wait_for(lambda: way.driver.ask("examine") and "came too late" in way.driver.ask("link"))
        way.fault("cut", "search")
        assert way.driver.search() == "TimedOut"
        for path in (way.far.folder / "res").iterdir():  # else it is set aside when it has not grown for half a minute
            path.unlink()
        assert way.driver.search().startswith("ok")


def test_share_gone():
    with make_terminal() as way:
        assert way.driver.search().startswith("ok")
        way.far.tell("share off")
        assert way.driver.search() == "CenterUnreachable"
        wait_for(lambda: way.driver.ask("examine") and way.driver.ask("link").startswith("share-missing 3 "))
        way.far.tell("share on")
        wait_for(lambda: way.driver.ask("examine") and not way.driver.ask("link").startswith("share-missing"))
        assert way.driver.search().startswith("ok")


def test_encodings():
    for ours in ({}, {"encoding": "shift-jis"}):
        for theirs in ("UTF-8", "Shift_JIS"):
            with make_terminal("--encoding", theirs, timeout=60, **ours) as way:
                assert way.driver.search().startswith("ok")
                way.fault("wrong-encoding", "search")  # all that speak say UTF-8: then it was damaged
                is_damaged = theirs == "UTF-8" and not ours
                assert way.driver.search().startswith("MessageInvalid" if is_damaged else "ok"), (ours, theirs)
                if theirs == "UTF-8":
                    way.fault("bom", "search")
                    assert way.driver.search().startswith("ok"), ours


def test_zips():
    """Every method both ways; one that is weak is told, a wrong password too, and a bomb does not go off."""
    with tempfile.TemporaryDirectory() as place:
        password = pathlib.Path(place) / "password"
        password.write_text(PASSWORD + "\n", encoding="utf-8")
        with make_terminal("--zip", "OQSsiquc01=aes256", timeout=60, zip="OQSsiquc01", zip_password=password) as way:
            assert way.driver.search().startswith("ok")
            assert way.driver.ask("link").startswith("- 1 "), way.driver.ask("link")
            for method in ("aes128", "deflate", "zipcrypto"):
                way.far.tell(f"zip OQSsiquc01 {method}")
                assert way.driver.search().startswith("ok"), method
            assert way.driver.ask("link").startswith("zip-weak 2 ")
            way.fault("bomb", "search")
            assert way.driver.search() == "MessageInvalid"
            way.fault("zip-password aes256", "search")
            assert way.driver.search() == "CredentialMissing"
            assert way.driver.ask("link").startswith("zip-password 3 ")
            way.fault("zip-folder aes256", "search")
            assert way.driver.search().startswith("ok")


def test_zip_command():
    """A site's own program in place of libzip."""
    with tempfile.TemporaryDirectory() as place:
        program, password = pathlib.Path(place) / "module", pathlib.Path(place) / "password"
        program.write_text(MODULE, encoding="utf-8")
        program.chmod(0o755)
        password.write_text(PASSWORD + "\n", encoding="utf-8")
        with make_terminal("--zip", "OQSsiquc01=deflate", timeout=60, zip="OQSsiquc01", zip_password=password,
                           zip_command=program) as way:  # fmt: skip
            assert way.driver.search().startswith("ok")
            assert way.far.log()[-1]["zip"] and (pathlib.Path(place) / "called").read_text().split() == ["pack", "unpack"]


def test_own_folders():
    """Where medicines have folders of their own they are asked for there, and everything else is not."""
    with Terminal("--system", "YZK") as terminal:
        with Driver(f"folder:{terminal.folder}", 60, yzk=terminal.folder / "YZK") as driver:
            way = FolderWay(terminal, driver)
            way.agree()
            (terminal.folder / "req").chmod(0o500)  # to nobody but root that is a difference
            assert fetch(way)[0] == "ok"
            (terminal.folder / "req").chmod(0o700)
            assert fetch(way, kind="checkup")[0] == "ok"
            assert driver.search().startswith("ok")
            terminal.tell("wait-left YZK/res 0 60")


def test_faces():
    """What the face reader brings is told once, released, copied, and gone; what nobody can use is set aside."""
    with tempfile.TemporaryDirectory() as place:
        copies = pathlib.Path(place) / "copies"
        copies.mkdir()
        with make_terminal(copies=copies, state=pathlib.Path(place) / "state") as way:
            told = [way.far.tell(f"face {person}")["name"] for person in ("yamada", "sato", "tanaka")]
            wait_for(lambda: way.driver.ask("arrivals") == "3")
            assert len(way.far.files("face")) == 3 and not list(copies.iterdir())
            for _ in told:
                way.driver.ask("release")
            way.far.tell("wait-left face 0 60")
            assert sorted(path.name for path in copies.iterdir()) == sorted(told)
            for fault in ("other-institution", "element MedicalInstitutionCode="):
                way.far.tell(f"fault {fault} path=face")
                way.far.tell("face yamada")
                way.far.tell("wait-left face 0 60")
            assert way.driver.ask("arrivals") == "3"
            assert way.driver.ask("link").startswith("files-unreadable 2 ")
            way.far.tell("face yamada")
            wait_for(lambda: way.driver.ask("arrivals") == "4")
            way.driver.ask("release")
            way.far.tell("wait-left face 0 60")


if __name__ == "__main__":
    globals()["test_" + sys.argv[1]]()
