# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cards whose certificate ends soon, has ended, is suspended; and a machine whose clock says so, and is wrong.

Comes in: a rig, with the people whom make-keys gives such certificates. Goes out: nothing.
"""
import datetime
import json

from bus import Agent, ObjectPath, Visits
from rig import KEYS

PINS = {"hayashi": "1212", "kimura": "1313", "saito": "1414", "mori": "1515", "ito": "1111", "yamada": "1234"}
JAPAN = datetime.timezone(datetime.timedelta(hours=9))


def get_last_day(persona):
    """By another reader of certificates than the daemon's."""
    from cryptography import x509
    certificate = x509.load_der_x509_certificate((KEYS / f"{persona}.cert.der").read_bytes())
    end = certificate.not_valid_after.replace(tzinfo=datetime.timezone.utc)
    return end.astimezone(JAPAN).strftime("%Y%m%d")


def check(rig, persona, **values):
    """Return: the agent, the visit, its end."""
    rig.start("card", "center", "daemon", persona=persona)
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    patient = Agent(rig.bus_connection("tester"), pin=PINS[persona]).register(Reader=reader)
    visit = Visits(rig.bus_connection("tester")).open(Reader=reader, **values)
    return patient, visit, visit.wait_finished()


def test_ending(rig):
    patient, visit, end = check(rig, "hayashi", Consents=["drug"], Language="en")
    answer = visit.eligibility()
    assert end[0] == "done" and answer["Answer"] == "eligible"
    assert answer["CertificateUntil"] == get_last_day("hayashi") and "ends soon" in answer["Advice"]
    assert answer["Code"] == "SHK000001" and visit.consents()["drug"]["Granted"]
    assert patient.messages()[-2:] == ["remove-card", "certificate-expiring"]
    text = patient.wait("ShowMessage", 2)[2]["Text"]
    assert "0120-95-0178" in text and "0120-0178-27" in text


def test_ended(rig):
    """Eligibility only: what opens records is not asked, and says why."""
    patient, visit, end = check(rig, "kimura", Consents=["ceiling", "drug", "checkup"])
    answer, consents = visit.eligibility(), visit.consents()
    assert end[0] == "done" and answer["Answer"] == "eligible" and answer["CertificateUntil"] == get_last_day("kimura")
    assert [kind for kind, _text, _version in patient.wait("RequestConsent")[1]] == ["ceiling"]
    assert consents["ceiling"]["Granted"]
    for kind in ("drug", "checkup"):
        assert not consents[kind]["Granted"] and "Version" not in consents[kind], consents
        assert consents[kind]["Error"] == "org.shikaku.Shikaku1.Error.CertificateExpired", consents
    entry = json.loads(visit.message())["XmlMsg"]["MessageBody"]["ResultList"][0]["ResultOfQualificationConfirmation"]
    assert "QualificationConfirmationKey" not in entry and "PharmacistsInfoConsFlg" not in entry
    assert patient.messages()[-2:] == ["remove-card", "certificate-ended"]


def test_ended_phone(rig):
    """The center alone can tell."""
    patient, visit, (state, error, details) = check(rig, "saito")
    assert (state, error, details["Code"]) == ("failed", "CertificateExpired", "SHK010001")
    assert patient.count("RequestPin") == 1 and patient.messages()[-1] == "certificate-expired"
    assert "0120-95-0178" in visit.get("ErrorMessage")


def test_over(rig):
    """Nobody is asked for a PIN."""
    patient, visit, (state, error, _details) = check(rig, "ito", Language="en")
    assert (state, error) == ("failed", "CertificateExpired") and patient.count("RequestPin") == 0
    assert patient.messages() == ["certificate-expired"] and "0120-0178-27" in visit.get("ErrorMessage")


def test_suspended(rig):
    patient, visit, (state, error, details) = check(rig, "mori")
    assert (state, error, details["Code"]) == ("failed", "CertificateRevoked", "SHK010006")
    assert "一時停止" in details["Message"] and "0120-95-0178" in visit.get("ErrorMessage")
    assert patient.messages()[-1] == "certificate-revoked"


def test_clock_ahead(rig):
    """By the daemon's clock hayashi's certificate was over long ago: that of the center, which counts, comes with the
    challenge; and the next visit knows it from the beginning."""
    rig.start("card", "center", "daemon", clock=True, persona="hayashi")
    rig.set_clock(300 * 86400)
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    patient = Agent(rig.bus_connection("tester"), pin=PINS["hayashi"]).register(Reader=reader)
    visits = Visits(rig.bus_connection("tester"))
    for number in (1, 2):
        visit = visits.open(Reader=reader, SameCard=True)
        assert visit.wait_finished()[:2] == ("done", ""), number
        assert visit.eligibility()["CertificateUntil"] == get_last_day("hayashi")
        visit.close()
    assert patient.messages().count("certificate-expiring") == 2
