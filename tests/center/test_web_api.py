# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon's center floor against the simulated center: each fault its named error, nothing sent that may not be."""

import os
import pathlib
import sys
import tempfile

from driver import (
    TIMEOUT, WRAPPER, Driver, connections, count, drop_connections, get_key, make_pair, make_search, wait_for,
    wait_for_requests)  # fmt: skip
from simulated import DEADLINE, KEYS, Center

# -- what works


def test_search():
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok"), driver.results
        assert "validity=2" in driver.search("sato")
        assert [line["path"] for line in center.log()] == ["auth", "search", "search"]
        assert driver.state() == ("online", ["ok"] * 5, 2)  # online, and when the credential expires


def test_every_card():
    expected = {"yamada": "ok", "sato": "ok", "nakamura": "ok", "sasaki": "ok", "ito": "CertificateExpired",
                "watanabe": "CertificateRevoked", "kobayashi": "CertificateUntrusted",
                "yamamoto": "NotRegistered"}  # fmt: skip
    with make_pair() as (center, driver):
        for person, result in expected.items():
            assert driver.check(person).split()[0] == result, person
            assert driver.state()[0] == "online", person
        assert connections(center) == 1


def test_keep_alive():
    with make_pair() as (center, driver):
        for _ in range(20):
            assert driver.search().startswith("ok")
        assert (connections(center), count(center, "auth"), count(center, "search")) == (1, 1, 20)
        assert len({line["ArbitraryFileIdentifier"] for line in center.log("search")}) == 20


def test_connections_limited():
    with make_pair() as (center, driver):
        center.tell("fault hold path=search always")
        numbers = [driver.start(make_search("yamada")) for _ in range(30)]
        wait_for_requests(center, "search", 8)
        center.tell("release")
        for number in numbers:
            assert driver.wait(number).startswith("ok")
        assert connections(center) <= 8
        assert count(center, "auth") == 1


def test_prepare():
    with make_pair() as (center, driver):
        driver.ask("prepare")
        wait_for_requests(center, "auth")
        assert driver.check().startswith("ok")
        assert (connections(center), count(center, "auth")) == (1, 1)

        drop_connections(center)
        driver.ask("prepare")
        wait_for(lambda: connections(center) == 2 and center.tell("stats")["open"] == 1)
        driver.ask("prepare")  # one is idle: nothing to do
        assert driver.check().startswith("ok")
        assert (connections(center), count(center)) == (2, 5)
        assert center.log()[3]["request_on_connection"] == 1


def test_prepared_connection_taken_over():
    """A request takes the connection that is being prepared, wherever its handshake is: the certificate goes with it."""
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        for number in range(1, 101):
            drop_connections(center)
            center.tell("fault hold path=tls")
            driver.ask("prepare")
            assert center.send(f"wait tls {number} {DEADLINE}")["ok"]
            if number % 2:  # it has not asked for the certificate
                command = driver.start("challenge")
                driver.ask("state")
            else:  # it has, and has no answer yet
                command = driver.start("take-over")
                assert driver.wait(command) == "ready"
            center.tell("release")
            assert driver.wait(command).startswith("ok"), number
        for number in range(400 if os.environ.get("SHIKAKU_LONG") else 40):  # and as it happens
            drop_connections(center)
            driver.ask("prepare")
            assert driver.ask("challenge").startswith("ok"), number


def test_kept_connection_cut():
    """A query whose kept connection breaks is asked again on a new one, which is shown the certificate too."""
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        for _ in range(3):
            before = count(center, "search")
            center.tell("fault silent path=search")
            number = driver.start(make_search("yamada"))
            wait_for_requests(center, "search", before + 1)
            center.tell("fault refuse-connection")  # drops what is open
            center.tell("clear-faults")
            assert driver.wait(number).startswith("ok")


def test_register():
    with make_pair() as (center, driver):
        key = get_key(driver.check())
        result = driver.ask(f"register {key} drug=1 diagnosis=0")
        assert "drug=1" in result, result
        assert center.log("consent/register")[0]["registered"] == ["PharmacistsInfo"]
        assert driver.ask("register nonsense drug=1") == "CenterRefused"
        assert driver.search().startswith("ok")


def test_idle_connection_lost():
    with make_pair() as (center, driver):
        for _ in range(3):
            assert driver.search().startswith("ok")
            drop_connections(center)
        assert driver.search().startswith("ok")
        assert count(center, "search") == 4


def test_loaded_late():
    with make_pair() as (_, driver):
        driver.ask("state")
        maps = pathlib.Path(f"/proc/{driver.process.pid}/maps")
        assert WRAPPER or "giognutls" not in maps.read_text()
        assert driver.search().startswith("ok")
        assert WRAPPER or "giognutls" in maps.read_text()
        assert WRAPPER or "dconf" not in maps.read_text() and "proxy" not in maps.read_text()


# -- the token


def test_token_renewed():
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        center.tell("expire-tokens")
        for number in [driver.start(make_search("yamada")) for _ in range(5)]:
            assert driver.wait(number).startswith("ok")
        assert count(center, "auth") == 2

        center.tell("clear-log")
        center.tell("fault status 401 path=search always")
        assert driver.search() == "CenterRefused"
        assert (count(center, "search"), count(center, "auth")) == (2, 1)


def test_account_refused():
    with tempfile.NamedTemporaryFile(mode="w") as file:
        file.write("nobody\nnothing\n")
        file.flush()
        with make_pair(account=file.name) as (center, driver):
            assert [driver.search() for _ in range(3)] == ["CenterRefused"] * 3
            driver.ask("prepare")
            driver.ask("examine")
            assert count(center, "auth") == 1
            assert driver.state()[:2] == ("degraded", ["ok", "ok", "ok", "ok", "degraded:CenterRefused"])


# -- the credential


def test_credential_files():
    missing = {name: "/nonexistent" for name in ("authority", "certificate", "key", "account")}
    cases = [({name: path}, "CredentialMissing") for name, path in missing.items()]
    cases += [({"key": KEYS / "yamada.key.pem"}, "CredentialMissing"), ({"account": os.devnull}, "CredentialMissing")]
    cases += [({"certificate": KEYS / "institution-expired.cert.pem"}, "CredentialExpired")]
    for files, result in cases:
        with make_pair(**files) as (center, driver):
            assert driver.search() == result, files
            driver.ask("examine")
            assert driver.state()[:2] == ("offline", ["failed:" + result, "unknown", "unknown", "unknown", "unknown"])
            unread = result == "CredentialMissing" and "account" not in files
            assert (driver.ask("state").split()[-1] == "expires=0") == unread
            assert connections(center) == 0


def test_not_configured():
    with Center() as center:
        for key, url, files in (("URL", "", {}), ("InstitutionCode", center.url, {"institution": ""})):
            with Driver(url, **files) as driver:
                driver.ask("prepare")
                assert driver.search() == driver.ask("challenge") == "CredentialMissing", key
                driver.ask("examine")
                assert driver.state()[:2] == ("offline", ["failed:CredentialMissing", *["unknown"] * 4])
                texts = driver.read_complaints()
                assert texts.count(f"center: not set in [Center] of shikakud.conf: {key}") == 1, texts  # the log tells it once
        assert connections(center) == 0


def test_certificate_refused():
    files = {"certificate": KEYS / "foreign-institution.cert.pem", "key": KEYS / "foreign-institution.key.pem"}
    with make_pair(**files) as (center, driver):
        assert driver.search() == "CenterRefused"  # by the center's alert
        assert "the client certificate" in driver.read_complaints()
        assert "account" not in driver.read_complaints()
        assert driver.state()[0] == "degraded"
        assert count(center) == 0


def test_center_untrusted():
    with make_pair() as (center, driver):
        center.tell("fault foreign-certificate")
        assert driver.search() == "CenterUntrusted"
        assert connections(center) == 1  # never repeated
        assert driver.state()[:2] == ("offline", ["ok", "ok", "ok", "failed:CenterUntrusted", "unknown"])
        center.tell("clear-faults")
        assert driver.search().startswith("ok")
        assert driver.state()[0] == "online"


def test_weak_center():
    """What is not TLS 1.2 or 1.3, of medium strength, with a server's certificate, gets nothing of us."""
    faults = {"old-tls 10": "CenterUnreachable", "old-tls 11": "CenterUnreachable", "weak-certificate": "CenterUntrusted",
              "client-certificate": "CenterUntrusted"}  # fmt: skip
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        for fault, result in faults.items():
            center.tell("clear-log")
            center.tell(f"fault {fault}")
            assert driver.search() == driver.ask("register key drug=1") == result, fault
            driver.ask("prepare")
            assert driver.search() == result, fault
            assert (count(center), driver.state()[1][:3]) == (0, ["ok", "ok", "ok"]), fault
            assert driver.state()[1][3:] == [f"failed:{result}", "unknown"], fault
            center.tell("clear-faults")
            assert driver.search().startswith("ok"), fault


def test_tls_of_environment():
    """Who starts the daemon cannot make it weaker."""
    os.environ["G_TLS_GNUTLS_PRIORITY"] = "LEGACY:+VERS-TLS1.1:+VERS-TLS1.0"
    test_weak_center()


def test_wrong_host():
    with Center() as center, Driver(center.url.replace("localhost", "wrong.localhost")) as driver:
        assert driver.search() == "CenterUntrusted"
        assert count(center) == 0


# -- a line that fails


def test_down():
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        center.tell("fault refuse-connection")
        assert driver.search() == "CenterUnreachable"
        assert driver.state()[:2] == ("offline", ["ok", "failed:CenterUnreachable", "ok", "unknown", "unknown"])
        assert driver.ask("register key drug=1") == "CenterUnreachable"
        center.tell("clear-faults")
        assert driver.search().startswith("ok")
        assert driver.state()[:2] == ("online", ["ok"] * 5)


def test_down_from_the_start():
    with Driver("https://localhost:9/oqs-api") as driver:
        assert driver.search() == "CenterUnreachable"
        assert driver.state()[:2] == ("offline", ["ok", "failed:CenterUnreachable", "ok", "unknown", "unknown"])


def test_slow():
    with make_pair() as (center, driver):
        for path in ("auth", "search"):
            center.tell(f"fault hold path={path}")
        number = driver.start(make_search("yamada"))
        for path in ("auth", "search"):
            wait_for_requests(center, path)
            driver.let_pass(TIMEOUT // 2 - 5)
            center.tell("release")
            if path == "auth":
                center.tell("fault hold path=search")
        assert driver.wait(number).startswith("ok")


def check_deadline(center, driver, path):
    """A search that is not answered ends when its time is over, and not before."""
    before = center.tell("stats")
    number = driver.start(make_search("yamada"))
    if path == "tls":
        wait_for(lambda: center.tell("stats")["connections"] > before["connections"])
    else:
        wait_for_requests(center, path, before["requests"].get(path, 0) + 1)
    driver.let_pass(TIMEOUT // 2)
    assert number not in driver.results
    driver.let_pass(TIMEOUT // 2 + 1)
    assert driver.wait(number) == "CenterUnreachable"


def test_silent():
    with make_pair() as (center, driver):
        center.tell("fault silent path=auth")
        check_deadline(center, driver, "auth")
        assert driver.state()[:2] == ("offline", ["ok", "ok", "ok", "ok", "failed:CenterUnreachable"])
        assert driver.search().startswith("ok")
        center.tell("fault silent path=search")
        check_deadline(center, driver, "search")
        assert driver.search().startswith("ok")


def test_silent_handshake():
    with make_pair() as (center, driver):
        center.tell("fault silent path=tls always")
        check_deadline(center, driver, "tls")
        assert driver.state()[:2] == ("offline", ["ok", "ok", "ok", "failed:CenterUnreachable", "unknown"])


def test_trickle():
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        center.tell("fault trickle path=search")
        check_deadline(center, driver, "search")
        assert driver.search().startswith("ok")


def test_cut():
    with make_pair() as (center, driver):
        for size in (0, 1, 700):
            center.tell(f"fault cut {size} path=search")
            assert driver.search().startswith("ok")
        assert count(center, "search") == 6
        center.tell("clear-log")
        center.tell("fault cut 100 path=search always")
        assert driver.search() == "CenterUnreachable"
        assert count(center, "search") == 5
        assert len({line["ArbitraryFileIdentifier"] for line in center.log("search")}) == 1


def test_cut_anywhere():
    """A cut says nothing of certificate or account, wherever it comes: at the first login, after it, at the next."""
    with make_pair() as (center, driver):
        for fault in ("path=auth", "", "path=auth"):
            drop_connections(center)
            center.tell(f"fault drop {fault} always")
            assert driver.search() == driver.ask("register key drug=1") == "CenterUnreachable"
            assert driver.state()[1][3:] == ["ok", "failed:CenterUnreachable"]
            center.tell("clear-faults")
            assert driver.search().startswith("ok")
            if not fault:
                center.tell("expire-tokens")
        texts = driver.read_complaints()
        assert "refused" not in texts, texts


def test_status_of_login():
    """Only 401 speaks of the account, and 403 of the institution; whatever else is wrong is asked again."""
    for status, result in {400: "MessageInvalid", 404: "MessageInvalid", 405: "MessageInvalid", 408: "CenterUnreachable",
                           401: "CenterRefused", 403: "CenterRefused"}.items():  # fmt: skip
        with make_pair() as (center, driver):
            center.tell(f"fault status {status} path=auth")
            assert driver.search() == result
            refused = "refused the institution's account" in driver.read_complaints()
            assert refused == (status == 401), status
            assert driver.search().startswith("ok") != (status in (401, 403)), status
            if status == 403:
                driver.let_pass(3600)
                assert driver.search().startswith("ok")  # the password is as good as it was
            if refused:
                driver.let_pass(3600)
                assert driver.search() == "CenterRefused"  # nobody has changed the password: it is not sent again
                assert count(center, "auth") == 1
                driver.configure()  # unless somebody wants it
                assert driver.search().startswith("ok")


def test_card_check_repeated():
    with make_pair() as (center, driver):
        center.tell("fault cut 100 path=card/check")
        assert driver.check().startswith("ok")
        assert [line["repeated"] for line in center.log("card/check")] == [False, True]


def test_register_not_repeated():
    with make_pair() as (center, driver):
        key = get_key(driver.check())
        faults = {"cut 10": "CenterUnreachable", "status 503": "CenterBusy", "garbage": "MessageInvalid"}
        for fault, result in faults.items():
            center.tell("clear-log")
            center.tell(f"fault {fault} path=consent/register")
            assert driver.ask(f"register {key} drug=1") == result
            assert count(center, "consent/register") == 1, fault

        center.tell("clear-log")
        center.tell("expire-tokens")
        assert "drug=1" in driver.ask(f"register {key} drug=1")
        assert [line["status"] for line in center.log("consent/register")] == [401, 200]


def test_register_on_kept_connection():
    """It takes the connection that there is; and when that breaks before an answer, libsoup does not send it again."""
    with make_pair() as (center, driver):
        key = get_key(driver.check())
        assert "drug=1" in driver.ask(f"register {key} drug=1")
        assert connections(center) == 1

        center.tell("clear-log")
        center.tell("fault silent path=consent/register")
        number = driver.start(f"register {key} drug=1")
        wait_for_requests(center, "consent/register")
        center.tell("fault refuse-connection")  # drops what is open
        center.tell("clear-faults")
        assert driver.wait(number) == "CenterUnreachable"
        assert driver.search().startswith("ok")
        assert count(center, "consent/register") == 1


# -- answers that are none


def test_bad_answers():
    with make_pair() as (center, driver):
        for fault in ("garbage", "huge 5242880", "redirect", "status 204", "status 302"):
            center.tell(f"fault {fault} path=search")
            before = count(center)
            assert driver.search() == "MessageInvalid", fault
            assert driver.state()[:2] == ("degraded", ["ok", "ok", "ok", "ok", "degraded:MessageInvalid"]), fault
            assert count(center) - before <= 2, fault  # the search, and a login at the first time
            assert driver.search().startswith("ok"), fault
        for fault in ("garbage", "huge 5242880", "huge 1000"):
            center.tell(f"fault {fault} path=auth")
            center.tell("expire-tokens")
            assert driver.search() == "MessageInvalid", fault


def test_endless_answers():
    """Whatever the center sends, as fast as it can: the main loop goes on, and the call ends by itself."""
    faults = {"continue 100": "MessageInvalid", "continue 103": "MessageInvalid", "endless-head": "CenterUnreachable",
              "endless-trailer": "ok", "crumbs 1000000": "MessageInvalid"}  # fmt: skip
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        for fault, result in faults.items():
            center.tell("clear-log")
            center.tell(f"fault {fault} path=search always")
            command = driver.start(make_search("yamada"))
            wait_for_requests(center, "search")
            driver.ask("state")
            assert driver.wait(command).split()[0] == result, fault
            center.tell("clear-faults")
            assert driver.search().startswith("ok"), fault


def test_answer_to_another():
    with make_pair() as (center, driver):
        center.tell("fault huge 1000 path=search")  # well-formed, but with no identifier
        assert driver.search() == "MessageInvalid"
        elements = {"MedicalInstitutionCode": "1399999999", "QualificationConfirmationDate": "20200101",
                    "ReferenceClassification": "3", "ArbitraryFileIdentifier": "another"}  # fmt: skip
        for name, text in {**elements, "Birthdate": "19000101", "InsuredIdentificationNumber": "9", "InsurerNumber": "9",
                           "InsuredCardSymbol": "9", "InsuredBranchNumber": "9"}.items():  # fmt: skip
            center.tell(f"fault element {name}={text} path=search")
            assert driver.search() == "MessageInvalid", name
            assert f"its {name} is not what was asked" in driver.read_complaints(), name
            assert len(text) < 8 or text not in driver.read_complaints(), name
        for name, text in elements.items():
            center.tell(f"fault element {name}={text} path=card/check")
            assert driver.check() == "MessageInvalid", name
        center.tell("fault element MedicalInstitutionCode=1399999999 path=card/challenge")
        assert driver.check() == "MessageInvalid"
        assert driver.check().startswith("ok")


def test_busy():
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        center.tell("clear-log")
        center.tell("fault status 503 path=search retry-after=30")
        number = driver.start(make_search("yamada"))
        wait_for(lambda: any(line["status"] == 503 for line in center.log("search")))
        driver.let_pass(20)
        assert count(center, "search") == 1
        driver.let_pass(11)
        assert driver.wait(number).startswith("ok")

        center.tell("clear-log")
        center.tell("fault status 503 path=search retry-after=100 always")
        assert driver.search() == "CenterBusy retry-after=100"  # longer than a call may last: at once
        assert count(center, "search") == 1
        assert driver.state()[0] == "degraded"

        center.tell("clear-faults")
        center.tell("clear-log")
        center.tell("fault status 429 path=search always")
        assert driver.search() == "CenterBusy"
        assert count(center, "search") == 5

        center.tell("clear-faults")
        center.tell("expire-tokens")
        center.tell("fault status 503 path=auth retry-after=100 always")
        assert driver.search() == "CenterBusy retry-after=100"


def test_statuses():
    expected = {400: "MessageInvalid", 403: "CenterRefused", 404: "MessageInvalid", 500: "CenterUnreachable",
                502: "CenterUnreachable", 504: "CenterUnreachable"}  # fmt: skip
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        for status, result in expected.items():
            center.tell("clear-log")
            center.tell(f"fault status {status} path=search")
            assert driver.search() == result, status
            assert count(center, "search") == 1, status
            assert driver.state()[0] == ("degraded" if status < 500 else "offline")


def test_error_codes():
    expected = {"SHK010001": "CertificateExpired", "SHK010002": "CertificateRevoked",
                "SHK010003": "CertificateUntrusted",
                "SHK010004": "CenterRefused", "SHK010005": "CenterRefused", "SHK020001": "NotRegistered",
                "SHK020002": "CenterRefused", "SHK090001": "CenterBusy", "SHK090002": "CenterRefused",
                "SHK090003": "MessageInvalid", "XYZ": "CenterRefused"}  # fmt: skip
    with make_pair() as (center, driver):
        for code, result in expected.items():
            center.tell(f"fault error-code {code} path=search")
            assert driver.search() == result, code


def test_processing():
    """What the center still works on is asked again, by the same message, and given up after a while."""
    with make_pair() as (center, driver):
        center.tell("fault processing path=search count=3")
        assert driver.search().startswith("ok")
        assert count(center, "search") == 4
        identifiers = {record["ArbitraryFileIdentifier"] for record in center.log() if record["path"] == "search"}
        assert len(identifiers) == 1
        center.tell("clear-log")
        center.tell("fault processing path=search always")
        number = driver.start(make_search("yamada"))
        wait_for_requests(center, "search", 2)
        driver.ask(f"cancel {number}")
        assert driver.wait(number) == "Cancelled"


# -- giving up


def test_cancel():
    with make_pair() as (center, driver):
        center.tell("fault silent path=auth")
        number = driver.start(make_search("yamada"))  # waits for the login
        wait_for_requests(center, "auth")
        driver.ask(f"cancel {number}")
        assert driver.wait(number) == "Cancelled"
        center.tell("clear-log")

    with make_pair() as (center, driver):
        center.tell("fault silent path=search")
        number = driver.start(make_search("yamada"))
        wait_for_requests(center, "search")
        driver.ask(f"cancel {number}")
        assert driver.wait(number) == "Cancelled"

        center.tell("fault status 503 path=search retry-after=50")
        number = driver.start(make_search("yamada"))  # pauses
        wait_for_requests(center, "search", 2)
        driver.ask(f"cancel {number}")
        assert driver.wait(number) == "Cancelled"
        assert driver.search().startswith("ok")


def test_free_in_flight():
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        center.tell("fault silent path=search always")
        numbers = [driver.start(make_search("yamada")) for _ in range(4)]
        wait_for_requests(center, "search", 5)
        driver.ask("free")
        assert [driver.wait(number) for number in numbers] == ["Cancelled"] * 4

    with make_pair() as (center, driver):
        center.tell("fault silent path=auth")
        numbers = [driver.start(make_search("yamada")) for _ in range(4)]
        wait_for_requests(center, "auth")
        driver.ask("prepare")
        driver.ask("free")
        assert [driver.wait(number) for number in numbers] == ["Cancelled"] * 4


def test_free_unused():
    with make_pair() as (center, driver):
        driver.ask("free")
        assert connections(center) == 0


# -- Diagnose


def test_examine():
    with make_pair() as (center, driver):
        assert driver.state()[:2] == ("unknown", ["unknown"] * 5)
        driver.ask("examine")
        assert [line["path"] for line in center.log()] == ["auth"]
        assert driver.state()[:2] == ("online", ["ok"] * 5)
        driver.ask("examine")
        assert [line["path"] for line in center.log()] == ["auth", "card/challenge"]

        center.tell("fault silent path=card/challenge")
        number = driver.start("examine")
        wait_for_requests(center, "card/challenge", 2)
        driver.let_pass(TIMEOUT + 1)
        driver.wait(number)
        assert driver.state()[:2] == ("offline", ["ok", "ok", "ok", "ok", "failed:CenterUnreachable"])
        center.tell("clear-log")
        center.tell("fault status 503 always")
        driver.ask("examine")
        assert count(center) == 1
        assert driver.state()[:2] == ("degraded", ["ok", "ok", "ok", "ok", "degraded:CenterBusy"])
        changes = driver.state()[2]
        driver.ask("examine")
        assert driver.state()[2] == changes  # told once
        center.tell("fault refuse-connection")
        wait_for(lambda: center.tell("stats")["open"] == 0)
        driver.ask("examine")
        assert driver.state()[:2] == ("offline", ["ok", "failed:CenterUnreachable", "ok", "unknown", "unknown"])


if __name__ == "__main__":
    globals()["test_" + sys.argv[1]]()
