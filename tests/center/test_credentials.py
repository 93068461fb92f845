# SPDX-License-Identifier: LGPL-2.1-or-later
"""Credentials in tokens, renewed ones beside those in use, and files that others can read."""

import contextlib
import os
import pathlib
import shutil
import sys
import tempfile

from driver import TIMEOUT, connections, count, drop_connections, get_key, make_pair, make_search, wait_for
from driver import wait_for_requests
from simulated import INSTITUTION, KEYS

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "rig"))
from softhsm import CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED, MODULES, SoftHSM  # noqa: E402

OPENSC = (MODULES / "opensc-pkcs11.module").exists()
OTHER = "1399999999"  # of other-institution
EC, RSA = "institution", "institution-renewed"  # names of make-keys, and of the objects in the token
SAME = "are as before"
RENEWED = "The new settings of the center have worked"
WAITING = "The new settings of the center cannot be tried yet, and those before stay in use"
REFUSED = "The new settings of the center do not work, and those before stay in use"


def make_files(name):
    return {"certificate": KEYS / f"{name}.cert.pem", "key": KEYS / f"{name}.key.pem"}


@contextlib.contextmanager
def make_token(name=EC):
    with tempfile.TemporaryDirectory(prefix="token-") as folder:
        token = SoftHSM(folder)
        token.add(name, *reversed(make_files(name).values()))
        yield token


@contextlib.contextmanager
def make_token_pair(timeout=TIMEOUT, name=EC, **files):
    """A token, the center, and a driver whose key is in the token."""
    with make_token(name) as token:
        files = {**make_files(name), "key": token.uri(name), "token_pin": token.pin_file, **files}
        with make_pair(timeout, token, **files) as (center, driver):
            yield token, center, driver


def get_expiry(driver):
    return int(driver.ask("state").split("expires=")[1])


def get_certificates(center):
    """Of the clients of each request."""
    return [line["client_certificate"] for line in center.log()]


# -- tokens


def check_works(token, center, driver):
    assert driver.search().startswith("ok"), driver.read_complaints()
    assert driver.state()[:2] == ("online", ["ok"] * 5)
    for _ in range(3):
        drop_connections(center)
        assert driver.search().startswith("ok")
    assert connections(center) == 4
    assert token.logins() == "+"  # once, however many connections
    maps = pathlib.Path(f"/proc/{driver.process.pid}/maps").read_text()
    assert "shikaku-test" in maps and "opensc" not in maps  # which would take hold of the patients' cards


def test_token_key():
    for name in (EC, RSA):
        with make_token_pair(name=name) as (token, center, driver):
            check_works(token, center, driver)


def test_token_both():
    for name in (EC, RSA):
        with make_token(name) as token, make_pair(TIMEOUT, token, certificate=token.uri(name),
                                                  key=token.uri(name, f"?pin-source=file:{token.pin_file}")) as pair:
            check_works(token, *pair)


def test_token_pin_wrong():
    with make_token_pair() as (token, center, driver):
        token.pin_file.write_text("000000\n")
        assert [driver.search() for _ in range(3)] == ["CredentialMissing"] * 3
        driver.ask("prepare")
        driver.ask("examine")
        assert token.logins() == "-"  # once, however many ask
        assert driver.state()[:2] == ("offline", ["failed:CredentialMissing", "unknown", "unknown", "unknown", "unknown"])
        texts = driver.read_complaints()
        assert "refused the PIN" in texts and "reload shikakud" in texts and "000000" not in texts, texts

        driver.configure()
        wait_for(lambda: token.logins() == "--")
        assert driver.search() == "CredentialMissing"
        assert token.logins() == "--"  # a reload is one more try

        token.pin_file.write_text("471147\n")
        driver.configure()
        assert driver.search().startswith("ok")
        assert token.logins() == "--+"
        assert count(center, "auth") == 1


def test_token_tries():
    with make_token_pair() as (token, _, driver):
        for flags, text in ((CKF_USER_PIN_FINAL_TRY, "one PIN try left"), (CKF_USER_PIN_LOCKED, "locked its PIN")):
            token.set_flags(flags)
            assert driver.search() == "CredentialMissing"
            assert text in driver.read_complaints()
        assert token.logins() == ""
        token.set_flags(0)  # somebody has logged in with the token's own tool
        assert driver.search().startswith("ok")


def test_token_pin_missing():
    for pin, text in ((None, "name that by TokenPin"), ("/nonexistent", "No such file"), (os.devnull, "not a file with")):
        with make_token_pair(token_pin=pin or "") as (token, center, driver):
            assert driver.search() == "CredentialMissing"
            assert text in driver.read_complaints(), driver.read_complaints()
            assert (token.logins(), connections(center)) == ("", 0)


def test_token_objects_missing():
    with make_token() as token:
        for key, text in ((token.uri("nothing"), "the token has no such object"),
                          ("pkcs11:token=another;object=institution", "is not there"),
                          ("pkcs11:nonsense", "not a PKCS #11 URI"),
                          (token.uri(EC, "?pin-value=471147"), "holds a PIN"),
                          (token.uri(EC).replace("token", "library-manufacturer=OpenSC%20Project;token"),
                           "is not there" if OPENSC else "no PKCS #11 module")):  # fmt: skip
            with make_pair(TIMEOUT, token, key=key, token_pin=token.pin_file) as (center, driver):
                assert driver.search() == "CredentialMissing"
                assert text in driver.read_complaints(), driver.read_complaints()
                assert "471147" not in driver.read_complaints()
                assert connections(center) == 0
        with make_pair(TIMEOUT, token, certificate=token.uri(EC)) as (_, driver):
            assert driver.search() == "CredentialMissing"  # the key in a file
    with make_token_pair(certificate=KEYS / f"{RSA}.cert.pem") as (_, _, driver):
        assert driver.search() == "CredentialMissing"  # the key of another


def test_token_pulled():
    with make_token_pair() as (token, center, driver):
        assert driver.search().startswith("ok")
        token.pull()
        assert driver.search().startswith("ok")  # the connection that there is needs no key
        drop_connections(center)
        assert [driver.search() for _ in range(2)] == ["CredentialMissing"] * 2
        assert driver.state()[:2] == ("offline", ["failed:CredentialMissing", "unknown", "unknown", "unknown", "unknown"])
        token.put_back()
        assert driver.search().startswith("ok")
        assert token.logins() == "++"

        token.pull()
        token.put_back()  # nobody has noticed
        drop_connections(center)
        assert driver.search().startswith("ok")
        assert token.logins() == "+++"

        token.pin_file.write_text("000000\n")
        token.pull()
        token.put_back()
        drop_connections(center)
        assert [driver.search() for _ in range(3)] == ["CredentialMissing"] * 3
        assert token.logins() == "+++-"


def test_token_disabled():
    """A module that p11-kit's configuration keeps from this program is not loaded, even if its token is wanted."""
    with make_token() as token:
        description = token.modules / "shikaku-test.module"
        for line in ("enable-in:", "enable-in: firefox", "disable-in: firefox, web-api-driver"):
            text = description.read_text().splitlines()[0]
            token.write("modules/shikaku-test.module", f"{text}\n{line}\n")
            with make_pair(8, token, key=token.uri(EC), token_pin=token.pin_file) as (center, driver):
                assert driver.search() == "CredentialMissing", line
                assert "no PKCS #11 module" in driver.read_complaints(), driver.read_complaints()
                assert "shikaku-test" not in pathlib.Path(f"/proc/{driver.process.pid}/maps").read_text()
                assert (token.logins(), connections(center)) == ("", 0)


def test_files_kept():
    """What lies in the files' places by then changes nothing, whatever is connected or looked for again."""
    with tempfile.TemporaryDirectory() as folder:
        files = {name: pathlib.Path(folder) / name for name in ("authority", "certificate", "key")}
        for name, path in {**make_files(EC), "authority": KEYS / "center-ca.pem"}.items():
            shutil.copy(path, files[name])
        with make_pair(**files) as (center, driver):
            check_kept(center, driver, *files.values())
        for name, path in {**make_files(EC), "authority": KEYS / "center-ca.pem"}.items():
            shutil.copy(path, files[name])
        del files["key"]
        with make_token_pair(**files) as (token, center, driver):
            check_kept(center, driver, *files.values())
            token.pull()
            drop_connections(center)
            assert driver.search() == "CredentialMissing"
            token.put_back()
            assert driver.search().startswith("ok"), driver.read_complaints()


def check_kept(center, driver, *files):
    assert driver.search().startswith("ok"), driver.read_complaints()
    for path in files:
        path.write_text("nothing of use")
    drop_connections(center)
    assert driver.search().startswith("ok"), driver.read_complaints()
    for path in files:
        path.unlink()
    drop_connections(center)
    assert driver.search().startswith("ok"), driver.read_complaints()


def test_token_pulled_register():
    """What registers is sent once the key is there again, and once only."""
    with make_token_pair() as (token, center, driver):
        key = get_key(driver.check())
        token.pull()
        token.put_back()
        drop_connections(center)
        assert "drug=1" in driver.ask(f"register {key} drug=1")
        assert count(center, "consent/register") == 1


def test_token_hanging():
    with make_token_pair() as (token, center, driver):
        with token.hanging():
            number = driver.start(make_search("yamada"))
            assert driver.ask("state").startswith("unknown")  # the main thread does not wait
            driver.let_pass(TIMEOUT + 1)
            assert driver.wait(number) == "CredentialMissing"
            assert "did not answer" in driver.read_complaints()
        assert driver.search().startswith("ok")
        drop_connections(center)
        with token.hanging():  # in the middle of a handshake
            number = driver.start(make_search("yamada"))
            assert driver.ask("state").startswith("online")
            driver.let_pass(TIMEOUT + 1)
            assert driver.wait(number) == "CenterUnreachable"
        assert driver.search().startswith("ok")
        assert token.logins() == "+"


def test_token_unused():
    """Who has no token loads no module."""
    with make_token() as token, make_pair(TIMEOUT, token) as (_, driver):
        assert driver.search().startswith("ok")
        maps = pathlib.Path(f"/proc/{driver.process.pid}/maps").read_text()
        assert "softhsm" not in maps and "shikaku-test" not in maps


# -- renewal


def test_renewed():
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        before, certificates = get_expiry(driver), get_certificates(center)
        center.tell("clear-log")
        driver.configure(**make_files(RSA))
        wait_for(lambda: RENEWED in driver.read_complaints())
        assert get_expiry(driver) > before
        assert driver.state()[:2] == ("online", ["ok"] * 5)
        assert driver.search().startswith("ok")
        assert [line["path"] for line in center.log()] == ["auth", "card/challenge", "search"]  # beside the other
        assert not set(get_certificates(center)) & set(certificates)
        assert not any(line["resumed"] for line in center.log())


def test_renewed_in_place():
    """The same files with another content; and the same content again."""
    with tempfile.TemporaryDirectory() as folder:
        files = {name: pathlib.Path(folder) / name for name in ("certificate", "key")}
        for name, path in make_files(EC).items():
            shutil.copy(path, files[name])
        with make_pair(**files) as (center, driver):
            assert driver.search().startswith("ok")
            before = get_expiry(driver)
            for name, path in make_files(RSA).items():
                shutil.copy(path, files[name])
            assert driver.search().startswith("ok")
            assert get_expiry(driver) == before  # not before it is told
            driver.configure()
            wait_for(lambda: RENEWED in driver.read_complaints())
            assert get_expiry(driver) > before
            driver.configure()
            wait_for(lambda: SAME in driver.read_complaints())
            assert driver.read_complaints().count(RENEWED) == 1
            assert driver.search().startswith("ok")


def test_renewed_badly():
    bad = {
        "CredentialMissing": {"key": "/nonexistent"},
        "CredentialExpired": {"certificate": KEYS / "institution-expired.cert.pem"},
        "CenterRefused": make_files("foreign-institution"),
        "CenterUntrusted": {"authority": KEYS / "foreign-center-ca.pem"},
        "account": {"account": os.devnull}, "code": {"institution": ""},
        "institution": {"institution": "1399999999"},
    }  # fmt: skip
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        good = {"url": center.url, "authority": KEYS / "center-ca.pem", "account": KEYS / "account",
                "institution": "1312345678", **make_files(EC)}  # fmt: skip
        state, expiry = driver.state()[:2], get_expiry(driver)
        for number, (case, files) in enumerate(bad.items(), 1):
            driver.configure(**{**good, **files})
            wait_for(lambda number=number: count_texts(driver, REFUSED, WAITING) == number)
            assert driver.search().startswith("ok"), case
            assert (driver.state()[:2], get_expiry(driver)) == (state, expiry), case  # of what is in use
        assert count(center, "auth") == 2  # the last one's code was judged after its login
        assert driver.read_complaints().count("warning: center") == 0
        driver.configure(**good)
        wait_for(lambda: SAME in driver.read_complaints())


def test_refused_in_place():
    """A file that has been spoiled where it is: what was read from it before goes on, whatever is to be done anew."""
    with tempfile.TemporaryDirectory() as folder:
        account = pathlib.Path(shutil.copy(KEYS / "account", folder))
        with make_pair(account=account) as (center, driver):
            assert driver.search().startswith("ok")
            account.write_text("nobody\nnothing\n")
            driver.configure()
            wait_for(lambda: REFUSED in driver.read_complaints())
            for _ in range(2):
                center.tell("expire-tokens")
                assert driver.search().startswith("ok")
            shutil.copy(KEYS / "account", folder)
            driver.configure()
            wait_for(lambda: SAME in driver.read_complaints())


def test_refused_twice_at_once():
    """New settings that come while files are read for the first time, and both are wrong: nothing was in use before."""
    with make_pair(key=make_files(RSA)["key"], certificate=make_files(EC)["certificate"]) as (_center, driver):
        for number in [driver.start("prepare"), *(driver.start("configure") for _ in range(3))]:
            assert driver.wait(number) == "ok"
        assert driver.search() == "CredentialMissing"
        driver.configure()
        assert driver.search() == "CredentialMissing"
        assert count_texts(driver, REFUSED, WAITING) == 0
        driver.configure(**make_files(EC))
        assert driver.search().startswith("ok")


def test_renewed_after_trouble():
    """Trouble that is over, though nobody had to log in since, is none when new settings come: they are tried first."""
    with make_token_pair() as (token, center, driver):
        assert driver.search().startswith("ok")
        token.pull()
        drop_connections(center)
        assert driver.search() == "CredentialMissing"
        token.put_back()
        assert driver.search().startswith("ok")
        assert count(center, "auth") == 1
        driver.configure(**make_files("foreign-institution"))
        wait_for(lambda: count_texts(driver, REFUSED, WAITING) == 1)
        assert driver.search().startswith("ok")


def test_renewed_later():
    """A center that cannot be reached, or is busy, says nothing about new settings: they are tried again."""
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        driver.configure(url="https://localhost:9/oqs-api")
        wait_for(lambda: driver.read_complaints().count(WAITING) == 1)
        assert driver.search().startswith("ok")

        center.tell("fault status 503 path=auth always")
        driver.configure(url=center.url, **make_files(RSA))
        wait_for(lambda: driver.read_complaints().count(WAITING) == 2)
        assert len(set(get_certificates(center))) == 2  # the old one's calls, the new one's trial
        center.tell("clear-faults")
        assert driver.search().startswith("ok")
        wait_for(lambda: RENEWED in driver.read_complaints())
        assert REFUSED not in driver.read_complaints()


def test_renewed_during_calls():
    """Calls under way end as they began, with the new settings in use, and refused, and replaced."""
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        center.tell("fault hold path=search always")
        numbers = [driver.start(make_search("yamada")) for _ in range(4)]
        wait_for_requests(center, "search", 5)
        driver.configure(**make_files(RSA))
        wait_for(lambda: RENEWED in driver.read_complaints())
        driver.configure(key="/nonexistent")
        wait_for(lambda: REFUSED in driver.read_complaints())
        assert not any(number in driver.results for number in numbers)
        center.tell("release")
        assert all(driver.wait(number).startswith("ok") for number in numbers)
        assert driver.state()[:2] == ("online", ["ok"] * 5)

        center.tell("clear-faults")
        center.tell("fault silent path=auth")
        driver.configure(**make_files(EC))  # hangs, and is replaced
        wait_for_requests(center, "auth", 3)
        driver.configure(**make_files(RSA))
        wait_for(lambda: SAME in driver.read_complaints())
        assert driver.search().startswith("ok")


def test_renewed_between_challenge_and_check():
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        center.tell("fault hold path=card/challenge")
        number = driver.start(f"check {KEYS / 'yamada'}.key.pem {KEYS / 'yamada'}.cert.der")
        wait_for_requests(center, "card/challenge")
        driver.configure(**make_files(RSA))
        wait_for(lambda: RENEWED in driver.read_complaints())
        center.tell("release")
        assert driver.wait(number).startswith("ok")


def answer(driver, person="yamada"):
    return driver.ask(f"answer {KEYS / person}.key.pem {KEYS / person}.cert.der")


def count_texts(driver, *texts):
    return sum(driver.read_complaints().count(text) for text in texts)


def get_institutions(center, path):
    return [line["institution"] for line in center.log(path)]


def test_institution_changed_in_visit():
    """A visit ends with the institution and the client that its challenge, or its number, was asked with."""
    with make_pair() as (center, driver):
        assert driver.ask("challenge").startswith("ok")
        driver.configure(institution=OTHER, **make_files("other-institution"))
        wait_for(lambda: RENEWED in driver.read_complaints())
        assert driver.search().startswith("ok")
        result = answer(driver)  # the PIN was typed
        assert result.startswith("ok"), result
        assert "drug=1" in driver.ask(f"register {get_key(result)} drug=1")
        assert get_institutions(center, "search") == [OTHER]
        assert get_institutions(center, "card/check") == get_institutions(center, "consent/register") == [INSTITUTION]
        assert driver.check().startswith("ok")
        assert get_institutions(center, "card/check") == [INSTITUTION, OTHER]
        assert connections(center) == 2


def test_institution_unset_in_visit():
    """The settings in use were refused, so that others are taken without a trial, and those have no institution."""
    with tempfile.TemporaryDirectory() as folder:
        account = pathlib.Path(shutil.copy(KEYS / "account", folder))
        with make_pair(account=account) as (center, driver):
            assert driver.ask("challenge").startswith("ok")
            center.tell("expire-tokens")
            center.tell("fault status 401 path=auth")
            assert driver.search() == "CenterRefused"
            driver.configure(institution="")
            assert driver.search() == "CredentialMissing"
            assert answer(driver) == "CenterRefused"  # its own client's account is refused for some time
            account.write_text(account.read_text() + "\n")
            driver.let_pass(60)
            assert answer(driver) == "CenterRefused"  # and says the same as before
            driver.configure(institution=INSTITUTION)
            assert driver.check().startswith("ok")
            driver.ask("free")  # what a visit keeps outlives it


def test_renewed_free():
    """The end, with retired calls and a candidate under way."""
    with make_pair() as (center, driver):
        assert driver.search().startswith("ok")
        center.tell("fault silent path=search always")
        numbers = [driver.start(make_search("yamada")) for _ in range(2)]
        wait_for_requests(center, "search", 3)
        driver.configure(**make_files(RSA))
        wait_for(lambda: RENEWED in driver.read_complaints())
        center.tell("fault silent path=auth always")
        driver.configure(**make_files(EC))
        wait_for_requests(center, "auth", 3)
        driver.ask("free")
        assert [driver.wait(number) for number in numbers] == ["Cancelled"] * 2


def test_taken_while_nothing_works():
    """Settings that do not work are replaced without a trial."""
    with make_pair(key="/nonexistent") as (center, driver):
        assert driver.search() == "CredentialMissing"
        driver.configure(url="https://localhost:9/oqs-api")
        assert driver.search() == "CredentialMissing"
        driver.configure(url=center.url, **make_files(EC))
        assert driver.search().startswith("ok")
        assert RENEWED not in driver.read_complaints() and REFUSED not in driver.read_complaints()


def test_renewed_before_first():
    """Settings that nobody has tried yet may be good: they stay until others have worked."""
    with make_pair() as (center, driver):
        driver.configure(**make_files("foreign-institution"))
        wait_for(lambda: count_texts(driver, REFUSED, WAITING) == 1)
        assert driver.search().startswith("ok")


def test_account_corrected():
    """A refused account is not asked again for a while; a new one is, at once."""
    with tempfile.NamedTemporaryFile(mode="w") as file:
        file.write("nobody\nnothing\n")
        file.flush()
        with make_pair(account=file.name) as (center, driver):
            assert driver.search() == "CenterRefused"
            driver.configure(account=KEYS / "account")
            assert driver.search().startswith("ok")
            assert count(center, "auth") == 2


def test_renewed_in_token():
    with make_token_pair() as (token, _, driver):
        assert driver.search().startswith("ok")
        before = get_expiry(driver)
        token.add(RSA, *reversed(make_files(RSA).values()))
        driver.configure(certificate=token.uri(RSA), key=token.uri(RSA))
        wait_for(lambda: RENEWED in driver.read_complaints())
        assert get_expiry(driver) > before
        assert driver.search().startswith("ok")
        assert token.logins() == "+"


# -- what else


def test_exposed():
    with tempfile.TemporaryDirectory() as folder:
        key, account = pathlib.Path(folder) / "key", pathlib.Path(folder) / "account"
        shutil.copy(KEYS / "institution.key.pem", key)
        shutil.copy(KEYS / "account", account)
        for path, mode, exposed in ((key, 0o644, True), (account, 0o602, True), (key, 0o620, True), (key, 0o640, False),
                                    (account, 0o400, False)):  # fmt: skip
            key.chmod(0o600), account.chmod(0o600)
            path.chmod(mode)
            with make_pair(key=key, account=account) as (_, driver):
                assert driver.search().startswith("ok"), mode  # no desk stands still for it
                assert driver.search().startswith("ok"), mode
                assert driver.state()[:2] == ("online", ["degraded" if exposed else "ok", "ok", "ok", "ok", "ok"]), mode
                texts = driver.read_complaints()
                assert texts.count("secrets are exposed") == exposed, texts
                assert not exposed or f"{path} (mode {mode:04o}" in texts, texts


def test_reset():
    with make_pair() as (center, driver):
        driver.ask("reset")  # before anything
        assert driver.search().startswith("ok")
        assert center.tell("stats")["open"] == 1
        driver.ask("reset")
        wait_for(lambda: center.tell("stats")["open"] == 0)
        driver.ask("prepare")
        wait_for_requests(center, "auth", 2)  # the token may have ended while the machine slept
        assert driver.search().startswith("ok")
        assert connections(center) in (2, 3)  # a third where the login had not come back yet

        center.tell("fault hold path=search")
        number = driver.start(make_search("yamada"))
        wait_for_requests(center, "search", 3)
        driver.ask("reset")
        center.tell("release")
        assert driver.wait(number).startswith("ok")


if __name__ == "__main__":
    globals()["test_" + sys.argv[1]]()
