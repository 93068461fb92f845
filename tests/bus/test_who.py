# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who looked at whom: what callers assert, the brake on curiosity, emergencies, the patient's own list, objections, receipts.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import base64
import hashlib
import json
import re
import subprocess

from bus import MANAGER, ROOT, VISIT, Agent, ObjectPath, Visits, call, expect_error, options
from loop import wait_for
from people import INSURED

from gi.repository import GLib

DAY = 86400
OTHER = {"InsurerNumber": "01990045", "Symbol": "見12", "Number": "1212", "Branch": "01", "Birthdate": "19880310"}
EMERGENCY = "e8f4c19d7b2a4d5f9a6103c47e92b85d"
NURSE, CLERK = {"Staff": "n-17", "Role": "nurse"}, {"Staff": "c-3", "Role": "clerk"}


def look_up(rig, insured=INSURED, user="tester", **more):
    visit = Visits(rig.bus_connection(user)).check_number(insured, **more)
    assert visit.wait_finished()[0] == "done"
    return visit


def open_by_card(rig, reader, **more):
    visit = Visits(rig.bus_connection("tester")).open(Reader=reader, SameCard=True, **more)
    assert visit.wait_finished()[0] == "done"
    return visit


def list_entries(visit, first=0):
    next_place, entries = visit.call("GetDisclosures", GLib.Variant("(t)", (first,)))
    return entries if not entries else entries + list_entries(visit, next_place)


def get_receipt(visit, what, **more):
    text = visit.call("GetReceipt", GLib.Variant.new_tuple(GLib.Variant("s", str(what)), options(more)))
    return text, json.loads(text)


def test_lookups(rig):
    """Three look-ups a day of one person, for each member of staff; then a reason; never a no in an emergency; also after a
    restart."""
    rig.start("center", "bus")
    rig.start_daemon(clock=True, Lookups_PerStaffAndDay=None)
    visits = Visits(rig.bus_connection("tester"))
    for value in ("", "a\nb", "x" * 65):
        assert "Staff" in expect_error("InvalidOption", visits.check_number, INSURED, Staff=value).message
    assert "Role" in expect_error("InvalidOption", visits.check_number, INSURED, Role="king").message
    for _ in range(3):
        look_up(rig, **NURSE)
    expect_error("ReasonNeeded", visits.check_number, INSURED, **NURSE)
    typed = {**INSURED, "InsurerNumber": "００９９００１９", "Number": "1 234567"}  # the same person, typed otherwise
    expect_error("ReasonNeeded", visits.check_number, typed, **NURSE)
    look_up(rig, OTHER, **NURSE)
    look_up(rig, **CLERK)
    look_up(rig, Reason="電話での問い合わせ", **NURSE)
    look_up(rig, BreakGlass=True, **NURSE)
    wait_for(lambda: EMERGENCY in rig.read_log("shikakud") or "An emergency was said" in rig.read_log("shikakud"),
             "word of the emergency")
    assert "n-17" not in rig.read_log("shikakud") and "電話" not in rig.read_log("shikakud")
    expect_error("ReasonNeeded", visits.check_number, INSURED, **NURSE)
    review(rig)
    for _ in range(3):
        look_up(rig)  # nobody is named: the user is who looks
    expect_error("ReasonNeeded", visits.check_number, INSURED)
    rig.stop_daemon()
    rig.start_daemon(clock=True, Lookups_PerStaffAndDay=None)
    visits = Visits(rig.bus_connection("tester"))

    def is_known():
        try:
            visits.check_number(INSURED, **NURSE).wait_finished()
        except Exception as error:  # noqa: BLE001: which one is looked at
            return "ReasonNeeded" in str(error)
        return False

    wait_for(is_known, "what was before the restart is counted")
    rig.let_pass(DAY)
    look_up(rig, **NURSE)
    assert "山田" not in rig.read_log("shikakud")


def review(rig):
    """The emergency is on the list of what nobody has looked at, until somebody says that they have."""
    found, = json.loads(rig.client("ledger", "review", "--json", user="root", check=0).text())
    assert found["Kind"] == "break-glass" and found["Staff"] == "n-17" and found["Act"] == "CheckNumber", found
    rig.client("ledger", "review", "--entry", str(found["Index"]), user="root", check=64)
    rig.client("ledger", "review", "--entry", str(found["Index"]), "--reason", "救急外来", user="root", check=0)
    assert json.loads(rig.client("ledger", "review", "--json", user="root", check=0).text()) == []


def test_patient(rig):
    """The patient's card unlocks who saw what; an objection is seen at the next visit, also after a restart."""
    rig.start("card", "center", "daemon")
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    Agent(rig.bus_connection("colleague", fresh=True)).register(Reader=reader)
    by_number = look_up(rig, Reason="予約の確認", **NURSE)
    look_up(rig, OTHER, **CLERK)
    expect_error("InvalidState", by_number.call, "GetDisclosures", GLib.Variant("(t)", (0,)))
    visit = open_by_card(rig, reader, Staff="d-1", Role="doctor")
    entries = list_entries(visit)
    assert [(entry["Kind"], entry["Origin"], entry["Staff"]) for entry in entries] == [
        ("check", "number", "n-17"), ("check", "card", "d-1")], entries
    assert entries[0]["Reason"] == "予約の確認" and entries[0]["Answer"] == "eligible"
    assert entries[0]["Evidence"] == "number" and entries[0]["Role"] == "nurse" and entries[0]["Program"].startswith("python3")
    assert "山田" not in str(entries) and "1234567" not in str(entries)
    assert "objection" not in visit.eligibility().get("Remarks", [])

    def object_to(visit, place, text):
        return visit.call("Object", GLib.Variant.new_tuple(GLib.Variant("t", place), GLib.Variant("s", text), options(CLERK)))

    expect_error("NotFound", object_to, visit, entries[0]["Index"] + 1, "他人の記録")  # OTHER's
    expect_error("InvalidOption", object_to, visit, entries[0]["Index"], "")
    place = object_to(visit, entries[0]["Index"], "電話していません")
    assert list_entries(visit)[-1].items() >= {"Kind": "objection", "Index": place, "Entry": entries[0]["Index"],
                                               "Detail": "電話していません", "Staff": "c-3"}.items()
    assert "objection" in open_by_card(rig, reader).eligibility()["Remarks"]
    assert "objection" not in look_up(rig, OTHER).eligibility().get("Remarks", [])
    rig.stop_daemon()
    rig.start_daemon()
    Agent(rig.bus_connection("colleague", fresh=True)).register(Reader=reader)
    wait_for(lambda: "objection" in look_up(rig, BreakGlass=True).eligibility().get("Remarks", []), "the objection")


def check_consent(visit):
    """What was asked, in which words, by whom, answered by whom, until when, and how to take it back."""
    consent = visit.consents()["drug"]
    text, receipt = get_receipt(visit, "drug")
    record = receipt["record"]
    event, processing = record["events"][0], record["pii_processing"]
    assert receipt["receipt_id"] == consent["Receipt"] and receipt["labels"]["language"] == "en"
    assert (event["event_type"], event["event_state"], event["entity_id"]) == ("consent", "granted", "patient"), event
    assert "medicines" in processing["purposes"][0]["purpose_text"] and processing["privacy_notice"] == consent["Version"]
    assert "24 hours" in processing["withdrawal_method"] and processing["language"] == "en"
    assert record["party_identification"][-1]["party_id"] == "n-17"
    expect_error("NotFound", get_receipt, visit, "diagnosis")
    leaf = base64.b64decode(re.search(r"^extra (.*)$", receipt["ledger"]["proof"], re.MULTILINE)[1])
    assert hashlib.sha256(processing["purposes"][0]["purpose_text"].encode()).digest() in leaf
    return text, receipt


def verify(rig, path, *arguments):
    process = rig.client("receipt", "verify", "--json", *arguments, str(path), user="tester")
    return process.status, json.loads(process.text())["Verdict"]


def check_words(rig, path, text, receipt):
    """Not only the version of the question is proved, but each of its words."""
    path.write_text(text)
    assert verify(rig, path, "--key", receipt["ledger"]["verifier"]) == (0, "proved")
    words = receipt["record"]["pii_processing"]["purposes"][0]["purpose_text"]
    path.write_text(text.replace(words, words + " For ever."))
    assert verify(rig, path, "--key", receipt["ledger"]["verifier"]) == (1, "changed")


def test_receipt(rig):
    """A receipt is proved without the daemon, by key or checkpoint; what was changed in it is found; it has six
    languages."""
    rig.start("card", "center", "daemon")
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    Agent(rig.bus_connection("colleague", fresh=True)).register(Reader=reader)
    visit = open_by_card(rig, reader, **NURSE)
    entry = list_entries(visit)[0]
    text, receipt = get_receipt(visit, entry["Index"], Language="en")
    assert receipt["receipt_id"] == entry["Receipt"] and receipt["schema_version"].startswith("ISO/IEC TS 27560")
    assert receipt["record"]["events"][0]["event_type"] == "check"
    assert receipt["record"]["party_identification"][-1] == {"party_id": "n-17", "party_role": "nurse", "asserted": True}
    again = call(rig.bus_connection("root"), ROOT, MANAGER, "GetReceipt",
                 GLib.Variant.new_tuple(GLib.Variant("s", entry["Receipt"]), options({"Language": "en"})))
    assert json.loads(again)["record"] == receipt["record"]
    number, digits = entry["Receipt"].split("-")
    for wrong in (f"{number}-{'0' * 16}", number, f"{int(number) + 100}-{digits}", "x"):
        expect_error("NotFound", call, rig.bus_connection("root"), ROOT, MANAGER, "GetReceipt",
                     GLib.Variant.new_tuple(GLib.Variant("s", wrong), options({})))
    languages = {code: get_receipt(visit, entry["Index"], Language=code)[1]["labels"]
                 for code in ("ja", "zh", "ko", "es", "pt")}
    assert all(labels["language"] == code for code, labels in languages.items()), languages
    assert all(len({labels[word] for labels in languages.values()}) == 5 for word in ("withdraw how", "data"))
    consent = check_consent(open_by_card(rig, reader, Consents=["drug", "checkup"], Language="en", **NURSE))
    other = look_up(rig)
    expect_error("NotFound", get_receipt, other, entry["Index"])  # of another visit
    rig.stop_daemon()

    folder = rig.folder / "receipts"
    folder.mkdir()
    folder.chmod(0o777)
    path, key = folder / "receipt.json", receipt["ledger"]["verifier"]
    note = receipt["ledger"]["proof"].split("\n\n", 1)[1]
    path.write_text(text)
    (folder / "checkpoint").write_text(note)
    assert verify(rig, path) == (2, "self-signed")
    assert verify(rig, path, "--key", key) == (0, "proved")
    assert verify(rig, path, "--checkpoint", str(folder / "checkpoint")) == (0, "proved")
    (folder / "proof").write_text(receipt["ledger"]["proof"])  # as the code has it
    assert verify(rig, folder / "proof", "--key", key) == (0, "proved")
    changed = folder / "changed.json"
    for before, after in (("n-17", "n-18"), ('"nurse"', '"clerk"'), (digits, "0" * 16)):
        changed.write_text(text.replace(before, after))
        assert verify(rig, changed, "--key", key) == (1, "changed"), before
    check_words(rig, changed, *consent)
    line = re.search(r"^extra (.*)$", receipt["ledger"]["proof"], re.MULTILINE)[1]
    forged = line[:30] + ("A" if line[30] != "A" else "B") + line[31:]
    changed.write_text(text.replace(line, forged))
    assert verify(rig, changed, "--key", key)[1] in ("not-in-tree", "no-proof")
    other_key = key[:-3] + ("A" if key[-3] != "A" else "B") + key[-2:]
    assert verify(rig, path, "--key", other_key)[0] == 1

    shown = rig.client("receipt", "print", str(path), user="tester", check=0).text()
    assert entry["Receipt"] in shown and receipt["labels"]["number"] in shown and "nurse" in shown
    page = rig.client("receipt", "print", "--html", str(path), user="tester", check=0).text()
    assert "size:A5" in page and "<svg" in page and "http" not in page.replace("http://www.w3.org/2000/svg", "")
    saved = folder / "page.html"
    rig.client("receipt", "save", "--to", str(saved), str(path), user="tester", check=0)
    assert saved.read_text() == page
    check_code(folder, page, receipt["ledger"]["proof"])


def check_code(folder, page, proof):
    """The code is read by another program than made it."""
    picture = folder / "code.svg"
    picture.write_text(re.search(r"<svg.*</svg>", page)[0])
    subprocess.run(["rsvg-convert", "-w", "1200", "-o", folder / "code.png", picture], check=True)
    read = subprocess.run(["zbarimg", "--raw", "-q", folder / "code.png"], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert read.strip() == proof.strip()
