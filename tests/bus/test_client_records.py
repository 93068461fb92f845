# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records on the command line: a check with its records in one run, documents by a ticket to a pipe, a descriptor or a
file, the doctor's view, and programs in Node and Java that spawn it because their libraries pass no descriptors.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import json
import os
import shutil
import stat

import jsonschema

from examples import FOLDER, make_records
from rig import SOURCE, Skip
from test_records import RULES, Desk
from users import wrap

OK, NOT_ELIGIBLE, UNKNOWN = range(3)
NOT_COMPLETE = "NOT COMPLETE: something is missing of what was asked for."
COMPLETE = "Nothing is missing of what was asked for."
SCHEMA = json.loads((SOURCE / "data" / "doc" / "records.schema.json").read_text())


def check_document(text):
    document = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def errors(rig, process):
    return rig.read_log(process.name)


def make_folder(rig):
    folder = rig.folder / "doctor"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    return folder


def test_check(rig):
    """The main job on one line: eligibility, consents, and what they open."""
    rig.start("bus")
    rig.start_polkitd(RULES)
    rig.start("card", "center", "daemon", persona="yamada")
    reader = rig.wait_readers(2, present=1)[0]

    def check(*arguments, **more):
        return rig.client("check", "--reader", reader, "--same-card", "--consent", "drug,checkup", *arguments,
                          stdin="1234\ny\ny\n", **more)

    process = check("--json", "--records", "drug,checkup", check=OK)
    answer = json.loads(process.text())
    assert answer["Answer"] == "eligible" and set(answer["Records"]) == {"drug", "checkup"}, answer.keys()
    for kind, key in ("drug", "entries"), ("checkup", "checkups"):
        told = answer["Records"][kind]
        assert told["Outcome"] == "data" and told["Complete"], told
        assert check_document(json.dumps(told["Document"]))[key]
    assert COMPLETE in errors(rig, process)

    process = check("--records", "drug", check=OK)
    assert "山田" in process.text() and "R  receipt" in process.text(), process.text()

    path = make_folder(rig) / "records.xml"
    check("--records", "drug", "--format", "xml", "--output", path, check=OK)
    assert path.read_bytes().startswith(b"<?xml") and stat.S_IMODE(path.stat().st_mode) == 0o600

    # What was not consented to is not there, and the exit code says so; the answer stands.
    process = check("--json", "--records", "diagnosis", check=UNKNOWN)
    answer = json.loads(process.text())
    assert answer["Answer"] == "eligible" and answer["Records"]["diagnosis"]["Error"], answer["Records"]
    rig.client("check", "--records", "drug", "--format", "xml", check=64)
    rig.client("check", "--format", "xml", check=64)


def test_ticket(rig):
    """By a ticket, as another user: to a pipe, to a file, shown; half an answer never looks whole."""
    desk = Desk(rig)
    folder = make_folder(rig)

    def records(*words, check=OK, uses=1, **more):
        ticket = desk.create_ticket(Uses=uses, For=["records"])
        return rig.client("records", *words, "--ticket", "-", "--role", "doctor", user="doctor", stdin=ticket + "\n",
                          check=check, **more)

    process = records("drug")
    document = check_document(process.text())
    assert document["complete"] and {entry["source"] for entry in document["entries"]} > {"receipt"}
    assert COMPLETE in errors(rig, process)
    assert records("checkup", "--format", "pdf").output.startswith(b"%PDF")

    # A file is made for its owner alone, and is not written over; a span in two documents is two files.
    path = folder / "medicines.xml"
    told = json.loads(records("drug", "--format", "xml", "--output", path, "--json").text())
    assert told["Complete"] and told["Outcome"] == "data", told
    before = path.read_bytes()
    assert before.startswith(b"<?xml") and stat.S_IMODE(path.stat().st_mode) == 0o600
    process = records("drug", "--format", "xml", "--output", path, "--to", "202601", check=UNKNOWN)
    assert "exists" in errors(rig, process) and path.read_bytes() == before
    path.chmod(0o644)
    records("drug", "--format", "xml", "--output", path, "--to", "202601", "--force")
    assert path.read_bytes() != before and stat.S_IMODE(path.stat().st_mode) == 0o600
    rig.center("records span=36")
    records("drug", "--format", "xml", "--output", path, "--force")
    assert sorted(file.name for file in folder.iterdir()) == ["medicines-2.xml", "medicines.xml"]
    process = records("drug", "--format", "xml", check=UNKNOWN)
    assert not process.text() and "Name a file for them" in errors(rig, process)
    rig.center("records span=60")

    # For the doctor: all of it, and what is missing first.
    process = records("show", uses=2)
    assert "山田" in process.text() and "R  receipt" in process.text() and "mmHg" in process.text(), process.text()
    rig.center("records prescriptions=off")
    process = records("show", "--kind", "drug", check=UNKNOWN)
    shown = process.text().splitlines()
    assert any("receipts alone" in line for line in shown[:8]) and any(NOT_COMPLETE in line for line in shown[:8]), shown
    assert NOT_COMPLETE in errors(rig, process)
    rig.center("records prescriptions=on")

    # A used ticket, a wrong one, none.
    process = rig.client("records", "drug", "--ticket", "x" * 43, user="doctor", check=UNKNOWN)
    assert not process.text()
    rig.client("records", "drug", user="doctor", check=64)


def run_program(rig, language, ticket, *arguments):
    program = {"node": "node", "java": "javac"}[language]
    if not shutil.which(program):
        raise Skip(program)
    folder = rig.folder / language
    folder.mkdir(mode=0o755)
    path = f"{rig.program('client/shikakuctl').parent}:{os.environ['PATH']}"
    process = rig.spawn_as("doctor", *wrap(*make_records(language, FOLDER, folder)), ticket, *arguments,
                           environment={"PATH": path})
    process.close_input()
    return process.wait(), process.text()


def test_programs(rig):
    """Node and Java have no descriptors: they spawn it, and tell a half answer from a whole one."""
    desk = Desk(rig)
    for language in "node", "java":
        status, text = run_program(rig, language, desk.create_ticket(For=["records"]))
        assert status == OK and len(text.splitlines()) > 3, (status, text)
        assert language != "node" or "complete" in text.splitlines()[:2], text
    rig.center("records prescriptions=off")
    shutil.rmtree(rig.folder / "node")
    status, text = run_program(rig, "node", desk.create_ticket(For=["records"]))
    assert status == UNKNOWN and "NOT COMPLETE" in text.splitlines()[:4], (status, text)
    shutil.rmtree(rig.folder / "java")
    status, text = run_program(rig, "java", "x" * 43)
    assert status == UNKNOWN and not text, (status, text)
