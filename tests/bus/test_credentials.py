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
REFUSED = "those before stay in use"
OLD, NEW = "institution", "institution-renewed"


def ask(connection, method, values):
    return call(connection, ROOT, MANAGER, method, GLib.Variant.new_tuple(options(values)))


def diagnose(connection):
    link = next(link for link in ask(connection, "Diagnose", {"Language": "en"}) if link["Link"] == "credential")
    assert link["Link"] == "credential"
    return link["State"], link["Evidence"]


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
    """What the center refuses is dropped, and nobody at the desk notices."""
    rig.start("center", "daemon")
    connection = rig.bus_connection()
    assert ask(connection, "Check", {"Insured": INSURED})["Answer"] == "eligible"
    expires = get_property(connection, ROOT, MANAGER, "CredentialExpires")
    replace(rig, "foreign-institution")
    rig.daemon.kill(signal.SIGHUP)
    wait_for(lambda: REFUSED in rig.read_log("shikakud"), "the refusal")
    rig.center("drop-connections")
    assert ask(connection, "Check", {"Insured": INSURED})["Answer"] == "eligible"
    assert get_property(connection, ROOT, MANAGER, "CredentialExpires") == expires
    assert diagnose(connection)[0] == "ok"


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
    wait_for(lambda: RENEWED in rig.read_log("shikakud"), "the files, read again")
    assert diagnose(connection)[0] == "ok"

    account = rig.folder / "credentials" / "not-yet"
    rig.stop_daemon()
    rig.start_daemon(Center_Account=account)
    state, evidence = diagnose(connection)
    assert state == "failed" and f"CredentialMissing: the account's file cannot be read: {account}" in evidence, evidence
    shutil.copy(account.with_name("account"), account)
    shutil.chown(account, rig.user("shikaku").uid)
    assert diagnose(connection)[0] == "ok"
