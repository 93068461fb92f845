# SPDX-License-Identifier: LGPL-2.1-or-later
"""Changes: what of a person is another than when they were seen here last, told at the desk; and what is kept for that.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import json
import shutil
import sqlite3

from bus import MANAGER, ROOT, Agent, ObjectPath, Visits, call, expect_error, options
from loop import wait_for
from people import INSURED
from test_manager import set_log

from gi.repository import GLib

DAY = 86400
KEPT = "last-seen: kept"
HAYASHI = {"InsurerNumber": "01990045", "Symbol": "見12", "Number": "1212", "Branch": "01", "Birthdate": "19880310"}
NEW_JOB = {"InsurerNumber": "06990053", "InsuredCardSymbol": "新９", "InsuredIdentificationNumber": "９９８"}
OTHERWISE = {"Name": "山田 花子", "InsurerNumber": "00990019", "InsuredCardSymbol": "架空01",
             "InsuredIdentificationNumber": "1234567", "InsuredBranchNumber": "",
             "Address": "東京都架空区見本町一丁目2番3号 架空ニュータウン第四住区見本台団地サンプルハイツ・イースト館12405号室"
                        "例示不動産株式会社社宅内山田太郎様方"}


def start(rig, **more):
    rig.start("center", "bus")
    rig.start_daemon(**more)
    set_log(rig.bus_connection("root"), "LogLevel", "debug")


def ask(rig, insured=INSURED, **more):
    """Return: the fields that are said to have changed, with the days since; None: nothing is said."""
    given = options({"Insured": insured, "Language": "en", **more})
    answer = call(rig.bus_connection("tester"), ROOT, MANAGER, "Check", GLib.Variant.new_tuple(given))
    assert answer["Answer"] == "eligible", answer
    assert "Changes" not in answer or answer["Changes"], answer
    for change in answer.get("Changes", []):
        assert change.keys() == {"Field", "BeforeKnown", "Since"} and change["BeforeKnown"] is False, change
    return {change["Field"]: change["Since"] for change in answer["Changes"]} if "Changes" in answer else None


def wait_kept(rig, number):
    """Until so much was written since the beginning."""
    wait_for(lambda: rig.read_log("shikakud").count(KEPT) >= number, f"{number} writes")


def change(rig, persona, elements):
    for element, text in elements.items():
        rig.center(f"change {persona} {element} {text}")


def restart(rig, **more):
    rig.kill_daemon()
    rig.start_daemon(**more)
    set_log(rig.bus_connection("root"), "LogLevel", "debug")


def purge(rig, user="root"):
    return call(rig.bus_connection(user), ROOT, MANAGER, "PurgeChanges")


def test_job(rig):
    """A new job: another insurer and number at the second visit, told on that day again and again, and then no more."""
    start(rig, clock=True)
    assert ask(rig) is None and ask(rig) is None
    wait_kept(rig, 1)
    rig.let_pass(40 * DAY)
    change(rig, "yamada", NEW_JOB)
    insured = {**INSURED, "InsurerNumber": "06990053", "Symbol": "新9", "Number": "998"}
    told = ask(rig, insured)
    assert set(told) == {"InsurerNumber", "Number"}, told
    wait_kept(rig, 2)
    assert ask(rig, insured) == told
    rig.let_pass(DAY)
    assert ask(rig, insured) is None
    wait_kept(rig, 3)


def test_fields(rig):
    """Marriage, a move, another ratio and ceiling: each by its field, at the next visit; since when, to the day."""
    start(rig, clock=True)
    assert ask(rig) is None
    wait_kept(rig, 1)
    kept, begin = 1, None
    for field, element, text in (("Name", "Name", "鈴木　花子"), ("Address", "Address", "大阪府架空市例示町４－５－６"),
                                 ("BurdenRatio", "InsuredPartialContributionRatio", "020"),
                                 ("Number", "InsuredCardSymbol", "架空０２")):
        rig.let_pass(DAY)
        rig.center(f"change yamada {element} {text}")
        insured = {**INSURED, "Symbol": "架空０２"} if field == "Number" else INSURED
        told = ask(rig, insured)
        kept += 1
        wait_kept(rig, kept)
        assert list(told) == [field], (field, told)
        day, rest = divmod(told[field] // 1000000 + 9 * 3600, DAY)
        assert rest == 0 and (begin is None or day == begin + 1), (told, begin)
        begin = day


def test_ceiling(rig):
    """By card, with the ceiling: its class. What the center did not send, or sent of no day in force, has not changed."""
    rig.start("card", "center", "daemon", clock=True)
    set_log(rig.bus_connection("root"), "LogLevel", "debug")
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    Agent(rig.bus_connection("colleague", fresh=True), consents={"ceiling": True}).register(Reader=reader)
    visits = Visits(rig.bus_connection("tester"))

    def visit(*consents):
        visit = visits.open(Reader=reader, SameCard=True, Consents=list(consents))
        assert visit.wait_finished()[0] == "done"
        return [change["Field"] for change in visit.call("GetEligibility").get("Changes", [])]

    assert visit("ceiling") == []
    wait_kept(rig, 1)
    assert visit() == []
    rig.center("change yamada LimitApplicationCertificateClassificationFlag A03")
    assert visit("ceiling") == ["Ceiling"]
    wait_kept(rig, 2)
    rig.center("change yamada LimitApplicationCertificateClassificationFlag")
    assert visit("ceiling") == []


def test_no_change(rig):
    """Width, padding, a branch left out, a kanji in another shape, ●: nothing of that is a change."""
    start(rig)
    insured = {**INSURED, "Branch": ""}
    rig.center("change yamada Name 山崎　徳子")
    assert ask(rig) is None
    wait_kept(rig, 1)
    change(rig, "yamada", {**OTHERWISE, "Name": "山﨑　德子"})
    assert ask(rig, insured) is None
    change(rig, "yamada", {"Name": "山●　德子", "Address": "東京都●"})
    assert ask(rig, insured) is None
    change(rig, "yamada", {"Name": "", "Address": ""})
    assert ask(rig, insured) is None
    change(rig, "yamada", {"Name": "山崎　徳子"})
    assert ask(rig, insured) is None


def test_another_day(rig):
    """What was true on another day is neither compared nor kept."""
    start(rig)
    assert ask(rig) is None
    wait_kept(rig, 1)
    rig.center("change yamada InsuredPartialContributionRatio 010")
    assert ask(rig, {**INSURED, "Date": "20250401"}) is None
    assert list(ask(rig)) == ["BurdenRatio"]


def test_person(rig):
    """Without a reference number it is name and birthdate that say who it is; with one from now on the same."""
    start(rig)
    assert ask(rig, HAYASHI) is None and ask(rig) is None
    wait_kept(rig, 2)
    change(rig, "hayashi", {"ReferenceNumber": "10000099", "InsuredPartialContributionRatio": "010"})
    assert list(ask(rig, HAYASHI)) == ["BurdenRatio"]
    wait_kept(rig, 3)
    change(rig, "hayashi", {"Name": "鈴木　陽菜"})  # whom nobody else than that number knows
    assert list(ask(rig, HAYASHI)) == ["BurdenRatio", "Name"]


def test_survives(rig):
    """kill -9, and a key that was rotated: people are known all the same, and are kept under the new one. With a key that
    nobody knows everybody is new, and nothing false is told."""
    start(rig)
    assert ask(rig) is None
    wait_kept(rig, 1)
    restart(rig)
    rig.center("change yamada InsuredPartialContributionRatio 010")
    assert list(ask(rig)) == ["BurdenRatio"]
    wait_kept(rig, 2)
    rig.rotate_store_key()
    restart(rig)
    assert list(ask(rig)) == ["BurdenRatio"]
    wait_kept(rig, 3)
    (rig.handed_over / "shikaku-store-key-previous").unlink()
    restart(rig)
    rig.center("change yamada InsuredPartialContributionRatio 020")
    assert list(ask(rig)) == ["BurdenRatio"]
    wait_kept(rig, 4)
    rig.rotate_store_key()
    (rig.handed_over / "shikaku-store-key-previous").unlink()
    restart(rig)
    rig.center("change yamada InsuredPartialContributionRatio 030")
    assert ask(rig) is None


def test_nothing_readable(rig):
    """In the file there is no name, number or address, and of times there are days."""
    start(rig)
    assert ask(rig) is None
    wait_kept(rig, 1)
    rig.stop_daemon()
    content = b"".join(path.read_bytes() for path in rig.state_directory.glob("shikaku.db*"))
    for text in ("山田", "花子", "1234567", "990019", "19850412", "10000001", "架空", "見本町"):
        assert text.encode() not in content, text
    with sqlite3.connect(rig.state_directory / "shikaku.db") as database:
        rows = database.execute("SELECT person, field, value, seen FROM last_seen").fetchall()
    assert len({row[0] for row in rows}) == 1 and len(rows) == 6, rows
    assert all(len(person) == len(value) == 16 and 20000 < seen < 40000 for person, _field, value, seen in rows), rows


def test_damaged(rig):
    """A file that is damaged, or cannot be had, costs what was known, and no answer."""
    rig.start("center", "bus")
    rig.configure()
    file = rig.state_directory / "shikaku.db"
    file.write_text("This is no database. " * 100)
    shutil.chown(file, file.parent.stat().st_uid)
    start(rig)
    assert ask(rig) is None
    wait_kept(rig, 1)
    rig.center("change yamada InsuredPartialContributionRatio 010")
    assert list(ask(rig)) == ["BurdenRatio"]
    restart(rig, environment={"STATE_DIRECTORY": str(rig.folder / "nowhere")})
    assert ask(rig) is None
    rig.stop_daemon()


def test_off(rig):
    """Without a key, or where it is not wanted, nothing is kept; and no file is made for it."""
    start(rig, store_key=False)
    assert ask(rig) is None
    rig.center("change yamada InsuredPartialContributionRatio 010")
    assert ask(rig) is None and KEPT not in rig.read_log("shikakud")
    restart(rig, Changes_Retention=0)
    assert ask(rig) is None and KEPT not in rig.read_log("shikakud")


def test_retention(rig):
    """Who was not seen for longer is new; and gone from the file with the next that is kept."""
    start(rig, clock=True, Changes_Retention=1)
    assert ask(rig) is None
    wait_kept(rig, 1)
    rig.let_pass(32 * DAY)
    rig.center("change yamada InsuredPartialContributionRatio 010")
    assert ask(rig) is None
    wait_kept(rig, 2)
    assert ask(rig, HAYASHI) is None
    wait_kept(rig, 3)
    rig.let_pass(29 * DAY)
    rig.center("change yamada InsuredPartialContributionRatio 020")
    assert list(ask(rig)) == ["BurdenRatio"]
    wait_kept(rig, 4)
    assert purge(rig) == 2


def test_purge(rig):
    """Who may manage erases all of it: nobody is known any more."""
    start(rig)
    assert ask(rig) is None and ask(rig, HAYASHI) is None
    wait_kept(rig, 2)
    expect_error("NotAuthorized", purge, rig, "tester")
    process = rig.client("changes", "purge", stdin="", user="root", check=0)
    assert process.text() == "Erased. People that were known: 2\n", process.text()
    assert "is erased" in rig.read_log("shikakud")
    rig.center("change yamada InsuredPartialContributionRatio 010")
    assert ask(rig) is None
    wait_kept(rig, 3)
    assert json.loads(rig.client("changes", "purge", "--json", stdin="", user="root", check=0).text()) == 1
    assert rig.client("changes", "purge", stdin="", check=6).text() == ""


def test_client(rig):
    """At the desk it stands right below the answer."""
    start(rig)
    assert ask(rig) is None
    wait_kept(rig, 1)
    rig.center("change yamada InsuredPartialContributionRatio 010")
    numbers = [word for key, option in (("InsurerNumber", "insurer"), ("Symbol", "symbol"), ("Number", "number"),
                                        ("Birthdate", "birthdate")) for word in ("--" + option, INSURED[key])]
    lines = rig.client("check", *numbers, stdin="", check=0).text().splitlines()
    assert "ELIGIBLE" in lines[0] and lines[1].startswith("! Changed: Burden ratio (seen otherwise on: 20"), lines
