# SPDX-License-Identifier: LGPL-2.1-or-later
"""The outage torture: the center cut at moments that a seed chooses, with questions that it was and was not asked, and the
daemon killed between; and what has to hold: each question that was kept is answered exactly once by the center's own log,
none is lost, they are asked in the order in which they came, and nothing of them can be read on the disk.

Comes in: a rig, a seed, how many cuts. Goes out: a line a cut. Each question has a day of its own, by which the center's log
tells it from all others.
"""
import datetime
import random
import sqlite3

from bus import MANAGER, ROOT, Visits, get_property
from canary import PERSONA, Search
from loop import until
from people import INSURED, UNKNOWN

FAULTS = ("refuse-connection", "drop path=search always", "cut 0 path=search always", "cut 40 path=search always",
          "status 503 path=search always", "status 500 path=search always", "processing path=search always")
PERSONS = (INSURED, UNKNOWN, {"InsurerNumber": "990035", "Number": "1111111", "Birthdate": "19800101"},
           {"InsurerNumber": "990043", "Number": "2222222", "Birthdate": "19700101"})
FIRST_DAY = datetime.date(2015, 1, 1)
KILLED, CUT_AGAIN = 0.35, 0.4  # how probable


def wait_queued(rig, number):
    """Until so many questions wait, by the daemon and, if none does, by its folder."""
    mark = rig.state_directory / "outage-queue"
    until(lambda: get_property(rig.bus_connection(), ROOT, MANAGER, "Queued") == number and (number or not mark.exists()),
          f"{number} questions to wait")


def read_details(data):
    """As daemon/store/event-details.h packs them."""
    fields = data.split(b"\0")[:-1]
    return {key[1:].decode(): value.decode() for key, value in zip(fields[::2], fields[1::2])}


def read_events(rig):
    """Which outages were resolved, in their order, by the file of a daemon that has ended: (uid, details)."""
    with sqlite3.connect(rig.state_directory / "shikaku.db") as database:
        rows = database.execute("SELECT audience, details FROM events WHERE kind = 'outage-resolved' ORDER BY sequence")
        return [(audience, read_details(details)) for audience, details in rows]


class Torture:
    def __init__(self, rig, seed, cuts):
        self.rig, self.cuts = rig, cuts
        self.chance = random.Random(seed)
        self.days = 0
        self.kept = []  # (the day, the id, the number of the person), in the order in which they were kept
        self.answered = set()  # days of the questions that had their answer at once
        self.kills = 0
        self.search = Search(PERSONA)
        rig.start("center", "daemon")

    def run(self):
        for number in range(self.cuts):
            self.cut(number)
        self.mend()
        self.judge()

    def make_day(self):
        self.days += 1
        return (FIRST_DAY + datetime.timedelta(self.days)).strftime("%Y%m%d")

    def ask(self, persons):
        """All at once; what is kept is kept in some order, but of one person only one is asked."""
        visits = Visits(self.rig.bus_connection("tester", fresh=True))
        asked = [(self.make_day(), person) for person in persons]
        opened = [(day, person, visits.check_number({**PERSONS[person], "Date": day})) for day, person in asked]
        for day, person, visit in opened:
            assert visit.wait_finished()[0] == "done"
            answer = visit.eligibility()
            if "Queued" in answer:
                self.kept.append((day, answer["Queued"], person))
            else:
                assert answer["Source"] == "center" and "QueueError" not in answer, answer
                self.answered.add(day)
            visit.close()
        visits.connection.close_sync(None)

    def cut(self, number):
        fault = self.chance.choice(FAULTS)
        persons = self.chance.sample(range(len(PERSONS)), self.chance.randint(1, len(PERSONS)))
        words = []
        self.rig.center(f"fault {fault}")
        self.ask(persons)
        if self.chance.random() < KILLED:
            words.append(self.kill())
        if self.chance.random() < CUT_AGAIN:
            words.append(self.cut_again())
        else:
            self.mend()
            words.append("all answered")
        print(f"{number}: {fault}, {len(persons)} asked, {', '.join(filter(None, words))}", flush=True)

    def kill(self):
        self.rig.kill_daemon()
        self.kills += 1
        self.look_at_disk()
        self.rig.start_daemon()
        return "killed"

    def look_at_disk(self):
        data = b"".join(path.read_bytes() for path in self.rig.state_directory.iterdir())
        found = self.search.find_personal(data)
        found += [text for person in PERSONS for text in person.values() if len(text) > 6 and text.encode() in data]
        assert not found, found

    def cut_again(self):
        """The center comes back, has so many of them, and is cut once more; or the daemon is killed at that moment."""
        rig = self.rig
        waiting = get_property(rig.bus_connection(), ROOT, MANAGER, "Queued")
        before = sum(line["path"] == "search" for line in rig.center.log())
        rig.center("clear-faults")
        rig.center("fault slow 1 path=search always")
        self.show_center()
        if not waiting:
            return ""
        several = self.chance.randint(1, waiting)
        until(lambda: sum(line["path"] == "search" for line in rig.center.log()) >= before + several
              or get_property(rig.bus_connection(), ROOT, MANAGER, "Queued") == 0, "the center to be asked")
        rig.center("clear-faults")
        rig.center(f"fault {self.chance.choice(FAULTS)}")
        return f"cut again after {several}" + (", " + self.kill() if self.chance.random() < KILLED else "")

    def show_center(self):
        """A check that the center answers, so that the daemon knows that it is back."""
        visits = Visits(self.rig.bus_connection("colleague", fresh=True))
        day = self.make_day()
        visit = visits.check_number({**UNKNOWN, "Date": day})
        assert visit.wait_finished()[0] == "done"
        assert visit.eligibility()["Validity"] == "none", visit.eligibility()
        self.answered.add(day)
        visits.connection.close_sync(None)

    def mend(self):
        self.rig.center("clear-faults")
        self.show_center()
        wait_queued(self.rig, 0)

    def judge(self):
        log = [line for line in self.rig.center.log() if line["path"] == "search" and line["ArbitraryFileIdentifier"]
               and line["fault"] != "processing"]  # which answers nothing
        statistics = f"{len(self.kept)} kept, {self.kills} kills"
        self.rig.stop_daemon()
        for day in [day for day, _id, _person in self.kept] + sorted(self.answered):
            asked = [line for line in log if line["date"] == day]
            assert sum(not line["repeated"] for line in asked) == 1, (day, asked)
            assert len({line["ArbitraryFileIdentifier"] for line in asked}) == 1, (day, asked)
        told = [details for _user, details in read_events(self.rig)]
        assert all(details["Fate"] == "answered" for details in told), told
        kept = sorted(queued for _day, queued, _person in self.kept)
        assert sorted(details["Queued"] for details in told) == kept, statistics
        place = {details["Queued"]: number for number, details in enumerate(told)}
        last = {line["date"]: number for number, line in enumerate(log)}
        for person in range(len(PERSONS)):
            mine = [(day, queued) for day, queued, whose in self.kept if whose == person]
            assert [place[queued] for _day, queued in mine] == sorted(place[queued] for _day, queued in mine), person
            assert [last[day] for day, _queued in mine] == sorted(last[day] for day, _queued in mine), person
        print(f"{statistics}: each answered once, in order", flush=True)
