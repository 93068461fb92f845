# SPDX-License-Identifier: LGPL-2.1-or-later
"""Consents: every kind, and everything that can become of it: what the caller gets, what the ledger holds, and what the
center has written down itself. And the torture: kill -9 at random moments, after which no consent that the caller was told
of is lost, and none is taken down twice.

Comes in: a rig, with the card of yamada; for the torture SHIKAKU_LONG: 1,000 kills instead of 8; SHIKAKU_SEED: of a run
that is to be done again. Goes out: the seed.
"""
import json
import os
import random
import re

from bus import (AGENT_MANAGER, ERROR, MANAGER, ROOT, Agent, BusError, Call, GLib, ObjectPath, Visits, call, expect_error,
                 options)
from ledger_file import read_book, read_entries, read_withdrawals
from loop import until
from people import INSURED
from test_who import list_entries

KINDS = ("ceiling", "specific-disease", "checkup", "drug", "diagnosis", "operation", "disease-name", "infection", "allergy",
         "contraindication", "test", "prescription")
INSIDE, BESIDE = KINDS[:2], KINDS[2:]
ORAL = KINDS[:5]  # at a visit of a disaster
RECEIPT = re.compile(r"^(\d+)-([0-9a-f]{16})$")
DAY = 86400
UNREACHABLE, REFUSED, DENIED = ERROR + "CenterUnreachable", ERROR + "CenterRefused", ERROR + "ConsentDenied"


class Desk:
    def __init__(self, rig, **daemon_options):
        self.rig = rig
        rig.start("card", "center", "daemon", **daemon_options)
        self.begin()

    def begin(self):
        """With a daemon that has just been started."""
        self.reader = ObjectPath(self.rig.wait_readers(2, present=1)[0])
        self.patient = Agent(self.rig.bus_connection("colleague", fresh=True)).register(Reader=self.reader)
        self.connection = self.rig.bus_connection("tester", fresh=True)
        self.visits = Visits(self.connection)

    def visit(self, *kinds, **values):
        """A visit from its beginning to its end. Return: it, and its consents."""
        visit = self.visits.open(Reader=self.reader, SameCard=True, Consents=list(kinds), **values)
        state = visit.wait_finished()
        assert state[0] == "done", state
        return visit, visit.consents()

    def start_withdrawing(self, receipt):
        return Call(self.rig.bus_connection("root"), ROOT, MANAGER, "WithdrawConsent", GLib.Variant("(s)", (receipt,)))

    def withdraw(self, receipt):
        return self.start_withdrawing(receipt).wait()

    def get_entries(self, visit):
        """What the ledger has of that visit; nobody waits for all of it: what is lazy is there at the daemon's end."""
        return [entry for entry in read_entries(self.rig.state_directory) if entry.get("Visit") == visit.path]


def expect_kept(entries, kind, decision, **values):
    """The one entry CONSENT of @kind."""
    found = [entry for entry in entries if entry["Kind"] == "consent" and entry["Consent"] == kind]
    assert len(found) == 1, (kind, found)
    wanted = {"Decision": decision, **values}
    assert {key: found[0].get(key) for key in wanted} == wanted, (kind, wanted, found[0])
    assert len(found[0]["Person"]) == 64 and found[0]["Uid"] > 0, found[0]
    return found[0]


def expect_registered(entries, kind, outcome, consent):
    """The last entry REGISTRATION of @kind, which belongs to its @consent."""
    found = [entry for entry in entries if entry["Kind"] == "registration" and entry["Consent"] == kind]
    assert len(found) == 1, (kind, found)
    assert (found[0]["Outcome"], found[0]["Entry"], found[0]["Identifier"]) == \
        (outcome, consent["Place"], consent["Identifier"]), (kind, found[0], consent)


def expect_receipt(told, entry):
    place, digits = RECEIPT.match(told["Receipt"]).groups()
    assert (int(place), digits) == (entry["Place"], entry["Leaf"][:16]), (told, entry)


def test_every_kind(rig):
    """Every kind, and all that can become of it. All are asked in one visit a fate; each is looked at by itself."""
    desk = Desk(rig, clock=True)
    told = {}

    told["granted"] = desk.visit(*KINDS)
    desk.patient.consents = False
    told["denied"] = desk.visit(*KINDS)
    desk.patient.consents = lambda _questions: {}  # an answer to none of them
    told["unanswered"] = desk.visit(*KINDS)
    desk.patient.consents = lambda questions: Agent.HANG if questions[0][0] in BESIDE else True
    told["silent"] = ask_in_vain(desk)
    desk.patient.consents = True
    told["guardian"] = ask_guardian(desk)
    told["oral"] = ask_nobody(desk)
    told["withdrawn"] = withdraw_each(desk, desk.visit(*KINDS)[0])
    rig.center("consent-lifetime 60")
    told["run out"] = desk.visit(*KINDS)
    rig.center(f"consent-lifetime {DAY}")
    rig.center("fault error-code SHK020002 path=consent/register")
    told["center says no"] = desk.visit(*KINDS)
    rig.center("fault drop path=consent/register")
    told["center silent"] = desk.visit(*KINDS)
    rig.let_pass(61)
    until(lambda: rig.read_log("shikakud").count("consents: the center has answered") >= 6, "the center to answer again")
    expect_run_out(desk, told["run out"][1])
    rig.stop_daemon()

    for kind in KINDS:
        inside = kind in INSIDE
        look_at(desk, told["granted"], kind, "granted", None if inside else "registered", Answerer="patient",
                Evidence="card")
        look_at(desk, told["denied"], kind, "denied", Answerer="patient", Evidence="card")
        look_at(desk, told["unanswered"], kind, "denied")
        look_at(desk, told["silent"], kind, *(("granted",) if inside else ("no-answer",)))
        look_at(desk, told["guardian"], kind, "granted", None if inside else "registered", Answerer="guardian")
        if kind in ORAL:
            look_at(desk, told["oral"], kind, "granted", None if inside else "registered", Answerer="staff",
                    Evidence="oral", Staff="n-7")
        look_at(desk, told["withdrawn"], kind, "granted", None if inside else "registered")
        look_at(desk, told["run out"], kind, "granted", None if inside else "registered")
        look_at(desk, told["center says no"], kind, "granted", None if inside else "refused")
        look_at(desk, told["center silent"], kind, "granted", None if inside else "registered")
        if not inside:
            look_at_beside(desk, told, kind)
    look_at_center(rig)


def look_at(desk, told, kind, decision, outcome=None, **values):
    """What the caller was told of @kind, and the ledger holds of it. @outcome: of the center; None: it was not told."""
    visit, consents = told
    entries = desk.get_entries(visit)
    consent = consents.get(kind, {})
    entry = expect_kept(entries, kind, decision, **values)
    for key in ("Answerer", "Evidence"):
        if key in values:
            assert consent[key] == values[key], (kind, consent)
    if decision == "granted" and "Receipt" in consent:
        expect_receipt(consent, entry)
        assert consent["Language"] == "ja" and consent["Version"] == entry["Version"] == "1", consent
    if decision != "granted":
        assert not consent.get("Granted") and "Receipt" not in consent, (kind, consent)
    if outcome:
        expect_registered(entries, kind, outcome, entry)


def look_at_beside(desk, told, kind):
    """What the caller gets of a kind that is registered."""
    assert all("Receipt" in told[fate][1][kind] for fate in ("granted", "guardian", "center says no", "center silent")), told
    granted = told["granted"][1][kind]
    assert granted["Granted"] and granted["Until"] - granted["At"] == DAY * 10**6 and "Error" not in granted, granted
    assert told["silent"][1][kind]["Error"] == ERROR + "TimedOut", told["silent"][1][kind]
    no = told["center says no"][1][kind]
    assert (no["Granted"], no["Error"], no["Code"]) == (False, REFUSED, "SHK020002"), no
    silent = told["center silent"][1][kind]
    assert (silent["Granted"], silent["Error"]) == (False, UNREACHABLE), silent
    withdrawn = told["withdrawn"][1][kind]
    assert (withdrawn["Granted"], withdrawn["Withdrawn"]) == (False, "here") and withdrawn["WithdrawnAt"] > 0, withdrawn
    entries = [entry for entry in desk.get_entries(told["withdrawn"][0]) if entry["Kind"] == "withdrawal"]
    mine = [entry for entry in entries if entry["Consent"] == kind]
    assert len(mine) == 1 and mine[0]["Outcome"] == "here" and mine[0]["Receipt"] == withdrawn["Receipt"], mine


def look_at_center(rig):
    """The center's own journal and the ledger agree: each registration has its entry, none was acted on twice."""
    lines = [line for line in rig.center("journal")["journal"] if line["call"] == "consent/register"]
    entries = read_entries(rig.state_directory)
    asked = {entry["Identifier"] for entry in entries if entry["Kind"] == "consent" and "Identifier" in entry}
    said = {entry["Identifier"]: entry["Outcome"] for entry in entries if entry["Kind"] == "registration"}
    taken = [line["identifier"] for line in lines if not line["repeated"]]  # what is repeated is answered, and not done again
    assert len(taken) == len(set(taken)), taken
    assert set(taken) <= asked, set(taken) - asked
    assert {identifier for identifier, outcome in said.items() if outcome == "registered"} <= set(taken)
    look_at_withdrawals(rig, entries)
    return asked, set(taken), said


def look_at_withdrawals(rig, entries):
    """The same of withdrawals: each that came to the center has its entry, none was done twice, and what is said to be
    done there is. What of each is known at the end: its outcomes, by identifier."""
    lines = [line for line in rig.center("journal")["journal"] if line["call"] == "consent/withdraw"]
    mine = [entry for entry in entries if entry["Kind"] == "withdrawal" and "Identifier" in entry]
    taken = [line["identifier"] for line in lines if not line["repeated"] and line["outcome"] == "done"]
    outcomes = {}
    for entry in mine:
        outcomes.setdefault(entry["Identifier"], []).append(entry["Outcome"])
    assert len(taken) == len(set(taken)), taken
    assert {line["identifier"] for line in lines} <= set(outcomes), (lines, mine)
    assert {identifier for identifier, words in outcomes.items() if "center" in words} == set(taken), (outcomes, taken)
    assert all(words[0] == "here" and len(words) == 2 for words in outcomes.values()), outcomes
    return outcomes


def ask_in_vain(desk):
    """Inside the query the patient says yes; of the others nothing, until the visit's time is over."""
    visit = desk.visits.open(Reader=desk.reader, SameCard=True, Consents=list(KINDS), Timeout=20)
    until(lambda: desk.patient.pending, "the questions to be put")
    desk.rig.center.wait("card/check")
    until(lambda: visit.get("State") == "asking-consent", "the visit to wait for the patient alone")
    desk.rig.let_pass(21)
    assert visit.wait_finished()[0] == "done"
    desk.patient.pending.clear()
    return visit, visit.consents()


def ask_guardian(desk):
    """The agent says who answers: it waits for the reply to that, and answers then."""
    def say(_questions):
        visit = [arguments for name, arguments in desk.patient.calls if name == "RequestConsent"][-1][0]
        call(desk.patient.connection, ROOT, AGENT_MANAGER, "SetAnswerer", GLib.Variant("(os)", (visit, "guardian")))
        return True
    desk.patient.consents = say
    told = desk.visit(*KINDS)
    expect_error("InvalidState", call, desk.patient.connection, ROOT, AGENT_MANAGER, "SetAnswerer",
                 GLib.Variant("(os)", (told[0].path, "guardian")))
    desk.patient.consents = True
    return told


def ask_nobody(desk):
    """What staff has heard, where that is allowed: nobody is asked."""
    for kind in KINDS:
        if kind not in ORAL:
            expect_error("InvalidOption", desk.visits.open, Reader=desk.reader, SameCard=True, Oral=[kind], Purpose="disaster",
                         Staff="n-7")
        expect_error("InvalidOption", desk.visits.open, Reader=desk.reader, SameCard=True, Oral=[kind], Staff="n-7")
        expect_error("InvalidOption", desk.visits.open, Reader=desk.reader, SameCard=True, Oral=[kind], Purpose="disaster")
    before = desk.patient.count("RequestConsent")
    told = desk.visit(Oral=list(ORAL), Purpose="disaster", Staff="n-7", Role="nurse")
    assert desk.patient.count("RequestConsent") == before and all(consent["Granted"] for consent in told[1].values()), told[1]
    return told


def withdraw_each(desk, visit):
    """Each kind is taken back; the second time there is nothing to take back. What was inside the query stays."""
    for kind in BESIDE:
        receipt = visit.consents()[kind]["Receipt"]
        visit.call("WithdrawConsent", GLib.Variant("(s)", (kind,)))
        expect_error("InvalidState", visit.call, "WithdrawConsent", GLib.Variant("(s)", (kind,)))
        expect_error("NotFound", desk.withdraw, receipt)
    for kind in INSIDE:
        expect_error("InvalidState", visit.call, "WithdrawConsent", GLib.Variant("(s)", (kind,)))
    expect_error("InvalidOption", visit.call, "WithdrawConsent", GLib.Variant("(s)", ("photo",)))
    return visit, visit.consents()


def expect_run_out(desk, consents):
    for kind in BESIDE:
        assert consents[kind]["Until"] - consents[kind]["At"] == 60 * 10**6, consents[kind]
        expect_error("NotFound", desk.withdraw, consents[kind]["Receipt"])
    expect_error("NotFound", desk.withdraw, "0-0000000000000000")
    expect_error("NotFound", desk.withdraw, "no receipt")


def test_together(rig):
    """One combined question, but for surgery; a screen may put each part instead; another answer spoils all."""
    desk = Desk(rig, Consent_Together="true")
    _visit, consents = desk.visit("default", "operation")
    asked = desk.patient.wait("RequestConsent")
    assert [kind for kind, _text, _version in asked[1]] == ["together", "operation"], asked
    parts = {kind: text for kind, text, _version in asked[2]["Together"]}
    assert list(parts) == ["checkup", "drug"] and all(text in asked[1][0][1] for text in parts.values()), asked
    assert all(consents[kind]["Granted"] for kind in ("checkup", "drug", "operation")), consents
    for answers, granted in (({"together": False, "operation": True}, {"operation"}), ({"checkup": True}, {"checkup"}),
                             ({"together": True, "drug": False}, set()), ({"allergy": True}, set())):
        desk.patient.consents = answers
        _visit, consents = desk.visit("default", "operation")
        assert {kind for kind, consent in consents.items() if consent["Granted"]} == granted, (answers, consents)


def test_by_receipt(rig):
    """A consent outlives its visit, and the daemon: by its receipt it is withdrawn, by who may see records; that of home
    care also at the center."""
    desk = Desk(rig, clock=True)
    visit, consents = desk.visit("drug", "checkup")
    places = {kind: int(RECEIPT.match(consent["Receipt"])[1]) for kind, consent in consents.items()}
    again, of_again = desk.visit("drug")
    visit.close()
    again.close()
    rig.kill_daemon()
    rig.start_daemon(clock=True)
    desk.begin()
    receipt = consents["drug"]["Receipt"]
    expect_error("NotAuthorized", call, rig.bus_connection("other"), ROOT, MANAGER, "WithdrawConsent",
                 GLib.Variant("(s)", (receipt,)))
    outcome = desk.withdraw(receipt)
    assert (outcome["Kind"], outcome["Where"], outcome["Until"]) == ("drug", "here", consents["drug"]["Until"]), outcome
    expect_error("NotFound", desk.withdraw, of_again["drug"]["Receipt"])  # the same person has said no to it
    expect_in_list(desk.visit()[0], places)
    _visit, consents = desk.visit("drug", Purpose="home")
    outcome = desk.withdraw(consents["drug"]["Receipt"])
    assert (outcome["Kind"], outcome["Where"]) == ("drug", "center"), outcome
    open_visits = [desk.visit("drug") for _ in range(2)]
    desk.withdraw(open_visits[0][1]["drug"]["Receipt"])  # of visits that are open, and by nobody of theirs
    for visit, _consents in open_visits:
        drug = visit.consents()["drug"]
        assert (drug["Granted"], drug["Withdrawn"]) == (False, "here") and drug["WithdrawnAt"] > 0, drug
    withdraw_untold(desk)


def test_by_numbers(rig):
    """Without a receipt: all that a patient has said yes to, by numbers, by who may see records; once."""
    desk = Desk(rig)
    _visit, consents = desk.visit("drug", "checkup", "ceiling", Purpose="home")
    assert all(consent["Granted"] for consent in consents.values())

    def withdraw(insured, user="root"):
        return call(rig.bus_connection(user), ROOT, MANAGER, "WithdrawConsents",
                    GLib.Variant.new_tuple(options(insured), options({"Staff": "n-7"})))
    expect_error("NotAuthorized", withdraw, INSURED, "other")
    expect_error("NotFound", withdraw, {**INSURED, "Birthdate": "19850413"})
    expect_error("InvalidOption", withdraw, {"InsurerNumber": INSURED["InsurerNumber"]})
    outcomes = {outcome["Kind"]: outcome for outcome in withdraw(INSURED)}
    assert set(outcomes) == {"drug", "checkup"}, outcomes
    assert outcomes["checkup"]["Where"] == "center" and "Error" not in outcomes["checkup"], outcomes
    assert (outcomes["drug"]["Where"], outcomes["drug"]["Error"]) == ("here", ERROR + "NotFound"), outcomes  # with that
    assert show(rig, consents["checkup"]["Receipt"])["Withdrawal"] == "center"
    assert show(rig, consents["drug"]["Receipt"])["Withdrawal"] == "nothing"
    expect_error("NotFound", withdraw, INSURED)
    expect_error("NotFound", desk.withdraw, consents["drug"]["Receipt"])


def withdraw_untold(desk):
    """What was withdrawn before the center has heard of it is not told it any more: that of this visit, and the same of
    another one."""
    rig = desk.rig
    rig.center("fault drop path=consent/register always")
    told = [desk.visit("drug")[1]["drug"] for _ in range(2)]
    assert all(drug["Error"] == UNREACHABLE for drug in told), told
    desk.withdraw(told[1]["Receipt"])
    rig.center("clear-faults")
    rig.center("clear-journal")
    desk.visit("checkup")  # which is told, and shows that the center is back
    rig.let_pass(600)
    desk.visit("checkup")
    lines = [line for line in rig.center("journal")["journal"] if line["call"] == "consent/register"]
    assert len(lines) == 2, lines


def expect_in_list(visit, places):
    """The patient's own list has what the center said to each consent, and that one was taken back."""
    entries = list_entries(visit)
    said = {entry["Entry"]: entry for entry in entries if entry["Kind"] == "registration"}
    assert {kind: said[place]["Outcome"] for kind, place in places.items()} == dict.fromkeys(places, "registered"), entries
    withdrawn, = [entry for entry in entries if entry["Kind"] == "withdrawal"]
    assert (withdrawn["Entry"], withdrawn["Consent"], withdrawn["Outcome"]) == (places["drug"], "drug", "here"), withdrawn
    assert int(RECEIPT.match(withdrawn["Receipt"])[1]) == withdrawn["Index"], withdrawn  # its own, and not the consent's


class Withdrawals:
    """Yeses to home care, taken back while the center does not answer, and what became of each."""

    def __init__(self, desk):
        self.desk, self.rig, self.told = desk, desk.rig, {}

    def agree(self):
        """Return: the visit, and the receipt of its yes."""
        visit, consents = self.desk.visit("drug", Purpose="home")
        assert consents["drug"]["Granted"], consents
        return visit, consents["drug"]["Receipt"]

    def withdraw(self, receipt, error, pending):
        outcome = self.desk.withdraw(receipt)
        assert (outcome["Where"], outcome.get("Error"), outcome.get("Pending", False)) == ("here", error, pending), outcome
        return outcome

    def wait_told(self, receipt, word):
        """Until the receipt says what became of it."""
        until(lambda: show(self.rig, receipt).get("Withdrawal") == word, f"the withdrawal to be {word}")
        self.told[receipt] = word


def test_withdrawal_told(rig):
    """What was withdrawn, and the center has not answered, is told it again until it has; it is told by one identifier."""
    desk = Desk(rig, clock=True)
    withdrawals = Withdrawals(desk)
    over_first(withdrawals)
    for fault, pending in (("drop", True), ("cut 0", True), ("status 503", True), ("error-code SHK050002", False)):
        tell_later(withdrawals, fault, pending)
    agreed_again(withdrawals)
    killed_before_answer(withdrawals)
    killed_anywhere(withdrawals)
    rig.stop_daemon()
    outcomes = look_at_withdrawals(rig, read_entries(rig.state_directory))
    last = {row[0]: outcomes[row[1]][-1] for row in read_withdrawals(rig.state_directory)}
    for receipt, word in withdrawals.told.items():
        assert last.get(int(RECEIPT.match(receipt)[1]), word) == word, (receipt, word, last)
    unknown = [entry for entry in read_entries(rig.state_directory)
               if entry["Kind"] == "withdrawal" and entry["Outcome"] == "unknown"]
    assert len(unknown) >= 5 and all(entry["Error"] and entry["Uid"] == 0 for entry in unknown), unknown


def tell_later(withdrawals, fault, pending):
    """The center is silent, has done it and its answer is lost, is busy, or refuses: and is back."""
    rig = withdrawals.rig
    visit, receipt = withdrawals.agree()
    rig.center(f"fault {fault} path=consent/withdraw")
    error = {"drop": UNREACHABLE, "cut 0": UNREACHABLE, "status 503": ERROR + "CenterBusy"}.get(fault, REFUSED)
    withdrawals.withdraw(receipt, error, pending)
    drug = visit.consents()["drug"]
    assert (drug["Granted"], drug["Withdrawn"]) == (False, "here"), drug
    assert show(rig, receipt)["Withdrawal"] == ("unknown" if pending else "refused")
    text = rig.client("consent", "show", receipt, user="doctor", check=0).text()
    assert ("not answered" if pending else "has not withdrawn it") in text, text
    rig.let_pass(31)
    withdrawals.wait_told(receipt, "center" if pending else "refused")
    after = visit.consents()["drug"]
    assert after == {**drug, "Withdrawn": "center" if pending else "here"}, (drug, after)
    visit.close()


def agreed_again(withdrawals):
    """A yes that came before the center has heard of the withdrawal stands: the center, which knows no kinds, is not told."""
    rig = withdrawals.rig
    _visit, receipt = withdrawals.agree()
    rig.center("fault drop path=consent/withdraw always")
    withdrawals.withdraw(receipt, UNREACHABLE, True)
    rig.center("clear-faults")
    _visit, again = withdrawals.agree()
    rig.let_pass(301)
    withdrawals.wait_told(receipt, "renewed")
    assert show(rig, again)["State"] == "registered"
    assert withdrawals.desk.withdraw(again)["Where"] == "center"


def over_first(withdrawals):
    """The consent ends by itself before the center can be told that it was taken back."""
    rig = withdrawals.rig
    rig.center("consent-lifetime 60")
    _visit, receipt = withdrawals.agree()
    rig.center(f"consent-lifetime {DAY}")
    rig.center("fault drop path=consent/withdraw always")
    withdrawals.withdraw(receipt, UNREACHABLE, True)
    rig.let_pass(301)
    until(lambda: show(rig, receipt)["State"] == "over", "its time to be over")
    rig.center("clear-faults")
    withdrawals.told[receipt] = "lapsed"
    until(lambda: rig.read_log("shikakud").count("at the center: lapsed") == 1, "it to be given up")


def killed_before_answer(withdrawals):
    """kill -9 while the center works on it: it is told again, once, by what is started then."""
    rig = withdrawals.rig
    _visit, receipt = withdrawals.agree()
    rig.center("clear-log")
    rig.center("fault hold path=consent/withdraw")
    withdrawals.desk.start_withdrawing(receipt)
    rig.center.wait("consent/withdraw")
    rig.kill_daemon()
    rig.center("release")
    rig.start_daemon(clock=True)
    withdrawals.desk.begin()
    withdrawals.wait_told(receipt, "center")


def killed_anywhere(withdrawals):
    """kill -9 at any moment of a withdrawal: it was not begun, or it is told."""
    rig = withdrawals.rig
    dice = random.Random(int(os.environ.get("SHIKAKU_SEED", "1")))
    for _number in range(40 if os.environ.get("SHIKAKU_LONG") else 3):
        visit, receipt = withdrawals.agree()
        withdrawals.desk.start_withdrawing(receipt)
        for _turn in range(dice.randrange(12)):
            visit.get("State")
        rig.kill_daemon()
        rig.start_daemon(clock=True)
        withdrawals.desk.begin()
        if show(rig, receipt)["State"] == "withdrawn":
            withdrawals.wait_told(receipt, "center")


def test_no_ledger(rig):
    """No ledger, no registered consent: without the store's key, and where the file cannot be written."""
    desk = Desk(rig, store_key=False)
    _visit, consents = desk.visit("drug", "ceiling")
    assert consents["drug"]["Error"] == ERROR + "LedgerFailed" and not consents["drug"]["Granted"], consents
    assert rig.center("journal")["journal"] == []
    rig.stop_daemon()
    (rig.state_directory / "ledger.db").mkdir()
    rig.start_daemon()
    desk.begin()
    _visit, consents = desk.visit("drug")
    assert consents["drug"]["Error"] == ERROR + "LedgerFailed" and not consents["drug"]["Granted"], consents
    assert rig.center("journal")["journal"] == []
    (rig.state_directory / "ledger.db").rmdir()
    _visit, consents = desk.visit("drug")  # works again, by itself
    assert consents["drug"]["Granted"], consents


def test_client(rig):
    """The combined question on the terminal, a line for each part; who answers; and what is taken back by its receipt."""
    rig.start("card", "center", "daemon", Consent_Together="true")
    reader = str(rig.wait_readers(2, present=1)[0])
    process = rig.client("check", "--reader", reader, "--json", "--consent", "default,operation", "--answerer", "carer",
                         "--language", "en", stdin="1234\nyes\nno\n", check=0)
    consents = json.loads(process.text())["Consents"]
    assert {kind: (consent["Granted"], consent["Answerer"]) for kind, consent in consents.items()} == {
        "checkup": (True, "carer"), "drug": (True, "carer"), "operation": (False, "carer")}, consents
    receipt = consents["drug"]["Receipt"]
    shown = show(rig, receipt)
    assert shown.items() >= {"Receipt": receipt, "Kind": "drug", "Decision": "granted", "Answerer": "carer",
                             "State": "registered", "Withdrawn": False}.items(), shown
    assert shown["Until"] // 10**6 == consents["drug"]["Until"] // 10**6 and shown["At"] > 0, shown
    text = rig.client("consent", "show", receipt, user="doctor", check=0).text()
    assert all(word in text for word in (receipt, "medicines", "granted, until", "A carer")), text
    said = rig.client("consent", "withdraw", receipt, user="doctor", check=0).text()
    assert "Withdrawn" in said and "lapses at" in said, said
    shown = show(rig, receipt)
    assert (shown["Decision"], shown["State"], shown["Withdrawn"]) == ("granted", "withdrawn", True), shown
    assert "withdrawn" in rig.client("consent", "show", receipt, user="doctor", check=0).text()
    rig.client("consent", "show", receipt[:-1] + ("0" if receipt[-1] != "0" else "1"), user="doctor", check=2)


def show(rig, receipt):
    return json.loads(rig.client("consent", "show", "--json", receipt, user="doctor", check=0).text())


FEW, MANY = 8, 1000


def test_killed(rig):
    """kill -9 at random moments of a consent: of what the caller was told nothing is lost, the center has nothing twice,
    and the ledger is whole each time."""
    seed = int(os.environ.get("SHIKAKU_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"SHIKAKU_SEED={seed}")
    dice = random.Random(seed)
    desk = Desk(rig)
    told = []
    for _number in range(MANY if os.environ.get("SHIKAKU_LONG") else FEW):
        visit = desk.visits.open(Reader=desk.reader, SameCard=True, Consents=["drug", "checkup"])
        moment = dice.choice(("asking-consent", "checking", "done", None))
        try:
            if moment:
                until(lambda visit=visit, moment=moment: visit.get("State") in (moment, "done"), f"{moment}, or the end")
            else:
                for _turn in range(dice.randrange(30)):  # anywhere: nothing depends on where
                    visit.get("State")
            if visit.get("State") == "done":
                told += [consent["Receipt"] for consent in visit.consents().values() if consent["Granted"]]
        except BusError:
            pass
        rig.kill_daemon()
        entries = read_entries(rig.state_directory)
        receipts = {f"{entry['Place']}-{entry['Leaf'][:16]}" for entry in entries if entry["Kind"] == "consent"}
        assert set(told) <= receipts, set(told) - receipts
        rig.start_daemon()
        desk.begin()
    until(lambda: not [row for row in read_book(rig.state_directory) if row["state"] == 0], "each to be known")
    rig.stop_daemon()
    asked, taken, _said = look_at_center(rig)
    assert asked == taken, asked ^ taken  # what was in the ledger has come to the center, once


# What the daemon does to the outside in one consent: the disk, the center, the bus.
CALLS = ("pwrite64", "fdatasync", "sendmsg", "sendto", "writev", "write")
FEW_CALLS = (("pwrite64", 1), ("pwrite64", 3), ("fdatasync", 1), ("sendmsg", 9))


def kill_at(desk, name, number, told):
    """One consent, in which call @number of @name ends the daemon, if there are so many. Return: whether there were."""
    rig = desk.rig
    desk.patient.calls.clear()
    visit = desk.visits.open(Reader=desk.reader, SameCard=True, Consents=["drug"])
    desk.patient.wait("RequestPin")
    strace = rig.launch("strace", ["strace", "-f", "-o", rig.folder / "trace", "-e", f"trace={name}", "-e",
                                   f"inject={name}:signal=SIGKILL:when={number}", "-p", rig.daemon.pid], keep="all")
    assert "attached" in strace.wait_output("attached|ptrace")[0]
    desk.patient.finish_pin()
    try:
        until(lambda: visit.get("State") == "done", "the end")
        told += [consent["Receipt"] for consent in visit.consents().values() if consent["Granted"]]
        is_killed = False
    except BusError:
        is_killed = True
    if strace.is_running():
        strace.kill()
    strace.reap()
    rig.retire(strace)
    return is_killed


def test_every_call(rig):
    """kill -9 at system calls of one consent, or with SHIKAKU_LONG at every one."""
    rig.require("strace", "strace")
    desk = Desk(rig)
    told = []
    at = list(FEW_CALLS) if not os.environ.get("SHIKAKU_LONG") else [(name, 1) for name in CALLS]
    while at:
        name, number = at.pop(0)
        desk.patient.pin = Agent.HANG
        is_killed = kill_at(desk, name, number, told)
        if is_killed:
            rig.kill_daemon() if rig.daemon.is_running() else forget_daemon(rig)
            rig.start_daemon()
            desk.begin()
            if os.environ.get("SHIKAKU_LONG"):
                at.insert(0, (name, number + 1))
        entries = read_entries(rig.state_directory)
        receipts = {f"{entry['Place']}-{entry['Leaf'][:16]}" for entry in entries if entry["Kind"] == "consent"}
        assert set(told) <= receipts, set(told) - receipts
    until(lambda: not [row for row in read_book(rig.state_directory) if row["state"] == 0], "each to be known")
    rig.stop_daemon()
    asked, taken, _said = look_at_center(rig)
    assert asked == taken, asked ^ taken


def forget_daemon(rig):
    rig.daemon.reap()
    rig.retire(rig.daemon)
    rig.daemon = None
