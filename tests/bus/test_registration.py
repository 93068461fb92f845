# SPDX-License-Identifier: LGPL-2.1-or-later
"""A card that is not registered as an insurance card yet: the terms, the patient's answer, the center, and what goes wrong
between them.

Comes in: a rig, with the card of yamamoto. Goes out: nothing.
"""
from bus import ERROR, MANAGER, ROOT, Agent, Call, GLib, ObjectPath, Visits, call, expect_error, options
from loop import wait_for
from people import INSURED

PIN = "6666"


class Desk:
    def __init__(self, rig, persona="yamamoto", capabilities=("pin", "consent", "message"), **daemon_options):
        self.rig = rig
        rig.start("card", "center", "daemon", persona=persona, **daemon_options)
        self.reader = ObjectPath(rig.wait_readers(2, present=1)[0])
        self.connection = rig.bus_connection("tester")
        self.patient = Agent(rig.bus_connection("colleague", fresh=True), pin=PIN if persona == "yamamoto" else "1234")
        self.patient.register(capabilities, Reader=self.reader)
        self.visits = Visits(self.connection)

    def open(self, **values):
        return self.visits.open(Reader=self.reader, **values)

    def count(self, path):
        return self.rig.center("stats")["requests"].get(path, 0)

    def get_registered(self):
        """What the center's log says that it has registered."""
        return sum((line["registered"] for line in self.rig.center.log()), [])

    def expect_unregistered(self, visit, error=None):
        state, reason, _details = visit.wait_finished()
        assert (state, reason) == ("failed", "NotRegistered"), (state, reason)
        registration = visit.consents().get("registration", {})
        assert not registration.get("Granted"), registration
        assert registration.get("Error") == (error and ERROR + error), registration
        assert self.get_registered() == []


def test_offered(rig):
    """In an ordinary visit: one PIN, one challenge; the terms, and then the answer. The next visit asks nothing."""
    desk = Desk(rig)
    visit = desk.open(Consents=["ceiling", "drug"])
    assert visit.wait_finished()[0] == "done" and visit.eligibility()["Answer"] == "eligible"
    asked = [[kind for kind, _text, _version in arguments[1]] for name, arguments in desk.patient.calls
             if name == "RequestConsent"]
    assert asked == [["ceiling"], ["drug"], ["registration"]], asked
    assert desk.patient.count("RequestPin") == 1 and desk.count("card/challenge") == 1
    consents = visit.consents()
    assert consents["registration"]["Granted"] and consents["registration"]["Version"] == "1"
    assert consents["registration"]["Language"] == "ja"
    assert "At" in consents["registration"] and "Until" not in consents["registration"]
    assert consents["drug"]["Granted"] and consents["ceiling"]["Granted"]
    assert [line["texts"] for line in rig.center.log() if line["path"] == "card/register"] == [{"UseRegistration": ["1", "ja"]}]
    visit.close()
    second = desk.open(SameCard=True)
    assert second.wait_finished()[0] == "done" and "registration" not in second.consents()
    assert call(desk.connection, ROOT, MANAGER, "GetStatistics")["CardsRegistered"] == 1


def test_purpose(rig):
    """Who comes to have a card registered needs an agent that can ask: else the card is not even read."""
    desk = Desk(rig, capabilities=("pin", "message"))
    visit = desk.open(Purpose="registration")
    assert visit.wait_finished()[:2] == ("failed", "NoAgent") and desk.patient.count("RequestPin") == 0
    visit.close()
    desk.patient.unregister()
    desk.patient.register(Reader=desk.reader)
    visit = desk.open(Purpose="registration", SameCard=True)
    assert visit.wait_finished()[0] == "done" and visit.consents()["registration"]["Granted"]


def test_registered_before(rig):
    desk = Desk(rig, persona="yamada")
    visit = desk.open(Purpose="registration")
    assert visit.wait_finished()[0] == "done" and visit.eligibility()["Answer"] == "eligible"
    assert visit.consents() == {} and desk.patient.count("RequestConsent") == 0 and desk.count("card/register") == 0


def test_denied(rig):
    desk = Desk(rig)
    desk.patient.consents = False
    visit = desk.open()
    desk.expect_unregistered(visit)
    assert visit.consents()["registration"]["Granted"] is False and desk.count("card/register") == 0
    assert visit.get("ErrorMessage") != "" and desk.patient.messages()[-1] == "ask-staff"


def test_unanswered(rig):
    desk = Desk(rig, clock=True)
    desk.patient.consents = Agent.HANG
    visit = desk.open(Timeout=60)
    desk.patient.wait("RequestConsent")
    rig.card.wait("power-off")
    rig.let_pass(61)
    desk.expect_unregistered(visit, "TimedOut")
    assert desk.patient.wait("Cancel")


def test_agent_gone(rig):
    desk = Desk(rig)
    desk.patient.consents = Agent.DIE
    visit = desk.open()
    desk.expect_unregistered(visit, "AgentGone")


def test_nobody_asks(rig):
    desk = Desk(rig, capabilities=("pin", "message"))
    visit = desk.open()
    desk.expect_unregistered(visit)
    assert visit.consents() == {} and desk.count("card/check") == 1


def test_card_pulled(rig):
    """Between the PIN and the yes: it was proved, and is not needed any more."""
    desk = Desk(rig)
    desk.patient.consents = Agent.HANG
    visit = desk.open()
    desk.patient.wait("RequestConsent")
    rig.card("yank")
    rig.wait_readers(2, present=0)
    desk.patient.finish_consent({"registration": True})
    assert visit.wait_finished()[0] == "done" and visit.consents()["registration"]["Granted"]


def test_refused(rig):
    desk = Desk(rig)
    rig.center("fault error-code SHK020003 path=card/register")
    visit = desk.open()
    desk.expect_unregistered(visit, "CenterRefused")
    assert visit.consents()["registration"]["Code"] == "SHK020003" and desk.count("card/check") == 1


def test_answer_lost(rig):
    """The center took it down, and its answer was cut off: sent once, and the query tells."""
    desk = Desk(rig)
    rig.center("fault cut 0 path=card/register")
    visit = desk.open()
    assert visit.wait_finished()[0] == "done" and visit.eligibility()["Answer"] == "eligible"
    assert desk.count("card/register") == 1 and desk.count("card/check") == 2 and desk.count("card/challenge") == 1
    registration = visit.consents()["registration"]
    assert registration["Granted"] and "Error" not in registration and "At" not in registration
    assert "CenterUnreachable" in rig.read_log("shikakud")


def test_center_dies(rig):
    """Before it did anything: sent once; the query says that the card is not registered, and nobody is asked twice."""
    desk = Desk(rig)
    rig.center("fault drop path=card/register")
    visit = desk.open()
    desk.expect_unregistered(visit, "CenterUnreachable")
    assert desk.count("card/register") == 1 and desk.patient.count("RequestConsent") == 1


def test_in_doubt(rig):
    """Registered or not: nobody knows, and that is said. The next visit tells."""
    desk = Desk(rig)
    desk.patient.consents = Agent.HANG
    visit = desk.open(Language="en")
    desk.patient.wait("RequestConsent")
    rig.center("fault cut 0 path=card/register")
    rig.center("fault status 500 path=card/check always")
    desk.patient.finish_consent({"registration": True})
    assert visit.wait_finished()[0] == "done"
    answer, registration = visit.eligibility(), visit.consents()["registration"]
    assert (answer["Answer"], answer["Reason"]) == ("unknown", ERROR + "CenterUnreachable")
    assert "tells whether it is registered" in answer["Advice"]
    assert not registration["Granted"] and registration["Error"] == ERROR + "CenterUnreachable"
    visit.close()
    rig.center("clear-faults")
    visit = desk.open(SameCard=True)
    assert visit.wait_finished()[0] == "done" and visit.eligibility()["Answer"] == "eligible"
    assert desk.patient.count("RequestConsent") == 1, "the center had registered it"


def test_repeated(rig):
    """A no, and then a yes in another visit; a token that ends between them is renewed, and the registration sent again."""
    desk = Desk(rig)
    desk.patient.consents = False
    visit = desk.open()
    desk.expect_unregistered(visit)
    visit.close()
    desk.patient.consents = Agent.HANG
    visit = desk.open(SameCard=True)
    desk.patient.wait("RequestConsent", 2)
    rig.center("expire-tokens")
    desk.patient.finish_consent({"registration": True})
    assert visit.wait_finished()[0] == "done" and visit.consents()["registration"]["Granted"]
    assert [line["status"] for line in rig.center.log() if line["path"] == "card/register"] == [401, 200]


def test_language(rig):
    desk = Desk(rig)
    visit = desk.open(Language="en")
    assert visit.wait_finished()[0] == "done"
    (kind, text, version), = desk.patient.wait("RequestConsent")[1]
    assert (kind, version) == ("registration", "1") and text.startswith("Your card is not yet registered")
    assert visit.consents()["registration"]["Language"] == "en"


def test_check(rig):
    """In one call: the answer has it among the consents."""
    desk = Desk(rig)
    answer = call(desk.connection, ROOT, MANAGER, "Check",
                  GLib.Variant.new_tuple(options({"Reader": desk.reader, "Purpose": "registration"})))
    assert answer["Answer"] == "eligible" and answer["Consents"]["registration"]["Granted"]


def test_options(rig):
    """A registration needs the card."""
    desk = Desk(rig)
    assert "card" in expect_error("InvalidOption", desk.visits.check_number, INSURED, Purpose="registration").message
    expect_error("InvalidOption", desk.open, Purpose="something else")
    request = Call(desk.connection, ROOT, MANAGER, "GetVisits")
    assert request.wait() == [] and wait_for(lambda: request.done, "the answer")


def test_client(rig):
    """shikakuctl check offers it at the desk's own terminal; --register says what the patient has come for."""
    rig.start("card", "center", "daemon", persona="yamamoto")
    reader = rig.wait_readers(2, present=1)[0]
    no = rig.client("check", "--reader", reader, stdin=PIN + "\nno\n", check=3)
    assert "not yet registered" in rig.read_log(no.name)
    yes = rig.client("check", "--reader", reader, "--same-card", "--register", stdin=PIN + "\nyes\n", check=0)
    assert "ELIGIBLE" in yes.text() and "use as insurance card" in yes.text()
    rig.client("check", "--register", "--insurer", "1", "--number", "1", "--birthdate", "19850412", stdin="", check=64)
