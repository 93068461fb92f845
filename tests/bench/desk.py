# SPDX-License-Identifier: LGPL-2.1-or-later
"""desk: what the bench does again and again: a check by number, and a visit with a card, agent included.

Comes in: a rig with a running daemon. Goes out: when what happened, by this side's clock.
"""
import copy
import json
import time

from bus import MANAGER, ROOT, Agent, ObjectPath, Visits, call, options
from gi.repository import GLib
from loop import wait_for
from rig import SIMULATOR

PERSON = "matsumoto"


def write_people(rig):
    """The simulator's people, with a second ticket of medical aid for one: the answer to his number then has 4.3 kB and
    every element that it can have. Return: the file, and what a clerk types of him."""
    people = json.loads((SIMULATOR / "people.json").read_text())
    entries = people["people"][PERSON]["center"]["entries"]
    tickets = entries[1]["PublicExpenseResultList"]
    tickets.append(copy.deepcopy(tickets[0]))
    path = rig.folder / "people.json"
    path.write_text(json.dumps(people, ensure_ascii=False))
    names = {"InsurerNumber": "InsurerNumber", "Symbol": "InsuredCardSymbol", "Number": "InsuredIdentificationNumber",
             "Branch": "InsuredBranchNumber", "Birthdate": "Birthdate"}
    return path, {key: entries[0][name].strip() for key, name in names.items()}


class NumberDesk:
    """Starts a center that knows the person; check() when the daemon runs.

    @distance: milliseconds until the center answers. Without it the answer is sometimes there before the daemon looks
    for it, which saves it a wait; real centers are far away, and counts shall not hang on luck."""

    def __init__(self, rig, distance=0):
        self.rig = rig
        people, self.insured = write_people(rig)
        rig.launch_center("--people", people)
        rig.start("center", "bus")
        if distance:
            rig.center(f"fault slow {distance} path=search count=always")
        self.visits = None

    def check(self):
        """CheckNumber, GetEligibility when it has finished, Close. Return: seconds from the call to the signal."""
        if not self.visits:
            self.visits = Visits(self.rig.bus_connection("tester"))
        begin = time.perf_counter()
        visit = self.visits.check_number(self.insured)
        state, _error, _details = wait_for(lambda: self.visits.finished.pop(visit.path, None), "the end of the visit")
        end = time.perf_counter()
        assert state == "done", state
        assert visit.eligibility()["Answer"] == "eligible"
        visit.close()
        return end - begin

    def run(self, number):
        return [self.check() for _number in range(number)]

    def run_whole(self, number):
        """The whole visit in one call (Check), @number times."""
        connection = self.rig.bus_connection("tester")
        wanted = GLib.Variant.new_tuple(options({"Insured": options(self.insured)}))
        for _number in range(number):
            assert call(connection, ROOT, MANAGER, "Check", wanted)["Answer"] == "eligible"


class CardDesk:
    """A caller, and an agent that answers at once. The daemon runs, and a card is in its first reader."""

    def __init__(self, rig, pin="1234"):
        self.rig, self.pin, self.pin_at = rig, pin, None
        self.reader = ObjectPath(rig.wait_readers(2, 1)[0])
        self.visits = Visits(rig.bus_connection("tester"))
        self.agent = Agent(rig.bus_connection("colleague"), pin=self.give_pin)
        self.agent.register(Reader=self.reader)

    def give_pin(self, _details):
        self.pin_at = time.time()
        return self.pin

    def check(self, *consents):
        """A visit at the card that lies there. Return: seconds from OpenVisit to the signal."""
        begin = time.perf_counter()
        visit = self.visits.open(Reader=self.reader, SameCard=True, Consents=list(consents))
        state, error, _details = wait_for(lambda: self.visits.finished.pop(visit.path, None), "the end of the visit")
        end = time.perf_counter()
        assert state == "done", (state, error)
        assert visit.eligibility()["Answer"] == "eligible"
        visit.close()
        return end - begin

    def count_requests_after_pin(self):
        return sum(request["at"] > self.pin_at for request in self.rig.center.log())
