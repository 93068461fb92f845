# SPDX-License-Identifier: LGPL-2.1-or-later
"""The invented people, and what the center says about them: elements of the field, in an order of its own per person."""

import collections
import datetime
import hashlib
import json
import random
import unicodedata

from . import personas

JST = datetime.timezone(datetime.timedelta(hours=9))
# What a patient can consent to: the kind in Shikaku's contract, and its element prefix (data/center-profile.md).
CONSENT_PREFIXES = {
    "ceiling": "LimitApplicationCertificateRelated",
    "specific-disease": "SpecificDiseasesCertificateRelated",
    "checkup": "SpecificHealthCheckupsInfo",
    "drug": "PharmacistsInfo",
    "diagnosis": "DiagnosisInfo",
    "operation": "OperationInfo",
    "disease-name": "DiagnosisName",
    "infection": "InfectiousInfo",
    "allergy": "AllergyInfo",
    "contraindication": "ContraindicationInfo",
    "test": "TestInfo",
    "prescription": "PrescriptionInfo",
}
CEILING = CONSENT_PREFIXES["ceiling"]
DISEASE = CONSENT_PREFIXES["specific-disease"]
CONSENT_LIFETIME = datetime.timedelta(hours=24)


def now():
    return datetime.datetime.now(JST)


def to_time(moment):
    return moment.strftime("%Y%m%d%H%M%S")


def from_time(text):
    return datetime.datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=JST)


def normalise(text):
    """Numbers are compared without width, padding and leading zeros, as the field's programs do."""
    return unicodedata.normalize("NFKC", text or "").strip().lstrip("0")


def has_numbers(entry, info):
    """Whether an insurance has these numbers; a branch that is left out is not compared."""
    return all(
        normalise(info.get(name)) == normalise(entry.get(name))
        for name in ("InsurerNumber", "InsuredCardSymbol", "InsuredIdentificationNumber")
    ) and normalise(info.get("InsuredBranchNumber")) in ("", normalise(entry.get("InsuredBranchNumber")))


class Person:
    consent_lifetime = CONSENT_LIFETIME  # of all; a test may want another

    def __init__(self, key, description):
        center = description["center"]
        self.key = key
        self.registered = center["registered"]
        self.revoked = center["revoked"]  # True, or "suspended"
        self.is_phone = center.get("device") == "phone"
        self.validity = center["validity"]
        self.consentable = center["consents"]
        self.ceiling = center["ceiling"]
        self.diseases = center["specific_diseases"]
        self.entries = center["entries"]
        self.remark = center.get("remark", {})
        self.single_as_object = center.get("single_as_object", False)
        self.references = {}  # institution -> ReferenceNumber that it has registered
        self.consents = {}  # element prefix -> when the patient consented

    def in_own_order(self, elements):
        """The field's order is not stable: every person has another one, the same at each answer."""
        members = list(elements.items())
        random.Random(self.key).shuffle(members)
        return dict(members)

    def change(self, element, text):
        """@text: empty: no such element any more."""
        if element == "QualificationValidity":
            self.validity = text
        elif element == CEILING.removesuffix("Related") + "ClassificationFlag":
            self.ceiling = {**self.ceiling, element: text} if text else None
        elif text:
            self.entries[0][element] = text
        else:
            self.entries[0].pop(element, None)

    def matches(self, query):
        entry = self.entries[0]
        if query.get("Birthdate") != entry["Birthdate"]:
            return False
        branch = normalise(query.get("InsuredBranchNumber"))
        if branch and branch != normalise(entry.get("InsuredBranchNumber")):
            return False
        return all(
            normalise(query.get(name)) == normalise(entry.get(name))
            for name in ("InsurerNumber", "InsuredCardSymbol", "InsuredIdentificationNumber")
        )

    def has_numbers(self, info):
        """Whether one of the insurances has the numbers of a registration."""
        return any(has_numbers(entry, info) for entry in self.entries)

    def get_reference(self, institution):
        """The number that @institution knows this person by: registered, or known before."""
        return self.references.get(institution, self.entries[0].get("ReferenceNumber"))

    def make_result_list(self, flags, moment, key, institution=None):
        """@flags: the consents inside the query. @key: the QualificationConfirmationKey; None for a query by number."""
        if self.validity in ("4", "5"):
            return []
        reference = self.get_reference(institution)
        entries = [{**entry, **({"ReferenceNumber": reference} if reference else {})} for entry in self.entries]
        first = entries[0]
        for prefix in (CEILING, DISEASE):
            first[prefix + "ConsFlg"] = "1" if flags.get(prefix) else "0"
            if flags.get(prefix):
                first[prefix + "ConsTime"] = to_time(moment)
        if flags.get(CEILING) and self.ceiling:
            first[CEILING + "Info"] = self.ceiling
        if flags.get(DISEASE) and self.diseases:
            first["SpecificDiseasesCertificateList"] = [
                {"SpecificDiseasesCertificateInfo": disease} for disease in self.diseases
            ]
        if key:
            first["QualificationConfirmationKey"] = key
            first.update(self.make_consent_triples(self.consentable, moment))
        results = [{"ResultOfQualificationConfirmation": self.in_own_order(entry)} for entry in entries]
        return results[0] if self.single_as_object and len(results) == 1 else results

    def make_consent_triples(self, prefixes, moment):
        triples = {}
        for prefix in prefixes:
            at = self.consents.get(prefix)
            valid = at is not None and moment < at + self.consent_lifetime
            triples[prefix + "ConsFlg"] = "1" if valid else "0"
            if valid:
                triples[prefix + "ConsTime"] = to_time(at)
                triples[prefix + "AvailableTime"] = to_time(at + self.consent_lifetime)
        return triples


class People:
    def __init__(self, people_file, keys_directory, more=None):
        """@more: people beside those of the file: of a load test."""
        with open(people_file, encoding="utf-8") as file:
            described = {**personas.make_people(), **json.load(file)["people"], **(more or {})}
        self.persons = {key: Person(key, value) for key, value in described.items()}
        self.by_birthdate = collections.defaultdict(list)
        for person in self.persons.values():
            self.by_birthdate[person.entries[0].get("Birthdate")].append(person)
        self.by_certificate = {}
        for person in self.persons.values():
            path = keys_directory / (person.key + ".cert.der")
            if path.exists():
                self.by_certificate[hashlib.sha256(path.read_bytes()).digest()] = person

    def get(self, key):
        return self.persons.get(key)

    def find_by_certificate(self, der):
        return self.by_certificate.get(hashlib.sha256(der).digest())

    def find_all_by_numbers(self, info):
        return [person for person in self.persons.values() if person.has_numbers(info)]

    def find_by_numbers(self, query):
        born = self.by_birthdate.get(query.get("Birthdate"), ())
        return next((person for person in born if person.matches(query)), None)
