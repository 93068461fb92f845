# SPDX-License-Identifier: LGPL-2.1-or-later
"""The JSON document of records is what data/doc/records.schema.json says: for all that the simulated center sends.

The documents come from the program records-driver, which reads them as the daemon does.
"""
import datetime
import json
import os
import subprocess
import sys
import tempfile
import types
from pathlib import Path

import jsonschema

SOURCE = Path(os.environ["SHIKAKU_SOURCE"])
DRIVER = Path(os.environ["SHIKAKU_BUILD"]) / "tests" / "center" / "records-driver"
sys.path.insert(0, str(SOURCE / "tests" / "simulator"))
SCHEMA = json.loads((SOURCE / "data" / "doc" / "records.schema.json").read_text())

ODD = ('<XmlMsg><MessageHeader><ResultCode>1</ResultCode>{person}<Unknown>x</Unknown></MessageHeader><MessageBody>{body}'
       '<Strange><A>1</A><A>2</A></Strange></MessageBody></XmlMsg>')
PERSONS = {"drug": "<QuaInf><Name>架空　太郎</Name></QuaInf>",
           "checkup": "<QualificationsInfo><Name>架空　太郎</Name></QualificationsInfo>"}
BODIES = {"drug": "<MeTrMonthInf><New>1</New><DiDateInfs><DiDateInf><New>2</New><DrugInfs><DrugInf><New>3</New></DrugInf>"
                  "<Odd>4</Odd></DrugInfs></DiDateInf></DiDateInfs></MeTrMonthInf>",
          "checkup": "<SpecificHealthCheckupInfo><New>1</New><HealthCheckupResultAndQuestionInfos>"
                     "<HealthCheckupResultAndQuestionInfo><New>2</New></HealthCheckupResultAndQuestionInfo><Odd>3</Odd>"
                     "</HealthCheckupResultAndQuestionInfos></SpecificHealthCheckupInfo>"}


def run(*words):
    return subprocess.run([DRIVER, *words], check=True, capture_output=True)


def make_json(kind, documents):
    """Return: the document of all @documents, which are bytes, after it was held against the schema."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, document in enumerate(documents):
            paths.append(Path(folder) / str(number))
            paths[-1].write_bytes(document)
        made = json.loads(run(kind, *paths).stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(made)
    return made


def test_schema_itself():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    broken = {"format": "org.shikaku.records", "version": 1, "kind": "drug", "asked": {}, "complete": True, "parts": [],
              "other": []}
    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(broken)), "entries may not be missing"
    broken |= {"entries": [{"source": "receipt", "part": 0, "days": [], "merged": True}], "newest": {}, "institutions": []}
    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(broken)), "a member that nobody described"


def test_schema_invented():
    for kind, key, number in ("drug", "entries", 9), ("checkup", "checkups", 3):
        sample = run(kind, "sample", "3").stdout
        made = make_json(kind, [sample])
        assert len(made[key]) == number and made["complete"] and not made["other"], made
        narrow = sample.decode().replace("UTF-8", "Shift_JIS", 1).replace("Identifier>0", "Identifier>1", 1).encode("cp932")
        assert make_json(kind, [narrow]) == made, "the encoding makes no difference"
        twice = make_json(kind, [sample, narrow])
        assert [entry["part"] for entry in twice[key]] == [0] * number + [1] * number


def test_schema_odd():
    """What nobody knows is kept in its place, and the schema has that place."""
    for kind, person in PERSONS.items():
        made = make_json(kind, [ODD.format(person=person, body=BODIES[kind]).encode()])
        assert {"part": 0, "element": {"Unknown": "x"}} in made["other"], made
        assert {"part": 0, "element": {"Strange": [{"A": "1"}, {"A": "2"}]}} in made["other"], made
        assert json.dumps(made).count('"New"') == (3 if kind == "drug" else 2), made
        assert json.dumps(made).count('"Odd"') == 1, made


def test_schema_refusal():
    refusal = ("<XmlMsg><MessageHeader><ResultCode>9</ResultCode><MessageId>SCKO1000E</MessageId></MessageHeader>"
               "<MessageBody/></XmlMsg>").encode()
    made = make_json("drug", [run("drug", "sample", "1").stdout, refusal])
    assert not made["complete"] and made["parts"][1]["outcome"] == "not-configured", made["parts"]
    assert {entry["part"] for entry in made["entries"]} == {0}


def make_request(kind, person):
    body = {"FileCategory": "4" if kind == "drug" else "2", "PrDiInfClassification": "1", "StartDate": "202109",
            "EndDate": "999999"}
    return types.SimpleNamespace(kind=kind, header={}, body=body, person=person, entry=person.entries[0])


def test_schema_simulated():
    """Everything that the simulated center has of everybody: nothing of it is unknown, in both encodings and orders."""
    from sim_center import histories, people, records  # pylint: disable=import-outside-toplevel

    everybody = people.People(SOURCE / "tests" / "simulator" / "people.json", Path(os.environ["SHIKAKU_KEYS"]))
    center = records.Records(everybody, None)
    today, seen = datetime.date.today(), 0
    assert histories.SHIFT_JIS and histories.HEADER_LAST
    for person in center.people.persons.values():
        for kind in PERSONS:
            request = make_request(kind, person)
            history = center.get_history(request, person, today)
            made = make_json(kind, [bytes(center.make_document(request, history))])
            assert not made["other"] and '"other": [{' not in json.dumps(made), made
            if center.is_empty(history):
                assert made["parts"][0]["outcome"] == "none" and not made.get("entries") and not made.get("checkups")
                continue
            seen += 1
            assert made["patient"]["birthdate"] == person.entries[0]["Birthdate"], made["patient"]
            for checkup in made.get("checkups", ()):
                assert any("reference" in item for item in checkup["items"]), checkup
            same = [(entry["source"], medicine["sameAs"]) for entry in made.get("entries", ()) for day in entry["days"]
                    for medicine in day.get("medicines", ())]
            prescribed = {text for source, text in same if source == "prescription"}
            assert not prescribed or prescribed & {text for source, text in same if source != "prescription"}, same
    assert seen > 4, seen


if __name__ == "__main__":
    globals()["test_" + sys.argv[1]]()
