# SPDX-License-Identifier: LGPL-2.1-or-later
"""The institution's secrets out of the daemon's folder: the credential store of systemd, and a PKCS #11 token."""
import json
import re

from desk import CREDENTIALS, Simulator

STORE, ENCRYPTED = "/etc/credstore", "/etc/credstore.encrypted"
LABEL, PIN = "institution", "471147"
CANCELLED = 7  # exit status of shikakuctl diagnose while nobody is there to ask a patient
SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"


def check_works(machine):
    """The main job, with nothing to complain of."""
    Simulator(machine)
    answer = json.loads(machine.run("shikakuctl", "check", "--reader", "1", "--json", user="tester", input="1234\n"))
    assert answer["Answer"] == "eligible", answer
    links = json.loads(machine.run("shikakuctl", "diagnose", "--json", user="tester", status=CANCELLED))
    assert all(link["State"] == "ok" for link in links if link["Link"] != "agent"), links


def show_origin(machine, key):
    shown = machine.run("shikakuctl", "config", "show")
    return re.search(rf"^.*{key}.*$", shown, re.MULTILINE)[0]


def write_drop_in(machine, *lines):
    machine.run("mkdir", "-p", "/etc/systemd/system/shikakud.service.d")
    machine.write("/etc/systemd/system/shikakud.service.d/credentials.conf", "\n".join(["[Service]", *lines, ""]))
    machine.systemctl("daemon-reload")
    machine.systemctl("restart", "shikakud")


def test_store(machine):
    """Plain files in /etc/credstore: 0 copies are left in /etc/shikaku, and the unit needs no word of it."""
    machine.run("mkdir", "-p", "-m", "700", STORE)
    for file in CREDENTIALS:
        machine.run("mv", f"/etc/shikaku/{file}", f"{STORE}/shikaku.{file}")
        machine.run("chown", "root:root", f"{STORE}/shikaku.{file}")
        machine.run("chmod", "600", f"{STORE}/shikaku.{file}")
    machine.systemctl("restart", "shikakud")
    check_works(machine)
    assert "/run/credentials/shikakud.service/institution.key.pem" in show_origin(machine, "PrivateKey")
    left = machine.run("ls", "/etc/shikaku").split()  # the bridges' settings lie there too
    assert all(name.endswith(".conf") for name in left) and "shikakud.conf" in left, left
    assert "exposed" not in machine.journal("--unit=shikakud")


def test_encrypted(machine):
    """The key encrypted with the host's own (a TPM's, where there is one), in a drop-in; readable nowhere at rest."""
    machine.run("mkdir", "-p", "-m", "700", ENCRYPTED)
    machine.run("systemd-creds", "setup")
    for file in ("institution.key.pem", "account"):
        machine.run("systemd-creds", "encrypt", f"--name={file}", f"/etc/shikaku/{file}", f"{ENCRYPTED}/shikaku.{file}")
        machine.run("rm", f"/etc/shikaku/{file}")
    write_drop_in(machine, "LoadCredentialEncrypted=institution.key.pem:shikaku.institution.key.pem",
                  "LoadCredentialEncrypted=account:shikaku.account")
    check_works(machine)
    machine.run("grep", "-r", "-l", "PRIVATE KEY", "/etc/shikaku", ENCRYPTED, status=1)
    exposure = machine.run("systemd-analyze", "security", "--no-pager", "shikakud.service")
    assert float(re.search(r"level for shikakud.service: ([0-9.]+)", exposure)[1]) <= 1.2, exposure


def test_token(machine):
    """The key in a token, SoftHSM here, which a drop-in lets the daemon reach; its PIN from the credential store."""
    machine.run("softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "081508")
    machine.run("p11tool", f"--provider={SOFTHSM}", "--login", f"--set-pin={PIN}", "--batch", "--write", "--label=key",
                "--load-privkey=/etc/shikaku/institution.key.pem", "--mark-private", f"pkcs11:token={LABEL}")
    machine.run("rm", "/etc/shikaku/institution.key.pem")
    machine.run("chown", "-R", "shikaku:", "/var/lib/softhsm/tokens")
    machine.run("mkdir", "-p", "-m", "700", STORE)
    machine.write(f"{STORE}/shikaku.token-pin", PIN + "\n", mode="600")
    machine.run("sed", "-i", f"/^URL=/a PrivateKey=pkcs11:token={LABEL};object=key", "/etc/shikaku/shikakud.conf")
    write_drop_in(machine, "SupplementaryGroups=softhsm", "ReadWritePaths=/var/lib/softhsm/tokens")
    check_works(machine)
    assert "/run/credentials/shikakud.service/token-pin" in show_origin(machine, "TokenPin")
    assert PIN not in machine.journal("--unit=shikakud")
