# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the people at ORCA's screens do, which makes rows and jobs, and events: told by the control socket.

Comes in: words. Goes out: what a test wants to know of it, as a dict; an event to push.
"""

import json

from .book import now, today, with_dashes
from .calls import APPOINTMENTS, SHELLS

ASK, BULK = "patient_qualification", "Bulk_Qualification"
BODY_MAXIMUM = 2048


def to_options(words):
    return dict(word.partition("=")[::2] for word in words)


class Desk:
    """@push: called with an event, which is kept already."""

    def __init__(self, book, push, user="ormaster"):
        self.book = book
        self.push = push
        self.user = user
        self.commands = {
            "ask": self.ask, "again": self.again, "repeat": self.repeat, "references": self.ask_references,
            "appoint": self.appoint, "appointments": self.ask_appointments, "consented": self.ask_consented,
            "event": self.send_event, "forge": self.forge}  # fmt: skip

    def make_body(self, **more):
        return {"Hospnum": "1", "Patient_ID": "", "Information_Date": with_dashes(today()),
                "Information_Time": now().strftime("%H:%M:%S"), "Qualification_Class": "", "Qualification_Uuid": "",
                "Qualification_Date": "", "kikan_kbn": "", "StartDate": "", "EndDate": "", "Shokai_kbn": "",
                "Process_Class": "", **more}  # fmt: skip

    def send(self, name, body):
        event = self.book.make_event(name, body, self.user)
        self.book.keep_event(event)
        self.book.commit()
        self.push(event)
        return event

    # -- one patient

    def ask(self, word, *words):
        """treatment=2|3: at home, online. prescription=1|2. withdrawal=2|3: no question, but what was consented to there ends.
        A new row, and its event."""
        patient, options = self.book.patients.find(word), to_options(words)
        search = {**patient.numbers, "Birthdate": patient.birthdate}
        row = self.book.add_row(patient, "1" if "treatment" in options else "2", search=search,
                                treatment=options.get("treatment", ""), prescription=options.get("prescription", ""),
                                withdrawal=options.get("withdrawal", ""))
        return self.send_row(row, patient)

    def send_row(self, row, patient):
        event = self.send(ASK, self.make_body(
            Patient_ID=patient.identifier if patient else "", Qualification_Class="Yes", Qualification_Uuid=row["uuid"],
            Shokai_kbn=row["treatment"]))  # fmt: skip
        return {"row": row["uuid"], "event": event["uuid"], "id": event["id"]}

    def again(self, uuid, *words):
        """The operator asks anew for what was asked already; keep: the state of the row stays, for its records."""
        row = self.book.get("row", uuid)
        if not row:
            raise ValueError("no such row")
        if "keep" not in words:
            row["state"] = "02"
            self.book.put("row", uuid, row)
        return self.send_row(row, self.book.patients.by_number.get(row["number"]))

    def repeat(self, uuid, *words):
        """The same event once more, with the id of another."""
        kept = self.book.get("event", uuid)
        if not kept:
            raise ValueError("no such event")
        event = {**kept["event"], "id": self.book.next_id()} if "same" not in words else kept["event"]
        self.book.commit()
        self.push(event)
        return {"event": uuid, "id": event["id"]}

    # -- in bulk

    def ask_references(self):
        event = self.send(ASK, self.make_body(Qualification_Class="Rreq"))
        return {"event": event["uuid"]}

    def appoint(self, word, day):
        patient = self.book.patients.find(word)
        self.book.put("appointment", f"{day}/{patient.number}", {"date": day, "number": patient.number})
        self.book.commit()

    def ask_appointments(self, day):
        return self.send_job(self.book.add_job(APPOINTMENTS, date=day), Qualification_Date=with_dashes(day), kikan_kbn="2",
                             StartDate=with_dashes(day), EndDate=with_dashes(day))  # fmt: skip

    def ask_consented(self, process, begin, end):
        """process: V001 or O001."""
        job = self.book.add_job(SHELLS[process], **{"from": begin, "to": end})
        return self.send_job(job, Qualification_Date=with_dashes(today()), kikan_kbn="1", StartDate=with_dashes(begin),
                             EndDate=with_dashes(end), Shokai_kbn={"V001": "2", "O001": "3"}[process],
                             Process_Class=process)  # fmt: skip

    def send_job(self, job, **more):
        event = self.send(BULK, self.make_body(Qualification_Class="Rreq", Qualification_Uuid=job["uuid"], **more))
        return {"job": job["uuid"], "event": event["uuid"]}

    # -- others' events

    def send_event(self, name, *words):
        """Any event, with a body of JSON."""
        body = json.loads(" ".join(words) or "{}")
        if len(json.dumps(body, ensure_ascii=False)) > BODY_MAXIMUM:
            raise ValueError("a body has at most 2048 characters")
        return {"event": self.send(name, body)["uuid"]}

    def forge(self, name, *words):
        """As anybody could who reaches the exchange: an event that ORCA never made, and does not know. The first word may be
        time=TIME."""
        time = words[0].removeprefix("time=") if words and words[0].startswith("time=") else ""
        event = self.book.make_event(name, json.loads(" ".join(words[bool(time):]) or "{}"), "nobody")
        event["time"] = time or event["time"]
        self.push(event)
        return {"event": event["uuid"]}
