# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table of faults: what goes wrong → how the visit ends. faults.py says what has to hold after each.

Comes in: a rig. Each case is a row of the table, or a few quick ones of one kind; meson.build lists them, and
data/errors.md tells people.
"""
import signal

import pcsc
from bus import VISIT, Agent, Call, Visits, expect_error
from faults import (ASKING_CONSENT, ASKING_PIN, CANCELLED, CARD_SECONDS, CENTER_SECONDS, CHECKING, DONE, OTHER_CARD, PROVING,
                    READING, STATES, WAITING, Patient, Table, failed, unknown)
from loop import until, wait_for
from rig import SOURCE

TABLE = Table()
row = TABLE.row
SELECT_JPKI, SELECT_TEXT = "00A4040C0A D392F000260100000001", "00A4040C0A D3921000310001010408"
WRONG_PIN = "0020009804 39393939"


def case_of(fault, state):
    return fault + "_" + state.replace("-", "_")


# the reader and its service

@row("no reader", failed("ServiceStopped"))
def no_reader(desk):
    """pcscd comes back without the reader."""
    visit = desk.reach(ASKING_PIN)
    desk.rig.stop_pcscd(signal.SIGKILL)
    desk.expect_end(visit, failed("ServiceStopped"))
    configuration = desk.rig.folder / "readers" / "vpcd"
    text = configuration.read_text()
    configuration.unlink()
    desk.rig.start("pcscd")
    until(lambda: desk.is_refused("NoReader"), "the service without a reader")
    configuration.write_text(text)
    desk.rig.stop_pcscd(signal.SIGKILL)
    return visit


for state in (WAITING, READING, ASKING_PIN, PROVING):
    @row(f"pcscd stops in {state}", failed("ServiceStopped"), case=case_of("pcscd_stopped", state))
    def pcscd_stopped(desk, state=state):
        visit = desk.reach(state)
        desk.rig.stop_pcscd(signal.SIGKILL)
        return visit


@row("pcscd stops when the card is not needed any more", DONE)
def pcscd_stopped_checking(desk):
    visit = desk.reach(CHECKING)
    desk.rig.stop_pcscd(signal.SIGKILL)
    return visit


@row("a visit while pcscd is away", None)
def pcscd_away(desk):
    desk.rig.stop_pcscd(signal.SIGKILL)
    until(lambda: desk.is_refused("ServiceStopped"), "the service to be away")


@row("pcscd hangs for a moment", DONE, case="pcscd_hangs")
def pcscd_hangs(desk):
    """Stopped by a signal, it takes what is sent and answers nothing. Nobody can tell that from a reader in use."""
    desk.rig.pcscd.kill(signal.SIGSTOP)
    visit = desk.open()
    visit.wait_state(READING)
    desk.rig.pcscd.kill(signal.SIGCONT)
    return visit


@row("pcscd hangs until the time is over", failed("ReaderBusy"), case="pcscd_hangs")
def pcscd_hangs_long(desk):
    desk.rig.pcscd.kill(signal.SIGSTOP)
    visit = desk.open()
    visit.wait_state(READING)
    desk.rig.let_pass(CARD_SECONDS)
    desk.expect_end(visit, failed("ReaderBusy"))
    desk.rig.pcscd.kill(signal.SIGCONT)
    desk.change_card("yamada")
    return visit


@row("the daemon is stopped while pcscd hangs", failed("ShuttingDown"))
def pcscd_hangs_at_stop(desk):
    visit = desk.reach(ASKING_PIN)
    desk.rig.pcscd.kill(signal.SIGSTOP)
    desk.stop_daemon()
    desk.rig.pcscd.kill(signal.SIGCONT)
    desk.rig.card.wait("power-off")
    return visit


@row("the daemon is stopped while a card is mute", failed("ShuttingDown"))
def daemon_stopped_mute(desk):
    desk.rig.card("fault mute sign")
    visit = desk.open()
    desk.rig.card.wait("sign")
    desk.stop_daemon()
    desk.yank()
    return visit


@row("a second caller at the same reader: refused, and the first goes on", DONE)
def second_caller(desk):
    visit = desk.reach(ASKING_PIN)
    expect_error("ReaderBusy", desk.open, Visits(desk.watched))
    expect_error("ReaderBusy", desk.open)
    desk.answer()
    return visit


# the card

@row("no card comes", failed("TimedOut"))
def no_card(desk):
    desk.yank()
    visit = desk.open(Timeout=60)
    desk.rig.let_pass(61)
    return visit


@row("the card is pulled while another is waited for: the visit waits on", DONE)
def pulled_waiting(desk):
    visit = desk.reach(WAITING)
    desk.yank()
    assert visit.get("State") == WAITING
    desk.rig.card("insert")
    return visit


@row("the card is pulled while it is read: the visit waits on", DONE)
def pulled_reading_card(desk):
    visit = desk.reach(READING)
    desk.yank()
    visit.wait_state(WAITING)
    desk.rig.card("insert")
    return visit


@row("the card is pulled just before the visit is opened, and comes back: the visit waits", DONE)
def pulled_just_before(desk):
    """pcscd looks every 0.4 s: for it, the card is still there."""
    desk.rig.card("yank")
    visit = desk.open()
    visit.wait_state(WAITING)
    desk.wait_card(False)
    desk.rig.card("insert")
    return visit


@row("the card is out and in just before the visit is opened", DONE, case="pulled_just_before")
def slipped_just_before(desk):
    desk.rig.card("slip")
    return desk.open()


for state in (ASKING_PIN, PROVING):
    @row(f"the card is pulled in {state}", failed("CardRemoved"), case=case_of("pulled", state))
    def pulled(desk, state=state):
        visit = desk.reach(state)
        desk.rig.card("yank")
        return visit


for state in (ASKING_CONSENT, CHECKING):
    @row(f"the card is pulled in {state}, where it is not needed any more", DONE, case=case_of("pulled", state))
    def pulled_late(desk, state=state):
        visit = desk.reach(state)
        desk.yank()
        if state == ASKING_CONSENT:
            desk.answer()
        return visit


for fault in ("yank-before", "yank-during"):
    for command in ("select", "query", "verify", "sign"):
        @row(f"the card is pulled at {command} ({fault})",
             DONE if command in ("select", "query") else failed("CardRemoved"), case=f"{fault}_{command}".replace("-", "_"))
        def pulled_at(desk, fault=fault, command=command):
            desk.rig.card(f"fault {fault} {command}")
            visit = desk.open()
            if command in ("select", "query"):
                desk.rig.card.wait("power-off")
                visit.wait_state(WAITING)
                desk.wait_card(False)
                desk.rig.card("insert")
            return visit


# Out and in again in mid-command, before pcscd has looked: it never sees the card leave, and the next visit works.
def slips(desk, fault, command):
    desk.rig.card(f"fault {fault} {command}")
    return desk.open()


for command in ("select", "read", "query", "verify", "sign", "drop"):
    for fault in ("slip-before", "slip-during"):
        end = failed("CardRemoved") if command in ("verify", "sign") else DONE
        row(f"the card is out and in at {command} ({fault})", end, case="slip_" + command)(
            lambda desk, fault=fault, command=command: slips(desk, fault, command))
        row(f"the card is out and in at {command} ({fault}), and another program shares the reader", end,
            case="shared_slip_" + command)(
            lambda desk, fault=fault, command=command: shared_slips(desk, fault, command))


def shared_slips(desk, fault, command):
    context = pcsc.Context()
    context.connect(desk.rig.wait_card())
    visit = slips(desk, fault, command)
    desk.expect_end(visit, failed("CardRemoved") if command in ("verify", "sign") else DONE)
    context.release()
    return visit


@row("the card is pulled when it has signed", DONE)
def pulled_after_sign(desk):
    desk.rig.card("fault yank-during drop")
    return desk.open()


@row("the card slips out and in again while it is read: the visit waits for it", DONE)
def slipped(desk):
    desk.cards.clear()
    desk.rig.card("fault empty read")
    visit = desk.open()
    wait_for(lambda: desk.cards[-2:] == [False, True], "the card's going and coming")
    return visit


@row("the card gives one byte: it is read once more", DONE, case="one_byte")
def one_byte(desk, command="select"):
    desk.rig.card(f"fault one-byte {command}")
    return desk.open()


for command in ("query", "verify", "sign"):
    row(f"the card gives one byte to {command}", DONE if command == "query" else failed("CardRemoved"), case="one_byte")(
        lambda desk, command=command: one_byte(desk, command))


@row("a card of another kind", failed("CardUnsupported"), persona=OTHER_CARD)
def other_card(desk):
    return desk.open()


def mute(desk, command):
    desk.rig.card(f"fault mute {command}")
    visit = desk.open()
    desk.rig.card.wait(command)
    return visit


def mute_long(desk, command, end):
    """The next visit is told at once."""
    visit = mute(desk, command)
    desk.rig.let_pass(CARD_SECONDS)
    desk.expect_end(visit, end)
    second = desk.open()
    desk.expect_end(second, failed("CardMute"))
    second.close()
    desk.yank()
    return visit


def mute_pulled(desk, command):
    visit = mute(desk, command)
    desk.yank()
    if command in ("select", "read", "query"):
        visit.wait_state(WAITING)
        desk.rig.card("insert")
    return visit


for command in ("select", "read", "query", "verify", "sign", "drop"):
    end = DONE if command == "drop" else failed("CardMute")  # the signature was given before
    row(f"the card falls mute at {command}", end, case="mute_" + command)(
        lambda desk, command=command, end=end: mute_long(desk, command, end))
    row(f"the card falls mute at {command}, and is pulled",
        failed("CardRemoved") if command in ("verify", "sign") else DONE, case="mute_" + command)(
        lambda desk, command=command: mute_pulled(desk, command))


# what a card can answer

def answers(text, end, case, *faults, **more):
    @row(f"the card answers {text}", end, case=case, **more)
    def act(desk):
        for fault in faults:
            desk.rig.card("fault " + fault)
        return desk.open()


answers("6F00 to its first command only", DONE, "first_6f00", "6f00-first")
answers("6F00 to every SELECT", failed("CardFailed"), "status_select", "status select 6F00 always")
answers("6F00 or 6400 to two SELECTs: it is powered anew", DONE, "status_select", "status select 6F00",
        "status select 6F00", "status select 6400")
answers("6A82 to SELECT: no such application", failed("CardUnsupported"), "status_select", "status select 6A82")
answers("6B00 to one way of reading: there are others", DONE, "status_read", "status read 6B00")
answers("6700 to two ways of reading", DONE, "status_read", "status read 6700", "status read 6700")
answers("6982 to READ BINARY: it wants the PIN first, as telephones do", failed("CardUnsupported"), "status_read",
        "status read 6982 always")
answers("6A82 to READ BINARY", failed("CardFailed"), "status_read", "status read 6A82 always")
answers("half a certificate at a time", DONE, "truncated", "truncate read 700")
answers("one byte of a certificate, always", failed("CardFailed"), "truncated", "truncate read 1 always")
answers("one byte of a certificate, once: it is read again", DONE, "truncated", "truncate read 1")
answers("half a signature", failed("CardFailed"), "truncated", "truncate sign 128")
answers("an empty signature", failed("CardFailed"), "truncated", "truncate sign 0")
answers("6F00 to the retry query", failed("CardFailed"), "status_query", "status query 6F00")
answers("9000 to the retry query", failed("CardFailed"), "status_query", "status query 9000")
answers("6984 to the retry query", failed("PinLocked", TriesLeft=0), "status_query", "status query 6984")
answers("63C1 to the retry query", failed("PinRefused", TriesLeft=1), "status_query", "status query 63C1")
answers("6F00 to VERIFY", failed("CardFailed"), "status_verify", "status verify 6F00")
answers("6700 to VERIFY", failed("CardFailed"), "status_verify", "status verify 6700")
answers("6984 to VERIFY", failed("PinLocked", TriesLeft=0), "status_verify", "status verify 6984")
answers("6982 to SIGN", failed("CardFailed"), "status_sign", "status sign 6982")
answers("6F00 to SIGN", failed("CardFailed"), "status_sign", "status sign 6F00")
answers("6F00 to the SELECT that ends the PIN's rights: it is unpowered anyway", DONE, "status_drop", "status drop 6F00")


@row("the card takes no short file ids", DONE, case="no_short_ids")
def no_short_ids(desk):
    desk.rig.card("short-ids off")
    visit = desk.open()
    desk.expect_end(visit, DONE)
    desk.rig.card("short-ids on")
    return visit


# the PIN

@row("a wrong PIN", failed("PinIncorrect", TriesLeft=2), tries=2)
def pin_wrong(desk):
    desk.patient.pin = "0000"
    return desk.open()


@row("a PIN that is locked", failed("PinLocked", TriesLeft=0), persona="kato")
def pin_locked(desk):
    return desk.open()


@row("one try left, and nobody said that it may be spent", failed("PinRefused", TriesLeft=1), persona="yoshida")
def pin_last_try(desk):
    return desk.open()


@row("the last try, with the right PIN", DONE, persona="yoshida", tries=3)
def pin_last_try_right(desk):
    return desk.open(LastTry=True)


@row("the last try, with a wrong PIN", failed("PinLocked", TriesLeft=0), persona="yoshida", tries=0)
def pin_last_try_wrong(desk):
    desk.patient.pin = "0000"
    return desk.open(LastTry=True)


for pin in ("123", "12345", "12a4", "１２３４", "", "1234\n"):
    @row(f"a PIN that is no PIN: {pin!r}", failed("PinRefused"), case="pin_refused")
    def pin_refused(desk, pin=pin):
        desk.patient.pin = pin or Agent.EMPTY
        return desk.open()


# the people and their programs

@row("no agent", failed("NoAgent"))
def no_agent(desk):
    desk.patient.unregister()
    visit = desk.open()
    desk.expect_end(visit, failed("NoAgent"))
    desk.patient.register(Reader=desk.reader)
    return visit


@row("the patient gives up", CANCELLED)
def patient_gives_up(desk):
    desk.patient.pin = Agent.REFUSE
    return desk.open()


def kill_agent(desk, state, end, ready=None):
    stays = desk.replace_patient(Patient(desk.rig.bus_connection("colleague", fresh=True)))
    visit = desk.reach(state)
    if ready:
        until(ready, "the center's answer")
    desk.patient.connection.close_sync(None)
    desk.expect_end(visit, end)
    desk.replace_patient(stays)
    return visit


@row("the agent is killed in asking-pin", failed("AgentGone"), case="agent_killed_asking_pin")
def agent_killed_asking_pin(desk):
    return kill_agent(desk, ASKING_PIN, failed("AgentGone"))


@row("the agent is killed in asking-consent", failed("AgentGone"), case="agent_killed_asking_consent")
def agent_killed_asking_consent(desk):
    """Before the center has answered."""
    desk.rig.center("fault hold path=card/check")
    visit = kill_agent(desk, ASKING_CONSENT, failed("AgentGone"))
    desk.release()
    return visit


@row("the agent is killed at a question whose answer nobody waits for", DONE, case="agent_killed_answered")
def agent_killed_answered(desk):
    """The center has answered: that stands, and the consent says why it is missing."""
    answers = desk.count_answers()
    visit = kill_agent(desk, ASKING_CONSENT, DONE, lambda: desk.count_answers() > answers)
    consent = visit.consents()["drug"]
    assert not consent["Granted"] and consent["Error"] == "org.shikaku.Shikaku1.Error.AgentGone", consent
    return visit


for state in STATES:
    @row(f"the caller is killed in {state}", None, case=case_of("caller_killed", state))
    def caller_killed(desk, state=state):
        caller = desk.rig.bus_connection("tester", fresh=True)
        desk.reach(state, visits=Visits(caller))
        caller.close_sync(None)
        desk.rig.wait_left(caller.get_unique_name())
        desk.rig.turn()
        desk.release()
        desk.wait_free()


    @row(f"cancelled in {state}", CANCELLED, case=case_of("cancelled", state))
    def cancelled(desk, state=state):
        visit = desk.reach(state)
        request = Call(visit.connection, visit.path, VISIT, "Cancel")
        desk.rig.turn()
        desk.release()
        request.wait()
        return visit


    @row(f"the time is over in {state}",
         {ASKING_CONSENT: DONE, CHECKING: unknown("CenterUnreachable")}.get(state, failed("TimedOut")),
         case=case_of("timed_out", state))
    def timed_out(desk, state=state):
        """While the patient is asked for a consent the center answers: then only that question ends. Once it is asked, and
        does not answer in that time, it is as if it was away."""
        answers = desk.count_answers()
        visit = desk.reach(state, Timeout=50)  # a PIN may take 60
        if state == ASKING_CONSENT:
            until(lambda: desk.count_answers() > answers, "the center's answer")
        desk.rig.let_pass(51)
        return visit


    @row(f"the daemon is stopped in {state}", failed("ShuttingDown"), case=case_of("daemon_stopped", state))
    def daemon_stopped(desk, state=state):
        visit = desk.reach(state)
        desk.stop_daemon()
        return visit


for state in (ASKING_PIN, PROVING):
    @row(f"the daemon is killed in {state}", None, case=case_of("daemon_killed", state))
    def daemon_killed(desk, state=state):
        """Its name leaves the bus, and the card loses what the PIN gave as soon as pcscd lets it go."""
        visit = desk.reach(state)
        desk.rig.kill_daemon()
        desk.release()
        expect_error("org.freedesktop.DBus.Error.ServiceUnknown", visit.cancel)
        desk.rig.card.wait("power-off")


# the center

AWAY = "CenterUnreachable", "CenterBusy"


def center_fault(name, error, fault, seconds=0):
    """@fault: of the simulator. Before the card is proved, the visit fails, or, where the center is only away, the card signs
    a challenge of the daemon's own; after it, the answer is unknown. @seconds: that pass then."""
    case = "center_" + name.replace(" ", "_").replace("-", "_")
    at = "" if fault in ("refuse-connection", "foreign-certificate") else " path=card/"

    settings = {"Center_Timeout": CENTER_SECONDS} if seconds else {}
    before = failed(error) if error not in AWAY else DONE if at else unknown(error)

    def pass_time(desk, visit, state, path):
        if seconds:
            visit.wait_state(state)
            desk.rig.center.wait(path)
            desk.rig.let_pass(seconds)

    @row(f"the center, before the card is proved: {name}", before, case=case, **settings)
    def before_proof(desk):
        desk.rig.center(f"fault {fault}{at and at + 'challenge'}")
        visit = desk.open()
        pass_time(desk, visit, PROVING, "card/challenge")
        return visit

    @row(f"the center, after the card is proved: {name}", unknown(error), case=case, **settings)
    def after_proof(desk):
        visit = desk.reach(ASKING_PIN)
        desk.rig.center(f"fault {fault}{at and at + 'check'}")
        desk.answer()
        pass_time(desk, visit, CHECKING, "card/check")
        return visit


center_fault("down", "CenterUnreachable", "refuse-connection")


@row("the center is down, and nothing can be kept: no card is asked for a proof", failed("CenterUnreachable"), store_key=False)
def center_down_without_key(desk):
    desk.rig.center("fault refuse-connection")
    return desk.open()


center_fault("too slow", "CenterUnreachable", "hold count=always", CENTER_SECONDS)
center_fault("silent", "CenterUnreachable", "silent count=always", CENTER_SECONDS)
center_fault("trickling", "CenterUnreachable", "trickle count=always", CENTER_SECONDS)
center_fault("refusing", "CenterRefused", "status 403 count=always")
center_fault("refusing every token", "CenterRefused", "status 401 count=always")
center_fault("busy", "CenterBusy", "status 503 count=always")
center_fault("asked too often", "CenterBusy", "status 429 count=always")
center_fault("broken", "CenterUnreachable", "status 500 count=always")
center_fault("garbage", "MessageInvalid", "garbage")
center_fault("five MiB", "MessageInvalid", "huge 5242880")
center_fault("redirect", "MessageInvalid", "redirect")
center_fault("cut in mid-body", "CenterUnreachable", "cut 20 count=always")
center_fault("foreign certificate", "CenterUntrusted", "foreign-certificate")
center_fault("refusing the institution", "CenterRefused", "error-code SHK090002")


@row("the center is slow, but within its time", DONE, case="center_hiccups")
def center_slow(desk):
    visit = desk.reach(CHECKING)
    desk.rig.let_pass(CENTER_SECONDS)
    return visit


@row("the center's answer is cut once: a query is asked again", DONE, case="center_hiccups")
def center_cut_once(desk):
    desk.rig.center("fault cut 20 path=card/check")
    return desk.open()


@row("the center's token has run out", DONE, case="center_hiccups")
def center_token(desk):
    desk.rig.center("expire-tokens")
    return desk.open()


@row("the center does not take the consent: it is not granted, and the answer is there", DONE)
def consent_refused(desk):
    desk.rig.center("fault status 403 count=always path=consent/register")
    visit = desk.open(Consents=["drug"])
    desk.expect_end(visit, DONE)
    assert not visit.consents()["drug"]["Granted"]
    return visit


@row("the certificate has expired", failed("CertificateExpired"), persona="ito")
def certificate_expired(desk):
    return desk.open()


@row("the certificate is of a CA that is not trusted", failed("CertificateUntrusted"), persona="kobayashi")
def certificate_untrusted(desk):
    return desk.open()


@row("the center has revoked the certificate", failed("CertificateRevoked"), persona="watanabe")
def certificate_revoked(desk):
    return desk.open()


@row("the card is not registered, and the patient does not want that", failed("NotRegistered"), persona="yamamoto")
def not_registered(desk):
    desk.patient.consents = False
    return desk.open()


@row("the card is not registered, and the center drops the registration", failed("NotRegistered"), persona="yamamoto",
     case="not_registered")
def not_registered_dropped(desk):
    desk.rig.center("fault drop path=card/register")
    return desk.open()


@row("the card is not registered, and then it is", DONE, persona="yamamoto", case="not_registered")
def registered(desk):
    return desk.open()


# another program at the reader

def share(desk, act, end):
    """Another program has the card, shared. @act (its card, the visit): what it does while the PIN is asked."""
    context = pcsc.Context()
    other = context.connect(desk.rig.wait_card())
    visit = desk.reach(ASKING_PIN)
    act(other)
    desk.answer()
    desk.expect_end(visit, end)
    status = desk.rig.card.status()
    assert status["powered"] and not status["used"], status  # it was reset for the other, without the PIN's rights
    context.release()
    return visit


@row("another program shares the reader", DONE)
def shared(desk):
    return share(desk, lambda other: None, DONE)


@row("another program has used the card meanwhile", DONE)
def shared_used(desk):
    return share(desk, lambda other: other.transmit(SELECT_TEXT), DONE)


@row("another program resets the card while the PIN is asked", failed("CardReset"))
def shared_reset(desk):
    return share(desk, lambda other: other.reconnect(disposition=pcsc.RESET), failed("CardReset"))


def spend_try(other):
    other.transmit(SELECT_JPKI)
    assert other.transmit(WRONG_PIN) == "63C2"


@row("another program has spent a try meanwhile", failed("CardReset"), tries=2)
def shared_spent(desk):
    desk.patient.typed += 1
    return share(desk, spend_try, failed("CardReset"))


@row("another program keeps the reader for a moment", DONE, case="shared_transaction")
def shared_transaction(desk):
    context = pcsc.Context()
    other = context.connect(desk.rig.wait_card())
    other.begin()
    visit = desk.open()
    visit.wait_state(READING)
    other.end()
    desk.expect_end(visit, DONE)
    context.release()
    return visit


def expect_other_program(visit):
    """The text is not that of a reader that another visit has."""
    assert "別のプログラム" in visit.get("ErrorMessage"), visit.get("ErrorMessage")


@row("another program keeps the reader for too long", failed("ReaderBusy"), case="shared_transaction")
def shared_transaction_long(desk):
    context = pcsc.Context()
    other = context.connect(desk.rig.wait_card())
    other.begin()
    visit = desk.open()
    visit.wait_state(READING)
    desk.rig.let_pass(CARD_SECONDS)
    desk.expect_end(visit, failed("ReaderBusy"))
    expect_other_program(visit)
    visit.close()
    visit = desk.open()  # is told at once
    desk.expect_end(visit, failed("ReaderBusy"))
    other.end()
    context.release()
    desk.change_card("yamada")
    return visit


@row("another program has the reader to itself", failed("ReaderBusy"))
def other_exclusive(desk):
    context = pcsc.Context()
    context.connect(desk.rig.wait_card(), pcsc.SHARE_EXCLUSIVE)
    visit = desk.open()
    desk.expect_end(visit, failed("ReaderBusy"))
    expect_other_program(visit)
    context.release()
    return visit


def test_table(_rig):
    """Every case is run, and every error of a row is told to people."""
    listed = (SOURCE / "tests" / "bus" / "meson.build").read_text()
    documented = (SOURCE / "data" / "errors.md").read_text()
    missing = [case for case in TABLE.cases if f"'{case}'" not in listed]
    missing += [one.end for rows in TABLE.cases.values() for one in rows
                if one.end and one.end.error and f"`{one.end.error}`" not in documented]
    assert not missing, missing


globals().update(TABLE.make_tests())
