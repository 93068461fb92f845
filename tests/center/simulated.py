# SPDX-License-Identifier: LGPL-2.1-or-later
"""The simulated center as a child process, and a small client of the center profile with the cards' keys at hand."""

import base64
import contextlib
import datetime
import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import tempfile
import uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

SOURCE = pathlib.Path(os.environ.get("SHIKAKU_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
SIMULATOR = SOURCE / "tests" / "simulator"
KEYS = pathlib.Path(os.environ.get("SHIKAKU_KEYS", "keys"))
PEOPLE = json.loads((SIMULATOR / "people.json").read_text(encoding="utf-8"))["people"]
INSTITUTION = "1312345678"
DEADLINE = 60  # seconds, of everything that a test waits for: only so that nothing waits for ever


def months_ago(number):
    """YYYYMM, in Japan."""
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9)))
    month = today.year * 12 + today.month - 1 - number
    return f"{month // 12:04}{month % 12 + 1:02}"


class Center:
    """shikaku-sim-center, started and stopped."""

    def __init__(self, *arguments):
        self.directory = tempfile.TemporaryDirectory(prefix="sim-center-")
        self.control_path = os.path.join(self.directory.name, "control")
        command = ["/usr/bin/python3", "-W", "error", SIMULATOR / "shikaku-sim-center"]
        command += ["--keys", KEYS, "--control", self.control_path, *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        word, _, self.url = self.process.stdout.readline().strip().partition(" ")
        assert word == "listening", word
        self.port = int(self.url.split(":")[2].split("/")[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        assert self.stop() == 0
        self.directory.cleanup()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(DEADLINE)
        self.process.stdout.close()
        return status

    def send(self, command):
        """One control command; its answer, good or not."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(DEADLINE)
            connection.connect(self.control_path)
            connection.sendall(command.encode() + b"\n")
            with connection.makefile("rb") as answers:
                return json.loads(answers.readline())

    def tell(self, command):
        answer = self.send(command)
        assert answer.pop("ok"), answer
        return answer

    def log(self, path=None):
        return [line for line in self.tell("log")["log"] if path in (None, line["path"])]


def make_tls(certificate="institution", authority="center-ca", version=None):
    context = ssl.create_default_context(cafile=KEYS / (authority + ".pem"))
    if certificate:
        key = certificate.removesuffix("-expired")
        context.load_cert_chain(KEYS / (certificate + ".cert.pem"), KEYS / (key + ".key.pem"))
    if version:
        context.minimum_version = context.maximum_version = version
    return context


class Client:
    """One keep-alive connection, as an institution has it."""

    def __init__(self, center, context=None, institution=INSTITUTION, timeout=DEADLINE):
        self.center = center
        self.institution = institution
        self.token = None
        context = context or make_tls()
        self.connection = http.client.HTTPSConnection("localhost", center.port, context=context, timeout=timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def post(self, call, document, **headers):
        """Return: the response (read), its body. @document: bytes, or what becomes JSON."""
        body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
        if self.token:
            headers.setdefault("Authorization", self.token)
        try:
            self.connection.request("POST", "/oqs-api/" + call, body, {"Content-Type": "application/json", **headers})
            response = self.connection.getresponse()
            return response, response.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()  # the next call opens another
            raise

    def authenticate(self):
        account, password = (KEYS / "account").read_text().splitlines()
        response, body = self.post("auth", {"account": account, "password": password})
        assert response.status == 200, response.status
        self.token = json.loads(body)["result"]["idToken"]
        return self

    def make_message(self, part, identifier=None, **header):
        identifier = identifier or uuid.uuid4().hex
        header = {"MedicalInstitutionCode": self.institution, "ArbitraryFileIdentifier": identifier, **header}
        return {"XmlMsg": {"MessageHeader": header, "MessageBody": part}}

    def call(self, call, message):
        """Return: header and body of the answer's XmlMsg."""
        response, body = self.post(call, message)
        assert response.status == 200, response.status
        answer = json.loads(body)["XmlMsg"]
        return answer["MessageHeader"], answer["MessageBody"]

    def get_challenge(self):
        _, body = self.call("card/challenge", self.make_message({"CardChallengeInfo": {}}))
        return body["CardChallenge"]

    def make_check(self, person, challenge=None, ceiling="0", diseases="0", identifier=None, **changes):
        """The message of card/check, signed with the person's key. @changes: of elements of CardCheckInfo."""
        challenge = challenge or self.get_challenge()
        content = b"org.shikaku.card-proof.v1\0%s\0%s\0" % (
            self.institution.encode(),
            challenge["ChallengeIdentifier"].encode(),
        ) + base64.b64decode(challenge["Challenge"])
        part = {
            "ChallengeIdentifier": challenge["ChallengeIdentifier"],
            "UserAuthenticationCertificate": base64.b64encode((KEYS / (person + ".cert.der")).read_bytes()).decode(),
            "SignatureAlgorithm": "sha256WithRSAEncryption",
            "Signature": base64.b64encode(sign(person, content)).decode(),
            "LimitApplicationCertificateRelatedConsFlg": ceiling,
            "SpecificDiseasesCertificateRelatedConsFlg": diseases,
            **changes,
        }
        header = {"QualificationConfirmationDate": "20261123", "ReferenceClassification": "1"}
        return self.make_message({"CardCheckInfo": part}, identifier, **header)

    def make_own_check(self, person, made=None, challenge=bytes(32), lead_in=b"org.shikaku.card-proof.own.v1", **options):
        """The same over a challenge of the institution's own. @made: its time; None: now."""
        made = made or datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9))).strftime("%Y%m%d%H%M%S")
        unused = {"ChallengeIdentifier": "x", "Challenge": ""}
        message = self.make_check(person, unused, **options)
        part = message["XmlMsg"]["MessageBody"]["CardCheckInfo"]
        content = b"%s\0%s\0%s\0" % (lead_in, self.institution.encode(), made.encode()) + challenge
        del part["ChallengeIdentifier"]
        part.update(OwnChallengeTime=made, OwnChallenge=base64.b64encode(challenge).decode(),
                    Signature=base64.b64encode(sign(person, content)).decode())
        return message

    def check(self, person, **options):
        return self.call("card/check", self.make_check(person, **options))

    def make_search(self, person, **changes):
        entry = PEOPLE[person]["center"]["entries"][0]
        names = ("InsurerNumber", "InsuredCardSymbol", "InsuredIdentificationNumber", "InsuredBranchNumber", "Birthdate")
        query = {**{name: entry[name] for name in names if name in entry}, **changes}
        message = {"QualificationConfirmSearchInfo": query}
        return self.make_message(message, QualificationConfirmationDate="20261123")

    def search(self, person, **changes):
        return self.call("search", self.make_search(person, **changes))

    def make_use(self, check, identifier=None, **changes):
        """card/register, by the proof in the message @check of card/check. @changes: None leaves an element out."""
        proof = check["XmlMsg"]["MessageBody"]["CardCheckInfo"]
        names = ("ChallengeIdentifier", "UserAuthenticationCertificate", "SignatureAlgorithm", "Signature")
        part = {**{name: proof[name] for name in names}, "UseRegistrationConsFlg": "1",
                "UseRegistrationConsTextVersion": "1", "UseRegistrationConsTextLanguage": "ja", **changes}
        return self.make_message(
            {"CardRegistrationInfo": {name: text for name, text in part.items() if text is not None}}, identifier)

    def make_reference(self, number, person, **changes):
        entry = PEOPLE[person]["center"]["entries"][0]
        names = ("InsurerNumber", "InsuredCardSymbol", "InsuredIdentificationNumber", "InsuredBranchNumber")
        info = {"ReferenceNumber": number, **{name: entry[name] for name in names if name in entry}, **changes}
        return self.make_message({"ReferenceNumberRegistrationInfo": info})

    def make_registration(self, key, identifier=None, texts=None, **flags):
        flags = {kind + "ConsFlg": flag for kind, flag in flags.items()}
        part = {"QualificationConfirmationKey": key, **flags, **(texts or {})}
        return self.make_message({"ConsentRegistrationInfo": part}, identifier)


def sign(person, content):
    key = serialization.load_pem_private_key((KEYS / (person + ".key.pem")).read_bytes(), None)
    return key.sign(content, padding.PKCS1v15(), hashes.SHA256())


def get_entries(body):
    """The entries of an answer, whether they came as a list or as the one object."""
    results = body.get("ResultList", [])
    return [item["ResultOfQualificationConfirmation"] for item in ([results] if isinstance(results, dict) else results)]


@contextlib.contextmanager
def make_session(*arguments):
    """A center and an authenticated client."""
    with Center(*arguments) as center, Client(center) as client:
        yield center, client.authenticate()


@contextlib.contextmanager
def expect(*kinds):
    """What is inside raises one of @kinds."""
    try:
        yield
    except kinds:
        return
    raise AssertionError("nothing was raised")
