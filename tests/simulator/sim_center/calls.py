# SPDX-License-Identifier: LGPL-2.1-or-later
"""The calls of the center profile (data/center-profile.md). No sockets here: JSON in, status and JSON out."""

import base64
import collections
import hashlib
import json
import secrets
import time

from . import proof, records
from .people import CEILING, CONSENT_PREFIXES, DISEASE, from_time, now, to_time
from .proof import Refusal

TOKEN_LIFETIME = 1800  # seconds
CHALLENGE_LIFETIME = 24 * 3600  # seconds: a proof may come late, because of an outage
CLOCK_TOLERANCE = 300  # seconds: an institution's clock may be ahead of this one
OWN_CHALLENGE_SIZE = 32  # bytes
KEPT_MAXIMUM = 4000  # challenges, replies, confirmation keys: the oldest goes first
IDENTIFIER_MAXIMUM = 50
QUERY_CONSENTS = (CEILING, DISEASE)  # inside card/check and search; the others are registered
REGISTERED_CONSENTS = [prefix for prefix in CONSENT_PREFIXES.values() if prefix not in QUERY_CONSENTS]


class Kept(collections.OrderedDict):
    """A bounded memory of what was handed out."""

    def keep(self, key, value):
        self[key] = value
        while len(self) > KEPT_MAXIMUM:
            self.popitem(last=False)


class HttpRefusal(Exception):
    def __init__(self, status):
        super().__init__(status)
        self.status = status


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def need(value, kind=dict):
    if not isinstance(value, kind):
        raise Refusal("SHK090003")
    return value


def need_text(element, name, maximum):
    text = need(element.get(name), str)
    if not 0 < len(text) <= maximum:
        raise Refusal("SHK090003")
    return text


def need_bytes(element, name, maximum):
    try:
        return base64.b64decode(need_text(element, name, maximum), validate=True)
    except ValueError as error:
        raise Refusal("SHK090003") from error


def need_flag(element, name):
    if element.get(name, "0") not in ("0", "1"):
        raise Refusal("SHK090003")
    return element.get(name) == "1"


def note_texts(request, part, agreed):
    """The text to which each of the consents @agreed was said, into the record: by prefix, version and language."""
    texts = {}
    for name in part:
        prefix, sign, what = name.partition("ConsText")
        if sign and (prefix not in agreed or what not in ("Version", "Language")):
            raise Refusal("SHK090003")
        if sign:
            texts[prefix] = [need_text(part, prefix + "ConsTextVersion", 20), need_text(part, prefix + "ConsTextLanguage", 35)]
    if texts:
        request.record["texts"] = texts
    return texts


class Request:
    """The parts of one XmlMsg. @record: the line of the log that tells of it."""

    def __init__(self, body, record):
        try:
            message = need(need(json.loads(body)).get("XmlMsg"))
        except (ValueError, RecursionError) as error:
            raise Refusal("SHK090003") from error
        self.header = need(message.get("MessageHeader"))
        self.body = need(message.get("MessageBody"))
        self.record = record
        self.institution = need_text(self.header, "MedicalInstitutionCode", 10)
        self.identifier = need_text(self.header, "ArbitraryFileIdentifier", IDENTIFIER_MAXIMUM)
        record["ArbitraryFileIdentifier"] = self.identifier
        record["institution"] = self.institution
        record["date"] = self.header.get("QualificationConfirmationDate")
        self.digest = hashlib.sha256(json.dumps(self.body, sort_keys=True).encode()).digest()

    def get_part(self, name):
        return need(self.body.get(name))


class Center:
    def __init__(self, people, authorities, account, journal):
        self.people = people
        self.journal = journal
        self.records = records.Records(people, journal)
        self.authorities = authorities
        self.account = account
        self.tokens = {}  # idToken -> when it ends (monotonic)
        self.challenges = Kept()  # identifier -> (institution, bytes, when it ends)
        self.unregistered = Kept()  # identifier of a challenge -> a good proof of a card that is not registered, and its end
        self.own_challenges = Kept()  # (institution, bytes) -> that it was used
        self.keys = Kept()  # QualificationConfirmationKey -> (institution, person)
        self.replies = Kept()  # (call, institution, ArbitraryFileIdentifier) -> (digest of the body, reply)
        self.calls = {
            "auth": self.authenticate,
            "card/challenge": self.message_call(self.give_challenge, repeatable=False),
            "card/check": self.message_call(self.check_card, repeatable=True),
            "card/register": self.message_call(self.register_use, repeatable=True),
            "consent/register": self.message_call(self.register_consents, repeatable=True),
            "consent/withdraw": self.message_call(self.withdraw_consents, repeatable=True),
            "records/checkup": self.message_call(lambda request: self.records.fetch(request, "checkup"), repeatable=False),
            "records/drug": self.message_call(lambda request: self.records.fetch(request, "drug"), repeatable=False),
            "reference/register": self.message_call(self.register_reference, repeatable=True),
            "search": self.message_call(self.search, repeatable=True),
        }

    # -- what every call shares

    def answer(self, call, peer, authorization, body, record):
        """Return: HTTP status, body. @peer: the institution of the client certificate, None if it names none."""
        try:
            if call not in self.calls:
                raise HttpRefusal(404)
            if call != "auth" and self.tokens.get(authorization, 0) < time.monotonic():
                raise HttpRefusal(401)
            return 200, self.calls[call](peer, body, record)
        except HttpRefusal as refusal:
            return refusal.status, dump({"status": "NG", "msg": str(refusal.status), "result": {}})

    def authenticate(self, _peer, body, _record):
        try:
            credentials = json.loads(body)
            given = (credentials["account"], credentials["password"])
        except (ValueError, KeyError, TypeError) as error:
            raise HttpRefusal(400) from error
        if given != self.account:
            raise HttpRefusal(401)
        tokens = {name: secrets.token_urlsafe(48) for name in ("accessToken", "refreshToken", "idToken")}
        self.tokens[tokens["idToken"]] = time.monotonic() + TOKEN_LIFETIME
        result = {**tokens, "linkSysCharCd": "0", "expiresIn": TOKEN_LIFETIME}
        return dump({"status": "OK", "msg": "", "result": result})

    def expire_tokens(self):
        self.tokens.clear()

    def message_call(self, call, repeatable):
        def run(peer, body, record):
            request = None
            try:
                request = Request(body, record)
                if len(request.institution) != 10 or peer not in (None, request.institution):
                    raise Refusal("SHK090002")
                slot = (call.__name__, request.institution, request.identifier)
                if repeatable and slot in self.replies:
                    return self.repeat(slot, request)
            except Refusal as refusal:
                record["refused"] = refusal.code
                return self.make_refusal(refusal.code, request)
            try:
                reply = call(request)
            except Refusal as refusal:
                record["refused"] = refusal.code
                reply = self.make_refusal(refusal.code, request)
            self.note(request)
            if repeatable:
                self.replies.keep(slot, (request.digest, reply))
            return reply

        return run

    def repeat(self, slot, request):
        digest, reply = self.replies[slot]
        if digest != request.digest:
            raise Refusal("SHK090003")
        request.record["repeated"] = True
        self.note(request)
        return reply

    def note(self, request):
        """Into the journal: consents that were taken down or withdrawn, or not. Records note themselves."""
        record = request.record
        if record["path"] in ("consent/register", "consent/withdraw"):
            refused = record["refused"]
            self.journal.add(
                request, record["path"], self.people.get(record["person"]),
                kinds=record["registered"] or record.get("withdrawn", []), code=refused, repeated=record["repeated"],
                outcome="refused" if refused else "done")  # fmt: skip

    @staticmethod
    def make_header(request, **more):
        header = {"ProcessExecutionTime": to_time(now()), "SegmentOfResult": "1", "CharacterCodeIdentifier": "0"}
        if request:
            for name in ("QualificationConfirmationDate", "MedicalInstitutionCode", "ArbitraryFileIdentifier"):
                if isinstance(request.header.get(name), str):
                    header[name] = request.header[name]
        return {**header, **more}

    def make_refusal(self, code, request, segment="9"):
        error = {"ErrorCode": code, "ErrorMessage": Refusal.TEXTS.get(code, "処理できません。")} if code else {}
        header = self.make_header(request, SegmentOfResult=segment, **error)
        return dump({"XmlMsg": {"MessageHeader": header, "MessageBody": {}}})

    def refuse(self, body, record, code, segment="9"):
        """A refusal that is not this center's own finding: of a fault."""
        try:
            request = Request(body, record)
        except Refusal:
            request = None
        record["refused"] = code or f"SegmentOfResult {segment}"
        return self.make_refusal(code, request, segment)

    @staticmethod
    def replace(reply, name, text):
        """@reply with @text in each element called @name, wherever it stands: of a fault."""
        def put(node):
            if isinstance(node, list):
                return [put(child) for child in node]
            if isinstance(node, dict):
                return {key: text if key == name and isinstance(value, str) else put(value) for key, value in node.items()}
            return node

        return dump(put(json.loads(reply)))

    @staticmethod
    def empty(reply):
        """@reply as a success in which nothing is: of a fault."""
        message = json.loads(reply)
        body = message["XmlMsg"]["MessageBody"]
        message["XmlMsg"]["MessageBody"] = {name: body[name] for name in ("ProcessingResultStatus", "QualificationValidity")
                                            if name in body}  # fmt: skip
        return dump(message)

    @staticmethod
    def set_result(reply, status, code):
        """@reply with this status and this code: of a fault."""
        message = json.loads(reply)
        message["XmlMsg"]["MessageBody"].update(
            ProcessingResultStatus=status, ProcessingResultCode=code, ProcessingResultMessage="センターの文言　そのまま")
        return dump(message)

    @staticmethod
    def add_unknown(reply):
        """@reply with elements that nobody knows in each of its objects, texts and more: of a fault."""
        def put(node, place):
            if isinstance(node, list):
                return [{key: put(value, key) for key, value in child.items()} for child in node]
            if isinstance(node, dict):
                known = {key: put(value, key) for key, value in node.items()}
                return {**known, "NewText": place, "NewPart": {"Deeper": {"Deepest": place}},
                        "NewList": [{"Item": "1"}, {"Item": "2"}]}
            return node

        message = json.loads(reply)["XmlMsg"]
        return dump({"XmlMsg": {name: put(part, name) for name, part in message.items()}})

    def make_reply(self, request, body, **more):
        return dump({"XmlMsg": {"MessageHeader": self.make_header(request, **more), "MessageBody": body}})

    # -- the calls

    def give_challenge(self, request):
        request.get_part("CardChallengeInfo")
        identifier, challenge = secrets.token_hex(16), secrets.token_bytes(32)
        self.challenges.keep(identifier, (request.institution, challenge, time.monotonic() + CHALLENGE_LIFETIME))
        part = {"ChallengeIdentifier": identifier, "Challenge": base64.b64encode(challenge).decode()}
        return self.make_reply(request, {"CardChallenge": part})

    def take_challenge(self, institution, identifier):
        """Good once: taken whatever becomes of the proof."""
        owner, challenge, end = self.challenges.pop(identifier, (None, None, 0))
        if owner != institution or end < time.monotonic():
            raise Refusal("SHK010005")
        return challenge, end

    def judge_proof(self, request, shown):
        """Whose card it is, or None, and whether its certificate has ended. @shown: what read_proof() read. A proof is good
        once; that of a card which is not registered as long as its challenge lasts, so that it can be registered."""
        identifier, der, algorithm, signature = shown
        person = self.people.find_by_certificate(der)
        kept, end = self.unregistered.get(identifier, (None, 0))
        is_known = kept == (request.institution, shown) and end >= time.monotonic()
        if not is_known:
            content, end = self.take_content(request.institution, identifier)
        key, ended = proof.check_certificate(self.authorities, der, person)
        if not is_known:
            proof.check_signature(key, algorithm, signature, content)
        if person is not None and not person.registered:
            self.unregistered.keep(identifier, ((request.institution, shown), end))
        return person, ended

    def take_content(self, institution, identifier):
        """What the card has signed, and until when that is good. @identifier: of a challenge, or one of its own, read."""
        if isinstance(identifier, tuple):
            return self.take_own_challenge(institution, *identifier), time.monotonic() + CHALLENGE_LIFETIME
        challenge, end = self.take_challenge(institution, identifier)
        return proof.make_content(institution, identifier, challenge), end

    @staticmethod
    def read_challenge(part):
        if "OwnChallengeTime" not in part:
            return need_text(part, "ChallengeIdentifier", 32)
        return need_text(part, "OwnChallengeTime", 14), need_bytes(part, "OwnChallenge", 64)

    @classmethod
    def read_proof(cls, part):
        return (cls.read_challenge(part), need_bytes(part, "UserAuthenticationCertificate", 8192),
                need_text(part, "SignatureAlgorithm", 40), need_bytes(part, "Signature", 1024))

    def take_own_challenge(self, institution, made, challenge):
        """One that the institution made itself, while there was none to be had: good once, and not for long."""
        try:
            age = (now() - from_time(made)).total_seconds()
        except ValueError as error:
            raise Refusal("SHK090003") from error
        if len(challenge) != OWN_CHALLENGE_SIZE:
            raise Refusal("SHK090003")
        if not -CLOCK_TOLERANCE <= age <= CHALLENGE_LIFETIME or (institution, challenge) in self.own_challenges:
            raise Refusal("SHK010005")
        self.own_challenges.keep((institution, challenge), True)
        return proof.make_content(institution, made, challenge, own=True)

    def check_card(self, request):
        part = request.get_part("CardCheckInfo")
        need_text(request.header, "QualificationConfirmationDate", 8)
        shown = self.read_proof(part)
        flags = {prefix: need_flag(part, prefix + "ConsFlg") for prefix in QUERY_CONSENTS}
        note_texts(request, part, [prefix for prefix, agreed in flags.items() if agreed])

        request.record["own_challenge"] = isinstance(shown[0], tuple)
        person, ended = self.judge_proof(request, shown)
        if person is None or not person.registered:
            raise Refusal("SHK020001")
        confirmation = None if ended else secrets.token_hex(32)  # without it there are no consents to records
        if confirmation:
            self.keys.keep(confirmation, (request.institution, person))
        return self.make_eligibility(request, person, "1", flags, confirmation)

    def register_use(self, request):
        """By a proof that card/check has judged, and refused because the card is not registered."""
        part = request.get_part("CardRegistrationInfo")
        shown = self.read_proof(part)
        texts = note_texts(request, part, ["UseRegistration"])
        if not need_flag(part, "UseRegistrationConsFlg") or "UseRegistration" not in texts or len(part) != 7:
            raise Refusal("SHK090003")
        if shown[0] not in self.unregistered:
            raise Refusal("SHK010005")
        person, _ended = self.judge_proof(request, shown)
        person.registered = True
        request.record["registered"] = ["UseRegistration"]
        result = {"UseRegistrationFlg": "1", "UseRegistrationTime": to_time(now())}
        return self.make_reply(request, {"CardRegistrationResult": person.in_own_order(result)})

    def search(self, request):
        query = request.get_part("QualificationConfirmSearchInfo")
        need_text(request.header, "QualificationConfirmationDate", 8)
        for name, maximum in (("InsurerNumber", 8), ("InsuredIdentificationNumber", 20), ("Birthdate", 8)):
            need_text(query, name, maximum)
        flags = {prefix: need_flag(query, prefix + "ConsFlg") for prefix in QUERY_CONSENTS}
        note_texts(request, query, [prefix for prefix, agreed in flags.items() if agreed])
        person = self.people.find_by_numbers(query)
        request.record["person"] = person and person.key
        return self.make_eligibility(request, person, "2", flags, None, {"QualificationConfirmSearchInfo": query})

    def make_eligibility(self, request, person, classification, flags, confirmation, echo=None):
        body = {"ProcessingResultStatus": "1", "QualificationValidity": person.validity if person else "4"}
        results = person.make_result_list(flags, now(), confirmation, request.institution) if person else []
        if results:
            body["ResultList"] = results
        body.update(echo or {})
        if person:
            body.update(person.remark)
            body = person.in_own_order(body)
        return self.make_reply(request, body, ReferenceClassification=classification)

    def register_reference(self, request):
        info = request.get_part("ReferenceNumberRegistrationInfo")
        number = need_text(info, "ReferenceNumber", 50)
        for name, maximum in (("InsurerNumber", 8), ("InsuredIdentificationNumber", 20)):
            need_text(info, name, maximum)
        found = self.people.find_all_by_numbers(info)
        if len(found) != 1:
            raise Refusal("SHK030002" if found else "SHK030001")
        others = (person for person in self.people.persons.values() if person is not found[0])
        if any(person.get_reference(request.institution) == number for person in others):
            raise Refusal("SHK030003")
        found[0].references[request.institution] = number
        request.record["registered"] = ["ReferenceNumber"]
        return self.make_reply(request, {"ProcessingResultStatus": "1"})

    def register_consents(self, request):
        part = request.get_part("ConsentRegistrationInfo")
        institution, person = self.keys.get(need_text(part, "QualificationConfirmationKey", 64), (None, None))
        asked = [kind for kind in REGISTERED_CONSENTS if kind + "ConsFlg" in part]
        granted = [kind for kind in asked if need_flag(part, kind + "ConsFlg")]
        texts = note_texts(request, part, granted)
        if not asked or len(part) != len(asked) + 2 * len(texts) + 1:
            raise Refusal("SHK090003")
        possible = [kind for kind in granted if person and kind in person.consentable]
        if institution != request.institution or (granted and not possible):
            raise Refusal("SHK020002")
        moment = now()
        person.consents.update({kind: moment for kind in possible})
        request.record.update(registered=possible, person=person and person.key)
        result = {}
        for kind in asked:
            result[kind + "ConsFlg"] = "1" if kind in possible else "0"
            if kind in possible:
                result[kind + "ConsTime"] = to_time(moment)
                result[kind + "AvailableTime"] = to_time(moment + person.consent_lifetime)
        return self.make_reply(request, {"ConsentRegistrationResult": person.in_own_order(result)})

    def withdraw_consents(self, request):
        self.records.withdraw(request)
        return self.make_reply(request, {"ProcessingResultStatus": "1"})
