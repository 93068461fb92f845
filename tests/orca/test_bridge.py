# SPDX-License-Identifier: LGPL-2.1-or-later
"""shikaku-orca between ORCA and the daemon: what is asked once, what must not be posted twice, what was missed, what ORCA cuts.

Comes in: a rig. Each function test_... is a case; meson.build lists them.
"""
import json

import sys
from pathlib import Path

from clinic import APPOINTMENTS, CARD, CHECKUPS, DRUGS, EVENTS, NUMBER, ONCE, REFERENCES, Clinic
from orca import until

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bus"))

from ledger_file import read_entries  # noqa: E402

LOST, UNKNOWN, INSTITUTIONS, PRESCRIPTIONS = "SHKO0001E", "SHKO0002E", "SHKO0003W", "SHKO0004W"
NOT_POSSIBLE, UNREADABLE, REFUSED = "SHKO0011W", "SHKO0013E", "SHKO0009W"
LIST_FAILED, LIST_UNKNOWN, CARE = "SHKO0015W", "SHKO0016E", "/orca71/onlinequaapp3"
PERSONS = {"yamada": "1", "ended": "2", "newer": "3", "remark-W": "1", "two-insurances": "1", "child": "1", "seventy-five": "1"}


def get_entries(row):
    return row["result"].get("ResultList", {}).get("ResultOfQualificationConfirmation", [])


def get_care(clinic, asked):
    """The rows that came of a list by consent."""
    return [row for row in clinic.orca.rows() if row.get("job") == asked["job"]]


def get_key(entry):
    return tuple(entry.get(name, "").strip() for name in ("InsurerNumber", "InsuredIdentificationNumber", "Name", "Birthdate"))


def check_people(clinic, asked, number):
    """A list is in ORCA: nobody is missing, and nobody is there twice."""
    until(lambda: len(get_care(clinic, asked)) >= number, "the list in ORCA")
    clinic.wait_idle()
    rows = get_care(clinic, asked)
    assert len(rows) == number == len({get_key(get_entries(row)[0]) for row in rows}), len(rows)


def test_single(rig):
    """Whoever is asked for at ORCA's screen is answered, with what the center says, and the number is registered."""
    clinic = Clinic(rig)
    asked = {persona: clinic.orca.ask(persona) for persona in PERSONS}
    rows = {persona: clinic.orca.wait_row(one, "03") for persona, one in asked.items()}
    for persona, validity in PERSONS.items():
        row = rows[persona]
        assert row["validity"] == validity, (persona, row)
        assert row["header"]["ArbitraryFileIdentifier"].endswith("," + asked[persona]["row"])
        assert row["header"]["ReferenceClassification"] == "2" and row["header"]["MedicalInstitutionCode"] == "1312345678"
    assert get_entries(rows["yamada"])[0]["Name"]
    assert len(get_entries(rows["two-insurances"])) == 2
    status = clinic.wait_idle()
    assert status["Lost"] == status["Unknown"] == 0, status
    assert clinic.count(ONCE) == clinic.count(NUMBER) == len(PERSONS), "each once"
    registered = [line for line in rig.center.log() if line["path"] == "reference/register"]
    assert len(registered) == 4, "of those who are insured"
    assert status["Failed"] == 0 and clinic.list_shown() == [], (status, clinic.list_shown())
    again = clinic.orca(f"again {asked['yamada']['row']}")
    assert clinic.orca.wait_row(again, "03")
    nobody = clinic.orca.ask("none")
    clinic.orca.wait_row(nobody, "03")
    clinic.wait_idle()
    clinic.end()


def test_one_shot(rig):
    """What ORCA gave out and nobody received is found, and told to staff; what it did not give out is asked again."""
    clinic = Clinic(rig)
    faults = {"late-drop": True, "cut 10": True, "garbage": True, "late-status 502": True,
              "drop": False, "status 503": False, "busy": False, "foreign": False, "redirect": False}
    asked, lost = {}, 0
    for fault, is_lost in faults.items():
        clinic.orca(f"fault {fault} path={ONCE}")
        asked[fault] = clinic.orca.ask("yamada")
        lost += is_lost
        if is_lost:
            clinic.bridge.wait_count("Lost", lost)
        else:
            clinic.orca.wait_row(asked[fault], "03")
    status = clinic.wait_idle()
    assert status["Lost"] == lost and clinic.list_shown() == [LOST] * lost, (status, clinic.list_shown())
    assert all(clinic.orca.row(asked[fault])["state"] == ("01" if is_lost else "03") for fault, is_lost in faults.items())
    shown = clinic.orca("conditions")["conditions"][0]
    assert "00043" in shown["ErrorMessage"] and "もう一度" in shown["ErrorMessage"], shown
    clinic.orca.wait_row(clinic.orca(f"again {asked['late-drop']['row']}"), "03")
    assert clinic.bridge.log().count("was lost") == lost
    # The bridge dies when ORCA has given it out, and before it has heard it.
    clinic.orca(f"fault hold path={ONCE}")
    one = clinic.orca.ask("sato")
    clinic.orca.wait("held")
    clinic.bridge.kill()
    clinic.orca("release")
    clinic.bridge.start()
    clinic.bridge.wait_count("Lost", lost + 1)
    clinic.wait_idle()
    assert clinic.orca.row(one)["state"] == "01" and clinic.list_shown() == [LOST] * (lost + 1)
    clinic.end()


def test_once(rig):
    """A face result is posted once: after an unknown outcome a person decides; what ORCA did not have is posted again."""
    clinic = Clinic(rig)
    clinic.bridge.run("run", check=1)  # a second one would post each once more
    told = clinic.show_face("yamada")
    status = clinic.wait_idle()
    assert len(clinic.orca.receptions()) == 1 and status["FacesPosted"] == 1
    clinic.lay_down(clinic.terminal.faces / told["name"])
    clinic.lay_down(clinic.terminal.faces / told["name"], "OQSsiquc01res_face_1312345678other_20260101000000.xml")
    clinic.wait_idle()
    assert len(clinic.orca.receptions()) == 1, "the same bytes are the same result, whatever the name"
    unknown = []
    for fault, was_posted in (("late-drop", True), ("cut 10", True), ("garbage", True), ("late-status 502", True),
                              ("drop", False), ("foreign", False), ("redirect", False)):
        clinic.orca(f"fault {fault} path={CARD}")
        before = len(clinic.orca.receptions())
        unknown.append((clinic.show_face("sato")["name"], was_posted))
        clinic.bridge.wait_count("Unknown", len(unknown))
        assert len(clinic.orca.receptions()) == before + was_posted
    clinic.orca(f"fault hold path={CARD}")
    unknown.append((clinic.show_face("ito")["name"], True))
    clinic.orca.wait("held")
    clinic.bridge.kill()
    clinic.orca("release")
    clinic.bridge.start()
    clinic.bridge.wait_count("Unknown", len(unknown))
    posts = clinic.count(CARD)
    until(lambda: clinic.list_shown() == [UNKNOWN] * len(unknown), "ORCA's screen to show each")
    pending = {one["File"]: one for one in clinic.bridge.pending()}
    assert len(pending) == len(unknown), pending
    for name, was_posted in unknown:
        one = pending[name]
        assert one["Person"] and one["Time"] in name, one
        clinic.bridge.run("resolve", str(one["Id"]), "posted" if was_posted else "not-posted")
    status = clinic.wait_idle()
    not_posted = sum(not was_posted for _name, was_posted in unknown)
    assert status["Unknown"] == 0 and clinic.count(CARD) == posts + not_posted, "what was not posted, and nothing else"
    assert len(clinic.orca.receptions()) == 1 + len(unknown)
    # What ORCA certainly did not have.
    clinic.orca(f"fault busy path={CARD} count=2")
    clinic.show_face("takahashi")
    clinic.wait_idle()
    clinic.orca("fault refuse-connection")
    clinic.show_face("watanabe")
    clinic.bridge.wait_count("FacesWaiting", 1)
    clinic.orca("clear-faults")
    status = clinic.wait_idle()
    assert status["Unknown"] == 0 and len(clinic.orca.receptions()) == 3 + len(unknown)
    clinic.terminal("fault garbage path=face")
    clinic.show_face("sato")
    until(lambda: UNREADABLE in clinic.list_shown(), "what cannot be read to be told")
    # The state is lost: whether ORCA has what lies there nobody knows.
    clinic.wait_idle()
    clinic.bridge.stop()
    clinic.forget()
    clinic.show_face("ito")
    posts = clinic.count(CARD)
    clinic.bridge.start()
    clinic.wait_push()
    clinic.bridge.wait_count("Unknown", 2)
    for one in clinic.bridge.pending():
        clinic.bridge.run("resolve", str(one["Id"]), "not-posted" if one.get("Person") else "posted")
    clinic.wait_idle()
    assert clinic.count(CARD) == posts + 1
    clinic.end()


def test_missed(rig):
    """Events that were not heard are read; those that are heard twice are one; those that ORCA never made come to nothing."""
    clinic = Clinic(rig)
    clinic.orca("fault push-lost")
    silent = clinic.orca.ask("yamada")
    clinic.orca.wait_row(silent, "03")
    clinic.orca("fault push-cut")
    cut = clinic.orca.ask("sato")
    clinic.orca.wait_row(cut, "03")
    clinic.wait_push()
    clinic.bridge.kill()
    asleep = clinic.orca.ask("ito")
    clinic.bridge.start()
    clinic.orca.wait_row(asleep, "03")
    clinic.wait_push()
    clinic.orca("fault push-garbage")
    garbled = clinic.orca.ask("takahashi")
    clinic.orca.wait_row(garbled, "03")
    clinic.orca("clear-log")
    clinic.orca("fault push-twice")
    clinic.orca("next-id 65535")
    twice = clinic.orca.ask("watanabe")
    clinic.orca.wait_row(twice, "03")
    for event in (twice, asleep, cut):
        clinic.orca(f"repeat {event['event']}")
    same = clinic.orca.ask("kobayashi")
    assert same["id"] < 10, "an id of another event"
    clinic.orca.wait_row(same, "03")
    clinic.orca("forge patient_qualification " + json.dumps({
        "Qualification_Class": "Yes", "Qualification_Uuid": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "Hospnum": "1",
        "Information_Date": "2026-11-30", "Information_Time": "10:00:00", "Patient_ID": "00043"}))
    clinic.orca("forge patient_qualification time=9999-12-31T23:59:00+0900 " + json.dumps({
        "Qualification_Class": "Yes", "Qualification_Uuid": "f" * 8 + "-0000-4000-8000-" + "0" * 12, "Hospnum": "1"}))
    clinic.orca("forge other {}")
    clinic.orca("event user_event {}")
    clinic.wait_idle()
    assert clinic.count(ONCE, result="") == 2, clinic.orca.log(ONCE)
    assert clinic.bridge.status()["Lost"] == 0
    clinic.orca("fault push-lost")
    after = clinic.orca.ask("yamada")
    clinic.orca.wait_row(after, "03")  # an event of the far future hides nothing
    clinic.end()


def test_away(rig):
    """The daemon, the center, ORCA: whoever is away is waited for, and what was asked meanwhile is answered then."""
    clinic = Clinic(rig)
    clinic.rig.stop_daemon()
    asked = [clinic.orca.ask("yamada")]
    clinic.orca.wait_row(asked[0], "01")
    clinic.rig.start_daemon()
    clinic.orca.wait_row(asked[0], "03")
    rig.center("fault refuse-connection")
    asked.append(clinic.orca.ask("sato"))
    clinic.orca.wait_row(asked[1], "01")
    rig.center("clear-faults")
    clinic.orca.wait_row(asked[1], "03")
    rig.center("fault hold path=search")
    asked.append(clinic.orca.ask("ito"))
    clinic.orca.wait_row(asked[2], "01")
    rig.center.wait("search", 3)
    clinic.orca.kill()
    rig.center("release")
    clinic.orca.start()
    clinic.orca.wait_row(asked[2], "03")
    clinic.wait_push()
    for fault in ("late-drop", "drop", "busy", "late-status 500", "garbage", "late-die"):
        clinic.orca(f"fault {fault} path={NUMBER}")
        asked.append(clinic.orca.ask("takahashi"))
        if fault == "late-die":
            clinic.orca.wait_killed()
            clinic.orca.start()
        clinic.orca.wait_row(asked[-1], "03")
    status = clinic.wait_idle()
    assert status["Lost"] == status["Unknown"] == 0, status
    assert all(clinic.orca.row(one)["state"] == "03" for one in asked)
    clinic.end()


def test_full(rig):
    """Where nothing can be kept, as on a full disk, ORCA is asked for nothing and gets nothing; later it is as if nothing had
    been."""
    rig.require("strace", "strace")
    clinic = Clinic(rig)
    give_up = clinic.bridge.fail("pwrite64", "ENOSPC")
    asked = clinic.orca.ask("yamada")
    clinic.show_face("sato")
    until(lambda: clinic.bridge.log().count("the state cannot be used") >= 2, "the full disk to be told, twice")
    assert clinic.count(ONCE) == clinic.count(CARD) == 0
    assert clinic.bridge.log().count("the state cannot be used") < 10, "not without end"
    give_up()
    clinic.orca.wait_row(asked, "03")
    status = clinic.wait_idle()
    assert status["FacesPosted"] == clinic.count(CARD) == 1 and status["Lost"] == status["Unknown"] == 0, status
    clinic.end()


def test_records(rig):
    """Medicines and check-ups that a patient has consented to come into ORCA; what it would cut is told, and not sent as if
    it were all."""
    clinic = Clinic(rig, card=True)
    clinic.consent("drug", "diagnosis", "checkup")
    clinic.show_face("yamada", consents="drug,diagnosis,checkup")
    clinic.wait_idle()
    months, checkups = clinic.orca("months")["months"], clinic.orca("checkups")["checkups"]
    assert len(months) >= 6 and len(checkups) >= 3, (len(months), len(checkups))
    assert all(block.get("MeTrDiHCd") and block.get("DiDateInfs") for blocks in months.values() for block in blocks)
    row = clinic.orca.receptions()[0]
    assert (row["drug_state"], row["checkup_state"]) == ("02", "02")
    assert PRESCRIPTIONS in clinic.list_shown() and INSTITUTIONS not in clinic.list_shown(), clinic.list_shown()
    rig.center("fault huge 20000 path=records/drug")
    clinic.show_face("yamada", consents="drug", ago=60)
    clinic.wait_idle()
    assert INSTITUTIONS in clinic.list_shown(), "a month with more blocks than six"
    clinic.orca(f"fault late-drop path={DRUGS}")
    clinic.orca(f"fault busy path={CHECKUPS}")
    clinic.show_face("yamada", consents="drug,checkup", ago=120)
    clinic.wait_idle()
    assert clinic.orca.receptions()[-1]["checkup_state"] == "02"
    assert clinic.bridge.status()["Unknown"] == 0, "a month can be posted again"
    shown = [entry for entry in read_entries(rig.state_directory) if entry["Kind"] == "disclosure"]
    assert shown and all(entry.get("Reason") == "asked for by ORCA" for entry in shown), shown
    # What was consented to ends, when ORCA says so: nothing is shown any more.
    failed = clinic.bridge.status()["Failed"]
    clinic.orca.ask("yamada", "withdrawal=2")
    until(lambda: any(entry["Kind"] == "withdrawal" for entry in read_entries(rig.state_directory)), "the withdrawal")
    assert clinic.wait_idle()["Failed"] == failed
    clinic.show_face("yamada", consents="drug", ago=180)
    clinic.wait_idle()
    assert REFUSED in clinic.list_shown(), clinic.list_shown()
    after = [entry for entry in read_entries(rig.state_directory) if entry["Kind"] == "disclosure"]
    assert len(after) == len(shown), "after the withdrawal"
    clinic.end()


def test_terminal(rig):
    """The same by the official terminal's folders alone: number check, face result, consent, records, reference number."""
    clinic = Clinic(rig, terminal=True)
    clinic.orca.wait_row(clinic.orca.ask("ito"), "03")
    clinic.terminal.face("yamada", consents="drug,diagnosis,checkup", reference="none")
    until(lambda: len(clinic.orca.receptions()) == 1, "a reception")
    clinic.terminal.wait_empty("face")
    status = clinic.wait_idle()
    assert status["FacesPosted"] == 1 and status["Unknown"] == status["Failed"] == 0, status
    row = clinic.orca.receptions()[0]
    assert (row["drug_state"], row["checkup_state"]) == ("02", "02")
    assert len(clinic.orca("months")["months"]) >= 6 and len(clinic.orca("checkups")["checkups"]) >= 3
    paths = {line["path"] for line in clinic.terminal.log()}
    assert paths >= {"OQSsiquc01", "OQSsiimm01", "YZKsiquc01", "TKKsiquc01", "face"}, paths
    assert not any(clinic.terminal.files(folder) for folder in ("req", "res", "face")), "nothing is left over"

    clinic.terminal("clear-log")
    clinic.terminal("fault hold path=OQSsiquc01")  # taken, and not answered: a person decides
    clinic.orca.ask("ito")
    until(lambda: "SHKO0008E" in clinic.list_shown(), "a word on ORCA's screen")
    clinic.wait_idle()
    assert len(clinic.terminal.log("OQSsiquc01")) == 1
    clinic.end()


def test_bulk(rig):
    """Reference numbers and appointments, however long their lists are; what the bridge cannot do is told."""
    clinic = Clinic(rig)
    clinic.orca("set reference-page=25 appointment-page=2")
    patients = ("yamada", "sato", "takahashi", "ended", "none")
    for patient in patients:
        clinic.orca(f"appoint {patient} 20261201")
    job = clinic.orca("appointments 20261201")["job"]
    until(lambda: sum(row.get("job") is not None for row in clinic.orca.rows()) == len(patients), "a row for each appointment")
    clinic.wait_idle()
    rows = {row["number"]: row for row in clinic.orca.rows()}
    numbers = {patient: clinic.orca(f"patient {patient}")["number"] for patient in patients}
    validities = {patient: rows[number]["validity"] for patient, number in numbers.items()}
    assert validities == {"yamada": "1", "sato": "2", "takahashi": "1", "ended": "2", "none": "4"}, validities
    jobs = clinic.orca("jobs")["jobs"]
    assert len(jobs) == 3 and all(one["done"] and one["reception"] for one in jobs) and jobs[0]["uuid"] == job
    clinic.orca("clear-log")
    clinic.orca("references")
    clinic.orca.wait("/orca14/onlinerefall1", 3)
    clinic.wait_idle()
    registered = [line for line in rig.center.log() if line["path"] == "reference/register"]
    assert len(registered) >= 40, len(registered)
    clinic.orca("consented V001 20261101 20261130")
    until(lambda: NOT_POSSIBLE in clinic.list_shown(), "what the bridge cannot do")
    clinic.orca.ask("yamada", "treatment=2")
    until(lambda: clinic.list_shown().count(NOT_POSSIBLE) == 2 or clinic.bridge.status()["Failed"], "home care")
    # Lists from before the first start somebody else has worked through; a single request is ORCA's to give out once more.
    clinic.wait_idle()
    clinic.bridge.stop()
    clinic.forget()
    clinic.orca("references")
    clinic.orca("age 120")
    clinic.orca("clear-log")
    clinic.bridge.start()
    clinic.orca.wait(EVENTS, 3)  # both kinds of events were read, and the first once more
    clinic.wait_idle()
    assert clinic.count(ONCE) and not clinic.count(REFERENCES) and not clinic.count(APPOINTMENTS)
    clinic.end()


def test_cloud(rig):
    """By TLS with a client certificate: the same; and a connection that is cut in it is a doubt, as everywhere."""
    clinic = Clinic(rig, orca=("cloud",))
    clinic.orca.wait_row(clinic.orca.ask("yamada"), "03")
    clinic.orca("fault push-lost")
    clinic.orca.wait_row(clinic.orca.ask("sato"), "03")
    clinic.show_face("yamada")
    clinic.wait_idle()
    for number, fault in enumerate(("late-drop", "cut 10"), 1):
        clinic.orca(f"fault {fault} path={CARD}")
        clinic.show_face("sato")
        clinic.bridge.wait_count("Unknown", number)
    assert len(clinic.orca.receptions()) == clinic.count(CARD) == 3
    clinic.orca(f"fault late-drop path={ONCE}")
    clinic.orca.ask("yamada")
    clinic.bridge.wait_count("Lost", 1)
    clinic.end()


def test_refused(rig):
    """ORCA that does not let the bridge in is named as such, and nothing is lost by it."""
    clinic = Clinic(rig)
    clinic.bridge.stop()
    (clinic.bridge.credentials / "password").write_text("wrong")
    asked = clinic.orca.ask("yamada")
    clinic.bridge.start()
    until(lambda: "401" in clinic.bridge.log(), "the refusal in the log")
    clinic.bridge.stop()
    (clinic.bridge.credentials / "password").write_text("invented-and-known-to-all")
    clinic.bridge.start()
    clinic.orca.wait_row(asked, "03")
    assert clinic.bridge.status()["Lost"] == 0
    clinic.end()


def test_care(rig):
    """Who has consented to home or online care, by the official terminal: in posts of 200, each once, over a kill in the
    middle of one and one between two; later, where the list is not ready; and what goes wrong is told."""
    clinic = Clinic(rig, terminal=True, load=450)
    people = clinic.terminal("consented home all")["people"]
    clinic.terminal("consented online yamada sato")
    clinic.terminal("making 1")
    asked = clinic.orca("consented O001 20261101 20261130")
    until(lambda: len(get_care(clinic, asked)) == 2, "the list of online care")
    assert {row["treatment"] for row in get_care(clinic, asked)} == {"3"}
    assert [get_entries(row)[0]["Name"] for row in get_care(clinic, asked)][0].startswith("山田"), get_care(clinic, asked)
    number = clinic.orca("jobs")["jobs"][-1]
    assert number["done"] and number["reception"] and len(number["reception"]) == 38, number

    # Killed in the middle of the first post, when ORCA has it and nobody has heard that it has.
    clinic.orca("clear-log")
    clinic.orca(f"fault hold path={CARE}")
    asked = clinic.orca("consented V001 20261101 20261130")
    clinic.orca.wait("held")
    clinic.bridge.kill()
    clinic.orca("release")
    assert len(get_care(clinic, asked)) == 200 < people
    clinic.bridge.start()
    clinic.bridge.wait_count("ListsUnknown", 1)
    check_people(clinic, asked, people)
    assert clinic.list_shown() == [LIST_UNKNOWN] and clinic.count(CARE) == (people + 199) // 200, "each part once"
    assert len(clinic.terminal.log("OQSmuhvq01")) == 1, "the center made one list"

    # Killed between two posts: the others are kept already.
    clinic.orca("clear-log")
    asked = clinic.orca("consented V001 20261101 20261130")
    until(lambda: get_care(clinic, asked), "the first part")
    clinic.bridge.kill()
    clinic.bridge.start()
    check_people(clinic, asked, people)
    assert clinic.count(CARE) == (people + 199) // 200, "each part once"

    # Refused for certain, or not taken: each ends, and is told.
    clinic.terminal("consented home yamada")
    clinic.terminal("making 0")
    clinic.orca(f"fault busy path={CARE}")
    asked = clinic.orca("consented V001 20261101 20261130")
    until(lambda: len(get_care(clinic, asked)) == 1, "after ORCA was busy")
    clinic.wait_idle()
    clinic.terminal("consented home")
    clinic.orca("clear-log")
    clinic.orca("consented V001 20261101 20261130")
    clinic.orca.wait(CARE)
    failed = clinic.wait_idle()["Failed"]
    assert failed == 0, "nobody is no failure"
    for fault in ("error-code SHK099999 path=OQSmuhvq01", "other-request path=OQSmuhvq02"):
        clinic.terminal(f"fault {fault}")
        clinic.orca("consented V001 20261101 20261130")
        clinic.bridge.wait_count("Failed", failed + 1)
        failed += 1
    clinic.wait_idle()
    assert clinic.list_shown().count(LIST_FAILED) == 2, clinic.list_shown()
    shown = [entry for entry in read_entries(rig.state_directory) if entry.get("Records") == "home-care"]
    assert shown and all(entry["Reason"] == "asked for by ORCA" for entry in shown), shown
    clinic.end()
