# SPDX-License-Identifier: LGPL-2.1-or-later
"""The institution's own number of a patient: registered after an answer, with the one insurance that is meant; and what
stops it takes nothing from the answer.

Comes in: a rig. Goes out: nothing.
"""
import json

from bus import VISIT, Agent, Call, GLib, ObjectPath, Visits, call, expect_error, options
from loop import wait_for
from people import INSURED, UNKNOWN

NUMBER = "患者-0042"


def get_pin(rig, persona):
    from rig import SIMULATOR
    return json.loads((SIMULATOR / "people.json").read_text())["people"][persona]["pin"]


def open_desk(rig, persona):
    rig.start("card", "center", "daemon", persona=persona)
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    Agent(rig.bus_connection("tester"), pin=get_pin(rig, persona)).register(Reader=reader)
    visits = Visits(rig.bus_connection("tester"))

    def check(**values):
        visit = visits.open(Reader=reader, SameCard=True, **values)
        assert visit.wait_finished()[0] == "done"
        return visit
    return check


def register(visit, number=NUMBER, **values):
    return visit.call("RegisterReferenceNumber", GLib.Variant.new_tuple(GLib.Variant("s", number), options(values)))


def count(rig):
    return rig.center("stats")["requests"].get("reference/register", 0)


def test_registered(rig):
    """It comes back in the next answer; another number takes its place; once more does no harm."""
    check = open_desk(rig, "hayashi")
    visit = check()
    before = visit.eligibility()
    assert "ReferenceNumber" not in before["Insurances"][0]
    assert register(visit) is None
    assert visit.eligibility() == before, "the answer stands as it was"
    visit.close()
    visit = check()
    assert visit.eligibility()["Insurances"][0]["ReferenceNumber"] == NUMBER
    register(visit)
    register(visit, "43", Insurance=0)
    visit.close()
    assert check().eligibility()["Insurances"][0]["ReferenceNumber"] == "43" and count(rig) == 3
    assert NUMBER not in rig.read_log("shikakud") and "registered" in rig.read_log("shikakud")


def test_by_number(rig):
    """Also after a check without a card: the center knows the insurance by its numbers."""
    rig.start("center", "daemon")
    visits = Visits(rig.bus_connection("tester"))
    visit = visits.check_number(INSURED)
    assert visit.wait_finished()[0] == "done"
    register(visit)
    visit = visits.check_number(INSURED)
    assert visit.wait_finished()[0] == "done" and visit.eligibility()["Insurances"][0]["ReferenceNumber"] == NUMBER


def test_several_insurances(rig):
    """Medical aid beside an insurance: which one has to be said."""
    visit = open_desk(rig, "tanaka")()
    insurances = visit.eligibility()["Insurances"]
    assert len(insurances) == 2
    assert "say which" in expect_error("InvalidOption", register, visit).message
    expect_error("InvalidOption", register, visit, Insurance=2)
    assert count(rig) == 0
    place = next(i for i, insurance in enumerate(insurances) if insurance.get("Classification") == "A1")
    register(visit, Insurance=place)
    assert count(rig) == 1


def test_several_people(rig):
    """A family without branch numbers: the center cannot say whose number it is."""
    visit = open_desk(rig, "okada")()
    assert "SHK030002" in expect_error("CenterRefused", register, visit).message
    assert visit.get("Answer") == "eligible"


def test_refusals(rig):
    """Another patient's number; nobody by these numbers."""
    visit = open_desk(rig, "hayashi")()
    assert "SHK030003" in expect_error("CenterRefused", register, visit, "10000003").message
    rig.center("fault error-code SHK030001 path=reference/register")
    expect_error("NotFound", register, visit)
    register(visit)


def test_states(rig):
    """Only of an answer that is eligible, by its owner."""
    rig.start("center", "daemon")
    connection = rig.bus_connection("tester")
    visits = Visits(connection)
    rig.center("fault hold path=search")
    visit = visits.check_number(UNKNOWN)
    expect_error("InvalidState", register, visit)
    rig.center("release")
    assert visit.wait_finished()[0] == "done" and visit.get("Answer") == "unknown"
    expect_error("InvalidState", register, visit)
    stranger = rig.bus_connection("colleague")
    expect_error("org.freedesktop.DBus.Error.UnknownObject", call, stranger, visit.path, VISIT, "RegisterReferenceNumber",
                 GLib.Variant.new_tuple(GLib.Variant("s", NUMBER), options({})))
    assert count(rig) == 0


def test_numbers(rig):
    rig.start("center", "daemon")
    visit = Visits(rig.bus_connection("tester")).check_number(INSURED)
    assert visit.wait_finished()[0] == "done"
    for number in ("", " 1", "1\n", "x" * 51):
        expect_error("InvalidOption", register, visit, number)
    expect_error("InvalidOption", register, visit, NUMBER, Something=1)
    expect_error("InvalidOption", register, visit, NUMBER, Insurance="0")
    register(visit, "x" * 50)


def test_center_away(rig):
    """Sent once; whether it was registered nobody knows, and the same call again tells by doing it."""
    check = open_desk(rig, "hayashi")
    visit = check()
    rig.center("fault cut 0 path=reference/register")
    expect_error("CenterUnreachable", register, visit)
    assert count(rig) == 1 and visit.get("Answer") == "eligible"
    register(visit)
    visit.close()
    assert check().eligibility()["Insurances"][0]["ReferenceNumber"] == NUMBER


def begin(visit):
    return Call(visit.connection, visit.path, VISIT, "RegisterReferenceNumber",
                GLib.Variant.new_tuple(GLib.Variant("s", NUMBER), options({})))


def test_closed_meanwhile(rig):
    """The desk is not held up: the visit is closed, the next one opened, while the center still works on it."""
    check = open_desk(rig, "hayashi")
    visit = check()
    rig.center("fault hold path=reference/register")
    request = begin(visit)
    rig.center.wait("reference/register")
    visit.close()
    second = check()
    assert not request.done
    rig.center("release")
    assert request.wait() is None
    assert second.get("Answer") == "eligible"


def test_stopped(rig):
    """The daemon is stopped while the center works on it: whoever waits is told."""
    check = open_desk(rig, "hayashi")
    visit = check()
    rig.center("fault hold path=reference/register")
    request = begin(visit)
    rig.center.wait("reference/register")
    assert rig.stop_daemon(meanwhile=lambda: rig.center("release")) == 0
    wait_for(lambda: request.done, "the answer")
    assert request.error is None or request.error.name == "ShuttingDown", request.error


def test_client(rig):
    """check --reference: the answer and the exit code are the check's; what became of the number stands beside it."""
    rig.start("center", "daemon")
    insured = [word for option, key in (("insurer", "InsurerNumber"), ("symbol", "Symbol"), ("number", "Number"),
                                        ("birthdate", "Birthdate")) for word in (f"--{option}", INSURED[key])]
    process = rig.client("check", "--json", *insured, "--reference", "-", stdin=NUMBER + "\n", check=0)
    assert json.loads(process.text())["Reference"] == {"Registered": True}
    process = rig.client("check", "--json", *insured, "--reference", "10000003", "--insurance", "1", stdin="", check=0)
    answer = json.loads(process.text())
    assert answer["Answer"] == "eligible" and answer["Insurances"][0]["ReferenceNumber"] == NUMBER
    assert not answer["Reference"]["Registered"] and answer["Reference"]["Error"].endswith(".CenterRefused")
    process = rig.client("check", *insured, "--reference", "10000003", stdin="", check=0)
    assert "ELIGIBLE" in process.text() and "another patient's" in rig.read_log(process.name)
    unknown = [word for option, key in (("insurer", "InsurerNumber"), ("number", "Number"), ("birthdate", "Birthdate"))
               for word in (f"--{option}", UNKNOWN[key])]
    process = rig.client("check", "--json", *unknown, "--reference", NUMBER, stdin="", check=2)
    assert "Reference" not in json.loads(process.text()) and count(rig) == 3
    rig.client("check", *insured, "--insurance", "1", stdin="", check=64)
