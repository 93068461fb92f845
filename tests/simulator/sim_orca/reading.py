# SPDX-License-Identifier: LGPL-2.1-or-later
"""The calls that only read: pusheventgetv2 (events of the last seven days) and patientgetv2 (a patient, and what was stored).

Comes in: a request and the book. Goes out: the bytes of the answer and their type.
"""

import datetime
import json
import unicodedata

from . import layouts, xml2
from .book import now, today, with_dashes

EVENT_ERRORS = {
    "0001": "イベント名に半角以外の文字が入力されています。", "0002": "ユーザ名に半角以外の文字が入力されています。",
    "0003": "期間開始日時の日付の入力に誤りがあります。", "0004": "期間開始日時の時刻の入力に誤りがあります。",
    "0005": "期間終了日時の日付の入力に誤りがあります。", "0006": "期間終了日時の時刻の入力に誤りがあります。",
    "0007": "対象となるＰＵＳＨ通知が存在しませんでした。", "0008": "期間開始日時＞期間終了日時です。",
    "0090": "他端末で使用中です。", "0098": "送信内容の読込ができませんでした。"}  # fmt: skip
PATIENT = {
    **layouts.texts("Patient_ID:20 WholeName:100 WholeName_inKana:100 BirthDate:10 Sex:1"),
    "ResultOfQualificationConfirmation": {
        **layouts.texts("FaceInfExistence:5 PrescriptionIssueSelect:1 QualificationValidity:1"),
        **layouts.consents("ConsFlg", "AvailableTime")},
}  # fmt: skip
PATIENT_ANSWER = {**layouts.INFORMATION, **layouts.texts("Api_Result:2 Api_Result_Message:100 Reskey:50"),
                  "Patient_Information": PATIENT}  # fmt: skip


class Wrong(Exception):
    """With a code of EVENT_ERRORS."""


def read_moment(text, codes, last):
    """"YYYY-MM-DD HH:MM", or the day alone: a minute, whose end is meant where it is the @last. None: without limit."""
    if not text.strip():
        return None
    day, _, clock = text.strip().partition(" ")
    try:
        date = datetime.date.fromisoformat(day)
    except ValueError:
        raise Wrong(codes[0]) from None
    try:
        minute = datetime.datetime.strptime(clock or ("23:59" if last else "00:00"), "%H:%M").time()
    except ValueError:
        raise Wrong(codes[1]) from None
    moment = datetime.datetime.combine(date, minute, now().tzinfo)
    return moment.timestamp() + (60 if last else 0)


def find_events(book, request):
    event, user = request.get("event", ""), request.get("user", "")
    for text, code in ((event, "0001"), (user, "0002")):
        if any(unicodedata.east_asian_width(letter) in "WF" for letter in text):
            raise Wrong(code)
    begin = read_moment(request.get("start_time", ""), ("0003", "0004"), False)
    end = read_moment(request.get("end_time", ""), ("0005", "0006"), True)
    if begin is not None and end is not None and begin >= end:
        raise Wrong("0008")
    book.expire_events()
    found = [kept["event"] for kept in book.list("event")
             if event in ("", kept["event"]["event"]) and user in ("", kept["event"]["user"])
             and (begin is None or kept["at"] >= begin) and (end is None or kept["at"] < end)]  # fmt: skip
    if not found:
        raise Wrong("0007")
    return found


def answer_events(book, body):
    """JSON both ways; an error stands alone."""
    try:
        try:
            request, _ = xml2.read(body or b"{}", "pusheventgetv2req", layouts.RECORDS["pusheventgetv2req"])
        except xml2.Unreadable:
            raise Wrong("0098") from None
        answer = [{"data": event} for event in find_events(book, request)]
    except Wrong as wrong:
        return refuse_events(str(wrong))
    return json.dumps(answer, ensure_ascii=False).encode(), xml2.JSON


def refuse_events(code):
    error = {"error": {"code": code, "message": EVENT_ERRORS.get(code, "エラー")}}
    return json.dumps(error, ensure_ascii=False).encode(), xml2.JSON


def find_last_result(book, patient):
    """The newest answer that is stored for @patient; a face result before one by number."""
    rows = [row for row in book.list("row") if row["number"] == patient.number and row["state"] == "03"]
    return max(rows, key=lambda row: (row["classification"] == "1", row["at"]), default=None)


def write_status(row):
    entries = row["result"].get("ResultList", {}).get("ResultOfQualificationConfirmation", [])
    entry = entries[0] if entries else {}
    return {"FaceInfExistence": "True" if row["classification"] == "1" else "False",
            "PrescriptionIssueSelect": row["result"].get("PrescriptionIssueSelect", ""),
            "QualificationValidity": row["validity"],
            **{kind + suffix: entry.get(kind + suffix, "") for kind in layouts.CONSENTS
               for suffix in ("ConsFlg", "AvailableTime")}}  # fmt: skip


def answer_patient(book, query):
    """A GET with id=; format=json."""
    kind = xml2.JSON if query.get("format") == "json" else xml2.XML
    answer = {"Information_Date": with_dashes(today()), "Information_Time": now().strftime("%H:%M:%S"),
              "Api_Result": "00", "Api_Result_Message": "処理終了", "Reskey": "Patient Info"}  # fmt: skip
    patient = book.patients.by_identifier.get(query.get("id", ""))
    if not patient:
        answer.update(Api_Result="10", Api_Result_Message="患者番号がありません")
        return xml2.write("patientinfores", answer, PATIENT_ANSWER, kind), kind
    row = find_last_result(book, patient)
    answer["Patient_Information"] = {
        "Patient_ID": patient.identifier, "WholeName": patient.name, "WholeName_inKana": patient.kana,
        "BirthDate": with_dashes(patient.birthdate), "Sex": patient.sex,
        "ResultOfQualificationConfirmation": write_status(row) if row else {"FaceInfExistence": "False"}}  # fmt: skip
    return xml2.write("patientinfores", answer, PATIENT_ANSWER, kind), kind
