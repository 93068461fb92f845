# SPDX-License-Identifier: LGPL-2.1-or-later
"""The torture of a desk beside the official terminal: patients before the face reader and papers at the desk, each file with a
fault that a seed chooses, and the daemon and the terminal killed meanwhile; and what has to hold all the same: what the
terminal gave whole is given to who names that patient, once, and nothing else is; no request is worked on twice; no answer
is another person's; the terminal's folders are empty in the end, and what was no answer is set aside, not lost.

Comes in: a rig, numbers. Goes out: assertions, each with what differs.
"""
import random
import sys
import unicodedata
from collections import Counter

from bus import LEDGER, MANAGER, ROOT, BusError, Call, GLib, Visit, Visits, call, options
from ledger_file import read_entries
from loop import settle, until
from rig import SIMULATOR
from test_records import RULES, Fetched, ask

sys.path.insert(0, str(SIMULATOR))
from sim_center import load  # noqa: E402

# What becomes of a face file, by its fault. Whole: it is somebody's news, sooner or later.
WHOLE = (None, "halves", "empty-file", "renamed-late", "locked", "gone", "bom", "duplicate", "twice")
SET_ASIDE = ("cut", "garbage", "malformed", "other-institution")
NOTHING = ("lost", "full", "taken", "empty")  # it does not come, or names nobody
EITHER = ("wrong-encoding",)  # whoever can read it all the same may
PLAIN_SHARE = 0.4  # of the files have no fault
# Of the answer to a request: those without which the answer has to come, and those that it may not survive.
HARMLESS = ("halves", "empty-file", "renamed-late", "locked", "bom", "duplicate", "hold")
SPOILT = ("cut", "lost", "full", "taken", "err", "other-person", "other-institution", "other-request", "garbage", "malformed",
          "wrong-encoding", "error-code ABCD0001E")  # fmt: skip
HELD = ("halves", "empty-file", "renamed-late", "locked")  # until "release"
ENDLESS = ("cut", "garbage")  # nobody knows whether more of it is to come
UNANSWERED = (*ENDLESS, "lost", "full", "taken")  # until the time is over
SILENCE = 31  # seconds after which a file that does not grow, and an answer that does not come, is given up
TIMEOUT = 30
RETENTION = 600
WRONG_PATIENTS = 61  # seconds after which more of them may be named
KILLS = ("given", "released", "claimed")
KILL_SHARE, CLAIM_KILL_SHARE = 0.5, 0.03  # of the rounds, of the claims: the daemon is killed
TERMINAL_KILLS = 3  # each so many rounds the terminal is
LATER_SHARE = 0.3  # of the patients come to the desk long after
RECORDS_SHARE = 0.15  # of those who do: a doctor wants the medicines
RECORDS_FAULTS = (None, None, "other-person", "other-request", "other-institution", "malformed", "wrong-encoding")
PAUSE, PAUSE_OF_CLAIM = 0.3, 0.02  # seconds at most, by chance, before a kill


def normalise(text):
    return unicodedata.normalize("NFKC", text or "").strip()


class Patient:
    """One of the load's people, who stands before the face reader or brings a paper; each once."""

    def __init__(self, key, description, fault):
        self.key, self.entry, self.fault = key, description["center"]["entries"][0], fault
        self.reference = "R" + key.removeprefix("load-")
        self.name = self.digest = None  # of the face file
        self.visit = None
        self.claimed = 0

    def numbers(self):
        return load.get_numbers({"center": {"entries": [self.entry]}})

    def is_shown_in(self, eligibility):
        shown = eligibility["Insurances"][0]
        return all(normalise(shown.get(ours)) == normalise(self.entry[theirs]) for ours, theirs in (
            ("Number", "InsuredIdentificationNumber"), ("Name", "Name"), ("Birthdate", "Birthdate")))


class Torture:
    def __init__(self, rig, files, seed):
        self.rig, self.chance, self.files = rig, random.Random(seed), files
        self.people = load.make_people(files, 1)
        self.left = [*self.people.items()]
        self.waiting, self.counts, self.outcomes = [], Counter(), Counter()
        self.aside, self.met, self.rounds = [], [], 0
        self.is_killed = False
        rig.start("bus")
        rig.start_polkitd(RULES)
        self.start_terminal()
        self.start_daemon()

    # -- the programs

    def start_terminal(self):
        self.terminal = self.rig.terminal(load=self.files)
        self.settings = self.terminal.settings(Timeout=TIMEOUT)

    def start_daemon(self):
        self.rig.start_daemon(clock=True, Visit_Retention=RETENTION, **self.settings)
        self.connection = self.rig.bus_connection("tester", fresh=True)
        self.visits = Visits(self.connection)

    def kill_daemon(self, pause=PAUSE):
        settle(self.chance.uniform(0, pause))
        self.rig.kill_daemon()
        self.connection.close_sync(None)
        self.counts["daemon killed"] += 1
        self.is_killed = True
        self.start_daemon()

    def kill_terminal(self):
        """What it was writing stays as it is; what it held open is free; what nobody had a name for yet is gone."""
        process = self.terminal.process
        process.kill()
        process.reap()
        self.rig.retire(process)
        self.counts["terminal killed"] += 1
        for path in self.terminal.faces.iterdir():
            if path.suffix == ".tmp":
                path.unlink()
            elif path.stat().st_mode & 0o777 == 0:
                path.chmod(0o644)
        for path in self.terminal.answers.glob("*.tmp"):
            path.unlink()
        self.start_terminal()

    # -- one round

    def draw(self, faults):
        return None if self.chance.random() < PLAIN_SHARE else self.chance.choice(faults)

    def show_faces(self, number):
        patients = []
        for key, description in (self.left.pop() for _index in range(number)):
            fault = self.draw((*WHOLE[1:], *SET_ASIDE, *NOTHING, *EITHER))
            patient = Patient(key, description, fault)
            words = {"fault": fault} if fault else {}
            told = self.terminal.face(key, consents="drug", reference=patient.reference, **words)
            patient.name, patient.digest = told["name"], told["digest"]
            patients.append(patient)
        return patients

    def bring_papers(self, number):
        papers = []
        for key, description in (self.left.pop() for _index in range(number)):
            fault = self.draw((*HARMLESS, *SPOILT))
            if fault:
                self.terminal(f"fault {fault} path=OQSsiquc01")
            patient = Patient(key, description, None)
            patient.visit = self.visits.check_number(patient.numbers())
            papers.append(patient)
        return papers

    def do_round(self, faces, papers):
        faces = self.show_faces(faces)
        self.maybe_kill("given")
        self.terminal("share on")  # it may have gone in the middle of a file
        papers = self.bring_papers(papers)
        self.is_killed = False
        self.maybe_kill("released")
        self.rounds += 1
        if self.rounds % TERMINAL_KILLS == 0:
            self.note_papers(papers)
            unfinished = {line["name"] for line in self.terminal.log("face") if line["state"] == "half"}
            unnamed = {line["name"] for line in self.terminal.log("face") if line["fault"] == "renamed-late"}
            self.kill_terminal()
            for patient in faces:
                patient.fault = "cut" if patient.name in unfinished else "lost" if patient.name in unnamed else patient.fault
        self.let_it_look(faces)
        self.finish(faces, papers)
        self.judge(papers)
        self.maybe_kill("claimed")
        self.receive(faces)
        self.terminal("clear-log")
        self.terminal("clear-faults")

    def let_it_look(self, faces):
        """Until what has no fault is taken: it has seen the others too, as they are."""
        unfinished = [patient.name for patient in faces if patient.fault in HELD + ENDLESS]
        try:
            self.terminal.wait_left("face", len(unfinished))
        except AssertionError as error:
            states = {line["name"]: (line["fault"], line["state"]) for line in self.terminal.log("face")}
            left = set(self.terminal.files("face")) - set(unfinished)
            raise AssertionError([(name, states.get(name)) for name in left]) from error

    def maybe_kill(self, moment):
        if self.chance.random() < KILL_SHARE and self.chance.choice(KILLS) == moment:
            self.kill_daemon()

    def finish(self, faces, papers):
        """Until all that can come has come, and what cannot was given up."""
        endless = [patient for patient in faces if patient.fault in ENDLESS]
        until(lambda: not self.terminal("release") and len(self.terminal.files("face")) <= len(endless), "the faces")
        until(lambda: not self.terminal("release") and not self.list_awaited(papers), "the answers")
        if endless or self.list_unanswered(papers):
            self.rig.let_pass(SILENCE)
        self.terminal.wait_empty("face")
        until(lambda: not self.list_unanswered(papers), "the end of what nobody answers")
        for folder in ("res", "req"):
            try:
                self.terminal.wait_empty(folder)
            except AssertionError as error:
                raise AssertionError(f"{folder}: {self.terminal.files(folder)} {self.terminal.log('OQSsiquc01')}") from error

    def list_unanswered(self, papers):
        return [] if self.is_killed else [paper for paper in papers if paper.visit.path not in self.visits.finished]

    def list_awaited(self, papers):
        """Of these, those whose answer is coming."""
        faults = {line["person"]: line["fault"] for line in self.terminal.log("OQSsiquc01")}
        return [paper for paper in self.list_unanswered(papers) if faults.get(paper.key, "lost") not in UNANSWERED]

    # -- what has to hold

    def note_papers(self, papers):
        """No request is worked on twice."""
        asked = Counter(line["person"] for line in self.terminal.log("OQSsiquc01") if line["person"])
        assert max(asked.values(), default=0) <= 1, asked.most_common(3)
        assert set(asked) <= {paper.key for paper in papers}, asked

    def judge(self, papers):
        """An answer is the patient's own, or none; where nothing was wrong it is there."""
        self.note_papers(papers)
        faults = {line["person"]: line["fault"] for line in self.terminal.log("OQSsiquc01")}
        for paper in papers:
            if self.is_killed:
                self.outcomes["daemon killed"] += 1
                continue
            state, error, _details = paper.visit.wait_finished()
            self.outcomes[error or state] += 1
            if state == "done":
                shown = paper.visit.eligibility()
                assert not shown.get("Insurances") or paper.is_shown_in(shown), (paper.key, faults.get(paper.key), shown)
                state = state if shown.get("Insurances") else shown.get("Reason")
            fault = faults.get(paper.key)
            if paper.key in faults and (fault is None or fault in HARMLESS) and not self.counts["terminal killed"]:
                assert state in ("done", "none", "several"), (paper.key, fault, state, error)
            paper.visit.close()

    def claim(self, patient, **more):
        """Return: the visit, or None: nobody like this has been there."""
        who = {"Birthdate": patient.entry["Birthdate"], "ReferenceNumber": patient.reference}
        parameters = GLib.Variant.new_tuple(options(who), options(more))
        try:
            path, candidates = call(self.connection, ROOT, MANAGER, "ClaimVisit", parameters)
        except BusError as error:
            if error.name == "LimitExceeded":
                self.rig.let_pass(WRONG_PATIENTS)
                return self.claim(patient, **more)
            assert error.name == "NotFound", error
            return None
        assert path != "/", candidates
        return Visit(self.visits, path)

    def receive(self, faces):
        """Most of the patients come to the desk at once, some long after."""
        for patient in faces:
            if patient.fault in SET_ASIDE:
                self.aside.append(patient)
            if self.chance.random() < LATER_SHARE:
                self.waiting.append(patient)
            else:
                self.meet(patient)

    def meet(self, patient):
        """The patient names themselves: what the terminal gave whole is there, and is theirs; the same is not there twice."""
        visit = self.claim_killed(patient) if self.chance.random() < CLAIM_KILL_SHARE else self.claim(patient)
        self.outcomes["met" if visit else "not there"] += 1
        if patient.fault in WHOLE:
            assert visit, (patient.key, patient.fault, patient.name)
        elif patient.fault not in EITHER:
            assert not visit, (patient.key, patient.fault, visit.eligibility())
        if visit:
            shown = visit.eligibility()
            assert visit.get("Origin") == "terminal" and patient.is_shown_in(shown), (patient.key, patient.fault, shown)
            assert self.claim(patient) is None, patient.key
            self.met.append(patient)
            if self.chance.random() < RECORDS_SHARE:
                self.fetch(visit, patient)
            visit.close()

    def claim_killed(self, patient):
        """The daemon dies while it is asked: whoever asks again has it, whether or not it was given before."""
        who = {"Birthdate": patient.entry["Birthdate"], "ReferenceNumber": patient.reference}
        Call(self.connection, ROOT, MANAGER, "ClaimVisit", GLib.Variant.new_tuple(options(who), options({})))
        self.kill_daemon(PAUSE_OF_CLAIM)
        return self.claim(patient, Again=True)

    def fetch(self, visit, patient):
        """What is given is the patient's own; else nothing is."""
        fault = self.chance.choice(RECORDS_FAULTS)
        if fault:
            self.terminal(f"fault {fault} path=YZKsiquc01")
        try:
            documents = Fetched(ask(self.connection, visit.path)).documents
        except BusError as error:
            assert fault or not visit.eligibility()["Answer"] == "eligible", error
            self.outcomes["records " + error.name] += 1
        else:
            self.outcomes["records" if documents else "no records"] += 1
            for content, _details in documents:
                assert patient.entry["Name"] in content.decode(), (patient.key, fault)
        self.terminal("clear-faults")

    def finish_all(self):
        for patient in self.waiting:
            self.meet(patient)
        self.check_folders()
        self.check_ledger()

    def check_folders(self):
        """Nothing is left in the terminal's folders; what was no answer is set aside beside them, whole."""
        for folder in (self.terminal.requests, self.terminal.answers, self.terminal.faces):
            assert not [path for path in folder.iterdir() if path.is_file()], list(folder.iterdir())
        kept = {path.name for path in self.terminal.folder.rglob("*") if path.is_file()}
        missing = [patient for patient in self.aside if not any(patient.name in name for name in kept)]
        assert not missing, [(patient.name, patient.fault) for patient in missing]

    def check_ledger(self):
        """Each file that was an answer is in the ledger once, by its hash, and the ledger is whole."""
        report = call(self.rig.bus_connection("root"), ROOT, LEDGER, "Verify", GLib.Variant.new_tuple(options({})))
        assert not report["Faults"], report
        arrived = Counter(entry["Sha256"] for entry in read_entries(self.rig.state_directory) if entry.get("Act") == "came")
        assert max(arrived.values()) == 1, arrived.most_common(2)
        missing = [patient.key for patient in self.met if patient.digest not in arrived]
        assert not missing, missing

    def run(self, faces, papers):
        """Rounds of so many files of each kind, until all of them were there."""
        while self.left:
            papers = min(papers, len(self.left))
            self.do_round(min(faces, len(self.left) - papers), papers)
        self.finish_all()
