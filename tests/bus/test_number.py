# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks by number: what people type, all that the center answers to it, and whose numbers they are.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import json

from bus import MANAGER, ROOT, call, expect_error, options
from people import INSURED, UNKNOWN

from gi.repository import GLib

SATO = {"InsurerNumber": "06990012", "Symbol": "120", "Number": "345", "Birthdate": "19720930"}
SASAKI = {"InsurerNumber": "990043", "Symbol": "見8", "Number": "8888", "Branch": "01", "Birthdate": "19991231"}
TAKAHASHI = {"InsurerNumber": "01990011", "Symbol": "21040001", "Number": "567", "Birthdate": "19900101"}
TANAKA = {"InsurerNumber": "01990029", "Symbol": "3301", "Number": "987", "Branch": "1", "Birthdate": "19660606"}


def ask(rig, insured, **more):
    given = options({"Insured": insured, "Language": "en", **more})
    return call(rig.bus_connection("tester"), ROOT, MANAGER, "Check", GLib.Variant.new_tuple(given))


def test_typed(rig):
    """However the desk types the numbers, the center gets them in one form, and finds the person."""
    rig.start("center", "daemon")
    typed = ({}, {"InsurerNumber": "９９ ００１９"}, {"Symbol": "　架空 01"}, {"Number": "1234567"}, {"Number": "１２３ ４５６７"},
             {"Branch": "1"}, {"Branch": "１"}, {"Birthdate": "1985-04-12"}, {"Birthdate": "１９８５／０４／１２"}, {"Date": ""})
    ask(rig, INSURED)  # which logs in
    sent = set()
    for more in typed:
        rig.center("clear-log")
        answer = ask(rig, {**INSURED, **more})
        assert answer["Answer"] == "eligible", (more, answer)
        sent.add(rig.center("stats")["request_bytes"])
    assert len(sent) == 1, sent
    for key, value, term in (("InsurerNumber", "99001x", "保険者番号"), ("Symbol", "記\n号", "記号"), ("Number", "1\n2", "番号"),
                             ("Branch", "123", "枝番"), ("Birthdate", "昭和60", "生年月日"), ("Date", "1899", "資格確認日"),
                             ("Name", "あ" * 101, "氏名"), ("NameKana", "ｱ" * 101, "カナ氏名")):
        message = expect_error("InvalidOption", ask, rig, {**INSURED, key: value}).message
        assert key in message and term in message and value not in message, message


def test_outcomes(rig):
    """Of what the center can answer only a clear word is an answer."""
    rig.start("center", "daemon")
    for insured, answer, validity in ((INSURED, "eligible", "valid"), (SATO, "not-eligible", "invalid"),
                                      (TANAKA, "eligible", "valid-unregistered"), (SASAKI, "unknown", "several"),
                                      (UNKNOWN, "unknown", "none")):
        said = ask(rig, insured)
        assert (said["Answer"], said["Validity"]) == (answer, validity), said
        assert answer == "eligible" or said["Reason"] == validity and said["Advice"], said
    rig.center("change sato QualificationValidity 3")
    assert ask(rig, SATO)["Reason"] == "invalid-new"
    assert "branch number" in ask(rig, {key: SASAKI[key] for key in SASAKI if key != "Branch"})["Advice"]
    assert "branch number" not in ask(rig, SASAKI)["Advice"]
    for wrong in ({"Number": "1234568"}, {"Birthdate": "19850413"}, {"Branch": "02"}):
        assert ask(rig, {**INSURED, **wrong})["Reason"] == "none"


def test_day(rig):
    """What the certificate of eligibility is depends on the day asked for: past days and days to come."""
    rig.start("center", "daemon")
    for date, word in (("20260731", "until July 2026"), ("20260801", "from August 2026")):
        assert word in ask(rig, {**UNKNOWN, "Date": date})["Advice"], date
    assert "2026年8月以降" in ask(rig, {**UNKNOWN, "Date": "20260801"}, Language="ja")["Advice"]


def test_names(rig):
    """The name is not sent: it is compared here, as people write names."""
    rig.start("center", "daemon")
    for insured, given, result, kana_result in (
            (INSURED, {"Name": "山田花子", "NameKana": "やまだ はなこ"}, "same", "same"),
            (TAKAHASHI, {"Name": "髙橋　健", "NameKana": "タカハシケン"}, "unknown", "same"),
            (INSURED, {"Name": "山本　花子"}, "differs", None), (INSURED, {"NameKana": "ヤマモト"}, None, "differs"),
            (INSURED, {}, None, None), (UNKNOWN, {"Name": "山田花子"}, None, None)):
        answer = ask(rig, {**insured, **given})
        assert (answer.get("NameComparison"), answer.get("NameKanaComparison")) == (result, kana_result), answer
        assert ("another name" in answer.get("Advice", "")) == ("differs" in (result, kana_result)), answer
    rig.center("change yamada Name 山﨑　花子")
    assert ask(rig, {**INSURED, "Name": "山崎花子"})["NameComparison"] == "variant"
    assert all("山本" not in json.dumps(line, ensure_ascii=False) for line in rig.center.log())


def test_client(rig):
    rig.start("center", "daemon")
    numbers = ("--insurer", "990019", "--symbol", "架空01", "--number", "1234567", "--birthdate", "1985-04-12")
    text = rig.client("check", "--all", *numbers, "--name", "-", "--kana", "ヤマダハナコ", stdin="山本花子\n", check=0).text()
    assert "ANOTHER ONE" in text and "Kana as typed" in text and "another name" in text, text
    answer = json.loads(rig.client("check", "--json", *numbers, "--name", "山田　花子", stdin="", check=0).text())
    assert answer["NameComparison"] == "same", answer
