# SPDX-License-Identifier: LGPL-2.1-or-later
"""The records of ORCA's interface: which elements each has, how long each may be, and how often it is taken.

Goes out: RECORDS, name -> layout. A layout is a dict (a record: name -> layout), an int (a text of so many characters) or a
tuple (how many at most, the layout of each). Pure. What is not in a layout, ORCA drops in silence; what is too long it cuts.
"""

CONSENTS = ("SpecificHealthCheckupsInfo", "PharmacistsInfo", "DiagnosisInfo", "OperationInfo", "DiagnosisName",
            "InfectiousInfo", "AllergyInfo", "ContraindicationInfo", "TestInfo", "PrescriptionInfo")  # fmt: skip
MONTHS_MAXIMUM = 6  # institution blocks of one post; 3 before 2022-02-24
RESULTS_MAXIMUM = 50  # of one answer
UNITS_MAXIMUM = 200  # of one post of a bulk result


def texts(line):
    """"Name:8 Sex1:1": a record of texts."""
    return {name: int(length) for name, _, length in (word.partition(":") for word in line.split())}


def consents(*suffixes):
    lengths = {"ConsFlg": 1, "ConsTime": 14, "AvailableTime": 14, "ConsExpiredReason": 1}
    return {kind + suffix: lengths[suffix] for kind in CONSENTS for suffix in suffixes}


INFORMATION = texts("Information_Date:10 Information_Time:8")
RESULT = texts("Api_Result:3 Api_Result_Message:100")
NUMBERS = texts("InsurerNumber:8 InsuredCardSymbol:80 InsuredIdentificationNumber:80 InsuredBranchNumber:2")
RECORD_NUMBERS = texts("InsurerNumber:8 InsuranceCardSymbol:80 InsuredPersonIdentificationNumber:80 BranchNumber:2")
MADE_FOR = texts("MedicalInstitutionCode:10 ArbitraryFileIdentifier:50")

# -- what onlinequa1, 2 and 3 answer: what the bridge has to ask for

SEARCH_QUA = {
    **NUMBERS,
    **texts("Birthdate:8 LimitApplicationCertificateRelatedConsFlg:1 LimitApplicationCertificateRelatedDisplayFlg:1 "
            "SpecificDiseasesCertificateListDisplayFlg:1 ArbitraryIdentifier:50"),
    "MedicalInformationRequestList": {"MedicalInformationRequest": (4, {
        **texts("MedicalInformationType:3 MedicalInformationFileCategory:1"),
        "MedicalInformationDate": texts("StartDate:6 EndDate:6 LastDate:8"),
        **texts("PrDiInfClassification:1 Yzk_Pdf_File_Name:38")})},
    **texts("MedicalTreatmentFlag:1 PrescriptionIssueSelect:1"),
}  # fmt: skip
ONLINEQUARES1 = {
    **INFORMATION,
    **RESULT,
    **texts("Patient_ID:20 QualificationCon_Class:5 ReferenceNumber_Class:5 DrugInf_Class:5 "
            "SpecificHealthCheckupInfo_Class:5"),
    "MessageHeader_Qua": {"QualificationConfirmationDate": 8, **MADE_FOR,
                          "MessageBody": {"QualificationConfirmSearchInfo": SEARCH_QUA}},
    "MessageHeader_Ref": {**MADE_FOR, "MessageBody": {
        "ReferenceNumberRegistrationInfo": {"ReferenceNumber": 50, **NUMBERS}}},
    "MessageHeader_Drg": (13, {
        "MedicalInstitutionCode": 10, **RECORD_NUMBERS, "ArbitraryFileIdentifier": 50,
        "MessageBody": texts("StartDate:6 EndDate:6 LastDate:8 FileCategory:1 MedicalTreatmentFlag:1 "
                             "Yzk_Pdf_File_Name:38")}),
    "MessageHeader_Spec": (2, {
        "MedicalInstitutionCode": 10, **RECORD_NUMBERS, "ArbitraryFileIdentifier": 50,
        "MessageBody": texts("FileCategory:1 MedicalTreatmentFlag:1 Tkk_Pdf_File_Name:38")}),
    "MessageHeader_Cancel": {**MADE_FOR, "MessageBody": {
        "ConsentCancelInfo": {**NUMBERS, **texts("Birthdate:8 MedicalTreatmentFlag:1")}}},
}  # fmt: skip

# -- results that are stored

ELDERLY = texts("ElderlyRecipientCertificateDate:8 ElderlyRecipientValidStartDate:8 ElderlyRecipientValidEndDate:8 "
                "ElderlyRecipientContributionRatio:3")  # fmt: skip
CEILING = texts("LimitApplicationCertificateClassification:2 LimitApplicationCertificateClassificationFlag:3 "
                "LimitApplicationCertificateDate:8 LimitApplicationCertificateValidStartDate:8 "
                "LimitApplicationCertificateValidEndDate:8 LimitApplicationCertificateLongTermDate:8")  # fmt: skip
DISEASES = {"SpecificDiseasesCertificateInfo": (3, texts(
    "SpecificDiseasesDiseaseCategory:1 SpecificDiseasesCertificateDate:8 SpecificDiseasesValidStartDate:8 "
    "SpecificDiseasesValidEndDate:8 SpecificDiseasesSelfPay:6"))}  # fmt: skip
PERSON = {
    "InsuredCardClassification": 2,
    **NUMBERS,
    **texts("PersonalFamilyClassification:1 InsuredName:100 Name:100 NameOfOther:100 NameKana:100 NameOfOtherKana:100 "
            "Sex1:1 Sex2:1 Birthdate:8 Address:250 PostNumber:8 QualificationDate:8 DisqualificationDate:8 "
            "InsuredCertificateIssuanceDate:8 InsuredCardValidDate:8 InsuredCardExpirationDate:8 "
            "InsuredPartialContributionRatio:3 PreschoolClassification:1 ReasonOfLoss:2 InsurerName:200"),
    "ElderlyRecipientCertificateInfo": ELDERLY,
    **texts("LimitApplicationCertificateRelatedConsFlg:1 LimitApplicationCertificateRelatedConsTime:14"),
    "LimitApplicationCertificateRelatedInfo": CEILING,
    **texts("SpecificDiseasesCertificateRelatedConsFlg:1 SpecificDiseasesCertificateRelatedConsTime:14"),
    "SpecificDiseasesCertificateList": DISEASES,
    "OnsRegistrationTime": 14,
}  # fmt: skip
STATUS = texts("ProcessingResultStatus:1 ProcessingResultCode:9 ProcessingResultMessage:60 QualificationValidity:1")
ONLINEQUAREQ2 = {
    "MessageHeader": texts(
        "ProcessExecutionTime:14 QualificationConfirmationDate:8 MedicalInstitutionCode:10 ArbitraryFileIdentifier:50 "
        "ReferenceClassification:1 SegmentOfResult:1 ErrorCode:9 ErrorMessage:60 CharacterCodeIdentifier:1 Fujyo_Uuid:36"),
    "MessageBody": {
        "QualificationConfirmSearchInfo": {
            **NUMBERS, **texts("Birthdate:8 LimitApplicationCertificateRelatedConsFlg:1 ArbitraryIdentifier:50")},
        **texts("MedicalTreatmentFlag:1 PrescriptionIssueSelect:1"),
        **STATUS,
        "ResultList": {"ResultOfQualificationConfirmation": (RESULTS_MAXIMUM, {
            **PERSON, **consents("ConsFlg", "ConsTime", "AvailableTime"),
            **texts("ArbitraryIdentifier:50 ReferenceNumber:50 QualificationConfirmationKey:64 QualificationChangeFlg:1")})},
    },
}  # fmt: skip

# -- records: the months cut at six, no e-prescription

DRUG = texts("MeTrIdCl:2 UsageC:3 UsageN:30 SpInst:80 DrugC:9 DrugN:64 IngreN:200 Unit:12 Qua1:11 OnDose:11 Times:3")
TREATMENT = {**texts("MeTrIdCl:2 SinInfCd:9 SinInfN:64 Unit:12 Qua1:11 Qua2:8 Times:3"), "DenMeTrAddInf": (30, texts(
    "DenMeTrAddCd:5 DenMeTrAddNm:64 DenMeTrAddQua:8 DenMeTrAddUnit:12"))}  # fmt: skip
DAY = {**texts("DiDate:8 PrDate:8"), "DrugInfs": {"DrugInf": (100, DRUG)}, "MeTrInfs": {"MeTrInf": (200, TREATMENT)}}
MONTH = {**texts("MeTrMonth:6 InOut:1 GrpNum1:2 DiOrg:1 GrpNum2:2 PrIsOrg:1 MeTrDiHCd:10 MeTrDiHNm:80 PrlsHCd:10 PrlsHNm:80"),
         "DiDateInfs": {"DiDateInf": (31, DAY)}}  # fmt: skip
ASKED = texts("ReqMedicalInstitutionCode:10 ReqInsurerNumber:8 ReqInsuranceCardSymbol:80 "
              "ReqInsuredPersonIdentificationNumber:80 ReqBranchNumber:2 ReqArbitraryFileIdentifier:50 ReqStartDate:6 "
              "ReqEndDate:6 ReqLastDate:6 ReqFileCategory:1 ReqPrDiInfClassification:1 ReqMedicalTreatmentFlag:1")
OUTCOME = texts("ResultCode:1 MessageId:9 MessageContents:120 CharacterCodeIdentifier:1")
ONLINEDRUGREQ1 = {
    "MessageHeader": {
        "ProcessExecutionTime": 14, "RequestInfo": ASKED,
        "QuaInf": texts("InsNum:8 InsCdSym:80 InsCdNum:80 BrancNum:2 KanaName:100 KanaName2:100 Name:100 Name2:100 "
                        "Birth:8 Age:3 AdmGendCode:1 AdmGendCode2:1 RefNum:50"), **OUTCOME},
    "MessageBody": {"MeTrMonthInf": (MONTHS_MAXIMUM, MONTH)},
}  # fmt: skip
ONLINESPECREQ1 = {
    "MessageHeader": {
        "ProcessExecutionTime": 14, "RequestInfo": ASKED,
        "QualificationsInfo": {**RECORD_NUMBERS, **texts(
            "KanaName:100 KanaName2:100 Name:100 Name2:100 Birthday:8 Age:3 AdministrativeGenderCode:1 "
            "AdministrativeGenderCode2:1 ReferenceNumber:50")}, **OUTCOME},
    "MessageBody": {"SpecificHealthCheckupInfo": (50, {
        "EffectiveTime": 8,
        "HealthCheckupResultAndQuestionInfos": {"HealthCheckupResultAndQuestionInfo": (200, texts(
            "ItemCode:17 ItemName:80 DataType:2 DataValue:256 Unit:26"))}})},
}  # fmt: skip

# -- in bulk

APPOINTMENT = {**NUMBERS, "Birthdate": 10, "LimitApplicationCertificateRelatedinfo": texts(
    "LimitApplicationCertificateClassification:2 LimitApplicationCertificateRelatedConsFlg:3"),
    "ArbitraryIdentifier": 50}  # fmt: skip
ONLINEQUAAPPRES1 = {
    **INFORMATION,
    **RESULT,
    "Process_Class": 5,
    "Vconsent_Bulk": {"MessageHeader": MADE_FOR, "MessageBody": {
        "QualificationConfirmSearchInfo": texts("ConsentDateFrom:10 ConsentDateTo:10 MedicalTreatmentFlag:1")}},
    "Bulk_Information": (10, texts("Appointment_Date:10 ReceptionNumber:38 Process_Class:5")),
    "Qualification_Continue": 3,
    "Last_AppointmentNumber": 10,
    "MessageHeader": {"QualificationConfirmationDate": 12, **MADE_FOR},
    "MessageBody": {"QualificationConfirmSearchInfo": (300, APPOINTMENT)},
}  # fmt: skip
BULK_HEADER = texts("Process_Class:1 ProcessExecutionTime:14 QualificationConfirmationDate:8 MedicalInstitutionCode:10 "
                    "ArbitraryFileIdentifier:50 ReceptionNumber:38 SegmentOfResult:1 ErrorCode:9 ErrorMessage:60 "
                    "NumberOfProcessingResult:4 NumberOfNormalProcessing:4 NumberOfError:4 CharacterCodeIdentifier:1")
UNIT = {
    "QualificationConfirmSearchInfo": {**APPOINTMENT, "Birthdate": 8},
    **STATUS,
    **texts("QualificationConsFlg:1 QualificationConsTime:14 QualificationAvailableTime:14 QualificationConsExpiredReason:1"),
    "ResultList": {"ResultOfQualificationConfirmation": (2, {
        **PERSON, **texts("LimitApplicationCertificateChanged:1 LimitApplicationCertificateRelatedAvailableTime:14"),
        "PublicExpenseResultList": {"MedicalTicketInfo": (4, texts(
            "IssueNumber:30 MedicalTreatmentMonth:6 TicketType:2 MedicalTreatmentType:2"))},
        **consents("ConsFlg", "ConsTime", "AvailableTime", "ConsExpiredReason")})},
    "ReferenceNumber": 50,
}  # fmt: skip
BULK_BODY = {
    "QualificationConfirmSearchInfo": texts("ConsentDateFrom:8 ConsentDateTo:8 MedicalTreatmentFlag:1"),
    **texts("ProcessingResultStatus:1 ProcessingResultCode:9"),
}

RECORDS = {
    "onlinequareq1": {"Patient_ID": 20, **INFORMATION, "Qualification_Uuid": 36},
    "onlinequares1": ONLINEQUARES1,
    "onlinequareq2": ONLINEQUAREQ2,
    "onlinedrugreq1": ONLINEDRUGREQ1,
    "onlinespecreq1": ONLINESPECREQ1,
    "onlinerefallreq1": {**INFORMATION, "Last_ReferenceNumber": 10},
    "onlinerefallres1": {
        **INFORMATION, **RESULT, **texts("ReferenceNumber_Continue:3 Last_ReferenceNumber:10"),
        "MessageHeader": MADE_FOR,
        "MessageBody": {"ReferenceNumberRegistrationInfo": (5000, {"ReferenceNumber": 50, **NUMBERS})}},
    "onlinequaappreq1": texts("Qualification_Mode:2 Information_Date:10 Information_Time:8 Qualification_Date:10 "
                              "Qualification_Uuid:36 ReceptionNumber:38 ArbitraryFileIdentifier:50 "
                              "Last_AppointmentNumber:10 Process_Class:5"),
    "onlinequaappreq2": {"MessageHeader": BULK_HEADER,
                         "MessageBody": {**BULK_BODY, "BulkConfirmUnit": (UNITS_MAXIMUM, UNIT)}},
    "onlinequaappreq3": {"MessageHeader": BULK_HEADER, "MessageBody": {**BULK_BODY, "BulkConfirmUnit": UNIT}},
    "onlinequaappres1": ONLINEQUAAPPRES1,
    "onshicondreq": texts("Request_Number:2 Failure_Date:8 Failure_Time:8 Terminal_No:2 Terminal_Name:100 ErrorCode:9 "
                          "ErrorMessage:120"),
    "onshicondres": {**INFORMATION, **RESULT},
    "pusheventgetv2req": texts("event:128 user:128 start_time:16 end_time:16"),
}  # fmt: skip
