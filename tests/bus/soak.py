# SPDX-License-Identifier: LGPL-2.1-or-later
"""soak: two desks where, visit after visit, something goes wrong that a seed has chosen; and what holds whatever it was.

Comes in: a rig, a seed, a number of visits. Goes out: a line a round. How a visit ends is not prescribed, where it was hit by
a fault; these are: it ends; an answer is of the card's owner, and its PIN was typed, verified and used to sign; a consent at
the center was said by this patient in this visit; a visit that nothing has hit is done; nothing is left of it.
"""
import random
import re
import signal
from pathlib import Path

from bus import (ERROR, MANAGER, READER, ROOT, VISIT, Agent, BusError, Call, ObjectPath, Visit, Visits, call, get_property,
                 options)
from faults import (ASKING_CONSENT, ASKING_PIN, CARD_SECONDS, CENTER_SECONDS, CHECKING, PINS, PROVING, READING, WAITING,
                    Patient, look_at, look_at_rest)
from gi.repository import GLib
from ledger_file import read_entries
from loop import until, wait_for
from people import INSURED

OWNERS = (("yamada", "takahashi"), ("suzuki", "tanaka"))  # of the cards at each desk
NAMES = {"yamada": "山田", "takahashi": "橋", "suzuki": "鈴木", "tanaka": "田中"}
PINS = {**PINS, "takahashi": "3456", "suzuki": "4567", "tanaka": "5678"}
# What is asked at desk 0 and 1 in one round, and in the next: so that each consent at the center has one visit it can be of.
KINDS = (("ceiling", "drug", "checkup"), ("specific-disease", "diagnosis", "operation"),
         ("disease-name", "infection", "allergy"), ("contraindication", "test", "prescription"))
PREFIXES = {
    "ceiling": "LimitApplicationCertificateRelated", "specific-disease": "SpecificDiseasesCertificateRelated",
    "checkup": "SpecificHealthCheckupsInfo", "drug": "PharmacistsInfo", "diagnosis": "DiagnosisInfo",
    "operation": "OperationInfo", "disease-name": "DiagnosisName", "infection": "InfectiousInfo", "allergy": "AllergyInfo",
    "contraindication": "ContraindicationInfo", "test": "TestInfo", "prescription": "PrescriptionInfo"}
MOMENTS = (None, READING, ASKING_PIN, PROVING, ASKING_CONSENT, CHECKING)  # None: as soon as it is open
FINAL = ("done", "failed", "cancelled")
WARM_UP = 40      # visits of a daemon before its memory is measured
GROWTH = 1024     # kilobytes
REST_SECONDS = 60
# What is done, how often, and whom it hits: the card, agent or caller of one desk, or both desks.
ONE, BOTH = "one", "both"
ACTS = {}


def act(weight, hits, moments=MOMENTS):
    def add(function):
        ACTS[function.__name__] = (weight, hits, moments, function)
        return function
    return add


def get_memory(pid):
    """Kilobytes that are @pid's alone; what it reads of its program does not count."""
    return int(re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


class Desk:
    """A reader with a card, an agent at the patient's side, and a caller."""

    def __init__(self, soak, number, card):
        self.soak, self.rig, self.number, self.card = soak, soak.rig, number, card
        self.owner = OWNERS[number][0]
        self.reader = ObjectPath(f"{ROOT}/reader/{number + 1}")
        self.caller = self.visits = self.patient = self.visit = self.opening = None
        self.said, self.kinds = {}, []
        self.card_is_touched = self.card_has_served = self.by_number = self.gone = False

    def bring_people(self):
        """Who has gone comes back, as another connection."""
        if self.caller is None or self.caller.is_closed():
            self.caller = self.rig.bus_connection("tester", fresh=True)
            self.visits = Visits(self.caller)
        if self.patient is None or self.patient.connection.is_closed():
            self.patient = Patient(self.rig.bus_connection("colleague", fresh=True))
            self.register()

    def register(self):
        self.patient.register(Reader=self.reader)

    def is_present(self):
        try:
            return get_property(self.soak.watcher, self.reader, READER, "CardPresent")
        except BusError:  # no such reader
            return None

    def wait_present(self, present):
        until(lambda: self.is_present() is present, f"a card at desk {self.number}: {present}")

    def change_card(self, owner):
        """Out and in, which the daemon has seen."""
        if self.card.status()["inserted"]:
            self.card("eject")
        self.wait_present(False)
        self.owner, self.card_has_served = owner, False
        self.card(f"insert {owner}")
        self.wait_present(True)

    # a visit

    def begin_round(self, number, chance):
        self.bring_people()
        patient = self.patient
        self.kinds = [kind for kind in KINDS[number % 2 * 2 + self.number] if chance.random() < 0.5]
        self.said = {kind: chance.random() < 0.5 for kind in self.kinds}
        patient.pin, patient.consents, patient.typed, patient.pending = PINS[self.owner], self.said, 0, []
        patient.calls.clear()
        self.card("clear-log")
        self.visit, self.by_number, self.gone, self.error = None, False, False, None

    def open(self, **more):
        """Return: the call, under way."""
        values = {"Reader": self.reader, "SameCard": True, "Consents": self.kinds, **more}
        self.opening = Call(self.caller, ROOT, MANAGER, "OpenVisit", GLib.Variant.new_tuple(options(values)))

    def check_number(self):
        self.by_number, self.kinds, self.said = True, [], {}
        self.opening = Call(self.caller, ROOT, MANAGER, "CheckNumber", GLib.Variant.new_tuple(options(INSURED), options({})))

    def wait_opened(self):
        try:
            self.visit = Visit(self.visits, self.opening.wait())
        except BusError as refusal:
            self.error = refusal.full_name.removeprefix(ERROR)

    def has_ended(self):
        return self.visit is None or self.gone or self.visit.path in self.visits.finished

    def arm(self, moment):
        """The visit is held at @moment until release()."""
        if moment in (READING, PROVING):
            self.card("fault hold " + {READING: "read", PROVING: "sign"}[moment])
        elif moment == ASKING_PIN:
            self.patient.pin = Agent.HANG
        elif moment == ASKING_CONSENT:
            self.patient.consents = Agent.HANG
        elif moment == CHECKING:
            self.rig.center("fault hold path=card/check")

    def wait_moment(self, moment):
        come = {None: lambda: True, READING: lambda: self.has_come("B0"), PROVING: lambda: self.has_come("2A"),
                ASKING_PIN: lambda: self.patient.count("RequestPin"),
                ASKING_CONSENT: lambda: self.patient.count("RequestConsent"),
                CHECKING: lambda: self.rig.center("stats")["requests"].get("card/check")}[moment]
        until(lambda: self.help_on() or come(), f"{moment} at desk {self.number} ({self.tell()})")

    def has_come(self, instruction):
        """Whether the card was sent such a command."""
        return any(entry["command"][2:4] == instruction for entry in self.card.log())

    def release(self):
        """Everybody answers what was held back, and what comes."""
        self.release_people()
        self.card("release")
        self.rig.center("release")

    def release_people(self):
        patient = self.patient
        patient.pin, patient.consents = PINS[self.owner], self.said
        for invocation, pipe in patient.pending if not patient.connection.is_closed() else []:
            if pipe is not None:
                patient.act(patient.pin, None, invocation, pipe)
            else:
                patient.give_consents(self.said, None, invocation)
        patient.pending = []

    def help_on(self):
        """A card that is waited for comes. Return: whether the visit has ended."""
        if self.has_ended():
            return True
        if self.visit.states()[-1:] in ([], [WAITING]) and self.rig.pcscd and not self.card.status()["inserted"]:
            self.card("insert")
        return False

    def wait_end(self):
        until(self.help_on, f"the end of the visit at desk {self.number} ({self.tell()})")

    def tell(self):
        if self.visit is None:
            return self.error or "nothing"
        end = self.visits.finished.get(self.visit.path)
        if end:
            return " ".join(filter(None, end[:2])).replace(ERROR, "")
        return "gone " * self.gone + " ".join(self.visit.states())

    # what holds

    def look(self, strict):
        """@strict: nothing has hit this visit. Closes it."""
        end = None if self.visit is None else self.visits.finished.get(self.visit.path)
        answer = {}
        if end and end[0] == "done" and self.rig.daemon and not self.gone:
            answer, consents = self.visit.eligibility(), self.visit.consents()
            self.look_at_consents(consents)
        commands = self.card.log()
        verified = [one for one in commands if one["command"][2:4] == "20" and one["size"] > 5]
        signed = [one for one in commands if one["command"][2:4] == "2A" and one["status"] == "9000"]
        right = [one for one in verified if one["status"] == "9000"]
        self.card_has_served = self.card_has_served or any(one["command"][2:4] == "B0" for one in commands)
        assert len(verified) <= self.patient.typed, f"{len(verified)} PINs at the card, {self.patient.typed} typed"
        assert len(signed) <= len(verified), f"{len(signed)} signatures, {len(verified)} PINs"
        if answer.get("Answer") in ("eligible", "not-eligible") and not self.by_number:
            assert (len(right), len(signed)) == (1, 1), f"an answer with {len(right)} PINs and {len(signed)} signatures"
            assert NAMES[self.owner] in answer["Insurances"][0]["Name"], f"the answer of another than {self.owner}: {answer}"
        if strict:
            assert end and end[0] == "done" and answer["Answer"] == "eligible", f"{end} without a fault"
        if self.visit and self.rig.daemon and not self.gone:
            try:
                self.visit.close()
            except BusError as error:  # closed by the act, or of another daemon
                assert error.full_name == "org.freedesktop.DBus.Error.UnknownObject", error
        return answer.get("Answer")

    def look_at_consents(self, consents):
        granted = {kind for kind, consent in consents.items() if consent["Granted"]}
        assert granted <= {kind for kind, yes in self.said.items() if yes}, f"{granted} of {self.said}"
        assert {PREFIXES[kind] for kind in granted} <= self.soak.get_consents_at_center(), granted

    def look_at_rest(self):
        assert call(self.caller, ROOT, MANAGER, "GetVisits") == []
        until(lambda: not get_property(self.soak.watcher, self.reader, READER, "InUse"), f"desk {self.number} to be free")
        until(lambda: not self.card.status()["verified"], "the card to lose the PIN's rights")


class Soak:
    def __init__(self, rig, seed, number):
        self.rig, self.seed, self.number = rig, seed, number
        rig.start("card", "center", "daemon", persona=OWNERS[0][0], second_card=True, clock=True, Center_Timeout=CENTER_SECONDS)
        rig.second_card(f"insert {OWNERS[1][0]}")
        self.watcher = rig.bus_connection("tester")
        self.desks = [Desk(self, number, card) for number, card in enumerate((rig.card, rig.second_card))]
        self.visits = self.rounds = self.answers = self.of_this_daemon = 0
        self.ends, self.memory, self.held, self.said_before = {}, None, None, set()
        rig.wait_readers(2, present=2)

    def run(self):
        while self.visits < self.number:
            self.run_round()
            if self.memory is None and self.of_this_daemon >= min(WARM_UP, self.number // 3):
                self.memory, self.held = self.measure_memory(), look_at_rest(self.rig.daemon)
        for desk in self.desks:
            desk.change_card(desk.owner)
        self.run_round("nothing", both=True)
        self.look_at_memory()
        assert self.answers * 4 >= self.visits, f"{self.answers} answers to {self.visits} visits"

    def measure_memory(self):
        """When somebody has gone, and a while has passed, the daemon gives back what it does not need; what it needs for a
        moment, as for a new connection to the center, may fall into one measure, and does not into all."""
        return min(self.measure_at_rest() for _again in range(3))

    def measure_at_rest(self):
        passer = self.rig.bus_connection("tester", fresh=True)
        call(passer, ROOT, MANAGER, "GetVisits")
        passer.close_sync(None)
        self.rig.wait_left(passer.get_unique_name())
        self.rig.let_pass(REST_SECONDS)
        return get_memory(self.rig.daemon.pid)

    def look_at_memory(self):
        """What the daemon holds is what it held when it was warm."""
        pid = self.rig.daemon.pid
        until(lambda: not self.find_left(), "the daemon to let go of what it did not hold when it was warm")
        if "libasan" not in Path(f"/proc/{pid}/maps").read_text():
            grown = self.measure_memory() - self.memory
            print(f"memory: {self.memory} kB after the warm-up, {grown:+d} kB after {self.of_this_daemon} visits", flush=True)
            assert grown <= GROWTH, f"the daemon has grown by {grown} kB"

    def find_left(self):
        """What the daemon holds more than then, but for the threads of readers that had not been used."""
        return [name for name in look_at(self.rig.daemon) - self.held if name != "thread card-worker"]

    def choose(self, chance):
        names = [name for name in ACTS if name not in ("restart", "kill") or self.visits < self.number // 2]
        return chance.choices(names, [ACTS[name][0] for name in names])[0]

    def run_round(self, name=None, both=False):
        chance = random.Random(f"{self.seed} {self.rounds}")
        name = name or self.choose(chance)
        _weight, hits, moments, function = ACTS[name]
        hit, other = chance.sample(self.desks, 2)
        desks = [hit, other] if both or chance.random() < 0.4 else [hit]
        moment = chance.choice(moments)
        self.detail = ""
        told = f"{self.rounds}: {name} at {moment or 'the opening'}, desk {hit.number}" + ", both open" * (len(desks) == 2)
        try:
            for desk in self.desks:
                desk.begin_round(self.rounds, chance)
            self.rig.center("clear-log")
            daemon, self.has_passed = self.rig.daemon, False
            if other in desks:
                other.open()
                other.wait_opened()
            function(hit, moment, chance)
            for desk in desks:
                desk.wait_end()
            self.look(desks, hit, hits, name)
            self.restore(name)
        except Exception:
            print(f"{told}{self.detail}: does not hold; again: SHIKAKU_SEED={self.seed}", flush=True)
            raise
        print(f"{told}{self.detail} → {'; '.join(desk.tell() for desk in desks)}", flush=True)
        self.visits, self.rounds = self.visits + len(desks), self.rounds + 1
        self.of_this_daemon = self.of_this_daemon + len(desks) if daemon is self.rig.daemon else 0
        self.memory = self.memory if daemon is self.rig.daemon else None

    def list_consents_at_center(self):
        """Return: the identifier of a message of this round, and a consent in it, registered or not, as it was heard there."""
        return [(record["ArbitraryFileIdentifier"], prefix) for record in self.rig.center.log()
                for prefix in (*record["registered"], *record.get("texts", {}))]

    def get_consents_at_center(self):
        return {prefix for _identifier, prefix in self.list_consents_at_center()}

    def get_late_consents(self):
        """Those that came in this round and that the ledger has as said, under the same message: they are told to the center
        until it has answered, which may be rounds later."""
        granted = {(entry.get("Identifier"), PREFIXES[entry["Consent"]])
                   for entry in read_entries(self.rig.state_directory)
                   if entry["Kind"] == "consent" and entry.get("Decision") == "granted"}
        return {prefix for identifier, prefix in self.list_consents_at_center() if (identifier, prefix) in granted}

    def look(self, desks, hit, hits, name):
        for desk in desks:
            strict = name == "nothing" or (desk is not hit and hits == ONE and not self.has_passed)
            self.answers += desk.look(strict) == "eligible"
        said = {PREFIXES[kind] for desk in desks for kind, yes in desk.said.items() if yes}
        wrong = self.get_consents_at_center() - said - self.said_before
        wrong = wrong and wrong - self.get_late_consents()
        assert not wrong, f"consents at the center that nobody said: {wrong}"
        self.said_before = said  # a query that was given up may arrive late; what is asked next is of other kinds

    def restore(self, name):
        """The fault is over."""
        rig = self.rig
        for simulator in (rig.center, *(desk.card for desk in self.desks)):
            simulator("clear-faults")
            simulator("release")
        if not rig.pcscd:
            rig.start("pcscd")
            for desk in self.desks:
                desk.card_has_served = False  # the simulated card comes back when pcscd has looked, or before
        if not rig.polkitd:
            rig.start_polkitd()
            rig.wait_polkitd()
        if not rig.daemon:
            rig.start_daemon(clock=True, Center_Timeout=CENTER_SECONDS)
            rig.wait_readers(2)
            for desk in self.desks:
                if not desk.patient.connection.is_closed():
                    desk.register()
        assert rig.daemon.is_running(), f"shikakud ended with status {rig.daemon.status}"
        for desk in self.desks:
            if desk.card_is_touched:
                desk.change_card(desk.owner)
            desk.card_is_touched = False
        rig.wait_readers(2, present=2)
        for desk in self.desks:
            desk.bring_people()
            desk.look_at_rest()

    def let_pass(self, seconds):
        self.has_passed = True
        self.rig.let_pass(seconds)


def hold(desk, moment, **more):
    """Opens a visit, and brings it to @moment."""
    desk.arm(moment)
    desk.open(**more)
    desk.wait_opened()
    desk.wait_moment(moment)


# nothing, and what is no fault

@act(24, BOTH, (None,))
def nothing(desk, moment, _chance):
    hold(desk, moment)


@act(6, ONE, (None,))
def number(desk, _moment, _chance):
    desk.check_number()
    desk.wait_opened()


@act(5, ONE, (None,))
def next_patient(desk, _moment, _chance):
    """The card of the last one lies there, and is not touched before the next one's comes."""
    hold(desk, None, SameCard=False)
    desk.rig.turn()
    waits = not desk.has_ended() and desk.visit.get("State") == WAITING
    assert not desk.card_has_served or (waits and not desk.card.log()), f"a card that lay there was read: {desk.card.log()}"
    if waits:
        desk.owner = next(owner for owner in OWNERS[desk.number] if owner != desk.owner)
        desk.patient.pin = PINS[desk.owner]
        desk.change_card(desk.owner)
    desk.wait_end()


# the card

def touch(desk, moment, fault):
    desk.card_is_touched, desk.soak.detail = True, f" ({fault})"
    desk.card("fault " + fault)
    hold(desk, moment)
    desk.release()


@act(8, ONE)
def slip(desk, moment, chance):
    """Out for good, or for a moment."""
    desk.card_is_touched = True
    hold(desk, moment)
    desk.card(chance.choice(("yank", "slip")))
    desk.release()


@act(5, ONE)
def slip_at_command(desk, moment, chance):
    fault = chance.choice(("yank-before", "yank-during", "slip-before", "slip-during", "one-byte", "empty"))
    touch(desk, moment, f"{fault} {chance.choice(('select', 'read', 'query', 'verify', 'sign', 'drop'))}")


@act(4, ONE)
def strange_answer(desk, moment, chance):
    touch(desk, moment, f"status {chance.choice(('select', 'read', 'query', 'verify', 'sign', 'drop'))} "
          f"{chance.choice(('6F00', '6400', '6982', '6A82', '6700'))}")


@act(4, ONE)
def mute(desk, moment, chance):
    touch(desk, moment, f"mute {chance.choice(('select', 'read', 'query', 'verify', 'sign'))}")
    until(lambda: desk.has_ended() or desk.card.status()["mute"] or not desk.card.status()["faults"], "the card to fall mute")
    if chance.random() < 0.5:
        desk.soak.let_pass(CARD_SECONDS)
    else:
        desk.card("yank")


# pcscd

def stop_pcscd(desk, moment, sign):
    hold(desk, moment)
    desk.rig.stop_pcscd(sign)
    desk.release()


@act(3, BOTH)
def pcscd_killed(desk, moment, _chance):
    stop_pcscd(desk, moment, signal.SIGKILL)
    for one in desk.soak.desks:
        one.wait_end()
        assert one.tell() in ("nothing", "done", "failed ServiceStopped"), f"{one.tell()}: pcscd was killed"


@act(1, BOTH)
def pcscd_stopped(desk, moment, _chance):
    stop_pcscd(desk, moment, signal.SIGTERM)


@act(3, BOTH)
def pcscd_hangs(desk, moment, chance):
    for one in desk.soak.desks:
        one.card_is_touched = True
    hold(desk, moment)
    desk.rig.pcscd.kill(signal.SIGSTOP)
    desk.release()
    desk.rig.turn()
    if chance.random() < 0.5:
        desk.soak.let_pass(CARD_SECONDS)
    desk.rig.pcscd.kill(signal.SIGCONT)


# the center

PATHS = ("card/challenge", "card/check", "consent/register")


@act(4, BOTH)
def center_dead(desk, moment, _chance):
    hold(desk, moment)
    desk.rig.center("fault refuse-connection")
    desk.rig.center("drop-connections")
    desk.release()


@act(8, BOTH, (None, ASKING_PIN, PROVING))
def center_refuses(desk, moment, chance):
    fault = chance.choice(("status 403", "status 401", "status 429", "status 503", "status 500", "garbage", "redirect",
                           "cut 20", "drop", "huge 5242880", "processing", "error-code SHK090002",
                           "element MedicalInstitutionCode=1"))
    fault = f"{fault} path={chance.choice(PATHS)} count={chance.choice(('1', '2', 'always'))}"
    desk.soak.detail = f" ({fault})"
    desk.rig.center("fault " + fault)
    hold(desk, moment)
    desk.release()


@act(4, BOTH, (None, ASKING_PIN))
def center_slow(desk, moment, chance):
    path = chance.choice(PATHS)
    desk.rig.center(f"fault {chance.choice(('hold', 'silent'))} path={path}")
    hold(desk, moment)
    desk.release_people()
    until(lambda: desk.has_ended() or desk.rig.center("stats")["requests"].get(path), f"a request of {path}")
    if not desk.has_ended():
        desk.soak.let_pass(CENTER_SECONDS + 1)


@act(2, BOTH)
def center_forgets(desk, moment, _chance):
    hold(desk, moment)
    desk.rig.center("expire-tokens")
    desk.rig.center("drop-connections")
    desk.release()


# people and their programs

@act(4, ONE, (None, ASKING_PIN, ASKING_CONSENT))
def agent_dies(desk, moment, _chance):
    hold(desk, moment)
    desk.patient.connection.close_sync(None)
    desk.release()


@act(2, ONE, (ASKING_PIN, ASKING_CONSENT))
def agent_leaves(desk, moment, _chance):
    hold(desk, moment)
    desk.patient.unregister()
    desk.release()
    desk.wait_end()
    desk.register()


@act(5, ONE, (None,))
def agent_refuses(desk, _moment, chance):
    desk.patient.pin = chance.choice((Agent.REFUSE, Agent.EMPTY, "12", "12345", PINS[desk.owner]))
    desk.patient.consents = chance.choice((Agent.REFUSE, False, {"photo": True}, {}))
    desk.said = {}
    hold(desk, None)
    desk.wait_end()


@act(4, ONE, (None,))
def wrong_pin(desk, _moment, _chance):
    if desk.card.status()["tries"]["auth"] == 3:  # the right one comes before the last try
        desk.patient.pin = "0000"
    hold(desk, None)
    desk.wait_end()


@act(5, ONE)
def caller_vanishes(desk, moment, _chance):
    hold(desk, moment)
    desk.caller.close_sync(None)
    desk.gone = True
    desk.rig.wait_left(desk.caller.get_unique_name())
    desk.rig.turn()
    desk.release()
    until(lambda: not get_property(desk.soak.watcher, desk.reader, READER, "InUse"), "the visit of who has gone to end")


@act(4, ONE)
def cancelled(desk, moment, chance):
    hold(desk, moment)
    method = chance.choice(("Cancel", "Close"))
    request = Call(desk.caller, desk.visit.path, VISIT, method)
    desk.rig.turn()
    desk.release()
    request.wait()
    wait_for(desk.has_ended, "word of its end")
    desk.gone = method == "Close"


# the daemon and who decides

@act(3, BOTH, (None,))
def polkit_killed(desk, _moment, _chance):
    desk.open()
    desk.rig.stop_polkitd(signal.SIGKILL)
    desk.wait_opened()
    assert desk.visit or desk.error == "NotAuthorized", desk.error


@act(4, ONE)
def reload(desk, moment, _chance):
    hold(desk, moment)
    desk.rig.daemon.kill(signal.SIGHUP)
    desk.release()


def leave_daemon(desk, moment, stop):
    hold(desk, moment)
    stop()
    for one in desk.soak.desks:
        one.card_has_served = True  # nobody sees it come
        one.gone = one.visit is not None and one.visit.path not in one.visits.finished


@act(2, BOTH)
def restart(desk, moment, _chance):
    """Who has a visit hears of its end."""
    def stop():
        assert desk.rig.stop_daemon(meanwhile=desk.release) == 0
        for one in desk.soak.desks:
            wait_for(one.has_ended, "word of the end of its visit")
    leave_daemon(desk, moment, stop)


@act(2, BOTH)
def kill(desk, moment, _chance):
    def stop():
        desk.rig.kill_daemon()
        desk.release()
    leave_daemon(desk, moment, stop)
