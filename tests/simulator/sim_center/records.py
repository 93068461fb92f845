# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records: who may have them, from which months there are any, and the center's own journal of what it gave and took down.

Comes in: requests of records/drug, records/checkup and consent/withdraw. Goes out: documents, and a line of the journal each.
"""

import datetime
import hashlib
import json

from . import documents, histories
from .people import CONSENT_PREFIXES, has_numbers, now, to_time
from .proof import Refusal

RECEIPT_DAY = 16  # of the month after: from then on a month's receipts are there
PRESCRIPTION_DAYS = 100
YEARS = 5
NOT_COVERED = ("07", "A1")  # classifications of insurance: self-defence forces, medical aid
HOME, ONLINE = "2", "3"
TREATMENTS = ("1", HOME, ONLINE, "4")
SPAN_MONTHS = 60

PDF = ("1", "3")
WITH_TREATMENT = ("3", "4")


class Settings:
    """What a site, or a test, may want otherwise: the control command "records"."""

    def __init__(self):
        self.span = SPAN_MONTHS
        self.prescriptions = True  # the site uses electronic ones
        self.consents = True  # are needed
        self.encoding = None  # as the person has it
        self.errors = "xml"  # or "json": where a refusal stands

    def set(self, *words):
        for word in words:
            name, _, value = word.partition("=")
            if name == "span":
                self.span = int(value)
            elif name in ("prescriptions", "consents") and value in ("on", "off"):
                setattr(self, name, value == "on")
            elif name == "encoding" and value in documents.ENCODINGS:
                self.encoding = value
            elif name == "errors" and value in ("xml", "json"):
                self.errors = value
            else:
                raise ValueError("no such setting of records: " + word)


class Journal:
    """The center's own: a line for each registration, withdrawal and fetch that it worked on, whatever came of it."""

    def __init__(self, path=None):
        self.path = path
        self.lines = []

    def add(self, request, call, person, **more):
        line = {"at": to_time(now()), "call": call, "institution": request.institution, "identifier": request.identifier,
                "person": person and person.key, **more}  # fmt: skip
        self.lines.append(line)
        if self.path:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def clear(self):
        self.lines.clear()


def need(condition, code="SHK090003"):
    if not condition:
        raise Refusal(code)


def is_month(text):
    return isinstance(text, str) and len(text) == 6 and text.isdigit() and 1 <= int(text[4:]) <= 12


def get_oldest_month(today):
    return max(histories.FIRST_MONTH, f"{today.year - YEARS}{today.month:02}")


def get_newest_receipt(today):
    """The last month whose receipts are there."""
    number = histories.to_number(today.strftime("%Y%m"))
    return histories.to_month(number - (1 if today.day >= RECEIPT_DAY else 2))


class Records:
    def __init__(self, people, journal):
        self.people = people
        self.journal = journal
        self.settings = Settings()
        self.fault = None  # of the next document: what is to be wrong with it, and its argument

    def find(self, request):
        header = request.header
        numbers = {"InsurerNumber": header.get("InsurerNumber"), "InsuredCardSymbol": header.get("InsuranceCardSymbol"),
                   "InsuredIdentificationNumber": header.get("InsuredPersonIdentificationNumber"),
                   "InsuredBranchNumber": header.get("BranchNumber")}  # fmt: skip
        found = self.people.find_all_by_numbers(numbers)
        need(found, "SHK030001")
        need(len(found) == 1, "SHK030002")
        entry = next(entry for entry in found[0].entries if has_numbers(entry, numbers))
        return found[0], entry

    def check_form(self, request):
        body = request.body
        need(body.get("MedicalTreatmentFlag") in TREATMENTS)
        need(body.get("FileCategory") in (("1", "2", "3", "4") if request.kind == "drug" else ("1", "2")))
        need("PrDiInfClassification" not in body or (request.kind == "drug" and body["PrDiInfClassification"] == "1"))
        need("LastDate" not in body or request.kind == "drug")
        if request.kind == "drug" or "StartDate" in body or "EndDate" in body:
            need(is_month(body.get("StartDate")) and is_month(body.get("EndDate")) and body["StartDate"] <= body["EndDate"])

    def check_consents(self, request, person, moment):
        prefixes = [CONSENT_PREFIXES["drug" if request.kind == "drug" else "checkup"]]
        if request.kind == "drug" and request.body["FileCategory"] in WITH_TREATMENT:
            prefixes.append(CONSENT_PREFIXES["diagnosis"])
        for prefix in prefixes if self.settings.consents else ():
            need(prefix in person.consents, "SHK040002")
            need(moment < person.consents[prefix] + person.consent_lifetime, "SHK040001")

    def check_span(self, request, today):
        body = request.body
        if "StartDate" not in body:
            return
        first, last = body["StartDate"], body["EndDate"]
        need(histories.to_number(last) - histories.to_number(first) < self.settings.span, "SHK040003")
        need(last >= get_oldest_month(today), "SHK040005")
        month = today.strftime("%Y%m")
        newest = month if request.kind == "checkup" or "PrDiInfClassification" in body else get_newest_receipt(today)
        need(first <= newest, "SHK040004")

    def get_history(self, request, person, today):
        history = {"receipts": [], "prescriptions": [], "checkups": []}
        first = max(request.body.get("StartDate", "0"), get_oldest_month(today))
        last = min(request.body.get("EndDate", "9"), today.strftime("%Y%m"))
        if request.kind == "checkup":
            history["checkups"] = [checkup for checkup in histories.get_checkups(person, today)
                                   if first <= checkup.day.strftime("%Y%m") <= last]  # fmt: skip
            return history
        treated = request.body["FileCategory"] in WITH_TREATMENT
        newest = get_newest_receipt(today)
        for month in reversed(histories.list_months(first, last)):
            if month <= newest:
                visits = histories.get_visits(person, month) if treated else []
                history["receipts"].append((month, histories.get_prescriptions(person, month), visits))
            if "PrDiInfClassification" in request.body:
                history["prescriptions"].append((month, [
                    prescription for prescription in histories.get_prescriptions(person, month)
                    if 0 <= (today - prescription.given).days <= PRESCRIPTION_DAYS]))  # fmt: skip
        return history

    def judge(self, request):
        """Return: person, insurance and history. Raises Refusal."""
        self.check_form(request)
        request.person, request.entry = self.find(request)
        moment = now()
        need(request.entry.get("InsuredCardClassification") not in NOT_COVERED, "SHK040006")
        self.check_consents(request, request.person, moment)
        need(self.settings.prescriptions or "PrDiInfClassification" not in request.body, "SCKO1000E")
        self.check_span(request, moment.date())
        return self.get_history(request, request.person, moment.date())

    @staticmethod
    def is_empty(history):
        return not (history["checkups"] or any(prescriptions or visits for _, prescriptions, visits in history["receipts"])
                    or any(prescriptions for _, prescriptions in history["prescriptions"]))  # fmt: skip

    def make_document(self, request, history, size=0, entry=None):
        person, entry = request.person, entry or request.entry
        if request.body["FileCategory"] in PDF:
            need(not self.is_empty(history), "SHK040007")
            return documents.make_pdf(request, entry, history, size)
        encoding = self.settings.encoding or ("Shift_JIS" if person.key in histories.SHIFT_JIS else "UTF-8")
        return documents.make_xml(request, entry, history, encoding, person.key in histories.HEADER_LAST, size=size)

    def fetch(self, request, kind):
        """Return: a Document. Raises Refusal."""
        request.kind, request.person, request.entry = kind, None, None
        what, argument = self.fault or (None, None)
        try:
            history = self.judge(request)
            need(what != "records-error", argument)
            document = self.make_document(request, history, int(argument) if what == "huge" else 0,
                                          self.get_other(request) if what == "other-person" else None)  # fmt: skip
            if what == "malformed":
                document = document.damage()
            outcome, code = ("none" if self.is_empty(history) else "data"), None
        except Refusal as refusal:
            outcome, code = "refused", refusal.code
            if self.settings.errors == "json" and what != "records-error" or code.startswith("SHK09"):
                self.note(request, kind, outcome, code)
                raise
            text = Refusal.TEXTS.get(code, "処理できません。")
            document = documents.make_xml(request, request.entry, None, self.settings.encoding or "UTF-8", result="2",
                                          code=code, message=text)  # fmt: skip
        document.identifier = "another" if what == "other-request" else request.identifier
        request.record["refused"] = code
        self.note(request, kind, outcome, code, document)
        return document

    def get_other(self, request):
        others = (person for person in self.people.persons.values() if person.key != request.person.key)
        return next(others).entries[0]

    def note(self, request, kind, outcome, code, document=None):
        person = request.person
        request.record["person"] = person and person.key
        self.journal.add(
            request, "records/" + kind, person, **{"from": request.body.get("StartDate"), "to": request.body.get("EndDate")},
            format="pdf" if request.body.get("FileCategory") in PDF else "xml",
            treatment=request.body.get("FileCategory") in WITH_TREATMENT, prescriptions="PrDiInfClassification" in request.body,
            outcome=outcome, code=code, size=len(document) if document else None,
            sha256=hashlib.sha256(document).hexdigest() if document else None)  # fmt: skip

    def withdraw(self, request):
        """All consents of a person, of home or online care. Raises Refusal."""
        info = request.get_part("ConsentCancelInfo")
        need(info.get("MedicalTreatmentFlag") in (HOME, ONLINE), "SHK050002")
        person = self.people.find_by_numbers(info)
        need(person, "SHK030001")
        moment = now()
        held = sorted(prefix for prefix, at in person.consents.items() if moment < at + person.consent_lifetime)
        need(held, "SHK050001")
        person.consents.clear()
        request.record.update(person=person.key, withdrawn=held)

    def end_consents(self, key):
        """As if their time were over, while whoever asks believes that it is not."""
        person = self.people.get(key)
        if person is None:
            raise ValueError("no such person: " + key)
        for prefix in person.consents:
            person.consents[prefix] = now() - person.consent_lifetime - datetime.timedelta(seconds=1)
