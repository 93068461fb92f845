# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ORCA's programs do with each call of the interface for online eligibility.

Comes in: a record that was read, and the book. Goes out: the record of the answer, its Api_Result in it. Behaviour and error
codes are those of ORCA 5.2.0 as far as its source is public; the codes of onshicond are known by number only.
"""

import datetime

from . import layouts
from .book import NUMBER_NAMES, make_uuid, now, today, widen, with_dashes

UNKNOWN_PATIENT = "X" * 20
SHELLS = {"V001": "P02V001", "O001": "P02O001"}  # what is asked for by consent: at home, online
APPOINTMENTS = "yoyaku01"
TREATMENTS = {"V001": "2", "O001": "3"}
MESSAGES = {
    "E01": "照会区分が違います", "E02": "医療機関情報が取得できません。", "E05": "患者ＩＤが取得できません。",
    "E07": "資格確認レコードが存在しません。", "E08": "資格確認訪問診療レコードが存在しません。",
    "E10": "患者ＩＤに誤りがあります。", "E11": "番号の設定に誤りがあります", "E12": "処理区分の設定に誤りがあります",
    "E13": "ＵＩＤが未設定です", "E14": "ＵＩＤに一致する処理がありません", "E15": "リクエストが空です。",
    "E16": "日付が暦日ではありません", "E17": "日付が未設定です", "E18": "任意のファイル識別子が未設定です",
    "E19": "受付番号が未設定です", "E20": "追加ができませんでした。", "E90": "他端末で使用中です。",
    "E91": "リクエスト番号が不正です。", "E97": "送信内容に誤りがあります。", "E98": "送信内容の読込ができませんでした。",
    "E99": "ユーザＩＤが未登録です。"}  # fmt: skip


class Refused(Exception):
    """With an Api_Result."""


def refuse_if(condition, code):
    if condition:
        raise Refused(code)


def check_day(text):
    """YYYY-MM-DD."""
    refuse_if(not text, "E17")
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        raise Refused("E16") from None


def add_months(month, number):
    whole = int(month[:4]) * 12 + int(month[4:6]) - 1 + number
    return f"{whole // 12:04}{whole % 12 + 1:02}"


def split_identifier(text):
    """<ptid>,<uuid>: what is before the comma and what behind it."""
    number, _, uuid = (text or "").partition(",")
    return (int(number) if number.isdigit() else 0), uuid.strip()


def need_identifier(text):
    """Records must say exactly whose they are: ten digits, a comma, 36 characters."""
    refuse_if(len(text or "") < 47 or not text[:10].isdigit(), "E10")
    return int(text[:10]), text[11:47]


class Settings:
    """What an administrator of ORCA has set. page: how much one answer of a bulk call has at most."""

    def __init__(self, institution):
        self.values = {"institution": institution, "pdf": "off", "reference-page": "5000", "appointment-page": "300",
                       "classes": "off"}  # fmt: skip

    def set(self, *words):
        for word in words:
            name, sign, value = word.partition("=")
            if not sign or name not in self.values:
                raise ValueError("settings: " + ", ".join(self.values))
            self.values[name] = value

    def __getitem__(self, name):
        return self.values[name]

    def page(self, name):
        return int(self.values[name + "-page"])


class Calls:
    def __init__(self, book, settings):
        self.book = book
        self.settings = settings
        self.table = {
            "/orca14/onlinequa1": ("onlinequareq1", "onlinequares1", self.onlinequa1),
            "/orca14/onlinequa2": ("onlinequareq2", "onlinequares1", self.onlinequa2),
            "/orca14/onlinequa3": ("onlinequareq2", "onlinequares1", self.onlinequa3),
            "/orca14/onlinedrug1": ("onlinedrugreq1", "onlinequares1", self.onlinedrug1),
            "/orca14/onlinespec1": ("onlinespecreq1", "onlinequares1", self.onlinespec1),
            "/orca14/onlinerefall1": ("onlinerefallreq1", "onlinerefallres1", self.onlinerefall1),
            "/orca14/onlinequaapp1": ("onlinequaappreq1", "onlinequaappres1", self.onlinequaapp1),
            "/orca14/onlinequaapp2": ("onlinequaappreq2", "onlinequaappres1", self.onlinequaapp2),
            "/orca71/onlinequaapp3": ("onlinequaappreq3", "onlinequaappres1", self.onlinequaapp3),
            "/orca71/onshicond": ("onshicondreq", "onshicondres", self.onshicond),
        }

    def answer(self, path, request):
        """Return: the record of the answer. What it changed is committed."""
        _, name, program = self.table[path]
        try:
            refuse_if(not request, "E15")
            answer = program(request)
        except Refused as refusal:
            return self.refuse(name, str(refusal))
        finally:
            self.book.commit()  # ORCA takes nothing back
        if name != "onlinequares1":
            answer.setdefault("Api_Result_Message", "処理終了")
        return self.stamp(name, answer)

    def refuse(self, name, code):
        return self.stamp(name, {"Api_Result": code, "Api_Result_Message": MESSAGES.get(code, "エラー")})

    @staticmethod
    def stamp(name, answer):
        """onlinequares1 has a date too, and the programs leave it empty."""
        if name == "onlinequares1":
            return answer
        return {**answer, "Information_Date": with_dashes(today()), "Information_Time": now().strftime("%H:%M:%S")}

    # -- what is to be asked for

    def make_header(self, identifier):
        return {"MedicalInstitutionCode": self.settings["institution"], "ArbitraryFileIdentifier": identifier}

    def write_header(self, identifier):
        return {"QualificationConfirmationDate": today(), **self.make_header(identifier)}

    def write_search(self, row, identifier):
        search = {**row["search"], "ArbitraryIdentifier": identifier, "PrescriptionIssueSelect": row["prescription"],
                  "MedicalTreatmentFlag": row["treatment"]}  # fmt: skip
        if row["classification"] == "2":
            search["LimitApplicationCertificateRelatedConsFlg"] = "1"
        return search

    def write_reference(self, row, patient, identifier):
        return {**self.make_header(identifier), "MessageBody": {"ReferenceNumberRegistrationInfo": {
            "ReferenceNumber": patient.identifier if patient else "", **self.get_numbers(row)}}}  # fmt: skip

    @staticmethod
    def get_numbers(row):
        results = row["result"].get("ResultList", {}).get("ResultOfQualificationConfirmation", [])
        entry = next((one for one in results if one.get("InsuredCardClassification") != "A1"), {})
        numbers = {name: entry.get(name, "") for name in NUMBER_NAMES}
        return {**numbers, **{name: widen(numbers[name]) for name in NUMBER_NAMES[1:3]}}

    def write_records(self, row, identifier, body):
        numbers = self.get_numbers(row)
        return {"MedicalInstitutionCode": self.settings["institution"], "InsurerNumber": numbers["InsurerNumber"],
                "InsuranceCardSymbol": numbers["InsuredCardSymbol"],
                "InsuredPersonIdentificationNumber": numbers["InsuredIdentificationNumber"],
                "BranchNumber": numbers["InsuredBranchNumber"], "ArbitraryFileIdentifier": identifier,
                "MessageBody": {**body, "MedicalTreatmentFlag": row["treatment"]}}  # fmt: skip

    def list_months(self, number):
        """From the previous month back to the newest that is there, and no further than a year."""
        this, kept = today()[:6], [key.split("/")[1] for key in self.book.things["month"] if key.startswith(f"{number}/")]
        oldest = max([add_months(this, -12), *kept])
        return [month for month in (add_months(this, -back) for back in range(1, 13)) if month >= oldest]

    def list_drugs(self, row, number, identifier):
        treatments = self.has_consent(row, "DiagnosisInfo")
        asked = [{"StartDate": month, "EndDate": month, "FileCategory": "4" if treatments else "2"}
                 for month in self.list_months(number)]  # fmt: skip
        if self.settings["pdf"] == "on":
            this = today()[:6]
            asked.append({"StartDate": add_months(this, -12), "EndDate": add_months(this, -1),
                          "FileCategory": "3" if treatments else "1",
                          "Yzk_Pdf_File_Name": self.name_file("YZK", number)})
        return [self.write_records(row, identifier, one) for one in asked]

    def list_checkups(self, row, number, identifier):
        asked = [{"FileCategory": "2"}]
        if self.settings["pdf"] == "on":
            asked.append({"FileCategory": "1", "Tkk_Pdf_File_Name": self.name_file("TKK", number)})
        return [self.write_records(row, identifier, one) for one in asked]

    def name_file(self, system, number):
        patient = self.book.patients.by_number.get(number)
        return f"{system}siquc01req_" + ((patient.identifier if patient else "") + UNKNOWN_PATIENT)[:20] + ".xml"

    @staticmethod
    def has_consent(row, kind):
        results = row["result"].get("ResultList", {}).get("ResultOfQualificationConfirmation", [])
        return any(entry.get(kind + "ConsFlg") == "1" for entry in results)

    def ask_further(self, row, number, answer):
        """What a stored result makes ORCA want: the flags of @row say that it was told."""
        patient, identifier = self.book.patients.by_number.get(number), f"{number:010},{row['uuid']}"
        if row["validity"] not in ("1", "2", "3"):
            return
        if not row["reference"]:
            answer.update(ReferenceNumber_Class="True", MessageHeader_Ref=self.write_reference(row, patient, identifier))
        if self.has_consent(row, "PharmacistsInfo") and not row["drug_state"]:
            row["drug_state"] = "01"
            answer.update(DrugInf_Class="True", MessageHeader_Drg=self.list_drugs(row, number, identifier))
        if self.has_consent(row, "SpecificHealthCheckupsInfo") and not row["checkup_state"]:
            row["checkup_state"] = "01"
            answer.update(SpecificHealthCheckupInfo_Class="True",
                          MessageHeader_Spec=self.list_checkups(row, number, identifier))  # fmt: skip

    # -- one patient

    def onlinequa1(self, request):
        """One-shot: who asks twice gets nothing."""
        check_day(request.get("Information_Date"))
        patient = self.book.patients.by_identifier.get(request.get("Patient_ID", "").strip())
        refuse_if(request.get("Patient_ID") and not patient, "E05")
        refuse_if(not request.get("Qualification_Uuid"), "E13")
        row = self.book.get("row", request["Qualification_Uuid"])
        refuse_if(not row, "E07")
        number = patient.number if patient else 0
        identifier, further = f"{number:010},{row['uuid']}", row["state"] == "03"
        if row["state"] == "01" or (further and row["validity"] not in ("1", "2", "3")):
            return {}
        if row.get("withdrawal"):
            return self.cancel(row, request, identifier)
        qua = self.write_header(identifier)
        answer = {"Patient_ID": request.get("Patient_ID", ""), "MessageHeader_Qua": qua}
        if further:
            self.ask_further(row, number, answer)
        else:
            qua["MessageBody"] = {"QualificationConfirmSearchInfo": self.write_search(row, identifier)}
            if self.settings["classes"] == "on":
                answer["QualificationCon_Class"] = "True"
            row["state"] = "01"
        self.book.put("row", row["uuid"], row)
        return answer

    def cancel(self, row, request, identifier):
        """What was consented to at home or online is to end."""
        row["state"] = "01"
        self.book.put("row", row["uuid"], row)
        return {"Patient_ID": request.get("Patient_ID", ""), "MessageHeader_Cancel": {
            **self.make_header(identifier), "MessageBody": {"ConsentCancelInfo": {
                **row["search"], "MedicalTreatmentFlag": row["withdrawal"]}}}}  # fmt: skip

    @staticmethod
    def store_result(row, request):
        body = request.get("MessageBody", {})
        results = body.get("ResultList", {}).get("ResultOfQualificationConfirmation", [])
        entry = next((one for one in results if one.get("InsuredCardClassification") != "A1"), {})
        row.update(state="03", result=body, header=request.get("MessageHeader", {}),
                   validity=body.get("QualificationValidity", ""), reference=entry.get("ReferenceNumber", "").strip(),
                   treatment=body.get("MedicalTreatmentFlag", row["treatment"]))  # fmt: skip

    def find_patient(self, request):
        """By the first insurance that is no medical assistance, then by its reference number; None."""
        results = request.get("MessageBody", {}).get("ResultList", {}).get("ResultOfQualificationConfirmation", [])
        for entry in sorted(results, key=lambda one: one.get("InsuredCardClassification") == "A1"):
            found = self.book.patients.find_by_entry(entry)
            if found:
                return found
        return None

    def onlinequa2(self, request):
        """Not idempotent: every post of a face result is a row of its own, with a uuid of its own."""
        header, body = request.get("MessageHeader", {}), request.get("MessageBody", {})
        if body.get("MedicalTreatmentFlag") in ("2", "3"):
            return self.store_by_identifier(request, "E08")
        refuse_if(header.get("ReferenceClassification") != "1", "E01")
        patient = self.find_patient(request)
        row = self.book.add_row(patient, "1")
        self.store_result(row, request)
        if row["reference"] != (patient.identifier if patient else ""):
            row["reference"] = ""  # not ours: it is to be registered anew
        answer = {"Patient_ID": patient.identifier if patient else UNKNOWN_PATIENT}
        if patient:
            answer["MessageHeader_Qua"] = self.write_header(f"{patient.number:010},{row['uuid']}")  # and nothing to ask in it
            self.ask_further(row, patient.number, answer)
        self.book.put("row", row["uuid"], row)
        return answer

    def store_by_identifier(self, request, code=None):
        number, uuid = split_identifier(request.get("MessageHeader", {}).get("ArbitraryFileIdentifier"))
        row = self.book.get("row", uuid)
        if not row:
            refuse_if(code, code)
            return {"Patient_ID": UNKNOWN_PATIENT}
        self.store_result(row, request)
        results = row["result"].get("ResultList", {}).get("ResultOfQualificationConfirmation", [])
        if row["validity"] == "5" and len(results) < 2:
            row["state"] = "02"
        patient = self.book.patients.by_number.get(number)
        answer = {"Patient_ID": patient.identifier if patient else ""}
        self.ask_further(row, number, answer)
        self.book.put("row", uuid, row)
        return answer

    def onlinequa3(self, request):
        refuse_if(request.get("MessageHeader", {}).get("ReferenceClassification") != "2", "E01")
        return {"Api_Result": "000", **self.store_by_identifier(request)}

    def onlinedrug1(self, request):
        """The patient's months are emptied first, then written: at most six blocks of a post."""
        patient, uuid = self.take_records(request)
        months = {}
        for block in request.get("MessageBody", {}).get("MeTrMonthInf", []):
            months.setdefault(block.get("MeTrMonth", ""), []).append(block)
        for month, blocks in months.items():
            self.book.put("month", f"{patient.number}/{month}", blocks)
        self.end_records(uuid, "drug_state")
        return {"Api_Result": "000", "Patient_ID": patient.identifier}

    def onlinespec1(self, request):
        """An examination that is there already is not written again."""
        patient, uuid = self.take_records(request)
        for checkup in request.get("MessageBody", {}).get("SpecificHealthCheckupInfo", []):
            key = f"{patient.number}/{checkup.get('EffectiveTime', '')}"
            if checkup.get("EffectiveTime") and not self.book.get("checkup", key):
                self.book.put("checkup", key, checkup)
        self.end_records(uuid, "checkup_state")
        return {"Api_Result": "000", "Patient_ID": patient.identifier}

    def take_records(self, request):
        header = request.get("MessageHeader", {})
        refuse_if(header.get("ResultCode") != "1", "E01")
        number, uuid = need_identifier(header.get("RequestInfo", {}).get("ReqArbitraryFileIdentifier"))
        patient = self.book.patients.by_number.get(number)
        refuse_if(not patient, "E10")
        return patient, uuid

    def end_records(self, uuid, flag):
        row = self.book.get("row", uuid)
        if row:
            self.book.put("row", uuid, {**row, flag: "02"})

    # -- in bulk

    def onlinerefall1(self, request):
        last = request.get("Last_ReferenceNumber", "").strip() or "0"
        refuse_if(not last.isdigit(), "E11")
        fitting = [patient for patient in self.book.patients.all if patient.number > int(last) and patient.may_register()]
        refuse_if(not fitting, "E12")
        page = fitting[: self.settings.page("reference")]
        answer = {"Api_Result": "000", "MessageHeader": {"MedicalInstitutionCode": self.settings["institution"]},
                  "MessageBody": {"ReferenceNumberRegistrationInfo": [
                      {"ReferenceNumber": patient.identifier, **patient.numbers} for patient in page]}}  # fmt: skip
        if len(fitting) > len(page):
            answer.update(ReferenceNumber_Continue="Yes", Last_ReferenceNumber=f"{page[-1].number:010}")
        return answer

    def onlinequaapp1(self, request):
        mode = request.get("Qualification_Mode")
        refuse_if(mode not in ("01", "02", "03"), "E12")
        check_day(request.get("Qualification_Date"))
        return {"Api_Result": "000", **{"01": self.give_job, "02": self.note_reception, "03": self.list_jobs}[mode](request)}

    def find_job(self, uuid, shell):
        job = self.book.get("job", (uuid or "")[:36])
        refuse_if(not job or job["shell"] != shell, "E14")
        return job

    def give_job(self, request):
        refuse_if(not request.get("Qualification_Uuid"), "E13")
        last = request.get("Last_AppointmentNumber", "").strip() or "0"
        refuse_if(not last.isdigit(), "E11")
        process = request.get("Process_Class", "")
        job = self.find_job(request["Qualification_Uuid"], SHELLS.get(process, APPOINTMENTS))
        if process in SHELLS:
            self.book.put("job", job["uuid"], {**job, "state": "0001"})
            return {"Vconsent_Bulk": {
                "MessageHeader": self.make_header(job["uuid"]),
                "MessageBody": {"QualificationConfirmSearchInfo": {
                    "ConsentDateFrom": with_dashes(job["from"]), "ConsentDateTo": with_dashes(job["to"]),
                    "MedicalTreatmentFlag": TREATMENTS[process]}}}}  # fmt: skip
        return self.list_appointments(job, request, int(last))

    def list_appointments(self, job, request, last):
        numbers = sorted({one["number"] for one in self.book.list("appointment") if one["date"] == job["date"]})
        fitting = [number for number in numbers if number > last]
        page = fitting[: self.settings.page("appointment")]
        answer = {"MessageHeader": {"QualificationConfirmationDate": request["Qualification_Date"],
                                    **self.make_header(job["uuid"])},
                  "MessageBody": {
                      "QualificationConfirmSearchInfo": [self.write_appointment(number) for number in page]}}
        if len(fitting) > len(page):
            other = self.book.add_job(APPOINTMENTS, date=job["date"])
            answer.update(Qualification_Continue="Yes", Last_AppointmentNumber=f"{page[-1]:010}")
            answer["MessageHeader"]["ArbitraryFileIdentifier"] = other["uuid"]
        return answer

    def write_appointment(self, number):
        patient = self.book.patients.by_number[number]
        return {**patient.numbers, "Birthdate": with_dashes(patient.birthdate),
                "ArbitraryIdentifier": f"{number:010},{make_uuid()}"}  # fmt: skip

    def note_reception(self, request):
        refuse_if(not request.get("ArbitraryFileIdentifier"), "E18")
        refuse_if(not request.get("ReceptionNumber"), "E19")
        process = request.get("Process_Class", "")
        job = self.find_job(request["ArbitraryFileIdentifier"], SHELLS.get(process, APPOINTMENTS))
        self.book.put("job", job["uuid"], {**job, "reception": request["ReceptionNumber"],
                                           "state": "0002" if process in SHELLS else ""})  # fmt: skip
        return {}

    def list_jobs(self, _request):
        """Those by consent alone: of appointments nobody is reminded."""
        return {"MessageHeader": {"MedicalInstitutionCode": self.settings["institution"]}, "Bulk_Information": [
            {"ReceptionNumber": job["reception"], "Process_Class": process}
            for process, shell in SHELLS.items() for job in self.book.list("job")
            if job["shell"] == shell and job["state"] == "0002" and not job["done"]][:10]}  # fmt: skip

    def take_bulk(self, header):
        segment = header.get("SegmentOfResult")
        refuse_if(segment not in ("1", "9"), "E12")
        reception = header.get("ReceptionNumber", "").strip()
        job = next((one for one in self.book.list("job") if reception and one["reception"] == reception), None)
        job = job or self.book.get("job", header.get("ArbitraryFileIdentifier", "")[:36])
        refuse_if(not job, "E14")
        self.book.put("job", job["uuid"], {**job, "done": True, "segment": segment})
        return job, segment == "1"

    def onlinequaapp2(self, request):
        """What stands there already is not written again, and said at the end."""
        job, good = self.take_bulk(request.get("MessageHeader", {}))
        twice = False
        for unit in request.get("MessageBody", {}).get("BulkConfirmUnit", []) if good else ():
            number, uuid = split_identifier(unit.get("QualificationConfirmSearchInfo", {}).get("ArbitraryIdentifier"))
            if not uuid:
                break
            if self.book.get("row", uuid):
                twice = True
                continue
            patient = self.book.patients.by_number.get(number)
            self.book.add_row(patient, "2", uuid=uuid, state="03", job=job["uuid"], result=unit,
                              validity=unit.get("QualificationValidity", ""), reference=unit.get("ReferenceNumber", ""))
        refuse_if(twice, "E20")
        return {"Api_Result": "000"}

    def take_care(self, header):
        """The job of a list by consent: by its own identifier alone, whatever its reception is."""
        refuse_if(header.get("SegmentOfResult") not in ("1", "9"), "E12")
        refuse_if(header.get("Process_Class") not in TREATMENTS.values(), "E16")
        job = self.book.get("job", header.get("ArbitraryFileIdentifier", "")[:36])
        shells = {TREATMENTS[process]: shell for process, shell in SHELLS.items()}
        refuse_if(not job or job["shell"] != shells[header["Process_Class"]], "E14")
        self.book.put("job", job["uuid"], {**job, "done": True, "state": "0003", "segment": header["SegmentOfResult"]})
        good = header.get("NumberOfNormalProcessing", "")
        refuse_if(not good.isdigit() or not int(good), "E01")
        return job, header["SegmentOfResult"] == "1"

    def onlinequaapp3(self, requests):
        """A message array: one record for each person. What is posted twice stands there twice."""
        job, good = self.take_care(requests[0].get("MessageHeader", {}) if requests else refuse_if(True, "E98"))
        for request in requests if good else ():
            unit = request.get("MessageBody", {}).get("BulkConfirmUnit")
            if unit:
                results = unit.get("ResultList", {}).get("ResultOfQualificationConfirmation", [])
                entry = {**(results[0] if results else {}), "ReferenceNumber": unit.get("ReferenceNumber", "")}
                self.book.add_row(self.book.patients.find_by_entry(entry), "1", state="03", job=job["uuid"], result=unit,
                                  validity=unit.get("QualificationValidity", ""), reference=entry["ReferenceNumber"],
                                  treatment=requests[0]["MessageHeader"]["Process_Class"])  # fmt: skip
        header, stored = requests[0]["MessageHeader"], sum(row.get("job") == job["uuid"] for row in self.book.list("row"))
        if stored < int(header.get("NumberOfProcessingResult") or 0):
            return {"Api_Result": "000", "Qualification_Continue": "Yes", "Last_AppointmentNumber": str(stored)}
        return {"Api_Result": "000"}

    # -- failures of the link, shown to the operator

    def onshicond(self, request):
        refuse_if(not request.get("Request_Number"), "E11")
        try:
            datetime.datetime.strptime(request.get("Failure_Date", ""), "%Y%m%d")
        except ValueError:
            raise Refused("E12") from None
        time = request.get("Failure_Time", "")
        refuse_if(len(time) != 8 or not time.isdigit(), "E13")
        self.book.put("condition", make_uuid(), request)
        return {"Api_Result": "000"}


def get_layout(name):
    return layouts.RECORDS[name]
