# SPDX-License-Identifier: LGPL-2.1-or-later
"""ORCA's data base, as far as online eligibility goes: patients, rows of enquiries, jobs, records, failures, push events.

What was committed survives a kill where there is a file. Times are Japan's.
"""

import json
import sqlite3
import time
import unicodedata
import uuid

from sim_center import people

EVENTS_KEPT = 7 * 86400  # seconds
EVENT_MAXIMUM = 2048  # characters of an event in the data base
ID_MAXIMUM = 65535
NUMBER_NAMES = ("InsurerNumber", "InsuredCardSymbol", "InsuredIdentificationNumber", "InsuredBranchNumber")
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
KINDS = ("row", "job", "appointment", "month", "checkup", "condition", "event", "setting")


def now():
    return people.now()


def today():
    return now().strftime("%Y%m%d")


def with_dashes(day):
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else ""


def make_uuid():
    return str(uuid.uuid4())


def widen(text):
    """ORCA keeps symbols and numbers in full width."""
    return unicodedata.normalize("NFKC", text or "").translate(WIDE)


class Patient:
    def __init__(self, number, person):
        entry = person.entries[0]
        self.person = person
        self.number = number  # ptid
        self.identifier = f"{number:05}"  # Patient_ID: what people read
        self.birthdate = entry["Birthdate"]
        self.sex = entry.get("Sex1", "3")
        self.name, self.kana = entry.get("Name", ""), entry.get("NameKana", "")
        self.numbers = {name: entry.get(name, "") for name in NUMBER_NAMES}
        for name in NUMBER_NAMES[1:3]:
            self.numbers[name] = widen(self.numbers[name])

    def has(self, entry):
        """ORCA's way: insurer, symbol and number in full width, and the branch must be equal, blank or not."""
        return (self.numbers["InsurerNumber"].strip() == entry.get("InsurerNumber", "").strip()
                and all(self.numbers[name] == widen(entry.get(name)) for name in NUMBER_NAMES[1:3])
                and self.numbers["InsuredBranchNumber"] == entry.get("InsuredBranchNumber", ""))  # fmt: skip

    def may_register(self):
        """Whether a reference number can be registered: a branch, but for those of 75 and more."""
        return bool(self.numbers["InsuredBranchNumber"]) or self.numbers["InsurerNumber"].startswith("39")


class Patients:
    def __init__(self, described):
        self.all = [Patient(number, person) for number, person in enumerate(
            (person for person in described.persons.values() if person.entries), 1)]  # fmt: skip
        self.by_number = {patient.number: patient for patient in self.all}
        self.by_identifier = {patient.identifier: patient for patient in self.all}
        self.by_persona = {patient.person.key: patient for patient in self.all}

    def find(self, word):
        """By the key of the persona or the Patient_ID. Raises ValueError."""
        found = self.by_persona.get(word) or self.by_identifier.get(word)
        if not found:
            raise ValueError("no such patient: " + word)
        return found

    def find_by_entry(self, entry):
        found = next((patient for patient in self.all if patient.has(entry)), None)
        return found or self.by_identifier.get(entry.get("ReferenceNumber", "").strip())


class Book:
    def __init__(self, described, path=None):
        self.patients = Patients(described)
        self.base = sqlite3.connect(path or ":memory:")
        self.base.execute("PRAGMA synchronous=OFF")
        self.base.execute("CREATE TABLE IF NOT EXISTS things (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key))")
        self.things = {kind: {} for kind in KINDS}
        for kind, key, value in self.base.execute("SELECT kind, key, value FROM things ORDER BY rowid"):
            self.things[kind][key] = json.loads(value)

    def close(self):
        self.base.close()

    # -- things; commit() makes them last

    def put(self, kind, key, value):
        self.things[kind][key] = value
        self.base.execute("INSERT INTO things VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
                          (kind, key, json.dumps(value, ensure_ascii=False)))  # fmt: skip

    def remove(self, kind, key):
        if self.things[kind].pop(key, None) is not None:
            self.base.execute("DELETE FROM things WHERE kind = ? AND key = ?", (kind, key))

    def get(self, kind, key):
        return self.things[kind].get(key)

    def list(self, kind):
        return list(self.things[kind].values())

    def commit(self):
        self.base.commit()

    # -- rows of enquiries

    def add_row(self, patient, classification, **more):
        """@classification: 1 by card at the reader, 2 by number. Return: the row; @more: what is in it from the start."""
        row = {"uuid": make_uuid(), "number": patient.number if patient else 0, "classification": classification,
               "state": "", "search": {}, "result": {}, "validity": "", "reference": "", "treatment": "",
               "drug_state": "", "checkup_state": "", "prescription": "", "at": people.to_time(now()), **more}
        self.put("row", row["uuid"], row)
        return row

    def add_job(self, shell, **more):
        """Something in bulk, of one kind (@shell). Return: the job."""
        job = {"uuid": make_uuid(), "shell": shell, "reception": "", "state": "", "done": False, **more}
        self.put("job", job["uuid"], job)
        return job

    # -- push events

    def next_id(self):
        number = int(self.get("setting", "next-id") or 1)
        self.put("setting", "next-id", 1 if number >= ID_MAXIMUM else number + 1)
        return number

    def make_event(self, event, body, user):
        return {"uuid": make_uuid(), "id": self.next_id(), "event": event, "user": user, "body": body,
                "time": now().strftime("%Y-%m-%dT%H:%M:%S%z")}  # fmt: skip

    def keep_event(self, event):
        """As long as events are kept; one that is too long for the column is not."""
        self.expire_events()
        if len(json.dumps(event, ensure_ascii=False)) <= EVENT_MAXIMUM:
            self.put("event", event["uuid"], {"at": time.time(), "event": event})

    def expire_events(self):
        for key, kept in list(self.things["event"].items()):
            if time.time() - kept["at"] > EVENTS_KEPT:
                self.remove("event", key)

    def age_events(self, seconds):
        """As if they had been pushed so many seconds earlier."""
        for key, kept in list(self.things["event"].items()):
            moment = now().fromtimestamp(kept["at"] - seconds, people.JST)
            self.put("event", key, {"at": kept["at"] - seconds,
                                    "event": {**kept["event"], "time": moment.strftime("%Y-%m-%dT%H:%M:%S%z")}})
