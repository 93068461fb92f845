# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the link program and the face reader make: of a request's bytes the bytes of its answer, of a patient a face file.

Comes in: the center of shikaku-sim-center, asked without a line between, and the terminal's settings. Goes out: Answer. No
files here.
"""

import dataclasses
import json
import secrets

from sim_center import faults as center_faults
from sim_center.calls import QUERY_CONSENTS, REGISTERED_CONSENTS, Center, Request
from sim_center.people import CONSENT_PREFIXES, now, to_time

from . import care, faults, messages, zips

CALLS = {"OQSsiquc01": "search", "OQSsiimm01": "reference/register", "OQSsihvd01": "consent/withdraw",
         "YZKsiquc01": "records/drug", "TKKsiquc01": "records/checkup",
         **{prefix: prefix for prefix in (*care.QUESTIONS, *care.FETCHES)}}  # fmt: skip
FACE = "OQSsiquc01res_face_"
UNREADABLE = "SHK090003"
OTHER_INSTITUTION = "4798765432"
BOMB_SIZE = 256 << 20


@dataclasses.dataclass
class Answer:
    extension: str
    data: bytes


def make_record(name, path):
    """A line of the log. What the center notes in it comes beside."""
    return {"name": name, "path": path, "state": "taken", "fault": None, "identifier": None, "ArbitraryFileIdentifier": None,
            "institution": None, "person": None, "refused": None, "repeated": False, "registered": [], "unknown": [],
            "encoding": None, "zip": False, "answer": None}  # fmt: skip


class Desk:
    """The settings of one terminal, and what it answers. @people: of sim_center."""

    def __init__(self, people, journal, institution, encoding="UTF-8", password=None):
        self.center = Center(people, None, None, journal)
        self.center.replies.keep = lambda *_slot: None  # the link program works on a message as often as it comes
        self.institution = institution
        self.care = care.Lists(people, institution)
        self.password = password
        self.zips = {}  # prefix of a file, or "face" -> method of zips.METHODS
        self.set_encoding(encoding)
        for person in people.persons.values():
            person.consentable = person.consentable or list(REGISTERED_CONSENTS)  # the card is not this terminal's matter

    def set_encoding(self, encoding):
        """Of answers and face files: a setting of the terminal."""
        if encoding not in messages.ENCODINGS:
            raise ValueError("encodings: " + ", ".join(messages.ENCODINGS))
        self.encoding = encoding
        self.center.records.settings.encoding = encoding

    def set_zip(self, prefix, method):
        if method not in (*zips.METHODS, "none"):
            raise ValueError("methods: none, " + ", ".join(zips.METHODS))
        self.zips[prefix] = method
        if method == "none":
            del self.zips[prefix]

    # -- requests

    def answer(self, prefix, is_zip, data, fault, record):
        """Return: an Answer, whatever came."""
        record["zip"] = is_zip
        try:
            message, record["encoding"] = messages.read(zips.unpack(data, self.password) if is_zip else data)
            record["unknown"] = messages.list_unknown(prefix, message)
            body = json.dumps({"XmlMsg": message}).encode()
        except (ValueError, TypeError, AttributeError):
            record["refused"] = UNREADABLE
            return self.finish(self.center.make_refusal(UNREADABLE, None), prefix, fault, record)
        if prefix == CALLS[prefix] and not (fault and fault.kind in faults.DOING_NOTHING):
            return self.finish(self.care.answer(prefix, message, record), prefix, fault, record)
        return self.finish(self.ask(CALLS[prefix], body, fault, record), prefix, fault, record)

    def ask(self, call, body, fault, record):
        if fault and fault.kind in faults.DOING_NOTHING:
            segment = "2" if fault.kind == "processing" else "9"
            return self.center.refuse(body, record, fault.code, segment=segment)
        of_records = call.startswith("records/")
        if fault and of_records and fault.kind in (*center_faults.OF_RECORDS, "huge"):
            self.center.records.fault = (fault.kind, fault.code or fault.number)
        path, record["path"] = record["path"], call  # for the center; ours is the file's prefix
        try:
            return self.center.calls[call](self.institution, body, record)
        finally:
            self.center.records.fault, record["path"] = None, path
            record["identifier"] = record["ArbitraryFileIdentifier"]

    # -- patients before the face reader

    def see(self, person, fault, consents=(), reference=None, moment=None):
        """@consents: kinds of the contract that the patient agrees to there. Return: an Answer."""
        moment = moment or now()
        prefixes = [CONSENT_PREFIXES[kind] for kind in consents]
        for prefix in prefixes:
            if prefix not in QUERY_CONSENTS:
                if prefix not in person.consentable:
                    raise ValueError(f"{person.key} cannot consent to {prefix}")
                person.consents[prefix] = moment
        if reference:
            person.references[self.institution] = reference
        header = {"QualificationConfirmationDate": moment.strftime("%Y%m%d"), "MedicalInstitutionCode": self.institution,
                  "ArbitraryFileIdentifier": secrets.token_urlsafe(12)}  # fmt: skip
        body = json.dumps({"XmlMsg": {"MessageHeader": header, "MessageBody": {"Face": {}}}}).encode()
        request = Request(body, make_record("", "face"))
        flags = {prefix: prefix in prefixes for prefix in QUERY_CONSENTS}
        reply = self.center.make_eligibility(request, person, "1", flags, secrets.token_hex(32))
        message = json.loads(reply)
        message["XmlMsg"]["MessageHeader"]["ProcessExecutionTime"] = to_time(moment)
        return self.finish(json.dumps(message).encode(), "face", fault, {"person": person.key})

    def make_face_name(self, moment=None, short=False):
        """@short: as one program of the field writes it."""
        return FACE + ("" if short else self.institution + secrets.token_hex(10) + "_") + to_time(moment or now())

    # -- what stands in it

    def finish(self, reply, prefix, fault, record):
        """The bytes of @reply: a Document of records as it is, a message in the terminal's encoding; with @fault."""
        kind = fault.kind if fault else None
        if hasattr(reply, "type"):
            answer = Answer("pdf" if reply.type == "application/pdf" else "xml", self.lie(reply, kind, record))
        else:
            answer = Answer("xml", self.write(reply, fault, record))
        if kind == "bom":
            answer.data = b"\xef\xbb\xbf" + answer.data
        elif kind == "garbage":
            answer.data = b"\xff\xfe<<< this is no message >>>" + bytes(range(64))
        elif kind == "malformed" and answer.extension == "xml":
            answer.data = answer.data.replace(b"</", b"<", 1)
        elif kind == "huge":
            answer.data += b" " * max(fault.number - len(answer.data), 0)
        return self.wrap(answer, prefix, fault)

    def lie(self, document, kind, record):
        """The bytes of a Document that says that it is another institution's, or belongs to another request."""
        old, new = {"other-institution": (self.institution, OTHER_INSTITUTION),
                    "other-request": (record.get("identifier") or "", "another")}.get(kind, ("", ""))  # fmt: skip
        return document.replace(old.encode(), new.encode()) if old else bytes(document)

    def write(self, reply, fault, record):
        kind = fault.kind if fault else None
        center = self.center
        if kind == "other-person":
            reply = self.replace_person(reply, record["person"])
        elif kind == "other-institution":
            reply = center.replace(reply, "MedicalInstitutionCode", OTHER_INSTITUTION)
        elif kind == "other-request":
            reply = center.replace(reply, "ArbitraryFileIdentifier", "another")
        elif kind == "element":
            reply = center.replace(reply, *fault.code.split("=", 1))
        elif kind in ("empty", "unknown-elements", "result"):
            change = {"empty": center.empty, "result": center.set_result, "unknown-elements": center.add_unknown}[kind]
            reply = change(reply, *(fault.code.split(",") if fault.code else ()))
        message = json.loads(reply)["XmlMsg"]
        if kind == "wrong-encoding":
            other = next(name for name in messages.ENCODINGS if name != self.encoding)
            return messages.write(message, other, told=self.encoding)
        return messages.write(message, self.encoding)

    def replace_person(self, reply, key):
        """@reply with the first insurance of another person than @key in place of its own."""
        other = next(person for person in self.center.people.persons.values() if person.key != key)
        message = json.loads(reply)
        if "ResultList" in message["XmlMsg"]["MessageBody"]:
            message["XmlMsg"]["MessageBody"]["ResultList"] = [{"ResultOfQualificationConfirmation": other.entries[0]}]
        return json.dumps(message).encode()

    def wrap(self, answer, prefix, fault):
        """In a zip, where that is set or the @fault says so."""
        kind = fault.kind if fault else None
        method, folder, password = self.zips.get(prefix), None, self.password or "none"
        if kind in ("zip", "zip-folder", "zip-password"):
            method = fault.code
            folder = "result" if kind == "zip-folder" else None
            password = secrets.token_hex(8) if kind == "zip-password" else password
        elif kind == "bomb":
            method, answer.data = "deflate", bytes(BOMB_SIZE)
        if method:
            inner = "message." + answer.extension
            answer = Answer("zip", zips.pack(inner, answer.data, method, password, folder))
        return answer
