# SPDX-License-Identifier: LGPL-2.1-or-later
"""While the center is away: what is kept, what becomes of it; and the torture: cuts at random moments, with kill -9 between.

Comes in: a rig; for the torture SHIKAKU_LONG: 200 cuts instead of 10; SHIKAKU_SEED: the seed of a run that is to be done
again; SHIKAKU_CUTS: so many. Goes out: the seed, and a line a cut.
"""
import os
import secrets
import shutil

from bus import ERROR, MANAGER, ROOT, VISIT, Agent, ObjectPath, Visits, call, expect_error, get_property, options
from canary import PERSONA, Search
from gi.repository import GLib
from loop import until
from outage import Torture, read_events, wait_queued
from people import INSURED, UNKNOWN

FEW, MANY = 10, 200
NOT_AUTHORIZED = 6  # exit status of shikakuctl


def go_away(rig, fault="drop path=search always"):
    rig.center(f"fault {fault}")


def come_back(rig):
    """The center answers again, which somebody's check shows. Return: when nothing waits any more."""
    rig.center("clear-faults")
    assert Visits(rig.bus_connection("colleague", fresh=True)).check_number(UNKNOWN).wait_finished()[0] == "done"
    wait_queued(rig, 0)


def check(rig, insured, **values):
    visit = Visits(rig.bus_connection()).check_number(insured, **values)
    assert visit.wait_finished()[:2] == ("done", "")
    return visit.eligibility()


def expect_unknown(answer, reason="CenterUnreachable"):
    assert (answer["Answer"], answer["Reason"]) == ("unknown", ERROR + reason), answer
    return answer


def test_number(rig):
    """Of a check by number nothing is lost, not even by a kill -9: it is asked once, and its outcome is told to who asked."""
    rig.start("center", "daemon")
    go_away(rig)
    answer = expect_unknown(check(rig, INSURED, Language="en"))
    assert "as soon as the center is back" in answer["Advice"], answer
    assert get_property(rig.bus_connection(), ROOT, MANAGER, "Queued") == 1
    rig.kill_daemon()
    rig.center("clear-faults")
    rig.start_daemon()  # which asks by itself
    wait_queued(rig, 0)
    asked = [line for line in rig.center.log() if line["path"] == "search" and line["ArbitraryFileIdentifier"]]
    assert len(asked) == 1 and not asked[0]["repeated"], asked
    assert not (rig.state_directory / "outage-queue").exists()
    rig.stop_daemon()
    told = {"Queued": answer["Queued"], "Fate": "answered", "Answer": "eligible"}
    assert read_events(rig) == [(rig.user("tester").uid, told)]


def test_answer_lost(rig):
    """What the center had answered, and nobody has got, is not asked as another question."""
    rig.start("center", "daemon")
    go_away(rig, "cut 20 path=search always")
    expect_unknown(check(rig, INSURED))
    come_back(rig)
    asked = [line for line in rig.center.log() if line["path"] == "search" and line["ArbitraryFileIdentifier"]]
    mine = [line for line in asked if line["ArbitraryFileIdentifier"] == asked[0]["ArbitraryFileIdentifier"]]
    assert len(mine) > 1 and [line["repeated"] for line in mine] == [False] + [True] * (len(mine) - 1), asked


def test_card(rig):
    """Where the center gives no challenge the card signs one of the daemon's own, which the center takes later, once."""
    rig.start("card", "center", "daemon")
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    Agent(rig.bus_connection("colleague")).register(Reader=reader)
    visits = Visits(rig.bus_connection())
    rig.center("fault refuse-connection")
    visit = visits.open(Reader=reader)
    assert visit.wait_finished()[0] == "done"
    first = expect_unknown(visit.eligibility())
    assert visit.get("Method") == "pin"
    again = visits.open(Reader=reader, SameCard=True)
    assert again.wait_finished()[0] == "done"
    assert again.eligibility()["Queued"] == first["Queued"]  # the same patient's, of the same day
    come_back(rig)
    checks = [line for line in rig.center.log() if line["path"] == "card/check"]
    assert [line.get("own_challenge") for line in checks] == [True], checks
    numbers = call(rig.bus_connection(), ROOT, MANAGER, "GetStatistics")
    assert (numbers["OwnChallenges"], numbers["OutagesAnswered"], numbers["OutagesRefused"]) == (2, 1, 0), numbers


def test_late(rig):
    """A center that takes longer than the visit has: the question is kept, and the center answers it once."""
    rig.start("center", "daemon", clock=True)
    rig.center("fault trickle count=always path=search")
    visit = Visits(rig.bus_connection()).check_number(INSURED, Timeout=2, Language="en")
    rig.center.wait("search")
    rig.let_pass(3)
    assert (*visit.wait_finished()[:2], visit.by) == ("done", "", "")
    answer = expect_unknown(visit.eligibility())
    assert "as soon as the center is back" in answer["Advice"], answer
    assert get_property(rig.bus_connection(), ROOT, MANAGER, "Queued") == 1
    come_back(rig)
    asked = [line for line in rig.center.log() if line["path"] == "search" and line["ArbitraryFileIdentifier"]]
    mine = [line for line in asked if line["ArbitraryFileIdentifier"] == asked[0]["ArbitraryFileIdentifier"]]
    assert [line["repeated"] for line in mine] == [False, True], asked
    rig.stop_daemon()
    details = {"Queued": answer["Queued"], "Fate": "answered", "Answer": "eligible"}
    assert read_events(rig) == [(rig.user("tester").uid, details)]


def test_late_unwanted(rig):
    """Whose owner cancels or closes it meanwhile is not kept."""
    rig.start("center", "daemon", clock=True)
    rig.center("fault hold count=always path=search")
    for end in ("Cancel", "Close"):
        visit = Visits(rig.bus_connection()).check_number(INSURED, Timeout=2)
        rig.center.wait("search")
        call(visit.connection, visit.path, VISIT, end)
        rig.let_pass(3)
    assert get_property(rig.bus_connection(), ROOT, MANAGER, "Queued") == 0


def test_busy(rig):
    rig.start("center", "daemon")
    go_away(rig, "processing path=search always")
    assert expect_unknown(check(rig, INSURED), "CenterBusy")["Queued"]
    come_back(rig)


def test_unsteady(rig):
    """A center that fails one time in five is degraded, though it answers now, and well again when fewer fail."""
    rig.start("center", "daemon", clock=True)
    manager = rig.bus_connection()

    def center():
        return get_property(manager, ROOT, MANAGER, "Center"), get_property(manager, ROOT, MANAGER, "CenterCause")

    for _ in range(7):
        check(rig, INSURED)
    assert center() == ("online", "")
    rig.center("fault status 500 path=search always")
    for _ in range(3):
        expect_unknown(check(rig, INSURED))
    assert center() == ("offline", "center-faulty")
    rig.center("clear-faults")
    check(rig, INSURED)
    wait_queued(rig, 0)  # nothing waits for a better share
    assert center() == ("degraded", "center-unsteady")
    links = call(manager, ROOT, MANAGER, "Diagnose", GLib.Variant.new_tuple(options({"Language": "en"})))
    link, = [link for link in links if link["Link"] == "center"]
    assert (link["State"], link["Cause"]) == ("degraded", "center-unsteady"), link
    assert " calls in the last 300 s failed" in link["Evidence"], link
    rig.let_pass(5 * 60)
    check(rig, INSURED)
    assert center() == ("online", "")


def test_dropped(rig):
    """Who may manage gives up what waits; others only see how much that is."""
    rig.start("center", "daemon")
    go_away(rig)
    expect_unknown(check(rig, INSURED))
    assert rig.client("outages", stdin="", check=0).text().strip().endswith(": 1")
    expect_error("NotAuthorized", call, rig.bus_connection(), ROOT, MANAGER, "DropQueued")
    rig.client("outages", "--drop", stdin="", check=NOT_AUTHORIZED)
    assert rig.client("outages", "--drop", "--json", stdin="", user="root", check=0).text().strip() == '{"Dropped":1}'
    assert get_property(rig.bus_connection(), ROOT, MANAGER, "Queued") == 0
    assert call(rig.bus_connection("root"), ROOT, MANAGER, "DropQueued") == 0


def test_expired(rig):
    """A day later the center takes it no more: that is its fate, and it is gone."""
    rig.start("center", "daemon", clock=True)
    go_away(rig)
    answer = expect_unknown(check(rig, INSURED))
    rig.let_pass(24 * 3600)
    wait_queued(rig, 0)
    rig.stop_daemon()
    (_user, details), = read_events(rig)
    assert details == {"Queued": answer["Queued"], "Fate": "expired", "Error": ERROR + "TimedOut"}, details


def test_sealed(rig):
    """Nothing of what is kept can be read in the file; and with another key it is lost, not misread."""
    rig.start("center", "daemon")
    go_away(rig)
    answer = expect_unknown(check(rig, INSURED))
    rig.kill_daemon()
    data = b"".join(path.read_bytes() for path in rig.state_directory.iterdir())
    assert answer["Queued"].encode() in data
    found = Search(PERSONA).find_personal(data) + [text for text in INSURED.values() if len(text) > 4 and text.encode() in data]
    assert not found, found
    (rig.handed_over / "shikaku-store-key").unlink()
    rig.center("clear-faults")
    rig.start_daemon()
    wait_queued(rig, 0)
    assert [line for line in rig.center.log() if line["path"] == "search" and line["ArbitraryFileIdentifier"]] == []
    assert "unreadable" in rig.read_log("shikakud")


def test_unkept(rig):
    """A disk that is full, or broken, keeps nothing: the answer is there all the same, and says so."""
    rig.start("center", "daemon", store_key=False)
    go_away(rig)
    answer = expect_unknown(check(rig, INSURED, Language="en"))
    assert answer["QueueError"] == ERROR + "NotFound" and "Queued" not in answer, answer
    assert "check once more later" in answer["Advice"], answer
    rig.stop_daemon()
    full = rig.folder / "full"
    full.mkdir()
    for name in ("outage-queue", "shikaku.db"):  # where files should be there is no place for them
        (full / name).mkdir()
    shutil.chown(full, rig.user("shikaku").uid)
    rig.start_daemon(environment={"STATE_DIRECTORY": str(full)})
    answer = expect_unknown(check(rig, INSURED))
    assert answer["QueueError"] == ERROR + "Failed" and "Queued" not in answer, answer


def test_damaged(rig):
    """A file that is damaged costs what was in it, and no answer."""
    rig.start("center", "daemon")
    go_away(rig)
    expect_unknown(check(rig, INSURED))
    rig.kill_daemon()
    for path in rig.state_directory.glob("shikaku.db*"):
        path.write_bytes(b"no database" * 1000)
        shutil.chown(path, rig.user("shikaku").uid)
    rig.start_daemon()
    wait_queued(rig, 0)
    assert expect_unknown(check(rig, INSURED))["Queued"]
    come_back(rig)


def test_refused(rig):
    """Another institution's question is refused by the center with a code of its own: asked once, and named."""
    rig.start("center", "daemon")
    go_away(rig)
    expect_unknown(check(rig, INSURED))
    rig.center("clear-faults")
    rig.center("fault error-code SHK090002 path=search always")
    rig.client("check", "--insurer", "990027", "--number", "0000000", "--birthdate", "19990101", stdin="")
    rig.kill_daemon()
    rig.start_daemon()
    wait_queued(rig, 0)
    until(lambda: "refused, CenterRefused" in rig.read_log("shikakud"), "word of the refusal")


def test_torture(rig):
    seed = os.environ.get("SHIKAKU_SEED") or secrets.token_hex(4)
    cuts = int(os.environ.get("SHIKAKU_CUTS") or (MANY if os.environ.get("SHIKAKU_LONG") else FEW))
    print(f"{cuts} cuts; again: SHIKAKU_SEED={seed} SHIKAKU_CUTS={cuts}", flush=True)
    Torture(rig, seed, cuts).run()
