# SPDX-License-Identifier: LGPL-2.1-or-later
"""The simulated center keeps the center profile: who may connect, what is answered, and each fault is the one asked for."""

import base64
import concurrent.futures
import contextlib
import datetime
import http.client
import json
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

from simulated import (DEADLINE, KEYS, PEOPLE, SIMULATOR, Center, Client, expect, get_entries, make_session, make_tls,
                       sign)

BROKEN = (OSError, http.client.HTTPException)  # what a client meets when the connection ends (ssl.SSLError is an OSError)
EXPECTED = {  # person -> error code or validity
    "yamada": "1", "sato": "2", "takahashi": "1", "suzuki": "1", "tanaka": "6", "ito": "SHK010001", "watanabe": "SHK010002",
    "kobayashi": "SHK010003", "kato": "1", "yoshida": "1", "yamamoto": "SHK020001", "nakamura": "1", "sasaki": "5",
    "matsumoto": "1", "hayashi": "1", "kimura": "1", "saito": "SHK010001", "mori": "SHK010006",
    "okada": "1", "okada-child": "1",
}  # fmt: skip


# -- who may speak


def test_certificate_required():
    with Center() as center:
        for certificate in (None, "foreign-institution", "institution-expired"):
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                with Client(center, make_tls(certificate, version=version)) as client, expect(*BROKEN):
                    client.post("auth", {})
        assert center.log() == []
        with Client(center) as client:
            client.authenticate()
        stats = center.tell("stats")
        assert (stats["connections"], stats["handshakes"], stats["failed_handshakes"]) == (7, 1, 6), stats


def test_tls_versions():
    with Center() as center:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with Client(center, make_tls(version=version)) as client:
                client.authenticate()
        assert [line["tls"] for line in center.log()] == ["TLSv1.2", "TLSv1.3"]


def test_authentication():
    with Center() as center, Client(center) as client:
        for document in ({"account": "a", "password": "b"}, {"account": None, "password": []}):
            assert client.post("auth", document)[0].status == 401
        assert client.post("auth", {"account": "a"})[0].status == 400
        assert client.post("auth", b"{")[0].status == 400
        search = client.make_search("yamada")
        assert client.post("search", search)[0].status == 401
        assert client.post("search", search, Authorization="nonsense")[0].status == 401
        client.authenticate()
        assert client.post("search", search)[0].status == 200


def test_token_expiry():
    with make_session() as (center, client):
        center.tell("expire-tokens")
        assert client.post("search", client.make_search("yamada"))[0].status == 401
        client.authenticate()
        first = client.token
        client.authenticate()
        client.token = first  # several may be valid
        assert client.post("search", client.make_search("yamada"))[0].status == 200


def test_institution():
    with make_session() as (_, client):
        for institution in ("1399999999", "131234567"):
            client.institution = institution
            header, body = client.call("card/challenge", client.make_message({"CardChallengeInfo": {}}))
            assert (header["SegmentOfResult"], header["ErrorCode"], body) == ("9", "SHK090002", {})


def test_invalid_messages():
    with make_session() as (_, client):
        good = client.make_search("yamada")
        part = good["XmlMsg"]["MessageBody"]["QualificationConfirmSearchInfo"]
        for document in (b"", b"{", b"\xff", b"[]", b"[" * 100000, {}, {"XmlMsg": []}, {"XmlMsg": {"MessageHeader": {}}},
                         client.make_message({}), client.make_message({"CardChallengeInfo": "x"}, "x" * 51)):  # fmt: skip
            header, _ = client.call("card/challenge", document)
            assert header["ErrorCode"] == "SHK090003", document
        for name, value in (("Birthdate", ""), ("Birthdate", 19850412), ("InsurerNumber", "123456789")):
            message = client.make_message({"QualificationConfirmSearchInfo": {**part, name: value}})
            assert client.call("search", message)[0]["ErrorCode"] == "SHK090003"


def test_http_refusals():
    with make_session() as (center, client):
        assert client.post("records", {})[0].status == 404
        client.connection.request("GET", "/oqs-api/search")
        response = client.connection.getresponse()
        response.read()
        assert response.status == 411
        client.connection.request("PUT", "/oqs-api/search", b"{}")
        response = client.connection.getresponse()
        response.read()
        assert response.status == 405
        client.connection.putrequest("POST", "/oqs-api/search")
        client.connection.putheader("Content-Length", str(4 * 1024 * 1024 + 1))
        client.connection.endheaders()
        assert client.connection.getresponse().status == 413
        client.connection.close()
        assert client.search("yamada")[1]["QualificationValidity"] == "1"
        assert center.tell("stats")["requests"] == {"auth": 1, "records": 1, "search": 2}


# -- the proof by card


def test_every_person():
    assert set(EXPECTED) == set(PEOPLE)
    with make_session() as (_, client):
        for person, expected in EXPECTED.items():
            header, body = client.check(person, ceiling="1", diseases="1")
            if expected.startswith("SHK"):
                assert (header["SegmentOfResult"], header["ErrorCode"], body) == ("9", expected, {}), (person, header)
                continue
            assert (header["SegmentOfResult"], header["ReferenceClassification"]) == ("1", "1")
            assert (body["ProcessingResultStatus"], body["QualificationValidity"]) == ("1", expected), person
            entries = get_entries(body)
            assert len(entries) == (0 if expected == "5" else len(PEOPLE[person]["center"]["entries"]))
            for entry in entries:
                assert len(entry["InsurerNumber"]) == 8


def test_element_order_differs():
    with make_session() as (_, client):
        names = [[name for name in get_entries(client.check(person)[1])[0] if name.startswith("I")]
                 for person in ("kato", "yoshida", "kato")]  # fmt: skip
        assert names[0] == names[2] != names[1] and sorted(names[0]) == sorted(names[1])


def test_own_challenge():
    """While the center gave none: good once, for a day, and no proof of the one kind stands for the other."""
    with make_session() as (center, client):
        first = client.make_own_check("yamada", identifier="first")
        _reply, answer = client.post("card/check", first)
        assert client.call("card/check", first)[1]["QualificationValidity"] == "1"
        assert client.post("card/check", first)[1] == answer, "a repeat is the same answer"
        assert client.call("card/check", client.make_own_check("yamada"))[0]["ErrorCode"] == "SHK010005", "used"
        now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9)))
        for number, (hours, code) in enumerate(((-23, None), (-25, "SHK010005"), (1, "SHK010005"))):
            made = (now + datetime.timedelta(hours=hours)).strftime("%Y%m%d%H%M%S")
            header, _body = client.call("card/check", client.make_own_check("yamada", made, bytes([number + 1] * 32)))
            assert header.get("ErrorCode") == code, (hours, header)
        swapped = client.make_own_check("yamada", None, b"s" * 32, b"org.shikaku.card-proof.v1")
        assert client.call("card/check", swapped)[0]["ErrorCode"] == "SHK010004"
        for changes in ({"made": "2026"}, {"made": "20261399000000"}, {"challenge": b"short"}):
            assert client.call("card/check", client.make_own_check("yamada", **changes))[0]["ErrorCode"] == "SHK090003", changes
        assert center.log()[-1]["own_challenge"]


def test_search_once():
    """A repeat of a search is the same answer; another question with its identifier is none."""
    with make_session() as (center, client):
        message = client.make_search("yamada")
        answers = [client.post("search", message)[1] for _number in range(2)]
        assert answers[0] == answers[1]
        assert [line["repeated"] for line in center.log() if line["path"] == "search"] == [False, True]
        other = client.make_search("sato")
        other["XmlMsg"]["MessageHeader"]["ArbitraryFileIdentifier"] = center.log()[-1]["ArbitraryFileIdentifier"]
        assert client.call("search", other)[0]["ErrorCode"] == "SHK090003"


def test_challenge_once():
    with make_session() as (_, client):
        challenge = client.get_challenge()
        assert len(base64.b64decode(challenge["Challenge"])) == 32
        assert challenge != client.get_challenge()
        first = client.make_check("yamada", challenge, identifier="first")
        answer = client.post("card/check", first)[1]
        assert client.post("card/check", first)[1] == answer, "a repeat is the same answer"
        header, _ = client.check("yamada", challenge=challenge)
        assert header["ErrorCode"] == "SHK010005"
        header, _ = client.check("suzuki", identifier="first")
        assert header["ErrorCode"] == "SHK090003", "one identifier, two messages"
        header, _ = client.check("yamada", ChallengeIdentifier="0" * 32)
        assert header["ErrorCode"] == "SHK010005"


def test_wrong_signatures():
    with make_session() as (_, client):
        other = base64.b64encode(sign("yamada", b"something else")).decode()
        for changes in ({"Signature": other}, {"Signature": "AAAA"}, {"SignatureAlgorithm": "ecdsa-with-SHA384"},
                        {"SignatureAlgorithm": "none"}):  # fmt: skip
            challenge = client.get_challenge()
            assert client.check("yamada", challenge=challenge, **changes)[0]["ErrorCode"] == "SHK010004", changes
            assert client.check("yamada", challenge=challenge)[0]["ErrorCode"] == "SHK010005", "used up by the failure"
        client.institution, right = "1399999999", client.institution
        message = client.make_check("yamada", {"ChallengeIdentifier": "x", "Challenge": ""})
        client.institution = right
        part = message["XmlMsg"]["MessageBody"]["CardCheckInfo"]
        message["XmlMsg"]["MessageHeader"]["MedicalInstitutionCode"] = right
        part["ChallengeIdentifier"] = client.get_challenge()["ChallengeIdentifier"]
        assert client.call("card/check", message)[0]["ErrorCode"] == "SHK010004", "signed for another institution"


def test_certificates():
    def load(name):
        return base64.b64encode((KEYS / name).read_bytes()).decode()

    with make_session() as (_, client):
        for certificate, code in ((load("suzuki.cert.der"), "SHK010004"), ("AAAA", "SHK010003"),
                                  (load("yamada.sign.cert.der"), "SHK010003"),
                                  (load("old-generation.cert.der"), "SHK020001")):  # fmt: skip
            header, _ = client.check(next(iter(PEOPLE)), UserAuthenticationCertificate=certificate)
            assert header["ErrorCode"] == code, (header, code)
    with make_session("--card-ca", KEYS / "foreign-card-ca.pem") as (_, client):
        assert client.check("kobayashi")[1]["QualificationValidity"] == "1"
        assert client.check("yamada")[0]["ErrorCode"] == "SHK010003"


def test_revocation():
    with make_session() as (center, client):
        center.tell("revoke yamada")
        assert client.check("yamada")[0]["ErrorCode"] == "SHK010002"
        center.tell("unrevoke yamada")
        assert client.check("yamada")[1]["QualificationValidity"] == "1"


# -- eligibility and consents


def test_consents_inside_query():
    with make_session() as (_, client):
        for person in ("suzuki", "yamada"):
            for ceiling, diseases in (("0", "0"), ("1", "0"), ("0", "1"), ("1", "1")):
                entry = get_entries(client.check(person, ceiling=ceiling, diseases=diseases)[1])[0]
                assert entry["LimitApplicationCertificateRelatedConsFlg"] == ceiling
                assert ("LimitApplicationCertificateRelatedInfo" in entry) == (ceiling == "1")
                assert entry["SpecificDiseasesCertificateRelatedConsFlg"] == diseases
                assert ("SpecificDiseasesCertificateList" in entry) == (diseases == "1")
        assert client.check("yamada", ceiling="2")[0]["ErrorCode"] == "SHK090003"


def to_moment(text):
    return datetime.datetime.strptime(text, "%Y%m%d%H%M%S")


TEXTS = {"PharmacistsInfoConsTextVersion": "1", "PharmacistsInfoConsTextLanguage": "ja"}


def test_register_consents():
    with make_session() as (center, client):
        entry = get_entries(client.check("yamada")[1])[0]
        assert entry["PharmacistsInfoConsFlg"] == "0" and "PharmacistsInfoConsTime" not in entry
        message = client.make_registration(entry["QualificationConfirmationKey"], PharmacistsInfo="1", OperationInfo="0")
        answer = client.post("consent/register", message)[1]
        result = json.loads(answer)["XmlMsg"]["MessageBody"]["ConsentRegistrationResult"]
        assert (result["PharmacistsInfoConsFlg"], result["OperationInfoConsFlg"]) == ("1", "0") and len(result) == 4
        lifetime = to_moment(result["PharmacistsInfoAvailableTime"]) - to_moment(result["PharmacistsInfoConsTime"])
        assert lifetime == datetime.timedelta(hours=24)
        now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9))).replace(tzinfo=None)
        assert abs(now - to_moment(result["PharmacistsInfoConsTime"])) < datetime.timedelta(minutes=1), "JST"
        assert client.post("consent/register", message)[1] == answer, "a repeat is the same answer"
        log = center.log("consent/register")
        assert [line["registered"] for line in log] == [["PharmacistsInfo"], []]
        assert [line["repeated"] for line in log] == [False, True]
        later = get_entries(client.check("yamada")[1])[0]
        for name, value in result.items():
            assert later[name] == value

        assert "texts" not in log[0]
        key = later["QualificationConfirmationKey"]
        client.call("consent/register", client.make_registration(key, texts=TEXTS, PharmacistsInfo="1"))
        assert center.log("consent/register")[-1]["texts"] == {"PharmacistsInfo": ["1", "ja"]}


def test_register_use():
    """By the proof that was judged, byte for byte; after it the same proof is good for a check."""
    with make_session() as (center, client):
        check = client.make_check("yamamoto")
        assert client.call("card/register", client.make_use(check))[0]["ErrorCode"] == "SHK010005", "nothing was judged yet"
        assert client.call("card/check", check)[0]["ErrorCode"] == "SHK020001"
        for changes, code in (({"UseRegistrationConsFlg": "0"}, "SHK090003"), ({"UseRegistrationConsFlg": None}, "SHK090003"),
                              ({"UseRegistrationConsTextVersion": None}, "SHK090003"), ({"More": "1"}, "SHK090003"),
                              ({"Signature": base64.b64encode(b"x" * 256).decode()}, "SHK010005"),
                              ({"ChallengeIdentifier": client.get_challenge()["ChallengeIdentifier"]}, "SHK010005")):
            assert client.call("card/register", client.make_use(check, **changes))[0]["ErrorCode"] == code, changes
        message = client.make_use(check)
        answer = client.post("card/register", message)[1]
        result = json.loads(answer)["XmlMsg"]["MessageBody"]["CardRegistrationResult"]
        assert result["UseRegistrationFlg"] == "1" and to_moment(result["UseRegistrationTime"])
        assert client.post("card/register", message)[1] == answer, "a repeat is the same answer"
        log = center.log("card/register")
        assert [line["registered"] for line in log[-2:]] == [["UseRegistration"], []] and log[-1]["repeated"]
        assert log[-2]["texts"] == {"UseRegistration": ["1", "ja"]}
        again = client.make_message(check["XmlMsg"]["MessageBody"], QualificationConfirmationDate="20261123",
                                    ReferenceClassification="1")
        assert client.call("card/check", again)[1]["QualificationValidity"] == "1", "the same proof"
        assert client.check("yamamoto")[1]["QualificationValidity"] == "1", "and another"


def test_register_reference():
    with make_session() as (center, client):
        for person, number, code in (("yamada", "10000002", "SHK030003"), ("okada", "1", "SHK030002")):
            assert client.call("reference/register", client.make_reference(number, person))[0]["ErrorCode"] == code
        nobody = client.make_reference("1", "yamada", InsuredIdentificationNumber="0")
        assert client.call("reference/register", nobody)[0]["ErrorCode"] == "SHK030001"
        assert client.call("reference/register", client.make_reference("x" * 51, "yamada"))[0]["ErrorCode"] == "SHK090003"
        message = client.make_reference("A-1", "yamada")
        assert client.call("reference/register", message)[1] == {"ProcessingResultStatus": "1"}
        assert client.call("reference/register", message)[1] == {"ProcessingResultStatus": "1"}, "a repeat"
        assert [line["registered"] for line in center.log("reference/register")[-2:]] == [["ReferenceNumber"], []]
        for body in (client.check("yamada")[1], client.search("yamada")[1]):
            assert {entry["ReferenceNumber"] for entry in get_entries(body)} == {"A-1"}


def test_certificate_ended():
    """Eligibility only, of a plastic card; a phone and a suspended card are refused, each in its own words."""
    with make_session() as (_center, client):
        entry = get_entries(client.check("kimura")[1])[0]
        assert "QualificationConfirmationKey" not in entry and not [name for name in entry if name.endswith("InfoConsFlg")]
        assert "QualificationConfirmationKey" in get_entries(client.check("hayashi")[1])[0]
        for person, code in (("saito", "SHK010001"), ("ito", "SHK010001"), ("mori", "SHK010006")):
            assert client.check(person)[0]["ErrorCode"] == code, person


def test_consents_refused():
    with make_session() as (center, client):
        key = get_entries(client.check("suzuki")[1])[0]["QualificationConfirmationKey"]
        for message, code in (
            (client.make_registration("unknown", PharmacistsInfo="1"), "SHK020002"),
            (client.make_registration(key, OperationInfo="1"), "SHK020002"),
            (client.make_registration(key), "SHK090003"),
            (client.make_registration(key, Unknown="1"), "SHK090003"),
            (client.make_registration(key, PharmacistsInfo="2"), "SHK090003"),
            (client.make_registration(key, texts={"PharmacistsInfoConsTextVersion": "1"}, PharmacistsInfo="1"), "SHK090003"),
            (client.make_registration(key, texts=TEXTS, PharmacistsInfo="0"), "SHK090003"),
        ):
            assert client.call("consent/register", message)[0]["ErrorCode"] == code, message
        header, body = client.call("consent/register", client.make_registration(key, PharmacistsInfo="1", OperationInfo="1"))
        result = body["ConsentRegistrationResult"]
        assert (result["PharmacistsInfoConsFlg"], result["OperationInfoConsFlg"]) == ("1", "0")
        assert sum((line["registered"] for line in center.log()), []) == ["PharmacistsInfo"]


def test_search():
    with make_session() as (_, client):
        header, body = client.search("yamada", LimitApplicationCertificateRelatedConsFlg="1")
        entry = get_entries(body)[0]
        assert (header["ReferenceClassification"], body["QualificationValidity"]) == ("2", "1")
        assert body["QualificationConfirmSearchInfo"]["Birthdate"] == "19850412"
        assert "LimitApplicationCertificateRelatedInfo" in entry
        assert "QualificationConfirmationKey" not in entry and "PharmacistsInfoConsFlg" not in entry
        for changes in ({"InsurerNumber": "00990019"}, {"InsuredIdentificationNumber": "1234567"},
                        {"InsuredBranchNumber": ""}):  # fmt: skip
            assert client.search("yamada", **changes)[1]["QualificationValidity"] == "1", changes
        for changes in ({"InsuredBranchNumber": "02"}, {"Birthdate": "19850413"}, {"InsuredIdentificationNumber": "1"}):
            body = client.search("yamada", **changes)[1]
            assert body["QualificationValidity"] == "4" and "ResultList" not in body, changes
        assert client.search("sato")[1]["QualificationValidity"] == "2"
        assert client.search("sasaki")[1]["QualificationValidity"] == "5"
        assert client.search("yamamoto")[1]["QualificationValidity"] == "1", "by number nobody asks about the card"


def test_every_element_is_known():
    """People use no element that the field does not have, and their numbers have the field's shape."""
    profile = (SIMULATOR.parents[1] / "data" / "center-profile.md").read_text(encoding="utf-8")
    for person, facts in PEOPLE.items():
        for entry in facts["center"]["entries"]:
            for name in entry:
                assert name in profile or name == "WelfareOfficeName", name
        assert len(facts["pin"]) == 4 and facts["pin"].isdigit()
    with make_session() as (_, client):
        size = len(client.post("search", client.make_search("matsumoto", LimitApplicationCertificateRelatedConsFlg="1",
                                                            SpecificDiseasesCertificateRelatedConsFlg="1"))[1])  # fmt: skip
        assert 4300 < size < 5200, size


# -- connections and what is told of them


def test_log_and_stats():
    with make_session() as (center, client):
        response, _ = client.post("search", client.make_search("yamada"))
        name, _, milliseconds = response.getheader("Server-Timing").partition(";dur=")
        line = center.log("search")[0]
        assert name == "t" and float(milliseconds) == line["ms"] > 0
        assert (line["connection"], line["request_on_connection"], line["status"], line["resumed"]) == (1, 2, 200, False)
        with Client(center) as second:
            second.authenticate()
        log = center.log()
        assert [line["connection"] for line in log] == [1, 1, 2]
        stats = center.tell("stats")
        assert stats["requests"] == {"auth": 2, "search": 1}
        for name in ("request_bytes", "response_bytes"):
            assert stats[name] == sum(line[name] for line in log) > 0
        center.tell("clear-log")
        assert center.log() == [] and center.tell("stats")["connections"] == 0

# -- the load test


def make_load_search(client, person, identifier=None):
    names = {"InsurerNumber": "InsurerNumber", "InsuredCardSymbol": "Symbol", "InsuredIdentificationNumber": "Number",
             "InsuredBranchNumber": "Branch", "Birthdate": "Birthdate"}
    query = {name: person[key] for name, key in names.items()}
    message = client.make_message({"QualificationConfirmSearchInfo": query}, QualificationConfirmationDate="20261123")
    if identifier:
        message["XmlMsg"]["MessageHeader"]["ArbitraryFileIdentifier"] = identifier
    return message


def test_load():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "numbers"
        with make_session("--load", "200", "--load-seed", "7", "--load-numbers", str(path)) as (center, client):
            people = [json.loads(line) for line in path.read_text().splitlines()]
            assert len({person["Number"] for person in people}) == 200
            center.tell("clear-log")
            for person in people:
                response, body = client.post("search", make_load_search(client, person))
                assert response.status == 200 and json.loads(body)["XmlMsg"]["MessageBody"]["ResultList"], person
            client.post("search", make_load_search(client, people[0], "the-same"))
            for identifier in (None, "the-same"):  # another message under an identifier is none
                client.post("search", make_load_search(client, {**people[1], "Number": "1"}, identifier))
            center.tell("fault status 503 path=search")
            client.post("search", make_load_search(client, people[2]))
            center.tell("fault error-code SHK090001 path=search")
            client.post("search", make_load_search(client, people[3]))
            report = center.tell("load")
            for name, value in {"people": 200, "people_asked_for": 200, "queries_doubled": 1, "queries_for_nobody": 1,
                                "identifiers_used_again": 1, "requests": {"search": 205}, "under_way": 0,
                                "errors": {"HTTP 503": 1, "SHK090001": 1, "SHK090003": 1}, "at_once_at_most": 1}.items():
                assert report[name] == value, (name, report)
            assert report["requests_per_second"] > 0
            times = [report["milliseconds"][name] for name in ("median", "of_95_percent", "of_99_percent", "most")]
            assert times == sorted(times) and times[0] > 0, report
            center.process.send_signal(signal.SIGTERM)
            word, _, told = center.process.stdout.readline().partition(" ")
            assert word == "load" and json.loads(told)["requests"] == {"search": 205}, told
            assert center.process.wait(DEADLINE) == 0


def test_load_at_once():
    with Center("--load", "3") as center, contextlib.ExitStack() as stack:
        people = [json.loads(center.process.stdout.readline()) for _ in range(3)]
        clients = [stack.enter_context(Client(center)).authenticate() for _ in people]
        center.tell("fault hold always path=search")
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            asked = [pool.submit(client.post, "search", make_load_search(client, person))
                     for client, person in zip(clients, people)]
            center.tell("wait search 3 60")
            assert center.tell("load")["under_way"] == 3
            center.tell("release")
            assert all(answer.result()[0].status == 200 for answer in asked)
        report = center.tell("load")
        assert (report["at_once_at_most"], report["under_way"], report["people_asked_for"]) == (3, 0, 3), report
        center.tell("fault drop path=search")
        with expect(*BROKEN):
            clients[0].post("search", make_load_search(clients[0], people[0]))
        assert center.tell("load")["errors"] == {"no answer": 1}


def test_load_seed():
    """The same people of the same seed, however many there are; and the options are judged."""
    def read(*options):
        with Center(*options) as center:
            return [center.process.stdout.readline() for _ in range(int(options[1]))]

    few, many, others = read("--load", "5"), read("--load", "50"), read("--load", "5", "--load-seed", "2")
    assert few == many[:5] and few != others and len(set(many)) == 50
    for number in ("0", "100001", "x"):
        done = subprocess.run(["/usr/bin/python3", SIMULATOR / "shikaku-sim-center", "--keys", KEYS, "--load", number],
                              capture_output=True, text=True)  # fmt: skip
        assert done.returncode == 2 and "load" in done.stderr, done


def test_resumption():
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with Center() as center:
            context, session = make_tls(version=version), None
            for _ in range(2):
                with socket.create_connection(("127.0.0.1", center.port), DEADLINE) as bare:
                    with context.wrap_socket(bare, server_hostname="localhost", session=session) as secure:
                        secure.sendall(b"POST /oqs-api/auth HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
                        secure.recv(4096)
                        session = secure.session
            assert [line["resumed"] for line in center.log()] == [False, True], version
            stats = center.tell("stats")
            assert (stats["connections"], stats["handshakes"], stats["resumed"]) == (2, 1, 1)


def test_requests_in_pieces():
    with Center() as center, socket.create_connection(("127.0.0.1", center.port), DEADLINE) as bare:
        with make_tls().wrap_socket(bare, server_hostname="localhost") as secure:
            request = b"POST /oqs-api/auth HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"
            for byte in request:
                secure.sendall(bytes([byte]))
            assert secure.recv(4096).startswith(b"HTTP/1.1 400 ")
            secure.sendall(request * 3 + b"nonsense\r\n\r\n")
            answers = b""
            while piece := secure.recv(4096):
                answers += piece
            assert answers.count(b"HTTP/1.1 400 ") == 3


def test_wait():
    with make_session() as (center, client):
        center.tell("wait auth")
        assert not center.send("wait search 1 0.05")["ok"]
        center.tell("fault silent path=search")
        with Client(center) as other:
            other.token = client.token
            other.connection.request("POST", "/oqs-api/search", b"{}", {"Authorization": other.token})
            center.tell("wait search")
            assert center.log("search")[0]["status"] is None


def test_control_client():
    with Center() as center:
        def run(*words):
            command = [SIMULATOR / "shikaku-sim-center", "--control", center.control_path, "--send", *words]
            return subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=DEADLINE, check=False)

        good = run("fault", "slow", "1", "count=2")
        assert good.returncode == 0 and json.loads(good.stdout) == {"ok": True}
        for words in (["nonsense"], ["fault", "nonsense"], ["fault", "slow"], ["fault", "slow", "x"],
                      ["revoke", "nobody"]):  # fmt: skip
            assert run(*words).returncode == 1, words


def test_help_is_honest():
    command = [SIMULATOR / "shikaku-sim-center", "--help"]
    text = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=DEADLINE, check=True).stdout
    assert "is not public" in " ".join(text.split()) and "invented" in text
    for fault in ("refuse-connection", "slow", "silent", "garbage", "huge", "redirect", "cut", "status", "foreign-certificate",
                  "error-code", "trickle"):  # fmt: skip
        assert fault in text


# -- faults: each is what it says, for as long as it says, and the center is well again afterwards


def check_well(client):
    assert client.search("yamada")[1]["QualificationValidity"] == "1"


def test_fault_path_and_count():
    with make_session() as (center, client):
        center.tell("fault status 500 path=search count=2")
        center.tell("fault status 418 path=card/check always")
        statuses = [client.post("search", client.make_search("yamada"))[0].status for _ in range(3)]
        assert statuses == [500, 500, 200]
        assert [client.post("card/check", client.make_check("yamada"))[0].status for _ in range(3)] == [418] * 3
        center.tell("clear-faults")
        check_well(client)
        assert [line["fault"] for line in center.log("search")] == ["status", "status", None, None]


def test_fault_slow():
    with make_session() as (center, client):
        center.tell("fault slow 300 path=search")
        begin = time.monotonic()
        check_well(client)
        assert time.monotonic() - begin >= 0.3
        assert center.log("search")[0]["ms"] >= 300


def test_fault_silent():
    with make_session() as (center, client):
        center.tell("fault silent path=card/challenge")
        client.connection.sock.settimeout(0.3)
        with expect(TimeoutError):
            client.get_challenge()
        check_well(client)


def test_fault_silent_handshake():
    with Center() as center:
        center.tell("fault silent path=tls")
        with Client(center, timeout=0.3) as client, expect(TimeoutError):
            client.authenticate()
        with Client(center) as client:
            check_well(client.authenticate())


def test_fault_hold_handshake():
    with Center() as center, Client(center) as client:
        center.tell("fault hold path=tls")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            future = pool.submit(client.authenticate)
            assert center.send(f"wait tls 1 {DEADLINE}")["ok"]
            assert not future.done()
            center.tell("release")
            check_well(future.result())


def test_fault_garbage():
    with make_session() as (center, client):
        center.tell("fault garbage path=search")
        response, body = client.post("search", client.make_search("yamada"))
        assert response.status == 200
        with expect(ValueError):
            json.loads(body)
        check_well(client)


def test_fault_huge():
    with make_session() as (center, client):
        center.tell("fault huge 5242880 path=search")
        response, body = client.post("search", client.make_search("yamada"))
        assert response.status == 200 and len(body) == 5242880 and "XmlMsg" in json.loads(body)
        assert center.log("search")[0]["response_bytes"] > 5242880
        center.tell("fault huge 104857600 path=search")
        client.connection.request("POST", "/oqs-api/search", b"{}", {"Authorization": client.token})
        client.connection.getresponse().close()
        client.connection.close()
        check_well(client)


def test_fault_redirect():
    with make_session() as (center, client):
        center.tell("fault redirect path=search")
        response, _ = client.post("search", client.make_search("yamada"))
        assert response.status == 302
        assert response.getheader("Location") == f"https://127.0.0.1:{center.port}/oqs-api/search"
        check_well(client)


def test_fault_cut():
    with make_session() as (center, client):
        for size in (0, 100, 1000):
            center.tell(f"fault cut {size} path=search")
            try:
                client.post("search", client.make_search("yamada"))
                raise AssertionError("the answer came whole")
            except http.client.IncompleteRead as error:
                assert len(error.partial) == size
        key = get_entries(client.check("yamada")[1])[0]["QualificationConfirmationKey"]
        message = client.make_registration(key, "once", PharmacistsInfo="1")
        center.tell("fault cut 0 path=consent/register")
        with expect(*BROKEN):
            client.post("consent/register", message)
        header, _ = client.call("consent/register", message)
        assert header["SegmentOfResult"] == "1"
        assert [line["registered"] for line in center.log("consent/register")] == [["PharmacistsInfo"], []]


def test_fault_status():
    with make_session() as (center, client):
        center.tell("fault status 503 retry-after=7 path=search")
        response, _ = client.post("search", client.make_search("yamada"))
        assert (response.status, response.getheader("Retry-After")) == (503, "7")
        check_well(client)


def test_fault_error_code():
    with make_session() as (center, client):
        for kind, segment in (("error-code SHK090001", "9"), ("processing", "2")):
            center.tell(f"fault {kind} path=card/check")
            message = client.make_check("yamada")
            header, body = client.call("card/check", message)
            assert (header["SegmentOfResult"], body) == (segment, {})
            assert header.get("ErrorCode") == ("SHK090001" if segment == "9" else None)
            assert client.call("card/check", message)[1]["QualificationValidity"] == "1", "the challenge was not used up"


def test_fault_trickle():
    with make_session() as (center, client):
        center.tell("fault trickle path=search")
        begin = time.monotonic()
        client.connection.request("POST", "/oqs-api/search", b"{}", {"Authorization": client.token})
        assert client.connection.sock.recv(100) == b"H" and client.connection.sock.recv(100) == b"T"
        assert time.monotonic() - begin >= 0.2
        client.connection.close()
        check_well(client)


def test_fault_refuse_connection():
    with make_session() as (center, client):
        center.tell("fault refuse-connection")
        with expect(*BROKEN):
            check_well(client)
        with expect(ConnectionRefusedError):
            check_well(client)
        center.tell("clear-faults")
        check_well(client)


def test_fault_foreign_certificate():
    with make_session() as (center, client):
        center.tell("fault foreign-certificate")
        with expect(*BROKEN):
            check_well(client)  # the connection at rest was dropped
        with expect(ssl.SSLCertVerificationError):
            check_well(client)
        with Client(center, make_tls(authority="foreign-center-ca")) as stranger:
            stranger.authenticate()
        center.tell("clear-faults")
        client.connection.close()
        check_well(client)


def test_drop_connections():
    with make_session() as (center, client):
        center.tell("drop-connections")
        with expect(*BROKEN):
            check_well(client)
        check_well(client)
        assert center.tell("stats")["connections"] == 2


def main():
    """The cases named, or all."""
    cases = {name.removeprefix("test_"): case for name, case in globals().items() if name.startswith("test_")}
    for name in sys.argv[1:] or cases:
        cases[name]()
        print("ok", name, flush=True)


if __name__ == "__main__":
    main()
