# SPDX-License-Identifier: LGPL-2.1-or-later
"""More invented people, made by a table: known to the center by number only, one for each answer that it can give.

Goes out: descriptions in the shape of people.json. PERSONAS has a row a person: the key; a note; how the first entry differs
from the ordinary one; more entries; and what else the center's part of the description says.
"""

BIRTHDATE, EVER = "19850412", "20310331"
CEILINGS = ("A01", "A02", "A03", "A04", "A05", "A06", "B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09", "B10")
TICKET = {"TicketType": "01", "MedicalTicketValidDate": "20250401", "MedicalTicketExpirationDate": EVER,
          "IssueNumber": "0000000789", "MedicalTreatmentMonth": "202504", "MedicalTreatmentType": "02",
          "SelfPayAmount": "000000"}  # fmt: skip
AID = {"InsuredCardClassification": "A1", "InsurerNumber": "12990041", "InsuredIdentificationNumber": "７６５４３２１",
       "WelfareOfficeName": "架空市福祉事務所", "PublicExpenseNumber": "12990041", "BeneficiaryNumber": "7654321",
       "PublicExpenseResultList": [{"MedicalTicketInfo": TICKET}]}  # fmt: skip


def make_elderly(ratio):
    return {"ElderlyRecipientCertificateInfo": {
        "ElderlyRecipientCertificateDate": "20250801", "ElderlyRecipientValidStartDate": "20250801",
        "ElderlyRecipientValidEndDate": EVER, "ElderlyRecipientContributionRatio": ratio}}  # fmt: skip


def make_ceiling(code):
    return {"ceiling": {
        "LimitApplicationCertificateClassification": "02" if code in ("A05", "A06", "B05", "B06", "B07", "B08") else "01",
        "LimitApplicationCertificateClassificationFlag": code, "LimitApplicationCertificateDate": "20250801",
        "LimitApplicationCertificateValidStartDate": "20250801", "LimitApplicationCertificateValidEndDate": EVER,
        "LimitApplicationCertificateLongTermDate": "20260201"}}  # fmt: skip


def make_diseases(number):
    return {"specific_diseases": [
        {"SpecificDiseasesDiseaseCategory": str(index % 3 + 1), "SpecificDiseasesCertificateDate": "20240401",
         "SpecificDiseasesValidStartDate": "20240401", "SpecificDiseasesValidEndDate": EVER,
         "SpecificDiseasesSelfPay": "010000"} for index in range(number)]}  # fmt: skip


def make_remark(code, status=None, message="お知らせ　原文のまま"):
    remark = {"ProcessingResultCode": code, "ProcessingResultMessage": message}
    return {"remark": {**remark, "ProcessingResultStatus": status} if status else remark}


ENDED = {"DisqualificationDate": "20250401", "ReasonOfLoss": "03", "InsuredCardExpirationDate": "20250331"}

PERSONAS = {
    **{f"ceiling-{code}": (f"ceiling {code}", make_elderly("020") if code[0] == "B" else {}, (), make_ceiling(code))
       for code in CEILINGS},
    "seventy": ("70 to 74: elderly certificate, 20 %", {"Birthdate": "19540815", "InsuredPartialContributionRatio": "",
                                                         **make_elderly("020")}, (), {}),
    "seventy-five": ("75 and over: 10 %", {"Birthdate": "19400815", "InsuredPartialContributionRatio": "010"}, (), {}),
    "two-insurances": ("an insurance of the self-defence forces beside the ordinary one", {},
                       ({"InsuredCardClassification": "07", "InsurerNumber": "07990019"},), {}),
    "several": ("several match: validity 5", {}, (), {"validity": "5"}),
    "none": ("no insurance: validity 4", {}, (), {"validity": "4"}),
    "not-arrived": ("the data have not reached the center yet", {}, (),
                    {"validity": "4", **make_remark("ABCD0100I", message="該当条件なし")}),
    "newer": ("there is a newer insurance: validity 3", ENDED, (), {"validity": "3"}),
    "ended": ("the insurance has ended: validity 2", ENDED, (), {"validity": "2"}),
    "job-change": ("the new insurance, and the one before it", {"QualificationChangeFlg": "1", "QualificationDate": "20250401"},
                   ({"InsurerNumber": "06990020", "InsuredIdentificationNumber": "５５５", **ENDED},), {}),
    "aid": ("medical aid with its ticket, unregistered: validity 6", {}, (AID,), {"validity": "6"}),
    "aid-alone": ("medical aid alone", {**AID, "InsuredPartialContributionRatio": ""}, (), {}),
    "unmapped": ("characters that the center does not have", {"Name": "●橋　健●", "Address": "架空市●町１番地"}, (), {}),
    "child": ("a child: preschool, family", {"Birthdate": "20240501", "PreschoolClassification": "1",
                                             "PersonalFamilyClassification": "2", "Name": "山本　みらい",
                                             "InsuredName": "山本　太郎", "InsuredPartialContributionRatio": "020"}, (), {}),
    "electronic": ("chose an electronic prescription", {"PrescriptionIssueSelect": "1"}, (), {}),
    "other-name": ("another name, and Sex2 where Sex1 is not set", {"NameOfOther": "通称　名", "NameOfOtherKana": "ﾂｳｼｮｳ ﾒｲ",
                                                                     "Sex1": "3", "Sex2": "2"}, (), {}),
    "blanks": ("blanks in either width", {"InsuredCardClassification": "", "NameOfOther": "　　　　　　　　", "PostNumber": "        ",
                                          "Sex2": " "}, (), {}),
    "odd-values": ("dates that are none, a ratio in tenths, a flag that is none",
                   {"InsuredCardExpirationDate": "99999999", "InsuredCardValidDate": "2027-03-31",
                    "QualificationDate": "00000000", "InsuredPartialContributionRatio": "3",
                    "PreschoolClassification": "0", "QualificationChangeFlg": "9"}, (), {}),
    "valid-but-ended": ("valid, yet it has ended", ENDED, (), {}),
    "unregistered-insurance": ("validity 6 without medical aid", {}, (), {"validity": "6"}),
    "four-diseases": ("four specific diseases", {}, (), make_diseases(4)),
    "remark-I": ("good, with a code of information", {}, (), make_remark("ABCD0001I")),
    "remark-W": ("good, with a code of warning", {}, (), make_remark("ABCD0002W")),
    "remark-E": ("good, with the code of an error", {}, (), make_remark("ABCD0003E")),
    "error-I": ("status 2 with a code of information, and an answer", {}, (), make_remark("ABCD0001I", "2")),
    "error-W": ("status 2 with a code of warning, and an answer", {}, (), make_remark("ABCD0002W", "2")),
    "error-E": ("status 2 with the code of an error", {}, (), make_remark("ABCD0003E", "2")),
}  # fmt: skip


def make_person(number, note, changes, more, center):
    ordinary = {
        "InsuredCardClassification": "01", "InsurerNumber": "  990100", "InsurerName": "架空の国民健康保険",
        "InsuredCardSymbol": "試験", "InsuredIdentificationNumber": f"{9000 + number}", "InsuredBranchNumber": "01",
        "PersonalFamilyClassification": "1", "InsuredName": "山本　太郎", "Name": "山本　太郎", "NameKana": "ﾔﾏﾓﾄ ﾀﾛｳ",
        "Sex1": "1", "Birthdate": BIRTHDATE, "Address": "架空市例示町１番地", "PostNumber": "999-0099",
        "QualificationDate": "20240401", "InsuredCertificateIssuanceDate": "20240401", "InsuredCardValidDate": "20240401",
        "InsuredCardExpirationDate": EVER, "InsuredPartialContributionRatio": "030", "QualificationChangeFlg": "0"}  # fmt: skip
    first = {**ordinary, **changes}
    entries = [first] + [{**first, "PreschoolClassification": "", **entry} for entry in more]
    return {"note": note, "center": {"registered": False, "revoked": False, "validity": "1", "consents": [], "ceiling": None,
                                     "specific_diseases": [], "entries": entries, **center}}  # fmt: skip


def make_people():
    """By key, as in people.json, without a card."""
    return {key: make_person(number, *row) for number, (key, row) in enumerate(PERSONAS.items())}


def get_query(person):
    """What a clerk types of @person: the options of CheckNumber."""
    entry = person["center"]["entries"][0]
    return {"InsurerNumber": entry["InsurerNumber"].strip(), "Symbol": entry.get("InsuredCardSymbol", ""),
            "Number": entry["InsuredIdentificationNumber"], "Branch": entry["InsuredBranchNumber"],
            "Birthdate": entry["Birthdate"]}  # fmt: skip
