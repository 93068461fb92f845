# SPDX-License-Identifier: LGPL-2.1-or-later
"""Answers: every element from the wire to the bus, every kind of person, and the center as it answers in the field.

Comes in: a rig. Each function test_… is a case; meson.build lists them. The people are those of the simulator's table.
"""
import json
import re
import sys

import elements
from bus import Agent, ObjectPath, Visits
from people import INSURED
from rig import SIMULATOR, SOURCE

sys.path.insert(0, str(SIMULATOR))
from sim_center import personas  # noqa: E402

# Person -> what the answer says, and what its first insurance says. None: the key is not there.
EXPECTED = {
    **{f"ceiling-{code}": ({"Answer": "eligible", "Remarks": None}, {}) for code in personas.CEILINGS},
    "seventy": ({"Answer": "eligible"}, {"BurdenRatio": 20}),
    "seventy-five": ({"Answer": "eligible"}, {"BurdenRatio": 10, "Elderly": None}),
    "two-insurances": ({"Answer": "eligible"}, {"Classification": "01"}),
    "several": ({"Answer": "unknown", "Validity": "several", "Reason": "several", "Insurances": []}, {}),
    "none": ({"Answer": "unknown", "Validity": "none", "Reason": "none", "Insurances": []}, {}),
    "not-arrived": ({"Answer": "unknown", "Reason": "none", "Code": "ABCD0100I", "Message": "該当条件なし"}, {}),
    "newer": ({"Answer": "not-eligible", "Validity": "invalid-new"}, {"LossReason": "03", "DisqualificationDate": "20250401"}),
    "ended": ({"Answer": "not-eligible", "Validity": "invalid", "Remarks": None}, {"LossReason": "03"}),
    "job-change": ({"Answer": "eligible", "Changed": True, "Remarks": None}, {"QualificationDate": "20250401"}),
    "aid": ({"Answer": "eligible", "Validity": "valid-unregistered", "Remarks": None}, {"Classification": "01"}),
    "aid-alone": ({"Answer": "eligible"}, {"Classification": "A1", "PublicExpenseNumber": "12990041",
                                           "BeneficiaryNumber": "7654321", "WelfareOfficeName": "架空市福祉事務所",
                                           "PublicExpenses": [personas.TICKET], "BurdenRatio": None}),
    "unmapped": ({"Answer": "eligible"}, {"Name": "●橋　健●", "NameUnmapped": [0, 4]}),
    "child": ({"Answer": "eligible"}, {"Preschool": True, "Relationship": "family", "InsuredName": "山本　太郎", "BurdenRatio": 20}),
    "electronic": ({"Answer": "eligible"}, {"PrescriptionForm": "electronic"}),
    "other-name": ({"Answer": "eligible"}, {"NameOfOther": "通称　名", "NameOfOtherKana": "ﾂｳｼｮｳ ﾒｲ", "Sex": "female"}),
    "blanks": ({"Answer": "eligible", "Remarks": ["classification-blank"]},
               {"Classification": "01", "NameOfOther": None, "PostNumber": None, "Sex": "male"}),
    "odd-values": ({"Answer": "eligible", "Changed": None,
                    "Remarks": ["date-invalid", "date-open", "ratio-unclear", "unknown-code"]},
                   {"ValidUntil": None, "ValidFrom": None, "QualificationDate": None, "BurdenRatio": None, "Preschool": None,
                    "Other": {"InsuredCardExpirationDate": "99999999", "InsuredCardValidDate": "2027-03-31",
                              "QualificationDate": "00000000", "InsuredPartialContributionRatio": "3",
                              "PreschoolClassification": "0", "QualificationChangeFlg": "9"}}),
    "valid-but-ended": ({"Answer": "eligible", "Remarks": ["ended-before-day"]}, {}),
    "unregistered-insurance": ({"Answer": "eligible", "Remarks": ["unregistered-with-ordinary-insurance"]}, {}),
    "remark-I": ({"Answer": "eligible", "Code": "ABCD0001I", "Message": "お知らせ　原文のまま", "Remarks": None}, {}),
    "remark-W": ({"Answer": "eligible", "Code": "ABCD0002W", "Message": "お知らせ　原文のまま", "Remarks": None}, {}),
    "remark-E": ({"Answer": "eligible", "Code": "ABCD0003E", "Remarks": ["status-ok-with-error-code"]}, {}),
    "error-I": ({"Answer": "eligible", "Code": "ABCD0001I", "Remarks": ["status-error-with-answer"]}, {}),
    "error-W": ({"Answer": "eligible", "Code": "ABCD0002W", "Remarks": ["status-error-with-answer"]}, {}),
}
NOT_BY_NUMBER = {"error-E", "four-diseases"}  # a refusal; and one that only a patient with a card is asked for


def check(visits, insured, **values):
    visit = visits.check_number(insured, **values)
    assert visit.wait_finished()[0] == "done", visit.get("Error")
    told = visit.eligibility()
    visit.close()
    return told


def assert_has(person, told, expected):
    for key, value in expected.items():
        assert told.get(key) == value, (person, key, told.get(key), told)


def test_personas(rig):
    """One of each: the answer, what to do, and what is odd about it."""
    people = personas.make_people()
    assert set(EXPECTED) | NOT_BY_NUMBER == set(people)
    rig.start("center", "daemon")
    visits = Visits(rig.bus_connection())
    for person, (answer, insurance) in EXPECTED.items():
        told = check(visits, personas.get_query(people[person]))
        assert_has(person, told, answer)
        assert_has(person, told["Insurances"][0] if told["Insurances"] else {}, insurance)
        assert (told["Answer"] == "eligible") == ("Advice" not in told) or told["Validity"] == "valid-unregistered", told
    assert [entry["InsurerNumber"] for entry in check(visits, personas.get_query(people["job-change"]))["Insurances"]] == [
        "990100", "06990020"]


def test_ceilings(rig):
    """Every class, with its name and its long-term day, without a question."""
    people = personas.make_people()
    table = (SOURCE / "data" / "doc" / "messages.md").read_text()
    names = dict(re.findall(r"`([AB]\d\d)` ([^,|]+?)(?=[,|]| \|)", re.search(r"^\| 012 .*$", table, re.MULTILINE)[0]))
    assert set(names) == set(personas.CEILINGS)
    rig.start("center", "daemon")
    visits = Visits(rig.bus_connection())
    for code in personas.CEILINGS:
        ceiling = check(visits, personas.get_query(people[f"ceiling-{code}"]))["Insurances"][0]["Ceiling"]
        assert_has(code, ceiling, {"Class": code, "ClassName": names[code].strip(), "LongTermFrom": "20260201",
                                   "From": "20250801", "Until": "20310331"})
    assert not [line for line in rig.center.log() if line.get("texts")]


def test_every_element(rig):
    """A mark in each element that an answer can have, from the wire to its key on the bus."""
    described = json.loads((SIMULATOR / "people.json").read_text())
    described["people"]["marked"] = elements.make_person()
    path = rig.folder / "people.json"
    path.write_text(json.dumps(described, ensure_ascii=False))
    rig.launch_center("--people", path)
    rig.start("center", "card", "daemon")
    reader = ObjectPath(rig.wait_readers(2)[0])
    Agent(rig.bus_connection("colleague"), consents={"specific-disease": True}).register(Reader=reader)
    visits = Visits(rig.bus_connection())
    told = check(visits, personas.get_query(elements.make_person()), Reader=reader, Consents=["specific-disease"])
    for _place, name, sent, where, expected in elements.ELEMENTS:
        assert elements.find(told, where) == (sent if expected is None else expected), (name, where, elements.find(told, where))
    assert told["Insurances"][0]["PublicExpenses"][0]["Nested"] == {"Deeper": "印Deeper"}
    assert told.get("Remarks") is None, told["Remarks"]


def test_profile_is_walked(rig):
    """The table of elements has every one that the profile and the guide name."""
    known = {row[1] for row in elements.ELEMENTS} | elements.STRUCTURE
    guide = (SOURCE / "data" / "doc" / "messages.md").read_text()
    tables = guide.partition("### An entry")[2].partition("## Consents")[0]
    named = set(re.findall(r"`([A-Z][a-z]+[A-Z][A-Za-z0-9]+)`", tables)) - {"GetConsents", "GetMessage", "CodeText"}
    assert len(named) > 60 and named <= known, sorted(named - known)


def test_four_diseases(rig):
    """The field knows three: all are told, and that they are too many."""
    rig.start("center", "card", "daemon")
    reader = ObjectPath(rig.wait_readers(2)[0])
    Agent(rig.bus_connection("colleague")).register(Reader=reader)
    insured = personas.get_query(personas.make_people()["four-diseases"])
    told = check(Visits(rig.bus_connection()), insured, Reader=reader, Consents=["specific-disease"])
    assert len(told["Insurances"][0]["SpecificDiseases"]) == 4 and told["Remarks"] == ["too-many-specific-diseases"], told


def test_empty(rig):
    """A success with nothing in it is no answer, and no refusal."""
    rig.start("center", "daemon")
    visits = Visits(rig.bus_connection())
    rig.center("fault empty path=search")
    visit = visits.check_number(INSURED)
    assert visit.wait_finished()[:2] == ("failed", "MessageInvalid")


def test_results(rig):
    """A code of warning beside an answer leaves it an answer; that of an error refuses it. The center's words stay."""
    rig.start("center", "daemon")
    visits = Visits(rig.bus_connection())
    for result, remarks in (("1,ABCD0001W", None), ("2,ABCD0001W", ["status-error-with-answer"])):
        rig.center(f"fault result {result} path=search")
        told = check(visits, INSURED)
        assert_has(result, told, {"Answer": "eligible", "Code": "ABCD0001W", "Message": "センターの文言　そのまま", "Remarks": remarks})
        assert told["Insurances"]
    for code, error in (("ABCD0001E", "CenterRefused"), ("ABCD00019", "CenterRefused"), ("SHK010001", "CertificateExpired")):
        rig.center(f"fault result 2,{code} path=search")
        visit = visits.check_number(INSURED)
        state, name, details = visit.wait_finished()
        assert (state, name, details["Code"]) == ("failed", error, code), (state, name, details)
        assert details["Message"] == "センターの文言　そのまま"
    rig.center("fault error-code ABCD0001W path=search")  # as a whole: its letter helps it nothing
    assert visits.check_number(INSURED).wait_finished()[:2] == ("failed", "CenterRefused")


def test_still_working(rig):
    """Three times "still being worked on", and then the answer: the daemon asks again by the same message."""
    rig.start("center", "daemon")
    visits = Visits(rig.bus_connection())
    rig.center("fault processing path=search count=3")
    assert check(visits, INSURED)["Answer"] == "eligible"
    asked = [line for line in rig.center.log() if line["path"] == "search"]
    assert len(asked) == 4 and len({line["ArbitraryFileIdentifier"] for line in asked}) == 1, asked


def test_unknown_elements(rig):
    """What nobody knows is passed on, in its place."""
    rig.start("center", "daemon")
    rig.center("fault unknown-elements path=search")
    told = check(Visits(rig.bus_connection()), INSURED)
    assert told["Answer"] == "eligible"
    for place in (told["Other"], told["Insurances"][0]["Other"], told["Insurances"][0]["Ceiling"]["Other"]):
        assert "NewText" in place and "Deepest" in json.dumps(place["NewPart"]), place
        assert "Item" in json.dumps(place["NewList"]), place


def test_codes_of_site(rig):
    """A site says what a code means, without a rebuild; a file with a mistake is named and left out."""
    folder = rig.folder / "codes.d"
    folder.mkdir()
    (folder / "10-site.ini").write_text("[ABCD0001E]\nClass=warning\nText=Site text.\nText[ja]=この施設の説明\n")
    (folder / "20-wrong.ini").write_text("[ABCD0002E]\nClass=fatal\n")
    rig.start("center")
    rig.start("daemon", Center_Codes=folder)
    assert "20-wrong.ini" in rig.read_log("shikakud")
    rig.center("fault result 2,ABCD0001E path=search")
    told = check(Visits(rig.bus_connection()), INSURED)
    assert_has("site", told, {"Answer": "eligible", "CodeText": "この施設の説明", "Code": "ABCD0001E"})


def test_ceiling_asked(rig):
    """Where the institution wants the question, a no keeps the ceiling away."""
    rig.start("center", "card", persona="yamada")
    rig.start("daemon", Visit_AskCeiling="true")
    visits = Visits(rig.bus_connection())
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    agent = Agent(rig.bus_connection("colleague")).register(Reader=reader)
    for agreed in (True, False):
        agent.consents = {"ceiling": agreed}
        visit = visits.open(Reader=reader, SameCard=True)
        assert visit.wait_finished()[0] == "done"
        assert ("Ceiling" in visit.eligibility()["Insurances"][0]) == agreed
        assert visit.consents()["ceiling"]["Granted"] == agreed
        visit.close()
    assert "Ceiling" not in check(visits, INSURED)["Insurances"][0]  # nobody was asked
