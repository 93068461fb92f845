# SPDX-License-Identifier: LGPL-2.1-or-later
"""The institution's credential under the whole daemon: a key in a token, renewal by SIGHUP, what Diagnose says of it.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import os
import shutil
import signal

from bus import MANAGER, ROOT, Agent, ObjectPath, Visits, call, expect_error, get_property, options
from canary import Memory
from gi.repository import GLib
from loop import until, wait_for
from people import INSURED
from rig import KEYS, Skip
from softhsm import PIN, SoftHSM, get_module
from users import USERS

RENEWED = "The new settings of the center have worked"
SAME = "The settings of the center, and what their files hold, are as before"
REFUSED = "those before stay in use"
OLD, NEW = "institution", "institution-renewed"


def ask(connection, method, values):
    return call(connection, ROOT, MANAGER, method, GLib.Variant.new_tuple(options(values)))


def diagnose(connection, name="credential"):
    (link,) = (link for link in ask(connection, "Diagnose", {"Language": "en"}) if link["Link"] == name)
    return link["State"], link["Evidence"]


def get_settings(connection):
    return get_property(connection, ROOT, MANAGER, "Settings")


def get_ends(connection):
    return {entry["What"]: entry["Expires"] for entry in get_property(connection, ROOT, MANAGER, "Expiries")}


def replace(rig, name):
    """The files in use have the certificate and the key of @name from now on."""
    for file in ("cert.pem", "key.pem"):
        path = rig.folder / "credentials" / f"institution.{file}"
        shutil.copy(KEYS / f"{name}.{file}", path.with_suffix(".new"))
        os.chown(path.with_suffix(".new"), USERS["shikaku"].uid, -1)
        path.with_suffix(".new").rename(path)


def get_certificates(rig, path):
    return [line["client_certificate"] for line in rig.center("log")["log"] if line["path"] == path]


def test_token(rig):
    """From the card to the answer with a key that the daemon has not got; the token gone and back."""
    rig.require("softhsm2-util", "softhsm2")
    rig.require("p11tool", "gnutls-bin")
    if not get_module().exists():
        raise Skip("the tests' own PKCS #11 module")
    folder = rig.folder / "token"
    folder.mkdir()
    token = SoftHSM(folder, USERS["shikaku"].uid)
    token.add(OLD, KEYS / "institution.key.pem")
    rig.start("card", "center", "daemon", persona="yamada", wrapper=token.wrap(), environment=token.environment,
              Center_PrivateKey=token.uri(OLD), Center_TokenPin=token.pin_file)
    connection = rig.bus_connection()
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    Agent(rig.bus_connection("colleague")).register(Reader=reader)
    answer = ask(connection, "Check", {"Reader": reader, "Consents": ["drug"]})
    assert answer["Answer"] == "eligible", answer
    state, evidence = diagnose(connection)
    assert state == "ok" and token.logins() == "+", evidence
    memory = Memory(rig.daemon)
    assert memory.find(token.uri(OLD).encode()) and not memory.find(PIN.encode())

    token.pull()
    rig.center("drop-connections")
    expect_error("CredentialMissing", ask, connection, "Check", {"Insured": INSURED})
    state, evidence = diagnose(connection)
    assert state == "failed" and f"the token of {token.uri(OLD)} is not there" in evidence, evidence
    token.put_back()
    assert ask(connection, "Check", {"Insured": INSURED})["Answer"] == "eligible"
    assert token.logins() == "++"
    assert PIN not in rig.read_log("shikakud")


def test_renewal(rig):
    """In the middle of a visit, which neither fails nor waits; the next one comes with the new certificate."""
    rig.start("card", "center", "daemon", persona="yamada")
    connection = rig.bus_connection()
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    agent = Agent(connection, pin=Agent.HANG)
    agent.register(Reader=reader)
    visit = Visits(connection).open(Reader=reader, Consents=["drug"])
    visit.wait_state("asking-pin")
    until(lambda: get_property(connection, ROOT, MANAGER, "Center") == "online", "the center")
    expires = get_property(connection, ROOT, MANAGER, "CredentialExpires")
    before = set(get_certificates(rig, "auth"))
    replace(rig, NEW)
    rig.daemon.kill(signal.SIGHUP)
    wait_for(lambda: RENEWED in rig.read_log("shikakud"), "the new certificate in use")
    agent.wait("RequestPin")
    agent.finish_pin()
    visit.wait_finished()
    assert visit.eligibility()["Answer"] == "eligible"
    assert get_property(connection, ROOT, MANAGER, "CredentialExpires") > expires
    assert set(get_certificates(rig, "card/check")) <= before  # the visit ends as it began
    assert diagnose(connection)[0] == "ok"


def test_renewal_refused(rig):
    """What the center refuses is not used, and no visit notices; that it lies there is told until it is mended, and what ends
    is what is in use."""
    rig.start("center", "daemon")
    connection = rig.bus_connection()
    assert ask(connection, "Check", {"Insured": INSURED})["Answer"] == "eligible"
    expires = get_property(connection, ROOT, MANAGER, "CredentialExpires")
    until(lambda: get_ends(connection).get("institution-certificate") == expires, "the calendar")
    ends = get_ends(connection)
    assert get_settings(connection) == {"State": "in-use"}
    assert diagnose(connection, "settings") == ("ok", "those given last are in use")
    folder = rig.folder / "credentials"
    former, word = None, "refused"
    for name in ("foreign-institution", "institution-expired"):
        for kind in ("cert", "key"):
            from_key = OLD if name == "institution-expired" and kind == "key" else name
            shutil.copy(KEYS / f"{from_key}.{kind}.pem", folder / "new")
            os.chown(folder / "new", USERS["shikaku"].uid, -1)
            (folder / "new").rename(folder / f"institution.{kind}.pem")
        rig.daemon.kill(signal.SIGHUP)
        certificate = folder / "institution.cert.pem"
        until(lambda: get_settings(connection).get("Reason") not in (None, former), "the refusal")
        settings = get_settings(connection)
        former = settings["Reason"]
        assert settings["State"] == word, settings
        assert str(certificate) in settings["Reason"] and settings["Since"], settings
        rig.center("drop-connections")
        assert ask(connection, "Check", {"Insured": INSURED})["Answer"] == "eligible"
        assert get_property(connection, ROOT, MANAGER, "CredentialExpires") == expires
        assert get_ends(connection) == ends, "the calendar watches what is not in use"
        assert diagnose(connection)[0] == "ok"
        state, evidence = diagnose(connection, "settings")
        assert state == "degraded" and evidence == f"{word}: {settings['Reason']}", evidence
        text = rig.client("status", stdin="", check=0).text()
        assert "New settings" in text and "those before stay in use" in " ".join(text.split()), text
    assert rig.read_log("shikakud").count(REFUSED) == 2
    replace(rig, OLD)  # the old one is put back
    rig.daemon.kill(signal.SIGHUP)
    until(lambda: get_settings(connection) == {"State": "in-use"}, "the end of it")
    assert diagnose(connection, "settings")[0] == "ok"
    assert get_ends(connection) == ends
    assert "New settings" not in rig.client("status", stdin="", check=0).text()
    assert RENEWED not in rig.read_log("shikakud"), "nothing is new"


def test_renewal_waits(rig):
    """While the center is away a new certificate waits, and that is told; when it is back the new one is taken."""
    rig.start("center", "daemon")
    connection = rig.bus_connection()
    assert ask(connection, "Check", {"Insured": INSURED})["Answer"] == "eligible"
    before = get_ends(connection)
    rig.center("fault refuse-connection count=always")
    replace(rig, NEW)
    rig.daemon.kill(signal.SIGHUP)
    until(lambda: get_settings(connection)["State"] == "waiting", "it to wait")
    assert get_ends(connection) == before
    state, evidence = diagnose(connection, "settings")
    assert state == "degraded" and evidence.startswith("waiting: "), evidence
    rig.center("clear-faults")
    ask(connection, "Check", {"Insured": INSURED})  # a call tries it again
    until(lambda: get_settings(connection) == {"State": "in-use"}, "the new certificate in use")
    until(lambda: get_ends(connection)["institution-certificate"] > before["institution-certificate"], "the calendar")


def test_reload_without_change(rig):
    """A reload that finds nothing new says nothing of new settings; a wrong configuration is told until it is mended."""
    rig.start("center", "daemon")
    connection = rig.bus_connection()
    assert ask(connection, "Check", {"Insured": INSURED})["Answer"] == "eligible"
    for count in (1, 2):
        rig.daemon.kill(signal.SIGHUP)
        wait_for(lambda: rig.read_log("shikakud").count(SAME) == count, "the trial")
    assert RENEWED not in rig.read_log("shikakud")
    assert get_settings(connection) == {"State": "in-use"}
    configuration = rig.folder / "shikakud.conf"
    right = configuration.read_text()
    configuration.write_text(right + "Colour=blue\n")
    rig.daemon.kill(signal.SIGHUP)
    until(lambda: get_settings(connection)["State"] == "refused", "the mistake")
    assert "Colour" in get_settings(connection)["Reason"] and "Colour" in diagnose(connection, "settings")[1]
    configuration.write_text(right)
    rig.daemon.kill(signal.SIGHUP)
    until(lambda: get_settings(connection) == {"State": "in-use"}, "the end of it")


def test_evidence(rig):
    """Diagnose names the file, and what is wrong with it."""
    rig.start("center", "daemon")
    connection = rig.bus_connection()
    key = rig.folder / "credentials" / "institution.key.pem"
    key.chmod(0o644)
    state, evidence = diagnose(connection)
    assert state == "degraded" and f"others can read or change {key} (mode 0644" in evidence, evidence
    assert get_property(connection, ROOT, MANAGER, "Center") == "online"
    key.chmod(0o600)
    rig.daemon.kill(signal.SIGHUP)
    wait_for(lambda: SAME in rig.read_log("shikakud"), "the files, read again")
    assert diagnose(connection)[0] == "ok"

    account = rig.folder / "credentials" / "not-yet"
    rig.stop_daemon()
    rig.start_daemon(Center_Account=account)
    state, evidence = diagnose(connection, "account")
    assert state == "failed" and f"CredentialMissing: the account's file cannot be read: {account}" in evidence, evidence
    shutil.copy(account.with_name("account"), account)
    shutil.chown(account, rig.user("shikaku").uid)
    assert diagnose(connection)[0] == "ok"
