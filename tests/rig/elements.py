# SPDX-License-Identifier: LGPL-2.1-or-later
"""elements: every element that an answer of the center can have, with a value that marks it, and where it goes on the bus.

Goes out: ELEMENTS, one row an element: where it stands in the message, its name, what is sent, the path of its key in the
answer (a number is an index), and what stands there (None: what was sent). Also a description of one person who has all
of them.
"""
import copy
import itertools

BODY, ENTRY, ELDERLY, CEILING, DISEASE, TICKET = "body", "entry", "elderly", "ceiling", "disease", "ticket"
DAYS = (f"201{year}{month:02}{day:02}" for year, month, day in itertools.product(range(10), range(1, 13), range(1, 29)))


def mark(place, path, names):
    """A text of its own for each element that is told as it is."""
    return [(place, name, f"印{name}", (*path, key), None) for name, key in names]


def mark_dates(place, path, names):
    return [(place, name, next(DAYS), (*path, key), None) for name, key in names]


def keep(place, path, names):
    """What the contract does not name."""
    return [(place, name, f"印{name}", (*path, "Other", name), None) for name in names]


FIRST = ("Insurances", 0)
CONSENTS = ("SpecificHealthCheckupsInfo", "PharmacistsInfo", "DiagnosisInfo", "OperationInfo", "DiagnosisName",
            "InfectiousInfo", "AllergyInfo", "ContraindicationInfo", "TestInfo", "PrescriptionInfo")  # fmt: skip
TICKET_NAMES = (
    "TicketType", "MedicalTicketValidDate", "MedicalTicketExpirationDate", "IssueNumber", "MedicalTreatmentMonth",
    "DesignatedMedicalInstitutionCode", "DesignatedMedicalInstitutionFlag", "DesignatedMedicalInstitutionName",
    "PrescriptionIssuerMedicalInstitutionCode", "PrescriptionIssuerMedicalInstitutionName", "InjuryName1", "InjuryName2",
    "InjuryName3", "MedicalTreatmentType", "SelfPayAmount", "DistrictContactName", "HandlingContactName", "SingleOrCombinedUse",
    "StatusOfSocialInsurance", "ConsistencyFlag", "StatusOfInfecton", "StatusOfElderlyMedicalCare",
    "StatusOfPrefecturalExpenses", "Remarks1", "Remarks2", "Remarks3")  # fmt: skip
ELEMENTS = [
    (BODY, "ProcessingResultCode", "ABCD0001W", ("Code",), None),
    (BODY, "ProcessingResultMessage", "印　ProcessingResultMessage", ("Message",), None),
    (BODY, "PrescriptionIssueSelect", "2", (*FIRST, "PrescriptionForm"), "paper"),
    (BODY, "MedicalTreatmentFlag", "1", ("Other", "MedicalTreatmentFlag"), None),
    (BODY, "Unheard", "印Unheard", ("Other", "Unheard"), None),
    *mark(ENTRY, FIRST, (("InsurerName", "InsurerName"), ("Name", "Name"), ("NameKana", "NameKana"),
                         ("NameOfOther", "NameOfOther"), ("NameOfOtherKana", "NameOfOtherKana"),
                         ("InsuredName", "InsuredName"), ("Address", "Address"), ("PostNumber", "PostNumber"),
                         ("ReferenceNumber", "ReferenceNumber"), ("PublicExpenseNumber", "PublicExpenseNumber"),
                         ("BeneficiaryNumber", "BeneficiaryNumber"), ("WelfareOfficeName", "WelfareOfficeName"))),
    *mark_dates(ENTRY, FIRST, (("QualificationDate", "QualificationDate"), ("InsuredCertificateIssuanceDate", "IssuedOn"),
                               ("InsuredCardValidDate", "ValidFrom"))),
    (ENTRY, "InsuredCardExpirationDate", "20310331", (*FIRST, "ValidUntil"), None),
    (ENTRY, "DisqualificationDate", "20310401", (*FIRST, "DisqualificationDate"), None),
    (ENTRY, "ReasonOfLoss", "99", (*FIRST, "LossReason"), None),
    (ENTRY, "InsuredCardClassification", "06", (*FIRST, "Classification"), None),
    (ENTRY, "InsurerNumber", "  990321", (*FIRST, "InsurerNumber"), "990321"),
    (ENTRY, "InsuredCardSymbol", "印号", (*FIRST, "Symbol"), None),
    (ENTRY, "InsuredIdentificationNumber", "７７７１", (*FIRST, "Number"), None),
    (ENTRY, "InsuredBranchNumber", "07", (*FIRST, "Branch"), None),
    (ENTRY, "PersonalFamilyClassification", "2", (*FIRST, "Relationship"), "family"),
    (ENTRY, "Sex1", "3", (*FIRST, "Sex"), "female"),
    (ENTRY, "Sex2", "2", (*FIRST, "Sex"), "female"),
    (ENTRY, "Birthdate", "19710102", (*FIRST, "Birthdate"), None),
    (ENTRY, "InsuredPartialContributionRatio", "030", (*FIRST, "BurdenRatio"), 30),
    (ENTRY, "PreschoolClassification", "1", (*FIRST, "Preschool"), True),
    (ENTRY, "QualificationChangeFlg", "1", ("Changed",), True),
    *keep(ENTRY, FIRST, ("LimitApplicationCertificateChanged", "OnsRegistrationTime", "ArbitraryIdentifier",
                         "QualificationConfirmationKey", "NobodyKnows",
                         *(kind + end for kind in CONSENTS for end in ("ConsFlg", "ConsTime", "AvailableTime")))),
    *mark_dates(ELDERLY, (*FIRST, "Elderly"), (("ElderlyRecipientCertificateDate", "Date"),
                                               ("ElderlyRecipientValidStartDate", "From"))),
    (ELDERLY, "ElderlyRecipientValidEndDate", "20310701", (*FIRST, "Elderly", "Until"), None),
    (ELDERLY, "ElderlyRecipientContributionRatio", "020", (*FIRST, "Elderly", "BurdenRatio"), 20),
    *keep(ELDERLY, (*FIRST, "Elderly"), ("ElderlyRecipientNobodyKnows",)),
    *mark_dates(CEILING, (*FIRST, "Ceiling"), (("LimitApplicationCertificateDate", "Date"),
                                               ("LimitApplicationCertificateValidStartDate", "From"),
                                               ("LimitApplicationCertificateLongTermDate", "LongTermFrom"))),
    (CEILING, "LimitApplicationCertificateValidEndDate", "20310702", (*FIRST, "Ceiling", "Until"), None),
    (CEILING, "LimitApplicationCertificateClassification", "03", (*FIRST, "Ceiling", "Classification"), None),
    (CEILING, "LimitApplicationCertificateClassificationFlag", "A04", (*FIRST, "Ceiling", "Class"), None),
    *keep(CEILING, (*FIRST, "Ceiling"), ("LimitApplicationCertificateNobodyKnows",)),
    *mark_dates(DISEASE, (*FIRST, "SpecificDiseases", 0), (("SpecificDiseasesCertificateDate", "Date"),
                                                           ("SpecificDiseasesValidStartDate", "From"))),
    (DISEASE, "SpecificDiseasesValidEndDate", "20310703", (*FIRST, "SpecificDiseases", 0, "Until"), None),
    (DISEASE, "SpecificDiseasesDiseaseCategory", "2", (*FIRST, "SpecificDiseases", 0, "Category"), None),
    (DISEASE, "SpecificDiseasesSelfPay", "012345", (*FIRST, "SpecificDiseases", 0, "SelfPay"), None),
    *keep(DISEASE, (*FIRST, "SpecificDiseases", 0), ("SpecificDiseasesNobodyKnows",)),
    *mark(TICKET, (*FIRST, "PublicExpenses", 0), zip(TICKET_NAMES, TICKET_NAMES)),
]
# What an answer has beside them: the way of the message, what was compared with the request, and the lists themselves.
STRUCTURE = {
    "ProcessExecutionTime", "SegmentOfResult", "CharacterCodeIdentifier", "QualificationConfirmationDate",
    "ReferenceClassification", "MedicalInstitutionCode", "ArbitraryFileIdentifier", "ErrorCode", "ErrorMessage",
    "ProcessingResultStatus", "QualificationValidity", "ResultList", "ResultOfQualificationConfirmation",
    "QualificationConfirmSearchInfo", "ElderlyRecipientCertificateInfo", "LimitApplicationCertificateRelatedInfo",
    "SpecificDiseasesCertificateList", "SpecificDiseasesCertificateInfo", "PublicExpenseResultList", "MedicalTicketInfo",
    "LimitApplicationCertificateRelatedConsFlg", "LimitApplicationCertificateRelatedConsTime",
    "SpecificDiseasesCertificateRelatedConsFlg", "SpecificDiseasesCertificateRelatedConsTime"}  # fmt: skip


def collect(place):
    return {name: sent for where, name, sent, _path, _expected in ELEMENTS if where == place}


def make_person():
    """As in people.json: one who has every element, also nested ones."""
    ticket = {**collect(TICKET), "Nested": {"Deeper": "印Deeper"}}
    entry = {**collect(ENTRY), "ElderlyRecipientCertificateInfo": collect(ELDERLY),
             "PublicExpenseResultList": [{"MedicalTicketInfo": ticket}]}  # fmt: skip
    return {"note": "every element, each with a mark", "center": {
        "registered": False, "revoked": False, "validity": "1", "consents": [], "ceiling": collect(CEILING),
        "specific_diseases": [collect(DISEASE)], "entries": [copy.deepcopy(entry)], "remark": collect(BODY)}}  # fmt: skip


def find(answer, path):
    """What stands at @path of @answer; None: nothing does."""
    for step in path:
        try:
            answer = answer[step]
        except (KeyError, IndexError):
            return None
    return answer
