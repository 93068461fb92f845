# SPDX-License-Identifier: LGPL-2.1-or-later
"""The control socket: what can be told to ORCA. The line and its client are those of sim_center.control."""

import asyncio

from sim_center import control

from . import faults

send = control.send
HELP = """control commands (one a line; each is answered with one line of JSON, "ok" true or false):
what people do at ORCA's screens (PATIENT: a persona, or a Patient_ID):
  ask PATIENT [treatment=2|3] [prescription=1|2] [withdrawal=2|3]
                      asks for the eligibility: a row, blank, and its event {"row", "event", "id"};
                      withdrawal: that what was consented to at home or online ends
  again ROW [keep]    asks anew: the row is in state 02 (keep: stays as it is, so that its records are asked for)
  references          registers all reference numbers
  appoint PATIENT YYYYMMDD  has an appointment that day
  appointments YYYYMMDD     asks for all who have one: a job and its event
  consented V001|O001 FROM TO  asks for those who consented at home or online, YYYYMMDD
  event NAME [JSON]   any other event, with this body (2,048 characters at most)
events:
  repeat EVENT [same] the same event once more, with another id (same: with its own)
  forge NAME [time=TIME] [JSON]  an event that ORCA never made: pushed, and not known to pusheventgetv2
  next-id N           the next event has this id, 1 to 65535
  age SECONDS         as if all events had been pushed so many seconds earlier
  cut                 cuts all WebSockets
what there is:
  patient PATIENT     its numbers as ORCA has them
  rows, row ROW       rows of enquiries: state "", 01, 02, 03; classification 1 by card, 2 by number
  receptions          rows by card: one for each result that was taken in
  months, checkups, jobs, conditions, events   what was stored
  pushed              {"pushed": [...]}: each event, how many WebSockets it reached
  log                 {"log": [...]}: every request: path, bytes, status, Api_Result, fault
  stats               sums: requests by path; connect, subscribe, ping, disconnect, push; sockets that are open
  clear-log           empties the log and sets the sums to 0
  wait WHAT [N] [SECONDS]  answers when N of WHAT (a path, connect, subscribe, push, held ...) came since clear-log (1 and 10)
  wait-row ROW STATE [SECONDS]  answers with the row when it is in this state (10)
  set NAME=VALUE ...  institution=CODE, pdf=on|off (PDFs are wanted too), reference-page=N, appointment-page=N (of one answer),
                      classes=on|off (QualificationCon_Class is filled)
faults:
  fault KIND [ARGUMENT] [path=CALL] [count=N|always]  for the next request, for N, or for all; path= narrows it to one call
  faults              {"faults": [...]}: those that are armed still
  clear-faults        disarms all of them, and listens again
  release             answers what was held, and holds no more
""" + "\n".join(f"  {kind + argument:<20}{text}" for kind, (argument, text) in faults.KINDS.items())


class Control(control.Commands):
    def __init__(self, server, desk, described):
        self.server, self.book, self.exchange = server, server.book, server.exchange
        super().__init__(described, {
            **desk.commands,
            "next-id": self.set_next_id,
            "age": self.age,
            "cut": self.exchange.cut,
            "patient": self.tell_patient,
            "rows": lambda: {"rows": self.book.list("row")},
            "row": self.tell_row,
            "receptions": lambda: {"receptions": [row for row in self.book.list("row") if row["classification"] == "1"]},
            "months": lambda: {"months": self.book.things["month"]},
            "checkups": lambda: {"checkups": self.book.things["checkup"]},
            "jobs": lambda: {"jobs": self.book.list("job")},
            "conditions": lambda: {"conditions": self.book.list("condition")},
            "events": lambda: {"events": [kept["event"] for kept in self.book.list("event")]},
            "pushed": lambda: {"pushed": list(self.exchange.pushed)},
            "log": lambda: {"log": list(self.server.log)},
            "stats": lambda: {"counts": dict(self.server.counts), "sockets": len(self.exchange.listeners)},
            "clear-log": self.server.clear_log,
            "wait": self.wait,
            "wait-row": self.wait_row,
            "set": self.server.calls.settings.set,
            "fault": self.arm_fault,
            "faults": lambda: {"faults": [fault.kind for fault in self.server.faults.armed]},
            "clear-faults": self.clear_faults,
            "release": self.server.release,
        })

    def set_next_id(self, number):
        if not 1 <= int(number) <= 65535:
            raise ValueError("1 to 65535")
        self.book.put("setting", "next-id", int(number))
        self.book.commit()

    def age(self, seconds):
        self.book.age_events(float(seconds))
        self.book.commit()

    def tell_patient(self, word):
        patient = self.book.patients.find(word)
        return {"Patient_ID": patient.identifier, "number": patient.number, "persona": patient.person.key,
                "Birthdate": patient.birthdate, **patient.numbers}  # fmt: skip

    def tell_row(self, uuid):
        row = self.book.get("row", uuid)
        if not row:
            raise ValueError("no such row")
        return {"row": row}

    async def wait_row(self, uuid, state, seconds="10"):
        self.tell_row(uuid)
        async with self.server.arrivals:
            arrived = self.server.arrivals.wait_for(lambda: self.book.get("row", uuid)["state"] == state)
            await asyncio.wait_for(arrived, min(float(seconds), control.WAIT_MAXIMUM))
        return self.tell_row(uuid)

    def arm_fault(self, *words):
        fault = faults.parse(words)
        self.server.faults.add(fault)
        if fault.kind == "refuse-connection":
            self.server.refuse_connections()

    async def clear_faults(self):
        self.server.faults.clear()
        if not self.server.listeners:
            await self.server.listen()

    async def wait(self, what, count="1", seconds="10"):
        async with self.server.arrivals:
            arrived = self.server.arrivals.wait_for(lambda: self.server.counts[what] >= int(count))
            await asyncio.wait_for(arrived, min(float(seconds), control.WAIT_MAXIMUM))
