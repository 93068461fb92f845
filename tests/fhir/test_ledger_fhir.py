# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ledger as FHIR: every kind of entry is an AuditEvent that two validators take, by the IHE's patterns; and what is
broken is found.

Each function test_… is a case; tests/fhir/meson.build lists them. The validators come from the npm registry, as
package-lock.json pins them, into the build folder.
"""
import base64
import copy
import fcntl
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import patterns
from rig import Skip

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ["SHIKAKU_BUILD"])
UNREACHABLE = re.compile(r"\b(EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b")
# Codes of systems that `fhir` brings no list of, and our own: it warns, since a code from elsewhere may stand there.
WARNED = re.compile(
    r"^(warning|info) AuditEvent\.(purposeOfEvent|subtype|agent\[\d\]\.(role|type))\S*: "
    r'(Value set "\S+" could not be found\.|'
    r'Code "[\w-]+" \((http://terminology\.hl7\.org/CodeSystem/(v3-ActReason|iso-21089-lifecycle)|'
    r"https://profiles\.ihe\.net/ITI/BALP/CodeSystem/AuthZsubType|http://snomed\.info/sct|"
    r"https://shikaku\.invalid/fhir/role-asserted)\) not found in value set)$")


def make_events():
    """What the driver of this folder makes of every kind of entry."""
    made = subprocess.run([BUILD / "tests" / "fhir" / "ledger-fhir-driver"], capture_output=True, check=True).stdout
    assert made.endswith(b"\n")
    return [json.loads(line) for line in made.decode().splitlines()]


def details(event):
    return {detail["type"]: detail.get("valueString", detail.get("valueBase64Binary"))
            for entity in event["entity"] for detail in entity.get("detail", ())}


def test_patterns(rig):
    """By the rules of the IHE's profiles; each rule finds an event that breaks it; nothing of an entry is lost."""
    events = make_events()
    for event in events:
        assert not patterns.find_faults(event), (patterns.find_faults(event), event)
    claims = [event["meta"]["profile"][0].rpartition("/")[2].removeprefix("IHE.BasicAudit.") for event in events]
    kinds = [re.match("[a-z-]+", event["outcomeDesc"])[0] for event in events]
    for kind, claim in zip(kinds, claims):
        wanted = {"consent": "AuthZconsent", "registration": "AuthZconsent", "withdrawal": "AuthZconsent",
                  "disclosure": "PrivacyDisclosure.Source"}.get(kind)
        assert claim in ((wanted,) if wanted else ("PatientQuery", "AuditEvent")), (kind, claim)
    names = (Path(os.environ["SHIKAKU_SOURCE"]) / "daemon/base/names.h").read_text()
    table = names[names.index("SHIKAKU_LEDGER_KINDS(X)"):names.index("SHIKAKU_LEDGER_FIELDS(X)")]
    known = re.findall(r'^  X \(\d+, [A-Z_]+, "([a-z-]+)"\)', table, re.MULTILINE)
    assert len(known) >= 18 and set(kinds) == set(known), set(known) ^ set(kinds)
    assert len({event["id"] for event in events}) == len(events)

    check_meaning(events)
    found = 0
    for claim in ("AuthZconsent", "PrivacyDisclosure.Source", "PatientQuery"):
        good = events[claims.index(claim)]
        for name, broken in break_pattern(good):
            assert patterns.find_faults(broken), (claim, name)
            found += 1
    assert found > 60, found


def check_meaning(events):
    """What a reader of the resources relies on."""
    granted, denied, silent, registered, refused, unknown, withdrawn = events[:7]
    assert [event["outcome"] for event in events[:7]] == ["0", "8", "8", "0", "8", "4", "8"]
    assert granted["outcomeDesc"] == "consent, Decision granted"
    assert [detail["valueString"] for detail in patterns.entities(silent, patterns.CONSENT)[0]["detail"]
            if detail["type"] == "Until"] == ["1767225600000000"]
    consents = [patterns.entities(event, patterns.CONSENT)[0]["what"] for event in (denied, registered, refused, withdrawn)]
    assert [what["identifier"]["value"] for what in consents] == ["1-a1a1a1a1a1a1a1a1", "0", "0", "0-a0a0a0a0a0a0a0a0"]
    assert [what["display"] for what in consents] == ["drug", "checkup", "checkup", "drug"]
    for event in (granted, unknown):
        patient = patterns.entities(event, patterns.PATIENT)[0]["what"]
        assert patient["identifier"]["value"] == "5e" * 32 and "reference" not in patient
        user = patterns.agents(event, patterns.USER)[0]
        assert user["extension"][0]["valueBoolean"] is True and "not proved" in user["who"]["display"]
        assert user["who"]["identifier"]["value"] == "nurse-07"
    disclosure = next(event for event in events if event["outcomeDesc"] == "disclosure, Outcome data")
    documents = [entity["what"]["identifier"]["value"] for entity in patterns.entities(disclosure, patterns.OBJECT)]
    assert documents == ["ni:///sha-256;" + base64.urlsafe_b64encode(bytes([byte] * 32)).decode().rstrip("=")
                         for byte in (0xf0, 0xf1)]
    assert details(disclosure)["Leaf"] == base64.b64encode(bytes([int(disclosure["id"][-2:], 16)] * 32)).decode()
    query = patterns.entities(events[7], patterns.OBJECT)[0]["query"]
    assert base64.b64decode(query) == b"kind=fetch&Records=drug&Format=xml&From=202109&To=202512", query
    assert "outcome" not in events[7]  # what becomes of it is another entry's
    acts = {event["outcomeDesc"].rpartition(" ")[2]: event["subtype"][0]["code"] for event in events[-4:]}
    assert acts == {"started": "110120", "stopped": "110121", "configured": "110129", "ledger-export": "access"}, acts
    assert patterns.agents(events[-1], patterns.USER)[0]["who"] == events[-1]["source"]["observer"]  # nobody else did it
    odd = next(event for event in events if "urgent" in json.dumps(event))
    assert details(odd)["Reason"] == 'called back: "urgent"? <&> 急患' and details(odd)["Root"] == "AAH/"


def break_pattern(event):
    """The event, less or more of one thing each time."""
    for key in ("type", "subtype", "action", "outcome", "source", "recorded", "agent", "entity"):
        broken = copy.deepcopy(event)
        del broken[key]
        yield f"no {key}", broken
    for key, value in (("action", "D"), ("outcome", ""), ("modifierExtension", [{"url": "x"}])):
        yield key, {**copy.deepcopy(event), key: value}
    for name in ("agent", "entity"):
        for place, part in enumerate(event[name]):
            entry = part["type"].get("code") == "4"  # whatever the pattern says nothing of
            user = patterns.USER in [patterns.code(coding) for coding in part["type"].get("coding", ())]
            free = entry or (user and "AuthZconsent" not in event["meta"]["profile"][0])
            for key in ("type", "who", "what", "network", "role", "query", "requestor"):
                needed = {"type": True, "who": True, "what": "query" not in part, "network": True, "query": True,
                          "role": name == "entity", "requestor": False}[key]
                if key in part and needed and not free and not is_advocate(part) and not is_document(event, part):
                    broken = copy.deepcopy(event)
                    del broken[name][place][key]
                    yield f"{name} {place} without {key}", broken
            if not free and not is_document(event, part):
                broken = copy.deepcopy(event)
                broken[name].append(copy.deepcopy(part))
                if part["type"].get("code") != "Consent":  # of which there may be several
                    yield f"{name} {place} twice", broken
    broken = copy.deepcopy(event)
    broken["source"]["observer"] = {"display": "somebody else"}
    if "PatientQuery" not in event["meta"]["profile"][0]:
        yield "another observer", broken
    broken = copy.deepcopy(event)
    patterns.entities(broken, patterns.PATIENT)[0]["what"] = {"type": "Practitioner", "display": "x"}
    yield "another patient", broken


def is_advocate(part):
    return patterns.ADVOCATE in [patterns.code(coding) for coding in part["type"].get("coding", ())]


def is_document(event, part):
    disclosed = "Disclosure" in event["meta"]["profile"][0]
    return disclosed and patterns.code(part["type"]) in (patterns.OBJECT, patterns.CONSENT)


def install():
    """npm's packages, as pinned, into the build folder, once. Return: the folder of them."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise Skip("node and npm")
    folder = BUILD / "tests" / "fhir" / "npm"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        pinned = (HERE / "package-lock.json").read_bytes()
        mark = folder / "installed"
        if not mark.exists() or mark.read_bytes() != pinned:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder)
            done = subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1",
                 "--fetch-timeout=60000", f"--cache={folder / 'cache'}"], cwd=folder, capture_output=True, text=True)
            if done.returncode and UNREACHABLE.search(done.stderr):
                raise Skip("the npm registry")
            assert done.returncode == 0, done.stderr
            mark.write_bytes(pinned)
    return folder / "node_modules"


def validate(events):
    """Return: for each event what `fhir` and what medplum say."""
    text = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
    done = subprocess.run(["node", HERE / "validate.cjs"], input=text, capture_output=True, text=True,
                          env={**os.environ, "NODE_PATH": str(install())})
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(said) == len(events)
    return said


def break_resource(event):
    """The eight ways of being broken that were tried when the validators were chosen: neither finds all alone."""
    def change(name, **members):
        broken = copy.deepcopy(event)
        broken.update(members)
        return name, {key: value for key, value in broken.items() if value is not None}

    yield change("no time", recorded=None)
    yield change("a bad instant", recorded="2026-01-01 10:00")
    yield change("an unknown property", outcomeText="well")
    yield change("a wrong code for the action", action="X")
    yield change("a wrong code for the outcome", outcome="7")
    yield change("no agent", agent=None)
    yield change("a text for a truth value", agent=[{**event["agent"][0], "requestor": "yes"}])
    yield change("no observer", source={"site": "desk"})


def test_validators(rig):
    """`fhir` and @medplum/core take every resource; of eight broken ones none gets past both."""
    events = make_events()
    for event, said in zip(events, validate(events)):
        assert not said["medplum"], (said, event)
        wrong = [message for message in said["fhir"] if not WARNED.match(message)]
        assert not wrong, (wrong, event)
    broken = dict(break_resource(events[0]))
    assert len(broken) == 8
    for name, said in zip(broken, validate(broken.values())):
        found = [message for messages in said.values() for message in messages if not re.match("warning |info", message)]
        assert found, (name, said)
