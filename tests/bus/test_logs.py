# SPDX-License-Identifier: LGPL-2.1-or-later
"""What those who run the desk see: fields of the journal, the numbers of GetStatistics, the file for monitoring.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import re
import time

from bus import MANAGER, ROOT, Agent, ObjectPath, Visits, call, expect_error
from canary import Journal
from loop import until, wait_for
from people import INSURED, UNKNOWN
from rig import SOURCE, Skip
from test_manager import set_log

PARTS = ("CARD", "PERSON", "CENTER", "OWN")
INTERVAL = 15  # seconds between two writes of the file


def start(rig, **more):
    rig.start("card", "center", "daemon", **more)
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    return reader, Agent(rig.bus_connection("colleague")).register(Reader=reader), Visits(rig.bus_connection("tester"))


def get_statistics(rig, user="tester"):
    return call(rig.bus_connection(user), ROOT, MANAGER, "GetStatistics")


# the journal

def start_journal():
    try:
        return Journal()
    except OSError as error:
        raise Skip("a mount namespace") from error


def read_entry(data):
    """The native protocol: NAME=value, or NAME, the size in 8 bytes, value."""
    fields = {}
    while data:
        line, data = data.split(b"\n", 1)
        name, equals, value = line.partition(b"=")
        if not equals:
            size = int.from_bytes(data[:8], "little")
            value, data = data[8:8 + size], data[9 + size:]
        fields[name.decode()] = value.decode()
    return fields


def read_ids(header):
    return dict(re.findall(r'SHIKAKU_MESSAGE_(\w+)\s(?:\\\n)?\s*"([0-9a-f]+)"', header.read_text()))


def find_entries(journal, message_id):
    entries = [read_entry(entry) for entry in journal.entries]
    return [entry for entry in entries if entry.get("MESSAGE_ID") == message_id]


def test_fields(rig):
    """The end of a visit has its outcome and its times as fields, the same as Finished tells, and they add up."""
    ids = read_ids(SOURCE / "daemon" / "base" / "message-ids.h")
    journal = start_journal()
    reader, patient, visits = start(rig)
    set_log(rig.bus_connection("root"), "LogTarget", "journal")
    visit = visits.open(Reader=reader, Consents=["drug"])
    assert visit.wait_finished()[0] == "done"
    patient.pin = "9999"
    failed = visits.open(Reader=reader, SameCard=True)
    assert failed.wait_finished()[1] == "PinIncorrect"
    opened = visit.get("Opened")
    patient.unregister()
    wait_for(lambda: find_entries(journal, ids["AGENT_GONE"]), "the last entry")

    [entry] = find_entries(journal, ids["VISIT_FINISHED"])
    times = [int(entry[f"SHIKAKU_TIME_{part}_USEC"]) for part in PARTS]
    assert times == visit.times and all(part > 0 for part in times), (times, visit.times)
    assert sum(times) < (time.time() * 1e6 - opened), "longer than since its opening"
    assert {name: entry[name] for name in ("SHIKAKU_VISIT", "SHIKAKU_USER", "SHIKAKU_ORIGIN", "SHIKAKU_METHOD",
                                           "SHIKAKU_READER", "SHIKAKU_ANSWER", "PRIORITY", "SYSLOG_IDENTIFIER")} == {
        "SHIKAKU_VISIT": visit.path, "SHIKAKU_USER": "tester", "SHIKAKU_ORIGIN": "card", "SHIKAKU_METHOD": "pin",
        "SHIKAKU_READER": reader, "SHIKAKU_ANSWER": "eligible", "PRIORITY": "6", "SYSLOG_IDENTIFIER": "shikakud"}, entry
    assert re.fullmatch(r"visit: checking -> done \(eligible; card [\d.]+ s, person [\d.]+ s, center [\d.]+ s, own [\d.]+ s\)",
                        entry["MESSAGE"]), entry
    [entry] = find_entries(journal, ids["VISIT_FAILED"])
    assert (entry["SHIKAKU_ERROR"], entry["SHIKAKU_STATE"], entry["PRIORITY"]) == ("PinIncorrect", "proving", "5"), entry
    assert entry["SHIKAKU_USER"] == "tester", entry
    assert find_entries(journal, ids["AGENT_GONE"])[0]["SHIKAKU_READER"] == reader
    rig.stop_pcscd()
    rig.wait_readers(0)
    assert {entry["SHIKAKU_READER_NAME"] for entry in find_entries(journal, ids["READER_REMOVED"])} == {
        "Virtual PCD 00 00", "Virtual PCD 00 01"}


# the numbers

def test_statistics(rig):
    """Each end of a visit is counted under its names, and so is what is turned away."""
    reader, patient, visits = start(rig)
    assert visits.open(Reader=reader, Consents=["drug", "checkup"]).wait_finished()[0] == "done"
    patient.pin = "9999"
    assert visits.open(Reader=reader, SameCard=True).wait_finished()[1] == "PinIncorrect"
    assert visits.check_number(INSURED).wait_finished()[0] == "done"
    assert visits.check_number(UNKNOWN).wait_finished()[0] == "done"
    waiting = visits.open(Reader=reader)
    waiting.wait_state("waiting-for-card")
    waiting.call("Cancel")
    patient.pin = "1234"
    rig.center("fault status 503 path=card/check count=always")
    assert visits.open(Reader=reader, SameCard=True).wait_finished()[0] == "done"
    expect_error("NotAuthorized", get_statistics, rig, "other")

    before = get_statistics(rig)
    expected = {
        "CardVisitsDone": 2, "CardVisitsFailed": 1, "CardVisitsCancelled": 1, "NumberVisitsDone": 2, "NumberVisitsFailed": 0,
        "AnswersEligible": 2, "AnswersNotEligible": 0, "AnswersUnknown": 2, "FailedPinIncorrect": 1, "FailedCancelled": 1,
        "CardsRead": 3, "PinsAsked": 3, "PinsWrong": 1, "ConsentsGranted": 2, "ConsentsDenied": 0, "CenterChallenges": 3,
        "CenterChallengesFailed": 0, "CenterQueries": 4, "CenterQueriesFailed": 1, "CenterRegistrations": 1,
        "CenterRegistrationsFailed": 0, "CallsRefused": 1, "CallsBraked": 0, "ReadersLost": 0, "ServiceLost": 0}
    assert {name: before.get(name) for name in expected} == expected, before
    assert before["Since"] < time.time() * 1e6 < before["Since"] + 60e6
    assert before["CardTime"] > 0 and before["CenterTime"] > 0 and before["PersonTime"] > 0, before
    rig.stop_pcscd()
    rig.wait_readers(0)
    after = until(lambda: (lambda now: now["ServiceLost"] and now)(get_statistics(rig)), "the loss of pcscd")
    assert (after["ReadersLost"], after["ServiceLost"]) == (2, 1), after


# the file

def look_at_file(rig):
    """Return: what is another after each writing of the file."""
    status = rig.metrics_file.stat()
    return status.st_ino, status.st_mtime_ns


def find_readers():
    try:
        from prometheus_client import openmetrics, parser
        import prometheus_client.openmetrics.parser  # noqa: F401
    except ImportError as error:
        raise Skip("python3-prometheus-client") from error
    return openmetrics.parser.text_string_to_metric_families, parser.text_string_to_metric_families


def test_metrics(rig):
    """Written at the start and at the end, for its group to read, as a whole; both kinds of readers understand it."""
    read_openmetrics, read_prometheus = find_readers()
    reader, _patient, visits = start(rig)
    rig.wake_at(rig.metrics_file)
    wait_for(rig.metrics_file.exists, "the file")
    rig.run_as("other", "cat", rig.metrics_file, stdin="", check=1)
    first = rig.metrics_file.read_text()
    assert "\nshikaku_up 1\n" in first, first
    assert visits.open(Reader=reader, Consents=["drug"]).wait_finished()[0] == "done"
    assert visits.check_number(INSURED).wait_finished()[0] == "done"
    statistics = get_statistics(rig)
    rig.stop_daemon()

    text = rig.metrics_file.read_text()
    assert [path.name for path in rig.metrics_file.parent.iterdir()] == [rig.metrics_file.name]
    samples = {}
    for read in (read_openmetrics, read_prometheus):
        found = {(sample.name, *sorted(sample.labels.items())): sample.value
                 for family in read(text) for sample in family.samples}
        assert not samples or found == samples
        samples = found
    kinds = {family.name: family.type for family in read_openmetrics(text)}
    assert kinds["shikaku_visits"] == "counter" and kinds["shikaku_visit_part_seconds"] == "histogram", kinds
    assert samples["shikaku_up",] == 0 and samples["shikaku_readers",] == 2
    assert samples["shikaku_visits_total", ("origin", "card"), ("outcome", "done")] == 1
    assert samples["shikaku_visits_total", ("origin", "number"), ("outcome", "done")] == 1
    assert samples["shikaku_center_state", ("state", "online")] == 1
    for part in ("card", "person", "center", "own"):
        seconds = samples["shikaku_visit_part_seconds_sum", ("part", part)]
        assert abs(seconds - statistics[part.capitalize() + "Time"] / 1e6) < 1e-9, part
        assert samples["shikaku_visit_part_seconds_count", ("part", part)] == 2
    for what in ("institution-certificate", "center-ca", "card-ca"):
        assert samples["shikaku_credential_expires_seconds", ("what", what)] > time.time(), what
    words = {value for name, *labels in samples for label, value in labels if label not in ("le", "version")}
    assert all(re.fullmatch(r"[A-Za-z-]+", word) for word in words), words


def test_metrics_interval(rig):
    """While nothing changes the file is left alone; however much changes, it is written every fifteen seconds at most."""
    _reader, _patient, visits = start(rig, clock=True)
    rig.wake_at(rig.metrics_file)
    wait_for(rig.metrics_file.exists, "the file")
    rig.let_pass(INTERVAL + 1)  # what has changed since the start
    first = look_at_file(rig)
    rig.let_pass(INTERVAL + 1)
    assert look_at_file(rig) == first
    for _ in range(5):
        visit = visits.check_number(INSURED)
        assert visit.wait_finished()[0] == "done"
        visit.close()
    rig.let_pass(1)
    assert look_at_file(rig) == first, "written at once"
    rig.let_pass(INTERVAL + 1)
    second = look_at_file(rig)
    assert second != first, "not written"
    rig.let_pass(INTERVAL + 1)
    assert look_at_file(rig) == second, "written twice"


def test_metrics_fail(rig):
    """Where the file cannot be written that is said once, and nothing else suffers."""
    _reader, _patient, visits = start(rig, Metrics_File="/nonexistent/shikaku.prom")
    assert visits.check_number(INSURED).wait_finished()[0] == "done"
    wait_for(lambda: "cannot be written" in rig.read_log("shikakud"), "word of it")
    assert rig.stop_daemon() == 0
    assert rig.read_log("shikakud").count("metrics: /nonexistent/shikaku.prom cannot be written") == 1
