# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records and consents by the daemon's center floor: what comes is what the center gave, whole or not at all."""

import sys

from driver import TIMEOUT, Driver, count, get_key, make_pair, wait_for, wait_for_requests
from simulated import PEOPLE, Center, months_ago

SPAN = f"from={months_ago(22)} to={months_ago(2)}"
SIZE_MAXIMUM = 32 * 1024 * 1024  # of a document
MEMORY = 3000  # kilobytes that a large document may cost beside itself, with all that TLS and HTTP keep


def make_numbers(person="yamada"):
    entry = PEOPLE[person]["center"]["entries"][0]
    names = {"insurer": "InsurerNumber", "symbol": "InsuredCardSymbol", "number": "InsuredIdentificationNumber",
             "branch": "InsuredBranchNumber", "birthdate": "Birthdate"}  # fmt: skip
    return " ".join(f"{word}={entry.get(name, '').strip()}" for word, name in names.items())


def make_fetch(person="yamada", span=SPAN, **options):
    return " ".join(["fetch", make_numbers(person), span, *(f"{name}={value}" for name, value in options.items())])


def read(result):
    """Of a command's result: its first word, and its values by name."""
    first, *words = result.split()
    return first, dict(word.split("=", 1) for word in words)


def fetch(center, driver, person="yamada", span=SPAN, **options):
    """Return: the result's first word and values; a document is the one that the center says it gave."""
    first, values = read(driver.ask(make_fetch(person, span, **options)))
    line = center.tell("journal")["journal"][-1]
    if first == "ok":
        assert (values["sha256"], int(values["size"])) == (line["sha256"], line["size"]), (values, line)
    return first, values, line


def test_outcomes():
    """Each kind, format and encoding, byte for byte; and what the center says instead, in XML or in its envelope."""
    with make_pair() as (center, driver):
        assert fetch(center, driver)[2]["code"] == "SHK040002"  # nobody has consented
        key = get_key(driver.check())
        assert "drug=1" in driver.ask(f"register {key} drug=1 checkup=1")
        assert fetch(center, driver, treatments=1)[2]["code"] == "SHK040002"  # not to that
        for options in ({}, {"prescriptions": 1}, {"format": "pdf"}, {"kind": "checkup"}, {"kind": "checkup", "format": "pdf"},
                        {"kind": "checkup", "span": ""}, {"identifier": "an-identifier"}):  # fmt: skip
            first, values, line = fetch(center, driver, **options)
            assert (first, values["format"], line["outcome"]) == ("ok", options.get("format", "xml"), "data"), options
            assert line["call"] == "records/" + options.get("kind", "drug")
            assert line["identifier"] == options.get("identifier", line["identifier"])
            assert line["prescriptions"] == bool(options.get("prescriptions"))
        center.tell("end-consents yamada")
        assert fetch(center, driver)[2]["code"] == "SHK040001"

        center.tell("records consents=off")
        sizes = set()
        for encoding in ("UTF-8", "Shift_JIS"):
            center.tell(f"records encoding={encoding}")
            sizes.add(fetch(center, driver, treatments=1)[1]["size"])
        assert len(sizes) == 2
        check_refusals(center, driver)
        assert driver.state() == ("online", ["ok"] * 5, 2)  # a refusal is no failure of the line


def check_refusals(center, driver):
    for errors in ("xml", "json"):
        center.tell(f"records errors={errors} span=36")
        for span, code, outcome in ((f"from={months_ago(40)} to={months_ago(2)}", "SHK040003", "span-refused"),
                                    ("from=202001 to=202010", "SHK040005", "too-old"),
                                    ("from=209901 to=209901", "SHK040004", "not-yet")):  # fmt: skip
            for form in ("xml", "pdf"):
                first, values, line = fetch(center, driver, span=span, format=form)
                assert line["code"] == code
                assert (first, values.get("format"), values.get("code")) == (
                    ("ok", "xml", None) if errors == "xml" else (outcome, None, code)), (first, values)  # fmt: skip
        center.tell("records prescriptions=off")
        first, values, line = fetch(center, driver, prescriptions=1)
        assert line["code"] == "SCKO1000E"
        assert first == ("ok" if errors == "xml" else "not-configured")
        assert fetch(center, driver)[2]["outcome"] == "data"
        center.tell("records prescriptions=on")
        center.tell("change yamada InsuredCardClassification 07")
        assert fetch(center, driver)[0] == ("ok" if errors == "xml" else "not-covered")
        center.tell("change yamada InsuredCardClassification 01")
        assert fetch(center, driver, "kato")[2]["outcome"] == "none"
        assert fetch(center, driver, "kato", format="pdf")[0] == ("ok" if errors == "xml" else "none")


def test_bad_answers():
    """What is not used: of another request, too large, no document. Not judged here: what stands in it."""
    faults = {"other-person": "ok", "malformed": "ok", "records-error SHK040001": "ok", "other-request": "MessageInvalid",
              "type text/html": "MessageInvalid", "type application/json": "MessageInvalid", "garbage": "MessageInvalid",
              f"huge {SIZE_MAXIMUM + 1}": "MessageInvalid", "redirect": "MessageInvalid", "status 404": "MessageInvalid",
              "status 503": "ok", "status 500": "CenterUnreachable", "error-code SHK090001": "CenterBusy",
              "error-code SHK090003": "MessageInvalid", "error-code SHK030001": "refused", "processing": "ok",
              "huge 20000000": "ok"}  # fmt: skip
    with make_pair() as (center, driver):
        center.tell("records consents=off")
        for form in ("xml", "pdf"):
            for fault, result in faults.items():
                center.tell(f"fault {fault} path=records/drug")
                assert read(driver.ask(make_fetch(format=form)))[0] == result, (fault, form)
        assert fetch(center, driver)[0] == "ok"
        center.tell("expire-tokens")
        assert fetch(center, driver)[0] == "ok"
        assert driver.state()[0] == "degraded"  # it answers, but too many calls have failed


def test_cut():
    """Wherever it is cut, what comes is whole, by another try under the same name; or there is nothing."""
    with make_pair() as (center, driver):
        center.tell("records consents=off")
        _, values, _ = fetch(center, driver)
        size = int(values["size"])
        for cut in (0, 1, 2, 100, 16384, 16385, size // 2, size - 2, size - 1):
            center.tell(f"fault cut {cut} path=records/drug")
            center.tell("clear-journal")
            identifier = f"cut-{cut:028}"  # as long as the first: it stands in the document
            assert fetch(center, driver, identifier=identifier)[0] == "ok", cut
            names = [line["identifier"] for line in center.tell("journal")["journal"]]
            assert names == [identifier] * 2, (cut, names)
        center.tell("clear-log")
        center.tell(f"fault cut {size - 1} path=records/drug always")
        assert driver.ask(make_fetch()) == "CenterUnreachable"
        assert count(center, "records/drug") == 5
        center.tell("clear-faults")
        assert fetch(center, driver)[0] == "ok"


def test_slow():
    """As long as it goes on to come it may take longer than a call; when it stops, or nobody wants it, it ends."""
    with make_pair() as (center, driver):
        center.tell("records consents=off")
        assert fetch(center, driver)[0] == "ok"
        for stops in (False, True):
            center.tell("clear-log")
            center.tell("fault halves path=records/drug")
            command = driver.start(make_fetch())
            wait_for_requests(center, "records/drug")
            wait_for_half(center, driver)
            driver.let_pass(TIMEOUT)
            if stops:
                driver.let_pass(TIMEOUT)
            else:
                center.tell("release")
            assert driver.wait(command).split()[0] == ("CenterUnreachable" if stops else "ok"), stops
            center.tell("release")
        center.tell("clear-log")
        center.tell("fault halves path=records/drug")
        command = driver.start(make_fetch())
        wait_for_requests(center, "records/drug")
        driver.ask(f"cancel {command}")
        assert driver.wait(command) == "Cancelled"
        center.tell("fault silent path=records/drug")
        command = driver.start(make_fetch())
        wait_for_requests(center, "records/drug", 2)
        driver.ask("free")
        assert driver.wait(command) == "Cancelled"


def wait_for_half(center, driver):
    """The half was sent, and the driver has had turns enough to read what is there."""
    wait_for(lambda: center.log("records/drug")[-1]["response_bytes"] > 0)
    for _ in range(50):
        driver.ask("state")


def test_memory():
    """A document costs what it is, and nothing beside that."""
    with Center() as center, Driver(center.url) as driver:
        center.tell("records consents=off")
        for size in (100000, 3000000):
            center.tell(f"fault huge {size} path=records/drug")
            assert driver.ask(make_fetch(unread=1)).startswith("ok")
        driver.ask("memory")
        driver.ask("state")
        before = int(driver.ask("memory"))
        for size in (3000000, 20000000, 30000000):
            center.tell(f"fault huge {size} path=records/drug")
            first, values = read(driver.ask(make_fetch(unread=1)))
            assert first == "ok" and int(values["size"]) >= size
            used = int(driver.ask("memory"))
            assert used - before < MEMORY, f"{size} bytes cost {used - before} kB"


def test_consents():
    """Registered again with what was kept, nothing is taken down twice; withdrawn, nothing is left."""
    with make_pair() as (center, driver):
        key = get_key(driver.check())
        result = driver.ask(f"register {key} identifier=consent-1 drug=1")
        assert driver.ask(f"register-again {key} identifier=consent-1 drug=1") == result
        assert driver.ask(f"register-again {key} identifier=consent-1 drug=0") == "MessageInvalid"  # not the same
        lines = [(line["identifier"], line["repeated"], line["kinds"]) for line in center.tell("journal")["journal"]]
        assert lines == [("consent-1", False, ["PharmacistsInfo"]), ("consent-1", True, [])], lines
        assert fetch(center, driver)[0] == "ok"

        assert driver.ask(f"withdraw {make_numbers()} treatment=1") == "CenterRefused"  # there is no such thing
        assert driver.ask(f"withdraw {make_numbers('sato')} treatment=2") == "NotFound"
        assert driver.ask(f"withdraw {make_numbers()} treatment=2 identifier=withdrawal-1") == "ok drug=0"
        assert driver.ask(f"withdraw {make_numbers()} treatment=2 identifier=withdrawal-1") == "ok drug=0"
        assert driver.ask(f"withdraw {make_numbers()} treatment=3") == "NotFound"
        assert fetch(center, driver)[2]["code"] == "SHK040002"

        before = count(center, "consent/withdraw")
        center.tell("fault cut 10 path=consent/withdraw")  # it is not known what became of it: nobody repeats it by himself
        assert driver.ask(f"withdraw {make_numbers()} treatment=2") == "CenterUnreachable"
        assert count(center, "consent/withdraw") == before + 1


if __name__ == "__main__":
    globals()["test_" + sys.argv[1]]()
