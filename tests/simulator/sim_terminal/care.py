# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lists of who has consented to home or online care, in two steps: a list is asked for, and fetched by its number.

Comes in: the message of a request, and who has consented. Goes out: the message of its answer, as the center's JSON has it.
"""

import secrets

from sim_center.calls import Refusal, dump, need, need_text
from sim_center.people import now, to_time

QUESTIONS = {"OQSmuhvq01": "2", "OQSmuonq01": "3"}  # prefix -> MedicalTreatmentFlag
FETCHES = {"OQSmuhvq02": "2", "OQSmuonq02": "3"}
CARES = {"home": "2", "online": "3"}
OTHER_INSTITUTION, UNREADABLE, UNKNOWN = "SHK090002", "SHK090003", "SHK030001"
KINDS = ("SpecificHealthCheckupsInfo", "PharmacistsInfo", "DiagnosisInfo", "OperationInfo")
SPANS = (("ConsentDateFrom", "ConsentDateTo"), ("ExaminationDateFrom", "ExaminationDateTo"))


class Lists:
    def __init__(self, people, institution):
        self.people, self.institution = people, institution
        self.consented = {"2": [], "3": []}  # MedicalTreatmentFlag -> keys of persons
        self.receptions = {}  # number -> what was asked, and how often its list is not ready yet
        self.making = 0

    def consent(self, care, *keys):
        """From now on these have consented, and no others; all: everybody."""
        if care not in CARES:
            raise ValueError("cares: " + ", ".join(CARES))
        everybody = [key for key, person in self.people.persons.items() if person.entries]
        chosen = everybody if keys == ("all",) else list(keys)
        if set(chosen) - set(everybody):
            raise ValueError("no such person: " + " ".join(sorted(set(chosen) - set(everybody))))
        self.consented[CARES[care]] = chosen
        return {"people": len(chosen)}

    def set_making(self, number):
        """So often a list that is asked for from now on is not ready when it is fetched."""
        self.making = int(number)

    def answer(self, prefix, message, record):
        """Return: JSON, as of the center."""
        try:
            header, body = need(message.get("MessageHeader")), need(message.get("MessageBody"))
            record["institution"] = need_text(header, "MedicalInstitutionCode", 10)
            record["identifier"] = record["ArbitraryFileIdentifier"] = header.get("ArbitraryFileIdentifier")
            if record["institution"] != self.institution:
                raise Refusal(OTHER_INSTITUTION)
            return self.ask(QUESTIONS[prefix], header, body) if prefix in QUESTIONS else self.fetch(FETCHES[prefix], body)
        except Refusal as refusal:
            record["refused"] = refusal.code
            error = {"ErrorCode": refusal.code, "ErrorMessage": "処理できません。"}
            return self.write(record["identifier"], [], SegmentOfResult="9", **error)

    def write(self, identifier, body, **more):
        header = {"ProcessExecutionTime": to_time(now()), "MedicalInstitutionCode": self.institution,
                  "SegmentOfResult": "1", "CharacterCodeIdentifier": "0",
                  **({"ArbitraryFileIdentifier": identifier} if identifier else {}), **more}  # fmt: skip
        return dump({"XmlMsg": {"MessageHeader": header, "MessageBody": body}})

    def ask(self, flag, header, body):
        search = need(body.get("QualificationConfirmSearchInfo"))
        span = next((span for span in SPANS if span[0] in search), SPANS[0])
        if search.get("MedicalTreatmentFlag") != flag or need_text(search, span[0], 8) > need_text(search, span[1], 8):
            raise Refusal(UNREADABLE)
        number = secrets.token_hex(19)
        self.receptions[number] = {"flag": flag, "search": search, "left": self.making,
                                   "identifier": need_text(header, "ArbitraryFileIdentifier", 50)}  # fmt: skip
        return self.write(self.receptions[number]["identifier"], {"ProcessingResultStatus": "1"}, ReceptionNumber=number)

    def fetch(self, flag, body):
        number = need_text(body, "ReceptionNumber", 38)
        kept = self.receptions.get(number)
        if not kept or kept["flag"] != flag:
            raise Refusal(UNKNOWN)
        if kept["left"] > 0:
            kept["left"] -= 1
            return self.write(kept["identifier"], [], ReceptionNumber=number, SegmentOfResult="2")
        units = [{"BulkConfirmUnit": self.make_unit(self.people.get(key))} for key in self.consented[flag]]
        counts = {"NumberOfProcessingResult": f"{len(units)}", "NumberOfNormalProcessing": f"{len(units)}",
                  "NumberOfError": "0"}  # fmt: skip
        answer = [{"QualificationConfirmSearchInfo": kept["search"]}, {"ProcessingResultStatus": "1"}, *units]
        return self.write(kept["identifier"], answer, ReceptionNumber=number, **counts)

    def make_unit(self, person):
        moment = now()
        until = to_time(moment + person.consent_lifetime)
        words = {"ConsFlg": "1", "ConsTime": to_time(moment), "AvailableTime": until}
        consents = {kind + suffix: text for kind in KINDS for suffix, text in words.items()}
        entries = [{"ResultOfQualificationConfirmation": {
            **{name: text for name, text in entry.items() if name != "ReferenceNumber"},
            **consents}} for entry in person.entries]  # fmt: skip
        return {"ProcessingResultStatus": "1", "QualificationValidity": person.validity, "QualificationConsFlg": "1",
                "QualificationConsTime": to_time(moment), "QualificationAvailableTime": until, "ResultList": entries,
                "ReferenceNumber": person.get_reference(self.institution) or ""}  # fmt: skip
